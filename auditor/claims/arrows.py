"""Arrows: a change leads to another figure of the same thing; between figures of different things an arrow only derives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from auditor.claims.counts import allows_noun
from auditor.claims.labels import View
from auditor.claims.lexicon import Quantity, kind_of
from auditor.claims.line import Desk, singular_noun
from auditor.claims.names import head_name
from auditor.language.numbers import Number
from auditor.units import UNITS

__all__ = ["changes_only", "divides", "leads_to_name"]

_CHANGE: Final = 2
"""What was and what is."""


def changes_only(desk: Desk, text: str, views: Sequence[View], numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    """Return the numbers without the arrows between figures of different things: `PP stages: 2 → 8 layers per stage`.

    The left side then is what it would be if nothing followed it.
    """
    result = list(_without_flows(numbers))
    for index in range(1, len(result)):
        left, right = result[index - 1], result[index]
        if left.arrow and right.arrow == "to" and _apart(desk, text, views, left, right):
            alone = desk.lexicon.scan(text[: max(left.end, left.stop)])
            result[index - 1] = replace(alone[-1], arrow="" if left.arrow == "from" else left.arrow) if alone else left
            result[index] = replace(right, arrow="")
    return tuple(result)


def leads_to_name(desk: Desk, between: str) -> bool:
    """Tell whether what stands between an arrow and a figure names it on its own: `→ Effective: 1.44 TB/s`, not `→ now: 27 ms`."""
    name, colon, behind = between.rpartition(":")
    words = desk.lexicon.normalize(name)
    return bool(colon and words) and not desk.labels.role(words) and not any(character.isalnum() for character in behind)


def _without_flows(numbers: Sequence[Number]) -> Iterator[Number]:
    """Yield the numbers without the arrows of a flow: three bare numbers or more, like widths or ids: `512 → 2048 → 512`."""
    start = 0
    while start < len(numbers):
        stop = start + 1
        while numbers[stop - 1].arrow and stop < len(numbers) and numbers[stop].arrow == "to":
            stop += 1
        chain = numbers[start:stop]
        flows = len(chain) > _CHANGE and not any(one.unit or one.noun for one in chain)
        yield from (replace(one, arrow="", doubtful=True) if flows else one for one in chain)
        start = stop


def divides(desk: Desk, text: str, left: Number, right: Number) -> bool:
    """Tell whether an arrow leads from a whole to a part of it: `16 experts → 4 experts per GPU`.

    What was and what is are counted in the same way, both per GPU or neither.
    """
    return _is_part(desk, text, right) and not _is_part(desk, text, left)


def _is_part(desk: Desk, text: str, number: Number) -> bool:
    return bool(number.per) or [word.text for word in desk.lexicon.normalize(text[number.end : number.end + 12])[:1]] == ["per"]


def _apart(desk: Desk, text: str, views: Sequence[View], left: Number, right: Number) -> bool:
    """Tell whether the two sides of an arrow are figures of different things."""
    if left.end > left.stop and (left.unit or left.noun):  # it says itself what it is of
        if left.unit and right.unit:
            return kind_of(UNITS[left.unit]) != kind_of(UNITS[right.unit])
        if left.noun and right.noun:
            return singular_noun(left.noun) != singular_noun(right.noun) or divides(desk, text, left, right)
        return bool((left.unit or left.noun) and (right.unit or right.noun))
    behind = desk.lexicon.normalize(text[right.end : right.end + 24])
    if views and views[0].words and [word.text for word in behind[:2]] == ["per", views[0].words[-1].text]:
        return bool(right.noun)  # `TP groups: 2 → 8 heads per group`
    named = _named(desk, text, views, left)
    if named is None or named.kind != "count":
        return False
    if right.unit:
        return kind_of(UNITS[right.unit]) != "count"
    noun = singular_noun(right.noun)
    counted = any(quantity.noun == noun for quantity in desk.lexicon.quantities.values())
    return counted and not (noun == "token" and named.unit.symbol == "token") and not allows_noun(desk, named, right)


def _named(desk: Desk, text: str, views: Sequence[View], number: Number) -> Quantity | None:
    """Return what is counted by the name before a bare number, in its text or as its label."""
    if number.name:
        return desk.lexicon.by_short.get(number.name.lower())
    before = desk.lexicon.normalize(text[: number.start])[-6:]
    best = head_name(desk, "", before or (views[0].words if views else ()), trailing=True)
    return best.quantity if best else None

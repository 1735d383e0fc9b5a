"""Titled layouts: headings, keys and column heads that name a layout each (`Baseline (TP=8, PP=2)`, `proposed_ep16`).

What stands below such a title speaks of its layout and of no other. Titles of the same layout, of a section here and a column there, name
one plan. Titles that name one axis each (`Tensor parallelism: TP=8`, `Pipeline parallelism: PP=4`) are chapters on parts of one layout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Claim
from auditor.plans.layouts import DEGREES
from auditor.records import dataclass
from auditor.statements import Kind, LabelKind, Statement

__all__ = ["TITLED", "titled"]

TITLED: Final = "titled "
"""Before the layout that titles name."""
_HEADS: Final = (LabelKind.HEADING, LabelKind.KEY, LabelKind.COLUMN)

Layout = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class _Title:
    """A title that names a layout."""

    statement: int
    start: int
    text: str
    layout: Layout
    names_an_axis: bool
    """Whether it says `tensor parallelism` beside its figures."""
    torn: frozenset[str] = frozenset()
    """Axes that it gives several values: it names several layouts, and none of them."""


def titled(statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon) -> tuple[tuple[Claim, ...], dict[str, str]]:
    """Give what stands under titles of different layouts plans of its own; return the claims and the title of each plan."""
    plans: dict[int, str] = {}
    names: dict[str, str] = {}
    for siblings in _siblings(statements, claims, lexicon):
        for title in siblings if _are_alternatives(siblings) else ():
            if not title.layout:
                continue
            id_ = TITLED + " ".join(f"{axis.partition('.')[2]} {value}" for axis, value in title.layout)
            plans[title.start] = id_
            names.setdefault(id_, title.text)
    if not plans:
        return tuple(claims), {}
    result = (claim if claim.source else replace(claim, plan=_plan_of(statements[claim.statement], plans, claim.plan)) for claim in claims)
    return tuple(result), names


def _plan_of(statement: Statement, plans: Mapping[int, str], otherwise: str) -> str:
    """Return the plan of the innermost title above a statement, or of the statement itself where it is one."""
    if (own := plans.get(statement.value.whole.start)) is not None and statement.kind in (Kind.HEADING, Kind.HEAD):
        return own
    above = (plans.get(label.text.whole.start) for label in reversed(statement.path) if label.kind in _HEADS)
    return next((plan for plan in above if plan is not None), otherwise)


def _siblings(statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon) -> Iterator[list[_Title]]:
    """Yield the titles of one level: the headings of a section, the keys of an object, the heads of a table's columns."""
    stated: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        if not claim.source and statements[claim.statement].kind in (Kind.HEADING, Kind.HEAD):
            stated[claim.statement].append(claim)
    levels: dict[tuple[object, ...], list[_Title]] = defaultdict(list)
    for index, found in stated.items():
        statement = statements[index]
        layout, torn = _layout(found)
        if (layout or torn) and (statement.cell is None or statement.cell.row < 0):
            table = statement.cell.table if statement.cell else -1
            level = (statement.kind, table, tuple(label.text.whole.start for label in statement.path if label.kind in _HEADS))
            levels[level].append(_title(index, statement, layout, torn, found, lexicon))
    yield from levels.values()


def _layout(claims: Sequence[Claim]) -> tuple[Layout, frozenset[str]]:
    """Return the degrees a title states, none where it gives one axis several values; and the axes it gives several."""
    values: dict[str, set[Fraction]] = defaultdict(set)
    for claim in claims:
        if claim.quantity in DEGREES and claim.interval.is_exact and claim.interval.low is not None:
            values[claim.quantity].add(claim.interval.low)
    torn = frozenset(axis for axis, found in values.items() if len(found) > 1)
    return () if torn else tuple(sorted((axis, next(iter(found))) for axis, found in values.items())), torn


def _title(index: int, statement: Statement, layout: Layout, torn: frozenset[str], claims: Sequence[Claim], lexicon: Lexicon) -> _Title:
    text = statement.value.content
    figures = {word.text for claim in claims for word in lexicon.normalize(claim.text)}
    rest = {word.text for word in lexicon.normalize(text)} - figures
    axes = {word for axis in DEGREES for name in lexicon.quantities[axis].names for word in name if len(name) == 1 and len(word) > 2}
    return _Title(index, statement.value.whole.start, text, layout, bool(rest & axes), torn)


def _are_alternatives(titles: Sequence[_Title]) -> bool:
    """Tell whether titles name layouts that exclude each other, and not parts of one."""
    layouts = [dict(title.layout) for title in titles]
    if len({title.layout for title in titles}) < 2:
        return False
    if any(title.torn & dict(other.layout).keys() for title in titles for other in titles):
        return True
    pairs = [(one, other) for index, one in enumerate(layouts) for other in layouts[index + 1 :]]
    differ = any(one[axis] != other[axis] for one, other in pairs for axis in one.keys() & other.keys())
    return differ or (any(len(layout) > 1 for layout in layouts) and not any(title.names_an_axis for title in titles))

"""What a run takes and costs: GPU-hours, money, prices, power and energy. The unit says nearly all; words and owners choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditor.claims.labels import PER_WORDS, per_of
from auditor.claims.lexicon import Quantity, kind_of
from auditor.claims.line import Desk, Line, Meaning, spell, title_words
from auditor.claims.names import named_in
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.language.numbers import Number
from auditor.language.units import divided_in
from auditor.records import dataclass
from auditor.statements import LabelKind
from auditor.units import UNITS

__all__ = ["CHARGES", "of_training", "read_charge"]

CHARGES: Final = frozenset(("gpu_time", "money", "price", "token_price", "power", "energy"))
"""Kinds of units that one quantity, or one an owner, is measured in."""
_OF_ALL: Final = ("", "total")


_LONG: Final = ("h", "day", "week")


def of_training(desk: Desk, line: Line, unit: str, head: Sequence[Word], meaning: Meaning | None) -> Meaning | None:
    """Let a time of hours or more that nothing else names be that of a training run, where its key or the words before it say training."""
    if unit not in _LONG or (meaning is not None and meaning.quantity != "other"):
        return meaning
    words = head or (line.views[0].words if line.views else ())
    said = [word.text for word in words if not desk.lexicon.is_transparent((word,))]
    trains = bool(said) and all((word,) in desk.lexicon.phases["training"] or word in ("run", "time", "duration") for word in said)
    if not trains:
        return meaning
    return Meaning("time.training", Confidence.MEDIUM, f"{unit} of training: {spell(words)}", unit=unit)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with what its label divides it by."""

    unit: str
    kind: str
    per: str


def read_charge(desk: Desk, line: Line, number: Number, unit: str, unit_per: str, tail: Sequence[Word], head: Sequence[Word]) -> Meaning:
    """Return what a figure with such a unit is: named by the words around it or by a label, else by its unit and its owner."""
    labelled = line.views[0].per if line.views and line.views[0].unit == unit else ""
    within = next((owner for owner in unit.split("/")[1:-1] if owner in PER_WORDS.values()), "")
    figure = _divided(desk, line, unit, PER_WORDS.get(unit_per, unit_per) or per_of(tail) or labelled or within)
    for words, shown in _evidence(desk, line, number, tail, head):
        match = named_in(desk, figure.kind, words)
        if match is not None and _owned(match.quantity, figure):
            per = figure.per or per_of(words) or match.quantity.per
            return Meaning(match.quantity.id, Confidence.HIGH, shown, per, unit=figure.unit)
    quantity = None if figure.kind == "money" else _by_owner(desk, figure)
    if quantity is None:
        described = spell(tail) or spell(head) or spell(line.words)
        return Meaning("other", Confidence.LOW, f"unit {figure.unit}", figure.per, unit=figure.unit, words=described)
    return Meaning(quantity.id, Confidence.HIGH if within else Confidence.MEDIUM, f"unit {figure.unit}", figure.per, unit=figure.unit)


def _divided(desk: Desk, line: Line, unit: str, per: str) -> _Figure:
    """Return a figure in the unit that its label makes of it: dollars under `Price per GPU-hour` are dollars per hour and GPU."""
    kind = kind_of(UNITS[unit])
    if kind == "money" and not per and line.views:
        phrase = divided_in(line.views[0].raw, unit, desk.lexicon.vocabulary)
        if phrase is not None:
            return _Figure(phrase.symbol, kind_of(UNITS[phrase.symbol]), PER_WORDS.get(phrase.per, phrase.per))
    return _Figure(unit, kind, per)


def _evidence(desk: Desk, line: Line, number: Number, tail: Sequence[Word], head: Sequence[Word]) -> Sequence[tuple[Sequence[Word], str]]:
    """Return the words that may name a figure, nearest first, each with how it is shown."""
    titled = title_words(desk, line, number)
    amount = kind_of(UNITS[number.unit]) == "money" if number.unit else False
    told = [view for view in line.views[:1] if view.label.kind is not LabelKind.HEADING]  # a section "Cost" holds amounts of all kinds
    near = ((tail, f"words behind it: {spell(tail)}"), (head, f"words before it: {spell(head)}"))
    labels = tuple((view.words, f"label {view.raw.strip()!r}") for view in (told if amount else line.views[:3]))
    return (*near, (titled, f"words before the colon: {spell(titled)}"), *labels)


def _owned(quantity: Quantity, figure: _Figure) -> bool:
    """Tell whether a quantity can be of the owner that the unit names."""
    return not figure.per or quantity.per == figure.per or (not quantity.per and figure.per in _OF_ALL)


def _by_owner(desk: Desk, figure: _Figure) -> Quantity | None:
    """Return the quantity of a kind that has the owner of a figure; None where there is none, as for the power of a node."""
    same = [quantity for quantity in desk.lexicon.quantities.values() if quantity.kind == figure.kind]
    if len(same) == 1:
        return same[0]
    return next((quantity for quantity in same if quantity.per == figure.per), None)

"""Repairs: the nearest value of one operand that makes a convention hold, the others as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from auditor.findings import Verdict
from auditor.records import dataclass
from auditor.relations.evaluate import Convention, Meaning, UnknownError, admits, value_of
from auditor.relations.language import Expression, Logic, conjuncts, names, read_expression
from auditor.values import Interval

__all__ = ["Change", "Kind", "changes"]

MAX_STEPS: Final = 256
"""How far from the written count a search goes where the relation cannot be solved (a remainder, a rounding)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What values a quantity can take: whole numbers only, and at most one for a share of a whole."""

    whole: bool
    share: bool = False

    def admits(self, value: Fraction) -> bool:
        return value > 0 and (not self.whole or value.denominator == 1) and (not self.share or value <= 1)


@dataclass(frozen=True, slots=True)
class Change:
    """One operand changed to `value` makes `convention` hold; `ratio` >= 1 is how far that is from the written value."""

    name: str
    value: Fraction
    convention: str
    ratio: Fraction


def changes(
    convention: Convention, meanings: Mapping[str, Meaning], kinds: Mapping[str, Kind], tolerance: Fraction = Fraction(0)
) -> tuple[Change, ...]:
    """Return, for each operand in `kinds`, the nearest admissible value that makes the convention hold; nearest first.

    Operands that stand for nothing written in the report (assumptions) are left out of `kinds` and never changed.
    """
    whole = Logic("and", (convention.holds, *convention.also)) if convention.also else convention.holds
    values = {name: meaning.interval for name, meaning in meanings.items()}
    shown = {name: meaning.shown for name, meaning in meanings.items()}
    solved = dict(convention.solved)
    parts = [(part, names(part)) for part in conjuncts(whole)]
    broken = [used for part, used in parts if admits(part, values, tolerance).verdict is not Verdict.HELD]
    found = []
    for name in names(whole, asked=False):
        if name not in kinds or name not in shown or any(name not in used for used in broken):
            continue
        form = read_expression(solved[name]) if name in solved else None
        value = _nearest(name, whole, form, values, shown, kinds[name], tolerance)
        if value is not None:
            found.append(Change(name, value, convention.name, _ratio(value, shown[name])))
    return tuple(sorted(found, key=lambda change: change.ratio))


def _ratio(one: Fraction, two: Fraction) -> Fraction:
    if one <= 0 or two <= 0:
        return 1 + abs(one - two)
    return max(one / two, two / one)


def _nearest(
    name: str,
    whole: Expression,
    solved: Expression | None,
    values: Mapping[str, Interval],
    shown: Mapping[str, Fraction],
    kind: Kind,
    tolerance: Fraction,
) -> Fraction | None:
    old = shown[name]
    tried: set[Fraction] = {old}
    best: Fraction | None = None
    for value in _candidates(name, solved, shown, kind):
        if value in tried:
            continue
        tried.add(value)
        if kind.admits(value) and admits(whole, {**values, name: Interval.exact(value)}, tolerance).verdict is Verdict.HELD:
            if solved is None:
                return value
            if best is None or _ratio(value, old) < _ratio(best, old):
                best = value
    return best


def _candidates(name: str, solved: Expression | None, shown: Mapping[str, Fraction], kind: Kind) -> Iterator[Fraction]:
    if solved is not None:
        try:
            value = value_of(solved, shown)
        except UnknownError:
            return
        yield value
        if kind.whole:
            for near in (value.__floor__(), value.__ceil__()):
                yield Fraction(near)
        return
    if not kind.whole:
        return
    start = Fraction(round(shown[name]))
    for step in range(1, MAX_STEPS + 1):
        yield start + step  # in proportion the nearer of the two
        yield start - step

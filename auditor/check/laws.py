"""What a law of a grid is, and when figures keep it within their last printed digits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from auditor.check.cells import Figure
from auditor.records import dataclass

__all__ = ["Law", "Range", "adds_up", "exceptions", "range_of"]

MOST_EXCEPTIONS: Final = Fraction(1, 7)
"""Share of the rows that may break a law; one of them always may."""


@dataclass(frozen=True, slots=True)
class Law:
    """`result = factor * product of operands` (powers 1 and -1), or their sum (`added`), over the rows of a grid."""

    result: int
    operands: tuple[tuple[int, int], ...]
    """Column and power, or sign where `added`."""
    added: bool
    factor: Fraction
    holds: tuple[int, ...]
    fails: tuple[int, ...]
    digits: float
    blamed: int | None = None
    """The column whose head announces the law: what breaks it is its figure."""

    @property
    def columns(self) -> frozenset[int]:
        return frozenset((self.result, *(column for column, _ in self.operands)))


@dataclass(frozen=True, slots=True)
class Range:
    """What a figure, or a factor, may be."""

    low: Fraction
    high: Fraction


def exceptions(rows: int) -> int:
    """Return how many of some rows may break a law."""
    return max(1, int(rows * MOST_EXCEPTIONS))


def range_of(figure: Figure, *, result: bool) -> Range:
    """Return what a figure may be, from its last printed digit: as an operand rounded, as a result also cut off."""
    if figure.exact and not result:
        return Range(figure.value, figure.value)
    slack = figure.step if result else figure.step / 2
    return Range(max(figure.value - slack, Fraction(0)), figure.value + slack)


def adds_up(result: Figure, parts: Sequence[Figure]) -> bool:
    """Tell whether figures make another one, as far as all are rounded."""
    slack = result.step + sum(part.step / 2 for part in parts if not part.whole)
    return abs(sum(part.value for part in parts) - result.value) <= slack

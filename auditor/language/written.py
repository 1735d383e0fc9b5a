"""What written digits can mean: exact intervals, by how they were written.

A count is exact; a measured figure is known to half a unit of its last printed digit; `K` is 1000 or 1024; `~8` is near 8; `<50` is
open below. Decided here once; a relation is contradicted only if no meaning saves it.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

from auditor.records import dataclass
from auditor.values import Interval

__all__ = ["GROUPING", "Approximation", "Written", "bounded", "meaning", "rounded"]


class Approximation(StrEnum):
    """How a number was written."""

    EXACT = "exact"
    """A count: 16 GPUs is exactly 16."""
    ROUNDED = "rounded"
    """A measured or computed figure, known to its last printed digit."""
    ABOUT = "about"
    """Marked as approximate: ~8,000, about 30."""
    BOUND = "bound"
    """Open on one side: <50, >= 8, up to 10."""
    RANGE = "range"
    """128-10240, 23-24."""


@dataclass(frozen=True, slots=True)
class Written:
    """One meaning of the digits, in the unit as written: exact interval and the factor's name where there are several."""

    interval: Interval
    name: str = ""
    stated: Interval | None = None
    """The number itself, without slack."""

    @property
    def printed(self) -> Interval:
        return self.stated or self.interval


_ABOUT_DIGITS: Final = 10
"""How many units of its last digit a number behind an approximation sign may be off: `~7.98` says more than `~8`."""


def meaning(value: Fraction, step: Fraction, *, approximate: bool = False, inexact: bool = False, name: str = "") -> Written:
    """Return what a value means whose last printed digit counts `step`."""
    slack = step / 2 if inexact else Fraction(0)
    if approximate:
        slack = max(step / 2, min(abs(value) / 20, _ABOUT_DIGITS * _last_place(value, step)))
    return Written(Interval(value - slack, value + slack), name, Interval.exact(value))


def _last_place(value: Fraction, step: Fraction) -> Fraction:
    """Return one unit of the last digit that is not a zero at the end of a whole number: 10 for 7,980, a hundredth for 7.98."""
    while step >= 1 and value and value % (step * 10) == 0:
        step *= 10
    return step


def rounded(digits: str, written: Written) -> Written:
    """Widen a measured integer to half a unit of its last digit; three or more trailing zeros count as rounding, of a fortieth at most."""
    plain = "".join(character for character in digits if character not in GROUPING)
    if not (plain.isascii() and plain.isdigit()) or written.interval.low is None:
        return written
    zeros = len(plain) - len(plain.rstrip("0"))
    slack = min(Fraction(10**zeros, 2), Fraction(int(plain), 40)) if zeros >= 3 and len(plain) > zeros else Fraction(1, 2)
    low, high = written.interval.low, written.interval.high
    return Written(Interval(low - slack, None if high is None else high + slack), written.name, written.printed)


GROUPING: Final = frozenset(",_'\u2019 \u00a0\u202f\u2009")
"""What sets thousands apart."""


def bounded(written: Written, bound: str) -> Written:
    """Open the interval on the side the bound leaves free; the printed number itself is the other end."""
    middle = written.printed.middle
    side = Interval(None, middle) if bound.startswith("<") else Interval(middle, None)
    return Written(side, written.name, side)

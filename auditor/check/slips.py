"""Slips of the pen: a printed figure whose digits are those of the right one but for a digit, or for where the point stands."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from auditor.check.printed import Printed

__all__ = ["is_shifted", "is_slip"]

_HALF: Final = Fraction(1, 2)
_FEWEST: Final = 2
_POWERS: Final = range(1, 10)


def is_slip(value: Fraction, shown: Printed) -> bool:
    """Tell whether a figure is a computed value, in its own unit, with one other digit or the point elsewhere."""
    return is_shifted(value, shown) or _has_other_digit(value, shown)


def is_shifted(value: Fraction, shown: Printed) -> bool:
    """Tell whether a figure is a value times a power of ten."""
    if value <= 0 or shown.value <= 0 or not shown.step:
        return False
    half = shown.step * _HALF
    return any(abs(shown.value - value * factor) <= half for power in _POWERS for factor in (Fraction(10**power), Fraction(1, 10**power)))


def _has_other_digit(value: Fraction, shown: Printed) -> bool:
    if not shown.step or value <= 0:
        return False
    right, stated = str(int(value / shown.step + _HALF)), str(int(shown.value / shown.step + _HALF))
    if len(right) != len(stated) or len(stated) < _FEWEST:
        return False
    return sum(one != other for one, other in zip(right, stated, strict=True)) == 1

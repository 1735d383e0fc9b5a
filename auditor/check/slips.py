"""Slips of the pen: a printed figure whose digits are those of the right one but for where the point stands."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from auditor.check.printed import Printed

__all__ = ["is_shifted"]

_HALF: Final = Fraction(1, 2)
_POWERS: Final = range(1, 10)


def is_shifted(value: Fraction, shown: Printed) -> bool:
    """Tell whether a figure is a value times a power of ten."""
    if value <= 0 or shown.value <= 0 or not shown.step:
        return False
    half = shown.step * _HALF
    return any(abs(shown.value - value * factor) <= half for power in _POWERS for factor in (Fraction(10**power), Fraction(1, 10**power)))

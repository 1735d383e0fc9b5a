"""Figures as printed: what a written number can mean, to which digit it is known, and whether a computed value agrees with it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from auditor.claims.model import Approximation
from auditor.language.numbers import Number
from auditor.records import dataclass
from auditor.remember import once_for
from auditor.units import DATA, UNITS, Unit
from auditor.values import Interval

__all__ = ["Printed", "agrees", "binary_scale", "capped", "printed"]

_DIGITS: Final = re.compile(r"([\d,_]+)?(?:\.(\d+))?")
_OF_PARTS: Final = re.compile(r"\d ?[a-z]{1,12} ?(?:[a-z]{1,12} )?\d")
"""A duration of several parts: `1 h 25 min`."""
_ROUND_SHARE: Final = Fraction(1, 40)
"""A count that ends in three zeros or more may be rounded by so much: 1,000,000 for 1,024,000."""
ABOUT: Final = Fraction(1, 20)
_BINARY_PREFIX: Final = {"K": 10, "M": 20, "G": 30, "T": 40, "P": 50}


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number in the unit it is printed with."""

    text: str
    value: Fraction
    """The number itself."""
    interval: Interval
    """What it can mean, from its written precision."""
    step: Fraction
    """One unit of its last printed digit; 0 for ranges and powers."""
    unit: Unit | None
    approximation: Approximation
    zeros: int = 0
    """Trailing zeros of a whole number without a fraction."""

    @property
    def scale(self) -> Fraction:
        return self.unit.scale if self.unit else Fraction(1)

    @property
    def is_whole(self) -> bool:
        """Written without a fraction or a magnitude."""
        return self.step == 1 and not self.zeros

    @property
    def is_count(self) -> bool:
        """A whole number without a unit of measure."""
        return self.unit is None and self.value.denominator == 1 and self.step == 1


@once_for
def printed(text: str, number: Number, reading: int = 0, *, negative: bool = False) -> Printed:
    """Return a number of `text` as a figure; `reading` picks one of its meanings (K as 1000, K as 1024)."""
    written = number.written[min(reading, len(number.written) - 1)]
    interval = written.interval
    value = interval.middle if interval.middle is not None else Fraction(0)
    digits = text[number.digits : number.stop]
    step, zeros = _step(digits, value, number)
    if not interval.is_bounded:
        slack = step / 2 if number.approximation is not Approximation.EXACT and ("." in digits or number.unit) else Fraction(0)
        interval = Interval(value - slack, value + slack)
    if zeros >= 3 and number.approximation is Approximation.ROUNDED:
        interval = capped(interval, value)
    if negative:
        value, interval = -value, -interval
    unit = UNITS.get(number.unit) if number.unit else None
    return Printed(
        text[number.digits : number.end if number.unit else number.stop], value, interval, step, unit, number.approximation, zeros
    )


def capped(interval: Interval, value: Fraction) -> Interval:
    """Return what a number that ends in zeros can mean: rounded, but never by more than a fortieth of itself."""
    slack = abs(value) * _ROUND_SHARE
    if interval.low is None or interval.high is None or interval.high - value <= slack:
        return interval
    return Interval(value - slack, value + slack)


def _step(digits: str, value: Fraction, number: Number) -> tuple[Fraction, int]:
    match = _DIGITS.match(digits)
    of_parts = _OF_PARTS.search(digits) is not None
    if match is None or of_parts or number.approximation is Approximation.RANGE or "^" in digits or "**" in digits:
        return Fraction(0), 0
    whole, decimals = (match.group(1) or "0").replace(",", "").replace("_", ""), match.group(2) or ""
    if not whole.isdigit():
        return Fraction(0), 0
    plain = Fraction(int(whole + decimals), 10 ** len(decimals))
    factor = abs(value) / plain if plain else Fraction(1)
    zeros = len(whole) - len(whole.rstrip("0")) if not decimals and plain else 0
    return factor / 10 ** len(decimals), zeros


def agrees(computed: Interval, printed_as: Printed, scale: Fraction | None = None, *, about: bool = False, up: bool = False) -> bool:
    """Tell whether a computed value may be printed as `printed_as`: rounded, or cut off at its last digit.

    `computed` is in base units, of which `scale` make one unit of the figure (its own unit's by default). `about` admits the share that
    an approximation sign gives; `up` admits rounding up to the next whole number (GPUs needed).
    """
    found = computed.scale(1 / (printed_as.scale if scale is None else scale))
    admitted = printed_as.interval
    half = printed_as.step / 2
    admitted = admitted.hull(Interval(printed_as.value - half, printed_as.value + half))
    if printed_as.zeros >= 3:
        slack = min(Fraction(10**printed_as.zeros, 2) * printed_as.step, abs(printed_as.value) * _ROUND_SHARE)
        admitted = admitted.hull(Interval(printed_as.value - slack, printed_as.value + slack))
    if about:
        admitted = admitted.hull(Interval.exact(printed_as.value).widen(ABOUT))
    if admitted.meets(found):
        return True
    if not printed_as.step or found.low is None or found.high is None:
        return False
    return _cut_off(found, printed_as.value, printed_as.step) or (up and _cut_off(-found, -printed_as.value, printed_as.step))


def _cut_off(found: Interval, value: Fraction, step: Fraction) -> bool:
    """Tell whether a value of `found`, its digits cut off behind the last printed one, is `value`."""
    if found.low is None or found.high is None:
        return False
    if value < 0 or found.high < 0:
        return found.low <= value and found.high > value - step
    return found.high >= value and found.low < value + step


def binary_scale(unit: Unit) -> Fraction | None:
    """Return the bytes of a decimal data unit read with powers of 1024 (GB as GiB), or None where there is no such reading."""
    if unit.dimension != DATA or len(unit.symbol) != 2 or not unit.symbol.endswith("B"):
        return None
    power = _BINARY_PREFIX.get(unit.symbol[0])
    return None if power is None else Fraction(2**power)

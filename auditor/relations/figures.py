"""Figures: how a number that was computed is written for people."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from auditor.relations.language import decimal
from auditor.units import Unit
from auditor.values import Interval

__all__ = ["figure", "figure_range", "rewritten"]

MAX_EXACT: Final = 6
"""Characters up to which an exact decimal is written out; whole numbers always are."""
SIGNIFICANT: Final = 4


def _rounded(value: Fraction) -> str:
    """Return `value` in at most `SIGNIFICANT` significant digits, or all digits of its whole part."""
    size = abs(value)
    places = 0
    while places < 30 and size * 10**places < 10 ** (SIGNIFICANT - 1):
        places += 1
    scaled = abs(value) * 10**places
    whole = int(scaled + Fraction(1, 2))
    text = decimal(Fraction(whole, 10**places)) or "0"
    return f"-{text}" if value < 0 and whole else text


def _grouped(text: str) -> str:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, part = digits.partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}"
    return f"{sign}{whole}{point}{part}"


def _number(value: Fraction) -> str:
    if abs(value) >= 10**21:
        exponent = len(str(abs(value.numerator) // value.denominator)) - 1
        return f"{_rounded(value / 10**exponent)}e{exponent}"
    exact = decimal(value)
    if exact is not None and (value.denominator == 1 or len(exact) <= MAX_EXACT):
        return _grouped(exact)
    return _grouped(_rounded(value))


def _suffix(unit: Unit) -> str:
    if unit.symbol == "%":
        return "%"
    plain = not any(unit.dimension.exponents)
    return "" if plain else f" {unit.symbol}"


def figure(value: Fraction, unit: Unit) -> str:
    """Return a value in base units as digits and unit: `512`, `27.3 ms`, `48.4%`; counts go without a unit."""
    return f"{_number(value / unit.scale)}{_suffix(unit)}"


def figure_range(interval: Interval, unit: Unit) -> str:
    """Return an interval as digits and unit: `512`, `26.5 to 27.5 ms`, `at least 8`."""
    if interval.low is None and interval.high is None:
        return "any value"
    if interval.low is None and interval.high is not None:
        return f"at most {figure(interval.high, unit)}"
    if interval.high is None and interval.low is not None:
        return f"at least {figure(interval.low, unit)}"
    low, high = interval.low or Fraction(0), interval.high or Fraction(0)
    if low == high:
        return figure(low, unit)
    first, second = _number(low / unit.scale), _number(high / unit.scale)
    return f"{first}{_suffix(unit)}" if first == second else f"{first} to {second}{_suffix(unit)}"


_DIGITS: Final = re.compile(r"[0-9]{1,40}(?:,[0-9]{3}){0,9}(?:\.[0-9]{1,20})?")


def rewritten(text: str, old: Fraction, new: Fraction, *, whole: bool) -> tuple[int, int, str] | None:
    """Return where `text` writes the number `old` and the digits that write `new` in its manner; None if that is not plain.

    The new digits keep the old ones' decimal places and thousands separators; what must be `whole` is never rounded.
    """
    numbers = list(_DIGITS.finditer(text))
    if len(numbers) != 1:
        return None
    found = numbers[0]
    digits = found.group()
    if Fraction(digits.replace(",", "")) != old or new < 0 or (whole and new.denominator != 1):
        return None
    places = len(digits.partition(".")[2])
    scaled = int(new * 10**places + Fraction(1, 2))
    if new and not scaled:
        return None
    head, tail = divmod(scaled, 10**places)
    written = f"{head:,}" if "," in digits else str(head)
    return found.start(), found.end(), f"{written}.{str(tail).rjust(places, '0')}" if places else written

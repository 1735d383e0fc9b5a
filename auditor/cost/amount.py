"""Amounts: exact numbers that know their dimension and how they came about.

An `Amount` is a rational number in base units (byte, FLOP, second, dollar, one) together with the formula that gave it
and the same formula with the numbers put in. The arithmetic operators keep all three in step, so a cost formula is
written once and its derivation can never say anything else than what was computed.

    >>> layers, width = count("L", 80), count("h", 8192)
    >>> twice = 2 * layers * width
    >>> twice.formula, twice.substituted, twice.whole
    ('2 * L * h', '2 * 80 * 8192', 1310720)
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from auditor.records import dataclass
from auditor.units import DIMENSIONLESS, UNITS, Dimension

__all__ = [
    "Amount",
    "DimensionError",
    "Line",
    "amount",
    "base_amount",
    "ceiling",
    "constant",
    "count",
    "largest",
    "readable",
    "rounded_down",
    "smallest",
    "total",
]

_SUM: Final = 1
_PRODUCT: Final = 2
_POWER: Final = 3
_ATOM: Final = 4

_LONGEST_NAME: Final = 80
_HIGHEST_POWER: Final = 4096


class DimensionError(TypeError):
    """Two amounts were added or compared whose dimensions differ: a defect of a formula, never of a plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of a derivation: `symbol = formula = substituted = value` (in base units of `dimension`)."""

    symbol: str
    formula: str
    substituted: str
    value: Fraction
    dimension: Dimension

    # What is written decides; hashing fractions would take most of an estimate's time.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and (self.symbol, self.formula, self.substituted) == (other.symbol, other.formula, other.substituted)

    def __hash__(self) -> int:
        return hash(self.substituted)


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """An exact number with its dimension, formula and derivation; make one with `count`, `amount` or `constant`."""

    value: Fraction
    """In base units."""
    dimension: Dimension
    formula: str
    substituted: str
    binding: int = _ATOM
    lines: tuple[Line, ...] = ()
    """The named intermediate results this one is made of, in order of first use."""

    @property
    def whole(self) -> int:
        """The value as an int; `ValueError` if it is not whole."""
        if self.value.denominator != 1:
            raise ValueError(f"{self.formula} = {self.value} is not whole")
        return self.value.numerator

    def in_unit(self, symbol: str) -> Fraction:
        """Return the value in the unit `symbol`; `DimensionError` if it measures something else."""
        unit = UNITS[symbol]
        if unit.dimension != self.dimension:
            raise DimensionError(f"{self.formula} is in {self.dimension}, not in {symbol}")
        return self.value / unit.scale

    def named(self, symbol: str) -> Amount:
        """Return the same amount under a name: later formulas show the name, the derivation keeps the formula."""
        line = Line(symbol, self.formula, self.substituted, self.value, self.dimension)
        text, binding = _number(self.value)
        known = self.lines if line in self.lines else (*self.lines, line)
        return Amount(self.value, self.dimension, symbol, text, binding, known)

    def renamed(self, symbol: str) -> Amount:
        """Return the same amount shown as `symbol`, without a line of its own: what it is stands in the lines already."""
        text, binding = _number(self.value)
        return replace(self, formula=symbol, substituted=text, binding=binding)

    def _bracketed(self, text: str, binding: int) -> str:
        return f"({text})" if self.binding < binding else text

    def _formula(self, binding: int) -> str:
        # A named amount is one word in the formula whatever its number looks like.
        return self.formula if self.formula.isidentifier() else self._bracketed(self.formula, binding)

    def _substituted(self, binding: int) -> str:
        return self._bracketed(self.substituted, binding)

    def _merged(self, other: Amount) -> tuple[Line, ...]:
        if not other.lines or other.lines is self.lines:
            return self.lines
        if not self.lines:
            return other.lines
        known = set(self.lines)
        return self.lines + tuple(line for line in other.lines if line not in known)

    def _join(self, other: Amount, sign: str, value: Fraction, dimension: Dimension, binding: int) -> Amount:
        # The right side of - and / needs brackets at equal binding; for the left side equal binding is enough.
        right = binding + 1 if sign in "-/" else binding
        return Amount(
            value,
            dimension,
            f"{self._formula(binding)} {sign} {other._formula(right)}",
            f"{self._substituted(binding)} {sign} {other._substituted(right)}",
            binding,
            self._merged(other),
        )

    def _same_dimension(self, other: Amount, what: str) -> None:
        if self.dimension != other.dimension:
            raise DimensionError(f"cannot {what} {self.formula} ({self.dimension}) and {other.formula} ({other.dimension})")

    def __add__(self, other: Amount | Fraction | int) -> Amount:
        other = constant(other)
        self._same_dimension(other, "add")
        return self._join(other, "+", self.value + other.value, self.dimension, _SUM)

    def __radd__(self, other: Fraction | int) -> Amount:
        return constant(other) + self

    def __sub__(self, other: Amount | Fraction | int) -> Amount:
        other = constant(other)
        self._same_dimension(other, "subtract")
        return self._join(other, "-", self.value - other.value, self.dimension, _SUM)

    def __rsub__(self, other: Fraction | int) -> Amount:
        return constant(other) - self

    def __mul__(self, other: Amount | Fraction | int) -> Amount:
        if not isinstance(other, Amount | Fraction | int):
            return NotImplemented  # what is worked out from claims goes through the formulas as well
        other = constant(other)
        return self._join(other, "*", self.value * other.value, self.dimension * other.dimension, _PRODUCT)

    def __rmul__(self, other: Fraction | int) -> Amount:
        return constant(other) * self

    def __truediv__(self, other: Amount | Fraction | int) -> Amount:
        other = constant(other)
        return self._join(other, "/", self.value / other.value, self.dimension / other.dimension, _PRODUCT)

    def __rtruediv__(self, other: Fraction | int) -> Amount:
        return constant(other) / self

    def __pow__(self, power: int) -> Amount:
        """Raise to a small non-negative whole power."""
        if not 0 <= power <= _HIGHEST_POWER:
            raise ValueError(f"power {power} is outside 0..{_HIGHEST_POWER}")
        return Amount(
            self.value**power,
            self.dimension**power,
            f"{self._formula(_ATOM)} ** {power}",
            f"{self._substituted(_ATOM)} ** {power}",
            _POWER,
            self.lines,
        )

    def __lt__(self, other: Amount) -> bool:
        self._same_dimension(other, "compare")
        return self.value < other.value

    def __le__(self, other: Amount) -> bool:
        self._same_dimension(other, "compare")
        return self.value <= other.value


def _number(value: Fraction) -> tuple[str, int]:
    """Return plain arithmetic for `value` and how tightly it binds."""
    numerator, denominator = value.numerator, value.denominator
    text = str(numerator) if denominator == 1 else _as_decimal(value)
    if text is None:
        return f"{numerator} / {denominator}", _PRODUCT if numerator >= 0 else _SUM
    return text, _ATOM if numerator >= 0 else _SUM


def _as_decimal(value: Fraction) -> str | None:
    """Return `value` as a finite decimal of few places, or None if it has none."""
    rest = value.denominator
    places = 0
    while rest % 10 == 0:
        rest //= 10
        places += 1
    while rest % 2 == 0:
        rest //= 2
        places += 1
    while rest % 5 == 0:
        rest //= 5
        places += 1
    if rest != 1 or places > 12:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return (sign + digits[:-places] + "." + digits[-places:]).rstrip("0")


def constant(value: Amount | Fraction | int) -> Amount:
    """Return a bare number as an amount; an amount is returned as it is."""
    if isinstance(value, Amount):
        return value
    number = Fraction(value)
    text, binding = _number(number)
    return Amount(number, DIMENSIONLESS, text, text, binding)


def count(symbol: str, value: Fraction | int) -> Amount:
    """Return a number without dimension that formulas show as `symbol`."""
    return base_amount(symbol, Fraction(value), DIMENSIONLESS)


def amount(symbol: str, value: Fraction | int, unit: str) -> Amount:
    """Return `value` of `unit` (a symbol of `auditor.units.UNITS`), shown in formulas as `symbol`; `KeyError` for an unknown unit."""
    known = UNITS[unit]
    return base_amount(symbol, Fraction(value) * known.scale, known.dimension)


def base_amount(symbol: str, value: Fraction, dimension: Dimension) -> Amount:
    """Return `value` in the base unit of a dimension, shown in formulas as `symbol`."""
    text, binding = _number(value)
    return Amount(value, dimension, symbol[:_LONGEST_NAME], text, binding)


def total(*terms: Amount) -> Amount:
    """Return the sum of `terms`, leaving out those that are nothing (all of them nothing: the first).

    Raises `ValueError` for no terms at all.
    """
    if not terms:
        raise ValueError("a sum of nothing has no dimension")
    present = [term for term in terms if term.value != 0] or [terms[0]]
    result = present[0]
    for term in present[1:]:
        result = result + term
    return result


def _call(name: str, value: Fraction, terms: tuple[Amount, ...]) -> Amount:
    lines: tuple[Line, ...] = ()
    for term in terms:
        terms[0]._same_dimension(term, "compare")
        lines += tuple(line for line in term.lines if line not in lines)
    formula = f"{name}({', '.join(term.formula for term in terms)})"
    substituted = f"{name}({', '.join(term.substituted for term in terms)})"
    return Amount(value, terms[0].dimension, formula, substituted, _ATOM, lines)


def largest(*terms: Amount) -> Amount:
    """Return the largest of `terms` as an amount whose formula is `max(...)`."""
    return _call("max", max(term.value for term in terms), terms)


def smallest(*terms: Amount) -> Amount:
    """Return the smallest of `terms` as an amount whose formula is `min(...)`."""
    return _call("min", min(term.value for term in terms), terms)


def ceiling(term: Amount) -> Amount:
    """Return a dimensionless amount rounded up to a whole number; its formula is `ceil(...)`."""
    if term.dimension != DIMENSIONLESS:
        raise DimensionError(f"cannot round {term.formula}, it is in {term.dimension}")
    return _call("ceil", Fraction(ceil(term.value)), (term,))


def rounded_down(term: Amount, places: int) -> Amount:
    """Return a dimensionless amount cut to `places` decimals, so that powers do not carry thousands of digits along.

    Its formula is `floor(10**places * ...) / 10**places`: a lower bound stays one.
    """
    scale: int = 10**places
    scaled = scale * term
    if scaled.dimension != DIMENSIONLESS:
        raise DimensionError(f"cannot round {term.formula}, it is in {term.dimension}")
    return _call("floor", Fraction(floor(scaled.value)), (scaled,)) / scale


_DIGITS: Final = Context(prec=30, rounding=ROUND_HALF_EVEN)


def readable(value: Fraction, digits: int = 4) -> str:
    """Return `value` to `digits` significant digits, whole numbers of up to 15 digits in full with thousands separators."""
    if value.denominator == 1 and abs(value) < 10**15:
        return f"{value.numerator:,}"
    decimal = _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    rounded = Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(decimal)
    exponent = rounded.adjusted()
    if -5 <= exponent < 15:
        return f"{rounded:,f}"
    return f"{rounded:.{digits - 1}e}"

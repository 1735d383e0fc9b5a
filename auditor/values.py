"""Exact intervals: what a written number can mean, and arithmetic on it.

Bounds are `Fraction`s, never floats; `None` is infinity. Intervals are closed: a number on the very edge of a
rounding interval is still admitted, so that no rounding convention (half up, half even) raises a false alarm.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from auditor.records import dataclass

__all__ = ["EVERYTHING", "Interval"]


def _lower(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else min(left, right)


def _upper(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else max(left, right)


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of rationals; `low` or `high` of `None` is unbounded on that side."""

    low: Fraction | None
    high: Fraction | None

    def __post_init__(self) -> None:
        if self.low is not self.high and self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"empty interval: {self.low}..{self.high}")

    @classmethod
    def exact(cls, value: Fraction | int) -> Interval:
        """Return the interval that holds just `value`."""
        point = value if type(value) is Fraction else Fraction(value)
        return cls(point, point)

    @property
    def is_exact(self) -> bool:
        return self.low is not None and (self.low is self.high or self.low == self.high)

    @property
    def is_bounded(self) -> bool:
        return self.low is not None and self.high is not None

    @property
    def middle(self) -> Fraction | None:
        """The centre, or the one finite end, or `None`."""
        if self.low is None or self.low is self.high:
            return self.high
        if self.high is None:
            return self.low
        return (self.low + self.high) / 2

    def contains(self, value: Fraction | int) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def meets(self, other: Interval) -> bool:
        """Tell whether the two share a value."""
        return (self.low is None or other.high is None or self.low <= other.high) and (
            other.low is None or self.high is None or other.low <= self.high
        )

    def within(self, other: Interval) -> bool:
        """Tell whether every value of this interval lies in `other`."""
        below = other.low is None or (self.low is not None and other.low <= self.low)
        above = other.high is None or (self.high is not None and self.high <= other.high)
        return below and above

    def hull(self, other: Interval) -> Interval:
        return Interval(_lower(self.low, other.low), _upper(self.high, other.high))

    def widen(self, share: Fraction) -> Interval:
        """Return the interval stretched by `share` of its bounds' size on both sides."""
        if not share:
            return self
        low = None if self.low is None else self.low - abs(self.low) * share
        high = None if self.high is None else self.high + abs(self.high) * share
        return Interval(low, high)

    def widen_by(self, slack: Fraction) -> Interval:
        """Return the interval with `slack` more on both sides."""
        return Interval(None if self.low is None else self.low - slack, None if self.high is None else self.high + slack)

    def __neg__(self) -> Interval:
        if self.low is self.high and self.low is not None:
            return Interval.exact(-self.low)
        return Interval(None if self.high is None else -self.high, None if self.low is None else -self.low)

    def __add__(self, other: Interval) -> Interval:
        low = None if self.low is None or other.low is None else self.low + other.low
        if low is not None and self.low is self.high and other.low is other.high:
            return Interval(low, low)
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, high)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def scale(self, factor: Fraction | int) -> Interval:
        if factor == 0:
            return Interval.exact(0)
        low = None if self.low is None else self.low * factor
        if low is not None and self.low is self.high:
            return Interval(low, low)
        high = None if self.high is None else self.high * factor
        return Interval(low, high) if factor > 0 else Interval(high, low)

    def __mul__(self, other: Interval) -> Interval:
        if self.is_exact and self.low is not None:
            return other.scale(self.low)
        if other.is_exact and other.low is not None:
            return self.scale(other.low)
        if self.low is not None and self.high is not None and other.low is not None and other.high is not None:
            corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
            return Interval(min(corners), max(corners))
        if self.low is not None and self.low >= 0 and other.low is not None and other.low >= 0:
            high = None if self.high is None or other.high is None else self.high * other.high
            return Interval(self.low * other.low, high)
        return EVERYTHING

    def inverse(self) -> Interval:
        """Return 1/x over the interval; everything if it holds zero inside.

        Raises ZeroDivisionError for the interval that is exactly zero.
        """
        if self.is_exact and self.low == 0:
            raise ZeroDivisionError("division by an interval that is zero")
        if self.low is not None and self.low >= 0:
            high = None if self.low == 0 else 1 / self.low
            return Interval(Fraction(0) if self.high is None else 1 / self.high, high)
        if self.high is not None and self.high <= 0:
            return -((-self).inverse())
        return EVERYTHING

    def __truediv__(self, other: Interval) -> Interval:
        return self * other.inverse()

    def power(self, exponent: int) -> Interval:
        """Return x**exponent over the interval, for a small non-negative integer exponent."""
        if exponent < 0:
            return self.inverse().power(-exponent)
        result = Interval.exact(1)
        for _ in range(exponent):
            result = result * self
        if exponent % 2 == 0 and self.contains(0):
            return Interval(Fraction(0), result.high)
        return result

    def minimum(self, other: Interval) -> Interval:
        low = _lower(self.low, other.low)
        highs = [bound for bound in (self.high, other.high) if bound is not None]
        return Interval(low, min(highs) if highs else None)

    def maximum(self, other: Interval) -> Interval:
        return -((-self).minimum(-other))

    def floor(self) -> Interval:
        """Return the hull of the values rounded down to integers."""
        low = None if self.low is None else Fraction(self.low.__floor__())
        return Interval(low, None if self.high is None else Fraction(self.high.__floor__()))

    def ceil(self) -> Interval:
        """Return the hull of the values rounded up to integers."""
        return -((-self).floor())

    def absolute(self) -> Interval:
        if self.low is not None and self.low >= 0:
            return self
        if self.high is not None and self.high <= 0:
            return -self
        return Interval(Fraction(0), _upper(None if self.low is None else -self.low, self.high))

    def modulo(self, other: Interval) -> Interval:
        """Return a hull of the remainders `x % y`, which have the sign of y; exact where both are exact.

        Raises ZeroDivisionError where the divisor is exactly zero.
        """
        if self.is_exact and other.is_exact and self.low is not None and other.low is not None:
            return Interval.exact(self.low % other.low)
        if other.low is not None and other.low > 0:
            return Interval(Fraction(0), other.high)
        if other.high is not None and other.high < 0:
            return Interval(other.low, Fraction(0))
        return EVERYTHING


EVERYTHING: Final = Interval(None, None)

"""Figures with their places: what a number of the report is printed as, where it stands, and whether two measure the same."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.phrases import Phrase
from auditor.check.printed import Printed, binary_scale, capped
from auditor.check.subject import Subject
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Operand, Step
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.spans import Span
from auditor.units import DIMENSIONLESS, UNITS, Dimension
from auditor.values import Interval

__all__ = [
    "PERCENT",
    "Placed",
    "comparable",
    "operand",
    "placed",
    "placed_claim",
    "product",
    "quotient",
    "rounded",
    "with_unit_of_label",
]

PERCENT: Final = UNITS["%"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A number as printed, with its place."""

    printed: Printed
    span: Span
    text: str
    """Digits and unit as written."""
    unit_elsewhere: bool = False
    """A label around it gives the unit."""
    made_of: tuple[Placed, ...] = ()
    """What it is the product of, if it does not stand in the text itself: a share and what it is a share of."""

    @property
    def words(self) -> str:
        """The figure for people, with its unit."""
        if not self.unit_elsewhere:
            return self.text
        return f"{self.text}%" if self.printed.unit is PERCENT else f"{self.text} {self.printed.unit}"

    @property
    def dimension(self) -> Dimension:
        return self.printed.unit.dimension if self.printed.unit else DIMENSIONLESS

    def interval(self, binary: bool = False) -> Interval:
        scale = (binary_scale(self.printed.unit) if binary and self.printed.unit else None) or self.printed.scale
        return self.printed.interval.scale(scale)

    @property
    def middle(self) -> Fraction:
        return self.printed.value * self.printed.scale


def placed(found: Phrase, character: str) -> Placed:
    """Return the figure a character of a phrase stands for."""
    number = found.number(character)
    return Placed(found.printed(number), found.span(number), found.written(number))


def placed_claim(claim: Claim) -> Placed:
    """Return a claim as a figure: its likeliest reading, with the number as printed where it is a bound."""
    reading = claim.readings[0]
    unit = reading.unit
    interval = reading.interval.scale(1 / unit.scale)
    value = interval.middle if interval.middle is not None else Fraction(0)
    if not interval.is_bounded or (claim.role in (Role.TARGET, Role.LIMIT) and claim.approximation is Approximation.ROUNDED):
        interval = Interval.exact(value)  # a threshold is meant as it is written
    elif claim.approximation is Approximation.ROUNDED and value.denominator == 1 and value % 1000 == 0:
        interval = capped(interval, value)
    return Placed(
        Printed(claim.text, value, interval, Fraction(0), unit if unit.symbol != "1" else None, claim.approximation), claim.span, claim.text
    )


def with_unit_of_label(subject: Subject, index: int, item: Placed) -> Placed:
    """Return a figure without a unit with the one its claim has from the labels around it."""
    claim = next((claim for claim in subject.of(index) if claim.span.overlaps(item.span)), None)
    if item.printed.unit is not None or claim is None or claim.unit.symbol == "1":
        return item
    return replace(item, printed=replace(item.printed, unit=claim.unit, interval=rounded(item.printed)), unit_elsewhere=True)


def rounded(item: Printed) -> Interval:
    """Return what a measured number can mean: a unit of its last digit around it."""
    half = item.step / 2
    return item.interval.hull(Interval(item.value - half, item.value + half))


def comparable(one: Placed, two: Placed) -> bool:
    """Tell whether two figures measure the same kind of thing, so that one can be a share of the other."""
    first, second = one.printed.unit, two.printed.unit
    if (first is PERCENT) != (second is PERCENT):
        return False
    return one.dimension == two.dimension


def product(symbols: tuple[str, ...], item: Placed) -> Step:
    """Return the step that multiplies what a figure is made of."""
    return Step(
        " * ".join(symbols),
        " * ".join(plain(part.middle) for part in item.made_of),
        figure(item.middle, item.printed.unit or UNITS["1"]),
        tuple(operand(symbol, part) for symbol, part in zip(symbols, item.made_of, strict=True)),
        item.interval().low,
        item.interval().high,
    )


def operand(symbol: str, item: Placed) -> Operand:
    """Return a figure as the operand of a derivation."""
    interval = item.interval()
    if item.made_of:
        return Operand(symbol, item.text, interval.low, interval.high, None, "worked out above")
    return Operand(symbol, item.text, interval.low, interval.high, item.span)


def quotient(part: Placed, whole: Placed, names: tuple[str, str] = ("part", "whole")) -> Step:
    """Return the step of a derivation that divides one figure by another, as a percentage."""
    bounds = part.interval() / whole.interval()
    return Step(
        " / ".join(names),
        f"{plain(part.middle)} / {plain(whole.middle)}",
        figure(part.middle / whole.middle, PERCENT),
        (operand(names[0], part), operand(names[1], whole)),
        bounds.low,
        bounds.high,
    )

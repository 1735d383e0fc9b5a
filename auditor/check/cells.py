"""Cells: the figures that the text of a cell or value is made of, each with what its own part of the head calls it.

`112 / 171 / 240` below `P50 / P95 / P99 (ms)` are three figures, `1,420 → 1,860 (+31 %)` below `before → after` are two and a third.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from auditor.check.printed import Printed, printed
from auditor.check.subject import Subject
from auditor.language.numbers import Approximation, Form, Number
from auditor.records import dataclass
from auditor.spans import Span, Text
from auditor.units import UNITS

__all__ = ["Figure", "Growth", "Parts", "Sum", "figures_in", "named_parts", "one_figure"]

SMALL: Final = 100
_FIGURES: Final = (Form.PLAIN, Form.RATIO)
_SEVERAL: Final = (*_FIGURES, Form.PART, Form.WHOLE)


@dataclass(frozen=True)
class Figure:
    """One figure of a grid, in base units of its own unit (a bare one, and a percentage, as printed)."""

    printed: Printed
    span: Span
    statement: int
    form: Form = Form.PLAIN
    signed: bool = False
    """It is written with a plus or a minus."""

    @cached_property
    def scale(self) -> Fraction:
        unit = self.printed.unit
        return unit.scale if unit is not None and unit.symbol != "%" else Fraction(1)

    @cached_property
    def value(self) -> Fraction:
        return self.printed.value * self.scale

    @cached_property
    def step(self) -> Fraction:
        """One unit of the last printed digit."""
        return self.printed.step * self.scale

    @property
    def text(self) -> str:
        return self.printed.text

    @property
    def whole(self) -> bool:
        return self.printed.unit is None and self.printed.step == 1 and self.printed.value.denominator == 1

    @property
    def exact(self) -> bool:
        """A small whole number without a unit: a count, not a rounded measure."""
        return self.whole and self.printed.value < SMALL

    @property
    def core(self) -> int:
        """What its digits say: as a whole number of last places, without the factors 2 and 5, so that powers of two and ten say nothing."""
        if not self.printed.step:
            return 0
        number = abs(int(self.printed.value / self.printed.step))
        for factor in (2, 5):
            while number and number % factor == 0:
                number //= factor
        return number


@dataclass(frozen=True)
class Growth(Figure):
    """A percentage by which one figure is larger or smaller than another, as what the other is multiplied by."""

    sign: int = 1
    """-1 where a percentage without a sign says what is taken away."""

    @classmethod
    def of(cls, figure: Figure, sign: int = 1) -> Growth:
        return cls(figure.printed, figure.span, figure.statement, figure.form, figure.signed, sign)

    @cached_property
    def value(self) -> Fraction:
        return 1 + self.sign * self.printed.value / 100

    @cached_property
    def step(self) -> Fraction:
        return self.printed.step / 100

    @property
    def text(self) -> str:
        return f"-{self.printed.text}" if self.printed.value < 0 else self.printed.text

    @property
    def whole(self) -> bool:
        return False

    @property
    def core(self) -> int:
        return abs(int(self.printed.value / self.printed.step)) if self.printed.step else 0


@dataclass(frozen=True)
class Sum(Figure):
    """What several figures make together."""

    parts: tuple[Figure, ...] = ()

    @classmethod
    def of(cls, parts: tuple[Figure, ...]) -> Sum:
        last = parts[-1]
        return cls(last.printed, last.span, last.statement, last.form, last.signed, parts)

    @cached_property
    def value(self) -> Fraction:
        return sum((part.value for part in self.parts), Fraction(0))

    @cached_property
    def step(self) -> Fraction:
        return sum((part.step for part in self.parts if not part.whole), Fraction(0))

    @property
    def text(self) -> str:
        return " + ".join(part.text for part in self.parts)

    @property
    def whole(self) -> bool:
        return all(part.whole for part in self.parts)

    @property
    def exact(self) -> bool:
        return self.whole


def one_figure(subject: Subject, text: Text, statement: int) -> Figure | None:
    """Return the figure of a cell or value that holds nothing else: a number with its unit or noun, perhaps marked as rounded."""
    content = text.content
    numbers = subject.lexicon.scan(content)
    if len(numbers) != 1:
        return None
    number = numbers[0]
    rest = content[: number.start] + content[max(number.end, number.stop) :]
    if number.form not in _FIGURES or number.bound or number.arrow or number.name or any(letter.isalnum() for letter in rest):
        return None
    if "+" in rest or "±" in rest or "*" in rest or "†" in rest:
        return None
    shown = printed(content, number, negative=_negative(content, number))
    if not shown.step:
        return None
    span = text.span(number.digits, number.end if number.unit else number.stop)
    return Figure(shown, span, statement, number.form, bool(number.signed))


def _negative(content: str, number: Number) -> bool:
    return content[: number.digits].rstrip("$ ").endswith(("-", "−"))


@dataclass(frozen=True, slots=True)
class Parts:
    """The figures of one cell in order, None where one is marked or no plain figure; and what stands between them."""

    figures: tuple[Figure | None, ...]
    signs: tuple[str, ...]


def figures_in(subject: Subject, text: Text, statement: int) -> Parts | None:
    """Return the figures of a cell that holds two or more, separated by signs, and no word; None for any other cell."""
    content = text.content
    numbers = subject.lexicon.scan(content)
    if not 1 < len(numbers) <= _MOST_PARTS or any(number.form not in _SEVERAL or number.bound or number.name for number in numbers):
        return None
    ends = [max(number.end, number.stop) for number in numbers]
    outside = content[: numbers[0].start] + content[ends[-1] :]
    signs = tuple(content[end : number.start].strip(" +-−") for end, number in zip(ends, numbers[1:], strict=False))
    if any(map(str.isalnum, outside)) or not {"*", "†"}.isdisjoint(outside) or not _SIGNS.issuperset(signs):
        return None
    unit = numbers[-1].unit if not any(number.unit for number in numbers[:-1]) and len(set(signs)) == 1 else ""
    return Parts(tuple(_part(text, number, unit, statement) for number in numbers), signs)


_MOST_PARTS: Final = 6
_SIGNS: Final = frozenset("/ | x × · → -> => ➜ – — ( , ; ±".split())


def _part(text: Text, number: Number, unit: str, statement: int) -> Figure | None:
    """Return one of several figures; without a unit of its own it is in that of the last: `48 / 41 / 95 ms`."""
    shown = printed(text.content, number, negative=number.signed == "-")
    if not shown.step or (number.approximation is not Approximation.EXACT and number.approximation is not Approximation.ROUNDED):
        return None
    if unit and not number.unit:
        shown = replace(shown, unit=UNITS[unit])
    span = text.span(number.digits, number.end if number.unit else number.stop)
    return Figure(shown, span, statement, number.form, bool(number.signed))


_BETWEEN: Final = re.compile(r"->|=>|[/|→➜·×;]|(?<=\s)x(?=\s)")
_BRACKETED: Final = re.compile(r"\(([^()]*)\)")


def named_parts(head: str, count: int) -> tuple[str, ...]:
    """Return what a head calls each of several figures: `P50 / P95 (ms)`, `shape (batch x tokens)`; the head itself where it does not."""
    bracketed = _BRACKETED.search(head)
    outer = _BRACKETED.sub("", head)
    for text in (outer, bracketed[1] if bracketed else ""):
        names = [name.strip(" ,:") for name in _BETWEEN.split(text)]
        if len(names) == count and all(names):
            return tuple(names)
    return tuple(f"{head} [{place + 1}]" for place in range(count))

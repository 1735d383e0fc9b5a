"""A page being written: numbers go onto it with their meaning, and the finished text knows where each of them stands.

While a text is put together its numbers carry marks (characters of the private use area), so that a style is a function from a
page to a string and never counts characters; `Page.finish` takes the marks out and keeps the places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Final

from auditor.claims.model import Role
from auditor.spans import Span
from tests.generated.plans import Plan
from tests.generated.words import BARE_KEYS, COLUMN_UNITS, GROUPS, KEY_UNITS, KEYS, LABELS, NOUNS, UNITS, kind

__all__ = ["Figure", "Page", "Rendered"]

_OPEN, _CLOSE = "\ue000", "\ue001"
_FIRST: Final = 0xE100
_MOST: Final = 0xF8FF - _FIRST


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a rendered text: what it means and where it stands."""

    quantity: str
    """Empty for a number that only has to be right: an operand of a written product."""
    value: Fraction
    """As printed, in base units."""
    step: Fraction
    """What one in the last digit is worth, in base units; 0 for a count."""
    role: Role
    plan: str
    """`main`, or the name of another plan told beside it."""
    span: Span
    """The number with its unit."""
    text: str

    @property
    def digits(self) -> str:
        """The number without its unit or noun."""
        end = next((index for index, character in enumerate(self.text) if character not in "0123456789.,"), len(self.text))
        return self.text[:end].rstrip(".,")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report of a plan."""

    style: str
    name: str
    """A file name, which says the format."""
    text: str
    figures: tuple[Figure, ...]
    sums: tuple[tuple[int, ...], ...] = ()
    """Places in `figures` of the terms of a written sum, the total last."""
    equations: tuple[tuple[int, ...], ...] = ()
    """Places in `figures` of the operands of a written equation, its result last."""


@dataclass(frozen=True, slots=True)
class _Written:
    quantity: str
    value: Fraction
    step: Fraction
    role: Role
    plan: str


class Page:
    """Writes the figures of a plan as one author does: with habits, drawn once, and with words, drawn each time."""

    def __init__(self, random: Random, plan: Plan) -> None:
        self.random, self.plan = random, plan
        self.glue = random.choice((" ", ""))
        self.grouped = random.random() < 0.6
        self.digits = random.choice((3, 4, 5))
        self.binary = random.random() < 0.15
        self.emphasis = random.choice(("**", "**", "", "`"))
        self.sums: list[tuple[int, ...]] = []
        self.equations: list[tuple[int, ...]] = []
        self._written: list[_Written] = []

    def groups(self, *, without: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
        """What the plan has, by subject."""
        found = [
            (title, [quantity for quantity in members if quantity in self.plan and quantity not in without]) for title, members in GROUPS
        ]
        return [(title, members) for title, members in found if members]

    def label(self, quantity: str) -> str:
        return self.random.choice(LABELS[quantity])

    def key(self, quantity: str) -> str:
        return self.random.choice(KEYS[quantity])

    def unit(
        self,
        quantity: str,
        *,
        noun: bool = True,
        role: Role = Role.ACTUAL,
        plan: str = "main",
        value: Fraction | None = None,
        approximate: bool = False,
    ) -> str:
        """Write a figure with its unit, or a count with its noun, as a person does under a label."""
        value = self.plan[quantity] if value is None else value
        family = kind(quantity)
        if family == "count":
            after = self.random.choice(NOUNS.get(quantity, ("",))) if noun else ""
            return self._mark(quantity, self._whole(value) + after, value, Fraction(0), role, plan)
        name, size = self._unit(family, value)
        text, step = self._measure(value / size)
        said = Fraction(text.replace(",", "")) * size
        after = self._ending(quantity, name) if noun else self._ending(quantity, name).removesuffix(" parameters")
        return ("~" if approximate else "") + self._mark(quantity, text + after, said, step * size, role, plan)

    def bare(
        self,
        quantity: str,
        size: Fraction | None = None,
        *,
        role: Role = Role.ACTUAL,
        plan: str = "main",
        value: Fraction | None = None,
    ) -> str:
        """Write a number alone, in the unit its key or column head says (of `size` base units)."""
        value = self.plan[quantity] if value is None else value
        if size is None or (value.denominator == 1 and kind(quantity) in ("count", "params")):
            return self._mark(quantity, str(round(value)), Fraction(round(value)), Fraction(0), role, plan)
        text, step = self._measure(value / size, grouped=False)
        return self._mark(quantity, text, Fraction(text) * size, step * size, role, plan)

    def cell(self, quantity: str, *, role: Role = Role.ACTUAL, plan: str = "main", value: Fraction | None = None) -> str:
        """Write the bare number of a table's cell, in the unit its column head says."""
        return self.bare(quantity, COLUMN_UNITS[kind(quantity)], role=role, plan=plan, value=value)

    def under(self, key: str, quantity: str, *, plan: str = "main", value: Fraction | None = None) -> str:
        """Write the bare number below a key of a data file."""
        return self.bare(quantity, unit_of(key, quantity), plan=plan, value=value)

    def operand(self, text: str, value: Fraction | int) -> str:
        """Write a number that has to be right, whatever it is taken to mean."""
        return self._mark("", text, Fraction(value), Fraction(0), Role.ACTUAL, "main")

    def reference(self, quantity: str, text: str) -> str:
        """Write the name of a figure that was set above: `$TP`."""
        return self._mark(quantity, text, self.plan[quantity], Fraction(0), Role.ACTUAL, "main")

    def told(self) -> int:
        """How many numbers have been written: the place the next one will have."""
        return len(self._written)

    def finish(self, style: str, name: str, marked: str) -> Rendered:
        """Take the marks out of a finished text and keep the places."""
        figures: dict[int, Figure] = {}
        out: list[str] = []
        index, start = 0, 0
        length = 0
        opened = False
        for character in marked:
            if character == _OPEN:
                opened = True
            elif opened:
                index, start, opened = ord(character) - _FIRST, length, False
            elif character == _CLOSE:
                one = self._written[index]
                text = "".join(out)[start:length]
                figures[index] = Figure(one.quantity, one.value, one.step, one.role, one.plan, Span(start, length), text)
            else:
                out.append(character)
                length += 1
        order = {index: place for place, index in enumerate(sorted(figures, key=lambda index: figures[index].span))}
        sums = tuple(tuple(order[index] for index in indices) for indices in self.sums)
        equations = tuple(tuple(order[index] for index in indices) for indices in self.equations)
        return Rendered(style, name, "".join(out), tuple(figures[index] for index in order), sums, equations)

    def _mark(self, quantity: str, text: str, value: Fraction, step: Fraction, role: Role, plan: str) -> str:
        self._written.append(_Written(quantity, value, step, role, plan))
        assert len(self._written) < _MOST, "a page has room for so many numbers"
        return f"{_OPEN}{chr(_FIRST + len(self._written) - 1)}{text}{_CLOSE}"

    def _whole(self, value: Fraction) -> str:
        assert value.denominator == 1
        return f"{int(value):,}" if self.grouped else str(int(value))

    def _measure(self, value: Fraction, *, grouped: bool | None = None) -> tuple[str, Fraction]:
        """Round to the author's digits, none of them lost before the point; return the text and what its last digit is worth."""
        if value.denominator == 1 and value < 10**6:
            text, step = f"{int(value):,}", Fraction(0)
        else:
            places = max(0, self.digits - max(1, len(str(int(value))))) if value >= 1 else self.digits
            scaled = round(value * 10**places)
            text = f"{scaled // 10**places:,}" + (f".{scaled % 10**places:0{places}d}" if places else "")
            step = Fraction(1, 10**places)
        keep = self.grouped if grouped is None else grouped
        return (text if keep else text.replace(",", "")), step

    def _unit(self, family: str, value: Fraction) -> tuple[str, Fraction]:
        """Choose a unit that leaves a number a person would write."""
        able = [
            (name, size) for name, size in UNITS[family] if Fraction(1, 2) <= value / size < 20000 and (self.binary or "i" not in name[:2])
        ]
        if family == "bytes" and self.binary:
            able = [unit for unit in able if unit[0] == "GiB"] or able
        if family == "bytes" and not self.binary and value >= Fraction(5, 100) * 10**9:
            able = [unit for unit in able if unit[0] == "GB"] or able
        return self.random.choice(able or [UNITS[family][0]])

    def _ending(self, quantity: str, name: str) -> str:
        glue = "" if name.startswith((" ", "%")) or name in ("B", "M") else self.glue
        ending = glue + name
        if quantity == "rate.tokens_per_gpu" and not name.endswith("/ms"):
            ending += self.random.choice(("/GPU", " per GPU"))
        if quantity.startswith("model.params"):
            ending += self.random.choice(("", " parameters"))
        return ending


def unit_of(key: str, quantity: str) -> Fraction | None:
    """Return the size of the unit that the last words of a key say; None where a bare number is in base units."""
    if kind(quantity) in ("count", "params", "tokens"):
        return None if kind(quantity) != "tokens" else Fraction(1)
    words = key.lower().split("_")
    for length in (3, 2, 1):
        size = KEY_UNITS.get("_".join(words[-length:]))
        if size is not None:
            return size
    raise KeyError(f"{key} says no unit")


def bare_key(page: Page, quantity: str) -> str:
    """Return a key for a value that carries its own unit."""
    return page.random.choice(BARE_KEYS.get(quantity) or KEYS[quantity])

"""What a page shows of a report beyond its findings: every number with its meaning, and the plans with what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from auditor.records import dataclass
from auditor.render.recomputed import Completed
from auditor.spans import Span

__all__ = ["Figure", "Holding", "Number", "Reading", "Stage", "StudiedPlan", "Study"]


class Reading(StrEnum):
    """What a number of the report was read as."""

    CLAIM = "claim"
    LABEL = "label"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the report and its meaning in words."""

    span: Span
    reading: Reading
    meaning: str


@dataclass(frozen=True, slots=True)
class Figure:
    """An actual claim of a plan: its value in base units (byte, second, one), as it is written, and its line."""

    quantity: str
    per: str
    phase: str
    value: Fraction
    text: str
    line: int
    most: Fraction | None = None
    """The greatest value it can mean (80 GB that may be GiB); None where nothing bounds it."""
    wrong: bool = False
    """A finding stands at it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A pipeline stage as the report lists it: the GPUs it holds, and the line that says so."""

    id: int
    gpus: tuple[int, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A GPU and the experts that the report lists on it."""

    gpu: int
    experts: tuple[int, ...]
    line: int


@dataclass(frozen=True, slots=True)
class StudiedPlan:
    """A plan of the report with its figures and what follows from them."""

    completed: Completed
    figures: tuple[Figure, ...] = ()

    def claimed(self, quantity: str, per: Sequence[str] = ()) -> Figure | None:
        """Return the first figure of a quantity, of one of these scopes if any are given, in the order they are given."""
        found = [one for one in self.figures if one.quantity == quantity]
        if not per:
            return found[0] if found else None
        return next((one for scope in per for one in found if one.per == scope), None)

    def count(self, quantity: str) -> int | None:
        """Return the whole number that the plan states for a count, if it states one."""
        found = self.claimed(quantity)
        return found.value.numerator if found and found.value.denominator == 1 and found.value > 0 else None


@dataclass(frozen=True, slots=True)
class Study:
    """All that a page shows of one report beyond its findings."""

    numbers: tuple[Number, ...] = ()
    plans: tuple[StudiedPlan, ...] = ()
    stages: tuple[Stage, ...] = ()
    holdings: tuple[Holding, ...] = ()

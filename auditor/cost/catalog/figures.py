"""Published figures with their source and evidence grade, and the comparison of a claim with them.

A claim is contradicted only if no reading of any variant it may name admits it: dense or sparse rates, vector rates,
GB or GiB, one die or the package, one direction of a link or both, and what else serious sources quote.
"""

from __future__ import annotations

import csv
import json
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import RuleError
from auditor.findings import Verdict
from auditor.records import dataclass
from auditor.units import UNITS
from auditor.values import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["DATA", "Comparison", "Figure", "Grade", "Reading", "Source", "compare", "number", "rows", "sources", "vocabulary"]

DATA: Final = Path(__file__).parent / "data"


class Grade(StrEnum):
    """How well a figure is attested. C and D never make more than a warning."""

    A = "A"
    """Read in the vendor's or author's own page or repository."""
    B = "B"
    """Read in an independent work that cites or copies the vendor's page, or counted from the published model code."""
    C = "C"
    """Read in a third-party page, or where pages disagree."""
    D = "D"
    """Recalled, not re-read."""

    @property
    def firm(self) -> bool:
        """Tell whether a finding may rest on it alone."""
        return self in {Grade.A, Grade.B}


@dataclass(frozen=True, slots=True)
class Source:
    """A page, paper or repository that figures come from; `grade` is the best a figure from it can have."""

    id: str
    grade: Grade
    title: str
    place: str


def rows(name: str) -> list[dict[str, str]]:
    """Return a table of the catalog; raises `RuleError` where it cannot be read or a row has too few or many cells."""
    path = DATA / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            found = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RuleError(f"the catalog table cannot be read: {error}", path=str(path)) from error
    for line, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise RuleError("a row does not have one cell for each column", path=str(path), line=line)
    return found


def vocabulary(kind: str) -> dict[str, Any]:
    """Return the words that surround names of a kind (`hardware`, `models`); raises `RuleError` where they cannot be read."""
    path = DATA / "words.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))[kind]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError) as error:
        raise RuleError(f"the words of the catalog cannot be read: {error}", path=str(path)) from error
    return found


@lru_cache(maxsize=1)
def sources() -> Mapping[str, Source]:
    """Return the sources by id."""
    return {row["id"]: Source(row["id"], Grade(row["grade"]), row["title"], row["where"]) for row in rows("sources.csv")}


@dataclass(frozen=True, slots=True)
class Figure:
    """One published value: a quantity, exact in the unit it was published in."""

    quantity: str
    value: Fraction
    unit: str
    grade: Grade
    source: str
    place: str = ""
    """Where in the source."""
    precision: str = ""
    """Number format of a rate: fp32, tf32, bf16, fp16, fp8, fp4, int8."""
    kind: str = ""
    """Of a rate: dense, sparse, vector; `also quoted` for what else serious sources print."""
    note: str = ""

    @property
    def base(self) -> Fraction:
        """The value in base units: bytes, bytes per second, operations per second, or a bare count."""
        return self.value * UNITS[self.unit].scale

    @property
    def text(self) -> str:
        number = f"{float(self.value):.10g}" if self.value.denominator > 1 else str(self.value.numerator)
        return number if self.unit == "1" else f"{number} {self.unit}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that a claim about an entry may mean, in base units."""

    entry: str
    """Name of the catalog entry."""
    figure: Figure
    factor: Fraction
    """What the published value is multiplied by."""
    says: str
    """Why: `with sparsity`, `in GiB`, `one direction`; empty for the figure as published."""

    @property
    def value(self) -> Fraction:
        return self.figure.base * self.factor

    @property
    def plain(self) -> bool:
        """Tell whether this is the figure as published and as commonly meant."""
        return not self.says


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the catalog makes of a claim."""

    verdict: Verdict
    match: Reading | None
    """The plainest reading that admits the claim."""
    nearest: Reading | None
    """The plain reading nearest to a contradicted claim."""
    readings: tuple[Reading, ...]
    grade: Grade | None
    """Of the evidence: that of the match, or of the nearest figure that a contradiction is told by."""


def compare(readings: Iterable[Reading], claimed: Interval, tolerance: Fraction = Fraction(0)) -> Comparison:
    """Compare a claimed interval (base units) with every admissible reading, each widened by `tolerance` of its value.

    Undetermined where the catalog has no figure. A contradiction is graded by the plain figure nearest to the claim: were
    that one wrong, the claim might hold after all.
    """
    found = tuple(readings)
    if not found:
        return Comparison(Verdict.UNDETERMINED, None, None, (), None)
    middle = claimed.middle or Fraction(0)
    ordered = sorted(found, key=lambda one: (not one.plain, one.figure.grade, abs(one.value - middle)))
    for one in ordered:
        slack = abs(one.value) * tolerance
        if claimed.meets(Interval(one.value - slack, one.value + slack)):
            return Comparison(Verdict.HELD, one, None, found, one.figure.grade)
    plain = [one for one in ordered if one.plain] or ordered
    nearest = min(plain, key=lambda one: (abs(one.value - middle), one.figure.grade))
    return Comparison(Verdict.CONTRADICTED, None, nearest, found, nearest.figure.grade)


def number(text: str, path: str) -> Fraction:
    """Read a decimal of a catalog table; raises `RuleError` for anything else."""
    digits = text.replace(".", "", 1)
    if not digits.isdecimal() or len(text) > 30:
        raise RuleError(f"{text[:40]!r} is not a plain decimal number", path=path)
    return Fraction(text)

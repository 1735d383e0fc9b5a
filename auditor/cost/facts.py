"""What an estimate says: facts, each with its exact value, its derivation and how far it can be trusted."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

from auditor.cost.amount import Amount, Line, readable
from auditor.records import dataclass

__all__ = ["PERCENT", "Estimate", "Fact", "Nature"]


class Nature(StrEnum):
    """What a recomputed fact says of the real figure."""

    EXACT = "exact"
    """Follows from the plan: counts, bytes of weights."""
    ESTIMATE = "estimate"
    """A model of reality, good to its tolerance."""
    FLOOR = "lower bound"
    """Nothing real is below it."""
    CEILING = "upper bound"
    """Nothing real is above it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A recomputed value of one quantity.

    `quantity` is an id of the lexicon where it has one; `scope` what it is per (gpu, stage, total, token, ...); `unit` the
    unit it is shown in; `tolerance` the share by which a claim may differ and still agree. An `alternative` is the same
    quantity under another convention than the plan's.
    """

    quantity: str
    name: str
    amount: Amount
    unit: str
    scope: str
    convention: str
    source: str
    nature: Nature = Nature.EXACT
    tolerance: Fraction = Fraction(0)
    alternative: bool = False
    phase: str = ""
    """`training` or `serving`; empty where it holds for both."""
    firm: bool = True
    """Rests on no weakly attested figure of the catalog (grades C and D); only a firm fact contradicts a claim."""

    @property
    def value(self) -> Fraction:
        """The value in `unit`."""
        return self.amount.in_unit(self.unit)

    def __str__(self) -> str:
        sign = {Nature.FLOOR: ">= ", Nature.CEILING: "<= ", Nature.ESTIMATE: "~ ", Nature.EXACT: ""}[self.nature]
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{sign}{readable(self.value)}{unit}"

    @property
    def derivation(self) -> tuple[Line, ...]:
        """The named intermediate results and, last, the fact itself; all in base units."""
        amount = self.amount
        own = Line(self.quantity, amount.formula, amount.substituted, amount.value, amount.dimension)
        if amount.lines and amount.lines[-1].symbol == amount.formula:
            return amount.lines
        return (*amount.lines, own)


PERCENT: Final = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What follows from a plan; `missing` says what does not and what would be needed, `assumed` what was filled in."""

    facts: tuple[Fact, ...]
    missing: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def find(self, quantity: str, scope: str = "", phase: str = "") -> Fact:
        """Return the plan's own fact for a quantity (and scope); `KeyError` if there is none."""
        for fact in self.facts:
            if fact.quantity == quantity and not fact.alternative and scope in ("", fact.scope) and phase in ("", fact.phase):
                return fact
        raise KeyError(f"{quantity} {scope} {phase}".strip())

    def all(self, quantity: str, scope: str = "", phase: str = "") -> tuple[Fact, ...]:
        """Return a quantity's facts under every convention."""
        return tuple(fact for fact in self.facts if fact.quantity == quantity and scope in ("", fact.scope) and phase in ("", fact.phase))

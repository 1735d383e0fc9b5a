"""Set claimed values beside recomputed ones: held, contradicted or undetermined, and under which convention."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from auditor.cost.amount import readable
from auditor.cost.facts import Estimate, Fact, Nature
from auditor.findings import Verdict
from auditor.records import dataclass
from auditor.values import Interval

__all__ = ["Claimed", "Compared", "compare"]

_SAME: Final = {"time.decode": "time.tpot", "time.step": "time.step"}
"""Quantities that mean another one's figure."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed value: `readings` are intervals in base units, any of which may be meant (GB or GiB)."""

    quantity: str
    text: str
    """As written."""
    readings: tuple[Interval, ...]
    scope: str = ""
    """gpu, stage, total ...; empty where it is not said."""
    phase: str = ""
    """training, prefill or decode; empty where it is not said."""
    place: tuple[int, int] | None = None
    """Line and column, from 1."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim and the recomputed fact that speaks of it: the one that admits it, or else the plan's own."""

    claimed: Claimed
    verdict: Verdict
    fact: Fact | None
    detail: str


def compare(claimed: Claimed, estimate: Estimate) -> Compared:
    """Compare a claim with every convention's fact of its quantity; the first that admits it holds it.

    Exact facts and bounds contradict what they do not admit. An estimate, or a fact that rests on a weakly attested figure,
    never does: it leaves the claim undetermined and says how far it is off.
    """
    facts = _about(claimed, estimate)
    if not facts:
        return Compared(claimed, Verdict.UNDETERMINED, None, "nothing in the plan gives this quantity")
    # A figure says more than a bound: bounds decide only where nothing else does.
    figures = [fact for fact in facts if fact.nature in {Nature.EXACT, Nature.ESTIMATE}]
    facts = figures or facts
    for fact in facts:
        if any(_admits(fact, reading) for reading in claimed.readings):
            return Compared(claimed, Verdict.HELD, fact, _how_near(fact, claimed))
    own = facts[0]
    hard = all(fact.nature is not Nature.ESTIMATE and fact.firm for fact in facts)
    return Compared(claimed, Verdict.CONTRADICTED if hard else Verdict.UNDETERMINED, own, _how_near(own, claimed))


def _about(claimed: Claimed, estimate: Estimate) -> Sequence[Fact]:
    quantity = _SAME.get(claimed.quantity, claimed.quantity)
    facts = [fact for fact in estimate.facts if fact.quantity == quantity]
    if claimed.phase:
        unwanted = "serving" if claimed.phase == "training" else "training"
        facts = [fact for fact in facts if fact.phase != unwanted]
    if claimed.scope:
        facts = [fact for fact in facts if fact.scope == claimed.scope]
    # The plan's own figures first, so that the plainest convention is the one named.
    return sorted(facts, key=lambda fact: fact.alternative)


def _admits(fact: Fact, reading: Interval) -> bool:
    value = fact.amount.value
    if fact.nature is Nature.FLOOR:
        return reading.high is None or reading.high >= value
    if fact.nature is Nature.CEILING:
        return reading.low is None or reading.low <= value
    slack = abs(value) * fact.tolerance
    return reading.meets(Interval(value - slack, value + slack))


def _how_near(fact: Fact, claimed: Claimed) -> str:
    middle, value = claimed.readings[0].middle, fact.amount.value
    if middle is None or value == 0:
        return ""
    ratio = middle / value
    if fact.nature in {Nature.FLOOR, Nature.CEILING}:
        return f"{readable(ratio, 3)} x the {fact.nature.value}"
    difference = (ratio - 1) * 100
    if abs(difference) < Fraction(1, 100):
        return "equal"
    if abs(difference) <= 100:
        return f"{'+' if difference > 0 else '-'}{readable(abs(difference), 2)} %"
    return f"{readable(ratio, 3)} x the recomputed value"

"""Counts of parameters in a report, and what each counts: the model, an expert, the experts, attention."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from auditor.check.stated import around, own, shown
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.units import DIMENSIONLESS

__all__ = ["Count", "Part", "counts"]


class Part(StrEnum):
    """What a count of parameters counts."""

    WHOLE = "model"
    EXPERT = "one expert"
    EXPERTS = "experts"
    ATTENTION = "attention"
    OTHER = "a part"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of parameters and what it counts."""

    claim: Claim
    part: Part

    @property
    def per(self) -> str:
        return self.claim.scope.per

    @property
    def value(self) -> Fraction:
        return shown(self.claim)


def counts(subject: Subject, plan: Plan) -> tuple[Count, ...]:
    """Return the plan's counts of parameters, of the model and of its parts: `58.6M parameters per GPU`, `Per expert: 25M`."""
    found = []
    for claim in own(plan, plan.claims):
        if claim.role is not Role.ACTUAL or claim.quantity not in ("model.params", "other"):
            continue
        low = claim.interval.low
        if low is None or low < 10**5 or claim.unit.dimension != DIMENSIONLESS or claim.unit.symbol == "%":
            continue
        part = _part(subject, claim)
        if part is not None:
            found.append(Count(claim, part))
    return tuple(found)


def _part(subject: Subject, claim: Claim) -> Part | None:
    """Return what a number counts parameters of; None if it counts something else."""
    statement = subject.statement(claim)
    if len(statement.value.content) > 300:
        return None
    own = {word.text for word in subject.lexicon.normalize(f"{statement.label} {claim.text}")}
    before, behind = around(subject, claim)
    ahead = {word.text for word in subject.lexicon.normalize(before)}
    after = [word.text for word in subject.lexicon.normalize(behind)]
    if claim.quantity == "other" and not ({"parameter", "param"} & (own | ahead | set(after[:3]))):
        return None
    words = own | ahead | set(after[:4])
    if "model" in after[:4] and claim.scope.per != "expert":
        return Part.WHOLE
    if (
        claim.scope.per == "expert"
        or after[:2] == ["per", "expert"]
        or ("expert" in words and {"each", "one", "single"} & (ahead | set(after[:4])))
    ):
        return Part.EXPERT
    if "expert" in words or "moe" in words:
        return Part.EXPERTS
    return next((part for part in (Part.ATTENTION, Part.OTHER) if words & subject.lexicon.sayings[f"counts of {part}"]), Part.WHOLE)

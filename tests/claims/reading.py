"""Reading in tests: what the auditor makes of a text, in a form that is short to write down."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from auditor.claims.model import Claim, Role
from auditor.pipeline import ClaimSet, read_claims
from auditor.read import decode
from auditor.rulebook import load
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["Said", "read", "said"]


@dataclass(frozen=True)
class Said:
    """What a number of a text should be read as: its quantity, its exact interval in base units, its role and scope."""

    quantity: str
    interval: Interval
    role: Role
    per: str | None
    """None where the scope is not what the test is about."""

    def matches(self, claim: Claim) -> bool:
        return (
            claim.quantity == self.quantity
            and claim.interval == self.interval
            and claim.role is self.role
            and (self.per is None or claim.scope.per == self.per)
        )


def said(line: str) -> tuple[Said, ...]:
    """Read expectations: `parallel.tensor 8; time.step 26.5..27.5 ms target; memory.used ..8 GB per gpu`.

    Each is a quantity, a number or the ends of an interval (either may be missing), then a unit, a role and a scope where
    they matter; without a role it is actual.
    """
    return tuple(_one(part.split()) for part in line.split(";") if part.strip())


def _one(words: list[str]) -> Said:
    quantity, value, *rest = words
    scale, role, per = Fraction(1), Role.ACTUAL, None
    while rest:
        word = rest.pop(0)
        if word == "per":
            per = rest.pop(0)
        elif word in {role.value for role in Role}:
            role = Role(word)
        else:
            scale = UNITS[word].scale
    low, dots, high = value.partition("..")
    ends = [Fraction(end) * scale if end else None for end in ((low, high) if dots else (value, value))]
    return Said(quantity, Interval(ends[0], ends[1]), role, per)


def read(text: str, name: str = "report.md") -> ClaimSet:
    """Read a text as the file of that name."""
    return read_claims(decode(text.encode(), name), rules=load())

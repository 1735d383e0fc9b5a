"""What a fact is."""

from __future__ import annotations

from auditor.claims.model import Claim
from auditor.findings import Step
from auditor.records import dataclass
from auditor.spans import Span

__all__ = ["Fact", "own_claims", "places_of"]


@dataclass(frozen=True, slots=True)
class Fact(Claim):
    """A value that follows from claims, in the shape of a claim: in base units, as an interval that holds every reading of them.

    Its `span` is that of its first operand, its `confidence` that of the least sure one; a fact of the catalog has no operand.
    """

    operands: tuple[Claim, ...] = ()
    """The claims of the report it rests on."""
    steps: tuple[Step, ...] = ()
    """Its derivation: at most three steps, the first from claims and the catalog alone."""
    follows: str = ""
    """The name of what it follows by (`gpus-of-nodes`), or of the entry of the catalog it was taken from."""
    catalog: bool = False
    """Something in its derivation is a figure of the catalog and stands nowhere in the report."""


def own_claims(claim: Claim) -> tuple[Claim, ...]:
    """Return the claims of a report that a claim or fact rests on: itself, or the operands of a fact."""
    return claim.operands if isinstance(claim, Fact) else (claim,)


def places_of(claim: Claim) -> tuple[Span, ...]:
    """Return where in the report a claim stands, or the claims that a fact rests on."""
    return tuple(one.span for one in own_claims(claim) if not one.source)

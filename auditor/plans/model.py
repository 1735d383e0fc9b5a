"""Plans: the claims that must hold together, and the facts that follow from them."""

from __future__ import annotations

from auditor.claims.model import Claim
from auditor.records import dataclass

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """One configuration of a report: the proposed one, the previous one, a table row, an alternative."""

    id: str
    title: str
    claims: tuple[Claim, ...]
    parent: str = ""
    """The plan whose claims it inherits where it is silent (a row inherits what the text says of all rows)."""

"""Layouts: how a place cuts a model over GPUs, and whether a document states one layout or several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from auditor.claims.model import Claim, Role
from auditor.findings import Confidence
from auditor.plans.places import places
from auditor.statements import Document, Kind

__all__ = ["DEGREES", "is_degree", "states_one_layout"]

DEGREES: Final = frozenset(f"parallel.{axis}" for axis in ("tensor", "pipeline", "expert", "data", "context", "sequence", "expert_tensor"))
_A_LAYOUT: Final = 2
"""So many degrees in one chapter are a layout."""
_SHORT: Final = 60
"""A document of so many statements has room for one plan."""
_IN_PASSING: Final = 2
"""So many sentences must tell of a layout that stands nowhere but in running text: one tells of it in passing."""


def is_degree(claim: Claim) -> bool:
    """Tell whether a claim states a degree of what the report plans or runs: read for sure, of the whole and not of one member."""
    return (
        claim.quantity in DEGREES
        and claim.role is Role.ACTUAL
        and claim.interval.is_exact
        and claim.confidence is not Confidence.LOW
        and not (claim.source or claim.scope.member)
    )


def states_one_layout(document: Document, claims: Sequence[Claim]) -> bool:
    """Tell whether a document is about one layout: a chapter states it outright, or it is short, and no place states another.

    One degree may differ in a place: that is a slip, and to find it is what plans are for.
    """
    degrees = [claim for claim in claims if is_degree(claim)]
    told = len(document.statements) <= _SHORT or _is_told(document, degrees)
    return told and sum(len(values) > 1 for values in _values(degrees).values()) <= 1


def _is_told(document: Document, degrees: Iterable[Claim]) -> bool:
    """Tell whether a chapter states several degrees: in a list, a table, a heading or a block, or in more than one sentence."""
    where = places(document)
    told: dict[tuple[int, ...], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for claim in degrees:
        told[where[claim.statement].chapter][claim.quantity].add(claim.statement)
    for axes in told.values():
        statements = set().union(*axes.values())
        outright = any(document.statements[one].kind is not Kind.SENTENCE for one in statements)
        if len(axes) >= _A_LAYOUT and (outright or len(statements) >= _IN_PASSING):
            return True
    return False


def _values(degrees: Iterable[Claim]) -> Mapping[str, set[Fraction | None]]:
    found: dict[str, set[Fraction | None]] = defaultdict(set)
    for claim in degrees:
        found[claim.quantity].add(claim.interval.low)
    return found

"""Layouts: how a place cuts a model over GPUs, and whether a document states one layout or several.

A layout is *told* where a chapter states several degrees outright: in a list, a table, a heading or a block, or in more than one sentence.
What one sentence says is said in passing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from typing import Final

from auditor.claims.model import Claim, Role
from auditor.findings import Confidence
from auditor.plans.places import Place, places
from auditor.records import dataclass
from auditor.statements import Document, Kind

__all__ = ["DEGREES", "OneLayout", "is_degree", "one_layout"]

DEGREES: Final = frozenset(f"parallel.{axis}" for axis in ("tensor", "pipeline", "expert", "data", "context", "sequence", "expert_tensor"))
_A_LAYOUT: Final = 2
"""So many degrees in one chapter are a layout."""
_IN_PASSING: Final = 2
"""So many sentences must tell of a layout that stands nowhere but in running text: one tells of it in passing."""
_FOR_EACH: Final = 3
"""So many chapters must state the layout of a document for each one that states another."""
_OUTRIGHT: Final = frozenset(Kind) - {Kind.SENTENCE}

Chapter = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OneLayout:
    """The one layout that a document states, and where it speaks of another."""

    apart: frozenset[int] = frozenset()
    """The blocks that speak of another layout in passing, and those of a chapter that has one of its own: they belong to no other place."""

    def joins(self, one: Place, other: Place) -> bool:
        """Tell whether the layout joins two places: neither speaks of another."""
        return self.apart.isdisjoint((one.block, other.block))


def is_degree(claim: Claim) -> bool:
    """Tell whether a claim states a degree of what the report plans or runs: read for sure, of the whole and not of one member."""
    return (
        claim.quantity in DEGREES
        and claim.role is Role.ACTUAL
        and claim.interval.is_exact
        and claim.confidence is not Confidence.LOW
        and not (claim.source or claim.scope.member)
    )


def one_layout(document: Document, claims: Sequence[Claim]) -> OneLayout | None:
    """Return the layout of a document that is about one; None where it states several, or none that would join its places.

    It is about one where a chapter tells it, or most chapters state figures outright and none tells of a layout, and no other is told:
    one degree may differ in a place, which is a slip, and to find it is what plans are for; others may be mentioned in passing, and one
    chapter may tell of what came before where the layout of the document stands in many.
    """
    where = places(document)
    degrees = [claim for claim in claims if is_degree(claim)]
    if not (_is_told(document, where, degrees) or _is_of_figures(document, where, claims)):
        return None
    usual = _usual(where, degrees)
    others = [claim for claim in degrees if claim.interval.low != usual[claim.quantity]]
    if len({claim.quantity for claim in others}) <= 1:
        return OneLayout()
    apart = {where[claim.statement].block for claim in others}
    if _is_told(document, where, others):
        chapters = {where[claim.statement].chapter for claim in others}
        usual_ones = {where[claim.statement].chapter for claim in degrees if claim not in others} - chapters
        if len(usual_ones) < _FOR_EACH * len(chapters):
            return None
        apart |= {place.block for place in where if place.chapter in chapters}
    return OneLayout(frozenset(apart))


def _usual(where: Sequence[Place], degrees: Iterable[Claim]) -> Mapping[str, Fraction | None]:
    """Return the degree of each axis that most sections state, the first of equal ones."""
    counts: dict[str, Counter[Fraction | None]] = defaultdict(Counter)
    for quantity, value, _ in dict.fromkeys((one.quantity, one.interval.low, where[one.statement].section) for one in degrees):
        counts[quantity][value] += 1
    return {quantity: found.most_common(1)[0][0] for quantity, found in counts.items()}


def _is_told(document: Document, where: Sequence[Place], degrees: Iterable[Claim]) -> bool:
    """Tell whether a chapter states several degrees: in a list, a table, a heading or a block, or in more than one sentence."""
    told: dict[Chapter, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for claim in degrees:
        told[where[claim.statement].chapter][claim.quantity].add(claim.statement)
    return any(len(axes) >= _A_LAYOUT and _is_outright(document, set().union(*axes.values())) for axes in told.values())


def _is_outright(document: Document, statements: Set[int]) -> bool:
    return len(statements) >= _IN_PASSING or any(document.statements[one].kind in _OUTRIGHT for one in statements)


def _is_of_figures(document: Document, where: Sequence[Place], claims: Collection[Claim]) -> bool:
    """Tell whether most chapters of a document state figures of a deployment outright, as a report does and a manual does not."""
    stating = {
        where[claim.statement].chapter
        for claim in claims
        if not claim.source and claim.quantity != "other" and document.statements[claim.statement].kind in _OUTRIGHT
    }
    chapters = {place.chapter for place, one in zip(where, document.statements, strict=True) if one.kind is not Kind.HEADING}
    return 2 * len(stating) > len(chapters)

"""Joins: what makes two places of a document speak of one plan.

Narrow by default. Two places belong together where they are one block, stand in one plan or section, or where the whole document
states one layout; that they stand in one document joins nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from functools import cached_property

from auditor.claims.model import Claim
from auditor.findings import Evidence
from auditor.plans.assign import MAIN
from auditor.plans.layouts import OneLayout, one_layout
from auditor.plans.places import Place, places
from auditor.records import dataclass
from auditor.statements import Document

__all__ = ["Joins"]


@dataclass(frozen=True)
class Joins:
    """What joins the places of one document."""

    document: Document
    claims: Sequence[Claim]

    def between(self, one: int, other: int) -> Evidence:
        """Return what joins two statements, the soundest evidence there is."""
        first, second = self._places[one], self._places[other]
        if one == other or first.block == second.block:
            return Evidence.AS_WRITTEN
        if self._plans.get(one, frozenset()) & self._plans.get(other, frozenset()) - {MAIN}:
            return Evidence.SAME_PLAN
        if first.section == second.section:
            return Evidence.SECTION_ALONE if self.layout is None else Evidence.ONE_SECTION
        joined = self.layout is not None and self.layout.joins(first, second)
        return Evidence.ONE_LAYOUT if joined else Evidence.ONE_DOCUMENT

    @cached_property
    def layout(self) -> OneLayout | None:
        """The one layout that the document states; None where there are several, or none."""
        return one_layout(self.document, self.claims)

    @cached_property
    def _places(self) -> Sequence[Place]:
        return places(self.document)

    @cached_property
    def _plans(self) -> Mapping[int, Set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for claim in self.claims:
            if not claim.source:
                found[claim.statement].add(claim.plan)
        return found

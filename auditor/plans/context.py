"""Context: the facts a report was written from, read from files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Claim
from auditor.claims.resolve import resolve
from auditor.parse import parse
from auditor.plans.assign import MAIN, assign
from auditor.plans.model import Plan
from auditor.statements import Document, Source

__all__ = ["read_context", "with_facts"]


def read_context(sources: tuple[Source, ...], lexicon: Lexicon) -> tuple[tuple[Claim, ...], Mapping[str, Document]]:
    """Return what context files claim, each claim with its `source`, and their documents by path."""
    facts: list[Claim] = []
    documents: dict[str, Document] = {}
    for source in sources:
        document = parse(source)
        documents[source.path] = document
        claims, _ = assign(document, resolve(document, lexicon).claims, lexicon)
        facts.extend(replace(claim, source=source.path) for claim in claims if claim.plan == MAIN)
    return tuple(facts), documents


def with_facts(plans: tuple[Plan, ...], facts: tuple[Claim, ...]) -> tuple[Plan, ...]:
    """Give the main plan, and those that inherit from it, the facts about quantities they are silent on."""
    if not facts:
        return plans
    result = []
    for plan in plans:
        if plan.id == MAIN or plan.parent == MAIN:
            said = {(claim.quantity, claim.role) for claim in plan.claims}
            plan = replace(
                plan, claims=(*plan.claims, *(fact for fact in facts if (fact.quantity, fact.role) not in said and not fact.scope.member))
            )
        result.append(plan)
    return tuple(result)

"""What a report would have to state for a claim to be checked: for each relation that speaks of it, the operands it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from auditor.check.relations import may_stand_for
from auditor.facts.table import facts_of
from auditor.records import dataclass
from auditor.relations.language import write

if TYPE_CHECKING:
    from auditor.claims.model import Claim
    from auditor.facts.model import Fact
    from auditor.plans.model import Plan
    from auditor.rulebook import Rule, Use

__all__ = ["Way", "ways"]

_MOST: Final = 4
"""Operands that a way may lack; whoever lacks more is not told to write half a report."""


@dataclass(frozen=True, slots=True)
class Way:
    """A rule that would check a claim, what would have to be stated for it, and the relation it holds the figures to."""

    rule: Rule
    lacks: tuple[Use, ...]
    relation: str


def ways(claim: Claim, plan: Plan, plans: Iterable[Plan], rules: Iterable[Rule], known: Sequence[Fact] = ()) -> list[Way]:
    """Return the ways to have a claim of a plan checked, the one that lacks least first; `known` is what the catalog says."""
    stated = _stated(plan, {one.id: one for one in plans}, known)
    found = [way for rule in rules if rule.uses for way in _ways(claim, rule, stated)]
    return sorted(found, key=lambda way: (len(way.lacks), way.rule.code))


def _stated(plan: Plan, plans: dict[str, Plan], known: Sequence[Fact]) -> list[Claim]:
    """Return the claims of a plan with those it inherits and what follows from them."""
    claims = list(plan.claims)
    seen = {plan.id}
    while plan.parent in plans and plan.parent not in seen:
        seen.add(plan.parent)
        plan = plans[plan.parent]
        claims += plan.claims
    return [*claims, *facts_of(claims, known)]


def _ways(claim: Claim, rule: Rule, stated: Sequence[Claim]) -> Iterator[Way]:
    """Yield the convention of a rule that speaks of the claim and lacks least, if any lacks something but not too much."""
    own = {use.name for use in rule.uses if may_stand_for(use, claim)}
    there = own | {use.name for use in rule.uses if any(may_stand_for(use, other) for other in stated)}
    uses = {use.name: use for use in rule.uses}
    lacking = [
        (len(wanted - there), index, wanted - there) for index, wanted in enumerate(rule.needs) if own & wanted and wanted <= uses.keys()
    ]
    if lacking:
        count, index, names = min(lacking, key=lambda one: one[:2])
        if 0 < count <= _MOST:
            lacks = tuple(use for use in rule.uses if use.name in names)
            yield Way(rule, lacks, write(rule.conventions[index].holds))

"""The memory of one expert: its matrices times the bytes of a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Final

from auditor.check.sharding import Sharding
from auditor.check.stated import Worked, amount, is_worked_from, own, places, said, shown, wholes
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.cost.closed import ffn_params
from auditor.findings import STATED_AGAIN, Confidence, Outcome, Place
from auditor.plans.model import Plan
from auditor.relations.language import plain
from auditor.rulebook import Rule

__all__ = ["of_matrices"]

_NEAR: Final = Fraction(1, 8)
"""Biases, scales, a router's row: so near a definition agrees with it."""
_FAR: Final = Fraction(9, 5)
"""Only what is this far from every definition is contradicted: a matrix or a byte too few is a factor of two."""
_MATRICES: Final = (2, 3)


def of_matrices(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The weights of an expert are two or three matrices times the bytes of a parameter, and its memory is no less."""
    done: set[tuple[str, Fraction]] = set()
    for plan in subject.plans:
        groups: dict[tuple[str, Fraction], list[Claim]] = {}
        for claim in own(plan, plan.claims):
            if _of_one_expert(claim) and not is_worked_from(subject, claim):
                groups.setdefault((claim.quantity, shown(claim)), []).append(claim)
        sizes = _sizes(subject, plan) if groups else []
        for key, claims in groups.items():
            if sizes and key not in done:
                done.add(key)
                yield _outcome(plan, rule, claims, sizes)


def _of_one_expert(claim: Claim) -> bool:
    return (
        claim.quantity in ("memory.weights", "memory.used")
        and claim.role is Role.ACTUAL
        and claim.confidence is not Confidence.LOW
        and not claim.bound
        and not (claim.scope.words and claim.scope.words != "expert")
        and (claim.scope.per == "expert" or (claim.scope.per == "" and claim.scope.member.lower().startswith("expert")))
    )


def _sizes(subject: Subject, plan: Plan) -> list[Worked]:
    """Return what an expert takes under every definition."""
    hidden = wholes(plan, "model.hidden", ("", "total", "token"))
    width = wholes(plan, "model.expert_hidden", ("", "total", "expert")) or wholes(plan, "model.ffn_hidden")
    costs = Sharding(subject, plan).widths() if hidden and width else ()
    return [
        Worked.by(ffn_params, Worked.of(one), Worked.of(two, "expert_hidden"), matrices) * cost
        for matrices, one, two, cost in product(_MATRICES, hidden.values(), width.values(), costs)
    ]


def _shares(plan: Plan) -> set[Fraction]:
    """Return what a figure may be of one expert in one layer: itself, all its layers, a slice of it."""
    layers, stages = wholes(plan, "model.layers"), wholes(plan, "parallel.pipeline")
    ways = {*wholes(plan, "parallel.tensor"), *wholes(plan, "parallel.expert_tensor")}
    through = {Fraction(one, two) for one, two in product(layers, {1, *stages})}
    return {Fraction(1), *through, *(Fraction(1, way) for way in ways)}


def _outcome(plan: Plan, rule: Rule, claims: Sequence[Claim], sizes: Sequence[Worked]) -> Outcome:
    claim = claims[0]
    least, most = min(sizes, key=lambda one: one.value), max(sizes, key=lambda one: one.value)
    spans = (*(one.span for one in claims), *(one.span for one in least.claims if not one.source))
    computed = [size.value * share for size, share in product(sizes, _shares(plan))]
    values = [value for reading in claim.readings if (value := (reading.stated or reading.interval).middle)]
    apart = min((max(one / value, value / one) for one, value in product(computed, values)), default=Fraction(1))
    if apart <= 1 + _NEAR or (claim.quantity == "memory.used" and any(value * (1 + _NEAR) >= min(computed) for value in values)):
        return rule.held(spans, f"{least.terms} bytes or more")
    if apart < _FAR:
        return rule.undetermined(spans, f"say what an expert consists of to check {said(claim)}")
    ends = " or ".join(amount(one.value, claim.unit) for one in (least, most))
    what = "weights" if claim.quantity == "memory.weights" else "memory"
    hidden, width = (plain(shown(one)) for one in least.claims[:2])
    return rule.contradicted(
        spans,
        f"{said(claim)} of {what} for one expert, but 2 or 3 matrices of {hidden} x {width} take {ends}",
        Place(claim.span, f"{what} of an expert"),
        related=(*places(least.claims, but=claim), *(Place(one.span, STATED_AGAIN) for one in claims[1:20])),
        claimed=said(claim),
        expected=ends,
        derivation=(least.step(claim.unit),),
    )

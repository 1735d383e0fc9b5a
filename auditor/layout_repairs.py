"""Repairs of layouts: degrees that the cost model's list of consistent layouts has for the stated number of GPUs, nearest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Final

from auditor.check.frameworks import named
from auditor.check.relations import restating
from auditor.check.stated import wholes
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.layout import (
    DEDICATED_EXPERTS,
    DP_ATTENTION,
    QUANTITIES,
    SYMBOLS,
    Constraints,
    Degrees,
    Shape,
    conventions,
    find_framework,
    layouts,
)
from auditor.findings import Finding, Repair, Restatement
from auditor.plans.model import Plan
from auditor.remember import once_for
from auditor.spans import Span

__all__ = ["layout_repairs"]

MOST: Final = 2
MOST_CHANGED: Final = 2
MOST_GPUS: Final = 10**6


def layout_repairs(finding: Finding, subject: Subject) -> Iterator[Repair]:
    """Yield the nearest layouts that use the stated GPUs, for a finding about a GPU count and degrees.

    A layout that changes one degree only is left to the rule's own repairs, which are solved for each of its operands.
    """
    tried = {convention.name for convention in finding.conventions}
    if finding.category != "layout" or not tried:
        return
    counted = _counted(subject)
    first = min((counted[span] for span in (finding.place.span, *finding.basis) if span in counted), default=None)
    if first is None:
        return
    plan = subject.plans[first]
    stated = _stated(finding, plan)
    gpus = _whole(stated.get("gpus"))
    values = {symbol: value for symbol in SYMBOLS if (value := _whole(stated.get(symbol))) is not None}
    if gpus is None or gpus > MOST_GPUS or len(values) < MOST_CHANGED:
        return
    words = named(subject.document.source.text)
    framework = find_framework(" ".join(sorted(words)))
    found: dict[tuple[tuple[str, int], ...], tuple[int, Fraction, str]] = {}
    try:
        near, shape = Degrees(**values), _shape(plan)
        for convention in conventions(framework, words & {DP_ATTENTION, DEDICATED_EXPERTS}):
            if convention.name not in tried:
                continue
            wanted = Constraints(convention, near=near, shape=shape, framework=framework, changes=MOST_CHANGED)
            for layout in layouts(gpus, wanted):
                change = tuple((symbol, value) for symbol, value in layout.stated() if symbol in values and value != values[symbol])
                found.setdefault(change, (len(change), _distance(change, values), convention.name))
    except ImpossiblePlanError:
        return  # what is stated is no layout at all: another rule's finding
    nearest = sorted((key for key in found if len(key) > 1), key=lambda key: (*found[key][:2], key))
    for change in islice(nearest, MOST):
        yield _repair(change, {symbol: _same(stated[symbol], plan) for symbol, _ in change}, found[change][2])


@once_for
def _counted(subject: Subject) -> Mapping[Span, int]:
    """Return the first plan that counts its GPUs at each place."""
    found: dict[Span, int] = {}
    for index, plan in enumerate(subject.plans):
        for claim in plan.claims:
            if claim.quantity == QUANTITIES["gpus"] and not claim.source:
                found.setdefault(claim.span, index)
    return found


def _stated(finding: Finding, plan: Plan) -> Mapping[str, Claim]:
    """Return the claims of the GPU count and the degrees that a finding's arithmetic uses, by symbol."""
    spans = {operand.span for step in finding.derivation for operand in step.operands} | set(finding.basis) | {finding.place.span}
    symbols = {quantity: symbol for symbol, quantity in QUANTITIES.items()}
    found: dict[str, Claim] = {}
    for claim in plan.claims:
        if not claim.source and claim.span in spans and claim.quantity in symbols:
            found.setdefault(symbols[claim.quantity], claim)
    return found


def _whole(claim: Claim | None) -> int | None:
    value = claim.interval.low if claim is not None and claim.interval.is_exact else None
    return int(value) if value is not None and value.denominator == 1 and value >= 1 else None


def _shape(plan: Plan) -> Shape:
    def only(quantity: str) -> int | None:
        listed = list(wholes(plan, quantity))
        return listed[0] if len(listed) == 1 else None

    return Shape(
        heads=only("model.heads"),
        kv_heads=only("model.kv_heads"),
        hidden=only("model.hidden"),
        layers=only("model.layers"),
        experts=only("model.experts"),
    )


def _same(claim: Claim, plan: Plan) -> tuple[Claim, ...]:
    """Return the claims of a plan that state the same degree, at all its places."""
    wanted = (claim.quantity, claim.role, claim.interval)
    return tuple(other for other in plan.claims if (other.quantity, other.role, other.interval) == wanted and not other.source)


def _distance(change: tuple[tuple[str, int], ...], values: Mapping[str, int]) -> Fraction:
    distance = Fraction(1)
    for symbol, value in change:
        distance *= Fraction(max(value, values[symbol]), min(value, values[symbol]))
    return distance


def _repair(change: tuple[tuple[str, int], ...], stated: Mapping[str, tuple[Claim, ...]], convention: str) -> Repair:
    parts = [f"{symbol} {value} instead of {_whole(stated[symbol][0])}" for symbol, value in change]
    edits = [restating(stated[symbol], Fraction(value), whole=True) for symbol, value in change]
    by_place = {edit.span: edit for listed in edits for edit in listed}
    return Repair(
        f"{' and '.join(parts)} would agree ({convention})",
        tuple(by_place.values()) if all(edits) else (),
        restated=tuple(Restatement(claim.span, claim.quantity, Fraction(value)) for symbol, value in change for claim in stated[symbol]),
    )

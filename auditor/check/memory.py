"""Memory checks: what the weights, the cache and the training states of a plan must take, against what it says.

Each claim is tried under every admissible reading: GB and GiB, each stated parallel degree, each precision the report names, the
sharding conventions of `auditor.check.sharding`. What no reading gives is contradicted; the finding says which slip would give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.sharding import Sharding, share_outcome
from auditor.check.stated import Worked, amount, near, own, own_words, places, said, shown, stated
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.findings import Confidence, Outcome, Place, Severity, Verdict
from auditor.rulebook import Rule
from auditor.statements import Kind
from auditor.units import UNITS

__all__ = ["weights_in_all", "weights_per_gpu"]

_REST: Final = Fraction(1, 8)
"""What a quantised model keeps in 16 bits (embeddings, norms, scales), and rounded headlines: so much more or less agrees."""


def weights_per_gpu(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A GPU's share of the weights is the model over the axes that divide it."""
    seen: set[object] = set()
    for plan in subject.plans:
        claims = [
            claim
            for claim in own(plan, stated(plan, "memory.weights", ("gpu",)))
            if claim.confidence is Confidence.HIGH and not claim.source
        ]
        if not claims:
            continue
        sharding = Sharding(subject, plan)
        whole = sharding.weights()
        for claims_ in _alike(claims):
            outcome = share_outcome(rule, claims_, sharding.judge(claims_[0], whole), what="weights", whole="the model's weights")
            key = (outcome.verdict, outcome.spans)
            if key not in seen:
                seen.add(key)
                yield outcome


def weights_in_all(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The weights of the whole model are its parameters times the bytes of one."""
    seen: set[object] = set()
    for plan in subject.plans:
        claims = [
            claim
            for claim in own(plan, stated(plan, "memory.weights", ("", "total", "replica")))
            if claim.confidence is Confidence.HIGH and not claim.source and not claim.bound
        ]
        if not claims:
            continue
        sharding = Sharding(subject, plan)
        params, widths = sharding.parameters(), sharding.widths()
        for group in _alike(claims):
            outcome = _weights_in_all(subject, rule, group, [one.times(width) for one in params for width in widths])
            key = (outcome.verdict, outcome.spans)
            if key not in seen:
                seen.add(key)
                yield outcome


def _weights_in_all(subject: Subject, rule: Rule, claims: Sequence[Claim], computed: Sequence[Worked]) -> Outcome:
    claim = claims[0]
    spans = tuple(one.span for one in claims)
    if not computed:
        return Outcome(rule.code, Verdict.UNDETERMINED, spans, f"state the parameters and the precision to check {said(claim)}")
    for one in computed:
        if any(reading.interval.meets(one.interval.widen(_REST)) for reading in claim.readings):
            return Outcome(
                rule.code,
                Verdict.HELD,
                (*spans, *(part.span for part in one.claims if not part.source)),
                f"{one.substituted} = {amount(one.value, claim.unit)}",
            )
    one = computed[0]
    if (shown(claim) < one.value / 2 and _may_be_share(subject, claim)) or subject.statement(claim).kind is Kind.SENTENCE:
        return Outcome(rule.code, Verdict.UNDETERMINED, spans, f"say whether {said(claim)} is the whole model's or a share of it")
    params = one.claims[0]
    message = f"{said(claim)} of weights, but {said(params)} at {amount(one.value / shown(params), UNITS['byte'])} each are {amount(one.value, claim.unit)}"
    finding = rule.finding(
        message,
        Place(claim.span, "weights of the model"),
        severity=Severity.WARNING if any(part.confidence is Confidence.LOW for part in one.claims) else None,
        related=(*places(one.claims, but=claim), *(Place(other.span, "the same") for other in claims[1:6])),
        claimed=said(claim),
        expected=amount(one.value, claim.unit),
        derivation=(one.step(claim.unit),),
    )
    return Outcome(rule.code, Verdict.CONTRADICTED, spans, message, finding)


def _alike(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Group claims of the same value: the same wrong figure on five lines is one finding."""
    groups: dict[object, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(shown(claim), []).append(claim)
    return list(groups.values())


def _may_be_share(subject: Subject, claim: Claim) -> bool:
    """Tell whether a figure may be a share of the model: not said to be the total, or among GPUs, stages and shards."""
    total = claim.scope.per in ("total", "replica") or "total" in own_words(subject, claim)
    return not total or near(
        subject, claim, ("gpu", "stage", "shard", "rank", "split", "device", "group", "expert", "partition", "distributed")
    )

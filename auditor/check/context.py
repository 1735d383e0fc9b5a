"""A report against its context: the facts and requirements it was written from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from auditor.check.stated import operand
from auditor.check.subject import Subject
from auditor.check.targets import paired
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Confidence, Outcome, Place, Step, Verdict
from auditor.plans.assign import MAIN
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule

__all__ = ["facts", "requirements"]

_FACTS = frozenset(
    "gpus.per_node memory.capacity hardware.peak_flops hardware.memory_bandwidth model.params model.params_active model.layers "
    "model.hidden model.heads model.kv_heads model.head_dim model.ffn_hidden model.expert_hidden model.vocab model.context model.experts "
    "model.top_k model.shared_experts model.bytes_per_param batch.global batch.sequence_length".split()
)
"""What a plan takes over from its context rather than chooses."""


def facts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A size of the model or the hardware that the report states otherwise than its context."""
    given: dict[str, list[Claim]] = defaultdict(list)
    for claim in subject.claims:
        if claim.source and claim.role is Role.ACTUAL and claim.quantity in _FACTS and claim.confidence is Confidence.HIGH:
            given[claim.quantity].append(claim)
    for claim in subject.claims:
        if (
            claim.source
            or claim.plan != MAIN
            or claim.role is not Role.ACTUAL
            or claim.confidence is not Confidence.HIGH
            or claim.quantity not in given
        ):
            continue
        if claim.approximation is Approximation.BOUND or claim.scope.member or claim.scope.words:
            continue
        known = [
            fact
            for fact in given[claim.quantity]
            if not fact.scope.words and (not fact.scope.per or not claim.scope.per or fact.scope.per == claim.scope.per)
        ]
        if not known:
            continue
        if any(_agree(claim, fact) for fact in known):
            yield rule.held((claim.span,), f"{claim.text.strip()} as in {known[0].source}")
            continue
        fact = known[0]
        yield rule.contradicted(
            (claim.span,),
            f"{claim.text.strip()} here, but {fact.text.strip()} in {fact.source}",
            Place(claim.span, "the report"),
            related=(Place(fact.span, "the context", fact.source),),
            claimed=claim.text.strip(),
            expected=fact.text.strip(),
            derivation=(_difference(claim, fact),),
        )


def requirements(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A figure the report reaches against the requirement its context states."""
    given = [_bounded(claim) for claim in subject.claims if claim.source]
    wanted = [claim for claim in given if claim.role in (Role.TARGET, Role.LIMIT)]
    for claim in subject.claims:
        if claim.source or claim.role is not Role.ACTUAL or claim.plan != MAIN or claim.confidence is not Confidence.HIGH:
            continue
        for target in wanted:
            if (
                target.quantity != claim.quantity
                or target.scope.words != claim.scope.words
                or (target.scope.phase and claim.scope.phase and target.scope.phase != claim.scope.phase)
            ):
                continue
            pair = paired(claim, target)
            if pair is None:
                continue
            if pair.missed():
                yield rule.contradicted(
                    (claim.span,),
                    f"{claim.text.strip()} misses the requirement of {target.text.strip()} in {target.source}",
                    Place(claim.span, "reached"),
                    related=(Place(target.span, "asked for", target.source),),
                    claimed=claim.text.strip(),
                    expected=target.text.strip(),
                    derivation=(pair.step(),),
                )
            elif pair.met():
                yield Outcome(
                    rule.name, Verdict.HELD, (claim.span,), f"{claim.text.strip()} against {target.text.strip()} in {target.source}"
                )


def _bounded(claim: Claim) -> Claim:
    """Take the most of a share of the memory for a limit: conditions state what may be used, not what was measured."""
    if claim.quantity != "memory.utilization" or claim.role not in (Role.ACTUAL, Role.TARGET) or claim.scope.words != "maximum":
        return claim
    return replace(claim, role=Role.LIMIT, scope=replace(claim.scope, words=""))


def _agree(claim: Claim, fact: Claim) -> bool:
    return any(one.interval.meets(other.interval) for one in claim.readings for other in fact.readings)


def _difference(claim: Claim, fact: Claim) -> Step:
    mine, given = claim.interval.middle or Fraction(0), fact.interval.middle or Fraction(0)
    return Step.exact(
        f"{claim.symbol} - {fact.symbol} of the context",
        f"{plain(mine)} - {plain(given)}",
        figure(mine - given, claim.unit),
        (operand(claim), operand(fact)),
        mine - given,
    )

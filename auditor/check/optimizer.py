"""The states of the optimizer beside the weights they belong to.

Adam keeps two moments of every parameter, in 32 bits unless told otherwise; with 16-bit weights it keeps a 32-bit copy of them too
(Micikevicius et al. 2018; Rajbhandari et al. 2020, section 3.1): 8 or 12 bytes a parameter. Sharding over replicas divides the
states and not the weights, so that reports that name it are left out, as are optimizers that keep less.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from auditor.check.sharding import Sharding
from auditor.check.stated import Worked, amount, is_operand, is_worked_from, mentions, own, own_words, places, said, shown
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.findings import Confidence, Outcome, Place, Verdict
from auditor.plans.model import Plan
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span

__all__ = ["states"]

_NEAR: Final = Fraction(3, 100)
_MOMENTS: Final = 8
_WITH_COPY: Final = 12


def states(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The optimizer's states take 8 bytes a parameter, or 12 with the copy of 16-bit weights."""
    done: set[Span] = set()
    for plan in subject.plans:
        for claim in _parts(subject, plan, "memory.optimizer"):
            if claim.span in done:
                continue
            done.add(claim.span)
            weights = [
                one
                for one in _parts(subject, plan, "memory.weights")
                if subject.statement(one).group == subject.statement(claim).group and one.scope.per == claim.scope.per
            ]
            if len(weights) == 1 and shown(weights[0]) > 0:
                yield _states(subject, rule, Sharding(subject, plan), claim, weights[0])


def _parts(subject: Subject, plan: Plan, quantity: str) -> list[Claim]:
    return [
        claim
        for claim in own(plan, plan.claims)
        if claim.quantity == quantity
        and claim.role is Role.ACTUAL
        and claim.confidence is Confidence.HIGH
        and not (claim.bound or claim.scope.member or is_operand(claim) or is_worked_from(subject, claim))
    ]


def _states(subject: Subject, rule: Rule, sharding: Sharding, claim: Claim, weights: Claim) -> Outcome:
    spans = (claim.span, weights.span)
    ratio = shown(claim) / shown(weights)
    bytes_ = 2 * ratio
    if not _is_half(subject, sharding, weights):
        return rule.undetermined(spans, f"state the precision of the weights to check {said(claim)}")
    if mentions(subject, subject.lexicon.sayings["states in fewer bytes"]) or (
        abs(ratio - 2) <= 2 * _NEAR and mentions(subject, subject.lexicon.sayings["states divided over replicas"], rule.options["denials"])
    ):
        return rule.undetermined(spans, f"{said(claim)}: the states are divided, or of an optimizer that keeps less")
    copy = next((one for one in subject.claims if _is_copy(subject, one)), None)
    if abs(ratio - 2) <= 2 * _NEAR:
        need, why = _WITH_COPY if copy else _MOMENTS, "two moments of 16 bits"
    elif abs(ratio - 4) <= 4 * _NEAR and copy is not None and not _has_copy(subject, claim):
        need, why = _WITH_COPY, "two moments of 32 bits without the copy of the weights that the report keeps"
    else:
        held = any(abs(bytes_ - right) <= right * _NEAR for right in (_MOMENTS, _WITH_COPY))
        told = f"{plain(round(bytes_ * 10) / Fraction(10))} bytes a parameter"
        return Outcome(rule.code, Verdict.HELD if held else Verdict.UNDETERMINED, spans, told)
    states_ = Worked.of(weights) / 2 * need
    expected = amount(states_.value, claim.unit)
    kept = "moments in 32 bits take 8" if need == _MOMENTS else "32-bit moments and a 32-bit copy take 12"
    wrong = 4 if ratio < 3 else _MOMENTS
    return rule.contradicted(
        spans,
        f"{said(claim)} of optimizer beside {said(weights)} of 16-bit weights is {wrong} bytes a parameter ({why}); {kept}: {expected}",
        Place(claim.span, "states of the optimizer"),
        related=places([weights, *([copy] if copy else [])], but=claim),
        claimed=said(claim),
        expected=expected,
        derivation=(states_.step(claim.unit),),
    )


def _is_half(subject: Subject, sharding: Sharding, weights: Claim) -> bool:
    """Tell whether the weights are in 16 bits: the report says so, and 32 bits do not make the stated weights."""
    widths = {
        claim.interval.low for claim in sharding.plan.claims if claim.quantity == "model.bytes_per_param" and _is_plain(subject, claim)
    }
    if widths - {Fraction(2)} or not (widths or mentions(subject, subject.lexicon.sayings["in sixteen bits"])):
        return False
    return not any(abs(params.value * 4 - shown(weights)) <= shown(weights) * _NEAR for params in sharding.parameters())


def _is_plain(subject: Subject, claim: Claim) -> bool:
    return claim.role is Role.ACTUAL and not own_words(subject, claim) & subject.lexicon.sayings["states of an optimizer"]


def _is_copy(subject: Subject, claim: Claim) -> bool:
    """Tell whether a precision is that of the copy of the weights: `FP32 master weights`."""
    if claim.quantity != "model.bytes_per_param" or claim.interval.low != 4 or claim.role is not Role.ACTUAL or claim.source:
        return False
    behind = subject.document.source.text[claim.span.end : claim.span.end + 24].lower()
    return behind.lstrip(" -").startswith(tuple(subject.lexicon.sayings["copies of the weights"]))


def _has_copy(subject: Subject, claim: Claim) -> bool:
    """Tell whether the list of the states names the copy as a part of its own."""
    for other in subject.siblings(subject.statement(claim)):
        words = {word.text for word in subject.lexicon.normalize(f"{other.label} {other.value.content[:200]}")}
        if words & subject.lexicon.sayings["copy"]:
            return True
    return False

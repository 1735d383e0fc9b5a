"""Experts, where one equation over quantities does not say it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from auditor.check.layout import count_of, settled
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.findings import Confidence, Operand, Outcome, Place, Step, Verdict
from auditor.rulebook import Rule

__all__ = ["across_layers"]

_ACROSS: Final = frozenset(("across", "throughout", "spanning"))
MAX_GAP: Final = 40
"""Characters between `4 experts per GPU` and `16 layers`."""


def across_layers(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`4 experts per GPU across 16 layers`: with a pipeline a GPU holds the layers of one stage only."""
    for plan in subject.plans:
        stages = settled(plan).claims.get("pp")
        count = None if stages is None else count_of(stages)
        if stages is None or count is None or count <= 1:
            continue
        layers = {count_of(claim) for claim in plan.claims if claim.quantity == "model.layers" and claim.confidence is Confidence.HIGH}
        shares = [claim for claim in plan.claims if claim.quantity == "experts.per_gpu" and claim.role is Role.ACTUAL and not claim.source]
        for share in shares:
            held = _spanned(subject, share)
            if held is None or count_of(held) is None or len(layers | {count_of(held)}) != 1:
                continue
            yield _outcome(rule, share, held, stages)


def _spanned(subject: Subject, share: Claim) -> Claim | None:
    """Return the layers that a share of experts is said to lie across."""
    for claim in subject.of(share.statement):
        if claim.quantity != "model.layers" or not 0 <= claim.span.start - share.span.end <= MAX_GAP:
            continue
        between = subject.document.source.text[share.span.end : claim.span.start]
        if _ACROSS & set(between.lower().split()) and not set(between) & set("=×*;,."):
            return claim
    return None


def _outcome(rule: Rule, share: Claim, layers: Claim, stages: Claim) -> Outcome:
    total, count = count_of(layers) or 1, count_of(stages) or 1
    own = Fraction(total, count)
    shown = str(own) if own.denominator == 1 else f"about {own.numerator // own.denominator}"
    message = f"{share.text.strip()} per GPU across {total} layers, but with {count} stages a GPU holds {shown} of them"
    step = Step(
        formula="layers / pp",
        substituted=f"{total} / {count}",
        result=str(own),
        operands=tuple(
            Operand(claim.symbol, claim.text.strip(), claim.interval.low, claim.interval.high, claim.span) for claim in (layers, stages)
        ),
        low=own,
        high=own,
    )
    finding = rule.finding(
        message,
        Place(share.span, f"across {total} layers"),
        related=(Place(stages.span, f"{count} stages"), Place(layers.span, f"{total} layers")),
        claimed=str(total),
        expected=str(own),
        derivation=(step,),
    )
    return Outcome(rule.code, Verdict.CONTRADICTED, (share.span, layers.span, stages.span), message, finding)

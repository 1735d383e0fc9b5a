"""What a GPU holds of the layers, where a figure was worked out with all of them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from auditor.check.layout import count_of, settled
from auditor.check.stated import Worked, amount, own, said, stated, wholes
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.findings import Confidence, Outcome, Place
from auditor.rulebook import Rule
from auditor.spans import Span

__all__ = ["all_layers"]

_MEMORY: Final = ("used", "weights", "gradients", "optimizer", "activations", "kv_cache")
_TIMES: Final = ("×", "*", "x")


def all_layers(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`Memory per GPU: 300 MB × 24 layers = 7.2 GB`: with a pipeline a GPU holds the layers of one stage only."""
    done: set[Span] = set()
    for plan in subject.plans:
        stages, layers = settled(plan).claims.get("pp"), wholes(plan, "model.layers")
        count = None if stages is None else count_of(stages)
        if stages is None or count is None or count <= 1 or len(layers) != 1:
            continue
        (depth,) = layers
        for quantity in _MEMORY:
            for claim in own(plan, stated(plan, f"memory.{quantity}", ("gpu",))):
                factors = _factors(subject, claim, depth)
                if factors is not None and claim.span not in done:
                    done.add(claim.span)
                    yield _outcome(rule, claim, factors, stages, Fraction(depth, count))


def _factors(subject: Subject, claim: Claim, depth: int) -> tuple[Claim, Claim] | None:
    """Return what a layer takes and the layers, where the figure is said to be the one times the other and nothing else."""
    if claim.confidence is Confidence.LOW or claim.bound:
        return None
    text = subject.document.source.text
    before = [one for one in subject.of(claim.statement) if one.span.end <= claim.span.start]
    if len(before) < 2:
        return None
    each, layers = before[-2:]
    signs = text[each.span.end : layers.span.start].strip(), text[layers.span.end : claim.span.start].strip()
    if each.quantity != claim.quantity or layers.quantity not in ("layers.per_gpu", "model.layers") or count_of(layers) != depth:
        return None
    if signs[0] not in _TIMES or signs[1] not in ("=", "≈", ""):
        return None
    together = each.interval.scale(depth)
    return (each, layers) if any(one.interval.meets(together) for one in claim.readings) else None


def _outcome(rule: Rule, claim: Claim, factors: tuple[Claim, Claim], stages: Claim, share: Fraction) -> Outcome:
    each, layers = factors
    count, worked = count_of(stages) or 1, Worked.of(each) * Worked.of(layers) / Worked.of(stages)
    held = str(share) if share.denominator == 1 else f"about {share.numerator // share.denominator}"
    return rule.contradicted(
        (claim.span, layers.span, stages.span),
        f"{said(claim)} on a GPU is {said(each)} in each of all {said(layers)}, but {count} stages leave a GPU {held} of them",
        Place(claim.span, "of all layers"),
        related=(Place(layers.span, f"all {said(layers)}"), Place(stages.span, f"{count} stages")),
        claimed=said(claim),
        expected=amount(worked.value, claim.unit),
        derivation=(worked.step(claim.unit),),
    )

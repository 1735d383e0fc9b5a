"""Experts, where one equation over quantities does not say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.layout import count_of, settled
from auditor.check.stated import operand, places, said
from auditor.check.subject import Subject
from auditor.check.targets import own_label, words_around
from auditor.claims.model import Claim, Role
from auditor.findings import Confidence, Outcome, Place, Severity, Step
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import Span

__all__ = ["across_layers", "shared_in_active", "shared_in_total"]

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
        if subject.lexicon.sayings["over several"] & set(between.lower().split()) and not set(between) & set("=×*;,."):
            return claim
    return None


def _outcome(rule: Rule, share: Claim, layers: Claim, stages: Claim) -> Outcome:
    total, count = count_of(layers) or 1, count_of(stages) or 1
    own = Fraction(total, count)
    shown = str(own) if own.denominator == 1 else f"about {own.numerator // own.denominator}"
    return rule.contradicted(
        (share.span, layers.span, stages.span),
        f"{share.text.strip()} per GPU across {total} layers, but with {count} stages a GPU holds {shown} of them",
        Place(share.span, f"across {total} layers"),
        related=(Place(stages.span, f"{count} stages"), Place(layers.span, f"{total} layers")),
        claimed=str(total),
        expected=str(own),
        derivation=(Step.exact("layers / pp", f"{total} / {count}", str(own), tuple(operand(claim) for claim in (layers, stages)), own),),
    )


# --- shared experts


def shared_in_total(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The experts of a layer in all are the routed ones, with or without the shared ones."""
    routed, total = frozenset(("routed",)), frozenset(("total", "all", "altogether", "overall"))
    yield from _with_shared(subject, rule, _Kind("model.experts", "routed", routed, "experts in all", total))


def shared_in_active(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The experts that work on a token are those it is routed to, with or without the shared ones."""
    routed, active = (
        frozenset(("routed", "topk", "top", "router", "routing")),
        frozenset(("active", "activated", "total", "all", "overall")),
    )
    yield from _with_shared(subject, rule, _Kind("model.top_k", "top_k", routed, "experts of a token", active))


@dataclass(frozen=True, slots=True)
class _Kind:
    """A quantity that some reports count with the shared experts and some without, and the words that tell."""

    quantity: str
    symbol: str
    without: frozenset[str]
    called: str
    within: frozenset[str]


def _with_shared(subject: Subject, rule: Rule, kind: _Kind) -> Iterator[Outcome]:
    done: set[tuple[Span, ...]] = set()
    for plan in subject.plans:
        shared = _of_one_value(_counted(plan, "model.shared_experts"))
        if shared is None:
            continue
        claims = _counted(plan, kind.quantity)
        routed = _of_one_value([claim for claim in claims if _words(subject, claim) & kind.without])
        if routed is None:
            continue
        layers = [one for claim in plan.claims if claim.quantity == "model.layers" and (one := count_of(claim)) is not None]
        for whole in claims:
            if (
                whole.span != routed.span
                and (_words(subject, whole) & kind.within or _same(whole, routed, shared))
                and not _words(subject, whole) & kind.without
            ):
                outcome = _whole_outcome(rule, kind, whole, routed, shared, layers)
                if outcome.spans not in done:
                    done.add(outcome.spans)
                    yield outcome


def _counted(plan: Plan, quantity: str) -> list[Claim]:
    """Return the claims of a plan that count experts of a layer or a token."""
    return [
        claim
        for claim in plan.claims
        if claim.quantity == quantity
        and claim.role is Role.ACTUAL
        and claim.scope.per in ("", "layer", "token", "total")
        and not (claim.scope.member or claim.scope.words)
        and (count_of(claim) or 0) > 0
    ]


def _of_one_value(claims: Sequence[Claim]) -> Claim | None:
    """Return the surest of some claims that state one value; None where they state several."""
    if len({count_of(claim) for claim in claims}) != 1:
        return None
    return min(claims, key=lambda claim: (-claim.confidence.rank, bool(claim.source), claim.span))


def _words(subject: Subject, claim: Claim) -> frozenset[str]:
    """Return the words that a count stands among: its own, those next to it and its label if it is all that is labelled."""
    if claim.source:
        return frozenset()
    statement = subject.statement(claim)
    beside = [other for other in subject.of(claim.statement) if other.span != claim.span]
    label = own_label(statement) if not any(other.span < claim.span for other in beside) else ""
    near = words_around(subject, claim.statement).get(claim.span, frozenset())
    own = {word.text for text in (claim.text, label) for word in subject.lexicon.normalize(text)}
    return frozenset(near | own)


def _same(*claims: Claim) -> bool:
    """Tell whether claims of the report stand in one statement."""
    return not any(claim.source for claim in claims) and len({claim.statement for claim in claims}) == 1


def _whole_outcome(rule: Rule, kind: _Kind, whole: Claim, routed: Claim, shared: Claim, layers: Iterable[int]) -> Outcome:
    value, one, two = (count_of(claim) or 0 for claim in (whole, routed, shared))
    spans = tuple(claim.span for claim in (whole, routed, shared) if not claim.source)
    admitted = {one, one + two} | ({count * depth for count in (one, one + two) for depth in layers} if kind.symbol == "routed" else set())
    if value in admitted:
        return rule.held(spans, f"{one} routed and {two} shared")
    return rule.contradicted(
        spans,
        f"{said(whole)} {kind.called}, but {one} routed and {two} shared are {one + two}",
        Place(whole.span, "in all"),
        severity=None if _same(whole, routed, shared) else min(rule.severity, Severity.WARNING, key=lambda item: item.rank),
        related=places((routed, shared), but=whole),
        claimed=said(whole),
        expected=str(one + two),
        derivation=(
            Step.exact(
                f"{kind.symbol} + shared_experts",
                f"{one} + {two}",
                str(one + two),
                (operand(routed, kind.symbol), operand(shared)),
                Fraction(one + two),
            ),
        ),
    )

"""Memory checks: what the weights, the cache and the training states of a plan must take, against what it says.

Each claim is tried under every admissible reading: GB and GiB, each stated parallel degree, each precision the report names, the
sharding conventions of `auditor.check.sharding`. What no reading gives is contradicted; the finding says which slip would give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.catalogue import LEAST_MEMORY, named_gpu
from auditor.check.frameworks import named
from auditor.check.sharding import Sharding, Share, quotient_of, share_outcome
from auditor.check.stated import (
    Worked,
    amount,
    is_operand,
    is_worked_from,
    near,
    operand,
    own,
    own_words,
    places,
    said,
    shown,
    stated,
    wholes,
)
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.claims.operands import SHARE_OF_WEIGHTS
from auditor.findings import STATED_AGAIN, Confidence, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.plans.model import Plan
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind
from auditor.units import DATA, UNITS
from auditor.values import Interval

__all__ = [
    "memory_below_weights",
    "over_capacity",
    "part_over_total",
    "weights_by_layers",
    "weights_in_all",
    "weights_of_parts",
    "weights_per_gpu",
    "weights_per_stage",
]

_PARTS: Final = ("memory.weights", "memory.gradients", "memory.optimizer", "memory.activations", "memory.kv_cache", "memory.overhead")
_OFFLOADED: Final = ("memory.gradients", "memory.optimizer")
"""Parts that may be kept in the memory of the host and still be counted for a GPU."""

_REST: Final = Fraction(1, 8)
"""What a quantised model keeps in 16 bits (embeddings, norms, scales), and rounded headlines: so much more or less agrees."""


def weights_per_gpu(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A GPU's share of the weights is the model over the axes that divide it."""
    seen: set[object] = set()
    for plan in subject.plans:
        stated_here = own(plan, stated(plan, "memory.weights", ("gpu",)))
        claims = [claim for claim in stated_here if claim.confidence is Confidence.HIGH or claim.read_as.startswith(SHARE_OF_WEIGHTS)]
        claims += _unnamed_weights(subject, plan)
        sharding = Sharding(subject, plan)
        whole = sharding.weights()
        claims += _divided_weights(subject, plan, whole)
        claims = [claim for claim in claims if not _holds_states(subject, claim)]
        for group in _alike(claims):
            outcome = share_outcome(rule, group, sharding.judge(group[0], whole), what="weights", whole="the model's weights")
            key = (outcome.verdict, outcome.spans)
            if key not in seen:
                seen.add(key)
                yield _or_follower(sharding, outcome, group)


def _holds_states(subject: Subject, claim: Claim) -> bool:
    """Tell whether more bytes are counted for each parameter beside a figure than a weight takes: `2e9 params x 18 = 36e9 bytes`."""
    beside = [one for one in subject.of(claim.statement) if one.quantity == "model.params"]
    return any(shown(one) > 0 and shown(claim) / shown(one) > _WIDEST_WEIGHT for one in beside)


_WIDEST_WEIGHT: Final = 8
"""Bytes of a parameter in the widest format."""


def weights_per_stage(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A pipeline stage's share of the weights is the model over the stages."""
    seen: set[object] = set()
    for plan in subject.plans:
        claims = [
            claim
            for claim in own(plan, stated(plan, "memory.weights", ("stage",), members=True))
            if claim.confidence is Confidence.HIGH
            and (not claim.scope.member or claim.scope.member.lower().startswith(("stage", "pp stage", "pipeline stage")))
        ]
        if not claims:
            continue
        sharding = Sharding(subject, plan)
        whole = sharding.weights()
        for group in _alike(claims):
            judged = sharding.judge(group[0], whole, stage=True)
            outcome = share_outcome(rule, group, judged, what="weights", whole="the model's weights", part="stage")
            key = (outcome.verdict, outcome.spans)
            if key not in seen:
                seen.add(key)
                yield outcome


def memory_below_weights(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What a GPU or stage uses in all is at least its share of the weights."""
    seen: set[object] = set()
    for plan in subject.plans:
        claims = [
            claim
            for claim in own(plan, stated(plan, "memory.used", ("gpu", "stage")))
            if claim.confidence is not Confidence.LOW
            and not claim.bound
            and subject.statement(claim).kind is not Kind.SENTENCE
            and not is_worked_from(subject, claim)
        ]
        if not claims:
            continue
        sharding = Sharding(subject, plan)
        whole = sharding.weights()
        weights = {shown(claim) for claim in stated(plan, "memory.weights", ("gpu",))}
        for group in _alike(claims):
            part = "stage" if group[0].scope.per == "stage" else "GPU"
            judged = sharding.judge(group[0], whole, stage=part == "stage", least_only=True)
            outcome = share_outcome(rule, group, judged, what="memory", whole="the model's weights", part=part)
            key = (outcome.verdict, outcome.spans)
            if key in seen or (outcome.finding is not None and shown(group[0]) in weights):
                continue  # the same figure is contradicted as the weights'
            seen.add(key)
            yield _or_follower(sharding, outcome, group)


def _or_follower(sharding: Sharding, outcome: Outcome, claims: Sequence[Claim]) -> Outcome:
    """Return an outcome without its finding where the figure follows from parameters per GPU that are contradicted themselves."""
    if outcome.finding is None or not sharding.follows(claims[0]):
        return outcome
    return Outcome(outcome.rule, Verdict.UNDETERMINED, outcome.spans, f"{said(claims[0])} follows from the parameters per GPU")


def _unnamed_weights(subject: Subject, plan: Plan) -> Iterator[Claim]:
    """Yield what a breakdown's total leaves for the weights: a plain "memory per GPU" that makes it up with the other parts."""
    groups: dict[int, list[Claim]] = {}
    for claim in own(plan, plan.claims):
        if claim.quantity.startswith("memory.") and claim.role is Role.ACTUAL and not claim.scope.member and not claim.scope.words:
            groups.setdefault(subject.statement(claim).group, []).append(claim)
    for claims in groups.values():
        used = [claim for claim in claims if claim.quantity == "memory.used" and claim.scope.per == "gpu" and not is_operand(claim)]
        parts = [claim for claim in claims if claim.quantity in _PARTS and not is_operand(claim)]
        if len(used) < 2 or not parts or any(claim.quantity == "memory.weights" for claim in parts):
            continue
        rest = sum((shown(claim) for claim in parts), Fraction(0))
        for one in used:
            if any(
                other is not one and shown(one) < shown(other) and abs(shown(one) + rest - shown(other)) <= shown(other) / 200
                for other in used
            ):
                yield replace(one, quantity="memory.weights")


def _divided_weights(subject: Subject, plan: Plan, whole: Sequence[Worked]) -> Iterator[Claim]:
    """Yield the plain "memory per GPU" that is worked out as a quotient of the model's weights, at once or over a stated part of them."""
    used = [claim for claim in own(plan, plan.claims) if claim.role is Role.ACTUAL and claim.unit.dimension == DATA]
    weights = {claim.interval for claim in stated(plan, "memory.weights", ("", "total", "replica"))} | {one.interval for one in whole}
    parts: list[Interval] = list(weights)
    for claim in used:
        quotient = quotient_of(subject, claim)
        if quotient is None or not any(interval.meets(quotient) for interval in parts):
            continue
        if claim.quantity == "memory.used" and claim.scope.per == "gpu" and not claim.scope.member and not is_operand(claim):
            yield replace(claim, quantity="memory.weights")
        else:
            parts.append(claim.interval)


def weights_by_layers(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What stands for the weights of the whole model is what a layer has times the layers."""
    done: set[Span] = set()
    for plan in subject.plans:
        layers = wholes(plan, "model.layers")
        per_layer = [claim for claim in stated(plan, "memory.weights", ("layer",)) if claim.confidence is Confidence.HIGH]
        if len(layers) != 1 or not per_layer:
            continue
        ((depth, depth_claim),) = layers.items()
        computed = [
            Worked.of(claim, "weights_per_layer", reading) * Worked.of(depth_claim, "layers")
            for claim in per_layer
            for reading in range(len(claim.readings))
        ]
        sharding = Sharding(subject, plan)
        by_parameters = [one * width for one in sharding.parameters() for width in sharding.widths()]
        for claim in own(plan, stated(plan, "memory.weights", ("", "total", "replica", "gpu", "stage"), operands=True)):
            whole = claim.scope.per in ("", "total", "replica") and claim.confidence is Confidence.HIGH
            if claim.span in done or not (whole or _is_divided(subject, claim)):
                continue
            done.add(claim.span)
            results = [
                other for other in subject.of(claim.statement) if other.quantity == claim.quantity and not is_worked_from(subject, other)
            ]
            outcome = _weights_by_layers(plan, rule, claim, depth, computed, by_parameters)
            if outcome.finding is not None:
                followers = tuple(f"{said(other)} is computed from it" for other in results if other is not claim)
                outcome = replace(outcome, finding=replace(outcome.finding, followers=followers))
            yield outcome


def _is_divided(subject: Subject, claim: Claim) -> bool:
    """Tell whether a figure is divided by a number of GPUs or stages: the whole stands before the division sign."""
    behind = subject.document.source.text[claim.span.end : claim.span.end + 3].strip()
    return behind[:1] in ("÷", "/") and is_worked_from(subject, claim)


def _weights_by_layers(
    plan: Plan, rule: Rule, claim: Claim, depth: int, computed: Sequence[Worked], by_parameters: Sequence[Worked]
) -> Outcome:
    spans = (claim.span, *(one.span for one in computed[0].claims if not one.source))
    for one in computed:
        if any(reading.interval.meets(one.interval.widen(_REST)) for reading in claim.readings):
            return rule.held(spans, f"{one.terms} = {amount(one.value, claim.unit)}")
    if any(reading.interval.meets(one.interval.widen(_REST)) for one in by_parameters for reading in claim.readings):
        return rule.undetermined(spans, "the parameters and the layers describe different models")
    one = max((each for each in computed if each.value == shown(each.claims[0]) * depth), key=lambda each: each.value)
    if shown(claim) < one.value:
        return rule.undetermined(spans, f"say whether {said(claim)} is the whole model's or a share of it")
    message = (
        f"{said(claim)} stands for the weights, but {said(one.claims[0])} in each of {depth} layers are {amount(one.value, claim.unit)}"
    )
    related = list(places(one.claims, but=claim))
    for other in stated(plan, "memory.used", ("layer",)):
        if abs(shown(other) * depth - shown(claim)) * 50 <= shown(claim):
            message += f"; it is {said(other)} a layer, which is not weights alone"
            related.append(Place(other.span, "not weights alone", other.source))
            break
    return rule.contradicted(
        spans,
        message,
        Place(claim.span, "stands for the weights"),
        related=tuple(related[:12]),
        claimed=said(claim),
        expected=amount(one.value, claim.unit),
        derivation=(one.step(claim.unit),),
    )


def over_capacity(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What a GPU holds fits into its memory, as stated or as the named GPU has it."""
    done: set[tuple[Span, ...]] = set()
    for plan in subject.plans:
        alone = set(wholes(plan, "gpus", ("", "total"))) == {1}  # what one GPU has in all is what it has on it
        listed = own(plan, stated(plan, "memory.used", ("gpu", "", "total") if alone else ("gpu",), members=True))
        claims = [
            claim for claim in listed if claim.confidence is not Confidence.LOW and not claim.bound and not is_worked_from(subject, claim)
        ]
        capacities = [claim for claim in _capacities(plan) if (claim.interval.low or claim.interval.high or 0) >= LEAST_MEMORY]
        for group in _alike(claims):
            spans = tuple(claim.span for claim in group)
            outcome = _over_capacity(subject, rule, group, capacities) if spans not in done else None
            if outcome is not None:
                done.add(spans)
                yield outcome


def _capacities(plan: Plan) -> tuple[Claim, ...]:
    return stated(plan, "memory.capacity", ("gpu", ""), roles=(Role.ACTUAL, Role.LIMIT), operands=True)


def _most(claim: Claim) -> Fraction | None:
    """Return the most that a claim can mean; None where it is open above."""
    ends = [reading.interval.high for reading in claim.readings]
    return None if None in ends else max(end for end in ends if end is not None)


def _over_capacity(subject: Subject, rule: Rule, claims: Sequence[Claim], capacities: Sequence[Claim]) -> Outcome | None:
    claim = claims[0]
    spans = tuple(one.span for one in claims)
    if capacities:
        capacity = max(capacities, key=lambda one: _most(one) or max(reading.interval.low or 0 for reading in one.readings))
        room, had, text = _most(capacity), Worked.of(capacity), said(capacity)
        if any(_most(one) is None for one in capacities):  # `at least 80 GB`: how much more, nobody says
            return rule.undetermined(spans, f"the memory of a GPU is only said to be {text}")
        place = Place(capacity.span, "memory of the GPU")
    else:
        name = named_gpu(subject)
        if name is None:
            return None
        memory = max((part.memory for part in name.parts), key=lambda figure: figure.base)
        room, text = memory.base * Fraction(2**30, 10**9), memory.text
        had = Worked.told(Operand("mem_capacity", text, memory.base, memory.base, None, "the GPU named"), UNITS["GB"])
        place = Place(name.span, f"has {memory.text}")
    if room is None or any(reading.interval.low is None or reading.interval.low <= room for reading in claim.readings):
        return rule.held((*spans, place.span), f"{said(claim)} of {text}")
    if _admitted(subject, claim):
        return rule.undetermined(spans, f"the report itself says that {said(claim)} does not fit")
    return rule.contradicted(
        spans,
        f"{said(claim)} on a GPU of {text}",
        Place(claim.span, "more than the GPU has"),
        severity=None if capacities else Severity.WARNING,
        related=(place, *(Place(one.span, STATED_AGAIN) for one in claims[1:6])),
        claimed=said(claim),
        expected=f"at most {text}",
        derivation=((Worked.of(claim) / had).step(UNITS["%"]),),
    )


def _admitted(subject: Subject, claim: Claim) -> bool:
    """Tell whether the report itself says that it does not fit."""
    return near(subject, claim, subject.lexicon.sayings["admits that it does not fit"])


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
            whole = [one * width for one in params for width in widths]
            outcome = _weights_in_all(subject, rule, group, whole, sharded=_can_be_share(sharding, group[0], whole))
            key = (outcome.verdict, outcome.spans)
            if key not in seen:
                seen.add(key)
                yield outcome


def _can_be_share(sharding: Sharding, claim: Claim, whole: Sequence[Worked]) -> bool:
    """Tell whether a figure could be what one GPU holds of the whole under the stated degrees."""
    return bool(sharding.grids) and sharding.judge(claim, whole).share in (Share.FITS, Share.OPEN)


def _weights_in_all(subject: Subject, rule: Rule, claims: Sequence[Claim], computed: Sequence[Worked], *, sharded: bool) -> Outcome:
    claim = claims[0]
    spans = tuple(one.span for one in claims)
    if not computed:
        return rule.undetermined(spans, f"state the parameters and the precision to check {said(claim)}")
    for one in computed:
        if any(reading.interval.meets(_stored(one)) for reading in claim.readings):
            return rule.held(
                (*spans, *(part.span for part in one.claims if not part.source)), f"{one.terms} = {amount(one.value, claim.unit)}"
            )
    beside = [one for one in computed if any(part.statement == claim.statement and not part.source for part in one.claims)]
    one = (beside or computed)[0]
    told = subject.statement(claim).kind is Kind.SENTENCE and not beside
    if told or ((shown(claim) < one.value / 2 or sharded) and _may_be_share(subject, claim)):
        return rule.undetermined(spans, f"say whether {said(claim)} is the whole model's or a share of it")
    params = one.claims[0]
    message = f"{said(claim)} of weights, but {said(params)} at {amount(one.value / shown(params), UNITS['byte'])} each are {amount(one.value, claim.unit)}"  # noqa: E501 -- one sentence of a finding
    return rule.contradicted(
        spans,
        message,
        Place(claim.span, "weights of the model"),
        severity=Severity.WARNING if any(part.confidence is Confidence.LOW for part in one.claims) else None,
        related=(*places(one.claims, but=claim), *(Place(other.span, STATED_AGAIN) for other in claims[1:6])),
        claimed=said(claim),
        expected=amount(one.value, claim.unit),
        derivation=(one.step(claim.unit),),
    )


def _stored(one: Worked) -> Interval:
    """Return what weights may take that are computed from parameters and a width: four bits bring scales of their own."""
    narrow = one.value <= shown(one.claims[0]) / 2
    wide = one.interval.widen(_REST)
    return wide.hull(one.interval.scale(1 + _SCALES)) if narrow else wide


_SCALES: Final = Fraction(3, 10)
"""What a model in four bits keeps beyond them: a 16-bit scale and a zero point for each 32 to 128, embeddings and norms in 16 bits."""


def _of_width(subject: Subject, found: Sequence[Worked], claims: Sequence[Claim]) -> Sequence[Worked]:
    """Return what a model weighs in the precision that stands beside its parts, `16 GB (FP16)`; all of it where none does."""
    words = {word for claim in claims for word in re.split(r"\W+", subject.statement(claim).value.content[:400].lower())}
    beside = {cost for name, cost in subject.lexicon.precisions.items() if name in words}
    told = [one for one in found if all(part.quantity != "model.bytes_per_param" or part.interval.low in beside for part in one.claims)]
    return told if beside and told else found


def part_over_total(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What one part of its memory takes on a GPU is no more than all that is used of it."""
    kept_elsewhere = _OFFLOADED if "offload" in named(subject.document.source.text) else ()
    done: set[tuple[Span, ...]] = set()
    for plan in subject.plans:
        totals = [claim for claim in own(plan, stated(plan, "memory.used", ("gpu",))) if not is_worked_from(subject, claim)]
        for quantity in [one for one in _PARTS if one not in kept_elsewhere] if totals else ():
            parts = own(plan, stated(plan, quantity, ("gpu",)))
            claims = [claim for claim in parts if not (claim.bound or is_worked_from(subject, claim))]
            for phase in dict.fromkeys(claim.scope.phase for claim in claims):
                beside = [total for total in totals if total.scope.phase == phase]
                of_phase = [claim for claim in claims if claim.scope.phase == phase]
                spans = tuple(claim.span for claim in (*of_phase, *beside))
                if beside and spans not in done:
                    done.add(spans)
                    yield _part_over_total(rule, of_phase, beside, spans)


def _part_over_total(rule: Rule, parts: Sequence[Claim], totals: Sequence[Claim], spans: tuple[Span, ...]) -> Outcome:
    """Hold the least of the figures for a part against the most that is said to be used in all."""
    part = min(parts, key=lambda claim: min(reading.interval.low or Fraction(0) for reading in claim.readings))
    total = max(totals, key=shown)
    least = min(reading.interval.low or Fraction(0) for reading in part.readings)
    ends = [reading.interval.high for claim in totals for reading in claim.readings]
    if any(end is None or least <= end for end in ends):
        return rule.held(spans, f"{said(part)} of {said(total)}")
    return rule.contradicted(
        spans,
        f"{said(total)} in all on a GPU, but {said(part)} of it for one part",
        Place(total.span, "in all on a GPU"),
        related=(Place(part.span, "one part of it"), *(Place(one.span, STATED_AGAIN) for one in totals if one is not total)),
        claimed=said(total),
        expected=f"at least {said(part)}",
        derivation=((Worked.of(part) / Worked.of(total)).step(UNITS["%"]),),
    )


def weights_of_parts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The weights that one GPU holds of several parts of the model are together no more than the whole model's."""
    done: set[tuple[Span, ...]] = set()
    for plan in subject.plans:
        groups: dict[int, dict[str, Claim]] = {}
        for claim in own(plan, stated(plan, "memory.weights", ("gpu",), parts=True)):
            if claim.scope.words in subject.lexicon.sayings["modules"] and not claim.bound and not is_operand(claim):
                groups.setdefault(subject.statement(claim).group, {}).setdefault(claim.scope.words, claim)
        wholes_ = Sharding(subject, plan).weights() if groups else ()
        if not wholes_:
            continue
        for parts in groups.values():
            claims = tuple(parts.values())
            whole = max(_of_width(subject, wholes_, claims), key=lambda one: one.value)
            spans = tuple(claim.span for claim in claims)
            if len(claims) < 2 or spans in done:
                continue
            done.add(spans)
            total = sum((shown(claim) for claim in claims), Fraction(0))
            if total <= whole.value * (1 + _REST):
                yield rule.held(spans, f"{amount(total, claims[0].unit)} of {amount(whole.value, claims[0].unit)}")
                continue
            told = " + ".join(said(claim) for claim in claims)
            yield rule.contradicted(
                (*spans, *(one.span for one in whole.claims if not one.source)),
                f"{told} of weights on one GPU are {amount(total, claims[0].unit)}, "
                f"more than the whole model's {amount(whole.value, claims[0].unit)}",
                Place(claims[0].span, "on one GPU"),
                related=(*(Place(claim.span, "on the same GPU") for claim in claims[1:]), *places(whole.claims, but=claims[0])),
                claimed=told,
                expected=f"at most {amount(whole.value, claims[0].unit)}",
                derivation=(
                    Step.exact(
                        " + ".join(f"{claim.scope.words}_weights" for claim in claims),
                        " + ".join(plain(shown(claim)) for claim in claims),
                        amount(total, claims[0].unit),
                        tuple(replace(operand(claim), symbol=f"{claim.scope.words}_weights") for claim in claims),
                        total,
                    ),
                    whole.step(claims[0].unit),
                ),
            )


def _alike(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Group claims of the same value: the same wrong figure on five lines is one finding."""
    groups: dict[object, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(shown(claim), []).append(claim)
    return list(groups.values())


def _may_be_share(subject: Subject, claim: Claim) -> bool:
    """Tell whether a figure may be a share of the model: not said to be the total, or among GPUs, stages and shards."""
    total = claim.scope.per in ("total", "replica") or "total" in own_words(subject, claim)
    return not total or near(subject, claim, subject.lexicon.sayings["shared out"])

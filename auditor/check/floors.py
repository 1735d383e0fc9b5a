"""Floors of work: tokens that pass a model faster than all the GPUs of the plan can compute.

Going forward a token takes two FLOPs for each parameter that works on it, and nothing makes that less. Everything else is taken in the
report's favour: the fewest parameters it can mean, without embeddings; the most GPUs and the highest peak it names; one prompt in
flight where no batch is stated; attention for nothing. Where it says that tokens are not computed anew (a cache of prompts), nothing
follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from operator import mul
from typing import Final

from auditor.check.catalogue import named_parts
from auditor.check.params import active_of_shape
from auditor.check.stated import AXES, Worked, mentions, places, said, wholes
from auditor.check.subject import Subject
from auditor.check.targets import own_label, words_around
from auditor.claims.model import Claim, Role
from auditor.cost.closed import embedding_params, forward_work
from auditor.findings import Confidence, Operand, Outcome, Place, Repair
from auditor.plans.model import Plan
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.units import UNITS

__all__ = ["prefill", "token_rate"]

_NEAR: Final = Fraction(105, 100)
"""A floor that is missed by less is not missed: figures are rounded."""
_LEAST_PARAMETERS: Final = 10**9
"""Of smaller models embeddings may be most."""
_NO_ACCELERATOR: Final = Fraction(50 * 10**15)
"""Operations per second that no GPU in the catalog reaches, sparse and in four bits."""
_WIDER: Final = ((4, "computed in four bits"), (2, "computed in eight bits or sparsely"))
"""How much higher a peak may be than the stated one, and the words by which a report says that it computes in fewer bits."""
_SIXTEEN_BITS: Final = frozenset("bf16 fp16 bfloat16 float16 half".split())
"""Words beside a stated peak that leave another one for fewer bits."""
_ONE: Final = Operand("top_k", "1", Fraction(1), Fraction(1), None, "the fewest there are")
_MOST_EMBEDDINGS: Final = Fraction(6 * 10**9)
"""Parameters of two tables of 300,000 tokens by 10,000."""


# --- what the report can mean at the least, and at the most


def _least_work(subject: Subject, plan: Plan) -> Worked | None:
    """Return the parameters that work on a token under the smallest reading; None where none can be told."""
    mixture = mentions(subject, subject.lexicon.sayings["mixtures"]) or any(
        claim.quantity in ("model.experts", "model.top_k") for claim in plan.claims
    )
    active = any(claim.quantity == "model.params_active" for claim in plan.claims)
    routed = _routed(plan) if mixture and not active else None
    if mixture and not active and routed is None:
        return None
    found = []
    for claim in plan.claims:
        value = claim.interval.low
        if (
            claim.quantity == ("model.params_active" if active else "model.params")
            and claim.role is Role.ACTUAL
            and claim.confidence is not Confidence.LOW
            and claim.scope.per in ("", "total", "token", "replica")
            and value is not None
            and not claim.source
        ):
            if value < _LEAST_PARAMETERS:
                return None
            bare = _without_embeddings(Worked.exactly(claim, value), wholes(plan, "model.vocab"), wholes(plan, "model.hidden"))
            found.append(bare if routed is None else bare * routed)
    least = min(found, key=_end, default=None)
    shape = active_of_shape(plan)
    return None if least is None or (shape is not None and shape < _end(least)) else least


def _routed(plan: Plan) -> Worked | None:
    """Return the share of the experts of a layer that a token takes at the least."""
    experts = wholes(plan, "model.experts", ("", "layer", "total"))
    if not experts:
        return None
    most = max(experts)
    chosen = wholes(plan, "model.top_k", ("", "token", "total", "layer"))
    least = min((count for count in chosen if count <= most), default=1)
    return (Worked.of(chosen[least]) if least in chosen else Worked.told(_ONE, UNITS["1"])) / Worked.of(experts[most])


def _without_embeddings(part: Worked, vocabulary: Mapping[int, Claim], hidden: Mapping[int, Claim]) -> Worked:
    """Return some parameters without the tables of tokens, which do no work.

    Where their size is not stated it is half of the parameters, or as much as any model has.
    """
    if vocabulary and hidden:
        tables = Worked.by(embedding_params, Worked.of(vocabulary[max(vocabulary)]), Worked.of(hidden[max(hidden)]), 2)
        if 2 * tables.value < _end(part):
            return part - tables
    if _end(part) <= 2 * _MOST_EMBEDDINGS:
        return part / 2
    return part - Worked.told(Operand("embeddings", "6B", _MOST_EMBEDDINGS, _MOST_EMBEDDINGS, None, "no model has more"), UNITS["1"])


def _most_gpus(plan: Plan) -> Worked | None:
    """Return the most GPUs that a plan names in any way; None where it names none, or only a least number."""
    listed = [claim for claim in plan.claims if claim.quantity in ("gpus", "gpus.available")]
    if not listed or any(claim.interval.high is None for claim in listed):
        return None
    found = [Worked.exactly(claim, claim.interval.high) for claim in listed]
    for factors in (("nodes", "gpus.per_node"), tuple(AXES.values())):
        counts = [one for quantity in factors if (one := wholes(plan, quantity, ("", "total", "node")))]
        found += [reduce(mul, (Worked.of(one[max(one)]) for one in counts))] if counts else []
    return max(found, key=_end)


def _highest_peak(subject: Subject, plan: Plan) -> Worked:
    """Return the highest rate that a GPU of the plan can have: as stated or catalogued, in the fewest bits the report speaks of."""
    factor = Fraction(max((factor for factor, width in _WIDER if mentions(subject, subject.lexicon.sayings[width])), default=1))
    found = []
    for claim in plan.claims:
        words = {word.text for word in subject.lexicon.normalize(f"{claim.read_as} {claim.text}")} | _near_words(subject, claim)
        if (
            claim.quantity == "hardware.peak_flops"
            and claim.interval.high is not None
            and not claim.source
            and not words & subject.lexicon.sayings["slow formats"]
        ):
            stated = Worked.exactly(claim, claim.interval.high)
            found.append(stated * factor if factor > 1 and words & _SIXTEEN_BITS else stated)
    rates = [
        (quoted.base, f"{quoted.text} of {part.name}") for part in named_parts(subject) for quoted in part.quoted("hardware.peak_flops")
    ]
    if rates or not found:
        rate, text = max(rates, default=(_NO_ACCELERATOR, "50 PFLOPS"))
        known = Operand("peak_flops", text, rate, rate, None, "the catalog" if rates else "no GPU reaches more")
        found.append(Worked.told(known, UNITS["FLOPS"]))
    return max(found, key=_end)


# --- the checks


def prefill(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A prompt takes at least the time in which all GPUs together can compute its tokens."""
    if mentions(subject, subject.lexicon.sayings["tokens not computed anew"]):
        return
    done: set[Span] = set()
    for plan in subject.plans:
        times = [claim for claim in plan.claims if claim.quantity in ("time.prefill", "time.ttft") and _is_measured(subject, claim)]
        if not times:
            continue
        prompt = _least_prompt(subject, plan)
        parts = None if prompt is None else _parts(subject, plan)
        for time in times:
            if time.span in done or time.interval.high is None:
                continue
            done.add(time.span)
            if prompt is None or parts is None:
                yield rule.undetermined((time.span,), f"state prompt, parameters and GPUs to check {said(time)}")
            else:
                requests = _requests(plan) if time.quantity == "time.prefill" else None
                yield _prefill(rule, time, prompt if requests is None else prompt * requests, *parts)


def _parts(subject: Subject, plan: Plan) -> tuple[Worked, Worked, Worked] | None:
    """Return work, GPUs and peak of a plan, if it states them."""
    work, gpus = _least_work(subject, plan), _most_gpus(plan)
    return None if work is None or gpus is None else (work, gpus, _highest_peak(subject, plan))


def _is_measured(subject: Subject, claim: Claim) -> bool:
    """Tell whether a time or rate is that of whole prompts or of the plan, and one that the report stands by."""
    if claim.role is not Role.ACTUAL or claim.source or claim.confidence is Confidence.LOW or claim.scope.member:
        return False
    return (
        claim.scope.per in ("", "total", "batch", "replica", "gpu")
        and not _near_words(subject, claim) & subject.lexicon.sayings["parts of a pass"]
    )


def _near_words(subject: Subject, claim: Claim) -> frozenset[str]:
    """Return the words of a claim's own label and those next to it."""
    label = subject.lexicon.normalize(own_label(subject.statement(claim)))
    return frozenset((*(word.text for word in label), *words_around(subject, claim.statement).get(claim.span, ())))


def _least_prompt(subject: Subject, plan: Plan) -> Worked | None:
    """Return the shortest prompt of a plan; None where none is stated, or only the longest that is possible."""
    answers = [claim for claim in plan.claims if claim.quantity == "batch.output_length" and claim.interval.high is not None]
    found = []
    for claim in plan.claims:
        if claim.quantity != "batch.sequence_length" or claim.scope.phase == "decode" or claim.source:
            continue
        words = _near_words(subject, claim)
        if words & subject.lexicon.sayings["longest that is possible"] or claim.role is not Role.ACTUAL:
            continue
        least = claim.interval.low
        if least is None:
            continue  # only the longest that is possible
        if claim.confidence is Confidence.LOW:
            return None
        if answers and not words & subject.lexicon.sayings["prompts"]:
            return None  # it may be that of prompt and answer
        found.append(Worked.exactly(claim, least))
    return min((one for one in found if _end(one) > 0), key=_end, default=None)


def _requests(plan: Plan) -> Worked | None:
    """Return the prompts of a batch, where one is stated for prefill."""
    found = [
        Worked.exactly(claim, claim.interval.low)
        for claim in plan.claims
        if claim.quantity == "batch.global" and claim.scope.phase == "prefill" and claim.role is Role.ACTUAL and claim.interval.low
    ]
    return min(found, key=_end, default=None)


def _prefill(rule: Rule, time: Claim, tokens: Worked, work: Worked, gpus: Worked, peak: Worked) -> Outcome:
    computing = Worked.by(forward_work, work, tokens)
    rate = gpus * peak
    floor = computing / rate
    spans = _spans(time, floor)
    if time.interval.high is None or time.interval.high * _NEAR >= _end(floor):
        return rule.held(spans, f"{gpus.terms} GPUs need at least {_in(_end(floor), 'ms')} for the prompt")
    least = _in(floor.value, "ms")
    return rule.contradicted(
        spans,
        f"{said(time)}, but {gpus.terms} GPUs at {_in(peak.value, 'TFLOPS')} need at least {least} for {plain(tokens.value)} tokens",
        Place(time.span, f"at least {least}"),
        related=places(floor.claims, but=time),
        claimed=said(time),
        expected=f"at least {least}",
        derivation=(computing.step(UNITS["TFLOP"], "work"), (computing.renamed("work") / rate).step(UNITS["ms"], "floor")),
    )


def token_rate(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Tokens pass a GPU no faster than its peak lets it compute them."""
    cached = mentions(subject, subject.lexicon.sayings["tokens not computed anew"])
    done: set[Span] = set()
    for plan in subject.plans:
        rates = [
            claim
            for claim in plan.claims
            if claim.quantity in ("rate.tokens", "rate.tokens_per_gpu") and _is_measured(subject, claim) and claim.interval.low
        ]
        work = _least_work(subject, plan) if rates else None
        if work is None:
            continue
        gpus, peak = _most_gpus(plan), _highest_peak(subject, plan)
        for rate in rates:
            alone = rate.quantity == "rate.tokens_per_gpu" or rate.scope.per == "gpu"
            if rate.span not in done and (alone or gpus is not None) and not (cached and rate.scope.phase != "decode"):
                done.add(rate.span)
                outcome = _rate(rule, rate, work, None if alone else gpus, peak)
                if outcome.finding is not None or _end(peak) != _NO_ACCELERATOR:  # to stay below what no GPU reaches says nothing
                    yield outcome


def _rate(rule: Rule, rate: Claim, work: Worked, gpus: Worked | None, peak: Worked) -> Outcome:
    passed = Worked.exactly(rate, rate.interval.low)
    needed = Worked.by(forward_work, work, passed)
    needed = needed if gpus is None else needed / gpus
    spans = _spans(rate, needed * peak)
    if _end(needed) <= _end(peak) * _NEAR:
        return rule.held(spans, f"needs {_in(needed.value, 'TFLOPS')} of {_in(_end(peak), 'TFLOPS')}")
    needs = _in(needed.value, "TFLOPS")
    message = f"{said(rate)} need at least {needs} on each GPU, which has {_in(peak.value, 'TFLOPS')} at most"
    slip = rate.unit.symbol == "token/ms" and _end(needed) <= 1000 * _end(peak) * _NEAR
    if slip:
        message += "; tokens/s would fit"
    return rule.contradicted(
        spans,
        message,
        Place(rate.span, f"needs {needs}"),
        related=places((*needed.claims, *peak.claims), but=rate),
        claimed=said(rate),
        expected=f"at most {_in(passed.value * _end(peak) / _end(needed), 'token/s')}",
        derivation=(needed.step(UNITS["TFLOPS"], "needed"), peak.step(UNITS["TFLOPS"], "peak")),
        repairs=(Repair("tokens/s instead of tokens/ms would fit"),) if slip else (),
    )


def _end(worked: Worked) -> Fraction:
    """Return the end of what a figure can mean that favours the report: all figures here are taken at that."""
    return worked.interval.low or Fraction(0)


def _spans(claim: Claim, worked: Worked) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(one.span for one in (claim, *worked.claims) if not one.source))


def _in(value: Fraction, unit: str) -> str:
    return figure(value, UNITS[unit])

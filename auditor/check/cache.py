"""Checks of the KV cache: the size of a token, of a layer, of all sequences, of a GPU's share, and a plan that forgets it.

A cached token takes 2 x KV heads x head width x bytes in every layer (Kwon et al. 2023; Ainslie et al. 2023 for grouped
queries). Where no KV heads are stated, they may be any divisor of the query heads; where no head width is stated, it may be twice
hidden / heads; beside every stated precision 16 bits are tried, because quantised weights often go with a 16-bit cache. TP cuts
the KV heads until one is left on each rank and copies them from there on. Latent, windowed and linear attention keep something
else and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import mul
from typing import Final

from auditor.check.sharding import Sharding
from auditor.check.stated import (
    Degrees,
    Worked,
    amount,
    is_worked_from,
    mentions,
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
from auditor.cost.closed import kv_bytes_per_layer
from auditor.findings import Confidence, Operand, Outcome, Place, Severity, Step
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.units import DIMENSIONLESS, UNITS, Unit

__all__ = ["capacity", "enough", "missing", "per_token", "size"]

_ROOM: Final = Fraction(13, 10)
"""Blocks that are not full, rounding and a few more sequences than stated: so much above the largest cache is let pass."""
_FAR: Final = Fraction(5, 4)
_ASKED: Final = (Role.ACTUAL, Role.TARGET, Role.LIMIT)
"""A batch or a length may be asked for or bounded as well as stated; the cache must hold it all the same."""
_SIXTEEN_BITS: Final = Fraction(2)
_SERVES: Final = ("time.ttft", "time.tpot", "time.prefill", "time.decode", "memory.kv_cache", "batch.output_length")
_TRAINS: Final = ("memory.gradients", "memory.optimizer", "batch.accumulation")


@dataclass(frozen=True, slots=True)
class _Token:
    """What one token takes in one layer."""

    heads: Worked
    width: Worked
    bytes: Worked
    derived: Worked | None = None
    """How the width comes about, for want of a stated one: hidden / heads; some models have wider heads."""

    @property
    def of_layer(self) -> Worked:
        width = self.width if self.derived is None else self.derived.renamed(self.width.amount.formula)
        return Worked.by(kv_bytes_per_layer, self.heads, width, self.bytes)

    def steps(self) -> tuple[Step, ...]:
        """Return how the width of a head comes about where it is not stated."""
        return () if self.derived is None else (self.derived.step(UNITS["1"]),)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims it rests on, those that its width is worked out from too."""
        return tuple(dict.fromkeys((*self.heads.claims, *self.width.claims, *self.bytes.claims)))


class Cache:
    """What a plan says of the model's attention, its sequences and its axes."""

    def __init__(self, subject: Subject, plan: Plan) -> None:
        self.subject, self.plan = subject, plan
        self.sharding = Sharding(subject, plan)
        self.layers = wholes(plan, "model.layers")
        self.tokens = (
            ()
            if mentions(subject, subject.lexicon.sayings["attention that keeps no keys and values of every head"])
            else tuple(self._tokens())
        )

    def _tokens(self) -> Iterator[_Token]:
        """Yield the readings of a cached token, the smallest last."""
        heads = wholes(self.plan, "model.heads").values()
        kept = wholes(self.plan, "model.kv_heads").values() or heads
        widths: list[tuple[Worked, Worked | None]]
        widths = [(Worked.of(claim), None) for claim in wholes(self.plan, "model.head_dim", ("", "head")).values()]
        if not widths:
            divided = (Worked.of(one) / Worked.of(two) for one, two in product(wholes(self.plan, "model.hidden").values(), heads))
            widths = [(replace(one, amount=one.amount.renamed("head_dim")), one) for one in divided if one.value.denominator == 1]
        choices = product(kept, widths, self.sharding.widths())
        found = [_Token(Worked.of(one), width, width_bytes, derived) for one, (width, derived), width_bytes in choices]
        yield from sorted(found, key=lambda token: -token.of_layer.value)

    @property
    def grouping_known(self) -> bool:
        """Tell whether the report says how many heads are cached: KV heads, or attention with as many of them as query heads."""
        return bool(wholes(self.plan, "model.kv_heads")) or (
            mentions(self.subject, self.subject.lexicon.sayings["all heads"])
            and not mentions(self.subject, self.subject.lexicon.sayings["grouped heads"])
        )

    def admitted(self) -> Iterator[Fraction]:
        """Yield what a cached token may take in one layer under every reading: fewer KV heads, wider heads, 16 bits."""
        known = bool(wholes(self.plan, "model.kv_heads"))
        for token in self.tokens:
            fewer = [Fraction(1)] if known else [Fraction(1, one) for one in _divisors(int(token.heads.value))]
            for share, size, width in product(fewer, (1, 2) if token.derived else (1,), {token.bytes.value, _SIXTEEN_BITS}):
                yield token.of_layer.value * share * size * width / token.bytes.value

    def shares(self) -> list[Fraction]:
        """Return what one GPU may keep of a token: all of it, or its part by TP, PP or both."""
        ways = {way for grid in self.sharding.grids[:4] for way in (grid.size("tp"), grid.size("pp"), grid.times(("tp", "pp")))}
        return [Fraction(1, way) for way in sorted({1, *ways})]

    def lengths(self) -> list[tuple[Fraction, Claim]]:
        """Return the sequence lengths the plan speaks of, the longest first."""
        return self._extent("batch.sequence_length", ("", "sequence", "total"))

    def longest(self) -> list[tuple[Fraction, Claim]]:
        """Return what a sequence may grow to: the longest input with the longest output, or the model's context."""
        found = self.lengths()
        outputs = self._extent("batch.output_length", ("", "sequence", "total"))
        if found and outputs:
            found = [(found[0][0] + outputs[0][0], found[0][1])]
        found += self._extent("model.context", ("", "sequence", "total"))
        return sorted(found, key=lambda pair: -pair[0])

    def sequences(self) -> list[tuple[Fraction, Claim]]:
        """Return the batch sizes, the largest first."""
        found = {**dict(self._extent("batch.global", ("", "total", "step"))), **dict(self._extent("batch.concurrent", ("", "total")))}
        return sorted(found.items(), key=lambda pair: -pair[0])

    def of_replica(self) -> list[tuple[Fraction, Claim]]:
        """Return the sequences of one replica where the report states them and they are its part of the batch; empty otherwise."""
        batches, replicas = dict(self._extent("batch.global", ("", "total", "step"))), wholes(self.plan, "parallel.data")
        found = self._extent("batch.per_replica", ("", "replica", "gpu"))
        return found if all(any(part * one in batches for one in replicas) for part, _ in found) else []

    def _extent(self, quantity: str, per: Sequence[str]) -> list[tuple[Fraction, Claim]]:
        found: dict[Fraction, Claim] = {}
        for claim in stated(self.plan, quantity, per, roles=_ASKED):
            if claim.confidence is Confidence.LOW or _is_result(self.subject, claim):
                continue
            interval = claim.readings[0].stated or claim.interval
            for end in (interval.low, interval.high):
                if end is not None and end >= 1:
                    found.setdefault(end, claim)
        return sorted(found.items(), key=lambda pair: -pair[0])

    @property
    def pooled(self) -> bool:
        """Tell whether the report speaks of a server that fills the memory left with cache."""
        return mentions(self.subject, self.subject.lexicon.sayings["servers that fill the memory"])

    @property
    def gpus(self) -> int:
        """GPUs of the plan, 1 where none are stated."""
        return max(wholes(self.plan, "gpus"), default=1)

    @property
    def serves(self) -> bool:
        """Tell whether the plan is about serving, not training."""
        said_of = {claim.quantity for claim in self.plan.claims}
        if said_of & set(_TRAINS) or mentions(self.subject, self.subject.lexicon.sayings["training"]):
            return False
        return bool(said_of & set(_SERVES)) or mentions(self.subject, self.subject.lexicon.sayings["serving"])


def _is_result(subject: Subject, claim: Claim) -> bool:
    """Tell whether a figure is what a written equation comes to: `128 sequences x 10,240 tokens = 1.31M tokens`."""
    before = subject.document.source.text[max(0, claim.span.start - 3) : claim.span.start].strip()
    return before.endswith(("=", "≈"))


def _divisors(number: int) -> list[int]:
    return [one for one in range(1, min(number, 1024) + 1) if number % one == 0]


def per_token(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The cache of a token is two vectors of KV heads x head width, in every layer."""
    done: set[Span] = set()
    for plan in subject.plans:
        claims = [*stated(plan, "memory.kv_per_token", ("", "token", "layer")), *stated(plan, "memory.kv_cache", ("token",))]
        for claim in own(plan, claims):
            if claim.span not in done and not is_worked_from(subject, claim) and claim.confidence is not Confidence.LOW:
                done.add(claim.span)
                if _is_cut(subject, claim):
                    continue
                yield _per_token(subject, rule, Cache(subject, plan), claim)


def _is_cut(subject: Subject, claim: Claim) -> bool:
    """Tell whether a figure may be the end of a longer one whose digits are set apart by a space: the `608 B` of `196 608 B`."""
    before = subject.document.source.text[max(0, claim.span.start - 2) : claim.span.start]
    return len(before) > 1 and before[0].isdigit() and before[1].isspace()


def _per_token(subject: Subject, rule: Rule, cache: Cache, claim: Claim) -> Outcome:
    spans = (claim.span,)
    value = shown(claim)
    if not cache.tokens or not cache.layers or value <= 0:
        return rule.undetermined(spans, f"state layers, KV heads, head width and precision to check {said(claim)}")
    depth, depth_claim = next(iter(cache.layers.items()))
    one_layer = "layer" in own_words(subject, claim)
    for taken, layers, share in product(sorted(set(cache.admitted())), (1, depth), cache.shares()):
        if layers == 1 and share < 1 and not one_layer:
            continue  # a part of one layer is what nobody means who does not say so
        if max(value / (taken * layers * share), taken * layers * share / value) <= _FAR:
            return rule.held(spans, f"{amount(taken, _unit(taken))} a token and layer")
    token = cache.tokens[0]
    computed = token.of_layer if one_layer else token.of_layer * Worked.of(depth_claim)
    used = (*token.claims, *(() if one_layer else (depth_claim,)))
    each = "token and layer" if one_layer else "token"
    expected = amount(computed.value, _unit(computed.value))
    ratio = max(value / computed.value, computed.value / value)
    terms = computed.terms.replace("*", "x")
    return rule.contradicted(
        spans,
        f"{said(claim)} of cache per {each}, but {terms} = {expected}{_slip(value, computed.value)}",
        Place(claim.span, f"cache of a {each}"),
        severity=None if ratio >= 2 and all(one.confidence is Confidence.HIGH for one in used) else Severity.WARNING,
        related=places(used, but=claim),
        claimed=said(claim),
        expected=expected,
        derivation=(*token.steps(), computed.step(_unit(computed.value))),
    )


def _slip(value: Fraction, computed: Fraction) -> str:
    """Name a slip of a prefix: KB where MB is meant, or the other way round."""
    for size in (1000, 1024):
        if abs(value / computed / size - 1) <= Fraction(1, 10):
            return "; a unit is a thousand times too large"
        if abs(computed / value / size - 1) <= Fraction(1, 10):
            return "; a unit is a thousand times too small"
    return ""


def _unit(value: Fraction) -> Unit:
    return UNITS["byte"] if value < 1000 else UNITS["GB"]


@dataclass(frozen=True, slots=True)
class _All:
    """The cache of all sequences of a plan at one length, and what it rests on."""

    token: _Token
    layers: Worked
    length: Worked
    sequences: Worked

    @property
    def whole(self) -> Worked:
        return self.token.of_layer * self.layers * self.length * self.sequences

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(dict.fromkeys((*self.token.claims, *self.layers.claims, *self.length.claims, *self.sequences.claims)))

    @property
    def told(self) -> str:
        return f"{plain(self.sequences.value)} sequences of {plain(self.length.value)} tokens"


def _most(cache: Cache, *, per_gpu: bool = False) -> _All | None:
    """Return the cache of all sequences at the longest they may grow to, with the most bytes a reading gives.

    A GPU holds what the sequences of its replica need, where the report says how many those are.
    """
    sequences = (cache.of_replica() if per_gpu else []) or cache.sequences()
    return _all(cache.tokens[:1], cache.longest(), max(cache.layers.items(), default=None), sequences)


def _least(cache: Cache) -> _All | None:
    """Return the cache of all sequences at their longest, with the fewest bytes a stated precision gives."""
    return _all(cache.tokens[-1:], cache.lengths(), min(cache.layers.items(), default=None), cache.sequences())


def _of_one_head(token: _Token) -> _Token:
    """Return a token of which one KV head is cached, the fewest there are."""
    return replace(token, heads=Worked.told(Operand("kv_heads", "1", Fraction(1), Fraction(1), None, "the fewest there are"), UNITS["1"]))


def _shortest(cache: Cache) -> _All | None:
    """Return the cache of the smallest batch at the shortest length, with the fewest bytes a stated precision gives.

    Where the report does not say how many heads are cached, one is.
    """
    tokens = cache.tokens[-1:] if cache.grouping_known else [_of_one_head(token) for token in cache.tokens[-1:]]
    return _all(tokens, cache.lengths()[-1:], min(cache.layers.items(), default=None), cache.sequences()[-1:])


def _all(
    tokens: Sequence[_Token],
    lengths: Sequence[tuple[Fraction, Claim]],
    layers: tuple[int, Claim] | None,
    sequences: Sequence[tuple[Fraction, Claim]],
) -> _All | None:
    if not tokens or layers is None or not lengths or not sequences:
        return None
    (length, one), (count, two) = lengths[0], sequences[0]
    return _All(tokens[0], Worked.of(layers[1]), Worked.taken(one, length), Worked.taken(two, count))


def size(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A cache is no larger than all sequences at their longest need, in all or on a GPU."""
    done: set[Span] = set()
    for plan in subject.plans:
        claims = [
            claim
            for claim in own(plan, [one for one in plan.claims if one.quantity == "memory.kv_cache"])
            if claim.role is Role.ACTUAL and claim.scope.per in ("", "total", "gpu") and not claim.scope.member
        ]
        cache = Cache(subject, plan) if claims else None
        for claim in claims:
            if cache is None or claim.span in done or claim.confidence is not Confidence.HIGH or is_worked_from(subject, claim):
                continue
            done.add(claim.span)
            yield _size(subject, rule, cache, claim)


def _size(subject: Subject, rule: Rule, cache: Cache, claim: Claim) -> Outcome:
    spans = (claim.span,)
    per_gpu = claim.scope.per == "gpu"
    found = _most(cache, per_gpu=per_gpu)
    if found is None or (per_gpu and not cache.sharding.grids):
        missing_ = "layers, KV heads, head width, precision, batch, length" + (" and the parallel degrees" if per_gpu else "")
        return rule.undetermined(spans, f"state {missing_} to check {said(claim)}")
    if cache.pooled or subject.lexicon.sayings["room rather than need"] & own_words(subject, claim):
        return rule.undetermined(spans, f"{said(claim)} may be room that is kept, not what the sequences need")
    grid = min(cache.sharding.grids, key=lambda one: _ways(one, found)) if per_gpu else None
    axes = tuple(axis for axis in ("tp", "pp") if grid and grid.size(axis) > 1)
    whole = found.whole
    most = _divided(whole, grid, axes, _ways(grid, found)) if grid else whole
    # A stated width of 8 or 4 bits may be that of the weights alone; heads may be wider than hidden / heads.
    room = _ROOM * (2 if found.token.derived else 1) * max(Fraction(1), _SIXTEEN_BITS / found.token.bytes.value)
    low = min((reading.interval.low for reading in claim.readings if reading.interval.low is not None), default=Fraction(0))
    expected = f"at most {amount(most.value, claim.unit)}"
    if low <= most.value * room:
        return rule.held((*spans, *(one.span for one in found.claims if not one.source)), expected)
    each = " per GPU" if per_gpu else ""
    over = f" over {_over(grid, axes)} = {amount(most.value, claim.unit)} at most" if grid and axes else " at most"
    return rule.contradicted(
        spans,
        f"{said(claim)} of KV cache{each}, but {found.told} take {amount(whole.value, claim.unit)}{over}",
        Place(claim.span, f"KV cache{each}"),
        related=places((*found.claims, *most.claims), but=claim)[:12],
        claimed=said(claim),
        expected=expected,
        derivation=(*found.token.steps(), most.step(claim.unit)),
    )


_SLACK: Final = 2
"""How far below the need a cache may lie: blocks of 8 bits, a batch that is not full."""
_AXES_OF_ALL: Final = ("tp", "pp", "cp", "dp", "sp", "ep")


def enough(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A cache of a plan that serves is no smaller than its batch takes at the shortest, however it is divided."""
    done: set[Span] = set()
    for plan in subject.plans:
        claims = [
            claim
            for claim in own(plan, stated(plan, "memory.kv_cache", ("gpu", "total")))
            if claim.confidence is Confidence.HIGH and claim.bound not in (">", ">=") and not is_worked_from(subject, claim)
        ]
        cache = Cache(subject, plan) if claims else None
        if cache is None or not cache.serves or mentions(subject, subject.lexicon.sayings["no cache here"]):
            continue
        whole = _shortest(cache)
        for claim in claims if whole is not None else ():
            if claim.span not in done and whole is not None:
                done.add(claim.span)
                yield _enough(rule, cache, whole, claim)


def _enough(rule: Rule, cache: Cache, found: _All, claim: Claim) -> Outcome:
    ways = 1
    if claim.scope.per == "gpu":
        ways = cache.gpus if cache.gpus > 1 else max((grid.times(_AXES_OF_ALL) for grid in cache.sharding.grids), default=1)
    whole = found.whole
    need = whole / _parts("all GPUs and axes", Fraction(ways)) if ways > 1 else whole
    expected = f"at least {amount(need.value, claim.unit)}"
    high = max((reading.interval.high for reading in claim.readings if reading.interval.high is not None), default=None)
    spans = (claim.span, *(one.span for one in found.claims if not one.source))
    if high is None or high * _SLACK >= need.value:
        return rule.held(spans, expected)
    each = " per GPU" if claim.scope.per == "gpu" else ""
    over = f" over {ways} GPUs = {amount(need.value, claim.unit)}" if ways > 1 else ""
    return rule.contradicted(
        spans,
        f"{said(claim)} of KV cache{each}, but {found.told} take {amount(whole.value, claim.unit)}{over} at least",
        Place(claim.span, f"KV cache{each}"),
        related=places(found.claims, but=claim)[:12],
        claimed=said(claim),
        expected=expected,
        derivation=(*found.token.steps(), need.step(claim.unit)),
    )


def capacity(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The tokens that a cache holds are its size over what a token takes, where the three stand in one list or object."""
    for token in subject.quantities(("memory.kv_per_token",)):
        if token.source or token.role is not Role.ACTUAL or not shown(token) or "layer" in own_words(subject, token):
            continue
        near = [one for index in subject.groups.get(subject.statement(token).group, ()) for one in subject.of(index)]
        sizes = [one for one in near if one.quantity == "memory.kv_cache" and one.scope.per in ("gpu", "") and one.role is Role.ACTUAL]
        counts = [one for one in near if _counts_tokens(subject, one)]
        if len(sizes) != 1 or len(counts) != 1:
            continue
        size, count = sizes[0], counts[0]
        need, spans = shown(count) * shown(token), (token.span, size.span, count.span)
        if max(need / shown(size), shown(size) / need) <= _FAR:
            yield rule.held(spans, f"{said(count)} of {said(token)} fill {said(size)}")
            continue
        if need < shown(size) and count.bound in (">", ">="):
            continue
        holds = Worked.of(size) / Worked.of(token)
        fitting = figure(holds.value, UNITS["token"])
        slip = _slip(shown(token), shown(size) / shown(count))
        yield rule.contradicted(
            spans,
            f"{said(size)} of cache at {said(token)} a token hold {fitting}, not {said(count)}{slip}",
            Place(count.span, "tokens that fit"),
            related=(Place(size.span, "the cache"), Place(token.span, "a token")),
            claimed=said(count),
            expected=fitting,
            derivation=(holds.step(UNITS["token"]),),
        )


def _counts_tokens(subject: Subject, claim: Claim) -> bool:
    """Tell whether a claim counts tokens that fit into a memory: `max_tokens_per_gpu`, `20,000 tokens per GPU`."""
    if claim.quantity != "other" or claim.unit.dimension != DIMENSIONLESS or claim.role is not Role.ACTUAL or shown(claim) < 2:
        return False
    own_ = own_words(subject, claim)
    return claim.scope.per == "gpu" and "token" in own_ and not subject.lexicon.sayings["as many as fit"].isdisjoint(own_)


def _ways(grid: Degrees, found: _All) -> Fraction:
    """Return how far TP and PP divide a cache: to one KV head a rank at the most, the largest part of an uneven split."""
    heads, layers = int(found.token.heads.value), int(found.layers.value)
    return Fraction(heads, -(-heads // grid.size("tp"))) * Fraction(layers, -(-layers // grid.size("pp")))


def _over(grid: Degrees, axes: Sequence[str]) -> str:
    return " x ".join(f"{axis.upper()} {grid.size(axis)}" for axis in axes)


def _divided(whole: Worked, grid: Degrees, axes: Sequence[str], ways: Fraction) -> Worked:
    """Return a cache in as many parts as some axes make; `ways` are fewer where the split is not even."""
    if ways == 1:
        return whole
    if grid.times(axes) != ways:
        return whole / _parts(f"into how many parts {' and '.join(axes)} divide it", ways)
    return whole / reduce(mul, (Worked.of(grid.claims[axis], axis) for axis in axes))


def _parts(origin: str, ways: Fraction) -> Worked:
    return Worked.told(Operand("parts", plain(ways), ways, ways, None, origin), UNITS["1"])


_COMPONENTS: Final = ("memory.weights", "memory.activations", "memory.overhead")


def missing(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A serving plan's memory per GPU, broken down without a KV cache, is at least what its sequences' cache takes."""
    done: set[Span] = set()
    for plan in subject.plans:
        totals = [
            claim
            for claim in own(plan, stated(plan, "memory.used", ("gpu",)))
            if claim.confidence is not Confidence.LOW and not claim.bound and not is_worked_from(subject, claim)
        ]
        totals = [claim for claim in totals if _broken_down(subject, plan, claim)]
        if not totals or any(claim.quantity.startswith("memory.kv") for claim in plan.claims):
            continue
        cache = Cache(subject, plan)
        if not cache.serves or not cache.grouping_known or mentions(subject, subject.lexicon.sayings["no cache here"]):
            continue
        for claim in totals:
            if claim.span not in done:
                done.add(claim.span)
                outcome = _missing(rule, cache, claim)
                if outcome is not None:
                    yield outcome


def _broken_down(subject: Subject, plan: Plan, claim: Claim) -> bool:
    """Tell whether the total's own list names at least two other parts of the memory, none of them a cache."""
    group = subject.statement(claim).group
    beside = [
        one for one in plan.claims if not one.source and subject.document.statements[one.statement].group == group and one is not claim
    ]
    return len({one.quantity for one in beside} & set(_COMPONENTS)) >= 2


def _missing(rule: Rule, cache: Cache, claim: Claim) -> Outcome | None:
    found = _least(cache)
    if found is None:
        return None
    # All that may divide the cache: heads, layers, positions, and the sequences of the replicas.
    dividing = (*_DIVIDING, "ep") if mentions(cache.subject, cache.subject.lexicon.sayings["attention by data"]) else _DIVIDING
    grid = max(cache.sharding.grids, key=lambda one: one.times(dividing), default=None)
    axes = tuple(axis for axis in dividing if grid and grid.size(axis) > 1)
    whole, over = found.whole, ""
    if grid and axes:
        need, over = _divided(whole, grid, axes, Fraction(grid.times(axes))), _over(grid, axes)
    elif cache.gpus > 1:
        need, over = whole / _parts("all GPUs", Fraction(cache.gpus)), f"{cache.gpus} GPUs"
    else:
        need = whole
    high = max((reading.interval.high for reading in claim.readings if reading.interval.high is not None), default=None)
    least = amount(need.value, claim.unit)
    if high is None or need.value <= high:
        return rule.undetermined((claim.span,), f"no KV cache in the breakdown; {least} would fit into {said(claim)}")
    used = tuple(dict.fromkeys((*found.claims, *need.claims)))
    takes = amount(whole.value, claim.unit) + (f" over {over} = {least}" if over else "")
    return rule.contradicted(
        (claim.span, *(one.span for one in used if not one.source)),
        f"{said(claim)} per GPU has no KV cache, but {found.told} take {takes}",
        Place(claim.span, "no KV cache in it"),
        related=places(used, but=claim)[:12],
        claimed=said(claim),
        expected=f"at least {least}",
        derivation=(*found.token.steps(), need.step(claim.unit)),
    )


_DIVIDING: Final = ("tp", "pp", "cp", "dp")

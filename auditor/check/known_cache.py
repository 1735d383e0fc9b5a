"""The cache of the one model a report names: what a token takes by its shape in the catalog, and how many tokens a stated cache holds.

A figure is contradicted only where no way of storing it comes near: 16 and 8 bits (8 only where the report names them), all heads or
those of a rank, latent vectors or the full heads they stand for, every layer in full or with its windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from auditor.check.stated import amount, is_worked_from, mentions, own_words, said, shown
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.cost.architecture import Architecture
from auditor.cost.catalog import Model
from auditor.cost.formats import FORMATS
from auditor.cost.kv_cache import per_sequence, per_token
from auditor.findings import Confidence, Operand, Outcome, Place, Step
from auditor.launches.facts import models_of
from auditor.launches.model import Launch
from auditor.plans.costing import names_in
from auditor.records import dataclass
from auditor.remember import once_for
from auditor.rulebook import Rule

__all__ = ["longest", "token"]

_NEAR: Final = Fraction(4, 100)
"""A figure in two or three digits, GB for GiB aside, is this near to what it means."""
_TOKENS: Final = re.compile(r"\d[\d,._]{0,14}\s?[kKmM]?[- ]tokens?\b")
_MOST_GPUS: Final = 64
_MOST_TOKENS: Final = 10**8
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class _Kept:
    """One way of keeping a token: what it is called and its bytes."""

    called: str
    bytes: Fraction


@once_for
def _model(subject: Subject) -> Model | None:
    """Return the one model that the report names anywhere, of a shape the formulas describe."""
    found = {model.name: model for model in names_in(subject.document).models}
    _, told = models_of(Launch((), {}), subject.document)
    found |= {model.name: model for model in told}
    if len(found) != 1:
        return None
    model = next(iter(found.values()))
    shape = model.architecture
    return model if shape is not None and shape.indexer is None and not _is_other(subject, shape) else None


def _is_other(subject: Subject, shape: Architecture) -> bool:
    """Tell whether the report states another shape than the catalog's."""
    stated = {"model.layers": shape.layers, "model.kv_heads": shape.kv_heads, "model.heads": shape.heads, "model.hidden": shape.hidden}
    claims = subject.quantities(stated)
    return any(shown(claim) != stated[claim.quantity] for claim in claims if claim.role is Role.ACTUAL and not claim.scope.per)


def _widths(subject: Subject, data: Mapping[str, Any]) -> tuple[str, ...]:
    return ("bf16", "fp8", "fp32") if mentions(subject, data["narrow"]) else ("bf16", "fp32")


def _ways(subject: Subject) -> frozenset[int]:
    """Return by how much a figure may be divided: the degrees and counts of GPUs that the report states, and their products."""
    stated = {1}
    for claim in subject.quantities(("parallel.tensor", "parallel.pipeline", "parallel.context", "gpus")):
        value = shown(claim)
        if value.denominator == 1 and 1 <= value <= _MOST_GPUS:
            stated |= {one * int(value) for one in stated if one * int(value) <= _MOST_GPUS}
    return frozenset(stated)


def _kept(shape: Architecture, widths: Sequence[str]) -> Iterator[_Kept]:
    """Yield each way of keeping one token in all layers, whole."""
    for width in widths:
        stored = FORMATS[width]
        yield _Kept(width, Fraction(per_token(shape, stored).value))
        if shape.latent is not None:
            full = Fraction(shape.heads * (shape.head_dim + shape.value_dim) * shape.layers) * Fraction(stored.bytes)
            yield _Kept(f"{width}, all heads", full)


def token(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What a token takes of the cache, or so many tokens do, is what the named model keeps for it in some way."""
    model = _model(subject)
    if model is None or model.architecture is None or mentions(subject, rule.options["unless_said"]):
        return
    for claim in subject.quantities(("memory.kv_per_token", "memory.kv_cache")):
        tokens = _tokens(subject, claim, rule.options["of_one"])
        if tokens and claim.role is Role.ACTUAL and not claim.source and _is_plain(subject, claim):
            yield _judged(subject, rule, model, model.architecture, claim, tokens)


def _is_plain(subject: Subject, claim: Claim) -> bool:
    """Tell whether a figure is of keys and values of all layers, and no number that another is worked out from."""
    words = own_words(subject, claim)
    alone = subject.lexicon.caches["parts"].isdisjoint(words)
    return alone and claim.confidence is not Confidence.LOW and not claim.bound and not is_worked_from(subject, claim)


def _tokens(subject: Subject, claim: Claim, of_one: Sequence[str]) -> int:
    """Return for how many tokens a figure is: one where it is a token's, else the only number of tokens in what leads to it.

    `of_one` are the words that make the figure behind them that of one token: `each token takes`.
    """
    if claim.quantity == "memory.kv_per_token":
        return 1 if claim.scope.per in ("token", "") and "token" in own_words(subject, claim) else 0
    if claim.scope.per not in ("", "total", "request", "sequence", "gpu"):
        return 0
    statement = subject.statement(claim)
    others = [one for one in subject.of(claim.statement) if one.span != claim.span and one.unit.dimension == claim.unit.dimension]
    earlier = max((one.span.end for one in others if one.span.end <= claim.span.start), default=statement.value.whole.start)
    lead = subject.document.source.text[earlier : claim.span.start][-_LONGEST:]
    behind = "" if others else subject.document.source.text[claim.span.end : statement.value.whole.end][:_LONGEST]
    label = "" if others else " ".join(label.text.content for label in statement.path[-2:])
    if any(f" {words} " in f" {lead.lower()} " for words in of_one):
        return 1
    found = _TOKENS.findall(f"{label} {lead} {behind}")
    if len(found) != 1 or re.search(r"[kKmM][- ]?tokens?$", found[0]) is not None:
        return 0
    digits = "".join(character for character in found[0] if character.isdigit())
    return int(digits) if 1 < int(digits) <= _MOST_TOKENS else 0


def _judged(subject: Subject, rule: Rule, model: Model, shape: Architecture, claim: Claim, tokens: int) -> Outcome:
    widths = _widths(subject, rule.options)
    kept = [_Kept(one.called, one.bytes * tokens) for one in _kept(shape, widths)]
    windowed = [_Kept(f"{width}, with its windows", Fraction(per_sequence(shape, tokens, FORMATS[width]).value)) for width in widths]
    divided = [one.bytes / ways for one in kept for ways in _ways(subject)]
    lows = [reading.interval.low for reading in claim.readings]
    highs = [reading.interval.high for reading in claim.readings]
    for low, high in zip(lows, highs, strict=True):
        if low is None or high is None:
            return rule.undetermined((claim.span,), f"{said(claim)} has no bounds")
        near = any(low <= one * (1 + _NEAR) and high >= one * (1 - _NEAR) for one in divided)
        between = (
            any(low <= full.bytes and high >= least.bytes for full, least in zip(kept, windowed, strict=False)) and shape.window is not None
        )
        if near or between:
            return rule.held((claim.span,), f"{said(claim)} as {model.name} keeps it")
    plain = kept[0].bytes
    each = Fraction(per_token(shape, FORMATS["bf16"]).value)
    ratio = shown(claim) / plain
    subject_ = f"{tokens:,} tokens of {model.name} take" if tokens > 1 else f"a token of {model.name} takes"
    times = f"{float(ratio):.3g} times that" if ratio > 1 else f"{float(ratio):.3g} of that"
    message = f"{said(claim)}, but {subject_} {amount(plain, claim.unit)} of cache in 16 bits: {times}"
    step = Step.exact(
        "tokens * bytes of a token" if tokens > 1 else "bytes of a token",
        f"{tokens} * {each}" if tokens > 1 else str(each),
        amount(plain, claim.unit),
        (Operand("bytes of a token", str(each), each, each, None, f"catalog: {model.name}"),),
        plain,
    )
    tried = ", ".join(dict.fromkeys(one.called for one in kept))
    return rule.contradicted(
        (claim.span,),
        message,
        Place(claim.span, "cache of a token" if tokens == 1 else "cache of these tokens"),
        claimed=said(claim),
        expected=f"{amount(plain, claim.unit)} ({tried} and shares of a GPU tried)",
        derivation=(step,),
        basis=(claim.span,),
    )


# --- one sequence of the longest length


def longest(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The cache of a GPU, divided as the stated layout does, holds one sequence of the stated longest length."""
    data = rule.options
    model = _model(subject)
    if model is None or model.architecture is None or mentions(subject, data["unless_said"]):
        return
    caches = [claim for claim in _once(subject, "memory.kv_cache") if claim.scope.per == "gpu" and not claim.bound]
    lengths = [*_once(subject, "cache.tokens"), *_once(subject, "model.context"), *_longest_sequences(subject, data)]
    ways = _shared(subject)
    if len(caches) != 1 or not lengths or ways is None:
        return
    cache, length = caches[0], max(lengths, key=shown)
    high = max((reading.interval.high for reading in cache.readings if reading.interval.high is not None), default=None)
    tokens = int(shown(length))
    if high is None or not 1 < tokens <= _MOST_TOKENS:
        return
    shape = model.architecture
    width = "fp8" if "fp8" in _widths(subject, data) and not _says_sixteen(subject, cache, data) else "bf16"
    whole = mentions(subject, data["in_full"])
    need = (
        Fraction(per_token(shape, FORMATS[width]).value) * tokens if whole else Fraction(per_sequence(shape, tokens, FORMATS[width]).value)
    )
    least = need / ways
    spans = (cache.span, length.span)
    if least <= high:
        yield rule.held(spans, f"{amount(least, cache.unit)} of {said(cache)}")
        return
    holds = int(tokens * high / least)
    yield rule.contradicted(
        spans,
        f"{said(cache)} of cache on a GPU, but {tokens:,} tokens of {model.name} take at least {amount(least, cache.unit)} there: "
        f"it holds {holds:,} at most",
        Place(cache.span, "cache of a GPU"),
        related=(Place(length.span, f"{tokens:,} tokens"),),
        claimed=said(cache),
        expected=f"{amount(least, cache.unit)} at least, or {holds:,} tokens",
        derivation=(
            Step.exact(
                "cache of the tokens / GPUs that share it",
                f"{need} / {ways}",
                f"{amount(least, cache.unit)} at least",
                (
                    Operand("cache of the tokens", str(need), need, need, None, f"catalog: {model.name}, {width}"),
                    Operand("GPUs that share it", str(ways), Fraction(ways), Fraction(ways), None, "TP, PP and CP as stated"),
                ),
                least,
            ),
        ),
        basis=spans,
    )


def _once(subject: Subject, quantity: str) -> list[Claim]:
    """Return the claims of a quantity where all that the report says of it is one value."""
    found = [one for one in subject.quantities((quantity,)) if one.role is Role.ACTUAL and not one.source]
    return found if len({shown(one) for one in found}) == 1 else []


def _longest_sequences(subject: Subject, data: Mapping[str, Any]) -> list[Claim]:
    found = _once(subject, "batch.sequence_length")
    return [one for one in found if set(data["longest"]) & own_words(subject, one)]


def _says_sixteen(subject: Subject, cache: Claim, data: Mapping[str, Any]) -> bool:
    return bool(set(data["wide"]) & own_words(subject, cache))


def _shared(subject: Subject) -> int | None:
    """Return over how many GPUs one sequence's cache can lie: all degrees but data and expert parallelism; None where TP is not known."""
    if len(_once(subject, "parallel.tensor")) == 0:
        return None
    ways = 1
    for quantity in ("parallel.tensor", "parallel.pipeline", "parallel.context"):
        for claim in _once(subject, quantity)[:1]:
            ways *= int(shown(claim))
    return ways or None

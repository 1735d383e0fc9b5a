"""What the catalog says of the model and the GPU a report names, as facts.

A name counts only where the report names one model, or one family of GPUs, and nothing it states of the shape is another's. Where
variants differ (SXM and PCIe, dense and sparse, formats of numbers), the fact is the interval that holds them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.facts.model import Fact
from auditor.findings import Confidence
from auditor.plans.costing import Names, names_in
from auditor.relations.figures import figure
from auditor.spans import Span
from auditor.statements import Document
from auditor.values import Interval

if TYPE_CHECKING:
    from auditor.cost.catalog import Figure, Hardware, Model

__all__ = ["known_facts"]

_OF_A_MODEL: Final = (
    "model.layers",
    "model.hidden",
    "model.heads",
    "model.kv_heads",
    "model.head_dim",
    "model.ffn_hidden",
    "model.vocab",
    "model.experts",
    "model.top_k",
    "model.expert_hidden",
    "model.params",
    "model.params_active",
)
_SHAPE: Final = _OF_A_MODEL[:6]
"""What must not be stated otherwise: else the report speaks of another model."""
_OF_A_GPU: Final = ("memory.capacity", "hardware.memory_bandwidth", "hardware.peak_flops")
_PEAKS: Final = ("bf16", "fp16", "fp8", "int8", "fp4")
"""Formats whose dense peaks a report may mean: the first two, and all where it states a narrower one."""
_SIXTEEN_BITS: Final = 2
_SIZE: Final = ("model.params", "model.params_active")


def known_facts(document: Document, claims: Iterable[Claim], lexicon: Lexicon) -> tuple[Fact, ...]:
    """Return the facts of the one model and the one kind of GPU that a document names."""
    names = names_in(document)
    stated = [claim for claim in claims if claim.role is Role.ACTUAL and not claim.source and claim.confidence is Confidence.HIGH]
    narrow = any(claim.quantity == "model.bytes_per_param" and (claim.interval.low or 2) < _SIXTEEN_BITS for claim in claims)
    return (*_of_model(names, stated, lexicon), *_of_gpu(names, lexicon, _PEAKS if narrow else _PEAKS[:2]))


def _of_model(names: Names, stated: Sequence[Claim], lexicon: Lexicon) -> Iterator[Fact]:
    if len(names.models) != 1:
        return
    model = names.models[0]
    if any(_is_another(model, claim) for claim in stated):
        return
    for quantity in _OF_A_MODEL:
        if listed := model.quoted(quantity):
            yield _fact(model.name, quantity, listed, lexicon)


def _is_another(model: Model, claim: Claim) -> bool:
    if claim.quantity not in _SHAPE or claim.scope.per not in ("", "total") or claim.scope.member:
        return False
    listed = model.quoted(claim.quantity)
    return bool(listed) and not any(claim.interval.contains(one.base) for one in listed)


def _of_gpu(names: Names, lexicon: Lexicon, precisions: Sequence[str]) -> Iterator[Fact]:
    parts: tuple[Hardware, ...] = names.hardware
    if len({part.families[0] for part in parts}) != 1:
        return
    for quantity in _OF_A_GPU:
        listed = [one for part in parts for one in part.quoted(quantity)]
        if quantity == "hardware.peak_flops":
            listed = [one for one in listed if one.precision in precisions and one.kind == "dense"]
        if listed:
            yield _fact(parts[0].families[0].upper(), quantity, listed, lexicon)


def _fact(name: str, quantity: str, listed: Sequence[Figure], lexicon: Lexicon) -> Fact:
    known = lexicon.quantities[quantity]
    values = [one.base for one in listed]
    slack = Fraction(2, 100) if quantity in _SIZE else Fraction(0)
    interval = Interval(min(values), max(values)).widen(slack)
    text = figure(values[0], known.unit)
    return Fact(
        quantity=quantity,
        symbol=known.symbol,
        readings=(Reading(interval, known.unit, stated=Interval.exact(values[0])),),
        approximation=Approximation.EXACT if interval.is_exact else Approximation.ROUNDED,
        role=Role.ACTUAL,
        scope=Scope(),
        span=Span(0, 0),
        text=text,
        confidence=Confidence.HIGH,
        read_as=f"catalog: {name}",
        statement=0,
        follows=name,
        catalog=True,
    )

"""A launch that a document describes without a command: prose, bullets and tables that state one layout of one model on one GPU.

It is narrow: every setting is one that the whole document gives one value only, whatever it says the value is for; a degree that
has two makes no launch at all, and where a command or a configuration stands in the document, that speaks for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from auditor.claims.model import Claim, Role
from auditor.findings import Confidence
from auditor.launches.facts import hardware_of, models_of
from auditor.launches.model import Launch, Setting
from auditor.launches.programs import named_in, programs
from auditor.statements import Document

__all__ = ["described", "narrowed"]

_SETTINGS: Final[Mapping[str, str]] = {
    "parallel.tensor": "tp",
    "parallel.pipeline": "pp",
    "parallel.data": "dp",
    "parallel.expert": "ep",
    "parallel.context": "cp",
    "parallel.sequence": "sp",
    "gpus": "gpus",
    "gpus.per_node": "node_gpus",
    "nodes": "plan_nodes",
    "model.layers": "layers",
    "model.heads": "heads",
    "model.kv_heads": "kv_heads",
    "model.hidden": "hidden",
    "model.ffn_hidden": "ffn",
    "model.experts": "experts",
    "model.expert_hidden": "expert_ffn",
}
"""What rules of launches call a quantity that a report states."""
_DEGREES: Final = (
    "parallel.tensor",
    "parallel.pipeline",
    "parallel.data",
    "parallel.expert",
    "parallel.context",
    "parallel.sequence",
    "gpus",
)
"""With two values of one of these a document describes two layouts."""
_LONGEST: Final = 300
_MOST: Final = 400
"""Statements of a document that describes one launch; a longer one weighs several."""
_MARK: Final = "described"
_WIDE: Final = 2
"""Bytes of a parameter that is stored whole."""
_NARROW: Final = re.compile(r"fp[48]|int[48]|[48][- ]?bit|awq|gptq|gguf|quanti[sz]|w4a16|w8a8|\bq[2-8](?:\b|_)|exl2", re.IGNORECASE)
"""Forms that weights are narrowed to."""


def described(document: Document, claims: Iterable[Claim]) -> Launch | None:
    """Return the one launch that a document describes, or None."""
    if len(document.statements) > _MOST:
        return None
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.quantity in _SETTINGS and not claim.source:
            found.setdefault(claim.quantity, []).append(claim)
    settings = {setting.name: setting for quantity, listed in found.items() for setting in _settings(quantity, listed)}
    if any(_SETTINGS[quantity] not in settings for quantity in _DEGREES if quantity in found):
        return None
    named = Launch(tuple(_programs(document)), {})
    model, entries = models_of(named, document)
    if model is None or len(entries) != 1 or not {"tp", "gpus"} & settings.keys():
        return None
    gpu, parts = hardware_of(named, document)
    settings |= {"model": model, **({"gpu": gpu} if gpu is not None and parts else {})}
    settings |= {one.name: one for one in _precision(document, claims)}
    return Launch(named.programs, settings)


def _settings(quantity: str, listed: Sequence[Claim]) -> Iterator[Setting]:
    """Yield the setting of a quantity that has one value in all of the document, said of the plan itself."""
    values = {reading.interval for claim in listed for reading in claim.readings}
    claim = listed[0]
    value = claim.interval.low
    if len(values) != 1 or not claim.interval.is_exact or value is None or value.denominator != 1:
        return
    if all(one.role is Role.ACTUAL and one.confidence is not Confidence.LOW and not one.scope.member for one in listed):
        yield Setting(_SETTINGS[quantity], str(value), value, claim.span, program=_MARK)


def _precision(document: Document, claims: Iterable[Claim]) -> Iterator[Setting]:
    """Yield the precision of the weights where the document names one; beside a narrow form that may be theirs a wide one is not."""
    told = {claim.text.lower(): claim for claim in claims if claim.quantity == "model.bytes_per_param" and not claim.source}
    narrow = {text: claim for text, claim in told.items() if (claim.interval.low or 0) < _WIDE}
    if len(told) == 1 and (narrow or not narrowed(document)):
        text, claim = next(iter(told.items()))
        yield Setting("quantization" if narrow else "dtype", text, None, claim.span, program=_MARK)
    elif told or narrowed(document):
        yield Setting("quantization", "unsaid", None, program=_MARK)


def narrowed(document: Document) -> bool:
    """Tell whether a document speaks of a form that weights may be narrowed to."""
    return _NARROW.search(document.source.text) is not None


def _programs(document: Document) -> Iterable[str]:
    """Return the one engine or trainer that a document names, and the keys of no program."""
    found = {
        name
        for statement in document.statements
        if not statement.struck
        for name in named_in(statement.value.content[:_LONGEST])
        if not programs()[name].launcher
    }
    return (*(found if len(found) == 1 else ()), "generic")

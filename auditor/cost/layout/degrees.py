"""Degrees of parallelism, the frameworks that define them, and what else a layout is judged by."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from auditor.cost.impossible import require_whole
from auditor.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.cost.architecture import Architecture

__all__ = ["LARGEST_WORLD", "QUANTITIES", "SYMBOLS", "Degrees", "Framework", "Run", "Shape", "find_framework"]

LARGEST_WORLD: Final = 10**9
"""No layout is judged beyond this many GPUs; it bounds the arithmetic, not the hardware."""

SYMBOLS: Final = ("tp", "ep", "pp", "cp", "sp", "dp", "etp", "vp")

QUANTITIES: Final[Mapping[str, str]] = {
    "gpus": "gpus",
    "tp": "parallel.tensor",
    "pp": "parallel.pipeline",
    "ep": "parallel.expert",
    "dp": "parallel.data",
    "cp": "parallel.context",
    "sp": "parallel.sequence",
    "etp": "parallel.expert_tensor",
    "vp": "parallel.virtual_pipeline",
}
"""Quantity id of each symbol."""

_WORLD = "a GPU count or degree counts devices"


@dataclass(frozen=True, slots=True)
class Degrees:
    """Degrees as stated; `None` where a report is silent. Raises `ImpossiblePlanError` for a degree below 1."""

    tp: int | None = None
    """Tensor parallel: ranks that share each matrix."""
    pp: int | None = None
    """Pipeline parallel: stages."""
    ep: int | None = None
    """Expert parallel: ranks over which the experts of a layer are spread."""
    dp: int | None = None
    """Data parallel: dense or expert data parallel, by convention."""
    cp: int | None = None
    """Context parallel: ranks that share a sequence in attention."""
    etp: int | None = None
    """Expert tensor parallel: ranks that share each expert's matrices (`moe_tp` in serving frameworks)."""
    vp: int | None = None
    """Virtual pipeline: model chunks on each stage; never multiplies GPUs."""
    sp: int | None = None
    """Sequence parallel: the tensor-parallel ranks again in Megatron, an axis of its own in Ulysses."""

    def __post_init__(self) -> None:
        for symbol in SYMBOLS:
            value = getattr(self, symbol)
            if value is not None:
                require_whole(f"layout.{symbol}", value, 1, _WORLD, LARGEST_WORLD)

    def stated(self) -> Iterator[tuple[str, int]]:
        """Yield (symbol, value) of the degrees a report names."""
        for symbol in SYMBOLS:
            value: int | None = getattr(self, symbol)
            if value is not None:
                yield symbol, value

    def with_(self, changes: Mapping[str, int | None]) -> Degrees:
        """Return these degrees with some of them changed."""
        return Degrees(**{field.name: changes.get(field.name, getattr(self, field.name)) for field in fields(self)})

    def __str__(self) -> str:
        return " ".join(f"{symbol.upper()}{value}" for symbol, value in self.stated()) or "no degrees"


class Framework(StrEnum):
    """Software whose own checks decide what a legal layout is."""

    MEGATRON_CORE = "megatron-core"
    MEGATRON_BRIDGE = "megatron-bridge"
    """Megatron Bridge and NeMo: Megatron-Core's rules and a few of their own."""
    DEEPSPEED = "deepspeed"
    TORCHTITAN = "torchtitan"
    VLLM = "vllm"
    SGLANG = "sglang"
    TENSORRT_LLM = "tensorrt-llm"


_SPELLINGS: Final[Mapping[str, Framework]] = {
    "megatronbridge": Framework.MEGATRON_BRIDGE,
    "nemo": Framework.MEGATRON_BRIDGE,
    "megatron": Framework.MEGATRON_CORE,
    "megatroncore": Framework.MEGATRON_CORE,
    "megatronlm": Framework.MEGATRON_CORE,
    "mcore": Framework.MEGATRON_CORE,
    "deepspeed": Framework.DEEPSPEED,
    "torchtitan": Framework.TORCHTITAN,
    "vllm": Framework.VLLM,
    "sglang": Framework.SGLANG,
    "tensorrtllm": Framework.TENSORRT_LLM,
    "trtllm": Framework.TENSORRT_LLM,
}
_LONGEST_NAME: Final = 200


def find_framework(text: str) -> Framework | None:
    """Return the one framework that `text` (a short name or label, not a document) names; None for none or several.

    Words are compared whole and in adjacent pairs, so "Nemotron" is not NeMo and "TensorRT-LLM" is one name.
    """
    words: list[str] = []
    word = ""
    for character in text[:_LONGEST_NAME].lower() + " ":
        if character.isalnum():
            word += character
        elif word:
            words.append(word)
            word = ""
    found: list[Framework] = []
    place = 0
    while place < len(words):
        pair = "".join(words[place : place + 2])
        if pair in _SPELLINGS:
            found.append(_SPELLINGS[pair])
            place += 2
        else:
            if words[place] in _SPELLINGS:
                found.append(_SPELLINGS[words[place]])
            place += 1
    named = set(found)
    if named == {Framework.MEGATRON_CORE, Framework.DEEPSPEED}:
        # Megatron-DeepSpeed is DeepSpeed's runtime over Megatron's model: batch and expert groups are DeepSpeed's.
        return Framework.DEEPSPEED
    return found[0] if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class Shape:
    """The counts of a model that degrees must divide; `None` where unknown."""

    heads: int | None = None
    kv_heads: int | None = None
    hidden: int | None = None
    ffn: int | None = None
    expert_ffn: int | None = None
    vocab: int | None = None
    layers: int | None = None
    experts: int | None = None
    redundant_experts: int = 0
    """Further copies of experts that a serving framework places for balance."""
    latent: bool = False
    """Latent attention (MLA) has no KV heads to split."""

    def __post_init__(self) -> None:
        for field in ("heads", "kv_heads", "hidden", "ffn", "expert_ffn", "vocab", "layers", "experts"):
            value = getattr(self, field)
            if value is not None:
                require_whole(f"model.{field}", value, 1, "a model has whole counts", LARGEST_WORLD)
        require_whole("model.redundant_experts", self.redundant_experts, 0, "a model has whole counts", LARGEST_WORLD)

    @classmethod
    def of(cls, model: Architecture) -> Shape:
        """Return the counts of a model description."""
        experts = model.experts
        return cls(
            heads=model.heads,
            kv_heads=model.kv_heads,
            hidden=model.hidden,
            ffn=model.ffn,
            expert_ffn=None if experts is None else experts.ffn,
            vocab=model.vocab,
            layers=model.layers,
            experts=None if experts is None else experts.count,
            latent=model.latent is not None,
        )


@dataclass(frozen=True, slots=True)
class Run:
    """The counts of a run that degrees must divide; `None` where unknown."""

    global_batch: int | None = None
    """Sequences in one optimizer step."""
    micro_batch: int | None = None
    """Sequences in one forward pass of one data-parallel rank."""
    accumulation: int | None = None
    """Forward passes per optimizer step; in a pipeline, the micro-batches."""
    sequence_length: int | None = None
    """Tokens."""
    nodes: int | None = None
    stage_layers: tuple[int, ...] = ()
    """Layers of each pipeline stage where a report lists them."""

    def __post_init__(self) -> None:
        for field in ("global_batch", "micro_batch", "accumulation", "sequence_length", "nodes"):
            value = getattr(self, field)
            if value is not None:
                require_whole(f"run.{field}", value, 1, "a run has whole counts")

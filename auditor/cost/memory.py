"""Memory of one GPU: parameters it holds, model states in training, weights in serving, overheads.

A GPU of a stage holds [attention + dense FFN + shared experts] / TP + norms, routers and other replicated weights +
routed experts / (ETP x EP), the token table / TP on the first stage and the head / TP on the last (a tied model keeps the
copy when PP > 1), and the MTP modules on the last. What counts is the stage that holds most, not the mean.

Units: parameters in ones, everything else an `Amount` of bytes. Sources: Megatron-Core `core/parallel_state.py`,
`core/distributed/param_and_grad_buffer.py`; Rajbhandari et al. 2020 (ZeRO); the recipes name their own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from auditor.cost.amount import Amount, amount, count, total
from auditor.cost.architecture import Architecture
from auditor.cost.formats import FORMATS, Format
from auditor.cost.grid import Grid, Stage
from auditor.cost.params import Component, Cut, Kind, embedding, final_norm, head, layer, mtp_module
from auditor.cost.recipes import Recipe, Sharding
from auditor.records import dataclass

__all__ = ["OVERHEADS", "Overhead", "QuantisedPart", "Shard", "States", "model_weights", "parameters_on_gpu", "states", "weights_on_gpu"]


@dataclass(frozen=True, slots=True)
class Shard:
    """Parameters that one GPU of a stage holds, in ones; experts apart, for their optimizer is divided over EDP ranks."""

    dense: Amount
    expert: Amount
    largest_layer: Amount
    """The most that one layer of the stage takes on this GPU."""

    @property
    def all(self) -> Amount:
        return total(self.dense, self.expert)


def _divided(part: Component, model: Architecture, grid: Grid) -> Amount:
    """Return the parameters of `part` on one GPU, as fields of `grid` divide them."""
    match part.cut:
        case Cut.TENSOR | Cut.VOCABULARY:
            ways = count("tp", grid.tp)
        case Cut.KV:
            # Above the number of KV heads each rank keeps one head, replicated.
            ways = count("tp" if grid.tp <= model.kv_heads else "g", min(grid.tp, model.kv_heads))
        case Cut.EXPERT:
            ways = count("etp", grid.etp) * count("ep", grid.ep)
        case Cut.REPLICATED:
            return part.parameters
    return part.parameters if ways.value == 1 else part.parameters / ways


def _on_gpu(parts: tuple[Component, ...], model: Architecture, grid: Grid, *, experts: bool) -> Amount | None:
    terms = [_divided(part, model, grid) for part in parts if (part.cut is Cut.EXPERT) == experts]
    return total(*terms) if terms else None


def _groups(model: Architecture, stage: Stage, mtp: int, vocab: int) -> list[tuple[str, Amount, tuple[Component, ...]]]:
    """Return the stage as (name, how many, components of one)."""
    mixtures = stage.mixtures(model)
    groups: list[tuple[str, Amount, tuple[Component, ...]]] = []
    if stage.layers - mixtures:
        groups.append(("dense_layer", count("l_dense", stage.layers - mixtures), layer(model, mixture=False)))
    if mixtures:
        groups.append(("moe_layer", count("l_moe", mixtures), layer(model, mixture=True)))
    if model.indexed_layers:
        # Which layers carry an indexer is not part of the description when not all do: spread evenly.
        mixed = model.mixture_layers == model.layers
        indexer = tuple(part for part in layer(model, mixture=mixed, indexed=True) if part.name.startswith("indexer"))
        share = count("l_indexed", stage.layers) * count("L_indexed", model.indexed_layers) / count("L", model.layers)
        groups.append(("indexer", share if model.indexed_layers < model.layers else count("l_indexed", stage.layers), indexer))
    one = count("1", 1)
    if stage.is_first:
        groups.append(("embedding", one, embedding(model, vocab)))
    if stage.is_last:
        copied = not model.tied or not stage.is_first
        groups.append(("end", one, (*((head(model, vocab),) if copied else ()), final_norm(model))))
        if mtp:
            groups.append(("mtp_module", count("mtp", mtp), mtp_module(model)))
    return groups


def parameters_on_gpu(model: Architecture, grid: Grid, stage: Stage, vocab: int, mtp: int = 0) -> Shard:
    """Return the parameters that one GPU of `stage` holds under `grid`; `vocab` is the padded vocabulary."""
    sums: dict[bool, list[Amount]] = {False: [], True: []}
    largest: Amount | None = None
    for name, number, parts in _groups(model, stage, mtp, vocab):
        both: list[Amount] = []
        for experts in (False, True):
            one = _on_gpu(parts, model, grid, experts=experts)
            if one is not None:
                shown = one.named(f"{name}_experts_per_gpu" if experts else f"{name}_per_gpu")
                sums[experts].append(shown if number.value == 1 else number * shown)
                both.append(shown)
        if both and name in {"dense_layer", "moe_layer"}:
            whole = total(*both)
            largest = whole if largest is None or largest < whole else largest
    zero = count("0", 0)
    return Shard(
        total(*sums[False]).named("dense_params_per_gpu") if sums[False] else zero,
        total(*sums[True]).named("expert_params_per_gpu") if sums[True] else zero,
        zero if largest is None else largest.named("layer_params_per_gpu"),
    )


@dataclass(frozen=True, slots=True)
class States:
    """Model states of one GPU in training, in bytes."""

    weights: Amount
    gradients: Amount
    optimizer: Amount
    gathered: Amount
    """Layers that stand unsharded beside the shards while they compute (FSDP, ZeRO-3)."""

    @property
    def total(self) -> Amount:
        return total(self.weights, self.gradients, self.optimizer, self.gathered)


def states(shard: Shard, recipe: Recipe, sharding: Sharding, dense_ranks: int, expert_ranks: int) -> States:
    """Return weights, gradients and optimizer states of one GPU, in bytes.

    `dense_ranks` data-parallel ranks share what `sharding` divides of the dense parameters (DP x CP in Megatron and
    torchtitan, DP in DeepSpeed), `expert_ranks` of the experts (EDP).
    Source: ZeRO section 5, with experts on their own data-parallel group as in Megatron-Core.
    """
    dense_ways, expert_ways = count("d", dense_ranks), count("edp", expert_ranks)

    def part(name: str, width: Amount, level: Sharding) -> Amount:
        divided = sharding >= level
        terms = [
            parameters / ways if divided and ways.value != 1 else parameters
            for parameters, ways in ((shard.dense, dense_ways), (shard.expert, expert_ways))
            if parameters.value
        ]
        return (width * total(*terms)).named(name) if terms else width * 0

    weights = part("weights", amount("b_w", recipe.weights, "byte"), Sharding.PARAMETERS)
    gradients = part("gradients", amount("b_g", recipe.gradients, "byte"), Sharding.GRADIENTS)
    kept = amount("b_o", recipe.gradient_copy + recipe.master + recipe.moments, "byte")
    optimizer = part("optimizer", kept, Sharding.OPTIMIZER)
    gathered = amount("b_u", recipe.gathered_bytes, "byte") * recipe.gathered_layers * shard.largest_layer
    return States(weights, gradients, optimizer, gathered.named("gathered_layers"))


class QuantisedPart(StrEnum):
    """What of a model a low-precision weight format covers."""

    EXPERTS = "experts"
    """Routed experts only: GPT-OSS in MXFP4."""
    LINEAR = "linear"
    """Attention, FFN and expert matrices; embeddings, head, norms and routers stay at the base format."""
    ALL = "all"
    """Every parameter: the back-of-the-envelope count."""


_BASE: Final = FORMATS["bf16"]


def _is_covered(part: Component, covers: QuantisedPart) -> bool:
    match covers:
        case QuantisedPart.ALL:
            return True
        case QuantisedPart.LINEAR:
            return part.kind is Kind.MATRIX
        case QuantisedPart.EXPERTS:
            return part.cut is Cut.EXPERT and part.kind is Kind.MATRIX


def _weigh(
    groups: list[tuple[str, Amount, tuple[Component, ...]]], model: Architecture, grid: Grid, weight_format: Format, covers: QuantisedPart
) -> Amount:
    packed: list[Amount] = []
    plain: list[Amount] = []
    for name, number, parts in groups:
        for chosen, into, suffix in (
            (tuple(part for part in parts if _is_covered(part, covers)), packed, ""),
            (tuple(part for part in parts if not _is_covered(part, covers)), plain, "_rest"),
        ):
            if chosen:
                one = total(*(_divided(part, model, grid) for part in chosen)).named(f"{name}{suffix}")
                into.append(one if number.value == 1 else number * one)
    terms: list[Amount] = []
    if packed:
        terms.append(
            amount("b_q" if plain else "b_w", weight_format.bytes, "byte")
            * total(*packed).named("quantised" if plain else "params_per_gpu")
        )
    if plain:
        terms.append(amount("b_w", _BASE.bytes, "byte") * total(*plain).named("unquantised"))
    return total(*terms).named("weights")


def weights_on_gpu(
    model: Architecture,
    grid: Grid,
    stage: Stage,
    vocab: int,
    weight_format: Format = _BASE,
    covers: QuantisedPart = QuantisedPart.LINEAR,
    mtp: int = 0,
) -> Amount:
    """Return the bytes of weights on one GPU of `stage` in serving; what `covers` leaves out is stored as bf16."""
    # A 16- or 32-bit format is not a quantisation: everything is stored in it.
    scope = QuantisedPart.ALL if weight_format.bits >= 16 else covers
    return _weigh(_groups(model, stage, mtp, vocab), model, grid, weight_format, scope)


def model_weights(model: Architecture, weight_format: Format = _BASE, covers: QuantisedPart = QuantisedPart.LINEAR, mtp: int = 0) -> Amount:
    """Return the bytes of the whole model's weights, one copy, unpadded: the size of a checkpoint."""
    return weights_on_gpu(model, Grid(), Stage(0, 1, 0, model.layers), model.vocab, weight_format, covers, mtp)


@dataclass(frozen=True, slots=True)
class Overhead:
    """Memory beside the model's own, as a stack reserves or leaves it; `low` to `high` MiB."""

    name: str
    low_mib: int
    high_mib: int
    source: str


OVERHEADS: Final = (
    Overhead("CUDA context", 300, 800, "seen in practice; not documented by NVIDIA"),
    Overhead("NCCL buffers", 342, 392, "aiconfigurator 0.12.0 sdk/memory"),
    Overhead("safety margin", 3584, 3584, "aiconfigurator 0.12.0 sdk/memory"),
    Overhead("DeepSpeed bucket", 954, 954, "DeepSpeed config: reduce_bucket_size 5e8 elements of 2 bytes"),
    Overhead("unexplained in training", 0, 5120, "EleutherAI cookbook calc_transformer_mem.py"),
)
"""Overheads that some source states. They are shown beside an estimate, never added to it silently."""

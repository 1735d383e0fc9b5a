"""The grids every GPU stands in, and which layers stand on which pipeline stage.

The attention grid TP x CP x DP x PP covers every GPU once, and the expert grid ETP x EP x EDP x PP covers
the same GPUs once more. Reports leave degrees out and frameworks spell the same layout differently; `auditor.cost.layout`
judges such statements, this module holds the complete layout that the formulas need.

Sources: Megatron-Core `core/parallel_state.py` (the two grids), `core/transformer/transformer_config.py` (embedding and
loss counted as layers), vLLM `distributed/utils.py` and TensorRT-LLM `mapping.py` (uneven stages).
"""

from __future__ import annotations

from math import lcm
from typing import Final

from auditor.cost.architecture import Architecture
from auditor.cost.impossible import require, require_divides, require_whole
from auditor.records import dataclass

__all__ = ["Grid", "Stage", "StageSplit", "check_model_fits", "padded_for_serving", "split_stages"]

_GRID: Final = "Megatron-Core core/parallel_state.py: initialize_model_parallel"
_HEADS: Final = "Megatron-Core core/transformer/transformer_config.py; vLLM config/model.py: verify_with_parallel_config"
_MOST: Final = 10**7


@dataclass(frozen=True, slots=True)
class Grid:
    """How many ways each axis cuts; `ImpossiblePlanError` where a degree is not a whole number >= 1 or the grids disagree."""

    tp: int = 1
    """Tensor parallelism of attention and dense layers."""
    pp: int = 1
    """Pipeline stages."""
    cp: int = 1
    """Context parallelism."""
    dp: int = 1
    """Data parallelism of the attention grid, context parallelism not included."""
    ep: int = 1
    """Expert parallelism; carved out of TP x CP x DP, never a factor of the GPU count."""
    etp: int = 1
    """Tensor parallelism inside each expert (Megatron-Core's default is TP)."""
    vp: int = 1
    """Virtual stages (model chunks) per GPU of an interleaved schedule."""
    sp: bool = False
    """Sequence parallelism: activations outside attention and FFN are divided by TP."""

    def __post_init__(self) -> None:
        for name in ("tp", "pp", "cp", "dp", "ep", "etp", "vp"):
            require_whole(f"layout.{name}", getattr(self, name), 1, _GRID, _MOST)
        require(
            (self.tp * self.cp * self.dp) % (self.etp * self.ep) == 0,
            "layout.ep",
            f"ETP x EP = {self.etp} x {self.ep} does not divide TP x CP x DP = {self.tp * self.cp * self.dp}",
            _GRID,
        )
        require(self.vp == 1 or self.pp > 1, "layout.vp", "virtual stages need pipeline parallelism", _GRID)

    @property
    def gpus(self) -> int:
        """TP x CP x DP x PP."""
        return self.tp * self.cp * self.dp * self.pp

    @property
    def expert_data(self) -> int:
        """EDP, the copies of each expert: GPUs / (ETP x EP x PP)."""
        return self.tp * self.cp * self.dp // (self.etp * self.ep)

    @property
    def sequence_split(self) -> int:
        """By how much the parts outside attention and FFN are divided: TP with sequence parallelism, else 1."""
        return self.tp if self.sp else 1


@dataclass(frozen=True, slots=True)
class Stage:
    """Layers `first` .. `first + layers - 1` on pipeline stage `index` of `stages`."""

    index: int
    stages: int
    first: int
    layers: int

    @property
    def is_first(self) -> bool:
        return self.index == 0

    @property
    def is_last(self) -> bool:
        return self.index == self.stages - 1

    def mixtures(self, model: Architecture) -> int:
        """Return how many of the stage's layers are mixtures of experts."""
        return sum(model.is_mixture(layer) for layer in range(self.first, self.first + self.layers))


@dataclass(frozen=True, slots=True)
class StageSplit:
    """All stages, and the convention that gave them."""

    stages: tuple[Stage, ...]
    convention: str


def split_stages(model: Architecture, pp: int, given: tuple[int, ...] | None = None) -> StageSplit:
    """Return the stages of a pipeline `pp` deep.

    `given` are layers per stage and must add up to L. Without it: equal stages where pp divides L; else one layer fewer at
    both ends, or at the last, where that makes it even (Megatron-Core's "account for embedding/loss"); else the first
    stages take one layer more (vLLM, TensorRT-LLM). Raises `ImpossiblePlanError` for more stages than layers.
    """
    layers = model.layers
    if given is not None:
        require(len(given) == pp, "layout.stage_layers", f"names {len(given)} stages, but PP is {pp}", _GRID)
        for size in given:
            require_whole("layout.stage_layers", size, 0, _GRID, layers)
        require(sum(given) == layers, "layout.stage_layers", f"adds up to {sum(given)}, but the model has {layers} layers", _GRID)
        return _stages(given, "as given")
    require(pp <= layers, "layout.pp", f"{pp} stages, but the model has only {layers} layers", _GRID)
    if layers % pp == 0:
        return _stages((layers // pp,) * pp, "equal stages")
    if (layers + 2) % pp == 0 and (layers + 2) // pp > 1:
        size = (layers + 2) // pp
        return _stages((size - 1, *(size,) * (pp - 2), size - 1), "embedding and loss each count as a layer")
    if (layers + 1) % pp == 0 and (layers + 1) // pp > 1:
        size = (layers + 1) // pp
        return _stages((*(size,) * (pp - 1), size - 1), "the loss counts as a layer")
    size, rest = divmod(layers, pp)
    return _stages((size + 1,) * rest + (size,) * (pp - rest), "uneven: the first stages hold one layer more")


def _stages(sizes: tuple[int, ...], convention: str) -> StageSplit:
    stages: list[Stage] = []
    first = 0
    for index, size in enumerate(sizes):
        stages.append(Stage(index, len(sizes), first, size))
        first += size
    return StageSplit(tuple(stages), convention)


def check_model_fits(model: Architecture, grid: Grid) -> None:
    """Raise `ImpossiblePlanError` if the model's heads or experts cannot be cut by `grid`.

    Query heads divide by TP. KV heads divide by TP, or TP by them (each rank then keeps one replicated head). Experts
    divide by EP, expert width by ETP.
    """
    require_divides("layout.tp", grid.tp, "query heads", model.heads, _HEADS)
    if model.latent is None:
        fits = model.kv_heads % grid.tp == 0 or grid.tp % model.kv_heads == 0
        require(fits, "layout.tp", f"neither divides the {model.kv_heads} KV heads nor is a multiple of them: TP {grid.tp}", _HEADS)
    if model.experts is None:
        require(grid.ep == 1, "layout.ep", f"EP {grid.ep}, but the model has no experts", _GRID)
        require(grid.etp == 1, "layout.etp", f"ETP {grid.etp}, but the model has no experts", _GRID)
        return
    require_divides("layout.ep", grid.ep, "experts", model.experts.count, "Megatron-Core core/transformer/moe/moe_layer.py")
    require_divides("layout.etp", grid.etp, "columns of an expert", model.experts.ffn, _GRID)


def padded_for_serving(vocab: int, tp: int) -> int:
    """Return the vocabulary padded to a multiple of 64 and of TP (vLLM `vocab_parallel_embedding.py`)."""
    step = lcm(64, tp)
    return -(-vocab // step) * step

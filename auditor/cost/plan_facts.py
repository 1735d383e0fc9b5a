"""What is known of one plan, complete enough to be costed: model, hardware, layout, and how it is trained or served.

These are plain values; `auditor.cost.plan_file` reads them from YAML or JSON, `auditor.cost.estimation` costs them. Each
refuses what cannot be, with the field, the rule and its source.
"""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction
from typing import Final

from auditor.cost.activations import Recompute
from auditor.cost.amount import Amount
from auditor.cost.architecture import Architecture
from auditor.cost.formats import FORMATS, Format
from auditor.cost.grid import Grid, check_model_fits
from auditor.cost.impossible import ImpossiblePlanError, require, require_whole
from auditor.cost.memory import QuantisedPart
from auditor.cost.pipeline import Schedule, default_schedule
from auditor.cost.recipes import RECIPES, Recipe, Sharding
from auditor.records import dataclass

__all__ = ["Device", "ParameterCount", "PlanFacts", "Serving", "Training"]

_BATCH: Final = "Megatron-Core core/num_microbatches_calculator.py"
_CONTEXT: Final = "Megatron-Core core/transformer/transformer_config.py: sequence divisible by 2 CP"
_SEQUENCE: Final = "Korthikanti et al. 2022, section 4.2"
_DEVICE: Final = "a device has memory, bandwidth and speed"
_MOST_TOKENS: Final = 10**9


@dataclass(frozen=True, slots=True)
class ParameterCount:
    """A model of which nothing is known but its size."""

    name: str
    total: int
    active: int | None = None
    """Parameters a token uses; None: all of them."""

    def __post_init__(self) -> None:
        require_whole("model.params", self.total, 1, "a model has parameters", 10**15)
        if self.active is not None:
            require_whole("model.params_active", self.active, 1, "a token uses parameters", 10**15)
            require(
                self.active <= self.total,
                "model.params_active",
                f"{self.active} exceeds the {self.total} in all",
                "active is part of total",
            )


@dataclass(frozen=True, slots=True)
class Device:
    """One GPU: `memory` in bytes, `bandwidth` and `link` (one way) in byte/s, `peaks` dense FLOP/s by number format."""

    name: str
    memory: Amount | None = None
    bandwidth: Amount | None = None
    link: Amount | None = None
    peaks: tuple[tuple[str, Amount], ...] = ()
    source: str = ""
    firm: bool = True
    """Every figure is the user's or well attested (grade A or B)."""

    def __post_init__(self) -> None:
        for name, value in (("memory", self.memory), ("bandwidth", self.bandwidth), ("link", self.link), *self.peaks):
            if value is not None:
                require(value.value > 0, f"hardware.{name}", "must be above 0", _DEVICE)

    def peak(self, math: str) -> Amount | None:
        """Return the dense peak for a number format (fp16 and bf16 stand in for each other), or None if unknown."""
        known = dict(self.peaks)
        twin = {"bf16": "fp16", "fp16": "bf16"}.get(math)
        return known.get(math) or (known.get(twin) if twin else None)


@dataclass(frozen=True, slots=True)
class Training:
    """One optimizer step."""

    sequence_length: int
    micro_batch: int = 1
    """Sequences per forward pass of one data-parallel rank."""
    global_batch: int | None = None
    """Sequences per optimizer step; None: one micro-batch per data-parallel rank (Megatron's default)."""
    recipe: Recipe = field(default=RECIPES["megatron-bf16"])
    sharding: Sharding | None = None
    """None: the optimizer sharded where the recipe admits it, else what the recipe asks for."""
    recompute: Recompute = Recompute.NONE
    flash: bool = True
    schedule: Schedule | None = None
    mtp: int = 0
    """Multi-token-prediction modules trained along."""
    math: str = "bf16"
    """The number format whose dense peak utilisation is measured against."""
    frozen: bool = False
    """Base weights are frozen (LoRA): no gradients or optimizer states for them, 4 N instead of 6 N FLOPs."""
    step_time: Amount | None = None
    """Seconds of one step, if measured or claimed: gives MFU and HFU."""

    def __post_init__(self) -> None:
        require_whole("training.sequence_length", self.sequence_length, 1, _BATCH, _MOST_TOKENS)
        require_whole("training.micro_batch", self.micro_batch, 1, _BATCH, _MOST_TOKENS)
        require_whole("training.mtp", self.mtp, 0, _BATCH, 1000)
        if self.global_batch is not None:
            require_whole("training.global_batch", self.global_batch, 1, _BATCH, _MOST_TOKENS)
        if self.step_time is not None:
            require(self.step_time.value > 0, "training.step_time", "must be above 0", "a step takes time")
        if self.sharding is not None and self.sharding not in self.recipe.admits:
            admitted = ", ".join(level.name.lower() for level in self.recipe.admits)
            raise ImpossiblePlanError("training.sharding", f"{self.recipe.name} admits {admitted}", self.recipe.source)

    @property
    def settled_sharding(self) -> Sharding:
        """The sharding asked for, or the recipe's usual one."""
        if self.sharding is not None:
            return self.sharding
        return Sharding.OPTIMIZER if Sharding.OPTIMIZER in self.recipe.admits else self.recipe.admits[-1]


@dataclass(frozen=True, slots=True)
class Serving:
    """One replica under load; `batch` is the sequences each data-parallel rank works on at once."""

    prompt: int
    output: int
    batch: int = 1
    weights: Format = field(default=FORMATS["bf16"])
    quantised: QuantisedPart = QuantisedPart.LINEAR
    cache: Format = field(default=FORMATS["bf16"])
    math: str = ""
    """Number format of the matrix products; empty: the weights' own."""
    block: int = 1
    """Tokens per cache block."""
    windows: bool = True
    """The allocator frees what sliding-window layers no longer see."""
    utilization: Fraction = Fraction(9, 10)
    """Share of the device the stack may fill (vLLM's gpu_memory_utilization)."""
    tokens_per_step: Fraction = Fraction(1)
    """Mean accepted length of speculative decoding."""

    def __post_init__(self) -> None:
        source = "vLLM v1/kv_cache_interface.py"
        require_whole("serving.prompt", self.prompt, 1, source, _MOST_TOKENS)
        require_whole("serving.output", self.output, 1, source, _MOST_TOKENS)
        require_whole("serving.batch", self.batch, 1, source, _MOST_TOKENS)
        require_whole("serving.block", self.block, 1, source, 10**6)
        require(0 < self.utilization <= 1, "serving.utilization", "must be above 0 and at most 1", "vLLM config/cache.py")
        require(self.tokens_per_step >= 1, "serving.tokens_per_step", "must be at least 1", "Leviathan et al. 2023")


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything a cost estimate starts from; `ImpossiblePlanError` where the parts cannot go together."""

    model: Architecture | ParameterCount | None
    """None: only the layout is costed."""
    grid: Grid = field(default=Grid())
    device: Device | None = None
    training: Training | None = None
    serving: Serving | None = None
    stage_layers: tuple[int, ...] | None = None
    """Layers of each pipeline stage, where they are not even."""
    deepspeed: bool = False
    """Optimizer states are sharded over DP alone instead of DP x CP."""
    assumed: tuple[str, ...] = ()
    """What was filled in where the plan is silent, one sentence each."""

    def __post_init__(self) -> None:
        if isinstance(self.model, Architecture):
            check_model_fits(self.model, self.grid)
            require(self.grid.pp <= self.model.layers, "layout.pp", f"{self.grid.pp} stages, but only {self.model.layers} layers", _BATCH)
        if self.training is not None:
            _check_training(self.training, self.grid)
        if self.device is not None and self.training is not None and self.training.step_time is not None:
            require(self.device.peak(self.training.math) is not None, "training.math", f"no {self.training.math} peak is known", _DEVICE)

    @property
    def dense_ranks(self) -> int:
        """Data-parallel ranks that share the optimizer states of dense parameters."""
        return self.grid.dp if self.deepspeed else self.grid.dp * self.grid.cp

    @property
    def micro_batches(self) -> int:
        """Micro-batches per step: global batch / (micro-batch x DP); 1 where nothing is said."""
        training = self.training
        if training is None or training.global_batch is None:
            return 1
        return training.global_batch // (training.micro_batch * self.grid.dp)

    @property
    def schedule(self) -> Schedule:
        """The pipeline schedule asked for, or Megatron-Core's default."""
        if self.training is not None and self.training.schedule is not None:
            return self.training.schedule
        return default_schedule(self.grid.pp, self.grid.vp)


def _check_training(training: Training, grid: Grid) -> None:
    length = training.sequence_length
    if training.global_batch is not None:
        share = training.micro_batch * grid.dp
        rule = f"{training.global_batch} is not a multiple of micro-batch x DP = {training.micro_batch} x {grid.dp} = {share}"
        require(training.global_batch % share == 0, "training.global_batch", rule, _BATCH)
    if grid.cp > 1:
        rule = f"CP {grid.cp} needs sequences that 2 CP = {2 * grid.cp} divides, not {length} tokens"
        require(length % (2 * grid.cp) == 0, "layout.cp", rule, _CONTEXT)
    if grid.sp:
        rule = f"sequence parallelism needs sequences that TP {grid.tp} divides, not {length} tokens"
        require(length % grid.tp == 0, "layout.sp", rule, _SEQUENCE)

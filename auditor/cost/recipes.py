"""Model-state recipes: how many bytes each parameter costs in training, for every stack we have a source for.

"16 bytes per parameter" is one row of many. A recipe says what is kept; `Sharding` says what of it is divided over the
data-parallel ranks. A claim is wrong only if no recipe of its stack gives it.
"""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction
from typing import Final

from auditor.cost.impossible import ImpossiblePlanError
from auditor.records import dataclass

__all__ = ["RECIPES", "Recipe", "Sharding", "recipe"]


class Sharding(IntEnum):
    """What is divided over the data-parallel ranks; each level includes those below (ZeRO stages 0 to 3)."""

    NONE = 0
    OPTIMIZER = 1
    """ZeRO-1, Megatron's distributed optimizer."""
    GRADIENTS = 2
    """ZeRO-2, FSDP's shard-grad-op."""
    PARAMETERS = 3
    """ZeRO-3, FSDP full shard."""


_ALL: Final = (Sharding.NONE, Sharding.OPTIMIZER, Sharding.GRADIENTS, Sharding.PARAMETERS)
_UP_TO_ONE: Final = (Sharding.NONE, Sharding.OPTIMIZER)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Bytes per parameter of weights, gradients, master weights and optimizer moments.

    `gradient_copy` is a second, wider gradient that the optimizer keeps and shards. `gathered_layers` unsharded layers of
    `gathered_bytes` per parameter stand beside the shards while a layer computes.
    """

    name: str
    weights: Fraction
    gradients: Fraction
    master: Fraction
    moments: Fraction
    admits: tuple[Sharding, ...]
    source: str
    gradient_copy: Fraction = Fraction(0)
    gathered_bytes: Fraction = Fraction(0)
    gathered_layers: int = 0

    @property
    def bytes_per_parameter(self) -> Fraction:
        """All bytes of one parameter, nothing sharded."""
        return self.weights + self.gradients + self.gradient_copy + self.master + self.moments

    def split(self, sharding: Sharding) -> tuple[Fraction, Fraction]:
        """Return the bytes per parameter that every rank keeps, and those divided over the ranks: `kept + divided / d`."""
        parts = (
            (self.weights, Sharding.PARAMETERS),
            (self.gradients, Sharding.GRADIENTS),
            (self.gradient_copy + self.master + self.moments, Sharding.OPTIMIZER),
        )
        divided = sum((size for size, level in parts if sharding >= level), Fraction(0))
        return self.bytes_per_parameter - divided, divided


_MEGATRON: Final = "Megatron-LM docs/source/api-guide/dist_optimizer.md"
_ZERO: Final = "Rajbhandari et al. 2020, section 3.1 and figure 1"
_DEEPSPEED: Final = "DeepSpeed runtime/zero/stage_1_and_2.py and stage3.py: estimate_zero*_model_states_mem_needs"
_TORCHTITAN: Final = "torchtitan config: training.dtype, mixed_precision; PyTorch FSDP2 fully_shard"
_PRECISION_AWARE: Final = "Megatron-Core core/optimizer/optimizer_config.py: use_precision_aware_optimizer"
_EIGHT_BIT: Final = "Dettmers et al. 2022; bitsandbytes: one fp32 scale per block of 256 for each moment"

_SCALES: Final = Fraction(2 * 4, 256)
"""bitsandbytes: two moments, one 4-byte scale per 256 values."""


def _row(
    name: str,
    weights: Fraction | int,
    gradients: Fraction | int,
    master: Fraction | int,
    moments: Fraction | int,
    admits: tuple[Sharding, ...],
    source: str,
    *,
    gradient_copy: int = 0,
    gathered: tuple[int, int] = (0, 0),
) -> Recipe:
    return Recipe(
        name,
        Fraction(weights),
        Fraction(gradients),
        Fraction(master),
        Fraction(moments),
        admits,
        source,
        Fraction(gradient_copy),
        Fraction(gathered[0]),
        gathered[1],
    )


def _precision_aware() -> tuple[Recipe, ...]:
    """Megatron's precision-aware optimizer: gradients, master weights and moments each in a width of their own."""
    return tuple(
        _row(f"megatron-precision-aware-g{gradients}-m{master}-o{moments}", 2, gradients, master, moments, _UP_TO_ONE, _PRECISION_AWARE)
        for gradients in (4, 2)
        for master in (4, 2)
        for moments in (8, 4, 2)
    )


RECIPES: Final[dict[str, Recipe]] = {
    row.name: row
    for row in (
        _row("fp32-adam", 4, 4, 0, 8, _ALL, _ZERO),
        _row("megatron-bf16", 2, 4, 4, 8, _UP_TO_ONE, _MEGATRON),
        _row("megatron-fp16", 2, 2, 4, 8, _UP_TO_ONE, _MEGATRON, gradient_copy=4),
        _row("megatron-fp32", 4, 4, 0, 8, _UP_TO_ONE, _MEGATRON),
        _row("zero-mixed", 2, 2, 4, 8, _ALL, _ZERO),
        _row("deepspeed-zero2", 2, 2, 4, 8, (Sharding.GRADIENTS,), _DEEPSPEED, gradient_copy=4),
        # Stage 3 as the estimator counts it: the 16-bit gradients live inside the four bytes of the largest module.
        _row("deepspeed-zero3", 2, 0, 4, 8, (Sharding.PARAMETERS,), _DEEPSPEED, gradient_copy=4, gathered=(4, 1)),
        _row("fsdp-fp32", 4, 4, 0, 8, (Sharding.PARAMETERS,), _TORCHTITAN, gathered=(2, 2)),
        _row("fsdp-bf16-moments", 4, 4, 0, 4, (Sharding.PARAMETERS,), _TORCHTITAN, gathered=(2, 2)),
        _row("fsdp-bf16", 2, 2, 0, 4, (Sharding.PARAMETERS,), _TORCHTITAN, gathered=(2, 2)),
        _row("bf16-moments", 2, 4, 4, 4, _UP_TO_ONE, "DeepSeek-V3 report, section 3.3.3: bf16 moments, fp32 master weights and gradients"),
        *_precision_aware(),
        _row("adam-8bit-master", 2, 2, 4, 2 + _SCALES, _ALL, _EIGHT_BIT),
        _row("adam-8bit-master-fp32-gradients", 2, 4, 4, 2 + _SCALES, _ALL, _EIGHT_BIT),
        _row("adam-8bit", 2, 2, 0, 2 + _SCALES, _ALL, _EIGHT_BIT),
        _row("momentum", 2, 2, 4, 4, _ALL, "one fp32 moment: SGD with momentum; Muon, Jordan et al. 2024"),
        _row("momentum-fp32-gradients", 2, 4, 4, 4, _ALL, "one fp32 moment: SGD with momentum; Muon, Jordan et al. 2024"),
    )
}


def recipe(name: str) -> Recipe:
    """Return the recipe called `name`; `ImpossiblePlanError` lists the known ones otherwise."""
    found = RECIPES.get(name)
    if found is None:
        known = ", ".join(known for known in RECIPES if "precision-aware" not in known)
        raise ImpossiblePlanError("training.recipe", f"is none of {known}, megatron-precision-aware-*", "docs/cost-model.md")
    return found

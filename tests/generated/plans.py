"""Consistent plans, drawn at random: every figure follows from the others, so that nothing in a report of them is wrong.

What can be computed comes from `auditor.cost`; what is measured (speed) and what is chosen (the shape, the degrees, the batch)
is drawn so that the rest follows. `tests.generated.ties` says, apart from the auditor's rules, which figures hold together;
`tests.generated.styles` writes a plan down in the many ways reports do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Final

from auditor.cost import estimate
from auditor.cost.amount import amount
from auditor.cost.architecture import Architecture, Experts
from auditor.cost.facts import Estimate
from auditor.cost.grid import Grid
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.plan_facts import Device, PlanFacts, Serving, Training
from auditor.cost.recipes import RECIPES

__all__ = ["PARTS", "Plan", "another", "draw"]

GB: Final = 10**9
TERA: Final = 10**12

PARTS: Final = (
    "memory.weights",
    "memory.gradients",
    "memory.optimizer",
    "memory.activations",
    "memory.kv_cache",
    "memory.overhead",
)
"""What the memory of a GPU is made of."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A GPU: memory in GB, bandwidth in GB/s, dense 16-bit peak in TFLOPS; unnamed ones are those of invented clusters."""

    name: str
    memory: int
    bandwidth: int
    peak: int


ACCELERATORS: Final = (
    Accelerator("NVIDIA A100 SXM", 80, 2039, 312),
    Accelerator("NVIDIA H100 SXM", 80, 3350, 989),
    Accelerator("NVIDIA H200", 141, 4800, 989),
    Accelerator("", 64, 1800, 400),
    Accelerator("", 96, 2400, 500),
    Accelerator("", 48, 1200, 250),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One model on one cluster, cut one way: the value of each quantity in base units (byte, FLOP/s, second, one)."""

    serving: bool
    factored: bool
    """Experts are an axis of their own: GPUs = TP x EP x PP x DP. Else EP takes ranks that TP x CP x DP make (Megatron)."""
    accelerator: str
    """Name of the GPU; empty for one that only has figures."""
    figures: Mapping[str, Fraction]

    def __contains__(self, quantity: object) -> bool:
        return quantity in self.figures

    def __getitem__(self, quantity: str) -> Fraction:
        return self.figures[quantity]

    def count(self, quantity: str) -> int:
        """A count as an integer; 1 where the plan has none."""
        return int(self.figures.get(quantity, 1))


@dataclass(frozen=True, slots=True)
class _Layout:
    """The degrees as a report states them."""

    tp: int
    pp: int
    dp: int
    cp: int
    ep: int
    factored: bool

    @property
    def gpus(self) -> int:
        return self.tp * self.pp * self.dp * self.cp * (self.ep if self.factored else 1)

    @property
    def grid(self) -> Grid:
        """The same layout as the cost model counts: EP within TP x CP x DP; as an axis of its own, each expert is cut by TP."""
        if self.factored:
            return Grid(tp=self.tp, pp=self.pp, cp=self.cp, dp=self.dp * self.ep, ep=self.ep, etp=self.tp)
        return Grid(tp=self.tp, pp=self.pp, cp=self.cp, dp=self.dp, ep=self.ep)


def draw(random: Random) -> Plan:
    """Draw a plan, for training or for serving, that fits its GPUs."""
    serving = random.random() < 0.45
    while True:
        layout = _layout(random, serving=serving)
        plan = _plan(random, layout, _shape(random, layout), random.choice(ACCELERATORS), serving=serving)
        if plan is not None:
            return plan


def another(random: Random, plan: Plan) -> Plan:
    """Draw a plan of the same kind and on the same GPU as `plan` that uses another number of them."""
    while True:
        other = draw(random)
        if other.serving == plan.serving and other["gpus"] != plan["gpus"]:
            return other


def _layout(random: Random, *, serving: bool) -> _Layout:
    tp, pp, dp = random.choice((1, 2, 4, 8)), random.choice((1, 2, 4, 8)), random.choice((1, 2, 4, 8, 16))
    cp = 1 if serving else random.choice((1, 1, 1, 2))
    ep = random.choice((1, 1, 2, 4, 8, 16))
    factored = ep > 1 and random.random() < 0.5
    if factored:
        return _Layout(tp, pp, random.choice((1, 1, 2)), 1, ep, factored)
    return _Layout(tp, pp, max(dp, ep) if ep > 1 else dp, cp, ep, factored)


def _shape(random: Random, layout: _Layout) -> Architecture:
    """Draw an architecture that the layout divides."""
    head_dim = random.choice((64, 128))
    kv_heads = max(layout.tp, random.choice((4, 8, 8)))
    heads = kv_heads * random.choice((2, 4, 8))
    hidden = max(heads * head_dim, 1024)
    layers = layout.pp * random.choice((2, 3, 4, 5, 6, 8, 10, 12, 16, 20))
    vocab = random.choice((32000, 50304, 128256, 151936))
    if layout.ep == 1:
        ffn = random.choice((2, 3, 4)) * hidden
        return Architecture("drawn", layers=layers, hidden=hidden, heads=heads, kv_heads=kv_heads, head_dim=head_dim, vocab=vocab, ffn=ffn)
    count = layout.ep * random.choice((1, 2, 4, 8))
    mixture = Experts(count, random.choice([k for k in (1, 2, 4, 8) if k < count] or [1]), hidden // random.choice((1, 2)))
    return Architecture(
        "drawn", layers=layers, hidden=hidden, heads=heads, kv_heads=kv_heads, head_dim=head_dim, vocab=vocab, experts=mixture
    )


def _plan(random: Random, layout: _Layout, shape: Architecture, gpu: Accelerator, *, serving: bool) -> Plan | None:
    """Cost the layout; None where it cannot be or does not fit."""
    device = Device(
        gpu.name or "drawn",
        amount("M", gpu.memory, "GB"),
        amount("b", gpu.bandwidth, "GB/s"),
        None,
        (("bf16", amount("peak", gpu.peak, "TFLOPS")),),
    )
    figures = _cluster(random, layout, gpu) | _model(shape, layout)
    try:
        facts = PlanFacts(shape, layout.grid, device)
        more = _serve(random, layout, facts) if serving else _train(random, layout, facts, gpu)
    except ImpossiblePlanError:
        return None
    figures |= more
    memory = _memory(figures)
    if memory is None:
        return None
    figures |= memory
    return Plan(serving, layout.factored, gpu.name, MappingProxyType({name: Fraction(value) for name, value in figures.items()}))


def _cluster(random: Random, layout: _Layout, gpu: Accelerator) -> dict[str, Fraction]:
    per_node = min(layout.gpus, random.choice((4, 8)))
    degrees = {
        "parallel.tensor": layout.tp,
        "parallel.pipeline": layout.pp,
        "parallel.data": layout.dp,
        "parallel.context": layout.cp if layout.cp > 1 else 0,
        "parallel.expert": layout.ep if layout.ep > 1 else 0,
    }
    figures = {
        "gpus": layout.gpus,
        "nodes": layout.gpus // per_node,
        "gpus.per_node": per_node,
        "gpus.per_stage": layout.gpus // layout.pp,
        "gpus.per_replica": layout.gpus // layout.dp,
        "memory.capacity": gpu.memory * GB,
        "hardware.memory_bandwidth": gpu.bandwidth * GB,
        "hardware.peak_flops": gpu.peak * TERA,
        "hardware.cluster_flops": gpu.peak * TERA * layout.gpus,
        **{quantity: degree for quantity, degree in degrees.items() if degree},
    }
    return {quantity: Fraction(value) for quantity, value in figures.items()}


def _model(shape: Architecture, layout: _Layout) -> dict[str, Fraction]:
    facts = estimate(PlanFacts(shape, layout.grid))
    figures = {
        "model.params": facts.find("model.params").value,
        "model.layers": Fraction(shape.layers),
        "model.hidden": Fraction(shape.hidden),
        "model.heads": Fraction(shape.heads),
        "model.kv_heads": Fraction(shape.kv_heads),
        "model.head_dim": Fraction(shape.head_dim),
        "model.vocab": Fraction(shape.vocab),
        "layers.per_stage": facts.find("layers.per_stage").value,
        "heads.per_gpu": facts.find("heads.per_gpu").value,
    }
    if shape.experts is None:
        return figures | {"model.ffn_hidden": Fraction(shape.ffn or 0)}
    return figures | {
        "model.params_active": facts.find("model.params_active").value,
        "model.experts": Fraction(shape.experts.count),
        "model.experts_total": Fraction(shape.experts.count * shape.layers),
        "model.expert_hidden": Fraction(shape.experts.ffn),
        "model.top_k": Fraction(shape.experts.top_k),
        "experts.per_gpu": facts.find("experts.per_gpu").value,
    }


def _train(random: Random, layout: _Layout, facts: PlanFacts, gpu: Accelerator) -> dict[str, Fraction]:
    micro, steps, length = random.choice((1, 2, 4)), random.choice((4, 8, 16, 32)), random.choice((2048, 4096, 8192))
    replica = micro * steps
    batch = replica * layout.dp
    # The ranks an own axis of experts adds share the batch of their replica.
    ranks = batch * (layout.ep if layout.factored else 1)
    recipe = RECIPES[random.choice(("megatron-bf16", "zero-mixed", "bf16-moments"))]
    training = Training(length, micro, ranks, recipe)
    costed = estimate(replace(facts, training=training))
    work = costed.find("work.per_token").amount.value * batch * length
    bubble = costed.find("share.bubble").amount.value if layout.pp > 1 else Fraction(0)
    mfu = round(Fraction(random.randint(350, 600), 1000) * (1 - bubble), 3)
    step = work / (layout.gpus * gpu.peak * TERA * mfu)
    figures = _states(costed, "training", ("memory.weights", "memory.gradients", "memory.optimizer", "memory.activations"))
    figures |= {
        "batch.global": Fraction(batch),
        "batch.micro": Fraction(micro),
        "batch.accumulation": Fraction(steps),
        "batch.per_replica": Fraction(replica),
        "batch.sequence_length": Fraction(length),
        "batch.tokens": Fraction(batch * length),
        "time.step": step,
        "rate.tokens": batch * length / step,
        "rate.tokens_per_gpu": batch * length / step / layout.gpus,
        "rate.achieved_flops": gpu.peak * TERA * mfu,
        "share.mfu": mfu,
        "memory.overhead": Fraction(random.randint(10, 30), 10) * GB,
    }
    if layout.pp > 1:
        figures["share.bubble"] = bubble
    return figures


def _serve(random: Random, layout: _Layout, facts: PlanFacts) -> dict[str, Fraction]:
    cut = layout.ep if layout.factored else 1
    replica = random.choice((1, 4, 8, 16, 32)) * cut
    prompt, output = random.choice((1024, 2048, 4096, 8192)), random.choice((128, 256, 512, 1024))
    serving = Serving(prompt, output, replica // cut)
    costed = estimate(replace(facts, serving=serving))
    batch = replica * layout.dp
    slower = Fraction(random.randint(14, 40), 10)
    token = costed.find("time.tpot").amount.value * slower
    figures = _states(costed, "serving", ("memory.weights", "memory.kv_cache"))
    return figures | {
        "batch.global": Fraction(batch),
        "batch.per_replica": Fraction(replica),
        "batch.sequence_length": Fraction(prompt),
        "batch.output_length": Fraction(output),
        "time.ttft": costed.find("time.prefill").amount.value * slower,
        "time.tpot": token,
        "rate.tokens": batch / token,
        "rate.tokens_per_gpu": batch / token / layout.gpus,
        "memory.activations": Fraction(random.randint(5, 40), 10) * GB,
        "memory.overhead": Fraction(random.randint(10, 30), 10) * GB,
    }


def _states(costed: Estimate, phase: str, quantities: tuple[str, ...]) -> dict[str, Fraction]:
    return {quantity: costed.find(quantity, "gpu", phase).amount.value for quantity in quantities}


def _memory(figures: Mapping[str, Fraction]) -> dict[str, Fraction] | None:
    """Add up the parts; None where they leave no room, or fill so little that nobody would use that many GPUs."""
    capacity = figures["memory.capacity"]
    used = sum((figures[part] for part in PARTS if part in figures), Fraction(0))
    if not capacity / 12 < used < capacity * 9 / 10:
        return None
    return {"memory.used": used, "memory.utilization": used / capacity, "memory.headroom": capacity - used}

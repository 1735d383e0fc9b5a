"""Words with a part to play in reading that names no quantity."""

from __future__ import annotations

from fractions import Fraction

from auditor.values import Interval

BREAKS = frozenset(',;()[]|:→=<>≤≥≈+×÷*{}"“”•✓✅❌')
INCLUDING = frozenset("including include included incl inclusive excluding exclude excluded excl exclusive without assuming".split())
"""Words behind which stands what is in a figure or left out of it, not what the figure is: `50 ms including communication`."""
PARTS_WITH_MEMORY = ("expert", "attention", "mlp", "ffn", "moe", "embedding", "router", "dense", "shared", "draft", "adapter", "lora")
MEMORY_OF_PARTS = frozenset(("memory.used", "memory.weights", "memory.gradients", "memory.optimizer", "memory.activations"))
WIDTHS_OF_PARTS = {
    "model.expert_hidden": ("moe", "expert", "mixture of experts"),
    "model.ffn_hidden": ("mlp", "ffn", "feed forward", "feedforward"),
}
"""Words of a label that make a hidden size that of a part of the model."""
PARTS_OF_A_MODEL = ("expert", "moe", "mlp", "ffn", "dense", "attention", "embedding", "shared", "active", "layer", "gpu", "stage", "rank")
"""Words that make a count of parameters one of a part."""
MULTIPLIES = frozenset("layer gpu stage rank".split())
"""Those of them whose number makes a part the whole: `80 layers x 860 M`."""
GENERIC = frozenset(("memory.used", "memory.capacity", "time.step", "share.of", "share.gpu_utilization", "memory.utilization"))
"""Quantities that a table's head may name while its row names the part."""
PASSES = ("time", "latency", "runtime", "step", "iteration")
"""What a share of a run is a share of."""
AXIS_SHORTS = frozenset("tp pp ep dp cp sp etp vp".split())
AXIS_WORDS = frozenset("tensor pipeline expert data context sequence".split())
SAID = {"expected": "target", "claimed": "previous", "claim": "previous"}
"""Labels that give a role when they stand alone: Expected beside Actual, Claimed beside Corrected."""
FAULTS = frozenset("problem|issue|bug|error|root cause|contradiction|inconsistency|discrepancy|mismatch|conflict|flaw".split("|"))
"""Labels of what is told of a plan that was found wanting: its figures are quoted, not claimed."""
GIVEN_UP = frozenset("rejected discarded abandoned superseded".split())
"""First words of a title that make what stands below a plan given up."""
LEFT_OUT = frozenset("missing missed omitted ignored overlooked neglected forgotten absent unaccounted uncounted unstated lacking".split())
"""Words that say that a thing was not there: behind `previously` what stands here is new."""
OF_ALL = tuple("total cluster system aggregate".split())
"""Words that make a figure that of all GPUs."""
OF_ALL_REPLICAS = (*OF_ALL, "globalbatch", "global", "effective")
"""Words of a batch size that is that of all replicas, whatever stands beside it."""
DIFFERENCES = frozenset("margin headroom delta difference buffer slack gap surplus remaining diff".split())
"""Heads of columns that hold what lies between two figures."""
PERCENTILES = frozenset(("p50", "p90", "p95", "p99"))
MEANT = {
    "hardware.peak_flops": frozenset(("peak", "theoretical", "maximum")),
    "rate.achieved_flops": frozenset(("effective", "sustained")),
}
"""Statistics that say nothing new of a quantity: every peak is one."""
LINKS = tuple(
    "communication network interconnect nvlink infiniband collective allreduce alltoall transfer link p2p topology bandwidth pcie".split()
)
"""Words above a latency that make it that of a link."""
HOST_MEMORY = ("ddr", "dram", "dimm")
"""What the names of the memory of a machine begin with; a GPU has HBM or GDDR."""
ELEMENT_BYTES = Interval(Fraction(0), Fraction(16))
_AXES = ("parallel.tensor", "parallel.pipeline", "parallel.expert", "parallel.data", "parallel.context", "parallel.sequence")
_OF_A_MODEL = ("model.layers", "model.experts", "model.heads", "model.hidden")
DIVIDED_BY = {
    "model.layers": ("parallel.pipeline", "parallel.virtual_pipeline"),
    "model.experts": ("parallel.expert", "gpus", "gpus.available"),
    "model.experts_total": ("parallel.expert", "gpus", "gpus.available"),
    "model.heads": ("parallel.tensor", "parallel.context", "parallel.sequence"),
    "model.kv_heads": ("parallel.tensor",),
    "model.hidden": ("parallel.tensor", "model.heads"),
    "model.ffn_hidden": ("parallel.tensor",),
    "model.expert_hidden": ("parallel.tensor", "parallel.expert_tensor"),
    "model.params": (*_AXES, "gpus", *_OF_A_MODEL),
    "batch.global": ("parallel.data", "batch.micro", "batch.microbatches", "gpus"),
    "batch.per_replica": ("batch.micro", "batch.microbatches"),
    "batch.sequence_length": ("parallel.context", "parallel.sequence"),
    "gpus": (*_AXES, "gpus.per_node", "gpus.per_replica", "nodes"),
    "memory.weights": (*_AXES, "gpus", *_OF_A_MODEL),
    "memory.used": (*_AXES, "gpus", "nodes", *_OF_A_MODEL),
}
"""What each quantity may be divided by."""
HELD_BY_PARTS = {
    "model.layers": ("layers.per_gpu", "layers.per_stage"),
    "model.experts": ("experts.per_gpu", "experts.per_stage"),
    "model.heads": ("heads.per_gpu",),
}
"""What a part holds of each thing that a model has."""
MULTIPLIED = {
    "gpus": (*_AXES, "nodes", "gpus.per_node", "gpus.per_replica"),
    "memory": (
        *_OF_A_MODEL,
        "model.kv_heads",
        "model.head_dim",
        "model.ffn_hidden",
        "model.expert_hidden",
        "model.vocab",
        "model.params",
        "model.top_k",
        "batch.global",
        "batch.micro",
        "batch.sequence_length",
        "model.context",
        "layers.per_stage",
        "experts.per_gpu",
    ),
}
"""What is multiplied to a number of GPUs, and to an amount of memory, of work or of parameters."""
OPERANDS = {
    "layers.per_stage": ("model.layers", "parallel.pipeline"),
    "experts.per_gpu": ("model.experts", "parallel.expert"),
    "batch.per_replica": ("batch.global", "parallel.data"),
    "heads.per_gpu": ("model.heads", "parallel.tensor"),
    "batch.microbatches": ("batch.per_replica", "batch.micro"),
}
"""What `a / b` under a label means: dividend and divisor."""
UNSAID = {
    "flops": ("TFLOPS", "PFLOPS", "GFLOPS"),
    "work": ("TFLOP", "PFLOP", "GFLOP"),
    "time": ("ms", "s"),
    "bandwidth": ("GB/s", "TB/s"),
}
"""What a number may be counted in where no unit is said: a guess at the prefix contradicts nothing."""
BINARY_TWIN = {"GB": "GiB", "MB": "MiB", "KB": "KiB", "TB": "TiB", "PB": "PiB"}

HAS = ("has", "have", "offer", "provide", "carry", "come", "feature", "ship")
"""Verbs between a GPU and its own memory: `each GPU has 80 GB`."""

TAKES = ("take", "need", "require", "occupy", "consume", "weigh")
"""Verbs between what is stored and its size: `30B parameters in FP16 take 60 GB`."""

SPENT = ("use", "left", "free", "remaining", "spare", "allocated", "reserved", "occupied", "headroom", "of")
"""Words behind an amount that say what became of it: `12 GB left`, `26 GB of activations`."""

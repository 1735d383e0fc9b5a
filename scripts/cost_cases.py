"""The cases that the cost model is measured on: plans, and what other calculators, papers and pages say of them.

T1 to T10, I1 and I2 are training and serving plans on which public calculators were run as shipped: Megatron-LM's
`theoretical_memory_usage.py` and `num_floating_point_operations` (d98e8a64), Megatron-Bridge's estimator (067f987d), SimuMax
(4dcaae5), llm-analysis (d841e40), calculon (caa4b11), the EleutherAI cookbook (827ee3b) and aiconfigurator 0.12.0. None is
the answer to another's. `expected` is an independent computation of the published formulas, made before ours was written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from auditor.cost.activations import Recompute
from auditor.cost.architecture import Architecture
from auditor.cost.grid import Grid
from auditor.cost.known import model_by_name
from auditor.cost.plan_facts import PlanFacts, Training
from auditor.cost.recipes import Sharding

TOOLS = ("Megatron-LM", "Megatron-Bridge", "SimuMax", "llm-analysis", "calculon", "cookbook")


@dataclass(frozen=True)
class Case:
    """A training plan with the figures of `TOOLS` (GiB; None where a tool cannot express it) and the independent ones."""

    name: str
    model: str
    grid: Grid
    training: Training
    vocab: int | None = None
    """The padded vocabulary that the calculators were given."""
    states: float = 0
    states_tools: tuple[float | None, ...] = ()
    activations: float = 0
    activations_tools: tuple[float | None, ...] = ()
    causal: float = 0
    """FLOPs per step of the whole job."""
    full: float = 0
    work_tools: tuple[float | None, ...] = ()
    """Megatron-LM, SimuMax, llm-analysis and cookbook, FLOPs per step."""
    bare: Architecture | None = None
    """The shape to take instead of the catalog's."""

    def architecture(self) -> Architecture:
        found = self.bare or shape(self.model)
        return found if self.vocab is None else replace(found, vocab=self.vocab)

    def plan(self) -> PlanFacts:
        return PlanFacts(self.architecture(), self.grid, training=self.training)


def shape(name: str) -> Architecture:
    """Return a catalogued model's shape."""
    found = model_by_name(name)
    if not isinstance(found, Architecture):
        raise TypeError(f"{name} has no shape in the catalog")
    return found


def _gpt(sequence: int, micro: int, batch: int, recompute: Recompute = Recompute.SELECTIVE) -> Training:
    return Training(sequence, micro, batch, sharding=Sharding.NONE, recompute=recompute, flash=False)


def _llama(sequence: int, batch: int, recompute: Recompute = Recompute.SELECTIVE) -> Training:
    return Training(sequence, 1, batch, sharding=Sharding.OPTIMIZER, recompute=recompute)


CASES = (
    Case(
        "T1",
        "megatron-22b",
        Grid(tp=8, sp=True),
        _gpt(2048, 4, 4),
        51200,
        46.47,
        (46.24, 46.22, 46.89, 46.23, 40.62, 338.8),
        9.88,
        (9.79, 9.79, 13.82, 9.40, 10.40, 9.56),
        1.114e15,
        1.144e15,
        (1.114e15, 1.144e15, 1.163e15, 1.13e15),
    ),
    Case(
        "T2",
        "gpt-3-175b",
        Grid(tp=8, pp=8, vp=3, sp=True),
        _gpt(2048, 1, 64),
        51200,
        47.32,
        (46.89, 46.88, 46.89, 46.89, 40.93, 2616),
        12.35,
        (12.38, 12.38, 17.51, 9.32, 12.69, 9.56),
        1.392e17,
        1.411e17,
        (1.392e17, 1.411e17, 1.424e17, 1.41e17),
    ),
    Case(
        "T3",
        "gpt-3-175b",
        Grid(tp=8, pp=8, vp=3),
        _gpt(2048, 1, 64, Recompute.FULL),
        51200,
        47.32,
        (46.89, 46.88, 46.89, 46.89, 40.93, 2616),
        5.81,
        (39.93, 12.38, 6.14, 0.64, 6.45, 76.5),
        1.392e17,
        1.411e17,
        (1.392e17, 1.411e17, 1.881e17, 1.41e17),
    ),
    Case(
        "T4",
        "mt-nlg-530b",
        Grid(tp=8, pp=35, vp=3, sp=True),
        _gpt(2048, 1, 280),
        51200,
        34.55,
        (33.84, 33.84, 33.84, 33.84, 29.30, 7911),
        23.08,
        (23.30, 23.30, 32.70, 16.96, 23.56, 17.43),
        1.837e18,
        1.852e18,
        (1.837e18, 1.852e18, 1.862e18, 1.85e18),
    ),
    Case(
        "T5",
        "megatron-1t",
        Grid(tp=8, pp=64, sp=True),
        _gpt(2048, 1, 512),
        51200,
        36.59,
        (35.71, 35.71, 35.71, 35.71, 31.13, 15044),
        26.56,
        (26.95, 26.95, 37.66, 25.83, 27.17, 26.56),
        6.384e18,
        6.426e18,
        (6.384e18, 6.426e18, 6.454e18, 6.42e18),
    ),
    Case(
        "T6",
        "llama-2-7b",
        Grid(dp=8),
        _llama(4096, 64, Recompute.NONE),
        None,
        47.07,
        (47.07, 47.07, 47.07, 46.15, None, 47.19),
        16.87,
        (18.16, 14.94, 16.87, 16.21, None, 97.0),
        1.124e16,
        1.208e16,
        (1.124e16, 1.208e16, 1.208e16, 1.53e16),
    ),
    Case(
        "T7",
        "llama-2-70b",
        Grid(tp=8, pp=4, dp=2, sp=True),
        _llama(4096, 128),
        None,
        24.29,
        (24.29, 24.28, 24.28, 24.28, None, 273.2),
        10.48,
        (10.02, 10.02, 10.56, 9.73, None, 10.62),
        2.246e17,
        2.330e17,
        (2.246e17, 2.331e17, 2.387e17, 2.58e17),
    ),
    Case(
        "T8",
        "llama-3.1-70b",
        Grid(tp=4, pp=4, cp=2, dp=2, sp=True),
        _llama(8192, 128),
        None,
        38.07,
        (50.76, 38.07, 38.07, 38.06, None, 283.7),
        20.96,
        (40.06, 20.03, 21.06, 39.30, None, 42.5),
        4.710e17,
        5.048e17,
        (4.711e17, 5.048e17, 5.273e17, 5.51e17),
    ),
    Case(
        "T9",
        "mixtral-8x7b",
        Grid(pp=4, ep=8, dp=16),
        _llama(4096, 256, Recompute.NONE),
        None,
        18.69,
        (18.69, 18.68, 18.69, 18.69, None, 31.7),
        31.52,
        (17.92, 23.06, 31.89, 29.84, None, 97.0),
        8.358e16,
        8.696e16,
        (8.358e16, 8.696e16, 5.149e16, 9.65e16),
    ),
    Case(
        "T10",
        "qwen3-30b-a3b",
        Grid(tp=2, ep=8, dp=8, sp=True),
        _llama(4096, 256),
        None,
        45.93,
        (45.93, 45.84, 45.93, 33.09, None, 25.2),
        14.33,
        (6.81, 6.81, 14.42, 15.41, None, 6.4),
        2.420e16,
        2.927e16,
        (2.413e16, 2.294e16, 1.299e16, 1.30e17),
    ),
)


@dataclass(frozen=True)
class Published:
    """FLOPs per token of one model on NVIDIA's Megatron-Bridge pages (docs/performance-summary*.md, 067f987d)."""

    label: str
    model: str
    sequence: int
    causal: float
    """GFLOP per token by the page's convention, computed independently."""
    page: float
    """Median of model TFLOP/s / tokens/s over the page's rows."""
    full: float
    mtp: int = 0


PUBLISHED = (
    Published("Llama-3 8B", "llama-3-8b", 8192, 51.47, 51.47, 57.91),
    Published("Llama-3 70B", "llama-3.1-70b", 8192, 449.22, 449.21, 481.43),
    Published("Llama-3.1 405B", "llama-3.1-405b", 8192, 2523.96, 2524.16, 2625.42),
    Published("DeepSeek-V3 with MTP", "deepseek-v3", 4096, 259.99, 259.97, 291.20, 1),
    Published("DeepSeek-V3 without MTP", "deepseek-v3", 4096, 249.81, 249.67, 280.51),
    Published("Kimi-K2", "kimi-k2", 4096, 204.48, 204.44, 219.83),
    Published("Qwen3-30B-A3B", "qwen3-30b-a3b", 4096, 23.01, 23.01, 27.84),
    Published("Qwen3-235B-A22B", "qwen3-235b-a22b", 4096, 148.03, 147.98, 166.96),
)
"""The last published decimal bounds what can be asked: 23.01 is known to 0.02 %."""


@dataclass(frozen=True)
class Measured:
    """A run of Korthikanti et al. 2022, table 5, on A100-80GB (312 TFLOP/s)."""

    label: str
    case: str
    seconds: Fraction
    mfu: float
    hfu: float


MEASURED = (
    Measured("22B", "T1", Fraction("1.10"), 41.5, 43.7),
    Measured("175B", "T2", Fraction("13.75"), 51.4, 52.8),
    Measured("530B", "T4", Fraction("37.83"), 56.0, 57.0),
    Measured("1T", "T5", Fraction("71.49"), 56.3, 57.0),
)


@dataclass(frozen=True)
class Served:
    """Llama-3.1-70B in bf16 on 8 H100-SXM, TP 8, 2048 tokens in, 256 out: what tools say (milliseconds)."""

    batch: int
    prefill: float
    decode: float
    prefill_tools: tuple[tuple[str, float], ...]
    decode_tools: tuple[tuple[str, float], ...]


SERVED = (
    Served(1, 36, 5.2, (("llm-analysis", 59), ("aiconfigurator", 93.7)), (("llm-analysis", 7.1), ("aiconfigurator", 9.98))),
    Served(
        16,
        578,
        5.6,
        (("llm-analysis", 941), ("aiconfigurator", 1265), ("aiconfigurator SOL", 1034)),
        (("llm-analysis", 7.9), ("aiconfigurator", 11.26), ("aiconfigurator SOL", 5.87)),
    ),
    Served(64, 2313, 6.9, (("llm-analysis", 3763), ("aiconfigurator", 4853)), (("llm-analysis", 10.7), ("aiconfigurator", 16.37))),
)


_BLOCKS = "transformer blocks only: embedding, head and positions are left out, gradients are 16-bit and counted once"
_UNDIVIDED = "gradients below ZeRO-2 and an unsharded optimizer are not divided by TP x PP"
_POSITIONS = "learned positions (whole on every tensor-parallel rank of stage 0) and biases are left out"
_GELU_48 = "keeps about 48 s b h / t for a GELU layer instead of 34; such models are outside its published validation"
_NO_INTERLEAVING = "the factor 1 + (p - 1)/(p v) of the interleaved schedule is left out"
_GATED_AS_GELU = "the GELU formula 18 + 4 f/h stands in for a gated FFN"
_NO_TOP_K = "a mixture is counted as one dense FFN: the k copies of each token are left out"
_NO_CONTEXT = "activations are not divided by CP"
_NO_FLASH = "attention scores are kept: it has no flash attention"
_UNTRACED = "its layer count differs by a few percent; not traced further"
_FULL_SQUARE = "counts the full attention square"
_FULL_AND_RECOMPUTED = "counts the full attention square and adds recomputation"
_FIXED_WIDTH = "--ffn-hidden-size is accepted and ignored, the head is counted forward only"

REASONS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("states", "Megatron-LM", ("T4", "T5"), _POSITIONS),
    ("states", "Megatron-Bridge", ("T4", "T5"), _POSITIONS),
    ("states", "SimuMax", ("T4", "T5"), _POSITIONS),
    ("states", "llm-analysis", ("T4", "T5"), _POSITIONS),
    ("states", "Megatron-LM", ("T8",), "the optimizer is sharded over DP alone; Megatron-Core itself shards it over DP x CP"),
    ("states", "llm-analysis", ("T10",), "experts are always cut by TP, though ETP is 1 here; embeddings are always tied"),
    ("states", "calculon", ("T1", "T2", "T3", "T4", "T5"), _BLOCKS),
    ("states", "cookbook", ("T1", "T2", "T3", "T4", "T5", "T7", "T8", "T9"), _UNDIVIDED),
    ("states", "cookbook", ("T10",), "with EP the optimizer is divided over all GPUs, but only EDP ranks share an expert"),
    ("activations", "SimuMax", ("T1", "T2", "T4", "T5"), _GELU_48),
    ("activations", "SimuMax", ("T3",), "includes the working set of the layer being recomputed, which we show apart"),
    ("activations", "Megatron-LM", ("T3",), "no branch for full recomputation, and no sequence parallelism here: the plain formula"),
    ("activations", "Megatron-Bridge", ("T3",), "no branch for full recomputation: the figure of the selective one"),
    ("activations", "Megatron-LM", ("T6", "T7"), _GATED_AS_GELU),
    ("activations", "Megatron-Bridge", ("T6", "T7", "T8"), _GATED_AS_GELU),
    ("activations", "Megatron-LM", ("T8",), _NO_CONTEXT),
    ("activations", "Megatron-LM", ("T9", "T10"), _NO_TOP_K),
    ("activations", "Megatron-Bridge", ("T9", "T10"), _NO_TOP_K),
    ("activations", "llm-analysis", ("T1", "T6"), "logits are left out; the rest agrees within 2 %"),
    ("activations", "llm-analysis", ("T2", "T4"), _NO_INTERLEAVING),
    (
        "activations",
        "llm-analysis",
        ("T3",),
        "the checkpoint is divided by TP without sequence parallelism; no interleaving factor, no working set",
    ),
    ("activations", "llm-analysis", ("T5", "T7", "T9", "T10"), _UNTRACED),
    ("activations", "llm-analysis", ("T8",), _NO_CONTEXT),
    ("activations", "calculon", ("T1", "T2", "T4", "T5"), _UNTRACED),
    ("activations", "calculon", ("T3",), "includes the working set of the layer being recomputed, which we show apart"),
    ("activations", "cookbook", ("T1",), "logits are left out"),
    ("activations", "cookbook", ("T2", "T4"), _NO_INTERLEAVING),
    ("activations", "cookbook", ("T3",), "its checkpointing flag means the selective formula"),
    ("activations", "cookbook", ("T6", "T9"), _NO_FLASH),
    ("activations", "cookbook", ("T8",), _NO_CONTEXT),
    ("activations", "cookbook", ("T10",), _NO_TOP_K),
    ("work", "SimuMax", ("T1", "T6", "T7", "T8", "T9"), _FULL_SQUARE),
    ("work", "SimuMax", ("T10",), "prints two figures, theory and model; neither is the causal or the full count"),
    ("work", "llm-analysis", ("T1", "T2", "T3", "T7", "T8"), _FULL_AND_RECOMPUTED),
    ("work", "llm-analysis", ("T6",), _FULL_SQUARE),
    ("work", "llm-analysis", ("T9", "T10"), "the k experts of a token are counted as one"),
    ("work", "cookbook", ("T6", "T7", "T8", "T9", "T10"), _FIXED_WIDTH),
)
"""Why a calculator's figure differs from ours by more than 2 %: figure, tool, cases, reason."""

WORK_TOOLS = ("Megatron-LM", "SimuMax", "llm-analysis", "cookbook")

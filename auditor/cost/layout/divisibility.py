"""What degrees must divide, as each framework enforces it.

A requirement is HARD where the framework refuses to start and SOFT where it pads, replicates, or takes the layout once
told how. Without a framework the common ground counts: what every framework read here enforces is HARD, what only some
enforce, or a flag lifts, is SOFT. A requirement whose numbers are missing is undetermined and says what is missing.

Sources are those of `conventions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from fractions import Fraction
from typing import Final

from auditor.cost.layout.degrees import Degrees, Framework, Run, Shape
from auditor.findings import Operand, Step, Verdict
from auditor.records import dataclass

__all__ = ["REQUIREMENTS", "Checked", "Layout", "Requirement", "Strength", "check", "contradicted", "padded_vocabulary"]


class Strength(StrEnum):
    """What happens when a requirement is not met."""

    HARD = "hard"
    """The framework refuses to start."""
    SOFT = "soft"
    """It pads, replicates, warns, or needs a further flag."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Degrees, GPUs, model counts and run counts that are judged together."""

    degrees: Degrees
    gpus: int | None = None
    shape: Shape | None = field(default=None)
    run: Run | None = field(default=None)

    def value(self, name: str) -> int | None:
        """Return a count by name: `gpus`, a degree's symbol, or a field of the model or the run."""
        if name == "gpus":
            return self.gpus
        for part in (self.degrees, self.shape, self.run):
            if part is not None and hasattr(part, name):
                value: int | None = getattr(part, name)
                return value
        return None


@dataclass(frozen=True, slots=True)
class Tested:
    """Outcome of one requirement before it is told whose it is."""

    verdict: Verdict
    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One divisibility rule."""

    name: str
    text: str
    source: str
    strengths: Mapping[Framework | None, Strength]
    """By framework; None is the common ground."""
    needs: tuple[str, ...]
    """Counts without which it says nothing."""
    test: Callable[[Layout, Mapping[str, int]], Tested]
    concerns: Callable[[Layout], bool] = lambda layout: True
    """Whether the requirement says anything of such a layout at all."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A requirement applied to a layout."""

    requirement: Requirement
    strength: Strength
    verdict: Verdict
    steps: tuple[Step, ...]
    missing: tuple[str, ...]
    detail: str
    remedy: str


_WORDS: Final[Mapping[str, str]] = {
    "heads": "query heads",
    "kv_heads": "KV heads",
    "hidden": "hidden width",
    "ffn": "FFN width",
    "expert_ffn": "expert FFN width",
    "layers": "layers",
    "experts": "experts",
    "vocab": "vocabulary",
    "global_batch": "global batch",
    "micro_batch": "micro-batch",
    "accumulation": "accumulation steps",
    "sequence_length": "sequence length",
    "nodes": "nodes",
    "gpus": "GPUs",
}


def _word(name: str) -> str:
    return _WORDS.get(name, name.upper())


def _operand(name: str, value: int) -> Operand:
    return Operand(name, str(value), Fraction(value), Fraction(value))


def _quotient(name: str, dividend: int, divisors: Mapping[str, int]) -> tuple[Fraction, Step]:
    below = 1
    for value in divisors.values():
        below *= value
    quotient = Fraction(dividend, below)
    shown = str(quotient) if quotient.denominator == 1 else f"{quotient}, not whole"
    written = " * ".join(str(value) for value in divisors.values())
    step = Step(
        formula=f"{name} / {'*'.join(divisors) if len(divisors) == 1 else '(' + '*'.join(divisors) + ')'}",
        substituted=f"{dividend} / {written if len(divisors) == 1 else '(' + written + ')'}",
        result=shown,
        operands=(_operand(name, dividend), *(_operand(symbol, value) for symbol, value in divisors.items())),
        low=quotient,
        high=quotient,
    )
    return quotient, step


def _divides(name: str, *divisors: str) -> Callable[[Layout, Mapping[str, int]], Tested]:
    def test(_layout: Layout, counts: Mapping[str, int]) -> Tested:
        quotient, step = _quotient(name, counts[name], {symbol: counts[symbol] for symbol in divisors})
        written = " x ".join(f"{_word(symbol)} {counts[symbol]}" for symbol in divisors)
        if quotient.denominator == 1:
            return Tested(Verdict.HELD, (step,), detail=f"{counts[name]} {_word(name)} / {written} = {quotient}")
        return Tested(
            Verdict.CONTRADICTED,
            (step,),
            detail=f"{counts[name]} {_word(name)} are not a multiple of {written}",
            remedy=f"choose {' x '.join(_word(symbol) for symbol in divisors)} that divides {counts[name]}",
        )

    return test


def _kv_heads(_layout: Layout, counts: Mapping[str, int]) -> Tested:
    kv_heads, tp = counts["kv_heads"], counts["tp"]
    if tp > kv_heads:
        quotient, step = _quotient("tp", tp, {"kv_heads": kv_heads})
        if quotient.denominator == 1:
            return Tested(Verdict.HELD, (step,), detail=f"each of the {kv_heads} KV heads is kept on {quotient} of {tp} tensor ranks")
        return Tested(
            Verdict.CONTRADICTED,
            (step,),
            detail=f"TP {tp} is not a multiple of the {kv_heads} KV heads it exceeds",
            remedy=f"choose TP that divides {kv_heads} or is a multiple of it",
        )
    return _divides("kv_heads", "tp")(_layout, counts)


def _layers(layout: Layout, counts: Mapping[str, int]) -> Tested:
    layers, pp = counts["layers"], counts["pp"]
    chunks = layout.degrees.vp or 1
    listed = layout.run.stage_layers if layout.run is not None else ()
    if listed:
        total = sum(listed)
        detail = f"{' + '.join(map(str, listed[:64]))} = {total} layers on {len(listed)} stages"
        step = Step("sum(stage_layers)", " + ".join(map(str, listed[:64])), str(total))
        if len(listed) == pp and layers <= total <= layers + 2:
            return Tested(Verdict.HELD, (step,), detail=detail)
        return Tested(Verdict.CONTRADICTED, (step,), detail=f"{detail}, for {layers} layers on {pp} stages", remedy="list every layer once")
    for further in (0, 1, 2):
        quotient, step = _quotient("layers" + (f"+{further}" if further else ""), layers + further, {"pp": pp, "vp": chunks})
        if quotient.denominator == 1:
            extra = {0: "", 1: ", the embedding or the loss counted as a layer", 2: ", embedding and loss counted as a layer each"}[further]
            return Tested(Verdict.HELD, (step,), detail=f"{layers + further} / ({pp} x {chunks}) = {quotient} layers a chunk{extra}")
    quotient, step = _quotient("layers", layers, {"pp": pp, "vp": chunks})
    return Tested(
        Verdict.CONTRADICTED,
        (step,),
        detail=f"{layers} layers do not split evenly into {pp} stages" + (f" of {chunks} chunks" if chunks > 1 else ""),
        remedy="state how many layers each stage holds",
    )


def _stages(layout: Layout, counts: Mapping[str, int]) -> Tested:
    layers, stages = counts["layers"], counts["pp"] * (layout.degrees.vp or 1)
    # A custom layout may give the embedding and the loss a stage of their own.
    step = Step("pp*vp", f"{counts['pp']} * {layout.degrees.vp or 1}", str(stages), low=Fraction(stages), high=Fraction(stages))
    if stages <= layers + 2:
        return Tested(Verdict.HELD, (step,), detail=f"{layers} layers fill {stages} pipeline chunks")
    return Tested(
        Verdict.CONTRADICTED,
        (step,),
        detail=f"{stages} pipeline chunks for {layers} layers",
        remedy=f"PP x VP of at most {layers} leaves no chunk empty",
    )


def _virtual(_layout: Layout, counts: Mapping[str, int]) -> Tested:
    if counts["pp"] > 1:
        return Tested(Verdict.HELD, detail=f"VP {counts['vp']} with PP {counts['pp']}")
    return Tested(
        Verdict.CONTRADICTED, detail=f"VP {counts['vp']} with PP 1: there is no pipeline to interleave", remedy="drop VP or set PP above 1"
    )


def _microbatches(layout: Layout) -> int | None:
    run = layout.run
    if run is None:
        return None
    if run.accumulation is not None:
        return run.accumulation
    dp = layout.degrees.dp
    if run.global_batch is None or run.micro_batch is None or dp is None or run.global_batch % (run.micro_batch * dp):
        return None
    return run.global_batch // (run.micro_batch * dp)


def _interleave_fill(layout: Layout, counts: Mapping[str, int]) -> Tested:
    count = _microbatches(layout)
    if count is None:
        return Tested(Verdict.UNDETERMINED, missing=("accumulation",))
    if count >= counts["pp"]:
        return Tested(Verdict.HELD, detail=f"{count} micro-batches fill {counts['pp']} interleaved stages")
    return Tested(
        Verdict.CONTRADICTED,
        detail=f"{count} micro-batches for {counts['pp']} interleaved stages",
        remedy=f"use at least {counts['pp']} micro-batches, or no virtual stages",
    )


def _interleave_groups(layout: Layout, counts: Mapping[str, int]) -> Tested:
    count = _microbatches(layout)
    if count is None:
        return Tested(Verdict.UNDETERMINED, missing=("accumulation",))
    quotient, step = _quotient("microbatches", count, {"pp": counts["pp"]})
    if quotient.denominator == 1:
        return Tested(Verdict.HELD, (step,), detail=f"{count} micro-batches are {quotient} groups of {counts['pp']}")
    return Tested(
        Verdict.CONTRADICTED,
        (step,),
        detail=f"{count} micro-batches are not a multiple of PP {counts['pp']}",
        remedy="state the micro-batch group size, or choose a multiple of PP",
    )


def _batch_product(_layout: Layout, counts: Mapping[str, int]) -> Tested:
    total = counts["micro_batch"] * counts["accumulation"] * counts["dp"]
    step = Step(
        "micro_batch*accumulation*dp",
        f"{counts['micro_batch']} * {counts['accumulation']} * {counts['dp']}",
        str(total),
        tuple(_operand(name, counts[name]) for name in ("micro_batch", "accumulation", "dp")),
        Fraction(total),
        Fraction(total),
    )
    detail = f"{counts['micro_batch']} x {counts['accumulation']} x DP {counts['dp']} = {total}"
    if total == counts["global_batch"]:
        return Tested(Verdict.HELD, (step,), detail=detail)
    share = Fraction(counts["global_batch"], counts["micro_batch"] * counts["dp"])
    remedy = f"accumulation would have to be {share}" if share.denominator == 1 else "no whole number of accumulation steps fits"
    return Tested(Verdict.CONTRADICTED, (step,), detail=f"{detail}, not {counts['global_batch']}", remedy=remedy)


def _sequence_by_context(_layout: Layout, counts: Mapping[str, int]) -> Tested:
    return _sequence(counts, 2 * counts["cp"], f"2 x CP {counts['cp']}", "2*cp")


def _sequence_torchtitan(_layout: Layout, counts: Mapping[str, int]) -> Tested:
    return _sequence(counts, 2 * counts["cp"] * counts["tp"], f"2 x CP {counts['cp']} x TP {counts['tp']}", "2*cp*tp")


def _sequence(counts: Mapping[str, int], divisor: int, written: str, formula: str) -> Tested:
    length = counts["sequence_length"]
    quotient = Fraction(length, divisor)
    step = Step(f"sequence_length / ({formula})", f"{length} / {divisor}", str(quotient), (), quotient, quotient)
    if quotient.denominator == 1:
        return Tested(Verdict.HELD, (step,), detail=f"{length} tokens / ({written}) = {quotient}")
    return Tested(
        Verdict.CONTRADICTED, (step,), detail=f"{length} tokens are not a multiple of {written}", remedy=f"pad to a multiple of {divisor}"
    )


def _experts(layout: Layout, counts: Mapping[str, int]) -> Tested:
    further = layout.shape.redundant_experts if layout.shape is not None else 0
    placed = counts["experts"] + further
    quotient, step = _quotient("experts" + ("+redundant" if further else ""), placed, {"ep": counts["ep"]})
    copies = f" with {further} redundant copies" if further else ""
    if quotient.denominator == 1:
        return Tested(Verdict.HELD, (step,), detail=f"{counts['experts']} experts{copies} / EP {counts['ep']} = {quotient} a rank")
    return Tested(
        Verdict.CONTRADICTED,
        (step,),
        detail=f"{counts['experts']} experts{copies} do not divide over EP {counts['ep']}",
        remedy=f"choose EP that divides {placed}, or state redundant experts",
    )


def _expert_ranks(layout: Layout, counts: Mapping[str, int]) -> Tested:
    further = layout.shape.redundant_experts if layout.shape is not None else 0
    placed = counts["experts"] + further
    if placed >= counts["ep"]:
        return Tested(Verdict.HELD, detail=f"{placed} experts for {counts['ep']} expert-parallel ranks")
    return Tested(
        Verdict.CONTRADICTED,
        detail=f"EP {counts['ep']} exceeds the {placed} experts of a layer: {counts['ep'] - placed} ranks would hold none",
        remedy=f"EP of at most {placed}, or state redundant experts",
    )


def _sequence_ranks(_layout: Layout, counts: Mapping[str, int]) -> Tested:
    if counts["sp"] in {1, counts["tp"]}:
        return Tested(Verdict.HELD, detail=f"SP {counts['sp']} runs on the TP {counts['tp']} ranks")
    return Tested(
        Verdict.CONTRADICTED,
        detail=f"SP {counts['sp']} is not TP {counts['tp']}: sequence parallelism runs on the tensor-parallel ranks",
        remedy=f"SP is {counts['tp']} or off",
    )


def padded_vocabulary(vocab: int, tp: int, multiple: int = 128) -> int:
    """Return the embedding rows after padding to a multiple of `multiple` x TP.

    Source: Megatron-LM make_vocab_size_divisible_by (128 by default).
    """
    step = multiple * tp
    return -(-vocab // step) * step


def _vocabulary(_layout: Layout, counts: Mapping[str, int]) -> Tested:
    padded = padded_vocabulary(counts["vocab"], counts["tp"])
    return Tested(Verdict.HELD, detail=f"{counts['vocab']} tokens are padded to {padded} rows, {padded // counts['tp']} a tensor rank")


_HARD, _SOFT = Strength.HARD, Strength.SOFT
_MEGATRON_HARD: Final[dict[Framework | None, Strength]] = {Framework.MEGATRON_CORE: _HARD, Framework.MEGATRON_BRIDGE: _HARD}
_MEGATRON_SOFT: Final[dict[Framework | None, Strength]] = {Framework.MEGATRON_CORE: _SOFT, Framework.MEGATRON_BRIDGE: _SOFT}
_SERVING_HARD: Final[dict[Framework | None, Strength]] = {Framework.VLLM: _HARD, Framework.SGLANG: _HARD, Framework.TENSORRT_LLM: _HARD}
_SERVING_SOFT: Final[dict[Framework | None, Strength]] = {Framework.VLLM: _SOFT, Framework.SGLANG: _SOFT, Framework.TENSORRT_LLM: _SOFT}
_ARGUMENTS: Final = "Megatron-LM megatron/training/arguments.py: validate_args"
_CONFIG: Final = "Megatron-LM megatron/core/transformer/transformer_config.py: __post_init__"


def _split(layout: Layout, symbol: str) -> bool:
    return (getattr(layout.degrees, symbol) or 1) > 1


REQUIREMENTS: Final[tuple[Requirement, ...]] = (
    Requirement(
        name="heads-by-tp",
        text="TP divides the query heads",
        source=f"{_CONFIG}; vLLM config/model.py: verify_with_parallel_config",
        strengths={
            **_MEGATRON_HARD,
            **_SERVING_HARD,
            Framework.DEEPSPEED: _SOFT,
            Framework.TORCHTITAN: _SOFT,
            None: _HARD,
        },
        needs=("heads", "tp"),
        test=_divides("heads", "tp"),
        concerns=lambda layout: _split(layout, "tp"),
    ),
    Requirement(
        name="kv-heads-by-tp",
        text="TP divides the KV heads, or is a multiple of them and replicates each",
        source=f"{_CONFIG}; vLLM config/model.py: get_num_kv_heads; SGLang model files",
        strengths={**_MEGATRON_HARD, **_SERVING_HARD, Framework.TORCHTITAN: _SOFT, Framework.DEEPSPEED: _SOFT, None: _HARD},
        needs=("kv_heads", "tp"),
        test=_kv_heads,
        concerns=lambda layout: _split(layout, "tp") and not (layout.shape is not None and layout.shape.latent),
    ),
    Requirement(
        name="ffn-by-tp",
        text="TP divides the width of the feed-forward network",
        source="Megatron-LM megatron/core/tensor_parallel/layers.py: ColumnParallelLinear; vLLM layers/linear.py: divide",
        strengths={**_MEGATRON_HARD, **_SERVING_HARD, Framework.DEEPSPEED: _SOFT, Framework.TORCHTITAN: _SOFT, None: _SOFT},
        needs=("ffn", "tp"),
        test=_divides("ffn", "tp"),
        concerns=lambda layout: _split(layout, "tp"),
    ),
    Requirement(
        name="expert-ffn-by-etp",
        text="ETP divides the width of an expert",
        source="Megatron-LM megatron/core/transformer/moe/experts.py",
        strengths={**_MEGATRON_HARD, **_SERVING_HARD, None: _SOFT},
        needs=("expert_ffn", "etp"),
        test=_divides("expert_ffn", "etp"),
        concerns=lambda layout: _split(layout, "etp"),
    ),
    Requirement(
        name="hidden-by-tp",
        text="TP divides the hidden width",
        source="common practice; the frameworks read here split heads and FFN width, not the hidden width itself",
        strengths={None: _SOFT},
        needs=("hidden", "tp"),
        test=_divides("hidden", "tp"),
        concerns=lambda layout: _split(layout, "tp"),
    ),
    Requirement(
        name="vocabulary-by-tp",
        text="the vocabulary is padded to a multiple of 128 x TP",
        source="Megatron-LM megatron/training/arguments.py: make_vocab_size_divisible_by",
        strengths={**_MEGATRON_SOFT, None: _SOFT},
        needs=("vocab", "tp"),
        test=_vocabulary,
        concerns=lambda layout: _split(layout, "tp"),
    ),
    Requirement(
        name="layers-by-stages",
        text="layers (with embedding and loss, if counted) split evenly over PP x VP, or each stage's layers are given",
        source=f"{_ARGUMENTS}; vLLM and TensorRT-LLM take uneven stages",
        strengths={
            **_MEGATRON_SOFT,
            **_SERVING_SOFT,
            Framework.DEEPSPEED: _SOFT,
            Framework.TORCHTITAN: _SOFT,
            None: _SOFT,
        },
        needs=("layers", "pp"),
        test=_layers,
        concerns=lambda layout: _split(layout, "pp"),
    ),
    Requirement(
        name="stages-within-layers",
        text="there are no more pipeline chunks than layers, embedding and loss",
        source=f"{_ARGUMENTS} (pipeline layout)",
        strengths={
            **_MEGATRON_HARD,
            **_SERVING_HARD,
            Framework.DEEPSPEED: _HARD,
            Framework.TORCHTITAN: _HARD,
            None: _HARD,
        },
        needs=("layers", "pp"),
        test=_stages,
        concerns=lambda layout: _split(layout, "pp"),
    ),
    Requirement(
        name="virtual-needs-pipeline",
        text="virtual stages need a pipeline",
        source=_ARGUMENTS,
        strengths={**_MEGATRON_HARD, None: _HARD},
        needs=("vp", "pp"),
        test=_virtual,
        concerns=lambda layout: _split(layout, "vp"),
    ),
    Requirement(
        name="micro-batches-fill-stages",
        text="an interleaved pipeline has at least PP micro-batches",
        source="Megatron-LM megatron/core/pipeline_parallel/schedules.py: forward_backward_pipelining_with_interleaving",
        strengths={**_MEGATRON_HARD, None: _SOFT},
        needs=("pp",),
        test=_interleave_fill,
        concerns=lambda layout: _split(layout, "vp") and _split(layout, "pp"),
    ),
    Requirement(
        name="micro-batches-by-stages",
        text="the micro-batches of an interleaved pipeline are a multiple of PP, unless another group size is set",
        source="Megatron-LM megatron/core/pipeline_parallel/schedules.py: forward_backward_pipelining_with_interleaving",
        strengths={**_MEGATRON_SOFT, None: _SOFT},
        needs=("pp",),
        test=_interleave_groups,
        concerns=lambda layout: _split(layout, "vp") and _split(layout, "pp"),
    ),
    Requirement(
        name="batch-by-replicas",
        text="micro-batch x DP divides the global batch",
        source="Megatron-LM megatron/core/num_microbatches_calculator.py; torchtitan train.py",
        strengths={**_MEGATRON_HARD, Framework.TORCHTITAN: _HARD, Framework.DEEPSPEED: _HARD, None: _SOFT},
        needs=("global_batch", "micro_batch", "dp"),
        test=_divides("global_batch", "micro_batch", "dp"),
        concerns=lambda layout: layout.run is not None and layout.run.global_batch is not None,
    ),
    Requirement(
        name="batch-product",
        text="global batch = micro-batch x accumulation x DP",
        source="DeepSpeed runtime/config.py: _batch_assertion; Megatron-LM megatron/core/num_microbatches_calculator.py",
        strengths={**_MEGATRON_HARD, Framework.DEEPSPEED: _HARD, Framework.TORCHTITAN: _HARD, None: _HARD},
        needs=("global_batch", "micro_batch", "accumulation", "dp"),
        test=_batch_product,
        concerns=lambda layout: layout.run is not None and layout.run.accumulation is not None and layout.run.global_batch is not None,
    ),
    Requirement(
        name="sequence-by-context",
        text="2 x CP divides the sequence length",
        source=f"{_ARGUMENTS}; Megatron-Bridge training/config.py: ConfigContainer.validate",
        strengths={**_MEGATRON_HARD, None: _SOFT},
        needs=("sequence_length", "cp"),
        test=_sequence_by_context,
        concerns=lambda layout: _split(layout, "cp"),
    ),
    Requirement(
        name="sequence-by-ranks",
        text="2 x CP x TP divides the sequence length",
        source="torchtitan distributed/parallel_dims.py: seq_len_divisor",
        strengths={Framework.TORCHTITAN: _HARD},
        needs=("sequence_length", "cp", "tp"),
        test=_sequence_torchtitan,
        concerns=lambda layout: _split(layout, "cp") or _split(layout, "tp"),
    ),
    Requirement(
        name="experts-by-ep",
        text="EP divides the experts of a layer, redundant copies included",
        source=f"{_CONFIG}; DeepSpeed moe/layer.py; vLLM num_redundant_experts",
        strengths={
            **_MEGATRON_HARD,
            **_SERVING_SOFT,
            Framework.DEEPSPEED: _HARD,
            Framework.TORCHTITAN: _HARD,
            None: _HARD,
        },
        needs=("experts", "ep"),
        test=_experts,
        concerns=lambda layout: _split(layout, "ep") and (layout.value("experts") or 0) >= (layout.degrees.ep or 1),
    ),
    Requirement(
        name="expert-ranks-within-experts",
        text="EP does not exceed the experts of a layer, redundant copies included",
        source=f"{_CONFIG}; DeepSeek-V3 report (EP320 over 256 experts with redundant ones)",
        strengths={
            **_MEGATRON_HARD,
            **_SERVING_SOFT,
            Framework.DEEPSPEED: _HARD,
            Framework.TORCHTITAN: _HARD,
            None: _SOFT,
        },
        needs=("experts", "ep"),
        test=_expert_ranks,
        concerns=lambda layout: _split(layout, "ep"),
    ),
    Requirement(
        name="sequence-parallel-ranks",
        text="sequence parallelism runs on the tensor-parallel ranks",
        source="Megatron-LM megatron/core/model_parallel_config.py: sequence_parallel; Korthikanti et al. 2022",
        strengths={**_MEGATRON_SOFT, Framework.TORCHTITAN: _SOFT},
        needs=("sp", "tp"),
        test=_sequence_ranks,
        concerns=lambda layout: _split(layout, "sp"),
    ),
    Requirement(
        name="heads-by-sequence",
        text="Ulysses sequence parallelism divides the query heads (an uneven path exists)",
        source="DeepSpeed deepspeed/sequence/layer.py",
        strengths={Framework.DEEPSPEED: _SOFT},
        needs=("heads", "sp"),
        test=_divides("heads", "sp"),
        concerns=lambda layout: _split(layout, "sp"),
    ),
    Requirement(
        name="engine-by-nodes",
        text="the nodes divide TP x PP",
        source="SGLang srt/server_args.py: check_server_args",
        strengths={Framework.SGLANG: _HARD},
        needs=("tp", "pp", "nodes"),
        test=lambda layout, counts: _engine_nodes(counts),
        concerns=lambda layout: layout.run is not None and (layout.run.nodes or 1) > 1,
    ),
)


def _engine_nodes(counts: Mapping[str, int]) -> Tested:
    ranks = counts["tp"] * counts["pp"]
    quotient, step = _quotient("tp*pp", ranks, {"nodes": counts["nodes"]})
    if quotient.denominator == 1:
        return Tested(Verdict.HELD, (step,), detail=f"{ranks} ranks on {counts['nodes']} nodes")
    return Tested(
        Verdict.CONTRADICTED, (step,), detail=f"{ranks} ranks do not divide over {counts['nodes']} nodes", remedy="use whole nodes"
    )


def check(layout: Layout, framework: Framework | None = None) -> tuple[Checked, ...]:
    """Apply every requirement that concerns a layout; degrees and counts are whole numbers, unstated ones unknown.

    A degree that is unstated and whose requirement needs it leaves that requirement undetermined, never held.
    """
    found = []
    for requirement in REQUIREMENTS:
        strength = requirement.strengths.get(framework)
        if strength is None or not requirement.concerns(layout):
            continue
        counts = {name: value for name in requirement.needs if (value := layout.value(name)) is not None}
        missing = tuple(name for name in requirement.needs if name not in counts)
        tested = Tested(Verdict.UNDETERMINED, missing=missing) if missing else requirement.test(layout, counts)
        found.append(Checked(requirement, strength, tested.verdict, tested.steps, tested.missing, tested.detail, tested.remedy))
    return tuple(found)


def contradicted(layout: Layout, framework: Framework | None = None, strength: Strength | None = None) -> frozenset[str]:
    """Return the names of the requirements a layout breaks, of one strength or of both."""
    return frozenset(
        one.requirement.name
        for one in check(layout, framework)
        if one.verdict is Verdict.CONTRADICTED and (strength is None or one.strength is strength)
    )

"""How degrees make up a GPU count: the conventions in use, and which of them stated degrees fit.

Every convention is data: the GPU count is a sum of products of degrees, and some products must divide others.
From that follow the arithmetic shown to a reader, the DP that a silent report implies, and what each convention would
need. Expert parallelism (EP) multiplies the GPU count in no framework read here; the conventions that count it as a
factor, or give experts GPUs of their own, are what reports write.

Sources are named by file and version as read: Megatron-LM d98e8a64, Megatron-Bridge 067f987d, DeepSpeed 38327e07,
torchtitan b5bcd76c (new) and 0119de15 (old), vLLM 00193b82, SGLang 0.5.10, TensorRT-LLM 05ebebb2.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import lcm, prod
from typing import TYPE_CHECKING, Final

from auditor.cost.impossible import require_whole
from auditor.cost.layout.degrees import LARGEST_WORLD, QUANTITIES, SYMBOLS, Degrees, Framework, Shape
from auditor.cost.layout.divisibility import Layout, Strength, contradicted
from auditor.findings import Operand, Step, Verdict
from auditor.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = [
    "CONVENTIONS",
    "DEDICATED_EXPERTS",
    "DP_ATTENTION",
    "OLD_TORCHTITAN",
    "Convention",
    "Fit",
    "Need",
    "Whole",
    "conventions",
    "divisors",
    "fewest_gpus",
    "fit",
    "solve",
]

DEDICATED_EXPERTS: Final = "dedicated-experts"
"""Evidence: the report says that some GPUs hold experts and nothing else."""
DP_ATTENTION: Final = "dp-attention"
"""Evidence: attention runs data-parallel inside the tensor-parallel world (SGLang, TensorRT-LLM)."""
OLD_TORCHTITAN: Final = "torchtitan-before-2026-04-30"
"""Evidence: a torchtitan from before its expert-tensor degree was removed."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A product of degrees that must be a whole multiple of another."""

    dividend: tuple[str, ...]
    divisor: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Convention:
    """One sourced way to count GPUs from degrees."""

    name: str
    summary: str
    source: str
    world: tuple[tuple[str, ...], ...]
    """The GPU count: a sum of products of degrees."""
    wholes: tuple[Whole, ...] = ()
    frameworks: tuple[Framework, ...] = ()
    """Whose rule it is; empty for what reports write without naming a framework."""
    experts: bool | None = None
    """True: only where EP > 1; False: only where it is not; None: either."""
    sequence: bool = False
    """Only where a sequence-parallel degree > 1 is stated."""
    expert_tensor: str = "1"
    """What an unstated ETP is: `1`, or `tp` (Megatron-Core's default)."""
    variant_of: str = ""
    """The convention it equals when experts are not split by TP, or when ETP is stated; it then has nothing to add."""
    needs_dp: bool = False
    """Only where DP is stated."""
    data: str = "data-parallel replicas"
    """What DP means here."""
    evidence: str = ""
    """What a report must say before this reading counts; empty: nothing."""

    @property
    def formula(self) -> str:
        """The GPU count in symbols: `tp*pp*cp*dp`."""
        return " + ".join("*".join(term) for term in self.world)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The degrees it reads, in reading order."""
        used = {symbol for term in self.world for symbol in term}
        for whole in self.wholes:
            used.update(whole.dividend, whole.divisor)
        return tuple(symbol for symbol in SYMBOLS if symbol in used)

    def applies(self, degrees: Degrees) -> bool:
        """Tell whether the degrees are of the kind this convention speaks of."""
        mixture = (degrees.ep or 1) > 1
        if self.experts is not None and self.experts is not mixture:
            return False
        if self.variant_of and (degrees.etp is not None or (degrees.tp or 1) == 1):
            return False
        if self.needs_dp and degrees.dp is None:
            return False
        return not self.sequence or (degrees.sp or 1) > 1


_MEGATRON: Final = (Framework.MEGATRON_CORE, Framework.MEGATRON_BRIDGE)
_GRID: Final = ("tp", "pp", "cp", "dp")
_PARALLEL_STATE: Final = "Megatron-LM megatron/core/parallel_state.py: initialize_model_parallel"

CONVENTIONS: Final[tuple[Convention, ...]] = (
    Convention(
        name="dense",
        summary="every GPU has one place in the grid of tensor, pipeline, context and data parallelism",
        source="Megatron-LM megatron/training/arguments.py: validate_args; torchtitan parallel_dims.py",
        world=(_GRID,),
        frameworks=(*_MEGATRON, Framework.DEEPSPEED, Framework.TORCHTITAN),
        experts=False,
    ),
    Convention(
        name="dense-sequence",
        summary="sequence parallelism is a further axis beside tensor parallelism, as Ulysses has it",
        source="DeepSpeed deepspeed/sequence/layer.py, utils/groups.py",
        world=(("tp", "sp", "pp", "cp", "dp"),),
        frameworks=(Framework.DEEPSPEED,),
        experts=False,
        sequence=True,
    ),
    Convention(
        name="folded",
        summary="expert parallelism reuses the tensor, context and data ranks of a stage; experts are not split by TP",
        source=f"{_PARALLEL_STATE}; megatron/core/transformer/moe/README.md (parallel folding), ETP 1",
        world=(_GRID,),
        wholes=(Whole(("tp", "cp", "dp"), ("ep", "etp"), "EP x ETP divides the TP x CP x DP ranks of a stage"),),
        frameworks=_MEGATRON,
        experts=True,
    ),
    Convention(
        name="folded-expert-tensor",
        summary="expert parallelism lies inside data parallelism and experts are split by TP as well (ETP = TP)",
        source="Megatron-LM megatron/core/model_parallel_config.py: __post_init__ (ETP defaults to TP)",
        world=(_GRID,),
        wholes=(Whole(("tp", "cp", "dp"), ("ep", "etp"), "EP x ETP divides the TP x CP x DP ranks of a stage"),),
        frameworks=_MEGATRON,
        experts=True,
        expert_tensor="tp",
        variant_of="folded",
    ),
    Convention(
        name="folded-sequence",
        summary="sequence parallelism is an axis of its own, and expert parallelism reuses the ranks of a stage",
        source="DeepSpeed deepspeed/sequence/layer.py with utils/groups.py: _create_expert_and_data_parallel",
        world=(("tp", "sp", "pp", "cp", "dp"),),
        wholes=(Whole(("tp", "sp", "cp", "dp"), ("ep", "etp"), "EP x ETP divides the ranks of a stage"),),
        experts=True,
        sequence=True,
    ),
    Convention(
        name="expert-data",
        summary="DP counts the copies of the experts (expert data parallelism), not of the dense layers",
        source=f"{_PARALLEL_STATE}: expert data parallel size = GPUs / (ETP x EP x PP)",
        world=(("etp", "ep", "pp", "dp"),),
        wholes=(Whole(("etp", "ep", "dp"), ("tp", "cp"), "TP x CP divides the ranks of a stage"),),
        frameworks=_MEGATRON,
        experts=True,
        needs_dp=True,
        data="expert data-parallel replicas",
    ),
    Convention(
        name="expert-data-tensor",
        summary="DP counts the copies of the experts, and experts are split by TP as well (ETP = TP)",
        source=f"{_PARALLEL_STATE}: expert data parallel size = GPUs / (ETP x EP x PP), ETP = TP by default",
        world=(("etp", "ep", "pp", "dp"),),
        wholes=(Whole(("etp", "ep", "dp"), ("tp", "cp"), "TP x CP divides the ranks of a stage"),),
        frameworks=_MEGATRON,
        experts=True,
        expert_tensor="tp",
        variant_of="expert-data",
        needs_dp=True,
        data="expert data-parallel replicas",
    ),
    Convention(
        name="product",
        summary="expert parallelism counts as a factor of its own",
        source="Megatron-LM docs/user-guide/parallelism-guide.md prints this product (its code does not enforce it)",
        world=(("tp", "ep", "pp", "cp", "dp"),),
        experts=True,
    ),
    Convention(
        name="product-sequence",
        summary="expert and sequence parallelism count as factors of their own",
        source="the product of the parallelism guide, with the sequence axis of DeepSpeed Ulysses",
        world=(("tp", "ep", "pp", "cp", "sp", "dp"),),
        experts=True,
        sequence=True,
    ),
    Convention(
        name="dedicated",
        summary="experts have GPUs of their own beside those of the attention replicas",
        source="MegaScale-Infer (arXiv 2504.02605): disaggregated attention and expert nodes",
        world=(_GRID, ("ep", "etp")),
        experts=True,
        evidence=DEDICATED_EXPERTS,
    ),
    Convention(
        name="dedicated-replica",
        summary="each replica has GPUs for attention and further GPUs for experts",
        source="MegaScale-Infer (arXiv 2504.02605), whole instances replicated",
        world=(_GRID, ("ep", "etp", "dp")),
        experts=True,
        evidence=DEDICATED_EXPERTS,
    ),
    Convention(
        name="deepspeed",
        summary="expert groups are cut from all ranks of a stage, across tensor ranks",
        source="DeepSpeed utils/groups.py: _create_expert_and_data_parallel",
        world=(("tp", "sp", "pp", "dp"),),
        wholes=(Whole(("tp", "sp", "dp"), ("ep",), "EP divides GPUs / PP"),),
        frameworks=(Framework.DEEPSPEED,),
        experts=True,
    ),
    Convention(
        name="deepspeed-expert-tensor",
        summary="experts are tensor-parallel too, and expert groups are cut from data parallelism",
        source="DeepSpeed utils/groups.py: _create_expert_data_and_model_parallel",
        world=(("tp", "pp", "dp"),),
        wholes=(Whole(("dp",), ("ep",), "EP divides DP"),),
        frameworks=(Framework.DEEPSPEED,),
        experts=True,
        expert_tensor="tp",
    ),
    Convention(
        name="torchtitan",
        summary="expert parallelism reuses sharded data, context and tensor ranks",
        source="torchtitan distributed/parallel_dims.py: ParallelDims._validate (check of 2026-08)",
        world=(_GRID,),
        wholes=(Whole(("dp", "cp", "tp"), ("ep",), "EP divides DP-shard x CP x TP"),),
        frameworks=(Framework.TORCHTITAN,),
        experts=True,
    ),
    Convention(
        name="torchtitan-etp-1",
        summary="EP borrows all context and tensor ranks and part of data parallelism",
        source="torchtitan distributed/parallel_dims.py before 2026-04-30, ETP = 1",
        world=(_GRID,),
        wholes=(
            Whole(("ep",), ("cp", "tp"), "CP x TP divides EP"),
            Whole(("dp", "cp", "tp"), ("ep",), "EP divides DP-shard x CP x TP"),
        ),
        frameworks=(Framework.TORCHTITAN,),
        experts=True,
        evidence=OLD_TORCHTITAN,
    ),
    Convention(
        name="torchtitan-etp-tp",
        summary="EP borrows all context ranks and part of data parallelism; experts are split by TP",
        source="torchtitan distributed/parallel_dims.py before 2026-04-30, ETP = TP",
        world=(_GRID,),
        wholes=(Whole(("ep",), ("cp",), "CP divides EP"), Whole(("dp", "cp"), ("ep",), "EP divides DP-shard x CP")),
        frameworks=(Framework.TORCHTITAN,),
        experts=True,
        expert_tensor="tp",
        evidence=OLD_TORCHTITAN,
    ),
    Convention(
        name="vllm",
        summary="an engine is PP x TP x prefill-CP ranks, and data parallelism multiplies engines",
        source="vLLM config/parallel.py: ParallelConfig",
        world=(_GRID,),
        frameworks=(Framework.VLLM,),
        experts=False,
    ),
    Convention(
        name="vllm-expert",
        summary="EP has no size of its own: it is TP x prefill-CP x DP",
        source="vLLM fused_moe/config.py: FusedMoEParallelConfig.make",
        world=(_GRID,),
        wholes=(
            Whole(("tp", "cp", "dp"), ("ep",), "EP is TP x CP x DP"),
            Whole(("ep",), ("tp", "cp", "dp"), "EP is TP x CP x DP"),
        ),
        frameworks=(Framework.VLLM,),
        experts=True,
    ),
    Convention(
        name="sglang",
        summary="data parallelism multiplies engines of TP x PP ranks; EP lies inside TP",
        source="SGLang srt/distributed/parallel_state.py: initialize_model_parallel; srt/server_args.py",
        world=(("tp", "pp", "dp"),),
        wholes=(Whole(("tp",), ("ep",), "EP divides TP"),),
        frameworks=(Framework.SGLANG,),
    ),
    Convention(
        name="dp-attention",
        summary="TP names the whole world of a stage; attention runs data-parallel inside it, experts inside it too",
        source="SGLang srt/layers/dp_attention.py, srt/server_args.py; TensorRT-LLM mapping.py: enable_attention_dp",
        world=(("tp", "pp"),),
        wholes=(Whole(("tp",), ("dp", "cp"), "DP x CP divides TP"), Whole(("tp",), ("ep",), "EP divides TP")),
        frameworks=(Framework.SGLANG, Framework.TENSORRT_LLM),
        data="attention replicas inside TP",
        evidence=DP_ATTENTION,
    ),
    Convention(
        name="tensorrt-llm",
        summary="an instance is TP x PP x CP ranks, experts split over those of TP (and CP); DP counts instances",
        source="TensorRT-LLM tensorrt_llm/mapping.py: Mapping (moe_tp x moe_ep = TP, or TP x CP)",
        world=(_GRID,),
        wholes=(Whole(("tp", "cp"), ("ep", "etp"), "MoE-TP x MoE-EP is TP (x CP)"),),
        frameworks=(Framework.TENSORRT_LLM,),
        data="independent instances",
    ),
)


def conventions(framework: Framework | None = None, evidence: Collection[str] = ()) -> tuple[Convention, ...]:
    """Return the admissible conventions: a framework's own, or those that a report may mean without naming one.

    `evidence` holds what the report says beyond numbers (DEDICATED_EXPERTS, DP_ATTENTION, OLD_TORCHTITAN) and adds the
    readings that hang on it.
    """
    found = []
    for convention in CONVENTIONS:
        if framework is None:
            common = not convention.frameworks or Framework.MEGATRON_CORE in convention.frameworks or convention.sequence
            if (common and not convention.evidence) or convention.evidence in evidence:
                found.append(convention)
        elif framework in convention.frameworks:
            # Attention data-parallel is a flag of these two; either reading of the same degrees may be meant.
            if not convention.evidence or convention.evidence in evidence or convention.evidence == DP_ATTENTION:
                found.append(convention)
        elif not convention.frameworks and convention.evidence and convention.evidence in evidence:
            found.append(convention)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Need:
    """One change that would make a convention hold, all else as stated."""

    symbol: str
    """`gpus`, or the symbol of a degree."""
    stated: int | None
    value: int

    @property
    def quantity(self) -> str:
        return QUANTITIES[self.symbol]

    @property
    def ratio(self) -> Fraction:
        """How far the change goes, as a factor of at least 1."""
        stated = self.stated or 1
        return Fraction(max(stated, self.value), min(stated, self.value))

    def __str__(self) -> str:
        if self.symbol == "gpus":
            return f"it needs {self.value} GPUs"
        return f"{self.symbol.upper()} would have to be {self.value}"


@dataclass(frozen=True, slots=True)
class Fit:
    """What one convention makes of stated degrees."""

    convention: Convention
    verdict: Verdict
    gpus: int | None
    """GPUs that the degrees ask for; None while DP is unknown."""
    degrees: Degrees
    """The degrees in full, with what was assumed and implied."""
    assumed: tuple[tuple[str, int], ...]
    """Unstated degrees taken as 1 (ETP: as the convention says)."""
    implied: tuple[tuple[str, int], ...]
    """DP, where it is unstated and follows from the GPU count."""
    steps: tuple[Step, ...]
    detail: str
    """The arithmetic in one line."""
    needs: tuple[Need, ...] = ()
    """For a contradicted fit: the nearest single change of each stated figure that would save it, the least change first."""
    broken: tuple[Whole, ...] = ()

    @property
    def wanted(self) -> str:
        """What a contradicted fit asks for in all: `32 GPUs and EP x ETP divides the TP x CP x DP ranks of a stage`."""
        asked = [] if self.gpus is None else [f"{self.gpus} GPUs"]
        return " and ".join([*asked, *dict.fromkeys(whole.says for whole in self.broken)])

    @property
    def nearly(self) -> bool:
        """Tell whether one degree, changed alone, would make a contradicted convention hold."""
        return any(need.symbol != "gpus" for need in self.needs)


@dataclass(frozen=True, slots=True)
class Solved:
    """Numbers of one convention: `holds` is None while something is unknown."""

    holds: bool | None
    gpus: int | None
    dp: int | None
    broken: tuple[Whole, ...]


def solve(convention: Convention, values: Mapping[str, int | None], gpus: int | None) -> Solved:
    """Judge complete degrees (only `dp` may be None: it is then whatever `gpus` implies)."""
    dp = values["dp"]
    one = {**values, "dp": 1}
    fixed = per = 0
    for term in convention.world:
        if "dp" in term:
            per += _product(term, one)
        else:
            fixed += _product(term, one)
    if dp is None and not per:
        dp = 1
    if dp is None and gpus is not None:
        share, rest = divmod(gpus - fixed, per)
        if rest or share < 1:
            return Solved(False, None, None, ())
        dp = share
    total = None if dp is None else fixed + per * dp
    full = {**values, "dp": dp}
    broken = []
    open_ = False
    for whole in convention.wholes:
        if dp is None and ("dp" in whole.dividend or "dp" in whole.divisor):
            open_ = True
        elif _product(whole.dividend, full) % _product(whole.divisor, full):
            broken.append(whole)
    if broken or (total is not None and gpus is not None and total != gpus):
        return Solved(False, total, dp, tuple(broken))
    return Solved(None if open_ or total is None or gpus is None else True, total, dp, ())


def _product(symbols: tuple[str, ...], values: Mapping[str, int | None]) -> int:
    """Multiply the degrees but DP where it is unknown."""
    result = 1
    for symbol in symbols:
        result *= values[symbol] or 1
    return result


def fit(
    degrees: Degrees,
    gpus: int | None,
    shape: Shape | None = None,
    *,
    framework: Framework | None = None,
    evidence: Collection[str] = (),
) -> tuple[Fit, ...]:
    """Judge stated degrees and a GPU count under every admissible convention.

    Degrees count ranks, `gpus` counts devices; either may be unknown. `shape` keeps the proposed changes to degrees that
    the model's heads, layers and experts allow. Held fits come first, then undetermined ones, then contradicted ones, the
    least change first. Raises `ImpossiblePlanError` for a GPU count below 1 or beyond any machine.
    """
    if gpus is not None:
        require_whole("layout.gpus", gpus, 1, "a GPU count counts devices", LARGEST_WORLD)
    judged = [_judge(convention, degrees, gpus, shape) for convention in conventions(framework, evidence) if convention.applies(degrees)]
    order = {Verdict.HELD: 0, Verdict.UNDETERMINED: 1, Verdict.CONTRADICTED: 2}
    return tuple(sorted(judged, key=lambda one: (order[one.verdict], one.needs[0].ratio if one.needs else Fraction(0))))


def _judge(convention: Convention, degrees: Degrees, gpus: int | None, shape: Shape | None) -> Fit:
    values, assumed = complete(convention, degrees)
    solved = solve(convention, values, gpus)
    verdict = Verdict.UNDETERMINED if solved.holds is None else Verdict.HELD if solved.holds else Verdict.CONTRADICTED
    implied: tuple[tuple[str, int], ...] = ()
    if values["dp"] is None and solved.dp is not None:
        if any("dp" in term for term in convention.world):
            implied = (("dp", solved.dp),)
        else:
            assumed = (*assumed, ("dp", solved.dp))
    full = {**values, "dp": solved.dp}
    # An undetermined fit needs what is missing: the GPU count that its degrees ask for.
    needs: tuple[Need, ...] = ()
    if verdict is Verdict.CONTRADICTED:
        needs = tuple(_needs(convention, degrees, values, gpus, shape))
    elif gpus is None and solved.gpus is not None:
        needs = (Need("gpus", None, solved.gpus),)
    steps = tuple(_steps(convention, full, gpus, solved))
    return Fit(
        convention=convention,
        verdict=verdict,
        gpus=solved.gpus,
        degrees=degrees.with_({symbol: full[symbol] for symbol in convention.symbols}),
        assumed=assumed,
        implied=implied,
        steps=steps,
        detail=_detail(convention, full, gpus, solved),
        needs=needs,
        broken=solved.broken,
    )


def complete(convention: Convention, degrees: Degrees) -> tuple[dict[str, int | None], tuple[tuple[str, int], ...]]:
    """Return all degrees with unstated ones filled in (DP stays open) and what was assumed of those the convention reads."""
    values: dict[str, int | None] = {symbol: getattr(degrees, symbol) for symbol in SYMBOLS}
    if values["etp"] is None:
        values["etp"] = values["tp"] if convention.expert_tensor == "tp" else 1
    filled = {symbol: value if value is not None or symbol == "dp" else 1 for symbol, value in values.items()}
    assumed = []
    for symbol in convention.symbols:
        value = filled[symbol]
        if getattr(degrees, symbol) is None and value is not None:
            assumed.append((symbol, value))
    return filled, tuple(assumed)


def _steps(convention: Convention, values: Mapping[str, int | None], gpus: int | None, solved: Solved) -> Iterator[Step]:
    if solved.gpus is not None:
        yield _step(convention.formula, convention.world, values, Fraction(solved.gpus))
    elif gpus is not None:
        term = next(term for term in convention.world if "dp" in term)
        others = tuple(symbol for symbol in term if symbol != "dp")
        quotient = Fraction(gpus, _product(others, values))
        if len(convention.world) == 1:
            yield Step(
                formula=f"dp = gpus / ({'*'.join(others)})",
                substituted=f"{gpus} / ({_written(others, values)})",
                result=_shown(quotient),
                operands=(_operand("gpus", gpus), *(_operand(symbol, values[symbol] or 1) for symbol in others)),
                low=quotient,
                high=quotient,
            )
    for whole in convention.wholes:
        if values["dp"] is None and ("dp" in whole.dividend or "dp" in whole.divisor):
            continue
        quotient = Fraction(_product(whole.dividend, values), _product(whole.divisor, values))
        yield Step(
            formula=f"({'*'.join(whole.dividend)}) / ({'*'.join(whole.divisor)})",
            substituted=f"({_written(whole.dividend, values)}) / ({_written(whole.divisor, values)})",
            result=_shown(quotient) + ("" if quotient.denominator == 1 else ", not whole"),
            operands=tuple(_operand(symbol, values[symbol] or 1) for symbol in dict.fromkeys((*whole.dividend, *whole.divisor))),
            low=quotient,
            high=quotient,
        )


def _step(formula: str, terms: tuple[tuple[str, ...], ...], values: Mapping[str, int | None], result: Fraction) -> Step:
    return Step(
        formula=formula,
        substituted=" + ".join(_written(term, values) for term in terms),
        result=_shown(result),
        operands=tuple(_operand(symbol, values[symbol] or 1) for symbol in dict.fromkeys(s for term in terms for s in term)),
        low=result,
        high=result,
    )


def _operand(symbol: str, value: int) -> Operand:
    return Operand(symbol, str(value), Fraction(value), Fraction(value))


def _written(symbols: tuple[str, ...], values: Mapping[str, int | None]) -> str:
    return " * ".join(str(values[symbol] or 1) for symbol in symbols)


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _detail(convention: Convention, values: Mapping[str, int | None], gpus: int | None, solved: Solved) -> str:
    """Write the arithmetic for a reader, leaving out factors of 1."""
    parts = []
    if solved.gpus is None and gpus is not None:
        parts.append(f"{gpus} GPUs are not a whole number of {_named(convention.world, values)}")
    elif solved.gpus is not None:
        line = f"{_named(convention.world, values)} = {solved.gpus}"
        parts.append(line if gpus is None or gpus == solved.gpus else f"{line}, not {gpus}")
    for whole in solved.broken:
        parts.append(f"{_worked(whole.dividend, values)} is not a multiple of {_worked(whole.divisor, values)}")
    return "; ".join(parts) or "the GPU count is not stated"


def _worked(symbols: tuple[str, ...], values: Mapping[str, int | None]) -> str:
    """Write a product with its result, or a single factor by itself: `TP 2 x DP 16 = 32`, `EP 64`."""
    factors = sum((values[symbol] or 1) > 1 for symbol in symbols)
    if not factors:
        return f"{' x '.join(symbol.upper() for symbol in symbols)} = 1"
    written = _named((symbols,), values)
    return written if factors == 1 else f"{written} = {_product(symbols, values)}"


def _named(terms: tuple[tuple[str, ...], ...], values: Mapping[str, int | None]) -> str:
    written = []
    for term in terms:
        factors = [f"{symbol.upper()} {values[symbol]}" for symbol in term if (values[symbol] or 1) > 1]
        written.append(" x ".join(factors) or "1")
    return " + ".join(written)


def _needs(convention: Convention, degrees: Degrees, values: Mapping[str, int | None], gpus: int | None, shape: Shape | None) -> list[Need]:
    """Return the nearest single change of the GPU count and of each stated degree, the least change first."""
    found = []
    asked = _gpus_needed(convention, values, gpus)
    if asked is not None and asked != gpus and asked <= LARGEST_WORLD:
        found.append(Need("gpus", gpus, asked))
    tolerated = contradicted(Layout(degrees, gpus, shape), None, Strength.SOFT) if shape is not None else frozenset()
    for symbol in convention.symbols:
        stated: int | None = getattr(degrees, symbol)
        if stated is None:
            continue
        best: Need | None = None
        for value in _candidates(convention, symbol, values, gpus):
            changed = {**values, symbol: value}
            if symbol == "tp" and degrees.etp is None and convention.expert_tensor == "tp":
                changed["etp"] = value
            if value == stated or not solve(convention, changed, gpus).holds:
                continue
            if shape is not None and contradicted(Layout(degrees.with_({symbol: value}), gpus, shape)) - tolerated:
                continue
            need = Need(symbol, stated, value)
            if best is None or (need.ratio, need.value) < (best.ratio, best.value):
                best = need
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda need: (need.ratio, need.symbol == "gpus"))


def _gpus_needed(convention: Convention, values: Mapping[str, int | None], gpus: int | None) -> int | None:
    """Return the GPU count that the degrees would be right on: their product, or the nearest one that leaves a whole DP."""
    if values["dp"] is not None:
        solved = solve(convention, values, None)
        return solved.gpus if not solved.broken else None
    if gpus is None:
        return None
    one = solve(convention, {**values, "dp": 1}, None).gpus or 1
    two = solve(convention, {**values, "dp": 2}, None).gpus or 1
    per, fixed = two - one, 2 * one - two
    if per < 1:
        return None
    # The conditions repeat with the least common multiple of their divisors; look that far around the stated count.
    period = lcm(*(_product(whole.divisor, values) for whole in convention.wholes)) if convention.wholes else 1
    centre = max(1, (gpus - fixed) // per)
    best: int | None = None
    for distance in range(min(period, 4096) + 1):
        for dp in (centre - distance, centre + distance):
            if dp >= 1 and not solve(convention, {**values, "dp": dp}, None).broken:
                total = fixed + per * dp
                if best is None or abs(total - gpus) < abs(best - gpus):
                    best = total
        if best is not None:
            break
    return best


def _candidates(convention: Convention, symbol: str, values: Mapping[str, int | None], gpus: int | None) -> Iterator[int]:
    """Yield every value of a degree that could make the GPU count come out."""
    if gpus is None:
        # Without a GPU count only the divisibility can be at fault: a divisor of what it divides, or of the ranks.
        ranks = prod(values[other] or 1 for other in ("tp", "cp", "dp", "ep"))
        yield from divisors(min(ranks, LARGEST_WORLD))
        return
    yield from divisors(gpus)
    if len(convention.world) > 1:
        value = solve_for(convention, symbol, {**values, "dp": values["dp"] or 1}, gpus)
        if value is not None:
            yield value


def solve_for(convention: Convention, symbol: str, values: Mapping[str, int | None], gpus: int) -> int | None:
    """Return the value of one degree of the world that gives exactly `gpus`, the others as they are; None if there is none."""
    at_one = solve(convention, {**values, symbol: 1}, None).gpus or 0
    slope = (solve(convention, {**values, symbol: 2}, None).gpus or 0) - at_one
    if slope < 1:
        return None
    further, rest = divmod(gpus - at_one, slope)
    return None if rest or further < 0 else 1 + further


@lru_cache(maxsize=256)
def divisors(number: int) -> tuple[int, ...]:
    """Return the divisors of a positive number up to LARGEST_WORLD, ascending."""
    found = [1]
    rest, prime = number, 2
    while rest > 1:
        if prime * prime > rest:
            prime = rest
        powers = [1]
        while rest % prime == 0:
            rest //= prime
            powers.append(powers[-1] * prime)
        if len(powers) > 1:
            found = [one * power for one in found for power in powers]
        prime += 1 if prime == 2 else 2
    return tuple(sorted(found))


def fewest_gpus(degrees: Degrees) -> int:
    """Return the fewest GPUs on which both Megatron grids exist: PP x lcm(TP x CP, EP x ETP), unstated degrees 1.

    Source: Megatron-LM megatron/core/parallel_state.py; both grids cover the same ranks of each stage.
    """
    dense = (degrees.tp or 1) * (degrees.cp or 1)
    sparse = (degrees.ep or 1) * (degrees.etp or 1)
    return (degrees.pp or 1) * lcm(dense, sparse)

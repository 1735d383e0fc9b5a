"""From a plan's claims to the facts a cost estimate starts from, and back: each claim beside what the cost model makes of it.

Reports leave much unsaid. What is filled in (multi-head attention where no KV heads are stated, a gated FFN, a head width
of hidden / heads) is named, and nothing that rests on it contradicts a claim: it is an estimate. A model or GPU that the report
names is taken from the catalog only where the name means one entry and the report's own counts agree with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Final

from auditor.claims.model import Claim, Role, never_negative
from auditor.cost import estimate
from auditor.cost.amount import amount
from auditor.cost.architecture import Architecture, Experts
from auditor.cost.catalog import Hardware, Model, find_hardware, find_models
from auditor.cost.comparison import Claimed, Compared, compare
from auditor.cost.facts import Estimate
from auditor.cost.formats import FORMATS, Format
from auditor.cost.grid import Grid
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.known import device_of, model_of
from auditor.cost.params import total_parameters
from auditor.cost.plan_facts import Device, ParameterCount, PlanFacts, Serving, Training
from auditor.findings import Verdict
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.statements import Document, Kind

__all__ = ["Costed", "Names", "cost", "names_in"]

_LONGEST_NAME: Final = 200
_MOST_STATEMENTS: Final = 5000
_MODEL_WORDS: Final = ("model", "checkpoint", "architecture")
_DEVICE_WORDS: Final = ("gpu", "hardware", "accelerator", "device", "cluster", "system", "environment")
_TRAINS: Final = frozenset(("memory.gradients", "memory.optimizer", "batch.accumulation"))
_SERVES: Final = frozenset(("memory.kv_cache", "memory.kv_per_token", "time.ttft", "time.tpot", "time.prefill", "time.decode"))
_IDENTITIES: Final = {
    "gpus": ("parallel.tensor", "parallel.pipeline", "parallel.data"),
    "batch.microbatches": ("batch.global", "batch.micro", "parallel.data"),
    "batch.tokens": ("batch.global", "batch.sequence_length"),
    "heads.per_gpu": ("model.heads", "parallel.tensor"),
}
"""Quantities that follow from stated degrees and counts alone, and what must be stated for that."""
_NO_VOCABULARY: Final = 1


@dataclass(frozen=True, slots=True)
class Names:
    """The catalog entries that a report names: models and parts, each with every entry its names may mean."""

    models: tuple[Model, ...] = ()
    hardware: tuple[Hardware, ...] = ()


@dataclass(frozen=True, slots=True)
class Costed:
    """A plan of a report, what follows from it, and its claims beside that."""

    plan: Plan
    estimate: Estimate
    compared: tuple[tuple[Claim, Compared], ...]
    uncompared: int
    """Claims of which nothing could be recomputed."""
    refused: str = ""
    """Why the layout or model as claimed cannot be: field, rule and source."""


def names_in(document: Document) -> Names:
    """Return the models and GPUs that headings and labelled values name."""
    models: dict[str, Model] = {}
    parts: dict[str, Hardware] = {}
    for statement in document.statements[:_MOST_STATEMENTS]:
        labels = " ".join(label.text.content[:_LONGEST_NAME].lower() for label in statement.path[-2:])
        text = statement.value.content[:_LONGEST_NAME]
        heading = statement.kind is Kind.HEADING
        if heading or any(word in labels for word in _MODEL_WORDS):
            models.update((model.name, model) for model in find_models(text))
        if heading or any(word in labels for word in _DEVICE_WORDS):
            parts.update((part.name, part) for part in find_hardware(text))
    return Names(tuple(models.values()), tuple(parts.values()))


class _Stated:
    """The value a plan states for each quantity: the one most of its actual claims agree on."""

    def __init__(self, plan: Plan) -> None:
        votes: dict[str, dict[Fraction, int]] = defaultdict(lambda: defaultdict(int))
        for claim in plan.claims:
            if claim.role is not Role.ACTUAL or claim.scope.member or claim.bound:
                continue
            value = claim.interval.middle
            stated = claim.readings[0].stated
            if stated is not None and stated.is_exact and stated.low is not None:
                value = stated.low
            if value is not None and (claim.interval.is_exact or claim.interval.is_bounded):
                votes[claim.quantity][value] += 1 + claim.confidence.rank
        self._values = {quantity: max(found, key=lambda value: found[value]) for quantity, found in votes.items()}
        self.quantities = frozenset(self._values)
        self.agreed = frozenset(quantity for quantity, found in votes.items() if len(found) == 1)
        """Quantities that the plan gives one value only."""

    def number(self, quantity: str) -> Fraction | None:
        return self._values.get(quantity)

    def whole(self, quantity: str) -> int | None:
        value = self._values.get(quantity)
        return value.numerator if value is not None and value.denominator == 1 and value > 0 else None


def cost(plan: Plan, names: Names, started: int | None = None) -> Costed:
    """Return what follows from a plan's claims, and each claim beside it; never raises for what a report claims.

    `started` is how many processes the one launch of the report starts: the GPUs of a plan that states none.
    """
    stated = _Stated(plan)
    guesses: list[str] = []
    refused = ""
    try:
        _require_possible(plan)
        found = _estimate(_facts(stated, names, guesses, started), stated)
    except ImpossiblePlanError as error:
        refused = str(error)
        found = Estimate((), ("a plan that can exist",))
    found = replace(found, assumed=(*found.assumed, *guesses))
    compared: list[tuple[Claim, Compared]] = []
    uncompared = 0
    for claim in plan.claims:
        if claim.role is not Role.ACTUAL or claim.source:
            continue
        result = compare(_claimed(claim), found)
        if result.verdict is Verdict.CONTRADICTED and not _follows(claim, stated):
            # A report never says all that its figures rest on; what it leaves out may save them.
            result = replace(result, verdict=Verdict.UNDETERMINED)
        if result.fact is None:
            uncompared += 1
        else:
            compared.append((claim, result))
    return Costed(plan, found, tuple(compared), uncompared, refused)


_AT_LEAST_ONE: Final = ("gpus", "model.layers", "model.hidden", "model.heads", "model.params")


def _require_possible(plan: Plan) -> None:
    """Raise `ImpossiblePlanError` for a claim that no deployment can have: fewer than none, no GPUs, no layers."""
    for claim in plan.claims:
        high = claim.interval.high
        if claim.role is not Role.ACTUAL or claim.scope.member or high is None or claim.bound:
            continue
        if high < 0 and never_negative(claim.quantity):
            raise ImpossiblePlanError(
                claim.quantity, f"cannot be negative: {claim.text.strip()[:40]}", "no plan has less than nothing of it"
            )
        if high == 0 and claim.quantity in _AT_LEAST_ONE and claim.scope.per in ("", "total"):
            raise ImpossiblePlanError(claim.quantity, "must be at least 1, not 0", "no plan is without")


def _follows(claim: Claim, stated: _Stated) -> bool:
    """Tell whether a claim's quantity follows from what the plan states, and the claim is the plan's own value of it."""
    needed = _IDENTITIES.get(claim.quantity)
    value = stated.number(claim.quantity)
    return needed is not None and stated.agreed.issuperset(needed) and value is not None and claim.interval.contains(value)


def _estimate(facts: PlanFacts, stated: _Stated) -> Estimate:
    """Return what follows; what follows from the claimed size alone stands beside what follows from the shape."""
    found = estimate(facts)
    size = stated.whole("model.params")
    if size is None or not isinstance(facts.model, Architecture):
        return found
    sized = estimate(replace(facts, model=ParameterCount("as claimed", size)))
    beside = tuple(replace(fact, alternative=True) for fact in sized.facts if fact.quantity.startswith("memory."))
    return replace(found, facts=(*found.facts, *beside))


def _claimed(claim: Claim) -> Claimed:
    readings = tuple(reading.interval for reading in claim.readings)
    return Claimed(claim.quantity, claim.text, readings, claim.scope.per, claim.scope.phase)


def _facts(stated: _Stated, names: Names, guesses: list[str], started: int | None) -> PlanFacts:
    model = _model(stated, names, guesses)
    grid = _grid(stated, model, guesses, started)
    facts = PlanFacts(model, grid, _device(stated, names, guesses))
    length, batch = stated.whole("batch.sequence_length"), stated.whole("batch.global")
    trains = bool(stated.quantities & _TRAINS)
    if length is None or length < 2:
        return facts
    if trains:
        facts = replace(facts, training=_training(stated, grid, length, batch))
    if not trains or stated.quantities & _SERVES:
        share = batch // grid.dp if batch is not None and batch % grid.dp == 0 else (batch or 1)
        # The stated length is all a sequence holds, prompt and output together.
        facts = replace(facts, serving=Serving(length - 1, 1, share, weights=_weight_format(stated)))
        guesses.append(f"each data-parallel rank works on {share} sequences of {length} tokens at once")
    return facts


def _training(stated: _Stated, grid: Grid, length: int, batch: int | None) -> Training:
    micro = stated.whole("batch.micro") or 1
    whole = batch if batch is not None and batch % (micro * grid.dp) == 0 else None
    return Training(length, micro, whole)


def _weight_format(stated: _Stated) -> Format:
    width = stated.number("model.bytes_per_param")
    by_width = {Fraction(4): "fp32", Fraction(2): "bf16", Fraction(1): "fp8", Fraction(1, 2): "int4"}
    return FORMATS[by_width.get(width, "bf16") if width is not None else "bf16"]


_COUNTS: Final = (("model.layers", "layers"), ("model.hidden", "hidden"), ("model.heads", "heads"), ("model.kv_heads", "kv_heads"))


def _model(stated: _Stated, names: Names, guesses: list[str]) -> Architecture | ParameterCount | None:
    fitting = [entry for entry in names.models if _agrees(entry, stated)]
    if len(fitting) == 1:
        guesses.append(f"the model is {fitting[0].name} of the catalog")
        return model_of(fitting[0])
    shape = _shape(stated, guesses)
    if shape is not None:
        return shape
    size = stated.whole("model.params")
    if size is None:
        return None
    active = stated.whole("model.params_active")
    return ParameterCount("as claimed", size, active if active is not None and active <= size else None)


def _agrees(entry: Model, stated: _Stated) -> bool:
    shape = entry.architecture
    if shape is None:
        return False
    return all(stated.whole(quantity) in {None, getattr(shape, field)} for quantity, field in _COUNTS)


def _shape(stated: _Stated, guesses: list[str]) -> Architecture | None:
    """Return the shape that layers, hidden, heads and FFN widths describe, with what is unsaid filled in by name."""
    layers, hidden, heads = (stated.whole(f"model.{name}") for name in ("layers", "hidden", "heads"))
    experts, expert_width = stated.whole("model.experts"), stated.whole("model.expert_hidden") or stated.whole("model.ffn_hidden")
    width = stated.whole("model.ffn_hidden")
    if layers is None or hidden is None or heads is None or (width is None and expert_width is None):
        return None
    head_dim = stated.whole("model.head_dim")
    if head_dim is None:
        if hidden % heads:
            return None
        head_dim = hidden // heads
        guesses.append(f"head width hidden / heads = {head_dim}")
    kv_heads = stated.whole("model.kv_heads")
    if kv_heads is None:
        kv_heads = heads
        guesses.append("multi-head attention: no KV heads are stated")
    vocab = stated.whole("model.vocab")
    if vocab is None:
        vocab = _NO_VOCABULARY
        guesses.append("embeddings and head left out: no vocabulary is stated")
    mixture = None
    if experts is not None and experts > 1 and expert_width is not None:
        top_k = stated.whole("model.top_k") or 1
        if stated.whole("model.top_k") is None:
            guesses.append("top-1 routing: no number of experts per token is stated")
        mixture = Experts(experts, min(top_k, experts), expert_width)
    plain, gated = (
        Architecture(
            "as claimed",
            layers,
            hidden,
            heads,
            kv_heads,
            head_dim,
            vocab,
            ffn=width if mixture is None else None,
            ffn_matrices=matrices,
            experts=mixture,
        )
        for matrices in (2, 3)
    )
    size = stated.whole("model.params")
    chosen = plain
    if size is not None and abs(total_parameters(gated).value - size) < abs(total_parameters(plain).value - size):
        chosen = gated
    kind = "feed-forward networks" if mixture is None else "experts"
    reason = "" if size is None else ", which comes nearer to the claimed size"
    guesses.append(f"{kind} of {chosen.ffn_matrices} matrices{reason}")
    if mixture is not None:
        guesses.append("every layer is a mixture of experts")
    return chosen


def _device(stated: _Stated, names: Names, guesses: list[str]) -> Device | None:
    named = device_of(names.hardware[0]) if len(names.hardware) == 1 else None
    if named is not None:
        guesses.append(f"the GPU is {named.name} of the catalog where the report gives no figure of its own")
    memory, bandwidth, peak = (stated.number(name) for name in ("memory.capacity", "hardware.memory_bandwidth", "hardware.peak_flops"))
    if named is None and memory is None and bandwidth is None and peak is None:
        return None
    base = named or Device("as claimed", source="as claimed")
    peaks = base.peaks
    if peak is not None:
        guesses.append("the stated peak is that of 16-bit matrix products, without sparsity")
        peaks = (("bf16", amount("peak", peak, "FLOPS")),)
    return Device(
        base.name,
        base.memory if memory is None else amount("memory", memory, "byte"),
        base.bandwidth if bandwidth is None else amount("bandwidth", bandwidth, "byte/s"),
        base.link,
        peaks,
        base.source,
    )


def _grid(stated: _Stated, model: Architecture | ParameterCount | None, guesses: list[str], started: int | None = None) -> Grid:
    """Return the grid that stated degrees describe; raises `ImpossiblePlanError` where none does.

    GPUs = TP x CP x DP x PP, with EP carved out of them; or, where only that gives the stated GPUs, EP as a factor: attention
    then runs data-parallel over the expert ranks.
    """
    tp, pp, ep, cp = (stated.whole(f"parallel.{name}") or 1 for name in ("tensor", "pipeline", "expert", "context"))
    dp, gpus = stated.whole("parallel.data"), stated.whole("gpus")
    if gpus is None and dp is None and started is not None:
        gpus = started
        guesses.append(f"the launch's {started} processes are the GPUs")
    vp = stated.whole("parallel.virtual_pipeline") or 1
    if isinstance(model, Architecture) and model.experts is None:
        ep = 1
    etp = stated.whole("parallel.expert_tensor")
    vp = vp if pp > 1 else 1
    candidates: list[tuple[int, str]] = []
    if dp is not None:
        candidates += [(dp, ""), (dp * ep, "EP multiplies the GPUs: attention runs data-parallel over the expert ranks")]
        if ep > 1 and dp * ep % (tp * cp) == 0:
            candidates.append((dp * ep // (tp * cp), "DP counts the copies of each expert: DP x EP = TP x CP x data-parallel ranks"))
    elif gpus is not None and gpus % (tp * cp * pp) == 0:
        candidates.append((gpus // (tp * cp * pp), f"DP = GPUs / (TP x CP x PP) = {gpus // (tp * cp * pp)}"))
    else:
        candidates += [(1, ""), (ep, "EP multiplies the GPUs: attention runs data-parallel over the expert ranks")]
    refusal: ImpossiblePlanError | None = None
    for exact in (True, False):
        for ways, says in candidates:
            if exact and gpus is not None and prod((tp, cp, ways, pp)) != gpus:
                continue
            for inner in (etp,) if etp is not None else (tp, 1):
                try:
                    grid = Grid(tp, pp, cp, ways, ep, inner if ep > 1 or etp else 1, vp)
                except ImpossiblePlanError as error:
                    refusal = refusal or error
                    continue
                if says:
                    guesses.append(says)
                if gpus is not None and grid.gpus != gpus:
                    guesses.append(f"the degrees as stated, which make {grid.gpus} GPUs, not {gpus}")
                return grid
    raise refusal or ImpossiblePlanError("layout", "no degrees are stated", "auditor.plans.costing")


def contradicted(costed: Iterable[Costed]) -> int:
    """Return how many claims the cost model contradicts."""
    return sum(result.verdict is Verdict.CONTRADICTED for one in costed for _, result in one.compared)

"""Serving: floors no run can be below, and the identities between latency, throughput and concurrency.

Floors are lower bounds: compute at the dense peak, memory at full bandwidth, everything perfectly parallel. Measured runs
take 1.9 to 2.6 times as long. A claim is impossible below a floor, never merely for being near it. Speculative decoding and
multi-token prediction divide TPOT by the mean accepted length; where a plan declares them the floor is divided too.

Symbols: n GPUs of a replica, F dense peak of one (FLOP/s), BW memory bandwidth of one (byte/s), R requests in a batch, s
prompt tokens, o output tokens. Sources: Pope et al. 2022, section 3 (bounds); Williams et al. 2009 (roofline); Little 1961.
"""

from __future__ import annotations

from typing import Final

from auditor.cost import closed
from auditor.cost.amount import Amount, amount, count, largest, total
from auditor.cost.architecture import Architecture
from auditor.cost.flops import CONVENTIONS, Convention, attention_per_token, experts_touched, matrix_parameters
from auditor.cost.formats import FORMATS, Format
from auditor.cost.grid import Grid
from auditor.cost.impossible import require
from auditor.cost.kv_cache import layer_per_token, per_sequence
from auditor.cost.memory import QuantisedPart, model_weights
from auditor.cost.params import Cut, Kind, embedding, expert
from auditor.records import dataclass

__all__ = [
    "Floor",
    "WeightsRead",
    "concurrency",
    "crossover_batch",
    "decode_floor",
    "end_to_end",
    "launch_floor",
    "output_rate",
    "prefill_floor",
    "time_to_first_token",
    "weights_read",
]

_SOURCE: Final = "Pope et al. 2022, section 3"
_BF16: Final = FORMATS["bf16"]


@dataclass(frozen=True, slots=True)
class Floor:
    """A lower bound on time: the larger of two, in seconds."""

    compute: Amount
    memory: Amount

    @property
    def time(self) -> Amount:
        return largest(self.compute, self.memory)


def _check(peak: Amount, bandwidth: Amount) -> None:
    require(peak.value > 0, "hardware.peak_flops", "must be above 0", _SOURCE)
    require(bandwidth.value > 0, "hardware.memory_bandwidth", "must be above 0", _SOURCE)


@dataclass(frozen=True, slots=True)
class WeightsRead:
    """Weight bytes that one pass reads, over the whole model: experts apart, for other GPUs may hold them."""

    dense: Amount
    experts: Amount

    @property
    def all(self) -> Amount:
        return total(self.dense, self.experts)


def weights_read(
    model: Architecture, tokens: int, weight_format: Format = _BF16, covers: QuantisedPart = QuantisedPart.LINEAR
) -> WeightsRead:
    """Return the weight bytes that one pass over `tokens` tokens must read.

    Everything but the input embedding (of which a pass reads single rows); of the routed experts those that the tokens
    reach, E (1 - (1 - k/E)^T) per layer under uniform routing.
    """
    base = weight_format if weight_format.bits >= 16 or covers is QuantisedPart.ALL else _BF16
    dense = model_weights(model, weight_format, covers)
    for part in embedding(model):
        # A tied token table is also the head, which every pass reads whole.
        if part.kind is Kind.TABLE and not (model.tied and part.cut is Cut.VOCABULARY):
            dense = dense - amount("b_w", base.bytes, "byte") * part.parameters
    if model.experts is None:
        return WeightsRead(dense.named("weights_read"), amount("0", 0, "byte"))
    one = amount("b_e", weight_format.bytes, "byte") * expert(model)
    layers = count("L_moe", model.mixture_layers)
    without = dense - layers * count("E", model.experts.count) * one
    touched = layers * experts_touched(model, tokens) * one
    return WeightsRead(without.named("dense_weights_read"), touched.named("expert_weights_read"))


def prefill_floor(
    model: Architecture,
    grid: Grid,
    *,
    requests: int,
    tokens: int,
    peak: Amount,
    bandwidth: Amount,
    weight_format: Format = _BF16,
    covers: QuantisedPart = QuantisedPart.LINEAR,
    chosen: Convention = CONVENTIONS[0],
) -> Floor:
    """Return the least time for each data-parallel rank to read `requests` prompts of `tokens` tokens.

    Compute: [2 N s + attention] per request / (n F) with n = TP x CP x PP GPUs, the head for the last token only. Memory:
    weights once. All ranks are taken to be busy. Raises `ImpossiblePlanError` for a peak or bandwidth of nothing.
    """
    _check(peak, bandwidth)
    s, n = count("s", tokens), count("n", grid.tp * grid.cp * grid.pp)
    layers = amount("2", 2, "FLOP") * matrix_parameters(model, chosen, with_head=False)
    head = amount("2", 2, "FLOP") * count("V", model.vocab) * count("h", model.hidden)
    work = (s * (layers.named("layer_matmuls") + attention_per_token(model, tokens, chosen)) + head).named("prefill_work")
    compute = count("R", requests) * work / (n * peak)
    read = weights_read(model, requests * tokens, weight_format, covers)
    return Floor(compute.named("prefill_compute"), _read_time(read, grid, bandwidth, spread=True).named("prefill_memory"))


def _read_time(read: WeightsRead, grid: Grid, bandwidth: Amount, *, spread: bool) -> Amount:
    """Return the time to read weights once: the dense part over TP ranks, experts over ETP x EP.

    Stages work one after the other for any one token; `spread` lets them overlap (a long prompt in chunks).
    """
    stages = grid.pp if spread else 1
    ways = count("n_read", grid.tp * stages)
    time = read.dense / (ways * bandwidth)
    if read.experts.value:
        # A rank's experts serve every data-parallel rank they are shared with; never fewer GPUs than the dense part has.
        time = time + read.experts / (count("n_experts", max(grid.etp * grid.ep, grid.tp) * stages) * bandwidth)
    return time


def decode_floor(
    model: Architecture,
    grid: Grid,
    *,
    requests: int,
    context: int,
    peak: Amount,
    bandwidth: Amount,
    weight_format: Format = _BF16,
    covers: QuantisedPart = QuantisedPart.LINEAR,
    cache_format: Format = _BF16,
    tokens_per_step: Amount | None = None,
    chosen: Convention = CONVENTIONS[0],
) -> Floor:
    """Return the least time of one decode step in which each data-parallel rank has `requests` sequences of `context` tokens.

    Memory: weights read / (TP BW), experts over their own ranks, plus caches / (n BW) with n = TP x CP x PP; a token passes
    the pipeline stages one after the other, so PP divides the caches (micro-batches) but not the weights. Compute: one
    token of forward work per sequence / (n F). `tokens_per_step` divides both: the mean accepted length of speculative
    decoding, at least 1.
    """
    _check(peak, bandwidth)
    n, r = count("n", grid.tp * grid.cp * grid.pp), count("R", requests)
    sharing = max(1, grid.etp * grid.ep // (grid.tp * grid.cp))
    read = weights_read(model, requests * sharing, weight_format, covers)
    caches = (r * per_sequence(model, context, cache_format)).named("caches_read")
    memory = _read_time(read, grid, bandwidth, spread=False) + caches / (n * bandwidth)
    widths = count("d", model.head_dim) + count("d_v", model.value_dim)
    # One new token attends to what each layer keeps of the context: the cache's own count of tokens.
    attended = per_sequence(model, context).value / layer_per_token(model).value
    core = amount("2", 2, "FLOP") * count("a", model.heads) * widths * count("layer_tokens", attended)
    one = (amount("2", 2, "FLOP") * matrix_parameters(model, chosen)).named("matmuls") + core.named("attention")
    compute = r * one / (n * peak)
    if tokens_per_step is None or tokens_per_step.value == 1:
        return Floor(compute.named("decode_compute"), memory.named("decode_memory"))
    require(tokens_per_step.value > 1, "serving.tokens_per_step", "must be at least 1", "Leviathan et al. 2023")
    return Floor((compute / tokens_per_step).named("decode_compute"), (memory / tokens_per_step).named("decode_memory"))


def launch_floor(model: Architecture, latency: Amount, *, tensor_parallel: bool) -> Amount:
    """Return the time of a step's dependent collectives alone: two all-reduces per layer, each `latency` seconds.

    Nothing without tensor parallelism. Kernel launches are hidden by CUDA graphs and not counted.
    """
    return 2 * count("L", model.layers) * latency if tensor_parallel else latency * 0


def crossover_batch(weight_format: Format, peak: Amount, bandwidth: Amount) -> Amount:
    """Return the tokens per step above which matrix products are bound by compute: F x bytes per weight / (2 BW).

    A mixture needs about E / k times as many; attention never crosses over by batching.
    """
    _check(peak, bandwidth)
    return peak * amount("b_w", weight_format.bytes, "byte") / (amount("2", 2, "FLOP") * bandwidth)


def time_to_first_token(prefill: Amount, queueing: Amount | None = None) -> Amount:
    """Return TTFT = queueing + prefill, in seconds."""
    return prefill if queueing is None else total(queueing, prefill)


def end_to_end(ttft: Amount, tpot: Amount, output_tokens: int) -> Amount:
    """Return TTFT + (o - 1) TPOT in seconds; some tools divide by o instead of o - 1."""
    return closed.end_to_end(ttft, tpot, count("o", output_tokens))


def concurrency(request_rate: Amount, latency: Amount) -> Amount:
    """Return the requests in flight: rate x end-to-end latency (Little's law), for a steady state."""
    return closed.in_flight(request_rate, latency)


def output_rate(requests: Amount, output_tokens: int, latency: Amount) -> Amount:
    """Return output tokens per second: concurrency x o / end-to-end latency.

    concurrency / TPOT is an upper bound, reached only when prefill runs elsewhere.
    """
    return requests * count("o", output_tokens) / latency

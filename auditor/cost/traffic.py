"""Communication: bytes each GPU must send, lower bounds on the time that takes, and the share that compute cannot hide.

Symbols: S payload in bytes, n ranks, alpha latency of one message, bandwidth one way (vendor NVLink figures are both ways
together: halve them). Volumes are what any algorithm without in-network reduction must move per rank.

Sources: Thakur et al. 2005 and Patarasuk and Yuan 2009 (collectives); nccl-tests doc/PERFORMANCE.md (bus bandwidth);
Shoeybi et al. 2019 and Korthikanti et al. 2022 (tensor and sequence parallelism); Liu et al. 2023 (ring attention); Rajbhandari
et al. 2020, section 7 (ZeRO); DeepSeek-V3 report, section 3.2.2 (expert dispatch).
"""

from __future__ import annotations

from enum import StrEnum
from math import ceil, log2
from typing import Final

from auditor.cost.amount import Amount, amount, count, largest
from auditor.cost.architecture import Architecture
from auditor.cost.grid import Grid
from auditor.cost.impossible import require, require_whole
from auditor.cost.recipes import Recipe, Sharding
from auditor.records import dataclass

__all__ = [
    "Algorithm",
    "Collective",
    "DataParallelTraffic",
    "bus_bandwidth_factor",
    "collective_time",
    "context_parallel_per_layer",
    "data_parallel_per_step",
    "expert_parallel_per_layer",
    "exposed",
    "messages",
    "pipeline_per_micro_batch",
    "tensor_parallel_per_layer",
    "wire_bytes",
]

_COLLECTIVES: Final = "Thakur et al. 2005; nccl-tests doc/PERFORMANCE.md"
_MOST: Final = 10**7


class Collective(StrEnum):
    """A collective operation; the payload is the full array, for all-to-all the send buffer of one rank."""

    ALL_REDUCE = "all-reduce"
    REDUCE_SCATTER = "reduce-scatter"
    ALL_GATHER = "all-gather"
    ALL_TO_ALL = "all-to-all"
    BROADCAST = "broadcast"
    SEND = "send"


class Algorithm(StrEnum):
    """How a collective is scheduled; the bandwidth term of both is the same lower bound."""

    RING = "ring"
    TREE = "tree"
    """Logarithmic latency: double binary trees, recursive doubling."""


def bus_bandwidth_factor(collective: Collective, ranks: int) -> Amount:
    """Return bus bandwidth / algorithm bandwidth: 2 (n - 1)/n, (n - 1)/n or 1 (nccl-tests).

    It is also the share of the payload that each rank must send. One rank alone sends nothing.
    Raises `ImpossiblePlanError` for fewer than one rank.
    """
    require_whole("traffic.ranks", ranks, 1, _COLLECTIVES, _MOST)
    n = count("n", ranks)
    match collective:
        case Collective.ALL_REDUCE:
            return 2 * (n - 1) / n
        case Collective.REDUCE_SCATTER | Collective.ALL_GATHER | Collective.ALL_TO_ALL:
            return (n - 1) / n
        case Collective.BROADCAST | Collective.SEND:
            return count("1", 1) if ranks > 1 else count("0", 0)


def wire_bytes(collective: Collective, payload: Amount, ranks: int) -> Amount:
    """Return the bytes each rank must send: payload times the bus bandwidth factor."""
    return bus_bandwidth_factor(collective, ranks) * payload


def messages(collective: Collective, ranks: int, algorithm: Algorithm = Algorithm.RING) -> int:
    """Return how many messages follow one another: 2 (n - 1), n - 1 or ceil(log2 n), twice for a tree all-reduce."""
    require_whole("traffic.ranks", ranks, 1, _COLLECTIVES, _MOST)
    if ranks == 1:
        return 0
    if collective is Collective.SEND:
        return 1
    steps = ranks - 1 if algorithm is Algorithm.RING else ceil(log2(ranks))
    return 2 * steps if collective is Collective.ALL_REDUCE else steps


def collective_time(
    collective: Collective,
    payload: Amount,
    ranks: int,
    bandwidth: Amount,
    latency: Amount | None = None,
    algorithm: Algorithm = Algorithm.RING,
) -> Amount:
    """Return the least time in seconds: wire bytes / bandwidth (one way, byte/s) + messages x latency (s)."""
    require(bandwidth.value > 0, "hardware.link_bandwidth", "must be above 0", _COLLECTIVES)
    time = wire_bytes(collective, payload, ranks) / bandwidth
    if latency is None or latency.value == 0:
        return time
    return time + count("messages", messages(collective, ranks, algorithm)) * latency


def _activation(model: Architecture, grid: Grid, micro_batch: int, tokens: int) -> Amount:
    """Return b s h w / cp: one hidden state of a micro-batch on one context-parallel rank, in 16 bits."""
    state = count("b", micro_batch) * count("s", tokens) * count("h", model.hidden) * amount("w", 2, "byte")
    return (state if grid.cp == 1 else state / count("cp", grid.cp)).named("hidden_state")


def tensor_parallel_per_layer(model: Architecture, grid: Grid, micro_batch: int, tokens: int, *, training: bool = True) -> Amount:
    """Return the bytes each rank sends per layer and micro-batch for tensor parallelism.

    Forward: two all-reduces of the hidden state, or with sequence parallelism two all-gathers and two reduce-scatters,
    which move the same. Backward: as much again, and with sequence parallelism two more gathers for the weight gradients.
    """
    state = _activation(model, grid, micro_batch, tokens)
    reduces = 4 if training else 2
    sent = reduces * wire_bytes(Collective.ALL_REDUCE, state, grid.tp)
    if training and grid.sp:
        sent = sent + 2 * wire_bytes(Collective.ALL_GATHER, state, grid.tp)
    return sent.named("tp_bytes_per_layer")


def pipeline_per_micro_batch(model: Architecture, grid: Grid, micro_batch: int, tokens: int, *, training: bool = True) -> Amount:
    """Return the bytes an inner stage sends per micro-batch: one hidden state (/ TP with SP) per boundary and direction.

    Interleaving crosses every boundary once per chunk.
    """
    if grid.pp == 1:
        return amount("0", 0, "byte")
    state = _activation(model, grid, micro_batch, tokens)
    if grid.sp and grid.tp > 1:
        state = state / count("tp", grid.tp)
    return (count("vp", grid.vp) * (2 if training else 1) * state).named("pp_bytes_per_micro_batch")


def context_parallel_per_layer(model: Architecture, grid: Grid, micro_batch: int, tokens: int, *, training: bool = True) -> Amount:
    """Return the bytes each rank sends per layer and micro-batch for ring attention.

    Forward: every other rank's K and V pass by, (c - 1) blocks of b s/c tokens; backward moves them and their gradients,
    twice as much.
    """
    c, tp = count("cp", grid.cp), count("tp" if grid.tp <= model.kv_heads else "g", min(grid.tp, model.kv_heads))
    width = count("g", model.kv_heads) * (count("d", model.head_dim) + count("d_v", model.value_dim)) * amount("w", 2, "byte")
    block = (count("b", micro_batch) * count("s", tokens) / c * width / tp).named("kv_block")
    return ((c - 1) * block * (3 if training else 1)).named("cp_bytes_per_layer")


def expert_parallel_per_layer(
    model: Architecture,
    grid: Grid,
    micro_batch: int,
    tokens: int,
    *,
    dispatch_bytes: int = 2,
    combine_bytes: int = 2,
    training: bool = True,
) -> Amount:
    """Return the bytes each rank sends per mixture layer and micro-batch: dispatch and combine of k copies of its tokens.

    A token copy leaves its rank with chance (e - 1)/e. Backward repeats both. Node-limited routing and several experts of
    one token on one rank need less: this is the volume without such savings. Zero for a dense model.
    """
    if model.experts is None:
        return amount("0", 0, "byte")
    local = count("b", micro_batch) * count("s", tokens)
    for name, ways in (("cp", grid.cp), ("tp", grid.sequence_split)):
        if ways > 1:
            local = local / count(name, ways)
    width = amount("w_dispatch", dispatch_bytes, "byte") + amount("w_combine", combine_bytes, "byte")
    copies = (local * count("k", model.experts.top_k) * count("h", model.hidden) * width).named("routed_copies")
    sent = wire_bytes(Collective.ALL_TO_ALL, copies, grid.ep)
    return (2 * sent if training else sent).named("ep_bytes_per_layer")


@dataclass(frozen=True, slots=True)
class DataParallelTraffic:
    """Bytes each rank sends per step for data parallelism, and how often the volume falls due."""

    per_step: Amount
    convention: str


def data_parallel_per_step(
    parameters: Amount, recipe: Recipe, sharding: Sharding, ranks: int, microbatches: int = 1
) -> DataParallelTraffic:
    """Return what `ranks` data-parallel ranks send for `parameters` of one GPU in one step.

    Nothing sharded: an all-reduce of the gradients. ZeRO-1 and 2: a reduce-scatter of gradients and an all-gather of
    weights. ZeRO-3 and FSDP: two gathers and one scatter in every micro-batch.
    """
    gradients = parameters * amount("b_g", recipe.gradients or recipe.weights, "byte")
    weights = parameters * amount("b_w", recipe.gathered_bytes if recipe.name.startswith("fsdp") else recipe.weights, "byte")
    if sharding is Sharding.NONE:
        return DataParallelTraffic(
            wire_bytes(Collective.ALL_REDUCE, gradients, ranks).named("dp_bytes"), "all-reduce of gradients once a step"
        )
    if sharding is not Sharding.PARAMETERS:
        sent = wire_bytes(Collective.REDUCE_SCATTER, gradients, ranks) + wire_bytes(Collective.ALL_GATHER, weights, ranks)
        return DataParallelTraffic(sent.named("dp_bytes"), "reduce-scatter of gradients and all-gather of weights once a step")
    sent = count("M", microbatches) * 3 * wire_bytes(Collective.ALL_GATHER, weights, ranks)
    return DataParallelTraffic(sent.named("dp_bytes"), "two all-gathers and a reduce-scatter in every micro-batch")


def exposed(communication: Amount, hidden: Amount, step: Amount) -> Amount:
    """Return the share of a step that communication adds: (communication - what compute hides) / step, never below 0.

    All three are times. `hidden` of zero: nothing overlaps.
    """
    return largest(communication - hidden, communication * 0) / step

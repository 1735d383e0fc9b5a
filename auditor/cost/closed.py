"""The closed formulas of the cost model: those that rules and facts may name as functions.

Each is a plain function of amounts, used by the modules of this package and, by its name, in `rules/`: a rule that says
`kv_bytes_per_token(layers, kv_heads, head_dim, width)` gets the very formula written here, so that there is one of each.
`FORMULAS` lists them with their operands' units; `Formula.text` is the formula in symbols.

Sources stand with each function; the modules of the package (`kv_cache`, `params`, `flops`, `traffic`, `pipeline`,
`inference`) say more about where they come from and when they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from auditor.cost.amount import Amount, amount
from auditor.records import dataclass
from auditor.units import UNITS, Dimension

__all__ = ["FORMULAS", "Formula"]


# --- layout


def world_size(tp: Amount, pp: Amount, cp: Amount, dp: Amount) -> Amount:
    """Return the ranks of a grid: every rank has one place in TP, PP, CP and DP (Megatron-LM `core/parallel_state.py`)."""
    return tp * pp * cp * dp


def bubble_share(pp: Amount, microbatches: Amount, vp: Amount) -> Amount:
    """Return the share of a step that a stage waits under (interleaved) 1F1B: (p - 1) / (v M + p - 1) (Narayanan et al. 2021)."""
    return (pp - 1) / (vp * microbatches + pp - 1)


# --- parameters


def attention_params(hidden: Amount, heads: Amount, kv_heads: Amount, head_dim: Amount) -> Amount:
    """Return the parameters of one layer's four projections: Q and O of all heads, K and V of the KV heads (Ainslie et al. 2023)."""
    return 2 * hidden * heads * head_dim + 2 * hidden * kv_heads * head_dim


def ffn_params(hidden: Amount, width: Amount, matrices: Amount) -> Amount:
    """Return the parameters of one feed-forward network or expert: its matrices (2, or 3 where gated) of hidden by width."""
    return matrices * hidden * width


def embedding_params(vocab: Amount, hidden: Amount, tables: Amount) -> Amount:
    """Return the parameters of the tables of tokens: of the input and, where it is another, of the output (Press and Wolf 2017)."""
    return tables * vocab * hidden


# --- memory


def kv_bytes_per_layer(kv_heads: Amount, head_dim: Amount, width: Amount) -> Amount:
    """Return the bytes one layer keeps of a token: a key and a value of every KV head (Kwon et al. 2023)."""
    return 2 * kv_heads * head_dim * width


def kv_bytes_per_token(layers: Amount, kv_heads: Amount, head_dim: Amount, width: Amount) -> Amount:
    """Return the bytes all layers keep of a token."""
    return layers * kv_bytes_per_layer(kv_heads, head_dim, width)


def hidden_bytes(tokens: Amount, hidden: Amount, width: Amount) -> Amount:
    """Return the bytes of the hidden states that a layer hands on for `tokens`."""
    return tokens * hidden * width


# --- work and time


def forward_work(params: Amount, tokens: Amount) -> Amount:
    """Return the least FLOPs of reading or writing `tokens`: 2 for each active parameter (Kaplan et al. 2020, section 2.1)."""
    return amount("2", 2, "FLOP") * params * tokens


def training_work(params: Amount, tokens: Amount) -> Amount:
    """Return the FLOPs of learning from `tokens`, without attention: 6 for each active parameter (Kaplan et al. 2020, section 2.1)."""
    return amount("6", 6, "FLOP") * params * tokens


def utilization(work: Amount, time: Amount, gpus: Amount, peak: Amount) -> Amount:
    """Return the share of the GPUs' peak that `work` in `time` is (Chowdhery et al. 2022, appendix B)."""
    return work / (time * gpus * peak)


def time_to_move(size: Amount, bandwidth: Amount) -> Amount:
    """Return the least time to move bytes at a bandwidth (Williams et al. 2009)."""
    return size / bandwidth


def end_to_end(ttft: Amount, tpot: Amount, output: Amount) -> Amount:
    """Return the time of a request: the first token, then the others one by one."""
    return ttft + (output - 1) * tpot


def in_flight(rate: Amount, time: Amount) -> Amount:
    """Return what is under way at once in a steady state: rate x time each takes (Little 1961)."""
    return rate * time


# --- collectives


def all_reduce_bytes(payload: Amount, ranks: Amount) -> Amount:
    """Return the bytes each rank sends to sum a payload over ranks: 2 (n - 1) / n of it (Patarasuk and Yuan 2009)."""
    return 2 * (ranks - 1) / ranks * payload


def all_gather_bytes(payload: Amount, ranks: Amount) -> Amount:
    """Return the bytes each rank sends to gather, scatter or exchange a payload: (n - 1) / n of it (Thakur et al. 2005)."""
    return (ranks - 1) / ranks * payload


# --- days, money, energy


def time_for(number: Amount, rate: Amount) -> Amount:
    """Return how long so many take at a steady rate."""
    return number / rate


def gpu_time(gpus: Amount, time: Amount) -> Amount:
    """Return the GPU time that a run uses: GPUs x time."""
    return gpus * time


def money(time: Amount, price: Amount) -> Amount:
    """Return what so much (GPU) time costs at a price per time."""
    return time * price


def money_per_token(price: Amount, rate: Amount) -> Amount:
    """Return what one token costs: price per time over tokens per time."""
    return price / rate


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula: its function, its operands as (name, unit) and the unit of its result."""

    call: Callable[..., Amount]
    operands: tuple[tuple[str, str], ...]
    result: str

    @property
    def name(self) -> str:
        return self.call.__name__

    @property
    def text(self) -> str:
        """The formula in its operands' names, as plain arithmetic."""
        return self.applied(2).formula

    @property
    def dimension(self) -> Dimension:
        return UNITS[self.result].dimension

    def applied(self, *values: int) -> Amount:
        """Return the formula of operands of these values, in base units; the last one stands for all that follow."""
        given = [*values, *values[-1:] * len(self.operands)]
        return self.call(*(amount(name, given[place] / UNITS[unit].scale, unit) for place, (name, unit) in enumerate(self.operands)))


def _of(call: Callable[..., Amount], result: str, **operands: str) -> Formula:
    return Formula(call, tuple(operands.items()), result)


_LISTED: Final = (
    _of(world_size, "1", tp="1", pp="1", cp="1", dp="1"),
    _of(bubble_share, "%", pp="1", microbatches="1", vp="1"),
    _of(attention_params, "1", hidden="1", heads="1", kv_heads="1", head_dim="1"),
    _of(ffn_params, "1", hidden="1", width="1", matrices="1"),
    _of(embedding_params, "1", vocab="1", hidden="1", tables="1"),
    _of(kv_bytes_per_layer, "byte", kv_heads="1", head_dim="1", width="byte"),
    _of(kv_bytes_per_token, "byte", layers="1", kv_heads="1", head_dim="1", width="byte"),
    _of(hidden_bytes, "byte", tokens="token", hidden="1", width="byte"),
    _of(forward_work, "FLOP", params="1", tokens="token"),
    _of(training_work, "FLOP", params="1", tokens="token"),
    _of(utilization, "%", work="FLOP", time="s", gpus="1", peak="FLOPS"),
    _of(time_to_move, "s", size="byte", bandwidth="byte/s"),
    _of(end_to_end, "s", ttft="s", tpot="s", output="token"),
    _of(in_flight, "1", rate="1/s", time="s"),
    _of(all_reduce_bytes, "byte", payload="byte", ranks="1"),
    _of(all_gather_bytes, "byte", payload="byte", ranks="1"),
    _of(time_for, "s", number="1", rate="1/s"),
    _of(gpu_time, "s", gpus="1", time="s"),
    _of(money, "USD", time="s", price="USD/h"),
    _of(money_per_token, "USD", price="USD/h", rate="token/s"),
)
FORMULAS: Final[Mapping[str, Formula]] = {one.name: one for one in _LISTED}
"""The formulas by name."""

"""The KV cache: bytes per token and per sequence, in all and on one GPU.

Kinds: heads (multi-head, grouped, multi-query), where TP above the number of KV heads replicates instead of dividing;
latent (MLA), which TP does not divide at all; sliding-window layers, which keep a window; the indexer's own keys.

Symbols: L layers, g KV heads, d and d_v widths of a key and a value head, r_kv and d_r the latent and rotary widths, w
bytes per element. Sources: vLLM `v1/kv_cache_interface.py` and SGLang `mem_cache/memory_pool.py`; DeepSeek-V2 report,
section 2.1.2; for the indexer's keys, DeepSeek-V3.2 as served by SGLang (8-bit keys, one 4-byte scale per 128).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from auditor.cost import closed
from auditor.cost.amount import Amount, amount, ceiling, count, smallest, total
from auditor.cost.architecture import Architecture
from auditor.cost.formats import FORMATS, Format
from auditor.cost.grid import Grid
from auditor.cost.impossible import require_whole

__all__ = ["capacity_tokens", "layer_per_token", "per_gpu", "per_sequence", "per_token", "resident_tokens"]

_SOURCE: Final = "vLLM v1/kv_cache_interface.py"
_BF16: Final = FORMATS["bf16"]


def layer_per_token(model: Architecture, stored: Format = _BF16) -> Amount:
    """Return the bytes one layer keeps per token, whole: 2 g d w, or (r_kv + d_r) w for latent attention."""
    w = amount("w", stored.bytes, "byte")
    if model.latent is not None:
        return (count("r_kv", model.latent.kv_rank) + count("d_r", model.latent.rope)) * w
    g, d = count("g", model.kv_heads), count("d", model.head_dim)
    if model.value_dim == model.head_dim:
        return closed.kv_bytes_per_layer(g, d, w)
    return g * (d + count("d_v", model.value_dim)) * w


def _indexer_per_token(model: Architecture) -> Amount | None:
    """Return the bytes of the indexer's key per token and layer: d_I in 8 bits and 4 bytes of scale per 128."""
    if model.indexer is None:
        return None
    dim = count("d_I", model.indexer.dim)
    return amount("1", 1, "byte") * dim + amount("4", 4, "byte") * dim / 128


def per_token(model: Architecture, stored: Format = _BF16, *, indexer: bool = False) -> Amount:
    """Return the bytes of cache per token over the whole model, every layer at full length.

    The indexer's keys are added on request: many sources quote the cache without them.
    """
    result = count("L", model.layers) * layer_per_token(model, stored)
    extra = _indexer_per_token(model) if indexer else None
    if extra is not None:
        result = total(result, count("L_indexed", model.indexed_layers) * extra)
    return result.named("kv_per_token")


def resident_tokens(tokens: int, block: int = 1) -> Amount:
    """Return the tokens a sequence occupies when its cache comes in blocks: ceil(s / block) block (PagedAttention)."""
    require_whole("serving.block", block, 1, _SOURCE, 10**6)
    length = count("s", tokens)
    if block == 1 or tokens % block == 0:
        return length
    size = count("block", block)
    return (ceiling(length / size) * size).named("resident_tokens")


def _layer_tokens(model: Architecture, tokens: int, block: int, *, windows: bool) -> Amount:
    """Return the sum over layers of the tokens each keeps."""
    resident = resident_tokens(tokens, block)
    windowed = model.windowed_layers if windows and model.window is not None else 0
    if not windowed or model.window is None:
        return count("L", model.layers) * resident
    kept = smallest(resident, count("window", model.window.size))
    full = model.layers - windowed
    terms = [count("L_window", windowed) * kept]
    return total(count("L_full", full) * resident, *terms) if full else terms[0]


def per_sequence(
    model: Architecture, tokens: int, stored: Format = _BF16, *, block: int = 1, windows: bool = True, indexer: bool = False
) -> Amount:
    """Return the bytes of cache of one sequence of `tokens`, over the whole model.

    `windows` caps sliding-window layers at their window; False is what an allocator without hybrid support reserves.
    `block` rounds up to whole blocks. Raises `ImpossiblePlanError` for a block below 1.
    """
    result = _layer_tokens(model, tokens, block, windows=windows) * layer_per_token(model, stored)
    extra = _indexer_per_token(model) if indexer else None
    if extra is not None:
        result = total(result, count("L_indexed", model.indexed_layers) * resident_tokens(tokens, block) * extra)
    return result.named("kv_per_sequence")


def gpu_share(model: Architecture, grid: Grid, *, decode_context: int = 1) -> Amount:
    """Return the share of a sequence's cache that one GPU of its replica holds.

    Heads: 1 / min(TP, g) over TP, so it stops shrinking when TP exceeds g. Latent: 1, whole on every tensor-parallel rank.
    PP divides by the stages (evenly split layers), CP and decode-CP divide the tokens.
    """
    ways = count("pp", grid.pp)
    if model.latent is None:
        heads = count("tp" if grid.tp <= model.kv_heads else "g", min(grid.tp, model.kv_heads))
        ways = ways * heads
    if grid.cp > 1:
        ways = ways * count("cp", grid.cp)
    if decode_context > 1:
        ways = ways * count("dcp", decode_context)
    return 1 / ways


def per_gpu(
    model: Architecture,
    grid: Grid,
    tokens: int,
    sequences: int,
    stored: Format = _BF16,
    *,
    block: int = 1,
    windows: bool = True,
    indexer: bool = False,
    decode_context: int = 1,
) -> Amount:
    """Return the bytes of cache on one GPU for `sequences` of `tokens` each in its data-parallel rank."""
    one = per_sequence(model, tokens, stored, block=block, windows=windows, indexer=indexer)
    share = gpu_share(model, grid, decode_context=decode_context)
    held = count("sequences", sequences) * one
    return (held if share.value == 1 else held * share).named("kv_cache")


def capacity_tokens(free: Amount, model: Architecture, grid: Grid, stored: Format = _BF16, *, decode_context: int = 1) -> Amount:
    """Return how many tokens fit in `free` bytes of one GPU: free / (bytes per token on that GPU), not rounded down.

    Which `free` is the stack's business: vLLM and SGLang take a fraction of the whole device less weights and peak,
    TensorRT-LLM a fraction of what is free after loading. Raises `ZeroDivisionError` never: a token always takes bytes.
    """
    share = gpu_share(model, grid, decode_context=decode_context)
    per = per_token(model, stored)
    return free / (per if share.value == 1 else per * share)


FP8_SPARSE_MLA: Final = Fraction(656)
"""Bytes per token and layer of vLLM's FP8 sparse-MLA cache: 512 of 8 bits, 16 of scales, 64 rotary in 16 bits."""

"""Activation memory in training: what the backward pass needs of each micro-batch in flight.

Bytes of one layer per token, with w bytes per element (2), t = TP, t_s = TP under sequence parallelism and 1 without:

    norms       4 h per norm / t_s      input and output of each (w = 2)
    dropout     2 h / t_s               two masks of one byte, where the model was trained with dropout
    attention   2 [a d + g d + g d_v + a d_v] / t      Q, K, V and the result; K and V stop shrinking above g ranks
                + 4 a / t               the softmax statistics that flash attention keeps
                + 5 a s / t             scores, mask and dropped scores without flash and recomputation (2 a s without dropout)
    dense FFN   2 m f / t               gate, up and product (m = 3), or inner and activated (m = 2)
    mixture     k (4 h ETP + 6 f_e) / t_s, 4 f_e when not gated; shared experts as a dense FFN

For a GPT layer (f = 4 h, dropout, no flash) this is Korthikanti et al. 2022, equations 1 to 6: s b h (10 + 24/t + 5 a s/(h t)).
Not covered: uneven expert load, dispatcher workspace, CUDA-graph pools, fragmentation.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from auditor.cost.amount import Amount, amount, count, total
from auditor.cost.architecture import Architecture, Latent
from auditor.cost.grid import Grid, Stage

__all__ = ["Recompute", "checkpoint_per_token", "layer_per_token", "logits_per_token", "stage_activations"]

_WIDTH: Final = 2
"""Bytes of an activation in 16-bit training."""


class Recompute(StrEnum):
    """What of a layer's activations is computed again in the backward pass."""

    NONE = "none"
    SELECTIVE = "selective"
    """The attention core: equal to flash attention in memory."""
    FULL = "full"
    """The whole layer; only its input is kept."""


def _byte(value: int, symbol: str | None = None) -> Amount:
    return amount(symbol or str(value), value, "byte")


def _shared(term: Amount, ways: Amount) -> Amount:
    return term if ways.value == 1 else term / ways


def _attention(model: Architecture, tp: Amount) -> Amount:
    """Return Q, K, V and the attention result per token."""
    w = _byte(_WIDTH, "w")
    a, d, v = count("a", model.heads), count("d", model.head_dim), count("d_v", model.value_dim)
    if model.latent is not None:
        return _shared(w * (2 * a * d + 2 * a * v), tp)
    g = count("g", model.kv_heads)
    heads = w * (2 * a * d) if model.value_dim == model.head_dim else w * (a * d + a * v)
    keys = w * (2 * g * d) if model.value_dim == model.head_dim else w * (g * d + g * v)
    split = tp if tp.value <= model.kv_heads else g
    if split is tp:
        return _shared(heads + keys, tp)
    return _shared(heads, tp) + _shared(keys, split)


def _compressed(latent: Latent) -> Amount:
    """Return MLA's latent vectors before and after their norms, whole on every tensor-parallel rank."""
    ranks = count("r_kv", latent.kv_rank)
    if latent.q_rank is not None:
        ranks = count("r_q", latent.q_rank) + ranks
    return _byte(_WIDTH, "w") * (2 * ranks + count("d_r", latent.rope))


def _feed_forward(model: Architecture, width: Amount, tp: Amount) -> Amount:
    return _shared(_byte(_WIDTH, "w") * model.ffn_matrices * width, tp)


def _mixture(model: Architecture, grid: Grid, tp: Amount, sequence: Amount) -> Amount:
    experts = model.experts
    if experts is None:
        raise ValueError(f"{model.name} has no experts")
    w, h, top_k, width = _byte(_WIDTH, "w"), count("h", model.hidden), count("k", experts.top_k), count("f_e", experts.ffn)
    ends = 2 * h if grid.etp == 1 else 2 * h * count("etp", grid.etp)
    routed = _shared(top_k * (w * (ends + model.ffn_matrices * width)), sequence)
    if not experts.shared:
        return routed
    return routed + _feed_forward(model, count("f_s", experts.shared_ffn), tp)


def layer_per_token(model: Architecture, grid: Grid, *, mixture: bool, tokens: int, recompute: Recompute, flash: bool) -> Amount:
    """Return the bytes one layer keeps per token of a micro-batch on one GPU.

    Under full recomputation this is the working set of the layer that is being computed again.

    `tokens` is the sequence length (it matters only when attention scores are kept). Source: the module docstring's.
    """
    tp, sequence = count("tp", grid.tp), count("tp" if grid.sp else "1", grid.sequence_split)
    h = count("h", model.hidden)
    terms = [_shared(_byte(2 * _WIDTH) * model.norms_per_layer * h, sequence)]
    if model.dropout:
        terms.append(_shared(_byte(2) * h, sequence))
    terms.append(_attention(model, tp))
    if model.latent is not None:
        terms.append(_compressed(model.latent))
    heads = count("a", model.heads)
    if flash:
        terms.append(_shared(_byte(4) * heads, tp))
    elif recompute is not Recompute.SELECTIVE:
        terms.append(_shared(_byte(5 if model.dropout else 2) * heads * count("s", tokens), tp))
    terms.append(_mixture(model, grid, tp, sequence) if mixture else _feed_forward(model, count("f", model.ffn or 0), tp))
    return total(*terms).named("moe_layer_per_token" if mixture else "dense_layer_per_token")


def checkpoint_per_token(model: Architecture, grid: Grid) -> Amount:
    """Return the bytes of one layer's input per token: 2 h, divided by TP only where the sequence is.

    Source: Korthikanti et al. 2022, section 5; the division as in Megatron-Core with sequence parallelism.
    """
    sequence = count("tp" if grid.sp else "1", grid.sequence_split)
    return _shared(_byte(_WIDTH, "w") * count("h", model.hidden), sequence).named("checkpoint_per_token")


def logits_per_token(model: Architecture, grid: Grid, vocab: int) -> Amount:
    """Return the bytes of logits (16-bit, and fp32 for the loss) and of the final norm per token on the last stage."""
    tp, sequence = count("tp", grid.tp), count("tp" if grid.sp else "1", grid.sequence_split)
    return _shared(_byte(_WIDTH + 4) * count("V", vocab), tp) + _shared(_byte(2 * _WIDTH) * count("h", model.hidden), sequence)


def stage_activations(
    model: Architecture,
    grid: Grid,
    stage: Stage,
    *,
    micro_batch: int,
    tokens: int,
    in_flight: Amount,
    vocab: int,
    recompute: Recompute,
    flash: bool,
    mtp: int = 0,
) -> tuple[Amount, Amount]:
    """Return the bytes of activations `stage` keeps at its peak, and the working set of the layer being recomputed.

    `tokens` is the sequence length s, divided by CP here; `in_flight` counts micro-batches (`pipeline.in_flight`). The
    working set is nothing unless recomputation is full; it stands beside the kept checkpoints while a layer runs backward.
    """
    per_micro_batch = count("b", micro_batch) * count("s", tokens)
    if grid.cp > 1:
        per_micro_batch = per_micro_batch / count("cp", grid.cp)
    mixtures = stage.mixtures(model)
    kinds = [
        (name, number, mixture)
        for name, number, mixture in (("l_dense", stage.layers - mixtures, False), ("l_moe", mixtures, True))
        if number
    ]

    def one(*, mixture: bool) -> Amount:
        return layer_per_token(model, grid, mixture=mixture, tokens=tokens, recompute=recompute, flash=flash)

    def kept(*, mixture: bool) -> Amount:
        return checkpoint_per_token(model, grid) if recompute is Recompute.FULL else one(mixture=mixture)

    terms = [in_flight * (count(name, number) * kept(mixture=mixture)) for name, number, mixture in kinds]
    if stage.is_last:
        if mtp:
            last = model.is_mixture(model.layers - 1)
            terms.append(count("mtp", mtp) * (kept(mixture=last) + logits_per_token(model, grid, vocab)))
        terms.append(logits_per_token(model, grid, vocab).named("logits_per_token"))
    nothing = _byte(0)
    activations = (per_micro_batch * total(*terms)).named("activations") if terms else nothing
    if recompute is not Recompute.FULL or not kinds:
        return activations, nothing
    return activations, (per_micro_batch * one(mixture=bool(mixtures))).named("working_set")

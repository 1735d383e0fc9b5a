"""Floating-point work per token, forward and in training, under the conventions in use.

Forward per token: 2 FLOPs per matrix parameter the token touches, plus the attention core, 2 a (d + d_v) per token it
attends to (Q K^T and the weighted sum). Training: three times the forward pass, twice where weights are frozen (LoRA).

Tokens attended to, on average over a sequence of s: s under the full-square convention, (s + 1) / 2 under the causal one,
at most the window on sliding-window layers. Latent attention is counted in its expanded form (d = d_n + d_r, d_v).

Who counts what: Megatron-LM since 2025-03 and Megatron-Bridge the causal half, the head over the padded vocabulary, no
router; PaLM, torchtitan, llm-foundry and Megatron-LM before that the full square. Sources: Narayanan et al. 2021,
appendix; Chowdhery et al. 2022, appendix B; Korthikanti et al. 2022, appendix A; Megatron-LM
`training.py: num_floating_point_operations`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final

from auditor.cost import closed
from auditor.cost.activations import Recompute
from auditor.cost.amount import Amount, amount, count, rounded_down, total
from auditor.cost.architecture import Architecture
from auditor.cost.impossible import require, require_whole
from auditor.cost.params import Component, Kind, head, layer, mtp_module
from auditor.records import dataclass

__all__ = [
    "CONVENTIONS",
    "Attention",
    "Convention",
    "attended_tokens",
    "forward_per_token",
    "korthikanti_hardware_per_step",
    "matrix_parameters",
    "recomputed_per_token",
    "training_per_token",
    "utilisation",
]

_SOURCE: Final = "Chowdhery et al. 2022, appendix B"


class Attention(StrEnum):
    """How many tokens an average token attends to."""

    CAUSAL = "causal"
    """(s + 1) / 2: only what the mask leaves."""
    FULL = "full"
    """s: the whole square, as dense hardware without masking would compute it."""


@dataclass(frozen=True, slots=True)
class Convention:
    """What a FLOP count includes."""

    name: str
    attention: Attention
    source: str
    router: bool = True
    """The router's matrix counts."""
    windows: bool = True
    """Sliding-window layers count their window only."""


CONVENTIONS: Final = (
    Convention("causal", Attention.CAUSAL, "Dao et al. 2022: causal attention halves the work"),
    Convention("full", Attention.FULL, "Chowdhery et al. 2022, appendix B", windows=False),
    Convention("full-windowed", Attention.FULL, "torchtitan models/utils: windows counted, the rest of the square too"),
    Convention("megatron", Attention.CAUSAL, "Megatron-LM num_floating_point_operations since 2025-03", router=False),
    Convention("megatron-full", Attention.FULL, "Megatron-LM num_floating_point_operations before 2025-03", router=False, windows=False),
)
"""The conventions in use, the one with most support among current tools first."""


def convention(name: str) -> Convention:
    """Return the convention called `name`; `KeyError` if there is none."""
    return {row.name: row for row in CONVENTIONS}[name]


def _matrices(parts: tuple[Component, ...], chosen: Convention) -> list[Amount]:
    kinds = {Kind.MATRIX, Kind.HEAD} | ({Kind.ROUTER} if chosen.router else set())
    return [part.active for part in parts if part.kind in kinds]


@lru_cache(maxsize=1024)
def matrix_parameters(
    model: Architecture, chosen: Convention = CONVENTIONS[0], *, mtp: int = 0, with_head: bool = True, vocab: int | None = None
) -> Amount:
    """Return the parameters that multiply each token: active ones without input embedding, norms and biases; in ones.

    `with_head` False leaves the output head out (prefill needs it for the last token only); `vocab` is a padded vocabulary.
    Each MTP module adds its layer, its projection and one more pass through the head.
    """
    terms: list[Amount] = []
    mixed = model.mixture_layers
    if model.layers - mixed:
        dense = total(*_matrices(layer(model, mixture=False), chosen)).named("dense_layer_matrices")
        terms.append(count("L_dense" if mixed else "L", model.layers - mixed) * dense)
    if mixed:
        moe = total(*_matrices(layer(model, mixture=True), chosen)).named("moe_layer_matrices")
        terms.append(count("L_moe" if mixed < model.layers else "L", mixed) * moe)
    if model.indexed_layers:
        every = layer(model, mixture=bool(mixed), indexed=True)
        indexer = tuple(part for part in every if part.name.startswith("indexer"))
        terms.append(count("L_indexed", model.indexed_layers) * total(*_matrices(indexer, chosen)).named("indexer_matrices"))
    output = head(model, vocab).parameters.named("head")
    if with_head:
        terms.append(output)
    if mtp:
        module = total(*_matrices(mtp_module(model), chosen)).named("mtp_matrices")
        terms.append(count("mtp", mtp) * (module + output))
    return total(*terms).named("matrix_params")


def attended_tokens(tokens: int, chosen: Attention, window: int | None = None, *, chunked: bool = False) -> Amount:
    """Return how many tokens an average token of a sequence attends to, exactly.

    Causal: (s + 1) / 2; with a window w < s: w - w (w - 1) / (2 s), or (w + 1) / 2 averaged over whole chunks.
    Full: s, or the window. Raises `ImpossiblePlanError` for a sequence shorter than one token.
    """
    require_whole("batch.sequence_length", tokens, 1, _SOURCE)
    s = count("s", tokens)
    if window is None or window >= tokens:
        return (s + 1) / 2 if chosen is Attention.CAUSAL else s
    w = count("window", window)
    if chosen is Attention.FULL:
        return w
    if chunked:
        whole, rest = divmod(tokens, window)
        if rest == 0:
            return (w + 1) / 2
        left = count("rest", rest)
        return (count("chunks", whole) * w * (w + 1) + left * (left + 1)) / (2 * s)
    return w - w * (w - 1) / (2 * s)


@lru_cache(maxsize=1024)
def attention_per_token(model: Architecture, tokens: int, chosen: Convention = CONVENTIONS[0], *, mtp: int = 0) -> Amount:
    """Return the forward FLOPs of the attention core per token of a sequence of `tokens`: 2 a (d + d_v) per token attended to.

    A sparse-attention indexer caps what is attended to at its top-k and adds its own scores, 2 n_I d_I per token.
    """
    a, d = count("a", model.heads), count("d", model.head_dim)
    widths = 2 * d if model.value_dim == model.head_dim else d + count("d_v", model.value_dim)
    per_attended = (amount("2", 2, "FLOP") * a * widths).named("core_per_attended_token")
    full = attended_tokens(tokens, chosen.attention)
    window = model.window
    windowed = model.windowed_layers if chosen.windows and window is not None and window.size < tokens else 0
    terms: list[Amount] = []
    if model.indexer is not None and model.indexer.top_k < tokens:
        sparse = attended_tokens(tokens, chosen.attention, model.indexer.top_k)
        terms.append(count("L", model.layers + mtp) * per_attended * sparse)
        scores = amount("2", 2, "FLOP") * count("n_I", model.indexer.heads) * count("d_I", model.indexer.dim) * full
        terms.append(count("L_indexed", model.indexed_layers) * scores)
    else:
        if windowed and window is not None:
            short = attended_tokens(tokens, chosen.attention, window.size, chunked=window.chunked)
            terms.append(count("L_window", windowed) * per_attended * short)
        rest = model.layers + mtp - windowed
        if rest:
            terms.append(count("L_full" if windowed else "L", rest) * per_attended * full)
    return total(*terms).named("attention")


@lru_cache(maxsize=1024)
def forward_per_token(
    model: Architecture, tokens: int, chosen: Convention = CONVENTIONS[0], *, mtp: int = 0, vocab: int | None = None
) -> Amount:
    """Return the FLOPs of one forward pass per token of a sequence of `tokens`, head included.

    Raises `ImpossiblePlanError` for a sequence shorter than one token.
    """
    matrices = (amount("2", 2, "FLOP") * matrix_parameters(model, chosen, mtp=mtp, vocab=vocab)).named("matmuls")
    return (matrices + attention_per_token(model, tokens, chosen, mtp=mtp)).named("forward")


@lru_cache(maxsize=1024)
def training_per_token(
    model: Architecture,
    tokens: int,
    chosen: Convention = CONVENTIONS[0],
    *,
    mtp: int = 0,
    vocab: int | None = None,
    frozen: bool = False,
) -> Amount:
    """Return the model FLOPs of training per token: three forward passes, recomputation not counted.

    `frozen`: base weights get no gradient of their own (LoRA), so their matrices count twice, the attention core still
    three times; the adapters' own work is left out (a fraction of a percent).
    """
    if not frozen:
        return (3 * forward_per_token(model, tokens, chosen, mtp=mtp, vocab=vocab)).named("training")
    forward = (amount("2", 2, "FLOP") * matrix_parameters(model, chosen, mtp=mtp, vocab=vocab)).named("matmuls")
    return (2 * forward + 3 * attention_per_token(model, tokens, chosen, mtp=mtp)).named("training")


def recomputed_per_token(model: Architecture, tokens: int, recompute: Recompute, chosen: Convention = CONVENTIONS[0]) -> Amount:
    """Return the FLOPs per token that recomputation adds: nothing, the attention core, or every layer's forward pass."""
    match recompute:
        case Recompute.NONE:
            return amount("0", 0, "FLOP")
        case Recompute.SELECTIVE:
            return attention_per_token(model, tokens, chosen)
        case Recompute.FULL:
            layers = amount("2", 2, "FLOP") * matrix_parameters(model, chosen, with_head=False)
            return (layers.named("layer_matmuls") + attention_per_token(model, tokens, chosen)).named("recomputed")


def hardware_per_token(
    model: Architecture, tokens: int, recompute: Recompute, chosen: Convention = CONVENTIONS[0], *, mtp: int = 0, vocab: int | None = None
) -> Amount:
    """Return training FLOPs per token with recomputation: what HFU divides by the peak."""
    training = training_per_token(model, tokens, chosen, mtp=mtp, vocab=vocab)
    again = recomputed_per_token(model, tokens, recompute, chosen)
    return training if again.value == 0 else (training + again).named("hardware")


def korthikanti_hardware_per_step(model: Architecture, batch: int, tokens: int, vocab: int | None = None) -> Amount:
    """Return hardware FLOPs of a step with selective recomputation as Korthikanti et al. 2022, equation 9 count them.

    72 B L s h^2 (1 + s / (3 h) + V / (12 h L)): the recomputed attention costs as much as forward and backward together.
    Holds for GPT layers (multi-head, f = 4 h, two matrices); raises `ImpossiblePlanError` for others.
    """
    source = "Korthikanti et al. 2022, appendix A"
    gpt = (
        model.ffn == 4 * model.hidden
        and model.ffn_matrices == 2
        and model.heads * model.head_dim == model.hidden == model.kv_heads * model.head_dim
    )
    require(gpt, "model", f"{model.name} is no GPT model (multi-head, f = 4 h)", source)
    b, layers, s, h = count("B", batch), count("L", model.layers), count("s", tokens), count("h", model.hidden)
    v = count("V", vocab or model.vocab)
    return (amount("72", 72, "FLOP") * b * layers * s * h**2 * (1 + s / (3 * h) + v / (12 * h * layers))).named("hardware_step")


def utilisation(work: Amount, time: Amount, gpus: int, peak: Amount) -> Amount:
    """Return the share of the peak that `work` FLOP in `time` on `gpus` GPUs is: MFU of model FLOPs, HFU of hardware FLOPs.

    `peak` is the dense peak of one GPU at the stated precision, in FLOP/s. Above 1 it is impossible.
    """
    return closed.utilization(work, time, count("gpus", gpus), peak)


def experts_touched(model: Architecture, tokens: int) -> Amount:
    """Return the expected number of different routed experts that `tokens` tokens reach in one layer: E (1 - (1 - k/E)^T).

    For independent, uniform routing, cut to six decimals; beyond 1024 tokens the value at 1024 stands in. Both are lower by
    less than one part in 10^6 for every catalogued model and keep a lower bound a lower bound. Zero for a dense model.
    """
    experts = model.experts
    if experts is None:
        return count("0", 0)
    number, top_k = count("E", experts.count), count("k", experts.top_k)
    reached = number * (1 - (1 - top_k / number) ** min(tokens, 1024))
    return rounded_down(reached, 6).named("experts_touched")

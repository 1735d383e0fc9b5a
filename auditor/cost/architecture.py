"""A language model's shape: what the parameter, memory and FLOP formulas need to know, and nothing else.

One description serves dense GPT and Llama models, mixtures of experts, latent attention (MLA), sliding windows and
multi-token prediction. Symbols in the formulas: L layers, h hidden, a heads, g kv_heads, d head_dim, f ffn, V vocab,
E experts.count, k experts.top_k, f_e experts.ffn.

Where a field comes from: the Hugging Face `config.json` key is named with each field. Which values a model has is the
catalog's business; each is sourced there.
"""

from __future__ import annotations

from enum import StrEnum

from auditor.cost.impossible import require, require_whole
from auditor.records import dataclass

__all__ = ["Architecture", "AttentionBias", "Experts", "Indexer", "Latent", "Norm", "QkNorm", "Window"]

_MOST_LAYERS = 10**5
_SHAPE = "shape of a transformer: Vaswani et al. 2017"
_GQA = "grouped-query attention: Ainslie et al. 2023"
_MOE = "top-k routing: Shazeer et al. 2017"
_MLA = "multi-head latent attention: DeepSeek-V2 report, section 2.1"


class AttentionBias(StrEnum):
    """Which attention projections carry a bias vector."""

    NONE = "none"
    QKV = "qkv"
    """d (a + 2 g) per layer: Qwen2, GLM-4."""
    QKV_OUTPUT = "qkv+o"
    """As above plus h for the output projection: GPT-2/3, OPT, BLOOM, GPT-NeoX, GPT-OSS."""


class QkNorm(StrEnum):
    """Which learned norm stands on queries and keys (a norm without weights, as in Llama 4, is NONE)."""

    NONE = "none"
    HEAD = "head"
    """One vector of head_dim each for Q and K, shared by the heads (2 d per layer): Qwen3, Gemma-3, GLM-4.5."""
    PROJECTION = "projection"
    """A vector over all heads (d (a + g) per layer): OLMoE, MiniMax-M2, Command-R+."""


class Norm(StrEnum):
    """Kind of the layer norms."""

    RMS = "rms"
    """RMSNorm: h weights."""
    LAYER = "layer"
    """LayerNorm: h weights and h biases."""
    LAYER_NO_BIAS = "layer-no-bias"
    """LayerNorm without bias: h weights (Command-R+, DBRX)."""


@dataclass(frozen=True, slots=True)
class Experts:
    """The mixture-of-experts part.

    Layers 0 .. `first_dense`-1 are dense; of the rest, every `step`-th is a mixture, counting so that the *last* of each
    `step` layers is (Llama-4 Maverick: step 2, layers 1, 3, 5 ...). `step` 1: all of them.
    """

    count: int
    """Routed experts in one MoE layer (n_routed_experts, num_local_experts, num_experts)."""
    top_k: int
    """Routed experts a token goes to (num_experts_per_tok)."""
    ffn: int
    """Width of one routed expert (moe_intermediate_size)."""
    shared: int = 0
    """Shared experts that every token goes to (n_shared_experts)."""
    shared_ffn: int = 0
    """Width of all shared experts together (n_shared_experts x moe_intermediate_size; shared_expert_intermediate_size)."""
    shared_gate: bool = False
    """The shared expert's output is scaled by a learned gate of h weights (Qwen2-MoE)."""
    first_dense: int = 0
    """Leading dense layers (first_k_dense_replace)."""
    step: int = 1
    """Every `step`-th layer is a mixture (interleave_moe_layer_step, decoder_sparse_step)."""
    router_bias: bool = False
    """One bias per expert in the router, learned or for selection (e_score_correction_bias, GPT-OSS router)."""
    bias: bool = False
    """Expert matrices carry biases: 2 f_e + h when gated, f_e + h when not (GPT-OSS)."""


@dataclass(frozen=True, slots=True)
class Latent:
    """Multi-head latent attention (MLA). `Architecture.head_dim` is then nope + rope, `v_head_dim` is v."""

    kv_rank: int
    """Width of the compressed K and V (kv_lora_rank)."""
    nope: int
    """Width of the part of a head without rotary positions (qk_nope_head_dim)."""
    rope: int
    """Width of the shared rotary part (qk_rope_head_dim)."""
    v: int
    """Width of a value head (v_head_dim)."""
    q_rank: int | None = None
    """Width of the compressed Q; None when queries are not compressed (q_lora_rank)."""


@dataclass(frozen=True, slots=True)
class Indexer:
    """The sparse-attention indexer of DeepSeek-V3.2 and GLM-5 (needs `Latent.q_rank`)."""

    heads: int
    """index_n_heads."""
    dim: int
    """index_head_dim."""
    top_k: int
    """Tokens each query attends to (index_topk)."""
    layers: int | None = None
    """How many layers have an indexer of their own; None: all."""


@dataclass(frozen=True, slots=True)
class Window:
    """Sliding-window or chunked attention on some layers.

    Layer i (from 0) attends to everything if `full_every` > 0 and (i + 1) is a multiple of `full_every`; every other layer
    sees `size` tokens. `full_every` 0: no layer sees everything (Mistral-7B v0.1). GPT-OSS, Gemma-2: 2; Gemma-3: 6.
    """

    size: int
    """Tokens (sliding_window, attention_chunk_size)."""
    full_every: int = 0
    chunked: bool = False
    """Tokens see only their own chunk of `size` instead of the last `size` tokens (Llama 4: size 8192, full_every 4)."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of one decoder-only model; raises `ImpossiblePlanError` for a shape that cannot exist.

    All widths are in elements, all counts are whole numbers. `total parameters` of the formulas exclude the MTP modules
    unless asked for.
    """

    name: str
    layers: int
    """num_hidden_layers, without MTP modules."""
    hidden: int
    """hidden_size."""
    heads: int
    """num_attention_heads."""
    kv_heads: int
    """num_key_value_heads (= heads for multi-head attention and MLA, 1 for multi-query)."""
    head_dim: int
    """Width of a query/key head; heads x head_dim need not equal hidden (Qwen3, Gemma, GPT-OSS)."""
    vocab: int
    """vocab_size, unpadded."""
    ffn: int | None = None
    """intermediate_size of the dense layers; None when every layer is a mixture."""
    tied: bool = False
    """Input embedding and output head share one matrix (tie_word_embeddings)."""
    v_head_dim: int | None = None
    """Width of a value head where it differs from head_dim (MLA: latent.v)."""
    ffn_matrices: int = 3
    """3 for gated FFNs (SwiGLU, GeGLU), 2 for plain ones (GELU, ReLU, squared ReLU); holds for the experts too."""
    ffn_bias: bool = False
    """Dense FFN matrices carry biases: f + h when plain, 2 f + h when gated."""
    attention_bias: AttentionBias = AttentionBias.NONE
    qk_norm: QkNorm = QkNorm.NONE
    sinks: bool = False
    """One learned attention sink per head: a per layer (GPT-OSS)."""
    norm: Norm = Norm.RMS
    norms_per_layer: int = 2
    """2; 4 in Gemma-2/3 and GLM-4-0414; 1 in Falcon-7B and Command-R+."""
    embedding_norm: bool = False
    """A norm right after the embedding (BLOOM)."""
    positions: int = 0
    """Rows of a learned position table (n_positions; OPT stores its 2048 + 2); 0 for rotary or ALiBi."""
    dropout: bool = False
    """Trained with dropout, so that its masks are kept for the backward pass (GPT-2/3, Megatron, MT-NLG, OPT)."""
    experts: Experts | None = None
    latent: Latent | None = None
    indexer: Indexer | None = None
    window: Window | None = None
    mtp_layers: int = 0
    """Multi-token-prediction modules shipped with the model, each one further layer of the last layer's kind (num_nextn_predict_layers)."""
    context: int | None = None
    """Longest context the model is made for, in tokens (max_position_embeddings)."""

    def __post_init__(self) -> None:
        require_whole("model.layers", self.layers, 1, _SHAPE, _MOST_LAYERS)
        for field in ("hidden", "heads", "kv_heads", "head_dim", "vocab", "norms_per_layer"):
            require_whole(f"model.{field}", getattr(self, field), 1, _SHAPE, 10**9)
        for field in ("positions", "mtp_layers"):
            require_whole(f"model.{field}", getattr(self, field), 0, _SHAPE, 10**9)
        for field in ("ffn", "v_head_dim", "context"):
            if getattr(self, field) is not None:
                require_whole(f"model.{field}", getattr(self, field), 1, _SHAPE, 10**9)
        require(self.ffn_matrices in {2, 3}, "model.ffn_matrices", f"must be 2 or 3, not {self.ffn_matrices!r}", _SHAPE)
        require(self.kv_heads <= self.heads, "model.kv_heads", f"{self.kv_heads} KV heads exceed {self.heads} query heads", _GQA)
        require(self.heads % self.kv_heads == 0, "model.kv_heads", f"{self.kv_heads} does not divide the {self.heads} query heads", _GQA)
        _check_experts(self)
        _check_latent(self)
        if self.window is not None:
            require_whole("model.window.size", self.window.size, 1, _SHAPE, 10**9)
            require_whole("model.window.full_every", self.window.full_every, 0, _SHAPE, 10**9)

    @property
    def value_dim(self) -> int:
        """Width of a value head."""
        return self.head_dim if self.v_head_dim is None else self.v_head_dim

    def is_mixture(self, layer: int) -> bool:
        """Tell whether layer `layer` (from 0) is a mixture of experts."""
        experts = self.experts
        return experts is not None and layer >= experts.first_dense and (layer - experts.first_dense + 1) % experts.step == 0

    def is_windowed(self, layer: int) -> bool:
        """Tell whether layer `layer` (from 0) attends to a window only."""
        window = self.window
        return window is not None and (window.full_every == 0 or (layer + 1) % window.full_every != 0)

    @property
    def mixture_layers(self) -> int:
        """How many layers are mixtures of experts."""
        experts = self.experts
        return 0 if experts is None else max(0, self.layers - experts.first_dense) // experts.step

    @property
    def dense_layers(self) -> int:
        return self.layers - self.mixture_layers

    @property
    def windowed_layers(self) -> int:
        """How many layers attend to a window only."""
        if self.window is None:
            return 0
        every = self.window.full_every
        return self.layers - (self.layers // every if every else 0)

    @property
    def indexed_layers(self) -> int:
        """How many layers have a sparse-attention indexer."""
        if self.indexer is None:
            return 0
        return self.layers if self.indexer.layers is None else self.indexer.layers


def _check_experts(model: Architecture) -> None:
    experts = model.experts
    if experts is None:
        require(model.ffn is not None, "model.ffn", "a dense model needs the width of its feed-forward network", _SHAPE)
        return
    for field in ("count", "top_k", "ffn", "step"):
        require_whole(f"model.experts.{field}", getattr(experts, field), 1, _MOE, 10**9)
    for field in ("shared", "shared_ffn", "first_dense"):
        require_whole(f"model.experts.{field}", getattr(experts, field), 0, _MOE, 10**9)
    require(experts.top_k <= experts.count, "model.experts.top_k", f"{experts.top_k} exceeds the {experts.count} experts", _MOE)
    require(experts.first_dense <= model.layers, "model.experts.first_dense", f"exceeds the {model.layers} layers", _MOE)
    require(
        (experts.shared == 0) == (experts.shared_ffn == 0), "model.experts.shared_ffn", "shared experts need both a count and a width", _MOE
    )
    if model.dense_layers:
        require(model.ffn is not None, "model.ffn", f"{model.dense_layers} dense layers need a feed-forward width", _SHAPE)


def _check_latent(model: Architecture) -> None:
    latent = model.latent
    if latent is not None:
        for field in ("kv_rank", "nope", "rope", "v"):
            require_whole(f"model.latent.{field}", getattr(latent, field), 1, _MLA, 10**9)
        if latent.q_rank is not None:
            require_whole("model.latent.q_rank", latent.q_rank, 1, _MLA, 10**9)
        both = latent.nope + latent.rope
        require(model.head_dim == both, "model.head_dim", f"{model.head_dim} is not nope + rope = {both}", _MLA)
        require(model.value_dim == latent.v, "model.v_head_dim", f"{model.value_dim} is not latent.v = {latent.v}", _MLA)
    indexer = model.indexer
    if indexer is not None:
        for field in ("heads", "dim", "top_k"):
            require_whole(f"model.indexer.{field}", getattr(indexer, field), 1, _MLA, 10**9)
        require(latent is not None and latent.q_rank is not None, "model.indexer", "needs latent attention with compressed queries", _MLA)
        if indexer.layers is not None:
            require_whole("model.indexer.layers", indexer.layers, 0, _MLA, model.layers)

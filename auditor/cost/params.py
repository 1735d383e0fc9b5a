"""Parameters: how many a model has, how many a token uses, and along which axis each is cut.

Every weight of a model is one `Component`: its count, the count a single token uses, whether it multiplies activations
(a matrix) and how tensor and expert parallelism divide it. Totals, per-stage shards, FLOPs and traffic are sums over
components, so they cannot disagree with each other.

Symbols: L layers, h hidden, a query heads, g KV heads, d head width, f FFN width, V vocabulary, E experts, k routed
experts per token, f_e expert width, f_s width of all shared experts, P rows of the position table, m matrices per FFN.

Sources: layer shapes as in Vaswani et al. 2017 (attention, FFN), Ainslie et al. 2023 (grouped queries), Shazeer 2020
(gated FFN), DeepSeek-V2 report section 2.1 (latent attention), DeepSeek-V3 report section 2.2 (multi-token prediction),
DeepSeek-V3.2 report (indexer). Cuts as Megatron-Core and vLLM make them: column- and row-parallel matrices, duplicated
norms, routers and latent down-projections (`core/transformer/multi_latent_attention.py`: parallel mode "duplicated").
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from auditor.cost.amount import Amount, count, total
from auditor.cost.architecture import Architecture, AttentionBias, Experts, Latent, Norm, QkNorm
from auditor.records import dataclass

__all__ = [
    "Component",
    "Counting",
    "Cut",
    "Definition",
    "Kind",
    "active",
    "actives",
    "embedding",
    "expert",
    "final_norm",
    "head",
    "layer",
    "mtp_module",
    "total_parameters",
    "totals",
]


class Cut(StrEnum):
    """How parallelism divides a component's parameters."""

    TENSOR = "tensor"
    """By TP."""
    KV = "kv"
    """By TP up to the number of KV heads, then replicated."""
    REPLICATED = "replicated"
    """Whole on every tensor-parallel rank."""
    EXPERT = "expert"
    """By expert tensor parallelism times EP."""
    VOCABULARY = "vocabulary"
    """By TP, after the vocabulary was padded to divide."""


class Kind(StrEnum):
    """What a component does with activations."""

    MATRIX = "matrix"
    """Multiplies every token: 2 FLOPs per parameter and token."""
    ROUTER = "router"
    """A matrix that some FLOP counts leave out."""
    HEAD = "head"
    """The output projection onto the vocabulary."""
    TABLE = "table"
    """Looked up, not multiplied: token and position embeddings."""
    VECTOR = "vector"
    """Norms and biases: their work is not counted."""


@dataclass(frozen=True, slots=True)
class Component:
    """One weight, or weights of one kind, of a layer or of the model's ends."""

    name: str
    kind: Kind
    cut: Cut
    parameters: Amount
    """All of them."""
    active: Amount
    """Those that one token uses: k of E experts."""


def _component(name: str, kind: Kind, cut: Cut, parameters: Amount, used: Amount | None = None) -> Component:
    return Component(name, kind, cut, parameters, parameters if used is None else used)


class Counting(StrEnum):
    """Which embeddings a parameter count includes; all three stand in primary documents."""

    ALL = "everything, both embeddings included"
    """Mixtral 12.9 B, Qwen3-30B-A3B 3.3 B, Qwen3-235B 22 B."""
    NO_INPUT = "input embedding excluded, output head kept"
    """GPT-OSS model card 5.13 B, DeepSeek-V3 weights note 36.6 B, DeepSeek-V2-Lite 2.4 B."""
    NO_EMBEDDINGS = "both embeddings excluded"
    """GLM-4.5 32 B, GLM-4.5-Air 12 B, MiniMax-M2 10 B."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A parameter count under one of the definitions in use."""

    name: str
    parameters: Amount


def _attention(model: Architecture) -> list[Component]:
    if model.latent is not None:
        return _latent_attention(model, model.latent)
    h, a, g = count("h", model.hidden), count("a", model.heads), count("g", model.kv_heads)
    d = count("d", model.head_dim)
    v = d if model.value_dim == model.head_dim else count("d_v", model.value_dim)
    parts = [
        _component("query projection", Kind.MATRIX, Cut.TENSOR, h * a * d),
        _component("key and value projections", Kind.MATRIX, Cut.KV, 2 * h * g * d if v is d else h * g * (d + v)),
        _component("output projection", Kind.MATRIX, Cut.TENSOR, a * v * h),
    ]
    if model.attention_bias is not AttentionBias.NONE:
        parts.append(_component("query bias", Kind.VECTOR, Cut.TENSOR, a * d))
        parts.append(_component("key and value bias", Kind.VECTOR, Cut.KV, 2 * g * d if v is d else g * (d + v)))
    if model.attention_bias is AttentionBias.QKV_OUTPUT:
        parts.append(_component("output bias", Kind.VECTOR, Cut.REPLICATED, h))
    if model.qk_norm is QkNorm.HEAD:
        parts.append(_component("query and key norm", Kind.VECTOR, Cut.REPLICATED, 2 * d))
    if model.qk_norm is QkNorm.PROJECTION:
        parts.append(_component("query norm", Kind.VECTOR, Cut.TENSOR, a * d))
        parts.append(_component("key norm", Kind.VECTOR, Cut.KV, g * d))
    if model.sinks:
        parts.append(_component("attention sinks", Kind.VECTOR, Cut.TENSOR, a))
    return parts


def _latent_attention(model: Architecture, latent: Latent) -> list[Component]:
    h, a = count("h", model.hidden), count("a", model.heads)
    nope, rope, v = count("d_n", latent.nope), count("d_r", latent.rope), count("d_v", latent.v)
    kv_rank = count("r_kv", latent.kv_rank)
    if latent.q_rank is None:
        queries = [_component("query projection", Kind.MATRIX, Cut.TENSOR, h * a * (nope + rope))]
    else:
        q_rank = count("r_q", latent.q_rank)
        queries = [
            _component("query down-projection", Kind.MATRIX, Cut.REPLICATED, h * q_rank),
            _component("query latent norm", Kind.VECTOR, Cut.REPLICATED, q_rank),
            _component("query up-projection", Kind.MATRIX, Cut.TENSOR, q_rank * a * (nope + rope)),
        ]
    return [
        *queries,
        _component("key-value down-projection", Kind.MATRIX, Cut.REPLICATED, h * (kv_rank + rope)),
        _component("key-value latent norm", Kind.VECTOR, Cut.REPLICATED, kv_rank),
        _component("key-value up-projection", Kind.MATRIX, Cut.TENSOR, kv_rank * a * (nope + v)),
        _component("output projection", Kind.MATRIX, Cut.TENSOR, a * v * h),
    ]


def _indexer(model: Architecture) -> list[Component]:
    indexer, latent = model.indexer, model.latent
    if indexer is None or latent is None or latent.q_rank is None:
        return []
    h, q_rank = count("h", model.hidden), count("r_q", latent.q_rank)
    heads, dim = count("n_I", indexer.heads), count("d_I", indexer.dim)
    return [
        _component("indexer projections", Kind.MATRIX, Cut.REPLICATED, q_rank * heads * dim + h * dim + h * heads),
        _component("indexer norm", Kind.VECTOR, Cut.REPLICATED, 2 * dim),
    ]


def _feed_forward(model: Architecture) -> list[Component]:
    if model.ffn is None:
        return []
    h, f = count("h", model.hidden), count("f", model.ffn)
    parts = [_component("feed-forward network", Kind.MATRIX, Cut.TENSOR, model.ffn_matrices * h * f)]
    if model.ffn_bias:
        parts.append(_component("feed-forward inner bias", Kind.VECTOR, Cut.TENSOR, (model.ffn_matrices - 1) * f))
        parts.append(_component("feed-forward output bias", Kind.VECTOR, Cut.REPLICATED, h))
    return parts


def expert(model: Architecture) -> Amount:
    """Return the parameters of one routed expert: m h f_e, and its biases where it has any.

    Raises `ValueError` for a dense model.
    """
    experts = _experts(model)
    h, width = count("h", model.hidden), count("f_e", experts.ffn)
    matrices = model.ffn_matrices * h * width
    return total(matrices, (model.ffn_matrices - 1) * width + h) if experts.bias else matrices


def _experts(model: Architecture) -> Experts:
    if model.experts is None:
        raise ValueError(f"{model.name} has no experts")
    return model.experts


def _mixture(model: Architecture) -> list[Component]:
    experts = _experts(model)
    h, number, top_k = count("h", model.hidden), count("E", experts.count), count("k", experts.top_k)
    width = count("f_e", experts.ffn)
    one = model.ffn_matrices * h * width
    parts = [
        _component("router", Kind.ROUTER, Cut.REPLICATED, h * number),
        _component("routed experts", Kind.MATRIX, Cut.EXPERT, number * one, top_k * one),
    ]
    if experts.router_bias:
        parts.append(_component("router bias", Kind.VECTOR, Cut.REPLICATED, number))
    if experts.bias:
        inner = (model.ffn_matrices - 1) * width + h
        parts.append(_component("expert biases", Kind.VECTOR, Cut.EXPERT, number * inner, top_k * inner))
    if experts.shared:
        shared = model.ffn_matrices * h * count("f_s", experts.shared_ffn)
        parts.append(_component("shared experts", Kind.MATRIX, Cut.TENSOR, shared))
        if experts.shared_gate:
            parts.append(_component("shared expert gate", Kind.MATRIX, Cut.REPLICATED, h))
    return parts


def _norm_width(model: Architecture) -> Amount:
    h = count("h", model.hidden)
    return 2 * h if model.norm is Norm.LAYER else h


@lru_cache(maxsize=512)
def layer(model: Architecture, *, mixture: bool, indexed: bool = False) -> tuple[Component, ...]:
    """Return the components of one layer.

    `mixture` chooses experts over the dense FFN; `indexed` adds the sparse-attention indexer.
    Biases stand only where the model has them. Source: the module docstring's.
    """
    norms = _component("layer norms", Kind.VECTOR, Cut.REPLICATED, model.norms_per_layer * _norm_width(model))
    feed_forward = _mixture(model) if mixture else _feed_forward(model)
    return (*_attention(model), *(_indexer(model) if indexed else ()), *feed_forward, norms)


def embedding(model: Architecture, vocab: int | None = None) -> tuple[Component, ...]:
    """Return what stands before the first layer: token table V h, position table P h, embedding norm.

    `vocab` replaces the model's vocabulary size (a padded one).
    """
    h = count("h", model.hidden)
    parts = [_component("token embedding", Kind.TABLE, Cut.VOCABULARY, count("V", vocab or model.vocab) * h)]
    if model.positions:
        parts.append(_component("position embedding", Kind.TABLE, Cut.REPLICATED, count("P", model.positions) * h))
    if model.embedding_norm:
        parts.append(_component("embedding norm", Kind.VECTOR, Cut.REPLICATED, _norm_width(model)))
    return tuple(parts)


def final_norm(model: Architecture) -> Component:
    """Return the norm after the last layer."""
    return _component("final norm", Kind.VECTOR, Cut.REPLICATED, _norm_width(model))


def head(model: Architecture, vocab: int | None = None) -> Component:
    """Return the output projection V h; a tied model shares it with the token embedding, so a total counts it once."""
    return _component("output head", Kind.HEAD, Cut.VOCABULARY, count("V", vocab or model.vocab) * count("h", model.hidden))


@lru_cache(maxsize=128)
def mtp_module(model: Architecture) -> tuple[Component, ...]:
    """Return one multi-token-prediction module: a layer of the last layer's kind, a 2 h x h projection, three norms.

    Embedding and head are the main model's (DeepSeek-V3 report, section 2.2).
    """
    h = count("h", model.hidden)
    last = model.layers - 1
    return (
        *layer(model, mixture=model.is_mixture(last), indexed=model.indexed_layers == model.layers),
        _component("MTP projection", Kind.MATRIX, Cut.TENSOR, 2 * h * h),
        _component("MTP norms", Kind.VECTOR, Cut.REPLICATED, 3 * _norm_width(model)),
    )


def _sum(components: Iterable[Component], name: str, *, used: bool) -> Amount:
    return total(*(part.active if used else part.parameters for part in components)).named(name)


def _blocks(model: Architecture, *, used: bool) -> Amount:
    """Return all layers: dense ones, mixtures and indexers."""
    terms: list[Amount] = []
    if model.dense_layers:
        every = not model.mixture_layers
        one = _sum(layer(model, mixture=False), "layer" if every else "dense_layer", used=used)
        terms.append(count("L" if every else "L_dense", model.dense_layers) * one)
    if model.mixture_layers:
        every = not model.dense_layers
        one = _sum(layer(model, mixture=True), "layer" if every else "moe_layer", used=used)
        terms.append(count("L" if every else "L_moe", model.mixture_layers) * one)
    if model.indexed_layers:
        terms.append(count("L_indexed", model.indexed_layers) * _sum(_indexer(model), "indexer", used=used))
    return total(*terms)


def _count(model: Architecture, counting: Counting, mtp: int, *, used: bool, name: str) -> Amount:
    terms = [_blocks(model, used=used)]
    tables = [part for part in embedding(model) if part.kind is Kind.TABLE]
    norms = [part for part in embedding(model) if part.kind is not Kind.TABLE]
    if counting is Counting.ALL or (counting is Counting.NO_INPUT and model.tied):
        terms.append(_sum(tables, "embedding", used=used))
    elif counting is Counting.NO_INPUT and model.positions:
        terms.append(_sum(tables[1:], "positions", used=used))
    if counting is not Counting.NO_EMBEDDINGS and not model.tied:
        terms.append(_sum([head(model)], "head", used=used))
    terms.append(_sum([*norms, final_norm(model)], "end_norms", used=used))
    if mtp:
        terms.append(count("mtp", mtp) * _sum(mtp_module(model), "mtp_module", used=used))
    return total(*terms).named(name)


@lru_cache(maxsize=512)
def total_parameters(model: Architecture, counting: Counting = Counting.ALL, mtp: int = 0) -> Amount:
    """Return all parameters, in ones; `mtp` modules are added on request.

    A tied output head counts once. Source: the module docstring's; equal to the reference implementations
    (transformers 5.17.0, models built without weights) on the catalog's models.
    """
    return _count(model, counting, mtp, used=False, name="params")


@lru_cache(maxsize=512)
def active(model: Architecture, counting: Counting = Counting.ALL, mtp: int = 0) -> Amount:
    """Return the parameters one token uses: k of E routed experts, all of everything else; in ones."""
    return _count(model, counting, mtp, used=True, name="active_params")


def totals(model: Architecture) -> tuple[Definition, ...]:
    """Return the total under every definition in use, the plain one first.

    Published totals differ by embeddings (GLM-4.5 leaves them out), MTP modules (the hub's 685 B of DeepSeek-V3 counts
    them with copies of embedding and head) and a tied head counted twice (Falcon).
    """
    found = [
        Definition("all parameters", total_parameters(model)),
        Definition("embeddings excluded", total_parameters(model, Counting.NO_EMBEDDINGS)),
    ]
    if model.tied:
        twice = total(total_parameters(model), _sum([head(model)], "head", used=False))
        found.append(Definition("tied head counted twice", twice))
    if model.mtp_layers:
        number = model.mtp_layers
        with_mtp = total_parameters(model, mtp=number)
        copies = count("mtp", number) * 2 * _sum([head(model)], "head", used=False)
        found.append(Definition("with MTP modules", with_mtp))
        found.append(Definition("with MTP modules and their copies of embedding and head", total(with_mtp, copies)))
        found.append(Definition("embeddings excluded, with MTP modules", total_parameters(model, Counting.NO_EMBEDDINGS, number)))
    return tuple(found)


def actives(model: Architecture) -> tuple[Definition, ...]:
    """Return the active parameters under each of the three definitions in use."""
    return tuple(Definition(counting.value, active(model, counting)) for counting in Counting)

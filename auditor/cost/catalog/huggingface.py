"""Read a Hugging Face `config.json` into a model description.

Each family's builder states what its `model_type` implies and no key says: tied embeddings, norms per layer, where biases
are. Implied values and key names are those of the transformers 5.17.0 configuration and modelling files
(`models/<model_type>/`). A count that is missing or not a whole number is refused by its key, an unknown family by name:
nothing is guessed, for a wrong shape would contradict right reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from auditor.cost.architecture import Architecture, AttentionBias, Experts, Indexer, Latent, Norm, QkNorm, Window
from auditor.errors import InputError

__all__ = ["MODEL_TYPES", "from_hf_config"]

MOST: Final = 10**9
_LONGEST_LIST: Final = 10**5


class _Config:
    """Typed access to a configuration; every refusal names the key."""

    def __init__(self, config: Mapping[str, Any], path: str, prefix: str = "") -> None:
        self._config, self._path, self._prefix = config, path, prefix

    def refuse(self, key: str, what: str) -> InputError:
        return InputError(f"model configuration: {self._prefix}{key} {what}", path=self._path)

    def whole(self, *keys: str, default: int | None = None, least: int = 1) -> int:
        """Return a whole number under the first of some keys that is present."""
        value = self.maybe(*keys, least=least)
        if value is not None:
            return value
        if default is None:
            raise self.refuse(keys[0], "is missing")
        return default

    def maybe(self, *keys: str, least: int = 1) -> int | None:
        """Return a whole number, or None where the key is absent or null."""
        for key in keys:
            value = self._config.get(key)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise self.refuse(key, f"must be a whole number, not {_shown(value)}")
            if not least <= value <= MOST:
                raise self.refuse(key, f"must lie between {least} and {MOST}")
            return value
        return None

    def flag(self, key: str, default: bool) -> bool:
        value = self._config.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.refuse(key, f"must be true or false, not {_shown(value)}")
        return value

    def text(self, key: str) -> str:
        value = self._config.get(key, "")
        return value if isinstance(value, str) else ""

    def names(self, key: str) -> list[str] | None:
        """Return a list of words, one a layer; None where absent."""
        value = self._config.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > _LONGEST_LIST or not all(isinstance(one, str) for one in value):
            raise self.refuse(key, "must be a list of layer kinds")
        return value

    def wholes(self, key: str) -> list[int]:
        value = self._config.get(key) or []
        if (
            not isinstance(value, list)
            or len(value) > _LONGEST_LIST
            or any(isinstance(one, bool) or not isinstance(one, int) for one in value)
        ):
            raise self.refuse(key, "must be a list of layer numbers")
        return value

    def part(self, key: str) -> _Config:
        value = self._config.get(key)
        if not isinstance(value, Mapping):
            raise self.refuse(key, "is missing")
        return _Config(value, self._path, f"{self._prefix}{key}.")


def _shown(value: object) -> str:
    text = repr(value)[:60] if not isinstance(value, int) else "a number"
    return text[:40]


def _base(config: _Config, **given: Any) -> dict[str, Any]:
    """Return the fields that most families write under the same keys."""
    hidden, heads = config.whole("hidden_size"), config.whole("num_attention_heads")
    stated = config.maybe("head_dim")
    if stated is None and hidden % heads:
        raise config.refuse("head_dim", f"is missing, and {heads} heads do not divide the hidden width {hidden}")
    fields: dict[str, Any] = {
        "layers": config.whole("num_hidden_layers"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": config.whole("num_key_value_heads", default=heads),
        "head_dim": hidden // heads if stated is None else stated,
        "vocab": config.whole("vocab_size"),
        "ffn": config.maybe("intermediate_size"),
        "tied": config.flag("tie_word_embeddings", False),
        "context": config.maybe("max_position_embeddings"),
    }
    fields.update(given)
    return fields


def _all_biases(config: _Config, default: bool = False) -> AttentionBias:
    return AttentionBias.QKV_OUTPUT if config.flag("attention_bias", default) else AttentionBias.NONE


def _everywhere(config: _Config) -> Window | None:
    size = config.maybe("sliding_window")
    return None if size is None else Window(size)


def _alternating(config: _Config, layers: int, full_every: int) -> Window | None:
    """Return the window of a family whose every `full_every`-th layer sees everything, checked against the listed kinds."""
    size = config.maybe("sliding_window")
    if size is None:
        return None
    kinds = config.names("layer_types")
    if kinds is not None:
        expected = ["full_attention" if (layer + 1) % full_every == 0 else "sliding_attention" for layer in range(layers)]
        if kinds != expected:
            raise config.refuse("layer_types", f"is not the pattern of one full layer in {full_every}, the only one this reader knows")
    return Window(size, full_every)


def _llama(config: _Config) -> dict[str, Any]:
    return _base(config, attention_bias=_all_biases(config), ffn_bias=config.flag("mlp_bias", False))


def _mistral(config: _Config) -> dict[str, Any]:
    return _base(config, window=_everywhere(config))


def _phi3(config: _Config) -> dict[str, Any]:
    return _base(config, window=_everywhere(config))


def _mixtral(config: _Config) -> dict[str, Any]:
    experts = Experts(config.whole("num_local_experts"), config.whole("num_experts_per_tok"), config.whole("intermediate_size"))
    return _base(config, ffn=None, experts=experts, window=_everywhere(config))


def _refuse_window(config: _Config) -> None:
    # Qwen's windows start at a layer of their own (max_window_layers), a pattern that `Window` cannot say.
    if config.flag("use_sliding_window", False) and config.maybe("sliding_window") is not None:
        raise config.refuse("use_sliding_window", "is true, and windows on part of the layers are not described")


def _qwen2(config: _Config) -> dict[str, Any]:
    _refuse_window(config)
    return _base(config, attention_bias=AttentionBias.QKV)


def _qwen3(config: _Config) -> dict[str, Any]:
    _refuse_window(config)
    return _base(config, attention_bias=_all_biases(config), qk_norm=QkNorm.HEAD)


def _qwen_experts(config: _Config) -> Experts:
    step, dense = config.whole("decoder_sparse_step", default=1), config.wholes("mlp_only_layers")
    if dense and (step != 1 or sorted(dense) != list(range(len(dense)))):
        raise config.refuse("mlp_only_layers", "names layers other than the leading ones, which is not described")
    shared = config.maybe("shared_expert_intermediate_size", least=0) or 0
    return Experts(
        count=config.whole("num_experts", "num_local_experts"),
        top_k=config.whole("num_experts_per_tok"),
        ffn=config.whole("moe_intermediate_size"),
        shared=1 if shared else 0,
        shared_ffn=shared,
        shared_gate=bool(shared),
        first_dense=len(dense),
        step=step,
    )


def _qwen2_moe(config: _Config) -> dict[str, Any]:
    _refuse_window(config)
    bias = AttentionBias.QKV if config.flag("qkv_bias", True) else AttentionBias.NONE
    return _dense_width(_base(config, attention_bias=bias, experts=_qwen_experts(config)))


def _qwen3_moe(config: _Config) -> dict[str, Any]:
    _refuse_window(config)
    return _dense_width(_base(config, attention_bias=_all_biases(config), qk_norm=QkNorm.HEAD, experts=_qwen_experts(config)))


def _dense_width(fields: dict[str, Any]) -> dict[str, Any]:
    """Drop the dense FFN width of a model whose every layer is a mixture: the key stands there, the matrices do not."""
    experts: Experts = fields["experts"]
    if experts.first_dense == 0 and experts.step == 1:
        fields["ffn"] = None
    return fields


def _deepseek(config: _Config) -> dict[str, Any]:
    if config.flag("attention_bias", False):
        raise config.refuse("attention_bias", "is true, and biases of latent attention are not described")
    if config.whole("moe_layer_freq", default=1) != 1:
        raise config.refuse("moe_layer_freq", "is not 1, which is not described")
    nope, rope, value = config.whole("qk_nope_head_dim"), config.whole("qk_rope_head_dim"), config.whole("v_head_dim")
    latent = Latent(config.whole("kv_lora_rank"), nope, rope, value, config.maybe("q_lora_rank"))
    width, shared = config.whole("moe_intermediate_size"), config.maybe("n_shared_experts", least=0) or 0
    experts = Experts(
        count=config.whole("n_routed_experts"),
        top_k=config.whole("num_experts_per_tok"),
        ffn=width,
        shared=shared,
        shared_ffn=shared * width,
        first_dense=config.whole("first_k_dense_replace", default=0, least=0),
        # Load is balanced by a bias per expert where selection is "noaux_tc" (DeepSeek-V3 and what descends from it).
        router_bias=config.text("topk_method") == "noaux_tc",
    )
    heads = config.whole("num_attention_heads")
    fields = _base(
        config,
        kv_heads=heads,
        head_dim=nope + rope,
        v_head_dim=value,
        latent=latent,
        experts=experts,
        mtp_layers=config.whole("num_nextn_predict_layers", "num_mtp_layers", default=0, least=0),
    )
    return _dense_width(fields)


def _deepseek_indexed(config: _Config) -> dict[str, Any]:
    fields = _deepseek(config)
    kinds = config.names("indexer_types")
    # "full" layers compute an index, "shared" ones reuse that of a layer below.
    own = None if kinds is None else sum(kind == "full" for kind in kinds)
    fields["indexer"] = Indexer(config.whole("index_n_heads"), config.whole("index_head_dim"), config.whole("index_topk"), own)
    return fields


def _gpt_oss(config: _Config) -> dict[str, Any]:
    experts = Experts(
        count=config.whole("num_local_experts"),
        top_k=config.whole("num_experts_per_tok", "experts_per_token"),
        ffn=config.whole("intermediate_size"),
        router_bias=True,
        bias=True,
    )
    layers = config.whole("num_hidden_layers")
    window = _alternating(config, layers, 2)
    return _base(config, ffn=None, experts=experts, attention_bias=_all_biases(config, True), sinks=True, window=window)


def _gemma(config: _Config) -> dict[str, Any]:
    return _base(config, tied=config.flag("tie_word_embeddings", True), attention_bias=_all_biases(config))


def _gemma2(config: _Config) -> dict[str, Any]:
    window = _alternating(config, config.whole("num_hidden_layers"), 2)
    return {**_gemma(config), "norms_per_layer": 4, "window": window}


def _gemma3(config: _Config) -> dict[str, Any]:
    pattern = config.whole("sliding_window_pattern", "_sliding_window_pattern", default=6)
    window = _alternating(config, config.whole("num_hidden_layers"), pattern)
    return {**_gemma(config), "norms_per_layer": 4, "window": window, "qk_norm": QkNorm.HEAD}


def _llama4(config: _Config) -> dict[str, Any]:
    step = config.whole("interleave_moe_layer_step", default=1)
    width = config.whole("intermediate_size")
    experts = Experts(config.whole("num_local_experts"), config.whole("num_experts_per_tok"), width, shared=1, shared_ffn=width, step=step)
    size = config.maybe("attention_chunk_size")
    window = None if size is None else Window(size, 4, chunked=True)
    # The queries and keys of Llama 4 are normalised without weights.
    dense = config.maybe("intermediate_size_mlp")
    return _dense_width(_base(config, ffn=dense, experts=experts, attention_bias=_all_biases(config), window=window))


def _gpt2(config: _Config) -> dict[str, Any]:
    hidden, heads, positions = config.whole("n_embd"), config.whole("n_head"), config.whole("n_positions")
    if hidden % heads:
        raise config.refuse("n_head", f"{heads} does not divide the width {hidden}")
    return {
        "layers": config.whole("n_layer"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": heads,
        "head_dim": hidden // heads,
        "vocab": config.whole("vocab_size"),
        "ffn": config.maybe("n_inner") or 4 * hidden,
        "tied": config.flag("tie_word_embeddings", True),
        "ffn_matrices": 2,
        "ffn_bias": True,
        "attention_bias": AttentionBias.QKV_OUTPUT,
        "norm": Norm.LAYER,
        "positions": positions,
        "dropout": True,
        "context": positions,
    }


def _gpt_neox(config: _Config) -> dict[str, Any]:
    return _base(config, ffn_matrices=2, ffn_bias=True, attention_bias=_all_biases(config, True), norm=Norm.LAYER)


def _opt(config: _Config) -> dict[str, Any]:
    hidden = config.whole("hidden_size")
    if config.whole("word_embed_proj_dim", default=hidden) != hidden:
        raise config.refuse("word_embed_proj_dim", "differs from hidden_size, and a projected embedding is not described")
    context = config.whole("max_position_embeddings")
    biases = config.flag("enable_bias", True)
    return _base(
        config,
        ffn=config.whole("ffn_dim"),
        tied=config.flag("tie_word_embeddings", True),
        ffn_matrices=2,
        ffn_bias=biases,
        attention_bias=AttentionBias.QKV_OUTPUT if biases else AttentionBias.NONE,
        norm=Norm.LAYER,
        positions=context + 2,
        dropout=True,
    )


def _bloom(config: _Config) -> dict[str, Any]:
    hidden, heads = config.whole("n_embed", "hidden_size"), config.whole("n_head", "num_attention_heads")
    if hidden % heads:
        raise config.refuse("n_head", f"{heads} does not divide the width {hidden}")
    return {
        "layers": config.whole("n_layer", "num_hidden_layers"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": heads,
        "head_dim": hidden // heads,
        "vocab": config.whole("vocab_size"),
        "ffn": 4 * hidden,
        "tied": config.flag("tie_word_embeddings", True),
        "ffn_matrices": 2,
        "ffn_bias": True,
        "attention_bias": AttentionBias.QKV_OUTPUT,
        "norm": Norm.LAYER,
        "embedding_norm": True,
        "context": config.maybe("seq_length"),
    }


def _falcon(config: _Config) -> dict[str, Any]:
    hidden, heads = config.whole("hidden_size", "n_embed"), config.whole("num_attention_heads", "n_head")
    if hidden % heads:
        raise config.refuse("num_attention_heads", f"{heads} does not divide the width {hidden}")
    new = config.flag("new_decoder_architecture", False)
    if new:
        kv_heads = config.whole("num_kv_heads", "n_head_kv", default=heads)
        norms = config.whole("num_ln_in_parallel_attn", default=2)
    else:
        kv_heads = 1 if config.flag("multi_query", True) else heads
        norms = 1 if config.flag("parallel_attn", True) else 2
    bias = config.flag("bias", False)
    return {
        "layers": config.whole("num_hidden_layers", "n_layer"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": kv_heads,
        "head_dim": hidden // heads,
        "vocab": config.whole("vocab_size"),
        "ffn": config.whole("ffn_hidden_size", default=4 * hidden),
        "tied": config.flag("tie_word_embeddings", True),
        "ffn_matrices": 2,
        "ffn_bias": bias,
        "attention_bias": AttentionBias.QKV_OUTPUT if bias else AttentionBias.NONE,
        "norm": Norm.LAYER,
        "norms_per_layer": norms,
        "context": config.maybe("max_position_embeddings"),
    }


def _glm4(config: _Config) -> dict[str, Any]:
    bias = AttentionBias.QKV if config.flag("attention_bias", True) else AttentionBias.NONE
    return _base(config, attention_bias=bias, norms_per_layer=4)


def _glm4_moe(config: _Config) -> dict[str, Any]:
    width, shared = config.whole("moe_intermediate_size"), config.maybe("n_shared_experts", least=0) or 0
    experts = Experts(
        count=config.whole("n_routed_experts"),
        top_k=config.whole("num_experts_per_tok"),
        ffn=width,
        shared=shared,
        shared_ffn=shared * width,
        first_dense=config.whole("first_k_dense_replace", default=0, least=0),
        router_bias=True,
    )
    fields = _base(
        config,
        attention_bias=AttentionBias.QKV if config.flag("attention_bias", False) else AttentionBias.NONE,
        qk_norm=QkNorm.HEAD if config.flag("use_qk_norm", False) else QkNorm.NONE,
        experts=experts,
        mtp_layers=config.whole("num_nextn_predict_layers", "num_mtp_layers", default=0, least=0),
    )
    return _dense_width(fields)


def _olmoe(config: _Config) -> dict[str, Any]:
    experts = Experts(config.whole("num_experts"), config.whole("num_experts_per_tok"), config.whole("intermediate_size"))
    return _base(config, ffn=None, experts=experts, attention_bias=_all_biases(config), qk_norm=QkNorm.PROJECTION)


def _dbrx(config: _Config) -> dict[str, Any]:
    hidden, heads = config.whole("d_model"), config.whole("n_heads")
    if hidden % heads:
        raise config.refuse("n_heads", f"{heads} does not divide the width {hidden}")
    inner = config.part("ffn_config")
    return {
        "layers": config.whole("n_layers"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": config.part("attn_config").whole("kv_n_heads"),
        "head_dim": hidden // heads,
        "vocab": config.whole("vocab_size"),
        "tied": config.flag("tie_word_embeddings", False),
        "experts": Experts(inner.whole("moe_num_experts"), inner.whole("moe_top_k"), inner.whole("ffn_hidden_size")),
        "norm": Norm.LAYER_NO_BIAS,
        "context": config.maybe("max_seq_len"),
    }


def _cohere(config: _Config) -> dict[str, Any]:
    return _base(
        config,
        tied=config.flag("tie_word_embeddings", True),
        attention_bias=_all_biases(config),
        qk_norm=QkNorm.PROJECTION if config.flag("use_qk_norm", False) else QkNorm.NONE,
        norm=Norm.LAYER_NO_BIAS,
        norms_per_layer=1,
    )


def _nemotron(config: _Config) -> dict[str, Any]:
    return _base(config, ffn_matrices=2, ffn_bias=config.flag("mlp_bias", False), attention_bias=_all_biases(config), norm=Norm.LAYER)


def _minimax_m2(config: _Config) -> dict[str, Any]:
    experts = Experts(
        count=config.whole("num_local_experts"),
        top_k=config.whole("num_experts_per_tok"),
        ffn=config.whole("intermediate_size"),
        router_bias=config.flag("use_routing_bias", True),
    )
    # Its "per_layer" norm of queries and keys spans all heads of the projection.
    norm = QkNorm.PROJECTION if config.flag("use_qk_norm", True) else QkNorm.NONE
    return _base(config, ffn=None, experts=experts, qk_norm=norm)


_BUILDERS: Final[Mapping[str, Callable[[_Config], dict[str, Any]]]] = {
    "llama": _llama,
    "mistral": _mistral,
    "mixtral": _mixtral,
    "qwen2": _qwen2,
    "qwen2_moe": _qwen2_moe,
    "qwen3": _qwen3,
    "qwen3_moe": _qwen3_moe,
    "qwen3_vl_text": _qwen3,
    "qwen3_vl_moe_text": _qwen3_moe,
    "deepseek_v2": _deepseek,
    "deepseek_v3": _deepseek,
    "deepseek_v32": _deepseek_indexed,
    "kimi_k2": _deepseek,
    "glm_moe_dsa": _deepseek_indexed,
    "gpt_oss": _gpt_oss,
    "gemma": _gemma,
    "gemma2": _gemma2,
    "gemma3_text": _gemma3,
    "llama4_text": _llama4,
    "gpt2": _gpt2,
    "gpt_neox": _gpt_neox,
    "opt": _opt,
    "bloom": _bloom,
    "falcon": _falcon,
    "glm4": _glm4,
    "glm4_moe": _glm4_moe,
    "phi3": _phi3,
    "olmoe": _olmoe,
    "dbrx": _dbrx,
    "cohere": _cohere,
    "nemotron": _nemotron,
    "minimax_m2": _minimax_m2,
}
MODEL_TYPES: Final = tuple(sorted(_BUILDERS))


def from_hf_config(config: Mapping[str, Any], *, name: str = "", path: str = "config.json") -> Architecture:
    """Return the shape that a Hugging Face configuration describes (its text tower, where it nests one).

    Raises `InputError` naming the key for an unknown `model_type`, a missing or unusable count, or a feature that the
    description has no words for; raises `ImpossiblePlanError` for counts no model can have.
    """
    kind = config.get("model_type")
    inner = config.get("text_config")
    reader = _Config(config, path)
    if not isinstance(kind, str):
        raise reader.refuse("model_type", "is missing or not a word")
    if kind not in _BUILDERS and isinstance(inner, Mapping):
        reader, kind = _Config(inner, path, "text_config."), inner.get("model_type", f"{kind}_text")
        if not isinstance(kind, str):
            raise reader.refuse("model_type", "is not a word")
    builder = _BUILDERS.get(kind)
    if builder is None:
        raise reader.refuse("model_type", f"{_shown(kind)} is not one of the known families: {', '.join(MODEL_TYPES)}")
    shown = config.get("_name_or_path")
    return Architecture(name=name or (shown if isinstance(shown, str) and shown else kind), **builder(reader))

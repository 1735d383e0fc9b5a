"""Hugging Face configurations, read into shapes whose parameters are known to the last one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.architecture import Window
from auditor.cost.catalog import models
from auditor.cost.catalog.huggingface import MODEL_TYPES, from_hf_config
from auditor.cost.params import total_parameters
from auditor.errors import AuditorError, InputError


def config(model_type: str, layers: int, hidden: int, heads: int, kv: int, ffn: int, vocab: int, **more: Any) -> dict[str, Any]:
    return {
        "model_type": model_type,
        "num_hidden_layers": layers,
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "num_key_value_heads": kv,
        "intermediate_size": ffn,
        "vocab_size": vocab,
        **more,
    }


LATENT = {"kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128}
DEEPSEEK_V3 = config(
    "deepseek_v3",
    61,
    7168,
    128,
    128,
    18432,
    129280,
    q_lora_rank=1536,
    n_routed_experts=256,
    n_shared_experts=1,
    num_experts_per_tok=8,
    moe_intermediate_size=2048,
    first_k_dense_replace=3,
    topk_method="noaux_tc",
    num_nextn_predict_layers=1,
    max_position_embeddings=163840,
    **LATENT,
)
QWEN3_MOE = config(
    "qwen3_moe", 48, 2048, 32, 4, 6144, 151936, head_dim=128, num_experts=128, num_experts_per_tok=8, moe_intermediate_size=768
)

CONFIGS: dict[str, dict[str, Any]] = {
    "llama-3.1-70b": config("llama", 80, 8192, 64, 8, 28672, 128256, max_position_embeddings=131072),
    "llama-3.2-1b": config("llama", 16, 2048, 32, 8, 8192, 128256, tie_word_embeddings=True),
    "mistral-7b-v0.1": config("mistral", 32, 4096, 32, 8, 14336, 32000, sliding_window=4096),
    "mixtral-8x7b": config("mixtral", 32, 4096, 32, 8, 14336, 32000, num_local_experts=8, num_experts_per_tok=2),
    "qwen2.5-7b": config("qwen2", 28, 3584, 28, 4, 18944, 152064, use_sliding_window=False, sliding_window=131072),
    "qwen2-57b-a14b": config(
        "qwen2_moe",
        28,
        3584,
        28,
        4,
        18944,
        151936,
        num_experts=64,
        num_experts_per_tok=8,
        moe_intermediate_size=2560,
        shared_expert_intermediate_size=20480,
    ),
    "qwen3-8b": config("qwen3", 36, 4096, 32, 8, 12288, 151936, head_dim=128),
    "qwen3-30b-a3b": QWEN3_MOE,
    "deepseek-v2-lite": config(
        "deepseek_v2",
        27,
        2048,
        16,
        16,
        10944,
        102400,
        q_lora_rank=None,
        n_routed_experts=64,
        n_shared_experts=2,
        num_experts_per_tok=6,
        moe_intermediate_size=1408,
        first_k_dense_replace=1,
        **LATENT,
    ),
    "deepseek-v3": DEEPSEEK_V3,
    "deepseek-v3.2": {**DEEPSEEK_V3, "model_type": "deepseek_v32", "index_n_heads": 64, "index_head_dim": 128, "index_topk": 2048},
    "kimi-k2": {
        **DEEPSEEK_V3,
        "model_type": "kimi_k2",
        "num_attention_heads": 64,
        "n_routed_experts": 384,
        "first_k_dense_replace": 1,
        "vocab_size": 163840,
        "num_nextn_predict_layers": 0,
    },
    "gpt-oss-20b": config(
        "gpt_oss", 24, 2880, 64, 8, 2880, 201088, head_dim=64, num_local_experts=32, num_experts_per_tok=4, sliding_window=128
    ),
    "gemma-7b": config("gemma", 28, 3072, 16, 16, 24576, 256000, head_dim=256),
    "gemma-2-9b": config("gemma2", 42, 3584, 16, 8, 14336, 256000, head_dim=256, sliding_window=4096),
    "gemma-3-27b": {
        "model_type": "gemma3",
        "text_config": config("gemma3_text", 62, 5376, 32, 16, 21504, 262208, head_dim=128, sliding_window=1024),
    },
    "llama-4-maverick-400b-a17b": {
        "model_type": "llama4",
        "text_config": config(
            "llama4_text",
            48,
            5120,
            40,
            8,
            8192,
            202048,
            head_dim=128,
            intermediate_size_mlp=16384,
            num_local_experts=128,
            num_experts_per_tok=1,
            interleave_moe_layer_step=2,
            attention_chunk_size=8192,
        ),
    },
    "gpt-2-xl-1.5b": {"model_type": "gpt2", "n_layer": 48, "n_embd": 1600, "n_head": 25, "n_positions": 1024, "vocab_size": 50257},
    "gpt-neox-20b": config("gpt_neox", 44, 6144, 64, 64, 24576, 50432),
    "opt-66b": {
        "model_type": "opt",
        "num_hidden_layers": 64,
        "hidden_size": 9216,
        "num_attention_heads": 72,
        "ffn_dim": 36864,
        "vocab_size": 50272,
        "max_position_embeddings": 2048,
    },
    "bloom-176b": {"model_type": "bloom", "n_layer": 70, "n_embed": 14336, "n_head": 112, "vocab_size": 250880},
    "falcon-7b": {"model_type": "falcon", "num_hidden_layers": 32, "hidden_size": 4544, "num_attention_heads": 71, "vocab_size": 65024},
    "falcon-40b": {
        "model_type": "falcon",
        "num_hidden_layers": 60,
        "hidden_size": 8192,
        "num_attention_heads": 128,
        "num_kv_heads": 8,
        "new_decoder_architecture": True,
        "vocab_size": 65024,
    },
    "glm-4-9b-0414": config("glm4", 40, 4096, 32, 2, 13696, 151552, head_dim=128),
    "glm-4.5": config(
        "glm4_moe",
        92,
        5120,
        96,
        8,
        12288,
        151552,
        head_dim=128,
        attention_bias=True,
        use_qk_norm=True,
        n_routed_experts=160,
        n_shared_experts=1,
        num_experts_per_tok=8,
        moe_intermediate_size=1536,
        first_k_dense_replace=3,
        num_nextn_predict_layers=1,
    ),
    "phi-3-mini": config("phi3", 32, 3072, 32, 32, 8192, 32064),
    "olmoe-1b-7b": config("olmoe", 16, 2048, 16, 16, 1024, 50304, num_experts=64, num_experts_per_tok=8),
    "dbrx-132b": {
        "model_type": "dbrx",
        "n_layers": 40,
        "d_model": 6144,
        "n_heads": 48,
        "vocab_size": 100352,
        "attn_config": {"kv_n_heads": 8},
        "ffn_config": {"ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4},
    },
    "command-r-plus-104b": config("cohere", 64, 12288, 96, 8, 33792, 256000, use_qk_norm=True),
    "nemotron-4-340b": config("nemotron", 96, 18432, 96, 8, 73728, 256000),
    "minimax-m2": config("minimax_m2", 62, 3072, 48, 8, 1536, 200064, head_dim=128, num_local_experts=256, num_experts_per_tok=8),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_gives_the_catalogued_model(name: str) -> None:
    read = from_hf_config(CONFIGS[name], name=name)
    known = models(name)
    assert known is not None
    assert known.architecture is not None
    assert total_parameters(read).value == total_parameters(known.architecture).value
    assert read.window == known.architecture.window
    assert read.experts == known.architecture.experts
    assert read.mtp_layers == known.architecture.mtp_layers


def test_a_name_is_kept_and_defaults_to_what_the_file_says() -> None:
    assert from_hf_config({**QWEN3_MOE, "_name_or_path": "here/qwen"}).name == "here/qwen"
    assert from_hf_config(QWEN3_MOE).name == "qwen3_moe"


def test_listed_layer_kinds_must_fit_the_window() -> None:
    kinds = ["sliding_attention", "full_attention"] * 12
    read = from_hf_config({**CONFIGS["gpt-oss-20b"], "layer_types": kinds})
    assert read.window == Window(128, 2)
    with pytest.raises(InputError, match="layer_types"):
        from_hf_config({**CONFIGS["gpt-oss-20b"], "layer_types": kinds[::-1]})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model_type": "gpt5"}, "model_type 'gpt5'"),
        ({"model_type": None}, "model_type"),
        ({"model_type": ["llama"]}, "model_type"),
        ({"num_hidden_layers": None}, "num_hidden_layers is missing"),
        ({"num_hidden_layers": "48"}, "num_hidden_layers must be a whole number"),
        ({"hidden_size": 2048.5}, "hidden_size must be a whole number"),
        ({"hidden_size": True}, "hidden_size must be a whole number"),
        ({"vocab_size": 10**400}, "vocab_size must lie between"),
        ({"num_experts": 0}, "num_experts must lie between"),
        ({"use_sliding_window": True, "sliding_window": 4096}, "use_sliding_window"),
        ({"mlp_only_layers": [5]}, "mlp_only_layers"),
        ({"mlp_only_layers": "all"}, "mlp_only_layers"),
        ({"tie_word_embeddings": "yes"}, "tie_word_embeddings must be true or false"),
        ({"head_dim": None, "num_attention_heads": 33}, "head_dim"),
    ],
)
def test_what_cannot_be_read_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError) as refused:
        from_hf_config({**QWEN3_MOE, **change}, path="model/config.json")
    assert named in str(refused.value)
    assert str(refused.value).startswith("model/config.json")
    assert len(str(refused.value)) < 900


def test_latent_attention_with_biases_is_refused() -> None:
    with pytest.raises(InputError, match="attention_bias"):
        from_hf_config({**DEEPSEEK_V3, "attention_bias": True})
    with pytest.raises(InputError, match="qk_nope_head_dim is missing"):
        from_hf_config({key: value for key, value in DEEPSEEK_V3.items() if key != "qk_nope_head_dim"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(list(CONFIGS)), st.data())
def test_no_value_breaks_the_reader(name: str, data: st.DataObject) -> None:
    changed = dict(CONFIGS[name])
    changed[data.draw(st.sampled_from(sorted(changed)))] = data.draw(JSON)
    with suppress(AuditorError):
        from_hf_config(changed)


def test_every_family_named_in_the_message_is_read() -> None:
    assert len(MODEL_TYPES) == len(set(MODEL_TYPES))
    covered = {entry.get("text_config", entry)["model_type"] for entry in CONFIGS.values()}
    # The other three differ from a covered one in their name only.
    assert set(MODEL_TYPES) - covered == {"glm_moe_dsa", "qwen3_vl_text", "qwen3_vl_moe_text"}

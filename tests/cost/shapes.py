"""Model shapes that the tests of the formulas use, one of each kind; the catalog is tested apart."""

from __future__ import annotations

from auditor.cost.architecture import Architecture, AttentionBias, Experts, Indexer, Latent, Norm, QkNorm, Window

LLAMA_7B = Architecture("llama-2-7b", layers=32, hidden=4096, heads=32, kv_heads=32, head_dim=128, vocab=32000, ffn=11008)
LLAMA_70B = Architecture("llama-3-70b", layers=80, hidden=8192, heads=64, kv_heads=8, head_dim=128, vocab=128256, ffn=28672)
GPT3 = Architecture(
    "gpt-3",
    layers=96,
    hidden=12288,
    heads=96,
    kv_heads=96,
    head_dim=128,
    vocab=51200,
    ffn=49152,
    tied=True,
    ffn_matrices=2,
    ffn_bias=True,
    attention_bias=AttentionBias.QKV_OUTPUT,
    norm=Norm.LAYER,
    positions=2048,
    dropout=True,
)
QWEN3_30B = Architecture(
    "qwen3-30b-a3b",
    layers=48,
    hidden=2048,
    heads=32,
    kv_heads=4,
    head_dim=128,
    vocab=151936,
    qk_norm=QkNorm.HEAD,
    experts=Experts(128, 8, 768),
)
GPT_OSS = Architecture(
    "gpt-oss-120b",
    layers=36,
    hidden=2880,
    heads=64,
    kv_heads=8,
    head_dim=64,
    vocab=201088,
    attention_bias=AttentionBias.QKV_OUTPUT,
    sinks=True,
    experts=Experts(128, 4, 2880, router_bias=True, bias=True),
    window=Window(128, 2),
)
DEEPSEEK_V3 = Architecture(
    "deepseek-v3",
    layers=61,
    hidden=7168,
    heads=128,
    kv_heads=128,
    head_dim=192,
    v_head_dim=128,
    vocab=129280,
    ffn=18432,
    experts=Experts(256, 8, 2048, 1, 2048, first_dense=3, router_bias=True),
    latent=Latent(512, 128, 64, 128, 1536),
    mtp_layers=1,
)
DEEPSEEK_V32 = Architecture(
    "deepseek-v3.2",
    layers=61,
    hidden=7168,
    heads=128,
    kv_heads=128,
    head_dim=192,
    v_head_dim=128,
    vocab=129280,
    ffn=18432,
    experts=Experts(256, 8, 2048, 1, 2048, first_dense=3, router_bias=True),
    latent=Latent(512, 128, 64, 128, 1536),
    indexer=Indexer(64, 128, 2048),
)
KINDS = (LLAMA_7B, LLAMA_70B, GPT3, QWEN3_30B, GPT_OSS, DEEPSEEK_V3, DEEPSEEK_V32)

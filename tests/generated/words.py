"""How people name and write quantities: labels, keys, column heads, units and nouns.

The spellings are those of frameworks, model cards and engineers' reports. They are kept apart from the auditor's lexicon, so
that what is missing there shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

__all__ = ["BARE_KEYS", "COLUMNS", "COLUMN_UNITS", "FLAGS", "GROUPS", "KEYS", "KEY_UNITS", "LABELS", "NOUNS", "UNITS", "kind"]


def kind(quantity: str) -> str:
    """What sort of figure a quantity is: the units it can be written in follow from it."""
    family, _, name = quantity.partition(".")
    if quantity in ("memory.utilization",) or family == "share":
        return "share"
    if quantity in ("hardware.memory_bandwidth",):
        return "bandwidth"
    if name.endswith("flops"):
        return "flops"
    return {"memory": "bytes", "time": "time", "rate": "tokens"}.get(family, "params" if name.startswith("params") else "count")


def _decimal(power: int) -> Fraction:
    return Fraction(10) ** power


UNITS: Final[Mapping[str, tuple[tuple[str, Fraction], ...]]] = {
    "share": (("%", _decimal(-2)),),
    "bytes": (("GB", _decimal(9)), ("GiB", Fraction(2**30)), ("MB", _decimal(6)), ("TB", _decimal(12))),
    "bandwidth": (("GB/s", _decimal(9)), ("TB/s", _decimal(12)), ("GBps", _decimal(9)), ("TBps", _decimal(12))),
    "flops": (
        ("TFLOPS", _decimal(12)), ("TFLOP/s", _decimal(12)), ("TFLOPs/s", _decimal(12)), ("TFlops", _decimal(12)),
        ("PFLOPS", _decimal(15)), ("PFLOP/s", _decimal(15)),
    ),
    "time": (("ms", _decimal(-3)), ("s", Fraction(1)), (" seconds", Fraction(1)), (" milliseconds", _decimal(-3))),
    "tokens": (
        (" tokens/s", Fraction(1)), (" tokens/sec", Fraction(1)), (" tok/s", Fraction(1)), (" tokens/second", Fraction(1)),
        (" tokens per second", Fraction(1)), (" tokens/ms", _decimal(3)),
    ),
    "params": (("B", _decimal(9)), (" billion", _decimal(9)), ("M", _decimal(6)), ("B", _decimal(9))),
}  # fmt: skip
"""Units a person may choose, with their size in base units; a blank in front keeps them apart from the number always."""

LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "gpus": ("GPUs", "Total GPUs", "Number of GPUs", "GPU count", "World size", "GPUs used", "Total GPU count", "GPUs required"),
    "nodes": ("Nodes", "Number of nodes", "Node count", "Total nodes", "Servers"),
    "gpus.per_node": ("GPUs per node", "GPUs/node", "GPUs per server", "GPUs per host"),
    "gpus.per_stage": ("GPUs per stage", "GPUs per pipeline stage", "GPUs/stage"),
    "gpus.per_replica": ("GPUs per replica", "GPUs per model replica", "GPUs per data-parallel replica"),
    "memory.capacity": ("GPU memory", "Memory capacity", "GPU memory capacity", "HBM capacity", "VRAM per GPU", "Single-card video memory"),
    "hardware.peak_flops": ("Peak FLOPS", "Peak compute per GPU", "GPU peak performance", "Theoretical peak FLOPS", "GPU compute power",
                            "Single-card computing power"),
    "hardware.cluster_flops": ("Total cluster FLOPS", "Aggregate compute", "Cluster peak compute", "Total compute power"),
    "hardware.memory_bandwidth": ("Memory bandwidth", "HBM bandwidth", "GPU memory bandwidth", "VRAM bandwidth"),
    "model.params": ("Parameters", "Total parameters", "Model size", "Parameter count", "Number of parameters", "Model parameters"),
    "model.params_active": ("Active parameters", "Activated parameters", "Active parameters per token"),
    "model.layers": ("Layers", "Number of layers", "Transformer layers", "Num layers", "Decoder layers", "Total layers", "Model layers"),
    "model.hidden": ("Hidden size", "Hidden dimension", "Model dimension", "Embedding dimension", "d_model", "Token dimension"),
    "model.heads": ("Attention heads", "Number of attention heads", "Heads", "Query heads", "MHA heads"),
    "model.kv_heads": ("KV heads", "Key-value heads", "Number of KV heads", "GQA groups"),
    "model.head_dim": ("Head dimension", "Head dim", "Head size", "Dimension per head"),
    "model.ffn_hidden": ("FFN hidden size", "Intermediate size", "FFN dimension", "MLP hidden size", "Feed-forward dimension"),
    "model.expert_hidden": ("Expert hidden size", "MoE intermediate size", "Expert FFN size", "MoE hidden size", "Expert FFN dimension"),
    "model.vocab": ("Vocabulary size", "Vocab size", "Vocabulary"),
    "model.experts": ("Experts", "Number of experts", "Routed experts", "Experts per layer", "Experts per MoE layer"),
    "model.experts_total": ("Total expert instances", "Expert instances", "Experts across all layers"),
    "model.top_k": ("Top-k", "Experts per token", "Active experts per token", "Router top-k", "Top-K routing"),
    "parallel.tensor": ("Tensor parallelism", "Tensor parallel size", "TP", "TP degree", "Tensor parallelism (TP)",
                        "Tensor-parallel degree", "TP size", "Tensor Parallel (TP)", "Tensor Parallel Degree"),
    "parallel.pipeline": ("Pipeline parallelism", "Pipeline parallel size", "PP", "PP degree", "Pipeline parallelism (PP)",
                          "Pipeline stages", "PP size", "Pipeline Parallel (PP)", "Number of stages"),
    "parallel.data": ("Data parallelism", "Data parallel size", "DP", "DP degree", "Data parallelism (DP)", "Data-parallel degree",
                      "DP size", "Data Parallel (DP)", "Data-parallel replicas"),
    "parallel.expert": ("Expert parallelism", "Expert parallel size", "EP", "EP degree", "Expert parallelism (EP)", "EP size",
                        "Expert Parallel (EP)", "Expert Parallel Degree"),
    "parallel.context": ("Context parallelism", "Context parallel size", "CP", "CP degree", "Context Parallel (CP)"),
    "layers.per_stage": ("Layers per stage", "Layers per pipeline stage", "Layers/stage"),
    "heads.per_gpu": ("Attention heads per GPU", "Heads per GPU", "Heads per TP rank", "Attention heads per TP rank"),
    "experts.per_gpu": ("Experts per GPU", "Local experts per GPU", "Experts/GPU", "Experts per device"),
    "batch.global": ("Global batch size", "Global batch", "GBS", "Global batch size (GBS)", "Batch size", "Total batch size"),
    "batch.micro": ("Micro-batch size", "Micro batch size", "MBS", "Microbatch size"),
    "batch.accumulation": ("Gradient accumulation steps", "Gradient accumulation", "Accumulation steps"),
    "batch.per_replica": ("Batch size per replica", "Sequences per replica", "Local batch size", "Batch per DP rank"),
    "batch.sequence_length": ("Sequence length", "Max sequence length", "Sequence length (tokens)", "Seq length", "Input sequence length"),
    "batch.output_length": ("Output length", "Output sequence length", "Output tokens", "Generation length"),
    "batch.tokens": ("Tokens per step", "Tokens per batch", "Tokens per iteration", "Batch tokens"),
    "memory.weights": ("Weights", "Model weights", "Parameter memory", "Weight memory", "Parameters (weights)"),
    "memory.gradients": ("Gradients", "Gradient memory"),
    "memory.optimizer": ("Optimizer states", "Optimizer", "Optimizer state memory", "Adam states"),
    "memory.activations": ("Activations", "Activation memory", "Peak activations"),
    "memory.overhead": ("Overhead", "Framework overhead", "Runtime overhead", "System overhead", "CUDA context"),
    "memory.kv_cache": ("KV cache", "KV cache memory", "KV-cache size", "KV Cache"),
    "memory.used": ("Memory per GPU", "Memory used per GPU", "GPU memory usage", "Total memory per GPU", "Peak memory per GPU",
                    "Per-GPU memory", "Memory usage"),
    "memory.utilization": ("Memory utilization", "GPU memory utilization", "Memory utilisation", "VRAM utilization"),
    "memory.headroom": ("Memory headroom", "Free memory", "Headroom", "Remaining memory"),
    "time.step": ("Step time", "Iteration time", "Time per step", "Step latency", "Training step time"),
    "time.ttft": ("TTFT", "Time to first token", "Time to First Token (TTFT)", "First-token latency"),
    "time.tpot": ("TPOT", "Time per output token", "Inter-token latency", "Time per output token (TPOT)"),
    "rate.tokens": ("Throughput", "Token throughput", "Tokens per second", "Total throughput", "System throughput", "Overall throughput"),
    "rate.tokens_per_gpu": ("Throughput per GPU", "Per-GPU throughput", "Tokens per second per GPU"),
    "rate.achieved_flops": ("Achieved FLOPS per GPU", "Model TFLOPS", "Achieved TFLOPS", "Sustained FLOPS per GPU",
                            "Effective compute per GPU", "Effective FLOPS per GPU"),
    "share.mfu": ("MFU", "Model FLOPs utilization", "Model FLOPS utilization (MFU)", "MFU utilization"),
    "share.bubble": ("Pipeline bubble", "Bubble ratio", "Pipeline bubble fraction", "Pipeline bubble overhead", "Bubble overhead"),
}  # fmt: skip

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "gpus": ("num_gpus", "total_gpus", "gpu_count", "world_size", "gpus", "total_gpus_required", "n_gpus"),
    "nodes": ("num_nodes", "nodes", "nnodes", "node_count"),
    "gpus.per_node": ("gpus_per_node", "num_gpus_per_node", "nproc_per_node"),
    "gpus.per_stage": ("gpus_per_stage", "gpus_per_pipeline_stage"),
    "gpus.per_replica": ("gpus_per_replica", "gpus_per_dp_replica"),
    "memory.capacity": ("gpu_memory_gb", "memory_capacity_gb", "gpu_memory_capacity_gb", "memory_per_gpu_capacity_gb"),
    "hardware.peak_flops": ("peak_tflops", "gpu_peak_tflops", "peak_tflops_per_gpu", "gpu_compute_tflops"),
    "hardware.cluster_flops": ("total_cluster_tflops", "cluster_tflops", "total_compute_tflops"),
    "hardware.memory_bandwidth": ("memory_bandwidth_gb_s", "hbm_bandwidth_gb_s", "memory_bandwidth_gbps"),
    "model.params": ("params", "total_params", "num_parameters", "model_params", "total_parameters"),
    "model.params_active": ("active_params", "activated_params", "active_parameters"),
    "model.layers": ("num_layers", "n_layers", "num_hidden_layers", "layers", "total_layers", "model_layers"),
    "model.hidden": ("hidden_size", "d_model", "hidden_dim", "token_dimension", "token_dim"),
    "model.heads": ("num_attention_heads", "n_heads", "num_heads", "attention_heads", "mha_heads"),
    "model.kv_heads": ("num_key_value_heads", "n_kv_heads", "num_kv_heads", "gqa_kv_heads"),
    "model.head_dim": ("head_dim", "kv_channels", "head_dimension"),
    "model.ffn_hidden": ("ffn_hidden_size", "intermediate_size", "ffn_dim"),
    "model.expert_hidden": ("moe_intermediate_size", "moe_ffn_hidden_size", "moe_hidden_size", "hidden_size_moe"),
    "model.vocab": ("vocab_size", "vocabulary_size"),
    "model.experts": ("num_experts", "n_routed_experts", "num_local_experts", "experts_per_layer", "num_moe_experts"),
    "model.experts_total": ("total_expert_instances", "expert_instances"),
    "model.top_k": ("top_k", "num_experts_per_tok", "moe_router_topk", "top_k_gate"),
    "parallel.tensor": ("tensor_parallel_size", "tp", "tp_size", "tensor_model_parallel_size", "tp_degree", "tensor_parallel_degree",
                        "tensorParallelSize", "tensor_parallelism", "tensor_parallel"),
    "parallel.pipeline": ("pipeline_parallel_size", "pp", "pp_size", "pipeline_model_parallel_size", "pp_degree", "pipeline_stages",
                          "pipeline_parallelism", "pipeline_parallel", "pipelineParallelSize"),
    "parallel.data": ("data_parallel_size", "dp", "dp_size", "dp_degree", "data_parallel_degree", "data_parallelism", "data_parallel"),
    "parallel.expert": ("expert_parallel_size", "ep", "ep_size", "expert_model_parallel_size", "ep_degree", "expert_parallelism",
                        "expert_parallel"),
    "parallel.context": ("context_parallel_size", "cp", "cp_size", "context_parallel"),
    "layers.per_stage": ("layers_per_stage", "num_layers_per_stage", "layers_per_pipeline_stage"),
    "heads.per_gpu": ("heads_per_gpu", "attention_heads_per_gpu", "heads_per_tp_rank"),
    "experts.per_gpu": ("experts_per_gpu", "local_experts_per_gpu", "num_experts_per_gpu"),
    "batch.global": ("global_batch_size", "gbs", "train_batch_size", "batch_size", "total_batch_size"),
    "batch.micro": ("micro_batch_size", "mbs", "train_micro_batch_size_per_gpu"),
    "batch.accumulation": ("gradient_accumulation_steps", "accumulation_steps"),
    "batch.per_replica": ("batch_size_per_replica", "sequences_per_replica", "local_batch_size"),
    "batch.sequence_length": ("seq_length", "sequence_length", "max_seq_len", "seq_len", "input_sequence_length"),
    "batch.output_length": ("output_length", "output_sequence_length", "output_tokens"),
    "batch.tokens": ("tokens_per_step", "tokens_per_batch"),
    "memory.weights": ("weights_gb", "model_weights_gb", "weight_memory_gb", "parameters_gb"),
    "memory.gradients": ("gradients_gb", "gradient_memory_gb"),
    "memory.optimizer": ("optimizer_gb", "optimizer_states_gb"),
    "memory.activations": ("activations_gb", "activation_memory_gb"),
    "memory.overhead": ("overhead_gb", "framework_overhead_gb", "system_overhead_gb"),
    "memory.kv_cache": ("kv_cache_gb", "kv_cache_memory_gb"),
    "memory.used": ("memory_per_gpu_gb", "memory_used_gb", "peak_memory_gb", "total_memory_gb"),
    "memory.utilization": ("memory_utilization_percent", "memory_utilization_pct", "gpu_memory_utilization_percent"),
    "memory.headroom": ("memory_headroom_gb", "headroom_gb", "free_memory_gb"),
    "time.step": ("step_time_ms", "iteration_time_ms", "step_time_s"),
    "time.ttft": ("ttft_ms", "time_to_first_token_ms", "ttft_s"),
    "time.tpot": ("tpot_ms", "time_per_output_token_ms"),
    "rate.tokens": ("throughput_tokens_per_second", "tokens_per_second", "throughput_tokens_per_sec", "throughput_tokens_s"),
    "rate.tokens_per_gpu": ("tokens_per_second_per_gpu", "throughput_per_gpu_tokens_per_second"),
    "rate.achieved_flops": ("achieved_tflops_per_gpu", "model_tflops_per_gpu", "achieved_tflops", "effective_tflops"),
    "share.mfu": ("mfu_percent", "mfu_pct"),
    "share.bubble": ("pipeline_bubble_percent", "bubble_percent"),
}  # fmt: skip
"""Keys of data files; the last words of a key say the unit of a bare number below it."""

KEY_UNITS: Final[Mapping[str, Fraction]] = {
    "gb_s": _decimal(9),
    "gbps": _decimal(9),
    "gb": _decimal(9),
    "tflops": _decimal(12),
    "tflops_per_gpu": _decimal(12),
    "ms": _decimal(-3),
    "s": Fraction(1),
    "percent": _decimal(-2),
    "pct": _decimal(-2),
}
"""Base units in one unit of a key that ends so."""

BARE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "memory.capacity": ("gpu_memory", "single_gpu_memory", "memory_capacity"),
    "hardware.peak_flops": ("gpu_compute", "single_gpu_compute", "peak_compute"),
    "hardware.cluster_flops": ("total_cluster_compute", "aggregate_compute"),
    "hardware.memory_bandwidth": ("memory_bandwidth", "vram_bandwidth"),
    "memory.weights": ("weights", "model_weights", "weight_memory"),
    "memory.gradients": ("gradients",),
    "memory.optimizer": ("optimizer_states", "optimizer"),
    "memory.activations": ("activations", "activation_memory"),
    "memory.overhead": ("overhead", "system_overhead"),
    "memory.kv_cache": ("kv_cache",),
    "memory.used": ("memory_per_gpu", "memory_usage", "total_memory_per_gpu"),
    "memory.utilization": ("memory_utilization", "gpu_memory_utilization"),
    "memory.headroom": ("memory_headroom", "headroom"),
    "time.step": ("step_time", "iteration_time"),
    "time.ttft": ("ttft", "estimated_ttft", "time_to_first_token"),
    "time.tpot": ("tpot", "time_per_output_token"),
    "rate.tokens": ("throughput", "total_throughput", "token_throughput"),
    "rate.tokens_per_gpu": ("throughput_per_gpu", "per_gpu_throughput"),
    "rate.achieved_flops": ("achieved_flops_per_gpu", "effective_compute_per_gpu"),
    "share.mfu": ("mfu", "mfu_utilization"),
    "share.bubble": ("pipeline_bubble", "bubble_ratio"),
}
"""Keys without a unit, for values that carry their own."""

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "gpus": ("GPUs", "#GPUs", "Num GPUs", "# GPUs", "Total GPUs"),
    "parallel.tensor": ("TP", "Tensor parallel", "TP size"),
    "parallel.pipeline": ("PP", "Pipeline parallel", "PP size"),
    "parallel.data": ("DP", "Data parallel", "DP size"),
    "parallel.context": ("CP", "Context parallel"),
    "parallel.expert": ("EP", "Expert parallel"),
    "batch.global": ("GBS", "Global batch size", "Batch size"),
    "batch.micro": ("MBS", "Micro batch size"),
    "batch.sequence_length": ("Sequence length", "Seq len", "Seq length"),
    "memory.used": ("Memory per GPU (GB)", "Memory/GPU (GB)", "Peak memory (GB)"),
    "memory.utilization": ("Memory utilization (%)", "Mem util (%)"),
    "time.step": ("Step time (ms)", "Iteration time (ms)"),
    "time.ttft": ("TTFT (ms)",),
    "time.tpot": ("TPOT (ms)",),
    "rate.tokens": ("Throughput (tokens/s)", "Tokens/s", "Tokens/sec"),
    "rate.tokens_per_gpu": ("Tokens/s/GPU", "Tokens / sec / GPU", "Tokens/sec/GPU"),
    "rate.achieved_flops": ("TFLOP/s/GPU", "Model TFLOP / sec / GPU", "TFLOPs/s/GPU"),
    "share.mfu": ("MFU (%)", "MFU %"),
}
"""Heads of a table with a configuration in each row."""

COLUMN_UNITS: Final[Mapping[str, Fraction]] = {
    "bytes": _decimal(9),
    "flops": _decimal(12),
    "time": _decimal(-3),
    "share": _decimal(-2),
    "tokens": Fraction(1),
    "count": Fraction(1),
}
"""The size of the unit in which a bare number below such a head is, by the kind of its quantity."""

GROUPS: Final = (
    ("Hardware", ("gpus", "nodes", "gpus.per_node", "memory.capacity", "hardware.peak_flops", "hardware.memory_bandwidth",
                  "hardware.cluster_flops")),
    ("Model", ("model.params", "model.params_active", "model.layers", "model.hidden", "model.heads", "model.kv_heads", "model.head_dim",
               "model.ffn_hidden", "model.expert_hidden", "model.vocab", "model.experts", "model.top_k", "model.experts_total")),
    ("Parallelism", ("parallel.tensor", "parallel.pipeline", "parallel.data", "parallel.context", "parallel.expert", "layers.per_stage",
                     "heads.per_gpu", "experts.per_gpu", "gpus.per_stage", "gpus.per_replica")),
    ("Batch", ("batch.global", "batch.micro", "batch.accumulation", "batch.per_replica", "batch.sequence_length", "batch.output_length",
               "batch.tokens")),
    ("Memory", ("memory.weights", "memory.gradients", "memory.optimizer", "memory.activations", "memory.kv_cache", "memory.overhead",
                "memory.used", "memory.utilization", "memory.headroom")),
    ("Performance", ("time.step", "time.ttft", "time.tpot", "rate.tokens", "rate.tokens_per_gpu", "rate.achieved_flops", "share.mfu",
                     "share.bubble")),
)  # fmt: skip

NOUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "gpus": ("", "", " GPUs"),
    "nodes": ("", " nodes"),
    "gpus.per_node": ("", " GPUs"),
    "gpus.per_stage": ("", " GPUs"),
    "gpus.per_replica": ("", " GPUs"),
    "model.params": ("", " parameters"),
    "model.params_active": ("", " parameters"),
    "model.layers": ("", " layers"),
    "model.heads": ("", " heads"),
    "model.kv_heads": ("", " KV heads"),
    "model.experts": ("", " experts"),
    "parallel.tensor": ("", "-way", " GPUs"),
    "parallel.pipeline": ("", "-way", " stages"),
    "parallel.data": ("", "-way", " replicas"),
    "parallel.expert": ("", "-way"),
    "parallel.context": ("", "-way"),
    "layers.per_stage": ("", " layers"),
    "heads.per_gpu": ("", " heads"),
    "experts.per_gpu": ("", " experts"),
    "batch.global": ("", " sequences", " samples"),
    "batch.micro": ("", " sequences"),
    "batch.accumulation": ("", " steps"),
    "batch.per_replica": ("", " sequences"),
    "batch.sequence_length": ("", " tokens"),
    "batch.output_length": ("", " tokens"),
    "batch.tokens": ("", " tokens"),
}
"""What may follow a number when it stands under its label."""

FLAGS: Final[Mapping[str, Mapping[str, str]]] = {
    "megatron": {
        "parallel.tensor": "--tensor-model-parallel-size",
        "parallel.pipeline": "--pipeline-model-parallel-size",
        "parallel.context": "--context-parallel-size",
        "parallel.expert": "--expert-model-parallel-size",
        "model.layers": "--num-layers",
        "model.hidden": "--hidden-size",
        "model.heads": "--num-attention-heads",
        "model.kv_heads": "--num-query-groups",
        "model.ffn_hidden": "--ffn-hidden-size",
        "model.experts": "--num-experts",
        "model.top_k": "--moe-router-topk",
        "batch.global": "--global-batch-size",
        "batch.micro": "--micro-batch-size",
        "batch.sequence_length": "--seq-length",
    },
    "vllm": {
        "parallel.tensor": "--tensor-parallel-size",
        "parallel.pipeline": "--pipeline-parallel-size",
        "parallel.data": "--data-parallel-size",
    },
    "sglang": {
        "parallel.tensor": "--tp-size",
        "parallel.pipeline": "--pp-size",
    },
}

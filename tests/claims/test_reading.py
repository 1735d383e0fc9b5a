"""What each way of writing is read as: spellings, formats, values, roles, scopes and plans, one line a case.

Every case gives a text and the claims that must be found in it; nothing else that is sure may be found beside them.
"""

from __future__ import annotations

import pytest

from auditor.claims.model import Role
from auditor.findings import Confidence
from tests.claims.reading import read, said


def check(text: str, expected: str, name: str = "report.md", *, sure: bool = True) -> None:
    """Check that a text is read as expected, and that no other quantity is claimed with any confidence."""
    found = read(text, name)
    wanted = said(expected)
    shown = [
        (claim.quantity, str(claim.interval), claim.role.value, claim.scope.per, claim.confidence.value, claim.text)
        for claim in found.claims
    ]
    for one in wanted:
        matching = [claim for claim in found.claims if one.matches(claim)]
        assert matching, (one, shown)
        if sure:
            assert all(claim.confidence is not Confidence.LOW for claim in matching), shown
    named = {one.quantity for one in wanted}
    extra = [claim for claim in found.claims if claim.quantity not in {*named, "other"} and claim.confidence is not Confidence.LOW]
    assert not extra, shown
    surely = [claim for claim in found.claims if claim.quantity in named and claim.confidence is Confidence.HIGH]
    assert all(any(one.matches(claim) for one in wanted) for claim in surely), shown


TENSOR = [
    "- Tensor parallelism: 8",
    "- **TP**: 8",
    "- TP size: 8",
    "- Tensor Parallel (TP): 8",
    "- Tensor Parallelism Degree: 8-way",
    "- tensor-parallel size of 8",
    "We use a tensor-parallel size of 8.",
    "Set the tensor parallel degree to 8.",
    "Tensor parallel degree is set to 8.",
    "The model uses 8-way tensor parallelism.",
    "- 8-way TP",
    "- TP=8",
    "- TP = 8",
    "- tp: 8",
    "- TP8",
    "- TP-8",
    "- TP(8)",
    "- TP degree = 8",
    "- TP degree of 8",
    "- with a TP of 8",
    "- tp_size=8",
    "- tensor_parallel_size = 8",
    "- tensorParallelSize: 8",
    "- tensor parallelism (TP=8)",
    "- tensor parallelism (8-way)",
    "- tensor parallelism of degree 8",
    "- 8x tensor parallelism",
    "- 8-GPU tensor parallelism",
    "- intra-node TP=8",
    "- TP group size: 8",
    "- TP world size = 8",
    "- `--tensor-parallel-size 8`",
    "- --tp 8",
    "- --tp-size 8",
    "- -tp 8",
    "- Consider nothing else; TP is 8",
    "Run it with `vllm serve model --tensor-parallel-size=8`.",
]


@pytest.mark.parametrize("text", TENSOR)
def test_spellings_of_tensor_parallelism(text: str) -> None:
    check(text, "parallel.tensor 8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- PP=4", "parallel.pipeline 4"),
        ("- 4 pipeline stages", "parallel.pipeline 4"),
        ("- Pipeline stages: 4", "parallel.pipeline 4"),
        ("- 4-stage pipeline", "parallel.pipeline 4"),
        ("- pipeline depth: 4", "parallel.pipeline 4"),
        ("- num_stages: 4", "parallel.pipeline 4"),
        ("- pipeline-parallel degree of 4", "parallel.pipeline 4"),
        ("- Pipeline parallelism with 4 stages", "parallel.pipeline 4"),
        ("- EP: 16", "parallel.expert 16"),
        ("- 16-way expert parallelism", "parallel.expert 16"),
        ("- ep_degree=16", "parallel.expert 16"),
        ("- expert-model-parallel-size 16", "parallel.expert 16"),
        ("- DP=2", "parallel.data 2"),
        ("- 2 data-parallel replicas", "parallel.data 2"),
        ("- Number of replicas: 2", "parallel.data 2"),
        ("- Data parallelism: 2 replicas", "parallel.data 2"),
        ("- CP=2", "parallel.context 2"),
        ("- context parallelism of 2", "parallel.context 2"),
        ("- sequence parallelism: 4-way", "parallel.sequence 4"),
        ("- sequence parallelism: enabled", ""),
        ("- expert tensor parallel size: 1", "parallel.expert_tensor 1"),
        ("- VPP=4", "parallel.virtual_pipeline 4"),
        ("- virtual pipeline stages: 4", "parallel.virtual_pipeline 4"),
        ("An interleaved schedule with 4 virtual stages runs.", "parallel.virtual_pipeline 4"),
        ("- GPUs: 64", "gpus 64"),
        ("- Total GPUs: 64", "gpus 64"),
        ("- world size: 64", "gpus 64"),
        ("- GPU count: 64", "gpus 64"),
        ("- 64 accelerators", "gpus 64"),
        ("- 64 × H100", "gpus 64"),
        ("- 64xH100", "gpus 64"),
        ("- H100 x 64", "gpus 64"),
        ("The job runs on 64 GPUs.", "gpus 64"),
        ("- Total GPUs = TP × PP × DP = 8 × 4 × 2 = 64", "gpus 64; parallel.tensor 8; parallel.pipeline 4; parallel.data 2"),
        ("- uses 64 of 72 GPUs", "gpus 64; gpus.available 72"),
        ("- 64/64 GPUs", "gpus 64; gpus.available 64"),
        ("- 16 GPUs available, 14 used", "gpus.available 16; gpus 14"),
        ("- 2 spare GPUs", "gpus.spare 2"),
        ("- 8 nodes with 8 GPUs each", "nodes 8; gpus.per_node 8"),
        ("- 8 nodes x 8 GPUs", "nodes 8; gpus.per_node 8"),
        ("- 8 GPUs/node", "gpus.per_node 8"),
        ("- Each stage has 4 GPUs and 8 layers.", "gpus.per_stage 4; layers.per_stage 8"),
        ("- Each replica uses 8 GPUs.", "gpus.per_replica 8"),
        ("- Layers: 32", "model.layers 32"),
        ("- 32 transformer layers", "model.layers 32"),
        ("- d_model: 4096", "model.hidden 4096"),
        ("- Attention heads: 32", "model.heads 32"),
        ("- KV heads: 8", "model.kv_heads 8"),
        ("- FFN size: 14336", "model.ffn_hidden 14336"),
        ("- Experts per layer: 64", "model.experts 64"),
        ("- top-2 routing", "model.top_k 2"),
        ("- 2 of 64 experts active per token", "model.top_k 2; model.experts 64"),
        ("It has 64 experts of which 2 are active.", "model.experts 64; model.top_k 2"),
        ("- 4 experts per GPU, 64 experts in total", "experts.per_gpu 4; model.experts 64"),
        ("- Context length: 32768", "model.context 32768"),
        ("- GBS: 1024", "batch.global 1024"),
        ("- Batch of 128 sequences", "batch.global 128"),
        ("- MBS = 2", "batch.micro 2"),
        ("Training runs with a micro-batch of 2.", "batch.micro 2"),
        ("- 16 microbatches", "batch.microbatches 16"),
        ("- Gradient accumulation steps: 16", "batch.accumulation 16"),
        ("- Batch size per GPU: 8", "batch.per_replica 8"),
        ("- Tokens per batch: 524,288", "batch.tokens 524288"),
        ("- Precision: BF16", "model.bytes_per_param 2 byte"),
    ],
)
def test_spellings(text: str, expected: str) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # times and rates
        ("- Latency: 27ms", "time.step 26.5..27.5 ms"),
        ("- Latency: 27.0ms", "time.step 26.95..27.05 ms"),
        ("- Latency: 0.35 s", "time.step 345..355 ms"),
        ("- Latency: 5 ± 1 ms", "time.step 4..6 ms"),
        ("- Latency: 5 ms +/- 1 ms", "time.step 4..6 ms"),
        ("- Latency: 100 ms ± 5%", "time.step 95..105 ms"),
        ("- Throughput: ~8,000 tokens/s", "rate.tokens 7600..8400"),
        ("- Throughput: 38k tokens/s", "rate.tokens 37500..38500"),
        ("- Throughput: 1200 TPS", "rate.tokens 1199.5..1200.5"),
        ("- Throughput: 50 tokens/ms", "rate.tokens 49500..50500"),
        ("- Throughput: 3.2e9 tokens/s", "rate.tokens 3150000000..3250000000"),
        ("- Throughput: 12\u202f345 tokens/s", "rate.tokens 12344.5..12345.5"),
        ("- TGS: 4022", "rate.tokens_per_gpu 4021.5..4022.5 per gpu"),
        ("- QPS: 12", "rate.requests 11.5..12.5"),
        ("- Requests per second: 12", "rate.requests 11.5..12.5"),
        ("- 1200 RPS", "rate.requests 1199.5..1200.5"),
        ("- TTFT: 180 ms", "time.ttft 179.5..180.5 ms"),
        ("- Time to first token: 180ms", "time.ttft 179.5..180.5 ms"),
        ("- TPOT: 12 ms", "time.tpot 11.5..12.5 ms"),
        ("- Inter-token latency: 12ms", "time.tpot 11.5..12.5 ms"),
        # amounts of data, bandwidths, work
        ("- Memory bandwidth: 1.8TBps", "hardware.memory_bandwidth 1.75..1.85 TB/s"),
        ("- Interconnect: 400 Gbps InfiniBand", "hardware.link_bandwidth 49.9375..50.0625 GB/s"),
        ("- Interconnect: 900 GB/s NVLink", "hardware.link_bandwidth 899.5..900.5 GB/s"),
        ("- Peak compute: 400TFlops", "hardware.peak_flops 399.5..400.5 TFLOPS"),
        ("- Peak compute: 30.7 PFlops", "hardware.peak_flops 30650..30750 TFLOPS"),
        ("- GPU memory: 80GB", "memory.capacity 79.5..80.5 GB"),
        ("- GPU memory: 80 GiB", "memory.capacity 79.5..80.5 GiB"),
        ("- GPU memory: 80 GB HBM3 each", "memory.capacity 79.5..80.5 GB per gpu"),
        # counts
        ("- Sequence length: 128-10240", "batch.sequence_length 128..10240"),
        ("- Sequence length: 8k", "batch.sequence_length 7500..8500"),
        ("- Sequence length: 2^20", "batch.sequence_length 1048576"),
        ("- Sequence length: 2¹⁰", "batch.sequence_length 1024"),
        ("- Batch size: 23-24", "batch.global 23..24"),
        ("- Batch tokens: 0.125M", "batch.tokens 124500..125500"),
        ("- Parameters: 30B", "model.params 29500000000..30500000000"),
        ("- Parameters: 30 billion", "model.params 29500000000..30500000000"),
        ("- Model parameters: 1.5T", "model.params 1450000000000..1550000000000"),
        ("- Parameters: 10^12", "model.params 1000000000000"),
        ("- Parameters: 1e12", "model.params 500000000000..1500000000000"),
        ("- Parameters: 1,234,567", "model.params 1234567"),
        ("- Parameters: 1_234_567", "model.params 1234567"),
        ("- Parameters: 1\u00a0234\u00a0567", "model.params 1234567"),
        # bounds
        ("- MFU: ≤ 85%", "share.mfu ..85 %"),
        ("- Latency: <50ms", "time.step ..50 ms"),
        ("- Latency: under 200 ms", "time.step ..200 ms"),
        ('- GPUs: ">= 8"', "gpus 8.."),
        ("- Activations take up to 8 GB", "memory.activations ..8 GB"),
        # marks
        ("- ✅ GPUs: 16", "gpus 16"),
        ("- [x] GPUs: 16", "gpus 16"),
        ("- ❌ Memory used: 90 GB", "memory.used 89.5..90.5 GB"),
        # shares and changes
        ("- MFU: 51.6%", "share.mfu 51.55..51.65 %"),
        ("- MFU: 0.516", "share.mfu 51.55..51.65 %"),
        ("- Model FLOPs utilization: 51.6 percent", "share.mfu 51.55..51.65 %"),
        ("- Speedup: 5.1x", "change 5.05..5.15"),
        ("- Change: +6.7%", "change 6.65..6.75 %"),
        ("- Headroom: 12 GB (15%)", "memory.headroom 11.5..12.5 GB; memory.headroom_share 14.5..15.5 %"),
        (
            "- Memory: 11.5 GB (18% of 64GB)",
            "memory.used 11.45..11.55 GB; memory.utilization 17.5..18.5 %; memory.capacity 63.5..64.5 GB",
        ),
        ("- Memory: 38 GB of 80 GB", "memory.used 37.5..38.5 GB; memory.capacity 79.5..80.5 GB"),
        # strategies and products
        ("# Strategy TP2-EP4-PP2-DP2", "parallel.tensor 2; parallel.expert 4; parallel.pipeline 2; parallel.data 2"),
        ("- Strategy: EP16_TP1_PP1_DP1", "parallel.expert 16; parallel.tensor 1; parallel.pipeline 1; parallel.data 1"),
        ("- Layout: tp8pp4", "parallel.tensor 8; parallel.pipeline 4"),
        ("- Layout: DP2/TP8/PP4", "parallel.data 2; parallel.tensor 8; parallel.pipeline 4"),
        ("- TP2 × EP4 = 8 GPUs", "parallel.tensor 2; parallel.expert 4; gpus 8"),
        ("- 16 (EP) × 4 (TP) = 64 GPUs", "parallel.expert 16; parallel.tensor 4; gpus 64"),
        ("- EP=64 × TP=16 / 16 = 64", "parallel.expert 64; parallel.tensor 16"),
        ("- 140 GB / (TP4 × PP2) = 17.5 GB per GPU", "parallel.tensor 4; parallel.pipeline 2"),
        ("- TP/PP/DP: 8/4/2", "parallel.tensor 8; parallel.pipeline 4; parallel.data 2"),
        ("- Chosen layout: TP×EP×PP = 2×8×4", "parallel.tensor 2; parallel.expert 8; parallel.pipeline 4"),
        ("- (TP, PP, DP) = (8, 4, 2)", "parallel.tensor 8; parallel.pipeline 4; parallel.data 2"),
        ("- TP × PP × DP = 8 × 4 × 2 = 64 GPUs", "parallel.tensor 8; parallel.pipeline 4; parallel.data 2; gpus 64"),
        ("- Shape: 64x8x128x4x8", ""),
    ],
)
def test_values(text: str, expected: str) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Parameters: 1 234 567", "model.params 1234567"),
        ("- Memory: 1,5 GB", "memory.used 1.45..1.55 GB"),
        ("- Latency: 0,35 s", "time.step 345..355 ms"),
        ("- Cluster: 2x8 GPUs", "nodes 2; gpus.per_node 8"),
        ("- GPU 3: 38 GB", "memory.used 37.5..38.5 GB"),
    ],
)
def test_what_can_be_read_otherwise_is_not_sure(text: str, expected: str) -> None:
    check(text, expected, sure=False)
    assert all(claim.confidence is Confidence.LOW for claim in read(text).claims)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("- Sequence length: 8K", {"decimal", "binary"}),
        ("- GPU memory: 80 GB", {"", "binary"}),
        ("- GPU memory: 80 GiB", {""}),
    ],
)
def test_both_readings_are_kept_where_two_are_common(text: str, readings: set[str]) -> None:
    assert {reading.name for reading in read(text).claims[0].readings} == readings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"tp_size": 8, "num_gpus": 64}', "parallel.tensor 8; gpus 64"),
        ('{"tensorParallelSize": 8}', "parallel.tensor 8"),
        ('{"tensor_parallel": {"size": 8}}', "parallel.tensor 8"),
        ('{"ep_degree": 16}', "parallel.expert 16"),
        ('{"expert_parallelism": {"degree": 16}}', "parallel.expert 16"),
        ('{"expert_parallel": {"ep": 16}}', "parallel.expert 16"),
        ('{"parallelism": {"tensor": 8, "expert": 16}}', "parallel.tensor 8; parallel.expert 16"),
        ('{"strategy": {"TP": "8-way", "PP": "4 stages"}}', "parallel.tensor 8; parallel.pipeline 4"),
        ('{"world_size": 64}', "gpus 64"),
        ('{"gpus": {"total": 64, "per_node": 8, "nodes": 8}}', "gpus 64; gpus.per_node 8; nodes 8"),
        ('{"hardware": "3 GPUs, 64 GB each"}', "gpus 3; memory.capacity 63.5..64.5 GB per gpu"),
        ('{"gpu": "32GB_each"}', "memory.capacity 31.5..32.5 GB per gpu"),
        ('{"hardware": {"gpu_memory_gb": 80}}', "memory.capacity 79.5..80.5 GB per gpu"),
        ('{"latency_ms": 27, "peak_tf": 400}', "time.step 26.5..27.5 ms"),
        ('{"utilization": "16/16 = 100.0%"}', ""),
        ('{"layout": "PP=2×TP=4×SP=1"}', "parallel.pipeline 2; parallel.tensor 4; parallel.sequence 1"),
        ('{"valid": true, "gpu_ids": [0, 1, 2, 3]}', ""),
        ('{"stages": [{"stage": 0, "gpus": [0, 1]}, {"stage": 1, "gpus": [2, 3]}]}', ""),
        ('{"stages": [{"id": 0, "num_layers": 16, "gpu_count": 4}]}', "layers.per_stage 16 per stage; gpus.per_stage 4 per stage"),
        ('{"params_b": 70}', "model.params 69500000000..70500000000"),
        ('{"mfu": 0.516}', "share.mfu 51.55..51.65 %"),
        ('{"memory_per_gpu": {"weights": "17.5 GB"}}', "memory.weights 17.45..17.55 GB per gpu"),
        (
            '{"target": {"latency_ms": 50}, "achieved": {"latency_ms": 27}}',
            "time.step 49.5..50.5 ms target; time.step 26.5..27.5 ms",
        ),
        (
            '{"num_hidden_layers": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "num_experts_per_tok": 2}',
            "model.layers 32; model.kv_heads 8; model.ffn_hidden 14336; model.top_k 2",
        ),
        ('{"train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 16}', "batch.micro 4; batch.accumulation 16"),
        ('{"report": "# Plan\\n\\n- GPUs: 16\\n- TP: 4\\n"}', "gpus 16; parallel.tensor 4"),
        ('{"args": ["--tensor-parallel-size", "8", "--max-model-len=8192"]}', "parallel.tensor 8; model.context 8192"),
    ],
)
def test_json(text: str, expected: str) -> None:
    check(text, expected, "report.json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("layout: {tp: 8, pp: 4}\n", "parallel.tensor 8; parallel.pipeline 4"),
        ("resources:\n  gpus: 16  # two nodes\n", "gpus 16"),
        ("total_compute_tflops: 2496\n", "hardware.cluster_flops 2495.5..2496.5 TFLOPS"),
        ("trainer:\n  devices: 8\n  num_nodes: 4\n", "gpus.per_node 8; nodes 4"),
        ("model:\n  tensor_model_parallel_size: 8\n  micro_batch_size: 1\n", "parallel.tensor 8; batch.micro 1"),
        ("args:\n  - --tensor-parallel-size=8\n  - --max-model-len=8192\n", "parallel.tensor 8; model.context 8192"),
        ("command: [torchrun, --nproc_per_node, '8']\n", "gpus.per_node 8"),
        ("command: vllm serve m --tensor-parallel-size 8\n", "parallel.tensor 8"),
    ],
)
def test_yaml(text: str, expected: str) -> None:
    check(text, expected, "report.yaml")


def test_toml() -> None:
    check(
        "[parallelism]\ntensor_parallel_degree = 8\n[training]\nseq_len = 4096\n", "parallel.tensor 8; batch.sequence_length 4096", "c.toml"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torchrun --nproc_per_node=8 --nnodes=4 train.py", "gpus.per_node 8; nodes 4"),
        ("torchrun --nproc-per-node 8 \\\n  --nnodes 4 \\\n  train.py", "gpus.per_node 8; nodes 4"),
        ("python -m torch.distributed.run --nproc_per_node 8 train.py", "gpus.per_node 8"),
        ("NNODES=4\nGPUS=8\ntorchrun --nproc_per_node=$GPUS --nnodes=${NNODES} t.py", "gpus.per_node 8 per node; nodes 4"),
        ("srun -N 4 --ntasks-per-node=8 python train.py", "nodes 4"),
        ("srun -N 4 --ntasks-per-node=8 --gpus-per-node=8 python train.py", "nodes 4; gpus.per_node 8"),
        ("#SBATCH --nodes=4\n#SBATCH --gpus-per-node=8", "nodes 4; gpus.per_node 8"),
        ("#SBATCH -N 4\n#SBATCH --gres=gpu:8", "nodes 4; gpus.per_node 8"),
        ("mpirun -np 64 python train.py", "gpus 64"),
        ("deepspeed --num_gpus 8 --num_nodes 4 train.py", "gpus.per_node 8; nodes 4"),
        ("accelerate launch --num_processes 64 --num_machines 8 t.py", "gpus 64; nodes 8"),
        ("vllm serve m -tp 8 -pp 2 --max-model-len 8192", "parallel.tensor 8; parallel.pipeline 2; model.context 8192"),
        ("python -m sglang.launch_server --tp 8 --dp 2 --ep 8", "parallel.tensor 8; parallel.data 2; parallel.expert 8"),
        ("trtllm-serve m --tp_size 8 --ep_size 4", "parallel.tensor 8; parallel.expert 4"),
        (
            "python t.py --num-layers 32 --hidden-size 4096 --moe-router-topk 2 --expert-model-parallel-size 8",
            "model.layers 32; model.hidden 4096; model.top_k 2; parallel.expert 8",
        ),
        ("export WORLD_SIZE=64\nexport TP_SIZE=8", "gpus 64; parallel.tensor 8"),
        ("export CUDA_VISIBLE_DEVICES=0,1,2,3", ""),
    ],
)
def test_commands(text: str, expected: str) -> None:
    check(f"{text}\n", expected, "run.sh")
    check(f"```bash\n{text}\n```\n", expected)


def test_a_command_in_a_sentence() -> None:
    check("Start it with `torchrun --nproc_per_node=8 --nnodes=4 train.py`.\n", "gpus.per_node 8; nodes 4")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Parallelism\n  - Tensor Parallelism\n    - Degree: 4-way\n", "parallel.tensor 4"),
        ("1. GPUs: 16\n2. TP: 4\n", "gpus 16; parallel.tensor 4"),
        ("> - GPUs: 16\n", "gpus 16"),
        ("---\ntitle: Plan\ngpus: 16\n---\n# Plan\n", "gpus 16"),
        ("```\nTP: 8\nPP: 4\n```\n", "parallel.tensor 8; parallel.pipeline 4"),
        ("```\nPlan\n├── GPUs: 16\n│   └── TP: 4\n└── DP: 2\n```\n", "gpus 16; parallel.tensor 4; parallel.data 2"),
        ("```python\nllm = LLM(model='m', tensor_parallel_size=8)\n```\n", "parallel.tensor 8"),
        ("```python\nconfig = {'tp': 8, 'pp': 4}\n```\n", "parallel.tensor 8; parallel.pipeline 4"),
        ('```json\n{"tp": 8}\n```\n', "parallel.tensor 8"),
        ("```toml\ntp = 8\n```\n", "parallel.tensor 8"),
        ("- Tensor: 8\n- Pipeline: 4\n- Expert: 16\n", "parallel.tensor 8; parallel.pipeline 4; parallel.expert 16"),
    ],
)
def test_shapes_of_markdown(text: str, expected: str) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("Component|Memory (GB)", "Weights|17.5", "KV cache|8"), "memory.weights 17.45..17.55 GB; memory.kv_cache 7.5..8.5 GB"),
        (("Metric|Value|Unit", "Latency|27|ms", "GPU memory|80|GB"), "time.step 26.5..27.5 ms; memory.capacity 79.5..80.5 GB"),
        (("Model|Params (B)|GPUs", "A|70|64"), "model.params 69500000000..70500000000; gpus 64"),
        (("Parameter|A|B", "GPUs|16|32", "TP|4|8"), "gpus 16; gpus 32; parallel.tensor 4; parallel.tensor 8"),
        (("TP/PP/DP|GPUs", "8/4/2|64"), "parallel.tensor 8; parallel.pipeline 4; parallel.data 2; gpus 64"),
        (("Dimension|Degree", "Tensor|8", "Data|2", "Expert|16"), "parallel.tensor 8; parallel.data 2; parallel.expert 16"),
        (("Stage|Layers|GPUs|Memory per GPU", "0|0-7|0-3|38 GB", "1|8-15|4-7|38 GB"), "memory.used 37.5..38.5 GB per gpu"),
        (("Phase|Latency", "Prefill|85 ms", "Decode|12 ms"), "time.prefill 84.5..85.5 ms; time.decode 11.5..12.5 ms"),
        (
            ("Model|8 GPUs|16 GPUs", "TGS|4021|3901"),
            "gpus 8; gpus 16; rate.tokens_per_gpu 4020.5..4021.5; rate.tokens_per_gpu 3900.5..3901.5",
        ),
        (
            ("Metric|Target|Achieved", "Latency (ms)|50|27"),
            "time.step 49.5..50.5 ms target; time.step 26.5..27.5 ms",
        ),
        (("Metric|Before|After", "Latency|50 ms|27 ms"), "time.step 49.5..50.5 ms previous; time.step 26.5..27.5 ms"),
        (("**GPUs**|[TP](tp.md)", "|", "16|4[^a]"), "gpus 16; parallel.tensor 4"),
    ],
)
def test_tables(rows: tuple[str, ...], expected: str) -> None:
    head, *body = rows
    lines = [head, "|".join("-" * 3 for _ in head.split("|")), *body]
    check("\n".join(f"| {line.replace('|', ' | ')} |" for line in lines) + "\n", expected)


def test_html_tables() -> None:
    head = "<tr><th>M</th><th>GPUs</th><th>TP</th></tr>"
    rows = "<tr><td rowspan=2>A</td><td>16</td><td>4</td></tr><tr><td>32</td><td>8</td></tr>"
    text = f"<table>{head}{rows}</table>\n"
    check(text, "gpus 16; gpus 32; parallel.tensor 4; parallel.tensor 8")
    assert read(text).uncovered == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Requirements\n- Latency: < 50 ms\n", "time.step ..50 ms target"),
        ("- Target latency: 50 ms\n- Achieved latency: 27 ms\n", "time.step 49.5..50.5 ms target; time.step 26.5..27.5 ms"),
        ("- Latency: 27 ms (target: < 50 ms)\n", "time.step 26.5..27.5 ms; time.step ..50 ms target"),
        ("- Latency: 27 ms vs 50 ms target\n", "time.step 26.5..27.5 ms; time.step 49.5..50.5 ms target"),
        ("- Memory limit: 68 GB\n", "memory.used 67.5..68.5 GB limit"),
        ("## Tensor Parallelism\n- Degree: 4-way (reduced from 8-way)\n", "parallel.tensor 4; parallel.tensor 8 previous"),
        ("- GPUs: 16 (down from 32)\n", "gpus 16; gpus 32 previous"),
        ("- TP: 4 (was 8)\n", "parallel.tensor 4; parallel.tensor 8 previous"),
        ("- TP: 4 instead of 8\n", "parallel.tensor 4; parallel.tensor 8 previous"),
        ("- TP changed from 8 to 4\n", "parallel.tensor 4; parallel.tensor 8 previous"),
        ("- TP 8 → 4\n", "parallel.tensor 4; parallel.tensor 8 previous"),
        ("- Batch size: 128 → 64\n", "batch.global 64; batch.global 128 previous"),
        ("- Reduced the batch size from 128 to 64\n", "batch.global 64; batch.global 128 previous"),
        ("Memory use drops from 60 GB to 38 GB.\n", "memory.used 59.5..60.5 GB previous; memory.used 37.5..38.5 GB"),
        (
            "It reaches 8,150 tokens/s, above the 6,210 tokens/s baseline.\n",
            "rate.tokens 8149.5..8150.5; rate.tokens 6209.5..6210.5 previous",
        ),
        ("## Previous strategy\n- TP: 8\n\n## Proposed strategy\n- TP: 4\n", "parallel.tensor 8 previous; parallel.tensor 4"),
        ("## Rejected alternatives\n- TP: 8\n", "parallel.tensor 8 previous"),
        ("## Future work\n- Scale to 128 GPUs\n", "gpus 128 example"),
        ("## Recommendations\n- Consider TP=8\n", "parallel.tensor 8 example"),
        ("For example, with TP=8 and PP=2 one needs 16 GPUs.\n", "parallel.tensor 8 example; parallel.pipeline 2 example; gpus 16 example"),
        ("- SLO: TTFT < 200 ms at p99\n", "time.ttft ..200 ms target"),
    ],
)
def test_roles(text: str, expected: str) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Weights: 17.5 GB per GPU", "memory.weights 17.45..17.55 GB per gpu"),
        ("- Optimizer states: 121 GB total", "memory.optimizer 120.5..121.5 GB per total"),
        ("- Memory: 12.5 GB/GPU", "memory.used 12.45..12.55 GB per gpu"),
        ("It needs 38 GB per GPU.", "memory.used 37.5..38.5 GB per gpu"),
        ("- Total GPUs: 64", "gpus 64 per total"),
        ("- 16 GPUs, 80 GB each", "gpus 16; memory.capacity 79.5..80.5 GB per gpu"),
        ("- Throughput: 8150 tokens/s (512 tokens/s per GPU)", "rate.tokens 8149.5..8150.5; rate.tokens_per_gpu 511.5..512.5 per gpu"),
        ("- Decode latency: 12ms/token", "time.decode 11.5..12.5 ms per token"),
        ("## Prefill\n- Latency: 85 ms\n\n## Decode\n- Latency: 12 ms\n", "time.prefill 84.5..85.5 ms; time.decode 11.5..12.5 ms"),
    ],
)
def test_scopes(text: str, expected: str) -> None:
    check(text, expected)


def test_members_and_phases_narrow_the_scope() -> None:
    first, second = (claim for claim in read("- Stage 0: 8 layers\n- Stage 1: 9 layers\n").claims)
    assert (first.quantity, first.scope.per) == (second.quantity, second.scope.per) == ("layers.per_stage", "stage")
    (latency,) = read("- p99 latency: 200 ms\n").claims
    assert latency.scope.words == "p99"


def test_previous_and_proposed_are_plans_apart() -> None:
    found = read("## Previous strategy\n- TP: 8\n- PP: 2\n\n## Proposed strategy\n- TP: 4\n- PP: 4\n")
    plans = {(claim.role, claim.plan) for claim in found.claims}
    assert {role for role, _ in plans} == {Role.PREVIOUS, Role.ACTUAL}
    assert len({plan for _, plan in plans}) == 2


def test_rows_of_configurations_are_plans_of_their_own() -> None:
    found = read("| | GPUs | TP | PP |\n|---|---|---|---|\n| A | 16 | 4 | 4 |\n| B | 16 | 8 | 2 |\n")
    assert [sorted(claim.text for claim in plan.claims) for plan in found.plans if plan.id != "main"] == [
        ["16", "4", "4"],
        ["16", "2", "8"],
    ]


def test_a_variable_means_what_the_option_it_is_given_to_means() -> None:
    """`GPUS=8` is no count of all GPUs where `--nproc_per_node` takes it: four nodes of eight are no contradiction."""
    from auditor.pipeline import audit_source
    from auditor.read import decode

    script = "NNODES=4\nGPUS=8\ntorchrun --nproc_per_node=$GPUS --nnodes=$NNODES t.py --tensor-model-parallel-size 4\n"
    report = audit_source(decode(script.encode(), "run.sh"))
    assert report.findings == ()
    assert report.coverage.checked <= report.coverage.numbers


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- MoE Component: 8 experts per layer, 1536 hidden dimension", "model.experts 8; model.expert_hidden 1536"),
        ("- MLP: hidden size 16384", "model.ffn_hidden 16384"),
        ("- FFN\n  - Hidden dimension: 3072", "model.ffn_hidden 3072"),
    ],
)
def test_a_hidden_size_under_the_name_of_a_part_is_that_of_the_part(line: str, expected: str) -> None:
    check(f"# Model\n\n- Token dimension: 768\n{line}\n", f"model.hidden 768; {expected}")


def test_a_hidden_size_beside_experts_is_that_of_the_model_where_no_other_is_stated() -> None:
    check("- MoE: 24 layers, hidden size 2048, 64 experts\n", "model.layers 24; model.hidden 2048; model.experts 64")
    check("- MoE model: hidden size 2048\n- Dense model: hidden size 4096\n", "model.hidden 2048; model.hidden 4096")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- TP degree: 4 GPUs per tensor group\n", "parallel.tensor 4"),
        ("### 1. Tensor Parallelism (TP) = 8\n", "parallel.tensor 8"),
        ("**Setup**: Expert Parallelism (EP) = 16, 1 expert per GPU\n", "parallel.expert 16; experts.per_gpu 1 per gpu"),
        ("- Total GPUs (TP × PP) = 8 × 4 = 32\n", "parallel.tensor 8; parallel.pipeline 4; gpus 32"),
        ("- Configure 32 GPUs in 4-node cluster (8 GPUs per node)\n", "gpus 32; nodes 4; gpus.per_node 8 per node"),
        ("- Attention: 16 heads × 64 dimensions = 1024\n", "model.heads 16; model.head_dim 64 per head"),
        ("- MHA: 16 heads, 64 dimensions each\n", "model.heads 16; model.head_dim 64 per head"),
        (
            "- **Layers per stage**: 16 layers ÷ 8 = 2 layers per stage\n",
            "model.layers 16; parallel.pipeline 8; layers.per_stage 2 per stage",
        ),
        (
            "- **Experts per device**: 4 experts (16 total experts ÷ 4 devices)\n",
            "experts.per_gpu 4 per gpu; model.experts 16 per total; gpus 4",
        ),
    ],
)
def test_a_label_and_an_equation_share_out_what_they_name(text: str, expected: str) -> None:
    check(text, expected, sure=False)


def test_percentiles_are_of_what_the_outer_label_names() -> None:
    data = '{"latency": {"prefill": {"p50_ms": 250, "target_p50_ms": 400}, "ttft": {"p99_ms": 750}}, "moe": {"per_gpu_experts": 4}}'
    check(
        data,
        "time.prefill 249.5..250.5 ms; time.prefill 399.5..400.5 ms target; time.ttft 749.5..750.5 ms; experts.per_gpu 4 per gpu",
        "plan.json",
    )
    check("- Prefill latency P50: 250 ms, P99: 900 ms\n", "time.prefill 249.5..250.5 ms; time.prefill 899.5..900.5 ms")
    first, second = read("| Metric | P50 | P99 |\n|---|---|---|\n| TTFT (ms) | 200 | 800 |\n").claims
    assert (first.scope.words, second.scope.words) == ("p50", "p99")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- PP stages: 4 → 6 layers per stage", "parallel.pipeline 4; layers.per_stage 6"),
        ("- Expert ranks: 32 experts → 32 GPUs", "model.experts 32; gpus 32"),
        ("- Spread: 32 experts → 4 experts per GPU", "model.experts 32; experts.per_gpu 4 per gpu"),
        ("- Layers: 24 → 300 TFLOPS", "model.layers 24"),
        (
            "- Memory bandwidth: 2.0 TB/s at 75% utilization → Usable: 1.5 TB/s",
            "hardware.memory_bandwidth 1.95..2.05 TB/s; share.bandwidth_utilization 74.5..75.5 %; "
            "hardware.memory_bandwidth 1.45..1.55 TB/s",
        ),
        ("- Batch size: 96 → 48 sequences", "batch.global 96 previous; batch.global 48"),
        ("- Gradient accumulation: 4 → 8 steps", "batch.accumulation 4 previous; batch.accumulation 8"),
        ("- Latency: 44 ms → now: 31 ms", "time.step 43.5..44.5 ms previous; time.step 30.5..31.5 ms"),
        ("- Latency: 44 → 31 ms", "time.step 43.5..44.5 ms previous; time.step 30.5..31.5 ms"),
        ("- Experts per GPU: 6 → 3 experts", "experts.per_gpu 6 previous; experts.per_gpu 3"),
    ],
)
def test_an_arrow_between_figures_of_different_things_is_no_change(text: str, expected: str) -> None:
    check(f"{text}\n", expected)


def test_widths_that_flow_into_each_other_are_no_change() -> None:
    claims = read("- Expert dimensions: 768 → 3072 → 768\n").claims
    assert [claim.role for claim in claims] == [Role.ACTUAL] * 3
    assert {claim.confidence for claim in claims} == {Confidence.LOW}


def test_a_label_of_what_the_right_side_of_an_arrow_is_per_counts_the_left_side() -> None:
    left, right = read("- TP groups: 3 → 5 heads per group\n").claims
    assert (left.text, left.role, right.text, right.scope.per) == ("3", Role.ACTUAL, "5 heads", "group")
    assert "head" not in left.quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Throughput: 14+ requests/second (target: 9)", "rate.requests 14..; rate.requests 8.5..9.5 target"),
        (
            "- Throughput: 70,500 sequences/s (vs. 9,500 baseline)",
            "rate.sequences 70499.5..70500.5; rate.sequences 9499.5..9500.5 previous",
        ),
        (
            "- Throughput: 240 tokens/ms total (requirement: 60 per GPU)",
            "rate.tokens 239500..240500; rate.tokens_per_gpu 59500..60500 target per gpu",
        ),
        (
            "- Throughput: 240 tokens/ms total (120 per replica)",
            "rate.tokens 239500..240500; rate.tokens 119500..120500 per replica",
        ),
        ("- 2.0 experts per GPU (was 6.0)", "experts.per_gpu 1.95..2.05; experts.per_gpu 5.95..6.05 previous"),
        ("- TTFT: 0.31 s ✓ (limit: 2)", "time.ttft 305..315 ms; time.ttft 1.5..2.5 s limit"),
        ("- Layers: 48 layers (12 per stage)", "model.layers 48; layers.per_stage 12"),
        ("- Batch: 96 sequences (48 × 2 micro-batches)", "batch.global 96; batch.microbatches 2"),
    ],
)
def test_a_bare_number_in_brackets_is_of_the_figure_it_is_compared_with(text: str, expected: str) -> None:
    check(f"{text}\n", expected)


@pytest.mark.parametrize(("figure", "raised"), [(7, True), (11, False)])
def test_a_tick_is_held_against_a_bare_target_in_brackets(figure: int, raised: bool) -> None:
    from auditor.pipeline import audit_source
    from auditor.read import decode

    found = audit_source(decode(f"- ✅ Throughput: {figure} requests/second (target: 10)\n".encode(), "report.md")).findings
    assert bool(found) is raised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- End-to-end latency: ~60 ms including communication overhead", "time.step 57..63 ms"),
        ("- Latency without communication: 40 ms", "time.step 39.5..40.5 ms"),
        ("The latency excluding communication is 40 ms.", "time.step 39.5..40.5 ms"),
        ("- Memory including KV cache: 38 GB", "memory.used 37.5..38.5 GB"),
        ("- Communication: 12 ms", "time.communication 11.5..12.5 ms"),
        ("It takes 12 ms of communication, including the overhead.", "time.communication 11.5..12.5 ms"),
    ],
)
def test_what_a_figure_includes_does_not_name_it(text: str, expected: str) -> None:
    check(f"{text}\n", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just 6 of 48 GPUs were at work (88% waste).", "gpus 6; gpus.available 48; share.of 87.5..88.5 %"),
        ("- GPU utilization: 70% (30% idle)", "share.gpu_utilization 69.5..70.5 %; share.of 29.5..30.5 %"),
        ("- Memory: 15% unused", "memory.headroom_share 14.5..15.5 %"),
        ("- GPU utilization: 70%", "share.gpu_utilization 69.5..70.5 %"),
    ],
)
def test_what_lies_idle_is_no_utilization(text: str, expected: str) -> None:
    check(f"{text}\n", expected)


@pytest.mark.parametrize("order", ["O(64)", "O(N log 2)", "O(1)", "Θ(n^2)", "O((k + 1) n)"])
def test_an_order_of_growth_claims_nothing(order: str) -> None:
    found = read(f"- Communication cost: {order} for the gather\n")
    assert (found.claims, found.uncovered) == ((), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("copes with variable sequence lengths [256, 4096]", "batch.sequence_length 256; batch.sequence_length 4096"),
        ("meant for very long sequences (>16000)", "batch.sequence_length 16000.."),
        ("meant for sequences (256-4096)", "batch.sequence_length 256..4096"),
        ("degree 4", "parallel.sequence 4"),
    ],
)
def test_lengths_in_brackets_are_those_of_the_words_before(text: str, expected: str) -> None:
    check(f"- **Sequence Parallel (SP)**\n  - {text}\n", expected)


def test_nodes_of_a_graph_are_no_machines() -> None:
    operations = "- 96 expert computation nodes\n- Token routing: 48 nodes\n"
    check(f"# Plan\n\nThe DAG has these parts.\n\n{operations}", "")
    check(f"# Plan\n\nThe DAG is drawn below.\n\n{operations}- Hosts: 4 nodes with 8 GPUs each\n", "nodes 4; gpus.per_node 8")
    check("# Plan\n\nThe DAG places experts across 4 nodes.\n", "nodes 4")
    check('{"plan_dag": {"total_nodes": 180}}', "", "report.json")
    check("- Nodes: 4\n- GPUs: 32\n", "nodes 4; gpus 32")


def test_more_machines_than_gpus_are_doubted() -> None:
    nodes, gpus = read("- Nodes: 40\n- GPUs: 8\n").claims
    assert (nodes.confidence, gpus.confidence) == (Confidence.LOW, Confidence.HIGH)


def test_a_total_over_layers_under_what_is_per_layer() -> None:
    block = "### Memory per layer\n\n- Weights: 200 MB\n- Total: 600 MB\n\n**Total for 20 layers**: 12 GB\n"
    check(
        block,
        "memory.weights 199.5..200.5 MB per layer; memory.used 599.5..600.5 MB per layer; "
        "model.layers 20; memory.used 11.5..12.5 GB per total",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Estimated FLOPs: 95 TFlops", ""),
        ("- FLOPs per token: 0.6 TFlops", ""),
        ("- Compute distribution: the same FLOPS everywhere (0.2 TFLOPS per GPU)", ""),
        ("- Attention FLOPs: 3 TB per layer", ""),
        (
            "- FLOPS efficiency: 180 TFLOPS of a peak of 312 TFLOPS",
            "rate.achieved_flops 179.5..180.5 TFLOPS; hardware.peak_flops 311.5..312.5 TFLOPS",
        ),
        ("- Peak FLOPs: 312 TFLOPS", "hardware.peak_flops 311.5..312.5 TFLOPS"),
        ("- GPU compute: 312 TFLOPS", "hardware.peak_flops 311.5..312.5 TFLOPS"),
        ("## Hardware\n- Compute: 312 TFLOPS per GPU", "hardware.peak_flops 311.5..312.5 TFLOPS per gpu"),
    ],
)
def test_work_to_be_done_is_no_peak_of_the_hardware(text: str, expected: str) -> None:
    check(f"{text}\n", expected)


def test_an_entry_of_an_object_gives_its_bare_figures_their_unit() -> None:
    check('{"memory": {"unit": "MB", "total": 30500, "gpus": 4}}', "memory.used 30.4995..30.5005 GB; gpus 4", "plan.json")
    check('{"throughput": {"value": 910, "unit": "tokens_per_second"}}', "rate.tokens 909.5..910.5 token/s", "plan.json")
    check('{"latency": {"value": 7.5, "unit": "ms_per_token"}}', "time.decode 7.45..7.55 ms per token", "plan.json")
    check(
        '{"memory": {"units": "GB", "per_gpu": {"model_parameters": 7.5, "activations": 2.5, "headroom_percent": 12}}}',
        "memory.weights 7.45..7.55 GB per gpu; memory.activations 2.45..2.55 GB per gpu; memory.headroom_share 12 % per gpu",
        "plan.json",
    )


def test_what_is_asked_in_brackets_leaves_what_is_reached_before_them() -> None:
    check("✅ **TTFT target:** 0.37 s (requirement: ≤9 s)\n", "time.ttft 365..375 ms; time.ttft ..9000 ms target")
    check(
        "- Throughput target: 130 tokens/ms per GPU (required: 80 tokens/ms)\n",
        "rate.tokens_per_gpu 129500..130500 token/s per gpu; rate.tokens_per_gpu 79500..80500 token/s target per gpu",
    )
    check("- Throughput potential: 130 tokens/ms per GPU\n", "rate.tokens_per_gpu 129500..130500 token/s per gpu")


@pytest.mark.parametrize("text", ["- Latency: 7.5 ms per token", "- Latency (ms/token): 7.5", "- latency: 7.5 ms/token"])
def test_a_latency_per_token_is_that_of_decoding(text: str) -> None:
    check(f"{text}\n", "time.decode 7.45..7.55 ms per token")

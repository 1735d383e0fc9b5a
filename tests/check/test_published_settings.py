"""Settings, machines and notes as published pages write them: what is of something else contradicts nothing; a slip beside it still does.

Each text has the shape of a kind seen on pages nobody had tuned to, in wording of our own.
"""

from __future__ import annotations

import pytest

from auditor.evidence import asserted
from auditor.findings import Finding, Severity
from auditor.pipeline import audit_source
from auditor.read import decode


def graver(text: str, name: str = "page.md") -> dict[str, Finding]:
    """Return the errors and warnings that the rules assert, by code."""
    report = audit_source(decode(text.encode(), name), gravest=asserted)
    return {one.code: one for one in report.findings if one.severity is not Severity.INFO}


COMMANDS = """# Two runs side by side

```bash
CUDA_VISIBLE_DEVICES=0,1 torchrun --nproc-per-node 2 train.py
```

On a whole node:

```bash
torchrun --nproc-per-node 8 train.py
```
"""
PREFIXED = """# Convert, then train

```bash
NPROC_PER_NODE=4 CUDA_VISIBLE_DEVICES=0,1,2,3 swift sft --model Qwen/Qwen3-8B --train_type lora --lora_rank 8
CUDA_VISIBLE_DEVICES=0 swift infer --model Qwen/Qwen3-8B --stream true
```
"""
STRETCHED = """# A long context

```bash
vllm serve Qwen/Qwen3-8B --hf-overrides '{"rope_parameters": {"rope_type": "yarn", "factor": 4.0}}' --max-model-len 131072
```
"""
MACHINES = """# Where we measured

- Machine: an NVIDIA T4 (16GB) at a cloud with 208GB of DRAM and 1.5TB of SSD.
- We ran on one NVIDIA A6000 GPU with 48GB of device HBM in a workstation with 252GB of host CPU memory.
- Node: eight A100 80GB GPUs, 1.7TB main memory and 30 TB of local NVMe.
"""
PORTS = """# A node of the cluster

Each machine maps to 4 available H100 GPUs and 16 network interfaces.
"""
DIVIDED = """# Loading

The 4 chips of a host share its memory, so any allocation over 188/4 = 47 GiB fails on these GPUs.
"""
SAVED = """# Another optimizer

Measured on 8xA100 (40GB):

| Optimizer | Peak memory per GPU |
|---|---|
| AdamW | 34.5 GiB |
| Lion | 31.4 GiB |

Lion reduces per-GPU memory by about 3 GiB (9%) compared to AdamW.
"""
EXPECTED = "**Symptom**: the loss starts at 7.8 instead of an expected <= 2.\n"
ASIDE = "That takes 64 + 172 + 4 = 240 nodes (with the judge among them) plus 16 reward + 4 sandbox = 20 outside.\n"
OPTION = "# Arguments\n\n- **num_nodes**: int\n\n    Default = -1\n\n    How many of the hosts to use.\n"


@pytest.mark.parametrize("text", [COMMANDS, PREFIXED, STRETCHED, MACHINES, PORTS, DIVIDED, SAVED, EXPECTED, ASIDE, OPTION])
def test_what_is_of_something_else_contradicts_nothing(text: str) -> None:
    assert graver(text) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (COMMANDS.replace("CUDA_VISIBLE_DEVICES=0,1 torchrun", "export CUDA_VISIBLE_DEVICES=0,1\ntorchrun"), "CMD003"),
        (PREFIXED.replace("NPROC_PER_NODE=4", "NPROC_PER_NODE=8"), "SWF007"),
        (STRETCHED.split("--hf")[0] + "--max-model-len 131072\n```\n", "VLM029"),
        (EXPECTED.replace("instead of an expected", ""), "STA006"),
        (ASIDE.replace("= 20 outside", "= 24 outside"), "ARI001"),
        (OPTION.replace("-1", "-3"), "ARI009"),
    ],
)
def test_a_slip_of_the_same_shape_is_found(text: str, code: str) -> None:
    assert code in graver(text)


LOCAL = """engine:
  data_parallel_size: 16
  data_parallel_size_local: 8
  tensor_parallel_size: 1
"""
KEPT = """model:
  num_experts: 128
  experts_per_token: 8
checkpointing:
  keep_top_k: 1000000
"""
SERVICES = """spec:
  replicas: 1
  parallelism: {data: 16, tensor: 1}
gateway:
  replicaCount: 3
cache:
  replicas: 2
"""
UNSET = """critic:
  ref:
    log_prob_micro_batch_size: null
    log_prob_micro_batch_size_per_gpu: null
actor_rollout_ref:
  actor: {ppo_mini_batch_size: 256, use_kl_loss: true}
  rollout: {name: vllm, tensor_model_parallel_size: 2}
"""
CARRIED = """# batches on four stages, with mcore
model_name_or_path: some/model
stage: sft
finetuning_type: full
cutoff_len: 4096
output_dir: out
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
num_train_epochs: 2
learning_rate: 3e-6
logging_steps: 1
lr_scheduler_type: constant
pipeline_model_parallel_size: 4
use_distributed_optimizer: true
overlap_param_gather: true
num_layers: 48
recompute_granularity: full
"""


@pytest.mark.parametrize("text", [LOCAL, KEPT, SERVICES, UNSET, CARRIED])
def test_a_key_of_something_else_sets_no_part_of_the_plan(text: str) -> None:
    assert graver(text, "config.yaml") == {}


def test_replicas_among_degrees_are_a_degree() -> None:
    text = "layout: {tp: 2, pp: 2, replicas: 4, total_gpus: 32}\n"
    assert graver(text, "config.yaml").keys() & {"LAY001", "LAY002"}


SCRIPT = """#!/bin/bash
## Pipeline parallelism. To switch it off, set pp_size to 1.
pp_size=8
tp_size=2
torchrun --nproc_per_node 8 train.py --pipeline-model-parallel-size ${pp_size} --tensor-model-parallel-size ${tp_size}
"""


def test_a_comment_that_explains_a_setting_is_no_plan() -> None:
    assert "CMD004" not in graver(SCRIPT, "run.sh")


def test_superscripts_are_no_figures_to_repair() -> None:
    text = "# Log\n\nSome x² and 10² here: 4 × 8 = 36 GPUs, TP=4, DP=8.\n"
    audit_source(decode(text.encode(), "log.md"))


BITS = "With a 7 billion parameter model we expect 7 billion parameters x 4 bits/parameter / 2 GPUs = ~1.75GB of weights per GPU.\n"
LOOSE = "mem(1B parameters) ~= (1B parameters) * (2 bytes / parameter) = 2B bytes ~= 2Gb\n"
TAKEN = "# A demo\n\n| Model | GPU | GPU memory (GB) |\n|---|---|---|\n| 7B | A800 | 14.5 |\n| 20B | A800 | 39 |\n"
TASKS = "# Slurm\n\n```bash\nsrun -N 2 -n 16 --ntasks-per-node=8 --gpus-per-task=1 python train.py\n```\n"
LAYERS = "# Printed\n\n- Memory usage with an FP32 layer: 1024.06 MB\n- Memory usage with an FP8 layer: 256.08 MB\n"
FLAG = "# Flags\n\n| Flag | Meaning |\n|---|---|\n| `--s_qo` | For decode, `1` is plain decode and `>1` enables speculation. |\n"
STARTS = "double min_time = 1e20;\ndouble max_time = 0.0;\n"


@pytest.mark.parametrize("text", [BITS, LOOSE, TAKEN, TASKS, LAYERS, FLAG, STARTS])
def test_bits_uses_tasks_and_start_values_contradict_nothing(text: str) -> None:
    assert graver(text) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [(BITS.replace("1.75GB", "2.75GB"), "ARI001"), (TAKEN.replace("39", "40").replace("14.5", "40"), "HAR001")],
)
def test_another_factor_and_another_part_are_found(text: str, code: str) -> None:
    assert code in graver(text)

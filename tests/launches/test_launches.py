"""A launch of every program is read to the plan it means; what cannot be known is no value."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.launches import Launch, launches
from auditor.launches.facts import block_checkpoint, joined
from auditor.launches.programs import named_in, plain, programs, signature
from auditor.parse import parse
from auditor.read import decode

FIXTURES = Path(__file__).parents[2] / "fixtures" / "launches"

PLANS: dict[str, tuple[str, dict[str, object]]] = {
    "accelerate.sh": ("accelerate", {"processes": 16, "machines": 2, "world": 16, "micro": 4, "accumulation": 2}),
    "axolotl.yaml": ("axolotl", {"seq": 8192, "micro": 2, "accumulation": 4, "adapter": "qlora", "four_bit": 1}),
    "deepspeed.json": ("deepspeed", {"train_batch": 512, "micro": 4, "accumulation": 4, "zero_stage": 3, "offload_optimizer": "cpu"}),
    "docker.sh": ("docker", {"pod_gpus": 4, "tp": 4, "world": 4}),
    "kubernetes.yaml": ("kubernetes", {"tp": 4, "max_seqs": 128, "pod_gpus": 4}),
    "llama-cpp.sh": ("llama-cpp", {"max_len": 32768, "slots": 4, "gpu_layers": 99, "kv_dtype": "q8_0"}),
    "megatron-bridge.yaml": ("megatron-bridge", {"tp": 4, "pp": 2, "global_batch": 256, "world": 32}),
    "megatron.sh": ("megatron", {"tp": 4, "pp": 4, "cp": 2, "layers": 48, "kv_heads": 8, "sp": 1, "nodes": 8, "world": 64}),
    "mpirun.sh": ("mpirun", {"world": 32}),
    "ms-swift.sh": ("ms-swift", {"visible": 4, "procs": 4, "world": 4, "method": "lora"}),
    "openrlhf.sh": ("openrlhf", {"included": 4, "world": 4, "train_batch": 256, "micro": 4}),
    "peft.json": ("peft", {"peft_type": "lora", "adapter_rank": 64}),
    "ray.sh": ("ray", {"ray_gpus": 8}),
    "sglang.sh": ("sglang", {"tp": 16, "dp": 8, "dp_attention": 1, "sgl_nodes": 2, "world": 16}),
    "slurm.sh": ("slurm", {"alloc_nodes": 4, "tasks_per_node": 8, "world": 32}),
    "tensorrt-llm.yaml": ("tensorrt-llm", {"tp": 8, "ep": 8, "dp_attention": 1, "max_seqs": 256}),
    "torchrun.sh": ("torchrun", {"nodes": 2, "procs": 4, "visible": 4, "world": 8}),
    "torchtitan.toml": ("torchtitan", {"dp_shard": 8, "tp": 8, "pp": 2, "local_batch": 2, "seq": 8192}),
    "verl.sh": ("verl", {"train_batch": 512, "rollouts": 8, "mini_batch": 128, "rollout_tp": 2, "world": 32}),
    "vllm.sh": ("vllm", {"tp": 8, "pp": 2, "max_len": 32000, "expert_parallel": 1, "prefix_caching": 0, "world": 16}),
}


def read(text: str, name: str) -> tuple[Launch, ...]:
    return launches(parse(decode(text.encode(), name)))


def of_file(name: str) -> tuple[Launch, ...]:
    return launches(parse(decode((FIXTURES / name).read_bytes(), name)))


@pytest.mark.parametrize("name", sorted(PLANS))
def test_a_launch_of_every_program_is_read_to_its_plan(name: str) -> None:
    program, wanted = PLANS[name]
    (launch,) = of_file(name)
    assert program in launch.programs
    for setting, value in wanted.items():
        found = launch.settings[setting]
        assert (found.word if isinstance(value, str) else found.value) == value, setting


def test_every_program_has_a_fixture() -> None:
    assert {program for program, _ in PLANS.values()} | {"generic", "transformers"} == set(programs())


def test_each_setting_stands_where_it_was_written() -> None:
    text = (FIXTURES / "vllm.sh").read_text(encoding="utf-8")
    (launch,) = of_file("vllm.sh")
    tp = launch.settings["tp"]
    assert tp.span is not None
    assert text[tp.span.start : tp.span.end] == "8"


def test_a_command_has_defaults_and_a_configuration_none() -> None:
    (command,) = read("vllm serve Qwen/Qwen3-8B -tp 2\n", "serve.sh")
    (values,) = read("engine: vllm\ntensor_parallel_size: 2\n", "values.yaml")
    assert command.settings["world"].value == 2
    assert "world" not in values.settings


def test_what_is_not_known_before_the_launch_has_no_value() -> None:
    (launch,) = of_file("unknown-values.sh")
    assert launch.settings["tp"].value is None  # a variable that is set twice
    assert launch.settings["max_len"].value is None
    assert launch.settings["max_seqs"].value == 64


def test_a_configuration_that_says_two_things_is_two_launches() -> None:
    first, second = of_file("two-roles.yaml")
    assert [one.settings["tp"].value for one in (first, second)] == [8, 16]
    assert "max_seqs" not in first.settings


def test_a_nested_key_is_the_option_of_the_program_that_knows_most_of_its_path() -> None:
    (launch,) = read("python3 -m verl.trainer.main_ppo actor_rollout_ref.rollout.name=vllm actor_rollout_ref.rollout.n=4\n", "run.sh")
    assert launch.settings["rollouts"].value == 4


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("engine: vllm 0.25.0\ntensor_parallel_size: 2\n", (0, 25, 0)),
        ("engine: {name: vllm, version: 0.24.0, tensor_parallel_size: 2}\n", (0, 24, 0)),
        ("image: vllm/vllm-openai:v0.11.2\ntensor_parallel_size: 2\nmax_model_len: 8192\n", (0, 11, 2)),
    ],
)
def test_the_version_beside_a_name_is_the_programs(text: str, version: tuple[int, ...]) -> None:
    (launch,) = read(text, "values.yaml")
    assert launch.versions["vllm"] == version


def test_slurm_gives_the_nodes_that_its_variable_stands_for() -> None:
    script = "#!/bin/bash\n#SBATCH -N 4\nsrun torchrun --nproc-per-node 8 --nnodes=$SLURM_NNODES train.py --lr 1\n"
    (launch,) = read(script, "job.sh")
    assert launch.settings["world"].value == 32


def test_devices_listed_twice_or_by_a_variable_are_not_counted() -> None:
    for devices in ("0,0,1", "$GPUS", "all"):
        (launch,) = read(f"CUDA_VISIBLE_DEVICES={devices} torchrun --nproc-per-node 2 train.py --lr 1\n", "run.sh")
        assert "visible" not in launch.settings


def test_a_named_model_gives_its_shape_and_never_replaces_what_is_set() -> None:
    document = parse(decode(b"engine: vllm\nmodel: meta-llama/Llama-3.1-8B\nnum_attention_heads: 30\ntensor_parallel_size: 2\n", "v.yaml"))
    (launch,) = (joined(one, document) for one in launches(document))
    assert launch.settings["heads"].value == 30
    assert launch.settings["kv_heads"].value == 8
    assert launch.settings["kv_heads"].origin.startswith("catalog")


def test_a_named_gpu_gives_the_most_memory_its_driver_shows() -> None:
    document = parse(decode(b"# one H100 80GB\nvllm serve Qwen/Qwen3-8B --port 8000\n", "serve.sh"))
    (launch,) = (joined(one, document) for one in launches(document))
    assert launch.settings["gpu_memory"].value == 81559 * 2**20


def test_two_kinds_of_gpu_give_no_memory() -> None:
    document = parse(decode(b"# A100 80GB and H100 80GB\nvllm serve Qwen/Qwen3-8B --port 8000\n", "serve.sh"))
    (launch,) = (joined(one, document) for one in launches(document))
    assert "gpu_memory" not in launch.settings


def test_only_makers_of_block_scaled_checkpoints_have_blocks() -> None:
    assert block_checkpoint("Qwen/Qwen3-30B-A3B-FP8")
    assert not block_checkpoint("RedHatAI/Qwen3-30B-A3B-FP8-dynamic")
    assert not block_checkpoint("Qwen/Qwen3-30B-A3B")


def test_names_of_programs_are_whole_words() -> None:
    assert named_in("vllm==0.9.1") == ("vllm",)
    assert named_in("my-vllmish-thing") == ()


def test_a_program_is_told_by_options_that_it_alone_knows() -> None:
    assert signature([("data_parallel_shard_degree",), ("tensor_parallel_degree",)]) == "torchtitan"
    assert signature([("tensor_parallel_size",)]) == ""


@given(st.integers(1, 4096), st.sampled_from(["--tensor-parallel-size", "--tensor_parallel_size", "-tp"]))
def test_an_option_is_read_in_every_spelling(value: int, spelled: str) -> None:
    (launch,) = read(f"vllm serve Qwen/Qwen3-8B {spelled} {value}\n", "serve.sh")
    assert launch.settings["tp"].value == Fraction(value)


@given(st.text(max_size=60))
def test_any_value_is_read_without_fault(value: str) -> None:
    read(f"vllm serve {value} --tensor-parallel-size {value}\n", "serve.sh")
    read(f"engine: vllm\ntensor_parallel_size: {value}\n", "values.yaml")


def test_spellings_are_one() -> None:
    assert plain("--Tensor-Parallel-Size") == "tensor_parallel_size"
    assert (plain("-N"), plain("-n")) == ("N", "n")


def test_options_of_one_letter_differ_by_its_case() -> None:
    (launch,) = read("srun -N 2 -n 16 torchrun --nproc-per-node 8 train.py --lr 1\n", "job.sh")
    assert [launch.settings[name].value for name in ("alloc_nodes", "ntasks")] == [2, 16]


@pytest.mark.parametrize(
    ("devices", "visible", "slices"), [("MIG-a1b2c3,MIG-d4e5f6", 1, 2), ("0,1,2", 3, None), ("GPU-a1b2c3,GPU-d4e5f6", 2, None)]
)
def test_a_process_sees_one_slice_of_several(devices: str, visible: int, slices: int | None) -> None:
    (launch,) = read(f"CUDA_VISIBLE_DEVICES={devices} vllm serve Qwen/Qwen3-8B -tp 2\n", "run.sh")
    assert launch.settings["visible"].value == visible
    assert (launch.settings["slices"].value if "slices" in launch.settings else None) == slices


@pytest.mark.parametrize(("gpus", "count"), [("2", 2), ("'\"device=0,3\"'", 2), ("device=1", 1), ("all", None)])
def test_a_container_has_the_gpus_it_is_given(gpus: str, count: int | None) -> None:
    (launch,) = read(f"docker run --gpus {gpus} vllm/vllm-openai:v0.10.2 --model Qwen/Qwen3-8B --tensor-parallel-size 2\n", "run.sh")
    assert (launch.settings["pod_gpus"].value if "pod_gpus" in launch.settings else None) == count


def test_json_given_to_a_flag_belongs_to_its_command() -> None:
    command = 'vllm serve Qwen/Qwen3-8B -tp 4 --speculative-config \'{"num_speculative_tokens": 3, "draft_tensor_parallel_size": 2}\'\n'
    (launch,) = read(command, "serve.sh")
    assert [launch.settings[name].value for name in ("tp", "draft_tokens", "draft_tp")] == [4, 3, 2]


def test_a_command_in_the_background_is_told_from_one_that_is_joined() -> None:
    found = read("vllm serve Qwen/Qwen3-8B --port 1 > log 2>&1 &\nvllm serve Qwen/Qwen3-4B --port 2 && echo done\n", "serve.sh")
    assert [one.behind for one in found] == [True, False]


def test_the_configuration_shown_for_a_command_is_read_with_it_if_it_says_one_thing() -> None:
    block = '```json\n{"train_batch_size": 64, "train_micro_batch_size_per_gpu": 2, "zero_optimization": {"stage": 3}}\n```\n\n'
    command = "```sh\ndeepspeed --num_gpus 4 train.py --deepspeed ds.json\n```\n"
    for shown, known in ((block, True), (block + block.replace("64", "128"), False), ("", False)):
        document = parse(decode(f"# Run\n\n{shown}{command}".encode(), "plan.md"))
        found = launches(document)
        launch = next(joined(one, document, among=found) for one in found if one.command)
        assert ("train_batch" in launch.settings) is known


def test_the_bullets_of_a_plan_are_read_as_the_keys_they_spell() -> None:
    bullets = "- Engine: vLLM 0.25.0\n- Model: Qwen/Qwen3-8B\n- Tensor parallel size: 4\n- Max model length: 32,768\n"
    (launch,) = read(bullets, "plan.md")
    assert "vllm" in launch.programs
    assert [launch.settings[name].value for name in ("tp", "max_len")] == [4, 32768]


def test_a_client_starts_no_server() -> None:
    assert read("vllm bench serve --model meta-llama/Llama-3.3-70B-Instruct --num-prompts 10\n", "bench.sh") == ()


def test_a_name_of_another_date_or_length_has_a_context_of_its_own() -> None:
    said = {"Qwen/Qwen3-30B-A3B-Instruct-2507": 262144, "Qwen/Qwen2.5-7B-Instruct": 32768, "Qwen/Qwen2.5-7B": 131072}
    for name in (*said, "Qwen/Qwen2.5-7B-Instruct-1M", "Qwen/Qwen3-14B-2507"):
        document = parse(decode(f"vllm serve {name} --max-model-len 262144\n".encode(), "serve.sh"))
        (launch,) = (joined(one, document) for one in launches(document))
        context = launch.get("context")
        assert (context.value if context is not None else None) == said.get(name)

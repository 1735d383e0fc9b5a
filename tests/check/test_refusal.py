"""Refusals hold for their program and versions only, and never against what a launch does not say."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.rulebook import load


def codes(text: str, name: str = "values.yaml") -> set[str]:
    report = audit_source(decode(text.encode(), name))
    found = [*report.findings, *(one for finding in report.findings for one in finding.carried)]
    return {finding.code for finding in found}


BATCH = "engine: vllm\n{version}max_model_len: 32768\nmax_num_batched_tokens: 16384\nenable_chunked_prefill: false\n"


@pytest.mark.parametrize(("version", "refused"), [("version: 0.24.0\n", True), ("version: 0.9.0\n", False), ("", False)])
def test_a_refusal_of_some_versions_needs_the_version(version: str, refused: bool) -> None:
    assert ("VLM007" in codes(BATCH.format(version=version))) is refused


def test_copied_kv_heads_are_refused_by_the_program_that_keeps_no_copies() -> None:
    degrees = "n_heads: 32\nn_kv_heads: 8\ntensor_parallel_degree: 16\ndata_parallel_shard_degree: 1\n"
    assert "TTN002" in codes(degrees)
    assert "VLM002" not in codes("engine: vllm\nnum_attention_heads: 32\nnum_key_value_heads: 8\ntensor_parallel_size: 16\n")


def test_an_excerpt_of_a_configuration_is_not_held_to_defaults() -> None:
    assert "VLM017" not in codes("engine: vllm\nenable_eplb: true\n")


def test_a_command_of_one_node_is_not_held_to_a_plan_of_more() -> None:
    degrees = "--tensor-model-parallel-size 4 --pipeline-model-parallel-size 4"
    command = f"# 64 GPUs: TP 4, PP 4, DP 4\ntorchrun --nproc-per-node 8 pretrain_gpt.py {degrees}\n"
    assert "MEG003" not in codes(command, "run.sh")
    assert "MEG003" in codes(command.split("\n", 1)[1], "run.sh")


def test_offloaded_adapted_and_unnamed_things_fit() -> None:
    job = "model: llama-2-70b\nmethod: {method}\noptimizer: {optimizer}\nzero_stage: 3\ngpu: {gpu}\ngpus: 8\noffload: {offload}\n"
    assert "FIT002" in codes(job.format(method="full", optimizer="adamw", gpu="A100 40GB", offload="none"))
    for changed in (
        {"method": "qlora", "optimizer": "adamw", "gpu": "A100 40GB", "offload": "none"},
        {"method": "full", "optimizer": "adamw_8bit", "gpu": "A100 40GB", "offload": "none"},
        {"method": "full", "optimizer": "adamw", "gpu": "our GPU", "offload": "none"},
        {"method": "full", "optimizer": "adamw", "gpu": "A100 40GB", "offload": "cpu"},
    ):
        assert "FIT002" not in codes(job.format(**changed))


def test_every_refusal_names_its_place_in_the_source() -> None:
    refusals = [rule for rule in load().rules if rule.check == "refusal.refused"]
    assert len(refusals) >= 120
    for rule in refusals:
        source = rule.data["data"]["source"]
        assert any(part in source for part in (".py", ".cpp", ".go", ".rst", "manual")), rule.code


def test_the_page_of_programs_is_up_to_date() -> None:
    from scripts.frameworks import main

    assert main(["--check"]) == 0

"""Labels and values without a colon, counts beside names, figures of one GPU: what reading generated reports showed."""

from __future__ import annotations

import pytest

from auditor.pipeline import read_claims
from auditor.read import decode


def read(text: str, name: str = "report.md") -> list[tuple[str, str]]:
    return [(claim.quantity, claim.text) for claim in read_claims(decode(text.encode(), name)).claims]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. **Shape**: Hidden size 4,096, Heads 32\n", [("model.hidden", "size 4,096"), ("model.heads", "Heads 32")]),
        ("1. **Shape**: Layers 24, Servers 16\n", [("model.layers", "Layers 24"), ("nodes", "16")]),
        ("- Number of stages 4, Layers per pipeline stage 6\n", [("parallel.pipeline", "stages 4"), ("layers.per_stage", "stage 6")]),
        ("- Layers/stage 6, GPUs/stage 8\n", [("layers.per_stage", "stage 6"), ("gpus.per_stage", "stage 8")]),
        ("Throughput per GPU is 21.62 tokens/ms.\n", [("rate.tokens_per_gpu", "21.62 tokens/ms")]),
        ("Each output token takes 7.3 milliseconds (TPOT).\n", [("time.tpot", "7.3 milliseconds")]),
        ("Pipeline bubbles cost 15.8% of the step.\n", [("share.bubble", "15.8%")]),
        ("A batch size of 44, and a micro-batch of 11.\n", [("batch.global", "44"), ("batch.micro", "11")]),
        ("- Attention heads per TP rank: 8 heads\n", [("heads.per_gpu", "8 heads")]),
    ],
)
def test_pairs_of_label_and_value_are_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["- GPUs 0, 1 and 2 are spare\n", "- Layers 4-7\n", "- See stage 3\n"])
def test_members_stay_names(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"heads_per_tp_rank": 8, "gpus_per_dp_replica": 4}', ["heads.per_gpu", "gpus.per_replica"]),
        ('{"hidden_size_moe": 512, "top_k_gate": 4}', ["model.expert_hidden", "model.top_k"]),
        ('{"model_params": 104707919872}', ["model.params"]),
        ('{"memory_requirements": {"model_parameters": 16600000000}}', ["memory.weights"]),
        ('{"mapping": {"stage_1": {"gpus": "64-127"}, "stage_2": {"gpus": [3]}}}', []),
    ],
)
def test_keys_are_read(text: str, expected: list[str]) -> None:
    assert [quantity for quantity, _ in read(text, "plan.json")] == expected


def test_variables_that_hold_a_count_are_no_switches() -> None:
    text = "#!/bin/bash\nTP=1\nGLOBAL_BATCH=1\nDEBUG=1\n"
    assert [quantity for quantity, _ in read(text, "launch.sh")] == ["parallel.tensor", "batch.global"]


@pytest.mark.parametrize("text", ["- One trainer GPU and two TP2/EP2 inference GPUs\n", "- Runs with two TP2/EP2 inference GPUs\n"])
def test_a_count_of_gpus_behind_degrees_alone_is_read(text: str) -> None:
    assert ("parallel.tensor", "TP2") in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "WARNING 05-09 00:49:33 scheduler.py:1057 Sequence group 0 is preempted.\n",  # a line of a file
        "model: example/mixture-0528\n",  # a date in a name
        "| Model | LoRA |\n|---|---|\n| T0 (3B params) | 14.4GB GPU |\n",  # what is used, not the weights
        "base_args:\n  - --kv-cache-dtype\n  - fp8\n",  # of the cache, not of the weights
    ],
)
def test_what_stands_in_names_and_settings_of_other_things_is_not_taken_for_the_plan(text: str) -> None:
    found = {quantity for quantity, _ in read(text, "recipe.yaml" if "base_args" in text else "report.md")}
    assert found.isdisjoint({"batch.global", "memory.weights", "model.bytes_per_param"})
    assert ("model.params", "0528") not in read(text)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("We have 3 racks. Each rack holds 4 nodes, with 8 GPUs per node, 96 GPUs in all.\n", ["3", "4 nodes"]),
        ("- Racks: 6\n- Nodes per rack: 4\n- GPUs per node: 8\n- GPUs: 192\n", ["6", "4"]),
        ("4 nodes per enclosure, 2 enclosures, 8 GPUs per node, 64 GPUs.\n", ["4 nodes", "2"]),
        ("Every zone contains 2 nodes.\n", ["2 nodes"]),
        ("Two islands of 72 GPUs per island.\n", ["72 GPUs"]),
    ],
)
def test_what_each_of_several_holds_is_not_all_there_is(text: str, others: list[str]) -> None:
    assert [found for quantity, found in read(text) if quantity == "other"] == others
    assert "nodes" not in [quantity for quantity, _ in read(text)]


@pytest.mark.parametrize(
    "text",
    [
        "We run on 64 GPUs, each with 80 GB.\n",
        "We run on 64 GPUs each with 80 GB.\n",
        "Each of the 64 GPUs has 80 GB.\n",
        "It reaches 2,400 tokens/s per GPU on 64 GPUs.\n",
        "- Throughput per GPU on 64 GPUs: 2,400 tokens/s\n",
    ],
)
def test_what_each_of_all_has_is_said_of_all(text: str) -> None:
    assert ("gpus", "64 GPUs") in read(text)

"""Labels that name members, ranges of members and variants, in the formats reports are written in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.members import members_in, settings_in
from auditor.pipeline import ClaimSet
from auditor.rulebook import load
from tests.claims.reading import read

LEXICON = load().lexicon


def quantities(claims: ClaimSet) -> set[tuple[str, str]]:
    return {(claim.quantity, claim.text) for claim in claims.claims}


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("Stage 0", 0, 0),
        ("gpu_0_7", 0, 7),
        ("ranks 0-15", 0, 15),
        ("layers_2_3", 2, 3),
        ("layers_0_to_7", 0, 7),
        ("node07", 7, 7),
        ("GPUs 0..3", 0, 3),
        ("Layers 0–31", 0, 31),
        ("TP Group 3", 3, 3),
        ("GPU 5 (rank 1)", 5, 5),
        ("stages 4 through 7", 4, 7),
    ],
)
def test_members_are_one_or_a_range(label: str, first: int, last: int) -> None:
    members = members_in(label, LEXICON.naming)
    assert members is not None
    assert (members.first, members.last, len(members)) == (first, last, last - first + 1)
    assert not members.counted


@pytest.mark.parametrize("label", ["32 layers", "TP=8", "Latency", "", "7", "Experts per layer", "memory (GPU 3)"])
def test_what_names_no_member(label: str) -> None:
    assert members_in(label, LEXICON.naming) is None


@pytest.mark.parametrize(
    ("label", "settings"),
    [
        ("tp_8", {"parallel.tensor": 8}),
        ("TP=8, PP=2", {"parallel.tensor": 8, "parallel.pipeline": 2}),
        ("tp4_pp2", {"parallel.tensor": 4, "parallel.pipeline": 2}),
        ("TP4-EP8", {"parallel.tensor": 4, "parallel.expert": 8}),
        ("DP2 with EP4", {"parallel.data": 2, "parallel.expert": 4}),
        ("tensor_parallel_8", {"parallel.tensor": 8}),
        ("16 GPUs", {"gpus": 16}),
        ("2 nodes x 8 GPUs", {"nodes": 2, "gpus": 8}),
        ("bs64", {"batch.global": 64}),
        ("batch 16", {"batch.global": 16}),
        ("seq 8k", {"batch.sequence_length": 8192}),
    ],
)
def test_settings_make_a_variant(label: str, settings: dict[str, int]) -> None:
    assert dict(settings_in(label, LEXICON)) == settings


@pytest.mark.parametrize(
    "label", ["Latency at TP=8", "TP=8 (dense)", "32 layers", "fp8", "h100", "TP size", "8xH100", "top-2", "GPU memory 80"]
)
def test_what_is_more_or_less_than_settings(label: str) -> None:
    assert settings_in(label, LEXICON) == ()


@given(st.text(max_size=80))
def test_any_label_is_read(label: str) -> None:
    members = members_in(label, LEXICON.naming)
    assert members is None or (members.text in label and members.first <= members.last)
    assert all(value >= 0 for _, value in settings_in(label, LEXICON))


VARIANTS = [
    ('{"tpot_ms": {"tp_8": 2.84, "pp_2": 3.12}}', "json"),
    ("tpot_ms:\n  tp_8: 2.84\n  pp_2: 3.12\n", "yaml"),
    ("[tpot_ms]\ntp_8 = 2.84\npp_2 = 3.12\n", "toml"),
    ("tpot_ms = {'tp_8': 2.84, 'pp_2': 3.12}\n", "py"),
    ("| TPOT (ms) | TP=8 | PP=2 |\n|---|---|---|\n| measured | 2.84 | 3.12 |\n", "md"),
    ("| Setup | TPOT (ms) |\n|---|---|\n| TP 8 | 2.84 |\n| PP 2 | 3.12 |\n", "md"),
    ("- TPOT (ms):\n  - TP=8: 2.84\n  - PP=2: 3.12\n", "md"),
]


@pytest.mark.parametrize(("text", "suffix"), VARIANTS)
def test_the_name_of_a_variant_names_no_value(text: str, suffix: str) -> None:
    found = quantities(read(text, f"report.{suffix}"))
    assert {quantity for quantity, value in found if value in ("2.84", "3.12")} == {"time.tpot"}
    assert {value for quantity, value in found if quantity == "time.tpot"} == {"2.84", "3.12"}


@pytest.mark.parametrize(
    "variants",
    [
        {"tp8": {"gpus": 8, "tpot_ms": 12}, "tp4_pp2": {"gpus": 8, "tpot_ms": 15}},
        {"batch_1": {"ttft_ms": 20}, "batch_8": {"ttft_ms": 45}},
        {"8 GPUs": {"tokens_per_s": 100}, "16 GPUs": {"tokens_per_s": 190}},
    ],
)
def test_each_variant_is_a_plan_of_its_own(variants: dict[str, dict[str, int]]) -> None:
    claims = read(json.dumps({"results": variants}), "report.json").claims
    plans = {claim.plan for claim in claims}
    assert len(plans) == 2
    assert "main" not in plans


def test_parts_of_one_layout_are_no_variants() -> None:
    claims = read("- PP4: each stage handles 4 layers\n- EP16: each GPU handles 4 experts\n").claims
    assert {claim.plan for claim in claims} == {"main"}


def test_keys_that_a_name_speaks_of_are_no_values() -> None:
    claims = read('{"latency_ms_by_batch": {"1": 12.1, "8": 14}}', "report.json").claims
    assert [(claim.quantity, claim.text) for claim in claims] == [("time.step", "12.1"), ("time.step", "14")]
    assert len({claim.plan for claim in claims}) == 2


MEMBERS = """
{"pp_rank": [0, 7], "tp_rank": 3}
{"ranks": "0-15"}
{"layers_2_3": {"host": "node07"}}
{"gpu_0_7": {"role": "prefill"}}
{"stage_id": 3, "rank": 5}
""".split("\n")[1:-1]


@pytest.mark.parametrize("text", MEMBERS)
def test_ids_and_ranks_claim_nothing(text: str) -> None:
    assert not read(text, "report.json").claims
    assert not read(text, "report.yaml").claims


@pytest.mark.parametrize("line", ["- `pp_rank=[0,7]`", "- tp_rank=3", "- node07", "- set EP rank 5"])
def test_ids_and_ranks_claim_nothing_in_text(line: str) -> None:
    assert not read(line).claims


@pytest.mark.parametrize(("line", "value"), [("- TP=2 on gpu_0-7", 2), ("- heads per rank: 4", 4), ("- gpus_16: yes", 16)])
def test_beside_ids_figures_stay(line: str, value: int) -> None:
    assert value in {int(claim.interval.middle or 0) for claim in read(line).claims}


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("trainer:\n  devices: 8\n  num_nodes: 72\n", "yaml"),
        ('{"trainer": {"devices": 8, "num_nodes": 72}}', "json"),
        ("[trainer]\ndevices = 8\nnum_nodes = 72\n", "toml"),
        ("python train.py trainer.devices=8 ++trainer.num_nodes=72\n", "sh"),
    ],
)
def test_keys_that_a_framework_counts_in_its_own_way(text: str, suffix: str) -> None:
    assert {(claim.quantity, claim.text) for claim in read(text, f"run.{suffix}").claims} == {("gpus.per_node", "8"), ("nodes", "72")}


def test_devices_elsewhere_are_gpus() -> None:
    assert [claim.quantity for claim in read("hardware:\n  devices: 8\n", "run.yaml").claims] == ["gpus"]

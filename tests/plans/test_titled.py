"""Titles that name layouts: what stands below each is a plan of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pipeline import audit_source, read_claims
from auditor.read import decode

SECTIONS = """# Comparison

### Baseline Configuration (TP=8, PP=2)
- **GPUs**: 16
- **Experts per GPU**: 8

### Proposed Configuration (EP=16)
- **GPUs**: 16
- **Experts per GPU**: 1

## Results

| Metric | Baseline (TP=8, PP=2) | Proposed (EP=16) |
|--------|------|------|
| Throughput | 120,000 tokens/s | 450,000 tokens/s |
"""
OBJECTS = """{"configs": {
  "baseline_tp8_pp2": {"throughput_tps": 100, "total_gpus": 16},
  "wide_ep16": {"expert_parallelism": 16, "total_gpus": 16}
}}"""
CHAPTERS = """# Layout

## Tensor parallelism (TP=4)
- Within a node

## Pipeline parallelism (PP=2)
- Total GPUs: 24

## Data parallelism (DP=2)
- Two replicas
"""


def plans(text: str, name: str = "report.md") -> dict[str, set[str]]:
    """Return the figures of each plan."""
    found: dict[str, set[str]] = {}
    for claim in read_claims(decode(text.encode(), name)).claims:
        found.setdefault(claim.plan, set()).add(claim.text)
    return found


def test_sections_and_columns_of_one_title_are_one_plan() -> None:
    found = plans(SECTIONS)
    assert found["titled pipeline 2 tensor 8"] >= {"TP=8", "PP=2", "120,000 tokens/s"}
    assert found["titled expert 16"] >= {"EP=16", "450,000 tokens/s"}


def test_what_one_layout_says_does_not_contradict_the_other() -> None:
    assert not [one for one in audit_source(decode(SECTIONS.encode(), "report.md")).findings if one.code.startswith(("LAY", "EXP"))]


def test_keys_that_name_layouts() -> None:
    found = plans(OBJECTS, "configs.json")
    assert {"titled pipeline 2 tensor 8", "titled expert 16"} <= found.keys()


def test_chapters_on_the_axes_of_one_layout_are_one_plan() -> None:
    assert set(plans(CHAPTERS)) == {"main"}
    assert "LAY001" in [one.code for one in audit_source(decode(CHAPTERS.encode(), "report.md")).findings]


def test_one_title_alone_names_no_alternative() -> None:
    assert set(plans("# Plan TP4-PP2\n\n## Layout TP=4, PP=2\n\n- Total GPUs: 8\n")) == {"main"}


@given(st.lists(st.sampled_from([1, 2, 4, 8, 16]), min_size=2, max_size=4, unique=True), st.sampled_from(["##", "###"]))
def test_each_of_several_variants_keeps_its_figures(degrees: list[int], mark: str) -> None:
    text = "# Variants\n\n" + "\n".join(f"{mark} Variant TP={tp}\n\n- Total GPUs: {tp}\n- TTFT: {tp * 10} ms\n" for tp in degrees)
    found = plans(text)
    for tp in degrees:
        assert f"{tp * 10} ms" in found[f"titled tensor {tp}"]


@pytest.mark.parametrize(("value", "known"), [("devices: 8\n  num_nodes: 4", True), ("devices: 8", False)])
def test_the_devices_of_a_trainer_are_those_of_a_node(value: str, known: bool) -> None:
    """Alone they say nothing of all GPUs; four nodes of them are 32, which 8 x 9 ranks do not divide."""
    text = f"trainer:\n  {value}\nmodel:\n  tensor_model_parallel_size: 8\n  pipeline_model_parallel_size: 9\n"
    found = [one.message for one in audit_source(decode(text.encode(), "recipe.yaml")).findings if one.code == "LAY002"]
    assert bool(found) is known
    assert all("32 GPUs" in message for message in found)
    quantities = {claim.quantity for claim in read_claims(decode(text.encode(), "recipe.yaml")).claims if claim.text == "8"}
    assert "gpus.per_node" in quantities

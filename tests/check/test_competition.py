"""What saves a figure from a contradiction: it follows from others of the report, or its place speaks of another case."""

from __future__ import annotations

import pytest

from auditor.findings import Verdict
from auditor.pipeline import audit_source
from auditor.read import decode


def codes(text: str, name: str = "plan.md") -> set[str]:
    return {one.code for one in audit_source(decode(text.encode(), name)).findings}


def test_a_utilisation_that_follows_from_one_pair_is_not_held_against_another() -> None:
    text = (
        "# Serving plan\n\n- GPU memory: 80 GB per GPU\n- TP: 4\n- PP: 2\n\n## First sketch\n\n- Memory used per GPU: 72 GB\n\n"
        "## Final\n\n- Memory used per GPU: 20 GB\n- Memory utilization: 25 %\n"
    )
    assert "MEM001" not in codes(text)


def test_a_utilisation_that_follows_from_nothing_is_found() -> None:
    text = (
        "# Serving plan\n\n- GPU memory: 80 GB per GPU\n- TP: 4\n- PP: 2\n\n"
        "## Final\n\n- Memory used per GPU: 20 GB\n- Memory utilization: 45 %\n"
    )
    assert "MEM001" in codes(text)


def test_headroom_beside_the_figures_it_follows_from() -> None:
    text = (
        "- Capacity per GPU: 80 GB\n- Memory used per GPU: 62 GB\n- Headroom: 18 GB\n\n## After the cache\n\n- Memory used per GPU: 70 GB\n"
    )
    assert "MEM003" not in codes(text)
    assert "MEM003" in codes("- Capacity per GPU: 80 GB\n- Memory used per GPU: 62 GB\n- Headroom: 28 GB\n")


def test_a_share_that_a_name_explains_is_no_share_of_a_neighbour() -> None:
    good = '{"gpu_memory_gb": 64, "memory": {"memory_used_gb_per_gpu": 48.0, "memory_utilization_percent": 75.0, "reserve_gb": 16.0}}'
    outcomes = audit_source(decode(good.encode(), "plan.json")).outcomes
    assert not [one for one in outcomes if one.rule == "ARI004" and one.verdict is Verdict.CONTRADICTED]


BLOCKS = (
    "## Load at {one} requests\n\n- model: Qwen2.5-7B\n- TP: 4\n{more}\n\n"
    "## Load at {two} requests\n\n- model: Qwen2.5-7B\n- TP: 2\n{others}\n"
)


def test_runs_that_set_several_things_otherwise_are_several_plans() -> None:
    text = BLOCKS.format(one=1, two=4, more="- prompts: 50\n- input length: 8192", others="- prompts: 200\n- input length: 2048")
    assert "CON001" not in codes("# Benchmarks\n\n" + text)


def test_one_setting_that_differs_is_a_slip() -> None:
    text = (
        "# Deployment plan\n\n## Configuration\n\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Layers: 32\n\n"
        "## Placement\n\n- Tensor parallelism: 2\n- Pipeline parallelism: 2\n- Layers: 32\n"
    )
    assert "CON001" in codes(text)


@pytest.mark.parametrize("lead", ["One GPU:", "Two GPUs:", "The same with two:"])
def test_settings_under_different_lines_are_examples(lead: str) -> None:
    block = "```yaml\nengine:\n  tensorParallelSize: {}\n  maxModelLen: 8192\n```\n"
    text = f"# How to serve\n\n## Sizes\n\nA single GPU will do:\n\n{block.format(1)}\n{lead}\n\n{block.format(2)}"
    assert "CON001" not in codes(text)


def test_a_table_of_contents_states_nothing() -> None:
    text = (
        "# Guide\n\n- [Layout (TP=1)](#layout-tp1)\n\n## Layout (TP=2)\n\n- Tensor parallelism: 2\n- Pipeline parallelism: 2\n"
        "- GPUs: 4\n- Layers: 32\n"
    )
    assert "CON001" not in codes(text)


def test_a_heading_of_two_layouts_makes_its_neighbours_alternatives() -> None:
    text = "# Guide\n\n## Step 1: one GPU (TP=1)\n\nA start.\n\n## Step 2: several GPUs (TP=2 and TP=4)\n\nFor TP=4, the same applies.\n"
    assert "CON001" not in codes(text)


def test_an_arrow_to_a_share_is_no_second_value_of_the_whole() -> None:
    text = "# Plan\n\n## Model\n\n- Hidden dimension: 2048\n- TP: 8\n- PP: 2\n\n## Cut\n\n- Hidden dimension: 2048 → 256 per GPU (2048/8)\n"
    assert "CON001" not in codes(text)

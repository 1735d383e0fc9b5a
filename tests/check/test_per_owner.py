"""Parts per owner against parts in all: what is counted may have any name."""

from __future__ import annotations

import pytest

from auditor.findings import Verdict
from tests.check.single import outcomes


def verdicts(text: str, name: str = "plan.md") -> list[Verdict]:
    return [one.verdict for one in outcomes(text, "PLC020", name)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("- Nodes: 4\n- Total shards: 48\n- Shards per node: 16\n", "plan.md"),
        ("- GPUs: 24\n- Tiles: 96\n- Tiles per GPU: 5\n", "plan.md"),
        ('{"num_gpus": 8, "split": {"num_partitions": 32, "partitions_per_gpu": 2}}', "plan.json"),
        ("- Pipeline stages: 4\n- Modules: 36\n- Modules per stage: 10\n", "plan.md"),
    ],
)
def test_parts_that_do_not_multiply(text: str, name: str) -> None:
    assert verdicts(text, name) == [Verdict.CONTRADICTED]


@pytest.mark.parametrize(
    "text",
    [
        "- Nodes: 4\n- Total shards: 64\n- Shards per node: 16\n",
        "- GPUs: 24\n- Tiles: 98\n- Tiles per GPU: 5\n",
        "- GPUs: 24\n- Data parallelism: 2\n- Tiles: 60\n- Tiles per GPU: 5\n",
        "- GPUs: 24\n- Tiles: 96\n\n## Other\n\n- Tiles per GPU: 5\n",
        "- GPUs: 24\n- Tiles: about 100\n- Tiles per GPU: 5\n",
        "- GPUs: 24\n- GPUs: 16\n- Tiles: 96\n- Tiles per GPU: 5\n",
        "- GPUs: 24\n- Head tiles: 96\n- Tail tiles per GPU: 5\n",
    ],
)
def test_parts_that_may_be(text: str) -> None:
    assert Verdict.CONTRADICTED not in verdicts(text)

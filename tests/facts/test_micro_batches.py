"""How many micro-batches a batch makes at most, and what the pipeline's bubble leaves of the time then."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source
from auditor.read import decode

HEAD = "# Plan\n\n- Pipeline parallelism: 8\n"


def codes(text: str) -> set[str]:
    return {one.code for one in audit_source(decode((HEAD + text).encode(), "plan.md")).findings}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- Global batch size: 64\n- Micro-batch size: 8\n- GPU utilization: 88%\n", "PIP005"),
        ("- Batch size: 16 sequences\n- GPU utilization: 91%\n", "PIP005"),
        ("- Global batch size: 256\n- Micro-batch size: 32\n- Compute utilization: 71%\n", "PIP006"),
        ("- Global batch size: 96\n- Micro-batch size: 8\n- Pipeline efficiency: 84%\n", "PIP004"),
        ("- Global batch size: 32\n- Micro-batch size: 4\n- Bubble: 12%\n", "PIP003"),
        ("- Batch size: 8 sequences\n- MFU: 66%\n", "PIP007"),
    ],
)
def test_more_than_the_bubble_leaves(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "- Global batch size: 2048\n- Micro-batch size: 8\n- GPU utilization: 88%\n",
        "- Batch size: 512 sequences\n- GPU utilization: 91%\n",
        "- Global batch size: 512\n- Micro-batch size: 2\n- Data parallelism: 4\n- Compute utilization: 80%\n",
        "- Global batch size: 32\n- Micro-batch size: 4\n- Bubble: 47%\n",
        "- Batch size: 8 sequences\n- GPU utilization: 100% (all 8 GPUs used)\n",
        "- Schedule: zero bubble\n- Global batch size: 64\n- Micro-batch size: 8\n- GPU utilization: 88%\n",
    ],
)
def test_what_the_bubble_leaves(text: str) -> None:
    assert codes(text).isdisjoint({"PIP003", "PIP004", "PIP005", "PIP006", "PIP007"})


def test_a_utilisation_of_all_saves_no_other_one() -> None:
    assert "PIP005" in codes("- Batch size: 8 sequences\n- Utilization of experts: 100%\n- GPU utilization: 90%\n")

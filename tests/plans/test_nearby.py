"""What claims beside a claim make of it."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source, read_claims
from auditor.read import decode

PLANNED = "\n## Layout\n\n- Accelerators required: 64 GPUs\n- TP: 8\n- PP: 8\n"


def counts(text: str) -> list[tuple[str, int]]:
    claims = read_claims(decode(text.encode(), "plan.md")).claims
    return [(claim.quantity, int(claim.interval.low or 0)) for claim in claims if claim.quantity.startswith("gpus")]


@pytest.mark.parametrize(
    "there",
    [
        "## Machines\n\n- Total GPUs: 16 (all of them available)\n",
        "## Available resources\n\n- GPUs: 16\n- Memory of each: 80 GB\n",
        "## Existing hardware\n\n- **GPU count**: 16\n",
        "## Physical machines\n\n- Total GPUs: 16\n",
        "## Site\n\n- Number of GPUs: 16 (existing cluster)\n",
    ],
)
def test_gpus_that_are_called_available_are_there(there: str) -> None:
    assert ("gpus.available", 16) in counts(f"# Plan\n\n{there}{PLANNED}")
    found = audit_source(decode(f"# Plan\n\n{there}{PLANNED}".encode(), "plan.md")).findings
    assert "LAY005" in {finding.code for finding in found}


@pytest.mark.parametrize("label", ["GPUs used", "Required GPUs", "GPUs needed"])
def test_what_is_used_of_the_available_is_not_what_is_there(label: str) -> None:
    text = f"# Plan\n\n## Available resources\n\n- {label}: 16\n\n## Elsewhere\n\n- GPUs: 32\n"
    assert ("gpus.available", 16) not in counts(text)


def test_the_only_gpus_are_those_of_the_plan() -> None:
    assert counts("# Plan\n\n## Available resources\n\n- Total GPUs: 16\n") == [("gpus", 16)]


def test_so_many_of_those_that_are_taken_are_there() -> None:
    text = "# Plan\n\n- Available GPUs: 16\n" + PLANNED + "- GPU utilization: 16/64 = 25%\n"
    assert counts(text)[-2:] == [("gpus.available", 16), ("gpus", 64)]
    assert counts("# Plan\n\n- GPUs used: 16/64\n") == [("gpus", 16), ("gpus.available", 64)]


def test_experts_that_are_active_in_a_layer_are_chosen() -> None:
    claims = read_claims(decode(b"# Plan\n\n- Experts: 64\n- Use: 8 experts active per layer\n", "plan.md")).claims
    assert [claim.quantity for claim in claims] == ["model.experts", "model.top_k"]

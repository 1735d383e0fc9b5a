"""Figures that stand beside a part's name or a GPU's share and are of something else: nothing is contradicted."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source, read_claims
from auditor.read import decode


def codes(text: str) -> set[str]:
    return {one.code for one in audit_source(decode(text.encode(), "plan.md")).findings}


@pytest.mark.parametrize(
    "text",
    [
        "# Cluster of B200\n\n- GPU: B200\n- Dense BF16 peak: 288 PFLOPS\n",
        "# H100 pool\n\n- GPU: H100 SXM\n- Peak FP8: 63 PFLOPS\n",
    ],
)
def test_the_peak_of_many_is_not_that_of_one(text: str) -> None:
    assert "HAR001" not in codes(text)


def test_a_peak_that_is_said_to_be_of_one_is_compared() -> None:
    assert "HAR001" in codes("# Node\n\n- GPU: H100 SXM\n- Peak FLOPS per GPU: 98 PFLOPS\n")


@pytest.mark.parametrize(("joint", "per"), [("over", "total"), ("across", "total"), ("across all", "total"), ("with", "gpu")])
def test_what_lies_over_several_gpus_is_no_share_of_one(joint: str, per: str) -> None:
    text = f"| Input | Value | Note |\n|---|---|---|\n| Weights per GPU | 35 GB | 140 GB {joint} 4 GPUs |\n"
    scopes = {claim.text: claim.scope.per for claim in read_claims(decode(text.encode(), "plan.md")).claims}
    assert (scopes["35 GB"], scopes["140 GB"]) == ("gpu", per)


def test_bytes_of_weights_and_states_are_no_weights() -> None:
    head = "- Model parameters: 48B\n- Tensor parallelism: 1\n- Pipeline parallelism: 24\n\n"
    assert "MEM005" not in codes(head + "Total params per gpu:\n\n- `4*500_000_000` = `2_000_000_000 params * 18` = 36_000_000_000 bytes\n")

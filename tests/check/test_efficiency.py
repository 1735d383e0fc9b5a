"""The MFU applied twice, and the parameters that a token uses."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source
from auditor.read import decode


def codes(text: str) -> set[str]:
    return {finding.code for finding in audit_source(decode(text.encode(), "plan.md")).findings}


PEAK = "# Compute\n\n- Peak performance: 400 TFLOPS per GPU\n- MFU: 50%\n"


@pytest.mark.parametrize(
    "line",
    [
        "- Step time: 20 TFLOP / (200 TFLOPS × 50%) = 0.2 s",
        "- Step time: 20 TFLOP / (200 TFLOPS × 0.5) = 0.2 s",
        "- Sustained: 200 TFLOPS × 50% = 100 TFLOPS",
        "- Cluster: 8 × 200 TFLOPS × 50% = 800 TFLOPS",
    ],
)
def test_the_mfu_is_taken_off_once(line: str) -> None:
    assert "PRF053" in codes(PEAK + line + "\n")


@pytest.mark.parametrize(
    "line",
    [
        "- Effective: 400 TFLOPS × 50% = 200 TFLOPS",
        "- Cluster: 8 × 400 TFLOPS × 50% = 1600 TFLOPS",
        "- Step time: 20 TFLOP / 200 TFLOPS = 0.1 s",
        "- Behind the bubble: 200 TFLOPS × 80% = 160 TFLOPS",
        "- Peak from what is reached: 200 TFLOPS / 50% = 400 TFLOPS",
    ],
)
def test_another_share_and_another_rate_are_let_pass(line: str) -> None:
    assert "PRF053" not in codes(PEAK + line + "\n")


SHAPE = """# Mixture

- Layers: 32
- Hidden size: 4096
- Attention heads: 32
- KV heads: 8
- Head dimension: 128
- Expert hidden size: 14336
- Experts per layer: 8
- Experts per token: {k}
- Vocabulary: 32000
- Active parameters: {active}
"""


@pytest.mark.parametrize(
    ("k", "active", "found"), [(2, "12.9B", False), (2, "12.7B", False), (2, "25B", True), (1, "7.3B", False), (4, "12.9B", False)]
)
def test_active_parameters_follow_from_the_experts_of_a_token(k: int, active: str, found: bool) -> None:
    """12.9 B is Mixtral 8x7B's count; with k = 4 the lower definitions (two matrices, every other layer) still admit it."""
    assert ("PAR022" in codes(SHAPE.format(k=k, active=active))) is found

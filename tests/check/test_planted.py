"""Wrong numbers that generated reports showed to slip through, and figures they showed to be called wrong."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source
from auditor.read import decode

PART_OF_A_GPU = """# Plan

- **Parameters**: 1.80B
- **Precision**: BF16
- **Tensor parallelism**: 2

## Memory

- **Weights**: 1.80 GB
- **Activations**: 3.00 GB
- **Total per GPU**: 4.80 GB
"""
SUM_PER_GPU = """# Memory

| Component | Per GPU (GB) |
|---|---|
| Weights | 2.84 |
| Activations | 9.62 |
| KV cache | 4.10 |
| **Total** | **19.30** |
"""
NAMED_FACTOR = """# Plan

### Data Parallelism
- **Degree**: 10

### Total
- **Total GPUs**: 8 (TP) × 8 (PP) × 1 (DP) = 64 GPUs
"""
ONE_FIGURE_TWICE = """# Plan

- **Layers**: 16

### Pipeline Parallelism (PP=2)
- **Layers per stage**: 16
- **Rationale**: 16 layers / 2 stages = 8 layers per stage
"""
BATCH_OF_THE_LAUNCH = """# Plan

- **Global batch size**: 256

```bash
torchrun --nproc_per_node 8 pretrain_gpt.py --global-batch-size 128
```
"""


def codes(text: str) -> list[str]:
    return [finding.code for finding in audit_source(decode(text.encode(), "report.md")).findings]


def test_half_of_the_weights_may_be_what_one_of_two_gpus_holds() -> None:
    assert "MEM006" not in codes(PART_OF_A_GPU)


@pytest.mark.parametrize(
    ("text", "code"),
    [(SUM_PER_GPU, "ARI005"), (NAMED_FACTOR, "CON001"), (ONE_FIGURE_TWICE, "CON001"), (BATCH_OF_THE_LAUNCH, "CMD004")],
)
def test_wrong_numbers_are_found(text: str, code: str) -> None:
    assert code in codes(text)

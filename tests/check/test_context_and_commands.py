"""Facts of a context beside the rules of commands: every rule runs, and the places of the context stay in their own file."""

from __future__ import annotations

import json

from auditor.pipeline import audit_source
from auditor.read import decode

REPORT = """# Plan

- Tensor parallelism: 8
- Layers: 24

```bash
vllm serve example/model --tensor-parallel-size 8 --max-model-len 4096 --max-model-len 8192
```
"""
CONTEXT = {
    "filler": {f"key{index}": index for index in range(60)},
    "num_hidden_layers": 80,
    "parallel": {"tensor_parallel_size": 4, "data_parallel_size": 2},
}


def test_rules_of_commands_run_beside_a_context_longer_than_the_report() -> None:
    context = decode(json.dumps(CONTEXT, indent=1).encode(), "conditions.json")
    report = audit_source(decode(REPORT.encode(), "plan.md"), context=(context,))
    assert not [note.message for note in report.notes if "could not be run" in note.message]
    assert {"CON010", "CMD005"} <= {finding.code for finding in report.findings}

from __future__ import annotations

import pytest

from auditor.findings import Severity
from tests.check.single import findings, shown


def test_two_savings_of_one_technique() -> None:
    text = "- Gradient checkpointing: 60% less memory\n- Activation checkpointing: 25% less memory\n"
    (finding,) = findings(text, "technique-counted-twice")
    assert finding.severity is Severity.ERROR
    assert shown(text, finding) == "Activation checkpointing"


@pytest.mark.parametrize(
    "text",
    [
        "- Activation recomputation (gradient checkpointing): 60% less memory\n",
        "- Gradient checkpointing: also known as activation recomputation\n- Precision: BF16\n",
        "- Gradient checkpointing: disabled\n- Activation recomputation: full\n",
        "## Training\n\n- Gradient checkpointing: on\n\n## Notes\n\n- Activation recomputation: see above\n",
    ],
)
def test_one_technique_with_two_names_is_fine(text: str) -> None:
    assert findings(text, "technique-counted-twice") == []


def test_flags_of_one_command() -> None:
    (finding,) = findings("```bash\npython t.py --gradient-checkpointing --activation-recomputation\n```\n", "technique-counted-twice")
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("TTFT is at most 2 s.\n\nGradients: gradient synchronization across replicas.\n", 1),
        ("TTFT is at most 2 s.\n\nNo gradient synchronization is needed.\n", 0),
        ("TTFT is at most 2 s.\n\n- Gradient checkpointing: not required\n", 0),
        ("TTFT is at most 2 s after training with gradient synchronization.\n", 0),
        ("Gradient synchronization across replicas.\n", 0),
        ("TTFT is at most 2 s.\n\n- Gradient synchronization: ring\n- Gradients: 4 GB\n- Optimizer states: 16 GB\n", 0),
    ],
)
def test_training_in_a_serving_plan(text: str, count: int) -> None:
    assert len(findings(text, "training-in-serving")) == count


def test_all_terms_are_one_finding() -> None:
    text = "TTFT is at most 2 s.\n\n- Schedule: 1F1B\n- Memory: gradient checkpointing\n"
    (finding,) = findings(text, "training-in-serving")
    assert [text[place.span.start : place.span.end] for place in finding.related] == ["gradient checkpointing", "TTFT"]


@pytest.mark.parametrize(
    ("batch", "sentence", "count"),
    [
        (1, "Latency is minimized through pipeline parallelism.", 1),
        (64, "Latency is minimized through pipeline parallelism.", 0),
        (1, "Pipeline parallelism does not reduce latency.", 0),
        (1, "Latency is reduced through tensor and pipeline parallelism, mostly tensor parallelism.", 0),
        (1, "Pipeline parallelism raises throughput.", 0),
    ],
)
def test_pipelining_and_latency(batch: int, sentence: str, count: int) -> None:
    text = f"- Batch size: {batch}\n- Pipeline parallelism: 4\n\n{sentence}\n"
    assert len(findings(text, "pipelined-latency")) == count


def test_failures() -> None:
    plan = "- Tensor parallelism: 2\n- Pipeline parallelism: 4\n"
    assert len(findings(plan + "- GPU failures affect only local experts\n", "isolated-failure")) == 1
    assert findings(plan + "- GPU failures affect only their replica\n", "isolated-failure") == []
    assert findings("- Expert parallelism: 8\n- GPU failures affect only local experts\n", "isolated-failure") == []


def test_sharding_inside_a_tensor_group() -> None:
    assert len(findings("- Optimizer: ZeRO-3 within TP groups\n", "sharding-in-tensor-group")) == 1
    assert findings("- Optimizer: ZeRO-3 across replicas; all-reduce within TP groups\n", "sharding-in-tensor-group") == []
    assert findings("- Optimizer: ZeRO-3 across data-parallel replicas\n", "sharding-in-tensor-group") == []


def test_a_sequence_is_divided_by_context_parallelism_only() -> None:
    plan = "- Sequence length: 8192 tokens\n"
    assert len(findings(plan + "- Per GPU: 8192 ÷ (PP × EP) = 1024 tokens\n", "sequence-divided")) == 1
    assert findings(plan + "- Per GPU: 8192 ÷ CP = 1024 tokens\n", "sequence-divided") == []
    assert findings(plan + "- Per GPU: 8192 ÷ (CP × PP) = 1024 tokens\n", "sequence-divided") == []


def test_memory_bandwidth_used_for_links() -> None:
    plan = "- Memory bandwidth: 2 TB/s\n\n## Communication\n\n### All-reduce in TP groups\n\n"
    assert len(findings(plan + "- Bandwidth: 2 TB/s\n", "memory-bandwidth-as-link")) == 1
    assert findings(plan + "- NVLink bandwidth: 2 TB/s\n", "memory-bandwidth-as-link") == []
    assert findings(plan + "- Bandwidth: 0.9 TB/s\n", "memory-bandwidth-as-link") == []

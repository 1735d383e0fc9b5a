"""Pipeline rules on small reports, and their bubbles against the cost model's schedules."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditor.cost.pipeline import bubble_share
from auditor.findings import Severity
from tests.check import of_category


def codes(text: str, *, least: Severity = Severity.WARNING) -> set[str]:
    return of_category.codes(f"# Pipeline\n\n{text}", "pipeline", least=least)


@settings(max_examples=60, deadline=None)
@given(stages=st.integers(2, 16), microbatches=st.integers(1, 64), chunks=st.sampled_from([1, 2, 4]), percent=st.integers(1, 95))
def test_a_bubble_is_no_smaller_than_the_schedule_leaves(stages: int, microbatches: int, chunks: int, percent: int) -> None:
    """One printed percentage stands for half a point on each side."""
    assume(chunks == 1 or microbatches >= stages)
    least = bubble_share(stages, microbatches, chunks)
    virtual = f"- Virtual pipeline stages: {chunks}\n" if chunks > 1 else ""
    text = f"- Pipeline parallelism: {stages} stages\n{virtual}- Micro-batches: {microbatches}\n- Pipeline bubble: {percent}%\n"
    assert ("pipeline-bubble" in codes(text)) is (Fraction(2 * percent + 1, 200) < least)


@settings(max_examples=40, deadline=None)
@given(stages=st.integers(2, 16), microbatches=st.integers(1, 64), percent=st.integers(1, 98))
def test_utilisation_is_no_higher_than_the_bubble_leaves(stages: int, microbatches: int, percent: int) -> None:
    most = 1 - bubble_share(stages, microbatches)
    text = f"- Pipeline parallelism: {stages} stages\n- Micro-batches: {microbatches}\n- GPU utilization: {percent}%\n"
    assert ("gpu-utilization-over-bubble" in codes(text)) is (Fraction(2 * percent - 1, 200) > most)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- Layers: 48\n- PP: 4\n- Layers per stage: 12\n", set()),
        ("- Layers: 48\n- PP: 4\n- Layers per stage: 10\n", {"layers-per-stage"}),
        ("- Layers: 61\n- PP: 4\n- Layers per stage: 15-16\n", set()),
        ("- Layers: 61\n- PP: 4\n- Layers per stage: 16\n", {"unequal-stages"}),
        ("- Layers: 62\n- PP: 8\n- Layers per stage: 8\n\nMegatron-LM counts embedding and loss as layers.\n", set()),
        ("- Layers: 48\n- PP: 4\n- VP: 3\n- Layers per stage: 4\n", set()),
        ("- Layers: 48\n- PP: 4\n- Layers per GPU: 48\n", {"layers-per-gpu"}),
        ("- PP: 4\n- Micro-batches: 4\n- GPU utilization: 100%\n", set()),
        ("- PP: 4\n- Micro-batches: 4\n- Pipeline bubble: 1%\n\nThe schedule is zero-bubble (ZB-H1).\n", set()),
        ("- PP: 4\n- Micro-batches: 8\n- Batch size: 4 sequences\n", {"more-micro-batches-than-sequences"}),
        ("- PP: 8\n- VP: 2\n- Micro-batches: 4\n", {"interleaved-fill"}),
        ("- PP: 8\n- VP: 2\n- Micro-batches: 8\n", set()),
    ],
)
def test_small_reports(text: str, found: set[str]) -> None:
    assert codes(text) == found


def test_a_target_above_what_the_bubble_leaves_is_out_of_reach() -> None:
    text = "- PP: 4\n- Micro-batches: 4\n\n## Targets\n\n- Compute utilization: target >= 80%\n"
    assert codes(text) == {"compute-utilization-over-bubble"}


def test_fewer_micro_batches_than_stages_is_worth_knowing() -> None:
    text = "- PP: 8\n- Micro-batches: 4\n"
    assert not codes(text)
    assert codes(text, least=Severity.INFO) == {"idle-stages"}

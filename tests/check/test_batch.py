"""Batch rules on small reports."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditor.pipeline import audit_source
from auditor.read import decode
from tests.check import of_category


def codes(text: str, name: str = "report.md") -> set[str]:
    return of_category.codes(text, "batch", name=name)


SMALL = st.sampled_from([1, 2, 4, 8, 16])


@settings(max_examples=40, deadline=None)
@given(mbs=SMALL, steps=SMALL, dp=SMALL, gbs=st.integers(1, 4096))
def test_the_global_batch_is_a_product(mbs: int, steps: int, dp: int, gbs: int) -> None:
    text = "global_batch_size: {}\nmicro_batch_size: {}\ngradient_accumulation_steps: {}\ndata_parallel_size: {}\n"
    assert not codes(text.format(mbs * steps * dp, mbs, steps, dp), "run.yaml")
    assume(gbs not in (mbs * steps * dp, mbs * steps))
    assert "global-batch" in codes(text.format(gbs, mbs, steps, dp), "run.yaml")


@settings(max_examples=40, deadline=None)
@given(tp=SMALL, pp=SMALL, dp=SMALL, mbs=SMALL, steps=SMALL, factor=st.sampled_from([2, 4]))
def test_accumulation_follows_from_the_gpus(tp: int, pp: int, dp: int, mbs: int, steps: int, factor: int) -> None:
    head = "| Run | GPUs | GBS | MBS | TP | PP | GA |\n|---|---|---|---|---|---|---|\n"
    right = f"| A | {tp * pp * dp} | {mbs * dp * steps} | {mbs} | {tp} | {pp} | {steps} |\n"
    wrong = f"| B | {tp * pp * dp} | {mbs * dp * steps} | {mbs} | {tp} | {pp} | {steps * factor} |\n"
    assert not codes(head + right + right.replace("| A", "| C"))
    assume(steps > 1 and steps * factor != dp * steps)  # a batch of one step may stand before accumulation
    # with the replicas that the GPUs make, the fault is one of the batch too: it is said once, what follows from it beneath
    assert codes(head + right + wrong) - {"global-batch"} == {"accumulation-steps"}
    said = audit_source(decode((head + right + wrong).encode(), "report.md")).findings
    assert len([one for one in said if one.category == "batch"]) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- Global batch size: 96\n- Micro-batch size: 4\n- DP: 8\n", set()),
        ("- Global batch size: 100\n- Micro-batch size: 4\n- DP: 8\n", {"whole-micro-batches"}),
        ("- Batch size: 100\n- DP: 8\n", {"batch-by-replicas"}),
        ("- Batch size: 128 sequences\n- DP: 4\n- Sequences per replica: 32\n", set()),
        ("- Batch size: 128 sequences\n- DP: 4\n- Sequences per replica: 64\n", {"batch-per-replica"}),
        ("- Sequences per replica: 32\n- Micro-batch size: 4\n- Micro-batches: 8\n", set()),
        ("- Sequences per replica: 32\n- Micro-batch size: 4\n- Micro-batches: 4\n", {"micro-batch-count"}),
        ("- Batch size: 512\n- Sequence length: 4096\n- Tokens per batch: 2,097,152\n", set()),
        ("- Batch size: 512\n- Sequence length: 4096\n- Tokens per batch: 4,194,304\n", {"tokens-per-step"}),
        ("- Batch size: 64 (reduced from 128)\n- DP: 4\n- Sequences per replica: 16\n", set()),
    ],
)
def test_small_reports(text: str, found: set[str]) -> None:
    assert codes(f"# Batch\n\n{text}") == found


def test_a_local_batch_holds_several_micro_batches() -> None:
    head = "| Run | GPUs | GBS | MBS | LBS | GA | TP | PP |\n|---|---|---|---|---|---|---|---|\n"
    assert not codes(head + "| A | 1024 | 8192 | 1 | 8 | 4 | 1 | 4 |\n| B | 256 | 512 | 1 | 8 | 1 | 1 | 4 |\n")


def test_a_second_configuration_in_brackets_is_one_of_its_own() -> None:
    head = "| Run | GPUs | GBS | MBS | TP | PP | GA |\n|---|---|---|---|---|---|---|\n"
    other = "| B | 64 | 256 | 2 | 4 | 4 | 32 |\n"
    assert not codes(head + "| A | 64 | 256 | 2 | 1 (2) | 4 | 8 (16) |\n" + other)
    assert codes(head + "| A | 64 | 256 | 2 | 1 (2) | 4 | 8 (32) |\n" + other) == {"accumulation-steps"}

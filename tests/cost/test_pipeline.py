from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.amount import amount
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.pipeline import Schedule, bubble, bubble_share, default_schedule, in_flight


@pytest.mark.parametrize(
    ("schedule", "stages", "micro_batches", "chunks", "of_ideal"),
    [
        (Schedule.GPIPE, 8, 8, 1, Fraction(7, 8)),
        (Schedule.ONE_F_ONE_B, 8, 8, 1, Fraction(7, 8)),
        (Schedule.ONE_F_ONE_B, 8, 64, 1, Fraction(7, 64)),
        (Schedule.INTERLEAVED, 8, 64, 3, Fraction(7, 192)),
        (Schedule.ZERO_BUBBLE_H1, 8, 8, 1, Fraction(7, 24)),
        (Schedule.ZERO_BUBBLE_H2, 8, 8, 1, Fraction(0)),
        (Schedule.DUALPIPE, 8, 20, 1, Fraction(3 * 2, 20 * 3)),
        (Schedule.ONE_F_ONE_B, 1, 4, 1, Fraction(0)),
    ],
)
def test_bubbles(schedule: Schedule, stages: int, micro_batches: int, chunks: int, of_ideal: Fraction) -> None:
    found = bubble(schedule, stages, micro_batches, chunks)
    assert found.of_ideal.value == of_ideal
    assert found.of_total.value == of_ideal / (1 + of_ideal)


def test_the_two_conventions_at_eight_stages() -> None:
    found = bubble(Schedule.ONE_F_ONE_B, 8, 8)
    assert (float(found.of_ideal.value), round(float(found.of_total.value), 3)) == (0.875, 0.467)
    assert round(float(bubble_share(8, 64, 3)), 3) == 0.035  # calculon's run of GPT-3 175B: 0.479 s of 13.64 s


def test_times_are_taken_as_measured() -> None:
    forward, backward, weight = (amount(name, value, "ms") for name, value in (("F", 10), ("B", 20), ("W", 8)))
    found = bubble(Schedule.ZERO_BUBBLE_H1, 4, 8, forward=forward, backward=backward, weight=weight)
    assert found.time.in_unit("ms") == 3 * (10 + 20 - 16)


def _simulate(stages: int, micro_batches: int) -> list[int]:
    """Run 1F1B as it is described and return each stage's most micro-batches between forward and backward."""
    most = []
    for stage in range(stages):
        warm_up = min(stages - stage - 1, micro_batches)
        held = peak = warm_up
        for _ in range(micro_batches - warm_up):
            held += 1
            peak = max(peak, held)
            held -= 1
        most.append(peak)
    return most


@given(st.integers(1, 16), st.integers(1, 40))
def test_in_flight_of_one_forward_one_backward(stages: int, micro_batches: int) -> None:
    found = [in_flight(Schedule.ONE_F_ONE_B, stages, micro_batches, stage=stage).value for stage in range(stages)]
    assert found == _simulate(stages, micro_batches)


@given(st.integers(2, 16), st.integers(2, 6))
def test_interleaving_holds_more_than_one_f_one_b(stages: int, chunks: int) -> None:
    many = 10 * stages
    found = in_flight(Schedule.INTERLEAVED, stages, many, chunks).value
    assert found == stages * (1 + Fraction(stages - 1, stages * chunks))
    assert in_flight(Schedule.GPIPE, stages, many).value == many
    assert in_flight(Schedule.ZERO_BUBBLE_H2, stages, many).value == 2 * stages - 1


def test_dualpipe_holds_one_more_and_needs_an_even_number() -> None:
    assert in_flight(Schedule.DUALPIPE, 16, 100).value == 17
    with pytest.raises(ImpossiblePlanError, match="even number of stages"):
        bubble(Schedule.DUALPIPE, 7, 8)


@given(st.integers(1, 64), st.integers(1, 500), st.integers(1, 8))
def test_bubbles_fall_with_micro_batches_and_chunks(stages: int, micro_batches: int, chunks: int) -> None:
    more = bubble_share(stages, micro_batches, 1)
    assert bubble_share(stages, micro_batches + 1, 1) <= more
    if stages > 1:
        assert bubble_share(stages, micro_batches, chunks) <= more
    assert 0 <= more < 1


def test_impossible_schedules_are_refused() -> None:
    for arguments, field in (((0, 8), "layout.pp"), ((8, 0), "batch.microbatches"), ((8, 8, 2), "layout.vp")):
        with pytest.raises(ImpossiblePlanError) as refused:
            bubble(Schedule.ONE_F_ONE_B, *arguments)
        assert refused.value.field == field
    with pytest.raises(ImpossiblePlanError, match="not one of 4 stages"):
        in_flight(Schedule.GPIPE, 4, 8, stage=4)
    assert default_schedule(4, 2) is Schedule.INTERLEAVED
    assert default_schedule(4, 1) is Schedule.ONE_F_ONE_B

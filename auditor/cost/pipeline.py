"""Pipeline schedules: the time stages wait (bubble) and the micro-batches whose activations they hold.

Symbols: p stages, M micro-batches per step, v chunks per stage, F forward, B full backward (input and weight gradients),
W its weight-gradient part, per micro-batch and stage. The zero-bubble paper writes B for the input half only; here B is
always the whole.

Sources: GPipe, Huang et al. 2019; 1F1B, Narayanan et al. 2019 (PipeDream-flush); interleaved, Narayanan et al. 2021,
section 2.2.2; zero bubble, Qi et al. 2024, table 1; DualPipe, DeepSeek-V3 report, table 2, and its repository's README.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

from auditor.cost.amount import Amount, count, smallest
from auditor.cost.impossible import require, require_whole
from auditor.records import dataclass

__all__ = ["Bubble", "Schedule", "bubble", "bubble_share", "default_schedule", "in_flight"]

_MOST: Final = 10**9


class Schedule(StrEnum):
    """Order in which a stage runs its forward and backward passes."""

    GPIPE = "gpipe"
    ONE_F_ONE_B = "1f1b"
    INTERLEAVED = "interleaved"
    ZERO_BUBBLE_H1 = "zb-h1"
    ZERO_BUBBLE_H2 = "zb-h2"
    DUALPIPE = "dualpipe"


_SOURCES: Final = {
    Schedule.GPIPE: "Huang et al. 2019, section 2",
    Schedule.ONE_F_ONE_B: "Narayanan et al. 2021, section 2.2.1",
    Schedule.INTERLEAVED: "Narayanan et al. 2021, section 2.2.2",
    Schedule.ZERO_BUBBLE_H1: "Qi et al. 2024, table 1",
    Schedule.ZERO_BUBBLE_H2: "Qi et al. 2024, table 1",
    Schedule.DUALPIPE: "DeepSeek-V3 report, table 2",
}


@dataclass(frozen=True, slots=True)
class Bubble:
    """Idle time of a stage in one step and its two shares; both conventions stand in the literature."""

    time: Amount
    """In the unit of F and B."""
    of_ideal: Amount
    """Bubble / M (F + B): Megatron's convention."""
    of_total: Amount
    """Bubble / (bubble + M (F + B)): the share of the step a stage waits."""
    source: str


def _check(schedule: Schedule, stages: int, microbatches: int, chunks: int) -> None:
    source = _SOURCES[schedule]
    require_whole("layout.pp", stages, 1, source, _MOST)
    require_whole("batch.microbatches", microbatches, 1, source, _MOST)
    require_whole("layout.vp", chunks, 1, source, _MOST)
    require(schedule is Schedule.INTERLEAVED or chunks == 1, "layout.vp", f"the {schedule} schedule has no chunks", source)
    require(
        schedule is not Schedule.DUALPIPE or stages % 2 == 0, "layout.pp", f"DualPipe needs an even number of stages, not {stages}", source
    )


def bubble(
    schedule: Schedule,
    stages: int,
    microbatches: int,
    chunks: int = 1,
    *,
    forward: Amount | None = None,
    backward: Amount | None = None,
    weight: Amount | None = None,
) -> Bubble:
    """Return the bubble of one step.

    `forward`, `backward` (full) and `weight` are times of one micro-batch on one stage, all in one unit; left out, they are
    1, 2 and 1. Raises `ImpossiblePlanError` for counts below 1, chunks without interleaving, DualPipe over an odd p.
    """
    _check(schedule, stages, microbatches, chunks)
    p, m, v = count("pp", stages), count("M", microbatches), count("vp", chunks)
    f = forward or count("F", 1)
    b = backward or count("B", 2)
    w = weight or count("W", 1)
    match schedule:
        case Schedule.GPIPE | Schedule.ONE_F_ONE_B:
            idle = (p - 1) * (f + b)
        case Schedule.INTERLEAVED:
            idle = (p - 1) * (f + b) / v
        case Schedule.ZERO_BUBBLE_H1:
            idle = (p - 1) * (f + b - 2 * w)
        case Schedule.ZERO_BUBBLE_H2:
            idle = (p - 1) * (f + b - 3 * w)
        case Schedule.DUALPIPE:
            # Forward and backward of two micro-batches run side by side; at worst they take as long as one after the other.
            idle = (p / 2 - 1) * (f + b + b - 3 * w)
    if idle.value < 0:
        idle = idle * 0
    time = idle.named("bubble")
    work = (m * (f + b)).named("ideal")
    return Bubble(time, (time / work).named("bubble_of_ideal"), (time / (time + work)).named("bubble_of_total"), _SOURCES[schedule])


def in_flight(schedule: Schedule, stages: int, microbatches: int, chunks: int = 1, stage: int = 0) -> Amount:
    """Return how many micro-batches' activations stage `stage` (from 0) holds at its peak, counted in whole stages.

    1F1B: min(p - stage, M). Interleaved: its warm-up holds 2 (p - stage - 1) + (v - 1) p + 1 chunks, which on stage 0 is
    p (1 + (p - 1) / (p v)) stages. GPipe: M. Zero bubble: p or 2 p - 1; DualPipe: p + 1 (at most M each).
    Raises `ImpossiblePlanError` as `bubble` does.
    """
    _check(schedule, stages, microbatches, chunks)
    require(0 <= stage < stages, "stage", f"{stage} is not one of {stages} stages", _SOURCES[schedule])
    p, m, v = count("pp", stages), count("M", microbatches), count("vp", chunks)
    match schedule:
        case Schedule.GPIPE:
            return m
        case Schedule.ONE_F_ONE_B:
            return smallest(p - count("stage", stage) if stage else p, m)
        case Schedule.INTERLEAVED:
            warm_up = 2 * (p - count("stage", stage) - 1) + (v - 1) * p + 1
            return smallest(warm_up, m * v) / v
        case Schedule.ZERO_BUBBLE_H1:
            return smallest(p, m)
        case Schedule.ZERO_BUBBLE_H2:
            return smallest(2 * p - 1, m)
        case Schedule.DUALPIPE:
            return smallest(p + 1, m)


def default_schedule(stages: int, chunks: int) -> Schedule:
    """Return what Megatron-Core runs when nothing else is asked for: interleaved with chunks, 1F1B without."""
    return Schedule.INTERLEAVED if stages > 1 and chunks > 1 else Schedule.ONE_F_ONE_B


def bubble_share(stages: int, microbatches: int, chunks: int = 1) -> Fraction:
    """Return (p - 1) / (v M + p - 1), the share of the step lost under (interleaved) 1F1B."""
    return bubble(default_schedule(stages, chunks), stages, microbatches, chunks).of_total.value

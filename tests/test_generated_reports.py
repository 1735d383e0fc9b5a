"""Reports of consistent plans: each number is read as what it is, nothing is raised, and a wrong number is found at its place.

`scripts.measure_power` measures the same on a larger sample.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated.measures import caught, drawn, invented, misread, planted, raised
from tests.generated.styles import STYLES

SEEDS = st.integers(0, 10**6).map(str)


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=6, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_a_plan_is_read_back_from_every_style(style: str, seed: str) -> None:
    _, report = drawn(seed, style)
    assert [*misread(report), *invented(report)] == [], report.text


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_nothing_is_raised_for_a_consistent_plan(style: str, seed: str) -> None:
    _, report = drawn(seed, style)
    assert [f"{finding.code}: {finding.message}" for finding in raised(report)] == [], report.text


@pytest.mark.parametrize("half", [0, 1])
def test_wrong_numbers_are_found_at_their_place(half: int) -> None:
    random = Random(f"planted {half}")  # noqa: S311
    missed, tried = [], 0
    for style in list(STYLES)[half::2]:
        for seed in ("power 1", "power 2"):
            plan, report = drawn(seed, style)
            errors = planted(plan, report)
            for change in random.sample(errors, min(2, len(errors))):
                tried += 1
                if not caught(report, change).anywhere:
                    missed.append(f"{style}: {change.figure.quantity} {change.figure.text!r} as {change.written!r}: {change.breaks}")
    print(f"{tried - len(missed)} of {tried} planted errors found at their place")
    assert len(missed) <= tried * 5 // 100, missed

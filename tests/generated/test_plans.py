"""The generator itself: what it draws is consistent, and what a page tells of its numbers is so."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated.measures import drawn, planted
from tests.generated.plans import PARTS, draw
from tests.generated.styles import STYLES
from tests.generated.ties import TIES

SEEDS = st.integers(0, 10**9)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_every_law_holds_in_every_plan(seed: int) -> None:
    plan = draw(Random(seed))  # noqa: S311
    for tie in TIES:
        if all(quantity in plan for quantity in tie.quantities):
            assert tie.gap(plan.figures) == 0, tie.name
    assert sum((plan[part] for part in PARTS if part in plan), Fraction(0)) == plan["memory.used"]
    assert plan["memory.used"] < plan["memory.capacity"]


def test_both_kinds_and_both_ways_of_counting_are_drawn() -> None:
    plans = [draw(Random(seed)) for seed in range(60)]  # noqa: S311
    assert {(plan.serving, plan.factored) for plan in plans} == {(True, True), (True, False), (False, True), (False, False)}


@pytest.mark.parametrize("style", STYLES)
def test_figures_stand_where_the_page_says(style: str) -> None:
    _, report = drawn("places", style)
    assert report.figures
    for figure in report.figures:
        assert report.text[figure.span.start : figure.span.end] == figure.text
    ends = [figure.span.end for figure in report.figures]
    assert all(end <= figure.span.start for end, figure in zip(ends, report.figures[1:], strict=False))


def test_a_planted_error_changes_one_number() -> None:
    plan, report = drawn("errors", "report")
    for change in planted(plan, report)[:200]:
        start = change.figure.span.start
        assert change.text[:start] == report.text[:start]
        assert change.text[start:].startswith(change.written)
        assert change.text[start + len(change.written) :] == report.text[start + len(change.figure.digits) :]

"""GPU ids as sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.layout import Group, Ids, beyond, covered, gaps, numbered_from, overlaps, wrong_sizes

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=8)


@given(RANGES, RANGES)
def test_ids_are_sets(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    a, b = Ids.of(left), Ids.of(right)
    plain_a = {one for first, last in left for one in range(first, last + 1)}
    plain_b = {one for first, last in right for one in range(first, last + 1)}
    assert set(a) == plain_a
    assert list(a) == sorted(plain_a)
    assert len(a) == len(plain_a)
    assert set(a | b) == plain_a | plain_b
    assert set(a & b) == plain_a & plain_b
    assert set(a - b) == plain_a - plain_b
    assert (a - b) == Ids.each(plain_a - plain_b)
    assert (a & b) == Ids.each(plain_a & plain_b)
    assert all(one in a for one in plain_a)


@given(st.lists(RANGES, max_size=6))
def test_overlaps_are_all_pairs_that_meet(lists: list[list[tuple[int, int]]]) -> None:
    groups = [Group(str(index), Ids.of(ranges)) for index, ranges in enumerate(lists)]
    found = {(one.left, one.right): set(one.ids) for one in overlaps(groups)}
    expected = {
        (i, j): set(groups[i].ids) & set(groups[j].ids)
        for i in range(len(groups))
        for j in range(i + 1, len(groups))
        if set(groups[i].ids) & set(groups[j].ids)
    }
    assert found == expected


def stage(name: str, first: int, last: int) -> Group:
    return Group(name, Ids.of([(first, last)]))


def test_stages_that_overlap_and_leave_a_gap() -> None:
    stages = [stage("Stage 0", 0, 3), stage("Stage 1", 3, 6), stage("Stage 2", 8, 11)]
    (shared,) = overlaps(stages)
    assert (shared.left, shared.right, str(shared.ids)) == (0, 1, "3")
    assert str(gaps(stages, 12)) == "7"
    assert not beyond(stages, 12)
    assert str(beyond(stages, 8)) == "8-11"
    assert [group.name for group in wrong_sizes([*stages, stage("Stage 3", 12, 13)], 4)] == ["Stage 3"]
    assert str(covered(stages)) == "0-6, 8-11"


def test_gpus_may_be_counted_from_one() -> None:
    stages = [stage("A", 1, 4), stage("B", 5, 8)]
    assert numbered_from(covered(stages), 8) == 1
    assert not gaps(stages, 8)
    assert not beyond(stages, 8)
    assert str(gaps(stages, 8, start=0)) == "0"


def test_huge_ranges_cost_nothing() -> None:
    groups = [Group("all", Ids.of([(0, 999_999_999)])), Group("some", Ids.of([(5, 500_000_000)]))]
    assert len(overlaps(groups)[0].ids) == 499_999_996


def test_bad_ranges_are_refused_by_name() -> None:
    with pytest.raises(ImpossiblePlanError, match="runs backwards"):
        Ids.of([(5, 2)])
    with pytest.raises(ImpossiblePlanError, match=r"placement\.gpu"):
        Ids.of([(-1, 2)])

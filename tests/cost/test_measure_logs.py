"""Figures of logs, papers and framework outputs: no bound is broken, what is called exact is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scripts.measure_cost import PAGE
from scripts.measure_logs import broken, logged, section


def test_no_bound_is_broken_and_exact_figures_are_exact() -> None:
    assert broken(logged()) == []


def test_the_table_has_forty_figures_of_every_kind_each_with_a_source() -> None:
    rows = logged()
    assert len(rows) >= 40
    assert {row.kind for row in rows} == {"exact", "lower", "upper"}
    assert all(row.source for row in rows)


def test_the_page_shows_them() -> None:
    assert section() in PAGE.read_text(encoding="utf-8"), "run python -m scripts.measure_cost --write"


def test_a_bound_on_the_wrong_side_and_a_figure_off_by_two_per_cent_are_broken() -> None:
    row = next(one for one in logged() if one.kind == "exact")
    assert not replace(row, ours=row.figure * Fraction(103, 100), step=Fraction(0)).kept
    assert not replace(row, kind="lower", ours=row.figure * 2).kept
    assert not replace(row, kind="upper", ours=row.figure / 2).kept
    assert replace(row, kind="lower", ours=row.figure / 2).kept

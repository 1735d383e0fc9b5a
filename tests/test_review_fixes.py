"""The repairs that were read by hand: what is offered is right, what was wrong is offered no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.review_fixes import below, name_of, offered, table

SHARED = Path(__file__).parents[2] / "shared"
REPORTS = {name_of(path): path for part in ("seeds", "corpus") for path in below(SHARED / part)} if SHARED.is_dir() else {}


def test_all_that_is_offered_was_judged_right() -> None:
    rows = table()
    assert rows
    assert len({row.key for row in rows}) == len(rows)
    assert {row.verdict for row in rows} <= {"right", "wrong", "debatable"}
    assert {row.offered for row in rows} <= {"yes", "no"}
    assert all(row.reason for row in rows)
    assert [row for row in rows if row.offered == "yes" and row.verdict != "right"] == []


@pytest.mark.skipif(not REPORTS, reason="the published reports are not at hand")
def test_what_was_wrong_is_offered_no_more() -> None:
    wanted = {row.report for row in table()} & REPORTS.keys()
    assert wanted
    for name in sorted(wanted):
        now = {row.key for row in offered(REPORTS[name])}
        assert now == {row.key for row in table() if row.report == name and row.offered == "yes"}


@pytest.mark.slow
@pytest.mark.skipif(not REPORTS, reason="the published reports are not at hand")
def test_every_repair_that_is_offered_was_judged() -> None:
    judged = {row.key for row in table() if row.offered == "yes"}
    assert {row.key for path in REPORTS.values() for row in offered(path)} <= judged

"""docs/review.csv and docs/review.md: each finding on the reviewed reports is judged, and enough of them are right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import review
from scripts.review import Key, Row, found_now, lacking, left_over, page, problems, rows_of, selected, share, text_of

AT_HAND = (review.SHARED / "gold").is_dir() and (review.SHARED / "corpus" / "reports").is_dir()
ERROR = Key("further", "a/plan.md", 4, "LAY001", "error")
WARNING = Key("further", "a/plan.md", 9, "PRF001", "warning")


@pytest.fixture
def rows() -> list[Row]:
    return rows_of(review.TABLE.read_text(encoding="utf-8"))


def test_the_page_is_the_one_made_of_the_table(rows: list[Row]) -> None:
    assert page(rows) == review.PAGE.read_text(encoding="utf-8")
    assert text_of(rows) == review.TABLE.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(not AT_HAND, reason="the reports are not at hand")
def test_each_finding_is_judged_and_enough_are_right(rows: list[Row]) -> None:
    found = found_now()
    assert found is not None
    new = text_of(lacking(rows, found), head=False)
    assert not new, f"to be judged, for docs/review.csv (then python -m scripts.review --write):\n{new}"
    assert list(problems(rows, found)) == []


@pytest.mark.skipif(not AT_HAND, reason="the reports are not at hand")
def test_twenty_reports_are_taken_that_no_key_covers() -> None:
    chosen, covered = selected(review.SHARED), review.keyed(review.SHARED)
    assert len(chosen) == len(set(chosen)) == review.TAKEN
    assert len(covered) == 21
    assert not set(chosen) & set(covered)


def test_a_finding_without_a_row_is_proposed_as_one() -> None:
    found = {ERROR: ["48 GPUs, but 6"], WARNING: ["one", "two"]}
    judged = [Row(WARNING, "right", "it is")]
    assert lacking(judged, found) == [Row(ERROR, "open", "48 GPUs, but 6"), Row(WARNING, "open", "two")]
    assert text_of(lacking(judged, {ERROR: ["48 GPUs, but 6"]}), head=False) == ('further,a/plan.md,4,LAY001,error,open,"48 GPUs, but 6"\n')


def test_a_row_without_a_finding_is_left_over() -> None:
    rows = [Row(ERROR, "right", "it is"), Row(ERROR, "right", "again"), Row(WARNING, "right", "it is")]
    assert left_over(rows, {ERROR: ["once"]}) == rows[1:]
    assert any(line.startswith("nothing found for: further,a/plan.md,9") for line in problems(rows, {ERROR: ["once"]}))


def test_what_is_debatable_counts_as_not_right() -> None:
    rows = [Row(ERROR, "right", "it is"), Row(ERROR, "debatable", "it depends"), Row(WARNING, "wrong", "it is not")]
    assert share(rows, "further", "error") == (1, 2)
    assert [line for line in problems(rows, None) if "less than" in line] == [
        "Twenty further reports: errors right: 1 of 2, less than 97.0 %",
        "Twenty further reports: warnings right: 0 of 1, less than 90.0 %",
    ]
    assert "| Twenty further reports: errors | 2 | 1 | 0 | 1 | 50.0 % | 97.0 % |" in page(rows)


def test_a_row_needs_a_verdict_and_a_reason() -> None:
    rows = [Row(ERROR, "open", "48 GPUs, but 6"), Row(WARNING, "right", " ")]
    assert sum(line.startswith("not judged") for line in problems(rows, None)) == 2


def test_a_report_with_the_text_of_another_gives_way_to_the_next(tmp_path: Path) -> None:
    reports, gold, seeds = tmp_path / "corpus" / "reports", tmp_path / "gold", tmp_path / "seeds"
    for folder in (reports, gold, seeds):
        folder.mkdir(parents=True)
    (seeds / "s.txt").write_text("a seed", encoding="utf-8")
    for number in range(12):
        (reports / f"{number:02}.md").write_text(f"report {number}", encoding="utf-8")
    (reports / "06.md").write_text("a seed", encoding="utf-8")
    (reports / "11.md").write_text("report 7", encoding="utf-8")
    for name, report in (("seeds", "s.txt"), ("dev", "00.md")):
        (gold / f"{name}.jsonl").write_text(json.dumps({"report": report}) + "\n", encoding="utf-8")
    assert selected(tmp_path) == ["01.md", "07.md"]


def test_without_the_reports_only_the_page_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "review.csv"
    table.write_text(text_of([Row(ERROR, "right", "8 x 8")]), encoding="utf-8")
    monkeypatch.setattr(review, "found_now", lambda: None)
    monkeypatch.setattr(review, "TABLE", table)
    monkeypatch.setattr(review, "PAGE", tmp_path / "review.md")
    assert review.main(["--check"]) == 1
    assert review.main(["--write"]) == 0
    assert review.main(["--check"]) == 0
    assert "not here" in capsys.readouterr().err

"""`scripts/measure_reading.py`: the counts of a folder, the page made of them, and the bounds they must keep."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from auditor.rulebook import load
from scripts import measure_reading
from scripts.measure_reading import Folder, Row, Scores, failures, measure, page

PLAN = "# Plan 7\n\n- GPUs: 16\n- Tensor parallelism: 4\n\nThe quux was 12 before.\n"


def _folder(*rows: Row) -> Folder:
    return Folder("Reports", rows, Counter({"list marker": 2}))


def test_a_folder_is_counted_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.md").write_text(PLAN, encoding="utf-8")
    (tmp_path / "deep" / "a.json").write_text('{"gpus": 8}', encoding="utf-8")
    found = measure("Reports", tmp_path, load())
    assert [row.name for row in found.rows] == ["b.md", "deep/a.json"]
    assert found.rows[1] == Row("deep/a.json", 1, 0, 1, 0)
    assert found.rows[0].numbers == 4
    assert found.total.numbers == 5
    assert sum(found.reasons.values()) == found.rows[0].labels


def test_the_page_shows_each_file_the_totals_and_those_below_the_bound() -> None:
    folder = _folder(Row("good.md", 100, 20, 75, 5), Row("bad.md", 10, 1, 5, 0))
    text = page([folder], Scores(3, (("read", Fraction(1)), ("bound", Fraction("0.954")))))
    assert "| good.md | 100 | 75 | 20 | 5 | 5 | 95.0 % | 100.0 % |" in text
    assert "| bad.md | 10 | 5 | 1 | 4 | 0 | 60.0 % | 60.0 % |" in text
    assert "| all | 110 | 80 | 21 | 9 | 5 | 91.8 % | 96.4 % |" in text
    assert "- bad.md: 60.0 %" in text
    assert "| bound | 95.4 % | 90.0 % |" in text
    assert "measurements-cost.md" in text


def test_ten_files_may_be_below_the_bound_and_no_more() -> None:
    low = [Row(f"{number}.md", 10, 0, 8, 0) for number in range(11)]
    high = Row("high.md", 10_000, 0, 10_000, 0)
    assert failures([_folder(high, *low[:10])], None) == []
    assert len(failures([_folder(high, *low)], None)) == 11
    assert failures([_folder(Row("a.md", 100, 0, 92, 0))], None) == ["Reports: 92.0 % accounted for over all"]
    assert failures([], Scores(1, (("read", Fraction("0.9")),))) == ["answer key: read 90.0 %"]


def test_without_the_reports_nothing_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measure_reading, "SHARED", tmp_path / "nowhere")
    assert measure_reading.main(["--check"]) == 0
    assert "nothing is measured" in capsys.readouterr().out


def test_a_page_out_of_date_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = tmp_path / "corpus" / "reports"
    reports.mkdir(parents=True)
    (reports / "a.md").write_text("- GPUs: 16\n", encoding="utf-8")
    monkeypatch.setattr(measure_reading, "SHARED", tmp_path)
    monkeypatch.setattr(measure_reading, "PAGE", tmp_path / "page.md")
    assert measure_reading.main(["--check"]) == 1
    assert measure_reading.main(["--write"]) == 0
    assert measure_reading.main(["--check"]) == 0

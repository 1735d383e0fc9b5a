"""What a finding costs to read: the format for language models keeps to its hundred tokens, on every report that is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.pipeline import audit_source
from auditor.read import read_file
from auditor.render import FORMATS
from auditor.render.agent import line
from scripts.measure_tokens import MARKS, PAGE, REPORTS, estimated

FOLDER = Path(__file__).parents[1] / "fixtures" / "reports"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_a_finding_takes_at_most_a_hundred_tokens(path: Path) -> None:
    report = audit_source(read_file(str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)))
    for finding in report.findings:
        assert estimated(line(report, finding)) <= 100


def test_the_page_has_a_row_for_each_format() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = text.partition(MARKS[0])[2].partition(MARKS[1])[0].splitlines()
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]] == list(FORMATS)
    assert all(name in rows[0] for name in REPORTS)
    own = dict(row.removeprefix("| ").split(" | ", 1) for row in rows[2:])["agent"]
    assert all(int(cell.strip(" |")) <= 100 for cell in own.split(" | "))

from pathlib import Path

import pytest

from tests.standins import Run

WRONG = "4 * 4 = 17\n2 * 2 = 5 !\n"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_text(WRONG)
    return path


def test_diff_changes_nothing(audit: Run, report: Path) -> None:
    answer = audit("--diff", "a.md")
    assert answer.status == 1
    assert answer.out == "--- a.md\n+++ a.md\n@@ -1,2 +1,2 @@\n-4 * 4 = 17\n+4 * 4 = 16\n 2 * 2 = 5 !\n"
    assert report.read_text() == WRONG


def test_diff_without_a_change(audit: Run, report: Path) -> None:
    report.write_text("4 * 4 = 16\n")
    answer = audit("--diff", "a.md")
    assert (answer.status, answer.out, answer.err) == (0, "", "")


def test_diff_says_that_there_is_no_fix(audit: Run, report: Path) -> None:
    report.write_text("2 * 2 = 5 !\n")
    answer = audit("--diff", "a.md")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err == "1 finding has no safe repair; 1 has one that takes somebody to judge it: --unsafe-fixes shows them\n"
    assert audit("--diff", "--unsafe-fixes", "a.md").err == ""


def test_what_is_known_is_not_fixed(audit: Run, report: Path, tmp_path: Path) -> None:
    audit("baseline", "create", "--baseline", "known.json", "a.md")
    assert audit("--fix", "--baseline", "known.json", "a.md").status == 0
    assert report.read_text() == WRONG


def test_diff_of_standard_input(audit: Run) -> None:
    assert "--- <stdin>" in audit("--diff", "-", stdin=WRONG.encode()).out


def test_fix_writes_and_reports_what_is_left(audit: Run, report: Path) -> None:
    answer = audit("--fix", "a.md")
    assert answer.status == 0
    assert report.read_text() == "4 * 4 = 16\n2 * 2 = 5 !\n"
    assert answer.err.splitlines() == [
        "1 repair written to 1 file",
        "1 finding left with a repair that takes somebody to judge it: --diff --unsafe-fixes shows them",
    ]
    assert "2 * 2 is 4, written 5" in answer.out
    assert audit("--fix", "-q", "a.md").err == ""


def test_unsafe_fixes(audit: Run, report: Path) -> None:
    assert audit("--fix", "--unsafe-fixes", "a.md").status == 0
    assert report.read_text() == "4 * 4 = 16\n2 * 2 = 4 !\n"


def test_only_selected_rules_are_fixed(audit: Run, report: Path) -> None:
    audit("--fix", "--ignore", "ARI001", "a.md")
    assert report.read_text() == WRONG


def test_a_file_that_cannot_be_written(audit: Run, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    answer = audit("--fix", "a.md")
    assert answer.status == 2
    assert "a.md: not audited: not repaired: cannot be written: Permission denied" in answer.out
    assert "written 17" in answer.out
    assert report.read_text() == WRONG


@pytest.mark.parametrize("options", [("--fix", "--diff"), ("--unsafe-fixes",), ("--fix", "-")])
def test_what_cannot_be_asked_together(audit: Run, report: Path, options: tuple[str, ...]) -> None:
    answer = audit(*options, "a.md")
    assert answer.status == 2
    assert answer.err.startswith("audit: --")


def test_the_summary_says_what_can_be_fixed(audit: Run, report: Path) -> None:
    assert "1 finding can be put right with --fix." in audit("a.md").out

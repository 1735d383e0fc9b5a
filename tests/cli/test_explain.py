import json
from pathlib import Path

import pytest

from tests.standins import Run


@pytest.fixture
def report(tmp_path: Path) -> str:
    (tmp_path / "a.md").write_text("16 GPUs, 4 * 4 = 16\n\n2 * 2 = 5\nplain\n", encoding="utf-8")
    return "a.md"


def test_what_held(audit: Run, report: str) -> None:
    answer = audit("explain", f"{report}:1")
    assert answer.status == 0
    assert "16 GPUs: gpus = 16 (actual); read as a number before its noun" in answer.out
    assert "Held (1)" in answer.out
    assert "written-equation: 4 * 4 = 16 [line 1]" in answer.out


def test_what_is_contradicted(audit: Run, report: str) -> None:
    answer = audit("explain", f"{report}:3:5")
    assert "Contradicted (1)" in answer.out
    assert "2 * 2 is 4, written 5" in answer.out
    assert "Held" not in answer.out


def test_a_line_no_rule_speaks_of(audit: Run, report: str) -> None:
    answer = audit("explain", f"{report}:4")
    assert "No number on this line is a claim." in answer.out
    assert "No rule speaks of this line." in answer.out


def test_one_column_of_a_line(audit: Run, report: str) -> None:
    answer = audit("explain", f"{report}:1:1")
    assert "16 GPUs: gpus = 16" in answer.out
    assert "No rule speaks of this place." in answer.out
    assert "Held (1)" in audit("explain", f"{report}:1:18").out


def test_as_json(audit: Run, report: str) -> None:
    found = json.loads(audit("explain", f"{report}:3", "--output-format", "json").out)
    assert (found["path"], found["line"], found["column"], found["claims"]) == ("a.md", 3, None, [])
    assert [(one["verdict"], one["message"], one["lines"]) for one in found["outcomes"]] == [("contradicted", "2 * 2 is 4, written 5", [3])]


@pytest.mark.parametrize("place", ["a.md", "a.md:", "a.md:x", "a.md:0", "a.md:99", ":3", "a.md:99999999999999999999", "a.md:²"])
def test_a_place_that_is_none(audit: Run, report: str, place: str) -> None:
    answer = audit("explain", place)
    assert answer.status == 2
    assert answer.err.startswith("audit: ")
    assert "internal" not in answer.err


class TestWhatWouldHaveItChecked:
    """With the real rules: what a claim lacks is said by name, and stating it has it checked."""

    REPORT = "# Plan\n\n- GPU memory: 80 GB\n- Memory utilization: 40 %\n"

    def explained(self, command_line: Run, tmp_path: Path, text: str, place: str) -> str:
        (tmp_path / "plan.md").write_text(text, encoding="utf-8")
        return command_line("explain", f"plan.md:{place}").out

    def test_what_is_lacking(self, command_line: Run, tmp_path: Path) -> None:
        out = self.explained(command_line, tmp_path, self.REPORT, "4")
        assert "To have it checked\n" in out
        assert "  40 %: state mem_used (memory.used); then memory-utilization (MEM001) checks utilization == used / capacity\n" in out

    def test_stated_it_is_checked(self, command_line: Run, tmp_path: Path) -> None:
        out = self.explained(command_line, tmp_path, self.REPORT + "- Memory used per GPU: 32 GB\n", "4")
        assert "memory-utilization (MEM001): 40% == 32 GB / 80 GB" in out
        assert "To have it checked" not in out

    def test_by_column_and_in_json(self, command_line: Run, tmp_path: Path) -> None:
        text = "# Plan\n\n- GPU memory: 80 GB, of which 40 % memory utilization\n"
        column = text.splitlines()[2].index("40 %") + 1
        (tmp_path / "plan.md").write_text(text, encoding="utf-8")
        found = json.loads(command_line("explain", f"plan.md:3:{column}", "--output-format", "json").out)
        assert {one["text"] for one in found["wanted"]} == {"40 %"}
        first = found["wanted"][0]
        assert (first["code"], first["name"]) == ("MEM001", "memory-utilization")
        assert first["state"] == [{"symbol": "mem_used", "quantity": "memory.used"}]
        assert first["relation"] == "utilization == used / capacity"

    def test_what_was_checked_wants_nothing(self, command_line: Run, tmp_path: Path) -> None:
        out = self.explained(command_line, tmp_path, "- GPUs: 32\n- TP: 4\n- PP: 2\n- DP: 4\n", "1")
        assert "To have it checked" not in out

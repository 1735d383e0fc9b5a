import csv
import io
import json
from pathlib import Path

import pytest

from tests.standins import Run

REPORT = "16 GPUs with 80 GB each, version 3\n\nor 40 GiB on 7\n"


@pytest.fixture
def report(tmp_path: Path) -> str:
    (tmp_path / "a.md").write_text(REPORT, encoding="utf-8")
    return "a.md"


def test_table(audit: Run, report: str) -> None:
    answer = audit("claims", report)
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == "a.md"
    assert lines[2].split() == ["1", "gpus", "16", "actual", "16", "GPUs", "a", "number", "before", "its", "noun"]
    assert "79.5 … 80.5" in lines[3]
    assert lines[-1] == "5 numbers: 3 named, 0 labels, 2 not understood (60.0 % understood)"


def test_json(audit: Run, report: str) -> None:
    answer = json.loads(audit("claims", "--output-format", "json", report).out)
    assert [claim["quantity"] for claim in answer["claims"]] == ["gpus", "memory.used", "memory.used"]
    assert answer["claims"][0] == {
        "quantity": "gpus",
        "symbol": "gpus",
        "value": {"low": 16, "high": 16, "text": "16 GPUs"},
        "interval": {"low": 16, "high": 16},
        "unit": "1",
        "role": "actual",
        "scope": "",
        "owners": [],
        "plan": "main",
        "location": {"path": "a.md", "line": 1, "column": 1, "end_line": 1, "end_column": 8},
        "text": "16 GPUs",
        "read_as": "a number before its noun",
        "confidence": "high",
    }


def test_values_are_in_the_unit_of_the_quantity(audit: Run, report: str) -> None:
    claims = json.loads(audit("claims", "--output-format", "json", "--quantity", "memory", report).out)["claims"]
    assert [(claim["value"]["low"], claim["value"]["high"], claim["unit"]) for claim in claims] == [(79.5, 80.5, "GB"), (39.5, 40.5, "GiB")]


def test_json_lines(audit: Run, report: str) -> None:
    lines = audit("claims", "--output-format", "jsonl", report).out.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["16 GPUs", "80 GB", "40 GiB"]


def test_csv(audit: Run, report: str) -> None:
    rows = list(csv.DictReader(io.StringIO(audit("claims", "--output-format", "csv", report).out)))
    assert len(rows) == 3
    assert {name: rows[0][name] for name in ("path", "line", "quantity", "low")} == {
        "path": "a.md",
        "line": "1",
        "quantity": "gpus",
        "low": "16",
    }


@pytest.mark.parametrize(
    ("name", "count"), [("gpus", 1), ("memory.used", 2), ("memory", 2), ("tp", 0), ("parallel.tensor", 0), ("other", 0)]
)
def test_one_quantity(audit: Run, report: str, name: str, count: int) -> None:
    answer = audit("claims", "--output-format", "jsonl", "--quantity", name, report)
    assert (answer.status, len(answer.out.splitlines())) == (0, count)


def test_an_unknown_quantity(audit: Run, report: str) -> None:
    answer = audit("claims", "--quantity", "parallel.tensr", report)
    assert answer.status == 2
    assert "did you mean 'parallel.tensor'?" in answer.err


def test_uncovered(audit: Run, report: str) -> None:
    lines = audit("claims", "--uncovered", report).out.splitlines()
    assert lines[0] == "a.md:1:34: 3: no label: 16 GPUs with 80 GB each, version 3"
    assert lines[1] == "a.md:3:14: 7: no label: or 40 GiB on 7"


def test_annotate(audit: Run, report: str) -> None:
    lines = audit("claims", "--annotate", report).out.splitlines()
    assert lines == ["16 GPUs⟦gpus⟧ with 80 GB⟦memory.used per gpu⟧ each, version 3⟦?⟧", "", "or 40 GiB⟦memory.used per gpu⟧ on 7⟦?⟧"]


@pytest.mark.parametrize("options", [("--uncovered", "--annotate"), ("--uncovered", "--output-format", "json")])
def test_what_cannot_be_asked_together(audit: Run, report: str, options: tuple[str, ...]) -> None:
    assert audit("claims", *options, report).status == 2


def test_least_coverage(audit: Run, report: str) -> None:
    assert audit("claims", "--min-coverage", "60", report).status == 0
    answer = audit("claims", "--min-coverage", "61%", report)
    assert answer.status == 1
    assert "only 3 of 5 numbers (60 %)" in answer.err


def test_a_file_that_cannot_be_read(audit: Run, report: str) -> None:
    answer = audit("claims", "missing.md", report)
    assert answer.status == 2
    assert answer.err == "missing.md: not read: no such file or folder\n"
    assert "gpus" in answer.out


def test_standard_input(audit: Run) -> None:
    assert "<stdin>" in audit("claims", "-", stdin=REPORT.encode()).out


@pytest.mark.parametrize("output_format", ["table", "json", "jsonl", "csv"])
def test_nothing_claimed(audit: Run, tmp_path: Path, output_format: str) -> None:
    (tmp_path / "a.md").write_text("no numbers\n")
    assert audit("claims", "--output-format", output_format, "a.md").status == 0

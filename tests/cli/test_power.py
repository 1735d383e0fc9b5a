import json
from pathlib import Path

from tests.standins import Run


def test_power(audit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("16 GPUs with 80 GB\n")
    answer = audit("power", "a.md")
    assert answer.status == 0
    assert "gpus" in answer.out
    assert "caught in 0 of 2 claims (0 %)" in answer.out
    found = json.loads(audit("power", "--output-format", "json", "--quantity", "gpus", "a.md").out)
    assert [claim["text"] for claim in found["claims"]] == ["16 GPUs"]


def test_no_claims(audit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("words\n")
    assert "There is no claim to change." in audit("power", "a.md").out


def test_a_missing_report(audit: Run) -> None:
    answer = audit("power", "a.md")
    assert (answer.status, answer.err) == (2, "audit: a.md: no such file\n")

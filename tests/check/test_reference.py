from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from auditor.check import procedure
from auditor.check.subject import Subject
from auditor.findings import Finding, Verdict
from auditor.pipeline import read_claims
from auditor.read import read_file
from auditor.rulebook import load
from tests.check.single import findings, verdicts

LIST = "## Files generated\n\n1. **`plan.md`** - plan\n2. **`serve.py`** - entry\n3. **`layers/moe.py`** - experts\n\n"


def launch(command: str) -> str:
    return f"# Delivery\n\n{LIST}## Launch\n\n```bash\n{command}\n```\n"


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("torchrun --nproc_per_node=8 serve.py", Verdict.HELD),
        ("python ../outputs/run-1/serve.py", Verdict.HELD),
        ("torchrun --nproc_per_node=8 train.py", Verdict.CONTRADICTED),
        ("python serve.py --config layout.py", Verdict.CONTRADICTED),
        ("python serve.py --config layout.json", Verdict.UNDETERMINED),
    ],
)
def test_launched_files_against_the_list(command: str, verdict: Verdict) -> None:
    assert verdict in verdicts(launch(command), "launched-file-not-listed")


@pytest.mark.parametrize(
    "command",
    [
        "python /opt/tools/train.py",
        "torchrun --nproc_per_node=8 examples/pretrain_gpt.py",
        "python $HOME/train.py",
        "python serve.py --output result.py",
    ],
)
def test_foreign_and_written_files_are_left_alone(command: str) -> None:
    assert findings(launch(command), "launched-file-not-listed") == []


def test_a_script_that_the_report_prints_is_there() -> None:
    text = launch("python train.py") + "\n```python\n# train.py\nprint(1)\n```\n"
    assert findings(text, "launched-file-not-listed") == []


def test_without_a_list_nothing_is_said() -> None:
    assert findings("# Delivery\n\n```bash\npython train.py\n```\n", "launched-file-not-listed") == []


def in_repository(folder: Path, text: str) -> list[Finding]:
    (folder / "docs").mkdir()
    (folder / "data.csv").write_text("1\n")
    page = folder / "docs" / "report.md"
    page.write_text(text)
    book = load()
    read = read_claims(read_file(page), rules=book)
    rule = book.get("broken-link")
    return [
        outcome.finding
        for outcome in procedure(rule)(Subject(read.document, read.claims, read.plans, book.lexicon), rule)
        if outcome.finding
    ]


LINKS = "[a](../data.csv) [b](missing.csv) [c](https://example.org/x) [d](../../outside.md) `[e](no.md)`\n\n```\n[f](no.md)\n```\n"


def test_links_are_looked_up_in_a_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert [finding.claimed for finding in in_repository(tmp_path, LINKS)] == ["missing.csv"]


def test_links_are_not_looked_up_elsewhere(tmp_path: Path) -> None:
    if any((folder / ".git").exists() for folder in tmp_path.resolve().parents):
        pytest.skip("the temporary folder stands in a repository")
    assert in_repository(tmp_path, LINKS) == []


def test_anchors() -> None:
    text = '# Plan (v2)\n\n[there](#plan-v2) [not](#costs) [mark](#here)\n\n<a id="here"></a>\n'
    assert [finding.claimed for finding in findings(text, "broken-link")] == ["#costs"]

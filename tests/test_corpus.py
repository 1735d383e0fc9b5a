"""The published reports, where they are at hand: each is audited to its end, and each finding can be repeated.

The published documentation pages, which take longer, are audited by `.ci/run`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from auditor.pipeline import audit_source
from auditor.read import read_file
from auditor.render.run import conclusion
from auditor.rulebook import load
from tests.derivations import everything, faults

SHARED = Path(__file__).parents[2] / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*"))
REPORTS = sorted(path for path in (SHARED / "corpus" / "reports").rglob("*") if path.is_file())
CODES = {rule.code for rule in load().rules}
BROKEN = {
    "2025-10-16-20-29-23": (207, 35),
    "2025-10-19-21-59-45": (298, 37),
    "2025-11-24-12-00-17": (59, 44),
}
"""The folders of the reports that are no JSON as published, and where the fault is."""

pytestmark = pytest.mark.skipif(not REPORTS, reason="the published reports are not at hand")


def is_broken(path: Path) -> bool:
    return path.suffix == ".json" and path.parent.name in BROKEN


def test_all_are_here() -> None:
    assert len(SEEDS) == 5
    assert len(REPORTS) == 115
    assert sum(map(is_broken, REPORTS)) == 3


@pytest.mark.parametrize("path", [*SEEDS, *REPORTS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_report(path: Path) -> None:
    report = audit_source(read_file(path))
    verdict, reason = conclusion(report)
    assert (verdict == "not-audited") is is_broken(path), reason
    assert report.claims
    assert [note.message for note in report.notes if "could not be run" in note.message] == []
    assert {outcome.rule for outcome in report.outcomes} <= CODES
    assert [fault for finding in everything(report.findings) for fault in faults(report, finding)] == []


def test_broken_json_is_said_and_the_rest_is_audited(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from auditor.cli.main import main

    broken = [str(path) for path in REPORTS if is_broken(path)]
    whole = next(str(path) for path in REPORTS if path.suffix == ".md")
    monkeypatch.setattr(sys, "argv", ["audit"])
    with pytest.raises(SystemExit) as stop:
        main(["--isolated", "--output-format", "json", *broken, whole])
    out, err = capsys.readouterr()
    assert stop.value.code == 2
    reports = {report["path"]: report for report in json.loads(out)["reports"]}
    assert len(reports) == 4
    for path in broken:
        line, column = BROKEN[Path(path).parent.name]
        report = reports[path]
        assert report["verdict"] == "not-audited"
        assert f"line {line}, column {column}" in report["reason"]
        assert report["claims"] > 20
        assert f"{path}:{line}:" in err
    assert reports[whole]["verdict"] != "not-audited"

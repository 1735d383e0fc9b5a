"""Problems that practitioners report, each as a small file: the bad one is found, by the rule that knows why; the right one is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.findings import Finding, Severity
from auditor.pipeline import audit_source
from auditor.read import decode

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
LISTED: list[dict[str, Any]] = yaml.safe_load((CASES / "cases.yaml").read_text(encoding="utf-8"))
LOUD = (Severity.ERROR, Severity.WARNING)


def raised(side: str, name: str) -> list[Finding]:
    report = audit_source(decode((CASES / side / name).read_bytes(), name))
    return [one for one in report.findings if one.severity in LOUD]


@pytest.mark.parametrize("case", [one for one in LISTED if "code" in one], ids=lambda one: one["case"])
def test_the_problem_is_found_by_the_rule_that_knows_why(case: dict[str, Any]) -> None:
    found = raised("bad", case["case"])
    assert case["code"] in {code for one in found for code in (one.code, *(other.code for other in one.carried))}


@pytest.mark.parametrize("case", LISTED, ids=lambda one: one["case"])
def test_the_file_put_right_raises_nothing(case: dict[str, Any]) -> None:
    assert [f"{one.code}: {one.message}" for one in raised("good", case["case"])] == []


def test_every_file_is_listed_and_most_are_found() -> None:
    listed = {one["case"] for one in LISTED}
    for side in ("bad", "good"):
        assert {path.name for path in (CASES / side).iterdir()} == listed
    assert sum("code" in one for one in LISTED) / len(LISTED) > 0.7

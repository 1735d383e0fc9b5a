import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from auditor.findings import CATEGORIES
from auditor.read import decode
from auditor.render.json_v1 import dumps, render
from auditor.render.run import Failure, Options, Run
from tests.standins import stand_in_audit


def schema(name: str) -> dict[str, Any]:
    found = json.loads((files("auditor") / "schemas" / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    assert isinstance(found, dict)
    return found


def answer(*texts: str, failures: tuple[Failure, ...] = ()) -> dict[str, Any]:
    reports = tuple(stand_in_audit(decode(text.encode(), f"{number}.md")) for number, text in enumerate(texts))
    found = json.loads(render(Run(reports, failures, "0.1.0", "2026.1"), Options()))
    jsonschema.validate(found, schema("audit-v1.schema.json"))
    assert isinstance(found, dict)
    return found


def test_the_contract() -> None:
    """The exact fields of version 1: none may go; a new one is added here and in the schema."""
    found = answer("4 * 4 = 17\n")
    assert found["version"] == 1
    assert found["tool"] == {"name": "deployment-auditor", "version": "0.1.0", "catalog": "2026.1"}
    assert list(found["reports"][0]) == [
        "path",
        "claims",
        "held",
        "contradicted",
        "undetermined",
        "coverage",
        "verdict",
        "reason",
        "notes",
        "withheld",
    ]
    assert list(found["reports"][0]["coverage"]) == ["numbers", "labels", "claims", "checked", "named", "not_understood"]
    finding = found["findings"][0]
    assert list(finding) == [
        "code",
        "name",
        "category",
        "severity",
        "confidence",
        "evidence",
        "message",
        "location",
        "related",
        "claimed",
        "expected",
        "derivation",
        "conventions",
        "repairs",
        "followers",
        "fingerprint",
        "url",
    ]
    assert finding["location"] == {"path": "0.md", "line": 1, "column": 9, "end_line": 1, "end_column": 11}
    assert list(finding["related"][0]) == ["path", "line", "column", "end_line", "end_column", "message"]
    assert finding["derivation"] == [{"formula": "a * b", "substituted": "4 * 4", "result": "16"}]
    assert finding["conventions"] == [{"name": "decimal", "holds": False, "source": "SI"}]
    edit = {**finding["location"], "text": "16"}
    assert finding["repairs"] == [{"message": "write 16", "edits": [edit], "safe": True}]
    assert (finding["claimed"], finding["expected"]) == ("17", "16")


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("4 * 4 = 17", "contradicted", ""),
        ("4 * 4 = 17 !", "contradicted", ""),
        ("4 * 4 = 16", "consistent", ""),
        ("16 GPUs", "undetermined", "no rule could be checked with what the report states"),
        ("words", "undetermined", "no claims were read"),
        ("BROKEN 4 * 4 = 17", "not-audited", "broken here"),
    ],
)
def test_verdicts(text: str, verdict: str, reason: str) -> None:
    report = answer(text)["reports"][0]
    assert (report["verdict"], report["reason"]) == (verdict, reason)


def test_a_failure_is_a_report_that_was_not_audited() -> None:
    found = answer("4 * 4 = 16", failures=(Failure("b.json", "no value", 3, 9),))
    assert [report["verdict"] for report in found["reports"]] == ["consistent", "not-audited"]
    assert found["reports"][1]["path"] == "b.json"
    assert found["reports"][1]["reason"] == "3:9: no value"


def test_lone_surrogates_stay_escapes() -> None:
    text = dumps({"a": "\ud800x专"})
    assert json.loads(text.encode()) == {"a": "\ud800x专"}
    assert "专" in text


def test_the_schema_knows_every_category() -> None:
    assert schema("audit-v1.schema.json")["$defs"]["finding"]["properties"]["category"]["enum"] == CATEGORIES


class TestFingerprints:
    def prints(self, text: str, path: str = "a.md") -> list[str]:
        report = stand_in_audit(decode(text.encode(), path))
        return [finding["fingerprint"] for finding in json.loads(render(Run((report,)), Options()))["findings"]]

    def test_lines_above_do_not_matter(self) -> None:
        assert self.prints("- Sum: 4 * 4 = 17\n") == self.prints("\n\nmore text\n\n- Sum: 4 * 4 = 17\n")

    def test_nor_do_emphasis_and_what_follows(self) -> None:
        assert self.prints("- Sum: 4 * 4 = 17\n") == self.prints("- **Sum**:  4 * 4 = 17, at last\n")

    def test_the_claim_the_rule_and_the_path_do(self) -> None:
        same = self.prints("- Sum: 4 * 4 = 17\n")
        assert same != self.prints("- Sum: 4 * 4 = 18\n")
        assert same != self.prints("- Product: 4 * 4 = 17\n")
        assert same != self.prints("- Sum: 4 * 4 = 17\n", "b.md")

    def test_equal_claims_are_told_apart_by_their_order(self) -> None:
        found = self.prints("4 * 4 = 17\n\n4 * 4 = 17\n")
        assert len(set(found)) == 2
        assert found[:1] == self.prints("4 * 4 = 17\n")

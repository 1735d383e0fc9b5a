"""The JSON of reports that were really audited fits the schemas that are shipped with it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from auditor.errors import InputError
from auditor.pipeline import audit_source, read_claims
from auditor.read import decode
from auditor.render.claims_v1 import Understood, as_json
from auditor.render.json_v1 import render
from auditor.render.run import Options, Run
from auditor.rulebook import load
from auditor.statements import Source
from tests.render.test_json_v1 import schema

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
PATHS = [
    *sorted((ROOT / "fixtures" / "reports").glob("*.md")),
    *sorted((ROOT / "fixtures" / "hostile").iterdir()),
    *sorted(path for path in (CORPUS / "reports").rglob("*") if path.is_file())[::25],
    *sorted((CORPUS / "conditions").glob("*")),
]


def source(path: Path) -> Source:
    try:
        return decode(path.read_bytes(), path.name)
    except InputError:
        pytest.skip("not a report")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_findings_and_claims_of_a_report_fit_their_schemas(path: Path) -> None:
    report = source(path)
    conditions = source(CORPUS / "conditions" / "deployment.md") if (CORPUS / "conditions" / "deployment.md").is_file() else None
    audited = audit_source(report, context=(conditions,) if conditions else ())
    found = json.loads(render(Run((audited,), (), "0.1.0", "2026.1"), Options()))
    jsonschema.validate(found, schema("audit-v1.schema.json"))
    assert not [note for note in found["reports"][0]["notes"] if "could not be run" in note["message"]]
    read = read_claims(report)
    units = {name: quantity.unit for name, quantity in load().lexicon.quantities.items()}
    understood = Understood(report, read.claims, read.labels, read.uncovered, read.coverage)
    claims = json.loads(as_json([understood], units))
    jsonschema.validate(claims, schema("claims-v1.schema.json"))

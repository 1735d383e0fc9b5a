"""Every folder of `rules/` is a set of tests: good examples stay silent, bad ones fire exactly as recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from auditor import index
from auditor.authoring.examples import Example, audited, examples, failure
from auditor.authoring.pages import stale
from auditor.authoring.sources import read_sheet
from auditor.rulebook import Rule, load
from tests.derivations import everything, faults

RULES = load().rules
EXAMPLES = [example for rule in RULES for example in examples(rule)]
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_example(example: Example) -> None:
    report = audited(example, load())
    assert failure(example, load(), report) == ""
    assert [fault for finding in everything(report.findings) for fault in faults(report, finding)] == []


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_rule_has_examples_of_both_kinds(rule: Rule) -> None:
    assert {example.good for example in examples(rule)} == {True, False}


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_rule_says_why_and_names_nothing_but_data(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.why.split()) >= 8


def test_the_shipped_schema_admits_every_rule() -> None:
    validator = Draft202012Validator(json.loads((ROOT / "rules" / "rule.schema.json").read_text(encoding="utf-8")))
    for rule in RULES:
        sheet = read_sheet((rule.folder / "rule.yaml").read_text(encoding="utf-8"), rule.name)
        assert [error.message for error in validator.iter_errors(sheet.data)] == []


def test_generated_files_are_fresh() -> None:
    late = [str(path.relative_to(ROOT)) for path in stale(load(), ROOT)]
    assert late == [], "run `audit rules pages`"


def test_the_index_is_small() -> None:
    assert len(json.dumps(index.builtin())) < 2_000_000

"""Every derivation of what comes with the project can be repeated; `tests/test_rules.py` and `tests/test_corpus.py` say so of theirs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from auditor.pipeline import audit_source
from auditor.read import read_file
from auditor.rulebook import load
from tests import arithmetic
from tests.derivations import WITHOUT_NUMBERS, everything, faults

ROOT = Path(__file__).parents[1]


def test_derivations() -> None:
    """Those of the shipped reports; `tests/test_rules.py` looks at those of the rules' examples."""
    reports = [audit_source(read_file(path)) for path in sorted((ROOT / "fixtures" / "reports").glob("*.md"))]
    found = [(report, finding) for report in reports for finding in everything(report.findings)]
    assert sum(len(finding.derivation) for _, finding in found) > 20
    assert [fault for report, finding in found for fault in faults(report, finding)] == []


def test_most_findings_are_about_numbers() -> None:
    rules = load().rules
    assert {rule.code for rule in rules} >= WITHOUT_NUMBERS.keys()
    assert len(WITHOUT_NUMBERS) * 7 < len(rules)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 * 3 + 4", 10),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4 - 1", 19),
        ("7 - 2 - 1", 4),
        ("64 / 4 / 2", 8),
        ("(4 * 1 * 2) % 16", 8),
        ("floor(38000 * 0.027 / 2048)", 0),
        ("2 ** 3 ** 2", 512),
        ("-2 * 3", -6),
        ("0.1 + 0.2", Fraction(3, 10)),
    ],
)
def test_evaluate(text: str, value: Fraction) -> None:
    assert arithmetic.evaluate(text) == value


@pytest.mark.parametrize("text", ["", "two * 3", "2 *", "(2", "2)", "2 3", "__import__", "2 ** 1000", "1,000 * 2", "16 = 16"])
def test_words_are_no_arithmetic(text: str) -> None:
    with pytest.raises(arithmetic.NotArithmeticError):
        arithmetic.evaluate(text)


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("27ms", Fraction(27, 1000), True),
        ("27ms", Fraction(27), False),
        ("38,000 TPS", Fraction(38000), True),
        ("64GB", Fraction(64 * 10**9), True),
        ("64GB", Fraction(64 * 2**30), True),
        ("64GB", Fraction(64 * 10**6), False),
        ("30B", Fraction(30 * 10**9), True),
        ("4-way", Fraction(4), True),
        ("46%", Fraction(46, 100), True),
        ("46%", Fraction(46), False),
        ("GPUs 0-3", Fraction(4), True),
        ("2-4GB", Fraction(3 * 10**9), True),
        ("one", Fraction(1), True),
        ("16 GPUs", Fraction(17), False),
    ],
)
def test_states(text: str, number: Fraction, expected: bool) -> None:
    assert arithmetic.states(text, number) is expected


@pytest.mark.parametrize(
    ("result", "value", "expected"),
    [
        ("28.8 ms (28 to 29.6 ms)", Fraction(288, 10000), True),
        ("28.8 ms", Fraction(287, 10000), False),
        ("54%", Fraction(54, 100), True),
        ("72.73%", Fraction(8, 11), True),
        ("-40 GB", Fraction(-40 * 10**9), True),
        ("1,048,576 token/s", Fraction(1048576), True),
        ("3/2", Fraction(3, 2), True),
        ("about two", Fraction(2), False),
    ],
)
def test_shows(result: str, value: Fraction, expected: bool) -> None:
    assert arithmetic.shows(result, value) is expected

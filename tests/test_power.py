from collections.abc import Callable
from fractions import Fraction

import pytest

from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.findings import Confidence, Finding, Place, Report, Severity
from auditor.power import FACTORS, Power, measure
from auditor.read import decode
from auditor.render.power import as_json, as_table
from auditor.spans import Span
from auditor.statements import Source
from auditor.units import UNITS
from auditor.values import Interval


def claim(text: str, written: str, approximation: Approximation = Approximation.EXACT) -> Claim:
    start = text.index(written)
    reading = Reading(Interval.exact(1), UNITS["1"])
    return Claim(
        "gpus",
        "gpus",
        (reading,),
        approximation,
        Role.ACTUAL,
        Scope(),
        Span(start, start + len(written)),
        written,
        Confidence.HIGH,
        "a test",
        0,
    )


def between(low: str, high: str) -> Callable[[Source], Report]:
    """Return an audit that finds a last number of the report outside its bounds."""

    def audit(source: Source) -> Report:
        number = source.text.split()[-1]
        span = Span(len(source.text) - len(number), len(source.text))
        wrong = not Fraction(low) <= Fraction(number.replace(",", "")) <= Fraction(high)
        finding = Finding("X001", "x", "layout", Severity.ERROR, Confidence.HIGH, "m", Place(span))
        return Report(source, findings=(finding,) if wrong else ())

    return audit


def measured(text: str, written: str, low: str, high: str, approximation: Approximation = Approximation.ROUNDED) -> Power:
    audit = between(low, high)
    return measure(audit(decode(text.encode(), "a.md")), [claim(text, written, approximation)], audit)


@pytest.mark.parametrize(
    ("low", "high", "raised", "lowered", "written"),
    [
        ("100", "100", "1.01", "1.01", ("101.0", "99.0")),
        ("0", "120", "1.25", None, ("125.0", "")),
        ("60", "1e9", None, "2", ("", "50.0")),
        ("10", "999", "10", None, ("1000.0", "")),
    ],
)
def test_the_smallest_error_caught(low: str, high: str, raised: str | None, lowered: str | None, written: tuple[str, str]) -> None:
    found = measured("it takes 100.0", "100.0", low, high).claims[0]
    assert found.raised == (None if raised is None else Fraction(raised))
    assert found.lowered == (None if lowered is None else Fraction(lowered))
    assert found.written == written
    assert found.rules == ("X001",)


def test_whole_numbers_stay_whole_and_change_by_one_at_least() -> None:
    assert measured("with 16", "16", "16", "16", Approximation.EXACT).claims[0].written == ("17", "15")
    assert measured("with 2", "2", "1", "2", Approximation.EXACT).claims[0].written == ("3", "0")


def test_the_manner_of_writing_stays() -> None:
    assert measured("with 163,047", "163,047", "163000", "163100").claims[0].written == ("164,677", "161,433")


def test_a_claim_that_is_found_already_is_left_as_it_is() -> None:
    found = measured("with 16", "16", "1", "2").claims[0]
    assert found.found
    assert found.worst is None


@pytest.mark.parametrize("written", ["TP4 x 8", "none", "0"])
def test_what_is_not_one_plain_number_is_counted(written: str) -> None:
    found = measured(f"{written} 1", written, "1", "1")
    assert found.claims == ()
    assert len(found.left_out) == 1


def test_shares_over_all() -> None:
    found = measured("with 16", "16", "16", "16", Approximation.EXACT)
    assert [found.caught(factor) for factor in FACTORS] == [1] * len(FACTORS)
    assert [measured("with 16", "16", "0", "1e9").caught(factor) for factor in FACTORS] == [0] * len(FACTORS)


def test_table_and_json() -> None:
    source = decode(b"with 16", "a.md")
    found = measured("with 16", "16", "15", "16", Approximation.EXACT)
    assert as_table(source, found).splitlines()[:3] == [
        "a.md",
        "line  quantity  written  caught from  down to  by",
        "1     gpus      16       17           13       X001",
    ]
    assert "down, would have been caught in 1 of 1 claims (100 %)" in as_table(source, found)
    assert '"caught_at": [\n        "17",\n        "13"\n      ]' in as_json(source, found)

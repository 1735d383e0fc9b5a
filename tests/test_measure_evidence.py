"""The classes of evidence: judged findings, their shares, and what the auditor reads of them."""

from __future__ import annotations

import json
from fractions import Fraction

from auditor.evidence import LEAST
from auditor.findings import Evidence, Severity
from scripts import measure_evidence
from scripts.measure_evidence import BOUND, MENDED, VERDICTS, Row, classed, data_of, gravest, lacking, precision, rows_of, section, text_of

ROW = Row("06-pages", "page", "a/plan.md", 4, "LAY001", Evidence.AS_WRITTEN.value, "right", "it is")


def table() -> list[Row]:
    return rows_of(measure_evidence.TABLE.read_text(encoding="utf-8"))


def test_the_auditor_reads_what_the_table_says() -> None:
    assert measure_evidence.DATA.read_text(encoding="utf-8") == data_of(table())
    assert set(json.loads(data_of(table()))) == {one.value for one in BOUND}


def test_each_row_has_a_verdict_a_reason_and_a_class() -> None:
    classes = {*(one.value for one in Evidence), MENDED}
    for row in table():
        assert row.verdict in VERDICTS, row
        assert row.reason, row
        assert row.kind in ("report", "voice", "page"), row
        assert row.evidence in classes, row
    assert text_of(table()) == measure_evidence.TABLE.read_text(encoding="utf-8")


def test_what_is_raised_no_longer_counts_no_longer() -> None:
    found = {ROW.key: [(Evidence.ONE_LAYOUT, "48, not 6")]}
    (now,) = classed([ROW], found, ["06-pages"])
    assert now.evidence == Evidence.ONE_LAYOUT.value
    (gone,) = classed([ROW], {}, ["06-pages"])
    assert gone.evidence == MENDED
    assert precision([gone]) == {one.value: {"right": 0, "judged": 0} for one in Evidence}
    assert classed([ROW], {}, ["more"]) == [ROW]


def test_a_finding_without_a_row_is_to_be_judged() -> None:
    found = {ROW.key: [(Evidence.AS_WRITTEN, "one"), (Evidence.AS_WRITTEN, "two")]}
    (new,) = lacking([ROW], found)
    assert (new.verdict, new.reason) == ("open", "two")


def test_debatable_is_not_right() -> None:
    rows = [ROW, Row(*ROW.key[:1], "page", "b.md", 1, "LAY001", ROW.evidence, "debatable", "it depends")]
    assert precision(rows)[ROW.evidence] == {"right": 1, "judged": 2}


def test_what_a_share_allows() -> None:
    catalog, document = Evidence.CATALOG.value, Evidence.ONE_DOCUMENT.value
    assert [gravest(catalog, share) for share in (LEAST[Severity.ERROR], LEAST[Severity.WARNING], Fraction(1, 2), None)] == [
        "error",
        "warning",
        "info",
        "info",
    ]
    assert gravest(document, Fraction(1)) == "warning"
    assert section([ROW])[0] == "## Classes of evidence"

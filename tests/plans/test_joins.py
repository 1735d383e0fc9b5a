"""What joins two places of a document, and what a finding may say that rests on it."""

from __future__ import annotations

import pytest

from auditor.evidence import allowed, asserted
from auditor.findings import Evidence, Finding, Severity
from auditor.pipeline import audit_source, read_claims
from auditor.plans.joins import Joins
from auditor.read import decode

LAYOUT = "# Plan\n\n## Layout\n\n- TP: 4\n- PP: 2\n\n## Memory\n\n- Weights per GPU: 8 GB\n\nIt fits.\n\n## Speed\n\n- Step time: 2 s\n"
FILLER = "\n".join(f"## Part {number}\n\n- Remark {number}: none\n" for number in range(50))


def joins(text: str) -> Joins:
    read = read_claims(decode(text.encode(), "plan.md"))
    return Joins(read.document, read.claims)


def statement_of(found: Joins, words: str) -> int:
    return next(index for index, one in enumerate(found.document.statements) if words in one.label or words in one.value.content)


def between(text: str, one: str, other: str) -> Evidence:
    found = joins(text)
    return found.between(statement_of(found, one), statement_of(found, other))


def findings(text: str, gravest: Severity | None = None) -> tuple[Finding, ...]:
    return audit_source(decode(text.encode(), "plan.md"), gravest=allowed if gravest is None else asserted).findings


def test_one_list_is_one_place() -> None:
    assert between(LAYOUT, "TP", "PP") is Evidence.AS_WRITTEN


def test_two_blocks_of_a_section_are_one_section() -> None:
    assert between(LAYOUT, "Weights per GPU", "It fits") is Evidence.ONE_SECTION


def test_one_layout_joins_the_sections_of_a_report() -> None:
    assert between(LAYOUT + FILLER, "TP", "Step time") is Evidence.ONE_LAYOUT


def test_a_second_layout_joins_nothing() -> None:
    other = "\n## Another run\n\n- TP: 8\n- PP: 4\n"
    assert between(LAYOUT + FILLER + other, "Weights per GPU", "Step time") is Evidence.ONE_DOCUMENT


def test_one_slip_is_no_second_layout() -> None:
    assert joins(LAYOUT + FILLER + "\n## Command\n\n- TP: 4\n- PP: 3\n").layout is not None


def test_a_layout_told_in_passing_joins_nothing() -> None:
    text = "# Notes\n\n" + FILLER + "\n## Lore\n\nSome run TP=2 and PP=2 there.\n"
    assert joins(text).layout is None


def test_a_layout_mentioned_in_passing_leaves_the_one_of_the_report() -> None:
    told = LAYOUT + FILLER + "\n## History\n\nAt first we ran TP=8 with PP=4 on rented nodes.\n"
    assert between(told, "Weights per GPU", "Step time") is Evidence.ONE_LAYOUT
    assert between(told, "rented nodes", "Step time") is Evidence.ONE_DOCUMENT


@pytest.mark.parametrize("former", ["- TP: 8\n- PP: 4\n", "| TP | PP |\n|---|---|\n| 8 | 4 |\n", "```\nTP=8\nPP=4\n```\n"])
def test_a_chapter_on_another_layout_stands_apart_from_many_on_the_one(former: str) -> None:
    again = "".join(f"\n## {title}\n\n- Run with TP=4, PP=2: yes\n" for title in ("Launch", "Check", "Verdict"))
    told = LAYOUT + "\n## Where we came from\n\n" + former + "\n- Old step: 5 s\n" + again
    assert between(told, "Weights per GPU", "Step time") is Evidence.ONE_LAYOUT
    assert between(told, "Old step", "Step time") is Evidence.ONE_DOCUMENT


@pytest.mark.parametrize("filler", ["", FILLER])
def test_how_long_a_document_is_decides_nothing(filler: str) -> None:
    figures = "".join(f"\n## {one}\n\n- Memory per GPU: 8 GB\n" for one in ("Summary", "Results", "Outlook"))
    assert joins("# Run" + figures).layout is not None
    assert joins("# Run" + figures + "\n" + filler.replace("Remark", "Step time").replace("none", "2 s")).layout is not None


def test_a_manual_that_states_few_figures_is_about_no_layout() -> None:
    assert joins("# Manual\n" + FILLER + "\n## Limits\n\n- Memory per GPU: 8 GB\n").layout is None


@pytest.mark.parametrize("evidence", list(Evidence))
def test_no_class_is_graver_than_an_error_and_one_document_never_is_one(evidence: Evidence) -> None:
    assert allowed(evidence) in (Severity.ERROR, Severity.WARNING, Severity.INFO)
    assert asserted(evidence) is Severity.ERROR
    if evidence in (Evidence.ONE_DOCUMENT, Evidence.IN_PASSING):
        assert allowed(evidence) is not Severity.ERROR


def test_what_is_told_in_passing_alone_is_of_a_class_of_its_own() -> None:
    outright = LAYOUT + FILLER + "\n## Cluster\n\n- GPUs: 12\n"
    told = LAYOUT + FILLER + "\n## Cluster\n\nWe have 12 GPUs for it.\n"
    classes = {one.evidence for one in findings(outright) if one.code == "LAY001"}
    passing = {one.evidence for one in findings(told) if one.code == "LAY001"}
    assert Evidence.IN_PASSING not in classes
    assert passing <= {Evidence.IN_PASSING}


def test_what_one_document_joins_is_no_error() -> None:
    runs = "\n".join(f"## Run {tp}\n\nTP={tp} PP={tp} was tried.\n" for tp in (1, 2, 4))
    text = f"# Log\n\n{runs}\n{FILLER}\n## A\n\nWe had 30 GPUs.\n\n## B\n\nWith DP=7 and TP=4 all went well.\n"
    assert not [one for one in findings(text) if one.severity is Severity.ERROR and one.evidence is Evidence.ONE_DOCUMENT]


def test_written_arithmetic_is_as_written() -> None:
    (finding,) = findings("# Plan\n\nIt takes 4 x 8 = 36 GPUs.\n", Severity.ERROR)
    assert finding.evidence is Evidence.AS_WRITTEN


def test_figures_of_two_sections_are_not_as_written() -> None:
    text = "# Plan\n\n## Layout\n\n- TP: 4\n- PP: 2\n- DP: 2\n\n## Cluster\n\n- Total GPUs: 24\n"
    (finding,) = (one for one in findings(text, Severity.ERROR) if one.code == "LAY001")
    assert finding.evidence is Evidence.ONE_LAYOUT

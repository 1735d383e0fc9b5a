"""What is too long or too much: a partial audit that says so, the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from auditor import limits
from auditor.check import _procedure, run_checks
from auditor.check.subject import Subject
from auditor.errors import AuditorError
from auditor.findings import Report, Verdict
from auditor.limits import DEFAULT, Limits, OverBudgetError, spend, spent, within
from auditor.pipeline import audit_source, read_claims
from auditor.read import decode
from auditor.render.run import conclusion
from auditor.rulebook import load

WRONG = "- GPUs: 16\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"


def audited(text: str, most: Limits = DEFAULT, name: str = "report.md") -> Report:
    return audit_source(decode(text.encode(), name), limits=most)


def test_a_budget_is_counted_and_ends() -> None:
    spend(10**12)  # outside an audit nothing is counted
    with within(Limits(steps=10)):
        spend(4)
        with within(Limits(steps=1)):  # an audit inside an audit is paid by the outer one
            spend(6)
        assert spent() == 10
        with pytest.raises(OverBudgetError, match="more work than 10 steps"):
            spend(1)
    assert spent() == 0


def test_words_without_end_are_no_numbers() -> None:
    report = audited(f"- GPUs: {'9' * 5000}\n- Key: {'a1' * 300}\n{WRONG}")
    assert [note.message for note in report.notes if "limit `word`" in note.message]
    assert conclusion(report)[0] == "contradicted"
    assert all(span.end - span.start < 200 for outcome in report.outcomes for span in outcome.spans)


@pytest.mark.parametrize("glue", [" and ", ", ", "; "])
def test_a_long_line_is_read_by_clauses_or_said_not_to_be(glue: str) -> None:
    report = audited(glue.join(["16 GPUs"] * 3000))
    assert bool(report.claims) is (glue != " and ")
    assert (conclusion(report)[0] == "not-audited") is (glue == " and ")


def test_half_an_equation_is_no_equation() -> None:
    """The whole sum is right; a piece of it would not be."""
    parts = ["2"] * 3000
    report = audited(f"- GPUs: {' + '.join(parts)} = 6000\n")
    assert report.findings == ()
    assert conclusion(report)[0] == "not-audited"


def test_numbers_behind_the_last_that_is_read_are_not_audited() -> None:
    report = audited("- Layers: 32\n" * 20 + WRONG, Limits(numbers=20))
    assert (
        conclusion(report)
        == (
            "not-audited",
            "more than 20 numbers (limit `numbers`): what stands from here on is not audited; split the report",
        )
        or len(report.source.text) <= 40
    )
    many = audited(WRONG + "- Layers: 32\n" * 200, Limits(numbers=60))
    assert [finding.code for finding in many.findings] == ["LAY001"]
    assert conclusion(many)[0] == "not-audited"


@pytest.mark.parametrize("steps", [1, 100, 1_000])
def test_an_audit_over_its_budget_is_partial_and_says_so(steps: int) -> None:
    report = audited(WRONG * 3, Limits(steps=steps))
    assert conclusion(report)[0] == "not-audited" or report.findings
    assert any("limit `steps`" in note.message for note in report.notes)
    again = audited(WRONG * 3, Limits(steps=steps))
    assert (again.findings, again.notes, again.outcomes) == (report.findings, report.notes, report.outcomes)


def test_explanations_alone_are_left_out_with_a_note() -> None:
    tried = (audited(WRONG, Limits(steps=steps)) for steps in range(200, 20_000, 200))
    said = (report for report in tried if any("but without the repairs" in note.message for note in report.notes))
    report = next(report for report in said if not any(note.fatal for note in report.notes))
    assert [finding.code for finding in report.findings] == ["LAY001"]
    assert conclusion(report)[0] == "contradicted"


@pytest.fixture
def looked_up_anew() -> Iterator[None]:
    """Checks are looked up once: what a test puts in their place is looked up in it, and is gone after it."""
    _procedure.cache_clear()
    yield
    _procedure.cache_clear()


@pytest.mark.usefixtures("looked_up_anew")
def test_a_rule_that_cannot_be_run_is_fatal_and_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    import auditor.check.equation as module

    book = load()
    read = read_claims(decode(f"{WRONG}\n2 x 3 = 7\n".encode(), "a.md"), rules=book)
    subject = Subject(read.document, read.claims, read.plans, book.lexicon, read.context)
    rule = next(rule for rule in book.rules if rule.check.startswith("equation."))
    original = getattr(module, rule.check.partition(".")[2])

    def broken(subject: Subject, rule: object) -> object:
        yield from original(subject, rule)
        raise ZeroDivisionError("a fault")

    broken.__module__, broken.__annotations__ = module.__name__, {"subject": "Subject", "rule": "Rule"}
    monkeypatch.setattr(module, rule.check.partition(".")[2], broken)
    outcomes, notes = run_checks(book.rules, subject)
    assert [(note.fatal, f"rule {rule.code}" in note.message, "ZeroDivisionError: a fault" in note.message) for note in notes] == [
        (True,) * 3
    ]
    contradicted = {outcome.rule for outcome in outcomes if outcome.verdict is Verdict.CONTRADICTED}
    assert {rule.code, "LAY001"} <= contradicted
    report = audited(f"{WRONG}\n2 x 3 = 7\n")
    assert conclusion(report)[0] == "not-audited"
    assert report.findings


def test_limits_have_names_and_are_positive() -> None:
    assert all(value > 0 for value in (DEFAULT.word, DEFAULT.statement, DEFAULT.numbers, DEFAULT.steps))
    assert replace(DEFAULT, steps=1) == Limits(steps=1)
    assert issubclass(OverBudgetError, AuditorError)
    assert limits.current() == DEFAULT

"""Runs single rules over a text, without the other stages of a report's audit."""

from __future__ import annotations

from auditor.check import procedure
from auditor.check.subject import Subject
from auditor.findings import Finding, Outcome, Verdict
from auditor.pipeline import read_claims
from auditor.read import decode
from auditor.rulebook import load


def outcomes(text: str, rule: str, name: str = "report.md") -> list[Outcome]:
    """Return what one procedural rule says of a text."""
    book = load()
    read = read_claims(decode(text.encode(), name), rules=book)
    chosen = book.get(rule)
    return list(procedure(chosen)(Subject(read.document, read.claims, read.plans, book.lexicon), chosen))


def findings(text: str, rule: str, name: str = "report.md") -> list[Finding]:
    return [outcome.finding for outcome in outcomes(text, rule, name) if outcome.finding is not None]


def verdicts(text: str, rule: str, name: str = "report.md") -> set[Verdict]:
    return {outcome.verdict for outcome in outcomes(text, rule, name)}


def shown(text: str, finding: Finding) -> str:
    """Return the text at the place of a finding."""
    return text[finding.place.span.start : finding.place.span.end]

"""Runs the rules of some categories over a text, without what an audit makes of their outcomes together."""

from __future__ import annotations

from functools import lru_cache

from auditor.check import run_checks
from auditor.check.subject import Subject
from auditor.findings import Finding, Outcome, Severity
from auditor.pipeline import read_claims
from auditor.read import decode
from auditor.rulebook import Rule, load

__all__ = ["codes", "findings", "outcomes"]


@lru_cache(maxsize=8)
def _rules(categories: tuple[str, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in load().rules if rule.category in categories)


def outcomes(text: str, *categories: str, name: str = "report.md") -> tuple[Outcome, ...]:
    book = load()
    read = read_claims(decode(text.encode(), name), rules=book)
    found, broken = run_checks(_rules(categories), Subject(read.document, read.claims, read.plans, book.lexicon))
    assert not broken
    return tuple(found)


def findings(text: str, *categories: str, name: str = "report.md", least: Severity = Severity.WARNING) -> list[Finding]:
    """Return the findings of at least this severity."""
    found = [outcome.finding for outcome in outcomes(text, *categories, name=name)]
    return [finding for finding in found if finding is not None and finding.severity.rank >= least.rank]


def codes(text: str, *categories: str, name: str = "report.md", least: Severity = Severity.WARNING) -> set[str]:
    """Return the names of the rules that find something."""
    return {finding.name for finding in findings(text, *categories, name=name, least=least)}

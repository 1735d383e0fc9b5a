"""Suppressions judged: those that suppress nothing, name no rule, or cannot be understood. They run after all other checks."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.check.subject import Subject
from auditor.findings import Finding, Outcome, Place, Selector, Suppression, Verdict
from auditor.rulebook import Rule
from auditor.selectors import ALL, closeness, nearest
from auditor.suppress import covers, read

__all__ = ["malformed", "unknown", "unused"]


def malformed(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A word to the auditor that it cannot follow."""
    for fault in read(subject.document)[1]:
        yield rule.contradicted((fault.place,), fault.message, Place(fault.place, "suppresses nothing"))


def unknown(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A suppression that names what no rule is called."""
    for suppression in read(subject.document)[0]:
        for selector in suppression.selectors:
            if _known(selector, subject):
                continue
            near = nearest(selector.text, subject.rules)
            advice = f"did you mean {near}?" if near else "`audit rule --all` lists every rule"
            message = f"no rule, category or code prefix is called {selector.text[:60]!r}; {advice}"
            yield Outcome(rule.code, Verdict.CONTRADICTED, (selector.span,), message, rule.finding(message, Place(selector.span)))


def unused(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A suppression, or one rule that it names, for which there is no finding."""
    found = [outcome.finding for outcome in subject.outcomes if outcome.finding is not None]
    for suppression in read(subject.document)[0]:
        for selector in suppression.selectors:
            if not _known(selector, subject) or _used(suppression, selector, found):
                continue
            message = f"nothing here to suppress: {selector.text[:60]} has no finding where this reaches; remove it"
            yield Outcome(rule.code, Verdict.CONTRADICTED, (selector.span,), message, rule.finding(message, Place(selector.span)))


def _known(selector: Selector, subject: Subject) -> bool:
    return selector.text.upper() == ALL or any(closeness(selector.text, rule) >= 0 for rule in subject.rules)


def _used(suppression: Suppression, selector: Selector, found: list[Finding]) -> bool:
    alone = Suppression(suppression.place, (selector,), suppression.reach)
    return any(covers(alone, finding) for finding in found)

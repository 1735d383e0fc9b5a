"""START HERE: from a report to its findings, one stage a line.

    bytes -> read -> Source -> parse -> statements -> claims -> plans -> outcomes -> findings -> render

`audit_source` runs the stages on one source; reading bytes (`auditor.read`) comes before it, showing the result
(`auditor.render`) after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from itertools import accumulate
from typing import Final

from auditor.causes import repeated, retold, settled
from auditor.check import run_checks
from auditor.check.subject import Subject
from auditor.claims.coverage import cover
from auditor.claims.model import Claim
from auditor.claims.resolve import resolve
from auditor.culprits import diagnosed
from auditor.evidence import Gravest, Weighing, allowed
from auditor.findings import Coverage, Edit, Finding, Outcome, Report, Verdict, apply
from auditor.limits import DEFAULT, Limits, OverBudgetError, current, spend, uncounted, within
from auditor.parse import parse
from auditor.plans.assign import assign
from auditor.plans.context import read_context, with_facts
from auditor.plans.model import Plan
from auditor.read import decode
from auditor.records import dataclass
from auditor.remember import remembering
from auditor.rulebook import Rulebook, load
from auditor.safety import Checked, checked, proved
from auditor.spans import LineIndex, Span
from auditor.statements import Document, Note, Source
from auditor.supposing import Supposing
from auditor.suppress import CATEGORY
from auditor.suppress import read as suppressions_of

__all__ = ["ClaimSet", "audit_source", "bounded", "read_claims"]

_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class ClaimSet:
    """What was read out of one report: every number is a claim, a label or not understood."""

    document: Document
    claims: tuple[Claim, ...]
    """Those of the report in the order of its text, then those of the context, which carry their `source`."""
    plans: tuple[Plan, ...]
    labels: tuple[tuple[Span, str], ...]
    uncovered: tuple[tuple[Span, str], ...]
    coverage: Coverage
    notes: tuple[Note, ...] = ()
    context: Mapping[str, Document] = field(default_factory=dict)


def read_claims(source: Source, context: tuple[Source, ...] = (), *, rules: Rulebook | None = None) -> ClaimSet:
    """Read a report: parse it to statements, resolve their numbers to claims, group the claims to plans."""
    lexicon = (rules or load()).lexicon
    document = bounded(parse(source))
    found = resolve(document, lexicon)
    claims, plans = assign(document, found.claims, lexicon)
    facts, documents = read_context(context, lexicon)
    coverage, labels, uncovered = cover(document, found)
    return ClaimSet(document, (*claims, *facts), with_facts(plans, facts), labels, uncovered, coverage, document.notes, documents)


def bounded(document: Document) -> Document:
    """Return a document without what stands behind the last number that is read; the note that says so is fatal."""
    most = current().numbers
    if len(document.source.text) <= 2 * most:
        return document
    seen = 0
    for index, statement in enumerate(document.statements):
        seen += len(_NUMBER.findall(statement.value.content))
        if seen > most:
            message = f"more than {most:,} numbers (limit `numbers`): what stands from here on is not audited; split the report"
            note = Note(message, statement.value.whole, fatal=True)
            return replace(document, statements=document.statements[:index], notes=(*document.notes, note))
    return document


def audit_source(
    source: Source,
    *,
    rules: Rulebook | None = None,
    context: tuple[Source, ...] = (),
    beside: tuple[Source, ...] = (),
    gravest: Gravest = allowed,
    limits: Limits = DEFAULT,
) -> Report:
    """Audit one report against the rules, with the facts of its context files and the configurations beside it, within the limits.

    What a limit leaves out is said in a note, fatal where the verdict could be another with it.
    """
    with within(limits), remembering():
        try:
            return _audited(source, rules or load(), context, beside, gravest)
        except OverBudgetError as error:
            note = Note(f"{error} (limit `steps`): the report was not read to its end; split it", Span(0, 0), fatal=True)
            return Report(source, notes=(*source.notes, note), context=(*context, *beside))


def _audited(source: Source, book: Rulebook, context: tuple[Source, ...], beside: tuple[Source, ...], gravest: Gravest) -> Report:
    read = read_claims(source, context, rules=book)
    subject = Subject(read.document, read.claims, read.plans, book.lexicon, read.context, beside={one.path: parse(one) for one in beside})
    found, broken = run_checks(book.rules, subject, book.frameworks)
    asides = [outcome.finding for outcome in found if outcome.finding and outcome.finding.category == CATEGORY]
    with uncounted():
        weighing = Weighing(subject, gravest)
        outcomes = tuple(weighing.weighed(outcome) for outcome in found if outcome.finding is None or outcome.finding not in asides)
    try:
        spend(0)
        supposing = Supposing(subject, book.rules, outcomes)
        diagnoses = [diagnosed(finding, spans, supposing) for finding, spans in repeated(outcomes, subject)]
        findings = settled(diagnoses, subject, lambda edits: _again(source, edits, book, context))
        if any(repair.safe for finding in findings for repair in finding.repairs):
            before = checked((outcome for outcome in found if outcome.finding not in asides), source.lines)
            findings = proved(findings, source.text, before, lambda edits: _checked_anew(source, edits, book, context))
    except OverBudgetError as error:
        with uncounted():
            findings = [_unproved(finding) for finding, _ in repeated(outcomes, subject)]
        message = f"{error} (limit `steps`): all findings are here, but without the repairs and causes that were still to be weighed"
        broken = (*broken, Note(message, Span(0, 0)))
    own = [claim for claim in read.claims if not claim.source]
    coverage = replace(read.coverage, checked=_checked(own, outcomes, source.text))
    suppressions, _ = suppressions_of(read.document)
    shown = sorted((*findings, *asides), key=lambda one: (one.place.span, one.code))
    with uncounted():
        outcomes = retold(outcomes, findings)
    notes = (*read.notes, *broken)
    return Report(source, outcomes, tuple(shown), len(own), coverage, notes, (*context, *beside), suppressions)


def _unproved(finding: Finding) -> Finding:
    """Return a finding none of whose repairs is safe."""
    return replace(finding, repairs=tuple(replace(repair, safe=False) for repair in finding.repairs))


def _anew(source: Source, edits: Iterable[Edit], book: Rulebook, context: tuple[Source, ...]) -> tuple[Outcome, ...]:
    """Read and check a report again with some edits."""
    changed = decode(apply(source.text, edits).encode("utf-8", "surrogatepass"), source.path)
    read = read_claims(changed, context, rules=book)
    rules = [rule for rule in book.rules if rule.category != CATEGORY]
    outcomes, _ = run_checks(rules, Subject(read.document, read.claims, read.plans, book.lexicon, read.context), book.frameworks)
    spend(0)  # where the budget ran out within, nothing is said of what disappeared
    return outcomes


def _checked_anew(source: Source, edits: Sequence[Edit], book: Rulebook, context: tuple[Source, ...]) -> Checked:
    return checked(_anew(source, edits, book, context), LineIndex(apply(source.text, edits)))


def _again(source: Source, edits: Sequence[Edit], book: Rulebook, context: tuple[Source, ...]) -> set[tuple[str, int]]:
    """Read and check a report again with some edits; return the code and line of each finding."""
    found = (outcome.finding for outcome in _anew(source, edits, book, context))
    lines = LineIndex(apply(source.text, edits))
    return {(one.code, lines.point(one.place.span.start).line) for one in found if one and not one.place.path}


def _checked(claims: Iterable[Claim], outcomes: Iterable[Outcome], text: str) -> int:
    """Count the claims that took part in an outcome that was decided; what stands as a variable's name is no number of its own."""
    spans = sorted({span for outcome in outcomes if outcome.verdict is not Verdict.UNDETERMINED for span in outcome.spans})
    starts = [span.start for span in spans]
    ends = [0, *accumulate((span.end for span in spans), max)]
    own = (claim.span for claim in claims if any(character.isdigit() for character in text[claim.span.start : claim.span.end]))
    return sum(ends[bisect_left(starts, span.end)] > span.start for span in own)

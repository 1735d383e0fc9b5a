"""Evidence: what a finding rests on, and how grave it may be.

The class of a finding follows from where its operands stand and what joined the places. How often findings of a class are right was
measured on findings judged by hand (docs/judged-findings.csv); a class that is bound raises no error, and one that is right too seldom no
warning either.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.findings import Confidence, Evidence, Finding, Outcome, Severity
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Kind, LabelKind, Statement
from auditor.values import Interval

__all__ = ["BOUND", "LEAST", "Gravest", "Weighing", "allowed", "asserted", "earned"]

LEAST: Final = {Severity.ERROR: Fraction(97, 100), Severity.WARNING: Fraction(85, 100)}
"""The share of a class's judged findings that must be right for it to raise one of a severity."""
_READ_AS_WRITTEN: Final = frozenset(("arithmetic", "units", "placement"))
"""Written arithmetic and ranges of ids hold or not whatever their numbers are taken for."""
_OF_THE_CATALOG: Final = frozenset(("hardware", "model"))
_WHATEVER_THE_LAYOUT: Final = ("model.", "hardware.", "memory.capacity")
_TABLE: Final = Path(__file__).with_name("precision.json")
_OUTRIGHT: Final = frozenset((Kind.HEADING, Kind.ITEM, Kind.CELL, Kind.HEAD, Kind.ENTRY, Kind.TREE, Kind.FLAG))
"""The shapes of statements that state a figure outright, not in a sentence or in code."""
BOUND: Final = (Evidence.CATALOG, Evidence.IN_PASSING, Evidence.ONE_DOCUMENT)
"""The classes that raise no error. The others raise what their rules say until the readings that spoil them are mended: bound today,
they would silence four right findings with each wrong one."""
_WARNING_YET: Final = (Evidence.CATALOG, Evidence.IN_PASSING)
"""Those of them that warn whatever was measured, until more of their findings are judged."""
_IN_PASSING: Final = frozenset((Evidence.ONE_SECTION, Evidence.ONE_LAYOUT))
_ORDER: Final = tuple(Evidence)

Gravest = Callable[[Evidence], Severity]
"""How grave a finding may be by its class of evidence."""
Shares = Mapping[str, tuple[int, int]]
"""For each class how many findings are right of how many that were judged."""


@lru_cache(maxsize=1)
def _measured() -> Shares:
    """Return what was measured on judged findings."""
    found: dict[str, list[int]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {name: (right, judged) for name, (right, judged) in found.items()}


def allowed(evidence: Evidence) -> Severity:
    """Return the gravest severity that a class of evidence has earned."""
    return earned(_measured(), evidence)


def earned(shares: Shares, evidence: Evidence) -> Severity:
    """Return the gravest severity that the measured shares allow a class: any where it is not bound, else at most a warning."""
    if evidence not in BOUND:
        return Severity.ERROR
    right, judged = shares.get(evidence.value, (0, 0))
    warns = evidence in _WARNING_YET or (judged > 0 and Fraction(right, judged) >= LEAST[Severity.WARNING])
    return Severity.WARNING if warns else Severity.INFO


def asserted(_: Evidence) -> Severity:
    """Return the gravest severity there is: findings are as grave as their rules say, as where a rule is tried on its examples."""
    return Severity.ERROR


@dataclass(frozen=True)
class Weighing:
    """Weighs the findings of one report."""

    subject: Subject
    gravest: Gravest = allowed

    def weighed(self, outcome: Outcome) -> Outcome:
        """Return an outcome whose finding is no surer than its claims were read, and no graver than its evidence has earned."""
        finding = outcome.finding
        if finding is None:
            return outcome
        weakest = min((_surest(claims) for claims in self._read(finding)), key=lambda one: one.rank, default=Confidence.HIGH)
        evidence = finding.evidence or self.evidence(finding)
        gravest = self.gravest(evidence)
        if weakest is Confidence.LOW:
            gravest = min(gravest, Severity.WARNING, key=lambda one: one.rank)
        return replace(
            outcome,
            finding=replace(
                finding,
                severity=min(finding.severity, gravest, key=lambda one: one.rank),
                confidence=min(finding.confidence, weakest, key=lambda one: one.rank),
                evidence=evidence,
            ),
        )

    def evidence(self, finding: Finding) -> Evidence:
        """Return the class of a finding: the weakest link between its place and any of its operands."""
        here = self._places_at(finding.place.span) if not finding.place.path else ()
        links = [self._link(here, span) for span in _operands(finding)] if here else []
        weakest = max(links, key=_ORDER.index, default=Evidence.AS_WRITTEN)
        told = finding.category != "status" and weakest in _IN_PASSING  # a verdict is passed in words
        if told and not all(self._is_outright(span) for span in {finding.place.span, *_operands(finding)}):
            weakest = Evidence.IN_PASSING
        if finding.category in _OF_THE_CATALOG:
            return max(weakest, Evidence.CATALOG, key=_ORDER.index)
        return weakest

    def _link(self, here: Sequence[int], span: Span) -> Evidence:
        """Return what joins a finding's place to the nearest place that states an operand's value."""
        there = (index for one in self._same(span) for index in self._places_at(one))
        found = Evidence.ONE_DOCUMENT
        for other in there:
            found = min((found, *(self.subject.joins.between(one, other) for one in here)), key=_ORDER.index)
            if found is _ORDER[0]:
                break
        return Evidence.ONE_LAYOUT if found is Evidence.ONE_DOCUMENT and self._is_of_all(span) else found

    def _is_outright(self, span: Span) -> bool:
        """Tell whether what stands at a span is stated under a label of its own, there or in another place of its plan."""
        statements = self.subject.document.statements
        there = (statements[index] for one in self._same(span) for index in self._places_at(one))
        return any((one.kind in _OUTRIGHT or _is_labelled(one)) and not one.comment for one in there)

    def _is_of_all(self, span: Span) -> bool:
        """Tell whether what stands at a span is the model or the GPU of the document, which no layout changes: all say the same of it."""
        here = [claim for claim in self.subject.at(span) if claim.quantity.startswith(_WHATEVER_THE_LAYOUT)]
        return any(claim.interval == next(iter(self._said[claim.quantity, claim.scope.per])) for claim in here if self._is_one(claim))

    def _is_one(self, claim: Claim) -> bool:
        return len(self._said.get((claim.quantity, claim.scope.per), ())) == 1

    @cached_property
    def _said(self) -> Mapping[tuple[str, str], frozenset[Interval]]:
        """What the document says, for sure, of each quantity of the model and the GPU in each scope."""
        found: dict[tuple[str, str], set[Interval]] = defaultdict(set)
        for claim in self.subject.claims:
            if claim.quantity.startswith(_WHATEVER_THE_LAYOUT) and claim.confidence is not Confidence.LOW and not claim.source:
                found[claim.quantity, claim.scope.per].add(claim.interval)
        return {key: frozenset(values) for key, values in found.items()}

    def _same(self, span: Span) -> Iterator[Span]:
        """Yield the places that state what stands at a span: itself, and the claims of its plan that say the same of the same."""
        yield span
        for one in self.subject.at(span):
            yield from self._alike.get((one.quantity, one.interval, one.plan), ())

    @cached_property
    def _alike(self) -> Mapping[tuple[str, Interval, str], Sequence[Span]]:
        """The places of the claims of a plan that say the same of the same."""
        found: dict[tuple[str, Interval, str], list[Span]] = defaultdict(list)
        for claim in self.subject.claims:
            if not claim.source:
                found[claim.quantity, claim.interval, claim.plan].append(claim.span)
        return found

    def _read(self, finding: Finding) -> Iterator[Sequence[Claim]]:
        """Yield the claims at each place that a finding's arithmetic uses; what was not understood at all was not relied on."""
        if finding.category in _READ_AS_WRITTEN:
            return
        spans = set(_figures(finding))
        if not finding.place.path:
            spans.add(finding.place.span)
        for span in sorted(spans):
            if claims := [claim for claim in self.subject.at(span) if claim.quantity != "other"]:
                yield claims

    def _places_at(self, span: Span) -> tuple[int, ...]:
        """Return the statements that a span stands in: as its value, else in the labels above it."""
        known = {claim.statement for claim in self.subject.at(span)}
        if known:
            return tuple(sorted(known))
        found = self._within.get(span)
        if found is None:
            found = self._within[span] = self._search(span)
        return found

    @cached_property
    def _within(self) -> dict[Span, tuple[int, ...]]:
        return {}

    def _search(self, span: Span) -> tuple[int, ...]:
        statements = self.subject.document.statements
        inside = tuple(index for index, one in enumerate(statements) if one.value.whole.overlaps(span))
        return inside or tuple(index for index, one in enumerate(statements) if any(label.text.whole.overlaps(span) for label in one.path))


def _is_labelled(statement: Statement) -> bool:
    """Tell whether a line of text opens with its own label and goes on with the figure: `**Total per layer**: ~264 MB`."""
    label = statement.path[-1] if statement.path else None
    figure = statement.value.content.lstrip(_BEFORE_A_FIGURE)[:1]
    return label is not None and label.kind is LabelKind.ITEM and figure.isdigit()


_BEFORE_A_FIGURE: Final = "~≈<>=$ "


def _operands(finding: Finding) -> Iterable[Span]:
    """Return where a finding's figures stand and, where the catalog has one, the name of the part or model too."""
    spans = set(_figures(finding))
    return spans | _related(finding) if finding.category in _OF_THE_CATALOG else spans


def _figures(finding: Finding) -> Iterable[Span]:
    """Return where the figures of a finding's arithmetic stand; where it shows none, its related places."""
    spans = {operand.span for step in finding.derivation for operand in step.operands if operand.span is not None}
    return spans or _related(finding)


def _related(finding: Finding) -> set[Span]:
    return {place.span for place in finding.related if not place.path}


def _surest(claims: Sequence[Claim]) -> Confidence:
    return max((claim.confidence for claim in claims), key=lambda one: one.rank)

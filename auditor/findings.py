"""Findings, outcomes and reports: what the checks say, in a form no output format leaks into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import StrEnum
from fractions import Fraction
from typing import Final

from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Note, Source

__all__ = [
    "CATEGORIES",
    "STATED_AGAIN",
    "Confidence",
    "ConventionTried",
    "Coverage",
    "Edit",
    "Evidence",
    "Finding",
    "Operand",
    "Outcome",
    "Place",
    "Repair",
    "Report",
    "Restatement",
    "Selector",
    "Severity",
    "Step",
    "Suppression",
    "Verdict",
    "Withheld",
    "Withholding",
    "apply",
]

CATEGORIES = [
    "layout",
    "placement",
    "divisibility",
    "experts",
    "pipeline",
    "batch",
    "params",
    "memory",
    "performance",
    "arithmetic",
    "consistency",
    "status",
    "command",
    "reference",
    "hardware",
    "model",
    "units",
    "method",
    "suppression",
]


class Severity(StrEnum):
    """How bad it is if true."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)


class Confidence(StrEnum):
    """How sure the reading and the relation are."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        return ("low", "medium", "high").index(self.value)


class Evidence(StrEnum):
    """What a finding rests on: where its operands stand, and what joined the places, the soundest first.

    Computed (`auditor.evidence`), never asserted. How far each can be trusted was measured on findings judged by hand.
    """

    AS_WRITTEN = "as written"
    """All operands stand in one statement, list, table, object, command or block."""
    SAME_PLAN = "same plan"
    """In several places of one narrow plan: a row, a column, a launch, an alternative, a section with a layout of its own."""
    ONE_SECTION = "one section"
    """In several places of one section of a report that states one layout."""
    ONE_LAYOUT = "one layout"
    """In several sections of a report that states one layout."""
    CATALOG = "catalog"
    """A figure of the catalog is among them, for a model or GPU that is named beside the others."""
    SECTION_ALONE = "section alone"
    """In several places of one section of a document that states several layouts, or none."""
    IN_PASSING = "in passing"
    """In several places of one section or layout, one of them told in running text, a comment or code and nowhere outright."""
    ONE_DOCUMENT = "one document"
    """Nothing joins them but that they stand in one document."""


class Verdict(StrEnum):
    """What one relation says of one plan, or all of them of a report."""

    HELD = "held"
    CONTRADICTED = "contradicted"
    UNDETERMINED = "undetermined"
    """Not checkable: something is missing, or the written precision admits both answers."""


STATED_AGAIN: Final = "the same"
"""The message of a place that states once more what another place of the finding states."""


@dataclass(frozen=True, slots=True)
class Place:
    """A span of the report with what it says there."""

    span: Span
    message: str = ""
    path: str = ""
    """Path of the context source it stands in (one of `Report.context`); empty for the report itself."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One number of a derivation and the place it was read from; `span` is None for what the report does not say."""

    symbol: str
    text: str
    low: Fraction | None
    high: Fraction | None
    span: Span | None = None
    origin: str = "assumed"
    """Where it comes from if it has no place: assumed, or a source."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of arithmetic: `formula` in symbols, `substituted` with numbers, `result`.

    `substituted` is plain arithmetic in ASCII (+ - * / ** ( ) and numbers in the operands' base units) so that a reader,
    or a test, can evaluate it again; `result` is the interval it gives.
    """

    formula: str
    substituted: str
    result: str
    operands: tuple[Operand, ...] = ()
    low: Fraction | None = None
    high: Fraction | None = None

    @classmethod
    def exact(cls, formula: str, substituted: str, result: str, operands: tuple[Operand, ...], value: Fraction | int) -> Step:
        """Return a line whose result is one value, that of the numbers as printed."""
        return cls(formula, substituted, result, operands, Fraction(value), Fraction(value))


@dataclass(frozen=True, slots=True)
class ConventionTried:
    """A reading that was tried and whether it makes the claims agree."""

    name: str
    holds: bool
    source: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at `span` by `text`."""

    span: Span
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with each edit's span replaced; the spans must not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


@dataclass(frozen=True, slots=True)
class Restatement:
    """A claim of the report and the value, in base units, that it would have to state."""

    span: Span
    quantity: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Repair:
    """A change of one claim, or few, that makes everything agree."""

    message: str
    edits: tuple[Edit, ...] = ()
    safe: bool = False
    """A derived figure whose inputs are stated and agreed; anything else is shown, never applied by default."""
    restated: tuple[Restatement, ...] = ()
    """The claims it takes to be wrong: every place that states the value it changes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradicted outcome or a failed procedural check."""

    code: str
    name: str
    category: str
    severity: Severity
    confidence: Confidence
    message: str
    place: Place
    related: tuple[Place, ...] = ()
    claimed: str = ""
    expected: str = ""
    derivation: tuple[Step, ...] = ()
    conventions: tuple[ConventionTried, ...] = ()
    repairs: tuple[Repair, ...] = ()
    followers: tuple[str, ...] = ()
    """Consequences of the same wrong figure, each in one line."""
    basis: tuple[Span, ...] = ()
    """The claims it rests on: a smallest set of places that contradict each other; empty where that is not known."""
    evidence: Evidence | None = None
    """Its class of evidence; None before it was weighed."""
    carried: tuple[Finding, ...] = ()
    """The findings that have the same root cause and are told with this one, each as it was found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule says of one plan (or one written equation, table, mark)."""

    rule: str
    verdict: Verdict
    spans: tuple[Span, ...]
    message: str = ""
    """For held: the arithmetic in one line; for undetermined: what is missing to check it."""
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """The name of a rule, or of several, as a suppression writes it, and where."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Suppression:
    """What a report says of findings that are not to be shown: of which rules, where, and why."""

    place: Span
    selectors: tuple[Selector, ...]
    reach: tuple[Span, ...]
    reason: str = ""


class Withholding(StrEnum):
    """Why a finding is not among those that count."""

    IGNORED = "ignored"
    """The configuration leaves its rule out, everywhere or for this file."""

    SUPPRESSED = "suppressed"
    """A comment in the report says so."""
    KNOWN = "known"
    """The baseline holds it."""
    OUTSIDE = "outside-change"
    """It neither touches a changed line nor came with the change (`--diff-base`)."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A finding that was made and does not count, and why: outputs count it, and machines may show it."""

    finding: Finding
    by: Withholding
    reason: str = ""
    place: Span | None = None
    """The comment that suppresses it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The numeric tokens of a report: `numbers` of them are named, `labels` or not understood."""

    numbers: int = 0
    labels: int = 0
    """Those that only name something."""
    claims: int = 0
    """Those in claims, of `other` too."""
    checked: int = 0
    """Those in claims that took part in a check that was decided."""
    named: int = 0
    """Those in claims of a quantity with a name."""

    @property
    def understood(self) -> int:
        """Those that are named or only name something."""
        return self.named + self.labels

    @property
    def not_understood(self) -> int:
        return self.numbers - self.understood


@dataclass(frozen=True, slots=True)
class Report:
    """The audit of one source."""

    source: Source
    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    claims: int = 0
    coverage: Coverage = field(default=Coverage())
    notes: tuple[Note, ...] = ()
    context: tuple[Source, ...] = ()
    """The sources of facts the report was audited against (`--context`)."""
    suppressions: tuple[Suppression, ...] = ()
    """What the report itself asks not to be shown; `auditor.selection.suppressed` does as it asks."""
    withheld: tuple[Withheld, ...] = ()
    """Findings that were made and do not count: suppressed, known, or outside the change."""
    not_audited: Severity = Severity.ERROR
    """How grave it is if the source could not be read in full; below an error it does not end a run with 2."""

    def source_of(self, path: str) -> Source:
        """Return the source a place stands in: the report's own, or the context source named `path`."""
        return next((source for source in self.context if path and source.path == path), self.source)

    def count_withheld(self, by: Withholding) -> int:
        """Return how many findings are withheld for this reason."""
        return sum(one.by is by for one in self.withheld)

    @property
    def held(self) -> int:
        return sum(outcome.verdict is Verdict.HELD for outcome in self.outcomes)

    @property
    def contradicted(self) -> int:
        return sum(outcome.verdict is Verdict.CONTRADICTED for outcome in self.outcomes)

    @property
    def undetermined(self) -> int:
        return sum(outcome.verdict is Verdict.UNDETERMINED for outcome in self.outcomes)

"""What one run over several paths yields, and how it is to be shown: the input of every output format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from auditor.findings import Evidence, Finding, Report, Severity, Verdict, Withholding
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Source
from auditor.suppress import CATEGORY

if TYPE_CHECKING:
    from auditor.render.study import Study
    from auditor.rulebook import Rule

__all__ = [
    "Basis",
    "Failure",
    "Location",
    "Options",
    "Ranked",
    "Renderer",
    "Run",
    "Stale",
    "Streamed",
    "basis_lines",
    "blocked",
    "conclusion",
    "counted",
    "left_out_lines",
    "locate",
    "ordered",
    "quietly_said",
    "ranked",
    "rule_page",
    "severities",
    "stopped",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """A path that could not be audited at all, and what to do about it."""

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    severity: Severity = Severity.ERROR
    """Below an error it does not end the run with 2: the configuration's `not-audited`."""

    @property
    def place(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


_NAMED: Final = 3
"""Paths of each reason for leaving out that are named, and the characters of each that are shown."""
_PATH: Final = 80
_STALE: Final = 5
"""Stale entries that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of the baseline that finds nothing any more, or less than it counts; `count` is what is missing."""

    file: str
    code: str
    claim: str
    count: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What decided, beside the reports, which findings count; every output says it."""

    configurations: tuple[str, ...] = ()
    """The configuration files that were used; empty where the defaults held."""
    excluded: int = 0
    """Files and folders that a configuration left out."""
    baseline: str = ""
    """The baseline file that was used."""
    stale: tuple[Stale, ...] = ()
    """Entries of it, for the files of this run, that find nothing any more."""
    diff_base: str = ""
    """The revision that changes are counted from."""
    unchanged: int = 0
    """Files that were not audited because nothing about them has changed since then."""
    left_out: tuple[tuple[str, str], ...] = ()
    """(path, why) of the files and folders that were not walked or read."""
    rules_off: tuple[int, int] = (0, 0)
    """Rules that the command line, and those that the configuration turned off."""


@dataclass(frozen=True, slots=True)
class Run:
    """The reports of one run, in the order audited, and the paths that gave none."""

    reports: tuple[Report, ...]
    failures: tuple[Failure, ...] = ()
    version: str = ""
    catalog: str = ""
    """Version of the hardware and model catalog the checks used."""
    basis: Basis = Basis()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """The rules that checked, by code, for formats that explain them."""
    study: Callable[[Report], Study] | None = None
    """Reads a report once more for formats that show all of its numbers and plans; nothing else pays for it."""

    def count_withheld(self, by: Withholding) -> int:
        """Return how many findings of the run are withheld for this reason."""
        return sum(report.count_withheld(by) for report in self.reports)


@dataclass(frozen=True, slots=True)
class Options:
    """How to show a run. Formats for machines ignore what is only for people."""

    color: bool = False
    quiet: bool = False
    verbose: bool = False
    explain: bool = False
    """Show every step of a derivation with the place of each number, instead of the first few."""
    width: int = 100
    """Columns an excerpt may take beside its line numbers."""
    columns: int = 0
    """Columns of the terminal that long lines are broken to; 0 where the output is not a terminal's."""
    root: PurePath | None = None
    """The repository's root; paths in annotations and fingerprints are relative to it."""
    folder: PurePath | None = None
    """The folder relative paths start from (the working directory)."""
    first: frozenset[str] = frozenset()
    """The paths whose findings come first where not all can be shown: those that a change touches."""
    links: str = ""
    """What stands before a path of the repository in a link to it (`https://HOST/OWNER/REPO/blob/COMMIT/`); empty for no links."""

    def repository_path(self, path: str) -> str:
        """Return `path` relative to the repository root, with forward slashes; as given where it lies outside."""
        if self.root is None or self.folder is None:
            return PurePath(path).as_posix()
        parts: list[str] = []
        for part in (self.folder / path).parts:
            if part == ".." and parts and parts[-1] != "..":
                parts.pop()
            elif part != ".":
                parts.append(part)
        whole = PurePath(*parts) if parts else PurePath(path)
        return whole.relative_to(self.root).as_posix() if whole.is_relative_to(self.root) else PurePath(path).as_posix()


Renderer = Callable[[Run, Options], str]
"""Every format is one such pure function: the text it returns is written to standard output as it is."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """A renderer whose text can be written report by report: what stands of each, and what closes the run."""

    of: Callable[[Report, Options], str]
    """Text of one report, up to a line end; empty where there is nothing to show."""
    closing: Renderer
    apart: str = ""
    """What stands between two reports."""
    before_closing: str = ""

    def __call__(self, run: Run, options: Options) -> str:
        """Return the whole text: the same as was written report by report."""
        said = self.apart.join(text for report in run.reports if (text := self.of(report, options)))
        closing = self.closing(run, options)
        return said + (self.before_closing if said and closing else "") + closing


@dataclass(frozen=True, slots=True)
class Location:
    """A span as people and other tools count it: lines and columns from 1, the end column exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def locate(source: Source, span: Span) -> Location:
    """Return where `span` stands in `source`; line ends at its tail do not count."""
    end = min(span.end, len(source.text))
    while end > span.start and source.text[end - 1] in "\r\n":
        end -= 1
    first, last = source.lines.point(min(span.start, end)), source.lines.point(end)
    return Location(source.path, first.line, first.column, last.line, last.column)


def source_of(report: Report, path: str) -> Source:
    """Return the source a place of `report` stands in: the report's own, or the context source named `path`."""
    return report.source_of(path)


def ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings as they stand in the report; at one place the gravest first."""
    return tuple(sorted(findings, key=lambda finding: (finding.place.span, -finding.severity.rank, finding.code, finding.message)))


Ranked = tuple[Report, Finding]


def ranked(run: Run, options: Options) -> list[Ranked]:
    """Return all findings, those in the files of a change first, then the gravest, the surest, the best founded, as they stand."""
    found = [(report, finding) for report in run.reports for finding in ordered(report.findings)]
    classes = list(Evidence)

    def rank(one: Ranked) -> tuple[bool, int, int, int]:
        report, finding = one
        founded = classes.index(finding.evidence) if finding.evidence else len(classes)
        return (report.source.path not in options.first, -finding.severity.rank, -finding.confidence.rank, founded)

    return sorted(found, key=rank)


def blocked(report: Report) -> str:
    """Return why the report counts as not audited, or the empty string."""
    return "; ".join(note.message for note in report.notes if note.fatal)


def stopped(run: Run) -> list[str]:
    """Say of each path that could not be audited, or only in part, where and why."""
    lines = [f"{failure.place}: not audited: {failure.message}" for failure in run.failures]
    for report in run.reports:
        lines += [f"{locate(report.source, note.span)}: not audited in full: {note.message}" for note in report.notes if note.fatal]
    return lines


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right form: `1 report`, `2 reports`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def severities(findings: Iterable[Finding], *, every: bool = False) -> list[str]:
    """Return how many findings there are of each severity, the gravest first: `2 errors`, `1 warning`; `every` names absent ones too."""
    counts = Counter(finding.severity for finding in findings)
    words = {Severity.ERROR: counted(counts[Severity.ERROR], "error"), Severity.WARNING: counted(counts[Severity.WARNING], "warning")}
    words[Severity.INFO] = f"{counts[Severity.INFO]:,} info"
    return [said for severity, said in words.items() if every or counts[severity]]


def conclusion(report: Report) -> tuple[str, str]:
    """Return the verdict on a report and its reason (empty where the findings or the held checks are the reason).

    `contradicted` takes an error or a warning that is about the report's figures, whether it counts or is known already; `info`
    findings alone leave a report consistent or undetermined.
    """
    if reason := blocked(report):
        return "not-audited", reason
    if any(finding.severity.rank >= Severity.WARNING.rank and finding.category != CATEGORY for finding in report.findings):
        return Verdict.CONTRADICTED.value, ""
    if reason := _withheld(report):
        return Verdict.CONTRADICTED.value, reason
    if report.held:
        return "consistent", ""
    if not report.claims:
        return Verdict.UNDETERMINED.value, "no claims were read"
    return Verdict.UNDETERMINED.value, "no rule could be checked with what the report states"


def _withheld(report: Report) -> str:
    """Say which contradictions do not count but still stand: what the baseline knows, and what lies outside a change."""
    counts = [
        (sum(one.by is by and one.finding.severity.rank >= Severity.WARNING.rank for one in report.withheld), words)
        for by, words in ((Withholding.KNOWN, "known from the baseline"), (Withholding.OUTSIDE, "outside the change"))
    ]
    return ", ".join(f"{count} {words}" for count, words in counts if count)


def basis_lines(run: Run) -> list[str]:
    """Say in plain words what decided which findings count: what was withheld and why, the configuration, stale entries of the baseline."""
    basis = run.basis
    lines = withheld_lines(run)
    if basis.configurations:
        lines.append(f"Configuration: {', '.join(basis.configurations)}.")
    if basis.unchanged:
        has = "has" if basis.unchanged == 1 else "have"
        lines.append(f"{counted(basis.unchanged, 'file')} {has} not changed since {basis.diff_base}.")
    if basis.stale:
        total = sum(one.count for one in basis.stale)
        shown = "; ".join(f"{one.file} {one.code} {one.claim!r}" for one in basis.stale[:_STALE])
        more = f"; and {len(basis.stale) - _STALE} more" if len(basis.stale) > _STALE else ""
        gone, them = counted(total, "finding"), "it" if total == 1 else "them"
        lines.append(f"{gone} of {basis.baseline} no longer there, `audit baseline update` removes {them}: {shown}{more}.")
    return [*lines, *left_out_lines(run)]


def withheld_lines(run: Run) -> list[str]:
    """Say in one line how many findings do not count, and by what; none if all do."""
    basis = run.basis
    words = {
        Withholding.SUPPRESSED: "suppressed by a comment",
        Withholding.KNOWN: f"known from {basis.baseline or 'the baseline'}",
        Withholding.OUTSIDE: f"outside the change since {basis.diff_base or 'the base'}",
        Withholding.IGNORED: "left out by the configuration",
    }
    counts = [(run.count_withheld(by), said) for by, said in words.items()]
    total = sum(count for count, _ in counts)
    parts = ", ".join(f"{count:,} {said}" for count, said in counts if count)
    return [f"{counted(total, 'finding')} {'does' if total == 1 else 'do'} not count: {parts}."] if total else []


def left_out_lines(run: Run) -> list[str]:
    """Say in one line what was left out of a run and by whom: files and folders, rules, what lies beyond a limit; none if nothing was."""
    basis = run.basis
    reasons = Counter(why for _, why in basis.left_out)
    parts = []
    for why, count in reasons.items():
        paths = [path for path, reason in basis.left_out if reason == why]
        shown = ", ".join(path[:_PATH] for path in paths[:_NAMED]) + (", …" if count > _NAMED else "")
        parts.append(f"{count:,} {why} ({shown})")
    for count, by in zip(basis.rules_off, ("the command line", "the configuration"), strict=True):
        if count:
            parts.append(f"{counted(count, 'rule')} turned off by {by}")
    cut = sum(any("(limit `" in note.message for note in report.notes) for report in run.reports)
    if cut:
        parts.append(f"parts of {counted(cut, 'report')} beyond a limit")
    return [f"Left out: {'; '.join(parts)}."] if parts else []


def quietly_said(run: Run) -> list[str]:
    """Return what even a quiet run says: what a file of the repository, which a change may hold, has left out of it."""
    withheld = any(map(run.count_withheld, (Withholding.SUPPRESSED, Withholding.KNOWN, Withholding.IGNORED)))
    left_out = run.basis.excluded or run.basis.rules_off[1]
    return [*(withheld_lines(run) if withheld else ()), *(left_out_lines(run) if left_out else ())]


def rule_page(finding: Finding) -> str:
    """Return the page that documents the finding's rule, as a path in the project's repository."""
    return f"docs/rules/{finding.name}.md"

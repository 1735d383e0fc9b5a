"""What one run over several paths yields, and how it is to be shown: the input of every output format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from auditor.findings import Finding, Report, Severity, Verdict
from auditor.spans import Span
from auditor.statements import Source

__all__ = ["Failure", "Location", "Options", "Renderer", "Run", "blocked", "conclusion", "locate", "ordered", "rule_page"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A path that could not be audited at all, and what to do about it."""

    path: str
    message: str
    line: int | None = None
    column: int | None = None

    @property
    def place(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Run:
    """The reports of one run, in the order audited, and the paths that gave none."""

    reports: tuple[Report, ...]
    failures: tuple[Failure, ...] = ()
    version: str = ""
    catalog: str = ""
    """Version of the hardware and model catalog the checks used."""


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
    root: PurePath | None = None
    """The repository's root; paths in annotations and fingerprints are relative to it."""
    folder: PurePath | None = None
    """The folder relative paths start from (the working directory)."""

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
    return next((source for source in report.context if path and source.path == path), report.source)


def ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings as they stand in the report; at one place the gravest first."""
    return tuple(sorted(findings, key=lambda finding: (finding.place.span, -finding.severity.rank, finding.code, finding.message)))


def blocked(report: Report) -> str:
    """Return why the report counts as not audited, or the empty string."""
    return "; ".join(note.message for note in report.notes if note.fatal)


def conclusion(report: Report) -> tuple[str, str]:
    """Return the verdict on a report and its reason (empty where the findings or the held checks are the reason).

    `contradicted` takes an error or a warning; `info` findings alone leave a report consistent or undetermined.
    """
    if reason := blocked(report):
        return "not-audited", reason
    if any(finding.severity.rank >= Severity.WARNING.rank for finding in report.findings):
        return Verdict.CONTRADICTED.value, ""
    if report.held:
        return "consistent", ""
    if not report.claims:
        return Verdict.UNDETERMINED.value, "no claims were read"
    return Verdict.UNDETERMINED.value, "no rule could be checked with what the report states"


def rule_page(finding: Finding) -> str:
    """Return the page that documents the finding's rule, as a path in the project's repository."""
    return f"docs/rules/{finding.name}.md"

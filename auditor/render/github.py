"""GitHub workflow commands: the worst findings of each level, those of a pull request's own files first, beside their lines.

Format and limits: "Workflow commands for GitHub Actions" in GitHub's documentation. A step may set ten annotations of each level;
what exceeds that is counted in a closing line. Every line written either is a command whose data is escaped, or holds
only our own words and numbers, so that nothing in a report or its file name can start a command.
"""

from __future__ import annotations

from typing import Final

from auditor.findings import Finding, Report, Severity
from auditor.render.arithmetic import equation, proof
from auditor.render.run import Options, Run, basis_lines, blocked, counted, locate, quietly_said, ranked, source_of
from auditor.render.terminal import opening, plain

__all__ = ["command", "render"]

ANNOTATIONS_A_LEVEL: Final = 10
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_LONGEST: Final = 4000


def _data(text: str) -> str:
    return text[:_LONGEST].replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text)).replace(":", "%3A").replace(",", "%2C")


def command(level: str, message: list[str], **properties: str | int) -> str:
    """Return one workflow command on one line; `message` is shown as lines, all text is escaped here and nowhere else."""
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {written}::{_data(chr(10).join(plain(line) for line in message))}"


def _annotation(report: Report, finding: Finding, options: Options) -> str:
    location = locate(source_of(report, finding.place.path), finding.place.span)
    message = [finding.message]
    message += [equation(step) for step in proof(finding)[:3] if step.substituted]
    for place in finding.related[:5]:
        if place.message:
            message.append(f"line {locate(source_of(report, place.path), place.span).line}: {place.message}")
    message += [f"repair: {repair.message}" for repair in finding.repairs[:1]]
    where = {"line": location.line, "endLine": location.end_line}
    if location.line == location.end_line:
        # Columns are refused on an annotation of several lines.
        where |= {"col": location.column, "endColumn": location.end_column}
    path = options.repository_path(location.path)
    return command(_LEVELS[finding.severity], message, file=path, **where, title=f"{finding.code} {finding.name}")


def _stopped(run: Run, options: Options) -> list[str]:
    """Return an annotation for each path that could not be audited, or only in part."""
    lines = [
        command("error", [failure.message], file=options.repository_path(failure.path), line=failure.line or 1, title="not audited")
        for failure in run.failures
    ]
    for report in run.reports:
        for note in report.notes:
            if note.fatal:
                place = locate(report.source, note.span)
                path = options.repository_path(place.path)
                lines.append(command("error", [note.message], file=path, line=place.line, title="not audited in full"))
    return lines


def render(run: Run, options: Options) -> str:
    """Return the annotations of each level: what could not be audited, then the findings in the files of the change, the worst first."""
    lines: list[str] = []
    cut: list[str] = []
    found = ranked(run, options)
    for severity, level in _LEVELS.items():
        annotations = (_stopped(run, options) if severity is Severity.ERROR else []) + [
            _annotation(report, finding, options) for report, finding in found if finding.severity is severity
        ]
        lines += annotations[:ANNOTATIONS_A_LEVEL]
        if len(annotations) > ANNOTATIONS_A_LEVEL:
            cut.append(f"{ANNOTATIONS_A_LEVEL} of {counted(len(annotations), level)}")
    if cut:
        lines.append(f"Shown as annotations: {', '.join(cut)}; the job's summary has all.")
    if options.quiet:
        lines += [opening(line) for line in quietly_said(run)]
    else:
        missing = len(run.failures) + sum(bool(blocked(report)) for report in run.reports)
        stopped = f", {counted(missing, 'file')} not audited in full" if missing else ""
        claims = sum(report.claims for report in run.reports)
        lines.append(f"{counted(len(found), 'finding')} in {counted(len(run.reports), 'report')} with {counted(claims, 'claim')}{stopped}.")
        lines += [opening(line) for line in basis_lines(run)]
    return "\n".join(lines) + "\n" if lines else ""

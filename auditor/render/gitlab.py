"""GitLab's Code Quality report: an array of issues (GitLab's documentation, "Code Quality", report format).

GitLab shows the description only, so code and name stand in it. What could not be audited is a blocker; what was left out is an
issue of its own, at the end, for the format has no other place to say it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from auditor.findings import Finding, Report, Severity
from auditor.render.fingerprint import fingerprints
from auditor.render.json_v1 import dumps
from auditor.render.run import Options, Run, basis_lines, locate, ordered, source_of
from auditor.render.terminal import plain

__all__ = ["render"]

_LEVELS: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}
_LONGEST: Final = 1000


def _issue(name: str, description: str, severity: str, path: str, lines: tuple[int, int], fingerprint: str) -> dict[str, Any]:
    return {
        "description": plain(description)[:_LONGEST],
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path or ".", "lines": {"begin": lines[0], "end": lines[1]}},
    }


def _finding(report: Report, finding: Finding, fingerprint: str, options: Options) -> dict[str, Any]:
    place = locate(source_of(report, finding.place.path), finding.place.span)
    description = f"{finding.code} {finding.name}: {finding.message}"
    path = options.repository_path(place.path)
    return _issue(finding.name, description, _LEVELS[finding.severity], path, (place.line, place.end_line), fingerprint)


def _said(name: str, message: str, severity: str, path: str, line: int) -> dict[str, Any]:
    """Return an issue that is no finding; the same again gets the same fingerprint."""
    material = "\0".join((name, path, message)).encode("utf-8", "surrogatepass")
    return _issue(name, f"{name}: {message}", severity, path, (line, line), hashlib.sha256(material).hexdigest()[:32])


def _issues(run: Run, options: Options) -> Iterator[dict[str, Any]]:
    for report in run.reports:
        prints = fingerprints(report, options)
        yield from (_finding(report, finding, prints[id(finding)], options) for finding in ordered(report.findings))
        for note in report.notes:
            if note.fatal:
                path = options.repository_path(report.source.path)
                yield _said("not-audited-in-full", note.message, "blocker", path, locate(report.source, note.span).line)
    for failure in run.failures:
        yield _said("not-audited", failure.message, "blocker", options.repository_path(failure.path), failure.line or 1)
    paths = [report.source.path for report in run.reports] + [failure.path for failure in run.failures]
    where = options.repository_path(paths[0]) if paths else "."
    yield from (_said("basis", line, "info", where, 1) for line in basis_lines(run))


def render(run: Run, options: Options) -> str:
    """Return the issues as a JSON array; an empty one where there is nothing to say."""
    return dumps(list(_issues(run, options))) + "\n"

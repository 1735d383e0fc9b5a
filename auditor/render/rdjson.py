"""reviewdog's rdjson: diagnostics with places and suggestions (reviewdog's proto/rdf, "Reviewdog Diagnostic Format").

Columns count bytes of UTF-8 from 1, the end is exclusive. reviewdog posts messages as Markdown, so all text of a report stands in code
spans. What could not be audited, and what was left out, are diagnostics of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from auditor.findings import Finding, Repair, Report, Severity
from auditor.render.arithmetic import equation, proof
from auditor.render.json_v1 import dumps
from auditor.render.markdown import code
from auditor.render.run import Options, Run, basis_lines, locate, ordered, source_of
from auditor.spans import Span
from auditor.statements import Source

__all__ = ["render"]

_LEVELS: Final = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}
_STEPS: Final = 4


def _position(source: Source, offset: int) -> dict[str, int]:
    point = source.lines.point(offset)
    start = source.lines.line(point.line).start
    return {"line": point.line, "column": len(source.text[start:offset].encode("utf-8", "surrogatepass")) + 1}


def _range(source: Source, span: Span) -> dict[str, Any]:
    end = min(span.end, len(source.text))
    while end > span.start and source.text[end - 1] in "\r\n":
        end -= 1
    return {"start": _position(source, min(span.start, end)), "end": _position(source, end)}


def _message(finding: Finding) -> str:
    lines = [code(finding.message), *(code(equation(step)) for step in proof(finding)[:_STEPS])]
    lines += [f"repair: {code(repair.message)}" for repair in finding.repairs[:1]]
    return "\n\n".join(dict.fromkeys(line for line in lines if line)) or finding.code


def _suggestions(report: Report, repairs: tuple[Repair, ...]) -> list[dict[str, Any]]:
    """Return the edits of the nearest repair that is proved; any other takes somebody to judge it."""
    safe = next((repair for repair in repairs if repair.safe and repair.edits), None)
    return [{"range": _range(report.source, edit.span), "text": edit.text} for edit in safe.edits] if safe else []


def _finding(report: Report, finding: Finding, options: Options) -> dict[str, Any]:
    source = source_of(report, finding.place.path)
    found: dict[str, Any] = {
        "message": _message(finding),
        "location": {"path": options.repository_path(source.path), "range": _range(source, finding.place.span)},
        "severity": _LEVELS[finding.severity],
        "code": {"value": finding.code},
    }
    if suggestions := _suggestions(report, finding.repairs):
        found["suggestions"] = suggestions
    return found


def _said(message: str, severity: str, path: str, line: int) -> dict[str, Any]:
    return {"message": message, "location": {"path": path, "range": {"start": {"line": line}}}, "severity": severity}


def _diagnostics(run: Run, options: Options) -> Iterator[dict[str, Any]]:
    for report in run.reports:
        yield from (_finding(report, finding, options) for finding in ordered(report.findings))
        for note in report.notes:
            if note.fatal:
                where = locate(report.source, note.span)
                yield _said(f"not audited in full: {code(note.message)}", "ERROR", options.repository_path(where.path), where.line)
    for failure in run.failures:
        yield _said(f"not audited: {code(failure.message)}", "ERROR", options.repository_path(failure.path), failure.line or 1)
    paths = [report.source.path for report in run.reports] + [failure.path for failure in run.failures]
    where_all = options.repository_path(paths[0]) if paths else "."
    yield from (_said(code(line), "INFO", where_all, 1) for line in basis_lines(run))


def render(run: Run, options: Options) -> str:
    """Return the diagnostics as one JSON object."""
    return dumps({"source": {"name": "deployment-auditor"}, "diagnostics": list(_diagnostics(run, options))}) + "\n"

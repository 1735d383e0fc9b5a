"""SARIF 2.1.0 (OASIS), as GitHub's code scanning reads it.

Regions stay on one line, for an alert shows in a pull request only where all its lines are in the difference; the other halves of a
contradiction are related locations, linked from the message, and the derivation is a code flow. Paths are relative to the repository,
columns count code points. Withheld findings are no results: code scanning would show suppressed ones as alerts; they are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from auditor.findings import Confidence, Finding, Place, Repair, Report, Severity, Withholding
from auditor.render.arithmetic import equation
from auditor.render.fingerprint import fingerprints
from auditor.render.json_v1 import dumps
from auditor.render.run import Options, Run, basis_lines, locate, ranked, source_of
from auditor.render.terminal import plain
from auditor.spans import Span
from auditor.statements import Source

if TYPE_CHECKING:
    from auditor.rulebook import Rule

__all__ = ["MOST", "SCHEMA", "render"]

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST: Final = 5000
"""Results that code scanning keeps of a run; those beyond are counted in a notification."""
_LINKS: Final = 6
_RELATED: Final = 100
_LONGEST: Final = 1000
_ROOT: Final = "SRCROOT"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_PRECISION: Final = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}


def _words(text: str, otherwise: str) -> str:
    """Return text of one line that is no link: SARIF reads `[text](target)` in a message as one (3.11.6)."""
    shown = plain(text)[:_LONGEST].strip() or otherwise
    return shown.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]") if "](" in shown else shown


def _artifact(path: str) -> dict[str, str]:
    """Return a path as a relative URI; one outside the repository as it was given."""
    uri = quote(path.encode("utf-8", "surrogateescape" if _encodable(path) else "surrogatepass"), safe="/")
    return {"uri": f"file://{uri}"} if path.startswith("/") else {"uri": uri or ".", "uriBaseId": _ROOT}


def _encodable(path: str) -> bool:
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _region(source: Source, span: Span) -> dict[str, Any]:
    """Return the part of a span on its first line that is not blank, never empty."""
    start = span.start
    while start < min(span.end, len(source.text)) - 1 and source.text[start].isspace():
        start += 1
    point = source.lines.point(min(start, len(source.text)))
    line = source.lines.line(point.line)
    end = max(min(span.end, line.end), min(start, line.end))
    columns = max(end - line.start + 1, point.column + 1)
    return {"startLine": point.line, "startColumn": point.column, "endLine": point.line, "endColumn": columns}


def _location(source: Source, span: Span, options: Options, message: str = "", number: int = 0) -> dict[str, Any]:
    artifact = _artifact(options.repository_path(source.path))
    found: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": _region(source, span)}}
    if number:
        found = {"id": number, **found}
    return {**found, "message": {"text": _words(message, "also here")}} if message or number else found


def _message(finding: Finding, related: Sequence[Place]) -> str:
    links = [f"[{_label(place)}]({number})" for number, place in enumerate(related, 1) if place.message][:_LINKS]
    return _words(finding.message, finding.code) + (f" (see {', '.join(links)})" if links else "")


def _label(place: Place) -> str:
    shown = plain(place.message)[:80].replace("\\", "\\\\")
    return shown.replace("[", "\\[").replace("]", "\\]")


def _flow(report: Report, finding: Finding, options: Options) -> list[dict[str, Any]]:
    """Return the derivation as steps: each operand where it stands, then the arithmetic at the claim."""
    source = report.source
    steps: list[dict[str, Any]] = []
    for step in finding.derivation:
        for operand in step.operands:
            if operand.span is not None:
                steps.append({"location": _location(source, operand.span, options, f"{operand.symbol} = {operand.text}")})
        shown = ": ".join(part for part in (step.formula, equation(step)) if part)
        steps.append({"location": _location(source_of(report, finding.place.path), finding.place.span, options, shown or finding.code)})
    return [{"threadFlows": [{"locations": steps[:_LONGEST]}]}] if len(steps) > 1 else []


def _fix(report: Report, repair: Repair, options: Options) -> dict[str, Any]:
    replacements = []
    for edit in repair.edits:
        place = locate(report.source, edit.span)
        region = {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line, "endColumn": place.end_column}
        replacements.append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
    artifact = _artifact(options.repository_path(report.source.path))
    change = {"artifactLocation": artifact, "replacements": replacements}
    return {"description": {"text": _words(repair.message, "repair")}, "artifactChanges": [change]}


def _result(report: Report, finding: Finding, fingerprint: str, index: int, options: Options) -> dict[str, Any]:
    related = finding.related[:_RELATED]
    found: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding, related)},
        "locations": [_location(source_of(report, finding.place.path), finding.place.span, options)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint, "deploymentAuditor/v1": fingerprint},
    }
    if related:
        places = enumerate(related, 1)
        found["relatedLocations"] = [
            _location(source_of(report, place.path), place.span, options, place.message, number) for number, place in places
        ]
    if flow := _flow(report, finding, options):
        found["codeFlows"] = flow
    if fixes := [_fix(report, repair, options) for repair in finding.repairs if repair.safe and repair.edits]:
        found["fixes"] = fixes
    evidence = finding.evidence.value if finding.evidence else None
    found["properties"] = {"confidence": finding.confidence.value, **({"evidence": evidence} if evidence else {})}
    return found


def _rule(finding: Finding, rule: Rule | None) -> dict[str, Any]:
    """Return the descriptor of a finding's rule; a rule that is not at hand is told by its name."""
    summary = " ".join(rule.summary.split()) if rule else finding.name
    parts = (summary, rule.why.strip(), f"It may be wrong: {rule.unless.strip()}" if rule.unless else "") if rule else (summary,)
    help_text = "\n\n".join([*(part for part in parts if part), f"More: audit rule {finding.name}"])
    severity, confidence = (rule.severity, rule.confidence) if rule else (finding.severity, finding.confidence)
    return {
        "id": finding.code,
        "name": finding.name,
        "shortDescription": {"text": summary[:1024]},
        "fullDescription": {"text": " ".join((parts[1] if len(parts) > 1 and parts[1] else summary).split())[:1024]},
        "help": {"text": help_text, "markdown": help_text.replace("<", "&lt;")},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {
            "tags": [finding.category, "deployment-report"],
            "precision": _PRECISION[confidence],
            "problem.severity": _PROBLEM[severity],
        },
    }


def _notification(level: str, text: str, location: dict[str, Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"level": level, "message": {"text": _words(text, "not audited")}}
    return {**found, "locations": [location]} if location else found


def _notifications(run: Run, options: Options, beyond: int) -> Iterator[dict[str, Any]]:
    for failure in run.failures:
        region = {"region": {"startLine": failure.line}} if failure.line else {}
        place = {"physicalLocation": {"artifactLocation": _artifact(options.repository_path(failure.path)), **region}}
        yield _notification(_LEVELS[failure.severity], f"not audited: {failure.message}", place)
    for report in run.reports:
        for note in report.notes:
            if note.fatal:
                where = _location(report.source, note.span, options)
                yield _notification(_LEVELS[report.not_audited], f"not audited in full: {note.message}", where)
    if beyond:
        yield _notification("note", f"{beyond:,} more findings than the {MOST:,} that are shown")
    yield from (_notification("note", line) for line in basis_lines(run))


def _driver(run: Run, rules: Sequence[dict[str, Any]]) -> Mapping[str, Any]:
    version = {"version": run.version, "semanticVersion": run.version} if run.version else {}
    return {"name": "deployment-auditor", **version, "rules": list(rules)}


def render(run: Run, options: Options) -> str:
    """Return the run as a SARIF log: the gravest findings first, what was not audited and what was left out as notifications."""
    found = ranked(run, options)
    prints = {id(report): fingerprints(report, options) for report in run.reports}
    first = {finding.code: finding for _, finding in reversed(found)}
    indices = {code: index for index, code in enumerate(sorted(first))}
    results = [
        _result(report, finding, prints[id(report)][id(finding)], indices[finding.code], options) for report, finding in found[:MOST]
    ]
    notifications = list(_notifications(run, options, max(len(found) - MOST, 0)))
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, [_rule(first[code], run.rules.get(code)) for code in sorted(first)])},
                "automationDetails": {"id": "deployment-auditor/"},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
                "results": results,
                "invocations": [{"executionSuccessful": not _failed(run), "toolExecutionNotifications": notifications}],
                "properties": {"withheld": {by.value: run.count_withheld(by) for by in Withholding}, "catalog": run.catalog},
            }
        ],
    }
    return dumps(log) + "\n"


def _failed(run: Run) -> bool:
    return any(failure.severity is Severity.ERROR for failure in run.failures)

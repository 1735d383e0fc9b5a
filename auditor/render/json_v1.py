"""The JSON contract, version 1: a frozen copy of what findings say, apart from how they are held inside.

Fields may be added, never renamed, removed or given another meaning. `auditor/schemas/audit-v1.schema.json` describes it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from auditor.contracts import schema_of
from auditor.findings import Coverage, Finding, Place, Repair, Report, Withheld, Withholding
from auditor.render.fingerprint import fingerprints
from auditor.render.run import Failure, Location, Options, Run, conclusion, locate, ordered, rule_page, source_of

__all__ = ["VERSION", "about", "dumps", "finding_objects", "location_object", "render", "report_object"]

VERSION: Final = 1
_ESCAPED: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What stays an escape: lone surrogates, ends of lines that JSON does not know, and what steers a terminal or turns text around."""


def dumps(value: object, *, indent: int | None = 2) -> str:
    """Return `value` as JSON that any UTF-8 stream can carry, and one line stays one line."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def location_object(location: Location) -> dict[str, Any]:
    """Return a location in the contract's form."""
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


def _related(report: Report, place: Place) -> dict[str, Any]:
    return {**location_object(locate(source_of(report, place.path), place.span)), "message": place.message}


def _repair(report: Report, repair: Repair) -> dict[str, Any]:
    edits = [{**location_object(locate(report.source, edit.span)), "text": edit.text} for edit in repair.edits]
    return {"message": repair.message, "edits": edits, "safe": repair.safe}


def _finding(report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "category": finding.category,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "evidence": finding.evidence.value if finding.evidence else None,
        "message": finding.message,
        "location": location_object(locate(source_of(report, finding.place.path), finding.place.span)),
        "related": [_related(report, place) for place in finding.related],
        "claimed": finding.claimed,
        "expected": finding.expected,
        "derivation": [{"formula": step.formula, "substituted": step.substituted, "result": step.result} for step in finding.derivation],
        "conventions": [{"name": tried.name, "holds": tried.holds, "source": tried.source} for tried in finding.conventions],
        "repairs": [_repair(report, repair) for repair in finding.repairs],
        "followers": list(finding.followers),
        "fingerprint": fingerprint,
        "url": rule_page(finding),
    }


def _coverage(coverage: Coverage) -> dict[str, int]:
    return {
        "numbers": coverage.numbers,
        "labels": coverage.labels,
        "claims": coverage.claims,
        "checked": coverage.checked,
        "named": coverage.named,
        "not_understood": coverage.not_understood,
    }


def _report(report: Report) -> dict[str, Any]:
    verdict, reason = conclusion(report)
    return {
        "path": report.source.path,
        "claims": report.claims,
        "held": report.held,
        "contradicted": report.contradicted,
        "undetermined": report.undetermined,
        "coverage": _coverage(report.coverage),
        "verdict": verdict,
        "reason": reason,
        "notes": [{**location_object(locate(report.source, note.span)), "message": note.message} for note in report.notes],
        "withheld": [_withheld(report, one) for one in report.withheld],
    }


def _withheld(report: Report, one: Withheld) -> dict[str, Any]:
    finding = one.finding
    return {
        "by": one.by.value,
        "reason": one.reason,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": location_object(locate(source_of(report, finding.place.path), finding.place.span)),
    }


def _basis(run: Run) -> dict[str, Any]:
    basis = run.basis
    return {
        "configurations": list(basis.configurations),
        "excluded": basis.excluded,
        "left_out": [{"path": path, "reason": reason} for path, reason in basis.left_out],
        "rules_off": {"command_line": basis.rules_off[0], "configuration": basis.rules_off[1]},
        "baseline": basis.baseline,
        "stale": [{"file": one.file, "code": one.code, "claim": one.claim, "count": one.count} for one in basis.stale],
        "diff_base": basis.diff_base,
        "unchanged": basis.unchanged,
        "withheld": {by.value: run.count_withheld(by) for by in Withholding},
    }


def _failure(failure: Failure) -> dict[str, Any]:
    where = f"{failure.line}:{failure.column or 1}: " if failure.line is not None else ""
    return {
        "path": failure.path,
        "claims": 0,
        "held": 0,
        "contradicted": 0,
        "undetermined": 0,
        "coverage": _coverage(Coverage()),
        "verdict": "not-audited",
        "reason": where + failure.message,
        "notes": [],
        "withheld": [],
    }


def finding_objects(report: Report, options: Options) -> list[dict[str, Any]]:
    """Return the findings of a report in the contract's form."""
    prints = fingerprints(report, options)
    return [_finding(report, finding, prints[id(finding)]) for finding in ordered(report.findings)]


def report_object(report: Report | Failure) -> dict[str, Any]:
    """Return a report, or a path that gave none, in the contract's form."""
    return _failure(report) if isinstance(report, Failure) else _report(report)


def about(run: Run) -> dict[str, Any]:
    """Return what holds for the whole run: who says it, and what decided which findings count."""
    tool = {"name": "deployment-auditor", "version": run.version, "catalog": run.catalog}
    return {"version": VERSION, "tool": tool, "basis": _basis(run)}


def render(run: Run, options: Options) -> str:
    """Return the whole run as one JSON document."""
    whole = about(run)
    reports = [*map(report_object, run.reports), *map(report_object, run.failures)]
    findings = [found for report in run.reports for found in finding_objects(report, options)]
    found = {"version": VERSION, "tool": whole["tool"], "reports": reports, "findings": findings, "basis": whole["basis"]}
    return dumps({"$schema": schema_of("audit-v1"), **found}) + "\n"

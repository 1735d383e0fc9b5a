"""JSON Lines: one object a line, `type` says of what: each report's findings, the report itself, and last the summary of the run.

The objects are those of the JSON contract, version 1 (`auditor/schemas/audit-v1.schema.json`), so that a reader of a stream needs no
more than a reader of the whole.
"""

from __future__ import annotations

from typing import Any, Final

from auditor.findings import Report
from auditor.render.json_v1 import about, dumps, finding_objects, report_object
from auditor.render.run import Options, Run, Streamed, basis_lines

__all__ = ["render"]


def _line(kind: str, value: dict[str, Any]) -> str:
    return dumps({"type": kind, **value}, indent=None) + "\n"


def _of(report: Report, options: Options) -> str:
    return "".join(_line("finding", one) for one in finding_objects(report, options)) + _line("report", report_object(report))


def _closing(run: Run, options: Options) -> str:
    failures = "".join(_line("report", report_object(failure)) for failure in run.failures)
    return failures + _line("summary", {**about(run), "said": basis_lines(run)})


render: Final = Streamed(_of, _closing)
"""A line for each finding, behind those of a report one for it, and the summary: tool, basis and what was left out."""

"""JSON Lines: one object a line, `type` says of what: each report's findings, the report itself, and last the summary of the run.

The objects are those of the JSON contract, version 1 (`auditor/schemas/audit-v1.schema.json`), so that a reader of a stream needs no
more than a reader of the whole.
"""

from __future__ import annotations

from typing import Any

from auditor.render.json_v1 import answer, dumps
from auditor.render.run import Options, Run, basis_lines

__all__ = ["render"]


def _line(kind: str, value: dict[str, Any]) -> str:
    return dumps({"type": kind, **value}, indent=None) + "\n"


def render(run: Run, options: Options) -> str:
    """Return a line for each finding, behind those of a report one for it, and the summary: tool, basis and what was left out."""
    whole = answer(run, options)
    findings = iter(whole["findings"])
    lines: list[str] = []
    for index, report in enumerate(whole["reports"]):
        count = len(run.reports[index].findings) if index < len(run.reports) else 0
        lines += [_line("finding", next(findings)) for _ in range(count)]
        lines.append(_line("report", report))
    summary = {"version": whole["version"], "tool": whole["tool"], "basis": whole["basis"], "said": basis_lines(run)}
    return "".join([*lines, _line("summary", summary)])

"""Markdown for the summary of a workflow's job, or for a comment: the gravest findings first, within what the page may hold.

All text of a report stands in code spans, where no mention, link, image, tag or emphasis takes effect; lists and no table, for a
bar would end a cell even inside a code span.
"""

from __future__ import annotations

import re
from typing import Final

from auditor.findings import Finding, Report, Severity
from auditor.render.run import Options, Run, basis_lines, blocked, conclusion, locate, ordered, source_of
from auditor.render.terminal import plain

__all__ = ["MOST_BYTES", "render"]

MOST_BYTES: Final = 900_000
"""GitHub refuses a step's summary of more than 1 MiB as a whole."""
_LONGEST: Final = 500
_SIGNS: Final = {"contradicted": "❌", "consistent": "✅", "undetermined": "➖", "not-audited": "⚠️"}


def code(text: str) -> str:
    """Return `text` as a code span that nothing in it can end (CommonMark 0.31, section 6.1)."""
    shown = plain(text[:_LONGEST]) + ("…" if len(text) > _LONGEST else "")
    if not shown.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def _finding(report: Report, finding: Finding) -> str:
    place = locate(source_of(report, finding.place.path), finding.place.span)
    lines = [f"- **{finding.severity}** {code(f'{finding.code} {finding.name}')} at {code(str(place))}: {code(finding.message)}"]
    lines += [f"  - {code(f'{step.substituted} = {step.result}')}" for step in finding.derivation[:4] if step.substituted]
    for other in finding.related[:6]:
        where = locate(source_of(report, other.path), other.span)
        if other.message:
            lines.append(f"  - line {where.line}: {code(other.message)}")
    lines += [f"  - repair: {code(repair.message)}" for repair in finding.repairs[:1]]
    return "\n".join(lines) + "\n"


def _reports(run: Run) -> list[str]:
    lines = []
    for report in run.reports:
        verdict, reason = conclusion(report)
        counts = (
            f"{report.claims} claims, {report.held} checks held, {report.contradicted} contradicted, {report.undetermined} undetermined"
        )
        lines.append(
            f"- {_SIGNS[verdict]} {code(report.source.path)}: {verdict}" + (f" ({code(reason)})" if reason else "") + f"; {counts}\n"
        )
    lines += [f"- {_SIGNS['not-audited']} {code(failure.place)}: not audited: {code(failure.message)}\n" for failure in run.failures]
    return lines


def render(run: Run, options: Options) -> str:
    """Return the verdict on each report and the findings, gravest first; what does not fit is counted."""
    found = [(report, finding) for report in run.reports for finding in ordered(report.findings)]
    found.sort(key=lambda pair: (-pair[1].severity.rank, -pair[1].confidence.rank))
    counts = [f"{sum(finding.severity is severity for _, finding in found)} {severity}" for severity in Severity]
    missing = len(run.failures) + sum(bool(blocked(report)) for report in run.reports)
    head = (
        f"### Audit of {len(run.reports)} reports: {', '.join(counts)}" + (f", {missing} not audited in full" if missing else "") + "\n\n"
    )
    head += "".join(f"{code(line)}\n\n" for line in basis_lines(run))
    sections = [("", _reports(run)), ("\n#### Findings\n\n", [_finding(report, finding) for report, finding in found])]
    parts, used, left_out = [head], len(head.encode()), 0
    for title, entries in sections:
        for index, entry in enumerate(entries):
            text = (title if index == 0 else "") + entry
            size = len(text.encode("utf-8", "replace"))
            if left_out or used + size > MOST_BYTES:
                left_out += 1
            else:
                parts.append(text)
                used += size
    if left_out:
        parts.append(f"\n{left_out} more entries do not fit on this page.\n")
    return "".join(parts)

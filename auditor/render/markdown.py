"""Markdown for the summary of a workflow's job, or for a comment: the gravest findings first, within what the page may hold.

All text of a report stands in code spans, where no mention, link, image, tag or emphasis takes effect; lists and no table, for a
bar would end a cell even inside a code span.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from auditor.findings import STATED_AGAIN, Finding, Report
from auditor.render.arithmetic import equation, proof
from auditor.render.run import Options, Run, basis_lines, blocked, conclusion, counted, locate, ranked, severities, source_of
from auditor.render.terminal import plain

__all__ = ["MOST_BYTES", "render"]

MOST_BYTES: Final = 900_000
"""GitHub refuses a step's summary of more than 1 MiB as a whole."""
_LONGEST: Final = 500
_SIGNS: Final = {"not-audited": "⚠️", "contradicted": "❌", "undetermined": "➖", "consistent": "✅"}


def code(text: str) -> str:
    """Return `text` as a code span that nothing in it can end (CommonMark 0.31, section 6.1)."""
    shown = plain(text[:_LONGEST]) + ("…" if len(text) > _LONGEST else "")
    if not shown.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def _link(path: str, line: int, shown: str, options: Options) -> str:
    """Return a place as a link to its line in the repository, where that is known; a path outside of it is only named."""
    path = options.repository_path(path)
    if not options.links or path.startswith(("/", "..")):
        return code(shown)
    target = quote(path.encode("utf-8", "surrogatepass"), safe="/")
    return f"[{code(shown)}](<{options.links}{target}?plain=1#L{line}>)"


def _finding(report: Report, finding: Finding, options: Options) -> str:
    place = locate(source_of(report, finding.place.path), finding.place.span)
    where = _link(place.path, place.line, str(place), options)
    lines = [f"- **{finding.severity}** {code(f'{finding.code} {finding.name}')} at {where}: {code(finding.message)}"]
    # An empty item would be a lone `-`, which makes a heading of the line above it.
    lines += [f"  - {shown}" for step in proof(finding)[:4] if step.substituted and (shown := code(equation(step)))]
    again = [other for other in finding.related if other.message and other.message != STATED_AGAIN]
    for other in again[:6]:
        there = locate(source_of(report, other.path), other.span)
        lines.append(f"  - {_link(there.path, there.line, f'line {there.line}', options)}: {code(other.message)}")
    lines += [f"  - repair: {code(repair.message)}" for repair in finding.repairs[:1]]
    return "\n".join(lines) + "\n"


def _reports(run: Run, options: Options) -> list[str]:
    """Return a line for each report, those that need a look first."""
    lines = []
    for report in run.reports:
        verdict, reason = conclusion(report)
        counts = (
            f"{counted(report.claims, 'claim')}, {counted(report.held, 'check')} held, {report.contradicted:,} contradicted, "
            f"{report.undetermined:,} undetermined"
        )
        told = f"{verdict}{f' ({code(reason)})' if reason else ''}; {counts}"
        lines.append((verdict, f"- {_SIGNS[verdict]} {_link(report.source.path, 1, report.source.path, options)}: {told}\n"))
    for failure in run.failures:
        lines.append(("not-audited", f"- {_SIGNS['not-audited']} {code(failure.place)}: not audited: {code(failure.message)}\n"))
    order = list(_SIGNS)
    return [line for _, line in sorted(lines, key=lambda one: order.index(one[0]))]


def render(run: Run, options: Options) -> str:
    """Return the verdict on each report and the findings, the worst first; what does not fit is counted, what was left out comes last."""
    found = ranked(run, options)
    counts = severities((finding for _, finding in found), every=True)
    missing = len(run.failures) + sum(bool(blocked(report)) for report in run.reports)
    stopped = f", {counted(missing, 'file')} not audited in full" if missing else ""
    head = f"### Audit of {counted(len(run.reports), 'report')}: {', '.join(counts)}{stopped}\n\n"
    tail = "".join(f"\n{code(line)}\n" for line in basis_lines(run))
    room = MOST_BYTES - _size(head) - _size(tail)
    sections = [("", _reports(run, options)), ("\n#### Findings\n\n", [_finding(report, finding, options) for report, finding in found])]
    parts, left_out = [head], 0
    for title, entries in sections:
        for index, entry in enumerate(entries):
            text = (title if index == 0 else "") + entry
            if left_out or _size(text) > room:
                left_out += 1
            else:
                parts.append(text)
                room -= _size(text)
    if left_out:
        parts.append(f"\n{counted(left_out, 'more line')} not shown: the page is full.\n")
    return "".join(parts) + tail


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))

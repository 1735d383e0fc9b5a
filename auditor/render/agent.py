"""For a reader that pays for each word: one line a finding, the worst first, then the verdict and what is missing.

A line is place, severity, code, what is wrong, the arithmetic and the nearest repair, at most `COLUMNS` characters, which common
tokenizers take for fewer than a hundred tokens (`scripts/measure_tokens.py`). Text of a report is quoted as data: on one line, with
everything that could steer a terminal escaped.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from auditor.findings import Finding, Report, Step, Verdict
from auditor.render.arithmetic import equation
from auditor.render.run import Options, Run, basis_lines, conclusion, counted, locate, ranked, severities, source_of, stopped
from auditor.render.terminal import opening, plain

__all__ = ["COLUMNS", "MOST", "render"]

MOST: Final = 25
"""Findings that are shown; the others are counted."""
COLUMNS: Final = 210
_TAIL: Final = 65
_PATH: Final = 60
_MISSING: Final = 3
_STOPPED: Final = 5


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else text[: max(columns - 1, 0)] + "…"


def _place(report: Report, finding: Finding) -> str:
    """Return where a finding stands; of a long path the end."""
    location = locate(source_of(report, finding.place.path), finding.place.span)
    path = plain(location.path)
    shown = path if len(path) <= _PATH else f"…{path[-_PATH:]}"
    return f"{opening(shown)}:{location.line}:{location.column}"


def _arithmetic(step: Step) -> str:
    """Return the arithmetic of a step, or of a long one only what it gives."""
    shown = plain(equation(step))
    return shown if len(shown) <= _TAIL else f"… = {plain(step.result)}" if step.result else ""


def line(report: Report, finding: Finding) -> str:
    """Return a finding on one line: what is cut, if it must be, is the message first, then the arithmetic, then the repair."""
    head = f"{_place(report, finding)} {finding.severity} {finding.code}: "
    told = plain(finding.message)
    arithmetic = next((shown for shown in map(_arithmetic, finding.derivation) if shown and shown not in told), "")
    repair = f"repair: {plain(finding.repairs[0].message)}" if finding.repairs else ""
    tail = "".join(f" | {_cut(part, _TAIL)}" for part in (arithmetic, repair) if part)
    return head + _cut(told, COLUMNS - len(head) - len(tail)) + tail


def _verdict(run: Run) -> str:
    verdicts = Counter(conclusion(report)[0] for report in run.reports)
    verdicts["not-audited"] += len(run.failures)
    found = ", ".join(severities(finding for report in run.reports for finding in report.findings))
    held = sum(report.held for report in run.reports)
    told = ", ".join(f"{counted(count, 'report')} {verdict}" for verdict, count in verdicts.items() if count)
    return f"verdict: {told or 'no report'}; {found or 'no findings'}; {counted(held, 'check')} held"


def _missing(run: Run) -> list[str]:
    """Say what keeps the most checks from being made, and how many numbers were not understood."""
    undetermined = (one for report in run.reports for one in report.outcomes if one.verdict is Verdict.UNDETERMINED and one.message)
    wanted = Counter(outcome.message for outcome in undetermined).most_common()
    parts = [_cut(plain(message), COLUMNS // 3) for message, _ in wanted[:_MISSING]]
    if len(wanted) > _MISSING:
        parts.append(f"{len(wanted) - _MISSING:,} more (audit explain PLACE)")
    unread = sum(report.coverage.not_understood for report in run.reports)
    numbers = sum(report.coverage.numbers for report in run.reports)
    if unread:
        parts.append(f"{unread:,} of {counted(numbers, 'number')} not understood")
    return [f"missing: {'; '.join(parts)}"] if parts else []


def render(run: Run, options: Options) -> str:
    """Return the findings, how many more there are, what could not be audited, the verdict, what is missing, what was left out."""
    found = ranked(run, options)
    lines = [line(report, finding) for report, finding in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"{len(found) - MOST:,} more: --output-format jsonl shows all")
    failed = stopped(run)
    lines += [_cut(opening(one), COLUMNS) for one in failed[:_STOPPED]]
    if len(failed) > _STOPPED:
        lines.append(f"{len(failed) - _STOPPED:,} more not audited")
    lines.append(_verdict(run))
    return "\n".join([*lines, *_missing(run), *(plain(one) for one in basis_lines(run))]) + "\n"

"""Output for people: `full` with excerpts and arithmetic, `concise` with one line a finding."""

from __future__ import annotations

from collections import Counter
from typing import Final

from auditor.findings import STATED_AGAIN, ConventionTried, Finding, Operand, Place, Report, Severity, Step
from auditor.render.arithmetic import arithmetic, equation, proof
from auditor.render.excerpt import Mark, excerpt
from auditor.render.run import Options, Run, Streamed, basis_lines, blocked, counted, locate, ordered, quietly_said, source_of, stopped
from auditor.render.terminal import folded, inert, opening, paint, plain, width

__all__ = ["concise", "finding_block", "full"]

_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_STEPS: Final = 4
_REPAIRS: Final = 2
_FOLLOWERS: Final = 5
_LINES: Final = 8
"""Lines that state a figure again and are named; the others are counted."""
_INDENT: Final = 4
_NARROWEST: Final = 40
"""Columns that what stands below an excerpt always gets, however narrow the terminal."""


def _heading(report: Report, finding: Finding, options: Options) -> str:
    color = options.color
    place = opening(str(locate(source_of(report, finding.place.path), finding.place.span)))
    level = f"{finding.severity}[{finding.code}]"
    message = f"{finding.name}: {plain(finding.message)}"
    lines = folded(message, max(options.columns - _INDENT, 0), width(f"{place}: {level} ") - _INDENT)
    head = f"{paint(place, color, bold=True)}: {paint(level, color, fg=_COLORS[finding.severity], bold=True)} {lines[0]}"
    return "\n".join([head, *(" " * _INDENT + line for line in lines[1:])])


def _places(finding: Finding, options: Options) -> list[Place]:
    """Return the places an excerpt shows: all with `--explain`, else not those that only state once more what another does."""
    return [finding.place, *(place for place in finding.related if options.explain or place.message != STATED_AGAIN)]


def _again(report: Report, finding: Finding, options: Options) -> list[str]:
    """Name the lines that state once more what the excerpt shows."""
    if options.explain:
        return []
    again = (place for place in finding.related if place.message == STATED_AGAIN)
    lines = sorted({locate(source_of(report, place.path), place.span).line for place in again if not place.path})
    if not lines:
        return []
    more = f" and {len(lines) - _LINES} more" if len(lines) > _LINES else ""
    return [f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:_LINES]))}{more}"]


def _gutter(report: Report, finding: Finding, options: Options) -> int:
    """Return the columns the largest line number shown needs."""
    places = _places(finding, options)
    return max(len(str(locate(source_of(report, place.path), place.span).end_line)) for place in places)


def _excerpts(report: Report, finding: Finding, gutter: int, options: Options) -> list[str]:
    """Return the excerpt of the report, then one for each context source that a place stands in."""
    places = [(place, "blue" if index else _COLORS[finding.severity]) for index, place in enumerate(_places(finding, options))]
    columns = max(options.columns - gutter - 3, _NARROWEST) if options.columns else options.width
    paths = list(dict.fromkeys(place.path for place, _ in places))
    rows: list[str] = []
    for path in paths:
        source = source_of(report, path)
        marks = [Mark(place.span, place.message, color) for place, color in places if place.path == path]
        if path:
            rows.append(f"{' ' * gutter} {paint('-->', options.color, fg='blue', bold=True)} {plain(source.path)} (context)")
        rows += excerpt(source, marks, columns, options.color, gutter)
    return rows


def _operand(report: Report, operand: Operand) -> str:
    if operand.span is None:
        return f"{operand.symbol} = {operand.text} ({operand.origin})"
    return f"{operand.symbol} = {operand.text} (line {locate(report.source, operand.span).line})"


def _step(report: Report, step: Step, explain: bool) -> list[str]:
    lines = [plain(step.formula)] if step.formula else []
    if arithmetic(step) or step.result:
        lines.append(plain(equation(step)))
    if explain and step.operands:
        lines.append(plain("with " + ", ".join(_operand(report, operand) for operand in step.operands)))
    return lines


def _convention(tried: ConventionTried) -> str:
    detail = f": {tried.detail}" if tried.detail else ""
    source = f" ({tried.source})" if tried.source else ""
    return plain(f"{tried.name} {'holds' if tried.holds else 'does not hold'}{detail}{source}")


def _remarks(report: Report, finding: Finding, options: Options) -> list[tuple[str, list[str]]]:
    """Return what stands below an excerpt: a title and its lines each."""
    steps = finding.derivation if options.explain else proof(finding)[:_STEPS]
    arithmetic = [line for step in steps for line in _step(report, step, options.explain)]
    if steps and len(steps) < len(finding.derivation):
        arithmetic.append(f"… {counted(len(finding.derivation) - len(steps), 'more step')} (--explain shows them)")
    followers = [plain(line) for line in finding.followers]
    if len(followers) > _FOLLOWERS and not options.explain:
        followers = [*followers[:_FOLLOWERS], f"… {len(followers) - _FOLLOWERS} more (--explain shows them)"]
    repairs = finding.repairs if options.explain else finding.repairs[:_REPAIRS]
    confidence = "" if finding.confidence.rank == 2 else f" ({finding.confidence} confidence)"
    remarks = [
        ("because", arithmetic),
        ("stated again", _again(report, finding, options)),
        ("conventions tried", [_convention(tried) for tried in finding.conventions] if options.explain else []),
        ("repair", [plain(repair.message) for repair in repairs]),
        ("follows", followers),
        ("rule", [f"audit rule {finding.name}{confidence}"]),
    ]
    return [(title, lines) for title, lines in remarks if lines]


def finding_block(report: Report, finding: Finding, options: Options) -> str:
    """Return one finding in full: where it stands, its excerpts, its arithmetic and what would repair it."""
    gutter = _gutter(report, finding, options)
    rows = [_heading(report, finding, options), *_excerpts(report, finding, gutter, options)]
    for title, lines in _remarks(report, finding, options):
        head = f"{' ' * gutter} = {title}: "
        room = max(options.columns - len(head), _NARROWEST) if options.columns else 0
        shown = [part for line in lines for part in folded(line, room)]
        rows.append(paint(head, options.color, bold=True) + shown[0])
        rows += [" " * len(head) + line for line in shown[1:]]
    return inert("\n".join(rows))


def _notes(run: Run) -> list[str]:
    """Return what the reader should know of how the reports were read; what stopped an audit is said apart."""
    return [
        f"{opening(str(locate(report.source, note.span)))}: note: {plain(note.message)}"
        for report in run.reports
        for note in report.notes
        if not note.fatal
    ]


def summary(run: Run, options: Options) -> list[str]:
    """Return the closing lines: how much was read, what held, what did not, and what was not audited."""
    reports = run.reports
    severities = Counter(finding.severity for report in reports for finding in report.findings)
    found = [
        paint(counted(severities[severity], severity.value), options.color, fg=_COLORS[severity], bold=True)
        for severity in (Severity.ERROR, Severity.WARNING)
        if severities[severity]
    ]
    if severities[Severity.INFO]:
        found.append(f"{severities[Severity.INFO]} info")
    nothing = "Found no contradictions that count." if any(report.withheld for report in reports) else "Found no contradictions."
    lines = [f"Found {', '.join(found)}." if found else paint(nothing, options.color, fg="green", bold=True)]
    safe = sum(any(repair.safe and repair.edits for repair in finding.repairs) for report in reports for finding in report.findings)
    if safe:
        lines.append(f"{counted(safe, 'finding')} can be put right with --fix.")
    claims, held = sum(report.claims for report in reports), sum(report.held for report in reports)
    contradicted = sum(report.contradicted for report in reports)
    undetermined = sum(report.undetermined for report in reports)
    numbers = sum(report.coverage.numbers for report in reports)
    named, labels = sum(report.coverage.named for report in reports), sum(report.coverage.labels for report in reports)
    checked = sum(report.coverage.checked for report in reports)
    sizes = [counted(len(reports), "report"), counted(claims, "claim")]
    lines.append(
        f"{sizes[0]}, {sizes[1]}; checks: {held:,} held, {contradicted:,} contradicted, {undetermined:,} undetermined; "
        f"of {counted(numbers, 'number')} {named:,} named, {counted(labels, 'label')}, {numbers - named - labels:,} not understood; "
        f"{_share(checked, numbers)} checked."
    )
    silent = sum(not report.claims and not blocked(report) for report in reports)
    if silent and len(reports) > 1:
        lines.append(f"{counted(silent, 'file')} held no claims.")
    lines += [plain(line) for line in basis_lines(run)]
    if missing := len(run.failures) + sum(bool(blocked(report)) for report in reports):
        lines.append(paint(f"{counted(missing, 'file')} could not be audited in full.", options.color, fg="red", bold=True))
    return lines


def _share(part: int, whole: int) -> str:
    return f"{100 * part // whole} %" if whole else "none"


def _blocks(report: Report, options: Options) -> str:
    blocks = [finding_block(report, finding, options) for finding in ordered(report.findings)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _lines(report: Report, options: Options) -> str:
    return "".join(inert(_heading(report, finding, options)) + "\n" for finding in ordered(report.findings))


def _closing(run: Run, options: Options) -> str:
    why = "\n".join(opening(line) for line in stopped(run))
    said = [why, "\n".join(plain(line) for line in quietly_said(run))]
    closing = [part for line in summary(run, options) for part in folded(line, options.columns)]
    tail = said if options.quiet else ["\n".join(_notes(run)), why, "\n".join(closing)]
    parts = [part for part in tail if part]
    return inert("\n\n".join(parts)) + "\n" if parts else ""


full: Final = Streamed(_blocks, _closing, apart="\n", before_closing="\n")
"""Every finding with its excerpt, arithmetic, conventions, repair and rule, then a summary."""

concise: Final = Streamed(_lines, _closing, before_closing="\n")
"""One line a finding, with its level, then a summary."""

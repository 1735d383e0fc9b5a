"""The report as one self-contained page: the document with each number marked, findings with their proofs, pictures, every number.

Nothing is loaded from anywhere: style and script stand in the page and are admitted by their hashes alone (Content-Security-Policy),
and all text goes through Jinja's autoescape. The document is shown as it is written, never rendered.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

from auditor.findings import Finding, Operand, Outcome, Place, Report, Severity, Verdict
from auditor.records import dataclass
from auditor.render.arithmetic import equation, proof
from auditor.render.run import Options, Run, basis_lines, conclusion, counted, locate, ordered, severities, source_of, stopped
from auditor.render.study import Reading, Study
from auditor.render.terminal import cells, plain
from auditor.spans import Span, SpanIndex
from auditor.statements import Source

__all__ = ["render"]

_LINES: Final = 6000
"""Lines of a document that are shown; of a longer one only those near what was found."""
_NEAR: Final = 3
_COLUMNS: Final = 1500
"""Characters of a line that are shown, around the first mark."""
_ROWS: Final = 3000
_MARKS: Final = 400
"""Marks of one line."""
_CHECKS: Final = 3
_SIGNS: Final = {"not-audited": "⚠", "contradicted": "✗", "undetermined": "–", "consistent": "✓"}
_WORDS: Final = {
    "bad": "contradicted",
    "part": "part of a contradiction",
    "held": "held",
    "open": "not checkable",
    "label": "label",
    "unread": "not understood",
}
"""The states of a number, the one that wins first."""
_ORDER: Final = tuple(_WORDS)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stretch of the document with its state, what is known of it in words, and the finding it leads to."""

    span: Span
    state: str
    title: str
    target: str = ""


def _marks(report: Report, study: Study, ids: Mapping[int, str]) -> list[_Mark]:
    found = []
    for finding in report.findings:
        if not finding.place.path:
            found.append(_Mark(finding.place.span, "bad", f"{finding.code}: {finding.message}", ids[id(finding)]))
        for place in finding.related:
            if not place.path:
                found.append(_Mark(place.span, "part", f"{finding.code}: {place.message or finding.message}", ids[id(finding)]))
    held = _by_span(report.outcomes, Verdict.HELD)
    wanted = _by_span(report.outcomes, Verdict.UNDETERMINED)
    found += [_Mark(span, "held", "; ".join(checks)) for span, checks in held.items()]
    for number in study.numbers:
        if number.reading is Reading.CLAIM:
            missing = f"; {wanted[number.span][0]}" if number.span in wanted else ""
            state = "held" if number.span in held else "open"
            checks = f"; {'; '.join(held[number.span])}" if state == "held" else missing
            found.append(_Mark(number.span, state, f"{number.meaning}{checks}"))
        else:
            found.append(_Mark(number.span, "label" if number.reading is Reading.LABEL else "unread", number.meaning))
    return sorted(found, key=lambda mark: (mark.span, _ORDER.index(mark.state)))


def _by_span(outcomes: Iterable[Outcome], verdict: Verdict) -> dict[Span, list[str]]:
    found: dict[Span, list[str]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.verdict is verdict and outcome.message:
            for span in outcome.spans:
                if len(found[span]) < _CHECKS:
                    said = outcome.message if verdict is Verdict.UNDETERMINED else f"{outcome.rule}: {outcome.message}"
                    found[span].append(said)
    return found


def _pieces(source: Source, line: Span, marks: Sequence[_Mark]) -> list[dict[str, str]]:
    """Return a line in pieces of one state each; where marks lie on each other, the graver state and then the shorter one wins."""
    text = source.text[line.start : line.end]
    begin, end = line.start, line.end
    if len(text) > _COLUMNS:
        first = max(marks[0].span.start, line.start) if marks else line.start
        begin = max(line.start, first - _COLUMNS // 3)
        end = min(line.end, begin + _COLUMNS)
    edges = sorted({begin, end, *(edge for mark in marks for edge in (mark.span.start, mark.span.end) if begin < edge < end)})
    found = [_plainly("…")] if begin > line.start else []
    for start, stop in pairwise(edges):
        over = [mark for mark in marks if mark.span.start <= start and mark.span.end >= stop]
        piece = _plainly("".join(cell for cell, _ in cells(source.text[start:stop])))
        if over:
            best = min(over, key=lambda mark: (_ORDER.index(mark.state), mark.span.end - mark.span.start))
            own = [mark.title for mark in over if mark.state in ("held", "open") and mark is not best]
            piece |= {"state": best.state, "title": plain("; ".join([best.title, *own]))[:600], "target": best.target}
        found.append(piece)
    return found + ([_plainly("…")] if end < line.end else [])


def _plainly(text: str) -> dict[str, str]:
    return {"text": text, "state": "", "title": "", "target": ""}


def _lines(report: Report, marks: Sequence[_Mark], notes: Mapping[int, list[dict[str, str]]], prefix: str) -> list[dict[str, Any]]:
    source = report.source
    by_line: dict[int, list[_Mark]] = defaultdict(list)
    for mark in marks:
        first = source.lines.point(mark.span.start).line
        last = source.lines.point(max(mark.span.start, mark.span.end - 1)).line
        for number in range(first, min(last, first + 40) + 1):
            if len(by_line[number]) < _MARKS:
                by_line[number].append(mark)
    count = len(source.lines) - source.text.endswith("\n")
    shown = range(1, count + 1) if count <= _LINES else _near(sorted({*notes, *_found_on(report)}), count)
    rows: list[dict[str, Any]] = []
    previous = 0
    for number in shown:
        if number != previous + 1:
            rows.append(_gap(number - previous - 1))
        line = source.lines.line(number)
        pieces = _pieces(source, line, by_line[number])
        rows.append({"gap": "", "number": number, "id": f"{prefix}L{number}", "pieces": pieces, "notes": notes.get(number, [])})
        previous = number
    if previous < count:
        rows.append(_gap(count - previous))
    return rows


def _gap(lines: int) -> dict[str, Any]:
    return {"gap": f"{counted(lines, 'line')} without a finding {'is' if lines == 1 else 'are'} not shown"}


def _found_on(report: Report) -> list[int]:
    return [locate(report.source, finding.place.span).line for finding in report.findings if not finding.place.path]


def _near(numbers: Sequence[int], count: int) -> list[int]:
    wanted = {near for number in numbers for near in range(number - _NEAR, number + _NEAR + 1) if 1 <= near <= count}
    return sorted({*wanted, *range(1, min(count, 40) + 1)})[:_LINES]


def _proof(report: Report, finding: Finding, prefix: str) -> list[dict[str, Any]]:
    """Return the steps of the derivation, each with its operands and where they stand; no arithmetic where nothing is computed."""
    computed = bool(proof(finding))
    return [
        {
            "formula": plain(step.formula) if computed else "",
            "arithmetic": plain(equation(step)) if computed else "",
            "operands": [_operand(report, operand, prefix) for operand in step.operands],
        }
        for step in finding.derivation
    ]


def _operand(report: Report, operand: Operand, prefix: str) -> dict[str, str]:
    found = {"symbol": plain(operand.symbol), "text": plain(operand.text), "origin": plain(operand.origin), "line": "", "href": ""}
    line = _line_of(report, operand.span)
    return {**found, "line": str(line), "href": f"#{prefix}L{line}"} if line else found


def _line_of(report: Report, span: Span | None) -> int:
    return 0 if span is None else locate(report.source, span).line


def _place(report: Report, place: Place, prefix: str) -> dict[str, str]:
    source = source_of(report, place.path)
    where = locate(source, place.span)
    written = " ".join(source.text[place.span.start : place.span.end].split())
    found = {
        "where": plain(f"{where.path}:{where.line}:{where.column}"),
        "says": plain(place.message),
        "written": plain(written)[:160],
        "href": "",
    }
    return found if place.path else {**found, "href": f"#{prefix}L{where.line}", "where": f"line {where.line}"}


def _finding(report: Report, finding: Finding, identity: str, prefix: str) -> dict[str, Any]:
    return {
        "id": identity,
        "severity": finding.severity.value,
        "code": finding.code,
        "name": finding.name,
        "message": plain(finding.message),
        "confidence": finding.confidence.value,
        "evidence": finding.evidence.value if finding.evidence else "",
        "place": _place(report, finding.place, prefix),
        "proof": _proof(report, finding, prefix),
        "related": [_place(report, place, prefix) for place in finding.related[:40]],
        "conventions": [
            {"name": plain(tried.name), "holds": tried.holds, "detail": plain(tried.detail), "source": plain(tried.source)}
            for tried in finding.conventions
        ],
        "repairs": [plain(repair.message) for repair in finding.repairs[:3]],
        "followers": [plain(line) for line in finding.followers[:20]],
    }


def _numbers(report: Report, marks: Sequence[_Mark], prefix: str) -> list[dict[str, str]]:
    """Return a row for each number: where, as written, its state, and what is known of it."""
    best: dict[Span, _Mark] = {}
    for mark in marks:
        if mark.span not in best or _ORDER.index(mark.state) < _ORDER.index(best[mark.span].state):
            best[mark.span] = mark
    rows = []
    for span, mark in list(best.items())[:_ROWS]:
        line = locate(report.source, span).line
        written = plain(" ".join(report.source.text[span.start : span.end].split()))[:80]
        rows.append(
            {"line": str(line), "href": f"#{prefix}L{line}", "text": written, "state": mark.state, "title": plain(mark.title)[:400]}
        )
    return rows


def _shares(study: Study, marks: Sequence[_Mark]) -> list[tuple[str, int, str]]:
    """Return how many numbers the document shows as what: the part of the bar, the count, and what it is called."""
    at = SpanIndex([mark.span for mark in marks])
    found: Counter[str] = Counter()
    for span in {number.span for number in study.numbers}:
        found[min((marks[index].state for index in at.meeting(span)), key=_ORDER.index)] += 1
    return [
        ("checked", found["bad"] + found["part"] + found["held"], "checked"),
        ("named", found["open"], "named, not checkable"),
        ("label", found["label"], "only labels"),
        ("unread", found["unread"], "not understood"),
    ]


def _page(run: Run, report: Report, index: int) -> dict[str, Any]:
    """Return all that is shown of one report."""

    from auditor.render.pictures import pictures

    prefix = f"r{index}"
    study = run.study(report) if run.study is not None else Study()
    findings = sorted(ordered(report.findings), key=lambda finding: -finding.severity.rank)
    ids = {id(finding): f"{prefix}f{number}" for number, finding in enumerate(findings, 1)}
    marks = _marks(report, study, ids)
    notes: dict[int, list[dict[str, str]]] = defaultdict(list)
    for finding in findings:
        if not finding.place.path:
            line = locate(report.source, finding.place.span).line
            told = plain(finding.message)
            notes[line].append({"id": ids[id(finding)], "severity": finding.severity.value, "code": finding.code, "message": told[:300]})
    for note in report.notes:
        line = locate(report.source, note.span).line
        notes[line].append({"id": "", "severity": "error" if note.fatal else "info", "code": "note", "message": plain(note.message)[:300]})
    verdict, reason = conclusion(report)
    shares = _shares(study, marks)
    numbers = sum(count for _, count, _ in shares)
    return {
        "id": prefix,
        "path": plain(report.source.path),
        "verdict": verdict,
        "sign": _SIGNS[verdict],
        "reason": plain(reason),
        "counts": [
            *severities(report.findings),
            counted(report.claims, "claim"),
            f"{counted(report.held, 'check')} held",
            f"{report.undetermined:,} not checkable",
        ],
        "coverage": [
            {"state": state, "share": f"{100 * count / numbers:.2f}", "words": f"{count:,} {words}"}
            for state, count, words in shares
            if count
        ],
        "covered": f"{counted(numbers, 'number')}: {', '.join(f'{count:,} {words}' for _, count, words in shares)}",
        "findings": [_finding(report, finding, ids[id(finding)], prefix) for finding in findings],
        "pictures": [
            (plain(plan.title), plan.pictures, list(map(plain, plan.assumed)), list(map(plain, plan.missing))) for plan in pictures(study)
        ],
        "lines": _lines(report, marks, notes, prefix),
        "numbers": _numbers(report, marks, prefix),
        "withheld": [
            {"by": one.by.value, "code": one.finding.code, "message": plain(one.finding.message), "reason": plain(one.reason)}
            for one in report.withheld[:200]
        ],
    }


@lru_cache(maxsize=1)
def _parts() -> tuple[Any, str, str]:
    """Return the template, the style and the script."""
    from jinja2 import Environment, StrictUndefined

    folder = files("auditor.render") / "page"
    read = {name: (folder / name).read_text(encoding="utf-8") for name in ("page.html", "style.css", "script.js")}
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(read["page.html"]), read["style.css"], read["script.js"]


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def render(run: Run, options: Options) -> str:
    """Return the page of a run: a part for each report, and last what the run rests on and left out."""
    template, style, script = _parts()
    policy = f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'; form-action 'none'"
    reports = [_page(run, report, index) for index, report in enumerate(run.reports)]
    found = severities(finding for report in run.reports for finding in report.findings)
    html: str = template.render(
        policy=policy,
        style=style,
        script=script,
        title=f"Audit of {plain(run.reports[0].source.path)}" if len(reports) == 1 else f"Audit of {counted(len(reports), 'report')}",
        found=found,
        graves=[severity.value for severity in Severity],
        reports=reports,
        states=_WORDS,
        stopped=[plain(line) for line in stopped(run)],
        basis=[plain(line) for line in basis_lines(run)],
        version=run.version,
        catalog=run.catalog,
    )
    return html.encode("utf-8", "backslashreplace").decode("utf-8")

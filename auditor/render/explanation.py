"""Everything known about one line of a report: its claims, and each outcome that touches them, held ones too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from auditor.check.lacking import Way
from auditor.claims.model import Claim
from auditor.findings import Outcome, Report, Verdict
from auditor.render.claims_table import interval_words
from auditor.render.claims_v1 import Understood, Units, scope_words, unit_of
from auditor.render.excerpt import Mark, excerpt
from auditor.render.json_v1 import dumps, location_object
from auditor.render.run import Options, locate
from auditor.render.terminal import opening, paint, plain
from auditor.render.text import finding_block
from auditor.spans import Span

__all__ = ["as_json", "explain"]

_TITLES: Final = {
    Verdict.CONTRADICTED: ("Contradicted", "red"),
    Verdict.HELD: ("Held", "green"),
    Verdict.UNDETERMINED: ("Not checkable", "yellow"),
}
_MOST: Final = 40
_WAYS: Final = 3
"""Ways to have a claim checked that are shown."""

Ways = Callable[[Claim], Sequence[Way]]


def _on_line(span: Span, line: Span) -> bool:
    return span.overlaps(line) or (span.start == span.end and line.start <= span.start <= line.end)


def _spans(outcome: Outcome) -> Iterable[Span]:
    yield from outcome.spans
    if outcome.finding is not None:
        yield outcome.finding.place.span
        yield from (place.span for place in outcome.finding.related if not place.path)


def _touching(report: Report, line: Span) -> list[Outcome]:
    return [outcome for outcome in report.outcomes if any(_on_line(span, line) for span in _spans(outcome))]


def _claims(understood: Understood, line: Span, units: Units) -> tuple[list[Mark], list[str]]:
    marks, rows = [], []
    for claim in understood.claims:
        if claim.source or not _on_line(claim.span, line):
            continue
        unit = unit_of(claim, units).symbol
        value = interval_words(claim, units) + ("" if unit == "1" else f" {unit}")
        scope = scope_words(claim)
        about = [claim.role.value, *([scope] if scope else []), *([f"plan {claim.plan}"] if claim.plan != "main" else [])]
        marks.append(Mark(claim.span, claim.quantity, "green"))
        rows.append(f"  {plain(claim.text)}: {claim.quantity} = {value} ({plain(', '.join(about))}); read as {plain(claim.read_as)}")
        if claim.evidence:
            behind = f"; next: {claim.runner_up}, {claim.margin} points behind" if claim.runner_up else ""
            rows.append(f"    evidence weighed: {plain('; '.join(claim.evidence))}{behind}")
    for place, (word, color) in ((understood.labels, ("label", "blue")), (understood.uncovered, ("not understood", "red"))):
        for span, why in place:
            if _on_line(span, line):
                marks.append(Mark(span, "", color))
                rows.append(f"  {plain(understood.source.text[span.start : span.end])}: {word}: {plain(why)}")
    return marks, rows


def _places(report: Report, outcome: Outcome) -> str:
    lines = sorted({locate(report.source, span).line for span in outcome.spans})
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}" if lines else ""


def _unchecked(report: Report, understood: Understood, at: Span, ways: Ways) -> list[tuple[Claim, Way]]:
    """Return what would have each claim checked that nothing was held against so far."""
    told = [outcome for outcome in report.outcomes if outcome.verdict is not Verdict.UNDETERMINED]
    claims = [claim for claim in understood.claims if not claim.source and _on_line(claim.span, at)]
    open_ = [claim for claim in claims if not any(claim.span.overlaps(span) for outcome in told for span in _spans(outcome))]
    return [(claim, way) for claim in open_ for way in ways(claim)[:_WAYS]]


def _wanted(claim: Claim, way: Way) -> str:
    stated = " and ".join(f"{use.symbol} ({use.quantity})" if use.symbol != use.quantity else use.symbol for use in way.lacks)
    return f"  {plain(claim.text)}: state {stated}; then {way.rule.name} ({way.rule.code}) checks {way.relation}"


def as_json(
    report: Report, understood: Understood, number: int, column: int | None, units: Units, names: Mapping[str, str], ways: Ways
) -> str:
    """Return what is known of a line, or of the sign in a column of it, as one JSON document."""
    at = _at(report, number, column)
    claims = []
    for claim in understood.claims:
        if not claim.source and _on_line(claim.span, at):
            unit, place = unit_of(claim, units).symbol, location_object(locate(report.source, claim.span))
            about = {"role": claim.role.value, "scope": scope_words(claim), "plan": claim.plan, "read_as": claim.read_as}
            claims.append(
                {"text": claim.text, "quantity": claim.quantity, "value": interval_words(claim, units), "unit": unit, **about, **place}
            )
    outcomes = []
    for outcome in _touching(report, at):
        finding = outcome.finding
        lines = sorted({locate(report.source, span).line for span in outcome.spans})
        message = finding.message if finding is not None else outcome.message
        rule = {"code": outcome.rule, "name": names.get(outcome.rule, "")}
        outcomes.append({**rule, "verdict": outcome.verdict.value, "message": message, "lines": lines})
    wanted = [_wanted_object(claim, way) for claim, way in _unchecked(report, understood, at, ways)]
    found: dict[str, Any] = {"version": 1, "path": report.source.path, "line": number, "column": column}
    return dumps({**found, "claims": claims, "outcomes": outcomes, "wanted": wanted}) + "\n"


def _wanted_object(claim: Claim, way: Way) -> dict[str, Any]:
    state = [{"symbol": use.symbol, "quantity": use.quantity} for use in way.lacks]
    return {"text": claim.text, "code": way.rule.code, "name": way.rule.name, "state": state, "relation": way.relation}


def _at(report: Report, number: int, column: int | None) -> Span:
    """Return the span of a line, or of one sign of it."""
    line = report.source.lines.line(number)
    if column is None:
        return line
    start = min(line.start + column - 1, line.end)
    return Span(start, min(start + 1, line.end))


def explain(
    report: Report,
    understood: Understood,
    number: int,
    units: Units,
    names: Mapping[str, str],
    ways: Ways,
    options: Options,
    column: int | None = None,
) -> str:
    """Return what is known of line `number`, or of the sign in a column of it (from 1): its claims, and the outcomes by verdict.

    `names` gives the names of the rules by their codes, `ways` what would have a claim checked.
    """
    source = report.source
    line = _at(report, number, column)
    marks, rows = _claims(understood, line, units)
    head = paint(f"{opening(source.path)}:{number}" + (f":{column}" if column is not None else ""), options.color, bold=True)
    blocks = ["\n".join([head, *excerpt(source, marks or [Mark(line)], options.width, options.color)])]
    here = "on this line" if column is None else "here"
    blocks.append("\n".join([paint("Claims", options.color, bold=True), *rows]) if rows else f"No number {here} is a claim.")
    touching = _touching(report, line)
    for verdict, (title, color) in _TITLES.items():
        found = [outcome for outcome in touching if outcome.verdict is verdict]
        if not found:
            continue
        lines = [paint(f"{title} ({len(found)})", options.color, fg=color, bold=True)]
        for outcome in found[:_MOST]:
            if outcome.finding is not None:
                lines.append(finding_block(report, outcome.finding, options))
            else:
                rule = f"{names[outcome.rule]} ({outcome.rule})" if outcome.rule in names else outcome.rule
                lines.append(f"  {rule}: {plain(outcome.message)} [{_places(report, outcome)}]")
        if found[_MOST:]:
            lines.append(f"  … and {len(found) - _MOST} more")
        blocks.append("\n".join(lines))
    if wanted := _unchecked(report, understood, line, ways):
        title = paint("To have it checked", options.color, fg="yellow", bold=True)
        blocks.append("\n".join([title, *dict.fromkeys(_wanted(claim, way) for claim, way in wanted)]))
    if not touching:
        blocks.append(f"No rule speaks of {'this place' if column is not None else 'this line'}.")
    return "\n\n".join(blocks) + "\n"

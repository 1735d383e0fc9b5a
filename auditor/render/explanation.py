"""Everything known about one line of a report: its claims, and each outcome that touches them, held ones too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from auditor.findings import Outcome, Report, Verdict
from auditor.render.claims_table import interval_words
from auditor.render.claims_v1 import Understood, Units, scope_words, unit_of
from auditor.render.excerpt import Mark, excerpt
from auditor.render.run import Options, locate
from auditor.render.terminal import opening, paint, plain
from auditor.render.text import finding_block
from auditor.spans import Span

__all__ = ["explain"]

_TITLES: Final = {
    Verdict.CONTRADICTED: ("Contradicted", "red"),
    Verdict.HELD: ("Held", "green"),
    Verdict.UNDETERMINED: ("Not checkable", "yellow"),
}
_MOST: Final = 40


def _on_line(span: Span, line: Span) -> bool:
    return span.overlaps(line) or (span.start == span.end and line.start <= span.start <= line.end)


def _touching(report: Report, line: Span) -> list[Outcome]:
    def spans(outcome: Outcome) -> Iterable[Span]:
        yield from outcome.spans
        if outcome.finding is not None:
            yield outcome.finding.place.span
            yield from (place.span for place in outcome.finding.related if not place.path)

    return [outcome for outcome in report.outcomes if any(_on_line(span, line) for span in spans(outcome))]


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


def explain(report: Report, understood: Understood, number: int, units: Units, names: Mapping[str, str], options: Options) -> str:
    """Return what is known of line `number` (from 1): the line, its claims, and the outcomes by verdict.

    `names` gives the names of the rules by their codes.
    """
    source = report.source
    line = source.lines.line(number)
    marks, rows = _claims(understood, line, units)
    head = paint(f"{opening(source.path)}:{number}", options.color, bold=True)
    blocks = ["\n".join([head, *excerpt(source, marks or [Mark(line)], options.width, options.color)])]
    blocks.append("\n".join([paint("Claims", options.color, bold=True), *rows]) if rows else "No number on this line is a claim.")
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
    if not touching:
        blocks.append("No rule speaks of this line.")
    return "\n\n".join(blocks) + "\n"

"""What was read of reports, for people: a table, the list of what was not understood, and the report with meanings beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from auditor.claims.coverage import UNNAMED
from auditor.claims.model import Claim
from auditor.render.claims_v1 import Understood, Units, in_unit, scope_words, source_of_claim, unit_of
from auditor.render.run import locate
from auditor.render.terminal import cells, opening, paint, plain, width
from auditor.spans import Span

__all__ = ["annotated", "coverage_line", "interval_words", "table", "uncovered"]

_WIDEST: Final = {"quantity": 26, "value": 24, "scope": 18, "plan": 18, "text": 24, "read as": 60}


def number(value: Fraction) -> str:
    """Return a number for people: whole ones with thousands separators, others to six significant digits."""
    if value.denominator == 1 and abs(value) < 10**15:
        return f"{value.numerator:,}"
    with localcontext() as context:
        context.prec = 6
        rounded = Decimal(value.numerator) / Decimal(value.denominator)
    small = rounded == 0 or Decimal("1e-4") <= abs(rounded) < Decimal("1e15")
    return f"{rounded.normalize():,f}" if small else f"{rounded.normalize():e}"


def interval_words(claim: Claim, units: Units) -> str:
    """Return what the claim's number can mean, in its quantity's unit: `16`, `26.5 … 27.5`, `≥ 8`."""
    low, high = in_unit(claim.readings[0].stated or claim.interval, unit_of(claim, units))
    if low is None:
        return "anything" if high is None else f"≤ {number(high)}"
    if high is None:
        return f"≥ {number(low)}"
    return number(low) if low == high else f"{number(low)} … {number(high)}"


def _cut(text: str, columns: int) -> str:
    text = plain(text)
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for cell, taken in cells(text):
        if used + taken > columns - 1:
            break
        kept, used = kept + cell, used + taken
    return kept + "…"


def table(read: Sequence[Understood], units: Units, color: bool = False) -> str:
    """Return the claims of each report as an aligned table, with the coverage below."""
    blocks = []
    for understood in read:
        head = ["line", "quantity", "value", "unit", "role", "scope", "plan", "text", "read as"]
        rows = [head]
        for claim in understood.claims:
            place = locate(source_of_claim(understood, claim), claim.span)
            line = f"{plain(place.path)}:{place.line}" if claim.source else str(place.line)
            unit = unit_of(claim, units).symbol
            scope, written = scope_words(claim), " ".join(claim.text.split())
            meaning = interval_words(claim, units)
            plan = "" if claim.plan == "main" else claim.plan
            row = [line, claim.quantity, meaning, "" if unit == "1" else unit, claim.role.value, scope, plan, written, claim.read_as]
            rows.append([_cut(cell, _WIDEST.get(name, 40)) for name, cell in zip(head, row, strict=True)])
        widths = [max(width(row[column]) for row in rows) for column in range(len(head))]
        lines = [paint(opening(understood.source.path), color, bold=True)]
        for index, row in enumerate(rows):
            line = "  ".join(cell + " " * (columns - width(cell)) for cell, columns in zip(row, widths, strict=True)).rstrip()
            lines.append(paint(line, color, underline=True) if index == 0 else line)
        blocks.append("\n".join([*(lines if len(rows) > 1 else lines[:1]), coverage_line(understood)]))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def coverage_line(understood: Understood) -> str:
    """Return how many of a report's numbers were understood, in one line."""
    coverage = understood.coverage
    tenths = 1000 * coverage.understood // coverage.numbers if coverage.numbers else 0
    share = f" ({tenths // 10}.{tenths % 10} % understood)" if coverage.numbers else ""
    labels = f"{coverage.labels} label{'' if coverage.labels == 1 else 's'}"
    return f"{coverage.numbers} numbers: {coverage.named} named, {labels}, {coverage.not_understood} not understood{share}"


def uncovered(read: Sequence[Understood], color: bool = False) -> str:
    """Return one line for each number that was not understood, with its place and why, then the coverage."""
    lines = []
    for understood in read:
        source = understood.source
        for span, why in understood.uncovered:
            place = locate(source, span)
            line = source.lines.line(place.line)
            quoted = plain(_cut(source.text[line.start : line.end].strip(), 70))
            spelled = paint(plain(source.text[span.start : span.end]), color, bold=True)
            lines.append(f"{opening(str(place))}: {spelled}: {plain(why)}: {quoted}")
        lines.append(f"{opening(source.path)}: {coverage_line(understood)}")
    return "\n".join(lines) + "\n" if lines else ""


def _meanings(understood: Understood) -> list[tuple[Span, str, str]]:
    """Return (place, what to show behind it, colour) for every number, in order."""
    found = [(claim.span, _short(claim), "green") for claim in understood.claims if not claim.source]
    found += [(span, why, "blue") for span, why in understood.labels]
    found += [(span, "?", "red") for span, why in understood.uncovered if why != UNNAMED]
    return sorted(found, key=lambda entry: (entry[0].end, entry[0].start))


def _short(claim: Claim) -> str:
    role = "" if claim.role.value == "actual" else f" {claim.role}"
    scope = scope_words(claim)
    return f"{claim.quantity}{f' per {claim.scope.per}' if claim.scope.per not in ('', 'total') else f' {scope}' if scope else ''}{role}"


def annotated(understood: Understood, color: bool = False) -> str:
    """Return the report with the meaning of each number in brackets behind it; `?` where it was not understood."""
    source = understood.source
    meanings = _meanings(understood)
    lines, at = [], 0
    for index in range(1, len(source.lines) + 1):
        line = source.lines.line(index)
        shown = [cell for cell, _ in cells(source.text[line.start : line.end])]
        row, start = "", line.start
        while at < len(meanings) and meanings[at][0].end <= line.end:
            span, words, hue = meanings[at]
            at += 1
            if span.end < start:
                continue
            row += "".join(shown[start - line.start : span.end - line.start]) + paint(f"⟦{plain(words)}⟧", color, fg=hue)
            start = span.end
        lines.append((row + "".join(shown[start - line.start :])).rstrip())
    return "\n".join(lines).rstrip("\n") + "\n"

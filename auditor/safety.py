"""Which repairs are safe to write without anybody looking: the figure is derived, what it is derived from is stated elsewhere, no other
place states the old value, no other explanation is as near, and the report read again has fewer findings and none new.

A check says of a repair that the figure is one it derives. That is where safety begins; everything here takes it away again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.claims.coverage import tokens
from auditor.findings import Confidence, Edit, Finding, Outcome, Repair, Verdict
from auditor.records import dataclass
from auditor.spans import LineIndex, Span

__all__ = ["Checked", "checked", "proved"]

_UNIT_SLIPS: Final = tuple(Fraction(base) ** power for base in (10, 1024) for power in (1, 2, 3, 4, 6, 9, 12))
_BINARY: Final = tuple(Fraction(1024, 1000) ** power for power in (1, 2, 3, 4))
"""Factors that a unit read otherwise would explain as well: a prefix, or binary prefixes for decimal ones."""
_NEAR: Final = Fraction(1, 500)
_FURTHEST: Final = Fraction(3, 2)
"""A figure that is further off misses a factor, or was worked out from something else: twice the GPUs are another layout."""
_DECIMAL: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MOST: Final = 12
"""Repairs of one report that are proved; the others are left to who reads them."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What checks say of a text: (code, line) of each finding, and (code, lines) of each outcome that held."""

    found: frozenset[tuple[str, int]]
    held: frozenset[tuple[str, tuple[int, ...]]]


def checked(outcomes: Iterable[Outcome], lines: LineIndex) -> Checked:
    """Return what outcomes say, by lines: an edit of a figure moves columns, never lines."""
    found, held = set(), set()
    for outcome in outcomes:
        if outcome.finding is not None and not outcome.finding.place.path:
            found.add((outcome.finding.code, lines.point(outcome.finding.place.span.start).line))
        elif outcome.verdict is Verdict.HELD:
            held.add((outcome.rule, tuple(sorted({lines.point(span.start).line for span in outcome.spans}))))
    return Checked(frozenset(found), frozenset(held))


def proved(findings: Sequence[Finding], text: str, before: Checked, again: Callable[[Sequence[Edit]], Checked]) -> list[Finding]:
    """Return the findings with only those repairs safe that are proved to be: `again` checks the text with edits."""
    lines, numbers, left = LineIndex(text), _Numbers(text), _MOST
    result = []
    for finding in findings:
        repairs = []
        for repair in finding.repairs:
            safe = repair.safe and left > 0 and _stated(finding, repair, lines, numbers, text)
            if safe:
                left -= 1
                safe = _better(finding, repair, before, again(repair.edits), lines)
            repairs.append(repair if safe == repair.safe else replace(repair, safe=safe))
        result.append(replace(finding, repairs=tuple(repairs)) if repairs else finding)
    return result


class _Numbers:
    """Where the text writes which number."""

    def __init__(self, text: str) -> None:
        self.places = [(span, value) for span in tokens(text) if (value := _value(text[span.start : span.end])) is not None]

    def at(self, value: Fraction) -> Iterator[Span]:
        return (span for span, other in self.places if other == value)

    def within(self, span: Span) -> list[Fraction]:
        return [value for place, value in self.places if place.overlaps(span)]


def _value(digits: str) -> Fraction | None:
    plain = digits.replace(",", "")
    return Fraction(plain) if len(plain) <= 40 and _DECIMAL.fullmatch(plain) else None


def _stated(finding: Finding, repair: Repair, lines: LineIndex, numbers: _Numbers, text: str) -> bool:
    """Tell whether the text leaves no doubt which figure is wrong: its inputs stand elsewhere too, its old value nowhere else."""
    if finding.confidence is not Confidence.HIGH or not repair.edits or not finding.derivation:
        return False
    here = {lines.point(edit.span.start).line for edit in repair.edits}
    changed = {(_value(text[edit.span.start : edit.span.end]), _value(edit.text)) for edit in repair.edits}
    if len(changed) != 1:
        return False
    old, new = next(iter(changed))
    if old is None or new is None or not _is_slip(old, new, text, repair):
        return False
    if any(not any(edit.span.overlaps(span) for edit in repair.edits) for span in numbers.at(old)):
        return False
    inputs = [value for step in finding.derivation for operand in step.operands if operand.span for value in numbers.within(operand.span)]
    return bool(inputs) and all(
        value == old or any(lines.point(span.start).line not in here for span in numbers.at(value)) for value in inputs
    )


def _is_slip(old: Fraction, new: Fraction, text: str, repair: Repair) -> bool:
    """Tell whether nothing but a slip explains the old figure: not a unit, not the rest of a share."""
    if not old or not new:
        return False
    ratio = max(old / new, new / old)
    if ratio > _FURTHEST or any(abs(ratio - factor) <= factor * _NEAR for factor in (*_UNIT_SLIPS, *_BINARY)):
        return False
    share = any(text[edit.span.end :].lstrip()[:1] == "%" for edit in repair.edits)
    return not (share and abs(old + new - 100) <= 1)


def _better(finding: Finding, repair: Repair, before: Checked, after: Checked, lines: LineIndex) -> bool:
    """Tell whether a text is better for a repair: findings gone, none new, and everything that held holds, the repaired figure too."""
    here = {lines.point(edit.span.start).line for edit in repair.edits}
    own = (finding.code, lines.point(finding.place.span.start).line)
    lost = before.held - after.held
    holds = any(code == finding.code and here & set(at) for code, at in after.held)
    return own not in after.found and after.found < before.found and not lost and holds

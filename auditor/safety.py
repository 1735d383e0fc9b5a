"""Which repairs are safe to write without anybody looking: the figure is derived, what it is derived from is stated elsewhere, no other
place states the old value, no slip in an input and no unit explains it, and the report read again has fewer findings and none new.

A check says of a repair that the figure is one it derives. That is where safety begins; everything here takes it away again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.claims.coverage import tokens
from auditor.findings import Confidence, Edit, Finding, Outcome, Repair, Step, Verdict
from auditor.records import dataclass
from auditor.relations.evaluate import UnknownError, value_of
from auditor.relations.language import RelationError, read_expression
from auditor.spans import LineIndex, Span
from auditor.values import Interval

__all__ = ["Checked", "checked", "proved"]

_UNIT_SLIPS: Final = tuple(Fraction(base) ** power for base in (10, 1024) for power in (1, 2, 3, 4, 6, 9, 12))
_BINARY: Final = tuple(Fraction(1024, 1000) ** power for power in (1, 2, 3, 4))
"""Factors that a unit read otherwise would explain as well: a prefix, or binary prefixes for decimal ones."""
_NEAR: Final = Fraction(1, 500)
_FURTHEST: Final = Fraction(3, 2)
"""A figure that is further off misses a factor, or was worked out from something else: twice the GPUs are another layout."""
_DECIMAL: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LITERAL: Final = re.compile(r"(?<![\w.])[0-9]+(?:\.[0-9]+)?(?![\w.])")
_DISTINCTIVE: Final = 3
"""Digits from which on two places hardly have a number in common by chance."""
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


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it stands in the text."""

    span: Span
    value: Fraction
    place: Fraction
    """What one in its last digit is worth: 1 in `40`, 1/10 in `2.5`."""
    digits: int
    """How many of them are its own: 3 in `12.9`, 1 in `300`, none in a power of two."""


class _Numbers:
    """Where the text writes which number."""

    def __init__(self, text: str) -> None:
        self.found = [number for span in tokens(text) if (number := _number(span, text[span.start : span.end])) is not None]

    def at(self, value: Fraction) -> Iterator[Span]:
        return (number.span for number in self.found if number.value == value)

    def within(self, span: Span) -> list[_Number]:
        return [number for number in self.found if number.span.overlaps(span)]


def _number(span: Span, written: str) -> _Number | None:
    plain = written.replace(",", "")
    if len(plain) > 40 or not _DECIMAL.fullmatch(plain):
        return None
    whole, _, decimals = plain.partition(".")
    doubled = not decimals and int(whole).bit_count() == 1
    return _Number(span, Fraction(plain), Fraction(1, 10 ** len(decimals)), 0 if doubled else len((whole + decimals).strip("0")))


def _stated(finding: Finding, repair: Repair, lines: LineIndex, numbers: _Numbers, text: str) -> bool:
    """Tell whether the text leaves no doubt which figure is wrong: its inputs stand elsewhere too, its old value nowhere else."""
    if finding.confidence is not Confidence.HIGH or not repair.edits or not finding.derivation:
        return False
    here = {lines.point(edit.span.start).line for edit in repair.edits}
    changed = [(_number(edit.span, text[edit.span.start : edit.span.end]), _number(edit.span, edit.text)) for edit in repair.edits]
    old, new = changed[0]
    if old is None or new is None or not _is_slip(old.value, new.value, text, repair):
        return False
    if any(one is None or two is None or (one.value, two.value) != (old.value, new.value) for one, two in changed):
        return False
    if any(not any(edit.span.overlaps(span) for edit in repair.edits) for span in numbers.at(old.value)):
        return False
    inputs = [operand.span for step in finding.derivation for operand in step.operands if operand.span]
    told = [number.value for span in inputs for number in numbers.within(span) if number.value != old.value]

    def elsewhere(value: Fraction) -> bool:
        places = (span for span in numbers.at(value) if lines.point(span.start).line not in here)
        return any(not any(span.overlaps(own) for own in inputs) for span in places)

    return bool(told) and all(map(elsewhere, told)) and not _is_explained(finding.derivation, old, new, numbers)


def _is_explained(derivation: Sequence[Step], old: _Number, new: _Number, numbers: _Numbers) -> bool:
    """Tell whether another value of one input gives the old figure, so that the input may be what is wrong; True where it cannot be told.

    `5 nodes x 8 GPUs = 48 GPUs`: 6 nodes would. A number of three digits of its own or more that stands in a second place is vouched for by
    that; a smaller or rounder one may stand there by chance.
    """
    step = derivation[0]
    if len(derivation) != 1 or step.low is None or step.high is None:
        return True
    unit = (step.low + step.high) / 2 / new.value
    wanted = Interval(unit * (old.value - old.place / 2), unit * (old.value + old.place / 2))
    for operand in step.operands:
        written = numbers.within(operand.span) if operand.span else []
        if operand.low is None or operand.high is None or len(written) != 1 or not written[0].value:
            return True
        value = (operand.low + operand.high) / 2
        if written[0].digits < _DISTINCTIVE and _gives(step.substituted, value, value / written[0].value * written[0].place, wanted):
            return True
    return False


def _gives(arithmetic: str, value: Fraction, place: Fraction, wanted: Interval) -> bool:
    """Tell whether some arithmetic gives what is wanted with another number than `value`, one that can be written to the same last place.

    True where `value` does not stand there, and where the arithmetic is neither linear in it nor in its reciprocal.
    """
    at = [match.span() for match in _LITERAL.finditer(arithmetic) if Fraction(match[0]) == value]

    def result(start: int, end: int, other: Fraction) -> Fraction:
        return value_of(read_expression(f"{arithmetic[:start]}({other.numerator}/{other.denominator}){arithmetic[end:]}"), {})

    try:
        for start, end in at:
            once, twice, thrice = (result(start, end, factor * value) for factor in (1, 2, 3))
            sought = _solved(once, twice, thrice, value, wanted)
            if sought is None:
                return True
            other = round(sought / place) * place
            if other > 0 and other != value and wanted.contains(result(start, end, other)):
                return True
    except (RelationError, UnknownError):
        return True
    return not at


def _solved(once: Fraction, twice: Fraction, thrice: Fraction, value: Fraction, wanted: Interval) -> Fraction | None:
    """Return where a function gives the middle of what is wanted, by its values at one, two and three times `value`.

    None where it is neither linear nor linear in the reciprocal, or is constant.
    """
    middle = wanted.middle
    if once == twice or middle is None:
        return None
    if thrice - twice == twice - once:
        return value + (middle - once) / (twice - once) * value
    slope = 2 * value * (once - twice)
    rest = once - slope / value
    return slope / (middle - rest) if thrice == rest + slope / (3 * value) and middle != rest else None


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

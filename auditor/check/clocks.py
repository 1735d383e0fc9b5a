"""Clock times and what lies between them: `from 09:20 to 11:05, i.e. 1 h 45 min`; `first alert 22:48, all clear 23:31, so 43 minutes`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from auditor.check.passages import Passage, disowned
from auditor.check.printed import agrees
from auditor.check.subject import Subject
from auditor.check.told import SENTENCE_END, Figure, thoughts
from auditor.claims.lexicon import Lexicon
from auditor.findings import Operand, Outcome, Place, Step
from auditor.relations.figures import figure as shown_as
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind
from auditor.units import TIME, UNITS
from auditor.values import Interval

__all__ = ["between"]

_CLOCK: Final = re.compile(r"(?<![\d:.-])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:]|\s?(?:min|h\b|hours))")
_SAID: Final = (Kind.SENTENCE, Kind.ITEM, Kind.CODE)
_DAY: Final = 86400
_HALF_DAY: Final = 43200
_LEFT: Final = "<"
"""Between what a progress bar says has gone by and what is left: `[02:41<8:25:06, 161 s/it]`."""
_LEAST: Final = 60
"""Seconds below which a time is not what lies between two clock times."""
_WORD: Final = re.compile(r"[a-z.]+")
_MOST_WORDS: Final = 4
_DATED: Final = re.compile(r"(?<![\d:])\d{1,4}(?![\d:])")
"""A number between two clock times: the day of the second one, so that any number of days may lie between."""


class _Clock(NamedTuple):
    start: int
    end: int
    seconds: int
    to_seconds: bool


def between(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Hold each time that is said to lie between two clock times against them."""
    for thought in thoughts(subject):
        if thought.passage.statement.kind not in _SAID:
            continue
        content = thought.content
        clocks = [_clock(match) for match in _CLOCK.finditer(content)]
        for figure in thought.figures if len(clocks) > 1 else ():
            before = [clock for clock in clocks if clock.end <= figure.number.start]
            outcome = _judged(rule, thought.passage, before, figure, subject.lexicon)
            if outcome is not None:
                yield outcome


def _clock(match: re.Match[str]) -> _Clock:
    hours, minutes, seconds = match.groups()
    return _Clock(match.start(), match.end(), int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0), seconds is not None)


def _judged(rule: Rule, passage: Passage, before: list[_Clock], figure: Figure, lexicon: Lexicon) -> Outcome | None:
    """Return the outcome of one time; None where it is none between the last two clock times, or there may be others."""
    if len(before) < 2 or figure.measure.dimension != TIME or figure.measure.counted or figure.number.bound or figure.middle < _LEAST:
        return None
    first, second = before[-2:]
    content = passage.content
    start = max((match.end() for match in SENTENCE_END.finditer(content, 0, figure.number.start)), default=0)
    others = [clock for clock in before[:-2] if clock.start >= start]
    if others or not _follows(content, second.end, figure, lexicon) or (first.start < start and second.start < start):
        return None
    if content[first.end : second.start].strip() == _LEFT:
        return None
    gap = (second.seconds - first.seconds) % _DAY
    slack = 1 if first.to_seconds and second.to_seconds else _LEAST
    spans = (figure.span, passage.span(first.start, first.end), passage.span(second.start, second.end))
    days = figure.middle // _DAY if _DATED.search(content[first.end : second.start]) else 1
    for possible in (gap, (gap + _HALF_DAY) % _DAY, gap + days * _DAY, _DAY - gap):
        about = Interval(Fraction(possible - slack), Fraction(possible + slack))
        if agrees(about, figure.printed, about=figure.is_about):
            said = f"{figure.text} from {content[first.start : first.end]} to {content[second.start : second.end]}"
            return rule.held(spans, said)
    return _contradicted(rule, passage, first, second, figure, spans)


def _follows(content: str, end: int, figure: Figure, lexicon: Lexicon) -> bool:
    """Tell whether a time is said to follow from the clock times before it, or how much later the second one is."""
    said = content[end : figure.number.start]
    words = _WORD.findall(said.lower())
    behind = _WORD.findall(content[figure.end : figure.end + 20].lower())[:1]
    later = not lexicon.implied["later"].isdisjoint(behind)
    if any(character.isdigit() for character in said) or ";" in said or len(words) > _MOST_WORDS + 4 * later:
        return False
    derived = lexicon.derived | lexicon.implied["or"]
    return later or not derived.isdisjoint(word.rstrip(".") for word in words) or not said.strip(" ,:=→(–—-")


def _contradicted(rule: Rule, passage: Passage, first: _Clock, second: _Clock, figure: Figure, spans: tuple[Span, ...]) -> Outcome | None:
    content = passage.content
    if disowned(passage, figure.number.start, figure.end):
        return None
    gap = (second.seconds - first.seconds) % _DAY
    one, other = content[first.start : first.end], content[second.start : second.end]
    shown = shown_as(Fraction(gap), UNITS["min"])
    value = Interval.exact(Fraction(gap))
    last = first.seconds + gap
    return rule.contradicted(
        spans,
        f"{figure.text}, but from {one} to {other} it is {shown}",
        Place(figure.span, f"comes to {shown}"),
        related=(Place(spans[1], "from"), Place(spans[2], "to")),
        claimed=figure.text,
        expected=shown,
        derivation=(
            Step(
                "second - first",
                f"{last} - {first.seconds}",
                shown,
                (
                    Operand("first", f"{one} ({first.seconds} s)", Fraction(first.seconds), Fraction(first.seconds), spans[1]),
                    Operand("second", f"{other} ({last} s)", Fraction(last), Fraction(last), spans[2]),
                ),
                value.low,
                value.high,
            ),
        ),
    )

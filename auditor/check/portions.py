"""Portions that sentences state: `36 of 1,800 calls, 2 %`; `88 M, or 0.11 % of the 80 B`; `310k tokens, which fill 25 % of the 1.24 M`.

What is a part of what stands in so many words: `of` between two figures, or behind the percentage. A comment may give the portion of
a setting in its total: `warmup_steps: 400  # 10 % of the run`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from auditor.check.passages import Passage
from auditor.check.placed import Placed, rounded
from auditor.check.printed import Printed
from auditor.check.subject import Subject
from auditor.check.told import Figure, Measure, Thought, is_of, thoughts, told
from auditor.claims.lexicon import Lexicon
from auditor.statements import Statement
from auditor.units import DIMENSIONLESS, UNITS

__all__ = ["Portion", "portions"]


class Portion(NamedTuple):
    """A part, the whole that it is a part of, and the percentage that is stated."""

    part: Placed
    whole: Placed
    share: Placed
    passage: Passage
    at: int
    """Where in its passage the percentage starts."""


class _Pair(NamedTuple):
    part: Figure
    whole: Figure


def portions(subject: Subject) -> Iterator[Portion]:
    """Yield the portions that a document states in words."""
    above: Sequence[Figure] = ()
    for thought in thoughts(subject):
        if any(figure.is_share for figure in thought.figures):
            yield from _of_setting(thought, subject)
            yield from _stated(thought, subject.lexicon)
            yield from _of_peaks(thought, above, subject.lexicon)
        above = thought.figures


def _stated(thought: Thought, lexicon: Lexicon) -> Iterator[Portion]:
    figures = thought.figures
    for place, share in enumerate(figures):
        if not share.is_share or share.number.signed or share.number.bound:
            continue
        pair = _behind(figures, place, lexicon) or _before(figures[:place], share, lexicon)
        if pair is not None and 0 < pair.part.middle <= pair.whole.middle:
            yield _portion(pair, share)


def _portion(pair: _Pair, share: Figure) -> Portion:
    part, whole = _placed(pair.part, pair.whole), _placed(pair.whole, pair.part)
    return Portion(part, whole, _placed(share, share), share.passage, share.number.digits)


def _placed(item: Figure, other: Figure) -> Placed:
    """Return a figure; one without a unit is in that of the other."""
    shown = item.printed
    if shown.unit is None and other.printed.unit is not None and not item.number.noun and not item.is_share:
        return Placed(_in_unit(item, other), item.span, item.text)
    return Placed(shown, item.span, item.text)


def _in_unit(item: Figure, other: Figure) -> Printed:
    return replace(item.printed, unit=other.printed.unit, interval=rounded(item.printed))


def _alike(one: Figure, other: Figure) -> bool:
    """Tell whether one figure may be a part of another: both measure the same, or one of them only says how much."""
    if one.is_share or other.is_share or one.number.bound or other.number.bound:
        return False
    first, second = _of_its_own(one), _of_its_own(other)
    if first.is_bare or second.is_bare:
        return not (first.is_rate or second.is_rate)
    named = {name for name, _ in (*first.counted, *second.counted)}
    return first.dimension == second.dimension and (
        first.counted == second.counted or (first.dimension != DIMENSIONLESS and len(named) == 1)
    )


def _of_its_own(item: Figure) -> Measure:
    """Return what a figure measures, whomever its clause speaks of."""
    return item.measure.times(Measure(DIMENSIONLESS, ((item.subject, 1),))) if item.subject else item.measure


# --- `410 TFLOPS per card. Against 989 peak that is an MFU of 41 %`


def _of_peaks(thought: Thought, above: Sequence[Figure], lexicon: Lexicon) -> Iterator[Portion]:
    """Yield the MFUs beside the only two rates of work of their sentence and the one before it, of which the greater is called a peak."""
    for place, share in enumerate(thought.figures):
        if not share.is_share or share.number.bound or share.number.signed or not _is_mfu(share, lexicon):
            continue
        beside = thought.figures[max(0, place - _MOST_BESIDE) : place + _MOST_BESIDE]
        near = [figure for figure in beside if 0 <= share.sentence - figure.sentence <= 1]
        rates = [figure for figure in (*(above if not share.sentence else ())[-_MOST_BESIDE:], *near) if _is_rate_of_work(figure, lexicon)]
        one, other = sorted(rates, key=lambda figure: figure.printed.value) if len(rates) == _PAIR else (share, share)
        measured = one.measure.dimension == _WORK_RATE and (other.printed.unit is None or other.printed.unit == one.printed.unit)
        if one is not share and measured and _is_called_peak(other, lexicon) and not _is_called_peak(one, lexicon):
            yield _portion(_Pair(one, other), share)


_PAIR: Final = 2
_MOST_BESIDE: Final = 12
_WORK_RATE: Final = UNITS["TFLOPS"].dimension
_CLOSE: Final = 3


def _is_mfu(share: Figure, lexicon: Lexicon) -> bool:
    content = share.passage.content
    before = _WORD.findall(content[max(0, share.number.start - _LETTERS) : share.number.start])[-_CLOSE:]
    behind = _WORD.findall(content[share.end : share.end + _LETTERS])[:1]
    return any(word.lower() in lexicon.sayings["shares of a peak"] for word in (*before, *behind))


_LETTERS: Final = 40


def _is_rate_of_work(figure: Figure, lexicon: Lexicon) -> bool:
    bare = figure.measure.is_bare and not figure.is_share and _is_called_peak(figure, lexicon)
    return figure.measure.dimension == _WORK_RATE or bare


def _is_called_peak(figure: Figure, lexicon: Lexicon) -> bool:
    """Tell whether a word beside a figure makes it what the hardware could do: `989 peak`, `a peak of 989 TFLOPS`, `989 TFLOPS dense`."""
    content = figure.passage.content
    before = _WORD.findall(re.split(r"[\d.;,()]", content[max(0, figure.number.start - _LETTERS) : figure.number.start])[-1])[-_CLOSE:]
    behind = _WORD.findall(re.split(r"[\d.;,()]", content[figure.end : figure.end + _LETTERS])[0])[:_CLOSE]
    return any(word.lower() in lexicon.sayings["peaks"] for word in (*before, *behind))


# --- `88 M, or 0.11 % of the 80 B`

_BEHIND_WHOLE: Final = re.compile(r"\s*(?:$|[.,;:)\]!?–—]|(?P<word>[a-z]+))")
_MOST_WORDS: Final = 8


def _behind(figures: Sequence[Figure], place: int, lexicon: Lexicon) -> _Pair | None:
    """Return the whole that stands right behind a percentage, and the last figure before it that measures the same."""
    share = figures[place]
    whole = figures[place + 1] if place + 1 < len(figures) else None
    content = share.passage.content
    if whole is None or not is_of(content[share.end : whole.number.start], lexicon):
        return None
    ends = _BEHIND_WHOLE.match(content, max(whole.number.end, whole.end))
    if ends is None or (ends["word"] and ends["word"] not in lexicon.implied["relative"]):
        return None
    before = [figure for figure in figures[:place] if figure.sentence == share.sentence]
    if not before:
        before = [figure for figure in figures[:place] if figure.sentence == share.sentence - 1]
        opening = _WORD.findall(content[before[-1].end : share.number.start])[-_MOST_WORDS:] if before else ()
        if len(before) != 1 or lexicon.implied["again"].isdisjoint(word.lower() for word in opening):
            return None
    part = before[-1]
    between = content[part.end : share.number.start]
    if not _alike(part, whole) or not _leads(between, lexicon, strict=False):
        return None
    return _Pair(part, whole)


_WORD: Final = re.compile(r"[A-Za-z]+")


def _leads(between: str, lexicon: Lexicon, *, strict: bool) -> bool:
    """Tell whether some words lead from figures to what they come to."""
    words = [word.lower() for word in _WORD.findall(between)]
    clause = [word.lower() for word in _WORD.findall(re.split(r"[,.;:(–—]", between)[-1])]
    if ";" in between or len(words) > _MOST_WORDS + 4 * strict or (clause and clause[0] in lexicon.opening):
        return False
    said = lexicon.derived | lexicon.implied["copula"] | lexicon.implied["or"] | lexicon.hedges | lexicon.implied["call"]
    return all(word in said for word in clause) if strict else True


# --- `36 of 1,800 calls, 2 %`

_PUNCTUATED: Final = re.compile(r"[.;:,] ")
_NOTHING_BEHIND: Final = re.compile(r"\s*(?:$|[.,;:)\]!?–—|]|(?P<of>[a-z]+) (?P<word>[a-z]+)\b)")


def _opens_with_of(before: str, lexicon: Lexicon) -> bool:
    """Tell whether a clause opens with what a figure is of: `Of the 1,800 calls 36 failed`."""
    clause = _PUNCTUATED.split(before)[-1]
    return clause[:1].isupper() and is_of(f" {clause.lower()}", lexicon)


def _before(before: Sequence[Figure], share: Figure, lexicon: Lexicon) -> _Pair | None:
    """Return the part and the whole that stand before a percentage, joined by `of`."""
    here = [figure for figure in before if figure.sentence == share.sentence and not figure.is_share]
    content = share.passage.content
    behind = _NOTHING_BEHIND.match(content, share.end)
    if len(here) < 2 or here[-1] is not before[-1] or behind is None:
        return None
    them = behind["of"] in lexicon.implied["of"] and behind["word"] in lexicon.implied["them"]
    if behind["word"] and not them:
        return None
    one, other = here[-2:]
    between = content[other.end : share.number.start]
    if not _alike(one, other):
        return None
    joined = is_of(content[one.end : other.number.start], lexicon)
    if joined or _opens_with_of(content[: one.number.start], lexicon):
        part, whole = (one, other) if joined else (other, one)
        return _Pair(part, whole) if _leads(between, lexicon, strict=True) else None
    if them and len(here) == 2 and one.middle < other.middle and _leads(between, lexicon, strict=True):
        return _Pair(one, other)
    return None


# --- `warmup_steps: 400  # 10 % of the run`

_OF_RUN: Final = re.compile(r"( [a-z]+ (?:[a-z]+ )?)([a-z]+)\b")


def _of_setting(thought: Thought, subject: Subject) -> Iterator[Portion]:
    """Yield the portion of a setting that a comment beside it gives, where another setting is its total."""
    statement, share = thought.passage.statement, thought.figures[0]
    match = _OF_RUN.match(thought.content, share.end)
    if not statement.comment or statement.about is None or len(thought.figures) != 1 or match is None:
        return
    if not is_of(match[1], subject.lexicon) or match[2] not in subject.lexicon.implied["run"]:
        return
    about = subject.document.statements[statement.about]
    name, part = _named(about, subject), _value(statement.about, subject)
    if part is None or len(name) < 2:
        return
    totals = subject.lexicon.implied["in_all"]
    found = [
        figure
        for index, other in enumerate(subject.document.statements)
        if (words := _named(other, subject)) and words[-1] == name[-1] and len(words) == 2 and words[0] in totals
        if (figure := _value(index, subject)) is not None
    ]
    if len(found) == 1:
        yield _portion(_Pair(part, found[0]), share)


def _named(statement: Statement, subject: Subject) -> tuple[str, ...]:
    if not statement.path or statement.comment:
        return ()
    return tuple(word.text for word in subject.lexicon.normalize(statement.path[-1].text.content))


def _value(index: int, subject: Subject) -> Figure | None:
    statement = subject.document.statements[index]
    found = told(Passage(statement.value, statement, index), subject)
    return found[0] if len(found) == 1 and found[0].text == statement.value.content.strip() else None

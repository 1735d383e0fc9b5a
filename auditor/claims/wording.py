"""Wording: the words, signs and units around a number, each as an evidence of its own for what the number states.

Nothing here knows what a word means: `auditor.claims.points` says how much each counts for which quantity.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from auditor.claims.line import Line
from auditor.claims.model import Claim
from auditor.claims.words import Word
from auditor.language.numbers import Number
from auditor.statements import LabelKind

__all__ = ["wording_of"]

_BEFORE: Final = 6
_BEHIND: Final = 5
"""Words on either side whose place counts."""
_LABELS: Final = 5
_DIGIT: Final = "#"
"""What stands for a number among words."""


def wording_of(line: Line, number: Number, last: Claim | None) -> tuple[str, ...]:
    """Return what stands around a number; `last` is what the number before it in its statement states."""
    return tuple(dict.fromkeys(_wording(line, number, last)))


def _wording(line: Line, number: Number, last: Claim | None) -> Iterator[str]:
    words = line.words
    before = [_text(word) for word in words[: bisect_right(words, number.digits, key=_end)]]
    behind = [_text(word) for word in words[bisect_left(words, number.end if number.unit else number.stop, key=_start) :]]
    yield from _beside("before", before[: -_BEFORE - 1 : -1])
    yield from _beside("behind", behind[:_BEHIND])
    if before:
        yield f"led by {' '.join(before[-2:])}"
    if behind:
        yield f"followed by {' '.join(behind[:2])}"
    for text in (*before, *behind):
        yield f"in the text {text}"
    for word in words[bisect_left(words, number.digits, key=_start) : bisect_left(words, number.end, key=_start)]:
        yield f"within {_text(word)}"
    yield from _of_number(line, number)
    yield from _of_labels(line)
    yield f"next to {last.quantity if last is not None else ''}"


def _start(word: Word) -> int:
    return word.start


def _end(word: Word) -> int:
    return word.end


def _text(word: Word) -> str:
    return _DIGIT if word.text.replace(".", "").isdigit() else word.text


def _beside(side: str, words: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(words, 1):
        yield f"{side}{min(place, 3)} {word}"
        yield f"{side} {word}"


def _of_number(line: Line, number: Number) -> Iterator[str]:
    if number.noun:
        yield f"counts {number.noun.lower()}"
    if number.per:
        yield f"per {number.per}"
    if number.name:
        yield f"named {number.name.lower()}"
    yield f"unit {number.unit}"
    yield f"form {number.form.value}"
    yield f"in a {line.statement.kind.value}"
    middle = number.written[0].interval.middle if number.written else None
    if middle is not None:
        yield f"digits {len(str(middle.numerator // middle.denominator)) if middle >= 1 else 0}"
        yield "whole" if middle.denominator == 1 else "broken"
    left, right = line.text[max(0, number.digits - 2) : number.digits].strip(), line.text[number.end : number.end + 2].strip()
    yield f"signs {left[-1:]} {right[:1]}"


def _of_labels(line: Line) -> Iterator[str]:
    depth = headings = 0
    for view in line.views[:_LABELS]:
        heading = view.label.kind in (LabelKind.HEADING, LabelKind.FILE)
        name = f"heading{min(headings, 1) + 1}" if heading else f"label{min(depth, 2) + 1}"
        texts = [word.text for word in view.words]
        for text in texts:
            yield f"{name} {text}"
            yield f"labelled {text}"
        if texts and not heading:
            yield f"{name} ends {' '.join(texts[-2:])}"
        headings, depth = headings + heading, depth + bool(texts and not heading)

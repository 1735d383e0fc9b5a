"""Numbers in words: twenty-four layers, two dozen GPUs, half a million tokens, four-way.

A word counts only where what it counts or measures stands right behind it, and where it speaks of all there are: `the other two nodes`
and `one of them` count nothing a plan has. `one` is an article as often as a number, and counts only per something.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from auditor.language.ground import GAP, Ground
from auditor.language.nouns import counted_behind
from auditor.records import dataclass

__all__ = ["Spelled", "spelled_at"]

_MOST_WORDS: Final = 16
_THOUSAND: Final = 1000
_TENS: Final = 20
_WORD: Final = re.compile(r"[A-Za-z]{1,12}(?![A-Za-z0-9_])")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number in words."""

    start: int
    stop: int
    value: Fraction


def spelled_at(ground: Ground, position: int) -> Spelled | None:
    """Return the number in words that starts at a position; None where the words count nothing."""
    found = _half(ground, position) or _whole(ground, position)
    if found is None or _excluded(ground, found):
        return None
    if ground.at(found.stop) == "-":
        counted = counted_behind(ground, found.stop, one=False)
        degree = counted is not None and counted.hyphenated and counted.noun in ground.words.ways and found.value > 1
        return found if degree else None
    return found if _counts(ground, found) else None


def _half(ground: Ground, position: int) -> Spelled | None:
    """Read `half a million`, `quarter of a million`, `half an hour`."""
    words, match = ground.words, _WORD.match(ground.text, position)
    part = words.parts.get(match.group().lower()) if match else None
    article = _WORD.match(ground.text, match.end() + 1) if match and part else None
    if match is None or part is None or article is None or article.group().lower() not in words.indefinite:
        return None
    scale = _WORD.match(ground.text, article.end() + 1)
    factor = words.scales.get(scale.group().lower()) if scale else None
    if scale and factor:
        return Spelled(position, scale.end(), part * factor)
    return Spelled(position, article.end(), part) if ground.unit_at(article.end()) else None


def _whole(ground: Ground, position: int) -> Spelled | None:
    """Read `twenty-four`, `two dozen`, `one hundred and twenty-eight`, `a million`."""
    words, text = ground.words, ground.text
    first = _WORD.match(text, position)
    if first and first.group().lower() in words.scales and not _has_article(ground, position):
        return None  # `per million tokens`
    total, current, stop, cursor, tens = 0, 0, -1, position, False
    for _ in range(_MOST_WORDS):
        match = _WORD.match(text, cursor)
        word = match.group().lower() if match else ""
        value, scale = words.values.get(word), words.scales.get(word)
        if match is None or (value is None and scale is None and word not in words.joins):
            break
        if value is not None:
            if current % 100 and not (tens and value < 10):
                break
            current, tens = current + value, value >= _TENS
        elif scale is not None:
            current, tens = max(current, 1) * scale, False
            total, current = (total + current, 0) if scale >= _THOUSAND else (total, current)
        elif stop < 0 or current % 100:
            break
        stop = match.end() if value is not None or scale is not None else stop
        cursor = match.end() + (text[match.end() : match.end() + 1] in (" ", "-"))
    return Spelled(position, stop, Fraction(total + current)) if stop > 0 else None


def _has_article(ground: Ground, position: int) -> bool:
    """Tell whether `a` stands before a position, and no part of it before that: `a million`, not `a quarter of a million`."""
    article = _before(ground, position)
    left = ground.skip_back(position, GAP + "\r\n") - len(article)
    return article in ground.words.indefinite and _before(ground, left) not in ground.words.partial | ground.words.parts.keys()


def _excluded(ground: Ground, found: Spelled) -> bool:
    """Tell whether the words around say that some are meant, not all: `the other two`, `several thousand`, `two more`."""
    left = _before(ground, found.start)
    right = ground.word_at(found.stop + 1)
    return left in ground.words.partial or (right is not None and right.group().lower() in ground.words.partial)


def _before(ground: Ground, position: int) -> str:
    """Return the word before a position, in lower case."""
    return ground.word_before(ground.skip_back(position, GAP + "\r\n")).lower()


def _counts(ground: Ground, found: Spelled) -> bool:
    """Tell whether what is counted or measured stands right behind."""
    if ground.unit_at(found.stop):
        return True
    if ground.at(found.stop) not in (" ", "\u00a0"):
        return False
    counted = counted_behind(ground, found.stop, one=found.value == 1)
    if counted is None or counted.hyphenated or counted.noun in ground.words.occasions:
        return False
    if found.value != 1:
        return True
    behind = ground.word_at(ground.skip(counted.end))
    return bool(counted.per) or (behind is not None and behind.group().lower() in ground.words.per - ground.words.indefinite)

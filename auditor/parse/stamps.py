"""Lines that begin with a stamp, as in logs and transcripts: a time of day, a date, a word in brackets, one after the other.

`22:04:40  step time 41.2 s`, `[02:12] INES: eighteen days`, `[frame]   64 nodes`, `2026-03-01T10:00:00Z [rank0] loss 1.9`. A stamp says
when or who, and no number in it is one of the report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from auditor.spans import Text

__all__ = ["Stamp", "is_stamped", "speaks", "stamp_of"]

_DAY: Final = r"\d{4}[-/]\d{2}[-/]\d{2}"
_TIME: Final = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?"
_STAMP: Final = re.compile(
    rf"(?P<sure>(?:\[(?:{_DAY}[T ]{{1,2}})?{_TIME}\]|\({_TIME}\)|(?:{_DAY}[T ]{{1,2}}){_TIME}|\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,9}})?))"
    rf"(?=\s)|{_DAY}(?=\s)|{_TIME}(?=\s)|\[(?P<word>[^\W\d][\w.:/ -]{{0,28}}\w)\](?=\s)"
)
_BETWEEN: Final = re.compile(r"\s{1,40}(?:[|–—-]\s{1,8})?")
_MOST: Final = 4
"""Stamps that one line may begin with."""
_FEWEST: Final = 2
_SPEAKER: Final = re.compile(r"(?:[A-Z][A-Z.'-]{1,20} ?){1,3}:\s")


class Stamp(NamedTuple):
    """The stamps that a line begins with."""

    end: int
    """Where what the line says begins."""
    sure: bool
    """A time that nothing but a stamp is written as, wherever it stands."""
    word: Text | None
    """The word in brackets, if it holds no digit."""


def stamp_of(line: Text) -> Stamp | None:
    """Return the stamps of a line that says something behind them."""
    content = line.content
    at, sure, word = 0, False, None
    for _ in range(_MOST):
        found = _STAMP.match(content, at)
        if found is None:
            break
        behind = _BETWEEN.match(content, found.end())
        if behind is None or behind.end() >= len(content):
            break
        sure = sure or found.group("sure") is not None
        if (said := found.group("word")) is not None and not any(char.isdigit() for char in said):
            word = line.slice(*found.span("word"))
        at = behind.end()
    return Stamp(at, sure, word) if at else None


def is_stamped(lines: Sequence[Text]) -> bool:
    """Tell whether lines are entries of a log or the turns of a talk: their stamps are several, or none could be anything else."""
    found = [stamp for line in lines if (stamp := stamp_of(line)) is not None]
    if len(found) >= _FEWEST or any(stamp.sure for stamp in found):
        return True
    return bool(lines) and speaks(lines[0]) and sum(map(speaks, lines)) >= _FEWEST


def speaks(line: Text) -> bool:
    """Tell whether a line begins with a name in capitals and a colon: `INES: eighteen days`."""
    return _SPEAKER.match(line.content) is not None

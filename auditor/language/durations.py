"""Durations of several parts: `2 h 30 min`, `1h30m`, `1 day, 4 hours and 10 minutes`, `1-12:00:00` of a batch system."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from auditor.language.ground import Ground
from auditor.records import dataclass
from auditor.units import UNITS

__all__ = ["Duration", "duration_at"]

_MOST_PARTS: Final = 4
_BATCH: Final = re.compile(r"(?<![\d.:/-])(\d{1,3})-(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:-])")
_PART: Final = re.compile(r"(?P<digits>\d{1,6}(?:\.\d{1,6})?) ?(?P<word>[A-Za-z]{1,7})(?![A-Za-z_])")
_BETWEEN: Final = re.compile(r",? ?(?P<word>[a-z]{2,5} )?(?=\d)")


@dataclass(frozen=True, slots=True)
class Duration:
    """A time of several parts, in seconds."""

    stop: int
    value: Fraction
    step: Fraction
    """What one unit of the last digit of its last part counts."""


def duration_at(ground: Ground, position: int) -> Duration | None:
    """Return the duration that starts at a position; one part alone is a number with a unit, not a duration."""
    batch = _BATCH.match(ground.text, position)
    if batch is not None:
        days, hours, minutes, seconds = (int(part or 0) for part in batch.groups())
        step = Fraction(1 if batch.group(4) else 60)
        return Duration(batch.end(), Fraction(((days * 24 + hours) * 60 + minutes) * 60 + seconds), step)
    first = _part(ground, position)
    parts = [first] if first else []
    while parts and len(parts) < _MOST_PARTS:
        joint = _BETWEEN.match(ground.text, parts[-1].stop)
        if joint is None or (joint.group("word") or "").strip() not in ground.words.joins:
            break
        following = _part(ground, joint.end())
        if following is None or following.scale >= parts[-1].scale:
            break
        parts.append(following)
    if len(parts) < 2:
        return None
    return Duration(parts[-1].stop, sum((part.value for part in parts), Fraction(0)), parts[-1].step)


@dataclass(frozen=True, slots=True)
class _Part:
    value: Fraction
    step: Fraction
    scale: Fraction
    stop: int


def _part(ground: Ground, position: int) -> _Part | None:
    match = _PART.match(ground.text, position)
    unit = ground.words.small_times.get(match.group("word")) if match else None
    if match is None or unit is None:
        return None
    scale, digits = UNITS[unit].scale, match.group("digits")
    return _Part(Fraction(digits) * scale, scale / 10 ** len(digits.partition(".")[2]), scale, match.end())

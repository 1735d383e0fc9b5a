"""Names in one list, values in another: `TP/PP/DP: 8/4/2`, `(TP, PP) = (8, 4)`, `TP × PP × DP = 8 × 4 × 2 = 64`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from auditor.claims.model import Approximation
from auditor.language.numbers import Form, Number, Written
from auditor.records import dataclass
from auditor.values import Interval

__all__ = ["pair_names"]

_NAMES: Final = re.compile(
    r"[A-Za-z]{2,16}(?:\s?[/×*,:-]\s?[A-Za-z]{2,16}){1,7}|[A-Za-z]{2,16}(?: [xX] [A-Za-z]{2,16}){1,7}|[A-Z]{2,4}(?:x[A-Z]{2,4}){1,7}"
)
_BETWEEN_NAMES: Final = re.compile(r"\s?[/×*,:-]\s?| [xX] |(?<=[A-Z])x(?=[A-Z])")
_VALUES: Final = re.compile(r"\d{1,5}(?:\s?([/×*,:x-])\s?\d{1,5}){1,7}(?![\w%]|\.\d|\s?[/×*]\s?\w)")
_JOINS: Final = re.compile(r"[\s)\]*_`]{0,4}(?:=|:|of|is|are|\s)[\s(\[*_`]{0,4}")
_TIMES: Final = frozenset("×*xX")


@dataclass(frozen=True, slots=True)
class _Names:
    """A list of names of degrees, where it ends, and the sign between them."""

    axes: tuple[str, ...]
    end: int
    sign: str


def pair_names(text: str, label: str, numbers: tuple[Number, ...], axes: Mapping[str, str]) -> tuple[Number, ...]:
    """Return the numbers with those of a list of values named after the list of names that leads to it, in the text or as its label.

    `axes` leads from each spelling, in lower case, to the short name of a degree. Where the lists are not equally long, or
    joined by different signs, nothing is named.
    """
    for names in _lists(text, axes):
        joined = _JOINS.match(text, names.end)
        if joined is not None:
            found = _values(text, joined.end(), names)
            if found:
                return _put_in(numbers, found)
    labelled = [names for names in _lists(label, axes) if label[names.end :].strip(" )]:*_`").lower() in _BEHIND_NAMES]
    if labelled:
        start = len(text) - len(text.lstrip(" ([*_`"))
        found = _values(text, start, labelled[-1])
        if found:
            return _put_in(numbers, found)
    return numbers


_BEHIND_NAMES: Final = frozenset(("", "degree", "degrees", "size", "sizes", "parallelism", "parallel", "configuration", "config", "layout"))


def _lists(text: str, axes: Mapping[str, str]) -> Iterator[_Names]:
    for match in _NAMES.finditer(text):
        # `Strategy: TP×EP×PP`: what stands before a colon and a space may lead to the list.
        for written in dict.fromkeys((match.group(), match.group().rpartition(": ")[2])):
            words = _BETWEEN_NAMES.split(written)
            known = tuple(axes[word.lower()] for word in words if word.lower() in axes)
            if len(known) == len(words) == len(set(known)) > 1:
                yield _Names(known, match.end(), written[len(words[0]) :].lstrip()[:1])
                break


def _values(text: str, start: int, names: _Names) -> list[Number]:
    """Return the values that stand from `start` on, named; none where they do not fit the names."""
    match = _VALUES.match(text, start)
    if match is None:
        return []
    places = [(found.start(), found.end()) for found in re.finditer(r"\d+", match.group())]
    sign = match.group(1)
    if len(places) != len(names.axes) or not (sign == names.sign or {sign, names.sign} <= _TIMES):
        return []
    found = []
    for axis, (low, high) in zip(names.axes, places, strict=True):
        at, stop = start + low, start + high
        value = Interval.exact(int(text[at:stop]))
        found.append(Number(at, at, stop, stop, (Written(value),), Approximation.EXACT, Form.PLAIN, name=axis, name_start=at))
    return found


def _put_in(numbers: tuple[Number, ...], named: list[Number]) -> tuple[Number, ...]:
    """Return the numbers with the named ones in the place of those they cover."""
    low, high = named[0].start, named[-1].stop
    before = [number for number in numbers if number.stop <= low]
    after = [number for number in numbers if number.digits >= high]
    return (*before, *named, *after)

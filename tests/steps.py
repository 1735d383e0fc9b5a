"""How many steps a backtracking matcher takes: what the time of a pattern grows with, whatever the machine does besides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

__all__ = ["steps", "takes"]

_BOUND: Final = 30
"""Longer bounds of a repetition are taken for this one: what is bounded is linear, however large the bound."""
_ONE: Final = (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY)


class _Matcher:
    def __init__(self, flags: int, text: str) -> None:
        self.text = text
        self.multiline, self.dotall, self.ignorecase = (bool(flags & int(one)) for one in (re.MULTILINE, re.DOTALL, re.IGNORECASE))
        self.count = 0
        self.groups: dict[int, tuple[int, int]] = {}
        self.taken: dict[tuple[int, str], bool] = {}

    def sequence(self, items: Sequence[Any], index: int, at: int) -> Iterator[int]:
        """Yield each place where the items from `index` on may end."""
        if index == len(items):
            yield at
            return
        for end in self.item(items[index], at):
            yield from self.sequence(items, index + 1, end)

    def item(self, item: Any, at: int) -> Iterator[int]:
        self.count += 1
        code, what = item
        if code in _ONE:
            if at < len(self.text) and self.one(item, self.text[at]):
                yield at + 1
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            low, high, inner = what
            yield from self.repeat(code, low, high, inner, at)
        elif code is op.SUBPATTERN:
            for end in self.sequence(what[3], 0, at):
                self.groups[what[0] or 0] = (at, end)
                yield end
        elif code is op.BRANCH:
            for branch in what[1]:
                yield from self.sequence(branch, 0, at)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            start = at - what[0]
            holds = start >= 0 and any(True for _ in self.sequence(what[1], 0, start))
            if holds is (code is op.ASSERT):
                yield at
        elif code is op.GROUPREF:
            start, end = self.groups.get(what, (0, 0))
            if self.text.startswith(self.text[start:end], at):
                yield at + end - start
        elif code is op.AT:
            if self.stands(what, at):
                yield at
        else:  # pragma: no cover - what the patterns of the project do not use
            raise NotImplementedError(str(code))

    def stands(self, where: Any, at: int) -> bool:
        if where in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return at == 0 or (self.multiline and self.text[at - 1] == "\n")
        if where in (op.AT_END, op.AT_END_STRING):
            return at == len(self.text) or self.text[at:] == "\n"
        words = [0 <= place < len(self.text) and _is_of(r"\w", self.text[place]) for place in (at - 1, at)]
        return (words[0] != words[1]) is (where is op.AT_BOUNDARY)

    def one(self, item: Any, char: str) -> bool:
        """Tell whether an item that takes one character takes this one; an item stays alive as long as the matcher."""
        key = (id(item), char)
        found = self.taken.get(key)
        if found is None:
            found = self.taken[key] = self.anew(item, char)
        return found

    def anew(self, item: Any, char: str) -> bool:
        code, what = item
        if code is op.ANY:
            return char != "\n" or self.dotall
        if code is op.IN:
            denied = bool(what) and what[0][0] is op.NEGATE
            return any(self.member(one, char) for one in what[denied:]) is not denied
        same = chr(what) == char or (self.ignorecase and chr(what).lower() == char.lower())
        return same is (code is op.LITERAL)

    def member(self, member: Any, char: str) -> bool:
        code, what = member
        if code is op.RANGE:
            return bool(what[0] <= ord(char) <= what[1])
        if code is op.CATEGORY:
            return _is_of(_CATEGORIES[what], char)
        return bool(chr(what) == char)

    def repeat(self, code: Any, low: int, high: int, inner: Any, at: int) -> Iterator[int]:
        high = _BOUND if _BOUND < high < op.MAXREPEAT else high
        low = min(low, high)
        if len(inner) == 1 and inner[0][0] in _ONE:
            end = at
            while end < len(self.text) and end - at < high and self.one(inner[0], self.text[end]):
                end += 1
                self.count += 1
            ends = range(at + low, end + 1)
            for place in ends if code is op.MIN_REPEAT else reversed(ends):
                self.count += 1
                yield place
            return
        yield from self.again(inner, low, high, at, code is op.MIN_REPEAT)

    def again(self, items: Sequence[Any], low: int, high: int, at: int, lazy: bool) -> Iterator[int]:
        if lazy and low <= 0:
            yield at
        if high > 0:
            for end in self.sequence(items, 0, at):
                if end > at:
                    yield from self.again(items, low - 1, high - 1, end, lazy)
        if not lazy and low <= 0:
            yield at


_CATEGORIES: Final = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


@cache
def _is_of(category: str, character: str) -> bool:
    return re.match(category, character) is not None


@cache
def _items(pattern: re.Pattern[str]) -> Sequence[Any]:
    """Return the items of a pattern, in plain tuples; what looks around has how far it looks back instead of the direction."""
    return _plain(parser.parse(pattern.pattern, pattern.flags))


def _plain(items: Any) -> Sequence[Any]:
    return tuple(map(_plain_item, items))


def _plain_item(item: Any) -> tuple[Any, Any]:
    code, what = item
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return code, (*what[:2], _plain(what[2]))
    if code is op.SUBPATTERN:
        return code, (*what[:3], _plain(what[3]))
    if code is op.BRANCH:
        return code, (what[0], tuple(map(_plain, what[1])))
    if code in (op.ASSERT, op.ASSERT_NOT):
        return code, (0 if what[0] > 0 else what[1].getwidth()[1], _plain(what[1]))
    return code, what


def steps(pattern: re.Pattern[str], text: str, *, search: bool = False, whole: bool = False) -> int:
    """Return the steps that matching a text from its start takes; with `search`, from each place until one matches."""
    matcher = _Matcher(pattern.flags, text)
    items = _items(pattern)
    for start in range(len(text) + 1) if search else (0,):
        if any(not whole or end == len(text) for end in matcher.sequence(items, 0, start)):
            break
    return matcher.count


def takes(members: Any, character: str) -> bool:
    """Tell whether a set of characters (the members of an `IN` item) takes a character."""
    return _Matcher(0, character).anew((op.IN, members), character)

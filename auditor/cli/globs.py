"""Patterns of paths as .gitignore writes them, matched in time that grows with pattern times path whatever they hold.

`*` and `?` stay within a folder, `[a-c]` is one of some characters, `**` is any number of folders; a stroke at the end speaks of folders
alone, one elsewhere binds the pattern to the folder it is written for; `!` takes back; the last pattern that speaks of a path decides. No
regular expression is made of a pattern: it may come from a pull request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.records import dataclass

__all__ = ["Glob", "globs", "verdict"]

MAX_PATTERN = 1_000
"""Characters of one pattern; a longer one is no path."""

Token = str | tuple[bool, frozenset[str], tuple[tuple[str, str], ...]]
"""A character, `*`, `?`, or (negated, characters, ranges); a character that stands for itself is written with a backslash before it."""


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern."""

    parts: tuple[tuple[Token, ...] | None, ...]
    """What each folder of a path must be; None stands for any number of them."""
    negated: bool = False
    folders_only: bool = False

    def matches(self, path: Sequence[str], *, is_folder: bool) -> bool:
        """Tell whether the pattern speaks of a path, or of a folder it lies in."""
        reached = {0}
        for index, name in enumerate(path):
            reached = self._beyond(self._skipping(reached), name)
            if not reached:
                return False
            whole = index + 1 == len(path)
            if len(self.parts) in self._skipping(reached) and (not whole or is_folder or not self.folders_only):
                return True
        return False

    def _skipping(self, reached: set[int]) -> set[int]:
        """Return the places in the pattern, those too that are reached where `**` stands for nothing."""
        found = set(reached)
        for place in sorted(reached):
            while place < len(self.parts) - 1 and self.parts[place] is None:
                place += 1
                found.add(place)
        return found

    def _beyond(self, reached: set[int], name: str) -> set[int]:
        found = set()
        for place in reached:
            if place < len(self.parts):
                part = self.parts[place]
                if part is None:
                    found.add(place if place < len(self.parts) - 1 else place + 1)
                elif _fits(part, name):
                    found.add(place + 1)
        return found


def globs(lines: Iterable[str]) -> tuple[Glob, ...]:
    """Return the patterns of an ignore file; comments and empty lines are none."""
    return tuple(glob for line in lines if (glob := _read(line)) is not None)


def verdict(patterns: Sequence[Glob], path: str, *, is_folder: bool = False) -> bool | None:
    """Tell whether the patterns leave a path out (True) or take it back (False); None where none speaks of it."""
    names = [name for name in path.split("/") if name]
    return next((not one.negated for one in reversed(patterns) if one.matches(names, is_folder=is_folder)), None)


def _read(line: str) -> Glob | None:
    text = line.rstrip("\r\n")
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#") or len(text) > MAX_PATTERN:
        return None
    negated = text.startswith("!")
    text = text[negated:]
    folders_only = text.endswith("/")
    text = text.rstrip("/") if folders_only else text
    if not text:
        return None
    names = text.split("/")
    anchored = len(names) > 1
    names = [name for index, name in enumerate(names) if name or index == len(names) - 1]
    parts: list[tuple[Token, ...] | None] = [] if anchored else [None]
    for name in names:
        part = None if name == "**" else _tokens(name)
        if part is not None or not parts or parts[-1] is not None:
            parts.append(part)
    return Glob(tuple(parts), negated, folders_only)


def _tokens(name: str) -> tuple[Token, ...]:
    found: list[Token] = []
    at = 0
    while at < len(name):
        sign = name[at]
        if sign == "\\" and at + 1 < len(name):
            found.append(f"\\{name[at + 1]}")
            at += 2
        elif sign == "[" and (end := name.find("]", at + 2 + (name[at + 1 : at + 2] in ("!", "^")))) > 0:
            found.append(_one_of(name[at + 1 : end]))
            at = end + 1
        else:
            if not (sign == "*" and found and found[-1] == "*"):
                found.append(sign if sign in "*?" else f"\\{sign}")
            at += 1
    return tuple(found)


def _one_of(inside: str) -> Token:
    negated = inside.startswith(("!", "^"))
    inside = inside[negated:]
    ranges, singles, at = [], set(), 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            ranges.append((inside[at], inside[at + 2]))
            at += 3
        else:
            singles.add(inside[at])
            at += 1
    return negated, frozenset(singles), tuple(ranges)


def _fits(tokens: Sequence[Token], name: str) -> bool:
    """Tell whether a name is what the tokens say: the last star takes one character more wherever what follows it does not fit."""
    at = place = 0
    star, taken = -1, 0
    while at < len(name):
        if place < len(tokens) and tokens[place] == "*":
            star, taken = place, at
            place += 1
        elif place < len(tokens) and _is(tokens[place], name[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            taken += 1
            at, place = taken, star + 1
        else:
            return False
    return all(one == "*" for one in tokens[place:])


def _is(wanted: Token, sign: str) -> bool:
    if isinstance(wanted, str):
        return wanted in ("?", f"\\{sign}")
    negated, singles, ranges = wanted
    return (sign in singles or any(low <= sign <= high for low, high in ranges)) is not negated

"""What a terminal may be sent: no control characters of the report's, and columns counted as a terminal counts them.

A log of GitHub Actions is such a terminal too: its runner takes `##[` anywhere in a line, and `::` at its start, for a command.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import click

__all__ = ["cells", "folded", "inert", "opening", "paint", "plain", "width"]

_TAB: Final = 4
_JOINERS: Final = "\u200c\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
_SHOWN_FORMAT: Final = frozenset(_JOINERS + "\u00ad")
_RUNNER_MARK: Final = "##["


def _harmless(character: str) -> bool:
    """Tell whether a terminal shows the character as itself: not a control, a direction override or half a surrogate pair."""
    if character.isprintable() or character in _SHOWN_FORMAT:
        return True
    return unicodedata.category(character) in ("Zs", "Co")


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain(text: str) -> str:
    """Return `text` on one line with every character that could steer a terminal written as an escape."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(character if _harmless(character) else _escaped(character) for character in text)
    return text.replace(_RUNNER_MARK, _escaped("#") + _RUNNER_MARK[1:]) if _RUNNER_MARK in text else text


def opening(path: str) -> str:
    """Return the name of a file as a line may begin with it: `plain`, and never with what a runner takes for a command."""
    shown = plain(path)
    return f"./{shown}" if shown.lstrip().startswith("::") else shown


def inert(text: str) -> str:
    """Return lines none of which begins, behind white space, with what a runner takes for a command."""
    if "::" not in text:
        return text
    return "\n".join(_inert_line(line) for line in text.split("\n"))


def _inert_line(line: str) -> str:
    start = len(line) - len(line.lstrip())
    return f"{line[:start]}{_escaped(':')}{line[start + 1 :]}" if line.startswith("::", start) else line


def _width(character: str) -> int:
    if character in _SHOWN_FORMAT or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def cells(text: str) -> list[tuple[str, int]]:
    """Return, for each character of a source line, what is shown for it and how many columns that takes.

    Tabs reach to the next stop; wide (East Asian) characters and emoji take two columns, combining marks and what a zero width
    joiner joins none.
    """
    if text.isascii() and text.isprintable() and _RUNNER_MARK not in text:
        return [(character, 1) for character in text]
    shown: list[tuple[str, int]] = []
    column = 0
    joined = False
    for index, character in enumerate(text):
        if character == "\t":
            cell = (" " * (_TAB - column % _TAB), _TAB - column % _TAB)
        elif character == _EMOJI_STYLE:
            # The selector turns the narrow sign before it into a wide one.
            wider = 1 if shown and shown[-1][1] == 1 else 0
            cell = (character, wider)
        elif not _harmless(character) or text.startswith(_RUNNER_MARK, index):
            cell = (_escaped(character), len(_escaped(character)))
        else:
            cell = (character, 0 if joined else _width(character))
        joined = character == "\u200d"
        shown.append(cell)
        column += cell[1]
    return shown


def width(text: str) -> int:
    """Return how many columns a terminal needs for `text`."""
    return sum(columns for _, columns in cells(text))


def folded(text: str, columns: int, first: int = 0) -> list[str]:
    """Return `text` in lines of at most `columns`, broken at spaces; `first` columns of the first line are taken already.

    0 columns stands for no terminal: nothing is broken. A word that is wider than a line stands on one of its own.
    """
    if not columns or first + width(text) <= columns:
        return [text]
    lines: list[list[str]] = [[]]
    used = first
    for word in text.split(" "):
        taken = width(word)
        if lines[-1] and used + 1 + taken > columns:
            lines.append([])
            used = 0
        used += taken + bool(lines[-1])
        lines[-1].append(word)
    return [" ".join(line) for line in lines]


def paint(text: str, color: bool, **style: str | bool) -> str:
    """Return `text` in a colour or weight, or as it is where colour is off."""
    return click.style(text, **style) if color else text  # type: ignore[arg-type]

"""Tables that blanks, tabs or commas draw: columns two blanks apart below a head of one line or several, and rows of values with commas.

Where a head line has as many cells as the rows, they belong to each other in order; else each head cell belongs to the columns it stands
over, so that one may head several, or only give their units. A row with fewer cells, as of a total, is placed in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from auditor.parse.inline import Inline
from auditor.spans import Text

__all__ = ["GAP", "MEASURE", "Drawn", "cells_of", "drawn_at", "separated"]

GAP: Final = re.compile(r"[ \u00a0]{2,}|\t+|[ ]?\.{3,}[ ]?")
MEASURE: Final = re.compile(r"[~≈<>≤≥±$+\-−]{0,2}\s?\d")
_RULE: Final = re.compile(r"[\s\-=─━═_~.+*]+")
_MOST_HEADS: Final = 3
_FEWEST_ROWS: Final = 2
_LONGEST_HEAD: Final = 40


class Drawn(NamedTuple):
    """A table of a block of lines: its head, its rows and the line behind it."""

    head: Sequence[Inline]
    rows: Sequence[Sequence[Inline]]
    end: int


class _Line(NamedTuple):
    cells: list[Text]
    places: list[tuple[int, int]]
    """Where in its line each cell stands."""


def cells_of(line: Text) -> list[Text]:
    """Cut a line where two blanks or more stand."""
    return _cut(line).cells


def _cut(line: Text) -> _Line:
    content = line.content
    start, end = len(content) - len(content.lstrip()), len(content.rstrip())
    places: list[tuple[int, int]] = []
    for match in GAP.finditer(content, start, end):
        places.append((start, match.start()))
        start = match.end()
    places.append((start, end))
    return _Line([line.slice(*place).strip() for place in places], places)


def separated(line: Text, separator: str) -> list[Text]:
    """Cut a line of values at commas or tabs; quotes keep a comma inside a value."""
    cells: list[Text] = []
    start = 0
    quoted = False
    for at, char in enumerate(line.content):
        if char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            cells.append(line.slice(start, at))
            start = at + 1
    cells.append(line.slice(start, len(line)))
    return [cell.strip().strip('"').strip() for cell in cells]


def drawn_at(lines: Sequence[Text], at: int, is_plain: Callable[[int], bool]) -> Drawn | None:
    """Return the table that starts at a line, if one does; `is_plain` tells which lines are no bullet, branch or title."""
    return _aligned(lines, at, is_plain) or _with_commas(lines, at, is_plain)


def _aligned(lines: Sequence[Text], at: int, is_plain: Callable[[int], bool]) -> Drawn | None:
    heads, first = _heads(lines, at, is_plain)
    if not heads:
        return None
    rows: list[_Line] = []
    end = first
    while end < len(lines) and lines[end].content.strip():
        if _RULE.fullmatch(lines[end].content):
            end += 1
            continue
        row = _cut(lines[end])
        width = len(rows[0].cells) if rows else len(row.cells)
        fewer = len(rows) >= _FEWEST_ROWS and 1 < len(row.cells) < width and _placed(row, _extents(rows)) is not None
        if not is_plain(end) or not _is_row(row) or not (len(row.cells) == width or fewer):
            break
        rows.append(row)
        end += 1
    full = [row for row in rows if len(row.cells) == len(rows[0].cells)]
    in_order = [len(head.cells) for head in heads] == [len(full[0].cells)] if full else False
    if len(full) < (1 if in_order and len(full[0].cells) > _FEWEST_ROWS else _FEWEST_ROWS):
        return None
    named = _named(heads, full)
    if named is None:
        return None
    extents = _extents(full)
    return Drawn([Inline(name) for name in named], [_filled(row, extents) for row in rows], end)


def _heads(lines: Sequence[Text], at: int, is_plain: Callable[[int], bool]) -> tuple[list[_Line], int]:
    """Return the head lines of a table and its first row; none where no table starts."""
    heads: list[_Line] = []
    while at < len(lines) and len(heads) <= _MOST_HEADS:
        line = lines[at]
        if heads and _RULE.fullmatch(line.content) and line.content.strip():
            at += 1
            continue
        cut = _cut(line)
        if len(cut.cells) < _FEWEST_ROWS or not is_plain(at):
            return [], at
        if heads and _is_row(cut):
            return heads, at
        if any(not cell.content or cell.content[0].isdigit() or ":" in cell.content or "=" in cell.content for cell in cut.cells):
            return [], at
        heads.append(cut)
        at += 1
    return [], at


def _is_row(line: _Line) -> bool:
    return any(MEASURE.match(cell.content) for cell in line.cells[1:])


def _extents(rows: Sequence[_Line]) -> list[tuple[int, int]]:
    """Return from where to where each column of some rows goes."""
    return [
        (min(start for start, _ in column), max(end for _, end in column)) for column in zip(*(row.places for row in rows), strict=False)
    ]


def _over(place: tuple[int, int], extents: Sequence[tuple[int, int]]) -> list[int]:
    """Return the columns that something stands over."""
    return [column for column, (start, end) in enumerate(extents) if place[0] < end and start < place[1]]


def _named(heads: Sequence[_Line], rows: Sequence[_Line]) -> list[Text] | None:
    """Return the names of the columns, from all head lines; None where the heads do not belong to these columns."""
    extents = _extents(rows)
    names: list[list[Text]] = [[] for _ in extents]
    for head in heads:
        for order, (cell, place) in enumerate(zip(head.cells, head.places, strict=True)):
            columns = [order] if len(head.cells) == len(extents) else _over(place, extents)
            if not columns:
                return None
            for column in columns:
                names[column].append(cell)
    if not all(names[1:]):
        return None
    nothing = rows[0].cells[0].slice(0, 0)
    return [Text.join(name, " ") if name else nothing for name in names]


def _placed(row: _Line, extents: Sequence[tuple[int, int]]) -> list[int] | None:
    """Return in which column each cell of a row with fewer cells stands; None where that cannot be told."""
    found = [_over(place, extents) for place in row.places]
    return [columns[0] for columns in found] if all(len(columns) == 1 for columns in found) and found[0] == [0] else None


def _filled(row: _Line, extents: Sequence[tuple[int, int]]) -> list[Inline]:
    """Return the cells of a row, empty ones where it has none."""
    if len(row.cells) == len(extents):
        return [Inline(cell) for cell in row.cells]
    filled = [Inline(row.cells[0].slice(0, 0)) for _ in extents]
    for column, cell in zip(_placed(row, extents) or (), row.cells, strict=False):
        filled[column] = Inline(cell)
    return filled


# --- values with commas


def _with_commas(lines: Sequence[Text], at: int, is_plain: Callable[[int], bool]) -> Drawn | None:
    """Return the rows of values with commas that start at a line with their names."""
    head = separated(lines[at], ",")
    if len(head) <= _FEWEST_ROWS or any(not _is_name(cell.content) for cell in head):
        return None
    rows: list[list[Text]] = []
    end = at + 1
    while end < len(lines) and is_plain(end) and lines[end].content.strip():
        row = separated(lines[end], ",")
        if len(row) != len(head) or not any(MEASURE.match(cell.content) for cell in row):
            break
        rows.append(row)
        end += 1
    if len(rows) < _FEWEST_ROWS:
        return None
    return Drawn([Inline(cell) for cell in head], [[Inline(cell) for cell in row] for row in rows], end)


def _is_name(content: str) -> bool:
    return 0 < len(content) <= _LONGEST_HEAD and content[0].isalpha() and "=" not in content and ": " not in content

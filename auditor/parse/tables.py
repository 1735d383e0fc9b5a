"""Tables, whatever they were written in: rows of cells to statements with row and column labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.emit import add_value
from auditor.parse.inline import Inline
from auditor.parse.labels import split_label
from auditor.spans import Text
from auditor.statements import Cell, Kind, LabelKind

__all__ = ["add_table", "is_rule", "split_row"]


def is_rule(line: str) -> bool:
    """Tell whether a line is the rule under the head of a pipe table."""
    if "-" not in line or line.strip(" \t|:-"):
        return False
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return all(not (dashes := cell.strip().removeprefix(":").removesuffix(":")).strip("-") and dashes != "" for cell in cells)


def split_row(line: Text) -> list[Text]:
    """Split a line of a pipe table on its unescaped pipes, as GFM does: a pipe inside a code span separates too."""
    content = line.content
    cells: list[Text] = []
    start = at = 0
    parts: list[Text] = []
    while (found := _next(content, at)) >= 0:
        if content[found] == "\\":
            if content.startswith("|", found + 1):
                parts.append(line.slice(start, found))
                start = found + 1
            at = found + 2
            continue
        parts.append(line.slice(start, found))
        cells.append(_whole(parts))
        parts = []
        start = at = found + 1
    parts.append(line.slice(start, len(content)))
    cells.append(_whole(parts))
    if cells and not cells[0].content.strip():
        cells = cells[1:]
    if cells and not cells[-1].content.strip():
        cells = cells[:-1]
    return [cell.strip() for cell in cells]


_PIPE: Final = re.compile(r"[\\|]")


def _next(content: str, at: int) -> int:
    match = _PIPE.search(content, at)
    return match.start() if match else -1


def _whole(parts: list[Text]) -> Text:
    return parts[0] if len(parts) == 1 else Text.join(parts)


def add_table(
    builder: Builder,
    path: Path,
    head: Sequence[Inline],
    rows: Sequence[Sequence[Inline]],
    *,
    depth: int = 0,
    parent: int | None = None,
) -> None:
    """Add a table: head cells as HEAD statements, each body cell under the head of its row and of its column.

    A row whose only filled cell is the first is a section title: it stands over the rows below it. A row without a first
    cell belongs to the row above it.
    """
    group, table = builder.group(), builder.table()
    columns = [_label(cell) for cell in head]
    for number, cell in enumerate(head):
        if cell.content.strip():
            builder.add(Kind.HEAD, path, columns[number], group, depth=depth, parent=parent, cell=Cell(table, -1, number))
    section: Path = ()
    above: Text | None = None
    for number, row in enumerate(rows):
        filled = [index for index, cell in enumerate(row) if any(char.isalnum() for char in cell.content)]
        if filled == [0] and len(head) > 1 and len(row) > 1 and not any(cell.content.strip() for cell in row[1:]):
            builder.add(Kind.HEAD, path, _label(row[0]), group, depth=depth, parent=parent, cell=Cell(table, number, 0))
            section, above = under((), _label(row[0]), LabelKind.LEAD), None
            continue
        first = _label(row[0]) if row else None
        if first is not None and first.content:
            above = first
        outer = (*path, *section)
        for index, cell in enumerate(row):
            if not cell.content.strip():
                continue
            below = outer
            if index and above is not None:
                below = under(below, above, LabelKind.ROW)
            if index < len(columns) and columns[index].content:
                below = under(below, columns[index], LabelKind.COLUMN)
            _add_cell(builder, below, cell, group, depth, parent, Cell(table, number, index))


def _label(cell: Inline) -> Text:
    """The text of a cell as a label: on one line."""
    text = cell.strip().text
    if "\n" not in text.content:
        return text
    parts: list[Text] = []
    start = 0
    for at, char in enumerate(text.content):
        if char == "\n":
            parts.append(text.slice(start, at).strip())
            start = at + 1
    parts.append(text.slice(start, len(text)).strip())
    return Text.join([part for part in parts if part.content], " ")


def _add_cell(builder: Builder, path: Path, cell: Inline, group: int, depth: int, parent: int | None, place: Cell) -> None:
    lines = [line for line in cell.lines() if line.content.strip()]
    pieces = [split_label(line) for line in lines]
    if len(lines) > 1 and all(piece.label is not None and piece.value.content for piece in pieces):
        for piece in pieces:
            if piece.label is not None:
                builder.head(path, piece.label, group, depth=depth, parent=parent, cell=place)
                below = under(path, piece.label, LabelKind.ITEM)
                add_value(builder, Kind.CELL, below, piece.value, group, depth=depth, parent=parent, cell=place)
        return
    add_value(builder, Kind.CELL, path, cell.strip(), group, depth=depth, parent=parent, cell=place)

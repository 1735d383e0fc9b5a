"""From a value with its marks to statements: what is struck through stands for itself."""

from __future__ import annotations

import re
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.commands import launches
from auditor.parse.inline import Inline, MarkKind
from auditor.parse.labels import Piece
from auditor.parse.readers import read_inside
from auditor.spans import Text
from auditor.statements import Cell, Kind, LabelKind

__all__ = ["add_pieces", "add_value"]


def add_value(
    builder: Builder,
    kind: Kind,
    path: Path,
    value: Inline,
    group: int,
    *,
    depth: int = 0,
    parent: int | None = None,
    cell: Cell | None = None,
) -> int:
    """Add a value as a statement; struck-through parts of it become statements of their own."""
    struck = sorted((mark.start, mark.end) for mark in value.marks if mark.kind is MarkKind.STRUCK and mark.end > mark.start)
    if not struck and _is_command(value):
        before = len(builder.statements)
        read_inside("shell", builder, value.text, path)
        if len(builder.statements) > before:
            return before
    if not struck:
        return builder.add(kind, path, value.text, group, depth=depth, parent=parent, cell=cell)
    kept: list[Text] = []
    gone: list[Text] = []
    at = 0
    for start, end in struck:
        if start < at:
            continue
        kept.append(value.text.slice(at, start))
        gone.append(value.text.slice(start, end))
        at = end
    kept.append(value.text.slice(at, len(value.content)))
    rest = Text.join([part for part in kept if part.content]).strip() if any(part.content.strip() for part in kept) else None
    index = None
    if rest is not None:
        index = builder.add(kind, path, rest, group, depth=depth, parent=parent, cell=cell)
    for part in gone:
        number = builder.add(kind, path, part, group, depth=depth, parent=parent, cell=cell, struck=True)
        index = number if index is None else index
    return index if index is not None else len(builder.statements) - 1


def add_pieces(
    builder: Builder,
    kind: Kind,
    path: Path,
    pieces: list[Piece],
    group: int,
    *,
    depth: int = 0,
    parent: int | None = None,
    label_kind: LabelKind = LabelKind.ITEM,
    always: bool = False,
) -> int | None:
    """Add the pieces of one line; return the index of the statement that what is nested below belongs to.

    A label without a value becomes a HEAD statement where it holds a number, or `always`.
    """
    owner: int | None = None
    if len(pieces) > 1 and pieces[0].label is not None and not pieces[0].value.content:
        outer = pieces[0].label
        owner = _add_label(builder, path, outer, group, depth, parent, always=always)
        path = under(path, outer, label_kind, depth)
        parent = owner if owner is not None else parent
        pieces = pieces[1:]
    for piece in pieces:
        index: int | None
        if piece.label is None:
            if not piece.value.content.strip():
                continue
            index = add_value(builder, kind, path, piece.value, group, depth=depth, parent=parent)
        elif not piece.value.content.strip():
            index = _add_label(builder, path, piece.label, group, depth, parent, always=always)
        else:
            builder.head(path, piece.label, group, depth=depth, parent=parent)
            below = under(path, piece.label, label_kind, depth)
            index = add_value(builder, kind, below, piece.value, group, depth=depth, parent=parent)
        owner = index if owner is None else owner
    return owner


def _add_label(builder: Builder, path: Path, label: Text, group: int, depth: int, parent: int | None, *, always: bool) -> int | None:
    if always:
        return builder.add(Kind.HEAD, path, label, group, depth=depth, parent=parent)
    return builder.head(path, label, group, depth=depth, parent=parent)


def _is_command(value: Inline) -> bool:
    """Tell whether a value is one code span that holds a launch command."""
    length = len(value.content)
    if not any(mark.kind is MarkKind.CODE and mark.start == 0 and mark.end >= length for mark in value.marks):
        return False
    return launches(value.content) or _FLAGS.match(value.content) is not None


_FLAGS: Final = re.compile(r"--[a-z][a-z0-9_-]{1,60}(?:=\S|\s+\d)")
"""Flags with numbers, of a program that is named elsewhere."""

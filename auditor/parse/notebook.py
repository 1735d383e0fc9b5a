"""Notebooks (`.ipynb`) to statements: text cells as Markdown, code cells as code, and beneath them what they printed.

The cells become one Markdown text whose characters stand where they stood in the file, so that headings reach over the cells
behind them and printed output follows its code, as on a page. Nothing is ever run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.parse.builder import Builder, Path
from auditor.parse.data import Node
from auditor.parse.json import values_of
from auditor.parse.lines import stand_in
from auditor.parse.readers import read_inside
from auditor.spans import Span, Text

__all__ = ["read"]

_LONGEST_FENCE: Final = 200
_PLAIN: Final = "text/plain"


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a notebook of format 4; anything else is read as the JSON it is."""
    values = values_of(text)
    cells = _member(values.nodes[0], "cells") if values.nodes else None
    if cells is None or cells.kind != "array" or len(values.nodes) > 1:
        builder.note("no notebook of format 4 (an object with `cells`); it is read as JSON", text.slice(0, 1))
        read_inside("json", builder, text, path)
        return
    if values.fault is not None:
        message, remedy = values.fault
        builder.note(f"broken notebook: {message}; {remedy}; what can be read is read", text.slice(0, 1), fatal=True)
    parts = [part for cell in cells.children for part in _cell(cell.node)]
    if parts:
        read_inside("markdown", builder, Text.join(parts), path)


def _cell(cell: Node) -> Iterator[Text]:
    source = _written(_member(cell, "source"))
    if source is None:
        return
    if _said(cell, "cell_type") != "code":
        yield from (source, _gap("\n\n", source))
        return
    yield from _fenced(source, "python")
    outputs = _member(cell, "outputs")
    for output in outputs.children if outputs is not None else ():
        data = _member(output.node, "data")
        printed = _written(_member(output.node, "text") or (_member(data, _PLAIN) if data is not None else None))
        if printed is not None:
            yield from _fenced(printed, "output")


def _fenced(source: Text, language: str) -> Iterator[Text]:
    """Yield a fence that nothing in the text can close."""
    longest = max((len(run) for run in source.content.replace("\n", " ").split() if not run.strip("~")), default=0)
    fence = "~" * (longest + 3 if longest < _LONGEST_FENCE else 3)
    yield _gap(f"{fence}{language}\n", source)
    yield source
    yield _gap(f"\n{fence}\n\n", source.slice(len(source), len(source)))


def _gap(content: str, place: Text) -> Text:
    start = place.whole.start
    return stand_in(content, Span(start, start))


def _member(node: Node, name: str) -> Node | None:
    return next((entry.node for entry in node.children if entry.key is not None and entry.key.content == name), None)


def _said(node: Node, name: str) -> str:
    member = _member(node, name)
    return member.text.content if member is not None else ""


def _written(node: Node | None) -> Text | None:
    """Return the text of a cell, which is a string or an array of lines; None where it says nothing."""
    if node is None:
        return None
    parts = [entry.node.text for entry in node.children] if node.kind == "array" else [node.text]
    parts = [part for part in parts if part.content]
    return Text.join(parts) if parts else None

"""Trees of data (JSON, YAML, TOML, Python literals) to statements: one path of keys to each leaf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.readers import read_inside
from auditor.spans import Segment, Span, Text
from auditor.statements import Kind, LabelKind

__all__ = ["Entry", "Node", "add_tree"]

SCALARS: Final = frozenset({"number", "string", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Node:
    """A value: `object`, `array`, or the kind of a scalar; `text` is all of it (a string without its quotes)."""

    kind: str
    text: Text
    children: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of an object, an element of an array (no key), or a bare value where a member should be (no key either)."""

    key: Text | None
    node: Node


def add_tree(builder: Builder, node: Node, path: Path) -> None:
    """Add a statement for each leaf below a node."""
    _add(builder, node, path, builder.group(), 0, None)


def _add(builder: Builder, node: Node, path: Path, group: int, depth: int, parent: int | None) -> None:
    if node.kind == "object" or (node.kind == "array" and not _is_row(node)):
        inner = builder.group()
        for number, entry in enumerate(node.children):
            if entry.key is not None:
                owner = builder.head(path, entry.key, inner, depth=depth, parent=parent)
                below = under(path, entry.key, LabelKind.KEY, depth)
            elif node.kind == "array":
                owner = parent
                below = under(path, _index(number, entry.node.text), LabelKind.INDEX, depth)
            else:
                owner, below = parent, path
            _add(builder, entry.node, below, inner, depth + 1, owner)
        return
    if node.kind == "array":
        if node.children:
            items = [entry.node.text for entry in node.children]
            builder.add(Kind.ENTRY, path, node.text, group, depth=depth, parent=parent, literal="array", items=items)
        return
    if node.kind == "string" and "\n" in node.text.content.strip():
        read_inside("markdown", builder, node.text, path)
        return
    if node.text.content.strip():
        builder.add(Kind.ENTRY, path, node.text, group, depth=depth, parent=parent, literal=node.kind)


def _is_row(node: Node) -> bool:
    """An array of scalars is one statement; long strings in it read better each for itself."""
    return all(entry.key is None and entry.node.kind in SCALARS and "\n" not in entry.node.text.content.strip() for entry in node.children)


def _index(number: int, text: Text) -> Text:
    start = text.whole.start
    word = str(number)
    return Text(word, (Segment(0, len(word), Span(start, start)),))

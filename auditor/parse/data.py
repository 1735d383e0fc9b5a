"""Trees of data (JSON, YAML, TOML, Python literals) to statements: one path of keys to each leaf."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.commands import LAUNCHERS, launches
from auditor.parse.lexer import expansions
from auditor.parse.lines import stand_in
from auditor.parse.readers import of_suffix, read_inside
from auditor.records import dataclass
from auditor.spans import Span, Text
from auditor.statements import Kind, LabelKind

__all__ = ["Entry", "Node", "Places", "add_tree"]

_SCALARS: Final = frozenset({"number", "string", "true", "false", "null"})

Places = list[tuple[int, int, Path, int]]
"""Where each leaf stands in the text that was read, its path, and the index of its statement: what a comment beside it speaks of."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value: `object`, `array`, `expression`, or the kind of a scalar; `text` is all of it (a string without its quotes)."""

    kind: str
    text: Text
    children: tuple[Entry, ...] = ()
    place: tuple[int, int] | None = None
    """Where it stands in the text that was read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of an object, an element of an array (no key), or a bare value where a member should be (no key either)."""

    key: Text | None
    node: Node


def add_tree(builder: Builder, node: Node, path: Path, places: Places | None = None) -> None:
    """Add a statement for each leaf below a node; `places` is filled with where the leaves stand."""
    _add(builder, node, path, builder.group(), 0, None, places)


def _add(builder: Builder, node: Node, path: Path, group: int, depth: int, parent: int | None, places: Places | None) -> None:
    if places is not None and node.place is not None and (not node.children or node.kind == "array"):
        places.append((*node.place, path, len(builder.statements)))
    if node.kind == "object" or (node.kind == "array" and not _is_row(node)):
        inner = builder.group()
        for number, entry in enumerate(node.children):
            if entry.key is not None:
                owner = builder.head(path, entry.key, inner, depth=depth, parent=parent)
                below = under(path, entry.key, LabelKind.KEY, depth)
            elif node.kind == "array":
                owner = parent
                start = entry.node.text.whole.start
                below = under(path, stand_in(str(number), Span(start, start)), LabelKind.INDEX, depth)
            else:
                owner, below = parent, path
            _add(builder, entry.node, below, inner, depth + 1, owner, places)
        return
    if node.kind == "array":
        if _is_command(node):
            _add_arguments(builder, [entry.node.text for entry in node.children], path, group, depth)
        elif node.children:
            items = [entry.node.text for entry in node.children]
            builder.add(Kind.ENTRY, path, node.text, group, depth=depth, parent=parent, literal="array", items=items)
        return
    content = node.text.content.strip()
    if not content:
        return
    if node.kind == "string":
        if launches(content.split("\n", 1)[0]) or _FLAGS.match(content):
            read_inside("shell", builder, node.text, path)
            return
        if "\n" in content:
            read_inside(_format_of(path, node.text.content), builder, node.text, path)
            return
    literal = node.kind if node.kind in _SCALARS else ""
    text, unknown, defaults = _expanded(node.text) if node.kind == "string" else (node.text, (), ())
    builder.add(Kind.ENTRY, path, text, group, depth=depth, parent=parent, literal=literal, unknown=unknown, defaults=defaults)


_FLAGS: Final = re.compile(r"--[a-z][a-z0-9_-]{1,60}(?:[ =][^\s-]\S{0,200})?\s{1,20}(?:\\\s{1,20})?--[a-z]")
"""A string of options for a program that is named elsewhere: `command: --model x --tensor-parallel-size 4`."""


def _format_of(path: Path, content: str) -> str:
    """Return how a value of several lines is read: as the file its key names (`config.yaml`), as settings if it is nothing else.

    Comments in angle brackets are Markdown's.
    """
    named = of_suffix(path[-1].text.content) if path and path[-1].kind is LabelKind.KEY else ""
    lines = [line for line in content.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    settings = sum(_SETTING_LINE.match(line.lstrip()) is not None for line in lines)
    opens = bool(lines) and _SETTING_LINE.match(lines[0].lstrip()) is not None
    only = opens and settings >= _FEWEST_SETTINGS and settings == len(lines) and "<!--" not in content
    return named or ("yaml" if only else "markdown")


_SETTING_LINE: Final = re.compile(r"(?:- )*(?:[A-Za-z_][\w./-]{0,80}:(?:\s|$)|- [^:]*$)")
_FEWEST_SETTINGS: Final = 2
_EXPANDS: Final = re.compile(r"\$[{(]")
Spans = tuple[Span, ...]


def _expanded(text: Text) -> tuple[Text, Spans, Spans]:
    """Return what a string says, what of it is put in before it is used and what holds by default: `${TP:-8}` in a manifest."""
    if "$" not in text.content or not _EXPANDS.search(text.content):
        return text, (), ()
    parts = tuple(expansions(text))
    other = parts[0].other if len(parts) == 1 and parts[0].text.content == text.content.strip() else None
    if other is not None and "$" not in other.content:
        return other, (), tuple(one.span for one in other.segments)
    return text, tuple(part.text.whole for part in parts), ()


def _is_row(node: Node) -> bool:
    """An array of scalars is one statement, unless its strings are sentences, texts or commands of their own."""
    return all(
        entry.key is None
        and entry.node.kind in _SCALARS
        and "\n" not in entry.node.text.content.strip()
        and not (entry.node.kind == "string" and _says_something(entry.node.text.content))
        and not (entry.node.kind == "string" and " " in entry.node.text.content and launches(entry.node.text.content))
        for entry in node.children
    )


def _is_command(node: Node) -> bool:
    """The words of a command, one an element: `args: ["--tensor-parallel-size", "8"]`."""
    return any(entry.node.kind == "string" and _flagged(entry.node.text.content) for entry in node.children)


def _flagged(content: str) -> bool:
    return content.startswith("--") and content[2:3].isalpha() and " " not in content


def _add_arguments(builder: Builder, words: Sequence[Text], path: Path, group: int, depth: int) -> None:
    """Add a statement for each option with its value, and for each other word."""
    below, at = path, 0
    while at < len(words):
        word = words[at]
        at += 1
        content = word.content
        if not (content.startswith("-") and content.lstrip("-")[:1].isalpha()):
            below = under(path, word, LabelKind.PROGRAM, depth) if content.rpartition("/")[2] in LAUNCHERS else below
            builder.add(Kind.ENTRY, path, word, group, depth=depth)
            continue
        equals = content.find("=")
        flag, value = (
            (word, word.slice(len(content), len(content))) if equals < 0 else (word.slice(0, equals), word.slice(equals + 1, len(content)))
        )
        if equals < 0 and at < len(words) and not words[at].content.startswith("-"):
            value = words[at]
            at += 1
        builder.head(below, flag, group, depth=depth)
        value, unknown, defaults = _expanded(value)
        builder.add(Kind.FLAG, under(below, flag, LabelKind.FLAG), value, group, depth=depth, unknown=unknown, defaults=defaults)


def _says_something(content: str) -> bool:
    """Tell whether an element is a statement of its own: several words with a number among them."""
    return content.strip().count(" ") >= 2 and any(character.isdigit() for character in content)

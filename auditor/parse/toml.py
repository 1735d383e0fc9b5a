"""TOML to statements. `tomllib` says whether it is TOML; this reader says where everything stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import field
from typing import Final

from auditor.parse.builder import MAX_NESTING, Builder, Path, under
from auditor.parse.comments import add_comments
from auditor.parse.data import Entry, Node, Places, add_tree
from auditor.parse.lines import stand_in
from auditor.parse.readers import read_inside
from auditor.records import dataclass
from auditor.spans import LineIndex, Segment, Span, Text
from auditor.statements import LabelKind

__all__ = ["places", "read"]

_SPACE: Final = re.compile(r"[ \t]*")
_ANY_SPACE: Final = re.compile(r"[ \t\r\n]*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,300}")
_BARE: Final = re.compile(r"[^,\]}#\r\n]{1,1000}")
_LINE: Final = re.compile(r"[^\r\n]*")
_NUMBER: Final = re.compile(
    r"[+-]?(?:0x[0-9a-fA-F_]{1,200}|0o[0-7_]{1,200}|0b[01_]{1,400}|\d[\d_]{0,300}(?:\.[\d_]{1,300})?(?:[eE][+-]?\d{1,9})?)"
)
_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\r?\n\s*|.)")
_NAMED: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
_DEEP: Final = f"a key of more than {MAX_NESTING} parts"
_PLACE: Final = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(slots=True)
class _Table:
    """A table of the file: its label path and the keys in it."""

    path: Path
    children: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    text: Text
    content: str
    comments: list[tuple[int, int]] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)
    strays: list[Text] = field(default_factory=list)
    deep: bool = False
    """A key has more parts than are read; `tomllib` would need time in the square of them."""

    def run(self, path: Path) -> None:
        content = self.content
        self.tables.append(_Table(path))
        at = 0
        while at < len(content):
            at = self.gap(at)
            if at >= len(content):
                return
            before = at
            if content[at] == "[":
                at = self.table(at, path)
            else:
                at = self.pair(at, self.tables[-1].children, 0)
            at = self.rest(at, before)

    def gap(self, at: int) -> int:
        """Step over white space, line ends and comments."""
        content = self.content
        while True:
            match = _ANY_SPACE.match(content, at)
            at = match.end() if match else at
            if not content.startswith("#", at):
                return at
            line = _LINE.match(content, at)
            end = line.end() if line else len(content)
            self.comments.append((at, end))
            at = end

    def rest(self, at: int, before: int) -> int:
        """What is left of a line behind its pair is kept as it stands."""
        match = _SPACE.match(self.content, at)
        at = match.end() if match else at
        if at < len(self.content) and self.content[at] not in "#\r\n":
            line = _LINE.match(self.content, at)
            end = line.end() if line else len(self.content)
            start = before if at <= before else at
            self.strays.append(self.text.slice(start, end))
            return max(end, before + 1)
        return max(at, before + 1)

    def table(self, at: int, path: Path) -> int:
        many = self.content.startswith("[[", at)
        keys, end = self.keys(at + (2 if many else 1))
        match = _SPACE.match(self.content, end)
        end = match.end() if match else end
        close = "]]" if many else "]"
        if not keys or not self.content.startswith(close, end):
            return at
        names: tuple[str, ...] = ()
        for key in keys:
            names = (*names, key.content)
            path = under(path, key, LabelKind.KEY, len(names) - 1)
            last = len(names) == len(keys)
            if many and last:
                self.counts[names] = self.counts.get(names, -1) + 1
            if names in self.counts:
                number = str(self.counts[names])
                path = under(path, stand_in(number, Span(key.whole.start, key.whole.start)), LabelKind.INDEX)
        self.tables.append(_Table(path))
        return end + len(close)

    def keys(self, at: int) -> tuple[list[Text], int]:
        """Read a dotted key."""
        content = self.content
        keys: list[Text] = []
        while True:
            match = _SPACE.match(content, at)
            at = match.end() if match else at
            if content[at : at + 1] in ('"', "'") and content[at : at + 1]:
                key, at = self.string(at)
            elif bare := _BARE_KEY.match(content, at):
                key, at = self.text.slice(at, bare.end()), bare.end()
            else:
                return keys, at
            keys.append(key)
            match = _SPACE.match(content, at)
            after = match.end() if match else at
            if not content.startswith(".", after):
                return keys, at
            if len(keys) >= MAX_NESTING:
                self.deep = True
                return keys, at
            at = after + 1

    def pair(self, at: int, children: list[Entry], depth: int) -> int:
        keys, end = self.keys(at)
        match = _SPACE.match(self.content, end)
        end = match.end() if match else end
        if not keys or not self.content.startswith("=", end):
            return at
        match = _SPACE.match(self.content, end + 1)
        node, end = self.value(match.end() if match else end + 1, depth + 1)
        if node is None:
            return at
        for key in reversed(keys[1:]):
            node = Node("object", node.text, (Entry(key, node),))
        children.append(Entry(keys[0], node))
        return end

    def value(self, at: int, depth: int) -> tuple[Node | None, int]:
        content = self.content
        char = content[at : at + 1]
        if char in ('"', "'") and char:
            text, end = self.string(at)
            return Node("string", text, place=(at, end)), end
        if char and char in "[{" and depth < MAX_NESTING:
            return self.group(at, depth)
        match = _BARE.match(content, at)
        if match is None or not match.group().strip():
            return None, at
        text = self.text.slice(at, match.end()).strip()
        word = text.content
        kind = word if word in ("true", "false") else "number" if _NUMBER.fullmatch(word) else "string"
        return Node(kind, text, place=(at, at + len(word))), match.end()

    def group(self, at: int, depth: int) -> tuple[Node, int]:
        """Read an array or an inline table."""
        start, content = at, self.content
        kind, close = ("array", "]") if content[at] == "[" else ("object", "}")
        children: list[Entry] = []
        at = self.gap(at + 1)
        while at < len(content) and content[at] != close:
            before = at
            if kind == "array":
                node, at = self.value(at, depth + 1)
                if node is not None:
                    children.append(Entry(None, node))
            else:
                at = self.pair(at, children, depth)
            at = self.gap(at)
            if content.startswith(",", at):
                at = self.gap(at + 1)
            elif at == before:
                line = _LINE.match(content, at)
                at = line.end() if line else len(content)
                break
        end = min(at + 1, len(content))
        return Node(kind, self.text.slice(start, end), tuple(children), (start, end)), end

    def string(self, at: int) -> tuple[Text, int]:
        content = self.content
        quote = content[at]
        if content.startswith(quote * 3, at):
            close = content.find(quote * 3, at + 3)
            end = close if close >= 0 else len(content)
            while close >= 0 and content.startswith(quote, end + 3) and end < close + 2:
                end += 1
            inner = self.text.slice(at + 3, end)
            if inner.content.startswith(("\n", "\r\n")):
                inner = inner.slice(1 if inner.content[0] == "\n" else 2, len(inner))
            return (_unescaped(inner) if quote == '"' else inner), min(end + 3, len(content))
        end = at + 1
        while end < len(content) and content[end] not in "\r\n" and content[end] != quote:
            end += 2 if content[end] == "\\" and quote == '"' else 1
        end = min(end, len(content))
        inner = self.text.slice(at + 1, end)
        return (_unescaped(inner) if quote == '"' else inner), min(end + 1, len(content))


def _unescaped(text: Text) -> Text:
    if "\\" not in text.content:
        return text
    parts: list[str] = []
    segments: list[Segment] = []
    length = at = 0
    for match in _ESCAPE.finditer(text.content):
        kept = text.slice(at, match.start())
        escape = match.group()
        if escape[1] in "uU":
            code = int(escape[2:] or "110000", 16)  # without digits it stands for nothing, as beyond the last character
            char = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        else:
            char = "" if escape[1:].isspace() else _NAMED.get(escape[1], escape[1])
        for part in (kept, stand_in(char, text.span(match.start(), match.end()))):
            if part.content:
                segments.extend(Segment(one.start + length, one.end + length, one.span) for one in part.segments)
                parts.append(part.content)
                length += len(part.content)
        at = match.end()
    rest = text.slice(at, len(text))
    if rest.content:
        segments.extend(Segment(one.start + length, one.end + length, one.span) for one in rest.segments)
        parts.append(rest.content)
    return Text("".join(parts), tuple(segments)) if segments else text.slice(0, 0)


def places(content: str) -> dict[tuple[str, ...], tuple[Span, Span]]:
    """Return where the key and the value of each entry of a TOML text stand, by its path; the elements of an array by their number.

    `tomllib` says what the values are, but not where; a table's value is where its head stands. ValueError for a key of so many
    parts that `tomllib` would not come to an end.
    """
    reader = _Reader(Text.of(content), content)
    reader.run(())
    if reader.deep:
        raise ValueError(_DEEP)
    found: dict[tuple[str, ...], tuple[Span, Span]] = {}
    for table in reader.tables:
        above: tuple[str, ...] = ()
        for label in table.path:
            above = (*above, label.text.content)
            found.setdefault(above, (label.text.whole, label.text.whole))
        for entry in table.children:
            _place(entry, above, found)
    return found


def _place(entry: Entry, above: tuple[str, ...], found: dict[tuple[str, ...], tuple[Span, Span]], number: int = 0) -> None:
    path = (*above, entry.key.content if entry.key is not None else str(number))
    own = Span(*entry.node.place) if entry.node.place is not None else entry.node.text.whole
    found.setdefault(path, (own if entry.key is None else entry.key.whole, own))
    for index, child in enumerate(entry.node.children):
        _place(child, path, found, index)


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a TOML text, and say where it is not TOML."""
    reader = _Reader(text, text.content)
    reader.run(path)
    places: Places = []
    for table in reader.tables:
        if table.path != path and table.path[-1].kind is LabelKind.KEY:
            group = builder.group()
            builder.head(table.path[:-1], table.path[-1].text, group)
        if table.children:
            add_tree(builder, Node("object", text, tuple(table.children)), table.path, places)
    add_comments(builder, text, reader.comments, path, places, "toml")
    for stray in reader.strays:
        read_inside("plain", builder, stray, path)
    if reader.deep:
        _report(builder, text, f"{_DEEP} (at line 1, column 1)")
        return
    try:
        tomllib.loads(text.content.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        _report(builder, text, str(error) if isinstance(error, ValueError) else "nested too deep")


def _report(builder: Builder, text: Text, problem: str) -> None:
    match = _PLACE.search(problem)
    index = LineIndex(text.content)
    line = int(match.group(1)) if match and match.group(1) else len(index)
    column = int(match.group(2)) if match and match.group(2) else 1
    at = min(index.starts[min(line, len(index)) - 1] + column - 1, len(text))
    reason = problem[: match.start()].rstrip() if match else problem
    place = text.slice(at, at + 1)
    if builder.embedded:
        builder.note(f"TOML block, line {line} of it: {reason}; what can be read is read", place)
        return
    message = f"broken TOML at line {line}, column {column}: {reason}; correct that line; what can be read is read"
    builder.note(message, place, fatal=True)

"""YAML to statements, from the parser's events: positions, several documents, aliases in bounds, and on after a fault."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import field
from typing import Final, Protocol

import yaml

from auditor.parse.builder import MAX_NESTING, Builder, Path
from auditor.parse.comments import add_comments
from auditor.parse.data import Entry, Node, Places, add_tree
from auditor.parse.lines import stand_in
from auditor.parse.readers import read_inside
from auditor.records import dataclass
from auditor.spans import LineIndex, Segment, Text

__all__ = ["read"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOO_DEEP: Final = "nesting depth"
"""What newer releases of PyYAML say at a limit of their own, which its scanner may meet before we have seen an event."""
_MAX_ALIASED: Final = 5_000
"""How many values in all may be read a second time through aliases."""
_NUMBER: Final = re.compile(r"[-+]?(?:0x[0-9a-fA-F_]{1,100}|0o?[0-7_]{1,100}|(?:\d[\d_]{0,300})?\.?\d[\d_]{0,300}\.?(?:[eE][-+]?\d{1,9})?)")
_TRUE: Final = frozenset({"true", "yes", "on"})
_FALSE: Final = frozenset({"false", "no", "off"})
_NULL: Final = frozenset({"", "~", "null"})
_ESCAPE: Final = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|[\s\S])")
_HASH: Final = re.compile(r"(?:(?<=\s)|^)#", re.MULTILINE)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is still open."""

    kind: str
    start: int
    anchor: str | None
    children: list[Entry] = field(default_factory=list)
    key: Text | None = None
    keyed: bool = False
    names: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Reader:
    text: Text
    content: str
    builder: Builder
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    """Named nodes, and how many values each holds."""
    aliased: int = 0
    scalars: list[tuple[int, int]] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    done: list[Node] = field(default_factory=list)

    def run(self) -> int | None:
        """Read all events; return where the text stopped being YAML, if it did."""
        end = 0
        try:
            for event in yaml.parse(self.content, Loader=_LOADER):
                end = _index(event.end_mark)
                if isinstance(event, yaml.ScalarEvent):
                    self.scalar(event)
                elif isinstance(event, yaml.AliasEvent):
                    self.alias(event)
                elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                    if len(self.stack) >= MAX_NESTING:
                        self.too_deep(end)
                        return end
                    kind = "object" if isinstance(event, yaml.MappingStartEvent) else "array"
                    self.stack.append(_Open(kind, _index(event.start_mark), event.anchor))
                elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                    self.close(_index(event.end_mark))
                elif isinstance(event, yaml.DocumentEndEvent):
                    self.anchors.clear()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if _TOO_DEEP in (error.problem or ""):
                self.too_deep(end)
            else:
                self.fault(error.problem or error.context or "not YAML", mark.index if mark is not None else end)
            return end
        except yaml.reader.ReaderError as error:
            code = error.character if isinstance(error.character, int) else ord(error.character[:1] or b"\0")
            self.fault(f"the character U+{code:04X} is not allowed in YAML", max(self.content.find(chr(code)), 0))
            return 0
        except (yaml.YAMLError, ValueError) as error:
            self.fault(str(error).split("\n", 1)[0][:200], end)
            return end
        finally:
            while self.stack:
                self.close(end)
        return None

    def too_deep(self, at: int) -> None:
        message = f"YAML nested deeper than {MAX_NESTING}; flatten it: what lies deeper is not read"
        self.builder.note(message, self.text.slice(at, at), fatal=not self.builder.embedded)

    def fault(self, problem: str, at: int) -> None:
        at = min(at, len(self.content))
        place = self.text.slice(at, at + 1)
        point = LineIndex(self.content).point(at)
        if self.builder.embedded:
            self.builder.note(f"YAML block, line {point.line} of it: {problem}; what can be read is read", place)
            return
        message = f"broken YAML at line {point.line}, column {point.column}: {problem}; check the indentation, quotes and colons there"
        self.builder.note(f"{message}; what can be read is read", place, fatal=True)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = _index(event.start_mark), _index(event.end_mark)
        while end > start and self.content[end - 1].isspace():
            end -= 1
        self.scalars.append((start, end))
        raw = self.text.slice(start, end)
        style = event.style
        if style in ("'", '"') and end - start >= 2:
            raw = raw.slice(1, end - start - 1)
        elif style in ("|", ">"):
            header = self.content.find("\n", start, end)
            raw = self.text.slice(header + 1 if header >= 0 else end, end)
        text = _align(raw, event.value if style not in ("|", ">") else event.value.rstrip("\n"))
        kind = "string"
        if not style and event.implicit[0]:
            kind = _kind(event.value)
        self.put(Node(kind, text, place=(start, end)), event.anchor, 1)

    def alias(self, event: yaml.AliasEvent) -> None:
        known = self.anchors.get(event.anchor or "")
        start, end = _index(event.start_mark), _index(event.end_mark)
        self.scalars.append((start, end))
        if known is not None and self.aliased + known[1] > _MAX_ALIASED:
            self.builder.note("too many values are repeated through aliases; this one is not read again", self.text.slice(start, end))
            known = None
        node, size = known or (Node("string", self.text.slice(start, end)), 1)
        self.aliased += size
        self.put(node, None, size)

    def put(self, node: Node, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        if not self.stack:
            self.done.append(node)
            return
        top = self.stack[-1]
        if top.kind == "array":
            top.children.append(Entry(None, node))
        elif not top.keyed:
            top.key, top.keyed = node.text, True
            if node.text.content in top.names and node.text.content != "<<":
                self.builder.note(f"the key {node.text.content[:60]!r} stands twice in one mapping; both values are read", node.text)
            top.names.add(node.text.content)
        else:
            if top.key is not None and top.key.content == "<<" and node.kind == "object":
                top.children.extend(node.children)
            else:
                top.children.append(Entry(top.key, node))
            top.key, top.keyed = None, False

    def close(self, end: int) -> None:
        top = self.stack.pop()
        if top.keyed and top.key is not None:
            top.children.append(Entry(None, Node("string", top.key)))
        while end > top.start and self.content[end - 1].isspace():
            end -= 1
        node = Node(top.kind, self.text.slice(top.start, end), tuple(top.children), (top.start, end))
        self.put(node, top.anchor, _count(node, _MAX_ALIASED + 1) if top.anchor is not None else 1)


class _Mark(Protocol):
    """A place in the text, as both the C and the Python parser of PyYAML give it."""

    @property
    def index(self) -> int: ...


def _index(mark: _Mark | None) -> int:
    return mark.index if mark is not None else 0


def _count(node: Node, limit: int) -> int:
    total = 0
    pending = [node]
    while pending and total < limit:
        one = pending.pop()
        total += 1
        pending.extend(entry.node for entry in one.children[: limit - total])
    return total


def _kind(value: str) -> str:
    word = value.casefold()
    if word in _NULL:
        return "null"
    if word in _TRUE:
        return "true"
    if word in _FALSE:
        return "false"
    return "number" if _NUMBER.fullmatch(value) else "string"


def _align(raw: Text, value: str) -> Text:
    """Return `value`, each character at its place in the written scalar: folded lines, escapes, indentation."""
    written = raw.content
    if written == value:
        return raw
    segments: list[Segment] = []
    at = out = 0
    while out < len(value):
        if at >= len(written):
            return stand_in(value, raw.whole)
        char = value[out]
        if written[at] == char and not char.isspace() and char != "'":
            end = at
            while (
                end < len(written) and out + end - at < len(value) and written[end] == value[out + end - at] and not written[end].isspace()
            ):
                if written[end] in "'\\":
                    break
                end += 1
            end = max(end, at + 1)
            segments.extend(Segment(one.start + out, one.end + out, one.span) for one in raw.slice(at, end).segments)
            out += end - at
            at = end
            continue
        if written[at] == "\\" and (match := _ESCAPE.match(written, at)):
            if match.group()[1:].strip() == "" and not char.isspace():
                at = match.end()  # an escaped line end
                continue
            segments.extend(_shifted(stand_in(char, raw.span(at, match.end())), out))
            at, out = match.end(), out + 1
            continue
        if char == "'" and written.startswith("''", at):
            segments.extend(_shifted(stand_in(char, raw.span(at, at + 2)), out))
            at, out = at + 2, out + 1
            continue
        if written[at].isspace() or char.isspace():
            end, stop = at, out
            while end < len(written) and written[end].isspace():
                end += 1
            while stop < len(value) and value[stop].isspace():
                stop += 1
            if stop > out:
                segments.extend(_shifted(stand_in(value[out:stop], raw.span(at, end)), out))
            if end == at and stop == out:
                return stand_in(value, raw.whole)
            at, out = end, stop
            continue
        if written[at] != char:
            return stand_in(value, raw.whole)
        segments.extend(Segment(one.start + out, one.end + out, one.span) for one in raw.slice(at, at + 1).segments)
        at, out = at + 1, out + 1
    if not segments:
        return raw.slice(0, 0)
    return Text(value, tuple(segments))


def _shifted(text: Text, by: int) -> list[Segment]:
    return [Segment(one.start + by, one.end + by, one.span) for one in text.segments]


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a YAML text; after a fault, read its rest line by line, and say so."""
    reader = _Reader(text, text.content, builder)
    stopped = reader.run()
    places: Places = []
    for node in reader.done:
        add_tree(builder, node, path, places)
    if stopped is not None:
        begin = text.content.rfind("\n", 0, stopped) + 1 if stopped else 0
        read_inside("plain", builder, text.slice(begin, len(text)), path)
        return
    add_comments(builder, text, _comments(reader), path, places, "yaml")


def _comments(reader: _Reader) -> list[tuple[int, int]]:
    """Where comments stand: behind a `#` that no scalar holds."""
    content = reader.content
    scalars = sorted(reader.scalars)
    starts = [start for start, _ in scalars]
    found: list[tuple[int, int]] = []
    at = 0
    while match := _HASH.search(content, at):
        begin = match.start()
        index = bisect_right(starts, begin) - 1
        if index >= 0 and begin < scalars[index][1]:
            at = max(scalars[index][1], begin + 1)
            continue
        end = content.find("\n", begin)
        end = len(content) if end < 0 else end
        found.append((begin, end))
        at = end
    return found

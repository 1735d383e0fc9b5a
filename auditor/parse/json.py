"""JSON to statements: strict as RFC 8259 asks, every value in its place, and on after a fault where the rest can be read.

The standard library's reader gives no positions and stops at the first fault. This one keeps both: the first fault is
reported with line, column and remedy, and what stands around it is still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from auditor.parse.builder import MAX_NESTING, Builder, Path
from auditor.parse.comments import add_comments
from auditor.parse.data import Entry, Node, Places, add_tree
from auditor.parse.readers import read_inside
from auditor.records import dataclass
from auditor.spans import LineIndex, Segment, Span, Text
from auditor.statements import Directive

__all__ = ["ASIDE", "Object", "Values", "looks_like_markdown", "objects", "read", "values_of"]

ASIDE: Final = "$audit"
"""The key whose value is for the auditor: JSON has no comments."""
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BARE: Final = re.compile(r"[^,\]}\n\r\"]{1,2000}")
_COMMENT: Final = re.compile(r"//[^\n\r]*|#[^\n\r]*|/\*")
_PLAIN_RUN: Final = re.compile(r"[^\"\\\x00-\x1f]*")
_PLAIN_RUN_SINGLE: Final = re.compile(r"[^'\\\x00-\x1f]*")
_LITERALS: Final = {"true": "true", "false": "false", "null": "null"}
_FOREIGN: Final = {"True": "true", "False": "false", "None": "null", "NaN": "string", "Infinity": "string", "-Infinity": "string"}
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MAX_DIGITS: Final = 400
_MAX_FAULTS: Final = 1000


@dataclass(slots=True)
class _Fault:
    at: int
    message: str
    remedy: str
    meant: bool = False
    """It can be read in one way only, and other readers do: a comment, a comma behind the last member."""


@dataclass(frozen=True, slots=True)
class _Aside:
    """An `$audit` key: what its object says to the auditor."""

    key: Text
    value: Node
    owner: Node
    """The object it stands in, without it."""


class _TooBrokenError(Exception):
    """So many faults that this is no JSON."""


@dataclass(slots=True)
class _Reader:
    text: Text
    content: str
    faults: list[_Fault] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    duplicates: list[Text] = field(default_factory=list)
    asides: list[_Aside] = field(default_factory=list)
    serious: int = 0
    """How many faults are more than comments and trailing commas."""

    def fault(self, at: int, message: str, remedy: str, *, meant: bool = False) -> None:
        self.faults.append(_Fault(at, message, remedy, meant))
        self.serious += not meant
        if self.serious > _MAX_FAULTS:
            raise _TooBrokenError

    def space(self, at: int) -> int:
        content = self.content
        while True:
            match = _SPACE.match(content, at)
            at = match.end() if match else at
            comment = _COMMENT.match(content, at)
            if comment is None:
                return at
            end, closed = comment.end(), not comment.group().startswith("#")
            if comment.group() == "/*":
                close = content.find("*/", end)
                end, closed = (close + 2, True) if close >= 0 else (len(content), False)
            self.fault(at, "a comment", "JSON has none: remove it, or keep it under a key of its own", meant=closed)
            self.comments.append((at, end))
            at = end

    def value(self, at: int, depth: int) -> tuple[Node | None, int]:
        """Read one value; `at` is where it starts."""
        content = self.content
        char = content[at : at + 1]
        if char in ("{", "["):
            if depth >= MAX_NESTING:
                self.fault(at, f"brackets nested deeper than {MAX_NESTING}", "flatten the data; what lies deeper is not read")
                raise _TooBrokenError
            return self.members(at, depth) if char == "{" else self.elements(at, depth)
        if char in ('"', "'"):
            text, end = self.string(at)
            return Node("string", text, place=(at, end)), end
        match = _NUMBER.match(content, at)
        if match and match.group() and content[match.end() : match.end() + 1] in ("", ",", "]", "}", " ", "\t", "\n", "\r"):
            return self.number(match.start(), match.end())
        return self.bare(at)

    def number(self, start: int, end: int) -> tuple[Node | None, int]:
        text = self.text.slice(start, end)
        if end - start > _MAX_DIGITS:
            self.fault(start, f"a number of {end - start} characters", f"numbers of more than {_MAX_DIGITS} characters are not read")
            return Node("string", text, place=(start, end)), end
        # A number followed by something other than a comma or a bracket is part of an expression (`128 * 4`).
        after = self.content[end : end + 40].lstrip(" \t")[:1]
        if after and after not in ",]}\n\r\"/#'":
            return self.bare(start)
        return Node("number", text, place=(start, end)), end

    def bare(self, at: int) -> tuple[Node | None, int]:
        match = _BARE.match(self.content, at)
        if match is None:
            return None, at
        text = self.text.slice(match.start(), match.end()).strip()
        word = text.content
        if word in _LITERALS:
            return Node(_LITERALS[word], text, place=(at, at + len(word))), at + len(word)
        if word in _FOREIGN:
            self.fault(at, f"{word} is not a JSON value", "write true, false, null, a number or a string")
        elif any(sign in word for sign in "+*/-×") and any(char.isdigit() for char in word):
            self.fault(at, f"the expression {word[:60]!r} stands where a value is expected", "write the number it comes to")
        else:
            self.fault(at, f"{word[:60]!r} is not a JSON value", "put text in double quotes")
        return Node(_FOREIGN.get(word, "string"), text, place=(at, match.end())), match.end()

    def string(self, at: int) -> tuple[Text, int]:
        content = self.content
        quote = content[at]
        if quote == "'":
            self.fault(at, "single quotes", "JSON strings stand in double quotes")
        plain = _PLAIN_RUN if quote == '"' else _PLAIN_RUN_SINGLE
        start = at + 1
        parts: list[str] = []
        segments: list[Segment] = []
        length = 0
        position = start
        while True:
            match = plain.match(content, position)
            end = match.end() if match else position
            if end > position:
                part = self.text.slice(position, end)
                segments.extend(Segment(one.start + length, one.end + length, one.span) for one in part.segments)
                parts.append(part.content)
                length += end - position
            char = content[end : end + 1]
            if char == quote:
                position = end + 1
                break
            if char == "\\":
                decoded, position = self.escape(end)
            elif char == "":
                self.fault(at, "a string without its closing quote", "close the quote")
                position = end
                break
            elif char in "\n\r":
                # A string over two lines is almost always a forgotten quote; if the next line closes it, it was meant.
                self.fault(end, "a line end inside a string", "close the quote, or write \\n")
                position = end
                break
            else:
                self.fault(end, f"the control character U+{ord(char):04X} inside a string", f"write \\u{ord(char):04x}")
                decoded, position = char, end + 1
            span = self.text.span(end, position)
            if len(span) == len(decoded) and position - end != len(decoded):
                span = self.text.span(end, end)
            segments.append(Segment(length, length + len(decoded), span))
            parts.append(decoded)
            length += len(decoded)
        if not length:
            return self.text.slice(start, start), position
        return Text("".join(parts), tuple(segments)), position

    def escape(self, at: int) -> tuple[str, int]:
        content = self.content
        char = content[at + 1 : at + 2]
        if char in _ESCAPES and char:
            return _ESCAPES[char], at + 2
        if char == "u":
            high = self.unit(at)
            if high is not None:
                if 0xD800 <= high < 0xDC00:
                    low = self.unit(at + 6) if content.startswith("\\u", at + 6) else None
                    if low is not None and 0xDC00 <= low < 0xE000:
                        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), at + 12
                if 0xD800 <= high < 0xE000:
                    return "\ufffd", at + 6
                return chr(high), at + 6
        self.fault(at, f"the escape {content[at : at + 2]!r}", 'JSON has \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX')
        return "\\", at + 1

    def unit(self, at: int) -> int | None:
        digits = self.content[at + 2 : at + 6]
        if len(digits) == 4 and all(char in "0123456789abcdefABCDEF" for char in digits):
            return int(digits, 16)
        return None

    def elements(self, at: int, depth: int) -> tuple[Node, int]:
        start, content = at, self.content
        children: list[Entry] = []
        at = self.space(at + 1)
        while True:
            char = content[at : at + 1]
            if char == "]":
                return self.close(start, at + 1, children, "array"), at + 1
            if char == "":
                self.fault(at, "the array is not closed", "add the missing ]")
                return self.close(start, at, children, "array"), at
            if char == "}":
                self.fault(at, "} where ] is expected", "close the array with ]")
                # One brace too many in the whole: it stands for the bracket. Otherwise the bracket was forgotten.
                end = at + 1 if content.count("}") > content.count("{") else at
                return self.close(start, end, children, "array"), end
            if char in ",:":
                self.fault(at, f"{char!r} where a value is expected", "remove it, or write the missing value")
                at = self.space(at + 1)
                continue
            before = at
            node, at = self.value(at, depth + 1)
            if node is not None:
                children.append(Entry(None, node))
            at = self.after(at, before, "]")

    def members(self, at: int, depth: int) -> tuple[Node, int]:
        start, content = at, self.content
        children: list[Entry] = []
        names: set[str] = set()
        at = self.space(at + 1)
        while True:
            char = content[at : at + 1]
            if char == "}":
                return self.close(start, at + 1, children, "object"), at + 1
            if char == "":
                self.fault(at, "the object is not closed", "add the missing }")
                return self.close(start, at, children, "object"), at
            if char == "]":
                self.fault(at, "] where } is expected", "close the object with }")
                return self.close(start, at, children, "object"), at
            if char in ",:{[":
                self.fault(at, f"{char!r} where a key is expected", "remove it, or write the missing key")
                at = self.space(at + 1)
                continue
            before = at
            key, at = self.key(at)
            if key.content in names:
                self.duplicates.append(key)
            names.add(key.content)
            at = self.space(at)
            if not content.startswith(":", at):
                at = self.keyless(key, at, children)
                if at < 0:
                    at = before + 1
                at = self.after(at, before, "}")
                continue
            at = self.space(at + 1)
            if content[at : at + 1] in ("", ",", "}", "]"):
                self.fault(at, f"the key {key.content[:60]!r} has no value", "write its value, or null")
            else:
                node, at = self.value(at, depth + 1)
                if node is not None:
                    children.append(Entry(key, node))
            at = self.after(at, before, "}")

    def key(self, at: int) -> tuple[Text, int]:
        if self.content[at] in "\"'":
            return self.string(at)
        match = re.compile(r"[^\s:,{}\[\]\"']{1,200}").match(self.content, at)
        end = match.end() if match else at + 1
        text = self.text.slice(at, end)
        self.fault(at, f"the key {text.content[:60]!r} is not quoted", "put keys in double quotes")
        return text, end

    def keyless(self, key: Text, at: int, children: list[Entry]) -> int:
        """Go on after a string that should have been a key: `" "node": 3` has one quote too many."""
        found = self.content[at : at + 1]
        self.fault(
            at, f"{found!r} where the ':' behind the key {key.content[:40]!r} is expected", "a quote or a ':' is missing or too many"
        )
        if any(char.isalnum() for char in key.content):
            children.append(Entry(None, Node("string", key)))
        match = re.compile(r"[A-Za-z_][\w.-]{0,100}\"\s{0,20}(?=:)").match(self.content, at)
        if match is None:
            return at
        name = self.text.slice(at, at + match.group().index('"'))
        end = self.space(self.space(match.end()) + 1)
        node, end = self.value(end, 1)
        if node is not None:
            children.append(Entry(name, node))
        return end

    def after(self, at: int, before: int, close: str) -> int:
        """Step over the comma behind a member; say where it is missing or where it should not be."""
        content = self.content
        at = self.space(at)
        char = content[at : at + 1]
        if char == ",":
            comma = at
            at = self.space(at + 1)
            if content[at : at + 1] in ("}", "]"):
                self.fault(comma, f"a comma before the closing {content[at]}", "remove it", meant=True)
            return at
        if char in ("}", "]", ""):
            return at
        self.fault(at, f"{char!r} where ',' or {close!r} is expected", "add the missing comma, or remove what stands there")
        if char in "\"{['-" or char.isalnum():
            return max(at, before + 1)
        return at + 1

    def close(self, start: int, end: int, children: list[Entry], kind: str) -> Node:
        own = tuple(entry for entry in children if not _is_aside(entry))
        node = Node(kind, self.text.slice(start, end), own, (start, end))
        self.asides += [_Aside(entry.key, entry.node, node) for entry in children if entry.key is not None and _is_aside(entry)]
        return node


def _is_aside(entry: Entry) -> bool:
    return entry.key is not None and entry.key.content == ASIDE


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a JSON text and the value of its `$audit` key, quotes and brackets included, where it has one."""

    span: Span
    aside: Span | None


def objects(text: Text) -> list[Object]:
    """Return the objects of a JSON text, outer ones before those in them; what is broken is read as far as it goes."""
    reader = _Reader(text, text.content)
    found: list[Object] = []
    try:
        at = reader.space(0)
        node, _ = reader.value(at, 0) if at < len(text) else (None, at)
    except _TooBrokenError:
        return []
    asides = {aside.owner.text.whole: aside.value for aside in reader.asides}
    waiting = [node] if node is not None else []
    while waiting:
        one = waiting.pop()
        waiting += [entry.node for entry in reversed(one.children)]
        if one.kind == "object":
            value = asides.get(one.text.whole)
            place = text.span(*value.place) if value is not None and value.place is not None else None
            found.append(Object(one.text.whole, place))
    return found


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a text, one behind the other, and the first thing in it that is no JSON, as (what, remedy)."""

    nodes: tuple[Node, ...]
    fault: tuple[str, str] | None
    directives: tuple[Directive, ...]
    """What the `$audit` keys in them say."""


def values_of(text: Text) -> Values:
    """Return the values of a text that holds JSON inside another format, a line of JSON Lines or a notebook."""
    reader = _Reader(text, text.content)
    found: list[Node] = []
    try:
        end = reader.space(0)
        while end < len(text):
            before = end
            node, end = reader.value(end, 0)
            if node is None:
                reader.fault(end, f"{text.content[end]!r} where a value is expected", "remove it")
            else:
                found.append(node)
            end = reader.space(max(end, before + 1))
    except _TooBrokenError:
        pass
    first = next((fault for fault in reader.faults if not fault.meant), None)
    said = tuple(directive for aside in reader.asides for directive in _directives(aside))
    return Values(tuple(found), (first.message, first.remedy) if first is not None else None, said)


def looks_like_markdown(content: str) -> bool:
    """Tell whether a string holds a Markdown text: several lines, with a heading, a list, a table or a fence."""
    return "\n" in content.strip() and _MARKDOWN.search(content) is not None


_MARKDOWN: Final = re.compile(r"^ {0,3}(?:#{1,6} |[-*+] |\d{1,3}[.)] |\||```|>)|\*\*[^*\n]{1,200}\*\*", re.MULTILINE)


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a JSON text; after a fault, read on where that can be done, and say so."""
    content = text.content
    reader = _Reader(text, content)
    documents: list[Node] = []
    end = _SPACE.match(content).end() if _SPACE.match(content) else 0  # type: ignore[union-attr]
    rest = ""
    if not builder.embedded and content[end : end + 1] not in ("{", "[", '"') and looks_like_markdown(content):
        builder.note("the file holds Markdown, not JSON; it is read as Markdown: name it .md", text.slice(end, end + 1), fatal=True)
        read_inside("markdown", builder, text, path)
        return
    try:
        end = reader.space(0)
        while end < len(content):
            if documents:
                if content[end] not in "{[":
                    reader.fault(end, "text behind the end of the data", "one file holds one JSON value; remove it")
                    rest = content[end:]
                    break
                reader.fault(end, "a second JSON value behind the first", "put them in one array, or in files of their own")
            before = end
            node, end = reader.value(end, 0)
            if node is None:
                reader.fault(end, f"{content[end]!r} where a value is expected", "remove it")
                end += 1
            else:
                documents.append(node)
            end = reader.space(max(end, before + 1))
    except _TooBrokenError:
        rest = content[end:] if documents else content
    if not documents and not rest:
        reader.fault(0, "the file is empty", "a JSON file holds one value")
    places: Places = []
    for node in documents:
        add_tree(builder, node, path, places)
    for aside in reader.asides:
        builder.directives += _directives(aside)
    add_comments(builder, text, reader.comments, path, places, "json")
    if rest.strip():
        read_inside("plain", builder, text.slice(len(content) - len(rest), len(content)), path)
    _report(builder, reader)


def _directives(aside: _Aside) -> Iterator[Directive]:
    """Yield what an `$audit` key says: a text, or several, of its object; or of the keys beside it, each under its name."""
    owner = aside.owner.text.whole
    if aside.value.kind != "object":
        yield from _said(aside.value, aside.key.whole.join(aside.value.text.whole), owner)
        return
    beside = {entry.key.content: entry for entry in aside.owner.children if entry.key is not None}
    for entry in aside.value.children:
        name = entry.key.content if entry.key is not None else ""
        place = entry.node.text.whole if entry.key is None else entry.key.whole.join(entry.node.text.whole)
        of = beside.get(name)
        if of is None or of.key is None:
            yield Directive(entry.node.text, place, owner, f"there is no key {name[:60]!r} beside {ASIDE}")
        else:
            yield from _said(entry.node, place, of.key.whole.join(of.node.text.whole))


def _said(value: Node, place: Span, reach: Span) -> Iterator[Directive]:
    texts = [entry.node for entry in value.children] if value.kind == "array" else [value]
    for one in texts:
        problem = "" if one.kind == "string" else f"the value of {ASIDE} is a text, a list of texts, or an object of them"
        yield Directive(one.text, place if len(texts) == 1 else one.text.whole, reach, problem)


def _report(builder: Builder, reader: _Reader) -> None:
    for key in reader.duplicates[:20]:
        builder.note(f"the key {key.content[:60]!r} stands twice in one object; both values are read", key)
    if not reader.faults:
        return
    index = LineIndex(reader.content)
    faults = [fault for fault in reader.faults if not fault.meant]
    if not faults:
        first = reader.faults[0]
        builder.note(_meant(reader.faults, index), reader.text.slice(first.at, first.at + 1))
        return
    first = faults[0]
    place = reader.text.slice(first.at, first.at + 1)
    point = index.point(first.at)
    more = "" if len(faults) == 1 else f" ({len(faults) - 1} more such faults)"
    if builder.embedded:
        builder.note(f"JSON block, line {point.line} of it: {first.message}; {first.remedy}{more}; what can be read is read", place)
        return
    message = f"broken JSON at line {point.line}, column {point.column}: {first.message}; {first.remedy}{more}; what can be read is read"
    builder.note(message, place, fatal=True)


def _meant(faults: list[_Fault], index: LineIndex) -> str:
    comments = sum(fault.message == "a comment" for fault in faults)
    commas = len(faults) - comments
    kinds = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in ((comments, "comment"), (commas, "trailing comma")) if count]
    point = index.point(faults[0].at)
    return f"read as JSON with comments (JSONC): {' and '.join(kinds)}, the first at line {point.line}, column {point.column}"

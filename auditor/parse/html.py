"""HTML inside Markdown: tables with cells over several rows and columns, comments, and tags around text."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.inline import Inline, scan
from auditor.parse.lines import cut_lines, stand_in
from auditor.parse.tables import add_table
from auditor.records import dataclass
from auditor.spans import Text
from auditor.statements import LabelKind

__all__ = ["comment_texts", "comments", "is_comment", "read_tables", "to_markdown"]

_TAG: Final = re.compile(r"<!--|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9.]{0,40})(?P<rest>(?:\s[^<>]{0,2000})?)/?>")
_SPAN: Final = re.compile(r"(?i)\b(?P<name>rowspan|colspan)\s{0,5}=\s{0,5}[\"'{]{0,2}(?P<count>\d{1,4})")
_MAX_SPAN: Final = 200
_MAX_CELLS: Final = 200_000

_INSTEAD: Final = {
    "li": "\n- ",
    "p": "\n\n",
    "div": "\n",
    "section": "\n",
    "tr": "\n",
    "hr": "\n",
    "dt": "\n",
    "dd": "\n",
    "ul": "\n",
    "ol": "\n",
    "pre": "\n",
    "figcaption": "\n",
    "caption": "\n",
    "blockquote": "\n",
    "summary": "**",
    **{f"h{level}": "\n\n" for level in range(1, 7)},
}
_KEPT: Final = frozenset(
    {"b", "strong", "i", "em", "code", "sup", "sub", "br", "s", "del", "strike", "span", "a", "kbd", "tt", "small", "u", "font", "img"}
)
"""Tags that the inline scanner understands."""
_SKIPPED: Final = frozenset({"script", "style"})


def is_comment(content: str) -> bool:
    """Tell whether a block is one comment."""
    stripped = content.strip()
    if not stripped.startswith("<!--"):
        return False
    end = stripped.find("-->")
    return end < 0 or end == len(stripped) - 3


def comments(text: Text) -> list[Text]:
    """The comments of a block, each with its signs."""
    found: list[Text] = []
    at = 0
    while (start := text.content.find("<!--", at)) >= 0:
        close = text.content.find("-->", start + 4)
        at = len(text) if close < 0 else close + 3
        found.append(text.slice(start, at))
    return found


def comment_texts(text: Text) -> list[Text]:
    """The lines of a comment that say something."""
    inner = text.strip()
    end = len(inner) - 3 if inner.content.endswith("-->") else len(inner)
    return [line.strip() for line in cut_lines(inner.slice(4, max(end, 4))) if any(char.isalnum() for char in line.content)]


@dataclass(slots=True)
class _Cell:
    start: int
    head: bool
    rows: int
    columns: int
    end: int = -1


@dataclass(slots=True)
class _Row:
    head: bool
    cells: list[_Cell] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    start: int
    end: int
    rows: list[_Row]
    caption: tuple[int, int] | None = None


def read_tables(builder: Builder, text: Text, path: Path, references: frozenset[str]) -> Text:
    """Read the tables of a block; return the text without them."""
    if "<table" not in text.content.casefold():
        return text
    rest: list[Text] = []
    at = 0
    for table in _tables(text.content):
        rest.append(text.slice(at, table.start))
        at = table.end
        head, rows = _grid(text, table, references)
        add_table(builder, _under_caption(builder, text, table, path, references), head, rows)
    rest.append(text.slice(at, len(text)))
    return Text.join(rest, "\n")


def _under_caption(builder: Builder, text: Text, table: _Found, path: Path, references: frozenset[str]) -> Path:
    """Return the path under the caption of a table, which is a statement of its own where it holds a number."""
    if table.caption is None:
        return path
    caption = _inline(text.slice(*table.caption), references).text
    builder.head(path, caption, builder.group())
    return under(path, caption, LabelKind.LEAD)


def _tables(content: str) -> list[_Found]:
    """The outermost tables, with the places of their cells; unclosed cells end where the next begins."""
    found: list[_Found] = []
    table: _Found | None = None
    depth = 0
    in_head = False
    for match in _TAG.finditer(content):
        if match.group("name") is None:
            continue
        name, closing = match.group("name").casefold(), bool(match.group("close"))
        if name == "table":
            depth += -1 if closing else 1
            if depth == 1 and not closing:
                table, in_head = _Found(match.start(), len(content), []), False
                found.append(table)
            elif depth <= 0:
                if table is not None:
                    _end_cell(table, match.start())
                    table.end = match.end()
                table, depth = None, 0
            continue
        if table is None or depth != 1:
            continue
        if name == "thead":
            in_head = not closing
        elif name == "caption" and not closing:
            table.caption = (match.end(), match.end())
        elif name == "caption" and table.caption is not None:
            table.caption = (table.caption[0], match.start())
        elif name == "tr":
            _end_cell(table, match.start())
            if not closing:
                table.rows.append(_Row(in_head))
        elif name in ("td", "th"):
            _end_cell(table, match.start())
            if not closing:
                if not table.rows:
                    table.rows.append(_Row(in_head))
                spans = {one.group("name").casefold(): int(one.group("count")) for one in _SPAN.finditer(match.group("rest"))}
                rows, columns = (min(max(spans.get(side, 1), 1), _MAX_SPAN) for side in ("rowspan", "colspan"))
                table.rows[-1].cells.append(_Cell(match.end(), name == "th", rows, columns))
    if table is not None:
        _end_cell(table, len(content))
    return found


def _end_cell(table: _Found, at: int) -> None:
    if table.rows and table.rows[-1].cells and table.rows[-1].cells[-1].end < 0:
        table.rows[-1].cells[-1].end = at


def _grid(text: Text, table: _Found, references: frozenset[str]) -> tuple[list[Inline], list[list[Inline]]]:
    """Lay the cells out in rows of equal length; a cell over several rows or columns stands in each of them."""
    empty = Inline(text.slice(table.start, table.start))
    rows: list[list[Inline]] = []
    heads: list[list[Inline]] = []
    carried: dict[int, tuple[int, Inline]] = {}
    in_head = True
    total = 0
    for row in table.rows:
        line: list[Inline] = []

        def carry(line: list[Inline]) -> None:
            while len(line) in carried:
                column = len(line)
                left, cell = carried[column]
                if left > 1:
                    carried[column] = (left - 1, cell)
                else:
                    del carried[column]
                # The head of a row is written once and stands over the rows below; a value holds in each row.
                line.append(cell if column else empty)

        carry(line)
        for cell in row.cells:
            inline = _inline(text.slice(cell.start, max(cell.end, cell.start)), references)
            for number in range(cell.columns):
                total += 1
                if total > _MAX_CELLS:
                    return _merged(heads, empty), [*rows, line]
                if cell.rows > 1:
                    carried[len(line)] = (cell.rows - 1, inline)
                line.append(inline if number == 0 or row.head or cell.head else empty)
                carry(line)
        in_head = in_head and (row.head or (bool(row.cells) and all(cell.head for cell in row.cells) and len(row.cells) > 1))
        if in_head:
            heads.append(line)
        elif line:
            rows.append(line)
    return _merged(heads, empty), rows


def _merged(heads: list[list[Inline]], empty: Inline) -> list[Inline]:
    """One head out of several rows of heads: `Tokens/s` above `H100` becomes `Tokens/s H100`."""
    width = max((len(row) for row in heads), default=0)
    merged: list[Inline] = []
    for column in range(width):
        parts: list[Inline] = []
        for row in heads:
            if column < len(row) and row[column].content.strip() and all(row[column] is not part for part in parts):
                parts.append(row[column])
        merged.append(Inline.join(parts, " ") if parts else empty)
    return merged


def _inline(text: Text, references: frozenset[str]) -> Inline:
    lines = [line.strip() for line in cut_lines(text)]
    kept = [line for line in lines if line.content]
    if not kept:
        return Inline(text.slice(0, 0))
    return scan(kept[0] if len(kept) == 1 else Text.join(kept, " "), references).strip()


def to_markdown(text: Text) -> Text:
    """Drop the tags of a block, or put the Markdown in their place that means the same."""
    parts: list[Text] = []
    at = 0
    skip = ""
    content = text.content
    for match in _TAG.finditer(content):
        if match.start() < at:
            continue
        if match.group("name") is None:
            end = content.find("-->", match.end())
            end = end + 3 if end >= 0 else len(content)
            if not skip:
                parts.append(text.slice(at, match.start()))
            at = end
            continue
        name, closing = match.group("name").casefold(), bool(match.group("close"))
        if skip:
            if closing and name == skip:
                skip, at = "", match.end()
            continue
        if name in _KEPT and not match.group("name")[0].isupper():
            continue
        parts.append(text.slice(at, match.start()))
        at = match.end()
        if name in _SKIPPED and not closing:
            skip = name
            continue
        instead = _INSTEAD.get(name, "")
        if name[0] == "h" and name[1:].isdigit() and not closing:
            instead = f"\n{'#' * int(name[1:])} "
        elif closing and name in ("li", "p", "dt", "dd", "summary"):
            instead = {"summary": "**\n\n", "p": "\n\n"}.get(name, "")
        elif name == "summary":
            instead = "\n\n**"
        if instead:
            parts.append(stand_in(instead, text.span(match.start(), match.end())))
    if not skip:
        parts.append(text.slice(at, len(content)))
    kept = [part for part in parts if part.content]
    return Text.join(kept) if kept else text.slice(0, 0)

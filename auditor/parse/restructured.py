"""reStructuredText to statements: what is written is put down as Markdown that means the same, each character where it stands in the file.

Underlined titles become headings by the order of their signs, simple tables, `list-table` and `csv-table` tables under their captions,
what stands behind `::` and in code directives blocks of code, fields and definitions items. Notes and other directives give their text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from auditor.parse.aligned import separated
from auditor.parse.builder import Builder, Path
from auditor.parse.directives import heard
from auditor.parse.lines import column_of, cut_lines, stand_in
from auditor.parse.readers import read_rewritten
from auditor.records import dataclass
from auditor.spans import Text

__all__ = ["read"]

_ADORNMENT: Final = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}\s*")
_BORDER: Final = re.compile(r"=+(?: +=+)+ *")
_RUN: Final = re.compile(r"=+")
_SPANNED: Final = re.compile(r" *-[- ]*")
_DIRECTIVE: Final = re.compile(r"\.\.[ \t]{1,8}(?:\|[^|]{1,80}\|[ \t]{1,4})?([A-Za-z][\w:+.-]{0,40})::(?:[ \t]+|$)")
_EXPLICIT: Final = re.compile(r"\.\.(?:[ \t]+|$)")
_TARGET: Final = re.compile(r"(?:_[^:]{1,200}:|__[: ]|\[[^\]]{1,40}\][ \t])")
_FIELD: Final = re.compile(r":([^:`\s](?:[^:`]{0,60}[^:`\s])?):(?:[ \t]+|$)")
_BULLET: Final = re.compile(r"(?:[-*+•]|#\.|\(?(?:\d{1,3}|[A-Za-z])[.)])(?=[ \t])")
_CELL: Final = re.compile(r"\*[ \t]+-(?:[ \t]+|$)")
_NEXT_CELL: Final = re.compile(r"-(?:[ \t]+|$)")
_INLINE: Final = re.compile(
    r"``[^`]{1,300}``|(?::[A-Za-z][\w:+.-]{0,40}:)`(?P<role>[^`<]{1,300}?)[ \t]?(?:<[^<>`]{1,300}>)?`"
    r"|`(?P<named>[^`<]{1,300}?)[ \t]?(?:<[^<>`]{1,300}>)?`__?(?!\w)|\[(?:#?\w{0,20}|\*)\]_(?!\w)|\\ "
)
_CODE: Final = frozenset({"code-block", "code", "sourcecode", "parsed-literal", "prompt", "literalinclude"})
_SILENT: Final = frozenset(
    {"image", "toctree", "contents", "include", "raw", "highlight", "role", "default-role", "index", "meta", "replace", "only", "sectnum"}
)
_MOST_NESTING: Final = 12
_MOST_COLUMNS: Final = 100
_LONGEST_TITLE: Final = 300


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a reStructuredText, every path beginning with `path`."""
    writer = _Writer(builder, text)
    writer.write(cut_lines(text), 0)
    read_rewritten(builder, Text.join(writer.out, "\n") if writer.out else text.slice(0, 0), writer.comments, path)


@dataclass(slots=True)
class _Open:
    """A block of lines set in under a directive, a comment or a `::`: its options, its body and the line behind it."""

    options: dict[str, Text]
    body: list[Text]
    end: int


class _Writer:
    def __init__(self, builder: Builder, text: Text) -> None:
        self.builder = builder
        self.text = text
        self.out: list[Text] = []
        self.styles: list[tuple[str, bool]] = []
        """Signs under titles, those above them too marked, outermost first."""
        self.comments: list[Text] = []

    # What is written

    def _line(self, *parts: Text) -> None:
        kept = [part for part in parts if part.content]
        self.out.append(Text.join(kept) if kept else parts[0])

    def _blank(self, at: Text) -> None:
        self.out.append(at.slice(0, 0))

    def _said(self, line: Text) -> Text:
        """Return a line with the names of roles and the targets of links left out."""
        parts: list[Text] = []
        at = 0
        for match in _INLINE.finditer(line.content):
            name = "role" if match.group("role") is not None else "named" if match.group("named") is not None else ""
            if match.group().startswith("``"):
                continue
            parts.append(line.slice(at, match.start()))
            if name:
                parts.append(line.slice(*match.span(name)))
            at = match.end()
        if not at:
            return line
        parts.append(line.slice(at, len(line)))
        return Text.join([part for part in parts if part.content] or [line.slice(0, 0)])

    def _fence(self, lines: Sequence[Text], language: str, at: Text) -> None:
        lines = _dedented(lines)
        if not lines:
            return
        mark = "`" * (max((len(run) for line in lines for run in _TICKS.findall(line.content)), default=2) + 1)
        self._blank(at)
        self.out.append(stand_in(f"{mark}{language}", at.slice(0, 0).whole))
        self.out.extend(lines)
        self.out.append(stand_in(mark, at.slice(0, 0).whole))
        self._blank(at)

    def _table(self, head: Sequence[Text], rows: Sequence[Sequence[Text]], caption: Text | None, at: Text) -> None:
        """Write a table; without a head it has an empty one."""
        width = min(max([len(head), *(len(row) for row in rows)]), _MOST_COLUMNS)
        place = at.slice(0, 0).whole
        if not width or not rows:
            return
        self._caption(caption, at)
        for number, row in enumerate([head, *rows]):
            parts = [stand_in("|", place)]
            for column in range(width):
                if column < len(row):
                    parts.append(_barless(self._said(row[column])))
                parts.append(stand_in(" | ", place))
            self._line(*parts)
            if not number:
                self.out.append(stand_in("|" + "---|" * width, place))
        self._blank(at)

    def _caption(self, caption: Text | None, at: Text) -> None:
        self._blank(at)
        if caption is not None and caption.content:
            self._line(self._said(caption).strip(".:"), stand_in(":", at.slice(0, 0).whole))
            self._blank(at)

    # What is read

    def write(self, lines: Sequence[Text], depth: int) -> None:
        """Write lines that begin at the left edge; what is set in under them is read with them."""
        at = 0
        listed = False
        while at < len(lines):
            line = lines[at]
            content = line.content
            if not content.strip():
                self.out.append(line.slice(0, 0))
                at += 1
            elif content[0].isspace():
                at = self._set_in(lines, at, listed)
            elif (end := self._title(lines, at)) > at:
                at, listed = end, False
            elif _BORDER.fullmatch(content):
                at, listed = self._simple(lines, at, None), False
            elif _EXPLICIT.match(content) is not None:
                at = self._explicit(lines, at, depth)
            elif (found := _FIELD.match(content)) is not None:
                self._line(stand_in("- **", line.slice(0, 1).whole), line.slice(*found.span(1)), *self._behind(line, found.end()))
                at, listed = at + 1, True
            elif content.startswith("| "):
                self.out += [self._said(line.slice(2, len(line))), line.slice(0, 0)]
                at += 1
            elif (mark := _BULLET.match(content)) is not None:
                listed = True
                at = self._item(lines, at, mark)
            else:
                at, listed = self._paragraph(lines, at), False

    def _behind(self, line: Text, at: int) -> tuple[Text, Text]:
        return stand_in(":** ", line.slice(at - 1, at).whole), self._said(line.slice(at, len(line)))

    def _item(self, lines: Sequence[Text], at: int, mark: re.Match[str]) -> int:
        """Write a bullet; a literal block set in under it stands behind it."""
        line = lines[at]
        if mark.group() == "#.":
            self._line(stand_in("1.", line.slice(0, 2).whole), self._said(line.slice(2, len(line))))
        else:
            self.out.append(self._said(line))
        return at + 1

    def _set_in(self, lines: Sequence[Text], at: int, listed: bool) -> int:
        """Write lines set in: those of a list as they stand, others as a paragraph."""
        while at < len(lines) and lines[at].content[:1].isspace() and lines[at].content.strip():
            self.out.append(self._said(lines[at] if listed else lines[at].strip()))
            at += 1
        return at

    def _title(self, lines: Sequence[Text], at: int) -> int:
        """Write the title that begins at a line, over a row of signs or between two; return the line behind it."""
        content = lines[at].content
        above = _ADORNMENT.fullmatch(content) is not None
        said = at + 1 if above else at
        under = said + 1
        if under >= len(lines) or not 0 < len(title := lines[said].content.strip()) <= _LONGEST_TITLE:
            if above and at + 1 < len(lines) and not lines[at + 1].content.strip():
                return self._transition(lines, at)
            return at
        adornment = lines[under].content.rstrip()
        if (
            _ADORNMENT.fullmatch(adornment) is None
            or (above and adornment != content.rstrip())
            or (len(adornment) < len(title) and len(adornment) < _SURE_ADORNMENT)
            or _ADORNMENT.fullmatch(title) is not None
        ):
            return self._transition(lines, at) if above and not lines[at + 1].content.strip() else at
        style = (adornment[0], above)
        if style not in self.styles:
            self.styles.append(style)
        level = min(self.styles.index(style) + 1, 6)
        line = lines[said].strip()
        self._blank(line)
        self._line(stand_in("#" * level + " ", line.slice(0, 0).whole), self._said(line))
        self._blank(line)
        return under + 1

    def _transition(self, lines: Sequence[Text], at: int) -> int:
        self._blank(lines[at])
        self.out.append(stand_in("---", lines[at].whole))
        self._blank(lines[at])
        return at + 1

    def _paragraph(self, lines: Sequence[Text], at: int) -> int:
        """Write a paragraph; behind one that ends in two colons a block of code, behind a single line set-in ones define it."""
        start = at
        while at < len(lines) and lines[at].content.strip() and not (at > start and self._breaks(lines, at)):
            at += 1
        own = lines[start:at]
        last = own[-1].content.rstrip()
        if last.endswith("::"):
            self.out += [self._said(line) for line in own[:-1]]
            stripped = own[-1].slice(0, len(last) - 1)
            if last.strip(": "):
                self.out.append(self._said(stripped))
            block = _block(lines, at)
            self._fence(block.body, "", own[-1])
            return block.end
        if len(own) == 1 and at < len(lines) and lines[at].content[:1].isspace() and lines[at].content.strip():
            end = at
            while end < len(lines) and lines[end].content[:1].isspace() and lines[end].content.strip():
                end += 1
            place = own[0].slice(0, 0).whole
            parts = [stand_in("- **", place), self._said(own[0]).strip(": "), stand_in(":** ", place)]
            for line in lines[at:end]:
                parts += [self._said(line.strip()), stand_in(" ", line.slice(0, 0).whole)]
            self._line(*parts)
            return end
        self.out += [self._said(line) for line in own]
        return at

    def _breaks(self, lines: Sequence[Text], at: int) -> bool:
        content = lines[at].content
        return content[0].isspace() or _EXPLICIT.match(content) is not None or _BORDER.fullmatch(content) is not None

    # Tables

    def _simple(self, lines: Sequence[Text], at: int, caption: Text | None) -> int:
        """Write a simple table, its columns where the runs of its border stand; return the line behind it."""
        starts = [match.start() for match in _RUN.finditer(lines[at].content)][:_MOST_COLUMNS]
        ends = [*starts[1:], None]
        borders = [at]
        end = at + 1
        while end < len(lines):
            if _BORDER.fullmatch(lines[end].content):
                borders.append(end)
                behind = lines[end + 1].content.strip() if end + 1 < len(lines) else ""
                if len(borders) > 2 or not behind:
                    break
            end += 1
        if len(borders) < 2:
            self.out.append(lines[at].slice(0, 0))
            return at + 1
        rows: list[list[list[Text]]] = []
        heads = 0
        for number in range(at + 1, borders[-1]):
            line = lines[number]
            if number in borders:
                heads = len(rows)
                continue
            if not line.content.strip() or _SPANNED.fullmatch(line.content):
                continue
            cells = [line.slice(start, len(line) if stop is None else stop).strip() for start, stop in zip(starts, ends, strict=True)]
            if cells[0].content or not rows:
                rows.append([[cell] for cell in cells])
            else:
                for column, cell in enumerate(cells):
                    rows[-1][column].append(cell)
        joined = [[_joined(cell) for cell in row] for row in rows]
        head = [_joined([row[column] for row in joined[:heads]]) for column in range(len(starts))] if heads else []
        self._table(head, joined[heads:], caption, lines[at])
        return borders[-1] + 1

    def _list_table(self, block: _Open, caption: Text, at: Text) -> None:
        rows: list[list[list[Text]]] = []
        for line in _dedented(block.body):
            content = line.content
            indent = len(content) - len(content.lstrip())
            if (found := _CELL.match(content)) is not None:
                rows.append([[line.slice(found.end(), len(line)).strip()]])
            elif rows and 0 < indent <= _CELL_INDENT and (found := _NEXT_CELL.match(content, indent)) is not None:
                rows[-1].append([line.slice(found.end(), len(line)).strip()])
            elif rows and content.strip():
                rows[-1][-1].append(line.strip())
        joined = [[_joined(cell) for cell in row] for row in rows]
        told = block.options.get("header-rows")
        heads = 1 if told is not None and told.content not in ("", "0") and joined else 0
        self._table(joined[0] if heads else [], joined[heads:], caption, at)

    def _csv_table(self, block: _Open, caption: Text, at: Text) -> None:
        rows = [separated(line.strip(), ",") for line in block.body if line.content.strip()]
        told = block.options.get("header")
        first = block.options.get("header-rows")
        head = separated(told, ",") if told is not None else rows.pop(0) if first is not None and rows else []
        self._table(head, rows, caption, at)

    # Directives and comments

    def _explicit(self, lines: Sequence[Text], at: int, depth: int) -> int:
        line = lines[at]
        block = _block(lines, at + 1)
        directive = _DIRECTIVE.match(line.content)
        if directive is None:
            if not heard(self.builder, line, self.text, "restructured"):
                begin = _EXPLICIT.match(line.content)
                self._comment(line.slice(begin.end() if begin else 0, len(line)), block, line)
            return block.end
        name = directive.group(1).rsplit(":", 1)[-1]
        said = line.slice(directive.end(), len(line)).strip()
        if name in _CODE:
            self._fence(block.body, said.content if said.content.isalnum() else "", line)
        elif name == "list-table":
            self._list_table(block, said, line)
        elif name == "csv-table":
            self._csv_table(block, said, line)
        elif name not in _SILENT:
            body = _dedented(block.body)
            if name == "table":
                self._caption(said, line)
            elif said.content and name != "figure":
                self._blank(line)
                self.out.append(self._said(said))
                if name != "math" and not (body and body[0].content.strip() and block.body[0] is lines[at + 1]):
                    self._blank(line)
            else:
                self._blank(line)
            if depth < _MOST_NESTING:
                self.write(body, depth + 1)
            else:
                self.out += [one.strip() for one in body]
            self._blank(line)
        return block.end

    def _comment(self, said: Text, block: _Open, line: Text) -> None:
        """Keep a comment as struck; a target says nothing, a footnote its text."""
        target = _TARGET.match(said.content)
        if target is not None and target.group().startswith("["):
            self._blank(line)
            self.out += [self._said(one.strip()) for one in (said.slice(target.end(), len(said)), *block.body)]
            self._blank(line)
            return
        if target is None:
            self.comments += [one.strip() for one in (said, *block.body) if any(char.isalnum() for char in one.content)]
        self._blank(line)


_TICKS: Final = re.compile(r"`{3,}")
_SURE_ADORNMENT: Final = 4
_CELL_INDENT: Final = 6
_MOST_TABS: Final = 200


def _block(lines: Sequence[Text], at: int) -> _Open:
    """Return what is set in from a line on: options first, then the body; blank lines inside belong to it."""
    options: dict[str, Text] = {}
    body: list[Text] = []
    end, kept = at, at
    while end < len(lines) and (not lines[end].content.strip() or lines[end].content[0].isspace()):
        line = lines[end]
        end += 1
        if line.content.strip():
            kept = end
        stripped = line.strip()
        found = _FIELD.match(stripped.content)
        if found is not None and not any(one.content.strip() for one in body):
            options[found.group(1)] = stripped.slice(found.end(), len(stripped))
        else:
            body.append(line)
    while body and not body[-1].content.strip():
        body.pop()
    while body and not body[0].content.strip():
        body.pop(0)
    return _Open(options, body, kept)


def _dedented(lines: Sequence[Text]) -> list[Text]:
    """Return lines without what all of them are set in by."""
    least = min((column_of(line.content) for line in lines if line.content.strip()), default=0)
    return [line.slice(_characters(line.content, least), len(line)) for line in lines]


def _characters(content: str, columns: int) -> int:
    """Return how many characters fill so many columns at the start of a line."""
    lead = content[: len(content) - len(content.lstrip())]
    if "\t" not in lead:
        return min(columns, len(lead))
    return (
        next((at for at in range(len(lead) + 1) if column_of(lead[:at] + ".") >= columns), len(lead))
        if len(lead) < _MOST_TABS
        else len(lead)
    )


def _joined(cell: Sequence[Text]) -> Text:
    kept = [part for part in cell if part.content]
    return Text.join(kept, " ") if len(kept) > 1 else kept[0] if kept else cell[0] if cell else Text.of("")


def _barless(cell: Text) -> Text:
    """Return a cell whose bars separate nothing."""
    if "|" not in cell.content:
        return cell
    parts: list[Text] = []
    start = 0
    for at, char in enumerate(cell.content):
        if char == "|":
            parts += [cell.slice(start, at), stand_in("\\|", cell.span(at, at + 1))]
            start = at + 1
    return Text.join([part for part in (*parts, cell.slice(start, len(cell))) if part.content])

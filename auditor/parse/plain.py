"""Lines that no markup describes: what stands in a fence without a language, an indented block, a program's output.

Read line by line: `key: value` and `key = value`, bullets, tree drawings and tables drawn with bars; nesting is what the
columns say. A line that is none of these is kept as it stands (kind CODE).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from auditor.parse.aligned import GAP, MEASURE, cells_of, drawn_at
from auditor.parse.builder import Builder, Path, under
from auditor.parse.emit import add_pieces
from auditor.parse.inline import Inline
from auditor.parse.labels import Piece, introduces, split_label, split_pieces, without_colon
from auditor.parse.lines import column_of, cut_lines
from auditor.parse.tables import add_table, is_rule, split_row
from auditor.records import dataclass
from auditor.spans import Text
from auditor.statements import Kind, LabelKind

__all__ = ["is_output", "pair", "read", "read_lines"]

_KNOT: Final = re.compile(r"(?:[├└┣┗╠╚]|[+|`\\](?=-))[─━═-]{1,4}[>▶►]?(?=\s|\w|[^\s\w│┃|─━═+-])")
_STEM: Final = re.compile(r"[\s│┃|]*")
_MARK: Final = re.compile(r"(?:[-*+•‣▪●○◦·–]|\(?\d{1,3}[.)]|\(?[a-z][.)])(?=\s)")
_DRAWN: Final = re.compile(r"[\s\-=+|:─━═│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╭╮╯╰.*_~#]*")
_BAR: Final = re.compile(r"[│┃║]")
_BARS: Final = "|│┃║"

_CORNERS: Final = "┌└╔╚╭╰"
_SECTION: Final = re.compile(r"(?:[=\-#*~─═]{2,40}|#|//)\s+(?=\S)")
_RULE_KEY: Final = 1_000_000

_TITLE, _PLAIN, _BRANCHED = 0, 1, 2


@dataclass(slots=True)
class _Open:
    """A line that later lines may be nested under."""

    key: int
    path: Path
    index: int | None
    until_blank: bool = False


@dataclass(slots=True)
class _Line:
    text: Text
    body: Text
    key: int
    kind: Kind


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a text line by line."""
    read_lines(builder, cut_lines(text), path)


def read_lines(builder: Builder, lines: list[Text], path: Path, *, parent: int | None = None, depth: int = 0) -> None:
    """Read lines that were cut already; `parent` and `depth` say under which statement they stand."""
    stack: list[_Open] = []
    group = builder.group()
    blank = False
    parsed: list[_Line | None] = [_line(line) for line in lines]
    at = tried = searched = 0

    def is_plain(index: int) -> bool:
        found = parsed[index]
        return found is not None and found.kind is Kind.ENTRY

    while at < len(lines):
        line = parsed[at]
        if line is None:
            blank = True
            stack = [one for one in stack if not one.until_blank]
            at += 1
            continue
        until, tried = _table_end(lines, at) if at >= tried else (at, tried)
        if until > at:
            outer = stack[-1] if stack and stack[-1].key < line.key else None
            _add_drawn_table(builder, lines[at:until], outer.path if outer else path)
            at, blank = until, False
            continue
        drawn = drawn_at(lines, at, is_plain) if line.kind is Kind.ENTRY and at >= searched else None
        if drawn is not None:
            while stack and stack[-1].key >= line.key:
                stack.pop()
            add_table(builder, stack[-1].path if stack else path, drawn.head, drawn.rows)
            at = searched = drawn.end
            blank = False
            continue
        while stack and stack[-1].key >= line.key:
            stack.pop()
        if blank and not stack:
            group = builder.group()
        blank = False
        at += 1
        if not line.body.content:
            if line.text.content.strip()[0] in _CORNERS:
                stack.clear()
            continue
        outer = stack[-1] if stack else None
        here = outer.path if outer else path
        owner = outer.index if outer else parent
        level = depth + len(stack)
        following = parsed[at] if at < len(lines) else None
        later = following or next((one for one in parsed[at : at + 3] if one is not None), None)
        opened = _add_line(builder, line, here, group, level, owner, following, later)
        if opened is not None:
            stack.append(opened)


def _line(text: Text) -> _Line | None:
    content = text.content
    if not content.strip() or _DRAWN.fullmatch(content):
        # A rule or the frame of a box says nothing; it does not end a block either.
        return None if not content.strip() else _Line(text, text.slice(0, 0), _RULE_KEY, Kind.CODE)
    stem = _end(_STEM, content)
    if (knot := _knot(content, stem)) is not None:
        column = column_of(content[: knot.start()].replace("│", " ").replace("┃", " ").replace("|", " "))
        return _Line(text, text.slice(knot.end(), len(content)).strip(), column * 4 + _BRANCHED, Kind.TREE)
    if content[:stem].strip():
        return _stemmed(text, stem)
    if mark := _MARK.match(content, stem):
        return _Line(text, text.slice(mark.end(), len(content)).strip(), column_of(content) * 4 + _BRANCHED, Kind.ITEM)
    body = text.strip()
    if section := _SECTION.match(body.content):  # `=== Memory ===`, `# Memory`
        inner = body.slice(section.end(), len(body)).strip("=-#*~─═ \t")
        if any(char.isalnum() for char in inner.content):
            says = split_label(Inline(inner))
            level = _PLAIN if says.label is not None and says.value.content else _TITLE
            return _Line(text, inner, column_of(content) * 4 + level, Kind.ENTRY)
    return _Line(text, body, column_of(content) * 4 + _PLAIN, Kind.ENTRY)


def _end(pattern: re.Pattern[str], content: str) -> int:
    match = pattern.match(content)
    return match.end() if match else 0


def _knot(content: str, stem: int) -> re.Match[str] | None:
    """Return the knot of a branch behind its stem; a bar may be the last of the stem or the knot itself (`|--`)."""
    return _KNOT.match(content, stem) or (_KNOT.match(content, stem - 1) if content[stem - 1 : stem] == "|" else None)


def _stemmed(text: Text, stem: int) -> _Line:
    """A line with bars before it: one that goes on under a branch, one of a box, or a row of cells."""
    content = text.content
    body = text.slice(stem, len(content)).strip()
    if not _BAR.search(body.content) and "|" not in body.content:
        return _Line(text, body, stem * 4 + _PLAIN, Kind.TREE)
    inner = body.strip("│┃║| ")
    if not _BAR.search(inner.content) and "|" not in inner.content:
        return _Line(text, inner, stem * 4 + _PLAIN, Kind.ENTRY)
    return _Line(text, text.strip(), column_of(content) * 4 + _PLAIN, Kind.CODE)


def _is_cells(content: str) -> bool:
    return content.lstrip().startswith(tuple(_BARS))


def _add_line(
    builder: Builder, line: _Line, path: Path, group: int, depth: int, parent: int | None, following: _Line | None, later: _Line | None
) -> _Open | None:
    """Add one line; return it as something to nest under."""
    body = Inline(line.body)
    nests = later is not None and line.key < later.key < _RULE_KEY
    underlined = following is not None and following.key == _RULE_KEY and pair(line.body) is None
    if line.kind is Kind.ENTRY and (underlined or line.key % 4 == _TITLE) and split_label(body).label is None:
        label = without_colon(line.body)
        index = builder.add(Kind.HEAD, path, label, group, depth=depth, parent=parent)
        return _Open(line.key - line.key % 4, under(path, label, LabelKind.LEAD), index)
    if line.kind is Kind.ENTRY and introduces(body):
        label = without_colon(line.body)
        index = builder.add(Kind.HEAD, path, label, group, depth=depth, parent=parent)
        key = line.key
        # A title at the column of what it introduces stands over it up to the next blank line.
        level = following is not None and following.key == line.key and not introduces(Inline(following.body))
        if level:
            key = line.key - _PLAIN + _TITLE
        return _Open(key, under(path, label, LabelKind.LEAD), index, level)
    pieces = split_pieces(body)
    if line.kind is Kind.ENTRY and len(pieces) == 1 and pieces[0].label is None and (found := pair(line.body)) is not None:
        pieces = [found]
    labelled = pieces[0].label
    kind = line.kind
    if kind is Kind.ENTRY and labelled is None:
        # `= 64 x 2` under `Modules = EP x TP` goes on with its equation.
        continues = bool(path) and path[-1].kind is LabelKind.KEY and line.body.content[0] in "=≈≤≥<>→"
        kind = Kind.HEAD if nests else Kind.ENTRY if continues else Kind.CODE
    label_kind = LabelKind.KEY if line.kind is Kind.ENTRY else LabelKind.ITEM
    owner = add_pieces(builder, kind, path, pieces, group, depth=depth, parent=parent, label_kind=label_kind, always=True)
    label = labelled if labelled is not None else line.body
    if not label.content:
        return None
    outer_kind = LabelKind.LEAD if kind is Kind.HEAD else label_kind
    return _Open(line.key, under(path, label, outer_kind, depth), owner)


def _table_end(lines: list[Text], at: int) -> tuple[int, int]:
    """Return the line behind the table that starts at line `at` (or `at` where none does), and up to where was looked."""
    content = lines[at].content
    if not (_is_cells(content) or (content.lstrip()[:1] in tuple("+┌╔╭") and _DRAWN.fullmatch(content))):
        return at, at
    end = at
    rows: list[int] = []
    ruled = 0
    first_rule = -1
    while end < len(lines):
        content = lines[end].content
        if not content.strip():
            break
        if _DRAWN.fullmatch(content):
            ruled += 1
            if rows and first_rule < 0:
                first_rule = end
        elif _is_cells(content) and content.rstrip()[-1] in _BARS and _knot(content, _end(_STEM, content)) is None:
            rows.append(len(_cells(lines[end])))
        else:
            break
        end += 1
    if len(rows) < 2 or first_rule < 0 or min(rows) < 2 or len(set(rows)) != 1:
        return at, end
    return end, end


def _cells(line: Text) -> list[Text]:
    if not _BAR.search(line.content):
        return split_row(line)
    cells: list[Text] = []
    start = 0
    for match in re.finditer(r"[|│┃║]", line.content):
        cells.append(line.slice(start, match.start()).strip())
        start = match.end()
    return cells[1:]


def _add_drawn_table(builder: Builder, lines: list[Text], path: Path) -> None:
    head: list[Inline] | None = None
    rows: list[list[Inline]] = []
    for line in lines:
        if is_rule(line.content) or _DRAWN.fullmatch(line.content):
            if rows and head is None:
                head = rows.pop() if len(rows) == 1 else []
            continue
        rows.append([Inline(cell) for cell in _cells(line)])
    add_table(builder, path, head or [], rows)


def pair(body: Text) -> Piece | None:
    """A name and a measure with a wide gap or dots between: `Weights ........ 17.5 GB`."""
    gap = GAP.search(body.content)
    if gap is None or gap.end() == len(body) or not MEASURE.match(body.content, gap.end()) or len(cells_of(body)) > 3:
        return None
    label = body.slice(0, gap.start()).strip()
    if not label.content or not label.content[0].isalpha() or len(label.content.split()) > 8:
        return None
    return Piece(label, Inline(body.slice(gap.end(), len(body)).strip()))


def is_output(lines: Sequence[Text]) -> bool:
    """Tell whether lines are what a program printed, a name and its value each: most of them pairs with a gap or dots between."""
    pairs = sum(pair(line.strip()) is not None for line in lines)
    return pairs >= _FEWEST_PAIRS and pairs * 2 > len(lines)


_FEWEST_PAIRS: Final = 2

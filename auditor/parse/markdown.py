"""Markdown to statements.

markdown-it tells the blocks and their lines; the columns come from the source lines themselves. Each line of a block's
content is a suffix of its source line, so nothing has to be searched for, and inline markup is dropped by `inline.scan`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field, replace
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.parse.builder import Builder, Path, under
from auditor.parse.directives import heard
from auditor.parse.embedded import read_block
from auditor.parse.emit import add_pieces
from auditor.parse.html import comment_texts, comments, is_comment, read_tables, to_markdown
from auditor.parse.inline import Inline, MarkKind, scan
from auditor.parse.labels import Piece, introduces, split_label, split_pieces, without_colon, without_marks
from auditor.parse.lines import column_of, cut_lines
from auditor.parse.plain import is_output, pair, read_lines
from auditor.parse.readers import MAX_EMBEDDED, of_language, read_inside
from auditor.parse.stamps import is_stamped, speaks, stamp_of
from auditor.parse.tables import add_table, is_rule, split_row
from auditor.records import dataclass
from auditor.spans import Text
from auditor.statements import Kind, Label, LabelKind

__all__ = ["read"]

_MAX_BLOCK_NESTING: Final = 100
_MAX_LEAD: Final = 200
_SHORT_LINE: Final = 60
"""A line of wrapped prose is longer than this."""
_NAME_WORDS: Final = 6
_SET_IN: Final = 2
"""A line that begins so many columns further is set in."""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_BLOCK_NESTING}).enable("table")
    # Inline markup is read by our own scanner, which keeps positions; link definitions are told apart there too.
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.disable("reference")
    return parser


@dataclass(slots=True)
class _Node:
    """A block token with the blocks inside it."""

    token: Token
    children: list[_Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where blocks stand: the labels of the bullets around them."""

    labels: Path = ()
    parent: int | None = None
    depth: int = 0
    nested: bool = False


_FRONT_MATTER: Final = {"---": "yaml", "+++": "toml"}
_REFERENCE: Final = re.compile(
    r"[ ]{0,3}\[([^\]\[^][^\]\[]{0,200})\]:[ \t]{0,20}(?:<[^<>]{0,1000}>|[^\s<]\S{0,1000})(?:[ \t]+[\"'(].{0,300})?[ \t]*"
)
_LINK_LIKE: Final = re.compile(r"[/.#:]")
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\s]{1,100}\]:\s*")
_ALERT: Final = re.compile(r"\[![A-Za-z]{1,20}\]")
_MDX_LINE: Final = re.compile(r"(?:import|export)\s.{0,2000}")
_MDX_FROM: Final = re.compile(r"import\s.*[\"'];?|export\s+(?:const|default|function|let|var)\b.*")
_HEADINGS: Final = re.compile(r"^#{1,4} .{0,200}\n(?:.{0,2000}\n){0,200}?#{1,4} ", re.MULTILINE)
_FRAME: Final = re.compile(r"\+[-=+]{3}|[┌┬┐─╔╦╗═]{3}")
_GRID: Final = re.compile(r"\+[-=+]{3}|[|│┃║]|[┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝─━═]{3}")
_PSEUDO_BULLET: Final = re.compile(r"[•‣▪●◦○·]\s*|[-–—*]\s+")
_ENDS_SENTENCE: Final = re.compile(r"[.!?]\s+(?=[A-Z])")
_SUMMARY: Final = re.compile(r"(?i)<summary>([^<>\n]{1,200})</summary>")
_STRUCTURES: Final = frozenset({"bullet_list", "ordered_list", "table", "fence", "code_block", "html_block", "blockquote"})


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a Markdown text, every path beginning with `path`."""
    _Markdown(builder, text, path).run()


class _Markdown:
    def __init__(self, builder: Builder, text: Text, path: Path) -> None:
        self.builder = builder
        self.path = path
        self.text = text
        self.lines = cut_lines(text)
        self.headings: list[Label] = []
        self.seen = [False] * len(self.lines)
        self.skip_until = 0
        self.references: frozenset[str] = frozenset()

    def run(self) -> None:
        contents = [line.content for line in self.lines]
        self._front_matter(contents)
        self._modules(contents)
        tokens = _parser().parse("\n".join(contents))
        root = _tree(tokens)
        self.references = self._definitions(tokens)
        self._blocks(root, _Place())
        self._unread(contents)

    # What stands outside the blocks

    def _front_matter(self, contents: list[str]) -> None:
        mark = contents[0].rstrip() if contents else ""
        if mark not in _FRONT_MATTER:
            return
        for end in range(1, min(len(contents), 2000)):
            if contents[end].rstrip() == mark or (mark == "---" and contents[end].rstrip() == "..."):
                break
            if not contents[end].strip() and end == 1:
                return
        else:
            return
        inside = contents[1:end]
        if not any(":" in line or "=" in line for line in inside):
            return
        read_inside(_FRONT_MATTER[mark], self.builder, Text.join(self.lines[1:end], "\n"), self.path)
        self._blank(contents, 0, end + 1)

    def _modules(self, contents: list[str]) -> None:
        """MDX `import` and `export` lines above the text are program, not report."""
        for number, line in enumerate(contents):
            if _MDX_LINE.fullmatch(line) and _MDX_FROM.fullmatch(line):
                self._blank(contents, number, number + 1)
            elif line.strip() and number > 60:
                return

    def _blank(self, contents: list[str], start: int, end: int) -> None:
        for number in range(start, end):
            contents[number] = ""
            self.seen[number] = True

    def _definitions(self, tokens: Sequence[Token]) -> frozenset[str]:
        names = set()
        for token in tokens:
            if token.type == "inline" and token.content.startswith("["):
                for line in token.content.split("\n"):
                    match = _REFERENCE.fullmatch(line)
                    if match is not None:
                        names.add(match.group(1).casefold())
        return frozenset(names)

    def _unread(self, contents: list[str]) -> None:
        """Nothing is skipped silently: lines that no block took are kept as they stand."""
        left = [number for number, line in enumerate(contents) if not self.seen[number] and any(char.isalnum() for char in line)]
        if not left:
            return
        group = self.builder.group()
        for number in left:
            self.builder.add(Kind.CODE, self.path, self.lines[number].strip(), group)

    def _hear(self, comment: Text) -> bool:
        return heard(self.builder, comment, self.text, "markdown")

    def _directive(self, node: _Node) -> bool:
        """Take a block that only speaks to the auditor; what stands above it then still stands above what comes next."""
        if node.token.type != "html_block" or node.token.map is None or node.token.map[0] < self.skip_until:
            return False
        start, end = node.token.map
        text = Text.join(self.lines[start : min(end, len(self.lines))], "\n")
        if not is_comment(text.content) or not self._hear(text.strip()):
            return False
        self._cover(node)
        return True

    def _block(self, start: int, end: int) -> None:
        """Remember where a table or a fence stands."""
        if end > start:
            self.builder.blocks.append(self.lines[start].whole.join(self.lines[end - 1].whole))

    def _cover(self, node: _Node) -> tuple[int, int]:
        start, end = node.token.map or [0, 0]
        end = min(end, len(self.lines))
        for number in range(start, end):
            self.seen[number] = True
        return start, end

    # Blocks

    def _blocks(self, nodes: Sequence[_Node], place: _Place) -> None:
        title: Label | None = None
        lead: Label | None = None
        nodes = [node for node in nodes if not self._directive(node)]
        own: list[Label] = []  # headings inside a list or a quote do not reach outside it
        code: int | None = None  # the first statement of the block of code right above
        for number, node in enumerate(nodes):
            name = node.token.type.removesuffix("_open")
            if node.token.map is not None and node.token.map[0] < self.skip_until:
                continue
            headings = own if place.nested else self.headings
            leads = tuple(label for label in (title, lead) if label is not None)
            path = (*self.path, *self.headings, *place.labels, *(own if place.nested else ()), *leads)
            following = nodes[number + 1].token.type.removesuffix("_open") if number + 1 < len(nodes) else ""
            if name == "heading":
                title = lead = None
                self._heading(node, headings, place)
                code = None
            elif name == "paragraph":
                path = path if lead is None else path[:-1]
                title, lead = self._paragraph(node, path, place, title, following)
                code = code if lead is not None else None
            elif name in _STRUCTURES:
                inner = replace(place, labels=(*place.labels, *own, *leads), nested=True)
                if name == "html_block":
                    title = self._html(node, path, place, title)
                else:
                    first = len(self.builder.statements)
                    self.builder.printed_of = code if name == "fence" and _prints(node, told=lead is not None) else None
                    self._structure(name, node, path, inner)
                    self.builder.printed_of = None
                    code = first if name == "fence" and _is_code(node) and len(self.builder.statements) > first else None
                lead = None
            elif name == "hr":
                self._cover(node)
                title = lead = None

    def _structure(self, name: str, node: _Node, path: Path, place: _Place) -> None:
        if name in ("bullet_list", "ordered_list"):
            self._list(node, place)
        elif name == "blockquote":
            self._blocks(node.children, place)
        elif name == "table":
            start, end = self._cover(node)
            self._block(start, end)
            self._table(start, end, path, place)
        else:
            self._code(node, path, place)

    def _heading(self, node: _Node, headings: list[Label], place: _Place) -> None:
        self._cover(node)
        level = int(node.token.tag[1:] or 1)
        while headings and headings[-1].level >= level:
            headings.pop()
        outer = (*self.path, *self.headings, *place.labels, *(headings if place.nested else ()))
        lines = self._content(node.children[0].token, heading=True) if node.children else []
        if len(lines) > 1 and is_output(lines):
            read_lines(self.builder, lines, outer, parent=place.parent, depth=place.depth)
            return
        text = Inline.join([scan(line, self.references, self._hear) for line in lines], " ").strip().text if lines else None
        if text is None or not text.content:
            return
        self.builder.add(Kind.HEADING, outer, text, self.builder.group(), depth=level - 1, parent=place.parent)
        headings.append(Label(text, LabelKind.HEADING, level))

    def _paragraph(self, node: _Node, path: Path, place: _Place, title: Label | None, following: str) -> tuple[Label | None, Label | None]:
        """Add a paragraph; return the title and the lead that stand over what follows."""
        lines = self._paragraph_lines(node)
        if not lines:
            return title, None
        group = self.builder.group()
        if self._barred(lines, path, place) or self._printed(lines, path, place):
            return title, None
        if is_stamped([line.inline.text for line in lines]):
            self._entries(lines, path, place, group)
            return title, None
        runs = _runs(lines)
        if not runs:
            return title, None
        if len(runs) > 1 and _is_title(runs[0], structure=False, ends=False):
            path = path if title is None else path[:-1]
            text = without_colon(runs.pop(0).text)
            self.builder.add(Kind.HEAD, path, text, group, depth=place.depth, parent=place.parent)
            title = Label(text, LabelKind.LEAD)
            path = (*path, title)
        last = runs.pop()
        for run in runs:
            add_pieces(self.builder, Kind.SENTENCE, path, split_pieces(run), group, depth=place.depth, parent=place.parent)
        structure = following in _STRUCTURES
        if not runs and _is_title(last, structure=structure, ends=following in ("", "heading")):
            outer = path if title is None else path[:-1]
            text = without_colon(last.text)
            self.builder.add(Kind.HEAD, outer, text, group, depth=place.depth, parent=place.parent)
            return Label(without_marks(text), LabelKind.LEAD), None
        if structure and introduces(last):
            before, text = _last_sentence(last)
            if before is not None:
                self.builder.add(Kind.SENTENCE, path, before, group, depth=place.depth, parent=place.parent)
            self.builder.add(Kind.HEAD, path, text, group, depth=place.depth, parent=place.parent)
            return title, Label(text, LabelKind.LEAD)
        pieces = split_pieces(last)
        add_pieces(self.builder, Kind.SENTENCE, path, pieces, group, depth=place.depth, parent=place.parent)
        if structure and not runs and (caption := _caption(last, pieces[0])) is not None:
            return title, Label(caption, LabelKind.LEAD)
        return title, None

    def _entries(self, lines: list[_TextLine], path: Path, place: _Place, group: int) -> None:
        """Read the entries of a log, or the turns of a talk: what has no stamp goes on with the entry above it."""
        here, entry = path, list[Inline]()
        for line in lines:
            stamp = stamp_of(line.inline.text)
            if stamp is not None or speaks(line.inline.text):
                self._entry(entry, here, place, group)
                here = path if stamp is None or stamp.word is None else under(path, stamp.word, LabelKind.ITEM, place.depth)
                entry = [line.inline if stamp is None else line.inline.slice(stamp.end, len(line.inline.content))]
            else:
                entry.append(line.inline)
        self._entry(entry, here, place, group)

    def _entry(self, lines: list[Inline], path: Path, place: _Place, group: int) -> None:
        """Read the lines of one entry: sentences over several lines, and names with their values in columns."""
        listed = [pair(line.text.strip()) is not None for line in lines]
        at = 0
        while at < len(lines):
            end = next((end for end in range(at + 1, len(lines)) if listed[end] != listed[at]), len(lines))
            if listed[at] and end - at > 1:
                read_lines(self.builder, [line.text for line in lines[at:end]], path, parent=place.parent, depth=place.depth)
                at = end
                continue
            end = at + 1 if listed[at] else end
            said = Inline.join(lines[at:end], " ").strip()
            at = end
            if at < len(lines) and introduces(said):
                text = without_colon(said.text)
                self.builder.add(Kind.HEAD, path, text, group, depth=place.depth, parent=place.parent)
                path = under(path, text, LabelKind.LEAD)
            else:
                add_pieces(self.builder, Kind.SENTENCE, path, split_pieces(said), group, depth=place.depth, parent=place.parent)

    def _printed(self, lines: list[_TextLine], path: Path, place: _Place) -> bool:
        """Read lines of names and values as they are printed, which Markdown would run together."""
        rows = [line.raw for line in lines]
        if not is_output(rows):
            return False
        read_lines(self.builder, rows, path, parent=place.parent, depth=place.depth)
        return True

    def _barred(self, lines: list[_TextLine], path: Path, place: _Place) -> bool:
        """Read lines with bars that markdown-it takes for a paragraph (a rule with the wrong number of cells) as a table."""
        rows = [line.raw for line in lines]
        if len(rows) > 2 and _FRAME.match(rows[0].content.lstrip()) and all(_GRID.match(row.content.lstrip()) for row in rows):
            read_lines(self.builder, rows, path, parent=place.parent, depth=place.depth)
            return True
        counts = [row.content.count("|") if row.content.lstrip().startswith("|") else 0 for row in rows]
        if len(rows) < 2 or min(counts) < 2 or max(counts) < 3:
            return False
        cells = [[scan(cell, self.references, self._hear) for cell in split_row(row)] for row in rows if not is_rule(row.content)]
        head = cells.pop(0) if is_rule(rows[1].content) and cells else []
        add_table(self.builder, path, head, cells, depth=place.depth, parent=place.parent)
        return True

    def _list(self, node: _Node, place: _Place) -> None:
        group = self.builder.group()
        path = (*self.path, *self.headings, *place.labels)
        for item in node.children:
            blocks = item.children
            if not blocks or blocks[0].token.type != "paragraph_open":
                self._blocks(blocks, replace(place, nested=True))
                continue
            lines = self._paragraph_lines(blocks[0])
            runs = _runs(lines)
            if not runs:
                self._blocks(blocks[1:], replace(place, nested=True))
                continue
            pieces = split_pieces(runs[0])
            owner = add_pieces(self.builder, Kind.ITEM, path, pieces, group, depth=place.depth, parent=place.parent, always=True)
            text = pieces[0].label if pieces[0].label is not None else without_marks(without_colon(runs[0].text))
            labels = under(place.labels, text, LabelKind.ITEM, place.depth) if text.content else place.labels
            inner = _Place(labels, owner if owner is not None else place.parent, place.depth + 1, nested=True)
            below = (*self.path, *self.headings, *labels)
            for run in runs[1:]:
                add_pieces(self.builder, Kind.ITEM, below, split_pieces(run), group, depth=inner.depth, parent=inner.parent)
            self._blocks(blocks[1:], inner)

    def _table(self, start: int, end: int, path: Path, place: _Place) -> None:
        lines = [self._bare(line) for line in self.lines[start:end]]
        head: list[Inline] = []
        rows: list[list[Inline]] = []
        for number, line in enumerate(lines):
            if number == 1 and is_rule(line.content):
                continue
            cells = [scan(cell, self.references, self._hear) for cell in split_row(line)]
            if number:
                rows.append(cells)
            else:
                head = cells
        add_table(self.builder, path, head, rows, depth=place.depth, parent=place.parent)

    def _bare(self, line: Text) -> Text:
        """Drop the marks of quotes and bullets before a table row."""
        content = line.content
        at = 0
        while match := _PREFIX.match(content, at):
            at = match.end()
        return line.slice(at, len(content)).strip() if at else line.strip()

    def _code(self, node: _Node, path: Path, place: _Place) -> None:
        start, end = self._cover(node)
        self._block(start, end)
        token = node.token
        if token.type != "fence":
            read_lines(self.builder, self.lines[start:end], path, parent=place.parent, depth=place.depth)
            return
        opening = self.lines[start]
        at = opening.content.find(token.markup)
        info = opening.slice(at + len(token.markup), len(opening)).strip() if at >= 0 else None
        wanted = token.content.split("\n")[:-1]
        body = self.lines[start + 1 : start + 1 + len(wanted)]
        if body:
            text = Text.join([_ends(line, want) for line, want in zip(body, wanted, strict=False)], "\n")
            if start + 1 + len(wanted) >= end and _HEADINGS.search(text.content) and not (info is not None and info.content):
                # The fence is never closed, and a report with headings stands behind it.
                self.builder.note("a fence (```) that is never closed; what stands behind it is read as Markdown", opening.strip())
                read_inside("markdown", self.builder, text, self.path)
                return
            read_block(self.builder, text, path, info)

    def _html(self, node: _Node, path: Path, place: _Place, title: Label | None) -> Label | None:
        """Read an HTML block; return the title that stands over what follows (the summary of a `<details>`)."""
        start, end = self._cover(node)
        content = "\n".join(line.content for line in self.lines[start:end]).casefold()
        if "<table" in content:
            while "</table" not in content and end < len(self.lines):
                content += "\n" + self.lines[end].content.casefold()
                end += 1
                if end - start > 20_000:
                    break
            for number in range(start, end):
                self.seen[number] = True
            self.skip_until = end
            self._block(start, end)
        text = Text.join(self.lines[start:end], "\n")
        if is_comment(text.content):
            group = self.builder.group()
            for part in comment_texts(text):
                self.builder.add(Kind.CODE, path, part, group, depth=place.depth, parent=place.parent, struck=True)
            return title
        for comment in comments(text):
            self._hear(comment)
        rest = read_tables(self.builder, text, path, self.references)
        if self.builder.embedded >= MAX_EMBEDDED:
            read_lines(self.builder, cut_lines(rest), path)
            return title
        inner = to_markdown(rest)
        if inner.content.strip():
            read_inside("markdown", self.builder, inner, path)
        if "</details" in content:
            title = None
        summary = _SUMMARY.search(rest.content)
        if summary is not None:
            text = scan(rest.slice(summary.start(1), summary.end(1))).strip().text
            title = Label(text, LabelKind.LEAD) if text.content else title
        return title

    # Lines and their places

    def _paragraph_lines(self, node: _Node) -> list[_TextLine]:
        self._cover(node)
        token = node.children[0].token if node.children else None
        if token is None or token.map is None:
            return []
        raw = self._content(token)
        lines = [line for line in raw if not self._is_definition(line.content) and not _ALERT.fullmatch(line.content.strip())]
        if not lines:
            return []
        hard = {line.whole.end for line in lines if self._breaks(line)}
        inner = self._set_in(node, raw)
        joined = scan(Text.join(lines, "\n") if len(lines) > 1 else lines[0], self.references, self._hear)
        result: list[_TextLine] = []
        at = 0
        broken = True
        for line in joined.lines():
            end = at + len(line.content)
            break_span = joined.text.span(end, end + 1) if end < len(joined.content) else None
            stripped = line.strip()
            if stripped.content.endswith("\\"):
                stripped = stripped.slice(0, len(stripped.content) - 1).strip()
            if stripped.content:
                # Lines set in under a first one that is no wrapped prose, and what comes back from them, stand for themselves.
                deep = line.text.whole.start in inner
                stands = bool(result) and (len(result[-1].inline.content) < _SHORT_LINE if deep else result[-1].deep)
                result.append(_TextLine(stripped, line.text, broken or stands, deep))
            broken = break_span is None or len(break_span) > 0 or break_span.start in hard
            at = end + 1
        return result

    def _is_definition(self, content: str) -> bool:
        match = _REFERENCE.fullmatch(content)
        return match is not None and _LINK_LIKE.search(content[match.end(1) + 2 :]) is not None

    def _set_in(self, node: _Node, lines: Sequence[Text]) -> frozenset[int]:
        """Return where the lines begin that are set in under the first of a paragraph that stands in no list."""
        if node.token.level or node.token.map is None:
            return frozenset()
        sources = self.lines[node.token.map[0] : node.token.map[1]]
        first = column_of(sources[0].content) if sources else 0
        return frozenset(
            line.whole.start for line, source in zip(lines, sources, strict=False) if column_of(source.content) >= first + _SET_IN
        )

    def _breaks(self, line: Text) -> bool:
        return line.content.endswith(("  ", "\\"))

    def _content(self, token: Token, *, heading: bool = False) -> list[Text]:
        """The source lines of an inline token, from the column where its content starts."""
        start = token.map[0] if token.map else 0
        result: list[Text] = []
        for number, content in enumerate(token.content.split("\n")):
            if start + number >= len(self.lines):
                break
            source = self.lines[start + number]
            if heading and not source.content.rstrip().endswith(content.strip()):
                trimmed = source.content.rstrip().rstrip("#")
                source = source.slice(0, len(trimmed))
            result.append(_ends(source, content, trailing=True))
        return result


def _is_code(node: _Node) -> bool:
    return of_language(node.token.info) in ("python", "shell")


def _prints(node: _Node, *, told: bool) -> bool:
    """Tell whether a block below a block of code is what it prints: it says so, or follows without a language and without a word."""
    word = node.token.info.strip().split(maxsplit=1)[0].casefold() if node.token.info.strip() else ""
    return word in _OUTPUTS or (not word and not told)


_OUTPUTS: Final = frozenset({"output", "out", "stdout", "text", "txt", "log", "console-output"})
"""Info strings of blocks that hold what a program printed."""

_PREFIX: Final = re.compile(r"[ \t]{0,3}(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]+\S))[ \t]*(?!-{2,})")


def _ends(source: Text, content: str, *, trailing: bool = False) -> Text:
    """The part of a source line that ends as `content` does; with its trailing blanks where asked for."""
    wanted = content.strip()
    line = source.content.replace("\0", "\ufffd")
    stripped = line.rstrip()
    if not wanted:
        return source.slice(len(line), len(line))
    if not trailing and line.endswith(content):
        return source.slice(len(line) - len(content), len(line))
    if stripped.endswith(wanted):
        return source.slice(len(stripped) - len(wanted), len(line) if trailing else len(stripped))
    return source.strip()  # a tab half eaten by a list mark: the line is kept whole


@dataclass(frozen=True, slots=True)
class _TextLine:
    inline: Inline
    raw: Text
    broken: bool
    """A hard line break stands before it (or it is the first)."""
    deep: bool = False
    """It is set in under the first line of a paragraph of its own."""


def _tree(tokens: Sequence[Token]) -> list[_Node]:
    root: list[_Node] = []
    stack = [root]
    for token in tokens:
        if token.nesting < 0:
            if len(stack) > 1:
                stack.pop()
            continue
        node = _Node(token)
        stack[-1].append(node)
        if token.nesting > 0:
            stack.append(node.children)
    return root


def _runs(lines: list[_TextLine]) -> list[Inline]:
    """Join the lines of a paragraph that are one sentence; a line that gives itself a label begins a new one."""
    runs: list[list[Inline]] = []
    labelled = False
    for line in lines:
        inline = line.inline
        if (match := _FOOTNOTE.match(inline.content)) or (match := _PSEUDO_BULLET.match(inline.content)):
            inline = inline.slice(match.end(), len(inline.content))
            starts = True
        else:
            starts = line.broken
        piece = split_label(inline)
        if not starts and runs:
            before = runs[-1][-1]
            named = _is_named(piece) and (labelled or len(before.content) < _SHORT_LINE)
            starts = piece.marked or (piece.strong and piece.label is not None) or named or (len(runs[-1]) == 1 and _is_bold(before))
        labelled = piece.label is not None
        if starts or not runs:
            runs.append([inline])
        else:
            runs[-1].append(inline)
    return [Inline.join(run, " ").strip() for run in runs if any(part.content.strip() for part in run)]


def _is_named(piece: Piece) -> bool:
    """Tell whether a line reads as `Name: value` rather than as the middle of a wrapped sentence."""
    if piece.label is None or len(piece.label.content.split()) > _NAME_WORDS:
        return False
    label = piece.label.content
    return label[:1].isupper() or "_" in label or label[:1].isdigit()


def _is_bold(line: Inline) -> bool:
    """Tell whether a line is wholly in bold, ticks and a colon aside."""
    content = line.content.rstrip()
    bare = content.rstrip(":： ")
    if not bare:
        return False
    start = _mark_start(content)
    return any(mark.kind is MarkKind.BOLD and mark.start <= start and mark.end >= len(bare) for mark in line.marks)


def _is_title(line: Inline, *, structure: bool, ends: bool) -> bool:
    """A line wholly in bold stands over what follows it as a heading does."""
    content = line.content.rstrip()
    if ends or len(content) > _MAX_LEAD or not _is_bold(line):
        return False
    piece = split_label(line)
    if piece.label is not None and piece.value.content.strip():
        return False
    return structure or not content.endswith((".", "!"))


def _mark_start(content: str) -> int:
    """Where the first letter or digit stands: ticks and pictures before a bold title do not matter."""
    return next((at for at, char in enumerate(content) if char.isalnum() or char in "([\"'"), 0)


def _caption(line: Inline, piece: Piece) -> Text | None:
    """Return the caption that a short line is to what follows it; behind a number (`Table 2: ...`) it may be a sentence."""
    content = line.content
    numbered = _NUMBERED.match(content)
    if numbered is not None and len(content) <= _MAX_LEAD:
        return line.text.slice(numbered.end(), len(content)).strip().strip(".")
    if len(content) > _MAX_CAPTION or len(content.split()) > _MAX_CAPTION_WORDS or content.endswith((".", "!", "?", ";", ",")):
        return None
    return piece.label if piece.label is not None else without_marks(line.text)


_MAX_CAPTION: Final = 100
_MAX_CAPTION_WORDS: Final = 12
_NUMBERED: Final = re.compile(r"[A-Z][a-z]{2,9}\.? \d{1,3}[a-z]?(?:\.\d{1,2})?\s?[.:–—-]\s(?=\S)")
"""`Table 2: `, `Fig. 3. `"""


def _last_sentence(line: Inline) -> tuple[Text | None, Text]:
    """Split an introducing paragraph into what comes before and the sentence that introduces."""
    cut = 0
    for match in _ENDS_SENTENCE.finditer(line.content):
        cut = match.end()
    before = line.text.slice(0, cut).strip() if cut else None
    return before, without_colon(line.text.slice(cut, len(line.content)))

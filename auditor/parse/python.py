"""Python to statements: literals that are assigned, the members of dictionaries, keyword arguments. Nothing is ever run.

The text goes through `ast.parse` only. Lines in which no literal is assigned are kept as code; where the text is no
Python (LLM reports often leave parts out), its lines are read one by one.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from bisect import bisect_right
from dataclasses import field
from typing import Final

from auditor.parse.builder import MAX_NESTING, Builder, Path, under
from auditor.parse.comments import add_comments
from auditor.parse.data import Entry, Node, Places, add_tree
from auditor.parse.directives import heard
from auditor.parse.lines import column_of, cut_lines
from auditor.parse.plain import read_lines
from auditor.records import dataclass
from auditor.spans import LineIndex, Text
from auditor.statements import Kind, LabelKind

__all__ = ["read"]

_MAX_LENGTH: Final = 300_000
_MEMBER: Final = re.compile(r"\s{0,200}(?P<quote>['\"]?)(?P<key>[A-Za-z_][\w. -]{0,80})(?P=quote)\s{0,20}(?P<sign>[:=])(?![=:])\s*")
_DIGITS: Final = re.compile(r"\d[\d.,_]*")
_COMMENT: Final = re.compile(r"(?:^|\s)#")


@dataclass(slots=True)
class _Reader:
    builder: Builder
    text: Text
    index: LineIndex
    ascii: bool
    places: Places = field(default_factory=list)
    covered: set[int] = field(default_factory=set)
    targets: dict[int, Text] = field(default_factory=dict)
    """By line, the name that is given a value there which is no literal."""

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line and a column in UTF-8 bytes."""
        start = self.index.starts[line - 1]
        if self.ascii:
            return start + column
        end = self.index.starts[line] if line < len(self.index) else len(self.text)
        return start + len(self.text.content[start:end].encode()[:column].decode(errors="ignore"))

    def place(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
        )

    def cut(self, node: ast.expr | ast.stmt) -> Text:
        return self.text.slice(*self.place(node))

    # Statements

    def body(self, statements: list[ast.stmt], path: Path, depth: int) -> None:
        for statement in statements:
            self.statement(statement, path, depth)

    def statement(self, node: ast.stmt, path: Path, depth: int) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if not self.assign(target, node.value, path):
                self.inside(node.value, path, depth)
        elif isinstance(node, (ast.Expr, ast.Return)) and node.value is not None:
            if not isinstance(node.value, ast.Constant):  # the lines of a docstring are kept by `_rest`
                self.inside(node.value, path, depth)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.defaults(node, path)
            if depth < MAX_NESTING:
                self.body(node.body, path, depth + 1)
        elif isinstance(node, ast.ClassDef):
            name = self.name_of(node)
            if depth < MAX_NESTING:
                self.body(node.body, under(path, name, LabelKind.KEY) if name is not None else path, depth + 1)
        else:
            for block in ("body", "orelse", "finalbody"):
                inner = getattr(node, block, None)
                if isinstance(inner, list) and depth < MAX_NESTING:
                    self.body([one for one in inner if isinstance(one, ast.stmt)], path, depth + 1)
            for handler in getattr(node, "handlers", []):
                self.body(handler.body, path, depth + 1)

    def name_of(self, node: ast.ClassDef) -> Text | None:
        start = self.offset(node.lineno, node.col_offset)
        match = re.compile(r"class\s{1,20}").match(self.text.content, start)
        return self.text.slice(match.end(), match.end() + len(node.name)) if match else None

    def defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef, path: Path) -> None:
        arguments = [*node.args.posonlyargs, *node.args.args]
        pairs = list(zip(arguments[len(arguments) - len(node.args.defaults) :], node.args.defaults, strict=True))
        pairs += [(one, value) for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value is not None]
        for argument, value in pairs:
            literal = self.literal(value, 0)
            if literal is not None and literal.kind != "null":
                start = self.offset(argument.lineno, argument.col_offset)
                self.tree(Node("object", literal.text, (Entry(self.text.slice(start, start + len(argument.arg)), literal),)), path)

    def assign(self, target: ast.expr, value: ast.expr, path: Path) -> bool:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, other in zip(target.elts, value.elts, strict=True):
                if not isinstance(one, ast.Tuple):
                    self.assign(one, other, path)
            return True
        key = self.target(target)
        node = self.literal(value, 0)
        if key is not None and node is None:
            self.targets[value.end_lineno or value.lineno] = key
        if key is None or node is None:
            return False
        self.tree(Node("object", node.text, (Entry(key, node),)), path)
        return True

    def inside(self, node: ast.expr, path: Path, depth: int) -> None:
        """Add the dictionaries and calls inside an expression that is no literal as a whole."""
        if isinstance(node, (ast.Call, ast.Dict)) and (value := self.literal(node, depth)) is not None:
            self.tree(value, path)
            return
        if depth < MAX_NESTING and not isinstance(node, (ast.JoinedStr, ast.Lambda)):
            for child in ast.iter_child_nodes(node):
                inner = child.value if isinstance(child, ast.keyword) else child
                if isinstance(inner, ast.expr):
                    self.inside(inner, path, depth + 1)

    def target(self, target: ast.expr) -> Text | None:
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            return self.unquoted(self.cut(target.slice))
        if isinstance(target, ast.Attribute):
            end = self.place(target)[1]
            return self.text.slice(end - len(target.attr), end)
        return self.cut(target) if isinstance(target, ast.Name) else None

    def tree(self, node: Node | None, path: Path) -> None:
        if node is None:
            return
        if node.kind == "object" and not node.children:
            return
        start = len(self.places)
        add_tree(self.builder, node, path, self.places)
        for begin, end, _, _ in self.places[start:]:
            first = self.index.point(begin).line
            self.covered.update(range(first, self.index.point(max(end - 1, begin)).line + 1))

    # Values

    def literal(self, node: ast.expr, depth: int) -> Node | None:
        if depth > MAX_NESTING:
            return None
        place = self.place(node)
        text = self.text.slice(*place)
        if isinstance(node, ast.Constant):
            return self.constant(node, text, place)
        if isinstance(node, ast.Dict):
            entries: list[Entry] = []
            for key, value in zip(node.keys, node.values, strict=True):
                inner = self.literal(value, depth + 1)
                if inner is not None:
                    entries.append(Entry(self.unquoted(self.cut(key)) if key is not None else None, inner))
            return Node("object", text, tuple(entries), place)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            nodes = [self.literal(one, depth + 1) for one in node.elts]
            return Node("array", text, tuple(Entry(None, one) for one in nodes if one is not None), place)
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        if isinstance(node, (ast.UnaryOp, ast.BinOp)) and _is_sum(node):
            kind = "number" if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant) else "expression"
            return Node(kind, text, place=place)
        return None

    def constant(self, node: ast.Constant, text: Text, place: tuple[int, int]) -> Node | None:
        value = node.value
        if isinstance(value, bool) or value is None:
            return Node({True: "true", False: "false", None: "null"}[value], text, place=place)
        if isinstance(value, (int, float)):
            return Node("number", text, place=place)
        if isinstance(value, str):
            return Node("string", self.unquoted(text), place=place)
        return None

    def call(self, node: ast.Call, depth: int) -> Node | None:
        """`TensorParallel(size=4)`: an object under the name of what is called."""
        if depth > MAX_NESTING:
            return None
        entries: list[Entry] = []
        if isinstance(node.func, ast.Call) and (inner := self.call(node.func, depth + 1)) is not None:
            entries.append(Entry(None, inner))
        for keyword in node.keywords:
            value = self.literal(keyword.value, depth + 1)
            if value is not None and keyword.arg is None:
                entries.append(Entry(None, value))
            elif value is not None and keyword.arg is not None:
                start = self.offset(keyword.lineno, keyword.col_offset)
                entries.append(Entry(self.text.slice(start, start + len(keyword.arg)), value))
        for argument in node.args:
            argument = argument.value if isinstance(argument, ast.Starred) else argument
            if isinstance(argument, (ast.Call, ast.Dict, ast.List)):
                inner = self.literal(argument, depth + 1)
                if inner is not None and (inner.kind != "object" or inner.children):
                    entries.append(Entry(None, inner))
            elif (inner := self.literal(argument, depth + 1)) is not None and inner.kind in ("number", "expression"):
                entries.append(Entry(None, inner))
        if not entries:
            return None
        place = self.place(node)
        text = self.text.slice(*place)
        name = self.cut(node.func)
        inside = Node("object", text, tuple(entries))
        if isinstance(node.func, ast.Name) and node.func.id == "dict":
            return Node("object", text, tuple(entries), place)
        if not isinstance(node.func, (ast.Name, ast.Attribute)) or len(name) > 200:
            return inside
        return Node("object", text, (Entry(name, inside),))

    def unquoted(self, text: Text) -> Text:
        content = text.content
        start = 0
        while start < len(content) and content[start] in "rRbBuUfF":
            start += 1
        if start >= len(content) or content[start] not in "'\"":
            return text
        quote = content[start] * 3 if content.startswith(content[start] * 3, start) and len(content) >= start + 6 else content[start]
        if not content.endswith(quote) or len(content) < start + 2 * len(quote):
            return text
        return text.slice(start + len(quote), len(content) - len(quote))


def _is_sum(node: ast.expr) -> bool:
    """Tell whether an expression holds numbers and signs only; bounded, and without recursion."""
    pending: list[ast.expr] = [node]
    seen = 0
    while pending:
        one = pending.pop()
        seen += 1
        if seen > 60:
            return False
        if isinstance(one, ast.BinOp):
            pending += [one.left, one.right]
        elif isinstance(one, ast.UnaryOp):
            pending.append(one.operand)
        elif not (isinstance(one, ast.Constant) and isinstance(one.value, (int, float)) and not isinstance(one.value, bool)):
            return False
    return True


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a Python text."""
    tree = _tree(text.content)
    if tree is None:
        _read_loosely(builder, text, path)
        return
    first = len(builder.statements)
    reader = _Reader(builder, text, LineIndex(text.content), text.content.isascii())
    try:
        reader.body(tree.body, path, 0)
    except RecursionError:  # pragma: no cover - the parser refuses such nesting first
        _read_loosely(builder, text, path)
        return
    comments = _comments(reader)
    _rest(reader, comments, first, path)
    add_comments(builder, text, comments, path, reader.places, "python")


def _tree(content: str) -> ast.Module | None:
    if len(content) > _MAX_LENGTH:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _comments(reader: _Reader) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(reader.text.content.replace("\r\n", "\n").replace("\r", "\n")).readline):
            if token.type == tokenize.COMMENT:
                start = reader.index.starts[token.start[0] - 1] + token.start[1]
                found.append((start, start + len(token.string)))
    except (tokenize.TokenError, SyntaxError, IndexError):
        return found
    return found


def _rest(reader: _Reader, comments: list[tuple[int, int]], first: int, path: Path) -> None:
    """Lines without a literal of their own are kept as code; of the others, what holds a number no statement has."""
    ends = {reader.index.point(start).line: start for start, _ in comments}
    taken = sorted(one.value.whole for one in reader.builder.statements[first:])
    starts = [span.start for span in taken]
    group = reader.builder.group()
    for number in range(1, len(reader.index) + 1):
        line = reader.index.line(number)
        code = reader.text.slice(line.start, min(line.end, ends.get(number, line.end))).strip()
        if number not in reader.covered:
            if any(char.isalnum() for char in code.content):
                index = reader.builder.add(Kind.CODE, path, code, group)
                named = reader.targets.get(number)
                below = under(path, named, LabelKind.KEY) if named is not None else path
                reader.places.append((line.start, ends.get(number, line.end), below, index))
            continue
        for match in _DIGITS.finditer(code.content):
            span = code.span(match.start(), match.end())
            index = bisect_right(starts, span.start) - 1
            if index < 0 or taken[index].end <= span.start:
                left = code.content.rfind(",", 0, match.start()) + 1
                reader.builder.add(Kind.CODE, path, code.slice(left, match.end()).strip(), group)


def _read_loosely(builder: Builder, text: Text, path: Path) -> None:
    """Read what is nearly Python: `'key': value,  # comment` and `name = value` lines, nested by their columns."""
    stack: list[tuple[int, Path]] = []
    group = builder.group()
    pending: list[Text] = []

    def flush() -> None:
        if pending:
            read_lines(builder, list(pending), stack[-1][1] if stack else path)
            pending.clear()

    for line in cut_lines(text):
        content = line.content
        if not content.strip():
            continue
        comment = _COMMENT.search(content)
        stop = comment.start() if comment else len(content)
        column = column_of(content)
        match = _MEMBER.match(content[:stop])
        body = line.slice(match.end(), stop).strip() if match else line.slice(0, stop).strip()
        value = body.content.rstrip(",")
        if match is None or not _simple(value):
            pending.append(line)
            continue
        flush()
        while stack and stack[-1][0] >= column:
            stack.pop()
        outer = stack[-1][1] if stack else path
        key = line.slice(match.start("key"), match.end("key")).strip()
        below = under(outer, key, LabelKind.KEY, len(stack))
        builder.head(outer, key, group, depth=len(stack))
        if value.strip("{[( ") == "" or value.endswith(("{", "[", "(")):
            stack.append((column, below))
            if any(char.isdigit() for char in value):
                builder.add(Kind.CODE, below, body, group)
        else:
            clean = body.slice(0, len(value)).strip()
            if clean.content[:1] in ("'", '"') and clean.content.endswith(clean.content[0]) and len(clean) > 1:
                clean = clean.slice(1, len(clean) - 1)
            builder.add(Kind.ENTRY, below, clean, group, depth=len(stack))
        if comment is not None:
            said = line.slice(comment.start(), len(line)).strip()
            note = said.strip("#").strip()
            if note.content and not heard(builder, said, text, "python"):
                builder.add(Kind.CODE, below, note, group, depth=len(stack))
    flush()


def _simple(value: str) -> bool:
    """Tell whether what stands behind the key is a value rather than program."""
    return value != "" and not value.endswith(":") and (value[0] in "'\"[{(-+." or value[0].isdigit() or value in ("True", "False", "None"))

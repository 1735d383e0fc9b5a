"""Process groups that a report builds in Python code, and the layers it places: which ranks a call is given.

The code is never run: `ast` reads it, and a small interpreter of our own walks its loops over whole numbers, lists and ranges,
within a budget. What it cannot work out (a rank asked from the system, a size read from elsewhere) is left out, and so is any
group that hangs on it.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from auditor.claims.mentions import AXES, group_of
from auditor.claims.words import split
from auditor.cost.layout.placement import Ids
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Document

__all__ = ["Built", "Placed", "code_of"]

_FENCE: Final = re.compile(r"[ \t]{0,12}(```+|~~~+)[ \t]*([A-Za-z0-9+_-]{0,20})")
_LANGUAGES: Final = frozenset(("python", "python3", "py", "pycon"))
_MOST_STEPS: Final = 200_000
_MOST_RANKS: Final = 100_000
_LARGEST: Final = 10**9
_LONGEST: Final = 100_000
_DEEPEST: Final = 60
_MOST_PLACED: Final = 4096
_PLACING: Final = frozenset(("assign", "place", "map", "allocate", "distribute", "put"))

_Value = int | list[int]


@dataclass(frozen=True, slots=True)
class Built:
    """The groups that one call of `new_group` builds, in order."""

    kind: str
    """`tensor group`, `expert group`, `pipeline group`, `data group`, `context group`, or `group` where no name says which."""
    groups: tuple[Ids, ...]
    span: Span
    """Where the ranks are given."""
    call: Span


@dataclass(frozen=True, slots=True)
class Placed:
    """A call in a loop over layers that is given a layer and ranks: `assign(layer, expert, gpus[0:8])`."""

    layers: int
    """Different layers that it gives to one rank: the most."""
    rank: int
    """A rank that is given so many."""
    span: Span


class _UnknownError(Exception):
    """A value that the code alone does not say."""


class _SpentError(Exception):
    """The budget is spent."""


@dataclass(slots=True)
class _Site:
    argument: ast.expr
    call: ast.Call
    given: ast.expr
    groups: list[Ids] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def code_of(document: Document) -> tuple[list[Built], list[Placed]]:
    """Return the groups built and the layers placed in the Python blocks of a document (or in all of it, where it is Python)."""
    built: list[Built] = []
    placed: list[Placed] = []
    for start, code, titles in _blocks(document):
        if len(code) <= _LONGEST and ("new_group" in code or "layer" in code):
            groups, layers = _Walker(code, start, titles).run()
            built.extend(groups)
            placed.extend(layers)
    return built, placed


def _blocks(document: Document) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield where each Python block begins, its text, and the titles above it, the nearest last."""
    source = document.source
    if document.format == "python":
        yield 0, source.text, ()
        return
    lines = source.lines
    fence, begin, language = "", 0, ""
    titles: list[str] = []
    for number in range(1, len(lines) + 1):
        span = lines.line(number)
        line = source.text[span.start : span.end]
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1)[0] == fence and not mark.group(2):
                if language in _LANGUAGES:
                    yield begin, source.text[begin : span.start], tuple(titles[-2:])
                fence = ""
            continue
        if mark:
            fence, language = mark.group(1)[0], mark.group(2).lower()
            begin = lines.line(number + 1).start if number < len(lines) else len(source.text)
        elif line.lstrip().startswith("#") or line.rstrip(" *").endswith(":"):
            titles = [*titles[-1:], line.strip()[:200]]


class _Walker:
    def __init__(self, code: str, start: int, titles: Sequence[str]) -> None:
        self.code, self.start, self.titles = code, start, titles
        self.starts = [0]
        for place, character in enumerate(code):
            if character == "\n":
                self.starts.append(place + 1)
        self.builds = "new_group" in code
        self.values: dict[str, _Value] = {}
        self.given: dict[str, ast.expr] = {}
        """Where each name got its value."""
        self.made: dict[str, _Site] = {}
        """Names that hold a group just built."""
        self.sites: dict[int, _Site] = {}
        self.layers: dict[int, tuple[ast.Call, dict[int, set[int]]]] = {}
        self.steps = 0

    def run(self) -> tuple[list[Built], list[Placed]]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return [], []
        try:
            self.block(tree.body, 0)
        except (_SpentError, RecursionError):
            return [], []
        built = []
        for site in self.sites.values():
            if site.groups:
                kind = self.kind(site)
                built.append(Built(kind, tuple(dict.fromkeys(site.groups)), self.span(site.given), self.span(site.call)))
        placed = []
        for call, ranks in self.layers.values():
            rank, layers = max(ranks.items(), key=lambda one: len(one[1]))
            placed.append(Placed(len(layers), rank, self.span(call)))
        return built, placed

    # --- statements

    def block(self, body: Sequence[ast.stmt], depth: int) -> None:
        if depth > _DEEPEST:
            raise _SpentError
        for statement in body:
            self.spend()
            self.statement(statement, depth)

    def statement(self, node: ast.stmt, depth: int) -> None:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.With() | ast.AsyncWith():
                self.block(node.body, depth + 1)
            case ast.If() | ast.Try():
                # Which branch is taken is not known; groups are built in either.
                self.block(node.body, depth + 1)
                self.block(node.orelse, depth + 1)
            case ast.For(target=ast.Name(id=name)):
                try:
                    values = self.ranks(node.iter)
                except _UnknownError:
                    return
                for value in values:
                    self.values[name] = value
                    self.block(node.body, depth + 1)
            case ast.Assign(targets=[target], value=value):
                self.assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.assign(target, value)
            case ast.Expr(value=value):
                self.calls(value, _called_on(value))
                if isinstance(value, ast.Call):
                    self.places(value)
            case _:
                return

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        name = _name(target)
        site = self.calls(value, name)
        if isinstance(value, ast.Name) and value.id in self.made:
            self.made[value.id].names.append(name)
        if not name:
            return
        if site is not None:
            self.made[name] = site
            return
        self.made.pop(name, None)
        try:
            self.values[name] = self.value(value)
            self.given[name] = value
        except _UnknownError:
            self.values.pop(name, None)

    def calls(self, node: ast.expr, name: str) -> _Site | None:
        """Record the groups that calls inside an expression build; return the last call."""
        last = None
        if not self.builds:
            return None
        for call in ast.walk(node):
            if not isinstance(call, ast.Call) or _name(call.func).rsplit(".", 1)[-1] != "new_group":
                continue
            argument = call.args[0] if call.args else next((one.value for one in call.keywords if one.arg == "ranks"), None)
            if argument is None:
                continue
            site = self.sites.setdefault(id(call), _Site(argument, call, argument))
            last = site
            if name and name not in site.names:
                site.names.append(name)
            try:
                ranks = self.ranks(argument)
            except _UnknownError:
                continue
            if ranks and all(0 <= rank <= _LARGEST for rank in ranks):
                site.groups.append(Ids.each(ranks))
                site.given = self.given.get(_name(argument), argument)
        return last

    def places(self, call: ast.Call) -> None:
        """Record a call that is given a layer and the ranks for it."""
        words = [word.text for word in split(_name(call.func).rsplit(".", 1)[-1])]
        if not any(word in _PLACING for word in words):
            return
        layer: int | None = None
        ranks: list[int] = []
        for argument in call.args:
            try:
                value = self.value(argument)
            except _UnknownError:
                continue
            if isinstance(value, list):
                ranks = value
            elif isinstance(argument, ast.Name) and any(word.text == "layer" for word in split(argument.id)):
                layer = value
        if layer is not None and 0 < len(ranks) <= _MOST_PLACED:
            self.spend(len(ranks))
            _, given = self.layers.setdefault(id(call), (call, {}))
            for rank in ranks:
                given.setdefault(rank, set()).add(layer)

    # --- expressions

    def spend(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > _MOST_STEPS:
            raise _SpentError

    def ranks(self, node: ast.expr) -> list[int]:
        found = self.value(node)
        if isinstance(found, int):
            raise _UnknownError
        return found

    def whole(self, node: ast.expr) -> int:
        found = self.value(node)
        if not isinstance(found, int):
            raise _UnknownError
        return found

    def value(self, node: ast.expr) -> _Value:
        self.spend()
        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool) and abs(number) <= _LARGEST:
                return number
            case ast.Name() | ast.Attribute():
                found = self.values.get(_name(node))
                if found is None:
                    raise _UnknownError
                return found
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.whole(operand)
            case ast.BinOp(left=left, op=operator, right=right):
                return self.binary(operator, left, right)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return self.bounded([self.whole(element) for element in elements])
            case ast.ListComp(elt=element, generators=[ast.comprehension(target=ast.Name(id=name), iter=source, ifs=[])]):
                return self.comprehension(element, name, source)
            case ast.Call(func=ast.Name(id="range"), args=arguments, keywords=[]) if 1 <= len(arguments) <= 3:
                return self.range([self.whole(argument) for argument in arguments])
            case ast.Call(func=ast.Name(id="list" | "tuple" | "sorted"), args=[argument], keywords=[]):
                return self.ranks(argument)
            case ast.Call(func=ast.Name(id="len"), args=[argument], keywords=[]):
                return len(self.ranks(argument))
            case ast.Subscript(value=whole, slice=ast.Slice(lower=lower, upper=upper, step=None)):
                first = None if lower is None else self.whole(lower)
                last = None if upper is None else self.whole(upper)
                return self.ranks(whole)[first:last]
        raise _UnknownError

    def binary(self, operator: ast.operator, left: ast.expr, right: ast.expr) -> _Value:
        first, second = self.value(left), self.value(right)
        if isinstance(first, list) and isinstance(second, list) and isinstance(operator, ast.Add):
            return self.bounded(first + second)
        if not isinstance(first, int) or not isinstance(second, int):
            raise _UnknownError
        match operator:
            case ast.Add():
                result = first + second
            case ast.Sub():
                result = first - second
            case ast.Mult():
                result = first * second
            case ast.FloorDiv() if second:
                result = first // second
            case ast.Mod() if second:
                result = first % second
            case _:
                raise _UnknownError
        if abs(result) > _LARGEST:
            raise _UnknownError
        return result

    def comprehension(self, element: ast.expr, name: str, source: ast.expr) -> list[int]:
        kept = self.values.get(name)
        found = []
        for value in self.ranks(source):
            self.values[name] = value
            found.append(self.whole(element))
        if kept is None:
            self.values.pop(name, None)
        else:
            self.values[name] = kept
        return self.bounded(found)

    def range(self, ends: list[int]) -> list[int]:
        if len(ends) == 3 and ends[2] == 0:
            raise _UnknownError
        found = range(*ends)
        if len(found) > _MOST_RANKS:
            raise _UnknownError
        return self.bounded(list(found))

    def bounded(self, values: list[int]) -> list[int]:
        self.spend(len(values))
        if len(values) > _MOST_RANKS:
            raise _UnknownError
        return values

    # --- names and places

    def kind(self, site: _Site) -> str:
        """Find the axis of a group: in the names it is kept under, in the name of its ranks, in the comment or title above."""
        names = [*site.names, _name(site.argument)]
        for text in (*names, *self.above(site.call.lineno), *reversed(self.titles)):
            words = split(text)
            for place, word in enumerate(words):
                if word.text in ("group", "groups"):
                    found = group_of(words, place)
                    if found != "group":
                        return found
            axes = {AXES[word.text] for word in words if word.text in AXES}
            if len(axes) == 1:
                return f"{axes.pop()} group"
        return "group"

    def above(self, line: int) -> Iterator[str]:
        """Yield the comments above a line, the nearest first, as far as the next blank line or definition."""
        lines = self.code.split("\n")
        for number in range(line - 1, max(-1, line - 9), -1):
            content = lines[number].strip() if number < len(lines) else ""
            if content.startswith("#"):
                yield content
                return
            if number < line - 1 and (not content or content.startswith(("def ", "class "))):
                return

    def span(self, node: ast.expr) -> Span:
        start = self.offset(node.lineno, node.col_offset)
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return Span(self.start + start, self.start + max(start, end))

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line and a column in UTF-8 bytes."""
        begin = self.starts[line - 1] if line - 1 < len(self.starts) else len(self.code)
        stop = self.starts[line] if line < len(self.starts) else len(self.code)
        return begin + len(self.code[begin:stop].encode()[:column].decode(errors="ignore"))


def _name(node: ast.expr | None) -> str:
    """Return a dotted name, or the empty string."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def _called_on(node: ast.expr) -> str:
    """Return the list that a call appends to: `pp_groups` of `pp_groups.append(...)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "add"):
        return _name(node.func.value)
    return ""

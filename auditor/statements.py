"""Statements: the format-free unit every reader yields.

A statement is a *label path* and a value text. A bullet under headings, a table cell, a JSON or YAML leaf, a flag of a
launch command, a line of a tree drawing and a sentence all become statements, so one resolver understands all formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from enum import StrEnum

from auditor.records import dataclass
from auditor.spans import LineIndex, Span, Text

__all__ = ["Cell", "Directive", "Document", "Kind", "Label", "LabelKind", "Note", "Source", "Statement", "lasting", "place_of"]


class LabelKind(StrEnum):
    """What in the report gives a label its place in the path."""

    FILE = "file"
    """The name of the file or of a block inside it (`config.json`, the info string of a fence)."""
    HEADING = "heading"
    LEAD = "lead"
    """A line that introduces what follows it: `Per-GPU memory allocation:` above a list, tree or table."""
    ITEM = "item"
    """The bullet, numbered item or tree branch that this statement is nested under, or its own label before the colon."""
    ROW = "row"
    """The head (first) cell of the table row."""
    COLUMN = "column"
    """The head cell of the table column."""
    KEY = "key"
    """A key of JSON, YAML, TOML, a Python literal, a front matter or a `key: value` / `key = value` line."""
    INDEX = "index"
    """The position in an array, from 0, as text."""
    PROGRAM = "program"
    """The launched program (`torchrun`, `vllm serve`)."""
    FLAG = "flag"
    """A command-line flag, as written (`--tensor-parallel-size`)."""
    VARIABLE = "variable"
    """An environment or shell variable."""


@dataclass(frozen=True, slots=True)
class Label:
    """One step of a label path."""

    text: Text
    kind: LabelKind
    level: int = 0
    """Depth for headings (1-6) and items (0 outermost)."""

    def __str__(self) -> str:
        return self.text.content


class Kind(StrEnum):
    """What shape in the report a statement was written in."""

    HEADING = "heading"
    ITEM = "item"
    """A bullet or numbered item."""
    CELL = "cell"
    HEAD = "head"
    """The text of a label itself (a table's row or column head, a lead line): it may hold numbers of its own."""
    ENTRY = "entry"
    """A leaf of JSON, YAML, TOML, a Python literal, or a `key: value` line."""
    TREE = "tree"
    """A line of a tree drawing."""
    SENTENCE = "sentence"
    """Running text: one paragraph line or block quote line."""
    FLAG = "flag"
    """A flag or positional of a launch command, or a variable assignment."""
    CODE = "code"
    """A line of a code block that no reader understands better (source code, diagrams, program output)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where in its table a statement stands; row 0 is the first row below the head."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A label path, outermost first, and the text it speaks of."""

    kind: Kind
    path: tuple[Label, ...]
    value: Text
    group: int
    """Number of the list, table, tree, object, command or paragraph it belongs to; siblings share it."""
    depth: int = 0
    """Nesting inside its group: 0 for top-level bullets, branches and keys."""
    parent: int | None = None
    """Index in `Document.statements` of the statement this one is nested under (bullet, branch)."""
    cell: Cell | None = None
    literal: str = ""
    """For data formats: `number`, `string`, `true`, `false`, `null` or `array`; empty elsewhere."""
    items: tuple[Text, ...] = ()
    """The elements, when `literal` is `array` (an array of scalars is one statement)."""
    struck: bool = False
    """Written as struck through (`~~old~~`) or commented out."""
    comment: bool = False
    """A comment of a configuration file or a program; its path is that of the setting it stands beside or right above."""
    printed: bool = False
    """Printed by the code above it: the output cell of a notebook, or a block of output below a block of code."""
    about: int | None = None
    """Index in `Document.statements` of what a comment speaks of, or of the first statement of the code that printed it."""
    record: int | None = None
    """The record of JSON Lines it stands in, from 0: each is a plan of its own."""
    unknown: tuple[Span, ...] = ()
    """Stretches of the value that only a run of the program fills in (`$7`, `$(nproc)`, `${HOST%%:*}`): no digit in them is a figure."""
    defaults: tuple[Span, ...] = ()
    """Stretches of the value that hold only where nothing else is given (`2` in `${MBS:-2}`), wherever a variable carries them."""

    @property
    def label(self) -> str:
        """The innermost label, or the empty string."""
        return self.path[-1].text.content if self.path else ""


def place_of(path: Sequence[Label]) -> tuple[object, ...]:
    """Tell one place in the document from another by where its labels stand: objects, list items, sections."""
    return tuple(
        (label.kind.value, label.text.content if label.kind is LabelKind.INDEX else "", label.text.segments[0].span.start) for label in path
    )


def lasting(statements: Iterable[Statement]) -> frozenset[int]:
    """Return the groups that hold assignments and nothing else: they last for the commands after them.

    `N=8 program --flag` sets N for that one command; what its group holds beside the assignment is the command.
    """
    assigned: dict[int, set[str]] = {}
    carried: set[int] = set()
    for one in statements:
        last = one.path[-1] if one.path else None
        if one.kind is Kind.FLAG and last is not None and last.kind is LabelKind.VARIABLE:
            assigned.setdefault(one.group, set()).add(last.text.content)
    for one in statements:
        last = one.path[-1] if one.path else None
        variable = last is not None and last.kind is LabelKind.VARIABLE
        if one.group in assigned and not variable and not (one.kind is Kind.HEAD and one.value.content in assigned[one.group]):
            carried.add(one.group)
    return frozenset(assigned.keys() - carried)


@dataclass(frozen=True, slots=True)
class Note:
    """Something about how a source was read that the user should know (mojibake, a broken tail, a cut)."""

    message: str
    span: Span
    fatal: bool = False
    """The source could not be read as what it says it is: what was read is audited, the verdict is not-audited."""


@dataclass(frozen=True, slots=True)
class Directive:
    """A comment, or an `$audit` key of JSON, that speaks to the auditor: no statement, none of its numbers is a claim."""

    text: Text
    """What it says, without the comment's signs and without `audit:`."""
    place: Span
    """The whole comment; the whole entry of an `$audit` key."""
    reach: Span
    """What it speaks of: its own line; where it stands alone, the line or block below; the object of an `$audit` key."""
    problem: str = ""
    """What is wrong with where or how it stands, if something is."""


@dataclass(frozen=True, slots=True)
class Source:
    """A decoded file: its text as in the file, and the text to read (repaired where the file was encoded twice)."""

    path: str
    text: str
    reading: Text
    lines: LineIndex
    encoding: str = "utf-8"
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What parsing one source yields."""

    source: Source
    format: str
    """One of `auditor.parse.readers.FORMATS`."""
    statements: tuple[Statement, ...]
    notes: tuple[Note, ...] = field(default=())
    directives: tuple[Directive, ...] = field(default=())
    """What the report says to the auditor, in the order of the text."""

"""The statement builder that every reader writes into.

Conventions all readers keep:

- a label that holds a digit is a statement of its own too (kind HEAD), so that no number of a report is in a path only;
- a label without a value (a bullet with nested bullets, an introducing line, a mapping) yields no empty statement, only that HEAD;
- a flag without an argument is the one statement with an empty value; its span is where the flag stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import Final

from auditor.limits import current
from auditor.records import dataclass
from auditor.spans import Segment, Span, Text
from auditor.statements import Cell, Directive, Kind, Label, LabelKind, Note, Statement

__all__ = ["MAX_NESTING", "MAX_STATEMENTS", "Builder", "Comment", "Path", "has_digit", "readable", "under"]

MAX_STATEMENTS: Final = 400_000
MAX_NESTING: Final = 200
"""Deepest nesting of brackets, mappings and lists that is read."""

Path = tuple[Label, ...]


def has_digit(text: str) -> bool:
    """Tell whether the text holds a digit of any script."""
    return any(char.isdigit() for char in text)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that speaks to the auditor, as a reader met it; what it reaches is worked out when all has been read."""

    text: Text
    place: Span
    inside: Text
    """The text it was read in: its lines are the lines that count."""
    language: str


@dataclass(slots=True)
class Builder:
    """Collects the statements and notes of one document."""

    statements: list[Statement] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    blocks: list[Span] = field(default_factory=list)
    """Where tables and fences stand: a comment above one speaks of all of it."""
    embedded: int = 0
    """How deep in documents held inside documents (Markdown in a JSON string in a fence) the reader is."""
    struck: bool = False
    """All that is added now was taken back (the old side of a comparison)."""
    record: int | None = None
    """The record of JSON Lines that is read now, from 0."""
    printed_of: int | None = None
    """The statement whose printed output is read now."""
    _groups: int = -1
    _tables: int = -1
    _full: bool = False
    _cut: bool = False

    def group(self) -> int:
        """Return a new group number."""
        self._groups += 1
        return self._groups

    def table(self) -> int:
        """Return a new table number."""
        self._tables += 1
        return self._tables

    def note(self, message: str, where: Text, *, fatal: bool = False) -> None:
        """Add a note about the place of `where`."""
        self.notes.append(Note(message, where.whole, fatal))

    def add(
        self,
        kind: Kind,
        path: Path,
        value: Text,
        group: int,
        *,
        depth: int = 0,
        parent: int | None = None,
        cell: Cell | None = None,
        literal: str = "",
        items: Sequence[Text] = (),
        struck: bool = False,
        comment: bool = False,
        about: int | None = None,
        unknown: tuple[Span, ...] = (),
        defaults: tuple[Span, ...] = (),
    ) -> int:
        """Add a statement and return its index; a value too long to be read together is added in pieces."""
        if (read := readable(value)) is not value:
            if not self._cut:
                message = (
                    f"words of more than {current().word} letters and digits (limit `word`) without anything between them are not read"
                )
                self.note(message, value)
            self._cut, value = True, read
        if len(value) > current().statement and not items and len(_NUMBER.findall(value.content)) > _FEW:
            pieces, rest = _pieces(value, current().statement)
            if has_digit(rest.content):
                message = (
                    f"more than {current().statement:,} characters (limit `statement`) without the end of a sentence: the rest is not read"
                )
                self.note(message, rest, fatal=not self.embedded)
            for piece in pieces[:-1]:
                self.add(
                    kind,
                    path,
                    piece,
                    group,
                    depth=depth,
                    parent=parent,
                    cell=cell,
                    literal=literal,
                    struck=struck,
                    unknown=unknown,
                    defaults=defaults,
                )
            value = pieces[-1] if pieces else rest.slice(0, 0)
        if len(self.statements) >= MAX_STATEMENTS:
            if not self._full:
                self._full = True
                self.note(f"more than {MAX_STATEMENTS} statements; the rest of the file is not read: split it", value, fatal=True)
            return len(self.statements) - 1
        taken_back = struck or self.struck
        about = self.printed_of if about is None else about
        self.statements.append(
            Statement(
                kind,
                path,
                value,
                group,
                depth,
                parent,
                cell,
                literal,
                tuple(items),
                taken_back,
                comment=comment,
                printed=self.printed_of is not None,
                about=about,
                record=self.record,
                unknown=unknown,
                defaults=defaults,
            )
        )
        return len(self.statements) - 1

    def head(
        self,
        path: Path,
        text: Text,
        group: int,
        *,
        depth: int = 0,
        parent: int | None = None,
        cell: Cell | None = None,
        comment: bool = False,
        about: int | None = None,
    ) -> int | None:
        """Add the text of a label as a statement where it holds a number; return its index."""
        if not has_digit(text.content):
            return None
        return self.add(Kind.HEAD, path, text, group, depth=depth, parent=parent, cell=cell, comment=comment, about=about)


def readable(text: Text) -> Text:
    """Return a text with a sign without meaning for each word that is longer than any word is: checksums, keys, pictures as text.

    No pattern of what is read afterwards ever sees such a word; its digits are no number of the report.
    """
    content = text.content
    longest = current().word
    if len(content) <= longest or not (found := list(re.finditer(rf"\w{{{longest + 1},}}", content))):
        return text
    parts, last = [], 0
    for match in found:
        whole = text.slice(match.start(), match.end()).whole
        parts += [text.slice(last, match.start()), Text(_CUT, (Segment(0, len(_CUT), whole),))]
        last = match.end()
    return Text.join([*parts, text.slice(last, len(content))])


_CUT: Final = "\N{HORIZONTAL ELLIPSIS}"
"""What is read in place of a word that is too long."""
_NUMBER: Final = re.compile(r"\d+")
_FEW: Final = 40
"""So many numbers are read of a text however long it is."""
_SENTENCE: Final = re.compile(r"[.,;!?][ \n]|\n")
_OPERATORS: Final = frozenset("+-*/=<>(~^%−–×·÷≈≤≥→")


def _pieces(value: Text, most: int) -> tuple[list[Text], Text]:
    """Return a text in pieces of at most so many characters, and the rest of it after which no sentence ends in time.

    It is cut where a sentence, a clause or a line ends, never inside arithmetic: half an equation would be a false one.
    """
    content, start = value.content, 0
    pieces: list[Text] = []
    while len(content) - start > most:
        ends = (match.end() for match in _SENTENCE.finditer(content, start, start + most))
        cut = max((end for end in ends if not _in_arithmetic(content, end)), default=None)
        if cut is None:
            return pieces, value.slice(start, len(content))
        pieces.append(value.slice(start, cut))
        start = cut
    return [*pieces, value.slice(start, len(content))], value.slice(len(content), len(content))


def _in_arithmetic(content: str, cut: int) -> bool:
    before, behind = content[max(cut - 8, 0) : cut].rstrip(), content[cut : cut + 8].lstrip()
    return before[-1:] in _OPERATORS or behind[:1] in _OPERATORS


def under(path: Path, text: Text, kind: LabelKind, level: int = 0) -> Path:
    """Return the path one label deeper; an empty label adds nothing."""
    return (*path, Label(readable(text), kind, level)) if text.content else path

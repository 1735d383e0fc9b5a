"""Passages: the texts of a report that a procedural check reads, and whether the report stands by what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from auditor.claims.words import split
from auditor.spans import Span, Text
from auditor.statements import Document, Kind, LabelKind, Statement

__all__ = ["Passage", "disowned", "labelled", "passages"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of the report and the statement it belongs to."""

    text: Text
    statement: Statement
    index: int
    """Index of the statement in the document."""

    @property
    def content(self) -> str:
        return self.text.content

    def span(self, start: int, end: int) -> Span:
        return self.text.span(start, end)


def passages(document: Document) -> Iterator[Passage]:
    """Yield what each statement says, in order; what is struck through is not said.

    A key and its value that an equality sign joins are one passage: the left side of an equation may have been taken for a label.
    """
    for index, statement in enumerate(document.statements):
        if not statement.struck and statement.value.content:
            yield Passage(_with_key(document, statement), statement, index)


def labelled(document: Document) -> Iterator[Passage]:
    """Yield what each statement says together with the label it gives itself: `Latency reduced by 79%: from 129 ms to 27 ms`."""
    for index, statement in enumerate(document.statements):
        if statement.struck or not statement.value.content:
            continue
        label = statement.path[-1] if statement.path else None
        own = (
            label is not None
            and label.kind is LabelKind.ITEM
            and statement.kind in (Kind.ITEM, Kind.TREE, Kind.SENTENCE, Kind.ENTRY, Kind.CODE)
        )
        if label is not None and own and label.text.whole.end <= statement.value.whole.start:
            yield Passage(Text.join([label.text, statement.value], ": "), statement, index)
        else:
            yield Passage(statement.value, statement, index)


def _with_key(document: Document, statement: Statement) -> Text:
    label = statement.path[-1] if statement.path else None
    if label is None or label.kind not in (LabelKind.KEY, LabelKind.ITEM) or statement.literal:
        return statement.value
    if not any(character.isdigit() for character in label.text.content):
        return statement.value
    start, end = label.text.whole.end, statement.value.whole.start
    if 0 <= end - start <= 8 and document.source.text[start:end].strip(" \t*`_") == "=":
        return Text.join([label.text, statement.value], " = ")
    return statement.value


_DISOWNED: Final = frozenset(
    (
        *("claimed", "claim", "claims", "wrong", "wrongly", "incorrect", "incorrectly", "invalid", "mistake", "mistaken", "error"),
        *("erroneous", "mismatch", "rejected", "faulty", "false", "previously", "formerly", "originally", "violated", "violates"),
        *("contradiction", "inconsistent", "impossible"),
    )
)
_MARKS: Final = "❌✗✘❎✖"
_STANDS: Final = "✅✓✔☑"
_WINDOW: Final = 80
_MARK_WINDOW: Final = 400
_OWN_LABELS: Final = (LabelKind.ITEM, LabelKind.LEAD, LabelKind.KEY, LabelKind.ROW, LabelKind.COLUMN)


def disowned(passage: Passage, start: int, end: int) -> str:
    """Return the word by which the report says that a stretch of text is not its own claim; empty where it stands by it.

    It looks at the statement's own label and at the words around the stretch in the same statement.
    """
    content = passage.content
    around = f"{content[max(0, start - _WINDOW) : start]} {content[end : end + _WINDOW]}"
    label = passage.statement.path[-1] if passage.statement.path else None
    own = label.text.content if label is not None and label.kind in _OWN_LABELS else ""
    for word in (*split(own), *split(around)):
        if word.text in _DISOWNED:
            return word.text
    before = [character for character in f"{own} {content[max(0, start - _MARK_WINDOW) : start]}" if character in _MARKS + _STANDS]
    after = [character for character in content[end : end + _MARK_WINDOW] if character in _MARKS + _STANDS]
    return next((mark for mark in (*before[-1:], *after[:1]) if mark in _MARKS), "")

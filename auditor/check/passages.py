"""Passages: the texts of a report that a procedural check reads, and whether the report stands by what they say."""

from __future__ import annotations

import re
from typing import Final

from auditor.claims.words import split
from auditor.records import dataclass
from auditor.remember import once_for
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


@once_for
def passages(document: Document) -> tuple[Passage, ...]:
    """Return what each statement says, in order; what is struck through is not said.

    A key and its value that an equality sign joins are one passage: the left side of an equation may have been taken for a label.
    So are a comment that is an expression and the figure it explains: `# 122.6 / 4` above `weights: 30.7`.
    """
    return tuple(
        Passage(_with_setting(document, statement) or _with_key(document, statement), statement, index)
        for index, statement in enumerate(document.statements)
        if not statement.struck and statement.value.content
    )


@once_for
def labelled(document: Document) -> tuple[Passage, ...]:
    """Return what each statement says together with the label it gives itself: `Latency reduced by 79%: from 129 ms to 27 ms`."""
    found = []
    for index, statement in enumerate(document.statements):
        if statement.struck or not statement.value.content:
            continue
        label = statement.path[-1] if statement.path else None
        item = (
            label is not None
            and label.kind is LabelKind.ITEM
            and statement.kind in (Kind.ITEM, Kind.TREE, Kind.SENTENCE, Kind.ENTRY, Kind.CODE)
        )
        own = item or _opens_comment(document, statement)
        if label is not None and own and label.text.whole.end <= statement.value.whole.start:
            found.append(Passage(Text.join([label.text, statement.value], ": "), statement, index))
        else:
            found.append(Passage(statement.value, statement, index))
    return tuple(found)


def _opens_comment(document: Document, statement: Statement) -> bool:
    """Tell whether a comment says its own label before a colon: `# 70 GB usable, 40 GB of weights: 30 GB remain`."""
    if not statement.comment or not statement.path or statement.kind is Kind.HEAD:
        return False
    start, end = statement.path[-1].text.whole.end, statement.value.whole.start
    return 0 < end - start <= _GAP and document.source.text[start:end].strip() == ":"


_GAP: Final = 4


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


def _with_setting(document: Document, statement: Statement) -> Text | None:
    """Return a comment that only works something out together with the figure it stands at; None where it says anything else."""
    about = document.statements[statement.about] if statement.comment and statement.about is not None else None
    if about is None or about.path != statement.path or not _NUMBER.fullmatch(about.value.content.strip()):
        return None
    content, value = _without_nouns(statement.value.content), about.value.content.strip()
    numbers = [number.strip(",.") for number in _NUMBERS.findall(content)]
    if len(numbers) < _FEWEST or value in numbers or not _EXPRESSION.fullmatch(content) or not _OPERATOR.search(content):
        return None
    if ("/" in content or "÷" in content) and "." not in value and len(value) < _LONG and not _divides(content):
        return None  # a count may have been rounded up or down
    return Text.join([statement.value, about.value], " = ")


def _without_nouns(content: str) -> str:
    """Return arithmetic without what it counts: `8 replicas x 48`, `16 cards / 4`; anything else as it is."""
    return _NOUN.sub("", content) if len(content) <= _LONGEST_SUM and _COUNTS.fullmatch(content) else content


def _divides(content: str) -> bool:
    """Tell whether a quotient of two counts comes out even."""
    pair = _QUOTIENT.fullmatch(content.strip())
    return pair is not None and int(pair[2]) > 0 and int(pair[1]) % int(pair[2]) == 0


_NOUN: Final = re.compile(r"(?<=\d) [a-z]{3,12}(?= [×*÷/x] |$)")
_COUNTS: Final = re.compile(r"\d{1,9}(?: [a-z]{3,12})?(?: [×*÷/x] \d{1,9}(?: [a-z]{3,12})?){1,4}")
_QUOTIENT: Final = re.compile(r"(\d{1,9}) ?[/÷] ?(\d{1,9})")
_LONGEST_SUM: Final = 80


_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_NUMBERS: Final = re.compile(r"[\d.,]+")
_EXPRESSION: Final = re.compile(r"[\d.,()×*÷/+x\- ]{3,80}")
_OPERATOR: Final = re.compile(r" [×*÷/+x] |[×*÷]")
_FEWEST: Final = 2
_LONG: Final = 3

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

"""Arithmetic that stands beside its result: in the cell before it, in a comment above or behind its key."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from auditor.check.grid import one_figure, tables
from auditor.check.passages import Passage
from auditor.check.subject import Subject
from auditor.claims.equation import Equation, Leaf, Shape, operations, read
from auditor.spans import Text
from auditor.statements import Kind

__all__ = ["worked"]


def worked(subject: Subject) -> Iterator[tuple[Hashable, Passage, Equation]]:
    """Yield each figure with the arithmetic beside it as an equation, and the family of such pairs it belongs to.

    That arithmetic is meant to give the figure is not written; the others of its family have to show it.
    """
    for number, grid in enumerate(tables(subject)):
        for position, (left, right) in enumerate(zip(grid.columns, grid.columns[1:], strict=False)):
            for row in left.statements.keys() & right.statements.keys():
                yield from _pair(subject, (number, position), left.statements[row], right.statements[row])
    yield from _comments(subject)


def _comments(subject: Subject) -> Iterator[tuple[Hashable, Passage, Equation]]:
    """Yield the comments of settings that hold nothing but arithmetic, with the value behind which or above which they stand."""
    lines = subject.document.source.lines
    statements = subject.document.statements
    values = {
        lines.point(statement.value.whole.start).line: index
        for index, statement in enumerate(statements)
        if statement.kind is Kind.ENTRY and statement.literal == "number"
    }
    for index, statement in enumerate(statements if values else ()):
        if statement.kind is Kind.CODE and not statement.struck:
            line = lines.point(statement.value.whole.start).line
            value = values.get(line, values.get(line + 1))
            if value is not None:
                yield from _pair(subject, "comments", index, value)


def _pair(subject: Subject, family: Hashable, arithmetic: int, figure: int) -> Iterator[tuple[Hashable, Passage, Equation]]:
    one, two = subject.document.statements[arithmetic].value, subject.document.statements[figure].value
    if not any(sign in one.content for sign in "+-−*×x·/÷^") or "=" in one.content or one_figure(subject, two, figure) is None:
        return
    behind = one.whole.start > two.whole.start  # a comment behind its value
    joined = Text.join([two, one] if behind else [one, two], " = ")
    found = read(joined.content, subject.lexicon)
    if len(found) != 1 or found[0].shape is not Shape.EQUALS or found[0].alternatives or len(found[0].sides) != 2:
        return
    first, last = reversed(found[0].sides) if behind else found[0].sides
    opens = joined.content[len(two.content) if behind else 0 : first.start]
    if operations(first.tree) and isinstance(last.tree, Leaf) and not any(letter.isalnum() for letter in opens):
        yield family, Passage(joined, subject.document.statements[figure], figure), found[0]

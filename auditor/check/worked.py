"""Arithmetic that stands in the cell before its result."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import pairwise

from auditor.check.cells import one_figure
from auditor.check.grid import tables
from auditor.check.passages import Passage
from auditor.check.subject import Subject
from auditor.claims.equation import Equation, Leaf, Shape, operations, read
from auditor.spans import Text

__all__ = ["worked"]


def worked(subject: Subject) -> Iterator[tuple[Hashable, Passage, Equation]]:
    """Yield each figure with the arithmetic beside it as an equation, and the family of such pairs it belongs to.

    That arithmetic is meant to give the figure is not written; the others of its family have to show it.
    """
    for number, grid in enumerate(tables(subject)):
        columns = [column for column in grid.columns if column.statements]
        for position, (left, right) in enumerate(pairwise(columns)):
            for row in left.statements.keys() & right.statements.keys():
                yield from _pair(subject, (number, position), left.statements[row], right.statements[row])


def _pair(subject: Subject, family: Hashable, arithmetic: int, figure: int) -> Iterator[tuple[Hashable, Passage, Equation]]:
    one, two = subject.document.statements[arithmetic].value, subject.document.statements[figure].value
    if not any(sign in one.content for sign in "+-−*×x·/÷^") or "=" in one.content or one_figure(subject, two, figure) is None:
        return
    joined = Text.join([one, two], " = ")
    found = read(joined.content, subject.lexicon)
    if len(found) != 1 or found[0].shape is not Shape.EQUALS or found[0].alternatives or len(found[0].sides) != 2:
        return
    first, last = found[0].sides
    if operations(first.tree) and isinstance(last.tree, Leaf) and not any(letter.isalnum() for letter in joined.content[: first.start]):
        yield family, Passage(joined, subject.document.statements[figure], figure), found[0]

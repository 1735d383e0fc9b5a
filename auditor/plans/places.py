"""Places: where a statement stands, and what two places have in common.

A place is the smallest stretch of a report that is written as one thing: a sentence's paragraph, a list, a row or a table, an object,
a command, a block of code. Places stand in sections. Two places belong together by what is written around both: nothing else is known
of them until a layout joins them (`auditor.plans.layouts`).
"""

from __future__ import annotations

from typing import Final

from auditor.records import dataclass
from auditor.statements import Document, Kind, LabelKind, Statement

__all__ = ["Place", "places"]

_CHAPTER: Final = 2
"""Headings down to a chapter: the title of the document and the chapter's own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one statement stands."""

    block: int
    """Number of its paragraph, list, table, object, command or block of code."""
    section: tuple[int, ...]
    """Where the headings above it start, outermost first; in data without headings the outermost key."""
    titles: tuple[str, ...]
    """What they say."""

    @property
    def chapter(self) -> tuple[int, ...]:
        """The section below the document's title that it stands in; in data the outermost key."""
        return self.section[:_CHAPTER]


def places(document: Document) -> tuple[Place, ...]:
    """Return the place of each statement of a document."""
    return tuple(_place(statement) for statement in document.statements)


def _place(statement: Statement) -> Place:
    above = [label.text for label in statement.path if label.kind is LabelKind.HEADING]
    if statement.kind is Kind.HEADING:
        above.append(statement.value)  # a heading speaks of what stands below it
    if not above:
        above = [label.text for label in statement.path[:-1] if label.kind is LabelKind.KEY][:1]
    return Place(statement.group, tuple(text.whole.start for text in above), tuple(text.content for text in above))

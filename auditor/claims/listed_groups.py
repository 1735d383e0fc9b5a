"""Listed groups: process groups that a report writes out by the ranks of each, `EP groups: (0,2), (1,3), ...`.

Only brackets of whole numbers are read, two at least, all equally large and with no rank in common: anything else in brackets
(a shape, a coordinate, a citation) is no list of groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from auditor.claims.mentions import GROUPS, group_of, singular_noun
from auditor.claims.words import split
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Document, Statement

__all__ = ["ListedGroups", "read_listed"]

_LONGEST: Final = 20_000
_FEWEST: Final = 2
"""So many groups, and so many ranks in each, are a list of groups."""
_BRACKET: Final = re.compile(r"[(\[{]\s{0,3}(\d{1,7}(?:\s{0,3},\s{0,3}\d{1,7}){1,4095})\s{0,3}[)\]}]")


@dataclass(frozen=True, slots=True)
class ListedGroups:
    """The groups of one axis as one statement lists them."""

    kind: str
    """`tensor group`, `expert group` and the like."""
    groups: tuple[tuple[int, ...], ...]
    spans: tuple[Span, ...]
    """Where each group stands."""
    statement: int

    @property
    def size(self) -> int:
        """The ranks of a group."""
        return len(self.groups[0])


def read_listed(document: Document) -> Iterator[ListedGroups]:
    """Yield the lists of groups of a document, in order."""
    for index, statement in enumerate(document.statements):
        kind = _kind(statement)
        if kind in GROUPS:
            yield from _listed(kind, index, statement)


def _kind(statement: Statement) -> str:
    """Return the kind of group that the nearest label names last; empty where it names none."""
    words = split(statement.path[-1].text.content[:200]) if statement.path else ()
    return next((group_of(words, at) for at in reversed(range(len(words))) if singular_noun(words[at].text) == "group"), "")


def _listed(kind: str, index: int, statement: Statement) -> Iterator[ListedGroups]:
    text = statement.value
    found = list(_BRACKET.finditer(text.content[:_LONGEST]))
    groups = tuple(tuple(int(rank) for rank in match[1].split(",")) for match in found)
    ranks = [rank for group in groups for rank in group]
    if len(groups) >= _FEWEST and len({len(group) for group in groups}) == 1 and len(set(ranks)) == len(ranks):
        yield ListedGroups(kind, groups, tuple(text.span(match.start(), match.end()) for match in found), index)

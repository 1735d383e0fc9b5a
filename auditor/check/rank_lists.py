"""Lists of nodes with the ranks that run on them: no rank on two nodes, none left out between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from auditor.check.owners import exactly
from auditor.check.subject import Subject
from auditor.findings import Operand, Outcome, Place, Step
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Statement

__all__ = ["nodes"]

_RANGE: Final = re.compile(r"(?<![\d.\-])(\d{1,6})\s?(?:-|\u2013|to|\.\.)\s?(\d{1,6})(?![\d.\-])")
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class _Row:
    """The ranks of one node."""

    first: int
    last: int
    span: Span
    text: str


def nodes(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The ranks of the nodes of one list do not overlap, and follow each other."""
    data = rule.options
    for group, indices in subject.groups.items():
        if not 1 < len(indices) <= _MOST:
            continue
        statements = [subject.document.statements[index] for index in indices]
        rows = [row for statement in statements if (row := _row(subject, statement, data)) is not None]
        if len(rows) < 2 or len({row.first for row in rows}) == 1 or not _of_nodes(subject, statements, data):
            continue
        rows.sort(key=lambda row: (row.first, row.last))
        if all(second.first == first.last + 1 for first, second in pairwise(rows)):
            yield rule.held(tuple(row.span for row in rows), f"{len(rows)} nodes, group {group}")
            continue
        yield from _broken(rule, rows)


def _row(subject: Subject, statement: Statement, data: Mapping[str, Any]) -> _Row | None:
    """Return the ranks that a statement gives a node: `0-7` in a column of ranks, `ranks 0-7` behind the name of a host."""
    content = statement.value.content[:200]
    label = " ".join(word.text for word in subject.lexicon.normalize(statement.path[-1].text.content)) if statement.path else ""
    found = list(_RANGE.finditer(content))
    if len(found) != 1 or int(found[0][2]) < int(found[0][1]):
        return None
    words = {word.text for word in subject.lexicon.normalize(content[: found[0].start()])}
    if not {label, *words} & set(data["ranks"]):
        return None
    return _Row(int(found[0][1]), int(found[0][2]), statement.value.span(*found[0].span()), found[0][0])


def _of_nodes(subject: Subject, statements: Sequence[Statement], data: Mapping[str, Any]) -> bool:
    """Tell whether a list speaks of nodes: a column is theirs, or its rows name them."""
    said = {
        word.text
        for statement in statements[:40]
        for text in (*(label.text.content for label in statement.path), statement.value.content[:80])
        for word in subject.lexicon.normalize(text)
    }
    return bool(said & set(data["nodes"])) and said.isdisjoint(data["local"])


def _broken(rule: Rule, rows: Sequence[_Row]) -> Iterator[Outcome]:
    for first, second in pairwise(rows):
        apart = second.first - first.last - 1
        if apart == 0:
            continue
        if apart < 0:
            message = f"rank {second.first} stands on two nodes: {first.text} and {second.text}"
        else:
            message = f"{apart} {'rank' if apart == 1 else 'ranks'} between {first.text} and {second.text} stand on no node"
        operands = (
            Operand("first", str(second.first), *exactly(second.first), second.span),
            Operand("last", str(first.last), *exactly(first.last), first.span),
        )
        yield rule.contradicted(
            (first.span, second.span),
            message,
            Place(second.span, f"ranks {second.text}"),
            related=(Place(first.span, f"ranks {first.text}"),),
            claimed=second.text,
            expected=f"{first.last + 1} as the first rank",
            derivation=(
                Step.exact("first - last", f"{second.first} - {first.last}", f"{second.first - first.last}, not 1", operands, apart + 1),
            ),
        )

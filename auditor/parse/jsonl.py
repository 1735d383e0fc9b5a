"""JSON Lines to statements: each line is a record of its own, and what a fault costs is that line."""

from __future__ import annotations

from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.data import add_tree
from auditor.parse.json import values_of
from auditor.parse.lines import cut_lines, stand_in
from auditor.spans import Span, Text
from auditor.statements import LabelKind

__all__ = ["read"]

_MOST_FAULTS: Final = 20
"""Broken lines that are named; the rest are counted."""


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a text line by line, one record a line; empty lines are none."""
    broken = 0
    record = 0
    for number, line in enumerate(cut_lines(text), 1):
        if not line.content.strip():
            continue
        values = values_of(line)
        if values.fault is not None or len(values.nodes) != 1:
            broken += 1
            if broken <= _MOST_FAULTS:
                _report(builder, line, number, values.fault[0] if values.fault is not None else "not one JSON value")
        start = line.whole.start
        below = under(path, stand_in(str(record), Span(start, start)), LabelKind.INDEX)
        builder.record = record
        for value in values.nodes:
            add_tree(builder, value, below)
        builder.directives += values.directives
        record += 1
    builder.record = None
    if broken > _MOST_FAULTS:
        builder.note(f"{broken} lines are broken; the first {_MOST_FAULTS} are named", text.slice(0, 0), fatal=not builder.embedded)


def _report(builder: Builder, line: Text, number: int, problem: str) -> None:
    message = f"broken JSON Lines at line {number}: {problem}; write one JSON value a line; what can be read is read"
    builder.note(message, line.slice(0, 1), fatal=not builder.embedded)

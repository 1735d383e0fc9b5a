"""How the tests of the readers look at a document: one short line for a statement."""

from __future__ import annotations

from auditor.parse import parse
from auditor.read import decode
from auditor.statements import Document, Statement

SHORT = {
    "heading": "#",
    "lead": "^",
    "item": "",
    "row": "row ",
    "column": "col ",
    "key": ".",
    "index": "",
    "program": "$",
    "flag": "",
    "variable": "=",
    "file": "file ",
}


def document(text: str, suffix: str = "md") -> Document:
    return parse(decode(text.encode(), f"report.{suffix}"))


def path_of(statement: Statement) -> str:
    return " > ".join(SHORT[label.kind.value] + label.text.content for label in statement.path)


def shown(text: str, suffix: str = "md") -> list[str]:
    """Each statement as `kind [path] value`."""
    read = document(text, suffix).statements
    return [f"{one.kind.value} [{path_of(one)}] {one.value.content}{' (struck)' if one.struck else ''}" for one in read]


def values(text: str, suffix: str = "md") -> dict[str, str]:
    """The values that are no heads and no code, by their paths."""
    return {
        path_of(one): one.value.content for one in document(text, suffix).statements if one.kind.value not in ("head", "heading", "code")
    }


def where(text: str, value: str, suffix: str = "md") -> tuple[int, int]:
    """The line and column of the statement with that value."""
    read = document(text, suffix)
    one = next(statement for statement in read.statements if statement.value.content == value)
    point = read.source.lines.point(one.value.whole.start)
    return point.line, point.column

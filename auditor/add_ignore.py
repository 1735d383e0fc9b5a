"""Suppressions written into a report: for each finding that counts a comment where its format has one, tried by auditing again.

A comment is put where it reaches least: behind the line; above the block, where the line can carry none; in JSON as the `$audit` key of
the innermost object. What does not suppress its finding there, or changes what else is found, is taken back and the next place tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import Final

from auditor.findings import Edit, Finding, Report, apply
from auditor.parse import format_of
from auditor.parse.json import objects
from auditor.parse.readers import of_language
from auditor.read import decode
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Source
from auditor.suppress import CATEGORY

__all__ = ["Written", "add_ignores", "unfit"]

_ROUNDS: Final = 16
_FENCE: Final = re.compile(r"[ \t>]*(?:```|~~~)")
_INDENT: Final = re.compile(r"[ \t>]*")
_HASHED: Final = frozenset({"yaml", "toml", "shell", "python"})
"""Languages whose comments begin with `#`."""
_UNFIT: Final = ("\n", "\r", "-->", "*/", "|", "[", "]")


@dataclass(frozen=True, slots=True)
class Written:
    """A report with suppressions written into it."""

    source: Source
    comments: int
    left: tuple[Finding, ...]
    """Findings no place was found for."""


@dataclass(slots=True)
class _Comment:
    """A comment for one line of the report as it was: the rules it names, and which of the places for it is being tried."""

    rules: list[str] = field(default_factory=list)
    place: int = 0


def unfit(reason: str) -> str:
    """Say which sign a reason may not hold, for it would end the comment or the cell it stands in; empty where none is."""
    return next((sign for sign in _UNFIT if sign in reason), "")


def add_ignores(report: Report, audit: Callable[[Source], Report], reason: str) -> Written:
    """Write a suppression for each finding of a report that counts, and audit again until none is left that can be suppressed."""
    source, hopeless = report.source, set[tuple[int, str]]()
    comments: dict[int, _Comment] = {}
    places = _places(source)
    now = report
    for _ in range(_ROUNDS):
        changed, made = False, _edits(source, comments, places, reason)
        for finding in now.findings:
            line = source.lines.point(_back(finding.place.span.start, made)).line
            if finding.category == CATEGORY or finding.place.path or (line, finding.name) in hopeless:
                continue
            changed = True
            _try(comments, line, finding.name, len(places(line)), hopeless)
        if not changed:
            break
        now = audit(decode(apply(source.text, _edits(source, comments, places, reason)).encode("utf-8", "surrogatepass"), source.path))
    text = apply(source.text, _edits(source, comments, places, reason))
    after = decode(text.encode("utf-8", "surrogatepass"), source.path)
    left = tuple(one for one in audit(after).findings if one.category != CATEGORY)
    return Written(after, sum(bool(one.rules) for one in comments.values()), left)


def _try(comments: dict[int, _Comment], line: int, rule: str, count: int, hopeless: set[tuple[int, str]]) -> None:
    """Let the comment of a line name one more rule; if it does already it stands in the wrong place."""
    comment = comments.setdefault(line, _Comment())
    if rule not in comment.rules:
        comment.rules.append(rule)
    elif comment.place + 1 < count:
        comment.place += 1
    else:
        comment.rules.remove(rule)
        hopeless.add((line, rule))


def _edits(source: Source, comments: dict[int, _Comment], places: Places, reason: str) -> list[Edit]:
    found: dict[Span, Edit] = {}
    for line, comment in sorted(comments.items()):
        listed = places(line)
        if not comment.rules or not listed:
            continue
        edit = listed[comment.place](f"ignore[{', '.join(comment.rules)}]{f' {reason}' if reason else ''}")
        same = found.get(edit.span)  # two lines may be given a comment above the same block, or in the same object
        found[edit.span] = edit if same is None else Edit(edit.span, same.text + edit.text)
    return list(found.values())


def _back(offset: int, edits: Iterable[Edit]) -> int:
    """Return where an offset of the edited text stood before."""
    for edit in sorted(edits, key=lambda one: one.span):
        if offset <= edit.span.start:
            break
        offset = max(edit.span.start, offset - (len(edit.text) - len(edit.span)))
    return offset


# --- the places for a comment

Place = Callable[[str], Edit]
Places = Callable[[int], Sequence[Place]]


def _places(source: Source) -> Places:
    """Return, for the format of a source, the places where a comment on a line can stand, the narrowest first."""
    name = format_of(source)
    if name == "json":
        return lambda line: _in_object(source, line)
    if name == "markdown":
        return lambda line: _in_markdown(source, line)
    return lambda line: (
        lambda said: _behind(source, line, f"  # audit: {said}"),
        lambda said: _above(source, _command(source, line), f"# audit: {said}"),
    )


def _in_markdown(source: Source, line: int) -> Sequence[Place]:
    opening = _block(source, line)
    span = source.lines.line(opening)
    info = source.text[span.start : span.end].lstrip(" \t>`~") if opening != line else ""
    front = "yaml" if opening == line and _in_front_matter(source, line) else ""
    behind: list[Place] = [lambda said: _behind(source, line, f" <!-- audit: {said} -->", cell=True)]
    if (of_language(info) or front) in _HASHED:
        behind.insert(0, lambda said: _behind(source, line, f"  # audit: {said}"))
    return (*behind, lambda said: _above(source, opening, f"<!-- audit: {said} -->"))


def _in_front_matter(source: Source, line: int) -> bool:
    marks = [number for number in range(1, line) if source.text[_slice(source, number)].rstrip() in ("---", "+++")]
    return marks == [1]


def _slice(source: Source, line: int) -> slice:
    """Return where a line stands, as a slice of the text."""
    span = source.lines.line(line)
    return slice(span.start, span.end)


def _behind(source: Source, line: int, comment: str, *, cell: bool = False) -> Edit:
    """Put a comment behind what a line says: before the bar that closes a row, before white space and the sign of a line break."""
    span = source.lines.line(line)
    content = source.text[span.start : span.end].rstrip()
    if (cell and content.endswith("|") and content.count("|") > 1) or content.endswith("\\"):
        content = content[:-1].rstrip()
    at = span.start + len(content)
    return Edit(Span(at, at), comment)


def _above(source: Source, line: int, comment: str) -> Edit:
    """Put a comment on a line of its own above another, indented and quoted as that is."""
    span = source.lines.line(line)
    indent = _INDENT.match(source.text, span.start, span.end)
    following = source.lines.starts[line] if line < len(source.lines) else span.end
    end = source.text[span.end : following] or "\n"
    return Edit(Span(span.start, span.start), (indent.group() if indent else "") + comment + end)


def _block(source: Source, line: int) -> int:
    """Return the line that opens the fence a line stands in, or the line itself."""
    opened = 0
    for number in range(1, line):
        span = source.lines.line(number)
        if _FENCE.match(source.text, span.start, span.end):
            opened = 0 if opened else number
    return opened or line


def _command(source: Source, line: int) -> int:
    """Return the first line of the command a line belongs to."""
    while line > 1:
        span = source.lines.line(line - 1)
        if not source.text[span.start : span.end].rstrip().endswith("\\"):
            break
        line -= 1
    return line


def _in_object(source: Source, line: int) -> Sequence[Place]:
    """Return the one place in JSON: the innermost object around the line's first character that says something."""
    span = source.lines.line(line)
    content = source.text[span.start : span.end]
    at = span.start + len(content) - len(content.lstrip())
    around = [one for one in objects(source.reading) if one.span.start <= at < one.span.end]
    if not around:
        return ()
    inner = min(around, key=lambda one: len(one.span))
    aside = inner.aside
    if aside is not None:
        return (lambda said: _beside(aside, said, source),) if source.text[aside.start] in '"[' else ()

    def first(said: str) -> Edit:
        opening = inner.span.start + 1
        blank = re.compile(r"\s*").match(source.text, opening)
        space = blank.group() if blank else ""
        empty = source.text.startswith("}", opening + len(space))
        entry = f'"$audit": {json.dumps(said, ensure_ascii=False)}'
        return Edit(Span(opening, opening), f"{'' if empty else space}{entry}{'' if empty else ',' if space else ', '}")

    return (first,)


def _beside(aside: Span, said: str, source: Source) -> Edit:
    """Add a text to the value of an `$audit` key: to its list, or beside its one text."""
    new = json.dumps(said, ensure_ascii=False)
    if source.text.startswith("[", aside.start):
        return Edit(Span(aside.start + 1, aside.start + 1), f"{new}, ")
    return Edit(aside, f"[{source.text[aside.start : aside.end]}, {new}]")

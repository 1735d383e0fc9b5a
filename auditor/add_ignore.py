"""Suppressions written into a report: for each finding that counts a comment where its format has one, tried by auditing again.

A comment is put where it reaches least: behind the line; above the command or the block, where the line can carry none; in JSON as the
`$audit` key of the innermost object. What does not suppress its finding there, or changes what else is found, is taken back and the next
place tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import Final

from auditor.findings import Edit, Finding, Report, apply
from auditor.parse import format_of
from auditor.parse.json import Object, objects
from auditor.parse.lines import cut_lines
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
    """A comment for one line, or object, of the report as it was: the rules it names, and which of the places for it is being tried."""

    rules: list[str] = field(default_factory=list)
    place: int = 0


def unfit(reason: str) -> str:
    """Say which sign a reason may not hold, for it would end the comment or the cell it stands in; empty where none is."""
    return next((sign for sign in _UNFIT if sign in reason), "")


def add_ignores(report: Report, audit: Callable[[Source], Report], reason: str) -> Written:
    """Write a suppression for each finding of a report that counts, and audit again until none is left that can be suppressed."""
    source, hopeless = report.source, set[tuple[int, str]]()
    comments: dict[int, _Comment] = {}
    ground = _ground(source)
    now = report
    for _ in range(_ROUNDS):
        changed, made = False, _edits(comments, ground, reason)
        for finding in now.findings:
            at = ground.anchor(_back(finding.place.span.start, made))
            if finding.category == CATEGORY or finding.place.path or (at, finding.name) in hopeless:
                continue
            changed = True
            _try(comments, at, finding.name, len(ground.places(at)), hopeless)
        if not changed:
            break
        now = audit(decode(apply(source.text, _edits(comments, ground, reason)).encode("utf-8", "surrogatepass"), source.path))
    edits = _edits(comments, ground, reason)
    after = decode(apply(source.text, edits).encode("utf-8", "surrogatepass"), source.path)
    left = tuple(one for one in audit(after).findings if one.category != CATEGORY)
    return Written(after, len(edits), left)


def _try(comments: dict[int, _Comment], at: int, rule: str, count: int, hopeless: set[tuple[int, str]]) -> None:
    """Let the comment of a line name one more rule; if it does already it stands in the wrong place."""
    comment = comments.setdefault(at, _Comment())
    if rule not in comment.rules:
        comment.rules.append(rule)
    elif comment.place + 1 < count:
        comment.place += 1
    else:
        comment.rules.remove(rule)
        hopeless.add((at, rule))


def _edits(comments: dict[int, _Comment], ground: _Ground, reason: str) -> list[Edit]:
    """Return the edits that write the comments; those that fall on one place, above a command, are one that names the rules of all."""
    found: dict[Span, tuple[Place, list[str]]] = {}
    for at, comment in sorted(comments.items()):
        listed = ground.places(at)
        if not comment.rules or not listed:
            continue
        place = listed[comment.place]
        rules = found.setdefault(place("").span, (place, []))[1]
        rules += [rule for rule in comment.rules if rule not in rules]
    return [place(f"ignore[{', '.join(rules)}]{f' {reason}' if reason else ''}") for place, rules in found.values()]


def _back(offset: int, edits: Iterable[Edit]) -> int:
    """Return where an offset of the edited text stood before."""
    for edit in sorted(edits, key=lambda one: one.span):
        if offset <= edit.span.start:
            break
        offset = max(edit.span.start, offset - (len(edit.text) - len(edit.span)))
    return offset


# --- the places for a comment

Place = Callable[[str], Edit]


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where comments can stand in a source."""

    anchor: Callable[[int], int]
    """Of an offset: its line, or where its object begins."""
    places: Callable[[int], Sequence[Place]]
    """Of an anchor: the places for its comment, the narrowest first."""


def _ground(source: Source) -> _Ground:
    name = format_of(source)
    if name in ("json", "jsonl"):
        around = [one for line in cut_lines(source.reading) for one in objects(line)] if name == "jsonl" else objects(source.reading)
        by_start = {one.span.start: one for one in around}
        return _Ground(lambda at: _innermost(around, at), lambda start: _in_object(source, by_start[start]) if start in by_start else ())
    places = {"markdown": _in_markdown, "latex": _in_latex, "restructured": _in_restructured}.get(name, _in_script)
    return _Ground(lambda at: source.lines.point(at).line, lambda line: places(source, line))


def _innermost(around: Sequence[Object], at: int) -> int:
    """Return where the innermost object around an offset begins, -1 outside of all."""
    inner = min((one.span for one in around if one.span.start <= at < one.span.end), key=len, default=None)
    return inner.start if inner is not None else -1


def _in_script(source: Source, line: int) -> Sequence[Place]:
    """Return the places in what has comments with `#`: behind the line, unless a command goes on in the next; above the whole command."""
    above: Place = lambda said: _above(source, _command(source, line), f"# audit: {said}")  # noqa: E731
    return (above,) if _goes_on(source, line) else (lambda said: _behind(source, line, f"  # audit: {said}"), above)


def _in_latex(source: Source, line: int) -> Sequence[Place]:
    """Return the places in LaTeX: behind a line, whatever it ends in, and above it."""

    def behind(said: str) -> Edit:
        at = source.lines.line(line).start + len(source.text[_slice(source, line)].rstrip())
        return Edit(Span(at, at), f" % audit: {said}")

    return behind, lambda said: _above(source, line, f"% audit: {said}")


def _in_restructured(source: Source, line: int) -> Sequence[Place]:
    """Return the one place in reStructuredText: above the first line of a paragraph, for inside one two dots are text."""
    alone = line == 1 or not source.text[_slice(source, line - 1)].strip()
    return (lambda said: _above(source, line, f".. audit: {said}"),) if alone else ()


def _in_markdown(source: Source, line: int) -> Sequence[Place]:
    opening = _block(source, line)
    span = source.lines.line(opening)
    info = source.text[span.start : span.end].lstrip(" \t>`~") if opening != line else ""
    front = "yaml" if opening == line and _in_front_matter(source, line) else ""
    own: Sequence[Place] = [lambda said: _behind(source, line, f" <!-- audit: {said} -->", cell=True)]
    if (of_language(info) or front) in _HASHED:
        own = _in_script(source, line)
    elif opening != line:
        own = ()
    return (*own, lambda said: _above(source, opening, f"<!-- audit: {said} -->"))


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


def _goes_on(source: Source, line: int) -> bool:
    """Tell whether a command goes on in the next line: behind the backslash no comment can stand, and before it one would swallow it."""
    return source.text[_slice(source, line)].rstrip().endswith("\\")


def _command(source: Source, line: int) -> int:
    """Return the first line of the command a line belongs to."""
    while line > 1 and _goes_on(source, line - 1):
        line -= 1
    return line


def _in_object(source: Source, inner: Object) -> Sequence[Place]:
    """Return the one place in an object of JSON: its `$audit` key."""
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

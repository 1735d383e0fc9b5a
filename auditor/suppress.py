"""Suppressions: what a report says of findings its owner does not want to be shown, and where that holds.

    <!-- audit: ignore[gpu-count] the owner's reason -->            this line; alone on its line: what comes next
    <!-- audit: ignore-start[memory] reason --> ... ignore-end      from here to there
    <!-- audit: ignore-section[memory] reason -->                   to the end of the section it stands in
    <!-- audit: ignore-row[gpu-count] "Stage 3" reason -->          that row of the table below, or around it
    <!-- audit: ignore-column[gpu-count] "DP" reason -->            that column
    <!-- audit: ignore-file[status] reason -->                      the whole file

Rules are named as on the command line, several with commas between; there is no suppression of everything without saying `ALL`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from auditor.findings import Finding, Selector, Suppression
from auditor.records import dataclass
from auditor.selectors import Named, closeness
from auditor.spans import Span, Text
from auditor.statements import Directive, Document, Kind, LabelKind

__all__ = ["CATEGORY", "Fault", "covers", "names", "read"]

MOST: Final = 2000
"""Directives of one file that are followed."""
CATEGORY: Final = "suppression"
"""Of the rules that judge suppressions themselves: `ALL` does not reach them, or a useless one would hide that it is."""

_FORM: Final = re.compile(r"(?P<verb>[A-Za-z][A-Za-z_-]{0,40})[ \t]*(?:\[(?P<rules>[^\]\[]{0,1000})\])?[ \t]*")
_NAMED: Final = re.compile(r"[\"“](?P<label>[^\"”]{1,300})[\"”][ \t]*")
_SELECTOR: Final = re.compile(r"[^,\s]+")
_PLAIN, _START, _END, _SECTION, _ROW, _COLUMN, _FILE = (
    "ignore",
    "ignore-start",
    "ignore-end",
    "ignore-section",
    "ignore-row",
    "ignore-column",
    "ignore-file",
)
_VERBS: Final = (_PLAIN, _START, _END, _SECTION, _ROW, _COLUMN, _FILE)


@dataclass(frozen=True, slots=True)
class Fault:
    """A word to the auditor that it cannot follow, and what to write instead."""

    place: Span
    message: str


@dataclass(frozen=True, slots=True)
class _Said:
    """A directive in its parts."""

    directive: Directive
    verb: str
    selectors: tuple[Selector, ...]
    label: str
    reason: str


def read(document: Document) -> tuple[tuple[Suppression, ...], tuple[Fault, ...]]:
    """Return what a document suppresses, and what it says to the auditor that cannot be followed."""
    faults: list[Fault] = []
    found: list[Suppression] = []
    open_ranges: list[_Said] = []
    headings = (
        [(one.value.whole.start, one.depth) for one in document.statements if one.kind is Kind.HEADING] if document.directives else []
    )
    for directive in document.directives[MOST:]:
        faults.append(Fault(directive.place, f"more than {MOST} words to the auditor in one file; this one is not followed"))
    for directive in document.directives[:MOST]:
        said = _parts(directive)
        if isinstance(said, Fault):
            faults.append(said)
        elif said.verb == _START:
            open_ranges.append(said)
        elif said.verb == _END:
            opened = _closed(open_ranges, said)
            if opened is None:
                faults.append(Fault(directive.place, "ignore-end without an ignore-start before it for these rules; remove it"))
            else:
                found.append(_suppression(opened, (opened.directive.place.join(directive.place),)))
        elif reach := _reach(said, document, headings):
            found.append(_suppression(said, reach))
        else:
            faults.append(Fault(directive.place, _nowhere(said)))
    faults += [Fault(one.directive.place, "ignore-start without an ignore-end behind it; it suppresses nothing") for one in open_ranges]
    return tuple(sorted(found, key=lambda one: one.place)), tuple(sorted(faults, key=lambda one: one.place))


def covers(suppression: Suppression, finding: Finding) -> bool:
    """Tell whether a suppression speaks of a finding: names its rule, and reaches the place it is told at."""
    return (
        not finding.place.path
        and names(suppression.selectors, finding)
        and any(_meets(reach, finding.place.span) for reach in suppression.reach)
    )


def names(selectors: Sequence[Selector], rule: Named) -> bool:
    """Tell whether one of the selectors names a rule; `ALL` does not name those that judge suppressions."""
    least = 1 if rule.category == CATEGORY else 0
    return any(closeness(selector.text, rule) >= least for selector in selectors)


def _meets(reach: Span, place: Span) -> bool:
    return reach.overlaps(place) or (not len(place) and reach.start <= place.start <= reach.end)


def _suppression(said: _Said, reach: tuple[Span, ...]) -> Suppression:
    return Suppression(said.directive.place, said.selectors, reach, said.reason)


# --- what it says


def _parts(directive: Directive) -> _Said | Fault:
    if directive.problem:
        return Fault(directive.place, directive.problem)
    text = directive.text
    match = _FORM.match(text.content)
    verb = match["verb"].casefold().replace("_", "-") if match else ""
    if match is None or verb not in _VERBS:
        return Fault(directive.place, f"{text.content[:40]!r} is not what the auditor understands{_instead(verb)}")
    selectors = tuple(_selectors(text, match))
    if not selectors and verb != _END:
        return Fault(directive.place, f"{verb} names no rule: write {verb}[RULE], with ALL for every rule")
    rest, label = match.end(), ""
    if verb in (_ROW, _COLUMN):
        named = _NAMED.match(text.content, rest)
        if named is None:
            return Fault(directive.place, f'{verb} names no {verb.removeprefix("ignore-")}: write {verb}[RULE] "its head" reason')
        rest, label = named.end(), named["label"]
    return _Said(directive, verb, selectors, label, text.content[rest:].lstrip(":–—- \t").strip())


def _instead(verb: str) -> str:
    from difflib import get_close_matches  # only a fault needs it

    near = get_close_matches(verb, _VERBS, n=1)
    return f"; did you mean {near[0]}?" if near else f"; it knows {', '.join(_VERBS)}"


def _selectors(text: Text, match: re.Match[str]) -> Iterator[Selector]:
    if match["rules"] is None:
        return
    start = match.start("rules")
    for one in _SELECTOR.finditer(match["rules"]):
        yield Selector(one.group(), text.span(start + one.start(), start + one.end()))


# --- where it holds


def _closed(open_ranges: list[_Said], end: _Said) -> _Said | None:
    """Take the range that an `ignore-end` closes: the last one, or the last for the same rules where it names some."""
    wanted = {selector.text.casefold() for selector in end.selectors}
    for index in reversed(range(len(open_ranges))):
        if not wanted or {selector.text.casefold() for selector in open_ranges[index].selectors} == wanted:
            return open_ranges.pop(index)
    return None


def _reach(said: _Said, document: Document, headings: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    if said.verb == _FILE:
        return (Span(0, len(document.source.text)),)
    if said.verb == _SECTION:
        return (_section(said.directive.place.start, headings, len(document.source.text)),)
    if said.verb in (_ROW, _COLUMN):
        return _cells(said, document)
    return (said.directive.reach,)


def _section(at: int, headings: Sequence[tuple[int, int]], length: int) -> Span:
    """Return the section a place stands in: from its heading to the next that is not below it. Headings are (start, depth)."""
    index = bisect_right([start for start, _ in headings], at) - 1
    if index < 0:
        return Span(0, headings[0][0] if headings else length)
    start, depth = headings[index]
    end = next((other for other, level in headings[index + 1 :] if level <= depth), length)
    return Span(start, max(start, end))


def _cells(said: _Said, document: Document) -> tuple[Span, ...]:
    """Return the cells of the named row or column of the table that a directive reaches: below it, or around it."""
    kind = LabelKind.ROW if said.verb == _ROW else LabelKind.COLUMN
    wanted = _folded(said.label)
    here = [one for one in document.statements if one.cell is not None and _meets(said.directive.reach, one.value.whole)]
    tables = {one.cell.table for one in here if one.cell is not None}
    found: dict[Span, None] = {}
    for statement in document.statements:
        if statement.cell is None or statement.cell.table not in tables:
            continue
        heads = [label.text for label in statement.path if label.kind is kind and _folded(label.text.content) == wanted]
        own = [statement.value] if kind is LabelKind.ROW and _folded(statement.value.content) == wanted else []
        found |= {text.whole: None for text in (*heads, *([statement.value] if heads else own))}
    return tuple(found)


def _folded(label: str) -> str:
    return " ".join(label.casefold().split())


def _nowhere(said: _Said) -> str:
    what = said.verb.removeprefix("ignore-")
    return f"there is no {what} {said.label[:60]!r} in a table below this comment or around it"

"""Checks of references: files a report launches or links to, against its own inventory and against the repository it stands in.

A report that lists what it delivers and launches a script that is not on the list cannot be followed. Files are compared by name,
so that a path may be written in full in one place and short in another. Links are looked up only where the report is a real file
inside a Git repository, never outside of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

from auditor.check.command import commands
from auditor.check.subject import Subject
from auditor.claims.words import split
from auditor.findings import Outcome, Place
from auditor.outside import leads_to, repository
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import LineIndex, Span
from auditor.statements import Kind, Label, LabelKind, Statement

__all__ = ["launched_files", "links"]

_FILE: Final = re.compile(r"[\w.~/${}-]{0,160}[\w}-]\.([A-Za-z][A-Za-z0-9]{0,9})")
_MOST_LINKS: Final = 2000
_MOST_RELATED: Final = 12


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file that the report lists as its own."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Use:
    """A file that a command needs to exist."""

    written: str
    name: str
    span: Span


def launched_files(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Every file that a command launches or reads stands in the report's list of files."""
    options = rule.options
    inventories = _inventories(subject, options)
    uses = list(_uses(subject, options))
    if not uses:
        return
    if not inventories:
        return
    listed = {entry.name: entry for entries in inventories for entry in entries}
    shown = _shown(subject)
    for name, same in _by_name(uses).items():
        spans = tuple(use.span for use in same)
        if name in listed:
            yield rule.held((*spans, listed[name].span), f"{name} is listed")
            continue
        if name in shown:
            yield rule.held(spans, f"{name} is printed in the report")
            continue
        endings = {entry.name.rsplit(".", 1)[-1] for entry in listed.values()}
        if name.rsplit(".", 1)[-1] not in endings:
            yield rule.undetermined(spans, f"the list of files has none that ends in .{name.rsplit('.', 1)[-1]}")
            continue
        entries = list(listed.values())
        yield rule.contradicted(
            spans,
            f"{name} is launched, but is not among the {len(entries)} files listed",
            Place(spans[0], "not in the list"),
            related=(*(Place(span, "again") for span in spans[1:4]), *(Place(entry.span, entry.name) for entry in entries[:_MOST_RELATED])),
            claimed=name,
            expected="one of the files listed",
        )


def _inventories(subject: Subject, options: Mapping[str, Any]) -> list[list[_Entry]]:
    """Return the lists of files: entries under a title that speaks of files delivered, at least `least` of them."""
    words = frozenset(options["titles"]), frozenset(options["files"])
    groups: dict[tuple[int, int], list[_Entry]] = {}
    for statement in subject.document.statements:
        if statement.struck or statement.kind in (Kind.CODE, Kind.FLAG, Kind.SENTENCE, Kind.HEADING):
            continue
        title = next((label for label in statement.path if _titled(label, words)), None)
        entry = _listed(statement)
        if title is None or entry is None:
            continue
        whole = title.text.whole
        entries = groups.setdefault((whole.start, whole.end), [])
        if entry.name not in {one.name for one in entries}:
            entries.append(entry)
    return [entries for entries in groups.values() if len(entries) >= int(options["least"])]


def _titled(label: Label, words: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Tell whether a title announces the list of what is delivered: files, and that they were made."""
    if label.kind not in (LabelKind.HEADING, LabelKind.LEAD, LabelKind.KEY):
        return False
    said = {word.text for word in split(label.text.content[:120])}
    return all(said & wanted for wanted in words)


def _listed(statement: Statement) -> _Entry | None:
    """Return the file that a bullet, row or entry lists: its own label, or what it begins with."""
    label = statement.path[-1] if statement.path else None
    if label is not None and label.kind in (LabelKind.ITEM, LabelKind.KEY, LabelKind.ROW):
        match = _FILE.fullmatch(label.text.content.strip(" `*\"'"))
        if match:
            return _Entry(_name(match.group()), label.text.whole)
    content = statement.value.content
    match = _FILE.match(content.lstrip(" `*\"'├└│─"))
    if match is None:
        return None
    start = content.find(match.group())
    return _Entry(_name(match.group()), statement.value.span(start, start + len(match.group())))


def _uses(subject: Subject, options: Mapping[str, Any]) -> Iterator[_Use]:
    """Return the scripts that commands launch and the files that their flags read."""
    reads, writes = frozenset(options["reads"]), frozenset(options["writes"])
    foreign = frozenset(options["foreign"])
    for command in commands(subject.document):
        for flag in command.flags:
            value = flag.value
            match = _FILE.fullmatch(value)
            if match is None or value.startswith(("/", "~", "$", "http", "-")) or "$" in value or "{" in value:
                continue
            words = {word.text for word in split(flag.plain)}
            if flag.name != "script" and (not words & reads or words & writes):
                continue
            if flag.name == "script" and match.group(1).lower() not in ("py", "sh", "bash", "slurm", "sbatch"):
                continue
            name = _name(value)
            if name in foreign or any(part in foreign for part in PurePosixPath(value).parts[:-1]):
                continue
            yield _Use(value, name, flag.place)


def _by_name(uses: Sequence[_Use]) -> dict[str, list[_Use]]:
    found: dict[str, list[_Use]] = {}
    for use in uses:
        found.setdefault(use.name, []).append(use)
    return found


def _shown(subject: Subject) -> frozenset[str]:
    """The files whose text the report prints: a code block with its own name in a comment, a title or the info string."""
    found = set()
    text = subject.document.source.text
    for statement in subject.document.statements:
        content = statement.value.content.strip()
        start = statement.value.whole.start
        commented = text[max(0, start - 4) : start].rstrip().endswith(("#", "//", "--", "#!"))
        if statement.kind is Kind.CODE and commented and (match := _FILE.fullmatch(content)):
            found.add(_name(match.group()))
        for label in statement.path:
            name = label.text.content.strip(" `*:")
            if (
                label.kind in (LabelKind.FILE, LabelKind.LEAD)
                and statement.kind in (Kind.CODE, Kind.FLAG, Kind.ENTRY)
                and _FILE.fullmatch(name)
            ):
                found.add(_name(name))
    return frozenset(found)


def _name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1].casefold()


# --- links

_LINK: Final = re.compile(r"\]\(\s{0,4}<?([^()<>\s]{1,300})>?(?:\s{1,4}\"[^\"\n]{0,200}\")?\s{0,4}\)")
_FENCE: Final = re.compile(r"\s{0,3}(```+|~~~+)")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:")


def links(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A link leads to something that is there: a heading of the report, or a file of the repository it stands in."""
    source = subject.document.source
    if subject.document.format != "markdown":
        return
    path = Path(source.path)
    root = repository(path)
    anchors: frozenset[str] | None = None
    for looked, (target, span) in enumerate(_targets(source.text, source.lines)):
        if looked == _MOST_LINKS:
            yield rule.undetermined((), f"only the first {_MOST_LINKS} links are looked up")
            return
        if target.startswith("#"):
            anchors = _anchors(source.text, source.lines) if anchors is None else anchors
            there: bool | None = _folded(unquote(target)) in anchors or len(target) < 2
            shown, missing = target, "which no heading of the report makes"
        else:
            shown = unquote(target.split("#", 1)[0].split("?", 1)[0])
            there = None if root is None or not shown or "\0" in shown else leads_to(root, path, shown)
            missing = "which is not in the repository"
        if there is None:
            continue
        if there:
            yield rule.held((span,), f"{shown[:80]} is there")
            continue
        yield rule.contradicted(
            (span,),
            f"the link leads to {shown[:80]}, {missing}",
            Place(span, "nothing there"),
            claimed=shown[:80],
            expected="something that is there",
        )


_SHORTCODE: Final = re.compile(r":[a-z0-9_+-]{1,40}:")
"""An emoji by its name."""
_OWN_LINK: Final = re.compile(r"\[([^\[\]]{1,200})\]\(#")
_ANCHOR: Final = re.compile(r"(?:\b(?:id|name)\s?=\s?[\"']?|\{#|^\()([\w.:-]{1,120})")


def _anchors(text: str, lines: LineIndex) -> frozenset[str]:
    """Return the anchors of a page, folded to letters and digits, since renderers differ in the rest."""
    found = set()
    before = ""
    for number in range(1, len(lines) + 1):
        span = lines.line(number)
        line = text[span.start : span.end]
        if line.lstrip().startswith("#"):
            shown = _LINK.sub("]", line[:2000])
            found |= {_folded(shown), _folded(_SHORTCODE.sub("", shown))}
            # `## [Name](#name) and more`: the heading is linked to itself
            found.update(_folded(match.group(1)) for match in _OWN_LINK.finditer(line[:2000]))
        elif line and set(line.strip()) in ({"="}, {"-"}):
            found.add(_folded(before))
        if "=" in line or "#" in line:
            found.update(_folded(match.group(1)) for match in _ANCHOR.finditer(line[:2000]))
        before = line
    # The second heading of the same name is name-1.
    return frozenset(found | {f"{one}{count}" for one in found for count in range(1, 4)})


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _targets(text: str, lines: LineIndex) -> Iterator[tuple[str, Span]]:
    """Yield the relative targets of inline links outside of code and of comments, with their places."""
    fence = ""
    commented = False
    for number in range(1, len(lines) + 1):
        span = lines.line(number)
        line = text[span.start : span.end]
        mark = _FENCE.match(line)
        if mark:
            sign = mark.group(1)[0]
            fence = "" if fence == sign else fence or sign
            continue
        if commented or line.lstrip().startswith("<!--"):
            commented = "-->" not in line
            continue
        if fence or "](" not in line or line.startswith("    "):
            continue
        for match in _LINK.finditer(line):
            target = match.group(1)
            coded = line[: match.start()].count("`") % 2 == 1
            if not coded and not _SCHEME.match(target) and not target.startswith(("//", "{", "<", "$", "@")) and "{" not in target:
                yield target, Span(span.start + match.start(1), span.start + match.end(1))

"""Fixing: the repairs of findings written into the report, and nothing else changed.

Safe repairs restate a derived figure whose inputs are stated and agreed; all others change what somebody claimed, and are
applied only when asked for. Pure but for `save`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Final

from auditor.atomic import replace_file
from auditor.errors import InputError
from auditor.findings import Edit, Finding, Report, apply
from auditor.read import decode
from auditor.records import dataclass
from auditor.statements import Source

__all__ = ["Fixed", "apply", "chosen", "difference", "fix", "save", "unsafe_only"]

_MOST_PASSES: Final = 10


@dataclass(frozen=True, slots=True)
class Fixed:
    """A report after fixing: its new source, its audit, and how many repairs were written."""

    report: Report
    repairs: int = 0
    settled: bool = True
    """False where repairs went on undoing each other; the report then stays as it was."""

    @property
    def source(self) -> Source:
        return self.report.source


def chosen(findings: Iterable[Finding], *, unsafe: bool = False) -> tuple[tuple[Edit, ...], ...]:
    """Return the edits of the first admissible repair of each finding, in order; one that overlaps an earlier one waits."""
    taken: list[tuple[Edit, ...]] = []
    used: list[Edit] = []
    for finding in findings:
        repair = next((repair for repair in finding.repairs if repair.edits and (repair.safe or unsafe)), None)
        if repair is None or finding.place.path:
            continue
        clash = any(edit.span.overlaps(other.span) or edit.span == other.span for edit in repair.edits for other in used)
        if not clash:
            taken.append(repair.edits)
            used += repair.edits
    return tuple(taken)


def fix(report: Report, audit: Callable[[Source], Report], *, unsafe: bool = False) -> Fixed:
    """Repair a report and audit it again until no repair is left, so that fixing twice changes nothing more.

    A report that could not be read in full is left alone, and so is one whose repairs undo each other. Each safe repair was proved
    by itself; where several together bring about a finding that was not there, they are written one at a time, or not.
    """
    first, seen, repairs = report, {report.source.text}, 0
    for _ in range(_MOST_PASSES):
        groups = () if any(note.fatal for note in report.notes) else chosen(report.findings, unsafe=unsafe)
        made, after = _made(report, groups, audit, unsafe=unsafe)
        if after is None:
            return Fixed(report, repairs)
        if after.source.text in seen:
            break
        seen.add(after.source.text)
        repairs += made
        report = after
    return Fixed(first, 0, settled=False)


def _made(
    report: Report, groups: Sequence[tuple[Edit, ...]], audit: Callable[[Source], Report], *, unsafe: bool
) -> tuple[int, Report | None]:
    """Return how many repairs were made and the report after them; None where none is left to make."""
    tries = [groups] if unsafe or len(groups) < 2 else [groups, *([group] for group in groups)]
    for some in tries:
        text = apply(report.source.text, (edit for group in some for edit in group))
        if text == report.source.text:
            continue
        after = audit(_like(report.source, text))
        if unsafe or _places(after) <= _places(report):
            return len(some), after
    return 0, None


def _places(report: Report) -> set[tuple[str, int]]:
    """Return the code and line of each finding: an edit of a figure moves columns, never lines."""
    return {(one.code, report.source.lines.point(one.place.span.start).line) for one in report.findings if not one.place.path}


def unsafe_only(report: Report) -> int:
    """Count the findings of a report whose only repairs are such as take somebody to judge them."""
    edits = ([repair for repair in one.repairs if repair.edits] for one in report.findings)
    return sum(bool(repairs) and not any(repair.safe for repair in repairs) for repairs in edits)


def _like(source: Source, text: str) -> Source:
    return decode(text.encode("utf-8"), source.path)


def difference(before: Source, after: Source) -> str:
    """Return what fixing changes as a unified diff; empty where nothing does."""
    old, new = _lines(before), _lines(after)
    lines = []
    for line in unified_diff(old, new, before.path, before.path):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(source: Source) -> list[str]:
    """Return the lines with their ends, as the line index counts them; `splitlines` would end them at other characters too."""
    starts = source.lines.starts
    return [source.text[start:end] for start, end in zip(starts, (*starts[1:], len(source.text)), strict=True) if end > start]


def save(path: str, before: Source, text: str) -> None:
    """Write the fixed text to the file it was read from: same encoding and byte order mark, whole or not at all.

    InputError where the file has changed since it was read, or cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        data = target.read_bytes()
        was = before.text.encode(before.encoding)
        if not data.endswith(was) or len(data) - len(was) > 4:
            raise InputError("has changed since it was read; run again", path=path)
        replace_file(target, data[: len(data) - len(was)] + text.encode(before.encoding))
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=path) from None

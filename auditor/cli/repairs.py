"""What writes to reports: repairs, what they would be, and suppressions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from auditor.cli.inputs import warn, write
from auditor.errors import InputError

if TYPE_CHECKING:
    from auditor.findings import Report
    from auditor.render.run import Failure
    from auditor.statements import Source

__all__ = ["Again", "add_ignores", "repair", "show_repairs"]

_FINDINGS: Final = 1
_FAILED: Final = 2

Again = Callable[["Source"], "Report"]
"""Audits a source as the run does, and lets count what counts."""


def repair(reports: Sequence[Report], failures: list[Failure], again: Again, *, unsafe: bool, quiet: bool) -> list[Report]:
    """Write the repairs of each report to its file and return the reports as they are now."""
    from auditor.fix import fix, save, unsafe_only
    from auditor.render.run import Failure, counted

    after, repairs, files = [], 0, 0
    for report in reports:
        fixed = fix(report, again, unsafe=unsafe)
        try:
            if fixed.repairs:
                save(report.source.path, report.source, fixed.source.text)
                repairs, files = repairs + fixed.repairs, files + 1
            after.append(fixed.report)
        except InputError as error:
            failures.append(Failure(report.source.path, f"not repaired: {error.message}"))
            after.append(report)
        if not fixed.settled:
            warn(f"{report.source.path}: not repaired: its repairs undo each other")
    left = 0 if unsafe else sum(unsafe_only(report) for report in after)
    if repairs and not quiet:
        warn(f"{counted(repairs, 'repair')} written to {counted(files, 'file')}")
    if left and not quiet:
        warn(f"{counted(left, 'finding')} left with a repair that takes somebody to judge it: --diff --unsafe-fixes shows them")
    return after


def show_repairs(reports: Sequence[Report], failures: Sequence[Failure], again: Again, *, unsafe: bool) -> int:
    """Write what fixing would change as a unified diff, and say so where that is nothing; 1 where there is something."""
    from auditor.fix import difference, fix, unsafe_only
    from auditor.render.run import counted
    from auditor.render.terminal import cells

    fixed = [fix(report, again, unsafe=unsafe) for report in reports]
    changes = "".join(difference(report.source, one.source) for report, one in zip(reports, fixed, strict=True))
    if sys.stdout.isatty():
        # A file or a pipe gets the very bytes, for `patch`; a terminal what it can be shown.
        changes = "\n".join("".join(cell for cell, _ in cells(line)) for line in changes.split("\n"))
    write(changes)
    left = sum(len(one.report.findings) for one in fixed)
    doubtful = 0 if unsafe else sum(unsafe_only(one.report) for one in fixed)
    if left:
        have = "has" if doubtful == 1 else "have"
        more = f"; {doubtful:,} {have} one that takes somebody to judge it: --unsafe-fixes shows them" if doubtful else ""
        which = "no repair at all" if unsafe else "no safe repair"
        warn(f"{counted(left, 'finding')} {'has' if left == 1 else 'have'} {which}{more}")
    for report, one in zip(reports, fixed, strict=True):
        if not one.settled:
            warn(f"{report.source.path}: no repair: its repairs undo each other")
    for failure in failures:
        warn(f"{failure.place}: not audited: {failure.message}")
    return _FAILED if failures else _FINDINGS if changes else 0


def add_ignores(reports: Sequence[Report], failures: Sequence[Failure], again: Again, reason: str) -> int:
    """Write a suppression into the reports for each finding that counts; 1 where one could not be given any."""
    from auditor import add_ignore
    from auditor.fix import save
    from auditor.render.run import counted, locate

    comments = files = 0
    left: list[str] = []
    for report in reports:
        if not report.findings or any(note.fatal for note in report.notes):
            continue
        written = add_ignore.add_ignores(report, again, reason)
        if written.comments:
            save(report.source.path, report.source, written.source.text)
            comments, files = comments + written.comments, files + 1
        left += [f"{locate(written.source, one.place.span)}: no place for a suppression of {one.code} {one.name}" for one in written.left]
    for message in left:
        warn(message)
    for failure in failures:
        warn(f"{failure.place}: not audited: {failure.message}")
    warn(f"{counted(comments, 'suppression')} written to {counted(files, 'file')}")
    return _FAILED if failures else _FINDINGS if left else 0

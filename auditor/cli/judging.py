"""From what was found to what counts: the baseline and the change that a run looks at."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.baseline import Baseline, Match, entries_of, known, match, read
from auditor.errors import InputError
from auditor.read import MAX_BYTES, bytes_of, decode
from auditor.records import dataclass
from auditor.render.run import Stale
from auditor.withhold import every, outside

if TYPE_CHECKING:
    from auditor.cli.changes import Changes
    from auditor.findings import Report
    from auditor.statements import Source

__all__ = ["DEFAULT", "Judging", "Known", "open_baseline"]

DEFAULT = "audit-baseline.json"


@dataclass(frozen=True)
class Known:
    """A baseline and where it lies: its entries name files from its folder."""

    path: Path
    baseline: Baseline
    home: Path | None = None
    """Where it stands for its entries, if it was read from somewhere else."""

    @property
    def folder(self) -> Path:
        return (self.home or self.path).parent

    def name(self, path: str) -> str:
        """Return the path of a report as the baseline's entries write it."""
        return Path(os.path.relpath(os.path.realpath(path), os.path.realpath(self.folder))).as_posix()

    @cached_property
    def gone(self) -> frozenset[str]:
        """The files of the entries that exist no longer."""
        return frozenset(file for file in self.baseline.of_file if not (self.folder / file).exists())

    def match(self, report: Report) -> Match:
        return match(report, self.name(report.source.path), self.baseline, self.gone)


def open_baseline(path: Path, home: Path | None = None) -> Known:
    """Read a baseline file; InputError where it cannot be had or is not one."""
    if not path.exists():
        raise InputError("there is no such baseline; `audit baseline create` makes it", path=str(path))
    try:
        text = bytes_of(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("baseline cannot be read: not UTF-8", path=str(path)) from None
    except InputError as error:
        raise InputError(f"baseline {error.message}", path=str(path)) from None
    return Known(path, read(text, str(path)), home)


@dataclass
class Judging:
    """What decides, for each report of a run, which of its findings count."""

    audit: Callable[[Source], Report]
    known: Known | None = None
    changes: Changes | None = None
    _stale: dict[str, tuple[Stale, ...]] = field(default_factory=dict)

    @property
    def stale(self) -> tuple[Stale, ...]:
        """Entries of the baseline that found nothing, for the reports judged so far, each as it was judged last."""
        return tuple(one for listed in self._stale.values() for one in listed)

    def of(self, report: Report) -> Report:
        """Return a report with what the baseline knows and what lies outside the change withheld."""
        if self.known is not None:
            found = self.known.match(report)
            if not any(note.fatal for note in report.notes):
                stale = (Stale(entry.file, entry.code, entry.claim, entry.count) for entry in found.stale)
                self._stale[report.source.path] = tuple(stale)
            report = known(report, found)
        return report if self.changes is None else outside(report, self.changes.lines(report.source.path), self._old(report))

    def _old(self, report: Report) -> Sequence[int]:
        """Return the ids of the findings that were there before the change."""
        was = self.changes.old(report.source.path) if self.changes is not None else None
        if was is None:
            return ()
        try:
            before = self.audit(decode(was[0], report.source.path))
        except InputError:
            return ()
        found = Baseline(entries_of(before, every(before.findings), ""))
        return [id(finding) for finding in match(report, "", found).known]

"""`--watch`: the run again whenever a file it rests on changes, with what has not changed kept from the run before.

Nothing is asked of the system but the time and the size of each file, a few times a second: that works on every system and disk.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from auditor.cli.files import repository_root, walk
from auditor.cli.inputs import warn
from auditor.config import FILE_NAMES
from auditor.errors import AuditorError
from auditor.findings import Report
from auditor.render.run import counted

if TYPE_CHECKING:
    from auditor.render.run import Failure

__all__ = ["Kept", "watch"]

_EVERY: Final = 0.3
"""Seconds between two looks."""
_CLEAR: Final = "\x1b[2J\x1b[3J\x1b[H"
_LAUNCHED: Final = frozenset((".json", ".yaml", ".yml"))
"""Endings of what may belong to a launch that another file holds."""

Stamps = dict[str, tuple[int, int]]


class Kept:
    """What came of each file in the runs before, and what else the last of them rests on."""

    def __init__(self) -> None:
        self.found: dict[str, Report | Failure] = {}
        self.others: frozenset[str] = frozenset()
        """Files that are no reports but say how these are audited: configurations, context, baseline, rules."""

    def forget(self, changed: Collection[str]) -> None:
        """Forget what may be otherwise now: what has changed and what may be read with it, or all where the others have."""
        if not self.others.isdisjoint(changed):
            self.found.clear()
        launched = [Path(path) for path in changed if Path(path).suffix.lower() in _LAUNCHED]
        for path, one in list(self.found.items()):
            if path in changed or (isinstance(one, Report) and any(_may_rest_on(one, other) for other in launched)):
                del self.found[path]


def _may_rest_on(report: Report, other: Path) -> bool:
    """Tell whether a report may be read together with another file: one that it names, or one beside it."""
    return other.name in report.source.text or Path(report.source.path).parent == other.parent


def watch(once: Callable[[Kept], object], paths: Sequence[str], written: Collection[str]) -> NoReturn:
    """Run once, and again whenever something has changed, until an interrupt; what the run itself writes is not looked at.

    What is wrong with a configuration is said, and mended by the next change like anything else.
    """
    from auditor.cli.main import complain

    kept = Kept()
    while True:
        kept.others = frozenset(_configurations(paths))
        before = dict(_stamps(paths, kept, written))
        if sys.stdout.isatty():
            sys.stdout.write(_CLEAR)
            sys.stdout.flush()
        try:
            once(kept)
        except AuditorError as error:
            complain(error)
        before = {**{path: stamp for path, stamp in _stamps(paths, kept, written) if path in kept.others}, **before}
        warn(f"watching {counted(len(before), 'file')}; Ctrl-C ends it")
        while not (changed := _changed(before, dict(_stamps(paths, kept, written)))):
            time.sleep(_EVERY)
        kept.forget(changed)


def _configurations(paths: Sequence[str]) -> Iterator[str]:
    """Yield the configuration files that count for the paths, or would if they were there."""
    folders = {Path(os.path.abspath(path)) for path in paths} | {Path(os.path.abspath(path)).parent for path in walk(paths).files}  # noqa: PTH100
    for folder in {above for one in folders for above in (one, *one.parents) if _within(one, above)}:
        yield from (str(folder / name) for name in FILE_NAMES)


def _within(folder: Path, above: Path) -> bool:
    """Tell whether a folder above another still lies in its repository."""
    root = repository_root(folder)
    return root is None or above.is_relative_to(root)


def _stamps(paths: Sequence[str], kept: Kept, written: Collection[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield time and size of each file that the run rests on, or would if it were there."""
    for path in {*walk(paths).files, *kept.others}:
        try:
            found = Path(path).stat()
        except OSError:
            continue
        if os.path.realpath(path) not in written:
            yield path, (found.st_mtime_ns, found.st_size)


def _changed(before: Stamps, after: Stamps) -> set[str]:
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}

"""What is shown while files are audited: the results as they come, and on a terminal how far the work is.

What goes to a file or a pipe is written report by report in order of the paths, the same bytes however many files are audited at a
time. A terminal gets each report when it is done and, below them, one line that is rewritten: it goes to standard error, and only to
somebody who watches.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from auditor.cli.inputs import write
from auditor.findings import Report
from auditor.render.run import Failure, Options, Renderer, Run, Streamed, counted
from auditor.render.terminal import folded, plain

__all__ = ["Live", "Progress"]

_EVERY: Final = 0.1
"""Seconds between two drawings of the line."""
_CLEAR: Final = "\r\x1b[2K"
_NEVER: Final = float("-inf")


class Progress:
    """One line that is rewritten on the terminal of standard error; nothing where that is no terminal, or a dumb one."""

    def __init__(self, *, wanted: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._draws = wanted and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._clock = clock
        self._drawn = _NEVER

    def draw(self, text: str) -> None:
        """Show a text in the place of the last one, as far as it fits; not more often than an eye can follow."""
        if not self._draws or self._clock() - self._drawn < _EVERY:
            return
        self._drawn = self._clock()
        sys.stderr.write(_CLEAR + folded(plain(text), max(shutil.get_terminal_size().columns - 1, 1))[0])
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away, so that something else may be written."""
        if self._drawn != _NEVER:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
            self._drawn = _NEVER


class Live:
    """The answer of a run while it is made: `add` what comes of each file, then `close`."""

    def __init__(self, render: Renderer, options: Options, paths: Sequence[str], progress: Progress, *, shows: bool = True) -> None:
        self._render = render
        self._streams = render if shows and isinstance(render, Streamed) else None
        self._options = options
        self._paths = paths
        self._progress = progress
        self._waits = dict.fromkeys(range(len(paths)))
        self._found = 0
        self._said = False
        self._draw()

    @property
    def in_order(self) -> bool:
        """The files are to come in order of their paths; somebody at a terminal rather has each when it is done."""
        return self._streams is None or not sys.stdout.isatty()

    def add(self, index: int, one: Report | Failure) -> None:
        """Show what came of one file."""
        del self._waits[index]
        if isinstance(one, Report):
            self._found += len(one.findings)
            if self._streams is not None and (text := self._streams.of(one, self._options)):
                self._write((self._streams.apart if self._said else "") + text)
                self._said = True
        self._draw()

    def close(self, run: Run) -> None:
        """Show what is left: how the run ends, or all of it where nothing was shown before."""
        if self._streams is not None:
            closing = self._streams.closing(run, self._options)
            self._write((self._streams.before_closing if self._said and closing else "") + closing)
        else:
            self._write(self._render(run, self._options))

    def clear(self) -> None:
        """Take the line of progress away."""
        self._progress.clear()

    def _write(self, text: str) -> None:
        self.clear()
        write(text, self._options.color)

    def _draw(self) -> None:
        if self._waits:
            done = len(self._paths) - len(self._waits)
            found = f", {counted(self._found, 'finding')}" if self._found else ""
            self._progress.draw(f"{done:,} of {counted(len(self._paths), 'file')}{found}: {self._paths[next(iter(self._waits))]}")

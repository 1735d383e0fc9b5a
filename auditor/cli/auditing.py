"""Audits as a command asks for them: with its rules, its selection and its context, each file for itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.files import STDIN, matcher
from auditor.cli.inputs import context_sources, read_source, warn
from auditor.errors import InputError
from auditor.pipeline import audit_source
from auditor.render.run import Failure
from auditor.rulebook import load
from auditor.selection import Selection, narrow, verify
from auditor.settings import Settings

if TYPE_CHECKING:
    from auditor.findings import Report
    from auditor.rulebook import Rulebook
    from auditor.statements import Source

__all__ = ["Audits", "below_settings", "prepare"]


def below_settings(settings: Settings, patterns: Sequence[str]) -> Callable[[Path], bool]:
    """Return a test of absolute paths by patterns that are relative to the folder of the settings file."""
    folder = Path.cwd() if settings.origin is None else Path(os.path.abspath(settings.origin.parent))  # noqa: PTH100 - links stay as named
    matches = matcher(patterns)

    def test(path: Path) -> bool:
        return path.is_relative_to(folder) and matches(path.relative_to(folder).as_posix())

    return test


@dataclass(frozen=True)
class Audits:
    """What every audit of a run has in common."""

    rules: Rulebook
    context: tuple[Source, ...]
    selection: Selection
    ignores: tuple[tuple[Callable[[Path], bool], tuple[str, ...]], ...]
    """For some files: (is it one of them, what to ignore in it)."""

    def of(self, source: Source) -> Report:
        """Audit one source with the rules that hold for its path."""
        path = Path(os.path.abspath(source.path))  # noqa: PTH100 - patterns speak of paths as named
        more = [selector for matches, selectors in self.ignores if matches(path) for selector in selectors]
        selection = Selection(self.selection.select, (*self.selection.ignore, *more))
        return narrow(audit_source(source, rules=self.rules, context=self.context), selection, self.rules.rules)

    def files(self, paths: Sequence[str], failures: list[Failure], stdin_name: str) -> list[Report]:
        """Audit every file; what goes wrong with one is added to `failures` and does not touch the others."""
        from auditor.cli.main import describe

        reports = []
        for path in paths:
            try:
                reports.append(self.of(read_source(path, stdin_name)))
            except InputError as error:
                name = path if path != STDIN else stdin_name or error.path
                failures.append(Failure(name, error.message, error.line, error.column))
            except Exception as error:  # one file must not end the run for the others
                failures.append(Failure(path, describe(error)))
        return reports


def prepare(settings: Settings, selection: Selection, context: Sequence[Path], rules: Sequence[Path]) -> Audits:
    """Load the rules and the context; UsageError for a selector that names no rule, InputError for what cannot be read."""
    book = load(tuple(rules))
    for problem in book.problems:
        warn(f"rule not used: {problem}")
    verify(selection.select, book.rules, "--select")
    verify(selection.ignore, book.rules, "--ignore")
    for pattern, ignored in settings.per_file_ignores:
        verify(ignored, book.rules, f"per-file-ignores for {pattern!r}")
    ignores = tuple((below_settings(settings, [pattern]), ignored) for pattern, ignored in settings.per_file_ignores)
    return Audits(book, context_sources(context), selection, ignores)

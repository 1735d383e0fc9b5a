"""`audit baseline create|update|check`: the findings that are known, so that only new ones count."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor.cli.completing import complete_paths
from auditor.cli.files import STDIN, walk
from auditor.cli.inputs import configuration_for, warn, write
from auditor.cli.options import config_options, context_option, rules_option
from auditor.errors import InputError, UsageError
from auditor.records import dataclass

if TYPE_CHECKING:
    from auditor.baseline import Entry, Match
    from auditor.cli.judging import Known
    from auditor.findings import Report
    from auditor.render.run import Failure

__all__ = ["command"]

_SHOWN: Final = 20
_SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@dataclass(frozen=True)
class _Survey:
    """The reports of a run held against a baseline."""

    known: Known
    matches: tuple[tuple[Report, Match], ...]
    failures: tuple[Failure, ...]

    @property
    def new(self) -> tuple[Entry, ...]:
        from auditor.baseline import entries_of

        name = self.known.name
        return tuple(entry for report, match in self.matches for entry in entries_of(report, match.new, name(report.source.path)))

    @property
    def stale(self) -> tuple[Entry, ...]:
        """Entries that find nothing: of the reports that could be read in full, and of files that are gone and were not moved."""
        found = [entry for report, match in self.matches if not _in_part(report) for entry in match.stale]
        moved = {(entry.code, entry.claim) for _, match in self.matches for entry in match.used}
        gone = [entry for file in sorted(self.known.gone) for entry in self.known.baseline.of_file[file]]
        return (*found, *(entry for entry in gone if (entry.code, entry.claim) not in moved))

    @property
    def kept(self) -> tuple[Entry, ...]:
        """The entries as they are now, without what is stale: those of reports outside this run as they were."""
        seen = {self.known.name(report.source.path) for report, _ in self.matches if not _in_part(report)}
        other = [entry for entry in self.known.baseline.entries if entry.file not in seen and entry.file not in self.known.gone]
        return (*other, *(entry for report, match in self.matches if not _in_part(report) for entry in match.used))


def _in_part(report: Report) -> bool:
    return any(note.fatal for note in report.notes)


@click.group(context_settings=_SETTINGS)
def command() -> None:
    """Keep a file of findings that are known and do not count, so that old reports need not be put right before new ones are held to it.

    An entry is a rule, a file and a claim as it is written, with a count: edits that move lines change nothing.
    """


def _options(function: click.decorators.FC) -> click.decorators.FC:
    baseline = click.option(
        "--baseline", "path", type=click.Path(path_type=Path), metavar="FILE", help="The baseline file.  [default: the configuration's]"
    )
    paths = click.argument("paths", nargs=-1, metavar="[PATHS]...", shell_complete=complete_paths)
    return paths(baseline(context_option(rules_option(config_options(function)))))


@command.command(context_settings=_SETTINGS)
@click.option("--force", is_flag=True, help="Make a baseline anew where there is one already.")
@_options
def create(
    force: bool,
    paths: tuple[str, ...],
    path: Path | None,
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
) -> int:
    """Take all findings there are now for known. The default file is audit-baseline.json in the repository's root."""
    from auditor.baseline import Baseline
    from auditor.cli.judging import Known

    target = _target(paths, path, config, isolated)
    if target.exists() and not force:
        raise UsageError(f"{_shown(target)} exists; `audit baseline update` keeps it, --force makes it anew")
    survey = _survey(paths, Known(target, Baseline()), context_paths, rule_folders, config, isolated)
    _save(target, survey.new)
    total = sum(entry.count for entry in survey.new)
    files = len({entry.file for entry in survey.new})
    write(f"{_shown(target)}: {_counted(total, 'finding')} in {_counted(files, 'file')} taken for known.\n")
    if _configured(paths, config, isolated) is None:
        write(f'Name it in the configuration (baseline = "{target.name}") or with --baseline, and only new findings count.\n')
    return _failed(survey)


@command.command(context_settings=_SETTINGS)
@click.option("--accept-new", is_flag=True, help="Take new findings for known too.")
@_options
def update(
    accept_new: bool,
    paths: tuple[str, ...],
    path: Path | None,
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
) -> int:
    """Drop entries that find nothing any more; new findings are taken in with --accept-new only."""
    from auditor.cli.judging import open_baseline

    target = _target(paths, path, config, isolated)
    survey = _survey(paths, open_baseline(target), context_paths, rule_folders, config, isolated)
    new, stale = survey.new, survey.stale
    _save(target, (*survey.kept, *(new if accept_new else ())))
    _list("gone", stale)
    _list("taken in" if accept_new else "new, not taken in", new)
    count = sum(entry.count for entry in (*survey.kept, *(new if accept_new else ())))
    write(f"{_shown(target)}: {_counted(count, 'known finding')}; {_total(stale)} gone, {_total(new)} new.\n")
    if new and not accept_new:
        write("New findings are not taken in; put them right, suppress them, or give --accept-new.\n")
    return _failed(survey) or (1 if new and not accept_new else 0)


@command.command(context_settings=_SETTINGS)
@_options
def check(
    paths: tuple[str, ...],
    path: Path | None,
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
) -> int:
    """Tell whether the baseline says what there is: 1 where findings are new or entries find nothing any more. Changes nothing."""
    from auditor.cli.judging import open_baseline

    survey = _survey(paths, open_baseline(_target(paths, path, config, isolated)), context_paths, rule_folders, config, isolated)
    _list("new", survey.new)
    _list("gone", survey.stale)
    known = sum(len(match.known) for _, match in survey.matches)
    write(f"{_shown(survey.known.path)}: {_counted(known, 'known finding')}, {_total(survey.new)} new, {_total(survey.stale)} gone.\n")
    return _failed(survey) or (1 if survey.new or survey.stale else 0)


def _configured(paths: Sequence[str], config: Sequence[str], isolated: bool) -> Path | None:
    return configuration_for(paths or (os.curdir,), config, isolated).run.baseline


def _target(paths: Sequence[str], path: Path | None, config: Sequence[str], isolated: bool) -> Path:
    """Return the baseline file: as named, as configured, or the default in the repository's root."""
    from auditor.cli.files import repository_root
    from auditor.cli.judging import DEFAULT

    if STDIN in paths:
        raise UsageError("a baseline is of files; standard input has no name to keep")
    return path or _configured(paths, config, isolated) or (repository_root(Path.cwd()) or Path.cwd()) / DEFAULT


def _survey(
    paths: Sequence[str], known: Known, context: tuple[Path, ...], rules: tuple[Path, ...], config: Sequence[str], isolated: bool
) -> _Survey:
    """Audit the reports as `audit` would, and hold each against the baseline."""
    from auditor.cli.auditing import Asked, excluded, is_ours, prepare
    from auditor.render.run import Failure

    paths = paths or (os.curdir,)
    configuration = configuration_for(paths, config, isolated)
    found = walk(paths, excluded(configuration))
    failures = [Failure(missing.path, missing.reason) for missing in found.missing]
    files = [file for file in found.files if not is_ours(file, known.path, configuration)]
    audits = prepare(configuration, Asked(context=context, rules=rules, cache=True))
    reports = audits.files(files, failures, "")
    return _Survey(known, tuple((report, known.match(report)) for report in reports), tuple(failures))


def _save(path: Path, entries: Iterable[Entry]) -> None:
    from auditor.atomic import replace_file
    from auditor.baseline import dump

    found: dict[tuple[str, str, str, str], Entry] = {}
    for entry in entries:
        same = found.get(entry.key)
        found[entry.key] = entry if same is None else replace(same, count=same.count + entry.count)
    try:
        replace_file(Path(os.path.realpath(path)), dump(found.values()).encode("utf-8"))
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=str(path)) from None


def _failed(survey: _Survey) -> int:
    """Say what could not be audited; 2 where something could not."""
    for failure in survey.failures:
        warn(f"{failure.place}: not audited: {failure.message}; what the baseline holds of it stays")
    in_part = [report.source.path for report, _ in survey.matches if _in_part(report)]
    for path in in_part:
        warn(f"{path}: not audited in full; what the baseline holds of it stays")
    return 2 if survey.failures or in_part else 0


def _list(what: str, entries: Sequence[Entry]) -> None:
    from auditor.render.terminal import opening

    for entry in entries[:_SHOWN]:
        times = f" ({entry.count} times)" if entry.count > 1 else ""
        write(opening(f"{entry.file}: {what}: {entry.code} {entry.name}: {entry.claim}{times}") + "\n")
    if len(entries) > _SHOWN:
        write(f"and {len(entries) - _SHOWN} more {what}\n")


def _total(entries: Iterable[Entry]) -> int:
    return sum(entry.count for entry in entries)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _shown(path: Path) -> str:
    from auditor.render.terminal import plain

    return plain(os.path.relpath(path))

"""`audit [PATHS]`: audit reports and show what cannot be true. The default command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor import __version__
from auditor.cli.files import ENDINGS, STDIN, repository_root, walk
from auditor.cli.inputs import settings_for, shortfall, warn, write
from auditor.cli.options import color_option, config_options, context_option, paint_wanted, percent, rules_option, selectors
from auditor.errors import InputError, UsageError
from auditor.render import FORMATS, load
from auditor.settings import Settings

if TYPE_CHECKING:
    from auditor.cli.auditing import Audits
    from auditor.findings import Report
    from auditor.render.run import Failure, Options, Run

__all__ = ["command"]

_LEVELS: Final = ("error", "warning", "info")
_FINDINGS: Final = 1
_FAILED: Final = 2


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: the command line's options over the configuration's settings."""

    settings: Settings
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_level: str
    output_format: str
    min_coverage: Fraction | None
    context: tuple[Path, ...]
    rules: tuple[Path, ...]


def _written(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, Path], ...]:
    """Return (format, file) for each `FORMAT=FILE`."""
    found = []
    for text in given:
        name, _, path = text.partition("=")
        if name not in FORMATS or not path:
            raise click.BadParameter(f"{text!r} is not FORMAT=FILE with a format of {', '.join(FORMATS)}", param=parameter)
        found.append((name, Path(path)))
    return tuple(found)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit status: 0 nothing at or above the fail level, 1 findings, 2 something is wrong with the call or could not be audited.",
)
@click.argument("paths", nargs=-1, metavar="[PATHS|-]...")
@click.option("--output-format", type=click.Choice(list(FORMATS)), help="How to show the findings.  [default: full]")
@click.option(
    "--also-write", multiple=True, callback=_written, metavar="FORMAT=FILE", help="Write the findings to a file too. May be repeated."
)
@click.option(
    "--select", multiple=True, callback=selectors, metavar="RULES", help="Only these rules: codes, names, categories, prefixes or ALL."
)
@click.option(
    "--ignore", multiple=True, callback=selectors, metavar="RULES", help="Not these rules; the closer of --select and --ignore wins."
)
@click.option("--fail-level", type=click.Choice(_LEVELS), help="The least severity that makes the exit status 1.  [default: error]")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--min-coverage", callback=percent, metavar="PERCENT", help="Fail where less of a report's numbers is understood.")
@click.option("--explain", is_flag=True, help="Show every step of each derivation with the place of each number.")
@click.option("--fix", is_flag=True, help="Put derived figures right whose inputs agree; measured ones are never touched.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the nearest repair of every finding, right or not.")
@context_option
@rules_option
@config_options
@click.option("--force-exclude", is_flag=True, help="Let the configuration's `exclude` hold for files named outright too.")
@click.option("--stdin-filename", metavar="PATH", default="", help="The name of what - reads, for its format and for messages.")
@click.option("-q", "--quiet", is_flag=True, help="Findings only: no notes, no summary.")
@click.option("-v", "--verbose", is_flag=True, help="Say which settings were used and which files were left out.")
@color_option
def command(
    paths: tuple[str, ...],
    output_format: str | None,
    also_write: tuple[tuple[str, Path], ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_level: str | None,
    exit_zero: bool,
    min_coverage: Fraction | None,
    explain: bool,
    fix: bool,
    diff: bool,
    unsafe_fixes: bool,
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config_path: Path | None,
    isolated: bool,
    force_exclude: bool,
    stdin_filename: str,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Audit deployment reports: recompute what they claim and show what cannot be true.

    PATHS are reports, folders of reports, or - for standard input; without any, the current folder.
    """
    from auditor.cli.auditing import prepare
    from auditor.render.run import Options, Run
    from auditor.selection import Selection

    if fix and diff:
        raise UsageError("--fix and --diff exclude each other; give one of them")
    if unsafe_fixes and not (fix or diff):
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    if fix and STDIN in paths:
        raise UsageError("--fix cannot write to standard input; --diff shows what it would change")
    paths = paths or (os.curdir,)
    settings = settings_for(paths, config_path, isolated)
    request = Request(
        settings,
        select or settings.select or ("ALL",),
        (*settings.ignore, *ignore),
        fail_level or settings.fail_level or "error",
        output_format or settings.output_format or "full",
        settings.min_coverage if min_coverage is None else min_coverage,
        (*settings.context, *context_paths),
        (*settings.rules, *rule_folders),
    )
    if verbose:
        warn(f"settings: {settings.origin or 'none, the defaults hold'}")
    files, failures = _files(paths, request, force_exclude=force_exclude, verbose=verbose)
    audits = prepare(settings, Selection(request.select, request.ignore), request.context, request.rules)
    reports = audits.files(files, failures, stdin_filename)
    if diff:
        return _show_fixes(reports, failures, audits, unsafe=unsafe_fixes)
    if fix:
        reports = _fix(reports, failures, audits, unsafe=unsafe_fixes, quiet=quiet)
    run = Run(tuple(reports), tuple(failures), __version__, audits.rules.catalog)
    painted = paint_wanted(color)
    folder = Path.cwd()
    options = Options(painted, quiet, verbose, explain, root=repository_root(folder), folder=folder)
    write(load(request.output_format)(run, options), painted)
    for name, path in also_write:
        _save(load(name)(run, replace(options, color=False)), path)
    short = _shortfalls(run, request.min_coverage)
    _complain(run, short, options, annotations=request.output_format == "github")
    return _status(run, request.fail_level, exit_zero=exit_zero, too_little=bool(short))


def _save(text: str, path: Path) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"--also-write: {path} cannot be written: {error.strerror or error}") from None


def _fix(reports: Sequence[Report], failures: list[Failure], audits: Audits, *, unsafe: bool, quiet: bool) -> list[Report]:
    """Write the repairs of each report to its file and return the reports as they are now."""
    from auditor.fix import fix, save
    from auditor.render.run import Failure

    after, repairs, files = [], 0, 0
    for report in reports:
        fixed = fix(report, audits.of, unsafe=unsafe)
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
    if repairs and not quiet:
        warn(f"{repairs} {'repair' if repairs == 1 else 'repairs'} written to {files} {'file' if files == 1 else 'files'}")
    return after


def _show_fixes(reports: Sequence[Report], failures: Sequence[Failure], audits: Audits, *, unsafe: bool) -> int:
    """Write what fixing would change as a unified diff; 1 where there is something."""
    from auditor.fix import difference, fix
    from auditor.render.terminal import cells

    changes = "".join(difference(report.source, fix(report, audits.of, unsafe=unsafe).source) for report in reports)
    if sys.stdout.isatty():
        # A file or a pipe gets the very bytes, for `patch`; a terminal what it can be shown.
        changes = "\n".join("".join(cell for cell, _ in cells(line)) for line in changes.split("\n"))
    write(changes)
    for failure in failures:
        warn(f"{failure.place}: not audited: {failure.message}")
    return _FAILED if failures else _FINDINGS if changes else 0


def _files(paths: Sequence[str], request: Request, *, force_exclude: bool, verbose: bool) -> tuple[list[str], list[Failure]]:
    """Return the files to audit and a failure for each path that gives none."""
    from auditor.cli.auditing import below_settings
    from auditor.cli.main import COMMANDS
    from auditor.render.run import Failure

    found = walk(paths, below_settings(request.settings, request.settings.exclude), force_exclude=force_exclude)
    failures = []
    for missing in found.missing:
        advice = ""
        if missing.path in COMMANDS:
            advice = f"; the command {missing.path!r} goes first: audit {missing.path} ..."
        elif "." not in Path(missing.path).name:
            from difflib import get_close_matches

            near = get_close_matches(missing.path, COMMANDS, n=1, cutoff=0.75)
            advice = f"; did you mean the command {near[0]!r}?" if near else ""
        failures.append(Failure(missing.path, missing.reason + advice))
    if verbose:
        for path, reason in found.skipped:
            warn(f"left out: {path}: {reason}")
    if not found.files and not failures and not found.skipped:
        failures.append(Failure(paths[0], f"nothing to audit: no file here ends with {' '.join(sorted(ENDINGS))}"))
    return found.files, failures


def _shortfalls(run: Run, least: Fraction | None) -> list[Failure]:
    """Return the reports of which less was understood than asked for."""
    from auditor.render.run import Failure

    found = ((report.source.path, shortfall(report.coverage, least)) for report in run.reports)
    return [Failure(path, message) for path, message in found if message]


def _complain(run: Run, short: Sequence[Failure], options: Options, *, annotations: bool) -> None:
    """Say what could not be audited and what was understood too little.

    Where the output is annotations, they hold the former already; a runner reads standard error for commands too.
    """
    from auditor.render.run import locate

    if annotations:
        from auditor.render.github import command as annotation

        for failure in short:
            line = annotation("error", [failure.message], file=options.repository_path(failure.path), title="coverage")
            write(f"{line}\n")
        return
    messages = [f"{failure.place}: not audited: {failure.message}" for failure in run.failures]
    for report in run.reports:
        messages += [f"{locate(report.source, note.span)}: not audited in full: {note.message}" for note in report.notes if note.fatal]
    for message in [*messages, *(f"{failure.path}: {failure.message}" for failure in short)]:
        warn(message)


def _status(run: Run, fail_level: str, *, exit_zero: bool, too_little: bool) -> int:
    from auditor.findings import Severity
    from auditor.render.run import blocked

    if run.failures or any(blocked(report) for report in run.reports):
        return _FAILED
    least = Severity(fail_level).rank
    found = too_little or any(finding.severity.rank >= least for report in run.reports for finding in report.findings)
    return _FINDINGS if found and not exit_zero else 0

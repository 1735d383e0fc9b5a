"""`audit [PATHS]`: audit reports and show what cannot be true. The default command."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor import __version__
from auditor.cli.files import ENDINGS, EXCLUDED, STDIN, repository_root, walk
from auditor.cli.inputs import configuration_for, shortfall, warn, write
from auditor.cli.options import (
    color_option,
    complete_rules,
    config_options,
    context_option,
    paint_wanted,
    percent,
    rules_option,
    selectors,
    terminal_columns,
)
from auditor.config import Configuration
from auditor.errors import InputError, UsageError
from auditor.render import FORMATS, load

if TYPE_CHECKING:
    from auditor.cli.auditing import Audits
    from auditor.cli.judging import Judging
    from auditor.findings import Report
    from auditor.render.run import Basis, Failure, Options, Run
    from auditor.statements import Source

__all__ = ["command"]

_LEVELS: Final = ("error", "warning", "info")
_FINDINGS: Final = 1
_FAILED: Final = 2


def _written(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, Path], ...]:
    """Return (format, file) for each `FORMAT=PATH`."""
    found: list[tuple[str, Path]] = []
    for text in given:
        name, _, path = text.partition("=")
        if name not in FORMATS or not path:
            raise click.BadParameter(f"{text!r} is not FORMAT=PATH with a format of {', '.join(FORMATS)}", param=parameter)
        if any(os.path.realpath(path) == os.path.realpath(other) for _, other in found):
            raise click.BadParameter(f"two formats cannot be written to {path}", param=parameter)
        found.append((name, Path(path)))
    return tuple(found)


class _Command(click.Command):
    """A command whose `--add-ignore` takes its reason behind `=` only, so that no path is taken for one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, ["--add-ignore=" if one == "--add-ignore" else one for one in args[:end]] + args[end:])


@click.command(
    cls=_Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit status: 0 nothing at or above the fail level, 1 findings, 2 something is wrong with the call or could not be audited.",
)
@click.argument("paths", nargs=-1, metavar="[PATHS|-]...")
@click.option("--output-format", type=click.Choice(list(FORMATS)), help="How to show the findings.  [default: full]")
@click.option(
    "--output-file",
    multiple=True,
    callback=_written,
    metavar="FORMAT=PATH",
    help="Write the findings to a file too, from the same run. May be repeated.",
)
@click.option("--first-since", metavar="REV", help="Show first what stands in files changed since REV, where not all can be shown.")
@click.option(
    "--select",
    multiple=True,
    callback=selectors,
    shell_complete=complete_rules,
    metavar="RULES",
    help="Only these rules: codes, names, categories, prefixes or ALL.",
)
@click.option(
    "--ignore",
    multiple=True,
    callback=selectors,
    shell_complete=complete_rules,
    metavar="RULES",
    help="Not these rules; the closer of --select and --ignore wins.",
)
@click.option("--fail-level", type=click.Choice(_LEVELS), help="The least severity that makes the exit status 1.  [default: error]")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--min-coverage", callback=percent, metavar="PERCENT", help="Fail where less of a report's numbers is understood.")
@click.option("--summary", is_flag=True, help="End with a table of what each launch sets and what follows from it.")
@click.option(
    "-j", "--jobs", type=click.IntRange(0, 256), default=1, metavar="N", help="Audit N files at a time; 0 for one a core.  [default: 1]"
)
@click.option("--statistics", is_flag=True, help="Show how often each rule found something, instead of the findings.")
@click.option("--explain", is_flag=True, help="Show every step of each derivation with the place of each number.")
@click.option("--fix", is_flag=True, help="Put derived figures right whose inputs agree; measured ones are never touched.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the nearest repair of every finding, right or not.")
@click.option("--baseline", "baseline_path", type=click.Path(path_type=Path), metavar="FILE", help="Findings that FILE knows do not count.")
@click.option("--no-baseline", is_flag=True, help="Use no baseline, whatever the configuration says.")
@click.option("--diff-base", metavar="REV", help="Only findings that touch lines changed since REV, or came with the change.")
@click.option("--no-inline", is_flag=True, help="Let no comment in a report suppress a finding.")
@click.option(
    "--add-ignore",
    metavar="[=REASON]",
    help="Write a comment into the reports that suppresses each finding shown, with the reason.",
)
@click.option(
    "--config-from", metavar="REV", help="Take the configuration, and all that it names, as it is at REV: not a pull request's own."
)
@context_option
@rules_option
@config_options
@click.option("--force-exclude", is_flag=True, help="Let the configuration's `exclude` hold for files named outright too.")
@click.option("--allow-empty", is_flag=True, help="It is well if no file, or no rule, is left to audit.")
@click.option("--stdin-filename", metavar="PATH", default="", help="The name of what - reads, for its format and for messages.")
@click.option("-q", "--quiet", is_flag=True, help="Findings only: no notes, no summary.")
@click.option("-v", "--verbose", is_flag=True, help="Say which settings were used and which files were left out.")
@color_option
def command(
    paths: tuple[str, ...],
    output_format: str | None,
    output_file: tuple[tuple[str, Path], ...],
    first_since: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_level: str | None,
    exit_zero: bool,
    min_coverage: Fraction | None,
    summary: bool,
    jobs: int,
    statistics: bool,
    explain: bool,
    fix: bool,
    diff: bool,
    unsafe_fixes: bool,
    baseline_path: Path | None,
    no_baseline: bool,
    diff_base: str | None,
    no_inline: bool,
    add_ignore: str | None,
    config_from: str | None,
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
    force_exclude: bool,
    allow_empty: bool,
    stdin_filename: str,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Audit deployment reports: recompute what they claim and show what cannot be true.

    PATHS are reports, folders of reports, or - for standard input; without any, the current folder.
    """
    from auditor.cli.auditing import Asked, is_ours, prepare
    from auditor.render.run import Options, Run

    if fix and diff:
        raise UsageError("--fix and --diff exclude each other; give one of them")
    if unsafe_fixes and not (fix or diff):
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    if (fix or add_ignore is not None) and STDIN in paths:
        raise UsageError(f"--{'fix' if fix else 'add-ignore'} cannot write to standard input; --diff shows what --fix would change")
    if add_ignore is not None and (fix or diff or no_inline):
        raise UsageError("--add-ignore goes with none of --fix, --diff and --no-inline")
    if add_ignore:
        from auditor.add_ignore import unfit

        if sign := unfit(add_ignore):
            raise UsageError(f"--add-ignore: a reason may not hold {sign!r}: it would end the comment, or a cell it stands in")
    if baseline_path is not None and no_baseline:
        raise UsageError("--baseline and --no-baseline exclude each other; give one of them")
    paths = paths or (os.curdir,)
    configuration = _configuration(paths, config, isolated, config_from)
    settings = configuration.run
    written = {os.path.realpath(path) for _, path in output_file}
    if spoilt := next((path for path in paths if path != STDIN and os.path.realpath(path) in written), None):
        raise UsageError(f"--output-file would write over {spoilt}, which is to be audited")
    wanted = _Wanted(
        fail_level or settings.fail_level or "error",
        output_format or settings.output_format or "full",
        settings.min_coverage if min_coverage is None else min_coverage,
    )
    found = _files(paths, configuration, force_exclude=force_exclude, verbose=verbose, allow_empty=allow_empty)
    failures = found.failures
    audits = prepare(configuration, Asked(select, ignore, context_paths, rule_folders, not no_inline))
    off = audits.rules_off()
    if off.left == 0 and off.by_configuration and not allow_empty:
        raise UsageError("no rule is left to check by: the configuration turns all of them off; --allow-empty if that is well")
    baseline = None if no_baseline else baseline_path or settings.baseline
    judging = _judging(audits, baseline, diff_base, configuration)
    reports_named = [path for path in found.files if not (is_ours(path, baseline, configuration) or _is_output(path, written))]
    files = _changed(reports_named, audits, judging)
    reports = audits.files(files, failures, stdin_filename, jobs or os.cpu_count() or 1)
    if judging is not None:
        reports = [judging.of(report) for report in reports]

    def again(source: Source) -> Report:
        return audits.of(source) if judging is None else judging.of(audits.of(source))

    if add_ignore is not None:
        return _add_ignores(reports, failures, again, add_ignore)
    if diff:
        return _show_fixes(reports, failures, again, unsafe=unsafe_fixes)
    if fix:
        reports = _fix(reports, failures, again, unsafe=unsafe_fixes, quiet=quiet)
    basis = _basis(configuration, judging, diff_base or "", found.skipped, unchanged=len(reports_named) - len(files))
    basis = replace(basis, rules_off=(off.by_command, off.by_configuration))
    run = Run(tuple(reports), tuple(failures), __version__, audits.catalog, basis, audits.rules, audits.study)
    if verbose:
        warn(f"settings: {', '.join(basis.configurations) or 'none, the defaults hold'}")
    painted = paint_wanted(color)
    folder = Path.cwd()
    options = Options(painted, quiet, verbose, explain, columns=terminal_columns(), root=repository_root(folder), folder=folder)
    options = replace(options, first=_first(first_since or diff_base, run), links=_links(os.environ))
    shown = _statistics(run, wanted.output_format) if statistics else load(wanted.output_format)(run, options)
    write(shown, painted)
    if summary and not statistics and wanted.output_format in ("full", "concise"):
        from auditor.cli.launched import launched
        from auditor.render.launched import as_text

        write("".join(as_text(launched(report.source, paths)) for report in run.reports))
    for name, path in output_file:
        _save(load(name)(run, replace(options, color=False, columns=0)), path)
    short = _shortfalls(run, wanted.min_coverage)
    _complain(run, short, options, "" if statistics else wanted.output_format)
    return _status(run, wanted.fail_level, exit_zero=exit_zero, too_little=bool(short))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What holds for the run: the command line's options over its configuration."""

    fail_level: str
    output_format: str
    min_coverage: Fraction | None


@dataclass(frozen=True, slots=True)
class _Found:
    """The files to audit, a failure for each path that gives none, and (path, why) of what was left out."""

    files: list[str]
    failures: list[Failure]
    skipped: list[tuple[str, str]]


def _configuration(paths: Sequence[str], config: Sequence[str], isolated: bool, revision: str | None) -> Configuration:
    if revision is None:
        return configuration_for(paths, config, isolated)
    if isolated:
        raise UsageError("--config-from and --isolated exclude each other; give one of them")
    from auditor.cli.base import at

    return at(revision, [path for path in paths if path != STDIN], config)


def _first(revision: str | None, run: Run) -> frozenset[str]:
    """Return the paths of the reports that have changed since a revision."""
    if revision is None:
        return frozenset()
    from auditor.cli.changes import since

    changes = since(revision)
    return frozenset(report.source.path for report in run.reports if changes.touched_any([report.source.path]))


_SERVER: Final = re.compile(r"https://[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")


def _links(environment: Mapping[str, str]) -> str:
    """Return what a link to a file of the repository begins with, where a workflow of GitHub says it; else nothing."""
    server, repository, commit = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    if not (_SERVER.fullmatch(server) and _REPOSITORY.fullmatch(repository) and re.fullmatch("[0-9a-f]{40,64}", commit)):
        return ""
    return f"{server}/{repository}/blob/{commit}/"


def _judging(audits: Audits, baseline: Path | None, revision: str | None, configuration: Configuration) -> Judging | None:
    """Return what decides which findings count beside the report itself, where anything does."""
    if baseline is None and revision is None:
        return None
    from auditor.cli.judging import Judging, open_baseline

    changes = None
    if revision is not None:
        from auditor.cli.changes import since

        changes = since(revision)
    known = open_baseline(configuration.there(baseline), configuration.home(baseline)) if baseline else None
    return Judging(audits.of, known, changes)


def _changed(files: Sequence[str], audits: Audits, judging: Judging | None) -> list[str]:
    """Return the files to audit: with `--diff-base` those that have changed, or all where what they are held against has."""
    if judging is None or judging.changes is None:
        return list(files)
    changes = judging.changes
    return [
        path for path in files if path != STDIN and (changes.touched(path) or any(changes.touched(one) for one in audits.rests_on(path)))
    ]


def _basis(
    configuration: Configuration, judging: Judging | None, diff_base: str, skipped: Sequence[tuple[str, str]], *, unchanged: int
) -> Basis:
    from auditor.render.run import Basis

    return Basis(
        tuple(os.path.relpath(one.origin) if one.origin else "--config" for one in configuration.used),
        sum(reason == EXCLUDED for _, reason in skipped),
        os.path.relpath(judging.known.home or judging.known.path) if judging and judging.known else "",
        judging.stale if judging else (),
        diff_base,
        unchanged,
        tuple(skipped),
    )


def _statistics(run: Run, output_format: str) -> str:
    """Return how many findings each rule has that count, the most frequent first."""
    from collections import Counter

    counts = Counter((finding.code, finding.name) for report in run.reports for finding in report.findings)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if output_format == "json":
        from auditor.render.json_v1 import dumps

        return dumps({"version": 1, "statistics": [{"code": code, "name": name, "count": count} for (code, name), count in rows]}) + "\n"
    width = max((len(str(count)) for _, count in rows), default=0)
    return "".join(f"{str(count).rjust(width)}  {code}  {name}\n" for (code, name), count in rows)


def _is_output(path: str, written: frozenset[str] | set[str]) -> bool:
    """Tell whether a file in a folder is what this run writes, or an earlier one wrote with the same options."""
    return path != STDIN and os.path.realpath(path) in written


def _save(text: str, path: Path) -> None:
    """Write one output, whole or not at all; what is no plain file (a pipe, a device) is written to as it is."""
    from auditor.atomic import replace_file

    data = text.encode("utf-8", "backslashreplace")
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            replace_file(target, data)
    except OSError as error:
        raise UsageError(f"--output-file: {path} cannot be written: {error.strerror or error}") from None


Again = Callable[["Source"], "Report"]
"""Audits a source as the run does, and lets count what counts."""


def _fix(reports: Sequence[Report], failures: list[Failure], again: Again, *, unsafe: bool, quiet: bool) -> list[Report]:
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


def _show_fixes(reports: Sequence[Report], failures: Sequence[Failure], again: Again, *, unsafe: bool) -> int:
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


def _add_ignores(reports: Sequence[Report], failures: Sequence[Failure], again: Again, reason: str) -> int:
    """Write a suppression into the reports for each finding that counts; 1 where one could not be given any."""
    from auditor.add_ignore import add_ignores
    from auditor.fix import save
    from auditor.render.run import counted, locate

    comments = files = 0
    left: list[str] = []
    for report in reports:
        if not report.findings or any(note.fatal for note in report.notes):
            continue
        written = add_ignores(report, again, reason)
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


def _files(paths: Sequence[str], configuration: Configuration, *, force_exclude: bool, verbose: bool, allow_empty: bool) -> _Found:
    """Return the files to audit and a failure for each path that gives none."""
    from auditor.cli.auditing import excluded
    from auditor.cli.main import COMMANDS
    from auditor.render.run import Failure

    found = walk(paths, excluded(configuration), force_exclude=force_exclude)
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
    if not found.files and not failures and not allow_empty:
        why = f"no file here ends with {' '.join(sorted(ENDINGS))}"
        if found.skipped:
            path, reason = found.skipped[0]
            why = f"all there is was left out: {path} ({reason}){f' and {len(found.skipped) - 1} more' if len(found.skipped) > 1 else ''}"
        failures.append(Failure(paths[0], f"nothing to audit: {why}; --allow-empty if that is well"))
    return _Found(found.files, failures, found.skipped)


def _shortfalls(run: Run, least: Fraction | None) -> list[Failure]:
    """Return the reports of which less was understood than asked for."""
    from auditor.render.run import Failure

    found = ((report.source.path, shortfall(report.coverage, least)) for report in run.reports)
    return [Failure(path, message) for path, message in found if message]


_SAID: Final = frozenset({"full", "concise", "github"})
"""Formats that show on their own stream what could not be audited."""


def _complain(run: Run, short: Sequence[Failure], options: Options, form: str) -> None:
    """Say what was understood too little and, where the answer itself does not, what could not be audited.

    A runner of GitHub reads standard error for commands too, so for it both are annotations.
    """
    from auditor.render.run import stopped

    if form == "github":
        from auditor.render.github import command as annotation

        for failure in short:
            line = annotation("error", [failure.message], file=options.repository_path(failure.path), title="coverage")
            write(f"{line}\n")
        return
    for message in [*([] if form in _SAID else stopped(run)), *(f"{failure.path}: {failure.message}" for failure in short)]:
        warn(message)


def _status(run: Run, fail_level: str, *, exit_zero: bool, too_little: bool) -> int:
    from auditor.findings import Severity
    from auditor.render.run import blocked

    least = Severity(fail_level).rank
    stopped = [failure.severity for failure in run.failures] + [report.not_audited for report in run.reports if blocked(report)]
    if Severity.ERROR in stopped:
        return _FAILED
    graves = [*stopped, *(finding.severity for report in run.reports for finding in report.findings)]
    found = too_little or any(severity.rank >= least for severity in graves)
    return _FINDINGS if found and not exit_zero else 0

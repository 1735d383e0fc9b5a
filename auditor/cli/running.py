"""A run of the default command: from what was asked for to the answer, and the status it ends with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from heapq import merge
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor import __version__
from auditor.cli.auditing import Asked, excluded, is_ours, prepare
from auditor.cli.files import ENDINGS, EXCLUDED, STDIN, repository_root, walk
from auditor.cli.inputs import configuration_for, shortfall, warn, write
from auditor.cli.live import Live, Progress
from auditor.cli.options import paint_wanted, terminal_columns
from auditor.cli.outputs import changed_since, is_output, links, save, statistics
from auditor.config import Configuration
from auditor.errors import UsageError
from auditor.findings import Report, Severity
from auditor.records import dataclass
from auditor.render import load
from auditor.render.run import Basis, Failure, Options, Run, blocked, stopped

if TYPE_CHECKING:
    from auditor.cli.auditing import Audits
    from auditor.cli.judging import Judging
    from auditor.cli.repairs import Again
    from auditor.cli.watching import Kept

__all__ = ["Call", "run"]

_FINDINGS: Final = 1
_FAILED: Final = 2


@dataclass(frozen=True, slots=True)
class Call:
    """What the command line asks for: a field for each option."""

    paths: tuple[str, ...]
    output_format: str | None
    output_file: tuple[tuple[str, Path], ...]
    first_since: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_level: str | None
    exit_zero: bool
    min_coverage: Fraction | None
    summary: bool
    jobs: int
    no_cache: bool
    watch: bool
    statistics: bool
    explain: bool
    fix: bool
    diff: bool
    unsafe_fixes: bool
    baseline_path: Path | None
    no_baseline: bool
    diff_base: str | None
    no_inline: bool
    add_ignore: str | None
    config_from: str | None
    context_paths: tuple[Path, ...]
    rule_folders: tuple[Path, ...]
    config: tuple[str, ...]
    isolated: bool
    force_exclude: bool
    allow_empty: bool
    stdin_filename: str
    quiet: bool
    verbose: bool
    color: str

    @property
    def writes(self) -> bool:
        """The reports themselves are to be changed, or shown as they would be."""
        return self.fix or self.diff or self.add_ignore is not None


def run(call: Call) -> int:
    """Audit, show and return the exit status; `UsageError` for a call that makes no sense."""
    call = replace(call, paths=call.paths or (os.curdir,))
    _verify(call)
    if call.watch:
        from auditor.cli.watching import watch

        watch(lambda kept: _once(call, kept), call.paths, _targets(call))
    return _once(call)


def _verify(call: Call) -> None:
    if call.fix and call.diff:
        raise UsageError("--fix and --diff exclude each other; give one of them")
    if call.unsafe_fixes and not (call.fix or call.diff):
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    if (call.fix or call.add_ignore is not None) and STDIN in call.paths:
        raise UsageError(f"--{'fix' if call.fix else 'add-ignore'} cannot write to standard input; --diff shows what --fix would change")
    if call.add_ignore is not None and (call.fix or call.diff or call.no_inline):
        raise UsageError("--add-ignore goes with none of --fix, --diff and --no-inline")
    if call.add_ignore:
        from auditor.add_ignore import unfit

        if sign := unfit(call.add_ignore):
            raise UsageError(f"--add-ignore: a reason may not hold {sign!r}: it would end the comment, or a cell it stands in")
    if call.baseline_path is not None and call.no_baseline:
        raise UsageError("--baseline and --no-baseline exclude each other; give one of them")
    if call.watch and (call.writes or STDIN in call.paths):
        raise UsageError("--watch goes with none of --fix, --diff, --add-ignore and standard input")
    targets = _targets(call)
    if spoilt := next((path for path in call.paths if path != STDIN and os.path.realpath(path) in targets), None):
        raise UsageError(f"--output-file would write over {spoilt}, which is to be audited")


def _targets(call: Call) -> frozenset[str]:
    """Return the files that the run writes."""
    return frozenset(os.path.realpath(path) for _, path in call.output_file)


def _once(call: Call, kept: Kept | None = None) -> int:
    """Audit and show once; what was kept of an earlier run is not audited again."""
    configuration = _configuration(call.paths, call.config, call.isolated, call.config_from)
    settings = configuration.run
    wanted = _Wanted(
        call.fail_level or settings.fail_level or "error",
        call.output_format or settings.output_format or "full",
        settings.min_coverage if call.min_coverage is None else call.min_coverage,
    )
    found = _files(call.paths, configuration, force_exclude=call.force_exclude, verbose=call.verbose, allow_empty=call.allow_empty)
    asked = Asked(call.select, call.ignore, call.context_paths, call.rule_folders, not call.no_inline, not call.no_cache, call.verbose)
    audits = prepare(configuration, asked)
    off = audits.rules_off()
    if not off.any_left and off.by_configuration and not call.allow_empty:
        raise UsageError("no rule is left to check by: the configuration turns all of them off; --allow-empty if that is well")
    baseline = None if call.no_baseline else call.baseline_path or settings.baseline
    judging = _judging(audits, baseline, call.diff_base, configuration)
    targets = _targets(call)
    named = [path for path in found.files if not (is_ours(path, baseline, configuration) or is_output(path, targets))]
    audits.given = tuple(named)
    files = _changed(named, audits, judging)
    folder = Path.cwd()
    options = Options(paint_wanted(call.color), call.quiet, call.verbose, call.explain, columns=terminal_columns())
    options = replace(options, root=repository_root(folder), folder=folder, links=links(os.environ))
    options = replace(options, first=changed_since(call.first_since or call.diff_base, files))

    def counting(report: Report) -> Report:
        return report if judging is None else judging.of(report)

    live = Live(load(wanted.output_format), options, files, Progress(wanted=not call.quiet), shows=not (call.writes or call.statistics))
    gathered: dict[int, Report | Failure] = {}
    for index, one in _audited(audits, files, call, kept, in_order=live.in_order):
        gathered[index] = one if isinstance(one, Failure) else counting(one)
        live.add(index, gathered[index])
    reports = [one for _, one in sorted(gathered.items()) if isinstance(one, Report)]
    failures = [*found.failures, *(one for _, one in sorted(gathered.items()) if isinstance(one, Failure))]
    if kept is not None:
        kept.others |= {*audits.others(), *([str(baseline)] if baseline else [])}
    live.clear()
    if call.writes:
        done = _written(call, reports, failures, lambda source: counting(audits.of(source)))
        if isinstance(done, int):
            return done
        reports = done
    if call.verbose:
        warn(f"settings: {', '.join(_configurations(configuration)) or 'none, the defaults hold'}")
    basis = _basis(configuration, judging, call.diff_base or "", found.skipped, unchanged=len(named) - len(files))
    basis = replace(basis, rules_off=(off.by_command, off.by_configuration))
    run = Run(tuple(reports), tuple(failures), __version__, audits.catalog, basis, audits.rules, audits.study)
    if call.statistics:
        write(statistics(run, wanted.output_format))
    else:
        live.close(run)
    if call.summary and not call.statistics and wanted.output_format in ("full", "concise"):
        from auditor.cli.launched import launched
        from auditor.render.launched import as_text

        write("".join(as_text(launched(report.source, call.paths)) for report in run.reports))
    for name, path in call.output_file:
        save(load(name)(run, replace(options, color=False, columns=0)), path)
    short = _shortfalls(run, wanted.min_coverage)
    _complain(run, short, options, "" if call.statistics else wanted.output_format)
    return _status(run, wanted.fail_level, exit_zero=call.exit_zero, too_little=bool(short))


def _audited(
    audits: Audits, files: Sequence[str], call: Call, kept: Kept | None, *, in_order: bool
) -> Iterator[tuple[int, Report | Failure]]:
    """Yield what came of each file with its index, of those that were kept what came of them before."""
    known = {} if kept is None else {index: kept.found[path] for index, path in enumerate(files) if path in kept.found}
    others = [index for index in range(len(files)) if index not in known]
    jobs = call.jobs or os.cpu_count() or 1
    found = audits.each([files[index] for index in others], call.stdin_filename, jobs, in_order=in_order)
    fresh = ((others[at], one) for at, one in found)
    for index, one in merge(known.items(), fresh, key=itemgetter(0)) if in_order else chain(known.items(), fresh):
        if kept is not None:
            kept.found[files[index]] = one
        yield index, one


def _written(call: Call, reports: list[Report], failures: list[Failure], again: Again) -> list[Report] | int:
    """Change the reports as asked, or show that; return them as they are now, or the status where that is all."""
    from auditor.cli.repairs import add_ignores, repair, show_repairs

    if call.add_ignore is not None:
        return add_ignores(reports, failures, again, call.add_ignore)
    if call.diff:
        return show_repairs(reports, failures, again, unsafe=call.unsafe_fixes)
    return repair(reports, failures, again, unsafe=call.unsafe_fixes, quiet=call.quiet)


def _configurations(configuration: Configuration) -> tuple[str, ...]:
    return tuple(os.path.relpath(one.origin) if one.origin else "--config" for one in configuration.used)


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
    return Basis(
        _configurations(configuration),
        sum(reason == EXCLUDED for _, reason in skipped),
        os.path.relpath(judging.known.home or judging.known.path) if judging and judging.known else "",
        judging.stale if judging else (),
        diff_base,
        unchanged,
        tuple(skipped),
    )


def _files(paths: Sequence[str], configuration: Configuration, *, force_exclude: bool, verbose: bool, allow_empty: bool) -> _Found:
    """Return the files to audit and a failure for each path that gives none."""
    from auditor.cli.main import COMMANDS

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
    found = ((report.source.path, shortfall(report.coverage, least)) for report in run.reports)
    return [Failure(path, message) for path, message in found if message]


_SAID: Final = frozenset({"full", "concise", "github"})
"""Formats that show on their own stream what could not be audited."""


def _complain(run: Run, short: Sequence[Failure], options: Options, form: str) -> None:
    """Say what was understood too little and, where the answer itself does not, what could not be audited.

    A runner of GitHub reads standard error for commands too, so for it both are annotations.
    """
    if form == "github":
        from auditor.render.github import command as annotation

        for failure in short:
            line = annotation("error", [failure.message], file=options.repository_path(failure.path), title="coverage")
            write(f"{line}\n")
        return
    for message in [*([] if form in _SAID else stopped(run)), *(f"{failure.path}: {failure.message}" for failure in short)]:
        warn(message)


def _status(run: Run, fail_level: str, *, exit_zero: bool, too_little: bool) -> int:
    least = Severity(fail_level).rank
    stopped = [failure.severity for failure in run.failures] + [report.not_audited for report in run.reports if blocked(report)]
    if Severity.ERROR in stopped:
        return _FAILED
    graves = [*stopped, *(finding.severity for report in run.reports for finding in report.findings)]
    found = too_little or any(severity.rank >= least for severity in graves)
    return _FINDINGS if found and not exit_zero else 0

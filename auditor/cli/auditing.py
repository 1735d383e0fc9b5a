"""Audits as a command asks for them: each file with the rules, the selection and the context of its own configuration."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import __version__
from auditor.cache import Cache, fingerprint, of_source, store
from auditor.cli.beside import beside
from auditor.cli.files import STDIN, matcher
from auditor.cli.inputs import context_sources, read_source, warn
from auditor.config import Configuration
from auditor.errors import AuditorError, InputError
from auditor.findings import Finding, Severity, Withheld, Withholding
from auditor.index import stamp
from auditor.limits import DEFAULT
from auditor.outside import noting
from auditor.records import dataclass
from auditor.render.run import Failure
from auditor.selection import Selection, narrow, verify
from auditor.selectors import closeness
from auditor.settings import Settings
from auditor.withhold import suppressed, withhold

if TYPE_CHECKING:
    from auditor.findings import Report
    from auditor.render.study import Study
    from auditor.rulebook import Rule, Rulebook
    from auditor.statements import Source

__all__ = ["Asked", "Audits", "Ready", "below_settings", "excluded", "is_ours", "prepare"]


def below_settings(settings: Settings, patterns: Sequence[str]) -> Callable[[Path], bool]:
    """Return a test of absolute paths by patterns that are relative to the folder of the settings file."""
    folder = Path.cwd() if settings.origin is None else Path(os.path.abspath(settings.origin.parent))  # noqa: PTH100 - links stay as named
    matches = matcher(patterns)

    def test(path: Path) -> bool:
        return path.is_relative_to(folder) and matches(path.relative_to(folder).as_posix())

    return test


def excluded(configuration: Configuration) -> Callable[[Path], bool]:
    """Return a test whether the configuration of a file or folder, given as an absolute path, leaves it out."""
    tests: dict[Path | None, Callable[[Path], bool]] = {}

    def test(path: Path) -> bool:
        settings = configuration.of(str(path))
        if settings.origin not in tests:
            tests[settings.origin] = below_settings(settings, settings.exclude)
        return tests[settings.origin](path)

    return test


def is_ours(path: str, baseline: Path | None, configuration: Configuration) -> bool:
    """Tell whether a file is no report but what a run is set up with: a hook is given every file that has changed."""
    real = os.path.realpath(path)
    ours = [baseline, *(one.origin for one in (configuration.run, configuration.of(path)))]
    return path != STDIN and any(one is not None and os.path.realpath(one) == real for one in ours)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of every audit, over the configuration of each file."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    context: tuple[Path, ...] = ()
    rules: tuple[Path, ...] = ()
    inline: bool = True
    """Comments in a report may suppress findings."""
    cache: bool = False
    """What an earlier run found may be used, and what this one finds is kept."""
    verbose: bool = False
    """Say what of the cache was damaged."""


@dataclass(frozen=True)
class Ready:
    """What the audits under one configuration have in common."""

    settings: Settings
    book: Callable[[], Rulebook]
    context: tuple[Source, ...]
    ignores: tuple[tuple[Callable[[Path], bool], tuple[str, ...]], ...]
    """For some files: (is it one of them, what to ignore in it)."""
    not_audited: tuple[tuple[Callable[[Path], bool], Severity], ...]
    stamps: tuple[str, ...] = ()
    """What stands for the user's own rules."""

    @cached_property
    def rules(self) -> Rulebook:
        """The rules, loaded when they are asked for: a run that finds all in the cache needs none."""
        return self.book()

    def gravity(self, path: Path) -> Severity:
        """Return how grave it is if a file cannot be audited."""
        return next((severity for matches, severity in reversed(self.not_audited) if matches(path)), Severity.ERROR)


@dataclass(frozen=True, slots=True)
class RulesOff:
    """How many rules the command line and the configuration of a run turn off, and whether any is left."""

    by_command: int = 0
    by_configuration: int = 0
    any_left: bool = True


@dataclass
class Audits:
    """The audits of a run."""

    configuration: Configuration
    asked: Asked
    _ready: dict[Path | None, Ready] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    """The files of the run, named or found in folders."""
    _cache: Cache | None = None

    def __post_init__(self) -> None:
        if self.asked.cache:
            self._cache = store()

    @property
    def catalog(self) -> str:
        """Version of the hardware and model catalog the checks use: it comes with the tool."""
        return __version__

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules that check, by code."""
        return _Rules(self._ready)

    def study(self, report: Report) -> Study:
        """Return what a page shows of a report beyond its findings."""
        from auditor.cli.studied import study

        return study(report, self.ready(report.source.path).rules)

    def ready(self, path: str) -> Ready:
        """Return what an audit of a file takes; UsageError or ConfigError for what its configuration may not say."""
        settings = self.configuration.of(path)
        if settings.origin not in self._ready:
            self._ready[settings.origin] = _ready(settings, self.asked)
        return self._ready[settings.origin]

    def rules_off(self) -> RulesOff:
        """Count the rules that are turned off for every file of the run."""
        settings = self.configuration.run
        own = Selection(self.asked.select or ("ALL",), self.asked.ignore)
        whole = Selection(self.asked.select or settings.select or ("ALL",), (*settings.ignore, *self.asked.ignore))
        if own.is_everything and whole.is_everything:
            return RulesOff()
        rules = self.ready(os.curdir).rules.rules
        asked = sum(own.admits(rule) for rule in rules)
        left = sum(whole.admits(rule) for rule in rules)
        return RulesOff(len(rules) - asked, asked - left, left > 0)

    def others(self) -> frozenset[str]:
        """Return the files that say how the reports of the run are audited: configurations, context and rules."""
        found: list[Path] = [*self.asked.context]
        folders = list(self.asked.rules)
        for ready in self._ready.values():
            found += [*([ready.settings.origin] if ready.settings.origin else []), *ready.settings.context]
            folders += ready.settings.rules
        return frozenset(map(str, (*found, *(path for folder in folders for path in folder.rglob("*")))))

    def rests_on(self, path: str) -> tuple[str, ...]:
        """Return the files, beside a report, that the audit of it depends on: its configuration and its context."""
        ready = self.ready(path)
        own = (ready.settings.origin,) if ready.settings.origin else ()
        return tuple(str(one) for one in (*own, *ready.settings.context, *self.asked.context))

    def of(self, source: Source) -> Report:
        """Audit one source under its configuration; what does not count is withheld, with the reason."""
        ready = self.ready(source.path)
        path = Path(os.path.abspath(source.path))  # noqa: PTH100 - patterns speak of paths as named
        report = _selected(self._audited(source, ready), ready, self.asked, path)
        if ready.settings.severity:
            report = replace(report, findings=tuple(_graded(finding, ready.settings.severity) for finding in report.findings))
        if self.asked.inline:
            report = suppressed(report)
        return replace(report, not_audited=ready.gravity(path)) if ready.not_audited else report

    def _audited(self, source: Source, ready: Ready) -> Report:
        """Return what the audit of a source finds under all rules, from what is kept where that is the same."""
        files = beside(source, self.given)
        if self._cache is None:
            return _anew(source, ready, files)
        key = _key(source, ready, files)
        found = self._cache.get(key, source, (*ready.context, *files))
        while self._cache.damaged:
            damaged = self._cache.damaged.pop()
            if self.asked.verbose:
                warn(f"cache: {damaged} is damaged and was not used")
        if found is None:
            with noting() as asked:
                found = _anew(source, ready, files)
            self._cache.put(key, found, asked)
        return found

    def files(self, paths: Sequence[str], failures: list[Failure], stdin_name: str, jobs: int = 1) -> list[Report]:
        """Audit every file, `jobs` at a time; what goes wrong with one is added to `failures` and does not touch the others."""
        self.given = tuple(paths)
        found = [one for _, one in self.each(paths, stdin_name, jobs)]
        failures += [one for one in found if isinstance(one, Failure)]
        return [one for one in found if not isinstance(one, Failure)]

    def each(
        self, paths: Sequence[str], stdin_name: str, jobs: int = 1, *, in_order: bool = True
    ) -> Iterator[tuple[int, Report | Failure]]:
        """Audit every file, `jobs` at a time, and yield what came of each with its index: in order, or as they finish."""
        for path in paths:
            self.ready(stdin_name or path if path == STDIN else path)  # what is wrong with a configuration is said once, and first
        jobs = min(jobs, len(paths))
        if jobs < 2 or STDIN in paths:
            yield from ((index, self.one(path, stdin_name)) for index, path in enumerate(paths))
            return
        from concurrent.futures import ProcessPoolExecutor, as_completed

        with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(self.configuration, self.asked, self.given)) as pool:
            began = {pool.submit(_one, path): index for index, path in enumerate(paths)}
            try:
                yield from ((began[future], future.result()) for future in (began if in_order else as_completed(began)))
            finally:
                pool.shutdown(cancel_futures=True)

    def one(self, path: str, stdin_name: str = "") -> Report | Failure:
        """Audit one file, or say why that cannot be."""
        from auditor.cli.main import describe

        try:
            return self.of(read_source(path, stdin_name))
        except InputError as error:
            name = path if path != STDIN else stdin_name or error.path
            return self._failure(name, error.message, error.line, error.column)
        except AuditorError:
            raise
        except Exception as error:  # one file must not end the run for the others
            return self._failure(path, describe(error))

    def _failure(self, path: str, message: str, line: int | None = None, column: int | None = None) -> Failure:
        gravity = self.ready(path).gravity(Path(os.path.abspath(path)))  # noqa: PTH100 - patterns speak of paths as named
        return Failure(path, message, line, column, gravity)


class _Rules(Mapping[str, "Rule"]):
    """The rules of a run by code; loaded when one is asked for."""

    def __init__(self, ready: Mapping[Path | None, Ready]) -> None:
        self._ready = ready

    @cached_property
    def _known(self) -> Mapping[str, Rule]:
        return {rule.code: rule for ready in self._ready.values() for rule in ready.rules.rules}

    def __getitem__(self, code: str) -> Rule:
        return self._known[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _anew(source: Source, ready: Ready, files: tuple[Source, ...]) -> Report:
    from auditor.pipeline import audit_source  # imports every stage, which what is found in the cache needs none of

    limits = replace(DEFAULT, **dict(ready.settings.limits))
    if files:
        return audit_source(source, rules=ready.rules, context=ready.context, beside=files, limits=limits)
    return audit_source(source, rules=ready.rules, context=ready.context, limits=limits)


def _key(source: Source, ready: Ready, files: Sequence[Source]) -> str:
    """Return the hash of all that an audit depends on."""
    settings = ready.settings
    said = (settings.tolerances, settings.conventions, settings.frameworks, settings.limits)
    sources = [of_source(one) for one in (source, *ready.context)] + ["beside"] + [of_source(one) for one in files]
    return sha256("\n".join((fingerprint(), *ready.stamps, repr(said), *sources)).encode("utf-8", "surrogatepass")).hexdigest()


def _selected(report: Report, ready: Ready, asked: Asked, path: Path) -> Report:
    """Return the report with the rules that count; what the configuration leaves out is withheld, what the command line does is gone."""
    own = Selection(asked.select or ("ALL",), asked.ignore)
    settings = ready.settings
    more = [selector for matches, selectors in ready.ignores if matches(path) for selector in selectors]
    selection = Selection(asked.select or settings.select or ("ALL",), (*settings.ignore, *asked.ignore, *more))
    if selection == own and own.is_everything:
        return report
    if selection == own:
        return narrow(report, own, ready.rules.rules)

    def reason(finding: Finding) -> Withheld | None:
        return None if selection.admits(finding) else Withheld(finding, Withholding.IGNORED)

    return narrow(withhold(narrow(report, own, ready.rules.rules), reason), selection, ready.rules.rules)


def _graded(finding: Finding, severities: Sequence[tuple[str, str]]) -> Finding:
    """Return a finding with the severity that the settings give its rule: the closest selector decides, the later of two as close."""
    close = [(closeness(selector, finding), severity) for selector, severity in severities]
    best = max(closely for closely, _ in close)
    carried = tuple(_graded(one, severities) for one in finding.carried)
    if best < 0:
        return replace(finding, carried=carried) if carried else finding
    severity = next(severity for closely, severity in reversed(close) if closely == best)
    return replace(finding, severity=Severity(severity), carried=carried)


def _ready(settings: Settings, asked: Asked) -> Ready:
    @cache
    def book() -> Rulebook:
        from auditor.rulebook import load

        found = load((*settings.rules, *asked.rules))
        for problem in found.problems:
            warn(f"rule not used: {problem}")
        if settings.said:
            from auditor import tuning

            tuning.verify(settings, found)
            found = tuning.tuned(found, settings)
        verify(asked.select, found.rules, "--select")
        verify(asked.ignore, found.rules, "--ignore")
        return found

    if settings.rules or settings.said or asked.rules or asked.select or asked.ignore:
        book()  # something that names rules, or brings some, may be at fault: that is said first
    ignores = tuple((below_settings(settings, [pattern]), ignored) for pattern, ignored in settings.per_file_ignores)
    not_audited = tuple((below_settings(settings, [pattern]), Severity(level)) for pattern, level in settings.not_audited)
    stamps = tuple(stamp(folder) for folder in (*settings.rules, *asked.rules))
    return Ready(settings, book, context_sources(settings.context, asked.context), ignores, not_audited, stamps)


def prepare(configuration: Configuration, asked: Asked) -> Audits:
    """Load the rules and the context of the run; UsageError for a selector that names no rule, InputError for what cannot be read."""
    audits = Audits(configuration, asked)
    audits._ready[configuration.run.origin] = _ready(configuration.run, asked)
    return audits


_OWN: Audits | None = None
"""The audits of this process, where it audits files for another."""


def _begin(configuration: Configuration, asked: Asked, given: tuple[str, ...]) -> None:
    global _OWN
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt ends the process that began this one, which ends it
    _OWN = prepare(configuration, asked)
    _OWN.given = given


def _one(path: str) -> Report | Failure:
    if _OWN is None:
        raise RuntimeError("this process was not begun for audits")
    return _OWN.one(path)

"""Which configuration a run, and each file of it, takes its settings from.

For a file the nearest `auditor.toml`, `.auditor.toml` or `pyproject.toml` at or above it counts, so that it is judged alike whatever is
audited with it. What belongs to the run and not to a file (fail level, format, baseline) comes from the nearest at or above all paths.
`auditor.config_file` is loaded only where there is a configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from auditor.errors import InputError
from auditor.read import bytes_of
from auditor.records import dataclass
from auditor.settings import Settings

__all__ = ["FILE_NAMES", "Configuration", "Settings", "configuration", "find", "load"]

FILE_NAMES: Final = ("auditor.toml", ".auditor.toml", "pyproject.toml")
"""In order of preference inside one folder; `pyproject.toml` counts only with a `[tool.auditor]` table."""


_MOST_BYTES: Final = 1_000_000


def _start(paths: Sequence[str]) -> Path:
    """Return the deepest folder that holds all paths; the working directory where there are none."""
    folders = []
    for path in paths:
        absolute = Path.cwd() / path
        folders.append(absolute if absolute.is_dir() else absolute.parent)
    if not folders:
        return Path.cwd()
    first, *others = [folder.resolve() for folder in folders]
    shared = (folder for folder in (first, *first.parents) if all(other.is_relative_to(folder) for other in others))
    return next(shared, Path.cwd())


def _has_table(path: Path) -> bool:
    try:
        return b"[tool.auditor" in bytes_of(path, _MOST_BYTES)
    except InputError:
        return False


def _in_folder(folder: Path) -> Path | None:
    for name in FILE_NAMES:
        path = folder / name
        if path.is_file() and (name != "pyproject.toml" or _has_table(path)):
            return path
    return None


def _root(folder: Path) -> Path | None:
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)


def find(paths: Sequence[str]) -> Path | None:
    """Return the nearest configuration file at or above the folder that holds all `paths`.

    The search ends with the repository's root (a folder with `.git`): what lies above it belongs to somebody else.
    """
    start = _start(paths)
    for folder in (start, *start.parents):
        if found := _in_folder(folder):
            return found
        if (folder / ".git").exists():
            return None
    return None


@dataclass
class Configuration:
    """The settings of a run and of each of its files."""

    run: Settings
    fixed: bool
    """One configuration for all files: a file was named, or none is to be read."""
    options: Settings | None = None
    """What `--config KEY=VALUE` says; it wins over every file."""
    _known: dict[Path, Settings] = field(default_factory=dict)
    _found: dict[Path, Path | None] = field(default_factory=dict)

    def of(self, path: str) -> Settings:
        """Return the settings for one file."""
        if self.fixed:
            return self.run
        folder = Path(path) if Path(path).is_dir() else Path(path).parent
        if folder not in self._found:
            self._found[folder] = find([path])
        found = self._found[folder]
        if found is None:
            return self.options or Settings()
        if found not in self._known:
            self._known[found] = _read(found, self.options)
        return self._known[found]

    def there(self, path: Path) -> Path:
        """Return where a file that decides what counts is read from: where it stands."""
        return path

    def home(self, path: Path) -> Path:
        """Return where a file that was read stands for what it says: where it was read."""
        return path

    @property
    def used(self) -> tuple[Settings, ...]:
        """The configurations that counted so far, each once: the run's first."""
        own = [self.run] if self.run.origin or self.run.said else []
        return (*own, *(one for one in self._known.values() if one.origin != self.run.origin))


def _read(path: Path, options: Settings | None, *, named: bool = False) -> Settings:
    from auditor.config_file import over, read

    settings = read(path, None if named else _root(path.parent))
    return over(settings, options) if options else settings


def configuration(paths: Sequence[str], given: Iterable[str] = (), *, isolated: bool = False) -> Configuration:
    """Return the configuration for a run over `paths`.

    `given` are the values of `--config`: a file, or KEY=VALUE which wins over any file. Raises `UsageError` or `ConfigError`, with file,
    line and column where there is one, for what a configuration may not say.
    """
    files = [one for one in given if "=" not in one or Path(one).is_file()]
    options = _options([one for one in given if one not in files])
    if len(files) > 1:
        from auditor.errors import UsageError

        raise UsageError(f"--config names {len(files)} files; name one, and let it extend the others")
    if files:
        return Configuration(_read(Path(files[0]), options, named=True), fixed=True)
    found = None if isolated else find(paths)
    run = _read(found, options) if found else options or Settings()
    return Configuration(run, isolated, options, {found: run} if found else {})


def _options(given: Sequence[str]) -> Settings | None:
    if not given:
        return None
    from auditor.config_file import over, parts

    settings = Settings()
    for text in given:
        settings = over(settings, parts(text))
    return settings


def load(paths: Sequence[str], named: Path | None = None, *, isolated: bool = False) -> Settings:
    """Return the settings for a run over `paths`: of the file `named`, else the nearest, else none."""
    return configuration(paths, [] if named is None else [str(named)], isolated=isolated).run

"""Configuration from a revision: in a pull request, what decides which findings count must not be the pull request's own.

The files of the revision are put into a folder of their own for the time of the run. Configurations are looked for there, and so is all
that they name: what they extend, context, rules and the baseline. Patterns and the names of reports speak of the work tree as ever.
"""

from __future__ import annotations

import atexit
import io
import os
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.cli.changes import archive, root_and_commit
from auditor.config import Configuration, configuration
from auditor.errors import UsageError
from auditor.settings import Settings

__all__ = ["Base", "at"]


class Base(Configuration):
    """The configuration of a run, taken from a revision's files."""

    def __init__(self, root: Path, folder: Path, paths: Sequence[str], options: Sequence[str]) -> None:
        self.root, self.folder = root, folder
        found = configuration([str(self.there(Path(path))) for path in paths], options)
        super().__init__(self._here(found.run), found.fixed, found.options, {})
        self._inner = found

    def there(self, path: Path) -> Path:
        """Return where a file of the work tree stands in the revision's files."""
        if Path(os.path.abspath(path)).is_relative_to(self.folder):  # noqa: PTH100 - links stay as named
            return path
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self.root):
            raise UsageError(f"--config-from: {path} does not lie in the repository {self.root}")
        return self.folder / real.relative_to(self.root)

    def of(self, path: str) -> Settings:
        """Return the settings for one file."""
        settings = self._here(self._inner.of(str(self.there(Path(path)))))
        if settings.origin is not None:
            self._known.setdefault(settings.origin, settings)
        return settings

    def _here(self, settings: Settings) -> Settings:
        """Return settings whose patterns speak of the work tree."""
        if settings.origin is None or not settings.origin.is_relative_to(self.folder):
            return settings
        return replace(settings, origin=self.root / settings.origin.relative_to(self.folder))

    def home(self, path: Path) -> Path:
        """Return where a file of the revision stands in the work tree."""
        real = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as named
        return self.root / real.relative_to(self.folder) if real.is_relative_to(self.folder) else path


def at(revision: str, paths: Sequence[str], options: Sequence[str]) -> Base:
    """Return the configuration for a run over `paths` as it was at a revision; `options` are KEY=VALUE of the command line."""
    if any("=" not in one for one in options):
        raise UsageError("--config FILE and --config-from exclude each other; give one of them")
    root, commit = root_and_commit(revision, "--config-from")
    copy = tempfile.TemporaryDirectory(prefix="auditor-")
    atexit.register(copy.cleanup)
    folder = Path(copy.name)
    with tarfile.open(fileobj=io.BytesIO(archive(root, commit))) as files:
        for member in files:
            _put(files, member, folder)
    (folder / ".git").touch()  # the search for a configuration ends where a repository does
    return Base(root, folder, paths, options)


def _put(files: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one plain file of an archive; a link could lead out of the folder."""
    target = folder / member.name
    held = files.extractfile(member) if member.isfile() and ".." not in target.parts and target.is_relative_to(folder) else None
    if held is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(held.read())

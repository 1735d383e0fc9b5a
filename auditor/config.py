"""Which configuration file a run takes its settings from.

Only `auditor.config_file`, loaded when a configuration file is there, needs pydantic; a run without one never imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from auditor.settings import Settings

__all__ = ["FILE_NAMES", "Settings", "find", "load"]

FILE_NAMES: Final = ("auditor.toml", ".auditor.toml", "pyproject.toml")
"""In order of preference inside one folder; `pyproject.toml` counts only with a `[tool.auditor]` table."""


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
        return "[tool.auditor" in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def find(paths: Sequence[str]) -> Path | None:
    """Return the nearest configuration file at or above the folder that holds all `paths`.

    The search ends with the repository's root (a folder with `.git`): what lies above it belongs to somebody else.
    """
    start = _start(paths)
    for folder in (start, *start.parents):
        for name in FILE_NAMES:
            path = folder / name
            if path.is_file() and (name != "pyproject.toml" or _has_table(path)):
                return path
        if (folder / ".git").exists():
            return None
    return None


def load(paths: Sequence[str], named: Path | None = None, *, isolated: bool = False) -> Settings:
    """Return the settings for a run over `paths`: of the file `named`, else the nearest, else none.

    Raises `UsageError` or `InputError`, with the line where there is one, for a file that says what it may not.
    """
    path = None if isolated else named or find(paths)
    if path is None:
        return Settings()
    from auditor.config_file import read

    return read(path)

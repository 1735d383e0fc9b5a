"""From the paths of a command line to the files to audit: folders are walked, files named outright are taken as they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from auditor.cli.globs import Glob, globs, verdict
from auditor.errors import InputError
from auditor.read import bytes_of
from auditor.records import dataclass

__all__ = ["ENDINGS", "EXCLUDED", "STDIN", "Missing", "Walk", "matcher", "repository_root", "walk"]

ENDINGS: Final = frozenset({".md", ".markdown", ".mdx", ".json", ".yaml", ".yml", ".toml", ".sh"})
"""What is audited in a folder; a file named outright is audited whatever its ending."""

STDIN: Final = "-"
EXCLUDED: Final = "excluded by the configuration"
OURS: Final = frozenset({"audit-baseline.json", "auditor.toml"})
"""What a folder holds for the auditor, not for its readers."""
MAX_IGNORE_FILE: Final = 1_000_000
_NEVER: Final = frozenset({"node_modules", "__pycache__", "site-packages"})


@dataclass(frozen=True, slots=True)
class Missing:
    """A path that cannot be walked, and why."""

    path: str
    reason: str


@dataclass(slots=True)
class Walk:
    """The files to audit, in order and each once, and what stood in the way."""

    files: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """(path, why) of what was left out of a folder by a rule the user may want to know of (`-v`)."""


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return a test whether a path, relative and with forward slashes, matches patterns written as in .gitignore."""
    found = globs(patterns)
    return lambda path: verdict(found, path) is True


def repository_root(start: Path) -> Path | None:
    """Return the nearest folder at or above `start` that holds `.git`."""
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)


@dataclass(frozen=True, slots=True)
class _Ignored:
    """The patterns of one ignore file, which hold for what lies below `folder`."""

    folder: Path
    globs: tuple[Glob, ...]

    def verdict(self, path: Path, is_folder: bool) -> bool | None:
        """Tell whether the file ignores (True) or re-includes (False) the path; None where it does not speak of it."""
        return verdict(self.globs, path.relative_to(self.folder).as_posix(), is_folder=is_folder)


def _ignore_file(folder: Path, name: str) -> list[_Ignored]:
    try:
        lines = bytes_of(folder / name, MAX_IGNORE_FILE).decode("utf-8", "replace").splitlines()
    except InputError:
        return []
    return [_Ignored(folder, globs(lines))]


def _ignore_files_above(folder: Path) -> list[_Ignored]:
    """Return the ignore files between the repository root and `folder`, outermost first, `folder` itself left to the walk."""
    root = repository_root(folder)
    if root is None:
        return []
    between = [parent for parent in reversed(folder.parents) if parent.is_relative_to(root)]
    found = _ignore_file(root, ".git/info/exclude")
    found = [_Ignored(root, ignored.globs) for ignored in found]
    return found + [ignored for parent in between for ignored in _ignore_file(parent, ".gitignore")]


def _is_ignored(path: Path, is_folder: bool, ignored: Sequence[_Ignored]) -> bool:
    # The innermost file that speaks of a path decides, as in git.
    for one in reversed(ignored):
        said = one.verdict(path, is_folder)
        if said is not None:
            return said
    return False


def _below(shown: str, folder: Path, ignored: list[_Ignored], excluded: Callable[[Path], bool], result: Walk, top: str) -> Iterator[str]:
    """Yield the files below a folder, sorted; `shown` is the folder as the user wrote it."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        result.missing.append(Missing(shown, f"cannot be read: {error.strerror or error}"))
        return
    ignored = [*ignored, *(_ignore_file(folder, ".gitignore") if any(entry.name == ".gitignore" for entry in entries) else [])]
    for entry in entries:
        path = folder / entry.name
        # A link to a folder is not followed: it may lead above itself, and what it leads to is audited where it is.
        is_folder = entry.is_dir(follow_symlinks=False)
        name = entry.name if shown == os.curdir else os.path.join(shown, entry.name)
        if entry.name.startswith(".") or (is_folder and entry.name in _NEVER):
            continue
        if not is_folder and (entry.name in OURS or Path(entry.name).suffix.lower() not in ENDINGS):
            continue
        if not is_folder and (why := _no_report(entry, top)):
            result.skipped.append((name, why))
        elif is_folder and _is_environment(path):
            result.skipped.append((name, "a virtual environment"))
        elif ignored and _is_ignored(path, is_folder, ignored):
            result.skipped.append((name, "ignored by .gitignore"))
        elif excluded(path):
            result.skipped.append((name, EXCLUDED))
        elif is_folder:
            yield from _below(name, path, ignored, excluded, result, top)
        else:
            yield name


def _is_environment(folder: Path) -> bool:
    """Tell whether a folder is a virtual environment and not one that only says so: it has an interpreter of its own."""
    has_program = any(os.path.lexists(folder / place) for place in ("bin/python", "Scripts/python.exe"))
    return (folder / "pyvenv.cfg").is_file() and has_program and any((folder / name).is_dir() for name in ("lib", "Lib"))


def _no_report(entry: os.DirEntry[str], top: str) -> str:
    """Return why what a folder holds is not read although its ending is a report's, or the empty string.

    A link may lead to a file of somebody else, whose lines would then be shown: it is followed only within the folder that is walked,
    or its repository.
    """
    try:
        if entry.is_dir():
            return "a link to a folder"
        if not entry.is_file():
            return "not a regular file"
        if entry.is_symlink() and not os.path.realpath(entry.path).startswith(top):
            return "a link out of the tree"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    return ""


def walk(paths: Sequence[str], excluded: Callable[[Path], bool] = lambda _path: False, *, force_exclude: bool = False) -> Walk:
    """Return the files the paths stand for.

    In folders: files with an ending of `ENDINGS`, in order of name; hidden files and folders, virtual environments, `node_modules`
    and what .gitignore or `excluded` (given an absolute path) leaves out are skipped. Links to folders are not followed. A file
    named outright is always taken, unless `force_exclude` asks for `excluded` to hold for it too. No file is taken twice.
    """
    result = Walk()
    seen: set[str] = set()
    for given in paths:
        if given == STDIN:
            found: Iterable[str] = [given]
        else:
            # os.path answers for names no file can have too; Path and patterns speak of paths as named, so links are not resolved.
            absolute = Path(os.path.abspath(given))
            if given and os.path.isdir(given):
                real = Path(os.path.realpath(given))
                top = os.path.join(repository_root(real) or real, "")
                found = _below(given.rstrip("/") or given, absolute, _ignore_files_above(absolute), excluded, result, top)
            elif not given or not os.path.exists(given):
                reason = "a link to a file that does not exist" if os.path.islink(given) else "no such file or folder"
                result.missing.append(Missing(given, reason))
                continue
            elif force_exclude and excluded(absolute):
                result.skipped.append((given, EXCLUDED))
                continue
            else:
                found = [given]
        for name in found:
            identity = name if name == STDIN else os.path.realpath(name)
            if identity not in seen:
                seen.add(identity)
                result.files.append(name)
    return result

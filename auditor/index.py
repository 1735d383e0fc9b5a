"""The compiled index: rules and their data as plain JSON, ready to use without any of the tools that made it.

A wheel carries it (`auditor/_rules/index.json`, made by the build hook), and the pages of the rules instead of their files.
An editable checkout compiles its `rules/` folder in a child process, so that SymPy, jsonschema and pydantic never enter this
one, and keeps the result by content hash in `.auditor_cache/`, in the user's cache folder, or nowhere if neither can be
written. A user's own rule folders go the same way. The index holds data only; nothing in it is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from auditor import __version__
from auditor.errors import AuditorError, InputError, RuleError
from auditor.read import bytes_of
from auditor.unchanged import once_for_files

__all__ = ["FORMAT", "builtin", "cache_folder", "data", "facts", "own", "rule_files", "rules_folder", "shipped_pages", "stamp"]

FORMAT: Final = 3
"""Version of the index; raised when its shape changes."""
MAX_FILES: Final = 2000
MAX_BYTES: Final = 4_000_000
TIMEOUT_BUILTIN: Final = 900
TIMEOUT_OWN: Final = 120
"""Seconds a compilation may take; a user's own folder is a stranger's as far as we know."""

_PACKAGE: Final = Path(__file__).resolve().parent


def rules_folder() -> Path:
    """Return the folder of the rules that come with the tool: in the wheel, or in the checkout."""
    shipped = _PACKAGE / "_rules"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "rules"


@lru_cache(maxsize=1)
def builtin() -> dict[str, Any]:
    """Return the index of the rules that come with the tool; RuleError or AuditorError if it cannot be had."""
    shipped = _PACKAGE / "_rules" / "index.json"
    if shipped.is_file():
        found = _read(shipped)
        if found is not None:
            return found
        raise AuditorError(f"{shipped} is damaged; install deployment-auditor again")
    folder = rules_folder()
    if not folder.is_dir():
        raise AuditorError("the rules are missing: neither auditor/_rules nor rules/ beside the package; install deployment-auditor again")
    return _compiled(folder, None, TIMEOUT_BUILTIN, _hash(folder, None))


@lru_cache(maxsize=1)
def shipped_pages() -> dict[str, dict[str, Any]]:
    """Return the page and the data of each rule of a wheel by name; nothing in a checkout, whose rule files say the same."""
    found = _PACKAGE / "_rules" / "pages.json"
    try:
        pages: dict[str, dict[str, Any]] = json.loads(found.read_text(encoding="utf-8"))["rules"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError) as error:
        raise AuditorError(f"{found} is damaged; install deployment-auditor again") from error
    return pages


def own(folder: Path) -> dict[str, Any]:
    """Return the index of a user's rule folder; RuleError with file, line and column where a rule is at fault."""
    found = _own(folder, stamp(folder))
    for problem in found["problems"]:
        raise RuleError(problem["message"], path=problem["path"], line=problem["line"], column=problem["column"])
    return found


def stamp(folder: Path) -> str:
    """Return a text that changes whenever a user's rule folder does; RuleError where it is none."""
    if not folder.is_dir():
        raise RuleError("no such folder of rules", path=str(folder))
    return _hash(folder, rules_folder() / "lexicon.yaml")


@lru_cache(maxsize=16)
def _own(folder: Path, stamped: str) -> dict[str, Any]:
    return _compiled(folder, rules_folder() / "lexicon.yaml", TIMEOUT_OWN, stamped)


def data(name: str) -> Any:
    """Return the content of `rules/<name>.yaml` (`lexicon`), as plain data; KeyError if there is none."""
    return builtin()["data"][name]


def facts() -> list[dict[str, Any]]:
    """Return what follows from what (`rules/facts.yaml`), checked and with formulas written out."""
    found: list[dict[str, Any]] = builtin()["facts"]
    return found


def rule_files(folder: Path) -> list[Path]:
    """Return the data files of a rule folder, sorted.

    `*.yaml` at its top and in its `programs` folder, and every `rule.yaml` up to three folders below.
    """

    def walk(inside: Path, depth: int) -> Iterator[Path]:
        for entry in list(os.scandir(inside)):
            if entry.is_dir(follow_symlinks=False):
                if depth < 3 and not entry.name.startswith("."):
                    yield from walk(Path(entry.path), depth + 1)
            elif entry.name == "rule.yaml" or (entry.name.endswith(".yaml") and (depth == 0 or (depth == 1 and inside.name == "programs"))):
                yield Path(entry.path)

    found = []
    for path in walk(folder, 0):
        found.append(path)
        if len(found) > MAX_FILES:
            raise RuleError(f"more than {MAX_FILES} rule files", path=str(folder))
    return sorted(found)


def cache_folder() -> Path | None:
    """Return a folder for compiled indexes that can be written, or None."""
    choices = []
    if (_PACKAGE.parent / "pyproject.toml").is_file() and (_PACKAGE.parent / "rules").is_dir():
        choices.append(_PACKAGE.parent / ".auditor_cache")
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    with suppress(RuntimeError):  # no home directory
        choices.append((Path(base) if base else Path.home() / ".cache") / "deployment-auditor")
    for folder in choices:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def _hash(folder: Path, lexicon: Path | None) -> str:
    """Hash everything an index depends on: the rule files, the lexicon, and the code that compiles them."""
    said = f"{FORMAT} {__version__} {folder if lexicon else ''}\n"
    compiler = [*sorted((_PACKAGE / "authoring").glob("*.py")), *sorted((_PACKAGE / "relations").glob("*.py"))]
    files = [*rule_files(folder), *([lexicon] if lexicon else []), *compiler, _PACKAGE / "units.py", _PACKAGE / "cost" / "closed.py"]
    return once_for_files(cache_folder(), said, list(map(str, files)), lambda: _of_contents(said, files))


def _of_contents(said: str, files: Iterable[Path]) -> str:
    digest = hashlib.sha256(said.encode())
    for path in files:
        try:
            content = bytes_of(path, MAX_BYTES)
        except InputError as error:
            raise RuleError(error.message, path=str(path)) from error
        digest.update(f"{path.name} {path.parent.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("format") == FORMAT else None


def _compiled(folder: Path, lexicon: Path | None, timeout: int, stamped: str) -> dict[str, Any]:
    cache = cache_folder()
    kept = cache / f"index-{stamped}.json" if cache else None
    if kept is not None and (found := _read(kept)) is not None:
        return found
    from auditor.index_process import compile_apart

    found = compile_apart(folder, lexicon, cache, timeout)
    if kept is not None:
        _keep(kept, json.dumps(found, ensure_ascii=False))
    return found


def _keep(path: Path, text: str) -> None:
    """Write a cache file whole or not at all, and let go of old ones; a cache that cannot be written is no error."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
        old = sorted(path.parent.glob("index-*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for one in old[12:]:
            one.unlink(missing_ok=True)
    except OSError:
        partial.unlink(missing_ok=True)

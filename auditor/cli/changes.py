"""What has changed since a revision: which files, which of their lines, and what they were before. Git says it.

Nothing of a report or a path reaches git as an option or a revision; git runs no program of the repository's (no textconv, no external
diff, no hooks).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import Final

from auditor.cli.files import repository_root
from auditor.errors import UsageError
from auditor.records import dataclass

__all__ = ["Changes", "archive", "root_and_commit", "since"]

_GIT: Final = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
_HUNK: Final = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_SECONDS: Final = 120


@dataclass(frozen=True)
class Changes:
    """The changes of a work tree since a commit."""

    root: Path
    commit: str
    before: Mapping[str, str]
    """Changed and new files, relative to the root, with the name each had before; the empty string for new ones."""

    def name(self, path: str) -> str:
        """Return the path of a file as git writes it; UsageError where it does not lie in the repository."""
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self.root):
            raise UsageError(f"--diff-base: {path} does not lie in the repository {self.root}")
        return real.relative_to(self.root).as_posix()

    def touched(self, path: str) -> bool:
        """Tell whether a file has changed or is new."""
        return self.name(path) in self.before

    def touched_any(self, paths: Iterable[str]) -> bool:
        """Tell whether one of these files has changed; git knows nothing of those outside the repository."""
        return any(self.touched(path) for path in paths if Path(os.path.realpath(path)).is_relative_to(self.root))

    def old(self, path: str) -> tuple[bytes, str] | None:
        """Return what a file held and was called before; None where it was not there."""
        name = self.name(path)
        was = self.before.get(name, name)
        if not was:
            return None
        done = _git(self.root, "cat-file", "blob", f"{self.commit}:{was}")
        return (done.stdout, was) if done.returncode == 0 else None

    def lines(self, path: str) -> tuple[tuple[int, int], ...]:
        """Return the lines of a file that have changed: first and last, counted from 1. A place where lines are gone is none."""
        name = self.name(path)
        was = self.before.get(name, name)
        if not was:
            return ((1, 1_000_000_000),)
        names = [name] if was == name else [was, name]
        done = _git(self.root, "diff", "-U0", "-M", "--no-color", "--no-ext-diff", "--no-textconv", self.commit, "--", *names)
        found = []
        for match in _HUNK.finditer(done.stdout):
            first, count = int(match[1]), int(match[2]) if match[2] is not None else 1
            if count:
                found.append((first, first + count - 1))
        return tuple(found)


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in ("GIT_CEILING_DIRECTORIES",)}
    environment |= {"GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 - a fixed program, its arguments apart; `--` stands before every path
            [_program(), *_GIT, *arguments], cwd=root, env=environment, capture_output=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"git took longer than {_SECONDS} seconds") from None
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror or error}") from None


@lru_cache(maxsize=1)
def _program() -> str:
    found = which("git")
    if found is None:
        raise UsageError("changes and revisions need git, and there is none on the path")
    return found


def since(revision: str) -> Changes:
    """Return the changes of the work tree since it left `revision`; UsageError where there is no repository or no such revision."""
    root, commit = root_and_commit(revision, "--diff-base")
    shared = _git(root, "merge-base", commit, "HEAD")
    if shared.returncode == 0 and shared.stdout.strip():
        commit = shared.stdout.split()[0].decode("ascii")
    return Changes(root, commit, {**_tracked(root, commit), **dict.fromkeys(_new(root), "")})


def root_and_commit(revision: str, option: str) -> tuple[Path, str]:
    """Return the root of the repository this folder lies in and the commit a revision names; UsageError where there is none."""
    folder = repository_root(Path.cwd())
    if folder is None:
        raise UsageError(f"{option}: this folder lies in no git repository")
    root = Path(os.path.realpath(folder))
    return root, _commit(root, revision, option)


def archive(root: Path, commit: str) -> bytes:
    """Return the files of a commit as a tar archive."""
    done = _git(root, "archive", "--format=tar", commit)
    if done.returncode:
        raise UsageError(f"git archive failed: {done.stderr.decode('utf-8', 'replace').strip()[:200]}")
    return done.stdout


def _commit(root: Path, revision: str, option: str) -> str:
    done = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = done.stdout.strip().decode("ascii", "replace")
    if done.returncode or not re.fullmatch(r"[0-9a-f]{40,64}", found):
        shallow = (root / ".git" / "shallow").exists()
        advice = (
            "this clone is shallow: fetch the whole history (actions/checkout: fetch-depth: 0)" if shallow else "fetch it, or name another"
        )
        raise UsageError(f"{option}: there is no commit {revision!r} here; {advice}")
    return found


def _tracked(root: Path, commit: str) -> dict[str, str]:
    done = _git(root, "diff", "--name-status", "-z", "-M", "--no-ext-diff", "--no-textconv", commit, "--")
    if done.returncode:
        raise UsageError(f"--diff-base: git diff failed: {done.stderr.decode('utf-8', 'replace').strip()[:200]}")
    parts = [os.fsdecode(part) for part in done.stdout.split(b"\0")]
    found: dict[str, str] = {}
    at = 0
    while at + 1 < len(parts):
        status = parts[at]
        if status.startswith(("R", "C")):
            found[parts[at + 2]] = parts[at + 1]
            at += 3
            continue
        if not status.startswith("D"):
            found[parts[at + 1]] = "" if status.startswith("A") else parts[at + 1]
        at += 2
    return found


def _new(root: Path) -> list[str]:
    done = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return [os.fsdecode(part) for part in done.stdout.split(b"\0") if part]

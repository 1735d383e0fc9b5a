"""What was worked out from the content of files, found again while the files are the same by size, times and inode.

Reading a thousand small files to hash them takes longer than all else a run with a warm cache does; asking the file system for their
state does not. The hash itself stays one of contents, so that it is the same for everybody who has the same files. What changed in
the last moments before it was read is not remembered, for it might change again within one tick of the clock.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from auditor.atomic import replace_file

__all__ = ["NAME", "once_for_files"]

NAME: Final = "unchanged.json"
_MOST: Final = 16
_LARGEST: Final = 20_000
_SETTLED: Final = 2_000_000_000
"""Nanoseconds that the last change must be ago."""


def once_for_files(folder: Path | None, name: str, paths: Sequence[str], make: Callable[[], str]) -> str:
    """Return the text that `make` makes of these files, or what it made of them before; `folder` is where that is kept."""
    state = _state(name, paths) if folder is not None else None
    if folder is None or state is None:
        return make()
    found = _kept(folder)
    if state in found:
        return found[state]
    made = make()
    if _state(name, paths, settled=True) == state:
        kept = dict([*found.items(), (state, made)][-_MOST:])
        with suppress(OSError):
            replace_file(folder / NAME, json.dumps(kept).encode("ascii"))
    return made


def _state(name: str, paths: Sequence[str], *, settled: bool = False) -> str | None:
    """Return a hash of the state of files; None where one is not there, or changed just now and should not have."""
    digest = sha256(name.encode())
    latest = time.time_ns() - _SETTLED
    for path in paths:
        try:
            found = os.stat(path)  # noqa: PTH116 - a thousand of them
        except OSError:
            return None
        if settled and max(found.st_mtime_ns, found.st_ctime_ns) > latest:
            return None
        state = f"{path}\n{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}\n"
        digest.update(state.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _kept(folder: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        path = folder / NAME
        found = json.loads(path.read_bytes()) if path.stat().st_size <= _LARGEST else {}
        if isinstance(found, dict) and all(type(one) is str for one in found.values()):
            return found
    return {}

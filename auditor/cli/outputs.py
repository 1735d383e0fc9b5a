"""Where the answer goes beside standard output, and what it may say of the place it is read in."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor.cli.files import STDIN
from auditor.errors import UsageError
from auditor.render import FORMATS

if TYPE_CHECKING:
    from auditor.render.run import Run

__all__ = ["changed_since", "is_output", "links", "save", "statistics", "written"]


def written(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, Path], ...]:
    """Return (format, file) for each `FORMAT=PATH`."""
    found: list[tuple[str, Path]] = []
    for text in given:
        name, _, path = text.partition("=")
        if name not in FORMATS or not path:
            raise click.BadParameter(f"{text!r} is not FORMAT=PATH with a format of {', '.join(FORMATS)}", param=parameter)
        if path == STDIN:
            raise click.BadParameter("standard output is what --output-format writes to; give a file", param=parameter)
        if any(os.path.realpath(path) == os.path.realpath(other) for _, other in found):
            raise click.BadParameter(f"two formats cannot be written to {path}", param=parameter)
        found.append((name, Path(path)))
    return tuple(found)


def changed_since(revision: str | None, paths: Iterable[str]) -> frozenset[str]:
    """Return which of the paths have changed since a revision."""
    if revision is None:
        return frozenset()
    from auditor.cli.changes import since

    changes = since(revision)
    return frozenset(path for path in paths if changes.touched_any([path]))


_SERVER: Final = re.compile(r"https://[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")


def links(environment: Mapping[str, str]) -> str:
    """Return what a link to a file of the repository begins with, where a workflow of GitHub says it; else nothing."""
    server, repository, commit = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    if not (_SERVER.fullmatch(server) and _REPOSITORY.fullmatch(repository) and re.fullmatch("[0-9a-f]{40,64}", commit)):
        return ""
    return f"{server}/{repository}/blob/{commit}/"


def statistics(run: Run, output_format: str) -> str:
    """Return how many findings each rule has that count, the most frequent first."""
    counts = Counter((finding.code, finding.name) for report in run.reports for finding in report.findings)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if output_format == "json":
        from auditor.render.json_v1 import dumps

        return dumps({"version": 1, "statistics": [{"code": code, "name": name, "count": count} for (code, name), count in rows]}) + "\n"
    width = max((len(str(count)) for _, count in rows), default=0)
    return "".join(f"{str(count).rjust(width)}  {code}  {name}\n" for (code, name), count in rows)


def is_output(path: str, written: Collection[str]) -> bool:
    """Tell whether a file in a folder is what this run writes, or an earlier one wrote with the same options."""
    return path != STDIN and os.path.realpath(path) in written


def save(text: str, path: Path) -> None:
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

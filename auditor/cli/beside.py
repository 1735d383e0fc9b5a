"""Configurations that belong to a launch: those it names, and a checkpoint's own files that are part of the same run.

Only files of the same folder or below, inside the repository, by a plain relative name; never anything else a report asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor.cli.files import STDIN, repository_root
from auditor.errors import InputError
from auditor.read import read_file

if TYPE_CHECKING:
    from auditor.statements import Source

__all__ = ["beside"]

_NAMED: Final = re.compile(r"(?<![\w./~$-])(?:\./)?([A-Za-z0-9_][\w-]{0,80}(?:/[A-Za-z0-9_][\w-]{0,80}){0,4}\.(?:json|ya?ml))(?![\w/])")
_CHECKPOINT: Final = frozenset(("config.json", "quantize_config.json", "hf_quant_config.json", "adapter_config.json"))
_MOST: Final = 8
_MAX_BYTES: Final = 1_000_000


def beside(source: Source, given: Sequence[str]) -> tuple[Source, ...]:
    """Return the sources that belong to the launches of a source; what cannot be read is left out, for it is no report."""
    if source.path in (STDIN, ""):
        return ()
    own = Path(source.path).resolve()
    root = repository_root(own.parent) or own.parent
    found: dict[Path, Source] = {}
    for path in _candidates(source, own, given):
        real = path.resolve()
        if len(found) == _MOST or real in found or real == own or not real.is_relative_to(root) or not real.is_file():
            continue
        if real.stat().st_size > _MAX_BYTES:
            continue
        try:
            found[real] = read_file(str(path))
        except InputError:
            continue
    return tuple(found.values())


def _candidates(source: Source, own: Path, given: Sequence[str]) -> Iterator[Path]:
    folder = Path(source.path).parent
    for match in _NAMED.finditer(source.text[:200_000]):
        yield folder / match.group(1)
    for path in given:
        if Path(path).name in _CHECKPOINT and Path(path).resolve().parent == own.parent:
            yield Path(path)

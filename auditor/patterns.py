"""Compiled patterns, kept between runs: the modules of an audit hold some 350 regular expressions, and compiling them takes a seventh
of the time that one report takes.

What is kept is what `re` made of each pattern, as numbers, in the user's cache folder beside the compiled rules; `remembered` puts it
where `re` looks before it compiles, and `kept` writes it when a run compiled more. The engine checks the numbers it is given, and a
pattern is found under its own text and flags only. Where the interpreter is another, or anything is not as expected, nothing is used.
"""

from __future__ import annotations

import json
import re
import sys
from array import array
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from auditor.atomic import replace_file

__all__ = ["NAME", "kept", "remembered"]

NAME: Final = f"patterns-{sys.implementation.cache_tag}.json"
_MOST: Final = 500
"""Patterns that are kept: fewer than `re` holds, so that none is dropped for another."""
_FEW: Final = 8
"""So many more are not worth writing; a library makes one of a set, in another order each time."""
_LARGEST: Final = 8_000_000
_FAULTS: Final = (ImportError, AttributeError, OSError, ValueError, TypeError, KeyError, IndexError, RuntimeError, OverflowError)


def remembered(folder: Path | None) -> int:
    """Give `re` the patterns that an earlier run kept in a folder; return how many that were."""
    if folder is None:
        return 0
    with suppress(*_FAULTS):
        path = folder / NAME
        if path.stat().st_size > _LARGEST:
            return 0
        found = json.loads(path.read_bytes())
        if found["python"] == _python():
            return _given(found["patterns"], array("I", bytes.fromhex(found["code"])))
    return 0


def _python() -> list[Any]:
    import _sre  # type: ignore[import-not-found]

    return [sys.version, _sre.MAGIC, _sre.CODESIZE]


def _given(patterns: list[list[Any]], codes: array[int]) -> int:
    import _sre

    cache: dict[Any, Any] = vars(re)["_cache"]
    start = 0
    for text, flags, final, length, groups, names, numbered in patterns:
        code = codes[start : start + length].tolist()
        start += length
        cache[str, text, flags] = _sre.compile(text, final, code, groups, names, tuple(numbered))
    return len(patterns)


def kept(folder: Path | None, known: int) -> None:
    """Keep the patterns that were compiled so far, if they are clearly more than the `known` ones; it is no error if that cannot be."""
    with suppress(*_FAULTS):
        compiled = [(text, flags) for kind, text, flags in vars(re)["_cache"] if kind is str and not flags & re.DEBUG]
        if folder is not None and known + _FEW < len(compiled) <= _MOST:
            replace_file(folder / NAME, _written(compiled))


def _written(compiled: list[tuple[str, int]]) -> bytes:
    from re import _compiler, _parser  # type: ignore[attr-defined]

    patterns, codes = [], array("I")
    for text, flags in compiled:
        parsed = _parser.parse(text, flags)
        code = _compiler._code(parsed, flags)
        names: dict[str, int] = parsed.state.groupdict
        numbered: list[str | None] = [None] * parsed.state.groups
        for name, number in names.items():
            numbered[number] = name
        patterns.append([text, flags, flags | parsed.state.flags, len(code), parsed.state.groups - 1, names, numbered])
        codes.extend(code)
    return json.dumps({"python": _python(), "patterns": patterns, "code": codes.tobytes().hex()}).encode("ascii")

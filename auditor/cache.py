"""What audits found, kept on disk: the same text, audited the same way by the same tool, is not audited twice.

A key is the hash of everything an audit depends on; an entry holds plain values only (JSON, packed, with a checksum), is read back
field by field into the types of `auditor.findings`, and is no use to anybody who asks for something else. What cannot be read back is
not used and said to be damaged. Entries lie in the user's cache folder, never beside the reports: a pull request could bring its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import types
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import field, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from auditor import __version__
from auditor.atomic import replace_file
from auditor.findings import Coverage, Finding, Outcome, Report, Suppression
from auditor.index import cache_folder
from auditor.outside import Answer, Question, answered
from auditor.records import dataclass
from auditor.statements import Note, Source
from auditor.unchanged import NAME as UNCHANGED
from auditor.unchanged import once_for_files

__all__ = ["FOLDER", "Cache", "clean", "fingerprint", "of_source", "store"]

FOLDER: Final = "reports"
_FORMAT: Final = 1
_LARGEST: Final = 64_000_000
"""Bytes that one entry may unpack to."""
_MOST: Final = 24
"""Entries in each of the 256 folders; beyond, the oldest goes."""
_PACKAGE: Final = Path(__file__).resolve().parent
_READ_WITH: Final = ("markdown_it", "yaml")
"""Packages that take part in reading a report."""


# --- what an audit depends on


@cache
def fingerprint() -> str:
    """Return a hash of the tool: its code and data, its rules, what it reads reports with, and the interpreter."""
    folders = [_PACKAGE]
    if not (_PACKAGE / "_rules").is_dir():
        folders.append(_PACKAGE.parent / "rules")
    paths = [path for folder in folders for path in _files(str(folder))]
    for name in _READ_WITH:
        spec = find_spec(name)
        if spec is not None and spec.origin:
            paths.append(spec.origin)  # it states its version
    said = f"{_FORMAT} {__version__} {sys.version}\n"
    return once_for_files(cache_folder(), said, paths, lambda: _of_contents(said, paths))


def _of_contents(said: str, paths: Iterable[str]) -> str:
    digest = hashlib.sha256(said.encode())
    for path in paths:
        try:
            content = Path(path).read_bytes()
        except OSError:
            content = b""
        digest.update(f"{path} {len(content)}\n".encode("utf-8", "surrogatepass"))
        digest.update(content)
    return digest.hexdigest()


def _files(folder: str) -> list[str]:
    """Return the code and data below a folder in a fixed order, without what is made from it."""
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    found += _files(entry.path)
            elif entry.name.endswith((".py", ".json", ".csv", ".yaml")):
                found.append(entry.path)
    return found


def of_source(source: Source) -> str:
    """Return a hash of a source: its name, its text and how it was read."""
    digest = hashlib.sha256(f"{source.path}\n{source.encoding}\n{source.notes!r}\n".encode("utf-8", "surrogatepass"))
    digest.update(source.text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


# --- plain values


def _plain(value: Any) -> Any:
    """Return a value of the findings as lists, texts, numbers and nothing."""
    if value is None or isinstance(value, (bool, int)) or type(value) is str:
        return value
    if isinstance(value, Fraction):
        return f"{value.numerator:x}/{value.denominator:x}"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    kind: Any = type(value)
    return [_plain(getattr(value, name)) for name in _names(kind)]


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what makes a value of a type from its plain form; ValueError where it is none."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        own = next(_reader(one) for one in inner if one is not type(None))
        return lambda plain: None if plain is None else own(plain)
    if origin is tuple:
        each = _reader(inner[0])
        return lambda plain: tuple([each(one) for one in _checked(plain, list)])
    if kind in (str, int, bool):
        return lambda plain: _checked(plain, kind)
    if kind is Fraction:
        return _fraction
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind):
        return _of_fields(kind)
    raise TypeError(f"no plain form of {kind}")


def _of_fields(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    names = _names(kind)
    readers: list[Callable[[Any], Any]] = []

    def read(plain: Any) -> Any:
        if not readers:  # only now, for a finding may carry findings
            readers.extend(_reader(hints[name]) for name in names)
        if len(_checked(plain, list)) != len(names):
            raise ValueError(f"{kind.__name__} has {len(names)} fields")
        return kind(*[reader(one) for reader, one in zip(readers, plain, strict=True)])

    return read


def _checked(plain: Any, kind: type) -> Any:
    if type(plain) is not kind:
        raise ValueError(f"{type(plain).__name__} in the place of {kind.__name__}")
    return plain


def _fraction(plain: Any) -> Fraction:
    numerator, _, denominator = _checked(plain, str).partition("/")
    return Fraction(int(numerator, 16), int(denominator, 16))


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is kept of a report: all but its sources, which whoever asks has."""

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    claims: int
    coverage: Coverage
    notes: tuple[Note, ...]
    suppressions: tuple[Suppression, ...]


# --- entries


@dataclass
class Cache:
    """The entries of one folder; `damaged` lists those that could not be read back."""

    folder: Path
    damaged: list[Path] = field(default_factory=list)
    found: int = 0

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:42]}.audit"

    def get(self, key: str, source: Source, context: tuple[Source, ...]) -> Report | None:
        """Return the report that is kept under a key, where what it asked of the files around it has the same answers still."""
        path = self._path(key)
        try:
            packed = path.read_bytes()
        except OSError:
            return None
        try:
            asked, plain = _unpacked(packed, key)
            if any(answered(question) != answer for question, answer in asked):
                return None
            stored = _reader(_Stored)(plain)
        except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, RecursionError, zlib.error):
            self.damaged.append(path)
            return None
        self.found += 1
        return Report(source, stored.outcomes, stored.findings, stored.claims, stored.coverage, stored.notes, context, stored.suppressions)

    def put(self, key: str, report: Report, asked: Mapping[Question, Answer]) -> None:
        """Keep a report; a folder that cannot be written is no error."""
        stored = _Stored(report.outcomes, report.findings, report.claims, report.coverage, report.notes, report.suppressions)
        body = json.dumps([key, [[list(question), answer] for question, answer in asked.items()], _plain(stored)], separators=(",", ":"))
        if len(body) > _LARGEST:
            return
        packed = zlib.compress(body.encode("ascii"), 1)
        path = self._path(key)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, hashlib.sha256(packed).digest() + packed)
            _let_go(path.parent)


def _unpacked(packed: bytes, key: str) -> tuple[list[tuple[Question, Answer]], Any]:
    checksum, body = packed[:32], packed[32:]
    if hashlib.sha256(body).digest() != checksum:
        raise ValueError("the checksum is another")
    reader = zlib.decompressobj()
    text = reader.decompress(body, _LARGEST)
    if not reader.eof:
        raise ValueError("not whole")
    own, asked, plain = json.loads(text)
    if own != key:
        raise ValueError("another entry")
    return [(tuple(_checked(one, str) for one in question), answer) for question, answer in asked], plain


def _let_go(folder: Path) -> None:
    entries = [entry for entry in os.scandir(folder) if entry.name.endswith(".audit")]
    if len(entries) > _MOST:
        for entry in sorted(entries, key=lambda one: one.stat().st_mtime)[: len(entries) - _MOST]:
            Path(entry.path).unlink(missing_ok=True)


def store() -> Cache | None:
    """Return the entries of the user's cache folder; None where there is none that can be written, or `AUDITOR_NO_CACHE` is set."""
    if os.environ.get("AUDITOR_NO_CACHE"):
        return None
    folder = cache_folder()
    return Cache(folder / FOLDER) if folder is not None else None


def clean() -> Iterable[tuple[Path, int]]:
    """Remove what is kept: audits, compiled rules and their proofs, compiled patterns. Yield what is gone with its size in bytes."""
    folder = cache_folder()
    if folder is None:
        return
    made = [path for pattern in ("index-*.json", "patterns-*.json", UNCHANGED) for path in folder.glob(pattern)]
    for path in sorted([*made, folder / "proofs", folder / FOLDER]):
        if path.is_symlink() or not path.exists():
            continue
        size = path.stat().st_size if path.is_file() else sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
        with suppress(OSError):
            if path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path)
            yield path, size

"""The Python interface: one function from a report to its audit."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath

from auditor.findings import Report
from auditor.pipeline import audit_source
from auditor.read import decode, read_file
from auditor.statements import Source
from auditor.withhold import suppressed

__all__ = ["audit"]


def audit(
    path: str | PathLike[str], text: str | bytes | None = None, *, context: Sequence[str | PathLike[str]] = (), inline: bool = True
) -> Report:
    """Audit one report and return what was found, what held and what could not be checked.

    `path` names the file; where `text` is given it is audited instead of the file's content and `path` only says what it is
    called and which format it has. `context` names files with the facts the report was written from. Findings that the report
    itself suppresses are among `Report.withheld`, unless `inline` is false.
    Raises `auditor.errors.InputError` for what cannot be read. The result is a plain value and can be pickled.
    """
    report = audit_source(_source(fspath(path), text), context=tuple(read_file(fspath(name)) for name in context))
    return suppressed(report) if inline else report


def _source(path: str, text: str | bytes | None) -> Source:
    if text is None:
        return read_file(path)
    return decode(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, path)

"""Sources to statements: `parse(source)` reads a file of any known format; one reader module a format.

What every reader keeps to is said in `builder`; how a format is found, in `readers`.
"""

from __future__ import annotations

from auditor.parse.builder import Builder
from auditor.parse.readers import of_suffix, read_as
from auditor.statements import Document, Source

__all__ = ["format_of", "parse"]


def format_of(source: Source) -> str:
    """Return the format of a source: what its name says, else what its first characters look like."""
    named = of_suffix(source.path)
    if named:
        return named
    content = source.reading.content
    start = content.lstrip()
    if start.startswith(("{", "[")) and not start.startswith(("[!", "[^")) and _closes(content):
        return "json"
    if start.startswith("#!"):
        return "python" if "python" in start.split("\n", 1)[0] else "shell"
    return "markdown"


def _closes(content: str) -> bool:
    """Tell whether a text that opens a bracket also ends with one, so that it is data rather than a line in brackets."""
    return content.rstrip().endswith(("}", "]")) and ":" in content


def parse(source: Source) -> Document:
    """Read a source; faults that a reader meets become notes, never exceptions."""
    name = format_of(source)
    builder = Builder()
    read_as(name, builder, source.reading, ())
    return Document(source, name, tuple(builder.statements), (*source.notes, *builder.notes))

"""Sources to statements: `parse(source)` reads a file of any known format; one reader module a format.

What every reader keeps to is said in `builder`; how a format is found, in `readers`.
"""

from __future__ import annotations

from auditor.parse.builder import Builder
from auditor.parse.directives import reached
from auditor.parse.readers import of_suffix, read_as
from auditor.statements import Document, Source

__all__ = ["format_of", "parse"]


def format_of(source: Source) -> str:
    """Return the format of a source: what its name says, else what its first characters look like."""
    named = of_suffix(source.path)
    if named and not source.path.casefold().endswith(".txt"):
        return named
    content = source.reading.content
    start = content.lstrip()
    if start.startswith(("{", "[")) and content.rstrip().endswith(("}", "]")):
        return "json"
    if start.startswith("#!"):
        return "python" if "python" in start.split("\n", 1)[0] else "shell"
    return "markdown"


def parse(source: Source) -> Document:
    """Read a source; faults that a reader meets become notes, never exceptions."""
    name = format_of(source)
    builder = Builder()
    read_as(name, builder, source.reading, ())
    if name == "json" and of_suffix(source.path) != "json" and any(note.fatal for note in builder.notes):
        # It only looked like JSON: a text may begin and end with a bracket too.
        name, builder = "markdown", Builder()
        read_as(name, builder, source.reading, ())
    return Document(source, name, tuple(builder.statements), (*source.notes, *builder.notes), reached(builder, source.text))

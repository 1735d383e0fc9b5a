"""The door to the readers: one module a format, loaded when first asked for.

A reader module has one function, `read(builder, text, path)`, which writes the statements of `text` into the builder, each
path beginning with `path`. A reader that meets another format inside its own (YAML in a fence, Markdown in a JSON string,
a command in a YAML block) goes through here, so that PyYAML is loaded only where there is YAML; JSON Lines and notebooks,
which are made of JSON, take the values of `auditor.parse.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final, cast

from auditor.parse.builder import Builder, Path
from auditor.spans import Text
from auditor.statements import Kind

__all__ = ["FORMATS", "MAX_EMBEDDED", "Reader", "of_language", "of_suffix", "read_as", "read_inside", "read_rewritten"]

Reader = Callable[[Builder, Text, Path], None]

FORMATS: Final = ("markdown", "json", "jsonl", "notebook", "yaml", "toml", "shell", "python", "latex", "restructured", "plain")

MAX_EMBEDDED: Final = 4
"""How many documents may be held one inside the other; what lies deeper is read as plain lines."""

_SUFFIXES: Final = {
    "md": "markdown",
    "markdown": "markdown",
    "mdx": "markdown",
    "txt": "markdown",
    "rst": "restructured",
    "rest": "restructured",
    "json": "json",
    "jsonc": "json",
    "json5": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "ipynb": "notebook",
    "yaml": "yaml",
    "yml": "yaml",
    "toml": "toml",
    "sh": "shell",
    "bash": "shell",
    "zsh": "shell",
    "slurm": "shell",
    "sbatch": "shell",
    "sub": "shell",
    "py": "python",
    "tex": "latex",
    "latex": "latex",
    "ltx": "latex",
}

_LANGUAGES: Final = _SUFFIXES | {
    "console": "shell",
    "shell": "shell",
    "shell-session": "shell",
    "shellsession": "shell",
    "terminal": "shell",
    "cmd": "shell",
    "python": "python",
    "python3": "python",
    "pycon": "python",
    "yml+jinja": "yaml",
    "txt": "",
    "text": "",
}


def of_suffix(name: str) -> str:
    """Return the format a file name says it has, or the empty string."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _SUFFIXES.get(last.rsplit(".", 1)[-1].casefold(), "") if "." in last else ""


def of_language(info: str) -> str:
    """Return the format that the info string of a fence says it has, or the empty string."""
    word = info.strip().split(maxsplit=1)[0].strip("{}.").casefold() if info.strip() else ""
    return _LANGUAGES.get(word, "")


def read_as(name: str, builder: Builder, text: Text, path: Path) -> None:
    """Read a text with the reader of that name."""
    reader = cast(Reader, import_module(f"auditor.parse.{name}").read)
    reader(builder, text, path)


def read_inside(name: str, builder: Builder, text: Text, path: Path) -> None:
    """Read a document that is held inside another: its faults are notes, and the nesting is bounded."""
    if builder.embedded >= MAX_EMBEDDED:
        name = "plain"
    builder.embedded += 1
    try:
        read_as(name, builder, text, path)
    finally:
        builder.embedded -= 1


def read_rewritten(builder: Builder, said: Text, comments: Sequence[Text], path: Path) -> None:
    """Read a document that was rewritten to Markdown, with its comments, in which nothing is claimed but suppressions are heard."""
    read_inside("markdown", builder, said, path)
    if comments:
        group = builder.group()
        for comment in comments:
            builder.add(Kind.CODE, path, comment, group, struck=True)

"""Blocks of code in a report: which reader understands them."""

from __future__ import annotations

import re
from typing import Final

from auditor.parse.aligned import separated
from auditor.parse.builder import Builder, Path, under
from auditor.parse.commands import launches
from auditor.parse.inline import Inline
from auditor.parse.lines import cut_lines
from auditor.parse.plain import read_lines
from auditor.parse.readers import of_language, of_suffix, read_inside
from auditor.parse.tables import add_table
from auditor.spans import Text
from auditor.statements import LabelKind

__all__ = ["read_block"]

_TITLE: Final = re.compile(r"(?:title|file|filename|name)\s{0,3}=\s{0,3}[\"']?([^\"'\s}]{1,200})|([\w./-]{1,200}\.[a-z]{2,8})\b")


def read_block(builder: Builder, text: Text, path: Path, info: Text | None = None) -> None:
    """Read the content of a fence or an indented block; `info` is the fence's info string."""
    language = ""
    if info is not None and info.content:
        language = of_language(info.content)
        if (title := _TITLE.search(info.content)) is not None:
            group = 1 if title.group(1) else 2
            name = info.slice(title.start(group), title.end(group))
            path = under(path, name, LabelKind.FILE)
            language = language or of_suffix(name.content)
    word = info.content.split(maxsplit=1)[0].casefold() if info is not None and info.content else ""
    if word in ("csv", "tsv"):
        _read_separated(builder, text, path, "\t" if word == "tsv" else ",")
    elif word in ("diff", "patch"):
        _read_difference(builder, text, path)
    else:
        read_inside(language or sniff(text.content), builder, text, path)


def _read_separated(builder: Builder, text: Text, path: Path, separator: str) -> None:
    """Rows of values with commas or tabs between; quotes keep a comma inside a value."""
    rows = [[Inline(cell) for cell in separated(line, separator)] for line in cut_lines(text) if line.content.strip()]
    if rows:
        add_table(builder, path, rows[0], rows[1:])


def _read_difference(builder: Builder, text: Text, path: Path) -> None:
    """Lines taken out are read as struck, those put in or left as they stand."""
    kept: list[Text] = []
    gone: list[Text] = []
    for line in cut_lines(text):
        sign = line.content[:1]
        if line.content.startswith(("+++", "---", "@@")):
            continue
        (gone if sign == "-" else kept).append(line.slice(1, len(line)) if sign and sign in "+- " else line)
    read_lines(builder, kept, path)
    if gone:
        before, builder.struck = builder.struck, True
        read_lines(builder, gone, path)
        builder.struck = before


def sniff(content: str) -> str:
    """Guess the format of a block that does not say it."""
    start = content.lstrip()[:1]
    if start and start in "{[" and content.rstrip()[-1] in "}]" and ":" in content:
        return "json"
    lines = [line for line in content.split("\n", _SNIFFED)[:_SNIFFED] if line.strip()]
    code = [line for line in lines if not line.lstrip().startswith("#")]
    if lines and (_DIRECTIVE.match(lines[0]) or (code and (launches(code[0]) or _FLAG_LINE.match(code[0].lstrip())))):
        return "shell"
    if code and _PYTHON.match(code[0]):
        return "python"
    if code and _ASSIGNS.match(code[0]) and any("$" in line for line in code):
        return "shell"  # `NODES=4` above `$NODES`
    items = any(line[:1].isspace() and _ITEM_OF_KEYS.match(line.lstrip()) for line in code)
    if items and all(_YAML_LINE.match(line.lstrip()) for line in code):
        return "yaml"
    return "plain"


_SNIFFED: Final = 40
_ITEM_OF_KEYS: Final = re.compile(r"- [A-Za-z_][\w.-]{0,60}: \S")
_YAML_LINE: Final = re.compile(r"(?:- )?(?:[A-Za-z_][\w.-]{0,60}:(?:\s[^:]*)?$|- [^:]*$|[\w\]\[, .\"'-]+$)")
_DIRECTIVE: Final = re.compile(r"#!.{0,100}sh\b|#SBATCH\b")
_ASSIGNS: Final = re.compile(r"(?:export )?[A-Za-z_]\w{0,80}=(?:\S|$)")
_FLAG_LINE: Final = re.compile(r"--[a-z][a-z0-9_-]{1,60}(?:[ =]\S|\s*\\?$)")
_PYTHON: Final = re.compile(r"(?:from [\w.]{1,100} import |import \w|def \w{1,80}\(|class \w{1,80}[(:]|@\w)|[A-Za-z_]\w{0,80} = [{(\[]\s*$")

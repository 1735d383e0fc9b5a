"""Blocks of code in a report: which reader understands them."""

from __future__ import annotations

import re
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.commands import launches
from auditor.parse.readers import of_language, of_suffix, read_inside
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
    read_inside(language or sniff(text.content), builder, text, path)


def sniff(content: str) -> str:
    """Guess the format of a block that does not say it."""
    start = content.lstrip()[:1]
    if start and start in "{[" and content.rstrip()[-1] in "}]" and ":" in content:
        return "json"
    lines = [line for line in content.split("\n", _SNIFFED)[:_SNIFFED] if line.strip()]
    code = [line for line in lines if not line.lstrip().startswith("#")]
    if lines and (_DIRECTIVE.match(lines[0]) or (code and launches(code[0]))):
        return "shell"
    if code and _PYTHON.match(code[0]):
        return "python"
    return "plain"


_SNIFFED: Final = 40
_DIRECTIVE: Final = re.compile(r"#!.{0,100}sh\b|#SBATCH\b")
_PYTHON: Final = re.compile(r"(?:from [\w.]{1,100} import |import \w|def \w{1,80}\(|class \w{1,80}[(:]|@\w)|[A-Za-z_]\w{0,80} = [{(\[]\s*$")

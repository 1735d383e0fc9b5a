"""Comments of configuration files and programs: they make claims too.

`tp: 4  # was 8` says something about the key it stands beside, so it gets that key's path. A comment line stands for itself;
one that is a commented-out setting (`# tp: 8`) is marked as struck.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.data import Places
from auditor.parse.inline import Inline
from auditor.parse.labels import split_pieces
from auditor.spans import Text
from auditor.statements import Kind, LabelKind

__all__ = ["add_comments"]

_SETTING: Final = re.compile(r"[a-z_][a-z0-9_.\-]{0,60}|--[a-z][\w-]{1,60}")


def add_comments(builder: Builder, text: Text, comments: Sequence[tuple[int, int]], path: Path, places: Places) -> None:
    """Add the comments at the given places of `text`; each place includes the comment sign."""
    if not comments:
        return
    ordered = sorted(((start, end, below) for start, end, below in places), key=lambda place: place[:2])
    ends = sorted(range(len(ordered)), key=lambda index: ordered[index][1])
    stops = [ordered[index][1] for index in ends]
    content = text.content
    group = builder.group()
    for start, end in comments:
        body = text.slice(start, end).strip()
        mark = len(body.content) - len(body.content.lstrip("#/*;! "))
        body = body.slice(mark, len(body)).strip().strip("*/-=").strip()
        if not any(char.isalnum() for char in body.content):
            continue
        index = bisect_right(stops, start) - 1
        below = path
        beside = False
        if index >= 0 and "\n" not in content[stops[index] : start] and "\r" not in content[stops[index] : start]:
            below, beside = ordered[ends[index]][2], True
        for piece in split_pieces(Inline(body)):
            if piece.label is None:
                builder.add(Kind.CODE, below, piece.value.text, group)
                continue
            builder.head(below, piece.label, group)
            if piece.value.content:
                struck = not beside and _SETTING.fullmatch(piece.label.content) is not None
                builder.add(Kind.CODE, under(below, piece.label, LabelKind.KEY), piece.value.text, group, struck=struck)
            elif not any(char.isdigit() for char in piece.label.content):
                builder.add(Kind.CODE, below, piece.label, group)

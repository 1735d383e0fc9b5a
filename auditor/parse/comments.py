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
from auditor.parse.directives import heard
from auditor.parse.inline import Inline
from auditor.parse.labels import split_pieces
from auditor.spans import Text
from auditor.statements import Kind, LabelKind

__all__ = ["add_comment", "add_comments", "without_sign"]

_SETTING: Final = re.compile(r"[a-z_][a-z0-9_.\-]{0,60}|--[a-z][\w-]{1,60}")


def add_comments(builder: Builder, text: Text, comments: Sequence[tuple[int, int]], path: Path, places: Places, language: str) -> None:
    """Add the comments at the given places of `text`; each place includes the comment sign."""
    if not comments:
        return
    by_start = sorted(places, key=lambda place: place[0])
    starts = [place[0] for place in by_start]
    by_end = sorted(places, key=lambda place: place[1])
    stops = [place[1] for place in by_end]
    content = text.content
    group = builder.group()
    for start, end in comments:
        comment = text.slice(start, end).strip()
        if heard(builder, comment, text, language):
            continue
        body = without_sign(comment)
        if not any(char.isalnum() for char in body.content):
            continue
        below, beside = path, False
        behind, inside = bisect_right(stops, start) - 1, bisect_right(starts, start) - 1
        if behind >= 0 and "\n" not in content[stops[behind] : start] and "\r" not in content[stops[behind] : start]:
            below, beside = by_end[behind][2], True
        elif inside >= 0 and by_start[inside][1] > start:
            below, beside = by_start[inside][2], True
        add_comment(builder, body, below, group, beside=beside)


def without_sign(comment: Text) -> Text:
    """Return what a comment says."""
    body = comment.strip()
    content = body.content
    mark = len(content) - len(content.lstrip("#/*;! "))
    return body.slice(mark, len(content)).strip("*/=-─━ \t")


def add_comment(builder: Builder, body: Text, path: Path, group: int, *, beside: bool = False) -> None:
    """Add one comment, without its sign; `beside` where it stands behind a setting on the same line."""
    for piece in split_pieces(Inline(body)):
        if piece.label is None:
            if piece.value.content:
                builder.add(Kind.CODE, path, piece.value.text, group)
            continue
        builder.head(path, piece.label, group)
        if piece.value.content:
            struck = not beside and _SETTING.fullmatch(piece.label.content) is not None
            builder.add(Kind.CODE, under(path, piece.label, LabelKind.KEY), piece.value.text, group, struck=struck)
        elif not any(char.isdigit() for char in piece.label.content):
            builder.add(Kind.CODE, path, piece.label, group)

"""Comments of configuration files and programs: they make claims too.

`tp: 4  # was 8` says something about the key it stands beside, and a line of comments about the key right below it: both get
that key's path. A comment that a blank line parts from what follows speaks of no key. One that is a commented-out setting
(`# tp: 8`) is marked as struck.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from auditor.parse.builder import Builder, Path, under
from auditor.parse.data import Places
from auditor.parse.directives import heard
from auditor.parse.inline import Inline
from auditor.parse.labels import split_pieces
from auditor.parse.plain import pair
from auditor.spans import Text
from auditor.statements import Kind, LabelKind

__all__ = ["add_comment", "add_comments", "without_sign"]

_SETTING: Final = re.compile(r"[a-z_][a-z0-9_.\-]{0,60}|--[a-z][\w-]{1,60}")


def add_comments(builder: Builder, text: Text, comments: Sequence[tuple[int, int]], path: Path, places: Places, language: str) -> None:
    """Add the comments at the given places of `text`; each place includes the comment sign."""
    if not comments:
        return
    bearings = _Bearings(text, comments, places)
    group = builder.group()
    for number, (start, end) in enumerate(comments):
        comment = text.slice(start, end).strip()
        if heard(builder, comment, text, language):
            continue
        body = without_sign(comment)
        if not has_content(body):
            continue
        found = bearings.beside(start) or bearings.around(start)
        beside = found is not None
        below, about = found or bearings.below(number) or (path, None)
        add_comment(builder, body, below, group, beside=beside, about=about)


class _Bearings:
    """Which setting a comment speaks of, by where it stands."""

    def __init__(self, text: Text, comments: Sequence[tuple[int, int]], places: Places) -> None:
        self.text = text
        self.content = text.content
        self.comments = comments
        self.by_start = sorted(places, key=lambda place: place[:2])
        self.starts = [place[0] for place in self.by_start]
        self.by_end = sorted(places, key=lambda place: place[1])
        self.ends = [place[1] for place in self.by_end]

    def beside(self, start: int) -> tuple[Path, int] | None:
        """Return the leaf that ends on the same line before the comment."""
        behind = bisect_right(self.ends, start) - 1
        if behind < 0 or not _ON_ONE_LINE.fullmatch(self.content, self.ends[behind], start):
            return None
        return self.by_end[behind][2:]

    def around(self, start: int) -> tuple[Path, int] | None:
        """Return the leaf that the comment stands in: an array over several lines."""
        inside = bisect_right(self.starts, start) - 1
        return self.by_start[inside][2:] if inside >= 0 and self.by_start[inside][1] > start else None

    def below(self, number: int) -> tuple[Path, int] | None:
        """Return the key on the line right below the comment, and its first leaf; further comment lines may stand between."""
        start, end = self.comments[number]
        column = start - self.content.rfind("\n", 0, start) - 1
        while number + 1 < len(self.comments) and _NEXT_LINE.fullmatch(self.content, end, self.comments[number + 1][0]):
            number += 1
            start, end = self.comments[number]
        line = _INDENT.match(self.content, end)
        if line is None or line.end() - line.start(1) != column:
            return None
        after = self.content.find("\n", line.end())
        after = len(self.content) if after < 0 else after
        leaf = bisect_left(self.starts, line.end())
        if leaf == len(self.starts):
            return None
        _, _, path, about = self.by_start[leaf]
        here = self.text.span(line.end(), after)
        keys = [depth for depth, label in enumerate(path, 1) if here.covers(label.text.whole)]
        return (path[: keys[-1]], about) if keys else None


_ON_ONE_LINE: Final = re.compile(r"[^\n\r]*")
_NEXT_LINE: Final = re.compile(r"[ \t]*\r?\n[ \t]*")
_INDENT: Final = re.compile(r"[ \t]*\r?\n([ \t]*)(?=[^\s#])")


def has_content(text: Text) -> bool:
    """Tell whether a text says anything: rules and frames do not."""
    return any(char.isalnum() for char in text.content)


def without_sign(comment: Text) -> Text:
    """Return what a comment says: without its sign, the rules around it and the mark of a bullet."""
    body = comment.strip()
    content = body.content
    body = body.slice(len(content) - len(content.lstrip("#/*;! ")), len(content)).strip()
    opening, closing = _OPENS.match(body.content), _CLOSES.search(body.content)
    return body.slice(opening.end() if opening else 0, closing.start() if closing else len(body)).strip()


_OPENS: Final = re.compile(r"[*/=\-─━]{3,}\s*|[-*]\s+")
_CLOSES: Final = re.compile(r"(?<![*/=\-─━])[*/=\-─━]{2,}$")


def add_comment(builder: Builder, body: Text, path: Path, group: int, *, beside: bool = False, about: int | None = None) -> None:
    """Add one comment, without its sign; `beside` where it stands behind a setting on the same line, `about` that setting."""
    pieces = split_pieces(Inline(body))
    aligned = pair(body) if len(pieces) == 1 and pieces[0].label is None else None
    for piece in [aligned] if aligned is not None else pieces:
        if piece.label is None:
            if piece.value.content:
                builder.add(Kind.CODE, path, piece.value.text, group, comment=True, about=about)
            continue
        builder.head(path, piece.label, group, comment=True, about=about)
        if piece.value.content:
            struck = not beside and _is_setting(piece.label.content, piece.value.content)
            outer = path[:-1] if about is not None and not beside else path  # above a setting it names what it speaks of itself
            below = under(outer, piece.label, LabelKind.KEY)
            builder.add(Kind.CODE, below, piece.value.text, group, struck=struck, comment=True, about=None if struck else about)
        elif not any(char.isdigit() for char in piece.label.content):
            builder.add(Kind.CODE, path, piece.label, group, comment=True, about=about)


def _is_setting(name: str, value: str) -> bool:
    """Tell a commented-out setting from a remark: `tp: 8`, but not `total: 8 * 4 = 32`."""
    return _SETTING.fullmatch(name) is not None and _SCALAR.fullmatch(value) is not None


_SCALAR: Final = re.compile(r"[^\s=]+(?:\s+#.*)?|[\[{].*[\]}]|\"[^\"]*\"|'[^']*'")

"""Inline Markdown: markup dropped from a line, what it marked remembered, every character still in its place.

markdown-it gives no positions inside a line, and a rendered line would have to be searched for in the source. This scanner
instead keeps the characters that mean something and drops the rest, in one pass.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from enum import StrEnum
from html import unescape
from typing import Final

from auditor.parse.lines import stand_in
from auditor.records import dataclass
from auditor.spans import Segment, Text

__all__ = ["Inline", "Mark", "MarkKind", "formula_arguments", "scan"]


Heard = Callable[[Text], object]


class MarkKind(StrEnum):
    """What kind of markup stood around a stretch of text."""

    BOLD = "bold"
    CODE = "code"
    LINK = "link"
    STRUCK = "struck"


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start..end` of the text without markup were marked so."""

    kind: MarkKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Inline:
    """A text without its markup, and where the markup was, in the order of its ends."""

    text: Text
    marks: tuple[Mark, ...] = ()

    @property
    def content(self) -> str:
        return self.text.content

    def slice(self, start: int, end: int) -> Inline:
        """Return the part `start..end` with the marks that lie inside it."""
        end = min(end, len(self.content))
        if start <= 0 and end == len(self.content):
            return self
        marks = tuple(
            Mark(mark.kind, max(mark.start, start) - start, min(mark.end, end) - start)
            for mark in self.marks
            if mark.start < end and mark.end > start
        )
        return Inline(self.text.slice(start, end), marks)

    def strip(self) -> Inline:
        """Return it without white space at its ends."""
        content = self.content
        left = len(content) - len(content.lstrip())
        return self.slice(left, max(len(content.rstrip()), left))

    def trimmed(self, characters: str) -> Inline:
        """Return it without the given characters and white space at its end."""
        return self.slice(0, len(self.content.rstrip(characters + " \t")))

    def lines(self) -> list[Inline]:
        """Return the parts between line ends (and HTML line breaks)."""
        content = self.content
        if "\n" not in content:
            return [self]
        marks = sorted(self.marks, key=lambda mark: mark.start)
        lines: list[Inline] = []
        start = first = 0
        while start <= len(content):
            end = content.find("\n", start)
            end = len(content) if end < 0 else end
            while first < len(marks) and marks[first].start < start:
                first += 1
            inside: list[Mark] = []
            for mark in marks[first:]:
                if mark.start >= end:
                    break
                inside.append(Mark(mark.kind, mark.start - start, min(mark.end, end) - start))
            lines.append(Inline(self.text.slice(start, end), tuple(inside)))
            start = end + 1
        return lines

    @classmethod
    def join(cls, parts: Sequence[Inline], glue: str) -> Inline:
        """Return the parts one after the other."""
        if len(parts) == 1:
            return parts[0]
        marks: list[Mark] = []
        offset = 0
        for part in parts:
            marks.extend(Mark(mark.kind, mark.start + offset, mark.end + offset) for mark in part.marks)
            offset += len(part.content) + len(glue)
        return cls(Text.join([part.text for part in parts], glue), tuple(marks))


_SPECIAL: Final = re.compile(r"[\\`*_~\[\]!<&$^{}]")
_ESCAPED: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_TICKS: Final = re.compile(r"`+")
_RUN: Final = re.compile(r"\*{1,3}|_{1,3}|~~?")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TARGET: Final = re.compile(
    r"\([ \t]{0,9}(?:<[^<>\n]{0,1000}>|[^\s()]{0,1000}(?:\([^\s()]{0,200}\)[^\s()]{0,200}){0,8})"
    r"(?:\s{1,9}(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?[ \t]{0,9}\)"
)
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\s]{1,100}\]")
_AUTOLINK: Final = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,1000}|[^\s<>@]{1,100}@[^\s<>@]{1,100})>")
_TAG: Final = re.compile(
    r"</?(?:(?i:a|abbr|b|big|br|caption|center|code|cite|del|details|dd|div|dl|dt|em|figure|figcaption|font|h[1-6]|hr|i|img|ins|kbd|li|mark|nobr"
    r"|ol|p|pre|q|s|samp|section|small|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|wbr)|[A-Z][A-Za-z]{2,40})"
    r"(?:\s{1,9}[A-Za-z_:@][\w:.-]{0,60}\s{0,3}=\s{0,3}(?:\"[^\"<>]{0,500}\"|'[^'<>]{0,500}'|\{[^{}<>]{0,500}\}|[^\s\"'<>={}`]{1,200})){0,40}"
    r"\s{0,9}/?>"
)
_NAME: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
_BOLD_TAGS: Final = frozenset({"b", "strong"})
_STRUCK_TAGS: Final = frozenset({"s", "del", "strike"})
_POWER_BASE: Final = re.compile(r"(?<![\w.])(?:10|2)$")

_LOOKBACK: Final = 8

_MATH_SIGNS: Final = {
    "times": "×",
    "cdot": "·",
    "ast": "*",
    "div": "÷",
    "approx": "≈",
    "sim": "~",
    "simeq": "≈",
    "le": "≤",
    "leq": "≤",
    "leqslant": "≤",
    "ge": "≥",
    "geq": "≥",
    "geqslant": "≥",
    "lt": "<",
    "gt": ">",
    "ll": "<",
    "gg": ">",
    "neq": "≠",
    "ne": "≠",
    "equiv": "=",
    "pm": "±",
    "to": "→",
    "rightarrow": "→",
    "Rightarrow": "→",
    "implies": "→",
    "longrightarrow": "→",
    "mu": "µ",
    "alpha": "α",
    "beta": "β",
    "quad": " ",
    "qquad": " ",
    "left": "",
    "right": "",
    "displaystyle": "",
    "bigl": "",
    "bigr": "",
    "ldots": "...",
    "dots": "...",
    "cdots": "...",
    "checkmark": "✓",
    "lfloor": "(",
    "rfloor": ")",
    "lceil": "(",
    "rceil": ")",
}
_MATH_WRAPS: Final = frozenset(
    {"text", "mathrm", "mathbf", "mathit", "textbf", "textit", "texttt", "operatorname", "boxed", "mathtt", "underline"}
)
_FRACTIONS: Final = frozenset({"frac", "dfrac", "tfrac"})
_MATH: Final = re.compile(r"\\([A-Za-z]{2,16})(?![A-Za-z])")
_SIMPLE: Final = re.compile(r"[\w.,%]{1,40}")
_BRACES: Final = re.compile(r"[{}]|\n[ \t]*\n")
_MAX_BRACES: Final = 400


@dataclass(slots=True)
class _Piece:
    """Characters `start..end` of the raw text, dropped or replaced where `instead` is set."""

    start: int
    end: int
    instead: str | None = None


class _Scanner:
    def __init__(self, text: Text, references: frozenset[str], heard: Heard) -> None:
        self.heard = heard
        self.raw = text.content
        self.text = text
        self.references = references
        self.pieces: list[_Piece] = []
        self.open: dict[str, int] = {}
        self.brackets: list[int] = []
        self.found: list[tuple[MarkKind, int, int]] = []  # kind, first and last piece
        self.kept = 0
        self.ticks: dict[int, list[int]] | None = None
        self.comments = True
        self.planned: dict[int, str] = {}
        """Braces of formulas, and what stands in their place."""
        self.braces: dict[int, int] | None = None
        self.dollar = -1
        """The closing dollar sign of the formula that is open."""

    def run(self) -> Inline:
        raw, at = self.raw, 0
        while match := _SPECIAL.search(raw, at):
            at = match.start()
            char = raw[at]
            if char == "\\":
                after = at + 1
                if (command := self._formula(at)) > at:
                    at = command
                elif after < len(raw) and raw[after] in _ESCAPED:
                    self._drop(at, after)
                    at += 2
                else:
                    at += 1
            elif char == "`":
                at = self._code(at)
            elif char in "*_~":
                at = self._emphasis(at)
            elif char == "$":
                at = self._dollar(at)
            elif char == "^":
                at += 1
                if raw.startswith("{", at):
                    self._plan(at, "", "")
            elif char in "{}":
                at = self._brace(at)
            elif char == "&":
                at = self._entity(at)
            elif char == "<":
                at = self._tag(at)
            elif char == "!":
                at += 1
                if raw.startswith("[", at):
                    self._drop(at - 1, at)
            elif char == "[":
                at = self._bracket(at)
            else:
                at = self._close(at)
        self._keep(len(raw))
        return self._assemble()

    def _keep(self, until: int) -> None:
        if until > self.kept:
            self.pieces.append(_Piece(self.kept, until))
        self.kept = max(self.kept, until)

    def _drop(self, start: int, end: int, instead: str = "") -> int:
        self._keep(start)
        self.pieces.append(_Piece(start, end, instead))
        self.kept = end
        return len(self.pieces) - 1

    def _hold(self, start: int, end: int) -> int:
        """Keep a delimiter as a piece of its own, so that its partner can drop it later."""
        self._keep(start)
        self.pieces.append(_Piece(start, end))
        self.kept = end
        return len(self.pieces) - 1

    def _code(self, at: int) -> int:
        if self.ticks is None:
            self.ticks = {}
            for match in _TICKS.finditer(self.raw):
                self.ticks.setdefault(len(match.group()), []).append(match.start())
        run = _TICKS.match(self.raw, at)
        width = run.end() - at if run else 1
        starts = self.ticks.get(width, [])
        index = bisect_left(starts, at + width)
        if index >= len(starts):
            return at + width
        close = starts[index]
        first = self._drop(at, at + width)
        self._keep(close)
        last = self._drop(close, close + width)
        self.found.append((MarkKind.CODE, first, last))
        return close + width

    # Formulas: reports written by language models are full of LaTeX, with and without its dollar signs.

    def _formula(self, at: int) -> int:
        """Read `\\times`, `\\text{...}`, `\\frac{...}{...}`; return where to go on, or `at` where there is none."""
        raw = self.raw
        match = _MATH.match(raw, at)
        if match is None:
            if at + 1 < len(raw) and raw[at + 1] in ",;:! " and self.dollar > at:
                self._drop(at, at + 2, "" if raw[at + 1] == "!" else " ")
                return at + 2
            return at
        name, end = match.group(1), match.end()
        if name in _MATH_SIGNS:
            self._drop(at, end, _MATH_SIGNS[name])
            return end
        if name in _MATH_WRAPS and self._plan(end, "", ""):
            self._drop(at, end)
            return end
        if name in _FRACTIONS:
            middle = self._closing(end)
            last = self._closing(middle + 1) if middle > 0 else -1
            if last > 0:
                above, below = raw[end + 1 : middle], raw[middle + 2 : last]
                left = ("", "") if _SIMPLE.fullmatch(above) else ("(", ")")
                right = ("", "") if _SIMPLE.fullmatch(below) else ("(", ")")
                self._drop(at, end)
                self.planned |= {end: left[0], middle: left[1] + "/", middle + 1: right[0], last: right[1]}
                return end
        return at

    def _closing(self, at: int) -> int:
        """Where the brace that opens at `at` is closed; -1 where it is not, or not near."""
        if self.braces is None:
            self.braces = {}
            still: list[int] = []
            for match in _BRACES.finditer(self.raw):
                if match.group() == "{":
                    still.append(match.start())
                elif match.group() != "}":
                    still.clear()  # an empty line
                elif still:
                    self.braces[still.pop()] = match.start()
        end = self.braces.get(at, -1)
        return end if end - at <= _MAX_BRACES else -1

    def _plan(self, at: int, opening: str, closing: str) -> bool:
        end = self._closing(at)
        if end < 0:
            return False
        self.planned[at] = opening
        self.planned[end] = closing
        return True

    def _brace(self, at: int) -> int:
        if at in self.planned:
            self._drop(at, at + 1, self.planned.pop(at))
            return at + 1
        if self.raw.startswith("{,}", at):  # the thousands separator of LaTeX
            self._drop(at, at + 3, ",")
            return at + 3
        return at + 1

    def _dollar(self, at: int) -> int:
        """Drop the dollar signs around a formula; a price keeps its sign."""
        raw = self.raw
        if raw.startswith("$$", at):
            self._drop(at, at + 2)
            return at + 2
        if at == self.dollar:
            self._drop(at, at + 1)
            return at + 1
        before, after = raw[at - 1 : at], raw[at + 1 : at + 2]
        if before.isalnum() or not after or after.isspace():
            return at + 1
        end = raw.find("$", at + 1, at + _MAX_BRACES)
        while end > 0 and raw[end - 1] == "\\":
            end = raw.find("$", end + 1, at + _MAX_BRACES)
        if end < 0 or raw[end - 1].isspace() or raw[end + 1 : end + 2].isalnum() or "\n\n" in raw[at:end]:
            return at + 1
        self.dollar = end
        self._drop(at, at + 1)
        return at + 1

    def _emphasis(self, at: int) -> int:
        match = _RUN.match(self.raw, at)
        if match is None:
            return at + 1
        if match.group() == "_" and self.raw.startswith("{", match.end()) and self._plan(match.end(), "", ""):
            return match.end()
        run, end, raw = match.group(), match.end(), self.raw
        if (end < len(raw) and raw[end] == run[0]) or run == "~":
            while end < len(raw) and raw[end] == run[0]:
                end += 1
            return end
        before = raw[at - 1] if at else " "
        after = raw[end] if end < len(raw) else " "
        # A star between two letters or digits multiplies (8*4) or raises (2**10); an underscore there is part of a name.
        closes = not before.isspace() and (not after.isalnum() or (run[0] != "_" and run in self.open))
        opens = not after.isspace() and not before.isalnum() and before != ")"
        if closes and self._closed(run, at, end):
            return end
        if opens:
            self.open[run] = self._hold(at, end)
        return end

    def _closed(self, run: str, at: int, end: int) -> bool:
        keys = [run]
        if len(run) == 3 and run not in self.open:
            keys = [run[:2], run[:1]]
        openers = [self.open.get(key) for key in keys]
        if any(opener is None or self.pieces[opener].end == at for opener in openers):
            return False
        last = self._drop(at, end)
        for key in keys:
            first = self.open.pop(key)
            self.pieces[first].instead = ""
            if len(key) > 1 or len(run) == 3:
                kind = MarkKind.STRUCK if key == "~~" else MarkKind.BOLD
                if key != run[:1] or len(keys) == 1:
                    self.found.append((kind, first, last))
        return True

    def _entity(self, at: int) -> int:
        match = _ENTITY.match(self.raw, at)
        if match is None:
            return at + 1
        meant = unescape(match.group())
        if meant == match.group() or len(meant) >= len(match.group()):
            return at + 1
        self._drop(at, match.end(), meant.replace("\0", "\ufffd"))
        return match.end()

    def _tag(self, at: int) -> int:
        raw = self.raw
        if raw.startswith("<!--", at):
            close = raw.find("-->", at + 4) if self.comments else -1
            if close < 0:
                self.comments = False
                return at + 4
            self.heard(self.text.slice(at, close + 3))
            self._drop(at, close + 3)
            return close + 3
        if match := _AUTOLINK.match(raw, at):
            self._drop(at, at + 1)
            self._keep(match.end() - 1)
            self._drop(match.end() - 1, match.end())
            return match.end()
        match = _TAG.match(raw, at)
        if match is None:
            return at + 1
        tag, end = match.group(), match.end()
        named = _NAME.match(tag)
        name = named.group(1).lower() if named else ""
        closing = tag.startswith("</")
        if name == "br":
            self._drop(at, end, "\n")
        elif name == "sup" and not closing:
            return self._superscript(at, end)
        elif name == "sub" and not closing:
            self._drop(at, end, "_")
        elif name in _BOLD_TAGS or name in _STRUCK_TAGS or name == "code":
            piece = self._drop(at, end)
            key = f"<{name}>"
            if not closing:
                self.open[key] = piece
            elif key in self.open:
                kind = MarkKind.STRUCK if name in _STRUCK_TAGS else MarkKind.CODE if name == "code" else MarkKind.BOLD
                self.found.append((kind, self.open.pop(key), piece))
        else:
            self._drop(at, end, " " if name in ("td", "th", "li", "p", "div", "tr", "hr") else "")
        return end

    def _superscript(self, at: int, end: int) -> int:
        """`10<sup>12</sup>` is a power; behind anything else a raised number is the mark of a footnote."""
        close = self.raw.find("</sup>", end, end + 40)
        inner = self.raw[end:close].strip() if close >= 0 else ""
        if close < 0 or not inner.lstrip("+-−").isdigit():
            self._drop(at, end)
            return end
        if _POWER_BASE.search(self.raw[max(0, at - _LOOKBACK) : at]):
            self._drop(at, end, "^")
            return end
        self._drop(at, close + 6)
        return close + 6

    def _bracket(self, at: int) -> int:
        if match := _FOOTNOTE.match(self.raw, at):
            if not self.raw.startswith(":", match.end()):
                self._drop(at, match.end())
            return match.end()
        self.brackets.append(self._hold(at, at + 1))
        return at + 1

    def _close(self, at: int) -> int:
        end = at + 1
        if not self.brackets:
            return end
        opener = self.brackets.pop()
        target = _TARGET.match(self.raw, end) if self.raw.startswith("(", end) else None
        until = target.end() if target else end
        begin = self.pieces[opener].end
        inner = self.raw[begin : min(at, begin + 200)]
        if target is None:
            if not self.references:
                return end
            if self.raw.startswith("[", end):
                close = self.raw.find("]", end + 1, end + 200)
                name = self.raw[end + 1 : close] if close >= 0 else ""
                if close >= 0 and (name or inner).casefold() in self.references:
                    until = close + 1
            if until == end and inner.casefold() not in self.references:
                return end
        self.pieces[opener].instead = ""
        last = self._drop(at, until)
        self.found.append((MarkKind.LINK, opener, last))
        return until

    def _assemble(self) -> Inline:
        if len(self.pieces) <= 1 and not any(piece.instead is not None for piece in self.pieces):
            return Inline(self.text)
        content: list[str] = []
        segments: list[Segment] = []
        offsets: list[int] = []
        length = 0
        for piece in self.pieces:
            offsets.append(length)
            if piece.instead is None:
                part = self.text.slice(piece.start, piece.end)
                segments.extend(Segment(one.start + length, one.end + length, one.span) for one in part.segments if one.end > one.start)
                content.append(part.content)
                length += len(part.content)
            elif piece.instead:
                other = stand_in(piece.instead, self.text.span(piece.start, piece.end))
                segments.extend(Segment(one.start + length, one.end + length, one.span) for one in other.segments)
                content.append(piece.instead)
                length += len(piece.instead)
        if not length:
            return Inline(Text.of("", self.text.whole.start))
        marks = tuple(Mark(kind, offsets[first], offsets[last]) for kind, first, last in self.found)
        return Inline(Text("".join(content), tuple(segments)), marks)


def formula_arguments(name: str) -> int | None:
    """Return how many arguments a command of a formula has that the scanner reads; None where it does not know it."""
    return 0 if name in _MATH_SIGNS else 1 if name in _MATH_WRAPS else 2 if name in _FRACTIONS else None


def _unheard(_comment: Text) -> None:
    """What a comment says is of no interest where nobody asks."""


def scan(text: Text, references: frozenset[str] = frozenset(), heard: Heard = _unheard) -> Inline:
    """Drop the inline markup of a text.

    `references` are the folded names of link definitions, so that `[name]` and `[text][name]` are told from brackets.
    `heard` is given each comment, signs included.
    """
    if _SPECIAL.search(text.content) is None:
        return Inline(text)
    return _Scanner(text, references, heard).run()

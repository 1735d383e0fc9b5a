"""Positions: where in a source a piece of text stands.

`Span` is the only position the stages exchange: two character offsets into the text of a `Source`.
`LineIndex` turns offsets into lines and columns at the edge. `Text` is a decoded piece of a source that
knows, character by character, which span it came from: a JSON string with escapes, a Markdown page held in
one JSON string and a repaired double-encoded line are all read through it, so no later stage has to search
for a text it has already seen.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import field
from itertools import accumulate
from typing import Final

from auditor.records import dataclass

__all__ = ["LineIndex", "Point", "Segment", "Span", "SpanIndex", "Text"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of character offsets into a source text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def covers(self, other: Span) -> bool:
        """Tell whether `other` lies inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two spans share at least one character."""
        return self.start < other.end and other.start < self.end

    def join(self, other: Span) -> Span:
        """Return the smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


class SpanIndex:
    """Which of many spans meet a given one, without looking at all of them."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._order = sorted(range(len(spans)), key=lambda index: spans[index].start)
        self._starts = [spans[index].start for index in self._order]
        self._ends = [spans[index].end for index in self._order]
        self._furthest = list(accumulate(self._ends, max))
        """How far the spans up to each one reach."""

    def meeting(self, span: Span) -> list[int]:
        """Return the indices of the spans that share a character with `span`, ascending."""
        at = bisect_left(self._starts, span.end)
        found = []
        while at and self._furthest[at - 1] > span.start:
            at -= 1
            if self._ends[at] > span.start:
                found.append(self._order[at])
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Point:
    """A position for people: line and column, both counted from 1, in characters."""

    line: int
    column: int


_LINE_END: Final = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class LineIndex:
    """Offsets of line starts; LF, CRLF and CR each end a line."""

    text: str
    starts: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", (0, *(match.end() for match in _LINE_END.finditer(self.text))))

    def point(self, offset: int) -> Point:
        """Return the line and column of a character offset."""
        line = bisect_right(self.starts, offset)
        return Point(line, offset - self.starts[line - 1] + 1)

    def line(self, number: int) -> Span:
        """Return the span of line `number` (from 1), without its line end."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters `start..end` of a text came from `span` of the source.

    Where both have the same length they correspond one to one; otherwise (an escape, an entity, a repaired
    character) every character of the segment stands for the whole span.
    """

    start: int
    end: int
    span: Span

    @property
    def linear(self) -> bool:
        return self.end - self.start == len(self.span)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of decoded text that knows where each of its characters stands in the source.

    `segments` are in order, without gaps, and cover `content` from 0 to its end.
    """

    content: str
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, content: str, start: int = 0) -> Text:
        """Return a text that stands in the source exactly as written, from offset `start`."""
        return cls(content, (Segment(0, len(content), Span(start, start + len(content))),))

    @classmethod
    def join(cls, parts: list[Text], glue: str = "") -> Text:
        """Return the texts one after the other; `glue` stands at the end of the part before it."""
        content: list[str] = []
        segments: list[Segment] = []
        offset = 0
        for index, part in enumerate(parts):
            for segment in part.segments:
                if segment.end > segment.start:
                    segments.append(Segment(segment.start + offset, segment.end + offset, segment.span))
            content.append(part.content)
            offset += len(part.content)
            if glue and index + 1 < len(parts):
                end = segments[-1].span.end if segments else part.whole.end
                segments.append(Segment(offset, offset + len(glue), Span(end, end)))
                content.append(glue)
                offset += len(glue)
        if not segments:
            anchor = parts[0].whole.start if parts else 0
            return cls.of("", anchor)
        return cls("".join(content), tuple(segments))

    def __len__(self) -> int:
        return len(self.content)

    def __str__(self) -> str:
        return self.content

    def _at(self, index: int) -> int:
        low, high = 0, len(self.segments) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.segments[middle].start <= index:
                low = middle
            else:
                high = middle - 1
        return low

    def _segment(self, index: int) -> Segment:
        return self.segments[self._at(index)]

    def span(self, start: int, end: int) -> Span:
        """Return the source span of characters `start..end` of this text."""
        if start >= end:
            segment = self._segment(min(start, max(len(self.content) - 1, 0)))
            at = segment.span.start + min(start - segment.start, len(segment.span)) if segment.linear else segment.span.start
            return Span(at, at)
        first = self._segment(start)
        last = first if end <= first.end else self._segment(end - 1)
        begin = first.span.start + (start - first.start) if first.linear else first.span.start
        finish = last.span.start + (end - last.start) if last.linear else last.span.end
        return Span(begin, max(begin, finish))

    @property
    def whole(self) -> Span:
        """The span of the whole text."""
        if not self.content:
            return Span(self.segments[0].span.start, self.segments[0].span.start)
        if len(self.segments) == 1:
            return self.segments[0].span
        return self.span(0, len(self.content))

    def slice(self, start: int, end: int) -> Text:
        """Return characters `start..end` as a text of their own."""
        start, end = max(start, 0), min(end, len(self.content))
        if start >= end:
            return Text.of("", self.span(start, start).start)
        if len(self.segments) == 1 and self.segments[0].linear:
            return Text.of(self.content[start:end], self.segments[0].span.start + start)
        segments = []
        for segment in self.segments[self._at(start) : self._at(end - 1) + 1]:
            left, right = max(segment.start, start), min(segment.end, end)
            if left >= right:
                continue
            span = segment.span
            if segment.linear:
                span = Span(span.start + left - segment.start, span.start + right - segment.start)
            segments.append(Segment(left - start, right - start, span))
        return Text(self.content[start:end], tuple(segments))

    def strip(self, characters: str | None = None) -> Text:
        """Return the text without the given characters (white space) at its ends."""
        left = len(self.content) - len(self.content.lstrip(characters))
        right = len(self.content.rstrip(characters))
        return self.slice(left, right)

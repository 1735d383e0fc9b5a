"""Comments that speak to the auditor, and where they reach: `audit: ignore[gpu-count] reason`. What they ask is read in `auditor.suppress`.

A comment behind something speaks of its own line. One that stands alone speaks of what comes next: of the whole table, fence or
command that begins there, in YAML of the key with everything under it, else of the line.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from auditor.parse.builder import Builder, Comment
from auditor.parse.lines import column_of, cut_lines
from auditor.records import dataclass
from auditor.spans import Span, Text
from auditor.statements import Directive

__all__ = ["heard", "reached"]

_WORD: Final = "audit:"
_SIGNS: Final = "#/*;!<-%. \t"
_ENDS: Final = "*/-> \t\r\n"
_ALONE: Final = " \t>"
"""What may stand before a comment that is alone on its line: indentation and the marks of quotes."""


def heard(builder: Builder, comment: Text, inside: Text, language: str) -> bool:
    """Take a comment, signs included, that speaks to the auditor; tell whether it does."""
    content = comment.content
    start = len(content) - len(content.lstrip(_SIGNS))
    if content[start : start + len(_WORD)].casefold() != _WORD:
        return False
    text = comment.slice(start + len(_WORD), len(content.rstrip(_ENDS))).strip()
    builder.comments.append(Comment(text, comment.whole, inside, language))
    return True


def reached(builder: Builder, source: str) -> tuple[Directive, ...]:
    """Return the directives of a document in their order, each comment once: a reader may read a line twice."""
    blocks = sorted(builder.blocks)
    texts = {id(one.inside): one.inside for one in builder.comments}
    lines = {key: _Lines(source, tuple(line.whole for line in cut_lines(text))) for key, text in texts.items()}
    found = {one.place: Directive(one.text, one.place, _reach(one, lines[id(one.inside)], blocks)) for one in builder.comments}
    return tuple(sorted((*found.values(), *builder.directives), key=lambda one: (one.place, one.text.whole)))


@dataclass(frozen=True)
class _Lines:
    """The lines of the text that comments were read in, each as a span of the source."""

    source: str
    spans: tuple[Span, ...]

    def content(self, number: int) -> str:
        return self.source[self.spans[number].start : self.spans[number].end]

    def at(self, offset: int) -> int:
        return max(bisect_right(self._starts, offset) - 1, 0)

    def below(self, number: int) -> int | None:
        """Return the first line below one that says anything but another word to the auditor."""
        at = bisect_right(self._saying, number)
        return self._saying[at] if at < len(self._saying) else None

    def above_joined(self, number: int) -> int:
        """Return the first line of the command that ends on a line."""
        while number and self.content(number - 1).rstrip().endswith("\\"):
            number -= 1
        return number

    def joined(self, number: int) -> int:
        """Return the last line of the command that begins on a line."""
        while number + 1 < len(self.spans) and self.content(number).rstrip().endswith("\\"):
            number += 1
        return number

    def indented(self, number: int) -> int:
        """Return the last of the lines below one that are indented deeper."""
        own, last = column_of(self.content(number)), number
        for other in range(number + 1, len(self.spans)):
            content = self.content(other)
            if content.strip():
                if column_of(content) <= own:
                    break
                last = other
        return last

    @cached_property
    def _starts(self) -> list[int]:
        return [span.start for span in self.spans]

    @cached_property
    def _saying(self) -> list[int]:
        return [number for number in range(len(self.spans)) if self._says(number)]

    def _says(self, number: int) -> bool:
        content = self.content(number).strip(_ALONE)
        return bool(content) and not content.lstrip(_SIGNS).casefold().startswith(_WORD)


def _reach(comment: Comment, lines: _Lines, blocks: Sequence[Span]) -> Span:
    place, spans = comment.place, lines.spans
    first, last = lines.at(place.start), lines.at(max(place.end - 1, place.start))
    before, behind = lines.source[spans[first].start : place.start], lines.source[place.end : spans[last].end]
    if before.strip(_ALONE) or behind.strip():
        return spans[lines.above_joined(first) if comment.language == "shell" else first].join(spans[last])
    below = lines.below(last)
    if below is None:
        return spans[last]
    line = spans[below]
    at = bisect_left(blocks, line.start, key=lambda block: block.start)
    if at < len(blocks) and blocks[at].start <= line.end:
        return line.join(blocks[at])
    if comment.language == "shell":
        return line.join(spans[lines.joined(below)])
    return line.join(spans[lines.indented(below)]) if comment.language == "yaml" else line

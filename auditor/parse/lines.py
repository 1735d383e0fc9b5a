"""A text cut into its lines."""

from __future__ import annotations

from auditor.spans import LineIndex, Segment, Span, Text

__all__ = ["column_of", "cut_lines", "stand_in"]

_TAB = 4


def cut_lines(text: Text) -> list[Text]:
    """Return the lines of a text, without their line ends."""
    index = LineIndex(text.content)
    lines = [index.line(number) for number in range(1, len(index) + 1)]
    return [text.slice(line.start, line.end) for line in lines]


def column_of(content: str) -> int:
    """Return the column of the first character that is not white space, a tab reaching to the next multiple of four."""
    column = 0
    for char in content:
        if char == "\t":
            column += _TAB - column % _TAB
        elif char.isspace():
            column += 1
        else:
            break
    return column


def stand_in(content: str, span: Span) -> Text:
    """Return a text that stands for a whole span of the source, however long it is: never one character for one."""
    if not content:
        return Text.of("", span.start)
    if len(content) != len(span):
        return Text(content, (Segment(0, len(content), span),))
    if len(content) == 1:
        return Text(content, (Segment(0, 1, Span(span.start, span.start)),))
    return Text(content, (Segment(0, 1, span), Segment(1, len(content), span)))

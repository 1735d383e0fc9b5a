"""Source lines with carets under the claims involved, as `full` output shows them."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import Final

from auditor.records import dataclass
from auditor.render.terminal import cells, paint, plain
from auditor.spans import Span
from auditor.statements import Source

__all__ = ["Mark", "excerpt"]

# A finding over a whole table shows its head and its first rows; the rest is counted, not printed.
_LINES_OF_ONE_MARK: Final = 3
_MOST_LINES: Final = 12
_LABEL_WIDTH: Final = 160
_CUT: Final = "…"
_LONG: Final = 20_000
"""Characters of a line beyond which no other columns are counted than those shown."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to point at and what to say there."""

    span: Span
    label: str = ""
    color: str = "blue"


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part of a mark that lies on one line: characters `start..end` of it."""

    line: int
    start: int
    end: int
    label: str
    color: str


def _pieces(source: Source, mark: Mark) -> list[_Piece]:
    lines = source.lines
    first = lines.point(mark.span.start).line
    last = lines.point(max(mark.span.start, mark.span.end - 1)).line
    found: list[_Piece] = []
    for number in range(first, min(last, first + _LINES_OF_ONE_MARK - 1) + 1):
        line = lines.line(number)
        start, end = max(mark.span.start, line.start), min(mark.span.end, line.end)
        text = source.text[start:end]
        start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
        if start < end:
            found.append(_Piece(number, start - line.start, end - line.start, "", mark.color))
        elif first == last:
            # An empty span, or white space: one caret where it begins.
            at = min(mark.span.start, line.end) - line.start
            found.append(_Piece(number, at, at + 1, "", mark.color))
    label = plain(mark.label)[:_LABEL_WIDTH]
    if last >= first + _LINES_OF_ONE_MARK:
        label = f"{label} (to line {last})".strip()
    return [*found[:-1], replace(found[-1], label=label)] if found else []


def _merged(pieces: list[_Piece]) -> list[_Piece]:
    """Return the pieces of a line from left to right, those at one place as one with both labels."""
    found: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        if found and (found[-1].start, found[-1].end) == (piece.start, piece.end):
            labels = dict.fromkeys(label for label in (found[-1].label, piece.label) if label)
            found[-1] = replace(found[-1], label="; ".join(labels))
        else:
            found.append(piece)
    return found


def _windows(pieces: list[_Piece], at: list[int], width: int) -> list[list[_Piece]]:
    """Return the pieces in groups that fit into one window each; `at` gives the column each character begins in."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if groups and at[min(piece.end, len(at) - 1)] - at[groups[-1][0].start] <= width:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _markers(placed: list[tuple[int, int, _Piece]], color: bool) -> list[str]:
    """Return the rows below a source row: carets, the last label beside them, the other labels hung below theirs."""
    row, column = "", 0
    beside = False
    for start, end, piece in placed:
        # A label stands beside the carets it belongs to, never beside those of a claim around it.
        beside = start >= column
        start = max(start, column)
        if end > start:
            row += " " * (start - column) + paint("^" * (end - start), color, fg=piece.color, bold=True)
            column = end
    labelled = [(start, piece) for start, _, piece in placed if piece.label]
    if beside and labelled and labelled[-1][1] is placed[-1][2]:
        row += " " + paint(labelled.pop()[1].label, color, fg=placed[-1][2].color)
    rows = [row]
    while labelled:
        start, piece = labelled.pop()
        row, column = "", 0
        for left, other in labelled:
            if column <= left < start:
                row += " " * (left - column) + paint("|", color, fg=other.color)
                column = left + 1
        rows.append(row + " " * (start - column) + paint(piece.label, color, fg=piece.color))
    return rows


def _long_line(text: str, pieces: list[_Piece], width: int, color: bool) -> list[tuple[bool, str]]:
    """Return the rows for a line of which only what stands around each piece is looked at: it may be the whole of a file."""
    rows: list[tuple[bool, str]] = []
    for piece in _merged(pieces):
        begin, end = max(piece.start - width, 0), min(piece.end, piece.start + width)
        near = replace(piece, start=piece.start - begin, end=end - begin)
        rows += _line(text[begin : end + width], [near], width, color)
    return rows


def _line(text: str, pieces: list[_Piece], width: int, color: bool) -> list[tuple[bool, str]]:
    """Return the rows for one source line: (is it the source itself, text)."""
    if len(text) > _LONG:
        return _long_line(text, pieces, width, color)
    shown = cells(text)
    at = [0, *accumulate(columns for _, columns in shown)]
    rows: list[tuple[bool, str]] = []
    for group in _windows(_merged(pieces), at, width):
        first, last = min(group[0].start, len(shown)), min(max(piece.end for piece in group), len(shown))
        begin, end = 0, len(shown)
        if at[-1] > width:
            spare = max(width - (at[last] - at[first]), 0)
            while begin < first and at[first] - at[begin] > spare // 2:
                begin += 1
            end = begin
            while end < len(shown) and at[end + 1] - at[begin] <= width:
                end += 1
            while begin > 0 and at[end] - at[begin - 1] <= width:
                begin -= 1
        head, tail = _CUT if begin > 0 else "", _CUT if end < len(shown) else ""
        rows.append((True, head + "".join(cell for cell, _ in shown[begin:end]) + tail))
        placed = []
        for piece in group:
            start = at[min(max(piece.start, begin), end)] - at[begin] + len(head)
            stop = at[min(max(piece.end, begin), end)] - at[begin] + len(head)
            placed.append((start, max(stop, start + 1), piece))
        rows += [(False, row) for row in _markers(placed, color)]
    return rows


def excerpt(source: Source, marks: list[Mark], width: int, color: bool, gutter: int = 0) -> list[str]:
    """Return the lines the marks stand on, numbered, with carets below; what lies between them is left out.

    `gutter` is the least width of the line numbers, so that excerpts of several sources line up.
    """
    by_line: dict[int, list[_Piece]] = {}
    for mark in marks:
        for piece in _pieces(source, mark):
            by_line.setdefault(piece.line, []).append(piece)
    if not by_line:
        return []
    numbers = sorted(by_line)
    left_out = numbers[_MOST_LINES:]
    numbers = numbers[:_MOST_LINES]
    gutter = max(gutter, len(str(numbers[-1])))
    bar = paint("|", color, fg="blue", bold=True)
    found = [f"{' ' * gutter} {bar}"]
    previous = numbers[0] - 1
    for number in numbers:
        if number != previous + 1:
            found.append(paint("." * max(gutter, 3), color, fg="blue", bold=True))
        span = source.lines.line(number)
        for own, row in _line(source.text[span.start : span.end], by_line[number], width, color):
            head = paint(f"{number:>{gutter}}", color, fg="blue", bold=True) if own else " " * gutter
            found.append(f"{head} {bar} {row}".rstrip())
        previous = number
    if left_out:
        named = ", ".join(map(str, left_out[:20])) + (_CUT if left_out[20:] else "")
        found.append(f"{' ' * gutter} = and on {len(left_out)} more lines: {named}")
    found.append(f"{' ' * gutter} {bar}")
    return found

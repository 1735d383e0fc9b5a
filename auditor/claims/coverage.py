"""Coverage: every numeric token of a report is named, only labels, or is not understood.

The tokens are counted on the text itself, not on what the readers made of it, so that a number no statement holds counts
as not understood. So does a claim of `other`: something is claimed, but nobody knows what.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from auditor.claims.resolve import ReadOut
from auditor.findings import Confidence, Coverage
from auditor.records import dataclass
from auditor.spans import Span, SpanIndex
from auditor.statements import Document, Source

__all__ = ["UNNAMED", "cover", "tokens"]

UNNAMED = "a claim of what has no name here"
"""Why a number that is a claim of `other` is not understood."""
Reasons = tuple[tuple[Span, str], ...]
"""Tokens, each with a reason."""


def is_numeral(character: str) -> bool:
    """Tell whether a character is a digit of any script, a superscript or a fraction; numbers of words (`三`) are letters."""
    return "0" <= character <= "9" or (not character.isascii() and character.isnumeric() and not character.isalpha())


_MAYBE: Final = re.compile(r"[0-9]|[^\x00-\x7f]")
"""What may be a numeral: an ASCII digit, or a character beyond ASCII."""


def tokens(text: str) -> list[Span]:
    """Return the numeric tokens of a text: runs of digits with the separators inside them (1,024; 2.5; 10:30; 10\u2079)."""
    found: list[Span] = []
    position, length = 0, len(text)
    while found_at := _MAYBE.search(text, position):
        position = found_at.start()
        if not is_numeral(text[position]):
            position += 1
            continue
        start = position
        while position < length and (
            is_numeral(text[position]) or (text[position] in ".,:" and position + 1 < length and is_numeral(text[position + 1]))
        ):
            position += 1
        found.append(Span(start, position))
    return found


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What was made of a stretch of text: a claim, named or not, or a label with the reason why it is only that."""

    span: Span
    label: str = ""
    named: bool = False


def cover(document: Document, read: ReadOut) -> tuple[Coverage, Reasons, Reasons]:
    """Return the counts, the tokens that label (with the reason) and those not understood (with the reason)."""
    text = document.source.text
    found = tokens(text)
    meanings = sorted(_meanings(document, read), key=lambda one: (one.span.start, -one.span.end))
    meeting = SpanIndex([one.span for one in meanings])
    unclear = SpanIndex(sorted({item.span for item in read.unclear} | _vague(read)))
    labels: list[tuple[Span, str]] = []
    uncovered: list[tuple[Span, str]] = []
    named = unnamed = 0
    for token in found:
        hits = [meanings[index] for index in meeting.meeting(token)]
        why = _names(document.source, token)
        if any(one.named for one in hits):
            named += 1
        elif any(not one.label for one in hits):
            unnamed += 1
            uncovered.append((token, UNNAMED))
        elif hits:
            labels.append((token, hits[0].label))
        elif why:
            labels.append((token, why))
        elif unclear.meeting(token):
            uncovered.append((token, "no quantity could be found for it"))
        else:
            uncovered.append((token, "no reader reached it"))
    return Coverage(len(found), len(labels), named + unnamed, named=named), tuple(labels), tuple(uncovered)


def _vague(read: ReadOut) -> set[Span]:
    """Return the claims of `other` that were read with low confidence."""
    return {claim.span for claim in read.claims if claim.quantity == "other" and claim.confidence is Confidence.LOW}


def _meanings(document: Document, read: ReadOut) -> Iterator[_Meaning]:
    vague = _vague(read)
    yield from (_Meaning(claim.span, named=claim.quantity != "other") for claim in read.claims if claim.span not in vague)
    yield from (_Meaning(label.span, label.why) for label in read.labels)
    yield from (_Meaning(directive.place, "said to the auditor") for directive in document.directives)


_LONGEST_LEAD: Final = 200
"""Characters before a list marker in its line."""
_LONGEST_TAG: Final = 4_000
"""Characters of a tag before or behind a number in it."""


def _names(source: Source, token: Span) -> str:
    """Say why a token that no statement holds only labels: list markers and parts of words."""
    text, start, end = source.text, token.start, token.end
    line_start = source.lines.starts[bisect_right(source.lines.starts, start) - 1]
    leads = start - line_start <= _LONGEST_LEAD and text[line_start:start].strip(" \t>#*-") == ""
    if leads and text[end : end + 1] in (".", ")"):
        return "list marker"
    if (start and (text[start - 1].isalpha() or text[start - 1] == "_")) or (
        end < len(text) and text[end].isalpha() and start and text[start - 1] in "_-."
    ):
        return "part of a name"
    tag = text.rfind("<", max(line_start, start - _LONGEST_TAG), start)
    closes = tag >= 0 and text[tag + 1 : tag + 2].isalpha() and ">" not in text[tag:start]
    if closes and text.find(">", end, end + _LONGEST_TAG) >= 0:
        return "inside a tag"
    return ""

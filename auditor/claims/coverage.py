"""Coverage: every numeric token of a report is a claim, a label, or not understood.

The tokens are counted on the text itself, not on what the readers made of it, so that a number no statement holds counts
as not understood. So does a claim of `other` that was read with low confidence: something is claimed, but nobody knows what.
"""

from __future__ import annotations

from auditor.claims.resolve import ReadOut
from auditor.findings import Confidence, Coverage
from auditor.spans import Span
from auditor.statements import Document

__all__ = ["cover", "tokens"]


def tokens(text: str) -> list[Span]:
    """Return the numeric tokens of a text: runs of ASCII digits with the separators inside them (1,024; 2.5; 10:30)."""
    found: list[Span] = []
    position, length = 0, len(text)
    while position < length:
        if not ("0" <= text[position] <= "9"):
            position += 1
            continue
        start = position
        while position < length and (
            "0" <= text[position] <= "9" or (text[position] in ".,:" and position + 1 < length and "0" <= text[position + 1] <= "9")
        ):
            position += 1
        found.append(Span(start, position))
    return found


def cover(document: Document, read: ReadOut) -> tuple[Coverage, tuple[tuple[Span, str], ...], tuple[tuple[Span, str], ...]]:
    """Return the counts, the tokens that label (with the reason) and those not understood (with the reason)."""
    text = document.source.text
    found = tokens(text)
    vague = {claim.span for claim in read.claims if claim.quantity == "other" and claim.confidence is Confidence.LOW}
    meanings: list[tuple[Span, str]] = [(claim.span, "") for claim in read.claims if claim.span not in vague]
    meanings += [(label.span, label.why) for label in read.labels]
    meanings += [(directive.place, "said to the auditor") for directive in document.directives]
    meanings.sort(key=lambda item: (item[0].start, -item[0].end))
    unclear = {item.span for item in read.unclear} | vague
    labels: list[tuple[Span, str]] = []
    uncovered: list[tuple[Span, str]] = []
    claims = cursor = 0
    for token in found:
        while cursor < len(meanings) and meanings[cursor][0].end <= token.start:
            cursor += 1
        hits = []
        ahead = cursor
        while ahead < len(meanings) and meanings[ahead][0].start < token.end:
            if meanings[ahead][0].overlaps(token):
                hits.append(meanings[ahead])
            ahead += 1
        why = _names(text, token)
        if any(not reason for _, reason in hits):
            claims += 1
        elif hits:
            labels.append((token, hits[0][1]))
        elif why:
            labels.append((token, why))
        elif any(span.overlaps(token) for span in unclear):
            uncovered.append((token, "no quantity could be found for it"))
        else:
            uncovered.append((token, "no reader reached it"))
    return Coverage(len(found), len(labels), claims), tuple(labels), tuple(uncovered)


def _names(text: str, token: Span) -> str:
    """Say why a token that no statement holds only labels: list markers and parts of words."""
    start, end = token.start, token.end
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    if text[line_start:start].strip(" \t>#*-") == "" and text[end : end + 1] in (".", ")"):
        return "list marker"
    if (start and (text[start - 1].isalpha() or text[start - 1] == "_")) or (
        end < len(text) and text[end].isalpha() and start and text[start - 1] in "_-."
    ):
        return "part of a name"
    tag = text.rfind("<", line_start, start)
    if tag >= 0 and text[tag + 1 : tag + 2].isalpha() and ">" not in text[tag:start] and text.find(">", end) >= 0:
        return "inside a tag"
    return ""

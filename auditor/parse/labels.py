"""One line, told apart into the label it gives itself and the value: `**Degree**: 4-way`, `TP = 4`, `**Speed** - 27 ms`."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

from auditor.parse.inline import Inline, Mark, MarkKind
from auditor.records import dataclass
from auditor.spans import Text

__all__ = ["Piece", "introduces", "split_label", "split_pieces", "without_colon", "without_marks"]

_MAX_LABEL: Final = 110
_MAX_LABEL_WORDS: Final = 13
_STATUS: Final = frozenset("✓✔✅☑❌✗✘✖❎⚠⛔🚫🔴🟢🟡🟠⭕❓☐☒")
_BOX: Final = re.compile(r"\[[ xX✓✗]\](?=\s)")
_SENTENCE_END: Final = re.compile(r"[.!?]\s+[A-Z]")
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
_ASSIGNED: Final = re.compile(r"[A-Za-z#][A-Za-z0-9_ .\-/()%#]{0,80}")
_ASSIGN_AGAIN: Final = re.compile(
    r"[,;|]\s{0,4}[A-Za-z_][A-Za-z_0-9.\-]{0,40}\s{0,2}=(?!=)|[\s×*·xX+/_\-][A-Za-z_][A-Za-z_0-9.]{0,40}=(?![=\s])"
)
"""A second assignment behind the first: `TP=4, PP=2` is one string, not the label `TP`."""
_FACTOR_AGAIN: Final = re.compile(r"\s{0,3}\d[\d.,]{0,20}\s{0,3}[×*·]\s{0,4}[A-Za-z_][A-Za-z_0-9.\-]{0,40}\s{0,2}=(?!=)")
"""`TP = 4 × PP = 2`; but `GPUs = TP × PP = 8` is one equation with the label `GPUs`."""
_DASH: Final = re.compile(r"\s{1,8}[-–—]{1,2}\s{1,8}")
_DASHED: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9_/.\-]{0,30}(?: [(A-Za-z][\w/().\-]{0,30}){0,5}(?<![\d-]))(\s[-–—]\s{1,4})(?=[~<>≤≥≈$±]?\s?\d)"
)
"""`Tensor parallelism — 4`, `Step time - 27 ms`: a name, a dash and a figure; `Layers 0 - 15` is a range."""
_PARENTHESIS: Final = re.compile(r"\s{0,4}\([^()]{0,100}\)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A label (or none) and the value behind it."""

    label: Text | None
    value: Inline
    strong: bool = False
    """The label was bold or code: it was meant as a label."""
    marked: bool = False
    """A status mark (a tick, a task box) stood before it."""
    sign: str = ""
    """What stood between label and value."""


def _skip_marks(content: str) -> tuple[int, int]:
    """Return where the text begins behind ticks and pictures, and the end of the last status mark (0: there is none)."""
    at = status = 0
    while at < len(content) and at < 40:
        char = content[at]
        if box := _BOX.match(content, at):
            at = status = box.end()
        elif char.isspace():
            at += 1
        elif char in _STATUS:
            at = status = at + 1
        elif unicodedata.category(char) in ("So", "Mn", "Cf") and char not in "°":
            at += 1
        else:
            break
    return at, status


def without_marks(text: Text) -> Text:
    """Return a text without the ticks and pictures it begins with."""
    begin, _ = _skip_marks(text.content)
    return text.slice(begin, len(text)) if begin < len(text) else text


def split_label(line: Inline) -> Piece:
    """Split a line into its own label and the value; a status mark before the label goes with the value."""
    line = line.strip()
    content = line.content
    begin, status = _skip_marks(content)
    strong = _strong_mark(line, begin)
    cut = _cut(content, begin, strong)
    if cut is None:
        return Piece(None, line, marked=bool(status))
    label_end, value_start = cut
    label = line.text.slice(begin, label_end).strip().strip("*_")
    if not any(char.isalnum() for char in label.content):
        return Piece(None, line, marked=bool(status))
    value = line.slice(value_start, len(content)).strip()
    if status:
        mark = line.slice(0, status).strip()
        value = Inline.join([mark, value], " ") if value.content else mark
    sign = content[label_end:value_start].strip().strip("*_")[-1:]
    return Piece(label, value, strong is not None, bool(status), sign)


def _strong_mark(line: Inline, begin: int) -> Mark | None:
    """The bold, code or link markup that starts the line."""
    best: Mark | None = None
    for mark in line.marks:
        if mark.start == begin and mark.end > begin and mark.kind is not MarkKind.STRUCK and (best is None or mark.end > best.end):
            best = mark
    return best


def _cut(content: str, begin: int, strong: Mark | None) -> tuple[int, int] | None:
    """Return where the label ends and where the value starts."""
    if strong is not None:
        end = strong.end
        inside = content[begin:end].rstrip()
        if inside.endswith((":", "：")):
            return begin + len(inside) - 1, end
        # `**Label** (a note): value` keeps the note with the label.
        noted = _PARENTHESIS.match(content, end)
        for stop in (end, noted.end() if noted else end):
            after = content[stop:].lstrip(" \t")
            at = len(content) - len(after)
            if after[:1] in (":", "：") and not after.startswith("::"):
                return stop, at + 1
            if after.startswith("=") and not after.startswith("=="):
                if _assigns_again(after[1:300]):
                    break
                return stop, at + 1
            if dash := _DASH.match(content, stop):
                return stop, dash.end()
    if (colon := _colon(content, begin)) is not None:
        return colon, colon + 1
    if (equals := _equals(content, begin)) is not None:
        return equals, equals + 1
    dashed = _DASHED.match(content, begin)
    return None if dashed is None else (dashed.end(1), dashed.end(2))


def _colon(content: str, begin: int) -> int | None:
    depth = 0
    limit = min(len(content), begin + _MAX_LABEL + 1)
    for at in range(begin, limit):
        char = content[at]
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth = max(depth - 1, 0)
        elif char in ":：" and not depth:
            if content[at - 1 : at].isdigit() and content[at + 1 : at + 2].isdigit():
                continue  # a time of day, a ratio
            return at if _is_label_colon(content, begin, at) else None
    return None


def _is_label_colon(content: str, begin: int, at: int) -> bool:
    label = content[begin:at].strip()
    if not label or not any(char.isalpha() for char in label) or len(label.split()) > _MAX_LABEL_WORDS or _SENTENCE_END.search(label):
        return False
    after = content[at + 1 : at + 2]
    if not after or after.isspace() or content[at] == "：":
        return True
    if after in ":/\\=":
        return False
    # `Latency:27ms` is a label; `node0:29500`, `8:1` and `12:30` are not.
    return (
        (after.isdigit() or after in "~<>≤≥≈±$✓✅❌")
        and (label[-1].isalpha() or label[-1] in ")]")
        and (label[0].isupper() or " " in label)
    )


def _equals(content: str, begin: int) -> int | None:
    at = content.find("=", begin, begin + _MAX_LABEL)
    if at <= begin or content[at - 1] in "<>!=:~+-*/≤≥" or content[at + 1 : at + 2] in ("=", ">"):
        return None
    label = content[begin:at].strip()
    if _ASSIGNED.fullmatch(label) is None or len(label.split()) > 7:
        return None
    # `64 experts / 4 = 16` and `TP2 x EP4 = 8` are equations, `H100 = 80GB` and `stage_0 = 5` are not.
    if " " in label and any(char.isdigit() for char in label):
        return None
    if "/" in label and " / " in label:
        return None
    # `EP=16 leaves most GPUs idle` is a sentence.
    tight = content[at + 1 : at + 2].strip() != "" and content[at - 1].strip() != ""
    if tight and len(_PARENTHESIS.sub("", content[at + 1 :], count=1).split()) > 3:
        return None
    return None if _assigns_again(content[at + 1 : at + 300]) else at


def _assigns_again(value: str) -> bool:
    return _ASSIGN_AGAIN.search(value) is not None or _FACTOR_AGAIN.match(value) is not None


def introduces(line: Inline) -> bool:
    """Tell whether the line ends in a colon, so that what follows belongs under it."""
    content = line.content.rstrip().rstrip("*_")
    return content.endswith((":", "：")) and any(char.isalnum() for char in content)


def without_colon(text: Text) -> Text:
    """Return the text of an introducing line as a label."""
    return text.strip().strip("*_").strip(":：").strip()


_BAR: Final = re.compile(r"\s\|\s")
_SEMICOLON: Final = re.compile(r";\s")
_COMMA: Final = re.compile(r",\s")
_SLASH: Final = re.compile(r"\s/\s")
_GAP: Final = re.compile(r"\s{3,}|\t|\s•\s")
_DOT: Final = re.compile(r"\s·\s")


def split_pieces(line: Inline) -> list[Piece]:
    """Split `A: 1 | B: 2`, `A: 1; B: 2` and `A: 1, B: 2` where every part gives itself a label; else split one label off.

    A first piece with an empty value is the label over the others: `Setup: A: 1 | B: 2`.
    """
    for separator, words in ((None, 9), (_BAR, 9), (_SEMICOLON, 9), (_GAP, 6), (_DOT, 6), (_COMMA, 3), (_SLASH, 3)):
        parts = _cut_at(line, separator) if separator is not None else _cut_at_labels(line)
        if len(parts) < 2:
            continue
        pieces = [split_label(part) for part in parts]
        inner = split_label(pieces[0].value)
        if inner.label is not None and not pieces[0].marked and pieces[0].label is not None:
            outer: list[Piece] = [Piece(pieces[0].label, Inline(pieces[0].value.text.slice(0, 0)), pieces[0].strong)]
            pieces[0] = inner
        else:
            outer = []
        tight = separator in (_DOT, _COMMA, _SLASH)
        if all(_is_part(piece, words, tight) for piece in pieces) or (separator is _COMMA and _lists_figures(pieces)):
            return outer + pieces
    return [split_label(line)]


def _is_part(piece: Piece, words: int, colon: bool) -> bool:
    """Tell whether a part stands for itself; between commas only `name: value` does, since `TP=4, PP=2` is one string.

    The same holds of a middle dot and a slash: between `TP(4) · PP(2) = 8` the dot multiplies.
    """
    if piece.label is None or not piece.value.content or (colon and piece.sign not in (":", "：")):
        return False
    return len(piece.label.content.split()) <= words


def _lists_figures(pieces: list[Piece]) -> bool:
    """Tell whether named figures are listed, a few words that stand for themselves among them: `layers: 28, KV heads: 4, FP16`."""
    named = [piece for piece in pieces if piece.label is not None]
    asides = [piece.value.content for piece in pieces if piece.label is None]
    return (
        len(named) > len(asides)
        and len(named) >= _FEWEST_NAMED
        and pieces[0].label is not None
        and all(_is_part(piece, _NAME, True) and piece.value.content[0] in _FIGURE for piece in named)
        and all(len(aside.split()) <= _ASIDE for aside in asides)
    )


_NAME: Final = 5
_ASIDE: Final = 3
"""Most words of a name, and of what stands for itself."""
_FEWEST_NAMED: Final = 2
_FIGURE: Final = "0123456789~≈<>≤≥±$+-−✓✔✅❌"


def _cut_at_labels(line: Inline) -> list[Inline]:
    """Cut before each bold name with a colon: `**Target**: 50 ms **Reached**: 35 ms`."""
    content = line.content
    starts = [
        mark.start
        for mark in line.marks
        if mark.kind is MarkKind.BOLD
        and mark.end > mark.start
        and (content[mark.end - 1] in ":：" or content[mark.end :].lstrip(" ")[:1] in (":", "："))
    ]
    if len(starts) < 2 or any(char.isalnum() for char in content[: min(starts)]):
        return [line]
    starts = [0, *sorted(starts)[1:], len(content)]
    return [line.slice(start, end).strip().trimmed(",;|/·•-–—") for start, end in pairwise(starts)]


def _cut_at(line: Inline, separator: re.Pattern[str]) -> list[Inline]:
    """Cut at the separators that stand outside brackets."""
    content = line.content
    if separator.search(content) is None:
        return [line]
    depth = position = begin = 0
    parts: list[Inline] = []
    for match in separator.finditer(content):
        for char in content[position : match.start()]:
            if char in _OPENING:
                depth += 1
            elif char in _CLOSING:
                depth = max(depth - 1, 0)
        position = match.start()
        if not depth:
            parts.append(line.slice(begin, match.start()).strip())
            begin = match.end()
    parts.append(line.slice(begin, len(content)).strip())
    return parts

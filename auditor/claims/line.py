"""What the resolver works on: a statement with its numbers, words and labels, and the clauses of its text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from auditor.claims.labels import LabelReader, View, slashed
from auditor.claims.lexicon import Lexicon, kind_of
from auditor.claims.model import Claim
from auditor.claims.tables import Shape
from auditor.claims.vocabulary import BREAKS
from auditor.claims.words import Word, singular
from auditor.findings import Confidence
from auditor.language.numbers import Number
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Document, Statement

__all__ = [
    "Desk",
    "Line",
    "Meaning",
    "bracketed",
    "breaks_clause",
    "clause_of",
    "first_of",
    "followed_by_of",
    "in_brackets_behind",
    "is_alone",
    "is_factor",
    "is_operand",
    "is_percent_of",
    "lead_words",
    "same_kind",
    "singular_noun",
    "spell",
    "splits_each",
    "start_of_clause",
    "title_words",
    "words_before",
    "words_behind",
]


@dataclass(slots=True)
class Desk:
    """What reading one document needs at hand."""

    document: Document
    lexicon: Lexicon
    labels: LabelReader
    ranked: frozenset[str] = frozenset()
    """Axis names that number ranks in this document: there is an `EP0`."""
    numbered: frozenset[str] = frozenset()
    """Labels under which the document has a range that starts at 0: there, `4-7` names the GPUs 4 to 7."""
    axes_beside: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """By group of statements, the axes among their labels: where `Tensor` and `Pipeline` stand, `Expert` is an axis too."""
    laid_out: frozenset[int] = frozenset()
    """Groups of statements among whose labels is a degree or a count of GPUs."""
    graph: bool = False
    """The document speaks of a graph of operations, whose nodes are no machines."""
    units_beside: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """By statement, the unit that a column of units or an entry `unit` gives, and what it is per."""
    tables: Mapping[int, Shape] = field(default_factory=dict)
    """By table, what its head says of all its cells."""


@dataclass(frozen=True, slots=True)
class Line:
    """A statement prepared for reading."""

    index: int
    statement: Statement
    text: str
    numbers: tuple[Number, ...]
    words: tuple[Word, ...]
    views: tuple[View, ...]
    """Labels, innermost first; for a cell the column head before the row head, unless it names nothing."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number was taken for, and why."""

    quantity: str
    confidence: Confidence
    read_as: str
    per: str = ""
    context: Span | None = None
    unit: str = ""
    """Unit taken from the context."""
    words: str = ""


def singular_noun(word: str) -> str:
    """Return the singular of a counted noun, and one word for each thing."""
    return _ALIASES.get(word) or singular(word)


_ALIASES: Final = {
    "micro-batches": "microbatch",
    "micro-batch": "microbatch",
    "microbatches": "microbatch",
    "device": "gpu",
    "devices": "gpu",
    "accelerator": "gpu",
    "accelerators": "gpu",
    "card": "gpu",
    "cards": "gpu",
    "chips": "gpu",
    "chip": "gpu",
    "npu": "gpu",
    "npus": "gpu",
    "ways": "way",
    "params": "parameter",
    "param": "parameter",
    "servers": "node",
    "server": "node",
    "hosts": "node",
    "host": "node",
    "machine": "node",
    "machines": "node",
    "copies": "copy",
}


def spell(words: Sequence[Word]) -> str:
    """Return words as text, for explanations."""
    return " ".join(word.text for word in words)


def first_of(words: Sequence[str], wanted: Sequence[str]) -> int:
    """Return the index of the first of some words, or the length."""
    return next((index for index, word in enumerate(words) if word in wanted), len(words))


def start_of_clause(text: str, position: int) -> int:
    """Return where the sentence part that holds a position starts: behind a full stop, semicolon or arrow."""
    return max(text.rfind(mark, 0, position) for mark in (". ", ";", "→", "|", "\n")) + 1


def followed_by_of(text: str, number: Number) -> bool:
    """Tell whether `of` follows right behind the number."""
    return text[number.end : number.end + 4].lower().startswith((" of ", " of"))


def is_percent_of(text: str, share: Number, base: Number) -> bool:
    """Tell whether two numbers read `p% of X`, with at most a few words between."""
    gap = text[share.end : base.start].lower()
    return share.unit == "%" and len(gap) <= 16 and gap.strip().startswith("of") and "," not in gap


def clause_of(desk: Desk, line: Line, position: int) -> tuple[int, int]:
    """Return where the clause of a number starts and ends: at punctuation, operators and the neighbouring numbers."""
    text, number = line.text, line.numbers[position]
    start = number.start
    floor = line.numbers[position - 1].end if position else 0
    start = max(floor, _before_abbreviation(text, start))
    while start > floor and not breaks_clause(desk, text, start - 1):
        start -= 1
    if start == number.start and text[start - 1 : start] == "=":
        while start > floor and (text[start - 1].isalnum() or text[start - 1] in "=_-."):
            start -= 1  # the name in `--nproc_per_node=8` leads to its number
    end = number.end
    if text[end : end + 1] == "+" and number.bound and text[end + 1 : end + 2] in ("", " ", ")"):
        end += 1  # the sign of `95%+` belongs to its number
    ceiling = line.numbers[position + 1].start if position + 1 < len(line.numbers) else len(text)
    while end < ceiling and not breaks_clause(desk, text, end):
        end += 1
    return max(start, floor), end


def _before_abbreviation(text: str, position: int) -> int:
    """Return where the brackets of `Time to first token (TTFT) 20 ms` and `Pipeline parallelism (PP) = 4` open, if they lead to it."""
    left = text[:position].rstrip().removesuffix("=").rstrip()
    opening = left.rfind("(")
    inside = left[opening + 1 : -1]
    return opening if left.endswith(")") and opening > 0 and inside.isalpha() and len(inside) <= 8 else position


def breaks_clause(desk: Desk, text: str, at: int) -> bool:
    """Tell whether a clause ends at this character."""
    character = text[at]
    if character in BREAKS:
        return True
    if character in "-–—/" and 0 < at < len(text) - 1:
        return text[at - 1] == " " and (text[at + 1] == " " or text.startswith("--", at))
    return bool(character == "." and (at + 1 == len(text) or text[at + 1] == " "))


def words_behind(desk: Desk, line: Line, number: Number, end: int) -> tuple[Word, ...]:
    """The words right behind the number, with the noun already taken with it, up to a preposition."""
    found: list[Word] = []
    behind = bisect_left(line.words, number.end if number.unit else number.stop, key=lambda word: word.start)
    for index in range(behind, len(line.words)):
        word = line.words[index]
        if word.end > end:
            break
        if word.text in desk.lexicon.sayings["stops behind a number"]:
            break
        found.append(word)
        if len(found) == 8:
            break
    return tuple(found)


def words_before(desk: Desk, line: Line, number: Number, start: int) -> tuple[Word, ...]:
    """The words between the start of the clause and the number."""
    first = bisect_left(line.words, start, key=lambda word: word.start)
    stop = bisect_right(line.words, number.digits, key=lambda word: word.end)
    return slashed(line.text, line.words[max(first, stop - 8) : stop])


def title_words(desk: Desk, line: Line, number: Number) -> tuple[Word, ...]:
    """The words before the colon that titles the number's part of the text: `Memory check: 39.2GB < 68GB`."""
    colon = line.text.rfind(": ", 0, number.start)
    if colon < 0 or any(mark in line.text[colon : number.start] for mark in (". ", ";")):
        return ()
    return tuple(word for word in line.words if word.end <= colon and not word.text.isdigit())[-6:]


def lead_words(desk: Desk, line: Line, number: Number) -> tuple[Word, ...]:
    """The words before the bracket the number stands in."""
    opening = max(line.text.rfind("(", 0, number.start), line.text.rfind("[", 0, number.start))
    if opening < 0:
        return ()
    found = [word for word in line.words if word.end <= opening]
    return tuple(found[-6:])


def splits_each(desk: Desk, words: Sequence[str], what: Sequence[str]) -> bool:
    """Tell whether the words say `each stage`, `per group`."""
    return any(
        word in ("each", "per", "every") and index + 1 < len(words) and any(item in what for item in words[index + 1 : index + 3])
        for index, word in enumerate(words)
    )


def is_factor(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the number stands beside an operator of a written equation."""
    text = line.text
    left = text[: number.start].rstrip()
    right = text[number.end :].lstrip()
    return (left[-1:] in "×*÷=" and left != "") or right[:1] in ("×", "*", "÷") or (right[:2] in ("x ", "/ ") and right[2:3].isdigit())


def is_operand(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the number is one side's operand of a written equation, not its result or a figure of its own."""
    text = line.text
    left, right = text[: number.start].rstrip(), text[number.end :].lstrip()
    return (
        left[-1:] in ("×", "*", "÷")
        or right[:1] in ("×", "*", "÷")
        or right[:2] == "/ "
        or left[-2:] == " /"
        or left[-1:] == "+"
        or (right[:1] == "+" and right[1:2].isdigit())
    )


def in_brackets_behind(text: str, number: Number) -> str:
    """Return what stands in the brackets right behind a number, in lower case: `7.3 ms (TPOT)`; empty if there are none."""
    rest = text[number.end : number.end + 24].lstrip()
    return rest[1 : rest.index(")")].strip().lower() if rest.startswith("(") and ")" in rest else ""


def is_alone(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether it is the only number of its statement."""
    return len(line.numbers) == 1


def bracketed(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the number stands inside round brackets of its text."""
    left = line.text[: number.start]
    return left.count("(") > left.count(")")


def same_kind(desk: Desk, before: Sequence[Claim | None], kind: str, lexicon: Lexicon) -> Claim | None:
    """Return the nearest earlier claim of this kind in the statement."""
    for claim in reversed(before):
        if claim is None or kind_of(claim.unit) != kind or claim.quantity in ("share.of", "other", "model.bytes_per_param"):
            continue
        return claim
    return None

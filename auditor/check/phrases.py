"""Phrases: a text with each of its numbers as one character, so that patterns can speak of words around numbers.

`PASS (46% of target)` becomes `pass (N of target)`; patterns stay short, linear and free of the ways to write a number. Offsets of
matches turn back into the numbers and their places.
"""

from __future__ import annotations

from typing import Final

from auditor.check.passages import Passage
from auditor.check.printed import Printed, printed
from auditor.claims.lexicon import Lexicon
from auditor.language.numbers import Form, Number
from auditor.records import dataclass
from auditor.spans import Span

__all__ = ["NUMBER", "Phrase", "phrase"]

_FIRST: Final = 0xE000
_COUNT: Final = 6000
NUMBER: Final = f"[{chr(_FIRST)}-{chr(_FIRST + _COUNT)}]"
"""Pattern for the character that stands for a number."""
_SKIPPED: Final = (Form.TEXTUAL, Form.IDENTIFIER)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A passage in lower case with its numbers (and their units and nouns) as single characters."""

    passage: Passage
    text: str
    numbers: tuple[Number, ...]

    @property
    def characters(self) -> str:
        """The characters that stand for numbers, in order."""
        return "".join(chr(_FIRST + index) for index in range(len(self.numbers)))

    def number(self, character: str) -> Number:
        """Return the number a character stands for."""
        return self.numbers[ord(character) - _FIRST]

    def printed(self, number: Number, reading: int = 0) -> Printed:
        return printed(self.passage.content, number, reading, negative=number.signed == "-")

    def span(self, number: Number) -> Span:
        """Return where a number stands, with its unit but without sign, bound and noun."""
        return self.passage.span(number.digits, number.end if number.unit else number.stop)

    def written(self, number: Number) -> str:
        return self.passage.content[number.digits : number.end if number.unit else number.stop]


CURRENCIES: Final = "$€£"


def phrase(passage: Passage, lexicon: Lexicon) -> Phrase:
    """Return a passage as a phrase; numbers that only name something stay text."""
    content = passage.content
    found = [number for number in lexicon.scan(content) if number.form not in _SKIPPED][:_COUNT]
    parts: list[str] = []
    position = 0
    for index, number in enumerate(found):
        parts.append(content[position : max(position, number.start)].lower().rstrip(CURRENCIES))
        parts.append(chr(_FIRST + index))
        position = max(number.end, number.stop, position)
    parts.append(content[position:].lower())
    return Phrase(passage, "".join(parts), tuple(found))

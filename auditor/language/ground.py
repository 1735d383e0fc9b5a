"""A text made ready for scanning: digits of every script as ASCII, its names found, its words at hand."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import field
from typing import Final

from auditor.language.names import Names
from auditor.language.units import UnitPhrase, read_unit
from auditor.language.vocabulary import Vocabulary
from auditor.records import dataclass

__all__ = ["GAP", "Ground", "is_digit", "prepared", "with_plain_digits"]

GAP: Final = " \t\u00a0\u202f\u2009"
_OTHER_MARKS: Final = {0x066B: ".", 0x066C: ",", 0xFF0E: ".", 0xFF0C: ",", 0xFF05: "%"}
"""Decimal and thousands signs of other scripts, and full-width ones."""
_WORD: Final = re.compile(r"[A-Za-zµμ%$][A-Za-zµμ]*")


def is_digit(character: str) -> bool:
    """Tell whether a character is an ASCII digit."""
    return "0" <= character <= "9"


def with_plain_digits(text: str) -> str:
    """Return the text with the decimal digits of all scripts as ASCII ones; no character moves."""
    if text.isascii():
        return text
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return _OTHER_MARKS.get(ord(character), character)


@dataclass(frozen=True)
class Ground:
    """What the parts of the scanner stand on; offsets are into `text`, which is as long as what was given."""

    text: str
    words: Vocabulary
    names: Names
    units: dict[int, UnitPhrase | None] = field(default_factory=dict)
    """Unit phrases by where they were looked for."""

    def at(self, position: int) -> str:
        """Return the character at a position; empty outside the text."""
        return self.text[position] if 0 <= position < len(self.text) else ""

    def skip_back(self, position: int, characters: str = GAP) -> int:
        """Return the position left of all `characters` that end at a position."""
        while position and self.text[position - 1] in characters:
            position -= 1
        return position

    def skip(self, position: int, characters: str = GAP) -> int:
        """Return the position right of all `characters` from a position on."""
        while position < len(self.text) and self.text[position] in characters:
            position += 1
        return position

    def word_at(self, position: int) -> re.Match[str] | None:
        """Return the word that starts at a position: letters, or a sign and letters."""
        return _WORD.match(self.text, position)

    def word_before(self, position: int) -> str:
        """Return the ASCII letters that end at a position."""
        start = position
        while start and self.text[start - 1].isalpha() and self.text[start - 1].isascii():
            start -= 1
        return self.text[start:position]

    def word_end(self, position: int) -> int:
        """Return where the letters, digits and underscores from a position on end."""
        while position < len(self.text) and (self.text[position].isalnum() or self.text[position] == "_"):
            position += 1
        return position

    def unit_at(self, position: int) -> UnitPhrase | None:
        """Return the unit right at a position, an optional space or hyphen before it."""
        if position not in self.units:
            self.units[position] = read_unit(self.text, position, self.words)
        return self.units[position]


def _spells_strategy(text: str, words: Vocabulary) -> bool:
    """Tell whether what looks like a path is a list of degrees: `TP1/PP4/EP16`."""
    return all(part.rstrip("0123456789.,;)").lower() in words.axes for part in text.split("/"))


def prepared(text: str, words: Vocabulary) -> Ground:
    """Return the ground to scan a text on."""
    plain = with_plain_digits(text)
    return Ground(plain, words, Names(plain, words.dates, lambda part: _spells_strategy(part, words)))

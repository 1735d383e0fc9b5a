"""Whether a text opens with a date: the entries of a news list, a change log or a diary do."""

from __future__ import annotations

from typing import Final

__all__ = ["opens_with_date"]

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES: Final = (
    *_MONTHS,
    *("january", "february", "march", "april", "june", "july", "august", "september", "sept", "october", "november", "december"),
)
_SEPARATORS: Final = "-/."
_LONGEST: Final = 40
_DECORATION: Final = 16
"""Characters of brackets, emphasis and pictures that may stand before a date."""


def opens_with_date(text: str) -> bool:
    """Tell whether a text begins with a date: `[2025/11] ...`, `08/29/2026: ...`, `March 3, 2025 ...`, `2025.03.05 ...`."""
    head = text[:_LONGEST]
    start = next((index for index, character in enumerate(head) if character.isascii() and character.isalnum()), len(head))
    if start > _DECORATION:
        return False
    words = "".join(character if character.isascii() and (character.isalnum() or character in _SEPARATORS) else " " for character in head)
    tokens = [word.strip(_SEPARATORS) for word in words[start:].split()]
    return bool(tokens) and (_figures(tokens[0]) or _spelled(tokens[:3]))


def _figures(token: str) -> bool:
    """Tell whether a token is a date in figures: a year with a month, and perhaps a day, around one kind of separator."""
    marks = {character for character in token if not character.isdigit()}
    if len(marks) != 1 or marks.isdisjoint(_SEPARATORS):
        return False
    parts = token.split(marks.pop())
    if len(parts) not in (2, 3) or not all(parts) or any(len(part) > 4 for part in parts):
        return False
    years = [part for part in (parts[0], parts[-1]) if _is_year(part)]
    rest = [part for part in parts if not _is_year(part)]
    return len(years) == 1 and all(len(part) <= 2 and 1 <= int(part) <= 31 for part in rest) and any(int(part) <= 12 for part in rest)


def _spelled(tokens: list[str]) -> bool:
    """Tell whether the tokens begin with a month by name beside a year: `March 3 2025`, `3 March 2025`, `Nov 2025`."""
    return any(token.lower() in _NAMES for token in tokens[:2]) and any(_is_year(token) for token in tokens)


def _is_year(token: str) -> bool:
    return len(token) == 4 and token.isdigit() and 1990 <= int(token) <= 2039

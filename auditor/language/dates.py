"""Whether a text opens with a date: the entries of a news list, a change log or a diary do."""

from __future__ import annotations

from typing import Final

from auditor.language.numbers import DATE

__all__ = ["opens_with_date"]

_LONGEST: Final = 60
_DECORATION: Final = 16
"""Characters of brackets, emphasis and pictures that may stand before a date."""


def opens_with_date(text: str) -> bool:
    """Tell whether a text begins with a date: `[2025/11] ...`, `08/29/2026: ...`, `March 3, 2025 ...`, `2025.03.05 ...`."""
    head = text[:_LONGEST]
    start = next((index for index, character in enumerate(head) if character.isascii() and character.isalnum()), len(head))
    return start <= _DECORATION and DATE.match(head, start) is not None

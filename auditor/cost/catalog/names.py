"""Names as token lists: how "NVIDIA A100-SXM4-80GB", "8xA100 80GB" and "A100" come to speak of the same part.

A name is cut at punctuation and spaces, between a lower and an upper case letter, and between a word and the number after
it. Families are matched on joined neighbours, so that "DeepSeek", "Deep-Seek" and "deepseek" are one word. What follows a
family is read as facets (version, size, form, memory) until a word comes that belongs to no name. There is no pattern per
entry: the catalog's own columns are the vocabulary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.records import dataclass
from auditor.remember import remembered

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["Token", "family_at", "tokens"]

LONGEST: Final = 400
"""Characters of a text that are searched for names: labels and titles, not documents."""
_JOINED: Final = 6


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a name in lower case."""

    text: str
    glued: bool
    """It follows its neighbour without a space: `-`, `_`, `/`, or nothing between."""
    opened: bool = False
    """A bracket opens before it."""


@remembered
def tokens(text: str) -> tuple[Token, ...]:
    """Cut a text into tokens; linear in its length, which is bounded by LONGEST."""
    found: list[Token] = []
    word, glued, opened = "", False, False

    def close() -> None:
        nonlocal word, glued, opened
        if word:
            found.extend(_pieces(word, glued, opened))
            word, glued, opened = "", True, False

    for index, character in enumerate(text[:LONGEST]):
        following = text[index + 1 : index + 2]
        if character.isalnum() or (character == "." and word[-1:].isdecimal() and following.isdecimal()):
            word += character
            continue
        close()
        if character == "+" and found and found[-1].text.isalpha() and text[index - 1].isalpha():
            found.append(Token("plus", True))
            continue
        if character in "-_/":
            continue
        glued = False
        opened = opened or character in "(["
    close()
    return tuple(found)


def _pieces(word: str, glued: bool, opened: bool) -> list[Token]:
    """Cut a word where its case or kind changes: `DeepSeekV3` -> deep seek v3, `Llama3` -> llama 3, `8xH100` -> h100."""
    lead, cross, rest = word.lower().partition("x")
    if cross and lead.isdecimal() and rest[:1].isalpha():
        word = word[len(lead) + 1 :]
    parts: list[str] = []
    start = 0
    for index in range(1, len(word)):
        before, here = word[index - 1], word[index]
        if before.islower() and here.isupper():
            cut = True
        elif before.isalpha() and here.isdecimal():
            # One letter and a number are one token (v3, a22b, h100); a longer word and a number are two (qwen 3, sxm 5).
            cut = _letters_before(word, index, start) >= 2
        else:
            cut = before.isdecimal() and here.isalpha() and _letters_after(word, index) >= 3
        if cut:
            parts.append(word[start:index])
            start = index
    parts.append(word[start:])
    return [Token(part.lower(), glued or index > 0, opened and index == 0) for index, part in enumerate(parts)]


def _letters_before(word: str, index: int, start: int) -> int:
    count = 0
    while index - count - 1 >= start and word[index - count - 1].isalpha():
        count += 1
    return count


def _letters_after(word: str, index: int) -> int:
    count = 0
    while index + count < len(word) and word[index + count].isalpha():
        count += 1
    return count


def family_at(found: Sequence[Token], place: int, families: Collection[str]) -> tuple[str, int] | None:
    """Return the longest family name that starts at a token, and where it ends; None if none does.

    Single letters are joined to what follows only where nothing but a hyphen stands between: "a 100" is not an A100.
    """
    joined, best = "", None
    for end in range(place, min(place + _JOINED, len(found))):
        token = found[end]
        if end > place and not token.glued and len(found[end - 1].text) == 1:
            break
        joined += token.text
        if joined in families:
            best = (joined, end + 1)
    return best

"""What a number counts: the first known noun among the few words behind it, with whose it is."""

from __future__ import annotations

import re
from typing import Final

from auditor.language.ground import GAP, Ground, is_digit
from auditor.records import dataclass

__all__ = ["Counted", "counted_behind", "names_gpus_before"]

_MOST_WORDS: Final = 4
_HYPHENS: Final = "-‑"
_PRODUCT: Final = re.compile(r"[A-Z]{1,3}\d{2,4}\b(?!\s*[:=])")
"""A product name between a count and its noun: `8 H100 GPUs`."""
_SLASHED: Final = re.compile(r"\s?/\s?(?P<word>[A-Za-z]{1,24})")


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted thing behind a number."""

    noun: str
    end: int
    hyphenated: bool = False
    """Joined by a hyphen: 4-way, 80-layer."""
    per: str = ""
    """Whose, said by a slash right behind: `layers/stage`."""


def counted_behind(ground: Ground, position: int, *, one: bool) -> Counted | None:
    """Return what is counted by a number that ends at a position; `one` if the number is 1, which the singular may follow.

    A singular may be the first half of a name: of `1024 token dimension` and `64 expert parallel groups` the later noun is counted.
    """
    text, words = ground.text, ground.words
    hyphenated = ground.at(position) in tuple(_HYPHENS) and ground.at(position + 1).isalpha()
    position += hyphenated
    spare: Counted | None = None
    product = 0
    for index in range(_MOST_WORDS):
        if text.startswith(("--", " --"), position):
            break
        position = ground.skip(position, GAP + _HYPHENS + "*`")
        if index == 0 and _times_gpu(ground, position):
            position += 1
            continue
        match = ground.word_at(position)
        if match is None or match.group()[0] in "%$":
            break
        model = words.gpus.match(text, position)
        product = model.end() if model else product
        model = model or _PRODUCT.match(text, position)
        if model:
            position = model.end()
            continue
        word, end = match.group().lower(), match.end()
        if word in words.nouns and not is_digit(ground.at(end)):
            found = Counted(word, end, hyphenated, _slashed(text, end))
            if hyphenated or one or f"{word}s" not in words.nouns:
                return found
            spare = spare or found
        if word in words.stops or is_digit(ground.at(end)) or ground.at(end) in tuple(":=(["):
            break
        position = end
    if spare is None and product:
        return Counted("gpus", product, False)  # `512 H100`, `8x A100-80GB`
    return spare


def _times_gpu(ground: Ground, position: int) -> bool:
    """Tell whether a multiplication sign stands before what is counted: `8 × H100`, `8 xH100`."""
    sign = ground.at(position)
    return sign == "×" or (sign in ("x", "X") and ground.words.gpus.match(ground.text, position + 1) is not None)


def _slashed(text: str, position: int) -> str:
    found = _SLASHED.match(text, position)
    return found.group("word").lower() if found else ""


def names_gpus_before(ground: Ground, start: int, stop: int) -> bool:
    """Tell whether the name of a GPU and a multiplication sign lead here: `H100 x 64`."""
    sign = ground.skip_back(start)
    if ground.at(sign - 1) not in tuple("xX×*") or ground.at(ground.skip(stop)) in tuple("xX×*"):
        return False
    end = ground.skip_back(sign - 1)
    floor = max(0, end - _LONGEST_GPU)
    starts = (at for at in range(floor, end) if not at or ground.text[at - 1].isspace())
    return any(found.end() == end for at in starts if (found := ground.words.gpus.match(ground.text, at, end)) is not None)


_LONGEST_GPU: Final = 22

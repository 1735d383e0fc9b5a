"""Words: one normal form for the many ways a name is written.

`Tensor-Parallel size`, `tensor_model_parallel_size`, `tensorParallelSize` and "TP size" all become short tuples of the
same words, so that the lexicon can hold literal names and needs no patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Normalizer", "Word", "singular", "split"]

_KEPT_S = frozenset(
    (
        "loss",
        "status",
        "axis",
        "bias",
        "basis",
        "analysis",
        "process",
        "access",
        "flops",
        "tflops",
        "less",
        "across",
        "class",
        "gas",
        "bs",
        "gbs",
        "mbs",
        "lbs",
        "tps",
        "rps",
        "qps",
        "ms",
        "us",
        "hbs",
        "kvs",
        "tgs",
        "cross",
        "pass",
        "is",
        "as",
        "its",
        "this",
        "has",
        "was",
        "plus",
        "bus",
        "gbps",
        "tbps",
        "mbps",
        "previous",
        "various",
        "homogeneous",
        "heterogeneous",
        "synchronous",
        "asynchronous",
        "params",
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """A normalised word and where it stands in its text."""

    text: str
    start: int
    end: int


def singular(word: str) -> str:
    """Return the singular of a lower-case English noun (or the word itself)."""
    if len(word) < 4 and word not in ("gpus", "cpus"):
        return word if word in _KEPT_S or not word.endswith("s") or len(word) < 3 else word[:-1]
    if word in _KEPT_S or (word.endswith(("ss", "us", "is")) and word not in ("gpus", "cpus")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s"):
        return word[:-1]
    return word


def split(text: str) -> list[Word]:
    """Split a text into lower-case words at anything but letters and digits, at camelCase humps and between letters and digits."""
    words: list[Word] = []
    start = 0
    length = len(text)
    position = 0
    while position < length:
        if not text[position].isalnum():
            position += 1
            continue
        start = position
        position += 1
        while position < length and text[position].isalnum():
            here, before = text[position], text[position - 1]
            if here.isupper() and before.islower() and position + 1 < length and text[position + 1].isalpha():
                break
            if (
                here.isupper()
                and before.isupper()
                and position + 1 < length
                and text[position + 1].islower()
                and position + 2 < length
                and text[position + 2].islower()
                and position - start > 0
            ):
                break
            if here.isdigit() != before.isdigit():
                break
            position += 1
        words.append(Word(text[start:position].lower(), start, position))
    return words


_MOST_KNOWN: Final = 20_000
"""Texts whose words are kept; a long report has a few thousand."""


@dataclass(frozen=True, slots=True)
class Normalizer:
    """Word replacements of the lexicon."""

    words: Mapping[str, str]
    joined: Mapping[tuple[str, ...], str]
    longest: int
    _known: dict[str, tuple[Word, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, text: str) -> tuple[Word, ...]:
        """Return the normalised words of `text`: singular, replaced, joined. Many rules ask for the same lines; these are kept."""
        found = self._known.get(text)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[text] = self._normalized(text)
        return found

    def _normalized(self, text: str) -> tuple[Word, ...]:
        plain: list[Word] = []
        for word in split(text):
            base = self.words.get(word.text)
            if base is None:
                base = singular(word.text)
                base = self.words.get(base, base)
            plain.extend(Word(part, word.start, word.end) for part in base.split())
        result: list[Word] = []
        index = 0
        while index < len(plain):
            for size in range(min(self.longest, len(plain) - index), 1, -1):
                key = tuple(word.text for word in plain[index : index + size])
                if key in self.joined:
                    result.append(Word(self.joined[key], plain[index].start, plain[index + size - 1].end))
                    index += size
                    break
            else:
                result.append(plain[index])
                index += 1
        return tuple(result)

"""Words: one normal form for the many ways a name is written.

`Tensor-Parallel size`, `tensor_model_parallel_size`, `tensorParallelSize` and "TP size" all become short tuples of the
same words, so that the lexicon can hold literal names and needs no patterns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Final, NamedTuple

from auditor.records import dataclass
from auditor.remember import remembered

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


class Word(NamedTuple):
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


_RUN: Final = re.compile(r"[^\W_]+")
"""Letters and digits without anything between them."""


@remembered
def split(text: str) -> tuple[Word, ...]:
    """Split a text into lower-case words at anything but letters and digits, at camelCase humps and between letters and digits."""
    words: list[Word] = []
    for match in _RUN.finditer(text):
        run, start = match.group(), match.start()
        if run.isdigit() or (run.isalpha() and (run.islower() or len(run) == 1 or run[1:].islower() or run.isupper())):
            words.append(Word(run.lower(), start, match.end()))
            continue
        begun = 0
        for position in [*(at for at in range(1, len(run)) if _breaks(run, at)), len(run)]:
            words.append(Word(run[begun:position].lower(), start + begun, start + position))
            begun = position
    return tuple(words)


def _breaks(run: str, position: int) -> bool:
    """Tell whether a new word starts inside a run of letters and digits: `gpuMemory`, `TPSize`, `h100`, `8x`."""
    before, here, after = run[position - 1], run[position], run[position + 1 : position + 2]
    if here.isdigit() != before.isdigit():
        return True
    if not here.isupper():
        return False
    if before.islower():
        return after.isalpha()
    return before.isupper() and after.islower() and run[position + 2 : position + 3].islower()


_MOST_KNOWN: Final = 20_000
"""Texts whose words are kept; a long report has a few thousand."""


@dataclass(frozen=True)
class Normalizer:
    """Word replacements of the lexicon."""

    words: Mapping[str, str]
    joined: Mapping[tuple[str, ...], str]
    _known: dict[str, tuple[Word, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _bases: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What single words are normalised to."""

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
            bases = self._bases.get(word.text) or self._based(word.text)
            if len(bases) == 1:
                plain.append(word if bases[0] == word.text else Word(bases[0], word.start, word.end))
            else:
                plain.extend(Word(part, word.start, word.end) for part in bases)
        texts = tuple(word.text for word in plain)
        result: list[Word] = []
        index = 0
        while index < len(plain):
            for key in self._joined_by_first.get(texts[index], ()):
                if texts[index : index + len(key)] == key:
                    result.append(Word(self.joined[key], plain[index].start, plain[index + len(key) - 1].end))
                    index += len(key)
                    break
            else:
                result.append(plain[index])
                index += 1
        return tuple(result)

    def _based(self, word: str) -> tuple[str, ...]:
        """Return what a word is normalised to, and keep it."""
        base = self.words.get(word)
        if base is None:
            base = singular(word)
            base = self.words.get(base, base)
        if len(self._bases) >= _MOST_KNOWN:
            self._bases.clear()
        found = self._bases[word] = tuple(base.split())
        return found

    @cached_property
    def _joined_by_first(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """What is joined, by its first word, the longest first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for key in self.joined:
            found.setdefault(key[0], []).append(key)
        return {first: tuple(sorted(keys, key=len, reverse=True)) for first, keys in found.items()}

"""Which programs a report names: some conventions are one program's own and count only where it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor import index
from auditor.remember import remembered

__all__ = ["named"]


def named(text: str, words: Mapping[str, Sequence[str]] | None = None) -> frozenset[str]:
    """Return the programs that `text` names as whole words, in any case; `words` gives the literal names of each."""
    return _known(text) if words is None else _among(text, words)


@remembered
def _known(text: str) -> frozenset[str]:
    return _among(text, index.data("frameworks"))


def _among(text: str, known: Mapping[str, Sequence[str]]) -> frozenset[str]:
    lowered = text.lower()
    return frozenset(program for program, names in known.items() if any(_holds(lowered, name.lower()) for name in names))


def _holds(text: str, word: str) -> bool:
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        if not (before.isalnum() or before == "_") and not (after.isalnum() or after == "_"):
            return True
        start = text.find(word, start + 1)
    return False

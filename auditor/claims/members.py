"""Labels that name one of many, some of many, or a variant: `Stage 0`, `gpu_0_7`, `TP=8, PP=2`.

None of them says what stands below it: that is for the next label outward to say.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from auditor.claims.lexicon import Lexicon
from auditor.claims.words import Word, singular, split
from auditor.records import dataclass

__all__ = ["Members", "keyed_at", "members_in", "settings_in"]

_JOINS: Final = ("", "#", "_", "-", ".", "=", ":")
_RANGES: Final = ("-", "–", "—", "_", "..", "...", ":", "to", "_to_", "-to-", "through")
_AND: Final = (",", "+", "/", "&", "_", "-", "×", "*", "|", ";", "", "x", "and", "with", "_x_")
_MOST_WORDS: Final = 12
_LONGEST: Final = 60
_MOST_MEMBERS: Final = 10**6


@dataclass(frozen=True, slots=True)
class Members:
    """One of many, or several in a row, as a label names them."""

    noun: str
    """What they are, as written, in lower case: `stage`, `gpus`."""
    first: int
    last: int
    text: str
    """The label up to the last number: `TP Group 3`."""

    @property
    def counted(self) -> bool:
        """A plural before one number: `gpus_16` counts, `gpus_0_7` and `gpu_3` do not."""
        return self.first == self.last and singular(self.noun) != self.noun

    def __len__(self) -> int:
        return self.last - self.first + 1


def members_in(raw: str, naming: Collection[str]) -> Members | None:
    """Return the members that a label opens with: `Stage 0`, `TP Group 3`, `GPU 5 (rank 1)`, `gpu_0_7`, `ranks 0-15`.

    `naming` are the words whose number only says which one is meant.
    """
    words = split(raw[:_LONGEST])
    if not words or words[0].text.isdecimal():
        return None
    for index in range(1, min(len(words), 6)):
        before = words[index - 1]
        if "(" in raw[: words[index].start]:
            return None
        if words[index].text.isdecimal() and before.text in naming and raw[before.end : words[index].start].strip() in _JOINS[:4]:
            first = int(words[index].text)
            last = _range_end(raw, words, index, first)
            end = words[index + last[1]].end
            return Members(before.text, first, last[0], raw[words[0].start : end])
    return None


def _range_end(raw: str, words: Sequence[Word], index: int, first: int) -> tuple[int, int]:
    """Return the last member of a range that starts at a word, and how many words further its number stands."""
    for behind in (1, 2):
        if index + behind >= len(words) or not words[index + behind].text.isdecimal():
            continue
        between = raw[words[index].end : words[index + behind].start].strip().lower()
        last = int(words[index + behind].text[:9])
        if between in _RANGES and first < last < first + _MOST_MEMBERS:
            return last, behind
    return first, 0


def keyed_at(raw: str, lexicon: Lexicon) -> int:
    """Return where the name of the values ends before that of their keys, or the length: `latency_ms_by_batch`."""
    return next((word.start for word in split(raw)[1:-1] if word.text in lexicon.keyed_by), len(raw))


def settings_in(raw: str, lexicon: Lexicon) -> tuple[tuple[str, int], ...]:
    """Return the settings a label is made of and nothing else, as quantities with values: `tp_8`, `TP=8, PP=2`, `16 GPUs`, `bs64`.

    Such a label names a variant. Empty where a word stands in it that belongs to no setting, and for what a model has.
    """
    text = raw.strip(" *_`:")
    if len(text) > _LONGEST or not any(character.isdecimal() for character in text):
        return ()
    words = split(text)
    if len(words) > _MOST_WORDS:
        return ()
    found: list[tuple[str, int]] = []
    at = end = 0
    while at < len(words):
        if text[end : words[at].start].strip() not in _AND and words[at].text not in _AND:
            return ()
        if words[at].text in _AND:
            at += 1
            continue
        setting, size = _setting(text, words[at:], lexicon)
        if setting is None:
            return ()
        found.append(setting)
        at += size
        end = words[at - 1].end
    return tuple(found) if not text[end:].strip(" )") else ()


def _setting(text: str, words: Sequence[Word], lexicon: Lexicon) -> tuple[tuple[str, int] | None, int]:
    """Return the setting that some words begin with, and how many of them it takes."""
    number = next((index for index, word in enumerate(words[:4]) if word.text.isdecimal()), -1)
    if number < 0 or len(words[number].text) > 9:
        return None, 0
    value = int(words[number].text)
    thousands = number + 1 < len(words) and words[number + 1].text == "k" and words[number].end == words[number + 1].start
    value, size = (value * 1024, number + 2) if thousands else (value, number + 1)
    if number:
        gap = text[words[number - 1].end : words[number].start].strip()
        name = text[words[0].start : words[number - 1].end]
        return ((_named(name, lexicon), value), size) if gap in _JOINS and _named(name, lexicon) else (None, 0)
    if size < len(words) and not text[words[size - 1].end : words[size].start].strip(" -_"):
        name = text[words[size].start : words[size].end]
        return ((_named(name, lexicon), value), size + 1) if _named(name, lexicon) else (None, 0)
    return None, 0


def _named(name: str, lexicon: Lexicon) -> str:
    """Return the quantity that a name is, whole, if it is one that a deployment sets; empty otherwise."""
    short = lexicon.by_short.get(name.lower())
    if short is None:
        words = lexicon.normalize(name)
        matches = [match for match in lexicon.matches(words) if match.size == len(words)]
        short = matches[0].quantity if matches else None
    return short.id if short is not None and short.id.startswith(_SET) else ""


_SET: Final = ("parallel.", "gpus", "nodes", "batch.")
"""How the ids of quantities begin that make variants of a deployment."""

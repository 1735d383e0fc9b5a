"""Stretches of a text whose digits name something: dates, clock times, versions, paths, file names, hashes, shapes, orders of growth.

Every pattern takes each character at most a bounded number of times: repetitions are possessive, and a lookbehind lets a match
start only where a word does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Final

__all__ = ["Names", "date_pattern"]

_DATES: Final = (
    r"(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?:[T\s_-]\d{1,2}[:-]\d{2}(?:[:-]\d{2})?(?:\.\d{1,12})?Z?)?",
    r"(?<!\d)\d{1,2}/\d{1,2}/\d{4}",
    r"(?<!\d)\d{1,2}:\d{2}:\d{2}(?:\.\d{1,9})?",
    r"(?<!\d)(?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?![\d.-])",
    r"(?<![\d/.])20[0-3]\d/(?:0[1-9]|1[0-2])(?:/\d{1,2})?(?![\d/.]\d|\d)",
    r"(?<![\d/.])(?:0[1-9]|1[0-2])/20[0-3]\d(?!\d)",
    r"(?<![\d.])20[0-3]\d\.(?:0[1-9]|1[0-2])\.\d{1,2}(?![\d.])",
)
_SUFFIX: Final = r"(?:st|nd|rd|th)?"


def date_pattern(months: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of dates and times of day, with the names of the months: `2025-03-05`, `March 3, 2025`, `14:30:00`."""
    month = "|".join(re.escape(name) for name in months)
    named = (
        rf"\b(?:{month})\.?\s(?:\d{{1,2}}{_SUFFIX},?\s)?20[0-3]\d\b",
        rf"\b\d{{1,2}}{_SUFFIX}\s(?:{month})\.?,?\s20[0-3]\d\b",
    )
    return re.compile("|".join((*_DATES, *named)))


_PROPORTION: Final = re.compile(r"(?<![\d:.])\d{1,3}:\d{1,3}(?![\d:.])")
"""`12:40`: a time of day or a proportion."""
_ORDER: Final = re.compile(r"(?<!\w)[OΘΩ]\((?:[^()]|\([^()]{0,30}\)){1,60}\)")
"""An order of growth: `O(N log N)`, `O(1)`."""
_VERSION: Final = re.compile(r"(?<!\d)(?<!\d\.)\d++(?:\.\d++){2,}+[\w.-]*+")
_CHAIN: Final = re.compile(r"(?<!\d)(?<!\dx)\d++(?:x\d++){2,}+(?!\w)")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]++|(?<![0-9a-fA-F])(?:(?=\d{0,200}[a-fA-F])[0-9a-fA-F]{12,}+|\d{14,}+(?<!000000))(?![.\d])")
"""A hash or an identifier; fourteen digits and more are one too, unless they are round."""
_SERIAL: Final = re.compile(r"(?<![\w.,:'’/%$+])(?<!\d\s)(?:0\d{1,11}+|\d{1,2}-0\d(?!\d))(?:[-_]\d{1,12}+)*+(?![\d.,:'’/%]\d|[\d:%])")
"""A number with a zero in front, or a day of a month: the checkpoint 0731, the node 07, `05-26`."""
_ARGUMENT: Final = re.compile(r"\$\{\d{1,4}\}|(?:(?<=[=\"'])|(?<![^\s]))\$\d(?![\d.,/%]|\w|[ -]\w|\s*(?:×|\*|x))(?=[\s\"';)}]|$)")
"""An argument of a script: `$1`, `${10}`."""
_PATH: Final = re.compile(r"(?<![\w.~-])[\w.~-]*+(?:/[\w.~<>${}-]++){2,}+|https?://[^\s)>\]]++")
_FILE: Final = re.compile(
    r"(?<![\w/~-])[\w/~-]++\.(?:py|md|json|ya?ml|toml|sh|txt|csv|log|cfg|ini|pt|bin|safetensors|html|mdx|png|svg|ipynb|nemo|cu|h|cpp|rs"
    r"|jsonl|parquet|dag|dot|sbatch|run)\b"
)

_SEARCHED: Final = (
    *((_PROPORTION, ":"), (_VERSION, "."), (_CHAIN, "x"), (_HEX, ""), (_SERIAL, "0")),
    *((_ARGUMENT, "$"), (_ORDER, "("), (_FILE, ".")),
)
"""Patterns, and what a text must hold for one to be looked for."""
_MAYBE: Final = re.compile(r"[0-9]|[^\x00-\x7f]")
"""What may be a digit: an ASCII one, or a character beyond ASCII."""


class Names:
    """The stretches of one text that name something, sorted and disjoint."""

    def __init__(self, text: str, dates: re.Pattern[str], spells_strategy: Callable[[str], bool]) -> None:
        """`spells_strategy` tells whether what looks like a path is a list of degrees: `TP1/PP4/EP16`."""
        spans = sorted(_stretches(text, dates, spells_strategy))
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in spans:
            if self.ends and start < self.ends[-1]:
                self.ends[-1] = max(end, self.ends[-1])
            else:
                self.starts.append(start)
                self.ends.append(end)

    def end_at(self, position: int) -> int:
        """Return where the stretch that holds a position ends; -1 where none does."""
        at = bisect_right(self.starts, position) - 1
        return self.ends[at] if at >= 0 and position < self.ends[at] else -1


def _stretches(text: str, dates: re.Pattern[str], spells_strategy: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    if _MAYBE.search(text) is None:
        return
    for pattern, needs in ((dates, ""), *_SEARCHED):
        if needs in text:
            yield from (found.span() for found in pattern.finditer(text) if any(map(str.isdigit, found.group())))
    if "/" not in text:
        return
    for found in _PATH.finditer(text):
        if any(map(str.isdigit, found.group())) and not spells_strategy(found.group()):
            yield found.span()

"""Units as written behind a number: spelled ones and those composed of them.

    GB/s   tokens/day   TFLOP/s/GPU   GPU-hours   GB·s   $/GPU-hour   ms per token   kWh per million tokens

A phrase is a unit, then products with a time and quotients by times, owners and counts of a thousand or a million. What is divided
by a time becomes part of the unit (`token/day`), what is divided by anything else says whose the figure is (`gpu`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.language.vocabulary import Magnitude, Vocabulary
from auditor.records import dataclass
from auditor.units import DATA, ENERGY, MONEY, TIME, UNITS

__all__ = ["UnitPhrase", "divided_in", "read_unit", "unit_behind", "unit_said"]


@dataclass(frozen=True, slots=True)
class UnitPhrase:
    """A unit in a text."""

    symbol: str
    """Of `auditor.units`, composed where it must be: `GB/s`, `gpu*h`."""
    end: int
    """End of the unit, without owners said in words: `17.5 GB` in `17.5 GB per GPU`."""
    owners: tuple[str, ...] = ()
    """Whose the figure is, in the order written: gpu, token."""
    cursor: int = 0
    """End of the whole phrase, owners in words included."""

    @property
    def per(self) -> str:
        """The owner nearest to the unit; empty where none is said."""
        return self.owners[0] if self.owners else ""


_MOST_JOINED: Final = 4
"""Products and quotients that one phrase may have."""
_NOTHING: Final = ("", *",;()[]{}|\n")
"""What no spelling of a unit opens with."""
_GAP: Final = " \t\u00a0\u202f\u2009"
_WORD: Final = re.compile(r"[A-Za-zµμ]{1,20}(?![A-Za-zµμ0-9_])")
_SLASH: Final = re.compile(r" ?/ ?(?![\d/])|-per-")
_SLASH_COUNT: Final = re.compile(r" ?/ ?(?=\d)")
_PRODUCT: Final = re.compile(r"[·⋅*-]| ")
_PLACE: Final = re.compile(r"[-\s](?:parallel\s)?([A-Za-z]{4,10})(?![A-Za-z])")
_PREFIXES: Final = {1: "", 1000: "k", 10**6: "M", 10**9: "G"}
_INVERSE: Final = re.compile(r" ?([A-Za-zµμ]{1,6})(?:\^-1|⁻¹|\^\{-1\})")


def read_unit(text: str, position: int, words: Vocabulary) -> UnitPhrase | None:
    """Return the unit right at a position, an optional space or hyphen before it."""
    start = position + (text[position : position + 1] in (*_GAP, "-"))
    if text[start : start + 1] in _NOTHING:
        return None
    base = _spelled(text, start, words)
    if base is not None:
        return _composed(text, base, words)
    counted = _counted(text, start, words)
    found = _composed(text, counted, words) if counted else None
    return found if counted and found and found.symbol != counted.symbol else None


def unit_behind(text: str, symbol: str, position: int, words: Vocabulary) -> UnitPhrase:
    """Return the unit that a sign before a number opens and what stands behind goes on: `$2.50/GPU-hour`."""
    return _composed(text, UnitPhrase(symbol, position, (), position), words)


def unit_said(text: str, words: Vocabulary) -> UnitPhrase | None:
    """Return the unit that a text says and nothing else: `ms/token`, `$/GPU-hour`, `requests per day`."""
    sign = next((sign for sign in words.currencies if text.startswith(sign)), "")
    if sign:
        found: UnitPhrase | None = unit_behind(text, words.currencies[sign], len(sign), words)
    else:
        found = read_unit(text, 0, words)
    return found if found is not None and max(found.cursor, found.end) == len(text) else None


def divided_in(text: str, symbol: str, words: Vocabulary) -> UnitPhrase | None:
    """Return a unit with what a label divides it by: `$2.40` under `Price per GPU-hour` is USD per hour and GPU."""
    for joint in _DIVIDES.finditer(text):
        found = _quotient(text, UnitPhrase(symbol, joint.start(), (), joint.start()), words)
        if found is not None:
            return _composed(text, found, words)
    return None


_DIVIDES: Final = re.compile(r"(?<=\w) (?=[A-Za-z]{1,4} )| ?/")


def _spelled(text: str, start: int, words: Vocabulary) -> UnitPhrase | None:
    """Return the longest spelling of a unit at a position."""
    stretch = text[start : start + words.longest_unit]
    for length in range(len(stretch), 0, -1):
        candidate = stretch[:length]
        end = start + length
        if end < len(text) and candidate[-1].isalnum() and (text[end].isalnum() or text[end] == "_"):
            continue
        spelling = _spelling(candidate, words)
        if spelling:
            found = words.units[spelling]
            return UnitPhrase(found.symbol, end, (found.per,) if found.per else (), end)
    return None


def _spelling(candidate: str, words: Vocabulary) -> str:
    """Return how the lexicon spells a candidate; units longer than two letters may be written in any case."""
    if candidate in words.units:
        return candidate
    lower = candidate.lower()
    if lower not in words.units and "flop" in lower:
        lower = candidate.upper()  # GFLOps, TFlOPS
    return lower if len(candidate) > 2 and lower in words.units else ""


def _counted(text: str, start: int, words: Vocabulary) -> UnitPhrase | None:
    """Return what is counted at a position as the start of a unit: `tokens` of `tokens/day`, `GPU` of `GPU-hours`."""
    model = words.gpu_names.match(text, start)
    if model and (following := _WORD.match(text, model.end() + 1)) and words.counted.get(following.group().lower()) == "gpu":
        start, model = following.start(), None  # `A100 GPU-days`
    if model:
        return UnitPhrase("gpu", model.end(), (), model.end())
    word = _WORD.match(text, start)
    symbol = words.counted.get(word.group().lower(), "") if word else ""
    return UnitPhrase(symbol, word.end(), (), word.end()) if word and symbol else None


def _composed(text: str, phrase: UnitPhrase, words: Vocabulary) -> UnitPhrase:
    """Return a phrase with all products and quotients that follow it."""
    for _ in range(_MOST_JOINED):
        longer = _product(text, phrase, words) or _quotient(text, phrase, words) or _inverse(text, phrase, words)
        if longer is None:
            break
        phrase = longer
    return phrase


def _product(text: str, phrase: UnitPhrase, words: Vocabulary) -> UnitPhrase | None:
    """Return a phrase times the time behind it: `GPU-hours`, `GB·s`, `H100 hours`."""
    joint = _PRODUCT.match(text, phrase.cursor)
    unit = UNITS[phrase.symbol]
    if joint is None or unit.dimension.time > 0 or phrase.symbol == "%":
        return None
    spaced, counts = joint.group() == " ", not any(unit.dimension.exponents)
    if spaced and (phrase.symbol not in ("gpu", "node") or text[phrase.cursor - 1] == "s"):
        return None  # `8 GPU hours`, not `8 GPUs hours later`
    if joint.group() == "*" and counts:
        return None
    time = _time(text, joint.end(), words)
    if time is None or (spaced and time[0] in ("ns", "us", "ms", "s", "min") and time[1] - joint.end() <= _SHORT_TIME):
        return None
    symbol = f"{phrase.symbol}*{time[0]}"
    return _fitting(replace(phrase, symbol=symbol, end=time[1], cursor=time[1]))


_SHORT_TIME: Final = 3
"""Letters of `s`, `ms` and `min`, which behind a space may be other words."""


def _time(text: str, position: int, words: Vocabulary) -> tuple[str, int] | None:
    """Return the time whose name stands at a position, and where it ends."""
    word = _WORD.match(text, position)
    spelling = _spelling(word.group(), words) if word else ""
    if not word or not spelling or UNITS[words.units[spelling].symbol].dimension != TIME:
        return None
    return words.units[spelling].symbol, word.end()


def _quotient(text: str, phrase: UnitPhrase, words: Vocabulary) -> UnitPhrase | None:
    """Return a phrase divided by what follows a slash or `per`."""
    sign = _SLASH.match(text, phrase.cursor) or _SLASH_COUNT.match(text, phrase.cursor)
    at = sign.end() if sign else _behind_word(text, phrase.cursor, words)
    if at < 0:
        return None
    if not sign and text[phrase.cursor : at].strip() in words.articles:
        return _over_time(text, phrase, at, words) or _over_gpu(text, phrase, at, words)
    return (
        _over_count(text, phrase, at, words)
        or _over_priced(text, phrase, at, words)
        or _over_time(text, phrase, at, words)
        or _over_owner(text, phrase, at, words, joined=bool(sign), known=sign is not None and sign.group() == " / ")
    )


def _behind_word(text: str, position: int, words: Vocabulary) -> int:
    """Return where what follows ` per ` or ` for every ` starts; -1 if no such word follows."""
    if text[position : position + 1] not in _GAP or position >= len(text):
        return -1
    stretch = text[position + 1 : position + 12]
    for word in words.per_longest:
        if stretch.startswith(word + " "):
            return position + 2 + len(word)
    return -1


def _over_count(text: str, phrase: UnitPhrase, at: int, words: Vocabulary) -> UnitPhrase | None:
    """Divide by a count of a thousand or a million: `$ per 1M tokens`, `$/Mtok`, `$ per million output tokens`."""
    ones = _ONES.match(text, at)
    factor, cursor, noun, end = int((ones.group(1) if ones else "1").replace(",", "")), ones.end() if ones else at, "", at
    for _ in range(_MOST_WORDS):
        word = _SIMPLE.match(text, cursor)
        if word is None:
            break
        magnitude, noun = _sized(word.group(1), words)
        factor, cursor, end = factor * magnitude, word.end(), word.end(1)
        if noun:
            break
    prefix = _PREFIXES.get(factor, "")
    if noun not in ("token", "request") or not prefix:
        return _over_million(text, phrase, at, words)
    symbol = f"{phrase.symbol}/{prefix}{noun}"
    return _fitting(replace(phrase, symbol=symbol, end=end, cursor=end, owners=(*phrase.owners, noun)))


_MOST_WORDS: Final = 3
"""Words of a count that a figure is per: `million output tokens`."""
_ONES: Final = re.compile(r"(1(?:,?000){0,3})(?![\d.,])[ -]?")
_SIMPLE: Final = re.compile(r"([A-Za-z]{1,10})(?![A-Za-z])[ -]?")


def _sized(word: str, words: Vocabulary) -> tuple[int, str]:
    """Return the magnitude that a word says, and what it counts: (10**6, "token") of `Mtok`."""
    noun = words.counted.get(word.lower(), "")
    if noun:
        return 1, noun
    if word in words.magnitudes:
        return int(words.magnitudes[word][0][0]), ""
    noun = words.counted.get(word[1:].lower(), "")
    return (int(words.magnitudes[word[0]][0][0]), noun) if noun and word[0] in words.magnitudes else (1, "")


def _over_million(text: str, phrase: UnitPhrase, at: int, words: Vocabulary) -> UnitPhrase | None:
    """Divide money by a million of what is not said, which is tokens: `$0.63 per million`, `$2.50/M`."""
    word = _WORD.match(text, at)
    factor = words.magnitudes.get(word.group(), _ONE)[0][0] if word else 1
    if word is None or factor != 10**6 or UNITS[phrase.symbol].dimension != MONEY:
        return None
    return replace(phrase, symbol=f"{phrase.symbol}/Mtoken", end=word.end(), cursor=word.end(), owners=(*phrase.owners, "token"))


_ONE: Final[Magnitude] = ((Fraction(1), ""),)


def _over_priced(text: str, phrase: UnitPhrase, at: int, words: Vocabulary) -> UnitPhrase | None:
    """Divide money by what is bought in units of its own: `$0.12 per kWh`, `$0.02/GB`."""
    priced = _spelled(text, at, words) if UNITS[phrase.symbol].dimension == MONEY else None
    if priced is None or UNITS[priced.symbol].dimension not in (ENERGY, DATA):
        return None
    return _fitting(replace(phrase, symbol=f"{phrase.symbol}/{priced.symbol}", end=priced.end, cursor=priced.end))


def _over_time(text: str, phrase: UnitPhrase, at: int, words: Vocabulary) -> UnitPhrase | None:
    """Divide by a time: `requests per hour`, `MB per second`; a rate of work stays one, whatever stands behind (`TFLOPS/s`)."""
    time = _time(text, at, words)
    if time is None:
        return None
    symbol = _rate_of(phrase.symbol, time[0])
    return _fitting(replace(phrase, symbol=symbol, end=time[1], cursor=time[1])) if symbol else None


def _rate_of(symbol: str, time: str) -> str:
    """Return the unit divided by a time; empty where that makes none (`ms/s`, `%/s`)."""
    unit = UNITS[symbol]
    if unit.dimension.work and time == "s":
        return symbol if unit.dimension.time else f"{symbol}S"
    return "" if symbol == "%" or unit.dimension.time < 0 or (unit.dimension == TIME and not unit.counted) else f"{symbol}/{time}"


def _over_gpu(text: str, phrase: UnitPhrase, at: int, words: Vocabulary) -> UnitPhrase | None:
    """Say whose a figure is behind an article: `80 GB a GPU`, no `8 GB a lot`."""
    owned = _over_owner(text, phrase, at, words, joined=False, known=True)
    return owned if owned is not None and owned.owners[-1] in ("gpu", "node", "stage", "layer") else None


def _over_owner(text: str, phrase: UnitPhrase, at: int, words: Vocabulary, *, joined: bool, known: bool) -> UnitPhrase | None:
    """Say whose a figure is: `GB per GPU`, `tokens/s/GPU`, `$/GPU-hour`; a word that is no owner is one in a quotient only."""
    model = words.gpu_names.match(text, at)
    word = None if model else _WORD.match(text, at)
    if not model and not word:
        return None
    owner, end = ("gpu", model.end()) if model else _owner(text, word, words) if word else ("", at)
    if known and not model and word and word.group().lower() not in words.owners:
        return None  # `140 GB / Blackwell`
    owned = replace(phrase, owners=(*phrase.owners, owner), cursor=end, end=end if joined else phrase.end)
    joint = _PRODUCT.match(text, end)
    time = _time(text, joint.end(), words) if joint and owner in ("gpu", "node") else None
    over = _over_time(text, owned, joint.end(), words) if time and joint and time[0] in ("h", "day", "min", "s", "week") else None
    return over or owned


def _owner(text: str, word: re.Match[str], words: Vocabulary) -> tuple[str, int]:
    """Return the owner that a word names, or the place behind it: `pipeline stage`, `DP rank`, `GPU group`."""
    first = word.group().lower()
    place = _PLACE.match(text, word.end())
    if place and place.group(1).lower() in words.places:
        second = place.group(1).lower()
        return words.owners.get(f"{first} {second}") or words.owners.get(second, second), place.end()
    behind = _WORD.match(text, word.end() + 1) if text[word.end() : word.end() + 1] in (" ", "-") else None
    both = words.owners.get(f"{first} {behind.group().lower()}") if behind else None
    return (both, behind.end()) if both and behind else (words.owners.get(first, first), word.end())  # `output token`


def _inverse(text: str, phrase: UnitPhrase, words: Vocabulary) -> UnitPhrase | None:
    """Divide by what is written as a power: `tokens s⁻¹`, `GB s^-1`."""
    found = _INVERSE.match(text, phrase.cursor)
    over = _over_time(text[: found.end(1)], phrase, found.start(1), words) if found else None
    return replace(over, end=found.end(), cursor=found.end()) if found and over else None


def _fitting(phrase: UnitPhrase) -> UnitPhrase | None:
    """Return a phrase if its unit can be composed."""
    try:
        UNITS[phrase.symbol]
    except KeyError:
        return None
    return phrase

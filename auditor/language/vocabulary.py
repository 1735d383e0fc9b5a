"""The words and signs that the scanner knows, taken from the lexicon once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from auditor.language.names import date_pattern
from auditor.records import dataclass

__all__ = ["Magnitude", "Spelling", "Vocabulary", "build_vocabulary"]

Magnitude = tuple[tuple[Fraction, str], ...]
"""What a magnitude can stand for, the likeliest first: a factor and its name where there are several."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a unit spelling stands for: a symbol of `auditor.units`, and the scope it implies (`tokens/s/GPU`: gpu)."""

    symbol: str
    per: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Words are lower case; units and magnitudes are as written."""

    units: Mapping[str, Spelling]
    nouns: frozenset[str]
    """Counted things."""
    naming: frozenset[str]
    """Nouns that a following number only identifies: `GPU 3`."""
    names: frozenset[str]
    """Short names that may be glued to a number or joined to it: `tp`, `ep`."""
    axes: frozenset[str]
    """Glued names that state a value even without a sign between: TP4."""
    stops: frozenset[str]
    """What ends the search for a counted noun."""
    owners: Mapping[str, str]
    """Word to the owner it names: `device` is a gpu."""
    counted: Mapping[str, str]
    """Noun to the counted unit of a rate: `tokens` and `tok` are token."""
    magnitudes: Mapping[str, Magnitude]
    values: Mapping[str, int]
    """Number words below a hundred."""
    scales: Mapping[str, int]
    """Number words that multiply: dozen, hundred, thousand, million."""
    parts: Mapping[str, Fraction]
    """Words of fractions: half, quarter."""
    multiples: Mapping[str, int]
    """Words that multiply what stands beside them: both, twice."""
    indefinite: frozenset[str]
    joins: frozenset[str]
    """What may stand between the parts of one number or time; the empty word too."""
    partial: frozenset[str]
    """Words around a number that counts some, not all: `the other two`."""
    occasions: frozenset[str]
    """Nouns that say how often: `four times`."""
    ways: frozenset[str]
    """Nouns of a degree: `four-way`."""
    small_times: Mapping[str, str]
    """Short spellings that are times only inside a duration: `30m`, `2d`."""
    periods: Mapping[str, Fraction]
    """Periods of calendars and the hours that are reckoned for one: a month has 730."""
    bounds: Mapping[str, str]
    """Sign or words to the bound they set: `at most` is <=."""
    about: frozenset[str]
    over: frozenset[str]
    """Bounds that can be a place: `spread over 8 GPUs`."""
    before_over: frozenset[str]
    """Words before such a one that make it a bound: `uses over 8 GB`."""
    currencies: Mapping[str, str]
    """Sign before an amount to its unit."""
    to: frozenset[str]
    from_: frozenset[str]
    ranging: frozenset[str]
    """Words before `from` that make a range of it, not a change."""
    per: frozenset[str]
    articles: frozenset[str]
    """Those of them that may mean nothing of the kind."""
    places: frozenset[str]
    """Second words of an owner: `pipeline stage`, `DP rank`."""
    comparing: frozenset[str]
    """Words behind a free-standing multiplication sign that make it a ratio: `2 × faster`."""
    counts_before: frozenset[str]
    """Words that make the number behind a noun a count: `number of stages 4`."""
    programs: frozenset[str]
    """Names of programs and models that a version follows."""
    products: frozenset[str]
    """Series of products that a number names one of, whatever follows."""
    months: tuple[str, ...]
    gpus: re.Pattern[str]
    """The name of a GPU that is counted without the word: `512 H100`."""

    @cached_property
    def gpu_names(self) -> re.Pattern[str]:
        """The name of a GPU as the first part of a unit: `H100-hours`."""
        return re.compile(rf"{self.gpus.pattern.partition(')')[0]})[A-Zs]?(?![A-Za-z0-9])")

    @cached_property
    def dates(self) -> re.Pattern[str]:
        return date_pattern(self.months)

    @cached_property
    def longest_unit(self) -> int:
        return max(map(len, self.units))

    @cached_property
    def per_longest(self) -> tuple[str, ...]:
        """The words of a quotient, longest first."""
        return tuple(sorted(self.per, key=len, reverse=True))

    @cached_property
    def bounds_by_last(self) -> Mapping[str, tuple[str, ...]]:
        """The bounds in words by their last word, longest first."""
        found: dict[str, list[str]] = {}
        for phrase in sorted(self.bounds, key=len, reverse=True):
            if phrase[0].isalpha():
                found.setdefault(phrase.split()[-1], []).append(phrase)
        return {last: tuple(phrases) for last, phrases in found.items()}

    @cached_property
    def spelled(self) -> re.Pattern[str]:
        """Where a number in words can start."""
        words = sorted({*self.values, *self.parts, *self.scales}, key=lambda word: (-len(word), word))
        return re.compile(rf"(?<![\w-])(?:{_either(words)})(?!\w)", re.IGNORECASE)

    def opens_with_date(self, text: str) -> bool:
        """Tell whether a text begins with a date: `[2025/11] ...`, `08/29/2026: ...`, `March 3, 2025 ...`, `2025.03.05 ...`."""
        head = text[:60]
        start = next((index for index, character in enumerate(head) if character.isascii() and character.isalnum()), len(head))
        return start <= _DECORATION and self.dates.match(head, start) is not None


_DECORATION = 16
"""Characters of brackets, emphasis and pictures that may stand before a date."""


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in words)


_KIBI = 1024


def _magnitude(factors: list[int]) -> Magnitude:
    if len(factors) == 1:
        return ((Fraction(factors[0]), "binary" if factors[0] % _KIBI == 0 else ""),)
    return tuple((Fraction(factor), "decimal" if factor % 10 == 0 else "binary") for factor in factors)


def build_vocabulary(data: Mapping[str, Any], names: frozenset[str]) -> Vocabulary:
    """Build the vocabulary from the lexicon's data; `names` are the short names of its quantities and the words that join a value."""
    numbers, units = data["numbers"], data["units"]
    spellings = {
        spelling.strip("_"): Spelling(symbol) for symbol, forms in units.items() for spelling in forms if not spelling.endswith("_")
    }
    spellings |= {spelling: Spelling(symbol, "gpu") for symbol, forms in data["units_per_gpu"].items() for spelling in forms}
    series = _either(sorted(numbers["gpus"], key=len, reverse=True))
    return Vocabulary(
        units=spellings,
        nouns=frozenset(data["nouns"].split()),
        naming=frozenset(data["naming"].split()),
        names=names,
        axes=frozenset(numbers["axes"].split()),
        stops=frozenset(numbers["stops"].split()),
        owners={word: owner for owner, words in numbers["owners"].items() for word in words},
        counted={word: unit for unit, words in numbers["counted"].items() for word in words},
        magnitudes={sign: _magnitude(factors) for sign, factors in numbers["magnitudes"].items()},
        values=dict(numbers["values"]),
        scales=dict(numbers["scales"]),
        parts={word: Fraction(part) for word, part in numbers["parts"].items()},
        multiples=dict(numbers["multiples"]),
        indefinite=frozenset(numbers["indefinite"]),
        joins=frozenset(("", *numbers["joins"])),
        partial=frozenset(numbers["partial"].split()),
        occasions=frozenset(numbers["occasions"]),
        ways=frozenset(numbers["ways"]),
        small_times=dict(numbers["small_times"]),
        periods={word: Fraction(hours) for word, hours in numbers["periods"].items()},
        bounds={word: bound for bound, words in numbers["bounds"].items() for word in words},
        about=frozenset(numbers["about"]),
        over=frozenset(numbers["over"]),
        before_over=frozenset(numbers["before_over"].split()),
        currencies=dict(numbers["currencies"]),
        to=frozenset(numbers["to"]),
        from_=frozenset(numbers["from"]),
        ranging=frozenset(numbers["ranging"]),
        per=frozenset(numbers["per"]),
        articles=frozenset(numbers["articles"]),
        places=frozenset(numbers["places"].split()),
        comparing=frozenset(numbers["comparing"].split()),
        counts_before=frozenset(numbers["counts_before"]),
        programs=frozenset(numbers["programs"].split()),
        products=frozenset(numbers["products"]),
        months=tuple(numbers["months"].split()),
        gpus=re.compile(rf"(?:{series})[A-Zs]?(?:[- ](?:SXM\d?|PCIe|NVL|\d{{2,3}} ?Gi?B))?(?![\w-])(?!\s*[:=])"),
    )

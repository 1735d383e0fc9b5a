"""The value grammar: which numbers a text holds and what each can mean.

`scan` walks a text once and returns its numbers with the unit or counted noun that follows, the name glued to them
(`TP4`, `EP=16`, `PP(4)`), bounds, approximation marks, ranges and owners. It knows how numbers are written, not what
they speak of: that is `resolve`'s work. What a written number can mean is decided here once: a count is exact, a measured
figure is known to half a unit of its last printed digit, `K` is 1000 or 1024, `<50` is open below.

The parts: `numerals` reads digits, `spelled` words, `names` what only looks like numbers, `lead` what stands before, `units` and
`nouns` what stands behind.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from typing import Final

from auditor.language.durations import Duration, duration_at
from auditor.language.ground import GAP, Ground, is_digit, prepared
from auditor.language.lead import Glued, glued_name, lead_of
from auditor.language.nouns import counted_behind, names_gpus_before
from auditor.language.numerals import VULGAR, Numeral, numeral_at, plain_numeral, starts_numeral
from auditor.language.spelled import Spelled, spelled_at
from auditor.language.units import UnitPhrase, unit_behind
from auditor.language.vocabulary import Magnitude, Spelling, Vocabulary
from auditor.language.written import Approximation, Written, bounded, meaning, rounded
from auditor.records import dataclass
from auditor.values import Interval

__all__ = ["Approximation", "Form", "Number", "Spelling", "Written", "rounded", "scan"]


class Form(StrEnum):
    """How a number stands in its text."""

    PLAIN = "plain"
    """A bare number or one with a unit or noun."""
    IDENTIFIER = "identifier"
    """It only names one of many: GPU 3, layers 0-7, step 2."""
    RATIO = "ratio"
    """2x, 1.43x faster, 4× reduction."""
    PART = "part"
    """The m of m/n."""
    WHOLE = "whole"
    """The n of m/n."""
    FRACTION = "fraction"
    """1/4th, one value."""
    TEXTUAL = "textual"
    """Part of a name, date, version, path or shape: claims nothing."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text; offsets are into that text."""

    start: int
    """First character, bound and sign included."""
    digits: int
    """First character of the digits."""
    stop: int
    """End of the digits and their magnitude suffix."""
    end: int
    """End of the unit or noun that belongs to it."""
    written: tuple[Written, ...]
    approximation: Approximation
    form: Form = Form.PLAIN
    bound: str = ""
    unit: str = ""
    """Symbol of `auditor.units`, composed where it must be (`gpu*h`); empty where the text gives none."""
    noun: str = ""
    """The counted thing right behind it as written (`GPUs`, `way`, `pipeline stages` gives `stages`)."""
    name: str = ""
    """What is glued to it: `TP` in TP4, TP=4, TP(4), TP-4."""
    name_start: int = -1
    per: str = ""
    """Scope said right behind the unit: gpu in `17.5 GB per GPU`."""
    hyphenated: bool = False
    """The noun is joined by a hyphen: 4-way, 80-layer, 3-GPU."""
    signed: str = ""
    doubtful: bool = False
    """It can be read otherwise just as well: `1,5 GB`, `1 234 567`."""
    arrow: str = ""
    """`from` for the left side of `128 -> 64`, `to` for the right side."""
    owners: tuple[str, ...] = ()
    """All that the unit is per, in the order written: gpu and step of `2 TFLOP per GPU per step`."""
    spelled: bool = False
    """Written in words: `two dozen`."""


_MAGNITUDE: Final = re.compile(
    r"(?=\s?[A-Za-z]{2})\s?(?P<word>[A-Za-z]{2,9})(?![A-Za-z0-9_])|(?P<letter>[A-Za-z])(?![A-Za-z0-9_²]|/[A-Za-z])"
)
_AMOUNT: Final = re.compile(r"\s?(?P<word>[A-Za-z]{1,9})(?![A-Za-z0-9_])")
_SPACED_MAGNITUDE: Final = re.compile(r" (?P<word>[kKMBT])(?![A-Za-z0-9_²/]| ?[=:])")
_SMALL: Final = "b"
"""A thousand millions only before what is counted."""
_BYTES: Final = re.compile(r" ?B(?![A-Za-z0-9_²])")
_TIMES_SIGNS: Final = frozenset("×*·⋅")
_ELEMENT_BYTES: Final = frozenset((Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4), Fraction(8)))
"""What one element takes, as the factor of a product: `4096 × 5120 × 2 B`."""
_LEAST_BYTES: Final = 1000
_ORDINAL: Final = re.compile(r"(?:st|nd|rd|th)\b")
_ORDINALS: Final = re.compile(r"(?:th|rd|nd)s?\b")
_TOLERANCE: Final = re.compile(r"\s?(?:±|\+/[-−])\s?(?=\d)")
_RANGE_SIGN: Final = re.compile(r"(?:-|–|—|‒|−|\.\.\.?|…)(?=~?\$?[\d.])|\s(?:–|—|-)\s(?=~?[\d.])")
_RANGE_WORD: Final = re.compile(r"\s([A-Za-z]{2,4})\s(?=~?[\d.])")
_ARROW: Final = re.compile(r"\s{0,11}(?:→|->|=>|➜|⇒|-->)\s{0,11}")
_LISTED: Final = re.compile(r"\s?(?:,|&|\band\b)\s?")
_AXIS_VALUE: Final = re.compile(r"([A-Za-z]{2,4})\d")
_COUNTED_BY_TIMES: Final = re.compile(r"[xX×]\s?(?:[\d(~]|[A-Z]{1,3}\d|[A-Z]\w|GPU|gpu|node|NVIDIA|nvidia)")
"""A multiplication sign that is followed by what is multiplied or counted: `2x8`, `8× H100`, `4xGB200`."""
_DIVIDED: Final = re.compile(r"\s?[=≈]\s?\d[\d.,]{0,12}(?!\s?%)(?![\d.,])")
"""What `188/4 = 47 GiB` comes to: a division. What comes to a percentage is a part of a whole."""
_PART_OF: Final = re.compile(r"\s?/\s?(\d[\d,]{0,14})(?![\d.]*[/\w]*/)")
_LONGEST_PART: Final = 24
_PAIR_ENDS: Final = re.compile(r"\s{0,9}(?:$|[,;](?!\s{0,9}(?:and\s)?[\d~]))")
"""The end of `Layers 24` where it is a pair of label and value: nothing that goes on counting members."""
_JOINED_NAME: Final = re.compile(r"-[A-Za-z]{2,}\d")
_VERSION_NUMBER: Final = re.compile(r"\d{1,4}(?:\.\d{1,4})?(?![\d%])")


def scan(text: str, words: Vocabulary, *, spelled: bool = False) -> tuple[Number, ...]:
    """Return the numbers of `text` in order; those in words too if they are asked for."""
    return _Scanner(prepared(text, words)).run(spelled=spelled)


_MAYBE: Final = re.compile(f"[0-9.{''.join(VULGAR)}]")
"""What a numeral may start with."""


class _Scanner:
    def __init__(self, ground: Ground) -> None:
        self.ground, self.text, self.words = ground, ground.text, ground.words

    def run(self, *, spelled: bool) -> tuple[Number, ...]:
        found: list[Number] = []
        position = 0
        while candidate := _MAYBE.search(self.text, position):
            position = candidate.start()
            if not starts_numeral(self.ground, position):
                position += 1
                continue
            number = self.number(position, found[-1] if found else None)
            found.append(number)
            position = max(number.end if number.unit else number.stop, position + 1)  # the digits of `$/1M tokens` are its unit's
        if spelled:
            found = self.with_spelled(found)
        return tuple(_spread(self.ground, found))

    def with_spelled(self, found: list[Number]) -> list[Number]:
        """Return the numbers in digits with those in words between them."""
        starts, stop = [number.start for number in found], -1
        for match in self.words.spelled.finditer(self.text):
            at = bisect_left(starts, match.start())
            inside = at > 0 and match.start() < found[at - 1].end
            spelled = spelled_at(self.ground, match.start()) if match.start() >= stop and not inside else None
            if spelled is None or (at < len(found) and spelled.stop > found[at].start):
                continue
            number = self.in_words(spelled)
            starts.insert(at, number.start)
            found.insert(at, number)
            stop = number.end
        return found

    def in_words(self, spelled: Spelled) -> Number:
        """Return a number written in words, which doubts itself: words say less surely than digits what is meant."""
        lead = lead_of(self.ground, spelled.start)
        kind = Approximation.ABOUT if lead.approximate else Approximation.EXACT
        written = (meaning(spelled.value, Fraction(1), approximate=lead.approximate),)
        number = Number(lead.start, spelled.start, spelled.stop, spelled.stop, written, kind, bound=lead.bound, doubtful=True, spelled=True)
        number = self.follow(number, -1)
        return _bounded(number)

    def number(self, position: int, previous: Number | None) -> Number:
        """Read the number whose digits start at a position."""
        duration = duration_at(self.ground, position)
        if duration is not None:
            return self.timed(position, duration)
        end = self.ground.names.end_at(position)
        if end > 0:
            return self.nothing(position, end)
        numeral = numeral_at(self.ground, position)
        if numeral is None or numeral.value is None:
            return self.nothing(position, numeral.stop if numeral else position + 1)
        glued = glued_name(self.ground, position)
        if glued.name and glued.glue == "" and glued.name.lower() not in self.words.names:
            return self.nothing(position, self.ground.word_end(numeral.stop))
        if self.is_version(numeral, glued) or self.is_product(numeral.start):
            return self.nothing(position, numeral.stop)
        if self.is_mixture(numeral):
            return self.nothing(position, numeral.stop + 1)
        number, bytes_end = self.measured(numeral, glued)
        if _ORDINAL.match(self.text, number.stop):
            return self.nothing(position, number.stop)
        number = self.follow(number, bytes_end)
        return self.settled(number, glued, previous)

    def measured(self, numeral: Numeral, glued: Glued) -> tuple[Number, int]:
        """Return a number with its magnitude and what stands before it, and where a `B` that means bytes ends; -1 for none."""
        bytes_end = self.bytes_end(numeral)
        lead = lead_of(self.ground, glued.start if glued.name else numeral.start, amount=numeral.start)
        factors, stop = _ONE, numeral.stop
        if bytes_end < 0 and not self.ground.unit_at(stop):
            factors, stop = self.magnitude(stop, amount=bool(lead.currency))
        suffixed = stop > numeral.stop
        inexact = numeral.inexact or suffixed
        value, step = numeral.value or Fraction(0), numeral.step
        written = tuple(
            meaning(value * factor, step * factor, approximate=lead.approximate, inexact=inexact, name=name) for factor, name in factors
        )
        kind = Approximation.ABOUT if lead.approximate else Approximation.ROUNDED if inexact else Approximation.EXACT
        number = Number(
            start=lead.start,
            digits=numeral.start,
            stop=stop,
            end=stop,
            written=written,
            approximation=kind,
            bound=lead.bound,
            unit=lead.currency,
            name=glued.name,
            name_start=glued.start,
            signed=lead.signed,
            doubtful=numeral.doubtful,
        )
        return number, bytes_end

    def settled(self, number: Number, glued: Glued, previous: Number | None) -> Number:
        """Return a number with what only its whole surroundings tell: a tolerance, GPUs named before it, whether it identifies."""
        if number.form is Form.PLAIN and not number.bound:
            number = self.tolerated(number)
        bare = number.form is Form.PLAIN and not number.unit and not number.noun
        if bare and not number.name and names_gpus_before(self.ground, number.digits, number.stop):
            number = replace(number, noun="gpus")
        if number.form is Form.PLAIN and self.identifies(number, glued):
            number = replace(number, form=Form.IDENTIFIER)
        elif self.listed_after(number, previous):
            number = replace(number, form=Form.IDENTIFIER, name=previous.name if previous else "")
        if number.form is Form.PLAIN and not number.unit and not number.noun and self.runs_on(number.stop):
            return self.nothing(number.digits, self.ground.word_end(number.stop))
        return _bounded(number)

    def timed(self, position: int, duration: Duration) -> Number:
        """Return a duration of several parts as one number of seconds."""
        lead = lead_of(self.ground, position)
        written = (meaning(duration.value, duration.step, approximate=lead.approximate, inexact=True),)
        kind = Approximation.ABOUT if lead.approximate else Approximation.ROUNDED
        stop = duration.stop
        number = Number(lead.start, position, stop, stop, written, kind, bound=lead.bound, unit="s", signed=lead.signed)
        owned = unit_behind(self.text, "s", stop, self.words)
        return _bounded(replace(number, per=owned.per, owners=owned.owners))

    def nothing(self, position: int, end: int) -> Number:
        """Return the digits up to `end` as part of a name."""
        nothing = (Written(Interval.exact(0)),)
        return Number(position, position, end, end, nothing, Approximation.EXACT, form=Form.TEXTUAL)

    # -- what stands before

    def is_version(self, numeral: Numeral, glued: Glued) -> bool:
        """Tell whether the name of a program or of a family of models leads here and nothing measured follows: `CUDA 12.4`, `Llama 3.1`."""
        if glued.glue in ("=", "(", ":"):
            return False
        end = self.ground.skip_back(numeral.start, " ")
        if end == numeral.start or self.ground.word_before(end).lower() not in self.words.programs:
            return False
        short = _VERSION_NUMBER.fullmatch(self.text, numeral.start, numeral.stop)
        followed = self.ground.unit_at(numeral.stop) or self.magnitude(numeral.stop)[1] > numeral.stop
        times = self.ground.at(numeral.stop) in ("x", "X", "×")
        return bool(short and not followed and not times and counted_behind(self.ground, numeral.stop, one=False) is None)

    def is_mixture(self, numeral: Numeral) -> bool:
        """Tell whether this is the size of an expert in a model's name: the 22 of `8x22B`, which counts no parameters of the model."""
        text, start, stop = self.text, numeral.start, numeral.stop
        glued = start > 1 and text[start - 1] == "x" and text[start - 2].isdecimal()
        return glued and text[stop : stop + 1] in ("B", "b") and not text[stop + 1 : stop + 2].isalnum()

    def is_product(self, position: int) -> bool:
        """Tell whether the name of a series of products leads here: `RTX 4090`, `RTX PRO 6000`, `Gaudi 3`."""
        end = self.ground.skip_back(position, " ")
        last = self.ground.word_before(end).lower() if end < position else ""
        if last in self.words.products:
            return True
        before = self.ground.word_before(self.ground.skip_back(end - len(last), " ")).lower() if last else ""
        return f"{before} {last}" in self.words.products

    def identifies(self, number: Number, glued: Glued) -> bool:
        """Tell whether `GPU 3` or `layers 0-7` only names; a noun or unit behind it makes it a count, and so does `GPUs per stage 4`."""
        name = number.name.lower()
        if not name or glued.glue not in (" ", "_", "-", "") or name in self.words.axes or name not in self.words.naming:
            return False
        counted = number.noun and (number.hyphenated or self.text[number.stop : number.end].strip().lower() == number.noun)
        return not number.unit and not counted and not self.counts(number)

    def counts(self, number: Number) -> bool:
        """Tell whether what stands before a number counts: `Number of stages 4`, `Layers per stage 6`, `Layers 24` outside a list."""
        if number.approximation is not Approximation.EXACT or number.written[0].interval.high == 0:
            return False
        if self.counted_before(number.name_start):
            return True
        return number.name.endswith("s") and bool(_PAIR_ENDS.match(self.text, number.stop))

    def counted_before(self, position: int) -> bool:
        """Tell whether words that count lead to a noun, at most two words apart: `per data-parallel replica`, `Layers/stage`."""
        before = self.text[max(0, position - 40) : position].lower().replace("-", " ")
        words = before.split()
        if before[-1:] == "/" and before[-2:-1].isalpha():
            return True
        ends = [part for part in (words, words[:-1], words[:-2]) if part and before[-1:].isspace()]
        return any(phrase in self.words.counts_before for part in ends for phrase in (part[-1], " ".join(part[-2:])))

    def listed_after(self, number: Number, previous: Number | None) -> bool:
        """Tell whether a bare number goes on a list of identifiers: the 5 of `GPUs 3, 5`."""
        if number.name or number.unit or number.noun or previous is None or previous.form is not Form.IDENTIFIER:
            return False
        gap = self.text[previous.stop : number.digits] if number.digits - previous.stop < len(" and ") + 2 else "-"
        return _LISTED.fullmatch(gap) is not None

    # -- what stands behind

    def magnitude(self, position: int, *, amount: bool = False) -> tuple[Magnitude, int]:
        """Return the magnitude behind the digits and where it ends: `70B`, `8k`, `$1.77 M`, `70 B parameters`, `200b tokens`."""
        match = (_AMOUNT if amount else _MAGNITUDE).match(self.text, position) or _SPACED_MAGNITUDE.match(self.text, position)
        word = match.group(match.lastgroup or 0) if match else ""
        if match is None:
            return _ONE, position
        counted = self.ground.word_at(self.ground.skip(match.end()))
        of_things = counted is not None and counted.group().lower() in self.words.nouns
        found = self.words.magnitudes.get(word) or (self.words.magnitudes.get(word.lower()) if len(word) > 1 else None)
        if word == _SMALL and of_things:
            found = self.words.magnitudes.get(word.upper())
        if found is None or (match.re is _SPACED_MAGNITUDE and not of_things):
            return _ONE, position
        return found, match.end()

    def bytes_end(self, numeral: Numeral) -> int:
        """Return where a `B` that means bytes ends: `4096 × 5120 × 2 B`, `2 B/param`, `131072 B`; -1 where it is no byte."""
        match = _BYTES.match(self.text, numeral.stop)
        if match is None or numeral.value is None:
            return -1
        spaced = match.group()[0] == " "
        owner = self.text[match.end() : match.end() + 1] == "/" and self.text[match.end() + 1 : match.end() + 2].isalpha()
        left = self.ground.skip_back(numeral.start)
        sign = self.ground.at(left - 1)
        times = sign in _TIMES_SIGNS or (sign == "x" and left < numeral.start)
        element = numeral.value in _ELEMENT_BYTES
        long = spaced and numeral.whole and numeral.value >= _LEAST_BYTES
        if not ((sign and times and element) or long or (owner and element)):
            return -1
        counted = counted_behind(self.ground, match.end(), one=False)
        return -1 if counted and not owner else match.end()

    def follow(self, number: Number, bytes_end: int) -> Number:
        """Read what stands right behind the digits: a range's other end, a unit, `x`, an owner, a noun."""
        if bytes_end >= 0:
            return self.with_unit(number, UnitPhrase("byte", bytes_end, (), bytes_end))
        text, position = self.text, number.stop
        closing = int(self.ground.at(position) == ")" and bool(number.name) and text[number.digits - 1] == "(")
        if self.ground.at(position) == "+" and not is_digit(self.ground.at(position + 1)):
            position += 1
            number = replace(number, bound=number.bound or ">=", stop=position, end=position)
        unit = self.unit_of(number, position)
        other = None if closing else self.ranged(number, unit)
        if other:
            number, position = other, other.stop
            unit = self.unit_of(number, position) or unit
        if unit:
            number = self.with_unit(number, unit)
        elif ratio := self.ratio_end(number):
            return replace(number, form=Form.RATIO, end=ratio, stop=ratio)
        number = self.part_of(number) or number
        if number.unit or number.form in (Form.PART, Form.FRACTION):
            return number
        after = number.end + closing
        counted = counted_behind(self.ground, after, one=number.written[0].interval == Interval.exact(1))
        if counted is None:
            return number
        return replace(number, noun=counted.noun, end=counted.end, hyphenated=counted.hyphenated, per=counted.per or number.per)

    def unit_of(self, number: Number, position: int) -> UnitPhrase | None:
        """Return the unit behind a number: what is spelled there, or what goes on after the sign of a currency before it."""
        return unit_behind(self.text, number.unit, position, self.words) if number.unit else self.ground.unit_at(position)

    def with_unit(self, number: Number, unit: UnitPhrase) -> Number:
        """Return a number with its unit; one that was measured is rounded to its last digit."""
        end = max(unit.end, number.end)
        number = replace(number, unit=unit.symbol, per=unit.per, owners=unit.owners, end=end)
        if self.ground.at(end) == "+" and not is_digit(self.ground.at(end + 1)):
            owned = unit_behind(self.text, unit.symbol, end + 1, self.words)  # `95%+ per GPU`
            number = replace(number, bound=number.bound or ">=", per=owned.per or unit.per, owners=owned.owners or unit.owners)
        if number.approximation is Approximation.EXACT and unit.symbol != "byte":
            written = tuple(rounded(self.text[number.digits : number.stop], one) for one in number.written)
            number = replace(number, approximation=Approximation.ROUNDED, written=written)
        return number

    def ratio_end(self, number: Number) -> int:
        """Return where the sign of a ratio behind a number ends: `2x`, `4 × faster`; 0 if there is none."""
        text, position = self.text, number.stop
        sign = self.ground.at(position)
        if sign and sign in "xX×" and not _COUNTED_BY_TIMES.match(text, position) and not self.ground.at(position + 1).isalpha():
            return position + 1
        if sign and sign in GAP and self.ground.at(position + 1) in ("×", "x"):
            word = self.ground.word_at(position + 3)
            if self.ground.at(position + 2).isspace() and word and word.group().lower() in self.words.comparing:
                return position + 2
        return 0

    def part_of(self, number: Number) -> Number | None:
        """Handle m/n: `16/16 GPUs` is a part, `1/4th` a fraction."""
        if number.unit or number.approximation is not Approximation.EXACT:
            return None
        match = _PART_OF.match(self.text, number.stop, number.stop + _LONGEST_PART)
        if match is None:
            return None
        low, ordinal = number.written[0].interval.low, _ORDINALS.match(self.text, match.end())
        divisor = int(match.group(1).replace(",", ""))
        if ordinal and low is not None and divisor:
            fraction = (Written(Interval.exact(low / divisor)),)
            return replace(number, written=fraction, form=Form.FRACTION, stop=ordinal.end(), end=ordinal.end())
        if " " in match.group() or _DIVIDED.match(self.text, match.end()):
            return None
        return replace(number, form=Form.PART)

    def tolerated(self, number: Number) -> Number:
        """Take the tolerance behind a number with it: `5 ± 1 ms`, `12.3 ms +/- 4 %`."""
        sign = _TOLERANCE.match(self.text, max(number.stop, number.end if number.unit else 0))
        other = plain_numeral(self.ground, sign.end()) if sign else None
        if other is None or other.value is None or len(number.written) > 1:
            return number
        behind = self.ground.unit_at(other.stop)
        unit = behind.symbol if behind else ""
        if number.unit and unit not in (number.unit, "%", ""):
            return number
        item = number.written[0]
        middle = item.printed.middle or Fraction(0)
        share = unit == "%" and number.unit != "%" and bool(number.unit)
        slack = abs(middle) * other.value / 100 if share else other.value
        end = behind.end if behind else other.stop
        written = (Written(Interval(middle - slack, middle + slack), item.name, item.printed),)
        return replace(number, written=written, approximation=Approximation.ABOUT, unit=number.unit or unit, stop=end, end=end)

    def runs_on(self, position: int) -> bool:
        """Tell whether a letter follows right behind: `1F1B`, `3D`, `8a`; `2x8` and `8xH100` do not count."""
        character = self.ground.at(position)
        if not character.isalpha():
            return False
        axis = _AXIS_VALUE.match(self.text, position)
        if axis and axis.group(1).lower() in self.words.axes:
            return False  # `tp8pp4`
        following = self.ground.at(position + 1)
        return not (character in "xX×" and following and not following.islower())

    # -- ranges

    def ranged(self, number: Number, unit: UnitPhrase | None) -> Number | None:
        """Return a number with the other end of the range it opens: `128-10240`, `23 to 24 ms`, `10 ms - 20 ms`, `0..7`."""
        start = self.range_start(number, unit.end if unit and unit.end > number.stop else number.stop)
        if start < 0:
            return None
        position = start + (self.ground.at(start) in ("~", "$"))
        other = plain_numeral(self.ground, position)
        if other is None or other.value is None or self.ground.names.end_at(position) > 0:
            return None
        if self.ground.at(other.stop) == "_" or _JOINED_NAME.match(self.text, other.stop):
            return None
        factors, stop = (_ONE, other.stop) if self.ground.unit_at(other.stop) else self.magnitude(other.stop)
        written = _range_of(number, other, factors, inexact=other.inexact or stop > other.stop, shares=is_digit(self.text[number.stop - 1]))
        if written is None:
            return None
        return replace(number, written=written, stop=stop, end=stop, approximation=Approximation.RANGE)

    def range_start(self, number: Number, position: int) -> int:
        """Return where the other end of a range starts; -1 where none follows."""
        sign = _RANGE_SIGN.match(self.text, position)
        if sign:
            named = number.name.lower() in self.words.naming
            return -1 if named and sign.group()[0] in GAP else sign.end()  # "Stage 0 - 32 GPUs" names one stage
        word = _RANGE_WORD.match(self.text, position)
        if word is None or word.group(1).lower() not in self.words.to or self.changes_from(number.start):
            return -1
        return word.end()

    def changes_from(self, position: int) -> bool:
        """Tell whether a number is where a change starts: "from 75% to 92%", not "ranging from 75% to 92%"."""
        end = self.ground.skip_back(position, GAP + "\r\n~")
        word = self.ground.word_before(end)
        if word.lower() not in self.words.from_:
            return False
        return self.ground.word_before(self.ground.skip_back(end - len(word))).lower() not in self.words.ranging


_ONE: Final[Magnitude] = ((Fraction(1), ""),)


def _bounded(number: Number) -> Number:
    """Return a number with its intervals open on the side that its bound leaves free."""
    if not number.bound:
        return number
    written = tuple(bounded(one, number.bound) for one in number.written)
    return replace(number, written=written, approximation=Approximation.BOUND)


def _range_of(number: Number, other: Numeral, factors: Magnitude, *, inexact: bool, shares: bool) -> tuple[Written, ...] | None:
    """Return what a range from a number to a numeral can mean; None where the other end is the lower one.

    `8-16K` starts at 8K: a magnitude behind the other end is that of both, if the first end `shares` it for want of its own.
    """
    written: list[Written] = []
    value, step = other.value or Fraction(0), other.step
    shared = factors is not _ONE and len(number.written) == 1 and shares
    for index, (factor, name) in enumerate(factors):
        first = number.written[min(index, len(number.written) - 1)]
        scale = factor if shared else Fraction(1)
        low, start = (first.interval.low or Fraction(0)) * scale, (first.printed.low or Fraction(0)) * scale
        slack = step * factor / 2 if inexact else Fraction(0)
        end = value * factor
        if end + slack < low:
            return None
        written.append(Written(Interval(low, end + slack), name, Interval(min(start, end), max(start, end))))
    return tuple(written)


def _spread(ground: Ground, numbers: list[Number]) -> list[Number]:
    """Let neighbours inform each other: wholes after parts, arrows, units shared along a list or range."""
    result, text = list(numbers), ground.text
    for index in range(1, len(result)):
        before, number = result[index - 1], result[index]
        if before.form is Form.PART and text[before.stop : number.digits].strip() == "/":
            result[index] = number = replace(number, form=Form.WHOLE)
            if not before.unit and not before.noun:
                result[index - 1] = before = replace(before, unit=number.unit, noun=number.noun)
        if number.form is not Form.TEXTUAL and _leads(ground, before, number):
            result[index - 1] = _source_of(text, before, number)
            result[index] = replace(number, arrow="to")
    return result


def _leads(ground: Ground, before: Number, number: Number) -> bool:
    """Tell whether an arrow leads from one number to the next."""
    if before.form is not Form.PLAIN or not 0 < number.start - before.end < _LONGEST_ARROW:
        return False
    named = before.name.lower() in ground.words.axes and not number.name and number.noun not in ("", "way", "ways")  # `TP=8 → 64 GPUs`
    return not named and _ARROW.fullmatch(ground.text[before.end : number.start]) is not None


_LONGEST_ARROW: Final = 12


def _source_of(text: str, before: Number, number: Number) -> Number:
    """Return the left side of an arrow with the unit or noun that only its right side says."""
    found = replace(before, arrow=before.arrow or "from")
    if before.unit or before.noun:
        return found
    found = replace(found, unit=number.unit, noun=number.noun, per=number.per)
    if number.unit and before.approximation is Approximation.EXACT:
        written = tuple(rounded(text[before.digits : before.stop], one) for one in before.written)
        found = replace(found, approximation=Approximation.ROUNDED, written=written)
    return found

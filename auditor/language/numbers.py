"""The value grammar: which numbers a text holds and what each can mean.

`scan` walks a text once and returns its numbers with the unit or counted noun that follows, the name glued to them
(`TP4`, `EP=16`, `PP(4)`), bounds, approximation marks, ranges and per-scopes. It knows how numbers are written, not what
they speak of: that is `resolve`'s work. What a written number can mean is decided here once: a count is exact, a measured
figure is known to half a unit of its last printed digit, `K` is 1000 or 1024, `GB` is decimal or binary, `<50` is open below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final

from auditor.values import Interval

__all__ = ["DATE", "Approximation", "Form", "Number", "Spelling", "Written", "rounded", "scan"]

MAX_DIGITS: Final = 40
"""Longer digit strings are hashes and identifiers, not figures."""
MAX_EXPONENT: Final = 30


class Approximation(StrEnum):
    """How a number was written."""

    EXACT = "exact"
    """A count: 16 GPUs is exactly 16."""
    ROUNDED = "rounded"
    """A measured or computed figure, known to its last printed digit."""
    ABOUT = "about"
    """Marked as approximate: ~8,000, about 30."""
    BOUND = "bound"
    """Open on one side: <50, >= 8, up to 10."""
    RANGE = "range"
    """128-10240, 23-24."""


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
class Written:
    """One meaning of the digits, in the unit as written: exact interval and the factor's name where there are several."""

    interval: Interval
    name: str = ""
    stated: Interval | None = None
    """The number itself, without slack."""

    @property
    def printed(self) -> Interval:
        return self.stated or self.interval


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a unit spelling stands for: a symbol of `auditor.units`, and the scope it implies (`tokens/s/GPU`: gpu)."""

    symbol: str
    per: str = ""


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
    """Symbol of `auditor.units`; empty where the text gives none."""
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


_NO_UNIT: Final = ("", *",;()[]{}|\n")
"""What no spelling of a unit opens with."""
_NUMBER: Final = re.compile(
    r"(?P<int>\d{1,3}(?:,\d{3})+(?!,?\d)|\d{1,3}(?:_\d{3})+(?!\w)|\d+)?(?P<dec>\.\d+)?(?P<exp>[eE][+-]?\d{1,4}(?![\w]))?"
)
_SPACED: Final = re.compile(r"\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?![\d\u00a0\u202f\u2009])|\d{1,3}(?: \d{3}){2,}(?! ?\d)")
"""Thousands set apart by spaces; by plain ones only from a million on."""
_DECIMAL_COMMA: Final = re.compile(r",\d{1,2}(?![\d]|[,.]\d)")
_GROUPING: Final = dict.fromkeys(map(ord, ",_ \u00a0\u202f\u2009"))
_TOLERANCE: Final = re.compile(r"\s?(?:±|\+/[-−])\s?(?=\d)")
_POWER: Final = re.compile(r"\s?(?:\^|\*\*)\s?\{?(-?\d{1,3})\}?(?!\d)")
_SUPERSCRIPT: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPER: Final = re.compile(r"[⁻⁰¹²³⁴-⁹]{1,4}")
_TIMES_POWER: Final = re.compile(r"\s?[x×*·]\s?10(?:\s?(?:\^|\*\*)\s?\{?(-?\d{1,3})\}?|([⁻⁰¹²³⁴-⁹]{1,4}))(?!\d)")
_MAGNITUDE: Final[Mapping[str, tuple[tuple[int, str], ...]]] = {
    "k": ((1000, "decimal"), (1024, "binary")),
    "K": ((1000, "decimal"), (1024, "binary")),
    "Ki": ((1024, "binary"),),
    "M": ((10**6, "decimal"), (2**20, "binary")),
    "B": ((10**9, ""),),
    "bn": ((10**9, ""),),
    "T": ((10**12, ""),),
    "thousand": ((1000, ""),),
    "million": ((10**6, ""),),
    "billion": ((10**9, ""),),
    "trillion": ((10**12, ""),),
}
_MAGNITUDE_AT: Final = re.compile(
    r"(?:\s?(?P<word>thousand|million|billion|trillion|bn)\b|(?P<letter>Ki|[kKMBT])(?![A-Za-z0-9_²]|/[A-Za-z]))"
)
_WORD: Final = re.compile(r"[A-Za-zµμ%$][A-Za-zµμ]*")
_BOUND: Final = re.compile(
    r"(?<![-=])(?P<sign><=|>=|<<|>>|<|>|≤|≥|≦|≧|≪|≫)\s?(?P<about>~)?\s?\$?$|"
    r"(?:^|(?<=[\s(:,;/]))(?P<words>up to|at most|no more than|less than|fewer than|below|under|within|at least|no less than|"
    r"more than|greater than|"
    r"over|above|minimum of|maximum of|not exceeding|exceeds?|exceeding)\s+(?P<about2>~)?$",
    re.IGNORECASE,
)
_MORE_THAN: Final = re.compile(
    r"(?:^|[(\[:,;|]|\b(?:is|are|was|were|of|with|to|at|by|has|have|had|use|uses|using|need|needs|takes?|requires?|requiring|reach|reaches|reached"
    r"|reaching|achieves?|achieved|delivers?|sustains?|and|well|just|still|provides?|supports?|handles?|holds?))\s*$",
    re.IGNORECASE,
)
"""What stands before an `over` that means more than."""
_ABOUT: Final = re.compile(
    r"(?:[~≈∼≃±]|(?:^|(?<=[\s(:,;]))(?:about|around|approx\.?|approximately|roughly|nearly|almost|circa|ca\.))\s?$", re.IGNORECASE
)
_BELOW: Final = frozenset(
    (
        "<",
        "<=",
        "≤",
        "≦",
        "<<",
        "≪",
        "up to",
        "at most",
        "no more than",
        "less than",
        "fewer than",
        "below",
        "under",
        "within",
        "maximum of",
        "not exceeding",
    )
)
_STRICT: Final = frozenset(
    (
        "<",
        ">",
        "<<",
        ">>",
        "≪",
        "≫",
        "less than",
        "fewer than",
        "below",
        "under",
        "more than",
        "greater than",
        "over",
        "above",
        "exceed",
        "exceeds",
        "exceeding",
    )
)
_RANGE: Final = re.compile(r"\s?(?:-|–|—|‒|−|\bto\b|\.\.\.?|…)\s?(?=~?\$?[\d.])")
_TIGHT_RANGE: Final = re.compile(r"(?:-|–|—|‒|−|\.\.\.?|…)(?=~?\$?[\d.])|\s(?:–|—|-)\s(?=~?[\d.])|\sto\s(?=~?[\d.])")
_ARROW: Final = re.compile(r"\s*(?:→|->|=>|➜|⇒|-->)\s*")
_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?"
    r"|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
DATE: Final = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[T\s_-]\d{1,2}[:-]\d{2}(?:[:-]\d{2})?(?:\.\d+)?Z?)?|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}:\d{2}:\d{2}|(?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?![\d.-])"
    r"|(?<![\d/.])20[0-3]\d/(?:0[1-9]|1[0-2])(?:/\d{1,2})?(?![\d/.]\d|\d)|(?<![\d/.])(?:0[1-9]|1[0-2])/20[0-3]\d(?!\d)"
    r"|(?<![\d.])20[0-3]\d\.(?:0[1-9]|1[0-2])\.\d{1,2}(?![\d.])"
    rf"|\b{_MONTH}\.?\s(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s)?20[0-3]\d\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}\.?,?\s20[0-3]\d\b"
)
_PROPORTION: Final = re.compile(r"(?<![\d:.])\d{1,3}:\d{1,3}(?![\d:.])")
_ORDER: Final = re.compile(r"(?<!\w)[OΘΩ]\((?:[^()]|\([^()]{0,30}\)){1,60}\)")
"""An order of growth: `O(N log N)`, `O(1)`."""
_VERSION: Final = re.compile(r"\d+(?:\.\d+){2,}[\w.-]*")
_CHAIN: Final = re.compile(r"\d+(?:x\d+){2,}(?!\w)")
_ORDINAL: Final = re.compile(r"(?:st|nd|rd|th)\b")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]+|(?=[0-9a-fA-F]{12})(?=\d*[a-fA-F]|\d{14})[0-9a-fA-F]+(?![.\d])")
_PATHLIKE: Final = re.compile(
    r"[\w.~-]*(?:/[\w.~<>${}-]+){2,}|https?://[^\s)>\]]+|[\w/~-]+\.(?:py|md|json|ya?ml|toml|sh|txt|csv|log|cfg|ini|pt|bin|safetensors|html|mdx|png|svg|ipynb|nemo|cu|h|cpp|rs|jsonl|parquet|dag|dot|sbatch|run)\b"
)
_PER: Final = re.compile(
    r"\s?(?:/\s?|\bper[\s-]|\ba\s(?=gpu|node|stage|layer)|\beach\s(?=gpu|node|stage))(?P<word>[A-Za-z]+(?:[-\s](?:parallel\s)?(?:stage|rank|replica|group|node|layer|pass))?)",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r"\s?(?:,|&|\band\b)\s?")
_GAP: Final = " \t\u00a0\u202f"


def _fraction(integer: str, decimals: str, exponent: str) -> tuple[Fraction, Fraction] | None:
    """Return the value and the size of one unit of its last printed digit; None when out of bounds."""
    digits = "".join(character for character in integer if character.isdigit())
    if len(digits) + len(decimals) > MAX_DIGITS:
        return None
    power = int(exponent[1:]) if exponent else 0
    if abs(power) > MAX_EXPONENT:
        return None
    places = len(decimals) - 1 if decimals else 0
    scale = Fraction(10) ** power
    mantissa = int((digits or "0") + decimals[1:])
    return Fraction(mantissa) / 10**places * scale, scale / 10**places


def _textual_spans(text: str) -> list[tuple[int, int]]:
    """Return the stretches whose digits name something: dates, versions, paths, file names, hashes, shape strings, orders of growth."""
    spans: list[tuple[int, int]] = []
    for pattern in (DATE, _PROPORTION, _VERSION, _PATHLIKE, _CHAIN, _HEX, _ORDER):
        for found in pattern.finditer(text):
            if pattern is _PATHLIKE and _degrees_joined(found.group()):
                continue
            if found.end() > found.start() and any(character.isdigit() for character in found.group()):
                spans.append(found.span())
    return spans


def _degrees_joined(text: str) -> bool:
    """Tell whether what looks like a path is a strategy: `TP1/PP4/EP16`."""
    parts = [part.rstrip("0123456789.,;)").lower() for part in text.split("/")]
    return all(part in _AXES for part in parts)


class _Scanner:
    def __init__(
        self, text: str, units: Mapping[str, Spelling], nouns: frozenset[str], naming: frozenset[str], names: frozenset[str]
    ) -> None:
        self.text, self.units, self.nouns, self.naming, self.names = text, units, nouns, naming, names
        self.textual = _textual_spans(text)

    def run(self) -> tuple[Number, ...]:
        found: list[Number] = []
        position, text = 0, self.text
        while position < len(text):
            character = text[position]
            if not (character.isdigit() and character.isascii()) and not (
                character == "."
                and position + 1 < len(text)
                and text[position + 1].isdigit()
                and not (position and (text[position - 1].isalnum() or text[position - 1] in ".)"))
            ):
                position += 1
                continue
            number = self.number(position, found[-1] if found else None)
            if number is None:
                position += 1
                while position < len(text) and text[position].isdigit():
                    position += 1
                continue
            found.append(number)
            position = max(number.stop, position + 1)
        return tuple(_spread(text, found))

    def textual_until(self, position: int) -> int:
        for start, end in self.textual:
            if start <= position < end:
                return end
        return -1

    def number(self, position: int, previous: Number | None) -> Number | None:
        text = self.text
        end = self.textual_until(position)
        if end > 0:
            return self.plain_text(position, end)
        match = _NUMBER.match(text, position)
        if match is None or match.end() == position:
            return None
        integer, decimals, exponent = match.group("int") or "", match.group("dec") or "", match.group("exp") or ""
        stop, doubtful = match.end(), False
        if spaced := self.spaced(position):
            integer, decimals, exponent, stop = spaced, "", "", position + len(spaced)
            doubtful = " " in spaced
        elif comma := self.decimal_comma(match):
            decimals, stop, doubtful = f".{comma[1:]}", stop + len(comma), True
        parsed = _fraction(integer, decimals, exponent)
        if parsed is None:
            return self.plain_text(position, stop)
        value, step = parsed
        powered = _POWER.match(text, stop)
        if powered and not decimals and abs(int(powered.group(1))) <= MAX_EXPONENT and value:
            value, step, stop = value ** int(powered.group(1)), Fraction(0), powered.end()
        else:
            superscript = _SUPER.match(text, stop)
            if superscript and integer in ("10", "2"):
                value, step, stop = value ** int(superscript.group().translate(_SUPERSCRIPT)), Fraction(0), superscript.end()
            times = _TIMES_POWER.match(text, stop)
            if times:
                power = int(times.group(1) or times.group(2).translate(_SUPERSCRIPT))
                if abs(power) <= MAX_EXPONENT:
                    value, step, stop = value * Fraction(10) ** power, step * Fraction(10) ** power, times.end()
        name, name_start, glue = self.glued_name(position)
        if name and glue == "" and not self.names_quantity(name):
            return self.plain_text(position, self.word_end(stop))
        magnitudes: tuple[tuple[int, str], ...] = ((1, ""),)
        suffixed = False
        if not self.unit_at(stop):
            magnitude = _MAGNITUDE_AT.match(text, stop)
            if magnitude:
                key = (magnitude.group("word") or magnitude.group("letter") or "").strip()
                magnitudes, stop, suffixed = _MAGNITUDE[key if key in _MAGNITUDE else key.lower()], magnitude.end(), True
        if _ORDINAL.match(text, stop):
            return self.plain_text(position, stop)
        start, bound, approximate, signed = self.lead(name_start if name else position)
        written = tuple(
            self.meaning(value, step, factor, label, approximate, bool(decimals or exponent or suffixed)) for factor, label in magnitudes
        )
        kind = Approximation.ABOUT if approximate else Approximation.ROUNDED if (decimals or suffixed or exponent) else Approximation.EXACT
        number = Number(
            start, position, stop, stop, written, kind, bound=bound, name=name, name_start=name_start, signed=signed, doubtful=doubtful
        )
        number = self.follow(number)
        if number.form is Form.PLAIN and not number.bound:
            number = self.tolerated(number)
        if number.form is Form.PLAIN and not (number.unit or number.noun or name) and self.counts_gpus(number):
            number = replace(number, noun="gpus")
        if (
            number.name
            and glue in (" ", "_", "-", "")
            and number.name.lower() not in _AXES
            and number.form is Form.PLAIN
            and self.identifies(number)
        ):
            number = replace(number, form=Form.IDENTIFIER)
        elif (
            not number.name
            and previous is not None
            and previous.form is Form.IDENTIFIER
            and _LISTED.fullmatch(text[previous.stop : position])
            and not number.unit
            and not number.noun
        ):
            number = replace(number, form=Form.IDENTIFIER, name=previous.name)
        if number.form is Form.PLAIN and not number.unit and not number.noun and self.runs_on(number.stop):
            return self.plain_text(position, self.word_end(number.stop))
        if number.bound:
            number = _bounded(number)
        return number

    def spaced(self, position: int) -> str:
        """Return the digits from here on if spaces group them: `1 234 567`; a list of powers of two is none."""
        match = _SPACED.match(self.text, position)
        if match is None or (position > 1 and self.text[position - 1] == " " and self.text[position - 2].isdigit()):
            return ""
        if " " not in match.group():
            return match.group()
        groups = [int(group) for group in match.group().split(" ")]
        return "" if all(group & (group - 1) == 0 for group in groups) else match.group()

    def decimal_comma(self, number: re.Match[str]) -> str:
        """Return the comma and the digits behind it where they are decimals: `1,5 GB`; a unit must follow and no list lead here."""
        text, position = self.text, number.start()
        match = _DECIMAL_COMMA.match(text, number.end())
        if match is None or number.group("dec") or number.group("exp") or len(number.group("int") or "") > 3:
            return ""
        listed = position > 1 and text[position - 1] in ", [" and text[: position - 1].rstrip(" ,[")[-1:].isdigit()
        return match.group() if self.unit_at(match.end()) and not listed else ""

    def tolerated(self, number: Number) -> Number:
        """Take the tolerance behind a number with it: `5 ± 1 ms`, `12.3 ms +/- 4 %`."""
        text = self.text
        sign = _TOLERANCE.match(text, max(number.stop, number.end if number.unit else 0))
        match = _NUMBER.match(text, sign.end()) if sign else None
        parsed = _fraction(match.group("int") or "", match.group("dec") or "", match.group("exp") or "") if match else None
        if match is None or parsed is None or len(number.written) > 1:
            return number
        stop = match.end()
        behind = self.unit_at(stop)
        unit = self.units[behind[0]].symbol if behind else ""
        if number.unit and unit not in (number.unit, "%", ""):
            return number
        item = number.written[0]
        middle = item.printed.middle or Fraction(0)
        share = unit == "%" and number.unit != "%" and bool(number.unit)
        slack = abs(middle) * parsed[0] / 100 if share else parsed[0]
        end = behind[1] if behind else stop
        return replace(
            number,
            written=(Written(Interval(middle - slack, middle + slack), item.name, item.printed),),
            approximation=Approximation.ABOUT,
            unit=number.unit or unit,
            stop=end,
            end=end,
        )

    def counts_gpus(self, number: Number) -> bool:
        """Tell whether the name of a GPU and a multiplication sign lead here: `H100 x 64`."""
        text, position = self.text, number.digits
        before = text[max(0, position - 24) : position].rstrip()
        if before[-1:] not in ("x", "X", "×", "*") or text[number.stop :].lstrip()[:1] in ("x", "X", "×", "*"):
            return False
        named = before[:-1].rstrip()
        starts = [index for index in range(len(named)) if not index or named[index - 1].isspace()]
        return any(_GPU_NAME.fullmatch(named, start) for start in starts)

    def runs_on(self, position: int) -> bool:
        """Tell whether a letter follows right behind: `1F1B`, `3D`, `8a`; `2x8` and `8xH100` do not count."""
        text = self.text
        if position >= len(text) or not text[position].isalpha():
            return False
        axis = _AXIS_VALUE.match(text, position)
        if axis and axis.group(1).lower() in _AXES:
            return False  # `tp8pp4`
        return not (text[position] in "xX×" and position + 1 < len(text) and not text[position + 1].islower())

    def plain_text(self, position: int, end: int) -> Number:
        nothing = (Written(Interval.exact(0)),)
        return Number(position, position, end, end, nothing, Approximation.EXACT, form=Form.TEXTUAL)

    def word_end(self, position: int) -> int:
        while position < len(self.text) and (self.text[position].isalnum() or self.text[position] in "_"):
            position += 1
        return position

    def names_quantity(self, name: str) -> bool:
        return name.lower() in self.names

    def glued_name(self, position: int) -> tuple[str, int, str]:
        """Return the name right before the digits, where it starts and what joins them: nothing, `=`, `(`, `-`, `:` or a space."""
        text, cursor = self.text, position
        while cursor > 0 and text[cursor - 1] in "~≈$":
            cursor -= 1
        glue = ""
        if cursor and text[cursor - 1] in "=(:-_":
            glue = text[cursor - 1]
            cursor -= 1
            while glue in "=:(" and cursor and text[cursor - 1] in _GAP:
                cursor -= 1
            if glue == "(" and cursor + 1 < position and text[cursor] in _GAP and not _axis_ends(text, cursor):
                return "", -1, ""
        elif cursor and text[cursor - 1] in _GAP:
            spaced = cursor
            while spaced and text[spaced - 1] in _GAP:
                spaced -= 1
            if spaced and text[spaced - 1] == "=":
                glue, cursor = "=", spaced - 1
                while cursor and text[cursor - 1] in _GAP:
                    cursor -= 1
            else:
                glue, cursor = " ", spaced
        end = cursor
        while cursor > 0 and (text[cursor - 1].isalpha() and text[cursor - 1].isascii()):
            cursor -= 1
        word = text[cursor:end]
        if not word or (word in "xX" and glue == "" and cursor and text[cursor - 1] in "0123456789) "):
            return "", -1, ""
        assigned = end == position - 1 and word.lower() in _AXES  # `TP=4 PP=2`
        if glue in "=:" and glue and ((_ends_in_digit(text, cursor) and not assigned) or _symbolic(text, cursor)):
            return "", -1, ""
        if glue in "-_" and glue and not self.names_quantity(word):
            if cursor and text[cursor - 1].isdigit():
                return "", -1, ""
            return word, cursor, ""
        if glue == "" and cursor and (text[cursor - 1].isdigit() or text[cursor - 1] == "_") and not self.names_quantity(word):
            return word, cursor, ""
        if glue == " " and cursor > 1 and text[cursor - 1] in "-_" and text[cursor - 2].isalpha():
            return "", -1, ""  # the end of a longer name: --moe-router-group-topk 4
        if glue in (" ", ":", "=", "("):
            lowered = word.lower()
            if glue == " " and lowered not in self.naming and lowered not in self.names:
                return "", -1, ""
            if glue in (":", "=", "(") and lowered not in self.names:
                return "", -1, ""
        return word, cursor, glue

    def identifies(self, number: Number) -> bool:
        """Tell whether `GPU 3` or `layers 0-7` only names; a noun or unit behind it makes it a count, and so does `GPUs per stage 4`."""
        return (
            number.name.lower() in self.naming
            and not number.unit
            and not self.counts(number)
            and not (number.noun and (number.hyphenated or self.text[number.stop : number.end].strip().lower() == number.noun))
        )

    def counts(self, number: Number) -> bool:
        """Tell whether what stands before a number counts: `Number of stages 4`, `Layers per stage 6`, `Layers 24` outside a list."""
        if number.approximation is not Approximation.EXACT or number.written[0].interval.high == 0:
            return False
        if _COUNTED.search(self.text, max(0, number.name_start - 40), number.name_start):
            return True
        return number.name.endswith("s") and bool(_PAIR_ENDS.match(self.text, number.stop))

    def lead(self, position: int) -> tuple[int, str, bool, str]:
        """Look back from the digits (or the glued name) for a sign, a bound and an approximation mark."""
        text = self.text
        start, bound, approximate, signed = position, "", False, ""
        if start and text[start - 1] in "+-−" and (start == 1 or text[start - 2] in " \t(|:,;=~"):
            signed = "-" if text[start - 1] in "-−" else "+"
            start -= 1
        window = max(0, start - 16)
        about = _ABOUT.search(text, window, start)
        if about:
            approximate, start = True, about.start()
        bounded = _BOUND.search(text, max(0, start - 18), start)
        if bounded:
            words = (bounded.group("sign") or bounded.group("words") or "").lower()
            if words == "over" and not _MORE_THAN.search(text, max(0, bounded.start() - 16), bounded.start()):
                return start, bound, approximate, signed  # `spread over 8 GPUs`: where, not how many
            approximate = approximate or bool(bounded.group("about") or bounded.group("about2"))
            below = words in _BELOW
            bound = ("<" if below else ">") + ("" if words in _STRICT else "=")
            start = bounded.start()
        return start, bound, approximate, signed

    def meaning(self, value: Fraction, step: Fraction, factor: int, label: str, approximate: bool, inexact: bool) -> Written:
        value, step = value * factor, step * factor
        slack = Fraction(0)
        if inexact:
            slack = step / 2
        if approximate:
            slack = max(step / 2, min(abs(value) / 20, _ABOUT_DIGITS * _last_place(value, step)))
        return Written(Interval(value - slack, value + slack), label, Interval.exact(value))

    def unit_at(self, position: int) -> tuple[str, int] | None:
        """Return the unit spelling (longest) right at `position`, an optional space before it, and where it ends."""
        text = self.text
        start = position
        if (start < len(text) and text[start] in _GAP) or (start < len(text) and text[start] == "-"):
            start += 1
        if text[start : start + 1] in _NO_UNIT:
            return None
        stretch = text[start : start + 28]
        for length in range(len(stretch), 0, -1):
            candidate = stretch[:length]
            end = start + length
            if end < len(text) and candidate[-1].isalnum() and (text[end].isalnum() or text[end] == "_"):
                continue
            spelling = candidate if candidate in self.units else candidate.lower()
            if spelling not in self.units and "flop" in spelling:
                spelling = candidate.upper()  # GFLOps, TFlOPS
            if spelling in self.units and (candidate in self.units or len(candidate) > 2):
                return spelling, end
        return None

    def follow(self, number: Number) -> Number:
        """Read what stands right behind the digits: a range's other end, a unit, `x`, a per-scope, a noun."""
        text = self.text
        position = number.stop
        closing = 1 if position < len(text) and text[position] == ")" and number.name and text[number.digits - 1] == "(" else 0
        if position < len(text) and text[position] == "+" and (position + 1 == len(text) or not text[position + 1].isdigit()):
            number = replace(number, bound=number.bound or ">=", stop=position + 1, end=position + 1)
            position += 1
        unit = self.unit_at(position)
        spread = None if closing else (_TIGHT_RANGE.match(text, unit[1] if unit else position))
        if spread and number.name.lower() in self.naming and spread.group()[0] in _GAP and "to" not in spread.group():
            spread = None  # "Stage 0 - 32 GPUs" names one stage
        if spread and "to" in spread.group() and _CHANGES_FROM.search(text, max(0, number.start - 24), number.start):
            spread = None  # "from 75% to 92%" is a change, "ranging from 75% to 92%" a range
        if spread:
            other = self.range_end(number, spread.end(), unit)
            if other:
                number, position = other, other.stop
                unit = self.unit_at(position) or unit
                if unit and unit[1] <= number.digits:
                    unit = None
        percent_plus = False
        if unit and unit[1] > position - 1:
            spelling = self.units[unit[0]]
            end = unit[1] if unit[1] > number.end or not number.unit else number.end
            number = replace(number, unit=spelling.symbol, per=spelling.per, end=max(end, number.end))
            if number.end < len(text) and text[number.end] == "+":
                number, percent_plus = replace(number, bound=number.bound or ">="), True
            if number.approximation is Approximation.EXACT and spelling.symbol != "byte":
                number = replace(
                    number,
                    approximation=Approximation.ROUNDED,
                    written=tuple(rounded(text[number.digits : number.stop], item) for item in number.written),
                )
        elif (
            position < len(text)
            and text[position] in "xX×"
            and not _COUNTED_BY_TIMES.match(text, position)
            and (position + 1 == len(text) or not text[position + 1].isalpha())
        ):
            return replace(number, form=Form.RATIO, end=position + 1, stop=position + 1)
        elif (
            position + 1 < len(text)
            and text[position] in _GAP
            and text[position + 1] in "×x"
            and re.match(
                r"\s[x×]\s(?:faster|higher|lower|better|more|less|improvement|reduction|speed)",
                text[position : position + 20],
                re.IGNORECASE,
            )
        ):
            return replace(number, form=Form.RATIO, end=position + 2, stop=position + 2)
        slash = self.part_of(number)
        if slash:
            return slash
        after = number.end + closing + percent_plus
        per = _PER.match(text, after)
        if per and number.unit:
            word = per.group("word").lower()
            number = replace(number, per=word, end=number.end)
        if not number.unit:
            number = self.noun(number, after)
        return number

    def range_end(self, number: Number, position: int, unit: tuple[str, int] | None) -> Number | None:
        text = self.text
        if position < len(text) and text[position] in "~$":
            position += 1
        match = _NUMBER.match(text, position)
        if match is None or match.end() == position or self.textual_until(position) > 0:
            return None
        parsed = _fraction(match.group("int") or "", match.group("dec") or "", match.group("exp") or "")
        if parsed is None:
            return None
        stop = match.end()
        if stop < len(text) and (text[stop] == "_" or re.match(r"-[A-Za-z]{2,}\d", text[stop : stop + 6])):
            return None
        value, step = parsed
        magnitude = None if self.unit_at(stop) else _MAGNITUDE_AT.match(text, stop)
        factors: tuple[tuple[int, str], ...] = ((1, ""),)
        if magnitude:
            key = (magnitude.group("word") or magnitude.group("letter") or "").strip()
            factors, stop = _MAGNITUDE[key if key in _MAGNITUDE else key.lower()], magnitude.end()
        written = []
        inexact = bool(match.group("dec") or magnitude)
        for index, (factor, label) in enumerate(factors):
            low = number.written[min(index, len(number.written) - 1)].interval
            slack = step * factor / 2 if inexact else Fraction(0)
            lower = low.low if low.low is not None else Fraction(0)
            if magnitude and len(number.written) == 1 and not _MAGNITUDE_AT.match(text, number.stop - 1):
                lower *= factor
            high = value * factor + slack
            if high < lower:
                return None
            start = number.written[min(index, len(number.written) - 1)].printed.low or Fraction(0)
            if magnitude and len(number.written) == 1 and not _MAGNITUDE_AT.match(text, number.stop - 1):
                start *= factor
            written.append(Written(Interval(lower, high), label, Interval(min(start, value * factor), max(start, value * factor))))
        return replace(number, written=tuple(written), stop=stop, end=stop, approximation=Approximation.RANGE)

    def part_of(self, number: Number) -> Number | None:
        """Handle m/n: `16/16 GPUs` is a part, `1/4th` a fraction."""
        text, position = self.text, number.stop
        if number.unit or position >= len(text):
            return None
        match = re.match(r"\s?/\s?(\d[\d,]{0,14})(?![\d.]*[/\w]*/)", text[position : position + 24])
        if match is None or number.approximation is not Approximation.EXACT:
            return None
        spaced = " " in match.group()
        end = position + match.end()
        if re.match(r"(?:th|rd|nd)s?\b", text[end : end + 4]) and number.written[0].interval.low is not None:
            divisor = int(match.group(1).replace(",", ""))
            if divisor:
                value = number.written[0].interval.low / divisor
                stop = end + (re.match(r"(?:th|rd|nd)s?", text[end : end + 4]) or match).end()
                return replace(number, written=(Written(Interval.exact(value)),), form=Form.FRACTION, stop=stop, end=stop)
        if spaced:
            return None
        return replace(number, form=Form.PART, end=position)

    def noun(self, number: Number, after: int) -> Number:
        """Find the counted noun: the first known noun among the few words behind the number."""
        text, position = self.text, after
        hyphenated = position < len(text) and text[position] in "-‑" and position + 1 < len(text) and text[position + 1].isalpha()
        if hyphenated:
            position += 1
        spare: Number | None = None
        product = 0
        for _ in range(4):
            if text.startswith("--", position) or text.startswith(" --", position):
                break
            while position < len(text) and text[position] in _GAP + "-‑*`":
                position += 1
            if (
                position < len(text)
                and _ == 0
                and (text[position] == "×" or (text[position] in "xX" and _GPU_NAME.match(text, position + 1)))
            ):
                position += 1
                continue
            match = _WORD.match(text, position)
            if match is None or match.group()[0] in "%$":
                break
            model = _GPU_NAME.match(text, position)
            if model:
                product = model.end()
            model = model or _PRODUCT.match(text, position)
            if model:
                position = model.end()
                continue
            word = match.group()
            if word.lower() in self.nouns and not (match.end() < len(text) and text[match.end()].isdigit()):
                found = replace(number, noun=word.lower(), end=match.end(), hyphenated=hyphenated)
                per = _PER.match(text, match.end())
                if per and per.group().lstrip().startswith("/"):
                    found = replace(found, per=per.group("word").lower())
                if hyphenated or f"{word.lower()}s" not in self.nouns or number.written[0].interval == Interval.exact(1):
                    return found
                spare = spare or found  # "1024 token dimension", "64 expert parallel groups": a later noun is the counted one
            if word.lower() in _STOPS or (match.end() < len(text) and (text[match.end()].isdigit() or text[match.end()] in ":=([")):
                break
            position = match.end()
        if spare is None and product:
            return replace(number, noun="gpus", end=product)  # `512 H100`, `8x A100-80GB`
        return spare or number


_PRODUCT: Final = re.compile(r"[A-Z]{1,3}\d{2,4}\b(?!\s*[:=])")
"""A product name between a count and its noun: `8 H100 GPUs`."""
_GPU_NAME: Final = re.compile(
    r"(?:A(?:10|30|40|100|800)|H(?:20|100|200|800)|B(?:100|200|300)|GB(?:200|300)|L(?:4|40)|V100|T4|MI[23]\d\d)[A-Zs]?"
    r"(?:[- ](?:SXM\d?|PCIe|NVL|\d{2,3} ?Gi?B))?(?![\w-])(?!\s*[:=])"
)
"""The name of a GPU that is counted without the word: `512 H100`."""
_ABOUT_DIGITS: Final = 10
"""How many units of its last digit a number behind an approximation sign may be off: `~7.98` says more than `~8`."""
_AXIS_VALUE: Final = re.compile(r"([A-Za-z]{2,4})\d")
_COUNTED_BY_TIMES: Final = re.compile(r"[xX×]\s?(?:[\d(~]|[A-Z]{1,3}\d|[A-Z]\w|GPU|gpu|node|NVIDIA|nvidia)")
"""A multiplication sign that is followed by what is multiplied or counted: `2x8`, `8× H100`, `4xGB200`."""
_COUNTED: Final = re.compile(
    r"(?:\bper[\s-]|[a-z]/|\b(?:number|count) of\s|\bnum\s|\btotal\s)(?:[a-z]+(?:[\s-]|-parallel\s))?$", re.IGNORECASE
)
"""What stands before a noun that is counted, though its number follows it: `Layers per pipeline stage 6`."""
_PAIR_ENDS: Final = re.compile(r"\s*(?:$|[,;](?!\s*(?:and\s)?[\d~]))")
"""The end of `Layers 24` where it is a pair of label and value: nothing that goes on counting members."""
_CHANGES_FROM: Final = re.compile(r"(?<!ranging )(?<!ranges )(?<!range )(?<!varies )(?<!varying )\bfrom\s+~?$", re.IGNORECASE)
_AXES: Final = frozenset("tp pp ep dp cp sp etp vp vpp top topk gbs mbs bs ga gas".split())
"""Glued names that state a value even without a sign between: TP4."""
_STOPS: Final = frozenset(
    "of per in on at to for from with across by and or is are was the each than vs as into over under "
    "within between without out target limit a an".split()
)


def _ends_in_digit(text: str, position: int) -> bool:
    """Tell whether, white space apart, a digit or a closing bracket stands right before `position`: `64 GPUs = 194MB`."""
    while position and text[position - 1] in _GAP:
        position -= 1
    return bool(position) and (text[position - 1].isdigit() or text[position - 1] in ")")


def _axis_ends(text: str, position: int) -> bool:
    """Tell whether the word that ends at `position` is the short name of a parallel axis: `TP (2)`."""
    start = position
    while start and text[start - 1].isalpha():
        start -= 1
    return text[start:position].lower() in _AXES


def _symbolic(text: str, position: int) -> bool:
    """Tell whether a product of bare names leads here: `EP × TP × DP = 64 × 8 × 2` gives DP no value."""
    while position and text[position - 1] in _GAP:
        position -= 1
    if not position or text[position - 1] not in "×x*·+/÷":
        return False
    position -= 1
    while position and text[position - 1] in _GAP:
        position -= 1
    return bool(position) and text[position - 1].isalpha()


def _last_place(value: Fraction, step: Fraction) -> Fraction:
    """Return one unit of the last digit that is not a zero at the end of a whole number: 10 for 7,980, a hundredth for 7.98."""
    while step >= 1 and value and value % (step * 10) == 0:
        step *= 10
    return step


def rounded(digits: str, written: Written) -> Written:
    """Widen a measured integer to half a unit of its last digit; three or more trailing zeros count as rounding, of a fortieth at most."""
    plain = digits.translate(_GROUPING)
    if not plain.isdigit() or written.interval.low is None:
        return written
    zeros = len(plain) - len(plain.rstrip("0"))
    slack = min(Fraction(10**zeros, 2), Fraction(int(plain), 40)) if zeros >= 3 and len(plain) > zeros else Fraction(1, 2)
    low, high = written.interval.low, written.interval.high
    return Written(Interval(low - slack, None if high is None else high + slack), written.name, written.printed)


def _bounded(number: Number) -> Number:
    """Open the interval on the side the bound leaves free; the printed number itself is the other end."""
    written = []
    for item in number.written:
        middle = item.printed.middle
        side = Interval(None, middle) if number.bound.startswith("<") else Interval(middle, None)
        written.append(Written(side, item.name, side))
    return replace(number, written=tuple(written), approximation=Approximation.BOUND)


def _spread(text: str, numbers: list[Number]) -> list[Number]:
    """Let neighbours inform each other: wholes after parts, arrows, units shared along a list or range."""
    result = list(numbers)
    for index in range(len(result)):
        number = result[index]
        if index and result[index - 1].form is Form.PART and text[result[index - 1].stop : number.digits].strip() == "/":
            result[index] = number = replace(number, form=Form.WHOLE)
            if not result[index - 1].unit and not result[index - 1].noun:
                result[index - 1] = replace(result[index - 1], unit=number.unit, noun=number.noun)
        if index and number.form is not Form.TEXTUAL:
            before = result[index - 1]
            gap = text[before.end : number.start] if number.start >= before.end else ""
            leads = before.name.lower() in _AXES and not number.name and number.noun not in ("", "way", "ways")  # `TP=8 → 64 GPUs`
            if gap and len(gap) < 12 and _ARROW.fullmatch(gap) and before.form is Form.PLAIN and not leads:
                result[index - 1] = replace(before, arrow=before.arrow or "from")
                if not before.unit and not before.noun:
                    result[index - 1] = replace(result[index - 1], unit=number.unit, noun=number.noun, per=number.per)
                if number.unit and not before.unit and before.approximation is Approximation.EXACT:
                    result[index - 1] = replace(
                        result[index - 1],
                        approximation=Approximation.ROUNDED,
                        written=tuple(rounded(text[before.digits : before.stop], item) for item in before.written),
                    )
                result[index] = replace(number, arrow="to")
    return result


def scan(
    text: str, units: Mapping[str, Spelling], nouns: frozenset[str], naming: frozenset[str], names: frozenset[str]
) -> tuple[Number, ...]:
    """Return the numbers of `text` in order.

    `units` maps unit spellings to symbols; `nouns` are the counted things, `naming` the nouns that a following number only
    identifies (`GPU 3`), `names` the short names that may be glued to a number (`tp`, `ep`); all lower case but the units.
    """
    return _Scanner(text, units, nouns, naming, names).run()

"""Numerals: the digits of one number and what belongs to them.

131072   131,072   131 072   131'072   131_072   1.5   .5   1,5 GB   2^20   2**20   10⁹   3.2e12   1.2 × 10^9   ½   1½
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.language.ground import Ground, is_digit
from auditor.records import dataclass

__all__ = ["MAX_EXPONENT", "VULGAR", "Numeral", "numeral_at", "plain_numeral", "starts_numeral"]

MAX_DIGITS: Final = 40
"""Longer digit strings are hashes and identifiers, not figures."""
MAX_EXPONENT: Final = 30

VULGAR: Final = {
    "½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅕": Fraction(1, 5),
    "⅖": Fraction(2, 5), "⅗": Fraction(3, 5), "⅘": Fraction(4, 5), "⅙": Fraction(1, 6), "⅚": Fraction(5, 6), "⅛": Fraction(1, 8),
    "⅜": Fraction(3, 8), "⅝": Fraction(5, 8), "⅞": Fraction(7, 8), "⅐": Fraction(1, 7), "⅑": Fraction(1, 9), "⅒": Fraction(1, 10),
}  # fmt: skip
_NUMBER: Final = re.compile(
    r"(?P<int>\d{1,3}(?:,\d{3}){1,12}+(?!,?\d)|\d{1,3}(?:_\d{3}){1,12}+(?!\w)|\d{1,3}(?:['\u2019]\d{3}){1,12}+(?!['\u2019]?\d)|\d++)?"
    r"(?P<dec>\.\d++)?(?P<exp>[eE][+-]?\d{1,4}(?![\w]))?"
)
_LISTED: Final = re.compile(r"(?P<int>\d++)?(?P<dec>\.\d++)?(?P<exp>[eE][+-]?\d{1,4}(?![\w]))?")
_SPACED: Final = re.compile(r"\d{1,3}(?:[\u00a0\u202f\u2009]\d{3}){1,12}+(?![\d\u00a0\u202f\u2009])|\d{1,3}(?: \d{3}){1,12}+(?! ?\d)")
_DECIMAL_COMMA: Final = re.compile(r",\d{1,2}(?![\d]|[,.]\d)")
_POWER: Final = re.compile(r" ?(?:\^|\*\*) ?\{?(-?\d{1,3})\}?(?!\d)")
_SUPERSCRIPT: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPER: Final = re.compile(r"⁻?[⁰¹²³⁴-⁹]{1,9}")
_TIMES_POWER: Final = re.compile(r" ?(?:[x×*·]|\\times|\\cdot) ?10(?: ?(?:\^|\*\*) ?\{?(-?\d{1,3})\}?|(⁻?[⁰¹²³⁴-⁹]{1,4}))(?![\d⁰¹²³⁴-⁹])")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as digits."""

    start: int
    stop: int
    value: Fraction | None
    """None where the digits are too many, or the exponent too large, for a figure."""
    step: Fraction
    """What one unit of its last printed digit counts; 0 for a power."""
    inexact: bool = False
    """Written with decimals or an exponent, so that it is rounded."""
    doubtful: bool = False
    """It can be read otherwise just as well: `1,5 GB`, `1 234 567`."""
    whole: bool = False
    """Plain digits, perhaps grouped."""


def starts_numeral(ground: Ground, position: int) -> bool:
    """Tell whether a numeral starts at a position: a digit, a vulgar fraction, or the point of `.5`."""
    character = ground.text[position]
    if is_digit(character) or character in VULGAR:
        return True
    if character != "." or not is_digit(ground.at(position + 1)):
        return False
    before = ground.at(position - 1)
    return not (before.isalnum() or before in (".", ")"))


def plain_numeral(ground: Ground, position: int) -> Numeral | None:
    """Return the digits at a position with separators, decimals and an exponent; None if there are none."""
    listed = ground.at(position - 1) == "," and is_digit(ground.at(position - 2))  # the 16 of `1,16,256`
    match = (_LISTED if listed else _NUMBER).match(ground.text, position)
    if match is None or match.end() == position:
        return None
    return _read(match.start(), match.end(), match.group("int") or "", match.group("dec") or "", match.group("exp") or "")


def numeral_at(ground: Ground, position: int) -> Numeral | None:
    """Return the numeral at a position: digits, separators, decimals, exponents, powers and vulgar fractions."""
    vulgar = VULGAR.get(ground.text[position])
    if vulgar is not None:
        return Numeral(position, position + 1, vulgar, Fraction(0), inexact=False)
    plain = plain_numeral(ground, position)
    if plain is None:
        return None
    plain = _spaced(ground, plain) or _decimal_comma(ground, plain) or plain
    if plain.value is None:
        return plain
    return _mixed(ground, plain) or _power(ground, plain) or _times_power(ground, plain) or plain


def _read(start: int, stop: int, integer: str, decimals: str, exponent: str) -> Numeral:
    digits = "".join(filter(is_digit, integer[: 2 * MAX_DIGITS]))
    power = int(exponent[1:]) if exponent else 0
    if len(integer) > 2 * MAX_DIGITS or len(digits) + len(decimals) > MAX_DIGITS or abs(power) > MAX_EXPONENT:
        return Numeral(start, stop, None, Fraction(0))
    places, scale = max(len(decimals) - 1, 0), Fraction(10) ** power
    value = Fraction(int((digits or "0") + decimals[1:]), 10**places)
    return Numeral(start, stop, value * scale, scale / 10**places, bool(decimals or exponent), whole=not decimals and not exponent)


def _spaced(ground: Ground, plain: Numeral) -> Numeral | None:
    """Return the number whose thousands are set apart by spaces.

    By plain ones where it cannot be two numbers: from a million on, with a group that opens with a zero (`131 072`), or with a
    counted thing right behind (`16 384 tokens`). A list of powers of two is a list.
    """
    match = _SPACED.match(ground.text, plain.start)
    if match is None or (ground.at(plain.start - 1) == " " and is_digit(ground.at(plain.start - 2))):
        return None
    found = _read(plain.start, match.end(), match.group(), "", "")
    if " " not in match.group():
        return found
    groups = match.group().split(" ")
    leading_zero = any(group[0] == "0" for group in groups[1:]) and groups[0][0] != "0"
    if all(int(group) & (int(group) - 1) == 0 for group in groups) and not leading_zero:
        return None
    if len(groups) > 2:
        return replace(found, doubtful=not leading_zero)
    one = _one_number(ground, plain, match.end(), leading_zero=leading_zero)
    return replace(found, doubtful=not leading_zero) if one else None


def _one_number(ground: Ground, plain: Numeral, end: int, *, leading_zero: bool) -> bool:
    """Tell whether two groups of digits are one number: nothing names the first one, and the second could not stand alone."""
    before = ground.skip_back(plain.start)
    if ground.word_before(before).lower() in ground.words.naming | ground.words.names or ground.at(plain.start - 1).isalnum():
        return False
    word = ground.word_at(ground.skip(end))
    counts = word is not None and word.group().lower() in ground.words.nouns
    alone = ground.text.strip() == ground.text[plain.start : end]
    return leading_zero or counts or alone or _RATE.match(ground.text, end) is not None or _owned(ground, end)


_RATE: Final = re.compile(r" ?[A-Za-z]{1,8}/[a-z]")
"""A rate, of which nobody counts several: `2 860 tok/s`, but `8 192 GB cards`."""


def _owned(ground: Ground, end: int) -> bool:
    """Tell whether what stands behind says whose a figure is: `14 500 a card`, `2 860 per node`."""
    word = ground.word_at(ground.skip(end))
    if word is None or word.group().lower() not in ground.words.per:
        return False
    owner = ground.word_at(ground.skip(word.end()))
    return owner is not None and owner.group().lower() in ground.words.owners


def _decimal_comma(ground: Ground, plain: Numeral) -> Numeral | None:
    """Return the number whose decimals stand behind a comma: `1,5 GB`; a unit must follow and no list lead here."""
    match = _DECIMAL_COMMA.match(ground.text, plain.stop)
    if match is None or not plain.whole or plain.stop - plain.start > 3 or not ground.unit_at(match.end()):
        return None
    if ground.at(plain.start - 1) in tuple(", ["):
        left = ground.skip_back(plain.start - 1, " ,[")
        if is_digit(ground.at(left - 1)):
            return None
    return replace(_read(plain.start, match.end(), ground.text[plain.start : plain.stop], f".{match.group()[1:]}", ""), doubtful=True)


def _mixed(ground: Ground, plain: Numeral) -> Numeral | None:
    """Return a whole number and the fraction behind it: `1½`."""
    part = VULGAR.get(ground.at(plain.stop))
    if part is None or not plain.whole or plain.value is None:
        return None
    return replace(plain, value=plain.value + part, stop=plain.stop + 1, step=Fraction(0), whole=False)


def _power(ground: Ground, plain: Numeral) -> Numeral | None:
    """Return a power: `2^20`, `2**20`, `10⁹`."""
    match = _POWER.match(ground.text, plain.stop)
    if match is not None and not plain.inexact:
        return _raised(plain, int(match.group(1)), match.end())
    match = _SUPER.match(ground.text, plain.stop)
    if match is None or not plain.whole or plain.value not in (2, 10):
        return None
    return _raised(plain, int(match.group().translate(_SUPERSCRIPT)), match.end(), name=True)


def _raised(plain: Numeral, power: int, stop: int, *, name: bool = False) -> Numeral | None:
    """Return a numeral to a power; one too large for a figure is none, or a name where its digits cannot stand without it."""
    if plain.value is None or abs(power) > MAX_EXPONENT or (not plain.value and power < 0):
        return replace(plain, stop=stop, value=None) if name else None
    return Numeral(plain.start, stop, plain.value**power, Fraction(0))


def _times_power(ground: Ground, plain: Numeral) -> Numeral | None:
    """Return a number times a power of ten: `3.2 × 10^12`, `1.5·10⁹`."""
    match = _TIMES_POWER.match(ground.text, plain.stop)
    if match is None or plain.value is None:
        return None
    power = int(match.group(1) or match.group(2).translate(_SUPERSCRIPT))
    if abs(power) > MAX_EXPONENT:
        return None
    scale = Fraction(10) ** power
    return replace(plain, stop=match.end(), value=plain.value * scale, step=plain.step * scale, whole=False)

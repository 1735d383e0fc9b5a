"""An evaluator and a reader of numbers that share nothing with the auditor's own: they check its arithmetic.

`evaluate` computes the substituted text of a derivation; `candidates` reads what a number of a report can mean, the plain way a
person would: digits, a magnitude, a unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|(floor)|(\*\*|//|[-+*/%()]))")


class NotArithmeticError(ValueError):
    """The text is words, not arithmetic."""


def evaluate(text: str) -> Fraction:
    """Return the value of plain arithmetic: + - * / // % ** ( ) floor and decimal numbers."""
    tokens: list[str] = []
    at = 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise NotArithmeticError(text)
        tokens.append(match.group().strip())
        at = match.end()
    value, rest = _sum(tokens)
    if rest:
        raise NotArithmeticError(text)
    return value


def numbers(text: str) -> list[Fraction]:
    """Return the numbers that stand in arithmetic, in order."""
    return [Fraction(match[1]) for match in TOKEN.finditer(text) if match[1]]


def _sum(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, rest = _product(tokens)
    while rest and rest[0] in ("+", "-"):
        other, after = _product(rest[1:])
        value, rest = (value + other if rest[0] == "+" else value - other), after
    return value, rest


def _product(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, rest = _power(tokens)
    while rest and rest[0] in ("*", "/", "//", "%"):
        other, after = _power(rest[1:])
        if rest[0] == "*":
            value *= other
        elif rest[0] == "//":
            value = Fraction(value // other)
        elif rest[0] == "/":
            value /= other
        else:
            value %= other
        rest = after
    return value, rest


def _power(tokens: list[str]) -> tuple[Fraction, list[str]]:
    value, rest = _atom(tokens)
    if rest and rest[0] == "**":
        exponent, rest = _power(rest[1:])
        if exponent.denominator != 1 or abs(exponent) > 64:
            raise NotArithmeticError("an exponent that is no small whole number")
        value = Fraction(value ** int(exponent))
    return value, rest


def _atom(tokens: list[str]) -> tuple[Fraction, list[str]]:
    if not tokens:
        raise NotArithmeticError("ends too soon")
    first, rest = tokens[0], tokens[1:]
    if first == "-":
        value, rest = _atom(rest)
        return -value, rest
    if first == "floor":
        value, rest = _atom(rest)
        return Fraction(math.floor(value)), rest
    if first == "(":
        value, rest = _sum(rest)
        if not rest or rest[0] != ")":
            raise NotArithmeticError("a bracket stays open")
        return value, rest[1:]
    if not first[0].isdigit():
        raise NotArithmeticError(first)
    return Fraction(first), rest


POWERS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}
SECONDS = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "µs": Fraction(1, 10**6),
    "μs": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "second": Fraction(1),
    "seconds": Fraction(1),
    "min": Fraction(60),
    "hours": Fraction(3600),
    "h": Fraction(3600),
    "day": Fraction(86400),
    "days": Fraction(86400),
}
WORDS = {"B": 10**9, "billion": 10**9, "million": 10**6, "trillion": 10**12, "thousand": 10**3}
NUMBER_WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()
DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+")
MAGNITUDES = {"K": 10**3, "M": 10**6, "B": 10**9}
MAGNITUDE = re.compile(r"([KMB])\+?(?=\s)")
UNIT = re.compile(r"\s*(%|[A-Za-zµμ]+(?:[/*][A-Za-z]+)?)")


def _factors() -> dict[str, set[Fraction]]:
    found: dict[str, set[Fraction]] = {"%": {Fraction(1, 100)}}
    for prefix, power in {**POWERS, **BINARY}.items():
        for name, sizes in (("B", {Fraction(1)}), ("b", {Fraction(1, 8), Fraction(1)}), ("bit", {Fraction(1, 8), Fraction(1)})):
            for per in ("", "/s", "ps"):
                found.setdefault(f"{prefix}{name}{per}", set()).update(size * power for size in sizes)
            found.setdefault(f"{prefix}{name}/ms", set()).update(size * power * 1000 for size in sizes)
        for name in ("FLOP", "FLOPs", "FLOPS", "Flops", "flops", "FLOP/s", "FLOPs/s"):
            found[f"{prefix}{name}"] = {Fraction(power)}
    for prefix, power in POWERS.items():  # 64GB may be meant as 64 GiB
        if prefix and f"{prefix}i" in BINARY:
            for end in ("B", "B/s", "Bps"):
                found[f"{prefix}{end}"].add(Fraction(BINARY[f"{prefix}i"]))
        if prefix:
            found.setdefault(prefix, set()).add(Fraction(power))
    for prefix in ("K", "k", "M"):
        found[prefix].add(Fraction(2 ** {"K": 10, "k": 10, "M": 20}[prefix]))
    for name, seconds in SECONDS.items():
        found.setdefault(name, set()).add(seconds)
        for counted in ("token", "tokens", "tok", "sequences", "samples", "batches", "requests"):
            found[f"{counted}/{name}"] = {1 / seconds}
    found["TPS"] = {Fraction(1)}
    found |= {"gpu*h": {Fraction(3600)}, "USD/h": {Fraction(1, 3600)}, "USD/Mtoken": {Fraction(1, 10**6)}}
    for prefix in ("", "k", "M"):
        for name in ("W", "J", "USD"):
            found.setdefault(f"{prefix}{name}", set()).add(Fraction(POWERS[prefix]))
    for name, size in WORDS.items():
        found.setdefault(name, set()).add(Fraction(size))
    return found


FACTORS = _factors()
ANY = {factor for factors in FACTORS.values() for factor in factors} | {Fraction(1)}


def states(text: str, number: Fraction, shown: str = "") -> bool:
    """Tell whether `text` states `number`: its digits with the factor of the unit behind them, or of some unit where none is written.

    A range states what lies in it, a list of ids how many there are, a number word its number. `shown` is how the derivation writes
    what it read, where a label gives the unit.
    """
    found = [(Fraction(match.group().replace(",", "")), match.end()) for match in DIGITS.finditer(text)]
    for digits, end in found:
        unit = UNIT.match(text, end)
        factors = FACTORS.get(unit[1]) if unit else None
        if any(digits * factor == number for factor in factors or ANY):
            return True
        if magnitude := MAGNITUDE.match(text, end):  # `19M+ tokens/ms`
            behind = UNIT.match(text, magnitude.end())
            many = FACTORS.get(behind[1]) if behind else None
            if any(digits * MAGNITUDES[magnitude[1]] * factor == number for factor in many or ()):
                return True
    values = [value for value, _ in found]
    if len(values) > 1 and any(min(values) * factor <= number <= max(values) * factor for factor in ANY):
        return True
    return (
        number in (len(_listed(text)), len(values))
        or any(word in re.findall("[a-z]+", text.lower()) and number == value for value, word in enumerate(NUMBER_WORDS))
        or ("single" in text.lower() and number == 1)
    )


def different(texts: Iterable[str]) -> int:
    """Return how many different ids several texts list together."""
    return len({one for text in texts for one in _listed(text)})


def _listed(text: str) -> list[int]:
    """Return the ids that a text lists: `0-3`, `0,1,2`, `GPUs 0-1 and 4-5`."""
    found: list[int] = []
    for match in re.finditer(r"(\d+)(?:\s*(?:-|–|to|\.\.)\s*(?:[A-Za-z]+\s*)?(\d+))?", text):
        last = int(match[2] or match[1])
        if last - int(match[1]) < 100_000:
            found += range(int(match[1]), last + 1)
    return found


SHOWN = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?:e(\d+))?(?:/(\d+))?\s?(%|[A-Za-z]+(?:[/*][A-Za-z]+)?)?")


def shows(result: str, value: Fraction) -> bool:
    """Tell whether a result begins with `value`, as exactly as it is written there."""
    match = SHOWN.match(result)
    if match is None:
        return False
    sign, whole, part, exponent, below, unit = match.groups()
    shown = Fraction(f"{whole.replace(',', '')}.{part or '0'}") * Fraction(10) ** int(exponent or 0)
    if below:
        return shown / int(below) == abs(value)
    half = Fraction(10) ** (int(exponent or 0) - len(part or "")) / 2
    return any(abs((-shown if sign else shown) * factor - value) <= half * factor for factor in FACTORS.get(unit or "", {Fraction(1)}))

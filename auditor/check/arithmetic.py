"""The value of written arithmetic: interval and dimension of an expression, under one way to read its units and signs.

The same writing has several admissible readings (GB or GiB, K as 1000 or 1024, everything behind a division sign below the line).
`Manner` is one of them; `manners` lists those that make a difference for an equation, the usual one first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, islice, product
from typing import Final

from auditor.check.printed import Printed, binary_scale, printed
from auditor.claims.equation import Leaf, Node, Power, Product, Sum, leaves
from auditor.records import dataclass
from auditor.relations.language import plain
from auditor.units import DATA, DIMENSIONLESS, TIME, UNITS, Dimension
from auditor.values import Interval

__all__ = ["Amount", "Manner", "as_printed", "evaluate", "is_bytes_suffix", "manners", "unit_of"]

MAX_MANNERS: Final = 32
MAX_SIZES: Final = 3
_ONE: Final = Interval.exact(1)
ALL_PREFIXES: Final = "KMGTP"
_SMALL_PREFIXES: Final = ("K", "KM")


@dataclass(frozen=True, slots=True)
class Manner:
    """One way to read an equation."""

    binary_units: str = ""
    """Letters of the prefixes read as powers of 1024: `KMGTP` for all, `K` where only KB is 1024 bytes."""
    binary_suffixes: bool = False
    """K and M behind a count as powers of 1024."""
    as_bytes: tuple[int, ...] = ()
    """Where the numbers start whose bare `B` is read as bytes, not billions."""
    as_billions: tuple[int, ...] = ()
    """Where the numbers start whose `B` is read as billions, not bytes."""
    under_the_line: bool = False
    """All that follows a division sign divides: a / b x c is a / (b x c)."""
    bits: bool = False
    """A factor of 8 turns bytes into the bits of the other unit."""
    prefixes: bool = False
    """Division by a power of 1000 or 1024 turns bytes into the GB of the other side."""
    flattened: bool = False
    """A power of ten lost its raised exponent: 109 is 10^9."""
    bare: bool = False
    raw_percent: bool = False
    """A percentage as the number before its sign, where `bare`."""
    """Numbers as printed, without their units."""
    shared: str = ""
    """The unit that the terms of a sum have that are written without one: that of the result, in `1.9 + 400 x 21 ms = 10.3 s`."""

    @property
    def name(self) -> str:
        """What is unusual about it, in words; empty for the usual reading."""
        said = (
            (self.binary_units == ALL_PREFIXES, "data units as powers of 1024"),
            (self.binary_units in _SMALL_PREFIXES, " and ".join(f"{letter}B" for letter in self.binary_units) + " as powers of 1024"),
            (self.binary_suffixes, "K and M as powers of 1024"),
            (bool(self.as_bytes), "B as bytes"),
            (bool(self.as_billions), "B as billions"),
            (self.under_the_line, "all that follows the division sign divides"),
            (self.bits, "the factor 8 turns bytes into bits"),
            (self.prefixes, "the divisor turns bytes into the other side's unit"),
            (self.flattened, "a power of ten whose exponent is not raised"),
            (self.bare, "the figures as printed, in one unit"),
            (self.raw_percent, "percent as printed"),
            (bool(self.shared), "terms without a unit in that of the result"),
        )
        return ", ".join(words for holds, words in said if holds)


@dataclass(frozen=True, slots=True)
class Amount:
    """What an expression comes to."""

    interval: Interval
    """In base units, from the written precision of its numbers."""
    dimension: Dimension
    middle: Fraction
    """The value of the numbers exactly as printed."""
    ascii: str
    """The arithmetic in base units and plain ASCII."""
    single: bool = False
    """`ascii` needs no brackets around it."""


def as_printed(text: str, leaf: Leaf, manner: Manner | None = None) -> Printed:
    """Return the number of a leaf of an expression read from `text`."""
    reading = 1 if manner and manner.binary_suffixes else 0
    return printed(text, leaf.number, reading, negative=leaf.negative)


def manners(text: str, trees: Sequence[Node]) -> Iterator[Manner]:
    """Yield the readings that can make a difference for these expressions, the usual one first, without `bare`."""
    found = [leaf for tree in trees for leaf in leaves(tree)]
    units = [UNITS[leaf.number.unit] for leaf in found if leaf.number.unit in UNITS]
    data = any(binary_scale(unit) for unit in units)
    suffix = any(len(leaf.number.written) > 1 for leaf in found)
    sizes = [leaf for leaf in found if is_bytes_suffix(leaf)][:MAX_SIZES]
    under = any(_mixes(tree) for tree in trees)
    bits = any("bit" in unit.symbol for unit in units) and any(_is_eight(leaf) for leaf in found)
    prefixes = {unit.symbol[0] for unit in units if binary_scale(unit)}
    powers = ["", ALL_PREFIXES, *(small for small in _SMALL_PREFIXES if set(small) <= prefixes and len(prefixes) > len(small))]
    letters, lines, bit = ((False, True) if switch else (False,) for switch in (suffix, under, bits))
    bytes_ = [chosen for count in range(len(sizes) + 1) for chosen in combinations(sizes, count)]
    divides = any(unit.dimension == DATA for unit in units) and any(map(_is_scaled, trees))
    flat = any(map(_is_flattened, found))
    scaled, raised = ((False, True) if switch else (False,) for switch in (divides, flat))
    choices = product(raised, scaled, bit, lines, bytes_, letters, powers if data else [""])
    for flattened, prefix, one, line, byte, letter, power in islice(choices, MAX_MANNERS):
        other = [tuple(leaf.start for leaf in byte if bool(leaf.number.unit) is unit) for unit in (False, True)]
        yield Manner(power, letter, other[0], other[1], line, one, prefix, flattened)


def _is_scaled(node: Node) -> bool:
    """Tell whether a product is divided by a power of 1000 or 1024 that has no unit."""
    return isinstance(node, Product) and any(sign == "/" and _scale_of(factor) for sign, factor in node.factors)


def _scale_of(node: Node) -> bool:
    base, exponent = (node.base, node.exponent) if isinstance(node, Power) else (node, 1)
    if not isinstance(base, Leaf) or base.number.unit or len(base.number.written) != 1:
        return False
    value = base.number.written[0].interval.middle
    return value is not None and value**exponent in _SCALES


_SCALES: Final = frozenset(Fraction(base**power) for base in (1000, 1024) for power in range(1, 5))


def _is_flattened(leaf: Leaf) -> bool:
    """Tell whether a number may be a power of ten whose exponent lost its place: `405 x 109 parameters`."""
    digits = leaf.digits
    return not leaf.number.unit and digits.isdigit() and digits.startswith("10") and len(digits) in (3, 4) and int(digits[2:]) > 2


def is_bytes_suffix(leaf: Leaf) -> bool:
    """Tell whether the `B` behind a number may stand for bytes or for billions."""
    return leaf.number.unit in ("", "byte") and leaf.text.endswith("B")


def _is_eight(leaf: Leaf) -> bool:
    return not leaf.number.unit and leaf.digits == "8"


def _mixes(node: Node) -> bool:
    """Tell whether a division is followed by a multiplication on the same level."""
    match node:
        case Product():
            signs = [sign for sign, _ in node.factors]
            if "/" in signs and "*" in signs[signs.index("/") :]:
                return True
            return any(_mixes(factor) for _, factor in node.factors)
        case Sum():
            return any(_mixes(term) for _, term in node.terms)
        case Power():
            return _mixes(node.base)
        case _:
            return False


def evaluate(text: str, node: Node, manner: Manner) -> Amount | None:
    """Return what an expression comes to; None where it divides by zero or adds what cannot be added."""
    match node:
        case Leaf():
            return _number(text, node, manner)
        case Power():
            base = evaluate(text, node.base, manner)
            if base is None:
                return None
            return Amount(
                base.interval.power(node.exponent),
                base.dimension**node.exponent,
                base.middle**node.exponent,
                f"{_bracketed(base)} ** {node.exponent}",
            )
        case Product():
            return _product(text, node, manner)
        case Sum():
            return _sum(text, node, manner)
        case _:
            return None


def unit_of(leaf: Leaf, manner: Manner) -> tuple[Fraction, Dimension]:
    """Return the base units that make one of what a number is printed in, and their dimension."""
    unit = UNITS.get(leaf.number.unit)
    if manner.bare:
        return (unit.scale if unit and unit.symbol == "%" and not manner.raw_percent else Fraction(1)), DIMENSIONLESS
    scale, dimension = (unit.scale, unit.dimension) if unit else (Fraction(1), DIMENSIONLESS)
    if unit and unit.symbol[0] in manner.binary_units:
        scale = binary_scale(unit) or scale
    elif leaf.start in manner.as_bytes and is_bytes_suffix(leaf):
        scale, dimension = Fraction(1, 10**9), DATA
    elif leaf.start in manner.as_billions:
        scale, dimension = Fraction(10**9), DIMENSIONLESS
    return (scale / UNITS[leaf.per].scale, dimension / TIME) if leaf.per else (scale, dimension)


def _number(text: str, leaf: Leaf, manner: Manner) -> Amount:
    if manner.bits and _is_eight(leaf):
        return Amount(_ONE, DIMENSIONLESS, Fraction(1), "1", single=True)
    if manner.flattened and _is_flattened(leaf):
        power = Fraction(10) ** int(leaf.digits[2:])
        return Amount(Interval.exact(power), DIMENSIONLESS, power, plain(power), single=True)
    figure = as_printed(text, leaf, manner)
    scale, dimension = unit_of(leaf, manner)
    middle = figure.value * scale
    return Amount(figure.interval.scale(scale), dimension, middle, plain(middle), single=middle >= 0 and "/" not in plain(middle))


def _bracketed(amount: Amount) -> str:
    return amount.ascii if amount.single else f"({amount.ascii})"


def _product(text: str, node: Product, manner: Manner) -> Amount | None:
    interval, dimension, middle, words = _ONE, DIMENSIONLESS, Fraction(1), ""
    below: list[Amount] = []
    for sign, factor in node.factors:
        if manner.prefixes and sign == "/" and _scale_of(factor):
            continue
        amount = evaluate(text, factor, manner)
        if amount is None:
            return None
        if sign == "/" or (manner.under_the_line and below):
            below.append(amount)
            if amount.middle == 0 or (amount.interval.contains(0)):
                return None
            interval, dimension, middle = interval / amount.interval, dimension / amount.dimension, middle / amount.middle
            words += f" / {_bracketed(amount)}"
        else:
            interval, dimension, middle = interval * amount.interval, dimension * amount.dimension, middle * amount.middle
            words += f" * {_bracketed(amount)}" if words else _bracketed(amount)
    return Amount(interval, dimension, middle, words)


def _sum(text: str, node: Sum, manner: Manner) -> Amount | None:
    amounts = []
    for sign, term in node.terms:
        amount = evaluate(text, term, manner)
        if amount is None:
            return None
        amounts.append((sign, term, amount))
    dimension = next((amount.dimension for _, _, amount in amounts if amount.dimension != DIMENSIONLESS), DIMENSIONLESS)
    own = UNITS[manner.shared].scale if manner.shared else _shared_scale(text, node, manner)
    shared = own if dimension != DIMENSIONLESS else Fraction(1)
    total, middle, words = Interval.exact(0), Fraction(0), ""
    for index, (sign, term, amount) in enumerate(amounts):
        if amount.dimension not in (dimension, DIMENSIONLESS):
            return None
        share = index > 0 and isinstance(term, Leaf) and term.number.unit == "%" and not _is_share(node.terms[0][1])
        if share and not manner.bare:
            # `15 GB + 10%` adds a share of what stands before it
            factor = (_ONE + amount.interval) if sign == "+" else (_ONE - amount.interval)
            total, middle = total * factor, middle * (1 + amount.middle if sign == "+" else 1 - amount.middle)
            words = f"({words}) * (1 {sign} {_bracketed(amount)})"
            continue
        scale = shared if amount.dimension != dimension else Fraction(1)
        value, text_of = amount.interval.scale(scale), amount.ascii if scale == 1 else f"{_bracketed(amount)} * {plain(scale)}"
        if sign == "-":
            total, middle = total - value, middle - amount.middle * scale
            words += f" - {_bracketed(Amount(value, dimension, middle, text_of, amount.single and scale == 1))}"
        else:
            total, middle = total + value, middle + amount.middle * scale
            words += f" + {text_of}" if words else text_of
    return Amount(total, dimension, middle, words)


def _is_share(node: Node) -> bool:
    return isinstance(node, Leaf) and node.number.unit == "%"


def _shared_scale(text: str, node: Sum, manner: Manner) -> Fraction:
    """Return the unit that the terms without one share with those that have one: `0.6 + 2 + 8 GB`."""
    for _, term in reversed(node.terms):
        for leaf in leaves(term):
            figure = as_printed(text, leaf)
            if figure.unit and figure.unit.dimension != DIMENSIONLESS:
                return unit_of(leaf, manner)[0]
    return Fraction(1)

"""Written equations: `64 experts / 4 GPUs = 16 experts per GPU` as a tree with places.

`read` finds every equation in a text, alone or chained (`12 x 2 = 24 = 3 x 8`), and two shorter ways of writing one: a figure
with its arithmetic in brackets (`134 MB (1024 x 128 x 128 x 2 bytes)`) and a share with its result
(`400 TFLOPS (60% MFU = 240 TFLOPS)`). Numbers come from the value grammar; words between a number and the next operator
only name it. What can be read in two ways keeps both (`alternatives`); what cannot be read with confidence (two numbers with
no operator between them, ranges, dates, lists) yields nothing. Nothing here is evaluated: that is `check.equation`'s work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from auditor.claims.lexicon import Lexicon
from auditor.claims.numbers import Form, Number

__all__ = ["Equation", "Leaf", "Node", "Power", "Product", "Shape", "Side", "Sum", "Symbol", "leaves", "operations", "read"]

MAX_TEXT: Final = 20_000
MAX_TOKENS: Final = 1_500
MAX_DEPTH: Final = 12
MAX_SIDES: Final = 12


class Shape(StrEnum):
    """How an equation is written."""

    EQUALS = "equals"
    """Sides joined by equality signs."""
    BRACKET = "bracket"
    """A figure and, in brackets behind it, the arithmetic it comes from."""
    SHARE = "share"
    """A figure and, in brackets behind it, a share of it with its result."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A written number; offsets are into the text that was read."""

    start: int
    end: int
    number: Number
    text: str
    """The digits and the unit as written."""
    digits: str
    """The digits and their magnitude suffix as written."""
    negative: bool = False
    per: str = ""
    """Unit of time it is divided by, beyond its own unit: `ms` in `30.7 GB/ms`."""
    clear: bool = True
    """False where a word behind it looks like a unit that is not known."""
    giga: bool = False
    """A magnitude letter that only FLOP counts use stands behind the digits: `21G`."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name (or something not understood) that stands where a number belongs."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with their signs (`+` or `-`)."""

    start: int
    end: int
    terms: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors with `*` or `/` before each (the first has `*`), and `%` for `60% of`, where the factor before it is a share."""

    start: int
    end: int
    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Power:
    """A base and a small whole exponent."""

    start: int
    end: int
    base: Node
    exponent: int


Node = Leaf | Symbol | Sum | Product | Power


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an equation."""

    start: int
    end: int
    tree: Node
    about: bool = False
    """It is joined to the side before it by an approximate equality."""


@dataclass(frozen=True, slots=True)
class Equation:
    """Two or more sides that are said to be equal."""

    start: int
    end: int
    sides: tuple[Side, ...]
    shape: Shape = Shape.EQUALS
    alternatives: tuple[Equation, ...] = ()
    """Other ways to read the same stretch of text; it is wrong only if all of them are."""


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the numbers of a tree from left to right."""
    match node:
        case Leaf():
            yield node
        case Sum():
            for _, term in node.terms:
                yield from leaves(term)
        case Product():
            for _, factor in node.factors:
                yield from leaves(factor)
        case Power():
            yield from leaves(node.base)
        case Symbol():
            return


def symbols(node: Node) -> Iterator[Symbol]:
    """Yield the names of a tree that stand for numbers."""
    match node:
        case Symbol():
            yield node
        case Sum():
            for _, term in node.terms:
                yield from symbols(term)
        case Product():
            for _, factor in node.factors:
                yield from symbols(factor)
        case Power():
            yield from symbols(node.base)
        case Leaf():
            return


def operations(node: Node) -> int:
    """Return how many operators a tree holds."""
    match node:
        case Sum():
            return len(node.terms) - 1 + sum(operations(term) for _, term in node.terms)
        case Product():
            return len(node.factors) - 1 + sum(operations(factor) for _, factor in node.factors)
        case Power():
            return 1 + operations(node.base)
        case _:
            return 0


# --- tokens


class _Kind(StrEnum):
    NUMBER = "number"
    WORD = "word"
    OPERATOR = "operator"
    EQUALS = "equals"
    OPEN = "open"
    CLOSE = "close"
    BREAK = "break"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    start: int
    end: int
    text: str = ""
    leaf: Leaf | None = None
    items: tuple[_Token, ...] = ()
    """The content of a group."""
    name: str = ""
    """What is glued to the number by an equality sign: `EP` in `EP=64`."""
    sign_at: int = -1
    """Offset of that equality sign."""
    dash: bool = False
    """A spaced hyphen, which may be a minus or a dash."""
    signed: bool = False
    """A number with a plus sign of its own at the start of a side: it adds to something said before."""
    square: bool = False
    """A group in square or curly brackets."""


_WORD: Final = re.compile(r"[^\W\d]\w*(?:[-/'’.][^\W\d]\w*)*")
_GLUED_WORD: Final = re.compile(r"[-/‑_]?[^\W\d]\w*(?:[-/'’.][^\W\d]\w*)*")
_CHAIN: Final = re.compile(r"\d+(?:x\d+)+")
_GIGA: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)[GP]")
_TIME_WORDS: Final = {
    "ns": "ns", "us": "us", "µs": "us", "μs": "us", "ms": "ms", "millisecond": "ms", "milliseconds": "ms",
    "s": "s", "sec": "s", "second": "s", "seconds": "s", "min": "min", "minute": "min", "h": "h", "hr": "h", "hour": "h", "day": "day",
}  # fmt: skip
_UNIT_LIKE: Final = re.compile(r"(?:[kKMGTPE]i?)?(?:[Bb]|[Bb]its?|[Bb]ytes?|[Ff][Ll][Oo][Pp][sS]?|[bB]ps)(?:/.*)?|[kKMGTPE]i?")
_OPERATORS: Final = {"+": "+", "-": "-", "−": "-", "–": "-", "*": "*", "×": "*", "·": "*", "∙": "*", "⋅": "*", "✕": "*", "✖": "*", "∗": "*", "÷": "/", "/": "/", "∕": "/", "⁄": "/", "^": "^"}  # fmt: skip
_OPERATOR_WORDS: Final = {"x": "*", "times": "*", "plus": "+", "minus": "-"}
_ABOUT_SIGNS: Final = "≈≃≅∼~"
_OPENING: Final = {"(": ")", "[": "]", "{": "}", "（": "）"}
_SPACE: Final = " \t\u00a0\u202f\u2009`_\u200b\ufeff"
_FUNCTIONS: Final = frozenset("ceil floor round max min log ln log2 log10 sqrt sum avg mean mod abs exp int float len range pow prod product".split())
_SUPERSCRIPTS: Final = {"²": 2, "³": 3, "⁴": 4}
_CLAUSE: Final = frozenset(
    "and or so with while then is are was has have had gives give yields means needs need requires require required where because since thus hence "
    "therefore ie eg i.e e.g but as by uses use using via holds hold contains equals total that which stores store handles handle".split()
)
"""Words that open a new clause: the number behind them does not belong with the one before."""
_DENIED: Final = frozenset("not never isn't wrong instead rather".split())


def _leaf(number: Number, text: str, start: int, end: int) -> Leaf:
    return Leaf(start, end, number, text[number.digits : end].strip(), text[number.digits : number.stop])


def _tokens(text: str, numbers: Sequence[Number]) -> list[_Token]:
    """Cut a text into tokens; the numbers are the value grammar's."""
    starts: dict[int, Number] = {}
    for number in numbers:
        starts.setdefault(_number_start(number, text), number)
    found: list[_Token] = []
    position = 0
    while position < len(text) and len(found) < MAX_TOKENS:
        number_here = starts.get(position)
        if number_here is not None:
            position = _number_tokens(number_here, text, found)
            continue
        character = text[position]
        if character in _SPACE:
            position += 1
            continue
        position = _other_token(text, position, found)
    return found


def _number_start(number: Number, text: str) -> int:
    """Return where the token of a number starts: at a name glued to it, else at its digits (marks are read apart)."""
    if number.name and number.form is not Form.TEXTUAL:
        between = text[number.name_start + len(number.name) : number.digits]
        if between.strip(" ~≈$") in ("", "=") and (" " not in between or "=" in between):
            return number.name_start
        if between == "(" and text[_value_end(number) : _value_end(number) + 1] == ")":
            return number.name_start
    return number.digits


def _value_end(number: Number) -> int:
    """Return the end of the digits and the unit, without a counted noun."""
    return number.end if number.unit and number.end > number.stop else number.stop


def _number_tokens(number: Number, text: str, found: list[_Token]) -> int:
    start, end = _number_start(number, text), _value_end(number)
    if number.form is Form.TEXTUAL:
        written = text[start:end]
        if _CHAIN.fullmatch(written):
            return _chain_tokens(text, start, end, found)
        giga = _GIGA.fullmatch(written)
        if giga:
            stop = start + len(giga.group(1))
            found.append(_Token(_Kind.NUMBER, start, end, written, Leaf(start, end, number, written, text[start:stop], giga=True)))
            return end
        found.append(_Token(_Kind.BREAK if _is_date(written) else _Kind.WORD, start, max(end, start + 1), written))
        return max(end, start + 1)
    if number.form is Form.IDENTIFIER or number.form is Form.FRACTION and number.stop == number.digits:
        found.append(_Token(_Kind.BREAK, start, end, text[start:end]))
        return end
    if number.form is Form.RATIO:
        end = max(end, number.stop)
    name, sign_at = "", -1
    if start < number.digits and start == number.name_start:
        between = text[start + len(number.name) : number.digits]
        if "=" in between:
            name, sign_at = number.name, start + len(number.name) + between.index("=")
    if start < number.digits and text[number.digits - 1] == "(" and text[end : end + 1] == ")":
        end += 1
    leaf = _leaf(number, text, start, end)
    _marks(number, text, start, found)
    negative, signed = False, False
    if number.signed and start and text[start - 1] in "+-−":
        sign = "+" if text[start - 1] == "+" else "-"
        operand_before = bool(found) and found[-1].kind in (_Kind.NUMBER, _Kind.WORD, _Kind.CLOSE)
        if found and found[-1].kind is _Kind.OPERATOR and found[-1].end == start and found[-1].text == sign:
            last = found.pop()
            operand_before = bool(found) and found[-1].kind in (_Kind.NUMBER, _Kind.WORD, _Kind.CLOSE)
            if operand_before:
                found.append(last)
            elif sign == "-":
                negative = True
            else:
                signed = True
    if negative:
        leaf = Leaf(leaf.start, leaf.end, leaf.number, leaf.text, leaf.digits, negative=True)
    found.append(_Token(_Kind.NUMBER, start, end, text[start:end], leaf, name=name, sign_at=sign_at, signed=signed))
    position = end
    if position < len(text) and text[position] in _SUPERSCRIPTS:
        found.append(_Token(_Kind.OPERATOR, position, position, "^"))
        found.append(_Token(_Kind.WORD, position, position + 1, str(_SUPERSCRIPTS[text[position]])))
        return position + 1
    if number.form is not Form.RATIO:
        glued = _GLUED_WORD.match(text, position)
        if glued and glued.group()[0] in "-/‑_" and (number.unit or glued.group()[0] != "/"):
            # `4-way`, `30.7 GB/ms`: the word belongs to the number
            found.append(_Token(_Kind.WORD, position, glued.end(), glued.group()))
            return glued.end()
        if glued and glued.group() not in ("x", "X"):
            found.append(_Token(_Kind.WORD, position, glued.end(), glued.group()))
            return glued.end()
    return position


def _marks(number: Number, text: str, start: int, found: list[_Token]) -> None:
    """An approximation sign between two complete operands is an approximate equality."""
    if found and found[-1].kind is _Kind.EQUALS and found[-1].text in tuple(_ABOUT_SIGNS):
        before = found[-2] if len(found) > 1 else None
        if before is None or before.kind not in (_Kind.NUMBER, _Kind.WORD, _Kind.CLOSE):
            found.pop()


def _is_date(written: str) -> bool:
    return written.count("-") >= 2 or ":" in written


def _chain_tokens(text: str, start: int, end: int, found: list[_Token]) -> int:
    """Take `2x4x4` apart; the value grammar holds it for a shape."""
    position = start
    for index, part in enumerate(text[start:end].split("x")):
        if index:
            found.append(_Token(_Kind.OPERATOR, position, position + 1, "*"))
            position += 1
        number = _plain(position, part)
        found.append(_Token(_Kind.NUMBER, position, position + len(part), part, Leaf(position, position + len(part), number, part, part)))
        position += len(part)
    return end


def _plain(start: int, digits: str) -> Number:
    from fractions import Fraction

    from auditor.claims.model import Approximation
    from auditor.claims.numbers import Written
    from auditor.values import Interval

    stop = start + len(digits)
    return Number(start, start, stop, stop, (Written(Interval.exact(Fraction(int(digits)))),), Approximation.EXACT)

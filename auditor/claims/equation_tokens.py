"""The tokens of written equations: numbers with their units, operators in every spelling, words and separators."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from itertools import takewhile
from typing import Final

from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Approximation
from auditor.language.numbers import Form, Number, Written
from auditor.records import dataclass
from auditor.values import Interval

__all__ = ["OPERATOR_WORDS", "Leaf", "Token", "TokenKind", "tokens"]

MAX_TOKENS: Final = 1_500


@dataclass(frozen=True, slots=True)
class Leaf:
    """A written number; offsets are into the text that was read."""

    start: int
    end: int
    """End of the digits and the unit, without the words behind."""
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
    each: bool = False
    """A word behind it says that it is of one of many: `64 GB each`."""


class TokenKind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    WORD = "word"
    OPERATOR = "operator"
    """`text` is one of + - * / ^ of; % is the rest of a division, which no expression holds."""
    EQUALS = "equals"
    """`text` is `about` for an approximate equality."""
    OPEN = "open"
    CLOSE = "close"
    BREAK = "break"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an equation, or a bracket with its content."""

    kind: TokenKind
    start: int
    end: int
    text: str = ""
    leaf: Leaf | None = None
    items: tuple[Token, ...] = ()
    """The content of a group."""
    name: str = ""
    """What an equality sign glues to the number: `EP` in `EP=64`."""
    sign_at: int = -1
    """Offset of that equality sign."""
    dash: bool = False
    """A spaced hyphen: a minus sign or a dash."""
    per: str = ""
    """For words: the unit of time after `per` or a slash."""
    unit_like: bool = False
    """For words: spelt like a unit."""
    unit: str = ""
    """For words behind a bracket: the unit they are."""
    each: bool = False
    """For words: they say that the figure before them is of one of many."""


_WORD: Final = re.compile(r"[^\W\d_]\w*+(?:[-‑/'’.&][^\W\d_]\w*+)*+")
_GLUED: Final = re.compile(r"[-‑/_][^\W\d_]\w*+(?:[-‑/'’.][^\W\d_]\w*+)*+")
_CHAIN: Final = re.compile(r"(?<!\d)\d++(?:x\d++)++")
_DIFFERENCE: Final = re.compile(r"(\d{1,9})-(\d{1,9})")
_SPACED: Final = re.compile(r" (?:[KMGBT]|bn)(?![\w/])")
_GIGA: Final = re.compile(r"(?<![\d,])\d[\d,]*+(?:\.\d++)?(?=[GP]$)")
_TIMES: Final = {
    "ns": "ns", "us": "us", "µs": "us", "μs": "us", "ms": "ms", "millisecond": "ms", "s": "s", "sec": "s", "second": "s",
    "min": "min", "minute": "min", "h": "h", "hr": "h", "hour": "h", "day": "day",
}  # fmt: skip
_UNIT_LIKE: Final = re.compile(r"(?:[kKMGTPE]i?)?(?:[Bb]|[Bb]its?|[Bb]ytes?|[Ff][Ll][Oo][Pp][sS]?|[bB]ps)(?:/.*)?|[kKMGTPE]i?")
_SHORT: Final = 3
"""Letters of the longest symbol that is taken for a unit because it has a capital and names no axis."""
_MAGNITUDES: Final = {"K": 3, "k": 3, "M": 6, "G": 9, "B": 9, "bn": 9, "T": 12}
"""Letters that scale a count even where a space stands before them: `88.1 M`."""
_OPERATORS: Final = {
    "+": "+", "−": "-", "*": "*", "×": "*", "·": "*", "∙": "*", "⋅": "*", "✕": "*", "✖": "*", "∗": "*",
    "÷": "/", "/": "/", "∕": "/", "⁄": "/", "^": "^",
}  # fmt: skip
_DASHES: Final = "-–‐‒"
_AS_OFTEN: Final = re.compile(r" (?:as|the) [a-z]")
"""What makes a ratio of `6 times`: `6 times as long`, `6 times the load`."""
_OPERATOR_WORDS: Final = {"times": "*", "plus": "+", "minus": "-"}
OPERATOR_WORDS: Final = frozenset((*_OPERATOR_WORDS, "divided", "multiplied"))
"""Words that work something out between two numbers."""
_BEFORE_NUMBER: Final = re.compile(r"[ \n]{1,3}(?:([A-Za-z]{2,14}) )?[~≈$€]?\d")
_APPROXIMATE: Final = "≈≃≅∼~"
_OPENING: Final = "([{（"
_CLOSING: Final = ")]}）"
_SPACE: Final = " \t\u00a0\u202f\u2009`_\u200b\ufeff$"
_BREAKS: Final = ',;:|<>≤≥≠!?"“”„«»\n\r—→⇒➜↔•…'
_SUPERSCRIPTS: Final = {"²": "2", "³": "3", "⁴": "4"}
_DIVIDED: Final = re.compile(r"divided\s+by\b|multiplied\s+by\b", re.IGNORECASE)
_OPERANDS: Final = (TokenKind.NUMBER, TokenKind.WORD, TokenKind.CLOSE)


def tokens(text: str, lexicon: Lexicon) -> list[Token]:
    """Cut a text into tokens; the numbers are the value grammar's. At most `MAX_TOKENS`."""
    starts: dict[int, Number] = {}
    for number in lexicon.scan(text):
        starts.setdefault(_start(number, text), number)
    return _Scanner(text, starts, lexicon).run()


def _start(number: Number, text: str) -> int:
    """Return where the token of a number starts: at the name glued to it, else at its digits (signs and marks are read apart)."""
    if number.name and number.name_start >= 0 and number.form is not Form.TEXTUAL:
        between = text[number.name_start + len(number.name) : number.digits].strip(" ~≈")
        if between == "=" or number.name_start + len(number.name) == number.digits:
            return number.name_start
        if between == "(" and text[_end(number) : _end(number) + 1] == ")":
            return number.name_start
    return number.digits


def _end(number: Number) -> int:
    """Return the end of the digits and the unit, without a counted noun."""
    return number.end if number.unit and number.end > number.stop else number.stop


class _Scanner:
    def __init__(self, text: str, starts: dict[int, Number], lexicon: Lexicon) -> None:
        self.text, self.starts, self.lexicon = text, starts, lexicon
        self.found: list[Token] = []

    def run(self) -> list[Token]:
        position = 0
        while position < len(self.text) and len(self.found) < MAX_TOKENS:
            number = self.starts.get(position)
            if (factor := self.width(position)) is not None:
                self.found.append(factor)
                position = factor.end
            else:
                position = self.number(number) if number is not None else self.other(position)
        return self.found

    def add(self, kind: TokenKind, start: int, end: int, text: str = "") -> int:
        self.found.append(Token(kind, start, end, text))
        return end

    @property
    def after_operand(self) -> bool:
        return bool(self.found) and self.found[-1].kind in _OPERANDS

    def number(self, number: Number) -> int:
        text = self.text
        start, end = _start(number, text), max(_end(number), number.digits + 1)
        if number.form is Form.TEXTUAL:
            return self.textual(number, start, end)
        following = text[end : end + 3].lstrip()[:1]
        if number.form is Form.IDENTIFIER and (number.approximation is Approximation.RANGE or following not in "×*÷/" or not following):
            return self.add(TokenKind.BREAK, start, end)
        if number.bound and text[number.start : number.start + 1] in "<>≤≥":
            self.add(TokenKind.BREAK, start, start)
        name, sign_at = "", -1
        if start < number.digits:
            between = text[start + len(number.name) : number.digits]
            if "=" in between:
                name, sign_at = number.name, start + len(number.name) + between.index("=")
            if between.strip() == "(":
                end += 1
        if number.approximation is Approximation.RANGE and (chain := _DIFFERENCE.fullmatch(text, number.digits, end)) and self.subtracts():
            return self.difference(chain)
        leaf = Leaf(start, end, number, text[number.digits : _end(number)], text[number.digits : number.stop])
        if not number.unit and end == number.stop and (letter := _SPACED.match(text, end)):
            leaf, end = _magnified(leaf, text, letter), letter.end()
        self.found.append(Token(TokenKind.NUMBER, start, end, text[start:end], leaf, name=name, sign_at=sign_at))
        return self.glued(number, end)

    def subtracts(self) -> bool:
        """Tell whether a minus sign glued to numbers stands before this place: behind it a second one is no range."""
        return bool(self.found) and self.found[-1].kind is TokenKind.OPERATOR and self.found[-1].text == "-"

    def difference(self, chain: re.Match[str]) -> int:
        """Read `14-16` behind a minus sign as two numbers."""
        for group in (1, 2):
            start, end = chain.span(group)
            if group > 1:
                self.add(TokenKind.OPERATOR, start - 1, start, "-")
            digits = chain.group(group)
            self.found.append(Token(TokenKind.NUMBER, start, end, digits, Leaf(start, end, _whole_number(start, digits), digits, digits)))
        return chain.end()

    def glued(self, number: Number, end: int) -> int:
        """Take what sticks to the number: an exponent, `-way`, `/ms`."""
        text = self.text
        if text[end : end + 1] in _SUPERSCRIPTS and end < len(text):
            self.add(TokenKind.OPERATOR, end, end, "^")
            digit = _SUPERSCRIPTS[text[end]]
            self.found.append(Token(TokenKind.NUMBER, end, end + 1, digit, Leaf(end, end + 1, _whole_number(end, digit), digit, digit)))
            return end + 1
        match = _GLUED.match(text, end)
        if match is None:
            return end
        word = match.group()
        if word[0] == "/" and not number.unit and word[1:].lower() not in _TIMES:
            return end
        if word[0] in "-‑_" and self.starts.get(end + 1) is not None:
            return self.add(TokenKind.BREAK, end, end + 1)
        return self.word(end, match.end(), word)

    def textual(self, number: Number, start: int, end: int) -> int:
        """Read what the value grammar takes for a name: `2x4x4` is a product, `21G` a figure; dates and versions separate."""
        written = self.text[start:end]
        if _CHAIN.fullmatch(written):
            position = start
            for index, part in enumerate(written.split("x")):
                if index:
                    position = self.add(TokenKind.OPERATOR, position, position + 1, "*")
                stop = position + len(part)
                leaf = Leaf(position, stop, _whole_number(position, part[:30]), part, part)
                self.found.append(Token(TokenKind.NUMBER, position, stop, part, leaf))
                position = stop
            return end
        giga = _GIGA.match(written)
        if giga:
            value = Fraction(giga.group().replace(",", "")) * (10**9 if written.endswith("G") else 10**15)
            leaf = Leaf(start, end, _counted(number, value), written, written)
            self.found.append(Token(TokenKind.NUMBER, start, end, written, leaf))
            return end
        named = any(character.isalpha() for character in written) and written.count("-") < 2
        return self.add(TokenKind.WORD if named else TokenKind.BREAK, start, end, written)

    def width(self, position: int) -> Token | None:
        """Return a format of numbers that is a factor, its bytes: `1024 x FP16`, at the end of its clause or before another operator."""
        if not self.found or self.found[-1].kind is not TokenKind.OPERATOR or self.found[-1].text != "*":
            return None
        match = _WORD.match(self.text, position)
        size = self.lexicon.precisions.get(match.group().lower()) if match else None
        if match is None or size is None:
            return None
        end = match.end()
        behind = self.text[end : end + 3].lstrip()[:1]
        if behind and behind not in _CLOSING and behind not in _BREAKS and behind not in _OPERATORS and behind != "=":
            return None
        number = Number(position, position, end, end, (Written(Interval.exact(size)),), Approximation.EXACT, unit="byte")
        return Token(TokenKind.NUMBER, position, end, match.group(), Leaf(position, end, number, match.group(), match.group()))

    def word(self, start: int, end: int, text: str) -> int:
        lowered = text.lower().strip("-‑_/")
        slash = text.rpartition("/")[2].lower() if "/" in text else ""
        per = _TIMES.get(slash.removesuffix("s") if len(slash) > 3 else slash, "")
        before = self.found[-1] if self.found else None
        if not per and before is not None and before.kind is TokenKind.WORD and before.text.lower() == "per":
            per = _TIMES.get(lowered, "")
        unit = self.lexicon.units.get(text) if before is not None and before.kind is TokenKind.CLOSE else None
        self.found.append(
            Token(
                TokenKind.WORD,
                start,
                end,
                text,
                per=per,
                unit_like=self.is_unit_like(text),
                unit=unit.symbol if unit else "",
                each=lowered in self.lexicon.each,
            )
        )
        return end

    def is_unit_like(self, word: str) -> bool:
        """Tell whether a word is spelt like a unit: `kW` and `MWh`, not `PP`."""
        short = len(word) <= _SHORT and word.isalpha() and word != word.lower() and word.lower() not in self.lexicon.axis_names
        return short or bool(_UNIT_LIKE.fullmatch(word))

    def other(self, position: int) -> int:
        """Read a token that is not a number."""
        text = self.text
        character = text[position]
        following = text[position + 1 : position + 2]
        if character in _SPACE:
            return position + 1
        if character in "xX" and self.is_times(position):
            return self.add(TokenKind.OPERATOR, position, position + 1, "*")
        if character in _OPENING:
            return self.add(TokenKind.OPEN, position, position + 1, "(" if character in "(（" else character)
        if character in _CLOSING:
            return self.add(TokenKind.CLOSE, position, position + 1)
        if character in _DASHES:
            return self.dash(position)
        if character in _APPROXIMATE:
            if following == "=":
                return self.add(TokenKind.EQUALS, position, position + 2, "about")
            joins = self.after_operand and (character != "~" or self.tilde_joins(position))
            return self.add(TokenKind.EQUALS, position, position + 1, "about") if joins else position + 1
        if character == "@":
            joins = self.after_operand and self.precedes_share(position + 1)
            return self.add(TokenKind.OPERATOR if joins else TokenKind.BREAK, position, position + 1, "*")
        if character == "%" and self.after_operand:
            return self.add(TokenKind.OPERATOR, position, position + 1, "%")
        if character == "=":
            return self.equals(position)
        if character in "!<>" and following == "=":
            return self.add(TokenKind.BREAK, position, position + 2)
        if character == "-" and following == ">":
            return self.add(TokenKind.BREAK, position, position + 2)
        if character == "*" and following == "*":
            return position + 2
        if character == "/" and self.joins_names(position):
            return self.add(TokenKind.BREAK, position, position + 1)
        if character in _OPERATORS:
            return self.add(TokenKind.OPERATOR, position, position + 1, _OPERATORS[character])
        if character in _BREAKS or (character == "." and (not following or following.isspace())):
            return self.add(TokenKind.BREAK, position, position + 1)
        match = _WORD.match(text, position)
        return self.named(position, match) if match else position + 1

    def tilde_joins(self, position: int) -> bool:
        """Tell whether a tilde is an equality sign, as in `2 x 8 GPUs ~ 16`; glued to a number behind a word, it marks that number."""
        spaced = self.text[position - 1 : position] in _SPACE
        marks = self.found[-1].kind is TokenKind.WORD and self.text[position + 1 : position + 2].isdigit()
        return spaced and not marks

    def named(self, position: int, match: re.Match[str]) -> int:
        """Read a word; some are operators."""
        text, word, end = self.text, match.group(), match.end()
        for index in range(position + 1, end):
            inside = self.starts.get(index)
            if inside is not None and inside.form is not Form.TEXTUAL and not text[index - 1].isalnum():
                # `GPUs/TP4`: the word ends where a number begins
                end, word = index, text[position:index]
                break
        lowered = word.lower()
        divided = _DIVIDED.match(text, position)
        if divided and self.after_operand:
            return self.add(TokenKind.OPERATOR, position, divided.end(), "/" if lowered == "divided" else "*")
        multiplies = lowered != "times" or not _AS_OFTEN.match(text, end)
        if lowered in _OPERATOR_WORDS and multiplies and self.after_operand and self.right_behind_number():
            return self.add(TokenKind.OPERATOR, position, end, _OPERATOR_WORDS[lowered])
        if lowered == "of" and self.follows_share():
            return self.add(TokenKind.OPERATOR, position, end, "of")
        if lowered == "at" and self.after_operand and self.precedes_share(end):
            return self.add(TokenKind.OPERATOR, position, end, "*")
        if lowered in self.lexicon.implied["comes_to"] and self.computes() and self.precedes_number(end):
            return self.add(TokenKind.EQUALS, position, end)
        return self.word(position, end, word)

    def computes(self) -> bool:
        """Tell whether what stands before this place, up to a break or an equality sign, is arithmetic in words: `16 times 6.9 is 110`.

        Signs are no sentence: `2 x 8 GPUs are one replica` works nothing out.
        """
        last = self.found[-1].text.lower() if self.found else ""
        if not self.after_operand or not self.right_behind_number() or last in self.lexicon.implied["conjunction"]:
            return False
        said = takewhile(lambda token: token.kind not in (TokenKind.BREAK, TokenKind.EQUALS), reversed(self.found))
        return any(
            token.kind is TokenKind.OPERATOR and self.text[token.start : token.end][:1].isalpha() and token.end - token.start > 1
            for token in said
        )

    def precedes_number(self, position: int) -> bool:
        """Tell whether a number, at most one hedge before it, stands behind a place."""
        match = _BEFORE_NUMBER.match(self.text, position)
        return match is not None and (not match[1] or match[1].lower() in self.lexicon.hedges)

    def right_behind_number(self) -> bool:
        """Tell whether at most one word stands between this place and the last number or bracket: `4 GPUs plus 2`."""
        last = [token.kind for token in self.found[-2:]]
        return last[-1:] != [TokenKind.WORD] or last[:1] != [TokenKind.WORD]

    def follows_share(self) -> bool:
        """Tell whether the last number, with at most one word behind it, is a share: `60% MFU of`, `1/4 of`."""
        last = self.found[-3:]
        if [token.kind for token in last] == [TokenKind.NUMBER, TokenKind.OPERATOR, TokenKind.NUMBER] and last[1].text == "/":
            return self.text[last[0].start : last[2].end].replace("/", "", 1).isdigit()
        for token in self.found[-1:-3:-1]:
            if token.kind is TokenKind.NUMBER and token.leaf is not None:
                return token.leaf.number.unit == "%" or token.leaf.number.form is Form.FRACTION
            if token.kind is not TokenKind.WORD:
                return False
        return False

    def precedes_share(self, position: int) -> bool:
        for index in range(position, min(position + 4, len(self.text))):
            number = self.starts.get(index)
            if number is not None:
                return number.unit == "%"
        return False

    def joins_names(self, position: int) -> bool:
        """Tell whether a slash only lists: `TP1/PP4/EP8`."""
        before, after = self.found[-1] if self.found else None, self.starts.get(position + 1)
        named = before is not None and before.leaf is not None and before.end == position and before.leaf.number.name
        return bool(named) and after is not None and bool(after.name)

    def is_times(self, position: int) -> bool:
        """Tell whether an `x` multiplies: an operand before it, a digit or bracket behind it."""
        text = self.text
        before, after = text[:position].rstrip(_SPACE)[-1:], text[position + 1 :].lstrip(_SPACE)
        if position and text[position - 1].isalpha():
            return False
        spaced = text[position + 1 : position + 2] in (" ", "") and text[position - 1 : position] == " "
        return (
            bool(before)
            and (before.isalnum() or before in ")%")
            and (after[:1].isdigit() or after[:1] in tuple("(~") or (spaced and after[:1].isalpha()))
        )

    def dash(self, position: int) -> int:
        """Tell a minus sign from a hyphen and a dash."""
        text = self.text
        if text[position + 1 : position + 2] == ">":
            return self.add(TokenKind.BREAK, position, position + 2)
        stop = position + 1
        before = text[position - 1 : position]
        after = text[stop : stop + 1]
        spaced_before, spaced_after = not before or before in _SPACE, not after or after in _SPACE
        rest = text[stop:].lstrip(_SPACE)[:1]
        offset = len(text) - len(text[stop:].lstrip(_SPACE))
        numeric = rest.isdigit() or rest in tuple("(~") or self.starts.get(offset) is not None
        glued = not spaced_before and not spaced_after
        if not numeric or (glued and self.starts.get(stop) is not None and not after.isdigit()):
            return self.add(TokenKind.BREAK, position, stop)
        if (size := self.sizes(position, stop)) is not None:
            return size
        if glued and self.found and self.found[-1].kind is TokenKind.WORD and self.found[-1].end == position:
            return self.add(TokenKind.BREAK, position, stop)  # the hyphen of a name: `8 A100-SXM4-80GB`
        if spaced_before and spaced_after:
            if not self.after_operand:
                return self.add(TokenKind.BREAK, position, stop)
            self.found.append(Token(TokenKind.OPERATOR, position, stop, "-", dash=True))
            return stop
        return self.add(TokenKind.OPERATOR, position, stop, "-")

    def sizes(self, position: int, stop: int) -> int | None:
        """Take a size glued by a hyphen to a name for a part of the name: `A100-80GB`; None where the hyphen may subtract."""
        name, number = self.found[-1] if self.found else None, self.starts.get(stop)
        if name is None or name.kind is not TokenKind.WORD or name.end != position or number is None:
            return None
        if not number.unit and not any(character.isdigit() for character in name.text):
            return None
        self.found[-1] = replace(name, end=_end(number), text=self.text[name.start : _end(number)])
        return _end(number)

    def equals(self, position: int) -> int:
        text = self.text
        stop = position + 1
        while stop < len(text) and text[stop] == "=":
            stop += 1
        if text[stop : stop + 1] == ">" or stop - position > 2:
            return self.add(TokenKind.BREAK, position, stop)
        return self.add(TokenKind.EQUALS, position, stop)


def _magnified(leaf: Leaf, text: str, letter: re.Match[str]) -> Leaf:
    """Return a number with the magnitude behind its space."""
    scale = Fraction(10) ** _MAGNITUDES[letter.group().strip()]
    written = tuple(replace(one, interval=one.interval.scale(scale)) for one in leaf.number.written)
    number = replace(leaf.number, written=written, stop=letter.end(), end=letter.end())
    digits = text[leaf.number.digits : letter.end()]
    return replace(leaf, end=letter.end(), number=number, text=digits, digits=digits)


def _whole_number(start: int, digits: str) -> Number:
    stop = start + len(digits)
    return Number(start, start, stop, stop, (Written(Interval.exact(int(digits))),), Approximation.EXACT)


def _counted(number: Number, value: Fraction) -> Number:
    slack = value / 1000
    written = Written(Interval(value - slack, value + slack))
    return Number(number.start, number.digits, number.stop, number.end, (written,), Approximation.ROUNDED)

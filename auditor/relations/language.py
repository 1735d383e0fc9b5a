"""The language of relations: a safe reader for the small expressions of rule files, and its writer.

`gpus == tp * pp * dp`, `mem_used <= 95 / 100 * mem_capacity`, `ceil(heads / tp) * tp == heads and stated(ep)`: arithmetic
over names, numbers (with a unit: `6 FLOP`, `80 GB`), a table of functions, comparisons, membership (`vp in (1, 2)`), and/or/not.
Formulas of others may be given by name: `kv_bytes_per_token(...)` stands for its definition. The text is read by
this module's own tokeniser and parser, never by an evaluator; length, nesting, size, digits and degree are bounded, so an
expression of a stranger's rule can neither run code nor hang.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from typing import Final

from auditor.records import dataclass
from auditor.remember import once_for
from auditor.units import UNITS

__all__ = [
    "ARITHMETIC",
    "FUNCTIONS",
    "Binary",
    "Call",
    "Comparison",
    "Expression",
    "Logic",
    "Macro",
    "Name",
    "Negation",
    "Number",
    "RelationError",
    "comparisons",
    "conjuncts",
    "decimal",
    "mapped",
    "names",
    "plain",
    "read_condition",
    "read_expression",
    "write",
]

MAX_LENGTH: Final = 600
MAX_NESTING: Final = 24
MAX_NODES: Final = 160
MAX_DIGITS: Final = 30
MAX_EXPONENT: Final = 8
MAX_POWER_OF_TEN: Final = 24
MAX_DEGREE: Final = 24
"""Of numerator and denominator: bounds the work of proving as well as of evaluating."""


class RelationError(ValueError):
    """An expression is not in the language; `offset` is the character it stumbles on."""

    def __init__(self, message: str, offset: int = 0) -> None:
        self.message, self.offset = message, offset
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Number:
    """A constant in base units; `text` and `unit` as written (`6` and `FLOP`)."""

    value: Fraction
    unit: str = ""
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity, by the name the rule gives it."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`, the operator one of + - * / // % **."""

    operator: str
    left: Expression
    right: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """`-operand` of a number, or `not operand` of a condition."""

    operand: Expression
    logical: bool
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `FUNCTIONS` applied to its arguments."""

    function: str
    arguments: tuple[Expression, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, the operator one of == != < <= > >=."""

    operator: str
    left: Expression
    right: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions joined by `and` or `or`."""

    operator: str
    parts: tuple[Expression, ...]
    at: int = field(default=0, compare=False)


Expression = Number | Name | Binary | Negation | Call | Comparison | Logic


FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    "min": (2, 8),
    "max": (2, 8),
    "sum": (2, 16),
    "ceil": (1, 1),
    "floor": (1, 1),
    "abs": (1, 1),
    "stated": (1, 1),
}
"""The functions and how many arguments each takes; `stated(x)` is a condition: the report gives a value for x."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A formula that may be called by its name: its operands and the expression it stands for."""

    operands: tuple[str, ...]
    body: Expression


ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "//", "%", "**"})
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
_WORDS: Final = frozenset({"and", "or", "not", "in"})
_TWO: Final = ("**", "//", "==", "!=", "<=", ">=")
_ONE: Final = "+-*/%<>(),"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        character = text[at]
        start = at
        if character in " \t\n\r":
            at += 1
        elif character.isascii() and character.isdigit():
            while at < len(text) and text[at].isascii() and (text[at].isdigit() or text[at] in "._"):
                at += 1
            if text[at : at + 1] in ("e", "E") and text[at + 1 : at + 2].isascii() and text[at + 1 : at + 2].isdigit():
                at += 2
                while at < len(text) and text[at].isascii() and text[at].isdigit():
                    at += 1
            yield _Token("number", text[start:at], start)
        elif character.isascii() and (character.isalpha() or character == "_"):
            while at < len(text) and text[at].isascii() and (text[at].isalnum() or text[at] == "_"):
                at += 1
            word = text[start:at]
            yield _Token("word" if word in _WORDS else "name", word, start)
        elif text[at : at + 2] in _TWO:
            at += 2
            yield _Token("sign", text[start:at], start)
        elif character in _ONE:
            at += 1
            yield _Token("sign", character, start)
        elif character == "=":
            raise RelationError("`=` is not an operator here; equality is written `==`", start)
        else:
            raise RelationError(f"unexpected character {character!a}", start)
    yield _Token("end", "", len(text))


def _is_condition(node: Expression) -> bool:
    match node:
        case Comparison() | Logic():
            return True
        case Negation(logical=logical):
            return logical
        case Call(function=function):
            return function == "stated"
        case _:
            return False


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str, macros: Mapping[str, Macro]) -> None:
        self.macros = macros
        if len(text) > MAX_LENGTH:
            raise RelationError(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
        self.tokens = list(_tokens(text))
        self.position = 0
        self.nodes = 0
        self.nesting = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def accepts(self, *texts: str) -> bool:
        return self.token.kind in ("sign", "word") and self.token.text in texts

    def expect(self, text: str) -> None:
        if not self.accepts(text):
            found = repr(self.token.text) if self.token.text else "the end"
            raise RelationError(f"expected {text!r} but found {found}", self.token.at)
        self.take()

    def count(self, node: Expression) -> Expression:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise RelationError(f"more than {MAX_NODES} parts", node.at)
        return node

    def enter(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise RelationError(f"nested deeper than {MAX_NESTING}", self.token.at)

    def numeric(self, node: Expression) -> Expression:
        if _is_condition(node):
            raise RelationError("a condition stands where a number is wanted", node.at)
        return node

    def condition(self, node: Expression) -> Expression:
        if not _is_condition(node):
            raise RelationError("a number stands where a condition is wanted", node.at)
        return node

    def disjunction(self) -> Expression:
        self.enter()
        node = self.joined("or", lambda: self.joined("and", self.inversion))
        self.nesting -= 1
        return node

    def joined(self, operator: str, part: Callable[[], Expression]) -> Expression:
        first = part()
        if not self.accepts(operator):
            return first
        parts = [self.condition(first)]
        at = self.token.at
        while self.accepts(operator):
            self.take()
            parts.append(self.condition(part()))
        return self.count(Logic(operator, tuple(parts), at))

    def inversion(self) -> Expression:
        if not self.accepts("not"):
            return self.comparison()
        at = self.take().at
        self.enter()
        node = self.count(Negation(self.condition(self.inversion()), True, at))
        self.nesting -= 1
        return node

    def comparison(self) -> Expression:
        left = self.addition()
        if self.accepts("in"):
            return self.membership(self.numeric(left))
        if not self.accepts(*_COMPARISONS):
            return left
        found: list[Expression] = []
        first = self.token.at
        while self.accepts(*_COMPARISONS):
            sign = self.take()
            right = self.numeric(self.addition())
            found.append(self.count(Comparison(sign.text, self.numeric(left), right, sign.at)))
            left = right
        return found[0] if len(found) == 1 else self.count(Logic("and", tuple(found), first))

    def membership(self, left: Expression) -> Expression:
        """Read `in (a, b, ...)`: equal to one of them."""
        at = self.take().at
        self.expect("(")
        found: list[Expression] = []
        while not found or self.accepts(","):
            if found:
                self.take()
            found.append(self.count(Comparison("==", left, self.numeric(self.addition()), at)))
        self.expect(")")
        return found[0] if len(found) == 1 else self.count(Logic("or", tuple(found), at))

    def addition(self) -> Expression:
        node = self.product()
        while self.accepts("+", "-"):
            sign = self.take()
            node = self.count(Binary(sign.text, self.numeric(node), self.numeric(self.product()), sign.at))
        return node

    def product(self) -> Expression:
        node = self.factor()
        while self.accepts("*", "/", "//", "%"):
            sign = self.take()
            node = self.count(Binary(sign.text, self.numeric(node), self.numeric(self.factor()), sign.at))
        return node

    def factor(self) -> Expression:
        if not self.accepts("-"):
            return self.power()
        at = self.take().at
        self.enter()
        node = self.count(Negation(self.numeric(self.factor()), False, at))
        self.nesting -= 1
        return node

    def power(self) -> Expression:
        base = self.atom()
        if not self.accepts("**"):
            return base
        sign = self.take()
        token = self.take()
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 2 or int(token.text) > MAX_EXPONENT:
            raise RelationError(f"an exponent is a whole number up to {MAX_EXPONENT}", token.at)
        exponent = Number(Fraction(int(token.text)), "", token.at)
        if self.accepts("**"):
            raise RelationError("a power of a power needs parentheses", self.token.at)
        return self.count(Binary("**", self.numeric(base), exponent, sign.at))

    def atom(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            return self.count(self.number(token))
        if token.kind == "name":
            if self.accepts("("):
                return self.call(token)
            return self.count(Name(token.text, token.at))
        if token.kind == "sign" and token.text == "(":
            node = self.disjunction()
            self.expect(")")
            return node
        found = repr(token.text) if token.text else "the end"
        raise RelationError(f"expected a number, a name or a parenthesis but found {found}", token.at)

    def number(self, token: _Token) -> Number:
        digits, _, power = token.text.replace("_", "").lower().partition("e")
        if len(power) > 2 or int(power or 0) > MAX_POWER_OF_TEN:
            raise RelationError(f"a power of ten above {MAX_POWER_OF_TEN}", token.at)
        whole, _, part = digits.partition(".")
        if len(digits) > MAX_DIGITS:
            raise RelationError(f"a number of more than {MAX_DIGITS} digits", token.at)
        if not whole.isdigit() or (part and not part.isdigit()) or digits.endswith("."):
            raise RelationError(f"{token.text!r} is not a number", token.at)
        value = Fraction(int(whole + part), 10 ** len(part)) * 10 ** int(power or 0)
        if self.token.kind == "name" and self.tokens[self.position + 1].text != "(":
            unit = self.token
            if unit.text not in UNITS:
                raise RelationError(f"unknown unit {unit.text!r} after a number", unit.at)
            self.take()
            return Number(value * UNITS[unit.text].scale, unit.text, token.at)
        return Number(value, "", token.at)

    def call(self, name: _Token) -> Expression:
        macro = self.macros.get(name.text)
        if name.text not in FUNCTIONS and macro is None:
            raise RelationError(f"unknown function {name.text!r}; there are {', '.join(sorted({*FUNCTIONS, *self.macros}))}", name.at)
        self.expect("(")
        arguments = [self.numeric(self.disjunction())]
        while self.accepts(","):
            self.take()
            arguments.append(self.numeric(self.disjunction()))
        self.expect(")")
        if macro is not None:
            return self.expanded(name, macro, arguments)
        least, most = FUNCTIONS[name.text]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise RelationError(f"{name.text} takes {wanted} arguments, not {len(arguments)}", name.at)
        if name.text == "stated" and not isinstance(arguments[0], Name):
            raise RelationError("stated takes the name of a quantity", name.at)
        return self.count(Call(name.text, tuple(arguments), name.at))

    def expanded(self, name: _Token, macro: Macro, arguments: list[Expression]) -> Expression:
        """Return what a formula comes to with its arguments in the places of its operands."""
        if len(arguments) != len(macro.operands):
            raise RelationError(f"{name.text} takes {', '.join(macro.operands)}", name.at)
        given = dict(zip(macro.operands, arguments, strict=True))

        def put(part: Expression) -> Expression:
            if isinstance(part, Name):
                return given[part.name]
            return self.count(part)

        return mapped(macro.body, put)

    def whole(self) -> Expression:
        node = self.disjunction()
        if self.token.kind != "end":
            raise RelationError(f"unexpected {self.token.text!r}", self.token.at)
        if max(_degree(node)) > MAX_DEGREE:
            raise RelationError(f"of a degree above {MAX_DEGREE}", 0)
        return node


def _degree(node: Expression) -> tuple[int, int]:
    """Return bounds of the degrees of numerator and denominator after clearing fractions."""
    match node:
        case Number():
            return 0, 0
        case Name():
            return 1, 0
        case Negation(operand=operand):
            return _degree(operand)
        case Binary(operator="**", left=left, right=Number(value=exponent)):
            above, below = _degree(left)
            return above * int(exponent), below * int(exponent)
        case Binary(operator="*", left=left, right=right):
            (a, b), (c, d) = _degree(left), _degree(right)
            return a + c, b + d
        case Binary(operator="/" | "//", left=left, right=right):
            (a, b), (c, d) = _degree(left), _degree(right)
            return a + d, b + c
        case Binary(left=left, right=right) | Comparison(left=left, right=right):
            (a, b), (c, d) = _degree(left), _degree(right)
            return max(a + d, c + b), b + d
        case Call(arguments=parts):
            degrees = [_degree(part) for part in parts]
            below = sum(degree[1] for degree in degrees)
            return max(degree[0] for degree in degrees) + below, below
        case Logic(parts=parts):
            degrees = [_degree(part) for part in parts]
            return max(degree[0] for degree in degrees), max(degree[1] for degree in degrees)


_NO_MACROS: Final[Mapping[str, Macro]] = {}


def read_expression(text: str, macros: Mapping[str, Macro] = _NO_MACROS) -> Expression:
    """Read an arithmetic expression, in which the formulas of `macros` may be called; `RelationError` if it is none."""
    reader = _Reader(text, macros)
    return reader.numeric(reader.whole())


def read_condition(text: str, macros: Mapping[str, Macro] = _NO_MACROS) -> Expression:
    """Read a condition (comparisons joined by and, or, not), in which `macros` may be called; `RelationError` if it is none."""
    reader = _Reader(text, macros)
    return reader.condition(reader.whole())


def _parts(node: Expression) -> tuple[Expression, ...]:
    match node:
        case Number() | Name():
            return ()
        case Negation(operand=operand):
            return (operand,)
        case Binary(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Call(arguments=parts) | Logic(parts=parts):
            return parts


def mapped(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return an expression with each part changed, the innermost first."""
    match node:
        case Negation(operand=operand):
            return change(replace(node, operand=mapped(operand, change)))
        case Binary(left=left, right=right) | Comparison(left=left, right=right):
            return change(replace(node, left=mapped(left, change), right=mapped(right, change)))
        case Call(arguments=arguments):
            return change(replace(node, arguments=tuple(mapped(part, change) for part in arguments)))
        case Logic(parts=parts):
            return change(replace(node, parts=tuple(mapped(part, change) for part in parts)))
        case _:
            return change(node)


@once_for
def names(node: Expression, *, asked: bool = True) -> tuple[str, ...]:
    """Return the names an expression uses, each once, in order; without `asked`, not those that stand only in `stated()`."""
    found: dict[str, None] = {}

    def walk(part: Expression) -> None:
        if isinstance(part, Name):
            found.setdefault(part.name)
        if isinstance(part, Call) and part.function == "stated" and not asked:
            return
        for child in _parts(part):
            walk(child)

    walk(node)
    return tuple(found)


def conjuncts(node: Expression) -> tuple[Expression, ...]:
    """Return the conditions that must all hold."""
    if isinstance(node, Logic) and node.operator == "and":
        return tuple(part for child in node.parts for part in conjuncts(child))
    return (node,)


def comparisons(node: Expression) -> tuple[Comparison, ...]:
    """Return every comparison of a condition, in order."""
    if isinstance(node, Comparison):
        return (node,)
    return tuple(found for child in _parts(node) for found in comparisons(child))


_LOOSEST, _TIGHTEST = 0, 9
_BINDING: Final = {"or": 1, "and": 2, "not": 3, "==": 4, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "**": 8}


def decimal(value: Fraction) -> str | None:
    """Return the exact decimal digits of a number that has a finite, not too long decimal form."""
    denominator, places = value.denominator, 0
    while denominator % 10 == 0:
        denominator, places = denominator // 10, places + 1
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    places += max(twos, fives)
    if denominator != 1 or places > 24:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def plain(value: Fraction) -> str:
    """Return a number as it stands in plain arithmetic: ASCII digits, a quotient in brackets where it has no finite decimal form."""
    return decimal(value) or f"({value.numerator} / {value.denominator})"


def _number_text(value: Fraction) -> tuple[str, int]:
    text = decimal(value)
    if text is not None:
        return text, (_BINDING["-"] if value < 0 else _TIGHTEST)
    return f"{value.numerator} / {value.denominator}", (_BINDING["-"] if value < 0 else _BINDING["/"])


def write(node: Expression, values: Mapping[str, Fraction | str] | Mapping[str, Fraction] | Mapping[str, str] | None = None) -> str:
    """Write an expression in canonical form, with as few parentheses as the reader needs.

    With `values`, numbers (in base units, plain ASCII arithmetic) or words stand for the names they are given for.
    """

    def named(name: str) -> tuple[str, int]:
        given = None if values is None else values.get(name)
        if isinstance(given, Fraction):
            return _number_text(given)
        return (name if given is None else given), _TIGHTEST

    def inner(part: Expression, least: int) -> str:
        text, binding = outer(part)
        return text if binding >= least else f"({text})"

    def outer(part: Expression) -> tuple[str, int]:
        match part:
            case Number(value=value, unit=unit):
                if unit and values is None:
                    shown = decimal(value / UNITS[unit].scale)
                    return (f"{shown} {unit}", _TIGHTEST) if shown is not None else _number_text(value)
                return _number_text(value)
            case Name(name=name):
                return named(name)
            case Negation(operand=operand, logical=True):
                return f"not {inner(operand, _BINDING['not'])}", _BINDING["not"]
            case Negation(operand=operand):
                return f"-{inner(operand, _BINDING['*'] + 1)}", _BINDING["+"]
            case Binary(operator="**", left=left, right=right):
                return f"{inner(left, _TIGHTEST)} ** {inner(right, _TIGHTEST)}", _BINDING["**"]
            case Binary(operator=operator, left=left, right=right):
                binding = _BINDING[operator]
                plain = operator not in ("//", "%")  # few readers know that these bind like a product
                return f"{inner(left, binding if plain else binding + 1)} {operator} {inner(right, binding + 1)}", binding
            case Comparison(operator=operator, left=left, right=right):
                return f"{inner(left, _BINDING['=='] + 1)} {operator} {inner(right, _BINDING['=='] + 1)}", _BINDING["=="]
            case Call(function=function, arguments=arguments):
                return f"{function}({', '.join(inner(argument, _LOOSEST) for argument in arguments)})", _TIGHTEST
            case Logic(operator=operator, parts=parts):
                binding = _BINDING[operator]
                return f" {operator} ".join(inner(child, binding + 1) for child in parts), binding

    return outer(node)[0]

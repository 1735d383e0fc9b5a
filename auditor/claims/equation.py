"""Written equations: `64 experts / 4 GPUs = 16 experts per GPU` as a tree with places.

`read` finds every equation in a text, alone or chained (`12 x 2 = 24 = 3 x 8`), and two shorter ways of writing one: a figure
with its arithmetic in brackets (`134 MB (1024 x 128 x 128 x 2 bytes)`) and a share with its result
(`400 TFLOPS (60% MFU = 240 TFLOPS)`). Numbers come from the value grammar; words between a number and the next operator
only name it. What can be read in two ways keeps both (`alternatives`); what cannot be read with confidence (two numbers with
no operator between them, ranges, dates, lists) yields nothing. Nothing here is evaluated: that is `check.equation`'s work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from auditor.claims.equation_tokens import OPERATOR_WORDS, Leaf, Token, TokenKind, tokens
from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Approximation
from auditor.language.numbers import Number, Written
from auditor.records import dataclass
from auditor.remember import once_for
from auditor.units import DIMENSIONLESS, UNITS
from auditor.values import Interval

__all__ = [
    "Equation",
    "Leaf",
    "Node",
    "Power",
    "Product",
    "Shape",
    "Side",
    "Sum",
    "Symbol",
    "leaves",
    "operations",
    "products",
    "read",
    "symbols",
]

MAX_TEXT: Final = 20_000
MAX_DEPTH: Final = 12
MAX_SIDES: Final = 12
MAX_EXPONENT: Final = 12
_FACTORS: Final = 2
"""A product of more numbers than these is arithmetic, whatever words stand before them."""
_NAMING: Final = 3
"""Words that may name one factor: `max sequence length`."""


class Shape(StrEnum):
    """How an equation is written."""

    EQUALS = "equals"
    """Sides joined by equality signs."""
    BRACKET = "bracket"
    """A figure and, in brackets behind it, the arithmetic it comes from."""
    SHARE = "share"
    """A figure and, in brackets behind it, a share of it with its result."""
    CONVERSION = "conversion"
    """One figure in two units, joined by an equality sign or with the second in brackets."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name (or something not understood) that stands where a number belongs."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with their signs (`+` or `-`)."""

    start: int
    end: int
    terms: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors with `*` or `/` before each (the first has `*`), or `of` where the factor before it is a share of this one."""

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
    """Two or more sides that are said to be equal; offsets are into the text that was read."""

    start: int
    end: int
    sides: tuple[Side, ...]
    shape: Shape = Shape.EQUALS
    alternatives: tuple[Equation, ...] = ()
    """Other ways to read the same stretch of text; it is wrong only if all of them are."""


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Sum():
            return tuple(term for _, term in node.terms)
        case Product():
            return tuple(factor for _, factor in node.factors)
        case Power():
            return (node.base,)
        case _:
            return ()


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the numbers of a tree from left to right."""
    if isinstance(node, Leaf):
        yield node
    for part in _parts(node):
        yield from leaves(part)


def products(node: Node) -> Iterator[Product]:
    """Yield the products of a tree, the outer ones first."""
    if isinstance(node, Product):
        yield node
    for part in _parts(node):
        yield from products(part)


def symbols(node: Node) -> Iterator[Symbol]:
    """Yield the names of a tree that stand for numbers."""
    if isinstance(node, Symbol):
        yield node
    for part in _parts(node):
        yield from symbols(part)


def operations(node: Node) -> int:
    """Return how many operators a tree holds."""
    parts = _parts(node)
    own = 1 if isinstance(node, Power) else max(len(parts) - 1, 0)
    return own + sum(operations(part) for part in parts)


def read(text: str, lexicon: Lexicon) -> tuple[Equation, ...]:
    """Return the equations of a text in the order of their ends. Never raises; overlong texts are read to their first part."""
    text = _spaced(text[:MAX_TEXT])
    return _read(lexicon, text) if _promising(text, lexicon) else ()


@once_for
def _read(lexicon: Lexicon, text: str) -> tuple[Equation, ...]:
    found = tokens(text, lexicon)
    equations: list[Equation] = []
    _level(_grouped(found), equations, lexicon, 0)
    unique: dict[tuple[int, int], Equation] = {}
    for equation in sorted(equations, key=lambda item: (item.end, item.start)):
        unique.setdefault((equation.start, equation.end), equation)
    return tuple(unique.values())


def _spaced(text: str) -> str:
    """Read underscores as spaces where a text uses them so: `8192_×_2_bytes_=_16_KB`. Offsets stay."""
    if any(sign in text for sign in ("_=_", "_×_", "_/_", "_÷_", "_+_", "_x_")) and " " not in text:
        return text.replace("_", " ")
    return text


def _promising(text: str, lexicon: Lexicon) -> bool:
    """Tell cheaply whether a text can hold an equation at all."""
    if not any(character.isdigit() for character in text):
        return False
    if any(sign in text for sign in "=≈≃≅("):
        return True
    said = text.split()
    return not OPERATOR_WORDS.isdisjoint(said) and not lexicon.implied["comes_to"].isdisjoint(said)


# --- brackets and clauses


def _grouped(flat: Sequence[Token]) -> tuple[Token, ...]:
    """Nest tokens by their brackets; a bracket without its partner separates."""
    stack: list[list[Token]] = [[]]
    opened: list[Token] = []
    for token in flat:
        if token.kind is TokenKind.OPEN and len(opened) < MAX_DEPTH:
            opened.append(token)
            stack.append([])
        elif token.kind is TokenKind.OPEN or (token.kind is TokenKind.CLOSE and not opened):
            stack[-1].append(replace(token, kind=TokenKind.BREAK))
        elif token.kind is TokenKind.CLOSE:
            items, begin = stack.pop(), opened.pop()
            stack[-1].append(Token(TokenKind.GROUP, begin.start, token.end, begin.text, items=tuple(items)))
        else:
            stack[-1].append(token)
    while opened:
        items, begin = stack.pop(), opened.pop()
        stack[-1].append(replace(begin, kind=TokenKind.BREAK))
        stack[-1].extend(items)
    return tuple(stack[0])


def _level(items: Sequence[Token], found: list[Equation], lexicon: Lexicon, depth: int) -> None:
    """Collect the equations of one bracket level and of the brackets in it."""
    for clause in _split(items, TokenKind.BREAK):
        if any(token.dash for token in clause):
            _ambiguous(clause, found, lexicon)
        else:
            found.extend(_chains(clause, lexicon))
    _bracketed(items, found)
    for token in items:
        if token.kind is TokenKind.GROUP and depth < MAX_DEPTH:
            _level(token.items, found, lexicon, depth + 1)


def _split(items: Sequence[Token], kind: TokenKind) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in items:
        if token.kind is kind:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _ambiguous(clause: Sequence[Token], found: list[Equation], lexicon: Lexicon) -> None:
    """Read a spaced hyphen as a minus sign, and as the dash that separates."""
    minus = list(_chains([replace(token, dash=False) for token in clause], lexicon))
    dashed: list[Equation] = []
    for part in _split([replace(token, kind=TokenKind.BREAK) if token.dash else token for token in clause], TokenKind.BREAK):
        dashed.extend(_chains(part, lexicon))
    for equation in minus:
        others = tuple(
            other for other in dashed if other.start < equation.end and equation.start < other.end and other.sides != equation.sides
        )
        found.append(replace(equation, alternatives=(*equation.alternatives, *others)))
    found.extend(other for other in dashed if not any(other.start < equation.end and equation.start < other.end for equation in minus))


# --- chains of sides


@dataclass(frozen=True, slots=True)
class _Run:
    """A maximal expression: `first..stop` are token indices; `lead` the words right before it."""

    tree: Node
    first: int
    stop: int
    lead: tuple[str, ...]


def _chains(clause: Sequence[Token], lexicon: Lexicon) -> Iterator[Equation]:
    """Yield the chains of equal sides of one clause."""
    clause = _resolve_names(clause)
    parts: list[tuple[list[Token], bool]] = [([], False)]
    for token in clause:
        if token.kind is TokenKind.EQUALS:
            parts.append(([], token.text == "about"))
        else:
            parts[-1][0].append(token)
    if not 2 <= len(parts) <= MAX_SIDES:
        return
    sides: list[Side] = []
    for index, (part, about) in enumerate(parts):
        runs = list(_runs(part))
        last = index == len(parts) - 1
        if index:
            opening = _opening(part, runs, lexicon)
            if opening is None:
                yield from _equation(sides)
                sides = []
            else:
                sides.append(Side(opening.tree.start, opening.tree.end, opening.tree, about))
        if not last and (index == 0 or len(runs) > 1 or not sides):
            yield from _equation(sides)
            closing = _closing(part, runs, lexicon)
            sides = [Side(closing.tree.start, closing.tree.end, closing.tree, False)] if closing else []
    yield from _equation(sides)


def _resolve_names(clause: Sequence[Token]) -> list[Token]:
    """Tell `EP=64 x TP=16 / 16 = 64` (named factors) from `EP x DP = 64 x 2 = 128` (an equality after a name).

    A short name behind other words only sets its number: `94 + 2 layers over PP=24`.
    """
    result: list[Token] = []
    named = False
    for index, token in enumerate(clause):
        if token.kind is TokenKind.EQUALS:
            named = False
        if token.kind is TokenKind.NUMBER and token.name and token.sign_at >= 0:
            before = clause[index - 1] if index else None
            after = clause[index + 1] if index + 1 < len(clause) else None
            tight = token.leaf is not None and token.sign_at == token.start + len(token.name) == token.leaf.number.digits - 1
            free = before is None or (before.kind is TokenKind.OPERATOR and tight)
            goes_on = after is not None and (after.kind is TokenKind.OPERATOR or (tight and after.kind is TokenKind.EQUALS))
            sets = tight and token.name.isupper() and before is not None and before.kind is TokenKind.WORD
            if not sets and not (free and not named and goes_on):
                name_end = token.start + len(token.name)
                leaf = replace(token.leaf, start=token.leaf.number.digits) if token.leaf else None
                result.append(Token(TokenKind.WORD, token.start, name_end, token.name))
                result.append(Token(TokenKind.EQUALS, token.sign_at, token.sign_at + 1))
                result.append(replace(token, start=leaf.start if leaf else token.start, leaf=leaf, name="", sign_at=-1))
                named = False
                continue
        elif token.kind is TokenKind.WORD and _is_operand_word(clause, index):
            named = True
        result.append(token)
    return result


def _is_operand_word(clause: Sequence[Token], index: int) -> bool:
    """Tell whether a word stands where a number belongs: an operator or the start before it, an operator behind it."""
    before = clause[index - 1] if index else None
    after = clause[index + 1] if index + 1 < len(clause) else None
    opens = before is None or before.kind in (TokenKind.OPERATOR, TokenKind.EQUALS, TokenKind.WORD)
    return opens and after is not None and after.kind is TokenKind.OPERATOR


def _equation(sides: Sequence[Side]) -> Iterator[Equation]:
    """Yield the equation of the sides that hold nothing but numbers, if they are two and say something."""
    clear = [side for side in sides if _computable(side.tree)]
    if len(clear) < 2:
        return
    shape = Shape.EQUALS
    if not any(operations(side.tree) or _powered(side.tree) for side in clear):
        shape = Shape.CONVERSION
        if not all(_converts(one.tree, two.tree) for one, two in pairwise(clear)):
            return
    equation = Equation(clear[0].start, clear[-1].end, tuple(clear), shape)
    last = clear[-1].tree
    if isinstance(last, Sum) and operations(clear[0].tree):
        first = last.terms[0][1]
        shorter = replace(clear[-1], end=first.end, tree=first)
        equation = replace(equation, alternatives=(replace(equation, end=first.end, sides=(*clear[:-1], shorter)),))
    yield equation


def _powered(tree: Node) -> bool:
    """Tell whether a number is written as a power, which the value grammar already worked out: `2^20`."""
    return isinstance(tree, Leaf) and ("^" in tree.digits or "**" in tree.digits)


def _converts(one: Node, two: Node) -> bool:
    """Tell whether two sides are one kind of quantity in two different units."""
    if not isinstance(one, Leaf) or not isinstance(two, Leaf):
        return False
    first, second = UNITS.get(one.number.unit), UNITS.get(two.number.unit)
    if first is None or second is None or first.dimension == DIMENSIONLESS or one.per or two.per or one.each != two.each:
        return False
    return first.dimension == second.dimension and first.scale != second.scale and not _multiplies_out(one, two)


def _multiplies_out(one: Leaf, two: Leaf) -> bool:
    """Tell whether a figure of each is said to come to that of all, `14 bytes per parameter = 988 GB`: no slip puts them so far apart."""
    owners = [set(leaf.number.owners) | {leaf.number.per} - {""} for leaf in (one, two)]
    values = [leaf.number.written[0].interval.middle for leaf in (one, two)]
    if not owners[0] or owners[1] or not values[0] or not values[1]:
        return False
    return values[1] * UNITS[two.number.unit].scale > _NO_SLIP * values[0] * UNITS[one.number.unit].scale


_NO_SLIP: Final = 10**7


def _computable(tree: Node) -> bool:
    return not any(True for _ in symbols(tree)) and all(leaf.clear for leaf in leaves(tree))


def _opening(part: Sequence[Token], runs: Sequence[_Run], lexicon: Lexicon) -> _Run | None:
    """Return the expression right behind an equality sign: the first one, with only words before it."""
    if not runs or any(token.kind is not TokenKind.WORD for token in part[: runs[0].first]):
        return None
    return None if lexicon.denying.intersection(runs[0].lead) else runs[0]


def _closing(part: Sequence[Token], runs: Sequence[_Run], lexicon: Lexicon) -> _Run | None:
    """Return the expression right before an equality sign, unless what stands before it may belong to it."""
    if not runs or runs[-1].stop != len(part):
        return None
    run = runs[-1]
    if _powered(run.tree):
        return run
    if isinstance(run.tree, Leaf) and (run.lead or run.tree.number.name):
        return None
    start = run.first
    while start and part[start - 1].kind is TokenKind.WORD:
        start -= 1
    words = [token.text.lower() for token in part[start : run.first]]
    if start == 0 or not part[:start]:
        return run
    before = part[start - 1]
    if before.kind is not TokenKind.NUMBER or before.leaf is None or not words or words[-1] in lexicon.linking:
        return None
    tied = words == [before.leaf.number.noun.lower()] or isinstance(run.tree, Leaf) or _is_plain(part[run.first])
    return None if tied else run


def _runs(part: Sequence[Token]) -> Iterator[_Run]:
    """Yield the maximal expressions of a part in order."""
    index = 0
    while index < len(part):
        tree, stop = _sum(part, index, 0)
        if tree is None or stop <= index:
            index += 1
            continue
        first = index
        while first < stop and part[first].kind is TokenKind.WORD and not isinstance(tree, Symbol) and part[first].end <= tree.start:
            first += 1
        lead = tuple(token.text.lower() for token in part[index:first])
        if not isinstance(tree, Symbol):
            yield _Run(tree, first, stop, lead)
        elif operations(tree) or stop == len(part):
            yield _Run(tree, index, stop, ())
        index = stop


# --- expressions


def _sum(items: Sequence[Token], index: int, depth: int) -> tuple[Node | None, int]:
    first, index = _product(items, index, depth)
    if first is None:
        return None, index
    terms: list[tuple[str, Node]] = [("+", first)]
    while index < len(items) and items[index].kind is TokenKind.OPERATOR and items[index].text in "+-":
        term, stop = _product(items, index + 1, depth)
        if term is None:
            return Symbol(first.start, items[index].end), index + 1
        terms.append((items[index].text, term))
        index = stop
    if len(terms) == 1:
        return first, index
    return Sum(first.start, terms[-1][1].end, tuple(terms)), index


def _product(items: Sequence[Token], index: int, depth: int) -> tuple[Node | None, int]:
    first, index = _power(items, index, depth)
    if first is None:
        return None, index
    factors: list[tuple[str, Node]] = [("*", first)]
    while index < len(items) and items[index].kind is TokenKind.OPERATOR and items[index].text in ("*", "/", "of"):
        factor, stop = _power(items, index + 1, depth)
        if factor is None:
            return Symbol(first.start, items[index].end), index + 1
        factors.append((items[index].text, factor))
        index = stop
    if len(factors) == 1:
        return first, index
    return Product(first.start, factors[-1][1].end, tuple(factors)), index


def _power(items: Sequence[Token], index: int, depth: int) -> tuple[Node | None, int]:
    base, index = _operand(items, index, depth)
    if base is None or index >= len(items) or items[index].kind is not TokenKind.OPERATOR or items[index].text != "^":
        return base, index
    exponent, stop = _operand(items, index + 1, depth)
    if isinstance(exponent, Leaf) and exponent.digits.isdigit() and len(exponent.digits) < 3 and int(exponent.digits) <= MAX_EXPONENT:
        return Power(base.start, exponent.end, base, int(exponent.digits)), stop
    return Symbol(base.start, items[min(stop, len(items)) - 1].end), max(stop, index + 1)


_FUNCTIONS: Final = frozenset(
    "ceil floor round max min log ln log2 log10 sqrt sum avg mean mod abs exp int float len range pow prod product o".split()
)


def _is_call(word: Token, group: Token) -> bool:
    """Tell whether a bracket holds the arguments of a function: `max(2, 4)`, `mem(1 layer)`; `Layers(96)` gives a value."""
    kinds = [token.kind for token in group.items]
    worded = TokenKind.WORD in kinds and TokenKind.OPERATOR not in kinds
    return word.text.lower() in _FUNCTIONS or (word.end == group.start and worded)


def _is_remark(group: Token) -> bool:
    """Tell whether a bracket behind words sets something: `FA2 (max head_dim=256)` is no number."""
    return any(token.sign_at >= 0 or token.kind is TokenKind.EQUALS for token in group.items)


def _operand(items: Sequence[Token], index: int, depth: int) -> tuple[Node | None, int]:
    """Read one number, bracket or name with the words around it."""
    start = index
    while index < len(items) and items[index].kind is TokenKind.WORD:
        index += 1
    words = items[start:index]
    if index >= len(items):
        return (Symbol(words[0].start, words[-1].end), index) if words else (None, index)
    token = items[index]
    node: Node
    if token.kind is TokenKind.NUMBER and token.leaf is not None:
        node = token.leaf
    elif token.kind is TokenKind.GROUP and depth < MAX_DEPTH and not (words and (_is_call(words[-1], token) or _is_remark(token))):
        inner = _whole(token, depth)
        if inner is None:
            return (Symbol(words[0].start if words else token.start, token.end), index + 1)
        node = inner
    elif token.kind is TokenKind.GROUP:
        return Symbol(words[0].start if words else token.start, token.end), index + 1
    elif token.kind is TokenKind.OPERATOR and token.text == "-" and not words and index + 1 < len(items):
        after = items[index + 1]
        if after.kind is TokenKind.NUMBER and after.leaf is not None and after.start == token.end:
            return _behind(items, index + 2, replace(after.leaf, start=token.start, negative=True))
        return None, index
    else:
        return (Symbol(words[0].start, words[-1].end), index) if words else (None, index)
    return _behind(items, index + 1, node)


def _behind(items: Sequence[Token], index: int, node: Node) -> tuple[Node, int]:
    """Skip the words and remarks behind an operand; they may say that it is per unit of time, or in a unit not known.

    A bracket that an operator follows is no remark if it holds numbers: there the operand ends.
    """
    while index < len(items):
        token = items[index]
        if token.kind is TokenKind.WORD:
            node = _worded(node, items, index)
        elif token.kind is not TokenKind.GROUP or (_operator(items, index + 1) and _holds_numbers(token)):
            break
        index += 1
    return node, index


def _is_plain(token: Token) -> bool:
    """Tell whether a token is a bracket without arithmetic."""
    return token.kind is TokenKind.GROUP and not any(item.kind is TokenKind.OPERATOR for item in token.items)


def _operator(items: Sequence[Token], index: int) -> bool:
    return index < len(items) and items[index].kind is TokenKind.OPERATOR


def _holds_numbers(group: Token) -> bool:
    return any(token.kind is TokenKind.NUMBER or _holds_numbers(token) for token in group.items)


def _worded(node: Node, items: Sequence[Token], index: int) -> Node:
    """Return an operand with what a word behind it says: `/ms`, a unit behind a bracket, or one that is not known."""
    word, before = items[index], items[index - 1]
    if isinstance(node, Leaf):
        if word.per or word.each:
            return replace(node, per=node.per or word.per, each=node.each or word.each)
        follows = before.kind is TokenKind.NUMBER and not node.number.unit and not node.number.noun
        counts = index + 1 < len(items) and items[index + 1].kind is TokenKind.WORD
        return replace(node, clear=False) if word.unit_like and follows and not counts else node
    if before.kind is TokenKind.GROUP and not isinstance(node, Symbol):
        if word.unit:
            return Product(node.start, word.end, (("*", node), ("*", _unit(word))))
        return Symbol(node.start, word.end) if word.unit_like else node
    return node


def _unit(word: Token) -> Leaf:
    """Return one of a unit that stands alone behind a bracket."""
    one = Written(Interval.exact(1))
    number = Number(word.start, word.start, word.start, word.end, (one,), Approximation.EXACT, unit=word.unit)
    return Leaf(word.start, word.end, number, word.text, "1")


def _whole(group: Token, depth: int) -> Node | None:
    """Return the one expression a bracket holds, or None if it holds anything else."""
    if any(token.kind in (TokenKind.EQUALS, TokenKind.BREAK) for token in group.items):
        return None
    tree, stop = _sum(group.items, 0, depth + 1)
    if tree is None or stop != len(group.items):
        return None
    return tree if isinstance(tree, Leaf) else replace(tree, start=group.start, end=group.end)


# --- figures with their arithmetic in brackets


def _bracketed(items: Sequence[Token], found: list[Equation]) -> None:
    figure: Leaf | None = None
    for index, token in enumerate(items):
        if token.kind is TokenKind.NUMBER and token.leaf is not None:
            figure = token.leaf
        elif token.kind is TokenKind.WORD and figure is not None:
            worded = _worded(figure, items, index)
            figure = worded if isinstance(worded, Leaf) else None
        elif token.kind is TokenKind.GROUP and token.text == "(" and figure is not None and not _goes_on(items, index + 1):
            found.extend(_explained(figure, token))
            figure = None
        else:
            figure = None


def _goes_on(items: Sequence[Token], index: int) -> bool:
    """Tell whether the arithmetic goes on behind a bracket, which is then a factor: `3.2e9 (2 + 4) = 19.2 GB`."""
    return _operator(items, index) or (index < len(items) and items[index].kind is TokenKind.EQUALS)


def _explained(figure: Leaf, group: Token) -> Iterator[Equation]:
    """Yield what a bracket right behind a figure says of it."""
    clauses = list(_split(group.items, TokenKind.BREAK))
    first = _resolve_names(clauses[0])
    if not figure.clear:
        return
    about = False
    if first and first[0].kind is TokenKind.EQUALS:  # `120 tokens/ms (= 120,000 tokens/s)`
        about, first = first[0].text == "about", first[1:]
    parts = list(_split(first, TokenKind.EQUALS))
    opens = bool(first) and (first[0].kind is not TokenKind.WORD or _leads(figure, parts[0]))
    if len(parts) == 1 and opens and not any(token.dash for token in first):
        tree, stop = _sum(parts[0], 0, 0)
        alone = len(clauses) == 1 and all(token.kind is TokenKind.NUMBER for token in first)
        sides = (Side(figure.start, figure.end, figure), Side(tree.start, tree.end, tree, about)) if tree is not None else ()
        if alone and tree is not None and _converts(figure, tree):
            yield Equation(figure.start, group.end, sides, Shape.CONVERSION)
        if tree is not None and stop == len(parts[0]) and operations(tree) and _computable(tree):
            yield Equation(figure.start, tree.end, sides, Shape.BRACKET)
    elif len(parts) == 2:
        yield from _continued(figure, parts)


def _leads(figure: Leaf, part: Sequence[Token]) -> bool:
    """Tell whether the words that open a bracket only name its first factor: `16 GB (batch 128 x seq 8192 x 1024 x 2 bytes)`.

    They do where the bracket multiplies several numbers, one of them in the unit of what is explained.
    """
    numbers = [token.leaf for token in part if token.leaf is not None]
    own, units = UNITS.get(figure.number.unit), [UNITS.get(leaf.number.unit) for leaf in numbers]
    dimensions = [unit.dimension for unit in units if unit is not None]
    opening = next((index for index, token in enumerate(part) if token.kind is not TokenKind.WORD), len(part))
    return (
        own is not None
        and own.dimension in dimensions
        and len(numbers) > _FACTORS
        and opening <= _NAMING
        and all(token.text in ("*", "/") for token in part if token.kind is TokenKind.OPERATOR)
    )


def _continued(figure: Leaf, parts: Sequence[Sequence[Token]]) -> Iterator[Equation]:
    """Yield what a bracket makes of the figure before it: `400 TFLOPS (60% MFU = 240 TFLOPS)`, `32 GPUs (64 GB each = 2 TB)`."""
    (factor, end), (result, _) = _sum(parts[0], 0, 0), _sum(parts[1], 0, 0)
    if not isinstance(factor, Leaf) or not isinstance(result, Leaf) or end != len(parts[0]) or not (factor.clear and result.clear):
        return
    share = factor.number.unit == "%" and result.number.unit == figure.number.unit != ""
    each = factor.each and not figure.number.unit and bool(result.number.unit) and bool(factor.number.unit)
    if share or each:
        product = Product(figure.start, factor.end, (("*", figure), ("*", factor)))
        sides = (Side(figure.start, factor.end, product), Side(result.start, result.end, result))
        yield Equation(figure.start, result.end, sides, Shape.SHARE)

"""Written equations: does what a report works out come to what it says?

Each equation is worked out with the written precision of its numbers under every admissible reading (GB or GiB, K as 1000 or 1024,
a / b x c as a / (b x c), counts of elements as bytes). It is contradicted only if no reading makes its sides agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Final

from auditor.check.arithmetic import Amount, Manner, as_printed, evaluate, is_bytes_suffix, manners, unit_of
from auditor.check.passages import Passage, disowned
from auditor.check.printed import Printed, agrees
from auditor.check.stated import operand
from auditor.check.subject import Subject
from auditor.check.worked import worked
from auditor.claims.equation import Equation, Leaf, Node, Product, Shape, Side, Sum, leaves, operations
from auditor.claims.equation_tokens import OPERATOR_WORDS
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Confidence, ConventionTried, Edit, Operand, Outcome, Place, Repair, Severity, Step, Verdict
from auditor.language.numbers import Form
from auditor.records import dataclass
from auditor.relations.figures import figure, rewritten
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.units import DATA, DIMENSIONLESS, UNITS, Dimension, Unit
from auditor.values import Interval

__all__ = ["conversion", "elements", "written"]

_ELEMENT_SIZES: Final = (Fraction(1), Fraction(2), Fraction(4), Fraction(1, 2))
_BITS: Final = re.compile(r"(?<![A-Za-z])(?:bits?(?![A-Za-z])|[KMGT]b(?![A-Za-z/]))")
"""Bits counted as they are, and `Gb`, which people write for both."""
_PREFIXES: Final = tuple(Fraction(base**power) for base in (1000, 1024) for power in range(1, 5))
_ELSEWHERE: Final = "a unit that stands elsewhere"
_OF_ONE_BYTE: Final = "counts as elements of 1 byte"
_ONE: Final = UNITS["1"]
_MODEL_SIZES: Final = ("B", "T")
_FLOP: Final = Dimension(work=1)
_BASE: Final = ("byte", "s", "FLOP", "FLOPS", "byte/s", "1/s")
_FLOPS: Final = Dimension(work=1, time=-1)


@dataclass(frozen=True, slots=True)
class _Agreement:
    """A reading under which two sides agree."""

    name: str
    """What is unusual about it; empty for the usual one."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """Two sides that agree under no reading."""

    left: Side
    right: Side
    one: Amount
    two: Amount
    guessed: bool
    """The dimensions differ: what unit the bare number is in was guessed."""
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Unclear:
    """Two sides that cannot be compared."""

    why: str


_Judgement = _Agreement | _Gap | _Unclear


def written(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for every written equation of the report, and for figures beside the arithmetic that gives them."""
    yield from _outcomes(subject, rule, conversions=False)
    yield from _beside(subject, rule)


def conversion(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for every figure that is given in two units: `32,550 tokens/s = 32.5 tokens/ms`, `400 Gbps (50 GB/s)`."""
    return _outcomes(subject, rule, conversions=True)


_WIDEST: Final = 16
"""Bytes of the widest element."""


def elements(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Yield an outcome for each amount of data that is worked out as a number of elements, at another width than theirs."""
    widths: dict[Fraction, Claim] = {}
    for claim in subject.claims:
        if claim.quantity == "model.bytes_per_param" and claim.role is Role.ACTUAL and claim.interval.low is not None:
            widths.setdefault(claim.interval.low, claim)
    amounts = {
        str(value)
        for claim in subject.claims
        if claim.unit.dimension == DATA and claim.unit.scale == 1 and (value := claim.interval.middle) is not None and value > _WIDEST
    }
    for passage, equation in subject.equations:
        own = {
            claim.interval.low: claim
            for claim in subject.of(passage.index)
            if claim.quantity == "model.bytes_per_param" and claim.interval.low is not None
        }
        named = {width: claim for width, claim in widths.items() if len(widths) > 1 and claim.text.strip() in _words_of(passage)}
        stated = own or named or widths
        if equation.shape in (Shape.CONVERSION, Shape.BRACKET) or len(equation.sides) != 2 or len(stated) != 1:
            continue
        ((width, claim),) = stated.items()
        behind = _NAME.findall(passage.content[equation.end : equation.end + _BEHIND].lower())[:_NEXT]
        if any(subject.lexicon.precisions.get(word) == 1 for word in behind):
            continue  # `44 MB in FP8`
        if any(_multipliers(side.tree) & amounts for side in equation.sides):
            continue  # `58,000 x 65,536`, where 65,536 bytes are those of a token
        outcome = _at_width(passage, equation, rule, width, claim, sure=bool(own))
        if outcome is not None:
            yield outcome


_NAME: Final = re.compile(r"[a-z]+\d*")
_BEHIND: Final = 40
_NEXT: Final = 4
"""Letters and words behind an amount that may say how wide its elements are."""


def _words_of(passage: Passage) -> frozenset[str]:
    return frozenset(re.split(r"\W+", passage.content[:400]))


_STATES: Final = frozenset(("12", "14", "16", "18", "34"))
"""Bytes that weights, gradients and optimizer states take together for one parameter, and the activations of a layer for each token and
channel (Korthikanti et al. 2022, equation 1)."""


def _at_width(passage: Passage, equation: Equation, rule: Rule, width: Fraction, claim: Claim, *, sure: bool) -> Outcome | None:
    """Judge one equation in which elements of a byte each would agree."""
    text = passage.content
    counted, target = equation.sides
    if isinstance(counted.tree, Leaf):
        counted, target = target, counted
    if isinstance(counted.tree, Leaf) or not isinstance(target.tree, Leaf):
        return None
    judgement = _judge(text, equation)[0]
    if not isinstance(judgement, _Agreement) or _OF_ONE_BYTE not in judgement.name or disowned(passage, equation.start, equation.end):
        return None
    if not target.tree.number.unit:
        return None  # a figure without a unit counts elements
    factors = list(leaves(counted.tree))
    spans = tuple(passage.span(leaf.start, leaf.end) for leaf in (*factors, target.tree))
    arithmetic = " ".join(text[counted.start : counted.end].split())
    claimed = " ".join(text[target.start : target.end].split())
    if width == 1:
        return rule.held(spans, f"{arithmetic} elements of one byte ({claim.text.strip()})")
    amount, count = evaluate(text, target.tree, Manner()), evaluate(text, counted.tree, Manner())
    factors_of = _multipliers(counted.tree)
    if not 1 <= width <= _WIDEST or amount is None or count is None or str(width) in factors_of or not _STATES.isdisjoint(factors_of):
        return None  # the factor may be the bytes
    counting = _step(passage, counted, count, _ONE, "elements")
    taken = count.interval.scale(width)
    value = figure(count.middle * width, UNITS[target.tree.number.unit])
    named = " of an element" if "byte" in claim.text else f" of {claim.text.strip()}"
    return rule.contradicted(
        spans,
        f"{claimed} counts {arithmetic} elements as bytes: at the {figure(width, _ONE)} bytes{named} they take {value}",
        Place(passage.span(target.start, target.end), "elements, not bytes"),
        severity=None if sure else Severity.WARNING,
        related=(
            Place(passage.span(counted.start, counted.end), "elements"),
            *((Place(claim.span, "the precision"),) if not claim.source else ()),
        ),
        claimed=claimed,
        expected=value,
        derivation=(
            Step(
                "elements * bytes",
                f"({counting.substituted}) * {figure(width, _ONE)}",
                value,
                (*counting.operands, operand(claim)),
                taken.low,
                taken.high,
            ),
        ),
    )


def _multipliers(node: Node) -> set[str]:
    """Return the digits of the numbers a product multiplies by, divisors apart."""
    if isinstance(node, Leaf):
        return {node.digits.replace(",", "")}
    if isinstance(node, Product):
        return {digits for sign, part in node.factors if sign != "/" for digits in _multipliers(part)}
    return {digits for _, part in node.terms for digits in _multipliers(part)} if isinstance(node, Sum) else set()


def _outcomes(subject: Subject, rule: Rule, *, conversions: bool) -> Iterator[Outcome]:
    found: dict[Span, tuple[Outcome, str, Equation]] = {}
    for passage, equation in subject.equations:
        if (equation.shape is Shape.CONVERSION) is not conversions:
            continue
        span = passage.span(equation.start, equation.end)
        if span not in found and (outcome := _outcome(passage, equation, rule)) is not None:
            found[span] = outcome, passage.content, equation
    whole = {_degrees(equation) for outcome, _, equation in found.values() if outcome.verdict is Verdict.HELD}
    for outcome, text, equation in found.values():
        if outcome.finding is not None and _degrees(equation) not in whole and _spares_a_degree(text, equation):
            milder = min(outcome.finding.severity, Severity.WARNING, key=lambda one: one.rank)
            yield replace(outcome, finding=replace(outcome.finding, severity=milder))
        else:
            yield outcome


def _beside(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Yield the outcomes of figures beside arithmetic; one that fails counts only where two others of its columns hold."""
    families: dict[Hashable, list[Outcome]] = defaultdict(list)
    for family, passage, equation in worked(subject):
        if (outcome := _outcome(passage, equation, rule)) is not None:
            families[family].append(outcome)
    for outcomes in families.values():
        held = sum(outcome.verdict is Verdict.HELD for outcome in outcomes)
        shows = held >= _SHOWING and held > len(outcomes) / 2
        yield from (outcome for outcome in outcomes if shows or outcome.verdict is Verdict.HELD)


_SHOWING: Final = 2


def _outcome(passage: Passage, equation: Equation, rule: Rule) -> Outcome | None:
    text = passage.content
    if equation.shape is Shape.BRACKET and not _explains(text, equation):
        return None
    judgements = _judge(text, equation)
    spans = tuple(passage.span(leaf.start, leaf.end) for side in equation.sides for leaf in leaves(side.tree))
    gaps = [item for item in judgements if isinstance(item, _Gap)]
    unclear = [item for item in judgements if isinstance(item, _Unclear)]
    quoted = text[equation.start : equation.end]
    if not gaps and not unclear:
        names = "; ".join(dict.fromkeys(item.name for item in judgements if isinstance(item, _Agreement) and item.name))
        return rule.held(spans, quoted + (f" ({names})" if names else ""))
    for other in equation.alternatives:
        if all(isinstance(item, _Agreement) for item in _judge(text, other)):
            return rule.held(spans, text[other.start : other.end])
    if not gaps:
        if equation.shape is Shape.BRACKET:
            return None
        return rule.undetermined(spans, f"{quoted}: {unclear[0].why}")
    if equation.shape is Shape.BRACKET and gaps[0].guessed:
        return None
    if _is_label(equation, judgements):
        return None
    if equation.shape is Shape.CONVERSION and "=" not in quoted and not _slip(text, gaps[0]):
        return None  # a second figure in brackets may be another figure; a clean factor between them is a slip
    said = disowned(passage, equation.start, equation.end)
    if said:
        return rule.undetermined(spans, f"{quoted} does not hold, and the report does not say it does ({said})")
    return _contradicted(passage, equation, gaps[0], spans, rule)


def _is_label(equation: Equation, judgements: list[_Judgement]) -> bool:
    """Tell whether a first side that is one bare number only introduces a chain that holds: `4 replicas = 4 x 16 = 64`."""
    opens = isinstance(equation.sides[0].tree, Leaf) and isinstance(judgements[0], _Gap)
    return opens and len(judgements) > 1 and not any(isinstance(item, _Gap) for item in judgements[1:])


def _explains(text: str, equation: Equation) -> bool:
    """Tell whether the arithmetic in brackets is meant to give the figure before it: so it does, or its form says so."""
    head, tree = equation.sides[0].tree, equation.sides[1].tree
    if not isinstance(head, Leaf) or head.number.form in (Form.PART, Form.WHOLE, Form.RATIO):
        return False
    if isinstance(tree, Product) and any(sign == "of" for sign, _ in tree.factors) and operations(tree) == 1:
        return False
    return all(isinstance(item, _Agreement) for item in _judge(text, equation)) or _derives(text, equation, head, tree)


def _derives(text: str, equation: Equation, head: Leaf, tree: Node) -> bool:
    """Tell whether the form of arithmetic in brackets proves that the figure before it is its result.

    A measure is; so is a count of what is multiplied or divided, the product of named degrees or of three large factors, and a
    quotient of at least one. `DP=4 (320/384)`, `(26B total / 4B active)` and `2 nodes (8 x 8)` are not.
    """
    if unit := UNITS.get(head.number.unit):
        return unit.dimension != DIMENSIONLESS or (isinstance(tree, Product) and [sign for sign, _ in tree.factors] == ["*", "/"])
    found = list(leaves(tree))
    if head.number.name or any(leaf.number.unit for leaf in found) or _lists(text, tree):
        return False
    noun = head.number.noun.rstrip("s")
    if noun and noun in {leaf.number.noun.rstrip("s") for leaf in found}:
        return True
    if "/" in _signs(tree):
        amount = evaluate(text, tree, Manner())
        return amount is not None and amount.middle >= 1
    if operations(tree) != len(found) - 1:
        return False
    if _are_degrees(found):
        # the degrees of one replica divide the GPUs of all
        return as_printed(text, head).value % prod(as_printed(text, leaf).value for leaf in found) != 0
    return len(found) > _FEW and as_printed(text, head).value >= _MANY


def _are_degrees(found: Sequence[Leaf]) -> bool:
    return len(found) > 1 and all(leaf.number.name.isupper() for leaf in found)


def _degrees(equation: Equation) -> frozenset[str]:
    """Return the names of the degrees that the second side of an equation multiplies; none where it holds anything else."""
    found = list(leaves(equation.sides[1].tree))
    return frozenset(leaf.number.name for leaf in found) if _are_degrees(found) else frozenset()


def _spares_a_degree(text: str, equation: Equation) -> bool:
    """Tell whether a count is the product of all degrees but one, which may lie inside another: experts over data-parallel ranks.

    It is none where the report counts the same degrees in full elsewhere.
    """
    head, found = equation.sides[0].tree, list(leaves(equation.sides[1].tree))
    if equation.shape is not Shape.BRACKET or not isinstance(head, Leaf) or not _are_degrees(found):
        return False
    values = [as_printed(text, leaf).value for leaf in found]
    return any(prod(values) == as_printed(text, head).value * value for value in values)


_FEW: Final = 2
_MANY: Final = 1000
"""A count so large that three factors behind it give its number and no shape of what it counts, as `3 pods (4 x 4 x 4)` does."""


def _lists(text: str, tree: Node) -> bool:
    """Tell whether a slash in brackets stands between things listed, not divided: `(26B total / 4B active)`, `(3B/8B)`."""
    found = list(leaves(tree))
    if not isinstance(tree, Product) or [sign for sign, _ in tree.factors] != ["*", "/"] or len(found) != 2:
        return False
    between, behind = text[found[0].end : found[1].start], text[found[1].end :].partition(")")[0]
    named = all(any(character.isalpha() for character in part) for part in (between, behind))
    return named or all(leaf.digits.endswith(_MODEL_SIZES) for leaf in found)


# --- judging


def _judge(text: str, equation: Equation) -> list[_Judgement]:
    found: list[_Judgement] = []
    for index, (left, right) in enumerate(pairwise(equation.sides)):
        judgement = _compare(text, left, right)
        if isinstance(judgement, _Gap):
            converted = _compare(text, *(replace(side, tree=_in_one_unit(side.tree)) for side in (left, right)))
            judgement = judgement if isinstance(converted, _Unclear) else converted
        goes_on = index + 2 < len(equation.sides) or (isinstance(right.tree, Product) and not isinstance(left.tree, Leaf))
        running = _first(right) if goes_on and not isinstance(judgement, _Agreement) else None
        if running is not None and isinstance(other := _compare(text, left, running), _Agreement):
            judgement = _Agreement(", ".join(filter(None, (other.name, "worked on from its result"))))
        if isinstance(judgement, _Gap) and any(isinstance(_compare(text, end, right), _Agreement) for end in _ends(text, left)):
            judgement = _Agreement("from the word on")
        if isinstance(judgement, _Gap) and _in_bits(text, judgement):
            judgement = _Unclear("one side counts bits where the other counts bytes")
        found.append(judgement)
    return found


def _in_one_unit(tree: Node) -> Node:
    """Return a product without the factor that only turns its time into another unit: the 24 of `18.3 days × 24 × 128 GPUs`.

    Whoever writes it has read the time as a bare number, and the result is in the unit that the factor leads to.
    """
    if not isinstance(tree, Product) or any(not isinstance(node, Leaf) for _, node in tree.factors):
        return tree
    units = {(sign, UNITS[node.number.unit].symbol) for sign, node in tree.factors if isinstance(node, Leaf) and node.number.unit in UNITS}
    inverse = {"*": "/", "/": "*"}
    for place, (sign, node) in enumerate(tree.factors):
        if not place or not isinstance(node, Leaf) or node.number.unit or sign not in inverse:
            continue
        turned = _CONVERSIONS.get(node.digits, {}) if node.number.noun in ("", *OPERATOR_WORDS) else {}
        if any((sign, symbol) in units for symbol in turned.get("*", ())) or any(
            (inverse[sign], symbol) in units for symbol in turned.get("/", ())
        ):
            rest = tree.factors[:place] + tree.factors[place + 1 :]
            return _in_one_unit(replace(tree, factors=rest)) if len(rest) > 1 else rest[0][1]
    return tree


_CONVERSIONS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "24": {"*": ("day", "gpu*day"), "/": ("h", "gpu*h")},
    "60": {"*": ("h", "min"), "/": ("min", "s")},
    "3600": {"*": ("h",), "/": ("s",)},
    "1440": {"*": ("day",), "/": ("min",)},
    "86400": {"*": ("day",), "/": ("s",)},
    "1000": {"*": ("s",), "/": ("ms",)},
}
"""Factors between units of time, with the units that they are multiplied with (`days × 24`) and those that they divide (`h / 24`)."""


def _first(side: Side) -> Side | None:
    """Return the number a side starts with, where the side works on from it: `a x b = c x d = e` says a x b = c and c x d = e."""
    match side.tree:
        case Product(factors=parts) | Sum(terms=parts) if isinstance(parts[0][1], Leaf):
            leaf = parts[0][1]
            return replace(side, start=leaf.start, end=leaf.end, tree=leaf)
        case _:
            return None


def _in_bits(text: str, gap: _Gap) -> bool:
    """Tell whether the sides are a factor of 8 apart and bits are spoken of: `7B x 4 bits = 3.5 GB`, `2B bytes ~= 2 Gb`."""
    one, two = abs(gap.one.middle), abs(gap.two.middle)
    near = one and two and abs(max(one, two) / min(one, two) / 8 - 1) < Fraction(1, 25)
    return bool(near) and _BITS.search(text, gap.left.start, gap.right.end) is not None


def _ends(text: str, side: Side) -> Iterator[Side]:
    """Yield the sums that a sum may end in, where a word and no sign joins them to what stands before: `240 nodes plus 16 + 4 = 20`."""
    if not isinstance(side.tree, Sum):
        return
    terms = side.tree.terms
    for index in range(1, len(terms) - 1):
        before = max(leaf.end for leaf in leaves(terms[index - 1][1]))
        start = min(leaf.start for leaf in leaves(terms[index][1]))
        if text[before:start].rstrip()[-1:].isalpha() and terms[index][0] == "+":
            yield replace(side, start=start, tree=Sum(start, side.tree.end, terms[index:]))


def _compare(text: str, left: Side, right: Side) -> _Judgement:
    trees = (left.tree, right.tree)
    if any(_holds_unknown(tree) for tree in trees):
        return _Unclear("`x` may stand for an unknown")
    if _differ(left.tree, right.tree):
        return _Unclear("its figures count different things")
    first: tuple[Amount, Amount] | None = None
    tried: list[str] = []
    for manner in manners(text, trees):
        one, two = evaluate(text, left.tree, manner), evaluate(text, right.tree, manner)
        if one is None or two is None:
            continue
        if first is None:
            first = (one, two)
        for name, a, b in (*_meetings(one, two, _widths(trees)), *_unsaid(left.tree, right.tree, one, two)):
            if _equal(text, left, right, a, b, manner, right.about):
                return _Agreement(", ".join(filter(None, (manner.name, name))))
        if manner.name:
            tried.append(manner.name)
    for unit in _units_of_results(left, right):
        one, two = evaluate(text, left.tree, Manner(shared=unit)), evaluate(text, right.tree, Manner(shared=unit))
        alike = one is not None and two is not None and one.dimension == two.dimension
        if one and two and alike and _equal(text, left, right, one.interval, two.interval, Manner(shared=unit), right.about):
            return _Agreement(Manner(shared=unit).name)
        if one and two and alike and first is not None:
            first = (one, two)  # what the reader of the report would compare
    written = [leaf for tree in trees for leaf in leaves(tree)]
    hundredfold = any(leaf.digits == "100" for leaf in written) and any(leaf.number.unit == "%" for leaf in written)
    if first is None or hundredfold or (first[0].dimension != first[1].dimension and _one_unit_each(trees)):
        for bare in (Manner(bare=True), Manner(bare=True, raw_percent=True)):
            one, two = evaluate(text, left.tree, bare), evaluate(text, right.tree, bare)
            if one is not None and two is not None and _equal(text, left, right, one.interval, two.interval, bare, right.about):
                return _Agreement(bare.name)
        if first is None:
            return _Unclear("its units cannot be added or it divides by zero")
    one, two = first
    if one.dimension == two.dimension:
        return _Gap(left, right, one, two, False, tuple(tried))
    if DIMENSIONLESS in (one.dimension, two.dimension) and {one.dimension, two.dimension} & {DATA, Dimension(time=1), _FLOP, _FLOPS}:
        return _Gap(left, right, one, two, True, (*tried, *(name for name, _, _ in _meetings(one, two, _widths(trees)) if name)))
    return _Unclear(f"one side is a {_kind(one.dimension)}, the other a {_kind(two.dimension)}")


def _units_of_results(left: Side, right: Side) -> Iterator[str]:
    """Yield the unit of a side that is one figure, where the other one is a sum."""
    for result, other in ((right, left), (left, right)):
        if isinstance(result.tree, Leaf) and isinstance(other.tree, Sum) and result.tree.number.unit in UNITS:
            yield result.tree.number.unit


def _holds_unknown(tree: Node) -> bool:
    """Tell whether `8x` may be 8 times an unknown: a number is added to it or taken from it, or a side is negative."""
    if isinstance(tree, Sum):
        ratios = [isinstance(term, Leaf) and term.number.form is Form.RATIO for _, term in tree.terms]
        return any(ratios) and not all(ratios)
    return False


def _differ(one: Node, two: Node) -> bool:
    """Tell whether two bare figures are of different things, so that the sign between them is no equality: `32 GPUs = 4 nodes`."""
    if not isinstance(one, Leaf) or not isinstance(two, Leaf) or is_bytes_suffix(one) or is_bytes_suffix(two):
        return False
    first, second = (UNITS.get(leaf.number.unit, _ONE).dimension for leaf in (one, two))
    nouns = {leaf.number.noun.lower().rstrip("s") for leaf in (one, two)}
    return first != second or (first == DIMENSIONLESS and "" not in nouns and len(nouns) > 1)


def _one_unit_each(trees: tuple[Node, Node]) -> bool:
    """Tell whether no kind of quantity is written in two units, so that the bare figures can be compared."""
    found: dict[Dimension, set[Unit]] = {}
    for tree in trees:
        for leaf in leaves(tree):
            if unit := UNITS.get(leaf.number.unit):
                found.setdefault(unit.dimension, set()).add(unit)
    return all(len(units) == 1 for dimension, units in found.items() if dimension != DIMENSIONLESS)


def _kind(dimension: Dimension) -> str:
    return {DIMENSIONLESS: "count"}.get(dimension, str(dimension))


def _widths(trees: tuple[Node, Node]) -> Sequence[Fraction]:
    """Return how many bytes an element may have that is counted without them: not two, where two factors are 2 (keys and values, bytes)."""
    twos = sum(leaf.digits == "2" and not leaf.number.unit for tree in trees if isinstance(tree, Product) for leaf in leaves(tree))
    return [size for size in _ELEMENT_SIZES if size != _HALF_PRECISION or twos < _KEYS_AND_BYTES]


_HALF_PRECISION: Final = Fraction(2)
_KEYS_AND_BYTES: Final = 2


def _meetings(one: Amount, two: Amount, widths: Sequence[Fraction]) -> Iterator[tuple[str, Interval, Interval]]:
    """Yield the ways to compare two amounts: as they are, or with what their dimensions lack."""
    a, b = one.interval, two.interval
    if one.dimension == two.dimension:
        yield "", a, b
        return
    if {one.dimension, two.dimension} == {DIMENSIONLESS, DATA}:
        for size in widths:
            name = f"counts as elements of {figure(size, UNITS['1'])} byte{'' if size == 1 else 's'}"
            yield name, a.scale(size) if one.dimension == DIMENSIONLESS else a, b.scale(size) if two.dimension == DIMENSIONLESS else b
    else:
        yield "units left unsaid", a, b


def _unsaid(left: Node, right: Node, one: Amount, two: Amount) -> Iterator[tuple[str, Interval, Interval]]:
    """Yield the ways to compare data with a bare figure whose unit stands elsewhere: in a head, in the line above."""
    for scale in _PREFIXES:
        if isinstance(right, Leaf) and (one.dimension, two.dimension) == (DATA, DIMENSIONLESS):
            yield _ELSEWHERE, one.interval.scale(1 / scale), two.interval
        if isinstance(left, Leaf) and (one.dimension, two.dimension) == (DIMENSIONLESS, DATA):
            yield _ELSEWHERE, one.interval, two.interval.scale(1 / scale)


def _equal(text: str, left: Side, right: Side, a: Interval, b: Interval, manner: Manner, about: bool) -> bool:
    """Compare two sides; one that is a single number only has to be a rounding of the other."""
    rounds = any("/" in _signs(side.tree) for side in (left, right))
    for side, computed in ((right, a), (left, b)):
        if isinstance(side.tree, Leaf):
            shown = as_printed(text, side.tree, manner)
            if agrees(computed, shown, unit_of(side.tree, manner)[0], about=about, up=rounds and shown.is_count):
                return True
    if isinstance(left.tree, Leaf) or isinstance(right.tree, Leaf):
        return False
    return (a.widen(Fraction(1, 20)) if about else a).meets(b)


def _signs(node: Node) -> set[str]:
    return {sign for sign, _ in node.factors} if isinstance(node, Product) else set()


# --- saying it

_SLIPS: Final = tuple(map(Fraction, (1000, 10**6, 10**9, 1024, 2**20, 2**30, 8, 100)))
_PREFIXED: Final = (
    *(
        ("byte", "KB", "MB", "GB", "TB", "PB"),
        ("byte/s", "KB/s", "MB/s", "GB/s", "TB/s"),
        ("bit/s", "Kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"),
    ),
    *(("FLOPS", "MFLOPS", "GFLOPS", "TFLOPS", "PFLOPS", "EFLOPS"), ("FLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"), ("ns", "us", "ms", "s")),
    *(
        ("token/s", "token/ms"),
        ("sequence/s", "sequence/ms"),
        ("batch/s", "batch/ms"),
        ("GB/s", "Gbit/s"),
        ("MB/s", "Mbit/s"),
        ("GB", "Gbit"),
    ),
)
"""Units that are mistaken for one another: a prefix or bits for bytes apart."""


def _contradicted(passage: Passage, equation: Equation, gap: _Gap, spans: tuple[Span, ...], rule: Rule) -> Outcome:
    text = passage.content
    target, other, computed = _target(gap)
    claimed = text[target.start : target.end]
    unit = _unit(target, computed)
    value = figure(_shown(text, target, computed, unit), unit)
    arithmetic = " ".join(text[other.start : other.end].split())
    if equation.shape is Shape.SHARE:
        arithmetic = " × ".join(leaf.text for leaf in leaves(other.tree))
    slip = _slip(text, gap)
    message = f"{arithmetic} = {value}, but the report says {' '.join(claimed.split())}"
    if slip:
        message += f"; {slip}"
    place = Place(passage.span(target.start, target.end), f"the arithmetic gives {value}")
    related = (Place(passage.span(other.start, other.end), f"comes to {value}"),)
    clear = not gap.guessed and equation.shape in (Shape.EQUALS, Shape.CONVERSION)
    severity = rule.severity if not gap.guessed else min(rule.severity, Severity.WARNING, key=lambda one: one.rank)
    return rule.contradicted(
        spans,
        message,
        place,
        severity=severity,
        confidence=rule.confidence if clear else min(rule.confidence, Confidence.MEDIUM, key=lambda one: one.rank),
        related=related,
        claimed=" ".join(claimed.split()),
        expected=value,
        derivation=(_step(passage, other, computed, unit, arithmetic),),
        conventions=tuple(ConventionTried(name, False) for name in dict.fromkeys(gap.tried)),
        repairs=_repairs(passage, target, computed, unit, clear),
    )


def _target(gap: _Gap) -> tuple[Side, Side, Amount]:
    """Return the side that states a result, the side that works it out and what that comes to."""
    if isinstance(gap.left.tree, Leaf) and not isinstance(gap.right.tree, Leaf):
        return gap.left, gap.right, gap.two
    return gap.right, gap.left, gap.one


def _shown(text: str, target: Side, computed: Amount, unit: Unit) -> Fraction:
    """Return a computed value in base units; a bare one in the unit of the result that brings it nearer."""
    if computed.dimension == unit.dimension or not isinstance(target.tree, Leaf):
        return computed.middle
    claimed = as_printed(text, target.tree).value * unit.scale
    return min(
        (computed.middle, computed.middle * unit.scale), key=lambda value: max(value / claimed, claimed / value) if value and claimed else 0
    )


def _unit(target: Side, computed: Amount) -> Unit:
    """Return the unit to show the computed value in: the claimed one, where it fits."""
    for leaf in leaves(target.tree):
        unit = UNITS.get(leaf.number.unit)
        if unit and computed.dimension in (unit.dimension, DIMENSIONLESS) and not leaf.per:
            return unit
    return next((UNITS[symbol] for symbol in _BASE if UNITS[symbol].dimension == computed.dimension), UNITS["1"])


def _slip(text: str, gap: _Gap) -> str:
    """Name the factor of a thousand, 1024, 8 or 100 that would make the sides agree."""
    target, _, computed = _target(gap)
    if not isinstance(target.tree, Leaf):
        return ""
    shown = as_printed(text, target.tree)
    scale = unit_of(target.tree, Manner())[0]
    bits = shown.unit is not None and shown.unit.dimension.data == 1
    for factor in _SLIPS:
        if factor == 8 and not bits:
            continue
        for ratio in (factor, 1 / factor):
            near = abs(computed.middle - shown.value * scale * ratio) <= abs(computed.middle) / 20
            if not near or not agrees(computed.interval, shown, scale * ratio):
                continue
            better = _other_unit(shown, ratio)
            if better:
                return f"it would agree with {better} for {shown.unit}"
            times = figure(factor, UNITS["1"])
            return f"the two are a factor of {times} apart"
    return ""


def _other_unit(shown: Printed, ratio: Fraction) -> str:
    if shown.unit is None:
        return ""
    for symbols in _PREFIXED:
        if shown.unit.symbol in symbols:
            for symbol in symbols:
                if UNITS[symbol].scale == shown.unit.scale * ratio:
                    return symbol
    return ""


def _step(passage: Passage, side: Side, amount: Amount, unit: Unit, arithmetic: str) -> Step:
    operands = []
    for leaf in leaves(side.tree):
        value = evaluate(passage.content, leaf, Manner())
        interval = value.interval if value else Interval(None, None)
        operands.append(Operand(leaf.number.name or leaf.text, leaf.text, interval.low, interval.high, passage.span(leaf.start, leaf.end)))
    low, high = amount.interval.low, amount.interval.high
    return Step(arithmetic, amount.ascii, figure(amount.middle, unit), tuple(operands), low, high)


def _repairs(passage: Passage, target: Side, computed: Amount, unit: Unit, clear: bool) -> tuple[Repair, ...]:
    """Offer to write the computed value where the result stands."""
    leaf = target.tree
    if not isinstance(leaf, Leaf) or leaf.negative or leaf.per or len(leaf.number.written) > 1:
        return ()
    shown = as_printed(passage.content, leaf)
    value = figure(computed.middle, unit)
    message = f"{value} instead of {leaf.text} would agree"
    if (shown.unit.symbol if shown.unit else "1") != unit.symbol or shown.step == 0:
        return (Repair(message),)
    span = passage.span(leaf.number.digits, leaf.number.stop)
    if len(span) != leaf.number.stop - leaf.number.digits:
        return (Repair(message),)
    found = rewritten(leaf.digits, shown.value, computed.middle / unit.scale, whole=shown.is_count)
    if found is None:
        return (Repair(message),)
    start, end, digits = found
    safe = clear and shown.approximation is not Approximation.BOUND
    return (Repair(message, (Edit(Span(span.start + start, span.start + end), digits),), safe),)

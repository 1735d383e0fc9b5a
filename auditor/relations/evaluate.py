"""Three-valued evaluation of relations over exact intervals.

A relation is held, contradicted, or undetermined: something is missing, or the written precision admits both answers. An
equality holds where both sides share a value and neither is so wide that it says nothing; an inequality only where every
value of one side satisfies it. A number of a report may have several meanings (GB or GiB, K = 1000 or 1024): a
convention is contradicted only if no combination of them saves it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from typing import Final

from auditor.findings import Operand, Step, Verdict
from auditor.records import dataclass
from auditor.relations.dimensions import base_unit, dimension
from auditor.relations.figures import figure, figure_range
from auditor.relations.language import (
    Binary,
    Call,
    Comparison,
    Expression,
    Logic,
    Name,
    Negation,
    Number,
    RelationError,
    comparisons,
    decimal,
    names,
    write,
)
from auditor.spans import Span
from auditor.units import Dimension, Unit
from auditor.values import Interval

__all__ = [
    "Bound",
    "Convention",
    "Judged",
    "Judgement",
    "Meaning",
    "UnknownError",
    "admits",
    "derive",
    "judge",
    "range_of",
    "step_of",
    "value_of",
    "written",
]

MAX_COMBINATIONS: Final = 96
MAX_BITS: Final = 4096
"""Of a numerator or denominator on the way; a larger one ends the evaluation as undetermined."""
TELLING: Final = Fraction(1, 2)
"""An interval wider than this share of its size says too little for an equality with it to count as held."""


class UnknownError(Exception):
    """An expression has no value: operands are missing or the arithmetic is undefined."""

    def __init__(self, reason: str, missing: tuple[str, ...] = ()) -> None:
        self.reason, self.missing = reason, missing
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning of a written number, in base units; `shown` is the value that stands for it in written arithmetic."""

    interval: Interval
    shown: Fraction
    name: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """An operand bound to a number of the report, or to an assumption (`span` None)."""

    symbol: str
    meanings: tuple[Meaning, ...]
    text: str
    unit: Unit
    span: Span | None = None
    assumed: bool = False
    """The report is silent; `stated()` of it is false though it has a value."""
    origin: str = "assumed"
    """Where a value without a place in the report comes from."""


@dataclass(frozen=True, slots=True)
class Convention:
    """One admissible reading of a rule: `holds` and everything in `also`, where `when` does."""

    name: str
    holds: Expression
    also: tuple[Expression, ...] = ()
    when: Expression | None = None
    source: str = ""
    frameworks: tuple[str, ...] = ()
    """Admissible only where the report names one of these; anywhere if empty."""
    solved: tuple[tuple[str, str], ...] = ()
    """For each variable that can be isolated, the expression it equals (at the boundary, for an inequality), as text."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a condition comes to, and why, where it cannot be decided."""

    verdict: Verdict
    reason: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a convention says of its operands."""

    convention: Convention
    judgement: Judgement
    meanings: Mapping[str, Meaning]
    """The meaning of each operand that was used: the first that holds, or else the likeliest."""
    names: tuple[str, ...] = ()
    """The names of the meanings used that are not the likeliest (`binary`)."""


_HELD: Final = Judgement(Verdict.HELD)
_CONTRADICTED: Final = Judgement(Verdict.CONTRADICTED)


def _bounded(value: Interval) -> Interval:
    for end in (value.low, value.high):
        if end is not None and max(end.numerator.bit_length(), end.denominator.bit_length()) > MAX_BITS:
            raise UnknownError("the numbers on the way are too large")
    return value


def range_of(node: Expression, values: Mapping[str, Interval]) -> Interval:
    """Return the interval an arithmetic expression lies in; UnknownError where it has none."""
    match node:
        case Number(value=value):
            return Interval.exact(value)
        case Name(name=name):
            if name not in values:
                raise UnknownError(f"{name} is not stated", (name,))
            return values[name]
        case Negation(operand=operand):
            return -range_of(operand, values)
        case Binary(operator=operator, left=left, right=right):
            one, two = _both(left, right, values)
            return _bounded(_combine(operator, one, two, node))
        case Call(function=function, arguments=arguments):
            found = _all(arguments, values)
            first = found[0]
            if function == "sum":
                for other in found[1:]:
                    first = first + other
                return first
            if function in ("min", "max"):
                for other in found[1:]:
                    first = first.minimum(other) if function == "min" else first.maximum(other)
                return first
            return {"ceil": first.ceil, "floor": first.floor, "abs": first.absolute}[function]()
        case _:
            raise UnknownError("a condition has no value")


def _all(parts: Sequence[Expression], values: Mapping[str, Interval]) -> list[Interval]:
    missing: dict[str, None] = {}
    found: list[Interval] = []
    for part in parts:
        try:
            found.append(range_of(part, values))
        except UnknownError as error:
            if not error.missing:
                raise
            missing.update(dict.fromkeys(error.missing))
    if missing:
        raise UnknownError(f"{', '.join(missing)} not stated", tuple(missing))
    return found


def _both(left: Expression, right: Expression, values: Mapping[str, Interval]) -> tuple[Interval, Interval]:
    one, two = _all((left, right), values)
    return one, two


def _combine(operator: str, one: Interval, two: Interval, node: Expression) -> Interval:
    try:
        match operator:
            case "+":
                return one + two
            case "-":
                return one - two
            case "*":
                return one * two
            case "/":
                return one / two
            case "//":
                return (one / two).floor()
            case "%":
                return one.modulo(two)
            case _:
                return one.power(int(two.low or 0))
    except ZeroDivisionError:
        raise UnknownError(f"{write(node)} divides by zero") from None


def value_of(node: Expression, values: Mapping[str, Fraction]) -> Fraction:
    """Return the exact value of an expression over exact numbers; UnknownError where it has none."""
    found = range_of(node, {name: Interval.exact(value) for name, value in values.items()})
    if not found.is_exact or found.low is None:
        raise UnknownError(f"{write(node)} has no single value")
    return found.low


def _telling(value: Interval) -> bool:
    if value.low is None or value.high is None:
        return False
    return value.low is value.high or value.high - value.low <= TELLING * max(abs(value.low), abs(value.high))


def _vague(one: Interval, two: Interval) -> Judgement:
    wide = two if _telling(one) else one
    if not wide.is_bounded:
        return Judgement(Verdict.UNDETERMINED, "only a bound is stated")
    return Judgement(Verdict.UNDETERMINED, "the figures are too rough to tell")


def _equal(one: Interval, two: Interval, tolerance: Fraction) -> Judgement:
    if not one.meets(two.widen(tolerance)):
        return _CONTRADICTED
    return _HELD if _telling(one) and _telling(two) else _vague(one, two)


def _below(one: Interval, two: Interval, tolerance: Fraction, *, strict: bool) -> Judgement:
    """Judge `one <= two` (or `<`)."""
    least, most = one.low, two.high
    if least is not None and most is not None:
        limit = most + abs(most) * tolerance if tolerance else most
        if least > limit or (strict and least == limit):
            return _CONTRADICTED
    if one.high is not None and two.low is not None and (one.high < two.low or (not strict and one.high == two.low)):
        return _HELD
    if one.is_bounded and two.is_bounded:
        return Judgement(Verdict.UNDETERMINED, "the written precision admits both answers")
    return Judgement(Verdict.UNDETERMINED, "only a bound is stated")


def _invert(judgement: Judgement) -> Judgement:
    if judgement.verdict is Verdict.HELD:
        return _CONTRADICTED
    return _HELD if judgement.verdict is Verdict.CONTRADICTED else judgement


def admits(node: Expression, values: Mapping[str, Interval], tolerance: Fraction = Fraction(0), assumed: Collection[str] = ()) -> Judgement:
    """Judge a condition over intervals, in Kleene's three-valued logic; equalities and bounds are widened by `tolerance`.

    Of the names that have a value, those in `assumed` are not stated.
    """
    match node:
        case Comparison(operator=operator, left=left, right=right):
            try:
                one, two = _both(left, right, values)
            except UnknownError as error:
                return Judgement(Verdict.UNDETERMINED, error.reason, error.missing)
            return _compare(operator, one, two, tolerance)
        case Negation(operand=operand):
            return _invert(admits(operand, values, tolerance, assumed))
        case Call(arguments=(Name(name=name),)):
            return _HELD if name in values and name not in assumed else _CONTRADICTED
        case Logic(operator=operator, parts=parts):
            return _join(operator, [admits(part, values, tolerance, assumed) for part in parts])
        case _:
            raise RelationError("a number stands where a condition is wanted", node.at)


def _compare(operator: str, one: Interval, two: Interval, tolerance: Fraction) -> Judgement:
    match operator:
        case "==":
            return _equal(one, two, tolerance)
        case "!=":
            if not one.meets(two):
                return _HELD
            return _CONTRADICTED if one.is_exact and two.is_exact else _vague(one, two)
        case "<=" | "<":
            return _below(one, two, tolerance, strict=operator == "<")
        case _:
            return _below(-one, -two, tolerance, strict=operator == ">")


def _join(operator: str, parts: Sequence[Judgement]) -> Judgement:
    decisive = Verdict.CONTRADICTED if operator == "and" else Verdict.HELD
    for part in parts:
        if part.verdict is decisive:
            return part
    open_parts = [part for part in parts if part.verdict is Verdict.UNDETERMINED]
    if not open_parts:
        return _HELD if operator == "and" else _CONTRADICTED
    missing = tuple(dict.fromkeys(name for part in open_parts for name in part.missing))
    return Judgement(Verdict.UNDETERMINED, open_parts[0].reason, missing)


def judge(convention: Convention, bounds: Mapping[str, Bound], tolerance: Fraction = Fraction(0)) -> Judged:
    """Judge one convention over its operands, trying every meaning of each (up to `MAX_COMBINATIONS`)."""
    conditions = (convention.holds, *convention.also)
    whole = Logic("and", conditions) if len(conditions) > 1 else convention.holds
    used = [name for name in names(whole) if name in bounds]
    every = product(*(range(len(bounds[name].meanings)) for name in used))
    choices = sorted(islice(every, MAX_COMBINATIONS + 1), key=lambda picked: sum(map(bool, picked)))
    complete = len(choices) <= MAX_COMBINATIONS
    assumed = frozenset(name for name, bound in bounds.items() if bound.assumed)
    first: tuple[Judgement, dict[str, Meaning]] | None = None
    unsure: tuple[Judgement, dict[str, Meaning]] | None = None
    for picked in choices[:MAX_COMBINATIONS]:
        meanings = {name: bounds[name].meanings[index] for name, index in zip(used, picked, strict=True)}
        found = admits(whole, {name: meaning.interval for name, meaning in meanings.items()}, tolerance, assumed)
        if found.verdict is Verdict.HELD:
            return _told(convention, found, bounds, meanings)
        first = first or (found, meanings)
        if found.verdict is Verdict.UNDETERMINED:
            unsure = unsure or (found, meanings)
    if unsure is None and not complete and first is not None:
        unsure = (Judgement(Verdict.UNDETERMINED, "the figures have too many meanings to try"), first[1])
    chosen = unsure or first
    if chosen is None:  # product() of no operands still yields one combination
        raise AssertionError("no combination of meanings")
    return _told(convention, chosen[0], bounds, chosen[1])


def _told(convention: Convention, found: Judgement, bounds: Mapping[str, Bound], meanings: Mapping[str, Meaning]) -> Judged:
    unlikely = dict.fromkeys(meaning.name for name, meaning in meanings.items() if meaning.name and meaning != bounds[name].meanings[0])
    return Judged(convention, found, meanings, tuple(unlikely))


def derive(judged: Judged, bounds: Mapping[str, Bound]) -> tuple[Step, ...]:
    """Return the arithmetic of a convention: one step for each side of a comparison that is more than a name or a number.

    `substituted` uses the value that stands for each operand, in base units, and is read back by `read_expression`.
    """
    steps = []
    for condition in (judged.convention.holds, *judged.convention.also):
        for comparison in comparisons(condition):
            sides = [(comparison.left, comparison.right), (comparison.right, comparison.left)]
            written = [pair for pair in sides if not isinstance(pair[0], Name | Number)]
            for side, other in written or sides[:1]:
                step = step_of(side, other, bounds, judged.meanings)
                if step is not None and step not in steps:
                    steps.append(step)
    return tuple(steps)


def step_of(side: Expression, other: Expression, bounds: Mapping[str, Bound], meanings: Mapping[str, Meaning]) -> Step | None:
    """Return the arithmetic of an expression as a step; `other` is what it is compared with, whose unit the result is written in.

    None where an operand has no value or the arithmetic is undefined.
    """
    used = names(side)
    if any(name not in meanings for name in used):
        return None
    shown = {name: meanings[name].shown for name in used}
    try:
        value = value_of(side, shown)
        span = range_of(side, {name: meanings[name].interval for name in used})
    except UnknownError:
        return None
    unit = _unit_for(side, other, bounds)
    result = figure(value, unit)
    spread = figure_range(span, unit)
    operands = tuple(
        Operand(
            bounds[name].symbol,
            bounds[name].text,
            meanings[name].interval.low,
            meanings[name].interval.high,
            bounds[name].span,
            bounds[name].origin,
        )
        for name in used
    )
    return Step(
        formula=write(side),
        substituted=write(side, {name: written(value, bounds[name].unit) for name, value in shown.items()}),
        result=result if spread == result else f"{result} ({spread})",
        operands=operands,
        low=span.low,
        high=span.high,
    )


def written(value: Fraction, unit: Unit) -> Fraction | str:
    """Return how a value stands in arithmetic: what has no decimal form in base units, as $2.40 an hour, by its unit's own factor."""
    whole = value / unit.scale
    if decimal(value) is not None or decimal(whole) is None or unit.scale.numerator != 1:
        return value
    return f"({decimal(whole)} / {unit.scale.denominator})"


def _unit_for(side: Expression, other: Expression, bounds: Mapping[str, Bound]) -> Unit:
    """Return the unit the report itself uses for what this side stands for."""
    known: dict[str, Dimension] = {name: bound.unit.dimension for name, bound in bounds.items()}
    try:
        found = dimension(side, known)
    except RelationError:
        found = None
    first = (other, side) if isinstance(other, Name) else (side, other)
    for node in first:
        for name in names(node):
            if name in bounds and bounds[name].unit.dimension == found and (isinstance(node, Name) or any(_sized(bounds[name].unit))):
                return bounds[name].unit
    return base_unit(found)


def _sized(unit: Unit) -> tuple[int, ...]:
    return unit.dimension.exponents

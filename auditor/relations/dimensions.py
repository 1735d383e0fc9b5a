"""Dimensions of expressions: the unit check of a relation, without any number in it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.relations.language import Binary, Call, Comparison, Expression, Logic, Name, Negation, Number, RelationError
from auditor.units import DIMENSIONLESS, UNITS, Dimension, Unit

__all__ = ["base_unit", "check_condition", "dimension"]


def dimension(node: Expression, known: Mapping[str, Dimension]) -> Dimension | None:
    """Return the dimension of an arithmetic expression; None for a plain zero, which agrees with any.

    `known` gives the dimension of each name. Raises RelationError where unlike things are added, compared or counted,
    or a name is unknown.
    """
    match node:
        case Number(value=value, unit=unit):
            return UNITS[unit].dimension if unit else (None if value == 0 else DIMENSIONLESS)
        case Name(name=name, at=at):
            if name not in known:
                raise RelationError(f"unknown name {name!r}", at)
            return known[name]
        case Negation(operand=operand):
            return dimension(operand, known)
        case Binary(operator="**", left=left, right=Number(value=exponent)):
            base = dimension(left, known)
            return None if base is None else base ** int(exponent)
        case Binary(operator="*", left=left, right=right):
            one, two = dimension(left, known), dimension(right, known)
            return None if one is None or two is None else one * two
        case Binary(operator="/" | "//" as operator, left=left, right=right, at=at):
            one, two = dimension(left, known), dimension(right, known)
            if two is None:
                raise RelationError("division by zero", at)
            quotient = None if one is None else one / two
            if operator == "//" and quotient not in (None, DIMENSIONLESS):
                raise RelationError(f"// gives a whole number, but this is a {quotient}", at)
            return quotient
        case Binary(operator=operator, left=left, right=right, at=at):
            return _alike(operator, (left, right), known, at)
        case Call(function="min" | "max" | "sum" as function, arguments=arguments, at=at):
            return _alike(function, arguments, known, at)
        case Call(function="abs", arguments=(argument,)):
            return dimension(argument, known)
        case Call(function=function, arguments=(argument,), at=at):
            inner = dimension(argument, known)
            if inner not in (None, DIMENSIONLESS):
                raise RelationError(f"{function} of a {inner} depends on the unit it is counted in", at)
            return inner
        case _:
            raise RelationError("a condition stands where a number is wanted", node.at)


def _alike(word: str, parts: tuple[Expression, ...], known: Mapping[str, Dimension], at: int) -> Dimension | None:
    found = [one for one in (dimension(part, known) for part in parts) if one is not None]
    for one, two in pairwise(found):
        if one != two:
            raise RelationError(f"{word} joins unlike things: {one} and {two}", at)
    return found[0] if found else None


def check_condition(node: Expression, known: Mapping[str, Dimension]) -> None:
    """Raise RelationError unless every comparison of the condition compares like with like."""
    match node:
        case Comparison(operator=operator, left=left, right=right, at=at):
            _alike(operator, (left, right), known, at)
        case Logic(parts=parts):
            for part in parts:
                check_condition(part, known)
        case Negation(operand=operand, logical=True):
            check_condition(operand, known)
        case Call(function="stated", arguments=(Name(name=name, at=at),)):
            if name not in known:
                raise RelationError(f"unknown name {name!r}", at)
        case _:
            raise RelationError("a number stands where a condition is wanted", node.at)


_BASES: Final = ("byte", "FLOP", "s", "USD", "J", "1", "byte/s", "FLOPS", "1/s", "USD/h", "W")


def base_unit(found: Dimension | None) -> Unit:
    """Return the unit to write a number of this dimension in: byte, FLOP, s ... or one named for its dimension."""
    for symbol in _BASES:
        if UNITS[symbol].dimension == (found or DIMENSIONLESS):
            return UNITS[symbol]
    return Unit(str(found), found or DIMENSIONLESS, Fraction(1))

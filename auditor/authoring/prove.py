"""Proofs with SymPy: that a relation says something, what each of its variables equals, and that no two rules are alike.

Trees of `auditor.relations.language` are built into SymPy node by node and results are written back into that language;
text never reaches SymPy. Remainders, roundings, minima and the like are opaque symbols here: a variable inside one is not
solved for (its repair is searched, not solved).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import comb
from typing import Any, Final

import sympy  # type: ignore[import-untyped]

from auditor.authoring.validate import Checked, Use
from auditor.records import dataclass
from auditor.relations.evaluate import Convention
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
    conjuncts,
    mapped,
    names,
    read_expression,
    write,
)

__all__ = ["Proof", "prove", "signature", "solve"]

MAX_TERMS: Final = 4000
"""Of a relation multiplied out; larger ones are refused rather than left to run."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of a rule: its conventions with solved forms, and the key that two rules alike would share."""

    conventions: tuple[Convention, ...]
    key: str


def _terms(node: Expression) -> tuple[int, int]:
    """Return bounds of how many terms numerator and denominator have when multiplied out."""
    match node:
        case Binary(operator="**", left=left, right=Number(value=exponent)):
            above, below = _terms(left)
            power = int(exponent)
            return comb(above + power - 1, power), comb(below + power - 1, power)
        case Binary(operator="+" | "-", left=left, right=right) | Comparison(left=left, right=right):
            (a, b), (c, d) = _terms(left), _terms(right)
            return a * d + c * b, b * d
        case Binary(operator="*", left=left, right=right):
            (a, b), (c, d) = _terms(left), _terms(right)
            return a * c, b * d
        case Binary(operator="/", left=left, right=right):
            (a, b), (c, d) = _terms(left), _terms(right)
            return a * d, b * c
        case Negation(operand=operand):
            return _terms(operand)
        case Call(function="sum", arguments=arguments):
            above, below = 0, 1
            for argument in arguments:
                a, b = _terms(argument)
                above, below = above * b + a * below, below * b
            return above, below
        case _:
            return 1, 1


class _Algebra:
    """Builds SymPy expressions; opaque parts become symbols that remember what they stand for."""

    def __init__(self, rename: Mapping[str, str] | None = None) -> None:
        self.rename = rename or {}
        self.opaque: dict[Any, Expression] = {}

    def symbol(self, name: str) -> Any:
        return sympy.Symbol(self.rename.get(name, name), positive=True)

    def hidden(self, node: Expression) -> Any:
        text = write(_renamed(node, self.rename))
        symbol = sympy.Symbol(f"[{text}]", real=True)
        self.opaque[symbol] = node
        return symbol

    def build(self, node: Expression) -> Any:
        match node:
            case Number(value=value):
                return sympy.Rational(value.numerator, value.denominator)
            case Name(name=name):
                return self.symbol(name)
            case Negation(operand=operand):
                return -self.build(operand)
            case Binary(operator="+", left=left, right=right):
                return self.build(left) + self.build(right)
            case Binary(operator="-", left=left, right=right):
                return self.build(left) - self.build(right)
            case Binary(operator="*", left=left, right=right):
                return self.build(left) * self.build(right)
            case Binary(operator="/", left=left, right=right):
                below = self.build(right)
                if below == 0:
                    raise RelationError("divides by zero", node.at)
                return self.build(left) / below
            case Binary(operator="**", left=left, right=Number(value=exponent)):
                return self.build(left) ** int(exponent)
            case Call(function="sum", arguments=arguments):
                return sympy.Add(*(self.build(argument) for argument in arguments))
            case _:
                return self.hidden(node)

    def write(self, expression: Any) -> Expression:
        """Return a SymPy expression as a tree of our language."""
        return read_expression(self.text(expression))

    def text(self, expression: Any) -> str:
        if expression in self.opaque:
            return f"({write(self.opaque[expression])})"
        if expression.is_Symbol:
            return str(expression.name)
        if expression.is_Rational:
            whole = str(expression.p) if expression.q == 1 else f"({expression.p} / {expression.q})"
            return f"({whole})" if expression.p < 0 else whole
        if expression.is_Add:
            terms = sorted(expression.as_ordered_terms(), key=lambda term: bool(term.could_extract_minus_sign()))
            rest = "".join(f" - {self.text(-term)}" if term.could_extract_minus_sign() else f" + {self.text(term)}" for term in terms[1:])
            return f"({self.text(terms[0])}{rest})"
        if expression.is_Mul:
            above, below = expression.as_numer_denom()
            if below != 1:
                return f"({self.text(above)} / ({self.text(below)}))"
            return "(" + " * ".join(self.text(part) for part in expression.as_ordered_factors()) + ")"
        if expression.is_Pow and expression.exp.is_Integer:
            power = int(expression.exp)
            if power < 0:
                return f"(1 / ({self.text(expression.base**-power)}))"
            return f"({self.text(expression.base)} ** {power})"
        raise RelationError(f"no way to write {type(expression).__name__}")


def _renamed(node: Expression, rename: Mapping[str, str]) -> Expression:
    def change(part: Expression) -> Expression:
        return Name(rename.get(part.name, part.name)) if isinstance(part, Name) else part

    return mapped(node, change) if rename else node


def _difference(comparison: Comparison, algebra: _Algebra) -> tuple[Any, Any]:
    """Return numerator and denominator of left minus right."""
    above, below = _terms(comparison)
    if max(above, below) > MAX_TERMS:
        raise RelationError(f"too large to prove: up to {max(above, below)} terms when multiplied out", comparison.at)
    together = sympy.together(algebra.build(comparison.left) - algebra.build(comparison.right))
    numerator, denominator = sympy.fraction(together)
    return sympy.expand(numerator), denominator


def solve(comparison: Comparison) -> dict[str, Expression]:
    """Return for each variable that stands linearly in the comparison (taken as an equation) what it equals.

    Each solution is substituted back and must make the two sides equal.
    """
    algebra = _Algebra()
    numerator, _ = _difference(comparison, algebra)
    hidden = {name for part in algebra.opaque.values() for name in names(part)}
    found: dict[str, Expression] = {}
    for name in names(comparison):
        symbol = algebra.symbol(name)
        if name in hidden or not numerator.has(symbol):
            continue
        polynomial = sympy.Poly(numerator, symbol)
        if polynomial.degree() != 1:
            continue
        slope, constant = polynomial.all_coeffs()
        solution = sympy.cancel(-constant / slope)
        if solution == 0 or sympy.cancel(numerator.subs(symbol, solution)) != 0:
            continue
        found[name] = algebra.write(solution)
    return found


def _check_meaning(comparison: Comparison) -> None:
    """Raise RelationError if a comparison holds always or never, whatever its quantities are."""
    numerator, _ = _difference(comparison, _Algebra())
    if numerator == 0:
        always = comparison.operator in ("==", "<=", ">=")
        raise RelationError(f"{write(comparison)} {'always' if always else 'never'} holds: both sides are the same", comparison.at)
    if numerator.is_number:
        raise RelationError(f"{write(comparison)} does not depend on any quantity", comparison.at)


_FLIPPED: Final = {">": "<", ">=": "<="}


def signature(condition: Expression, rename: Mapping[str, str] | None = None) -> str:
    """Return a text that equivalent conditions share: equations up to rearranging, inequalities up to swapping sides."""
    match condition:
        case Comparison(operator=operator):
            algebra = _Algebra(rename)
            numerator, denominator = _difference(condition, algebra)
            if operator in _FLIPPED:
                numerator, operator = -numerator, _FLIPPED[operator]
            symbols = sorted(numerator.free_symbols, key=str)
            polynomial = sympy.Poly(numerator, *symbols, domain="QQ") if symbols else None
            if polynomial is None:
                return f"{numerator} {operator} 0"
            _, polynomial = polynomial.clear_denoms()
            _, polynomial = polynomial.primitive()
            if operator in ("==", "!="):
                if polynomial.LC() < 0:
                    polynomial = -polynomial
                return f"{polynomial.as_expr()} {operator} 0"
            return f"({polynomial.as_expr()}) / ({denominator}) {operator} 0"
        case Logic(operator=operator, parts=parts):
            return f" {operator} ".join(sorted(f"({signature(part, rename)})" for part in parts))
        case Negation(operand=operand):
            return f"not ({signature(operand, rename)})"
        case _:
            return write(_renamed(condition, rename or {}))


def _meaning(use: Use) -> str:
    marks = [mark for mark in ("each", "in_order", "sure", "facts", "chosen", "alone") if getattr(use, mark)]
    return "_".join((use.entry.symbol, *use.roles, *use.per, use.phase, *marks)).replace(".", "_")


def prove(checked: Checked) -> Proof:
    """Prove a rule's relations and solve them for every variable that can be isolated; RuleError where they say nothing."""
    solved = []
    for convention in checked.conventions:
        route: tuple[str, ...] = ("conventions", convention.name, "holds") if convention.name else ("holds",)
        try:
            parts = conjuncts(convention.holds)
            for condition in (*parts, *convention.also):
                for comparison in conjuncts(condition):
                    if isinstance(comparison, Comparison):
                        _check_meaning(comparison)
            solutions = solve(parts[0]) if len(parts) == 1 and isinstance(parts[0], Comparison) else {}
        except RelationError as error:
            raise checked.sheet.error(error.message, route, error.offset) from error
        solved.append(replace(convention, solved=tuple((name, write(node)) for name, node in solutions.items())))
    return Proof(tuple(solved), _key(checked, solved))


def _key(checked: Checked, conventions: Sequence[Convention]) -> str:
    if not conventions:
        return ""
    rename = {use.name: _meaning(use) for use in checked.uses}
    parts: dict[str, str] = {}
    for one in conventions:
        conditions = (one.holds, *one.also)
        key = " and ".join(sorted(signature(condition, rename) for condition in conditions))
        if one.when is not None:
            key += f" when {signature(one.when, rename)}"
        if key in parts:
            raise checked.sheet.error(f"the conventions {parts[key]} and {one.name} are the same relation", ("conventions", one.name))
        parts[key] = one.name
    given = " and ".join(sorted(signature(condition, rename) for condition in checked.given))
    return " or ".join(sorted(parts)) + (f" given {given}" if given else "")

"""Evaluate the substituted arithmetic of a derivation with plain Fractions: the reader's pencil."""

from __future__ import annotations

import ast
from fractions import Fraction
from math import ceil, floor


def evaluate(text: str) -> Fraction:
    """Return what `text` (numbers, + - * / **, min, max, ceil, floor and brackets) comes to, exactly."""
    return _value(ast.parse(text, mode="eval").body, text)


def _value(node: ast.expr, text: str) -> Fraction:
    match node:
        case ast.Constant():
            return Fraction(text[node.col_offset : node.end_col_offset])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, text)
        case ast.BinOp(left=left, op=op, right=right):
            one, two = _value(left, text), _value(right, text)
            match op:
                case ast.Add():
                    return one + two
                case ast.Sub():
                    return one - two
                case ast.Mult():
                    return one * two
                case ast.Div():
                    return one / two
                case ast.Pow():
                    return one ** int(two)
        case ast.Call(func=ast.Name(id=name), args=args):
            values = [_value(arg, text) for arg in args]
            return {"min": min(values), "max": max(values), "ceil": Fraction(ceil(values[0])), "floor": Fraction(floor(values[0]))}[name]
    raise AssertionError(f"not arithmetic: {text}")

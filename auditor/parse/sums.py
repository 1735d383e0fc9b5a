"""Sums that a shell works out, `$((NODES * GPUS_PER_NODE / TP))`: whole numbers and the signs + - * / % with brackets.

Nothing is evaluated by anything but the few lines below; what they do not know makes the whole sum unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

__all__ = ["whole_sum"]

_TOKEN: Final = re.compile(r"\s*(?:(\d{1,15})(?![\w.])|\$?\{?([A-Za-z_]\w{0,99})\}?|([-+*/%()]))")
_MAX_TOKENS: Final = 60
_MAX_NESTING: Final = 20
_LARGEST: Final = 10**15


class _UnknownError(Exception):
    """The sum holds what is not known before it runs."""


def whole_sum(text: str, known: Callable[[str], int | None]) -> int | None:
    """Return what a sum comes to; None where it holds an unknown name or sign, leaves a remainder, or is too long.

    `known` gives the value of a variable, or None.
    """
    try:
        tokens = _tokens(text, known)
        value, at = _terms(tokens, 0, 0)
    except _UnknownError:
        return None
    return value if at == len(tokens) else None


def _tokens(text: str, known: Callable[[str], int | None]) -> list[int | str]:
    tokens: list[int | str] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) == _MAX_TOKENS:
            raise _UnknownError
        digits, name, sign = match.groups()
        value = known(name) if name else int(digits) if digits and (digits == "0" or digits[0] != "0") else None
        if not sign and value is None:  # a digit behind a 0 makes it octal
            raise _UnknownError
        tokens.append(sign or value or 0)
        at = match.end()
    return tokens


def _terms(tokens: list[int | str], at: int, depth: int) -> tuple[int, int]:
    value, at = _factors(tokens, at, depth)
    while at < len(tokens) and tokens[at] in ("+", "-"):
        other, behind = _factors(tokens, at + 1, depth)
        value, at = _bounded(value + other if tokens[at] == "+" else value - other), behind
    return value, at


def _factors(tokens: list[int | str], at: int, depth: int) -> tuple[int, int]:
    value, at = _factor(tokens, at, depth)
    while at < len(tokens) and tokens[at] in ("*", "/", "%"):
        other, behind = _factor(tokens, at + 1, depth)
        if tokens[at] != "*" and (other <= 0 or value < 0 or (tokens[at] == "/" and value % other)):
            raise _UnknownError  # a shell drops the remainder: what was meant is another figure
        value = value * other if tokens[at] == "*" else value // other if tokens[at] == "/" else value % other
        value, at = _bounded(value), behind
    return value, at


def _factor(tokens: list[int | str], at: int, depth: int) -> tuple[int, int]:
    first = tokens[at] if at < len(tokens) else ")"
    if isinstance(first, int):
        return first, at + 1
    if first != "(" or depth == _MAX_NESTING:
        raise _UnknownError
    value, at = _terms(tokens, at + 1, depth + 1)
    if at == len(tokens) or tokens[at] != ")":
        raise _UnknownError
    return value, at + 1


def _bounded(value: int) -> int:
    if abs(value) > _LARGEST:
        raise _UnknownError
    return value

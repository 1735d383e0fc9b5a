"""No pattern of the readers takes more than a fixed number of steps for each character of a text made to slow it down."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator

import pytest

import auditor.parse
from tests.steps import steps

UNITS = [*" -|a=(\\`*#&$0.'\"é\n", "a ", ": ", "- ", "│ ", "| -", "a:", "()", "* ", "1. ", "<a ", "[a](", "a\n"]
SHORT, LONG = 60, 240
MOST = 1.4 * LONG / SHORT
"""Twice as long takes twice as many steps; what grows with the square takes four times as many."""


def patterns() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Each pattern of the readers, under its name, with how it is used: matched, matched as a whole, or searched."""
    for found in pkgutil.iter_modules(auditor.parse.__path__):
        module = importlib.import_module(f"auditor.parse.{found.name}")
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            if not isinstance(value, re.Pattern) or f"{name}: Final = re.compile" not in source:
                continue
            searched = any(f"{name}.{use}(" in source for use in ("search", "finditer", "sub", "split", "findall"))
            yield f"{found.name}.{name}", value, "search" if searched else "whole" if f"{name}.fullmatch(" in source else "match"


@pytest.mark.parametrize(("name", "pattern", "use"), list(patterns()), ids=lambda value: value if isinstance(value, str) else "")
def test_steps_grow_with_the_length(name: str, pattern: re.Pattern[str], use: str) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        for unit in UNITS:
            for begin, end in (("", "!"), ("a", "\0"), ("|", "|"), ("[a", "")):
                short, long = (
                    steps(pattern, begin + unit * (length // len(unit)) + end, search=use == "search", whole=use == "whole")
                    for length in (SHORT, LONG)
                )
                assert long <= MOST * short + 50, (name, unit, begin, short, long)
    finally:
        sys.setrecursionlimit(limit)


def test_the_counter_tells_linear_from_quadratic() -> None:
    quadratic, linear = re.compile(r"\s*\|?\s*x"), re.compile(r"\s*\|?x")
    assert steps(quadratic, " " * 200 + "!") > 8 * steps(quadratic, " " * 50 + "!")
    assert steps(linear, " " * 200 + "!") < 5 * steps(linear, " " * 50 + "!")
    assert steps(re.compile(r"(?:a|b)+?c"), "abab") > steps(re.compile("abab"), "abab")

"""No pattern of the project takes more than a fixed number of steps for each character of a text made to slow it down.

The texts are made from the pattern itself: what one of its repetitions repeats, many times over, after what leads there, and before
what no pattern takes. All patterns are found, those compiled in functions too: a call of `re` whose pattern is not written out
must be known to this test.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import pytest

import auditor
from auditor.rulebook import load
from tests.steps import steps, takes

SHORT, LONG = 40, 160
MOST = 1.45 * LONG / SHORT
"""Four times as long takes four times as many steps; what grows with the square takes sixteen times as many."""
SEARCHING = ("search", "finditer", "sub", "subn", "split", "findall")
CALLS = {*SEARCHING, "match", "fullmatch", "compile"}
COMPUTED = {
    "auditor.language.names": "dates: a field of the vocabulary",
    "auditor.parse.builder": "runs of more than a number of letters: one repetition",
    "auditor.language.vocabulary": "fields of the vocabulary",
}
"""Where patterns are put together at run time, and where this test finds them."""
BOUNDED = {
    "cost.plan_file._NUMBER[0]": "given at most 120 characters",
    "language.numbers._PART_OF[0]": "ends 24 characters behind where it begins",
}
"""Patterns that may be slow, for what they are given is short."""


@cache
def modules() -> Sequence[ModuleType]:
    found = (one.name for one in pkgutil.walk_packages(auditor.__path__, "auditor."))
    return tuple(importlib.import_module(name) for name in found if not name.endswith("__main__"))


@cache
def source_of(module: ModuleType) -> str:
    return inspect.getsource(module)


def inside(value: object, depth: int = 3) -> Iterator[re.Pattern[str]]:
    """Yield the patterns in a value: itself, or held in tuples, lists and mappings."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth and isinstance(value, (tuple, list, set, frozenset)):
        for part in value:
            yield from inside(part, depth - 1)
    elif depth and isinstance(value, Mapping):
        yield from inside(tuple(value.values()), depth - 1)


def is_searched(module: ModuleType, name: str) -> bool:
    """Tell whether a pattern is looked for at every place of a text, here or where it is imported; a collection of them always is."""
    if not isinstance(vars(module)[name], re.Pattern):
        return True
    users = [module] if name.startswith("_") else [one for one in sys.modules.values() if one.__name__.startswith("auditor.")]
    uses = re.compile(rf"\b{name}\.({'|'.join(SEARCHING)})\(")
    elsewhere = re.compile(rf"\b{name}\b(?!\.|:)")  # handed on: nobody knows how it is used
    return any(uses.search(source_of(user)) for user in users) or len(elsewhere.findall(source_of(module))) > 0


def of_modules() -> Iterator[tuple[str, re.Pattern[str], str]]:
    for module in modules():
        for name, value in vars(module).items():
            found = list(inside(value))
            if not found or re.search(rf"(?m)^{name}\b.*=", source_of(module)) is None:
                continue  # no pattern, or imported
            for number, pattern in enumerate(found):
                searched = is_searched(module, name)
                whole = not searched and f"{name}.fullmatch(" in source_of(module)
                yield f"{module.__name__[8:]}.{name}[{number}]", pattern, "search" if searched else "whole" if whole else "match"


@cache
def calls(module: ModuleType) -> Sequence[tuple[ast.Call, str, str | None]]:
    """Return each call of `re` inside a function with its name and the pattern, if what it is put together from is the module's."""
    return tuple(_calls(module))


def _calls(module: ModuleType) -> Iterator[tuple[ast.Call, str, str | None]]:
    if not any(f"re.{name}(" in source_of(module) for name in CALLS):
        return
    tree = ast.parse(source_of(module))
    functions = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))
    for call in {call: None for function in functions for call in ast.walk(function) if isinstance(call, ast.Call)}:
        of = call.func
        if not (isinstance(of, ast.Attribute) and of.attr in CALLS and isinstance(of.value, ast.Name) and of.value.id == "re"):
            continue
        try:
            text: str | None = eval(ast.unparse(call.args[0]), vars(module))  # noqa: S307 - the project's own source
        except NameError:
            text = None
        yield call, of.attr, text


def of_functions() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Yield the patterns that functions give to `re`."""
    for module in modules():
        for call, name, text in calls(module):
            if text is not None:
                use = {"match": "match", "fullmatch": "whole"}.get(name, "search")
                yield f"{module.__name__[8:]}:{ast.unparse(call)[:60]}", re.compile(text), use


def of_vocabulary() -> Iterator[tuple[str, re.Pattern[str], str]]:
    words = load().lexicon.vocabulary
    names = {one.name for one in dataclasses.fields(words)}
    names |= {name for name, value in vars(type(words)).items() if isinstance(value, cached_property)}
    for name in sorted(names):
        for number, pattern in enumerate(inside(getattr(words, name))):
            yield f"vocabulary.{name}[{number}]", pattern, "search"


# --- texts that slow a pattern down


def least(items: Any) -> str:
    """Return a short text that a part of a pattern takes; what looks around takes nothing."""
    return "".join(map(one, items))


def one(item: Any) -> str:
    code, what = item[0], item[1]
    if code is op.LITERAL:
        return chr(int(what))
    if code is op.IN:
        return "".join(character for character in "a1 -A.,/:|(x=_\tЖ" if takes(what, character))[:1]
    if code in (op.ANY, op.NOT_LITERAL):
        return "a" if code is op.ANY or what != ord("a") else "b"
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return least(what[2]) * min(max(int(what[0]), 0), 15)
    if code is op.SUBPATTERN:
        return least(what[3])
    if code is op.BRANCH:
        return least(what[1][0])
    return ""


def repeated(items: Any, lead: str = "") -> Iterator[tuple[str, str]]:
    """Yield (what leads there, what is repeated) for each repetition of a pattern, the alternatives of its body each."""
    for item in items:
        code, what = item
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            if what[1] > 20:
                yield from ((lead, unit) for unit in bodies(what[2]))
            yield from repeated(what[2], lead)
        elif code is op.SUBPATTERN:
            yield from repeated(what[3], lead)
        elif code is op.BRANCH:
            for branch in what[1]:
                yield from repeated(branch, lead)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            yield from repeated(what[1], lead)
        lead += one(item)


def bodies(items: Any) -> Iterator[str]:
    branches = [branch for code, what in items if code is op.BRANCH for branch in what[1]]
    yield from filter(None, (least(items), *map(least, branches)))
    for code, what in items:
        if code is op.IN:
            yield from (character for character in "a1 -.,/_\t" if takes(what, character))


def texts(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield (begin, unit) of the texts that a pattern is measured with."""
    found: dict[tuple[str, str], None] = {}
    for lead, unit in repeated(parser.parse(pattern.pattern, pattern.flags)):
        found[lead[-40:], unit[:20]] = None
        found["", lead[-20:] + unit[:20]] = None
    found |= dict.fromkeys([("", unit) for unit in ("a", "1", " ", "a ", "1 ", "1,", "a.", "-", "(a", "1/")])
    yield from list(found)[:40]


def growth(pattern: re.Pattern[str], use: str) -> tuple[float, str]:
    """Return by how much more than the text the steps grow, and the text that is worst."""
    worst, by = 0.0, ""
    for begin, unit in texts(pattern):
        counts = [
            steps(pattern, begin + unit * -(-length // len(unit)) + "\0", search=use == "search", whole=use == "whole")
            for length in (SHORT, LONG)
        ]
        if (grown := counts[1] / (counts[0] + 12)) > worst:
            worst, by = grown, f"{begin!r} {unit!r} {counts}"
    return worst, by


EVERY = [*of_modules(), *of_functions(), *of_vocabulary()]


def test_every_pattern_is_found() -> None:
    """A pattern that is put together in a function would be missed; where that is done is known."""
    missed = {module.__name__ for module in modules() for _, _, text in calls(module) if text is None}
    assert missed == COMPUTED.keys()
    assert len(EVERY) > 280
    assert {name for name, _, _ in EVERY} >= BOUNDED.keys()


@pytest.mark.parametrize(("name", "pattern", "use"), EVERY, ids=[name for name, _, _ in EVERY])
def test_steps_grow_with_the_length(name: str, pattern: re.Pattern[str], use: str) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        grown, by = growth(pattern, use)
    finally:
        sys.setrecursionlimit(limit)
    assert (grown > MOST) is (name in BOUNDED), (name, use, grown, by)

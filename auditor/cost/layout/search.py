"""All layouts that a GPU count admits, nearest first to what was stated: the raw material of repairs."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from auditor.cost.impossible import require_whole
from auditor.cost.layout.conventions import Convention, complete, divisors, solve, solve_for
from auditor.cost.layout.degrees import LARGEST_WORLD, Degrees, Framework, Run, Shape
from auditor.cost.layout.divisibility import Layout, Strength, contradicted
from auditor.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Constraints", "layouts"]

MOST_TRIED: Final = 50_000
"""Combinations tried for one number of changed degrees; nearer values come first, so what is cut off is far away."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a layout must satisfy."""

    convention: Convention
    near: Degrees = field(default=Degrees())
    """The stated degrees: layouts that change fewer of them, and by less, come first. Unstated DP stays free."""
    fixed: frozenset[str] = frozenset()
    """Symbols that may not change."""
    open: frozenset[str] = frozenset()
    """Unstated degrees that may be brought in; others stay at 1 (DP, unless stated, is always free)."""
    shape: Shape | None = None
    run: Run | None = None
    framework: Framework | None = None
    changes: int = 3
    """Most degrees changed at once."""
    most: int = 20
    """Most layouts yielded."""


def layouts(gpus: int, constraints: Constraints) -> Iterator[Degrees]:
    """Yield layouts that use exactly `gpus` GPUs under one convention, nearest first.

    Distance: how many stated degrees change, then the product of the factors they change by, then smaller degrees first.
    A layout may break a soft divisibility rule only if the stated degrees break it too (a custom pipeline layout, say).
    Raises `ImpossiblePlanError` for a GPU count below 1 or beyond any machine.
    """
    require_whole("layout.gpus", gpus, 1, "a GPU count counts devices", LARGEST_WORLD)
    near, convention = constraints.near, constraints.convention
    tolerated = contradicted(Layout(near, gpus, constraints.shape, constraints.run), constraints.framework, Strength.SOFT)
    changeable = [
        symbol
        for symbol in convention.symbols
        if symbol not in constraints.fixed and (getattr(near, symbol) is not None or (symbol in constraints.open and symbol != "dp"))
    ]
    yielded = 0
    for count in range(min(constraints.changes, len(changeable)) + 1):
        found: list[tuple[Fraction, tuple[int, ...], Degrees]] = []
        subsets = list(combinations(changeable, count))
        share = max(1, MOST_TRIED // max(1, len(subsets)))
        for symbols in subsets:
            for values in _choices(constraints, symbols, gpus, share):
                candidate = near.with_(dict(zip(symbols, values, strict=True)))
                resolved = _resolve(convention, candidate, gpus)
                if (
                    resolved is None
                    or contradicted(Layout(resolved, gpus, constraints.shape, constraints.run), constraints.framework) - tolerated
                ):
                    continue
                distance = Fraction(1)
                for symbol, value in zip(symbols, values, strict=True):
                    distance *= _ratio(getattr(near, symbol) or 1, value)
                found.append((distance, tuple(getattr(resolved, symbol) or 1 for symbol in convention.symbols), resolved))
        for _distance, _order, layout in sorted(found, key=lambda one: one[:2]):
            yield layout
            yielded += 1
            if yielded == constraints.most:
                return


def _choices(constraints: Constraints, symbols: tuple[str, ...], gpus: int, share: int) -> Iterator[tuple[int, ...]]:
    """Yield new values for some degrees, none equal to the stated one, the nearest values of each first.

    Where DP is stated the GPU count settles one of them, so that only the others are tried out.
    """
    convention, near = constraints.convention, constraints.near
    world = {symbol for term in convention.world for symbol in term}
    settled = next((symbol for symbol in reversed(symbols) if symbol in world), None) if near.dp is not None else None
    tried = tuple(symbol for symbol in symbols if symbol != settled)
    each = max(1, _root(share, len(tried))) if tried else 1
    for values in product(*(_nearest(getattr(near, symbol) or 1, gpus)[:each] for symbol in tried)):
        if settled is None:
            yield values
            continue
        changed = dict(zip(tried, values, strict=True))
        full, _assumed = complete(convention, near.with_({**changed, settled: 1}))
        value = solve_for(convention, settled, full, gpus)
        if value is not None and value != (getattr(near, settled) or 1):
            changed[settled] = value
            yield tuple(changed[symbol] for symbol in symbols)


def _nearest(stated: int, gpus: int) -> list[int]:
    return sorted((value for value in divisors(gpus) if value != stated), key=lambda value: (_ratio(stated, value), value))


def _root(number: int, degree: int) -> int:
    low, high = 1, 1 << (number.bit_length() // degree + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= number else (low, middle)
    return low


def _ratio(left: int, right: int) -> Fraction:
    return Fraction(max(left, right), min(left, right))


def _resolve(convention: Convention, degrees: Degrees, gpus: int) -> Degrees | None:
    if not convention.applies(degrees) and not (convention.experts and (degrees.ep or 1) == 1):
        return None
    values, _assumed = complete(convention, degrees)
    solved = solve(convention, values, gpus)
    if not solved.holds:
        return None
    return degrees.with_({"dp": solved.dp})

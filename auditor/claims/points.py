"""Points: how much each word around a number counts for which quantity.

`rules/wording.yaml`, written by `scripts/fit_evidence.py`, holds them: `behind1 step` speaks for the time of a step, `label1 replica`
for the data-parallel degree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

__all__ = ["WordPoints"]


class WordPoints:
    """How many points each word around a number gives to which quantities."""

    def __init__(self, told: Mapping[str, str]) -> None:
        self._told = told
        self._read = lru_cache(maxsize=None)(self._entry)

    def _entry(self, name: str) -> Mapping[str, int]:
        return {quantity: int(count) for quantity, _, count in (item.rpartition(" ") for item in self._told[name].split(", "))}

    def points(self, names: Sequence[str]) -> dict[str, int]:
        """Return by quantity the sum of what some words count for it."""
        found: dict[str, int] = {}
        for name in names:
            if name in self._told:
                for quantity, count in self._read(name).items():
                    found[quantity] = found.get(quantity, 0) + count
        return found

    def reasons(self, names: Sequence[str], quantity: str) -> tuple[str, ...]:
        """Return the words that speak for a quantity or against it, the weightiest first."""
        counted = ((name, self._read(name).get(quantity, 0)) for name in names if name in self._told)
        return tuple(name for name, count in sorted(counted, key=lambda one: -abs(one[1])) if count)

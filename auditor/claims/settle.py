"""Settling: which of its candidates a number states, by the sum of what its evidence counts, and how far the next one is behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from auditor import index
from auditor.claims.candidates import Candidate

__all__ = ["Settled", "settled", "weights"]


@dataclass(frozen=True, slots=True)
class Settled:
    """The candidate that won, its lead over the next one, and the next one."""

    winner: Candidate
    margin: int
    """Points, tenths of a unit of log odds; large where nothing else came into question."""
    runner_up: Candidate | None


@lru_cache(maxsize=1)
def weights() -> Mapping[str, int]:
    """Return how many points each evidence counts."""
    found: Mapping[str, int] = index.data("evidence")["weights"]
    return found


def points(candidate: Candidate, counts: Mapping[str, int]) -> int:
    """Return the sum of what the evidence of a candidate counts."""
    return sum(counts.get(name, 0) for name in candidate.evidence)


def settled(candidates: Sequence[Candidate]) -> Settled:
    """Return the candidate with the most points; the first of two equal ones."""
    counts = weights()
    ranked = sorted(candidates, key=lambda one: -points(one, counts))
    winner = ranked[0]
    if len(ranked) == 1:
        return Settled(winner, 99, None)
    return Settled(winner, points(winner, counts) - points(ranked[1], counts), ranked[1])

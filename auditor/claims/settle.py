"""Settling: which of its candidates a number states, by the sum of what its evidence counts, and how far the next one is behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from auditor.claims.candidates import Candidate
from auditor.records import dataclass

__all__ = ["Settled", "points", "settled"]


_ALONE: Final = 99
"""The lead of what nothing else came into question beside."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The candidate that won, its lead over the next one, and the next one."""

    winner: Candidate
    margin: int
    """Points, tenths of a unit of log odds; large where nothing else came into question."""
    runner_up: Candidate | None


def points(candidate: Candidate, counts: Mapping[str, int], words: Mapping[str, int]) -> int:
    """Return the sum of what the evidence of a candidate counts, and the words around the number for its quantity."""
    return sum([counts.get(name, 0) for name in candidate.evidence]) + words.get(candidate.quantity, 0)


def settled(candidates: Sequence[Candidate], counts: Mapping[str, int], words: Mapping[str, int]) -> Settled:
    """Return the candidate with the most points, the first of two equal ones.

    `counts` says what each evidence counts, `words` what the words around the number give each quantity.
    """
    ranked = sorted(candidates, key=lambda one: -points(one, counts, words))
    winner = ranked[0]
    if len(ranked) == 1:
        return Settled(winner, _ALONE, None)
    return Settled(winner, points(winner, counts, words) - points(ranked[1], counts, words), ranked[1])

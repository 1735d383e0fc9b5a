"""Where ranks stand: GPU ids as sets of ranges, and what groups of them add up to.

Nothing here reads text; a caller hands over ranges. A set is kept as sorted, disjoint, non-adjacent ranges, so that
"GPUs 0-1000000" costs as much as "GPU 0" and every operation is linear in the number of ranges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.cost.impossible import require, require_whole
from auditor.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Group", "Ids", "Overlap", "beyond", "covered", "gaps", "numbered_from", "overlaps", "wrong_sizes"]

_IDS: Final = "a GPU id counts from 0 or 1"
LARGEST_ID: Final = 10**9


@dataclass(frozen=True, slots=True)
class Ids:
    """A set of GPU ids: sorted ranges (first, last), both ends included, that neither meet nor touch."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> Ids:
        """Return the union of ranges (first, last); raises `ImpossiblePlanError` for a negative or reversed range."""
        found: list[tuple[int, int]] = []
        checked = []
        for first, last in ranges:
            require_whole("placement.gpu", first, 0, _IDS, LARGEST_ID)
            require_whole("placement.gpu", last, 0, _IDS, LARGEST_ID)
            require(first <= last, "placement.gpu", f"the range {first}-{last} runs backwards", _IDS)
            checked.append((first, last))
        for first, last in sorted(checked):
            if found and first <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(found[-1][1], last))
            else:
                found.append((first, last))
        return cls(tuple(found))

    @classmethod
    def each(cls, ids: Iterable[int]) -> Ids:
        """Return the set of single ids."""
        return cls.of((one, one) for one in ids)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __contains__(self, one: int) -> bool:
        return any(first <= one <= last for first, last in self.ranges)

    def __or__(self, other: Ids) -> Ids:
        return Ids.of((*self.ranges, *other.ranges))

    def __and__(self, other: Ids) -> Ids:
        found = []
        left, right = 0, 0
        while left < len(self.ranges) and right < len(other.ranges):
            first = max(self.ranges[left][0], other.ranges[right][0])
            last = min(self.ranges[left][1], other.ranges[right][1])
            if first <= last:
                found.append((first, last))
            if self.ranges[left][1] < other.ranges[right][1]:
                left += 1
            else:
                right += 1
        return Ids(tuple(found))

    def __sub__(self, other: Ids) -> Ids:
        found = []
        place = 0
        for first, last in self.ranges:
            start = first
            while place < len(other.ranges) and other.ranges[place][1] < start:
                place += 1
            index = place
            while index < len(other.ranges) and other.ranges[index][0] <= last:
                if other.ranges[index][0] > start:
                    found.append((start, other.ranges[index][0] - 1))
                start = other.ranges[index][1] + 1
                index += 1
            if start <= last:
                found.append((start, last))
        return Ids(tuple(found))

    @property
    def first(self) -> int | None:
        return self.ranges[0][0] if self.ranges else None

    @property
    def last(self) -> int | None:
        return self.ranges[-1][1] if self.ranges else None

    def __str__(self) -> str:
        shown = [f"{first}" if first == last else f"{first}-{last}" for first, last in self.ranges[:8]]
        further = len(self.ranges) - 8
        return ", ".join(shown) + (f" and {further} further ranges" if further > 0 else "") or "none"


@dataclass(frozen=True, slots=True)
class Group:
    """GPUs that a report names together: a stage, a replica, a tensor-parallel group."""

    name: str
    ids: Ids


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two groups that claim the same GPUs; `left` and `right` are their places in the list."""

    left: int
    right: int
    ids: Ids


def overlaps(groups: Sequence[Group], most: int = 1000) -> tuple[Overlap, ...]:
    """Return the pairs of groups that share GPUs; the sweep stops once about `most` pairs are found.

    One sweep over all ranges: linear in ranges and in what overlaps. Whether an overlap is wrong depends on what the groups
    are: stages of one pipeline must be disjoint, tensor and expert groups of one grid need not be.
    """
    marks = sorted((first, last, index) for index, group in enumerate(groups) for first, last in group.ids.ranges)
    shared: dict[tuple[int, int], list[tuple[int, int]]] = {}
    live: list[tuple[int, int]] = []
    for first, last, index in marks:
        live = [(end, other) for end, other in live if end >= first]
        for end, other in live:
            if other != index:
                pair = (min(other, index), max(other, index))
                shared.setdefault(pair, []).append((first, min(last, end)))
        live.append((last, index))
        if len(shared) >= most:
            break
    return tuple(Overlap(left, right, Ids.of(ranges)) for (left, right), ranges in sorted(shared.items()))


def covered(groups: Iterable[Group]) -> Ids:
    """Return all GPUs that any group names."""
    return Ids.of(one for group in groups for one in group.ids.ranges)


def numbered_from(ids: Ids, gpus: int) -> int:
    """Return 1 where ids run from 1 to `gpus`, else 0: a report may count GPUs either way."""
    return 1 if ids.first is not None and ids.first >= 1 and ids.last == gpus else 0


def gaps(groups: Sequence[Group], gpus: int, start: int | None = None) -> Ids:
    """Return the GPUs of 0..gpus-1 (or 1..gpus where the groups count so) that no group names."""
    named = covered(groups)
    first = numbered_from(named, gpus) if start is None else start
    return Ids.of([(first, first + gpus - 1)]) - named if gpus > 0 else Ids()


def beyond(groups: Sequence[Group], gpus: int, start: int | None = None) -> Ids:
    """Return the named GPUs that lie outside the stated count."""
    named = covered(groups)
    first = numbered_from(named, gpus) if start is None else start
    return named - Ids.of([(first, first + gpus - 1)]) if gpus > 0 else named


def wrong_sizes(groups: Iterable[Group], degree: int) -> tuple[Group, ...]:
    """Return the groups that do not have exactly `degree` GPUs."""
    return tuple(group for group in groups if len(group.ids) != degree)

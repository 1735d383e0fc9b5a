"""Two versions of a report held against each other: which claims moved, which contradictions came and went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from auditor.baseline import Baseline, Entry, entries_of, match
from auditor.claims.model import Claim
from auditor.findings import Finding, Report
from auditor.records import dataclass
from auditor.withhold import every

__all__ = ["Compared", "Moved", "compare"]

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """What is claimed of one thing in the old version and in the new: each value as written; empty where it is not claimed."""

    quantity: str
    per: str
    phase: str
    member: str
    role: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """How the new version of a report differs from the old one."""

    moved: tuple[Moved, ...]
    came: tuple[Finding, ...]
    """Contradictions of the new version that the old one did not have."""
    went: tuple[Entry, ...]
    """Contradictions of the old version that the new one does not have."""
    stayed: int


def compare(old: Report, new: Report, old_claims: Iterable[Claim], new_claims: Iterable[Claim]) -> Compared:
    """Compare two versions: claims by what they are about, findings as a baseline does."""
    found = match(new, "", Baseline(entries_of(old, every(old.findings), "")))
    shown = {id(finding) for finding in found.new}
    came = tuple(finding for finding in every(new.findings) if id(finding) in shown)
    return Compared(tuple(_moved(_by_key(old_claims), _by_key(new_claims))), came, found.stale, len(found.known))


def _by_key(claims: Iterable[Claim]) -> dict[Key, Counter[str]]:
    found: dict[Key, Counter[str]] = {}
    for claim in claims:
        if claim.quantity != "other":
            key = (claim.quantity, claim.scope.per, claim.scope.phase, claim.scope.member, claim.role.value)
            found.setdefault(key, Counter())[" ".join(claim.text.split())] += 1
    return found


def _moved(old: dict[Key, Counter[str]], new: dict[Key, Counter[str]]) -> Iterator[Moved]:
    """Yield what is claimed otherwise; the same value said more or less often is no move."""
    for key in sorted({*old, *new}):
        before, after = set(old.get(key, ())), set(new.get(key, ()))
        if before != after:
            yield Moved(*key, tuple(sorted(before - after)), tuple(sorted(after - before)))

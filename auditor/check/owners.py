"""Owners and what they hold, as the checks of placements see them: counts beside them, their names, and the arithmetic on sets of ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.stated import AXES
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.claims.placement import Member, Placements, Series, read, set_aside
from auditor.claims.words import split
from auditor.cost.layout.placement import Ids
from auditor.findings import Operand
from auditor.spans import Span

__all__ = [
    "DEGREES",
    "MOST_RELATED",
    "MOST_TERMS",
    "NAMES",
    "exactly",
    "figures_of",
    "held_by",
    "naming",
    "number_of",
    "of_pipeline",
    "operand_at",
    "parts_of",
    "placements",
    "plural",
    "products_of",
    "region_of",
    "sizes_summed",
    "spans_of",
    "stands",
    "whole_claims",
]

MOST_TERMS: Final = 40
"""Summands that a derivation writes out."""
MOST_RELATED: Final = 8
NAMES: Final = {"gpu": ("GPU", "GPUs"), "layer": ("layer", "layers"), "expert": ("expert", "experts")}
DEGREES: Final = {**AXES, "vp": "parallel.virtual_pipeline"}


def region_of(subject: Subject, statement: int) -> tuple[Span, ...]:
    """Return the labels down to the one that sets a statement aside from the plan; empty for the plan itself."""
    one = subject.document.statements[statement]
    return tuple(label.text.whole for label in one.path[: set_aside(one, subject.lexicon) + 1])


def placements(subject: Subject) -> Placements:
    """Return what the report says about where things stand."""
    return read(subject.document, subject.lexicon)


def whole_claims(
    subject: Subject, *quantities: str, roles: frozenset[Role] | None = frozenset((Role.ACTUAL,)), whole: bool = False
) -> list[Claim]:
    """Return the claims that state a whole number exactly, the surest first; `whole` leaves out what speaks of a part."""
    # `4 TP groups of 8 GPUs` counts groups, however the number was read.
    found_placements = placements(subject)
    groups = [size.count_span for size in found_placements.sizes if size.count_span is not None]
    # `PP1: GPUs 4-7` names the second stage and states no degree.
    groups += [one.owner.span for one in found_placements.items if one.glued]
    found = []
    for claim in subject.quantities(quantities):
        low = claim.interval.low
        if claim.source or claim.bound or low is None or not claim.interval.is_exact or low.denominator != 1 or low <= 0:
            continue
        if roles is not None and claim.role not in roles:
            continue
        if whole and (claim.scope.member or claim.scope.per not in ("", "total", "layer")):
            continue
        if not any(claim.span.overlaps(span) for span in groups):
            found.append(claim)
    return sorted(found, key=lambda claim: (-claim.confidence.rank, claim.span))


def number_of(claim: Claim) -> int:
    """Return the whole number a claim states."""
    low = claim.interval.low
    return 0 if low is None else low.numerator


def figures_of(subject: Subject, symbol: str | None, quantity: str = "") -> set[int]:
    """Return the whole numbers stated of a degree by its symbol, or of a quantity."""
    return {number_of(claim) for claim in whole_claims(subject, DEGREES[symbol] if symbol else quantity)}


def products_of(subject: Subject, symbols: Iterable[str]) -> set[int]:
    """Return the products of any of these degrees, as stated."""
    values = [sorted(figures_of(subject, symbol))[:4] for symbol in symbols]
    products = {1}
    for degrees in values:
        products |= {one * degree for one in products for degree in degrees}
    return products


def of_pipeline(subject: Subject, series: Series) -> bool:
    """Tell whether stages are those of a pipeline: it is said, or they hold GPUs and nothing says otherwise."""
    statements = subject.document.statements
    statement = statements[series.statement]
    first = series.members[0].owner.span
    line = subject.document.source.lines.line(subject.document.source.lines.point(first.start).line)
    near = [subject.document.source.text[line.start : line.end][:400], *(label.text.content[:200] for label in statement.path[-2:])]
    words = {word.text for text in near for word in split(text)}
    if words & subject.lexicon.sayings["of a pipeline"] or any(
        {word.text for word in split(label.text.content[:200])} & subject.lexicon.sayings["of a pipeline"] for label in statement.path
    ):
        return True
    if words & subject.lexicon.sayings["stages of no pipeline"]:
        return False
    owners = {member.owner.span for member in series.members}
    return (
        series.kind == "gpu"
        or any(member.owner.span in owners for one in placements(subject).of("stage", "gpu") for member in one.members)
        or (len(series.members) in figures_of(subject, "pp"))
    )


def spans_of(series: Series) -> tuple[Span, ...]:
    """Return where the members of a series stand."""
    return tuple(member.span for member in series.members)


def plural(owner: str) -> str:
    """Return several owners of a kind in words."""
    return "GPUs" if owner == "gpu" else f"{owner}s"


def naming(kind: str, ids: Ids) -> str:
    """Return ids of a kind in words: `GPUs 0-7`."""
    one, many = NAMES[kind]
    return f"{one if len(ids) == 1 else many} {ids}"


def stands(ids: Ids) -> str:
    """Return the verb that goes with so many ids."""
    return "stands" if len(ids) == 1 else "stand"


def exactly(number: int) -> tuple[Fraction, Fraction]:
    """Return the bounds of a whole number."""
    return Fraction(number), Fraction(number)


def operand_at(subject: Subject, symbol: str, number: int, span: Span) -> Operand:
    """Return a number and its place as the operand of a derivation."""
    low, high = exactly(number)
    return Operand(symbol, subject.document.source.text[span.start : span.end][:80], low, high, span)


def held_by(subject: Subject, member: Member) -> Operand:
    """Return how many ids a member holds, as an operand."""
    return operand_at(subject, str(member.owner), len(member.ids), member.span)


def parts_of(subject: Subject, members: Sequence[Member]) -> tuple[Operand, ...]:
    """Return how many ids each member holds, as operands."""
    return tuple(held_by(subject, member) for member in members[:MOST_TERMS])


def sizes_summed(members: Sequence[Member]) -> str:
    """Return how many ids each member holds as a sum; of many members, what the sum comes to."""
    sizes = [len(member.ids) for member in members]
    return " + ".join(map(str, sizes)) if len(sizes) <= MOST_TERMS else str(sum(sizes))

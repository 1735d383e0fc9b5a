"""Operands: what a bare number in written arithmetic states, where the document gives the same value a name elsewhere.

`60 GB ÷ 4 = 15 GB` divides by a degree of 4, `1024 × 2048 × 8 layers` multiplies widths. The value alone names nothing: what may be
divided by what, and which factors can make the result, leaves few quantities; of those the nearest that was named before is meant.
An operand says nothing that the document does not say by name: it is read with low confidence and stays an operand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.claims.labels import LabelReader
from auditor.claims.lexicon import Lexicon, Quantity, kind_of
from auditor.claims.model import Claim, Role
from auditor.claims.vocabulary import DIVIDED_BY, GENERIC, HELD_BY_PARTS, MULTIPLIED
from auditor.findings import Confidence
from auditor.records import dataclass
from auditor.statements import Document, Statement

__all__ = ["SHARE_OF_WEIGHTS", "named_operands"]

SHARE_OF_WEIGHTS: Final = "share of the weights"
"""How the result of weights that are divided over GPUs was read."""

_DIVIDES: Final = ("÷", "/")
_MULTIPLIES: Final = ("×", "*", "x", "X", "·")
_JOINS: Final = _DIVIDES + _MULTIPLIES
_EQUALS: Final = ("=", "≈", "→")
_REACH: Final = 16
"""Characters around a number within which its operator stands: words may name it before."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A number in written arithmetic, and what stands around it."""

    claim: Claim
    before: str
    """The operator that leads to it; empty where none does."""
    behind: str
    first: Claim | None
    """What the arithmetic starts with, if that is not this number."""
    result: Claim | None
    """What it comes to."""


def named_operands(document: Document, claims: Sequence[Claim], lexicon: Lexicon, labels: LabelReader) -> tuple[Claim, ...]:
    """Return the claims with the operands named that state what the document names elsewhere."""
    named = _named(document, claims, lexicon)
    by_statement: dict[int, list[int]] = defaultdict(list)
    for index, claim in enumerate(claims):
        if not claim.source:
            by_statement[claim.statement].append(index)
    result = list(claims)
    for statement, indices in by_statement.items():
        if len(indices) > 1:
            _name_in(
                document,
                result,
                sorted(indices, key=lambda one: claims[one].span),
                named,
                _said(document.statements[statement], labels),
                lexicon,
            )
    return tuple(result)


def _named(document: Document, claims: Iterable[Claim], lexicon: Lexicon) -> Mapping[Fraction, Mapping[str, Claim]]:
    """Return by value what is named outside of arithmetic: each quantity with its first claim."""
    found: dict[Fraction, dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        quantity = lexicon.quantities.get(claim.quantity)
        part = claim.scope.per in _PARTS and not (quantity and quantity.per == claim.scope.per)
        whole = not (part or claim.source or claim.scope.member or claim.scope.words)
        sure = claim.role is Role.ACTUAL and claim.confidence is not Confidence.LOW and claim.quantity not in (*GENERIC, "other", "change")
        worked = claim.quantity in HELD_BY_PARTS and _is_worked(document.source.text, claim)
        if quantity is not None and whole and sure and not worked and claim.interval.low is not None and not claim.bound:
            found[claim.interval.low].setdefault(claim.quantity, claim)
    return found


def _said(statement: Statement, labels: LabelReader) -> frozenset[str]:
    """Return the words of the labels of a statement, the headings right above it with them, that are no fill."""
    views = [labels(label) for label in statement.path[-_LABELS:]]
    return frozenset(word.text for view in views for word in view.words if not labels.lexicon.is_transparent((word,)))


_LABELS: Final = 3
_PARTS: Final = ("gpu", "node", "stage", "replica", "group")


def _is_worked(text: str, claim: Claim) -> bool:
    """Tell whether a number stands beside a sign of multiplication or division."""
    before, behind = text[: claim.span.start].rstrip()[-1:], text[claim.span.end : claim.span.end + _REACH].lstrip()[:1]
    return before in _JOINS[:4] or behind in _JOINS[:4]


def _name_in(
    document: Document,
    claims: list[Claim],
    indices: Sequence[int],
    named: Mapping[Fraction, Mapping[str, Claim]],
    said: Collection[str],
    lexicon: Lexicon,
) -> None:
    """Name the operands of one statement, from left to right, in place."""
    taken: set[str] = set()
    for position, index in enumerate(indices):
        place = _place(document, [claims[one] for one in indices], position)
        if place is None:
            continue
        bare = _is_bare(place.claim)
        candidates = _candidates(place, named, taken, lexicon) if bare else _of_parts(place.claim, named)
        chosen = _chosen(candidates, said, lexicon)
        if chosen is not None:
            taken.add(chosen.quantity)
            claims[index] = _read_as(place.claim, chosen)
    _name_shares(document, claims, indices)


def _name_shares(document: Document, claims: list[Claim], indices: Sequence[int]) -> None:
    """Let what comes of the weights divided over GPUs be weights, in place: `Memory per GPU: 60 GB ÷ 4 = 15 GB` of 60 GB of weights."""
    text = document.source.text
    divided = ""
    for one, other in pairwise(indices):
        sign = _operator(text[claims[one].span.end : claims[other].span.start])
        if sign in _DIVIDES and (divided or claims[one].quantity == "memory.weights"):
            divided = "divided" if claims[other].quantity.startswith(("parallel.", "gpus")) else ""
        elif sign in _EQUALS and divided and claims[other].quantity in ("memory.used", "other") and kind_of(claims[other].unit) == "data":
            weights = next(claims[at] for at in indices if claims[at].quantity == "memory.weights")
            read_as = f"{SHARE_OF_WEIGHTS} {weights.text.strip()!r}, {claims[other].read_as}"
            claims[other] = replace(
                claims[other], quantity=weights.quantity, symbol=weights.symbol, confidence=Confidence.LOW, read_as=read_as
            )
            divided = ""
        else:
            divided = ""


def _read_as(claim: Claim, chosen: Claim) -> Claim:
    return replace(
        claim,
        quantity=chosen.quantity,
        symbol=chosen.symbol,
        confidence=Confidence.LOW,
        scope=replace(claim.scope, per=chosen.scope.per, words="operand"),
        read_as=f"operand, named by its value: {chosen.read_as}",
    )


def _is_bare(claim: Claim) -> bool:
    """Tell whether nothing but its unit says what a number is."""
    return claim.quantity == "other" or (claim.quantity in GENERIC and kind_of(claim.unit) == "data")


def _of_parts(claim: Claim, named: Mapping[Fraction, Mapping[str, Claim]]) -> list[Claim]:
    """Return what a part holds of the counted thing, where the whole has another number: `1024 × 8 layers` with 8 layers a stage of 16."""
    value, parts = claim.interval.low or Fraction(0), HELD_BY_PARTS.get(claim.quantity, ())
    known = named.get(value, {})
    wholes = any(claim.quantity in found for found in named.values())
    if not parts or not wholes or claim.quantity in known or claim.scope.per:
        return []
    return [known[part] for part in parts if part in known][:1]


def _place(document: Document, beside: Sequence[Claim], position: int) -> _Place | None:
    """Return the place of an operand that no words name, or that counts what parts hold; None for all else."""
    claim = beside[position]
    if (
        not (_is_bare(claim) or claim.quantity in HELD_BY_PARTS)
        or claim.interval.low is None
        or claim.bound
        or claim.role is not Role.ACTUAL
    ):
        return None
    text = document.source.text
    gaps = [text[one.span.end : other.span.start] for one, other in pairwise(beside)]
    before = _operator(gaps[position - 1]) if position else ""
    behind = _operator(gaps[position]) if position < len(gaps) else ""
    if before not in _JOINS and behind not in _JOINS and not (before in _EQUALS and _is_bare(claim) and kind_of(claim.unit) == "count"):
        return None
    start = stop = position if before in _JOINS or behind in _JOINS else position - 1
    while start and _operator(gaps[start - 1]) in _JOINS:
        start -= 1
    while stop < len(gaps) and _operator(gaps[stop]) in _JOINS:
        stop += 1
    result = beside[stop + 1] if stop < len(gaps) and _operator(gaps[stop]) in _EQUALS else None
    if start and gaps[start - 1].rstrip().endswith("("):
        result = beside[start - 1]  # `4 GB (1024 × 2048 × 2 bytes)`
    return _Place(
        claim, before if before in _JOINS else "", behind if behind in _JOINS else "", beside[start] if start < position else None, result
    )


def _operator(gap: str) -> str:
    """Return the sign that joins two numbers: the last one between them, where all else there are words and brackets."""
    if len(gap) > 2 * _REACH or "\n" in gap.strip() or any(mark in gap for mark in ",;:|"):
        return ""
    signs = [one for one in gap.replace("**", "  ") if one in "÷/×*=≈→+·"] or [word for word in gap.split() if word in ("x", "X")]
    return signs[-1] if len(signs) == 1 else ""


def _candidates(place: _Place, named: Mapping[Fraction, Mapping[str, Claim]], taken: Collection[str], lexicon: Lexicon) -> list[Claim]:
    """Return what of the same value may stand at the place."""
    value = place.claim.interval.low or Fraction(0)
    kind = kind_of(place.claim.unit)
    found = [one for one in named.get(value, {}).values() if kind_of(one.unit) == kind and one.quantity not in taken]
    if counted := [word.text for word in lexicon.normalize(place.claim.text) if word.text.isalpha() and len(word.text) > 1]:
        found = [one for one in found if _may_count(lexicon.quantities[one.quantity], counted[-1])]
    if kind != "count":
        return found
    if place.before in _DIVIDES:
        allowed = _divisors(place.first)
    elif place.behind in _DIVIDES and not place.before:
        allowed = DIVIDED_BY.keys()
    else:
        allowed = _factors(place)
    return [one for one in found if one.quantity in allowed]


def _may_count(quantity: Quantity, noun: str) -> bool:
    """Tell whether a quantity may be said with a counted noun: 64 dimensions of a head, no 2 matrices of anything."""
    named = any(noun in name for name in quantity.names)
    return noun == quantity.noun or noun in quantity.fallback_nouns or (named and not quantity.noun) or quantity.kind == "data"


def _divisors(dividend: Claim | None) -> Collection[str]:
    if dividend is None:
        return ()
    own = DIVIDED_BY.get(dividend.quantity)
    return own if own is not None else DIVIDED_BY["memory.used"] if kind_of(dividend.unit) == "data" else ()


def _factors(place: _Place) -> Collection[str]:
    """Return what may be multiplied to what the arithmetic comes to, or with what it starts with."""
    made = place.result or place.first
    if made is None:
        return ()
    if made.quantity in ("gpus", "gpus.available", "gpus.per_replica") or made.quantity.startswith("parallel."):
        return MULTIPLIED["gpus"]
    return MULTIPLIED["memory"]


def _chosen(candidates: Sequence[Claim], said: Collection[str], lexicon: Lexicon) -> Claim | None:
    """Return the one that is meant: the only one, or the one with the name that the labels say most of."""
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    shares = [
        max((sum(word in said for word in name), -len(name)) for name in lexicon.quantities[one.quantity].names) for one in candidates
    ]
    best = max(shares)
    found = [one for share, one in zip(shares, candidates, strict=True) if share == best]
    return found[0] if best[0] and len(found) == 1 else None

"""Builds the table of facts of a plan.

A fact is derived only from what is sure: claims that were read with high confidence, of what is and not of a target or an example,
of the whole and not of one member, on whose value the plan agrees with itself. It takes one formula a step and three steps at most,
and no quantity is derived that the plan states, so that a fact never stands against a claim by itself: rules compare them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from auditor import index
from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.facts.model import Fact, own_claims
from auditor.findings import Confidence, Step, Verdict
from auditor.records import dataclass
from auditor.relations.evaluate import Bound, Meaning, UnknownError, admits, range_of, step_of, value_of
from auditor.relations.figures import figure
from auditor.relations.language import Expression, Name, read_condition, read_expression
from auditor.spans import Span
from auditor.units import UNITS, Unit
from auditor.values import Interval

__all__ = ["MAX_STEPS", "Following", "Given", "facts_of", "followings"]

MAX_STEPS: Final = 3
_EXACTLY: Final = "exactly"


@dataclass(frozen=True, slots=True)
class Given:
    """An operand of what follows: a name, the quantity and the scopes it is taken with."""

    name: str
    quantity: str
    symbol: str
    unit: Unit
    per: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """One entry of `rules/facts.yaml`: a quantity, and the formula it follows by."""

    name: str
    gives: Given
    uses: tuple[Given, ...]
    value: Expression
    given: tuple[Expression, ...]
    unless: frozenset[str]
    """Quantities that the plan must not state."""
    bound: str
    """`exactly`, `at-least` or `at-most`: what the formula says of the quantity."""
    source: str


def _given(found: Mapping[str, Any]) -> Given:
    return Given(found["name"], found["quantity"], found["symbol"], UNITS[found["unit"]], tuple(found["per"]))


@lru_cache(maxsize=1)
def followings() -> tuple[Following, ...]:
    """Return what follows from what, as the index holds it."""
    return tuple(
        Following(
            one["name"],
            _given(one["gives"]),
            tuple(_given(use) for use in one["uses"]),
            read_expression(one["value"]),
            tuple(read_condition(text) for text in one["given"]),
            frozenset(one["unless"]),
            one["bound"],
            one["source"],
        )
        for one in index.facts()
    )


def facts_of(claims: Iterable[Claim], known: Sequence[Fact] = ()) -> tuple[Fact, ...]:
    """Return what follows from the claims of one plan and from facts known beforehand (of the catalog), each quantity once.

    The known facts are part of the result where the plan states no such quantity.
    """
    listed = [claim for claim in claims if claim.role is Role.ACTUAL]
    stated = {claim.quantity for claim in listed if claim.confidence is not Confidence.LOW}
    found: dict[str, Fact] = {}
    for fact in known:
        if fact.quantity not in stated:
            found.setdefault(fact.quantity, fact)
    agreed = _agreed(listed)
    for _ in range(MAX_STEPS):
        new: dict[str, Fact] = {}
        for one in followings():
            wanted = one.gives.quantity
            if wanted not in stated and wanted not in found and wanted not in new and not one.unless & (stated | found.keys()):
                following = _derived(one, agreed, found)
                if following is not None:
                    new[wanted] = following
        if not new:
            break
        found |= new
    return tuple(found.values())


def _agreed(claims: Sequence[Claim]) -> Mapping[str, tuple[Claim, ...]]:
    """Return the sure claims of the whole by quantity, for each quantity all of whose such claims can be the same value."""
    grouped: dict[str, list[Claim]] = {}
    for claim in claims:
        if not claim.source and not claim.scope.member and not claim.scope.words:
            grouped.setdefault(claim.quantity, []).append(claim)
    return {quantity: tuple(listed) for quantity, listed in grouped.items()}


def _chosen(given: Given, agreed: Mapping[str, Sequence[Claim]]) -> Claim | None:
    """Return the claim that stands for an operand: the narrowest sure one of its scope, where all of them agree."""
    fitting = [claim for claim in agreed.get(given.quantity, ()) if (claim.scope.per or "unsaid") in given.per]
    sure = [claim for claim in fitting if claim.confidence is Confidence.HIGH]
    if not sure or any(not claim.interval.is_bounded for claim in fitting):
        return None
    first = min(sure, key=lambda claim: (claim.interval.high or 0) - (claim.interval.low or 0))
    return first if all(claim.interval.meets(first.interval) for claim in fitting) else None


def _derived(one: Following, agreed: Mapping[str, Sequence[Claim]], found: Mapping[str, Fact]) -> Fact | None:
    chosen: dict[str, Claim] = {}
    for use in one.uses:
        claim: Claim | None = _chosen(use, agreed) or found.get(use.quantity)
        if claim is None:
            return None
        chosen[use.name] = claim
    steps = _steps_before(chosen.values())
    if len(steps) >= MAX_STEPS:
        return None
    values = {name: _hull(claim) for name, claim in chosen.items()}
    if any(admits(condition, values).verdict is not Verdict.HELD for condition in one.given):
        return None
    bounds = {use.name: _bound(use, chosen[use.name]) for use in one.uses}
    try:
        interval = range_of(one.value, values)
        shown = value_of(one.value, {name: bound.meanings[0].shown for name, bound in bounds.items()})
    except UnknownError:
        return None
    step = step_of(one.value, Name(one.gives.name), bounds, {name: bound.meanings[0] for name, bound in bounds.items()})
    if step is None:
        return None
    return _fact(one, interval, shown, tuple(chosen.values()), (*steps, step))


def _steps_before(claims: Iterable[Claim]) -> tuple[Step, ...]:
    return tuple(dict.fromkeys(step for claim in claims if isinstance(claim, Fact) for step in claim.steps))


def _hull(claim: Claim) -> Interval:
    """Return every value that any reading of a claim admits."""
    result = claim.readings[0].interval
    for reading in claim.readings[1:]:
        result = result.hull(reading.interval)
    return result


def _bound(use: Given, claim: Claim) -> Bound:
    unit = claim.unit if claim.unit.dimension == use.unit.dimension else use.unit
    shown = (claim.readings[0].stated or claim.interval).middle or Fraction(0)
    span = None if isinstance(claim, Fact) else claim.span
    return Bound(use.symbol, (Meaning(_hull(claim), shown),), claim.text, unit, span, origin=claim.read_as)


def _fact(one: Following, interval: Interval, shown: Fraction, taken: Sequence[Claim], steps: tuple[Step, ...]) -> Fact:
    if one.bound == "at-least":
        interval = Interval(interval.low, None)
    elif one.bound == "at-most":
        interval = Interval(Fraction(one.gives.unit == UNITS["1"]), interval.high)  # there is at least one of what is counted
    operands = tuple(dict.fromkeys(own for claim in taken for own in own_claims(claim)))
    unit = one.gives.unit
    return Fact(
        quantity=one.gives.quantity,
        symbol=one.gives.symbol,
        readings=(Reading(interval, unit, stated=Interval.exact(shown)),),
        approximation=Approximation.EXACT if interval.is_exact else Approximation.ROUNDED,
        role=Role.ACTUAL,
        scope=Scope(per="" if one.gives.per[0] == "unsaid" else one.gives.per[0]),
        span=operands[0].span if operands else Span(0, 0),
        text=figure(shown, unit),
        confidence=min((claim.confidence for claim in taken), key=lambda confidence: confidence.rank),
        read_as=f"follows: {one.name}",
        statement=operands[0].statement if operands else 0,
        bound="" if one.bound == _EXACTLY else ">=" if one.bound == "at-least" else "<=",
        operands=operands,
        steps=steps,
        follows=one.name,
        catalog=any(isinstance(claim, Fact) and claim.catalog for claim in taken),
    )

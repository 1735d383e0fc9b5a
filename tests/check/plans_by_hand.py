"""Plans made by hand, so that tests of the checks do not depend on how reports are read."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from auditor import index
from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.findings import Confidence
from auditor.plans.model import Plan
from auditor.spans import Span
from auditor.units import UNITS
from auditor.values import Interval

QUANTITIES = {entry["symbol"]: (entry["id"], entry["unit"]) for entry in index.data("lexicon")["quantities"]}


def claim(
    symbol: str,
    value: int | str | Fraction,
    unit: str = "",
    *,
    at: int = 0,
    slack: Fraction | str | int = 0,
    per: str = "",
    role: Role = Role.ACTUAL,
    confidence: Confidence = Confidence.HIGH,
    binary: bool = False,
) -> Claim:
    """Return a claim of `value` +- `slack` in `unit` (the quantity's own where left out), written at offset `at`."""
    quantity, own = QUANTITIES[symbol]
    known = UNITS[unit or own]
    text = f"{value} {unit}".strip()
    middle, half = Fraction(value) * known.scale, Fraction(slack) * known.scale
    readings = [Reading(Interval(middle - half, middle + half), known)]
    if binary:
        factor = Fraction(1024**3, 1000**3)
        readings.append(Reading(Interval((middle - half) * factor, (middle + half) * factor), known, "binary"))
    return Claim(
        quantity=quantity,
        symbol=symbol,
        readings=tuple(readings),
        approximation=Approximation.ROUNDED if half else Approximation.EXACT,
        role=role,
        scope=Scope(per=per),
        span=Span(at, at + len(text)),
        text=text,
        confidence=confidence,
        read_as="by hand",
        statement=0,
    )


def plan(*claims: Claim, **counts: int) -> Plan:
    """Return a plan of the claims and of one exact claim for each symbol given by name, each at a place of its own."""
    made = [claim(symbol, value) for symbol, value in counts.items()]
    placed = [replace(one, span=Span(100 * number, 100 * number + len(one.span))) for number, one in enumerate((*claims, *made))]
    return Plan("main", "", tuple(placed))

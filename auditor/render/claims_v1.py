"""What was read of reports, for machines: the claims contract, version 1, as JSON, JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Any, Final

from auditor.claims.coverage import UNNAMED
from auditor.claims.model import Claim, Scope
from auditor.contracts import schema_of
from auditor.findings import Coverage
from auditor.records import dataclass
from auditor.render.json_v1 import dumps, location_object
from auditor.render.run import locate
from auditor.render.terminal import plain
from auditor.spans import Span
from auditor.statements import Source
from auditor.units import UNITS, Unit
from auditor.values import Interval

__all__ = ["Understood", "as_csv", "as_json", "as_jsonl", "figure", "in_unit", "scope_words", "source_of_claim", "unit_of"]

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read of one report: its claims, the numbers that only name something, and those not understood."""

    source: Source
    claims: tuple[Claim, ...]
    labels: tuple[tuple[Span, str], ...] = ()
    uncovered: tuple[tuple[Span, str], ...] = ()
    coverage: Coverage = field(default=Coverage())
    context: tuple[Source, ...] = ()
    """The sources that claims with a `source` of their own stand in."""


Units = Mapping[str, Unit]
"""The unit each quantity's values are given in, by its id."""


def unit_of(claim: Claim, units: Units) -> Unit:
    """Return the unit to give a claim's value in: the quantity's own, as GiB where GB is asked for and GiB was written.

    A quantity without a unit of its own, or one written in another dimension, keeps the unit it was written in.
    """
    written = claim.unit
    wanted = units.get(claim.quantity, written)
    if wanted.dimension != written.dimension or claim.quantity == "other":
        return written
    if wanted.symbol == "GB" and written.symbol.endswith("iB"):
        return UNITS["GiB"]
    return wanted


def in_unit(interval: Interval, unit: Unit) -> tuple[Fraction | None, Fraction | None]:
    """Return the ends of an interval of base units in `unit`; None is unbounded."""
    low, high = interval.low, interval.high
    return (None if low is None else low / unit.scale), (None if high is None else high / unit.scale)


def figure(value: Fraction | None) -> int | float | None:
    """Return an end of an interval as a JSON number: whole numbers exactly, others as the nearest float."""
    if value is None:
        return None
    if value.denominator == 1:
        return value.numerator
    try:
        return float(value)
    except OverflowError:
        return round(value)


def scope_words(claim: Claim) -> str:
    """Return a claim's scope in words; `context` for what a context file says."""
    if claim.source:
        return "context"
    scope: Scope = claim.scope
    return ", ".join(dict.fromkeys(word for word in (scope.member, scope.per, scope.phase, scope.words) if word))


def source_of_claim(understood: Understood, claim: Claim) -> Source:
    """Return the source a claim's span points into."""
    return next((source for source in understood.context if claim.source and source.path == claim.source), understood.source)


def _claim(understood: Understood, claim: Claim, units: Units) -> dict[str, Any]:
    unit = unit_of(claim, units)
    reading = claim.readings[0]
    low, high = in_unit(reading.stated or reading.interval, unit)
    least, most = in_unit(reading.interval, unit)
    source = source_of_claim(understood, claim)
    return {
        "quantity": claim.quantity,
        "symbol": claim.symbol,
        "value": {"low": figure(low), "high": figure(high), "text": claim.text},
        "interval": {"low": figure(least), "high": figure(most)},
        "unit": unit.symbol,
        "role": claim.role.value,
        "scope": scope_words(claim),
        "owners": list(claim.scope.owners),
        "plan": claim.plan,
        "location": location_object(locate(source, claim.span)),
        "text": source.text[claim.span.start : claim.span.end],
        "read_as": claim.read_as,
        "confidence": claim.confidence.value,
    }


def _objects(read: Sequence[Understood], units: Units) -> list[dict[str, Any]]:
    return [_claim(understood, claim, units) for understood in read for claim in understood.claims]


def as_json(read: Sequence[Understood], units: Units) -> str:
    """Return the claims, the coverage of each report and what was not understood as one JSON document."""
    answer = {
        "$schema": schema_of("claims-v1"),
        "version": VERSION,
        "claims": _objects(read, units),
        "reports": [
            {
                "path": one.source.path,
                "coverage": {
                    "numbers": one.coverage.numbers,
                    "labels": one.coverage.labels,
                    "claims": one.coverage.claims,
                    "named": one.coverage.named,
                    "not_understood": one.coverage.not_understood,
                },
            }
            for one in read
        ],
        "uncovered": _without_meaning(read, unnamed=False),
        "unnamed": _without_meaning(read, unnamed=True),
    }
    return dumps(answer) + "\n"


def _without_meaning(read: Sequence[Understood], *, unnamed: bool) -> list[dict[str, Any]]:
    """Return the numbers not understood: those that are claims of `other`, or those that are no claims at all."""
    return [
        {"location": location_object(locate(one.source, span)), "text": one.source.text[span.start : span.end], "reason": why}
        for one in read
        for span, why in one.uncovered
        if (why == UNNAMED) == unnamed
    ]


def as_jsonl(read: Sequence[Understood], units: Units) -> str:
    """Return one claim a line, each a JSON object."""
    return "".join(dumps(claim, indent=None) + "\n" for claim in _objects(read, units))


_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def _cell(value: object) -> object:
    """Return a cell no spreadsheet takes for a formula: text that could start one gets an apostrophe before it.

    See OWASP, "CSV injection". Nothing in it steers a terminal either. Numbers are ours and stay numbers.
    """
    if not isinstance(value, str):
        return value
    return f"'{plain(value)}" if value.lstrip(" \u00a0\u3000\ufeff").startswith(_FORMULA_STARTS) else plain(value)


_COLUMNS: Final = (
    "path",
    "line",
    "column",
    "quantity",
    "symbol",
    "low",
    "high",
    "unit",
    "role",
    "scope",
    "plan",
    "confidence",
    "text",
    "read_as",
)


def as_csv(read: Sequence[Understood], units: Units) -> str:
    """Return one claim a row under a row of names (RFC 4180, but with line feeds)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for claim in _objects(read, units):
        flat = {**claim, **claim["location"], **claim["value"], "text": claim["text"]}
        writer.writerow([_cell(flat[name]) for name in _COLUMNS])
    return stream.getvalue().encode("utf-8", "backslashreplace").decode("utf-8")

"""Detection power as a table or JSON."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from auditor.power import Power, Sensitivity
from auditor.render.claims_v1 import figure
from auditor.render.json_v1 import dumps, location_object
from auditor.render.run import locate
from auditor.render.terminal import opening, paint, plain, width
from auditor.statements import Source

__all__ = ["as_json", "as_table"]

SUMMED_UP: Final = tuple(Fraction(text) for text in ("1.01", "1.1", "1.5", "2", "10"))


def _cells(source: Source, one: Sensitivity) -> list[str]:
    claim = one.claim
    written = plain(" ".join(claim.text.split()))[:30]
    from_high, from_low = ("found", "found") if one.found else (one.written[0] or "not", one.written[1] or "not")
    return [str(locate(source, claim.span).line), claim.quantity, written, from_high, from_low, ", ".join(one.rules)]


def as_table(source: Source, power: Power, *, color: bool = False) -> str:
    """Return one line a claim: the nearest larger and smaller numbers that would have been caught; then the shares over all."""
    rows = [["line", "quantity", "written", "caught from", "down to", "by"], *(_cells(source, one) for one in power.claims)]
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell + " " * (columns - width(cell)) for cell, columns in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines[0] = paint(lines[0], color, underline=True)
    total = len(power.claims)
    closing = [
        f"An error by a factor of {figure(factor)}, up or down, would have been caught in {power.caught(factor)} of {total} claims "
        f"({100 * power.caught(factor) // total} %)."
        for factor in SUMMED_UP
        if total
    ]
    if power.left_out:
        closing.append(f"{len(power.left_out)} more claims are not written as one plain number and were not changed.")
    table = lines if total else ["There is no claim to change."]
    return "\n".join([paint(opening(source.path), color, bold=True), *table, *([""] if closing else []), *closing]) + "\n"


def as_json(source: Source, power: Power) -> str:
    """Return the same as one JSON document, version 1; `null` where not even the largest error tried is caught."""
    claims: list[dict[str, Any]] = [
        {
            "quantity": one.claim.quantity,
            "text": one.claim.text,
            "location": location_object(locate(source, one.claim.span)),
            "raised": figure(one.raised),
            "lowered": figure(one.lowered),
            "caught_at": list(one.written),
            "rules": list(one.rules),
            "found": one.found,
        }
        for one in power.claims
    ]
    caught = [{"factor": figure(factor), "claims": power.caught(factor)} for factor in SUMMED_UP]
    return dumps({"version": 1, "path": source.path, "claims": claims, "not_changed": len(power.left_out), "caught": caught}) + "\n"

"""Units that stand beside the figures: a column `Unit` of a table, an entry `"unit": "MB"` of an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.claims.labels import View
from auditor.claims.lexicon import kind_of
from auditor.claims.line import Desk
from auditor.statements import Kind, LabelKind, Statement, place_of
from auditor.units import UNITS

__all__ = ["units_beside"]

_NAMES: Final = ("unit", "units")
Stated = tuple[str, str]
"""A unit, and what it is per."""


def units_beside(desk: Desk) -> dict[int, Stated]:
    """Return, by statement, the unit that its row or its object gives its bare numbers, and what it is per: `ms` and `token`."""
    rows: dict[tuple[int, int], Stated] = {}
    objects: dict[tuple[object, ...], Stated] = {}
    for statement in desk.document.statements:
        if statement.label.strip(" *_").lower() in _NAMES and (unit := _said(desk, statement)):
            if statement.cell is not None:
                rows[statement.cell.table, statement.cell.row] = unit
            elif statement.kind is Kind.ENTRY:
                objects[place_of(statement.path[:-1])] = unit
    of_rows = {
        index: unit
        for index, statement in enumerate(desk.document.statements if rows else ())
        if statement.cell is not None and (unit := rows.get((statement.cell.table, statement.cell.row)))
    }
    return of_rows | (_of_objects(desk, objects) if objects else {})


def _said(desk: Desk, statement: Statement) -> Stated | None:
    symbol, per = desk.labels.unit_said(statement.value.content.strip(" *_`()[]\"'"))
    return (symbol, per) if symbol else None


def _of_objects(desk: Desk, units: Mapping[tuple[object, ...], Stated]) -> dict[int, Stated]:
    """Give the unit of an object to its own entries, and to an object inside it if it measures the same kind of thing."""
    inside: dict[tuple[object, ...], list[tuple[int, View]]] = {}
    given: dict[tuple[object, ...], Stated] = {}
    for index, statement in enumerate(desk.document.statements):
        path = statement.path
        if statement.kind is not Kind.ENTRY or statement.literal != "number" or not path or path[-1].kind is not LabelKind.KEY:
            continue
        for depth in range(len(path) - 1, 0, -1):
            if unit := units.get(place_of(path[:depth])):
                inside.setdefault(place_of(path[:-1]), []).append((index, desk.labels(path[-1])))
                given[place_of(path[:-1])] = unit
                break
    found: dict[int, Stated] = {}
    for place, entries in inside.items():
        symbol = given[place][0]
        if place in units or any(_measures(view, symbol) for _, view in entries):
            found |= {index: given[place] for index, view in entries if not view.unit and (_measures(view, symbol) or not _named(view))}
    return found


def _named(view: View) -> bool:
    """Tell whether a label ends with the name of something: `model_parameters`, not `communication_buffers`."""
    return any(match.stop == len(view.words) and match.quantity.kind != "other" for match in view.matches)


def _measures(view: View, symbol: str) -> bool:
    """Tell whether a label names something that has this unit; parameters have bytes where they take memory."""
    kind = kind_of(UNITS[symbol])
    return any(
        match.stop == len(view.words) and (match.quantity.kind == kind or (kind == "data" and match.quantity.id == "model.params"))
        for match in view.matches
    )

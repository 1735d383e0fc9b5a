"""What the head of a table says of all its cells: the corner that names the values, columns that are variants, measured columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auditor.claims.labels import LabelReader, View
from auditor.claims.lexicon import kind_of
from auditor.statements import Document, Kind, Label, LabelKind
from auditor.units import UNITS

__all__ = ["Shape", "shapes_of"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The head of a table as the resolver sees it."""

    heads: Mapping[int, View]
    """Its columns by number."""
    corner: View | None = None
    """The head of the first column where it names what the others hold, which are variants: `Latency (ms) | TP=4 | TP=8`."""
    measured: bool = False
    """A column holds times or rates: what stands beside them was reached, not promised."""


_MEASURES: Final = ("time", "rate")


def shapes_of(document: Document, labels: LabelReader) -> dict[int, Shape]:
    """Return the shape of each table that has a head."""
    heads: dict[int, dict[int, View]] = defaultdict(dict)
    for statement in document.statements:
        if statement.kind is Kind.HEAD and statement.cell is not None and statement.cell.row < 0:
            heads[statement.cell.table][statement.cell.column] = labels(Label(statement.value, LabelKind.COLUMN))
    return {table: _shape(columns) for table, columns in heads.items()}


def _shape(columns: Mapping[int, View]) -> Shape:
    others = [view for column, view in columns.items() if column]
    variants = len(others) > 1 and all(view.settings or view.member for view in others)
    corner = columns.get(0)
    names = corner is not None and (bool(corner.unit) or any(match.quantity.kind in _MEASURES for match in corner.matches))
    return Shape(columns, corner if variants and names else None, any(_is_measured(view) for view in others))


def _is_measured(view: View) -> bool:
    """Tell whether a head is that of times or rates: by its unit, or because a name of one ends it."""
    by_unit = bool(view.unit) and kind_of(UNITS[view.unit]) in _MEASURES
    return by_unit or any(match.quantity.kind in _MEASURES and match.stop == len(view.words) for match in view.matches)

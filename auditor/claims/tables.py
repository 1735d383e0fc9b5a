"""What the head of a table says of all its cells: the corner that names the values, columns that are variants, measured columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from auditor.claims.labels import LabelReader, View, find_any
from auditor.claims.lexicon import Quantity, kind_of
from auditor.claims.model import Claim
from auditor.claims.vocabulary import OF_ALL_REPLICAS
from auditor.records import dataclass
from auditor.statements import Document, Kind, Label, LabelKind
from auditor.units import UNITS

__all__ = ["Shape", "batches_of_replicas", "shapes_of"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The head of a table as the resolver sees it."""

    heads: Mapping[int, View]
    """Its columns by number."""
    corner: View | None = None
    """The head of the first column where it names what the others hold, which are variants: `Latency (ms) | TP=4 | TP=8`."""
    measured: bool = False
    """A column holds times or rates: what stands beside them was reached, not promised."""

    def column(self, quantity: str) -> int | None:
        """Return the first column whose head is a name of this quantity and no more."""
        return next(
            (
                number
                for number, view in self.heads.items()
                if any(match.quantity.id == quantity and match.size == len(view.words) for match in view.matches)
            ),
            None,
        )


_MEASURES: Final = ("time", "rate")


def shapes_of(document: Document, labels: LabelReader) -> dict[int, Shape]:
    """Return the shape of each table that has a head."""
    heads: dict[int, dict[int, View]] = defaultdict(dict)
    for statement in document.statements:
        if statement.kind is Kind.HEAD and statement.cell is not None and statement.cell.row < 0:
            heads[statement.cell.table][statement.cell.column] = labels(Label(statement.value, LabelKind.COLUMN))
    return {table: _shape(columns) for table, columns in heads.items()}


def batches_of_replicas(document: Document, tables: Mapping[int, Shape], claims: Iterable[Claim], quantity: Quantity) -> Iterator[Claim]:
    """Let a plain batch size be that of one replica where replicas and the requests of all of them stand in columns beside it.

    `quantity` is the batch of a replica.
    """
    columns = {
        (table, batch)
        for table, shape in tables.items()
        if (batch := shape.column("batch.global")) is not None
        and not find_any(shape.heads[batch].words, OF_ALL_REPLICAS)
        and shape.column("parallel.data") is not None
        and shape.column("batch.concurrent") is not None
    }
    for claim in claims:
        cell = document.statements[claim.statement].cell if columns else None
        if cell is not None and claim.quantity == "batch.global" and (cell.table, cell.column) in columns:
            claim = replace(claim, quantity=quantity.id, symbol=quantity.symbol, scope=replace(claim.scope, per="replica"))
        yield claim


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

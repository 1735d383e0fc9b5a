"""Laws that the head of a column announces: a speedup, a change, a running total, what is left, a total of the columns beside it.

Where the head says what is worked out, fewer rows establish from which columns and from which row: two that come out right to their
last digit and cannot do so by chance. A row in which none of all ways to work it out gives the figure breaks the law.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from math import log10
from typing import Final

from auditor.check.cells import Figure, Growth, Sum
from auditor.check.grid import Column, Grid
from auditor.check.laws import Law, adds_up, exceptions, range_of
from auditor.claims.lexicon import Lexicon
from auditor.language.numbers import Form
from auditor.records import dataclass
from auditor.units import UNITS

__all__ = ["announced"]

_LEAST: Final = 2.5
_LEAST_OF_TWO: Final = 3.0
"""Digits that must come out right, and where only two rows hold."""
_FEWEST: Final = 2
_MOST_BASES: Final = 12
_MOST_WORK: Final = 1500
"""Columns squared times rows of the largest table whose heads are followed."""
_MOST_DIGITS: Final = 2.0
"""What one row can tell."""
_PERCENT: Final = UNITS["%"]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to work a column out: a product of columns, or their sum where `added`."""

    result: int
    operands: tuple[tuple[int, int], ...]
    added: bool = False
    factor: Fraction = Fraction(1)
    usual: bool = True
    """It may establish the law; any other may only explain a row."""

    @property
    def columns(self) -> tuple[int, ...]:
        return (self.result, *(column for column, _ in self.operands))


class _Table:
    """A grid that grows by the columns derived from its own: one row's figure for all rows, that of the row before, running sums."""

    def __init__(self, grid: Grid) -> None:
        self.columns = list(grid.columns)
        self.own = range(len(grid.columns))
        self.grid = grid
        self._made: dict[tuple[str, int, int], int] = {}

    def widened(self) -> Grid:
        return replace(self.grid, columns=tuple(self.columns))

    def _add(self, key: tuple[str, int, int], name: str, figures: Mapping[int, Figure]) -> int:
        if key not in self._made:
            self._made[key] = len(self.columns)
            self.columns.append(Column(name, (), figures, derived=True))
        return self._made[key]

    def of_row(self, column: int, base: int) -> int:
        """Return the column that has the figure of one row in all others."""
        figures = self.columns[column].figures
        name = f"{self.columns[column].name} of {self.grid.rows[base] or f'row {base + 1}'}"
        return self._add(("row", column, base), name, {row: figures[base] for row in figures if row != base})

    def before(self, column: int) -> int:
        """Return the column that has the figure of the row before."""
        figures = self.columns[column].figures
        name = f"{self.columns[column].name} of the row before"
        return self._add(("before", column, 0), name, {row: figures[row - 1] for row in figures if row - 1 in figures})

    def so_far(self, column: int) -> int:
        """Return the column of running sums, from the second row on."""
        figures = [self.columns[column].figures[row] for row in sorted(self.columns[column].figures)]
        rows = sorted(self.columns[column].figures)
        made: dict[int, Figure] = {row: Sum.of(tuple(figures[: place + 1])) for place, row in enumerate(rows) if place}
        return self._add(("so far", column, 0), f"{self.columns[column].name} so far", made)

    def whole(self, column: int) -> int:
        """Return the column that has the sum of all figures in each row."""
        figures = self.columns[column].figures
        made: dict[int, Figure] = {row: Sum.of(tuple(figures.values())) for row in figures}
        return self._add(("whole", column, 0), f"all {self.columns[column].name}", made)

    def grown(self, column: int, sign: int) -> int:
        """Return a column of percentages as what each multiplies by; with a negative sign each takes away."""
        figures = self.columns[column].figures
        name = f"({'1 +' if sign > 0 else '1 -'} {self.columns[column].name})"
        made = {row: Growth.of(figure, sign) for row, figure in figures.items()}
        return self._add(("grown", column, sign), name, made)


def announced(grid: Grid, lexicon: Lexicon) -> tuple[Grid, list[Law]]:
    """Return the laws that heads of a grid announce, and the grid with the columns that they speak of."""
    table, found = _Table(grid), []
    if len(grid.columns) ** 2 * len(grid.rows) > _MOST_WORK:
        return grid, []
    for column in table.own:
        if len(grid.columns[column].figures) < _FEWEST:
            continue
        kinds = _kinds(grid.columns[column], lexicon)
        ways = [way for kind in kinds for way in _WAYS[kind](table, column)]
        law = _established(table, column, ways) if ways else None
        if law is not None:
            found.append(law)
    return table.widened(), found


def _kinds(column: Column, lexicon: Lexicon) -> list[str]:
    """Return what the head of a column, or how its figures are written, announces."""
    words = {word.text for word in lexicon.normalize(column.name)}
    kinds = [kind for kind, said in lexicon.announced.items() if words & said]
    figures = column.figures.values()
    if all(figure.form is Form.RATIO for figure in figures):
        kinds.append("ratio")
    if any(figure.signed for figure in figures):
        kinds.append("change")
    return [kind for kind in dict.fromkeys(kinds) if kind in _WAYS]


def _measures(table: _Table, apart: Sequence[int] = ()) -> list[int]:
    """Return the columns of figures that something can be worked out from."""
    return [
        column
        for column in table.own
        if column not in apart and len({figure.value for figure in table.columns[column].figures.values()}) > 1
    ]


def _bases(table: _Table, column: int, identity: Fraction) -> Iterator[tuple[int, bool]]:
    """Yield the rows that figures may be compared with, and whether the column marks a row as one: none there, or no difference."""
    figures = table.columns[column].figures
    for row in range(min(len(table.grid.rows), _MOST_BASES)):
        yield row, row not in figures or figures[row].value == identity


def _ratios(table: _Table, column: int) -> Iterator[_Way]:
    """Yield the ratios to the figure of one row, of one column or of the ratios of two."""
    share = _is_share(table.columns[column])
    factor, identity = (Fraction(100), Fraction(100)) if share else (Fraction(1), Fraction(1))
    measures = _measures(table, (column,))
    for base, marked in _bases(table, column, identity):
        for one in measures:
            if base not in table.columns[one].figures:
                continue
            there = table.of_row(one, base)
            yield _Way(column, ((one, 1), (there, -1)), factor=factor, usual=marked)
            yield _Way(column, ((there, 1), (one, -1)), factor=factor, usual=marked)
            for other in measures if marked else ():
                if other != one and base in table.columns[other].figures:
                    beside = table.of_row(other, base)
                    yield _Way(column, ((one, 1), (there, -1), (other, -1), (beside, 1)), factor=factor, usual=marked)
    for one, other in permutations(measures, 2):
        yield _Way(column, ((one, 1), (other, -1)), factor=factor)


def _changes(table: _Table, column: int) -> Iterator[_Way]:
    """Yield the changes from one row, the row before or another column: as a percentage of either, or as a difference."""
    measures = _measures(table, (column,))
    pairs = [
        (one, table.of_row(one, base), marked)
        for base, marked in _bases(table, column, Fraction(0))
        for one in measures
        if base in table.columns[one].figures
    ]
    pairs += [(one, table.before(one), True) for one in measures]
    pairs += [(one, other, True) for one, other in permutations(measures, 2)]
    signed = any(figure.signed for figure in table.columns[column].figures.values())
    for after, before, usual in pairs:
        if _is_share(table.columns[column]):
            more = table.grown(column, 1)
            yield _Way(more, ((after, 1), (before, -1)), usual=usual)
            yield _Way(more, ((before, 1), (after, -1)), usual=usual and not signed)
            if not signed:
                yield _Way(table.grown(column, -1), ((after, 1), (before, -1)), usual=usual)
        yield _Way(after, ((before, 1), (column, 1)), added=True, usual=usual)
        yield _Way(before, ((after, 1), (column, 1)), added=True, usual=usual and not signed)


def _shares(table: _Table, column: int) -> Iterator[_Way]:
    """Yield the shares of each figure in the sum of its column."""
    if _is_share(table.columns[column]):
        for other in _measures(table, (column,)):
            if not _is_share(table.columns[other]) and all(figure.value >= 0 for figure in table.columns[other].figures.values()):
                yield _Way(column, ((other, 1), (table.whole(other), -1)), factor=Fraction(100))


def _rest(table: _Table, column: int) -> Iterator[_Way]:
    """Yield the differences of two columns."""
    for one, other in permutations(_measured(table, column), 2):
        yield _Way(one, ((other, 1), (column, 1)), added=True)


def _measured(table: _Table, column: int) -> list[int]:
    """Return the other columns that have figures: one that is the same throughout may be what another is taken from."""
    return [other for other in table.own if other != column and len(table.columns[other].figures) >= _FEWEST]


def _running(table: _Table, column: int) -> Iterator[_Way]:
    """Yield the running sums of another column."""
    for other in _measures(table, (column,)):
        yield _Way(column, ((table.before(column), 1), (other, 1)), added=True)
        yield _Way(column, ((table.so_far(other), 1),))


def _totals(table: _Table, column: int) -> Iterator[_Way]:
    """Yield the sums of the columns right before a total or right behind it."""
    for run in (range(column - 1, -1, -1), range(column + 1, len(table.own))):
        parts: list[int] = []
        for other in run:
            if len(table.columns[other].figures) < _FEWEST:
                break
            parts.append(other)
            if len(parts) > 1:
                yield _Way(column, tuple((part, 1) for part in sorted(parts)), added=True)


_WAYS: Final = {"ratio": _ratios, "change": _changes, "left": _rest, "running": _running, "share": _shares, "total": _totals}


def _is_share(column: Column) -> bool:
    return bool(column.figures) and all(figure.printed.unit is _PERCENT for figure in column.figures.values())


# --- which of them is meant


def _established(table: _Table, column: int, ways: Sequence[_Way]) -> Law | None:
    """Return the law that most rows of a column keep, in the way that fits most of them."""
    held = [(way, *_rows(table, way)) for way in ways if _is_one_kind(table, way)]
    usual = [(way, common, holds) for way, common, holds in held if way.usual]
    if not usual:
        return None
    way, common, holds = max(usual, key=lambda one: (len(one[2]), -len(one[0].operands)))
    explained = {row for _, _, rows in held for row in rows}
    fails = tuple(row for row in common if row not in explained)
    digits = sum(_told(table, way, column, row) for row in _distinct(table, way, holds))
    enough = _LEAST if len(holds) > _FEWEST else _LEAST_OF_TWO
    signed = any(figure.signed for figure in table.columns[column].figures.values())
    if len(holds) == _FEWEST and way.added and len(way.operands) == _FEWEST and not signed:
        return None  # figures that rise alike add up twice by chance
    if len(holds) < max(_FEWEST, len(common) - exceptions(len(common))) or digits < enough:
        return None
    return Law(
        way.result, way.operands, way.added, way.factor, tuple(holds), fails, digits, column if column in way.columns else way.result
    )


def _is_one_kind(table: _Table, way: _Way) -> bool:
    """Tell whether what is added measures the same, as far as units are given."""
    if not way.added:
        return True
    units = [figure.printed.unit for column in way.columns for figure in list(table.columns[column].figures.values())[:1]]
    return len({unit.dimension for unit in units if unit is not None}) < 2 and len({unit is _PERCENT for unit in units}) < 2


def _rows(table: _Table, way: _Way) -> tuple[list[int], list[int]]:
    """Return the rows that have all figures of a way, and those in which it gives the result."""
    first, *rest = (table.columns[column].figures for column in way.columns)
    common = [row for row in first if all(row in figures for figures in rest)]
    return common, [row for row in common if _holds(table, first[row], [figures[row] for figures in rest], way)]


def _holds(table: _Table, result: Figure, figures: Sequence[Figure], way: _Way) -> bool:
    if way.added:
        counts = all(figure.exact for figure in (result, *figures)) and not any(table.columns[column].measured for column in way.columns)
        return sum(figure.value for figure in figures) == result.value if counts else adds_up(result, figures)
    low = high = way.factor
    for figure, (_, power) in zip(figures, way.operands, strict=True):
        span = range_of(figure, result=False)
        if span.low <= 0:
            return False
        low, high = (low * span.low, high * span.high) if power > 0 else (low / span.high, high / span.low)
    span = range_of(result, result=True)
    return low <= span.high and span.low <= high


def _distinct(table: _Table, way: _Way, rows: Sequence[int]) -> Iterator[int]:
    """Yield one row of each set of figures."""
    seen: set[tuple[Fraction, ...]] = set()
    for row in rows:
        figures = tuple(table.columns[column].figures[row].value for column in way.columns)
        if figures not in seen:
            seen.add(figures)
            yield row


def _told(table: _Table, way: _Way, column: int, row: int) -> float:
    """Return the digits that came out right in a row: how many last places a figure is from what stands for no difference."""
    figure = table.columns[column].figures[row]
    away = abs(figure.printed.value)
    if not way.added and way.result == column:
        away = abs(figure.printed.value - way.factor)  # what one expects of a ratio that says nothing
    if way.added:
        away = max(table.columns[part].figures[row].value for part in way.columns) / figure.scale
    return min(_MOST_DIGITS, log10(1 + float(away / figure.printed.step)))

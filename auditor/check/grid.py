"""Grids: the figures of a table, of an array of objects, of like-keyed objects or of arrays side by side, as columns over rows.

A grid needs no names: what is true of one row of it and of all others is a law of its columns, whatever they are called.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from itertools import takewhile
from operator import itemgetter
from typing import Final

from auditor.check.cells import Figure, Growth, Parts, figures_in, named_parts, one_figure
from auditor.check.subject import Subject
from auditor.records import dataclass
from auditor.remember import once_for
from auditor.statements import Kind, Label, LabelKind, Statement
from auditor.units import DIMENSIONLESS, UNITS, Dimension

__all__ = ["EACH", "Column", "Grid", "Measure", "grids", "objects", "tables"]

MAX_ROWS: Final = 120
MAX_COLUMNS: Final = 16


Measure = tuple[tuple[str, int], ...]
"""What is measured or counted, by name, each with its power."""


@dataclass(frozen=True, slots=True)
class Column:
    """The figures under one head, by row; rows without a plain figure are not in it."""

    name: str
    measure: Measure
    """What its head says that it measures and counts: tokens per second are token s^-1."""
    figures: Mapping[int, Figure]
    statements: Mapping[int, int] = field(default_factory=dict)
    """All statements of the column by row, with a plain figure or without."""
    measured: bool = False
    """Its head gives a unit, so that a whole number in it may be rounded."""
    derived: bool = False
    """It is not in the report: its figures are those of another column in other rows."""


@dataclass(frozen=True)
class Grid:
    """Columns over rows."""

    columns: tuple[Column, ...]
    rows: tuple[str, ...]
    """What the report calls each row."""
    texts: tuple[tuple[str, ...], ...] = ()
    """What stands in each row beside figures, by column."""
    measures: tuple[Measure, ...] = ()
    """What the name of each row says that it measures."""

    @cached_property
    def transposed(self) -> Grid | None:
        """The grid with its rows as columns; None where they are too many to be properties."""
        if len(self.rows) > MAX_COLUMNS:
            return None
        columns = tuple(
            Column(
                name,
                self.measures[row] if self.measures else (),
                {index: column.figures[row] for index, column in enumerate(self.columns) if row in column.figures},
                measured=any(column.measured for column in self.columns),
            )
            for row, name in enumerate(self.rows)
        )
        return Grid(columns, tuple(column.name for column in self.columns))

    @cached_property
    def grown(self) -> Grid | None:
        """The grid with its columns of percentages as growths; None where it has none."""
        shares = {index for index, column in enumerate(self.columns) if column.figures and all(map(_is_share, column.figures.values()))}
        if not shares:
            return None
        return replace(self, columns=tuple(_grown(column) if index in shares else column for index, column in enumerate(self.columns)))


def _is_share(figure: Figure) -> bool:
    return figure.printed.unit is not None and figure.printed.unit.symbol == "%"


def _grown(column: Column) -> Column:
    figures = {row: Growth.of(figure) for row, figure in column.figures.items()}
    return replace(column, name=f"(1 + {column.name})", figures=figures)


def grids(subject: Subject) -> Iterator[Grid]:
    """Yield the grids of a report."""
    yield from tables(subject)
    yield from objects(subject)
    yield from _arrays(subject)


def tables(subject: Subject) -> Iterator[Grid]:
    """Yield the tables of Markdown and HTML."""
    tables: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for index, statement in enumerate(subject.document.statements):
        if statement.kind is Kind.CELL and statement.cell is not None and not statement.struck:
            tables[statement.cell.table][statement.cell.column][statement.cell.row] = index
    for table in tables.values():
        heads = {
            column: _head(subject.document.statements[next(iter(cells.values()))], LabelKind.COLUMN) for column, cells in table.items()
        }
        rows = sorted({row for cells in table.values() for row in cells})
        names = {
            row: next(
                (
                    _head(subject.document.statements[table[column][row]], LabelKind.ROW)
                    for column in sorted(table)
                    if row in table[column] and column
                ),
                "",
            )
            for row in rows
        }
        yield from _grid(subject, table, heads, [names[row] for row in rows], rows)


def _head(statement: Statement, kind: LabelKind) -> str:
    return next((label.text.content for label in reversed(statement.path) if label.kind is kind), "")


def _grid(
    subject: Subject, cells: Mapping[int, Mapping[int, int]], heads: Mapping[int, str], names: Sequence[str], rows: Sequence[int]
) -> Iterator[Grid]:
    """Yield the grid of some statements by column and row."""
    statements = subject.document.statements
    place = {row: position for position, row in enumerate(rows)}
    columns, texts = [], []
    for column in sorted(cells)[:MAX_COLUMNS]:
        stood = {place[row]: index for row, index in sorted(cells[column].items())}
        parts = _parts(subject, stood)
        words = [""] * len(rows)
        for row, index in stood.items():
            if not any(row in figures for figures in parts):
                words[row] = statements[index].value.content[:60]
        called = named_parts(heads[column], len(parts)) if len(parts) > 1 else (heads[column],)
        for part, (name, figures) in enumerate(zip(called, parts, strict=True)):
            measure = _said_by_cells(figures, _measure(subject, name))
            columns.append(Column(name, measure, figures if _alike(figures) else {}, {} if part else stood, _measured(subject, name)))
            texts.append([""] * len(rows) if part else words)
    if len(rows) <= MAX_ROWS:
        measures = tuple(_measure(subject, name) for name in names) if len(rows) <= MAX_COLUMNS else ()
        yield Grid(tuple(columns), tuple(names), tuple(zip(*texts, strict=True)), measures)


def _parts(subject: Subject, cells: Mapping[int, int]) -> list[dict[int, Figure]]:
    """Return the figures of a column by row: several where most of its cells hold as many, with the same signs between."""
    statements = subject.document.statements
    single = {row: figure for row, index in cells.items() if (figure := one_figure(subject, statements[index].value, index)) is not None}
    if len(single) * 2 > len(cells):
        return [single]
    several = {row: parts for row, index in cells.items() if (parts := figures_in(subject, statements[index].value, index)) is not None}
    kinds = Counter(parts.signs for parts in several.values())
    signs, often = kinds.most_common(1)[0] if kinds else ((), 0)
    if often < _FEWEST_ALIKE or often * 2 <= len(cells):
        return [single]
    found: list[dict[int, Figure]] = [{} for _ in range(len(signs) + 1)]
    for row, parts in ((row, parts) for row, parts in several.items() if _goes_on(signs, parts)):
        for place, figure in enumerate(parts.figures):
            if figure is not None:
                found[place][row] = figure
    found[0] |= single
    return found


_FEWEST_ALIKE: Final = 2


def _goes_on(signs: Sequence[str], parts: Parts) -> bool:
    """Tell whether the signs of a cell are the first of those that most cells of its column have."""
    return tuple(signs[: len(parts.signs)]) == parts.signs


def _alike(figures: Mapping[int, Figure]) -> bool:
    """Tell whether the figures of a column that give a unit give units of one kind."""
    units = {(unit.dimension, unit.symbol == "%") for figure in figures.values() if (unit := figure.printed.unit)}
    return len(units) < 2


def _measured(subject: Subject, name: str) -> bool:
    return bool(subject.lexicon.unit_of_key(subject.lexicon.normalize(name))[0])


_TOKEN: Final = re.compile(r"[A-Za-z]+|[/%$€]")
_UNIT: Final = re.compile(r"\(([^()]*)\)")


@once_for
def _measure(subject: Subject, name: str) -> Measure:
    """Return what a head says that its column measures and counts, by the last word of each part: `GPU-hours`, `Answer (tok/s)`."""
    bracketed = _UNIT.search(name)
    said = bracketed[1] if bracketed and ("/" in bracketed[1] or _measured(subject, bracketed[1])) else _UNIT.sub("", name)
    parts: list[list[tuple[str, bool]]] = [[]]
    for one in _TOKEN.findall(said):
        if one == "/" or one.lower() in subject.lexicon.vocabulary.per:
            parts.append([])
        else:
            parts[-1].append(_counted(subject, one))
    found: Counter[str] = Counter()
    for place, part in enumerate(part for part in parts if part):
        whole = all(known for _, known in part)
        known = list(takewhile(itemgetter(1), part))
        for counted, _ in part if whole else known if any(_is_unit(name) for name, _ in known) else part[-1:]:
            found[counted] += -1 if place or counted == EACH else 1
    powers: Counter[str] = Counter()
    for counted, power in found.items():
        for name, exponent in _DIMENSIONS.get(counted, ((counted, 1),)):
            powers[name] += exponent * power
    return tuple(sorted((counted, power) for counted, power in powers.items() if power))


def _is_unit(counted: str) -> bool:
    return counted in _DIMENSIONS


def _powers(dimension: Dimension) -> Measure:
    return tuple((name, power) for name, power in zip(_BASES, dimension.exponents, strict=True) if power)


_BASES: Final = ("data", "work", "time", "money", "energy")
_DIMENSIONS: Final[Mapping[str, Measure]] = {
    str(unit.dimension): _powers(unit.dimension) for unit in UNITS.values() if unit.dimension != DIMENSIONLESS
}


def _said_by_cells(figures: Mapping[int, Figure], head: Measure) -> Measure:
    """Return what a column measures by the units of its cells, where all have one of one kind, or else by its head: `24 h`, `384 GPU-h`."""
    units = {figure.printed.unit for figure in figures.values()}
    kinds = {(unit.dimension, unit.counted) for unit in units if unit is not None}
    if None in units or len(kinds) != 1:
        return head
    ((dimension, counted),) = kinds
    each = tuple(item for item in head if item == (EACH, -1))
    return tuple(sorted((*_powers(dimension), *counted, *each))) if dimension != DIMENSIONLESS else head


EACH: Final = "each"
"""What a column counts that is of one of what another one counts."""


def _counted(subject: Subject, said: str) -> tuple[str, bool]:
    """Return what a word of a head counts or measures, and whether the lexicon knows it."""
    lexicon, word = subject.lexicon, said.lower()
    numbers = lexicon.scan(f"1 {said}" if said.isalpha() else f"{said}1.00")
    symbol = numbers[0].unit if len(numbers) == 1 else ""
    if symbol and UNITS[symbol].dimension != DIMENSIONLESS:
        return str(UNITS[symbol].dimension), True
    if word in lexicon.each:
        return EACH, True
    known = lexicon.vocabulary.owners.get(word) or lexicon.vocabulary.counted.get(word)
    return known or word.removesuffix("s"), known is not None


def objects(subject: Subject) -> Iterator[Grid]:
    """Yield the objects of an array, and those of one object that have the same keys, as rows."""
    families: dict[object, dict[object, dict[tuple[str, ...], int]]] = defaultdict(lambda: defaultdict(dict))
    names: dict[object, str] = {}
    for index, statement in enumerate(subject.document.statements):
        if statement.kind is not Kind.ENTRY or statement.literal not in ("number", "string") or statement.struck:
            continue
        position = _member(statement.path)
        if position is None:
            continue
        family, member = _place(statement.path[:position]), _place(statement.path[: position + 1])
        names.setdefault(member, statement.path[position].text.content)
        families[family][member].setdefault(tuple(label.text.content for label in statement.path[position + 1 :]), index)
    for members in families.values():
        if len(members) < 3:
            continue
        keys = list(dict.fromkeys(key for member in members.values() for key in member))
        cells = {
            column: {row: member[key] for row, member in enumerate(members.values()) if key in member} for column, key in enumerate(keys)
        }
        heads = {column: " ".join(key) for column, key in enumerate(keys)}
        yield from _grid(subject, cells, heads, [names[member] for member in members], range(len(members)))


def _member(path: Sequence[Label]) -> int | None:
    """Return which label of a path tells members of one family apart: the position in an array of objects, else the key of an object."""
    indices = [position for position, label in enumerate(path[:-1]) if label.kind is LabelKind.INDEX]
    if indices:
        return indices[-1]
    keys = [position for position, label in enumerate(path[:-1]) if label.kind is LabelKind.KEY]
    return keys[-1] if len(keys) > 1 else None


def _place(path: Sequence[Label]) -> tuple[object, ...]:
    return tuple((label.kind, label.text.content, label.text.segments[0].span.start) for label in path)


def _arrays(subject: Subject) -> Iterator[Grid]:
    """Yield the arrays of equal length in one object as columns."""
    objects: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, statement in enumerate(subject.document.statements):
        if statement.literal == "array" and 2 < len(statement.items) <= MAX_ROWS and statement.path:
            objects[(*_place(statement.path[:-1]), len(statement.items))].append(index)
    for indices in objects.values():
        columns = []
        for index in indices[:MAX_COLUMNS]:
            statement = subject.document.statements[index]
            found = {row: figure for row, item in enumerate(statement.items) if (figure := one_figure(subject, item, index)) is not None}
            columns.append(Column(statement.label, _measure(subject, statement.label), found, measured=_measured(subject, statement.label)))
        length = len(subject.document.statements[indices[0]].items)
        if len(columns) > 1:
            yield Grid(tuple(columns), tuple(str(row) for row in range(length)), tuple(("",) for _ in range(length)))

"""Grids: the figures of a table, of an array of objects, of like-keyed objects or of arrays side by side, as columns over rows.

A grid needs no names: what is true of one row of it and of all others is a law of its columns, whatever they are called.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from auditor.check.printed import Printed, printed
from auditor.check.subject import Subject
from auditor.language.numbers import Form, Number
from auditor.records import dataclass
from auditor.spans import Span, Text
from auditor.statements import Kind, Label, LabelKind, Statement

__all__ = ["Column", "Figure", "Grid", "Growth", "grids", "objects", "one_figure", "tables"]

MAX_ROWS: Final = 120
MAX_COLUMNS: Final = 16
SMALL: Final = 100
_FIGURES: Final = (Form.PLAIN, Form.RATIO)


@dataclass(frozen=True)
class Figure:
    """One figure of a grid, in base units of its own unit (a bare one, and a percentage, as printed)."""

    printed: Printed
    span: Span
    statement: int

    @cached_property
    def scale(self) -> Fraction:
        unit = self.printed.unit
        return unit.scale if unit is not None and unit.symbol != "%" else Fraction(1)

    @cached_property
    def value(self) -> Fraction:
        return self.printed.value * self.scale

    @cached_property
    def step(self) -> Fraction:
        """One unit of the last printed digit."""
        return self.printed.step * self.scale

    @property
    def text(self) -> str:
        return self.printed.text

    @property
    def whole(self) -> bool:
        return self.printed.unit is None and self.printed.step == 1 and self.printed.value.denominator == 1

    @property
    def exact(self) -> bool:
        """A small whole number without a unit: a count, not a rounded measure."""
        return self.whole and self.printed.value < SMALL

    @property
    def core(self) -> int:
        """What its digits say: as a whole number of last places, without the factors 2 and 5, so that powers of two and ten say nothing."""
        if not self.printed.step:
            return 0
        number = abs(int(self.printed.value / self.printed.step))
        for factor in (2, 5):
            while number and number % factor == 0:
                number //= factor
        return number


@dataclass(frozen=True)
class Growth(Figure):
    """A percentage by which one figure is larger or smaller than another, as what the other is multiplied by."""

    @cached_property
    def value(self) -> Fraction:
        return 1 + self.printed.value / 100

    @cached_property
    def step(self) -> Fraction:
        return self.printed.step / 100

    @property
    def text(self) -> str:
        return f"-{self.printed.text}" if self.printed.value < 0 else self.printed.text

    @property
    def whole(self) -> bool:
        return False

    @property
    def core(self) -> int:
        return abs(int(self.printed.value / self.printed.step)) if self.printed.step else 0


@dataclass(frozen=True, slots=True)
class Column:
    """The figures under one head, by row; rows without a plain figure are not in it."""

    name: str
    words: tuple[str, ...]
    figures: Mapping[int, Figure]
    statements: Mapping[int, int] = field(default_factory=dict)
    """All statements of the column by row, with a plain figure or without."""


@dataclass(frozen=True)
class Grid:
    """Columns over rows."""

    columns: tuple[Column, ...]
    rows: tuple[str, ...]
    """What the report calls each row."""
    texts: tuple[tuple[str, ...], ...] = ()
    """What stands in each row beside figures, by column."""

    @cached_property
    def transposed(self) -> Grid | None:
        """The grid with its rows as columns; None where they are too many to be properties."""
        if len(self.rows) > MAX_COLUMNS:
            return None
        columns = tuple(
            Column(name, (), {index: column.figures[row] for index, column in enumerate(self.columns) if row in column.figures})
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
    figures = {row: Growth(figure.printed, figure.span, figure.statement) for row, figure in column.figures.items()}
    return replace(column, name=f"(1 + {column.name})", figures=figures)


def one_figure(subject: Subject, text: Text, statement: int) -> Figure | None:
    """Return the figure of a cell or value that holds nothing else: a number with its unit or noun, perhaps marked as rounded."""
    content = text.content
    numbers = subject.lexicon.scan(content)
    if len(numbers) != 1:
        return None
    number = numbers[0]
    rest = content[: number.start] + content[max(number.end, number.stop) :]
    if number.form not in _FIGURES or number.bound or number.arrow or number.name or any(letter.isalnum() for letter in rest):
        return None
    if "+" in rest or "±" in rest or "*" in rest or "†" in rest:
        return None
    shown = printed(content, number, negative=_negative(content, number))
    if not shown.step:
        return None
    return Figure(shown, text.span(number.digits, number.end if number.unit else number.stop), statement)


def _negative(content: str, number: Number) -> bool:
    return content[: number.digits].rstrip("$ ").endswith(("-", "−"))


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
        figures, words = {}, [""] * len(rows)
        stood = {place[row]: index for row, index in sorted(cells[column].items())}
        for row, index in cells[column].items():
            figure = one_figure(subject, statements[index].value, index)
            if figure is not None:
                figures[place[row]] = figure
            else:
                words[place[row]] = statements[index].value.content[:60]
        columns.append(Column(heads[column], _words(subject, heads[column]), figures if _alike(figures) else {}, stood))
        texts.append(words)
    if len(rows) <= MAX_ROWS:
        yield Grid(tuple(columns), tuple(names), tuple(zip(*texts, strict=True)))


def _alike(figures: Mapping[int, Figure]) -> bool:
    """Tell whether the figures of a column that give a unit give units of one kind."""
    units = {(unit.dimension, unit.symbol == "%") for figure in figures.values() if (unit := figure.printed.unit)}
    return len(units) < 2


def _words(subject: Subject, text: str) -> tuple[str, ...]:
    return tuple(word.text for word in subject.lexicon.normalize(text))


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
            columns.append(Column(statement.label, _words(subject, statement.label), found))
        length = len(subject.document.statements[indices[0]].items)
        if len(columns) > 1:
            yield Grid(tuple(columns), tuple(str(row) for row in range(length)), tuple(("",) for _ in range(length)))

"""Verdicts that a column of a table passes on the figures of its rows: a value, its bound, and ✓, `yes`, `passed` or `missed`.

Nothing has to be named but the bound. In which sense it binds is said by its sign or its head, follows from what is measured (a time is
to stay below, a rate above), or is what all other rows agree on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from auditor.check.cells import Figure, one_figure
from auditor.check.grid import Column, Grid, grids
from auditor.check.printed import printed
from auditor.check.subject import Subject
from auditor.findings import Operand, Outcome, Place, Step
from auditor.records import dataclass
from auditor.relations.figures import figure as shown
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Statement
from auditor.units import DIMENSIONLESS, MONEY, TIME, UNITS, Dimension

__all__ = ["CROSSES", "TICKS", "in_rows"]

TICKS: Final = "✓✔✅☑🎉"
CROSSES: Final = "❌✗✘⛔🚫"
_LONGEST: Final = 24
"""Letters of a cell that says no more than a verdict."""
_AGREEING: Final = 2
"""Other rows that must agree before they say in which sense a bound binds, or that a failure is one of these figures."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: what is judged, its bound, in which sense the row itself says that it binds, and the verdict."""

    value: Figure
    bound: Figure
    sense: str
    passed: bool
    place: Span
    said: str

    def keeps(self, sense: str) -> bool:
        """Tell whether the verdict is right if the bound binds in a sense."""
        return self.passed == (self.value.value <= self.bound.value if sense == "below" else self.value.value >= self.bound.value)


def in_rows(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Yield an outcome for each verdict of a row on the figure and the bound beside it."""
    for grid in grids(subject):
        verdicts = {place: said for place, column in enumerate(grid.columns) if len(said := _verdicts(subject, column)) > 1}
        bounds = {place: asked for place, column in enumerate(grid.columns) if len(asked := _bounds(subject, column)) > 1}
        if len(verdicts) != 1 or len(bounds) != 1:
            continue
        judging, bounding = next(iter(verdicts)), next(iter(bounds))
        rows = _judged(subject, grid, judging, bounding, verdicts[judging], bounds[bounding])
        yield from _outcomes(rows, rule)


def _verdicts(subject: Subject, column: Column) -> Mapping[int, bool]:
    """Return what the cells of a column say by row, if all of them that say anything are verdicts."""
    found: dict[int, bool] = {}
    for row, index in column.statements.items():
        said = _verdict(subject, subject.document.statements[index])
        if said is not None:
            found[row] = said
    return found if len(found) == len(column.statements) else {}


def _verdict(subject: Subject, statement: Statement) -> bool | None:
    text = statement.value.content.strip(" *_`.!").lower()
    if statement.literal in ("true", "false"):
        return statement.literal == "true"
    if len(text) > _LONGEST or any(map(str.isdigit, text)):
        return None
    ticked, crossed = any(mark in text for mark in TICKS), any(mark in text for mark in CROSSES)
    words = set(text.strip(TICKS + CROSSES + " ").split())
    fine, bad = words & subject.lexicon.verdicts["cells"], words & subject.lexicon.verdicts["failed"]
    if (ticked or fine) and not (crossed or bad):
        return True
    return False if (crossed or bad) and not ticked else None


def _bounds(subject: Subject, column: Column) -> Mapping[int, tuple[Figure, str]]:
    """Return the bounds of a column by row, each with the sense in which it says itself that it binds."""
    words = {word.text for word in subject.lexicon.normalize(column.name)} | set(column.name.lower().split())
    called = bool(words & subject.lexicon.verdicts["bound"])
    said = "below" if words & subject.lexicon.verdicts["upper"] else "above" if words & subject.lexicon.verdicts["lower"] else ""
    found: dict[int, tuple[Figure, str]] = {}
    for row, index in column.statements.items():
        text = subject.document.statements[index].value
        numbers = subject.lexicon.scan(text.content)
        if len(numbers) == 1 and numbers[0].bound:
            figure = Figure(printed(text.content, numbers[0]), text.span(numbers[0].digits, max(numbers[0].end, numbers[0].stop)), index)
            found[row] = (figure, "below" if "<" in numbers[0].bound else "above")
        elif called or said:
            plainly = one_figure(subject, text, index)
            if plainly is not None:
                found[row] = (plainly, "" if said == "below" and _better(plainly) == "above" else said)
    return found


def _judged(
    subject: Subject, grid: Grid, judging: int, bounding: int, said: Mapping[int, bool], asked: Mapping[int, tuple[Figure, str]]
) -> list[_Row]:
    """Return the rows of the only column of figures that the bounds can be those of."""
    figured = {
        place: {row: figure for row, figure in _figures(subject, column).items() if row in said and row in asked}
        for place, column in enumerate(grid.columns)
        if place not in (judging, bounding)
    }
    alike = {place: [row for row, figure in figures.items() if _alike(figure, asked[row][0])] for place, figures in figured.items()}
    found = [(place, rows) for place, rows in alike.items() if len(rows) > 1 and len(rows) * 2 > len(said)]
    for place, rows in found if len(found) == 1 else ():
        figures = figured[place]
        return [
            _Row(
                figures[row],
                asked[row][0],
                asked[row][1] or _by_measure(grid, place, row, figures[row]),
                said[row],
                subject.document.statements[grid.columns[judging].statements[row]].value.whole,
                subject.document.statements[grid.columns[judging].statements[row]].value.content.strip(),
            )
            for row in rows
        ]
    return []


def _figures(subject: Subject, column: Column) -> Mapping[int, Figure]:
    """Return the figures of a column by row, whatever the others of the column measure."""
    found = {row: one_figure(subject, subject.document.statements[index].value, index) for row, index in column.statements.items()}
    return column.figures or {row: figure for row, figure in found.items() if figure is not None}


def _alike(value: Figure, bound: Figure) -> bool:
    """Tell whether a figure and a bound measure the same, as far as both say."""
    one, other = value.printed.unit, bound.printed.unit
    return (one is None) == (other is None) and (one is None or other is None or one.dimension == other.dimension)


_SENSES: Final[Mapping[Dimension, str]] = {TIME: "below", MONEY: "below", DIMENSIONLESS / TIME: "above"}


def _by_measure(grid: Grid, place: int, row: int, value: Figure) -> str:
    """Return the sense in which what is measured is asked for: a time at most, a rate at least."""
    if value.printed.unit is not None:
        return _better(value)
    measures = [measure for measure in (grid.columns[place].measure, grid.measures[row] if grid.measures else ()) if measure]
    times = [dict(measure).get("time", 0) for measure in measures]
    return "below" if times in ([1], [1, 1]) else "above" if -1 in times else ""


def _better(figure: Figure) -> str:
    """Return on which side of a bound a figure is the better by its unit; empty where that is not said."""
    return "" if figure.printed.unit is None else _SENSES.get(figure.printed.unit.dimension, "")


def _outcomes(rows: Sequence[_Row], rule: Rule) -> Iterator[Outcome]:
    for row in rows:
        others = [other for other in rows if other is not row]
        agreed = [sense for sense in dict.fromkeys(_SENSES.values()) if all(other.keeps(sense) for other in others if not other.sense)]
        unsaid = [other for other in others if not other.sense]
        sense = row.sense or (agreed[0] if len(agreed) == 1 and len(unsaid) >= _AGREEING else "")
        if not sense:
            continue
        spans = (row.value.span, row.bound.span)
        sure = row.passed or sum(other.keeps(other.sense or sense) for other in others) == len(others) >= _AGREEING
        if row.keeps(sense):
            yield rule.held(spans, f"{row.value.text} against {row.bound.text}")
        elif sure:
            yield _contradicted(row, sense, rule)


def _contradicted(row: _Row, sense: str, rule: Rule) -> Outcome:
    above = row.value.value > row.bound.value
    message = f"{row.said!r}, but {row.value.text} is {'more' if above else 'less'} than {row.bound.text}"
    unit = row.value.printed.unit or row.bound.printed.unit or UNITS["1"]
    gap = row.value.value - row.bound.value
    operands = tuple(
        Operand(name, figure.text, figure.value, figure.value, figure.span) for name, figure in (("value", row.value), ("bound", row.bound))
    )
    step = Step.exact("value - bound", f"{plain(row.value.value)} - {plain(row.bound.value)}", shown(gap, unit), operands, gap)
    return rule.contradicted(
        (row.value.span, row.bound.span),
        message,
        Place(row.value.span, "what is judged"),
        related=(Place(row.bound.span, "the bound"), Place(row.place, "the verdict")),
        claimed=row.value.text,
        expected=f"at {'most' if (sense == 'below') == row.passed else 'least'} {row.bound.text}",
        derivation=(step,),
    )

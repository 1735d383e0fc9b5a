"""Order: percentiles rise with their rank, and a mean lies between the least and the most.

What the figures are of does not matter: figures that one object, row, list or sentence names alike but for the statistic belong together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.check.cells import Figure, figures_in, named_parts, one_figure
from auditor.check.printed import printed
from auditor.check.subject import Subject
from auditor.findings import Operand, Outcome, Place, Step
from auditor.language.numbers import Form
from auditor.records import dataclass
from auditor.relations.figures import figure as shown
from auditor.relations.language import decimal
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind, Statement, place_of
from auditor.units import TIME, UNITS

__all__ = ["statistics"]

_BEYOND_ALL: Final = 10**6
_ENDS: Final = (0, 100)


@dataclass(frozen=True, slots=True)
class _Point:
    """A figure and the statistic it is: its rank from 0 (least) to 100 (most), None for a mean."""

    rank: Fraction | None
    name: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class _Series:
    """The statistics of one quantity."""

    points: tuple[_Point, ...]
    of_time: bool


def statistics(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each set of percentiles, and for each mean with its least and most."""
    for series in _series(subject):
        found = _judge(series, rule)
        if found is not None:
            yield found


def _judge(series: _Series, rule: Rule) -> Outcome | None:
    ranked = sorted((point for point in series.points if point.rank is not None), key=lambda point: point.rank or Fraction(0))
    if len({point.rank for point in ranked}) < len(ranked):
        return None
    if {*_ENDS} - {point.rank for point in ranked}:
        ranked = [point for point in ranked if point.rank not in _ENDS]  # a single `max` may be a limit
    least, most = (next((point for point in ranked if point.rank == end), None) for end in _ENDS)
    if least and most and _start_values(least.figure, most.figure):
        return None
    means = [point for point in series.points if point.rank is None]
    if len(means) == 1 and least and most and not least.figure.value <= means[0].figure.value <= most.figure.value:
        above = means[0].figure.value > most.figure.value
        return _contradicted(means[0], most if above else least, rule, above=above)
    falls = [(one, two) for one, two in pairwise(ranked) if one.figure.value > two.figure.value]
    if len(ranked) < 2:
        return None
    spans = tuple(point.figure.span for point in ranked)
    if not falls:
        return rule.held(spans, " <= ".join(point.figure.text for point in ranked))
    rises = any(one.figure.value < two.figure.value for one, two in pairwise(ranked))
    ends = ranked[0].rank == 0 and ranked[-1].rank == _ENDS[1]
    if not (rises or series.of_time or ends):
        return None  # of a rate the percentiles may be counted from the top
    lower, higher = falls[0]
    return _contradicted(higher, lower, rule, above=False)


def _start_values(least: Figure, most: Figure) -> bool:
    """Tell whether code sets out from a minimum beyond all and a maximum of nothing: nothing was measured yet."""
    return most.value <= 0 < least.value or least.value > most.value * _BEYOND_ALL


def _contradicted(point: _Point, bound: _Point, rule: Rule, *, above: bool) -> Outcome:
    figure, other = point.figure, bound.figure
    relation = "above" if above else "below"
    message = f"{point.name} {figure.text} is {relation} {bound.name} {other.text}"
    sign = "<=" if above else ">="
    unit = other.printed.unit if other.scale != 1 else None
    value = shown(other.value, unit or UNITS["1"])
    operand = Operand(bound.name, other.text, other.value, other.value, other.span)
    return rule.contradicted(
        (figure.span, other.span),
        message,
        Place(figure.span, f"{relation} {bound.name}"),
        related=(Place(other.span, f"{bound.name} is {other.text}"),),
        claimed=figure.text,
        expected=f"{'at most' if above else 'at least'} {other.text}",
        derivation=(
            Step.exact(f"{point.name} {sign} {bound.name}", decimal(other.value) or str(other.value), value, (operand,), other.value),
        ),
    )


# --- what belongs together


def _series(subject: Subject) -> Iterator[_Series]:
    """Yield the sets of statistics of objects, lists, rows and columns of tables, and sentences."""
    found: dict[Hashable, list[_Point]] = defaultdict(list)
    times: dict[Hashable, bool] = {}
    for index, statement in enumerate(subject.document.statements):
        if statement.struck or not statement.value.content:
            continue
        yield from _side_by_side(subject, index)
        for place, name in _names(statement):
            words = [word.text for word in subject.lexicon.normalize(name)]
            ranks = [word for word in words if word in subject.lexicon.statistics]
            figure = one_figure(subject, statement.value, index) if len(ranks) == 1 else None
            if figure is None:
                continue
            rest = tuple(word for word in words if word != ranks[0])
            key = (place, rest, figure.printed.unit.dimension if figure.printed.unit else None)
            found[key].append(_Point(subject.lexicon.statistics[ranks[0]], ranks[0], figure))
            times[key] = _is_time(subject, statement, figure, name)
        yield from _sentence(subject, index)
    yield from (_Series(tuple(points), times[key]) for key, points in found.items() if len(points) > 1)


def _side_by_side(subject: Subject, index: int) -> Iterator[_Series]:
    """Yield the statistics of one cell side by side, named in the same order: `112 / 171 / 240` below `P50 / P95 / P99`."""
    statement = subject.document.statements[index]
    parts = figures_in(subject, statement.value, index)
    if parts is None:
        return
    for _, name in _names(statement):
        points: list[_Point] = []
        for called, figure in zip(named_parts(name, len(parts.figures)), parts.figures, strict=True):
            words = [word.text for word in subject.lexicon.normalize(called)]
            ranks = [word for word in words if word in subject.lexicon.statistics]
            if len(ranks) == 1 and figure is not None:
                points.append(_Point(subject.lexicon.statistics[ranks[0]], ranks[0], figure))
        if len(points) > 1:
            yield _Series(tuple(points), any(_is_time(subject, statement, point.figure, name) for point in points))


def _names(statement: Statement) -> Iterator[tuple[Hashable, str]]:
    """Yield the places a statement's figure may be a statistic in, each with what it is called there."""
    labels = statement.path
    if statement.cell is not None:
        for kind, position in ((LabelKind.COLUMN, statement.cell.row), (LabelKind.ROW, statement.cell.column)):
            name = next((label.text.content for label in reversed(labels) if label.kind is kind), "")
            if name:
                yield (kind, statement.cell.table, position), name
    elif labels and labels[-1].kind is LabelKind.KEY:
        yield (statement.group, place_of(labels[:-1])), labels[-1].text.content
    elif labels and labels[-1].kind is LabelKind.ITEM:
        yield (statement.group, statement.depth, statement.parent), labels[-1].text.content


def _is_time(subject: Subject, statement: Statement, figure: Figure, name: str) -> bool:
    """Tell whether a figure is a time, by its own unit or by that of the names it stands under."""
    if figure.printed.unit is not None:
        return figure.printed.unit.dimension == TIME
    for label in (name, *(label.text.content for label in reversed(statement.path))):
        words = subject.lexicon.normalize(label)
        symbol, size = subject.lexicon.unit_of_key(words)
        if symbol:
            rate = len(words) > size and words[-1 - size].text in subject.lexicon.linking  # `tokens_per_s`
            return UNITS[symbol].dimension == TIME and not rate
    return False


def _sentence(subject: Subject, index: int) -> Iterator[_Series]:
    """Yield the statistics a text lists: `p50 142 ms, p95 171 ms, p99 233 ms`."""
    statement = subject.document.statements[index]
    if statement.kind not in (Kind.SENTENCE, Kind.ITEM, Kind.CODE, Kind.CELL):
        return
    content = statement.value.content
    points: list[_Point] = []
    position = 0
    for number in subject.lexicon.scan(content):
        if number.form is Form.TEXTUAL:
            continue
        words = [word.text for word in subject.lexicon.normalize(content[position : number.start])]
        position = max(number.end, number.stop)
        named = [place for place, word in enumerate(words) if word in subject.lexicon.statistics]
        plain = number.form is Form.PLAIN and not (number.bound or number.arrow)
        before, behind = (words[: named[0]], words[named[0] + 1 :]) if len(named) == 1 else (words, words)
        goes_on = plain and len(named) == 1 and subject.lexicon.transparent.issuperset(behind)
        if not goes_on or not subject.lexicon.transparent.issuperset(before):
            yield from _alike(points)
            points = []
        if goes_on:
            figure = Figure(printed(content, number), statement.value.span(number.digits, position), index)
            points.append(_Point(subject.lexicon.statistics[words[named[0]]], words[named[0]], figure))
    yield from _alike(points)


def _alike(points: Sequence[_Point]) -> Iterator[_Series]:
    units = {point.figure.printed.unit.dimension if point.figure.printed.unit else None for point in points}
    if len(points) > 1 and len(units) == 1:
        yield _Series(tuple(points), units == {TIME})

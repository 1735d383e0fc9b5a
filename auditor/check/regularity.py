"""Laws of a grid that need no names: a column that is the product, quotient, sum or share of others in all rows but one.

A law is established by its evidence, counted in decimal digits that had to come out right: in every row where it holds, as many as its
figures carry (a power of two or ten carries none), less what was spent to choose its factor. Only then does a row where it fails say
something, and only if nothing in the row sets it apart: another setting, another name, a mark, a total. Random tables establish nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from fractions import Fraction
from itertools import combinations, permutations
from math import log10
from typing import Final

from auditor.check.announced import announced
from auditor.check.cells import Figure, Growth, Sum
from auditor.check.grid import EACH, Column, Grid, grids
from auditor.check.laws import Law, Range, adds_up, exceptions, range_of
from auditor.check.subject import Subject
from auditor.check.told import thoughts
from auditor.findings import Operand, Outcome, Place, Step, Verdict
from auditor.records import dataclass
from auditor.relations.figures import figure as shown
from auditor.relations.language import decimal
from auditor.rulebook import Rule
from auditor.units import UNITS

__all__ = ["Law", "growths", "laws", "rows"]

LEAST_ROWS: Final = 4
FEWEST_ROWS: Final = 3
"""Rows that must hold where columns are the product, quotient, sum or growth of others as they stand, without a factor."""
LEAST_DIGITS: Final = 7.0
"""Digits that must come out right, beyond those of the factor: chance makes one table in ten million so."""
LEAST_PLAIN: Final = 5.5
"""The same where there is no factor to choose."""
LEAST_SUM: Final = 6.5
"""The same for a sum, which any three columns of like figures may come near."""
LEAST_OF_COUNTS: Final = 4.0
"""The same for a sum of counts, which are not rounded."""
LEAST_GROWTH: Final = 4.0
"""The same for a column of percentages between which two others could grow."""
LEAST_SHARE: Final = 2.5
"""The same for percentages, of which one expects that they are the quotient of two columns beside them."""
LEAST_COMPOSED: Final = 1.5
"""The same where the units of the heads compose each other, beyond what the most precise row tells."""
_PERCENT: Final = Fraction(1, 100)
_DIGITS: Final = re.compile(r"\d+")
_NATURAL: Final = frozenset(Fraction(10) ** power for power in (0, 2, 3, 6, 9, -2, -3, -6, -9)) | {
    Fraction(60),
    Fraction(3600),
    Fraction(86400),
}
MOST_WORK: Final = 60_000
"""Columns cubed times rows of the largest table whose columns are tried three at a time."""
MOST_FACTOR: Final = 4096
"""A whole factor, or one over it, that may be a count: GPUs, tokens of an answer."""
_CLEAR: Final = Fraction(1, 100)
"""How far beyond its last digits, as a share of itself, a figure must lie from what the law makes of it."""
_FAR: Final = 8
"""A figure more times too large or small belongs to something else."""


# --- establishing laws


@dataclass(frozen=True, slots=True)
class _Rough:
    """Figures of a column to reject by, never to accept: logarithms of the values and of their slack, and the values and slacks."""

    logarithms: Mapping[int, tuple[float, float]]
    plain: Mapping[int, tuple[float, float]]

    @classmethod
    def of(cls, column: Column) -> _Rough:
        logarithms, plain = {}, {}
        for row, figure in column.figures.items():
            if figure.value <= 0:
                continue  # a discount below a list of prices
            value, step = float(figure.value), float(figure.step)
            plain[row] = (value, step)
            logarithms[row] = (log10(value), log10(1 + step / value) * 2 if step < value else 1.0)
        return cls(logarithms, plain)


def laws(grid: Grid, constants: Sequence[Fraction] = ()) -> list[Law]:
    """Return the laws of a grid's columns that the figures establish; `constants` are figures of the text around, which may be factors."""
    usable = _usable(grid)
    found: list[Law] = []
    for one, two in combinations(usable, 2):
        common = _common(grid, (one, two))
        for power in (1, -1):
            found.extend(_product(grid, usable, common, two, ((one, power),), constants))
    if len(usable) ** 3 * len(grid.rows) > MOST_WORK:
        return found
    for three in combinations(usable, 3):
        common = _common(grid, three)
        for result in three:
            one, two = (column for column in three if column != result)
            found.extend(_product(grid, usable, common, result, ((one, 1), (two, 1))))
        found.extend(_sum(grid, usable, common, three))
    return found


def growths(grid: Grid) -> list[Law]:
    """Return the laws by which a column is another one grown by a percentage, of a grid whose percentages are growths."""
    usable = _usable(grid)
    rates = [index for index in usable if _grows(grid.columns[index])]
    found: list[Law] = []
    for rate in rates:
        for one, two in permutations([index for index in usable if index not in rates], 2):
            laws_of = _product(grid, usable, _common(grid, (rate, one, two)), two, ((one, 1), (rate, 1)))
            found.extend(law for law in laws_of if law.factor == 1)
    return found


def _usable(grid: Grid) -> dict[int, _Rough]:
    """Return the columns of which a law may speak."""
    return {index: _Rough.of(column) for index, column in enumerate(grid.columns) if len(column.figures) > FEWEST_ROWS and _varies(column)}


def _varies(column: Column) -> bool:
    return len({figure.value for figure in column.figures.values() if figure.value > 0}) > 1


def _common(grid: Grid, columns: Sequence[int]) -> list[int]:
    """Return the rows that have figures above zero in all of some columns."""
    first, *rest = (grid.columns[column].figures for column in columns)
    return [row for row in first if first[row].value > 0 and all(row in figures and figures[row].value > 0 for figures in rest)]


def _product(
    grid: Grid,
    rough: Mapping[int, _Rough],
    common: Sequence[int],
    result: int,
    operands: tuple[tuple[int, int], ...],
    constants: Sequence[Fraction] = (),
) -> Iterator[Law]:
    """Yield the product law of these columns with the factor that most rows share."""
    indices = [result, *(column for column, _ in operands)]
    few = exceptions(len(common))
    if len(common) <= FEWEST_ROWS or not _may_hold([rough[index].logarithms for index in indices], operands, common, few):
        return
    columns = [grid.columns[index].figures for index in indices]
    powers = [power for _, power in operands]
    shared, holds = _shared({row: _factor([figures[row] for figures in columns], powers) for row in common})
    if len(holds) < len(common) - few:
        return
    factor, cost = _simplest(shared, constants)
    plain = factor == 1 and len(operands) > 1
    if len(holds) < (FEWEST_ROWS if plain else LEAST_ROWS):
        return
    if factor == 1 and len(operands) == 1 and operands[0][1] > 0:
        return  # equal columns are two names, or two things that need not be equal
    if cost is None:
        if len(operands) > 1:
            return  # three measured columns may follow some smooth curve
        cost = max(_row_digits([figures[row] for figures in columns]) for row in holds)
    digits = _digits(columns, holds) - (0.0 if plain else cost)
    if len(operands) > 1 and _composed(grid, result, operands):
        digits += max(_row_digits([figures[row] for figures in columns]) for row in holds)
    if digits >= _asked(grid, result, operands, factor, plain=plain or _is_stated(factor, constants)):
        yield Law(result, operands, False, factor, tuple(holds), tuple(row for row in common if row not in holds), digits)


def _is_stated(factor: Fraction, constants: Sequence[Fraction]) -> bool:
    return any(factor in (stated, 1 / stated, stated / 100, 100 / stated) for stated in constants)


def _composed(grid: Grid, result: int, operands: Sequence[tuple[int, int]]) -> bool:
    """Tell whether the heads of a law compose each other: `steps` times `s/step` are `seconds`, `GPUs` times `hours` are `GPU-hours`."""
    made: Counter[str] = Counter()
    for column, power in operands:
        for name, exponent in grid.columns[column].measure:
            made[name] += power * exponent
    wanted = dict(grid.columns[result].measure)
    counts = [grid.columns[column].measure for column, power in operands if power == 1 and len(grid.columns[column].measure) == 1]
    if made[EACH] == -1 and counts:
        made[counts[0][0][0]] -= 1  # so many of `memory each`
        made[EACH] = 0
    cancels = any(exponent < 0 for column, _ in operands for _, exponent in grid.columns[column].measure)
    return {name: power for name, power in made.items() if power} == wanted and (cancels or len(wanted) > 1)


def _asked(grid: Grid, result: int, operands: Sequence[tuple[int, int]], factor: Fraction, *, plain: bool) -> float:
    """Return the digits that must come out right, fewer where one expects the law."""
    if (len(operands) > 1 and _composed(grid, result, operands)) or str(factor) in _DIGITS.findall(grid.columns[result].name):
        return LEAST_COMPOSED
    if (
        plain
        and factor != 1
        and (_unit(grid.columns[result]).endswith("%") or "%" in dict(grid.columns[result].measure))
        and len(operands) == 1
    ):
        return LEAST_SHARE  # of a whole that the text states: MFU of the peak
    if plain:
        return LEAST_GROWTH if any(_grows(grid.columns[column]) for column, _ in operands) else LEAST_PLAIN
    return LEAST_SHARE if factor == _PERCENT and _shares(grid, operands) else LEAST_DIGITS


def _shares(grid: Grid, operands: Sequence[tuple[int, int]]) -> bool:
    """Tell whether one of two operands is a column of percentages, which are mostly a quotient of two columns beside them."""
    return len(operands) > 1 and any(_unit(grid.columns[column]).endswith("%") for column, _ in operands)


def _may_hold(
    columns: Sequence[Mapping[int, tuple[float, float]]], operands: Sequence[tuple[int, int]], rows: Sequence[int], few: int
) -> bool:
    """Tell roughly whether all rows but a few can share a factor: one of the first few and one more must meet that many."""
    factors: list[tuple[float, float]] = []
    for row in rows:
        factor, slack = columns[0][row]
        for column, (_, power) in zip(columns[1:], operands, strict=True):
            factor, slack = factor - power * column[row][0], slack + column[row][1]
        factors.append((factor, slack + 1e-9))
        if len(factors) == few + 2 and not any(_meet(one, two) for one, two in combinations(factors, 2)):
            return False
    return any(sum(_meet(one, two) for two in factors) >= len(rows) - few for one in factors[: few + 1])


def _meet(one: tuple[float, float], two: tuple[float, float]) -> bool:
    return abs(one[0] - two[0]) <= one[1] + two[1]


def _factor(figures: Sequence[Figure], powers: Sequence[int]) -> Range:
    """Return the factors with which the first figure is the product of the others."""
    result = range_of(figures[0], result=True)
    low, high = result.low, result.high
    for figure, power in zip(figures[1:], powers, strict=True):
        operand = range_of(figure, result=False)
        if operand.low <= 0:
            return Range(Fraction(0), Fraction(0))
        low, high = (low / operand.high, high / operand.low) if power > 0 else (low * operand.low, high * operand.high)
    return Range(low, high)


def _shared(factors: Mapping[int, Range]) -> tuple[Range, list[int]]:
    """Return the factors that most rows share, and those rows."""
    ends = sorted([(one.low, 0, row) for row, one in factors.items()] + [(one.high, 1, row) for row, one in factors.items()])
    inside: list[int] = []
    best: list[int] = []
    low = high = Fraction(0)
    for position, (value, closes, row) in enumerate(ends):
        if closes:
            inside.remove(row)
            continue
        inside.append(row)
        if len(inside) > len(best):
            best, low = list(inside), value
            high = next(end for end, shut, _ in ends[position + 1 :] if shut)
    return Range(low, high), sorted(best)


def _simplest(factors: Range, constants: Sequence[Fraction]) -> tuple[Fraction, float | None]:
    """Return a simple factor of a range and the digits spent on choosing it; None where only the middle is left."""
    for natural in _NATURAL:
        if factors.low <= natural <= factors.high:
            return natural, 1.0
    for stated in constants:
        for factor in (stated, 1 / stated, stated / 100, 100 / stated):
            if factors.low <= factor <= factors.high:
                return factor, log10(4 * len(constants))
    if factors.low > 0:
        for low, high, inverse in ((factors.low, factors.high, False), (1 / factors.high, 1 / factors.low, True)):
            whole = -(-low.numerator // low.denominator)
            if whole <= high and whole <= MOST_FACTOR:
                return Fraction(1, whole) if inverse else Fraction(whole), 1.0 + log10(whole)
    return _short(factors), None


def _short(factors: Range) -> Fraction:
    """Return the shortest decimal in a range, or its middle."""
    middle = (factors.low + factors.high) / 2
    first = 10 ** len(str(max(middle.numerator // middle.denominator, 1)))
    for places in range(24):
        unit = Fraction(first, 10**places)
        rounded = round(middle / unit) * unit
        if factors.low <= rounded <= factors.high and rounded:
            return rounded
    return middle


def _digits(columns: Sequence[Mapping[int, Figure]], rows: Sequence[int]) -> float:
    """Return the digits that came out right: rows with the same figures count once, and every column has to vary."""
    seen = {tuple(column[row].value for column in columns): [column[row] for column in columns] for row in rows}
    if any(len(set(values)) < 2 for values in zip(*seen, strict=True)):
        return 0.0
    apart = _apart([figures[0].value for figures in seen.values()])
    return sum(min(_row_digits(figures), _told(figures, gap)) for figures, gap in zip(seen.values(), apart, strict=True))


def _apart(values: Sequence[Fraction]) -> list[float]:
    """Return for each value how far the nearest other lies, as a share of it."""
    ordered = sorted(set(values))
    gaps = {
        value: min(abs(other - value) for other in ordered[max(0, index - 1) : index + 2] if other != value)
        for index, value in enumerate(ordered)
    }
    return [float(gaps[value] / value) for value in values]


def _told(figures: Sequence[Figure], gap: float) -> float:
    """Return the digits by which a row is told from its nearest neighbour: in smooth columns all rows nearly fit one factor."""
    slack = sum(float(figure.step / figure.value) for index, figure in enumerate(figures) if not figure.exact or index == 0)
    return max(0.0, log10(gap / slack))


def _row_digits(figures: Sequence[Figure]) -> float:
    """Return the digits that had to come out right in one row: no more than any figure knows and than the others carry."""
    *rest, most = sorted(log10(max(figure.core, 1)) for figure in figures)
    precise = min(
        log10(max(float(figure.value / figure.step), 1.0)) for index, figure in enumerate(figures) if not figure.exact or index == 0
    )
    return min(precise, most, sum(rest))


# --- sums


def _sum(grid: Grid, rough: Mapping[int, _Rough], common: Sequence[int], three: Sequence[int]) -> Iterator[Law]:
    """Yield the law that the largest of three columns is the sum of the others."""
    few = exceptions(len(common))
    plain = {index: rough[index].plain for index in three}
    if len(common) <= FEWEST_ROWS:
        return
    *parts, result = sorted(three, key=lambda index: sum(plain[index][row][0] for row in common))
    near = 0
    for row in common:
        off = abs(plain[parts[0]][row][0] + plain[parts[1]][row][0] - plain[result][row][0])
        near += off <= 1.001 * sum(plain[index][row][1] for index in three)
    if near < len(common) - few or len({_unit(grid.columns[index]) for index in three}) > 1:
        return
    columns = [grid.columns[index].figures for index in (result, *parts)]
    counts = all(figures[row].whole for figures in columns for row in common) and not any(grid.columns[index].measured for index in three)
    holds = [row for row in common if _is_sum([column[row] for column in columns], counts=counts)]
    if len(holds) < max(FEWEST_ROWS if counts else LEAST_ROWS, len(common) - few):
        return
    seen = {tuple(column[row].value for column in columns): row for row in holds}
    digits = sum(_sum_digits([column[row] for column in columns[1:]]) for row in seen.values())
    if digits >= (LEAST_OF_COUNTS if counts else LEAST_SUM):
        fails = tuple(row for row in common if row not in holds)
        yield Law(result, tuple((part, 1) for part in parts), True, Fraction(1), tuple(holds), fails, digits)


def _is_sum(figures: Sequence[Figure], *, counts: bool) -> bool:
    result, *parts = figures
    return sum(part.value for part in parts) == result.value if counts else adds_up(result, parts)


def _unit(column: Column) -> str:
    """Return what kind of unit the figures of a column give; empty where they give none."""
    unit = next((figure.printed.unit for figure in column.figures.values() if figure.printed.unit), None)
    return "" if unit is None else f"{unit.dimension} {unit.symbol if unit.symbol == '%' else ''}"


def _sum_digits(parts: Sequence[Figure]) -> float:
    """Return the digits that had to come out right in one row of a sum: those of its smallest part."""
    smallest = min(parts, key=lambda part: part.value)
    return min(log10(max(float(smallest.value / smallest.step), 1.0)), log10(max(smallest.core, 1)) + 0.5)


# --- what a law says of the rows where it fails


def rows(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each law of a grid, and for each figure that alone breaks one."""
    constants = _constants(subject)
    for grid in grids(subject):
        for turned in filter(None, (grid, grid.transposed)):
            wide, said = announced(turned, subject.lexicon)
            yield from _outcomes(wide, [*laws(turned, (*constants, *_of_heads(turned))), *said], subject, rule)
            if turned.grown is not None:
                yield from _outcomes(turned.grown, growths(turned.grown), subject, rule)


_MOST_CONSTANTS: Final = 60
_LEAST_CONSTANT: Final = 10
_LONG: Final = 12


def _constants(subject: Subject) -> tuple[Fraction, ...]:
    """Return the figures of the text by which the columns of a table may be multiplied: tokens of an answer, the peak of a GPU."""
    figures = (figure for thought in thoughts(subject) for figure in thought.figures if thought.passage.statement.cell is None)
    found = dict.fromkeys(figure.printed.value for figure in figures if figure.printed.value >= _LEAST_CONSTANT and not figure.is_share)
    return tuple(found) if len(found) <= _MOST_CONSTANTS else ()


def _of_heads(grid: Grid) -> tuple[Fraction, ...]:
    """Return the figures that stand in brackets in the heads of a grid, by which its columns may be multiplied: `$/month (730 h)`."""
    said = {digits for column in grid.columns for part in _BRACKETED.findall(column.name) for digits in _DIGITS.findall(part)}
    return tuple(sorted(Fraction(digits) for digits in said if 1 < len(digits) < _LONG))


_BRACKETED: Final = re.compile(r"\([^()]{1,40}\)")


def _grows(column: Column) -> bool:
    return any(isinstance(figure, Growth) for figure in column.figures.values())


def _outcomes(grid: Grid, found: Sequence[Law], subject: Subject, rule: Rule) -> Iterator[Outcome]:
    for law in found:
        if not law.fails:
            spans = tuple(grid.columns[column].figures[row].span for row in law.holds for column in sorted(law.columns))
            yield Outcome(rule.code, Verdict.HELD, spans, f"{_formula(grid, law)} in {len(law.holds)} rows")
    broken: dict[tuple[int, int], Law] = {}
    for row in sorted({row for law in found for row in law.fails}):
        failing = [law for law in found if row in law.fails]
        holding = [law for law in found if row in law.holds]
        for law in sorted(failing, key=lambda law: (*_plainness(law), -law.digits)):
            culprit = _culprit(grid, law, row, failing, holding)
            if (
                culprit is not None
                and (culprit == law.blamed or grid.columns[culprit].figures[row].core > 1)
                and _clear(grid, law, row)
                and not _set_apart(grid, law, row, subject)
            ):
                broken.setdefault((row, culprit), law)
    for (row, culprit), law in broken.items():  # a power of two or ten may be a cap or stand for none
        yield _contradicted(grid, law, row, culprit, rule)


def _plainness(law: Law) -> tuple[int, int]:
    """Rank laws by how easily a reader follows them: sums, products of columns, counts as factors, then other factors."""
    return 0 if law.factor == 1 else 1 if 1 in (law.factor.numerator, law.factor.denominator) else 2, len(law.operands)


def _culprit(grid: Grid, law: Law, row: int, failing: Sequence[Law], holding: Sequence[Law]) -> int | None:
    """Return the column whose figure breaks the law: of those that no law which holds confirms, the one that breaks most.

    Of several it is the last: what is worked out stands behind what it is worked out from.
    """
    if law.blamed is not None:
        return law.blamed
    sure = {column for other in holding for column in other.columns}
    free = [column for column in law.columns if column not in sure]
    if not free:
        return None
    broken = {column: sum(column in other.columns for other in failing) for column in free}
    return max(free, key=lambda column: (broken[column], column))


def _expected(grid: Grid, law: Law, row: int, column: int) -> tuple[Fraction, Fraction, Fraction]:
    """Return the least, middle and most that a law makes of one figure from the others of its row."""
    figures = {index: grid.columns[index].figures[row] for index in law.columns}
    if law.added:
        if column == law.result:
            middle = sum((figures[part].value for part, _ in law.operands), Fraction(0))
        else:
            middle = figures[law.result].value - sum(figures[part].value for part, _ in law.operands if part != column)
        slack = sum((figure.step for index, figure in figures.items() if index != column and not figure.exact), Fraction(0))
        return middle - slack, middle, middle + slack
    power, others = _solved(law, column)
    low = middle = high = law.factor**power
    for index, exponent in others:
        span, value = range_of(figures[index], result=False), figures[index].value
        low, middle, high = (
            (low / span.high, middle / value, high / span.low) if exponent < 0 else (low * span.low, middle * value, high * span.high)
        )
    return low, middle, high


def _solved(law: Law, column: int) -> tuple[int, list[tuple[int, int]]]:
    """Return the powers of the factor and of the other columns whose product one column of a law is."""
    if column == law.result:
        return 1, list(law.operands)
    own = next(power for index, power in law.operands if index == column)
    return -own, [(law.result, own), *((index, -own * power) for index, power in law.operands if index != column)]


def _clear(grid: Grid, law: Law, row: int) -> bool:
    """Tell whether a row breaks a law plainly: beyond two last digits and a share of itself, but not as another kind of figure would."""
    low, middle, high = _expected(grid, law, row, law.result)
    figure = grid.columns[law.result].figures[row]
    slack = Fraction(0) if _counts(grid, law, row) else 2 * figure.step + abs(figure.value) * _CLEAR
    apart = figure.value < low - slack or figure.value > high + slack
    return apart and middle > 0 and Fraction(1, _FAR) < figure.value / middle < _FAR


def _counts(grid: Grid, law: Law, row: int) -> bool:
    """Tell whether a law adds whole numbers that nobody measured, so that none of them is rounded."""
    sums = law.added or any(isinstance(grid.columns[column].figures[row], Sum) for column in law.columns)
    return sums and all(grid.columns[column].figures[row].whole and not grid.columns[column].measured for column in law.columns)


def _set_apart(grid: Grid, law: Law, row: int, subject: Subject) -> bool:
    """Tell whether something in a row sets it apart from those where a law holds: a setting, a name or what it is called."""
    if frozenset(word.text for word in subject.lexicon.normalize(grid.rows[row])) & subject.lexicon.summaries:
        return True
    said = frozenset(_WORDS.findall(" ".join((grid.rows[row], *(grid.texts[row] if grid.texts else ()))).lower()))
    if said & subject.lexicon.implied["more_within"]:
        return True
    for column in (column for column in grid.columns if not column.derived):
        figures = [column.figures[other].value for other in law.holds if other in column.figures]
        own = column.figures.get(row)
        if own is not None and len(figures) == len(law.holds) and len(set(figures)) == 1 and own.value != figures[0]:
            return True
    if grid.texts:
        for position in range(len(grid.texts[row])):
            others = {grid.texts[other][position] for other in law.holds}
            if len(others) == 1 and grid.texts[row][position] not in others:
                return True
            if _counts_otherwise(grid.texts[row][position], others):
                return True
    return _named_apart(grid, law, row, subject)


_WORDS: Final = re.compile(r"[a-z]+")


def _counts_otherwise(text: str, others: Set[str]) -> bool:
    """Tell whether a figure inside a text is another than in all rows where a law holds: `4xA6000` among `1xH100` and `1xA6000`."""
    shared = [set(figures) for figures in zip(*(_DIGITS.findall(other) for other in others), strict=False)]
    return any(len(figures) == 1 and own not in figures for own, figures in zip(_DIGITS.findall(text), shared, strict=False))


def _named_apart(grid: Grid, law: Law, row: int, subject: Subject) -> bool:
    """Tell whether all rows where a law holds share a word of their names that this one lacks."""
    names = [{word.text for word in subject.lexicon.normalize(grid.rows[other])} for other in law.holds]
    own = {word.text for word in subject.lexicon.normalize(grid.rows[row])}
    return bool(set.intersection(*names) - own) if names else False


def _formula(grid: Grid, law: Law) -> str:
    names = {column: grid.columns[column].name or f"column {column + 1}" for column in law.columns}
    if law.added:
        return f"{names[law.result]} = {' + '.join(names[column] for column, _ in law.operands)}"
    return f"{names[law.result]} = {_product_of(law.factor, 1, law.operands, names, shown(law.factor, UNITS['1']))}"


def _product_of(factor: Fraction, power: int, operands: Sequence[tuple[int, int]], names: Mapping[int, str], said: str) -> str:
    """Return a product as people write it: what is multiplied before what is divided by, a factor of one left out."""
    if factor != 1 and factor.numerator == 1:
        factor, power, said = 1 / factor, -power, str(factor.denominator)
    above = [names[column] for column, exponent in operands if exponent > 0]
    below = [names[column] for column, exponent in operands if exponent < 0]
    if factor != 1:
        (above if power > 0 else below).insert(0 if power > 0 and below else len(above), said)
    return " / ".join([" * ".join(above) or "1", *below])


def _contradicted(grid: Grid, law: Law, row: int, culprit: int, rule: Rule) -> Outcome:
    low, middle, high = _expected(grid, law, row, culprit)
    figure = grid.columns[culprit].figures[row]
    unit = figure.printed.unit or UNITS["1"]
    if isinstance(figure, Growth):
        low, middle, high = sorted(figure.sign * (value - 1) for value in (low, middle, high))
        value = shown(middle, UNITS["%"])
    else:
        value = shown(middle, unit if unit.symbol != "%" else UNITS["1"])
    others = [grid.columns[column].figures[row] for column in sorted(law.columns) if column != culprit]
    message = f"{figure.text} breaks {_formula(grid, law)}, which holds in {len(law.holds)} other rows: {value} would keep it"
    operands = tuple(
        Operand(grid.columns[column].name or f"column {column + 1}", other.text, other.value, other.value, other.span)
        for column, other in ((column, grid.columns[column].figures[row]) for column in sorted(law.columns) if column != culprit)
    )
    example = law.holds[0]
    related = tuple(Place(other.span, "beside it") for other in others) + tuple(
        Place(grid.columns[column].figures[example].span, "here it holds") for column in sorted(law.columns)
    )
    finding = rule.finding(
        message,
        Place(figure.span, f"{value} by the other rows"),
        related=related,
        claimed=figure.text,
        expected=value,
        derivation=(Step(_formula(grid, law), _substituted(grid, law, row, culprit), value, operands, low, high),),
    )
    spans = tuple(grid.columns[column].figures[row].span for column in sorted(law.columns))
    return Outcome(rule.code, Verdict.CONTRADICTED, spans, message, finding)


def _plain(value: Fraction) -> str:
    return decimal(value) or f"({value.numerator} / {value.denominator})"


def _substituted(grid: Grid, law: Law, row: int, culprit: int) -> str:
    """Return the arithmetic that gives what one figure should be, in plain numbers."""
    value = {column: _plain(grid.columns[column].figures[row].value) for column in law.columns}
    if law.added:
        if culprit == law.result:
            return " + ".join(value[column] for column, _ in law.operands)
        return " - ".join([value[law.result], *(value[column] for column, _ in law.operands if column != culprit)])
    power, others = _solved(law, culprit)
    written = _product_of(law.factor, power, others, value, _plain(law.factor))
    return f"{written} - 1" if _grows(grid.columns[culprit]) else written

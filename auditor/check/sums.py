"""Sums: do the parts of a table, list, tree or object add up to the total that is written for them?

A figure is compared with a total only where its neighbours are plainly its parts: same kind of unit, at least two of them, nothing among
them that is a limit, a share or a figure per something else. A total far from the sum of its neighbours (half, or double) speaks of
another scope and is left alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from math import log10
from typing import Final

from auditor.check.cells import Figure, one_figure
from auditor.check.grid import Column, Grid, objects, tables
from auditor.check.owners import number_of, products_of, whole_claims
from auditor.check.placed import PERCENT
from auditor.check.printed import Printed, agrees, binary_scale, printed
from auditor.check.subject import Subject
from auditor.claims.equation import Leaf, Shape, leaves, read
from auditor.claims.labels import find_any
from auditor.claims.model import Approximation, Claim, Role
from auditor.claims.words import Word, split
from auditor.findings import Confidence, Edit, Operand, Outcome, Place, Repair, Severity, Step
from auditor.language.numbers import Form, Number
from auditor.plans.layouts import DEGREES
from auditor.records import dataclass
from auditor.relations.figures import figure, figure_range, rewritten
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind, LabelKind, place_of
from auditor.units import DATA, DIMENSIONLESS, MONEY, TIME, UNITS, Dimension, Unit
from auditor.values import Interval

__all__ = ["totals"]

MAX_PARTS: Final = 200
MAX_DOUBTFUL: Final = 5
RANGE_SLACK: Final = Fraction(1, 10)
"""How far the ends of a total given as a range may lie from the sums of its parts' ends."""

_ALIKE: Final = Fraction(1, 20)
"""How near to a stated count a total over the sum of its parts has to lie."""
_OVERLAPPING: Final = re.compile(r"overlap|hidden|hides|concurren|pipelined|async|simultan|in parallel")


@dataclass(frozen=True, slots=True)
class Entry:
    """A labelled figure: one bullet, branch, cell or key with its number."""

    statement: int
    label: str
    words: tuple[str, ...]
    printed: Printed
    dimension: Dimension
    span: Span
    text: str
    claim: Claim | None
    unit_elsewhere: bool = False
    noun: str = ""
    """The counted thing behind it, or `magnitude` where the digits end in one (1.2B)."""
    worked_out: bool = False
    """It is the result of arithmetic written in its statement, which may start from another total."""
    overlaps: bool = False
    """A time that passes, or may pass, beside others."""
    compared: bool = False
    """It stands beside a bound: `17.5 GB < 68 GB`."""
    in_words: bool = False
    """It stands in the words of its statement: `all-reduce, about 5 % overhead`."""
    is_total: bool = False
    """It is called a total."""
    is_given: bool = False
    """It stands beside the sum without a doubt: a limit, a capacity, what is left."""
    is_apart: bool = False
    """It is hardly a part of the total beside it: a share, a bound, an earlier figure."""

    @property
    def said(self) -> str:
        """The figure for people, with the unit its labels give it."""
        return f"{self.text} {self.printed.unit}" if self.unit_elsewhere else self.text

    @property
    def is_part(self) -> bool:
        """Tell whether it can plainly be a part of a total beside it."""
        bound = self.compared or self.printed.approximation is Approximation.BOUND
        given = self.claim is not None and (self.claim.quantity == "memory.capacity" or self.claim.quantity.startswith("hardware."))
        return not (self.is_total or self.is_given or self.is_apart or bound or given)

    @property
    def role(self) -> Role:
        return self.claim.role if self.claim else Role.ACTUAL

    def interval(self, binary: bool = False) -> Interval:
        return self.printed.interval.scale(self.scale(binary))

    def scale(self, binary: bool = False) -> Fraction:
        unit = self.printed.unit
        return (binary_scale(unit) if unit and binary else None) or self.printed.scale

    @property
    def middle(self) -> Fraction:
        return self.printed.value * self.printed.scale

    @property
    def ends(self) -> Interval:
        """The ends of a range as printed, without the slack of rounding; of any other figure what it may be."""
        stated = self.claim.readings[0].stated if self.claim and self.printed.approximation is Approximation.RANGE else None
        return stated if stated is not None and self.interval().meets(stated) else self.interval()


def totals(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for every total that is written beside its parts."""
    yield from _tables(subject, rule)
    yield from _lists(subject, rule)
    yield from _objects(subject, rule)
    yield from _arrays(subject, rule)
    yield from _beside(subject, rule)


# --- figures with labels


def _entry(subject: Subject, index: int, words: Sequence[Word], label: str, *, in_words: bool = False) -> Entry | None:
    """Return the one figure a statement gives for its label: the first number, or the result of the arithmetic it starts with.

    `in_words` lets in the only number of a statement that stands among words.
    """
    statement = subject.document.statements[index]
    content = statement.value.content
    numbers = [number for number in subject.lexicon.scan(content) if number.form is not Form.TEXTUAL]
    first = _figure(content, numbers, subject)
    in_words = in_words and first is None and len(numbers) == 1
    first = numbers[0] if in_words else first
    if first is None or first.form is not Form.PLAIN or first.arrow or first.per not in ("", "gpu", "stage", "step", "replica"):
        return None
    span = statement.value.span(first.digits, first.end if first.unit else first.stop)
    claim = next((claim for claim in subject.of(index) if claim.span.overlaps(span)), None)
    unit = UNITS.get(first.unit) if first.unit else _unit_of_context(claim)
    if unit is None and ((claim is not None and claim.quantity in DEGREES) or _names_a_degree(subject, words)):
        return None  # degrees multiply
    value = replace(printed(content, first), unit=unit)
    if unit is not None and not first.unit and value.approximation is Approximation.EXACT:
        # a bare number under `Memory (GB)` is a measured figure, known to its last digit
        half = value.step / 2
        value = replace(value, interval=Interval(value.value - half, value.value + half), approximation=Approximation.ROUNDED)
    dimension = unit.dimension if unit else DIMENSIONLESS
    text = content[first.digits : first.end if first.unit else first.stop]
    compared = any(number.bound and number.unit == first.unit for number in numbers if number is not first)
    return Entry(
        statement=index,
        label=label,
        words=tuple(word.text for word in words),
        printed=value,
        dimension=dimension,
        span=span,
        text=text,
        claim=claim,
        unit_elsewhere=unit is not None and not first.unit,
        noun="magnitude" if len(first.written) > 1 or text[-1:].isalpha() else first.noun.rstrip("s"),
        worked_out=first is not numbers[0],
        overlaps=(dimension == TIME or in_words) and bool(_OVERLAPPING.search(f"{label} {content}".lower())),
        compared=compared,
        in_words=in_words,
        is_total=not subject.lexicon.totals.isdisjoint(word.text for word in words),
        is_given=not subject.lexicon.given.isdisjoint(word.text for word in words),
        is_apart=not subject.lexicon.apart.isdisjoint(word.text for word in words),
    )


def _names_a_degree(subject: Subject, words: Sequence[Word]) -> bool:
    said = {word.text for word in words}
    return any(said & subject.lexicon.quantities[axis].short for axis in DEGREES)


def _figure(content: str, numbers: Sequence[Number], subject: Subject) -> Number | None:
    """Return the number a text gives first, or as the result of the arithmetic it starts with."""
    if not numbers or any(word.text not in subject.lexicon.hedges for word in split(content[: numbers[0].start])):
        return None
    for equation in read(content, subject.lexicon):
        opens = any(leaf.number.digits == numbers[0].digits for leaf in leaves(equation.sides[0].tree))
        if equation.shape is Shape.EQUALS and (opens or "=" in content[numbers[0].stop : equation.start]):
            result = equation.sides[-1].tree
            return result.number if isinstance(result, Leaf) else None
    return numbers[0]


def _unit_of_context(claim: Claim | None) -> Unit | None:
    if claim is None or claim.unit.symbol == "1":
        return None
    return claim.unit


# --- judging a total


def _judge(
    total: Entry,
    siblings: Sequence[Entry],
    rule: Rule,
    *,
    sure: bool,
    optional: bool = False,
    earlier: Entry | None = None,
    counts: Collection[int] = (),
) -> Outcome | None:
    """Compare a total with the sum of its parts among its siblings.

    `sure` where every sibling gives a figure of the same kind; `optional` where one plain part may be left out (objects hold
    alternatives side by side); `earlier` is the total before this one, perhaps a subtotal. `counts` are given where the siblings are
    its parts by name: then a total may be far from their sum only by one of these, as that of one GPU is from that of all. None
    where too few of them are parts.
    """
    if earlier is not None and (name := _adds_up(total, (earlier, *siblings))) is not None and siblings:
        all_ = (earlier, *siblings)
        return rule.held(_spans(total, all_), f"{_written(all_)} = {total.said}{name}")
    plain = [part for part in siblings if part.is_part and part.role is total.role]
    doubtful = [part for part in siblings if part not in plain]
    if len(plain) < 2 or len(siblings) > MAX_PARTS:
        return None
    for parts in _choices(plain, doubtful, optional=optional):
        if (name := _adds_up(total, parts)) is not None:
            return rule.held(_spans(total, parts), f"{_written(parts)} = {total.said}{name}")
    spans = _spans(total, plain)
    ranged = any(part.printed.approximation is Approximation.RANGE for part in (total, *plain))
    if not ranged and (reason := _other_structure(total, plain)):
        return rule.held(spans, f"{total.said}: {reason}")
    middle = sum((part.middle for part in plain), Fraction(0))
    unit = total.printed.unit or UNITS["1"]
    value = figure_range(_ends(plain), unit) if ranged else figure(middle, unit)
    near = total.middle != 0 and (Fraction(2, 3) <= middle / total.middle <= Fraction(3, 2))
    if counts and not near and min(middle, total.middle) > 0:
        times = max(middle / total.middle, total.middle / middle)
        near = not any(abs(times - count) <= count * _ALIKE for count in counts)
    if (
        not sure
        or not all(part.is_given for part in doubtful)
        or not near
        or total.worked_out
        or any(entry.overlaps for entry in (total, *plain))
    ):
        return rule.undetermined(spans, f"{_written(plain)} = {value}, not {total.said}; whether these are its parts is not said")
    return _contradicted(total, plain, middle, unit, value, rule, spans)


def _choices(plain: Sequence[Entry], doubtful: Sequence[Entry], *, optional: bool) -> Iterator[Sequence[Entry]]:
    """Yield the sets of siblings that may be the parts: the plain ones with any of the doubtful."""
    few = doubtful[:MAX_DOUBTFUL]
    for size in range(len(few) + 1):
        for chosen in combinations(few, size):
            yield (*plain, *chosen)
    if optional and len(plain) > 2:
        for part in plain:
            yield tuple(other for other in plain if other is not part)


def _adds_up(total: Entry, parts: Sequence[Entry]) -> str | None:
    """Return the remark with which the parts make the total or None."""
    if all(any(item.printed.approximation is Approximation.RANGE for item in side) for side in ((total,), parts)):
        fits = _range_fits(total.interval(), _sum(parts, binary=False)) or _range_fits(total.ends, _ends(parts))
        return "" if fits else None
    if agrees(_sum(parts, binary=False), total.printed, total.scale()):
        return ""
    mixed = any(part.printed.unit != total.printed.unit for part in parts)
    if mixed and agrees(_sum(parts, binary=True), total.printed, total.scale(binary=True)):
        return " (data units as powers of 1024)"
    return None


def _range_fits(total: Interval, parts: Interval) -> bool:
    """Tell whether both ends of a total's range lie near the sums of the ends of its parts."""
    for one, two in ((total.low, parts.low), (total.high, parts.high)):
        if one is None or two is None:
            continue
        if abs(one - two) > max(abs(one), abs(two)) * RANGE_SLACK:
            return False
    return True


def _spans(total: Entry, parts: Sequence[Entry]) -> tuple[Span, ...]:
    return (total.span, *(part.span for part in parts))


def _written(parts: Sequence[Entry]) -> str:
    return " + ".join(part.said for part in parts) if len(parts) <= 8 else f"the {len(parts)} parts"


def _contradicted(
    total: Entry, parts: Sequence[Entry], middle: Fraction, unit: Unit, value: str, rule: Rule, spans: tuple[Span, ...]
) -> Outcome:
    ranged = any(part.printed.approximation is Approximation.RANGE for part in (total, *parts))
    return rule.contradicted(
        spans,
        f"{_written(parts)} = {value}, but the total says {total.said}",
        Place(total.span, f"its parts make {value}"),
        severity=min(rule.severity, Severity.WARNING, key=lambda one: one.rank) if ranged else rule.severity,
        confidence=min(rule.confidence, Confidence.MEDIUM, key=lambda one: one.rank) if ranged or len(parts) > 12 else rule.confidence,
        related=tuple(Place(part.span, f"part: {part.text}") for part in parts[:12]),
        claimed=total.text,
        expected=value,
        derivation=(_step(total, parts, middle, _sum(parts, binary=False), unit),),
        repairs=_repairs(total, middle, unit, value),
    )


def _sum(parts: Sequence[Entry], *, binary: bool) -> Interval:
    total = Interval.exact(0)
    for part in parts:
        total = total + part.interval(binary)
    return total


def _ends(parts: Sequence[Entry]) -> Interval:
    """Return the range that the parts make, as printed."""
    total = Interval.exact(0)
    for part in parts:
        total = total + part.ends
    return total


def _other_structure(total: Entry, parts: Sequence[Entry]) -> str:
    """Return how else the parts may make the total: one is a subtotal of others, or the figure is their mean, largest or product."""
    shown, scale = total.printed, total.scale()
    whole = _sum(parts, binary=False)
    for index, part in enumerate(parts):
        if len(parts) > 2 and agrees(whole - part.interval(), shown, scale) and _adds_up_neighbours(parts, index):
            return f"{part.text} is a subtotal"
    if len(parts) >= 2:
        if agrees(whole.scale(Fraction(1, len(parts))), shown, scale):
            return "the mean of the parts"
        for part in parts:
            if part.interval() == total.interval():
                return "the largest of the parts" if part.middle == max(item.middle for item in parts) else "one of the parts"
    return ""


def _adds_up_neighbours(parts: Sequence[Entry], index: int) -> bool:
    """Tell whether a part is the sum of two or more right before or right behind it; sums of parts from anywhere are often chance."""
    part = parts[index]
    runs = [*(parts[start:index] for start in range(index - 1)), *(parts[index + 1 : end] for end in range(index + 3, len(parts) + 1))]
    return any(agrees(_sum(run, binary=False), part.printed, part.scale()) for run in runs)


def _step(total: Entry, parts: Sequence[Entry], middle: Fraction, interval: Interval, unit: Unit) -> Step:
    operands = tuple(Operand(part.label or part.text, part.text, part.interval().low, part.interval().high, part.span) for part in parts)
    substituted = " + ".join(plain(part.middle) for part in parts)
    return Step(
        " + ".join(part.label or part.text for part in parts[:12]), substituted, figure(middle, unit), operands, interval.low, interval.high
    )


def _repairs(total: Entry, middle: Fraction, unit: Unit, value: str) -> tuple[Repair, ...]:
    message = f"a total of {value} instead of {total.said} would agree"
    found = rewritten(total.text, total.printed.value, middle / unit.scale, whole=total.printed.is_count)
    if found is None or len(total.text) != len(total.span):
        return (Repair(message),)
    start, end, digits = found
    return (Repair(message, (Edit(Span(total.span.start + start, total.span.start + end), digits),)),)


# --- tables

_PROVEN: Final = 4.0
_CONFIRMED: Final = 1.0
_FEW: Final = 2
"""Digits that must come out right before a row is taken for the sum of those above it: unnamed, or called a total or something like it."""


def _tables(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    for grid in tables(subject):
        proven = _proven(grid, subject)
        for position, column in enumerate(grid.columns[1:], 1):
            yield from _column(subject, grid, {row for row, by in proven.items() if by - {position}}, column.statements, rule)


def _proven(grid: Grid, subject: Subject) -> Mapping[int, set[int]]:
    """Return the rows that are the sum of those above them in some columns, with these columns."""
    found: dict[int, set[int]] = {}
    for row in range(2, len(grid.rows)):
        first = max((above + 1 for above in found), default=0)
        named = not subject.lexicon.summaries.isdisjoint(word.text for word in subject.lexicon.normalize(grid.rows[row]))
        by = {
            position: log10(max(column.figures[row].core, 1)) for position, column in enumerate(grid.columns) if _sums(column, first, row)
        }
        if row - first > 1 + (not named) and sum(by.values()) >= (_CONFIRMED if named else _PROVEN):
            found[row] = set(by)
    return found


def _sums(column: Column, first: int, row: int) -> bool:
    """Tell whether a figure is the sum of those above it, of which at least two are more than nothing."""
    parts = [column.figures[above] for above in range(first, row) if above in column.figures]
    total = column.figures.get(row)
    if total is None or sum(part.value > 0 for part in parts) < 2:
        return False
    slack = sum((figure.step for figure in (total, *parts) if not figure.whole), Fraction(0))
    return abs(sum((part.value for part in parts), Fraction(0)) - total.value) <= slack


def _column(subject: Subject, grid: Grid, proven: Collection[int], cells: Mapping[int, int], rule: Rule) -> Iterator[Outcome]:
    """Yield the outcomes of the total rows of one column; `proven` are rows that other columns prove to be totals."""
    pending: list[Entry] = []
    clean, earlier = True, None
    for row, index in cells.items():
        words = subject.lexicon.normalize(grid.rows[row])
        entry = _entry(subject, index, words, grid.rows[row])
        if entry is None:
            clean = clean and not any(character.isdigit() for character in subject.document.statements[index].value.content)
            continue
        if not entry.is_total and row not in proven and not _is_whole_row(subject, words, entry):
            pending.append(entry)
            continue
        entry = _as_in_column(entry, pending)
        parts = [part for part in pending if part.dimension == entry.dimension]
        if entry.dimension != DIMENSIONLESS or _whole(entry, parts):
            said = entry.dimension != DIMENSIONLESS or _says_total(subject, index, entry)
            additive = (said and _additive(subject, index, entry.dimension)) or (row in proven and _exceeds(entry, parts))
            sure = clean and len(parts) == len(pending) and additive
            outcome = _judge(entry, parts, rule, sure=sure, earlier=_of_kind(earlier, entry))
            if outcome is not None:
                yield outcome
        pending, clean, earlier = [], True, entry


def _is_whole_row(subject: Subject, words: Sequence[Word], entry: Entry) -> bool:
    """Tell whether a row is called by nothing but a word for a sum of money: `Net`, `Gross`."""
    return entry.dimension == MONEY and bool(words) and all(word.text in subject.lexicon.sums_of_money for word in words)


def _as_in_column(total: Entry, parts: Sequence[Entry]) -> Entry:
    """Return a bare total as a bare number where all above it are, whatever it was taken for alone: `14` under `8` and `4`."""
    if not total.unit_elsewhere or not parts or any(part.printed.unit is not None for part in parts):
        return total
    shown = replace(total.printed, unit=None, interval=Interval.exact(total.printed.value))
    return replace(total, printed=shown, dimension=DIMENSIONLESS, unit_elsewhere=False)


def _says_total(subject: Subject, index: int, total: Entry) -> bool:
    """Tell whether a row is called a total of its column, and not the total of something: `Total GPUs` under `Strategy`."""
    head = next((label for label in reversed(subject.document.statements[index].path) if label.kind is LabelKind.COLUMN), None)
    words = {word.text for word in subject.lexicon.normalize(head.text.content)} if head else set()
    return set(total.words) <= words | subject.lexicon.totals | subject.lexicon.transparent - {"gpu"}


def _exceeds(total: Entry, parts: Sequence[Entry]) -> bool:
    """Tell whether a figure is more than any of its parts, as a sum is and a mean or a largest is not.

    A time may be so too where parts of it overlap; a share is none.
    """
    plain = total.printed.unit is not PERCENT and total.dimension != TIME and len(parts) > _FEW
    return plain and all(total.middle > part.middle for part in parts)


def _of_kind(earlier: Entry | None, total: Entry) -> Entry | None:
    return earlier if earlier is not None and earlier.dimension == total.dimension else None


def _additive(subject: Subject, index: int, dimension: Dimension) -> bool:
    """Tell whether the figures of a column may be added: no efficiencies, rates of use or percentiles; amounts of data per GPU may."""
    head = next((label for label in reversed(subject.document.statements[index].path) if label.kind is LabelKind.COLUMN), None)
    words = {word.text for word in subject.lexicon.normalize(head.text.content)} if head else set()
    return not words & (subject.lexicon.sayings["not added up"] - {"per"} if dimension == DATA else subject.lexicon.sayings["not added up"])


def _whole(total: Entry, parts: Sequence[Entry]) -> bool:
    """Tell whether bare counts may be added up: whole numbers, or shares that make 100%."""
    if total.printed.unit is not None:
        return total.printed.unit.symbol == "%" and total.printed.value == 100
    return total.printed.is_count and all(part.printed.is_count or part.printed.value.denominator == 1 for part in parts)


# --- lists and trees


def _lists(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    statements = subject.document.statements
    levels: Mapping[tuple[int, int, int | None], list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        if statement.kind in (Kind.ITEM, Kind.TREE, Kind.ENTRY) and not statement.literal and not statement.struck:
            levels[statement.group, statement.depth, statement.parent].append(index)
    for (_, _, parent), indices in levels.items():
        yield from _level(subject, parent, indices, rule)


def _labelled_entry(subject: Subject, index: int, *, in_words: bool = False) -> Entry | None:
    statement = subject.document.statements[index]
    label = statement.path[-1] if statement.path else None
    if label is None or label.kind not in (LabelKind.ITEM, LabelKind.KEY):
        return None
    return _entry(subject, index, subject.lexicon.normalize(label.text.content), label.text.content, in_words=in_words)


def _level(subject: Subject, parent: int | None, indices: Sequence[int], rule: Rule) -> Iterator[Outcome]:
    """Yield the outcomes of the totals among the siblings of one list or branch, or else of the figure of their parent."""
    pending: list[Entry] = []
    clean, earlier = True, None
    for index in indices:
        entry = _labelled_entry(subject, index, in_words=True)
        if entry is None or (entry.in_words and entry.is_total):
            clean = clean and not _holds_figure(subject, index)
            continue
        if not entry.is_total:
            pending.append(entry)
            continue
        outcome = _total_of(entry, pending, rule, clean, earlier)
        if outcome is not None:
            yield outcome
        pending, clean, earlier = [], True, entry
    head = _labelled_entry(subject, parent) if parent is not None and earlier is None else None
    if head is not None and (head.is_total or head.is_part):
        tree = all(subject.document.statements[index].kind is Kind.TREE for index in indices)
        outcome = _total_of(head, pending, rule, clean and (head.is_total or tree))
        if outcome is not None:
            yield outcome


def _total_of(total: Entry, pending: Sequence[Entry], rule: Rule, clean: bool, earlier: Entry | None = None) -> Outcome | None:
    total, pending = _as_in_column(total, pending), _in_unit_of(total, pending)
    parts = [part for part in pending if part.dimension == total.dimension]
    if any(part.in_words for part in pending) and not _alike(total, pending):
        parts, clean = [part for part in parts if not part.in_words], False
    if total.dimension == DIMENSIONLESS and not (_of_one_whole(total) and _alike(total, parts)):
        # counts are added only where all count the same: `1.2B`, `2 modules`; or where a total of bare figures is called nothing else
        parts = [part for part in parts if part.noun == total.noun and (total.noun or _is_bare_total(total, parts))]
    if not _one_scope(total, [part for part in parts if part.is_part]):
        return None
    return _judge(total, parts, rule, sure=clean and len(parts) == len(pending), earlier=_of_kind(earlier, total))


def _is_bare_total(total: Entry, parts: Sequence[Entry]) -> bool:
    """Tell whether a bare figure is called no more than a total, of bare figures each large enough to be no setting."""
    figures = (total, *parts)
    return len(total.words) == 1 and all(one.printed.unit is None and one.printed.is_count and one.middle >= _NO_SETTING for one in figures)


_NO_SETTING: Final = 100


def _in_unit_of(total: Entry, pending: Sequence[Entry]) -> Sequence[Entry]:
    """Return the parts in the unit of their total where one has it and others only go on: `2 billion tokens a day`, `3 billion`."""
    unit = total.printed.unit
    goes_on = [part for part in pending if part.printed.unit is None and part.noun == "magnitude"]
    if unit is None or not goes_on or not any(part.printed.unit == unit for part in pending):
        return pending
    return [
        replace(part, printed=replace(part.printed, unit=unit), dimension=total.dimension) if part in goes_on else part for part in pending
    ]


_ADDED_SHARES: Final = ("share.communication",)
"""Shares of one whole, so that those of the parts make that of all."""


def _alike(total: Entry, parts: Sequence[Entry]) -> bool:
    """Tell whether all are read as one quantity, so that what stands among words is a part as well."""
    quantities = {entry.claim.quantity if entry.claim else "" for entry in (total, *parts)}
    return len(quantities) == 1 and not quantities & {"", "other"}


def _of_one_whole(entry: Entry) -> bool:
    return entry.claim is not None and entry.claim.quantity in _ADDED_SHARES


def _holds_figure(subject: Subject, index: int) -> bool:
    """Tell whether a statement that gives no plain figure holds a number that may still be a part of the sum."""
    numbers = subject.lexicon.scan(subject.document.statements[index].value.content)
    return any(number.unit and number.form is Form.PLAIN for number in numbers)


def _one_scope(total: Entry, parts: Sequence[Entry]) -> bool:
    """Tell whether total and parts speak of the same part of the plan, as far as they say."""
    scopes = {entry.claim.scope.per for entry in (total, *parts) if entry.claim is not None and entry.claim.scope.per not in ("", "total")}
    return len(scopes) <= 1


# --- objects


def _objects(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    statements = subject.document.statements
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        if statement.kind is Kind.ENTRY and statement.literal in ("number", "string"):
            groups[statement.group, statement.depth].append(index)
    for indices in groups.values():
        entries = [entry for index in indices if (entry := _labelled_entry(subject, index)) is not None]
        # a figure without a unit may be a part too: `"model_parameters": 23.1` beside `"total": 123.7`
        unclear = any(entry.printed.unit is None and entry.printed.value.denominator != 1 for entry in entries)
        for total in entries:
            if not total.is_total or total.dimension == DIMENSIONLESS:
                continue
            parts = [entry for entry in entries if entry.dimension == total.dimension and not entry.is_total]
            if _one_scope(total, [part for part in parts if part.is_part]):
                outcome = _judge(total, parts, rule, sure=not unclear, optional=True)
                if outcome is not None:
                    yield outcome
        yield from _broken_down(subject, entries, rule)


def _broken_down(subject: Subject, parts: Sequence[Entry], rule: Rule) -> Iterator[Outcome]:
    """Yield the outcome of the total that stands beside an object of its parts: `"total": 30, "breakdown": {...}`."""
    statements = subject.document.statements
    path = statements[parts[0].statement].path[:-1] if parts else ()
    if not path or path[-1].kind is not LabelKind.KEY or any(part.is_total or not part.is_part for part in parts):
        return
    if not find_any(subject.lexicon.normalize(path[-1].text.content[:60]), subject.lexicon.sayings["breakdowns"]):
        return
    above, dimension = place_of(path[:-1]), parts[0].dimension
    beside = [
        entry
        for index, statement in enumerate(statements)
        if statement.kind is Kind.ENTRY and statement.literal in ("number", "string") and place_of(statement.path[:-1]) == above
        if (entry := _labelled_entry(subject, index)) is not None and entry.is_total and entry.dimension == dimension
    ]
    if len(beside) != 1 or dimension == DIMENSIONLESS or any(part.dimension != dimension for part in parts):
        return
    counts = products_of(subject, ("tp", "pp", "ep", "dp", "cp")) | {
        number_of(claim)
        for claim in whole_claims(subject, "gpus", "gpus.available", "gpus.per_node", "gpus.per_stage", "nodes", "model.layers")
    }
    outcome = _judge(beside[0], parts, rule, sure=True, counts=counts)
    if outcome is not None:
        yield outcome


# --- arrays beside their totals


def _arrays(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Yield the outcomes of totals that stand beside an array named alike: `"stage_gb": [17.3, 16.9], "total_gb": 34.2`."""
    statements = subject.document.statements
    objects: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        if statement.kind is Kind.ENTRY and statement.literal in ("number", "array") and statement.path and not statement.struck:
            objects[place_of(statement.path[:-1])].append(index)
    for indices in objects.values():
        for index in (index for index in indices if statements[index].literal == "array"):
            parts = _elements(subject, index)
            named = _plain_words(subject, statements[index].label)
            for other in (other for other in indices if statements[other].literal == "number"):
                words = {word.text for word in subject.lexicon.normalize(statements[other].label)}
                summed = words & (subject.lexicon.totals | subject.lexicon.announced["number"])
                ids = all(one.value < two.value for one, two in pairwise(parts))
                if len(parts) > _FEW and not ids and summed and words - summed and words - summed <= named:
                    yield from _array(subject, index, parts, other, rule)


def _elements(subject: Subject, index: int) -> Sequence[Figure]:
    """Return the figures of an array, none where one of its elements is anything else."""
    items = subject.document.statements[index].items
    figures = [one_figure(subject, item, index) for item in items]
    return [figure for figure in figures if figure is not None] if None not in figures else []


def _array(subject: Subject, index: int, parts: Sequence[Figure], other: int, rule: Rule) -> Iterator[Outcome]:
    """Compare a total with the sum of an array; it may also say how many elements there are, or which is the largest."""
    total = one_figure(subject, subject.document.statements[other].value, other)
    if total is None or not total.value or any(part.value < 0 for part in parts):
        return
    middle = sum((part.value for part in parts), Fraction(0))
    counts = total.whole and all(part.whole for part in parts)
    slack = Fraction(0) if counts else total.step + sum((part.step / 2 for part in parts), Fraction(0))
    spans = (total.span, *(part.span for part in parts))
    if abs(middle - total.value) <= slack or total.value == len(parts) or total.value == max(part.value for part in parts):
        yield rule.held(spans, f"the {len(parts)} elements make {total.text}")
    elif Fraction(2, 3) <= middle / total.value <= Fraction(3, 2):
        label = subject.document.statements[index].label
        value = figure(middle, UNITS["1"])
        message = f"the {len(parts)} elements of {label} make {value}, but {subject.document.statements[other].label} is {total.text}"
        operands = tuple(Operand(f"{label} {place}", part.text, part.value, part.value, part.span) for place, part in enumerate(parts))
        substituted = " + ".join(plain(part.value) for part in parts)
        yield rule.contradicted(
            spans,
            message,
            Place(total.span, f"its parts make {value}"),
            related=tuple(Place(part.span, f"part: {part.text}") for part in parts[:12]),
            claimed=total.text,
            expected=value,
            derivation=(Step(f"sum of {label}", substituted, value, operands, middle - slack, middle + slack),),
        )


# --- totals beside the objects whose figures they add up

_OTHERS: Final = 2
"""Figures beside a total that must be sums as well before it is held against its parts."""


def _beside(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Yield the outcomes of figures that are named as the columns of like objects are, where others beside them are their sums.

    `"totals": {"requests_ok": 10, "requests_failed": 2}` stands beside `"phases": [{"requests": {"ok": 4, "failed": 1}}, ...]`.
    """
    families = list(objects(subject))
    inside = {index for grid in families for column in grid.columns for index in column.statements.values()}
    columns = {_plain_words(subject, column.name): column for grid in families for column in grid.columns if len(column.figures) > 1}
    beside: dict[tuple[object, ...], list[tuple[Entry, Sequence[Entry]]]] = defaultdict(list)
    for index, statement in enumerate(subject.document.statements):
        if statement.kind is not Kind.ENTRY or statement.literal != "number" or index in inside:
            continue
        column = columns.get(_plain_words(subject, statement.label))
        total = _labelled_entry(subject, index) if column else None
        if column is not None and total is not None:
            parts = [entry for part in column.statements.values() if (entry := _labelled_entry(subject, part))]
            beside[place_of(statement.path[:-1])].append((total, parts))
    for pairs in beside.values():
        held = [total for total, parts in pairs if _adds_up(total, parts) is not None]
        for one, its_parts in pairs if len(held) >= _OTHERS else ():
            outcome = _judge(one, its_parts, rule, sure=_exceeds(one, its_parts))
            if outcome is not None:
                yield outcome


def _plain_words(subject: Subject, name: str) -> frozenset[str]:
    return frozenset(word.text for word in subject.lexicon.normalize(name)) - subject.lexicon.totals

"""Rows and columns of a table that the text compares: `the H100 writes 2.6x the tokens of the A100`, `D is the cheapest of the three`.

A table whose columns (or rows) have proper names is a contest of what they name, with a metric in each of its rows (or columns). No
name is known here: what tells two contenders of one table apart is their name, and what a sentence shares with the head of a metric is
what it speaks of. A comparison is contradicted only where no metric of any table of the two has the ratio that is said.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.check.cells import Figure, one_figure
from auditor.check.grid import tables
from auditor.check.passages import Passage, disowned, labelled
from auditor.check.printed import printed
from auditor.check.subject import Subject
from auditor.check.told import SENTENCE_END
from auditor.claims.lexicon import Lexicon
from auditor.findings import Evidence, Operand, Outcome, Place, Severity, Step
from auditor.language.numbers import Approximation, Form, Number
from auditor.records import dataclass
from auditor.relations.figures import figure as shown_as
from auditor.relations.language import plain
from auditor.remember import once_for
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["best", "compared", "retold"]

_SAID: Final = (Kind.SENTENCE, Kind.ITEM, Kind.CODE, Kind.CELL)
_NAME: Final = re.compile(r"[A-Za-z][\w.+-]*[\w+]|[A-Z]")
_WORD: Final = re.compile(r"[a-z]+\d*|[$€£]")
_STOP: Final = re.compile(r"[.;:,()]")
_ANY_CASE: Final = 4
"""Letters from which on a name is the same in small letters."""
_CONTENT: Final = 4
"""Letters of a word that says what is measured."""
_FEWEST: Final = 2
_MOST: Final = 12
"""Contenders of a table that a sentence may set against each other."""
_NEAR: Final = Fraction(4, 100)
_ABOUT: Final = Fraction(12, 100)
"""How far a ratio worked out in one's head may be off."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One of the things that a table sets side by side: what its name alone holds, and its figure for each metric."""

    name: str
    known_by: frozenset[str]
    figures: Mapping[int, Figure | None]
    """By metric; None where its cell holds no single figure."""


@dataclass(frozen=True, slots=True)
class Contest:
    """A table of contenders, with the name of each of its metrics."""

    contenders: tuple[Contender, ...]
    metrics: tuple[str, ...]


@once_for
def contests(subject: Subject) -> tuple[Contest, ...]:
    """Return the contests of the tables of a report, by their columns and by their rows."""
    found = []
    for table in tables(subject):
        cells = {
            (row, place): one_figure(subject, subject.document.statements[index].value, index)
            for place, column in enumerate(table.columns)
            for row, index in column.statements.items()
        }
        heads = tuple(column.name for column in table.columns)
        found.append(_contest(heads, table.rows, {(place, row): figure for (row, place), figure in cells.items()}))
        found.append(_contest(table.rows, heads, cells))
    return tuple(contest for contest in found if len(contest.contenders) >= _FEWEST)


def _contest(names: Sequence[str], metrics: Sequence[str], cells: Mapping[tuple[int, int], Figure | None]) -> Contest:
    """Return the contest of some names; those without a word of their own or without a figure are no contenders."""
    if len(names) > _MOST + 1:
        return Contest((), ())
    words = [frozenset(_NAME.findall(name)) for name in names]
    found = []
    for place, name in enumerate(names):
        own = frozenset(word for word in words[place] if not any(word in other for at, other in enumerate(words) if at != place))
        figures = {metric: figure for (one, metric), figure in cells.items() if one == place}
        if own and any(figures.values()):
            found.append(Contender(name.strip(), frozenset(map(_folded, own)), figures))
    return Contest(tuple(found), tuple(metrics))


def _folded(name: str) -> str:
    return name.lower() if len(name) >= _ANY_CASE and not name.isupper() else name


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of running text."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.content[self.start : self.end]


@once_for
def _sentences(subject: Subject) -> tuple[_Sentence, ...]:
    """Return the sentences of a report."""
    found = []
    for passage in labelled(subject.document):
        if passage.statement.kind not in _SAID or passage.statement.struck:
            continue
        start = 0
        for match in SENTENCE_END.finditer(passage.content):
            found.append(_Sentence(passage, start, match.start()))
            start = match.end()
        found.append(_Sentence(passage, start, len(passage.content)))
    return tuple(found)


_Named = Sequence[tuple[int, int, Contender]]
"""Where contenders of one contest are named in a sentence, in order: start and end in its text."""


def _named(subject: Subject) -> Iterator[tuple[_Sentence, Mapping[int, _Named]]]:
    """Yield the sentences that name contenders, with where they do by contest."""
    known: dict[str, list[tuple[int, Contender]]] = defaultdict(list)
    for index, contest in enumerate(contests(subject)):
        for one in contest.contenders:
            for name in one.known_by:
                known[name].append((index, one))
    for sentence in _sentences(subject) if known else ():
        found: dict[int, list[tuple[int, int, Contender]]] = defaultdict(list)
        for match in _NAME.finditer(sentence.text):
            for index, one in known.get(_folded(match.group()), ()):
                found[index].append((match.start(), match.end(), one))
        if found:
            yield sentence, found


def _words(text: str) -> frozenset[str]:
    """Return the words of a text in small letters, plurals as singulars."""
    return frozenset(word if len(word) < _SHORTEST_PLURAL else word.removesuffix("s") for word in _WORD.findall(text.lower()))


_SHORTEST_PLURAL: Final = 3


# --- so many times, so much more or less


@dataclass(frozen=True, slots=True)
class _Comparison:
    """`first` is said to have so many times what `second` has, of what some words name."""

    first: Contender
    second: Contender
    number: Number
    text: str
    span: Span
    factors: tuple[Interval, ...]
    """What the first figure may be over the second one."""
    about: frozenset[str]
    """Words of what is compared; a metric whose head shares one is meant."""
    around: frozenset[str]
    """Words of its sentence, which tell the metrics that may be meant apart."""
    is_about: bool


def compared(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Hold what is said of two rows or columns of a table, in times or per cent, against what they hold."""
    for sentence, named in _named(subject):
        comparisons = (_comparison(sentence, here, subject.lexicon) for here in named.values())
        comparison = next((one for one in comparisons if one is not None), None)
        if comparison is not None:
            yield from _judged(rule, comparison, contests(subject))


def _comparison(sentence: _Sentence, named: _Named, lexicon: Lexicon) -> _Comparison | None:
    if len({one.name for _, _, one in named}) != _FEWEST:
        return None
    inside = [(start, end) for start, end, _ in named]
    numbers = [
        number
        for number in lexicon.scan(sentence.text)
        if number.form not in (Form.TEXTUAL, Form.IDENTIFIER) and not any(start <= number.digits < end for start, end in inside)
    ]
    if len(numbers) != 1:
        return None
    (number,) = numbers
    before = [item for item in named if item[1] <= number.start]
    behind = [item for item in named if item[0] >= number.end]
    if not before or not behind or len({one.name for _, _, one in before}) > 1 or before[-1][2] is behind[0][2]:
        return None
    between = sentence.text[number.stop : behind[0][0]].lower()
    said = _WORD.findall(between)
    words = lexicon.compared
    around = _WORD.findall(sentence.text[: number.start].lower())
    after = _WORD.findall(sentence.text[behind[0][1] :].lower())
    if not words["supposing"].isdisjoint(around) or not words["restricting"].isdisjoint(after):
        return None
    if words["against"].isdisjoint(said) or disowned(sentence.passage, sentence.start, sentence.end):
        return None
    factors = _factors(sentence.text, number, said, lexicon)
    if not factors:
        return None
    span = sentence.passage.span(sentence.start + number.digits, sentence.start + max(number.end, number.stop))
    about = _words(" ".join(word for word in said if len(word) >= _CONTENT))
    money = words["cheaper"].union(words["dearer"])
    if not money.isdisjoint(said):
        about |= words["money"]
    text = sentence.passage.content[sentence.start + number.digits : sentence.start + max(number.end, number.stop)]
    is_about = bool(number.bound) or number.approximation is Approximation.ABOUT
    return _Comparison(before[-1][2], behind[0][2], number, text, span, factors, about, _words(sentence.text), is_about)


def _factors(content: str, number: Number, said: Sequence[str], lexicon: Lexicon) -> tuple[Interval, ...]:
    """Return what one figure may be over another by words such as `2.6x the`, `43 % cheaper than`; none where nothing is compared."""
    words = lexicon.compared
    shown = printed(content, number)
    rises = not words["more"].isdisjoint(said) or not words["dearer"].isdisjoint(said)
    falls = not words["less"].isdisjoint(said) or not words["cheaper"].isdisjoint(said)
    quick, slow = not words["faster"].isdisjoint(said), not words["slower"].isdisjoint(said)
    if rises + falls + quick + slow > 1 or shown.value <= 0:
        return ()
    one = Interval.exact(1)
    if number.unit == "%":
        part = shown.interval.scale(Fraction(1, 100))
        more, less = one + part, one - part
        if quick or slow:
            return (more, less, one / more) if shown.value < 100 else (more, one / more)
        return (more,) if rises else (less,) if falls and shown.value < 100 else ()
    if number.form is not Form.RATIO and not words["times"].intersection(said[:1]):
        return ()
    times = shown.interval
    if quick or slow:
        return times, one / times, one + times, one / (one + times)
    if falls:
        return (one / times, one / (one + times))
    return (times, one + times) if rises else (times,)


def _judged(rule: Rule, said: _Comparison, found: Sequence[Contest]) -> Iterator[Outcome]:
    """Yield the outcome of a comparison, if a metric that its words name can be read for both."""
    slack = _ABOUT if said.is_about else _NEAR
    meant: list[tuple[int, str, Figure, Figure]] = []
    for contest in found:
        one, other = (_of(contest, side) for side in (said.first, said.second))
        if one is None or other is None:
            continue
        for place, name in enumerate(contest.metrics):
            first, second = one.figures.get(place), other.figures.get(place)
            shared = len(said.about & _words(name))
            if first is None or second is None or second.value == 0 or first.value == 0:
                if shared and (place in one.figures or place in other.figures):
                    return  # what it speaks of cannot be read
                continue
            ratio = _interval(first) / _interval(second)
            if any(ratio.widen(slack).meets(factor) for factor in said.factors):
                yield rule.held((said.span, first.span, second.span), f"{said.text}: {first.text} to {second.text} ({name.strip()})")
                return
            if shared:
                meant.append((len(said.around & _words(name)), name.strip(), first, second))
    if meant:
        _, metric, first, second = max(meant, key=lambda item: item[0])
        yield _contradicted(rule, said, metric, first, second)


def _of(contest: Contest, side: Contender) -> Contender | None:
    """Return the contender of another table that goes by the same name."""
    alike = [one for one in contest.contenders if one.known_by & side.known_by]
    return alike[0] if len(alike) == 1 else None


def _interval(figure: Figure) -> Interval:
    return figure.printed.interval.scale(figure.scale)


def _contradicted(rule: Rule, said: _Comparison, metric: str, first: Figure, second: Figure) -> Outcome:
    ratio = _interval(first) / _interval(second)
    middle = first.value / second.value
    if said.number.unit == "%":
        shown = f"{shown_as(abs(middle - 1), UNITS['%'])} {'more' if middle > 1 else 'less'}"
    else:
        shown = f"{shown_as(middle, UNITS['1'])}x"
    message = f"{said.text}, but {metric} is {first.text} for {said.first.name} and {second.text} for {said.second.name}: {shown}"
    step = Step(
        "first / second",
        f"{_plainly(first)} / {_plainly(second)}",
        shown_as(middle, UNITS["1"]),
        (_operand("first", first), _operand("second", second)),
        ratio.low,
        ratio.high,
    )
    return rule.contradicted(
        (said.span, first.span, second.span),
        message,
        Place(said.span, f"the table gives {shown}"),
        related=(Place(first.span, said.first.name), Place(second.span, said.second.name)),
        claimed=said.text,
        evidence=Evidence.SAME_PLAN,  # the sentence names whose figures these are
        expected=shown,
        derivation=(step,),
    )


def _plainly(figure: Figure) -> str:
    return plain(figure.value)


def _operand(symbol: str, figure: Figure) -> Operand:
    value = _interval(figure)
    return Operand(symbol, figure.text, value.low, value.high, figure.span)


def _difference(one: str, first: Figure, other: str, second: Figure) -> Step:
    """Return the line of arithmetic of two figures that should be the same, or stand the other way round."""
    gap = first.value - second.value
    shown = shown_as(gap, first.printed.unit or UNITS["1"])
    return Step.exact(
        f"{one} - {other}", f"{_plainly(first)} - {_plainly(second)}", shown, (_operand(one, first), _operand(other, second)), gap
    )


# --- the cheapest, the highest


def best(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Hold what is called the cheapest, highest or lowest of a table against the others of it."""
    for sentence, named in _named(subject):
        tried = (_extreme(rule, sentence, contests(subject)[index], here, subject.lexicon) for index, here in named.items())
        outcome = next((one for one in tried if one is not None), None)
        if outcome is not None:
            yield outcome


def _superlatives(text: str, lexicon: Lexicon) -> list[re.Match[str]]:
    """Return the superlatives of a sentence that stand behind an article."""
    words, all_words = lexicon.compared, list(_WORD.finditer(text))
    named = words["cheapest"] | words["lowest"] | words["dearest"] | words["highest"]
    return [second for first, second in pairwise(all_words) if second.group() in named and first.group() in words["article"]]


def _extreme(rule: Rule, sentence: _Sentence, contest: Contest, named: _Named, lexicon: Lexicon) -> Outcome | None:
    """Return the outcome of one superlative: the one contender of its sentence has the least or most of a metric, or not."""
    words, text = lexicon.compared, sentence.text
    matches = _superlatives(text, lexicon)
    if len({one.name for _, _, one in named}) != 1 or len(matches) != 1 or disowned(sentence.passage, sentence.start, sentence.end):
        return None
    (match,), (_, end, chosen) = matches, named[0]
    between = text[end : match.start()].lower() if end <= match.start() else ""
    link = _WORD.findall(between)[:-1]
    if not 0 < len(link) <= _LINK or not words["linking"].issuperset(link) or any(map(str.isdigit, between)):
        return None
    of = _WORD.findall(_STOP.split(text[match.end() :].lower())[0])
    if not words["restricting"].isdisjoint(of):
        return None
    of_money = match.group() in words["cheapest"] | words["dearest"]
    about = words["money"] if of_money else _words(" ".join(word for word in of[:_LINK] if len(word) >= _CONTENT))
    return _ranked(rule, sentence, match, contest, chosen, about, least=match.group() in words["cheapest"] | words["lowest"])


_LINK: Final = 3
"""Words between a contender and what it is called (`is`, `has clearly`), and behind that of what it is the least or most."""


def _ranked(
    rule: Rule, sentence: _Sentence, match: re.Match[str], contest: Contest, chosen: Contender, about: frozenset[str], *, least: bool
) -> Outcome | None:
    text, said = match.group(), _words(sentence.text)
    span = sentence.passage.span(sentence.start + match.start(), sentence.start + match.end())
    lost: list[tuple[int, str, Figure, Contender, Figure]] = []
    for place, name in enumerate(contest.metrics):
        shared = len((about | said) & _words(name)) if about & _words(name) else 0
        if not shared:
            continue
        figures = [(one, one.figures.get(place)) for one in contest.contenders]
        own = chosen.figures.get(place)
        known = [(one, figure) for one, figure in figures if figure is not None]
        if own is None or len(known) != len(figures):
            return None
        other, figure = (min if least else max)(known, key=lambda item: item[1].value)
        if figure.value == own.value:
            return rule.held((span, own.span), f"{chosen.name} has the {text} {name.strip()}")
        lost.append((shared, name.strip(), own, other, figure))
    if not lost:
        return None
    _, metric, own, other, figure = max(lost, key=lambda item: item[0])
    message = f"{chosen.name} is called the {text}, but {metric} is {own.text} for it and {figure.text} for {other.name}"
    return rule.contradicted(
        (span, own.span, figure.span),
        message,
        Place(span, f"{other.name} is"),
        related=(Place(own.span, chosen.name), Place(figure.span, other.name)),
        claimed=text,
        evidence=Evidence.SAME_PLAN,  # the sentence names whose figure this is
        expected=other.name,
        derivation=(_difference("own", own, "other", figure),),
    )


# --- a figure of the table, said once more


def retold(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Hold a figure that a sentence gives for a metric against the cells of the metric: it is one of them, or one but for a digit."""
    found = _metrics(subject)
    counts = Counter(_DIGITS.findall(subject.document.source.text)) if found else Counter[str]()
    once = {digits for digits, count in counts.items() if count == 1}
    for sentence in _sentences(subject) if found else ():
        if sentence.passage.statement.kind is Kind.CELL:
            continue
        words = _words(sentence.text)
        near = [metric for word in sorted(words) for metric in found.get(word, ()) if metric.words <= words]
        numbers = [number for number in subject.lexicon.scan(sentence.text) if number.unit] if near else []
        outcomes = [outcome for number in numbers if (outcome := _retold(rule, sentence, number, near, once)) is not None]
        yield from (outcome for outcome in outcomes if outcome.finding is None or len(numbers) == 1)  # else it tells a change of the cell


@dataclass(frozen=True, slots=True)
class _Metric:
    """The row or column of a table under one head, with the words that name it."""

    name: str
    words: frozenset[str]
    cells: tuple[tuple[str, Figure], ...]
    """What each of its figures is of, and the figure."""


@once_for
def _metrics(subject: Subject) -> Mapping[str, Sequence[_Metric]]:
    """Return the metrics of all contests, each by the longest of its words."""
    found: dict[str, list[_Metric]] = defaultdict(list)
    for contest in contests(subject):
        for place, name in enumerate(contest.metrics):
            cells = tuple((one.name, figure) for one in contest.contenders if (figure := one.figures.get(place)) is not None)
            words = _words(_UNIT.sub("", name))
            if len(words) >= _NAMING and cells:
                found[max(words, key=lambda word: (len(word), word))].append(_Metric(name.strip(), words, cells))
    return found


_DIGITS: Final = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?(?![\d,]*\d)")
_UNIT: Final = re.compile(r"[(\[,][^)\]]*[)\]]?$")
"""The unit at the end of a head: `TTFT p99, ms`, `Cost (USD)`."""
_NAMING: Final = 2
"""Words that a head must have to be known again in a sentence."""
_LONG: Final = 2
"""Digits of a figure that may have one wrong."""


def _retold(rule: Rule, sentence: _Sentence, number: Number, near: Sequence[_Metric], once: set[str]) -> Outcome | None:
    """Return the outcome of one figure of a sentence that names metrics; None where it is none of theirs, nor nearly one."""
    text = sentence.text
    digits, unit = text[number.digits : number.stop], text[number.stop : number.end].strip()
    if number.form is not Form.PLAIN or number.bound or not number.unit or disowned(sentence.passage, sentence.start, sentence.end):
        return None
    cells = [(metric, name, figure) for metric in near for name, figure in metric.cells if _has_unit(figure, metric, number, unit)]
    span = sentence.passage.span(sentence.start + number.digits, sentence.start + number.end)
    for metric, name, figure in cells:
        if _DIGITS.findall(figure.text)[:1] == [digits]:
            return rule.held((span, figure.span), f"{text[number.digits : number.end]} is the {metric.name} of {name}")
    slips = [(metric, name, figure) for metric, name, figure in cells if _slipped(digits, *_DIGITS.findall(figure.text)[:1])]
    if len({figure.text for _, _, figure in slips}) != 1 or digits not in once:
        return None
    metric, name, figure = slips[0]
    said = text[number.digits : number.end]
    message = f"{said}, but the table gives {figure.text} for {metric.name} ({name})"
    return rule.contradicted(
        (span, figure.span),
        message,
        Place(span, f"{figure.text} in the table"),
        related=(Place(figure.span, metric.name),),
        claimed=said,
        expected=figure.text,
        evidence=Evidence.SAME_PLAN,  # the sentence names whose figure this is
        severity=None if sum(map(str.isdigit, digits)) > _LONG else Severity.WARNING,
        derivation=(_difference("said", Figure(printed(text, number), span, sentence.passage.index), "stated", figure),),
    )


def _has_unit(figure: Figure, metric: _Metric, number: Number, unit: str) -> bool:
    """Tell whether a cell is in the unit of a figure, by its own or by that of its head."""
    own = figure.printed.unit
    return own.symbol == number.unit if own is not None else unit in re.split(r"[\s,()\[\]]+", metric.name)


def _slipped(said: str, stated: str = "") -> bool:
    """Tell whether two figures are written alike but for one digit, or for two that changed places."""
    if len(said) != len(stated) or sum(map(str.isdigit, said)) < _LONG or said == stated:
        return False
    differ = [place for place, (one, other) in enumerate(zip(said, stated, strict=True)) if one != other]
    if not all(said[place].isdigit() and stated[place].isdigit() for place in differ):
        return False
    swapped = len(differ) == 2 and said[differ[0]] == stated[differ[1]] and said[differ[1]] == stated[differ[0]]
    return len(differ) == 1 or swapped

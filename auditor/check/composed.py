"""Figures that the figures beside them compose: `8,000 requests at 500 tokens each, 4 M tokens`; `145 GB at 2.5 GB/s takes 58 s`.

Units decide what can be a product or quotient of what: bytes over bytes per second are a time, tokens per replica times replicas are
tokens. Nothing has to be named. A figure is contradicted only where something beside it could compose it and nothing beside it does,
in any way that people work a figure out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, permutations
from typing import Final

from auditor.check.passages import Passage, labelled
from auditor.check.placed import plain
from auditor.check.printed import Printed, printed
from auditor.check.subject import Subject
from auditor.claims.lexicon import Lexicon
from auditor.findings import Operand, Outcome, Place, Step, Verdict
from auditor.language.numbers import Approximation, Form, Number
from auditor.language.vocabulary import Vocabulary
from auditor.relations.evaluate import written
from auditor.relations.figures import figure as shown_as
from auditor.remember import once_for
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind
from auditor.units import DIMENSIONLESS, TIME, UNITS, Dimension
from auditor.values import Interval

__all__ = ["Figure", "Measure", "keyed", "left_over", "products", "told"]

_SKIPPED: Final = (Form.TEXTUAL, Form.IDENTIFIER, Form.RATIO, Form.FRACTION)
_SENTENCE_END: Final = re.compile(r"[.;!?](?=\s+[A-Z`*(\"'])")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure measures and what it counts, each with its power: tokens per second of a GPU are time^-1 token gpu^-1."""

    dimension: Dimension = DIMENSIONLESS
    counted: tuple[tuple[str, int], ...] = ()

    @property
    def is_bare(self) -> bool:
        return not self.counted and self.dimension == DIMENSIONLESS

    @property
    def is_rate(self) -> bool:
        return any(power < 0 for power in self.dimension.exponents) or any(power < 0 for _, power in self.counted)

    def times(self, other: Measure, power: int = 1) -> Measure:
        """Return the measure of a product, or of a quotient where the power is -1."""
        found = dict(self.counted)
        for name, exponent in other.counted:
            found[name] = found.get(name, 0) + power * exponent
        return Measure(self.dimension * other.dimension**power, _sorted(found))


def _sorted(counted: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, power) for name, power in counted.items() if power))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a passage with what it measures."""

    passage: Passage
    number: Number
    printed: Printed
    measure: Measure
    sentence: int
    """Which sentence of its passage it stands in."""

    @property
    def interval(self) -> Interval:
        """What it can mean, in base units."""
        return self.printed.interval.scale(self.printed.scale)

    @property
    def middle(self) -> Fraction:
        return self.printed.value * self.printed.scale

    @property
    def span(self) -> Span:
        return self.passage.span(self.number.digits, self.end)

    @property
    def end(self) -> int:
        return self.number.end if self.number.unit else self.number.stop

    @property
    def is_about(self) -> bool:
        return bool(self.number.bound) or self.number.approximation in (Approximation.ABOUT, Approximation.BOUND)

    @property
    def text(self) -> str:
        return self.passage.content[self.number.digits : self.end]


@once_for
def told(passage: Passage, subject: Subject) -> tuple[Figure, ...]:
    """Return the figures of a passage in order."""
    content, words = passage.content, subject.lexicon.vocabulary
    ends = [match.start() for match in _SENTENCE_END.finditer(content)]
    found: list[Figure] = []
    for number in subject.lexicon.scan(content, spelled=True):
        if number.form in _SKIPPED or number.hyphenated or number.name:
            continue
        shown = printed(content, number, negative=number.signed == "-")
        sentence = bisect_right(ends, number.digits)
        measure = measure_of(content, number, words)
        if measure.is_bare and content[number.digits : number.stop][-1:].isalpha():
            measure = _as_before(found, sentence) or measure
        if measure.is_bare and found and _OF.fullmatch(content, found[-1].end, number.start) and found[-1].printed.unit is not None:
            measure, shown = found[-1].measure, replace(shown, unit=found[-1].printed.unit)  # `34 GB of 40`
        found.append(Figure(passage, number, shown, measure, sentence))
    return tuple(found)


_OF: Final = re.compile(r" of (?:the )?")


def _as_before(found: Sequence[Figure], sentence: int) -> Measure | None:
    """Return what a figure without a noun counts: what the last one of its sentence does (`2 billion tokens ..., 3 billion ...`)."""
    last = next((figure for figure in reversed(found) if figure.sentence == sentence and figure.measure.counted), None)
    return last.measure if last is not None and last.number.noun and last.measure.dimension == DIMENSIONLESS else None


def measure_of(content: str, number: Number, words: Vocabulary) -> Measure:
    """Return what a number measures and counts by its unit, its noun and whose it is said to be."""
    unit = UNITS[number.unit] if number.unit else None
    found = dict(unit.counted) if unit else {}
    noun = number.noun.lower()
    counted = _counted(noun, words)
    if unit is None and counted:
        found[counted] = 1
    owners = number.owners or ((number.per,) if number.per else ()) or _owner_behind(content, number.end, words)
    for owner in owners:
        if found.get(owner, 0) >= 0 and owner != counted:
            found[owner] = found.get(owner, 0) - 1
    return Measure(unit.dimension if unit else DIMENSIONLESS, _sorted(found))


def _counted(noun: str, words: Vocabulary) -> str:
    return words.counted.get(noun) or words.owners.get(noun) or noun.removesuffix("s")


_BEHIND: Final = re.compile(r" (?P<per>[a-z]{1,5}) (?P<owner>[A-Za-z]{3,12})(?![\w-])")


def _owner_behind(content: str, position: int, words: Vocabulary) -> tuple[str, ...]:
    """Return whose a figure is by the words behind it: `8.4 M tokens a step`."""
    match = _BEHIND.match(content, position)
    if match is None or match["per"] not in words.per:
        return ()
    owner = words.owners.get(match["owner"].lower(), "")
    return (owner,) if owner else ()


# --- products and quotients


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures that compose a third one."""

    first: Figure
    second: Figure
    sign: str

    def value(self) -> Interval:
        one, other = self.first.interval, self.second.interval
        return one * other if self.sign == "*" else one / other

    @property
    def middle(self) -> Fraction:
        return self.first.middle * self.second.middle if self.sign == "*" else self.first.middle / self.second.middle

    @property
    def figures(self) -> tuple[Figure, Figure]:
        return self.first, self.second

    def gives(self, result: Figure, factor: Fraction = Fraction(1)) -> bool:
        """Tell whether the two, times a factor, agree with a figure as people work figures out."""
        slack = _ABOUT if any(item.is_about for item in (*self.figures, result)) else _NEAR
        return self.value().scale(factor).widen(slack).meets(result.interval)

    @property
    def latest(self) -> int:
        """Which of the two stands last."""
        return int(self.second.number.digits > self.first.number.digits)


_NEAR: Final = Fraction(4, 100)
"""How far a figure worked out in one's head may be off."""
_ABOUT: Final = Fraction(12, 100)
_MOST: Final = 40
"""Figures of a passage that are compared with each other."""
_FAR: Final = 90
"""Letters between the figures of one thought."""


def products(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A figure that two beside it compose is their product or quotient."""
    written = sorted(passage.span(equation.start, equation.end) for passage, equation in subject.equations)
    for passage in labelled(subject.document):
        if passage.statement.kind in _SAID:
            here = [span for span in written if span.overlaps(passage.text.whole)]
            figures = [item for item in told(passage, subject)[:_MOST] if not any(_is_within(item.span, span) for span in here)]
            yield from _Thought(figures, subject.lexicon).judged(rule, here)


def _is_within(operand: Span, equation: Span) -> bool:
    """Tell whether a figure is an operand of an equation, not what it comes to."""
    return operand.overlaps(equation) and operand.end < equation.end


_SAID: Final = (Kind.SENTENCE, Kind.ITEM, Kind.CODE, Kind.ENTRY, Kind.TREE)


class _Thought:
    """The figures of a passage, read in order: what two of them give is spoken for."""

    def __init__(self, figures: Sequence[Figure], lexicon: Lexicon) -> None:
        self.figures, self.lexicon = figures, lexicon
        self.spoken_for: set[Figure] = set()

    def judged(self, rule: Rule, written: Sequence[Span]) -> Iterator[Outcome]:
        """Yield an outcome for each figure that two before it compose; what a written equation gives is checked elsewhere."""
        for place, result in enumerate(self.figures):
            if _is_plain(result) and not any(span.overlaps(result.span) for span in written):
                yield from self._judged(rule, self.figures[:place], result)

    def _judged(self, rule: Rule, before: Sequence[Figure], result: Figure) -> Iterator[Outcome]:
        near = [figure for figure in before if figure.sentence >= result.sentence - 1 and figure.middle > 0]
        pairs = list(_pairs(near, result))
        held = next((pair for pair in pairs if pair.gives(result)), None)
        if held is not None:
            self.spoken_for |= {result, held.figures[held.latest]}
            said = f"{held.first.text} {held.sign} {held.second.text} is {result.text}"
            yield Outcome(rule.code, Verdict.HELD, (result.span, held.first.span, held.second.span), said)
            return
        own = [pair for pair in pairs if _is_measured(pair, result) and self._is_own(pair, near, result)]
        factors = tuple(_factors([*_spoken(near, result, self.lexicon.vocabulary), *_stated(near, own)])) if own else ()
        if own and not any(pair.gives(result, factor) for pair in pairs for factor in factors):
            yield _contradicted(rule, own[-1], result)

    def _is_own(self, pair: Pair, before: Sequence[Figure], result: Figure) -> bool:
        """Tell whether a pair is what a figure is said to follow from: nothing nearer could be meant, and it gives nothing else."""
        last = pair.figures[pair.latest]
        rivals = [figure for figure in before if figure not in pair.figures and figure not in self.spoken_for]
        if (
            any(figure.number.bound for figure in pair.figures)
            or last.sentence < result.sentence
            or not _follows(last, before, result, self.lexicon)
        ):
            return False
        if any(figure.number.digits > last.number.digits and figure.measure == result.measure for figure in before):
            return False
        first = pair.figures[1 - pair.latest]
        if first.sentence < result.sentence:
            return not any(figure.number.digits > first.number.digits for figure in rivals)
        return not any(figure.sentence == result.sentence and _rivals(figure, first, pair.figures, result) for figure in rivals)


def _is_measured(pair: Pair, result: Figure) -> bool:
    """Tell whether something is measured at all: three small counts are a layout, which people count in many ways."""
    return any(item.measure.dimension != DIMENSIONLESS or item.middle >= _LARGE for item in (*pair.figures, result))


_LARGE: Final = 1000


def _is_plain(result: Figure) -> bool:
    bounded = result.printed.interval.is_bounded and not result.number.bound
    return bounded and not result.measure.is_bare and result.middle > 0


def _rivals(rival: Figure, first: Figure, pair: Sequence[Figure], result: Figure) -> bool:
    """Tell whether a figure may be meant instead of one of a pair: it stands behind the first of them, or is of the result's kind."""
    if rival.measure.dimension == DIMENSIONLESS:
        return False
    if rival.number.digits > first.number.digits:
        return any(rival.measure.dimension == other.measure.dimension for other in (*pair, result))
    return rival.measure == result.measure


def _follows(last: Figure, before: Sequence[Figure], result: Figure, lexicon: Lexicon) -> bool:
    """Tell whether a figure is said to follow from those before it: by a word between, or standing right behind."""
    content = result.passage.content
    between = content[max(figure.end for figure in before) : result.number.start]
    if not between.strip(" ,:=→>~≈$*(-"):
        return before[-1] is last
    words = [word.rstrip(".") for word in _TOKEN.findall(between.lower())]
    last_clause = _TOKEN.findall(between.lower().rpartition(",")[2])
    opens = last_clause[0] if last_clause else ""
    if ";" in between or len(words) > _MOST_WORDS or opens in lexicon.opening:
        return False
    return not lexicon.denying.intersection(words) and not lexicon.derived.isdisjoint(words)


_TOKEN: Final = re.compile(r"[a-z.]+")
_MOST_WORDS: Final = 8


def _pairs(before: Sequence[Figure], result: Figure) -> Iterator[Pair]:
    """Yield the pairs of figures whose product or quotient measures what a figure does."""
    for one, other in permutations([figure for figure in before if not figure.measure.is_bare], 2):
        if result.measure in (one.measure, other.measure):
            continue
        if one.measure.is_rate and _alike(one.measure.times(other.measure), result.measure):
            yield Pair(one, other, "*")
        elif (other.measure.is_rate or result.measure.is_rate) and _alike(one.measure.times(other.measure, -1), result.measure):
            yield Pair(one, other, "/")


def _alike(found: Measure, wanted: Measure) -> bool:
    """Tell whether two measures are the same; bytes of a GPU over bytes per second of a link are a time of either."""
    if found == wanted:
        return True
    placed = all(name in _PLACES for name, _ in (*found.counted, *wanted.counted))
    shared = not wanted.counted or wanted.dimension == TIME  # a time is the same for all that work side by side, an amount is not
    return found.dimension == wanted.dimension != DIMENSIONLESS and placed and shared


_PLACES: Final = ("gpu", "node", "link", "nic", "step", "layer", "rack")


def _stated(before: Sequence[Figure], near: Sequence[Pair]) -> Iterator[Fraction]:
    """Yield the counts and shares beside some figures that they themselves do not use, and what the shares leave."""
    used = {figure for pair in near for figure in pair.figures}
    for figure in before:
        if figure not in used and figure.measure.dimension == DIMENSIONLESS:
            yield figure.middle
            if 0 < figure.middle < 1:
                yield 1 - figure.middle


def _spoken(before: Sequence[Figure], result: Figure, words: Vocabulary) -> Iterator[Fraction]:
    """Yield the numbers that are said in words beside some figures, whatever they count: `two links of 3.5 GB/s`, `half the time`."""
    start = min((figure.number.start for figure in before if figure.sentence >= result.sentence - 1), default=0)
    for word in _WORD.findall(result.passage.content[max(0, start - _FAR) :].lower()):
        value = words.values.get(word) or words.parts.get(word) or words.multiples.get(word)
        if value:
            yield Fraction(value)


_WORD: Final = re.compile(r"[a-z]+")


def _factors(beside: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield the factors that some numbers can be, one or two of them."""
    single = [Fraction(1), *beside, *(1 / value for value in beside if value)]
    yield from dict.fromkeys((*single, *(one * other for one, other in combinations(single, 2))))


def _contradicted(rule: Rule, pair: Pair, result: Figure) -> Outcome:
    unit = result.printed.unit or UNITS["1"]
    shown = shown_as(pair.middle, unit)
    one, other = pair.figures
    message = f"{result.text}, but {one.text} {'x' if pair.sign == '*' else '/'} {other.text} is {shown}"
    value = pair.value()
    step = Step(
        f"first {pair.sign} second",
        f"{_written(one)} {pair.sign} {_written(other)}",
        shown,
        (_operand("first", one), _operand("second", other)),
        value.low,
        value.high,
    )
    finding = rule.finding(
        message,
        Place(result.span, f"comes to {shown}"),
        related=(Place(one.span, "first"), Place(other.span, "second")),
        claimed=result.text,
        expected=shown,
        derivation=(step,),
    )
    return Outcome(rule.code, Verdict.CONTRADICTED, (result.span, one.span, other.span), message, finding)


def _written(item: Figure) -> str:
    value = written(item.middle, item.printed.unit or UNITS["1"])
    return value if isinstance(value, str) else plain(value)


def _operand(symbol: str, item: Figure) -> Operand:
    return Operand(symbol, item.text, item.interval.low, item.interval.high, item.span)


# --- keys that say what is of what


def keyed(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`slots_per_pod` times `pods` are the `slots` that stand in the same object."""
    for members in subject.groups.values():
        entries = {words: figure for index in members if (words := _key(subject, index)) and (figure := _value(subject, index))}
        for words, each in entries.items():
            base, owner = _each(words)
            count = next((entries[name] for name in _counting(owner) if name in entries), None) if owner else None
            wholes = [figure for name, figure in entries.items() if _plain_name(name, subject.lexicon) == base and figure is not each]
            if count is None or len(wholes) != 1 or not base or wholes[0] is count or count.middle <= 1:
                continue
            yield _of_keys(rule, Pair(each, count, "*"), wholes[0])


def _key(subject: Subject, index: int) -> tuple[str, ...]:
    statement = subject.document.statements[index]
    if statement.kind is not Kind.ENTRY or statement.comment or statement.struck or not statement.path:
        return ()
    return tuple(word.text for word in subject.lexicon.normalize(statement.path[-1].text.content))


def _value(subject: Subject, index: int) -> Figure | None:
    """Return the figure of an entry that holds nothing else, in the unit of its digits."""
    statement = subject.document.statements[index]
    found = told(Passage(statement.value, statement, index), subject)
    if len(found) != 1 or found[0].number.unit or found[0].number.bound or found[0].middle <= 0 or _is_range(found[0]):
        return None
    return found[0] if found[0].text == statement.value.content.strip() else None


def _is_range(item: Figure) -> bool:
    return item.number.approximation is Approximation.RANGE


def _each(words: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return what a key says the figure is, and of one of what: `slots_per_pod` is the slots of a pod."""
    if len(words) < _SHORTEST or words[-2] != "per" or words[-1] in _OF_A_MODEL:
        return (), ""
    return tuple(words[:-2]), words[-1]


_SHORTEST: Final = 3
_OF_A_MODEL: Final = ("expert", "stage", "group", "head", "token", "layer")
"""Owners whose figures are counted in several ways, or of which only some have it: not every layer has experts."""


def _counting(owner: str) -> Sequence[tuple[str, ...]]:
    """Return the keys that count an owner: `pods`, `num_pods`, `pod_count`; plurals are gone from keys."""
    return (owner,), ("number", owner), ("number", "of", owner), (owner, "count"), ("total", owner)


def _plain_name(words: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """Return a key without the words that call it a total."""
    return tuple(word for word in words if word not in lexicon.totals and word != "all")


def _of_keys(rule: Rule, pair: Pair, whole: Figure) -> Outcome:
    spans = (whole.span, pair.first.span, pair.second.span)
    if pair.gives(whole):
        return Outcome(rule.code, Verdict.HELD, spans, f"{pair.first.text} x {pair.second.text} = {whole.text}")
    return _contradicted(rule, pair, whole)


# --- what is left of a whole


def left_over(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`33 GB of weights leave 48 GB of the 72 GB`: what is left and what was taken are no more than the whole."""
    for passage in labelled(subject.document):
        if passage.statement.kind not in _SAID:
            continue
        figures = told(passage, subject)[:_MOST]
        for result in figures:
            if _is_plain(result) and result.measure.dimension != DIMENSIONLESS and _is_left(result, subject.lexicon):
                alike = [item for item in figures if item is not result and _is_beside(item, result)]
                outcome = _left(rule, result, alike, subject.lexicon)
                if outcome is not None:
                    yield outcome


def _is_left(result: Figure, lexicon: Lexicon) -> bool:
    """Tell whether a figure is said to be what remains, by a word right before or behind it."""
    before, behind = _words_around(result)
    return not (lexicon.left | lexicon.leaving).isdisjoint(before[-2:]) or not lexicon.left.isdisjoint(behind)


def _words_around(item: Figure) -> tuple[list[str], list[str]]:
    """Return the words next to a figure, up to another figure or the end of a clause."""
    content = item.passage.content
    before = _CUT.split(content[max(0, item.number.start - _FAR) : item.number.start].lower())[-1]
    behind = _CUT.split(content[item.end : item.end + _FAR].lower())[0]
    return _PLAIN_WORD.findall(before)[-_NEXT_WORDS:], _PLAIN_WORD.findall(behind)[:_NEXT_WORDS]


_CUT: Final = re.compile(r"[\d;.:(),]")
_PLAIN_WORD: Final = re.compile(r"[a-z]+")
_NEXT_WORDS: Final = 3
_LEFT_BACK: Final = 1
"""Sentences before that of a remainder in which the whole may stand."""


def _is_beside(item: Figure, result: Figure) -> bool:
    near = 0 <= result.sentence - item.sentence <= _LEFT_BACK
    return near and item.middle > 0 and not item.number.bound and item.measure.dimension == result.measure.dimension


def _left(rule: Rule, result: Figure, alike: Sequence[Figure], lexicon: Lexicon) -> Outcome | None:
    wholes = [item for item in alike if item.middle > result.middle and _is_whole(item, lexicon)]
    taken = [item for item in alike if item not in wholes and item.number.digits < result.number.digits]
    if (
        len(wholes) != 1
        or not taken
        or max(item.middle for item in taken) > wholes[0].middle
        or any(_is_left(item, lexicon) for item in taken)
    ):
        return None
    whole = wholes[0]
    for size in range(1, min(len(taken), _MOST_TAKEN) + 1):
        for some in combinations(taken, size):
            rest = whole.interval - sum((item.interval for item in some), Interval.exact(0))
            if rest.widen(_NEAR).meets(result.interval):
                spans = (result.span, whole.span, *(item.span for item in some))
                return Outcome(rule.code, Verdict.HELD, spans, f"{result.text} is what {whole.text} leave")
    least = min(taken, key=lambda item: item.middle)
    if result.middle + least.middle <= whole.middle * (1 + _NEAR):
        return None  # something else may be taken as well
    unit = result.printed.unit or UNITS["1"]
    rest = whole.interval - least.interval
    shown = shown_as(whole.middle - least.middle, unit)
    step = Step(
        "whole - taken",
        f"{plain(whole.middle)} - {plain(least.middle)}",
        shown,
        (_operand("whole", whole), _operand("taken", least)),
        rest.low,
        rest.high,
    )
    message = f"{result.text} left, but {whole.text} without {least.text} is {shown}"
    finding = rule.finding(
        message,
        Place(result.span, f"at most {shown}"),
        related=(Place(whole.span, "the whole"), Place(least.span, "what is taken")),
        claimed=result.text,
        expected=f"at most {shown}",
        derivation=(step,),
    )
    return Outcome(rule.code, Verdict.CONTRADICTED, (result.span, whole.span, least.span), message, finding)


_MOST_TAKEN: Final = 4


def _is_whole(item: Figure, lexicon: Lexicon) -> bool:
    """Tell whether a figure is called that of which something is taken: `of the 72 GB`, `the budget of 72 GB`, `72 GB are usable`."""
    before, behind = _words_around(item)
    called = not lexicon.wholes.isdisjoint((*before, *behind))
    return called or before[-1:] == ["of"] or before[-2:] == ["of", "the"]

"""Figures that the figures beside them compose: `8,000 requests at 500 tokens each, 4 M tokens`; `145 GB at 2.5 GB/s takes 58 s`.

Units decide what can be a product or quotient of what: bytes over bytes per second are a time, tokens per replica times replicas are
tokens. Nothing has to be named. A figure is contradicted only where it is said to follow from figures beside it, these are all that
stand there, and nothing near it gives it in any way that people work a figure out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from operator import mul
from typing import Final

from auditor.check.passages import Passage
from auditor.check.slips import is_shifted
from auditor.check.subject import Subject
from auditor.check.told import Figure, Measure, Thought, behind_owner, thoughts, told
from auditor.claims.lexicon import Lexicon
from auditor.findings import Operand, Outcome, Place, Severity, Step, Verdict
from auditor.language.numbers import Approximation
from auditor.records import dataclass
from auditor.relations.evaluate import written
from auditor.relations.figures import figure as shown_as
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind
from auditor.units import DIMENSIONLESS, TIME, UNITS
from auditor.values import Interval

__all__ = ["keyed", "left_over", "products"]


# --- products and quotients


@dataclass(frozen=True, slots=True)
class Derivation:
    """Some figures that compose another one: each is a factor (1) or a divisor (-1)."""

    terms: tuple[tuple[Figure, int], ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for figure, _ in self.terms)

    @property
    def interval(self) -> Interval:
        found = Interval.exact(1)
        for figure, sign in self.terms:
            found = found * figure.interval if sign > 0 else found / figure.interval
        return found

    @property
    def middle(self) -> Fraction:
        found = Fraction(1)
        for figure, sign in self.terms:
            found = found * figure.middle if sign > 0 else found / figure.middle
        return found

    @property
    def measure(self) -> Measure:
        found = Measure()
        for figure, sign in self.terms:
            found = found.times(figure.measure, sign)
        return found

    @property
    def is_about(self) -> bool:
        return any(figure.is_about for figure in self.figures)

    @property
    def latest(self) -> Figure:
        return max(self.figures, key=lambda figure: figure.span)

    def gives(self, result: Figure, factor: Fraction = Fraction(1)) -> bool:
        """Tell whether the figures, times a factor, agree with another one as people work figures out."""
        slack = _ABOUT if self.is_about or result.is_about else _NEAR
        return self.interval.scale(factor).widen(slack).meets(result.interval)

    def symbols(self) -> tuple[str, ...]:
        return _NAMES[: len(self.terms)]

    def written(self, names: Sequence[str]) -> str:
        """Return the arithmetic with some names or numbers for its figures."""
        signs = ["" if sign > 0 else "1 / " for _, sign in self.terms[:1]]
        signs += [" * " if sign > 0 else " / " for _, sign in self.terms[1:]]
        return "".join(sign + name for sign, name in zip(signs, names, strict=True))


_NAMES: Final = ("first", "second", "third")
_NEAR: Final = Fraction(4, 100)
"""How far a figure worked out in one's head may be off."""
_ABOUT: Final = Fraction(12, 100)
_MOST: Final = 40
"""Figures of a passage that are compared with each other."""
_FAR: Final = 90
"""Letters between the figures of one thought."""
_SAID: Final = (Kind.SENTENCE, Kind.ITEM, Kind.CODE, Kind.ENTRY, Kind.TREE)
_NEAREST: Final = 9
"""Figures before a result of which it may be composed."""


def products(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A figure that some beside it compose is their product or quotient."""
    equations = sorted(passage.span(equation.start, equation.end) for passage, equation in subject.equations)
    last: _Line | None = None
    seen: dict[tuple[Measure, Fraction], Span] = {}
    for thought in thoughts(subject):
        statement = thought.passage.statement
        if statement.kind in _SAID:
            here = [span for span in equations if span.overlaps(thought.passage.text.whole)]
            line = _Line(thought, last, subject.lexicon, here, seen)
            yield from line.judged(rule)
            last = line
        elif statement.kind is Kind.HEADING:
            last = None
        for figure in thought.figures:
            seen.setdefault((Measure(figure.measure.dimension), figure.middle), figure.span)


def _is_within(operand: Span, equation: Span) -> bool:
    """Tell whether a figure is an operand of an equation, not what it comes to."""
    return operand.overlaps(equation) and operand.end < equation.end


class _Line:
    """The figures of a passage, read in order: what some of them give is spoken for."""

    def __init__(
        self,
        thought: Thought,
        above: _Line | None,
        lexicon: Lexicon,
        equations: Sequence[Span],
        seen: dict[tuple[Measure, Fraction], Span],
    ) -> None:
        self.thought, self.above, self.lexicon, self.equations, self.seen = thought, above, lexicon, equations, seen
        self.figures = [item for item in thought.figures[:_MOST] if not any(_is_within(item.span, span) for span in equations)]
        self.spoken_for: set[Figure] = set()
        self.disputed: set[frozenset[Figure]] = set()
        """Figures of which one was said to be wrong: one slip is said once."""

    def judged(self, rule: Rule) -> Iterator[Outcome]:
        """Yield an outcome for each figure that others compose; what a written equation gives is checked elsewhere."""
        for place, result in enumerate(self.figures):
            if _is_plain(result) and not any(span.overlaps(result.span) for span in self.equations):
                yield from self._judged(rule, self.figures[:place], self.figures[place + 1 :], result)

    def near(self, before: Sequence[Figure], result: Figure) -> list[Figure]:
        """Return the figures that a result may be composed of: those of its sentence and of the two before it, above too."""
        found = [figure for figure in before if figure.sentence >= result.sentence - _SENTENCES]
        if self.above is not None and result.sentence < _SENTENCES:
            others = self.above.figures
            least = others[-1].sentence + 1 + result.sentence - _SENTENCES if others else 0
            found = [*(figure for figure in others if figure.sentence >= least), *found]
        return [figure for figure in found if figure.middle > 0][-_NEAREST:]

    def beside(self, behind: Sequence[Figure], result: Figure) -> list[Figure]:
        """Return the figure right behind a result that it is said to be at or on: `every 55 minutes at 3.31 s a step`, `on 128 cards`."""
        if not behind or behind[0].sentence != result.sentence or behind[0].middle <= 0:
            return []
        content, words = result.passage.content, self.lexicon
        between = content[behind_owner(content, max(result.end, result.number.end), words.vocabulary) : behind[0].number.start]
        said = _TOKEN.findall(between.lower())
        joined = 0 < len(said) <= _SHORT and not _STOP.search(between) and not words.implied["beside"].isdisjoint(said[:1])
        return [behind[0]] if joined else []

    def _judged(self, rule: Rule, before: Sequence[Figure], behind: Sequence[Figure], result: Figure) -> Iterator[Outcome]:
        near = [*self.near(before, result), *self.beside(behind, result)]
        ways = list(_ways(near, result))
        held = next((way for way in ways if way.gives(result)), None)
        if held is not None:
            self.spoken_for |= {result, held.latest}
            said = f"{held.written([figure.text for figure in held.figures])} is {result.text}"
            yield rule.held((result.span, *(figure.span for figure in held.figures)), said)
            return
        link = self._link(before, result)
        if not link:
            return
        own = [way for way in ways if self._is_own(way, near, result, link)]
        after = [figure for figure in behind if figure.sentence == result.sentence and figure.middle > 0]
        if not own or self._is_explained(own, near, result) or _is_given(_nearest(near, after), result):
            return
        if (disputed := frozenset((result, *own[0].figures))) in self.disputed:
            return
        self.disputed.add(disputed)
        together = all(figure.passage is result.passage and figure.sentence == result.sentence for figure in own[0].figures)
        yield _contradicted(rule, own[0], result, sure=together)

    def _link(self, before: Sequence[Figure], result: Figure) -> str:
        """Return how a figure is said to follow from those before it; empty where it is not.

        A `word` says it, a `sign`, or words `behind` it; else it may be what a `clause` comes to, if that uses all its figures.
        """
        content, words = result.passage.content, self.lexicon
        start = max((behind_owner(content, max(figure.end, figure.number.end), words.vocabulary) for figure in before), default=0)
        between = content[start : result.number.start]
        said = [word.rstrip(".") for word in _TOKEN.findall(between.lower())]
        signs = _TOKEN.sub("", between.lower()) if words.hedges.union(words.each).issuperset(said) else between
        if before and not signs.strip(_SIGNS_BETWEEN):
            return "sign" if signs.strip(" ,") else "clause"
        clause = _TOKEN.findall(between.lower().rpartition(",")[2])
        if ";" in between or len(said) > _MOST_WORDS or words.denying.intersection(said):
            return ""
        if clause and clause[0] in (words.opening if "," in between else words.implied["conjunction"]):
            return ""
        if not words.derived.isdisjoint(said):
            return "word"
        if said[-1:] and said[-1] in words.implied["or"]:
            return "word"
        if before and 0 < len(said) <= _SHORT and said[-1] in words.implied["copula"]:
            return "word"
        if before and said and not _STOP.search(between) and words.implied["apart"].isdisjoint(said):
            return "clause"
        behind = _TOKEN.findall(_STOP.split(content[result.number.end : result.number.end + _FAR].lower())[0])[:_BEHIND]
        return "" if words.implied["altogether"].isdisjoint(behind) else "behind"

    def _is_own(self, way: Derivation, near: Sequence[Figure], result: Figure, link: str) -> bool:
        """Tell whether some figures are what another one is said to follow from: nothing nearer could be meant."""
        if any(figure.number.bound for figure in way.figures):
            return False
        if not _is_measured(way, result) and (link == "sign" or way.measure != result.measure):
            return False
        here = [figure for figure in near if figure.passage is result.passage]
        unused = [figure for figure in here if figure not in way.figures and figure not in self.spoken_for]
        if link == "clause" and any(figure.sentence == result.sentence for figure in unused):
            return False
        sentence = [figure for figure in here if figure.sentence == result.sentence]
        used = [figure for figure in way.figures if figure in sentence]
        if len(used) < (len(way.figures) if link in ("sign", "clause") else link == "behind" or bool(sentence)):
            return False
        last = near[-1]
        if last not in way.figures and _is_rival(last, way, result):
            return False
        if any(figure.measure == result.measure and figure.span > way.latest.span for figure in here):
            return False
        first = min(way.figures, key=lambda figure: figure.span)
        between = [figure for figure in near if figure.span > first.span or (figure.sentence == result.sentence and figure in here)]
        rivals = [figure for figure in between if figure not in way.figures and figure not in self.spoken_for]
        return not any(_is_rival(figure, way, result) for figure in rivals)

    def _is_explained(self, own: Sequence[Derivation], near: Sequence[Figure], result: Figure) -> bool:
        """Tell whether what is stated, or a count or a share beside the figures, gives the result in some other way."""
        if (Measure(result.measure.dimension), result.middle) in self.seen:
            return True
        factors = tuple(_factors([*_spoken(near, result, self.lexicon), *_stated(near, own)]))
        if any(way.gives(result, factor) for way in own for factor in factors):
            return True
        alike = [figure for figure in near if figure.measure.dimension == result.measure.dimension]
        return any(_sum(some).widen(_NEAR).meets(result.interval) for size in (2, 3) for some in combinations(alike, size)) or any(
            figure.interval.scale(factor).widen(_NEAR).meets(result.interval) for figure in alike for factor in factors
        )


def _nearest(near: Sequence[Figure], after: Sequence[Figure]) -> list[Figure]:
    return [*near, *after][-_NEAREST:]


def _is_given(figures: Sequence[Figure], result: Figure) -> bool:
    """Tell whether two figures give a result by their units, whatever they count."""
    for one, other in combinations(figures, 2):
        for way in (Derivation(((one, 1), (other, 1))), Derivation(((one, 1), (other, -1))), Derivation(((other, 1), (one, -1)))):
            if way.measure.dimension == result.measure.dimension and way.gives(result):
                return True
    return False


def _sum(some: Sequence[Figure]) -> Interval:
    found = Interval.exact(0)
    for figure in some:
        found = found + figure.interval
    return found


_SENTENCES: Final = 2
_TOKEN: Final = re.compile(r"[a-z.]+")
_STOP: Final = re.compile(r"[.,;:!?()]")
_MOST_WORDS: Final = 8
_SHORT: Final = 2
_SIGNS_BETWEEN: Final = " ,:=→>~≈$*(-"
_BEHIND: Final = 3


def _is_measured(way: Derivation, result: Figure) -> bool:
    """Tell whether something is measured at all: three small counts are a layout, which people count in many ways."""
    return any(item.measure.dimension != DIMENSIONLESS or item.middle >= _LARGE for item in (*way.figures, result))


_LARGE: Final = 1000


def _is_plain(result: Figure) -> bool:
    bounded = result.printed.interval.is_bounded and not result.number.bound
    return bounded and not result.measure.is_bare and not result.is_share and result.middle > 0


def _is_rival(figure: Figure, way: Derivation, result: Figure) -> bool:
    """Tell whether a figure may be meant instead of one of those that compose a result."""
    if figure.measure.dimension == DIMENSIONLESS:
        return False
    return any(figure.measure.dimension == other.measure.dimension for other in (*way.figures, result))


def _ways(near: Sequence[Figure], result: Figure) -> Iterator[Derivation]:
    """Yield the products and quotients of two or three figures that measure what a result does, those of the nearest figures first."""
    usable = [figure for figure in near if figure.of_any or not (figure.measure.is_bare or figure.is_share)]
    for size in (1, 2, 3):
        found = []
        for some in combinations(usable, size):
            for signs in _SIGNS[size]:
                if size > 1 and not _may_fit(some, signs, result):
                    continue
                way = Derivation(tuple(sorted(zip(some, signs, strict=True), key=lambda term: -term[1])))
                if _fits(way, result) and not _cancels(way):
                    found.append(way)
        yield from sorted(found, key=lambda way: -min(figure.span.start for figure in way.figures))


_SIGNS: Final = {size: [signs for signs in product((1, -1), repeat=size) if 1 in signs] for size in (1, 2, 3)}


def _may_fit(some: Sequence[Figure], signs: Sequence[int], result: Figure) -> bool:
    """Tell whether figures have the dimension of a result, and measure anything at all: most do not, and need not be looked at further."""
    powers = [figure.measure.dimension.exponents for figure in some]
    wanted = result.measure.dimension.exponents
    if any(sum(map(mul, signs, base)) != power for base, power in zip(zip(*powers, strict=True), wanted, strict=True)):
        return False
    return any(map(any, powers)) or any(figure.measure.is_rate for figure in some)


def _cancels(way: Derivation) -> bool:
    """Tell whether one figure is divided by another that measures the same: a ratio of two is no part of a product."""
    divided = {figure.measure for figure, sign in way.terms if sign < 0}
    return any(figure.measure in divided for figure, sign in way.terms if sign > 0)


def _fits(way: Derivation, result: Figure) -> bool:
    """Tell whether some figures, none of them in vain, measure what a result does.

    Bytes of a GPU over bytes per second of a link are a time of either. Bare numbers count whatever is missing, and the subject of
    a clause need not be said again.
    """
    measure = way.measure
    if len(way.terms) == 1:
        return _is_converted(way.figures[0], result)
    if any(_same(figure, result, way) for figure in way.figures):
        return False
    rest = dict(measure.times(result.measure, -1).counted)
    bare = [sign for figure, sign in way.terms if figure.of_any]
    if any(sign < 0 for sign in bare):
        return False
    for name, power in list(rest.items()):
        if power < 0 and bare:
            bare.pop()
            del rest[name]
        elif result.subject == name or any(figure.subject == name for figure in way.figures) or _is_place(name, measure, result):
            del rest[name]
    return not rest and not bare


def _is_converted(figure: Figure, result: Figure) -> bool:
    """Tell whether a figure says what another one does in other units: `2,400 tokens/s`, `207 million tokens a day`."""
    whole = figure.measure.times(Measure(DIMENSIONLESS, ((figure.subject, 1),))) if figure.subject else figure.measure
    units = figure.printed.unit, result.printed.unit
    per = result.measure.dimension.time < 0 and units[0] is not units[1]
    return per and result.measure in (figure.measure, whole) and result.measure.dimension == DIMENSIONLESS / TIME


def _same(figure: Figure, result: Figure, way: Derivation) -> bool:
    """Tell whether a figure measures what a result does, so that it is no factor of it."""
    others = [other for other in way.figures if other is not figure]
    if not figure.subject or any(other.of_any or figure.subject in dict(other.measure.counted) for other in others):
        return figure.measure == result.measure
    whole = figure.measure.times(Measure(DIMENSIONLESS, ((figure.subject, 1),)))
    return result.measure in (figure.measure, whole)


def _is_place(name: str, measure: Measure, result: Figure) -> bool:
    """Tell whether it does not matter of which place something is: bytes of a GPU over a link's rate are a time of either."""
    if name not in _PLACES or measure.dimension == DIMENSIONLESS or dict(result.measure.counted).get(name, 0) > 0:
        return False
    return not result.measure.counted or measure.dimension == TIME


_PLACES: Final = ("gpu", "node", "link", "nic", "step", "layer", "rack")


def _stated(before: Sequence[Figure], near: Sequence[Derivation]) -> Iterator[Fraction]:
    """Yield the counts and shares beside some figures that they themselves do not use, and what the shares leave."""
    used = {figure for way in near for figure in way.figures}
    for figure in before:
        if figure not in used and figure.measure.dimension == DIMENSIONLESS:
            yield figure.middle
            if 0 < figure.middle < 1:
                yield 1 - figure.middle


def _spoken(before: Sequence[Figure], result: Figure, lexicon: Lexicon) -> Iterator[Fraction]:
    """Yield the numbers that are said in words beside some figures, whatever they count: `two links of 3.5 GB/s`, `half the time`."""
    words = lexicon.vocabulary
    here = [figure.number.start for figure in before if figure.passage is result.passage and figure.sentence >= result.sentence - 1]
    start = min(here, default=0)
    for word in _WORD.findall(result.passage.content[max(0, start - _FAR) :].lower()):
        value = words.values.get(word) or words.parts.get(word) or words.multiples.get(word)
        if value:
            yield Fraction(value)


_WORD: Final = re.compile(r"[a-z]+")


def _factors(beside: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield the factors that some numbers can be, one or two of them."""
    single = [Fraction(1), *beside, *(1 / value for value in beside if value)]
    yield from dict.fromkeys((*single, *(one * other for one, other in combinations(single, 2))))


def _contradicted(rule: Rule, way: Derivation, result: Figure, *, sure: bool) -> Outcome:
    shown = _in_its_manner(way.middle / result.factor, result)
    message = f"{result.text}, but {way.written([figure.text for figure in way.figures]).replace(' * ', ' x ')} is {shown}"
    value = way.interval
    return rule.contradicted(
        (result.span, *(figure.span for figure in way.figures)),
        message,
        Place(result.span, f"comes to {shown}"),
        severity=rule.severity if sure else Severity.WARNING,
        related=tuple(Place(figure.span, symbol) for symbol, figure in zip(way.symbols(), way.figures, strict=True)),
        claimed=result.text,
        expected=shown,
        derivation=(
            Step(
                way.written(way.symbols()),
                way.written([_written(figure) for figure in way.figures]),
                shown,
                tuple(_operand(symbol, figure) for symbol, figure in zip(way.symbols(), way.figures, strict=True)),
                value.low,
                value.high,
            ),
        ),
    )


def _in_its_manner(value: Fraction, like: Figure) -> str:
    """Return a value in base units in the unit of a figure, and in its magnitude where that has one: `3.708M USD` beside `2.17M USD`."""
    unit = like.printed.unit or UNITS["1"]
    digits = _PRINTED.match(like.printed.text)
    plain_value = Fraction(digits[0].replace(",", "")) if digits else Fraction(0)
    magnitude = like.printed.value / plain_value if plain_value else Fraction(1)
    if digits is None or magnitude not in _MAGNITUDES:
        return shown_as(value, unit)
    return shown_as(value / (unit.scale * magnitude), UNITS["1"]) + like.printed.text[digits.end() :]


_PRINTED: Final = re.compile(r"[0-9][0-9,]{0,40}(?:\.[0-9]{1,20})?")
_MAGNITUDES: Final = frozenset(Fraction(10**power) for power in (3, 6, 9, 12))


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
            if not (_has_more(wholes[0], subject) or _is_of_model(wholes[0], subject)):
                yield _of_keys(rule, Derivation(((each, 1), (count, 1))), wholes[0])
        yield from _keyed_rates(entries, subject.lexicon, rule)
        yield from _keyed_rests(entries, subject.lexicon, rule)


def _has_more(whole: Figure, subject: Subject) -> bool:
    """Tell whether a comment at a setting says that it holds more: `cpu: 64  # the rest is for the sidecars`."""
    about = (one for one in subject.document.statements if one.comment and one.about == whole.passage.index)
    words = {word for one in about for word in _PLAIN_WORD.findall(one.value.content.lower())}
    return not subject.lexicon.implied["rest"].isdisjoint(words)


def _is_of_model(whole: Figure, subject: Subject) -> bool:
    """Tell whether a figure counts parts of the model, of which each place holds what it needs, some of them many times."""
    return any(claim.quantity.startswith("model.") for claim in subject.at(whole.span))


_Entries = Mapping[tuple[str, ...], Figure]


def _keyed_rates(entries: _Entries, lexicon: Lexicon, rule: Rule) -> Iterator[Outcome]:
    """`requests` over `duration_s` are the `requests_per_s` of the same object; one that is far off may be of something else."""
    for words, rate in entries.items():
        if len(words) < _SHORTEST or words[-2] != "per":
            continue
        times = [
            item for name, item in entries.items() if name[-1] == words[-1] and name[0] in lexicon.implied["duration"] and len(name) > 1
        ]
        amount = entries.get(words[:-2])
        if len(times) != 1 or amount is None:
            continue
        way = Derivation(((amount, 1), (times[0], -1)))
        if 1 / _TWICE < way.middle / rate.middle < _TWICE or is_shifted(way.middle, rate.printed):
            yield _of_keys(rule, way, rate)


_TWICE: Final = Fraction(2)


def _keyed_rests(entries: _Entries, lexicon: Lexicon, rule: Rule) -> Iterator[Outcome]:
    """`gpus_rented` without `gpus_in_use` are the `gpus_idle` of the same object, if it has no other key of them."""
    for words, rest in entries.items():
        alike = [item for name, item in entries.items() if name[0] == words[0] and "per" not in name and len(name) > 1]
        if words[-1] not in lexicon.left or len(words) != len(("gpus", "idle")) or len(alike) != _THREE:
            continue
        used, whole = sorted((item for item in alike if item is not rest), key=lambda item: item.middle)
        spans = (rest.span, whole.span, used.span)
        if rest.middle >= whole.middle or any(item.middle.denominator > 1 for item in alike):
            continue
        if used.middle + rest.middle == whole.middle:
            yield rule.held(spans, f"{rest.text} is what {whole.text} without {used.text} leave")
        else:
            yield _overdrawn(rule, rest, whole, [used])


_THREE: Final = 3


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


def _of_keys(rule: Rule, way: Derivation, whole: Figure) -> Outcome:
    if not way.gives(whole):
        return _contradicted(rule, way, whole, sure=True)
    each, count = way.figures
    return rule.held((whole.span, each.span, count.span), f"{each.text} x {count.text} = {whole.text}")


# --- what is left of a whole


def left_over(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`33 GB of weights leave 48 GB of the 72 GB`: what is left and what was taken are no more than the whole."""
    for thought in thoughts(subject):
        if thought.passage.statement.kind not in _SAID:
            continue
        figures = thought.figures[:_MOST]
        for result in figures:
            if _is_amount(result) and _is_left(result, subject.lexicon):
                alike = [item for item in figures if item is not result and _is_beside(item, result)]
                outcome = _left(rule, result, alike, subject.lexicon)
                if outcome is not None:
                    yield outcome


def _is_amount(result: Figure) -> bool:
    """Tell whether a figure may be what is left: an amount, or a count that is whole."""
    bounded = result.printed.interval.is_bounded and not result.number.bound
    whole = result.measure.dimension != DIMENSIONLESS or result.middle.denominator == 1
    return bounded and whole and not result.is_share and result.middle > 0


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
    if not near or item.middle <= 0 or item.number.bound or item.is_share or item.measure.dimension != result.measure.dimension:
        return False
    one, other = item.measure.counted, result.measure.counted
    return item.measure.dimension != DIMENSIONLESS or one == other or not (one and other)


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
    explicit = all(not lexicon.implied["minus"].isdisjoint(_words_around(item)[0]) for item in taken)
    for size in range(len(taken) if explicit else 1, min(len(taken), _MOST_TAKEN) + 1):
        for some in combinations(taken, size):
            rest = whole.interval - sum((item.interval for item in some), Interval.exact(0))
            if rest.widen(_ABOUT if result.is_about else _EVEN).meets(result.interval):
                spans = (result.span, whole.span, *(item.span for item in some))
                return rule.held(spans, f"{result.text} is what {whole.text} leave")
    spent = taken if len(taken) <= _MOST_TAKEN else [min(taken, key=lambda item: item.middle)]
    gone = sum((item.middle for item in spent), Fraction(0))
    if result.middle + gone <= whole.middle * (1 + (_ABOUT if result.is_about else _EVEN)) or gone >= whole.middle:
        return None  # something else may be taken as well
    return _overdrawn(rule, result, whole, spent)


def _overdrawn(rule: Rule, result: Figure, whole: Figure, spent: Sequence[Figure]) -> Outcome:
    """Return the outcome that a whole without what is taken leaves something else."""
    gone = sum((item.middle for item in spent), Fraction(0))
    unit = result.printed.unit or UNITS["1"]
    rest = whole.interval - sum((item.interval for item in spent), Interval.exact(0))
    shown = shown_as(whole.middle - gone, unit)
    names = [f"taken_{place}" for place in range(1, len(spent) + 1)]
    step = Step(
        " - ".join(["whole", *names]),
        " - ".join(plain(item.middle) for item in (whole, *spent)),
        shown,
        (_operand("whole", whole), *(_operand(name, item) for name, item in zip(names, spent, strict=True))),
        rest.low,
        rest.high,
    )
    message = f"{result.text} left, but {whole.text} without {' and '.join(item.text for item in spent)} is {shown}"
    finding = rule.finding(
        message,
        Place(result.span, shown),
        related=(Place(whole.span, "the whole"), *(Place(item.span, "what is taken") for item in spent)),
        claimed=result.text,
        expected=shown,
        derivation=(step,),
    )
    spans = (result.span, whole.span, *(item.span for item in spent))
    return Outcome(rule.code, Verdict.CONTRADICTED, spans, message, finding)


_EVEN: Final = Fraction(1, 100)
"""How far a difference of figures may be off."""
_MOST_TAKEN: Final = 4


def _further(item: Figure) -> list[str]:
    """Return the words behind a figure, up to the next one."""
    return _PLAIN_WORD.findall(_DIGIT.split(item.passage.content[item.end : item.end + _FAR].lower())[0])[-_NEXT_WORDS:]


_DIGIT: Final = re.compile(r"\d")


def _is_whole(item: Figure, lexicon: Lexicon) -> bool:
    """Tell whether a figure is called that of which something is taken: `of the 72 GB`, `the budget of 72 GB`, `72 GB are usable`."""
    before, behind = _words_around(item)
    minus = lexicon.implied["minus"]
    called = not lexicon.wholes.isdisjoint((*before, *behind)) or (minus.isdisjoint(before) and not minus.isdisjoint(_further(item)))
    return called or before[-1:] == ["of"] or before[-2:] == ["of", "the"]

"""Figures of running text with what they measure: tokens per second of a GPU, bytes of a token, so many sessions.

Whose a figure is need not be said behind it: `a card writes 1,900 tokens a second`, `six racks of nine nodes`, `9.5 kW each`.
Lines of a comment that follow each other are one text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.passages import Passage, labelled
from auditor.check.printed import Printed, printed
from auditor.check.subject import Subject
from auditor.claims.lexicon import Lexicon
from auditor.language.numbers import Approximation, Form, Number
from auditor.language.vocabulary import Vocabulary
from auditor.records import dataclass
from auditor.remember import once_for
from auditor.spans import Span, Text
from auditor.statements import Document
from auditor.units import DIMENSIONLESS, MONEY, TIME, UNITS, Dimension
from auditor.values import Interval

__all__ = ["SENTENCE_END", "Figure", "Measure", "Thought", "behind_owner", "is_of", "thoughts", "told"]

_SKIPPED: Final = (Form.TEXTUAL, Form.IDENTIFIER, Form.RATIO, Form.FRACTION)
SENTENCE_END: Final = re.compile(r"[.;!?](?=\s+[A-Z`*(\"'])")


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

    def of_each(self, owner: str) -> Measure:
        """Return what is measured of one owner."""
        return self.times(Measure(DIMENSIONLESS, ((owner, 1),)), -1)


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
    subject: str = ""
    """Of one of what it is by the subject of its clause alone: `a card writes 1,900 tokens a second`."""
    of_any: bool = False
    """It counts what need not be said again: `nine of them`."""
    tail: int = 0
    """Where a magnitude ends that stands apart from the digits: `88 M, or ...`."""
    factor: Fraction = Fraction(1)
    """What one of its unit is in base units, beside the unit's own scale: `$22k a month`."""

    @property
    def interval(self) -> Interval:
        """What it can mean, in base units."""
        return self.printed.interval.scale(self.printed.scale * self.factor)

    @property
    def middle(self) -> Fraction:
        return self.printed.value * self.printed.scale * self.factor

    @property
    def span(self) -> Span:
        return self.passage.span(self.number.digits, self.end)

    @property
    def end(self) -> int:
        return self.tail or (self.number.end if self.number.unit else self.number.stop)

    @property
    def is_about(self) -> bool:
        return bool(self.number.bound) or self.number.approximation in (Approximation.ABOUT, Approximation.BOUND)

    @property
    def is_share(self) -> bool:
        return self.printed.unit is UNITS["%"]

    @property
    def text(self) -> str:
        return self.passage.content[self.number.digits : self.end]


@dataclass(frozen=True, slots=True)
class Thought:
    """A passage with its figures, in order."""

    passage: Passage
    figures: tuple[Figure, ...]

    @property
    def content(self) -> str:
        return self.passage.content


@once_for
def thoughts(subject: Subject) -> tuple[Thought, ...]:
    """Return what a document says, in the order of its text, with the figures of it."""
    found = sorted(_joined(subject.document), key=lambda passage: passage.text.whole)
    return tuple(Thought(passage, told(passage, subject)) for passage in found)


def _joined(document: Document) -> Iterator[Passage]:
    """Yield the passages of a document, lines of a comment that follow each other as one."""
    block: list[Passage] = []
    for passage in labelled(document):
        if block and not _continues(block[-1], passage, document):
            yield _as_one(block)
            block = []
        if _is_line_of_comment(passage, document):
            block.append(passage)
        else:
            yield passage
    if block:
        yield _as_one(block)


def _as_one(block: Sequence[Passage]) -> Passage:
    return replace(block[0], text=Text.join([passage.text for passage in block], " ")) if len(block) > 1 else block[0]


def _is_line_of_comment(passage: Passage, document: Document) -> bool:
    """Tell whether a passage is a comment that has its line for itself."""
    if not passage.statement.comment:
        return False
    source, start = document.source.text, passage.text.whole.start
    before = source[source.rfind("\n", 0, start) + 1 : start]
    return not any(character.isalnum() for character in before)


def _continues(last: Passage, passage: Passage, document: Document) -> bool:
    """Tell whether a comment goes on in the next line."""
    between = document.source.text[last.text.whole.end : passage.text.whole.start]
    return _is_line_of_comment(passage, document) and between.count("\n") == 1 and not any(map(str.isalnum, between))


@once_for
def told(passage: Passage, subject: Subject) -> tuple[Figure, ...]:
    """Return the figures of a passage in order."""
    content, lexicon = passage.content, subject.lexicon
    words = lexicon.vocabulary
    ends = [match.start() for match in SENTENCE_END.finditer(content)]
    found: list[Figure] = []
    for number in lexicon.scan(content, spelled=True):
        if number.form in _SKIPPED or number.hyphenated or (number.name and not number.unit):
            continue
        shown = printed(content, number, negative=number.signed == "-")
        if number.unit and UNITS[number.unit].dimension.money and shown.is_whole:
            shown = replace(shown, interval=Interval.exact(shown.value))  # prices are meant as they are written
        tail = _magnitude_behind(content, number, lexicon)
        if tail:
            shown = _magnified(shown, lexicon.vocabulary.magnitudes[content[tail - 1]][0][0])
        sentence = bisect_right(ends, number.digits)
        measure = _measure_of(content, number, lexicon)
        if measure.is_bare and content[number.digits : number.stop][-1:].isalpha() and not number.spelled:
            measure = _as_before(found, sentence) or measure
        elif not number.unit and [power for _, power in measure.counted] == [-1]:
            measure, shown = _of_each_as_before(found, sentence, measure, shown)
        if (
            measure.is_bare
            and found
            and not found[-1].is_share
            and is_of(content[found[-1].end : number.start], lexicon)
            and found[-1].printed.unit
        ):
            measure, shown = found[-1].measure, replace(shown, unit=found[-1].printed.unit)  # `34 GB of 40`
        item = Figure(passage, number, shown, measure, sentence, tail=tail)
        found.append(_owned(_in_periods(item, words), found, lexicon))
    return tuple(found)


_APART: Final = re.compile(r"[ \u00a0]([MBTG])(?=$|[,.;:)]| [a-z])")


def _magnitude_behind(content: str, number: Number, lexicon: Lexicon) -> int:
    """Return where a magnitude ends that stands apart from the digits and before no noun: `8.03 B in the model`; 0 for none."""
    if number.unit or number.noun or number.form is not Form.PLAIN or content[number.stop - 1 : number.stop].isalpha():
        return 0
    match = _APART.match(content, number.stop)
    return match.end() if match and match[1] in lexicon.vocabulary.magnitudes else 0


def _magnified(shown: Printed, factor: Fraction) -> Printed:
    return replace(shown, value=shown.value * factor, interval=shown.interval.scale(factor), step=shown.step * factor)


def is_of(between: str, lexicon: Lexicon) -> bool:
    """Tell whether what stands between two figures says no more than that one is of the other: ` of `, ` out of all `."""
    words = between.split()
    if words[:1] and words[0] in lexicon.implied["out"]:
        words = words[1:]
    joined = between[:1] == between[-1:] == " " and len(words) in (1, 2) and words[0] in lexicon.implied["of"]
    return joined and lexicon.implied["determiners"].issuperset(words[1:])


def _as_before(found: Sequence[Figure], sentence: int) -> Measure | None:
    """Return what a figure without a noun counts: what the last one of its sentence does (`2 billion tokens ..., 3 billion ...`)."""
    last = next((figure for figure in reversed(found) if figure.sentence == sentence and figure.measure.counted), None)
    return last.measure if last is not None and last.number.noun and last.measure.dimension == DIMENSIONLESS else None


def _of_each_as_before(found: Sequence[Figure], sentence: int, measure: Measure, shown: Printed) -> tuple[Measure, Printed]:
    """Return what a figure of one owner without a unit measures: what the last one does (`92k tokens/s, or 1,450 a card`)."""
    last = found[-1] if found and found[-1].sentence == sentence else None
    if last is None or last.measure.dimension == DIMENSIONLESS or any(power < 0 for _, power in last.measure.counted):
        return measure, shown
    return last.measure.times(measure), replace(shown, unit=last.printed.unit)


def _measure_of(content: str, number: Number, lexicon: Lexicon) -> Measure:
    """Return what a number measures and counts by its unit, its noun and whose it is said to be."""
    words = lexicon.vocabulary
    unit = UNITS[number.unit] if number.unit else None
    found = dict(unit.counted) if unit else {}
    noun = number.noun.lower() or ("" if unit else _noun_behind(content, number, lexicon))
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


_NOUN_BEHIND: Final = re.compile(r" (?:[a-z]{3,12} )?([a-z]{3,14}[^s\W\d]s)(?![\w-])")


def _noun_behind(content: str, number: Number, lexicon: Lexicon) -> str:
    """Return a plural right behind a whole number that counts what the lexicon does not know: `nine snapshots`."""
    match = _NOUN_BEHIND.match(content, number.end)
    if match is None or (content[number.digits : number.stop][-1:].isalpha() and not number.spelled):
        return ""
    verbs = lexicon.derived | lexicon.leaving | lexicon.vocabulary.stops | lexicon.verdicts["above"]
    return "" if not verbs.isdisjoint(match.group().split()) else match[1]


_BEHIND: Final = (
    re.compile(r" (?P<per>[a-z]{1,5}) (?P<owner>[A-Za-z]{3,12})(?![\w-])"),
    re.compile(r" (?P<per>[a-z]{1,5} [a-z]{1,5}) (?P<owner>[A-Za-z]{3,12})(?![\w-])"),
)


def _said_of(content: str, position: int, words: Vocabulary) -> str:
    """Return of one of what a figure is said to be by the words behind it: `8.4 M tokens a step`, `8 GPUs in a node`."""
    matches = (pattern.match(content, position) for pattern in _BEHIND)
    return next((match["owner"].lower() for match in matches if match and match["per"] in words.per), "")


def behind_owner(content: str, position: int, words: Vocabulary) -> int:
    """Return where the words end that say of one of what a figure is; where it ends itself, if there are none."""
    for pattern in _BEHIND:
        match = pattern.match(content, position)
        if match and match["per"] in words.per and (match["owner"].lower() in words.owners or match["owner"].lower() in words.periods):
            return match.end()
    return position


def _owner_behind(content: str, position: int, words: Vocabulary) -> tuple[str, ...]:
    """Return whose a figure is by the words behind it."""
    owner = words.owners.get(_said_of(content, position, words), "")
    return (owner,) if owner else ()


def _in_periods(item: Figure, words: Vocabulary) -> Figure:
    """Return a figure of a period that is no unit as a rate: `$22k a month`, `36 billion tokens per year`."""
    hours = words.periods.get(_said_of(item.passage.content, item.end, words))
    if hours is None or item.measure.is_rate:
        return item
    return replace(item, measure=replace(item.measure, dimension=item.measure.dimension / TIME), factor=Fraction(1, 3600 * hours))


def _owned(item: Figure, before: Sequence[Figure], lexicon: Lexicon) -> Figure:
    """Return a figure with whose it is by the words around it."""
    measure, content = item.measure, item.passage.content
    if any(power < 0 for _, power in measure.counted) or item.is_share:
        return item
    last = before[-1] if before and before[-1].sentence == item.sentence else None
    each = _EACH.match(content, item.end)
    if each and each["each"] in lexicon.each:
        said = lexicon.vocabulary.owners.get(each["of"] or "", "")
        owner = said or next((name for figure in reversed(before) if (name := _what(figure, item))), "")
        return replace(item, measure=measure.of_each(owner or "each")) if owner or measure.dimension != TIME else item
    if last is not None and (owner := _what(last, item)) and _joins(content[last.number.end : item.number.start], lexicon):
        return replace(item, measure=measure.of_each(owner))
    if not measure.is_bare and (owner := _subject(item, last, lexicon)) and owner not in dict(measure.counted):
        return replace(item, measure=measure.of_each(owner), subject=owner)
    if measure.dimension == MONEY and (priced := _priced(item, before, lexicon)) is not None:
        return replace(item, measure=measure.times(priced[0], -1), factor=1 / priced[1])
    if measure.is_bare and item.number.approximation is Approximation.EXACT and item.middle.denominator == 1:
        ahead = _NEXT.findall(content[item.end : item.end + _FAR])[:_SOON]
        if not lexicon.implied["underway"].isdisjoint(ahead):
            return replace(item, measure=Measure(DIMENSIONLESS, ((_WAITING, 1),)))
        behind = _OF_ANY.match(content, item.end)
        of_any = behind is not None and behind[1] in lexicon.implied["of"] and behind[2] in lexicon.implied["them"]
        return replace(item, of_any=of_any)
    return item


_NEXT: Final = re.compile(r"[a-z]+")
_SOON: Final = 2
_WAITING: Final = "request"
"""What is counted where it is only said to be under way: `190 in flight`."""
_OF_ANY: Final = re.compile(r" ([a-z]+) ([a-z]+)\b")


_EACH: Final = re.compile(r"(?: [a-z]+)?,? (?P<each>[a-z]+)\b(?: (?P<of>[a-z]+))?")
_SIGNS: Final = ("x", "×", "*")
_TIMES: Final = re.compile(r"[^.;]{0,24}[×x*] ?\$?$")


def _joins(between: str, lexicon: Lexicon) -> bool:
    """Tell whether what stands between two figures makes the second one of each that the first one counts: ` x `, ` of `, ` at `."""
    said = between.strip(" ")
    joins = said in _SIGNS or said in lexicon.implied["of"] or said in lexicon.implied["at"]
    return joins and between == f" {said} "


def _is_at(before: str, lexicon: Lexicon) -> bool:
    """Tell whether what stands before a figure calls it a price or a rate, at most four words ahead: `at `, `(at a list price of `."""
    words = before.rsplit(None, _AT_MOST)[-_AT_MOST:] if before[-1:] == " " else []
    for place in range(len(words) - 1, -1, -1):
        if words[place].lstrip("(").lower() in lexicon.implied["at"]:
            return True
        if not (words[place].isalpha() and words[place].islower()):
            return False
    return False


_AT_MOST: Final = 5


def _priced(item: Figure, before: Sequence[Figure], lexicon: Lexicon) -> tuple[Measure, Fraction] | None:
    """Return what a price is of one of, and what it is in base units.

    It is the last figure's, `at $2.10`, or that of all that it is multiplied with, `500 h × 12 cards × $2.50`.
    """
    content = item.passage.content
    end, found, scale = item.number.start, Measure(), Fraction(1)
    for figure in reversed(before):
        if not _TIMES.fullmatch(content, figure.end, end):
            break
        end, found, scale = figure.number.start, found.times(figure.measure), scale * figure.printed.scale
    if end != item.number.start:
        return found, scale
    last = before[-1] if before and item.sentence - before[-1].sentence <= 1 else None
    if last is None or last.measure.is_bare or last.measure.is_rate or not _is_at(content[: item.number.start], lexicon):
        return None
    return last.measure, last.printed.scale


def _what(counting: Figure, item: Figure) -> str:
    """Return what a figure counts, if another one can be of each of it."""
    names = [name for name, power in counting.measure.counted if power == 1]
    if counting.measure.dimension != DIMENSIONLESS or len(names) != 1 or counting.measure.counted == item.measure.counted:
        return ""
    return names[0]


_CLAUSE: Final = re.compile(r"[.,;:!?()]\s|\s[–—-]\s")
_SUBJECT_WORD: Final = re.compile(r"[A-Za-z'-]+")
_FAR: Final = 90
_LONGEST_SUBJECT: Final = 4


def _subject(item: Figure, last: Figure | None, lexicon: Lexicon) -> str:
    """Return of one of what a figure is by the subject of its clause: `One token costs 144 KB`, `a node eight GPUs`."""
    content = item.passage.content
    start = max(0, item.number.start - _FAR)
    if last is not None and last.end > start:
        start = last.end
    clause = _CLAUSE.split(content[start : item.number.start])[-1]
    said = [match.group() for match in _SUBJECT_WORD.finditer(clause)]
    opened = max((place + 1 for place, word in enumerate(said) if word in lexicon.implied["clause"]), default=0)
    words = [word.lower() for word in said[opened:]]
    if last is not None and start == last.end and _is_each_of(content[: last.number.start], lexicon):
        return next((name for name, power in last.measure.counted if power == 1), "")  # `each of the sixteen shards writes`
    place = next((place for place, word in enumerate(words[:2]) if word in lexicon.implied["one_of"]), None)
    if place is None:
        return ""
    vocabulary = lexicon.vocabulary
    rest = words[place + 1 :]
    for at, word in enumerate(rest[:_LONGEST_SUBJECT]):
        if word in vocabulary.owners:
            return vocabulary.owners[word]
        if at and word.endswith("s") and not word.endswith("ss"):
            return rest[at - 1]
    return ""


def _is_each_of(before: str, lexicon: Lexicon) -> bool:
    """Tell whether what stands before a count makes what is said of it that of each: `Each of the `."""
    words = before.rsplit(None, 3)[-3:]
    return (
        before[-1:] == " "
        and len(words) == 3
        and words[0].lower() in lexicon.implied["one_of"]
        and words[1] in lexicon.implied["of"]
        and words[2] in lexicon.implied["determiners"]
    )

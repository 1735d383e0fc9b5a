"""Verdicts in running text: `57 kW a rack. The limit of 50 kW is respected`, `2.9 s; the target was 2.5 s: reached`.

The bound is the figure beside a word for one (limit, budget, target, peak, free); what is judged is the nearest figure that measures the
same. Nothing has to be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.passages import Passage, disowned, labelled
from auditor.check.subject import Subject
from auditor.check.told import Figure, Measure, told
from auditor.claims.lexicon import Lexicon
from auditor.findings import Operand, Outcome, Place, Step
from auditor.records import dataclass
from auditor.relations.figures import figure as shown_as
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind
from auditor.units import DATA, DIMENSIONLESS, ENERGY, MONEY, TIME, UNITS, Unit
from auditor.values import Interval

__all__ = ["in_words"]

_SAID: Final = (Kind.SENTENCE, Kind.ITEM, Kind.CODE, Kind.TREE, Kind.ENTRY)
_WORD: Final = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_NEXT_TO: Final = 5
"""Words between a bound and what it is called."""
_SENTENCES_BACK: Final = 2
_OPEN_WITHIN: Final = 5
"""Words before a verdict that may take it back."""
_LESS_IS_BETTER: Final = (TIME, DATA, MONEY, ENERGY, ENERGY / TIME, MONEY / TIME)


@dataclass(frozen=True, slots=True)
class _Said:
    """A word of a verdict: where it stands and in which sense it judges."""

    word: str
    start: int
    end: int
    sense: str


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a figure is judged by; it is meant as it is written."""

    value: Fraction
    measure: Measure
    unit: Unit
    span: Span
    text: str
    interval: Interval
    place: Figure | None = None
    """The figure of the verdict's own passage that it is."""
    sense: str = ""
    """In which sense it is called a bound: `at most`, `a limit of`."""


def _bound_of(item: Figure, lexicon: Lexicon, *, here: bool) -> _Bound:
    sense = next((name for name, words in _SENSES.items() if any(_is_called(item, lexicon, word) for word in lexicon.verdicts[words])), "")
    unit = item.printed.unit or UNITS["1"]
    return _Bound(item.middle, item.measure, unit, item.span, item.text, item.interval, item if here else None, sense)


_SENSES: Final = {"below": "upper", "above": "lower"}


def in_words(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Hold each verdict that a sentence passes on a figure against the bound beside it."""
    read: list[tuple[Passage, tuple[Figure, ...]]] = []
    for passage in labelled(subject.document):
        if passage.statement.kind not in _SAID:
            continue
        figures = told(passage, subject)
        goes_on = bool(read) and read[-1][0].statement.group == passage.statement.group and passage.statement.kind is not Kind.ITEM
        above = read[-1][1] if goes_on else ()
        for verdict in _verdicts(passage, subject.lexicon):
            bound = (
                _beside(figures, verdict, subject.lexicon)
                or _setting(subject, passage)
                or _named(read, passage, verdict, figures, subject.lexicon)
            )
            outcome = _outcome(rule, passage, verdict, bound, (*above, *figures), subject.lexicon) if bound else None
            if outcome is not None:
                yield outcome
        read.append((passage, figures or above))


def _verdicts(passage: Passage, lexicon: Lexicon) -> Iterator[_Said]:
    """Yield the verdicts of a passage that nothing before them in their sentence takes back."""
    content = passage.content
    words = list(_WORD.finditer(content))
    senses = lexicon.verdict_words
    for place, match in enumerate(words):
        word = match.group().lower()
        if word not in senses:
            continue
        sense = senses[word]
        if sense == "needless":
            if _says_none(content, words[max(0, place - _OPEN_WITHIN) : place], match.start()):
                yield _Said(word, match.start(), match.end(), "below")
            continue
        before = [other for other in words[:place] if not _STOP.search(content, other.end(), match.start())]
        said = [other.group().lower() for other in before]
        if not lexicon.verdicts["open"].isdisjoint(said[-_OPEN_WITHIN:]) or not lexicon.verdicts["supposing"].isdisjoint(said):
            continue
        if _asks(content, match.end()) or (word in lexicon.verdicts["adjectives"] and _describes(content, match, lexicon)):
            continue
        yield _Said(word, match.start(), match.end(), sense)


def _describes(content: str, match: re.Match[str], lexicon: Lexicon) -> bool:
    """Tell whether an adjective stands before what it describes and judges no figure: `the last good checkpoint`."""
    behind = _NOUN.match(content, match.end())
    return behind is not None and behind[1].lower() not in lexicon.vocabulary.stops | lexicon.derived | lexicon.verdicts["open"]


_NOUN: Final = re.compile(r" ([A-Za-z]{3,})")


def _asks(content: str, position: int) -> bool:
    """Tell whether the sentence of a position ends as a question."""
    end = _END.search(content, position)
    return end is not None and end.group() == "?"


_END: Final = re.compile(r"[.!?](?=\s|$)")


def _says_none(content: str, before: Sequence[re.Match[str]], end: int) -> bool:
    """Tell whether nothing is said to be needed: `so no building work is needed`."""
    none = next((word for word in reversed(before) if word.group().lower() == "no"), None)
    return none is not None and not _BREAK.search(content, none.end(), end)


_BREAK: Final = re.compile(r"[.,;:!?]")
_STOP: Final = re.compile(r"[.;!?](?:\s|$)")


def _outcome(rule: Rule, passage: Passage, verdict: _Said, bound: _Bound, figures: Sequence[Figure], lexicon: Lexicon) -> Outcome | None:
    actual, sense = _actual(figures, bound, passage, verdict, lexicon), _sense(verdict, bound)
    if actual is None or not sense or disowned(passage, verdict.start, verdict.end):
        return None
    bar = Interval.exact(bound.value)
    fails = _is_above(actual.interval, bar) if sense == "below" else _is_above(bar, actual.interval)
    if fails:
        return _contradicted(rule, passage, verdict, actual, bound, sense)
    return rule.held((actual.span, bound.span), f"{actual.text} against {bound.text}: {verdict.word}")


def _is_above(one: Interval, other: Interval) -> bool:
    return one.low is not None and other.high is not None and one.low > other.high


def _beside(figures: Sequence[Figure], verdict: _Said, lexicon: Lexicon) -> _Bound | None:
    """Return the figure that the verdict is measured by: the nearest one before it, or right behind it, that is called a bound."""
    called = [item for item in figures if _is_called(item, lexicon)]
    before = [item for item in called if item.end <= verdict.start and not _SENTENCES.search(_between(item, verdict))]
    behind = [item for item in called if item.number.start >= verdict.end and not _CLAUSE.search(_between(item, verdict))]
    found = before[-1] if before else behind[0] if behind else None
    return None if found is None else _bound_of(found, lexicon, here=True)


def _setting(subject: Subject, passage: Passage) -> _Bound | None:
    """Return the setting that a comment stands at, if its key calls it a bound: `ttft_slo_ms: 500  # 610 ms measured, fine`."""
    statement = passage.statement
    if not statement.comment or statement.about is None:
        return None
    about = subject.document.statements[statement.about]
    claims = subject.of(statement.about)
    if len(claims) != 1 or not {word.text for word in subject.lexicon.normalize(about.label)} & subject.lexicon.verdicts["bound"]:
        return None
    claim, value = claims[0], claims[0].readings[0].interval.middle
    if value is None or claim.unit.dimension == DIMENSIONLESS:
        return None
    return _Bound(value, Measure(claim.unit.dimension, claim.unit.counted), claim.unit, claim.span, claim.text.strip(), claim.interval)


def _named(
    read: Sequence[tuple[Passage, Sequence[Figure]]], passage: Passage, verdict: _Said, figures: Sequence[Figure], lexicon: Lexicon
) -> _Bound | None:
    """Return the bound that a verdict only names, where the report states one that is called so: `so we are within the SLO`."""
    near = _near_words(passage.content, verdict)
    name = next((word for word in near if word in lexicon.verdicts["bound"]), "")
    before = [item for item in figures if item.end <= verdict.start]
    if not name or not before:
        return None
    found = [
        item
        for _, others in read[-_BACK:]
        for item in others
        if _is_called(item, lexicon, name) and item.measure == before[-1].measure and not item.measure.is_bare
    ]
    return _bound_of(found[0], lexicon, here=False) if found and len({item.middle for item in found}) == 1 else None


_BACK: Final = 60
"""Statements above a verdict among which the bound is that it names."""


def _near_words(content: str, verdict: _Said) -> list[str]:
    before = _WORD.findall(_STOP.split(content[: verdict.start].lower())[-1])[-_NEXT_TO:]
    behind = _WORD.findall(_CLAUSE.split(content[verdict.end :].lower())[0])[:_NEXT_TO]
    return [*behind, *before]


_SENTENCES: Final = re.compile(r"[.!?]\s.*[.!?]\s")
_CLAUSE: Final = re.compile(r"[.;:!?]")


def _between(item: Figure, verdict: _Said) -> str:
    content = item.passage.content
    return content[item.end : verdict.start] if item.end <= verdict.start else content[verdict.end : item.number.start]


def _is_called(item: Figure, lexicon: Lexicon, name: str = "") -> bool:
    """Tell whether a word for a bound (the one given) stands next to a figure, with no other figure between."""
    content = item.passage.content
    before = _WORD.findall(_cut(content[: item.number.start].lower(), last=True))[-_NEXT_TO:]
    behind = _WORD.findall(_cut(content[item.end :].lower(), last=False))[:2]
    return name in (*before, *behind) if name else not lexicon.verdicts["bound"].isdisjoint((*before, *behind))


def _cut(text: str, *, last: bool) -> str:
    """Return what stands next to a figure, up to another figure or the end of a clause."""
    parts = re.split(r"[\d.;:!?()]+(?<![:])|,", text)
    return parts[-1 if last else 0]


def _actual(figures: Sequence[Figure], bound: _Bound, passage: Passage, verdict: _Said, lexicon: Lexicon) -> Figure | None:
    """Return what is judged: the nearest figure before the verdict, or before its bound, that measures what the bound does."""
    end = max(verdict.start, bound.place.number.start if bound.place else 0)
    sentence = bound.place.sentence if bound.place else next((item.sentence for item in reversed(figures) if item.passage is passage), 0)
    there = [
        item
        for item in figures
        if item is not bound.place and (item.passage is not passage or (item.end <= end and sentence - item.sentence <= _SENTENCES_BACK))
    ]
    behind = [item for item in figures if item.passage is passage and item.number.start >= end and item.sentence == sentence]
    alike = [item for item in (*there, *behind) if item is not bound.place and _measures(item, bound)]
    return None if not alike or _is_called(alike[-1], lexicon) or alike[-1].number.bound else alike[-1]


def _measures(item: Figure, bound: _Bound) -> bool:
    """Tell whether two figures measure the same; a bound without a noun is of what is counted beside it."""
    if item.measure.dimension != bound.measure.dimension or (item.printed.unit is UNITS["%"]) != (bound.unit is UNITS["%"]):
        return False
    if item.measure.dimension != DIMENSIONLESS:
        return not item.measure.counted or not bound.measure.counted or item.measure.counted == bound.measure.counted
    one, other = item.measure.counted, bound.measure.counted
    return (one == other and (bool(one) or _are_bare(item, bound))) or (not other and bool(one))


def _are_bare(item: Figure, bound: _Bound) -> bool:
    """Tell whether two numbers without a unit may be of one thing: both at least hundreds, not `for all 25, inside the 10`."""
    return min(abs(item.middle), abs(bound.value)) >= _HUNDREDS


_HUNDREDS: Final = 100
"""From here on a number without a unit is an amount rather than a count of something that is named elsewhere."""


def _sense(verdict: _Said, bound: _Bound) -> str:
    """Return in which sense a verdict judges: a time that is reached is at most the target, a rate at least."""
    if verdict.sense != "either":
        return verdict.sense
    if bound.sense:
        return bound.sense
    dimension = bound.measure.dimension
    if dimension in _LESS_IS_BETTER:
        return "below"
    return "above" if bound.measure.is_rate and dimension == DIMENSIONLESS / TIME else ""


def _contradicted(rule: Rule, passage: Passage, verdict: _Said, actual: Figure, bound: _Bound, sense: str) -> Outcome:
    than = "more" if sense == "below" else "less"
    message = f"{verdict.word!r}, but {actual.text} is {than} than {bound.text}"
    gap = actual.interval - bound.interval
    return rule.contradicted(
        (actual.span, bound.span),
        message,
        Place(passage.span(verdict.start, verdict.end), "the verdict"),
        related=(Place(actual.span, "what is judged"), Place(bound.span, "the bound")),
        claimed=verdict.word,
        expected=f"{than} than {bound.text}",
        derivation=(
            Step(
                "figure - bound",
                f"{plain(actual.middle)} - {plain(bound.value)}",
                shown_as(actual.middle - bound.value, bound.unit),
                (
                    Operand("figure", actual.text, actual.interval.low, actual.interval.high, actual.span),
                    Operand("bound", bound.text, bound.interval.low, bound.interval.high, bound.span),
                ),
                gap.low,
                gap.high,
            ),
        ),
    )

"""Targets: what is reached beside what was asked for, and whether that is enough in the target's own sense.

Two figures make a pair where their roles say so (an achieved and a target claim of one quantity in one scope), or where they stand
in one line that says which is which: `100 tokens/ms (achieved: 98.4)`, `TTFT <= 10 s (2-5 s reached)`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.subject import Subject
from auditor.claims.model import Approximation, Claim, Reading, Role
from auditor.findings import Confidence, Operand, Step
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.spans import Span, Text
from auditor.statements import LabelKind, Statement
from auditor.units import DIMENSIONLESS, TIME, Dimension
from auditor.values import Interval

__all__ = ["Pair", "beside", "measure", "offset", "own_label", "paired", "pairs", "same_scope", "sentence", "without_sign", "words_around"]

_LESS_IS_BETTER: Final = ("time.", "memory.", "share.communication", "share.bubble", "share.difference")
_MORE_IS_BETTER: Final = (
    "rate.",
    "share.mfu",
    "share.hfu",
    "share.gpu_utilization",
    "share.compute_utilization",
    "share.bandwidth_utilization",
    "share.load_balance",
    "share.scaling_efficiency",
    "share.pipeline_efficiency",
)
_EITHER: Final = ("memory.utilization", "memory.headroom", "memory.headroom_share", "memory.capacity")
"""Of these a target without a sign says nothing of its sense: a memory may be asked to be full, or not to be."""
_ASKED: Final = frozenset(
    "target requirement required require goal slo sla objective limit maximum minimum budget threshold ceiling cap constraint".split()
)
_REACHED: Final = frozenset("achieved achieve actual measured reached obtained observed got current delivered estimated used".split())
_UPPER: Final = frozenset("limit maximum budget ceiling cap most".split())
_LOWER: Final = frozenset("minimum least floor".split())
_ROUND_SHARE: Final = Fraction(1, 40)
_SENTENCE_END: Final = re.compile(r"[.;](?=\s+[A-Z`*])")
_RATE: Final = DIMENSIONLESS / TIME
_CUTS: Final = "(),;|→[]"
_UNJUDGED: Final = ("change", "share.of", "cost", "memory.capacity")


@dataclass(frozen=True, slots=True)
class Pair:
    """What is reached and what was asked for."""

    actual: Claim
    target: Claim
    below: bool
    """The target is met by staying at or below it."""
    sure: bool = True
    """The report says outright which figure is which."""

    def missed(self) -> bool:
        """Tell whether no reading of the two figures meets the target."""
        return all(
            _beyond(_reached(one), _bar(self.target, other), below=self.below)
            for one in self.actual.readings
            for other in self.target.readings
        )

    def at_its_worst(self) -> Pair:
        """Return the pair with a range at the end that is further from the target: 50 % of `50-70%` where at least 60 % is asked."""
        readings = tuple(
            replace(one, interval=worst, stated=worst)
            for one in self.actual.readings
            for worst in (_end(one.stated or one.interval, high=self.below),)
        )
        return replace(self, actual=replace(self.actual, readings=readings), sure=False)

    def met(self) -> bool:
        """Tell whether every reading of the two figures meets the target."""
        return all(
            _within(_reached(one), _bar(self.target, other), below=self.below)
            for one in self.actual.readings
            for other in self.target.readings
        )

    @property
    def expected(self) -> str:
        return f"{'at most' if self.below else 'at least'} {self.asked}"

    @property
    def asked(self) -> str:
        """The target as written, without its sign."""
        return without_sign(self.target.text)

    @property
    def reached(self) -> str:
        return self.actual.text.strip()

    def step(self) -> Step:
        """Return the comparison as arithmetic, in base units."""
        shown = [_shown(claim) for claim in (self.actual, self.target)]
        return Step.exact(
            "reached - target",
            f"{plain(shown[0])} - {plain(shown[1])}",
            figure(shown[0] - shown[1], self.actual.unit),
            tuple(
                Operand(name, claim.text.strip(), claim.interval.low, claim.interval.high, None if claim.source else claim.span)
                for name, claim in (("reached", self.actual), ("target", self.target))
            ),
            shown[0] - shown[1],
        )


def without_sign(text: str) -> str:
    """Return a figure as written without the sign or the words of its bound."""
    digits = next((place for place, character in enumerate(text) if character.isdigit() or character in "~$."), 0)
    return text[digits:].strip()


def _shown(claim: Claim) -> Fraction:
    interval = claim.readings[0].stated or claim.interval
    if interval.middle is not None:
        return interval.middle
    return next((end for end in (interval.low, interval.high) if end is not None), Fraction(0))


def _bar(target: Claim, reading: Reading) -> Interval:
    """Return a target as an interval: it is set, not measured, so it is exactly what is written unless marked as approximate."""
    if target.approximation is Approximation.ABOUT or reading.stated is None:
        return reading.interval
    return reading.stated


def _reached(reading: Reading) -> Interval:
    """Return what a figure can mean; the zeros of 18,000 are taken for rounding up to a fortieth only."""
    stated = reading.stated
    if stated is None or not stated.is_exact or stated.low is None or abs(stated.low) < 1000 * reading.unit.scale:
        return reading.interval
    near = stated.widen(_ROUND_SHARE)
    return near if near.within(reading.interval) else reading.interval


def _end(interval: Interval, *, high: bool) -> Interval:
    end = interval.high if high else interval.low
    return Interval.exact(end) if end is not None else interval


def _beyond(actual: Interval, target: Interval, *, below: bool) -> bool:
    if below:
        bar = target.high if target.high is not None else target.low
        return actual.low is not None and bar is not None and actual.low > bar
    bar = target.low if target.low is not None else target.high
    return actual.high is not None and bar is not None and actual.high < bar


def _within(actual: Interval, target: Interval, *, below: bool) -> bool:
    if below:
        bar = target.low if target.low is not None else target.high
        return actual.high is not None and bar is not None and actual.high <= bar
    bar = target.high if target.high is not None else target.low
    return actual.low is not None and bar is not None and actual.low >= bar


def _sense(target: Claim, words: frozenset[str] | set[str], *quantities: str) -> bool | None:
    """Tell whether a target is met from below; None where nothing says so: the limit of a rate may be its least."""
    if target.bound:
        return target.bound.startswith("<")
    if words & _UPPER or target.role is Role.LIMIT:
        return None if quantities and quantities[0].startswith(_MORE_IS_BETTER) else True
    if words & _LOWER:
        return False
    for quantity in quantities:
        if quantity in _EITHER:
            return None
        if quantity.startswith(_LESS_IS_BETTER):
            return True
        if quantity.startswith(_MORE_IS_BETTER):
            return False
    return None


# -- by role -------------------------------------------------------------------------------------------------------------


def pairs(claims: Iterable[Claim]) -> list[Pair]:
    """Pair each figure reached with each target of its quantity in the same scope."""
    found = []
    firm = [claim for claim in claims if claim.confidence is not Confidence.LOW]
    targets: dict[str, list[Claim]] = defaultdict(list)
    for claim in firm:
        if claim.role in (Role.TARGET, Role.LIMIT):
            targets[claim.quantity].append(claim)
    for actual in firm:
        if actual.role is not Role.ACTUAL or actual.quantity == "other" or actual.quantity in _UNJUDGED:
            continue
        for target in targets.get(actual.quantity, ()):
            if target.span == actual.span:
                continue
            pair = paired(actual, target)
            if pair is not None and same_scope(actual, target):
                found.append(pair)
    return found


def paired(actual: Claim, target: Claim) -> Pair | None:
    """Return a figure beside the target of its quantity; None where nothing says in which sense the target is met."""
    below = _sense(target, frozenset(), target.quantity)
    return None if below is None else Pair(actual, target, below)


def same_scope(first: Claim, second: Claim) -> bool:
    """Tell whether a target holds for a figure: what it says nothing of, it leaves open."""
    one, two = first.scope, second.scope
    sides = ((one.per, two.per), (one.phase, two.phase), (one.member, two.member))
    open_or_same = all(not left or not right or left == right for left, right in sides)
    return open_or_same and first.plan == second.plan and (one.words == two.words or not two.words)


# -- in one line ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Side:
    """A figure of a line with the words that belong to it."""

    claim: Claim
    words: frozenset[str]
    bracketed: bool

    @property
    def per(self) -> str:
        return self.claim.scope.per or ("gpu" if {"per", "gpu"} <= self.words else "")

    @property
    def asked(self) -> bool:
        return bool(self.claim.bound) or bool(self.words & _ASKED)

    @property
    def reached(self) -> bool:
        return bool(self.words & _REACHED)


def beside(subject: Subject, index: int) -> tuple[Pair, ...]:
    """Return the pairs that the sentences of a statement make, each of its two comparable figures, where it says which is which."""
    statement = subject.document.statements[index]
    claims = [claim for claim in subject.of(index) if claim.quantity not in _UNJUDGED and claim.scope.words != "operand"]
    if len(claims) < 2:
        return ()
    text = statement.value.content
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    sentences: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        sentences[bisect_left(ends, offset(statement.value, claim.span.end))].append(claim)
    found = (_pair(subject, statement, together) for together in sentences.values() if len(together) > 1)
    return tuple(pair for pair in found if pair is not None)


def _pair(subject: Subject, statement: Statement, claims: Sequence[Claim]) -> Pair | None:
    sides = [side for side in _sides(subject, statement, claims) if not side.words & subject.lexicon.sayings["of another figure"]]
    sides = _comparable(sides)
    if len(sides) != 2:
        return None
    label = {word.text for word in subject.lexicon.normalize(own_label(statement))}
    target, actual, sure = _told_apart(sides, asked_by_label=bool(label & _ASKED))
    if target is None or actual is None or actual.claim.role in (Role.PREVIOUS, Role.EXAMPLE):
        return None
    if {target.per, actual.per} == {"gpu", "total"}:
        return None
    below = _sense(target.claim, target.words | (label & (_UPPER | _LOWER)), actual.claim.quantity, target.claim.quantity)
    return None if below is None else Pair(actual.claim, target.claim, below, sure)


def sentence(text: str, position: int) -> str:
    """Return the sentence of a text that a position stands in."""
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    place = bisect_left(ends, max(position, 1))
    return text[ends[place - 1] : ends[place]]


def _told_apart(sides: Sequence[_Side], *, asked_by_label: bool) -> tuple[_Side | None, _Side | None, bool]:
    """Return target and figure reached of two sides, and whether words say so outright."""
    one, two = sides
    for target, actual in ((one, two), (two, one)):
        if target.words & _ASKED and not actual.words & _ASKED and not target.reached:
            return target, actual, True
    for target, actual in ((one, two), (two, one)):
        if actual.reached and not target.reached and (target.asked or asked_by_label):
            return target, actual, True
    for target, actual in ((one, two), (two, one)):
        if target.claim.bound and not actual.claim.bound and not target.reached:
            return target, actual, True
    if asked_by_label and two.bracketed and not one.bracketed and not one.reached:
        return one, two, False
    return None, None, False


def _comparable(sides: Sequence[_Side]) -> list[_Side]:
    """Return the sides that measure the same; a bare number takes the unit of the only figure that has one."""
    units = {measure(side.claim) for side in sides if side.claim.unit.symbol != "1"}
    if len(units) != 1:
        return []
    unit = next(side.claim.unit for side in sides if side.claim.unit.symbol != "1")
    found = []
    for side in sides:
        if side.claim.unit.symbol != "1":
            found.append(side)
        elif side.claim.quantity == "other" and side.asked | side.reached and unit.dimension != DIMENSIONLESS:
            readings = tuple(Reading(reading.interval.scale(unit.scale), unit, reading.name) for reading in side.claim.readings)
            found.append(replace(side, claim=replace(side.claim, readings=readings)))
    return found


def _sides(subject: Subject, statement: Statement, claims: Sequence[Claim]) -> list[_Side]:
    text = statement.value.content
    places = [(offset(statement.value, claim.span.start), offset(statement.value, claim.span.end)) for claim in claims]
    found = []
    for position, (claim, (start, end)) in enumerate(zip(claims, places, strict=True)):
        left = places[position - 1][1] if position else 0
        right = places[position + 1][0] if position + 1 < len(places) else len(text)
        before, after = _next_to(statement, claims, position)
        leading, trailing = _words(subject, before), _words(subject, after)
        for connector in subject.lexicon.sayings["between figure and target"]:
            if connector in leading:
                leading = leading[len(leading) - leading[::-1].index(connector) :]
            if connector in trailing:
                trailing = trailing[: trailing.index(connector)]
        between = (
            position
            and not set(_CUTS) & set(text[left:start])
            and not set(subject.lexicon.sayings["between figure and target"]) & set(_words(subject, text[left:start]))
        )
        follows = (
            position + 1 < len(places)
            and len(after) == right - end
            and not set(subject.lexicon.sayings["between figure and target"]) & set(_words(subject, after))
        )
        words = frozenset((*(() if between else leading), *(() if follows else trailing)))
        found.append(_Side(claim, words, text.count("(", 0, start) > text.count(")", 0, start)))
    return found


def words_around(subject: Subject, index: int) -> dict[Span, frozenset[str]]:
    """Return for each claim of a statement the words that belong to it: those next to it, up to a bracket, a comma or another figure."""
    statement, claims = subject.document.statements[index], subject.of(index)
    found = {}
    for position, claim in enumerate(claims):
        before, after = _next_to(statement, claims, position)
        found[claim.span] = frozenset((*_words(subject, before), *_words(subject, after)))
    return found


def _next_to(statement: Statement, claims: Sequence[Claim], position: int) -> tuple[str, str]:
    """Return the text before and behind a claim, up to the neighbouring claims, brackets and commas."""
    text, value = statement.value.content, statement.value
    left = offset(value, claims[position - 1].span.end) if position else 0
    right = offset(value, claims[position + 1].span.start) if position + 1 < len(claims) else len(text)
    before = text[left : offset(value, claims[position].span.start)]
    after = text[offset(value, claims[position].span.end) : right]
    before = before[max(before.rfind(mark) for mark in _CUTS) + 1 :]
    return before, after[: min((cut for mark in _CUTS if (cut := after.find(mark)) >= 0), default=len(after))]


def _words(subject: Subject, text: str) -> list[str]:
    return [word.text for word in subject.lexicon.normalize(text)]


def measure(claim: Claim) -> tuple[Dimension, str]:
    """Return what a claim measures: tokens and requests per second are two things, ms and s are one."""
    symbol = claim.unit.symbol
    counted = symbol.partition("/")[0] if claim.unit.dimension == _RATE else "%" if symbol == "%" else ""
    return claim.unit.dimension, counted


def own_label(statement: Statement) -> str:
    """Return the label that a statement gives itself on its own line: the words before the colon, its key, its row."""
    label = statement.path[-1] if statement.path else None
    if label is None or label.kind in (LabelKind.HEADING, LabelKind.FILE, LabelKind.INDEX):
        return ""
    if label.kind is LabelKind.ITEM and label.text.whole.end > statement.value.whole.start:
        return ""
    return label.text.content


def offset(text: Text, position: int) -> int:
    """Return the character of a text that stands at a source position; its end for a position behind it."""
    for segment in text.segments:
        if segment.span.start <= position <= segment.span.end:
            return segment.start + min(position - segment.span.start, segment.end - segment.start)
    return len(text.content)

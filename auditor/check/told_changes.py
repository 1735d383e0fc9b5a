"""Changes that running text tells beside two figures: `goes from 57.1 to 129.2 tok/s, that is 3.1x faster`.

Nothing has to be named and no order is asked for. A percentage or a ratio with a word of change, or with a sign, or in brackets behind
an arrow, is of the two figures of its sentence that measure the same, if nothing but words that link it to them stands between. Where
any two figures of the sentence give it, it is of these.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Final

from auditor.check.passages import Passage
from auditor.check.placed import Placed
from auditor.check.printed import Printed, printed
from auditor.check.subject import Subject
from auditor.check.told import SENTENCE_END, Figure, is_of, told
from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Approximation
from auditor.findings import Confidence
from auditor.language.numbers import Form, Number
from auditor.records import dataclass
from auditor.units import DIMENSIONLESS
from auditor.values import Interval

__all__ = ["Change", "is_change", "is_signed", "told_changes", "told_multiples", "unsigned"]


@dataclass(frozen=True, slots=True)
class Change:
    """Two figures and the change stated between them."""

    before: Placed
    after: Placed
    """Of what became less the larger figure comes first, and behind a change stands what it is a change from."""
    change: Placed
    ratio: bool
    """It is given as a ratio (1.4x), not as a share (40%)."""
    names: tuple[str, str] = ("from", "to")
    confidence: Confidence = Confidence.HIGH
    multiple: bool = False
    """It says how many times the first figure the second is: `2x the requirement`."""
    signed: bool = False
    """It is written with its sign, so that it says what was added or taken away: `+350%`."""
    falls: bool = False
    """A word says that something became less: it is a share of what it was."""
    spelled: bool = False
    """It stands in words, `twice`, and is a quotient."""
    tentative: bool = False
    """The two figures may not be the ones meant: it is only worth saying where it holds."""


def unsigned(item: Placed) -> Placed:
    """Return a change without its sign: `-6.3%` is a change of 6.3%."""
    shown = item.printed
    return replace(item, printed=replace(shown, value=abs(shown.value), interval=shown.interval.absolute()))


def is_signed(content: str, number: Number) -> bool:
    """Tell whether a plus or minus sign stands right before a number."""
    return bool(number.signed) or content[max(0, number.digits - 1) : number.digits] in _SIGNS


_SIGNS: Final = ("+", "-", "−", "\u2013")


def told_changes(passage: Passage, subject: Subject) -> Iterator[tuple[Change, ...]]:
    """Yield, for each change that a passage tells, the pairs of figures that it may be of; one pair is the one that is meant."""
    content, lexicon = passage.content, subject.lexicon
    changes = [number for number in lexicon.scan(content) if is_change(number)]
    if not changes:
        return
    sentences = _Sentences.of(passage, subject)
    for number in changes:
        here = [item for item in sentences.around(number.start) if item.number.digits != number.digits]
        pairs = [
            pair
            for one, other in combinations(here, 2)
            if (pair := _pair(one, other, here, subject)) is not None
            and (one.number.digits < number.digits or _is_joined(one, other, lexicon))
        ]
        around = _Around.of(content, number, here)
        if pairs and _is_told(around, pairs, lexicon):
            falls = not lexicon.sayings["becoming less"].isdisjoint((*around.ahead[-_NEAR:], *around.behind[:_NEAR]))
            yield tuple(_told(passage, number, *pair, falls=falls) for pair in pairs)


def told_multiples(passage: Passage, subject: Subject) -> Iterator[tuple[Change, ...]]:
    """Yield, as `told_changes` does, the multiples in words: `400 GB/s, twice the 100 GB/s`; `from 44 to 33 ms: it was halved`."""
    content, lexicon = passage.content, subject.lexicon
    lowered = content.lower()
    found = [match for match in _WORD.finditer(lowered) if match.group() in lexicon.sayings["multiples that are told"]]
    if not found:
        return
    sentences = _Sentences.of(passage, subject)
    for match in found:
        here = sentences.around(match.start())
        before = [item for item in here if item.number.digits < match.start()]
        behind = [item for item in here if item.number.digits > match.start()]
        pairs = [pair for one, other in combinations(here, 2) if (pair := _pair(one, other, here, subject)) is not None]
        order = _multiplied(lowered, match, before, behind, lexicon)
        if len(pairs) == 1 and order is not None and {item.number.digits for item in pairs[0]} == {item.number.digits for item in order}:
            one, other = pairs[0] if order[0].number.digits < order[1].number.digits else reversed(pairs[0])
            yield (Change(_placed(one), _placed(other), _multiple(passage, match, lexicon), ratio=True, spelled=True),)


def _multiplied(
    text: str, match: re.Match[str], before: Sequence[Figure], behind: Sequence[Figure], lexicon: Lexicon
) -> tuple[Figure, Figure] | None:
    """Return what a multiple in words is a multiple of, and what it is said of: the figures next to it."""
    linking = lexicon.derived | lexicon.hedges | lexicon.sayings["linking a change"] | lexicon.sayings["bounding a multiple"]
    against = lexicon.sayings["changed from"]
    start = max((max(item.end, item.number.end) for item in before), default=0)
    ahead = _WORD.findall(text[max(start, match.start() - _FAR) : match.start()])
    between = text[match.end() : min(match.end() + _FAR, behind[0].number.start)] if behind else ""
    said = _WORD.findall(between)
    if before and behind and linking.issuperset(ahead) and said and not _STOP.search(between) and linking.union(against).issuperset(said):
        return behind[0], before[-1]
    if len(before) > 1 and linking.issuperset(ahead):
        return before[-2], before[-1]
    if len(behind) > 1 and len(said) == 1 and said[0] in against:
        return behind[0], behind[1]
    return None


def _multiple(passage: Passage, match: re.Match[str], lexicon: Lexicon) -> Placed:
    words = lexicon.vocabulary
    value = 1 / words.parts[match.group()] if match.group() in words.parts else Fraction(words.multiples[match.group()])
    slack = value * _ROUGHLY
    shown = Printed(match.group(), value, Interval(value - slack, value + slack), Fraction(0), None, Approximation.ABOUT)
    return Placed(shown, passage.span(match.start(), match.end()), passage.content[match.start() : match.end()])


_ROUGHLY: Final = Fraction(15, 100)
"""How far off what is called twice as much may be."""


def is_change(number: Number) -> bool:
    """Tell whether a number can be a change: a percentage or a ratio."""
    return not number.bound and ((number.unit == "%" and number.form is Form.PLAIN) or number.form is Form.RATIO)


_CUT: Final = re.compile(r";\s")


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The figures of a passage by its sentences; a semicolon ends one too."""

    ends: tuple[int, ...]
    figures: tuple[Figure, ...]
    starts: tuple[int, ...]
    """Where each figure starts."""

    @classmethod
    def of(cls, passage: Passage, subject: Subject) -> _Sentences:
        ends = sorted(match.end() for pattern in (SENTENCE_END, _CUT) for match in pattern.finditer(passage.content))
        usable = (item for item in told(passage, subject) if item.middle > 0 and item.printed.interval.is_bounded)
        figures = tuple(item for item in usable if not item.number.bound)
        return cls((0, *ends, len(passage.content) + 1), figures, tuple(item.number.digits for item in figures))

    def around(self, place: int) -> Sequence[Figure]:
        """Return the figures of the sentence around a place; none of a sentence that holds too many to say which is meant."""
        sentence = bisect_right(self.ends, place)
        first, last = (bisect_left(self.starts, end) for end in self.ends[sentence - 1 : sentence + 1])
        return self.figures[first:last] if last - first <= _MOST else ()


_MOST: Final = 12


def _pair(one: Figure, other: Figure, here: Sequence[Figure], subject: Subject) -> tuple[Figure, Figure] | None:
    """Return two figures if they measure the same; one without a unit that stands right beside the other is meant in its unit."""
    if one.is_share != other.is_share or is_of(_between(one, other), subject.lexicon):
        return None
    if one.measure == other.measure:
        is_joined = not one.measure.is_bare or one.is_share or _is_joined(one, other, subject.lexicon)
        return (one, other) if is_joined else None
    if here.index(other) - here.index(one) != 1 or not _is_beside(one, other, subject):
        return None
    if one.measure.is_bare:
        return replace(one, measure=other.measure, printed=replace(one.printed, unit=other.printed.unit)), other
    if other.measure.is_bare:
        return one, replace(other, measure=one.measure, printed=replace(other.printed, unit=one.printed.unit))
    return None


_WORD: Final = re.compile(r"[a-z]+(?:[.'-][a-z]+)*")
_ARROW: Final = re.compile("→|->|=>|➜|⇒")
_MOST_APART: Final = 3
"""Words between two figures of which one says the unit for both."""


def _between(one: Figure, other: Figure) -> str:
    return other.passage.content[max(one.end, one.number.stop, one.number.end) : other.number.start].lower()


def _is_joined(one: Figure, other: Figure, lexicon: Lexicon) -> bool:
    """Tell whether two figures stand against each other in so many words: `128 → 64`, `from 128 to 64`."""
    between = _between(one, other)
    words = _WORD.findall(between)
    return bool(_ARROW.search(between)) or (bool(words) and words[-1] in lexicon.sayings["changed to"])


def _is_beside(one: Figure, other: Figure, subject: Subject) -> bool:
    """Tell whether one of two figures may be without a unit because the other has it."""
    bare = one if one.measure.is_bare else other
    if not bare.measure.is_bare or other.measure.dimension == one.measure.dimension == DIMENSIONLESS:
        return False
    if _is_joined(one, other, subject.lexicon):
        return True
    named = any(claim.quantity != "other" for claim in subject.at(bare.span))
    lexicon, words = subject.lexicon, _WORD.findall(_between(one, other))
    elsewhere = (lexicon.implied["apart"] | lexicon.implied["beside"]) - lexicon.sayings["changed from"] - lexicon.sayings["changed to"]
    return not named and len(words) <= _MOST_APART and elsewhere.isdisjoint(words)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a number, as far as the figures before and behind it."""

    number: Number
    before: Figure | None
    after: Figure | None
    lead: str
    """The text between the figure before and the number."""
    rest: str
    """The text between the number and the figure behind it."""
    ahead: tuple[str, ...]
    behind: tuple[str, ...]
    """The words of the rest up to a stop."""

    @classmethod
    def of(cls, content: str, number: Number, here: Sequence[Figure]) -> _Around:
        before = next((item for item in reversed(here) if item.number.digits < number.digits), None)
        after = next((item for item in here if item.number.digits > number.digits), None)
        start = max(before.end, before.number.stop, before.number.end) if before is not None else 0
        end = max(number.end, number.stop)
        lead = content[max(start, number.start - _FAR) : number.start].lower()
        rest = content[end : min(end + _FAR, after.number.start if after is not None else len(content))].lower()
        return cls(number, before, after, lead, rest, tuple(_WORD.findall(lead)), tuple(_WORD.findall(_STOP.split(rest)[0])))


def _is_told(around: _Around, pairs: Sequence[tuple[Figure, Figure]], lexicon: Lexicon) -> bool:
    """Tell whether a number is a change, and of figures of its sentence."""
    nearest = {item.number.digits for item in (around.before, around.after) if item is not None}
    if not any(item.number.digits in nearest for pair in pairs for item in pair):
        return False
    changing, rest = lexicon.sayings["changing"], around.rest
    words, further = around.ahead, around.behind
    linking = changing | lexicon.derived | lexicon.hedges | lexicon.sayings["linking a change"]
    is_linked = around.before is not None and linking.issuperset(words)
    own = _own(further, lexicon, is_followed=around.after is not None and not _STOP.search(rest))
    is_in = _is_in(further, lexicon)
    if own is None and further[0] in changing and not is_in:
        return False
    if is_linked and (own or changing.intersection(words) or (around.number.signed and not further)):
        return own is not None
    is_by = len(words) == 1 and words[0] in lexicon.sayings["changed by"]
    if is_linked and not further and _ends(rest) and (is_by or (not words and "(" in around.lead)):
        return True  # in brackets behind the figures, or by so much
    if around.after is None or not (own or changing.intersection(words[-_NEAR:]) or is_in):
        return False
    against = lexicon.sayings["changed from"]
    said = _WORD.findall(rest)
    is_followed = not against.isdisjoint(said) or any(sign in rest for sign in _OPENING)
    return is_followed and linking.union(against).issuperset(said[len(further) if is_in else 0 :])


_OPENING: Final = ("(", ":", ",")


def _is_in(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Tell whether what stands behind a figure calls it a change in something: `8 % increase in GPU utilization: `."""
    return 2 < len(words) <= _MOST_NAMED and words[0] in lexicon.sayings["changing"] and words[1] in lexicon.sayings["changed in"]


_MOST_NAMED: Final = 5


_NEAR: Final = 3
_FAR: Final = 200
"""Letters around a change in which its words stand."""
_STOP: Final = re.compile(r"[.,;:()\[\]–—]")


def _ends(rest: str) -> bool:
    return rest.lstrip(" *_`")[:1] in ("", ")", "]", ".", ",")


def _own(words: Sequence[str], lexicon: Lexicon, *, is_followed: bool) -> bool | None:
    """Tell whether what stands behind a figure calls it a change of the figures themselves; none where it is one of something else."""
    if not words:
        return False
    said = words[1:] if words[0] in lexicon.sayings["kinds of change"] else words
    if not said or said[0] in lexicon.sayings["changed from"]:
        return False
    if said[0] not in lexicon.sayings["changing"]:
        return None
    if len(said) == 1 or said[1] in lexicon.each:
        return True
    if said[1] not in lexicon.sayings["changed from"]:
        return None
    former = lexicon.sayings["before a change"] | lexicon.sayings["linking a change"]
    return True if is_followed or former.issuperset(said[2:]) else None  # `20 % less than we feared` is of neither


def _told(passage: Passage, number: Number, one: Figure, other: Figure, *, falls: bool) -> Change:
    end = number.end if number.unit else number.stop
    shown = printed(passage.content, number, negative=number.signed == "-")
    change = unsigned(Placed(shown, passage.span(number.digits, end), passage.content[number.digits : end]))
    swapped = one.middle < other.middle if falls else one.number.digits < number.digits < other.number.digits
    old, new = (other, one) if swapped else (one, other)
    signed = is_signed(passage.content, number)
    return Change(_placed(old), _placed(new), change, number.form is Form.RATIO, signed=signed, falls=falls)


def _placed(item: Figure) -> Placed:
    return Placed(item.printed, item.span, item.text)

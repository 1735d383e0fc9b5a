"""Comparisons as written: `33 GB < 64 GB`, `68 GB < 85% of 80 GB`, `14.5 GB, well under the 16 GB limit`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.check.subject import Subject
from auditor.check.targets import offset, without_sign
from auditor.claims.model import Claim, Role
from auditor.findings import Operand, Outcome, Place, Severity, Step
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.statements import Kind, Statement
from auditor.units import DIMENSIONLESS
from auditor.values import Interval

__all__ = ["written"]

_SIGNS: Final = {"<": "<", "<<": "<", "≪": "<", "≤": "<=", "<=": "<=", ">": ">", ">>": ">", "≫": ">", "≥": ">=", ">=": ">="}
_IN_WORDS: Final = re.compile(
    r"^[^.;,:|(]{0,24}[,(]?\s?(?:(?:is|are|and|which|stays?|remains?|still|all)\s){0,3}(?:well|far|comfortably|safely|just|slightly|much)?\s?"
    r"(?P<below>under|below|less than|lower than|smaller than|within)\s(?:the\s|its\s|our\s)?[^\d.;,:|()]{0,20}$"
)
_OTHER_WORDS: Final = re.compile(
    r"^[^.;,:|(]{0,24}[,(]?\s?(?:(?:is|are|and|which|stays?|remains?|still|all)\s){0,3}(?:well|far|comfortably|slightly|much)?\s?"
    r"(?P<above>above|more than|higher than|greater than|larger than)\s(?:the\s|its\s|our\s)?[^\d.;,:|()]{0,20}$"
)
_FITTING: Final = "fits into"
_FITS: Final = re.compile(
    r"^(?P<before>[\sa-z,]{0,40})\bfits?\s(?:(?:comfortably|easily|well|just)\s)?(?:into|in|on|onto|within|inside)\s"
    r"(?:(?:the|its|our|an?|one|single|available|usable|remaining)\s){0,3}[a-z]{0,3}\s?$"
)
_SEVERAL: Final = re.compile(r"\s?(?:[a-z]{0,12}\s)?(?:cards|gpus|devices|accelerators|chips|nodes|each|per)\b|\s?[x×*]")
"""Behind the room that something fits into: it is there several times."""
_SUBJECTS: Final = frozenset(
    "and which that it they this these all still in total together altogether of memory weights weight states cache easily so".split()
)
"""Words between a size and `fits into`: with any other (`not`, `must`, `once quantised`) nothing is claimed of the size as it stands."""
_STILL: Final = re.compile(r"\bstill (?:well |far |slightly |a little )?(?:more|less|fewer|above|below|under|over)\b")
"""What compares counts, too: `320 in all, still more than the 300 we had`."""
_REFUTED: Final = 40
_FIRST_WORDS: Final = 2
_CLAUSE: Final = re.compile(r"[.,;:|()]")
_NOT_COMPARED: Final = ("change", "share.of", "share.difference")
_LONGEST: Final = 600
_REDIRECTION: Final = re.compile(r"[<>]{1,2}\s?[/&~]")
"""What directs a stream elsewhere: `2>/dev/null`, `2>&1`."""
_NO_COMPARISON: Final = (" --", "$", "{", "}", "'", '"')
"""What stands between figures of a command or of code: a flag, a variable, a redirection."""
_CONDITIONS: Final = frozenset(
    "if when where while unless until for any only set use require requires with this that which it yields gives makes means needs "
    "instead rather not expected should wanted and or".split()
)
"""Words that open another statement (`1 if DP > 1`, `7.8 instead of <= 2`): it says nothing of the figure before them."""
_CHANGES: Final = frozenset(("to", "from", "into"))
"""Words of a change: `cuts 42 GB to under 6 GB` compares nothing."""


@dataclass(frozen=True, slots=True)
class _Right:
    """The right side of a comparison: one figure, or a share of one."""

    value: Fraction
    substituted: str
    label: str
    claims: tuple[Claim, ...]


def written(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Check each comparison of two neighbouring figures in the sense in which it is written."""
    for index, statement in enumerate(subject.document.statements):
        text = statement.value.content
        if statement.kind is Kind.CODE or statement.struck or len(text) > _LONGEST:
            continue
        claims = subject.of(index)
        for left, right in pairwise(claims):
            outcome = _comparison(subject, rule, statement, claims, left, right)
            if outcome:
                yield outcome


def _comparison(subject: Subject, rule: Rule, statement: Statement, claims: Sequence[Claim], left: Claim, right: Claim) -> Outcome | None:
    text = statement.value.content
    between = text[offset(statement.value, left.span.end) : offset(statement.value, right.span.end)]
    measured = left.unit.dimension != DIMENSIONLESS or left.unit.symbol == "%"
    sign, word = _sign(between, in_words=measured or _STILL.search(between) is not None)
    if word == _FITTING and _SEVERAL.match(text[offset(statement.value, right.span.end) :][:40].lower()):
        return None
    former = left.role is Role.PREVIOUS and right.role not in (Role.TARGET, Role.LIMIT)
    if not sign or left.bound or former or left.role is Role.EXAMPLE:
        return None
    if _is_refuted(subject, text[offset(statement.value, right.span.end) :]):
        return None
    other = _right(statement, claims, left, right)
    actual = (left.readings[0].stated or left.interval).middle
    if other is None or actual is None or _is_of_part(between, subject):
        return None
    holds = {"<": actual < other.value, "<=": actual <= other.value, ">": actual > other.value, ">=": actual >= other.value}[sign]
    spans = (left.span, *(claim.span for claim in other.claims))
    said = f"{left.text.strip()} {word or sign} {other.label}"
    if holds:
        return rule.held(spans, said)
    if _saved_by_another_reading(sign, left, other.claims):
        return None
    equal = actual == other.value
    return rule.contradicted(
        spans,
        f"{said} is {'said' if word else 'written'}, but {'they are equal' if equal else 'it is not'}",
        Place(left.span, "left side"),
        severity=Severity.WARNING if equal else rule.severity,
        related=tuple(Place(claim.span, "right side") for claim in other.claims),
        claimed=said,
        expected="=" if equal else "the other way round",
        derivation=(
            Step.exact(
                "left - right",
                f"{plain(actual)} - {other.substituted}",
                figure(actual - other.value, left.unit),
                tuple(
                    Operand(f"x{place}", claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)
                    for place, claim in enumerate((left, *other.claims))
                ),
                actual - other.value,
            ),
        ),
    )


def _is_refuted(subject: Subject, behind: str) -> bool:
    """Tell whether the report itself says, in the first words behind a comparison, that it does not hold."""
    clause = _CLAUSE.split(behind[:_REFUTED], maxsplit=1)[0]
    return any(word.text in subject.lexicon.sayings["denied"] for word in subject.lexicon.normalize(clause)[:_FIRST_WORDS])


def _sign(between: str, *, in_words: bool) -> tuple[str, str]:
    """Return the sign that stands between two figures, or the one its words mean and the word; empty if there is none.

    Words between two counts (`64 experts within 8 GPUs`) compare nothing.
    """
    digits = next((position for position, character in enumerate(between) if character.isdigit()), 0)
    gap = between[:digits]
    sign = next((symbol for symbol in sorted(_SIGNS, key=len, reverse=True) if symbol in gap), "")
    if sign:
        if (
            _REDIRECTION.match(gap)
            or any(mark in gap for mark in _NO_COMPARISON)
            or gap.count("`") % 2
            or not _CONDITIONS.isdisjoint(gap.lower().split())
        ):
            return "", ""
        return ("", "") if "->" in gap or "=>" in gap or any(mark in gap for mark in "(),;:|") else (_SIGNS[sign], "")
    if not in_words:
        return "", ""
    words = gap.lower()
    fits = _FITS.match(words)
    if fits is not None and _SUBJECTS.issuperset(fits["before"].replace(",", " ").split()):
        return "<=", _FITTING
    if not _CHANGES.isdisjoint(words.split()):
        return "", ""
    below, above = _IN_WORDS.match(words), _OTHER_WORDS.match(words)
    if below:
        return "<=" if below["below"] == "within" else "<", below["below"]
    return (">", above["above"]) if above else ("", "")


def _right(statement: Statement, claims: Sequence[Claim], left: Claim, right: Claim) -> _Right | None:
    same = right.unit.dimension == left.unit.dimension and (right.unit.symbol == "%") == (left.unit.symbol == "%")
    bar = (right.readings[0].stated or right.interval).middle
    if bar is None and right.bound:
        interval = right.readings[0].stated or right.interval
        bar = interval.high if interval.high is not None else interval.low
    label = without_sign(right.text)
    if same and bar is not None and right.quantity not in _NOT_COMPARED and left.quantity not in _NOT_COMPARED:
        return _Right(bar, plain(bar), label, (right,))
    if right.unit.symbol != "%" or bar is None:
        return None
    position = claims.index(right)
    base = claims[position + 1] if position + 1 < len(claims) else None
    if base is None or base.unit.dimension != left.unit.dimension:
        return None
    gap = statement.value.content[offset(statement.value, right.span.end) : offset(statement.value, base.span.start)]
    whole = (base.readings[0].stated or base.interval).middle
    if whole is None or not gap.strip().startswith("of"):
        return None
    return _Right(bar * whole, f"{plain(bar)} * {plain(whole)}", f"{label} of {base.text.strip()}", (right, base))


def _is_of_part(between: str, subject: Subject) -> bool:
    """Tell whether a word makes the right side a part or a multiple of what is written: `more than half of the 2,039 GB/s`."""
    words = subject.lexicon.vocabulary
    digits = next((position for position, character in enumerate(between) if character.isdigit()), len(between))
    return any(word in words.parts or word in words.multiples for word in re.findall(r"[a-z]+", between[:digits].lower()))


def _saved_by_another_reading(sign: str, left: Claim, right: Sequence[Claim]) -> bool:
    """Tell whether some reading of the two sides (GB or GiB, a rounded figure) lets a comparison of two plain figures hold."""
    if len(right) != 1:
        return False
    return any(
        _may_hold(sign, one.interval, other.interval) and one.interval.middle != other.interval.middle
        for one in left.readings[1:]
        for other in right[0].readings
    )


def _may_hold(sign: str, left: Interval, right: Interval) -> bool:
    if sign.startswith("<"):
        return left.low is None or right.high is None or left.low < right.high
    return left.high is None or right.low is None or left.high > right.low

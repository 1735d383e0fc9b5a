"""Words of praise beside numbers: perfect beside a difference, no waste beside idle memory, room to grow at the limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.subject import Subject
from auditor.check.targets import own_label
from auditor.claims.labels import contains, find_any
from auditor.claims.model import Claim, Role
from auditor.claims.words import Word
from auditor.findings import Operand, Outcome, Place, Severity, Step
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.statements import Kind, Statement

__all__ = ["balanced", "even", "perfect", "room", "waste"]

_EVEN_UP_TO: Final = Fraction(1, 4)
"""Even, equal and uniform are said of spreads up to a quarter."""


def perfect(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Perfect or identical balance beside a stated difference."""
    yield from _beside_difference(subject, rule, subject.lexicon.sayings["perfect"], Fraction(0))


def even(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A distribution that is called even, equal or uniform beside a difference of more than a quarter."""
    yield from _beside_difference(subject, rule, subject.lexicon.sayings["even"], _EVEN_UP_TO)


def _beside_difference(subject: Subject, rule: Rule, praises: frozenset[str], admitted: Fraction) -> Iterator[Outcome]:
    for index, statement in enumerate(subject.document.statements):
        stated = [claim for claim in subject.of(index) if claim.quantity == "share.difference" and claim.role is not Role.PREVIOUS]
        words = _words(subject, statement)
        praise = next((word.text for word in words if word.text in praises), "")
        if (
            not stated
            or not praise
            or not any(word.text in subject.lexicon.sayings["balances"] for word in words)
            or find_any(words, ("not", "no", "target"))
        ):
            continue
        claim, low = stated[0], stated[0].interval.low
        if claim.bound or low is None or low <= 0 or low < admitted:
            continue
        yield rule.contradicted(
            (claim.span,),
            f"called {praise} beside a stated difference of {claim.text.strip()}",
            Place(claim.span, "the difference"),
            related=(Place(statement.value.whole, "the verdict"),),
            claimed=praise,
            expected="a difference of 0" if not admitted else f"a difference below {figure(admitted, claim.unit)}",
            derivation=(_shown("difference", claim),),
        )
        return


def _words(subject: Subject, statement: Statement) -> tuple[Word, ...]:
    return (*subject.lexicon.normalize(own_label(statement)), *subject.lexicon.normalize(statement.value.content[:400]))


def _shown(symbol: str, claim: Claim) -> Step:
    value = claim.interval.middle or claim.interval.high or claim.interval.low or Fraction(0)
    operand = Operand(symbol, claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)
    return Step(symbol, plain(value), figure(value, claim.unit), (operand,), claim.interval.low, claim.interval.high)


# -- waste ---------------------------------------------------------------------------------------------------------------

_USE: Final = ("memory.utilization", "share.gpu_utilization", "share.compute_utilization", "share.bandwidth_utilization", "share.mfu")
_LITTLE: Final = Fraction(15, 100)


def waste(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Minimal waste or full use beside a figure that says the opposite: little of the memory, or of the GPUs, is used."""
    used = [
        claim
        for claim in subject.claims
        if claim.quantity in _USE and claim.role is Role.ACTUAL and not claim.source and not claim.scope.member and _little(claim)
    ]
    for index, statement in enumerate(subject.document.statements):
        if statement.kind in (Kind.CODE, Kind.HEADING) or statement.struck:
            continue
        words = _words(subject, statement)
        if find_any(words, subject.lexicon.sayings["wished rather than so"]):
            continue
        own = [claim for claim in used if claim.statement == index]
        claim = None
        if own and contains(words, _phrases(subject.lexicon.sayings["no waste"])):
            claim = own[0]
        elif _fully_used(subject, words) and not any(one.quantity.startswith("gpus") for one in subject.of(index)):
            claim = next((one for one in used if one.quantity == "memory.utilization"), None)
        if claim is None:
            continue
        praise = statement.value.content.strip()[:60]
        yield rule.contradicted(
            (statement.value.whole, claim.span),
            f"no waste is claimed, but {claim.text.strip()} is in use",
            Place(statement.value.whole, "the praise"),
            related=(Place(claim.span, "what is used"),),
            claimed=praise,
            expected="most of it in use",
            derivation=(_shown(claim.symbol, claim),),
        )
        return


def _little(claim: Claim) -> bool:
    return claim.interval.high is not None and claim.interval.high <= _LITTLE


def _phrases(said: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in said)


def _fully_used(subject: Subject, words: Sequence[Word]) -> bool:
    sayings = subject.lexicon.sayings
    texts = [word.text for word in words]
    for place, word in enumerate(texts):
        if (
            word in sayings["fully"]
            and sayings["uses"] & set(texts[place + 1 : place + 2])
            and sayings["resources"] & set(texts[place + 2 : place + 5])
        ):
            return True
    return False


# -- room ----------------------------------------------------------------------------------------------------------------


def room(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Room for growth beside a utilisation that is the very limit the report sets."""
    limits = [
        claim
        for claim in subject.claims
        if claim.quantity == "memory.utilization" and claim.role in (Role.LIMIT, Role.TARGET) and not claim.source and _is_upper(claim)
    ]
    for index, statement in enumerate(subject.document.statements):
        words = _words(subject, statement)
        if (
            statement.kind is Kind.CODE
            or not contains(words, _phrases(subject.lexicon.sayings["room for growth"]))
            or find_any(words, subject.lexicon.sayings["hardly any"])
        ):
            continue
        for claim in subject.of(index):
            if claim.quantity != "memory.utilization" or claim.role is not Role.ACTUAL or claim.bound or claim.interval.low is None:
                continue
            reached = [limit for limit in limits if limit.span != claim.span and _at(claim, limit)]
            if not reached:
                continue
            yield rule.contradicted(
                (claim.span, reached[0].span),
                f"room is claimed at {claim.text.strip()}, which is the limit itself",
                Place(claim.span, "in use"),
                severity=Severity.WARNING,
                related=tuple(Place(limit.span, "the limit") for limit in reached[:4]),
                claimed=claim.text.strip(),
                expected=f"below {reached[0].text.strip()}",
                derivation=(_shown(claim.symbol, claim),),
            )
            return


def _is_upper(claim: Claim) -> bool:
    return claim.role is Role.LIMIT or claim.bound.startswith("<")


def _at(claim: Claim, limit: Claim) -> bool:
    end = limit.interval.high if limit.interval.high is not None else limit.interval.low
    return end is not None and claim.interval.low is not None and claim.interval.high is not None and claim.interval.high >= end


# -- balance -------------------------------------------------------------------------------------------------------------


def balanced(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A load that is called balanced although there are fewer parts than GPUs, so that some have nothing to do."""
    for statement in subject.document.statements:
        if not _says_balanced(subject, statement):
            continue
        near = [other for other, one in enumerate(subject.document.statements) if one.group == statement.group]
        for other in near:
            for claim in subject.of(other):
                if not _parts_per_gpu(subject, claim) or claim.interval.high is None or claim.interval.high >= 1:
                    continue
                yield rule.contradicted(
                    (statement.value.whole, claim.span),
                    f"called balanced, but with {claim.text.strip()} parts a GPU most GPUs have none",
                    Place(statement.value.whole, "the verdict"),
                    related=(Place(claim.span, "parts per GPU"),),
                    claimed=statement.value.content.strip()[:60],
                    expected="at least one part for each GPU",
                    derivation=(_shown("parts_per_gpu", claim),),
                )
                return


def _says_balanced(subject: Subject, statement: Statement) -> bool:
    label = subject.lexicon.normalize(own_label(statement))
    if statement.literal in ("true", "false"):
        return statement.literal == "true" and find_any(label, subject.lexicon.sayings["balance"])
    words = _words(subject, statement)
    return find_any(words, subject.lexicon.sayings["well shared"]) and find_any(words, subject.lexicon.sayings["balance"])


def _parts_per_gpu(subject: Subject, claim: Claim) -> bool:
    if claim.quantity != "other" or claim.role is not Role.ACTUAL:
        return False
    words = [word.text for word in subject.lexicon.normalize(own_label(subject.statement(claim)))]
    return not subject.lexicon.sayings["parts of a model"].isdisjoint(words) and (claim.scope.per == "gpu" or words[-2:] == ["per", "gpu"])

"""Checks of single figures: what no deployment can have, whatever else the report says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role, never_negative
from auditor.claims.vocabulary import DIFFERENCES
from auditor.findings import Confidence, Outcome, Place
from auditor.rulebook import Rule

__all__ = ["figures"]

_WHOLE: Final = ("parallel.", "model.layers", "model.heads", "model.kv_heads", "model.hidden")
"""How the ids of quantities begin that count what cannot be cut: axes, layers, heads."""


def figures(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Yield a contradiction for each negative amount and each broken degree."""
    for claim in subject.claims:
        if claim.role is Role.PREVIOUS or claim.confidence is Confidence.LOW or not never_negative(claim.quantity):
            continue
        reason, expected = _impossible(claim)
        if not reason or _names_a_change(subject, claim) or _may_order(subject, claim):
            continue
        message = f"{claim.text.strip()} is no {_noun(claim)}: {reason}"
        place = Place(claim.span, reason, path=claim.source)
        yield rule.contradicted((claim.span,), message, place, claimed=claim.text.strip(), expected=expected)


def _impossible(claim: Claim) -> tuple[str, str]:
    """Return what is impossible about a figure and what would be possible; empty where nothing is."""
    if _stands_for_none(claim):
        return "", ""
    if all(reading.interval.high is not None and reading.interval.high < 0 for reading in claim.readings):
        return "it is negative", "0 or more"
    if claim.quantity.startswith(_WHOLE) and _is_named(claim) and not claim.bound and claim.scope.per in ("", "total"):
        stated = [reading.stated for reading in claim.readings if reading.stated is not None and reading.stated.is_exact]
        if stated and all(one.low is not None and one.low.denominator > 1 for one in stated):
            return "it is not whole", "a whole number"
    return "", ""


def _is_named(claim: Claim) -> bool:
    """Tell whether a name glued to a figure or a label without figures of its own says what it is: not `4.6 stage-loads`, `A: TP16`."""
    label = claim.read_as.partition("'")[2]
    return claim.read_as.endswith("before it") or (claim.read_as.startswith("label") and not any(map(str.isdigit, label)))


def _stands_for_none(claim: Claim) -> bool:
    """Tell whether a bare -1 is no amount: programs read it as all, as none, or as one to be chosen."""
    return claim.text.strip().strip("`'\"") in ("-1", "−1")


def _names_a_change(subject: Subject, claim: Claim) -> bool:
    """Tell whether a label over the figure speaks of a difference, which may have either sign: `Latency change: -3 ms`."""
    if claim.source:
        return False
    words = {word.text for label in subject.statement(claim).path for word in subject.lexicon.normalize(label.text.content[:200])}
    return bool(words & (DIFFERENCES | subject.lexicon.sayings["figures of changes"]))


def _may_order(subject: Subject, claim: Claim) -> bool:
    """Tell whether a bare number under `weight` may say where a page stands among others, not how much its weights take."""
    if claim.source or any(character.isalpha() for character in claim.text):
        return False
    return claim.quantity == "memory.weights" and subject.statement(claim).label.lower().strip() == "weight"


def _noun(claim: Claim) -> str:
    return (claim.symbol or claim.quantity).replace("_", " ").replace(".", " ")

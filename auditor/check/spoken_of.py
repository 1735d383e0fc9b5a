"""What a claim speaks of where a report speaks of several things: the models and the GPUs that are named nearest to it.

A page of benchmarks names a model in each caption or heading; what it says of one need not agree with what it says of another.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.cost.catalog import find_hardware, find_models
from auditor.remember import remembered
from auditor.statements import Kind, LabelKind, Statement

__all__ = ["apart", "by_subject"]

_LONGEST: Final = 400
_SETTING: Final = frozenset((Kind.ITEM, Kind.ENTRY))
"""Bullets and entries of objects: each sets what its label says."""
_MEASURED: Final = ("memory.", "time.", "rate.", "share.")
_NAMES: Final = re.compile(r"(?<![a-z0-9])[a-z]{1,8}[ -]?[0-9]{1,4}(?![a-z0-9.])")
"""A short name with a number in it, in small letters: `fp8`, `tp4`, `h100`."""


def by_subject(subject: Subject, claims: Sequence[Claim]) -> list[list[Claim]]:
    """Split claims by the models, then by the GPUs, named nearest to each, where they name several; those near no name stay together."""
    parts = [list(claims)]
    for devices in (False, True):
        split: list[list[Claim]] = []
        for part in parts:
            named: dict[frozenset[str], list[Claim]] = defaultdict(list)
            for claim in part:
                named[_named_near(subject, claim, devices=devices)].append(claim)
            split += named.values() if sum(bool(names) for names in named) > 1 else [part]
        parts = split
    return parts


def apart(subject: Subject, first: Claim, second: Claim) -> bool:
    """Tell whether two claims stand in paragraphs or blocks that differ in more than what the claims say: each is of its own case."""
    one, other = subject.statement(first), subject.statement(second)
    if first.quantity.startswith(_MEASURED) and _differ_in_names(subject, first, second):
        return True
    if _differ_in_settings(subject, one, other):
        return True
    if one.kind is not Kind.SENTENCE or other.kind is not Kind.SENTENCE or one.group == other.group:
        return False
    here, there = _told(subject, one.group), _told(subject, other.group)
    return sum(here[quantity].isdisjoint(there[quantity]) for quantity in here.keys() & there.keys()) > 1


def _differ_in_names(subject: Subject, first: Claim, second: Claim) -> bool:
    """Tell whether what leads to two figures names two things: `with an FP32 layer: 1024 MB`, `with an FP8 layer: 256 MB`."""
    one, other = (_NAMES.findall(_leading(subject, claim)) for claim in (first, second))
    return bool(one and other) and set(one).isdisjoint(other)


def _differ_in_settings(subject: Subject, one: Statement, other: Statement) -> bool:
    """Tell whether two blocks set the same things, and two of them or more otherwise: runs of a page, not one plan that errs."""
    if one.group == other.group or not {one.kind, other.kind} <= _SETTING:
        return False
    here, there = _settings(subject, one.group), _settings(subject, other.group)
    return sum(here[label] != there[label] for label in here.keys() & there.keys()) > 1


def _settings(subject: Subject, group: int) -> Mapping[str, str]:
    """Return what a list or an object says under each of its labels."""
    found: dict[str, str] = {}
    for index in subject.groups.get(group, ()):
        statement = subject.document.statements[index]
        if statement.kind in _SETTING and statement.label:
            found.setdefault(statement.label.casefold(), statement.value.content.casefold().strip())
    return found


def _leading(subject: Subject, claim: Claim) -> str:
    """Return the innermost label of a figure and what stands before it in its statement."""
    statement = subject.statement(claim)
    value = statement.value
    before = subject.document.source.text[value.whole.start : claim.span.start] if value.content else ""
    return f"{statement.label} {before}"[-_LONGEST:].lower()


def _told(subject: Subject, group: int) -> Mapping[str, set[Fraction]]:
    """Return the counts a paragraph states."""
    found: dict[str, set[Fraction]] = defaultdict(set)
    for index in subject.groups.get(group, ()):
        for claim in subject.of(index):
            if claim.interval.is_exact and claim.interval.low is not None:
                found[claim.quantity].add(claim.interval.low)
    return {quantity: values for quantity, values in found.items() if quantity != "other"}


def _named_near(subject: Subject, claim: Claim, *, devices: bool) -> frozenset[str]:
    """Return what is named in the statement of a claim, else in its paragraph, else in the innermost label that names something."""
    statement = subject.statement(claim)
    paragraph = subject.groups.get(statement.group, ()) if statement.kind is Kind.SENTENCE else ()
    texts = [
        statement.value.content,
        " ".join(subject.document.statements[index].value.content for index in paragraph),
        *(label.text.content for label in reversed(statement.path) if label.kind is not LabelKind.FILE),
    ]
    return next((names for text in texts if (names := _names(text[:_LONGEST], devices))), frozenset())


@remembered
def _names(text: str, devices: bool) -> frozenset[str]:
    if devices:
        return frozenset(part.families[0] for part in find_hardware(text))
    return frozenset(model.name for model in find_models(text))

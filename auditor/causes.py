"""Causes: one root cause, one finding.

`repeated` tells the same mistake once, with all its places. `settled` tells a finding
with the one it follows from, where that can be shown: the likeliest culprit of the stronger one, put right in the text,
makes both disappear when the report is read and checked again. Where it cannot be shown, both stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from typing import Final

from auditor.check.subject import Subject
from auditor.claims.model import Scope
from auditor.culprits import Diagnosis
from auditor.findings import Edit, Finding, Outcome, Place, Repair
from auditor.spans import Span

__all__ = ["Again", "repeated", "retold", "settled"]

MAX_PLACES: Final = 24
"""Related places of one finding."""
MAX_TRIED: Final = 12
MAX_READ: Final = 150_000
"""Changes of the text that are read and checked again for one report, and how many characters that may be in all."""
_OF_ITS_OWN: Final = frozenset(("status", "method", "reference"))
"""What is said in words is a statement of its own: that it stands beside a wrong figure excuses neither."""

Again = Callable[[Sequence[Edit]], Set[tuple[str, int]]]
"""Reads and checks the report again with some edits; returns the code and line of each finding."""


# --- repeats


def repeated(outcomes: Sequence[Outcome], subject: Subject) -> list[tuple[Finding, tuple[Span, ...]]]:
    """Return each finding once, with the places its outcome rests on: the same mistake in several places is one finding.

    The same rule at the same place, for several plans, is one finding too.
    """
    alike: dict[object, list[int]] = {}
    for index, outcome in enumerate(outcomes):
        if outcome.finding is not None:
            alike.setdefault(_likeness(outcome.finding, subject), []).append(index)
    told = [_joined(group, outcomes) for group in alike.values()]
    at_place: dict[tuple[str, Span, str], list[tuple[int, Finding]]] = {}
    for index, finding in sorted(told, key=lambda one: one[0]):
        at_place.setdefault(_key(finding), []).append((index, finding))
    return [(_together(group[0][1], [finding for _, finding in group[1:]]), outcomes[group[0][0]].spans) for group in at_place.values()]


def _key(finding: Finding) -> tuple[str, Span, str]:
    return (finding.code, finding.place.span, finding.place.path)


def _likeness(finding: Finding, subject: Subject) -> object:
    """Return what two findings share that are the same mistake: the rule, what is claimed of what, and all the numbers behind it."""
    claims = [claim for claim in subject.at(finding.place.span) if not finding.place.path]
    about: set[tuple[str, Scope]] = {(claim.quantity, claim.scope) for claim in claims}
    arithmetic = tuple((step.substituted, step.result) for step in finding.derivation)
    said = (finding.claimed, finding.expected) if finding.claimed and arithmetic else (finding.message,)
    return (finding.code, said, frozenset(about), arithmetic)


def _joined(group: Sequence[int], outcomes: Sequence[Outcome]) -> tuple[int, Finding]:
    """Return the best attested of several findings that say the same, with the places of all, and the index of its outcome."""
    found = [(index, finding) for index in group if (finding := outcomes[index].finding) is not None]
    index, first = min(found, key=lambda one: _strength(one[1]))
    others = [finding for _, finding in found if finding is not first]
    if not others:
        return index, first
    places = [replace(other.place, message=other.place.message or "again") for other in others]
    repairs = tuple(_everywhere(repair, others) for repair in first.repairs)
    return index, replace(first, related=_places(first, places), repairs=repairs, carried=tuple(others))


def _everywhere(repair: Repair, others: Iterable[Finding]) -> Repair:
    """Return a repair that is made at the places of the others too."""
    edits = {edit.span: edit for edit in repair.edits}
    restated, safe = dict.fromkeys(repair.restated), repair.safe
    for other in others:
        same = next((one for one in other.repairs if one.message == repair.message), None)
        edits |= {edit.span: edit for edit in same.edits} if same else {}
        restated |= dict.fromkeys(same.restated if same else ())
        safe = safe and same is not None and same.safe
    return replace(repair, edits=tuple(edits.values()), restated=tuple(restated), safe=safe)


# --- consequences


def settled(diagnoses: Sequence[Diagnosis], subject: Subject, again: Again) -> list[Finding]:
    """Return the findings without those that are shown to follow from another, each told with the one it follows from."""
    order = sorted(range(len(diagnoses)), key=lambda index: _strength(diagnoses[index].finding))
    now = {_code_and_line(finding, subject) for diagnosis in diagnoses for finding in _all((diagnosis.finding,))}
    followed: dict[int, list[int]] = {}
    gone: set[int] = set()
    most = min(MAX_TRIED, MAX_READ // (len(subject.document.source.text) + 1))
    tried = 0
    for index in order:
        for repair in diagnoses[index].likeliest if index not in gone else ():
            suspects = [one for one in order if one not in (index, *gone, *followed) and _rests_on(diagnoses[one], repair)]
            if not suspects or not repair.edits or tried >= most:
                continue
            tried += 1
            left = again(repair.edits)
            here = {one: _code_and_line(diagnoses[one].finding, subject) for one in (index, *suspects)}
            if here[index] in left or not left <= now:
                continue  # what makes another contradiction is not the cause
            follow = [one for one in suspects if here[one] not in left]
            followed.setdefault(index, []).extend(follow)
            gone.update(follow)
    return [
        _together(diagnosis.finding, [diagnoses[other].finding for other in followed.get(index, ())])
        for index, diagnosis in enumerate(diagnoses)
        if index not in gone
    ]


def _code_and_line(finding: Finding, subject: Subject) -> tuple[str, int]:
    return (finding.code, subject.document.source.lines.point(finding.place.span.start).line)


def _strength(finding: Finding) -> tuple[int, int, int, Span]:
    """Order findings by their evidence, the strongest first: grave, sure, resting on few claims, early."""
    return (-finding.severity.rank, -finding.confidence.rank, len(finding.basis) or len(finding.related) + 1, finding.place.span)


def _rests_on(diagnosis: Diagnosis, repair: Repair) -> bool:
    """Tell whether a finding uses a claim that a repair changes, and has no likelier culprit of its own."""
    finding = diagnosis.finding
    if finding.place.path or finding.category in _OF_ITS_OWN:
        return False
    changed = [one.span for one in repair.restated]
    places = [finding.place.span, *(place.span for place in finding.related if not place.path)]
    if not any(place.overlaps(span) for place in places for span in changed):
        return False
    own = [one.span for likely in diagnosis.likeliest for one in likely.restated]
    return not own or any(span.overlaps(other) for span in own for other in changed)


def retold(outcomes: Iterable[Outcome], findings: Iterable[Finding]) -> tuple[Outcome, ...]:
    """Return the outcomes with their findings as they are told in the end; one that is told with another stays as it was found."""
    known = {_key(finding): finding for finding in _all(findings)}
    return tuple(
        outcome if outcome.finding is None else replace(outcome, finding=known.get(_key(outcome.finding), outcome.finding))
        for outcome in outcomes
    )


def _all(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings after those told with them."""
    for finding in findings:
        yield from _all(finding.carried)
        yield finding


def _together(root: Finding, others: Sequence[Finding]) -> Finding:
    """Return a finding with the consequences of its cause: their messages, their places, and themselves."""
    if not others:
        return root
    messages = [message for other in others for message in (other.message, *other.followers)]
    places = [replace(other.place, message=other.place.message or other.message) for other in others]
    places += [place for other in others for place in other.related]
    followers = tuple(dict.fromkeys((*root.followers, *(message for message in messages if message != root.message))))
    return replace(root, related=_places(root, places), followers=followers, carried=(*root.carried, *others))


def _places(finding: Finding, more: Iterable[Place]) -> tuple[Place, ...]:
    """Return a finding's related places with more of them, each once and without its own."""
    own = (finding.place.span, finding.place.path)
    found = {(place.span, place.path): place for place in finding.related}
    for place in more:
        if (place.span, place.path) != own:
            found.setdefault((place.span, place.path), place)
    return tuple(found.values())[:MAX_PLACES]

"""Verdicts over the whole report: "all targets met", "ready for deployment".

These checks run after all others, for a verdict stands on everything else that the report says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from auditor.check.subject import Subject
from auditor.check.targets import Pair, beside, own_label, pairs
from auditor.claims.labels import contains, find_any
from auditor.findings import Confidence, Finding, Outcome, Place, Severity
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind, Statement

__all__ = ["all_met", "optimal", "ready"]

_MOST_NAMED: Final = 4


def all_met(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """All targets are said to be met while one is missed."""
    missed = _missed(subject)
    if not missed:
        return
    for statement in subject.document.statements:
        if statement.kind is Kind.CODE or statement.struck or not _claims_all(subject, statement):
            continue
        pair = missed[0]
        message = f"says that all is met, but {pair.reached} misses the target of {pair.asked}"
        named = missed[:_MOST_NAMED]
        yield rule.contradicted(
            (statement.value.whole,),
            message,
            Place(statement.value.whole, "the verdict"),
            severity=rule.severity if any(one.sure for one in missed) else Severity.WARNING,
            related=tuple(place for one in named for place in (Place(one.actual.span, "reached"), Place(one.target.span, "asked for"))),
            claimed=statement.value.content.strip()[:80],
            expected=f"{len(missed)} missed",
            derivation=tuple(one.step() for one in named),
        )
        return


def _missed(subject: Subject) -> list[Pair]:
    """Return the pairs of the report in which every stated figure misses the target."""
    by_target: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
    firm = [claim for claim in subject.claims if not claim.source and claim.confidence is Confidence.HIGH and not claim.scope.member]
    for pair in pairs(firm):
        if pair.target.quantity.startswith("memory.") and pair.actual.scope.per != pair.target.scope.per:
            continue  # a limit for one GPU is none for the whole model
        scope = pair.actual.scope
        by_target[pair.actual.quantity, scope.per, scope.phase, scope.words, pair.actual.plan].append(pair)
    found = [group[0] for group in by_target.values() if all(pair.missed() for pair in group)]
    known = {pair.actual.span for pair in found}
    for index in range(len(subject.document.statements)):
        for local in beside(subject, index):
            if local.sure and local.actual.span not in known and local.actual.plan == "main" and local.missed():
                found.append(local)
    return found


def _claims_all(subject: Subject, statement: Statement) -> bool:
    label = own_label(statement)
    words = [
        word.text
        for word in subject.lexicon.normalize(f"{label}: {statement.value.content[:300]}" if label else statement.value.content[:300])
    ]
    for index, word in enumerate(words):
        if (
            word in subject.lexicon.sayings["all of them"]
            and set(words[index + 1 : index + 5]) & subject.lexicon.sayings["things to meet"]
            and set(words[index + 1 : index + 10]) & subject.lexicon.sayings["reached"]
        ):
            return not find_any(
                subject.lexicon.normalize(" ".join(words[max(0, index - 3) : index + 10])), subject.lexicon.sayings["not yet decided"]
            )
    return False


# -- flags below a verdict -----------------------------------------------------------------------------------------------

_FINE: Final = (("ready",), ("approved",), ("optimal",), ("production",), ("success",), ("successful",), ("passed",), ("deployable",))
_SHORT: Final = 8


def optimal(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A data file that fails its own check and still calls itself optimal or ready."""
    failed = [statement for statement in subject.document.statements if _has_failed(subject, statement)]
    if not failed:
        return
    for statement in subject.document.statements:
        if statement.kind is not Kind.ENTRY or not _calls_itself_fine(subject, statement):
            continue
        message = f"{statement.value.content.strip()[:60]!r}, but {failed[0].label} is {failed[0].value.content.strip()}"
        groups = {other.group for other in failed[:_MOST_NAMED]}
        checked = [claim for claim in subject.claims if not claim.source and subject.statement(claim).group in groups]
        yield rule.contradicted(
            (statement.value.whole,),
            message,
            Place(statement.value.whole, "the verdict"),
            related=(
                *(Place(other.value.whole, f"{other.label} is {other.value.content.strip()}") for other in failed[:_MOST_NAMED]),
                *(Place(claim.span, "in the failed check") for claim in checked[:8]),
            ),
            claimed=statement.value.content.strip()[:80],
            expected="a verdict that names the failed check",
        )
        return


def _has_failed(subject: Subject, statement: Statement) -> bool:
    if statement.kind is not Kind.ENTRY or statement.literal != "false" or not statement.path:
        return False
    return find_any(subject.lexicon.normalize(statement.label), subject.lexicon.sayings["passes"])


def _calls_itself_fine(subject: Subject, statement: Statement) -> bool:
    if not statement.path or statement.path[-1].kind is not LabelKind.KEY:
        return False
    words = subject.lexicon.normalize(statement.value.content[:120])
    named = find_any(subject.lexicon.normalize(statement.label), subject.lexicon.sayings["labels of verdicts"])
    return named and len(words) <= _SHORT and contains(words, _FINE) and not find_any(words, subject.lexicon.sayings["undecided"])


# -- readiness -----------------------------------------------------------------------------------------------------------


def ready(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A report that calls itself ready although its own figures contradict each other where it matters."""
    stands_on = set(rule.options["stands_on"])
    errors = [outcome.finding for outcome in subject.outcomes if outcome.finding is not None and outcome.finding.severity is Severity.ERROR]
    found = [one for one in errors if one.confidence is Confidence.HIGH and {one.category, one.name} & stands_on]
    if not found:
        return
    for statement in subject.document.statements:
        if statement.kind is Kind.CODE or statement.struck or not _calls_ready(subject, statement):
            continue
        yield rule.contradicted(
            (statement.value.whole,),
            f"called ready, but {_counted(found)}: {found[0].message}",
            Place(statement.value.whole, "the verdict"),
            related=tuple(Place(one.place.span, one.code) for one in found[:_MOST_NAMED]),
            claimed=statement.value.content.strip()[:80],
            expected="a verdict once these are settled",
        )
        return


def _counted(found: Sequence[Finding]) -> str:
    return "one claim is contradicted" if len(found) == 1 else f"{len(found)} claims are contradicted, the first"


def _calls_ready(subject: Subject, statement: Statement) -> bool:
    words = [word.text for word in subject.lexicon.normalize(f"{own_label(statement)} {statement.value.content[:300]}")]
    for index, word in enumerate(words):
        near = words[max(0, index - 5) : index + 6]
        if (
            word in subject.lexicon.sayings["ready"]
            and set(near) & subject.lexicon.sayings["ready for"]
            and not set(near) & set(subject.lexicon.sayings["not ready yet"])
        ):
            return True
    return False

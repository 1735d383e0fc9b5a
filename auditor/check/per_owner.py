"""What each owner holds and what there is in all: parts per GPU, shards per node, modules per stage, whatever the parts are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from auditor.check.owners import number_of, plural, products_of, whole_claims
from auditor.check.stated import AXES, operand
from auditor.check.subject import Subject
from auditor.check.targets import own_label
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Confidence, Outcome, Place, Step
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.statements import Kind

__all__ = ["held"]

_BLOCKS: Final = frozenset((Kind.ITEM, Kind.ENTRY, Kind.CELL))
_PER: Final = "per"


@dataclass(frozen=True, slots=True)
class _Count:
    """A count that a label gives: what is counted, and of whom (empty for all)."""

    noun: tuple[str, ...]
    owner: str
    claim: Claim
    group: int


def held(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What one owner holds times the owners is what there is, in a list, an object or a table that counts both."""
    counts = list(_counts(subject, rule.options))
    for each in counts:
        if not each.owner:
            continue
        wholes = [one for one in counts if not one.owner and one.noun == each.noun and one.group == each.group]
        owners = _owners(subject, rule.options["owners"][each.owner], each.group)
        if len(wholes) == 1 and owners is not None:
            yield _judged(subject, rule, each, wholes[0].claim, owners)


def _counts(subject: Subject, words: Mapping[str, Any]) -> Iterator[_Count]:
    whole = frozenset(words["whole"])
    for index, statement in enumerate(subject.document.statements):
        claim = _only(subject.of(index)) if statement.kind in _BLOCKS and not statement.struck else None
        label = [word.text for word in subject.lexicon.normalize(own_label(statement)[:80])] if claim is not None else []
        if claim is None or not label:
            continue
        noun, owner = (label[: label.index(_PER)], label[label.index(_PER) + 1 :]) if _PER in label else (label, [])
        named = tuple(word for word in noun if word not in whole)
        if not subject.lexicon.of_a_machine.isdisjoint(named):
            continue  # cores of a machine are left over for others
        if named and (not owner or (len(owner) == 1 and owner[0] in words["owners"])):
            yield _Count(named, owner[0] if owner else "", claim, statement.group)


def _only(claims: Sequence[Claim]) -> Claim | None:
    """Return the one plain whole number of a statement that no quantity of the lexicon names: what it names has rules of its own."""
    if len(claims) != 1 or claims[0].quantity != "other" or claims[0].role is not Role.ACTUAL:
        return None
    claim = claims[0]
    plain = claim.approximation is Approximation.EXACT and claim.unit.symbol == "1" and not claim.bound
    return claim if plain and claim.interval.is_exact and (claim.interval.low or Fraction(1, 2)).denominator == 1 else None


def _owners(subject: Subject, quantity: str, group: int) -> Claim | None:
    """Return how many owners there are: of the same block, else of the report where it says one number."""
    listed = [claim for claim in whole_claims(subject, quantity, whole=True) if claim.confidence is Confidence.HIGH]
    here = [claim for claim in listed if subject.statement(claim).group == group]
    return next((found[0] for found in (here, listed) if len({number_of(claim) for claim in found}) == 1), None)


def _judged(subject: Subject, rule: Rule, each: _Count, whole: Claim, owners: Claim) -> Outcome:
    share, total, number = number_of(each.claim), number_of(whole), number_of(owners)
    noun, spans = " ".join(each.noun), (each.claim.span, whole.span, owners.span)
    made = share * number
    rounded = total % number != 0 and share in (total // number, total // number + 1)
    if made == total or rounded:
        return rule.held(spans, f"{share} on each of {number}, {total} in all")
    if any(made == total * copies or made * copies == total for copies in products_of(subject, AXES)):
        return rule.undetermined(spans, f"{made} and {total}: a degree of the plan makes copies or parts")
    return rule.contradicted(
        spans,
        f"{share} {noun}s on each of {number} {plural(each.owner)} make {made}, but there are {total} in all",
        Place(each.claim.span, f"{share} per {each.owner}"),
        related=(Place(whole.span, f"{total} in all"), Place(owners.span, f"{number} {plural(each.owner)}")),
        claimed=f"{share} per {each.owner}",
        expected=f"{total // number}" if total % number == 0 else f"{total} in all",
        derivation=(
            Step.exact(
                f"{noun}s per {each.owner} * {plural(each.owner)}",
                f"{share} * {number}",
                str(made),
                (operand(each.claim), operand(owners)),
                made,
            ),
        ),
    )

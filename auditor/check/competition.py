"""Competition: what saves a figure from a contradiction, decided in one place for all rules.

Several figures of a report may stand for one operand. What holds saves only what it speaks of: a figure of a phase that holds with the
figures of its phase is not held against those of none, and a figure that follows, to all its written digits, from some figures of the
report is worked out from these; that it does not follow from others says nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from auditor.claims.model import Claim
from auditor.findings import Outcome, Verdict
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import Span

__all__ = ["followed", "of_own_phase"]

_WITHOUT_NAMES: Final = "arithmetic"
"""The category of what is found by the shape of a text alone: a name is a better reason for what a figure is of."""


def of_own_phase(outcomes: Sequence[Outcome], plans: Collection[Plan]) -> list[Outcome]:
    """Return the outcomes without the contradictions of a phase's figure with figures of no phase, where it holds with those of its own.

    `Decode: 32 GPUs` in a section and `64 GPUs` for the report: the rate of decoding is that of the 32.
    """
    phases = {claim.span: claim.scope.phase for plan in plans for claim in plan.claims if claim.scope.phase and not claim.source}
    settled: dict[tuple[str, Span], set[Span]] = {}
    for outcome in outcomes:
        if outcome.verdict is Verdict.HELD:
            for span in outcome.spans:
                if phase := phases.get(span):
                    settled.setdefault((outcome.rule, span), set()).update(one for one in outcome.spans if phases.get(one) == phase)

    def stands(outcome: Outcome) -> bool:
        if outcome.verdict is not Verdict.CONTRADICTED:
            return True
        mixed = {span for span in outcome.spans if any(phases.get(other) != phases.get(span) for other in outcome.spans)}
        return not any(settled.get((outcome.rule, span), set()) - set(outcome.spans) for span in mixed if span in phases)

    return [outcome for outcome in outcomes if stands(outcome)]


@dataclass(frozen=True, slots=True)
class _Followed:
    """The figures that follow from others of the report, by the rule that says so."""

    by_rule: Mapping[str, Collection[Span]]
    by_any: Collection[Span]


def followed(outcomes: Iterable[Outcome], rules: Iterable[Rule], claims: Iterable[Claim]) -> tuple[Outcome, ...]:
    """Return the outcomes, those undetermined that hold a figure against others than those it follows from.

    A rule that works out one of its operands from the rest (`repair.derived`) says so of it where it holds; then neither the same rule,
    with other figures in the place of these, nor a check that goes by the shape of the text alone contradicts it.
    """
    listed, book = tuple(outcomes), {rule.code: rule for rule in rules}
    known = _followed(listed, book, claims)
    return tuple(_yielding(outcome, book, known) for outcome in listed)


def _followed(outcomes: Iterable[Outcome], book: Mapping[str, Rule], claims: Iterable[Claim]) -> _Followed:
    quantities: dict[Span, set[str]] = defaultdict(set)
    for claim in claims:
        if not claim.source:
            quantities[claim.span].add(claim.quantity)
    by_rule: dict[str, set[Span]] = defaultdict(set)
    for outcome in outcomes:
        rule = book.get(outcome.rule)
        if outcome.verdict is Verdict.HELD and rule is not None and rule.derived:
            wanted = next(use.quantity for use in rule.uses if use.name == rule.derived)
            by_rule[rule.code].update(span for span in outcome.spans if wanted in quantities[span])
    return _Followed(by_rule, set().union(*by_rule.values()))


def _yielding(outcome: Outcome, book: Mapping[str, Rule], known: _Followed) -> Outcome:
    rule = book.get(outcome.rule)
    if outcome.finding is None or outcome.finding.place.path or outcome.verdict is not Verdict.CONTRADICTED or rule is None:
        return outcome
    place = outcome.finding.place.span
    if place in known.by_rule.get(rule.code, ()) or (rule.category == _WITHOUT_NAMES and rule.check and place in known.by_any):
        message = f"it follows from other figures of the report: {outcome.message}"
        return Outcome(outcome.rule, Verdict.UNDETERMINED, outcome.spans, message)
    return outcome

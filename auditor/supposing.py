"""Supposing: what the rules would say of a report if some of its claims had other values.

The claims are changed, not the text: relations and the checks that compare claims are run again over them, so that many
changes can be weighed for the price of a few audits. Written arithmetic that uses an old value is counted as it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from auditor.check import procedure
from auditor.check.frameworks import named
from auditor.check.relations import run_all, tabled
from auditor.check.subject import Subject
from auditor.claims.model import Approximation, Claim, Reading, Role
from auditor.findings import Finding, Outcome, Restatement, Verdict
from auditor.limits import spend
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.values import Interval

__all__ = ["Effect", "Supposing", "Tally", "same_claim"]

MAX_SUPPOSED: Final = 64
"""Changes tried for one report; further ones are not weighed."""
_STEPS: Final = 100
"""Steps that one change costs for each claim: about as many rules are run again."""
MAX_PLANS: Final = 12
"""Plans of a report that a change is tried in: what holds for all rows of a long table is in each of them."""

Tally = Mapping[str, Counter[Verdict]]
"""How often each rule (by name) came to each verdict."""
_NONE: Final[Counter[Verdict]] = Counter()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of claims would do: the statements of the report that it overrules, and the contradictions it settles."""

    places: int
    """Places that state what is changed."""
    resolves: bool = True
    """The finding it is meant for would be gone."""
    elsewhere: int = 0
    """More places that state the same and would be left as they are."""
    broken: tuple[str, ...] = ()
    """Names of rules that would be contradicted where they are not now."""
    lost: int = 0
    """Checks that hold now and would no longer be decided, and written arithmetic that uses the old value."""
    settled: tuple[str, ...] = ()
    """Names of the other rules whose contradictions would be fewer."""

    @property
    def overruled(self) -> int:
        """How much of the report speaks against the change; what it settles beside its own finding speaks for it."""
        return self.places + self.elsewhere + len(self.broken) + self.lost - len(self.settled)

    @property
    def is_clean(self) -> bool:
        """Nothing else in the report speaks against it."""
        return not (self.elsewhere or self.broken or self.lost)


class Supposing:
    """The claims and outcomes of one report, and what would become of them."""

    def __init__(self, subject: Subject, rules: Iterable[Rule], outcomes: Sequence[Outcome]) -> None:
        self.subject, self.rules, self.outcomes = subject, tuple(rules), outcomes
        self._tried = 0
        self._tallies: dict[tuple[tuple[str, ...], tuple[str, ...]], Tally] = {}

    @cached_property
    def claims(self) -> Mapping[tuple[Span, str], Claim]:
        """The claims of the report itself, by place and quantity."""
        return {(claim.span, claim.quantity): claim for claim in self.subject.claims if not claim.source}

    def at(self, spans: Collection[Span]) -> list[Claim]:
        """Return the claims of the report at these very places."""
        return [claim for claim in self.subject.claims if not claim.source and claim.span in spans]

    def elsewhere(self, claims: Sequence[Claim]) -> list[Claim]:
        """Return the claims of the report that state the same as these at other places."""
        places = {claim.span for claim in claims}
        return [
            other
            for other in self.subject.claims
            if not other.source and other.span not in places and any(same_claim(claim, other) for claim in claims)
        ]

    def effect(self, finding: Finding, restated: Sequence[Restatement]) -> Effect | None:
        """Return what the report makes of a change meant to resolve `finding`; None where it cannot be weighed."""
        changed = {(one.span, one.quantity): one.value for one in restated if (one.span, one.quantity) in self.claims}
        if not changed or self._tried >= MAX_SUPPOSED:
            return None
        self._tried += 1
        spend(_STEPS * len(self.subject.claims))
        spans = {span for span, _ in changed}
        before, after = self._verdicts(finding, changed)
        more = {
            name: after.get(name, _NONE)[Verdict.CONTRADICTED] - before.get(name, _NONE)[Verdict.CONTRADICTED]
            for name in sorted(before.keys() | after.keys())
        }
        lost = sum(max(0, before[name][Verdict.HELD] - after.get(name, _NONE)[Verdict.HELD] - max(0, more[name])) for name in before)
        claims = [self.claims[place] for place in changed]
        return Effect(
            places=len(spans),
            resolves=finding.name not in more or more[finding.name] < 0,
            elsewhere=len({claim.span for claim in self.elsewhere(claims)}),
            broken=tuple(name for name, change in more.items() if change > 0),
            lost=lost + self._written_with(spans),
            settled=tuple(name for name, change in more.items() if change < 0 and name != finding.name),
        )

    def _verdicts(self, finding: Finding, changed: Mapping[tuple[Span, str], Fraction]) -> tuple[Tally, Tally]:
        """Return what the rules that a change can touch say of the report as it is, and with the change."""
        quantities = {quantity for _, quantity in changed}
        plans = [plan for plan in self.subject.plans if any(_is_in(claim, changed) for claim in plan.claims)][:MAX_PLANS]
        supposed = {plan.id: replace(plan, claims=_supposed(plan.claims, changed)) for plan in plans}
        relations = [rule for rule in self.rules if not rule.check and any(use.quantity in quantities for use in rule.uses)]
        comparing = [rule for rule in self.rules if _compares_claims(rule)]
        contested = self._contested(finding, {span for span, _ in changed})
        before = {
            **self._before(relations, plans),
            **self._compared(comparing, quantities),
            **{rule.name: self._found.get(rule.name, _NONE) for rule in contested},
        }
        after = dict(self._tally(run_all(relations, tabled(supposed.values(), self.subject.known), self._frameworks, told=False)))
        again = replace(
            self.subject,
            claims=_supposed(self.subject.claims, changed),
            plans=tuple(supposed.get(plan.id, plan) for plan in self.subject.plans),
        )
        alike = replace(again, claims=tuple(claim for claim in again.claims if claim.quantity in quantities))
        after.update({rule.name: self._run(rule, again, before[rule.name]) for rule in contested})
        after.update({rule.name: self._run(rule, alike, before[rule.name]) for rule in comparing})
        return before, after

    @cached_property
    def _frameworks(self) -> frozenset[str]:
        return named(self.subject.document.source.text)

    @cached_property
    def _by_name(self) -> Mapping[str, Rule]:
        return {name: rule for rule in self.rules for name in (rule.code, rule.name)}

    @cached_property
    def _found(self) -> Tally:
        return self._tally(self.outcomes)

    def _tally(self, outcomes: Iterable[Outcome]) -> Tally:
        found: dict[str, Counter[Verdict]] = {}
        for outcome in outcomes:
            rule = self._by_name.get(outcome.rule)
            if rule is not None:
                found.setdefault(rule.name, Counter())[outcome.verdict] += 1
        return found

    def _before(self, rules: Sequence[Rule], plans: Sequence[Plan]) -> Tally:
        key = (tuple(rule.code for rule in rules), tuple(plan.id for plan in plans))
        if key not in self._tallies:
            self._tallies[key] = self._tally(run_all(rules, tabled(plans, self.subject.known), self._frameworks, told=False))
        return self._tallies[key]

    def _compared(self, rules: Sequence[Rule], quantities: Collection[str]) -> Tally:
        """Return the verdicts of the rules that compare claims of one quantity with each other, as the report is."""
        key = (tuple(rule.code for rule in rules), tuple(sorted(quantities)))
        if key not in self._tallies:
            alike = replace(self.subject, claims=tuple(claim for claim in self.subject.claims if claim.quantity in quantities))
            self._tallies[key] = {rule.name: self._run(rule, alike, _NONE) for rule in rules}
        return self._tallies[key]

    def _contested(self, finding: Finding, spans: Collection[Span]) -> list[Rule]:
        """Return the other checks that find something wrong with the claims at these places."""
        found = {
            self._by_name[outcome.rule].name
            for outcome in self.outcomes
            if outcome.verdict is Verdict.CONTRADICTED and outcome.rule in self._by_name and _touch(outcome.spans, spans)
        }
        own = {finding.name}
        return [
            rule for rule in self.rules if rule.check and rule.name in found - own and not (_compares_claims(rule) or _judges_others(rule))
        ]

    def _run(self, rule: Rule, subject: Subject, before: Counter[Verdict]) -> Counter[Verdict]:
        try:
            return Counter(outcome.verdict for outcome in procedure(rule)(subject, rule))
        except Exception:  # its fault on the report itself is told with the audit; here it only says nothing
            return before

    def _written_with(self, spans: Collection[Span]) -> int:
        """Count the equations, sums and shares of the text that hold with the values at these places."""
        return sum(
            outcome.verdict is Verdict.HELD
            and (rule := self._by_name.get(outcome.rule)) is not None
            and bool(rule.check)
            and not _compares_claims(rule)
            and _touch(outcome.spans, spans)
            for outcome in self.outcomes
        )


def same_claim(one: Claim, other: Claim) -> bool:
    """Tell whether two claims state the same value of the same thing."""
    return (
        one.quantity == other.quantity != "other"
        and one.plan == other.plan
        and one.role is other.role is Role.ACTUAL
        and one.scope == other.scope
        and one.interval == other.interval
    )


def _compares_claims(rule: Rule) -> bool:
    return rule.check.startswith("consistency.")


def _judges_others(rule: Rule) -> bool:
    return rule.check.startswith("verdict.")


def _touch(spans: Iterable[Span], others: Collection[Span]) -> bool:
    return any(span.overlaps(other) for span in spans for other in others)


def _is_in(claim: Claim, changed: Mapping[tuple[Span, str], Fraction]) -> bool:
    return not claim.source and (claim.span, claim.quantity) in changed


def _supposed(claims: Iterable[Claim], changed: Mapping[tuple[Span, str], Fraction]) -> tuple[Claim, ...]:
    return tuple(_restated(claim, changed[claim.span, claim.quantity]) if _is_in(claim, changed) else claim for claim in claims)


def _restated(claim: Claim, value: Fraction) -> Claim:
    exact = Interval.exact(value)
    return replace(
        claim,
        readings=(Reading(exact, claim.unit, stated=exact),),
        approximation=Approximation.EXACT if claim.approximation is Approximation.EXACT else Approximation.ROUNDED,
        text=figure(value, claim.unit),
        bound="",
    )

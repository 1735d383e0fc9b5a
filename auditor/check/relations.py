"""Runs the relation rules over the plans of a report.

For each rule the claims of a plan are bound to the rule's names by quantity, role and scope; where the plan states none and the
rule admits it, what follows from its claims (`auditor.facts`) stands in. Where several claims compete
for a name, every distinct value is tried and the rule is contradicted only if none satisfies it: that a report says two
things of one quantity is another rule's business. Where a rule admits several conventions, or a number several meanings,
one that holds suffices.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, product
from math import prod
from string import Formatter
from typing import Final

from auditor.check.competition import of_own_phase
from auditor.claims.model import Approximation, Claim, Role
from auditor.facts.model import Fact, places_of
from auditor.facts.table import facts_of
from auditor.findings import (
    STATED_AGAIN,
    Confidence,
    ConventionTried,
    Edit,
    Finding,
    Outcome,
    Place,
    Repair,
    Restatement,
    Severity,
    Step,
    Verdict,
)
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.relations.dimensions import base_unit, dimension
from auditor.relations.evaluate import Bound, Convention, Judged, Judgement, Meaning, UnknownError, admits, derive, judge, value_of
from auditor.relations.figures import figure, figure_range, rewritten
from auditor.relations.language import Binary, Comparison, Expression, Name, Number, conjuncts, names, read_expression, write
from auditor.relations.repair import Change, changes
from auditor.remember import once_for
from auditor.rulebook import Rule, Use
from auditor.spans import Span
from auditor.units import DIMENSIONLESS
from auditor.values import Interval

__all__ = ["Table", "may_stand_for", "restating", "run", "run_all", "tabled"]

MAX_COMBINATIONS: Final = 128
"""Choices of competing values that are tried; where there are more, nothing is contradicted."""
MAX_RELATED: Final = 12
CHOSEN: Final = Fraction(1, 40)
MAX_REPAIRS: Final = 8


@dataclass(frozen=True, slots=True)
class Focus:
    """The part of a plan a binding speaks of: the whole, a phase, one member, a named part."""

    phase: str = ""
    member: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One value that competes for a name, and the claims that state it, the best first."""

    claims: tuple[Claim, ...]

    @property
    def claim(self) -> Claim:
        return self.claims[0]


@dataclass(frozen=True, slots=True)
class Trial:
    """One choice of values and what every admissible convention makes of it."""

    bounds: Mapping[str, Bound]
    options: Mapping[str, Option]
    judged: tuple[Judged, ...]
    foreign: tuple[Convention, ...]
    """Conventions of programs the report does not name."""
    verdict: Verdict

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(option.claim for option in self.options.values())


Claims = Mapping[str, Sequence[Claim]]
"""The claims of a plan by quantity."""


@dataclass(frozen=True, slots=True)
class Table:
    """A plan with its claims and facts by quantity."""

    plan: Plan
    claims: Claims


def tabled(plans: Iterable[Plan], known: Sequence[Fact] = ()) -> tuple[Table, ...]:
    """Return each plan with what it states and what follows; `known` are the facts of the catalog entries that the report names."""
    return tuple(Table(plan, _by_quantity(plan, known)) for plan in plans)


def run_all(rules: Iterable[Rule], tables: Collection[Table], frameworks: Collection[str] = (), *, told: bool = True) -> list[Outcome]:
    """Return the outcomes of every relation rule over every plan; what two plans share is said once.

    `frameworks` are the programs the report names: a convention of another program's is mentioned but saves nothing.
    Where only the verdicts are wanted they need not be `told`: an outcome then has neither message nor finding.
    """
    relations = [rule for rule in rules if not rule.check]
    found: list[Outcome] = []
    done: set[tuple[str, tuple[int, ...]]] = set()
    seen: set[tuple[str, Verdict, tuple[Span, ...], str]] = set()
    for table in tables:
        claims = table.claims
        for rule in relations:
            work = (rule.code, tuple(id(claim) for use in rule.uses for claim in claims.get(use.quantity, ())))
            if not work[1] or work in done:
                continue
            done.add(work)
            for outcome in _run(rule, claims, frameworks, told=told):
                key = (outcome.rule, outcome.verdict, outcome.spans, outcome.message)
                if key not in seen:
                    seen.add(key)
                    found.append(outcome)
    return of_own_phase(found, [table.plan for table in tables])


def run(rule: Rule, plan: Plan, frameworks: Collection[str] = (), known: Sequence[Fact] = ()) -> list[Outcome]:
    """Return the outcomes of one relation rule over one plan: none where the plan has nothing to do with it."""
    return _run(rule, _by_quantity(plan, known), frameworks, told=True)


def _by_quantity(plan: Plan, known: Sequence[Fact]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in plan.claims:
        found.setdefault(claim.quantity, []).append(claim)
    for fact in facts_of(plan.claims, known):
        if not _doubted(fact, found.get(fact.quantity, ())):
            found[fact.quantity] = [fact]
    return found


def _doubted(fact: Fact, guesses: Iterable[Claim]) -> bool:
    """Tell whether a fact is another value than what was, with little confidence, read for its quantity; else it says it better."""
    return any(claim.role is Role.ACTUAL and not any(one.interval.meets(fact.interval) for one in claim.readings) for claim in guesses)


def _run(rule: Rule, claims: Claims, frameworks: Collection[str], *, told: bool) -> list[Outcome]:
    claims = _without_circles(rule, claims)
    present = [use for use in rule.uses if use.quantity in claims]
    missing = [use.name for use in rule.uses if use.quantity not in claims and use.name not in rule.assume]
    if not present or (len(missing) > len(present) and not _could_run(rule, missing)):
        return []  # too little to check, and too little to ask for the rest
    candidates = {use.name: list(_candidates(use, claims)) for use in rule.uses}
    outcomes: list[Outcome] = []
    contradicted: list[Outcome] = []
    for chosen in _apart(rule, candidates):
        judged = (_judge_focus(rule, claims, chosen, focus, frameworks, told=told) for focus in _foci(chosen))
        found = [outcome for outcome in judged if outcome is not None]
        outcomes += found
        wrong = [outcome for outcome in found if outcome.verdict is Verdict.CONTRADICTED]
        contradicted += [_merged(wrong)] if len(wrong) > 1 else wrong
    settled = [outcome for outcome in outcomes if outcome.verdict is Verdict.HELD]
    # What is missing in one part of the plan matters only if no part could be checked.
    return contradicted + settled if contradicted or settled else outcomes[:1]


def _merged(outcomes: Sequence[Outcome]) -> Outcome:
    """Return one outcome for the same contradiction in several parts of a plan: the first, with the others' places."""
    first = outcomes[0]
    spans = tuple(dict.fromkeys(span for outcome in outcomes for span in outcome.spans))
    if first.finding is None:
        return Outcome(first.rule, first.verdict, spans, first.message)
    more = [outcome.finding for outcome in outcomes[1:] if outcome.finding is not None]
    kept = {place.span for place in (first.finding.place, *first.finding.related)}
    places = [Place(one.place.span, one.message, one.place.path) for one in more if one.place.span not in kept]
    finding = replace(first.finding, related=(*first.finding.related, *places)[:MAX_RELATED])
    return Outcome(first.rule, first.verdict, spans, first.message, finding)


def _without_circles(rule: Rule, claims: Claims) -> Claims:
    """Return the claims without the facts that the rule does not admit, or that follow from what the rule itself compares."""
    facts = {use.quantity for use in rule.uses if any(isinstance(claim, Fact) for claim in claims.get(use.quantity, ()))}
    if not facts:
        return claims
    compared = rule.compared
    admitted = {use.quantity for use in rule.uses if use.facts}

    def counts(claim: Claim) -> bool:
        if not isinstance(claim, Fact):
            return True
        return claim.quantity in admitted and not any(operand.quantity in compared for operand in claim.operands)

    kept = {quantity: [claim for claim in claims[quantity] if counts(claim)] for quantity in facts}
    return {quantity: kept.get(quantity, listed) for quantity, listed in claims.items() if kept.get(quantity, listed)}


# --- binding


def _candidates(use: Use, claims: Claims) -> Iterator[Claim]:
    """Yield the claims of the plan that may stand for a name, all of the first role that has any."""
    listed = [claim for claim in claims.get(use.quantity, ()) if use.facts or not isinstance(claim, Fact)]
    if not listed:
        return
    for role in map(Role, use.roles):
        fitting = [claim for claim in listed if claim.role is role and _in_scope(use, claim)]
        for per in use.per if use.in_order else ():
            closest = [claim for claim in fitting if (claim.scope.per or "unsaid") == per]
            if closest:
                fitting = closest
                break
        if fitting and not (use.sure and not any(map(_is_sure, fitting))):
            yield from fitting  # beside a sure claim the others may save what it contradicts
            return


def may_stand_for(use: Use, claim: Claim) -> bool:
    """Tell whether a claim, by what it is of, may stand for a name of a rule."""
    return claim.quantity == use.quantity and claim.role.value in use.roles and _in_scope(use, claim)


def _in_scope(use: Use, claim: Claim) -> bool:
    scope = claim.scope
    if all(reading.interval.low is None and reading.interval.high is None for reading in claim.readings):
        return False
    if use.phase not in ("any", scope.phase):
        return False
    if (scope.member or scope.words) and not use.each:
        return False
    return "any" in use.per or (scope.per or "unsaid") in use.per


def _apart(rule: Rule, candidates: Mapping[str, Sequence[Claim]]) -> Iterator[Mapping[str, Sequence[Claim]]]:
    """Yield the candidates, once for each value of a name whose values are judged by themselves."""
    name = next((use.name for use in rule.uses if use.alone), "")
    values = _options(candidates[name]) if name else []
    if len(values) < 2:
        yield candidates
    for option in values if len(values) > 1 else ():
        yield {**candidates, name: option.claims}


def _foci(candidates: Mapping[str, Sequence[Claim]]) -> list[Focus]:
    found: dict[Focus, None] = {Focus(): None}
    phases = dict.fromkeys(claim.scope.phase for listed in candidates.values() for claim in listed)
    members = dict.fromkeys((claim.scope.member, claim.scope.words) for listed in candidates.values() for claim in listed)
    for phase in ("", *phases):
        for member, words in (("", ""), *members):
            found[Focus(phase, member, words)] = None
    return list(islice(found, 256))


def _closeness(claim: Claim) -> int:
    return bool(claim.scope.phase) + 2 * bool(claim.scope.member or claim.scope.words)


def _chosen(listed: Sequence[Claim], focus: Focus) -> list[Claim]:
    """Return the claims that speak of a focus, the closest only."""
    fitting = [
        claim
        for claim in listed
        if claim.scope.phase in ("", focus.phase) and (claim.scope.member, claim.scope.words) in (("", ""), (focus.member, focus.words))
    ]
    best = max(map(_closeness, fitting), default=0)
    return [claim for claim in fitting if _closeness(claim) == best] if best else fitting


def _options(listed: Sequence[Claim]) -> list[Option]:
    """Group claims by what they can mean; the surest and most precise first, of these what is stated most often."""
    grouped: dict[tuple[object, ...], list[Claim]] = {}
    for claim in listed:
        grouped.setdefault(tuple(reading.interval for reading in claim.readings), []).append(claim)
    options = [Option(tuple(sorted(group, key=_rank))) for group in grouped.values()]
    return sorted(options, key=lambda option: (*_rank(option.claim)[:3], -len(option.claims), option.claim.span))


_PRECISION: Final = {
    Approximation.EXACT: 0,
    Approximation.ROUNDED: 0,
    Approximation.ABOUT: 1,
    Approximation.RANGE: 2,
    Approximation.BOUND: 3,
}


def _rank(claim: Claim) -> tuple[int, int, bool, Span]:
    return (-claim.confidence.rank, _PRECISION[claim.approximation], bool(claim.source), claim.span)


def _meanings(claim: Claim) -> tuple[Meaning, ...]:
    found = []
    for reading in claim.readings:
        interval = reading.interval
        shown = interval.middle
        if isinstance(claim, Fact) and reading.stated is not None:
            shown = reading.stated.middle
        elif claim.bound:
            shown = interval.high if claim.bound.startswith("<") else interval.low
        if shown is not None:
            found.append(Meaning(interval, shown, reading.name))
    return tuple(found)


def _as_chosen(claim: Claim) -> tuple[Meaning, ...]:
    """Return what a figure that was chosen can mean: what is written, for nobody rounds a decision; `CHOSEN` of it more or less."""

    def narrowed(meaning: Meaning) -> Meaning:
        low, high = meaning.interval.low, meaning.interval.high
        near = Interval.exact(meaning.shown).widen(CHOSEN)
        if low is None or high is None or claim.approximation is Approximation.RANGE or near.low is None or near.high is None:
            return meaning
        return replace(meaning, interval=Interval(max(low, near.low), min(high, near.high)))

    return tuple(narrowed(meaning) for meaning in _meanings(claim))


@once_for
def _bind(use: Use, claim: Claim) -> Bound:
    unit = claim.unit if claim.unit.dimension == use.unit.dimension else use.unit
    if isinstance(claim, Fact):
        return Bound(use.symbol, _meanings(claim), claim.text, unit, None, origin=claim.read_as)
    meanings = _as_chosen(claim) if use.chosen else _meanings(claim)
    return Bound(use.symbol, meanings, claim.text, unit, None if claim.source else claim.span)


def _assumed(use: Use, value: Fraction) -> Bound:
    return Bound(use.symbol, (Meaning(Interval.exact(value), value),), figure(value, use.unit), use.unit, assumed=True)


# --- judging


def _judge_focus(
    rule: Rule, claims: Claims, candidates: Mapping[str, Sequence[Claim]], focus: Focus, frameworks: Collection[str], *, told: bool
) -> Outcome | None:
    whole = focus == Focus()
    fitting = {name: chosen for name, listed in candidates.items() if (chosen := _chosen(listed, focus))}
    sure = {use.name for use in rule.uses if use.sure}
    fitting = {name: chosen for name, chosen in fitting.items() if name not in sure or any(map(_is_sure, chosen))}
    if not whole:
        scopes = [claim.scope for chosen in fitting.values() for claim in chosen]
        phase_met = not focus.phase or any(scope.phase for scope in scopes)
        part_met = not (focus.member or focus.words) or any(scope.member or scope.words for scope in scopes)
        if not (phase_met and part_met):
            return None
    silent = {use.name: use for use in rule.uses if use.name in rule.assume and use.quantity not in claims}
    missing = [use.name for use in rule.uses if use.name not in fitting and use.name not in silent]
    if not any(not isinstance(chosen[0], Fact) for chosen in fitting.values()):
        return None
    if not _could_run(rule, missing):
        return _not_checkable(rule, fitting, missing) if whole else None
    options = {name: _options(chosen) for name, chosen in fitting.items()}
    trials = _trials(rule, options, silent, frameworks)
    if trials and trials[-1].verdict is not Verdict.HELD:
        # What is less than sure may save what beside it is sure, but contradicts nothing.
        trials = [trial for trial in trials if all(_is_sure(trial.options[name].claim) for name in sure & trial.options.keys())]
    if not trials:
        return None
    choices = prod(len(listed) for listed in options.values())
    return _outcome(rule, trials, complete=choices <= MAX_COMBINATIONS, told=told)


def _is_sure(claim: Claim) -> bool:
    return claim.confidence is Confidence.HIGH


def _could_run(rule: Rule, missing: Collection[str]) -> bool:
    """Tell whether some convention has all its operands."""
    return not missing or any(wanted.isdisjoint(missing) for wanted in rule.needs)


def _not_checkable(rule: Rule, fitting: Mapping[str, Sequence[Claim]], missing: Sequence[str]) -> Outcome | None:
    """Return the outcome of a rule whose operands are not all stated, if at least half of them are."""
    if not fitting or len(missing) > len(fitting):
        return None
    spans = tuple(dict.fromkeys(span for chosen in fitting.values() for claim in chosen[:1] for span in places_of(claim)))
    relation = write(rule.conventions[0].holds)
    symbols = {use.name: use.symbol for use in rule.uses}
    wanted = " and ".join(dict.fromkeys(symbols[name] for name in missing))
    return rule.undetermined(spans, f"state {wanted} to check {relation}")


def _trials(rule: Rule, options: Mapping[str, Sequence[Option]], silent: Mapping[str, Use], frameworks: Collection[str]) -> list[Trial]:
    """Return a trial for each choice of values to which the rule applies, the likeliest choice first; only the last one holds."""
    uses = {use.name: use for use in rule.uses}
    assumed = {name: _assumed(use, rule.assume[name]) for name, use in silent.items() if name not in options}
    choices = islice(product(*options.values()), MAX_COMBINATIONS)
    trials = []
    for choice in choices:
        chosen = dict(zip(options, choice, strict=True))
        bounds = {name: _bind(uses[name], option.claim) for name, option in chosen.items()} | assumed
        likeliest = {name: bound.meanings[0].interval for name, bound in bounds.items()}
        if any(admits(condition, likeliest, assumed=assumed).verdict is not Verdict.HELD for condition in rule.given):
            continue
        trial = _trial(rule, bounds, chosen, likeliest, assumed, frameworks)
        if trial is None:
            continue
        trials.append(trial)
        if trial.verdict is Verdict.HELD:
            break
    return trials


def _trial(
    rule: Rule,
    bounds: Mapping[str, Bound],
    chosen: Mapping[str, Option],
    likeliest: Mapping[str, Interval],
    assumed: Collection[str],
    frameworks: Collection[str],
) -> Trial | None:
    """Judge the admissible conventions up to the first that holds; None where none is admissible."""
    judged: list[Judged] = []
    foreign: list[Convention] = []
    for convention in rule.conventions:
        if convention.when is not None and admits(convention.when, likeliest, assumed=assumed).verdict is not Verdict.HELD:
            continue
        if convention.frameworks and not set(convention.frameworks) & set(frameworks):
            foreign.append(convention)
            continue
        judged.append(judge(convention, bounds, rule.tolerance))
        if judged[-1].judgement.verdict is Verdict.HELD:
            break
    if not judged:
        return None
    return Trial(bounds, chosen, tuple(judged), tuple(foreign), _best(one.judgement for one in judged))


def _best(judgements: Iterable[Judgement]) -> Verdict:
    verdicts = {judgement.verdict for judgement in judgements}
    return next(verdict for verdict in (Verdict.HELD, Verdict.UNDETERMINED, Verdict.CONTRADICTED) if verdict in verdicts)


def _outcome(rule: Rule, trials: Sequence[Trial], *, complete: bool, told: bool) -> Outcome:
    verdict = _best(Judgement(trial.verdict) for trial in trials)
    trial = next(one for one in trials if one.verdict is verdict)
    if verdict is Verdict.CONTRADICTED and not complete:
        return rule.undetermined(_spans(trial), "too many different values stand for the same quantities")
    if not told:
        return Outcome(rule.code, verdict, _spans(trial))
    if verdict is Verdict.CONTRADICTED:
        finding = _finding(rule, trial, alone=len(trials) == 1)
        return Outcome(rule.code, verdict, _spans(trial, every=True), finding.message, finding)
    judged = next(one for one in trial.judged if one.judgement.verdict is verdict)
    spans = _spans(trial)
    if verdict is Verdict.HELD:
        named = f" ({judged.convention.name})" if judged.convention.name and len(rule.conventions) > 1 else ""
        meant = f", read as {' and '.join(judged.names)}" if judged.names else ""
        exact = admits(judged.convention.holds, {name: Interval.exact(meaning.shown) for name, meaning in judged.meanings.items()})
        near = "" if exact.verdict is Verdict.HELD else ", within the written precision"
        shown = _in_figures(judged.convention.holds, trial.bounds, judged)
        return Outcome(rule.code, verdict, spans, f"{shown}{named}{meant}{near}")
    if judged.judgement.missing:
        symbols = {use.name: use.symbol for use in rule.uses}
        wanted = " and ".join(symbols[name] for name in judged.judgement.missing)
        return Outcome(rule.code, verdict, spans, f"state {wanted} to check {write(judged.convention.holds)}")
    shown = _in_figures(judged.convention.holds, trial.bounds, judged)
    return Outcome(rule.code, verdict, spans, f"{shown}: {judged.judgement.reason}")


def _spans(trial: Trial, *, every: bool = False) -> tuple[Span, ...]:
    claims = [claim for option in trial.options.values() for claim in (option.claims if every else option.claims[:1])]
    return tuple(dict.fromkeys(span for claim in claims for span in places_of(claim)))


# --- saying it


def _shown(bounds: Mapping[str, Bound], meanings: Mapping[str, Meaning]) -> dict[str, str]:
    """Return the operands as figures in the report's own units."""
    found = {}
    for name, bound in bounds.items():
        meaning = meanings.get(name) or bound.meanings[0]
        found[name] = figure(meaning.shown, bound.unit)
    return found


def _in_figures(node: Expression, bounds: Mapping[str, Bound], judged: Judged) -> str:
    return write(node, _shown(bounds, judged.meanings))


def _subject(rule: Rule, trial: Trial) -> str:
    """Return the name of the claim a finding stands at."""
    stated = [name for name, option in trial.options.items() if not isinstance(option.claim, Fact)]
    return rule.subject if rule.subject in stated else stated[0]


def _finding(rule: Rule, trial: Trial, *, alone: bool) -> Finding:
    subject = _subject(rule, trial)
    severity, confidence = _certainty(rule, trial, subject)
    main = trial.options[subject]
    words = _Words(rule, trial)
    message = words.say(rule.message)
    used = {name for one in trial.judged for part in (one.convention.holds, *one.convention.also) for name in names(part)}
    assumed = [bound for name, bound in trial.bounds.items() if name in used and name not in trial.options]
    if taken := ", ".join(f"{bound.symbol} {bound.text}" for bound in assumed):
        message += f" ({taken} assumed)"
    facts = [option.claim for option in trial.options.values() if isinstance(option.claim, Fact)]
    if followed := "; ".join(dict.fromkeys(_followed(fact) for fact in facts)):
        message += f" ({followed})"
    related = [
        Place(option.claim.span, words.label(name), option.claim.source)
        for name, option in trial.options.items()
        if name != subject and not isinstance(option.claim, Fact)
    ]
    related += [Place(one.span, f"{one.symbol} {one.text}", one.source) for fact in facts for one in fact.operands]
    related += [
        Place(claim.span, STATED_AGAIN, claim.source)
        for option in (main, *trial.options.values())
        for claim in option.claims[1:]
        if not isinstance(claim, Fact)
    ]
    return rule.finding(
        message,
        Place(main.claim.span, words.label(subject), main.claim.source),
        severity=severity,
        confidence=confidence,
        related=_elsewhere(main.claim, related),
        claimed=words.figures[subject],
        expected=words.expected_of(subject),
        derivation=_derivation(trial),
        conventions=_conventions(rule, trial),
        repairs=_repairs(rule, trial, alone=alone),
        basis=_basis(rule, trial),
    )


def _followed(fact: Fact) -> str:
    """Say where a fact comes from: `gpus 16 = 2 * 8`, or the entry of the catalog."""
    if not fact.steps:
        return f"{fact.symbol} {fact.text} of {fact.follows}"
    step = fact.steps[-1]
    return f"{fact.symbol} {step.substituted} = {step.result}"


def _basis(rule: Rule, trial: Trial) -> tuple[Span, ...]:
    """Return the places of a smallest set of the claims that contradict each other.

    A claim is left out where no value it could have would make any admissible convention hold.
    """
    uses = {use.name: use for use in rule.uses}
    bounds = dict(trial.bounds)
    needed = [name for name in trial.options if name != rule.subject]
    for name in reversed(needed.copy()):
        least = Fraction(1 if uses[name].kind.whole else 0)
        free = {**bounds, name: replace(bounds[name], meanings=(Meaning(Interval(least, None), least),))}
        if _never_holds(rule, trial, free):
            bounds, needed = free, [other for other in needed if other != name]
    kept = [option.claim for name, option in trial.options.items() if name in needed or name == rule.subject]
    return tuple(dict.fromkeys(span for claim in kept for span in places_of(claim)))


def _never_holds(rule: Rule, trial: Trial, bounds: Mapping[str, Bound]) -> bool:
    """Tell whether the rule applies and every convention that may is contradicted."""
    values = {name: bound.meanings[0].interval for name, bound in bounds.items()}
    if any(admits(condition, values).verdict is not Verdict.HELD for condition in rule.given):
        return False
    known = [convention for convention in rule.conventions if convention not in trial.foreign]
    possible = [one for one in known if one.when is None or admits(one.when, values).verdict is not Verdict.CONTRADICTED]
    return all(judge(one, bounds, rule.tolerance).judgement.verdict is Verdict.CONTRADICTED for one in possible)


def _elsewhere(main: Claim, places: Iterable[Place]) -> tuple[Place, ...]:
    """Return each place once, without that of the claim the finding stands at."""
    found: dict[tuple[Span, str], Place] = {}
    for place in places:
        if (place.span, place.path) != (main.span, main.source):
            found.setdefault((place.span, place.path), place)
    return tuple(found.values())[:MAX_RELATED]


def _certainty(rule: Rule, trial: Trial, subject: str) -> tuple[Severity, Confidence]:
    """Return severity and confidence by the weakest reading: an error that rests on a doubtful one is a warning.

    Where what is contradicted is itself a guess, the finding is only worth knowing, unless all figures of the relation stand in one
    statement and each of the others was named there: together they say what the guess is.
    """
    weakest = min((claim.confidence for claim in trial.claims), key=lambda one: one.rank)
    confidence = min(rule.confidence, weakest, key=lambda one: one.rank)
    if trial.options[subject].claim.confidence is Confidence.LOW and not _told_together(trial, subject):
        return min(rule.severity, Severity.INFO, key=lambda one: one.rank), confidence
    if any(isinstance(claim, Fact) and claim.catalog for claim in trial.claims):
        return min(rule.severity, Severity.WARNING, key=lambda one: one.rank), confidence
    doubtful = weakest is Confidence.LOW and rule.severity is Severity.ERROR
    return (Severity.WARNING if doubtful else rule.severity), confidence


_FEWEST_TOGETHER: Final = 3
"""Figures of a relation that say of each other what they are."""


def _told_together(trial: Trial, subject: str) -> bool:
    """Tell whether all figures of a relation stand in one statement, and those beside its subject are named."""
    claims = [option.claim for option in trial.options.values()]
    named = all(option.claim.confidence is not Confidence.LOW for name, option in trial.options.items() if name != subject)
    stated = not any(isinstance(claim, Fact) for claim in claims)
    return stated and named and len(claims) >= _FEWEST_TOGETHER and len({claim.statement for claim in claims}) == 1


def _derivation(trial: Trial) -> tuple[Step, ...]:
    before = [step for claim in trial.claims if isinstance(claim, Fact) for step in claim.steps]
    return tuple(dict.fromkeys((*before, *(step for one in trial.judged for step in derive(one, trial.bounds)))))


def _conventions(rule: Rule, trial: Trial) -> tuple[ConventionTried, ...]:
    """Return every convention that was tried, and those of other programs that would hold."""
    tried = [
        ConventionTried(one.convention.name, False, one.convention.source, _detail(one, trial))
        for one in trial.judged
        if one.convention.name
    ]
    for convention in trial.foreign:
        if judge(convention, trial.bounds, rule.tolerance).judgement.verdict is Verdict.HELD:
            known = ", ".join(convention.frameworks)
            tried.append(ConventionTried(convention.name, True, convention.source, f"only for {known}, which the report does not name"))
    return tuple(tried)


def _detail(judged: Judged, trial: Trial) -> str:
    """Return in one line what breaks a convention."""
    values = {name: meaning.interval for name, meaning in judged.meanings.items()}
    for condition in (judged.convention.holds, *judged.convention.also):
        for part in conjuncts(condition):
            if admits(part, values).verdict is Verdict.CONTRADICTED:
                return _broken(part, judged, trial)
    return ""


def _broken(part: Expression, judged: Judged, trial: Trial) -> str:
    if isinstance(part, Comparison) and part.operator == "==":
        for side, other in ((part.right, part.left), (part.left, part.right)):
            result = next((step.result for step in derive(judged, trial.bounds) if step.formula == write(side)), "")
            if result and not isinstance(side, Name | Number):
                return f"{_in_figures(side, trial.bounds, judged)} = {result}, not {_in_figures(other, trial.bounds, judged)}"
    return f"not {_in_figures(part, trial.bounds, judged)}"


class _Words:
    """Fills a rule's templates with the figures of one trial."""

    def __init__(self, rule: Rule, trial: Trial) -> None:
        self.rule, self.trial = rule, trial
        self.first = trial.judged[0]
        self.meanings = {name: bound.meanings[0] for name, bound in trial.bounds.items()} | dict(self.first.meanings)
        self.figures = _shown(trial.bounds, self.meanings)
        for name, option in trial.options.items():
            if option.claim.approximation is Approximation.RANGE:
                self.figures[name] = figure_range(self.meanings[name].interval, trial.bounds[name].unit)

    def values(self) -> dict[str, Fraction]:
        return {name: meaning.shown for name, meaning in self.meanings.items()}

    def say(self, template: str) -> str:
        """Fill a template; a product of one factor is said once: `64 GPUs are no multiple of 3`, not of `3 = 3`."""
        parts = [""]
        for literal, name, form, _ in Formatter().parse(template):
            found = "" if name is None else self.placeholder(name, form or "")
            parts += [] if literal == " = " and found == parts[-1] else [literal, found]
        return "".join(parts)

    def placeholder(self, name: str, form: str) -> str:
        if name == "expected":
            return self.expected_of(self.rule.subject)
        if name == "claimed":
            return self.figures[_subject(self.rule, self.trial)]
        if form == "expected":
            return self.expected_of(name, first=True)
        if form == "written":
            return write(self.without_silent_factors(self.rule.let[name]), self.figures).replace(" * ", " x ")
        if name in self.figures:
            return self.figures[name]
        if name in self.rule.let:
            return self.defined(self.rule.let[name])
        return "an unstated number"

    def without_silent_factors(self, node: Expression) -> Expression:
        """Return a product without the factors of one that the report does not even mention."""
        match node:
            case Binary(operator="*", left=left, right=right):
                one, two = self.without_silent_factors(left), self.without_silent_factors(right)
                if self.is_silent_one(two):
                    return one
                return two if self.is_silent_one(one) else replace(node, left=one, right=two)
            case _:
                return node

    def is_silent_one(self, node: Expression) -> bool:
        return isinstance(node, Name) and node.name not in self.trial.options and self.values().get(node.name) == 1

    def defined(self, node: Expression) -> str:
        try:
            value = value_of(node, self.values())
        except UnknownError:
            return "an unknown number"
        found = dimension(node, {use.name: use.unit.dimension for use in self.rule.uses})
        bounds = self.trial.bounds
        spoken = [bounds[name].unit for name in (self.rule.subject, *names(node)) if name in bounds]
        unit = next((unit for unit in spoken if unit.dimension == found and found != DIMENSIONLESS), base_unit(found))
        return figure(value, unit)

    def label(self, name: str) -> str:
        if name in self.rule.labels:
            return self.say(self.rule.labels[name])
        symbol = next(use.symbol for use in self.rule.uses if use.name == name)
        return f"{symbol} {self.figures[name]}"

    def expected_of(self, name: str, *, first: bool = False) -> str:
        """Return what the other claims make of one, under each convention or only the likeliest."""
        found: dict[str, None] = {}
        for one in self.trial.judged[:1] if first else self.trial.judged:
            form = dict(one.convention.solved).get(name)
            if form is None or name not in self.trial.bounds:
                continue
            try:
                value = value_of(read_expression(form), self.values())
            except UnknownError:
                continue
            found[self.boundary(one, name, value) + figure(value, self.trial.bounds[name].unit)] = None
        return " or ".join(found)

    def boundary(self, judged: Judged, name: str, value: Fraction) -> str:
        """Return `at most` or `at least` where the relation is an inequality, nothing where it is an equation."""
        holds = judged.convention.holds
        if not isinstance(holds, Comparison) or holds.operator == "==":
            return ""
        values = {key: Interval.exact(shown) for key, shown in self.values().items()}
        below, above = (
            admits(holds, {**values, name: Interval.exact(value * factor)}).verdict is Verdict.HELD
            for factor in (Fraction(999, 1000), Fraction(1001, 1000))
        )
        return "at most " if below and not above else "at least " if above and not below else ""


# --- repairs


def _repairs(rule: Rule, trial: Trial, *, alone: bool) -> tuple[Repair, ...]:
    """Return the nearest value of each operand that would agree; which of them is likeliest is judged where all findings are known."""
    stated = {name for name, option in trial.options.items() if not isinstance(option.claim, Fact)}
    kinds = {use.name: use.kind for use in rule.uses if use.name in stated and use.name not in rule.keep}
    found: list[Change] = []
    for one in trial.judged:
        found += changes(one.convention, one.meanings, kinds, rule.tolerance)
    prefer = {name: index for index, name in enumerate(rule.prefer)}
    found.sort(key=lambda change: (change.ratio, prefer.get(change.name, len(prefer))))
    unique = {(change.name, change.value): change for change in reversed(found)}
    nearest = [change for change in found if unique[change.name, change.value] is change][:MAX_REPAIRS]
    return tuple(_repair(rule, trial, change, alone=alone) for change in nearest)


def _repair(rule: Rule, trial: Trial, change: Change, *, alone: bool) -> Repair:
    bound, option = trial.bounds[change.name], trial.options[change.name]
    symbol, old = bound.symbol, figure(bound.meanings[0].shown, bound.unit)
    message = f"{symbol} {figure(change.value, bound.unit)} instead of {old} would agree"
    if change.convention:
        message += f" ({change.convention})"
    use = next(use for use in rule.uses if use.name == change.name)
    edits = restating(option.claims, change.value, whole=use.kind.whole)
    safe = bool(
        edits
        and change.name == rule.derived
        and alone
        and len(trial.judged) == 1
        and all(one.confidence is Confidence.HIGH and one.approximation is not Approximation.BOUND for one in trial.claims)
        and set(trial.bounds) == set(trial.options)
    )
    restated = tuple(Restatement(claim.span, claim.quantity, change.value) for claim in option.claims if not claim.source)
    return Repair(message, edits, safe, restated)


def restating(claims: Iterable[Claim], value: Fraction, *, whole: bool) -> tuple[Edit, ...]:
    """Return the edits that write `value` (in base units) at every place of claims that state another.

    None at all where one of them stands in a context file or its number cannot be told for sure: half a change is none.
    """
    edits: dict[Span, Edit] = {}
    for claim in claims:
        shown = next((meaning.shown for meaning in _meanings(claim)), None)
        if shown is None or claim.source or len(claim.text) != len(claim.span):
            return ()
        found = rewritten(claim.text, shown / claim.unit.scale, value / claim.unit.scale, whole=whole)
        if found is None:
            return ()
        start, end, text = found
        span = Span(claim.span.start + start, claim.span.start + end)
        edits[span] = Edit(span, text)
    return tuple(edits.values())

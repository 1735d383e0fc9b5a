"""A formula for the GPU count, written in symbols, against the layouts that the same report lists."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from auditor.check.stated import operand
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.findings import Evidence, Outcome, Place, Step, Verdict
from auditor.plans.model import Plan
from auditor.rulebook import Rule
from auditor.statements import Statement

__all__ = ["symbolic"]


def symbolic(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`Total GPUs = TP x PP x CP x EP x DP` must hold for each layout that states those degrees; an unstated one is free."""
    for statement in subject.document.statements:
        axes = _axes(subject, statement)
        if len(axes) < 3:
            continue
        for plan in sorted(subject.plans, key=lambda plan: not plan.id.startswith("table ")):
            outcome = _against(subject, rule, statement, axes, plan)
            if outcome is not None:
                yield outcome
                if outcome.verdict is Verdict.CONTRADICTED:
                    break


def _axes(subject: Subject, statement: Statement) -> tuple[str, ...]:
    """Return the degrees whose product the statement gives as the GPU count; empty if it is no such formula."""
    text = statement.value.content
    if any(character.isdigit() for character in text) or len(text) > 200:
        return ()
    left, equals, right = text.partition("=")
    if not equals:
        left, right = statement.label, text
    if not any(word.text in ("gpu", "worldsize") for word in subject.lexicon.normalize(left)):
        return ()
    axes = []
    for factor in right.replace("×", "*").replace(" x ", "*").replace("·", "*").split("*"):
        quantity = subject.lexicon.by_short.get(factor.strip().strip("`()").lower())
        if quantity is None or not quantity.id.startswith("parallel."):
            return ()
        axes.append(quantity.id)
    return tuple(axes)


def _against(subject: Subject, rule: Rule, statement: Statement, axes: tuple[str, ...], plan: Plan) -> Outcome | None:
    degrees: dict[str, Claim] = {}
    gpus: Claim | None = None
    for claim in plan.claims:
        if claim.role is not Role.ACTUAL or claim.interval.low is None or not claim.interval.is_exact or claim.source:
            continue
        if claim.quantity == "gpus":
            gpus = gpus or claim
        elif claim.quantity in axes:
            degrees.setdefault(claim.quantity, claim)
    if gpus is None or not gpus.interval.low or len(degrees) < len(axes) - 1:
        return None
    product = Fraction(1)
    for claim in degrees.values():
        product *= claim.interval.low or 1
    whole = len(degrees) == len(axes)
    holds = product == gpus.interval.low if whole else (gpus.interval.low / product).denominator == 1
    spans = (statement.value.whole, gpus.span)
    if holds:
        return rule.held(spans, f"{gpus.text.strip()} GPUs in {plan.title}")
    names = " * ".join(subject.lexicon.quantities[axis].symbol for axis in degrees)
    numbers = " * ".join(str(claim.interval.low) for claim in degrees.values())
    made = f"{numbers.replace('*', 'x')} = {product} GPUs{'' if whole else ' or a multiple'}"
    return rule.contradicted(
        spans,
        f"the formula makes {made} of {plan.title.strip('* ')}, which is listed with {gpus.interval.low}",
        Place(statement.value.whole, "the formula"),
        related=(Place(gpus.span, "the layout's GPUs"), *(Place(claim.span, claim.text.strip()) for claim in degrees.values())),
        claimed=str(gpus.interval.low),
        expected=str(product),
        derivation=(Step.exact(names, numbers, str(product), tuple(operand(claim) for claim in (*degrees.values(), gpus)), product),),
        evidence=Evidence.SAME_PLAN,  # a formula speaks of every layout whose table names the same axes
    )

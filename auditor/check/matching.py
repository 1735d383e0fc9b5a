"""Parts and GPUs that are said to match: as many parts as GPUs, or the verdict is another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from auditor.check.stated import operand
from auditor.check.subject import Subject
from auditor.check.targets import own_label
from auditor.claims.labels import find_any
from auditor.claims.model import Claim, Role
from auditor.findings import Outcome, Place, Severity, Step
from auditor.plans.assign import MAIN
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.statements import Kind, Statement

__all__ = ["matched"]


def matched(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Parts that are said to match the GPUs, or to stand one on each, are as many as the GPUs."""
    for index, statement in enumerate(subject.document.statements):
        if statement.struck or statement.kind is Kind.CODE:
            continue
        if statement.literal in ("true", "false"):
            pair = _flagged(subject, statement) if statement.literal == "true" else None
            if pair is not None:
                yield _judged(rule, statement, *pair)
            continue
        text = f"{own_label(statement)} {statement.value.content}"
        words = {word.text for word in subject.lexicon.normalize(text[:400])}
        if words & subject.lexicon.sayings["no match"]:
            continue
        one_to_one = any(name in text.lower() for name in subject.lexicon.sayings["one to one"])
        if not one_to_one and not words & subject.lexicon.sayings["matches"]:
            continue
        own = subject.of(index)
        parts, gpus = [claim for claim in own if _counts_parts(subject, claim)], [claim for claim in own if _counts_gpus(claim)]
        if parts and gpus:
            if _one(parts) and _one(gpus):
                yield _judged(rule, statement, parts[0], gpus[0])
        elif one_to_one and words & subject.lexicon.sayings["parts of a model"] and "gpu" in words and not own:
            yield from _each(subject, rule, statement)


def _judged(rule: Rule, statement: Statement, parts: Claim, gpus: Claim) -> Outcome:
    spans = (statement.value.whole, parts.span, gpus.span)
    one, two = _number(parts), _number(gpus)
    if one == two:
        return rule.held(spans, f"{one} parts for {two} GPUs")
    message = f"said to match, but {one} parts are not {two} GPUs"
    whole = (one / two).denominator == 1
    return rule.contradicted(
        spans,
        message,
        Place(statement.value.whole, "the verdict"),
        severity=Severity.WARNING if whole else None,
        related=(Place(parts.span, "the parts"), Place(gpus.span, "the GPUs")),
        claimed=parts.text.strip(),
        expected=f"{two} parts",
        derivation=(
            Step.exact(
                "parts - gpus",
                f"{plain(one)} - {plain(two)}",
                f"{plain(one - two)} parts too {'many' if one > two else 'few'}",
                (operand(parts, "parts"), operand(gpus, "gpus")),
                one - two,
            ),
        ),
    )


def _each(subject: Subject, rule: Rule, statement: Statement) -> Iterator[Outcome]:
    """Hold `one part on each GPU` against the parts per GPU that its neighbours state."""
    near = [claim for index in subject.groups.get(statement.group, ()) for claim in subject.of(index)]
    stated = [claim for claim in near if _parts_of_gpu(subject, claim)]
    if not stated or not _one(stated):
        return
    number, spans = _number(stated[0]), (statement.value.whole, stated[0].span)
    if number == 1:
        yield rule.held(spans, "one part per GPU")
        return
    yield rule.contradicted(
        spans,
        f"said to be one to one, but a GPU has {stated[0].text.strip()}",
        Place(statement.value.whole, "the verdict"),
        related=tuple(Place(claim.span, "parts per GPU") for claim in stated[:4]),
        claimed="one to one",
        expected=f"{plain(number)} parts a GPU",
        derivation=(
            Step.exact("parts a GPU", plain(number), f"{plain(number)} parts a GPU", (operand(stated[0], "parts a GPU"),), number),
        ),
    )


def _flagged(subject: Subject, statement: Statement) -> tuple[Claim, Claim] | None:
    """Return parts and GPUs that `gpu_match: true` speaks of: those of its object, or the GPUs that the whole report agrees on."""
    words = {word.text for word in subject.lexicon.normalize(own_label(statement))}
    if "gpu" not in words or not words & subject.lexicon.sayings["matches"] or words & subject.lexicon.sayings["no match"]:
        return None
    near = [claim for index in subject.groups.get(statement.group, ()) for claim in subject.of(index)]
    parts = [claim for claim in near if _counts_parts(subject, claim)]
    gpus = [claim for claim in near if _counts_gpus(claim)] or [
        claim for claim in subject.claims if _counts_gpus(claim) and claim.plan == MAIN and claim.scope.per in ("", "total")
    ]
    return (parts[0], gpus[0]) if parts and gpus and _one(parts) and _one(gpus) else None


def _said(subject: Subject, claim: Claim) -> set[str]:
    """Return the words beside a number or, where it stands alone, those of its own label."""
    noun = [word.text for word in subject.lexicon.normalize(claim.text) if not word.text.isdigit()]
    return set(noun or [word.text for word in subject.lexicon.normalize(own_label(subject.statement(claim)))])


def _counts_parts(subject: Subject, claim: Claim) -> bool:
    if claim.quantity != "other" or claim.role is not Role.ACTUAL or claim.scope.per or not claim.interval.is_exact:
        return False
    said = _said(subject, claim) - {"total"}
    return (
        bool(said & subject.lexicon.sayings["parts of a model"])
        and said <= subject.lexicon.sayings["parts of a model"]
        and bool(_number(claim))
    )


def _parts_of_gpu(subject: Subject, claim: Claim) -> bool:
    if claim.quantity != "other" or claim.role is not Role.ACTUAL or claim.scope.per != "gpu" or not claim.interval.is_exact:
        return False
    label = subject.lexicon.normalize(own_label(subject.statement(claim)))
    return bool(_said(subject, claim) & subject.lexicon.sayings["parts of a model"]) and (find_any(label, ("per",)) or bool(_number(claim)))


def _counts_gpus(claim: Claim) -> bool:
    return (
        claim.quantity in ("gpus", "gpus.available")
        and claim.role in (Role.ACTUAL, Role.LIMIT)
        and not claim.source
        and not claim.bound
        and claim.interval.is_exact
        and bool(claim.interval.low)
        and claim.scope.per in ("", "total")
    )


def _one(claims: Sequence[Claim]) -> bool:
    return len({claim.interval.low for claim in claims}) == 1


def _number(claim: Claim) -> Fraction:
    return claim.interval.low or Fraction(0)

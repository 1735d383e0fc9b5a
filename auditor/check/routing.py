"""Routing: the shares of experts and tokens that follow from top-k routing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.passages import labelled
from auditor.check.phrases import NUMBER, phrase
from auditor.check.placed import PERCENT, Placed, placed, placed_claim, quotient
from auditor.check.printed import agrees
from auditor.check.subject import Subject
from auditor.claims.model import Role
from auditor.findings import Confidence, ConventionTried, Outcome, Place
from auditor.language.numbers import Form
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["shares"]

_N: Final = f"({NUMBER})"

_ACTIVE: Final = re.compile(
    rf"{_N} (?:of )?(?:the |all |total )?experts? (?:are |is )?(?:active|activated|activation|selected|used per token)"
)
_TOKENS: Final = re.compile(
    rf"(?:each|every|an|one) expert [a-z]+ {_N} of (?:the |all |all the )?tokens|{_N} (?:of )?(?:the |all )?tokens? per expert"
)


def shares(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for the share of experts that a token activates and the share of tokens that an expert sees.

    Top-k routing over E experts activates k/E of them, and each sees k/E of the tokens (1/E of the assignments).
    """
    totals = _counts(subject, "model.experts")
    chosen = _counts(subject, "model.top_k")
    shared = _counts(subject, "model.shared_experts")
    if not totals or not chosen:
        return
    for passage in labelled(subject.document):
        if "expert" not in passage.content.lower() or "%" not in passage.content:
            continue
        found = phrase(passage, subject.lexicon)
        for pattern in (_ACTIVE, _TOKENS):
            for match in pattern.finditer(found.text):
                character = next(group for group in match.groups() if group)
                number = found.number(character)
                if number.unit != "%" or number.form is not Form.PLAIN or number.bound:
                    continue
                tokens = pattern is _TOKENS
                pairs = [(part, whole) for part in chosen for whole in totals if part.middle < whole.middle]
                if pairs:  # as many chosen as there are is no routing, but another count
                    yield _expert_share(placed(found, character), pairs, shared, rule, tokens=tokens)


def _counts(subject: Subject, name: str) -> list[Placed]:
    """Return the distinct values a report gives of a count."""
    found: dict[Fraction, Placed] = {}
    for claim in subject.quantities([name]):
        if claim.role is Role.ACTUAL and claim.interval.is_exact and not claim.source:
            item = placed_claim(claim)
            found.setdefault(item.middle, item)
    return list(found.values())


def _expert_share(share: Placed, pairs: Sequence[tuple[Placed, Placed]], shared: Sequence[Placed], rule: Rule, *, tokens: bool) -> Outcome:
    for part, whole in pairs:
        admitted = [part.middle / whole.middle]
        admitted += [1 / whole.middle] if tokens else [(part.middle + item.middle) / (whole.middle + item.middle) for item in shared]
        if any(agrees(Interval.exact(value), share.printed) for value in admitted):
            return rule.held((share.span, part.span, whole.span), f"{part.text} of {whole.text} experts is {share.text}")
    part, whole = pairs[0]
    ratio = part.middle / whole.middle
    value = figure(ratio, PERCENT)
    what = "each sees" if tokens else "a token activates"
    counts = f"top-{figure(part.middle, UNITS['1'])} of {figure(whole.middle, UNITS['1'])} experts"
    return rule.contradicted(
        (share.span, part.span, whole.span),
        f"with {counts} {what} {value}, but the report says {share.text}",
        Place(share.span, f"comes to {value}"),
        confidence=rule.confidence if len(pairs) == 1 else min(rule.confidence, Confidence.MEDIUM, key=lambda one: one.rank),
        related=(Place(part.span, "experts per token"), Place(whole.span, "experts")),
        claimed=share.text,
        expected=value,
        derivation=(quotient(part, whole, ("top-k", "experts")),),
        conventions=(ConventionTried("top-k of all experts", False), *((ConventionTried("one of all experts", False),) if tokens else ())),
    )

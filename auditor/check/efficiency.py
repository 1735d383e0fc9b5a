"""The MFU, applied twice: a rate that it was taken off already is multiplied by it once more."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from auditor.check.arithmetic import Manner, evaluate
from auditor.check.passages import Passage, disowned
from auditor.check.stated import Worked, said, shown
from auditor.check.subject import Subject
from auditor.claims.equation import Leaf, Product, products
from auditor.claims.model import Claim, Role
from auditor.findings import Confidence, Outcome, Place
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.units import DIMENSIONLESS, UNITS

__all__ = ["applied_twice"]

_FLOPS: Final = UNITS["FLOPS"].dimension
_NEAR: Final = Fraction(1, 200)
"""How far a rate may be from the peak times the MFU, by rounding."""


def applied_twice(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A rate of peak x MFU is not multiplied by the MFU again."""
    reduced = list(_reduced(subject))
    done: set[Span] = set()
    for passage, equation in subject.equations if reduced else ():
        if disowned(passage, equation.start, equation.end):
            continue
        for product in (node for side in equation.sides for node in products(side.tree)):
            span = passage.span(product.start, product.end)
            for peak, share in reduced:
                if span not in done and _multiplies(passage.content, product, shown(peak) * shown(share), shown(share)):
                    done.add(span)
                    yield _outcome(rule, passage, product, peak, share)


def _reduced(subject: Subject) -> Iterator[tuple[Claim, Claim]]:
    """Yield the peaks and MFUs that the report states; that a rate is their product tells a peak that was read with doubt."""
    actual = [claim for claim in subject.claims if claim.role is Role.ACTUAL]
    shares = [claim for claim in actual if claim.quantity == "share.mfu" and claim.confidence is Confidence.HIGH and 0 < shown(claim) < 1]
    for peak in (claim for claim in actual if claim.quantity == "hardware.peak_flops"):
        yield from ((peak, share) for share in shares)


def _multiplies(text: str, product: Product, rate: Fraction, share: Fraction) -> bool:
    """Tell whether the direct factors of a product are a rate and a share, both multiplied or both divided by."""
    signs: dict[str, set[str]] = {"rate": set(), "share": set()}
    for sign, part in product.factors:
        value = evaluate(text, part, Manner()) if isinstance(part, Leaf) else None
        if value is None:
            continue
        if value.dimension == _FLOPS and abs(value.middle - rate) <= rate * _NEAR:
            signs["rate"].add("/" if sign == "/" else "*")
        elif value.dimension == DIMENSIONLESS and value.middle == share:
            signs["share"].add("/" if sign == "/" else "*")
    return bool(signs["rate"] & signs["share"])


def _outcome(rule: Rule, passage: Passage, product: Product, peak: Claim, share: Claim) -> Outcome:
    span = passage.span(product.start, product.end)
    rate = Worked.of(peak) * Worked.of(share)
    effective = figure(rate.value, peak.unit)
    written = " ".join(passage.content[product.start : product.end].split())
    return rule.contradicted(
        (span, peak.span, share.span),
        f"{written} takes the MFU off twice: {effective} is {said(share)} of {said(peak)} already",
        Place(span, "the MFU once more"),
        related=tuple(Place(one.span, name) for one, name in ((peak, "the peak"), (share, "the MFU")) if not one.source),
        claimed=written,
        expected=effective,
        derivation=(rate.step(peak.unit),),
    )

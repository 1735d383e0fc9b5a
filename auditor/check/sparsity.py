"""A utilisation that is taken of a peak which only structured sparsity reaches: half of what the GPU really did."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from auditor.check.catalogue import precision_of
from auditor.check.stated import said
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.cost.catalog import Figure, Hardware, find_hardware
from auditor.findings import Operand, Outcome, Place, Step
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.statements import Kind
from auditor.units import UNITS

__all__ = ["utilisation"]

_PEAK: Final = "hardware.peak_flops"
_NEAR: Final = Fraction(2, 100)
_TERA: Final = 10**12
_MOST: Final = 2000
_LONGEST: Final = 300


def utilisation(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """No MFU is divided by the sparse peak of its GPU in a report that does not speak of sparsity."""
    shares = [one for one in subject.quantities(("share.mfu",)) if one.role is Role.ACTUAL and not one.source]
    peaks = [one for one in subject.quantities((_PEAK,)) if one.role is Role.ACTUAL and not one.source and one.interval.middle is not None]
    if not shares or not peaks or _speaks_of(subject, rule.options["words"]):
        return
    parts = _parts(subject)
    for peak in peaks:
        dense = _dense_of_sparse(peak, precision_of(subject, peak), parts)
        taken = next((share for share in shares if _is_taken_of(subject, share, peak)), None)
        if dense is not None and taken is not None:
            yield _found(rule, peak, taken, dense)


def _speaks_of(subject: Subject, words: list[str]) -> bool:
    text = subject.document.source.text.lower()
    return any(word in text for word in words)


def _parts(subject: Subject) -> tuple[Hardware, ...]:
    """Return the parts that headings, items and sentences name, if they are of one family."""
    found: dict[str, Hardware] = {}
    for statement in subject.document.statements[:_MOST]:
        if statement.kind is not Kind.CODE and not statement.struck:
            label = statement.label[:_LONGEST]
            for text in (statement.value.content[:_LONGEST], label):
                found.update((part.name, part) for part in find_hardware(text))
    return tuple(found.values()) if len({part.families[0] for part in found.values()}) == 1 else ()


def _dense_of_sparse(peak: Claim, precision: str, parts: tuple[Hardware, ...]) -> Fraction | None:
    """Return the dense rate of the one part whose sparse rate in this format the claim states; None where it may be another figure."""
    value = peak.interval.middle
    if not precision or not parts or value is None:
        return None
    dense = []
    for part in parts:
        if any(_is_near(value, _rate(one)) for one in part.quoted(_PEAK, precision) if one.kind != "sparse"):
            return None
        sparse, plain = part.peak(precision, sparse=True), part.peak(precision)
        if sparse is not None and plain is not None and _is_near(value, _rate(sparse)):
            dense.append(_rate(plain))
    return dense[0] if len(set(dense)) == 1 else None


def _rate(published: Figure) -> Fraction:
    """Return a published rate in FLOP/s."""
    return published.value * UNITS[published.unit].scale


def _is_near(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) <= _NEAR * other


def _is_taken_of(subject: Subject, share: Claim, peak: Claim) -> bool:
    """Tell whether the figure of the peak stands in the statement of the share, as what it is taken of."""
    value = peak.interval.middle
    if share.statement == peak.statement:
        return True
    tera = None if value is None else value / _TERA
    return any(one.interval.middle in (value, tera) for one in subject.of(share.statement) if one is not share)


def _found(rule: Rule, peak: Claim, share: Claim, dense: Fraction) -> Outcome:
    stated = peak.interval.middle or Fraction(0)
    spans = (share.span, peak.span)
    message = f"{said(share)} is taken of {said(peak)}, the rate with structured sparsity; the dense one is {figure(dense, peak.unit)}"
    ratio = stated / dense
    tera = [(one / _TERA, f"{float(one / _TERA):g}") for one in (stated, dense)]
    return rule.contradicted(
        spans,
        message,
        Place(share.span, "the share"),
        related=(Place(peak.span, "the peak"),),
        claimed=said(share),
        expected=f"{float(ratio):.3g} times as much",
        derivation=(
            Step.exact(
                "stated / dense",
                f"{tera[0][1]} / {tera[1][1]}",
                f"{float(ratio):.2f}",
                (
                    Operand("stated", tera[0][1], tera[0][0], tera[0][0], None, "TFLOP/s, the stated peak"),
                    Operand("dense", tera[1][1], tera[1][0], tera[1][0], None, "catalog: TFLOP/s without sparsity"),
                ),
                ratio,
            ),
        ),
        basis=spans,
    )

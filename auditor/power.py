"""Detection power: how large an error in each claim the audit would have caught, so that "no findings" means something.

Every claim's number is changed by known factors, one at a time, and the report audited again. The idea is that of mutation testing
(DeMillo, Lipton and Sayward 1978): a check that lets a planted error pass checks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Final

from auditor.claims.model import Approximation, Claim
from auditor.findings import Finding, Report, Severity
from auditor.read import decode
from auditor.records import dataclass
from auditor.relations.figures import rewritten
from auditor.spans import Span
from auditor.statements import Source

__all__ = ["FACTORS", "Power", "Sensitivity", "measure"]

FACTORS: Final = tuple(Fraction(text) for text in ("1.01", "1.02", "1.05", "1.1", "1.25", "1.5", "2", "4", "10"))
"""The sizes of error tried: a claim is multiplied by them, and divided."""
_NUMBER: Final = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the audit makes of an error in one claim."""

    claim: Claim
    raised: Fraction | None = None
    """The smallest factor by which the claim can be too high and be caught; None where even the largest is not."""
    lowered: Fraction | None = None
    """The same for a claim that is too low: it is divided by the factor."""
    written: tuple[str, str] = ("", "")
    """The nearest numbers that are caught, above and below, as they would stand in the report."""
    rules: tuple[str, ...] = ()
    """Codes of the rules that catch it."""
    found: bool = False
    """The claim is part of a finding as it stands; it was not changed."""

    @property
    def worst(self) -> Fraction | None:
        """The smallest factor caught in both directions."""
        return None if self.raised is None or self.lowered is None else max(self.raised, self.lowered)


@dataclass(frozen=True, slots=True)
class Power:
    """The sensitivities of a report's claims, and the claims whose numbers are not written so that they can be changed."""

    claims: tuple[Sensitivity, ...]
    left_out: tuple[Claim, ...] = ()

    def caught(self, factor: Fraction) -> int:
        """Count the claims in which an error by `factor`, up or down, would have been caught; those already found count."""
        return sum(one.found or (one.worst is not None and one.worst <= factor) for one in self.claims)


def _touching(findings: Iterable[Finding], span: Span) -> frozenset[str]:
    """Return the codes of the errors and warnings that have one of their places at `span`."""

    def touches(finding: Finding) -> bool:
        return any(not place.path and place.span.overlaps(span) for place in (finding.place, *finding.related))

    return frozenset(finding.code for finding in findings if finding.severity is not Severity.INFO and touches(finding))


def _changed(source: Source, claim: Claim, factor: Fraction) -> tuple[Source, Span] | None:
    """Return the report with the claim's number multiplied by `factor` and where the number then stands; None if it cannot be written.

    Whole numbers stay whole and change by one at least.
    """
    text = source.text[claim.span.start : claim.span.end]
    digits = _NUMBER.findall(text)
    if len(digits) != 1:
        return None
    old = Fraction(digits[0].replace(",", ""))
    new = old * factor
    whole = claim.approximation is Approximation.EXACT and "." not in digits[0]
    if whole:
        rounded = Fraction(round(new))
        new = max(rounded, old + 1) if factor > 1 else min(rounded, old - 1)
    written = rewritten(text, old, new, whole=whole) if new >= 0 and old else None
    if written is None or written[2] == digits[0]:
        return None
    start, end = claim.span.start + written[0], claim.span.start + written[1]
    changed = source.text[:start] + written[2] + source.text[end:]
    return decode(changed.encode("utf-8", "surrogatepass"), source.path), Span(start, start + len(written[2]))


def measure(report: Report, claims: Iterable[Claim], audit: Callable[[Source], Report]) -> Power:
    """Change each claim of `report` by every factor it takes to find the smallest that `audit` catches."""
    sensitivities, left_out = [], []
    for claim in claims:
        if claim.source:
            continue
        if codes := _touching(report.findings, claim.span):
            sensitivities.append(Sensitivity(claim, rules=tuple(sorted(codes)), found=True))
        elif all(_changed(report.source, claim, factor) is None for factor in (FACTORS[-1], 1 / FACTORS[-1])):
            left_out.append(claim)
        else:
            raised, above, by_raising = _smallest(report, claim, audit, lambda factor: factor)
            lowered, below, by_lowering = _smallest(report, claim, audit, lambda factor: 1 / factor)
            sensitivities.append(Sensitivity(claim, raised, lowered, (above, below), tuple(sorted(by_raising | by_lowering))))
    return Power(tuple(sensitivities), tuple(left_out))


def _smallest(
    report: Report, claim: Claim, audit: Callable[[Source], Report], way: Callable[[Fraction], Fraction]
) -> tuple[Fraction | None, str, frozenset[str]]:
    """Return the smallest factor caught one way, the number it makes, and the rules that caught it.

    Bisection: what is caught at one factor is taken to be caught at every larger one, which holds for all that compare sizes.
    """

    def caught(factor: Fraction) -> tuple[str, frozenset[str]]:
        changed = _changed(report.source, claim, way(factor))
        if changed is None:
            return "", frozenset()
        source, span = changed
        return source.text[span.start : span.end], _touching(audit(source).findings, span)

    written, rules = caught(FACTORS[-1])
    if not rules:
        return None, "", rules
    low, high = 0, len(FACTORS) - 1
    while low < high:
        middle = (low + high) // 2
        found = caught(FACTORS[middle])
        if found[1]:
            high, (written, rules) = middle, found
        else:
            low = middle + 1
    return FACTORS[high], written, rules

"""What the auditor makes of a rendered report: what it reads back, what it raises, whether it finds a planted error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from auditor.claims.model import Claim
from auditor.findings import Finding, Severity
from auditor.pipeline import audit_source, read_claims
from auditor.read import decode
from auditor.spans import Span
from auditor.statements import Source
from tests.generated.page import Rendered
from tests.generated.plans import Plan, draw
from tests.generated.styles import render
from tests.generated.ties import Change, changes

__all__ = ["Caught", "caught", "drawn", "invented", "misread", "planted", "raised"]

_SAID_BY_WORDS = ("model.bytes_per_param",)
"""Quantities that are read from a word (`BF16`), not from a number."""


def drawn(seed: str, style: str) -> tuple[Plan, Rendered]:
    """Draw a plan and write it in a style; the same seed and style give the same report."""
    random = Random(f"{seed} {style}")  # noqa: S311 - draws test data
    plan = draw(random)
    return plan, render(plan, style, random)


@lru_cache(maxsize=1)
def _read(text: str, name: str) -> tuple[Source, tuple[Claim, ...]]:
    """Read a report once for all that is asked about it."""
    source = decode(text.encode(), name)
    return source, read_claims(source).claims


def misread(report: Rendered) -> Iterator[str]:
    """Yield the figures that are not read as what they are: the quantity, the value as printed, the role, at their place."""
    source, claims = _read(report.text, report.name)
    for figure in report.figures:
        here = [claim for claim in claims if claim.span.overlaps(figure.span)]
        right = (
            claim.quantity == figure.quantity
            and claim.role is figure.role
            and any(reading.interval.contains(figure.value) for reading in claim.readings)
            for claim in here
        )
        if figure.quantity and not any(right):
            line = source.lines.point(figure.span.start).line
            shown = source.text.splitlines()[line - 1].strip()
            told = [f"{claim.quantity} ({claim.role.value})" for claim in here] or "nothing"
            yield f"{figure.text!r} is {figure.quantity} ({figure.role.value}), read as {told} in {shown!r}"


def invented(report: Rendered) -> Iterator[str]:
    """Yield the claims read where no figure was written."""
    for claim in _read(report.text, report.name)[1]:
        if claim.quantity not in _SAID_BY_WORDS and not any(claim.span.overlaps(figure.span) for figure in report.figures):
            yield f"{claim.text!r} read as {claim.quantity}: {claim.read_as}"


def raised(report: Rendered) -> list[Finding]:
    """The errors and warnings of a report."""
    findings = audit_source(decode(report.text.encode(), report.name)).findings
    return [finding for finding in findings if finding.severity is not Severity.INFO]


def planted(plan: Plan, report: Rendered) -> list[Change]:
    """Every error that can be planted in a report so that a law among its figures is broken."""
    return list(changes(report, [quantity for quantity in plan.figures if quantity.startswith("parallel.")]))


@dataclass(frozen=True, slots=True)
class Caught:
    """Whether a planted error was found: one of a finding's places is its number, or the main place of one is."""

    anywhere: bool
    first: bool
    codes: tuple[str, ...]


def caught(report: Rendered, change: Change) -> Caught:
    """Audit the changed report and look for the changed number among the places of errors and warnings."""
    span = Span(change.figure.span.start, change.figure.span.start + change.length)
    found = [one for top in raised(_changed(report, change)) for one in (top, *top.carried)]
    first = any(one.place.span.overlaps(span) for one in found)
    anywhere = first or any(place.span.overlaps(span) for one in found for place in one.related)
    return Caught(anywhere, first, tuple(sorted({one.code for one in found})))


def _changed(report: Rendered, change: Change) -> Rendered:
    return Rendered(report.style, report.name, change.text, ())

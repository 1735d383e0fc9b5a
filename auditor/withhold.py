"""Findings that were made and do not count: ignored by the settings, suppressed in the report, known, or outside a change.

All of them go through `withhold`, so that a finding which is withheld never takes another with it: what was told with it because it
has the same root cause stands for itself again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from auditor.findings import Finding, Report, Withheld, Withholding
from auditor.spans import Span
from auditor.suppress import covers

__all__ = ["every", "outside", "suppressed", "withhold"]

Reason = Callable[[Finding], Withheld | None]
"""Says why a finding does not count; None where it does."""


def every(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings and those told with them, each before what is told with it."""
    for finding in findings:
        yield finding
        yield from every(finding.carried)


def withhold(report: Report, reason: Reason) -> Report:
    """Return the report without the findings that `reason` has a reason for; they are kept among those withheld."""
    out: list[Withheld] = []
    kept = tuple(_told(report.findings, reason, out))
    return replace(report, findings=kept, withheld=(*report.withheld, *out)) if out else report


def _told(findings: Iterable[Finding], reason: Reason, out: list[Withheld]) -> Iterator[Finding]:
    for finding in findings:
        why = reason(finding)
        if why is not None:
            out.append(replace(why, finding=replace(why.finding, carried=(), followers=())))
            yield from _told(finding.carried, reason, out)
        elif finding.carried:
            yield _without(finding, reason, out)
        else:
            yield finding


def _without(finding: Finding, reason: Reason, out: list[Withheld]) -> Finding:
    """Return a finding that counts without those told with it that do not."""
    before = len(out)
    carried = tuple(_told(finding.carried, reason, out))
    gone = {one.finding.message for one in out[before:]} - {one.message for one in every(carried)}
    if len(out) == before:
        return finding
    return replace(finding, carried=carried, followers=tuple(line for line in finding.followers if line not in gone))


def suppressed(report: Report) -> Report:
    """Return the report as its own comments ask for it."""

    def reason(finding: Finding) -> Withheld | None:
        found = next((one for one in report.suppressions if covers(one, finding)), None)
        return Withheld(finding, Withholding.SUPPRESSED, found.reason, found.place) if found else None

    return withhold(report, reason) if report.suppressions else report


def outside(report: Report, lines: Sequence[tuple[int, int]], old: Collection[int]) -> Report:
    """Return the report without the findings that a change neither touches nor brought about.

    `lines` are the changed lines, first and last; `old` are the ids of the findings that were there before the change. A finding is
    touched where its own place, a place told with it, or a claim it rests on stands on a changed line.
    """

    def reason(finding: Finding) -> Withheld | None:
        if id(finding) not in old:
            return None
        own = [place.span for place in (finding.place, *finding.related) if not place.path]
        touched = any(_touches(report, span, lines) for span in (*own, *finding.basis))
        return None if touched else Withheld(finding, Withholding.OUTSIDE)

    return withhold(report, reason)


def _touches(report: Report, span: Span, lines: Sequence[tuple[int, int]]) -> bool:
    index = report.source.lines
    first, last = index.point(span.start).line, index.point(max(span.start, span.end - 1)).line
    return any(start <= last and first <= end for start, end in lines)

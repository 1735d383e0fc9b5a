"""JUnit XML: a suite for each report, a case for each number that was checked, those that held too.

A case fails where a finding stands, is skipped where a number only takes part in a contradiction told elsewhere or where it could not
be checked, and passes where all its checks held. XML 1.0 has no way to write most control characters: they are shown as escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Final
from xml.sax.saxutils import quoteattr

from auditor.findings import Finding, Outcome, Report, Verdict
from auditor.records import dataclass
from auditor.render.arithmetic import equation, proof
from auditor.render.run import Options, Run, basis_lines, blocked, locate, ordered, source_of
from auditor.render.terminal import plain
from auditor.spans import Span

__all__ = ["render"]

_LONGEST: Final = 2000
_TEXT: Final = 60
_HELD: Final = 20
"""Checks of one number that are named; the others are counted."""
_SUITE: Final = "deployment-auditor"


@dataclass(slots=True)
class _Case:
    """One number: the checks it held in, the findings that stand at it, and the contradictions told elsewhere."""

    held: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    elsewhere: list[Finding] = field(default_factory=list)


def _attribute(text: str) -> str:
    return quoteattr(plain(text)[:_LONGEST])


def _data(text: str) -> str:
    return plain(text)[:_LONGEST].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cases(report: Report) -> dict[tuple[str, Span], _Case]:
    """Return a case for each place, keyed by the path of a context source (empty for the report) and the span."""
    cases: dict[tuple[str, Span], _Case] = {}

    def at(path: str, span: Span) -> _Case:
        return cases.setdefault((path, span), _Case())

    for outcome in report.outcomes:
        if outcome.verdict is Verdict.HELD:
            for span in outcome.spans:
                at("", span).held.append(_held(outcome))
    for finding in ordered(report.findings):
        at(finding.place.path, finding.place.span).findings.append(finding)
    for finding in report.findings:
        for place in finding.related:
            at(place.path, place.span).elsewhere.append(finding)
    return dict(sorted(cases.items(), key=lambda one: (one[0][0] != "", *one[0])))


def _held(outcome: Outcome) -> str:
    return f"{outcome.rule}: {outcome.message}" if outcome.message else outcome.rule


def _case(report: Report, path: str, span: Span, case: _Case) -> str:
    source = source_of(report, path)
    where = locate(source, span)
    text = " ".join(source.text[span.start : span.end].split())
    name = f"{where.line}:{where.column}: {text[:_TEXT]}{'…' if len(text) > _TEXT else ''}"
    path = _attribute(where.path)
    head = f'<testcase name={_attribute(name)} classname={path} file={path} line="{where.line}"'
    inner = [*_failures(report, case.findings), *_skipped(report, case), *_output(case.held)]
    return f"    {head}>{''.join(inner)}</testcase>\n" if inner else f"    {head}/>\n"


def _failures(report: Report, findings: Iterable[Finding]) -> Iterator[str]:
    """Yield one failure for a place: a test case has one, so further findings stand in its text."""
    found = list(findings)
    if not found:
        return
    lines = [line for finding in found for line in _told(report, finding)]
    kind = f"{found[0].severity} {found[0].code} {found[0].name}"
    message, body = _attribute(found[0].message), "\n".join(_data(line) for line in lines)
    yield f"<failure type={_attribute(kind)} message={message}>{body}</failure>"


def _told(report: Report, finding: Finding) -> Iterator[str]:
    yield f"{finding.severity} {finding.code} {finding.name}: {finding.message}"
    yield from (f"  {equation(step)}" for step in proof(finding) if equation(step))
    for place in finding.related:
        if place.message:
            yield f"  {locate(source_of(report, place.path), place.span)}: {place.message}"
    yield from (f"  repair: {repair.message}" for repair in finding.repairs[:1])


def _skipped(report: Report, case: _Case) -> Iterator[str]:
    if case.elsewhere and not case.findings:
        one = case.elsewhere[0]
        where = locate(source_of(report, one.place.path), one.place.span)
        yield f"<skipped message={_attribute(f'takes part in {one.code} at {where}: {one.message}')}/>"


def _output(held: list[str]) -> Iterator[str]:
    if held:
        more = [f"and {len(held) - _HELD} more"] if len(held) > _HELD else []
        yield f"<system-out>{chr(10).join(_data(line) for line in [*held[:_HELD], *more])}</system-out>"


def _suite(name: str, cases: list[str], undetermined: int = 0) -> str:
    failures = sum("<failure " in case for case in cases)
    errors = sum("<error " in case for case in cases)
    skipped = sum("<skipped " in case for case in cases)
    head = f'  <testsuite name={_attribute(name)} tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{skipped}">\n'
    counted = f'    <properties><property name="undetermined" value="{undetermined}"/></properties>\n' if undetermined else ""
    return f"{head}{counted}{''.join(cases)}  </testsuite>\n"


def _stopped(name: str, message: str) -> str:
    return (
        f'    <testcase name="audited" classname={_attribute(name)}><error type="not audited" message={_attribute(message)}/></testcase>\n'
    )


def _said(line: str) -> str:
    return f'    <testcase name={_attribute(line)} classname="{_SUITE}"><skipped message={_attribute(line)}/></testcase>\n'


def _report(report: Report) -> str:
    cases = [_case(report, path, span, case) for (path, span), case in _cases(report).items()]
    if reason := blocked(report):
        cases.append(_stopped(report.source.path, reason))
    if not cases:
        cases.append(f'    <testcase name="no number could be checked" classname={_attribute(report.source.path)}/>\n')
    return _suite(report.source.path, cases, report.undetermined)


def render(run: Run, options: Options) -> str:
    """Return the suites of all reports, and last what was left out, as skipped cases."""
    suites = [_report(report) for report in run.reports]
    suites += [_suite(failure.path, [_stopped(failure.path, failure.message)]) for failure in run.failures]
    lines = basis_lines(run)
    if lines:
        said = [_said(line) for line in lines]
        suites.append(_suite("what this run rests on", said))
    if not suites:
        suites.append(_suite(_SUITE, [f'    <testcase name="no report" classname="{_SUITE}"/>\n']))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="{_SUITE}">\n{"".join(suites)}</testsuites>\n'

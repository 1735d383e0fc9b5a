"""What can be wrong with the derivation of a finding.

A derivation is arithmetic that anybody can repeat: its numbers stand at the places of the finding, and give its result. Nothing of the
auditor's own arithmetic is used: `tests.arithmetic` evaluates the substituted text with plain fractions and reads the text at the places
the way a person would.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from auditor.findings import Finding, Report, Step
from tests import arithmetic

WITHOUT_NUMBERS = {
    "ARI009": "a figure that no such thing can have: no arithmetic leads there",
    "CMD002": "a rank that is given twice",
    "CMD003": "a device that is listed twice",
    "CMD005": "a flag that is given twice",
    "CMD006": "the name of a flag",
    "CMD007": "the name of a variable",
    "CMD008": "the same groups under two names",
    "HFT006": "a batch that is given twice",
    "MTH001": "one technique under two names",
    "MTH002": "techniques of training in a plan that serves",
    "MTH003": "what pipelining does",
    "MTH004": "what the loss of a GPU does",
    "MTH005": "what sharding divides",
    "MTH006": "what a sequence is divided by",
    "MTH007": "a bandwidth that is another one's",
    "REF001": "the name of a file",
    "REF002": "where a link leads",
    "STA007": "a verdict beside a flag",
    "STA008": "a verdict beside other findings, which have their own arithmetic",
    "UNI004": "a unit of another kind",
    "AXO001": "options that exclude or ask for each other",
    "AXO002": "options that exclude or ask for each other",
    "AXO003": "options that exclude or ask for each other",
    "AXO004": "options that exclude or ask for each other",
    "LLC002": "options that exclude or ask for each other",
    "MEG011": "options that exclude or ask for each other",
    "MEG012": "options that exclude or ask for each other",
    "MEG021": "options that exclude or ask for each other",
    "MEG024": "options that exclude or ask for each other",
    "MEG025": "options that exclude or ask for each other",
    "MEG026": "options that exclude or ask for each other",
    "MEG031": "options that exclude or ask for each other",
    "MEG032": "options that exclude or ask for each other",
    "MEG033": "options that exclude or ask for each other",
    "MEG041": "options that exclude or ask for each other",
    "MEG042": "options that exclude or ask for each other",
    "MEG048": "options that exclude or ask for each other",
    "MEG049": "options that exclude or ask for each other",
    "MEG050": "options that exclude or ask for each other",
    "SGL018": "options that exclude or ask for each other",
    "VRL005": "options that exclude or ask for each other",
    "VRL006": "options that exclude or ask for each other",
    "VRL007": "options that exclude or ask for each other",
    "SUP001": "a suppression, which is no figure",
    "SUP002": "a suppression, which is no figure",
    "SUP003": "a suppression, which is no figure",
}
"""What a finding without arithmetic is about, by rule. A rule that finds something about numbers has no place here."""


def everything(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield the findings and those that are told with them."""
    for finding in findings:
        yield finding
        yield from everything(finding.carried)


def faults(report: Report, finding: Finding) -> Iterator[str]:
    """Yield what is wrong with the derivation of a finding."""
    where = f"{Path(report.source.path).name}: {finding.code} {finding.message}"
    if not finding.derivation and finding.code not in WITHOUT_NUMBERS:
        yield f"{where}: no derivation"
    for place, step in enumerate(finding.derivation):
        for fault in (*of_result(step), *of_operands(report, finding, step), *of_numbers(report, step, finding.derivation[:place])):
            yield f"{where}: {step.formula} | {step.substituted} | {step.result}: {fault}"


def of_result(step: Step) -> Iterator[str]:
    """The arithmetic comes to the result that is written, and to one within its bounds."""
    value = arithmetic.evaluate(step.substituted)
    if not arithmetic.shows(step.result, value):
        yield f"comes to {value}"
    if step.low is None and step.high is None:
        yield "is without bounds"
    if (step.low is not None and value < step.low) or (step.high is not None and value > step.high):
        yield f"{value} is not within {step.low} to {step.high}"


def of_operands(report: Report, finding: Finding, step: Step) -> Iterator[str]:
    """Each operand takes part, and stands at one of the places of the finding."""
    places = [place.span for place in (finding.place, *finding.related) if not place.path]
    used = arithmetic.numbers(step.substituted)
    for operand in step.operands:
        if operand.span is None:
            continue
        text = report.source.text[operand.span.start : operand.span.end]
        if not any(arithmetic.states(text, number) or arithmetic.states(operand.text, number) for number in used):
            yield f"{operand.symbol} = {text!r} takes no part"
        if not any(span.overlaps(operand.span) for span in places):
            yield f"{operand.symbol} = {text!r} is no place of the finding"


def of_numbers(report: Report, step: Step, before: tuple[Step, ...]) -> Iterator[str]:
    """Each number is an operand, a constant of the formula, or what a step before came to."""
    known = {*arithmetic.numbers(step.formula), *(arithmetic.evaluate(one.substituted) for one in before)}
    known.add(Fraction(3600))  # a price per hour, in seconds
    known.add(Fraction(arithmetic.different(operand.text for operand in step.operands)))
    texts = [report.source.text[one.span.start : one.span.end] if one.span else one.text for one in step.operands]
    for number in arithmetic.numbers(step.substituted):
        if number not in known and not any(arithmetic.states(text, number) for text in texts):
            yield f"{number} comes from nowhere"

"""Small stand-ins for the rulebook and the pipeline, for tests of what comes after them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.findings import (
    Confidence,
    ConventionTried,
    Coverage,
    Edit,
    Finding,
    Operand,
    Outcome,
    Place,
    Repair,
    Report,
    Severity,
    Step,
    Verdict,
)
from auditor.plans.model import Plan
from auditor.spans import Span
from auditor.statements import Document, Note, Source
from auditor.units import UNITS, Unit
from auditor.values import Interval


@dataclass(frozen=True)
class Answer:
    """What a run of the command line ended with and wrote."""

    status: int
    out: str
    err: str


Run = Callable[..., Answer]


@dataclass(frozen=True)
class StandInRule:
    code: str
    name: str
    category: str


@dataclass(frozen=True)
class StandInQuantity:
    symbol: str
    unit: Unit


@dataclass(frozen=True)
class StandInLexicon:
    quantities: dict[str, StandInQuantity] = field(
        default_factory=lambda: {
            "gpus": StandInQuantity("gpus", UNITS["1"]),
            "parallel.tensor": StandInQuantity("tp", UNITS["1"]),
            "memory.used": StandInQuantity("memory", UNITS["GB"]),
        }
    )


@dataclass(frozen=True)
class StandInRulebook:
    rules: tuple[StandInRule, ...] = (
        StandInRule("LAY001", "gpu-count", "layout"),
        StandInRule("ARI001", "written-equation", "arithmetic"),
        StandInRule("MEM001", "weights-per-gpu", "memory"),
    )
    catalog: str = "test"
    problems: tuple[str, ...] = ()
    lexicon: StandInLexicon = StandInLexicon()


_EQUATION = re.compile(r"(\d+) \* (\d+) = (\d+)( !)?")


def _claims(source: Source) -> tuple[Claim, ...]:
    found = []
    for match in re.finditer(r"(\d+) (GPUs|GB|GiB)", source.text):
        unit = UNITS["1" if match[2] == "GPUs" else match[2]]
        value = Fraction(match[1]) * unit.scale
        slack = Fraction(0) if match[2] == "GPUs" else unit.scale / 2
        found.append(
            Claim(
                "gpus" if match[2] == "GPUs" else "memory.used",
                "gpus" if match[2] == "GPUs" else "memory",
                (Reading(Interval(value - slack, value + slack), unit),),
                Approximation.EXACT,
                Role.ACTUAL,
                Scope(per="gpu" if match[2] != "GPUs" else ""),
                Span(*match.span()),
                match[0],
                Confidence.HIGH,
                "a number before its noun",
                0,
            )
        )
    return tuple(found)


def stand_in_audit(source: Source, *, rules: object = None, context: tuple[Source, ...] = (), limits: object = None) -> Report:
    """Check only `a * b = c`: an error where it does not hold, a warning where `!` follows; `BOOM` raises, `BROKEN` stops the reading."""
    if "BOOM" in source.text:
        raise ValueError("an unexpected \x1b[31mstate")
    outcomes, findings = [], []
    for match in _EQUATION.finditer(source.text):
        left, right, stated = (int(match[index]) for index in (1, 2, 3))
        span = Span(*match.span(3))
        if left * right == stated:
            outcomes.append(Outcome("written-equation", Verdict.HELD, (span,), f"{match[0]}"))
            continue
        finding = Finding(
            "ARI001",
            "written-equation",
            "arithmetic",
            Severity.WARNING if match[4] else Severity.ERROR,
            Confidence.HIGH,
            f"{left} * {right} is {left * right}, written {stated}",
            Place(span, f"says {stated}"),
            (Place(Span(*match.span(1))), Place(Span(*match.span(2)), "times this")),
            str(stated),
            str(left * right),
            (
                Step(
                    "a * b",
                    f"{left} * {right}",
                    str(left * right),
                    (Operand("a", match[1], Fraction(left), Fraction(left), Span(*match.span(1))),),
                ),
            ),
            (ConventionTried("decimal", False, "SI"),),
            (Repair(f"write {left * right}", (Edit(span, str(left * right)),), safe=not match[4]),),
        )
        findings.append(finding)
        outcomes.append(Outcome("written-equation", Verdict.CONTRADICTED, (span,), finding=finding))
    broken = source.text.find("BROKEN")
    notes = (Note("broken here", Span(broken, broken + 6), fatal=True),) if broken >= 0 else ()
    claims = _claims(source)
    numbers = len(re.findall(r"\d+", source.text))
    coverage = Coverage(numbers, 0, len(claims), len(outcomes), len(claims))
    return Report(source, tuple(outcomes), tuple(findings), len(claims), coverage, (*source.notes, *notes), context)


@dataclass(frozen=True)
class StandInClaims:
    document: Document
    claims: tuple[Claim, ...]
    labels: tuple[tuple[Span, str], ...]
    uncovered: tuple[tuple[Span, str], ...]
    coverage: Coverage
    plans: tuple[Plan, ...] = ()


def stand_in_read(source: Source, context: tuple[Source, ...] = (), *, rules: object = None) -> StandInClaims:
    claims = _claims(source)
    taken = [claim.span for claim in claims]
    loose = [Span(*match.span()) for match in re.finditer(r"\d+", source.text)]
    loose = [span for span in loose if not any(claim.overlaps(span) for claim in taken)]
    coverage = Coverage(len(loose) + len(claims), 0, len(claims), 0, len(claims))
    return StandInClaims(Document(source, "markdown", ()), claims, (), tuple((span, "no label") for span in loose), coverage)

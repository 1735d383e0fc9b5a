"""One quantity, two values: claims of one plan, role and scope that no reading reconciles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.check.subject import Subject
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Confidence, Finding, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind

__all__ = ["measured", "stated"]

_STATED = frozenset(
    "gpus nodes gpus.per_node parallel.tensor parallel.pipeline parallel.expert parallel.data parallel.context parallel.sequence "
    "parallel.expert_tensor parallel.virtual_pipeline model.layers model.heads model.kv_heads model.head_dim model.hidden model.ffn_hidden "
    "model.expert_hidden model.vocab model.experts model.top_k model.shared_experts model.params model.params_active batch.global "
    "batch.micro batch.accumulation batch.microbatches experts.per_gpu layers.per_stage".split()
)
"""What a plan is: one value each."""
_MEASURED = frozenset(
    "time.step time.prefill time.decode time.ttft time.tpot rate.tokens rate.tokens_per_gpu rate.requests rate.sequences share.mfu "
    "share.gpu_utilization share.communication share.bubble share.load_balance share.bandwidth_utilization share.compute_utilization "
    "memory.used memory.utilization memory.capacity".split()
)
"""What a plan reaches: one value each in one scope, but more ways to mean different things."""


@dataclass(frozen=True, slots=True)
class _Scope:
    plan: str
    quantity: str
    role: str
    per: str
    phase: str
    member: str
    words: str


def stated(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Compare what a plan is said to be: degrees, sizes of the model, batches, counts."""
    yield from _compare(subject, rule, _STATED)


def measured(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Compare what a plan is said to reach or run on: times, rates, shares, memory, peaks."""
    yield from _compare(subject, rule, _MEASURED)


def _compare(subject: Subject, rule: Rule, quantities: frozenset[str]) -> Iterator[Outcome]:
    groups: dict[_Scope, list[Claim]] = defaultdict(list)
    torn = _torn(subject)
    for claim in subject.claims:
        if (
            claim.quantity in quantities
            and (claim.statement, claim.quantity) not in torn
            and claim.role is Role.ACTUAL
            and not claim.source
            and not _enumerates(subject, claim)
            and _firm(subject, claim)
        ):
            groups[_scope(subject, claim)].append(claim)
    for scope, claims in groups.items():
        values = _clusters(claims)
        if len(claims) > 1 and len(values) == 1:
            yield Outcome(rule.name, Verdict.HELD, tuple(claim.span for claim in claims), f"{claims[0].text} in {len(claims)} places")
        elif len(values) > 1:
            finding = _finding(subject, rule, scope, values)
            yield Outcome(rule.name, Verdict.CONTRADICTED, tuple(claim.span for claim in claims), finding.message, finding)


def _enumerates(subject: Subject, claim: Claim) -> bool:
    """Tell whether a bullet lists variants of a model: its size stands in passing, and a sibling states another."""
    if claim.quantity not in ("model.params", "model.params_active") or claim.read_as.startswith("label"):
        return False
    statement = subject.statement(claim)
    siblings = {id(other) for other in subject.siblings(statement)} if statement.kind is Kind.ITEM else set()
    return any(
        other.quantity == claim.quantity
        and other.statement != claim.statement
        and id(subject.statement(other)) in siblings
        and not _agree(claim, other)
        for other in subject.claims
        if not other.source
    )


def _torn(subject: Subject) -> set[tuple[int, str]]:
    """Return the statements that give one quantity several values: alternatives in one cell, bullet or sentence, or down a column."""
    places: dict[tuple[int, int, str], list[Claim]] = defaultdict(list)
    for claim in subject.claims:
        if claim.source or claim.role is not Role.ACTUAL:
            continue
        cell = subject.statement(claim).cell
        places[claim.statement, -1, claim.quantity].append(claim)
        if cell is not None:
            places[-1 - cell.table, cell.column, claim.quantity].append(claim)
    return {
        (claim.statement, claim.quantity)
        for claims in places.values()
        if any(not _agree(claims[0], other) for other in claims[1:])
        for claim in claims
    }


def _firm(subject: Subject, claim: Claim) -> bool:
    """Tell whether the claim states its quantity outright: read with confidence, no bound or range, not in passing."""
    if claim.confidence is not Confidence.HIGH or claim.approximation in (Approximation.BOUND, Approximation.RANGE):
        return False
    statement = subject.statement(claim)
    if statement.struck or statement.kind in (Kind.CODE, Kind.FLAG, Kind.HEAD):
        return False
    if statement.cell is not None and statement.cell.column == 0:
        return False  # the head of a row names what the row is about
    return statement.kind is not Kind.SENTENCE or claim.approximation is Approximation.EXACT


def _scope(subject: Subject, claim: Claim) -> _Scope:
    per = claim.scope.per
    if claim.quantity in ("memory.capacity", "hardware.peak_flops", "hardware.memory_bandwidth") and per in ("", "gpu"):
        per = "gpu"
    if claim.quantity in ("experts.per_gpu", "layers.per_stage", "model.experts", "gpus.per_node"):
        per = ""
    return _Scope(
        claim.plan, claim.quantity, claim.role.value, per, claim.scope.phase, claim.scope.member, claim.scope.words or _part(subject, claim)
    )


def _part(subject: Subject, claim: Claim) -> str:
    """Return the section that narrows a claim to a part of the model or the plan; empty for the whole."""
    statement = subject.statement(claim)
    if statement.cell is not None and claim.quantity in _MEASURED:
        return next((label.text.content for label in statement.path if label.kind is LabelKind.COLUMN), "")
    for label in reversed(statement.path):
        if (
            label.kind is LabelKind.KEY
            and label is not subject.statement(claim).path[-1]
            and not claim.quantity.startswith("parallel.")
            and not subject.lexicon.is_transparent(subject.lexicon.normalize(label.text.content))
        ):
            return label.text.content
        if label.kind in (LabelKind.HEADING, LabelKind.ITEM, LabelKind.KEY, LabelKind.LEAD):
            words = {word.text for word in subject.lexicon.normalize(label.text.content)}
            for part in (
                "effective",
                "accumulation",
                "attention",
                "mlp",
                "moe",
                "dense",
                "embedding",
                "draft",
                "vision",
                "encoder",
                "decoder",
                "shared",
                "minimum",
                "maximum",
                "peak",
                "baseline",
            ):
                if part in words and not (part in ("moe", "attention", "decoder") and label.kind is LabelKind.HEADING):
                    return part
    return ""


def _clusters(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Group claims whose readings share a value; a claim joins the first group all of whose members it agrees with."""
    groups: list[list[Claim]] = []
    for claim in claims:
        for group in groups:
            if all(_agree(claim, other) for other in group):
                group.append(claim)
                break
        else:
            groups.append([claim])
    return sorted(groups, key=len, reverse=True)


def _agree(first: Claim, second: Claim) -> bool:
    return any(one.interval.meets(other.interval) for one in first.readings for other in second.readings)


def _finding(subject: Subject, rule: Rule, scope: _Scope, values: Sequence[Sequence[Claim]]) -> Finding:
    main, others = values[0], [claim for group in values[1:] for claim in group]
    odd = others[0]
    name = subject.lexicon.quantities[scope.quantity]
    first = main[0]
    tied = len(values[0]) == len(values[1])
    line = subject.document.source.lines.point(first.span.start).line
    message = f"{_called(name.names[0])} is {odd.text.strip()} here but {first.text.strip()} on line {line}" + (
        f" and in {len(main) - 1} other places" if len(main) > 2 else ""
    )
    sure = all(claim.confidence is Confidence.HIGH for claim in (first, odd))
    step = Step(
        formula=f"{name.symbol} has one value",
        substituted=f"{_digits(odd)} - {_digits(first)}",
        result="not 0",
        operands=(_operand(name.symbol, odd), _operand(name.symbol, first)),
        low=None if odd.interval.low is None or first.interval.high is None else odd.interval.low - first.interval.high,
        high=None if odd.interval.high is None or first.interval.low is None else odd.interval.high - first.interval.low,
    )
    related = tuple(Place(claim.span, f"says {claim.text.strip()}") for claim in (*main[:6], *others[1:6]))
    return rule.finding(
        message,
        Place(odd.span, f"says {odd.text.strip()}"),
        severity=rule.severity
        if (sure and not tied) or scope.quantity.startswith("parallel.")
        else min(rule.severity, Severity.WARNING, key=lambda item: item.rank),
        related=related,
        claimed=odd.text.strip(),
        expected=first.text.strip(),
        derivation=(step,),
    )


def _called(words: Iterable[str]) -> str:
    spelled = " ".join(words)
    for axis in ("tensor", "pipeline", "expert", "data", "context", "sequence"):
        spelled = spelled.replace(f"{axis}parallel", f"the {axis}-parallel degree")
    return spelled


def _digits(claim: Claim) -> str:
    middle = claim.interval.middle
    return "0" if middle is None else f"({middle})"


def _operand(symbol: str, claim: Claim) -> Operand:
    return Operand(symbol, claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)

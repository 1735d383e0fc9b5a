"""Performance checks that no equation over the claims of one plan can say: peers of a table, words beside shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from auditor.check.placed import PERCENT, plain
from auditor.check.subject import Subject
from auditor.claims.labels import find_any
from auditor.claims.model import Claim, Role
from auditor.findings import Operand, Outcome, Place, Step, Verdict
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["allocation", "peers"]

MIN_PEERS: Final = 4
"""Fewer rows of one model say nothing about which of them is odd."""
NEAR: Final = Fraction(12, 1000)
"""Rows of one model and sequence length agree to better than this where they count alike (Megatron-Bridge pages: 0.5 %)."""


@dataclass(frozen=True, slots=True)
class _Row:
    """Work per token as one row or object states it: TFLOPS per GPU over tokens per second per GPU."""

    rate: Claim
    flops: Claim
    ratio: Interval
    model: str
    length: Fraction | None

    @property
    def middle(self) -> Fraction:
        return self.ratio.middle or Fraction(0)


def peers(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Rows of one model and sequence length spend the same work on a token; one that does not is odd.

    The ratio needs no knowledge of the model: whatever a page counts (causal or full attention, an MTP layer, LoRA), it
    counts alike in all rows of a model. Rows that count in another way come in groups; only a row that agrees with no other
    is named.
    """
    groups: dict[tuple[str, Fraction | None], list[_Row]] = defaultdict(list)
    for row in _rows(subject):
        groups[row.model, row.length].append(row)
    for rows in groups.values():
        tabled = subject.statement(rows[0].rate).cell is not None
        for row in rows:
            others = [other for other in rows if other is not row and other.rate.span != row.rate.span]
            if len(others) < (MIN_PEERS if tabled else MIN_PEERS - 1):
                continue
            spans = (row.rate.span, row.flops.span)
            nearest = min(others, key=lambda other: abs(other.middle - row.middle))
            alike = [other for other in others if other.ratio.meets(row.ratio) or abs(other.middle - row.middle) <= NEAR * row.middle]
            if alike:
                yield Outcome(rule.name, Verdict.HELD, spans, f"{_per_token(row.middle)} as in {len(alike)} other rows")
                continue
            if not _agree(others) or (not tabled and abs(nearest.middle - row.middle) * 4 < row.middle):
                continue
            message = (
                f"{row.flops.text.strip()} at {row.rate.text.strip()} is {_per_token(row.middle)} a token; "
                f"the nearest of {len(others)} rows of the same model says {_per_token(nearest.middle)}"
            )
            flops, rate = (claim.interval.middle or Fraction(1) for claim in (row.flops, row.rate))
            step = Step(
                formula="TFLOPS per GPU / tokens per second per GPU",
                substituted=f"{plain(flops)} / {plain(rate)}",
                result=_per_token(flops / rate),
                operands=tuple(
                    Operand(claim.symbol, claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)
                    for claim in (row.flops, row.rate)
                ),
                low=row.ratio.low,
                high=row.ratio.high,
            )
            finding = rule.finding(
                message,
                Place(row.rate.span, "tokens per second"),
                related=(Place(row.flops.span, "FLOPS"), Place(nearest.rate.span, "the nearest peer")),
                claimed=_per_token(row.middle),
                expected=_per_token(nearest.middle),
                derivation=(step,),
            )
            yield Outcome(rule.name, Verdict.CONTRADICTED, spans, message, finding)


def _agree(rows: Sequence[_Row]) -> bool:
    """Tell whether most of the rows agree with another one, so that a row that stands alone is odd."""
    paired = sum(any(other is not row and abs(other.middle - row.middle) <= NEAR * row.middle for other in rows) for row in rows)
    return paired * 10 >= len(rows) * 8


def _per_token(value: Fraction) -> str:
    return f"{figure(value, UNITS['GFLOP'])}"


def _rows(subject: Subject) -> Iterator[_Row]:
    for plan in subject.plans:
        if plan.id.startswith("table "):
            yield from _pair(subject, plan.claims)
    objects: dict[int, list[Claim]] = defaultdict(list)
    for claim in subject.claims:
        statement = subject.statement(claim)
        if statement.kind is Kind.ENTRY and not claim.source:
            objects[statement.group].append(claim)
    for claims in objects.values():
        yield from _pair(subject, claims)


def _pair(subject: Subject, claims: Sequence[Claim]) -> Iterator[_Row]:
    rates = [claim for claim in claims if claim.quantity == "rate.tokens_per_gpu" and claim.role is Role.ACTUAL]
    flops = [claim for claim in claims if claim.quantity == "rate.achieved_flops" and claim.role is Role.ACTUAL]
    if len(rates) != 1 or len(flops) != 1:
        return
    rate, work = rates[0], flops[0]
    if rate.interval.low is None or rate.interval.low <= 0 or work.interval.low is None or work.interval.low <= 0:
        return
    length = next((claim.interval.middle for claim in claims if claim.quantity == "batch.sequence_length"), None)
    gpus = next((claim.interval.middle for claim in claims if claim.quantity == "gpus"), None)
    speed = rate.interval
    middle = speed.middle or Fraction(0)
    if length and gpus and abs(middle * gpus / length - round(middle * gpus / length)) < Fraction(1, 100):
        speed = speed.widen_by(length / gpus / 2)  # rounded to whole samples a second at its source
    if speed.low is None or speed.low <= 0:
        return
    yield _Row(rate, work, work.interval / speed, _model(subject, rate), length)


def _model(subject: Subject, claim: Claim) -> str:
    """Return the model a row speaks of: its row head without remarks, or the heading above the table; for data files the file."""
    statement = subject.statement(claim)
    if statement.cell is None:
        # One file of data speaks of one model; its tasks (pre-training, fine-tuning) are told apart by their keys.
        keys = [
            subject.lexicon.normalize(label.text.content)
            for label in statement.path[:-1]
            if not any(character.isdigit() for character in label.text.content)
        ]
        return " ".join(words[0].text for words in keys if words)
    heads = [label.text.content for label in statement.path if label.kind is LabelKind.HEADING]
    row = next((label.text.content for label in statement.path if label.kind is LabelKind.ROW), "")
    named = row if not row.lower().startswith(("dgx", "hgx", "gb", "h100", "b200")) else (heads[-1] if heads else "")
    kept = named.split("(")[0]
    return " ".join(word.text for word in subject.lexicon.normalize(kept))


def allocation(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A "GPU utilisation" that is only the share of GPUs the plan allocates: `100% (16/16 GPUs)`."""
    for index, statement in enumerate(subject.document.statements):
        words = (*(word for label in statement.path[-1:] for word in subject.lexicon.normalize(label.text.content)),)
        if not (find_any(words, ("gpu",)) and find_any(words, ("utilization",))):
            continue
        claims = subject.of(index)
        shares = [claim for claim in claims if claim.quantity == "share.gpu_utilization" and claim.role is Role.ACTUAL]
        used = [claim for claim in claims if claim.quantity == "gpus"]
        there = [claim for claim in claims if claim.quantity == "gpus.available"]
        if len(shares) != 1 or len(used) != 1 or len(there) != 1:
            continue
        share, part, whole = shares[0], used[0].interval.low, there[0].interval.low
        if not part or not whole or not share.interval.contains(part / whole) or part != whole:
            continue
        message = f"{share.text.strip()} is the share of GPUs that are allocated; how busy they are is another figure"
        step = Step(
            formula="allocated / available",
            substituted=f"{plain(part)} / {plain(whole)}",
            result=figure(part / whole, PERCENT),
            operands=tuple(
                Operand(claim.symbol, claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)
                for claim in (used[0], there[0])
            ),
            low=part / whole,
            high=part / whole,
        )
        finding = rule.finding(
            message,
            Place(share.span, "utilisation"),
            related=(Place(used[0].span, "allocated"), Place(there[0].span, "available")),
            claimed=share.text.strip(),
            derivation=(step,),
        )
        yield Outcome(rule.name, Verdict.CONTRADICTED, (share.span,), message, finding)

"""Performance checks that no equation over the claims of one plan can say: peers of a table, words beside shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.placed import PERCENT
from auditor.check.stated import Worked, operand
from auditor.check.subject import Subject
from auditor.claims.labels import find_any
from auditor.claims.model import Claim, Role
from auditor.findings import Confidence, Outcome, Place, Step
from auditor.plans.assign import MAIN
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["allocation", "peers", "rows_of_steps"]

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
                yield rule.held(spans, f"{_per_token(row.middle)} as in {len(alike)} other rows")
                continue
            if not _agree(others) or (not tabled and abs(nearest.middle - row.middle) * 4 < row.middle):
                continue
            message = (
                f"{row.flops.text.strip()} at {row.rate.text.strip()} is {_per_token(row.middle)} a token; "
                f"the nearest of {len(others)} rows of the same model says {_per_token(nearest.middle)}"
            )
            worked = Worked.of(row.flops) / Worked.of(row.rate)
            yield rule.contradicted(
                spans,
                message,
                Place(row.rate.span, "tokens per second"),
                related=(Place(row.flops.span, "FLOPS"), Place(nearest.rate.span, "the nearest peer")),
                claimed=_per_token(row.middle),
                expected=_per_token(nearest.middle),
                derivation=(worked.step(UNITS["GFLOP"]),),
            )


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


# --- rows whose throughput follows from batch, sequence length and step time


@dataclass(frozen=True, slots=True)
class _Step:
    """Tokens a second as one row states them, and as its batch, sequence length and step time give them."""

    rate: Claim
    gpus: Claim | None
    """The GPUs that share the tokens, where the rate is that of one."""
    batch: Claim
    length: Claim
    time: Claim

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(claim for claim in (self.batch, self.length, self.time, self.gpus) if claim is not None)

    @property
    def worked(self) -> Interval:
        found = self.batch.interval * self.length.interval / _printed(self.time)
        return found if self.gpus is None else found / self.gpus.interval

    @property
    def misses(self) -> Fraction:
        """How far the two are apart beyond rounding, as a share of the worked figure."""
        stated, worked = _printed(self.rate), self.worked
        if stated.meets(worked) or None in (stated.low, stated.high, worked.low, worked.high):
            return Fraction(0)
        gap = max((stated.low or 0) - (worked.high or 0), (worked.low or 0) - (stated.high or 0))
        return Fraction(gap) / (worked.low or Fraction(1))


def _printed(claim: Claim) -> Interval:
    """Return a measured figure with what rounding to its last digit leaves open, also where it was printed as a whole number."""
    if not claim.interval.is_exact:
        return claim.interval
    return claim.interval.widen_by(claim.unit.scale / 2)


def rows_of_steps(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Tokens a second are batch x sequence length / step time in the rows of a table where they are in all others."""
    tables: dict[str, list[_Step]] = defaultdict(list)
    for plan in subject.plans:
        table = plan.id.rpartition(" row ")[0] if plan.id.startswith("table ") else plan.id.rpartition("[")[0]
        row = _step_row(plan.claims) if table else None
        if row is not None:
            tables[table].append(row)
    for rows in tables.values():
        near = [row for row in rows if row.misses <= _ALIKE]
        far = [row for row in rows if row.misses > _APART]
        if len(near) < MIN_PEERS - 1 or len(near) + len(far) < len(rows) or len(far) * 4 > len(rows):
            continue
        for row in near:
            spans = tuple(claim.span for claim in (row.rate, *row.claims))
            yield rule.held(spans, f"{row.rate.text.strip()} from batch, length and step time")
        for row in far:
            yield _row_apart(rule, row, near)


_ALIKE: Final = Fraction(1, 100)
_APART: Final = Fraction(3, 100)


def _step_row(claims: Sequence[Claim]) -> _Step | None:
    """Return what a row states of its step; None where it states less, or more than one of anything."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.role is Role.ACTUAL and claim.interval.low is not None and claim.interval.low > 0 and claim.interval.is_bounded:
            found[claim.quantity].append(claim)
    rates = [(name, claim) for name in ("rate.tokens", "rate.tokens_per_gpu") for claim in found[name]]
    times = [*found["time.step"], *found["time.prefill"]]
    parts = [found["batch.global"], found["batch.sequence_length"], times, found["gpus"]]
    if len(rates) != 1 or any(len(listed) != 1 for listed in parts[:3]):
        return None
    name, rate = rates[0]
    each = name == "rate.tokens_per_gpu"
    if rate.scope.phase in ("training", "decode") or (each and len(parts[3]) != 1) or claims[0].source:
        return None  # what training passes is a rule of its own
    return _Step(rate, parts[3][0] if each else None, parts[0][0], parts[1][0], parts[2][0])


def _row_apart(rule: Rule, row: _Step, near: Sequence[_Step]) -> Outcome:
    spans = tuple(claim.span for claim in (row.rate, *row.claims))
    worked = Worked.of(row.batch) * Worked.of(row.length) / Worked.of(row.time)
    worked = worked if row.gpus is None else worked / Worked.of(row.gpus)
    shown = figure(worked.value, UNITS["token/s"])
    return rule.contradicted(
        spans,
        f"{row.rate.text.strip()}, but {row.batch.text.strip()} sequences of {row.length.text.strip()} in a step of "
        f"{figure(row.time.interval.middle or Fraction(1), row.time.unit)} are {shown}, as in {len(near)} other rows",
        Place(row.rate.span, f"comes to {shown}"),
        related=tuple(Place(claim.span, claim.symbol) for claim in row.claims),
        claimed=row.rate.text.strip(),
        expected=shown,
        derivation=(worked.step(UNITS["token/s"]),),
    )


def allocation(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A "GPU utilisation" that is only the share of GPUs the plan allocates: `100% (16/16 GPUs)`, or 100 % beside a lower one."""
    counted = tuple(_counted_gpus(subject, rule))
    yield from counted or _full_beside_busy(subject, rule)


def _counted_gpus(subject: Subject, rule: Rule) -> Iterator[Outcome]:
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
        yield rule.contradicted(
            (share.span,),
            f"{share.text.strip()} is the share of GPUs that are allocated; how busy they are is another figure",
            Place(share.span, "utilisation"),
            related=(Place(used[0].span, "allocated"), Place(there[0].span, "available")),
            claimed=share.text.strip(),
            derivation=((Worked.of(used[0]) / Worked.of(there[0])).step(PERCENT),),
        )


_CLEARLY: Final = Fraction(9, 10)


def _full_beside_busy(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """GPUs are called fully utilised, and elsewhere it is stated that they compute for a part of the time."""
    shares = [
        claim
        for claim in subject.quantities(("share.gpu_utilization", "share.compute_utilization"))
        if claim.role is Role.ACTUAL and claim.plan == MAIN and not claim.source and not (claim.scope.phase or claim.scope.member)
    ]
    full = [
        claim
        for claim in shares
        if claim.quantity == "share.gpu_utilization" and claim.interval.middle == 1 and _unexplained(subject, claim)
    ]
    busy = [
        claim
        for claim in shares
        if claim.confidence is Confidence.HIGH and claim.interval.high is not None and claim.interval.high < _CLEARLY
    ]
    if not full or not busy or any(_CLEARLY <= (claim.interval.middle or 0) < 1 for claim in shares):
        return
    share, other = full[0], busy[0]
    stated = "also" if other.quantity == share.quantity else "compute utilisation"
    yield rule.contradicted(
        (share.span, other.span),
        f"GPU utilisation is said to be {share.text.strip()}, but {stated} {other.text.strip()}: to be allocated is not to be busy",
        Place(share.span, "utilisation"),
        related=tuple(Place(claim.span, "how busy they are") for claim in busy[:6]),
        claimed=share.text.strip(),
        expected=other.text.strip(),
        derivation=(_gap(share, other),),
    )


def _gap(full: Claim, busy: Claim) -> Step:
    """Return the share of the time in which GPUs that are called fully utilised do nothing."""
    one, two = (claim.interval.middle or Fraction(0) for claim in (full, busy))
    idle = full.interval - busy.interval
    operands = (operand(full), operand(busy))
    return Step("utilisation - time at work", f"{plain(one)} - {plain(two)}", figure(one - two, PERCENT), operands, idle.low, idle.high)


def _unexplained(subject: Subject, claim: Claim) -> bool:
    """Tell whether nothing beside a utilisation of 100 % says that GPUs are counted."""
    statement = subject.statement(claim)
    words = {word.text for word in subject.lexicon.normalize(statement.value.content)}
    counted = any(other.quantity.startswith("gpus") for other in subject.at(statement.value.whole))
    return not counted and not words & subject.lexicon.sayings["counted rather than busy"]

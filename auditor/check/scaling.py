"""Scaling: a speed-up or an efficiency beside the GPUs and the throughput it was taken from, row by row.

A row is a row of a table, an object of an array or a line that states GPUs. Rows are compared with the row that the report
itself takes as the base (1.0x, 100 %), else with that of the fewest GPUs, or with the row before; what none of them gives is
contradicted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.stated import Worked, places, said, shown
from auditor.check.subject import Subject
from auditor.claims.labels import find, find_any
from auditor.claims.model import Claim, Role
from auditor.findings import Outcome, Place
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind, Statement
from auditor.units import UNITS

__all__ = ["efficiency", "speedup"]

_RATES: Final = ("rate.tokens", "rate.sequences", "rate.requests", "rate.batches", "hardware.cluster_flops")
_PER_GPU: Final = ("rate.tokens_per_gpu", "rate.achieved_flops", "share.mfu")
_TIMES: Final = ("time.step",)
_ROUNDED: Final = Fraction(1, 100)
"""Efficiencies are taken from unrounded figures: so much more or less agrees."""
_SUPERLINEAR: Final = Fraction(1, 20)
"""Caches and smaller optimizer shares may lift a speed-up this far above the number of GPUs."""
_FEWEST: Final = 2
_SINGLE: Final = (("one", "gpu"), ("single", "gpu"), ("1", "gpu"))


@dataclass(frozen=True, slots=True)
class _Row:
    """What one configuration of a series states."""

    gpus: Claim
    claims: tuple[Claim, ...]
    speedup: Claim | None
    efficiency: Claim | None

    @property
    def size(self) -> Fraction:
        return shown(self.gpus)

    def only(self, quantities: Sequence[str]) -> Iterator[Claim]:
        """Yield the claims of quantities that the row states once."""
        for quantity in quantities:
            found = [claim for claim in self.claims if claim.quantity == quantity and not claim.bound]
            if len(found) == 1 and shown(found[0]) > 0 and (found[0].interval.low or 0) > 0:
                yield found[0]


def efficiency(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A scaling efficiency is the growth of the throughput over that of the GPUs."""
    for rows in _series(subject):
        base = _base(rows)
        for index, row in enumerate(rows):
            claim = row.efficiency
            if claim is None or row is base:
                continue
            others = [base, *(rows[index - 1 : index] if index else [])]
            computed = [one for other in others for one in _efficiencies(row, other)]
            yield from _judged(rule, claim, computed, "scaling efficiency", percent=True)


def speedup(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A speed-up is the growth of the throughput, and not above that of the GPUs."""
    for rows in _series(subject):
        base = _base(rows)
        if base.speedup is None:
            continue
        for row in rows:
            if row is base or row.speedup is None or row.size <= base.size:
                continue
            computed = list(_growths(row, base))
            yield from _judged(rule, row.speedup, computed, "speed-up") if computed else _bounded(rule, row.speedup, row.gpus, base.gpus)
    yield from _said_of_one(subject, rule)


def _said_of_one(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A speed-up over one GPU, in the line that states the GPUs."""
    for index, statement in enumerate(subject.document.statements):
        if statement.struck or statement.kind in (Kind.CODE, Kind.FLAG):
            continue
        claims = _with_label(subject, index, statement)
        gpus = [claim for claim in claims if claim.quantity == "gpus" and shown(claim) > 1]
        faster = [claim for claim in claims if _is_ratio(claim)]
        if len(gpus) != 1 or len(faster) != 1:
            continue
        behind = subject.lexicon.normalize(subject.document.source.text[faster[0].span.end : statement.value.whole.end][:60])
        if find_any(behind[:2], subject.lexicon.sayings["compared with"]) and any(find(behind[:6], name) >= 0 for name in _SINGLE):
            yield from _bounded(rule, faster[0], gpus[0], None)


def _bounded(rule: Rule, claim: Claim, gpus: Claim, fewer: Claim | None) -> Iterator[Outcome]:
    larger = Worked.exactly(gpus, symbol="gpus") / (1 if fewer is None else Worked.exactly(fewer, symbol="gpus of the base"))
    spans = (claim.span, *(one.span for one in larger.claims))
    message = f"{said(claim)} on {figure(larger.value, UNITS['1'])} times the GPUs"
    if (claim.interval.low or 0) <= larger.value * (1 + _SUPERLINEAR):
        yield rule.held(spans, message)
        return
    yield rule.contradicted(
        spans,
        message,
        Place(claim.span, "more than the GPUs"),
        related=places(larger.claims, but=claim),
        claimed=said(claim),
        expected=f"at most {figure(larger.value, UNITS['1'])}x",
        derivation=(larger.step(UNITS["1"]),),
    )


def _judged(rule: Rule, claim: Claim, computed: Sequence[Worked], what: str, *, percent: bool = False) -> Iterator[Outcome]:
    """Yield what the other figures of the rows make of a claimed ratio."""
    if not computed:
        return
    slack = _ROUNDED if percent else shown(claim) * _ROUNDED
    spans = (claim.span, *(one.span for one in computed[0].claims))
    agreeing = next((one for one in computed if one.interval.widen_by(slack).meets(claim.interval)), None)
    if agreeing is not None:
        yield rule.held((claim.span, *(one.span for one in agreeing.claims)), f"{agreeing.terms} makes {said(claim)}")
        return
    one = computed[0]
    result = figure(one.value, UNITS["%"]) if percent else f"{figure(Fraction(round(one.value * 100), 100), UNITS['1'])}x"
    yield rule.contradicted(
        spans,
        f"a {what} of {said(claim)}, but {one.terms} = {result}",
        Place(claim.span, what),
        related=places(one.claims, but=claim),
        claimed=said(claim),
        expected=result,
        derivation=tuple(each.step(UNITS["%"] if percent else UNITS["1"]) for each in computed[:4]),
    )


# --- what two rows give


def _growths(row: _Row, base: _Row) -> Iterator[Worked]:
    """Yield how much faster a row is than the base: by each rate, or by the time of a step."""
    yield from _ratios(row, base, _RATES)
    yield from _ratios(base, row, _TIMES)


def _ratios(above: _Row, below: _Row, quantities: Sequence[str]) -> Iterator[Worked]:
    for claim in above.only(quantities):
        for other in below.only((claim.quantity,)):
            yield Worked.of(claim) / Worked.of(other)


def _efficiencies(row: _Row, base: _Row) -> Iterator[Worked]:
    """Yield the growth of the throughput over that of the GPUs, under strong and weak scaling."""
    if row is base or row.size == base.size:
        return
    larger = Worked.exactly(row.gpus, symbol="gpus") / Worked.exactly(base.gpus, symbol="gpus of the base")
    for one in _growths(row, base):
        yield one / larger
        if one.claims[0].quantity in _TIMES:
            yield one  # weak scaling: as many times the work in the same time
    yield from _ratios(row, base, _PER_GPU)
    if row.speedup is not None and base.speedup is not None and shown(base.speedup) > 0:
        yield Worked.of(row.speedup, "speed-up") / Worked.of(base.speedup, "speed-up of the base") / larger


# --- rows


def _base(rows: Sequence[_Row]) -> _Row:
    """Return the row that the others are measured against: 1.0x or 100 %, else the one of the fewest GPUs."""
    fewest = min(rows, key=lambda row: row.size)
    marked = [row for row in rows if (row.speedup and shown(row.speedup) == 1) or (row.efficiency and shown(row.efficiency) == 1)]
    return fewest if fewest in marked or len(marked) != 1 else marked[0]


def _series(subject: Subject) -> Iterator[list[_Row]]:
    """Yield the rows of each table, array or list that state GPUs, each another number."""
    found: dict[tuple[str, object], dict[object, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in subject.claims:
        if claim.source or claim.role not in (Role.ACTUAL, Role.PREVIOUS):
            continue
        statement = subject.statement(claim)
        if statement.cell is not None:
            found["table", statement.cell.table][statement.cell.row].append(claim)
        elif statement.kind is Kind.ENTRY:
            found["array", _array(statement)][statement.group].append(claim)
    for index, statement in enumerate(subject.document.statements):
        if statement.kind is Kind.ITEM and subject.of(index):
            listed = _with_label(subject, index, statement)
            found["list", statement.group][index] = [claim for claim in listed if claim.role in (Role.ACTUAL, Role.PREVIOUS)]
    for (kind, _), groups in found.items():
        rows = [row for claims in groups.values() if (row := _row(subject, claims)) is not None]
        if kind == "list":
            rows = _with_loose(subject, rows, groups.values())
        loose = [row for row in rows if row.speedup is not None or row.efficiency is not None]
        if len(rows) >= _FEWEST and loose and len({row.size for row in rows}) == len(rows):
            yield rows


def _with_loose(subject: Subject, rows: list[_Row], lines: Iterable[Sequence[Claim]]) -> list[_Row]:
    """Return the rows of a list with the efficiency that a line of its own gives: it is that of the most GPUs."""
    shares = [claim for claims in lines if not any(one.quantity == "gpus" for one in claims) for claim in claims]
    shares = [claim for claim in shares if _is_efficiency(subject, claim)]
    if len(shares) != 1 or any(row.efficiency is not None for row in rows) or len(rows) < _FEWEST:
        return rows
    largest = max(rows, key=lambda row: row.size)
    return [replace(row, efficiency=shares[0]) if row is largest else row for row in rows]


def _with_label(subject: Subject, index: int, statement: Statement) -> list[Claim]:
    """Return the claims of a statement and those of its own label: `Throughput on 8 GPUs: 6,400 tokens/s`."""
    label = statement.path[-1].text.whole if statement.path else None
    return [*(subject.at(label) if label is not None and statement.kind is Kind.ITEM else ()), *subject.of(index)]


def _array(statement: Statement) -> tuple[str, ...]:
    """Return the keys above an object of an array, without its index."""
    return tuple(label.text.content for label in statement.path[:-1] if label.kind is not LabelKind.INDEX)


def _row(subject: Subject, claims: Iterable[Claim]) -> _Row | None:
    listed = tuple(claims)
    gpus = [claim for claim in listed if claim.quantity == "gpus" and shown(claim) > 0 and not claim.bound]
    faster = [claim for claim in listed if _is_ratio(claim)]
    shares = [claim for claim in listed if _is_efficiency(subject, claim)]
    if len(gpus) != 1 or len(faster) > 1 or len(shares) > 1:
        return None
    return _Row(gpus[0], listed, faster[0] if faster else None, shares[0] if shares else None)


def _is_ratio(claim: Claim) -> bool:
    return claim.quantity == "change" and claim.text.strip().rstrip("*_ ")[-1:].lower() in ("x", "×") and (claim.interval.low or 0) > 0


def _is_efficiency(subject: Subject, claim: Claim) -> bool:
    """Tell whether a share is a scaling efficiency, by its name or as the bare "efficiency" of a row."""
    if claim.quantity == "share.scaling_efficiency":
        return not claim.bound
    if claim.quantity != "share.of" or claim.bound:
        return False
    own = subject.lexicon.normalize(subject.statement(claim).label)
    return len(own) == 1 and own[0].text == "efficiency"

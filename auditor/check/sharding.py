"""How a model is divided over GPUs: which share of it one GPU or stage can hold, and what a wrong share was divided by.

Tensor, pipeline and expert parallelism divide a model; data parallelism copies it, unless its states are sharded (ZeRO-3, FSDP).
Experts go by EP (times expert TP), all else by TP; how much of a model is experts is seldom said, so that a mixture's share
lies between the two. A share is contradicted only if it lies outside for every stated set of degrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from itertools import combinations
from math import prod
from operator import mul
from typing import Final

from auditor.check.counts import Part, counts
from auditor.check.stated import AXES, Degrees, Worked, amount, degrees, is_worked_from, mentions, places, said, shown, stated
from auditor.check.subject import Subject
from auditor.claims.equation import Leaf, Node, Product, read
from auditor.claims.model import Claim, Role
from auditor.cost.amount import count as counted
from auditor.findings import STATED_AGAIN, Confidence, Operand, Outcome, Place, Severity
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.units import DATA, UNITS
from auditor.values import Interval

__all__ = ["Judged", "Share", "Sharding", "Way", "quotient_of", "share_outcome", "written_axes", "written_divisor"]  # noqa: RUF022

SLACK: Final = Fraction(3, 100)
"""Rounded headlines, norms that are copied, padding: a share this near to a computed one agrees with it."""
UNEVEN: Final = Fraction(1, 4)
"""The first and last stage hold the embeddings too: so much more than an even share is no contradiction."""

_QUANTISED: Final = {
    Fraction(1): ("int8", "w8a8", "fp8", "8 bit"),
    Fraction(1, 2): ("int4", "fp4", "mxfp4", "nvfp4", "4 bit", "awq", "gptq", "w4a16"),
}
_WIDEST: Final = 8
"""Bytes of the widest format; what takes more is a parameter with its states, or no parameter."""
_PLAIN: Final = {Fraction(2): ("fp16", "bf16", "float16", "bfloat16", "half precision"), Fraction(4): ("fp32", "float32")}
"""Taken only where no precision is stated as that of the model."""


class Share(StrEnum):
    """What a claimed share of the model proves to be."""

    FITS = "fits"
    TOO_LITTLE = "too little"
    """The GPUs of one copy do not hold the model."""
    TOO_MUCH = "too much"
    """More than the model over its smallest division."""
    WRITTEN = "written"
    """Its own arithmetic leaves out an axis that divides the model as well."""
    OPEN = "open"
    """Between the share of the experts and that of the rest, or nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Way:
    """A division of the model: the axes, by name, and their product."""

    axes: tuple[str, ...]
    sizes: tuple[int, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def divisor(self) -> int:
        return prod(self.sizes)

    def of(self, whole: Worked) -> Worked:
        """Return the share of the whole under this division."""
        for_all = [Worked(Interval.exact(size), counted(axis, size)) for axis, size in zip(self.axes, self.sizes, strict=True)]
        shared = whole / reduce(mul, for_all) if self.divisor > 1 else whole
        return replace(shared, claims=(*whole.claims, *self.claims)) if self.divisor > 1 else whole


@dataclass(frozen=True, slots=True)
class Judged:
    """What the degrees make of a claimed share."""

    share: Share
    whole: Worked | None = None
    way: Way | None = None
    """The division that fits, or the one nearest to it."""
    slip: Way | None = None
    """The division that gives the claimed figure, where one of the stated axes does so wrongly."""
    degrees: Degrees | None = None


_WRONG: Final = (Share.TOO_LITTLE, Share.TOO_MUCH, Share.WRITTEN)


class Sharding:
    """The degrees of one plan and the model they divide."""

    def __init__(self, subject: Subject, plan: Plan) -> None:
        self.subject, self.plan = subject, plan
        self.parameters_per_gpu = tuple(
            count.claim
            for count in counts(subject, plan)
            if count.part is Part.WHOLE and count.per == "gpu" and not is_worked_from(subject, count.claim)
        )
        self.grids = tuple(degrees(plan))
        self.over_data = mentions(subject, subject.lexicon.sayings["weights divided over replicas"])
        self.elsewhere = mentions(subject, subject.lexicon.sayings["weights kept elsewhere"])
        self.experts_placed_freely = bool(stated(plan, "model.experts", ("", "layer", "total"))) and not any(
            "ep" in grid.sizes for grid in self.grids
        )

    # -- the model

    def parameters(self) -> tuple[Worked, ...]:
        """Return the parameter counts the plan states for the whole model, the surest first."""
        claims = stated(self.plan, "model.params")
        sure = [claim for claim in claims if claim.confidence is not Confidence.LOW]
        found: dict[Fraction, Worked] = {}
        for claim in sure or claims:
            if claim.interval.low is not None and claim.interval.low >= 10**6:
                worked = Worked.of(claim, "params")
                found.setdefault(worked.value, worked)
        return tuple(found.values())

    def widths(self) -> tuple[Worked, ...]:
        """Return the bytes a parameter may take: as stated, and what a quantisation the report names would leave."""
        found: dict[Fraction, Worked] = {}
        for claim in self.plan.claims:
            if claim.quantity == "model.bytes_per_param" and claim.role is Role.ACTUAL:
                worked = Worked.of(claim, "bytes_per_param")
                if worked.value <= _WIDEST:
                    found.setdefault(worked.value, worked)
        for width, names in (_QUANTISED if found else {**_QUANTISED, **_PLAIN}).items():
            if width not in found and mentions(self.subject, names):
                meant = Operand("bytes_per_param", f"{plain(width)} bytes", width, width, None, "the format named")
                found[width] = Worked.told(meant, UNITS["byte"])
        return tuple(found.values())

    def weights(self) -> tuple[Worked, ...]:
        """Return the bytes of the whole model: parameters times bytes, and as stated."""
        found = [params * width for params in self.parameters() for width in self.widths()]
        claims = stated(self.plan, "memory.weights", ("", "total", "replica"))
        for claim in claims:
            if claim.confidence is Confidence.HIGH or (claim.confidence is Confidence.MEDIUM and claim.scope.per == "total"):
                found += [Worked.of(claim, "weights", reading) for reading in range(len(claim.readings))]
        return tuple(sorted(found, key=lambda one: -min((claim.confidence.rank for claim in one.claims), default=0)))

    def follows(self, claim: Claim) -> bool:
        """Tell whether a memory figure is a stated number of parameters per GPU times their bytes, which is contradicted itself."""
        for count in self.parameters_per_gpu:
            for width in self.widths():
                value = shown(count) * width.value
                if abs(shown(claim) - value) <= value * SLACK and self.judge(count, self.parameters()).share in _WRONG:
                    return True
        return False

    # --- its division

    def splits(self, grid: Degrees) -> list[tuple[str, ...]]:
        """Return the sets of axes that divide a whole model between them under some way of sharding."""
        found: list[tuple[str, ...]] = [("tp", "pp")]
        if grid.size("ep") > 1:
            found += [("tp", "pp", "ep"), ("pp", "ep"), ("pp", "ep", "etp")]
        if self.over_data:
            found += [(*axes, *more) for axes in found for more in (("dp",), ("cp",), ("dp", "cp"))]
        return found

    def left_out(self, grid: Degrees, named: Mapping[str, int], *, stage: bool) -> tuple[Way, Way] | None:
        """Return the division whose axes a claim names and the one that it should be, where the named axes are none that divide a model.

        What is named decides, not the number alone: `10B / (EP 4 x TP 2)` leaves out two stages although EP x PP would be 8 too.
        """
        splits = [*self.splits(grid), *([("pp",)] if stage else ())]
        several = {axis for axis in named if grid.size(axis) > 1}
        if any(grid.size(axis) != size for axis, size in named.items()) or not several:
            return None
        used = [tuple(axis for axis in axes if grid.size(axis) > 1) for axes in splits]
        if any(set(axes) == several for axes in used):
            return None
        meant = min((axes for axes in used if several < set(axes)), key=len, default=None)
        return (_way(grid, tuple(axis for axis in AXES if axis in several)), _way(grid, meant)) if meant else None

    def ways(self, grid: Degrees) -> list[Way]:
        """Return the divisions of a whole model that some way of sharding makes, for one GPU."""
        found = [_way(grid, axes) for axes in self.splits(grid)]
        if grid.replica is not None and grid.replica_claim is not None:
            found.append(Way(("gpus_per_replica",), (grid.replica,), (grid.replica_claim,)))
        if (
            grid.gpus is not None
            and grid.gpus_claim is not None
            and (self.over_data or "dp" not in grid.sizes or self.experts_placed_freely)
        ):
            found.append(Way(("gpus",), (grid.gpus,), (grid.gpus_claim,)))
        return list({way.divisor: way for way in reversed(found)}.values())[::-1]

    def slips(self, grid: Degrees) -> Iterator[Way]:
        """Yield the divisions that a slip makes: one axis alone, one left out, the replicas counted in, all GPUs."""
        fitting = {way.divisor for way in self.ways(grid)}
        names = grid.split
        for count in (1, 2, 3, 4, 5):
            for axes in combinations(names, count):
                way = _way(grid, axes)
                if way.divisor not in fitting:
                    yield way
        if grid.gpus is not None and grid.gpus not in fitting and grid.gpus_claim is not None:
            yield Way(("gpus",), (grid.gpus,), (grid.gpus_claim,))

    def judge(self, claim: Claim, whole: Sequence[Worked], *, stage: bool = False, least_only: bool = False) -> Judged:
        """Say whether a claim can be one GPU's (or stage's) share of the whole, under any stated degrees.

        `least_only`: the claim may hold more than weights, so that only too little is wrong.
        """
        if not whole or not self.grids or self.elsewhere:
            return Judged(Share.OPEN)
        intervals = [reading.interval for reading in claim.readings]
        little, much, open_ = [], [], []
        named = {} if least_only else written_axes(self.subject, claim)
        for grid in self.grids:
            short = self.left_out(grid, named, stage=stage)
            for one in whole:
                ways = self.ways(grid)
                if stage:
                    ways = [_way(grid, ("pp",)), *ways]
                if short is not None and any(_agree(interval, short[0].of(one).interval) for interval in intervals):
                    open_.append(Judged(Share.WRITTEN, one, short[1], short[0], grid))
                    continue
                for way in ways:
                    if not least_only and any(_agree(interval, way.of(one).interval) for interval in intervals):
                        written = written_divisor(self.subject, claim)
                        if written is None or written == way.divisor or written in {other.divisor for other in ways}:
                            return Judged(Share.FITS, one, way, degrees=grid)
                most, least = max(ways, key=lambda way: way.divisor), min(ways, key=lambda way: way.divisor)
                mixture = grid.size("ep") > 1
                if mixture and not stage:
                    # Dense weights by TP, experts by EP: the larger part may be either.
                    inner = min((grid.size("tp"), grid.size("ep") * max(grid.size("etp"), 1)))
                    least = min(least, Way(("pp", "min(tp, ep)"), (grid.size("pp"), inner)), key=lambda way: way.divisor)
                slip = next(
                    (way for way in self.slips(grid) if any(_agree(interval, way.of(one).interval) for interval in intervals)), None
                )
                floor = most.of(one).interval.low
                ceiling = least.of(one).interval.high
                if floor is not None and all(interval.high is not None and interval.high < floor * (1 - SLACK) for interval in intervals):
                    little.append(Judged(Share.TOO_LITTLE, one, most, slip, grid))
                elif least_only:
                    return Judged(Share.FITS, one, most, degrees=grid)
                elif ceiling is not None and all(
                    interval.low is not None and interval.low > ceiling * (1 + SLACK) for interval in intervals
                ):
                    beyond = all(interval.low is not None and interval.low > ceiling * (1 + UNEVEN) for interval in intervals)
                    much.append(Judged(Share.TOO_MUCH if beyond or slip is not None else Share.OPEN, one, least, slip, grid))
                else:
                    written = written_divisor(self.subject, claim)
                    usual = _usual(grid, ways)
                    kind = Share.WRITTEN if slip is not None and written == slip.divisor else Share.OPEN
                    open_.append(Judged(kind, one, usual, slip, grid))
        for found in (open_, much, little):
            if any(one.share is Share.OPEN for one in found):
                return Judged(Share.OPEN)
        # What every set of degrees contradicts; the likeliest is told.
        return next(iter((*open_, *little, *much)), Judged(Share.OPEN))


def _way(grid: Degrees, axes: Sequence[str]) -> Way:
    used = [axis for axis in axes if grid.size(axis) > 1]
    if not used:
        return Way(tuple(axes[:1]), (1,), ())
    return Way(tuple(used), tuple(grid.size(axis) for axis in used), tuple(grid.claims[axis] for axis in used if axis in grid.claims))


def _usual(grid: Degrees, ways: Sequence[Way]) -> Way:
    """Return the division to name as the right one: the first of several axes that the GPUs of a replica can make."""
    first = next((way for way in ways if len(way.axes) > 1), ways[0])
    if grid.gpus is None or first.divisor * grid.size("dp") <= grid.gpus:
        return first
    room = [way for way in ways if way.divisor * grid.size("dp") <= grid.gpus]
    return max(room, key=lambda way: way.divisor, default=first)


def _agree(claimed: Interval, computed: Interval) -> bool:
    return claimed.meets(computed.widen(SLACK))


# --- a share of the model


def share_outcome(rule: Rule, claims: Sequence[Claim], judged: Judged, *, what: str, whole: str, part: str = "GPU") -> Outcome:
    """Say what the degrees make of a claimed share of the model (weights or parameters)."""
    claim = claims[0]
    spans = tuple(one.span for one in claims)
    if judged.whole is None or judged.way is None or judged.share is Share.OPEN:
        return rule.undetermined(spans, f"state the model's size, its precision and the parallel degrees to check {said(claim)}")
    unit = claim.unit if claim.unit.dimension == DATA else UNITS["1"]
    share = judged.way.of(judged.whole)
    if judged.share is Share.FITS:
        return rule.held(
            (*spans, *(one.span for one in share.claims if not one.source)), f"{share.terms} = {amount(share.value, unit)} per {part}"
        )
    expected = amount(share.value, unit)
    total = amount(judged.whole.value, unit)
    steps = [share.step(unit)]
    slip = ""
    if judged.slip is not None and judged.degrees is not None:
        wrong = judged.slip.of(judged.whole)
        slip = f"; {said(claim)} is {total} / {judged.slip.divisor:,}: {_slipped(judged)}"
        steps.append(wrong.step(unit))
    over = f"{' * '.join(judged.way.axes)} = {_product(judged.way.sizes)}"
    claimed = (
        f"{said(claim)} per {part}"
        if any(word in said(claim).lower() for word in (what, "param"))
        else f"{said(claim)} of {what} per {part}"
    )
    match judged.share:
        case Share.TOO_LITTLE:
            message = f"{claimed}, but {total} over {over} is {expected}{slip}"
        case Share.TOO_MUCH if judged.slip is None:
            message = f"{claimed}, more than {total} over {over} = {expected}"
        case _:
            message = f"{claimed}, but {over} divide {whole}: {expected}{slip}"
    doubtful = any(one.confidence is Confidence.LOW for one in (claim, *judged.whole.claims))
    guessed = judged.share is Share.TOO_MUCH and judged.slip is None and share.value * 2 > shown(claim)
    return rule.contradicted(
        spans,
        message,
        Place(claim.span, f"{what} per {part}"),
        severity=Severity.WARNING if doubtful or guessed else None,
        related=(*places(share.claims, but=claim), *(Place(one.span, STATED_AGAIN) for one in claims[1:6])),
        claimed=said(claim),
        expected=expected,
        derivation=tuple(steps),
    )


def _slipped(judged: Judged) -> str:
    """Say which axis a wrong divisor has too many or too few of."""
    slip, grid = judged.slip, judged.degrees
    if slip is None or grid is None or judged.way is None:
        return ""
    names = {
        "tp": "tensor parallelism",
        "pp": "pipeline parallelism",
        "ep": "expert parallelism",
        "cp": "context parallelism",
        "etp": "expert-tensor parallelism",
    }
    if "dp" in slip.axes or (slip.axes == ("gpus",) and grid.size("dp") > 1):
        return "the data-parallel replicas hold copies, they do not share one"
    missing = [names[axis] for axis in judged.way.axes if axis in names and axis not in slip.axes]
    if missing:
        return f"not divided by {' and '.join(missing)}"
    added = [names[axis] for axis in slip.axes if axis in names and axis not in judged.way.axes]
    return f"{' and '.join(added)} does not divide the weights" if added else "another division"


def _product(sizes: Sequence[int]) -> str:
    value = 1
    for size in sizes:
        value *= size
    return f"{' x '.join(str(size) for size in sizes)} = {value:,}" if len(sizes) > 1 else f"{value:,}"


# --- the written division


def written_axes(subject: Subject, claim: Claim) -> Mapping[str, int]:
    """Return the degrees a claim's own statement divides by where it names every one: EP 4 and TP 2 in `1.25B (10B / 4 EP / 2 TP)`."""
    divisor = written_divisor(subject, claim)
    if divisor is None:
        return {}
    names = {quantity: axis for axis, quantity in AXES.items()}
    found = {
        names[one.quantity]: int(one.interval.low or 0)
        for one in subject.of(claim.statement)
        if one.quantity in names and one.role is Role.ACTUAL and one.interval.is_exact
    }
    return found if prod(found.values()) == divisor else {}


def written_divisor(subject: Subject, claim: Claim) -> int | None:
    """Return the whole number a claim's own statement divides by: 8 in `1.25B per GPU (10B / 4 EP / 2 TP)`; None if it does not.

    Divisors are the whole numbers behind division signs, and those multiplied to them inside one bracket.
    """
    text = subject.statement(claim).value
    content = text.content
    if len(content) > 400 or not any(mark in content for mark in "÷/"):
        return None
    for equation in read(content, subject.lexicon):
        if not text.span(equation.start, equation.end).overlaps(claim.span):
            continue
        for side in equation.sides:
            divisor = _divisor(side.tree)
            if divisor is not None:
                return divisor
    return None


def quotient_of(subject: Subject, claim: Claim) -> Interval | None:
    """Return the amount of data whose quotient by whole numbers a claim is: 60 GB of `60 GB ÷ 4 = 15 GB`; None if it is none."""
    text = subject.statement(claim).value
    for equation in read(text.content, subject.lexicon) if any(mark in text.content for mark in "÷/") else ():
        *sides, last = equation.sides
        if not sides or not isinstance(last.tree, Leaf) or not text.span(last.start, last.end).overlaps(claim.span):
            continue
        tree = sides[0].tree
        if not isinstance(tree, Product) or _divisor(tree) is None:
            continue
        above = [factor for sign, factor in tree.factors if sign == "*"]
        if len(above) == 1 and isinstance(above[0], Leaf):
            return next((one.interval for one in subject.at(text.span(above[0].start, above[0].end)) if one.unit.dimension == DATA), None)
    return None


def _divisor(tree: Node) -> int | None:
    if not isinstance(tree, Product):
        return None
    below = [factor for sign, factor in tree.factors if sign == "/"]
    parts: list[Node] = []
    for factor in below:
        if isinstance(factor, Product) and all(sign == "*" for sign, _ in factor.factors):
            parts += [part for _, part in factor.factors]
        else:
            parts.append(factor)
    sizes = [_whole(part) for part in parts]
    return prod(size for size in sizes if size) if sizes and all(sizes) else None


def _whole(node: Node) -> int | None:
    """Return a positive whole number, None for anything else."""
    if not isinstance(node, Leaf):
        return None
    interval = node.number.written[0].interval
    low = interval.low
    return int(low) if interval.is_exact and low is not None and low.denominator == 1 and low > 0 else None

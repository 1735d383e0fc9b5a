"""Which figures of a report hold together, said apart from the auditor's rules; and errors that no reading of them saves.

A `Tie` is a law of the field between quantities; `changes` alters one number of a rendered report so far that a law among the
numbers shown there is broken beyond rounding, prefixes and ways of counting. What the auditor finds has no say in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Final

from auditor.claims.model import Role
from tests.generated.page import Figure, Rendered

__all__ = ["TIES", "Change", "Tie", "changes"]

Values = Mapping[str, Fraction]
_ONE: Final = Fraction(1)
Law = Callable[[Values], Fraction]
"""By which share the two sides of a law differ, the smallest over all ways of counting."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A law between quantities that a report must all show for it to be checkable."""

    name: str
    quantities: tuple[str, ...]
    gap: Law
    slack: Fraction = Fraction(1, 10)
    """A difference that could still be another reading: GB for GiB is 7 %."""


def _gap(left: Fraction, *rights: Fraction) -> Fraction:
    return min(abs(left - right) / max(abs(left), abs(right), Fraction(1, 10**12)) for right in rights)


def _times(of: Values, *factors: str) -> Fraction:
    """The product of figures; one for each that is not there."""
    return prod((of.get(factor, _ONE) for factor in factors), start=_ONE)


def _product(result: str, *factors: str, slack: Fraction = Fraction(1, 10)) -> Tie:
    return Tie(f"{result} = {' x '.join(factors)}", (result, *factors), lambda of: _gap(of[result], _times(of, *factors)), slack)


def _whole(result: str, *factors: str) -> Tie:
    """A product of counts: exact."""
    return _product(result, *factors, slack=Fraction(0))


_DEGREES: Final = ("parallel.tensor", "parallel.pipeline", "parallel.data")


def _layout(of: Values) -> Fraction:
    """EP is an axis of its own, or takes ranks that are there, or DP counts the copies of the experts."""
    dense = _times(of, *_DEGREES, "parallel.context")
    expert = of.get("parallel.expert", _ONE)
    split = _times(of, "parallel.expert", "parallel.pipeline", "parallel.data")
    return _gap(of["gpus"], dense, dense * expert, *((split, split * of["parallel.tensor"]) if expert > 1 else ()))


def _experts(of: Values) -> Fraction:
    """Experts on a GPU: of a layer, over EP or over all GPUs, of all layers of the stage, or shares of them."""
    layers = of.get("model.layers", _ONE)
    ways = {of["experts.per_gpu"] * of["parallel.expert"], of["experts.per_gpu"] * of.get("gpus", of["parallel.expert"])}
    for factor in (of.get("parallel.tensor", _ONE), of.get("parallel.pipeline", _ONE), layers):
        ways |= {way * factor for way in ways} | {way / factor for way in ways}
    return _gap(of["model.experts"], *ways)


def _batch(of: Values) -> Fraction:
    one = of["batch.micro"] * of["batch.accumulation"]
    return _gap(of["batch.global"], one * of["parallel.data"])


def _divides(whole: str, degree: str) -> Tie:
    """A count that a degree must divide."""
    return Tie(f"{whole} by {degree}", (whole, degree), lambda of: Fraction(of[whole] % of[degree] != 0), Fraction(0))


def _instances(of: Values) -> Fraction:
    """Experts of all layers: some layers may have none."""
    some = of["model.experts_total"] % of["model.experts"] == 0 and of["model.experts_total"] <= _times(of, "model.experts", "model.layers")
    return Fraction(not some)


def _tokens(of: Values) -> Fraction:
    """Tokens of a step: of all replicas, of one, or the batch is that of one."""
    whole, replicas = _times(of, "batch.global", "batch.sequence_length"), of.get("parallel.data", _ONE)
    return _gap(of["batch.tokens"], whole, whole / replicas, whole * replicas)


def _step(of: Values) -> Fraction:
    """Tokens that pass in a step: of the batch of all replicas, of one, or of one accumulation step."""
    tokens = _times(of, "batch.global", "batch.sequence_length")
    ways = {tokens * of.get(factor, _ONE) for factor in ("parallel.data", "batch.accumulation", "gpus")} | {tokens}
    passed = _times(of, "rate.tokens", "time.step") if "rate.tokens" in of else _times(of, "rate.tokens_per_gpu", "gpus", "time.step")
    return _gap(passed, *ways)


def _spread(of: Values) -> Fraction:
    """EP divides the experts of a layer; more ranks than experts hold copies, or those of several layers."""
    experts, ranks = of["model.experts"], of["parallel.expert"]
    return Fraction(ranks <= experts and experts % ranks != 0)


def _difference(of: Values) -> Fraction:
    left = of["memory.capacity"] - of["memory.used"]
    return abs(of["memory.headroom"] - left) / of["memory.capacity"]


def _over(of: Values) -> Fraction:
    return max(Fraction(0), of["memory.used"] / of["memory.capacity"] - 1)


_STEP_ON_A_GPU: Final = ("rate.tokens_per_gpu", "gpus", "time.step", "batch.global", "batch.sequence_length", "memory.optimizer")
"""Without states of an optimizer a step may be one of decoding."""

TIES: Final = (
    Tie("GPUs by degrees", ("gpus", *_DEGREES), _layout, Fraction(0)),
    _whole("gpus", "nodes", "gpus.per_node"),
    _whole("gpus", "gpus.per_stage", "parallel.pipeline"),
    _whole("gpus", "gpus.per_replica", "parallel.data"),
    _whole("model.layers", "layers.per_stage", "parallel.pipeline"),
    _whole("model.heads", "heads.per_gpu", "parallel.tensor"),
    _divides("model.heads", "parallel.tensor"),
    Tie("experts by EP", ("model.experts", "parallel.expert"), _spread, Fraction(0)),
    Tie("experts per GPU", ("model.experts", "experts.per_gpu", "parallel.expert"), _experts, Fraction(0)),
    Tie("experts of all layers", ("model.experts_total", "model.experts", "model.layers"), _instances, Fraction(0)),
    Tie("global batch", ("batch.global", "batch.micro", "batch.accumulation", "parallel.data"), _batch, Fraction(0)),
    _whole("batch.global", "batch.per_replica", "parallel.data"),
    Tie("tokens of a step", ("batch.tokens", "batch.global", "batch.sequence_length"), _tokens, Fraction(0)),
    Tie("tokens of a second", ("rate.tokens", "time.step", "batch.global", "batch.sequence_length", "memory.optimizer"), _step),
    Tie("tokens of a second on a GPU", _STEP_ON_A_GPU, _step),
    _product("memory.used", "memory.capacity", "memory.utilization"),
    Tie("headroom", ("memory.headroom", "memory.capacity", "memory.used"), _difference),
    Tie("capacity", ("memory.used", "memory.capacity"), _over),
    _product("rate.tokens", "rate.tokens_per_gpu", "gpus"),
    _product("rate.achieved_flops", "hardware.peak_flops", "share.mfu"),
    _product("hardware.cluster_flops", "hardware.peak_flops", "gpus"),
)
"""The laws. Degrees the plan has and the report does not show make those of the layout uncheckable (`_complete`)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One wrong number in a report."""

    text: str
    figure: Figure
    written: str
    """What stands there instead."""
    length: int
    """Characters of the changed figure: its place is `figure.span.start` and as many behind it."""
    breaks: tuple[str, ...]


_COUNTS: Final = ("gpus", "nodes", "parallel", "model", "layers", "heads", "experts", "batch")
_FACTORS: Final = tuple(Fraction(text) for text in ("2", "1/2", "3", "6/5", "4/5", "10"))


def changes(report: Rendered, degrees: Sequence[str]) -> Iterator[Change]:
    """Yield reports with one number changed that a law covers; `degrees` are those the plan has.

    Another statement of the same figure is a law too, and so are written sums and equations.
    """
    for place, figure in enumerate(report.figures):
        if not figure.digits:
            continue  # a name that stands for the number
        for factor in _FACTORS:
            new = _rewritten(figure, factor)
            if new is None:
                continue
            text, value, step = new
            broken = tuple(_broken(report, place, value, step, degrees))
            if broken:
                start, end = figure.span.start, figure.span.start + len(figure.digits)
                changed = report.text[:start] + text + report.text[end:]
                yield Change(changed, figure, text, len(figure.text) - len(figure.digits) + len(text), broken)


def _rewritten(figure: Figure, factor: Fraction) -> tuple[str, Fraction, Fraction] | None:
    """The number changed by a factor, to as many places as it had; None where that leaves it as it was or makes it no count."""
    old = Fraction(figure.digits.replace(",", ""))
    places = len(figure.digits.partition(".")[2])
    scaled = old * factor * 10**places
    if not old or (figure.step == 0 and scaled.denominator != 1) or round(scaled) == old * 10**places:
        return None
    number = round(scaled)
    whole = f"{number // 10**places:,}" if "," in figure.digits else str(number // 10**places)
    text = whole + (f".{number % 10**places:0{places}d}" if places else "")
    return text, figure.value / old * Fraction(number, 10**places), figure.step


def _broken(report: Rendered, place: int, value: Fraction, step: Fraction, degrees: Sequence[str]) -> Iterator[str]:
    figure = report.figures[place]
    others = [
        one
        for index, one in enumerate(report.figures)
        if index != place and one.plan == figure.plan and one.role is figure.role and one.digits
    ]
    for sum_of in report.sums:
        if place in sum_of:
            yield from _broken_sum(report, sum_of, place, value)
    for equation in report.equations:
        if place in equation:
            yield "written equation"
    if not figure.quantity or figure.role not in (Role.ACTUAL,):
        return
    for other in others:
        if other.quantity == figure.quantity and _apart(value, step, other):
            yield f"stated twice: {figure.quantity}"
    shown = {other.quantity: other.value for other in others if other.quantity != figure.quantity}
    exact = figure.quantity.partition(".")[0] in _COUNTS
    for tie in TIES:
        if figure.quantity not in tie.quantities or not all(one in shown or one == figure.quantity for one in tie.quantities):
            continue
        if tie.name.startswith("GPUs by degrees") and not all(degree in shown or degree == figure.quantity for degree in degrees):
            continue
        slack = tie.slack if not exact or tie.slack == 0 else max(tie.slack, Fraction(1, 10))
        if tie.gap({**shown, figure.quantity: value}) > slack:
            yield tie.name


def _apart(value: Fraction, step: Fraction, other: Figure) -> bool:
    """Two statements of one figure differ by more than their rounding and than a prefix."""
    return abs(value - other.value) > (step + other.step) * 2 and _gap(value, other.value) > Fraction(1, 10)


def _broken_sum(report: Rendered, sum_of: Sequence[int], place: int, value: Fraction) -> Iterator[str]:
    """A sum is off by more than all its roundings."""
    figures = [report.figures[index] for index in sum_of]
    slack = sum((max(one.step, one.value / 1000) for one in figures), Fraction(0))
    total = value if place == sum_of[-1] else figures[-1].value
    parts = sum((value if index == place else report.figures[index].value for index in sum_of[:-1]), Fraction(0))
    if abs(total - parts) > 2 * slack and abs(total - parts) > total / 20:
        yield "written sum"

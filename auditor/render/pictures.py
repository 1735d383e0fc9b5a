"""Pictures of a plan as inline SVG, claimed beside recomputed, each with a title, a description and its figures as a table.

Every picture is drawn only where its data is there: memory per GPU against the capacity, the placement grid, the pipeline's schedule
with its bubble, times against what the GPUs can do at most, and the decode step on its roofline. Colours are classes of the page's
style, shapes and words say the same; all text is escaped here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape
from typing import Final

from auditor.cost.amount import readable
from auditor.cost.facts import Estimate, Fact, Nature
from auditor.render.run import counted
from auditor.render.study import StudiedPlan, Study
from auditor.render.terminal import plain
from auditor.units import UNITS

__all__ = ["Drawn", "Picture", "pictures"]

_WIDE: Final = 720
_PARTS: Final = (
    ("memory.weights", "weights", "p1"),
    ("memory.gradients", "gradients", "p2"),
    ("memory.optimizer", "optimizer", "p3"),
    ("memory.activations", "activations", "p4"),
    ("memory.working_set", "recomputed layer", "p5"),
    ("memory.gathered", "gathered", "p5"),
    ("memory.kv_cache", "KV cache", "p6"),
    ("memory.overhead", "overhead", "p7"),
)
_PER_GPU: Final = ("gpu",)
_MOST_STAGES: Final = 16
_MOST_BATCHES: Final = 24
_MOST_RANKS: Final = 16


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: what it shows, in a sentence what it says, the SVG, and the same as rows of a table (the head first)."""

    title: str
    says: str
    svg: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pictures of one plan, and what the recomputed figures in them rest on."""

    title: str
    pictures: tuple[Picture, ...]
    assumed: tuple[str, ...]
    missing: tuple[str, ...]


def pictures(study: Study) -> list[Drawn]:
    """Return the pictures of each plan that has any; the stages of the report stand with the first."""
    found = []
    for index, plan in enumerate(study.plans):
        drawn = [picture for draw in _DRAWN for picture in draw(plan)]
        if index == 0:
            drawn += _stages(study, plan)
        if drawn:
            estimate = plan.completed.estimate
            found.append(Drawn(plan.completed.plan, tuple(map(_harmless, drawn)), estimate.assumed, estimate.missing))
    return found


def _harmless(picture: Picture) -> Picture:
    """Return a picture whose words, like those in the SVG already, steer nothing where they are shown."""
    rows = tuple(tuple(plain(cell) for cell in row) for row in picture.rows)
    return replace(picture, says=plain(picture.says), rows=rows)


def _words(text: str) -> str:
    return escape(plain(text))


def _tag(name: str, inner: str = "", **attributes: object) -> str:
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items() if value != "")
    return f"<{name}{written}>{inner}</{name}>"


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, words: str, class_: str = "", anchor: str = "") -> str:
    return _tag("text", _words(words), x=_at(x), y=_at(y), class_=class_, text_anchor=anchor)


def _box(x: float, y: float, width: float, height: float, class_: str, title: str = "") -> str:
    inner = f"<title>{_words(title)}</title>" if title else ""
    return _tag("rect", inner, x=_at(x), y=_at(y), width=_at(max(width, 0)), height=_at(height), class_=class_)


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return _tag("line", x1=_at(x1), y1=_at(y1), x2=_at(x2), y2=_at(y2), class_=class_)


def _svg(title: str, says: str, height: float, shapes: Iterable[str], width: float = _WIDE) -> str:
    head = f"<title>{_words(title)}</title><desc>{_words(says)}</desc>"
    return _tag("svg", head + "".join(shapes), viewBox=f"0 0 {_at(width)} {_at(height)}", role="img", class_="picture", width=_at(width))


class _Shown(str):
    """The unit that bytes are shown in: the one the report writes."""

    __slots__ = ()

    def of(self, value: Fraction) -> str:
        return f"{readable(Fraction(value) / UNITS[self].scale, 3)} {self}"


def _unit(written: Iterable[str]) -> _Shown:
    """Return GB where the report writes its memory in powers of ten, else GiB."""
    texts = list(written)
    return _Shown("GB" if texts and not any("iB" in text for text in texts) else "GiB")


def _own(estimate: Estimate, quantity: str, scope: str, phase: str) -> Fact | None:
    return next(
        (one for one in estimate.facts if (one.quantity, one.scope, one.phase) == (quantity, scope, phase) and not one.alternative), None
    )


Part = tuple[str, str, Fraction, str]
"""A part of a bar: name, class, bytes, and how it was written."""


def _memory(plan: StudiedPlan) -> Iterator[Picture]:
    """Yield, for training and for serving, memory per GPU: what is claimed above what follows, against the capacity."""
    for phase in ("training", "serving"):
        recomputed = [
            (name, class_, fact.amount.value, str(fact))
            for quantity, name, class_ in _PARTS
            if (fact := _own(plan.completed.estimate, quantity, "gpu", phase)) is not None
        ]
        if recomputed:
            yield _memory_picture(plan, phase, _claimed_memory(plan), recomputed)
            return
    claimed = _claimed_memory(plan)
    if len(claimed) > 1:
        yield _memory_picture(plan, "", claimed, [])


def _claimed_memory(plan: StudiedPlan) -> list[Part]:
    found = [
        (name, class_, figure.value, figure.text)
        for quantity, name, class_ in _PARTS
        if (figure := plan.claimed(quantity, _PER_GPU)) is not None and figure.value > 0
    ]
    used = plan.claimed("memory.used", _PER_GPU)
    if used is not None and used.value > 0:
        rest = used.value - sum(value for _, _, value, _ in found)
        if not found:
            return [("in all", "p0", used.value, used.text)]
        if rest > used.value / 100:
            found.append(("not broken down", "p0", rest, f"of {used.text}"))
    return found


def _capacity(plan: StudiedPlan, phase: str) -> tuple[Fraction, str, Fraction] | None:
    """Return the memory of a GPU, how it was written, and the most it can mean."""
    stated = plan.claimed("memory.capacity", ("gpu", ""))
    if stated is not None and stated.value > 0:
        return stated.value, stated.text, max(stated.most or stated.value, stated.value)
    used, left = (_own(plan.completed.estimate, quantity, "gpu", phase) for quantity in ("memory.used", "memory.headroom"))
    if used is None or left is None:
        return None
    total = used.amount.value + left.amount.value
    return total, "of the catalog", total


def _memory_picture(plan: StudiedPlan, phase: str, claimed: list[Part], recomputed: list[Part]) -> Picture:
    bars = [(name, parts) for name, parts in (("claimed", claimed), ("recomputed", recomputed)) if parts]
    capacity = _capacity(plan, phase)
    shown = _unit([written for _, _, _, written in claimed] + ([capacity[1]] if capacity else []))
    sums = {name: sum((value for _, _, value, _ in parts), Fraction(0)) for name, parts in bars}
    most = max([*sums.values(), *([capacity[2]] if capacity else [])])
    left, room = 92.0, _WIDE - 92.0 - 24.0
    scale = room / float(most * Fraction(21, 20))
    shapes, y = [], 34.0
    for name, parts in bars:
        shapes.append(_text(left - 10, y + 20, name, "axis", "end"))
        x = left
        for part, class_, value, written in parts:
            wide = float(value) * scale
            shapes.append(_box(x, y, wide, 30, f"part {class_}", f"{part}: {shown.of(value)} ({written})"))
            if wide > 7.2 * len(part) + 8:
                shapes.append(_text(x + wide / 2, y + 19.5, part, "inside", "middle"))
            x += wide
        over = capacity is not None and sums[name] > capacity[2]
        beside = f"{shown.of(sums[name])}{' — beyond the capacity' if over else ''}"
        at_end = x + 8 + 7 * len(beside) < _WIDE
        shapes.append(
            _text(x + 8 if at_end else x, y + (19.5 if at_end else 45), beside, "bad" if over else "value", "" if at_end else "end")
        )
        y += 56
    if capacity:
        x, most_x = (left + float(capacity[at]) * scale for at in (0, 2))
        wider = most_x - x > 2
        label = f"capacity {shown.of(capacity[0])}" + (f", if it is GiB {shown.of(capacity[2])}" if wider else "")
        if wider:
            shapes.insert(0, _box(x, 22, most_x - x, y - 32, "band", label))
        shapes.append(_line(x, 22, x, y - 10, "limit"))
        shapes.append(_text(min(most_x, _WIDE - 4), 15, label, "limit-text", "end" if x > _WIDE / 2 else "middle"))
    names = list(dict.fromkeys((part, class_) for _, parts in bars for part, class_, _, _ in parts))
    x = left
    for part, class_ in names:
        shapes += [_box(x, y, 12, 12, f"part {class_}"), _text(x + 17, y + 10.5, part, "axis")]
        x += 30 + 7.2 * len(part)
    told = ", ".join(f"{name} {shown.of(value)}" for name, value in sums.items())
    says = f"Memory per GPU{f' in {phase}' if phase else ''}: {told}{f', of {shown.of(capacity[0])}' if capacity else ''}."
    every = {part for part, _ in names}
    cells = {name: {part: f"{shown.of(value)} ({written})" for part, _, value, written in parts} for name, parts in bars}
    rows = [("part", *cells)] + [
        (part, *(cells[name].get(part, "–") for name in cells)) for part in dict.fromkeys(part for part, _ in names) if part in every
    ]
    return Picture("Memory per GPU", says, _svg("Memory per GPU", says, y + 22, shapes), tuple(rows))


def _grid(plan: StudiedPlan) -> Iterator[Picture]:
    """Yield the grid of one replica by the degrees: a row a stage, a column a tensor-parallel rank."""
    tensor, stages = plan.count("parallel.tensor"), plan.count("parallel.pipeline")
    if tensor is None or stages is None or tensor * stages < 2:
        return
    replicas, experts = plan.count("parallel.data"), plan.count("parallel.expert")
    gpus = plan.count("gpus")
    product = tensor * stages * (replicas or 1) * (plan.count("parallel.context") or 1)
    rows, columns = min(stages, _MOST_STAGES), min(tensor, _MOST_RANKS)
    wide = min(64.0, (_WIDE - 110) / columns)
    shapes = [_text(100 + wide * (column + 0.5), 16, f"TP {column}", "axis", "middle") for column in range(columns) if wide >= 34]
    for stage in range(rows):
        y = 26.0 + stage * 30
        shapes.append(_text(90, y + 17, f"stage {stage}", "axis", "end"))
        for rank in range(columns):
            gpu = stage * tensor * (replicas or 1) + rank
            beyond = gpus is not None and gpu >= gpus
            title = f"stage {stage}, tensor rank {rank}, replica 0: GPU {gpu}{', which the report does not have' if beyond else ''}"
            shapes.append(_box(100 + rank * wide, y, wide - 4, 25, "cell clash" if beyond else "cell", title))
            if wide >= 26:
                label = f"{gpu} ✗" if beyond else str(gpu)
                shapes.append(_text(98 + wide * (rank + 0.5), y + 17, label, "bad" if beyond else "inside-cell", "middle"))
    y = 26.0 + rows * 30 + 18
    cut = [f"{total - shown} more {noun}" for total, shown, noun in ((stages, rows, "stages"), (tensor, columns, "ranks")) if total > shown]
    each = f" x {counted(replicas, 'replica')}" if replicas and replicas > 1 else ""
    said = f"{counted(stages, 'stage')} x {counted(tensor, 'tensor rank')}{each} = {counted(product, 'GPU')}"
    agrees = gpus is None or gpus == product or (experts is not None and experts > 1)
    said += "" if gpus is None else f"; the report has {gpus}"
    shapes.append(_text(100, y, f"{said}{f' ({chr(44).join(cut)} not drawn)' if cut else ''}", "value" if agrees else "bad"))
    says = f"{said}. GPUs of replica 0, numbered with tensor ranks nearest, then replicas, then stages."
    table = [("what", "claimed"), ("tensor", str(tensor)), ("pipeline", str(stages)), ("data", str(replicas or "–"))]
    table += [("expert", str(experts or "–")), ("GPUs", str(gpus or "–")), ("product", str(product))]
    yield Picture("Placement grid", says, _svg("Placement grid", says, y + 12, shapes), tuple(table))


def _stages(study: Study, plan: StudiedPlan) -> list[Picture]:
    """Return the stages as the report lists them, GPUs that stand in two of them in red."""
    if not study.stages:
        return []
    stages = study.stages[:_MOST_STAGES]
    counts = Counter(gpu for stage in study.stages for gpu in set(stage.gpus))
    clashes = sorted(gpu for gpu, count in counts.items() if count > 1)
    shapes: list[str] = []
    y = 10.0
    for stage in stages:
        shapes.append(_text(90, y + 17, f"stage {stage.id}", "axis", "end"))
        shown = stage.gpus[:24]
        wide = min(44.0, (_WIDE - 160) / max(len(shown), 1))
        for index, gpu in enumerate(shown):
            clash = counts[gpu] > 1
            title = f"stage {stage.id} holds GPU {gpu} (line {stage.line}){', and another stage does too' if clash else ''}"
            shapes.append(_box(100 + index * wide, y, wide - 3, 25, "cell clash" if clash else "cell", title))
            if wide >= 22:
                shapes.append(
                    _text(98.5 + wide * (index + 0.5), y + 17, f"{gpu} ✗" if clash else str(gpu), "bad" if clash else "", "middle")
                )
        if len(stage.gpus) > len(shown):
            shapes.append(_text(104 + len(shown) * wide, y + 17, f"+ {len(stage.gpus) - len(shown)}", "axis"))
        y += 30
    says = f"{len(study.stages)} stages on {len(counts)} GPUs as listed"
    says += f"; in more than one stage: GPU {', '.join(map(str, clashes[:12]))}." if clashes else "; no GPU stands in two of them."
    rows = [("stage", "GPUs", "line")] + [(str(one.id), ", ".join(map(str, one.gpus[:32])), str(one.line)) for one in study.stages]
    return [Picture("Stages as listed", says, _svg("Stages as listed", says, y + 4, shapes), tuple(rows))]


def _schedule(plan: StudiedPlan) -> Iterator[Picture]:
    """Yield the schedule of one batch through the stages: forward passes, one micro-batch behind the other, and the bubble."""
    stages = plan.count("parallel.pipeline")
    batches = plan.count("batch.microbatches")
    if stages is None or batches is None or not 2 <= stages <= 64 or batches > 4096:
        return
    shown, rows = min(batches, _MOST_BATCHES), min(stages, _MOST_STAGES)
    slots = shown + rows - 1
    wide = min(40.0, (_WIDE - 104) / slots)
    shapes = []
    for stage in range(rows):
        y = 10.0 + stage * 26
        shapes.append(_text(90, y + 15, f"stage {stage}", "axis", "end"))
        shapes.append(_box(100, y, slots * wide - 2, 22, "idle", "idle: the bubble"))
        for batch in range(shown):
            shapes.append(_box(100 + (stage + batch) * wide, y, wide - 2, 22, "busy", f"stage {stage}: micro-batch {batch}"))
            if wide >= 18:
                shapes.append(_text(99 + (stage + batch + 0.5) * wide, y + 15, str(batch), "inside", "middle"))
    bubble = Fraction(stages - 1, batches + stages - 1)
    many = f"{counted(stages, 'stage')}, {batches:,} micro-batch{'' if batches == 1 else 'es'}"
    said = f"{many}: idle {stages - 1} of {batches + stages - 1} slots = {readable(bubble * 100, 3)} %"
    claimed = plan.claimed("share.bubble")
    use = next((one for name in ("share.pipeline_efficiency", "share.gpu_utilization") if (one := plan.claimed(name))), None)
    shares = [("bubble", claimed.text)] if claimed else []
    shares += [("use", use.text)] if use else []
    beside = "; ".join(f"claimed {name} {text}" for name, text in shares)
    off = any(one is not None and one.wrong for one in (claimed, use))
    y = 10.0 + rows * 26 + 18
    shapes.append(_text(100, y, f"{said}{f'; {beside}' if beside else ''}", "bad" if off else "value"))
    drawn = "" if (shown, rows) == (batches, stages) else f" Drawn: {rows} stages and {shown} micro-batches."
    says = f"{said}{f'; {beside}' if beside else ''}. Forward passes, all of one length; a backward pass is the same the other way.{drawn}"
    table = [("what", "claimed", "recomputed"), ("bubble", claimed.text if claimed else "–", f"{readable(bubble * 100, 4)} %")]
    table.append(("busy", use.text if use else "–", f"at most {readable((1 - bubble) * 100, 4)} %"))
    yield Picture("Pipeline schedule", says, _svg("Pipeline schedule", says, y + 12, shapes), tuple(table))


_BOUNDS: Final = {Nature.FLOOR: "at least", Nature.CEILING: "at most", Nature.ESTIMATE: "about", Nature.EXACT: ""}


def _milliseconds(value: Fraction) -> str:
    return f"{readable(value * 1000, 3)} ms" if value < 10 else f"{readable(value, 3)} s"


def _latency(plan: StudiedPlan) -> Iterator[Picture]:
    """Yield the times that are claimed above what the GPUs can do at best, on one logarithmic axis."""
    facts: dict[str, Fact] = {}
    for fact in plan.completed.estimate.facts:
        if fact.quantity.startswith("time.") and not fact.alternative and fact.amount.value > 0:
            facts.setdefault(fact.quantity, fact)
    claims = {quantity: plan.claimed(quantity) for quantity in facts}
    if not facts or not any(claims.values()):
        return
    values = [float(fact.amount.value) for fact in facts.values()] + [float(one.value) for one in claims.values() if one and one.value > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 0.01)
    left, room = 168.0, _WIDE - 168.0 - 110.0
    place: Callable[[float], float] = lambda value: left + room * (math.log10(value) - low) / max(high - low, 1)  # noqa: E731
    shapes, rows, y = [], [("time", "claimed", "recomputed")], 26.0
    said = []
    for quantity, fact in facts.items():
        claimed = claims[quantity]
        bound = _BOUNDS[fact.nature]
        written = f"{bound} {_milliseconds(fact.amount.value)}".strip()
        shapes.append(_text(left - 10, y + 16, fact.name, "axis", "end"))
        below = claimed is not None and fact.nature is Nature.FLOOR and claimed.value < fact.amount.value
        bad = claimed is not None and claimed.wrong
        if claimed is not None and claimed.value > 0:
            shapes += _bar(left, y, place(float(claimed.value)), f"claimed {claimed.text}", "claimed over" if bad else "claimed")
        shapes += _bar(left, y + 17, place(float(fact.amount.value)), written, "recomputed")
        rows.append((fact.name, claimed.text if claimed else "–", written))
        if claimed:
            said.append(f"{fact.name} {claimed.text}, recomputed {written}{' under what is assumed' if below and not bad else ''}")
        y += 46
    for power in range(low, high + 1):
        x = place(10.0**power)
        shapes.insert(0, _line(x, 18, x, y - 6, "grid"))
        shapes.append(_text(x, 13, _milliseconds(Fraction(10) ** power), "axis", "middle"))
    says = f"{'; '.join(said)}."
    yield Picture("Times", says, _svg("Times", says, y, shapes), tuple(rows))


def _bar(left: float, y: float, end: float, words: str, class_: str) -> list[str]:
    return [
        _box(left, y, max(end - left, 2), 14, f"bar {class_}", words),
        _text(max(end, left + 2) + 6, y + 11.5, words, "bad" if "over" in class_ else "value"),
    ]


def _roofline(plan: StudiedPlan) -> Iterator[Picture]:
    """Yield the decode step on its roofline: tokens per second by sequences at once, bound by memory, then by compute."""
    estimate = plan.completed.estimate
    crossing = _own(estimate, "serving.crossover_batch", "replica", "serving")
    ceiling = next((one for one in estimate.facts if one.quantity == "rate.tokens" and one.nature is Nature.CEILING), None)
    batch = plan.count("batch.concurrent") or plan.count("batch.global")
    if crossing is None or ceiling is None or batch is None or crossing.amount.value <= 0:
        return
    replicas = plan.count("parallel.data") or 1
    own, knee = float(Fraction(batch, replicas)), float(crossing.amount.value)
    rate = float(ceiling.amount.value)
    if own <= 0 or rate <= 0:
        return
    roof: Callable[[float], float] = lambda at: rate * min(at, knee) / min(own, knee)  # noqa: E731
    claimed = plan.claimed("rate.tokens", ("", "total"))
    points = [("recomputed at most", own, rate, "recomputed")]
    if claimed is not None and claimed.value > 0:
        points.append((f"claimed {claimed.text}", own, float(claimed.value), "claimed over" if claimed.wrong else "claimed"))
    x_low, x_high = math.log10(min(own, knee) / 10), math.log10(max(own, knee) * 10)
    heights = [roof(10**x_low), roof(10**x_high), *(height for _, _, height, _ in points)]
    y_low, y_high = math.log10(min(heights) / 2), math.log10(max(heights) * 2)
    left, top, wide, tall = 80.0, 14.0, _WIDE - 110.0, 220.0
    across: Callable[[float], float] = lambda at: left + wide * (math.log10(at) - x_low) / (x_high - x_low)  # noqa: E731
    up: Callable[[float], float] = lambda at: top + tall * (1 - (math.log10(at) - y_low) / (y_high - y_low))  # noqa: E731
    corners = [(10**x_low, roof(10**x_low)), (knee, roof(knee)), (10**x_high, roof(knee))]
    path = " ".join(f"{_at(across(x))},{_at(up(y))}" for x, y in corners)
    shapes = [_line(left, top + tall, left + wide, top + tall, "axis-line"), _line(left, top, left, top + tall, "axis-line")]
    shapes += [_tag("polyline", points=path, class_="roof"), _line(across(knee), up(roof(knee)), across(knee), top + tall, "grid")]
    shapes.append(_text(across(knee), top + tall + 16, f"cross-over at {readable(crossing.amount.value, 3)}", "axis", "middle"))
    shapes.append(_text(left + wide, top + tall + 34, "sequences at once on a replica (log)", "axis", "end"))
    shapes.append(_text(left, top - 3, "tokens/s (log)", "axis"))
    for words, x, y, class_ in points:
        shapes.append(_tag("circle", f"<title>{_words(words)}</title>", cx=_at(across(x)), cy=_at(up(y)), r="5", class_=f"point {class_}"))
        shapes.append(
            _text(
                across(x) + 9,
                up(y) + (16 if class_ == "recomputed" else -6),
                f"{words} ({readable(Fraction(y), 3)}/s)",
                "bad" if "over" in class_ else "value",
            )
        )
    side = "memory" if own < knee else "compute"
    says = (
        f"{readable(Fraction(own), 3)} sequences at once, cross-over at {readable(crossing.amount.value, 3)}: decoding is bound by {side}."
    )
    rows = [("point", "sequences", "tokens/s")] + [(words, readable(Fraction(x), 4), readable(Fraction(y), 4)) for words, x, y, _ in points]
    yield Picture("Roofline of decoding", says, _svg("Roofline of decoding", says, top + tall + 44, shapes), tuple(rows))


_DRAWN: Final[Sequence[Callable[[StudiedPlan], Iterator[Picture]]]] = (_memory, _grid, _schedule, _latency, _roofline)

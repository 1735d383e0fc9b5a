"""Pictures of a plan as inline SVG, claimed beside recomputed, each with a title, a description and its figures as a table.

Every picture is drawn only where its data is there: memory per GPU against the capacity, the placement grid, the pipeline's schedule
with its bubble, times against what the GPUs can do at most, and the decode step on its roofline. Colours are classes of the page's
style, shapes and words say the same; all text is escaped here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from html import escape
from typing import Final

from auditor.cost.amount import readable
from auditor.cost.facts import Estimate, Fact, Nature
from auditor.records import dataclass
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
_AXES: Final = ("tensor", "context", "pipeline", "data", "expert")
_ROW: Final = 10
"""GPUs of a row that are drawn where each shows its experts."""


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
    listed = _listed(study)
    for plan in study.plans:
        drawn = [*(picture for draw in _DRAWN for picture in draw(plan)), *listed]
        if drawn:
            estimate = plan.completed.estimate
            found.append(Drawn(plan.completed.plan, tuple(map(_harmless, drawn)), estimate.assumed, estimate.missing))
            listed = []
    return found or ([Drawn("", tuple(map(_harmless, listed)), (), ())] if listed else [])


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
    known = [one for one in plan.figures if one.quantity == "memory.capacity" and one.per in _PER_GPU and one.value > 0]
    stated = max(known, key=lambda one: one.value, default=plan.claimed("memory.capacity", ("",)))
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
        label = f"capacity {shown.of(capacity[0])}" + (f", as GiB up to {shown.of(capacity[2])}" if wider else "")
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


@dataclass(frozen=True, slots=True)
class _Degrees:
    """How a plan is cut, as far as it says so, and where that puts GPUs and experts.

    Tensor ranks lie nearest, then the experts where they have GPUs of their own, then replicas, then stages; ranks that are re-used
    hold the experts in turn.
    """

    tensor: int
    context: int
    stages: int
    replicas: int
    expert: int
    split: int
    """GPUs that share one expert."""
    experts: int
    """Experts of a layer; 0 where the report does not say."""
    own: bool
    """The experts' degree multiplies the GPUs."""

    @property
    def width(self) -> int:
        """GPUs of a stage."""
        return self.tensor * self.context * self.replicas * (self.expert if self.own else 1)

    @property
    def gpus(self) -> int:
        return self.stages * self.width

    def held(self, rank: int) -> str:
        """Return the experts of a GPU of a stage, or nothing where the plan does not say enough."""
        if self.expert < 2 or not self.experts or self.experts % self.expert:
            return ""
        each = self.experts // self.expert
        first = rank // (self.tensor * self.context if self.own else self.split) % self.expert * each
        return f"E{first}" if each == 1 else f"E{first}–{first + each - 1}"


def _degrees(plan: StudiedPlan) -> _Degrees | None:
    """Return how a plan is cut, of the two ways to count its experts the one that makes the GPUs it has; None where it says too little."""
    gpus, tensor, stages, expert = (plan.count(name) for name in ("gpus", "parallel.tensor", "parallel.pipeline", "parallel.expert"))
    if None in (tensor, stages) and None in (gpus, expert):
        return None
    given = _Degrees(
        tensor or 1,
        plan.count("parallel.context") or 1,
        stages or 1,
        plan.count("parallel.data") or 1,
        expert or 1,
        plan.count("parallel.expert_tensor") or 1,
        plan.count("model.experts") or 0,
        own=False,
    )
    apart = replace(given, own=True)
    if given.gpus != gpus and (apart.gpus == gpus or given.width % (given.expert * given.split)):
        return apart
    return given if given.gpus > 1 else None


def _grid(plan: StudiedPlan) -> Iterator[Picture]:
    """Yield the grid by the degrees: a row a stage, a column a GPU of it, with the experts it holds."""
    cut = _degrees(plan)
    if cut is None:
        return
    gpus = plan.count("gpus")
    names = ("gpus", *(f"parallel.{axis}" for axis in _AXES))
    wrong = any(one.wrong for one in plan.figures if one.quantity in names)
    drawn = cut.width if cut.expert > 1 else cut.tensor
    rows, columns = min(cut.stages, _MOST_STAGES), min(drawn, _MOST_RANKS)
    wide, tall = min(64.0, (_WIDE - 110) / columns), 38 if cut.held(0) else 25
    shapes = [_text(100 + wide * (column + 0.5), 16, f"TP {column % cut.tensor}", "axis", "middle") for column in range(columns)]
    shapes = shapes if wide >= 34 else []
    for stage in range(rows):
        y = 26.0 + stage * (tall + 5)
        shapes.append(_text(90, y + tall / 2 + 4, f"stage {stage}", "axis", "end"))
        for rank in range(columns):
            gpu = stage * cut.width + rank
            beyond, held = wrong and gpus is not None and gpu >= gpus, cut.held(rank)
            title = f"stage {stage}, tensor rank {rank % cut.tensor}: GPU {gpu}{f', experts {held[1:]}' if held else ''}"
            title += ", which the report does not have" if beyond else ""
            shapes.append(_box(100 + rank * wide, y, wide - 4, tall, "cell clash" if beyond else "cell", title))
            if wide >= 26:
                label = f"{gpu} ✗" if beyond and wide > 8.5 * len(f"{gpu} ✗") else str(gpu)
                shapes.append(_text(98 + wide * (rank + 0.5), y + 17, label, "bad" if beyond else "inside-cell", "middle"))
            if held and wide >= 7 * len(held):
                shapes.append(_text(98 + wide * (rank + 0.5), y + 32, held, "axis", "middle"))
    y = 26.0 + rows * (tall + 5) + 18
    said = _product(cut)
    agrees = gpus is None or gpus == cut.gpus or not wrong
    said += "" if gpus is None else f"; the report has {gpus}"
    pairs = ((cut.stages, rows, "stages"), (drawn, columns, "GPUs of each stage"))
    left = ", ".join(f"{whole - shown} more {noun}" for whole, shown, noun in pairs if whole > shown)
    shapes.append(_text(100, y, f"{said}{f' ({left} not drawn)' if left else ''}", "value" if agrees else "bad"))
    whose = "GPUs of each stage" if cut.expert > 1 else "GPUs of replica 0"
    says = f"{said}. {whose}, numbered with tensor ranks nearest, then replicas, then stages."
    if cut.held(0):
        says += f" {counted(cut.experts // cut.expert, 'expert')} of each layer on a GPU, the same {cut.expert} groups in every stage."
    table = [("what", "claimed"), *((axis, _or_dash(plan.count(f"parallel.{axis}"))) for axis in _AXES)]
    table += [("experts of a layer", str(cut.experts))] if cut.experts else []
    table += [("GPUs", _or_dash(gpus)), ("product", str(cut.gpus))]
    yield Picture("Placement grid", says, _svg("Placement grid", says, y + 12, shapes), tuple(table))


def _or_dash(number: int | None) -> str:
    return "–" if number is None else str(number)


def _product(cut: _Degrees) -> str:
    parts = [counted(cut.stages, "stage"), counted(cut.tensor, "tensor rank")]
    more = ((cut.context, "context rank"), (cut.expert if cut.own else 1, "expert rank"), (cut.replicas, "replica"))
    parts += [counted(number, noun) for number, noun in more if number > 1]
    return f"{' x '.join(parts)} = {counted(cut.gpus, 'GPU')}"


def _listed(study: Study) -> list[Picture]:
    """Return the stages, or the GPUs, as the report lists them, with the experts it lists on them; what stands in two stages in red."""
    experts = {one.gpu: one for one in study.holdings}
    rows = [(f"stage {one.id}", one.gpus, one.line) for one in study.stages]
    if not rows and study.holdings:
        every = [one.gpu for one in study.holdings]
        rows = [(f"GPU {every[at]} on", tuple(every[at : at + _ROW]), study.holdings[at].line) for at in range(0, len(every), _ROW)]
    if not rows:
        return []
    counts = Counter(gpu for _, gpus, _ in rows for gpu in set(gpus))
    clashes = sorted(gpu for gpu, count in counts.items() if count > 1)
    tall = 38 if experts else 25
    shapes: list[str] = []
    y = 10.0
    for name, gpus, line in rows[:_MOST_STAGES]:
        shapes.append(_text(90, y + tall / 2 + 4, name, "axis", "end"))
        shown = gpus[: _ROW if experts else 24]
        wide = min(64.0 if experts else 44.0, (_WIDE - 160) / max(len(shown), 1))
        for index, gpu in enumerate(shown):
            clash, held = counts[gpu] > 1, _span_of(experts[gpu].experts) if gpu in experts else ""
            title = f"{name} holds GPU {gpu} (line {line})" if study.stages else f"GPU {gpu}"
            title += f", experts {held} (line {experts[gpu].line})" if held else ""
            title += ", and another stage does too" if clash else ""
            shapes.append(_box(100 + index * wide, y, wide - 3, tall, "cell clash" if clash else "cell", title))
            if wide >= 22:
                label = f"{gpu} ✗" if clash else str(gpu)
                shapes.append(_text(98.5 + wide * (index + 0.5), y + 17, label, "bad" if clash else "", "middle"))
            if held and wide >= 7 * (len(held) + 1):
                shapes.append(_text(98.5 + wide * (index + 0.5), y + 32, f"E{held}", "axis", "middle"))
        if len(gpus) > len(shown):
            shapes.append(_text(104 + len(shown) * wide, y + tall / 2 + 4, f"+ {len(gpus) - len(shown)}", "axis"))
        y += tall + 5
    says = f"{counted(len(study.stages), 'stage')} on {counted(len(counts), 'GPU')} as listed" if study.stages else ""
    if study.stages:
        says += f"; in more than one stage: GPU {', '.join(map(str, clashes[:12]))}." if clashes else "; no GPU stands in two of them."
    if experts:
        many = len({expert for one in study.holdings for expert in one.experts})
        says = f"{says} {counted(many, 'expert')} listed on {counted(len(experts), 'GPU')}.".strip()
    title = "Stages as listed" if study.stages else "Experts as listed"
    table: list[tuple[str, ...]] = [("where", "GPUs", "experts", "line") if experts else ("stage", "GPUs", "line")]
    for name, gpus, line in rows:
        on = dict.fromkeys(_span_of(experts[gpu].experts) for gpu in gpus if gpu in experts)
        listed = [", ".join(on)] if experts else []
        table.append((name.removeprefix("stage "), ", ".join(map(str, gpus[:32])), *listed, str(line)))
    return [Picture(title, says, _svg(title, says, y + 4, shapes), tuple(table))]


def _span_of(ids: Sequence[int]) -> str:
    """Return ids as few words: `0–3` for a run, else the first ones."""
    if len(ids) > 1 and ids[-1] - ids[0] == len(ids) - 1:
        return f"{ids[0]}–{ids[-1]}"
    return ",".join(map(str, ids[:3])) + ("…" if len(ids) > 3 else "")


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

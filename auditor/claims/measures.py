"""Times, amounts of data, bandwidths and rates: the unit gives the kind, the words the quantity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditor.claims.labels import PER_WORDS, View, find_any, per_of
from auditor.claims.lexicon import Match, kind_of
from auditor.claims.line import (
    Desk,
    Line,
    Meaning,
    bracketed,
    in_brackets_behind,
    is_percent_of,
    lead_words,
    same_kind,
    spell,
    start_of_clause,
    title_words,
)
from auditor.claims.model import Claim
from auditor.claims.names import named_in, naming_words
from auditor.claims.shares import changed_by, clause_before
from auditor.claims.vocabulary import (
    DIFFERENCES,
    ELEMENT_BYTES,
    GENERIC,
    HAS,
    HOST_MEMORY,
    LINKS,
    OF_ALL,
    SPENT,
    TAKES,
)
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.language.numbers import Form, Number
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS

__all__ = ["hardware_context", "is_component", "read_capacity", "read_measure", "read_rate", "summarises"]


def read_rate(
    desk: Desk, line: Line, number: Number, unit: str, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
) -> Meaning:
    """Return the rate that the unit names, of the plan or of one GPU."""
    counted = unit.split("/")[0]
    named = named_in(desk, "rate", head)
    per_gpu = (
        number.per == "gpu"
        or PER_WORDS.get(number.per) == "gpu"
        or per_of(tail) == "gpu"
        or any(view.unit_per == "gpu" for view in line.views[:2])
        or (named is not None and named.quantity.per == "gpu")
    )
    earlier = next((claim for claim in reversed(before) if claim is not None and claim.unit.symbol == unit), None)
    if (
        earlier is not None
        and earlier.quantity == "rate.tokens_per_gpu"
        and bracketed(desk, line, number)
        and not find_any(tail, ("total",))
    ):
        per_gpu = True
    if not per_gpu and counted == "token":
        near = line.views[: 2 if line.statement.cell is not None else 1]
        per_gpu = any(view.per == "gpu" for view in near)
    names = {
        "token": "rate.tokens_per_gpu" if per_gpu else "rate.tokens",
        "sequence": "rate.sequences",
        "sample": "rate.sequences",
        "request": "rate.requests",
        "batch": "rate.batches",
    }
    quantity = _demand(line, unit, head, named) or _goodput(line, head, tail) or names.get(counted, "other")
    return Meaning(quantity, Confidence.HIGH, f"unit {unit}", per="gpu" if per_gpu else "", unit=unit)


def _demand(line: Line, unit: str, head: Sequence[Word], named: Match | None) -> str:
    """Return the demand that a rate per day is, unless it is said to be a throughput: `2M requests/day`."""
    demand = {"token/day": "demand.tokens", "request/day": "demand.requests"}.get(unit, "")
    throughput = named is not None or find_any((*head, *(word for view in line.views[:2] for word in view.words)), ("throughput",))
    return "" if throughput else demand


def _goodput(line: Line, head: Sequence[Word], tail: Sequence[Word]) -> str:
    """Return the quantity of a rate that the words around it call goodput."""
    near = (*head, *tail[:3], *(line.views[0].words if line.views else ()))
    return "rate.goodput" if find_any(near, ("goodput",)) else ""


def read_measure(
    desk: Desk,
    line: Line,
    position: int,
    number: Number,
    kind: str,
    unit: str,
    tail: Sequence[Word],
    head: Sequence[Word],
    before: Sequence[Claim | None],
) -> Meaning | None:
    """A time, an amount of data, a bandwidth or a rate of work: the unit gives the kind, the words the quantity."""
    per = PER_WORDS.get(number.per, "") or per_of(tail)
    short = desk.lexicon.by_short.get(in_brackets_behind(line.text, number))
    if short is not None and short.kind == kind:
        return Meaning(short.id, Confidence.HIGH, f"named in brackets: {line.text[number.digits : number.end + 8]!r}", per, unit=unit)
    if unit == "byte" and number.written[0].interval.is_exact and number.written[0].interval.within(ELEMENT_BYTES):
        return Meaning(
            "model.bytes_per_param",
            Confidence.HIGH if find_any(tail, ("parameter", "element", "weight", "value")) else Confidence.MEDIUM,
            "bytes of one element",
            unit=unit,
        )
    done = next((one for one in (PER_WORDS.get(number.per, ""), per_of(tail)) if one in ("step", "batch", "layer", "token")), "")
    if kind == "flops" and unit.endswith("FLOPS") and done:
        of_step = done in ("step", "batch")
        scopes = [per_of(words) for words in (head, tail, lead_words(desk, line, number))]
        of_gpu = "gpu" in (*scopes, line.views[0].per if line.views else "")
        return Meaning(
            "work.step" if of_step else "other",
            Confidence.MEDIUM,
            f"work per {done}, whatever its unit says",
            "gpu" if of_step and of_gpu else "",
            unit=unit[:-1],
            words="" if done == "step" else f"per {done}",
        )
    leads = all(claim is None or kind_of(claim.unit) == "count" for claim in before)  # not `Time per layer: 2 ms with 400 TFLOPS`
    if kind == "flops" and leads and line.views and work_of_label(desk, line):
        shown = line.views[0].raw.strip()
        return Meaning("other", Confidence.MEDIUM, f"label {shown!r}", per, line.views[0].label.text.whole, unit=unit, words=shown[:60])
    if kind == "work" and line.statement.cell is not None and line.views and find_any(line.views[0].words, ("model",)):
        # A column "Model TFLOP" beside MFU and tokens per second holds rates, whatever its unit leaves out.
        return Meaning(
            "rate.achieved_flops",
            Confidence.MEDIUM,
            f"label {line.views[0].raw.strip()!r}",
            per,
            line.views[0].label.text.whole,
            unit=f"{unit}S",
        )
    if kind == "flops" and find_any((*tail[:3], *head[-5:]), desk.lexicon.sayings["reached by a run"]):
        total = any(find_any(view.words, OF_ALL) for view in line.views[:1]) or find_any((*tail, *head), OF_ALL)
        return Meaning(
            "hardware.cluster_flops" if total else "rate.achieved_flops",
            Confidence.HIGH,
            f"words around it: {spell((*head, *tail))}",
            per,
            unit=unit,
        )
    if kind == "data" and (meaning := of_part(desk, line, per, unit)) is not None:
        return meaning
    if kind == "data" and (how_much := changed_by(desk, clause_before(line, number.start))):
        shown = spell(how_much)
        return Meaning("other", Confidence.MEDIUM, f"words before it, of a change: {shown}", per, unit=unit, words=shown[:60])
    if kind == "data" and is_of_machine(desk, line, number, tail):
        return Meaning("memory.capacity", Confidence.MEDIUM, f"words behind it, of a machine: {spell(tail)}", "node", unit=unit)
    if kind == "data":
        special = read_capacity(desk, line, position, number, tail, head, before)
        if special:
            return special
    if (left := left_over(desk, line, kind)) is not None:
        shown = left.raw.strip()
        return Meaning("other", Confidence.MEDIUM, f"label {shown!r}", per, left.label.text.whole, unit=unit, words=shown[:60])
    if kind in ("time", "rate") and find_any(tail[:2], DIFFERENCES):
        return Meaning("other", Confidence.MEDIUM, f"words behind it: {spell(tail)}", per, unit=unit, words=spell(tail)[:60])
    if kind in ("time", "rate") and line.views and find_any(line.views[0].words, DIFFERENCES) and line.statement.kind is not Kind.SENTENCE:
        return Meaning(
            "other",
            Confidence.MEDIUM,
            f"label {line.views[0].raw.strip()!r}",
            per,
            line.views[0].label.text.whole,
            unit=unit,
            words=line.views[0].raw.strip()[:60],
        )
    best = named_in(desk, kind, () if of_a_peak(line, position, tail) else tail)
    if best and kind == "bandwidth" and best.size == 1 and line.views and find_any(line.views[0].words, ("memory",)):
        return Meaning(
            "hardware.memory_bandwidth",
            Confidence.HIGH,
            f"label {line.views[0].raw.strip()!r}",
            per,
            line.views[0].label.text.whole,
            unit=unit,
        )
    if best and best.quantity.id == "time.step" and best.size == 1 and is_of_link(line, tail):
        return Meaning("time.communication", Confidence.LOW, f"words behind it, of a link: {spell(tail)}", per, unit=unit)
    if (
        best
        and best.quantity.id == "time.step"
        and best.size == 1
        and line.statement.kind in (Kind.ITEM, Kind.TREE, Kind.ENTRY)
        and line.views
        and not line.views[0].transparent
        and line.views[0].words
        and not named_in(desk, kind, line.views[0].words)
        and not summarises(desk, line.views[0])
    ):
        return Meaning("time.step", Confidence.LOW, f"words behind it: {spell(tail)}", per, unit=unit)
    if best and best.quantity.id == "memory.capacity" and head and head[-1].text in TAKES:
        return Meaning("memory.used", Confidence.MEDIUM, f"words before it: {spell(head)}", per, unit=unit)  # `takes 560 GB of GPU memory`
    if best and not (kind == "data" and best.quantity.id == "memory.used" and best.size == 1):
        return Meaning(best.quantity.id, Confidence.HIGH, f"words behind it: {spell(tail)}", per, unit=unit)
    inside = bracketed(desk, line, number)
    if inside and position:
        earlier = same_kind(desk, before, kind, desk.lexicon)
        if earlier is not None and not named_in(desk, kind, head):
            return Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", per or earlier.scope.per, unit=unit)
    best = named_in(desk, kind, head)
    if kind == "data" and tail and tail[0].text == "gpu" and (best is None or best.quantity.id == "memory.weights"):
        return Meaning("memory.capacity", Confidence.MEDIUM, "of the GPU behind it", "gpu", unit=unit)
    if best and best.quantity.id == "memory.weights" and _of_training(line, number):
        return Meaning("memory.used", Confidence.MEDIUM, f"words before it, of training: {spell(head)}", per, unit=unit)
    if best and best.quantity.id == "hardware.peak_flops" and find_any(head, OF_ALL) and per_of(head) != "gpu":
        best = Match(desk.lexicon.quantities["hardware.cluster_flops"], best.start, best.stop)
    if best:
        return Meaning(best.quantity.id, Confidence.HIGH, f"words before it: {spell(head)}", per or per_of(head), unit=unit)
    if kind == "data" and stored(line, number, head, tail, before):
        return Meaning("memory.weights", Confidence.HIGH, f"words before it: {spell(head)}", per or "total", unit=unit)
    link = next((word.strip("(:,*`") for word in line.text[: number.digits].split()[-1:]), "")
    if kind == "bandwidth" and link.lower() in LINKS:
        return Meaning("hardware.link_bandwidth", Confidence.HIGH, f"the link named before it: {link!r}", per, unit=unit)
    titled = title_words(desk, line, number)
    best = named_in(desk, kind, titled)
    if best:
        return Meaning(best.quantity.id, Confidence.HIGH, f"words before the colon: {spell(titled)}", per or per_of(titled), unit=unit)
    for depth, view in enumerate(line.views):
        best = named_in(desk, kind, view.words)
        if best and depth == 0 and line.statement.cell is not None and best.quantity.id in GENERIC and len(line.views) > 1:
            other = named_in(desk, kind, line.views[1].words) if line.views[1].label.kind is LabelKind.ROW else None
            if other is not None and other.quantity.id not in GENERIC:
                best, view = other, line.views[1]
        if best and best.quantity.id == "time.step" and best.size == 1 and is_of_link(line, (*tail, *naming_words(head))):
            return Meaning(
                "time.communication", Confidence.LOW, f"label {view.raw.strip()!r} of a link", per, view.label.text.whole, unit=unit
            )
        reached = find_any(view.words, (*desk.lexicon.sayings["reached by a run"], "efficiency")) or (
            depth == 0 and in_results(desk, line, view)
        )
        if best and best.quantity.id == "hardware.peak_flops" and reached:
            best = Match(desk.lexicon.quantities["rate.achieved_flops"], best.start, best.stop)
        if best and best.quantity.id == "hardware.peak_flops" and find_any(view.words, OF_ALL) and per_of(view.words) != "gpu":
            best = Match(desk.lexicon.quantities["hardware.cluster_flops"], best.start, best.stop)
        if best and best.quantity.id == "time.step" and is_component(desk, view.words, best):
            return Meaning(
                "other",
                Confidence.MEDIUM,
                f"label {view.raw.strip()!r}",
                per,
                view.label.text.whole,
                unit=unit,
                words=view.raw.strip()[:60],
            )
        if best:
            generic = best.quantity.id == "memory.used" and best.size == 1
            sure = (
                Confidence.MEDIUM
                if generic
                else Confidence.LOW
                if kind == "flops" and best.size == 1 and best.quantity.id == "hardware.peak_flops" and not hardware_context(desk, line)
                else Confidence.HIGH
                if depth < 2 or all(other.transparent for other in line.views[:depth])
                else Confidence.MEDIUM
            )
            return Meaning(best.quantity.id, sure, f"label {view.raw.strip()!r}", per or view.per, view.label.text.whole, unit=unit)
        if not view.transparent and not (
            view.label.kind is LabelKind.COLUMN or (view.label.kind is LabelKind.ROW and line.statement.cell is not None and depth == 0)
        ):
            if view.label.kind in (LabelKind.ROW, LabelKind.HEADING) and depth and all(other.transparent for other in line.views[:depth]):
                continue
            if line.statement.kind is Kind.SENTENCE:
                break
            if depth:
                continue
            return Meaning(
                "other",
                Confidence.MEDIUM,
                f"label {view.raw.strip()!r}",
                per,
                view.label.text.whole,
                unit=unit,
                words=view.raw.strip()[:60],
            )
    earlier = same_kind(desk, before, kind, desk.lexicon)
    if earlier is not None:
        return Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", per or earlier.scope.per, unit=unit)
    if kind == "data" and per == "gpu" and find_any(head, (*TAKES, "use", "hold")):
        return Meaning("memory.used", Confidence.MEDIUM, f"words before it: {spell(head)}", per, unit=unit)
    default = "rate.achieved_flops" if kind == "flops" and per == "gpu" and _says_owner(line, number) else ""
    if kind == "data" and of_member(line):
        default = "memory.used"
    if kind == "data" and named_in(desk, kind, tail):
        default = "memory.used"
    if default:
        return Meaning(default, Confidence.LOW, f"unit {unit}", per, unit=unit)
    described = spell(tail) or spell(head) or spell(line.words)
    return Meaning("other", Confidence.LOW, f"unit {unit}, words {described!r}", per, unit=unit, words=described) if described else None


def _says_owner(line: Line, number: Number) -> bool:
    """Tell whether the unit itself is per GPU, as that of what was reached is: `236 TFLOP/s/GPU`, a head `TFLOPS/GPU`."""
    return "gpu" in number.owners or any(view.unit_per == "gpu" for view in line.views[:2])


def of_part(desk: Desk, line: Line, per: str, unit: str) -> Meaning | None:
    """Let the key of an object say what a plain memory in it is for: `weights: {memory_size: 10 GB}`, `kv_cache: {memory_gb: 2}`."""
    if line.statement.kind is not Kind.ENTRY or len(line.views) < 2 or line.views[1].label.kind is not LabelKind.KEY:
        return None
    own, outer = (named_in(desk, "data", view.words) for view in line.views[:2])
    if own is None or own.quantity.id not in ("memory.used", "memory.capacity") or not find_any(line.views[0].words, ("memory",)):
        return None
    if "token" in (per, line.views[0].per):
        return None  # a quantity of its own
    if (
        outer is None
        or outer.quantity.id in GENERIC
        or not outer.quantity.id.startswith("memory.")
        or outer.size != len(line.views[1].words)
    ):
        return None
    shown = line.views[1].raw.strip()
    return Meaning(
        outer.quantity.id, Confidence.HIGH, f"label {shown!r}", per or line.views[0].per, line.views[1].label.text.whole, unit=unit
    )


def left_over(desk: Desk, line: Line, kind: str) -> View | None:
    """Return the head of a cell that makes it what lies between two figures and names no such thing: `Remaining`, `Margin`."""
    heads = line.views[:2] if line.statement.cell is not None else ()
    return next(
        (
            view
            for view in heads
            if find_any(view.words, DIFFERENCES)
            and (view.label.kind is LabelKind.COLUMN or (view.label.kind is LabelKind.ROW and not named_in(desk, kind, view.words)))
        ),
        None,
    )


def in_results(desk: Desk, line: Line, view: View) -> bool:
    """Tell whether a column of plain work per second stands in a table of measured times or rates, where it is what was reached."""
    shape = desk.tables.get(line.statement.cell.table) if line.statement.cell is not None else None
    plain = all(word.text in desk.lexicon.transparent or word.text in ("flops", "model") for word in view.words)
    return shape is not None and shape.measured and view.label.kind is LabelKind.COLUMN and plain


def of_a_peak(line: Line, position: int, tail: Sequence[Word]) -> bool:
    """Tell whether the words behind a rate of work name the one behind them: `180 TFLOPS of a peak of 312 TFLOPS`."""
    following = line.numbers[position + 1] if position + 1 < len(line.numbers) else None
    here = line.numbers[position].unit
    if following is None or not (here and following.unit and tail) or tail[0].text != "of":
        return False
    return kind_of(UNITS[here]) == kind_of(UNITS[following.unit]) == "flops"


def work_of_label(desk: Desk, line: Line) -> bool:
    """Tell whether the label is about the work to be done, not about what the hardware can do: `Estimated FLOPs`, `FLOPs per token`."""
    view = line.views[0]
    best = named_in(desk, "flops", view.words)
    if best is None or best.quantity.id != "hardware.peak_flops" or hardware_context(desk, line):
        return False
    if view.per in ("token", "layer", "step", "batch", "sequence", "expert") or (view.per == "gpu" and find_any(view.words, ("total",))):
        return True
    words = [word.text for word in view.words if not word.text.isdigit()]
    return (
        best.size == 1
        and not find_any(view.words, (*desk.lexicon.sayings["reached by a run"], *OF_ALL, "efficiency"))
        and not desk.lexicon.sayings["of hardware"].issuperset(words)
    )


def of_member(line: Line) -> bool:
    """Tell whether the place speaks of one GPU or stage: `GPU 3: 38 GB`."""
    named = [other.name for other in line.numbers if other.form is Form.IDENTIFIER] + [view.member for view in line.views[:2]]
    return any(name.lower().startswith(("gpu", "stage", "rank", "device")) for name in named)


def summarises(desk: Desk, view: View) -> bool:
    """Tell whether a label is about the whole: its numbers are not those of one part."""
    return bool({match.quantity.id for match in view.matches} & {"rate.tokens", "rate.batches", "rate.requests"}) or find_any(
        view.words, ("performance", "throughput", "overall", "summary", "result", "efficiency")
    )


def is_of_link(line: Line, words: Sequence[Word]) -> bool:
    """Tell whether a plain `latency` is that of a link: by the words beside it, or by the labels above."""
    return find_any(words, LINKS) or any(find_any(naming_words(other.words), LINKS) for other in line.views[:4])


def is_component(desk: Desk, words: Sequence[Word], best: Match) -> bool:
    """Tell whether a plain `latency` or `time` is qualified as that of one part: `compute latency`."""
    return best.size == 1 and any(word.text in desk.lexicon.sayings["components"] for word in words[: best.start])


def read_capacity(
    desk: Desk, line: Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
) -> Meaning | None:
    """Tell a GPU's memory from what a plan uses of it: `18.2GB / 80GB`, `33GB < 64GB`, `18% of 64GB`, `well under the 64GB limit`."""
    text, unit = line.text, number.unit
    gap = text[line.numbers[position - 1].end : number.start].strip() if position else ""
    tail_words = {word.text for word in tail[:4]}
    if gap.lower() in ("per gpu", "/gpu") and number.bound.startswith("<") and not tail_words & {"limit", "constraint", "capacity"}:
        gap = ""  # `20 GB per GPU < 80 GB`
    if len(gap) <= 24 and "out of" in gap and gap.endswith((" of", " of its", " of the", " of a total")):
        gap = "out of"  # `20 GB per GPU out of 80 GB`
    elif gap in ("of its", "of the", "of a total", "of a total of"):
        gap = "of"
    earlier = before[-1] if before else None
    if (
        earlier is not None
        and earlier.quantity.startswith("memory.")
        and (gap in ("/", "<", "<<", "≪", "≤", "<=", "of") or number.bound.startswith("<"))
        and not (tail_words & {"available"})
    ) and (
        kind_of(earlier.unit) == "data" and earlier.scope.per in ("", "gpu", "total") and gap in ("/", "<", "<<", "≪", "≤", "<=", "of", "")
    ):
        return Meaning("memory.capacity", Confidence.MEDIUM, f"compared with {earlier.text!r}", "gpu", unit=unit)
    if position and is_percent_of(text, line.numbers[position - 1], number):
        share = before[-1]
        if share is None or share.quantity in ("memory.utilization", "share.of", "memory.headroom_share", "share.gpu_utilization"):
            return Meaning("memory.capacity", Confidence.MEDIUM, "base of a percentage", "gpu", unit=unit)
    if tail[:1] and tail[0].text == "use":
        return Meaning("memory.used", Confidence.HIGH, f"words behind it: {spell(tail)}", "gpu" if per_of(tail) == "gpu" else "", unit=unit)
    if (
        line.views
        and [word.text for word in line.views[0].words] == ["gpu"]
        and not find_any((*tail, *head), desk.lexicon.sayings["not all memory"])
    ):
        return Meaning("memory.capacity", Confidence.MEDIUM, "beside the name of a GPU", "gpu", unit=unit)
    if gap == "out of" or (tail[:1] and tail[0].text == "available" and earlier is not None and earlier.quantity == "memory.used"):
        return Meaning("memory.capacity", Confidence.HIGH, "what is there, beside what is used", "gpu", unit=unit)
    if text[number.end : number.end + 6].strip().lower().startswith(("vram", "hbm")) and not tail_words & {
        "use",
        "utilization",
        "required",
    }:
        return Meaning("memory.capacity", Confidence.HIGH, f"words behind it: {spell(tail)}", "gpu", unit=unit)
    if tail_words & {"capacity"} or (tail_words & {"limit", "constraint"} and not any(view.role == "target" for view in line.views[:1])):
        return Meaning("memory.capacity", Confidence.HIGH, f"words behind it: {spell(tail)}", "gpu", unit=unit)
    following = line.numbers[position + 1] if position + 1 < len(line.numbers) else None
    if (
        following is not None
        and following.unit
        and kind_of(UNITS[following.unit]) == "data"
        and text[number.end : following.start].strip() in ("/", "<", "<<", "≪", "≤", "<=", "of")
    ):
        own = next((best for view in line.views[:1] if (best := named_in(desk, "data", view.words))), None)
        if own is None or own.quantity.id in ("memory.used", "memory.capacity"):
            return Meaning("memory.used", Confidence.MEDIUM, "compared with a capacity", per_of(tail), unit=unit)
    if owned(head, tail) and all(view.label.kind is LabelKind.HEADING for view in line.views[:1]):
        return Meaning("memory.capacity", Confidence.MEDIUM, f"words before it: {spell(head)}", "gpu", unit=unit)
    counts_gpus = (
        any(claim is not None and claim.quantity in ("gpus", "gpus.available", "gpus.per_node") for claim in before)
        and not any(named_in(desk, "data", view.words) for view in line.views[:1])
        and not named_in(desk, "data", head)
    )
    named = named_in(desk, "data", tail)
    if counts_gpus and per_of(tail) == "gpu" and not bracketed(desk, line, number):
        return Meaning("memory.used", Confidence.MEDIUM, f"words behind it: {spell(tail)}", "gpu", unit=unit)
    if counts_gpus and (
        named is None or (named.quantity.id in ("memory.capacity", "memory.used") and "use" not in tail_words and "usage" not in tail_words)
    ):
        return Meaning("memory.capacity", Confidence.MEDIUM, "beside a number of GPUs", "gpu", unit=unit)
    spoken = named_in(desk, "data", head)
    if (
        spoken is not None
        and spoken.quantity.id in ("memory.used", "memory.capacity")
        and (named is None or named.quantity.id in ("memory.used", "memory.capacity"))
        and hardware_context(desk, line)
        and not find_any(head, desk.lexicon.sayings["uses of memory"])
    ):
        return Meaning("memory.capacity", Confidence.HIGH, f"words before it, of the hardware: {spell(head)}", "gpu", unit=unit)
    if line.views and not named and not bracketed(desk, line, number):
        view = line.views[0]
        best = named_in(desk, "data", view.words)
        if (
            following is not None
            and following.unit == "%"
            and best
            and best.quantity.id == "memory.used"
            and "util" in text[following.end : following.end + 14].lower()
        ):
            return Meaning(
                "memory.used",
                Confidence.HIGH,
                f"label {view.raw.strip()!r} with a utilisation",
                per_of(view.words) or "gpu",
                view.label.text.whole,
                unit=unit,
            )
        owner = (
            "node"
            if find_any(view.words, ("node", "cpu", "system", "host")) or is_of_host(number, tail) or names_host_memory(view)
            else "total"
            if find_any(view.words, ("total", "cluster", "aggregate"))
            else "gpu"
        )
        if (
            best
            and best.quantity.id in ("memory.used", "memory.capacity")
            and (best.quantity.id == "memory.capacity" or hardware_context(desk, line))
            and not row_names_part(desk, line)
            and not find_any(view.words, desk.lexicon.sayings["uses of memory"])
        ):
            return Meaning(
                "memory.capacity",
                Confidence.HIGH,
                f"label {view.raw.strip()!r} of the hardware",
                owner,
                view.label.text.whole,
                unit=unit,
            )
        if (find_any(view.words, ("available",)) and find_any(view.words, ("memory",))) or (
            view.transparent
            and find_any(view.words, ("available", "capacity"))
            and any(find_any(outer.words, ("memory",)) for outer in line.views[1:3])
        ):
            return Meaning("memory.capacity", Confidence.MEDIUM, f"label {view.raw.strip()!r}", "gpu", view.label.text.whole, unit=unit)
    return None


def is_of_host(number: Number, tail: Sequence[Word]) -> bool:
    """Tell whether the words behind an amount of memory say that it is a machine's, not a GPU's: `512 GB per node`, `2 TB DDR5`."""
    return "node" in (PER_WORDS.get(number.per, ""), per_of(tail)) or any(word.text.startswith(HOST_MEMORY) for word in tail[:2])


def is_of_machine(desk: Desk, line: Line, number: Number, tail: Sequence[Word]) -> bool:
    """Tell whether the words behind an amount name the memory of a machine: `208GB of DRAM`, `1.7 TB main memory`, `2 TB RAM`."""
    before: set[str] = set()
    for word in tail[:5]:
        raw = line.text[word.start : word.end].lower()
        if raw.startswith(HOST_MEMORY) or (raw == "ram" and "gpu" not in before and "video" not in before):
            return True
        if word.text == "memory":
            return not before.isdisjoint(desk.lexicon.of_a_machine) and "gpu" not in before
        before |= {raw, word.text}
    return False


def names_host_memory(view: View) -> bool:
    """Tell whether a label names the memory of a machine, not of its GPUs: `RAM`, `DRAM`."""
    said = view.raw.lower().replace("*", " ").replace(":", " ").split()
    return bool({"ram", "dram"} & set(said)) and "gpu" not in said


def owned(head: Sequence[Word], tail: Sequence[Word]) -> bool:
    """Tell whether an amount of data is what a GPU has: `every GPU comes with 80 GB of HBM`, not `each GPU has 12 GB left`."""
    words = [word.text for word in head[-4:]]
    while words and words[-1] not in HAS:
        words.pop()
    if len(words) < 2 or words[-2] != "gpu":
        return False
    behind = [word.text for word in tail[:3]]
    return not behind or behind[0] not in SPENT or bool(behind[0] == "of" and {"memory", "hbm", "vram"} & set(behind))


def stored(line: Line, number: Number, head: Sequence[Word], tail: Sequence[Word], before: Sequence[Claim | None]) -> bool:
    """Tell whether an amount of data is said to be what the parameters before it take; `requires 840 GB of state` is more than them."""
    said = [word.text for word in tail[:3]]
    if said[:1] == ["gpu"] or _of_training(line, number):
        return False
    if said[:1] == ["of"] and not {"memory", "weight", "gpu", "storage", "disk", "space"} & set(said):
        return False
    latest = next((claim for claim in reversed(before) if claim is not None and claim.quantity != "model.bytes_per_param"), None)
    return bool(head) and head[-1].text in TAKES and latest is not None and latest.quantity == "model.params"


def _of_training(line: Line, number: Number) -> bool:
    """Tell whether the words before an amount speak of training, which takes more than the weights: `fine-tuning it takes 56 GB`."""
    begin = start_of_clause(line.text, number.start)
    said = {word.text for word in line.words if begin <= word.start and word.end <= number.digits}
    return not _TRAINING.isdisjoint(said)


_TRAINING: Final = frozenset("train training finetune finetuning tune tuning optimizer adam adamw gradient".split())


def row_names_part(desk: Desk, line: Line) -> bool:
    """Tell whether the row of a cell names what its memory is spent on: `KV cache` under `Memory per GPU`."""
    if line.statement.cell is None or len(line.views) < 2 or line.views[1].label.kind is not LabelKind.ROW:
        return False
    named = named_in(desk, "data", line.views[1].words)
    return named is not None and named.quantity.id not in GENERIC and named.quantity.id != "memory.capacity"


def hardware_context(desk: Desk, line: Line) -> bool:
    """Tell whether the labels speak of the hardware rather than of what the plan uses."""
    return any(
        find_any(
            view.words,
            (
                "hardware",
                "environment",
                "specification",
                "spec",
                "resource",
                "infrastructure",
                "gpu_specification",
                "cluster",
                "system",
            ),
        )
        for view in line.views[:4]
    )

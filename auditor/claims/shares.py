"""Percentages and fractions: a utilisation, a change, a share of something."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.claims.labels import View, find_any, per_of
from auditor.claims.lexicon import Match, kind_of
from auditor.claims.line import (
    Desk,
    Line,
    Meaning,
    bracketed,
    followed_by_of,
    is_percent_of,
    lead_words,
    same_kind,
    spell,
    start_of_clause,
    title_words,
)
from auditor.claims.model import Claim
from auditor.claims.names import named_in
from auditor.claims.vocabulary import GENERIC, PASSES
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.language.numbers import Form, Number
from auditor.statements import Kind
from auditor.units import UNITS

__all__ = ["base_of_share", "changed_by", "in_breakdown", "read_share", "read_utilization", "states_change"]


def read_share(
    desk: Desk, line: Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
) -> Meaning | None:
    """A percentage or fraction: a utilisation, a change, a share of something; what lies idle is no utilisation."""
    meaning = _named_share(desk, line, position, number, tail, head, before)
    if meaning is None or meaning.quantity not in desk.lexicon.utilizations.values():
        return meaning
    unspent = [word for word in (*tail[:1], *head[-1:]) if word.text in desk.lexicon.sayings["unspent"]]
    if not unspent or number.signed:
        return meaning
    quantity = (
        "memory.headroom_share"
        if meaning.quantity == "memory.utilization" and not find_any(unspent, desk.lexicon.sayings["wasted"])
        else "share.of"
    )
    shown = f"{line.text[unspent[0].start : unspent[0].end]!r} beside it"
    return Meaning(quantity, Confidence.MEDIUM, shown, meaning.per, unit=number.unit, words=spell(unspent))


def changed_by(desk: Desk, words: Sequence[Word]) -> Sequence[Word]:
    """Return the words that say by how much something changes, from the change on: `reduces memory by about 3 GiB`; empty if none do."""
    start = next((index for index, word in enumerate(words) if word.text in desk.lexicon.sayings["words of change"]), len(words))
    by = next((index for index in range(len(words) - 1, start, -1) if words[index].text == "by"), len(words))
    behind = [word for word in words[by + 1 :] if word.text.isalpha() and word.text not in desk.lexicon.transparent]
    return words[start:] if by < len(words) and len(behind) < 2 else ()


def clause_before(line: Line, place: int) -> Sequence[Word]:
    """Return the words of the clause before a place."""
    begin = start_of_clause(line.text, max(place, 0))
    return [word for word in line.words if begin <= word.start and word.end <= place]


def _named_share(
    desk: Desk, line: Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
) -> Meaning | None:
    unit = number.unit
    nearest = tail[0].text if tail else ""
    text = line.text
    if number.signed and not named_in(desk, "share", tail):
        return Meaning("change", Confidence.MEDIUM, "signed percentage", unit=unit)
    if line.statement.kind is Kind.HEAD and bracketed(desk, line, number) and not tail:
        return Meaning("share.of", Confidence.LOW, "in the brackets of a label", unit=unit)
    if number.form is Form.FRACTION:
        return Meaning("share.of", Confidence.MEDIUM, "fraction", per_of(tail), unit=unit)
    if "headroom" in {word.text for view in line.views[:1] for word in view.words} and find_any(tail[:3], ("memory", "available", "free")):
        return Meaning(
            "memory.headroom_share",
            Confidence.HIGH,
            f"label {line.views[0].raw.strip()!r}",
            "",
            line.views[0].label.text.whole,
            unit=unit,
        )
    subjects = ("compute", "bandwidth", "latency", "throughput")
    view = next((one for one in line.views[:2] if find_any(one.words, ("headroom",)) and find_any(one.words, subjects)), None)
    if view is not None:
        return Meaning("share.of", Confidence.MEDIUM, f"label {view.raw.strip()!r}", unit=unit, words=view.raw.strip()[:60])
    best = _right_behind(desk, tail) or named_in(desk, "share", tail) or _efficiency_behind(desk, line, number)
    if best and nearest == "of" and best.quantity.id != "change":
        best = None
    if best and best.quantity.id == "change":
        return Meaning("change", Confidence.MEDIUM, f"words behind it: {spell(tail)}", unit=unit)
    if (
        head
        and head[-1].text == "by"
        and (
            any(word.text in desk.lexicon.sayings["words of change"] for word in line.words if word.end <= number.digits)
            or any(word.text in desk.lexicon.sayings["words of change"] for view in line.views[:1] for word in view.words)
        )
    ):
        return Meaning("change", Confidence.MEDIUM, f"words before it: {spell(head)}", unit=unit)
    if nearest == "of" or followed_by_of(text, number):
        follows = base_of_share(desk, line, position, number)
        if follows == "memory":
            previous_memory = next(
                (
                    claim
                    for claim in reversed(before)
                    if claim is not None and claim.quantity.startswith("memory.") and kind_of(claim.unit) == "data"
                ),
                None,
            )
            if of_compute(line) and (owner := named_in(desk, "share", line.views[0].words)) and owner.quantity.id not in GENERIC:
                shown = f"label {line.views[0].raw.strip()!r}"
                return Meaning(owner.quantity.id, Confidence.HIGH, shown, "", line.views[0].label.text.whole, unit=unit)
            if previous_memory is None or previous_memory.quantity in ("memory.used",):
                return Meaning("memory.utilization", Confidence.MEDIUM, "share of a memory", unit=unit)
        if follows == "flops":
            return Meaning("share.mfu", Confidence.MEDIUM, "share of a peak", unit=unit)
        if {word.text for word in tail[:4]} & {"time", "latency", "runtime"} and line.views:
            owner = named_in(desk, "share", line.views[0].words)
            if owner and owner.quantity.id not in GENERIC and owner.quantity.id != "change":
                return Meaning(
                    owner.quantity.id,
                    Confidence.HIGH,
                    f"label {line.views[0].raw.strip()!r}",
                    "",
                    line.views[0].label.text.whole,
                    unit=unit,
                )
        owner = named_in(desk, "share", head)
        if owner and owner.quantity.id not in GENERIC and owner.quantity.id != "change" and find_any(tail[1:4], PASSES):
            return Meaning(owner.quantity.id, Confidence.MEDIUM, f"words before it: {spell(head)}", unit=unit)
        if best is None or best.quantity.id in ("share.of", "memory.utilization"):
            return Meaning("share.of", Confidence.MEDIUM, "a stated share of something", unit=unit)
    if best and best.size == 1 and best.quantity.id in ("share.gpu_utilization", "memory.utilization"):
        return read_utilization(desk, line, tail, head, before, unit)
    if best and not tail:
        return Meaning(best.quantity.id, Confidence.MEDIUM, f"the word behind it: {best.quantity.names[0][0]}", unit=unit)
    if best:
        return Meaning(best.quantity.id, Confidence.HIGH, f"words behind it: {spell(tail)}", per_of(tail), unit=unit)
    headed = named_in(desk, "share", head)
    if headed and headed.quantity.id == "change" and head[-1].text in ("from", "to"):
        headed = None  # `Reduced to 30% (from 60%)`: what it is and what it was, not by how much it changed
    inside = bracketed(desk, line, number)
    if inside and not headed and not any(claim is not None for claim in before):
        lead = lead_words(desk, line, number)
        headed = named_in(desk, "share", lead)
        if headed and headed.quantity.id == "memory.headroom_share" and find_any(lead, subjects):
            return Meaning("share.of", Confidence.MEDIUM, f"words before the bracket: {spell(lead)}", unit=unit, words=spell(lead)[:60])
        if headed and headed.quantity.id != "share.of":
            if headed.size == 1 and headed.quantity.id in ("share.gpu_utilization", "memory.utilization"):
                return read_utilization(desk, line, lead, (), before, unit)
            return Meaning(headed.quantity.id, Confidence.MEDIUM, f"words before the bracket: {spell(lead)}", unit=unit)
    if headed and not (inside and headed.quantity.id == "share.of") and (headed.quantity.id == "change" or not inside):
        if headed.size == 1 and headed.quantity.id in ("share.gpu_utilization", "memory.utilization"):
            return read_utilization(desk, line, head, (), before, unit)
        return Meaning(headed.quantity.id, Confidence.HIGH, f"words before it: {spell(head)}", unit=unit)
    if inside and position and (how_much := changed_by(desk, clause_before(line, line.text.rfind("(", 0, number.start)))):
        return Meaning("change", Confidence.MEDIUM, f"words before the bracket: {spell(how_much)}", unit=unit)
    if inside and position:
        earlier = same_kind(desk, before, "share", desk.lexicon)
        if earlier is not None and kind_of(earlier.unit) == "share":
            return Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", unit=unit)
        other = next((claim for claim in reversed(before) if claim is not None), None)
        if other is not None and other.quantity in ("memory.used", "memory.capacity") and not in_breakdown(desk, line):
            return Meaning("memory.utilization", Confidence.MEDIUM, f"beside {other.text!r}", unit=unit)
        if other is not None and other.quantity == "memory.headroom":
            return Meaning("memory.headroom_share", Confidence.MEDIUM, f"beside {other.text!r}", unit=unit)
        if other is not None and other.quantity in ("gpus", "gpus.available"):
            return Meaning("share.gpu_utilization", Confidence.LOW, f"beside {other.text!r}", unit=unit)
        if other is not None and other.quantity in ("rate.achieved_flops", "hardware.peak_flops"):
            return Meaning("share.mfu", Confidence.MEDIUM, f"beside {other.text!r}", unit=unit)
        if other is not None:
            return Meaning("share.of", Confidence.MEDIUM, f"beside {other.text!r}", unit=unit)
    titled = title_words(desk, line, number)
    best = named_in(desk, "share", titled)
    if best and best.quantity.id not in GENERIC:
        return Meaning(best.quantity.id, Confidence.HIGH, f"words before the colon: {spell(titled)}", per_of(titled), unit=unit)
    for depth, view in enumerate(line.views):
        best = named_in(desk, "share", view.words)
        if best and best.quantity.id == "change" and states_change(desk, line, number):
            best = named_in(desk, "share", view.words[: best.start]) or best
        if best:
            if (
                best.size == 1
                and best.quantity.id in ("share.gpu_utilization", "memory.utilization")
                and best.quantity.names
                and view.words[best.start].text in ("utilization", "use", "efficiency")
            ):
                return read_utilization(desk, line, view.words, (), before, unit, view)
            if best.quantity.id == "share.of" and depth and not line.views[0].transparent:
                break
            return Meaning(
                best.quantity.id,
                Confidence.HIGH if depth < 2 else Confidence.MEDIUM,
                f"label {view.raw.strip()!r}",
                view.per,
                view.label.text.whole,
                unit=unit,
            )
        if not view.transparent and line.statement.kind is not Kind.SENTENCE and not (line.statement.cell and depth == 0):
            return Meaning(
                "share.of",
                Confidence.LOW,
                f"label {view.raw.strip()!r}",
                "",
                view.label.text.whole,
                unit=unit,
                words=view.raw.strip()[:60],
            )
    earlier = same_kind(desk, before, "share", desk.lexicon)
    if earlier is not None:
        return Meaning(earlier.quantity, Confidence.LOW, f"beside {earlier.text!r}", unit=unit)
    if tail or head or line.views:
        return Meaning("share.of", Confidence.LOW, f"a percentage of {spell(tail) or spell(head)!r}", unit=unit, words=spell(tail)[:60])
    return None


def _right_behind(desk: Desk, tail: Sequence[Word]) -> Match | None:
    """Return the name right behind a percentage where other words follow before the next: `58 % memory utilization leaves headroom`."""
    found = [match for match in desk.lexicon.matches(tail) if match.quantity.kind == "share"]
    first = max((match for match in found if not match.start and match.size > 1), key=lambda match: match.size, default=None)
    later = [match for match in found if first is not None and match.start > first.stop]
    between = tail[first.stop : later[0].start] if first is not None and later else ()
    return first if between and not desk.lexicon.is_transparent(between) else None


def _efficiency_behind(desk: Desk, line: Line, number: Number) -> Match | None:
    """Return the efficiency named right behind a percentage, also where an equals sign follows: `400 TFLOPS x 60% MFU = 240 TFLOPS`."""
    found = named_in(desk, "share", [word for word in line.words if word.start >= number.end][:1])
    return found if found and found.quantity.id in ("share.mfu", "share.hfu") else None


def states_change(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the number is one end of a change: `From 75% to 92%` under "Load balancing improved by 23%"."""
    left = line.text[: number.start].rstrip().lower()
    return bool(number.arrow) or left.endswith(("from", " to"))


def in_breakdown(desk: Desk, line: Line) -> bool:
    """Tell whether the label names one part of a breakdown."""
    return (
        bool(line.views)
        and any(
            match.quantity.id
            in ("memory.weights", "memory.activations", "memory.kv_cache", "memory.optimizer", "memory.gradients", "memory.overhead")
            for match in line.views[0].matches
        )
        and not any(match.quantity.id == "memory.used" and match.size > 1 for match in line.views[0].matches)
    )


def read_utilization(
    desk: Desk,
    line: Line,
    near: Sequence[Word],
    further: Sequence[Word],
    before: Sequence[Claim | None],
    unit: str,
    view: View | None = None,
) -> Meaning:
    """Decide whose utilisation is meant: the nearest subject in the words, the number before it, then the labels."""
    table = desk.lexicon.utilizations
    last = next((claim for claim in reversed(before) if claim is not None), None)
    if last is not None and last.quantity in ("hardware.link_bandwidth", "hardware.memory_bandwidth") and not find_any(near, tuple(table)):
        return Meaning("share.bandwidth_utilization", Confidence.HIGH, f"utilisation beside {last.text!r}", unit=unit)
    beside = next((claim for claim in reversed(before) if claim is not None and claim.quantity in ("memory.used", "memory.capacity")), None)
    if beside is not None and view is None and not find_any(near, ("compute", "bandwidth", "network", "flops", "mfu")):
        return Meaning("memory.utilization", Confidence.HIGH, f"utilisation beside {beside.text!r}", unit=unit)
    for words in (near, further, line.views[0].words if line.views and view is None else (), () if view else line.words):
        for word in reversed(words):
            if word.text in table and (words is not line.words or line.statement.kind is not Kind.SENTENCE or len(line.words) < 12):
                return Meaning(
                    table[word.text],
                    Confidence.HIGH,
                    f"utilisation of {word.text}",
                    unit=unit,
                    context=view.label.text.whole if view else None,
                )
    for claim in reversed(before):
        if claim is None:
            continue
        if claim.quantity.startswith("memory.") and kind_of(claim.unit) == "data":
            return Meaning("memory.utilization", Confidence.HIGH, f"utilisation beside {claim.text!r}", unit=unit)
        if claim.quantity.startswith("gpus"):
            return Meaning("share.gpu_utilization", Confidence.HIGH, f"utilisation beside {claim.text!r}", unit=unit)
        if claim.quantity in ("hardware.link_bandwidth", "hardware.memory_bandwidth"):
            return Meaning("share.bandwidth_utilization", Confidence.HIGH, f"utilisation beside {claim.text!r}", unit=unit)
    for other in line.views:
        for word in reversed(other.words):
            if word.text in table:
                return Meaning(
                    table[word.text],
                    Confidence.HIGH if other is line.views[0] else Confidence.MEDIUM,
                    f"utilisation under {other.raw.strip()!r}",
                    unit=unit,
                    context=other.label.text.whole,
                )
    return Meaning("share.gpu_utilization", Confidence.LOW, "a utilisation", unit=unit)


def of_compute(line: Line) -> bool:
    """Tell whether the label of a share is about computing, whatever else has a capacity: `Compute Utilization: <20% of GPU capacity`."""
    words = line.views[0].words if line.views else ()
    return find_any(words, ("compute", "flops", "mfu")) and not find_any(words, ("memory",))


def base_of_share(desk: Desk, line: Line, position: int, number: Number) -> str:
    """Return `memory` when what the percentage is of is an amount of data or a memory."""
    if position + 1 < len(line.numbers):
        other = line.numbers[position + 1]
        if is_percent_of(line.text, number, other) and other.unit:
            kind = kind_of(UNITS[other.unit])
            return {"data": "memory", "flops": "flops"}.get(kind, "")
    words = [word.text for word in line.words if word.start >= number.end][:5]
    if (
        "of" in words[:1]
        and set(words) & {"memory", "capacity"}
        and not set(words) & {"compute", "flops", "bandwidth", "throughput", "node"}
    ):
        return "memory"
    return ""

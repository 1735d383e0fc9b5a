"""Which part of the plan a number speaks of: per GPU or in all, a phase, a member, a statistic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from auditor.claims.labels import PER_WORDS, contains, find, find_any, per_of
from auditor.claims.line import Desk, Line, Meaning, singular_noun, splits_each
from auditor.claims.model import Scope
from auditor.claims.vocabulary import MEANT, PARTS_WITH_MEMORY
from auditor.claims.words import Word
from auditor.language.numbers import Number
from auditor.statements import LabelKind

__all__ = ["across_gpus", "counts_all", "of_array", "part_of_model", "scope_of", "specialise"]


def part_of_model(desk: Desk, line: Line, tail: Sequence[Word], head: Sequence[Word], scope: Scope) -> str:
    """Return the part of a model whose memory is meant: `Expert weights: 8 GB`, `16 GB for attention`; empty for the whole."""
    near = [word.text for word in (*head, *tail[:4], *(line.views[0].words if line.views and not head else ()))]
    if "model" in near or ("total" in near and "expert" not in near):
        return ""
    return next((word for word in PARTS_WITH_MEMORY if word in near and word != scope.per), "")


def scope_of(desk: Desk, line: Line, number: Number, meaning: Meaning, unit_per: str, tail: Sequence[Word], head: Sequence[Word]) -> Scope:
    """Return the part of the plan a number speaks of."""
    per = meaning.per or PER_WORDS.get(number.per, "") or PER_WORDS.get(unit_per, "") or unit_per
    if per == "gpu" and tail and tail[0].text == "total" and not per_of(tail):
        per = "total"  # `60 GB total parameters`, whatever stands before it
    if per == "gpu" and not number.per and not per_of(tail) and across_gpus(desk, line, number):
        per = "total"  # `140 GB over 8 GPUs` beside `Weights per GPU`
    if not per and of_all_gpus(line, meaning):
        per = "cluster"
    if not per:
        texts = {word.text for word in tail[:4]}
        summed_up = "total" in texts or "aggregate" in texts or (head and head[-1].text == "total") or counts_all(desk, line, meaning)
        if summed_up or (meaning.quantity.startswith("rate.") and across_gpus(desk, line, number)):
            per = "total"
        elif "each" in texts or splits_each(desk, [word.text for word in head[-4:] if word.text != "and"], ("gpu",)):
            per = "gpu"
    member, phase = "", ""
    summed = ""
    for view in line.views:
        if not view.per and find_any(view.words, ("total", "all")):
            summed = summed or next((PER_WORDS[word.text] for word in view.words if PER_WORDS.get(word.text) in ("layer", "expert")), "")
        if not per and summed and view.per == summed:
            per = "total"  # `Total for 16 layers` under `Memory per layer`
        if (
            not member
            and view.member
            and view.label.kind in (LabelKind.ITEM, LabelKind.ROW, LabelKind.COLUMN, LabelKind.HEADING, LabelKind.KEY, LabelKind.LEAD)
        ):
            member = view.member
        if not phase and view.phase:
            phase = view.phase
        if not per and view.per and view.label.kind is not LabelKind.HEADING:
            per = view.per
        if (
            not per
            and view.label.kind in (LabelKind.HEADING, LabelKind.LEAD, LabelKind.ITEM, LabelKind.KEY)
            and view.per
            and meaning.quantity.startswith("memory.")
        ):
            per = view.per
    phase = next((name for name, names in desk.lexicon.phases.items() if contains((*head, *tail), names)), phase)
    following = line.text[number.end : number.end + 30].lstrip()
    if following.startswith("(") and ")" in following:
        said = desk.lexicon.normalize(following[1 : following.index(")")])
        phase = next((name for name, names in desk.lexicon.phases.items() if contains(said, names)), phase)
    words = meaning.words
    if not words and meaning.quantity.startswith("model."):
        beside = {word.text for word in (*tail[:2], *head[-2:])}
        words = next(iter(sorted(beside & desk.lexicon.sayings["models beside the model"])), "")
    if not words and meaning.quantity.partition(".")[0] in ("time", "rate", "share", "memory", "hardware"):
        labels = line.views[: 2 if line.statement.cell is not None else 1]
        near = {word.text for word in (*tail[:3], *head[-3:], *(word for view in labels for word in view.words))}
        raw = " ".join(view.raw.lower() for view in labels) + " " + line.text[max(0, number.start - 24) : number.end + 24].lower()
        words = next(
            (
                statistic
                for statistic in sorted(desk.lexicon.sayings["statistics of a figure"] - MEANT.get(meaning.quantity, frozenset()))
                if statistic in near or (statistic[0] == "p" and statistic[1:].isdigit() and statistic in raw)
            ),
            "",
        )
    return Scope(per=per, phase=phase, member=member, words=words, owners=number.owners)


def across_gpus(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the GPUs that hold an amount or yield a rate together are counted right behind it: `3200 tokens/s (across 64 GPUs)`."""
    behind = next((other for other in line.numbers if other.start >= number.end), None)
    if behind is None or singular_noun(behind.noun) != "gpu":
        return False
    return " ".join(line.text[number.end : behind.start].lower().replace("(", " ").split()) in desk.lexicon.jointly


def of_all_gpus(line: Line, meaning: Meaning) -> bool:
    """Tell whether a label says that an amount of memory is that of all GPUs together: `Total memory across all GPUs`, `Cluster memory`."""
    if meaning.quantity not in ("memory.used", "memory.capacity") or meaning.context is None:
        return False
    view = next((view for view in line.views if view.label.text.whole == meaning.context), None)
    texts = {word.text for word in view.words} if view else set()
    return "aggregate" in texts or ("total" in texts and view is not None and (find(view.words, ("all", "gpu")) >= 0 or "cluster" in texts))


def counts_all(desk: Desk, line: Line, meaning: Meaning) -> bool:
    """Tell whether the label says that every GPU of the plan is counted: `Total GPUs`, `num_gpus`, `GPUs required`."""
    if meaning.quantity != "gpus" or meaning.context is None:
        return False
    for view in line.views:
        if view.label.text.whole == meaning.context:
            texts = {word.text for word in view.words}
            return texts <= desk.lexicon.sayings["of the whole"] and (len(texts) > 1 or "worldsize" in texts)
    return False


def of_array(desk: Desk, line: Line, meaning: Meaning, scope: Scope) -> tuple[Meaning, Scope]:
    """Turn a count in an element of an array of stages, nodes or replicas into that of one of them: `stages: [{num_layers: 16}]`."""
    path = line.statement.path
    for array, element in pairwise(path):
        if array.kind is not LabelKind.KEY or element.kind is not LabelKind.INDEX:
            continue
        words = desk.lexicon.normalize(array.text.content)
        per = PER_WORDS.get(words[-1].text, "") if words else ""
        quantities = desk.lexicon.quantities
        quantity = quantities.get(meaning.quantity)
        if per not in ("stage", "node", "replica") or quantity is None or not quantity.noun or quantity.per or quantity.qualifiers:
            continue
        own = next((one for one in quantities.values() if one.noun == quantity.noun and one.per == per), None)
        if own is not None:
            return replace(meaning, quantity=own.id), replace(scope, per=per)
    return meaning, scope


def specialise(desk: Desk, line: Line, meaning: Meaning, scope: Scope) -> tuple[Meaning, Scope]:
    """Turn a plain latency under a phase into that phase's latency; one per token is that of decoding."""
    phase = scope.phase or ("decode" if scope.per == "token" and meaning.quantity == "time.step" else "")
    special = desk.lexicon.phase_quantities.get(phase, {}).get(meaning.quantity)
    if special:
        return replace(meaning, quantity=special), scope
    return meaning, scope

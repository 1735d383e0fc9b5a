"""Numbers with their counted noun: `16 experts per GPU`, `8 spare GPUs`, `4-way`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditor.claims.labels import PER_WORDS, View, find_any, per_of
from auditor.claims.lexicon import Lexicon, Match, Quantity
from auditor.claims.line import Desk, Line, Meaning, bracketed, lead_words, singular_noun, spell, splits_each, start_of_clause
from auditor.claims.model import Claim
from auditor.claims.names import degree_in, head_name, qualifiers_of
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.language.numbers import Form, Number
from auditor.statements import Kind, LabelKind

__all__ = ["label_of_noun", "lexicon_per", "multi_node", "owner_of", "read_counted", "read_gpus", "read_sequences", "read_tokens"]


def read_counted(
    desk: Desk, line: Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
) -> Meaning | None:
    """A number with its counted noun: `16 experts per GPU`, `8 spare GPUs`, `4-way`, `2 data parallel replicas`."""
    noun = singular_noun(number.noun)
    quantities = desk.lexicon.quantities
    inner = [word for word in line.words if word.start >= number.stop and word.end <= number.end]
    modifiers = list(inner[:-1])
    modifier_texts = {word.text for word in modifiers}
    after = tuple(word for word in tail if word.start >= number.end)
    per = (
        per_of(after[:4])
        or lexicon_per(desk, number)
        or ("gpu" if after and after[0].text == "each" and not after[1:] and noun in ("expert", "layer") else "")
    )
    shown = f"{line.text[number.digits : number.end]!r}"
    label = line.views[0] if line.views else None

    if (modifier_texts & desk.lexicon.further) - qualifiers_of(desk, noun):
        return Meaning("other", Confidence.MEDIUM, f"{shown}: some of them", per, words=spell(inner))
    strict = head_name(desk, "count", inner, trailing=False)
    if noun == "way":
        if find_any(after[:2], ("accumulation",)):
            return Meaning("batch.accumulation", Confidence.HIGH, f"{shown} of gradient accumulation")
        degree = degree_in(desk, after) or degree_in(desk, modifiers) or degree_in(desk, head)
        if degree is None and bracketed(desk, line, number):
            degree = degree_in(desk, lead_words(desk, line, number)[-3:])
        if degree is None and line.statement.kind is not Kind.SENTENCE:
            degree = degree_in(desk, [word for word in line.words if word.end <= number.digits])
        if degree is None:
            for view in line.views:
                degree = degree_in(desk, view.words)
                if degree or not view.transparent:
                    break
        if degree is None:
            earlier = next((claim for claim in reversed(before) if claim is not None and claim.quantity.startswith("parallel.")), None)
            return Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}") if earlier else None
        return Meaning(degree.id, Confidence.HIGH, f"{shown} of {degree.names[0][0]}")
    taken = next((claim for claim in reversed(before) if claim is not None), None)
    if noun == "expert" and "routed" in modifier_texts and bracketed(desk, line, number) and taken and taken.quantity == "model.top_k":
        return Meaning("model.top_k", Confidence.MEDIUM, f"{shown} of a token")  # `9 active experts (8 routed experts + 1 shared)`
    if noun == "expert" and not per and of_each_token(head) and not modifier_texts & {"shared", "redundant"}:
        return Meaning("model.top_k", Confidence.MEDIUM, f"{shown} of a token")
    chosen = position and line.text[line.numbers[position - 1].stop : number.start].strip().lower() in ("of", "out of", "of the")
    at_work = desk.lexicon.sayings["chosen for a token"]
    of_all = line.numbers[position + 1] if number.form is Form.PART and position + 1 < len(line.numbers) else number
    parted = number.form in (Form.PART, Form.WHOLE) and find_any([one for one in line.words if one.start >= of_all.end][:1], at_work)
    if noun == "expert" and parted and per in ("", "layer", "token"):  # `2/64 experts active`
        return Meaning("model.top_k" if number.form is Form.PART else "model.experts", Confidence.MEDIUM, f"{shown}, one of m of n")
    if noun == "expert" and chosen and per in ("", "token"):
        return Meaning("model.experts", Confidence.MEDIUM, f"what {shown} are chosen from")
    if noun == "expert" and per in ("", "layer", "token") and find_any(after[:1], at_work):
        return Meaning("model.top_k", Confidence.MEDIUM, f"{shown} {after[0].text}")
    if noun == "gpu":
        return read_gpus(desk, line, position, number, modifiers, after, head, per, before, shown)
    if noun in ("replica", "copy") and not modifiers and (per == "expert" or of_each_expert(head)):
        return Meaning("experts.replicas", Confidence.HIGH, f"{shown} of each expert", "expert")
    if noun in ("sequence", "prompt") and "token" in modifier_texts:
        return Meaning("batch.sequence_length", Confidence.HIGH, f"{shown}: so many tokens each")
    if noun in (
        "layer",
        "expert",
        "head",
        "sequence",
        "sample",
        "prompt",
        "parameter",
        "replica",
        "stage",
        "node",
        "microbatch",
        "token",
    ):
        if (
            modifiers
            and not strict
            and noun in ("layer", "expert", "head", "parameter", "token")
            and modifier_texts - desk.lexicon.sayings["plain modifiers"]
            and not (modifier_texts & qualifiers_of(desk, noun))
        ):
            return Meaning("other", Confidence.LOW, f"{shown}", per, words=spell(inner))
        if (
            number.hyphenated
            and noun in ("layer", "expert", "head")
            and after
            and after[0].text not in desk.lexicon.sayings["architectures"]
            and not desk.lexicon.is_transparent(after[:1])
        ):
            return Meaning("other", Confidence.LOW, shown, per, words=spell((*inner, *after[:2])))
        if (
            noun == "expert"
            and line.text[: number.start].rstrip()[-1:] == "="
            and any(claim is not None and claim.quantity == "model.layers" for claim in before)
        ):
            return Meaning("model.experts_total", Confidence.MEDIUM, f"{shown} over all layers")
        labelled = label_of_noun(desk, line, noun, label)
        if labelled and not labelled.per and noun in ("expert", "layer", "head") and owner_of(desk, line, head) == "gpu":
            labelled = None  # `Distribution: each GPU holds 16 experts`
        if (
            labelled
            and labelled.per
            and bracketed(desk, line, number)
            and (find_any(head, ("total", "all")) or find_any(modifiers, ("total", "transformer")))
        ):
            labelled = None
        whole = divides_into(line, number) or bool(modifier_texts & {"total"}) or (bool(head) and head[-1].text in ("total", "all"))
        if labelled and labelled.per and whole:
            labelled = None
        if (
            noun == "parameter"
            and labelled is None
            and label is not None
            and not label.transparent
            and line.statement.kind in (Kind.ITEM, Kind.ENTRY, Kind.TREE, Kind.CELL)
        ):
            return Meaning(
                "other", Confidence.MEDIUM, f"label {label.raw.strip()!r}", per, label.label.text.whole, words=label.raw.strip()[:60]
            )
        again = labelled is not None and any(claim is not None and claim.quantity == labelled.id for claim in before)
        if labelled and again and bracketed(desk, line, number):
            labelled = None
        if quantities and (
            qualified := next(
                (quantity for quantity in quantities.values() if quantity.noun == noun and quantity.qualifiers & modifier_texts), None
            )
        ):
            return Meaning(qualified.id, Confidence.HIGH, shown, per)
        if labelled and not per:
            return Meaning(
                labelled.id,
                Confidence.HIGH,
                f"label {label.raw.strip()!r}" if label else shown,
                "",
                label.label.text.whole if label else None,
            )
        owner = owner_of(desk, line, head) if noun in ("expert", "layer", "head") and per in ("", "layer") and not whole else ""
        if per == "layer" and owner == "gpu" and noun == "expert":
            return Meaning("experts.per_gpu", Confidence.MEDIUM, f"{shown} of one gpu", "gpu")
        if per:
            for quantity in quantities.values():
                if quantity.noun == noun and quantity.per == per:
                    return Meaning(quantity.id, Confidence.HIGH, f"{shown} per {per}", per)
            if (noun == "layer" and per == "expert") or (per in ("layer",) and noun in ("expert", "head")):
                return Meaning("model.experts" if noun == "expert" else "model.heads", Confidence.HIGH, f"{shown} per {per}")
            if noun in ("sequence", "sample", "prompt"):
                if per in ("group", "replica", "gpu"):
                    return Meaning("batch.per_replica", Confidence.HIGH, f"{shown} per {per}", per)
                if per == "batch":
                    return Meaning("batch.global", Confidence.HIGH, f"{shown} per {per}")
            if noun == "token":
                if per in ("batch", "step"):
                    return Meaning("batch.tokens", Confidence.HIGH, f"{shown} per {per}")
                if per == "sequence":
                    return Meaning("batch.sequence_length", Confidence.HIGH, f"{shown} per {per}")
            if noun == "microbatch" and per == "batch":
                return Meaning("batch.microbatches", Confidence.HIGH, f"{shown} per {per}")
            if noun == "expert" and per == "token":
                return Meaning("model.top_k", Confidence.HIGH, f"{shown} per {per}")
            return Meaning("other", Confidence.LOW, f"{shown} per {per}", per, words=f"{noun} per {per}")
        if label is not None and label.per and not bracketed(desk, line, number) and not whole:
            best = head_name(desk, "", label.words, trailing=True)
            if best and best.quantity.noun == noun:
                return Meaning(best.quantity.id, Confidence.HIGH, f"label {label.raw.strip()!r}", label.per, label.label.text.whole)
        if noun in ("sequence", "sample", "prompt"):
            return read_sequences(desk, line, number, head, shown)
        if noun == "token":
            return read_tokens(desk, line, number, head, after, shown)
        if noun == "expert" and owner:
            return Meaning(
                {"gpu": "experts.per_gpu", "stage": "experts.per_stage"}.get(owner, "other"),
                Confidence.MEDIUM,
                f"{shown} of one {owner}",
                owner,
            )
        if noun == "layer" and owner:
            return Meaning(
                {"gpu": "layers.per_gpu", "stage": "layers.per_stage"}.get(owner, "other"),
                Confidence.MEDIUM,
                f"{shown} of one {owner}",
                owner,
            )
        elsewhere = label is not None and not label.transparent and not any(match.quantity.noun == noun for match in label.matches)
        for quantity in quantities.values():
            if quantity.noun == noun and not quantity.per and not quantity.qualifiers:
                return Meaning(
                    quantity.id,
                    Confidence.HIGH
                    if (not modifiers or strict) and len(line.words) <= 6 and not elsewhere and not bracketed(desk, line, number)
                    else Confidence.MEDIUM,
                    shown,
                )
        return None
    if noun in ("step", "iteration") and find_any(head, ("accumulate", "accumulating", "accumulated", "accumulation")):
        return Meaning("batch.accumulation", Confidence.MEDIUM, f"words before it: {spell(head)}")
    if noun in ("step", "iteration") and label is not None and any(match.quantity.id == "batch.accumulation" for match in label.matches):
        return Meaning("batch.accumulation", Confidence.HIGH, f"label {label.raw.strip()!r}", "", label.label.text.whole)
    if noun == "dimension" and (width := width_of_heads(desk, line, position, after, before, shown)):
        return width
    for view in line.views[:3]:
        best = head_name(desk, "", view.words, trailing=True)
        if best and noun in best.quantity.fallback_nouns:
            return Meaning(best.quantity.id, Confidence.HIGH, f"label {view.raw.strip()!r}", "", view.label.text.whole)
        if not view.transparent:
            break
    named = head_name(desk, "count", tail, trailing=False)
    if named and named.quantity.kind == "count" and named.stop >= len(inner) and not counts_batches(line, tail, named):
        return Meaning(named.quantity.id, Confidence.HIGH, f"words behind it: {spell(tail)}", per)
    degree = degree_in(desk, modifiers)
    if degree and noun in ("group", "rank", "replica", "copy", "instance") and noun in degree.fallback_nouns:
        return Meaning(degree.id if degree.id == "parallel.data" else "other", Confidence.MEDIUM, shown, words=spell(inner))
    return Meaning("other", Confidence.LOW, shown, per, words=spell(inner))


def of_each_expert(head: Sequence[Word]) -> bool:
    """Tell whether the words before a number speak of every expert: `each expert has 2 replicas`, `every routed expert: 2 copies`."""
    words = [word.text for word in head]
    return any(word in ("each", "every") and "expert" in words[index + 1 : index + 3] for index, word in enumerate(words))


def of_each_token(head: Sequence[Word]) -> bool:
    """Tell whether the words before a number say how many experts a token takes: `each token uses 8 experts`."""
    words = [word.text for word in head]
    return any(
        word in ("each", "every", "a", "per") and words[index + 1] == "token" and words[-1] in _TAKES
        for index, word in enumerate(words[:-1])
    )


_TAKES: Final = frozenset("use uses activate activates select selects visit visits pass passes choose chooses".split())


def counts_batches(line: Line, words: Sequence[Word], name: Match) -> bool:
    """Tell whether words count batches, which says nothing of the size of one: `8 independent batches`."""
    last = words[name.stop - 1]
    return name.quantity.id == "batch.global" and line.text[last.start : last.end].lower().endswith("batches")


def width_of_heads(
    desk: Desk, line: Line, position: int, after: Sequence[Word], before: Sequence[Claim | None], shown: str
) -> Meaning | None:
    """The width of a head, beside the number of heads: `16 heads × 64 dimensions`, `16 heads, 64 dimensions each`."""
    heads = before[-1] if before else None
    if heads is None or heads.quantity != "model.heads":
        return None
    gap = line.text[line.numbers[position - 1].end : line.numbers[position].start].strip()
    if gap not in ("×", "x", "*") and not (gap in (",", "(", "of", "with") and (gap == "of" or find_any(after[:2], ("each",)))):
        return None
    return Meaning("model.head_dim", Confidence.HIGH, f"{shown} beside {heads.text!r}", "head")


def label_of_noun(desk: Desk, line: Line, noun: str, label: View | None) -> Quantity | None:
    """Return what the label names when it fits the noun: `Batch size: 128 sequences`, `Micro-batch size: 8 sequences`."""
    if label is None or line.statement.kind is Kind.SENTENCE:
        return None
    best = head_name(desk, "", label.words, trailing=True)
    if best is None and label.transparent and len(line.views) > 1:
        best = head_name(desk, "", line.views[1].words, trailing=True)
    if best is None:
        return None
    quantity = best.quantity
    fits = (
        quantity.noun == noun
        or noun in quantity.fallback_nouns
        or (quantity.id.startswith("batch.") and noun in ("sequence", "sample", "prompt", "token") and quantity.id != "batch.microbatches")
    )
    return quantity if fits and quantity.kind == "count" else None


def read_sequences(desk: Desk, line: Line, number: Number, head: Sequence[Word], shown: str) -> Meaning:
    """Tell the global batch from the micro-batch and the share of a replica."""
    for words in (head, *(view.words for view in line.views[:2])):
        names = {word.text for word in words}
        if names & {"microbatch", "microbatchsize"}:
            return Meaning("batch.micro", Confidence.HIGH, shown)
        if names & {"localbatch"} or (names & {"per", "each"} and names & {"gpu", "replica", "dp", "dataparallel", "group"}):
            return Meaning("batch.per_replica", Confidence.MEDIUM, shown)
    return Meaning("batch.global", Confidence.MEDIUM, shown)


def _holds(words: Sequence[Word], lexicon: Lexicon) -> bool:
    """Tell whether words name a cache and at most that it holds something: `KV cache size`, `the KV cache holds`."""
    rest = [word.text for word in words if word.text != _CACHE]
    return len(rest) < len(words) and lexicon.caches["holding"].issuperset(rest) and words[-1].text not in lexicon.implied["determiners"]


_CACHE: Final = "kvcache"
"""A cache of keys and values in normal form."""


def read_tokens(desk: Desk, line: Line, number: Number, head: Sequence[Word], after: Sequence[Word], shown: str) -> Meaning:
    """Tell the sequence length from the tokens of a batch, of an answer, and of what a cache holds."""
    leads = (head[-3:], *(view.words for view in line.views[:1]))
    if any(_holds(words, desk.lexicon) for words in leads):
        return Meaning("cache.tokens", Confidence.HIGH, f"{shown} in the cache")
    for words in (head, after, *(view.words for view in line.views[:2]), line.words):
        names = {word.text for word in words}
        if names & {"sequence", "prompt", "input", "prefill", "length"}:
            return Meaning("batch.sequence_length", Confidence.MEDIUM, shown)
        if names & {"output", "generated"}:
            return Meaning("batch.output_length", Confidence.MEDIUM, shown)
        if names & {"batch", "step", "iteration"}:
            return Meaning("batch.tokens", Confidence.MEDIUM, shown)
        if names & {"context"}:
            return Meaning("model.context", Confidence.MEDIUM, shown)
    return Meaning("other", Confidence.LOW, shown, words="tokens")


def owner_of(desk: Desk, line: Line, head: Sequence[Word]) -> str:
    """Return which part holds what is counted: `each GPU handles 4 experts`, `Stage 0: layers 0-3 (4 layers)`."""
    each, words = desk.lexicon.sayings["of each"], [word.text for word in head]
    for index, word in enumerate(words):
        if word in each and index + 1 < len(words):
            for follower in words[index + 1 : index + 3]:
                if follower in ("gpu", "stage", "pipelineparallel"):
                    return PER_WORDS[follower]
            earlier = [item.text for item in line.words if item.end <= head[index].start]
            for noun in reversed(earlier[-4:]):
                if noun in ("gpu", "stage"):
                    return PER_WORDS[noun]
    begin = start_of_clause(line.text, head[0].start if head else 0)
    opening = [word.text for word in line.words if word.start >= begin and (not head or word.end <= head[-1].end)][:12]
    for index, word in enumerate(opening[:-1]):
        if word in each and opening[index + 1] in ("gpu", "stage") and line.statement.kind is not Kind.HEADING:
            return PER_WORDS[opening[index + 1]]
    for view in line.views[:2]:
        lowered = view.member.lower()
        if lowered:
            if "stage" in lowered:
                return "stage"
            if "gpu" in lowered and "group" not in lowered:
                return "gpu"
            return ""
        if view.label.kind is LabelKind.HEADING and view.label.level <= 1:
            break  # a page on `throughput per GPU` does not count its experts for each GPU
        names = [word.text for word in view.words]
        for index, word in enumerate(names[:-1]):
            if word in ("each", "per") and names[index + 1] in ("gpu", "stage"):
                return PER_WORDS[names[index + 1]]
        if not view.transparent:
            break
    return ""


LARGEST_NODE: Final = 16
"""GPUs in one server; racks (NVL72) are not called nodes with so many GPUs."""


def value_above(number: Number, most: int) -> bool:
    """Tell whether a number is certainly more than `most`."""
    low = number.written[0].interval.low
    return low is not None and low > most


def read_gpus(
    desk: Desk,
    line: Line,
    position: int,
    number: Number,
    modifiers: Sequence[Word],
    after: Sequence[Word],
    head: Sequence[Word],
    per: str,
    before: Sequence[Claim | None],
    shown: str,
) -> Meaning:
    """Tell the GPUs of the plan from those of a node, stage, replica or group, those there and those left over."""
    quantities = desk.lexicon.quantities
    texts = {word.text for word in modifiers}
    near = (
        texts
        | {word.text for word in after[:2]}
        | {word.text for word in head[-2:]}
        | ({word.text for word in lead_words(desk, line, number)[-2:]} if not head and bracketed(desk, line, number) else set())
    )
    ahead = [word.text for word in head[-3:] if word.text != "the"]
    if ahead[-1:] == ["remaining"] and ahead[-2:-1] and ahead[-2] in ("to", "across", "over", "on", "onto", "with", "among"):
        return Meaning("gpus", Confidence.HIGH, shown)  # `spread over the remaining 7 GPUs`: those that are used from then on
    for id_ in ("gpus.spare", "gpus.available"):
        if quantities[id_].qualifiers & near:
            return Meaning(id_, Confidence.HIGH, shown)
    if degree_in(desk, modifiers):
        return Meaning("gpus.per_group", Confidence.MEDIUM, shown, "group", words=spell(modifiers))
    axis = degree_in(desk, after[:2]) if number.hyphenated else None
    if axis is not None and "gpu" in axis.fallback_nouns:
        return Meaning(axis.id, Confidence.MEDIUM, f"{shown} of {axis.names[0][0]}")  # `8-GPU tensor parallelism`
    label = line.views[0] if line.views else None
    per = per or lexicon_per(desk, number)
    if per in ("group", "expert") and (degree := degree_of_gpus(desk, line, modifiers, head)):
        return Meaning(degree.id, Confidence.HIGH, f"label {line.views[0].raw.strip()!r}", "", line.views[0].label.text.whole)
    if per in ("node", "stage", "replica", "group", "expert"):
        return Meaning(
            {"node": "gpus.per_node", "stage": "gpus.per_stage", "replica": "gpus.per_replica"}.get(per, "gpus.per_group"),
            Confidence.HIGH,
            f"{shown} per {per}",
            per,
        )
    earlier = next((claim for claim in reversed(before) if claim is not None), None)
    gap = line.text[line.numbers[position - 1].end : number.start].strip() if position else ""
    if earlier is not None and earlier.quantity == "nodes" and gap in ("with", "of", ",", "(") and value_above(number, LARGEST_NODE):
        return Meaning("gpus", Confidence.HIGH, shown)  # `40 nodes with 320 GPUs`
    if (
        earlier is not None
        and earlier.quantity in ("nodes", "other")
        and gap in ("×", "x", "*", "with", "of", "×  ")
        and (earlier.quantity == "nodes" or multi_node(desk, line))
    ):
        sure = Confidence.LOW if earlier.confidence is Confidence.LOW else Confidence.HIGH
        return Meaning("gpus.per_node", sure, f"{shown} a node", "node")
    if earlier is not None and earlier.quantity == "nodes" and gap in (",", "("):
        return Meaning("gpus", Confidence.MEDIUM, shown)
    words = [word.text for word in (head or lead_words(desk, line, number))]
    inside = [word.text for word in line.words if word.start >= number.end][:3]
    if divides(line, number):
        words = []  # `17.5 GB per stage (140 GB / 8 GPUs)`: the stages are of what comes out
    if inside[:1] == ["in"] and (
        owner := next((PER_WORDS[word] for word in inside[1:2] if word in ("stage", "group", "node", "replica")), "")
    ):
        return Meaning(
            {"node": "gpus.per_node", "stage": "gpus.per_stage", "replica": "gpus.per_replica"}.get(owner, "gpus.per_group"),
            Confidence.MEDIUM,
            f"{shown} in a {owner}",
            owner,
        )
    if splits_each(desk, words, ("stage", "pipelineparallel")):
        return Meaning("gpus.per_stage", Confidence.MEDIUM, shown, "stage")
    for view in line.views[:2]:
        lowered = view.member.lower()
        if lowered:
            if "group" in lowered or "expert" in lowered or "set" in lowered:
                return Meaning("gpus.per_group", Confidence.MEDIUM, f"{shown} of {view.member}", "group", words=lowered)
            if "stage" in lowered:
                return Meaning("gpus.per_stage", Confidence.MEDIUM, f"{shown} of {view.member}", "stage")
            if "replica" in lowered:
                return Meaning("gpus.per_replica", Confidence.MEDIUM, f"{shown} of {view.member}", "replica")
            if "node" in lowered:
                return Meaning("gpus.per_node", Confidence.MEDIUM, f"{shown} of {view.member}", "node")
        if view is label:
            inline = desk.labels.member(line.text[: number.start])
            names = [word.text for word in (*view.words, *head)]
            if "group" in names and ("within" in names or "each" in names or (after and after[0].text == "each")):
                return Meaning("gpus.per_group", Confidence.MEDIUM, f"{shown} of a group", "group", words=spell(view.words))
            if "group" in names and degree_in(desk, view.words):
                return Meaning("gpus.per_group", Confidence.LOW, f"{shown} of a group", "group", words=spell(view.words))
            if inline:
                lowered = inline.lower()
                owner = (
                    "gpus.per_group"
                    if "group" in lowered or "expert" in lowered
                    else "gpus.per_stage"
                    if "stage" in lowered
                    else "gpus.per_replica"
                    if "replica" in lowered
                    else "gpus.per_node"
                    if "node" in lowered
                    else ""
                )
                if owner:
                    return Meaning(owner, Confidence.MEDIUM, f"{shown} of {inline}", owner.rsplit("_", 1)[1])
            best = head_name(desk, "count", view.words, trailing=True)
            if best and best.quantity.id in (
                "gpus",
                "gpus.available",
                "gpus.spare",
                "gpus.per_node",
                "gpus.per_stage",
                "gpus.per_replica",
                "gpus.per_group",
            ):
                return Meaning(best.quantity.id, Confidence.HIGH, f"label {view.raw.strip()!r}", "", view.label.text.whole)
            degree = degree_of_gpus(desk, line, modifiers, head)
            if degree:
                return Meaning(degree.id, Confidence.MEDIUM, f"label {view.raw.strip()!r}", "", view.label.text.whole)
            if ("single" in names and "node" in names) or ("node" in names and "single" in [word.text for word in line.words]):
                return Meaning("gpus.per_node", Confidence.MEDIUM, shown, "node")
    here = [word.text for word in line.words]
    if "single" in here and "node" in here and line.statement.kind is Kind.HEADING:
        return Meaning("gpus.per_node", Confidence.MEDIUM, shown, "node")
    if splits_each(desk, words, ("replica", "dataparallel")):
        return Meaning("gpus.per_replica", Confidence.MEDIUM, shown, "replica")
    if splits_each(desk, words, ("node",)):
        return Meaning("gpus.per_node", Confidence.MEDIUM, shown, "node")
    factor = line.numbers[position - 1] if position and gap in ("x", "X", "×", "*") else None
    if factor is not None and factor.form is Form.PLAIN and not (factor.noun or factor.name):
        return Meaning("gpus.per_node", Confidence.LOW, shown, "node")  # `2 x 8 GPUs`
    if words and words[-1] in ("over", "across", "among") and degree_in(desk, head):
        return Meaning("gpus.per_group", Confidence.LOW, shown, "group")  # `expert parallelism over 16 GPUs`: of how many groups?
    if position and gap.lower() in ("of", "of the", "out of", "out of the") and not line.numbers[position - 1].noun:
        return Meaning("gpus.available", Confidence.MEDIUM, shown)
    if splits_each(desk, words, ("expert", "group", "layer", "head")):
        return Meaning("gpus.per_group", Confidence.LOW, shown, "group")
    if words and words[-1] in ("of",) and earlier is not None and earlier.quantity == "other":
        return Meaning("gpus.per_group", Confidence.LOW, shown, "group")
    if after and after[0].text == "each":
        return Meaning("gpus.per_group", Confidence.LOW, shown, "group")
    stated = (
        gap == "="
        or not head
        or texts & {"total"}
        or head[-1].text in ("total", "use", "using", "require", "requires", "required", "all", "uses", "needs", "take", "takes")
        or inside[:2] == ["in", "total"]
        or (words[:1] == ["we"] and words[-2:] in (["train", "on"], ["run", "on"], ["deploy", "on"], ["serve", "on"]))
    )
    if (
        label is not None
        and not label.transparent
        and label.label.kind not in (LabelKind.HEADING, LabelKind.LEAD)
        and gap != "="
        and line.statement.kind is not Kind.SENTENCE
        and not any(match.quantity.noun == "gpu" for match in label.matches)
    ):
        stated = False
    begin = line.text.rfind(". ", 0, number.start) + 1
    end = line.text.find(". ", number.end)
    length = sum(begin <= word.start < (end if end >= 0 else len(line.text)) for word in line.words)
    sure = Confidence.HIGH if stated and texts <= desk.lexicon.sayings["plain modifiers"] and length <= 24 else Confidence.MEDIUM
    return Meaning("gpus", sure, shown)


def degree_of_gpus(desk: Desk, line: Line, modifiers: Sequence[Word], head: Sequence[Word]) -> Quantity | None:
    """Return the degree that a label gives in GPUs: `TP degree: 4 GPUs`, `EP: 8 GPUs per expert group`."""
    view = line.views[0] if line.views else None
    if view is None or modifiers or head or line.statement.kind not in (Kind.ITEM, Kind.ENTRY, Kind.CELL, Kind.TREE):
        return None
    best = head_name(desk, "count", view.words, trailing=True)
    counted = any(match.quantity.noun == "gpu" for match in view.matches)  # `EP GPUs`: the GPUs, not the degree
    return best.quantity if best and "gpu" in best.quantity.fallback_nouns and not counted else None


def divides(line: Line, number: Number) -> bool:
    """Tell whether the number is a divisor: `140 GB / 8 GPUs`."""
    return line.text[: number.start].rstrip()[-1:] in ("/", "÷")


def divides_into(line: Line, number: Number) -> bool:
    """Tell whether the number is what a written equation divides: `16 layers ÷ 4 = 4 layers`, `4 layers (16 total layers ÷ 4 stages)`."""
    return line.text[number.end :].lstrip()[:1] == "÷" or line.text[number.end :].startswith(" / ")


def multi_node(desk: Desk, line: Line) -> bool:
    """Tell whether the place speaks of nodes."""
    words = {word.text for word in line.words} | {word.text for view in line.views[:2] for word in view.words}
    return "node" in words


def lexicon_per(desk: Desk, number: Number) -> str:
    """The scope said right behind the number."""
    return PER_WORDS.get(number.per, "")

"""Checks of placements: what stages, groups, replicas and nodes hold, as sets.

Ids may count from 0 or from 1, ranges include both ends unless the whole series reads as half-open, and groups of different
kinds overlap by design; only what no such reading saves is contradicted. Where a report states several values of a degree,
one that fits suffices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final

from auditor.check.owners import (
    MOST_RELATED,
    MOST_TERMS,
    NAMES,
    figures_of,
    held_by,
    naming,
    number_of,
    of_pipeline,
    operand_at,
    parts_of,
    placements,
    plural,
    products_of,
    region_of,
    sizes_summed,
    spans_of,
    stands,
    whole_claims,
)
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.claims.placement import Member, Placements, Series
from auditor.cost.layout.placement import Group, Ids, numbered_from, overlaps
from auditor.findings import Confidence, Outcome, Place, Severity, Step
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Statement

__all__ = [
    "beside",
    "beyond",
    "covered_layers",
    "disjoint",
    "idle",
    "members_held",
    "parts",
    "pattern",
    "stages",
]


_MOST_PER_NODE: Final = 16
_LISTED: Final = re.compile(r"\s{0,4}\[?\s{0,4}\d{1,4}(?:(?:\s{1,4}|\s{0,4}[,/|+]\s{0,4})\d{1,4}){1,255}(?=\s{0,4}(?:$|[\](;]))")
"""Two whole numbers or more and nothing else up to a bracket or the end: `7 7 7 8 (all placed)`, `[16, 16]`."""
_NUMBER: Final = re.compile(r"\d+")
_LONGEST_LABEL: Final = 80
_ASIDE: Final = 3
"""So many layers more than the model has may be embedding, head and prediction layers."""


def disjoint(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Owners of one kind that stand together hold nothing twice: `data.owners` of what holds `data.holds`."""
    found = placements(subject)
    for owner in rule.options["owners"]:
        for series in found.of(owner, str(rule.options["holds"])):
            if (
                len(series.members) < 2
                or (owner == "node" and _numbered_within(series))
                or (owner == "stage" and not of_pipeline(subject, series))
            ):
                continue
            yield from _disjoint(subject, rule, series)


def _disjoint(subject: Subject, rule: Rule, series: Series) -> Iterator[Outcome]:
    noun = NAMES[series.kind][1]
    spans = spans_of(series)
    shared = overlaps([Group(str(member.owner), member.ids) for member in series.members])
    if not shared:
        yield rule.held(spans, f"{len(series.members)} {plural(series.owner)} share no {noun}")
        return
    if series.kind == "gpu" and _counted_by_node(subject, series):
        yield rule.held(spans, f"{len(series.members)} {plural(series.owner)} share no {noun}, which each node counts from the start")
        return
    if _half_open(subject, series):
        yield rule.undetermined(spans, "the ranges meet at their ends; read as half-open they are disjoint")
        return
    if series.owner == "stage" and series.kind == "gpu":
        chunks = _interleaved(subject, series)
        if chunks:
            yield rule.undetermined(spans, chunks)
            return
    first = shared[0]
    left, right = series.members[first.left], series.members[first.right]
    twice = Ids.of(span for one in shared for span in one.ids.ranges)
    union = len(series.all)
    total = sum(len(member.ids) for member in series.members)
    step = Step.exact(
        f"{noun} listed - different {noun}",
        f"{sizes_summed(series.members)} - {union}",
        f"{total - union} {noun if total - union > 1 else NAMES[series.kind][0]} named more than once",
        parts_of(subject, series.members),
        total - union,
    )
    severity = None if _certain(subject, series) else Severity.WARNING
    others = list(shared[1:MOST_RELATED])
    yield rule.contradicted(
        spans,
        f"{naming(series.kind, first.ids)} {stands(first.ids)} in {left.owner} and in {right.owner}"
        + (f"; {len(twice)} {noun} stand in more than one {series.owner}" if len(shared) > 1 else ""),
        Place(right.span, f"{right.owner} holds {naming(series.kind, right.ids)}"),
        severity=severity,
        related=(
            Place(left.span, f"{left.owner} holds {naming(series.kind, left.ids)}"),
            *(
                Place(series.members[one.right].span, f"{series.members[one.right].owner} shares {naming(series.kind, one.ids)}")
                for one in others
            ),
        ),
        claimed=naming(series.kind, right.ids),
        expected=f"{noun} that no other {series.owner} holds",
        derivation=(step,),
    )


def _interleaved(subject: Subject, series: Series) -> str:
    """Tell whether the stages may be virtual ones: each GPU set comes again in turn, and the pipeline is as deep as there are sets."""
    sets = list(dict.fromkeys(member.ids.ranges for member in series.members))
    depth = len(sets)
    if (
        depth < 2
        or len(series.members) % depth
        or any(member.ids.ranges != sets[place % depth] for place, member in enumerate(series.members))
    ):
        return ""
    if any(len(Ids(one) & Ids(other)) for one, other in combinations(sets, 2)):
        return ""
    stated = figures_of(subject, "pp")
    virtual = figures_of(subject, "vp")
    if depth in stated or len(series.members) // depth in virtual:
        return f"{len(series.members)} virtual stages on {depth} sets of GPUs"
    return ""


def covered_layers(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The stages of a pipeline hold every layer, without a gap, and as many as the model has."""
    layers = whole_claims(subject, "model.layers", whole=True)
    figures = {number_of(claim) for claim in layers}
    for series in placements(subject).of("stage", "layer"):
        if not series.complete or series.template or not of_pipeline(subject, series):
            continue
        whole = series.all
        spans = (*spans_of(series), *(claim.span for claim in layers))
        if len(whole.ranges) > 1 and not _half_open(subject, series):
            missing = Ids.of([(whole.ranges[0][0], whole.ranges[-1][1])]) - whole
            before = max(
                (member for member in series.members if member.ids.last is not None and member.ids.last < (missing.first or 0)),
                key=lambda one: one.ids.last or 0,
            )
            after = min(
                (member for member in series.members if (member.ids.first or 0) > (missing.first or 0)), key=lambda one: one.ids.first or 0
            )
            yield rule.contradicted(
                spans,
                f"{naming('layer', missing)} {stands(missing)} in no stage",
                Place(after.span, f"{after.owner} goes on with {naming('layer', after.ids)}"),
                related=(Place(before.span, f"{before.owner} ends with layer {before.ids.last}"),),
                claimed=naming("layer", whole),
                expected=f"layers {whole.first}-{whole.last}",
                derivation=(_gap_step(subject, whole, missing, series),),
            )
            continue
        count = len(whole) - (1 if _half_open(subject, series) else 0)
        if not figures:
            yield rule.undetermined(spans, f"state the layers of the model to check the {count} of the stages")
        elif count in figures:
            yield rule.held(spans, f"the stages hold {count} layers")
        elif any(figure < count <= figure + _ASIDE for figure in figures) or len(figures) > 1:
            yield rule.undetermined(spans, f"the stages hold {count} layers; embedding, head or prediction layers may count as such")
        else:
            claim = layers[0]
            disjoint = sum(len(member.ids) for member in series.members) == count
            step = Step.exact(
                "layers of the stages" if disjoint else "last layer - first layer",
                sizes_summed(series.members) if disjoint else f"{(whole.first or 0) + count} - {whole.first}",
                f"{count} layers",
                parts_of(subject, series.members),
                count,
            )
            last = series.members[-1]
            yield rule.contradicted(
                spans,
                f"the stages hold {count} layers, but the model has {number_of(claim)}",
                Place(last.span, f"{last.owner} holds {naming('layer', last.ids)}"),
                related=(
                    *(Place(member.span) for member in series.members[:-1][:MOST_RELATED]),
                    Place(claim.span, f"{number_of(claim)} layers"),
                ),
                claimed=f"{count} layers",
                expected=f"{number_of(claim)} layers",
                derivation=(step,),
            )
    yield from _counted(subject, rule, layers)


def _counted(subject: Subject, rule: Rule, layers: Sequence[Claim]) -> Iterator[Outcome]:
    """Yield the outcomes of lists that give each stage a number of layers: `layers per stage: 7 7 7 8`."""
    figures, depths = {number_of(claim) for claim in layers}, figures_of(subject, "pp")
    for statement in subject.document.statements:
        counts = [] if statement.struck or len(figures) != 1 else _counts(subject, statement)
        if len(counts) not in depths:
            continue
        made, (depth,) = sum(number for number, _ in counts), figures
        spans = (*(span for _, span in counts), *(claim.span for claim in layers))
        said = f"the stages hold {made} layers"
        if made == depth:
            yield rule.held(spans, said)
        elif depth < made <= depth + _ASIDE:
            yield rule.undetermined(spans, f"{said}; embedding, head or prediction layers may count as such")
        else:
            operands = tuple(
                operand_at(subject, f"stage {stage}", number, span) for stage, (number, span) in enumerate(counts[:MOST_TERMS])
            )
            summed = " + ".join(str(number) for number, _ in counts) if len(counts) <= MOST_TERMS else str(made)
            yield rule.contradicted(
                spans,
                f"{said}, but the model has {depth}",
                Place(counts[0][1].join(counts[-1][1]), f"{made} layers in all"),
                related=(Place(layers[0].span, f"{depth} layers"),),
                claimed=f"{made} layers",
                expected=f"{depth} layers",
                derivation=(Step.exact("layers of the stages", summed, f"{made} layers", operands, made),),
            )


def _counts(subject: Subject, statement: Statement) -> Sequence[tuple[int, Span]]:
    """Return the numbers of a list of layers per stage, with their places; ids, which only ever grow, are none."""
    listed = _LISTED.match(statement.value.content) if statement.path else None
    if listed is None:
        return ()
    words = subject.lexicon.normalize(statement.label[:_LONGEST_LABEL])
    if not any(match.quantity.id == "layers.per_stage" and match.stop == len(words) for match in subject.lexicon.matches(words)):
        return ()
    found = [(int(match[0]), statement.value.span(*match.span())) for match in _NUMBER.finditer(statement.value.content, 0, listed.end())]
    numbers = [number for number, _ in found]
    return () if 0 in numbers or all(one < two for one, two in pairwise(numbers)) else found


def beyond(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """No id lies beyond the stated count: GPU 16 of 16 that count from 0."""
    counts = whole_claims(subject, "gpus", "gpus.available", roles=None)
    largest = max(_largest(subject, counts), default=0)
    if not largest:
        return
    for series in placements(subject).series:
        gpus = series.all if series.kind == "gpu" else Ids.each(one.owner.id for one in series.members) if series.owner == "gpu" else Ids()
        if not gpus or gpus.last is None or series.template or series.aside:
            continue
        start = numbered_from(gpus, largest)
        spans = (*spans_of(series), *(claim.span for claim in counts))
        outside = gpus - Ids.of([(start, start + largest - 1)])
        if not outside:
            yield rule.held(spans, f"GPUs {gpus} are within {largest}")
            continue
        member = next(one for one in series.members if (one.ids & outside if series.kind == "gpu" else Ids.each([one.owner.id]) & outside))
        claim = max(counts, key=number_of, default=None)
        yield rule.contradicted(
            spans,
            f"{naming('gpu', outside)} {stands(outside)} beyond the {largest} GPUs, which end at GPU {start + largest - 1}",
            Place(member.span if series.kind == "gpu" else member.owner.span, f"{member.owner} holds {naming(series.kind, member.ids)}"),
            related=() if claim is None else (Place(claim.span, f"{largest} GPUs"),),
            claimed=f"GPU {outside.last}",
            expected=f"GPU {start + largest - 1} at most",
            derivation=(
                Step.exact(
                    "first id + GPUs - 1",
                    f"{start} + {largest} - 1",
                    f"{start + largest - 1} is the last GPU",
                    (
                        operand_at(subject, "first id", start, series.members[0].span),
                        *(() if claim is None else (operand_at(subject, "GPUs", largest, claim.span),)),
                    ),
                    start + largest - 1,
                ),
            ),
            severity=None if claim is not None and claim.confidence is not Confidence.LOW else Severity.WARNING,
        )


def _largest(subject: Subject, counts: Sequence[Claim]) -> Iterator[int]:
    yield from (number_of(claim) for claim in counts)
    per_node, nodes = figures_of(subject, None, "gpus.per_node"), figures_of(subject, None, "nodes")
    if per_node and nodes:
        yield max(per_node) * max(nodes)


def beside(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A range holds as many as the count written beside it: `GPUs 0-31 (32 GPUs)`."""
    seen: set[Span] = set()
    for series in placements(subject).series:
        stated = [member for member in series.members if member.beside is not None]
        halves = (
            bool(stated)
            and all(member.beside is not None and member.beside.number == len(member.ids) - 1 for member in stated)
            and (len(stated) > 1 or _half_open(subject, series))
        )
        for member in stated:
            count = member.beside
            if count is None or member.span in seen:
                continue
            seen.add(member.span)
            spans = (member.span, count.span)
            size = len(member.ids)
            if size == count.number:
                yield rule.held(spans, f"{naming(series.kind, member.ids)} are {size}")
            elif halves:
                yield rule.undetermined(spans, "the ranges of this series fit their counts if the last id is left out")
            else:
                yield rule.contradicted(
                    spans,
                    f"{naming(series.kind, member.ids)} are {size}, not {count.number}",
                    Place(count.span, f"says {count.number}"),
                    related=(Place(member.span, f"holds {size}"),),
                    claimed=f"{count.number} {NAMES[series.kind][1]}",
                    expected=f"{size} {NAMES[series.kind][1]}",
                    derivation=(_size_step(subject, member, series.kind),),
                )


def members_held(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What an owner holds is as many as is said of it: of one (`Stage 0 (32 GPUs)`) or of each (`Layers per stage: 8`)."""
    found = placements(subject)
    for owner, count in found.counts:
        sizes = list(_sizes(found, owner.kind, owner.id, count.kind))
        if not sizes:
            continue
        spans = (count.span, *(member.span for _, one in sizes for member in one))
        if any(size == count.number for size, _ in sizes):
            yield rule.held(spans, f"{owner} holds {count.number} {NAMES[count.kind][1]}")
            continue
        size, members = sizes[0]
        yield rule.contradicted(
            spans,
            f"{owner} holds {size} {NAMES[count.kind][1 if size != 1 else 0]}, not {count.number}",
            Place(count.span, f"says {count.number}"),
            related=tuple(Place(member.span) for member in members[:MOST_RELATED]),
            claimed=f"{count.number} {NAMES[count.kind][1]}",
            expected=f"{size}",
            derivation=(
                Step.exact(
                    f"{NAMES[count.kind][1]} of {owner}",
                    sizes_summed(members) if sum(len(member.ids) for member in members) == size else str(size),
                    f"{size}",
                    parts_of(subject, members),
                    size,
                ),
            ),
        )
    for quantity, (owner_kind, kind) in rule.options["each"].items():
        yield from _each_holds(subject, rule, found, quantity, owner_kind, kind)


def _sizes(found: Placements, owner: str, number: int, kind: str) -> Iterator[tuple[int, tuple[Member, ...]]]:
    """Return how much an owner is said to hold, wherever that is listed in full."""
    for series in found.series:
        if series.kind != kind or series.template:
            continue
        if series.owner == owner:
            for member in series.members:
                if member.owner.id == number and member.exact:
                    yield len(member.ids), (member,)
        elif series.complete and series.within and (series.within[-1].kind, series.within[-1].id) == (owner, number):
            yield len(series.all), tuple(series.members)


def _each_holds(subject: Subject, rule: Rule, found: Placements, quantity: str, owner: str, kind: str) -> Iterator[Outcome]:
    claims = [claim for claim in whole_claims(subject, quantity) if not claim.scope.member]
    figures = {number_of(claim) for claim in claims}
    for series in found.of(owner, kind):
        members = [member for member in series.members if member.exact]
        if not claims or len(members) < 2 or series.template:
            continue
        sizes = {len(member.ids) for member in members}
        spans = (*spans_of(series), *(claim.span for claim in claims))
        if sizes & figures:
            yield rule.held(spans, f"{owner} for {owner}: {', '.join(map(str, sorted(sizes)))} {NAMES[kind][1]}")
            continue
        if _half_open(subject, series) and {size - 1 for size in sizes} & figures:
            yield rule.undetermined(spans, "the ranges fit if the last id is left out")
            continue
        claim = claims[0]
        yield rule.contradicted(
            spans,
            f"{number_of(claim)} {NAMES[kind][1]} per {owner}, but {members[0].owner} holds "
            f"{len(members[0].ids)}: {naming(kind, members[0].ids)}",
            Place(claim.span, f"says {number_of(claim)} per {owner}"),
            related=tuple(Place(member.span, f"{member.owner} holds {len(member.ids)}") for member in members[:MOST_RELATED]),
            claimed=f"{number_of(claim)} per {owner}",
            expected=f"{len(members[0].ids)} per {owner}",
            derivation=(_size_step(subject, members[0], kind),),
            severity=None if len(sizes) == 1 and claim.confidence is not Confidence.LOW and len(figures) == 1 else Severity.WARNING,
        )


def stages(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """As many stages are listed as the pipeline is deep (or times the chunks of an interleaved schedule)."""
    claims = whole_claims(subject, "parallel.pipeline")
    depths = {number_of(claim) for claim in claims}
    if not depths:
        return
    admitted = depths | {depth * chunks for depth in depths for chunks in figures_of(subject, "vp")}
    reported = False
    for series in sorted(placements(subject).series, key=lambda one: one.statement):
        if series.owner != "stage" or not series.complete or series.aside or not of_pipeline(subject, series):
            continue
        count = len(series.members)
        spans = (*spans_of(series), *(claim.span for claim in claims))
        if count in admitted:
            yield rule.held(spans, f"{count} stages are listed")
            continue
        if reported:
            continue
        reported = True
        claim = claims[0]
        last = series.members[-1]
        yield rule.contradicted(
            spans,
            f"{count} stages are listed, but PP is {number_of(claim)}",
            Place(last.owner.span, f"the last of {count}"),
            related=tuple(Place(one.span, f"PP {number_of(one)}") for one in claims[:MOST_RELATED]),
            claimed=f"{count} stages",
            expected=f"{number_of(claim)} stages",
            derivation=(
                Step.exact(
                    "last stage - first stage + 1",
                    f"{series.numbers[-1]} - {series.numbers[0]} + 1",
                    f"{count} stages",
                    tuple(
                        operand_at(subject, name, member.owner.id, member.owner.span)
                        for name, member in (("last stage", series.members[-1]), ("first stage", series.members[0]))
                    ),
                    count,
                ),
            ),
            severity=None if len(depths) == 1 else Severity.WARNING,
        )


def parts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """One part per GPU, while a GPU holds several stages."""
    names = [tuple(one) for one in rule.options["per_gpu"]]
    stated = list(_labelled(subject, names))
    if not stated:
        return
    series = [one for one in placements(subject).of("stage", "gpu") if len(one.members) > 1 and not one.template and not one.aside]
    for one in series:
        on: dict[int, list[Member]] = {}
        for member in one.members:
            for gpu in member.ids if len(member.ids) <= 4096 else ():
                on.setdefault(gpu, []).append(member)
        if not on:
            continue
        gpu, most = max(on.items(), key=lambda item: len(item[1]))
        spans = (*spans_of(one), *(place for _, place in stated))
        if len(most) <= 1:
            yield rule.held(spans, "no GPU holds more than one stage")
            continue
        number, place = stated[0]
        if number >= len(most) or _interleaved(subject, one):
            continue
        placed = sum(len(member.ids) for member in one.members)
        yield rule.contradicted(
            spans,
            f"{number} part per GPU, but the stages put {placed} parts on {len(on)} GPUs: "
            f"GPU {gpu} holds {_listing([str(member.owner) for member in most])}",
            Place(place, f"says {number} each"),
            related=tuple(Place(member.span, f"{member.owner}: {naming('gpu', member.ids)}") for member in one.members[:MOST_RELATED]),
            claimed=f"{number} per GPU",
            expected=f"{len(most)} on GPU {gpu}",
            derivation=(
                Step.exact(
                    "GPUs of each stage",
                    sizes_summed(one.members),
                    f"{placed} parts on {len(on)} GPUs",
                    parts_of(subject, one.members),
                    placed,
                ),
            ),
        )
        return


def idle(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Where GPUs hold all layers by name, every GPU of the plan holds some."""
    found = placements(subject)
    depths = {number_of(claim) for claim in whole_claims(subject, "model.layers", whole=True)}
    counts = [claim for claim in whole_claims(subject, "gpus") if claim.scope.per in ("", "total") and not claim.scope.member]
    for series in found.of("gpu", "layer"):
        region = region_of(subject, series.statement)
        here = [claim for claim in counts if region_of(subject, claim.statement) == region]
        whole = series.all
        figures = {number_of(claim) for claim in here}
        if not series.complete or series.template or series.within or region or len(figures) != 1 or len(whole) not in depths:
            continue
        placed, had = len(series.members), figures.pop()
        spans = (*spans_of(series), *(claim.span for claim in here))
        if placed >= had:
            yield rule.held(spans, f"layers on all {had} GPUs")
            continue
        near = [other for other in found.series if region_of(subject, other.statement) == region]
        named = Ids.of(one for other in near if other.kind == "gpu" for one in other.all.ranges)
        owners = {member.owner.id for other in near if other.owner == "gpu" for member in other.members}
        copied = had % placed == 0 and _is_copied(subject, had // placed)
        if copied or max((named.last or 0, *owners)) > max(series.numbers):
            yield rule.undetermined(spans, "each GPU listed may stand for several")
            continue
        message = f"the layers stand on {placed} GPUs; the other {had - placed} of {had} hold none"
        last = series.members[-1]
        yield rule.contradicted(
            spans,
            message,
            Place(here[0].span, f"{had} GPUs"),
            related=(Place(last.span, f"{last.owner} holds the last layers"), *(Place(claim.span, f"{had} GPUs") for claim in here[1:4])),
            claimed=f"{had} GPUs",
            expected=f"{placed} GPUs with layers",
            derivation=(
                Step.exact(
                    "GPUs - id of the last GPU with layers - 1" if series.numbers[0] == 0 else "GPUs - id of the last GPU with layers",
                    f"{had} - {series.numbers[-1]}" + (" - 1" if series.numbers[0] == 0 else ""),
                    f"{had - placed} GPUs without layers",
                    (
                        operand_at(subject, "GPUs", had, here[0].span),
                        operand_at(subject, "last GPU", series.numbers[-1], max(series.members, key=lambda one: one.owner.id).owner.span),
                    ),
                    had - placed,
                ),
            ),
        )
        return


def _is_copied(subject: Subject, times: int) -> bool:
    """Tell whether stated degrees put what one GPU is listed with on so many GPUs."""
    return times in products_of(subject, ("tp", "cp", "dp", "ep"))


def pattern(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Where a list leaves out members, the last one continues the pattern of the first two."""
    for series in placements(subject).series:
        if not series.elided or len(series.members) < 3 or any(not member.exact for member in series.members):
            continue
        first, second = series.members[0], series.members[1]
        step = second.owner.id - first.owner.id
        if step <= 0 or first.ids.first is None or second.ids.first is None or len(first.ids) != len(second.ids):
            continue
        stride = second.ids.first - first.ids.first
        size = len(first.ids)
        for member in series.members[2:]:
            ahead = member.owner.id - first.owner.id
            if ahead <= 0 or ahead % step or len(first.ids.ranges) != 1 or len(member.ids.ranges) != 1:
                continue
            start = first.ids.first + ahead // step * stride
            wanted = Ids.of([(start, start + size - 1)]) if start >= 0 else Ids()
            spans = (first.span, second.span, member.span)
            if member.ids == wanted:
                yield rule.held(spans, f"{member.owner} continues the pattern")
                continue
            yield rule.contradicted(
                spans,
                f"{member.owner} holds {naming(series.kind, member.ids)}; the pattern of {first.owner} and {second.owner} "
                f"leads to {naming(series.kind, wanted)}",
                Place(member.span, f"{member.owner} holds {naming(series.kind, member.ids)}"),
                related=(Place(first.span, f"{first.owner}"), Place(second.span, f"{second.owner}")),
                claimed=naming(series.kind, member.ids),
                expected=naming(series.kind, wanted),
                derivation=(
                    Step.exact(
                        "first + (member - first member) * stride",
                        f"{first.ids.first} + {ahead // step} * {stride}",
                        f"{start} is the first of {member.owner}",
                        tuple(operand_at(subject, str(one.owner), one.ids.first or 0, one.span) for one in (first, second)),
                        start,
                    ),
                ),
            )


def _labelled(subject: Subject, names: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, Span]]:
    """Return the numbers that stand under a label of one of these names."""
    for statement in subject.document.statements:
        if not statement.path or statement.struck:
            continue
        words = tuple(word.text for word in subject.lexicon.normalize(statement.path[-1].text.content[:100]))
        if words not in names:
            continue
        for number in subject.lexicon.scan(statement.value.content[:200])[:1]:
            low = number.written[0].interval.low
            if low is not None and low.denominator == 1 and number.written[0].interval.is_exact and not number.bound:
                yield low.numerator, statement.value.span(number.digits, number.stop)


def _certain(subject: Subject, series: Series) -> bool:
    """Tell whether nothing but a mistake explains an overlap: for GPUs of stages, that as many stages are stated as are listed."""
    if series.owner != "stage" or series.kind != "gpu":
        return not series.aside
    return len(series.members) in figures_of(subject, "pp") and not series.aside


def _half_open(subject: Subject, series: Series) -> bool:
    """Tell whether each range begins where the one before it ends, so that the last id of each may be left out."""
    ordered = sorted(series.members, key=lambda member: member.ids.first or 0)
    if len(ordered) < 2 or any(len(member.ids.ranges) != 1 or len(member.ids) < 2 or _spelled_out(subject, member) for member in ordered):
        return False
    stated = {number_of(claim) for claim in whole_claims(subject, "gpus" if series.kind == "gpu" else f"model.{series.kind}s", whole=True)}
    if len(series.all) in stated and len(series.all) - 1 not in stated:
        return False
    if any(left.ids.last != right.ids.first for left, right in pairwise(ordered)):
        return False
    # Where the report writes other ranges of the kind with both ends, it writes these so too.
    return not any(_closed(other) for other in placements(subject).of(series.owner, series.kind) if other is not series)


def _closed(series: Series) -> bool:
    """Tell whether each range begins right behind the end of the one before it."""
    ordered = sorted((member.ids for member in series.members), key=lambda ids: ids.first or 0)
    return (
        len(ordered) > 1
        and all(len(ids.ranges) == 1 and len(ids) > 1 for ids in ordered)
        and all((left.last or 0) + 1 == right.first for left, right in pairwise(ordered))
    )


def _spelled_out(subject: Subject, member: Member) -> bool:
    """Tell whether every id is written: `0, 1, 2, 3`."""
    text = subject.document.source.text[member.span.start : member.span.end]
    groups = sum(character.isdigit() and not text[place - 1 : place].isdigit() for place, character in enumerate(text))
    return "," in text and groups == len(member.ids)


def _counted_by_node(subject: Subject, series: Series) -> bool:
    """Tell whether each owner names the node of its GPUs and no GPU of a node is named twice: `node 0, GPUs 0-3`, `node 1, GPUs 0-3`."""
    nodes = {one.span: one.owner.id for one in placements(subject).items if one.owner.kind == "node" and one.kind == series.kind}
    if not all(member.span in nodes and (member.ids.last or 0) < _MOST_PER_NODE for member in series.members):
        return False
    return not any(
        overlaps([Group(str(member.owner), member.ids) for member in series.members if nodes[member.span] == node])
        for node in set(nodes.values())
    )


def _numbered_within(series: Series) -> bool:
    """Tell whether each node counts its own GPUs from the start."""
    firsts = {member.ids.first for member in series.members}
    few = all((member.ids.last or 0) < _MOST_PER_NODE for member in series.members)
    return len(firsts) == 1 or (few and any(not member.exact for member in series.members))


def _listing(items: Sequence[str]) -> str:
    return " and ".join((", ".join(items[:-1]), items[-1])) if len(items) > 1 else "".join(items)


def _size_step(subject: Subject, member: Member, kind: str) -> Step:
    ranges = member.ids.ranges
    terms = [f"({last} - {first} + 1)" if last > first else "1" for first, last in ranges] if len(ranges) <= MOST_TERMS else []
    return Step.exact(
        "last - first + 1",
        " + ".join(terms) or str(len(member.ids)),
        f"{len(member.ids)} {NAMES[kind][1]}",
        (held_by(subject, member),),
        len(member.ids),
    )


def _gap_step(subject: Subject, whole: Ids, missing: Ids, series: Series) -> Step:
    disjoint = sum(len(member.ids) for member in series.members) == len(whole)
    return Step.exact(
        "last layer - first layer + 1 - layers placed",
        f"{whole.last} - {whole.first} + 1 - ({sizes_summed(series.members)})"
        if disjoint
        else f"{whole.last} - {whole.first} + 1 - {len(whole)}",
        f"{len(missing)} layer{'s' if len(missing) != 1 else ''} in no stage",
        parts_of(subject, series.members),
        len(missing),
    )

"""Checks of placements: what stages, groups, replicas and nodes hold, as sets.

Ids may count from 0 or from 1, ranges include both ends unless the whole series reads as half-open, and groups of different
kinds overlap by design; only what no such reading saves is contradicted. Where a report states several values of a degree,
one that fits suffices.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any, Final

from auditor.check.subject import Subject
from auditor.claims.mentions import mentions
from auditor.claims.model import Claim, Role
from auditor.claims.placement import GroupSize, Member, Placements, Series, read, set_aside
from auditor.claims.words import split
from auditor.cost.layout.placement import Group, Ids, numbered_from, overlaps
from auditor.findings import Confidence, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.plans.assign import MAIN
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Statement

__all__ = [
    "beside",
    "beyond",
    "covered_experts",
    "covered_layers",
    "dedicated_experts",
    "disjoint",
    "expert_groups",
    "group_totals",
    "idle",
    "members_held",
    "parts",
    "pattern",
    "split_experts",
    "stages",
    "tensor_groups",
]

_MOST_TERMS: Final = 40
"""Summands that a derivation writes out."""
_MOST_RELATED: Final = 8
_MOST_PER_NODE: Final = 16
_MOST_GPUS: Final = 4096
"""GPUs whose experts are put together to those of a stage."""
_NAMES: Final = {"gpu": ("GPU", "GPUs"), "layer": ("layer", "layers"), "expert": ("expert", "experts")}
_DEGREES: Final = {
    "tp": "parallel.tensor",
    "pp": "parallel.pipeline",
    "ep": "parallel.expert",
    "dp": "parallel.data",
    "cp": "parallel.context",
    "etp": "parallel.expert_tensor",
    "vp": "parallel.virtual_pipeline",
}


def disjoint(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Owners of one kind that stand together hold nothing twice: `data.owners` of what holds `data.holds`."""
    found = _placements(subject)
    for owner in _options(rule)["owners"]:
        for series in found.of(owner, str(_options(rule)["holds"])):
            if (
                len(series.members) < 2
                or (owner == "node" and _numbered_within(series))
                or (owner == "stage" and not _of_pipeline(subject, series))
            ):
                continue
            yield from _disjoint(subject, rule, series)


def _disjoint(subject: Subject, rule: Rule, series: Series) -> Iterator[Outcome]:
    noun = _NAMES[series.kind][1]
    spans = _spans(series)
    shared = overlaps([Group(str(member.owner), member.ids) for member in series.members])
    if not shared:
        yield Outcome(rule.code, Verdict.HELD, spans, f"{len(series.members)} {_plural(series.owner)} share no {noun}")
        return
    if _half_open(subject, series):
        yield Outcome(rule.code, Verdict.UNDETERMINED, spans, "the ranges meet at their ends; read as half-open they are disjoint")
        return
    if series.owner == "stage" and series.kind == "gpu":
        chunks = _interleaved(subject, series)
        if chunks:
            yield Outcome(rule.code, Verdict.UNDETERMINED, spans, chunks)
            return
    first = shared[0]
    left, right = series.members[first.left], series.members[first.right]
    twice = Ids.of(span for one in shared for span in one.ids.ranges)
    union = len(series.all)
    total = sum(len(member.ids) for member in series.members)
    step = Step(
        f"{noun} listed - different {noun}",
        f"{_summed(series.members)} - {union}",
        f"{total - union} {noun if total - union > 1 else _NAMES[series.kind][0]} named more than once",
        _parts(subject, series.members),
        *_exactly(total - union),
    )
    severity = None if _certain(subject, series) else Severity.WARNING
    others = list(shared[1:_MOST_RELATED])
    finding = rule.finding(
        f"{_named(series.kind, first.ids)} {_stands(first.ids)} in {left.owner} and in {right.owner}"
        + (f"; {len(twice)} {noun} stand in more than one {series.owner}" if len(shared) > 1 else ""),
        Place(right.span, f"{right.owner} holds {_named(series.kind, right.ids)}"),
        severity=severity,
        related=(
            Place(left.span, f"{left.owner} holds {_named(series.kind, left.ids)}"),
            *(
                Place(series.members[one.right].span, f"{series.members[one.right].owner} shares {_named(series.kind, one.ids)}")
                for one in others
            ),
        ),
        claimed=_named(series.kind, right.ids),
        expected=f"{noun} that no other {series.owner} holds",
        derivation=(step,),
    )
    yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


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
    stated = _figures(subject, "pp")
    virtual = _figures(subject, "vp")
    if depth in stated or len(series.members) // depth in virtual:
        return f"{len(series.members)} virtual stages on {depth} sets of GPUs"
    return ""


def covered_layers(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The stages of a pipeline hold every layer, without a gap, and as many as the model has."""
    layers = _claims(subject, "model.layers", whole=True)
    figures = {_number(claim) for claim in layers}
    for series in _placements(subject).of("stage", "layer"):
        if not series.complete or series.template or not _of_pipeline(subject, series):
            continue
        whole = series.all
        spans = (*_spans(series), *(claim.span for claim in layers))
        if len(whole.ranges) > 1 and not _half_open(subject, series):
            missing = Ids.of([(whole.ranges[0][0], whole.ranges[-1][1])]) - whole
            before = max(
                (member for member in series.members if member.ids.last is not None and member.ids.last < (missing.first or 0)),
                key=lambda one: one.ids.last or 0,
            )
            after = min(
                (member for member in series.members if (member.ids.first or 0) > (missing.first or 0)), key=lambda one: one.ids.first or 0
            )
            finding = rule.finding(
                f"{_named('layer', missing)} {_stands(missing)} in no stage",
                Place(after.span, f"{after.owner} goes on with {_named('layer', after.ids)}"),
                related=(Place(before.span, f"{before.owner} ends with layer {before.ids.last}"),),
                claimed=_named("layer", whole),
                expected=f"layers {whole.first}-{whole.last}",
                derivation=(_gap_step(subject, whole, missing, series),),
            )
            yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)
            continue
        count = len(whole) - (1 if _half_open(subject, series) else 0)
        if not figures:
            yield Outcome(rule.code, Verdict.UNDETERMINED, spans, f"state the layers of the model to check the {count} of the stages")
        elif count in figures:
            yield Outcome(rule.code, Verdict.HELD, spans, f"the stages hold {count} layers")
        elif any(figure < count <= figure + 3 for figure in figures) or len(figures) > 1:
            yield Outcome(
                rule.code,
                Verdict.UNDETERMINED,
                spans,
                f"the stages hold {count} layers; embedding, head or prediction layers may count as such",
            )
        else:
            claim = layers[0]
            disjoint = sum(len(member.ids) for member in series.members) == count
            step = Step(
                "layers of the stages" if disjoint else "last layer - first layer",
                _summed(series.members) if disjoint else f"{(whole.first or 0) + count} - {whole.first}",
                f"{count} layers",
                _parts(subject, series.members),
                *_exactly(count),
            )
            last = series.members[-1]
            finding = rule.finding(
                f"the stages hold {count} layers, but the model has {_number(claim)}",
                Place(last.span, f"{last.owner} holds {_named('layer', last.ids)}"),
                related=(
                    *(Place(member.span) for member in series.members[:-1][:_MOST_RELATED]),
                    Place(claim.span, f"{_number(claim)} layers"),
                ),
                claimed=f"{count} layers",
                expected=f"{_number(claim)} layers",
                derivation=(step,),
            )
            yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def beyond(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """No id lies beyond the stated count: GPU 16 of 16 that count from 0."""
    counts = _claims(subject, "gpus", "gpus.available", roles=None)
    largest = max(_largest(subject, counts), default=0)
    if not largest:
        return
    for series in _placements(subject).series:
        gpus = series.all if series.kind == "gpu" else Ids.each(one.owner.id for one in series.members) if series.owner == "gpu" else Ids()
        if not gpus or gpus.last is None or series.template or series.aside:
            continue
        start = numbered_from(gpus, largest)
        spans = (*_spans(series), *(claim.span for claim in counts))
        outside = gpus - Ids.of([(start, start + largest - 1)])
        if not outside:
            yield Outcome(rule.code, Verdict.HELD, spans, f"GPUs {gpus} are within {largest}")
            continue
        member = next(one for one in series.members if (one.ids & outside if series.kind == "gpu" else Ids.each([one.owner.id]) & outside))
        claim = max(counts, key=_number, default=None)
        finding = rule.finding(
            f"{_named('gpu', outside)} {_stands(outside)} beyond the {largest} GPUs, which end at GPU {start + largest - 1}",
            Place(member.span if series.kind == "gpu" else member.owner.span, f"{member.owner} holds {_named(series.kind, member.ids)}"),
            related=() if claim is None else (Place(claim.span, f"{largest} GPUs"),),
            claimed=f"GPU {outside.last}",
            expected=f"GPU {start + largest - 1} at most",
            derivation=(
                Step(
                    "first id + GPUs - 1",
                    f"{start} + {largest} - 1",
                    f"{start + largest - 1} is the last GPU",
                    (
                        _operand(subject, "first id", start, series.members[0].span),
                        *(() if claim is None else (_operand(subject, "GPUs", largest, claim.span),)),
                    ),
                    *_exactly(start + largest - 1),
                ),
            ),
            severity=None if claim is not None and claim.confidence is not Confidence.LOW else Severity.WARNING,
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def _largest(subject: Subject, counts: Sequence[Claim]) -> Iterator[int]:
    yield from (_number(claim) for claim in counts)
    per_node, nodes = _figures(subject, None, "gpus.per_node"), _figures(subject, None, "nodes")
    if per_node and nodes:
        yield max(per_node) * max(nodes)


def beside(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A range holds as many as the count written beside it: `GPUs 0-31 (32 GPUs)`."""
    seen: set[Span] = set()
    for series in _placements(subject).series:
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
                yield Outcome(rule.code, Verdict.HELD, spans, f"{_named(series.kind, member.ids)} are {size}")
            elif halves:
                yield Outcome(
                    rule.code, Verdict.UNDETERMINED, spans, "the ranges of this series fit their counts if the last id is left out"
                )
            else:
                finding = rule.finding(
                    f"{_named(series.kind, member.ids)} are {size}, not {count.number}",
                    Place(count.span, f"says {count.number}"),
                    related=(Place(member.span, f"holds {size}"),),
                    claimed=f"{count.number} {_NAMES[series.kind][1]}",
                    expected=f"{size} {_NAMES[series.kind][1]}",
                    derivation=(_size_step(subject, member, series.kind),),
                )
                yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def members_held(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What an owner holds is as many as is said of it: of one (`Stage 0 (32 GPUs)`) or of each (`Layers per stage: 8`)."""
    found = _placements(subject)
    for owner, count in found.counts:
        sizes = list(_sizes(found, owner.kind, owner.id, count.kind))
        if not sizes:
            continue
        spans = (count.span, *(member.span for _, one in sizes for member in one))
        if any(size == count.number for size, _ in sizes):
            yield Outcome(rule.code, Verdict.HELD, spans, f"{owner} holds {count.number} {_NAMES[count.kind][1]}")
            continue
        size, members = sizes[0]
        finding = rule.finding(
            f"{owner} holds {size} {_NAMES[count.kind][1 if size != 1 else 0]}, not {count.number}",
            Place(count.span, f"says {count.number}"),
            related=tuple(Place(member.span) for member in members[:_MOST_RELATED]),
            claimed=f"{count.number} {_NAMES[count.kind][1]}",
            expected=f"{size}",
            derivation=(
                Step(
                    f"{_NAMES[count.kind][1]} of {owner}",
                    _summed(members) if sum(len(member.ids) for member in members) == size else str(size),
                    f"{size}",
                    _parts(subject, members),
                    *_exactly(size),
                ),
            ),
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)
    for quantity, (owner_kind, kind) in _options(rule)["each"].items():
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
    claims = [claim for claim in _claims(subject, quantity) if not claim.scope.member]
    figures = {_number(claim) for claim in claims}
    for series in found.of(owner, kind):
        members = [member for member in series.members if member.exact]
        if not claims or len(members) < 2 or series.template:
            continue
        sizes = {len(member.ids) for member in members}
        spans = (*_spans(series), *(claim.span for claim in claims))
        if sizes & figures:
            yield Outcome(rule.code, Verdict.HELD, spans, f"{owner} for {owner}: {', '.join(map(str, sorted(sizes)))} {_NAMES[kind][1]}")
            continue
        if _half_open(subject, series) and {size - 1 for size in sizes} & figures:
            yield Outcome(rule.code, Verdict.UNDETERMINED, spans, "the ranges fit if the last id is left out")
            continue
        claim = claims[0]
        finding = rule.finding(
            f"{_number(claim)} {_NAMES[kind][1]} per {owner}, but {members[0].owner} holds "
            f"{len(members[0].ids)}: {_named(kind, members[0].ids)}",
            Place(claim.span, f"says {_number(claim)} per {owner}"),
            related=tuple(Place(member.span, f"{member.owner} holds {len(member.ids)}") for member in members[:_MOST_RELATED]),
            claimed=f"{_number(claim)} per {owner}",
            expected=f"{len(members[0].ids)} per {owner}",
            derivation=(_size_step(subject, members[0], kind),),
            severity=None if len(sizes) == 1 and claim.confidence is not Confidence.LOW and len(figures) == 1 else Severity.WARNING,
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def tensor_groups(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A tensor-parallel group has as many ranks as the tensor-parallel degree."""
    claims = _claims(subject, "parallel.tensor", "parallel.expert_tensor")
    degrees = {_number(claim) for claim in claims}
    if not degrees:
        return
    others = _combined(subject, ("cp", "dp", "ep", "pp"))
    admitted = {degree * factor for degree in degrees for factor in others}
    for size, place, said in _groups(subject, "tensor group"):
        spans = (place, *(claim.span for claim in claims))
        if size in degrees:
            yield Outcome(rule.code, Verdict.HELD, spans, f"tensor-parallel groups of {size}")
        elif size in admitted:
            yield Outcome(rule.code, Verdict.UNDETERMINED, spans, f"{size} GPUs are several tensor-parallel groups")
        else:
            claim = claims[0]
            finding = rule.finding(
                f"a tensor-parallel group of {size} GPUs, but TP is {_number(claim)}",
                Place(place, said),
                related=tuple(Place(one.span, f"TP {_number(one)}") for one in claims[:_MOST_RELATED]),
                claimed=f"{size} GPUs",
                expected=f"{_number(claim)} GPUs",
                derivation=(_ratio_step(subject, "GPUs of the group / TP", (size, place), (_number(claim), claim.span)),),
                severity=None if len(degrees) == 1 else Severity.WARNING,
            )
            yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def expert_groups(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Groups that exchange tokens have EP members, each of them whole sets of the other axes; or they hold one share of the experts."""
    claims = _claims(subject, "parallel.expert")
    degrees = {_number(claim) for claim in claims if _number(claim) > 1}
    if not degrees:
        return
    gpus = _figures(subject, None, "gpus")
    # Tokens are exchanged within a layer, hence within a stage: no exchange spans the pipeline.
    exchanging = {degree * factor for degree in degrees for factor in _combined(subject, ("tp", "dp", "cp", "etp"))}
    held = {
        *_combined(subject, ("tp", "pp", "dp", "cp", "etp")),
        *(degree * factor for degree in degrees for factor in _combined(subject, ("tp", "pp", "dp", "cp", "etp"))),
    }
    for degree in degrees:
        held.update(count // degree for count in gpus if count % degree == 0)
    described = [size for size in _placements(subject).sizes if size.kind == "expert group" and size.size is not None and not size.aside]
    done: set[int] = set()
    for one in described:
        size, place = one.size, one.size_span
        if size is None or place is None or size in done:
            continue
        same = [other for other in described if other.size == size]
        exchange = next((other for other in same if _exchanges(subject, other, rule)), None)
        done.add(size)
        spans = (*(other.size_span for other in same if other.size_span is not None), *(claim.span for claim in claims))
        if size in exchanging or (exchange is None and size in held):
            yield Outcome(rule.code, Verdict.HELD, spans, f"expert-parallel groups of {size}")
            continue
        claim = claims[0]
        main = (exchange or one).size_span or place
        what = "exchange tokens among" if exchange is not None else "have"
        fitting = sorted(exchanging)[:4]
        finding = rule.finding(
            f"expert-parallel groups {what} {size} GPUs, but EP {_number(claim)} makes groups of {' or '.join(map(str, fitting))}",
            Place(main, f"{size} GPUs"),
            related=(
                *(Place(other.size_span, f"{size} GPUs") for other in same if other.size_span is not None and other.size_span != main),
                *(Place(one.span, f"EP {_number(one)}") for one in claims[:_MOST_RELATED]),
            ),
            claimed=f"{size} GPUs",
            expected=" or ".join(map(str, fitting)) + " GPUs",
            derivation=(_ratio_step(subject, "GPUs of the group / EP", (size, main), (_number(claim), claim.span)),),
            severity=Severity.WARNING if size in held or exchange is None else None,
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def _exchanges(subject: Subject, size: GroupSize, rule: Rule) -> bool:
    """Tell whether tokens are said to go round inside these groups: in the same line, or right below it."""
    words = [tuple(one) for one in _options(rule)["exchange"]]
    statements = subject.document.statements
    own = statements[size.statement]
    start = own.value.whole.start
    for statement in statements[size.statement : size.statement + 12]:
        inside = statement is own or any(label.text.whole.start == start for label in statement.path)
        if inside and any(
            _says(subject, text, words) for text in (statement.value.content, *(label.text.content for label in statement.path[-1:]))
        ):
            return True
    return False


def group_totals(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """So many groups of so many GPUs do not exceed the GPUs there are to divide."""
    found = _placements(subject)
    gpus = _claims(subject, "gpus", "gpus.available")
    for one in found.sizes:
        if one.size is None or one.count is None or one.size_span is None or one.count_span is None or one.aside:
            continue
        total = one.size * one.count
        bounds = [
            (count.number, count.span)
            for owner, count in found.counts
            if one.owner is not None and (owner.kind, owner.id) == (one.owner.kind, one.owner.id) and count.kind == "gpu"
        ]
        bounds = bounds or [(_number(claim), claim.span) for claim in gpus]
        if not bounds:
            continue
        number, span = max(bounds)
        spans = (one.size_span, one.count_span, span)
        if total <= number:
            if number % total == 0:
                yield Outcome(rule.code, Verdict.HELD, spans, f"{one.count} x {one.size} = {total} of {number} GPUs")
            else:
                yield Outcome(rule.code, Verdict.UNDETERMINED, spans, f"{one.count} x {one.size} = {total} are a part of {number} GPUs")
            continue
        finding = rule.finding(
            f"{one.count} groups of {one.size} GPUs are {total}, but there are {number}",
            Place(one.count_span, f"{one.count} groups"),
            related=(Place(one.size_span, f"{one.size} GPUs each"), Place(span, f"{number} GPUs")),
            claimed=f"{one.count} x {one.size} GPUs",
            expected=f"{number} GPUs",
            derivation=(
                Step(
                    "groups * GPUs per group",
                    f"{one.count} * {one.size}",
                    f"{total} GPUs",
                    (_operand(subject, "groups", one.count, one.count_span), _operand(subject, "GPUs per group", one.size, one.size_span)),
                    *_exactly(total),
                ),
            ),
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def stages(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """As many stages are listed as the pipeline is deep (or times the chunks of an interleaved schedule)."""
    claims = _claims(subject, "parallel.pipeline")
    depths = {_number(claim) for claim in claims}
    if not depths:
        return
    admitted = depths | {depth * chunks for depth in depths for chunks in _figures(subject, "vp")}
    reported = False
    for series in sorted(_placements(subject).series, key=lambda one: one.statement):
        if series.owner != "stage" or not series.complete or series.aside or not _of_pipeline(subject, series):
            continue
        count = len(series.members)
        spans = (*_spans(series), *(claim.span for claim in claims))
        if count in admitted:
            yield Outcome(rule.code, Verdict.HELD, spans, f"{count} stages are listed")
            continue
        if reported:
            continue
        reported = True
        claim = claims[0]
        last = series.members[-1]
        finding = rule.finding(
            f"{count} stages are listed, but PP is {_number(claim)}",
            Place(last.owner.span, f"the last of {count}"),
            related=tuple(Place(one.span, f"PP {_number(one)}") for one in claims[:_MOST_RELATED]),
            claimed=f"{count} stages",
            expected=f"{_number(claim)} stages",
            derivation=(
                Step(
                    "last stage - first stage + 1",
                    f"{series.numbers[-1]} - {series.numbers[0]} + 1",
                    f"{count} stages",
                    tuple(
                        _operand(subject, name, member.owner.id, member.owner.span)
                        for name, member in (("last stage", series.members[-1]), ("first stage", series.members[0]))
                    ),
                    *_exactly(count),
                ),
            ),
            severity=None if len(depths) == 1 else Severity.WARNING,
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def dedicated_experts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """With GPUs set apart for experts, the others must hold all the replicas of TP x PP ranks."""
    found = _placements(subject)
    names = [tuple(one) for one in _options(rule)["dedicated"]]
    dedicated: list[tuple[Ids, Span]] = []
    for statement in subject.document.statements:
        text = statement.value.content
        if (
            any(character.isdigit() for character in text)
            and "xpert" in _around(statement)
            and _says(subject, text, names)
            and not statement.struck
        ):
            for mention in _mentioned(subject, statement):
                dedicated.append((mention[0], mention[1]))
    if not dedicated:
        return
    apart = Ids.of(span for ids, _ in dedicated for span in ids.ranges)
    tp, pp, dp, gpus = (
        [claim for claim in _claims(subject, quantity) if claim.plan == MAIN]
        for quantity in (_DEGREES["tp"], _DEGREES["pp"], _DEGREES["dp"], "gpus")
    )
    if not (tp and pp and dp) or any(len({_number(one) for one in claims}) != 1 for claims in (tp, pp, dp)):
        return
    for series in found.of("stage", "gpu"):
        ranks = series.all
        if not series.complete or series.template or series.aside or len(series.members) != _number(pp[0]) or ranks & apart:
            continue
        named = len(ranks | apart)
        if named not in {_number(one) for one in gpus}:
            yield Outcome(rule.code, Verdict.UNDETERMINED, _spans(series), f"the {named} GPUs placed are not all the plan has")
            continue
        per_replica = _number(tp[0]) * _number(pp[0])
        possible, wanted = len(ranks) // per_replica, _number(dp[0])
        spans = (*_spans(series), *(span for _, span in dedicated), *(one[0].span for one in (tp, pp, dp)))
        if possible >= wanted:
            yield Outcome(rule.code, Verdict.HELD, spans, f"{len(ranks)} GPUs hold {possible} replicas of {per_replica}")
            break
        claim = next((one for one in sorted(dp, key=lambda one: one.span) if "replica" in one.text), dp[0])
        finding = rule.finding(
            f"{wanted} replicas of TP {_number(tp[0])} x PP {_number(pp[0])} need {wanted * per_replica} GPUs beside the experts', "
            f"but {_named('gpu', ranks)} are {len(ranks)}",
            Place(claim.span, f"{wanted} replicas"),
            related=(
                *(Place(one.span, f"DP {_number(one)}") for one in [one for one in dp if one is not claim][:3]),
                *(Place(span, f"{_named('gpu', ids)} hold experts only") for ids, span in dedicated[:3]),
                *(Place(member.span, f"{member.owner}: {_named('gpu', member.ids)}") for member in series.members[:_MOST_RELATED]),
                Place(tp[0].span, f"TP {_number(tp[0])}"),
                Place(pp[0].span, f"PP {_number(pp[0])}"),
            ),
            claimed=f"{wanted} replicas",
            expected=f"{possible} replica{'s' if possible != 1 else ''}",
            derivation=(
                Step(
                    "dp * tp * pp",
                    f"{wanted} * {_number(tp[0])} * {_number(pp[0])}",
                    f"{wanted * per_replica} GPUs needed, {len(ranks)} placed",
                    tuple(
                        _operand(subject, symbol, _number(one), one.span) for symbol, one in (("dp", claim), ("tp", tp[0]), ("pp", pp[0]))
                    ),
                    *_exactly(wanted * per_replica),
                ),
            ),
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)
        break


def parts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """One part per GPU, while a GPU holds several stages."""
    names = [tuple(one) for one in _options(rule)["per_gpu"]]
    stated = list(_labelled(subject, names))
    if not stated:
        return
    series = [one for one in _placements(subject).of("stage", "gpu") if len(one.members) > 1 and not one.template and not one.aside]
    for one in series:
        on: dict[int, list[Member]] = {}
        for member in one.members:
            for gpu in member.ids if len(member.ids) <= 4096 else ():
                on.setdefault(gpu, []).append(member)
        if not on:
            continue
        gpu, most = max(on.items(), key=lambda item: len(item[1]))
        spans = (*_spans(one), *(place for _, place in stated))
        if len(most) <= 1:
            yield Outcome(rule.code, Verdict.HELD, spans, "no GPU holds more than one stage")
            continue
        number, place = stated[0]
        if number >= len(most) or _interleaved(subject, one):
            continue
        placed = sum(len(member.ids) for member in one.members)
        finding = rule.finding(
            f"{number} part per GPU, but the stages put {placed} parts on {len(on)} GPUs: "
            f"GPU {gpu} holds {_listing([str(member.owner) for member in most])}",
            Place(place, f"says {number} each"),
            related=tuple(Place(member.span, f"{member.owner}: {_named('gpu', member.ids)}") for member in one.members[:_MOST_RELATED]),
            claimed=f"{number} per GPU",
            expected=f"{len(most)} on GPU {gpu}",
            derivation=(
                Step(
                    "GPUs of each stage",
                    _summed(one.members),
                    f"{placed} parts on {len(on)} GPUs",
                    _parts(subject, one.members),
                    *_exactly(placed),
                ),
            ),
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)
        return


def covered_experts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Expert ids stay within the number of experts, and owners that are all there hold all of them."""
    claims = _claims(subject, "model.experts", "model.experts_total", roles=None, whole=True)
    figures = {_number(claim) for claim in claims}
    if not figures:
        return
    owners = {
        "gpu": _figures(subject, None, "gpus"),
        "node": _figures(subject, None, "nodes"),
        "expert group": _figures(subject, "ep"),
        "tensor group": set(),
    }
    most = max(figures)
    layers = _figures(subject, None, "model.layers")
    for series in _placements(subject).series:
        if series.kind != "expert" or series.owner == "layer" or series.aside or series.template:
            continue
        whole = series.all
        spans = (*_spans(series), *(claim.span for claim in claims))
        start = numbered_from(whole, most)
        outside = whole - Ids.of([(start, start + most - 1)])
        numbered_through = any(figure * layer > (whole.last or 0) for figure in figures for layer in layers)
        if outside:
            if numbered_through:
                yield Outcome(rule.code, Verdict.UNDETERMINED, spans, "experts may be numbered through all layers")
                continue
            member = next(one for one in series.members if one.ids & outside)
            finding = rule.finding(
                f"{_named('expert', outside)} {_stands(outside)} beyond the {most} experts, which end at expert {start + most - 1}",
                Place(member.span, f"{member.owner} holds {_named('expert', member.ids)}"),
                related=tuple(Place(claim.span, f"{_number(claim)} experts") for claim in claims[:_MOST_RELATED]),
                claimed=f"expert {outside.last}",
                expected=f"expert {start + most - 1} at most",
                derivation=(
                    Step(
                        "first id + experts - 1",
                        f"{start} + {most} - 1",
                        f"{start + most - 1} is the last expert",
                        (
                            _operand(subject, "first id", start, series.members[0].span),
                            *(_operand(subject, "experts", most, claim.span) for claim in claims if _number(claim) == most),
                        ),
                        *_exactly(start + most - 1),
                    ),
                ),
                severity=None if len(figures) == 1 else Severity.WARNING,
            )
            yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)
            continue
        if not series.complete:
            continue
        if len(whole) in figures:
            yield Outcome(rule.code, Verdict.HELD, spans, f"the {_plural(series.owner)} hold {len(whole)} experts")
        elif len(series.members) in owners.get(series.owner, set()) and len(figures) == 1 and not series.within:
            finding = rule.finding(
                f"all {len(series.members)} {_plural(series.owner)} together hold {len(whole)} of the {most} experts",
                Place(series.members[-1].span, f"{series.members[-1].owner} holds {_named('expert', series.members[-1].ids)}"),
                related=tuple(Place(claim.span, f"{_number(claim)} experts") for claim in claims[:_MOST_RELATED]),
                claimed=f"{len(whole)} experts placed",
                expected=f"{most} experts",
                derivation=(
                    Step(
                        "experts - experts placed",
                        f"{most} - {len(whole)}",
                        f"{most - len(whole)} experts without a place",
                        (_operand(subject, "experts", most, claims[0].span), *_parts(subject, series.members)),
                        *_exactly(most - len(whole)),
                    ),
                ),
                severity=Severity.WARNING,
            )
            yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def split_experts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Stages split layers; each layer's experts stay in its stage, so stages do not divide the experts of a layer among them.

    A plan set aside, a baseline, is judged by itself: what stands below its label.
    """
    every = _claims(subject, "model.experts", roles=frozenset((Role.ACTUAL, Role.PREVIOUS)), whole=True)
    through = {_number(claim) for claim in _claims(subject, "model.experts_total", roles=None)}
    layered = [series for series in _placements(subject).of("stage", "layer") if len(series.members) > 1 and _of_pipeline(subject, series)]
    for region in dict.fromkeys(_region(subject, series.statement) for series in layered):
        here = [series for series in layered if _region(subject, series.statement) == region]
        if not any(not overlaps([Group("", member.ids) for member in series.members]) for series in here):
            continue
        claims = [
            claim
            for claim in every
            if (claim.role is Role.ACTUAL and not region) or (region and _region(subject, claim.statement) == region)
        ]
        if claims:
            yield from _split(subject, rule, region, claims, through)


def _region(subject: Subject, statement: int) -> tuple[Span, ...]:
    """Return the labels down to the one that sets a statement aside from the plan; empty for the plan itself."""
    one = subject.document.statements[statement]
    return tuple(label.text.whole for label in one.path[: set_aside(one, subject.lexicon) + 1])


def _experts_of_stages(subject: Subject, region: tuple[Span, ...]) -> Iterator[tuple[Series, tuple[Series, ...], tuple[Member, ...]]]:
    """Yield which experts the stages hold, said outright or by their GPUs, what that was made from, and the second stage's GPUs."""
    found = _placements(subject)
    for series in found.of("stage", "expert"):
        if len(series.members) > 1 and not series.template and _region(subject, series.statement) == region:
            yield series, (series,), ()
    for stages, held in ((one, two) for one in found.of("stage", "gpu")[:8] for two in found.of("gpu", "expert")[:8]):
        if any(one.template or _region(subject, one.statement) != region for one in (stages, held)) or held.within or stages.within:
            continue
        on = {member.owner.id: member for member in held.members}
        if len(on) != len(held.members) or len(stages.all) > _MOST_GPUS or any(gpu not in on for gpu in stages.all):
            continue
        if len(stages.members) < 2 or overlaps([Group("", member.ids) for member in stages.members]):
            continue
        members = tuple(
            replace(stage, ids=Ids.of(one for gpu in stage.ids for one in on[gpu].ids.ranges), beside=None) for stage in stages.members
        )
        apart = _apart([on[gpu] for gpu in stages.members[1].ids])
        if apart:
            yield replace(stages, kind="expert", members=members), (stages, held), apart


def _apart(members: Iterable[Member]) -> tuple[Member, ...]:
    """Return the members that hold what no earlier one does; none where two hold a part in common."""
    chosen: list[Member] = []
    for member in members:
        known = Ids.of(one for other in chosen for one in other.ids.ranges)
        if member.ids & known and member.ids - known:
            return ()
        if not member.ids & known:
            chosen.append(member)
    return tuple(chosen)


def _split(subject: Subject, rule: Rule, region: tuple[Span, ...], claims: Sequence[Claim], through: Collection[int]) -> Iterator[Outcome]:
    figures = {_number(claim) for claim in claims}
    for series, sources, gpus in _experts_of_stages(subject, region):
        whole = series.all
        last = whole.last or 0
        spans = (*(span for source in sources for span in _spans(source)), *(claim.span for claim in claims))
        held = [member.ids if sources[1:] else Ids.of([(member.ids.first or 0, member.ids.last or 0)]) for member in series.members]
        if overlaps([Group("", ids) for ids in held]):
            yield Outcome(rule.code, Verdict.HELD, spans, "the stages hold the same experts, each of its own layers")
            continue
        per_layer = next((figure for figure in sorted(figures) if last < figure or (last == figure and (whole.first or 0) == 1)), None)
        if per_layer is None or per_layer in through or (region and len(whole) != per_layer):
            yield Outcome(rule.code, Verdict.UNDETERMINED, spans, "the experts may be numbered through all layers")
            continue
        claim = next(one for one in claims if _number(one) == per_layer)
        first, second = series.members[0], series.members[1]
        finding = rule.finding(
            f"{_named('expert', held[0])} stand in {first.owner} and {_named('expert', held[1])} in {second.owner}, "
            f"which leaves each layer a part of its {per_layer} experts",
            Place(second.span, f"{second.owner} has layers of its own"),
            related=(
                Place(first.span, f"{first.owner}"),
                *(Place(member.span, f"{member.owner}") for member in series.members[2 : 2 + _MOST_RELATED]),
                *(
                    Place(source.place, f"{source.members[0].owner} holds {_named('expert', source.members[0].ids)}")
                    for source in sources[1:]
                ),
                *(Place(one.span, f"{_number(one)} experts") for one in claims[:_MOST_RELATED]),
            ),
            claimed=_named("expert", held[1]),
            expected=f"all {per_layer} experts of the layers of {second.owner}",
            derivation=(
                Step(
                    "experts of a layer - experts of the stage",
                    f"{per_layer} - ({_summed(gpus)})" if gpus else f"{per_layer} - {len(held[1])}",
                    f"{per_layer - len(held[1])} experts missing from the stage's layers",
                    (
                        _operand(subject, "experts", per_layer, claim.span),
                        *(_parts(subject, gpus) if gpus else (_operand(subject, str(second.owner), len(held[1]), second.span),)),
                    ),
                    *_exactly(per_layer - len(held[1])),
                ),
            ),
            severity=Severity.ERROR if _per_layer(claim) and not region else None,
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)
        return


def idle(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Where GPUs hold all layers by name, every GPU of the plan holds some."""
    found = _placements(subject)
    depths = {_number(claim) for claim in _claims(subject, "model.layers", whole=True)}
    counts = [claim for claim in _claims(subject, "gpus") if claim.scope.per in ("", "total") and not claim.scope.member]
    for series in found.of("gpu", "layer"):
        region = _region(subject, series.statement)
        here = [claim for claim in counts if _region(subject, claim.statement) == region]
        whole = series.all
        figures = {_number(claim) for claim in here}
        if not series.complete or series.template or series.within or region or len(figures) != 1 or len(whole) not in depths:
            continue
        placed, had = len(series.members), figures.pop()
        spans = (*_spans(series), *(claim.span for claim in here))
        if placed >= had:
            yield Outcome(rule.code, Verdict.HELD, spans, f"layers on all {had} GPUs")
            continue
        near = [other for other in found.series if _region(subject, other.statement) == region]
        named = Ids.of(one for other in near if other.kind == "gpu" for one in other.all.ranges)
        owners = {member.owner.id for other in near if other.owner == "gpu" for member in other.members}
        copied = had % placed == 0 and _is_copied(subject, had // placed)
        if copied or max((named.last or 0, *owners)) > max(series.numbers):
            yield Outcome(rule.code, Verdict.UNDETERMINED, spans, "each GPU listed may stand for several")
            continue
        message = f"the layers stand on {placed} GPUs; the other {had - placed} of {had} hold none"
        last = series.members[-1]
        finding = rule.finding(
            message,
            Place(here[0].span, f"{had} GPUs"),
            related=(Place(last.span, f"{last.owner} holds the last layers"), *(Place(claim.span, f"{had} GPUs") for claim in here[1:4])),
            claimed=f"{had} GPUs",
            expected=f"{placed} GPUs with layers",
            derivation=(
                Step(
                    "GPUs - id of the last GPU with layers - 1" if series.numbers[0] == 0 else "GPUs - id of the last GPU with layers",
                    f"{had} - {series.numbers[-1]}" + (" - 1" if series.numbers[0] == 0 else ""),
                    f"{had - placed} GPUs without layers",
                    (
                        _operand(subject, "GPUs", had, here[0].span),
                        _operand(subject, "last GPU", series.numbers[-1], max(series.members, key=lambda one: one.owner.id).owner.span),
                    ),
                    *_exactly(had - placed),
                ),
            ),
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, message, finding)
        return


def _is_copied(subject: Subject, times: int) -> bool:
    """Tell whether stated degrees put what one GPU is listed with on so many GPUs."""
    return times in _combined(subject, ("tp", "cp", "dp", "ep"))


def pattern(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Where a list leaves out members, the last one continues the pattern of the first two."""
    for series in _placements(subject).series:
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
                yield Outcome(rule.code, Verdict.HELD, spans, f"{member.owner} continues the pattern")
                continue
            finding = rule.finding(
                f"{member.owner} holds {_named(series.kind, member.ids)}; the pattern of {first.owner} and {second.owner} "
                f"leads to {_named(series.kind, wanted)}",
                Place(member.span, f"{member.owner} holds {_named(series.kind, member.ids)}"),
                related=(Place(first.span, f"{first.owner}"), Place(second.span, f"{second.owner}")),
                claimed=_named(series.kind, member.ids),
                expected=_named(series.kind, wanted),
                derivation=(
                    Step(
                        "first + (member - first member) * stride",
                        f"{first.ids.first} + {ahead // step} * {stride}",
                        f"{start} is the first of {member.owner}",
                        tuple(_operand(subject, str(one.owner), one.ids.first or 0, one.span) for one in (first, second)),
                        *_exactly(start),
                    ),
                ),
            )
            yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


# --- what the report says


def _placements(subject: Subject) -> Placements:
    return read(subject.document, subject.lexicon)


def _options(rule: Rule) -> Mapping[str, Any]:
    found: Mapping[str, Any] = rule.data.get("data", {})
    return found


def _claims(
    subject: Subject, *quantities: str, roles: frozenset[Role] | None = frozenset((Role.ACTUAL,)), whole: bool = False
) -> list[Claim]:
    """Return the claims that state a whole number exactly, the surest first; `whole` leaves out what speaks of a part."""
    # `4 TP groups of 8 GPUs` counts groups, however the number was read.
    found_placements = _placements(subject)
    groups = [size.count_span for size in found_placements.sizes if size.count_span is not None]
    # `PP1: GPUs 4-7` names the second stage and states no degree.
    groups += [one.owner.span for one in found_placements.items if one.glued]
    found = []
    for claim in subject.quantities(quantities):
        low = claim.interval.low
        if claim.source or claim.bound or low is None or not claim.interval.is_exact or low.denominator != 1 or low <= 0:
            continue
        if roles is not None and claim.role not in roles:
            continue
        if whole and (claim.scope.member or claim.scope.per not in ("", "total", "layer")):
            continue
        if not any(claim.span.overlaps(span) for span in groups):
            found.append(claim)
    return sorted(found, key=lambda claim: (-claim.confidence.rank, claim.span))


def _number(claim: Claim) -> int:
    low = claim.interval.low
    return 0 if low is None else low.numerator


def _figures(subject: Subject, symbol: str | None, quantity: str = "") -> set[int]:
    return {_number(claim) for claim in _claims(subject, _DEGREES[symbol] if symbol else quantity)}


def _combined(subject: Subject, symbols: Iterable[str]) -> set[int]:
    """Return the products of any of these degrees, as stated."""
    values = [sorted(_figures(subject, symbol))[:4] for symbol in symbols]
    products = {1}
    for degrees in values:
        products |= {one * degree for one in products for degree in degrees}
    return products


def _groups(subject: Subject, kind: str) -> Iterator[tuple[int, Span, str]]:
    """Return the sizes of groups of a kind: as listed, and as described."""
    found = _placements(subject)
    for series in found.of(kind, "gpu"):
        if series.aside:
            continue
        seen: set[int] = set()
        for member in series.members:
            if member.exact and len(member.ids) not in seen:
                seen.add(len(member.ids))
                yield len(member.ids), member.span, f"{member.owner}: {_named('gpu', member.ids)}"
    for size in found.sizes:
        if size.kind == kind and size.size is not None and size.size_span is not None and not size.aside:
            yield size.size, size.size_span, f"{size.size} GPUs"


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


def _mentioned(subject: Subject, statement: Statement) -> Iterator[tuple[Ids, Span]]:
    for mention in mentions(statement.value.content, subject.lexicon.nouns):
        if mention.kind == "gpu":
            yield mention.ids, statement.value.span(mention.start, mention.end)


def _around(statement: Statement) -> str:
    return " ".join((statement.value.content[:400], *(label.text.content[:200] for label in statement.path[-2:])))


def _says(subject: Subject, text: str, names: Sequence[tuple[str, ...]]) -> bool:
    words = [word.text for word in subject.lexicon.normalize(text[:600])]
    for name in names:
        for place in range(len(words) - len(name) + 1):
            if tuple(words[place : place + len(name)]) == name:
                return True
    return False


def _per_layer(claim: Claim) -> bool:
    return claim.scope.per == "layer"


# --- series


def _certain(subject: Subject, series: Series) -> bool:
    """Tell whether nothing but a mistake explains an overlap: for GPUs of stages, that as many stages are stated as are listed."""
    if series.owner != "stage" or series.kind != "gpu":
        return not series.aside
    return len(series.members) in _figures(subject, "pp") and not series.aside


_PIPELINE: Final = frozenset(("pipeline", "pipelining", "pp", "pipelined"))
_OTHER_STAGES: Final = frozenset(
    (
        "training",
        "pretraining",
        "pre",
        "finetuning",
        "tuning",
        "sft",
        "rlhf",
        "curriculum",
        "rollout",
        "pilot",
        "migration",
        "canary",
        "scaling",
        "phase",
        "annealing",
        "extension",
    )
)
"""Words around stages of a training recipe or of a roll-out."""


def _of_pipeline(subject: Subject, series: Series) -> bool:
    """Tell whether stages are those of a pipeline: it is said, or they hold GPUs and nothing says otherwise."""
    statements = subject.document.statements
    statement = statements[series.statement]
    first = series.members[0].owner.span
    line = subject.document.source.lines.line(subject.document.source.lines.point(first.start).line)
    near = [subject.document.source.text[line.start : line.end][:400], *(label.text.content[:200] for label in statement.path[-2:])]
    words = {word.text for text in near for word in split(text)}
    if words & _PIPELINE or any({word.text for word in split(label.text.content[:200])} & _PIPELINE for label in statement.path):
        return True
    if words & _OTHER_STAGES:
        return False
    owners = {member.owner.span for member in series.members}
    return (
        series.kind == "gpu"
        or any(member.owner.span in owners for one in _placements(subject).of("stage", "gpu") for member in one.members)
        or (len(series.members) in _figures(subject, "pp"))
    )


def _half_open(subject: Subject, series: Series) -> bool:
    """Tell whether each range begins where the one before it ends, so that the last id of each may be left out."""
    ordered = sorted(series.members, key=lambda member: member.ids.first or 0)
    if len(ordered) < 2 or any(len(member.ids.ranges) != 1 or len(member.ids) < 2 or _spelled_out(subject, member) for member in ordered):
        return False
    stated = {_number(claim) for claim in _claims(subject, "gpus" if series.kind == "gpu" else f"model.{series.kind}s", whole=True)}
    if len(series.all) in stated and len(series.all) - 1 not in stated:
        return False
    if any(left.ids.last != right.ids.first for left, right in pairwise(ordered)):
        return False
    # Where the report writes other ranges of the kind with both ends, it writes these so too.
    return not any(_closed(other) for other in _placements(subject).of(series.owner, series.kind) if other is not series)


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


def _numbered_within(series: Series) -> bool:
    """Tell whether each node counts its own GPUs from the start."""
    firsts = {member.ids.first for member in series.members}
    few = all((member.ids.last or 0) < _MOST_PER_NODE for member in series.members)
    return len(firsts) == 1 or (few and any(not member.exact for member in series.members))


def _spans(series: Series) -> tuple[Span, ...]:
    return tuple(member.span for member in series.members)


def _plural(owner: str) -> str:
    return "GPUs" if owner == "gpu" else f"{owner}s"


def _named(kind: str, ids: Ids) -> str:
    one, many = _NAMES[kind]
    return f"{one if len(ids) == 1 else many} {ids}"


def _stands(ids: Ids) -> str:
    return "stands" if len(ids) == 1 else "stand"


def _listing(items: Sequence[str]) -> str:
    return " and ".join((", ".join(items[:-1]), items[-1])) if len(items) > 1 else "".join(items)


# --- arithmetic


def _exactly(number: int) -> tuple[Fraction, Fraction]:
    return Fraction(number), Fraction(number)


def _operand(subject: Subject, symbol: str, number: int, span: Span) -> Operand:
    low, high = _exactly(number)
    return Operand(symbol, subject.document.source.text[span.start : span.end][:80], low, high, span)


def _held(subject: Subject, member: Member) -> Operand:
    return _operand(subject, str(member.owner), len(member.ids), member.span)


def _parts(subject: Subject, members: Sequence[Member]) -> tuple[Operand, ...]:
    return tuple(_held(subject, member) for member in members[:_MOST_TERMS])


def _summed(members: Sequence[Member]) -> str:
    """Return how many ids each member holds as a sum; of many members, what the sum comes to."""
    sizes = [len(member.ids) for member in members]
    return " + ".join(map(str, sizes)) if len(sizes) <= _MOST_TERMS else str(sum(sizes))


def _size_step(subject: Subject, member: Member, kind: str) -> Step:
    ranges = member.ids.ranges
    terms = [f"({last} - {first} + 1)" if last > first else "1" for first, last in ranges] if len(ranges) <= _MOST_TERMS else []
    return Step(
        "last - first + 1",
        " + ".join(terms) or str(len(member.ids)),
        f"{len(member.ids)} {_NAMES[kind][1]}",
        (_held(subject, member),),
        *_exactly(len(member.ids)),
    )


def _gap_step(subject: Subject, whole: Ids, missing: Ids, series: Series) -> Step:
    disjoint = sum(len(member.ids) for member in series.members) == len(whole)
    return Step(
        "last layer - first layer + 1 - layers placed",
        f"{whole.last} - {whole.first} + 1 - ({_summed(series.members)})"
        if disjoint
        else f"{whole.last} - {whole.first} + 1 - {len(whole)}",
        f"{len(missing)} layer{'s' if len(missing) != 1 else ''} in no stage",
        _parts(subject, series.members),
        *_exactly(len(missing)),
    )


def _ratio_step(subject: Subject, formula: str, size: tuple[int, Span], degree: tuple[int, Span]) -> Step:
    ratio = Fraction(size[0], degree[0])
    names = formula.split(" / ")
    operands = (_operand(subject, names[0], *size), _operand(subject, names[1], *degree))
    return Step(formula, f"{size[0]} / {degree[0]}", str(ratio), operands, ratio, ratio)

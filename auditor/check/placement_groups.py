"""Checks of groups of ranks: their sizes against the degrees, their number against the GPUs, GPUs set apart for experts.

A group described by its size may be several of the kind, or hold the ranks of other axes too; where a report states several
values of a degree, one that fits suffices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.owners import (
    DEGREES,
    MOST_RELATED,
    figures_of,
    naming,
    number_of,
    of_pipeline,
    operand_at,
    placements,
    products_of,
    region_of,
    spans_of,
    whole_claims,
)
from auditor.check.subject import Subject
from auditor.claims.listed_groups import read_listed
from auditor.claims.mentions import mentions
from auditor.claims.placement import GroupSize, Member, Placement
from auditor.cost.layout.placement import Group, Ids, overlaps
from auditor.findings import Outcome, Place, Severity, Step, Verdict
from auditor.plans.assign import MAIN
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Statement

__all__ = [
    "dedicated_experts",
    "expert_groups",
    "group_totals",
    "listed_groups",
    "tensor_groups",
    "tensor_groups_in_stages",
]


def tensor_groups(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A tensor-parallel group has as many ranks as the tensor-parallel degree."""
    claims = whole_claims(subject, "parallel.tensor", "parallel.expert_tensor")
    degrees = {number_of(claim) for claim in claims}
    if not degrees:
        return
    others = products_of(subject, ("cp", "dp", "ep", "pp"))
    admitted = {degree * factor for degree in degrees for factor in others}
    for size, place, said in _groups(subject, "tensor group"):
        spans = (place, *(claim.span for claim in claims))
        if size in degrees:
            yield rule.held(spans, f"tensor-parallel groups of {size}")
        elif size in admitted:
            yield rule.undetermined(spans, f"{size} GPUs are several tensor-parallel groups")
        else:
            claim = claims[0]
            yield rule.contradicted(
                spans,
                f"a tensor-parallel group of {size} GPU{'s' if size > 1 else ''}, but TP is {number_of(claim)}",
                Place(place, said),
                related=tuple(Place(one.span, f"TP {number_of(one)}") for one in claims[:MOST_RELATED]),
                claimed=f"{size} GPUs",
                expected=f"{number_of(claim)} GPUs",
                derivation=(_ratio_step(subject, "GPUs of the group / TP", (size, place), (number_of(claim), claim.span)),),
                severity=None if len(degrees) == 1 else Severity.WARNING,
            )


_AXIS_OF: Final = {"tensor group": "tp", "expert group": "ep", "data group": "dp", "pipeline group": "pp", "context group": "cp"}
_WITH: Final = {"tp": ("etp",), "ep": (), "dp": ("cp",), "pp": (), "cp": ()}
"""Degrees whose ranks the groups of an axis may hold too: the replicas of Megatron-Core's data groups with context parallelism."""


def listed_groups(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Groups that are written out rank by rank are as large as the degree of their axis."""
    for listed in read_listed(subject.document):
        axis = _AXIS_OF[listed.kind]
        claims = [
            claim
            for claim in whole_claims(subject, DEGREES[axis], whole=True)
            if claim.statement != listed.statement and claim.span not in listed.spans
        ]
        degrees = {number_of(claim) for claim in claims}
        if not claims or region_of(subject, listed.statement):
            continue
        spans = (*listed.spans, *(claim.span for claim in claims))
        admitted = {degree * factor for degree in degrees for factor in products_of(subject, _WITH[axis])}
        if listed.size in admitted:
            yield rule.held(spans, f"{listed.kind}s of {listed.size}")
            continue
        claim, place = claims[0], listed.spans[0]
        yield rule.contradicted(
            spans,
            f"the {listed.kind}s listed have {listed.size} ranks each, but {axis.upper()} is {number_of(claim)}",
            Place(place, f"{listed.size} ranks"),
            related=tuple(Place(one.span, f"{axis.upper()} {number_of(one)}") for one in claims[:MOST_RELATED]),
            claimed=f"{listed.size} ranks",
            expected=f"{number_of(claim)} ranks",
            derivation=(_ratio_step(subject, f"ranks of a group / {axis.upper()}", (listed.size, place), (number_of(claim), claim.span)),),
            severity=None if len(degrees) == 1 else Severity.WARNING,
        )


def tensor_groups_in_stages(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The ranks of a tensor-parallel group share each layer, so they lie in one stage."""
    every = [one for one in placements(subject).of("stage", "gpu") if len(one.members) > 1 and not (one.template or one.within)]
    for series in every:
        groups = list(_tensor_sets(subject, region_of(subject, series.statement)))
        if not groups or not of_pipeline(subject, series) or overlaps([Group("", member.ids) for member in series.members]):
            continue
        apart = [(group, [stage for stage in series.members if stage.ids & group.ids]) for group in groups]
        spans = (*spans_of(series), *(group.span for group in groups))
        crossing = [(group, stages) for group, stages in apart if len(stages) > 1]
        if not crossing:
            if any(stages for _, stages in apart):
                yield rule.held(spans, "each tensor-parallel group lies in one stage")
            continue
        group, stages = crossing[0]
        message = f"{group.owner} is {naming('gpu', group.ids)}, which lie in {' and '.join(str(one.owner) for one in stages[:4])}"
        others = len(crossing) - 1
        more = f"; so do{'es' if others == 1 else ''} {others} other group{'s' if others > 1 else ''}" if others else ""
        first, second = stages[0].owner, stages[1].owner
        finding = rule.finding(
            message + more,
            Place(group.span, f"{group.owner} holds {naming('gpu', group.ids)}"),
            related=(
                *(Place(span) for span in group.spans[1:MOST_RELATED]),
                *(Place(stage.owner.span, f"{stage.owner} holds {naming('gpu', stage.ids)}") for stage in stages[:MOST_RELATED]),
            ),
            claimed=naming("gpu", group.ids),
            expected="GPUs of one stage",
            derivation=(
                Step.exact(
                    "stage of one - stage of another",
                    f"{second.id} - {first.id}",
                    f"{second.id - first.id} stage{'s' if second.id - first.id != 1 else ''} apart",
                    tuple(operand_at(subject, str(one), one.id, one.span) for one in (second, first)),
                    second.id - first.id,
                ),
            ),
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, spans, message, finding)
        return


def _tensor_sets(subject: Subject, region: tuple[Span, ...]) -> Iterator[Member]:
    """Yield the tensor-parallel groups with the GPUs of each: as listed, and as put together from a list of GPUs."""
    for series in placements(subject).of("tensor group", "gpu"):
        if not series.aside and not series.template and region_of(subject, series.statement) == region:
            yield from (member for member in series.members if member.exact and len(member.ids) > 1)
    for listed in _by_gpu(subject, region):
        yield from listed.across


@dataclass(frozen=True, slots=True)
class _ByGpu:
    """A list of all GPUs, each with its tensor-parallel group; the groups put together in both ways they can be numbered."""

    inside: tuple[Member, ...]
    """Numbered again in each stage."""
    across: tuple[Member, ...]
    """Numbered through; empty where groups numbered again in each stage have as many GPUs as the degree."""


def _by_gpu(subject: Subject, region: tuple[Span, ...]) -> Iterator[_ByGpu]:
    lists: dict[tuple[object, ...], list[Placement]] = {}
    for one in placements(subject).items:
        if one.owner.kind == "tensor group" and one.kind == "gpu" and not one.exact and len(one.ids) == 1:
            lists.setdefault(one.series, []).append(one)
    degrees = figures_of(subject, "tp") | figures_of(subject, "etp")
    counts = figures_of(subject, None, "gpus")
    for items in lists.values():
        gpus = Ids.of(span for one in items for span in one.ids.ranges)
        if len(gpus) != len(items) or len(gpus) not in counts or region_of(subject, items[0].statement) != region:
            continue
        inside = _put_together(items, lambda one: (*((outer.kind, outer.id) for outer in one.within), one.owner.id))
        across = _put_together(items, lambda one: (one.owner.id,))
        fit = all(len(one.ids) in degrees for one in inside)
        yield _ByGpu(inside, () if fit or not all(len(one.ids) in degrees for one in across) else across)


def _put_together(items: Iterable[Placement], key: Callable[[Placement], tuple[object, ...]]) -> tuple[Member, ...]:
    found: dict[tuple[object, ...], list[Placement]] = {}
    for one in items:
        found.setdefault(key(one), []).append(one)
    return tuple(
        Member(several[0].owner, Ids.of(span for one in several for span in one.ids.ranges), tuple(one.span for one in several), exact=True)
        for several in found.values()
    )


def expert_groups(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Groups that exchange tokens have EP members, each of them whole sets of the other axes; or they hold one share of the experts."""
    claims = whole_claims(subject, "parallel.expert")
    degrees = {number_of(claim) for claim in claims if number_of(claim) > 1}
    if not degrees:
        return
    gpus = figures_of(subject, None, "gpus")
    # Tokens are exchanged within a layer, hence within a stage: no exchange spans the pipeline.
    exchanging = {degree * factor for degree in degrees for factor in products_of(subject, ("tp", "dp", "cp", "etp"))}
    held = {
        *products_of(subject, ("tp", "pp", "dp", "cp", "etp")),
        *(degree * factor for degree in degrees for factor in products_of(subject, ("tp", "pp", "dp", "cp", "etp"))),
    }
    for degree in degrees:
        held.update(count // degree for count in gpus if count % degree == 0)
    described = [size for size in placements(subject).sizes if size.kind == "expert group" and size.size is not None and not size.aside]
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
            yield rule.held(spans, f"expert-parallel groups of {size}")
            continue
        claim = claims[0]
        main = (exchange or one).size_span or place
        what = "exchange tokens among" if exchange is not None else "have"
        fitting = sorted(exchanging)[:4]
        yield rule.contradicted(
            spans,
            f"expert-parallel groups {what} {size} GPUs, but EP {number_of(claim)} makes groups of {' or '.join(map(str, fitting))}",
            Place(main, f"{size} GPUs"),
            related=(
                *(Place(other.size_span, f"{size} GPUs") for other in same if other.size_span is not None and other.size_span != main),
                *(Place(one.span, f"EP {number_of(one)}") for one in claims[:MOST_RELATED]),
            ),
            claimed=f"{size} GPUs",
            expected=" or ".join(map(str, fitting)) + " GPUs",
            derivation=(_ratio_step(subject, "GPUs of the group / EP", (size, main), (number_of(claim), claim.span)),),
            severity=Severity.WARNING if size in held or exchange is None else None,
        )


def _exchanges(subject: Subject, size: GroupSize, rule: Rule) -> bool:
    """Tell whether tokens are said to go round inside these groups: in the same line, or right below it."""
    words = [tuple(one) for one in rule.options["exchange"]]
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
    found = placements(subject)
    gpus = whole_claims(subject, "gpus", "gpus.available")
    for one in found.sizes:
        if one.size is None or one.count is None or one.size_span is None or one.count_span is None or one.aside:
            continue
        total = one.size * one.count
        bounds = [
            (count.number, count.span)
            for owner, count in found.counts
            if one.owner is not None and (owner.kind, owner.id) == (one.owner.kind, one.owner.id) and count.kind == "gpu"
        ]
        bounds = bounds or [(number_of(claim), claim.span) for claim in gpus]
        if not bounds:
            continue
        number, span = max(bounds)
        spans = (one.size_span, one.count_span, span)
        if total <= number:
            if number % total == 0:
                yield rule.held(spans, f"{one.count} x {one.size} = {total} of {number} GPUs")
            else:
                yield rule.undetermined(spans, f"{one.count} x {one.size} = {total} are a part of {number} GPUs")
            continue
        yield rule.contradicted(
            spans,
            f"{one.count} groups of {one.size} GPUs are {total}, but there are {number}",
            Place(one.count_span, f"{one.count} groups"),
            related=(Place(one.size_span, f"{one.size} GPUs each"), Place(span, f"{number} GPUs")),
            claimed=f"{one.count} x {one.size} GPUs",
            expected=f"{number} GPUs",
            derivation=(
                Step.exact(
                    "groups * GPUs per group",
                    f"{one.count} * {one.size}",
                    f"{total} GPUs",
                    (
                        operand_at(subject, "groups", one.count, one.count_span),
                        operand_at(subject, "GPUs per group", one.size, one.size_span),
                    ),
                    total,
                ),
            ),
        )


def dedicated_experts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """With GPUs set apart for experts, the others must hold all the replicas of TP x PP ranks."""
    found = placements(subject)
    names = [tuple(one) for one in rule.options["dedicated"]]
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
        [claim for claim in whole_claims(subject, quantity) if claim.plan == MAIN]
        for quantity in (DEGREES["tp"], DEGREES["pp"], DEGREES["dp"], "gpus")
    )
    if not (tp and pp and dp) or any(len({number_of(one) for one in claims}) != 1 for claims in (tp, pp, dp)):
        return
    for series in found.of("stage", "gpu"):
        ranks = series.all
        if not series.complete or series.template or series.aside or len(series.members) != number_of(pp[0]) or ranks & apart:
            continue
        named = len(ranks | apart)
        if named not in {number_of(one) for one in gpus}:
            yield rule.undetermined(spans_of(series), f"the {named} GPUs placed are not all the plan has")
            continue
        per_replica = number_of(tp[0]) * number_of(pp[0])
        possible, wanted = len(ranks) // per_replica, number_of(dp[0])
        spans = (*spans_of(series), *(span for _, span in dedicated), *(one[0].span for one in (tp, pp, dp)))
        if possible >= wanted:
            yield rule.held(spans, f"{len(ranks)} GPUs hold {possible} replicas of {per_replica}")
            break
        claim = next((one for one in sorted(dp, key=lambda one: one.span) if "replica" in one.text), dp[0])
        yield rule.contradicted(
            spans,
            f"{wanted} replicas of TP {number_of(tp[0])} x PP {number_of(pp[0])} need {wanted * per_replica} GPUs beside the experts', "
            f"but {naming('gpu', ranks)} are {len(ranks)}",
            Place(claim.span, f"{wanted} replicas"),
            related=(
                *(Place(one.span, f"DP {number_of(one)}") for one in [one for one in dp if one is not claim][:3]),
                *(Place(span, f"{naming('gpu', ids)} hold experts only") for ids, span in dedicated[:3]),
                *(Place(member.span, f"{member.owner}: {naming('gpu', member.ids)}") for member in series.members[:MOST_RELATED]),
                Place(tp[0].span, f"TP {number_of(tp[0])}"),
                Place(pp[0].span, f"PP {number_of(pp[0])}"),
            ),
            claimed=f"{wanted} replicas",
            expected=f"{possible} replica{'s' if possible != 1 else ''}",
            derivation=(
                Step.exact(
                    "dp * tp * pp",
                    f"{wanted} * {number_of(tp[0])} * {number_of(pp[0])}",
                    f"{wanted * per_replica} GPUs needed, {len(ranks)} placed",
                    tuple(
                        operand_at(subject, symbol, number_of(one), one.span)
                        for symbol, one in (("dp", claim), ("tp", tp[0]), ("pp", pp[0]))
                    ),
                    wanted * per_replica,
                ),
            ),
        )
        break


def _groups(subject: Subject, kind: str) -> Iterator[tuple[int, Span, str]]:
    """Return the sizes of groups of a kind: as listed, and as described."""
    found = placements(subject)
    for series in found.of(kind, "gpu"):
        if series.aside:
            continue
        seen: set[int] = set()
        for member in series.members:
            if member.exact and len(member.ids) not in seen:
                seen.add(len(member.ids))
                yield len(member.ids), member.span, f"{member.owner}: {naming('gpu', member.ids)}"
    for listed in _by_gpu(subject, ()) if kind == "tensor group" else ():
        if not listed.across:
            sizes = {len(member.ids): member for member in reversed(listed.inside)}
            yield from ((size, member.span, f"{member.owner}: {naming('gpu', member.ids)}") for size, member in sizes.items())
    for size in found.sizes:
        if size.kind == kind and size.size is not None and size.size_span is not None and not size.aside:
            yield size.size, size.size_span, f"{size.size} GPUs"


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


def _ratio_step(subject: Subject, formula: str, size: tuple[int, Span], degree: tuple[int, Span]) -> Step:
    ratio = Fraction(size[0], degree[0])
    names = formula.split(" / ")
    operands = (operand_at(subject, names[0], *size), operand_at(subject, names[1], *degree))
    return Step.exact(formula, f"{size[0]} / {degree[0]}", str(ratio), operands, ratio)

"""Checks of where experts stand: every one has a place, none lies beyond the count, and stages do not divide those of a layer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from auditor.check.owners import (
    MOST_RELATED,
    figures_of,
    naming,
    number_of,
    of_pipeline,
    operand_at,
    parts_of,
    placements,
    plural,
    region_of,
    sizes_summed,
    spans_of,
    stands,
    whole_claims,
)
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.claims.placement import Member, Series
from auditor.cost.layout.placement import Group, Ids, numbered_from, overlaps
from auditor.findings import Outcome, Place, Severity, Step
from auditor.rulebook import Rule
from auditor.spans import Span

__all__ = [
    "covered_experts",
    "split_experts",
]


_MOST_GPUS: Final = 4096
"""GPUs whose experts are put together to those of a stage."""


def covered_experts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Expert ids stay within the number of experts, and owners that are all there hold all of them."""
    claims = whole_claims(subject, "model.experts", "model.experts_total", roles=None, whole=True)
    figures = {number_of(claim) for claim in claims}
    if not figures:
        return
    owners = {
        "gpu": figures_of(subject, None, "gpus"),
        "node": figures_of(subject, None, "nodes"),
        "expert group": figures_of(subject, "ep"),
        "tensor group": set(),
    }
    most = max(figures)
    layers = figures_of(subject, None, "model.layers")
    for series in placements(subject).series:
        if series.kind != "expert" or series.owner == "layer" or series.aside or series.template:
            continue
        whole = series.all
        spans = (*spans_of(series), *(claim.span for claim in claims))
        start = numbered_from(whole, most)
        outside = whole - Ids.of([(start, start + most - 1)])
        numbered_through = any(figure * layer > (whole.last or 0) for figure in figures for layer in layers)
        if outside:
            if numbered_through:
                yield rule.undetermined(spans, "experts may be numbered through all layers")
                continue
            member = next(one for one in series.members if one.ids & outside)
            yield rule.contradicted(
                spans,
                f"{naming('expert', outside)} {stands(outside)} beyond the {most} experts, which end at expert {start + most - 1}",
                Place(member.span, f"{member.owner} holds {naming('expert', member.ids)}"),
                related=tuple(Place(claim.span, f"{number_of(claim)} experts") for claim in claims[:MOST_RELATED]),
                claimed=f"expert {outside.last}",
                expected=f"expert {start + most - 1} at most",
                derivation=(
                    Step.exact(
                        "first id + experts - 1",
                        f"{start} + {most} - 1",
                        f"{start + most - 1} is the last expert",
                        (
                            operand_at(subject, "first id", start, series.members[0].span),
                            *(operand_at(subject, "experts", most, claim.span) for claim in claims if number_of(claim) == most),
                        ),
                        start + most - 1,
                    ),
                ),
                severity=None if len(figures) == 1 else Severity.WARNING,
            )
            continue
        if not series.complete:
            continue
        if len(whole) in figures:
            yield rule.held(spans, f"the {plural(series.owner)} hold {len(whole)} experts")
        elif len(series.members) in owners.get(series.owner, set()) and len(figures) == 1 and not series.within:
            yield rule.contradicted(
                spans,
                f"all {len(series.members)} {plural(series.owner)} together hold {len(whole)} of the {most} experts",
                Place(series.members[-1].span, f"{series.members[-1].owner} holds {naming('expert', series.members[-1].ids)}"),
                related=tuple(Place(claim.span, f"{number_of(claim)} experts") for claim in claims[:MOST_RELATED]),
                claimed=f"{len(whole)} experts placed",
                expected=f"{most} experts",
                derivation=(
                    Step.exact(
                        "experts - experts placed",
                        f"{most} - {len(whole)}",
                        f"{most - len(whole)} experts without a place",
                        (operand_at(subject, "experts", most, claims[0].span), *parts_of(subject, series.members)),
                        most - len(whole),
                    ),
                ),
                severity=Severity.WARNING,
            )


def split_experts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Stages split layers; each layer's experts stay in its stage, so stages do not divide the experts of a layer among them.

    A plan set aside, a baseline, is judged by itself: what stands below its label.
    """
    every = whole_claims(subject, "model.experts", roles=frozenset((Role.ACTUAL, Role.PREVIOUS)), whole=True)
    through = {number_of(claim) for claim in whole_claims(subject, "model.experts_total", roles=None)}
    layered = [series for series in placements(subject).of("stage", "layer") if len(series.members) > 1 and of_pipeline(subject, series)]
    for region in dict.fromkeys(region_of(subject, series.statement) for series in layered):
        here = [series for series in layered if region_of(subject, series.statement) == region]
        if not any(not overlaps([Group("", member.ids) for member in series.members]) for series in here):
            continue
        claims = [
            claim
            for claim in every
            if (claim.role is Role.ACTUAL and not region) or (region and region_of(subject, claim.statement) == region)
        ]
        if claims:
            yield from _split(subject, rule, region, claims, through)


def _experts_of_stages(subject: Subject, region: tuple[Span, ...]) -> Iterator[tuple[Series, tuple[Series, ...], tuple[Member, ...]]]:
    """Yield which experts the stages hold, said outright or by their GPUs, what that was made from, and the second stage's GPUs."""
    found = placements(subject)
    for series in found.of("stage", "expert"):
        if len(series.members) > 1 and not series.template and region_of(subject, series.statement) == region:
            yield series, (series,), ()
    for stages, held in ((one, two) for one in found.of("stage", "gpu")[:8] for two in found.of("gpu", "expert")[:8]):
        if any(one.template or region_of(subject, one.statement) != region for one in (stages, held)) or held.within or stages.within:
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
    figures = {number_of(claim) for claim in claims}
    for series, sources, gpus in _experts_of_stages(subject, region):
        whole = series.all
        last = whole.last or 0
        spans = (*(span for source in sources for span in spans_of(source)), *(claim.span for claim in claims))
        held = [member.ids if sources[1:] else Ids.of([(member.ids.first or 0, member.ids.last or 0)]) for member in series.members]
        if overlaps([Group("", ids) for ids in held]):
            yield rule.held(spans, "the stages hold the same experts, each of its own layers")
            continue
        per_layer = next((figure for figure in sorted(figures) if last < figure or (last == figure and (whole.first or 0) == 1)), None)
        if per_layer is None or per_layer in through or (region and len(whole) != per_layer):
            yield rule.undetermined(spans, "the experts may be numbered through all layers")
            continue
        claim = next(one for one in claims if number_of(one) == per_layer)
        first, second = series.members[0], series.members[1]
        yield rule.contradicted(
            spans,
            f"{naming('expert', held[0])} stand in {first.owner} and {naming('expert', held[1])} in {second.owner}, "
            f"which leaves each layer a part of its {per_layer} experts",
            Place(second.span, f"{second.owner} has layers of its own"),
            related=(
                Place(first.span, f"{first.owner}"),
                *(Place(member.span, f"{member.owner}") for member in series.members[2 : 2 + MOST_RELATED]),
                *(
                    Place(source.place, f"{source.members[0].owner} holds {naming('expert', source.members[0].ids)}")
                    for source in sources[1:]
                ),
                *(Place(one.span, f"{number_of(one)} experts") for one in claims[:MOST_RELATED]),
            ),
            claimed=naming("expert", held[1]),
            expected=f"all {per_layer} experts of the layers of {second.owner}",
            derivation=(
                Step.exact(
                    "experts of a layer - experts of the stage",
                    f"{per_layer} - ({sizes_summed(gpus)})" if gpus else f"{per_layer} - {len(held[1])}",
                    f"{per_layer - len(held[1])} experts missing from the stage's layers",
                    (
                        operand_at(subject, "experts", per_layer, claim.span),
                        *(parts_of(subject, gpus) if gpus else (operand_at(subject, str(second.owner), len(held[1]), second.span),)),
                    ),
                    per_layer - len(held[1]),
                ),
            ),
            severity=Severity.ERROR if _per_layer(claim) and not region else None,
        )
        return


def _per_layer(claim: Claim) -> bool:
    return claim.scope.per == "layer"

"""A report read once more for its page: every number, the plans with what follows, the stages as they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from auditor.claims.model import Claim, Role
from auditor.claims.placement import Placements
from auditor.claims.placement import read as placements
from auditor.limits import DEFAULT, OverBudgetError, within
from auditor.pipeline import ClaimSet, read_claims
from auditor.plans.costing import cost, names_in
from auditor.render.claims_table import interval_words
from auditor.render.claims_v1 import unit_of
from auditor.render.recomputed import Completed
from auditor.render.study import Figure, Holding, Number, Reading, Stage, StudiedPlan, Study
from auditor.spans import LineIndex, Span

if TYPE_CHECKING:
    from auditor.cost.layout.placement import Ids
    from auditor.findings import Report
    from auditor.rulebook import Rulebook
    from auditor.units import Unit

__all__ = ["study"]

_ASIDE: Final = frozenset(("previous", "example"))
_PLANS: Final = 8
"""Plans of one report that are drawn; a benchmark of a hundred rows is no hundred deployments."""
_GPUS: Final = 256
_UNNAMED: Final = "other"


def study(report: Report, rules: Rulebook) -> Study:
    """Return what a page shows of a report; nothing where reading it takes more than a report may."""
    try:
        with within(DEFAULT):
            context = tuple(source for source in report.context if source.path != report.source.path)
            read = read_claims(report.source, context, rules=rules)
            wrong = [finding.place.span for finding in report.findings if not finding.place.path]
            placed, lines = placements(read.document, rules.lexicon), read.document.source.lines
            return Study(_numbers(read, rules), _plans(read, wrong), _stages(placed, lines), _holdings(placed, lines))
    except OverBudgetError:
        return Study()


def _numbers(read: ClaimSet, rules: Rulebook) -> tuple[Number, ...]:
    units = {name: quantity.unit for name, quantity in rules.lexicon.quantities.items()}
    named = [claim for claim in read.claims if not claim.source and claim.quantity != _UNNAMED]
    found = [Number(claim.span, Reading.CLAIM, _meaning(claim, units)) for claim in named]
    found += [Number(span, Reading.LABEL, why) for span, why in read.labels]
    found += [Number(span, Reading.UNREAD, why) for span, why in read.uncovered]
    return tuple(sorted(found, key=lambda one: one.span))


def _meaning(claim: Claim, units: dict[str, Unit]) -> str:
    unit = unit_of(claim, units).symbol
    value = interval_words(claim, units) + ("" if unit == "1" else f" {unit}")
    about = [claim.quantity, *([f"per {claim.scope.per}"] if claim.scope.per not in ("", "total") else [])]
    about += [part for part in (claim.scope.phase, claim.scope.member, "" if claim.role is Role.ACTUAL else claim.role.value) if part]
    return f"{' '.join(about)} = {value}"


def _plans(read: ClaimSet, wrong: Sequence[Span]) -> tuple[StudiedPlan, ...]:
    plans = [plan for plan in read.plans if plan.id not in _ASIDE and any(not claim.source for claim in plan.claims)][:_PLANS]
    names = names_in(read.document)
    lines = read.document.source.lines
    found = []
    for plan in plans:
        costed = cost(plan, names)
        compared = []
        for claim, result in costed.compared:
            point = lines.point(claim.span.start)
            compared.append(replace(result, claimed=replace(result.claimed, place=(point.line, point.column))))
        title = plan.title if len(plans) > 1 else ""
        completed = Completed(read.document.source.path, title, costed.estimate, tuple(compared), costed.uncompared, costed.refused)
        figures = tuple(one for claim in plan.claims if (one := _figure(claim, lines.point(claim.span.start).line, wrong)))
        found.append(StudiedPlan(completed, figures))
    return tuple(found)


def _figure(claim: Claim, line: int, wrong: Sequence[Span]) -> Figure | None:
    reading = claim.readings[0]
    stated = reading.stated if reading.stated is not None and reading.stated.is_exact else None
    value = stated.low if stated is not None else reading.interval.middle
    if claim.role is not Role.ACTUAL or claim.source or claim.scope.member or claim.bound or value is None:
        return None
    highs = [one.interval.high for one in claim.readings]
    most = max(high for high in highs if high is not None) if None not in highs else None
    text = " ".join(claim.text.split())
    return Figure(
        claim.quantity, claim.scope.per, claim.scope.phase, value, text, line, most, any(claim.span.overlaps(one) for one in wrong)
    )


def _stages(placed: Placements, lines: LineIndex) -> tuple[Stage, ...]:
    for series in placed.of("stage", "gpu"):
        if not series.aside and not series.template and len(series.members) > 1:
            return tuple(Stage(one.owner.id, _each(one.ids), lines.point(one.span.start).line) for one in series.members[:64])
    return ()


def _holdings(placed: Placements, lines: LineIndex) -> tuple[Holding, ...]:
    """Return the experts of each GPU, listed by GPU or by expert; the first list of either kind counts."""
    found: dict[int, tuple[list[int], int]] = {}
    for owner, kind in (("gpu", "expert"), ("expert", "gpu")):
        for series in placed.of(owner, kind):
            if series.aside or series.template:
                continue
            for member in series.members:
                line = lines.point(member.span.start).line
                for held in _each(member.ids):
                    gpu, expert = (member.owner.id, held) if owner == "gpu" else (held, member.owner.id)
                    if len(found) < _GPUS or gpu in found:
                        found.setdefault(gpu, ([], line))[0].append(expert)
        if found:
            break
    return tuple(Holding(gpu, tuple(sorted(set(experts))), line) for gpu, (experts, line) in sorted(found.items()))


def _each(ids: Ids) -> tuple[int, ...]:
    found: list[int] = []
    for first, last in ids.ranges:
        found += range(first, min(last, first + _GPUS) + 1)
    return tuple(found[:_GPUS])

"""Memory checks: what the weights, the cache and the training states of a plan must take, against what it says.

Each claim is tried under every admissible reading: GB and GiB, each stated parallel degree, each precision the report names, the
sharding conventions of `auditor.check.sharding`. What no reading gives is contradicted; the finding says which slip would give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from auditor.check.sharding import Judged, Share, Sharding
from auditor.check.stated import Worked, operand, places, shown, stated
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.findings import Confidence, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.plans.model import Plan
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.units import UNITS, Unit

__all__ = ["weights_per_gpu"]

_GB: Final = UNITS["GB"]


def weights_per_gpu(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A GPU's share of the weights is the model over the axes that divide it."""
    seen: set[object] = set()
    for plan in subject.plans:
        claims = [claim for claim in stated(plan, "memory.weights", ("gpu",)) if claim.confidence is Confidence.HIGH and not claim.source]
        if not claims:
            continue
        sharding = Sharding(subject, plan)
        whole = sharding.weights()
        for claims_ in _alike(claims):
            outcome = share_outcome(rule, claims_, sharding.judge(claims_[0], whole), what="weights", whole="the model's weights")
            key = (outcome.verdict, outcome.spans)
            if key not in seen:
                seen.add(key)
                yield outcome


def _alike(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Group claims of the same value: the same wrong figure on five lines is one finding."""
    groups: dict[object, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(shown(claim), []).append(claim)
    return list(groups.values())


# --- a share of the model


def share_outcome(rule: Rule, claims: Sequence[Claim], judged: Judged, *, what: str, whole: str, part: str = "GPU") -> Outcome:
    """Say what the degrees make of a claimed share of the model (weights or parameters)."""
    claim = claims[0]
    spans = tuple(one.span for one in claims)
    if judged.whole is None or judged.way is None or judged.share is Share.OPEN:
        return Outcome(rule.code, Verdict.UNDETERMINED, spans, f"state the model's size, its precision and the parallel degrees to check {claim.text.strip()}")
    unit = claim.unit if claim.unit.dimension == _GB.dimension else UNITS["1"]
    share = judged.way.of(judged.whole)
    if judged.share is Share.FITS:
        return Outcome(rule.code, Verdict.HELD, (*spans, *(one.span for one in share.claims if not one.source)), f"{share.substituted} = {figure(share.value, unit)} per {part}")
    expected = figure(share.value, unit)
    total = figure(judged.whole.value, unit)
    steps = [share.step(unit)]
    slip = ""
    if judged.slip is not None and judged.degrees is not None:
        wrong = judged.slip.of(judged.whole)
        slip = f"; {claim.text.strip()} is {total} / {judged.slip.divisor:,}: {_slipped(judged)}"
        steps.append(wrong.step(unit))
    over = f"{judged.way.symbols} = {_product(judged.way.sizes)}"
    match judged.share:
        case Share.TOO_LITTLE:
            message = f"{claim.text.strip()} of {what} per {part}, but {total} over {over} is {expected}{slip}"
        case Share.TOO_MUCH if judged.slip is None:
            message = f"{claim.text.strip()} of {what} per {part}, more than {total} over {over} = {expected}"
        case _:
            message = f"{claim.text.strip()} of {what} per {part}, but {over} divide {whole}: {expected}{slip}"
    doubtful = any(one.confidence is Confidence.LOW for one in (claim, *judged.whole.claims))
    guessed = judged.share is Share.TOO_MUCH and judged.slip is None and share.value * 2 > shown(claim)
    finding = rule.finding(
        message,
        Place(claim.span, f"{what} per {part}"),
        severity=Severity.WARNING if doubtful or guessed else None,
        related=(*places(share.claims, but=claim), *(Place(one.span, "the same") for one in claims[1:6])),
        claimed=claim.text.strip(),
        expected=expected,
        derivation=tuple(steps),
    )
    return Outcome(rule.code, Verdict.CONTRADICTED, spans, message, finding)


def _slipped(judged: Judged) -> str:
    """Say which axis a wrong divisor has too many or too few of."""
    slip, grid = judged.slip, judged.degrees
    if slip is None or grid is None or judged.way is None:
        return ""
    names = {"tp": "tensor parallelism", "pp": "pipeline parallelism", "ep": "expert parallelism", "cp": "context parallelism", "etp": "expert-tensor parallelism"}
    if "dp" in slip.axes or (slip.axes == ("gpus",) and grid.size("dp") > 1):
        return "the data-parallel replicas hold copies, they do not share one"
    missing = [names[axis] for axis in judged.way.axes if axis in names and axis not in slip.axes]
    if missing:
        return f"not divided by {' and '.join(missing)}"
    added = [names[axis] for axis in slip.axes if axis in names and axis not in judged.way.axes]
    return f"{' and '.join(added)} does not divide the weights" if added else "another division"


def _product(sizes: Sequence[int]) -> str:
    value = 1
    for size in sizes:
        value *= size
    return f"{' x '.join(str(size) for size in sizes)} = {value:,}" if len(sizes) > 1 else f"{value:,}"


_ = (Operand, Step, Unit, Worked, Plan, operand)

"""Culprits: which claim of a contradiction is likeliest wrong, and what would put it right.

Every change that resolves a contradiction overrules something the report says: each place that states the value it changes,
each check that holds now and would not any more, each contradiction it would make. The culprit is the claim whose change
overrules least, one witness one vote: a smallest diagnosis in the sense of Reiter, "A theory of diagnosis from first
principles" (Artificial Intelligence 32, 1987). Changes that overrule as much and go as far are equally likely, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.relations import restating
from auditor.claims.model import Approximation, Claim
from auditor.findings import Edit, Finding, Repair, Restatement
from auditor.layout_repairs import layout_repairs
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.spans import Span
from auditor.supposing import Effect, Supposing
from auditor.units import DIMENSIONLESS

__all__ = ["Diagnosis", "diagnosed", "is_measured"]

MAX_REPAIRS: Final = 4
MAX_WEIGHED: Final = 8
"""Changes weighed for one finding, those first that go least far."""
MAX_NAMED: Final = 2
_COMPUTED_SHARES: Final = ("share.of", "share.difference")
_UNKNOWN: Final = Fraction(10**9)


def is_measured(quantity: str) -> bool:
    """Tell whether a quantity is observed on a running system, so that only who measured it can put it right."""
    return quantity.startswith(("time.", "rate.", "share.")) and quantity not in _COMPUTED_SHARES


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A finding with its repairs in order, and the changes that are likeliest: one, or several that are as likely.

    Only changes that make everything agree count as likeliest.
    """

    finding: Finding
    likeliest: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A repair, the claims it changes, how far it goes, and what it would do to the rest of the report."""

    repair: Repair
    claims: tuple[Claim, ...]
    ratio: Fraction
    effect: Effect | None

    @property
    def order(self) -> tuple[bool, int, int, int, Fraction]:
        """First what makes all agree, then what changes the fewest quantities, then what overrules least, then what goes least far."""
        resolves = self.effect is not None and self.effect.resolves
        broken, overruled = (len(self.effect.broken), self.effect.overruled) if self.effect else (0, 0)
        return (not resolves, broken, len({claim.quantity for claim in self.claims}), overruled, self.ratio)

    @property
    def makes_all_agree(self) -> bool:
        """The contradiction would be gone, and no other would come."""
        return self.effect is not None and self.effect.resolves and not self.effect.broken


def diagnosed(finding: Finding, spans: Sequence[Span], supposing: Supposing) -> Diagnosis:
    """Return a finding with its repairs in order, the likeliest first, each with what it would do to the rest of the report.

    `spans` are the places of all claims that its outcome rests on.
    """
    if finding.place.path:
        return Diagnosis(finding)
    found = [*_restated(finding, supposing), *_values(finding, spans, supposing), *layout_repairs(finding, supposing.subject)]
    weighed = [_weigh(finding, repair, supposing) for repair in found[:MAX_WEIGHED]]
    weighed.sort(key=lambda one: one.order)  # stable: among equals the rule's own order stands
    likeliest = [one for one in weighed if one.order == weighed[0].order]
    ties = len(likeliest) if likeliest and likeliest[0].effect is not None else 1
    repairs = [_told(finding, one, ties if one in likeliest else 1) for one in weighed[:MAX_REPAIRS]]
    return Diagnosis(replace(finding, repairs=tuple(repairs)), tuple(one.repair for one in likeliest if one.makes_all_agree))


def _weigh(finding: Finding, repair: Repair, supposing: Supposing) -> _Weighed:
    claims = [(supposing.claims[key], one.value) for one in repair.restated if (key := (one.span, one.quantity)) in supposing.claims]
    ratios: dict[str, Fraction] = {}
    for claim, value in claims:
        ratios.setdefault(claim.quantity, _ratio(claim, value))
    ratio = Fraction(1)
    for factor in ratios.values():
        ratio *= factor
    return _Weighed(repair, tuple(claim for claim, _ in claims), ratio, supposing.effect(finding, repair.restated))


def _ratio(claim: Claim, value: Fraction) -> Fraction:
    old = _written(claim)
    if not old or value <= 0 or old < 0:
        return _UNKNOWN
    return max(old / value, value / old)


def _written(claim: Claim) -> Fraction | None:
    """Return the number as printed, in base units: of a range its middle, of a bound its end."""
    return (claim.readings[0].stated or claim.interval).middle


def _told(finding: Finding, one: _Weighed, ties: int) -> Repair:
    """Return the repair with what it would do elsewhere; safe only if that is nothing, and without edits of what was measured."""
    message, effect = one.repair.message, one.effect
    if effect is not None and effect.broken:
        message += f"; then {_listed(effect.broken)} would disagree"
    elif effect is not None and effect.settled:
        message += f"; {_listed(effect.settled)} would agree too"
    if ties > 1:
        message += f"; {ties} repairs are equally likely"
    edits = one.repair.edits
    if finding.category != "arithmetic" and any(is_measured(claim.quantity) for claim in one.claims):
        edits = ()  # a sum or share that the text works out can be worked out again; what was observed cannot
    safe = one.repair.safe and bool(edits) and (effect is None or effect.is_clean)
    return replace(one.repair, message=message, edits=edits, safe=safe)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return (" and " if not more else ", ").join(names[:MAX_NAMED]) + more


# --- what could be changed


def _restated(finding: Finding, supposing: Supposing) -> Iterator[Repair]:
    """Yield the repairs that the finding has, each at every place that states the same."""
    for repair in finding.repairs:
        if repair.restated:
            yield repair
            continue
        restated = tuple(_by_edits(repair.edits, supposing))
        claims = [supposing.claims[one.span, one.quantity] for one in restated]
        value = {claim.quantity: one.value for claim, one in zip(claims, restated, strict=True)}
        more = supposing.elsewhere(claims)
        edits = [restating((claim,), value[claim.quantity], whole=_is_count(claim)) for claim in more]
        if not more or not all(edits):
            yield replace(repair, restated=restated)
            continue
        # A figure that stands by itself elsewhere is no longer one that is only worked out here.
        everywhere = {edit.span: edit for edit in (*repair.edits, *(edit for listed in edits for edit in listed))}
        also = (Restatement(claim.span, claim.quantity, value[claim.quantity]) for claim in more)
        yield replace(repair, edits=tuple(everywhere.values()), restated=(*restated, *also), safe=False)


def _is_count(claim: Claim) -> bool:
    return claim.unit.dimension == DIMENSIONLESS and claim.approximation is Approximation.EXACT


def _by_edits(edits: Sequence[Edit], supposing: Supposing) -> Iterator[Restatement]:
    """Yield the claims whose numbers edits rewrite; a claim's value changes in the proportion its digits do."""
    text = supposing.subject.document.source.text
    for edit in edits:
        old, new = _number(text[edit.span.start : edit.span.end]), _number(edit.text)
        if not old or new is None:
            continue
        for claim in supposing.subject.claims:
            if not claim.source and claim.span.covers(edit.span) and (value := _written(claim)) is not None:
                yield Restatement(claim.span, claim.quantity, value * new / old)


def _number(text: str) -> Fraction | None:
    digits = text.replace(",", "").strip()
    whole, _, part = digits.partition(".")
    if len(digits) > 40 or not (whole + part).isdecimal() or not (whole + part).isascii():
        return None
    return Fraction(f"{whole or 0}.{part or 0}")


def _values(finding: Finding, spans: Sequence[Span], supposing: Supposing) -> Iterator[Repair]:
    """Yield, for a finding that one quantity has several values, each value put in the place of all others."""
    if finding.repairs or finding.category != "consistency":
        return
    claims = [claim for claim in supposing.at(spans) if claim.bound == "" and claim.approximation is not Approximation.RANGE]
    here = [claim for claim in claims if claim.span == finding.place.span]
    quantities = {claim.quantity for claim in here}
    if len(quantities) != 1:
        return
    by_value: dict[Fraction, list[Claim]] = {}
    for claim in claims:
        if claim.quantity in quantities and (value := _written(claim)) is not None:
            by_value.setdefault(value, []).append(claim)
    for value, agreed in by_value.items() if 1 < len(by_value) <= MAX_REPAIRS else ():
        others = [claim for other, listed in by_value.items() if other != value for claim in listed]
        yield _one_value(value, agreed[0], others)


def _one_value(value: Fraction, agreed: Claim, others: Sequence[Claim]) -> Repair:
    symbol = agreed.symbol or "the figure"
    old = " and ".join(dict.fromkeys(figure(_written(claim) or Fraction(0), claim.unit) for claim in others))
    places = "" if len(others) == 1 else f" in {len(others)} places"
    return Repair(
        f"{symbol} {figure(value, agreed.unit)} instead of {old}{places} would agree",
        restating(others, value, whole=_is_count(agreed)),
        restated=tuple(Restatement(claim.span, claim.quantity, value) for claim in others),
    )

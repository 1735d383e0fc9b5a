"""The power of a rule: the share of wrong figures that it rejects.

A rule that nothing can break checks nothing, and nobody sees it: it holds. So each relation is tried on plans that are known. A plan is
drawn that is true by one of the rule's conventions (`rules/plausible.yaml` says what is plausible), with other quantities stated or
not; then one figure is replaced by another, by a slip or by a draw, that breaks that convention as it is written, without tolerance.
What the rule makes of it under all conventions and tolerances that it admits is counted. Draws are seeded by the rule's code, so that
the figure is the same every time. A procedural check is tried on its bad examples, with other figures in the place of the wrong one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Any, Final

from auditor import index
from auditor.authoring.examples import Example, examples
from auditor.check import procedure
from auditor.check.subject import Subject
from auditor.claims.lexicon import kind_of
from auditor.findings import Finding, Verdict
from auditor.pipeline import read_claims
from auditor.read import decode
from auditor.records import dataclass
from auditor.relations.evaluate import Bound, Convention, Meaning, UnknownError, admits, judge, value_of
from auditor.relations.figures import rewritten
from auditor.relations.language import Expression, names, read_expression
from auditor.rulebook import Rule, Rulebook, Use
from auditor.spans import Span
from auditor.statements import Source
from auditor.values import Interval

__all__ = ["FLOOR", "Power", "floor_of", "is_weak", "measure", "measure_examples", "measured", "told"]

FLOOR: Final = Fraction(60, 100)
"""What a rule must reject of wrong figures unless it says another floor, and why."""
PLANS: Final = 16
"""Plans drawn for each convention."""
WRONG: Final = 6
"""Wrong figures tried in each plan."""
_TRIES: Final = 600
_SLIPS: Final = tuple(Fraction(text) for text in ("1/2", "2", "1/4", "4", "8", "1/8", "10", "1/10", "3/2", "2/3", "5/4", "4/5"))

_NUMBER: Final = re.compile(r"\d[\d,]*(?:\.\d+)?")

Draws = Mapping[str, Any]


@dataclass(slots=True)
class Power:
    """Wrong figures tried and rejected, by the rule and by each of its conventions alone."""

    tried: int = 0
    rejected: int = 0
    alone: dict[str, tuple[int, int]] = field(default_factory=dict)
    """For each convention: how many wrong figures met it, and how many it rejects by itself."""

    @property
    def share(self) -> Fraction | None:
        """The share rejected; None where nothing could be tried."""
        return Fraction(self.rejected, self.tried) if self.tried else None

    def weakest(self) -> list[tuple[str, Fraction]]:
        """Return the conventions with the share each rejects by itself, the weakest first."""
        shares = [(name, Fraction(rejected, met)) for name, (met, rejected) in self.alone.items() if met]
        return sorted(shares, key=lambda pair: pair[1])


def floor_of(rule: Rule) -> Fraction:
    """Return what the rule must reject: its own floor, or FLOOR."""
    own = rule.data["power"]
    return Fraction(own["floor"]) if own else FLOOR


def measured(rule: Rule, book: Rulebook) -> Power:
    """Return the power of any rule."""
    return measure_examples(rule, examples(rule), book) if rule.check else measure(rule)


def is_weak(rule: Rule, power: Power) -> bool:
    """Tell whether a rule rejects less than its floor."""
    return power.share is not None and power.share < floor_of(rule)


def told(rule: Rule, power: Power) -> str:
    """Say in one line how much a rule rejects, and which of its conventions lets most pass."""
    if power.share is None:
        return f"{rule.code} {rule.name}: power not measured, no figure of its own can be wrong"
    weakest = next(iter(power.weakest()), None)
    by = f"; {weakest[0]} alone {_percent(weakest[1])}" if weakest and weakest[0] and len(power.alone) > 1 else ""
    return f"{rule.code} {rule.name}: power {_percent(power.share)} of {power.tried}, floor {_percent(floor_of(rule))}{by}"


def _percent(share: Fraction) -> str:
    return f"{round(share * 100)} %"


def measure(rule: Rule) -> Power:
    """Return the power of a relation rule."""
    draw = _Draw(random.Random(rule.code), index.data("plausible"))  # noqa: S311 - a sample that is the same every time, no secret
    power = Power()
    for convention in rule.conventions:
        if convention.frameworks:
            continue  # admissible only beside a program's name: no plan is drawn from it, and none is saved by it
        for values in _plans(rule, convention, draw):
            for name, wrong in _wrong(rule, convention, values, draw):
                _try(rule, {**values, name: wrong}, power)
    return power


def _try(rule: Rule, values: Mapping[str, Fraction], power: Power) -> None:
    bounds = _bounds(rule, values)
    exact = {name: bound.meanings[0].interval for name, bound in bounds.items()}
    assumed = frozenset(name for name, bound in bounds.items() if bound.assumed)
    if any(admits(condition, exact, assumed=assumed).verdict is not Verdict.HELD for condition in rule.given):
        return
    verdicts = []
    for one in _admissible(rule, exact, assumed):
        verdict = judge(one, bounds, rule.tolerance).judgement.verdict
        verdicts.append(verdict)
        met, rejected = power.alone.get(one.name, (0, 0))
        power.alone[one.name] = (met + 1, rejected + (verdict is Verdict.CONTRADICTED))
    power.tried += 1
    power.rejected += bool(verdicts) and all(verdict is Verdict.CONTRADICTED for verdict in verdicts)


def _admissible(rule: Rule, exact: Mapping[str, Interval], assumed: frozenset[str]) -> Iterator[Convention]:
    for one in rule.conventions:
        if not one.frameworks and (one.when is None or admits(one.when, exact, assumed=assumed).verdict is Verdict.HELD):
            yield one


def _bounds(rule: Rule, values: Mapping[str, Fraction]) -> dict[str, Bound]:
    found = {}
    for use in rule.uses:
        assumed = use.name not in values
        value = rule.assume.get(use.name) if assumed else values[use.name]
        if value is not None:
            found[use.name] = Bound(use.symbol, (Meaning(Interval.exact(value), value),), "", use.unit, assumed=assumed)
    return found


def _plans(rule: Rule, convention: Convention, draw: _Draw) -> Iterator[dict[str, Fraction]]:
    """Yield plans in which a convention is admissible and holds; every other quantity is stated in half of them."""
    parts = (convention.holds, *convention.also)
    needed = {name for part in parts for name in names(part, asked=False)} - rule.assume.keys()
    made = 0
    for _ in range(_TRIES):
        values = {use.name: draw.of(use) for use in rule.uses if use.name in needed or draw.coin()}
        _solve(convention, rule.uses, values, draw)
        bounds = _bounds(rule, values)
        exact = {name: bound.meanings[0].interval for name, bound in bounds.items()}
        assumed = frozenset(name for name, bound in bounds.items() if bound.assumed)
        conditions: Iterable[Expression] = (*rule.given, *parts, *((convention.when,) if convention.when else ()))
        if all(admits(condition, exact, assumed=assumed).verdict is Verdict.HELD for condition in conditions):
            yield values
            made += 1
            if made == PLANS:
                return


def _solve(convention: Convention, uses: Sequence[Use], values: dict[str, Fraction], draw: _Draw) -> None:
    """Give one quantity, where the relation can be solved for it, the value that makes it hold."""
    kinds = {use.name: use.kind for use in uses}
    solvable = [(name, form) for name, form in convention.solved if name in values]
    draw.shuffle(solvable)
    for name, form in solvable:
        try:
            value = value_of(read_expression(form), values)
        except UnknownError:
            continue
        if kinds[name].admits(value):
            values[name] = value
            return


def _wrong(rule: Rule, convention: Convention, values: Mapping[str, Fraction], draw: _Draw) -> Iterator[tuple[str, Fraction]]:
    """Yield figures that break the convention as it is written, each for one name."""
    uses = {use.name: use for use in rule.uses}
    wanted = [name for name in names(convention.holds, asked=False) if name in values]
    exact = {name: Interval.exact(value) for name, value in values.items()}
    found = 0
    for _ in range(WRONG * 8):
        use = uses[draw.one(wanted)]
        value = values[use.name] * draw.one(_SLIPS) if draw.coin() else draw.of(use)
        if value == values[use.name] or not use.kind.admits(value):
            continue
        changed = {**exact, use.name: Interval.exact(value)}
        silent = {name: Interval.exact(given) for name, given in rule.assume.items() if name not in changed}
        if admits(convention.holds, {**changed, **silent}).verdict is not Verdict.CONTRADICTED:
            continue
        yield use.name, value
        found += 1
        if found == WRONG:
            return


class _Draw:
    """Draws plausible values."""

    def __init__(self, source: random.Random, table: Draws) -> None:
        self.source, self.table = source, table

    def coin(self) -> bool:
        return self.source.random() < 0.5

    def one(self, listed: Sequence[Any]) -> Any:
        return listed[self.source.randrange(len(listed))]

    def shuffle(self, listed: list[Any]) -> None:
        self.source.shuffle(listed)

    def of(self, use: Use) -> Fraction:
        """Return a plausible value of a quantity, in base units."""
        known = self.table.get(use.quantity) or self.table.get(f"of {kind_of(use.unit)}") or self.table["of other"]
        if isinstance(known, list):
            return Fraction(str(self.one(known))) * use.unit.scale
        low, high = Fraction(str(known["from"])), Fraction(str(known["to"]))
        # Even over orders of magnitude, to three digits, as people write figures.
        size = float(low) * (float(high) / float(low)) ** self.source.random()
        value = Fraction(f"{size:.3g}")
        return (Fraction(max(1, round(value))) if known.get("whole") or use.kind.whole else value) * use.unit.scale


# --- procedural checks


def measure_examples(rule: Rule, listed: Iterable[Example], book: Rulebook) -> Power:
    """Return the power of a procedural check: other figures are put in the place of those its bad examples are raised for.

    Nothing is tried where the place holds no single number, or the rule judges what other rules found.
    """
    power = Power()
    for example in listed:
        source = decode(example.path.read_bytes(), example.path.name)
        if example.good or rule.check.startswith("verdict."):
            continue
        for span in dict.fromkeys(finding.place.span for finding in _findings(rule, source, book) if not finding.place.path):
            for changed, place in _changed(source, span):
                power.tried += 1
                power.rejected += any(finding.place.span.overlaps(place) for finding in _findings(rule, changed, book))
    return power


def _findings(rule: Rule, source: Source, book: Rulebook) -> list[Finding]:
    read = read_claims(source, rules=book)
    subject = Subject(read.document, read.claims, read.plans, book.lexicon, read.context)
    return [outcome.finding for outcome in procedure(rule)(subject, rule) if outcome.finding is not None]


def _changed(source: Source, span: Span) -> Iterator[tuple[Source, Span]]:
    text = source.text[span.start : span.end]
    found = _NUMBER.findall(text)
    if len(found) != 1:
        return
    old = Fraction(found[0].replace(",", ""))
    whole = "." not in found[0]
    for slip in _SLIPS:
        new = old * slip
        written = rewritten(text, old, Fraction(round(new)) if whole else new, whole=whole) if old else None
        if written is None or written[2] == found[0]:
            continue
        start, end = span.start + written[0], span.start + written[1]
        changed = source.text[:start] + written[2] + source.text[end:]
        yield decode(changed.encode("utf-8", "surrogatepass"), source.path), Span(start, start + len(written[2]))

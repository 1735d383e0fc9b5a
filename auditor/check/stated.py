"""What a plan states: for each quantity the claims that may stand for the whole plan or one of its parts, the surest first.

Procedural checks of memory, parameters and models start here. A claim counts only if the report stands by it as its own
figure: previous figures, examples, targets and the operands of written equations do not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, product
from math import prod
from typing import Final

from auditor.check.subject import Subject
from auditor.claims.labels import find_any
from auditor.claims.model import Claim, Role
from auditor.cost.amount import Amount, base_amount, constant
from auditor.findings import Confidence, Finding, Operand, Place, Step
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.remember import remembered
from auditor.units import DATA, DIMENSIONLESS, UNITS, Unit
from auditor.values import Interval

__all__ = [
    "AXES",
    "Degrees",
    "Worked",
    "amount",
    "around",
    "called_indivisible",
    "degrees",
    "is_operand",
    "is_worked_from",
    "mentions",
    "near",
    "operand",
    "own",
    "own_words",
    "places",
    "said",
    "shown",
    "stated",
    "wholes",
]

AXES: Final[Mapping[str, str]] = {
    "tp": "parallel.tensor",
    "pp": "parallel.pipeline",
    "ep": "parallel.expert",
    "dp": "parallel.data",
    "cp": "parallel.context",
    "etp": "parallel.expert_tensor",
}
_WHOLE: Final = ("", "total")
_MOST_VALUES: Final = 4
_MOST_GRIDS: Final = 48


def stated(
    plan: Plan,
    quantity: str,
    per: Sequence[str] = _WHOLE,
    *,
    roles: Sequence[Role] = (Role.ACTUAL,),
    parts: bool = False,
    members: bool = False,
    operands: bool = False,
) -> tuple[Claim, ...]:
    """Return a plan's claims of a quantity in these scopes, the surest first.

    `parts` lets in what speaks of a part of the model (attention, experts), `members` what speaks of one GPU or stage,
    `operands` what stands in a written equation.
    """
    found = [
        claim
        for claim in plan.claims
        if claim.quantity == quantity
        and claim.role in roles
        and claim.scope.per in per
        and (members or not claim.scope.member)
        and (parts or not claim.scope.words)
        and (operands or not is_operand(claim))
    ]
    return tuple(sorted(found, key=lambda claim: (-claim.confidence.rank, bool(claim.source), claim.span)))


def own(plan: Plan, claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims that are the plan's own, not those it takes over from the text around it."""
    return [claim for claim in claims if not claim.source and (claim.plan == plan.id or plan.id.startswith(f"{claim.plan}/"))]


def is_operand(claim: Claim) -> bool:
    """Tell whether a claim is a number of a written equation rather than a figure of its own."""
    return claim.scope.words == "operand" or claim.read_as.startswith("operand")


def is_worked_from(subject: Subject, claim: Claim) -> bool:
    """Tell whether a claim is what another figure is worked out from: `20 GB` in `20 GB / 64 = 312 MB`."""
    if is_operand(claim):
        return True
    text = subject.document.source.text
    before, behind = text[max(0, claim.span.start - 3) : claim.span.start].strip(), text[claim.span.end : claim.span.end + 3].strip()
    rest = text[claim.span.end : claim.span.end + 120].partition("\n")[0]
    return (before[-1:] in _SIGNS or behind[:1] in _SIGNS) and any(sign in rest for sign in "=≈")


_SIGNS: Final = ("÷", "×", "*", "/", "+")


def shown(claim: Claim) -> Fraction:
    """Return the number as printed, in base units: of a range its middle, of a bound its end."""
    reading = claim.readings[0]
    interval = reading.stated or reading.interval
    return interval.middle or Fraction(0)


def wholes(plan: Plan, quantity: str, per: Sequence[str] = _WHOLE, *, members: bool = False) -> dict[int, Claim]:
    """Return the whole numbers a plan states for a quantity, each with its surest claim.

    Where some are read with high confidence, only those count.
    """
    listed = [
        claim
        for claim in stated(plan, quantity, per, members=members)
        if not claim.bound and claim.interval.is_exact and claim.interval.low is not None and claim.interval.low.denominator == 1
    ]
    sure = [claim for claim in listed if claim.confidence is Confidence.HIGH] or listed
    found: dict[int, Claim] = {}
    for claim in sure:
        value = int(claim.interval.low or 0)
        if value > 0:
            found.setdefault(value, claim)
    return dict(islice(found.items(), _MOST_VALUES))


@dataclass(frozen=True, slots=True)
class Degrees:
    """One choice of parallel degrees that a plan states; a degree it does not state is 1."""

    sizes: Mapping[str, int]
    claims: Mapping[str, Claim]
    gpus: int | None = None
    gpus_claim: Claim | None = None
    replica: int | None = None
    replica_claim: Claim | None = None
    """GPUs of one replica, where stated."""

    def size(self, axis: str) -> int:
        return self.sizes.get(axis, 1)

    def times(self, axes: Iterable[str]) -> int:
        return prod(self.size(axis) for axis in axes)

    @property
    def split(self) -> tuple[str, ...]:
        """The axes of more than one rank, in the usual order."""
        return tuple(axis for axis in AXES if self.size(axis) > 1)


def degrees(plan: Plan) -> Iterator[Degrees]:
    """Yield every choice of degrees and GPU count that a plan states, the surest first."""
    listed: dict[str, dict[int, Claim]] = {}
    for axis, quantity in AXES.items():
        found = wholes(plan, quantity)
        if found:
            listed[axis] = found
    counts: list[tuple[int | None, Claim | None]] = [*wholes(plan, "gpus").items()] or [(None, None)]
    replicas: list[tuple[int | None, Claim | None]] = [*wholes(plan, "gpus.per_replica", ("", "replica")).items()] or [(None, None)]
    choices = product(*(found.items() for found in listed.values()))
    for choice in islice(choices, _MOST_GRIDS):
        chosen = dict(zip(listed, choice, strict=True))
        for (gpus, gpus_claim), (replica, replica_claim) in islice(product(counts, replicas), 4):
            yield Degrees(
                {axis: size for axis, (size, _) in chosen.items()},
                {axis: claim for axis, (_, claim) in chosen.items()},
                gpus,
                gpus_claim,
                replica,
                replica_claim,
            )


# --- words


def own_words(subject: Subject, claim: Claim) -> frozenset[str]:
    """Return the words a claim stands among: its own label and what its statement says."""
    statement = subject.statement(claim)
    text = statement.value.content if len(statement.value.content) < 400 else ""
    return frozenset(word.text for word in subject.lexicon.normalize(f"{statement.label} {text}"))


def near(subject: Subject, claim: Claim, words: Collection[str]) -> bool:
    """Tell whether a claim's statement, its neighbours in the same group or the labels above hold one of these words."""
    statement = subject.statement(claim)
    texts = [label.text.content for label in statement.path]
    texts += [f"{other.label} {other.value.content}" for other in subject.siblings(statement)[:60] if len(other.value.content) < 400]
    return any(find_any(subject.lexicon.normalize(text), words) for text in texts)


def mentions(subject: Subject, words: Collection[str], denials: Collection[str] = ()) -> bool:
    """Tell whether the report names any of these phrases, whole words in any case, other than behind a word that denies it."""
    text = f" {_spaced(subject.document.source.reading.content)} "
    for word in words:
        wanted = f" {_spaced(word)} "
        at = text.find(wanted)
        while at >= 0:
            if text[:at].rpartition(" ")[2] not in denials:
                return True
            at = text.find(wanted, at + 1)
    return False


def called_indivisible(subject: Subject, finding: Finding) -> bool:
    """Tell whether a report says itself of two figures of a finding that they do not divide, or shows the refusal of a program."""
    figures = {one.low for step in finding.derivation for one in step.operands if one.low is not None and one.low == one.high}
    words = subject.lexicon.indivisible
    for statement in subject.document.statements:
        told = f" {_spaced(statement.value.content)} "
        if not any(f" {phrase} " in told for phrase in (*words["saying"], *words["asking"])):
            continue
        outright = any(f" {phrase} " in told for phrase in words["saying"])
        if not outright and not any(f" {word} " in told for word in words["refusing"]):
            continue
        if len(figures & {Fraction(int(word)) for word in told.split() if word.isdecimal() and len(word) < _DIGITS}) > 1:
            return True
    return False


_DIGITS: Final = 12
"""Figures that divide have fewer digits."""


@remembered
def _spaced(text: str) -> str:
    return " ".join("".join(character if character.isalnum() else " " for character in text.lower()).split())


def around(subject: Subject, claim: Claim) -> tuple[str, str]:
    """Return the text right before and right behind a claim, up to a comma, a sign or the end of a sentence."""
    text = subject.document.source.text
    before = text[max(0, claim.span.start - 60) : claim.span.start].rpartition("\n")[2]
    behind = text[claim.span.end : claim.span.end + 40].partition("\n")[0]
    for mark in (*",;|+=:÷×", ". "):
        before = before.rpartition(mark)[2] if mark in before else before
    for mark in ",;|+=÷×.(":
        behind = behind.partition(mark)[0]
    return before, behind


# --- saying it


def operand(claim: Claim, symbol: str = "") -> Operand:
    """Return a claim as the operand of a derivation."""
    return Operand(
        symbol or claim.symbol or "figure",
        claim.text.strip()[:80],
        claim.interval.low,
        claim.interval.high,
        None if claim.source else claim.span,
        claim.source or "assumed",
    )


@dataclass(frozen=True, slots=True)
class Worked:
    """A value worked out from claims: what it can be, the arithmetic with the numbers as printed, and where they come from.

    It is multiplied, divided and subtracted like a number, and goes into the formulas of the cost model, which keep all three in step.
    """

    interval: Interval
    amount: Amount
    """The arithmetic, in base units."""
    claims: tuple[Claim, ...] = ()
    known: tuple[Operand, ...] = ()
    """Numbers that no claim states: 2 bytes for a format that is named, a figure of the catalog."""

    @classmethod
    def of(cls, claim: Claim, symbol: str = "", reading: int = 0) -> Worked:
        """Return a claim itself, in one of its readings."""
        one = claim.readings[min(reading, len(claim.readings) - 1)]
        value = (one.stated or one.interval).middle or Fraction(0)
        return cls(one.interval, base_amount(symbol or claim.symbol, value, claim.unit.dimension), (claim,))

    @classmethod
    def exactly(cls, claim: Claim, end: Fraction | None = None, symbol: str = "") -> Worked:
        """Return a claim that means one value: as printed, or an end of what it can mean."""
        worked = cls.of(claim, symbol)
        return replace(worked, interval=Interval.exact(worked.value if end is None else end))

    @classmethod
    def taken(cls, claim: Claim, value: Fraction) -> Worked:
        """Return a value that is taken from a claim: an end of its range, or the sum with another one."""
        return cls(Interval.exact(value), base_amount(claim.symbol, value, claim.unit.dimension), (claim,))

    @classmethod
    def told(cls, operand: Operand, unit: Unit) -> Worked:
        """Return a number that no claim states; its value is that of the operand."""
        value = operand.low or Fraction(0)
        return cls(Interval.exact(value), base_amount(operand.symbol, value, unit.dimension), known=(operand,))

    @classmethod
    def by(cls, formula: Callable[..., object], *operands: Operable) -> Worked:
        """Return what a formula of the cost model makes of some operands."""
        found = formula(*map(_worked, operands))
        if not isinstance(found, cls):
            raise TypeError(f"{formula} is no plain arithmetic")
        return found

    @property
    def value(self) -> Fraction:
        """The value of the numbers as printed."""
        return self.amount.value

    @property
    def terms(self) -> str:
        """The arithmetic with the numbers put in."""
        return self.amount.substituted

    def __mul__(self, other: Operable) -> Worked:
        one = _worked(other)
        return self._with(one, self.interval * one.interval, self.amount * one.amount)

    def __rmul__(self, other: Operable) -> Worked:
        return _worked(other) * self

    def __truediv__(self, other: Operable) -> Worked:
        one = _worked(other)
        return self._with(one, self.interval / one.interval, self.amount / one.amount)

    def __sub__(self, other: Operable) -> Worked:
        one = _worked(other)
        return self._with(one, self.interval - one.interval, self.amount - one.amount)

    def _with(self, other: Worked, interval: Interval, value: Amount) -> Worked:
        return Worked(interval, value, (*self.claims, *other.claims), (*self.known, *other.known))

    def renamed(self, symbol: str) -> Worked:
        """Return the value alone, shown as `symbol`: how it came about stands in a step of its own."""
        return Worked(self.interval, self.amount.renamed(symbol))

    def step(self, unit: Unit, symbol: str = "") -> Step:
        """Return the line of arithmetic, led by what it is called; its bounds are those of the numbers as printed."""
        operands = tuple({claim.span: operand(claim) for claim in self.claims}.values())
        formula = f"{symbol} = {self.amount.formula}" if symbol else self.amount.formula
        return Step.exact(formula, self.terms, amount(self.value, unit), (*operands, *dict.fromkeys(self.known)), self.value)


Operable = Worked | Amount | Fraction | int


def _worked(value: Operable) -> Worked:
    if isinstance(value, Worked):
        return value
    known = constant(value)
    return Worked(Interval.exact(known.value), known)


def amount(value: Fraction, unit: Unit) -> str:
    """Return a value as people write it: bytes in the unit nearest to their size, large counts as 4.36B or 58.6M."""
    if unit.dimension == DATA:
        binary = "i" in unit.symbol
        for symbol in ("TiB", "GiB", "MiB", "KiB") if binary else ("TB", "GB", "MB", "KB"):
            if abs(value) >= UNITS[symbol].scale:
                return figure(_to_four_digits(value / UNITS[symbol].scale) * UNITS[symbol].scale, UNITS[symbol])
        return figure(value, UNITS["byte"])
    if unit == UNITS["1"]:
        for size, suffix in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
            if abs(value) >= size:
                return f"{figure(_to_four_digits(value / size), UNITS['1'])}{suffix}"
    return figure(value, unit)


def _to_four_digits(value: Fraction) -> Fraction:
    return (
        Fraction(round(value * 1000), 1000)
        if value < 10
        else Fraction(round(value * 100), 100)
        if value < 100
        else Fraction(round(value * 10), 10)
    )


def said(claim: Claim) -> str:
    """Return a claim as written, without the sign or name that leads into it, with the unit where its key says it."""
    text = claim.text.strip()
    for mark in ("=", "≈"):
        text = text.rpartition(mark)[2].strip()
    if claim.unit.dimension == DIMENSIONLESS or any(character.isalpha() for character in text):
        return text[:80]
    return amount(shown(claim), claim.unit) if claim.unit.dimension == DATA else f"{text[:80]} {claim.unit.symbol}"


def places(claims: Iterable[Claim], *, but: Claim | None = None) -> tuple[Place, ...]:
    """Return a place for each claim, once."""
    seen = {but.span} if but is not None else set()
    found = []
    for claim in claims:
        if claim.span not in seen:
            seen.add(claim.span)
            found.append(Place(claim.span, f"{claim.symbol or 'figure'} {claim.text.strip()}"[:80], claim.source))
    return tuple(found)

"""Units: figures whose unit does not fit what the report says or computes with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.arithmetic import as_printed
from auditor.check.passages import Passage, passages
from auditor.check.phrases import NUMBER, Phrase, phrase
from auditor.check.placed import PERCENT, Placed, comparable, operand, placed, product, quotient
from auditor.check.printed import agrees
from auditor.check.subject import Subject
from auditor.claims.equation import Equation, Leaf, Product, Shape
from auditor.claims.model import Approximation, Claim
from auditor.findings import STATED_AGAIN, Outcome, Place, Repair, Step
from auditor.language.numbers import Form
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.statements import LabelKind, Statement
from auditor.units import DATA, DIMENSIONLESS, TIME, UNITS, WORK, Dimension, Unit

__all__ = ["kinds", "operands", "reciprocals", "share_slip"]

MAX_BESIDE: Final = 20
MAX_QUOTIENTS: Final = 50
_STEPS: Final = (*(Fraction(1000) ** power for power in (1, -1, 2, -2)), Fraction(8), Fraction(1, 8))


# --- a share that only another prefix would give

_OUT_OF: Final = re.compile(rf"({NUMBER})[a-z/ \-]{{0,30}}? out of (?:the |a |its )?({NUMBER})(?![^\ue000-\uf8ff]{{0,20}}[(\[]{NUMBER})")


def share_slip(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each `227 GFLOPS out of 400 TFLOPS` whose share stands beside it in the same list or paragraph."""
    shares: dict[tuple[int, int | None], list[tuple[int, Placed]]] | None = None
    for passage in passages(subject.document):
        if "out of" not in passage.content.lower():
            continue
        found = phrase(passage, subject.lexicon)
        for match in _OUT_OF.finditer(found.text):
            part, whole = (placed(found, character) for character in match.groups())
            if part.printed.unit is None or not comparable(part, whole) or not whole.middle:
                continue
            if shares is None:
                shares = _shares_by_list(subject)
            beside = shares.get((passage.statement.group, passage.statement.parent), [])
            yield from _slip(part, whole, [share for index, share in beside if index != passage.index][:MAX_BESIDE], rule)


def _shares_by_list(subject: Subject) -> dict[tuple[int, int | None], list[tuple[int, Placed]]]:
    """Return the percentages that statements give first, by the list or paragraph they stand in."""
    shares: dict[tuple[int, int | None], list[tuple[int, Placed]]] = {}
    for passage in passages(subject.document):
        if "%" in passage.content:
            beside = shares.setdefault((passage.statement.group, passage.statement.parent), [])
            beside += [(passage.index, share) for share in _shares(phrase(passage, subject.lexicon))]
    return shares


def _shares(found: Phrase) -> Iterator[Placed]:
    """Yield the percentage a statement gives first."""
    match = re.match(rf"[^\ue000-\uf8ff]{{0,20}}({NUMBER})", found.text)
    if match and found.number(match.group(1)).unit == "%":
        yield placed(found, match.group(1))


def _slip(part: Placed, whole: Placed, shares: Sequence[Placed], rule: Rule) -> Iterator[Outcome]:
    ratio = part.interval() / whole.interval()
    for share in shares:
        if agrees(ratio, share.printed):
            yield rule.held((part.span, whole.span, share.span), f"{part.text} out of {whole.text} is {share.text}")
            return
    for share in shares:
        for factor in _STEPS:
            if not agrees(ratio.scale(factor), share.printed):
                continue
            middle = part.middle / whole.middle
            value = figure(middle, PERCENT)
            better = _unit_apart(part.printed.unit, factor)
            message = f"{part.text} out of {whole.text} is {value}, but beside it stands {share.text}"
            message += f"; it would agree with {better} for {part.printed.unit}" if better else ""
            yield rule.contradicted(
                (part.span, whole.span, share.span),
                message,
                Place(part.span, f"{value} of {whole.text}"),
                related=(Place(whole.span, "the whole"), Place(share.span, "the share")),
                claimed=part.text,
                expected=f"{figure(part.printed.value, UNITS['1'])} {better}" if better else "",
                derivation=(quotient(part, whole),),
                repairs=(Repair(f"{better} instead of {part.printed.unit} would agree"),) if better else (),
            )
            return


def _unit_apart(unit: Unit | None, factor: Fraction) -> str:
    """Return the symbol of the unit `factor` times as large."""
    if unit is None:
        return ""
    return next((other.symbol for other in UNITS.values() if other.dimension == unit.dimension and other.scale == unit.scale * factor), "")


# --- bare operands whose units stand elsewhere


def operands(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each bare quotient (`280/1440 = 19.4%`) whose two numbers stand with their units in the report.

    The part is looked for in the same list, the whole anywhere; where both are found in units of one kind, the quotient has to hold
    with the units too.
    """
    quotients = [(passage, *found) for passage, equation in subject.equations if (found := _bare_quotient(equation))]
    figures = list(_figures(subject)) if quotients else []
    for passage, part, whole, share in quotients[:MAX_QUOTIENTS]:
        value = as_printed(passage.content, part).value
        near = [item for other, item, stated in figures if stated and item.printed.value == value and _beside(other, passage)]
        if len({item.printed.unit for item in near}) != 1:
            continue
        one = near[0]
        two = next((item for _, item, _ in figures if item.dimension == one.dimension and _is_multiple(item, passage, whole)), None)
        if two is not None and (outcome := _operand_outcome(passage, one, two, part, whole, share, rule)) is not None:
            yield outcome


def _beside(one: Passage, two: Passage) -> bool:
    """Tell whether two passages are different items of one list or paragraph."""
    first, second = one.statement, two.statement
    return one.index != two.index and first.group == second.group and first.parent == second.parent


def _bare_quotient(equation: Equation) -> tuple[Leaf, Leaf, Leaf] | None:
    if equation.shape is not Shape.EQUALS or len(equation.sides) != 2:
        return None
    tree, share = equation.sides[0].tree, equation.sides[1].tree
    if (
        not isinstance(tree, Product)
        or [sign for sign, _ in tree.factors] != ["*", "/"]
        or not isinstance(share, Leaf)
        or share.number.unit != "%"
    ):
        return None
    part, whole = (factor for _, factor in tree.factors)
    if (
        not isinstance(part, Leaf)
        or not isinstance(whole, Leaf)
        or part.number.unit
        or whole.number.unit
        or part.number.noun
        or whole.number.noun
    ):
        return None
    return part, whole, share


def _figures(subject: Subject) -> Iterator[tuple[Passage, Placed, bool]]:
    """Yield the figures with a unit of measure and whether they are stated, or follow from a share in their statement."""
    for passage in passages(subject.document):
        found = phrase(passage, subject.lexicon)
        shares = [placed(found, character) for character in found.characters if found.number(character).unit == "%"]
        for character in found.characters:
            number = found.number(character)
            unit = UNITS.get(number.unit)
            if unit is None or unit.dimension == DIMENSIONLESS or number.form is not Form.PLAIN:
                continue
            item = placed(found, character)
            yield passage, item, True
            for share in shares[:MAX_BESIDE]:
                yield passage, _share_of(item, share), False


def _share_of(item: Placed, share: Placed) -> Placed:
    """Return the part of a figure that a share in its own statement leaves of it: `1.8 TB/s with 80% utilisation`."""
    shown = item.printed
    interval = shown.interval * share.printed.interval.scale(PERCENT.scale)
    part = replace(shown, value=shown.value * share.printed.value * PERCENT.scale, interval=interval)
    return Placed(part, item.span, f"{share.text} of {item.text}", made_of=(share, item))


def _is_multiple(item: Placed, passage: Passage, leaf: Leaf) -> bool:
    """Tell whether a figure is a bare number in some unit of its own kind."""
    value = as_printed(passage.content, leaf).value
    return any(
        unit.dimension == item.dimension and value * unit.scale == item.middle
        for unit in UNITS.values()
        if unit.symbol.startswith(("K", "M", "G", "T", "P")) or unit.dimension == TIME
    )


def _operand_outcome(passage: Passage, one: Placed, two: Placed, part: Leaf, whole: Leaf, share: Leaf, rule: Rule) -> Outcome | None:
    ratio = one.interval() / two.interval()
    shown = as_printed(passage.content, share)
    spans = tuple(passage.span(leaf.start, leaf.end) for leaf in (part, whole, share))
    said = f"{one.text} / {two.text}"
    if agrees(ratio, shown):
        return rule.held((*spans, one.span, two.span), f"{said} = {share.text}")
    factor = next((factor for factor in _STEPS if agrees(ratio.scale(factor), shown)), None)
    if factor is None:
        return None
    value = figure(one.middle / two.middle, PERCENT)
    unit = two.printed.unit or UNITS["1"]
    return rule.contradicted(
        (*spans, one.span, two.span),
        f"{part.text}/{whole.text} = {share.text} leaves out units: {one.text} is {figure(one.middle, unit)}, {value} of {two.text}",
        Place(spans[2], f"with its units {value}"),
        related=(Place(spans[0], one.text), Place(spans[1], two.text), Place(one.span, "the part"), Place(two.span, "the whole")),
        claimed=share.text,
        expected=value,
        derivation=(*((product(("share", "figure"), two),) if two.made_of else ()), quotient(one, two)),
    )


# --- a time per token that is the reciprocal of a rate, but for its prefix


def reciprocals(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for the times per token that have the digits of 1 / (tokens per second) in another unit of time.

    Several such pairs are one outcome; a single pair is taken only where both figures bear the same label.
    """
    times = [claim for claim in subject.claims if claim.unit.dimension == TIME and claim.scope.per == "token" and _measured(claim)]
    rates = [claim for claim in subject.claims if claim.unit.dimension == UNITS["token/s"].dimension and _total_rate(claim)]
    found: list[tuple[Placed, Placed, Fraction]] = []
    labels = 0
    for time in times[:MAX_BESIDE]:
        for rate in rates[:MAX_BESIDE]:
            one, two = _printed_claim(subject, time), _printed_claim(subject, rate)
            if one is None or two is None or not two.middle or time.role is not rate.role:
                continue
            inverse = two.interval().inverse()
            if agrees(inverse, one.printed):
                yield rule.held((one.span, two.span), f"1 / {two.text} is {one.text}")
                continue
            factor = next((factor for factor in _STEPS[:4] if agrees(inverse.scale(factor), one.printed)), None)
            if factor is not None:
                found.append((one, two, factor))
                labels += subject.statement(time).label == subject.statement(rate).label
    factors = {factor for _, _, factor in found}
    if len(factors) == 1 and (labels or len({(one.middle, two.middle) for one, two, _ in found}) > 1):
        yield _reciprocal(found, rule)


def _measured(claim: Claim) -> bool:
    """Tell whether a figure is printed precisely enough for its digits to mean something."""
    digits = [character for character in claim.text if character.isdigit()]
    return claim.approximation is Approximation.ROUNDED and not claim.source and len("".join(digits).strip("0")) >= 2


def _total_rate(claim: Claim) -> bool:
    return claim.unit.symbol.startswith("token/") and claim.scope.per in ("", "total") and _measured(claim)


def _printed_claim(subject: Subject, claim: Claim) -> Placed | None:
    """Return a claim's number as it is printed."""
    statement = subject.statement(claim)
    found = phrase(Passage(statement.value, statement, claim.statement), subject.lexicon)
    return next((item for item in (placed(found, character) for character in found.characters) if item.span.overlaps(claim.span)), None)


def _reciprocal(found: Sequence[tuple[Placed, Placed, Fraction]], rule: Rule) -> Outcome:
    one, two, factor = found[0]
    unit = one.printed.unit or UNITS["s"]
    value = 1 / two.middle
    better = _unit_apart(unit, 1 / factor)
    shown = figure(value, UNITS[better] if better else unit)
    message = f"1 / {two.text} is {shown}, but the report says {one.text}"
    if better:
        message += f"; it would agree with {better} for {unit}"
    bounds = two.interval().inverse()
    return rule.contradicted(
        tuple(item.span for other in found for item in other[:2]),
        message,
        Place(one.span, f"comes to {shown}"),
        related=(Place(two.span, "the rate"), *(Place(item.span, STATED_AGAIN) for other in found[1:] for item in other[:2])),
        claimed=one.text,
        expected=shown,
        derivation=(Step("1 / rate", f"1 / {plain(two.middle)}", shown, (operand("rate", two),), bounds.low, bounds.high),),
    )


# --- a unit of another kind than the label's

_FLOPS: Final = WORK / TIME
_KINDS: Final[tuple[tuple[str, frozenset[Dimension], str], ...]] = (
    ("flops", frozenset((WORK, _FLOPS, DIMENSIONLESS)), "counts operations"),
    ("latency", frozenset((TIME, DIMENSIONLESS)), "is a time"),
    ("ttft", frozenset((TIME, DIMENSIONLESS)), "is a time"),
    ("tpot", frozenset((TIME, DIMENSIONLESS)), "is a time"),
)


def kinds(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for the figures in a unit of another kind than their label names: FLOPs in bytes, a latency in bytes.

    The same mistake in several places is one outcome.
    """
    found: dict[tuple[str, Dimension], list[tuple[Statement, Placed]]] = {}
    for index, statement in enumerate(subject.document.statements):
        label = statement.path[-1] if statement.path else None
        if label is None or statement.struck or label.kind not in (LabelKind.ITEM, LabelKind.KEY):
            continue
        words = [word.text for word in subject.lexicon.normalize(label.text.content)]
        kind = next((kind for kind in _KINDS if words and words[-1] == kind[0]), None)
        item = _opening(phrase(Passage(statement.value, statement, index), subject.lexicon)) if kind else None
        if kind is None or item is None or item.printed.unit is None:
            continue
        dimension = item.printed.unit.dimension
        if dimension not in kind[1] and dimension in _NAMES:
            found.setdefault((kind[2], dimension), []).append((statement, item))
    for (meant, dimension), places in found.items():
        statement, item = places[0]
        label_text = statement.path[-1].text
        yield rule.contradicted(
            tuple(other.span for _, other in places),
            f"{' '.join(label_text.content.split())} {meant}, but {item.text} is {_NAMES[dimension]}",
            Place(item.span, f"is {_NAMES[dimension]}"),
            related=(Place(label_text.whole, meant), *(Place(other.span, STATED_AGAIN) for _, other in places[1:])),
            claimed=item.text,
        )


def _opening(found: Phrase) -> Placed | None:
    """Return the figure a text starts with."""
    match = re.match(rf"[^\w\ue000-\uf8ff]{{0,3}}({NUMBER})", found.text)
    return placed(found, match.group(1)) if match else None


_NAMES: Final = {DATA: "an amount of data", WORK: "a number of operations", TIME: "a time", _FLOPS: "operations per second"}

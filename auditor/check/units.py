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
from auditor.check.placed import PERCENT, Placed, comparable, placed, quotient
from auditor.check.printed import agrees
from auditor.check.subject import Subject
from auditor.claims.equation import Equation, Leaf, Product, Shape
from auditor.claims.numbers import Form
from auditor.findings import Outcome, Place, Repair, Verdict
from auditor.relations.figures import figure
from auditor.rulebook import Rule
from auditor.statements import LabelKind, Statement
from auditor.units import DATA, DIMENSIONLESS, TIME, UNITS, WORK, Dimension, Unit

__all__ = ["kinds", "operands", "share_slip"]

_STEPS: Final = (*(Fraction(1000) ** power for power in (1, -1, 2, -2)), Fraction(8), Fraction(1, 8))


# --- a share that only another prefix would give

_OUT_OF: Final = re.compile(rf"({NUMBER})[a-z/ \-]{{0,30}}? out of (?:the |a |its )?({NUMBER})(?![^\ue000-\uf8ff]{{0,20}}[(\[]{NUMBER})")


def share_slip(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each `227 GFLOPS out of 400 TFLOPS` whose share stands beside it in the same list or paragraph."""
    statements = subject.document.statements
    for passage in passages(subject.document):
        if "out of" not in passage.content.lower():
            continue
        found = phrase(passage, subject.lexicon)
        for match in _OUT_OF.finditer(found.text):
            part, whole = (placed(found, character) for character in match.groups())
            if part.printed.unit is None or not comparable(part, whole) or not whole.middle:
                continue
            beside = [
                other
                for other in passages(subject.document)
                if other.index != passage.index and _beside(statements[other.index], passage.statement)
            ]
            shares = [share for other in beside for share in _shares(phrase(other, subject.lexicon))]
            yield from _slip(part, whole, shares, rule)


def _beside(one: Statement, two: Statement) -> bool:
    return one.group == two.group and one.parent == two.parent


def _shares(found: Phrase) -> Iterator[Placed]:
    """Yield the percentage a statement gives first."""
    match = re.match(rf"[^\ue000-\uf8ff]{{0,20}}({NUMBER})", found.text)
    if match and found.number(match.group(1)).unit == "%":
        yield placed(found, match.group(1))


def _slip(part: Placed, whole: Placed, shares: Sequence[Placed], rule: Rule) -> Iterator[Outcome]:
    ratio = part.interval() / whole.interval()
    for share in shares:
        if agrees(ratio, share.printed):
            yield Outcome(rule.code, Verdict.HELD, (part.span, whole.span, share.span), f"{part.text} out of {whole.text} is {share.text}")
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
            finding = rule.finding(
                message,
                Place(part.span, f"{value} of {whole.text}"),
                related=(Place(whole.span, "the whole"), Place(share.span, "the share")),
                claimed=part.text,
                expected=f"{figure(part.printed.value, UNITS['1'])} {better}" if better else "",
                derivation=(quotient(part, whole),),
                repairs=(Repair(f"{better} instead of {part.printed.unit} would agree"),) if better else (),
            )
            yield Outcome(rule.code, Verdict.CONTRADICTED, (part.span, whole.span, share.span), message, finding)
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
    for passage, equation in subject.equations:
        found = _bare_quotient(passage, equation)
        if found is None:
            continue
        part, whole, share = found
        near = [item for item in _figures(subject, passage) if _same_digits(item, passage, part)]
        units = {item.printed.unit for item in near}
        if len(units) != 1:
            continue
        one = near[0]
        far = [item for item in _figures(subject, None) if item.dimension == one.dimension and _is_multiple(item, passage, whole)]
        if far:
            outcome = _operand_outcome(passage, one, far[0], part, whole, share, rule)
            if outcome is not None:
                yield outcome


def _bare_quotient(passage: Passage, equation: Equation) -> tuple[Leaf, Leaf, Leaf] | None:
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
    del passage
    return part, whole, share


def _figures(subject: Subject, beside: Passage | None) -> Iterator[Placed]:
    """Yield the figures with a unit of measure, of one list or of the whole report."""
    for passage in passages(subject.document):
        if beside is not None and (passage.index == beside.index or not _beside(passage.statement, beside.statement)):
            continue
        found = phrase(passage, subject.lexicon)
        shares = [placed(found, character) for character in found.characters if found.number(character).unit == "%"]
        for character in found.characters:
            number = found.number(character)
            unit = UNITS.get(number.unit)
            if unit is None or unit.dimension == DIMENSIONLESS or number.form is not Form.PLAIN:
                continue
            item = placed(found, character)
            yield item
            if beside is None:
                yield from (_share_of(item, share) for share in shares)


def _share_of(item: Placed, share: Placed) -> Placed:
    """Return the part of a figure that a share in its own statement leaves of it: `1.8 TB/s with 80% utilisation`."""
    shown = item.printed
    interval = shown.interval * share.printed.interval.scale(PERCENT.scale)
    part = replace(shown, value=shown.value * share.printed.value * PERCENT.scale, interval=interval)
    return Placed(part, item.span, f"{share.text} of {item.text}")


def _same_digits(item: Placed, passage: Passage, leaf: Leaf) -> bool:
    return item.printed.value == as_printed(passage.content, leaf).value


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
        return Outcome(rule.code, Verdict.HELD, (*spans, one.span, two.span), f"{said} = {share.text}")
    factor = next((factor for factor in _STEPS if agrees(ratio.scale(factor), shown)), None)
    if factor is None:
        return None
    value = figure(one.middle / two.middle, PERCENT)
    unit = two.printed.unit or UNITS["1"]
    message = (
        f"{part.text}/{whole.text} = {share.text} leaves out units: {one.text} is {figure(one.middle, unit)}, {value} of {two.text}"
    )
    finding = rule.finding(
        message,
        Place(spans[2], f"with its units {value}"),
        related=(Place(spans[0], one.text), Place(spans[1], two.text), Place(one.span, "the part"), Place(two.span, "the whole")),
        claimed=share.text,
        expected=value,
        derivation=(quotient(one, two),),
    )
    return Outcome(rule.code, Verdict.CONTRADICTED, (*spans, one.span, two.span), message, finding)


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
        message = f"{' '.join(label_text.content.split())} {meant}, but {item.text} is {_NAMES[dimension]}"
        finding = rule.finding(
            message,
            Place(item.span, f"is {_NAMES[dimension]}"),
            related=(Place(label_text.whole, meant), *(Place(other.span, "the same") for _, other in places[1:])),
            claimed=item.text,
        )
        yield Outcome(rule.code, Verdict.CONTRADICTED, tuple(other.span for _, other in places), message, finding)


def _opening(found: Phrase) -> Placed | None:
    """Return the figure a text starts with."""
    match = re.match(rf"[^\w\ue000-\uf8ff]{{0,3}}({NUMBER})", found.text)
    return placed(found, match.group(1)) if match else None


_NAMES: Final = {DATA: "an amount of data", WORK: "a number of operations", TIME: "a time", _FLOPS: "operations per second"}

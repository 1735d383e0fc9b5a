"""Layouts, where one equation over quantities does not say it: written products that leave a degree out, layouts of one
report that are counted in two ways, the rule of the program that is launched, and shares divided by the wrong axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from math import prod
from operator import mul
from typing import Final

from auditor.check.frameworks import named
from auditor.check.stated import Worked
from auditor.check.subject import Subject
from auditor.claims.equation import Equation, Leaf, Product, Shape, Side, read
from auditor.claims.model import Claim, Role
from auditor.cost.layout import QUANTITIES, Degrees, Framework, find_framework, fit
from auditor.cost.layout.degrees import LARGEST_WORLD
from auditor.findings import Confidence, Outcome, Place, Step, Verdict
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import LabelKind, Statement
from auditor.units import UNITS

__all__ = ["Layout", "by_program", "count_of", "settled", "shares", "two_counts", "written_products"]

GPUS: Final = "gpus"
_SYMBOLS: Final[Mapping[str, str]] = {quantity: symbol for symbol, quantity in QUANTITIES.items()}
_AXES: Final = ("tp", "ep", "pp", "cp", "dp")
"""The degrees that may multiply to the GPU count; a sequence-parallel degree usually runs on the tensor ranks."""
_INSIDE_TENSOR: Final = frozenset(("sglang", "tensorrt-llm", "dp-attention"))
_FLAGS: Final[Mapping[str, Framework]] = {
    "tensor_model_parallel_size": Framework.MEGATRON_CORE,
    "pipeline_model_parallel_size": Framework.MEGATRON_CORE,
    "expert_model_parallel_size": Framework.MEGATRON_CORE,
    "enable_expert_parallel": Framework.VLLM,
    "enable_dp_attention": Framework.SGLANG,
    "enable_attention_dp": Framework.TENSORRT_LLM,
}
"""Flags that only one family of programs has."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Degrees and GPUs that one place, or one plan, states together."""

    claims: Mapping[str, Claim]
    """By symbol (`tp`, ..., `gpus`)."""

    def value(self, symbol: str) -> int:
        """Return a degree, 1 where it is not stated."""
        claim = self.claims.get(symbol)
        return count_of(claim) or 1 if claim is not None else 1

    def product(self, symbols: Sequence[str]) -> int:
        return prod(self.value(symbol) for symbol in symbols)

    @property
    def gpus(self) -> int | None:
        return count_of(self.claims[GPUS]) if GPUS in self.claims else None

    @property
    def degrees(self) -> Degrees | None:
        """The stated degrees; None if one is no degree at all."""
        stated = {symbol: count_of(claim) for symbol, claim in self.claims.items() if symbol != GPUS}
        if any(value is None for value in stated.values()):
            return None
        return Degrees(**{symbol: value for symbol, value in stated.items() if value is not None})

    def folds(self) -> bool:
        """Tell whether expert parallelism re-uses ranks that the other degrees already count."""
        dense = self.product(("tp", "pp", "cp", "dp"))
        return self.gpus == dense and self.product(("tp", "cp", "dp")) % self.value("ep") == 0

    def holds_expert_copies(self) -> bool:
        """Tell whether DP counts the copies of the experts."""
        wanted = self.product(("ep", "pp", "dp"))
        return self.gpus == wanted and self.product(("ep", "dp")) % self.product(("tp", "cp")) == 0


def count_of(claim: Claim) -> int | None:
    """Return the exact count a claim states, if it is one that a layout can have."""
    value = claim.interval.low
    if value is None or not claim.interval.is_exact or value.denominator != 1 or not 1 <= value <= LARGEST_WORLD:
        return None
    return int(value)


def settled(plan: Plan) -> Layout:
    """Return what a plan states without a second value: degrees and GPUs read with high confidence, of the whole plan."""
    values: dict[str, dict[int, Claim]] = {}
    for claim in plan.claims:
        symbol = _SYMBOLS.get(claim.quantity)
        if symbol is None or claim.role is not Role.ACTUAL or claim.confidence is not Confidence.HIGH:
            continue
        if claim.scope.member or claim.scope.words or claim.scope.per not in ("", "total"):
            continue
        value = count_of(claim)
        if value is not None:
            values.setdefault(symbol, {}).setdefault(value, claim)
    totals = {value: claim for value, claim in values.get(GPUS, {}).items() if claim.scope.per == "total"}
    if totals:
        values[GPUS] = totals
    return Layout({symbol: next(iter(found.values())) for symbol, found in values.items() if len(found) == 1})


def _step(layout: Layout, symbols: Sequence[str]) -> Step:
    """Return the product of degrees as one line of arithmetic."""
    stated = (Worked.of(layout.claims[symbol], symbol) for symbol in symbols if symbol in layout.claims)
    return reduce(mul, stated).step(UNITS["1"])


def _times(numbers: Sequence[int]) -> str:
    return " x ".join(map(str, numbers))


# --- a written product


@dataclass(frozen=True, slots=True)
class _Written:
    """A product of named degrees that a statement gives as the GPU count."""

    factors: Mapping[str, Claim]
    result: Claim
    span: Span


def written_products(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A product of named degrees that makes the GPU count leaves no stated degree out, unless that one shares ranks with them.

    Where no way of counting fits the plan at all, `gpu-count` says so; this check speaks of products that are right as
    arithmetic and wrong as a count.
    """
    for plan in subject.plans:
        layout = settled(plan)
        if len(layout.claims) < 3:
            continue
        mine = {id(claim) for claim in plan.claims}
        for index in dict.fromkeys(claim.statement for claim in plan.claims if claim.quantity == GPUS and not claim.source):
            for written in _products(subject, index):
                if id(written.result) in mine:
                    outcome = _left_out(subject, rule, layout, written)
                    if outcome is not None:
                        yield outcome


def _products(subject: Subject, index: int) -> Iterator[_Written]:
    statement = subject.document.statements[index]
    claims = subject.of(index)
    for equation in read(statement.value.content, subject.lexicon):
        if equation.shape is not Shape.EQUALS:
            continue
        for side, other in _pairs(equation):
            factors = _factors(side)
            result = _claim_at(statement, claims, other.tree, (GPUS,)) if isinstance(other.tree, Leaf) else None
            if not factors or result is None or result.role is not Role.ACTUAL:
                continue
            found: dict[str, Claim] = {}
            for leaf in factors:
                claim = _claim_at(statement, claims, leaf, _SYMBOLS.keys() - {GPUS})
                if claim is not None:
                    found.setdefault(_SYMBOLS[claim.quantity], claim)
            whole = [count_of(claim) for claim in found.values()]
            if len(found) == len(factors) and None not in whole and prod(value or 0 for value in whole) == count_of(result):
                yield _Written(found, result, statement.value.span(side.start, other.end) if side.start < other.end else result.span)


def _pairs(equation: Equation) -> Iterator[tuple[Side, Side]]:
    for side in equation.sides:
        for other in equation.sides:
            if other is not side:
                yield side, other


def _factors(side: Side) -> list[Leaf]:
    """Return the numbers of a plain product; nothing for anything else."""
    if not isinstance(side.tree, Product) or any(operator != "*" for operator, _ in side.tree.factors):
        return []
    found = [node for _, node in side.tree.factors if isinstance(node, Leaf)]
    return found if len(found) == len(side.tree.factors) else []


def _claim_at(statement: Statement, claims: Sequence[Claim], leaf: Leaf, quantities: object) -> Claim | None:
    """Return the claim that was read from a number of the statement's text, if it is one of these quantities."""
    span = statement.value.span(leaf.start, leaf.end)
    return next((claim for claim in claims if claim.span.overlaps(span) and claim.quantity in quantities), None)  # type: ignore[operator]


def _left_out(subject: Subject, rule: Rule, layout: Layout, written: _Written) -> Outcome | None:
    """Judge one written product against the degrees of its plan."""
    claims = {**{symbol: claim for symbol, claim in layout.claims.items() if symbol in _AXES}, **written.factors, GPUS: written.result}
    if any(symbol in layout.claims and layout.value(symbol) != count_of(claim) for symbol, claim in written.factors.items()):
        return None  # it speaks of another layout
    whole = Layout(claims)
    missing = [symbol for symbol in _AXES if symbol in layout.claims and symbol not in written.factors and layout.value(symbol) > 1]
    spans = tuple(claim.span for claim in claims.values() if not claim.source)
    shown = f"{_times([count_of(claim) or 1 for claim in written.factors.values()])} = {whole.gpus}"
    if not missing or whole.folds() or whole.holds_expert_copies():
        return rule.held(spans, shown)
    degrees, gpus = Layout({**layout.claims, **written.factors}).degrees, whole.gpus
    if degrees is None or gpus is None or all(one.verdict is Verdict.CONTRADICTED for one in fit(degrees, gpus)):
        return None
    if missing == ["dp"] and "ep" not in written.factors and named(subject.document.source.text) & _INSIDE_TENSOR:
        return None  # attention replicas lie inside the tensor-parallel world
    named_factors = ", ".join(symbol.upper() for symbol in written.factors)
    left = " and ".join(f"{symbol.upper()} {whole.value(symbol)}" for symbol in missing)
    full = whole.product([*written.factors, *missing])
    return rule.contradicted(
        spans,
        f"{shown} counts {named_factors} and leaves out {left}; with it the product is {full}",
        Place(written.result.span, f"counts {named_factors}"),
        related=(
            *(Place(layout.claims[symbol].span, f"{symbol} {whole.value(symbol)}") for symbol in missing),
            *(Place(claim.span, f"{symbol} {whole.value(symbol)}") for symbol, claim in written.factors.items()),
        ),
        claimed=str(whole.gpus),
        expected=str(full),
        derivation=(_step(whole, [*written.factors, *missing]),),
    )


# --- two ways of counting in one report


def two_counts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Layouts with expert parallelism that one report counts with EP as a factor, and others that it counts without.

    Only layouts that state every degree and the GPU count, and fit one of the two ways only, take part.
    """
    factor: list[Layout] = []
    folded: list[Layout] = []
    seen: set[tuple[int, ...]] = set()
    for layout in _layouts(subject):
        if layout.gpus is None or layout.value("ep") <= 1 or any(symbol not in layout.claims for symbol in ("tp", "pp", "dp")):
            continue
        key = (layout.gpus, *(layout.value(symbol) for symbol in _AXES))
        if key in seen:
            continue
        seen.add(key)
        if layout.gpus == layout.product(_AXES) and not layout.folds() and not layout.holds_expert_copies():
            factor.append(layout)
        elif layout.folds() and layout.gpus != layout.product(_AXES):
            folded.append(layout)
    if not factor or not folded:
        return
    one, other = factor[0], folded[0]
    alike = [symbol for symbol in _AXES if symbol in other.claims]
    full = other.product(alike)
    message = (
        f"{one.gpus} GPUs count expert parallelism as a factor ({_times([one.value(s) for s in _AXES if s in one.claims])}), "
        f"{other.gpus} GPUs do not: counted alike, {_times([other.value(s) for s in alike])} make {full}"
    )
    spans = tuple(claim.span for layout in (one, other) for claim in layout.claims.values() if not claim.source)
    yield rule.contradicted(
        spans,
        message,
        Place(one.claims[GPUS].span, "EP multiplies here"),
        related=(
            Place(other.claims[GPUS].span, f"EP multiplies nothing here; counted alike it would be {full}"),
            *(Place(other.claims[symbol].span, f"{symbol} {other.value(symbol)}") for symbol in alike),
        ),
        claimed=str(other.gpus),
        expected=str(full),
        derivation=(_step(one, _AXES), _step(other, _AXES)),
    )


def _layouts(subject: Subject) -> Iterator[Layout]:
    """Yield the layouts a report states: in one breath (`EP64-TP8-PP2-DP2 requiring 2048 GPUs`), and as plans."""
    by_statement: dict[int, list[Claim]] = {}
    for claim in subject.claims:
        if claim.quantity in _SYMBOLS and not claim.source and count_of(claim) is not None:
            by_statement.setdefault(claim.statement, []).append(claim)
    for claims in by_statement.values():
        run: dict[str, Claim] = {}
        for claim in sorted(claims, key=lambda one: one.span):
            symbol = _SYMBOLS[claim.quantity]
            if symbol in run:
                yield Layout(run)
                run = {}
            run[symbol] = claim
        yield Layout(run)
    for plan in subject.plans:
        yield settled(plan)


# --- the rule of the program that is launched


def by_program(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Where a launch command shows the program, its own way of counting decides."""
    framework = _launched(subject)
    if framework is None:
        return
    for plan in subject.plans:
        layout = settled(plan)
        degrees, gpus = layout.degrees, layout.gpus
        if degrees is None or gpus is None or any(symbol not in layout.claims for symbol in ("tp", "pp", "dp")):
            continue
        evidence = named(subject.document.source.text)
        own = fit(degrees, gpus, framework=framework, evidence=evidence)
        common = fit(degrees, gpus, evidence=evidence)
        spans = tuple(claim.span for claim in layout.claims.values() if not claim.source)
        held = next((one for one in own if one.verdict is Verdict.HELD), None)
        if held is not None:
            yield rule.held(spans, f"{held.detail} ({framework.value})")
            continue
        # Where nothing fits at all, `gpu-count` says so.
        if not own or own[0].verdict is not Verdict.CONTRADICTED or all(one.verdict is Verdict.CONTRADICTED for one in common):
            continue
        needed = own[0]
        yield rule.contradicted(
            spans,
            f"{gpus} GPUs, but {framework.value} counts {needed.convention.formula.replace('*', ' x ')}: {needed.wanted}",
            Place(layout.claims[GPUS].span, f"says {gpus}"),
            related=tuple(
                Place(claim.span, f"{symbol} {layout.value(symbol)}") for symbol, claim in layout.claims.items() if symbol != GPUS
            ),
            claimed=str(gpus),
            expected="" if needed.gpus is None else str(needed.gpus),
            derivation=needed.steps,
        )


def _launched(subject: Subject) -> Framework | None:
    """Return the one framework that the launch commands of a report show; None for none or several."""
    found: set[Framework] = set()
    for statement in subject.document.statements:
        programs = [label.text.content for label in statement.path if label.kind is LabelKind.PROGRAM]
        if not programs:
            continue
        framework = find_framework(programs[0])
        flag = statement.path[-1]
        if framework is None and flag.kind is LabelKind.FLAG:
            framework = _FLAGS.get(flag.text.content.lstrip("-").replace("-", "_").lower())
        if framework is not None:
            found.add(framework)
    return next(iter(found)) if len(found) == 1 else None


# --- shares


def shares(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A count divided over ranks (`64 experts / 8 = 8 per GPU`) is divided by the axis that splits it.

    The rule's data name the count, the share and the degree. The finding stands only where the same plan gives the right
    share elsewhere; a plan that gives no other is judged by the relation of count, share and degree.
    """
    names: Mapping[str, str] = rule.options
    total, share, degree = names["total"], names["share"], names["degree"]
    for plan in subject.plans:
        layout = settled(plan)
        axis = layout.claims.get(degree)
        if axis is None or layout.value(degree) <= 1:
            continue
        claimed = [claim for claim in plan.claims if claim.quantity == share and claim.role is Role.ACTUAL and count_of(claim)]
        for index in dict.fromkeys(claim.statement for claim in claimed if not claim.source):
            for whole, divisor, result in _divisions(subject, index, share):
                outcome = _wrong_axis(rule, layout, degree, (total, claimed), plan, (whole, divisor, result))
                if outcome is not None:
                    yield outcome


def _divisions(subject: Subject, index: int, share: str) -> Iterator[tuple[int, int, Claim]]:
    """Yield the divisions of a statement that give a share: `64 / 8 = 8 experts per GPU`."""
    statement, claims = subject.document.statements[index], subject.of(index)
    for equation in read(statement.value.content, subject.lexicon):
        for side, other in _pairs(equation):
            tree = side.tree
            if not isinstance(tree, Product) or not isinstance(other.tree, Leaf):
                continue
            if [operator for operator, _ in tree.factors] != ["*", "/"]:
                continue
            result = _claim_at(statement, claims, other.tree, (share,))
            values = [_count(node) for _, node in tree.factors]
            if result is not None and result.role is Role.ACTUAL and values[0] and values[1] and count_of(result):
                yield values[0], values[1], result


def _count(node: object) -> int | None:
    if not isinstance(node, Leaf):
        return None
    value = node.number.written[0].interval
    return int(value.low) if value.is_exact and value.low is not None and value.low.denominator == 1 else None


def _wrong_axis(
    rule: Rule,
    layout: Layout,
    degree: str,
    known: tuple[str, Sequence[Claim]],
    plan: Plan,
    division: tuple[int, int, Claim],
) -> Outcome | None:
    total, claimed = known
    whole, divisor, result = division
    right = layout.value(degree)
    totals = [claim for claim in plan.claims if claim.quantity == total and claim.role is Role.ACTUAL and count_of(claim) == whole]
    if not totals or whole != divisor * (count_of(result) or 0):
        return None
    spans = (totals[0].span, layout.claims[degree].span, result.span)
    if divisor == right:
        return rule.held(spans, f"{whole} / {degree.upper()} {right} = {count_of(result)}")
    other = next((symbol for symbol in _AXES if symbol != degree and symbol in layout.claims and layout.value(symbol) == divisor), None)
    agreeing = [claim for claim in claimed if (count_of(claim) or 0) * right == whole]
    if other is None or not agreeing or layout.gpus == divisor:
        return None
    expected = whole // right
    return rule.contradicted(
        spans,
        f"{whole} / {divisor} = {count_of(result)} divides by {other.upper()}; {degree.upper()} {right} makes {expected}",
        Place(result.span, f"divided by {divisor}"),
        related=(
            Place(layout.claims[degree].span, f"{degree} {right}"),
            Place(layout.claims[other].span, f"{other} {divisor}"),
            *(Place(claim.span, f"says {expected}") for claim in agreeing[:6]),
        ),
        claimed=str(count_of(result)),
        expected=str(expected),
        derivation=((Worked.of(totals[0]) / Worked.of(layout.claims[degree], degree)).step(UNITS["1"]),),
    )

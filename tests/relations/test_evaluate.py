from __future__ import annotations

import operator as operators
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy  # type: ignore[import-untyped]
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.authoring.prove import _Algebra
from auditor.findings import Verdict
from auditor.relations.evaluate import Bound, Convention, Meaning, UnknownError, admits, derive, judge, range_of, value_of
from auditor.relations.language import Binary, Call, Expression, Name, Negation, Number, read_condition, read_expression
from auditor.units import UNITS, Unit
from auditor.values import Interval
from tests.relations.expressions import NAMES, arithmetic, bindings, conditions


def between(low: object, high: object) -> Interval:
    return Interval(None if low is None else Fraction(str(low)), None if high is None else Fraction(str(high)))


def verdict(text: str, tolerance: Fraction = Fraction(0), **values: object) -> Verdict:
    found = {name: value if isinstance(value, Interval) else Interval.exact(Fraction(str(value))) for name, value in values.items()}
    return admits(read_condition(text), found, tolerance).verdict


@given(arithmetic, bindings)
def test_agrees_with_sympy(node: Expression, values: dict[str, Fraction]) -> None:
    try:
        found = value_of(node, values)
    except UnknownError:
        assume(False)
        return
    built = by_sympy(node, values)
    assert Fraction(int(built.p), int(built.q)) == found


def by_sympy(node: Expression, values: dict[str, Fraction]) -> Any:
    """Evaluate with SymPy's own arithmetic, functions included."""
    match node:
        case Number(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name(name=name):
            return sympy.Rational(values[name].numerator, values[name].denominator)
        case Negation(operand=operand):
            return -by_sympy(operand, values)
        case Binary(operator=operator, left=left, right=right):
            return SYMPY_OPERATORS[operator](by_sympy(left, values), by_sympy(right, values))
        case Call(function=function, arguments=arguments):
            return SYMPY_FUNCTIONS[function](*(by_sympy(argument, values) for argument in arguments))
        case _:
            raise AssertionError(node)


SYMPY_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
    "//": lambda one, two: sympy.floor(one / two),
    "%": sympy.Mod,
    "**": operators.pow,
}
SYMPY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": sympy.Min,
    "max": sympy.Max,
    "sum": sympy.Add,
    "ceil": sympy.ceiling,
    "floor": sympy.floor,
    "abs": sympy.Abs,
}


spreads = st.fixed_dictionaries({name: st.fractions(0, 2, max_denominator=8) for name in NAMES})


@given(arithmetic, bindings, spreads, spreads)
def test_an_interval_holds_every_value_of_its_points(
    node: Expression, values: dict[str, Fraction], below: dict[str, Fraction], above: dict[str, Fraction]
) -> None:
    ranges = {name: Interval(values[name] - below[name], values[name] + above[name]) for name in NAMES}
    try:
        exact = value_of(node, values)
        found = range_of(node, ranges)
    except UnknownError:
        assume(False)
        return
    assert found.contains(exact)


@given(conditions, bindings, spreads)
def test_widening_never_turns_held_into_contradicted(node: Expression, values: dict[str, Fraction], spread: dict[str, Fraction]) -> None:
    exact = admits(node, {name: Interval.exact(value) for name, value in values.items()}).verdict
    wide = admits(node, {name: Interval(value - spread[name], value + spread[name]) for name, value in values.items()}).verdict
    if exact is Verdict.HELD and "not" not in repr(node) and "!=" not in repr(node):
        assert wide is not Verdict.CONTRADICTED


def test_counts_are_exact() -> None:
    assert verdict("gpus == tp * pp", gpus=16, tp=4, pp=4) is Verdict.HELD
    assert verdict("gpus == tp * pp", gpus=16, tp=4, pp=3) is Verdict.CONTRADICTED


def test_rounded_figures_hold_where_they_meet() -> None:
    assert verdict("share == used / capacity", share=between("0.5155", "0.5165"), used=between("32.5", "33.5"), capacity=64) is Verdict.HELD
    assert (
        verdict("share == used / capacity", share=between("0.745", "0.755"), used=between("49.5", "50.5"), capacity=80)
        is Verdict.CONTRADICTED
    )


def test_a_bound_or_a_vague_range_is_not_checked() -> None:
    assert verdict("rate == batch / time", rate=100, batch=5, time=between(0, "0.05")) is Verdict.UNDETERMINED
    assert verdict("rate == batch", rate=100, batch=between(10, 10240)) is Verdict.UNDETERMINED
    assert verdict("rate == batch", rate=100, batch=between(200, None)) is Verdict.CONTRADICTED


def test_inequalities_need_every_value() -> None:
    assert verdict("used <= capacity", used=between("32.5", "33.5"), capacity=64) is Verdict.HELD
    assert verdict("used <= capacity", used=between("63.5", "64.5"), capacity=64) is Verdict.UNDETERMINED
    assert verdict("used <= capacity", used=between("69.5", "70.5"), capacity=64) is Verdict.CONTRADICTED
    assert verdict("used < capacity", used=64, capacity=64) is Verdict.CONTRADICTED
    assert verdict("used > capacity", used=65, capacity=64) is Verdict.HELD


def test_tolerance_widens_both_kinds_of_comparison() -> None:
    two_percent = Fraction(2, 100)
    assert verdict("a == b", two_percent, a=102, b=100) is Verdict.HELD
    assert verdict("a == b", two_percent, a=103, b=100) is Verdict.CONTRADICTED
    assert verdict("a <= b", two_percent, a=102, b=100) is Verdict.UNDETERMINED
    assert verdict("a <= b", two_percent, a=103, b=100) is Verdict.CONTRADICTED


def test_missing_operands_are_named() -> None:
    found = admits(read_condition("gpus == tp * pp * dp"), {"gpus": Interval.exact(8), "tp": Interval.exact(2)})
    assert (found.verdict, found.missing) == (Verdict.UNDETERMINED, ("pp", "dp"))


def test_kleene_logic() -> None:
    assert verdict("a == 1 and b == 1", a=2) is Verdict.CONTRADICTED
    assert verdict("a == 1 or b == 1", a=1) is Verdict.HELD
    assert verdict("a == 1 and b == 1", a=1) is Verdict.UNDETERMINED
    assert verdict("not (a == 1)", a=2) is Verdict.HELD
    assert verdict("stated(a) and not stated(b)", a=2) is Verdict.HELD


def test_remainders_of_ranges_are_undetermined() -> None:
    assert verdict("heads % tp == 0", heads=64, tp=8) is Verdict.HELD
    assert verdict("heads % tp == 0", heads=65, tp=8) is Verdict.CONTRADICTED
    assert verdict("heads % tp == 0", heads=between(63, 65), tp=8) is Verdict.UNDETERMINED


def test_dividing_by_zero_decides_nothing() -> None:
    found = admits(read_condition("a == b / (pp - 1)"), {"a": Interval.exact(1), "b": Interval.exact(1), "pp": Interval.exact(1)})
    assert found.verdict is Verdict.UNDETERMINED
    assert "divides by zero" in found.reason


def test_huge_numbers_on_the_way_decide_nothing() -> None:
    large = Interval.exact(10**600)
    found = admits(read_condition("a == b ** 8"), {"a": large, "b": large})
    assert (found.verdict, found.reason) == (Verdict.UNDETERMINED, "the numbers on the way are too large")


def bound(symbol: str, *values: object, unit: Unit = UNITS["1"]) -> Bound:
    meanings = []
    for index, value in enumerate(values):
        interval = value if isinstance(value, Interval) else Interval.exact(Fraction(str(value)))
        meanings.append(Meaning(interval, interval.middle or Fraction(0), "binary" if index else ""))
    return Bound(symbol, tuple(meanings), str(values[0]), unit)


def test_any_meaning_saves_a_convention() -> None:
    convention = Convention("", read_condition("used == weights"))
    gigabyte = UNITS["GB"]
    used = bound("mem_used", between(64 * 10**9, 64 * 10**9), unit=gigabyte)
    weights = bound("weights", between(60 * 10**9, 60 * 10**9), between(64 * 10**9, 65 * 10**9), unit=gigabyte)
    judged = judge(convention, {"used": used, "weights": weights})
    assert (judged.judgement.verdict, judged.names) == (Verdict.HELD, ("binary",))


def test_too_many_meanings_are_not_a_contradiction() -> None:
    names = [f"x{number}" for number in range(8)]
    convention = Convention("", read_condition(f"y == sum({', '.join(names)})"))
    bounds = {name: bound(name, 1, 2) for name in names} | {"y": bound("y", 1000)}
    assert judge(convention, bounds).judgement.verdict is Verdict.UNDETERMINED


def test_the_derivation_can_be_recomputed() -> None:
    convention = Convention("", read_condition("share == used / capacity"), (read_condition("used <= capacity"),))
    bounds = {
        "share": bound("share", "0.75", unit=UNITS["%"]),
        "used": bound("used", between(49_500_000_000, 50_500_000_000), unit=UNITS["GB"]),
        "capacity": bound("capacity", 80 * 10**9, unit=UNITS["GB"]),
    }
    first, second = derive(judge(convention, bounds), bounds)
    assert (first.formula, first.substituted) == ("used / capacity", "50000000000 / 80000000000")
    assert first.result == "62.5% (61.875 to 63.125%)"
    assert value_of(read_expression(first.substituted), {}) == Fraction(5, 8)
    assert (first.low, first.high) == (Fraction(99, 160), Fraction(101, 160))
    assert [operand.symbol for operand in first.operands] == ["used", "capacity"]
    assert second.formula == "used"


@pytest.mark.parametrize("sign", ["==", "<=", "<", ">=", ">", "!="])
def test_verdicts_turn_round_with_the_sides(sign: str) -> None:
    mirror = {"<=": ">=", "<": ">", ">=": "<=", ">": "<"}.get(sign, sign)
    for one, two in ((1, 2), (2, 2), (3, 2)):
        assert verdict(f"a {sign} b", a=one, b=two) is verdict(f"b {mirror} a", a=one, b=two)


def test_the_algebra_builds_every_node() -> None:
    built = _Algebra().build(read_expression("-(a + b) ** 2 / 3 - min(a, b) * sum(a, b, 1)"))
    assert sorted(str(symbol) for symbol in built.free_symbols) == ["[min(a, b)]", "a", "b"]

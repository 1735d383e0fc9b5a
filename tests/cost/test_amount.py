from __future__ import annotations

from fractions import Fraction
from typing import Any

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.amount import Amount, DimensionError, amount, ceiling, constant, count, largest, readable, rounded_down, smallest, total
from auditor.units import UNITS
from tests.cost.evaluation import evaluate

REGISTRY: pint.UnitRegistry[Fraction] = pint.UnitRegistry(non_int_type=Fraction)
# pint's own bit has no dimension, ours has one.
REGISTRY.define("datum = [data]")
REGISTRY.define("databit = datum / 8")
REGISTRY.define("FLOP = [work]")
REGISTRY.define("dollar = [money] = USD")

# Our symbols in the oracle's words; what is counted has no dimension in either.
PINT = {
    **{prefix + "B": prefix + "datum" for prefix in ("K", "M", "G", "T", "P", "E")},
    **{prefix + "bit": prefix + "databit" for prefix in ("K", "M", "G", "T", "P", "E")},
    **{
        prefix + "B": {"Ki": "kibi", "Mi": "mebi", "Gi": "gibi", "Ti": "tebi", "Pi": "pebi"}[prefix] + "datum"
        for prefix in ("Ki", "Mi", "Gi", "Ti", "Pi")
    },
    "byte": "datum",
    "bit": "databit",
    "FLOP": "FLOP",
    "GFLOP": "gigaFLOP",
    "TFLOP": "teraFLOP",
    "PFLOP": "petaFLOP",
    "TFLOPS": "teraFLOP/second",
    "PFLOPS": "petaFLOP/second",
    "GB/s": "gigadatum/second",
    "TB/s": "teradatum/second",
    "GiB/s": "gibidatum/second",
    "Gbit/s": "gigadatabit/second",
    "ns": "nanosecond",
    "us": "microsecond",
    "ms": "millisecond",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "day": "day",
    "1/s": "1/second",
    "token/s": "1/second",
    "request/min": "1/minute",
    "USD": "dollar",
    "USD/h": "dollar/hour",
}
ORACLE = {symbol: name.replace("Kdatum", "kilodatum").replace("Kdatabit", "kilodatabit") for symbol, name in PINT.items()}
BASE = {"data": "datum", "work": "FLOP", "time": "second", "money": "dollar"}


def in_pint(symbol: str) -> Any:
    return REGISTRY.Quantity(Fraction(1), ORACLE[symbol])


@pytest.mark.parametrize("symbol", sorted(ORACLE))
def test_units_agree_with_pint(symbol: str) -> None:
    unit = UNITS[symbol]
    base = " * ".join(f"{BASE[name]} ** {getattr(unit.dimension, name)}" for name in BASE)
    assert in_pint(symbol).to(base).magnitude == unit.scale


@given(st.sampled_from(sorted(ORACLE)), st.sampled_from(sorted(ORACLE)), st.fractions(), st.fractions())
def test_arithmetic_with_units_agrees_with_pint(first: str, second: str, x: Fraction, y: Fraction) -> None:
    ours_one, ours_two = amount("x", x, first), amount("y", y, second)
    theirs_one, theirs_two = x * in_pint(first), y * in_pint(second)
    assert (ours_one * ours_two).value == (theirs_one * theirs_two).to_base_units().magnitude / _pint_scale(ours_one * ours_two)
    if y:
        assert (ours_one / ours_two).value == (theirs_one / theirs_two).to_base_units().magnitude / _pint_scale(ours_one / ours_two)
    if ours_one.dimension == ours_two.dimension:
        assert (ours_one + ours_two).in_unit(first) == (theirs_one + theirs_two).to(ORACLE[first]).magnitude
        assert (ours_one < ours_two) == (theirs_one < theirs_two)
    else:
        with pytest.raises(pint.DimensionalityError):
            theirs_one.to(ORACLE[second])
        with pytest.raises(DimensionError):
            ours_one + ours_two
        with pytest.raises(DimensionError):
            ours_one.in_unit(second)


def _pint_scale(term: Amount) -> Fraction:
    """Return how many of pint's base units our base unit is."""
    base = " * ".join(f"{BASE[name]} ** {getattr(term.dimension, name)}" for name in BASE)
    return Fraction(REGISTRY.Quantity(Fraction(1), base).to_base_units().magnitude)


NUMBERS = st.one_of(st.integers(-50, 50), st.fractions(-50, 50, max_denominator=24))
LEAVES = st.builds(count, st.sampled_from(["a", "b", "tp", "h"]), NUMBERS)


def _operation(terms: tuple[Amount, Amount], sign: str) -> Amount:
    left, right = terms
    if sign == "/" and right.value == 0:
        return left
    return {"+": left + right, "-": left - right, "*": left * right}.get(sign) or left / right


EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(_operation, st.tuples(inner, inner), st.sampled_from("+-*/")),
        st.builds(lambda term, power: term**power, inner, st.integers(0, 3)),
        st.builds(lambda term: term.named("part"), inner),
        st.builds(ceiling, inner),
        st.builds(rounded_down, inner, st.integers(0, 6)),
        st.builds(largest, inner, inner),
        st.builds(smallest, inner, inner),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_substituted_arithmetic_gives_the_value(term: Amount) -> None:
    assert evaluate(term.substituted) == term.value
    for line in term.lines:
        assert evaluate(line.substituted) == line.value


def test_a_named_result_is_one_word_later() -> None:
    width = (count("a", 32) * count("d", 128)).named("width")
    term = 2 * width + 1
    assert term.formula == "2 * width + 1"
    assert term.substituted == "2 * 4096 + 1"
    assert [(line.symbol, line.formula, line.substituted) for line in term.lines] == [("width", "a * d", "32 * 128")]


def test_brackets_stand_where_they_are_needed() -> None:
    a, b, c = count("a", 2), count("b", 3), count("c", 4)
    assert (a * (b + c)).formula == "a * (b + c)"
    assert (a - (b - c)).formula == "a - (b - c)"
    assert (a / (b * c)).formula == "a / (b * c)"
    assert (a * b / c).formula == "a * b / c"
    assert ((a + b) ** 2).formula == "(a + b) ** 2"
    assert (a * count("x", Fraction(1, 3))).substituted == "2 * 1 / 3"
    assert (a / count("x", Fraction(1, 3))).substituted == "2 / (1 / 3)"


def test_a_sum_leaves_out_what_is_nothing() -> None:
    assert total(count("a", 0), count("b", 2), count("c", 0)).formula == "b"
    assert total(count("a", 0), count("b", 0)).value == 0
    with pytest.raises(ValueError, match="no dimension"):
        total()


def test_a_defect_of_a_formula_is_no_number() -> None:
    with pytest.raises(DimensionError, match="cannot add w"):
        amount("w", 1, "GB") + amount("t", 1, "s")
    with pytest.raises(DimensionError, match="cannot compare"):
        largest(amount("w", 1, "GB"), count("n", 1))
    with pytest.raises(ValueError, match="not whole"):
        _ = count("x", Fraction(1, 2)).whole
    with pytest.raises(ValueError, match="outside"):
        count("x", 2) ** 10**6


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(64), "64"),
        (Fraction(70553706496), "70,553,706,496"),
        (Fraction(1, 3), "0.3333"),
        (Fraction(123456789, 10), "12,350,000"),
        (Fraction(1, 10**7), "1.000e-7"),
        (Fraction(10) ** 17 + Fraction(1, 3), "1.000e+17"),
    ],
)
def test_readable(value: Fraction, shown: str) -> None:
    assert readable(value) == shown


def test_constants_are_written_exactly() -> None:
    assert constant(Fraction(17, 4)).substituted == "4.25"
    assert constant(Fraction(-1, 3)).substituted == "-1 / 3"

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.relations.language import (
    Binary,
    Expression,
    Name,
    Number,
    RelationError,
    decimal,
    names,
    read_condition,
    read_expression,
    write,
)
from tests.relations.expressions import arithmetic, conditions


@given(arithmetic)
def test_what_is_written_reads_back_the_same(node: Expression) -> None:
    assert read_expression(write(node)) == node


@given(conditions)
def test_a_condition_reads_back_with_the_same_meaning(node: Expression) -> None:
    assert write(read_condition(write(node))) == write(node)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("gpus==tp*(pp*dp)", "gpus == tp * (pp * dp)"),
        ("(a * b) % c == 0", "(a * b) % c == 0"),
        ("a * b % c == 0", "(a * b) % c == 0"),
        ("a <= b <= c", "a <= b and b <= c"),
        ("not (a == b or a == c) and c > 1", "not (a == b or a == c) and c > 1"),
        ("x == 6 FLOP * params", "x == 6 FLOP * params"),
        ("x == 80 GB", "x == 80 GB"),
        ("x == 1_000.5", "x == 1000.5"),
        ("x == 1.5e3", "x == 1500"),
        ("x == -y ** 2", "x == -y ** 2"),
        ("x == ceil( a/b )", "x == ceil(a / b)"),
        ("stated(a) and a > 1", "stated(a) and a > 1"),
    ],
)
def test_canonical_form(text: str, written: str) -> None:
    assert write(read_condition(text)) == written


def test_units_are_taken_to_base_units() -> None:
    assert read_expression("80 GB") == Number(Fraction(80 * 10**9), "GB")
    assert read_expression("250 ms") == Number(Fraction(1, 4), "ms")


def test_products_bind_to_the_left() -> None:
    assert read_expression("a / b * c") == Binary("*", Binary("/", Name("a"), Name("b")), Name("c"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("__import__('os').system('true')", "unexpected character"),
        ("a == 'b'", "unexpected character"),
        ("a == b.c", "unexpected character"),
        ("a[0] == b", "unexpected character"),
        ("(lambda: 1)() == 1", "expected"),
        ("eval(a) == 1", "unknown function"),
        ("a = b", "`==`"),
        ("a == 9 ** 9 ** 9", "exponent"),
        ("a == 2 ** 2 ** 2", "power of a power"),
        ("a == 2 ** b", "exponent"),
        ("a == 2 ** 99", "exponent"),
        ("a == 2 ** -1", "exponent"),
        ("a == " + "9" * 31, "digits"),
        ("a == 1..2", "not a number"),
        ("a == 1e99", "power of ten"),
        ("a == 1e999999999", "power of ten"),
        ("a == 1e", "unknown unit"),
        ("a == 2 tp", "unknown unit"),
        ("a == min(b)", "arguments"),
        ("a == abs(b, c)", "arguments"),
        ("stated(a + b)", "takes the name"),
        ("a + b", "condition is wanted"),
        ("(a == b) + c == 1", "number is wanted"),
        ("a and b == 1", "condition is wanted"),
        ("a == b == ", "the end"),
        ("a == (b", "expected ')'"),
        ("a == b)", "unexpected ')'"),
        ("a == b c", "unexpected 'c'"),
        ("a == ²", "unexpected character"),
        ("a == " + "(" * 30 + "b" + ")" * 30, "nested deeper"),
        ("a == " + "-" * 40 + "b", "nested deeper"),
        ("a == " + " + ".join(["b"] * 120), "parts"),
        ("a == " + "+".join(["bbbbb"] * 150), "longer"),
        ("a == (((b ** 4) ** 4) ** 4)", "degree"),
        ("", "the end"),
    ],
)
def test_refused(text: str, says: str) -> None:
    with pytest.raises(RelationError, match=re.escape(says)) as refused:
        read_condition(text)
    assert 0 <= refused.value.offset <= max(len(text), 600)


def test_an_error_points_at_its_character() -> None:
    with pytest.raises(RelationError) as refused:
        read_condition("gpus == tp * $pp")
    assert refused.value.offset == 13


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(RelationError):
        read_condition(text)


def test_names_in_order_once() -> None:
    node = read_condition("gpus == tp * pp * tp and stated(dp)")
    assert names(node) == ("gpus", "tp", "pp", "dp")
    assert names(node, asked=False) == ("gpus", "tp", "pp")


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 8), "0.125"), (Fraction(-27, 1000), "-0.027"), (Fraction(30_000), "30000"), (Fraction(0), "0"), (Fraction(1, 3), None)],
)
def test_decimal(value: Fraction, text: str | None) -> None:
    assert decimal(value) == text


def test_numbers_in_place_of_names() -> None:
    node = read_expression("a / b + c")
    assert write(node, {"a": Fraction(1, 3), "b": Fraction(-2), "c": Fraction(1, 2)}) == "1 / 3 / (-2) + 0.5"
    assert write(node, {"a": "33 GB", "b": "4"}) == "33 GB / 4 + c"

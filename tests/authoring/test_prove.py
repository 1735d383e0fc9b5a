from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.authoring.prove import prove, signature, solve
from auditor.authoring.sources import read_sheet
from auditor.authoring.validate import validate
from auditor.errors import RuleError
from auditor.relations.evaluate import value_of
from auditor.relations.language import Comparison, RelationError, read_condition, write
from tests.authoring.rule_text import GOOD, quantities


def solved(text: str) -> dict[str, str]:
    node = read_condition(text)
    assert isinstance(node, Comparison)
    return {name: write(form) for name, form in solve(node).items()}


def test_solved_for_every_factor() -> None:
    assert solved("gpus == tp * pp") == {"gpus": "pp * tp", "tp": "gpus / pp", "pp": "gpus / tp"}


def test_solved_for_every_summand() -> None:
    assert solved("free == room - used") == {"free": "room - used", "room": "free + used", "used": "room - free"}


def test_solved_through_fractions_and_units() -> None:
    assert solved("mfu == 6 FLOP * params * rate / peak")["params"] == "mfu * peak / (6 * rate)"
    assert solved("bubble == (pp - 1) / (pp - 1 + micro)")["micro"] == "(bubble + pp - bubble * pp - 1) / bubble"


def test_what_stands_inside_a_rounding_is_not_solved() -> None:
    assert solved("ceil(layers / pp) * width == total") == {"width": "total / ceil(layers / pp)", "total": "ceil(layers / pp) * width"}
    assert solved("heads % tp == 0") == {}
    assert solved("x ** 2 == y") == {"y": "x ** 2"}


factors = st.lists(st.sampled_from(("a", "b", "c", "d")), min_size=1, max_size=4, unique=True)
values = st.fixed_dictionaries({name: st.integers(1, 30).map(Fraction) for name in ("a", "b", "c", "d")})


@given(factors, factors, st.sampled_from(("*", "+")), values)
def test_inverses_solve_back(left: list[str], right: list[str], sign: str, given_values: dict[str, Fraction]) -> None:
    """What a form gives for one variable, put into the relation with the others, gives back the left side."""
    text = f"y == {' * '.join(left)} {sign} {' * '.join(right)}"
    node = read_condition(text)
    assert isinstance(node, Comparison)
    known = given_values | {"y": value_of(node.right, given_values)}
    for name, form in solve(node).items():
        others = {key: value for key, value in known.items() if key != name}
        assert value_of(form, others) == known[name]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("gpus == tp * pp", "tp == gpus / pp"),
        ("gpus == tp * pp", "pp * tp - gpus == 0"),
        ("2 * gpus == 2 * tp", "tp == gpus"),
        ("a <= b", "b >= a"),
        ("a < b and c == d", "d == c and b > a"),
        ("a == 1 or b == 1", "b == 1 or a == 1"),
        ("heads % tp == 0", "0 == heads % tp"),
    ],
)
def test_alike(one: str, two: str) -> None:
    assert signature(read_condition(one)) == signature(read_condition(two))


@pytest.mark.parametrize(
    ("one", "two"),
    [("a <= b", "a >= b"), ("a <= b", "a < b"), ("a == b", "a != b"), ("a == b * c", "a == b + c"), ("a % b == 0", "b % a == 0")],
)
def test_unlike(one: str, two: str) -> None:
    assert signature(read_condition(one)) != signature(read_condition(two))


@pytest.mark.parametrize(
    ("relation", "says"),
    [
        ("gpus == gpus * tp / tp", "always holds"),
        ("gpus < gpus", "never holds"),
        ("gpus + 1 == gpus", "does not depend on any quantity"),
        ("gpus == tp / (pp - pp)", "divides by zero"),
        ("(gpus + tp + pp) ** 8 * (gpus + tp - pp + 1) ** 8 == gpus", "too large to prove"),
    ],
)
def test_relations_that_say_nothing_are_refused(relation: str, says: str) -> None:
    text = GOOD.replace("gpus == tp * pp,", f"{relation},").replace("{product:", "{total:")
    with pytest.raises(RuleError, match=re.escape(says)) as refused:
        prove(validate(read_sheet(text, "rule.yaml"), quantities()))
    assert refused.value.line == 11


def test_two_conventions_alike_are_refused() -> None:
    text = GOOD.replace("gpus == tp * pp / 2", "tp == gpus / pp").replace("    when: pp > 1\n", "")
    with pytest.raises(RuleError, match="the conventions product and half are the same relation"):
        prove(validate(read_sheet(text, "rule.yaml"), quantities()))


def test_scope_and_role_make_a_difference() -> None:
    plain = prove(validate(read_sheet(GOOD, "rule.yaml"), quantities())).key
    target = GOOD.replace("[gpus, tp, pp]", "{gpus: {quantity: gpus, role: target}, tp: tp, pp: pp}")
    assert prove(validate(read_sheet(target, "rule.yaml"), quantities())).key != plain


def test_too_large_is_refused_before_it_is_multiplied_out() -> None:
    with pytest.raises(RelationError, match="too large"):
        solve(_comparison("y == (a + b + c + d) ** 8 * (e + f + g + h) ** 8"))


def _comparison(text: str) -> Comparison:
    node = read_condition(text)
    assert isinstance(node, Comparison)
    return node

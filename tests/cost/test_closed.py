"""The closed formulas: what a rule gets by their names is what the cost model computes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.authoring.validate import macros
from auditor.cost.amount import amount
from auditor.cost.closed import FORMULAS, Formula
from auditor.cost.inference import concurrency, end_to_end
from auditor.cost.pipeline import bubble_share
from auditor.relations.dimensions import dimension
from auditor.relations.evaluate import value_of
from auditor.relations.language import names, read_condition, read_expression, write
from auditor.units import UNITS


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS.keys())
@given(st.lists(st.integers(2, 400), min_size=5, max_size=5))
def test_by_name_and_by_call_they_agree(formula: Formula, values: list[int]) -> None:
    operands = [name for name, _ in formula.operands]
    text = f"{formula.name}({', '.join(operands)})"
    node = read_expression(text, macros())
    assert set(names(node)) == set(operands)
    found = value_of(node, {name: Fraction(value) for name, value in zip(operands, values, strict=False)})
    assert found == formula.applied(*values).value


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS.keys())
def test_dimensions(formula: Formula) -> None:
    known = {name: UNITS[unit].dimension for name, unit in formula.operands}
    call = f"{formula.name}({', '.join(known)})"
    assert dimension(read_expression(call, macros()), known) == formula.dimension
    assert formula.applied(3).dimension == formula.dimension


def test_the_modules_use_them() -> None:
    assert end_to_end(amount("ttft", 1, "s"), amount("tpot", 1, "s"), 5).value == FORMULAS["end_to_end"].applied(1, 1, 5).value
    assert concurrency(amount("r", 3, "1/s"), amount("t", 2, "s")).value == FORMULAS["in_flight"].applied(3, 2).value
    assert bubble_share(4, 8, 2) == FORMULAS["bubble_share"].applied(4, 8, 2).value


def test_operands_may_be_expressions() -> None:
    node = read_condition("kv == kv_bytes_per_token(layers, kv_heads, hidden / heads, width)", macros())
    assert write(node) == "kv == layers * 2 * kv_heads * (hidden / heads) * width"
    values = {name: Fraction(value) for name, value in {"layers": 80, "kv_heads": 8, "hidden": 8192, "heads": 64, "width": 2}.items()}
    right = read_expression("kv_bytes_per_token(layers, kv_heads, hidden / heads, width)", macros())
    assert value_of(right, values) == 327680

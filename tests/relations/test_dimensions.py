from __future__ import annotations

import re

import pytest

from auditor.relations.dimensions import base_unit, check_condition, dimension
from auditor.relations.language import RelationError, read_condition, read_expression
from auditor.units import DATA, DIMENSIONLESS, TIME, WORK

KNOWN = {"weights": DATA, "params": DIMENSIONLESS, "width": DATA, "time": TIME, "rate": DIMENSIONLESS / TIME, "flops": WORK / TIME}


@pytest.mark.parametrize(
    "text",
    [
        "weights == params * width",
        "weights <= 80 GB",
        "rate * time == params",
        "flops == 6 FLOP * params * rate",
        "weights - width == 0",
        "ceil(weights / width) == params",
        "params == weights // width",
        "max(time, 5 ms) >= min(time, 1 s)",
        "not stated(time) or abs(time) > 0",
        "weights ** 2 == width ** 2",
    ],
)
def test_sound(text: str) -> None:
    check_condition(read_condition(text), KNOWN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("weights == params", "unlike things: data and count"),
        ("weights + time == width", "+ joins unlike things: data and time"),
        ("ceil(weights) == weights", "depends on the unit"),
        ("weights // time == params", "whole number"),
        ("min(weights, 3) == width", "min joins unlike"),
        ("flops == 6 * params * rate", "unlike things: work time^-1 and time^-1"),
        ("unknown == params", "unknown name 'unknown'"),
        ("stated(unknown)", "unknown name"),
        ("params == 1 / 0", "division by zero"),
    ],
)
def test_unsound(text: str, says: str) -> None:
    with pytest.raises(RelationError, match=re.escape(says)):
        check_condition(read_condition(text), KNOWN)


def test_base_units() -> None:
    assert base_unit(dimension(read_expression("weights * rate"), KNOWN)).symbol == "byte/s"
    assert base_unit(dimension(read_expression("params / params"), KNOWN)).symbol == "1"
    assert base_unit(dimension(read_expression("weights * time"), KNOWN)).symbol == "data time"

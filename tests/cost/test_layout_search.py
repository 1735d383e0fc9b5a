"""What could stand there instead."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cost.layout import CONVENTIONS, Constraints, Degrees, Shape, fit, layouts
from auditor.findings import Verdict

BY_NAME = {one.name: one for one in CONVENTIONS}


def test_the_nearest_change_comes_first() -> None:
    found = list(layouts(32, Constraints(BY_NAME["dense"], Degrees(tp=8, pp=4, dp=2), shape=Shape(heads=64, layers=32))))
    assert [str(one) for one in found[:3]] == ["TP4 PP4 DP2", "TP8 PP2 DP2", "TP8 PP4 DP1"]


def test_a_layout_that_fits_comes_back_first() -> None:
    near = Degrees(tp=8, pp=4)
    first = next(layouts(64, Constraints(BY_NAME["dense"], near)))
    assert first == Degrees(tp=8, pp=4, dp=2)


def test_fixed_degrees_stay_and_the_model_has_its_say() -> None:
    constraints = Constraints(
        BY_NAME["product"], Degrees(tp=4, ep=8, pp=2, dp=2), fixed=frozenset({"tp", "pp"}), shape=Shape(heads=32, experts=12)
    )
    found = list(layouts(64, constraints))
    assert found
    assert all((one.tp, one.pp) == (4, 2) for one in found)
    assert all(12 % (one.ep or 1) == 0 for one in found)


def test_unstated_degrees_come_in_only_when_opened() -> None:
    closed = list(layouts(8, Constraints(BY_NAME["dense"], Degrees(tp=4))))
    assert all(one.cp is None for one in closed)
    opened = list(layouts(8, Constraints(BY_NAME["dense"], Degrees(tp=4), open=frozenset({"cp"}))))
    assert any((one.cp or 1) > 1 for one in opened)


def test_the_experts_of_a_dedicated_layout_are_solved_for() -> None:
    found = next(layouts(28, Constraints(BY_NAME["dedicated"], Degrees(tp=4, pp=2, ep=16, dp=1), fixed=frozenset({"tp", "pp", "dp"}))))
    assert found.ep == 20


def test_the_search_is_bounded() -> None:
    found = list(layouts(720720, Constraints(BY_NAME["product"], Degrees(tp=4, ep=16, pp=4, cp=2, dp=2), most=7)))
    assert len(found) == 7


DEGREE = st.sampled_from([1, 2, 4, 8, 16])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["dense", "product", "folded", "expert-data", "dedicated"]),
    st.builds(Degrees, tp=DEGREE, pp=DEGREE, ep=st.sampled_from([2, 4, 8]), dp=st.one_of(st.none(), DEGREE)),
    st.sampled_from([8, 24, 64, 96, 512]),
)
def test_every_layout_found_holds_and_none_is_nearer_than_one_before(name: str, near: Degrees, gpus: int) -> None:
    convention = BY_NAME[name]
    if name == "dense":
        near = near.with_({"ep": None})
    distances = []
    for one in layouts(gpus, Constraints(convention, near, changes=2)):
        if convention.applies(one):
            verdicts = [checked.verdict for checked in fit(one, gpus, evidence={"dedicated-experts"}) if checked.convention.name == name]
            assert verdicts == [Verdict.HELD]
        changed = [
            (getattr(near, symbol), getattr(one, symbol)) for symbol in ("tp", "pp", "ep", "dp") if getattr(near, symbol) is not None
        ]
        distance = Fraction(1)
        for stated, value in changed:
            distance *= Fraction(max(stated, value), min(stated, value))
        distances.append((sum(stated != value for stated, value in changed), distance))
    assert distances == sorted(distances)

from __future__ import annotations

from fractions import Fraction

from auditor.authoring.prove import solve
from auditor.relations.evaluate import Convention, Meaning
from auditor.relations.language import Comparison, read_condition, write
from auditor.relations.repair import Change, Kind, changes
from auditor.values import Interval

WHOLE, SHARE, MEASURED = Kind(whole=True), Kind(whole=False, share=True), Kind(whole=False)


def found(text: str, kinds: dict[str, Kind], *also: str, **values: object) -> list[tuple[str, int]]:
    holds = read_condition(text)
    assert isinstance(holds, Comparison)
    solved = tuple((name, write(node)) for name, node in solve(holds).items())
    convention = Convention("only", holds, tuple(read_condition(one) for one in also), solved=solved)
    exact = {name: Fraction(str(value)) for name, value in values.items()}
    meanings = {name: Meaning(Interval.exact(value), value) for name, value in exact.items()}
    result: tuple[Change, ...] = changes(convention, meanings, kinds)
    assert [change.ratio for change in result] == sorted(change.ratio for change in result)
    assert all(change.value.denominator == 1 for change in result)
    return [(change.name, int(change.value)) for change in result]


def test_every_operand_of_a_product_by_distance() -> None:
    kinds = dict.fromkeys(("gpus", "tp", "pp", "dp"), WHOLE)
    assert found("gpus == tp * pp * dp", kinds, gpus=64, tp=8, pp=4, dp=4) == [("gpus", 128), ("tp", 4), ("pp", 2), ("dp", 2)]


def test_counts_stay_whole() -> None:
    assert found("gpus == tp * pp", {"gpus": WHOLE, "tp": WHOLE}, gpus=12, tp=8, pp=8) == [("gpus", 64)]


def test_only_the_named_operands_change() -> None:
    assert found("gpus == tp * pp", {"pp": WHOLE}, gpus=16, tp=8, pp=4) == [("pp", 2)]


def test_a_share_stays_below_one() -> None:
    assert found("share == used / capacity", {"share": SHARE, "used": MEASURED}, share="0.5", used=120, capacity=80) == [("used", 40)]


def test_remainders_are_searched() -> None:
    assert found("heads % tp == 0", {"heads": WHOLE, "tp": WHOLE}, heads=40, tp=16) == [("heads", 48), ("tp", 20)]


def test_conditions_that_come_along_must_hold_too() -> None:
    assert found("gpus == tp * dp", {"dp": WHOLE}, "dp % ep == 0", gpus=16, tp=2, dp=4, ep=8) == [("dp", 8)]
    assert found("gpus == tp * dp", {"dp": WHOLE}, "dp % ep == 0", gpus=24, tp=2, dp=4, ep=8) == []


def test_a_condition_without_the_operand_cannot_be_mended_by_it() -> None:
    assert found("gpus == tp * dp", {"gpus": WHOLE}, "dp % ep == 0", gpus=24, tp=2, dp=4, ep=8) == []


def test_an_inequality_moves_to_its_boundary() -> None:
    assert found("used <= capacity", {"used": MEASURED, "capacity": MEASURED}, used=90, capacity=80) == [("used", 80), ("capacity", 90)]

"""The power of rules: how much of what is wrong they reject."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from auditor.authoring.power import floor_of, is_weak, measure, measured, told
from auditor.rulebook import Rule, Rulebook, load

HEAD = "category: layout\nsummary: A test.\nsince: '0.1'\nseverity: error\nconfidence: high\nwhy: A test.\n"
STRICT = "uses: [gpus, tp, pp]\nholds: gpus == tp * pp\nmessage: '{gpus}'\n"
LOOSE = """\
uses: [gpus, tp, pp]
conventions:
  product: {holds: gpus == tp * pp, source: a test}
  anything: {holds: gpus >= 1, source: nobody}
message: '{gpus}'
"""
WIDE = STRICT.replace("pp", "dp") + "tolerance: 90%\n"
FLOORED = LOOSE.replace("pp", "cp") + "power: {floor: 0%, because: a test of floors}\n"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("rules")
    for number, (name, text) in enumerate({"strict": STRICT, "loose": LOOSE, "wide": WIDE, "floored": FLOORED}.items()):
        place = folder / name
        place.mkdir()
        (place / "rule.yaml").write_text(f"id: {name}\ncode: TST00{number}\n{HEAD}{text}", encoding="utf-8")
    return load((folder,))


def test_a_relation_without_a_way_out_rejects_all(rules: Rulebook) -> None:
    power = measure(rules.get("strict"))
    assert power.tried > 50
    assert power.share == 1


def test_a_convention_that_lets_anything_pass_is_named(rules: Rulebook) -> None:
    rule = rules.get("loose")
    power = measure(rule)
    assert power.share == 0
    assert power.weakest()[0] == ("anything", Fraction(0))
    assert is_weak(rule, power)
    assert "anything alone 0 %" in told(rule, power)


def test_a_wide_tolerance_shows(rules: Rulebook) -> None:
    share = measure(rules.get("wide")).share
    assert share is not None
    assert share < 1


def test_a_rule_may_say_its_floor(rules: Rulebook) -> None:
    rule = rules.get("floored")
    assert floor_of(rule) == 0
    assert not is_weak(rule, measure(rule))


def test_the_figure_is_the_same_every_time(rules: Rulebook) -> None:
    assert measure(rules.get("wide")).share == measure(rules.get("wide")).share


def test_a_check_is_tried_on_its_bad_examples() -> None:
    book = load()
    power = measured(book.get("written-equation"), book)
    assert power.tried
    assert power.share is not None
    assert power.share > Fraction(1, 2)


RELATIONS = load().relations


@pytest.mark.parametrize("rule", RELATIONS, ids=[rule.code for rule in RELATIONS])
def test_no_relation_is_below_its_floor(rule: Rule) -> None:
    assert not is_weak(rule, measure(rule)), told(rule, measure(rule))


def test_every_floor_has_a_reason() -> None:
    own = [rule.data["power"] for rule in load().rules if rule.data["power"]]
    assert own
    assert all(len(one["because"]) > 20 for one in own)


def test_the_schema_asks_for_the_reason() -> None:
    text = (Path(__file__).parents[2] / "rules" / "rule.schema.json").read_text(encoding="utf-8")
    assert "because" in text

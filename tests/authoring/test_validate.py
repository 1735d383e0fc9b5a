from __future__ import annotations

import re
from fractions import Fraction

import pytest
from jsonschema import Draft202012Validator

from auditor.authoring.model import schema
from auditor.authoring.sources import read_sheet
from auditor.authoring.validate import Checked, entries, validate
from auditor.errors import RuleError
from tests.authoring.rule_text import GOOD, quantities


def check(text: str) -> Checked:
    return validate(read_sheet(text, "rule.yaml"), quantities())


def test_a_rule_in_order() -> None:
    checked = check(GOOD)
    assert [use.name for use in checked.uses] == ["gpus", "tp", "pp"]
    assert [one.name for one in checked.conventions] == ["product", "half"]
    assert checked.assume == {"pp": Fraction(1)}
    assert checked.subject == "gpus"
    assert checked.tolerance == 0


def test_names_of_the_rules_own() -> None:
    text = GOOD.replace(
        "uses: [gpus, tp, pp]", "uses:\n  gpus: {quantity: gpus, role: [target, limit], per: total}\n  tp: parallel.tensor\n  pp: pp"
    )
    gpus, tp, _ = check(text).uses
    assert (gpus.roles, gpus.per) == (("target", "limit"), ("total",))
    assert (tp.entry.id, tp.roles, tp.per) == ("parallel.tensor", ("actual",), ("total", "unsaid"))


def test_a_quantity_of_a_part_is_taken_from_that_part() -> None:
    text = GOOD.replace("[gpus, tp, pp]", "[gpus, tp, pp, experts_per_gpu]").replace("pp > 1", "experts_per_gpu > pp")
    assert check(text).uses[3].per == ("unsaid", "gpu")


def test_tolerance_and_assumptions_are_exact() -> None:
    text = GOOD.replace("assume: {pp: 1}", "assume: {pp: 3 / 2}\ntolerance: 0.1%")
    assert (check(text).tolerance, check(text).assume["pp"]) == (Fraction(1, 1000), Fraction(3, 2))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("summary:", "sumary:", "rule.yaml:1:1: the rule: unknown key 'sumary'"),
        ("why: A test.\n", "", "the rule: why missing"),
        ('since: "0.1"', "since: 0.1", "rule.yaml:5:8: since: 0.1 is not a string; quote it"),
        ("code: TST001", "code: lay1", "rule.yaml:2:7: code: 'lay1' is not of the form"),
        ("severity: error", "severity: fatal", "rule.yaml:6:11: severity: 'fatal' is none of error, warning, info"),
        ("category: layout", "category: shapes", "'shapes' is none of layout"),
        ("conventions:", "holds: gpus == tp\nconventions:", "exactly one of holds, conventions and check"),
        ("gpus == tp * pp,", "gpus == tp * $pp,", "rule.yaml:11:33: unexpected character '$'"),
        ("gpus == tp * pp,", "gpus = tp,", "`=` is not an operator"),
        ("gpus == tp * pp,", "gpus == tp * dp,", "rule.yaml:11:33: unknown name 'dp'"),
        ("gpus == tp * pp,", "gpus == 80 GB,", "unlike things: count and data"),
        ("gpus == tp * pp,", "gpus * tp,", "condition is wanted"),
        ("when: pp > 1", "when: pp", "condition is wanted"),
        ("[gpus, tp, pp]", "[gpus, tp, qq]", "rule.yaml:8:18: the lexicon has no quantity 'qq'"),
        ("[gpus, tp, pp]", "[gpus, tensor, pp]", "no quantity 'tensor'"),
        ("[gpus, tp, pp]", "[gpus, tp, step_tim]", "did you mean 'step_time'?"),
        ("[gpus, tp, pp]", "[gpus, tp, pp, tp]", "'tp' stands twice"),
        ("[gpus, tp, pp]", "[gpus, tp, pp, weights]", "'weights' stands among `uses` but in no relation"),
        ("[gpus, tp, pp]", "{min: gpus, tp: tp, pp: pp}", "'min' is a word of the language"),
        ("{pp: 1}", "{dp: 1}", "'dp' is assumed but not among `uses`"),
        ("{pp: 1}", "{pp: 2 GB}", "pp is a count, '2 GB' is not"),
        ("{pp: 1}", "{pp: -1}", "assume.pp"),
        ("{total: tp * pp}", "{total: tp + weights}", "unknown name 'weights'"),
        ("{total: tp * pp}", "{tp: tp * pp}", "'tp' already names a quantity"),
        ("but {total:written}", "but {nothing}", "rule.yaml:17:11: {nothing} is neither among `uses` nor under `let`"),
        ("but {total:written}", "but {total:>10}", "a placeholder is a name"),
        ("but {total:written}", "but {total!r}", "a placeholder is a name"),
        ("but {total:written}", "but {total.real}", "a placeholder is a name"),
        ("but {total:written}", "but {total:hidden}", "unknown form 'hidden'"),
        ("but {total:written}", "but {gpus:written}", "is for names under `let`"),
        ("but {total:written}", "but {total, }", "a placeholder is a name"),
        ("so {gpus:expected}", "so {gpus", "expected '}' before end of string"),
        ("so {gpus:expected}", "so {total:expected}", "'total' stands in no relation to solve"),
        ("labels: {gpus", "labels: {total", "label of 'total', which is not among `uses`"),
        ("why: A test.", "why: A test.\nsubject: total", "'total' is not among `uses`"),
        ("why: A test.", "why: A test.\nrepair: {keep: [total]}", "'total' is not among `uses`"),
        ("why: A test.", "why: A test.\nrepair: {derived: total}", "'total' is not among `uses`"),
        ("why: A test.", "why: A test.\nand: tp > 1", "`and` here belongs to `holds`"),
        ("message:", "massage:", "unknown key 'massage'"),
        ("why: A test.", "why: A test.\ntolerance: 150%", "tolerance: '150%' is not of the form"),
        ("why: A test.", "why: A test.\ncheck: os.system", "exactly one of"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleError, match=re.escape(says)) as refused:
        check(GOOD.replace(old, new))
    assert refused.value.path == "rule.yaml"
    assert refused.value.line is not None


def test_a_relation_needs_a_message() -> None:
    text = "\n".join(line for line in GOOD.split("\n") if not line.startswith("message:"))
    with pytest.raises(RuleError, match="message missing"):
        check(text)


def test_a_check_needs_neither_message_nor_relation() -> None:
    head = GOOD.split("uses:")[0]
    checked = check(f"{head}check: equation.written\nwhy: A test.\n")
    assert (checked.model.check, checked.conventions) == ("equation.written", ())


@pytest.mark.parametrize(
    ("lexicon", "says"),
    [
        ({}, "no list `quantities`"),
        ([], "no list `quantities`"),
        ({"quantities": [{"id": "a"}]}, "lacks id or symbol"),
        ({"quantities": [{"id": "a", "symbol": "a", "unit": "parsec"}]}, "unknown unit 'parsec'"),
        ({"quantities": [{"id": "a", "symbol": "b"}, {"id": "c", "symbol": "b"}]}, "'b' names two quantities"),
    ],
)
def test_a_lexicon_at_fault(lexicon: object, says: str) -> None:
    with pytest.raises(RuleError, match=re.escape(says)):
        entries(lexicon)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())

"""The table of facts: what follows, from what, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.check.relations import run
from auditor.claims.model import Role, Scope
from auditor.facts import Fact, facts_of
from auditor.facts.table import MAX_STEPS, followings
from auditor.findings import Confidence, Verdict
from auditor.plans.model import Plan
from auditor.relations.dimensions import dimension
from auditor.rulebook import Rulebook, load
from tests import arithmetic
from tests.check.plans_by_hand import claim, plan

RULE = """\
id: world
code: TST001
category: layout
summary: A test.
since: "0.1"
severity: error
confidence: high
uses:
  gpus: {quantity: gpus, facts: true}
  tp: tp
  pp: pp
holds: gpus == tp * pp
message: "{gpus} GPUs, but {tp} x {pp}"
why: A test.
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("rules")
    for name, text in (("world", RULE), ("stated-only", RULE.replace("id: world", "id: stated-only").replace(", facts: true", ""))):
        (folder / name).mkdir()
        text = text.replace("TST001", "TST001" if name == "world" else "TST002")
        (folder / name / "rule.yaml").write_text(text, encoding="utf-8")
    return load((folder,))


def fact(facts: tuple[Fact, ...], quantity: str) -> Fact | None:
    return next((one for one in facts if one.quantity == quantity), None)


def test_what_follows_carries_its_derivation() -> None:
    one = fact(facts_of(plan(nodes=4, gpus_per_node=8).claims), "gpus")
    assert one is not None
    assert one.interval.low == one.interval.high == 32
    assert [operand.quantity for operand in one.operands] == ["nodes", "gpus.per_node"]
    assert one.steps[0].substituted == "4 * 8"


def test_nothing_is_derived_that_is_stated() -> None:
    assert fact(facts_of(plan(nodes=4, gpus_per_node=8, gpus=16).claims), "gpus") is None


@pytest.mark.parametrize(
    "change",
    [{"role": Role.TARGET}, {"role": Role.EXAMPLE}, {"confidence": Confidence.MEDIUM}, {"scope": Scope(member="GPU 3")}],
)
def test_nothing_follows_from_what_is_not_sure(change: dict[str, object]) -> None:
    nodes, per_node = plan(nodes=4, gpus_per_node=8).claims
    assert fact(facts_of((replace(nodes, **change), per_node)), "gpus") is None  # type: ignore[arg-type]


def test_nothing_follows_from_two_values() -> None:
    claims = plan(claim("nodes", 4), claim("nodes", 5), gpus_per_node=8).claims
    assert fact(facts_of(claims), "gpus") is None


def test_a_rule_takes_a_fact_as_a_claim(book: Rulebook) -> None:
    outcomes = run(book.get("world"), plan(nodes=4, gpus_per_node=8, tp=4, pp=4))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.CONTRADICTED]
    finding = outcomes[0].finding
    assert finding is not None
    assert "gpus 4 * 8 = 32" in finding.message
    assert finding.derivation[0].substituted == "4 * 8"
    assert {place.span for place in (finding.place, *finding.related)} >= {one.span for one in plan(nodes=4, gpus_per_node=8).claims}
    assert all(arithmetic.shows(step.result, arithmetic.evaluate(step.substituted)) for step in finding.derivation)


def test_only_where_it_says_so(book: Rulebook) -> None:
    verdicts = {outcome.verdict for outcome in run(book.get("stated-only"), plan(nodes=4, gpus_per_node=8, tp=4, pp=4))}
    assert Verdict.CONTRADICTED not in verdicts


def test_what_is_stated_comes_before_what_follows(book: Rulebook) -> None:
    outcomes = run(book.get("world"), plan(nodes=4, gpus_per_node=8, tp=4, pp=4, gpus=16))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.HELD]


@given(st.integers(1, 512), st.integers(1, 16))
def test_a_plan_that_agrees_is_never_contradicted(nodes: int, per_node: int) -> None:
    made = plan(nodes=nodes, gpus_per_node=per_node, tp=per_node, pp=nodes)
    rule = next(rule for rule in load().rules if rule.code == "LAY001")
    assert all(outcome.verdict is not Verdict.CONTRADICTED for outcome in run(rule, made))


def test_every_entry_gives_what_it_says() -> None:
    for one in followings():
        known = {use.name: use.unit.dimension for use in one.uses}
        assert dimension(one.value, known) in (None, one.gives.unit.dimension), one.name
        assert one.source


def test_derivations_are_short() -> None:
    made = Plan("main", "", plan(nodes=4, gpus_per_node=8, tp=8, pp=2, gbs=512, mbs=1, seq=4096).claims)
    assert all(len(one.steps) <= MAX_STEPS for one in facts_of(made.claims))

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.check.relations import run, run_all, tabled
from auditor.claims.model import Approximation, Role, Scope
from auditor.findings import Confidence, Finding, Outcome, Severity, Verdict
from auditor.plans.model import Plan
from auditor.relations.evaluate import value_of
from auditor.relations.language import read_expression
from auditor.rulebook import Rule, Rulebook, load
from auditor.spans import Span
from tests.check.plans_by_hand import claim, plan


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """Rules made for these tests, so that those that come with the tool can change."""
    folder = tmp_path_factory.mktemp("rules")
    for name, text in RULES.items():
        place = folder / name
        place.mkdir()
        code = f"TST{len(list(folder.iterdir())):03d}"
        head = {"id": name, "code": code, "category": "layout", "summary": "For a test.", "since": "'0.1'"}
        head |= {"severity": "error", "confidence": "high", "why": "For a test."}
        text = "".join(f"{key}: {value}\n" for key, value in head.items()) + text
        (place / "rule.yaml").write_text(text, encoding="utf-8")
    return load((folder,))


RULES = {
    "world": """
uses: [gpus, tp, pp, cp, dp, ep]
assume: {cp: 1, ep: 1}
conventions:
  factor: {holds: gpus == tp * ep * pp * cp * dp, source: a test}
  folded: {holds: gpus == tp * pp * cp * dp, and: (tp * cp * dp) % ep == 0, source: another test}
  own: {holds: gpus == tp * pp, when: dp > 1, frameworks: [sglang], source: a program}
let: {product: tp * ep * pp * cp * dp}
message: "{gpus} GPUs, but {product:written} = {product}; {gpus:expected}, {expected}"
labels: {gpus: "says {gpus}"}
repair: {prefer: [dp], keep: [tp]}
""",
    "fits": """
uses:
  used: {quantity: memory.used, role: [actual, target], per: [gpu, unsaid]}
  room: {quantity: memory.capacity, per: [gpu, unsaid]}
holds: used <= room
message: "{used} in {room}, {used:expected}"
""",
    "share": """
uses:
  part: {quantity: memory.utilization, per: [gpu, unsaid]}
  used: {quantity: memory.used, per: [gpu, unsaid]}
  room: {quantity: memory.capacity, per: [gpu, unsaid]}
tolerance: 1%
holds: part == used / room
message: "{part}, but {part:expected}"
repair: {derived: part}
""",
    "stages": """
uses:
  layers: layers
  pp: pp
  each: {quantity: layers.per_stage, per: any, each: true}
given: pp > 1
holds: each <= layers / 2
message: "{each} of {layers}"
""",
    "optional": """
uses: [gbs, mbs, accumulation, dp]
conventions:
  repeated: {holds: gbs == mbs * accumulation * dp, when: stated(accumulation), source: a test}
  single: {holds: gbs == mbs * dp, when: not stated(accumulation), source: a test}
message: "{gbs}"
""",
}


def only(outcomes: list[Outcome]) -> Outcome:
    assert len(outcomes) == 1
    return outcomes[0]


def finding(book: Rulebook, name: str, given_plan: Plan) -> Finding:
    outcome = only(run(book.get(name), given_plan))
    assert outcome.verdict is Verdict.CONTRADICTED
    assert outcome.finding is not None
    return outcome.finding


def verdict(rule: Rule, given_plan: Plan) -> Verdict:
    return only(run(rule, given_plan)).verdict


def test_a_contradiction_says_everything(book: Rulebook) -> None:
    found = finding(book, "world", plan(gpus=16, tp=4, ep=16, pp=4, dp=2))
    assert found.message == "16 GPUs, but 4 x 16 x 4 x 2 = 512; 512, 512 or 32 (cp 1 assumed)"
    assert (found.code, found.severity, found.confidence) == (book.get("world").code, Severity.ERROR, Confidence.HIGH)
    assert (found.claimed, found.expected) == ("16", "512 or 32")
    assert (found.place.span, found.place.message) == (Span(0, 2), "says 16")
    assert [place.message for place in found.related] == ["tp 4", "pp 4", "dp 2", "ep 16"]
    assert [(tried.name, tried.holds) for tried in found.conventions] == [("factor", False), ("folded", False), ("own", True)]
    assert found.conventions[0].detail == "4 * 16 * 4 * 1 * 2 = 512, not 16"


def test_every_step_can_be_recomputed(book: Rulebook) -> None:
    found = finding(book, "world", plan(gpus=16, tp=4, ep=16, pp=4, dp=2))
    assert [(step.formula, step.substituted, step.result) for step in found.derivation] == [
        ("tp * ep * pp * cp * dp", "4 * 16 * 4 * 1 * 2", "512"),
        ("tp * pp * cp * dp", "4 * 4 * 1 * 2", "32"),
        ("(tp * cp * dp) % ep", "(4 * 1 * 2) % 16", "8"),
    ]
    for step in found.derivation:
        value = value_of(read_expression(step.substituted), {})
        assert (step.low, step.high) == (value, value)
    places = [operand.span for operand in found.derivation[0].operands]
    assert places == [Span(100, 101), Span(200, 202), Span(300, 301), None, Span(400, 401)]


def test_one_convention_suffices(book: Rulebook) -> None:
    outcome = only(run(book.get("world"), plan(gpus=32, tp=2, pp=4, dp=4, ep=8)))
    assert (outcome.verdict, outcome.message) == (Verdict.HELD, "32 == 2 * 4 * 1 * 4 (folded)")
    assert len(outcome.spans) == 5


def test_a_programs_own_convention_counts_where_it_is_named(book: Rulebook) -> None:
    shared = plan(gpus=8, tp=8, pp=1, dp=4)
    assert only(run(book.get("world"), shared)).verdict is Verdict.CONTRADICTED
    assert only(run(book.get("world"), shared, {"sglang"})).verdict is Verdict.HELD


def test_repairs_are_ranked_and_legal(book: Rulebook) -> None:
    found = finding(book, "world", plan(gpus=64, tp=8, pp=4, dp=4))
    assert [repair.message for repair in found.repairs] == [
        "dp 2 instead of 4 would agree (factor)",
        "gpus 128 instead of 64 would agree (factor)",
        "pp 2 instead of 4 would agree (factor)",
    ]
    assert [edit.text for repair in found.repairs for edit in repair.edits] == ["2", "128", "2"]
    assert not any(repair.safe for repair in found.repairs)


def test_what_is_missing_is_said(book: Rulebook) -> None:
    outcome = only(run(book.get("world"), plan(gpus=32, tp=2, pp=4)))
    assert (outcome.verdict, outcome.message) == (Verdict.UNDETERMINED, "state dp to check gpus == tp * ep * pp * cp * dp")


def test_a_plan_with_too_little_is_none_of_the_rules_business(book: Rulebook) -> None:
    assert run(book.get("world"), plan(gpus=32)) == []
    assert run(book.get("world"), plan(layers=32)) == []


def test_a_value_for_another_role_is_not_silence(book: Rulebook) -> None:
    previous = claim("cp", 2, role=Role.PREVIOUS)
    outcome = only(run(book.get("world"), plan(previous, gpus=32, tp=2, pp=4, dp=2, ep=1)))
    assert (outcome.verdict, outcome.message) == (Verdict.UNDETERMINED, "state cp to check gpus == tp * ep * pp * cp * dp")


def test_every_competing_value_is_tried(book: Rulebook) -> None:
    held = only(run(book.get("world"), plan(claim("gpus", 8), claim("gpus", 16), tp=4, pp=4, dp=1)))
    assert held.verdict is Verdict.HELD
    found = finding(book, "world", plan(claim("gpus", 8), claim("gpus", 12), tp=4, pp=4, dp=1))
    assert found.claimed == "8"


def test_too_many_competing_values_are_no_contradiction(book: Rulebook) -> None:
    many = [claim(symbol, value) for symbol in ("gpus", "tp", "pp") for value in range(101, 107)]
    outcome = only(run(book.get("world"), plan(*many, dp=1)))
    assert (outcome.verdict, outcome.message) == (Verdict.UNDETERMINED, "too many different values stand for the same quantities")


def test_agreeing_places_are_related(book: Rulebook) -> None:
    found = finding(book, "world", plan(claim("gpus", 8), claim("gpus", 8), tp=4, pp=4, dp=1))
    assert [place.span.start for place in found.related if place.message == "the same"] == [100]


@pytest.mark.parametrize(
    ("confidence", "severity"), [(Confidence.LOW, Severity.WARNING), (Confidence.MEDIUM, Severity.ERROR), (Confidence.HIGH, Severity.ERROR)]
)
def test_doubtful_reading_makes_a_warning(book: Rulebook, confidence: Confidence, severity: Severity) -> None:
    found = finding(book, "world", plan(claim("tp", 4, confidence=confidence), gpus=8, pp=4, dp=1))
    assert (found.severity, found.confidence) == (severity, confidence)


def test_either_meaning_of_a_unit_saves(book: Rulebook) -> None:
    used = claim("mem_used", 50, slack="1/2")
    room = claim("mem_capacity", 80)
    part = claim("mem_utilization", 67, slack="1/2")
    assert verdict(book.get("share"), plan(used, room, part)) is Verdict.CONTRADICTED
    both = claim("mem_used", 50, slack="1/2", binary=True)
    outcome = only(run(book.get("share"), plan(both, room, part)))
    assert outcome.verdict is Verdict.HELD
    assert outcome.message.endswith("read as binary, within the written precision")


def test_a_derived_figure_is_safe_to_correct(book: Rulebook) -> None:
    found = finding(book, "share", plan(claim("mem_utilization", 75, "%"), claim("mem_used", 50), claim("mem_capacity", 80)))
    first = found.repairs[0]
    assert first.safe
    assert [edit.text for edit in first.edits] == ["63"]
    assert not any(repair.safe for repair in found.repairs[1:])


def test_a_doubtful_derived_figure_is_not(book: Rulebook) -> None:
    doubtful = claim("mem_used", 50, confidence=Confidence.MEDIUM)
    found = finding(book, "share", plan(claim("mem_utilization", 75, "%"), doubtful, claim("mem_capacity", 80)))
    assert not any(repair.safe for repair in found.repairs)


def test_inequalities_say_the_boundary(book: Rulebook) -> None:
    found = finding(book, "fits", plan(claim("mem_used", 90, slack="1/2"), claim("mem_capacity", 80)))
    assert found.message == "90 GB in 80 GB, at most 80 GB"


def test_bounds_are_shown_by_their_end(book: Rulebook) -> None:
    bound = claim("mem_used", 90, slack=5)
    bound = replace(bound, bound=">", approximation=Approximation.BOUND)
    assert finding(book, "fits", plan(bound, claim("mem_capacity", 80))).message.startswith("85 GB in 80 GB")


def test_roles_are_taken_in_order(book: Rulebook) -> None:
    target = claim("mem_used", 90, role=Role.TARGET)
    room = claim("mem_capacity", 80)
    assert verdict(book.get("fits"), plan(target, room)) is Verdict.CONTRADICTED
    assert verdict(book.get("fits"), plan(target, claim("mem_used", 70), room)) is Verdict.HELD


def test_scopes_that_do_not_fit_do_not_bind(book: Rulebook) -> None:
    outcomes = run(book.get("fits"), plan(claim("mem_used", 900, per="total"), claim("mem_capacity", 80, per="gpu")))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.UNDETERMINED]


def test_phases_are_not_mixed(book: Rulebook) -> None:
    def phased(symbol: str, value: int, phase: str) -> object:
        return replace(claim(symbol, value), scope=Scope(phase=phase))

    prefill = [phased(symbol, value, "prefill") for symbol, value in (("tp", 4), ("dp", 1), ("gpus", 8))]
    decode = [phased(symbol, value, "decode") for symbol, value in (("tp", 8), ("dp", 4), ("gpus", 64))]
    pp = replace(claim("pp", 2), scope=Scope())
    outcomes = run(book.get("world"), plan(*prefill, *decode, pp))  # type: ignore[arg-type]
    assert [outcome.verdict for outcome in outcomes] == [Verdict.HELD, Verdict.HELD]
    wrong = [phased("gpus", 128, "decode") if one is decode[2] else one for one in decode]
    outcomes = run(book.get("world"), plan(*prefill, *wrong, pp))  # type: ignore[arg-type]
    assert sorted(outcome.verdict for outcome in outcomes) == [Verdict.CONTRADICTED, Verdict.HELD]


def test_members_count_only_where_the_rule_says_so(book: Rulebook) -> None:
    def stage(number: int, layers: int) -> object:
        return replace(claim("layers_per_stage", layers), scope=Scope(per="stage", member=f"Stage {number}"))

    two = plan(stage(0, 8), stage(1, 20), layers=24, pp=2)  # type: ignore[arg-type]
    outcomes = run(book.get("stages"), two)
    assert [outcome.verdict for outcome in outcomes] == [Verdict.CONTRADICTED, Verdict.HELD]
    assert outcomes[0].message == "20 of 24"


def test_given_conditions_gate(book: Rulebook) -> None:
    assert run(book.get("stages"), plan(layers=24, pp=1, layers_per_stage=24)) == []


def test_optional_operands(book: Rulebook) -> None:
    assert verdict(book.get("optional"), plan(gbs=64, mbs=8, dp=8)) is Verdict.HELD
    assert verdict(book.get("optional"), plan(gbs=128, mbs=8, dp=8, accumulation=2)) is Verdict.HELD
    assert verdict(book.get("optional"), plan(gbs=64, mbs=8, dp=8, accumulation=2)) is Verdict.CONTRADICTED


def test_facts_of_a_context_carry_their_path(book: Rulebook) -> None:
    fact = replace(claim("gpus", 8), source="facts.json")
    found = finding(book, "world", plan(fact, tp=4, pp=4, dp=1))
    assert found.place.path == "facts.json"
    assert not any(repair.edits for repair in found.repairs if repair.message.startswith("gpus"))


def test_plans_that_share_claims_are_checked_once(book: Rulebook) -> None:
    one = plan(gpus=16, tp=4, ep=16, pp=4, dp=2)
    outcomes = run_all([book.get("world")], tabled([one, replace(one, id="again")]))
    assert len(outcomes) == 1


degrees = st.sampled_from((1, 2, 3, 4, 8))


@given(degrees, degrees, degrees, st.integers(1, 4))
def test_consistent_plans_raise_nothing_and_a_changed_number_is_found(book: Rulebook, tp: int, pp: int, dp: int, factor: int) -> None:
    rule = book.get("world")
    assert verdict(rule, plan(gpus=tp * pp * dp, tp=tp, pp=pp, dp=dp)) is Verdict.HELD
    wrong = run(rule, plan(gpus=tp * pp * dp + factor, tp=tp, pp=pp, dp=dp))
    assert only(wrong).verdict is Verdict.CONTRADICTED


@given(st.integers(1, 99), st.integers(1, 200))
def test_rounding_raises_nothing(book: Rulebook, part: int, room: int) -> None:
    used = Fraction(part, 100) * room
    shown = Fraction(round(used * 10), 10)
    claims = claim("mem_utilization", part), claim("mem_used", shown, slack="1/20"), claim("mem_capacity", room)
    assert verdict(book.get("share"), plan(*claims)) is not Verdict.CONTRADICTED

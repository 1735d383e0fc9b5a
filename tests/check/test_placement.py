from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.findings import Severity, Verdict
from auditor.rulebook import load
from tests.check.single import findings, outcomes, shown, verdicts

RULES = [rule.name for rule in load().rules if rule.category == "placement"]


def plan(stages: int, gpus: int, layers: int, *, moved: int = -1, by: int = 0, what: str = "") -> str:
    """A consistent plan; the range of stage `moved` begins or ends `by` later."""
    lines = [
        f"- Total GPUs: {stages * gpus}",
        f"- Pipeline parallelism: {stages}",
        f"- Tensor parallelism: {gpus}",
        f"- Number of layers: {stages * layers}",
        "",
        "## Mapping",
        "",
    ]
    for stage in range(stages):
        first, last = stage * gpus, stage * gpus + gpus - 1
        top, bottom = stage * layers, stage * layers + layers - 1
        if stage == moved:
            if what == "gpus":
                last += by
            elif what == "layers":
                bottom += by
        lines.append(f"- Stage {stage}: layers {top}-{bottom} on GPUs {first}-{last}")
    return "\n".join(lines) + "\n"


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 6), st.integers(2, 8), st.integers(2, 10))
def test_a_consistent_plan_raises_nothing(stages: int, gpus: int, layers: int) -> None:
    text = plan(stages, gpus, layers)
    for rule in RULES:
        assert [finding.message for finding in findings(text, rule)] == []
    assert verdicts(text, "stage-count") == {Verdict.HELD}
    assert verdicts(text, "layer-in-no-stage") == {Verdict.HELD}


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_moved_range_is_found(data: st.DataObject) -> None:
    stages, gpus, layers = data.draw(st.integers(2, 5)), data.draw(st.integers(3, 8)), data.draw(st.integers(3, 8))
    moved = data.draw(st.integers(0, stages - 1))
    what = data.draw(st.sampled_from(["gpus", "layers"]))
    text = plan(stages, gpus, layers, moved=moved, by=1, what=what)
    expected = {"gpus": "gpu-beyond-count" if moved == stages - 1 else "gpu-in-two-stages", "layers": "layer-in-two-stages"}[what]
    if what == "layers" and moved == stages - 1:
        # One layer more than stated may be the embedding or the head.
        assert Verdict.UNDETERMINED in verdicts(text, "layer-in-no-stage")
    else:
        assert findings(text, expected)


@settings(max_examples=10, deadline=None)
@given(st.integers(2, 5), st.integers(2, 6), st.integers(3, 8), st.data())
def test_a_missing_layer_is_found(stages: int, gpus: int, layers: int, data: st.DataObject) -> None:
    moved = data.draw(st.integers(0, stages - 1))
    (finding,) = findings(plan(stages, gpus, layers, moved=moved, by=-1, what="layers"), "layer-in-no-stage")
    assert finding.severity is Severity.ERROR
    low = finding.derivation[0].low
    assert low == (1 if moved < stages - 1 else Fraction(stages * layers - 1))


def test_the_second_place_is_shown_and_the_first_related() -> None:
    text = "Pipeline parallelism: 3\n\n- Stage 0: GPU 0\n- Stage 1: GPUs 1-2\n- Stage 2: GPU 0\n"
    (finding,) = findings(text, "gpu-in-two-stages")
    assert shown(text, finding) == "GPU 0"
    assert finding.place.span.start > finding.related[0].span.start
    assert finding.severity is Severity.ERROR


def test_without_a_stated_depth_a_shared_gpu_is_a_warning() -> None:
    (finding,) = findings("- Stage 0: GPU 0\n- Stage 1: GPUs 1-2\n- Stage 2: GPU 0\n", "gpu-in-two-stages")
    assert finding.severity is Severity.WARNING


def test_virtual_stages_come_again_in_turn() -> None:
    text = "Pipeline parallelism: 2\n\n- Stage 0: GPUs 0-3\n- Stage 1: GPUs 4-7\n- Stage 2: GPUs 0-3\n- Stage 3: GPUs 4-7\n"
    assert verdicts(text, "gpu-in-two-stages") == {Verdict.UNDETERMINED}
    out_of_turn = text.replace("- Stage 2: GPUs 0-3\n- Stage 3: GPUs 4-7", "- Stage 2: GPUs 2-5\n- Stage 3: GPUs 4-7")
    assert verdicts(out_of_turn, "gpu-in-two-stages") == {Verdict.CONTRADICTED}


def test_half_open_ranges_are_not_judged_unless_the_total_refutes_them() -> None:
    ranges = "## Pipeline\n\n- Stage 0: layers 0-8\n- Stage 1: layers 8-16\n"
    assert verdicts(ranges, "layer-in-two-stages") == {Verdict.UNDETERMINED}
    assert verdicts("Number of layers: 16\n\n" + ranges, "layer-in-two-stages") == {Verdict.UNDETERMINED}
    assert verdicts("Number of layers: 17\n\n" + ranges, "layer-in-two-stages") == {Verdict.CONTRADICTED}


def test_stages_of_two_replicas_do_not_meet() -> None:
    text = "## Replica 0\n\n- Stage 0: GPUs 0-1\n- Stage 1: GPUs 2-3\n\n## Replica 1\n\n- Stage 0: GPUs 4-5\n- Stage 1: GPUs 6-7\n"
    assert verdicts(text, "gpu-in-two-stages") == {Verdict.HELD}


@pytest.mark.parametrize(
    ("beside", "verdict"),
    [("32 GPUs", Verdict.HELD), ("16 GPUs", Verdict.CONTRADICTED)],
)
def test_a_count_beside_a_range(beside: str, verdict: Verdict) -> None:
    assert verdicts(f"- Stage 0: GPUs 0-31 ({beside})\n- Stage 1: GPUs 32-63\n", "range-size") == {verdict}


def test_a_group_of_another_size() -> None:
    text = "- Tensor parallelism: 8\n- Expert parallelism: 4\n\n- TP Group 0: GPUs 0-3\n- TP Group 1: GPUs 4-7\n"
    (finding,) = findings(text, "tensor-group-size")
    assert finding.expected == "8 GPUs"
    whole = "- Tensor parallelism: 8\n- Expert parallelism: 4\n\n- TP Group 0: GPUs 0-31\n- TP Group 1: GPUs 32-63\n"
    assert Verdict.CONTRADICTED not in verdicts(whole, "tensor-group-size")


def test_expert_groups_without_an_exchange_may_hold_shares() -> None:
    plan = "- Total GPUs: 64\n- Tensor parallelism: 8\n- Expert parallelism: 4\n- Pipeline parallelism: 2\n"
    text = plan + "\n## Groups\n\n- 4 EP groups of 16 GPUs each\n"
    assert verdicts(text, "expert-group-size") == {Verdict.HELD}


def test_steps_can_be_computed_again() -> None:
    """`substituted` is plain arithmetic that gives the stated result."""
    text = plan(3, 4, 5, moved=0, by=1, what="gpus")
    for rule in RULES:
        for outcome in outcomes(text, rule):
            for step in outcome.finding.derivation if outcome.finding else ():
                assert set(step.substituted) <= set("0123456789+-*/() ")
                assert eval(step.substituted, {"__builtins__": {}}) == step.low  # noqa: S307 - our own arithmetic, digits and signs only


def test_a_previous_plan_is_not_held_against_the_new_one() -> None:
    text = (
        "- Pipeline parallelism: 2\n\n## Previous layout\n\n- Stage 0: GPUs 0-1\n- Stage 1: GPUs 2-3\n- Stage 2: GPUs 4-5\n\n"
        "## New layout\n\n- Stage 0: GPUs 0-3\n- Stage 1: GPUs 4-7\n"
    )
    assert verdicts(text, "stage-count") == {Verdict.HELD}


def test_stages_of_a_training_recipe_are_no_pipeline() -> None:
    text = "# Recipe\n\n- Stage 1: pre-training, layers 0-60\n- Stage 2: SFT, layers 0-60\n"
    for rule in RULES:
        assert findings(text, rule) == []


def test_a_glued_name_is_no_degree() -> None:
    text = "- **PP0**: GPUs 0-3\n- **PP1**: GPUs 4-7\n"
    assert findings(text, "stage-count") == []


def test_ranges_with_both_ends_elsewhere_make_these_so_too() -> None:
    rows = "| Replica | Stage | GPUs |\n|---|---|---|\n| 0 | 0 | 0-3 |\n| 0 | 1 | 4-7 |\n| 1 | 0 | 8-11 |\n| 1 | 1 | 11-14 |\n"
    assert Verdict.CONTRADICTED in verdicts("Pipeline parallelism: 2\n\n" + rows, "gpu-in-two-stages")

"""Which conventions stated degrees satisfy."""

from __future__ import annotations

import ast
import operator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.layout import (
    CONVENTIONS,
    DEDICATED_EXPERTS,
    DP_ATTENTION,
    OLD_TORCHTITAN,
    Degrees,
    Fit,
    Framework,
    Shape,
    fewest_gpus,
    find_framework,
    fit,
)
from auditor.findings import Verdict


def by_name(fits: tuple[Fit, ...]) -> dict[str, Fit]:
    return {one.convention.name: one for one in fits}


def evaluate(text: str) -> Fraction:
    """Work a substituted step out again: whole numbers, + * / and brackets."""
    operators = {ast.Add: operator.add, ast.Mult: operator.mul, ast.Div: operator.truediv}

    def walk(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            value: Fraction = operators[type(node.op)](walk(node.left), walk(node.right))
            return value
        assert isinstance(node, ast.Constant)
        assert isinstance(node.value, int)
        return Fraction(node.value)

    return walk(ast.parse(text, mode="eval").body)


def test_a_dense_layout_holds() -> None:
    (only,) = fit(Degrees(tp=8, pp=4, dp=2), 64)
    assert (only.convention.name, only.verdict, only.detail) == ("dense", Verdict.HELD, "TP 8 x PP 4 x DP 2 = 64")
    assert only.assumed == (("cp", 1),)


def test_unstated_data_parallelism_is_implied() -> None:
    (only,) = fit(Degrees(tp=8, pp=4), 64)
    assert only.verdict is Verdict.HELD
    assert only.implied == (("dp", 2),)


def test_a_dense_layout_that_does_not_divide_says_what_it_needs() -> None:
    (only,) = fit(Degrees(tp=2, pp=3), 8)
    assert only.verdict is Verdict.CONTRADICTED
    assert only.detail == "8 GPUs are not a whole number of TP 2 x PP 3"
    assert [str(need) for need in only.needs] == ["PP would have to be 4", "it needs 6 GPUs"]
    assert only.nearly


def test_every_convention_names_the_gpus_it_needs() -> None:
    fits = by_name(fit(Degrees(tp=2, ep=8, pp=4, dp=8), 32))
    assert fits["folded"].gpus == 64
    assert fits["product"].gpus == 512
    assert fits["expert-data"].gpus == 256
    assert {str(need) for need in fits["folded"].needs} == {
        "TP would have to be 1",
        "PP would have to be 2",
        "DP would have to be 4",
        "it needs 64 GPUs",
    }
    assert not any(one.verdict is Verdict.HELD for one in fits.values())


def test_folding_allows_more_experts_ranks_than_data_ranks() -> None:
    fits = by_name(fit(Degrees(tp=4, cp=2, dp=8, pp=4, ep=64), 256))
    assert fits["folded"].verdict is Verdict.HELD
    assert fits["folded-expert-tensor"].verdict is Verdict.CONTRADICTED
    assert fits["product"].verdict is Verdict.CONTRADICTED


def test_expert_tensor_parallelism_when_stated_leaves_one_folded_reading() -> None:
    fits = by_name(fit(Degrees(tp=2, pp=16, ep=64, etp=1), 1024))
    assert "folded-expert-tensor" not in fits
    assert fits["folded"].verdict is Verdict.HELD
    assert by_name(fit(Degrees(tp=2, pp=16, ep=64, etp=2), 1024))["folded"].verdict is Verdict.CONTRADICTED


def test_dp_may_count_copies_of_the_experts() -> None:
    fits = by_name(fit(Degrees(tp=1, pp=8, ep=8, cp=1, dp=1), 64))
    assert fits["expert-data"].verdict is Verdict.HELD
    assert fits["expert-data"].convention.data == "expert data-parallel replicas"
    assert fits["folded"].verdict is Verdict.CONTRADICTED


def test_a_joint_change_is_told_in_full() -> None:
    folded = by_name(fit(Degrees(tp=4, ep=16, pp=4, dp=2), 16))["folded"]
    assert folded.needs == ()
    assert not folded.nearly
    assert folded.wanted == "32 GPUs and EP x ETP divides the TP x CP x DP ranks of a stage"
    assert folded.detail == "TP 4 x PP 4 x DP 2 = 32, not 16; TP 4 x DP 2 = 8 is not a multiple of EP 16"


def test_without_a_gpu_count_a_layout_is_undetermined_and_says_what_it_asks_for() -> None:
    (only,) = fit(Degrees(tp=8, pp=2, dp=2), None)
    assert only.verdict is Verdict.UNDETERMINED
    assert [str(need) for need in only.needs] == ["it needs 32 GPUs"]
    (open_,) = fit(Degrees(tp=8, pp=2), None)
    assert open_.verdict is Verdict.UNDETERMINED
    assert open_.gpus is None


def test_divisibility_fails_even_without_a_gpu_count() -> None:
    fits = by_name(fit(Degrees(tp=2, ep=64, dp=2), None, framework=Framework.MEGATRON_CORE))
    assert fits["folded"].verdict is Verdict.CONTRADICTED


def test_sequence_parallelism_may_be_an_axis() -> None:
    fits = by_name(fit(Degrees(tp=2, pp=4, ep=4, sp=2), 64))
    assert fits["product-sequence"].verdict is Verdict.HELD
    assert fits["product"].verdict is Verdict.HELD
    assert fits["product"].implied == (("dp", 2),)
    assert {one.convention.name for one in fit(Degrees(tp=2, sp=4, dp=2), 16)} == {"dense", "dense-sequence"}


@pytest.mark.parametrize(
    ("framework", "degrees", "gpus"),
    [
        (Framework.SGLANG, Degrees(tp=8, dp=8, ep=8), 8),
        (Framework.TENSORRT_LLM, Degrees(tp=8, dp=8, ep=8), 8),
        (Framework.VLLM, Degrees(tp=1, dp=8, ep=8), 8),
        (Framework.MEGATRON_CORE, Degrees(tp=1, pp=1, dp=8, ep=8), 8),
        (Framework.TORCHTITAN, Degrees(tp=1, pp=1, dp=8, ep=8), 8),
        (Framework.DEEPSPEED, Degrees(dp=8, ep=8), 8),
    ],
)
def test_one_deployment_is_spelled_differently_in_each_framework(framework: Framework, degrees: Degrees, gpus: int) -> None:
    assert fit(degrees, gpus, framework=framework)[0].verdict is Verdict.HELD


def test_vllm_has_no_free_expert_degree() -> None:
    assert fit(Degrees(tp=2, dp=4, ep=4), 8, framework=Framework.VLLM)[0].verdict is Verdict.CONTRADICTED
    assert fit(Degrees(tp=2, dp=4, ep=8), 8, framework=Framework.VLLM)[0].verdict is Verdict.HELD


def test_old_torchtitan_rules_need_evidence() -> None:
    degrees = Degrees(dp=4, cp=2, tp=2, ep=2)
    assert {one.convention.name for one in fit(degrees, 16, framework=Framework.TORCHTITAN)} == {"torchtitan"}
    old = by_name(fit(degrees, 16, framework=Framework.TORCHTITAN, evidence={OLD_TORCHTITAN}))
    assert old["torchtitan-etp-1"].verdict is Verdict.CONTRADICTED
    assert old["torchtitan-etp-tp"].verdict is Verdict.HELD


def test_dp_attention_counts_only_when_it_is_said() -> None:
    degrees = Degrees(tp=16, dp=4, ep=16)
    assert not any(one.verdict is Verdict.HELD for one in fit(degrees, 16))
    assert fit(degrees, 16, evidence={DP_ATTENTION})[0].convention.name == "dp-attention"


def test_experts_on_gpus_of_their_own() -> None:
    degrees = Degrees(tp=4, pp=2, ep=16)
    assert not any(one.verdict is Verdict.HELD for one in fit(degrees, 24))
    held = fit(degrees, 24, evidence={DEDICATED_EXPERTS})[0]
    assert held.convention.name == "dedicated"
    assert held.detail == "TP 4 x PP 2 + EP 16 = 24"
    replicated = by_name(fit(degrees.with_({"dp": 2}), 48, evidence={DEDICATED_EXPERTS}))
    assert replicated["dedicated-replica"].verdict is Verdict.HELD
    assert replicated["dedicated"].verdict is Verdict.CONTRADICTED
    assert {str(need) for need in replicated["dedicated"].needs} >= {"EP would have to be 32", "it needs 32 GPUs"}


def test_needs_respect_the_model() -> None:
    fits = fit(Degrees(tp=8, pp=2, dp=1), 24, Shape(heads=32, layers=64))
    assert "TP would have to be 12" not in {str(need) for need in fits[0].needs}
    assert "TP would have to be 12" in {str(need) for need in fit(Degrees(tp=8, pp=2, dp=1), 24)[0].needs}


def test_the_smallest_world_of_two_grids() -> None:
    assert fewest_gpus(Degrees(tp=2, pp=12, ep=16)) == 192
    assert fewest_gpus(Degrees(tp=4, cp=2, pp=2, ep=2)) == 16
    assert fewest_gpus(Degrees(tp=6, ep=4)) == 12


@pytest.mark.parametrize(
    ("text", "framework"),
    [
        ("Megatron-LM", Framework.MEGATRON_CORE),
        ("Megatron Core 0.14", Framework.MEGATRON_CORE),
        ("NVIDIA NeMo", Framework.MEGATRON_BRIDGE),
        ("Nemotron-4", None),
        ("TensorRT-LLM", Framework.TENSORRT_LLM),
        ("TRT-LLM", Framework.TENSORRT_LLM),
        ("Megatron-DeepSpeed", Framework.DEEPSPEED),
        ("vLLM or SGLang", None),
        ("", None),
    ],
)
def test_frameworks_are_found_by_name(text: str, framework: Framework | None) -> None:
    assert find_framework(text) is framework


@pytest.mark.parametrize("bad", [0, -4, 10**12])
def test_an_impossible_degree_names_its_field(bad: int) -> None:
    with pytest.raises(ImpossiblePlanError, match=r"layout\.tp"):
        Degrees(tp=bad)
    with pytest.raises(ImpossiblePlanError, match=r"layout\.gpus"):
        fit(Degrees(tp=1), bad)


def test_every_convention_has_a_source_and_says_what_it_means() -> None:
    assert len({one.name for one in CONVENTIONS}) == len(CONVENTIONS)
    for one in CONVENTIONS:
        assert one.source
        assert one.summary
        assert one.formula
        assert all("divides" in whole.says or " is " in whole.says for whole in one.wholes)


DEGREE = st.one_of(st.none(), st.sampled_from([1, 2, 3, 4, 8, 16, 64]))


@settings(max_examples=60, deadline=None)
@given(st.builds(Degrees, tp=DEGREE, pp=DEGREE, ep=DEGREE, dp=DEGREE, cp=DEGREE, etp=DEGREE, sp=DEGREE), st.integers(1, 4096))
def test_steps_work_out_and_needs_are_enough(degrees: Degrees, gpus: int) -> None:
    evidence = {DEDICATED_EXPERTS, DP_ATTENTION}
    for one in fit(degrees, gpus, evidence=evidence):
        for step in one.steps:
            assert evaluate(step.substituted) == step.low == step.high
        for need in one.needs:
            changed = degrees if need.symbol == "gpus" else degrees.with_({need.symbol: need.value})
            count = need.value if need.symbol == "gpus" else gpus
            again = by_name(fit(changed, count, evidence=evidence))
            # A changed EP of 1 or a changed TP may leave the convention's ground; where it still applies it must hold.
            if one.convention.name in again:
                assert again[one.convention.name].verdict is Verdict.HELD
        if one.verdict is Verdict.HELD:
            assert one.gpus == gpus
            assert not one.broken


@given(st.tuples(*[st.sampled_from([1, 2, 4, 8])] * 5))
def test_a_grid_that_exists_is_accepted(sizes: tuple[int, ...]) -> None:
    tp, pp, cp, dp, share = sizes
    ranks = tp * cp * dp
    ep = max(1, ranks // share) if ranks % max(1, ranks // share) == 0 else 1
    fits = fit(Degrees(tp=tp, pp=pp, cp=cp, dp=dp, ep=ep), ranks * pp)
    assert any(one.verdict is Verdict.HELD for one in fits)

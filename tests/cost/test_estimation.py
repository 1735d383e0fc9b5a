from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cost import estimate
from auditor.cost.activations import Recompute
from auditor.cost.amount import amount
from auditor.cost.comparison import Claimed, compare
from auditor.cost.facts import Estimate, Nature
from auditor.cost.formats import FORMATS
from auditor.cost.grid import Grid
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.known import device_by_name
from auditor.cost.pipeline import Schedule
from auditor.cost.plan_facts import Device, ParameterCount, PlanFacts, Serving, Training
from auditor.cost.plan_file import parse_plan
from auditor.cost.recipes import RECIPES, Sharding
from auditor.findings import Verdict
from auditor.units import UNITS
from auditor.values import Interval
from tests.cost.evaluation import evaluate
from tests.cost.shapes import DEEPSEEK_V3, GPT3, KINDS, LLAMA_7B, LLAMA_70B

PLANS = Path(__file__).parents[2] / "fixtures" / "plans"
DEVICE = Device(
    "H100",
    amount("memory", 80, "GB"),
    amount("bandwidth", 3350, "GB/s"),
    amount("link", 450, "GB/s"),
    (("bf16", amount("peak", Fraction("989.4"), "TFLOPS")), ("fp8", amount("peak", Fraction("1978.9"), "TFLOPS"))),
    "test",
)
TRAINING = Training(4096, 1, 128, recompute=Recompute.SELECTIVE)
TRAINED = PlanFacts(LLAMA_70B, Grid(tp=8, pp=4, dp=2, sp=True), DEVICE, TRAINING)
SERVED = PlanFacts(LLAMA_70B, Grid(tp=8), DEVICE, serving=Serving(2048, 256, 16))


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.sampled_from([Grid(), Grid(tp=2, sp=True), Grid(pp=4), Grid(tp=4, pp=2, dp=2, vp=3)]),
    st.sampled_from(list(Recompute)),
    st.booleans(),
    st.booleans(),
)
def test_every_derivation_can_be_checked_with_a_pencil(model: object, grid: Grid, recompute: Recompute, flash: bool, serves: bool) -> None:
    training = None if serves else Training(1024, 1, 32, recompute=recompute, flash=flash, step_time=amount("t", 3, "s"))
    plan = PlanFacts(model, grid, DEVICE, training, Serving(512, 64, 4, FORMATS["fp8"], block=16) if serves else None)  # type: ignore[arg-type]
    found = estimate(plan)
    assert found.facts
    for fact in found.facts:
        assert UNITS[fact.unit].dimension == fact.amount.dimension
        assert fact.convention
        assert fact.source
        for line in fact.derivation:
            assert evaluate(line.substituted) == line.value
        assert fact.derivation[-1].value == fact.amount.value


def test_training_on_64_gpus() -> None:
    found = estimate(TRAINED)
    assert found.find("gpus").value == 64
    assert found.find("batch.microbatches").value == 64
    assert found.find("batch.tokens").value == 128 * 4096
    assert float(found.find("memory.states", "gpu").value) == pytest.approx(25.39, abs=0.01)
    assert float(found.find("memory.activations").value) == pytest.approx(10.48, abs=0.01)
    used = found.find("memory.used").amount.value
    assert used == found.find("memory.states").amount.value + found.find("memory.activations").amount.value
    assert found.find("memory.headroom").amount.value == 80 * 10**9 - used
    assert found.find("time.step").nature is Nature.FLOOR
    assert found.missing == ()
    assert {fact.convention for fact in found.all("share.bubble")} == {
        "1f1b, backward twice forward; of the whole step",
        "1f1b, backward twice forward; of the time without bubble",
    }
    with pytest.raises(KeyError):
        found.find("memory.kv_cache")


def test_all_recipes_stand_beside_the_plan_s_own() -> None:
    found = estimate(TRAINED).all("memory.states")
    assert [fact.alternative for fact in found].count(False) == 1
    assert len(found) == sum(len(row.admits) for row in RECIPES.values())


def test_serving_on_eight_gpus() -> None:
    found = estimate(SERVED)
    assert float(found.find("memory.weights").value) == pytest.approx(16.43, abs=0.01)
    assert float(found.find("memory.kv_cache").value) == pytest.approx(1.406, abs=0.001)
    assert float(found.find("time.tpot").value) == pytest.approx(5.61, abs=0.01)
    assert float(found.find("time.prefill").value) == pytest.approx(578, abs=1)
    assert found.find("time.prefill").nature is Nature.FLOOR
    vllm, tensorrt = found.all("serving.cache_tokens")
    weights = found.find("memory.weights").amount.value
    assert vllm.value == (Fraction(9, 10) * 80 * 10**9 - weights) / Fraction(327680, 8)
    assert tensorrt.value == Fraction(9, 10) * (80 * 10**9 - weights) / Fraction(327680, 8)


def test_measured_time_gives_utilisation() -> None:
    found = estimate(replace(TRAINED, training=replace(TRAINING, step_time=amount("step_time", Fraction("12.3"), "s"))))
    assert float(found.find("share.mfu").value) == pytest.approx(29.16, abs=0.01)
    assert found.find("share.hfu").value > found.find("share.mfu").value
    assert found.find("rate.tokens_per_gpu").value * 64 == found.find("rate.tokens").value


def test_dualpipe_holds_parameters_twice() -> None:
    grid = Grid(pp=8, dp=64, ep=64)
    plain = PlanFacts(DEEPSEEK_V3, grid, None, Training(4096, 1, 64 * 64))
    dual = replace(plain, training=Training(4096, 1, 64 * 64, schedule=Schedule.DUALPIPE))
    once, twice = estimate(plain).find("memory.weights").value, estimate(dual).find("memory.weights").value
    assert Fraction(18, 10) * once < twice <= 2 * once


def test_frozen_weights_have_no_gradients() -> None:
    found = estimate(replace(TRAINED, training=replace(TRAINING, frozen=True)))
    assert found.find("memory.gradients").value == found.find("memory.optimizer").value == 0
    assert found.find("work.per_token").value < estimate(TRAINED).find("work.per_token").value


def test_full_recomputation_shows_its_working_set() -> None:
    found = estimate(PlanFacts(GPT3, Grid(tp=8, pp=8, vp=3), None, Training(2048, 1, 64, recompute=Recompute.FULL, flash=False)))
    assert float(found.find("memory.activations").value) == pytest.approx(5.81, abs=0.01)
    assert found.find("memory.working_set").value > 0


def test_a_size_alone_gives_what_follows_from_it() -> None:
    plan = PlanFacts(ParameterCount("70B", 70 * 10**9), Grid(tp=8, dp=2), None, Training(4096, 1, 8), Serving(1, 1))
    found = estimate(plan)
    assert found.find("memory.weights", "total").amount.value == 140 * 10**9
    assert found.find("work.per_token").amount.value == 6 * 70 * 10**9
    assert found.find("memory.states").amount.value == Fraction(70 * 10**9, 8) * 12
    assert len(found.missing) == 2
    alone = estimate(PlanFacts(None, Grid(tp=8, dp=2)))
    assert alone.find("gpus").value == 16
    assert alone.missing[0].startswith("a model")


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 3), st.sampled_from([1, 2, 4]), st.sampled_from([1, 2, 4]))
def test_memory_falls_where_it_must(model: object, steps: int, micro: int, dp: int) -> None:
    def used(tp: int, pp: int, sharding: Sharding) -> Fraction:
        training = Training(2048, micro, micro * dp * 8, RECIPES["zero-mixed"], sharding, Recompute.SELECTIVE)
        return estimate(PlanFacts(model, Grid(tp=tp, pp=pp, dp=dp, sp=tp > 1), None, training)).find("memory.states").value  # type: ignore[arg-type]

    level = Sharding(steps)
    more = Sharding(min(steps + 1, 3))
    assert used(2, 1, level) <= used(1, 1, level)
    assert used(1, 2, level) <= used(1, 1, level)
    assert used(1, 1, more) <= used(1, 1, level)


def _claim(quantity: str, low: Fraction | int, high: Fraction | int | None = None, scope: str = "") -> Claimed:
    return Claimed(quantity, "as written", (Interval(Fraction(low), Fraction(low if high is None else high)),), scope)


def _verdict(found: Estimate, claimed: Claimed) -> Verdict:
    return compare(claimed, found).verdict


def test_claims_beside_the_recomputed() -> None:
    found = estimate(TRAINED)
    assert _verdict(found, _claim("gpus", 64)) is Verdict.HELD
    assert _verdict(found, _claim("gpus", 32)) is Verdict.CONTRADICTED
    assert _verdict(found, _claim("memory.activations", 11 * 2**30)) is Verdict.HELD
    assert _verdict(found, _claim("memory.activations", 30 * 2**30)) is Verdict.UNDETERMINED
    assert _verdict(found, _claim("power", 3)) is Verdict.UNDETERMINED
    assert _verdict(found, _claim("gpus", 64, scope="node")) is Verdict.UNDETERMINED
    # 25.39 GiB by the plan's recipe; what ZeRO-2 in mixed precision keeps is right under another.
    zero = compare(_claim("memory.states", Fraction("19.04") * 2**30, Fraction("19.05") * 2**30), found)
    assert zero.verdict is Verdict.HELD
    assert zero.fact is not None
    assert zero.fact.alternative
    assert _verdict(found, _claim("memory.states", 5 * 2**30)) is Verdict.CONTRADICTED


def test_bounds_contradict_only_beyond_them() -> None:
    found = estimate(SERVED)
    assert _verdict(found, _claim("time.tpot", Fraction(5, 1000))) is Verdict.CONTRADICTED
    assert compare(_claim("time.tpot", Fraction(10, 1000)), found).detail == "1.78 x the lower bound"
    assert _verdict(found, _claim("time.decode", Fraction(4, 1000))) is Verdict.CONTRADICTED


def test_weakly_attested_hardware_contradicts_nothing() -> None:
    weak = estimate(replace(SERVED, device=replace(DEVICE, firm=False)))
    assert _verdict(weak, _claim("time.tpot", Fraction(1, 1000))) is Verdict.UNDETERMINED
    assert _verdict(weak, _claim("gpus", 9)) is Verdict.CONTRADICTED
    assert device_by_name("H100-SXM").firm
    assert not device_by_name("V100-SXM2-32GB").firm


def test_impossible_parts_are_refused() -> None:
    for make, field in (
        (lambda: PlanFacts(LLAMA_70B, Grid(tp=3)), "layout.tp"),
        (lambda: PlanFacts(LLAMA_7B, Grid(), None, Training(0)), "training.sequence_length"),
        (lambda: ParameterCount("x", 0), "model.params"),
        (lambda: ParameterCount("x", 5, 6), "model.params_active"),
        (lambda: Device("x", amount("memory", -1, "GB")), "hardware.memory"),
        (lambda: Serving(1, 1, 0), "serving.batch"),
    ):
        with pytest.raises(ImpossiblePlanError) as refused:
            make()
        assert refused.value.field == field
        assert refused.value.source


def test_the_fixtures() -> None:
    plan, claims = parse_plan((PLANS / "train-70b.yaml").read_text(encoding="utf-8"))
    verdicts = {claim.quantity: compare(claim, estimate(plan)).verdict.value for claim in claims}
    assert verdicts == {
        "gpus": "held",
        "batch.microbatches": "held",
        "memory.optimizer": "held",
        "share.mfu": "held",
        "memory.used": "undetermined",
    }

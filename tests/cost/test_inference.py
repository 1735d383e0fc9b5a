from __future__ import annotations

from fractions import Fraction

import pytest

from auditor.cost import inference
from auditor.cost.amount import amount, count
from auditor.cost.architecture import Architecture
from auditor.cost.formats import FORMATS
from auditor.cost.grid import Grid
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.memory import QuantisedPart, model_weights
from auditor.cost.params import Counting, active, total_parameters
from tests.cost.evaluation import evaluate
from tests.cost.shapes import DEEPSEEK_V3, GPT3, KINDS, LLAMA_70B, QWEN3_30B

PEAK = amount("F", Fraction("989.4"), "TFLOPS")
BANDWIDTH = amount("BW", 3350, "GB/s")


@pytest.mark.parametrize(("batch", "prefill", "decode"), [(1, 36.1, 5.21), (16, 578, 5.61), (64, 2312, 6.89)])
def test_llama_70b_on_eight_h100(batch: int, prefill: float, decode: float) -> None:
    first = inference.prefill_floor(LLAMA_70B, Grid(tp=8), requests=batch, tokens=2048, peak=PEAK, bandwidth=BANDWIDTH)
    step = inference.decode_floor(LLAMA_70B, Grid(tp=8), requests=batch, context=2048 + 128, peak=PEAK, bandwidth=BANDWIDTH)
    assert float(first.time.in_unit("ms")) == pytest.approx(prefill, rel=0.001)
    assert float(step.time.in_unit("ms")) == pytest.approx(decode, rel=0.001)
    assert first.compute > first.memory if batch > 1 else True
    assert step.memory.value > step.compute.value


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.name)
def test_weights_read(model: Architecture) -> None:
    """One token reads what it uses and no embedding row but its own; very many tokens read everything."""
    one = inference.weights_read(model, 1)
    many = inference.weights_read(model, 10**6)
    tables = 0 if GPT3 is not model else GPT3.positions * GPT3.hidden
    uses = active(model, Counting.NO_INPUT).value - tables
    everything = total_parameters(model, Counting.NO_INPUT).value - tables
    assert one.all.value == 2 * uses
    assert many.all.value <= 2 * everything
    assert float(many.all.value) == pytest.approx(float(2 * everything), rel=1e-6)
    for line in (*one.dense.lines, *one.experts.lines, *many.experts.lines):
        assert evaluate(line.substituted) == line.value


def test_quantised_experts_are_read_at_their_own_width() -> None:
    eight = inference.weights_read(QWEN3_30B, 1, FORMATS["fp8"], QuantisedPart.EXPERTS)
    assert eight.experts.value * 2 == inference.weights_read(QWEN3_30B, 1).experts.value
    assert eight.dense.value == inference.weights_read(QWEN3_30B, 1).dense.value
    whole = inference.weights_read(QWEN3_30B, 10**6, FORMATS["fp8"], QuantisedPart.ALL)
    assert whole.all.value <= model_weights(QWEN3_30B, FORMATS["fp8"], QuantisedPart.ALL).value


def test_stages_divide_a_long_prompt_but_not_the_weights_of_one_token() -> None:
    def floors(grid: Grid) -> tuple[Fraction, Fraction]:
        first = inference.prefill_floor(LLAMA_70B, grid, requests=1, tokens=2048, peak=PEAK, bandwidth=BANDWIDTH)
        step = inference.decode_floor(LLAMA_70B, grid, requests=1, context=1, peak=PEAK, bandwidth=BANDWIDTH)
        return first.compute.value, step.memory.value

    assert floors(Grid(tp=4, pp=2))[0] * 8 == floors(Grid())[0]
    assert float(floors(Grid(tp=4, pp=2))[1] / floors(Grid(tp=4))[1]) == pytest.approx(1, rel=1e-4)


def test_experts_are_spread_over_the_ranks_that_share_them() -> None:
    alone = inference.decode_floor(DEEPSEEK_V3, Grid(tp=8), requests=8, context=1, peak=PEAK, bandwidth=BANDWIDTH)
    wide = inference.decode_floor(DEEPSEEK_V3, Grid(dp=8, ep=8), requests=1, context=1, peak=PEAK, bandwidth=BANDWIDTH)
    # Eight data-parallel ranks each read all dense weights; the experts are read once by both.
    assert wide.memory.value > alone.memory.value


def test_accepted_tokens_divide_the_step() -> None:
    arguments = {"requests": 4, "context": 100, "peak": PEAK, "bandwidth": BANDWIDTH}
    plain = inference.decode_floor(LLAMA_70B, Grid(tp=8), **arguments)  # type: ignore[arg-type]
    faster = inference.decode_floor(LLAMA_70B, Grid(tp=8), **arguments, tokens_per_step=count("accepted", Fraction(5, 2)))  # type: ignore[arg-type]
    assert faster.time.value * Fraction(5, 2) == plain.time.value


@pytest.mark.parametrize(
    ("peak", "bandwidth", "batch"), [(125, 900, 139), (312, 2039, 153), (Fraction("989.4"), 3350, 295), (148, 4000, 37), (2250, 7700, 292)]
)
def test_crossover_batch(peak: Fraction, bandwidth: int, batch: int) -> None:
    found = inference.crossover_batch(FORMATS["bf16"], amount("F", peak, "TFLOPS"), amount("BW", bandwidth, "GB/s"))
    assert round(found.value) == batch


def test_identities_of_a_measured_run() -> None:
    """aiconfigurator, Llama-3.1-70B on 8 H100, batch 64, 2048 in, 256 out."""
    ttft, tpot = amount("ttft", 4853, "ms"), amount("tpot", Fraction("16.37"), "ms")
    whole = inference.end_to_end(ttft, tpot, 256)
    assert float(whole.in_unit("ms")) == pytest.approx(9028, abs=1)
    rate = inference.output_rate(count("R", 64), 256, whole)
    assert float(rate.in_unit("token/s")) == pytest.approx(1814.8, abs=0.5)
    assert inference.concurrency(rate / 256, whole).value == 64
    assert inference.time_to_first_token(ttft, amount("wait", 7, "ms")).in_unit("ms") == 4860


def test_collectives_alone_take_time() -> None:
    found = inference.launch_floor(LLAMA_70B, amount("alpha", 5, "us"), tensor_parallel=True)
    assert found.in_unit("ms") == Fraction(8, 10)
    assert inference.launch_floor(LLAMA_70B, amount("alpha", 5, "us"), tensor_parallel=False).value == 0


def test_a_device_without_speed_is_refused() -> None:
    with pytest.raises(ImpossiblePlanError, match="peak_flops"):
        inference.crossover_batch(FORMATS["bf16"], amount("F", 0, "TFLOPS"), BANDWIDTH)
    with pytest.raises(ImpossiblePlanError, match="memory_bandwidth"):
        inference.crossover_batch(FORMATS["bf16"], PEAK, amount("BW", -1, "GB/s"))

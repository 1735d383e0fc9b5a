from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.cost.activations import Recompute, stage_activations
from auditor.cost.amount import count
from auditor.cost.architecture import Architecture
from auditor.cost.formats import FORMATS
from auditor.cost.grid import Grid, Stage, check_model_fits, split_stages
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.memory import QuantisedPart, Shard, model_weights, parameters_on_gpu, states, weights_on_gpu
from auditor.cost.params import total_parameters
from auditor.cost.pipeline import Schedule, in_flight
from auditor.cost.recipes import RECIPES, Sharding, recipe
from tests.cost.shapes import DEEPSEEK_V3, DEEPSEEK_V32, GPT3, GPT_OSS, KINDS, LLAMA_7B, LLAMA_70B, QWEN3_30B

DEGREES = st.sampled_from([1, 2, 4, 8])


def _grid(model: Architecture, tp: int, pp: int, dp: int, ep: int, etp: int) -> Grid:
    try:
        grid = Grid(tp, pp, 1, dp, ep if model.experts else 1, etp if model.experts else 1)
        check_model_fits(model, grid)
    except ImpossiblePlanError:
        assume(False)
    return grid


@given(st.sampled_from(KINDS), DEGREES, DEGREES, DEGREES, DEGREES, DEGREES)
def test_shards_add_up_to_the_whole(model: Architecture, tp: int, pp: int, dp: int, ep: int, etp: int) -> None:
    """What all ranks of one replica hold is the model, what TP replicates counted on every rank, and a tied head twice if PP > 1."""
    grid = _grid(model, tp, pp, dp, ep, etp)
    vocab = -(-model.vocab // tp) * tp
    held = Fraction(0)
    for stage in split_stages(model, pp).stages:
        shard = parameters_on_gpu(model, grid, stage, vocab)
        one = parameters_on_gpu(model, Grid(pp=pp), stage, model.vocab)
        assert shard.expert.value * grid.etp * grid.ep == one.expert.value
        assert shard.dense.value <= one.dense.value + (vocab - model.vocab) * model.hidden
        assert shard.dense.value * tp >= one.dense.value
        held += one.all.value
    copy = model.vocab * model.hidden if model.tied and pp > 1 else 0
    assert held == total_parameters(model).value + copy


def test_only_what_megatron_replicates_is_replicated() -> None:
    stage = Stage(0, 1, 0, 32)
    whole = parameters_on_gpu(LLAMA_7B, Grid(), stage, 32000).dense.value
    eighth = parameters_on_gpu(LLAMA_7B, Grid(tp=8), stage, 32000).dense.value
    assert eighth * 8 - whole == 7 * (2 * 32 + 1) * 4096  # the norms
    latent = replace(DEEPSEEK_V3, experts=None, mtp_layers=0)
    stage = Stage(0, 1, 0, 61)
    down = 61 * (7168 * 1536 + 7168 * 576 + 1536 + 512)  # latent down-projections and their norms
    norms = (2 * 61 + 1) * 7168
    whole = parameters_on_gpu(latent, Grid(), stage, 129280).dense.value
    assert parameters_on_gpu(latent, Grid(tp=2), stage, 129280).dense.value * 2 - whole == down + norms


def test_kv_weights_stop_shrinking_above_the_kv_heads() -> None:
    stage = Stage(0, 1, 0, 80)
    eight = parameters_on_gpu(LLAMA_70B, Grid(tp=8), stage, 128256)
    sixteen = parameters_on_gpu(LLAMA_70B, Grid(tp=16), stage, 128256)
    replicated = 80 * 2 * 8192 * 128 + (2 * 80 + 1) * 8192
    assert sixteen.dense.value - replicated == (eight.dense.value - replicated) / 2


@pytest.mark.parametrize(
    ("name", "sharding", "kept", "divided"),
    [
        ("megatron-bf16", Sharding.OPTIMIZER, 6, 12),
        ("megatron-fp16", Sharding.OPTIMIZER, 4, 16),
        ("megatron-fp32", Sharding.OPTIMIZER, 8, 8),
        ("zero-mixed", Sharding.NONE, 16, 0),
        ("zero-mixed", Sharding.OPTIMIZER, 4, 12),
        ("zero-mixed", Sharding.GRADIENTS, 2, 14),
        ("zero-mixed", Sharding.PARAMETERS, 0, 16),
        ("deepspeed-zero2", Sharding.GRADIENTS, 2, 18),
        ("deepspeed-zero3", Sharding.PARAMETERS, 0, 18),
        ("fsdp-fp32", Sharding.PARAMETERS, 0, 16),
        ("fsdp-bf16-moments", Sharding.PARAMETERS, 0, 12),
        ("fsdp-bf16", Sharding.PARAMETERS, 0, 8),
        ("bf16-moments", Sharding.OPTIMIZER, 6, 8),
    ],
)
def test_recipes_say_what_is_kept_and_what_divided(name: str, sharding: Sharding, kept: int, divided: int) -> None:
    assert [*recipe(name).split(sharding)] == [kept, divided]


def test_bytes_per_parameter_in_use() -> None:
    assert {18, 16, 20, 14, 12, 8, 6 + Fraction(1, 32), 10 + Fraction(1, 32)} <= {row.bytes_per_parameter for row in RECIPES.values()}
    aware = [row.bytes_per_parameter for row in RECIPES.values() if "precision-aware" in row.name]
    assert [min(aware), max(aware)] == [8, 18]
    assert all(row.source for row in RECIPES.values())
    with pytest.raises(ImpossiblePlanError, match=r"training\.recipe"):
        recipe("sixteen")


@pytest.mark.parametrize(
    ("name", "sharding", "gib"),
    [
        ("zero-mixed", Sharding.OPTIMIZER, 34.5),
        ("zero-mixed", Sharding.GRADIENTS, 23.5),
        ("zero-mixed", Sharding.PARAMETERS, 12.6),
        ("deepspeed-zero2", Sharding.GRADIENTS, 26.67),
        ("megatron-bf16", Sharding.OPTIMIZER, 47.07),
    ],
)
def test_llama_7b_on_eight_gpus_under_each_recipe(name: str, sharding: Sharding, gib: float) -> None:
    shard = Shard(total_parameters(LLAMA_7B), count("0", 0), count("0", 0))
    assert float(states(shard, recipe(name), sharding, 8, 1).total.in_unit("GiB")) == pytest.approx(gib, rel=0.005)


def test_deepspeed_stage_three_keeps_the_largest_module() -> None:
    shard = Shard(total_parameters(LLAMA_7B), count("0", 0), count("module", 131072000))
    assert float(states(shard, recipe("deepspeed-zero3"), Sharding.PARAMETERS, 8, 1).total.in_unit("GiB")) == pytest.approx(14.61, abs=0.01)


@given(st.sampled_from(KINDS), DEGREES, st.sampled_from(["fp32-adam", "zero-mixed", "adam-8bit", "momentum"]), st.integers(1, 64))
def test_sharding_more_never_costs_more(model: Architecture, tp: int, name: str, ranks: int) -> None:
    shard = parameters_on_gpu(model, Grid(tp=tp), split_stages(model, 1).stages[0], model.vocab * tp)
    found = [states(shard, recipe(name), level, ranks, ranks).total.value for level in Sharding]
    assert found == sorted(found, reverse=True)


@given(st.sampled_from(KINDS), st.sampled_from(list(Recompute)), st.booleans())
def test_memory_never_rises_with_tensor_parallelism(model: Architecture, recompute: Recompute, flash: bool) -> None:
    before: list[Fraction] | None = None
    for tp in (1, 2, 4, 8):
        grid = Grid(tp=tp, sp=tp > 1, dp=8 // tp)
        stage = split_stages(model, 1).stages[0]
        shard = parameters_on_gpu(model, grid, stage, -(-model.vocab // 64) * 64)
        kept = states(shard, recipe("megatron-bf16"), Sharding.NONE, 1, 1).total.value
        stored, _ = stage_activations(
            model, grid, stage, micro_batch=1, tokens=4096, in_flight=count("m", 1), vocab=model.vocab, recompute=recompute, flash=flash
        )
        now = [kept, stored.value]
        assert before is None or all(later <= earlier for later, earlier in zip(now, before, strict=True))
        before = now


@given(st.sampled_from(KINDS), st.integers(1, 64))
def test_memory_of_the_fullest_stage_never_rises_with_pipeline_parallelism(model: Architecture, micro_batches: int) -> None:
    before: Fraction | None = None
    for pp in (1, 2, 4, 8):
        used = max(
            states(parameters_on_gpu(model, Grid(pp=pp), stage, model.vocab), recipe("megatron-bf16"), Sharding.NONE, 1, 1).total.value
            for stage in split_stages(model, pp).stages
        )
        assert before is None or used <= before
        before = used
    # 1F1B: p stages hold p micro-batches of 1/p of the layers, so stage 0 keeps what one GPU kept, and never more.
    one = in_flight(Schedule.ONE_F_ONE_B, 1, micro_batches).value
    assert in_flight(Schedule.ONE_F_ONE_B, 8, micro_batches).value / 8 <= one


def test_recomputing_more_never_keeps_more() -> None:
    for model in KINDS:
        kept = [
            stage_activations(
                model,
                Grid(tp=2),
                split_stages(model, 1).stages[0],
                micro_batch=1,
                tokens=4096,
                in_flight=count("m", 1),
                vocab=model.vocab,
                recompute=mode,
                flash=False,
            )[0].value
            for mode in (Recompute.NONE, Recompute.SELECTIVE, Recompute.FULL)
        ]
        assert kept[0] > kept[1] > kept[2]


@pytest.mark.parametrize(
    ("grid", "recompute", "per_token"),
    [
        (Grid(), Recompute.NONE, lambda h, a, s, t: 34 * h + 5 * a * s),
        (Grid(tp=8), Recompute.NONE, lambda h, a, s, t: 10 * h + 24 * h / t + 5 * a * s / t),
        (Grid(tp=8, sp=True), Recompute.NONE, lambda h, a, s, t: (34 * h + 5 * a * s) / t),
        (Grid(tp=8), Recompute.SELECTIVE, lambda h, a, s, t: 10 * h + 24 * h / t),
        (Grid(tp=8, sp=True), Recompute.SELECTIVE, lambda h, a, s, t: 34 * h / t),
        (Grid(tp=8), Recompute.FULL, lambda h, a, s, t: 2 * h),
        (Grid(tp=8, sp=True), Recompute.FULL, lambda h, a, s, t: 2 * h / t),
    ],
)
def test_gpt_layers_give_the_equations_of_korthikanti(grid: Grid, recompute: Recompute, per_token: object) -> None:
    stored, working = stage_activations(
        GPT3, grid, Stage(0, 2, 0, 48), micro_batch=1, tokens=2048, in_flight=count("m", 1), vocab=51200, recompute=recompute, flash=False
    )
    expected = Fraction(per_token(Fraction(12288), 96, 2048, grid.tp))  # type: ignore[operator]
    assert stored.value == 48 * 2048 * expected
    assert (working.value > 0) == (recompute is Recompute.FULL)


def test_gpt_oss_is_61_gib_because_only_experts_are_four_bits() -> None:
    assert float(model_weights(GPT_OSS, FORMATS["mxfp4"], QuantisedPart.EXPERTS).in_unit("GiB")) == pytest.approx(60.8, abs=0.1)
    assert model_weights(GPT_OSS).value == 2 * total_parameters(GPT_OSS).value
    naive = model_weights(GPT_OSS, FORMATS["mxfp4"], QuantisedPart.ALL)
    assert naive.value == total_parameters(GPT_OSS).value * Fraction(17, 32)


@pytest.mark.parametrize(
    ("name", "bits"), [("mxfp4", "4.25"), ("nvfp4", "4.5"), ("fp8-block", "8.001953125"), ("int4", "4.125"), ("bf16", "16")]
)
def test_formats_count_their_scales(name: str, bits: str) -> None:
    assert FORMATS[name].bytes * 8 == Fraction(bits)


def test_serving_weights_of_llama_70b_on_eight_gpus() -> None:
    stage = Stage(0, 1, 0, 80)
    assert float(weights_on_gpu(LLAMA_70B, Grid(tp=8), stage, 128256).in_unit("GiB")) == pytest.approx(16.43, abs=0.01)


@pytest.mark.parametrize(
    ("layers", "pp", "sizes", "convention"),
    [
        (32, 4, (8, 8, 8, 8), "equal stages"),
        (126, 8, (15, 16, 16, 16, 16, 16, 16, 15), "embedding and loss each count as a layer"),
        (31, 4, (8, 8, 8, 7), "the loss counts as a layer"),
        (61, 4, (16, 15, 15, 15), "uneven: the first stages hold one layer more"),
    ],
)
def test_stages(layers: int, pp: int, sizes: tuple[int, ...], convention: str) -> None:
    split = split_stages(replace(LLAMA_7B, layers=layers), pp)
    assert tuple(stage.layers for stage in split.stages) == sizes
    assert split.convention == convention


def test_stages_as_given_must_add_up() -> None:
    assert [stage.first for stage in split_stages(DEEPSEEK_V3, 2, (30, 31)).stages] == [0, 30]
    assert split_stages(DEEPSEEK_V3, 2, (3, 58)).stages[1].mixtures(DEEPSEEK_V3) == 58
    with pytest.raises(ImpossiblePlanError, match="adds up to 60"):
        split_stages(DEEPSEEK_V3, 2, (30, 30))
    with pytest.raises(ImpossiblePlanError, match="only 61 layers"):
        split_stages(DEEPSEEK_V3, 62)


@pytest.mark.parametrize(
    ("model", "grid", "message"),
    [
        (LLAMA_70B, {"tp": 3}, "layout.tp: 3 does not divide the 64 query heads"),
        (LLAMA_7B, {"ep": 2, "dp": 2}, "layout.ep: EP 2, but the model has no experts"),
        (QWEN3_30B, {"ep": 3, "dp": 3}, "layout.ep: 3 does not divide the 128 experts"),
        (QWEN3_30B, {"etp": 5, "dp": 5}, "layout.etp: 5 does not divide the 768 columns"),
    ],
)
def test_a_model_that_cannot_be_cut_is_refused(model: Architecture, grid: dict[str, int], message: str) -> None:
    with pytest.raises(ImpossiblePlanError) as refused:
        check_model_fits(model, Grid(**grid))  # type: ignore[arg-type]
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("degrees", "message"),
    [({"tp": 0}, "layout.tp: must be at least 1"), ({"ep": 8}, "layout.ep: ETP x EP = 1 x 8 does not divide"), ({"vp": 2}, "layout.vp")],
)
def test_grids_that_cannot_be(degrees: dict[str, int], message: str) -> None:
    with pytest.raises(ImpossiblePlanError, match=message.split("=")[0].strip()):
        Grid(**degrees)  # type: ignore[arg-type]


def test_the_indexer_is_spread_over_the_stages() -> None:
    partly = replace(DEEPSEEK_V32, indexer=replace(DEEPSEEK_V32.indexer, layers=21))  # type: ignore[type-var]
    held = sum(parameters_on_gpu(partly, Grid(pp=4), stage, partly.vocab).all.value for stage in split_stages(partly, 4).stages)
    assert held == total_parameters(partly).value

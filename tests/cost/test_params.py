from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.architecture import Architecture, Experts, Latent, Window
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.params import Counting, active, actives, expert, mtp_module, total_parameters, totals
from tests.cost.evaluation import evaluate
from tests.cost.shapes import DEEPSEEK_V3, GPT3, GPT_OSS, KINDS, LLAMA_7B, LLAMA_70B, QWEN3_30B


@pytest.mark.parametrize(
    ("model", "parameters"),
    [(LLAMA_7B, 6738415616), (LLAMA_70B, 70553706496), (QWEN3_30B, 30532122624), (GPT_OSS, 116829156672), (DEEPSEEK_V3, 671026419200)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_totals_equal_the_reference_implementations(model: Architecture, parameters: int) -> None:
    assert total_parameters(model).whole == parameters


def test_published_active_counts_follow_three_definitions() -> None:
    assert round(active(GPT_OSS, Counting.NO_INPUT).value / 10**7) == 513  # the model card's 5.13 B
    assert round(active(DEEPSEEK_V3, Counting.NO_INPUT).value / 10**8) == 366  # the weights note's 36.6 B
    assert round(active(QWEN3_30B, Counting.ALL).value / 10**7) == 335
    assert [definition.name for definition in actives(QWEN3_30B)] == [counting.value for counting in Counting]


def test_multi_token_prediction_adds_one_layer_and_its_projection() -> None:
    module = sum(part.parameters.value for part in mtp_module(DEEPSEEK_V3))
    assert round(module / 10**7) == 1161  # 11.61 B
    by_name = {definition.name: definition.parameters.value for definition in totals(DEEPSEEK_V3)}
    assert by_name["with MTP modules"] == total_parameters(DEEPSEEK_V3).value + module
    assert round(by_name["with MTP modules and their copies of embedding and head"] / 10**8) == 6845  # the hub's 685 B


def test_a_tied_head_counts_once() -> None:
    untied = replace(GPT3, tied=False)
    assert total_parameters(untied).whole - total_parameters(GPT3).whole == GPT3.vocab * GPT3.hidden
    assert totals(GPT3)[2].parameters.whole == total_parameters(untied).whole


def test_expert_and_its_biases() -> None:
    assert expert(QWEN3_30B).whole == 3 * 2048 * 768
    assert expert(GPT_OSS).whole == 3 * 2880 * 2880 + 2 * 2880 + 2880
    with pytest.raises(ValueError, match="has no experts"):
        expert(LLAMA_7B)


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.name)
def test_derivations_can_be_checked_with_a_pencil(model: Architecture) -> None:
    for definition in (*totals(model), *actives(model)):
        assert evaluate(definition.parameters.substituted) == definition.parameters.value
        for line in definition.parameters.lines:
            assert evaluate(line.substituted) == line.value


@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 8), st.booleans(), st.integers(0, 6), st.integers(1, 4))
def test_layers_of_each_kind_are_counted_once(layers: int, kv: int, group: int, tied: bool, first_dense: int, step: int) -> None:
    first_dense = min(first_dense, layers)
    model = Architecture(
        "any",
        layers,
        64,
        kv * group,
        kv,
        16,
        1000,
        ffn=128,
        tied=tied,
        experts=Experts(8, 2, 32, first_dense=first_dense, step=step),
        window=Window(16, step),
    )
    assert model.mixture_layers == sum(model.is_mixture(layer) for layer in range(layers))
    assert model.windowed_layers == sum(model.is_windowed(layer) for layer in range(layers))
    assert model.dense_layers + model.mixture_layers == layers
    saved = model.mixture_layers * 6 * expert(model).value
    assert total_parameters(model).value - active(model).value == saved


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": 0}, "model.layers: must be at least 1"),
        ({"hidden": -1}, "model.hidden: must be at least 1"),
        ({"heads": 2.5}, "model.heads: must be a whole number"),
        ({"layers": True}, "model.layers: must be a whole number"),
        ({"vocab": 10**400}, "model.vocab: must be at most"),
        ({"kv_heads": 64}, "model.kv_heads: 64 KV heads exceed 32"),
        ({"kv_heads": 5}, "model.kv_heads: 5 does not divide the 32 query heads"),
        ({"ffn": None}, "model.ffn: a dense model needs"),
        ({"ffn_matrices": 4}, "model.ffn_matrices: must be 2 or 3"),
        ({"experts": Experts(8, 9, 64)}, "model.experts.top_k: 9 exceeds the 8 experts"),
        ({"experts": Experts(8, 2, 64, shared=1)}, "model.experts.shared_ffn"),
        ({"experts": Experts(8, 2, 64, first_dense=1), "ffn": None}, "model.ffn: 1 dense layers"),
        ({"latent": Latent(512, 64, 32, 128)}, "model.head_dim: 128 is not nope"),
        ({"window": Window(0)}, "model.window.size"),
    ],
    ids=lambda value: "",
)
def test_an_impossible_shape_is_refused_by_field_rule_and_source(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ImpossiblePlanError) as refused:
        replace(LLAMA_7B, **changes)  # type: ignore[arg-type]
    assert message in str(refused.value)
    assert refused.value.source
    assert refused.value.field in message

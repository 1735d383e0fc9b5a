from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.activations import Recompute
from auditor.cost.amount import amount
from auditor.cost.architecture import Architecture
from auditor.cost.flops import (
    CONVENTIONS,
    Attention,
    Convention,
    attended_tokens,
    attention_per_token,
    convention,
    experts_touched,
    forward_per_token,
    hardware_per_token,
    korthikanti_hardware_per_step,
    matrix_parameters,
    recomputed_per_token,
    training_per_token,
    utilisation,
)
from auditor.cost.impossible import ImpossiblePlanError
from tests.cost.evaluation import evaluate
from tests.cost.shapes import DEEPSEEK_V3, DEEPSEEK_V32, GPT3, GPT_OSS, KINDS, LLAMA_7B, LLAMA_70B, QWEN3_30B

MEGATRON = convention("megatron")
FULL = convention("full")


@given(st.integers(1, 400), st.one_of(st.none(), st.integers(1, 50)), st.sampled_from(list(Attention)), st.booleans())
def test_attended_tokens_are_those_the_mask_leaves(tokens: int, window: int | None, kind: Attention, chunked: bool) -> None:
    reach = tokens if window is None else min(window, tokens)
    if kind is Attention.FULL:
        seen = [reach] * tokens
    elif chunked and window is not None:
        seen = [index % window + 1 for index in range(tokens)]
    else:
        seen = [min(index + 1, reach) for index in range(tokens)]
    found = attended_tokens(tokens, kind, window, chunked=chunked)
    assert found.value == Fraction(sum(seen), tokens)
    assert evaluate(found.substituted) == found.value


def test_a_dense_layer_by_hand() -> None:
    layer = 4096 * 4096 * 4 + 3 * 4096 * 11008
    head = 32000 * 4096
    core = 4 * 32 * 128 * Fraction(4097, 2)
    assert matrix_parameters(LLAMA_7B).value == 32 * layer + head
    assert forward_per_token(LLAMA_7B, 4096).value == 2 * (32 * layer + head) + 32 * core
    assert training_per_token(LLAMA_7B, 4096).value == 3 * forward_per_token(LLAMA_7B, 4096).value


def test_six_n_plus_twelve_l_a_d_s() -> None:
    found = training_per_token(LLAMA_7B, 4096, FULL).value
    assert found == 6 * matrix_parameters(LLAMA_7B).value + 12 * 32 * 32 * 128 * 4096


def test_frozen_weights_cost_two_thirds() -> None:
    matrices = 2 * matrix_parameters(LLAMA_70B).value
    core = attention_per_token(LLAMA_70B, 4096).value
    assert training_per_token(LLAMA_70B, 4096, frozen=True).value == 2 * matrices + 3 * core
    # The LoRA rows of NVIDIA's pages: 278.84 GFLOP per token, of which the attention core is not reduced.
    assert float(training_per_token(LLAMA_70B, 4096, MEGATRON, frozen=True).in_unit("GFLOP")) == pytest.approx(278.84, rel=0.06)


def test_routers_experts_and_prediction_modules() -> None:
    router = 48 * 2048 * 128
    assert matrix_parameters(QWEN3_30B).value - matrix_parameters(QWEN3_30B, MEGATRON).value == router
    with_mtp = training_per_token(DEEPSEEK_V3, 4096, MEGATRON, mtp=1).in_unit("GFLOP")
    without = training_per_token(DEEPSEEK_V3, 4096, MEGATRON).in_unit("GFLOP")
    assert float(with_mtp) == pytest.approx(259.99, rel=0.0002)
    assert float(without) == pytest.approx(249.81, rel=0.0002)


def test_windows_count_their_tokens_only() -> None:
    assert float(training_per_token(GPT_OSS, 4096, MEGATRON).in_unit("GFLOP")) == pytest.approx(32.63, rel=0.0005)
    unwindowed = replace(GPT_OSS, window=None)
    assert training_per_token(GPT_OSS, 4096).value < training_per_token(unwindowed, 4096).value
    assert training_per_token(GPT_OSS, 128).value == training_per_token(unwindowed, 128).value


def test_sparse_attention_caps_what_is_attended_to() -> None:
    dense = replace(DEEPSEEK_V32, indexer=None)
    at_top_k = attention_per_token(DEEPSEEK_V32, 2048).value
    assert at_top_k == attention_per_token(dense, 2048).value
    assert attention_per_token(DEEPSEEK_V32, 131072).value < attention_per_token(dense, 131072).value / 2


def test_full_attention_of_llama_405b_at_128k_is_forty_percent_more() -> None:
    llama = replace(LLAMA_70B, layers=126, hidden=16384, heads=128, ffn=53248)
    ratio = training_per_token(llama, 131072, FULL).value / training_per_token(llama, 131072).value
    assert float(ratio) == pytest.approx(1.40, abs=0.01)


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.name)
@pytest.mark.parametrize("chosen", CONVENTIONS, ids=lambda chosen: chosen.name)
def test_derivations_can_be_checked_with_a_pencil(model: Architecture, chosen: Convention) -> None:
    found = training_per_token(model, 4096, chosen)
    assert evaluate(found.substituted) == found.value
    for line in found.lines:
        assert evaluate(line.substituted) == line.value


def test_recomputation_adds_to_the_hardware_only() -> None:
    none, selective, full = (recomputed_per_token(LLAMA_7B, 4096, mode).value for mode in Recompute)
    assert none == 0 < selective < full < forward_per_token(LLAMA_7B, 4096).value
    assert hardware_per_token(LLAMA_7B, 4096, Recompute.NONE).value == training_per_token(LLAMA_7B, 4096).value
    assert hardware_per_token(LLAMA_7B, 4096, Recompute.FULL).value == training_per_token(LLAMA_7B, 4096).value + full


def test_the_175b_run_of_korthikanti() -> None:
    time, peak = amount("t", Fraction("13.75"), "s"), amount("F", 312, "TFLOPS")
    tokens = 64 * 2048
    mfu = utilisation(training_per_token(GPT3, 2048, FULL) * tokens, time, 64, peak)
    assert float(mfu.value) == pytest.approx(0.514, abs=0.001)
    # Their hardware count charges the recomputed attention three times; one more forward pass gives less.
    theirs = utilisation(korthikanti_hardware_per_step(GPT3, 64, 2048), time, 64, peak)
    once = utilisation(hardware_per_token(GPT3, 2048, Recompute.SELECTIVE, FULL) * tokens, time, 64, peak)
    assert float(theirs.value) == pytest.approx(0.528, abs=0.001)
    assert float(once.value) == pytest.approx(0.519, abs=0.001)
    with pytest.raises(ImpossiblePlanError, match="no GPT model"):
        korthikanti_hardware_per_step(LLAMA_70B, 64, 2048)


@given(st.integers(1, 5000))
def test_experts_touched_rise_to_all_of_them(tokens: int) -> None:
    found = experts_touched(QWEN3_30B, tokens).value
    assert 8 <= found < 128
    assert found <= experts_touched(QWEN3_30B, tokens + 1).value


def test_one_token_touches_k_experts_and_a_dense_model_none() -> None:
    assert experts_touched(QWEN3_30B, 1).value == 8
    assert experts_touched(LLAMA_7B, 1).value == 0


def test_a_sequence_has_a_token() -> None:
    with pytest.raises(ImpossiblePlanError, match="at least 1"):
        attended_tokens(0, Attention.CAUSAL)

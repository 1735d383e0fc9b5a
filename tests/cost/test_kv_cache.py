from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost import kv_cache
from auditor.cost.amount import amount
from auditor.cost.formats import FORMATS
from auditor.cost.grid import Grid
from auditor.cost.impossible import ImpossiblePlanError
from tests.cost.evaluation import evaluate
from tests.cost.shapes import DEEPSEEK_V3, DEEPSEEK_V32, GPT3, GPT_OSS, KINDS, LLAMA_7B, LLAMA_70B


@pytest.mark.parametrize(
    ("model", "size"),
    [(LLAMA_7B, 524288), (LLAMA_70B, 327680), (GPT3, 4718592), (DEEPSEEK_V3, 70272)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_bytes_per_token(model: object, size: int) -> None:
    assert kv_cache.per_token(model).whole == size  # type: ignore[arg-type]


def test_latent_attention_is_no_multi_head_cache() -> None:
    naive = 61 * 128 * (192 + 128) * 2
    assert naive == 4997120
    assert naive // kv_cache.per_token(DEEPSEEK_V3).whole == 71


def test_the_cache_stops_shrinking_above_the_kv_heads() -> None:
    sizes = [kv_cache.per_gpu(LLAMA_70B, Grid(tp=tp), 2304, 1).value for tp in (1, 2, 4, 8, 16, 32)]
    assert [sizes[0] / size for size in sizes] == [1, 2, 4, 8, 8, 8]
    assert float(kv_cache.per_gpu(LLAMA_70B, Grid(tp=8), 2304, 16).in_unit("GiB")) == pytest.approx(1.406, abs=0.001)


def test_tensor_parallelism_does_not_divide_a_latent_cache() -> None:
    for tp in (1, 8):
        found = kv_cache.per_gpu(DEEPSEEK_V3, Grid(tp=tp), 4608, 1)
        assert float(found.in_unit("GiB")) == pytest.approx(0.302, abs=0.001)
    assert kv_cache.per_gpu(DEEPSEEK_V3, Grid(tp=8), 4608, 1, decode_context=8).value * 8 == found.value


def test_windows_keep_a_window() -> None:
    short, long = kv_cache.per_sequence(GPT_OSS, 128), kv_cache.per_sequence(GPT_OSS, 4096)
    layer = 2 * 8 * 64 * 2
    assert short.whole == 36 * 128 * layer
    assert long.whole == 18 * layer * (4096 + 128)
    assert kv_cache.per_sequence(GPT_OSS, 4096, windows=False).whole == 36 * layer * 4096


def test_formats_and_the_indexer() -> None:
    assert kv_cache.per_token(LLAMA_70B, FORMATS["fp8"]).value * 2 == kv_cache.per_token(LLAMA_70B).value
    assert kv_cache.per_token(LLAMA_70B, FORMATS["nvfp4"]).value == 80 * 2 * 8 * 128 * (Fraction(1, 2) + Fraction(1, 16))
    extra = kv_cache.per_token(DEEPSEEK_V32, indexer=True).value - kv_cache.per_token(DEEPSEEK_V32).value
    assert extra == 61 * (128 + 4)
    sequence = kv_cache.per_sequence(DEEPSEEK_V32, 100, indexer=True).value
    assert sequence == 100 * (kv_cache.per_token(DEEPSEEK_V32).value + extra)


@given(st.sampled_from(KINDS), st.integers(1, 5000), st.integers(1, 64), st.integers(1, 256))
def test_blocks_round_up_by_less_than_a_block(model: object, tokens: int, sequences: int, block: int) -> None:
    resident = kv_cache.resident_tokens(tokens, block)
    assert tokens <= resident.value < tokens + block
    assert resident.value % block == 0
    found = kv_cache.per_gpu(model, Grid(), tokens, sequences, block=block)  # type: ignore[arg-type]
    for line in found.lines:
        assert evaluate(line.substituted) == line.value
    assert found.value >= kv_cache.per_gpu(model, Grid(), tokens, sequences).value  # type: ignore[arg-type]


def test_capacity_is_what_fits() -> None:
    free = amount("free", 40, "GiB")
    found = kv_cache.capacity_tokens(free, LLAMA_70B, Grid(tp=8))
    assert found.value == 40 * 2**30 / Fraction(327680, 8)


def test_a_block_has_a_token() -> None:
    with pytest.raises(ImpossiblePlanError, match=r"serving\.block"):
        kv_cache.resident_tokens(10, 0)

"""What the catalog makes of a claim."""

from __future__ import annotations

from fractions import Fraction

import pytest

from auditor.cost.catalog import Grade, compare_hardware, compare_model, find_hardware, find_models
from auditor.findings import Verdict
from auditor.values import Interval

PEAK, CAPACITY = "hardware.peak_flops", "memory.capacity"
BANDWIDTH, LINK = "hardware.memory_bandwidth", "hardware.link_bandwidth"
GIGA, TERA = 10**9, 10**12


def rounded(value: str, scale: int) -> Interval:
    """Return what a figure written with these digits can be."""
    digits = len(value.partition(".")[2])
    half = Fraction(1, 2 * 10**digits)
    return Interval((Fraction(value) - half) * scale, (Fraction(value) + half) * scale)


@pytest.mark.parametrize(
    ("name", "quantity", "claim", "precision", "says"),
    [
        ("H100", PEAK, rounded("989", TERA), "bf16", ""),
        ("H100", PEAK, rounded("1979", TERA), "bf16", "with sparsity"),
        ("H100", PEAK, rounded("1979", TERA), "fp8", ""),
        ("H100 PCIe", PEAK, rounded("1513", TERA), "fp16", "with sparsity"),
        ("H100", PEAK, rounded("133.8", TERA), "fp16", "rate of the vector units"),
        ("H100 SXM", CAPACITY, rounded("80", 2**30), "", "in GiB"),
        ("B200", CAPACITY, rounded("186", GIGA), "", "also quoted"),
        ("H100 SXM", BANDWIDTH, rounded("3.35", TERA), "", ""),
        ("H100 SXM", LINK, rounded("450", GIGA), "", "one direction"),
        ("MI250X", PEAK, rounded("191.5", TERA), "bf16", "one die of two"),
        ("GB200", CAPACITY, rounded("372", GIGA), "", "two-GPU superchip"),
        ("GB300", PEAK, rounded("20", 1000 * TERA), "fp4", "with sparsity"),
    ],
)
def test_hardware_claims_that_some_reading_admits(name: str, quantity: str, claim: Interval, precision: str, says: str) -> None:
    result = compare_hardware(find_hardware(name), quantity, claim, precision)
    assert result.verdict is Verdict.HELD
    assert result.match is not None
    assert result.match.says == says


@pytest.mark.parametrize(
    ("name", "quantity", "claim", "precision", "nearest", "grade"),
    [
        ("H100 SXM", PEAK, rounded("400", TERA), "bf16", "989.4 TFLOPS", Grade.A),
        ("H100", CAPACITY, rounded("64", GIGA), "", "80 GB", Grade.A),
        ("H100 SXM", BANDWIDTH, rounded("1.8", TERA), "", "3350 GB/s", Grade.A),
        ("MI350X", PEAK, rounded("1.2", 1000 * TERA), "fp16", "2306.9 TFLOPS", Grade.D),
    ],
)
def test_hardware_claims_that_none_admits(name: str, quantity: str, claim: Interval, precision: str, nearest: str, grade: Grade) -> None:
    result = compare_hardware(find_hardware(name), quantity, claim, precision)
    assert result.verdict is Verdict.CONTRADICTED
    assert result.nearest is not None
    assert result.nearest.figure.text == nearest
    assert result.grade is grade
    assert grade.firm == (grade in {Grade.A, Grade.B})


def test_what_the_catalog_has_no_figure_for_is_undetermined() -> None:
    assert compare_hardware(find_hardware("V100"), PEAK, rounded("125", TERA), "bf16").verdict is Verdict.UNDETERMINED
    assert compare_hardware((), PEAK, rounded("125", TERA)).verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("name", "quantity", "value", "says"),
    [
        ("Llama3_70B_Instruct", "model.layers", 80, ""),
        ("Llama3_70B_Instruct", "model.params", 70_600_000_000, ""),
        ("Llama3_70B_Instruct", "model.params", 70_000_000_000, "as in its name"),
        ("DeepSeek-V3", "model.layers", 62, "with MTP modules"),
        ("DeepSeek-V3", "model.params", 671_000_000_000, ""),
        ("DeepSeek-V3", "model.params", 682_600_000_000, "with MTP modules"),
        ("DeepSeek-V3", "model.experts", 257, "routed and shared experts"),
        ("DeepSeek-V3", "model.head_dim", 128, "without the rotary part"),
        ("DeepSeek-V3", "model.ffn_hidden", 2048, "of an expert"),
        ("DeepSeek-V3", "model.params_active", 36_600_000_000, "input embedding excluded, output head kept"),
        ("Kimi K2", "model.params", 10**12, "as in its name"),
        ("GLM-4.5", "model.params", 355_230_000_000, "embeddings excluded, with MTP modules"),
        ("Llama-3.1 8B", "model.ffn_hidden", 28672, "gate and up projections together"),
        ("Llama-3.1 70B", "model.vocab", 128_000, ""),
        ("Llama-3.1 70B", "model.context", 8192, ""),
        ("Qwen3-235B", "model.experts_total", 12032, ""),
        ("Llama-70B", "model.context", 131_072, ""),
    ],
)
def test_model_claims_that_some_reading_admits(name: str, quantity: str, value: int, says: str) -> None:
    result = compare_model(find_models(name), quantity, Interval.exact(value))
    assert result.verdict is Verdict.HELD
    assert result.match is not None
    assert result.match.says == says


@pytest.mark.parametrize(
    ("name", "quantity", "value"),
    [
        ("Llama3_70B_Instruct", "model.layers", 96),
        ("Llama-70B", "model.kv_heads", 64),
        ("Mixtral 8x7B", "model.params", 56_000_000_000),
        ("Qwen3-235B", "model.experts", 64),
        ("GPT-3 175B", "model.hidden", 14336),
    ],
)
def test_model_claims_that_none_admits(name: str, quantity: str, value: int) -> None:
    assert compare_model(find_models(name), quantity, Interval.exact(value)).verdict is Verdict.CONTRADICTED


def test_a_longer_context_and_an_unknown_width_are_left_open() -> None:
    assert compare_model(find_models("Llama-3 8B"), "model.context", Interval.exact(10**6)).verdict is Verdict.UNDETERMINED
    assert compare_model(find_models("Qwen3-30B-A3B"), "model.ffn_hidden", Interval.exact(6144)).verdict is Verdict.UNDETERMINED

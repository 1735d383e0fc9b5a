"""What a short text may name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.catalog import find_hardware, find_models, hardware, hardware_names, model_names, models
from auditor.cost.catalog.names import tokens

HARDWARE = {
    "H100": ["H100-SXM", "H100-PCIe", "H100-NVL"],
    "NVIDIA_H100": ["H100-SXM", "H100-PCIe", "H100-NVL"],
    "8xH100": ["H100-SXM", "H100-PCIe", "H100-NVL"],
    "H100-80GB-SXM": ["H100-SXM"],
    "H100 SXM5 80GB": ["H100-SXM"],
    "H100SXM5": ["H100-SXM"],
    "8x NVIDIA H100 80GB SXM": ["H100-SXM"],
    "NVIDIA H100 80GB HBM3": ["H100-SXM", "H100-PCIe"],
    "H100-DGXC": ["H100-SXM"],
    "DGX H100": ["H100-SXM"],
    "H100 NVL": ["H100-NVL"],
    "A100 80GB": ["A100-SXM-80GB", "A100-PCIe-80GB"],
    "A100 (80 GB)": ["A100-SXM-80GB", "A100-PCIe-80GB"],
    "NVIDIA A100-SXM4-80GB": ["A100-SXM-80GB"],
    "A100-SXM4-40GB": ["A100-SXM-40GB"],
    "A100-PCIE-40GB": ["A100-PCIe-40GB"],
    "Tesla V100-SXM2-32GB": ["V100-SXM2-32GB"],
    "GB200": ["GB200"],
    "GB200 NVL72": ["GB200"],
    "DGX-GB300": ["GB300"],
    "B200": ["B200-SXM"],
    "AMD Instinct MI300X": ["MI300X"],
    "MI-300X": ["MI300X"],
    "NVIDIA GeForce RTX 4090": ["RTX-4090"],
    "Google TPU v5e": ["TPU-v5e"],
    "TPU_v4": ["TPU-v4"],
    "Intel Gaudi 3": ["Gaudi3"],
    "Huawei Ascend 910B": ["Ascend-910B"],
    "H100 and A100-SXM4-40GB": ["H100-SXM", "H100-PCIe", "H100-NVL", "A100-SXM-40GB"],
    # Another part, or none at all.
    "H20": ["H20"],
    "H200 141GB": ["H200-SXM"],
    "L40": ["L40"],
    "A10G": ["A10G"],
    "T4": ["T4"],
    "TPU_v3": [],
    "H100 96GB": [],
    "H100-class accelerators": [],
    "a 100 GB file on a 10 GB/s link": [],
    "": [],
}

MODELS = {
    "Llama3_70B_Instruct": ["llama-3-70b"],
    "Llama3-70B on the 8-GPU system": ["llama-3-70b"],
    "Llama-3.1 70B": ["llama-3.1-70b"],
    "Llama-3_1-70B-Instruct": ["llama-3.1-70b"],
    "LLAMA3.1_405B": ["llama-3.1-405b"],
    "Llama 405B": ["llama-3.1-405b"],
    "meta-llama/Meta-Llama-3-70B": ["llama-3-70b"],
    "70B Llama 3": ["llama-3-70b"],
    "llama2-13b-chat": ["llama-2-13b"],
    "Llama-70B": ["llama-2-70b", "llama-3-70b", "llama-3.1-70b", "llama-3.3-70b"],
    "Llama-4-Scout-17B-16E-Instruct": ["llama-4-scout-109b-a17b"],
    "Qwen3-235B": ["qwen3-235b-a22b"],
    "Qwen3_235B_A22B": ["qwen3-235b-a22b"],
    "Qwen/Qwen3-30B-A3B-Instruct-2507": ["qwen3-30b-a3b"],
    "Qwen3 480B": ["qwen3-coder-480b-a35b"],
    "Qwen2.5-72B-Instruct-AWQ": ["qwen2.5-72b"],
    "DeepSeek V3": ["deepseek-v3"],
    "DeepSeekV3 (w/o MTP)": ["deepseek-v3"],
    "deepseekv3": ["deepseek-v3"],
    "deepseek-ai/DeepSeek-V3-0324": ["deepseek-v3"],
    "DeepSeek-V3.2-Exp": ["deepseek-v3.2"],
    "DeepSeek-R1": ["deepseek-r1"],
    "DeepSeek-R1-Distill-Llama-70B": ["deepseek-r1-distill-llama-70b"],
    "DeepSeek-V2-Lite": ["deepseek-v2-lite"],
    "gpt-oss-120b": ["gpt-oss-120b"],
    "GPT OSS 120B": ["gpt-oss-120b"],
    "GPT-3 175B": ["gpt-3-175b"],
    "gpt2-xl": ["gpt-2-xl-1.5b"],
    "Mixtral 8x7B": ["mixtral-8x7b"],
    "mistralai/Mixtral-8x22B-v0.1": ["mixtral-8x22b"],
    "Mistral-7B-Instruct-v0.3": ["mistral-7b-v0.3"],
    "Mistral 7B": ["mistral-7b-v0.1", "mistral-7b-v0.2", "mistral-7b-v0.3"],
    "gemma-2b": ["gemma-2b"],
    "Gemma 2 2B": ["gemma-2-2b"],
    "google/gemma-3-27b-it": ["gemma-3-27b"],
    "GLM-4.5": ["glm-4.5"],
    "GLM-4.5-Air": ["glm-4.5-air"],
    "Command R+": ["command-r-plus-104b"],
    "Kimi K2 Instruct": ["kimi-k2"],
    "Megatron-Turing NLG 530B": ["mt-nlg-530b"],
    "Nemotron_3_Nano": ["nemotron-3-nano-30b-a3b"],
    # Another model, or none at all.
    "Llama": [],
    "Megatron-LM": [],
    "GPT-4": [],
    "GPT-8.3B": [],
    "Qwen2-72B": ["qwen2-72b"],
    "Qwen9-72B": [],
    "Qwen2.5-VL-72B": [],
    "Qwen3-VL-235B-A22B": ["qwen3-vl-235b-a22b"],
    "Qwen3-Next-80B-A3B": ["qwen3-next-80b-a3b"],
    "Qwen3-Omni-80B-A3B": [],
    "Llama-3.1-Nemotron-Ultra-253B": [],
    "Llama-Guard-3-8B": [],
    "a 70B model": [],
}


@pytest.mark.parametrize(("text", "names"), HARDWARE.items())
def test_hardware(text: str, names: list[str]) -> None:
    assert [part.name for part in find_hardware(text)] == names


@pytest.mark.parametrize(("text", "names"), MODELS.items())
def test_models(text: str, names: list[str]) -> None:
    assert [model.name for model in find_models(text)] == names


def test_one_entry_or_none() -> None:
    assert hardware("H100") is None
    assert (part := hardware("H100 SXM5")) is not None
    assert part.name == "H100-SXM"
    assert models("Llama-70B") is None
    assert (model := models("Qwen3-235B")) is not None
    assert model.name == "qwen3-235b-a22b"


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert all("" not in (token.text,) for token in tokens(text))
    find_hardware(text)
    find_models(text)


@given(st.sampled_from(hardware_names()), st.sampled_from(["{}", "NVIDIA {}", "({})", "8x {}", "{} GPUs", "**{}**"]))
def test_wrapping_and_case_do_not_matter(name: str, wrapping: str) -> None:
    assert name in {part.name for part in find_hardware(wrapping.format(name))}
    assert name in {part.name for part in find_hardware(wrapping.format(name).upper())}


@given(st.sampled_from(model_names()), st.sampled_from(["{}", "org/{}", "({})", "{} model", "{}-Instruct", "**{}**"]))
def test_wrapping_and_separators_do_not_matter(name: str, wrapping: str) -> None:
    assert name in {model.name for model in find_models(wrapping.format(name))}
    assert name in {model.name for model in find_models(wrapping.format(name.replace("-", "_")))}
    assert name in {model.name for model in find_models(wrapping.format(name.replace("-", " ")))}


def test_what_the_hub_calls_a_model_is_that_model_alone() -> None:
    known = [model for name in model_names() if (model := models(name)) is not None]
    assert sum(len(model.hub) for model in known) > 200
    for model in known:
        for identifier in model.hub:
            assert [found.name for found in find_models(identifier)] == [model.name], identifier

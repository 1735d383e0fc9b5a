"""What an amount of data is: what a GPU has, what the parameters take, what a row of a table names."""

from __future__ import annotations

from fractions import Fraction

import pytest

from auditor.pipeline import read_claims
from auditor.read import decode


def quantities(text: str, unit: str = "GB") -> list[tuple[str, str]]:
    """Return quantity and scope of each claim in gigabytes."""
    claims = read_claims(decode(text.encode("utf-8"), "report.md")).claims
    return [(claim.quantity, claim.scope.per) for claim in claims if claim.unit.symbol == unit]


@pytest.mark.parametrize(
    "text",
    [
        "Each GPU has 80 GB.",
        "Every accelerator comes with 80 GB of HBM3.",
        "The cards offer 80 GB each.",
        "A GPU carries 80 GB of memory.",
    ],
)
def test_what_a_gpu_has_is_its_capacity(text: str) -> None:
    assert quantities(text + "\n") == [("memory.capacity", "gpu")]


@pytest.mark.parametrize("text", ["Each GPU has 12 GB left.", "Each GPU has 12 GB of activations.", "Each GPU has 12 GB in use."])
def test_what_became_of_it_is_not(text: str) -> None:
    assert ("memory.capacity", "gpu") not in quantities(text + "\n")


@pytest.mark.parametrize("verb", ["take", "need", "require", "occupy"])
def test_parameters_take_their_weights(verb: str) -> None:
    text = f"## Memory per GPU\n\nThe 30B parameters in FP16 {verb} 60 GB.\n"
    assert quantities(text) == [("memory.weights", "total")]


def test_the_row_says_what_the_memory_of_a_cluster_is_spent_on() -> None:
    text = "# The cluster\n\n| Part | Memory per GPU (GB) |\n|---|---|\n| Weights | 17.5 |\n| KV cache | 6.2 |\n"
    assert quantities(text) == [("memory.weights", "gpu"), ("memory.kv_cache", "gpu")]


def test_a_product_with_the_bytes_of_a_parameter_is_no_bytes_of_a_parameter() -> None:
    assert "model.bytes_per_param" not in {quantity for quantity, _ in quantities("- 70B x 2 bytes = 140 GB\n")}


def of_settings(text: str) -> dict[str, Fraction | None]:
    """Return the upper end of each claim of a JSON file by its quantity."""
    return {claim.quantity: claim.interval.high for claim in read_claims(decode(text.encode("utf-8"), "plan.json")).claims}


def test_minus_one_in_settings_leaves_the_choice_to_the_program() -> None:
    assert of_settings('{"tp_size": 8, "dp_size": -1}') == {"parallel.tensor": 8}


def test_a_minus_before_the_whole_value_is_a_sign() -> None:
    assert of_settings('{"pp_size": -2, "gpu_memory_gb": -80}') == {"parallel.pipeline": -2, "memory.capacity": Fraction(-159, 2) * 10**9}


def test_a_share_is_of_what_it_is_worked_out_from() -> None:
    text = "## Memory check\n\n- Parameters: 40B x 2 bytes = 80 GB total\n- Per GPU: 80 GB / 8 = 10 GB\n- KV cache: 4 GB per GPU\n"
    assert quantities(text) == [
        ("memory.weights", "total"),
        ("memory.weights", "total"),
        ("memory.weights", "gpu"),
        ("memory.kv_cache", "gpu"),
    ]


def test_a_share_of_another_figure_keeps_the_name_of_its_heading() -> None:
    text = "## Memory check\n\n- Parameters: 40B x 2 bytes = 80 GB total\n- Per GPU: 96 GB / 8 = 12 GB\n"
    assert quantities(text)[1:] == [("memory.used", "gpu"), ("memory.used", "gpu")]


@pytest.mark.parametrize("text", ["cache = layers * width * 2 (K and V) * batch", "KV_cache_per_layer = heads × width × 2 (K+V) × tokens"])
def test_a_factor_among_names_is_no_amount_of_memory(text: str) -> None:
    claims = read_claims(decode(f"```\n{text}\n```\n".encode(), "report.md")).claims
    assert not [claim for claim in claims if claim.quantity.startswith("memory.")]


@pytest.mark.parametrize("name", ["weights", "parameters"])
def test_the_part_of_each_gpu_is_of_what_was_named_in_all(name: str) -> None:
    text = f"The {name} take 141 GB, so 35.3 GB per GPU on 4 GPUs.\n"
    assert [quantity for quantity, _ in quantities(text)] == ["memory.weights", "memory.weights"]

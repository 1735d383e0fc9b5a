"""Words of data files that underscores join, and widths that stand between others."""

from __future__ import annotations

import json

import pytest

from auditor.pipeline import read_claims
from auditor.read import decode


def read(data: object) -> list[tuple[str, str, str]]:
    """Return text, quantity and scope of each claim of a data file."""
    claims = read_claims(decode(json.dumps(data, indent=1).encode(), "plan.json")).claims
    return [(claim.text, claim.quantity, claim.scope.per) for claim in claims]


@pytest.mark.parametrize(
    ("key", "text", "claim"),
    [
        ("gpu_memory", "48GB_each", ("48GB", "memory.capacity", "gpu")),
        ("activations", "3GB_per_gpu", ("3GB", "memory.activations", "gpu")),
        ("latency", "7.5ms_TPOT", ("7.5ms", "time.tpot", "")),
        ("intra_node", "NVLink_900GB/s", ("NVLink 900GB/s", "hardware.link_bandwidth", "")),
    ],
)
def test_a_figure_with_its_unit_is_no_part_of_a_name(key: str, text: str, claim: tuple[str, str, str]) -> None:
    assert read({"hardware": {key: text}}) == [claim]


@pytest.mark.parametrize("text", ["run_8_gpus_v2", "layer_3_gpu_1", "plan_70b_final.json", "mlx5_0", "stage_2GBs_x"])
def test_a_name_stays_one(text: str) -> None:
    assert read({"name": text}) == []


def test_no_character_moves() -> None:
    source = decode(b'{"gpu_memory": "HBM_48GB_each"}', "plan.json")
    (claim,) = read_claims(source).claims
    assert source.text[claim.span.start : claim.span.end] == "48GB"


def test_the_memory_of_a_machine_is_not_a_gpus() -> None:
    assert read({"hardware": {"gpu": "H100", "memory": "2TB_DDR5_per_node"}}) == [("2TB", "memory.capacity", "node")]
    assert read({"hardware": {"gpu": "H100", "memory": "512 GB per node"}}) == [("512 GB", "memory.capacity", "node")]
    assert read({"hardware": {"gpu": "H100", "memory": "80 GB HBM3"}}) == [("80 GB", "memory.capacity", "gpu")]


def test_the_width_between_input_and_output_is_the_feed_forward_networks() -> None:
    widths = {"input_dim": 2048, "hidden_dim": 8192, "output_dim": 2048}
    assert [quantity for _, quantity, _ in read({"mlp": widths})] == ["model.hidden", "model.ffn_hidden", "other"]
    assert [quantity for _, quantity, _ in read({"experts": widths})] == ["model.hidden", "model.expert_hidden", "other"]
    assert [quantity for _, quantity, _ in read({"model": {"input_dim": 256, "hidden_dim": 2048}})] == ["other", "model.hidden"]


@pytest.mark.parametrize("key", ["total_dim", "total_dimension"])
def test_a_total_width_is_no_memory(key: str) -> None:
    assert read({"attention": {"heads": 16, key: 2048}})[-1][1] == "other"


@pytest.mark.parametrize(
    ("key", "quantity"), [("weights", "memory.weights"), ("kv_cache", "memory.kv_cache"), ("activations", "memory.activations")]
)
def test_the_key_of_an_object_says_what_its_memory_is_for(key: str, quantity: str) -> None:
    assert read({key: {"memory_size": "3 GB"}}) == [("3 GB", quantity, "")]
    assert read({key: {"memory_gb_per_gpu": 3}}) == [("3", quantity, "gpu")]
    assert read({"hardware": {"memory_size": "3 GB"}})[0][1] == "memory.capacity"


def test_the_stage_of_a_gpu_is_no_number_of_stages() -> None:
    gpus = [{"gpu_id": number, "pipeline_stage": number // 2} for number in range(4)]
    assert read({"mapping": gpus}) == []
    assert read({"layout": {"parallel": {"pipeline_stages": 2}}}) == [("2", "parallel.pipeline", "")]

"""What heads say of cells: the head before the row's label, both before the title of the section."""

from __future__ import annotations

import pytest

from tests.claims.reading import read

RESULTS = """
## Scaling with 8 nodes

| GAS | Mic-BS | Glob-BS | PP Chunks | NPUs | Sec/it | TFLOPs | tok/s (batch 256) | Note |
|---|---|---|---|---|---|---|---|---|
| 16 | 2 | 1024 | 4 | 64 | 13.2 | 140 | 5,120 | 12 / 32 |
"""


def by_text(text: str) -> dict[str, str]:
    return {claim.text: claim.quantity for claim in read(text).claims}


def test_heads_name_their_columns_and_no_section_does() -> None:
    assert by_text(RESULTS) == {
        "8 nodes": "nodes",
        "batch 256": "batch.global",
        "16": "batch.accumulation",
        "2": "batch.micro",
        "1024": "batch.global",
        "4": "batch.microbatches",
        "64": "gpus",
        "13.2": "time.step",
        "140": "rate.achieved_flops",
        "5,120": "rate.tokens",
        "12": "other",
        "32": "other",
    }


def test_a_plain_rate_of_work_is_a_promise_where_nothing_was_measured() -> None:
    text = "| GPU | TFLOPS | Memory (GB) |\n|---|---|---|\n| A | 312 | 80 |\n"
    assert by_text(text)["312"] == "hardware.peak_flops"


@pytest.mark.parametrize(("head", "part", "whole"), [("GPUs used", "gpus", "gpus.available"), ("GPUs", "gpus", "gpus.available")])
def test_a_cell_of_a_part_and_its_whole(head: str, part: str, whole: str) -> None:
    found = by_text(f"| Node | {head} |\n|---|---|\n| a | 12 / 32 |\n")
    assert (found["12"], found["32"]) == (part, whole)


def test_a_corner_names_what_variants_hold() -> None:
    claims = read("| Prefill latency (ms) | TP=4 | TP=8 |\n|---|---|---|\n| 8k prompt | 20 | 12 |\n| 32k prompt | 70 | 51 |\n").claims
    assert {claim.quantity for claim in claims if claim.text in ("20", "12", "70", "51")} == {"time.prefill"}
    assert {claim.unit.symbol for claim in claims if claim.text in ("20", "12", "70", "51")} == {"ms"}


@pytest.mark.parametrize(
    "line",
    [
        "layers: 28, attention heads: 28, KV heads: 4, head dimension: 128, FP16",
        "- layers: 28, attention heads: 28, KV heads: 4, head dimension: 128",
        "Shape: layers: 28, attention heads: 28, KV heads: 4, head dimension: 128, all BF16",
    ],
)
def test_four_quantities_in_one_line(line: str) -> None:
    claims = [claim for claim in read(line).claims if claim.quantity.startswith("model.") and claim.quantity != "model.bytes_per_param"]
    assert [claim.quantity for claim in claims] == ["model.layers", "model.heads", "model.kv_heads", "model.head_dim"]


@pytest.mark.parametrize("line", ["with TP: 4, the latency is 20 ms, which is fine", "GPUs: 8, 16, 32"])
def test_a_sentence_is_no_list_of_figures(line: str) -> None:
    assert len({claim.statement for claim in read(line).claims}) <= 1

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


CAPTIONED = """
Table 2. Memory per GPU (MB)

| Component | Stage 0 | Stage 1 |
|---|---|---|
| Weights | 17500 | 17400 |
| KV cache | 20000 | 22000 |
| Remaining | 42500 | 40600 |
"""


def test_a_caption_gives_the_unit_of_what_rows_name_and_columns_are_members() -> None:
    found = {(claim.text, claim.quantity, claim.unit.symbol, claim.scope.member) for claim in read(CAPTIONED).claims}
    assert ("17500", "memory.weights", "MB", "Stage 0") in found
    assert ("22000", "memory.kv_cache", "MB", "Stage 1") in found
    assert {quantity for text, quantity, _, _ in found if text in ("42500", "40600")} == {"other"}


@pytest.mark.parametrize(
    "caption",
    ["Throughput (tokens/s):", "**Throughput (tokens/s)**", "Table 3: Throughput in tokens/s.", "Fig. 4a - Throughput (tokens/s) of both"],
)
def test_a_caption_names_cells_whose_heads_name_nothing(caption: str) -> None:
    claims = read(f"{caption}\n\n| | vLLM | Ours |\n|---|---|---|\n| Llama-70B | 1200 | 1500 |\n").claims
    cells = [claim for claim in claims if claim.text in ("1200", "1500")]
    assert {claim.quantity for claim in cells} == {"rate.tokens"}
    assert [claim.scope.member for claim in cells] == ["Llama-70B, vLLM", "Llama-70B, Ours"]


def test_a_caption_with_several_units_gives_each_column_its_own() -> None:
    claims = read("Step time in s, memory in GiB:\n\n| Nodes | Step time | Memory per GPU |\n|---|---|---|\n| 2 | 1.5 | 60 |\n").claims
    assert [(claim.quantity, claim.unit.symbol) for claim in claims] == [("nodes", "1"), ("time.step", "s"), ("memory.used", "GiB")]


def test_a_caption_of_html() -> None:
    text = "<table><caption>Step time (ms)</caption>\n<tr><th>Nodes</th><th>Forward</th></tr>\n<tr><td>2</td><td>120</td></tr></table>\n"
    claims = read(text).claims
    assert [(claim.quantity, claim.text, claim.unit.symbol) for claim in claims] == [("nodes", "2", "1"), ("time.step", "120", "ms")]


def test_a_table_of_a_document_is_no_member() -> None:
    assert all(not claim.scope.member for claim in read("## Table 2\n\n- Memory per GPU: 60 GB\n\n## Step 3\n\n- Weights: 20 GB\n").claims)


def test_a_line_of_a_log_lists_figures_with_long_names() -> None:
    line = "Total weights memory size: 100.4 GB, estimated output size: 44.5 GB, estimated temp size: 55.9 GB, done"
    claims = read(f"```\n{line}\n```\n").claims
    assert [claim.text for claim in claims if claim.quantity == "memory.weights"] == ["100.4 GB"]


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("- attention 88.1 M x 7 layers / TP 2 = 308 M parameters", False),
        ("- embedding 32000 × 6144 = 197 M parameters", False),
        ("- total: 80 layers x 860 M = 68.8 B parameters", True),
        ("- 80 layers x 860 M = 68.8 B parameters", True),
    ],
)
def test_what_is_worked_out_of_a_part_is_no_model(line: str, whole: bool) -> None:
    last = max(read(line).claims, key=lambda claim: claim.span)
    assert (last.quantity == "model.params") is whole


@pytest.mark.parametrize(
    ("head", "row", "quantity"),
    [
        ("concurrency | replicas | bs", "224 | 8 | 28", "batch.per_replica"),
        ("Replicas | Batch size | Max concurrency", "8 | 28 | 224", "batch.per_replica"),
        ("replicas | bs", "8 | 224", "batch.global"),
        ("concurrency | replicas | global batch size", "224 | 8 | 224", "batch.global"),
    ],
)
def test_a_batch_beside_replicas_and_all_requests_is_that_of_one(head: str, row: str, quantity: str) -> None:
    columns = head.count("|") + 1
    claims = read(f"| Rank | {head} |\n|{'---|' * (columns + 1)}\n| 1 | {row} |\n").claims
    batch = [claim.quantity for claim in claims if claim.quantity in ("batch.per_replica", "batch.global")]
    assert batch == [quantity]


@pytest.mark.parametrize("lead", ["Times of one step (s):", "Profile, seconds of one step:", "Where a step goes, in s:"])
def test_the_line_over_a_list_gives_its_figures_their_unit(lead: str) -> None:
    claims = read(f"{lead}\n\n- compute: 24.6\n- all-to-all: 9.1\n- optimizer: 1.2\n- layers: 8\n- total: 34.9\n").claims
    assert [claim.unit.dimension.time for claim in claims] == [1, 1, 1, 0, 1]
    assert not [claim.quantity for claim in claims if claim.quantity.startswith("memory")]

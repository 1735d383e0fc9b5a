"""Quantities of a run as a whole: GPU-hours, days, demand, money, power, energy, caches, limits, bytes moved and stored."""

from __future__ import annotations

import pytest

from auditor.findings import Confidence
from tests.claims.reading import read, said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- GPU-hours: 38,400\n", "time.gpu_hours 38399.5..38400.5 gpu*h"),
        ("The run takes 614,400 GPU-hours on 512 GPUs.\n", "time.gpu_hours 614399.5..614400.5 gpu*h; gpus 512"),
        ("- Budget: 300 A100-days\n", "time.gpu_hours 299.5..300.5 gpu*day limit"),
        ("- Training time: 21 days\n", "time.training 20.5..21.5 day"),
        ("Training takes 21 days and 4 hours.\n", "time.training 507.5..508.5 h"),
        ("- Demand: 2M requests/day\n", "demand.requests 1.5..2.5 Mrequest/day"),
        ("- Demand: 1,400 million tokens per day\n", "demand.tokens 1399.5..1400.5 Mtoken/day"),
        ("- Throughput: 250 million tokens/day\n", "rate.tokens 249.5..250.5 Mtoken/day"),
        ("- Concurrent sessions: 500\n", "demand.sessions 500"),
        ("- Price: $2.10 per GPU-hour\n", "cost.per_gpu_hour 2.095..2.105 USD/h per gpu"),
        ("- Cluster: $1,536 per hour\n", "cost.per_hour 1535.5..1536.5 USD/h"),
        ("- Cost per million tokens: $0.63\n", "cost.per_token 0.625..0.635 USD/Mtoken"),
        ("It costs $0.63 per 1M output tokens.\n", "cost.per_token 0.625..0.635 USD/Mtoken"),
        ("- Total cost: 4,100 dollars\n", "cost.total 4099.5..4100.5 USD"),
        ("- GPU power: 700 W\n", "power.gpu 699.5..700.5 W per gpu"),
        ("Each draws 540 W per GPU.\n", "power.gpu 539.5..540.5 W per gpu"),
        ("- Cluster power: 79 kW\n", "power.total 78.5..79.5 kW"),
        ("- Energy: 11.7 MWh\n", "energy.total 11.65..11.75 MWh"),
        ("- Energy per token: 0.34 J\n", "energy.per_token 0.335..0.345 J"),
        ("- Goodput: 35 requests/s\n", "rate.goodput 34.5..35.5 request/s"),
        ("- Goodput: 92%\n", "share.goodput 91.5..92.5 %"),
        ("- KV cache tokens: 1,250,000\n", "cache.tokens 1250000"),
        ("- max_num_batched_tokens: 8192\n", "limit.batched_tokens 8192 limit"),
        ("- Communication volume: 1.2 GB per step\n", "communication.bytes 1.15..1.25 GB per step"),
        ("- Checkpoint size: 840 GB\n", "storage.checkpoint 839.5..840.5 GB"),
        ("- Local disk: 3.8 TB\n", "storage.disk 3.75..3.85 TB"),
        ("- Memory bandwidth: 1.8TB\n", "hardware.memory_bandwidth 1.75..1.85 TB/s"),
        (
            "| Region | $/GPU-hour | tokens/day |\n|---|---|---|\n| west | 2.40 | 31,000 |\n",
            "cost.per_gpu_hour 2.395..2.405 USD/h per gpu; demand.tokens 30999.5..31000.5 token/day",
        ),
    ],
)
def test_a_figure_is_named_with_its_unit(text: str, expected: str) -> None:
    claims = read(text).claims
    for one in said(expected):
        assert [claim for claim in claims if one.matches(claim)], (one, claims)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("memory_bandwidth_tb_per_sec", "1.8", "hardware.memory_bandwidth 1.75..1.85 TB/s"),
        ("usd_per_gpu_hour", "2.1", "cost.per_gpu_hour 2.05..2.15 USD/h per gpu"),
        ("gpu_hours", "38400", "time.gpu_hours 38399.5..38400.5 gpu*h"),
        ("requests_per_day", "2000000", "demand.requests 1999999.5..2000000.5 request/day"),
        ("tdp_w", "700", "power.gpu 699.5..700.5 W"),
        ("energy_kwh", "850", "energy.total 849.5..850.5 kWh"),
        ("training_days", "21", "time.training 20.5..21.5 day"),
        ("usd_per_million_tokens", "0.6", "cost.per_token 0.55..0.65 USD/Mtoken"),
        ("tokens_per_second_per_gpu", "450", "rate.tokens_per_gpu 449.5..450.5 token/s per gpu"),
        ("tokens_per_gpu_per_sec", "450", "rate.tokens_per_gpu 449.5..450.5 token/s per gpu"),
    ],
)
def test_a_key_says_a_composed_unit(key: str, value: str, expected: str) -> None:
    claims = read(f'{{"{key}": {value}}}', "plan.json").claims
    (one,) = said(expected)
    assert [claim for claim in claims if one.matches(claim)], claims


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("- GPUs: 38,400 GPU-hours\n", "gpus"),
        ("- Nodes: 12 node-hours\n", "nodes"),
        ("- Tokens: 5 token-seconds\n", "batch.sequence_length"),
        ("- TP: 4 ms\n", "parallel.tensor"),
        ("- Memory used: 45%\n", "memory.used"),
        ("- GPU memory: 12 GB·s\n", "memory.capacity"),
        ("- Latency: 300 GPU-hours\n", "time.step"),
        ("- Message size: 4096\n", "communication.bytes"),
        ("We paid $40 in the end.\n", "cost.total"),
        ("# Unit cost\n\nAt the planning rate, 4 times $2.40 make $9.60.\n", "cost.total"),
        ("- flops_per_token: 6\n", "hardware.peak_flops"),
    ],
)
def test_a_unit_rules_out_what_it_does_not_fit(text: str, never: str) -> None:
    assert not [claim for claim in read(text).claims if claim.quantity == never]


def test_numbers_in_words_count_but_doubt_themselves() -> None:
    claims = read("It runs on two dozen GPUs with one expert per GPU; the other two nodes rest, and half of it is idle.\n").claims
    assert {(claim.quantity, claim.text, claim.confidence) for claim in claims} == {
        ("gpus", "two dozen GPUs", Confidence.LOW),
        ("experts.per_gpu", "one expert", Confidence.LOW),
    }
    assert read("It runs on two dozen GPUs.\n").coverage.numbers == 0


def test_coverage_tells_named_labels_and_the_rest_apart() -> None:
    found = read("# 3 Plan\n\n- GPUs: 16\n- Blorp: 7 GB of fizz\n- Quux 5 zz\n")
    coverage = found.coverage
    assert (coverage.numbers, coverage.named, coverage.labels, coverage.not_understood) == (4, 1, 1, 2)
    assert coverage.understood == 2
    assert len(found.uncovered) == coverage.not_understood


@pytest.mark.parametrize("text", ["10⁻ GB\n", "10⁹⁹⁹⁹ tokens\n", "１６ GPUs and ٣٢ more\n", "x² + ½ = ⅓\n", "① first\n", "9" * 5000])
def test_no_digit_of_any_script_is_dropped(text: str) -> None:
    found = read(text)
    assert found.coverage.numbers > 0
    assert found.coverage.understood + len(found.uncovered) == found.coverage.numbers


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ('{"link": {"type": "InfiniBand HDR", "bandwidth_gbps": 200}}', "Gbit/s", "GB/s"),
        ('{"nvlink": {"bandwidth_gbps": 900}}', "GB/s", "Gbit/s"),
    ],
)
def test_a_key_in_small_letters_leaves_bits_and_bytes_open(text: str, first: str, second: str) -> None:
    (claim,) = [one for one in read(text, "plan.json").claims if one.quantity == "hardware.link_bandwidth"]
    assert [one.unit.symbol for one in claim.readings] == [first, second]


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("| Model | TFLOP/s/GPU |\n|---|---|\n| 70B | 236.33 |\n", "rate.achieved_flops"),
        ("It needs 40 TFLOPS here.\n", "other"),
        ("- Peak compute: 989 TFLOPS\n", "hardware.peak_flops"),
        ("It moves 180 GB/s there.\n", "other"),
        ("- NVLink bandwidth: 900 GB/s\n", "hardware.link_bandwidth"),
    ],
)
def test_a_peak_is_one_only_where_the_words_say_so(text: str, quantity: str) -> None:
    found = [claim.quantity for claim in read(text).claims if claim.unit.symbol in ("TFLOPS", "GB/s")]
    assert found == [quantity]


def test_the_owners_of_a_unit_are_those_of_the_claim() -> None:
    claims = read("- Work: 2 TFLOP per GPU per step\n- Throughput: 450 tokens/s/GPU\n- Latency: 20 ms\n").claims
    assert [claim.scope.owners for claim in claims] == [("gpu", "step"), ("gpu",), ()]


@pytest.mark.parametrize(
    ("line", "value", "quantity"),
    [
        ("- Hot experts are avoided by EP=16 throughout", 16, "parallel.expert"),
        ("- Inner TP=4 for the attention", 4, "parallel.tensor"),
        ("- PP = 6 holds all of them", 6, "parallel.pipeline"),
        ("- First cut: EP = 16 GPUs", 16, "parallel.expert"),
        ("- Copies come from DP=3 alone", 3, "parallel.data"),
        ("- TP × PP × EP = 96", 96, "other"),
        ("- Sum of all: TP*PP = 24 of them", 24, "other"),
        ("- Nodes: 32 (twice as many for PP×TP×SP=24)", 24, "other"),
        ("- ... (6 more stages)", 6, "other"),
        ("- and 3 additional replicas", 3, "other"),
        ("- the 2 remaining stages idle", 2, "other"),
    ],
)
def test_a_short_name_and_an_equality_sign_set_a_degree_and_what_is_more_is_no_whole(line: str, value: int, quantity: str) -> None:
    found = [claim.quantity for claim in read(f"# Plan\n\n{line}\n").claims if claim.interval.low == value]
    assert found in ([quantity], []) if quantity in ("other", "gpus") else found == [quantity]
    assert "parallel.pipeline" not in found or quantity == "parallel.pipeline"


@pytest.mark.parametrize("verb", ["leaves", "allows", "gives us more", "still keeps"])
def test_a_share_is_what_stands_right_behind_it(verb: str) -> None:
    found = read(f"- Fit: 58% memory utilization {verb} headroom for bursts\n").claims
    assert [claim.quantity for claim in found] == ["memory.utilization"]

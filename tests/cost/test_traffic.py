from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost import traffic
from auditor.cost.amount import amount, count
from auditor.cost.grid import Grid
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.recipes import Sharding, recipe
from auditor.cost.traffic import Algorithm, Collective
from tests.cost.shapes import LLAMA_7B, LLAMA_70B, QWEN3_30B

STATE = 2 * 4096 * 8192 * 2
"""Bytes of one hidden state of Llama-3-70B: 2 sequences of 4096 tokens in 16 bits."""


@pytest.mark.parametrize(
    ("collective", "factor", "ring", "tree"),
    [
        (Collective.ALL_REDUCE, Fraction(14, 8), 14, 6),
        (Collective.REDUCE_SCATTER, Fraction(7, 8), 7, 3),
        (Collective.ALL_GATHER, Fraction(7, 8), 7, 3),
        (Collective.ALL_TO_ALL, Fraction(7, 8), 7, 3),
        (Collective.BROADCAST, Fraction(1), 7, 3),
        (Collective.SEND, Fraction(1), 1, 1),
    ],
)
def test_collectives_over_eight_ranks(collective: Collective, factor: Fraction, ring: int, tree: int) -> None:
    assert traffic.bus_bandwidth_factor(collective, 8).value == factor
    assert traffic.messages(collective, 8) == ring
    assert traffic.messages(collective, 8, Algorithm.TREE) == tree
    assert traffic.bus_bandwidth_factor(collective, 1).value == 0
    assert traffic.messages(collective, 1) == 0


@given(st.integers(1, 300))
def test_a_ring_all_reduce_moves_what_its_two_halves_move(ranks: int) -> None:
    """Simulate the ring: every rank passes n - 1 chunks on to reduce and n - 1 to gather."""
    chunk = Fraction(1, ranks)
    sent = sum((chunk for _ in range(2 * (ranks - 1))), Fraction(0))
    payload = amount("S", 1, "GB")
    assert traffic.wire_bytes(Collective.ALL_REDUCE, payload, ranks).in_unit("GB") == sent
    halves = traffic.wire_bytes(Collective.REDUCE_SCATTER, payload, ranks) + traffic.wire_bytes(Collective.ALL_GATHER, payload, ranks)
    assert halves.in_unit("GB") == sent


def test_time_of_a_collective() -> None:
    found = traffic.collective_time(Collective.ALL_REDUCE, amount("S", 4, "GB"), 8, amount("BW", 350, "GB/s"), amount("alpha", 5, "us"))
    assert found.in_unit("ms") == Fraction(7, 350) * 1000 + Fraction(14 * 5, 1000)
    with pytest.raises(ImpossiblePlanError, match="link_bandwidth"):
        traffic.collective_time(Collective.SEND, amount("S", 4, "GB"), 2, amount("BW", 0, "GB/s"))


def test_sequence_parallelism_moves_the_same_forward_and_two_gathers_more_backward() -> None:
    plain = traffic.tensor_parallel_per_layer(LLAMA_70B, Grid(tp=8), 2, 4096).value
    sequence = traffic.tensor_parallel_per_layer(LLAMA_70B, Grid(tp=8, sp=True), 2, 4096).value
    assert plain == 4 * Fraction(14, 8) * STATE
    assert sequence == plain + 2 * Fraction(7, 8) * STATE
    forward = traffic.tensor_parallel_per_layer(LLAMA_70B, Grid(tp=8, sp=True), 2, 4096, training=False).value
    assert forward == 2 * Fraction(14, 8) * STATE


def test_pipeline_context_and_experts() -> None:
    assert traffic.pipeline_per_micro_batch(LLAMA_70B, Grid(pp=4), 2, 4096).value == 2 * STATE
    assert traffic.pipeline_per_micro_batch(LLAMA_70B, Grid(tp=8, pp=4, vp=5, sp=True), 2, 4096).value == 2 * 5 * Fraction(STATE, 8)
    assert traffic.pipeline_per_micro_batch(LLAMA_70B, Grid(), 2, 4096).value == 0
    ring = traffic.context_parallel_per_layer(LLAMA_70B, Grid(cp=4), 2, 4096, training=False).value
    assert ring == 3 * 2 * 1024 * 2 * 8 * 128 * 2
    assert traffic.context_parallel_per_layer(LLAMA_70B, Grid(cp=4), 2, 4096).value == 3 * ring
    copies = 4096 * 8 * 2048
    found = traffic.expert_parallel_per_layer(QWEN3_30B, Grid(dp=8, ep=8), 1, 4096, dispatch_bytes=1, training=False).value
    assert found == Fraction(7, 8) * copies * (1 + 2)
    assert traffic.expert_parallel_per_layer(LLAMA_7B, Grid(), 1, 4096).value == 0


def test_data_parallelism() -> None:
    parameters = count("N", 10**9)
    bf16, mixed = recipe("megatron-bf16"), recipe("zero-mixed")
    plain = traffic.data_parallel_per_step(parameters, mixed, Sharding.NONE, 8).per_step
    sharded = traffic.data_parallel_per_step(parameters, mixed, Sharding.OPTIMIZER, 8).per_step
    assert plain.value == sharded.value == Fraction(14, 8) * 2 * 10**9
    assert traffic.data_parallel_per_step(parameters, bf16, Sharding.OPTIMIZER, 8).per_step.value == Fraction(7, 8) * 6 * 10**9
    fully = traffic.data_parallel_per_step(parameters, mixed, Sharding.PARAMETERS, 8, 4).per_step
    assert fully.value == 4 * 3 * Fraction(7, 8) * 2 * 10**9
    assert (
        traffic.data_parallel_per_step(parameters, recipe("fsdp-fp32"), Sharding.PARAMETERS, 8).per_step.value
        == 3 * Fraction(7, 8) * 2 * 10**9
    )


def test_exposed_share() -> None:
    step, sent = amount("step", 100, "ms"), amount("comm", 30, "ms")
    assert traffic.exposed(sent, amount("hidden", 20, "ms"), step).value == Fraction(1, 10)
    assert traffic.exposed(sent, amount("hidden", 50, "ms"), step).value == 0

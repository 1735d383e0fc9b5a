"""Words that say a number is what was, what is reached, or by how much something changed."""

from __future__ import annotations

import pytest

from auditor.pipeline import read_claims
from auditor.read import decode


def read(text: str) -> list[tuple[str, str, str]]:
    claims = read_claims(decode(text.encode(), "report.md")).claims
    return [(claim.text, claim.quantity, claim.role.value) for claim in claims]


@pytest.mark.parametrize("word", ["formerly", "previously", "was", "originally"])
def test_what_was(word: str) -> None:
    text = f"# Plan\n\n- Layers per stage: 4 ({word} 8)\n"
    assert read(text) == [("4", "layers.per_stage", "actual"), ("8", "layers.per_stage", "previous")]


@pytest.mark.parametrize("word", ["Reached", "Achieved"])
def test_what_is_reached_has_its_name_from_the_heading(word: str) -> None:
    assert read(f"## Latency\n\n- Target: 50ms\n- {word}: 35ms\n") == [("50ms", "time.step", "target"), ("35ms", "time.step", "actual")]


@pytest.mark.parametrize("word", ["fell", "rose", "reduced", "grew"])
def test_a_change_is_no_figure_of_its_own(word: str) -> None:
    text = f"- Communication overhead {word} by 99%: from 156.2% to 1.5%\n"
    assert read(text) == [
        ("99%", "change", "actual"),
        ("156.2%", "share.communication", "previous"),
        ("1.5%", "share.communication", "actual"),
    ]


@pytest.mark.parametrize("label", ["GPUs in total", "Total GPUs", "GPUs in use", "GPUs used"])
def test_how_many_gpus_there_are_in_all(label: str) -> None:
    assert read(f"- {label}: 16\n") == [("16", "gpus", "actual")]


@pytest.mark.parametrize("word", ["missing", "omitted", "overlooked"])
def test_what_was_left_out_before_is_there_now(word: str) -> None:
    assert read(f"**KV Cache (previously {word}):**\n\n- KV cache: 12 GB\n")[-1] == ("12 GB", "memory.kv_cache", "actual")
    assert read("**KV Cache (previously):**\n\n- KV cache: 12 GB\n")[-1] == ("12 GB", "memory.kv_cache", "previous")


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("- TPOT: 9.1ms (before) vs 3.4ms (now)\n", ["previous", "actual"]),
        ("- TPOT: 3.4ms (now) vs 9.1ms (before)\n", ["actual", "previous"]),
        ("- TPOT: 3.4ms vs 9.1ms\n", ["actual", "previous"]),
        ("- TPOT: 3.4ms vs 9.1ms (one request)\n", ["actual", "previous"]),
    ],
)
def test_brackets_say_which_of_two_figures_is_the_plans(text: str, roles: list[str]) -> None:
    assert [role for _, _, role in read(text)] == roles


@pytest.mark.parametrize("word", ["Reduced", "Increased", "Lowered"])
def test_what_is_changed_to_a_figure_is_that_figure(word: str) -> None:
    text = f"- **Communication Overhead**: {word} to 1.5% (from 156.2%)\n"
    assert read(text) == [("1.5%", "share.communication", "actual"), ("156.2%", "share.communication", "previous")]


@pytest.mark.parametrize("word", ["Reducing", "Lowers", "Cutting"])
def test_by_how_much_something_changes(word: str) -> None:
    assert read(f"1. {word} communication overhead by 75% through smaller groups\n") == [("75%", "change", "actual")]


def test_what_meets_a_requirement_is_reached() -> None:
    assert read("- Throughput requirement met: 83 tokens/ms\n") == [("83 tokens/ms", "rate.tokens", "actual")]
    assert read("- Throughput requirement: 83 tokens/ms\n") == [("83 tokens/ms", "rate.tokens", "target")]


def test_what_comes_of_reaching_a_target_is_no_target() -> None:
    assert read("## Achieving Target Rates\n\n- Effective rate: 83 tokens/ms\n") == [("83 tokens/ms", "rate.tokens", "actual")]
    assert read("## Thresholds\n\n- Maximum TTFT: 4 s\n") == [("4 s", "time.ttft", "target")]


def test_batches_are_counted_not_sized() -> None:
    assert [one for one in read("- **Data Parallel (DP)**: outside the model, 8 independent batches\n") if one[1] == "batch.global"] == []
    assert read("- Batch: 8 sequences\n") == [("8 sequences", "batch.global", "actual")]


def test_the_capacity_to_compute_is_no_memory() -> None:
    assert read("- **Compute Utilization**: <20% of GPU capacity\n") == [("<20%", "share.compute_utilization", "actual")]
    assert read("- Keeping compute headroom (>80%)\n") == [(">80%", "share.of", "actual")]
    assert read("- **Memory Utilization**: 20% of GPU capacity\n") == [("20%", "memory.utilization", "actual")]


@pytest.mark.parametrize("lead", ["One replica meets the throughput requirements", "It exceeds all targets", "No second replica needed"])
def test_what_is_met_or_not_needed_is_not_asked(lead: str) -> None:
    assert read(f"**Analysis:** {lead}:\n- Throughput: 83 tokens/ms\n") == [("83 tokens/ms", "rate.tokens", "actual")]


@pytest.mark.parametrize("sign", [">", ">=", "≥", "<", "≤"])
def test_what_stands_before_a_comparison_is_what_is(sign: str) -> None:
    found = read(f"## Targets\n\n- Load balance: 93% {sign} 91% target\n")
    assert [role for _, _, role in found] == ["actual", "target"]

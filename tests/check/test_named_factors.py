"""Arithmetic in brackets whose factors are named before their numbers, and formats of numbers as factors."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source
from auditor.read import decode


def codes(text: str) -> set[str]:
    return {one.code for one in audit_source(decode(text.encode(), "plan.md")).findings}


@pytest.mark.parametrize(
    "text",
    [
        "- Activations: 48 GB (batch 64 × sequence 4096 × 2048 × 12 layers × 2 bytes)\n",
        "- Buffers: 9 GB (micro-batch 4 × max seq 8192 × 5120 × 2 bytes ÷ 8 TP)\n",
        "- Hidden states: 12 MB (batch 4 × 8192 × 1024 × BF16)\n",
        "- Logits: 7.5 GB (batch 16 x seq 2048 x vocabulary 32000 x 4 bytes)\n",
        "- Work: 310 GFLOP (tokens 512 × 2 FLOP × 1024 × 4096)\n",
    ],
)
def test_named_factors_are_multiplied(text: str) -> None:
    assert "ARI001" in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "- Activations: 12.9 GB (batch 64 × sequence 4096 × 2048 × 12 layers × 2 bytes)\n",
        "- Buffers: 42 MB (micro-batch 4 × max seq 8192 × 5120 × 2 bytes ÷ 8 TP)\n",
        "- Hidden states: 67 MB (batch 4 × 8192 × 1024 × BF16)\n",
        "- Activations: 48 GB (batch 64, sequence 4096, 12 layers)\n",
        "- Activations: 48 GB (batch 64 × sequence 4096)\n",
        "- Cache: 30 GB (up to 64 × 4096 tokens of FP8 beside 2 bytes of scale)\n",
    ],
)
def test_what_agrees_or_only_describes_is_left(text: str) -> None:
    assert "ARI001" not in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Interleaving keeps p·(1 + 3/20) = 4.6 stage-loads alive.\n",
        "| | A: TP16 | B: TP8 |\n|---|---|---|\n| Cached tokens (M) | 1.10 | 2.31 |\n",
    ],
)
def test_a_figure_that_no_name_calls_a_degree_may_be_broken(text: str) -> None:
    assert "ARI009" not in codes(text)


@pytest.mark.parametrize("text", ["- TP degree: 2.5\n", "- Pipeline stages: 3.5\n", "Launched with TP=1.5 here.\n"])
def test_a_broken_degree_is_found(text: str) -> None:
    assert "ARI009" in codes(text)


def test_memory_that_is_added_up_is_not_the_capacity_of_a_gpu() -> None:
    text = "# TPU-v5p\n\n## Hardware\n\n- Memory: 44.5 GB (arguments) + 44.5 GB (outputs) + 55.9 GB (temporary) = 144.9 GB\n"
    assert "HAR001" not in codes(text)


def test_models_above_a_size_are_not_the_model() -> None:
    text = "For 100B+ models checkpointing is on.\n\n- Layers: 32\n- Hidden size: 4096\n- FFN hidden size: 14336\n- Attention heads: 32\n"
    assert "PAR001" not in codes(text)

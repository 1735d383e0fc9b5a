"""An open bound has no value on its open side: `at least 80 GB` is no 0 GB, nor 80 GB and no more."""

from __future__ import annotations

import pytest

from tests.check.of_category import codes


@pytest.mark.parametrize("capacity", ["at least 80 GB", "> 80 GB", "80 GB+", "more than 80 GB"])
def test_a_capacity_open_above_is_passed_by_nothing(capacity: str) -> None:
    text = f"# Plan\n\n- GPU memory capacity: {capacity}\n- Memory used per GPU: 96 GB\n"
    assert "over-capacity" not in codes(text, "memory")


@pytest.mark.parametrize("capacity", ["80 GB", "at most 80 GB", "up to 80 GB"])
def test_a_capacity_closed_above_is_passed(capacity: str) -> None:
    text = f"# Plan\n\n- GPU memory capacity: {capacity}\n- Memory used per GPU: 96 GB\n"
    assert "over-capacity" in codes(text, "memory")


def test_a_size_open_above_fits_every_larger_shape() -> None:
    shape = "- Layers: 80\n- Hidden size: 8192\n- Attention heads: 64\n- KV heads: 8\n- FFN hidden size: 28672\n- Vocabulary: 128256\n"
    assert not codes(f"# Model\n\n- Parameters: more than 40B\n{shape}", "params")
    assert codes(f"# Model\n\n- Parameters: 40B\n{shape}", "params")

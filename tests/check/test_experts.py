"""Expert rules and checks on small reports."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.check import of_category


def codes(text: str) -> set[str]:
    return of_category.codes(f"# Experts\n\n{text}", "experts")


@settings(max_examples=40, deadline=None)
@given(ep=st.sampled_from([2, 4, 8, 16]), share=st.integers(1, 16), other=st.integers(1, 64))
def test_experts_are_ranks_times_share(ep: int, share: int, other: int) -> None:
    text = f"- Experts per layer: {ep * share}\n- Expert parallelism: {ep}-way\n- Experts per GPU: "
    assert not codes(f"{text}{share}\n")
    assume(other != share)
    assert codes(f"{text}{other}\n") == {"experts-per-gpu"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- Experts per layer: 64\n- EP: 16\n- PP: 4\n- Layers: 16\n- Experts per GPU: 16 over its 4 layers\n", set()),
        ("- Experts per layer: 64\n- EP: 16\n- TP: 2\n- Experts per GPU: 2\n", set()),
        ("- Experts per layer: 64\n- EP: 16\n- TP: 4\n- Experts per GPU: 2\n", {"experts-per-gpu"}),
        ("- Experts per layer: 32\n- PP: 4\n- Experts per stage: 8\n", {"experts-per-stage"}),
        ("- Experts per layer: 32\n- PP: 4\n- Experts per stage: 32\n", set()),
        ("- Experts per layer: 32\n- PP: 4\n- Layers per stage: 6\n- Experts per stage: 192\n", set()),
        ("- Total GPUs: 32\n- PP: 4\n- Experts per layer: 64\n- Experts per GPU: 2\n", {"layer-without-experts"}),
        ("- Total GPUs: 32\n- PP: 4\n- Experts per layer: 64\n- Experts per GPU: 8\n", set()),
        ("- Experts per layer: 16\n- Top-k: 2\n", set()),
        ("- Experts per layer: 2\n- Top-k: 4\n", {"active-experts"}),
        ("- Total GPUs: 16\n- Experts per layer: 64\n- Experts per GPU: 2\n", {"experts-over-gpus"}),
    ],
)
def test_small_reports(text: str, found: set[str]) -> None:
    assert codes(text) == found


def test_redundant_copies_are_named() -> None:
    text = "- Experts per layer: 256\n- EP: 32\n- Experts per GPU: 9\n"
    assert codes(text) == {"experts-per-gpu"}
    assert not codes(text + "\nEPLB places redundant experts.\n")


class TestAcrossLayers:
    text = "- Layers: 24\n- PP: {pp}\n- Expert distribution: 2 experts per GPU {words}\n"

    def test_all_layers_of_a_pipeline(self) -> None:
        assert codes(self.text.format(pp=4, words="across 24 layers")) == {"experts-across-stages"}

    @pytest.mark.parametrize("words", ["across the 6 layers of its stage", "in 24 experts' worth of memory", "x 24 layers = 48"])
    def test_other_words_say_nothing(self, words: str) -> None:
        assert "experts-across-stages" not in codes(self.text.format(pp=4, words=words))

    def test_without_a_pipeline_a_gpu_has_all_layers(self) -> None:
        assert not codes(self.text.format(pp=1, words="across 24 layers"))

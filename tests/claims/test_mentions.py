from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.mentions import listed, mentions, of_key
from auditor.cost.layout.placement import Ids

NOUNS = frozenset("gpu gpus layer layers expert experts head heads node nodes token tokens group groups stage stages way ways".split())


def named(text: str) -> list[tuple[str, str]]:
    return [(mention.kind, str(mention.ids)) for mention in mentions(text, NOUNS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPUs 0-31", [("gpu", "0-31")]),
        ("GPUs [0, 1, 2]", [("gpu", "0-2")]),
        ("[GPU0, GPU1] hold layers 0-7", [("gpu", "0-1"), ("layer", "0-7")]),
        ("GPU 0 to GPU 7", [("gpu", "0-7")]),
        ("GPUs 0, 2, ..., 8", [("gpu", "0, 2, 4, 6, 8")]),
        ("across GPUs 0-1 and 4-5", [("gpu", "0-1, 4-5")]),
        ("Pipeline Stage 0 (Layers 0-3)", [("stage", "0"), ("layer", "0-3")]),
        ("Tensor-parallel group 3", [("tensor group", "3")]),
        ("Expert Parallel Group 1", [("expert group", "1")]),
        ("global ranks 8-15", [("gpu", "8-15")]),
        ("Layers 0–19 (20 layers)", [("layer", "0-19")]),
    ],
)
def test_ids_are_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "32 GPUs",
        "GPUs: 8",
        "per GPU 16 experts",
        "GPU 80GB",
        "ZeRO stage 3",
        "TP rank 2",
        "GPU 4 layers",
        "GPUs 1,152",
        "stage 1/4",
        "8-GPU node",
        "GPU 12.5%",
    ],
)
def test_counts_and_other_numbers_are_no_ids(text: str) -> None:
    assert named(text) == []


def test_a_number_that_counts_ends_the_list() -> None:
    assert named("GPU 0, 16 experts") == [("gpu", "0")]


@pytest.mark.parametrize(
    ("key", "owner", "holds", "counts"),
    [
        ("stage_0", ("stage", 0), "", ""),
        ("pipelineStage1", ("stage", 1), "", ""),
        ("tp_group_3", ("tensor group", 3), "", ""),
        ("stage_0_devices", ("stage", 0), "gpu", ""),
        ("gpu_ids", None, "gpu", ""),
        ("expert_range", None, "expert", ""),
        ("layer_count", None, "", "layer"),
        ("layers_per_stage", None, "", ""),
        ("tensor_parallel_rank", None, "", ""),
        ("gpu_memory_gb", None, "", ""),
    ],
)
def test_keys(key: str, owner: tuple[str, int] | None, holds: str, counts: str) -> None:
    found = of_key(key)
    assert (found.owner and (found.owner.kind, found.owner.single)) == owner
    assert (found.holds, found.counts) == (holds, counts)


def test_a_text_that_is_nothing_but_ids() -> None:
    found = listed("[0-3, 8]", "gpu")
    assert found is not None
    assert str(found.ids) == "0-3, 8"
    assert listed("all_16_experts", "expert") is None
    assert listed("64 (0)", "gpu") is None


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for mention in mentions(text, NOUNS):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.ids
    of_key(text)
    listed(text, "gpu")


@given(
    st.integers(0, 5000),
    st.integers(1, 500),
    st.sampled_from(["GPUs {}-{}", "GPUs [{}-{}]", "GPU {} to {}", "gpus {} – {}", "GPU{}-GPU{}"]),
)
def test_ranges_are_read_back(first: int, more: int, form: str) -> None:
    assert [str(mention.ids) for mention in mentions(form.format(first, first + more))] == [str(Ids.of([(first, first + more)]))]


@given(st.lists(st.integers(0, 900), min_size=2, max_size=12, unique=True))
def test_lists_are_read_back(ids: list[int]) -> None:
    assert [mention.ids for mention in mentions(f"GPUs [{', '.join(map(str, ids))}] work")] == [Ids.each(ids)]

"""The placement reader: one layout written in many ways is read back the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.claims.placement import Placements, read
from auditor.cost.layout.placement import Ids
from auditor.parse import parse
from auditor.read import decode
from auditor.rulebook import load


def placements(text: str, name: str = "report.md") -> Placements:
    return read(parse(decode(text.encode(), name)), load().lexicon)


def sets(found: Placements, owner: str, kind: str) -> list[dict[int, str]]:
    return [{member.owner.id: str(member.ids) for member in series.members} for series in found.of(owner, kind)]


@dataclass(frozen=True)
class Layout:
    """Stages of `gpus` GPUs and `layers` layers each, ids counted from `first`."""

    stages: int
    gpus: int
    layers: int
    first: int

    def stage_gpus(self, stage: int) -> tuple[int, int]:
        start = self.first + stage * self.gpus
        return start, start + self.gpus - 1

    def stage_layers(self, stage: int) -> tuple[int, int]:
        start = self.first + stage * self.layers
        return start, start + self.layers - 1

    def sets(self, of: Callable[[int], tuple[int, int]]) -> dict[int, str]:
        return {stage: str(Ids.of([of(stage)])) for stage in range(self.stages)}


def span(noun: str, ids: tuple[int, int]) -> str:
    return f"{noun} {ids[0]}" if ids[0] == ids[1] else f"{noun}s {ids[0]}-{ids[1]}"


def bullets(plan: Layout) -> str:
    return "".join(
        f"- **Stage {one}**: {span('Layer', plan.stage_layers(one))} ({span('GPU', plan.stage_gpus(one))})\n" for one in range(plan.stages)
    )


def nested(plan: Layout) -> str:
    return "".join(
        f"- Stage {one}\n  - GPUs: {plan.stage_gpus(one)[0]}-{plan.stage_gpus(one)[1]}\n"
        f"  - Layers: {plan.stage_layers(one)[0]}-{plan.stage_layers(one)[1]}\n"
        for one in range(plan.stages)
    )


def headings(plan: Layout) -> str:
    return "".join(
        f"### Stage {one} ({span('GPU', plan.stage_gpus(one))})\n\nHolds {span('layer', plan.stage_layers(one))}.\n\n"
        for one in range(plan.stages)
    )


def tree(plan: Layout) -> str:
    lines = [
        f"├── Stage {one}: {span('GPU', plan.stage_gpus(one))} → {span('Layer', plan.stage_layers(one))}" for one in range(plan.stages)
    ]
    return "```\nMapping\n" + "\n".join(lines) + "\n```\n"


def sentence(plan: Layout) -> str:
    return (
        " and ".join(
            f"stage {one} runs {span('layer', plan.stage_layers(one))} on {span('GPU', plan.stage_gpus(one))}" for one in range(plan.stages)
        )
        + ".\n"
    )


def table_of_stages(plan: Layout) -> str:
    rows = "".join(
        f"| {one} | {span('GPU', plan.stage_gpus(one))} | {span('Layer', plan.stage_layers(one))} |\n" for one in range(plan.stages)
    )
    return "| Stage | GPUs | Layers |\n|---|---|---|\n" + rows


def table_of_gpus(plan: Layout) -> str:
    rows = "".join(
        f"| {gpu} | Stage {one} | {plan.stage_layers(one)[0]}-{plan.stage_layers(one)[1]} |\n"
        for one in range(plan.stages)
        for gpu in range(plan.stage_gpus(one)[0], plan.stage_gpus(one)[1] + 1)
    )
    return "| GPU ID | Stage | Layers |\n|---|---|---|\n" + rows


def keyed(plan: Layout) -> str:
    return json.dumps(
        {
            "mapping": {
                f"stage_{one}": {
                    "gpus": list(range(plan.stage_gpus(one)[0], plan.stage_gpus(one)[1] + 1)),
                    "layers": "{}-{}".format(*plan.stage_layers(one)),
                }
                for one in range(plan.stages)
            }
        },
        indent=2,
    )


def listed(plan: Layout) -> str:
    return json.dumps(
        {
            "stages": [
                {"stage": one, "gpus": "{}-{}".format(*plan.stage_gpus(one)), "layer_range": list(plan.stage_layers(one))}
                for one in range(plan.stages)
            ]
        }
    )


def by_gpu(plan: Layout) -> str:
    return json.dumps(
        {
            "device_mapping": {
                f"gpu_{gpu}": {"stage": one, "layers": "{}-{}".format(*plan.stage_layers(one))}
                for one in range(plan.stages)
                for gpu in range(plan.stage_gpus(one)[0], plan.stage_gpus(one)[1] + 1)
            }
        }
    )


MARKDOWN = [bullets, nested, headings, tree, sentence, table_of_stages, table_of_gpus]
DATA = [keyed, listed, by_gpu]
layouts = st.builds(Layout, st.integers(2, 6), st.integers(2, 6), st.integers(2, 9), st.sampled_from([0, 1]))


@pytest.mark.parametrize("style", MARKDOWN, ids=[style.__name__ for style in MARKDOWN])
@settings(max_examples=25, deadline=None)
@given(plan=layouts)
def test_a_layout_is_read_back_from_markdown(style: Callable[[Layout], str], plan: Layout) -> None:
    found = placements("# Plan\n\n" + style(plan))
    assert plan.sets(plan.stage_gpus) in sets(found, "stage", "gpu")
    assert plan.sets(plan.stage_layers) in sets(found, "stage", "layer")
    assert all(series.complete or min(series.numbers) > 1 for series in found.of("stage", "gpu"))


@pytest.mark.parametrize("style", DATA, ids=[style.__name__ for style in DATA])
@settings(max_examples=25, deadline=None)
@given(plan=layouts)
def test_a_layout_is_read_back_from_data(style: Callable[[Layout], str], plan: Layout) -> None:
    found = placements(style(plan), "plan.json")
    assert plan.sets(plan.stage_gpus) in sets(found, "stage", "gpu")
    assert plan.sets(plan.stage_layers) in sets(found, "stage", "layer")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="GPU gpus stage layer group 0123456789-,:[](){}|#*\n.…├─\"'", max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    source = f"{text}\n"
    found = placements(source)
    for one in found.items:
        assert 0 <= one.span.start <= one.span.end <= len(source)
        assert one.ids


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.one_of(
            st.integers(-3, 40),
            st.booleans(),
            st.none(),
            st.sampled_from(["0-7", "gpu_3", "[0, 1]", "layers 0-3", "8"]),
            st.lists(st.integers(0, 9), max_size=4),
        ),
        lambda inner: st.dictionaries(
            st.sampled_from(["stage_0", "stage_1", "gpus", "gpu", "layers", "tp_group", "gpu_id", "expert_0", "stages", "nodes"]),
            inner,
            max_size=4,
        ),
        max_leaves=12,
    )
)
def test_no_object_breaks_it(value: object) -> None:
    placements(json.dumps(value), "plan.json")


def test_groups_inside_a_stage_know_it() -> None:
    found = placements(
        "## Stage 0\n\n- TP Group 0: GPUs 0-3\n- TP Group 1: GPUs 4-7\n\n## Stage 1\n\n- TP Group 0: GPUs 8-11\n- TP Group 1: GPUs 12-15\n"
    )
    assert [[str(owner) for owner in series.within] for series in found.of("tensor group", "gpu")] == [["stage 0"], ["stage 1"]]
    assert sets(found, "stage", "gpu") == [{0: "0-7", 1: "8-15"}]
    assert not any(member.exact for series in found.of("stage", "gpu") for member in series.members)


def test_an_ellipsis_makes_a_series_incomplete() -> None:
    (series,) = placements("```\nStage 0: GPUs 0-3\nStage 1: GPUs 4-7\n...\nStage 7: GPUs 28-31\n```\n").of("stage", "gpu")
    assert series.elided
    assert not series.complete


def test_two_ids_in_an_array_are_what_the_neighbours_make_of_them() -> None:
    ranges = '{"stage_0": {"layers": [0, 19]}, "stage_1": {"layers": [20, 39]}}'
    assert sets(placements(ranges, "a.json"), "stage", "layer") == [{0: "0-19", 1: "20-39"}]
    pairs = '{"stage_0": {"layers": [0, 2]}, "stage_1": {"layers": [1, 3]}}'
    assert sets(placements(pairs, "a.json"), "stage", "layer") == [{0: "0, 2", 1: "1, 3"}]
    neither = '{"stage_0": {"layers": [0, 7]}, "stage_1": {"layers": [20, 39]}}'
    assert sets(placements(neither, "a.json"), "stage", "layer") == []


def test_ranges_given_by_their_ends() -> None:
    text = '{"stage_0": {"layer_start": 0, "layer_end": 7}, "stage_1": {"start_layer": 8, "end_layer": 15}}'
    assert sets(placements(text, "a.json"), "stage", "layer") == [{0: "0-7", 1: "8-15"}]


def test_counts_are_told_from_ids() -> None:
    found = placements('{"node_0": {"gpus": 8, "layers": 40}, "node_1": {"gpus": 8, "layers": 40}}', "a.json")
    assert found.series == ()
    same = placements('{"node_0": {"gpu": 8}, "node_1": {"gpu": 8}}', "a.json")
    assert same.series == ()


def test_a_table_of_configurations_places_nothing() -> None:
    assert (
        placements(
            "| Model | GPUs | TP | PP | Layers |\n|---|---|---|---|---|\n| 8B | 8 | 1 | 1 | 32 |\n| 70B | 128-512 | 8 | 4 | 80 |\n"
        ).series
        == ()
    )


def test_groups_described_by_size() -> None:
    found = placements("## Stage 0 (32 GPUs)\n\n- 4 TP groups of 8 GPUs each\n- Within each EP group (16 GPUs): all-to-all\n")
    assert [(size.kind, size.count, size.size, str(size.owner)) for size in found.sizes] == [
        ("tensor group", 4, 8, "stage 0"),
        ("expert group", None, 16, "stage 0"),
    ]
    assert [(str(owner), count.number) for owner, count in found.counts] == [("stage 0", 32)]


def test_a_count_beside_a_range() -> None:
    (series,) = placements("- Stage 0: GPUs 0-31 (32 GPUs)\n- Stage 1: GPUs 32-63 (16 GPUs per rail)\n").of("stage", "gpu")
    assert [member.beside and member.beside.number for member in series.members] == [32, None]

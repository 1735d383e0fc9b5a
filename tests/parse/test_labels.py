from __future__ import annotations

import pytest

from auditor.parse.inline import scan
from auditor.parse.labels import split_label, split_pieces
from auditor.spans import Text


def pieces(line: str) -> list[tuple[str | None, str]]:
    return [(piece.label.content if piece.label else None, piece.value.content) for piece in split_pieces(scan(Text.of(line)))]


@pytest.mark.parametrize(
    ("line", "label", "value"),
    [
        ("**Degree**: 4-way (from 8)", "Degree", "4-way (from 8)"),
        ("**Degree:** 4-way", "Degree", "4-way"),
        ("**Step** - 27 ms", "Step", "27 ms"),
        ("`tp_size` – 4", "tp_size", "4"),
        ("**TP** = 4", "TP", "4"),
        ("**Stage 0** (layers 0-7): GPUs 0-3", "Stage 0 (layers 0-7)", "GPUs 0-3"),
        ("Total GPUs: 16", "Total GPUs", "16"),
        ("Total GPUs = 4 × 4 = 16", "Total GPUs", "4 × 4 = 16"),
        ("n_gpus = EP × PP = 256 × 1 = 256", "n_gpus", "EP × PP = 256 × 1 = 256"),
        ("tp_size=4", "tp_size", "4"),
        ("H100 = 80GB", "H100", "80GB"),
        ("Latency (p99: worst): 5ms", "Latency (p99: worst)", "5ms"),
        ("Latency:27ms", "Latency", "27ms"),
        ("✅ Latency: 27ms", "Latency", "✅ 27ms"),
        ("[x] Checked: 8", "Checked", "[x] 8"),
        ("📊 Memory: 5 GB", "Memory", "5 GB"),
        ("[12:30:01] throughput: 5", "[12:30:01] throughput", "5"),
        ("**Per GPU:**", "Per GPU", ""),
        ("GPUs：16", "GPUs", "16"),
    ],
)
def test_a_line_gives_itself_a_label(line: str, label: str, value: str) -> None:
    assert pieces(line) == [(label, value)]


@pytest.mark.parametrize(
    "line",
    [
        "just text with 8 GPUs",
        "3:1 ratio",
        "at 12:30 we ran it",
        "http://example.com/8",
        "localhost:8000",
        "64 experts / 4 = 16",
        "TP2 × EP4 = 8 GPUs",
        "TP=4, PP=2",
        "PP=2×TP=4×SP=1",
        "EP=16 leaves most of the GPUs idle",
        "It ran. Then it said: 5",
        "a -- b",
        "x == 5",
        "std::vector",
        "plain - dash 8",
    ],
)
def test_a_line_without_a_label_is_left_whole(line: str) -> None:
    assert pieces(line) == [(None, line)]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("**A**: 1 | **B**: 2", [("A", "1"), ("B", "2")]),
        ("a: 1; b: 2", [("a", "1"), ("b", "2")]),
        ("TP: 4, PP: 2", [("TP", "4"), ("PP", "2")]),
        ("Setup: TP: 4, PP: 2", [("Setup", ""), ("TP", "4"), ("PP", "2")]),
        ("GPUs: 16    TP: 4", [("GPUs", "16"), ("TP", "4")]),
        ("Prefill: 5ms / Decode: 8ms", [("Prefill", "5ms"), ("Decode", "8ms")]),
        ("**Target**: 50ms **Reached**: 35ms", [("Target", "50ms"), ("Reached", "35ms")]),
        ("Rate: 8 of 9, good", [("Rate", "8 of 9, good")]),
        ("Sizes: 1,024, 2,048", [("Sizes", "1,024, 2,048")]),
        ("Time: 5ms (a: 1, b: 2)", [("Time", "5ms (a: 1, b: 2)")]),
    ],
)
def test_several_labels_on_one_line(line: str, read: list[tuple[str | None, str]]) -> None:
    assert pieces(line) == read


def test_label_and_value_stand_where_they_are_written() -> None:
    line = "- ✅ **Latency**: **27ms** of `50ms`"
    piece = split_label(scan(Text.of(line)).slice(2, 99))
    assert piece.label is not None
    span = piece.label.whole
    assert line[span.start : span.end] == "Latency"
    at = piece.value.content.index("50ms")
    span = piece.value.text.span(at, at + 4)
    assert line[span.start : span.end] == "50ms"

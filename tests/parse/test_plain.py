from __future__ import annotations

from textwrap import dedent

from auditor.statements import Kind
from tests.parse.reading import document, shown, values, where


def fence(text: str) -> str:
    return "```\n" + dedent(text).strip("\n") + "\n```\n"


def test_key_value_lines_nest_by_column() -> None:
    text = fence("""
        Stage 0:
          GPUs: 0-3
          layers = 8
        Total GPUs: 4 × 4 = 16

        Other
          x: 1
    """)
    assert shown(text) == [
        "head [] Stage 0",
        "entry [^Stage 0 > .GPUs] 0-3",
        "entry [^Stage 0 > .layers] 8",
        "entry [.Total GPUs] 4 × 4 = 16",
        "head [] Other",
        "entry [^Other > .x] 1",
    ]


def test_a_title_stands_over_lines_of_its_own_column_up_to_a_blank_line() -> None:
    text = fence("""
        Memory:
        weights: 5
        - kv: 3

        total: 8
    """)
    assert values(text) == {"^Memory > .weights": "5", "^Memory > .weights > kv": "3", ".total": "8"}


def test_trees() -> None:
    text = fence("""
        Per-GPU memory:
        ├── Model Weights: 17.5GB (25.7%)
        │   ├── Attention: 5GB
        │   └── MLP: 12.5GB
        ├── KV cache
        │   └── Prefill: 4GB
        └── Total: 64GB
    """)
    assert shown(text) == [
        "head [] Per-GPU memory",
        "tree [^Per-GPU memory > Model Weights] 17.5GB (25.7%)",
        "tree [^Per-GPU memory > Model Weights > Attention] 5GB",
        "tree [^Per-GPU memory > Model Weights > MLP] 12.5GB",
        "tree [^Per-GPU memory] KV cache",
        "tree [^Per-GPU memory > KV cache > Prefill] 4GB",
        "tree [^Per-GPU memory > Total] 64GB",
    ]
    read = document(text).statements
    assert [one.parent for one in read] == [None, 0, 1, 1, 0, 4, 0]
    assert where(text, "5GB") == (4, 20)


def test_trees_of_plain_signs() -> None:
    text = fence("""
        Cluster
        |-- Node 0: 8 GPUs
        |   `-- Stage 0: 4
        +-- Node 1: 8 GPUs
    """)
    assert values(text) == {"^Cluster > Node 0": "8 GPUs", "^Cluster > Node 0 > Stage 0": "4", "^Cluster > Node 1": "8 GPUs"}


def test_bullets_and_ticks() -> None:
    text = fence("""
        - Latency: 5ms
          * p99: 9ms
        1. Step: 2
        ✓ Memory check: 5 < 8
        • TP: 4
    """)
    assert shown(text) == [
        "item [Latency] 5ms",
        "head [Latency] p99",
        "item [Latency > p99] 9ms",
        "item [Step] 2",
        "entry [.Memory check] ✓ 5 < 8",
        "item [.Memory check > TP] 4",
    ]


def test_equations_over_several_lines_go_on() -> None:
    text = fence("""
        Modules = EP × TP
                = 64 × 2
                = 128
    """)
    assert shown(text) == ["entry [.Modules] EP × TP", "entry [.Modules] = 64 × 2", "entry [.Modules] = 128"]


def test_tables_drawn_with_bars() -> None:
    boxed = fence("""
        ┌───────┬──────┐
        │ Part  │ Size │
        ├───────┼──────┤
        │ KV    │ 4 GB │
        └───────┴──────┘
    """)
    piped = fence("""
        | Part | Size |
        |------|------|
        | KV   | 4 GB |
    """)
    assert values(boxed) == values(piped) == {"col Part": "KV", "row KV > col Size": "4 GB"}


def test_columns_without_bars() -> None:
    text = fence("""
        Component       Size     Per GPU
        ---------       ----     -------
        Weights         140GB    17.5GB
        KV cache        20GB     2.5GB
    """)
    assert values(text)["row KV cache > col Per GPU"] == "2.5GB"
    pairs = fence("""
        Weights           17.5 GB
        Activations ..... 4 GB
    """)
    assert values(pairs) == {".Weights": "17.5 GB", ".Activations": "4 GB"}


def test_sections_and_boxes() -> None:
    text = fence("""
        Memory
        ------
        kv: 3
        === Speed ===
        ttft: 5
        # Total GPUs: 64
        ┌──────────┐
        │ TP: 8    │
        └──────────┘
    """)
    assert values(text) == {"^Memory > .kv": "3", "^Speed > .ttft": "5", "^Speed > .Total GPUs": "64", ".TP": "8"}


def test_what_is_not_understood_is_kept() -> None:
    read = document(fence("GPU 0 --> GPU 1 (4 hops)\n│ a 1 │ b 2 │\n")).statements
    assert [one.kind for one in read] == [Kind.CODE, Kind.CODE]
    assert [one.value.content for one in read] == ["GPU 0 --> GPU 1 (4 hops)", "│ a 1 │ b 2 │"]


def test_formats_are_sniffed() -> None:
    assert values(fence('{"tp": 4}')) == {".tp": "4"}
    assert values(fence("torchrun --nproc_per_node 8 train.py"))["$torchrun > --nproc_per_node"] == "8"
    assert values(fence("stages:\n  - id: 0\n    gpus: 4\n")) == {".stages > 0 > .id": "0", ".stages > 0 > .gpus": "4"}
    assert values(fence("CONFIG = {\n    'tp': 4,\n}\n"))[".CONFIG > .tp"] == "4"
    assert values(fence("nemo = 4")) == {".nemo": "4"}


def test_names_and_values_printed_without_a_fence() -> None:
    text = "Run of Monday.\n\nWeights (bf16) ... 16.06 GB\nActivations ...... 1.80 GB per GPU\nGraphs             0.9 GB\n-----\n"
    assert [one for one in shown(text) if "Activations" in one] == ["entry [.Activations] 1.80 GB per GPU"]
    assert [one for one in shown(text) if "0.9 GB" in one] == ["entry [.Graphs] 0.9 GB"]


def test_prose_with_a_wide_gap_stays_prose() -> None:
    text = "We moved to  8 GPUs last week.\nNobody was happy about  it.\nThe rest is history.\n"
    assert all(one.startswith("sentence") for one in shown(text))

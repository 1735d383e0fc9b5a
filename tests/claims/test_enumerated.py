"""Labels that enumerate what their values are: each part of the value is read under its part of the label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pipeline import read_claims
from auditor.read import decode


def read(text: str) -> list[tuple[str, str]]:
    return [(claim.quantity, claim.text) for claim in read_claims(decode(text.encode(), "plan.md")).claims]


@pytest.mark.parametrize(
    ("label", "value", "claims"),
    [
        ("Query heads / KV heads", "32 / 8", [("model.heads", "32"), ("model.kv_heads", "8")]),
        ("Layers, hidden size", "80, 8192", [("model.layers", "80"), ("model.hidden", "8192")]),
        ("Input / output tokens", "1024 / 256", [("batch.sequence_length", "1024"), ("batch.output_length", "256")]),
        ("TP / PP / DP", "4 / 2 / 8", [("parallel.tensor", "4"), ("parallel.pipeline", "2"), ("parallel.data", "8")]),
        ("TTFT / TPOT", "350 ms / 28 ms", [("time.ttft", "350 ms"), ("time.tpot", "28 ms")]),
        ("Layers; vocabulary size", "80; 128,256", [("model.layers", "80"), ("model.vocab", "128,256")]),
    ],
)
def test_each_part_has_its_name(label: str, value: str, claims: list[tuple[str, str]]) -> None:
    assert read(f"| Key | Value |\n|---|---|\n| {label} | {value} |\n") == claims
    assert read(f"- **{label}**: {value}\n") == claims


def test_heads_of_columns_enumerate_too() -> None:
    text = "| Model | Layers / heads | TP |\n|---|---|---|\n| A | 80 / 64 | 8 |\n"
    assert read(text) == [("model.layers", "80"), ("model.heads", "64"), ("parallel.tensor", "8")]


@pytest.mark.parametrize("line", ["- Tokens/s: 12/15\n", "- Layers / heads: 80 / 64 / 8\n", "- GPUs used: 12 / 16\n"])
def test_a_quotient_and_lists_of_other_lengths_are_left_alone(line: str) -> None:
    assert not any(claim in ("model.heads", "time.step") for claim, _ in read(line))


PARTS = st.lists(st.sampled_from(["heads", "layers", "KV heads", "8", "80 GB", "", "x", "(a/b)", "1,024"]), max_size=4)


@given(PARTS, PARTS, st.sampled_from(["/", " / ", ", ", ";", "|"]))
def test_no_list_is_too_odd(names: list[str], values: list[str], sign: str) -> None:
    text = f"- **{sign.join(names)}**: {sign.join(values)}\n\nkey{sign}{sign}: 4{sign}\n"
    assert read(text) is not None

"""The targets of `scripts.fuzz`, without its engine: on their seeds, and on seeds that hypothesis cuts up and joins."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.fuzz import TARGETS, seeds


@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_break_nothing(target: str) -> None:
    found = seeds(target)
    assert found
    for seed in found[:10]:
        TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=15)
@given(data=st.data())
def test_nor_do_pieces_of_them(target: str, data: st.DataObject) -> None:
    found = seeds(target)
    pieces = []
    for _ in range(data.draw(st.integers(1, 4))):
        seed = data.draw(st.sampled_from(found))
        start = data.draw(st.integers(0, len(seed)))
        pieces.append(seed[start : start + data.draw(st.integers(0, 200))])
        pieces.append(data.draw(st.sampled_from([b"", b"\n", b"\x00", b"9" * 50, b"\xff", "⁻".encode(), b'"', b"[" * 20, b": ", b"- "])))
    TARGETS[target](b"".join(pieces))

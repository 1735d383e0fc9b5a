"""The targets of `scripts.fuzz`, without its engine: on their seeds, and on seeds that hypothesis cuts up and joins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts import measure_fuzz
from scripts.fuzz import TARGETS, keeping, kind_of, seeds

REGRESSIONS = sorted(path for path in (Path(__file__).parents[1] / "fixtures" / "regressions").iterdir() if path.name != "README.md")


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


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.name)
def test_what_broke_once_breaks_no_more(path: Path) -> None:
    TARGETS[path.name.partition("-")[0]](path.read_bytes())


def test_one_text_of_each_kind_of_fault_is_kept(tmp_path: Path) -> None:
    def target(data: bytes) -> None:
        if data == b"sound":
            return
        if data.isdigit():
            raise AssertionError(f"a rule found {int(data)} places: one")
        raise ValueError(data)

    run = keeping(target, tmp_path)
    for data in (b"sound", b"1", b"2", b"first", b"second"):
        run(data)
    assert sorted(path.read_bytes() for path in tmp_path.glob("*.input")) == [b"1", b"first"]
    assert kind_of(AssertionError("a rule found 5 places: three")) == "a rule found 0 places"


def test_the_page_of_what_was_run_is_the_one_the_script_writes() -> None:
    assert measure_fuzz.PAGE.read_text(encoding="utf-8") == measure_fuzz.page(measure_fuzz.read())

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.render.terminal import cells, folded, paint, plain, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("tab\there", "tab\\there"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]8;;http://a\x07b", "\\x1b]8;;http://a\\x07b"),
        ("\x9b2J", "\\x9b2J"),
        ("16\u202e61", "16\\u202e61"),
        ("a\u2066b\u200fc", "a\\u2066b\\u200fc"),
        ("one\r\ntwo\u2028three", "one\\r\\ntwo\\u2028three"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\ufeff16", "\\ufeff16"),
        ("专家 × 4 ✅", "专家 × 4 ✅"),
        ("no\u00a0break", "no\u00a0break"),
        ("###[add-mask]x", "#\\x23#[add-mask]x"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_nothing_plain_steers_a_terminal(text: str) -> None:
    for character in plain(text):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(character) not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("16 GPUs", 7),
        ("专家", 4),
        ("✅", 2),
        ("e\u0301", 1),
        ("👩\u200d💻", 2),
        ("✔\ufe0f", 2),
        ("a\tb", 5),
        ("\tb", 5),
        ("abcd\tb", 9),
        ("\x07", 4),
    ],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@given(st.text())
def test_there_is_a_cell_for_each_character(text: str) -> None:
    assert len(cells(text)) == len(text)
    assert all(columns >= 0 for _, columns in cells(text))


def test_paint_only_where_color_is_on() -> None:
    assert paint("x", False, fg="red") == "x"
    assert paint("x", True, fg="red") == "\x1b[31mx\x1b[0m"


@given(st.text(st.sampled_from("ab 专é"), max_size=80), st.integers(0, 30), st.integers(0, 12))
def test_long_lines_are_broken_at_spaces(text: str, columns: int, first: int) -> None:
    lines = folded(text, columns, first)
    assert " ".join(lines) == text
    if columns:
        assert all(width(line) <= columns or " " not in line.strip() for line in lines[1:])
    else:
        assert lines == [text]

import string

from hypothesis import assume, example, given
from hypothesis import strategies as st

from auditor.read import decode
from auditor.render.excerpt import Mark, excerpt
from auditor.render.terminal import width
from auditor.spans import Span


def shown(text: str, *marks: tuple[int, int, str], columns: int = 60) -> list[str]:
    source = decode(text.encode("utf-8", "surrogatepass") if text.isascii() else text.encode(), "a.md")
    return excerpt(source, [Mark(Span(start, end), label) for start, end, label in marks], columns, color=False)


def test_one_claim() -> None:
    assert shown("16 GPUs in all\n", (0, 2, "says 16")) == ["  |", "1 | 16 GPUs in all", "  | ^^ says 16", "  |"]


def test_two_claims_on_a_line() -> None:
    assert shown("TP 4 and PP 2", (3, 4, "tp"), (12, 13, "pp")) == [
        "  |",
        "1 | TP 4 and PP 2",
        "  |    ^        ^ pp",
        "  |    tp",
        "  |",
    ]


def test_three_claims_on_a_line() -> None:
    assert shown("a b c", (0, 1, "one"), (2, 3, "two"), (4, 5, "three"))[2:5] == ["  | ^ ^ ^ three", "  | | two", "  | one"]


def test_two_claims_at_one_place() -> None:
    assert shown("a b c", (2, 3, "one"), (2, 3, "two"))[2] == "  |   ^ one; two"


def test_claims_within_each_other() -> None:
    assert shown("a b c", (0, 5, "all"), (2, 3, "in it"))[1:5] == ["1 | a b c", "  | ^^^^^", "  | | in it", "  | all"]


def test_lines_apart() -> None:
    assert shown("one\ntwo\nthree\n", (8, 13, "here"), (0, 3, "")) == [
        "  |",
        "1 | one",
        "  | ^^^",
        "...",
        "3 | three",
        "  | ^^^^^ here",
        "  |",
    ]


def test_wide_characters_take_two_columns() -> None:
    assert shown("专家 16 ✅ 4", (3, 5, ""), (8, 9, "four"))[1:3] == ["1 | 专家 16 ✅ 4", "  |      ^^    ^ four"]


def test_tabs_reach_to_the_next_stop() -> None:
    assert shown("a\t16", (2, 4, "x"))[1:3] == ["1 | a   16", "  |     ^^ x"]


def test_what_could_steer_a_terminal_is_shown_as_an_escape() -> None:
    assert shown("\x1b[31m16", (5, 7, "x"))[1:3] == ["1 | \\x1b[31m16", "  |         ^^ x"]


def test_a_long_line_is_cut_around_the_claim() -> None:
    rows = shown("x" * 500 + "16" + "y" * 500, (500, 502, "here"), columns=20)
    assert rows[1] == "1 | …xxxxxxxxx16yyyyyyyyy…"
    assert rows[2] == "  |           ^^ here"


def test_claims_far_apart_on_a_long_line_are_shown_apart() -> None:
    rows = shown("16" + "x" * 500 + "32", (0, 2, "a"), (502, 504, "b"), columns=20)
    assert [row for row in rows if row.startswith("1")] == ["1 | 16xxxxxxxxxxxxxxxxxx…", "1 | …xxxxxxxxxxxxxxxxxx32"]


def test_a_claim_of_several_lines() -> None:
    assert shown("ab\n  cd\nef", (1, 10, "all"))[1:7] == ["1 | ab", "  |  ^", "2 |   cd", "  |   ^^", "3 | ef", "  | ^^ all"]


def test_a_claim_of_many_lines_shows_the_first() -> None:
    rows = shown("line\n" * 50, (0, 250, "table"))
    assert rows[-2] == "  | ^^^^ table (to line 50)"
    assert len(rows) == 8


def test_many_lines_are_counted() -> None:
    rows = shown("x\n" * 40, *((2 * line, 2 * line + 1, "") for line in range(40)))
    assert rows[-2] == "   = and on 28 more lines: 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32…"


def test_an_empty_span() -> None:
    assert shown("abc", (1, 1, "missing"))[2] == "  |  ^ missing"
    assert shown("abc", (3, 3, "missing"))[2] == "  |    ^ missing"
    assert shown("", (0, 0, "empty"))[2] == "  | ^ empty"


@given(st.text(string.printable.strip() + " ", min_size=1, max_size=300), st.data(), st.integers(20, 80))
def test_carets_stand_under_the_claim(text: str, data: st.DataObject, columns: int) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    claim = text[start:end]
    assume(claim == claim.strip() and claim)
    _, line, carets, _ = shown(text, (start, end, ""), columns=columns)
    first, last = carets.index("^"), carets.rindex("^") + 1
    assert claim.startswith(line[first:last])
    assert line[first:last] == claim or last - first >= columns // 2


@given(st.text(), st.data(), st.integers(1, 40))
@example("a\r\nb", None, 5)
def test_any_text_any_span(text: str, data: st.DataObject | None, columns: int) -> None:
    text = text.encode("utf-8", "replace").decode()
    if text.startswith("\ufeff") or text.count("\0") > 8:
        return
    spans = []
    for _ in range(3):
        start = data.draw(st.integers(0, len(text))) if data else 0
        end = data.draw(st.integers(start, len(text))) if data else len(text)
        spans.append((start, end, "label"))
    rows = shown(text, *spans, columns=columns)
    for row in rows:
        assert "\n" not in row
        assert "\r" not in row
        assert "\x1b" not in row
    # An escape of ten columns may stick out at the edge, and labels stand beside the window.
    assert all(width(row) <= columns + 60 for row in rows)

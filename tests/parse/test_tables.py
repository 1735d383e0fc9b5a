from __future__ import annotations

import pytest

from auditor.parse.tables import is_rule, split_row
from auditor.spans import Text
from tests.parse.reading import document, shown, values


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("a | b", ["a", "b"]),
        ("|a||c|", ["a", "", "c"]),
        (r"| a\|b | `c\|d` |", ["a|b", "`c|d`"]),
        ("| `a|b` |", ["`a", "b`"]),
        (r"| a\\ | b |", [r"a\\", "b"]),
        ("|  |  |", ["", ""]),
    ],
)
def test_rows_split_on_unescaped_bars(row: str, cells: list[str]) -> None:
    assert [cell.content for cell in split_row(Text.of(row))] == cells


@pytest.mark.parametrize(("line", "rule"), [("|---|:-:|", True), ("--- | ---", True), ("|   |", False), ("| - a |", False), ("", False)])
def test_rules(line: str, rule: bool) -> None:
    assert is_rule(line) is rule


def test_each_cell_has_its_row_and_column() -> None:
    text = "| Metric | Target | Reached |\n|:--|--:|:-:|\n| **Latency** | <50ms | [27ms](x) |\n| TTFT | 1s | `0.5s`[^a] |\n"
    assert shown(text) == [
        "head [] Metric",
        "head [] Target",
        "head [] Reached",
        "cell [col Metric] Latency",
        "cell [row Latency > col Target] <50ms",
        "cell [row Latency > col Reached] 27ms",
        "cell [col Metric] TTFT",
        "cell [row TTFT > col Target] 1s",
        "cell [row TTFT > col Reached] 0.5s",
    ]
    read = document(text).statements
    cells = [one.cell for one in read]
    assert all(cells)
    assert [(cell.row, cell.column) for cell in cells if cell] == [
        (-1, 0),
        (-1, 1),
        (-1, 2),
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
    ]
    assert len({one.group for one in read}) == 1


def test_section_rows_and_rows_without_a_head() -> None:
    text = "| | GPUs | TP |\n|-|-|-|\n| **Prefill** | | |\n| A | 8 | 4 |\n| | 16 | 2 |\n| | | |\n| **Decode** | | |\n| A | 1 | 1 |\n"
    assert values(text) == {
        "^Prefill > row A > col GPUs": "16", "^Prefill > row A > col TP": "2", "^Prefill": "A",
        "^Decode > row A > col GPUs": "1", "^Decode > row A > col TP": "1", "^Decode": "A",
    }  # fmt: skip
    assert "cell [^Prefill > row A > col GPUs] 8" in shown(text)


def test_breaks_in_cells() -> None:
    text = "| Setup<br>(8 GPUs) | Value |\n|-|-|\n| A | TP: 4<br>PP: 2 |\n| B | 5<br>6 |\n"
    assert shown(text)[0] == "head [] Setup (8 GPUs)"
    read = values(text)
    assert read["row A > col Value > TP"] == "4"
    assert read["row A > col Value > PP"] == "2"
    assert read["row B > col Value"] == "5\n6"


def test_rows_longer_than_the_head_lose_nothing() -> None:
    assert "cell [row A] 3" in shown("| a | b |\n|-|-|\n| A | 2 | 3 |\n")


def test_a_table_whose_rule_is_wrong_is_still_a_table() -> None:
    assert values("| Setting | Value |\n|---|\n| TP | 4 |\n") == {"col Setting": "TP", "row TP > col Value": "4"}


def test_a_table_without_a_rule() -> None:
    assert values("| TP | 4 |\n| PP | 2 |\n")["row PP"] == "2"


def test_tables_in_lists_and_quotes() -> None:
    text = "- Plan:\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n\n> | c | d |\n> |---|---|\n> | 3 | 4 |\n"
    assert values(text) == {"Plan > col a": "1", "Plan > row 1 > col b": "2", "col c": "3", "row 3 > col d": "4"}


def test_grid_tables() -> None:
    text = "+-----+----+\n| a   | b  |\n+=====+====+\n| 1   | 2  |\n+-----+----+\n"
    assert values(text) == {"col a": "1", "row 1 > col b": "2"}

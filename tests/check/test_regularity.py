"""Laws of a table's columns: a planted wrong figure is found, random columns establish nothing, a row set apart says nothing."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.check.announced import announced
from auditor.check.cells import Figure
from auditor.check.grid import Column, Grid
from auditor.check.printed import Printed
from auditor.check.regularity import laws
from auditor.claims.model import Approximation
from auditor.findings import Verdict
from auditor.rulebook import load
from auditor.spans import Span
from auditor.values import Interval
from tests.check.single import findings, shown, verdicts

RULE = "regular-column"


def table(rows: list[list[str]], heads: str = "Run Requests Answer/s Answer/s/GPU") -> str:
    lines = [f"| {' | '.join(heads.split())} |", f"|{'---|' * len(heads.split())}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def drawn(text: str) -> Figure:
    places = len(text.partition(".")[2])
    value = Fraction(text)
    return Figure(Printed(text, value, Interval.exact(value), Fraction(1, 10**places), None, Approximation.EXACT), Span(0, 1), 0)


KINDS: tuple[Callable[[Random, int], list[str]], ...] = (
    lambda draw, rows: [str(draw.randint(1, 16)) for _ in range(rows)],
    lambda draw, rows: [str(2 ** draw.randint(0, 9)) for _ in range(rows)],
    lambda draw, rows: sorted((f"{draw.uniform(1, 100):.2f}" for _ in range(rows)), key=float),
    lambda draw, rows: sorted((str(draw.randint(100, 9999)) for _ in range(rows)), key=int),
    lambda draw, rows: [f"{draw.uniform(1, 1000):.1f}" for _ in range(rows)],
    lambda draw, rows: [str(draw.randint(1, 9) * 100) for _ in range(rows)],
    lambda draw, rows: ["64"] * rows,
    lambda draw, rows: [f"{draw.uniform(1, 2) + (1 + row) * 7.5:.1f}" for row in range(rows)],
    lambda draw, rows: [str(row + 3) for row in range(rows)],
    lambda draw, rows: [f"{3.7 * 1.9**row:.2f}" for row in range(rows)],
)
"""Columns as tables have them: small counts, powers of two, sorted and unsorted measures, round figures, constants, slopes, curves."""


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_random_tables_establish_no_law_that_fails(seed: int) -> None:
    draw = Random(seed)  # noqa: S311 - tables, not secrets
    rows = draw.randint(4, 14)
    columns = [draw.choice(KINDS)(draw, rows) for _ in range(draw.randint(3, 7))]
    grid = Grid(
        tuple(Column(str(index), (), {row: drawn(text) for row, text in enumerate(column)}) for index, column in enumerate(columns)),
        tuple(map(str, range(rows))),
    )
    assert [law for law in laws(grid) if law.fails] == []


HEADS = ("speedup", "vs base", "change", "total", "free", "running total", "share of all", "tokens", "GPUs", "hours", "GPU-hours", "ms")


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_heads_that_announce_make_no_law_of_random_columns(seed: int) -> None:
    draw = Random(seed)  # noqa: S311 - tables, not secrets
    rows = draw.randint(3, 9)
    columns = [draw.choice(KINDS)(draw, rows) for _ in range(draw.randint(3, 6))]
    grid = Grid(
        tuple(Column(draw.choice(HEADS), (), {row: drawn(text) for row, text in enumerate(column)}) for column in columns),
        tuple(map(str, range(rows))),
    )
    _, found = announced(grid, load().lexicon)
    assert [law for law in found if law.fails] == []


RESULTS: dict[str, Callable[[int, int], str]] = {
    "quotient": lambda one, two: f"{one / two * 100:.3f}",
    "product": lambda one, two: str(one * two),
    "sum": lambda one, two: str(one + two),
    "share": lambda one, _: f"{one * 0.3417:.2f}",
}


@settings(max_examples=25)
@given(st.integers(0, 10**9), st.sampled_from(sorted(RESULTS)))
def test_a_wrong_figure_in_a_derived_column_is_found(seed: int, law: str) -> None:
    draw = Random(seed)  # noqa: S311 - tables, not secrets
    rows = []
    for index in range(7):
        one, two = draw.randint(1_001, 89_999), draw.randint(1_001, 89_999)
        rows.append([f"r{index}", str(one), str(two), RESULTS[law](one, two)])
    wrong = draw.randrange(7)
    whole, dot, places = rows[wrong][3].partition(".")
    rows[wrong][3] = f"{int(int(whole) * 1.4) + 3}{dot}{places}"
    text = table(rows)
    found = findings(text, RULE)
    assert rows[wrong][3] in {shown(text, finding) for finding in found}
    assert len(found) == 1


BASE = [
    ["a", "1371", "457.3", "152.4"],
    ["b", "2622", "874.6", "291.5"],
    ["c", "3807", "1269.8", "423.3"],
    ["d", "4908", "1637.1", "545.7"],
    ["e", "5733", "1912.3", "637.4"],
    ["f", "6891", "2298.6", "961.2"],
]


def test_the_base_of_the_next_test_is_found() -> None:
    (finding,) = findings(table(BASE), RULE)
    assert finding.claimed == "961.2"
    assert finding.expected.startswith("766.2")


@pytest.mark.parametrize(
    "last",
    [
        ["mean", "6891", "2298.6", "961.2"],
        ["total", "6891", "2298.6", "961.2"],
        ["f", "6891", "2298.6", "961.2*"],
        ["f", "6891", "2298.6", "n/a"],
        ["f", "6891", "2298.6", "766.9"],
        ["f", "6891", "2298.6", "76.62"],
        ["f", "6891", "2298.6", "1000.0"],
    ],
)
def test_a_row_set_apart_says_nothing(last: list[str]) -> None:
    assert findings(table([*BASE[:-1], last]), RULE) == []


@pytest.mark.parametrize(("setting", "apart"), [("GPU", "H200"), ("Nodes", "7"), ("Mode", "warm")])
def test_a_setting_that_all_others_share_sets_apart(setting: str, apart: str) -> None:
    usual = {"GPU": "H100", "Nodes": "3", "Mode": "cold"}[setting]
    rows = [[row[0], usual, *row[1:]] for row in BASE[:-1]]
    assert findings(table([*rows, [BASE[-1][0], apart, *BASE[-1][1:]]], f"Run {setting} Requests Answer/s Each"), RULE) == []
    assert len(findings(table([*rows, [BASE[-1][0], usual, *BASE[-1][1:]]], f"Run {setting} Requests Answer/s Each"), RULE)) == 1


def test_three_rows_establish_nothing() -> None:
    assert findings(table(BASE[-4:]), RULE) == []


def test_powers_of_two_establish_nothing() -> None:
    rows = [["a", "8", "1", "8"], ["b", "16", "2", "8"], ["c", "32", "4", "8"], ["d", "64", "8", "8"], ["e", "128", "8", "16"]]
    assert verdicts(table(rows, "Run GPUs DP GPUs/DP"), RULE) == set()


def test_a_scaling_that_bends_is_no_slip() -> None:
    rows = [["a", "8", "137"], ["b", "16", "274"], ["c", "32", "548"], ["d", "64", "1096"], ["e", "128", "1800"]]
    assert findings(table(rows, "Run GPUs tokens"), RULE) == []


def test_arrays_side_by_side_and_alike_objects() -> None:
    arrays = '{"sent": [5217, 8341, 7763, 3929, 1187], "bytes": [1079919, 1726587, 1906941, 813303, 245709]}'
    (finding,) = findings(arrays, RULE, "run.json")
    assert (finding.claimed, finding.expected) == ("1906941", "1,606,941")
    objects = ", ".join(
        f'"n{index}": {{"sent": {one}, "bytes": {one * 207 + (index == 2) * 300_000}}}'
        for index, one in enumerate((5217, 8341, 7763, 3929, 1187))
    )
    (finding,) = findings(f'{{"phases": {{{objects}}}}}', RULE, "run.json")
    assert finding.claimed == "1906941"


def test_what_follows_from_all_rows_holds() -> None:
    assert verdicts(table([*BASE[:-1], ["f", "6891", "2298.6", "766.2"]]), RULE) == {Verdict.HELD}

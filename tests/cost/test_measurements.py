"""The figures of docs/measurements-cost.md: each within its bounds, and the page up to date."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.cost.catalog import models
from auditor.cost.params import Counting, active, total_parameters
from scripts.cost_cases import REASONS
from scripts.measure_cost import MEASUREMENTS, PAGE, Table, disagreements, failures, page, parameters

SHARED = Path(__file__).parents[2].parent / "shared" / "reference" / "models.csv"


@pytest.mark.parametrize("measure", MEASUREMENTS, ids=lambda measure: measure.__name__)
def test_figures_are_within_their_bounds(measure: Callable[[], Table]) -> None:
    table = measure()
    assert table.rows
    assert failures([table]) == []


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page([measure() for measure in MEASUREMENTS]), "run python -m scripts.measure_cost --write"


def test_every_disagreement_has_its_reason_and_no_other_has() -> None:
    found = disagreements()
    assert [one for one in found if not one.reason] == []
    used = {(one.figure, one.tool, one.case) for one in found}
    assert {(figure, tool, case) for figure, tool, cases, _ in REASONS for case in cases} == used


def test_eighty_three_models_have_no_residual() -> None:
    rows = parameters().rows
    assert len(rows) == 83
    assert all(row.ours == row.reference for row in rows)


@pytest.mark.skipif(not SHARED.exists(), reason="the reference table is not beside the repository")
def test_every_reference_row_under_every_definition() -> None:
    checked = 0
    with SHARED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not (row["reference_count"] and row["residual_vs_reference"]):
                continue
            entry = models(row["name"])
            assert entry is not None, row["name"]
            assert entry.architecture is not None, row["name"]
            assert total_parameters(entry.architecture).whole == int(row["reference_count"])
            ours = [active(entry.architecture, counting).whole for counting in Counting]
            assert ours == [int(row[f"active_params_{name}"]) for name in ("all", "no_input_emb", "no_emb")]
            checked += 1
    assert checked == 83

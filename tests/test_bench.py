"""The benchmark charges each program what it takes, and its page says no more than was measured."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import growth
from bench.compare import AUDIT, FLOOR, PAGE, Measured, charged, many, page


def test_a_program_is_charged_for_what_it_computes_and_not_for_waiting(tmp_path: Path) -> None:
    waiting = charged([sys.executable, "-S", "-c", "import time; time.sleep(0.5)"], tmp_path)
    working = charged([sys.executable, "-S", "-c", "import time\nwhile time.process_time() < 0.5: pass"], tmp_path)
    assert working >= 0.5 > waiting


def test_many_reports_come_to_a_size_and_differ() -> None:
    found = many([b"a" * 40, b"b" * 30], 1000)
    assert 1000 <= sum(map(len, found)) < 1100
    assert len(set(found)) == len(found)


def test_the_page_shows_ratios_and_says_what_was_not_there() -> None:
    rows = [Measured("one", 1, 1000, {AUDIT: 1.0, FLOOR: 0.25, "markdownlint-cli2": 2.0})]
    text = page(rows)
    assert "| one (1) | 1,000 | 0.50 | – | 4.00 | 1,000 |" in text
    assert "left out: pymarkdown" in text


def test_the_page_that_is_kept_is_one_that_the_benchmark_writes() -> None:
    kept = PAGE.read_text(encoding="utf-8")
    head = page([Measured("one", 1, 1, {AUDIT: 1.0})]).split("\n| one")[0]
    assert kept.startswith(head.split("under")[0])
    assert "one report, cold (1)" in kept
    assert "many reports, one process" in kept


@pytest.mark.parametrize("name", growth.shapes())
def test_a_shape_has_its_size_and_costs_something(name: str) -> None:
    ending, text = growth.text_of(name, 600)
    assert len(text) >= 600
    assert ending in ("md", "json", "yaml", "sh")
    found = growth.measured(name, 300, 600) if len(text) < 2_000 else growth.Grown(name, 1.0, 2.0)
    assert min(found.small, found.large) > 0


def test_what_grows_is_marked() -> None:
    written = growth.page([growth.Grown("flat", 2.0, 2.2), growth.Grown("steep", 2.0, 4.0)], 1_000, 10_000)
    assert "| flat | 2.0 | 2.2 | 1.10 |\n" in written
    assert "| steep | 2.0 | 4.0 | 2.00 (!) |\n" in written

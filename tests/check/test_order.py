"""Order of statistics: what rises passes in every place it may stand, what falls within one set is found."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.findings import Verdict
from tests.check.single import findings, verdicts

RULE = "ordered-statistics"
NAMES = ("p25", "p50", "p75", "p90", "p95", "p99", "p99.9")


@given(st.lists(st.integers(1, 99_999), min_size=2, max_size=7), st.integers(0, 2))
def test_rising_statistics_hold(values: list[int], style: int) -> None:
    pairs = list(zip(NAMES, sorted(values), strict=False))
    names, figures = " | ".join(name for name, _ in pairs), " | ".join(str(value) for _, value in pairs)
    text = (
        json.dumps({"ttft_ms": dict(pairs)}),
        "".join(f"- TTFT {name}: {value} ms\n" for name, value in pairs),
        f"| | {names} |\n|{'---|' * (len(pairs) + 1)}\n| TTFT ms | {figures} |\n",
    )[style]
    assert verdicts(text, RULE, ("r.json", "r.md", "r.md")[style]) == {Verdict.HELD}


@pytest.mark.parametrize(
    ("text", "name", "claimed"),
    [
        ('{"ttft_ms": {"p50": 118, "p90": 166, "p99": 141}}', "r.json", "141"),
        ('{"latency_p50_ms": 118, "latency_p99_ms": 81}', "r.json", "81"),
        ('{"step": {"min": 4.1, "mean": 5.3, "max": 5.2}}', "r.json", "5.3"),
        ('{"rate": {"min": 41, "max": 38}}', "r.json", "38"),
        ("- TTFT p50: 130 ms\n- TTFT p99: 90 ms\n", "r.md", "90 ms"),
        ("Under load the median is 31 ms, p95 28 ms.\n", "r.md", "28 ms"),
        ("| Statistic | TTFT ms | TPOT ms |\n|---|---|---|\n| p50 | 210 | 13 |\n| p99 | 402 | 12 |\n", "r.md", "12"),
    ],
)
def test_what_falls_is_found(text: str, name: str, claimed: str) -> None:
    (finding,) = findings(text, RULE, name)
    assert finding.claimed == claimed


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"tokens_per_s": {"p50": 61, "p95": 44, "p99": 29}}', "r.json"),
        ('{"tokens_per_s_p50": 61, "tokens_per_s_p99": 29}', "r.json"),
        ('{"ttft_p99_ms": 100, "tpot_p50_ms": 300}', "r.json"),
        ('[{"p50_ms": 20}, {"p99_ms": 10}]', "r.json"),
        ('{"max_ttft_ms": 400, "p50_ttft_ms": 500, "p99_ttft_ms": 900}', "r.json"),
        ("- p99 target: 100 ms\n- p50: 130 ms\n", "r.md"),
        ("- p50: 130 ms\n\nAnother test.\n\n- p99: 110 ms\n", "r.md"),
        ("TTFT p50 is 212 ms, TPOT p99 41 ms.\n", "r.md"),
        ("| Run | p50 ms | p99 ms |\n|---|---|---|\n| a | 20 | 90 |\n| b | 10 | 15 |\n", "r.md"),
        ("p50 of 20 ms at load 3, p99 of 12 ms at load 1\n", "r.md"),
    ],
)
def test_other_sets_are_apart(text: str, name: str) -> None:
    assert findings(text, RULE, name) == []

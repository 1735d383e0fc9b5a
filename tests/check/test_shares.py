from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.findings import Confidence, Verdict
from tests.check.single import findings, outcomes, shown, verdicts

FIGURE, TOTAL, OBJECT, EXPERTS = "share-of-figure", "share-of-total", "share-in-object", "share-of-experts"


@pytest.mark.parametrize(
    "text",
    [
        "Memory: 45 GB (56% of 80 GB)",
        "Memory: 45 of 80 GB (56%)",
        "Memory: 45 GB / 80 GB (56%)",
        "Uses 56% of 80 GB (45 GB)",
        "56% utilization (45 GB of 80 GB)",
        "70 GB weights, 88% of 80 GB",
        "Attention 12 ms of 40 ms (30%)",
        "4 ms out of 40 ms (10%)",
        "6 of 8 GPUs (75% busy)",
        "2 of 8 GPUs busy (75% idle)",
        "24 GB used vs 64 GB available (37.5% utilization)",
        "64 GB per GPU: only 11.6 GB (18%)",
        "Effective 240 TFLOPS (60% of 400 TFLOPS peak)",
        "1.8 TB/s with 80% utilization (effective: 1.44 TB/s)",
        "15-20 GB (23-31% of 64 GB)",
        "Latency 27 ms (54% of 50 ms target)",
        "38,000 tokens/s (190% of 20,000 target)",
        "80 GiB of 85.9 GB (100%)",
    ],
)
def test_right_shares_hold(text: str) -> None:
    assert verdicts(f"- {text}\n", FIGURE) == {Verdict.HELD}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Memory: 45 GB (63% of 80 GB)", "56.25%"),
        ("Memory: 45 GB / 80 GB (63%)", "56.25%"),
        ("24 of 32 GPUs (70%)", "75%"),
        ("Effective 260 TFLOPS (60% of 400 TFLOPS peak)", "65%"),
        ("Latency 27 ms (46% of 50 ms target)", "54%"),
        ("38,000 tokens/s (170% of 20,000 target)", "190%"),
    ],
)
def test_wrong_shares_are_found(text: str, expected: str) -> None:
    (finding,) = findings(f"- {text}\n", FIGURE)
    assert finding.expected == expected


@pytest.mark.parametrize(
    "text",
    [
        "Utilize 80% of 1.8 TB/s",
        "TTFT: <2 s vs 10 s required (80% headroom)",
        "99.9% availability (8.76 h downtime)",
        "Step 3 of 8 (10% done)",
        "8B active of 30B (40% fewer reads)",
        "<50% of 64 GB",
        "3 nodes of 8 GPUs (95% busy)",
        "Bandwidth 30 GB/s of 64 GB memory (50%)",
        "40% of requests (12 ms)",
    ],
)
def test_other_percentages_are_left_alone(text: str) -> None:
    assert findings(f"- {text}\n", FIGURE) == []


ROWS = """# Results

| Metric | Target | Achieved | Verdict |
| --- | --- | --- | --- |
| Latency | <80 ms | 60 ms | met ({latency} of target) |
| Throughput | >10,000 tokens/s | 16,000 tokens/s | met (160% of target) |
| Memory | <40 GB | 30 GB | met (75% of limit) |
"""


def test_of_target_is_read_from_the_row() -> None:
    assert verdicts(ROWS.format(latency="75%"), FIGURE) == {Verdict.HELD}
    text = ROWS.format(latency="25%")
    (finding,) = findings(text, FIGURE)
    assert shown(text, finding) == "25%"
    assert finding.message.endswith("25% is how far it is below")
    assert [tried.holds for tried in finding.conventions] == [False, True]


def test_of_target_may_be_stated_elsewhere_but_then_it_is_less_sure() -> None:
    text = "## Latency\n\n- Target: 50 ms\n\n## Summary\n\n- Latency: 30 ms (40% of target)\n"
    (finding,) = findings(text, FIGURE)
    assert finding.confidence is Confidence.MEDIUM
    assert finding.expected == "60%"


def test_a_mark_of_failure_before_an_arrow_does_not_disown_what_follows() -> None:
    (finding,) = findings("- ❌ 129 ms → ✅ 27 ms (46% of 50 ms)\n", FIGURE)
    assert finding.expected == "54%"
    assert verdicts("- Wrong: 27 ms (46% of 50 ms)\n", FIGURE) == {Verdict.UNDETERMINED}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4000), st.integers(20, 800), st.integers(0, 2), st.integers(0, 3))
def test_shares_in_many_ways(part: int, whole: int, places: int, style: int) -> None:
    if part >= whole * 10:
        return
    amount = f"{part / 10:.1f} GB"
    ratio = Fraction(part, 10) / whole * 100

    def said(percent: Fraction) -> str:
        share = f"{int(percent * 10**places + Fraction(1, 2)) / 10**places:.{places}f}%"
        ways = (f"{amount} ({share} of {whole} GB)", f"{amount} / {whole} GB ({share})", f"{share} utilization ({amount} of {whole} GB)")
        return f"- Memory: {(*ways, f'{amount} of {whole} GB ({share})')[style]}\n"

    assert verdicts(said(ratio), FIGURE) == {Verdict.HELD}
    if ratio > 5:
        wrong = ratio * Fraction(5, 4) + 4
        assert verdicts(said(wrong), FIGURE) == {Verdict.CONTRADICTED}


# --- the shares of a column and of a breakdown

TABLE = """# Memory

| Part | GB | Share |
| --- | --- | --- |
| Weights | 20.0 | 50% |
| KV cache | 12.0 | 30% |
| Activations | 6.0 | {third} |
| Buffers | 2.0 | 5% |
{total}
"""


@pytest.mark.parametrize("total", ["| Total | 40.0 | 100% |", ""])
def test_shares_of_a_column(total: str) -> None:
    assert verdicts(TABLE.format(third="15%", total=total), TOTAL) == {Verdict.HELD}
    text = TABLE.format(third="19%", total=total)
    (finding,) = findings(text, TOTAL)
    assert (shown(text, finding), finding.expected) == ("19%", "15%")


def test_a_column_of_something_else_is_left_alone() -> None:
    rows = "\n".join(f"| {name} | {size} | {share}% |" for name, size, share in (("A", 40, 91), ("B", 20, 88), ("C", 30, 95)))
    assert outcomes(f"| GPU | GB | Utilization |\n| --- | --- | --- |\n{rows}\n", TOTAL) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(50, 5000), min_size=3, max_size=7), st.integers(0, 6))
def test_breakdowns(parts: list[int], wrong: int) -> None:
    def tree(shares: list[str]) -> str:
        lines = [f"├── Part{index}x: {part / 10:.1f} GB ({share})" for index, (part, share) in enumerate(zip(parts, shares, strict=True))]
        return "```\nMemory per GPU\n" + "\n".join([*lines[:-1], lines[-1].replace("├", "└")]) + "\n```\n"

    ratios = [Fraction(part * 100, sum(parts)) for part in parts]
    shares = [f"{float(ratio):.1f}%" for ratio in ratios]
    assert Verdict.CONTRADICTED not in verdicts(tree(shares), TOTAL)
    if len(parts) > 3 and wrong < len(parts):
        shares[wrong] = f"{float(ratios[wrong]) + 7:.1f}%"
        assert [finding.claimed for finding in findings(tree(shares), TOTAL)] == [shares[wrong]]


# --- objects


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ('{"m": {"required_gb": 18.2, "available_gb": 80, "utilization_percent": 22.75}}', Verdict.HELD),
        ('{"m": {"required_gb": 18.2, "available_gb": 80, "utilization_percent": 28.4}}', Verdict.CONTRADICTED),
        ('{"m": {"required_gb": 114.527434592, "available_gb": 80, "utilization_percent": 133.3275}}', Verdict.HELD),
        ('{"m": {"used_tb": 6.0, "capacity_tb": 8.0, "free_percent": 25}}', Verdict.HELD),
    ],
)
def test_objects(content: str, verdict: Verdict) -> None:
    assert verdicts(content, OBJECT, "memory.json") == {verdict}


def test_objects_with_several_candidates_say_nothing_wrong() -> None:
    content = '{"m": {"used_gb": 10, "required_gb": 12, "limit_gb": 70, "capacity_gb": 80, "utilization_percent": 50}}'
    assert findings(content, OBJECT, "memory.json") == []


# --- routing


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("3.1% of experts active per token", 0),
        ("12.5% of experts active per token", 1),
        ("Each expert handles about 3.1% of tokens", 0),
        ("Each expert handles 1.6% of tokens", 0),
        ("Each expert handles 6.25% of tokens", 1),
    ],
)
def test_routing(line: str, count: int) -> None:
    assert len(findings(f"- Total experts: 64\n- Routing: top-2\n- {line}\n", EXPERTS)) == count
    assert findings(f"- {line}\n", EXPERTS) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We dropped 36 of 1,800 calls in the window, 0.2 %.", "2%"),
        ("The adapters come to 88 M, or 1.1 % of the 80 B that the model has.", "0.11%"),
        ("A replica keeps 310k tokens. That fills 62 % of the 1.24 M tokens it has room for.", "25%"),
        ("We dropped 36 of 1,800 calls in the window, 2 %.", ""),
        ("32 of 64 GPUs are used, so MFU drops to 20 %.", ""),
        ("12 of 16 replicas answered; the target is 99 % of requests.", ""),
        ("96 GB of weights are there, and 20 % of the 141 GB stays free.", ""),
    ],
)
def test_portions_in_words(text: str, expected: str) -> None:
    assert [finding.expected for finding in findings(text, FIGURE)] == ([expected] if expected else [])

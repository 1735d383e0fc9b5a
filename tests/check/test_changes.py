from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.findings import Verdict
from tests.check.single import findings, outcomes, shown, verdicts

RULE = "stated-change"


@pytest.mark.parametrize(
    "text",
    [
        "Latency reduced by 79%: From 129 ms to 27 ms",
        "Throughput increased by 375%: from ~8,000 to 38,000 TPS",
        "Batch size: 128 → 64 (50% reduction)",
        "Latency: 120 → 80 ms (33% faster)",
        "Latency: 120 → 80 ms (1.5x faster)",
        "Latency: 120 → 80 ms (50% faster)",
        "120 ms vs 80 ms (33% reduction)",
        "from 120 ms down to 80 ms, a 33% cut",
        "Latency drops from 120 ms to 80 ms (−33%)",
        "Throughput: 1.2k → 1.8k tokens/s (+50%)",
        "MFU rose from 40% to 44% by 10%",
        "Utilization 60% → 75% (+15%)",
        "Utilization 60% → 75% (+25%)",
        "Step: 2.2 ms (3.77x reduction from 8.3 ms)",
        "Latency: 27 ms (target: <50 ms) - 79% improvement from 129 ms",
        "1.5x speedup (120 ms → 80 ms)",
        "8% increase in GPU utilization: from 52.5% to 56.7%",
        "Per token: reduced from 1.74 ms to 1.63 ms (-6.3%)",
        "Latency: 8 ms (60-70% improvement vs. 20 ms baseline)",
    ],
)
def test_a_change_may_be_taken_of_either_figure(text: str) -> None:
    assert verdicts(f"- {text}\n", RULE) == {Verdict.HELD}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Latency reduced by 68%: from 130 ms to 26 ms", "80%"),
        ("Batch size: 128 → 96 (40% reduction)", "25%"),
        ("Latency: 120 → 80 ms (2.5x faster)", "1.5x"),
        ("1.9x speedup (120 ms → 80 ms)", "1.5x"),
        ("Step: 2.2 ms (5.2x reduction from 8.3 ms)", "3.773x"),
        ("grew from 100 to 350 tokens/s, a 200% increase", "250%"),
        ("The draft (TPOT 19 ms) is slow: our step of 14 ms is 36% shorter", "26.32%"),
        ("On 64 cards theirs reaches 31,900 tokens/s, ours 42,200, a speed-up of 1.48x", "1.323x"),
        ("A stream goes from 57.1 to 129.2 tok/s, that is 3.1x faster", "2.263x"),
        ("The new link does 400 GB/s, twice the 100 GB/s of the old one", "4x"),
        ("Latency fell from 44 ms to 33 ms, so it was halved", "0.75x"),
        ("TTFT doubled from 200 ms to 290 ms when 4 of the GPUs went", "1.45x"),
        ("Loading takes 14.0 min, with parallel readers 9.1 min: 2.5x quicker", "1.538x"),
    ],
)
def test_a_change_that_fits_nothing_is_found(text: str, expected: str) -> None:
    (finding,) = findings(f"- {text}\n", RULE)
    assert finding.expected == expected
    assert not any(tried.holds for tried in finding.conventions)


@pytest.mark.parametrize(
    "text",
    [
        "Tensor parallelism: 8-way → 4-way (75% communication reduction)",
        "TP 8 → 4 (75% less traffic)",
        "Memory: 80 GB → 40 GB (halved, 75% activation savings)",
        "DP 2 → 4 (3x throughput)",
        "30% latency reduction with batch from 64 to 32",
        "20% reduction in latency by cutting TP from 8 to 4",
        "Latency reduced by 30%: batch from 64 to 32",
        "Throughput: 38,000 tokens/s (target: >20,000) - 375% improvement",
        "GPUs 0 → 3 (25% each)",
        "Latency: 80 ms (<100% of 120 ms)",
        "TTFT fell from 640 ms to 410 ms, and with it 20% of the traffic",
        "Decode takes 14 ms and prefill 380 ms, 20% less than we feared",
        "31,900 tokens/s on 8 cards, 42,200 on 16, and the bill is 1.9x higher",
        "From 40 GB to 31 GB, 12% less than the plan asked for",
        "The H200 has 141 GB, nearly twice the 80 GB of the H100",
        "8 GPUs do 4,000 tok/s, and double the 8 GPUs do less than twice of it",
        "Half of the 64 GPUs run the 4 replicas, and the batch of 8 was halved",
    ],
)
def test_changes_of_something_else_are_left_alone(text: str) -> None:
    assert findings(f"- {text}\n", RULE) == []


TABLE = """| Metric | {heads} | Improvement |
| --- | --- | --- | --- |
| GPUs | 16 | 8 | 50% reduction |
| Latency | 120 ms | 40 ms | {latency} |
| Throughput | 12,000 tok/s | 30,000 tok/s | 2.5x |
| Utilization | 60% | 75% | +15% |
| Communication | 10 ms | 4 ms | 40% traffic |
"""


@pytest.mark.parametrize("heads", ["Baseline | Proposed", "Plan A | Plan B"])
def test_tables(heads: str) -> None:
    assert verdicts(TABLE.format(heads=heads, latency="3x faster"), RULE) == {Verdict.HELD}
    text = TABLE.format(heads=heads, latency="4.2x faster")
    (finding,) = findings(text, RULE)
    assert (shown(text, finding).rstrip(), finding.expected) == ("4.2x", "3x")


def test_against_a_target() -> None:
    text = "## Latency\n\n- Target: 50 ms\n- Achieved: 35 ms ({} than target)\n"
    for right in ("1.43x faster", "30% better", "43% faster"):
        assert verdicts(text.format(right), RULE) == {Verdict.HELD}
    assert [finding.expected for finding in findings(text.format("1.8x faster"), RULE)] == ["1.429x"]


@pytest.mark.parametrize(("percent", "verdict"), [("25", Verdict.HELD), ("40", Verdict.CONTRADICTED)])
def test_objects(percent: str, verdict: Verdict) -> None:
    content = f'{{"batch_size": {{"original": 128, "optimized": 96, "reduction_percent": {percent}}}}}'
    assert verdicts(content, RULE, "plan.json") == {verdict}


def test_a_bound_is_no_stated_change() -> None:
    assert outcomes("- Latency: 120 ms → 80 ms (>10% reduction)\n", RULE) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(50, 5000), st.integers(50, 5000), st.integers(0, 4), st.integers(0, 3))
def test_changes_in_many_ways(old: int, new: int, style: int, base: int) -> None:
    if old == new:
        return
    ratio = Fraction(new, old)
    value = (abs(ratio - 1), abs(1 / ratio - 1), ratio, 1 / ratio)[base]
    if value < Fraction(1, 50) or (new < old and base == 1):
        return  # what falls, falls by a share of what it was
    word = "reduction" if new < old else "increase"

    def said(amount: Fraction, *, times: bool) -> str:
        text = f"{float(amount):.2f}x" if times else f"{float(amount * 100):.1f}%"
        a, b = f"{old / 10:.1f} ms", f"{new / 10:.1f} ms"
        ways = (
            f"{a} → {b} ({text} {word})",
            f"from {a} to {b} ({text})",
            f"{text} {word}: from {a} to {b}",
            f"{b} ({text} {word} from {a})",
        )
        return f"- Step: {(*ways, f'{text} {word} ({a} → {b})')[style]}\n"

    times = base > 1
    assert verdicts(said(value, times=times), RULE) == {Verdict.HELD}
    others = (abs(ratio - 1), abs(1 / ratio - 1), ratio, 1 / ratio)
    wrong = value * Fraction(3, 2) + 1
    if all(abs(wrong / other - 1) > Fraction(1, 10) for other in others):
        assert verdicts(said(wrong, times=times), RULE) == {Verdict.CONTRADICTED}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Latency reduced by 150%", 1),
        ("A 200% reduction in memory", 1),
        ("Memory reduced by 100%", 0),
        ("Throughput increased by 150%", 0),
        ("Cost savings of up to 120%", 0),
    ],
)
def test_reductions_beyond_all(text: str, count: int) -> None:
    assert len(findings(f"- {text}\n", "reduction-beyond-all")) == count


def test_prices_change_too() -> None:
    assert verdicts("The price fell from $4.10 to $1.74, a cut of 58 %.\n", RULE) == {Verdict.HELD}
    (finding,) = findings("The price fell from $4.10 to $1.74, a cut of 38 %.\n", RULE)
    assert finding.claimed == "38 %"


TARGETS = "| Metric | Target | Achieved |\n|---|---|---|\n| Requests per second | 16 | 17 |\n| Step latency | 50 ms | 41 ms |\n\n{}\n"


def test_a_share_above_the_target_of_a_named_quantity() -> None:
    (finding,) = findings(TARGETS.format("- Throughput is 30% above target requests per second"), RULE)
    assert finding.claimed == "30%"
    assert findings(TARGETS.format("- Throughput is 6% above target requests per second"), RULE) == []
    assert findings(TARGETS.format("- Throughput is 30% above target tokens per second"), RULE) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The price drops from $4.10 to $1.74, a cut of 136%.", "136%"),
        ("Latency fell from 250 ms to 100 ms, a reduction of 150%.", "150%"),
        ("The bill went down from $900 to $300, a saving of 200%.", "200%"),
        ("Latency: 100 → 250 ms (+250%)", "250%"),
        ("Load: 40 → 60 requests (+67%)", "67%"),
        ("| | 1.17 | 1.18 | change |\n|---|---|---|---|\n| A | 40 ms | 30 ms | -25% |\n| B | 20 ms | 30 ms | +50% |\n"
         "| C | 6 ms | 27 ms | +450% |\n", "450%"),
    ],
)  # fmt: skip
def test_a_share_of_more_than_all_and_one_with_a_sign(text: str, wrong: str) -> None:
    assert [shown(text, found).strip("+- ") for found in findings(text, RULE)] == [wrong]


@pytest.mark.parametrize("text", ["Latency: 100 → 250 ms (+150%)", "Load: 40 → 60 requests (+50%)", "Latency: 250 → 100 ms (250%)"])
def test_shares_that_may_be_meant_so(text: str) -> None:
    assert findings(text, RULE) == []

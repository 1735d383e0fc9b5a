from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.findings import Confidence, Severity, Verdict
from tests.check.single import findings, shown, verdicts

RULE = "sum-of-parts"


def bullets(*lines: str) -> str:
    return "# Plan\n\n" + "".join(f"- {line}\n" for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        bullets("Weights: 17.5 GB", "KV cache: 20 GB", "Activations: 10 GB", "Total: 47.5 GB", "Limit: 68 GB"),
        bullets("Weights: 312 MB", "KV cache: 3 GB", "Activations: 1 GB", "Total per GPU: 4.3 GB (93% headroom)"),
        bullets("Weights: 20GB ÷ (PP × EP) = 20GB ÷ 32 = 0.625GB", "KV cache: 2 GB", "Total: 2.6 GB"),
        bullets("Attention: 1.2B", "Experts: 28B", "Embedding: 0.8B", "Total: 30B"),
        bullets("Compute: 20 ms", "Communication: 8 ms (overlapped)", "Total: 20 ms"),
        bullets("Weights: 4.01 GB", "Gradients: 4.01 GB", "Optimizer: 8.02 GB", "Total: 16.0 GB"),
        "```\nTotal memory: 68 GB\n├── weights: 40 GB\n├── KV: 20 GB\n└── other: 8 GB\n```\n",
        "| Part | GB |\n| --- | --- |\n| A | 5 |\n| B | 10 |\n| Weights subtotal | 15 |\n| KV | 20 |\n| Total | 35 |\n",
        "| Part | Share |\n| --- | --- |\n| A | 33.3% |\n| B | 33.3% |\n| C | 33.3% |\n| Total | 100% |\n",
    ],
)
def test_right_totals_hold(text: str) -> None:
    assert verdicts(text, RULE) == {Verdict.HELD}


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        (bullets("Attention: 14 ms", "Experts: 9 ms", "All-to-all: 4 ms", "Total: 30 ms"), "30 ms"),
        (bullets("Weights: 17.5 GB", "KV cache: 20 GB", "Activations: 10 GB", "**Total**: 52.5 GB"), "52.5 GB"),
        ("```\nTotal memory: 78 GB\n├── weights: 40 GB\n├── KV: 20 GB\n└── other: 8 GB\n```\n", "78 GB"),
        ("| Part | GB |\n| --- | --- |\n| A | 17.5 |\n| B | 20.0 |\n| **Total** | **40.5** |\n", "40.5"),
        ('{"m": {"weights_gb": 35.0, "kv_cache_gb": 12.5, "activations_gb": 6.0, "total_gb": 58.5}}', "58.5"),
    ],
)
def test_wrong_totals_are_found(text: str, claimed: str) -> None:
    (finding,) = findings(text, RULE, "plan.json" if text.startswith("{") else "plan.md")
    assert finding.claimed == claimed
    assert shown(text, finding) == claimed


@pytest.mark.parametrize(
    "text",
    [
        bullets("TP: 4", "PP: 2", "DP: 2", "Total GPUs: 17"),
        bullets("Compute per layer: 1.8 ms", "All-reduce per layer: 0.2 ms", "Total latency: 32 ms"),
        bullets("GPU memory: 80 GB", "Host memory: 512 GB", "Total memory: 700 GB"),
        bullets("Weights: 17.5 GB", "KV cache: 20 GB", "Activations: small", "Total: about 40 GB for 2 GPUs", "Limit: 68 GB"),
        bullets("Weights fit: 17.5 GB < 68 GB", "KV cache fits: 20 GB < 68 GB", "Total memory: 50 GB"),
        bullets("Weights: 140 GB", "Gradients: 140 GB", "Optimizer: 560 GB", "Total: 900 GB / 8 = 112.5 GB per GPU"),
        "| GPU | Latency (ms) |\n| --- | --- |\n| A | 10 |\n| B | 12 |\n| Overall | 14 |\n",
        "| Model | Total params |\n| --- | --- |\n| A | 30B |\n| B | 70B |\n",
        '{"m": {"model_gb": 60.0, "activations_gb": 42.9, "checkpointed_activations_gb": 21.5, "total_gb": 81.5}}',
        '{"m": {"model_parameters": 23.1, "activations_gb": 18.7, "gradients_gb": 23.1, "total_gb": 54.3}}',
    ],
)
def test_what_is_not_plainly_a_sum_is_left_alone(text: str) -> None:
    assert findings(text, RULE, "plan.json" if text.startswith("{") else "plan.md") == []


def test_ends_of_ranges_are_compared() -> None:
    parts = ("Weights: 0.6 GB", "Activations: 2-4 GB", "KV cache: 8-16 GB")
    assert verdicts(bullets(*parts, "Total: 11-21 GB"), RULE) == {Verdict.HELD}
    (finding,) = findings(bullets(*parts, "Total: 15-21 GB"), RULE)
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.MEDIUM)


def test_nested_items_count_on_their_own_level() -> None:
    text = "- Weights: 40 GB\n  - Attention: 10 GB\n  - MLP: 30 GB\n- KV cache: 20 GB\n- Total: 60 GB\n"
    assert verdicts(text, RULE) == {Verdict.HELD}
    (finding,) = findings(text.replace("60", "70"), RULE)
    assert {text[place.span.start : place.span.end] for place in finding.related} == {"40 GB", "20 GB"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(20, 900), min_size=2, max_size=8), st.sampled_from(["GB", "ms"]), st.integers(0, 2), st.sampled_from([1, -1]))
def test_lists_tables_and_trees(parts: list[int], unit: str, style: int, sign: int) -> None:
    def report(total: int) -> str:
        rows = [(f"Part {chr(65 + index)}", f"{part / 10:.1f}") for index, part in enumerate(parts)]
        rows.append(("Total", f"{total / 10:.1f}"))
        if style == 0:
            return bullets(*(f"{name}: {value} {unit}" for name, value in rows))
        if style == 1:
            body = "".join(f"| {name} | {value} |\n" for name, value in rows)
            return f"| Part | {'Memory (GB)' if unit == 'GB' else 'Time (ms)'} |\n| --- | --- |\n{body}"
        lines = [f"├── {name}: {value} {unit}" for name, value in rows[:-1]] + [f"└── {rows[-1][0]}: {rows[-1][1]} {unit}"]
        return "```\nBudget\n" + "\n".join(lines) + "\n```\n"

    right = sum(parts)
    assert verdicts(report(right), RULE) == {Verdict.HELD}
    wrong = right + sign * (right // 5 + len(parts))
    if not says_something_else(parts, wrong):
        assert verdicts(report(wrong), RULE) == {Verdict.CONTRADICTED}


def says_something_else(parts: list[int], total: int) -> bool:
    """Tell whether a total that is not the sum of its parts may be meant otherwise: their mean, one of them, or the sum without a subtotal.

    All in tenths, written to one digit: sums of n parts may differ by n halves of a tenth and one.
    """
    right, slack = sum(parts), len(parts) // 2 + 1
    mean = abs(total * len(parts) - right) < len(parts) * len(parts)
    without_a_subtotal = any(
        abs(right - part - total) <= slack
        and any(abs(sum(run) - part) <= slack for run in (*tails(parts[:index]), *tails(parts[index + 1 :][::-1])))
        for index, part in enumerate(parts)
    )
    return mean or total in parts or without_a_subtotal


def tails(parts: list[int]) -> list[list[int]]:
    return [parts[start:] for start in range(len(parts) - 1)]


@pytest.mark.parametrize("parts", [[30, 20, 50, 70], [30, 20, 10, 60, 75]])
def test_a_subtotal_stands_beside_what_it_adds_up(parts: list[int]) -> None:
    """30 + 20 = 50 behind them makes 120 of 30, 20, 50 and 70 without the 50; the same figures in another order make nothing."""
    subtotal = 50 if 50 in parts else 60
    total = sum(parts) - subtotal
    rows = [*(f"Part {chr(65 + index)}: {part}.0 GB" for index, part in enumerate(parts)), f"Total: {total}.0 GB"]
    assert verdicts(bullets(*rows), RULE) == {Verdict.HELD}
    apart = [rows[2], rows[0], rows[3], rows[1], *rows[4:]]
    assert verdicts(bullets(*apart), RULE) == {Verdict.CONTRADICTED}


@pytest.mark.parametrize("name", ["Total", "All", "Overall", "Sum of all"])
@pytest.mark.parametrize("wrong", [False, True])
def test_a_row_that_other_columns_prove_to_be_a_total(name: str, wrong: bool) -> None:
    rows = [("north", 37, 9_213), ("south", 21, 5_229), ("west", 33, 8_217)]
    table = "".join(f"| {row} | {one} | {two:,} |\n" for row, one, two in (*rows, (name, 91, 22_659 + 1_500 * wrong)))
    found = findings(f"| Region | Requests/s | Tokens per s |\n|---|---|---|\n{table}", RULE)
    assert [finding.claimed for finding in found] == (["24,159"] if wrong else [])


def test_rows_that_double_are_no_totals() -> None:
    text = "| Run | Batch | Steps | ms |\n|---|---|---|---|\n| a | 8 | 16 | 11.0 |\n| b | 8 | 16 | 12.5 |\n| c | 16 | 32 | 22.9 |\n"
    assert findings(text, RULE) == []


def test_a_total_of_something_is_none_of_the_rows_above() -> None:
    text = "| Setting | Plan |\n|---|---|\n| TP | 4 |\n| PP | 3 |\n| CP | 2 |\n| Total GPUs | 12 |\n"
    assert findings(text, RULE) == []


@pytest.mark.parametrize(("total", "found"), [(122, []), (142, ["142"]), (104, [])])
def test_totals_beside_objects(total: int, found: list[str]) -> None:
    phases = [(913, 7, 301_290), (2_207, 11, 728_310), (3_159, 104, 1_042_470)]
    data = {
        "phases": [{"requests": {"ok": ok, "failed": failed}, "tokens": {"answer": answer}} for ok, failed, answer in phases],
        "totals": {"requests_ok": 6_279, "requests_failed": total, "answer_tokens": 2_072_070},
    }
    assert [finding.claimed for finding in findings(json.dumps(data), RULE, "run.json")] == found


def test_times_that_overlap_are_not_added() -> None:
    rows = "| a | 913 | 31 ms |\n| b | 722 | 24 ms |\n| c | 508 | 11 ms |\n| Total | 2143 | 45 ms |\n"
    assert findings(f"| Phase | Tokens | Latency |\n|---|---|---|\n{rows}", RULE) == []


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("| Level | Switches |\n| --- | --- |\n| Leaf | 8 |\n| Spine | 4 |\n| Total | 14 |\n", "14"),
        ("| Site | Nodes |\n| --- | --- |\n| North | 5 |\n| South | 9 |\n| Total | 16 |\n", "16"),
        ("| Position | Price |\n| --- | --- |\n| Nodes | $4,000 |\n| Switch | $700 |\n| **Net** | **$5,700** |\n", "$5,700"),
        ("| Item | Cost |\n| --- | --- |\n| GPUs | $4,000 |\n| Power | $900 |\n| Gross | $5,900 |\n", "$5,900"),
        (bullets("Chat: 2 billion tokens a day", "Search: 0.5 billion", "Total: 3.5 billion tokens a day"), "3.5 billion tokens a day"),
        (bullets("EU: 30 million requests per day", "US: 45 million", "Total: 95 million requests per day"), "95 million requests per day"),
    ],
)
def test_totals_of_other_trades(text: str, claimed: str) -> None:
    assert [found.claimed.lstrip("$") for found in findings(text, RULE)] == [claimed.lstrip("$")]


@pytest.mark.parametrize(
    "text",
    [
        "| Level | Switches |\n| --- | --- |\n| Leaf | 8 |\n| Spine | 4 |\n| Total | 12 |\n",
        "| Position | Price |\n| --- | --- |\n| Nodes | $4,000 |\n| Switch | $700 |\n| Net | $4,700 |\n",
        "| Position | Price |\n| --- | --- |\n| Nodes | $4,000 |\n| Switch | $700 |\n| Net effect on the budget | $9,700 |\n",
        bullets("Chat: 2 billion tokens a day", "Search: 0.5 billion", "Total: 2.5 billion tokens a day"),
        bullets("Chat: 2 billion tokens a day", "Model: 70 billion", "Peak: 3.5 billion tokens a day"),
    ],
)
def test_totals_of_other_trades_hold(text: str) -> None:
    assert findings(text, RULE) == []

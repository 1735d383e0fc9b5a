"""Written equations: right ones in many spellings hold, a result beyond rounding is found."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.findings import Confidence, Finding, Severity, Verdict
from tests.check.single import findings, outcomes, shown, verdicts

RULE = "written-equation"


@pytest.mark.parametrize(
    "text",
    [
        "4 × 1024 × 1024 = 4MB",
        "18.3 days × 24 × 128 GPUs = 56,200 GPU-hours",
        "1.9 + 400 tokens x 21 ms = 10.3 s",
        "So 18.3 days times 24 times 128 is 56,200 GPU-hours",
        "500 × 3.31 s / 60 = 27.6 min",
        "1,200 GPU-hours / 24 / 64 GPUs = 0.78 days",
        "24 GPUs × 2 days × 24 = 1,152 GPU-hours",
        "With 16 bytes times 6.9B is 110 GB of state",
        "64 × 2 × 1024 × 2048 = 256MB",
        "16 × 512 MB = 8 GB",
        "320KB × 8192 × 16 = 42.9 GB",
        "30B × 2 bytes = 60GB",
        "65,536 × 4096 × 2B = 512 MiB",
        "140 GB / TP4 × PP2 = 17.5 GB per GPU",
        "64 / 2 × 4 = 128",
        "64 / 2 × 4 = 8",
        "400 TFLOPS × 60% = 240",
        "128 ÷ 0.093 = 1,376 seq/sec",
        "1000 / 35 = 28.6 tok/s",
        "1.31M ÷ 38,400 = 34ms",
        "140 GB ÷ 3.35 TB/s = 42 ms",
        "16 MB × 8 / 400 Gbps = 0.32 ms",
        "240 TFLOPS / 2 GFLOP = 120,000 tokens/s",
        "2 × 70B × 4096 / (8 × 989 TFLOPS × 0.5) = 145 ms",
        "24 × 365 × 0.1% = 8.76 h",
        "0.6 + 2 + 8 GB = 10.6 GB",
        "15 GB + 10% = 16.5 GB",
        "80 GB - 10% = 72 GB usable",
        "27/50 × 100 = 54%",
        "100 / 1.3 = 77 GPUs",
        "2/3 = 66.6%",
        "1024 × 1000 = 1,000,000",
        "33.3% × 3 = 100%",
        "989 TFLOPS × 0.5 = 494.5 TFLOPS × 8 = 3.96 PFLOPS",
        "2 nodes × 8 GPUs = 16 GPUs + 2 spare",
        "64 GPUs - 8 × 8 = 64",
        "4 replicas = 4 × 16 = 64 GPUs",
        "400TFlops (60% MFU = 240TFlops effective)",
        "46.7B params × 2 bytes / 1e9 = 93.4 GB",
        "70e9 × 2 bytes / 1024^3 = 130.4 GiB",
        "405 × 109 × 2 bytes = 810 GB",
        "12 B × 30.5 B = 366 GB",
        "2 × 40 × 4 × 64 × 2 B = 40,960 B = 40 KiB",
        "4 B x 250 M / DP 8 = 0.125",
        "6 × 40 B = 240 B",
        "2 (bytes of BF16) * 9B (parameters) = 18GB",
        "64 nodes x 8 A100-80GB = 512 GPUs",
        "64 nodes × 8 H100-SXM-80GB GPUs = 512",
        "2 nodes x 8 MI300X-192GB = 16 GPUs",
    ],
)
def test_admissible_readings_hold(text: str) -> None:
    assert verdicts(f"- {text}\n", RULE) == {Verdict.HELD}


@pytest.mark.parametrize(
    ("text", "expected", "severity"),
    [
        ("64 experts / 4 GPUs = 18 experts per GPU", "16", Severity.ERROR),
        ("TP4 × EP8 × PP2 = 32 GPUs", "64", Severity.ERROR),
        ("30B × 2 bytes = 70GB", "60 GB", Severity.ERROR),
        ("12 × 2 = 24 = 3 × 9", "27", Severity.ERROR),
        ("64 / 2 × 4 = 16", "128", Severity.ERROR),
        ("15 GB + 10% = 17.5 GB", "16.5 GB", Severity.ERROR),
        ("~134MB per layer (1024 × 128 × 128 × 2 bytes)", "33.55 MB", Severity.ERROR),
        ("400 TFLOPS (60% MFU = 260 TFLOPS)", "240 TFLOPS", Severity.ERROR),
        ("96 GPUs (EP8 × TP4 × PP2)", "64", Severity.ERROR),
        ("40 GPUs (EP8 × TP4 × DP6)", "192", Severity.ERROR),
        ("48 GPUs (EP4 × TP6 × DP8)", "192", Severity.WARNING),
        ("about 7B parameters (32 experts × 1024 × 3 × 2048)", "201,326,592", Severity.ERROR),
        ("9000 requests (64 × 32 × 2)", "4096", Severity.ERROR),
        ("12 experts (96 experts / 6)", "16", Severity.ERROR),
        ("4 × 1024 × 1024 = 7MB", "4.194 MB", Severity.WARNING),
        ("256 × 1000 / 400 = 900 ms", "640 ms", Severity.WARNING),
        ("18.3 days x 24 x 128 = 66,200 GPU-hours", "56,218 gpu*h", Severity.ERROR),
        ("500 × 3.31 s / 60 = 55 min", "27.58 min", Severity.ERROR),
        ("so 16 times 6.9 is 150, over 128 ranks", "110.4", Severity.ERROR),
        ("1.9 + 400 tokens x 21 ms = 12.6 s", "10.3 s", Severity.ERROR),
    ],
)
def test_a_wrong_result_is_found(text: str, expected: str, severity: Severity) -> None:
    (finding,) = findings(f"- {text}\n", RULE)
    assert (finding.expected, finding.severity) == (expected, severity)


@pytest.mark.parametrize(
    "text",
    [
        "We ran 2 times 8 GPUs and are 3 people",
        "4 times 8 is all of it",
        "The 2 x 8 GPUs are 80 GB cards",
        "2 x 8 GPUs is 1 replica",
        "TP 4 x PP 2 is what we run, and is 3 times as fast",
    ],
)
def test_what_is_said_of_a_product_is_no_result(text: str) -> None:
    assert findings(f"- {text}\n", RULE) == []


def test_a_slip_of_a_prefix_is_named() -> None:
    (finding,) = findings("- 480 TFLOPS ÷ 6 GFLOP = 80 tokens/s\n", RULE)
    assert finding.message.endswith("it would agree with token/ms for token/s")
    (finding,) = findings("- 16 MB / 400 Gbps = 2.56 µs\n", RULE)
    assert "a factor of 125" not in finding.message


def test_the_finding_stands_on_the_result_and_repairs_it() -> None:
    text = "- Ranks: TP4 × EP8 × PP2 = 1,032 GPUs\n"
    (finding,) = findings(text, RULE)
    assert shown(text, finding) == "1,032"
    (repair,) = finding.repairs
    assert repair.safe
    assert [edit.text for edit in repair.edits] == ["64"]


def test_a_guessed_unit_is_never_more_than_medium() -> None:
    (finding,) = findings("- 4 × 1024 × 1024 = 7MB\n", RULE)
    assert finding.confidence is Confidence.MEDIUM
    assert {tried.name for tried in finding.conventions} >= {"counts as elements of 1 byte", "counts as elements of 4 bytes"}


@pytest.mark.parametrize("text", ["Claimed: TP(8) × PP(4) = 64", "This is wrong: 8 × 4 = 64", "8 × 4 = 64 ❌"])
def test_what_a_report_does_not_stand_by_is_undetermined(text: str) -> None:
    assert verdicts(f"- {text}\n", RULE) == {Verdict.UNDETERMINED}


@pytest.mark.parametrize(
    "text",
    [
        "Two matrices (4096 × 4096) a layer",
        "12 ms (4 layers × 2 all-reduces)",
        "30B parameters (estimated 120GB FP32 / 60GB FP16)",
        "128/128 GPUs (was 3/128)",
        "16 heads (4 × 32)",
        "8 GPUs (32 GPU, TP1/PP4/EP8)",
    ],
)
def test_brackets_that_explain_something_else(text: str) -> None:
    assert findings(f"- {text}\n", RULE) == []


def test_an_equation_whose_left_side_was_taken_for_a_key() -> None:
    (finding,) = findings("```\n64 experts / 4 GPUs = 18 experts per GPU\n```\n", RULE)
    assert finding.expected == "16"
    assert verdicts('{"heads": "64 / 8 = 8", "x~~": "~"}', RULE, "plan.json") == {Verdict.HELD}


def test_what_is_struck_through_is_not_said() -> None:
    assert outcomes("- ~~4 × 4 = 17~~\n", RULE) == []


# --- properties

NAMES = ("TP", "PP", "DP", "EP")
small = st.integers(1, 64)


def spelled(factors: list[int], style: int) -> str:
    """Write a product in one of the ways of reports."""
    match style:
        case 0:
            return " × ".join(f"{name}{factor}" for name, factor in zip(NAMES, factors, strict=False))
        case 1:
            return " x ".join(f"{factor} ({name})" for name, factor in zip(NAMES, factors, strict=False))
        case 2:
            return " * ".join(f"{name}={factor}" for name, factor in zip(NAMES, factors, strict=False))
        case 3:
            return "×".join(str(factor) for factor in factors)
        case 4:
            return " · ".join(f"{name}({factor})" for name, factor in zip(NAMES, factors, strict=False))
        case _:
            return " × ".join(f"{factor} {noun}" for factor, noun in zip(factors, ("nodes", "GPUs", "layers", "heads"), strict=False))


@settings(max_examples=60, deadline=None)
@example(factors=[1, 1], style=4, mark="", grouped=False, shift=1)
@example(factors=[8, 2], style=4, mark="**", grouped=False, shift=-4)
@given(st.lists(small, min_size=2, max_size=4), st.integers(0, 5), st.sampled_from(["", "**", "~"]), st.booleans(), st.integers(-40, 40))
def test_products(factors: list[int], style: int, mark: str, grouped: bool, shift: int) -> None:
    product = 1
    for factor in factors:
        product *= factor
    right = f"{product:,}" if grouped else str(product)
    closing = mark if mark == "**" else ""
    assert Verdict.CONTRADICTED not in verdicts(f"- Total: {spelled(factors, style)} = {mark}{right}{closing} GPUs\n", RULE)
    wrong = product + shift
    if wrong > 0 and mark != "~" and abs(shift) * 20 > product:
        assert verdicts(f"- Total: {spelled(factors, style)} = {mark}{wrong}{closing} GPUs\n", RULE) == {Verdict.CONTRADICTED}


def rounded(value: Fraction, places: int) -> str:
    scaled = int(value * 10**places + Fraction(1, 2))
    return f"{scaled / 10**places:.{places}f}" if places else str(scaled)


UNITS = (("GB", "MB", 1000), ("TB/s", "GB/s", 1000), ("s", "ms", 1000), ("TFLOPS", "GFLOPS", 1000))


@settings(max_examples=60, deadline=None)
@given(st.integers(100, 99_999), st.integers(2, 128), st.sampled_from(UNITS), st.sampled_from(["/", "÷"]), st.integers(0, 2), st.booleans())
def test_quotients_with_units(whole: int, divisor: int, units: tuple[str, str, int], sign: str, places: int, shrink: bool) -> None:
    large, little, factor = units
    left, right = f"{whole / 100:.2f} {large}", Fraction(whole, 100) / divisor * (factor if shrink else 1)
    unit = little if shrink else large
    if right < 1:
        return
    text = f"- Share: {left} {sign} {divisor} GPUs = {rounded(right, places)} {unit} each\n"
    assert verdicts(text, RULE) == {Verdict.HELD}
    wrong = f"- Share: {left} {sign} {divisor} GPUs = {rounded(right * Fraction(5, 4) + 3, places)} {unit} each\n"
    assert verdicts(wrong, RULE) == {Verdict.CONTRADICTED}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(10, 9999), min_size=2, max_size=6), st.sampled_from(["GB", "ms", "MB"]), st.booleans())
def test_sums_with_units(parts: list[int], unit: str, every: bool) -> None:
    written = " + ".join(f"{part / 10:.1f}{unit if every else ''} part" for part in parts[:-1]) + f" + {parts[-1] / 10:.1f} {unit}"
    total = sum(parts)
    assert verdicts(f"- {written} = {total / 10:.1f} {unit}\n", RULE) == {Verdict.HELD}
    assert verdicts(f"- {written} = {total * 1.3 / 10 + 2:.1f} {unit}\n", RULE) == {Verdict.CONTRADICTED}


def recomputed(finding: Finding) -> None:
    """Evaluate each step's arithmetic with plain fractions and compare it with what the step says."""
    for step in finding.derivation:
        assert re.fullmatch(r"[0-9.+\-*/() ]+", step.substituted), step.substituted
        value = eval(re.sub(r"\d+(?:\.\d+)?", lambda digits: f"Fraction('{digits.group()}')", step.substituted))  # noqa: S307
        assert step.low is not None
        assert step.high is not None
        assert step.low <= value <= step.high


@pytest.mark.parametrize(
    "text",
    [
        "64 experts / 4 GPUs = 18",
        "15 GB + 10% = 17.5 GB",
        "100% - 51.6% = 40%",
        "(4B + 26B) ÷ 1024 = ~40M",
        "1024² × 2 = 3,097,152",
        "0.6 + 2 + 8 GB = 14 GB",
        "1 / 3 = 45%",
        "16 MB / 400 Gbps = 1.32 ms",
        "33.3 GB / (3 - 1) = 22 GB",
        "312MB × 98.4 accesses/ms = 60.7 GB/ms",
    ],
)
def test_derivations_can_be_worked_out_again(text: str) -> None:
    (finding,) = findings(f"- {text}\n", RULE)
    recomputed(finding)


# --- figures in two units


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("400 Gbps = 50 GB/s", Verdict.HELD),
        ("Step: 1500 ms (1.5 s)", Verdict.HELD),
        ("Buffer: 2048 MB (2 GB)", Verdict.HELD),
        ("1,406,250 tokens/s = 1,406 tokens/ms", Verdict.HELD),
        ("1,406,250,000 tokens/s = 1,406 tokens/ms", Verdict.CONTRADICTED),
        ("400 Gbps (400 GB/s)", Verdict.CONTRADICTED),
        ("400 Gbps = 400 GB/s", Verdict.CONTRADICTED),
        ("0.5 ms = 50 µs", Verdict.CONTRADICTED),
    ],
)
def test_conversions(text: str, verdict: Verdict) -> None:
    assert verdicts(f"- {text}\n", "unit-conversion") == {verdict}


@pytest.mark.parametrize(
    "text",
    [
        "8 × 4 = 32 GPUs = 4 nodes",
        "60/10 = 6 stages per GPU = 33 GB for each",
        "fits DP=6 (120/144)",
        "512 GPUs (TP8 × PP4)",
        "3 pods (4 × 4 × 8)",
        "6 nodes (2 × 8)",
    ],
)
def test_figures_of_different_things_are_not_equal(text: str) -> None:
    assert Verdict.CONTRADICTED not in verdicts(f"- {text}\n", RULE)


@pytest.mark.parametrize("text", ["Decode 25 ms (0.2 s)", "24 GB (80 GB)", "100 ms (5 s timeout)"])
def test_a_second_figure_in_brackets_may_be_another(text: str) -> None:
    assert findings(f"- {text}\n", "unit-conversion") == []


@pytest.mark.parametrize(
    "text",
    [
        "8x80GB uses ~78GiB/gpu",
        "a ~4k×4k image is ~200 MB as patches",
        "mem(1 layer) * 2 ~= 44.8 GB",
        "A2 (max dim=256) / A4 (max dim=128) cannot serve `dim=512`",
        "1 = on every layer, 4 = on 1/4 of layers",
        "8x + 31 = 2",
    ],
)
def test_what_only_looks_like_an_equation_contradicts_nothing(text: str) -> None:
    assert findings(f"- {text}\n", RULE) == []


CELLS = "| Part | Rule | GB |\n|---|---|---|\n| a | 2 B × 3.5 B | 7.0 |\n| b | 4 B × 3.5 B | 14.0 |\n| c | 12 B × 3.5 B / 8 | {} |\n"


@pytest.mark.parametrize(("third", "found"), [("5.25", []), ("6.75", ["6.75"]), ("see below", [])])
def test_arithmetic_in_the_cell_before_its_result(third: str, found: list[str]) -> None:
    assert [finding.claimed for finding in findings(CELLS.format(third), RULE)] == found


def test_one_product_beside_a_figure_proves_nothing() -> None:
    assert findings("| Node | Shape | Nodes |\n|---|---|---|\n| a | 8 × 80 GB | 4 |\n| b | 8 × 96 GB | 2 |\n", RULE) == []


@pytest.mark.parametrize(("third", "found"), [("75.9", []), ("85.9", ["85.9"])])
def test_arithmetic_in_a_comment_above_its_key(third: str, found: list[str]) -> None:
    text = f"cost:\n  # 33 x 2.3\n  perHour: {third}\n  # 141.4 / 4\n  weights: 35.35\n  # 57 / 19\n  rate: 3\n  # 8 x 80\n  notes: some\n"
    assert [finding.claimed for finding in findings(text, RULE, "values.yaml")] == found
    text = f"cost:\n  perHour: {third}  # 33 x 2.3\n  weights: 35.35  # 141.4 / 4\n  rate: 3  # 57 / 19\n"
    assert [finding.claimed for finding in findings(text, RULE, "values.yaml")] == found


def test_a_report_that_counts_all_degrees_in_full_spares_none() -> None:
    text = "- Before: 48 GPUs (EP4 × TP2 × DP6)\n- After: 48 GPUs (EP4 × TP6 × DP8)\n"
    (finding,) = findings(text, RULE)
    assert (finding.expected, finding.severity) == ("192", Severity.ERROR)

"""The arithmetic of a finding as a reader is shown it: with the units of the report, and never another sum than was worked out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.findings import Confidence, Finding, Operand, Place, Severity, Step
from auditor.render.arithmetic import arithmetic, equation, proof
from auditor.spans import Span


def operand(symbol: str, text: str, value: str, slack: str = "0") -> Operand:
    return Operand(symbol, text, Fraction(value) - Fraction(slack), Fraction(value) + Fraction(slack))


WEIGHTS = operand("weights", "60 GB", "60000000000", "500000000")
TENSOR = operand("tp", "4", "4")
TWO_BYTES = operand("bytes_per_param", "2 bytes", "2")


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (Step("weights / (tp * pp)", "60000000000 / (4 * 2)", "7.5 GB", (WEIGHTS, TENSOR)), "60 GB / (4 * 2)"),
        (Step("params * 2", "8000000000 * 2", "16 GB", (operand("params", "8B", "8000000000"),)), "8B * 2"),
        (Step("share", "0.35", "35%", (operand("share", "35 %", "0.35"),)), "35 %"),
        # What stands in the report may be anything: only a number with a word behind it is shown.
        (Step("tp * pp", "4 * 2", "8", (operand("tp", "TP=4", "4"), operand("pp", "2 * 99", "2"))), "4 * 2"),
        (Step("tp * pp", "4 * 2", "8", (operand("tp", "4 GPUs\x1b[2J", "4"),)), "4 * 2"),
        # A measure never stands beside another one in base units.
        (
            Step("a - b", "0.037 - 0.031", "6 ms", (operand("b", "31 ms", "0.031"), operand("a", "took 37 ms", "0.037"))),
            "0.037 - 0.031",
        ),
        # Where formula and arithmetic are not alike, a number that two operands could be stays as it is.
        (Step("x", "2 * 2", "4", (TWO_BYTES, operand("pp", "2", "2"))), "2 * 2"),
        (Step("", "60000000000 / 8", "7.5 GB", (WEIGHTS,)), "60 GB / 8"),
        (Step("", "60000000000 / 8", "7.5 GB"), "60000000000 / 8"),
        (Step("x * y", "6442450944 * 2", "12 GiB", (operand("y", "2", "2"),)), "6,442,450,944 * 2"),
    ],
)
def test_operands_as_they_were_written(step: Step, shown: str) -> None:
    assert arithmetic(step) == shown


def test_a_result_is_not_said_twice() -> None:
    assert equation(Step("a", "6", "6 s (5.5 to 6.5 s)", (operand("a", "6 s", "6", "1/2"),))) == "6 s (5.5 to 6.5 s)"
    assert equation(Step("a", "4", "4")) == "4"
    assert equation(Step("a", "", "4")) == "4"
    assert equation(Step("a * b", "2 * 3", "")) == "2 * 3"


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30), st.integers(0, 10**12))
def test_any_text_is_shown(formula: str, substituted: str, text: str, value: int) -> None:
    step = Step(formula, substituted, "1", (operand("a", text, str(value)),))
    assert isinstance(equation(step), str)


def test_work_is_bounded() -> None:
    long = "1 + " * 100_000 + "1"
    assert arithmetic(Step(long, long, "1", (operand("a", "1 GB", "1"),))) == long


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (Step("a + b", "7500000000 + 12000000000", "19.5 GB"), "7.5 GB + 12 GB = 19.5 GB"),
        (Step("a - b", "0.7 - 0.369", "33.1%"), "70% - 36.9% = 33.1%"),
        (Step("a - b", "0.031 - 0.04", "-9 ms (-10 to -8 ms)"), "31 ms - 40 ms = -9 ms (-10 to -8 ms)"),
        # What would have to be rounded, is no sum, or is in base units anyway, stays as it is.
        (Step("a + b", "1 + 1073741824", "1 GiB"), "1 + 1,073,741,824 = 1 GiB"),
        (Step("a / b", "900000000000 / 8", "112.5 GB/s"), "900000000000 / 8 = 112.5 GB/s"),
        (Step("a + b", "1 + 2", "3 GPUs"), "1 + 2 = 3 GPUs"),
        (Step("a + b", "1 + 2", "3 <script>"), "1 + 2 = 3 <script>"),
    ],
)
def test_a_sum_is_shown_in_the_unit_of_its_result(step: Step, shown: str) -> None:
    assert equation(step).replace("1 + 1073741824", "1 + 1,073,741,824") == shown


@pytest.mark.parametrize(
    ("steps", "proves"),
    [
        ([Step("difference", "0.01", "1%")], False),
        ([Step("p99 >= p50", "0.31", "310 ms")], False),
        ([Step("a + b", "1 + 2", "3")], True),
        ([Step("rest", "3", "3"), Step("a + b", "1 + 2", "3")], True),
    ],
)
def test_what_computes_nothing_is_no_proof(steps: list[Step], proves: bool) -> None:
    found = Finding("ARI011", "name", "arithmetic", Severity.ERROR, Confidence.HIGH, "message", Place(Span(0, 1)), derivation=tuple(steps))
    assert proof(found) == (tuple(steps) if proves else ())

"""What the text says of the rows and columns of a table."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pipeline import audit_source
from auditor.read import decode

TABLE = """# Cards

| | NX-40 | QV-7 | Zeta |
|---|---|---|---|
| Output tokens/s | {0} | {1} | 960 |
| TTFT, ms | 310 | 520 | 610 |
| $ per million tokens | 0.483 | 0.423 | 0.275 |

{2}
"""


def found(sentence: str, first: str = "1,840", second: str = "1,150") -> list[str]:
    text = TABLE.format(first, second, sentence)
    return [one.code for one in audit_source(decode(text.encode(), "report.md")).findings if one.code in ("ARI021", "ARI022", "ARI023")]


@pytest.mark.parametrize(
    "sentence",
    [
        "The NX-40 writes 2.4x the tokens of the QV-7.",
        "The NX-40 writes 2.4 times as many tokens as the QV-7.",
        "The NX-40 has 95 % more output than the QV-7.",
        "The Zeta is 54 % cheaper per token than the QV-7.",
    ],
)
def test_a_wrong_ratio_is_found(sentence: str) -> None:
    assert found(sentence) == ["ARI021"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The NX-40 writes 1.6x the tokens of the QV-7.",
        "The NX-40 has 60 % more output than the QV-7.",
        "The Zeta is 35 % cheaper per token than the QV-7.",
        "The NX-40 would write 2.4x the tokens of the QV-7 with FP4.",
        "The NX-40 has 2.4x the bandwidth of the QV-7.",
        "The NX-40 writes 2.4x the tokens of the Zeta's predecessor, not of the QV-7.",
        "From 900 to 2,160 tokens/s: the NX-40 writes 2.4x the tokens of the QV-7 of last year.",
    ],
)
def test_what_holds_or_speaks_of_something_else_is_left_alone(sentence: str) -> None:
    assert found(sentence) == []


@pytest.mark.parametrize("sentence", ["The NX-40 is the cheapest of the three.", "The QV-7 has the lowest TTFT."])
def test_a_wrong_superlative_is_found(sentence: str) -> None:
    assert found(sentence) == ["ARI022"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The Zeta is the cheapest of the three.",
        "The QV-7 is the cheapest that answers within 550 ms.",
        "The QV-7 is not the cheapest of the three.",
        "The QV-7 is the largest customer's choice because of its tokens.",
        "The NX-40 has the lowest TTFT.",
    ],
)
def test_a_superlative_that_holds_or_is_of_fewer_is_left_alone(sentence: str) -> None:
    assert found(sentence) == []


def test_a_digit_of_a_cell_that_is_told_wrong_is_found() -> None:
    assert found("The output of the NX-40 came to 1,840 tokens/s.") == []
    assert found("Of output tokens the NX-40 wrote 1,940 tokens/s.") == ["ARI023"]
    assert found("Of output tokens the NX-40 wrote 1,840 tokens/s, and 1,940 tokens/s after the update.") == []


@given(st.integers(200, 9000), st.integers(200, 9000), st.sampled_from(("{0} times the tokens of", "{0}x the tokens of")))
def test_ratios_that_are_worked_out_raise_nothing(first: int, second: int, words: str) -> None:
    ratio = f"{float(Fraction(first, second)):.2f}"
    assert found(f"The NX-40 writes {words.format(ratio)} the QV-7.", f"{first:,}", f"{second:,}") == []

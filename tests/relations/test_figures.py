from __future__ import annotations

from fractions import Fraction

import pytest

from auditor.relations.figures import figure, figure_range, rewritten
from auditor.units import UNITS
from auditor.values import Interval


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Fraction(512), "1", "512"),
        (Fraction(2048), "sequence", "2048"),
        (Fraction(75852), "token/s", "75,852 token/s"),
        (Fraction(27, 1000), "ms", "27 ms"),
        (Fraction(33 * 10**9), "GB", "33 GB"),
        (Fraction(33, 64), "%", "51.56%"),
        (Fraction(5, 8), "%", "62.5%"),
        (Fraction(3, 11), "%", "27.27%"),
        (Fraction(1, 3), "1", "0.3333"),
        (Fraction(-1, 3), "1", "-0.3333"),
        (Fraction(30 * 10**9), "1", "30,000,000,000"),
        (Fraction(0), "GB", "0 GB"),
        (Fraction(10) ** 400, "1", "1e400"),
    ],
)
def test_figure(value: Fraction, unit: str, text: str) -> None:
    assert figure(value, UNITS[unit]) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (Fraction(53, 2), Fraction(55, 2), "26.5 to 27.5"),
        (Fraction(8), None, "at least 8"),
        (None, Fraction(8), "at most 8"),
        (None, None, "any value"),
        (Fraction(8), Fraction(8), "8"),
    ],
)
def test_ranges(low: Fraction | None, high: Fraction | None, text: str) -> None:
    assert figure_range(Interval(low, high), UNITS["1"]) == text


@pytest.mark.parametrize(
    ("text", "old", "new", "whole", "expected"),
    [
        ("16 GPUs", 16, Fraction(32), True, (0, 2, "32")),
        ("4-way", 4, Fraction(2), True, (0, 1, "2")),
        ("2,048", 2048, Fraction(12288), True, (0, 5, "12,288")),
        ("51.6%", Fraction(516, 10), Fraction(484, 10), False, (0, 4, "48.4")),
        ("75%", 75, Fraction(1249, 20), False, (0, 2, "62")),
        ("4-way", 4, Fraction(5, 2), True, None),
        ("4 of 8", 4, Fraction(2), True, None),
        ("38k", 38000, Fraction(40000), True, None),
        ("many", 3, Fraction(4), True, None),
    ],
)
def test_rewritten(text: str, old: int, new: Fraction, whole: bool, expected: tuple[int, int, str] | None) -> None:
    assert rewritten(text, Fraction(old), new, whole=whole) == expected

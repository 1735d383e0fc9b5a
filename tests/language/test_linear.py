"""Scanning takes a number of steps that grows with the text, whatever the text: counted in calls, not in time."""

from __future__ import annotations

import cProfile

import pytest

from auditor.rulebook import load

LEXICON = load().lexicon
FRAGMENTS = [
    "1", "1.", "1,", "1,234,", "1 ", "1 234 ", "1_", "1'", "a", "a/", "1x", " ", "f", "0", "1-", "GPU ", "TP=4 ", "($1", "O(", "two ",
    "12:", "½", "10^", "1 per ", "1 h ", "~", "$", "->", "1/", "GB/s", "1e", "million ", "2025-", "a1", "1 GPU-", "at most ", "１", "10⁹",
    "https://", "x.", "-",
]  # fmt: skip


def steps(text: str) -> int:
    """Count the calls that scanning a text takes."""
    profile = cProfile.Profile()
    profile.enable()
    LEXICON.scan(text, spelled=True)
    profile.disable()
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_four_times_the_text_takes_about_four_times_the_steps(fragment: str) -> None:
    LEXICON.scan(fragment * 8, spelled=True)
    small, large = steps(fragment * 200), steps(fragment * 800)
    assert large <= 5 * small + 200


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_long_line_is_scanned(fragment: str) -> None:
    text = fragment * 2_000
    numbers = LEXICON.scan(text)
    assert all(number.start < number.stop <= len(text) for number in numbers)

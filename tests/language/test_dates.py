"""Texts that open with a date, and texts that only look so."""

from __future__ import annotations

import pytest

from auditor.rulebook import load


@pytest.mark.parametrize(
    "text",
    [
        "[2025/11] A fork came out",
        "[08/29/2026] EP64/PP4 recipe",
        "🎁 2025.03.05: hybrid mode",
        "2025-09-26: tuned",
        "**[October 29, 2025]** TP4",
        "March 3, 2025 text",
        "3 March 2025",
        "Nov 2025: text",
    ],
)
def test_opens_with_date(text: str) -> None:
    assert load().lexicon.vocabulary.opens_with_date(text)


@pytest.mark.parametrize(
    "text",
    ["16/16 GPUs", "2048/128 tokens", "2025 GPUs", "May use 4 GPUs", "1.5/2 GB", "v0.5.0", "TP 4", "12/2048", "", "---"],
)
def test_opens_without_date(text: str) -> None:
    assert not load().lexicon.vocabulary.opens_with_date(text)

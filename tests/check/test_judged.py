"""Verdicts that sentences pass on a figure beside its bound."""

from __future__ import annotations

import pytest

from tests.check.single import findings, shown

RULE = "verdict-in-words"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("A rack draws 61 kW. The limit of 55 kW per rack is respected.", "respected"),
        ("TTFT at p95 is 2.8 s. Target was 2.4 s: reached.", "reached"),
        ("TTFT at p95 is 2.8 s (objective 2.4 s, met).", "met"),
        ("- the archive takes 3.6 TB; our quota of 3 TB suffices", "suffices"),
        ("We need 3.6 TB and the share has 3 TB free, so that is plenty.", "plenty"),
        ("The run costs $1.4M. The grant is $1.2M, so we are inside.", "inside"),
        ("At 310 slots we still carry the peak of 340.", "carry"),
        ("Without two nodes there are 310 slots. That still carries the peak of 340.", "carries"),
        ("Five pods do 9 requests/s, which covers the demand of 10 requests/s.", "covers"),
        ("The hall has 200 kW left, and the new nodes take 229 kW.", ""),
        ("The new nodes take 229 kW; the hall has 200 kW left, so no building work is needed.", "needed"),
        ("> the SLO is 800 ms\n\np95 was 910 ms in the test, so we are within the SLO.", "within"),
        ("Throughput is 4,200 tokens/s against a target of 5,000 tokens/s: fine.", "fine"),
    ],
)
def test_verdicts(text: str, verdict: str) -> None:
    assert [shown(text, found) for found in findings(text, RULE)] == ([verdict] if verdict else [])


@pytest.mark.parametrize(
    "text",
    [
        "A rack draws 51 kW. The limit of 55 kW per rack is respected.",
        "A rack draws 61 kW. The limit of 55 kW per rack is not respected.",
        "If it draws 61 kW, the limit of 55 kW per rack must be kept.",
        "Is 2.8 s within the target of 2.4 s?",
        "TTFT is 2.8 s. The target of 2.4 s was met last week at 2.1 s.",
        "The limit is 55 kW. That fits.",
        "It used 61 kW before. Now the limit of 55 kW is kept with 49 kW.",
        "Weights of 61 GB; the quota of 55 TB suffices.",
        "Uses 70% of the memory, the limit of 60 s is kept.",
    ],
)
def test_what_is_no_wrong_verdict(text: str) -> None:
    assert findings(text, RULE) == []


def test_a_comment_judges_the_setting_it_stands_at() -> None:
    text = "limits:\n  ttft_slo_ms: 500  # measured p95: 610 ms, fine\n  other: 1\n"
    assert [shown(text, found) for found in findings(text, RULE, "values.yaml")] == ["fine"]
    assert findings(text.replace("610", "410"), RULE, "values.yaml") == []

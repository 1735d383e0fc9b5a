"""Times between clock times: what is said to lie between two, and what may be another time."""

from __future__ import annotations

import pytest

from tests.check.single import findings, shown

RULE = "clock-times"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The outage lasted from 09:20 to 11:05, i.e. 1 h 25 min.", "1 h 25 min"),
        ("First alert at 22:48 UTC, all clear at 23:31 UTC, so 53 minutes.", "53 minutes"),
        ("Paged at 03:12, acknowledged at 03:40, 18 minutes later.", "18 minutes"),
        ("It died at 10:07. It was back at 11:42, i.e. after 1 h 25 min.", "1 h 25 min"),
        ("The outage lasted from 09:20 to 11:05, i.e. 1 h 45 min.", ""),
        ("First alert at 23:48, all clear at 00:31, so 43 minutes.", ""),
        ("From 11:30 to 1:00 in the afternoon, so 90 minutes.", ""),
        ("Paged at 03:12. The fix took from 03:40 to 04:10, thirty minutes.", ""),
        ("Between 09:00 and 18:00 we serve and batch jobs get 5 h.", ""),
        ("Steps of 08:00, 09:00 and 10:00, so 5 minutes each.", ""),
        ("From 09:20 to 11:05; the timeout is 30 min.", ""),
    ],
)
def test_what_lies_between_two_clock_times(text: str, wrong: str) -> None:
    assert [shown(text, found) for found in findings(text, RULE)] == ([wrong] if wrong else [])

"""The words around a number: sentences nobody fitted the weights to, and what is never overruled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.points import WordPoints
from auditor.findings import Confidence
from auditor.pipeline import read_claims
from auditor.read import decode


def read(text: str) -> list[tuple[str, str]]:
    """Return the claims of a text, each as written with its quantity."""
    return [(claim.text, claim.quantity) for claim in read_claims(decode(text.encode(), "notes.md")).claims]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("We see 2.4 s per step.", [("2.4 s", "time.step")]),
        ("The optimizer fires with a step every 3.93 s.", [("3.93 s", "time.step")]),
        ("The shortest step of all takes 17.30 s.", [("17.30 s", "time.step")]),
        ("Vendor peak for BF16 is 1,979 TFLOPS.", [("1,979 TFLOPS", "hardware.peak_flops")]),
        ("The TPOT rises by 88 % and the mean TTFT by 560 %.", [("88 %", "change"), ("560 %", "change")]),
    ],
)
def test_sentences_of_work(text: str, claims: list[tuple[str, str]]) -> None:
    assert read(text) == claims


def test_a_name_at_the_number_is_never_overruled() -> None:
    found = dict(read("Total GPUs needed: 16 (EP) x 4 (TP) x 2 (PP) = 128 GPUs"))
    assert (found["16"], found["4"], found["2"]) == ("parallel.expert", "parallel.tensor", "parallel.pipeline")


def test_what_only_words_name_is_never_sure() -> None:
    (claim,) = read_claims(decode(b"We see 2.4 s per step.", "notes.md")).claims
    assert claim.confidence is not Confidence.HIGH


def test_points_add_up() -> None:
    told = WordPoints({"before1 takes": "time.step 12, memory.used -3", "behind1 step": "time.step 5"})
    words = ("before1 takes", "behind1 step", "behind2 unheard-of")
    assert told.points(words) == {"time.step": 17, "memory.used": -3}
    assert told.reasons(words, "time.step") == ("before1 takes", "behind1 step")


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    read(text)

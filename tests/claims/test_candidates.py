"""Candidates and their settling: every name is kept with its evidence, and the sums decide."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims import resolve
from auditor.claims.candidates import Candidate
from auditor.claims.line import Line, Meaning
from auditor.claims.settle import points, settled
from auditor.language.numbers import Number
from auditor.pipeline import read_claims
from auditor.read import decode
from auditor.rulebook import load


def weighed(text: str) -> list[tuple[str, tuple[Candidate, ...], tuple[str, ...]]]:
    """Return each number of a text with its candidates and the words around it."""
    found: list[tuple[str, tuple[Candidate, ...], tuple[str, ...]]] = []

    def watch(line: Line, number: Number, candidates: Sequence[Candidate], words: Sequence[str], _: Meaning | None) -> None:
        found.append((line.text[number.digits : number.end], tuple(candidates), tuple(words)))

    resolve.WATCH.append(watch)
    try:
        read_claims(decode(text.encode(), "plan.md"))
    finally:
        resolve.WATCH.remove(watch)
    return found


def winner(text: str) -> str:
    """Return the quantity of the last number of a text."""
    _, candidates, words = weighed(text)[-1]
    lexicon = load().lexicon
    return settled(candidates, lexicon.evidence, lexicon.word_points.points(words)).winner.quantity


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("- Weights per GPU: 17.5 GB\n", "memory.weights"),
        ("- Hidden size: 8192\n", "model.hidden"),
        ("The cache of a GPU holds 21 GB for keys and values (KV cache: 21 GB).\n", "memory.kv_cache"),
        ("| GPU | Memory bandwidth |\n|---|---|\n| H200 | 4.8 TB/s |\n", "hardware.memory_bandwidth"),
        ("- MFU: 41 %\n", "share.mfu"),
        ("2 nodes x 8 GPUs\n", "gpus.per_node"),
        ("Of these, 36 GB / 80 GB\n", "memory.capacity"),
    ],
)
def test_the_sum_of_the_evidence_names_a_number(text: str, quantity: str) -> None:
    assert winner(text) == quantity


def test_all_that_is_named_around_a_number_is_a_candidate() -> None:
    ((_, candidates, _),) = weighed("# Memory of the KV cache\n\n- Activations: 12 GB\n")
    assert {"memory.activations", "memory.kv_cache", "memory.used", "other"} <= {one.quantity for one in candidates}


def test_a_unit_rules_out_what_it_does_not_measure() -> None:
    ((_, candidates, _),) = weighed("- TP degree: 4 ms\n")
    assert not any(one.quantity.startswith("parallel.") for one in candidates)


def test_a_name_further_out_speaks_less_than_one_at_the_number() -> None:
    assert winner("# Tensor parallelism\n\n- Pipeline stages: 4\n") == "parallel.pipeline"


def test_the_lead_is_the_difference_of_the_points() -> None:
    counts = {"a": 7, "b": 3}
    one = settled((Candidate("x", ("b",), ""), Candidate("y", ("a", "unknown"), "")), counts, {})
    assert (one.winner.quantity, one.margin, one.runner_up and one.runner_up.quantity) == ("y", 4, "x")


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.lists(st.sampled_from("pqrst"), max_size=4)), min_size=1, max_size=6))
def test_the_winner_has_most_points_and_no_lead_is_negative(found: list[tuple[str, list[str]]]) -> None:
    counts = {name: value for value, name in enumerate("pqrst", -2)}
    candidates = [Candidate(name, tuple(evidence), "") for name, evidence in found]
    words = {"a": 2, "d": -1}
    one = settled(candidates, counts, words)
    assert points(one.winner, counts, words) == max(points(candidate, counts, words) for candidate in candidates)
    assert one.margin >= 0


def test_what_a_part_holds_is_not_what_the_whole_does() -> None:
    claims = read_claims(decode(b"# Share\n\n- Per GPU: (4B + 26B) / 1024 = ~29M parameters per GPU\n", "plan.md")).claims
    assert not any(claim.quantity == "model.params" and claim.interval.high == 30_000_000 for claim in claims)

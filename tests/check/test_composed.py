"""Figures that two beside them compose: read in many voices, and left alone where anything else may be meant."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.findings import Verdict
from tests.check.single import findings, shown, verdicts

RULE = "composed-figure"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Pulling 145 GB from the bucket at 2.5 GB/s takes 580 s.", "580 s"),
        ("At 2.5 GB/s the 145 GB of the image need 29 s.", "29 s"),
        ("> 145 GB over a 2.5 GB/s link, so 85 s per node.", "85 s"),
        ("- Checkpoint: 988 GB at 38 GB/s, 62 s", "62 s"),
        ("The writer gets 38 GB/s and a snapshot is 988 GB => 62 s", "62 s"),
        ("Every user sees 40 tokens/s. An answer of 800 tokens then takes 12 s.", "12 s"),
        ("We train 52 billion tokens a day. One trillion tokens take 19 days; a budget of 2 trillion takes 51 days.", "51 days"),
        ("A step is 4 M tokens, and the 800 billion tokens of the run make 320,000 steps.", "320,000"),
        ("A batch is 4 M tokens a step; with 800 B tokens that gives 320,000 steps.", "320,000"),
        ("Loading 145 GB at 2.5 GB/s: 85 s", "85 s"),
        ("The rack draws 40 kW at 20,000 tokens/s, i.e. 3 J per token.", "3 J"),
        ("205 kW for 100 hours comes to 25 MWh.", "25 MWh"),
        ("At $0.20 per kWh the 50 MWh cost 12,500 dollars.", "12,500 dollars"),
        ("At €0.20 per kWh we pay for 50 MWh 12,500 euros.", "12,500 euros"),
        ("The node is $22 an hour and we book 200 hours, which makes $5,400.", "5,400"),
        ("596 TFLOP on a card that does 1,192 TFLOP/s: 250 ms.", "250 ms"),
        ("Each replica caches 373k tokens per replica, and 2 replicas make 560k tokens.", "560k"),
    ],
)
def test_what_two_figures_give(text: str, wrong: str) -> None:
    assert [shown(text, found) for found in findings(text, RULE)] == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    "text",
    [
        "Pulling 145 GB from the bucket at 2.5 GB/s takes 58 s, and the compiler another 70 s.",
        "145 GB come over two links of 2.5 GB/s, which takes 29 s.",
        "145 GB at 2.5 GB/s and at half load, so 116 s.",
        "At 60% of 2.5 GB/s the 145 GB take 97 s.",
        "145 GB at 2.5 GB/s take about 55 s.",
        "145 GB at up to 2.5 GB/s take 90 s.",
        "The model has 145 GB, the link 2.5 GB/s, the timeout is not related: 600 s.",
        "We moved 145 GB at 2.5 GB/s. The alert fired after 90 s.",
        "8 groups of 4 GPUs each, but TP=8 requires 8 GPUs per group, not 4.",
        "It draws 40 kW, serves 20,000 tokens/s and 3 J per token is what the vendor measured.",
        "145 GB come over a link of 2.5 GB/s, and the compiler takes 600 s.",
        "145 GB over a link of 2.5 GB/s, the timeout is 600 s.",
        "145 GB at 2.5 GB/s + 20 s of set-up makes 78 s.",
    ],
)
def test_what_may_be_meant_otherwise(text: str) -> None:
    assert findings(text, RULE) == []


@given(st.integers(1, 400), st.integers(1, 60))
def test_a_quotient_that_is_right_is_held(rate: int, seconds: int) -> None:
    text = f"Moving {rate * seconds} GB at {rate} GB/s takes {seconds} s."
    assert findings(text, RULE) == []
    assert verdicts(text, RULE) == {Verdict.HELD}


@given(st.integers(3, 400), st.integers(3, 60), st.fractions(Fraction(3, 2), Fraction(40)))
def test_a_quotient_that_is_wrong_is_found(rate: int, seconds: int, factor: Fraction) -> None:
    wrong = round(seconds * factor) + 1
    text = f"Moving {rate * seconds} GB at {rate} GB/s takes {wrong} s."
    assert [shown(text, found) for found in findings(text, RULE)] == [f"{wrong} s"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('{"a": {"slots_per_pod": 32, "pods": 6, "slots": 182}}', "182"),
        ('{"tokensPerSecondPerReplica": 900, "replicas": 8, "tokensPerSecond": 6200}', "6200"),
        ('{"watts_per_node": 10200, "num_nodes": 4, "total_watts": 30600}', "30600"),
        ('{"requests_per_second_per_gpu": 1.5, "gpu_count": 16, "requests_per_second": 34}', "34"),
        ('{"usd_per_node": 22, "nodes": 3, "usd": 88}', "88"),
        ('{"slots_per_pod": 32, "pods": 6, "slots": 192}', ""),
        ('{"slots_per_pod": 32, "pods": 6, "free_slots": 11}', ""),
        ('{"duration_s": 300, "answers": 1350, "answers_per_s": 5.4}', "5.4"),
        ('{"duration_s": 300, "answers": 1350, "answers_per_s": 4.5}', ""),
        ('{"duration_s": 300, "tokens": 540000, "tokens_per_s": 41.0}', ""),
        ('{"cards_rented": 48, "cards_in_use": 42, "cards_idle": 10}', "10"),
        ('{"cards_rented": 48, "cards_in_use": 42, "cards_idle": 6}', ""),
        ('{"cards_rented": 48, "cards_in_use": 42, "cards_lent": 4, "cards_idle": 10}', ""),
        ('{"heads_per_group": 4, "groups": 8, "heads": 64}', ""),
        ('{"slots_per_pod": 32, "pods": "6-8", "slots": 182}', ""),
        ('{"a": {"slots_per_pod": 32, "pods": 6}, "b": {"slots": 182}}', ""),
    ],
)
def test_keys_that_say_what_is_of_what(text: str, wrong: str) -> None:
    assert [shown(text, found) for found in findings(text, "keyed-product", "answer.json")] == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("A card holds 33 GB of weights, leaving 48 GB of the 72 GB.", "48 GB"),
        ("Together 34.3 GB of 40. So there are 15.7 GB of headroom.", "15.7 GB"),
        ("Of the budget of 72 GB the weights take 33 GB; 49 GB remain.", "49 GB"),
        ("The rack has a limit of 55 kW, the nodes draw 41 kW, so 24 kW are left.", "24 kW"),
        ("The quota is 40 TB. Checkpoints take 12 TB and leave 35 TB.", "35 TB"),
        ("A card offers 76 GB; minus 41 GB of weights, minus 6 GB for graphs leaves 35 GB.", "35 GB"),
        ("Training takes 20 of the 26 nodes. The remaining 8 nodes do evaluation.", "8"),
        ("Training takes 20 of the 26 nodes. The remaining 6 nodes do evaluation.", ""),
        ("A card holds 33 GB of weights, leaving 39 GB of the 72 GB.", ""),
        ("Weights take 33 GB and leave 20 GB of the 72 GB once graphs are there.", ""),
        ("Weights take 33 GB, which leaves 60 GB for the cache.", ""),
        ("The 80 GB of the card become 72 GB, which leaves 5 GB.", ""),
        ("We left 40 GB on the old disk of 30 TB; 12 TB were moved.", ""),
    ],
)
def test_what_is_left(text: str, wrong: str) -> None:
    assert [shown(text, found) for found in findings(text, "what-is-left")] == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Each of the 120 GPUs costs 30,900 USD, 2.17M USD in all.",
            "2.17M USD, but 120 x 30,900 USD is 3.708M USD",
        ),
        (
            "Each replica caches 373k tokens per replica, and 2 replicas make 560k tokens.",
            "560k, but 373k x 2 is 746k",
        ),
    ],
)
def test_both_sides_have_one_magnitude(text: str, message: str) -> None:
    assert [found.message for found in findings(text, RULE)] == [message]

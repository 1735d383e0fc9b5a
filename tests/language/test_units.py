"""Units behind numbers, composed as people compose them, and whose the figures are."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.lexicon import kind_of
from auditor.language.numbers import Number
from auditor.language.units import divided_in, unit_said
from auditor.rulebook import load
from auditor.units import DATA, ENERGY, TIME, UNITS, WORK

WORDS = load().lexicon.vocabulary


def first(text: str) -> Number:
    return load().lexicon.scan(text)[0]


@pytest.mark.parametrize(
    ("text", "unit", "owners"),
    [
        ("38,400 GPU-hours", "gpu*h", ()),
        ("1.2M GPU hours", "gpu*h", ()),
        ("64 H100-hours", "gpu*h", ()),
        ("300 A100 GPU-days", "gpu*day", ()),
        ("12 node-hours", "node*h", ()),
        ("1.2 token-seconds", "token*s", ()),
        ("12 GB·s", "GB*s", ()),
        ("450 tokens/s/GPU", "token/s", ("gpu",)),
        ("450 tok/s per H100", "token/s", ("gpu",)),
        ("450 tokens per second per GPU", "token/s", ("gpu",)),
        ("450 tokens per GPU per second", "token/s", ("gpu",)),
        ("410 TFLOP/s/GPU", "TFLOPS", ("gpu",)),
        ("410 TFLOPS/GPU", "TFLOPS", ("gpu",)),
        ("2 TFLOP per GPU per step", "TFLOP", ("gpu", "step")),
        ("2 TFLOP per second", "TFLOPS", ()),
        ("$2.10/GPU-hour", "USD/h", ("gpu",)),
        ("$2.10 per GPU hour", "USD/h", ("gpu",)),
        ("$3 an hour", "USD/h", ()),
        ("2.90 dollars an hour", "USD/h", ()),
        ("$0.60/1M tokens", "USD/Mtoken", ("token",)),
        ("$0.60 per million output tokens", "USD/Mtoken", ("token",)),
        ("$0.60/Mtok", "USD/Mtoken", ("token",)),
        ("$0.60 per 1,000 requests", "USD/krequest", ("request",)),
        ("2M requests/day", "request/day", ()),
        ("80 requests a second", "request/s", ()),
        ("4.2 requests every second", "request/s", ()),
        ("1.4B tokens per day", "token/day", ()),
        ("12 MB per second", "MB/s", ()),
        ("12 GB/min", "GB/min", ()),
        ("17.5 GB per GPU", "GB", ("gpu",)),
        ("17.5 GB for every GPU", "GB", ("gpu",)),
        ("17.5 GB per pipeline stage", "GB", ("stage",)),
        ("40 KB per token per layer", "KB", ("token", "layer")),
        ("35 ms/token", "ms", ("token",)),
        ("700 W per GPU", "W", ("gpu",)),
        ("0.34 J per output token", "J", ("token",)),
        ("850 kWh", "kWh", ()),
        ("850 kW·h", "kW*h", ()),
        ("14 μs", "us", ()),
        ("14 µs", "us", ()),
        ("14 μS", "us", ()),
        ("400 Gb/s", "Gbit/s", ()),
        ("400 GB/s", "GB/s", ()),
        ("2 PFLOP", "PFLOP", ()),
        ("2 PFLOPS", "PFLOPS", ()),
        ("90%", "%", ()),
        ("900 tokens s⁻¹", "token/s", ()),
    ],
)
def test_units_compose(text: str, unit: str, owners: tuple[str, ...]) -> None:
    number = first(text)
    assert (number.unit, number.owners) == (unit, owners)
    assert UNITS[number.unit].scale > 0


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("38,400 GPUs", "gpus"),
        ("8 GPUs hours later", "gpus"),
        ("64 tokens per step", "tokens"),
        ("4 experts per GPU", "experts"),
        ("8 requests in flight", "requests"),
        ("2 × H100 80GB", "gpus"),
    ],
)
def test_a_count_has_no_unit(text: str, noun: str) -> None:
    number = first(text)
    assert (number.unit, number.noun) == ("", noun)


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("gpu*h", "gpu_time"),
        ("h", "time"),
        ("node*h", "other"),
        ("token*s", "other"),
        ("GB*s", "other"),
        ("USD", "money"),
        ("USD/h", "price"),
        ("USD/Mtoken", "token_price"),
        ("kWh", "energy"),
        ("W", "power"),
        ("GB/min", "bandwidth"),
        ("token/day", "rate"),
        ("PFLOP", "work"),
        ("PFLOPS", "flops"),
        ("%", "share"),
        ("gpu", "count"),
    ],
)
def test_a_unit_says_what_kind_of_thing_is_measured(unit: str, kind: str) -> None:
    assert kind_of(UNITS[unit]) == kind


def test_composed_units_are_exact() -> None:
    assert UNITS["kW*h"].scale == UNITS["kWh"].scale == 3_600_000
    assert UNITS["USD/Mtoken"].scale == Fraction(1, 10**6)
    assert UNITS["gpu*h"].dimension == TIME
    assert UNITS["GB*s"].dimension == DATA * TIME
    assert UNITS["J/token"].dimension == ENERGY
    assert UNITS["TFLOP/gpu/step"].dimension == WORK


@pytest.mark.parametrize("symbol", ["", "GB/", "/GB", "furlong", "GB*furlong", "GB/s/s/s/s/s/s/s", "*", "GB//s"])
def test_what_is_no_unit_is_none(symbol: str) -> None:
    assert symbol not in UNITS
    with pytest.raises(KeyError):
        UNITS[symbol]


@pytest.mark.parametrize(
    ("text", "symbol", "per"),
    [
        ("$/GPU-hour", "USD/h", "gpu"),
        ("requests/day", "request/day", ""),
        ("ms/token", "ms", "token"),
        ("GB", "GB", ""),
        ("GPU-hours", "gpu*h", ""),
    ],
)
def test_a_head_may_be_a_unit(text: str, symbol: str, per: str) -> None:
    phrase = unit_said(text, WORDS)
    assert phrase is not None
    assert (phrase.symbol, phrase.per) == (symbol, per)


@pytest.mark.parametrize("text", ["GPU memory", "tokens", "", "$", "per GPU", "GB used"])
def test_other_heads_are_none(text: str) -> None:
    phrase = unit_said(text, WORDS)
    assert phrase is None or text == "$"


def test_a_label_divides_an_amount() -> None:
    phrase = divided_in("Price per GPU-hour", "USD", WORDS)
    assert phrase is not None
    assert (phrase.symbol, phrase.per) == ("USD/h", "gpu")
    assert divided_in("Total cost", "USD", WORDS) is None


ATOMS = st.sampled_from(["GB", "s", "h", "token", "gpu", "USD", "FLOP", "J", "W", "request", "node"])


@given(st.lists(ATOMS, min_size=2, max_size=5), st.data())
def test_a_composed_unit_is_the_product_of_its_parts(atoms: list[str], data: st.DataObject) -> None:
    signs = [1, *(data.draw(st.sampled_from([1, -1])) for _ in atoms[1:])]
    symbol = atoms[0] + "".join(("*" if sign == 1 else "/") + atom for sign, atom in zip(signs[1:], atoms[1:], strict=True))
    scale = Fraction(1)
    for sign, atom in zip(signs, atoms, strict=True):
        scale *= UNITS[atom].scale ** sign
    assert UNITS[symbol].scale == scale

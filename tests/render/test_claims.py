import csv
import io
import json
from fractions import Fraction
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.findings import Confidence, Coverage
from auditor.read import decode
from auditor.render import claims_table, claims_v1
from auditor.render.claims_v1 import Understood
from auditor.spans import Span
from auditor.units import UNITS
from auditor.values import Interval
from tests.render.test_json_v1 import schema

UNIT_OF = {"memory.used": UNITS["GB"], "share.mfu": UNITS["%"], "time.step": UNITS["ms"], "gpus": UNITS["1"]}


def claim(quantity: str = "gpus", low: object = 16, high: object = 16, unit: str = "1", **more: Any) -> Claim:
    interval = Interval(None if low is None else Fraction(str(low)), None if high is None else Fraction(str(high)))
    base = Interval(
        None if interval.low is None else interval.low * UNITS[unit].scale,
        None if interval.high is None else interval.high * UNITS[unit].scale,
    )
    fields: dict[str, Any] = {
        "symbol": quantity,
        "approximation": Approximation.EXACT,
        "role": Role.ACTUAL,
        "scope": Scope(),
        "span": Span(0, 2),
        "text": "16",
        "confidence": Confidence.HIGH,
        "read_as": "a test",
        "statement": 0,
    }
    return Claim(quantity, readings=(Reading(base, UNITS[unit]),), **{**fields, **more})


def understood(*claims: Claim, text: str = "16 GPUs\n", **more: Any) -> Understood:
    return Understood(decode(text.encode(), "a.md"), claims, **more)


def values(*claims: Claim) -> list[tuple[object, object, str]]:
    found = json.loads(claims_v1.as_json([understood(*claims)], UNIT_OF))
    jsonschema.validate(found, schema("claims-v1.schema.json"))
    return [(one["value"]["low"], one["value"]["high"], one["unit"]) for one in found["claims"]]


@pytest.mark.parametrize(
    ("given_claim", "shown"),
    [
        (claim(), (16, 16, "1")),
        (claim("memory.used", "79.5", "80.5", "GB"), (79.5, 80.5, "GB")),
        (claim("memory.used", 512, 512, "MB"), (0.512, 0.512, "GB")),
        (claim("memory.used", 80, 80, "GiB"), (80, 80, "GiB")),
        (claim("memory.used", 512, 512, "MiB"), (0.5, 0.5, "GiB")),
        (claim("share.mfu", "51.55", "51.65", "%"), (51.55, 51.65, "%")),
        (claim("time.step", None, "0.05", "s"), (None, 50, "ms")),
        (claim("time.step", 3, None, "request/s"), (3, None, "request/s")),
        (claim("other", 30, 30, "ms"), (30, 30, "ms")),
        (claim("unknown.thing", 10**30, 10**30), (10**30, 10**30, "1")),
    ],
)
def test_values_in_the_unit_of_the_quantity(given_claim: Claim, shown: tuple[object, object, str]) -> None:
    assert values(given_claim) == [shown]


def test_a_number_too_large_for_a_float() -> None:
    assert claims_v1.figure(Fraction(10**400, 3)) == round(Fraction(10**400, 3))


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        (Scope(), ""),
        (Scope(per="gpu"), "gpu"),
        (Scope(phase="prefill"), "prefill"),
        (Scope(per="stage", member="Stage 0", phase="decode"), "Stage 0, stage, decode"),
        (Scope(per="group", words="tensor"), "group, tensor"),
    ],
)
def test_scopes_in_words(scope: Scope, shown: str) -> None:
    assert claims_v1.scope_words(claim(scope=scope)) == shown


def test_a_claim_of_a_context_file_has_its_place_there() -> None:
    facts = decode(b'{"gpus":\n 16}', "facts.json")
    found = json.loads(claims_v1.as_json([understood(claim(span=Span(10, 12), source="facts.json"), context=(facts,))], UNIT_OF))["claims"][
        0
    ]
    assert found["scope"] == "context"
    assert found["location"]["path"] == "facts.json"
    assert found["location"]["line"] == 2
    assert found["text"] == "16"


@given(st.text() | st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "=cmd|'/c calc'!A0"]))
def test_no_cell_is_a_formula(text: str) -> None:
    written = claims_v1.as_csv([understood(claim(read_as=text, plan=text, scope=Scope(words=text)))], UNIT_OF)
    written.encode()
    row = list(csv.reader(io.StringIO(written, newline="")))[1]
    for cell in row:
        assert not cell.lstrip(" \u00a0\u3000\ufeff").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_negative_numbers_stay_numbers_in_csv() -> None:
    assert ",-5,-5," in claims_v1.as_csv([understood(claim(low=-5, high=-5))], UNIT_OF)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (16, 16, "16"),
        (163047, 163047, "163,047"),
        ("26.5", "27.5", "26.5 … 27.5"),
        (8, None, "≥ 8"),
        (None, 50, "≤ 50"),
        (None, None, "anything"),
        ("0.0000001", "0.0000001", "1e-7"),
        (10**20, 10**20, "1e+20"),
        ("0.125", "0.125", "0.125"),
        (0, 0, "0"),
    ],
)
def test_intervals_in_words(low: object, high: object, words: str) -> None:
    assert claims_table.interval_words(claim(low=low, high=high), UNIT_OF) == words


def test_a_table_with_wide_characters_stays_aligned() -> None:
    out = claims_table.table([understood(claim(text="十六", read_as="一"), claim(text="16", read_as="two"))], UNIT_OF)
    lines = out.splitlines()
    assert lines[2].index("一") == lines[3].index("two") - 2


def test_long_cells_are_cut() -> None:
    out = claims_table.table([understood(claim(read_as="x" * 500))], UNIT_OF)
    assert max(map(len, out.splitlines())) < 200
    assert "x…" in out


def test_an_empty_table() -> None:
    assert claims_table.table([understood()], UNIT_OF) == "a.md\n0 numbers: 0 named, 0 labels, 0 not understood\n"
    assert claims_table.table([], UNIT_OF) == ""


def test_annotations_keep_the_text() -> None:
    text = "16 GPUs\tin\x1b[0m 2 nodes\n\n3\n"
    read = understood(
        claim(),
        text=text,
        labels=((Span(text.index("2"), text.index("2") + 1), "a label"),),
        uncovered=((Span(text.index("3"), text.index("3") + 1), "why"),),
        coverage=Coverage(3, 1, 1),
    )
    assert claims_table.annotated(read) == "16⟦gpus⟧ GPUs in\\x1b[0m 2⟦a label⟧ nodes\n\n3⟦?⟧\n"


def test_spans_that_overlap_are_annotated_once_each() -> None:
    read = understood(claim(span=Span(0, 2)), claim("parallel.tensor", span=Span(0, 2)), claim(span=Span(0, 7)))
    assert claims_table.annotated(read) == "16⟦gpus⟧⟦parallel.tensor⟧ GPUs⟦gpus⟧\n"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 10)), max_size=5))
def test_annotating_never_fails(text: str, places: list[tuple[int, int]]) -> None:
    text = text.encode("utf-8", "replace").decode().replace("\0", "").removeprefix("\ufeff")
    spans = [Span(min(start, len(text)), min(start + size, len(text))) for start, size in places]
    read = understood(*(claim(span=span) for span in spans), text=text, uncovered=tuple((span, "why") for span in spans))
    out = claims_table.annotated(read)
    assert "\x1b" not in out
    claims_table.uncovered([read])
    claims_table.table([read], UNIT_OF)

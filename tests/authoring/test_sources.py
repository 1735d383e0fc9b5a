from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.authoring.sources import read_sheet
from auditor.errors import RuleError


def test_every_value_knows_its_place() -> None:
    sheet = read_sheet("a: 1\nb:\n  - x\n  - {c: 'd e', f: g}\n", "rule.yaml")
    assert sheet.data == {"a": 1, "b": ["x", {"c": "d e", "f": "g"}]}
    where = {route: (place.line, place.column) for route, place in sheet.places.items()}
    assert where["a",] == (1, 4)
    assert where["b", 0] == (3, 5)
    assert where["b", 1, "c"] == (4, 10)  # behind the quotation mark
    assert where["b", 1, "f"] == (4, 19)


def test_an_error_counts_into_the_value() -> None:
    error = read_sheet("holds: a == $b\n", "rule.yaml").error("unexpected", ["holds"], 5)
    assert (error.path, error.line, error.column) == ("rule.yaml", 1, 13)


def test_what_is_missing_is_placed_at_what_is_around_it() -> None:
    sheet = read_sheet("top:\n  inner: 1\n", "rule.yaml")
    assert sheet.error("x", ["top", "other", 3]).line == 2


def test_plain_values() -> None:
    sheet = read_sheet("[1, -2, 1_000, 0.5, true, off, null, ~, 2024-01-01, '1', 1e3, .inf]", "x")
    assert sheet.data[:8] == [1, -2, 1000, 0.5, True, False, None, None]
    assert sheet.data[8:11] == ["2024-01-01", "1", "1e3"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2\n", "x:2:1: the key 'a' stands twice"),
        ("a: &b 1\n", "anchors and aliases"),
        ("a: *b\n", "anchors and aliases"),
        ("a: [1, 2\n", "x:2:1: not readable as YAML"),
        ("? [a, b]\n: 1\n", "plain word"),
        ("<<: {a: 1}\n", "plain word"),
        ("a: 1\n---\nb: 2\n", "not readable as YAML"),
        ("a: \x00", "not readable as YAML"),
        ("[" * 5000, "nested too deeply"),
        ("[" * 30 + "]" * 30, "nested too deeply"),
        ("x" * 2_000_001, "longer than"),
    ],
)
def test_refused(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=re.escape(says)):
        read_sheet(text, "x")


def test_tags_construct_nothing() -> None:
    assert read_sheet("a: !!python/object/apply:os.system [echo]\n", "x").data == {"a": ["echo"]}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(RuleError):
        read_sheet(text, "x")

"""Which repairs are safe: the same slip in reports that leave no doubt, and in reports that leave some."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.findings import Finding
from auditor.fix import fix
from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.statements import Source

SURE = """# Plan

- Layers: 60
- Time of a layer: 1.7 ms

All layers take 60 × 1.7 ms = 106 ms.
"""


def source(text: str) -> Source:
    return decode(text.encode(), "report.md")


def written(text: str) -> list[Finding]:
    return [finding for finding in audit_source(source(text)).findings if finding.code == "ARI001"]


def is_safe(text: str) -> bool:
    found = written(text)
    assert found, "the slip must be found for the question to make sense"
    return any(repair.safe for finding in found for repair in finding.repairs)


def test_a_derived_figure_whose_inputs_stand_elsewhere() -> None:
    assert is_safe(SURE)
    fixed = fix(audit_source(source(SURE)), audit_source)
    assert fixed.source.text == SURE.replace("106 ms", "102 ms")
    assert (fixed.repairs, fixed.report.findings) == (1, ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SURE.replace("- Layers: 60\n", ""), id="an input stands nowhere else"),
        pytest.param(SURE + "\nA step is 106 ms long.\n", id="the old value stands elsewhere"),
        pytest.param(SURE.replace("106 ms", "102,000 ms"), id="a unit would explain it"),
        pytest.param(SURE.replace("106 ms", "204 ms"), id="a factor would explain it"),
        pytest.param(SURE.replace("106 ms", "0.02 ms"), id="nothing near"),
        pytest.param(SURE.replace("106 ms", "105.4 ms"), id="a slip in the layers would explain it"),
        pytest.param(SURE.replace("106 ms", "96 ms"), id="a slip in the time would explain it"),
        pytest.param("The cluster: 5 nodes x 8 GPUs = 48 GPUs.\n\nIt takes 5 days for 8 experts.\n", id="inputs elsewhere by chance"),
        pytest.param("All take 300 x 8 ms = 2,480 ms.\n\nAt most 300 s on 8 nodes.\n", id="round inputs"),
        pytest.param("Tokens: 1024 x 12 = 13,824.\n\nThe hidden size is 1024, the head size 12.\n", id="a power of two"),
        pytest.param("Power: 12 racks x 40 kW = 520 kW.\n\nStage 12 is the slowest of 40.\n", id="so with units"),
        pytest.param(SURE.replace("106 ms", "about 106 ms"), id="said to be rough"),
        pytest.param(SURE.replace("= 106 ms.", "= 106 ms = 106 ms."), id="stated twice in a chain"),
    ],
)
def test_where_a_doubt_is_left(text: str) -> None:
    assert not any(repair.safe for finding in audit_source(source(text)).findings for repair in finding.repairs)


def test_a_repair_that_breaks_what_held_is_none() -> None:
    text = SURE + "\nAnd 106 ms + 3 ms = 109 ms.\n"
    assert not is_safe(text)


def test_the_rest_of_a_share_is_another_reading() -> None:
    text = "- Used: 27 ms\n- Limit: 50 ms\n\n27 ms / 50 ms = 46 %\n"
    assert not any(repair.safe for finding in audit_source(source(text)).findings for repair in finding.repairs)


@given(layers=st.integers(11, 90), tenths=st.integers(11, 99), slip=st.integers(2, 30))
def test_what_is_fixed_is_right_and_written_as_it_stood(layers: int, tenths: int, slip: int) -> None:
    time = f"{tenths / 10:.1f}"
    right = layers * tenths / 10
    wrong = f"{right + slip + 0.3:.1f}"
    text = f"- Layers: {layers}\n- Time of a layer: {time} ms\n\nAll layers take {layers} × {time} ms = {wrong} ms.\n"
    fixed = fix(audit_source(source(text)), audit_source)
    assert fixed.source.text in (text, text.replace(f"= {wrong} ms", f"= {right:.1f} ms"))


def test_fixing_leaves_fewer_findings_and_none_new() -> None:
    before = audit_source(source(SURE + "\nThe plan has 8 × 2 = 17 GPUs and 17 nodes.\n"))
    after = fix(before, audit_source).report
    assert {(one.code, one.message) for one in after.findings} < {(one.code, one.message) for one in before.findings}

"""JSON Lines and notebooks: records that are plans of their own, and output that belongs to the code above it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.claims.reading import read
from tests.parse.reading import document, path_of, values, where

LINES = '{"tp": 8, "pp": 2, "gpus": 16}\n\n{"tp": 4, "pp": 4, "gpus": 16}\r\n'


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def code(source: str, *printed: str) -> dict[str, Any]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": text} for text in printed]
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": outputs}


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source}


def test_each_line_is_a_record() -> None:
    read_ = document(LINES, "jsonl")
    assert not read_.notes
    assert [(one.record, path_of(one), one.value.content) for one in read_.statements] == [
        (0, "0 > .tp", "8"),
        (0, "0 > .pp", "2"),
        (0, "0 > .gpus", "16"),
        (1, "1 > .tp", "4"),
        (1, "1 > .pp", "4"),
        (1, "1 > .gpus", "16"),
    ]


def test_records_are_plans_of_their_own() -> None:
    found = read(LINES, "runs.jsonl")
    assert {claim.plan for claim in found.claims} == {"record 1", "record 2"}
    assert [len(plan.claims) for plan in found.plans] == [0, 3, 3]


def test_one_record_is_the_whole_plan() -> None:
    (claim,) = read('{"tp": 8}\n', "runs.jsonl").claims
    assert (claim.plan, claim.scope.member) == ("main", "")


@pytest.mark.parametrize(
    ("text", "path", "member"),
    [
        ('[{"tp": 8}]', "plan.json", ""),
        ("- tp: 8\n", "plan.yaml", ""),
        ('# Plan\n\n```json\n[{"tp": 8}]\n```\n', "plan.md", ""),
        ('[{"pp": 2}, {"tp": 8}]', "plan.json", "[1]"),
        ('{"stages": [{"tp": 8}]}', "plan.json", "stages[0]"),
    ],
)
def test_the_one_object_of_an_array_is_the_whole_plan(text: str, path: str, member: str) -> None:
    found = next(claim for claim in read(text, path).claims if claim.quantity == "parallel.tensor")
    assert (found.plan, found.scope.member) == ("main", member)


def test_a_broken_line_costs_no_other() -> None:
    read_ = document('{"tp": 8}\n{"tp": \n{"tp": 2}\n', "jsonl")
    assert [one.value.content for one in read_.statements] == ["8", "2"]
    assert [note.fatal for note in read_.notes] == [True]
    assert "at line 2:" in read_.notes[0].message


def test_many_broken_lines_are_counted() -> None:
    notes = document("{\n" * 100, "jsonl").notes
    assert len(notes) == 21
    assert "100 lines are broken" in notes[-1].message


@given(st.lists(st.dictionaries(st.sampled_from(["tp", "pp", "gpus"]), st.integers(0, 999), min_size=1), max_size=5))
def test_lines_say_what_their_objects_say(records: list[dict[str, int]]) -> None:
    read_ = document("\n".join(map(json.dumps, records)), "jsonl").statements
    assert [(one.record, one.label, int(one.value.content)) for one in read_] == [
        (number, key, value) for number, record in enumerate(records) for key, value in record.items()
    ]


def test_a_fence_of_lines() -> None:
    read_ = document(f"# Runs\n\n```jsonl\n{LINES}```\n").statements
    assert {one.record for one in read_} == {None, 0, 1}


def test_headings_of_a_notebook_reach_over_its_cells() -> None:
    page = notebook(text("# Plan\n- TP: 8"), code("layers = 32\n"), text("Batch size: 64"))
    assert values(page, "ipynb") == {"#Plan > TP": "8", "#Plan > .layers": "32", "#Plan > Batch size": "64"}


def test_characters_of_a_notebook_stand_where_they_stood() -> None:
    page = notebook(text("- GPUs: 64"))
    line, column = where(page, "64", "ipynb")
    assert page.splitlines()[line - 1][column - 1 :].startswith("64")


def test_what_a_cell_printed_is_about_its_code() -> None:
    page = notebook(code("gpus = tp * pp\nprint(gpus)\n", "Total GPUs: 64\n"), code("x = 1\n"))
    statements = document(page, "ipynb").statements
    (printed,) = (one for one in statements if one.printed)
    assert path_of(printed) == ".Total GPUs"
    assert printed.about is not None
    assert statements[printed.about].value.content == "gpus = tp * pp"


def test_output_below_code_on_a_page() -> None:
    page = "```python\nprint(tp * pp)\n```\n\n{}```{}\n64\n```\n"
    printed = {"": True, "text": True, "output": True, "yaml": False}
    for word, expected in printed.items():
        statement = document(page.format("", word)).statements[-1]
        assert statement.printed is expected, word
    assert document(page.format("Output:\n\n", "text")).statements[-1].printed
    assert not document(page.format("This is the topology.\n\n", "text")).statements[-1].printed
    assert not document("```yaml\ntp: 8\n```\n\n```\n64\n```\n").statements[-1].printed


def test_no_fence_in_a_cell_ends_it() -> None:
    page = notebook(code("a = 1\n", "~~~\n~~~~~ \n```\nTotal GPUs: 64\n"))
    assert [one.printed for one in document(page, "ipynb").statements if one.value.content == "64"] == [True]


def test_what_is_no_notebook_is_said() -> None:
    read_ = document('{"tp": 8}', "ipynb")
    assert [one.value.content for one in read_.statements] == ["8"]
    assert "notebook" in read_.notes[0].message
    assert document('{"cells": [', "ipynb").notes[0].fatal


def test_output_behind_a_prompt_is_that_of_the_command() -> None:
    statements = document("```console\n$ torchrun --nproc-per-node 8 train.py\nGPUs: 8\nstep time: 20 ms\n```\n").statements
    assert [one.value.content for one in statements if one.printed] == ["8", "20 ms"]
    assert {statements[one.about or 0].label for one in statements if one.printed} == {"--nproc-per-node"}

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.statements import Statement
from tests.parse.reading import document, shown, values, where


def test_leaves_have_key_paths() -> None:
    text = '{"plan": {"tp": 4, "name": "a b", "ok": true, "x": null, "gpus": [0, 1, 2], "empty": {}},\n "stages": [{"id": 0}, {"id": 1}]}'
    assert shown(text, "json") == [
        "entry [.plan > .tp] 4",
        "entry [.plan > .name] a b",
        "entry [.plan > .ok] true",
        "entry [.plan > .x] null",
        "entry [.plan > .gpus] [0, 1, 2]",
        "entry [.stages > 0 > .id] 0",
        "entry [.stages > 1 > .id] 1",
    ]
    read = document(text, "json").statements
    assert [one.literal for one in read] == ["number", "string", "true", "null", "array", "number", "number"]
    assert [item.content for item in read[4].items] == ["0", "1", "2"]
    assert where(text, "a b", "json") == (1, 29)


def test_keys_with_numbers_are_heads_too() -> None:
    assert shown('{"stage_0": {"gpus": 4}}', "json") == ["head [] stage_0", "entry [.stage_0 > .gpus] 4"]


def test_escapes_keep_their_places() -> None:
    text = '{"a": "x\\u00d7\\n8 \\ud83c\\udf89 \\"q\\" 9"}'
    read = document(text, "json").statements
    assert " ".join(one.value.content for one in read) == 'x× 8 🎉 "q" 9'
    value = read[-1].value
    at = value.content.index("9")
    span = value.span(at, at + 1)
    assert text[span.start : span.end] == "9"


def test_a_markdown_report_inside_a_string() -> None:
    report = "# Plan\n\n- **TP**: 4\n\n| a | b |\n|---|---|\n| 1 | 22 |\n"
    text = json.dumps({"report": report})
    read = values(text, "json")
    assert read[".report > #Plan > TP"] == "4"
    assert read[".report > #Plan > row 1 > col b"] == "22"
    line, column = where(text, "22", "json")
    assert text[column - 1 : column + 1] == "22"
    assert line == 1


def test_commands_inside_strings() -> None:
    text = '{"command": "torchrun --nproc_per_node 8 train.py", "steps": ["vllm serve m/x --tp 4"]}'
    assert values(text, "json")[".command > $torchrun > --nproc_per_node"] == "8"
    assert values(text, "json")[".steps > 0 > $vllm serve > --tp"] == "4"


@pytest.mark.parametrize(
    ("text", "line", "column", "fault", "read"),
    [
        ('{"a": 1\n "b": 2}', 2, 2, "',' or '}' is expected", {".a": "1", ".b": "2"}),
        ('{"a": 1, # note 5\n "b": 2}', 1, 10, "a comment", {".a": "1", ".b": "2"}),
        ('{"a": 1, /* note 5\n "b": 2}', 1, 10, "a comment", {".a": "1"}),
        ('{"a": 1, // note 5\n b: 2}', 2, 2, "not quoted", {".a": "1", ".b": "2"}),
        ("{'a': 1}", 1, 2, "single quotes", {".a": "1"}),
        ("{a: 1}", 1, 2, "not quoted", {".a": "1"}),
        ('{"a": NaN, "b": 2}', 1, 7, "NaN is not a JSON value", {".a": "NaN", ".b": "2"}),
        ('{"a": True}', 1, 7, "True is not a JSON value", {".a": "True"}),
        ('{"a": 4 * 2, "b": 3}', 1, 7, "the expression '4 * 2'", {".a": "4 * 2", ".b": "3"}),
        ('{"a": 01}', 1, 7, "not a JSON value", {".a": "01"}),
        ('{"a": [1, 2}, "b": 3}', 1, 12, "} where ] is expected", {".a": "[1, 2}"}),
        ('{"a": {"b": 1}', 1, 15, "not closed", {".a > .b": "1"}),
        ('{"a": {"b": 1, " "c": 3}, "d": 4}', 1, 19, "where the ':'", {".a > .b": "1", ".a > .c": "3", ".d": "4"}),
        ('{"a": 1}\n{"b": 2}', 2, 1, "a second JSON value", {".a": "1", ".b": "2"}),
        ('{"a": 1}\nGPUs: 8', 2, 1, "text behind the end", {".a": "1", ".GPUs": "8"}),
        ('{"a": "x\ny: 1}', 1, 9, "a line end inside a string", {".a": "x"}),
        ('{"a": , "b": 2}', 1, 7, "has no value", {".b": "2"}),
        ('{"a": "\\q 8"}', 1, 8, "the escape", {".a": "\\q 8"}),
        ("", 1, 1, "empty", {}),
    ],
)
def test_faults_have_a_place_a_remedy_and_do_not_end_the_reading(
    text: str, line: int, column: int, fault: str, read: dict[str, str]
) -> None:  # fmt: skip
    notes = document(text, "json").notes
    assert [note.fatal for note in notes] == [True]
    assert f"line {line}, column {column}:" in notes[0].message
    assert fault in notes[0].message
    assert ";" in notes[0].message
    assert read.items() <= values(text, "json").items()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "b": 2,\n}', "1 trailing comma, the first at line 2, column 8"),
        ('{"a": 1, // note 5\n "b": 2}', "1 comment, the first at line 1, column 10"),
        ('{/* x */ "a": [1, 2,], // y\n "b": 2,}', "2 comments and 2 trailing commas, the first at line 1, column 2"),
        ('// only a comment above\n{"a": 1, "b": 2}', "1 comment, the first at line 1, column 1"),
    ],
)
def test_json_with_comments_is_read_with_a_note(text: str, said: str) -> None:
    notes = document(text, "json").notes
    assert [(note.fatal, note.message) for note in notes] == [(False, f"read as JSON with comments (JSONC): {said}")]
    assert values(text, "json").keys() >= {".a", ".b"}


def test_comments_speak_of_what_they_stand_beside() -> None:
    text = '{"tp": 4, // was 8\n "pp": 2}'
    assert "code [.tp] was 8" in shown(text, "json")


def test_duplicate_keys_are_noted_and_both_read() -> None:
    read = document('{"tp": 4, "tp": 8}', "json")
    assert [one.value.content for one in read.statements] == ["4", "8"]
    assert not read.notes[0].fatal
    assert "twice" in read.notes[0].message


def test_markdown_in_a_json_file_is_said_and_read() -> None:
    read = document("# Plan\n\n- TP: 4\n", "json")
    assert read.notes[0].fatal
    assert "holds Markdown" in read.notes[0].message
    assert values("# Plan\n\n- TP: 4\n", "json") == {"#Plan > TP": "4"}


def test_nesting_and_digits_are_bounded() -> None:
    assert document("[" * 199 + "8" + "]" * 199, "json").notes == ()
    deep = document("[" * 10_000, "json")
    assert "nested deeper" in deep.notes[0].message
    long = document('{"a": ' + "9" * 5000 + "}", "json")
    assert any("5000 characters" in note.message for note in long.notes)


def test_a_fault_in_a_block_of_a_report_is_a_note() -> None:
    read = document('Text\n\n```json\n{"tp": 4,\n "pp": ...}\n```\n')
    assert [note.fatal for note in read.notes] == [False]
    assert "line 2 of it" in read.notes[0].message


# Without the characters that text encoded twice is made of: that is repaired before it is parsed.
WORD = st.text(alphabet=st.one_of(st.characters(max_codepoint=0x7F), st.sampled_from("×µ中🎉\u2028")), max_size=8)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), WORD),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORD, inner, max_size=4)),
    max_leaves=12,
)


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]


@settings(max_examples=150, deadline=None)
@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_what_the_library_writes_is_read_without_a_fault(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    if text[0] not in '{["':
        return
    read = document(text, "json")
    assert not any(note.fatal for note in read.notes)
    assert sorted(_written(read.statements)) == sorted(_python(str(leaf)) for leaf in leaves(value) if _short(leaf))


def _short(leaf: Any) -> bool:
    return not isinstance(leaf, str) or (leaf.strip() != "" and "\n" not in leaf.strip())


def _written(statements: tuple[Statement, ...]) -> list[str]:
    """The scalars read, as Python writes them, a word in quotes like the bare one; texts over several lines are read as Markdown."""
    found = []
    for one in statements:
        if one.literal == "array":
            found += [_python(item.content) for item in one.items if item.content.strip()]
        elif one.literal:
            found.append(_python(one.value.content))
    return found


def _python(word: str) -> str:
    return {"true": "True", "false": "False", "null": "None"}.get(word) or (str(json.loads(word)) if _number(word) else word)


def _number(word: str) -> bool:
    try:
        return isinstance(json.loads(word), (int, float))
    except ValueError:
        return False


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='{}[]":,0123456789.eE+-truefalsn \n\\u', max_size=40))
def test_it_is_as_strict_as_the_library(text: str) -> None:
    try:
        json.loads(text, parse_constant=_refuse)
        valid = True
    except (ValueError, RecursionError):
        valid = False
    faults = [note for note in document(text, "json").notes if note.fatal]
    assert (not faults) is valid


def _refuse(word: str) -> None:
    raise ValueError(word)

from __future__ import annotations

import pytest

from tests.parse.reading import document, shown, values, where


def test_leaves_have_key_paths_and_comments_their_place() -> None:
    text = """model:
  tp: 4  # was 8
  names: [a, b]   # 2 of them
  list:
    - 1
    - 2
  flag: yes
  none: ~
  rate: 1e-4
  text: "x # 5"
# pp: 16
# Total GPUs: 64
"""
    assert shown(text, "yaml") == [
        "entry [.model > .tp] 4",
        "entry [.model > .names] [a, b]",
        "entry [.model > .list] - 1\n    - 2",
        "entry [.model > .flag] yes",
        "entry [.model > .none] ~",
        "entry [.model > .rate] 1e-4",
        "entry [.model > .text] x # 5",
        "code [.model > .tp] was 8",
        "code [.model > .names] 2 of them",
        "code [.pp] 16 (struck)",
        "code [.Total GPUs] 64",
    ]
    assert [one.literal for one in document(text, "yaml").statements[:7]] == [
        "number",
        "array",
        "array",
        "true",
        "null",
        "number",
        "string",
    ]
    assert where(text, "1e-4", "yaml") == (9, 9)


def test_blocks_and_folded_lines_keep_their_places() -> None:
    text = (
        "a: >\n  torchrun --nproc_per_node 8\n  train.py --tp 4\n"
        "b: |\n  # Head\n  - GPUs: 16\n"
        "c: one\n  two 5\nd: 'it''s 6'\ne: \"x\\t\\u00d7 7\"\n"
    )
    read = values(text, "yaml")
    assert read[".a > $torchrun > --nproc_per_node"] == "8"
    assert read[".a > $torchrun > $train.py > --tp"] == "4"
    assert read[".b > #Head > GPUs"] == "16"
    assert read[".c"] == "one two 5"
    assert read[".d"] == "it's 6"
    assert read[".e"] == "x\t× 7"
    for number, place in (("8", (2, 29)), ("4", (3, 17)), ("16", (6, 11))):
        assert where(text, number, "yaml") == place
    seven = next(one for one in document(text, "yaml").statements if one.value.content == "x\t× 7").value
    at = seven.content.index("7")
    assert text[seven.span(at, at + 1).start] == "7"


def test_several_documents_and_aliases() -> None:
    text = "base: &b {tp: 4}\nmore: *b\nown:\n  <<: *b\n  pp: 2\n---\ndp: 8\n"
    assert values(text, "yaml") == {".base > .tp": "4", ".more > .tp": "4", ".own > .tp": "4", ".own > .pp": "2", ".dp": "8"}


def test_aliases_are_bounded() -> None:
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for name in "bcdefghi":
        text += f"{name}: &{name} [{', '.join('*' + chr(ord(name) - 1) for _ in range(9))}]\n"
    read = document(text, "yaml")
    assert len(read.statements) < 10_000
    assert any("aliases" in note.message for note in read.notes)


def test_interpolation_is_text() -> None:
    assert values("seq: ${variables.max_seq_len}\n", "yaml") == {".seq": "${variables.max_seq_len}"}


def test_duplicate_keys_are_noted() -> None:
    read = document("tp: 4\ntp: 8\n", "yaml")
    assert [one.value.content for one in read.statements] == ["4", "8"]
    assert "twice" in read.notes[0].message


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("tp: 4\nx: [1, 2\ny: 3\nz: 9\n", 3, {".tp": "4", ".z": "9"}),
        ("tp: 4\nname: a: b\nz: 9\n", 2, {".tp": "4", ".z": "9"}),
        ("tp: 4\n\tx: 1\nz: 9\n", 2, {".tp": "4"}),
        ('tp: 4\nx: "open\nz: 9\n', 4, {".tp": "4"}),
    ],
)
def test_broken_yaml_is_named_and_read_on(text: str, line: int, expected: dict[str, str]) -> None:
    read = document(text, "yaml")
    assert read.notes[0].fatal
    assert f"broken YAML at line {line}," in read.notes[0].message
    assert expected.items() <= values(text, "yaml").items()


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000 + "8", "{a: " * 5000, "- " * 300 + "8", "[" * 300 + "8" + "]" * 300])
def test_nesting_is_bounded(text: str) -> None:
    """Some releases of PyYAML have a limit of their own, others none: either way the message is ours, and fatal."""
    (note,) = document(text, "yaml").notes
    assert note.message.startswith("YAML nested deeper than 200")
    assert note.fatal


def test_characters_that_yaml_refuses_are_named() -> None:
    read = document("tp: 4\nx: \x07\n", "yaml")
    assert "U+0007" in read.notes[0].message
    assert values("tp: 4\nx: \x07\n", "yaml")[".tp"] == "4"


def test_positions_count_characters_outside_the_basic_plane() -> None:
    text = 'a: "🎉🎉 8"\nb: 9 # ×\n'
    assert where(text, "9", "yaml") == (2, 4)
    assert where(text, "🎉🎉 8", "yaml") == (1, 5)


def test_settings_held_in_a_block_are_settings() -> None:
    text = """data:
  config.yaml: |
    engine:
      tp: 8  # all of a node
  note: |
    Restart one pod at a time: it takes 8 minutes.
    Nothing else is needed.
  serveConfig: |
    applications:
      - name: llm
        replicas: 4   # half
"""
    assert shown(text, "yaml") == [
        "entry [.data > .config.yaml > .engine > .tp] 8",
        "code [.data > .config.yaml > .engine > .tp] all of a node",
        "sentence [.data > .note > Restart one pod at a time] it takes 8 minutes. Nothing else is needed.",
        "entry [.data > .serveConfig > .applications > 0 > .name] llm",
        "entry [.data > .serveConfig > .applications > 0 > .replicas] 4",
        "code [.data > .serveConfig > .applications > 0 > .replicas] half",
    ]

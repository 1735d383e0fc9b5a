"""Every file of fixtures/hostile, and text too long or too deep to keep as a file: a message or a note, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.parse import parse
from auditor.read import decode, read_file
from auditor.statements import Document
from tests.parse.test_properties import check

HOSTILE = Path(__file__).parents[2] / "fixtures" / "hostile"

READ: dict[str, tuple[list[str], list[str]]] = {
    # name: words of its notes, in order; values it must yield
    "broken-table.md": ([], ["4", "2", "three", "8"]),
    "code-in-yaml.yaml": ([], ["4"]),
    "controls.md": (["zero characters"], ["4\0 way"]),
    "digits.json": (["3000 characters"], ["4", "1e999999999"]),
    "encoded-twice.md": (["encoded twice"], ["4 × 2 = 8 ✅", "±5 µs 🎉"]),
    "laughs.yaml": (["aliases"], ["4"]),
    "line-ends.md": ([], ["8", "4", "1", "2"]),
    "nested.json": (["nested deeper"], []),
    "run-me.md": ([], ["9**9**9**9", "{{7*7}} ${7*7} <%= 7*7 %>"]),
    "run-me.sh": ([], ["4", "$(touch never-made)", "train.py"]),
    "several.json": (["second JSON value"], ["4", "2", "and 8 GPUs"]),
    "tags.md": ([], ["8", "4"]),
    "unclosed-fence.md": (["never closed"], ["4", "12 GB", "5 ms"]),
    "utf-16.md": ([], ["8"]),
    "workflow-command.md": ([], ["8%0A::set-output name=a::b"]),
}
REFUSED = {"latin-1.md": "0xd7 at offset 16", "utf-16-without-mark.md": "UTF-16 without a byte order mark"}


def test_every_hostile_file_has_its_expectation() -> None:
    assert {path.name for path in HOSTILE.iterdir()} - {"README.md"} == set(READ) | set(REFUSED)


@pytest.mark.parametrize("name", sorted(READ))
def test_hostile_files_are_read(name: str) -> None:
    document = parse(read_file(HOSTILE / name))
    check(document)
    words, values = READ[name]
    messages = [note.message for note in document.notes]
    for word in words:
        assert any(word in message for message in messages), messages
    assert bool(messages) is bool(words)
    found = [one.value.content for one in document.statements]
    assert [value for value in values if value not in found] == []
    assert not Path("never-made").exists()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_hostile_files_are_refused_with_a_message(name: str) -> None:
    with pytest.raises(InputError, match=REFUSED[name]):
        read_file(HOSTILE / name)


def read(text: str, suffix: str) -> Document:
    return parse(decode(text.encode(), f"report.{suffix}"))


@pytest.mark.parametrize("suffix", ["md", "json", "yaml", "toml", "sh", "py"])
@pytest.mark.parametrize(
    "piece",
    ["x ", "9", "*", "[", "(", "{", "`", "> ", "- ", "| ", "<", "\\", '"', "'", "$(", "[a](", "a: ", "a=", "\n", "#", "&", "~~", "\t"],
)
def test_a_long_run_of_anything(piece: str, suffix: str) -> None:
    check(read(piece * (6_000 // len(piece)), suffix))


def test_a_line_of_a_megabyte() -> None:
    document = read("- GPUs: 8 " + "and more " * 110_000, "md")
    assert len(document.statements) == 1


def test_a_table_of_many_rows() -> None:
    document = read("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 3_000, "md")
    assert len(document.statements) == 6_002
    assert document.statements[-1].cell is not None
    assert document.statements[-1].cell.row == 2_999


def test_quotes_and_bullets_without_end() -> None:
    assert any("8" in one.value.content for one in read(">" * 10_000 + " GPUs: 8", "md").statements)
    deep = "".join("  " * level + f"- level {level}\n" for level in range(150))
    assert any("149" in one.value.content for one in read(deep, "md").statements)


def test_documents_inside_documents_are_bounded() -> None:
    text = "x: 1"
    for _ in range(12):
        text = "````" + "md\n" + text.replace("`", "``") + "\n````" if len(text) < 4000 else text
    check(read(text, "md"))

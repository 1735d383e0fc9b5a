from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from auditor.errors import InputError
from auditor.read import MAX_BYTES, decode, read_file


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-8"),
    ],
)
def test_the_byte_order_mark_tells_the_encoding(mark: bytes, encoding: str) -> None:
    source = decode(mark + "8 × H100 🎉\r\n".encode(encoding), "a.md")
    assert source.text == "8 × H100 🎉\r\n"
    assert source.encoding == encoding
    assert source.notes == ()


def test_line_ends_are_kept_and_counted() -> None:
    source = decode(b"a\r\nb\rc\nd", "a.md")
    assert source.text == "a\r\nb\rc\nd"
    assert source.lines.point(source.text.index("d")).line == 4


def test_undecodable_bytes_are_named_with_line_offset_and_remedy() -> None:
    with pytest.raises(InputError) as caught:
        decode(b"one\ntwo \x97 three", "a.md")
    assert caught.value.line == 2
    assert "0x97 at offset 8" in str(caught.value)
    assert "save the file as UTF-8" in str(caught.value)
    assert "Windows-1252" in str(caught.value)


def test_half_a_character_of_utf_16_is_named() -> None:
    with pytest.raises(InputError, match="not UTF-16-LE"):
        decode(codecs.BOM_UTF16_LE + b"a\0b", "a.md")


def test_zero_bytes_mean_a_binary_file() -> None:
    with pytest.raises(InputError, match="binary file, or UTF-16 without a byte order mark"):
        decode("a report in UTF-16".encode("utf-16-le"), "a.md")


def test_a_stray_zero_is_noted() -> None:
    source = decode(b"GPUs: 8\0" + b" " * 400, "a.md")
    assert [note.fatal for note in source.notes] == [False]
    assert source.notes[0].span.start == 7


def test_too_large_is_said_before_decoding() -> None:
    with pytest.raises(InputError, match="larger than 20 MB"):
        decode(b"a" * (MAX_BYTES + 1), "a.md")


def test_text_encoded_twice_is_repaired_and_noted() -> None:
    meant = "8 × 4 = 32 ✅ 🎉 “quoted” µs, 50 °C, é"
    spoiled = meant.encode().decode("cp1252", "surrogateescape").encode("utf-8", "surrogateescape")
    spoiled_text = "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in meant.encode()
    )
    del spoiled
    source = decode(spoiled_text.encode(), "a.md")
    assert source.reading.content == meant
    assert source.text == spoiled_text
    assert len(source.notes) == 1
    assert "encoded twice" in source.notes[0].message


def test_a_repaired_character_stands_for_all_it_was_spoiled_into() -> None:
    source = decode("4 Ã— 8".encode(), "a.md")
    assert source.reading.content == "4 × 8"
    span = source.reading.span(2, 3)
    assert source.text[span.start : span.end] == "Ã—"
    last = source.reading.span(4, 5)
    assert source.text[last.start : last.end] == "8"


@pytest.mark.parametrize("text", ["naïve café, São Paulo", "CAFÉ—bar", "£5 · ½", "Ångström ±2", "中文 × 8", "Ã alone", "É—"])
def test_honest_text_is_left_alone(text: str) -> None:
    source = decode(text.encode(), "a.md")
    assert source.reading.content == text
    assert source.notes == ()


def test_files_that_cannot_be_had(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_file(tmp_path / "missing.md")
    with pytest.raises(InputError, match="folder"):
        read_file(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_file("a\0b")


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("GPUs: 8".encode("utf-8-sig"))
    assert read_file(path).text == "GPUs: 8"
    assert read_file(path).path == str(path)

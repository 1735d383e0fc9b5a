"""Bytes of a file to a `Source`: decoded strictly, kept as written, and repaired where it was encoded twice."""

from __future__ import annotations

import codecs
import os
import re
import stat
from pathlib import Path
from typing import Final

from auditor.errors import InputError
from auditor.spans import LineIndex, Segment, Span, Text
from auditor.statements import Note, Source

__all__ = ["MAX_BYTES", "bytes_of", "decode", "read_file"]

MAX_BYTES: Final = 20_000_000
"""A larger file is refused with a message: no report is that long, and a hostile file should not eat the memory."""

# UTF-32 before UTF-16: the little-endian mark of the first begins with that of the second.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def bytes_of(path: str | Path, most: int) -> bytes:
    """Return the content of a regular file of at most so many bytes; `InputError` for anything else: a pipe, a device, a larger file."""
    try:
        # A pipe is opened without waiting for who writes into it, and asked what it is only then: it may change in between.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise InputError("is no regular file", path=str(path))
        with os.fdopen(handle, "rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot be read: {reason}", path=str(path)) from None
    if len(data) > most:
        raise InputError(f"is larger than {most:,} bytes", path=str(path))
    return data


def read_file(path: str | Path, *, regular: bool = False) -> Source:
    """Read and decode the file at `path`; raise `InputError` where it cannot be had or is not text.

    A pipe may be read, for a shell may have made it, unless it must be a `regular` file: where somebody else's settings name it.
    """
    if regular:
        return decode(bytes_of(path, MAX_BYTES), str(path))
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError("no such file", path=str(path)) from None
    except IsADirectoryError:
        raise InputError("is a folder, not a file", path=str(path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot be read: {reason}", path=str(path)) from None
    return decode(data, str(path))


def decode(data: bytes, path: str) -> Source:
    """Decode the bytes of one file.

    UTF-8, or UTF-16/32 where a byte order mark says so. The text keeps its characters and line ends as they are;
    `reading` has text that was encoded twice (UTF-8 read as Windows-1252 and saved again) put right, each repaired
    character standing for all the characters it was spoiled into. Raises `InputError` with line and byte offset.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES // 1_000_000} MB; split the report or pass the part to audit", path=path)
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    body = data[len(mark) :]
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, body, len(mark), encoding, error, path) from None
    zeros = text.count("\0")
    if zeros > 8 and zeros * 20 > len(text):
        at = text.index("\0")
        raise InputError(
            f"{zeros} of {len(text)} characters are zero: a binary file, or UTF-16 without a byte order mark; save it as UTF-8",
            path=path,
            line=text.count("\n", 0, at) + 1,
        )
    reading, notes = _repair(text)
    if zeros:
        at = text.index("\0")
        notes = (*notes, Note(f"{zeros} zero characters in the text; they are read as blanks", Span(at, at + 1)))
    return Source(path, text, reading, LineIndex(text), encoding, notes)


def _undecodable(data: bytes, body: bytes, skipped: int, encoding: str, error: UnicodeDecodeError, path: str) -> InputError:
    before = body[: error.start].decode(encoding, "replace")
    line = len(LineIndex(before))
    byte = body[error.start]
    remedy = "save the file as UTF-8"
    if encoding == "utf-8" and byte >= 0x80 and data.count(b"\0") * 4 < len(data):
        remedy += " (it may be in Windows-1252 or Latin-1)"
    message = f"not {encoding.upper()}: byte 0x{byte:02x} at offset {error.start + skipped} cannot be decoded ({error.reason}); {remedy}"
    return InputError(message, path=path, line=line)


def _windows_bytes() -> dict[str, int]:
    """The byte each character stood for, had the text been decoded as Windows-1252 (Latin-1 where that has a gap)."""
    table: dict[str, int] = {}
    for byte in range(0x80, 0x100):
        table[chr(byte)] = byte
        try:
            table[bytes([byte]).decode("cp1252")] = byte
        except UnicodeDecodeError:
            continue
    return table


_BYTE_OF: Final = _windows_bytes()
_TAIL: Final = "[" + re.escape("".join(sorted(char for char, byte in _BYTE_OF.items() if byte < 0xC0))) + "]"
_TWICE: Final = re.compile(rf"[ðñòóô]{_TAIL}{_TAIL}{_TAIL}|[à-ï]{_TAIL}{_TAIL}|[Â-ß]{_TAIL}")


def _repair(text: str) -> tuple[Text, tuple[Note, ...]]:
    if text.isascii():
        return Text.of(text), ()
    found: list[tuple[int, int, str]] = []
    for match in _TWICE.finditer(text):
        try:
            char = bytes(_BYTE_OF[one] for one in match.group()).decode("utf-8")
        except UnicodeDecodeError:
            continue
        found.append((match.start(), match.end(), char))
    # A lead letter other than Â and Ã with one sign behind it can be honest text ("CAFÉ—bar"): it needs a witness.
    if not any(end - start > 2 or text[start] in "ÂÃ" for start, end, _ in found):
        return Text.of(text), ()
    content: list[str] = []
    segments: list[Segment] = []
    length = last = 0
    for start, end, char in found:
        if start > last:
            content.append(text[last:start])
            segments.append(Segment(length, length + start - last, Span(last, start)))
            length += start - last
        content.append(char)
        segments.append(Segment(length, length + 1, Span(start, end)))
        length += 1
        last = end
    if last < len(text):
        content.append(text[last:])
        segments.append(Segment(length, length + len(text) - last, Span(last, len(text))))
    start, end, char = found[0]
    count = "1 character was" if len(found) == 1 else f"{len(found)} characters were"
    message = (
        f"{count} encoded twice (such as {text[start:end]!r} for {char!r}): UTF-8 read as Windows-1252; "
        "read as meant, positions are those in the file"
    )
    return Text("".join(content), tuple(segments)), (Note(message, Span(start, end)),)

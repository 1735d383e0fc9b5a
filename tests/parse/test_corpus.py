"""The published reports, where they are at hand: every one is read, and no number of theirs is skipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.parse import parse
from auditor.read import read_file
from auditor.statements import Document
from tests.parse.test_properties import check

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
FILES = sorted(path for part in ("seeds", "corpus", "knowngood") for path in (SHARED / part).rglob("*") if path.is_file())
BROKEN = {
    "2025-10-19-21-59-45": "line 298, column 37",
    "2025-10-16-20-29-23": "line 207, column 35",
    "2025-11-24-12-00-17": "line 59, column",
    "2025-10-16-11-38-04": "line 417, column 33: the expression '50*1024*1024'",
    "2025-11-14-11-57-49": "line 122, column 29: '80GB'",
}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NOT_TEXT = re.compile(r"\]\([^)\s]*\)|\[\^[^\]]*\]|^\s*\[[^\]]*\]: .*$|<[a-zA-Z/!][^>]*>|^[\s>]*\d+[.)](?=\s)", re.MULTILINE)
"""Link targets, footnote marks, link definitions, tags and list markers say nothing of a plan."""

needs_corpus = pytest.mark.skipif(not FILES, reason="the published reports are not at hand")


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_published_report_is_read(path: Path) -> None:
    document = parse(read_file(path))
    check(document)
    assert document.statements
    fatal = [note.message for note in document.notes if note.fatal]
    expected = BROKEN.get(path.parent.name) if path.suffix == ".json" and not path.stem.endswith("_final") else None
    if expected is None:
        assert fatal == []
    else:
        assert len(fatal) == 1
        assert expected in fatal[0]
    assert _skipped(document) == []


def _skipped(document: Document) -> list[str]:
    """The numbers of a report that stand in no statement."""
    text = document.source.text
    taken = bytearray(len(text))
    for match in NOT_TEXT.finditer(text) if document.format == "markdown" else ():
        taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    for one in document.statements:
        for segment in one.value.segments:
            taken[segment.span.start : segment.span.end] = b"\1" * len(segment.span)
    return [match.group() for match in NUMBER.finditer(text) if 1 not in taken[match.start() : match.end()]]


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures" / "reports").rglob("*.md")), ids=lambda path: path.stem)
def test_every_shipped_report_is_read(path: Path) -> None:
    document = parse(read_file(path))
    check(document)
    assert not any(note.fatal for note in document.notes)
    assert _skipped(document) == []

import codecs
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import InputError
from auditor.findings import Confidence, Edit, Finding, Place, Repair, Report, Severity
from auditor.fix import apply, chosen, difference, fix, save
from auditor.read import decode, read_file
from auditor.spans import Span
from auditor.statements import Source
from tests.standins import stand_in_audit


def audited(text: str) -> Report:
    return stand_in_audit(decode(text.encode(), "a.md"))


def finding(start: int, end: int, text: str, *, safe: bool = True) -> Finding:
    repair = Repair("write it", (Edit(Span(start, end), text),), safe)
    return Finding("X", "x", "layout", Severity.ERROR, Confidence.HIGH, "m", Place(Span(start, end)), repairs=(repair,))


def test_only_the_figure_changes() -> None:
    text = "a 4 * 4 = 17\r\nb\t 2 * 3 = 5  \r\rc\u2028 4 * 4 = 16"
    assert fix(audited(text), stand_in_audit).source.text == text.replace("17", "16").replace("= 5", "= 6")


def test_fixing_twice_changes_nothing_more() -> None:
    once = fix(audited("4 * 4 = 17 and 2 * 2 = 5\n"), stand_in_audit)
    assert once.repairs == 2
    assert once.report.findings == ()
    twice = fix(once.report, stand_in_audit)
    assert (twice.repairs, twice.source) == (0, once.source)


def test_what_is_not_safe_only_if_asked_for() -> None:
    report = audited("4 * 4 = 17 !\n")
    assert fix(report, stand_in_audit).repairs == 0
    assert fix(report, stand_in_audit, unsafe=True).source.text == "4 * 4 = 16 !\n"


def test_the_first_admissible_repair_is_taken() -> None:
    both = replace(finding(0, 1, "a", safe=False), repairs=(*finding(0, 1, "a", safe=False).repairs, *finding(0, 1, "b").repairs))
    assert chosen([both])[0][0].text == "b"
    assert chosen([both], unsafe=True)[0][0].text == "a"


def test_of_two_at_one_place_the_second_waits() -> None:
    assert len(chosen([finding(0, 2, "a"), finding(1, 3, "b"), finding(2, 4, "c")])) == 2
    assert len(chosen([finding(2, 2, "a"), finding(2, 2, "b")])) == 1


def test_a_finding_in_a_context_file_repairs_nothing_here() -> None:
    assert chosen([replace(finding(0, 1, "a"), place=Place(Span(0, 1), "", "facts.json"))]) == ()


def test_safe_repairs_that_bring_about_a_finding_together_are_made_one_at_a_time() -> None:
    def jealous(source: Source) -> Report:
        left = [finding(at, at + 1, "b") for at in (0, 2) if source.text[at] == "a"]
        third = (replace(finding(4, 5, "c", safe=False), code="Z"),) if source.text.startswith("b b") else ()
        return Report(source, findings=(*left, *third))

    fixed = fix(jealous(decode(b"a a x", "a.md")), jealous)
    assert (fixed.source.text, fixed.repairs) == ("b a x", 1)


def test_a_report_read_in_part_is_left_alone() -> None:
    assert fix(audited("BROKEN 4 * 4 = 17"), stand_in_audit).repairs == 0


def test_repairs_that_undo_each_other_are_not_written() -> None:
    def quarrel(source: Source) -> Report:
        return Report(source, findings=(finding(0, 1, "b" if source.text[0] == "a" else "a"),))

    fixed = fix(quarrel(decode(b"a\n", "a.md")), quarrel)
    assert (fixed.settled, fixed.repairs, fixed.source.text) == (False, 0, "a\n")


def test_repairs_without_an_end_are_not_written() -> None:
    def longer(source: Source) -> Report:
        return Report(source, findings=(finding(0, 1, "aa"),))

    assert not fix(longer(decode(b"a", "a.md")), longer).settled


@given(st.text(), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5), st.text(max_size=3)), max_size=5))
def test_apply_leaves_everything_else(text: str, places: list[tuple[int, int, str]]) -> None:
    edits, at = [], 0
    for skip, size, new in places:
        start = min(at + skip, len(text))
        end = min(start + size, len(text))
        edits.append(Edit(Span(start, end), new))
        at = end + 1
        if at > len(text):
            break
    result = apply(text, reversed(edits))
    # Read back: undo the edits one by one from the end.
    shift = sum(len(edit.text) - len(edit.span) for edit in edits)
    for edit in reversed(edits):
        shift -= len(edit.text) - len(edit.span)
        start = edit.span.start + shift
        assert result[start : start + len(edit.text)] == edit.text
        result = result[:start] + text[edit.span.start : edit.span.end] + result[start + len(edit.text) :]
    assert result == text


def test_difference() -> None:
    before, after = decode(b"one\x0bx\ntwo\nthree", "a.md"), decode(b"one\x0bx\n2\nthree", "a.md")
    assert difference(before, after) == ("--- a.md\n+++ a.md\n@@ -1,3 +1,3 @@\n one\x0bx\n-two\n+2\n three\n\\ No newline at end of file\n")
    assert difference(before, before) == ""


class TestSave:
    @pytest.mark.parametrize(
        ("mark", "encoding"),
        [(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
    )
    def test_every_other_byte_stays(self, tmp_path: Path, mark: bytes, encoding: str) -> None:
        path = tmp_path / "a.md"
        path.write_bytes(mark + "× 4 * 4 = 17\r\nend".encode(encoding))
        source = read_file(path)
        save(str(path), source, fix(stand_in_audit(source), stand_in_audit).source.text)
        assert path.read_bytes() == mark + "× 4 * 4 = 16\r\nend".encode(encoding)

    def test_rights_and_links_stay(self, tmp_path: Path) -> None:
        path, link = tmp_path / "a.md", tmp_path / "link.md"
        path.write_text("a")
        path.chmod(0o640)
        link.symlink_to(path)
        save(str(link), read_file(link), "b")
        assert link.is_symlink()
        assert path.read_text() == "b"
        assert path.stat().st_mode & 0o777 == 0o640
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.md", "link.md"]

    def test_a_file_that_changed_meanwhile(self, tmp_path: Path) -> None:
        path = tmp_path / "a.md"
        path.write_text("a")
        source = read_file(path)
        path.write_text("something else")
        with pytest.raises(InputError, match="has changed since it was read"):
            save(str(path), source, "b")

    def test_a_file_that_is_gone(self, tmp_path: Path) -> None:
        path = tmp_path / "a.md"
        path.write_text("a")
        source = read_file(path)
        path.unlink()
        with pytest.raises(InputError, match="cannot be written: No such file"):
            save(str(path), source, "b")

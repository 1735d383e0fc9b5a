import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.findings import STATED_AGAIN, Confidence, ConventionTried, Finding, Place, Repair, Report, Severity, Step
from auditor.read import decode
from auditor.render import load
from auditor.render.run import Failure, Options, Run, locate
from auditor.spans import Span
from auditor.statements import Note
from tests.standins import stand_in_audit

SNAPSHOTS = Path(__file__).parent / "snapshots"

PLAN = """# Plan for 32 GPUs

| Axis | Degree |
|------|--------|
| 张量 TP | 4 |
| PP | 2 |

- Together:\t4 * 2 = 9 GPUs a replica ✅
- Experts: 16 * 4 = 64, and 16 * 4 = 60 ! in the table
"""


def audit(text: str, path: str = "plans/report.md") -> Report:
    return stand_in_audit(decode(text.encode(), path))


def rich() -> Report:
    """A report with one finding that has everything a finding can have."""
    report = audit(PLAN)
    facts = decode(b'{"gpus": 64}\n', "facts.json")
    first = replace(
        report.findings[0],
        related=(
            *report.findings[0].related,
            Place(Span(PLAN.index("32"), PLAN.index("32") + 2), "the cluster"),
            Place(Span(PLAN.index("4 |"), PLAN.index("4 |") + 1), "tp"),
            Place(Span(9, 11), "says 64", "facts.json"),
        ),
        confidence=Confidence.MEDIUM,
        derivation=tuple(Step(f"step {number}", f"{number} * 2", str(2 * number)) for number in range(6)),
        conventions=(ConventionTried("factor", False, "EP as an axis", "8 is not 9"), ConventionTried("folded", True)),
        repairs=tuple(Repair(f"repair {number}") for number in range(3)),
        followers=tuple(f"follower {number}" for number in range(7)),
    )
    return replace(report, findings=(first, *report.findings[1:]), context=(facts,), notes=(Note("written twice", Span(2, 6)),))


@pytest.mark.parametrize("name", ["full", "concise", "github", "json"])
@pytest.mark.parametrize("style", ["plain", "quiet", "explained"])
def test_snapshots(name: str, style: str, kept: Callable[[str, Path], None]) -> None:
    run = Run((rich(), audit("4 * 4 = 16\n", "right.md")), (Failure("broken.json", "no value here", 3, 7),), "0.1.0", "2026.1")
    options = Options(quiet=style == "quiet", explain=style == "explained", root=Path("/repository"), folder=Path("/repository/docs"))
    if name in ("json", "concise") and style != "plain":
        return
    kept(load(name)(run, options), SNAPSHOTS / f"{name}-{style}.txt")


def test_color(kept: Callable[[str, Path], None]) -> None:
    kept(load("full")(Run((rich(),)), Options(color=True)), SNAPSHOTS / "full-color.txt")


def test_a_terminal_breaks_what_is_long_and_no_carets() -> None:
    report = replace(rich(), findings=(replace(rich().findings[0], message="word " * 30),))
    out = load("full")(Run((report,)), Options(columns=70))
    assert max(len(line) for line in out.splitlines() if "|" not in line) <= 70
    wide = load("full")(Run((report,)), Options())
    marked = [line for line in out.splitlines() if "^" in line]
    assert marked == [line for line in wide.splitlines() if "^" in line]


def test_what_is_stated_again_is_named_once() -> None:
    report = audit("4 * 4 = 17\n4\n4\n")
    again = tuple(Place(Span(start, start + 1), STATED_AGAIN) for start in (13, 11))
    run = Run((replace(report, findings=(replace(report.findings[0], related=again),)),))
    assert "= stated again: lines 2, 3\n" in load("full")(run, Options())
    explained = load("full")(run, Options(explain=True))
    assert "stated again" not in explained
    assert "^ the same" in explained


def test_why_a_file_was_not_audited_stands_with_the_findings() -> None:
    run = Run((audit("4 * 4 = 17 BROKEN\n"),), (Failure("b.json", "no value here", 3, 7),))
    for name in ("full", "concise"):
        for quiet in (False, True):
            out = load(name)(run, Options(quiet=quiet))
            assert "b.json:3:7: not audited: no value here\n" in out
            assert "plans/report.md:1:12: not audited in full: broken here\n" in out


def test_nothing_to_say() -> None:
    assert load("full")(Run((audit("4 * 4 = 16"),)), Options(quiet=True)) == ""


def test_findings_come_in_the_order_of_the_report() -> None:
    report = audit("1 * 1 = 2\n1 * 1 = 3 !\n1 * 1 = 4\n")
    out = load("concise")(Run((replace(report, findings=report.findings[::-1]),)), Options(quiet=True))
    assert [line.split(":")[1] for line in out.splitlines()] == ["1", "2", "3"]


hostile = st.text(st.characters() | st.sampled_from("\x1b\x07\x9b\u202e\r\n:#%[]"), max_size=40)


@settings(max_examples=60)
@given(hostile, hostile, hostile, hostile)
def test_nothing_of_a_report_steers_a_terminal(message: str, label: str, path: str, repair: str) -> None:
    text = "".join(character for character in message + "\n" + label if not "\ud800" <= character <= "\udfff" and character != "\0")
    source = decode(text.encode(), path)
    finding = Finding(
        "X001",
        "x",
        "layout",
        Severity.ERROR,
        Confidence.LOW,
        message,
        Place(Span(0, len(source.text)), label),
        (Place(Span(0, 0), message),),
        derivation=(Step(message, label, repair),),
        conventions=(ConventionTried(label, False, message, repair),),
        repairs=(Repair(repair),),
        followers=(message,),
    )
    report = Report(source, findings=(finding,), notes=(Note(message, Span(0, 0)),))
    run = Run((report,), (Failure(path, message),))
    for name in ("full", "concise"):
        out = load(name)(run, Options(explain=True))
        assert all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in out.replace("\n", ""))
        assert not set(out) & set("\x1b\x07\x9b\u202e\r\x85\u2028\x0b\x0c\x1c")


class TestLocations:
    def test_the_end_is_exclusive(self) -> None:
        source = decode(b"ab\ncd\n", "a.md")
        found = locate(source, Span(3, 5))
        assert (found.line, found.column, found.end_line, found.end_column) == (2, 1, 2, 3)

    def test_line_ends_at_the_tail_do_not_count(self) -> None:
        source = decode(b"ab\r\ncd\r\n", "a.md")
        found = locate(source, Span(0, 4))
        assert (found.end_line, found.end_column) == (1, 3)

    @pytest.mark.parametrize(
        ("folder", "path", "shown"),
        [
            ("/r", "a.md", "a.md"),
            ("/r/docs", "a.md", "docs/a.md"),
            ("/r/docs", "../a.md", "a.md"),
            ("/r", "./docs/./a.md", "docs/a.md"),
            ("/r", "/r/docs/a.md", "docs/a.md"),
            ("/r", "/elsewhere/a.md", "/elsewhere/a.md"),
            ("/r", "../../../etc/a.md", "../../../etc/a.md"),
        ],
    )
    def test_paths_below_the_repository(self, folder: str, path: str, shown: str) -> None:
        assert Options(root=Path("/r"), folder=Path(folder)).repository_path(path) == shown

    def test_without_a_repository(self) -> None:
        assert Options(folder=Path("/r")).repository_path("docs/a.md") == "docs/a.md"

import re

from hypothesis import example, given
from hypothesis import strategies as st

from auditor.findings import Confidence, Finding, Place, Report, Severity, Step
from auditor.read import decode
from auditor.render.github import ANNOTATIONS_A_LEVEL, command, render
from auditor.render.run import Failure, Options, Run
from auditor.render.terminal import plain
from auditor.spans import Span
from tests.standins import stand_in_audit


def unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")


def runner(line: str) -> tuple[str, dict[str, str], str] | None:
    """Read a line of output as the runner does: None for a line that is no command."""
    if not line.lstrip().startswith("::") or line.find("::", 2) < 0:
        assert "##[" not in line
        return None
    head, _, data = line.lstrip()[2:].partition("::")
    level, _, properties = head.partition(" ")
    return level, {name: unescape(value) for name, _, value in (pair.partition("=") for pair in properties.split(","))}, unescape(data)


hostile = st.text(max_size=40) | st.lists(
    st.sampled_from(
        ["::", "##[", "]", "\n", "\r", "%0A", "%", ",", ":", "=", "::set-env name=A::b", "::stop-commands::x", "\u2028", "\x1b", "a", " "]
    )
).map("".join)


@given(hostile, hostile, hostile, hostile)
@example("::error::x", "\n::stop-commands::t", "a,line=3", "%0A::add-mask::x")
def test_nothing_breaks_out_of_a_command(message: str, label: str, path: str, name: str) -> None:
    source = decode(b"16 GPUs\n", path)
    finding = Finding(
        name,
        name,
        "layout",
        Severity.ERROR,
        Confidence.HIGH,
        message,
        Place(Span(0, 2), label),
        (Place(Span(3, 7), label),),
        derivation=(Step(message, label, message),),
    )
    out = render(Run((Report(source, findings=(finding,)),), (Failure(path, message),)), Options())
    lines = re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", out.removesuffix("\n"))
    read = [runner(line) for line in lines]
    assert [found is not None for found in read] == [True, True, False]
    for found in read[:2]:
        assert found is not None
        level, properties, data = found
        assert level == "error"
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert data.split("\n")[0] == plain(message)
    assert read[1] is not None
    assert read[1][1]["line"] == "1"
    assert read[1][1]["title"] == plain(f"{name} {name}")


def test_levels_and_columns() -> None:
    out = render(Run((stand_in_audit(decode(b"4 * 4 = 17 !\n", "a.md")),)), Options())
    assert out.startswith(
        "::warning file=a.md,line=1,endLine=1,col=9,endColumn=11,title=ARI001 written-equation::4 * 4 is 16, written 17%0A"
    )


def test_no_columns_on_several_lines() -> None:
    source = decode(b"a\nb\n", "a.md")
    finding = Finding("X", "x", "layout", Severity.INFO, Confidence.HIGH, "m", Place(Span(0, 3)))
    assert render(Run((Report(source, findings=(finding,)),)), Options(quiet=True)) == "::notice file=a.md,line=1,endLine=2,title=X x::m\n"


def test_ten_a_level_and_the_others_counted() -> None:
    text = "1 * 1 = 2\n" * 15 + "1 * 1 = 2 !\n" * 15
    out = render(Run((stand_in_audit(decode(text.encode(), "a.md")),)), Options())
    lines = out.splitlines()
    assert [line.split(" ")[0] for line in lines[:-2]] == ["::error"] * ANNOTATIONS_A_LEVEL + ["::warning"] * ANNOTATIONS_A_LEVEL
    assert lines[-2] == "Shown as annotations: 10 of 15 errors, 10 of 15 warnings; the job's summary has all."
    assert lines[-1] == "30 findings in 1 report with 0 claims."
    quiet = render(Run((stand_in_audit(decode(text.encode(), "a.md")),)), Options(quiet=True))
    assert quiet.splitlines()[20:] == lines[-2:-1]


def test_the_files_of_the_change_come_first() -> None:
    reports = tuple(stand_in_audit(decode(b"1 * 1 = 2\n" * 9, f"{name}.md")) for name in "abc")
    out = render(Run(reports), Options(first=frozenset({"c.md"})))
    files = [line.split("file=")[1][0] for line in out.splitlines() if line.startswith("::error")]
    assert "".join(files) == "c" * 9 + "a"


def test_the_surest_come_first() -> None:
    source = decode(b"a b\n", "a.md")
    findings = tuple(
        Finding("X", "x", "layout", Severity.ERROR, confidence, confidence.value, Place(Span(0, 1)))
        for confidence in (Confidence.LOW, Confidence.HIGH, Confidence.MEDIUM)
    )
    out = render(Run((Report(source, findings=findings),)), Options(quiet=True))
    assert [line.rpartition("::")[2] for line in out.splitlines()] == ["high", "medium", "low"]


def test_a_very_long_message_is_cut() -> None:
    assert len(command("error", ["x" * 100_000], file="a")) < 5000


def test_a_message_never_ends_inside_an_escape() -> None:
    assert command("error", ["%" * 10_000]).endswith("%25")

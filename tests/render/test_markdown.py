from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.findings import Confidence, Finding, Place, Report, Severity, Step
from auditor.read import decode
from auditor.render import markdown
from auditor.render.markdown import code, render
from auditor.render.run import Failure, Options, Run
from auditor.render.terminal import plain
from auditor.spans import Span
from tests.standins import stand_in_audit

hostile = st.text(max_size=30) | st.lists(
    st.sampled_from(
        ["`", "``", "\n", "\n\n", "# ", "- ", "|", "<img src=x>", "@team", "#12", "[a](b)", "![a](b)", "*", "\\", "a", " ", "```\n"]
    )
).map("".join)


def tokens(text: str) -> list[Token]:
    return [child for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text) for child in (token, *(token.children or []))]


@given(hostile)
@example("`")
@example("a``b`")
@example("\\`")
def test_a_code_span_holds_its_text(text: str) -> None:
    written = code(text)
    if not plain(text).strip():
        assert written == ""
        return
    inline = MarkdownIt().parseInline(f"x {written} y")[0].children
    assert inline is not None
    assert [token.type for token in inline] == ["text", "code_inline", "text"]
    assert inline[1].content == plain(text)


@given(hostile, hostile, hostile)
@example("   ", "   ", "")
def test_nothing_of_a_report_takes_effect(message: str, label: str, path: str) -> None:
    source = decode(b"16 GPUs\n", path)
    finding = Finding(
        "X",
        "x",
        "layout",
        Severity.ERROR,
        Confidence.HIGH,
        message,
        Place(Span(0, 2)),
        (Place(Span(3, 7), label),),
        derivation=(Step(label, message, label),),
    )
    found = tokens(render(Run((Report(source, findings=(finding,)),), (Failure(path, message),)), Options()))
    kinds = {token.type for token in found}
    assert not kinds & {
        "html_inline",
        "html_block",
        "link_open",
        "image",
        "fence",
        "code_block",
        "table_open",
        "em_open",
        "hr",
        "blockquote_open",
    }
    assert sum(token.type == "heading_open" for token in found) == 2
    for token in found:
        if token.type == "text":
            assert "@" not in token.content
            assert "<" not in token.content


def test_the_gravest_first() -> None:
    out = render(Run((stand_in_audit(decode(b"1 * 1 = 2 !\n1 * 1 = 3\n", "a.md")),)), Options())
    assert out.index("written 3") < out.index("written 2")
    assert out.startswith(
        "### Audit of 1 report: 1 error, 1 warning, 0 info\n\n- ❌ `a.md`: contradicted; 0 claims, 0 checks held, 2 contradicted"
    )


def test_it_fits_on_the_page() -> None:
    run = Run((stand_in_audit(decode(b"1 * 1 = 2\n" * 8000, "a.md")),))
    out = render(run, Options())
    assert len(out.encode()) < markdown.MOST_BYTES + 100
    assert out.endswith(" more lines not shown: the page is full.\n")


def test_places_are_links_where_the_repository_is_known() -> None:
    report = stand_in_audit(decode(b"1 * 1 = 2\n", "docs/a b`](x).md"))
    links = "https://github.com/o/r/blob/" + "a" * 40 + "/"
    out = render(Run((report,)), Options(links=links))
    found = [str(token.attrGet("href")) for token in tokens(out) if token.type == "link_open"]
    assert set(found) == {f"{links}docs/a%20b%60%5D%28x%29.md?plain=1#L1"}
    outside = render(Run((stand_in_audit(decode(b"1 * 1 = 2\n", "/etc/a.md")),)), Options(links=links))
    assert not [token for token in tokens(outside) if token.type == "link_open"]


def test_the_own_files_first_and_reports_that_need_a_look() -> None:
    other, own = (stand_in_audit(decode(b"1 * 1 = %d%s\n" % (value, mark), f"{value}.md")) for value, mark in ((2, b""), (3, b" !")))
    held = stand_in_audit(decode(b"1 * 1 = 1\n", "held.md"))
    out = render(Run((held, other, own)), Options(first=frozenset({"3.md"})))
    assert out.index("written 3") < out.index("written 2")
    assert out.index("`2.md`: contradicted") < out.index("`held.md`: consistent")

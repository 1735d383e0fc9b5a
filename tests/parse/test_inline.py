from __future__ import annotations

import pytest

from auditor.parse.inline import MarkKind, scan
from auditor.spans import Text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**Degree**: 4-way", "Degree: 4-way"),
        ("***both*** and __this__ and _that_", "both and this and that"),
        ("8*4*2 = **64**", "8*4*2 = 64"),
        ("2**10 and 3**4", "2**10 and 3**4"),
        ("8 * 4 * 2", "8 * 4 * 2"),
        ("num_gpus_per_node", "num_gpus_per_node"),
        ("**TP**×**EP**", "TP×EP"),
        ("**16**×4 = **64 GPUs**.", "16×4 = 64 GPUs."),
        ("~8,000 to ~9,000", "~8,000 to ~9,000"),
        ("~~16~~ 32", "16 32"),
        ("`tp_size=4` and ``a`b``", "tp_size=4 and a`b"),
        ("a ` b", "a ` b"),
        ("see [the plan](http://example.com/8_(x) 'title') now", "see the plan now"),
        ("![chart](figure1.png)", "chart"),
        ("64[^1] GPUs", "64 GPUs"),
        ("[x] done, [ ] open, a[0][1]", "[x] done, [ ] open, a[0][1]"),
        ("&lt;50ms &times; 2 &amp; &nosuch;", "<50ms × 2 & &nosuch;"),
        (r"\*not bold\* 5\%", "*not bold* 5%"),
        ("10<sup>12</sup> FLOP, 661<sup>1</sup>", "10^12 FLOP, 661"),
        ("d<sub>model</sub>", "d_model"),
        ("<b>8</b><br/>4", "8\n4"),
        ("x <X and y >Z, <50ms >20", "x <X and y >Z, <50ms >20"),
        ("<https://example.com/8>", "https://example.com/8"),
        ("a <!-- 5 --> b", "a  b"),
        (r"$\text{GPUs} = 4 \times 2 = 8$", "GPUs = 4 × 2 = 8"),
        (r"$\frac{64}{4} = 16$, $\frac{a + b}{2}$", "64/4 = 16, (a + b)/2"),
        (r"1{,}024 and $10^{12}$ and $N_{gpu}$", "1,024 and 10^12 and N_gpu"),
        ("$5 to $10, or 4 × $2 = $8", "$5 to $10, or 4 × $2 = $8"),
        (r"\approx 5 \leq 8, \unknown", "≈ 5 ≤ 8, \\unknown"),
    ],
)
def test_markup_is_dropped_and_meaning_kept(written: str, read: str) -> None:
    assert scan(Text.of(written)).content == read


def test_marks_say_what_was_marked() -> None:
    inline = scan(Text.of("**Total**: ~~8~~ `16` [x](y)"))
    marked = [(mark.kind, inline.content[mark.start : mark.end]) for mark in inline.marks]
    assert marked == [(MarkKind.BOLD, "Total"), (MarkKind.STRUCK, "8"), (MarkKind.CODE, "16"), (MarkKind.LINK, "x")]


def test_named_links_need_their_definition() -> None:
    text = Text.of("see [plan] and [this][plan]")
    assert scan(text).content == "see [plan] and [this][plan]"
    assert scan(text, frozenset({"plan"})).content == "see plan and this"


def test_positions_survive() -> None:
    written = "a **b** &times; <br> c"
    inline = scan(Text.of(written))
    at = inline.content.index("c")
    span = inline.text.span(at, at + 1)
    assert written[span.start : span.end] == "c"
    sign = inline.content.index("×")
    span = inline.text.span(sign, sign + 1)
    assert written[span.start : span.end] == "&times;"


def test_lines_and_slices_keep_their_marks() -> None:
    inline = scan(Text.of("**a**\n`b` c"))
    first, second = inline.lines()
    assert [mark.kind for mark in first.marks] == [MarkKind.BOLD]
    assert [mark.kind for mark in second.marks] == [MarkKind.CODE]
    assert second.slice(1, 3).marks == ()

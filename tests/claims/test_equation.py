from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.equation import Equation, Leaf, Node, Power, Product, Shape, Sum, leaves, read
from auditor.rulebook import load

LEXICON = load().lexicon


def drawn(node: Node) -> str:
    """Return a tree with every bracket drawn."""
    match node:
        case Leaf():
            return f"{'-' if node.negative else ''}{node.text}{f' per {node.per}' if node.per else ''}"
        case Sum():
            return "(" + " ".join(f"{sign}{drawn(term)}" for sign, term in node.terms) + ")"
        case Product():
            return "[" + " ".join(f"{sign} {drawn(factor)}" for sign, factor in node.factors) + "]"
        case Power():
            return f"{drawn(node.base)}^{node.exponent}"
        case _:
            return "?"


def equations(text: str) -> list[str]:
    return [" = ".join(drawn(side.tree) for side in equation.sides) for equation in read(text, LEXICON)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("64 experts / 4 GPUs = 16 experts per GPU", "[* 64 / 4] = 16"),
        ("TP2 × EP4 = 8 GPUs", "[* 2 * 4] = 8"),
        ("TP(8) × EP(8) × PP(2) = 128 GPUs", "[* 8 * 8 * 2] = 128"),
        ("EP=64 × TP=16 / 16 = 64", "[* 64 * 16 / 16] = 64"),
        ("EP (64) × TP (2) × PP (8) = 1024 GPUs", "[* 64 * 2 * 8] = 1024"),
        ("140 GB / (TP4 × PP2) = 17.5 GB per GPU", "[* 140 GB / [* 4 * 2]] = 17.5 GB"),
        ("16 (EP) × 4 (TP) × 2 (PP) = 128", "[* 16 * 4 * 2] = 128"),
        ("64 (experts) ÷ 8 = 8", "[* 64 / 8] = 8"),
        ("(4B + 26B) ÷ 1024 = ~29M", "[* (+4B +26B) / 1024] = 29M"),
        ("1.8TB/s × 80% = 1.44TB/s effective", "[* 1.8TB/s * 80%] = 1.44TB/s"),
        ("80% of 1.8TBps = 1.44TBps", "[* 80% of 1.8TBps] = 1.44TBps"),
        ("400 TFlops @ 60% MFU = 240 TFlops", "[* 400 TFlops * 60%] = 240 TFlops"),
        ("400 TFLOPS at 60% MFU = 240 TFLOPS", "[* 400 TFLOPS * 60%] = 240 TFLOPS"),
        ("12 × 2 = 24 = 3 × 8", "[* 12 * 2] = 24 = [* 3 * 8]"),
        ("100% - 51.6% = 48.4%", "(+100% -51.6%) = 48.4%"),
        ("60-3+1 = 58", "(+60 -3 +1) = 58"),
        ("0.5 * (1 - 0.1) = 0.45", "[* 0.5 * (+1 -0.1)] = 0.45"),
        ("1024² × 2 = 2,097,152", "[* 1024^2 * 2] = 2,097,152"),
        ("2^20 = 1048576", "2^20 = 1048576"),
        ("2x4x8 = 64", "[* 2 * 4 * 8] = 64"),
        ("4096x16384 = 64MB", "[* 4096 * 16384] = 64MB"),
        ("8192_×_2_bytes_=_16_KB", "[* 8192 * 2 bytes] = 16 KB"),
        ("312MB × 98.4 accesses/ms = 30.7 GB per ms", "[* 312MB * 98.4 per ms] = 30.7 GB per ms"),
        ("6 divided by 3 equals 2", "[* 6 / 3] = 2"),
        ("4-way tensor parallelism × 4 pipeline stages = 16 GPUs", "[* 4 * 4] = 16"),
        ("Total GPUs = EP × TP × PP = 64 × 8 × 2 = 1024", "[* 64 * 8 * 2] = 1024"),
        ("20GB ÷ (PP × EP) = 20GB ÷ 32 = 0.625GB", "[* 20GB / 32] = 0.625GB"),
        ("16 × 4 ≈ 64", "[* 16 * 4] = 64"),
        ("21G × 2 = 42 GFLOP", "[* 21G * 2] = 42 GFLOP"),
        ("seq / CP = 8192 ÷ 4 = 2048", "[* 8192 / 4] = 2048"),
        ("90-12-8 = 70", "(+90 -12 -8) = 70"),
        ("(3 + 4) GB = 7 GB", "[* (+3 +4) * GB] = 7 GB"),
        ("In 24 hours that makes 300 × 3,600 = 1.08 M", "[* 300 * 3,600] = 1.08 M"),
        ("6 × 41.5 M / 3 = 83 M parameters", "[* 6 * 41.5 M / 3] = 83 M"),
        ("5 more hours: (900-100)*9/(60*2)=60", "[* (+900 -100) * 9 / [* 60 * 2]] = 60"),
        ("6 layers x 2 KV heads x 64 = 768", "[* 6 * 2 * 64] = 768"),
        ("6 × 4 = 24 ranks for PP=6 × TP=4", "[* 6 * 4] = 24"),
        ("24 GPUs (96 GB each = 2.3 TB total)", "[* 24 * 96 GB] = 2.3 TB"),
        ("2 × 8 GPUs on each side plus 4 spare = 20", ""),
    ],
)
def test_spellings(text: str, expected: str) -> None:
    assert equations(text) == [expected] * bool(expected)


@pytest.mark.parametrize(
    "text",
    [
        "4 experts per GPU across 16 GPUs = 64 experts total",
        "2 experts per 4 GPUs × 8 = 64",
        "+10% for routing = 16.5GB per GPU",
        "GPUs 0-31 = 32",
        "2025-12-05 = 1",
        "TP2-EP4-PP2-DP2 = 8 GPUs",
        "TP1/PP4/EP8 = 32",
        "TP×EP×PP = 2×2×2",
        "17.5 GB + activations = 35 GB",
        "max(4, 8) × 2 = 16",
        "x = y = 3",
        "learning_rate=3e-4, batch=32",
        "[4, 8, 16] = degrees",
        "f(x) = 2x + 1",
        "",
        "(((((((((((((((((((4 × 4",
        "= = = 4 × 4 × = 16",
        "4 × 4 !≠ 17",
        "GBS=64/MBS=2 @ 31 TFLOPS as against GBS=32/MBS=4 = 8",
        "62+2 layers over PP=16 => 4",
        "62+2 layers over PP=16",
        "40 = 5*8 and the condition is (heads/TP)*MBS % 4 = 0",
        "MBS % 4 * 2 = 0",
        "2 engines (48 GPUs) + 3 engines (16 GPUs) = 144 GPUs",
        "64 × 540 VA = 35 kVA",
        "of 64 GB each = 2 TB in all",
        "3 experts in each of 4 groups × 2 = 24",
    ],
)
def test_what_is_not_plain_yields_nothing(text: str) -> None:
    assert equations(text) == []


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("~134MB per layer (1024 × 128 × 128 × 2 bytes)", Shape.BRACKET),
        ("32 sequences (128 ÷ 4)", Shape.BRACKET),
        ("400TFlops (60% MFU = 240TFlops effective)", Shape.SHARE),
        ("400 Gbps = 50 GB/s", Shape.CONVERSION),
        ("400 Gbps (50 GB/s)", Shape.CONVERSION),
    ],
)
def test_shapes(text: str, shape: Shape) -> None:
    assert [equation.shape for equation in read(text, LEXICON)] == [shape]


def test_a_spaced_hyphen_is_read_both_ways() -> None:
    (equation,) = read("Total: 64 GPUs - 8 × 8 = 64", LEXICON)
    assert drawn(equation.sides[0].tree) == "(+64 -[* 8 * 8])"
    assert [drawn(other.sides[0].tree) for other in equation.alternatives] == ["[* 8 * 8]"]


def test_leaves_stand_where_they_are_written() -> None:
    text = "Per GPU: TP4 × 2 nodes = 8 GPUs"
    (equation,) = read(text, LEXICON)
    assert [text[leaf.start : leaf.end] for side in equation.sides for leaf in leaves(side.tree)] == ["TP4", "2", "8"]
    assert text[equation.start : equation.end] == "TP4 × 2 nodes = 8"


def test_two_equations_in_one_text() -> None:
    assert equations("4 × 4 = 16, and 3 x 5 = 15") == ["[* 4 * 4] = 16", "[* 3 * 5] = 15"]
    assert equations("16 heads (4 × 4 = 16) of 8 × 8 = 64") == ["[* 4 * 4] = 16"]


@given(st.text(alphabet="0123456789 .,=×*/()+-–%GBTPx^≈~→[]{}ms²:;\n'\"_", max_size=80))
def test_never_raises_and_stays_inside(text: str) -> None:
    for equation in read(text, LEXICON):
        assert 0 <= equation.start < equation.end <= len(text)
        assert len(equation.sides) >= 2


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    for equation in read(f"{text} 4 × 4 = 16 {text}", LEXICON):
        assert isinstance(equation, Equation)


def test_long_and_deep_texts_are_bounded() -> None:
    assert isinstance(read("(" * 5000 + "4 × 4 = 16" + ")" * 5000, LEXICON), tuple)
    assert isinstance(read("4 × " * 5000 + "4 = 16", LEXICON), tuple)
    assert isinstance(read("4 = " * 5000, LEXICON), tuple)

from __future__ import annotations

from tests.parse.reading import document, shown, values, where


def test_assignments_dictionaries_and_comments() -> None:
    text = """# Total GPUs: 4 × 4 = 16
TP_DEGREE = 4
config = {
    'tp': 4,  # FIXED: reduced from 8
    "é": [1, 2], 'inner': {'pp': -2},
    **other,
}
a, b = 5, 6
x.size = 7
y["dp"] = 8
rate = 2 * 1024
total = tp * 8
"""
    assert shown(text, "py") == [
        "entry [.TP_DEGREE] 4",
        "entry [.config > .tp] 4",
        "entry [.config > .é] [1, 2]",
        "entry [.config > .inner > .pp] -2",
        "entry [.a] 5",
        "entry [.b] 6",
        "entry [.size] 7",
        "entry [.dp] 8",
        "entry [.rate] 2 * 1024",
        "code [] config = {",
        "code [] **other,",
        "code [] total = tp * 8",
        "code [.Total GPUs] 4 × 4 = 16",
        "code [.config > .tp > .FIXED] reduced from 8",
    ]
    assert where(text, "-2", "py") == (5, 34)


def test_keyword_arguments_and_defaults() -> None:
    text = '''model = wrap(TensorParallel(size=4), Pipeline(stages=2, deep=Other(x=3)), name="m 5")
class Stage(nn.Module):
    """Total: 8 GPUs"""
    width = 6
    def forward(self, x, heads=16, *, top_k=2):
        return Router(top_k=2)(x)
if True:
    run(gpus=8)
'''
    read = values(text, "py")
    assert read[".model > .wrap > .TensorParallel > .size"] == "4"
    assert read[".model > .wrap > .Pipeline > .deep > .Other > .x"] == "3"
    assert read[".model > .wrap > .name"] == "m 5"
    assert read[".Stage > .width"] == "6"
    assert read[".heads" if ".heads" in read else ".Stage > .heads"] == "16"
    assert any(path.endswith(".Router > .top_k") for path in read)
    assert read[".run > .gpus"] == "8"
    assert any("Total: 8 GPUs" in line for line in shown(text, "py"))


def test_numbers_beside_literals_are_not_lost() -> None:
    text = "x = {'ids': rand(0, size, (batch, 128)), 'tp': 4}\n"
    assert any("128" in one.value.content for one in document(text, "py").statements)


def test_what_is_nearly_python_is_read_line_by_line() -> None:
    text = """config = {
    'tp': 4,  # from 8
    'inner': {
        'name': "m",
        ...
    }
    pp: 2
}
for i in range(8):
"""
    read = values(text, "py")
    assert read[".config > .tp"] == "4"
    assert read[".config > .inner > .name"] == "m"
    assert read[".config > .pp"] == "2"
    assert "code [.config > .tp] from 8" in shown(text, "py")


def test_nothing_is_run_and_nesting_is_bounded() -> None:
    read = document("x = __import__('os').system('false')\ny = 9**9**9\n", "py")
    assert all("system" not in one.value.content or one.kind.value == "code" for one in read.statements)
    for text in ("(" * 5000, "x = " + "-" * 50_000 + "1", "x = " + "1+" * 20_000 + "1", "x = " + "f(" * 300 + ")" * 300):
        document(text, "py")


def test_columns_count_characters_not_bytes() -> None:
    text = "x = {'é×🎉': 8, 'b': 9}\n"
    assert where(text, "8", "py") == (1, 13)
    assert where(text, "9", "py") == (1, 21)

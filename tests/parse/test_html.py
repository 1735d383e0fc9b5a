from __future__ import annotations

from tests.parse.reading import document, shown, values


def test_cells_over_rows_and_columns() -> None:
    text = """<table>
<thead>
<tr><th rowspan="2">Model</th><th colspan="2">Tokens/s</th></tr>
<tr><th>H100</th><th>B200</th></tr>
</thead>
<tr><td rowspan=2>Llama <b>8B</b></td><td>100</td><td rowspan="2">200</td></tr>
<tr><td>150</td></tr>

<tr><td>Qwen</td><td colspan="2">50</td></tr>
</table>
"""
    assert shown(text) == [
        "head [] Model",
        "head [] Tokens/s H100",
        "head [] Tokens/s B200",
        "cell [col Model] Llama 8B",
        "cell [row Llama 8B > col Tokens/s H100] 100",
        "cell [row Llama 8B > col Tokens/s B200] 200",
        "cell [row Llama 8B > col Tokens/s H100] 150",
        "cell [row Llama 8B > col Tokens/s B200] 200",
        "cell [col Model] Qwen",
        "cell [row Qwen > col Tokens/s H100] 50",
    ]


def test_cells_that_are_not_closed() -> None:
    assert values("<table><tr><th>a<th>b<tr><td>1<td>2</table>") == {"col a": "1", "row 1 > col b": "2"}


def test_text_around_a_table_is_read() -> None:
    text = "<div>\n<p>GPUs: 8</p>\n<table><tr><td>TP</td><td>4</td></tr></table>\n<p>PP: 2</p>\n</div>\n"
    read = values(text)
    assert read["row TP"] == "4"
    assert read["GPUs"] == "8"
    assert read["PP"] == "2"


def test_huge_spans_are_bounded() -> None:
    text = "<table>" + "<tr><td rowspan=9999 colspan=9999>1</td></tr>" * 3 + "</table>"
    assert len(document(text).statements) < 2000


def test_scripts_are_not_text() -> None:
    assert shown("<script>\nvar gpus = 8\n</script>\n<p>TP: 4</p>\n") == ["sentence [TP] 4"]


def test_lists() -> None:
    assert values("<ul>\n<li>TP: 4</li>\n<li>PP: 2</li>\n</ul>\n") == {"TP": "4", "PP": "2"}

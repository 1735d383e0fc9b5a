"""What holds for every input: parsing ends without a traceback, and every statement stands where its text says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import AuditorError, InputError
from auditor.parse import parse
from auditor.read import decode
from auditor.spans import Text
from auditor.statements import Document, Kind, Source, Statement

SUFFIXES = ("md", "mdx", "json", "yaml", "toml", "sh", "py", "txt", "tex", "rst", "")

WORDS = st.sampled_from(
    [
        "GPUs", "TP", "Latency", "a", "8", "4-way", "27ms", "<50ms", "×", "=", ":", ": ", " - ", "|", " | ", "**", "*", "_", "`", "```",
        "~~", "\\", "[", "]", "(", ")", "](", "!", "<", ">", "<br>", "<b>", "</b>", "<table>", "<tr>", "<td>", "</table>", "<!--", "-->",
        "&lt;", "&#x41;", "[^1]", "[^1]:", "#", "##", "- ", "* ", "+ ", "1. ", "> ", "|---|", "---", "\t", "    ", "  ", "\n", "\n",
        "\n\n", "\r\n", "\r", "\u251c\u2500\u2500 ", "\u2514\u2500\u2500 ", "\u2502", "|-- ", "\u2705", "\u274c", "[x] ", "{", "}", '"',
        "'", ",", "$", "${A}", "$A", "A=1", "--tp", "--tp=8", "torchrun", "vllm serve m", "export ", "#SBATCH -N2", "\\\n",
        "\xe2\u0153\u2026", "\xc3\u2014", "\xa0", "\u2028", "\x0c", "\x00", "\U0001f389", "&a", "*a", "<<", "!!int", "|", ">", "true",
        "null", "1e9", "0x1", "\\times", "\\frac{", "\\text{", "^{", "import x from 'y'", "<details>", "<summary>", "</summary>",
        "```json\n", "```yaml\n", "```python\n", "```bash\n", "~~~\n", "[[a]]", "[a.b]", '"""', "def f(a=1):", "{'a': 1}", "f(x=2)",
        "\\begin{tabular}{ll}", "\\end{tabular}", "\\begin{itemize}", "\\end{itemize}", "\\item ", "\\item[a] ", " & ", "\\\\", "\\hline",
        "\\section{", "\\textbf{", "\\SI{80}{GB}", "\\num{", "\\multicolumn{2}{c}{", "\\caption{", "\\begin{table}", "\\end{table}",
        "{,}", "\\,",
        "\\begin{verbatim}", "\\end{verbatim}", "% ", "~", "$x$", "\\verb|a|", "\\newcommand{\\a}{7~B}", "\\a",
        ".. note:: ", ".. list-table:: a\n", ".. csv-table::\n", "   :header: a\n", "   * - ", "::\n\n", "=====\n", "== ==\n", "+--+--+\n",
        ":a: ", ":r:`a`", "`a <b>`_", "[1]_", ".. ", "12:00:01 ", "[a] ", "[01:02] A: ",
        "\\u00e9", "\\", "cat <<EOF", "EOF", "$(", "$((2*3))", "# x", "// x", "/*", "\ufeff",
    ]
)  # fmt: skip
SOUP = st.lists(WORDS, max_size=60).map("".join)
ANY_TEXT = st.one_of(SOUP, st.text(max_size=200), st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=40).map("".join))


def source_of(text: str, suffix: str) -> Source:
    return decode(text.encode("utf-8", "replace"), f"report.{suffix}" if suffix else "report")


def placed(source: Source, text: Text) -> None:
    """Each stretch of a text that stands one to one in the source is the source's own characters."""
    length = 0
    for segment in text.segments:
        assert segment.start == length
        length = segment.end
        assert segment.span.end <= len(source.text)
        if segment.linear:
            assert source.text[segment.span.start : segment.span.end] == text.content[segment.start : segment.end]
    assert length == len(text.content)


def check(document: Document) -> None:
    source = document.source
    for index, statement in enumerate(document.statements):
        placed(source, statement.value)
        for label in statement.path:
            placed(source, label.text)
            assert label.text.content
        for item in statement.items:
            placed(source, item)
        assert statement.value.content or statement.kind is Kind.FLAG
        assert statement.parent is None or statement.parent < index
    for note in document.notes:
        assert note.message
        assert note.span.end <= len(source.text)


def parsed(text: str, suffix: str) -> Document | None:
    try:
        return parse(source_of(text, suffix))
    except AuditorError:
        return None


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=ANY_TEXT)
def test_statements_stand_where_their_text_says(suffix: str, text: str) -> None:
    document = parsed(text, suffix)
    if document is not None:
        check(document)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=120), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_end_in_a_document_or_a_message(data: bytes, suffix: str) -> None:
    try:
        source = decode(data, f"report.{suffix}")
    except InputError as error:
        named = error.path
    else:
        check(parse(source))
        named = source.path
    assert named.startswith("report")


@settings(max_examples=100, deadline=None)
@given(text=SOUP)
def test_reading_twice_gives_the_same(text: str) -> None:
    first, second = parsed(text, "md"), parsed(text, "md")
    assert first == second


LABEL = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=2, max_size=8).filter(
    lambda word: word.lower() not in ("import", "export")
)
NUMBER = st.integers(0, 10**6).map(str)


def own_label(statement: Statement) -> str:
    """The label that names a value: of a cell in two columns, its row."""
    label = statement.path[-2 if statement.cell is not None and len(statement.path) > 1 else -1]
    return label.text.content.strip("-").removeprefix("x-").removesuffix("_x")


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(LABEL, NUMBER), min_size=1, max_size=6, unique_by=lambda pair: pair[0]))
def test_a_plan_is_read_back_from_every_shape(pairs: list[tuple[str, str]]) -> None:
    shapes = {
        "md": [
            "\n".join(f"- {key}: {value}" for key, value in pairs),
            "\n".join(f"- **{key}**: {value}" for key, value in pairs),
            "\n".join(f"* **{key}:** {value}" for key, value in pairs),
            "\n".join(f"{number}. **{key}** - {value}" for number, (key, value) in enumerate(pairs, 1)),
            "| Setting | Value |\n|---|---|\n" + "\n".join(f"| {key} | **{value}** |" for key, value in pairs),
            "```\n" + "\n".join(f"{key} = {value}" for key, value in pairs) + "\n```",
            "```\nPlan\n" + "\n".join(f"├── {key}: {value}" for key, value in pairs) + "\n```",
            "<table>" + "".join(f"<tr><td>{key}</td><td>{value}</td></tr>" for key, value in pairs) + "</table>",
            "```python\n" + "\n".join(f"{key}_x = {value}" for key, value in pairs) + "\n```",
        ],
        "json": ["{" + ", ".join(f'"{key}": {value}' for key, value in pairs) + "}"],
        "yaml": ["\n".join(f"x-{key}: {value}" for key, value in pairs)],
        "toml": ["\n".join(f"{key} = {value}" for key, value in pairs)],
        "sh": [
            "vllm serve model " + " ".join(f"--{key} {value}" for key, value in pairs),
            "run.sh " + " ".join(f"--{key}={value}" for key, value in pairs),
        ],
    }
    for suffix, texts in shapes.items():
        for text in texts:
            document = parsed(text, suffix)
            assert document is not None
            read = {(own_label(statement), statement.value.content) for statement in document.statements if statement.path}
            assert set(pairs) <= read, text

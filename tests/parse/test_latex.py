r"""LaTeX: its numbers, units, tables, lists and headings, read as what they print, each where it stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parse.reading import document, shown, values
from tests.parse.test_properties import check


def said(text: str) -> str:
    """The running text of a LaTeX source."""
    return " ".join(one.value.content for one in document(text, "tex").statements)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (r"43{,}500", "43,500"),
        (r"16\,808", "16808"),
        (r"10\,000\,000", "10000000"),
        (r"45\,\%", "45 %"),
        (r"80\,GB", "80 GB"),
        (r"23.6~billion", "23.6 billion"),
        (r"i.e.\ 64~GPUs", "i.e. 64 GPUs"),
        (r"$6\cdot 23.6\cdot10^9$", "6· 23.6·10^9"),
        (r"$8.50\cdot10^{21}$", "8.50·10^21"),
        (r"$\frac{64}{8} = 8$", "64/8 = 8"),
        (r"\SI{80}{GB}", "80 GB"),
        (r"\SI{80}{\giga\byte}", "80 GB"),
        (r"\qty[per-mode=symbol]{3.35}{\tera\byte\per\second}", "3.35 TB/s"),
        (r"\qty{45}{\percent}", "45%"),
        (r"\num{8.5e21}", "8.5e21"),
        (r"\num{1 000 000}", "1000000"),
        (r"\num{6 x 10^9}", "6 × 10^9"),
        (r"\SIrange{10}{20}{ms}", "10–20 ms"),
        (r"0.55~\euro{}", "0.55 €"),
        (r"layers 0--11", "layers 0–11"),
        (r"Universit\"at", "Universität"),
        ("``quoted''", '"quoted"'),
        (r"\emph{all} of \texttt{max\_len} \$5 \& \#1", "all of max_len $5 & #1"),
        (r"\foo[3pt]{eight} GPUs\label{gpus}\cite{a}", "eight GPUs"),
        (r"\newcommand{\size}{7~B}A \size{} model", "A 7 B model"),
        ("64 GPUs % of 128\n  in all", "64 GPUs in all"),
        (r"\verb|--tp 8|", "--tp 8"),
    ],
)
def test_what_is_written_is_read_as_it_prints(written: str, printed: str) -> None:
    read = " ".join(one.value.content for one in document(f"See {written}", "tex").statements if not one.struck)
    assert read == f"See {printed}"


DIGITS = st.integers(1, 999).map(str)
GROUPS = st.lists(st.integers(0, 999).map(lambda number: f"{number:03}"), max_size=3)


@settings(deadline=None)
@given(DIGITS, GROUPS, st.sampled_from(["{,}", r"\,"]), st.sampled_from(["~GB", r"\,GB", " GB"]))
def test_groups_of_digits_are_one_number_in_its_place(first: str, groups: list[str], glue: str, unit: str) -> None:
    written = glue.join([first, *groups]) + unit
    read = document(f"It takes {written} each.", "tex")
    check(read)
    value = read.statements[0].value
    assert value.content.replace(",", "") == f"It takes {''.join([first, *groups])} GB each."
    start = value.content.index("takes ") + len("takes ")
    place = value.span(start, value.content.index(" each"))
    assert read.source.text[place.start : place.end] == written


@settings(deadline=None)
@given(
    st.decimals(min_value=0, max_value=10**6, places=3).map(str),
    st.sampled_from([(r"\giga\byte", "GB"), ("TB/s", "TB/s"), (r"\milli\second", "ms")]),
)
def test_a_quantity_stands_where_its_command_does(number: str, unit: tuple[str, str]) -> None:
    written = rf"\qty{{{number}}}{{{unit[0]}}}"
    read = document(f"It takes {written} each.", "tex")
    check(read)
    value = read.statements[0].value
    assert value.content == f"It takes {number} {unit[1]} each."
    place = value.span(len("It takes "), len(value.content) - len(" each."))
    assert written.index(number) + len("It takes ") == place.start
    assert place.end == len("It takes ") + len(written)


TABLE = r"""
\begin{table}[h]
\centering
\caption{Hours of the project (per run)}\label{hours}
\begin{tabular}{lrr}\toprule
Item & GPUs & \textbf{GPU-hours}\\ \midrule
Pilot & 8 & 1{,}600\\[2pt]
\rowcolor{gray}
Main run \& rest & 64
  & 16{,}808\\
\cmidrule(lr){2-3}
\textbf{Total} & & \textbf{18{,}408}\\ \bottomrule
\end{tabular}
\end{table}
"""


def test_a_table_has_its_caption_its_head_and_its_rows() -> None:
    assert values(TABLE, "tex") == {
        "^Hours of the project (per run) > col Item": "Total",
        "^Hours of the project (per run) > row Pilot > col GPUs": "8",
        "^Hours of the project (per run) > row Pilot > col GPU-hours": "1,600",
        "^Hours of the project (per run) > row Main run & rest > col GPUs": "64",
        "^Hours of the project (per run) > row Main run & rest > col GPU-hours": "16,808",
        "^Hours of the project (per run) > row Total > col GPU-hours": "18,408",
    }


def test_a_cell_over_several_columns_heads_each_of_them() -> None:
    text = r"""\begin{tabular}{l|cc|c}
    & \multicolumn{2}{c}{Throughput} & \\
    GPUs & H100 & A100 & \makecell{bubble\\share} \\\hline
    \multirow{2}{*}{8} & 100 & 40 & 9 \\
    \end{tabular}"""
    assert values(text, "tex") == {
        "col GPUs": "8",
        "row 8 > col Throughput H100": "100",
        "row 8 > col Throughput A100": "40",
        "row 8 > col bubble share": "9",
    }


def test_headings_lists_and_listings() -> None:
    text = r"""\documentclass[11pt]{article}\usepackage{booktabs}
\title{Plan \\ for 2027}\begin{document}\maketitle
\section{Layout}
\begin{itemize}
\item Tensor parallel: 4
  \begin{enumerate}
  \item one node
  \end{enumerate}

\item[Pipeline] 8
\end{itemize}
\paragraph{Launch.} We run

\begin{lstlisting}[language=bash]
torchrun --nnodes 4 train.py
\end{lstlisting}
\end{document}"""
    assert shown(text, "tex") == [
        "heading [] Plan for 2027",
        "heading [#Plan for 2027] Layout",
        "item [#Plan for 2027 > #Layout > Tensor parallel] 4",
        "item [#Plan for 2027 > #Layout > Tensor parallel] one node",
        "item [#Plan for 2027 > #Layout > Pipeline] 8",
        "heading [#Plan for 2027 > #Layout] Launch.",
        "sentence [#Plan for 2027 > #Layout > #Launch.] We run",
        "flag [#Plan for 2027 > #Layout > #Launch. > ^We run > $torchrun > --nnodes] 4",
        "flag [#Plan for 2027 > #Layout > #Launch. > ^We run > $torchrun > script] train.py",
    ]


def test_comments_say_nothing_but_to_the_auditor() -> None:
    read = document("We use 64 GPUs % audit: ignore\n% once 128 GPUs\nand 8 nodes.\n", "tex")
    assert [(one.value.content, one.struck) for one in read.statements] == [("We use 64 GPUs and 8 nodes.", False), ("once 128 GPUs", True)]
    assert [one.text.content for one in read.directives] == ["ignore"]


def test_a_fence_of_latex_in_markdown_is_read() -> None:
    assert values("```latex\n" + TABLE + "```\n")["^Hours of the project (per run) > row Pilot > col GPU-hours"] == "1,600"


@pytest.mark.parametrize(
    "unit",
    ["{", "}", "\\", "\\a", "$", "&", "%", "[", "~", "^{", "\n", "\\begin{tabular}{l}", "\\begin{itemize}", "\\begin{table}",
     "\\begin{verbatim}",
     "\\textbf{", "\\multicolumn{9}{c}{", "\\caption{", "\\section{", "\\newcommand{\\a}{", "\\num{", "\\item[", "\\verb|", "a & b \\\\ ",
     "\\, 1"],
)  # fmt: skip
def test_hostile_text_is_read_in_time_that_grows_with_it(unit: str) -> None:
    for prefix in ("", "\\begin{table}\\begin{tabular}{l}"):
        start = time.process_time()
        document(prefix + unit * (8_000 // len(unit)), "tex")
        assert time.process_time() - start < 3

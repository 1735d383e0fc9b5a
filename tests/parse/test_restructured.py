"""reStructuredText: titles by their signs, tables of every kind, directives, fields and code, each where it stands."""

from __future__ import annotations

import time

import pytest

from tests.parse.reading import document, shown, values
from tests.parse.test_properties import check


def test_titles_have_the_level_of_their_signs() -> None:
    text = "====\nPlan\n====\n\nLayout\n------\n\n8 GPUs\n\nNodes\n~~~~~\n\n2 nodes\n\nMemory\n------\n\n80 GB\n"
    assert shown(text, "rst") == [
        "heading [] Plan",
        "heading [#Plan] Layout",
        "sentence [#Plan > #Layout] 8 GPUs",
        "heading [#Plan > #Layout] Nodes",
        "sentence [#Plan > #Layout > #Nodes] 2 nodes",
        "heading [#Plan] Memory",
        "sentence [#Plan > #Memory] 80 GB",
    ]


TABLES = {
    "simple": "=====  ========\nGPUs   tok/s\n=====  ========\n8      1,000 in\n       all\n16     1,900\n=====  ========\n",
    "grid": "+------+--------------+\n| GPUs | tok/s        |\n+======+==============+\n| 8    | 1,000 in all |\n+------+--------------+\n"
    "| 16   | 1,900        |\n+------+--------------+\n",
    "list": ".. list-table::\n   :header-rows: 1\n\n   * - GPUs\n     - tok/s\n   * - 8\n     - 1,000 in\n       all\n"
    "   * - 16\n     - 1,900\n",
    "csv": '.. csv-table::\n   :header: "GPUs", "tok/s"\n\n   8, "1,000 in all"\n   16, "1,900"\n',
}


@pytest.mark.parametrize("text", TABLES.values(), ids=list(TABLES))
def test_tables_of_every_kind_are_read_alike(text: str) -> None:
    assert values(text, "rst") == {"col GPUs": "16", "row 8 > col tok/s": "1,000 in all", "row 16 > col tok/s": "1,900"}


def test_a_table_stands_under_its_caption() -> None:
    for text in (
        ".. list-table:: Memory of a GPU\n   :header-rows: 1\n\n   * - Part\n     - GB\n   * - weights\n     - 20.5\n",
        ".. table:: Memory of a GPU\n\n   =======  ====\n   Part     GB\n   =======  ====\n   weights  20.5\n   =======  ====\n",
    ):
        assert values(text, "rst")["^Memory of a GPU > row weights > col GB"] == "20.5"


def test_what_is_set_in() -> None:
    text = """Launch::

    torchrun --nnodes 4 train.py

- tensor parallel: 4
  over NVLink

:Steps: 1000

batch
   1,024 sequences
   a step

.. note::

   Keep 8 GB free.

.. code-block:: yaml

   tp: 4

.. once 9 GPUs
"""
    assert shown(text, "rst") == [
        "head [] Launch",
        "flag [^Launch > $torchrun > --nnodes] 4",
        "flag [^Launch > $torchrun > script] train.py",
        "item [tensor parallel] 4 over NVLink",
        "item [Steps] 1000",
        "item [batch] 1,024 sequences a step",
        "sentence [] Keep 8 GB free.",
        "entry [.tp] 4",
        "code [] once 9 GPUs (struck)",
    ]


def test_roles_links_and_footnotes_are_their_text() -> None:
    text = "The ``64`` GPUs of :ref:`the cluster <c1>` run `vLLM <http://x/8>`_ [1]_ with :math:`6 \\cdot 7` tokens.\n"
    assert shown(text, "rst") == ["sentence [] The 64 GPUs of the cluster run vLLM  with 6 · 7 tokens."]


def test_a_comment_to_the_auditor_is_heard() -> None:
    read = document(".. audit: ignore[gpu-count] on loan\n\n16 GPUs\n", "rst")
    check(read)
    assert [one.text.content for one in read.directives] == ["ignore[gpu-count] on loan"]
    assert read.directives[0].reach.end == len(read.source.text) - 1


@pytest.mark.parametrize(
    "unit",
    [
        "=\na\n",
        "a\n=\n",
        "a::\n",
        "::\n\n  a\n",
        ".. a::\n",
        ".. a::\n   ",
        "   ",
        "* a\n  ",
        "+---+\n",
        "| a\n",
        "== ==\n",
        "`a`_ ",
        "``",
        ":a: b\n",
    ],
)
def test_hostile_text_is_read_in_time_that_grows_with_it(unit: str) -> None:
    start = time.process_time()
    document(unit * (8_000 // len(unit)), "rst")
    assert time.process_time() - start < 3

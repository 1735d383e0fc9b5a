"""An independent, plain reading of the published tables: lines cut at the bars, heads by their exact text, numbers by `int`.

It shares nothing with the auditor's own reader, so that the two can be held against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

Values = Mapping[str, Fraction]

PRETRAINING: Mapping[str, str] = {
    "#-GPUs": "gpus",
    "GBS": "batch.global",
    "MBS": "batch.micro",
    "Sequence Length": "batch.sequence_length",
    "TP": "parallel.tensor",
    "PP": "parallel.pipeline",
    "CP": "parallel.context",
    "VP": "parallel.virtual_pipeline",
    "EP": "parallel.expert",
    "GA": "batch.accumulation",
    "Tokens / sec / GPU": "rate.tokens_per_gpu",
    "Model TFLOP / sec / GPU": "rate.achieved_flops",
}
"""Heads of the tables of Megatron-Bridge's performance pages, and what they mean."""

BENCHMARKS: Mapping[str, str] = {
    "SeqLen (T)": "batch.sequence_length",
    "# GPUs": "gpus",
    "MFU": "share.mfu",
    "HFU": "share.hfu",
    "Model TFLOP": "rate.achieved_flops",
    "MicroBatchSize": "batch.micro",
    "GradAccum": "batch.accumulation",
    "GlobalBatchSize": "batch.global",
    "Throughput (S/s)": "rate.sequences",
    "Throughput (T/s)": "rate.tokens",
    "Throughput (T/s/GPU)": "rate.tokens_per_gpu",
    "GlobalBatchSize (T)": "batch.tokens",
    "NumParams": "model.params",
}
"""Heads of the tables of llm-foundry's benchmarks."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its line in the file (from 1), its values, and those of a second configuration in brackets."""

    line: int
    values: Values
    second: Values


def rows(text: str, heads: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of every table whose head has some of these heads."""
    columns: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("|"):
            columns = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not columns:
            columns = [heads.get(cell, "") for cell in cells]
        elif any(columns) and not set(line) <= set("|-: "):
            read = {name: _figures(cell) for name, cell in zip(columns, cells, strict=True) if name}
            values = {name: found[0] for name, found in read.items() if found}
            yield Row(number, values, {name: found[1] for name, found in read.items() if len(found) > 1})


def _figures(cell: str) -> list[Fraction]:
    """Return the number of a cell, and the second one in brackets, without footnote marks; none for `n/a`."""
    cell = cell.partition("[^")[0].replace("(", " ").replace(")", " ")
    found = []
    for word in cell.split():
        try:
            found.append(Fraction(word))
        except ValueError:
            continue
    return found

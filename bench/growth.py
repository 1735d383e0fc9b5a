"""Measure whether what an audit costs for a byte grows with the file, for shapes that invite it; keep it in docs/measurements-growth.md.

python -m bench.growth                          print the page
python -m bench.growth --write                  write it
python -m bench.growth --small N --large N      the sizes that are compared, in bytes

Each shape is audited at both sizes in one process, the small one first, and charged the processor time of its own audit; what stands
behind a limit (`auditor/limits.py`) costs only its reading, so that a large file of many numbers may come out far below the small one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.rulebook import load

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measurements-growth.md"
MOST: Final = 1.3
_PARTS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "one line of claims": ("md", "", "The plan uses 16 GPUs with TP 4. ", ""),
    "one paragraph": ("md", "", "The plan uses 16 GPUs with TP 4.\n", ""),
    "digits": ("md", "", "9", ""),
    "hexadecimal digits": ("md", "", "0xdeadbeef", ""),
    "long words": ("md", "", "a" * 150 + " ", ""),
    "claims of one quantity": ("md", "", "- GPUs: {i}\n", ""),
    "rows of a table": ("md", "| a | GPUs |\n|---|---|\n", "| {i} | {i} |\n", ""),
    "fifty columns": ("md", "|" + " GPUs |" * 50 + "\n|" + "---|" * 50 + "\n", "|" + " 8 |" * 50 + "\n", ""),
    "headings": ("md", "", "# Section {i}\n\n- GPUs: 16\n\n", ""),
    "plans": ("md", "", "## Plan {i}\n\nTP=4 PP=2 DP=4, {i} GPUs, 80 GB each.\n\n", ""),
    "branches of a tree": ("md", "```\nroot\n", "├── GPU {i}: {i} GB\n", "```\n"),
    "fences": ("md", "", "```yaml\ntp: {i}\n```\n\n", ""),
    "rows of HTML": ("md", "<table>", "<tr><td>{i}</td><td>8 GPUs</td></tr>", "</table>\n"),
    "reference definitions": ("md", "", "[a{i}]: http://x/{i}\n", "[a1] [a2] 8 GPUs\n"),
    "objects of JSON": ("json", '[{"gpus": 8}', ',\n{{"gpus": {i}, "layers": 4}}', "]"),
    "mappings of YAML": ("yaml", "", "k{i}:\n  gpus: {i}\n", ""),
    "commands of a script": ("sh", "", "torchrun --nproc_per_node {i} train.py\n", ""),
    "here documents": ("sh", "", "cat <<E{i}\ngpus: 8\nE{i}\n", ""),
}
"""Name of a shape: (ending of its file, what begins it, what is repeated with a number in it, what ends it)."""


@dataclass(frozen=True, slots=True)
class Grown:
    """Microseconds of processor time for each byte of a shape, at both sizes."""

    name: str
    small: float
    large: float

    @property
    def ratio(self) -> float:
        return self.large / self.small


def text_of(name: str, size: int) -> tuple[str, str]:
    """Return the ending and the text of a shape of at least a size in characters."""
    ending, begin, part, end = _PARTS[name]
    parts, length, number = [begin], len(begin) + len(end), 0
    while length < size:
        parts.append(part.format(i=number + 8) if "{i}" in part else part)
        length += len(parts[-1])
        number += 1
    return ending, "".join([*parts, end])


def shapes() -> Sequence[str]:
    """Return the names of the shapes."""
    return tuple(_PARTS)


def measured(name: str, small: int, large: int) -> Grown:
    """Audit a shape at both sizes; the small one as often as it takes to see its cost."""
    costs = []
    for size, least in ((small, 0.2), (large, 0.0)):
        ending, text = text_of(name, size)
        source = decode(text.encode(), f"report.{ending}")
        turns, began = 0, time.process_time()
        while not turns or time.process_time() - began < least:
            audit_source(source)
            turns += 1
        costs.append((time.process_time() - began) / turns / len(source.text) * 1e6)
    return Grown(name, *costs)


def page(rows: Sequence[Grown], small: int, large: int) -> str:
    """Return the page of the measurements."""
    lines = [
        "# What a byte costs in small and in large files",
        "",
        f"Written by `python -m bench.growth --small {small} --large {large} --write`: processor time of an audit for each",
        f"character, of files of {small:,} and of {large:,} bytes, in one run. Work that grows with the square of a file would show",
        f"a ratio of about {large // small}; above {MOST} it is marked. Seconds depend on the machine and on what else it does,",
        "the ratio much less.",
        "",
        "| Shape | µs a byte, small | µs a byte, large | Ratio |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [f"| {one.name} | {one.small:.1f} | {one.large:.1f} | {one.ratio:.2f}{' (!)' if one.ratio > MOST else ''} |" for one in rows]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--write", is_flag=True, help="Write docs/measurements-growth.md instead of printing it.")
@click.option("--small", default=100_000, show_default=True, help="Bytes of the small files.")
@click.option("--large", default=10_000_000, show_default=True, help="Bytes of the large files.")
def main(write: bool, small: int, large: int) -> None:
    """Measure what a byte costs in small and in large files."""
    load()
    audit_source(decode(b"- GPUs: 16\n- TP: 4\n2 x 3 = 7\n", "report.md"))  # what is read or compiled once is no cost of a shape
    rows = []
    for name in shapes():
        rows.append(measured(name, small, large))
        click.echo(f"{name}: {rows[-1].ratio:.2f}", err=True)
    if write:
        PAGE.write_text(page(rows, small, large), encoding="utf-8")
    else:
        click.echo(page(rows, small, large), nl=False)


if __name__ == "__main__":
    main()

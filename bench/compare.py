"""Measure how fast the audit is beside linters of Markdown, as ratios of one run; keep them in docs/measurements-speed.md.

python -m bench.compare                     print the page
python -m bench.compare --write             write it
python -m bench.compare --reports FOLDER    measure with the Markdown files of a folder, not with those of the project
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

import click

from auditor.rulebook import load

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measurements-speed.md"
FLOOR: Final = "bare parse (markdown-it-py)"
AUDIT: Final = "audit"
_PARSE: Final = (
    "import sys, pathlib; from markdown_it import MarkdownIt; parser = MarkdownIt('commonmark').enable('table'); "
    "[parser.parse(pathlib.Path(name).read_text(encoding='utf-8')) for name in sys.argv[1:]]"
)
_ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Measured:
    """Processor seconds of each program for the same files."""

    name: str
    files: int
    size: int
    """Bytes of all files."""
    seconds: Mapping[str, float]

    def ratio(self, other: str) -> str:
        """Return the audit's time as a multiple of another program's; a dash where that is not here."""
        return f"{self.seconds[AUDIT] / self.seconds[other]:.2f}" if other in self.seconds else "–"


def programs() -> dict[str, list[str]]:
    """Return the command of each program that is here, without the files."""
    found = {AUDIT: [sys.executable, "-m", "auditor", "--isolated", "--quiet"], FLOOR: [sys.executable, "-c", _PARSE]}
    for name, arguments in (("markdownlint-cli2", []), ("pymarkdown", ["scan"])):
        path = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
        if path:
            found[name] = [path, *arguments]
    return found


def charged(command: Sequence[str], folder: Path) -> float:
    """Run a command and return the processor seconds that it and its own processes took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(name: str, texts: Sequence[bytes], turns: int, extra: Sequence[str] = ("--no-cache",)) -> Measured:
    """Let every program take turns with the same files; the cheapest of its turns counts."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        names = [f"report-{number}.md" for number in range(len(texts))]
        for path, text in zip(names, texts, strict=True):
            (folder / path).write_bytes(text)
        least: dict[str, float] = {}
        for _ in range(turns + 1):  # the first turn fills the caches of code and of the disk, and does not count
            for program, command in programs().items():
                seconds = charged([*command, *(extra if program == AUDIT else ()), *names], folder)
                least[program] = min(seconds, least.get(program, seconds))
    return Measured(name, len(texts), sum(map(len, texts)), least)


def reports(folder: Path | None) -> list[bytes]:
    """Return the Markdown files to measure with, in the order of their names."""
    places = [folder] if folder else [ROOT / "fixtures" / "reports", ROOT / "rules"]
    return [path.read_bytes() for place in places for path in sorted(place.rglob("*.md")) if path.name != "README.md"]


def many(texts: Sequence[bytes], size: int) -> list[bytes]:
    """Return as many of the texts, again and again, as come to a size; each begins otherwise, so that none is known from another."""
    found: list[bytes] = []
    total = 0
    for number, text in enumerate(cycle(texts)):
        if total >= size:
            return found
        found.append(b"# Report %d\n\n" % number + text)
        total += len(found[-1])
    return found


def page(rows: Sequence[Measured]) -> str:
    """Return the page of the measurements."""
    others = ("markdownlint-cli2", "pymarkdown", FLOOR)
    missing = [name for name in others if name not in rows[0].seconds]
    lines = [
        "# How fast the audit is",
        "",
        "Written by `python -m bench.compare --write`: processor time of the audit as a multiple of that of two linters of Markdown and of",
        "the bare parse of the same files, all measured in turns in one run; [bench/](../bench/README.md) says how. Below 1 is faster.",
        f"A linter reads lines and blocks; the audit reads what every number means, and recomputes it under {len(load().rules)} rules.",
        "",
        "| Files | Bytes | " + " | ".join(f"÷ {name}" for name in others) + " | Audit: bytes a processor second |",
        "| --- | ---: | " + "---: | " * len(others) + "---: |",
    ]
    for row in rows:
        ratios = " | ".join(row.ratio(name) for name in others)
        lines.append(f"| {row.name} ({row.files}) | {row.size:,} | {ratios} | {row.size / row.seconds[AUDIT]:,.0f} |")
    if missing:
        lines += ["", f"Not installed where this was measured, and so left out: {', '.join(missing)}."]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--write", is_flag=True, help="Write docs/measurements-speed.md instead of printing it.")
@click.option("--reports", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Measure with these files.")
@click.option("--size", default=1_000_000, show_default=True, help="Bytes of the many reports.")
@click.option(
    "--turns", default=5, show_default=True, help="Turns each program gets, of which the cheapest counts; half as many with many reports."
)
def main(write: bool, folder: Path | None, size: int, turns: int) -> None:
    """Measure the audit beside linters of Markdown."""
    texts = reports(folder)
    longest = sorted(texts, key=len)[-1]
    rows = [
        measured("one report, cold", [longest], turns),
        measured("the same, with what an earlier run kept", [longest], turns, ()),
        measured("many reports, one process", many(texts, size), max(1, turns // 2)),
        measured("the same, with what an earlier run kept", many(texts, size), max(1, turns // 2), ()),
    ]
    if write:
        PAGE.write_text(page(rows), encoding="utf-8")
    else:
        print(page(rows), end="")


if __name__ == "__main__":
    main()

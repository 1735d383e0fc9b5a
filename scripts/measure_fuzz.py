"""Run the fuzzer's targets one after the other for a time each, and keep what came of it.

    python -m scripts.measure_fuzz --seconds 1800 --kept FOLDER [TARGET ...]    run; a row a target into docs/fuzzing.csv
    python -m scripts.measure_fuzz --write                                      write docs/measurements-fuzz.md from those rows

FOLDER takes, for each target, the texts that reached something new (`corpus`) and one text of each kind of fault (`faults`). A fault is
mended, and its text kept in fixtures/regressions under the target's name and what it is about. Runs atheris, which has to be installed.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from resource import RLIMIT_CPU, RUSAGE_CHILDREN, getrusage, setrlimit
from typing import Final

import click

from scripts.fuzz import EXECUTED, TARGETS

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "docs" / "fuzzing.csv"
PAGE = ROOT / "docs" / "measurements-fuzz.md"
REGRESSIONS = ROOT / "fixtures" / "regressions"
_FIELDS: Final = ("target", "commit", "seconds", "executions", "faults")


def run(target: str, seconds: int, kept: Path) -> dict[str, str]:
    """Fuzz one target for a time; return its row."""
    corpus, faults = kept / target / "corpus", kept / target / "faults"
    for folder in (corpus, faults):
        folder.mkdir(parents=True, exist_ok=True)
    options = ["-timeout=1200", "-rss_limit_mb=4000", f"-artifact_prefix={faults}/"]
    command = [sys.executable, "-m", "scripts.fuzz", target, "--keep", str(faults), *options, str(corpus)]
    before = getrusage(RUSAGE_CHILDREN)
    with (kept / target / "log.txt").open("w+", encoding="utf-8", errors="replace") as log:
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False, preexec_fn=lambda: _limited(seconds))
        log.seek(0)
        found = re.search(rf"^{EXECUTED}([0-9]+)$", log.read(), re.MULTILINE)
    after = getrusage(RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    kinds = len(list(faults.glob("*.input")))
    return dict(zip(_FIELDS, (target, commit, f"{taken:.0f}", found.group(1) if found else "0", str(kinds)), strict=True))


def _limited(seconds: int) -> None:
    """Give a process so much processor time; it ends itself when that is used up."""
    setrlimit(RLIMIT_CPU, (seconds, seconds + 300))


def page(rows: Sequence[dict[str, str]]) -> str:
    """Return the page of what was run."""
    by_target: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_target[row["target"]].append(row)
    lines = [
        "# Fuzzing",
        "",
        "Written by `python -m scripts.measure_fuzz --write` from [fuzzing.csv](fuzzing.csv): what `scripts/fuzz.py` ran under atheris,",
        "guided by coverage from the shipped examples, and how many kinds of faults it met (an exception, or one of the invariants that",
        "the script names). Each execution of a reader audits its text two or three times and writes all formats.",
        "",
        "| Target | Seconds of processor time | Executions | Kinds of faults met | Kept as regressions |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    total = [0, 0, 0, 0]
    for target in TARGETS:
        mine = by_target.get(target, [])
        kept = len(list(REGRESSIONS.glob(f"{target}-*")))
        figures = [*(sum(int(one[field]) for one in mine) for field in ("seconds", "executions", "faults")), kept]
        total = [one + other for one, other in zip(total, figures, strict=True)]
        lines.append(f"| {target} | {figures[0]:,} | {figures[1]:,} | {figures[2]} | {figures[3]} |")
    lines.append(f"| all | {total[0]:,} | {total[1]:,} | {total[2]} | {total[3]} |")
    return "\n".join(lines) + "\n"


def read() -> list[dict[str, str]]:
    """Return the rows of what was run."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@click.command()
@click.argument("targets", nargs=-1, type=click.Choice(list(TARGETS)))
@click.option("--seconds", default=1800, show_default=True, help="Processor time each target gets.")
@click.option("--kept", type=click.Path(file_okay=False, path_type=Path), help="Where corpora and faults are kept.")
@click.option("--rows", "log", type=click.Path(dir_okay=False, path_type=Path), default=ROWS, help="The file the rows are added to.")
@click.option("--write", is_flag=True, help="Write docs/measurements-fuzz.md, and run nothing.")
def main(targets: tuple[str, ...], seconds: int, kept: Path | None, log: Path, write: bool) -> None:
    """Run targets, or write the page."""
    if write:
        PAGE.write_text(page(read()), encoding="utf-8")
        return
    if kept is None:
        raise click.UsageError("--kept FOLDER is missing")
    for target in targets or tuple(TARGETS):
        row = run(target, seconds, kept)
        fresh = not log.exists()
        with log.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _FIELDS, lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow(row)
        click.echo(" ".join(row.values()))


if __name__ == "__main__":
    main()

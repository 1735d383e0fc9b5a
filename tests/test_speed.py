"""No change makes the audit do much more work: function calls are counted, which come out the same on a busy machine.

The counts are kept in tests/speed.csv for the version of Python they were made with; others skip. Where more work is meant, or less has
been reached, `--record` writes them anew: look at the difference.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[1]
KEPT = Path(__file__).with_name("speed.csv")
MOST: Final = 1.10
_COUNT: Final = """
import contextlib, cProfile, io, sys
def counted(work):
    profile = cProfile.Profile()
    profile.enable()
    work()
    profile.disable()
    return sum(entry.callcount for entry in profile.getstats())
"""
_RUN: Final = (
    _COUNT
    + """
def work():
    from auditor.cli.main import main
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main(sys.argv[1:])
print(counted(work))
"""
)
_RATIO: Final = (
    _COUNT
    + """
from pathlib import Path
from markdown_it import MarkdownIt
from auditor.pipeline import audit_source
from auditor.read import decode
texts = [Path(name).read_bytes() for name in sys.argv[1:]]
def audit():
    for text in texts:
        audit_source(decode(text, "report.md"))
def parse():
    for text in texts:
        MarkdownIt("commonmark").enable("table").parse(text.decode())
audit(), parse()
print(round(100 * counted(audit) / counted(parse)))
"""
)


def called(code: str, *arguments: str, cache: Path | None = None) -> int:
    """Return what a piece of code prints in a process of its own, whose sets have the same order each time."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "XDG_CACHE_HOME": str(cache or "/nowhere")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if cache is not None:
        environment.pop("AUDITOR_NO_CACHE", None)
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout)


def counts(folder: Path) -> dict[str, int]:
    """Count the calls of a cold run, of one that finds its report in the cache, and of audits beside the bare parse."""
    reports = sorted(str(path) for path in (ROOT / "fixtures" / "reports").glob("*.md"))
    report = folder / "report.md"
    report.write_bytes(Path(reports[-1]).read_bytes())
    command = ("--isolated", "--quiet", str(report))
    called(_RUN, *command, "--no-cache")  # what is compiled once is
    found = {"a cold run": called(_RUN, *command, "--no-cache")}
    called(_RUN, *command, cache=folder)
    found["a run that finds its report in the cache"] = called(_RUN, *command, cache=folder)
    found["audits, in hundredths of the bare parse"] = called(_RATIO, *reports)
    return found


@pytest.mark.slow
def test_the_work_of_an_audit_does_not_grow(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if request.config.getoption("--record"):
        rows = [{"python": version, "what": what, "calls": str(calls)} for what, calls in counts(tmp_path).items()]
        with KEPT.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ("python", "what", "calls"), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    with KEPT.open(encoding="utf-8", newline="") as file:
        kept = {row["what"]: int(row["calls"]) for row in csv.DictReader(file) if row["python"] == version}
    if not kept:
        pytest.skip(f"no counts are kept for Python {version}")
    found = counts(tmp_path)
    grown = {what: f"{found[what]:,} calls, {calls:,} were kept" for what, calls in kept.items() if found[what] > MOST * calls}
    assert not grown

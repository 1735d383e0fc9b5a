"""Measure how much of the reports beside the repository is read, and keep the figures in docs/measurements.md.

python -m scripts.measure_reading            print the page
python -m scripts.measure_reading --write    write it
python -m scripts.measure_reading --check    fail if the page is not what would be written, or a figure is out of its bounds

The reports lie in ../shared. Where they are not at hand there is nothing to measure: the script says so and ends with 0.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from auditor.pipeline import read_claims
from auditor.read import read_file
from auditor.rulebook import Rulebook, load
from scripts import measure_evidence

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measurements.md"
SHARED = ROOT.parent / "shared"

LEAST, EXCEPTED, LEAST_OVER_ALL = Fraction(85, 100), 10, Fraction(93, 100)
"""The share that must be accounted for in every file but so many, and over all."""
ONE_OF_MANY = "names one of many"
LEAST_SCORES = {"read": Fraction("0.97"), "bound": Fraction("0.90"), "right": Fraction("0.87"), "precision": Fraction("0.97")}

HEAD = """# Measurements

How much of real reports is read, and how right. Written by `python -m scripts.measure_reading --write`; `.ci/run` fails when this
page is out of date or a figure leaves its bounds. The cost model is measured against references and other calculators on a page of
its own: [measurements-cost.md](measurements-cost.md).

A number is *named* when it is a claim of a quantity of the lexicon, a *label* when it only names something (a heading's number, a
date, the id of a GPU), and *not understood* otherwise; `audit claims --uncovered` shows where. *Other* counts those of the latter that
claim something no quantity stands for; together with them a number is *accounted for*.
"""


@dataclass(frozen=True)
class Row:
    """The numbers of one file, or of several together."""

    name: str
    numbers: int
    labels: int
    named: int
    other: int

    @property
    def not_understood(self) -> int:
        return self.numbers - self.labels - self.named

    @property
    def understood(self) -> Fraction:
        """The share that is named or only names something."""
        return Fraction(self.labels + self.named, self.numbers) if self.numbers else Fraction(1)

    @property
    def share(self) -> Fraction:
        """The share that is accounted for: understood, or a claim of `other`."""
        return Fraction(self.labels + self.named + self.other, self.numbers) if self.numbers else Fraction(1)


@dataclass(frozen=True)
class Folder:
    """The reports of one folder, and why their labels claim nothing."""

    title: str
    rows: tuple[Row, ...]
    reasons: Counter[str]

    @property
    def total(self) -> Row:
        return total(self.title, self.rows)

    @property
    def low(self) -> tuple[Row, ...]:
        """The files of which less than the bound is accounted for."""
        return tuple(row for row in self.rows if row.share < LEAST)


@dataclass(frozen=True)
class Scores:
    """What the answer key of labelled claims says: of how many labels, and the shares by name."""

    labels: int
    shares: tuple[tuple[str, Fraction], ...]


def total(name: str, rows: Iterable[Row]) -> Row:
    """Return the sum of several rows."""
    found = tuple(rows)
    return Row(
        name,
        sum(row.numbers for row in found),
        sum(row.labels for row in found),
        sum(row.named for row in found),
        sum(row.other for row in found),
    )


def measure(title: str, folder: Path, rules: Rulebook) -> Folder:
    """Read every file of a folder."""
    rows: list[Row] = []
    reasons: Counter[str] = Counter()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        read = read_claims(read_file(path), rules=rules)
        counts = read.coverage
        reasons.update(ONE_OF_MANY if why.startswith("names one ") else why for _, why in read.labels)
        name = path.relative_to(folder).as_posix()
        rows.append(Row(name, counts.numbers, counts.labels, counts.named, counts.claims - counts.named))
    return Folder(title, tuple(rows), reasons)


def score() -> Scores | None:
    """Return the scores against the answer key, or None where it or its script is not at hand."""
    script, key = SHARED / "score" / "score_claims.py", SHARED / "gold" / "claims.jsonl"
    if not (script.exists() and key.exists()):
        return None
    folders = [str(SHARED / name) for name in ("seeds", "corpus/reports")]
    options = [argument for folder in folders for argument in ("--reports", folder)]
    command = [sys.executable, str(script), "--gold", str(key), *options, "--audit", shlex.join([sys.executable, "-m", "auditor"])]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    labels = re.search(r"labelled claims (\d+)", said)
    shares = re.findall(r"(read|bound|right|precision) ([\d.]+)%", said)
    if labels is None or len(shares) != len(LEAST_SCORES):
        raise RuntimeError(f"the answer of {script.name} is not understood: {said.strip()}")
    return Scores(int(labels[1]), tuple((name, Fraction(share) / 100) for name, share in shares))


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"


def _line(row: Row) -> str:
    counts = (row.numbers, row.named, row.labels, row.not_understood, row.other)
    return f"| {row.name} | {' | '.join(map(str, counts))} | {_percent(row.understood)} | {_percent(row.share)} |"


def _table(first: str, rows: Iterable[Row]) -> list[str]:
    return [
        f"| {first} | numbers | named | labels | not understood | of these other | understood | accounted for |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *map(_line, rows),
    ]


def page(folders: Sequence[Folder], scores: Scores | None) -> str:
    """Return the whole page."""
    everything = total("all", (folder.total for folder in folders))
    lines = [HEAD, "## In short", "", *_table("reports", [*(folder.total for folder in folders), everything]), ""]
    low = [row for folder in folders for row in folder.low]
    lines += [
        f"Bounds of what is accounted for: {_percent(LEAST)} in every file but {EXCEPTED} (below it now: {len(low)}), "
        f"{_percent(LEAST_OVER_ALL)} over all.",
        "",
    ]
    lines += [f"- {row.name}: {_percent(row.share)}" for row in low] + [""] * bool(low)
    if scores is not None:
        lines += [
            "## Against an answer key",
            "",
            f"{scores.labels} numbers of reports were labelled by hand: the share *read* at all, *bound* to the quantity meant, *right* in",
            "its role too; *precision* is the share of the claims made on these reports that are such a number.",
            "",
            "| | reached | bound |",
            "| --- | ---: | ---: |",
            *(f"| {name} | {_percent(share)} | {_percent(LEAST_SCORES[name])} |" for name, share in scores.shares),
            "",
        ]
    lines += measure_evidence.section(measure_evidence.rows_of(measure_evidence.TABLE.read_text(encoding="utf-8")))
    for folder in folders:
        lines += [f"## {folder.title}, file by file", "", *_table("file", folder.rows), ""]
        lines += ["Why labels claim nothing: " + ", ".join(f"{why} {count}" for why, count in _common(folder.reasons)) + ".", ""]
    return "\n".join(lines)


def _common(reasons: Counter[str]) -> list[tuple[str, int]]:
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def failures(folders: Sequence[Folder], scores: Scores | None) -> list[str]:
    """Return a line for every figure that is out of its bounds."""
    found: list[str] = []
    for folder in folders:
        if folder.total.share < LEAST_OVER_ALL:
            found.append(f"{folder.title}: {_percent(folder.total.share)} accounted for over all")
        if len(folder.low) > EXCEPTED:
            found += [f"{folder.title}: {row.name}: {_percent(row.share)} accounted for" for row in folder.low]
    for name, share in scores.shares if scores else ():
        if share < LEAST_SCORES[name]:
            found.append(f"answer key: {name} {_percent(share)}")
    return found


def measured() -> tuple[list[Folder], Scores | None]:
    """Return everything the page shows; no folders where the reports are not at hand."""
    places = (("Deployment reports", SHARED / "corpus" / "reports"), ("Published reports", SHARED / "knowngood"))
    rules = load()
    return [measure(title, folder, rules) for title, folder in places if folder.is_dir()], score()


def main(arguments: Sequence[str]) -> int:
    """Measure, and print, write or check the page."""
    folders, scores = measured()
    if not folders:
        print("The reports are not here; nothing is measured.")
        return 0
    text, wrong = page(folders, scores), failures(folders, scores)
    for line in wrong:
        print(f"out of bounds: {line}", file=sys.stderr)
    if "--write" in arguments:
        PAGE.write_text(text, encoding="utf-8")
    elif "--check" in arguments:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print(f"{PAGE.name} is out of date; run python -m scripts.measure_reading --write", file=sys.stderr)
            return 1
    else:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Keep the repairs that were read by hand, docs/review-fixes.csv: those that `--fix` offers, and those it once offered wrongly.

python -m scripts.review_fixes FOLDER...    print a row for each safe repair on the reports below the folders

A row says what would be written where, whether it is offered now, and what a reader with a pencil says of it: `right`, `wrong` or
`debatable`, and why. All that is offered must be right.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from auditor.errors import InputError
from auditor.pipeline import audit_source
from auditor.read import read_file

TABLE = Path(__file__).parents[1] / "docs" / "review-fixes.csv"
ENDINGS = (".md", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".sh", ".slurm", ".txt")


@dataclass(frozen=True)
class Row:
    """One repair: the last parts of the report's path, line, rule, what stands there, what would, and the judgement."""

    report: str
    line: int
    code: str
    old: str
    new: str
    offered: str
    verdict: str
    reason: str

    @property
    def key(self) -> tuple[str, int, str]:
        return (self.report, self.line, self.code)


def table() -> list[Row]:
    """Return the rows of the committed table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return [Row(report, int(line), *rest) for report, line, *rest in rows[1:]]


def name_of(path: Path) -> str:
    """Return what a row calls a report: its folder and its name."""
    return "/".join(path.parts[-2:])


def offered(path: Path) -> Iterator[Row]:
    """Yield the safe repairs of one report, not yet judged."""
    try:
        report = audit_source(read_file(path))
    except InputError:
        return
    text = report.source.text
    for finding in report.findings:
        repair = next((repair for repair in finding.repairs if repair.safe and repair.edits), None)
        if repair is not None:
            line = report.source.lines.point(finding.place.span.start).line
            edit = repair.edits[0]
            yield Row(name_of(path), line, finding.code, text[edit.span.start : edit.span.end], edit.text, "yes", "open", "")


def below(folder: Path) -> Iterator[Path]:
    """Yield the reports below a folder, in order of path."""
    return (path for path in sorted(folder.rglob("*")) if path.suffix in ENDINGS and path.is_file())


def main(folders: list[str]) -> None:
    """Print a row for each repair that is offered on the reports below the folders."""
    known = {row.key: row for row in table()}
    writer = csv.writer(sys.stdout)
    writer.writerow([field.name for field in fields(Row)])
    for folder in folders:
        for path in below(Path(folder)):
            for row in offered(path):
                writer.writerow(astuple(known.get(row.key, row)))
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Keep the findings that were read by hand, docs/review.csv, and the page made of them, docs/review.md.

python -m scripts.review            print the page; and what the table lacks, in rows ready to paste
python -m scripts.review --write    write the page
python -m scripts.review --check    fail if the table does not fit what is found now, the page is out of date, or a share is too low

A row judges one error or warning: `right`, `wrong` or `debatable`, and why. It is found again by report, line, code and severity.
Judged are two parts: what the answer keys leave open on the reports they cover (as their own script lists it), and everything on
twenty further reports. The reports lie in ../shared. Where they are not at hand, only the page is compared with the table.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from fractions import Fraction
from pathlib import Path

from auditor.findings import Severity
from auditor.pipeline import audit_source
from auditor.read import read_file
from auditor.rulebook import load

ROOT = Path(__file__).parents[1]
TABLE, PAGE = ROOT / "docs" / "review.csv", ROOT / "docs" / "review.md"
SHARED = ROOT.parent / "shared"

EVERY, TAKEN = 5, 20
KEYED, FURTHER = "keyed", "further"
PARTS = {KEYED: "Keyed reports: what the keys leave open", FURTHER: "Twenty further reports"}
SEVERITIES = {"error": "Errors", "warning": "Warnings"}
VERDICTS = ("right", "wrong", "debatable")
OPEN = "open"
"""What stands for a verdict in a row that the script proposes: nobody has judged it yet."""
LEAST = {"error": Fraction(97, 100), "warning": Fraction(90, 100)}
"""The share of the findings of a part that must be right."""

HEAD = f"""# Findings read by hand

Every error and warning of the keyed reports that no label of the answer keys judges, and every one of {TAKEN} further reports that
no key covers: every fifth file of the others in order of path; where that one has the text of a keyed report or of one already
taken, the next that has not. Each was recomputed with a pencil, under every convention that its field admits; *debatable* counts
as not right.

The judgements stand in [review.csv](review.csv). This page is written by `python -m scripts.review --write`, which also prints
the rows that the table lacks; a test fails where a finding has no row, a row has no finding, or too few are right.

What was judged wrong here was mended in the auditor. The shares say how sound the findings are that stand now, not how the rules
do on reports that nobody has read beside them.
"""


@dataclass(frozen=True, order=True)
class Key:
    """What a row and a finding have in common."""

    part: str
    report: str
    line: int
    code: str
    severity: str


@dataclass(frozen=True)
class Row:
    """The judgement of one finding."""

    key: Key
    verdict: str
    reason: str


Found = Mapping[Key, Sequence[str]]
"""The messages of the findings with one key: mostly one."""

COLUMNS = (*(field.name for field in fields(Key)), "verdict", "reason")


# --- the table


def rows_of(text: str) -> list[Row]:
    """Read the table."""
    return [
        Row(Key(row["part"], row["report"], int(row["line"]), row["code"], row["severity"]), row["verdict"], row["reason"])
        for row in csv.DictReader(io.StringIO(text))
    ]


def text_of(rows: Iterable[Row], *, head: bool = True) -> str:
    """Return rows as they stand in the table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if head:
        writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow((*astuple(row.key), row.verdict, row.reason))
    return out.getvalue()


# --- what is found now


def keyed(shared: Path) -> dict[str, str]:
    """Return the reports the keys cover, each with the folder it lies in."""
    found = {}
    for name, folder in (("seeds", "seeds"), ("dev", "corpus/reports")):
        for line in (shared / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            if line.strip():
                found[json.loads(line)["report"]] = folder
    return found


def selected(shared: Path) -> list[str]:
    """Return the further reports, by their paths in the folder of reports."""
    covered = keyed(shared)
    folder = shared / "corpus" / "reports"
    taken_texts = {(shared / place / report).read_bytes() for report, place in covered.items()}
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    others = [path for path in paths if path.relative_to(folder).as_posix() not in covered]
    chosen: list[str] = []
    for start in range(0, len(others), EVERY):
        path = next((one for one in others[start:] if one.read_bytes() not in taken_texts), None)
        if path is not None and len(chosen) < TAKEN:
            taken_texts.add(path.read_bytes())
            chosen.append(path.relative_to(folder).as_posix())
    return chosen


def found_on_further(shared: Path) -> dict[Key, list[str]]:
    """Audit the further reports; return every error and warning."""
    rules = load()
    found: dict[Key, list[str]] = {}
    for report in selected(shared):
        answer = audit_source(read_file(shared / "corpus" / "reports" / report), rules=rules)
        for finding in answer.findings:
            if finding.severity in (Severity.ERROR, Severity.WARNING):
                line = answer.source.lines.point(finding.place.span.start).line
                key = Key(FURTHER, report, line, finding.code, finding.severity.value)
                found.setdefault(key, []).append(finding.message)
    return found


_UNJUDGED = re.compile(r"unjudged (\S+):(\d+) \[(\w+) (\w+)\] (.*)")


def found_on_keyed(shared: Path) -> dict[Key, list[str]]:
    """Run the script of the answer keys; return the errors and warnings that it lists as unjudged."""
    found: dict[Key, list[str]] = {}
    for name, folder in (("seeds", "seeds"), ("dev", "corpus/reports")):
        options = ["--gold", str(shared / "gold" / f"{name}.jsonl"), "--reports", str(shared / folder), "--verbose"]
        command = [sys.executable, str(shared / "score" / "score.py"), *options, "--audit", shlex.join([sys.executable, "-m", "auditor"])]
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        if "unjudged" not in said.splitlines()[-1]:
            raise RuntimeError(f"the answer of score.py is not understood: {said[-200:]}")
        for line in said.splitlines():
            if match := _UNJUDGED.fullmatch(line):
                key = Key(KEYED, match[1], int(match[2]), match[4], match[3])
                found.setdefault(key, []).append(match[5])
    return found


def found_now(shared: Path = SHARED) -> dict[Key, list[str]] | None:
    """Return everything that must have a row; None where the reports are not at hand."""
    if not ((shared / "gold").is_dir() and (shared / "corpus" / "reports").is_dir()):
        return None
    return found_on_keyed(shared) | found_on_further(shared)


# --- judging the table


def lacking(rows: Iterable[Row], found: Found) -> list[Row]:
    """Return a row to be judged for each finding that has none; its reason is what the finding says."""
    judged = Counter(row.key for row in rows)
    return [Row(key, OPEN, message) for key in sorted(found) for message in found[key][judged[key] :]]


def left_over(rows: Iterable[Row], found: Found) -> list[Row]:
    """Return the rows that judge nothing that is found."""
    room = Counter({key: len(messages) for key, messages in found.items()})
    left = []
    for row in rows:
        room[row.key] -= 1
        if room[row.key] < 0:
            left.append(row)
    return left


def ill_judged(rows: Iterable[Row]) -> list[Row]:
    """Return the rows without a verdict or a reason, or of no part or severity."""
    return [
        row
        for row in rows
        if row.verdict not in VERDICTS or not row.reason.strip() or row.key.part not in PARTS or row.key.severity not in SEVERITIES
    ]


def share(rows: Iterable[Row], part: str, severity: str) -> tuple[int, int]:
    """Return how many findings of a part are right, and how many there are."""
    listed = [row for row in rows if (row.key.part, row.key.severity) == (part, severity)]
    return sum(row.verdict == "right" for row in listed), len(listed)


def too_low(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line for each part of which too few findings are right."""
    for part, title in PARTS.items():
        for severity, least in LEAST.items():
            right, count = share(rows, part, severity)
            if right < least * count:
                yield f"{title}: {SEVERITIES[severity].lower()} right: {right} of {count}, less than {_percent(least)}"


# --- the page


def _percent(part: Fraction) -> str:
    return f"{float(part * 100):.1f} %"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def page(rows: Sequence[Row]) -> str:
    """Return the whole page."""
    lines = [
        HEAD,
        "## In short",
        "",
        "| | findings | right | wrong | debatable | share right | bound |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for part, title in PARTS.items():
        for severity, name in SEVERITIES.items():
            listed = [row for row in rows if (row.key.part, row.key.severity) == (part, severity)]
            counts = Counter(row.verdict for row in listed)
            reached = _percent(Fraction(counts["right"], len(listed))) if listed else "-"
            cells = " | ".join(str(counts[verdict]) for verdict in VERDICTS)
            lines.append(f"| {title}: {name.lower()} | {len(listed)} | {cells} | {reached} | {_percent(LEAST[severity])} |")
    with_findings = len({row.key.report for row in rows if row.key.part == FURTHER})
    lines += ["", f"Of the {TAKEN} further reports {with_findings} raise something and {TAKEN - with_findings} nothing.", ""]
    for part, title in PARTS.items():
        lines += [f"## {title}", "", "| Report | Line | Rule | Verdict | Why |", "|---|---:|---|---|---|"]
        for row in sorted((row for row in rows if row.key.part == part), key=lambda row: row.key):
            key = row.key
            lines.append(f"| {key.report} | {key.line} | {key.code} ({key.severity}) | {row.verdict} | {_cell(row.reason)} |")
        lines.append("")
    return "\n".join(lines)


def problems(rows: Sequence[Row], found: Found | None) -> Iterator[str]:
    """Yield a line for everything that is wrong with the table."""
    if rows != sorted(rows, key=lambda row: row.key):
        yield "the rows are not in order of part, report, line and code"
    for row in ill_judged(rows):
        yield f"not judged: {text_of([row], head=False).strip()}"
    if found is not None:
        for row in lacking(rows, found):
            yield f"no row for: {text_of([row], head=False).strip()}"
        for row in left_over(rows, found):
            yield f"nothing found for: {text_of([row], head=False).strip()}"
    yield from too_low(rows)


def main(arguments: Sequence[str]) -> int:
    """Compare the table with what is found; print, write or check the page."""
    rows, found = rows_of(TABLE.read_text(encoding="utf-8")), found_now()
    if found is None:
        print("The reports are not here; the table is not compared with what is found.", file=sys.stderr)
    wrong = list(problems(rows, found))
    for line in wrong:
        print(line, file=sys.stderr)
    text = page(rows)
    if "--write" in arguments:
        PAGE.write_text(text, encoding="utf-8")
    elif "--check" in arguments:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            wrong.append("out of date")
            print(f"{PAGE.name} is out of date; run python -m scripts.review --write", file=sys.stderr)
    else:
        print(text)
        if new := lacking(rows, found or {}):
            print("To be judged, for docs/review.csv:\n")
            print(text_of(new, head=False))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

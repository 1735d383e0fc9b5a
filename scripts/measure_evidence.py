"""Measure how often findings of each class of evidence are right, and write the table the auditor earns its severities from.

python -m scripts.measure_evidence            audit the judged documents, print what the table lacks and each class's share
python -m scripts.measure_evidence --write    write the classes into the table, and the shares into auditor/precision.json
python -m scripts.measure_evidence --check    fail if a finding has no row, or the file is not what would be written

`docs/judged-findings.csv` judges findings on documents that were scored before anybody had read them: `right`, `wrong` or `debatable`
(which counts as not right), and why. A row is found again by its document, line and rule. What is not found any more was mended, and
counts no longer: the shares are those of the findings that are raised now. The documents lie beside the repository; where they are not
at hand, the classes stay as the table has them.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from fractions import Fraction
from pathlib import Path

from auditor.errors import AuditorError
from auditor.evidence import LEAST, asserted
from auditor.findings import Evidence, Severity
from auditor.pipeline import audit_source
from auditor.read import read_file
from auditor.rulebook import load

ROOT = Path(__file__).parents[1]
TABLE, DATA = ROOT / "docs" / "judged-findings.csv", ROOT / "auditor" / "precision.json"
SETS = {
    "01-plans": ROOT.parent / "opened" / "01-plans" / "reports",
    "04-voices": ROOT.parent / "opened" / "04-voices" / "reports",
    "06-pages": ROOT.parent / "opened" / "06-pages" / "pages",
    "more": ROOT.parent / "shared" / "corpus" / "more",
}
"""The folder of each set of documents."""
BOUND = (Evidence.CATALOG, Evidence.ONE_DOCUMENT)
"""The classes that are bound by their figures so far. The others raise what their rules say until the readings that spoil them are mended:
bound today they would silence the right findings of keyed reports with the wrong ones."""
RIGHT, VERDICTS = "right", ("right", "wrong", "debatable")
MENDED = "mended"
"""What stands for the class of a finding that is raised no longer."""


@dataclass(frozen=True)
class Row:
    """The judgement of one finding."""

    set: str
    kind: str
    """`report`, `voice` or `page`."""
    report: str
    line: int
    code: str
    evidence: str
    """Its class, or `mended`."""
    verdict: str
    reason: str

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What a row and a finding have in common."""
        return (self.set, self.report, self.line, self.code)


Found = Mapping[tuple[str, str, int, str], Sequence[tuple[Evidence, str]]]
"""The class and the message of each finding with one key."""
COLUMNS = tuple(field.name for field in fields(Row))


def rows_of(text: str) -> list[Row]:
    """Read the table."""
    return [
        Row(row["set"], row["kind"], row["report"], int(row["line"]), row["code"], row["evidence"], row["verdict"], row["reason"])
        for row in csv.DictReader(io.StringIO(text))
    ]


def text_of(rows: Iterable[Row], *, head: bool = True) -> str:
    """Return rows as they stand in the table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if head:
        writer.writerow(COLUMNS)
    writer.writerows(map(astuple, rows))
    return out.getvalue()


def found_now(folders: Mapping[str, Path]) -> Found:
    """Return every error and warning that the rules assert on the documents at hand, whatever their evidence has earned."""
    found: dict[tuple[str, str, int, str], list[tuple[Evidence, str]]] = {}
    for name, folder in folders.items():
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            try:
                report = audit_source(read_file(path), rules=load(), gravest=asserted)
            except AuditorError as error:
                print(f"{path}: {error}", file=sys.stderr)
                continue
            for finding in report.findings:
                if finding.severity is not Severity.INFO and finding.evidence is not None:
                    line = report.source.lines.point(finding.place.span.start).line
                    key = (name, path.relative_to(folder).as_posix(), line, finding.code)
                    found.setdefault(key, []).append((finding.evidence, finding.message))
    return found


def classed(rows: Iterable[Row], found: Found, sets: Iterable[str]) -> list[Row]:
    """Return the rows with the classes that their findings have now; those of sets that are not at hand stay as they are."""
    at_hand, taken, result = frozenset(sets), Counter[tuple[str, str, int, str]](), []
    for row in rows:
        now = found.get(row.key, ())
        evidence = now[taken[row.key]][0].value if taken[row.key] < len(now) else MENDED
        taken[row.key] += 1
        result.append(replace(row, evidence=evidence) if row.set in at_hand else row)
    return result


def lacking(rows: Iterable[Row], found: Found) -> list[Row]:
    """Return a row to be judged for each finding that has none; its reason is what the finding says."""
    judged = Counter(row.key for row in rows)
    new = [(key, one) for key in sorted(found) for one in found[key][judged[key] :]]
    return [Row(key[0], "", key[1], key[2], key[3], evidence.value, "open", message) for key, (evidence, message) in new]


def precision(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """Return for each class how many of its findings were judged and how many of them are right."""
    judged, right = Counter[str](), Counter[str]()
    for row in rows:
        judged[row.evidence] += 1
        right[row.evidence] += row.verdict == RIGHT
    return {one.value: {"right": right[one.value], "judged": judged[one.value]} for one in Evidence}


def data_of(rows: Iterable[Row]) -> str:
    """Return the file the auditor reads: the classes that are bound."""
    found = precision(rows)
    return json.dumps({one.value: found[one.value] for one in BOUND}, indent=2) + "\n"


def section(rows: Sequence[Row]) -> list[str]:
    """Return what docs/measurements.md says of the classes."""
    first = Fraction(sum(row.verdict == RIGHT for row in rows), max(len(rows), 1))
    error, warning = (float(LEAST[severity] * 100) for severity in (Severity.ERROR, Severity.WARNING))
    lines = [
        "## Classes of evidence",
        "",
        f"{len(rows)} findings on documents that nobody had tuned to were judged by hand ([judged-findings.csv](judged-findings.csv)).",
        f"As first seen {float(first * 100):.0f} % were right. Below are those that are still raised, by the class of their evidence.",
        f"A class that is right in less than {error:.0f} % raises no error, in less than {warning:.0f} % no warning; and that places",
        "stand in one document joins them to nothing that an error could rest on. Bound so far: "
        + ", ".join(one.value for one in BOUND)
        + ".",
        "",
        "| class | judged | right | share | gravest |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name, counts in precision(rows).items():
        share = Fraction(counts["right"], counts["judged"]) if counts["judged"] else None
        shown = "-" if share is None else f"{float(share * 100):.1f} %"
        lines.append(f"| {name} | {counts['judged']} | {counts['right']} | {shown} | {gravest(name, share)} |")
    return [*lines, ""]


def gravest(name: str, share: Fraction | None) -> str:
    """Return in a word what a class may raise."""
    if name not in BOUND:
        return "as its rules say"
    if share is None or share < LEAST[Severity.WARNING]:
        return "info"
    return "error" if share >= LEAST[Severity.ERROR] and name != Evidence.ONE_DOCUMENT.value else "warning"


def main(arguments: Sequence[str]) -> int:
    """Measure, and print, write or check."""
    folders = {name: folder for name, folder in SETS.items() if folder.is_dir()}
    found = found_now(folders)
    rows = classed(rows_of(TABLE.read_text(encoding="utf-8")), found, folders)
    new = lacking(rows, found)
    if new:
        print(f"to be judged, for {TABLE.name}:\n{text_of(new, head=False)}", file=sys.stderr)
    if "--write" in arguments:
        TABLE.write_text(text_of(rows), encoding="utf-8")
        DATA.write_text(data_of(rows), encoding="utf-8")
    elif "--check" in arguments and (new or DATA.read_text(encoding="utf-8") != data_of(rows)):
        print(f"{DATA.name} is out of date; judge what is new, then python -m scripts.measure_evidence --write", file=sys.stderr)
        return 1
    print("\n".join(section(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

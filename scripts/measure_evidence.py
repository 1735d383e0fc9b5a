"""Measure how often findings of each class of evidence are right, and write the table the auditor earns its severities from.

python -m scripts.measure_evidence            audit the judged documents, print what the table lacks and each class's share
python -m scripts.measure_evidence --write    write the classes into the table, and the shares into auditor/precision.json
python -m scripts.measure_evidence --check    fail if a finding has no row, or the file is not what would be written
python -m scripts.measure_evidence SET=FOLDER look for the documents of a set in a folder: those of public pages are not kept here

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
from pathlib import Path

from auditor.errors import AuditorError
from auditor.evidence import BOUND, LEAST, asserted, earned
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
ENOUGH = 5
"""So many findings of a family within a class are shown on a line of their own."""
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


def families() -> dict[str, str]:
    """Return the category of each rule by its code."""
    return {rule.code: rule.category for rule in load().rules}


def precision(rows: Iterable[Row]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return for each class, and for each family within it, how many findings are right and how many were judged.

    The empty string stands for the class as a whole. What is raised no longer counts in neither; findings of one rule on one document
    that are judged for one reason count once.
    """
    judged, right, of = Counter[tuple[str, str]](), Counter[tuple[str, str]](), families()
    for row in {(row.set, row.report, row.code, row.evidence, row.reason): row for row in rows}.values():
        for family in ("", of.get(row.code, "unknown")):
            judged[row.evidence, family] += 1
            right[row.evidence, family] += row.verdict == RIGHT
    return {
        one.value: {family: (right[one.value, family], count) for (name, family), count in sorted(judged.items()) if name == one.value}
        for one in Evidence
    }


def shares_of(rows: Iterable[Row]) -> dict[str, tuple[int, int]]:
    """Return for each class how many findings are right and how many were judged: what the auditor reads."""
    return {name: families.get("", (0, 0)) for name, families in precision(rows).items()}


def data_of(rows: Iterable[Row]) -> str:
    """Return the file the auditor reads."""
    lines = (f'  "{name}": {json.dumps(list(pair))}' for name, pair in shares_of(rows).items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _share(right: int, judged: int) -> str:
    return f"{100 * right / judged:.1f} %" if judged else "-"


def first_seen(rows: Sequence[Row]) -> list[str]:
    """Return the table of what was right as first seen, by set of documents."""
    lines = ["| set | judged | right | share | raised now | right of them |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name in sorted({row.set for row in rows}):
        here = [row for row in rows if row.set == name]
        now = [row for row in here if row.evidence != MENDED]
        right, still = (sum(row.verdict == RIGHT for row in some) for some in (here, now))
        lines.append(f"| {name} | {len(here)} | {right} | {_share(right, len(here))} | {len(now)} | {still} |")
    return lines


def section(rows: Sequence[Row]) -> list[str]:
    """Return what docs/measurements.md says of the classes."""
    shares, bound = precision(rows), ", ".join(one.value for one in BOUND)
    error, warning = (float(LEAST[severity] * 100) for severity in (Severity.ERROR, Severity.WARNING))
    lines = [
        "## Classes of evidence",
        "",
        f"{len(rows)} findings on documents that nobody had tuned to were judged by hand ([judged-findings.csv](judged-findings.csv)),",
        "each as first seen, whatever severity its class allows. What was mended since is raised no longer.",
        "",
        *first_seen(rows),
        "",
        "Below are those that are still raised, by the class of their evidence, and by family (the category of the rule) where at",
        f"least {ENOUGH} of one were judged within a class. The aim is that no error rests on a class right in less than {error:.0f} %,",
        f"and no warning on less than {warning:.0f} %. Bound so far, and raising no error: {bound};",
        "of these the catalog and what is told in passing still warn. The other classes raise what their rules say until the readings that",
        "spoil them are mended. The figures are those of the documents that wrong findings were mended on, so they say what is known to be",
        "left, not what a new document will show: for that the column of what was right as first seen stands above.",
        "",
        "| class | family | judged | right | share | gravest |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for one in Evidence:
        for family, (right, judged) in (shares[one.value] or {"": (0, 0)}).items():
            if not family or judged >= ENOUGH:
                gravest = earned(shares_of(rows), one).value if one in BOUND else "as its rules say"
                lines.append(f"| {one.value} | {family or 'all'} | {judged} | {right} | {_share(right, judged)} | {gravest} |")
    lines += ["", "By rule, of all that were ever judged and of those still raised:", ""]
    lines += ["| rule | judged | right | share | raised now | right of them |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for code in sorted({row.code for row in rows}):
        here = [row for row in rows if row.code == code]
        now = [row for row in here if row.evidence != MENDED]
        right, still = (sum(row.verdict == RIGHT for row in some) for some in (here, now))
        lines.append(f"| {code} | {len(here)} | {right} | {_share(right, len(here))} | {len(now)} | {still} |")
    return [*lines, ""]


def at_hand(arguments: Sequence[str]) -> dict[str, Path]:
    """Return the folders of the sets that are at hand: beside the repository, and those named as SET=FOLDER."""
    named = dict(one.split("=", 1) for one in arguments if "=" in one)
    folders = {**SETS, **{name: Path(folder) for name, folder in named.items()}}
    return {name: folder for name, folder in folders.items() if folder.is_dir()}


def main(arguments: Sequence[str]) -> int:
    """Measure, and print, write or check."""
    folders = at_hand(arguments)
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

"""The baseline: findings that are known and do not count until they are put right.

An entry is a rule, a file and the claim as it is written, with a count; no line, no message and no version take part, so an edit above
a known finding, a better wording of ours or a reworded label leave it known. An entry stands for as many findings as it counts and
no more: the same mistake once more is new.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from auditor.contracts import schema_of
from auditor.errors import InputError
from auditor.findings import Finding, Report, Withheld, Withholding
from auditor.identity import claim_text, number_text
from auditor.records import dataclass
from auditor.withhold import every, withhold

__all__ = ["VERSION", "Baseline", "Entry", "Match", "dump", "entries_of", "known", "match", "read"]

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """So many findings of one rule about one claim of one file."""

    file: str
    """Path from the folder of the baseline, with forward slashes."""
    code: str
    claim: str
    """The claim with the label before it, without case and emphasis."""
    number: str
    """The claim alone: what an edit of its label leaves."""
    count: int = 1
    name: str = ""
    message: str = ""
    """What the finding said when it was taken in: for the reader, not for the comparison."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.file, self.code, self.claim, self.number)


@dataclass(frozen=True)
class Baseline:
    """The entries of a baseline file, by file."""

    entries: tuple[Entry, ...] = ()
    of_file: Mapping[str, tuple[Entry, ...]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.file].append(entry)
        object.__setattr__(self, "of_file", {file: tuple(entries) for file, entries in found.items()})


@dataclass(frozen=True, slots=True)
class Match:
    """What a baseline says of one report: which findings are known, which are new, and which entries find nothing any more."""

    known: tuple[Finding, ...]
    new: tuple[Finding, ...]
    used: tuple[Entry, ...]
    """The entries that found something, each counting what it found, as the report words it now."""
    stale: tuple[Entry, ...]
    """The entries that found nothing, or less than they count: each counts what is missing."""


def entries_of(report: Report, findings: Iterable[Finding], file: str) -> tuple[Entry, ...]:
    """Return findings of a report as entries, equal ones counted together, in the order of the file."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    first: dict[tuple[str, str, str, str], Entry] = {}
    for finding in findings:
        entry = _entry(report, finding, file)
        counts[entry.key] += 1
        first.setdefault(entry.key, entry)
    return tuple(replace(entry, count=counts[key]) for key, entry in sorted(first.items()))


def _entry(report: Report, finding: Finding, file: str) -> Entry:
    return Entry(file, finding.code, claim_text(report, finding), number_text(report, finding), 1, finding.name, finding.message)


def match(report: Report, file: str, baseline: Baseline, gone: Collection[str] = ()) -> Match:
    """Hold the findings of a report, those told with others included, against the baseline's entries for its file.

    The words before a number may have changed: what no entry names exactly is looked for by its rule and number. A file the baseline
    does not name may have been moved: `gone` are the files of the baseline that exist no longer, whose entries then count for it.
    """
    own = baseline.of_file.get(file, ())
    moved = () if own else tuple(entry for name in sorted(gone) for entry in baseline.of_file.get(name, ()))
    left = Counter({index: entry.count for index, entry in enumerate((*own, *moved))})
    entries = (*own, *moved)
    open_findings = list(every(report.findings))
    taken: list[tuple[int, Finding]] = []
    for loose in (False, True):
        table: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, entry in enumerate(own if loose else entries):
            table[(entry.code, entry.number if loose else entry.claim)].append(index)
        rest = []
        for finding in open_findings:
            key = (finding.code, number_text(report, finding) if loose else claim_text(report, finding))
            index = next((index for index in table.get(key, ()) if left[index]), -1)
            if index < 0:
                rest.append(finding)
            else:
                left[index] -= 1
                taken.append((index, finding))
        open_findings = rest
    known = tuple(finding for _, finding in taken)
    stale = tuple(replace(entry, count=left[index]) for index, entry in enumerate(own) if left[index])
    return Match(known, tuple(open_findings), entries_of(report, known, file), stale)


def known(report: Report, found: Match) -> Report:
    """Return the report without the findings that the baseline knows."""
    ids = {id(finding) for finding in found.known}

    def reason(finding: Finding) -> Withheld | None:
        return Withheld(finding, Withholding.KNOWN) if id(finding) in ids else None

    return withhold(report, reason) if ids else report


# --- the file


def dump(entries: Iterable[Entry]) -> str:
    """Return a baseline file: JSON with one entry a line, sorted, so that its owner can read it and its changes merge."""
    rows = [json.dumps(_row(entry), ensure_ascii=False) for entry in sorted(entries, key=lambda entry: entry.key)]
    listed = "[\n    " + ",\n    ".join(rows) + "\n  ]" if rows else "[]"
    text = f'{{\n  "$schema": {json.dumps(schema_of("baseline-v1"))},\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'
    return re.sub("[\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]", lambda one: f"\\u{ord(one.group()):04x}", text)


def _row(entry: Entry) -> dict[str, object]:
    return {
        "file": entry.file,
        "code": entry.code,
        "name": entry.name,
        "claim": entry.claim,
        "number": entry.number,
        "count": entry.count,
        "message": entry.message,
    }


def read(text: str, path: str) -> Baseline:
    """Read a baseline file; InputError says where it is not one and what to do."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        remedy = "put it right, or make it again with `audit baseline create --force`"
        raise InputError(f"not JSON: {error.msg}; {remedy}", path=path, line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise InputError("not a baseline: nested too deep", path=path) from None
    if not isinstance(data, dict) or not isinstance(data.get("findings"), list):
        raise InputError("not a baseline: no list `findings`; `audit baseline create` makes one", path=path)
    if data.get("version") != VERSION:
        raise InputError(f"a baseline of version {str(data.get('version'))[:20]}; this auditor reads version {VERSION}", path=path)
    return Baseline(tuple(_read_entries(data["findings"], path)))


def _read_entries(rows: Sequence[Any], path: str) -> Iterator[Entry]:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise InputError(f"entry {number} is not an object", path=path)
        texts = {key: row.get(key, "") for key in ("file", "code", "claim", "number", "name", "message")}
        wrong = next((key for key, value in texts.items() if not isinstance(value, str)), "")
        wrong = wrong or next((key for key in ("file", "code") if not texts[key]), "")
        count = row.get("count", 1)
        if wrong or type(count) is not int or not 1 <= count <= 1_000_000:
            raise InputError(f"entry {number}: `{wrong or 'count'}` is missing or not what it should be", path=path)
        yield Entry(count=count, **texts)

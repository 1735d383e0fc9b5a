"""What sentences, rows and keys imply: short passages in many voices, of which two thirds are wrong and the rest only look so.

`fixtures/implied` holds a file a kind. A passage with `wrong` is found if an error or a warning stands on, or names, the line of that
text; whatever else is raised is false. `pytest -s` prints the shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml

from auditor.findings import Finding, Severity
from auditor.pipeline import audit_source
from auditor.read import decode

FOLDER: Final = Path(__file__).parents[2] / "fixtures" / "implied"
KINDS: Final = sorted(path.stem for path in FOLDER.glob("*.yaml"))
FOUND: Final[Mapping[str, int]] = {
    "01-shares": 11,
    "02-products": 7,
    "03-rates": 10,
    "04-prices": 9,
    "05-clocks": 5,
    "06-left": 6,
    "07-tables": 4,
    "08-objects": 5,
    "09-lists": 1,
    "10-verdicts": 1,
    "12-slips": 7,
    "13-columns": 8,
    "14-drawn": 9,
    "15-judged": 11,
    "16-changes": 10,
    "17-told": 5,
    "18-laws": 12,
}
"""How many of a kind are found; it only grows."""
FALSE: Final[Mapping[str, int]] = {"08-objects": 1}
"""How many false ones a kind still raises; it only shrinks."""


@dataclass(frozen=True)
class Case:
    """A passage, and the text of it that is wrong; empty where all is right."""

    text: str
    wrong: str
    name: str

    def findings(self) -> list[Finding]:
        report = audit_source(decode(self.text.encode(), self.name))
        return [finding for finding in report.findings if finding.severity in (Severity.ERROR, Severity.WARNING)]

    def touches(self, finding: Finding) -> bool:
        """Tell whether a finding stands on the line that is wrong, or names it."""
        line = self.text[: self.text.index(self.wrong)].count("\n")
        places = (finding.place, *finding.related)
        return any(self.text[: place.span.start].count("\n") == line for place in places if not place.path)


def cases(kind: str) -> Iterator[Case]:
    for row in yaml.safe_load((FOLDER / f"{kind}.yaml").read_text(encoding="utf-8")):
        yield Case(row["text"], row.get("wrong", ""), row.get("file", "notes.md"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_implied(kind: str) -> None:
    found, wrong, false = 0, 0, []
    missed = []
    for case in cases(kind):
        raised = case.findings()
        hits = [finding for finding in raised if case.wrong and case.touches(finding)]
        wrong += bool(case.wrong)
        found += bool(hits)
        missed += [case.text] if case.wrong and not hits else []
        false += [f"{finding.code} {finding.message}" for finding in raised if finding not in hits]
    print(f"\n{kind}: {found} of {wrong} found, {len(false)} false", *(f"  missed: {text}" for text in missed), *false, sep="\n")
    assert len(false) <= FALSE.get(kind, 0), false
    assert found >= FOUND.get(kind, 0)

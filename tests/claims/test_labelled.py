"""The labelled documents of `fixtures/reading`: every label stands where it says, and most are read as what they are.

The weights of the words are fitted to these documents too; how well they do on others is in docs/measurements.md.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from auditor.pipeline import read_claims
from auditor.read import read_file
from auditor.rulebook import load

FOLDER = Path(__file__).parents[2] / "fixtures" / "reading"
SETS = {"prose": 0.70, "structured": 0.70}
"""By set, the share of its labels that must be read as what they are."""


def labels_of(name: str) -> dict[str, list[dict[str, object]]]:
    found = defaultdict(list)
    for row in (FOLDER / name / "claims.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(row)
        found[label["report"]].append(label)
    return found


@pytest.mark.parametrize("name", SETS)
def test_a_label_stands_on_its_line(name: str) -> None:
    for report, labels in labels_of(name).items():
        lines = (FOLDER / name / "reports" / report).read_text(encoding="utf-8").split("\n")
        for label in labels:
            assert str(label["text"]) in lines[int(str(label["line"])) - 1], (report, label)


@pytest.mark.parametrize(("name", "least"), SETS.items())
def test_most_labels_are_read_as_what_they_are(name: str, least: float) -> None:
    known = load().lexicon.quantities
    right = total = 0
    for report, labels in labels_of(name).items():
        source = read_file(FOLDER / name / "reports" / report)
        by_line = defaultdict(list)
        for claim in read_claims(source).claims:
            by_line[source.lines.point(claim.span.start).line].append(claim)
        for label in labels:
            wanted = str(label["quantity"])
            if wanted not in known:
                continue
            total += 1
            text = str(label["text"])
            right += any(
                claim.quantity == wanted and (claim.text in text or text in claim.text) for claim in by_line[int(str(label["line"]))]
            )
    assert right / total >= least, f"{right} of {total}"

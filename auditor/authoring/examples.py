"""The examples of a rule: little reports that must stay silent or must fire exactly as recorded.

They stand beside `rule.yaml`: `good-NAME.md` raises nothing above information from any rule; `bad-NAME.md` raises this
rule's findings exactly as `bad-NAME.txt` shows them. Any format the auditor reads will do (`bad-NAME.json`). A file
`good-NAME.context.json` is the context its report is audited against.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from auditor.evidence import asserted
from auditor.findings import Report, Severity
from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.records import dataclass
from auditor.render.run import Options, ordered
from auditor.render.text import finding_block
from auditor.rulebook import Rule, Rulebook
from auditor.selection import Selection, narrow

__all__ = ["Example", "audited", "examples", "expected_file", "failure", "record", "rendered"]

ENDINGS: Final = (".md", ".markdown", ".mdx", ".json", ".yaml", ".yml", ".toml", ".sh", ".txt")
WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Example:
    """A report beside a rule; `good` ones must raise nothing, the others this rule's findings."""

    rule: Rule
    path: Path
    good: bool
    context: Path | None = None

    @property
    def name(self) -> str:
        return f"{self.rule.name}/{self.path.name}"


def examples(rule: Rule) -> Iterator[Example]:
    """Yield the examples of a rule, the bad ones first."""
    for kind in ("bad", "good"):
        for path in sorted(rule.folder.glob(f"{kind}-*")):
            if path.suffix in ENDINGS and not _is_record(path) and not path.stem.endswith(".context"):
                context = next(iter(sorted(path.parent.glob(f"{path.stem}.context.*"))), None)
                yield Example(rule, path, kind == "good", context)


def _is_record(path: Path) -> bool:
    beside = any(path.with_suffix(ending).is_file() for ending in ENDINGS if ending != ".txt")
    return path.suffix == ".txt" and (beside or path.stem.endswith(".expected"))


def expected_file(example: Example) -> Path:
    """Return where the expected findings of a bad example are recorded."""
    recorded = example.path.with_suffix(".txt")
    return recorded if recorded != example.path else example.path.with_suffix(".expected.txt")


def audited(example: Example, book: Rulebook) -> Report:
    """Audit an example against its context."""
    source = decode(example.path.read_bytes(), example.path.name)
    context = () if example.context is None else (decode(example.context.read_bytes(), example.context.name),)
    return audit_source(source, rules=book, context=context, gravest=asserted)


def rendered(example: Example, report: Report, book: Rulebook, *, own: bool) -> str:
    """Return the findings on an example as text: the rule's `own`, or those of every rule from warning up; empty for none."""
    if own:  # what is told with another rule's finding is this rule's too
        report = narrow(report, Selection((example.rule.code,)), book.rules)
    found = [
        finding
        for finding in ordered(report.findings)
        if own or finding.severity.rank >= Severity.WARNING.rank or finding.code == example.rule.code
    ]
    options = Options(color=False, explain=True, width=WIDTH)
    return "".join(f"{finding_block(report, finding, options)}\n" for finding in found)


def failure(example: Example, book: Rulebook, report: Report | None = None) -> str:
    """Return what is wrong with an example, or the empty string; `report` is its audit where that is at hand."""
    report = report or audited(example, book)
    if example.good:
        found = rendered(example, report, book, own=False)
        return f"{example.name} must stay silent, but:\n{found}" if found else ""
    found = rendered(example, report, book, own=True)
    if not found:
        return f"{example.name} must raise {example.rule.code}, but does not"
    kept = expected_file(example)
    if not kept.is_file():
        return f"{example.name} is not recorded; read what it raises, then run `audit rules record`:\n{found}"
    expected = kept.read_text(encoding="utf-8")
    if expected != found:
        return f"{example.name} raises\n{found}\ninstead of what {kept.name} records\n{expected}"
    return ""


def record(example: Example, book: Rulebook) -> bool:
    """Write what a bad example raises beside it; tell whether that changed anything. A good one has nothing to record."""
    if example.good:
        return False
    found = rendered(example, audited(example, book), book, own=True)
    kept = expected_file(example)
    if not found or (kept.is_file() and kept.read_text(encoding="utf-8") == found):
        return False
    kept.write_text(found, encoding="utf-8", newline="\n")
    return True

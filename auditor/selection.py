"""Which rules count: selectors by code, name, category or code prefix, and `ALL`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from auditor.errors import UsageError
from auditor.findings import Finding, Report
from auditor.records import dataclass
from auditor.selectors import ALL, Named, closeness, nearest

__all__ = ["ALL", "Named", "Selection", "narrow", "verify"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Selectors that let rules in and keep rules out; where both name a rule the closer one wins, `ignore` at a tie."""

    select: tuple[str, ...] = (ALL,)
    ignore: tuple[str, ...] = ()

    def admits(self, rule: Named) -> bool:
        wanted = max((closeness(selector, rule) for selector in self.select), default=-1)
        unwanted = max((closeness(selector, rule) for selector in self.ignore), default=-1)
        return wanted > unwanted

    @property
    def is_everything(self) -> bool:
        return self == Selection()


def narrow(report: Report, selection: Selection, rules: Iterable[Named]) -> Report:
    """Return the report with the findings and outcomes of the admitted rules alone.

    A finding that was told with one of a rule that is kept out stands for itself again. `rules` says which code and category
    an outcome's rule has; an outcome of a rule it does not hold stays.
    """
    if selection.is_everything:
        return report
    kept_out = {name for rule in rules if not selection.admits(rule) for name in (rule.code, rule.name)}
    return replace(
        report,
        findings=tuple(_admitted(report.findings, selection)),
        outcomes=tuple(outcome for outcome in report.outcomes if outcome.rule not in kept_out),
    )


def _admitted(findings: Iterable[Finding], selection: Selection) -> Iterator[Finding]:
    for finding in findings:
        if not selection.admits(finding):
            yield from _admitted(finding.carried, selection)
            continue
        unwanted = {one.message for one in finding.carried if not selection.admits(one)}
        yield replace(finding, followers=tuple(line for line in finding.followers if line not in unwanted)) if unwanted else finding


def verify(selectors: Iterable[str], rules: Sequence[Named], origin: str) -> None:
    """Raise `UsageError` for the first selector that names no rule, with the nearest that does; `origin` says where it was written."""
    for selector in selectors:
        if any(closeness(selector, rule) >= 0 for rule in rules) or selector.upper() == ALL:
            continue
        near = nearest(selector, rules)
        advice = f"did you mean {near}?" if near else "`audit rule --all` lists every rule"
        raise UsageError(f"{origin}: no rule, category or code prefix is called {selector!r}; {advice}")

"""Which rules count: selectors by code, name, category or code prefix, and `ALL`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from auditor.errors import UsageError
from auditor.findings import Finding, Report

__all__ = ["ALL", "Named", "Selection", "narrow", "verify"]

ALL: Final = "ALL"


class Named(Protocol):
    """Anything that carries a rule's identity: a rule of the rulebook, or a finding."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def category(self) -> str: ...


def _closeness(selector: str, rule: Named) -> int:
    """Return how closely a selector names a rule: -1 not at all, 0 `ALL`, then the category, a prefix, and the rule itself."""
    wanted = selector.casefold()
    if wanted in (rule.code.casefold(), rule.name.casefold()):
        return 100
    if rule.code.casefold().startswith(wanted):
        return 1 + len(wanted)
    if wanted == rule.category.casefold():
        return 1
    return 0 if selector.upper() == ALL else -1


@dataclass(frozen=True, slots=True)
class Selection:
    """Selectors that let rules in and keep rules out; where both name a rule the closer one wins, `ignore` at a tie."""

    select: tuple[str, ...] = (ALL,)
    ignore: tuple[str, ...] = ()

    def admits(self, rule: Named) -> bool:
        wanted = max((_closeness(selector, rule) for selector in self.select), default=-1)
        unwanted = max((_closeness(selector, rule) for selector in self.ignore), default=-1)
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
        if any(_closeness(selector, rule) >= 0 for rule in rules) or selector.upper() == ALL:
            continue
        # Only an error needs the matcher; it costs more to import than a run takes to start.
        from difflib import get_close_matches

        known = {name.casefold(): name for rule in rules for name in (rule.code, rule.name, rule.category)}
        near = get_close_matches(selector.casefold(), known, n=1)
        advice = f"did you mean {known[near[0]]}?" if near else "`audit rule --all` lists every rule"
        raise UsageError(f"{origin}: no rule, category or code prefix is called {selector!r}; {advice}")

"""How much of one report is read and how much work one audit may be: limits with names, counted so that a report always ends the same.

Work is counted in steps, not in seconds: a character read, a claim held against a rule, a pair of claims compared. `within` opens
a budget for one audit, `spend` takes from it wherever work can grow faster than the text, and `OverBudgetError` ends what was going on
when it is used up. What was found till then stands, and what was left out is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from auditor.errors import AuditorError
from auditor.records import dataclass

__all__ = ["DEFAULT", "Limits", "OverBudgetError", "current", "spend", "spent", "uncounted", "within"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one audit; the names are those of the settings (`[limits]`)."""

    word: int = 200
    """Letters and digits without anything between them that are read as one word; more hold no figure of a plan."""
    statement: int = 4_000
    """Characters that are read together; a longer paragraph, cell or value is read sentence by sentence, as many at once as fit."""
    numbers: int = 20_000
    """Numbers of one report; what stands behind the last of them is not audited."""
    steps: int = 400_000_000
    """Work of one audit."""


DEFAULT = Limits()


class OverBudgetError(AuditorError):
    """An audit took more steps than it may."""


@dataclass(slots=True)
class _Budget:
    limits: Limits
    spent: int = 0


_budget: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Give what runs inside a budget of its own; an audit inside an audit is paid from that of the outer one."""
    if _budget.get() is not None:
        yield
        return
    token = _budget.set(_Budget(limits))
    try:
        yield
    finally:
        _budget.reset(token)


@contextmanager
def uncounted() -> Iterator[None]:
    """Let what runs inside cost nothing: what a partial audit still has to do to say what it found."""
    token = _budget.set(None)
    try:
        yield
    finally:
        _budget.reset(token)


def current() -> Limits:
    """Return the limits of the audit that is running, or the usual ones."""
    budget = _budget.get()
    return budget.limits if budget is not None else DEFAULT


def spend(steps: int) -> None:
    """Take steps from the budget of the audit that is running; OverBudgetError where it is used up. Outside an audit nothing is counted."""
    budget = _budget.get()
    if budget is None:
        return
    budget.spent += steps
    if budget.spent > budget.limits.steps:
        raise OverBudgetError(f"more work than {budget.limits.steps:,} steps")


def spent() -> int:
    """Return the steps that the running audit has taken."""
    budget = _budget.get()
    return budget.spent if budget is not None else 0

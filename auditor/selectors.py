"""Selectors: how rules are named by code, name, category, code prefix or `ALL`, on a command line, in settings and in comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

__all__ = ["ALL", "Named", "closeness", "nearest"]

ALL: Final = "ALL"


class Named(Protocol):
    """Anything that carries a rule's identity: a rule of the rulebook, or a finding."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def category(self) -> str: ...


def closeness(selector: str, rule: Named) -> int:
    """Return how closely a selector names a rule: -1 not at all, 0 `ALL`, then the category, a prefix, and the rule itself."""
    wanted = selector.casefold()
    if wanted in (rule.code.casefold(), rule.name.casefold()):
        return 100
    if rule.code.casefold().startswith(wanted):
        return 1 + len(wanted)
    if wanted == rule.category.casefold():
        return 1
    return 0 if selector.upper() == ALL else -1


def nearest(selector: str, rules: Sequence[Named]) -> str:
    """Return the name, code or category that a selector which names no rule comes nearest to, or the empty string."""
    # Only an error needs the matcher; it costs more to import than a run takes to start.
    from difflib import get_close_matches

    known = {name.casefold(): name for rule in rules for name in (rule.code, rule.name, rule.category)}
    near = get_close_matches(selector.casefold(), known, n=1)
    return known[near[0]] if near else ""

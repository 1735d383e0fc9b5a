"""Facts: what follows from the claims of a plan, each a value with its derivation, in one table per plan.

`rules/facts.yaml` says what follows from what; its formulas are those of `auditor.cost`. Rules take a fact through `uses` exactly as
they take a claim, where they say `facts: true` and the plan states none itself.
"""

from __future__ import annotations

from auditor.facts.model import Fact
from auditor.facts.table import facts_of

__all__ = ["Fact", "facts_of"]

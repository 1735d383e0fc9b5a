"""The cost model: what a layout of a model on GPUs must cost, in parameters, memory, work, traffic and time.

Pure functions over exact amounts. `estimate` takes a whole plan; each module can be used on its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.cost.facts import Estimate
    from auditor.cost.plan_facts import PlanFacts

__all__ = ["estimate"]


def estimate(plan: PlanFacts) -> Estimate:
    """Return every quantity that follows from `plan`, each with derivation, convention and source.

    Raises `auditor.cost.impossible.ImpossiblePlanError`, which names field, rule and source, for a plan that cannot exist.
    """
    # The rules import single formulas; only this function needs all of them.
    from auditor.cost import estimation

    return estimation.estimate(plan)

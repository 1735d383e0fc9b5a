"""Layouts: which GPU counts and degrees of parallelism go together, by framework and by convention.

Start with `fit` (which conventions stated degrees satisfy and what each would need), `check` (what degrees must divide),
the set operations on GPU ids in `placement`, and `layouts` (what could stand there instead).
"""

from auditor.cost.layout.conventions import (
    CONVENTIONS,
    DEDICATED_EXPERTS,
    DP_ATTENTION,
    OLD_TORCHTITAN,
    Convention,
    Fit,
    Need,
    Whole,
    conventions,
    fewest_gpus,
    fit,
)
from auditor.cost.layout.degrees import QUANTITIES, SYMBOLS, Degrees, Framework, Run, Shape, find_framework
from auditor.cost.layout.divisibility import (
    REQUIREMENTS,
    Checked,
    Layout,
    Requirement,
    Strength,
    check,
    contradicted,
    padded_vocabulary,
)
from auditor.cost.layout.placement import Group, Ids, Overlap, beyond, covered, gaps, numbered_from, overlaps, wrong_sizes
from auditor.cost.layout.search import Constraints, layouts

__all__ = [
    "CONVENTIONS",
    "DEDICATED_EXPERTS",
    "DP_ATTENTION",
    "OLD_TORCHTITAN",
    "QUANTITIES",
    "REQUIREMENTS",
    "SYMBOLS",
    "Checked",
    "Constraints",
    "Convention",
    "Degrees",
    "Fit",
    "Framework",
    "Group",
    "Ids",
    "Layout",
    "Need",
    "Overlap",
    "Requirement",
    "Run",
    "Shape",
    "Strength",
    "Whole",
    "beyond",
    "check",
    "contradicted",
    "conventions",
    "covered",
    "fewest_gpus",
    "find_framework",
    "fit",
    "gaps",
    "layouts",
    "numbered_from",
    "overlaps",
    "padded_vocabulary",
    "wrong_sizes",
]

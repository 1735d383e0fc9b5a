"""Memory checks: what the weights, the cache and the training states of a plan must take, against what it says.

Each claim is tried under every admissible reading: GB and GiB, each stated parallel degree, each precision the report names, the
sharding conventions of `auditor.check.sharding`. What no reading gives is contradicted; the finding says which slip would give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.check.sharding import Sharding, share_outcome
from auditor.check.stated import shown, stated
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.findings import Confidence, Outcome
from auditor.rulebook import Rule

__all__ = ["weights_per_gpu"]


def weights_per_gpu(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A GPU's share of the weights is the model over the axes that divide it."""
    seen: set[object] = set()
    for plan in subject.plans:
        claims = [claim for claim in stated(plan, "memory.weights", ("gpu",)) if claim.confidence is Confidence.HIGH and not claim.source]
        if not claims:
            continue
        sharding = Sharding(subject, plan)
        whole = sharding.weights()
        for claims_ in _alike(claims):
            outcome = share_outcome(rule, claims_, sharding.judge(claims_[0], whole), what="weights", whole="the model's weights")
            key = (outcome.verdict, outcome.spans)
            if key not in seen:
                seen.add(key)
                yield outcome


def _alike(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Group claims of the same value: the same wrong figure on five lines is one finding."""
    groups: dict[object, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(shown(claim), []).append(claim)
    return list(groups.values())

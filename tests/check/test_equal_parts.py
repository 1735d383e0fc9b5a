"""Layers that are said to lie equally on the stages."""

from __future__ import annotations

import pytest

from auditor.findings import Verdict
from tests.check.single import outcomes

HEAD = "# Plan\n\n- Layers: {}\n- Pipeline parallelism: {}\n\n## Balance\n\n"


def verdicts(layers: int, stages: int, said: str) -> list[Verdict]:
    return [one.verdict for one in outcomes(HEAD.format(layers, stages) + said, "DIV015")]


@pytest.mark.parametrize(
    "said",
    [
        "- **Computation**: Equal layer distribution across the pipeline stages\n",
        "Every stage holds the same layers count.\n",
        "- Layers are split evenly over 4 stages\n",
        "| Aspect | Note |\n|---|---|\n| Pipeline | layers distributed uniformly |\n",
    ],
)
def test_what_does_not_divide_is_not_equal(said: str) -> None:
    assert verdicts(62, 4, said) == [Verdict.CONTRADICTED]
    assert verdicts(64, 4, said) == [Verdict.HELD]


@pytest.mark.parametrize(
    "said",
    [
        "- Layers are split as evenly as possible over the stages\n",
        "- Equal memory on all stages, whatever layers they hold at the end of the chain\n",
        "- Layer distribution over stages is not equal\n",
        "- Equal experts on each GPU of a stage\n",
        "- Nearly equal layers per stage\n",
    ],
)
def test_what_is_not_said_to_be_equal(said: str) -> None:
    assert Verdict.CONTRADICTED not in verdicts(62, 4, said)

"""What a report compares itself with is a plan of its own, and has to agree with itself."""

from __future__ import annotations

from auditor.pipeline import audit_source
from auditor.read import decode


def _codes(text: str, name: str = "report.md") -> set[tuple[str, int]]:
    report = audit_source(decode(text.encode(), name))
    return {(one.code, report.source.lines.point(one.place.span.start).line) for one in report.findings}


SECTIONS = """# Serving study

- GPUs: 32
- Batch size: 256 sequences

## Baseline

- TP=8, PP=4
- Throughput: {rate} tokens/s
- TPOT: 6 ms

## Proposed

- EP=32
- Throughput: 40,000 tokens/s
- TPOT: 6 ms
"""


def test_a_baseline_is_checked_by_its_own_figures() -> None:
    assert _codes(SECTIONS.format(rate="400,000")) == {("PRF042", 9)}


def test_a_baseline_takes_no_degrees_from_what_is_proposed() -> None:
    assert _codes(SECTIONS.format(rate="30,000")) == set()


OBJECTS = """{{
  "baseline_tp8_pp2": {{
    "model": {{"layers": 16, "experts_per_layer": 32}},
    "parallelism": {{
      "tensor_parallelism": {{"degree": 8}},
      "pipeline_parallelism": {{"degree": 2}},
      "expert_parallelism": {{"degree": 4, "experts_per_gpu": {held}}}
    }}
  }},
  "proposed": {{
    "model": {{"layers": 16, "experts_per_layer": 32}},
    "parallelism": {{
      "tensor_parallelism": {{"degree": 1}},
      "pipeline_parallelism": {{"degree": 1}},
      "expert_parallelism": {{"degree": 16, "experts_per_gpu": 2}}
    }}
  }}
}}
"""


def test_an_object_that_is_a_baseline_is_checked() -> None:
    assert _codes(OBJECTS.format(held=3), "plan.json") == {("EXP001", 7)}
    assert _codes(OBJECTS.format(held=8), "plan.json") == set()

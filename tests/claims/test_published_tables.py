"""Tables of published benchmarks: every figure of every row is read as what its head says, one plan a row.

The pages themselves are checked where they are at hand, against an independent reading; tables of the same shapes, with
wording of our own, are checked always.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from auditor.claims.model import Claim
from auditor.pipeline import read_claims
from auditor.read import decode, read_file
from auditor.render.claims_v1 import unit_of
from auditor.rulebook import load
from auditor.statements import Source
from tests.claims.published import BENCHMARKS, PRETRAINING, Row, rows

KNOWN = Path(__file__).parents[2].parent / "shared" / "knowngood"
BRIDGE = KNOWN / "NVIDIA-NeMo" / "Megatron-Bridge" / "docs"
FOUNDRY = KNOWN / "mosaicml" / "llm-foundry" / "scripts" / "train" / "benchmarking" / "README.md"

needs_pages = pytest.mark.skipif(not KNOWN.is_dir(), reason="the published pages are not at hand")

SUMMARY = """# Results

#### Model: Small-A

| System | #-GPUs | Precision | GBS | MBS | Sequence Length | TP | PP | CP | VP | EP | Tokens / sec / GPU | Model TFLOP / sec / GPU |
|--------|--------|-----------|-----|-----|-----------------|----|----|----|----|----|--------------------|-------------------------|
| Box-1 | 256 | MXFP8 | 4096 | 1 | 4096 | 1 | 2 | 1 | 8 | 32 | 6288 | 1635 |
| Box-2 | 128 | MXFP8 | 2048 | 1 | 4096 | 1 | 1 | 1 | n/a | 64 | 7776 | 706[^note] |

[^note]: Measured once.
"""

ARCHIVE = """# Older results

#### System: Box-3

| Model | #-GPUs | GBS | MBS | Sequence Length | FSDP | TP | PP | CP | VP | EP | GA | Tokens / sec / GPU | Model TFLOP / sec / GPU |
|-------|--------|-----|-----|-----------------|------|----|----|----|----|----|----|--------------------|-------------------------|
| **A-70B** | 64 | 128 | 2 | 8192 | 64 (0) | 1 (2) | 1 (4) | 1 | 1 (5) | 1 | 1 (16) | 3986 (3546) | 1791 (1593) |
| B (no drops) | 1024 | 8192 | 1 | 4096 | 0 | 2 | 8 | 1 | 4 | 64 | 128 | 1297 | 338 (330) |
| [C-30B](c.md) | 8 | 512 | 4 | 4096 | 0 | 1 | 1 | 1 | 1 | 8 | 16 | 22775 | 524 |
"""

SWEEP = """# Sweep

## H100 80GB BF16 (large runs, >= 128 GPUs)
|  Model | SeqLen (T) | # GPUs | GPU | MFU | HFU | Model TFLOP | MicroBatchSize | GradAccum | GlobalBatchSize | Throughput (S/s) \
| Throughput (T/s) | Throughput (T/s/GPU) | GlobalBatchSize (T) | Precision | Sharding Strategy | CPUOffload | NumParams |
|  --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
|  70b | 2048 | 512 | h100_80gb | 41.25 | 55.0 | 408 | 8 | 1 | 4096 | 251 | 515636 | 1007 | 8388608 | amp_bf16 | FULL_SHARD | False \
| 64862437376 |
|  13b | 2048 | 512 | h100_80gb | 41.12 | 54.83 | 406 | 16 | 1 | 8192 | 1238 | 2535811 | 4952 | 16777216 | amp_bf16 | FULL_SHARD | False \
| 12853954560 |
|  125m | 512 | 8 | h100_80gb | 26.8 | 26.8 | 265 | 100 | 1 | 800 | 574 | 294172 | 36771 | 409600 | amp_bf16 | SHARD_GRAD_OP | False \
| 125311488 |
"""


def configurations(source: Source, quantities: Mapping[str, str]) -> dict[int, list[dict[str, list[Fraction]]]]:
    """Return what the auditor reads of each row: by line, for each of its plans, the values of each quantity."""
    book = load()
    read = read_claims(source, rules=book)
    wanted = set(quantities.values())
    units = {name: entry.unit for name, entry in book.lexicon.quantities.items()}
    found: dict[int, list[dict[str, list[Fraction]]]] = defaultdict(list)
    for plan in read.plans:
        if not plan.id.startswith("table"):
            continue
        of_row = [
            claim for claim in plan.claims if claim.quantity in wanted and claim.plan.removesuffix("/2") == plan.id.removesuffix("/2")
        ]
        values: dict[str, list[Fraction]] = defaultdict(list)
        for claim in of_row:
            values[claim.quantity].append(_stated(claim, unit_of(claim, units).scale))
        lines = {source.lines.point(claim.span.start).line for claim in of_row}
        assert len(lines) == 1, plan.id
        found[lines.pop()].append(dict(values))
    return dict(found)


def _stated(claim: Claim, scale: Fraction) -> Fraction:
    stated = claim.readings[0].stated
    assert stated is not None
    assert stated.low is not None
    assert stated.low == stated.high
    return stated.low / scale


def expected(row: Row) -> list[dict[str, list[Fraction]]]:
    """Return what must be read of a row: its values, and with them those of a second configuration in brackets."""
    plans = [dict(row.values)] + ([{**row.values, **row.second}] if row.second else [])
    return [{name: [value] for name, value in plan.items()} for plan in plans]


def compare(source: Source, heads: Mapping[str, str]) -> tuple[int, int]:
    """Hold the two readings against each other; return the numbers of rows and of configurations."""
    plain = list(rows(source.text, heads))
    found = configurations(source, heads)
    assert found == {row.line: expected(row) for row in plain}
    return len(plain), sum(len(expected(row)) for row in plain)


@pytest.mark.parametrize(
    ("text", "heads", "counts"), [(SUMMARY, PRETRAINING, (2, 2)), (ARCHIVE, PRETRAINING, (3, 5)), (SWEEP, BENCHMARKS, (3, 3))]
)
def test_tables_of_these_shapes(text: str, heads: Mapping[str, str], counts: tuple[int, int]) -> None:
    assert compare(decode(text.encode(), "page.md"), heads) == counts


@needs_pages
@pytest.mark.parametrize(
    ("path", "heads", "counts"),
    [
        (BRIDGE / "performance-summary.md", PRETRAINING, (18, 18)),
        (BRIDGE / "performance-summary-archive.md", PRETRAINING, (260, 275)),
        (FOUNDRY, BENCHMARKS, (216, 216)),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_the_published_pages(path: Path, heads: Mapping[str, str], counts: tuple[int, int]) -> None:
    assert compare(read_file(path), heads) == counts


@needs_pages
def test_every_column_asked_for_is_there() -> None:
    """The independent reading itself: a row of each page has every figure but those printed as n/a."""
    for name in ("performance-summary.md", "performance-summary-archive.md"):
        for row in rows((BRIDGE / name).read_text(encoding="utf-8"), PRETRAINING):
            missing = set(PRETRAINING.values()) - set(row.values)
            assert missing <= {"parallel.virtual_pipeline", "parallel.expert", "batch.accumulation"}, row
    assert all(set(row.values) == set(BENCHMARKS.values()) for row in rows(FOUNDRY.read_text(encoding="utf-8"), BENCHMARKS))

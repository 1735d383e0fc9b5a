"""The shipped reports: what each is contradicted for, and what in it is right and stays so.

Five of them carry the figures and the mistakes of five reports that were published as ready for production, in words of our own.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.findings import Report, Severity
from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.render.run import Options, ordered
from auditor.render.text import finding_block

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "fixtures" / "reports"

CODES = {
    "below-80gb": "CMD007 CMD007 MTH001 PRF011",
    "eight-of-sixteen": "LAY010 PLC012 PRF003 STA008",
    "experts-on-128": "EXP003 LAY004 MTH004 PLC015 PRF004 STA009",
    "second-tuning-round": "ARI002 BAT001 LAY001 PIP003 PIP005 PIP005 PRF002 PRF003 PRF009 REF001 STA005 STA008",
    "three-gpus": "LAY001 MTH003 PIP005 PIP008 PLC002 PLC013 STA004",
}
"""What each report is contradicted for."""

RIGHT = {
    "below-80gb": (
        "128 → 64 (50% reduction)",
        "FP16 in place of FP32 (50% memory savings)",
        "Layout: EP16_TP1_PP1_DP1",
        "163047 tokens/s",
        "22.73%",
        "| Parameters | 4.01 | 22.1% |",
        "| Optimizer | 8.02 | 44.1% |",
        "**18.18** | **100.0%**",
        "4 experts per GPU",
        "75GB (93.75% of capacity)",
        "--nproc_per_node=16",
    ),
    "eight-of-sixteen": (
        "8 (50% utilization",
        "30 billion parameters (60GB total)",
        "33GB (51.6% utilization)",
        "35ms (1.43x faster than target)",
        "3% (6.7x lower than target)",
        "64 experts / 4 GPUs = 16 experts per GPU",
        "16 layers / 2 stages = 8 layers per stage",
        "128 batch size / 2 replicas = 64 sequences per GPU",
        "8 modules across 8 GPUs",
        "35ms (30% better than target)",
        "28,000 tokens/sec (40% better than target)",
    ),
    "experts-on-128": (
        "128 GPUs with 0.637GB memory per GPU",
        "falls by 50%",
        "Layers 0-3 (GPUs 0-31)",
        "2 GPUs per expert",
        "0.637 GB (1% of the 64GB capacity)",
        "0.469 GB per GPU",
        "240 TFLOPS (60% of the 400 TFLOPS peak)",
        "30.7 PFLOPS",
    ),
    "second-tuning-round": (
        "7.5% of limit",
        "102% of target",
        "104% of target",
        "4-way, down from 8-way",
        "4 (formerly 8)",
        "= 4\n",
        "11.6GB of its 64GB (18%)",
        "--nproc_per_node=8 --nnodes=2 --node_rank=0",
        "Latency: 27.2ms",
        "rose by 375%",
        "fell by 79%",
        "fell by 52%",
        "fell by 99%",
        "rose by 23%",
    ),
    "three-gpus": (
        "60% throughput increase",
        "40% latency reduction",
        "GPU 2: 34% computation load",
        "Maximum difference: 1%",
    ),
}
"""What stands in them and is right: no finding has its place there."""

LAUNCH = ("below-80gb", "second-tuning-round")


@pytest.fixture(scope="module")
def audited() -> Callable[[str], Report]:
    kept: dict[str, Report] = {}

    def audit(name: str) -> Report:
        if name not in kept:
            path = REPORTS / f"{name}.md"
            kept[name] = audit_source(decode(path.read_bytes(), path.relative_to(ROOT).as_posix()))
        return kept[name]

    return audit


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.md")), ids=lambda path: path.stem)
def test_findings(path: Path, audited: Callable[[str], Report], kept: Callable[[str, Path], None]) -> None:
    report = audited(path.stem)
    options = Options(explain=True, width=100)
    text = "".join(f"{finding_block(report, finding, options)}\n" for finding in ordered(report.findings))
    kept(text, path.with_suffix(".txt"))


@pytest.mark.parametrize("name", CODES)
def test_contradictions(name: str, audited: Callable[[str], Report]) -> None:
    found = [finding.code for finding in audited(name).findings if finding.severity.rank >= Severity.WARNING.rank]
    assert sorted(found) == CODES[name].split()


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in RIGHT.items() for text in texts])
def test_what_is_right_is_left_alone(name: str, text: str, audited: Callable[[str], Report]) -> None:
    report = audited(name)
    start = report.source.text.find(text)
    assert start >= 0
    inside = [finding.code for finding in report.findings if start <= finding.place.span.start < start + len(text)]
    assert inside == []


def test_signs_that_were_encoded_twice_are_read_as_meant(audited: Callable[[str], Report]) -> None:
    report = audited("second-tuning-round")
    assert "×" not in report.source.text
    assert any("encoded twice" in note.message for note in report.notes)
    place = next(finding.place for finding in report.findings if finding.code == "ARI002")
    assert report.source.text[place.span.start : place.span.end] == "46%"


@pytest.mark.parametrize("name", LAUNCH)
def test_launch_commands_fit_the_layout(name: str, audited: Callable[[str], Report]) -> None:
    report = audited(name)
    held = {outcome.rule for outcome in report.outcomes if outcome.verdict.value == "held"}
    assert held & {"CMD001", "CMD002", "launch-size", "flag-against-plan"}

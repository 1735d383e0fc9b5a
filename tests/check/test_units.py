from __future__ import annotations

import pytest

from tests.check.single import findings, shown


@pytest.mark.parametrize(
    ("figure", "count"),
    [("227 GFLOPS", 1), ("227 TFLOPS", 0), ("100 GFLOPS", 0)],
)
def test_a_share_with_another_prefix(figure: str, count: int) -> None:
    text = f"- GPU utilization: 56.7%\n- Achieved: {figure} per GPU out of 400 TFLOPS peak\n"
    found = findings(text, "share-with-other-prefix")
    assert len(found) == count
    for finding in found:
        assert shown(text, finding) == "227 GFLOPS"
        assert finding.message.endswith("it would agree with TFLOPS for GFLOPS")


@pytest.mark.parametrize(("unit", "count"), [("GB/ms", 1), ("GB/s", 0), ("GB", 0)])
def test_operands_without_units(unit: str, count: int) -> None:
    text = f"HBM: 2.0 TB/s with 80% utilization\n\n- Total traffic: 320 {unit}\n- Bandwidth usage: 320/1600 = 20%\n"
    assert len(findings(text, "operands-without-units")) == count


def test_a_unit_of_another_kind_is_one_finding() -> None:
    text = "- Attention FLOPs: 2 TB\n- MLP FLOPs: 1 TB\n- Decode latency: 27 ms\n"
    (finding,) = findings(text, "unit-of-another-kind")
    assert shown(text, finding) == "2 TB"
    assert len(finding.related) == 2


@pytest.mark.parametrize("line", ["Attention FLOPs: 2 TFLOP", "Latency: 27 ms", "Latency: 95% of target", "Bandwidth: 64 GB"])
def test_units_that_fit(line: str) -> None:
    assert findings(f"- {line}\n", "unit-of-another-kind") == []


@pytest.mark.parametrize(("latency", "count"), [("1.56 ms", 1), ("1.56 µs", 0), ("25.6 ms", 0), ("2 ms", 0)])
def test_a_reciprocal_of_a_rate(latency: str, count: int) -> None:
    text = f"# Throughput\n\n- Proposed: 640,000 tokens/second\n\n# Latency\n\n- Proposed: {latency} per token\n"
    found = findings(text, "reciprocal-of-rate")
    assert len(found) == count
    for finding in found:
        assert finding.expected == "1.5625 us"

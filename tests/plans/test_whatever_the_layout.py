"""What a document says of its model and its GPU holds for each of its layouts, as long as it says one thing."""

from auditor.findings import Evidence, Finding, Severity
from auditor.pipeline import audit_source
from auditor.read import decode

LAYOUTS = """# Serving in two steps

## The model

- Parameters: 200B
- Experts per layer: 100
{more}
## The hardware

- Peak: 400 TFLOPS per GPU

## Until June

- TP: 4
- PP: 2
- GPUs: 8

## From July on

- TP: 8
- PP: 4
- GPUs: 32

## What it yields

- Throughput per GPU: 300,000 tokens/s
"""


def beyond_compute(more: str = "") -> list[Finding]:
    report = audit_source(decode(LAYOUTS.format(more=more).encode(), "report.md"))
    return [finding for finding in report.findings if finding.code == "PRF055"]


def test_the_model_and_the_gpu_are_those_of_every_layout() -> None:
    (finding,) = beyond_compute()
    assert finding.evidence is Evidence.ONE_LAYOUT
    assert finding.severity is Severity.WARNING


def test_two_models_are_not() -> None:
    found = beyond_compute("- Parameters of the smaller one: 80B\n")
    assert all(finding.severity is Severity.INFO for finding in found)

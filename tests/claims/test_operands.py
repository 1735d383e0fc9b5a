"""What bare numbers of written arithmetic state, where the document names their values elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.model import Claim
from auditor.findings import Confidence, Severity
from auditor.pipeline import audit_source, read_claims
from auditor.read import decode

MODEL = "# Plan\n\n- Layers: 48\n- Experts per layer: 96\n- Attention heads: 40\n- Hidden size: 5120\n"
INPUT = "- Sequence length: 3072\n- Global batch size: 192\n"
LAYOUT = "- Tensor parallelism: 5\n- Pipeline parallelism: 6\n- Expert parallelism: 12\n- Data parallelism: 2\n\n"


def claims_of(line: str) -> list[Claim]:
    text = MODEL + INPUT + LAYOUT + line + "\n"
    found = read_claims(decode(text.encode(), "plan.md"))
    start = text.rindex(line)
    return [claim for claim in found.claims if claim.span.start >= start]


def named(line: str, value: int) -> set[str]:
    return {claim.quantity for claim in claims_of(line) if claim.interval.low == value}


@pytest.mark.parametrize(
    ("line", "value", "quantity"),
    [
        ("- It takes 5 × 6 × 12 × 2 = 720 GPUs", 12, "parallel.expert"),
        ("- It takes 5 × 6 × 12 × 2 = 720 GPUs", 2, "parallel.data"),
        ("- World: 12 * 2 * 5 * 6 = 720 devices", 6, "parallel.pipeline"),
        ("- Total accelerators: 6 x 5 x 12 x 2 = 720", 5, "parallel.tensor"),
        ("- Share of the depth: 48 layers ÷ 6 = 8 layers", 6, "parallel.pipeline"),
        ("- Share of the experts: 96 ÷ 12 = 8 of them", 12, "parallel.expert"),
        ("- Head split: 40 heads / 5 = 8 heads", 5, "parallel.tensor"),
        ("- Requests: 192 sequences / 2 = 96 sequences", 2, "parallel.data"),
        ("- Base: 240 GB ÷ 5 = 48 GB", 5, "parallel.tensor"),
        ("- One activation: 192 × 3072 × 5120 × 2 bytes = 6.04 GB", 5120, "model.hidden"),
        ("- One activation: 192 × 3072 × 5120 × 2 bytes = 6.04 GB", 3072, "batch.sequence_length"),
        ("- One activation: 6.04 GB (192 × 3072 × 5120 × 2 bytes)", 192, "batch.global"),
    ],
)
def test_an_operand_is_what_has_its_value_and_may_stand_there(line: str, value: int, quantity: str) -> None:
    assert named(line, value) == {quantity}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("- Share of the depth: 48 layers ÷ 12 = 4 layers", 12),  # layers are not divided by the experts' degree
        ("- Weights: 4 × 6 = 24", 6),  # of what, nobody says
        ("- Matrices: 96 matrices × 5120 × 2 bytes", 96),
        ("- Retries: 5", 5),
        ("- It takes 7 × 9 = 63 GPUs", 7),
    ],
)
def test_a_value_alone_names_nothing(line: str, value: int) -> None:
    assert named(line, value) <= {"other"}


def test_what_is_named_by_value_is_never_sure_and_stays_an_operand() -> None:
    found = [claim for claim in claims_of("- It takes 5 × 6 × 12 × 2 = 720 GPUs") if claim.quantity.startswith("parallel.")]
    assert len(found) == 4
    assert {claim.confidence for claim in found} == {Confidence.LOW}
    assert {claim.scope.words for claim in found} == {"operand"}


@given(st.permutations([("parallel.tensor", 5), ("parallel.pipeline", 6), ("parallel.expert", 12), ("parallel.data", 2)]))
def test_the_order_of_the_factors_does_not_matter(factors: list[tuple[str, int]]) -> None:
    line = f"- It takes {' × '.join(str(value) for _, value in factors)} = 720 GPUs"
    assert [claim.quantity for claim in claims_of(line)][:4] == [quantity for quantity, _ in factors]


def test_one_value_of_two_quantities_is_what_the_label_names() -> None:
    text = "# Plan\n\n- MoE hidden size: 2048\n- FFN hidden size: 2048\n- Hidden size: 1024\n- Layers: 8\n\n"
    line = "- {} weights: 4 MB (1024 × 2048 × 2 bytes)\n"
    for part, quantity in (("Expert", "model.expert_hidden"), ("FFN", "model.ffn_hidden"), ("Some", "other")):
        found = read_claims(decode((text + line.format(part)).encode(), "plan.md"))
        assert [claim.quantity for claim in found.claims if claim.interval.low == 2048][-1] == quantity


@pytest.mark.parametrize("factor", ["8 layers", "8 layers ÷ 5"])
def test_what_a_stage_holds_is_not_what_the_model_has(factor: str) -> None:
    text = "- Pipeline: 48 layers ÷ 6 stages = 8 layers per stage\n- Weights: 1 GB (5120 × 5120 × " + factor + " × 2 bytes)"
    assert {claim.quantity for claim in claims_of(text) if claim.text.strip() == "8 layers"} == {"layers.per_stage"}


WEIGHTS = "# Plan\n\n- Parameters: 40B\n- Precision: BF16\n- Total model memory: 40B × 2 bytes = 80 GB\n- TP: 4\n- PP: 2\n"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("- Memory per GPU: 80 GB / 4 = 20 GB of base memory", True),
        ("- Memory on each GPU: 80GB ÷ 4 = 20GB", True),
        ("- Per-GPU memory: 80 GB ÷ 2 = 40 GB", True),
        ("- Memory per device = 80 GB / 4 / 2 = 10 GB", False),
        ("- Memory per GPU: 80 GB ÷ 8 GPUs = 10 GB", False),
        ("- Memory per GPU: 20 GB used", False),
        ("- Cache per GPU: 64 GB / 4 = 16 GB", False),
    ],
)
def test_weights_that_are_divided_are_a_share_of_the_weights(line: str, wrong: bool) -> None:
    report = audit_source(decode(f"{WEIGHTS}{line}\n".encode(), "plan.md"))
    found = [finding for finding in report.findings if finding.code == "MEM005"]
    assert bool(found) is wrong
    assert all(finding.severity is Severity.WARNING for finding in found), "what a value named is no ground for an error"

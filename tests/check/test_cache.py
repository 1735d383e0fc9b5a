"""Rules of the KV cache on small reports."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.findings import Severity, Verdict
from auditor.pipeline import read_claims
from auditor.read import decode
from tests.check.single import findings, verdicts

MODEL = "- Layers: {layers}\n- Attention heads: {heads}\n- KV heads: {kv}\n- Head dimension: {width}\n- Precision: {precision}\n"
BYTES = {"FP32": 4, "BF16": 2, "FP8": 1}
SHAPES = st.fixed_dictionaries(
    {
        "layers": st.sampled_from([24, 32, 61, 80]),
        "heads": st.sampled_from([16, 32, 64]),
        "kv": st.sampled_from([1, 2, 4, 8, 16]),
        "width": st.sampled_from([64, 128]),
        "precision": st.sampled_from(sorted(BYTES)),
    }
)


def token(shape: dict[str, int]) -> int:
    return 2 * shape["kv"] * shape["width"] * BYTES[str(shape["precision"])] * shape["layers"]


@settings(max_examples=30, deadline=None)
@given(shape=SHAPES, factor=st.sampled_from([3, 1000]))
def test_a_cached_token_is_two_vectors_of_its_kv_heads(shape: dict[str, int], factor: int) -> None:
    text = MODEL.format(**shape) + "\n## Cache\n\n- KV cache per token: {:,} bytes\n"
    assert verdicts(text.format(token(shape)), "kv-per-token") == {Verdict.HELD}
    (finding,) = findings(text.format(token(shape) * factor), "kv-per-token")
    assert finding.severity is Severity.ERROR
    assert ("a thousand times too large" in finding.message) == (factor == 1000)


@settings(max_examples=30, deadline=None)
@given(shape=SHAPES, tp=st.sampled_from([1, 2, 4, 8, 16]), pp=st.sampled_from([1, 2, 4]))
def test_tensor_parallelism_divides_a_cache_until_one_head_is_left(shape: dict[str, int], tp: int, pp: int) -> None:
    heads, layers = -(-shape["kv"] // tp), -(-shape["layers"] // pp)
    share = 2 * heads * shape["width"] * BYTES[str(shape["precision"])] * layers * 64 * 4096
    text = (
        MODEL.format(**shape)
        + f"- Batch size: 64 sequences\n- Sequence length: 4096 tokens\n- TP={tp}, PP={pp}\n\n## Memory per GPU\n\n- KV cache: {{}} MB\n"
    )
    assert verdicts(text.format(share // 10**6), "kv-cache-size") == {Verdict.HELD}
    assert len(findings(text.format(share * 3 // 10**6), "kv-cache-size")) == 1


def test_a_prompt_of_so_many_tokens_states_a_length() -> None:
    claims = read_claims(decode(b"# Workload\n\n- Run 32 1024-token prompts at once.\n", "report.md")).claims
    assert [int(claim.interval.low or 0) for claim in claims if claim.quantity == "batch.sequence_length"] == [1024]
    assert not [claim for claim in claims if claim.quantity == "batch.global" and claim.interval.low == 1024]

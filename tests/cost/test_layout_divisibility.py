"""What degrees must divide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.architecture import Architecture, Experts
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.layout import (
    REQUIREMENTS,
    Checked,
    Degrees,
    Framework,
    Layout,
    Run,
    Shape,
    Strength,
    check,
    contradicted,
    padded_vocabulary,
)
from auditor.findings import Verdict


def one(name: str, layout: Layout, framework: Framework | None = None) -> Checked:
    return next(checked for checked in check(layout, framework) if checked.requirement.name == name)


def test_heads_must_split() -> None:
    held = one("heads-by-tp", Layout(Degrees(tp=8), shape=Shape(heads=64)))
    assert (held.verdict, held.strength, held.detail) == (Verdict.HELD, Strength.HARD, "64 query heads / TP 8 = 8")
    broken = one("heads-by-tp", Layout(Degrees(tp=3), shape=Shape(heads=64)))
    assert broken.verdict is Verdict.CONTRADICTED
    assert broken.steps[0].result == "64/3, not whole"


def test_a_missing_count_leaves_a_requirement_open() -> None:
    checked = one("heads-by-tp", Layout(Degrees(tp=3), shape=Shape(layers=10)))
    assert checked.verdict is Verdict.UNDETERMINED
    assert checked.missing == ("heads",)


@pytest.mark.parametrize(
    ("tp", "verdict"), [(4, Verdict.HELD), (8, Verdict.HELD), (16, Verdict.HELD), (12, Verdict.CONTRADICTED), (6, Verdict.CONTRADICTED)]
)
def test_kv_heads_split_or_are_replicated(tp: int, verdict: Verdict) -> None:
    assert one("kv-heads-by-tp", Layout(Degrees(tp=tp), shape=Shape(kv_heads=8))).verdict is verdict


def test_latent_attention_has_no_kv_heads_to_split() -> None:
    names = {checked.requirement.name for checked in check(Layout(Degrees(tp=16), shape=Shape(kv_heads=8, latent=True)))}
    assert "kv-heads-by-tp" not in names


@pytest.mark.parametrize(
    ("layers", "pp", "vp", "verdict"),
    [
        (32, 4, None, Verdict.HELD),
        (126, 8, 4, Verdict.HELD),  # Llama-3.1 405B: the embedding and the loss count as a layer each
        (94, 8, 12, Verdict.HELD),
        (61, 8, None, Verdict.CONTRADICTED),
        (61, 2, None, Verdict.HELD),
    ],
)
def test_layers_split_evenly_or_with_embedding_and_loss(layers: int, pp: int, vp: int | None, verdict: Verdict) -> None:
    checked = one("layers-by-stages", Layout(Degrees(pp=pp, vp=vp), shape=Shape(layers=layers)), Framework.MEGATRON_CORE)
    assert checked.verdict is verdict
    assert checked.strength is Strength.SOFT


def test_a_custom_layout_counts_as_listed() -> None:
    shape = Shape(layers=61)
    assert one("layers-by-stages", Layout(Degrees(pp=4), shape=shape, run=Run(stage_layers=(16, 15, 15, 15)))).verdict is Verdict.HELD
    lost = one("layers-by-stages", Layout(Degrees(pp=4), shape=shape, run=Run(stage_layers=(15, 15, 15, 15))))
    assert lost.verdict is Verdict.CONTRADICTED
    assert "15 + 15 + 15 + 15 = 60" in lost.detail


def test_more_stages_than_layers_is_refused() -> None:
    assert one("stages-within-layers", Layout(Degrees(pp=64), shape=Shape(layers=32))).verdict is Verdict.CONTRADICTED


def test_virtual_stages_need_a_pipeline_and_enough_micro_batches() -> None:
    assert one("virtual-needs-pipeline", Layout(Degrees(pp=1, vp=2))).verdict is Verdict.CONTRADICTED
    short = Layout(Degrees(pp=8, vp=2, dp=4), run=Run(global_batch=16, micro_batch=1))
    assert one("micro-batches-fill-stages", short).verdict is Verdict.CONTRADICTED
    uneven = Layout(Degrees(pp=8, vp=2), run=Run(accumulation=12))
    assert one("micro-batches-fill-stages", uneven).verdict is Verdict.HELD
    assert one("micro-batches-by-stages", uneven).strength is Strength.SOFT
    assert one("micro-batches-by-stages", uneven).verdict is Verdict.CONTRADICTED


def test_the_batch_is_a_product() -> None:
    layout = Layout(Degrees(dp=8), run=Run(global_batch=128, micro_batch=2, accumulation=16))
    checked = one("batch-product", layout)
    assert checked.detail == "2 x 16 x DP 8 = 256, not 128"
    assert checked.remedy == "accumulation would have to be 8"
    assert one("batch-by-replicas", layout).verdict is Verdict.HELD
    assert one("batch-by-replicas", Layout(Degrees(dp=8), run=Run(global_batch=48, micro_batch=11))).strength is Strength.SOFT


def test_sequences_split_in_two_chunks_a_context_rank() -> None:
    assert one("sequence-by-context", Layout(Degrees(cp=4), run=Run(sequence_length=4100))).verdict is Verdict.CONTRADICTED
    assert (
        one("sequence-by-ranks", Layout(Degrees(cp=2, tp=8), run=Run(sequence_length=8192)), Framework.TORCHTITAN).verdict is Verdict.HELD
    )


def test_experts_split_unless_copies_make_up_for_it() -> None:
    assert one("experts-by-ep", Layout(Degrees(ep=24), shape=Shape(experts=64))).verdict is Verdict.CONTRADICTED
    assert one("experts-by-ep", Layout(Degrees(ep=24), shape=Shape(experts=64, redundant_experts=8))).verdict is Verdict.HELD
    many = Layout(Degrees(ep=320), shape=Shape(experts=256))
    assert one("expert-ranks-within-experts", many).strength is Strength.SOFT
    assert one("expert-ranks-within-experts", many).verdict is Verdict.CONTRADICTED
    assert one("expert-ranks-within-experts", many, Framework.MEGATRON_CORE).strength is Strength.HARD
    copies = Layout(Degrees(ep=320), shape=Shape(experts=256, redundant_experts=64))
    assert one("expert-ranks-within-experts", copies).verdict is Verdict.HELD


def test_sglang_engines_fill_nodes() -> None:
    assert one("engine-by-nodes", Layout(Degrees(tp=8, pp=1), run=Run(nodes=3)), Framework.SGLANG).verdict is Verdict.CONTRADICTED


def test_sequence_parallel_ranks_are_tensor_ranks_in_megatron() -> None:
    assert one("sequence-parallel-ranks", Layout(Degrees(tp=8, sp=8)), Framework.MEGATRON_CORE).verdict is Verdict.HELD
    assert one("sequence-parallel-ranks", Layout(Degrees(tp=8, sp=4)), Framework.MEGATRON_CORE).verdict is Verdict.CONTRADICTED


def test_a_vocabulary_is_padded_never_refused() -> None:
    assert padded_vocabulary(128256, 4) == 128512
    assert padded_vocabulary(151936, 2) == 152064
    assert one("vocabulary-by-tp", Layout(Degrees(tp=4), shape=Shape(vocab=128256))).verdict is Verdict.HELD


def test_a_model_description_gives_the_counts() -> None:
    model = Architecture("m", 4, 64, 8, 2, 8, 1000, experts=Experts(16, 2, 32))
    shape = Shape.of(model)
    assert (shape.heads, shape.kv_heads, shape.experts, shape.expert_ffn, shape.ffn) == (8, 2, 16, 32, None)
    assert contradicted(Layout(Degrees(tp=16, ep=3), shape=shape)) == {"heads-by-tp", "experts-by-ep"}


def test_impossible_counts_name_their_field() -> None:
    with pytest.raises(ImpossiblePlanError, match=r"model\.heads"):
        Shape(heads=0)
    with pytest.raises(ImpossiblePlanError, match=r"run\.micro_batch"):
        Run(micro_batch=-1)


@given(st.integers(1, 64), st.integers(1, 512), st.sampled_from([None, *Framework]))
def test_a_degree_that_divides_everything_is_never_refused(degree: int, times: int, framework: Framework | None) -> None:
    count = degree * times
    shape = Shape(heads=count, kv_heads=count, hidden=count, ffn=count, expert_ffn=count, vocab=count, layers=count, experts=count)
    degrees = Degrees(tp=degree, pp=degree, ep=degree, etp=degree, dp=degree, cp=degree, sp=degree)
    run = Run(global_batch=count * 4, micro_batch=1, accumulation=times * 4, sequence_length=2 * degree * degree)
    assert not contradicted(Layout(degrees, shape=shape, run=run), framework)


def test_every_requirement_has_text_source_and_strengths() -> None:
    assert len({requirement.name for requirement in REQUIREMENTS}) == len(REQUIREMENTS)
    for requirement in REQUIREMENTS:
        assert requirement.text
        assert requirement.source
        assert requirement.strengths

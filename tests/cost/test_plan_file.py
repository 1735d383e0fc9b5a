from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.cost.architecture import Architecture
from auditor.cost.plan_facts import ParameterCount
from auditor.cost.plan_file import is_plan, parse_plan, schema
from auditor.cost.recipes import Sharding
from auditor.errors import InputError
from scripts.write_plan_schema import FILE

PLANS = Path(__file__).parents[2] / "fixtures" / "plans"
LAYERS = "model: {layers: 80, hidden: 8192, heads: 64, kv_heads: 8, head_dim: 128, ffn: 28672, vocab: 128256}\n"


def test_a_plan_in_yaml() -> None:
    plan, claims = parse_plan((PLANS / "train-70b.yaml").read_text(encoding="utf-8"), "train-70b.yaml")
    assert isinstance(plan.model, Architecture)
    assert (plan.grid.dp, plan.grid.gpus, plan.grid.sp) == (2, 64, True)
    assert plan.training is not None
    assert plan.training.settled_sharding is Sharding.OPTIMIZER
    assert plan.micro_batches == 64
    assert plan.device is not None
    assert plan.device.memory is not None
    assert plan.device.memory.in_unit("GB") == 80
    assert plan.device.link is not None
    assert plan.device.link.in_unit("GB/s") == 450
    assert [claim.quantity for claim in claims][:2] == ["gpus", "batch.microbatches"]
    assert claims[0].place == (12, 3)
    assert "DP = GPUs / (TP x CP x PP) = 64 / 32 = 2" in plan.assumed


def test_a_plan_in_json() -> None:
    plan, _ = parse_plan((PLANS / "serve-moe.json").read_text(encoding="utf-8"), "serve-moe.json")
    assert (plan.grid.etp, plan.grid.ep) == (1, 8)
    assert plan.serving is not None
    assert plan.serving.weights.name == "fp8"


@pytest.mark.parametrize(
    ("model", "kind", "name"),
    [
        ("DeepSeek-V3", Architecture, "deepseek-v3"),
        ("{params: 70B, active: 12.5B}", ParameterCount, "as given"),
        ("{layers: 2, hidden: 64, heads: 4, kv_heads: 2, head_dim: 16, vocab: 1k, ffn: 256, norm: rms}", Architecture, "as given"),
        (
            "{layers: 2, hidden: 64, heads: 4, kv_heads: 4, head_dim: 16, vocab: 100, experts: {count: 8, top_k: 2, ffn: 32}}",
            Architecture,
            "as given",
        ),
        (
            "{model_type: llama, num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4, intermediate_size: 256, vocab_size: 100}",
            Architecture,
            None,
        ),
    ],
)
def test_models_are_named_sized_described_or_configured(model: str, kind: type, name: str | None) -> None:
    plan, _ = parse_plan(f"model: {model}\nlayout: {{}}")
    assert isinstance(plan.model, kind)
    assert name is None or getattr(plan.model, "name", "") == name


def test_data_parallel_attention_is_read_as_sglang_writes_it() -> None:
    plan, _ = parse_plan("model: deepseek-v3\nlayout: {tp: 8, dp: 8, ep: 8, dp_attention: true, framework: sglang}")
    assert (plan.grid.tp, plan.grid.dp, plan.grid.ep, plan.grid.gpus) == (1, 8, 8, 8)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: {params: 70B}\nlayout: {gpus: 0}", "plan.yaml:2:10: layout.gpus: must be at least 1, not 0 (Megatron-Core"),
        (LAYERS + "layout: {tp: 3}", "plan.yaml:2:10: layout.tp: 3 does not divide the 64 query heads (Megatron-Core"),
        (LAYERS + "hardware: {memory: -80 GB}", "plan.yaml:2:12: hardware.memory: must be above 0 (a device has memory"),
        (
            "model: {params: 1e400}\nlayout: {}",
            "model.params: has an exponent beyond 30: no count of a deployment exceeds 10^18 (auditor",
        ),
        ("model: {params: " + "9" * 90 + "}\nlayout: {}", "model.params: has more than 40 digits: no count of a deployment exceeds 10^18"),
        ("model: {params: 1e20}\nlayout: {}", "model.params: must be at most 1000000000000000, not 100000000000000000000 (a model"),
        ("model: {params: .nan}\nlayout: {}", "model.params: must be a finite number, not '.nan'"),
        ("model: {params: .inf}\nlayout: {}", "model.params: must be a finite number, not '.inf'"),
        ("model: {params: -5}\nlayout: {}", "plan.yaml:1:9: model.params: must be at least 1, not -5"),
        ("model: {params: 7.5}\nlayout: {}", "model.params: must be a whole number, not 7.5"),
        ("model: {params: true}\nlayout: {}", "model.params: must be a number"),
        ("model: {params: 70 GB}\nlayout: {}", "model.params: must be a whole number like 64, 8,192 or 70B"),
        ("model: Llama-70B\nlayout: {}", "plan.yaml:1:1: model: 'Llama-70B' may be any of llama-2-70b"),
        ("model: no-such\nlayout: {}", "model: 'no-such' is not in the catalog; `audit catalog models` lists what is"),
        ("model: llama-2-7b\nhardware: H100", "hardware: 'H100' may be any of H100-SXM"),
        ("model: llama-2-7b\nlayout: {tpp: 2}", "plan.yaml:2:10: layout.tpp: no such field; did you mean 'tp'?"),
        ("model: llama-2-7b\nlayouts: {}", "layouts: no such field; did you mean 'layout'?"),
        ("model: llama-2-7b\ntraining: {}", "training.sequence_length: is missing"),
        ("model: {layers: 2}\nlayout: {}", "model.hidden: is missing"),
        ("model: {layers: 2, hiden: 3}\nlayout: {}", "plan.yaml:1:20: model.hiden: no such field; did you mean 'hidden'?"),
        (LAYERS.replace("}", ", norm: odd}") + "layout: {}", "model.norm: must be one of rms, layer, layer-no-bias, not 'odd'"),
        (LAYERS.replace("layers: 80", "layers: 1e6") + "layout: {}", "model.layers: must be at most 100000"),
        ("model: llama-2-7b\nlayout: {gpus: 10, tp: 4}", "layout.gpus: 10 is not a multiple of TP x CP x PP = 4"),
        ("model: llama-2-7b\nlayout: {gpus: 16, tp: 4, dp: 2}", "layout.gpus: 16 GPUs, but TP x CP x DP x PP = 4 x 1 x 2 x 1 = 8"),
        ("model: llama-2-7b\nlayout: {pp: 33}", "layout.pp: 33 stages, but only 32 layers"),
        (
            "model: llama-2-7b\nlayout: {dp: 4}\ntraining: {sequence_length: 64, global_batch: 10}",
            "10 is not a multiple of micro-batch x DP = 1 x 4 = 4",
        ),
        ("model: llama-2-7b\nlayout: {cp: 4}\ntraining: {sequence_length: 100}", "layout.cp: CP 4 needs sequences that 2 CP = 8 divides"),
        ("model: llama-2-7b\ntraining: {sequence_length: 64, recipe: sixteen}", "training.recipe: is none of fp32-adam"),
        (
            "model: llama-2-7b\ntraining: {sequence_length: 64, sharding: parameters}",
            "training.sharding: megatron-bf16 admits none, optimizer",
        ),
        ("model: llama-2-7b\ntraining: {sequence_length: 64, step_time: 0 s}", "training.step_time: must be above 0"),
        ("model: llama-2-7b\ntraining: {sequence_length: 64, step_time: 3 GB}", "must be a number with a unit, like '12.3 s'"),
        ("model: llama-2-7b\nhardware: {memory: 80}", "hardware.memory: must be a number with a unit, like '80 GB'"),
        ("model: llama-2-7b\nserving: {prompt: 1, output: 1, utilization: 1.2}", "serving.utilization: must be above 0 and at most 1"),
        ("model: llama-2-7b\nserving: {prompt: 1, output: 1, weights: fp5}", "serving.weights: is none of fp32"),
        ("model: llama-2-7b\nlayout: {tp: 2", "not YAML"),
        ('{"model": "llama-2-7b", "layout": {"tp": 2,}}', "plan.yaml:1:44: not JSON"),
        ("[1, 2]", "a plan is a mapping with the keys model"),
        ("model: &a {params: 7B}\nlayout: *a", "anchors and aliases are not read"),
        ("model: llama-2-7b\nmodel: llama-2-13b\nlayout: {}", "plan.yaml:2:1: model: stands here twice"),
        ("model: llama-2-7b\nclaims: {gpus: many}", "claims.gpus: must be a finite number, not 'many'"),
        ("model: llama-2-7b\nclaims: {memory.used: 3 parsecs}", "'parsecs' is no unit"),
        ("model: {" + "a: {" * 40 + "}" * 41 + "\nlayout: {}", "a plan this large or deep is not read"),
        (
            "model: llama-2-7b\nlayout: {stage_layers: [16, 15], pp: 2}\ntraining: {sequence_length: 64}",
            "layout.stage_layers: adds up to 31",
        ),
    ],
    ids=lambda value: "",
)
def test_what_cannot_be_read_or_cannot_be_is_refused_with_its_place(text: str, message: str) -> None:
    from auditor.cost import estimate
    from auditor.cost.impossible import ImpossiblePlanError

    with pytest.raises((InputError, ImpossiblePlanError)) as refused:
        estimate(parse_plan(text, "plan.yaml")[0])
    assert message in str(refused.value)
    assert len(str(refused.value)) < 700


@given(st.text(max_size=60))
def test_any_text_is_a_plan_or_is_refused(text: str) -> None:
    is_plan(text)
    try:
        parse_plan(text)
    except InputError:
        return


FIELDS = ["tp", "pp", "params", "layers", "memory", "x"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["70B", "llama-2-7b", "80 GB", "1e9"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["tp", "pp", "params", "layers", "memory", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries({"model": JSON}, optional={"layout": JSON, "training": JSON, "serving": JSON, "hardware": JSON, "claims": JSON})
)
def test_any_document_is_a_plan_or_is_refused(document: object) -> None:
    for text in (yaml.safe_dump(document), json.dumps(document)):
        try:
            parse_plan(text)
        except InputError:
            continue


def test_reports_are_no_plans() -> None:
    assert is_plan("model: llama-2-7b\nlayout: {tp: 2}")
    assert is_plan('{"model": "llama-2-7b", "serving": {"prompt": 1, "output": 1}}')
    assert is_plan("model: llama-2-7b\nlayout: {tp: ")
    assert not is_plan("# Report\n\nmodel: llama, tp 8\n")
    assert not is_plan("model: llama-2-7b\nparallelism: {tp: 2}\nlayout: {}")
    assert not is_plan('{"model": "llama-2-7b", "tp": 8}')
    assert not is_plan("")


def test_claims_are_known_to_their_last_digit() -> None:
    _, claims = parse_plan(
        "model: llama-2-7b\nclaims: {memory.used: 61.5 GB, gpus: 64, model.params: 6.7B, share.mfu: 29 %, time.tpot: 10 ms}"
    )
    found = {claim.quantity: (claim.readings[0].low, claim.readings[0].high) for claim in claims}
    assert found["memory.used"] == (Fraction(6145 * 10**7), Fraction(6155 * 10**7))
    assert found["gpus"] == (Fraction(64), Fraction(64))
    assert found["model.params"] == (Fraction(6650 * 10**6), Fraction(6750 * 10**6))
    assert found["share.mfu"] == (Fraction(285, 1000), Fraction(295, 1000))
    assert found["time.tpot"] == (Fraction(95, 10000), Fraction(105, 10000))


def test_the_shipped_schema_is_up_to_date_and_fits_the_fixtures() -> None:
    shipped = json.loads(FILE.read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(schema())), "run python -m scripts.write_plan_schema"
    jsonschema.Draft202012Validator.check_schema(shipped)
    for path in PLANS.iterdir():
        jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), shipped)

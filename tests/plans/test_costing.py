from __future__ import annotations

from fractions import Fraction

from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.cost.catalog import find_hardware, find_models
from auditor.findings import Confidence, Verdict
from auditor.parse import parse
from auditor.plans.costing import Costed, Names, contradicted, cost, names_in
from auditor.plans.model import Plan
from auditor.read import decode
from auditor.spans import Span
from auditor.units import UNITS
from auditor.values import Interval


def claim(quantity: str, value: Fraction | int | str, unit: str = "1", per: str = "", role: Role = Role.ACTUAL) -> Claim:
    point = Fraction(value) * UNITS[unit].scale
    reading = Reading(Interval(point, point), UNITS[unit])
    return Claim(quantity, "", (reading,), Approximation.EXACT, role, Scope(per=per), Span(0, 1), str(value), Confidence.HIGH, "by hand", 0)


def costed(*claims: Claim, names: Names | None = None) -> Costed:
    return cost(Plan("main", "the plan", claims), names or Names())


def verdicts(found: Costed) -> dict[str, Verdict]:
    return {one.quantity: result.verdict for one, result in found.compared}


DEGREES = (claim("parallel.tensor", 4), claim("parallel.pipeline", 4), claim("parallel.data", 2))


def test_gpus_follow_from_stated_degrees() -> None:
    assert verdicts(costed(*DEGREES, claim("gpus", 32))) == {"gpus": Verdict.HELD}
    wrong = costed(*DEGREES, claim("gpus", 48))
    assert verdicts(wrong) == {"gpus": Verdict.CONTRADICTED}
    assert contradicted([wrong]) == 1
    assert any("make 32 GPUs, not 48" in said for said in wrong.estimate.assumed)


def test_a_count_of_another_part_is_not_contradicted() -> None:
    found = costed(*DEGREES, claim("gpus", 32), claim("gpus", 32), claim("gpus", 8))
    assert [result.verdict for _, result in found.compared] == [Verdict.HELD, Verdict.HELD, Verdict.UNDETERMINED]


def test_experts_as_a_factor_are_understood() -> None:
    found = costed(*DEGREES, claim("parallel.expert", 8), claim("model.experts", 64), claim("gpus", 256))
    assert verdicts(found)["gpus"] is Verdict.HELD
    assert any(said.startswith("EP multiplies the GPUs") for said in found.estimate.assumed)


def test_data_parallelism_of_experts_is_understood() -> None:
    found = costed(
        claim("parallel.tensor", 2),
        claim("parallel.pipeline", 4),
        claim("parallel.expert", 8),
        claim("parallel.data", 1),
        claim("model.experts", 64),
        claim("gpus", 32),
    )
    assert verdicts(found)["gpus"] is Verdict.HELD
    assert any(said.startswith("DP counts the copies of each expert") for said in found.estimate.assumed)


def test_degrees_stated_twice_contradict_nothing() -> None:
    found = costed(*DEGREES, claim("parallel.data", 4), claim("gpus", 48))
    assert verdicts(found)["gpus"] is Verdict.UNDETERMINED


def test_a_layout_that_cannot_be_is_named() -> None:
    found = costed(claim("parallel.tensor", 2), claim("parallel.pipeline", 4), claim("parallel.expert", 64), claim("gpus", 128))
    assert found.refused.startswith("layout.ep: ETP x EP")
    assert found.compared == ()


def test_a_shape_is_completed_by_name() -> None:
    counts = {"layers": 32, "hidden": 4096, "heads": 32, "ffn_hidden": 11008, "vocab": 32000}
    shape = [claim(f"model.{name}", number) for name, number in counts.items()]
    found = costed(*shape, claim("model.params", 6738415616), claim("memory.kv_per_token", 524288, "byte"))
    assert verdicts(found)["model.params"] is Verdict.HELD
    assert verdicts(found)["memory.kv_per_token"] is Verdict.HELD
    assert "multi-head attention: no KV heads are stated" in found.estimate.assumed
    assert "feed-forward networks of 3 matrices, which comes nearer to the claimed size" in found.estimate.assumed
    guessed = costed(*shape[:4], claim("memory.kv_per_token", 1000, "byte"))
    assert verdicts(guessed)["memory.kv_per_token"] is Verdict.UNDETERMINED
    assert "embeddings and head left out: no vocabulary is stated" in guessed.estimate.assumed


def test_memory_of_a_claimed_size() -> None:
    found = costed(
        claim("model.params", 30 * 10**9),
        claim("parallel.tensor", 4),
        claim("parallel.pipeline", 2),
        claim("batch.sequence_length", 1024),
        claim("memory.weights", "7.5", "GB", "gpu"),
        claim("memory.weights", 60, "GB", "total"),
    )
    assert [result.verdict for one, result in found.compared if one.quantity == "memory.weights"] == [Verdict.HELD, Verdict.HELD]


def test_only_a_named_model_that_agrees_is_taken_from_the_catalog() -> None:
    names = Names(find_models("Llama-3-70B"), find_hardware("H100-SXM"))
    agreed = costed(*DEGREES, claim("model.layers", 80), names=names)
    assert any("the model is llama-3-70b of the catalog" in said for said in agreed.estimate.assumed)
    other = costed(*DEGREES, claim("model.layers", 64), names=names)
    assert not any("the model is" in said for said in other.estimate.assumed)


def test_former_values_and_targets_are_no_facts() -> None:
    found = costed(*DEGREES, claim("gpus", 64, role=Role.PREVIOUS), claim("gpus", 128, role=Role.TARGET))
    assert found.compared == ()
    assert found.estimate.find("gpus").value == 32


def test_names_are_read_from_headings_and_labels() -> None:
    text = "# Serving Llama-3-70B\n\n- GPU: H100-SXM 80GB\n- Vendor note: not like the A100 at all\n"
    found = names_in(parse(decode(text.encode(), "report.md")))
    assert [model.name for model in found.models] == ["llama-3-70b"]
    assert [part.name for part in found.hardware] == ["H100-SXM"]

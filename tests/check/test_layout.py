"""Layout rules and checks on small reports, and against the cost model's own search of conventions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auditor.cost.layout import Degrees, fit
from auditor.findings import Finding, Verdict
from tests.check import of_category

NAMES = {
    "gpus": "Total GPUs",
    "tp": "Tensor parallelism",
    "pp": "Pipeline parallelism",
    "dp": "Data parallelism",
    "ep": "Expert parallelism",
    "cp": "Context parallelism",
    "sp": "Sequence parallelism",
}


def findings(text: str, name: str = "report.md") -> list[Finding]:
    return of_category.findings(text, "layout", "divisibility", name=name)


def codes(text: str, name: str = "report.md") -> set[str]:
    return {finding.name for finding in findings(text, name)}


def held(text: str, rule: str) -> bool:
    return any(outcome.rule == rule and outcome.verdict is Verdict.HELD for outcome in of_category.outcomes(text, "layout"))


def bullets(values: Mapping[str, int]) -> str:
    return "# Plan\n\n" + "".join(f"- {NAMES[key]}: {value}\n" for key, value in values.items())


def table(values: Mapping[str, int]) -> str:
    rows = "".join(f"| {NAMES[key]} | {value} |\n" for key, value in values.items())
    return f"# Plan\n\n| Setting | Value |\n|---|---|\n{rows}"


def row(values: Mapping[str, int]) -> str:
    heads = [key.upper() if key != "gpus" else "GPUs" for key in values]
    cells = " | ".join(map(str, values.values()))
    return f"# Plan\n\n| Run | {' | '.join(heads)} |\n|{'---|' * (len(heads) + 1)}\n| A | {cells} |\n| B | {cells} |\n"


def config(values: Mapping[str, int]) -> str:
    return json.dumps({"num_gpus" if key == "gpus" else f"{key}_size": value for key, value in values.items()})


STYLES = [(bullets, "plan.md"), (table, "plan.md"), (row, "plan.md"), (config, "plan.json")]
DEGREE = st.sampled_from([1, 2, 3, 4, 8, 16])


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style[0].__name__)
@settings(max_examples=30, deadline=None)
@given(tp=DEGREE, pp=DEGREE, dp=DEGREE, ep=DEGREE, cp=st.sampled_from([1, 2]), gpus=st.data())
def test_agrees_with_the_cost_model(style: Any, tp: int, pp: int, dp: int, ep: int, cp: int, gpus: st.DataObject) -> None:
    """A complete layout is contradicted exactly where no convention of the cost model fits it."""
    write, name = style
    products = [tp * pp * dp * cp, tp * ep * pp * dp * cp, ep * pp * dp, tp * ep * pp * dp, tp * pp, tp * pp * dp]
    count = gpus.draw(st.sampled_from(products) | st.integers(1, 4096))
    values = {"gpus": count, "tp": tp, "pp": pp, "dp": dp, "ep": ep, "cp": cp}
    if name.endswith(".md") and write is row:
        assume(len(set(values.values())) > 1)
    fits = fit(Degrees(tp=tp, pp=pp, dp=dp, ep=ep, cp=cp), count)
    wrong = all(one.verdict is Verdict.CONTRADICTED for one in fits)
    found = codes(write(values), name)
    assert found <= {"gpu-count", "expert-ranks"}
    assert bool(found) is wrong, (values, [(one.convention.name, one.verdict) for one in fits])


@settings(max_examples=30, deadline=None)
@given(tp=DEGREE, pp=DEGREE, rest=st.integers(1, 12), ep=st.none() | DEGREE)
def test_a_silent_data_parallel_degree_fills_up(tp: int, pp: int, rest: int, ep: int | None) -> None:
    values = {"gpus": tp * pp * rest, "tp": tp, "pp": pp}
    if ep is not None:
        values["ep"] = ep
        assume((tp * rest) % ep == 0)
    assert not findings(bullets(values))


@settings(max_examples=30, deadline=None)
@given(tp=DEGREE, pp=DEGREE, rest=st.integers(1, 12), extra=st.integers(1, 63))
def test_gpus_that_no_replica_takes_are_found(tp: int, pp: int, rest: int, extra: int) -> None:
    assume(extra < tp * pp)
    assert codes(bullets({"gpus": tp * pp * rest + extra, "tp": tp, "pp": pp})) == {"gpu-multiple"}


def test_a_labelled_total_counts_before_mentions() -> None:
    text = bullets({"gpus": 64, "tp": 4, "pp": 2, "dp": 2}) + "\nThe 16 GPUs of the test bed were busy.\n"
    (finding,) = findings(text)
    assert finding.name == "gpu-count"
    assert finding.claimed == "64"


def test_the_finding_names_every_place_of_the_count() -> None:
    text = bullets({"gpus": 24, "tp": 4, "pp": 2, "dp": 2}) + "\nTotal GPUs: 24\n"
    (finding,) = findings(text)
    assert finding.message.startswith("24 GPUs, but 4 x 2 x 2 = 16")
    assert len({place.span for place in (finding.place, *finding.related)}) == 5


def test_a_program_adds_its_own_convention_only_where_it_is_named() -> None:
    values = {"gpus": 16, "tp": 16, "pp": 1, "dp": 4}
    assert codes(bullets(values)) == {"gpu-count"}
    assert not findings("Served by SGLang with DP attention.\n\n" + bullets(values))


def test_experts_on_gpus_of_their_own_are_a_sum() -> None:
    values = {"gpus": 20, "tp": 4, "pp": 1, "dp": 4, "ep": 4}
    assert codes(bullets(values)) == {"gpu-count"}
    assert not findings("GPUs 16-19 are dedicated to experts.\n\n" + bullets(values))


def test_a_former_plan_is_no_part_of_the_plan() -> None:
    text = "# Plan\n\n- Total GPUs: 16 (reduced from 64)\n- Tensor parallelism: 4-way (reduced from 8-way)\n"
    assert not findings(text + "- Pipeline parallelism: 2 stages\n- Data parallelism: 2\n")


def test_rows_are_configurations_of_their_own() -> None:
    text = "| Run | GPUs | TP | PP | DP |\n|---|---|---|---|---|\n| A | 16 | 4 | 2 | 2 |\n| B | 32 | 4 | 2 | 4 |\n| C | 48 | 4 | 2 | 4 |\n"
    (finding,) = findings(text)
    assert "48 GPUs" in finding.message


def test_a_recovery_plan_is_checked_by_itself() -> None:
    fallback = "\n## Fallback\n\n- Spread the load over the remaining 7 GPUs\n- Set TP degree to 2, PP degree to 3\n"
    (finding,) = findings(bullets({"gpus": 8, "tp": 2, "pp": 4}) + fallback)
    assert finding.message.startswith("7 GPUs")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- GPUs available: 16\n- GPUs used: 12\n- Spare GPUs: 4\n", set()),
        ("- GPUs available: 16\n- GPUs used: 12\n- Spare GPUs: 2\n", {"gpus-available"}),
        ("- Total GPUs: 32\n- Nodes: 4\n- GPUs per node: 8\n", set()),
        ("- Total GPUs: 40\n- Nodes: 4\n- GPUs per node: 8\n", {"node-count"}),
        ("- Total GPUs: 32\n- Data parallelism: 4 replicas\n- GPUs per replica: 8\n", set()),
        ("- Total GPUs: 32\n- Data parallelism: 3 replicas\n- GPUs per replica: 8\n", {"gpus-per-replica", "gpu-multiple"}),
        ("- GPUs per replica: 8\n- TP: 4\n- PP: 4\n", {"replica-size"}),
        ("- Attention heads: 24\n- TP: 16\n", {"heads-by-tensor"}),
        ("- Attention heads: 24\n- TP: 8\n", set()),
        ("- KV heads: 8\n- TP: 16\n", set()),
        ("- KV heads: 6\n- TP: 4\n", {"kv-heads-by-tensor"}),
        ("- Experts: 60\n- EP: 8\n", {"experts-by-expert-parallel"}),
        ("- Sequence length: 4100\n- CP: 4\n", {"sequence-by-context"}),
        ("- Number of layers: 61\n- PP: 8\n", set()),
    ],
)
def test_small_reports(text: str, found: set[str]) -> None:
    assert codes(f"# Plan\n\n{text}") == found


class TestWrittenProducts:
    def test_a_product_of_all_degrees_is_held(self) -> None:
        assert held("# Plan\n\n- DP: 2\n\nTotal GPUs: 4 (TP) x 2 (PP) x 2 (DP) = 16 GPUs\n", "LAY009")

    def test_expert_parallelism_may_be_left_out(self) -> None:
        assert not findings("# Plan\n\n- EP: 4\n- DP: 2\n\nTotal GPUs: 2 (TP) x 2 (PP) x 2 (DP) = 8 GPUs\n")

    def test_another_layouts_product_says_nothing(self) -> None:
        text = "# Plan\n\n- TP: 2\n- PP: 2\n- DP: 2\n- Total GPUs: 8\n\nA larger one would be 4 (TP) x 4 (PP) = 16 GPUs.\n"
        assert "left-out-degree" not in codes(text)


class TestTwoCounts:
    text = "First TP4-EP8-PP2-DP2 on {one} GPUs, which was too much; the plan is TP2-EP4-PP2-DP4 on {other} GPUs.\n"

    @pytest.mark.parametrize(("one", "other", "mixed"), [(128, 16, True), (16, 16, False), (128, 64, False), (16, 64, True)])
    def test_both_ways_in_one_report(self, one: int, other: int, mixed: bool) -> None:
        assert ("two-ways-of-counting" in codes(self.text.format(one=one, other=other))) is mixed


class TestByProgram:
    text = "# Plan\n\n- Total GPUs: {gpus}\n- TP: 2\n- EP: 8\n- PP: 1\n- DP: {dp}\n\n```bash\n{command}\n```\n"

    def test_the_launched_program_decides(self) -> None:
        command = "vllm serve some-model --tensor-parallel-size 2 --data-parallel-size 2"
        assert "count-of-the-program" in codes(self.text.format(gpus=32, dp=2, command=command))
        assert "count-of-the-program" not in codes(self.text.format(gpus=32, dp=2, command="torchrun --nproc_per_node=8 train.py"))

    def test_its_own_count_is_held(self) -> None:
        command = "vllm serve some-model --tensor-parallel-size 2 --data-parallel-size 4"
        assert held(self.text.format(gpus=8, dp=4, command=command), "LAY011")


def test_shares_by_the_wrong_axis() -> None:
    plan = "# Plan\n\n- Experts per layer: 32\n- TP: 8\n- EP: 4\n- Experts per GPU: 8\n"
    (wrong,) = of_category.findings(plan + "- Load: 32 experts / 8 = 4 experts per GPU\n", "experts")
    assert (wrong.name, wrong.claimed, wrong.expected) == ("experts-by-other-axis", "4", "8")
    assert not of_category.findings(plan + "- Load: 32 experts / 4 = 8 experts per GPU\n", "experts")


def test_a_product_of_one_factor_is_said_once() -> None:
    (found,) = findings("- GPUs: 64\n- Data parallel: 3\n")
    assert found.message == "64 GPUs are no multiple of 3 (tp 1, pp 1, cp 1 assumed)"

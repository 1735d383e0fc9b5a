from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from auditor.cost import estimate
from auditor.cost.comparison import Claimed, compare
from auditor.cost.facts import Estimate
from auditor.cost.plan_file import parse_plan
from auditor.render.recomputed import Completed, as_full, as_json, as_markdown
from auditor.values import Interval
from tests.cost.evaluation import evaluate
from tests.render.test_json_v1 import schema

PLAN = Path(__file__).parents[2] / "fixtures" / "plans" / "train-70b.yaml"
HOSTILE = "a|b`c`\x1b[31m<img src=x>\n::error::x"


def completed(path: str = "plan.yaml") -> Completed:
    facts, claims = parse_plan(PLAN.read_text(encoding="utf-8"), path)
    found = estimate(facts)
    return Completed(path, "", found, tuple(compare(claimed, found) for claimed in claims))


def hostile() -> Completed:
    one = completed()
    claimed = Claimed("gpus", HOSTILE, (Interval.exact(3),), place=(1, 2))
    return Completed(HOSTILE, HOSTILE, one.estimate, (compare(claimed, one.estimate),), 1, HOSTILE)


def test_the_whole_text_says_claim_figure_derivation_and_source() -> None:
    text = as_full([completed()])
    assert "! " not in text.split("Layout")[0].replace("! contradicted", "")
    assert "= 12:3  gpus" in text.replace("    ", "  ")
    assert "        gpus = tp * cp * dp * pp = 8 * 1 * 2 * 4 = 64" in text
    assert "exact, good to 2 %; megatron-bf16, 18 bytes per parameter" in text
    assert text.count("layer = h * a * d") == 1
    assert "\x1b" not in text
    assert "\x1b[1m" in as_full([completed()], color=True)


def test_json_fits_its_schema_and_its_arithmetic() -> None:
    answer = json.loads(as_json([completed(), hostile()], "1.2.3"))
    jsonschema.validate(answer, schema("recompute-v1.schema.json"))
    assert answer["tool"] == {"name": "auditor", "version": "1.2.3"}
    for fact in answer["plans"][0]["facts"]:
        for line in fact["derivation"]:
            assert float(evaluate(line["substituted"])) == line["result"]


def test_nothing_of_a_report_leaves_its_place() -> None:
    text = as_full([hostile()], color=False)
    assert "\x1b" not in text
    assert not any(line.startswith("::") for line in text.splitlines())
    page = as_markdown([hostile()])
    assert "\x1b" not in page
    assert "\n::" not in page
    assert "<img" not in page.replace("`", "") or all("<img" not in line or "`" in line for line in page.splitlines())
    rows = [line for line in page.splitlines() if line.startswith("| gpus |")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 7


def test_an_empty_estimate_is_shown_as_what_is_missing() -> None:
    text = as_full([Completed("a.md", "", Estimate((), ("a model",)), uncompared=3)])
    assert "missing: a model" in text
    assert as_markdown([Completed("a.md", "", Estimate((), ("a model",)))]).startswith("## `a.md`")


def test_many_alternatives_are_summed_up() -> None:
    text = as_full([completed()])
    assert "other conventions from" in text
    assert len([line for line in text.splitlines() if "also" in line]) < 40

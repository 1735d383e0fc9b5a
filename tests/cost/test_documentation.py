"""The examples of docs/cost-model.md work, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

from auditor.cost import estimate
from auditor.cost.plan_file import parse_plan
from auditor.cost.recipes import RECIPES

PAGE = (Path(__file__).parents[2] / "docs" / "cost-model.md").read_text(encoding="utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_plan_shown_is_a_plan() -> None:
    facts, claims = parse_plan(_block("yaml"), "plan.yaml")
    assert len(claims) == 2
    assert estimate(facts).find("share.mfu").alternative is False


def test_the_python_shown_runs() -> None:
    code = _block("python").replace('open("plan.yaml").read()', repr(_block("yaml")))
    scope: dict[str, object] = {}
    exec(compile(code, "cost-model.md", "exec"), scope)  # noqa: S102 - our own page
    assert str(scope["states"]) == "25.39 GiB"


def test_every_recipe_stands_on_the_page() -> None:
    for name in RECIPES:
        shown = "megatron-precision-aware-g*-m*-o*" if "precision-aware" in name else name
        assert f"`{shown}`" in PAGE


def test_every_module_named_exists() -> None:
    import auditor.cost

    folder = Path(auditor.cost.__file__).parent
    for line in PAGE.splitlines():
        found = re.search(r"\| (`\w+`(?:, `\w+`)*) \|$", line)
        for name in re.findall(r"`(\w+)`", found[1]) if found else ():
            assert (folder / f"{name}.py").exists(), name

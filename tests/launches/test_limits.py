"""What programs refuse: enough of it, each refusal with its source and a bad and a good example; each limit of a layout held by a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from auditor.rulebook import Rule, load

ROOT = Path(__file__).parents[2]
REFUSALS = [rule for rule in load().rules if rule.check == "refusal.refused"]
LIMITS = yaml.safe_load((ROOT / "scripts" / "limits.yaml").read_text(encoding="utf-8"))
LEAST = 120


def examples(rule: Rule, kind: str) -> list[Path]:
    folder = next((ROOT / "rules").glob(f"*/{rule.name}"))
    return [path for path in folder.glob(f"{kind}-*") if path.suffix != ".txt"]


def test_there_are_as_many_refusals_as_promised() -> None:
    assert len(REFUSALS) >= LEAST


@pytest.mark.parametrize("rule", REFUSALS, ids=lambda rule: rule.name)
def test_a_refusal_has_its_place_in_the_source_and_both_examples(rule: Rule) -> None:
    assert rule.data["data"]["source"]
    assert examples(rule, "bad")
    assert examples(rule, "good")


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit["limit"])
def test_a_limit_is_held_by_rules_or_says_why_none_does(limit: dict[str, object]) -> None:
    known = {rule.name for rule in load().rules}
    assert ("none" in limit) != ("rules" in limit)
    assert set(limit.get("rules", ())) <= known  # type: ignore[call-overload]

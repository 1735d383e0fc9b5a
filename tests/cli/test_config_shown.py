"""`audit config`, `audit schema`, and settings that reach the rules."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from auditor.cli.schema import NAMES
from tests.standins import Run

SHAPE = "# Plan\n\n- GPUs: 36\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_each_setting_with_its_origin(command_line: Run, tmp_path: Path) -> None:
    put(tmp_path / "base.toml", "fail-level = 'warning'\nignore = ['MEM']\n")
    put(tmp_path / "docs" / "auditor.toml", "extend = '../base.toml'\nextend-ignore = ['LAY001']\n[tolerances]\nMEM001 = 2.5\n")
    found = json.loads(command_line("config", "docs/plan.md", "--config", "min-coverage=90", "--output-format", "json").out)
    rows = {row["key"]: (row["value"], row["origin"]) for row in found["settings"]}
    base, own = tmp_path / "docs" / "../base.toml", tmp_path / "docs" / "auditor.toml"
    assert found["configuration"] == str(own)
    assert rows["select"] == (["ALL"], "default")
    assert rows["ignore"] == (["MEM", "LAY001"], f"{base}:2:1 and {own}:2:1")
    assert rows["fail-level"] == ("warning", f"{base}:1:1")
    assert rows["min-coverage"] == (90, "--config")
    assert rows["tolerances"] == ({"MEM001": 2.5}, f"{own}:3:2")
    assert rows["baseline"] == (None, "default")
    text = command_line("config", "docs/plan.md").out
    assert f'fail-level       = "warning"  ({base}:1:1)' in text
    assert "min-coverage     = not set  (default)" in text


def test_without_any(command_line: Run) -> None:
    assert command_line("config").out.startswith(".: no configuration file\n")
    assert command_line("config", "--isolated").status == 0


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_printed(command_line: Run, name: str) -> None:
    answer = command_line("schema", name)
    jsonschema.Draft202012Validator.check_schema(json.loads(answer.out))


def test_every_shipped_schema_has_a_name(command_line: Run) -> None:
    shipped = {path.name for path in (files("auditor") / "schemas").iterdir() if path.name.endswith(".json")}
    assert {file for file, _ in NAMES.values()} == shipped
    assert all(name in command_line("schema").out for name in NAMES)
    assert command_line("schema", "nope").status == 2


class TestReachingTheRules:
    def test_a_tolerance(self, command_line: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", SHAPE)
        assert command_line("--select", "LAY001", "a.md").status == 1
        assert command_line("--select", "LAY001", "--config", "tolerances.LAY001=20", "a.md").status == 0
        assert command_line("--select", "LAY001", "--config", "tolerances = {layout = 20, LAY001 = 1}", "a.md").status == 1

    def test_the_conventions_that_may_hold(self, command_line: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", SHAPE.replace("36", "64").replace("- Data", "- Expert parallelism: 2\n- Data"))
        usual = command_line("--select", "LAY001", "--output-format", "concise", "a.md")
        folded = command_line("--select", "LAY001", "--config", "conventions = {gpu-count = ['folded']}", "a.md")
        assert (usual.status, folded.status) == (0, 1)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("conventions = {gpu-count = ['dnse']}", "conventions: gpu-count has no convention 'dnse'; it has dense"),
            ("frameworks = ['vlm']", "frameworks: 'vlm' is not known; did you mean 'vllm'?"),
            ("tolerances = {nope = 3}", "tolerances: no rule, category or code prefix is called 'nope'"),
        ],
    )
    def test_names_there_are_none_of(self, command_line: Run, tmp_path: Path, text: str, words: str) -> None:
        put(tmp_path / "auditor.toml", text + "\n")
        put(tmp_path / "a.md", SHAPE)
        answer = command_line("a.md")
        assert answer.status == 2
        assert words in answer.err
        assert "auditor.toml:1:" in answer.err


def test_what_is_written_names_its_schema(command_line: Run, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("- GPUs: 16\n- TP: 4\n- PP: 2\n- DP: 4\n", encoding="utf-8")
    command_line("baseline", "create", "plan.md")
    written = {
        "audit": command_line("--output-format", "json", "plan.md").out,
        "claims": command_line("claims", "--output-format", "json", "plan.md").out,
        "recompute": command_line("recompute", "--output-format", "json", "plan.md").out,
        "baseline": (tmp_path / "audit-baseline.json").read_text(encoding="utf-8"),
    }
    for name, text in written.items():
        schema = json.loads(command_line("schema", name).out)
        found = json.loads(text)
        jsonschema.validate(found, schema)
        assert found["$schema"] == schema["$id"]

"""The script that checks the catalog against configurations: what differs is named, what is the same is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cost.catalog import find_models
from scripts.check_catalog import DEFAULTS, count_fault, differences, identifier, main

QWEN = {
    "model_type": "qwen2",
    "num_hidden_layers": 28,
    "hidden_size": 3584,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "intermediate_size": 18944,
    "vocab_size": 152064,
    "max_position_embeddings": 32768,
}


def test_the_name_of_a_configuration_is_that_of_its_file_or_folder() -> None:
    assert identifier(Path("a/Qwen--Qwen3-8B_config.json")) == "Qwen/Qwen3-8B"
    assert identifier(Path("a/Qwen/Qwen3-8B/config.json")) == "Qwen/Qwen3-8B"


def test_a_configuration_is_compared_with_what_its_identifier_says() -> None:
    (model,) = find_models("Qwen/Qwen2.5-7B-Instruct")
    assert list(differences(model, QWEN, "Qwen/Qwen2.5-7B-Instruct")) == []
    assert list(differences(model, QWEN, "Qwen/Qwen2.5-7B")) == ["model.context: 32768 in the configuration, 131072 in the catalog"]
    wider = {"text_config": {**QWEN, "num_key_value_heads": 8}}
    assert list(differences(model, wider, "Qwen/Qwen2.5-7B-Instruct")) == ["model.kv_heads: 8 in the configuration, 4 in the catalog"]


def test_a_count_may_differ_by_a_thousandth() -> None:
    (model,) = find_models("Qwen2.5-7B")
    assert count_fault(model, 7_615_616_512) == ""
    assert count_fault(model, 7_800_000_000).startswith("model.params: 7,800,000,000 built, 7,615,616,512")


def test_the_script_says_which_agree_and_which_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, other = (tmp_path / f"{name}_config.json" for name in ("Qwen--Qwen2.5-7B-Instruct", "Qwen--Qwen2.5-14B", "Some--Thing"))
    for path in (good, bad, other):
        path.write_text(json.dumps(QWEN), encoding="utf-8")
    assert main(["--shapes", str(good), str(other)]) == 0
    assert capsys.readouterr().out == "agrees   Qwen/Qwen2.5-7B-Instruct = qwen2.5-7b\nunknown  Some/Thing\n"
    assert main(["--shapes", str(bad)]) == 1
    assert "model.layers: 28 in the configuration, 48 in the catalog" in capsys.readouterr().out


def test_every_class_with_defaults_names_a_model() -> None:
    assert all(len(find_models(name)) == 1 for name in DEFAULTS.values())

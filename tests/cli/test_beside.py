"""Configurations beside a launch are read where it names them, and never from outside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.cli.beside import beside
from auditor.pipeline import audit_source
from auditor.read import read_file
from tests.standins import Run

DEEPSPEED = (
    '{"train_batch_size": 256, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 4,'
    ' "zero_optimization": {"stage": 3}, "bf16": {"enabled": true}}'
)
MODEL = '{"num_attention_heads": 40, "num_key_value_heads": 8, "num_hidden_layers": 40, "hidden_size": 5120}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    return tmp_path / "repo"


def codes(script: Path, given: tuple[str, ...] = ()) -> set[str]:
    source = read_file(str(script))
    report = audit_source(source, beside=beside(source, given))
    return {finding.code for finding in report.findings}


def test_the_configuration_a_launch_names_is_read_with_it(folder: Path) -> None:
    (folder / "ds.json").write_text(DEEPSPEED, encoding="utf-8")
    script = folder / "run.sh"
    script.write_text("deepspeed --num_gpus 8 train.py --deepspeed ds.json --per_device_train_batch_size 4\n", encoding="utf-8")
    assert "DSP001" in codes(script)
    script.write_text("deepspeed --num_gpus 16 train.py --deepspeed ds.json --per_device_train_batch_size 4\n", encoding="utf-8")
    assert "DSP001" not in codes(script)


def test_a_checkpoints_own_file_counts_where_it_is_given_and_the_model_is_local(folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(MODEL, encoding="utf-8")
    script = folder / "serve.sh"
    script.write_text("vllm serve ./ --tensor-parallel-size 16\n", encoding="utf-8")
    assert "VLM001" in codes(script, (str(config),))
    assert "VLM001" not in codes(script)
    script.write_text("vllm serve someone/of-the-hub --tensor-parallel-size 16\n", encoding="utf-8")
    assert "VLM001" not in codes(script, (str(config),))


def test_the_command_gives_them(command_line: Run, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(MODEL, encoding="utf-8")
    (tmp_path / "serve.sh").write_text("vllm serve ./ --tensor-parallel-size 16\n", encoding="utf-8")
    for paths in (("serve.sh", "config.json"), ("-j", "2", "config.json", "serve.sh"), (".",)):
        assert "error[VLM001]" in command_line("--output-format", "concise", *paths).out, paths
    assert "VLM001" not in command_line("--output-format", "concise", "serve.sh").out
    command_line("baseline", "create")
    assert command_line("--baseline", "audit-baseline.json").status == 0


def test_nothing_outside_the_repository_is_read(folder: Path) -> None:
    (folder.parent / "ds.json").write_text(DEEPSPEED, encoding="utf-8")
    (folder / "link.json").symlink_to(folder.parent / "ds.json")
    script = folder / "run.sh"
    for name in ("../ds.json", str(folder.parent / "ds.json"), "link.json", "$HOME/ds.json"):
        script.write_text(f"deepspeed --num_gpus 8 train.py --deepspeed {name} --bf16\n", encoding="utf-8")
        assert beside(read_file(str(script)), ()) == ()


FULL = """# {cards}x A100 80GB
model_name_or_path: meta-llama/Llama-2-70b-hf
stage: sft
finetuning_type: {method}
deepspeed: ds.json
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
bf16: true
"""


@pytest.mark.parametrize(
    ("cards", "method", "zero", "found"),
    [
        (8, "full", '{"stage": 3}', True),
        (32, "full", '{"stage": 3}', False),
        (32, "full", '{"stage": 1}', True),
        (8, "lora", '{"stage": 3}', False),
        (8, "full", '{"stage": 3, "offload_optimizer": {"device": "cpu"}}', False),
    ],
    ids=["too few", "enough", "weights on each", "adapters", "states on the host"],
)
def test_states_of_a_full_training_are_those_that_the_configuration_divides(
    folder: Path, cards: int, method: str, zero: str, found: bool
) -> None:
    (folder / "ds.json").write_text(f'{{"zero_optimization": {zero}, "bf16": {{"enabled": "auto"}}}}', encoding="utf-8")
    plan = folder / "sft.yaml"
    plan.write_text(FULL.format(cards=cards, method=method), encoding="utf-8")
    assert ("FIT002" in codes(plan)) is found


def test_states_are_not_known_where_the_configuration_is_not_at_hand(folder: Path) -> None:
    plan = folder / "sft.yaml"
    plan.write_text(FULL.format(cards=8, method="full"), encoding="utf-8")
    assert "FIT002" not in codes(plan)

"""Configuration from a revision: a pull request cannot switch off what judges it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_baseline import PLAN, edit, git, put
from tests.standins import Run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    put(tmp_path / "docs" / "plan.md", PLAN.format(name="a"))
    put(tmp_path / "docs" / "old.md", PLAN.format(name="b"))
    put(tmp_path / "auditor.toml", "exclude = ['archive/']\nbaseline = 'known.json'\n[per-file-ignores]\n'docs/old.md' = ['gpu-count']\n")
    put(tmp_path / "known.json", '{"version": 1, "findings": []}')
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def found(command_line: Run, *arguments: str) -> list[str]:
    answer = json.loads(command_line("--output-format", "json", *arguments).out)
    return [one["location"]["path"] for one in answer["findings"]]


def test_the_base_decides(command_line: Run, history: Path) -> None:
    assert found(command_line, "--config-from", "main") == ["docs/plan.md"]
    put(history / "auditor.toml", "ignore = ['ALL']\n")
    assert command_line().status == 2  # no rule is left
    assert found(command_line, "--config-from", "main") == ["docs/plan.md"]
    put(history / "docs" / ".auditor.toml", "ignore = ['ALL']\n")
    assert found(command_line, "--config-from", "main") == ["docs/plan.md"]


def test_so_it_does_for_the_baseline(command_line: Run, history: Path) -> None:
    command_line("baseline", "create", "--force")
    assert found(command_line) == []
    assert found(command_line, "--config-from", "main") == ["docs/plan.md"]
    git(history, "commit", "-qam", "known")
    edit(history / "docs" / "plan.md", "reserch", "research")
    assert found(command_line, "--config-from", "main") == []


def test_it_is_said(command_line: Run, history: Path) -> None:
    answer = json.loads(command_line("--output-format", "json", "--config-from", "main").out)
    assert answer["basis"]["configurations"] == ["auditor.toml"]
    assert answer["basis"]["baseline"] == "known.json"
    assert answer["basis"]["withheld"]["ignored"] == 1


def test_options_still_win(command_line: Run, history: Path) -> None:
    assert found(command_line, "--config-from", "main", "--config", "ignore=['gpu-count']") == []
    assert "exclude each other" in command_line("--config-from", "main", "--config", "x.toml").err
    assert "exclude each other" in command_line("--config-from", "main", "--isolated").err
    assert "--config-from: there is no commit 'nope'" in command_line("--config-from", "nope").err

"""The pre-commit hook, tried with the real pre-commit in a repository of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
HOOK = HOOKS["audit"]
WRONG = "- GPUs: 16\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"
RIGHT = WRONG.replace("16", "32")

pytest.importorskip("pre_commit")
if shutil.which("git") is None:
    pytest.skip("no git here", allow_module_level=True)


def run(*command: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"PRE_COMMIT_HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    run("git", "init", "-q", folder=folder, home=tmp_path)
    for name, text in {"plan.md": WRONG, "other.md": RIGHT, "plan.txt": WRONG, "old/plan.md": WRONG, "words.md": "no numbers\n"}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    run("git", "add", ".", folder=folder, home=tmp_path)
    return folder


def pre_commit(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "pre_commit", *arguments, folder=repository, home=repository.parent / "home")


def hook_in_place(repository: Path) -> None:
    """Write a configuration that runs the hook as it is defined, but with this environment's command."""
    hook = {key: value for key, value in HOOK.items() if key != "minimum_pre_commit_version"}
    entry = f"{sys.executable} -m auditor {HOOK['entry'].removeprefix('audit ')}"
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system", "entry": entry}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))


def test_reports_with_findings_fail(repository: Path) -> None:
    hook_in_place(repository)
    done = pre_commit(repository, "run", "--files", "plan.md", "other.md", "plan.txt")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "plan.md:1:9: error[LAY001] gpu-count" in done.stdout
    assert "plan.txt" not in done.stdout
    assert "understood" not in done.stdout, "a summary for each batch of files is noise"


def test_reports_without_pass_in_silence(repository: Path) -> None:
    hook_in_place(repository)
    done = pre_commit(repository, "run", "--verbose", "--files", "other.md", "words.md")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line]
    assert len(lines) == 3, lines


def test_what_the_settings_exclude_is_left_out(repository: Path) -> None:
    hook_in_place(repository)
    (repository / "auditor.toml").write_text("exclude = ['old/']\n")
    assert pre_commit(repository, "run", "--files", "old/plan.md").returncode == 0


def test_both_hooks_see_the_same_files() -> None:
    assert {key: HOOKS["audit-fix"][key] for key in ("types_or", "language")} == {key: HOOK[key] for key in ("types_or", "language")}
    assert HOOKS["audit-fix"]["entry"] == f"{HOOK['entry']} --fix"


def test_files_of_other_types_are_not_given(repository: Path) -> None:
    hook_in_place(repository)
    assert "(no files to check)Skipped" in pre_commit(repository, "run", "--files", "plan.txt").stdout


@pytest.mark.slow
def test_installed_from_this_repository(repository: Path) -> None:
    """As a user's pre-commit does it: clone, build, install with all dependencies. It takes the network, and its time."""
    done = pre_commit(repository, "try-repo", str(ROOT), "audit", "--files", "plan.md")
    if "Could not find a version" in done.stdout or "No matching distribution" in done.stdout:
        pytest.skip("packages cannot be had here")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "plan.md:1:9: error[LAY001] gpu-count" in done.stdout

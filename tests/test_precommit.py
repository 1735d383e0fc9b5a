"""The hooks, tried with the real pre-commit and the real prek in a repository of their own."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
HOOK = HOOKS["audit"]
WRONG = "- GPUs: 16\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"
RIGHT = WRONG.replace("16", "32")

RUNNERS = [name for name in ("pre_commit", "prek") if find_spec(name)]
if not RUNNERS:
    pytest.skip("neither pre-commit nor prek is here", allow_module_level=True)
if shutil.which("git") is None:
    pytest.skip("no git here", allow_module_level=True)


def run(*command: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"PRE_COMMIT_HOME": str(home), "PREK_HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> str:
    """The program that runs the hooks."""
    return str(request.param)


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


def hooks(runner: str, repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", runner, *arguments, folder=repository, home=repository.parent / "home")


def commit(repository: Path) -> None:
    own = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    assert run("git", *own, "commit", "-qm", "old reports", folder=repository, home=repository.parent).returncode == 0


def in_place(repository: Path, name: str = "audit", *more: str) -> None:
    """Write a configuration that runs a hook as it is defined, but with this environment's command."""
    hook = {key: value for key, value in HOOKS[name].items() if key != "minimum_pre_commit_version"}
    entry = f"{sys.executable} -m auditor {HOOKS[name]['entry'].removeprefix('audit ')}"
    own = {**hook, "language": "system", "entry": entry, "args": list(more)}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [own]}]}))
    run("git", "add", ".pre-commit-config.yaml", folder=repository, home=repository.parent)


def test_reports_with_findings_fail(runner: str, repository: Path) -> None:
    in_place(repository)
    done = hooks(runner, repository, "run", "--files", "plan.md", "other.md", "plan.txt")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "plan.md:1:9: error[LAY001] gpu-count" in done.stdout
    assert "plan.txt" not in done.stdout
    assert "understood" not in done.stdout, "a summary for each batch of files is noise"


def test_reports_without_pass_in_silence(runner: str, repository: Path) -> None:
    in_place(repository)
    done = hooks(runner, repository, "run", "--verbose", "--files", "other.md", "words.md")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "other.md" not in done.stdout
    assert "claims" not in done.stdout


def test_what_the_settings_exclude_is_left_out(runner: str, repository: Path) -> None:
    in_place(repository)
    (repository / "auditor.toml").write_text("exclude = ['old/']\n")
    run("git", "add", ".", folder=repository, home=repository.parent)
    assert hooks(runner, repository, "run", "--files", "old/plan.md").returncode == 0


def test_only_what_is_staged_is_looked_at(runner: str, repository: Path) -> None:
    in_place(repository)
    run(
        "git",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "commit",
        "-qm",
        "old reports",
        folder=repository,
        home=repository.parent,
    )
    (repository / "other.md").write_text(RIGHT + "\nOne more line.\n")
    run("git", "add", "other.md", folder=repository, home=repository.parent)
    assert hooks(runner, repository, "run").returncode == 0
    (repository / "other.md").write_text(WRONG)
    assert hooks(runner, repository, "run").returncode == 0, "what is not staged is put aside"
    run("git", "add", "other.md", folder=repository, home=repository.parent)
    done = hooks(runner, repository, "run")
    assert done.returncode == 1
    assert "other.md:1:9" in done.stdout
    assert "plan.md" not in done.stdout


def test_a_baseline_lets_old_reports_pass_in_any_batch(runner: str, repository: Path) -> None:
    in_place(repository)
    run(sys.executable, "-m", "auditor", "baseline", "create", folder=repository, home=repository.parent)
    (repository / "auditor.toml").write_text("baseline = 'audit-baseline.json'\n")
    (repository / "plan.md").write_text(f"A title.\n\n{WRONG}")
    run("git", "add", ".", folder=repository, home=repository.parent)
    done = hooks(runner, repository, "run", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    (repository / "plan.md").write_text(f"{WRONG}\n4 * 4 = 17\n")
    run("git", "add", ".", folder=repository, home=repository.parent)
    done = hooks(runner, repository, "run", "--all-files")
    assert done.returncode == 1
    assert "ARI001" in done.stdout
    assert "LAY001" not in done.stdout


def test_only_what_the_commit_changes(runner: str, repository: Path) -> None:
    in_place(repository, "audit", "--diff-base", "HEAD")
    run(
        "git",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "commit",
        "-qm",
        "old reports",
        folder=repository,
        home=repository.parent,
    )
    (repository / "plan.md").write_text(f"{WRONG}\nA typo here.\n")
    run("git", "add", ".", folder=repository, home=repository.parent)
    assert hooks(runner, repository, "run").returncode == 0
    (repository / "plan.md").write_text(f"{WRONG}\n4 * 4 = 17\n")
    run("git", "add", ".", folder=repository, home=repository.parent)
    assert hooks(runner, repository, "run").returncode == 1


def test_the_fixing_hook_fixes_and_fails(runner: str, repository: Path) -> None:
    in_place(repository, "audit-fix")
    text = "# Plan\n\n- Layers: 61\n- Time of a layer: 1.7 ms\n\nAll layers take 61 × 1.7 ms = 113.7 ms.\n"
    (repository / "plan.md").write_text(text, encoding="utf-8")
    run("git", "add", ".", folder=repository, home=repository.parent)
    done = hooks(runner, repository, "run", "--files", "plan.md")
    assert done.returncode == 1, "files that a hook changed are to be looked at"
    assert (repository / "plan.md").read_text(encoding="utf-8") == text.replace("113.7 ms", "103.7 ms")
    run("git", "add", ".", folder=repository, home=repository.parent)
    assert hooks(runner, repository, "run", "--files", "plan.md").returncode == 0


def test_both_hooks_see_the_same_files() -> None:
    assert {key: HOOKS["audit-fix"][key] for key in ("types_or", "language")} == {key: HOOK[key] for key in ("types_or", "language")}
    assert HOOKS["audit-fix"]["entry"] == f"{HOOK['entry']} --fix"


def test_files_of_other_types_are_not_given(runner: str, repository: Path) -> None:
    in_place(repository)
    assert "(no files to check)Skipped" in hooks(runner, repository, "run", "--files", "plan.txt").stdout


@pytest.mark.slow
def test_installed_from_this_repository(repository: Path) -> None:
    """As a user's pre-commit does it: clone, build, install with all dependencies. It takes the network, and its time."""
    done = hooks("pre_commit", repository, "try-repo", str(ROOT), "audit", "--files", "plan.md")
    if "Could not find a version" in done.stdout or "No matching distribution" in done.stdout:
        pytest.skip("packages cannot be had here")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "plan.md:1:9: error[LAY001] gpu-count" in done.stdout

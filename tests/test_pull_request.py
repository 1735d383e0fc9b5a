"""The attacker's pull request: whatever it brings along, a wrong report is found, or the run says loudly why not.

Each attack adds files to a repository whose report is wrong. A run over the folder must then end with a status other than 0, or, where
the attack uses a setting that is meant to leave something out, say so in one line that a quiet run writes too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.standins import Answer, Run

WRONG = "# Plan\n\n4 * 4 = 17\n"
FOUND = "ARI001"
Attack = Callable[[Path], object]


def writing(name: str, text: str | bytes) -> Attack:
    def attack(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))

    return attack


def settings(text: str | bytes) -> Attack:
    return writing("auditor.toml", text)


def a_pipe(name: str) -> Attack:
    return lambda root: os.mkfifo(root / name)


def a_link(name: str, target: str) -> Attack:
    return lambda root: (root / name).symlink_to(target)


def both(*attacks: Attack) -> Attack:
    def attack(root: Path) -> None:
        for one in attacks:
            one(root)

    return attack


def many_folders(root: Path) -> None:
    folder = root
    for _ in range(150):
        folder /= "d"
        folder.mkdir()
    (folder / "a.md").write_text(WRONG, encoding="utf-8")


SAID = "Left out:"
"""What begins the line of what a setting or the report itself leaves out."""
ATTACKS: dict[str, tuple[Attack, str]] = {
    # What must not keep the report from being found wrong.
    "an environment that is none": (writing("docs/pyvenv.cfg", ""), FOUND),
    "a module of the same name": (writing("auditor.py", "raise SystemExit(0)"), FOUND),
    "a module Python loads by itself": (writing("sitecustomize.py", "raise SystemExit(0)"), FOUND),
    "an answer in a cache of its own": (writing(".auditor_cache/reports/00/0.audit", b"\0" * 64), FOUND),
    "a report that is a pipe": (a_pipe("docs/b.md"), FOUND),
    "a report that is a link to a device": (a_link("docs/b.md", "/dev/zero"), FOUND),
    "a report that is a link out of the tree": (a_link("docs/b.md", "/etc/passwd"), FOUND),
    "a folder that is a link to all there is": (a_link("docs/all", "/"), FOUND),
    "a link that leads to itself": (a_link("docs/b.md", "b.md"), FOUND),
    "a link to nothing": (a_link("docs/b.md", "nothing"), FOUND),
    "folders in folders": (many_folders, FOUND),
    "a long name": (writing("docs/" + "b" * 250 + ".md", WRONG), FOUND),
    "a name that steers a terminal": (writing("docs/\x1b[2Jb.md", WRONG), FOUND),
    "a name that is a command of a workflow": (writing("docs/\n::stop-commands::x.md", WRONG), FOUND),
    "a name that is an option": (writing("--exit-zero.md", WRONG), FOUND),
    "a name in no encoding": (lambda root: (Path(os.fsdecode(os.fsencode(root) + b"/docs/b\xff.md"))).write_text(WRONG), FOUND),
    "a report that hides in zeros": (writing("docs/b.md", b"\0" * 1000 + WRONG.encode()), FOUND),
    "a report in UTF-16": (writing("docs/b.md", WRONG.encode("utf-16")), FOUND),
    "a report of nothing but digits": (writing("docs/b.md", "9" * 100_000), FOUND),
    "a report of factors": (writing("docs/b.md", " x ".join(["2"] * 150) + " = 300\n"), FOUND),
    "a report of commands to the workflow": (writing("docs/b.md", "::error::nothing\n::set-output name=status::0\n"), FOUND),
    # What breaks a setting is said, status 2.
    "settings that are a pipe": (a_pipe("auditor.toml"), FOUND),
    "settings that are a device": (a_link("auditor.toml", "/dev/zero"), FOUND),
    "settings that are a folder": (lambda root: (root / "auditor.toml").mkdir(), FOUND),
    "settings without end": (settings("# " + "a" * 5_000_000), "auditor.toml"),
    "settings in no encoding": (settings(b"exclude = ['\xff']\n"), "auditor.toml"),
    "settings that nest": (settings("exclude = " + "[" * 10_000 + "]" * 10_000), "auditor.toml"),
    "tables that nest": (settings(".".join(["a"] * 10_000) + " = 1"), "auditor.toml"),
    "an exponent": (settings("min-coverage = 1e999999999"), "auditor.toml"),
    "a number without end": (settings("min-coverage = " + "9" * 10_000), "auditor.toml"),
    "no limit at all": (settings("[limits]\nsteps = 0"), "auditor.toml"),
    "rules of its own from elsewhere": (settings("rules = ['/tmp']"), "auditor.toml"),
    "settings from elsewhere": (settings("extend = '/etc/hostname'"), "auditor.toml"),
    "settings in a circle": (settings("extend = 'auditor.toml'"), "auditor.toml"),
    "a context that is a pipe": (both(settings("context = ['c.md']"), a_pipe("c.md")), "c.md"),
    "a context that is a device": (both(settings("context = ['c.md']"), a_link("c.md", "/dev/zero")), ""),
    "settings that extend a pipe": (both(settings("extend = 'b.toml'"), a_pipe("b.toml")), "auditor.toml"),
    "rules that are a pipe": (
        both(settings("rules = ['r']"), writing("r/a.yaml", ""), a_pipe("r/b.yaml")),
        "b.yaml",
    ),
    "a baseline that is a pipe": (both(settings("baseline = 'b.json'"), a_pipe("b.json")), "b.json"),
    "a baseline that is none": (both(settings("baseline = 'b.json'"), writing("b.json", "[" * 100_000)), "b.json"),
    "a baseline of large numbers": (
        both(settings("baseline = 'b.json'"), writing("b.json", '{"version": 1e999, "findings": []}')),
        "b.json",
    ),
    "every rule off": (settings("ignore = ['ALL']"), "no rule is left"),
    "every file out": (settings("exclude = ['*']"), "left out"),
    "every file out by a pattern that explodes": (settings("exclude = ['" + "*a" * 40 + "', '**']"), "left out"),
    "every file ignored by git": (writing(".gitignore", "*\n"), "left out"),
    "fewer steps than it takes": (settings("[limits]\nsteps = 10"), "not audited"),
    "fewer numbers than there are": (settings("[limits]\nnumbers = 1"), ""),
    # What a setting is meant for is said, in a quiet run too.
    "the report out": (both(settings("exclude = ['docs/']"), writing("a.md", "8 GPUs\n")), SAID),
    "a pattern that explodes": (both(settings("exclude = ['" + "*a" * 40 + "', 'docs']"), writing("a.md", "8 GPUs\n")), SAID),
    "the rule off": (settings("ignore = ['arithmetic']"), SAID),
    "the rule off for a file": (
        settings("[per-file-ignores]\n'docs/' = ['ALL']"),
        "1 finding does not count: 1 left out by the configuration",
    ),
    "a comment that ignores": (writing("docs/plan.md", f"<!-- audit: ignore-file[ALL] why -->\n{WRONG}"), "1 finding does not count"),
    "a comment at the line": (
        writing("docs/plan.md", "# Plan\n\n4 * 4 = 17 <!-- audit: ignore[ARI001] why -->\n"),
        "1 finding does not count",
    ),
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    writing("docs/plan.md", WRONG)(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_is_loud(command_line: Run, repository: Path, name: str) -> None:
    attack, said = ATTACKS[name]
    attack(repository)
    began = time.process_time()
    answer: Answer = command_line("--quiet", "--no-cache")
    assert time.process_time() - began < 10
    told = answer.out + answer.err
    assert said in told
    assert answer.status != 0 or SAID in told or "not count" in told
    assert not answer.err.startswith("Traceback")
    assert "\x1b[2J" not in told
    assert "\n::stop-commands" not in told


def test_a_baseline_that_comes_along_is_said(command_line: Run, repository: Path) -> None:
    assert command_line("baseline", "create").status == 0
    (known,) = repository.glob("*baseline*")
    settings(f"baseline = '{known.name}'")(repository)
    answer = command_line("--quiet", "--no-cache")
    assert (answer.status, f"1 finding does not count: 1 known from {known.name}" in answer.out) == (0, True)


def test_what_git_ignores_is_said(command_line: Run, repository: Path) -> None:
    """Not by a quiet run: there are such folders in every repository."""
    both(writing(".gitignore", "docs/\n"), writing("a.md", "8 GPUs\n"))(repository)
    assert "Left out: 1 ignored by .gitignore (docs)" in command_line("--no-cache").out

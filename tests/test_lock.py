"""The locked versions are those that the project asks for, and every file of theirs is known by its hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = {
    "run": PROJECT["dependencies"],
    "dev": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]],
}


def locked(name: str) -> dict[str, list[tuple[Requirement, list[str]]]]:
    """Return (requirement, hashes) of each pin of a lock by package: a package may be pinned apart for some Pythons."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found: dict[str, list[tuple[Requirement, list[str]]]] = {}
    for block in re.split(r"\n(?=[a-z])", re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", "")):
        pin = block.partition("--hash")[0].strip()
        if pin:
            requirement = Requirement(pin)
            found.setdefault(canonicalize_name(requirement.name), []).append((requirement, re.findall(r"--hash=(\S+)", block)))
    return found


@pytest.mark.parametrize("name", ASKED)
def test_a_lock_pins_what_the_project_asks_for(name: str) -> None:
    pins = locked(name)
    for asked in map(Requirement, ASKED[name]):
        for pin, _ in pins[canonicalize_name(asked.name)]:
            version = str(pin.specifier).removeprefix("==")
            assert asked.specifier.contains(version, prereleases=True), f"{pin} does not fit {asked}; run scripts/lock.sh"


@pytest.mark.parametrize("name", ASKED)
def test_every_pin_is_exact_and_hashed(name: str) -> None:
    for pins in locked(name).values():
        for pin, hashes in pins:
            assert re.fullmatch(r"==[\w.+!]+", str(pin.specifier)), pin
            assert hashes, pin
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), pin


@pytest.mark.parametrize("name", ASKED)
def test_a_lock_names_no_place_that_packages_come_from(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--find-links|--trusted-host", text)


def test_what_a_run_needs_is_locked_the_same_for_development() -> None:
    run, development = locked("run"), locked("dev")
    for name, pins in run.items():
        assert {str(pin.specifier) for pin, _ in pins} <= {str(pin.specifier) for pin, _ in development[name]}


def test_the_readme_and_the_checks_install_what_is_locked() -> None:
    """`.ci/run` takes the command from the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = (line for line in readme.splitlines() if line.endswith("pytest") and "venv .venv" in line)
    assert "-r requirements/dev.txt" in command
    assert "--no-deps --no-build-isolation -e ." in command
    assert "set_up 2" in (ROOT / ".ci/run").read_text(encoding="utf-8")

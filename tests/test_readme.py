"""The README's output is what the command prints; its commands are those of the tests and of continuous integration."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
RECORDED = re.compile(r"(<!-- recorded: audit (.*) -->\n```text\n)(.*?)(```\n)", re.DOTALL)


def test_recorded_output(request: pytest.FixtureRequest) -> None:
    def run(match: re.Match[str]) -> str:
        call = [sys.executable, "-m", "auditor", "--isolated", *shlex.split(match[2])]
        done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT, encoding="utf-8")
        assert done.stderr == ""
        return f"{match[1]}$ audit {match[2]}\n{done.stdout}{match[4]}"

    text = README.read_text(encoding="utf-8")
    renewed, count = RECORDED.subn(run, text)
    assert count > 0
    if request.config.getoption("--record"):
        README.write_text(renewed, encoding="utf-8")
    assert renewed == README.read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_every_option_shown_exists() -> None:
    text = re.sub(r"(?m)^.*\bpip install\b.*$", "", README.read_text(encoding="utf-8"))  # another program's options
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    known: set[str] = set()
    for command in ([], ["claims"], ["rule"], ["power"], ["baseline", "update"]):
        done = subprocess.run([sys.executable, "-m", "auditor", *command, "--help"], capture_output=True, text=True, check=True)
        known |= set(re.findall(r"--[a-z][a-z-]+", done.stdout))
    assert shown <= known

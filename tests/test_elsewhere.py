"""In other places than GitHub: what docs/formats.md shows for them is taken out of it and run, and held to outside validators.

Validators that are programs (hadolint, check-jsonschema, rdformat-validator, vnu) are used where they are at hand; a workflow has them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
RIGHT = "- GPUs: 32\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"
WRONG = RIGHT.replace("32", "16")
Shell = Callable[..., subprocess.CompletedProcess[str]]


def snippet(heading: str) -> str:
    """Return the first block of code below a heading of the page."""
    found = re.search(rf"^### {heading}\n.*?^```\w+\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, heading
    return found[1]


def program(name: str) -> str:
    """Return the path of a validator, or skip the test where it is not at hand."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"no {name} here")
    return found


def parsed(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - we wrote it


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Run a script where `audit` is this checkout's, pip installs nothing, and a repository has two reports."""
    if shutil.which("bash") is None or shutil.which("git") is None:
        pytest.skip("no bash or no git here")
    tools, work = tmp_path / "tools", tmp_path / "work"
    audit = f'#!/bin/sh\nexec {sys.executable} -m auditor "$@"\n'
    # Stands for the image's python: `python -m venv FOLDER` makes a folder with an audit and a pip that says what it was given.
    python = f'#!/bin/sh\nmkdir -p "$3/bin"\ncp {tools}/audit "$3/bin/audit"\ncp {tools}/pip "$3/bin/pip"\n'
    tools.mkdir()
    for name, text in (("audit", audit), ("python", python), ("pip", f'#!/bin/sh\necho "$@" > {tmp_path}/installed\n')):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    (work / "reports").mkdir(parents=True)
    (work / "reports" / "right.md").write_text(RIGHT)
    (work / "reports" / "wrong.md").write_text(WRONG)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GITHUB_", "CI"))}
    environment |= {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull}

    def run(script: str, **more: str) -> subprocess.CompletedProcess[str]:
        call = ["bash", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(call, cwd=work, env={**environment, **more}, capture_output=True, text=True, check=False)

    own = "-c user.name=t -c user.email=t@example.org"
    assert run(f"git init -q && git add . && git {own} commit -q -m base").returncode == 0
    return run


class TestGitLab:
    JOB: dict[str, Any] = yaml.safe_load(snippet("GitLab CI"))["audit"]

    def test_the_job_fails_and_leaves_its_reports(self, shell: Shell, tmp_path: Path) -> None:
        done = shell("\n".join(self.JOB["script"]))
        assert done.returncode == 1, done.stderr
        assert (tmp_path / "installed").read_text().split()[-1] == "./deployment-auditor"
        reports = self.JOB["artifacts"]["reports"]
        quality = json.loads((tmp_path / "work" / reports["codequality"]).read_text())
        assert [(one["check_name"], one["location"]["path"]) for one in quality] == [("gpu-count", "reports/wrong.md")]
        suites = parsed(tmp_path / "work" / reports["junit"])
        assert [suite.get("failures") for suite in suites] == ["0", "1"]
        assert self.JOB["artifacts"]["when"] == "always"

    def test_in_a_merge_request_only_its_own_lines_count(self, shell: Shell, tmp_path: Path) -> None:
        base = shell("git rev-parse HEAD").stdout.strip()
        script = "\n".join(self.JOB["script"])
        assert shell(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode == 0
        (tmp_path / "work" / "reports" / "right.md").write_text(WRONG)
        assert "reports/right.md:1:9: error" in shell(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=base).stdout
        hostile = shell(script, CI_MERGE_REQUEST_DIFF_BASE_SHA="$(touch pwned)")
        assert hostile.returncode == 2
        assert not (tmp_path / "work" / "pwned").exists()

    def test_it_is_valid_by_the_schema_of_gitlab(self, tmp_path: Path) -> None:
        (tmp_path / ".gitlab-ci.yml").write_text(snippet("GitLab CI"))
        call = [program("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", str(tmp_path / ".gitlab-ci.yml")]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_jenkins(shell: Shell, tmp_path: Path) -> None:
    pipeline = snippet("Jenkins")
    assert pipeline.count("{") == pipeline.count("}")
    steps = re.findall(r"sh '([^']*)'", pipeline)
    assert len(steps) == 1
    done = shell(steps[0])
    assert done.returncode == 0, "the plug-ins decide, by what is in the files"
    (junit,) = re.findall(r"junit '([^']*)'", pipeline)
    (sarif,) = re.findall(r"sarif\(pattern: '([^']*)'\)", pipeline)
    assert parsed(tmp_path / "work" / junit).find(".//failure") is not None
    assert json.loads((tmp_path / "work" / sarif).read_text())["runs"][0]["results"][0]["ruleId"] == "LAY001"
    (tmp_path / "work" / "reports" / "right.md").write_bytes(b"\xff\xfe\x00")
    assert shell(steps[0]).returncode == 2, "what could not be audited fails the step"


class TestReviewdog:
    def diagnostics(self, shell: Shell) -> str:
        first, _, second = snippet("reviewdog").partition(" | ")
        assert second.split()[:2] == ["reviewdog", "-f=rdjson"]
        done = shell(first)
        assert done.returncode == 0
        return done.stdout

    def test_it_writes_what_reviewdog_reads(self, shell: Shell) -> None:
        (found,) = json.loads(self.diagnostics(shell))["diagnostics"]
        assert found["location"]["path"] == "reports/wrong.md"
        assert found["severity"] == "ERROR"

    def test_it_is_valid(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "found.json").write_text(self.diagnostics(shell))
        call = [program("rdformat-validator"), "--strict", "--no-extra-fields", str(tmp_path / "found.json")]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


class TestContainer:
    LINES = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8")).splitlines()

    def of(self, word: str) -> list[str]:
        return [line.partition(" ")[2] for line in self.LINES if line.startswith(f"{word} ")]

    def test_what_is_copied_is_there_and_not_ignored(self) -> None:
        admitted = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        copied = {name.rstrip("/") for line in self.of("COPY") if not line.startswith("--from") for name in line.split()[:-1]}
        assert copied == admitted
        assert all((ROOT / name).exists() for name in copied)

    def test_it_runs_as_nobody_and_is_built_from_what_is_locked(self) -> None:
        assert re.fullmatch(r"\d+:\d+", self.of("USER")[-1])
        assert self.of("ENTRYPOINT") == ['["audit"]']
        assert all(":" in image and not image.endswith(":latest") for image in self.of("FROM"))
        installs = re.findall(r"pip install ([^&]*)", "\n".join(self.of("RUN")))
        assert len(installs) == 3
        assert all("--require-hashes" in one or "--no-deps" in one for one in installs)

    def test_hadolint_has_nothing_to_say(self) -> None:
        done = subprocess.run([program("hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")

    @pytest.mark.slow
    def test_its_commands_build_an_auditor(self, tmp_path: Path) -> None:
        """The commands of the first stage, run in a folder that stands for the image's root; the second stage only copies.

        A workflow builds the image itself; where there is no daemon, this is the next best thing, and takes its time.
        """
        if not os.environ.get("IMAGE_COMMANDS"):
            pytest.skip("installs everything twice; IMAGE_COMMANDS=1 runs it")
        source = tmp_path / "source"
        source.mkdir()
        for line in self.of("COPY"):
            if not line.startswith("--from"):
                for name in line.split()[:-1]:
                    copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
                    copy(ROOT / name, source / name.rstrip("/"))
        python = f"{Path(sys.base_prefix) / 'bin' / 'python3'} -m venv"
        for command in self.of("RUN")[:2]:
            here = re.sub(r"(?<![\w./])/(build|auditor|dist)\b", rf"{tmp_path}/\1", command).replace("python -m venv", python)
            done = subprocess.run(["bash", "-e", "-c", here], cwd=source, capture_output=True, text=True, check=False)
            if "Could not find a version" in done.stderr:
                pytest.skip("packages cannot be had here")
            assert done.returncode == 0, done.stderr
        call = [str(tmp_path / "auditor" / "bin" / "audit"), "--isolated", str(ROOT / "fixtures" / "reports" / "serving-plan.md")]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "LAY001" in done.stdout


@pytest.mark.parametrize("name", ["three-gpus", "experts-on-128"])
def test_the_page_is_valid_html(tmp_path: Path, name: str) -> None:
    checker = os.environ.get("VNU_JAR", "")
    if not Path(checker).is_file() or shutil.which("java") is None:
        pytest.skip("VNU_JAR does not name vnu.jar (npm pack vnu-jar)")
    page = tmp_path / "page.html"
    report = ROOT / "fixtures" / "reports" / f"{name}.md"
    call = [sys.executable, "-m", "auditor", "--isolated", "--exit-zero", "-q", "--output-file", f"html={page}", str(report)]
    subprocess.run(call, capture_output=True, check=True)
    done = subprocess.run(["java", "-jar", checker, "--errors-only", str(page)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

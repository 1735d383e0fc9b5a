"""The GitHub action and the workflows: what they run is taken out of the files and run; how they are written is checked."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOWS: dict[str, dict[Any, Any]] = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
BASH = shutil.which("bash")

# Stands for python3 of the runner: `python3 -m venv FOLDER` makes a folder whose `audit` is this checkout's.
PYTHON = f"""#!/bin/bash
if [[ $1 != -m ]]; then exec {{python}} "$@"; fi
mkdir -p "$3/bin"
printf '#!/bin/bash\\nprintf "%%s\\\\n" "$@" > "{{folder}}/installed"\\n' > "$3/bin/pip"
printf '#!/bin/bash\\nexec {sys.executable} -m auditor "$@"\\n' > "$3/bin/audit"
chmod +x "$3/bin/pip" "$3/bin/audit"
"""


@dataclass(frozen=True)
class Outcome:
    status: int
    log: str
    summary: str
    outputs: str


class Runner:
    """Runs the action's steps as GitHub does: inputs put into the environment, each step a bash script with -e and pipefail."""

    def __init__(self, folder: Path) -> None:
        self.base = ""
        self.workspace = folder / "work space"
        self.workspace.mkdir()
        self.files = {name: folder / name for name in ("RUNNER_TEMP", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        self.files["RUNNER_TEMP"].mkdir()
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            self.files[name].touch()
        tools = folder / "tools"
        tools.mkdir()
        (tools / "python3").write_text(PYTHON.replace("{folder}", str(folder)).replace("{python}", sys.executable))
        (tools / "python3").chmod(0o755)
        self.path = f"{tools}{os.pathsep}{os.environ['PATH']}"

    def step(self, name: str, **inputs: str) -> Outcome:
        given = {key: str(value.get("default", "")) for key, value in ACTION["inputs"].items()} | {
            key.replace("_", "-"): value for key, value in inputs.items()
        }

        def expanded(value: str) -> str:
            event = {"github.event.pull_request.base.sha || github.event.before": self.base}
            context = (
                event | {f"inputs.{key}": text for key, text in given.items()} | {"github.action_path": given.get("action-path", str(ROOT))}
            )
            return re.sub(r"\$\{\{ (.+?) \}\}", lambda match: context[match[1]], value)

        step = STEPS[name]
        environment = {key: expanded(expanded(value)) for key, value in step["env"].items()}
        done = subprocess.run(
            [str(BASH), "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            env={
                "PATH": self.path,
                "HOME": str(self.workspace),
                "GITHUB_ACTIONS": "true",
                **{key: str(value) for key, value in self.files.items()},
                **environment,
            },
            cwd=self.workspace,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, self.files["GITHUB_STEP_SUMMARY"].read_text(), self.files["GITHUB_OUTPUT"].read_text())

    def audit(self, **inputs: str) -> Outcome:
        assert self.step("Install the auditor").status == 0
        return self.step("Audit", **inputs)

    def repository(self, files: dict[str, str]) -> None:
        """Commit files as the base of a pull request."""
        for path, text in files.items():
            self.put(path, text)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | {"GIT_CONFIG_GLOBAL": os.devnull}
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "base"]):
            own = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
            subprocess.run(own, cwd=self.workspace, env=environment, check=True)
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=self.workspace, env=environment, check=True, capture_output=True, text=True)
        self.base = done.stdout.strip()

    def put(self, path: str, text: str) -> None:
        file = self.workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


PRODUCT = "- GPUs: 16\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"
AGREES = PRODUCT.replace("16", "32")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    if BASH is None:
        pytest.skip("no bash here")
    return Runner(tmp_path)


class TestRun:
    def test_it_installs_this_repository(self, runner: Runner, tmp_path: Path) -> None:
        runner.step("Install the auditor")
        assert (tmp_path / "installed").read_text().splitlines()[-1] == str(ROOT)

    def test_what_was_installed_is_kept_under_a_name_of_its_source(self, runner: Runner, tmp_path: Path) -> None:
        names = []
        for change in ("", "", "# another line\n"):
            copy = tmp_path / "source"
            if not copy.exists():
                files = ("pyproject.toml", "hatch_build.py", "auditor/api.py", "rules/lexicon.yaml", "requirements/run.txt")
                for file in files:
                    (copy / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / file, copy / file)
            with (copy / "auditor" / "api.py").open("a") as file_of_source:
                file_of_source.write(change)
            assert runner.step("Name what is to be installed", action_path=str(copy)).status == 0
            names.append(runner.files["GITHUB_OUTPUT"].read_text().splitlines()[-1])
        assert re.fullmatch("digest=[0-9a-f]{64}", names[0])
        assert names[0] == names[1] != names[2]
        kept = STEPS["Take what was installed before"]["with"]
        assert kept["path"] == "${{ runner.temp }}/deployment-auditor"
        assert kept["key"].endswith("-${{ steps.source.outputs.digest }}")

    def test_findings(self, runner: Runner) -> None:
        runner.put("docs/plan.md", PRODUCT)
        found = runner.audit()
        assert found.status == 1
        assert "::error file=docs/plan.md,line=1,endLine=1,col=9,endColumn=11,title=LAY001 gpu-count::" in found.log
        assert "`LAY001 gpu-count` at `docs/plan.md:1:9`" in found.summary
        outputs = dict(line.split("=", 1) for line in found.outputs.splitlines())
        assert (outputs["status"], outputs["verdict"]) == ("1", "findings")
        counts = {"error": 1, "warning": 0, "info": 0, "ignored": 0, "suppressed": 0, "known": 0, "outside-change": 0}
        assert json.loads(outputs["counts"]) == counts
        assert json.loads(Path(outputs["json"]).read_text())["findings"][0]["code"] == "LAY001"
        sarif = json.loads(Path(outputs["sarif"]).read_text())
        assert [result["ruleId"] for result in sarif["runs"][0]["results"]] == ["LAY001"]

    def test_nothing_found(self, runner: Runner) -> None:
        runner.put("plan.md", AGREES)
        found = runner.audit()
        assert found.status == 0
        assert found.outputs.startswith("status=0\nverdict=passed\ncounts=")
        assert "✅ `plan.md`: consistent" in found.summary

    def test_a_failure_is_told_from_a_finding(self, runner: Runner) -> None:
        found = runner.audit(paths="missing.md")
        assert found.status == 2
        assert found.outputs.startswith("status=2\nverdict=failed\n")
        assert "::error file=missing.md,line=1,title=not audited::no such file or folder" in found.log

    def test_paths_one_a_line(self, runner: Runner) -> None:
        for name in ("a b.md", "c;d.md", "-e.md", "$(touch pwned).md", "*.md"):
            runner.put(name, PRODUCT)
        found = runner.audit(paths="a b.md\r\nc;d.md\n\n  \n-e.md\n$(touch pwned).md\n")
        assert found.status == 1
        assert re.findall(r"file=([^,]+),", found.log) == ["a b.md", "c;d.md", "-e.md", "$(touch pwned).md"]
        assert not (runner.workspace / "pwned").exists()

    @pytest.mark.parametrize(
        "value", ["$(touch pwned)", "`touch pwned`", '"; touch pwned; "', "x' --exit-zero '", "--exit-zero", "\n--exit-zero"]
    )
    def test_no_input_is_run_or_taken_for_an_option(self, runner: Runner, value: str) -> None:
        runner.put("plan.md", PRODUCT)
        found = runner.audit(**dict.fromkeys(ACTION["inputs"], value))
        assert found.status == 2
        assert not (runner.workspace / "pwned").exists()

    def test_select_ignore_and_the_fail_level(self, runner: Runner) -> None:
        runner.put("plan.md", PRODUCT)
        assert runner.audit(ignore="gpu-count").status == 0
        assert runner.audit(select="LAY001,MEM").status == 1

    def test_a_settings_file_of_its_own(self, runner: Runner) -> None:
        runner.put("plan.md", PRODUCT)
        runner.put("auditor.toml", 'ignore = ["ALL"]\n')
        runner.put("ours.toml", "")
        assert runner.audit().status == 2  # no rule is left
        assert runner.audit(config="ours.toml").status == 1

    def test_other_files_from_the_same_run(self, runner: Runner) -> None:
        runner.put("plan.md", PRODUCT)
        found = runner.audit(formats="concise=audit.txt\r\n\njson=again.json\n")
        assert "error[LAY001]" in (runner.workspace / "audit.txt").read_text()
        assert (runner.workspace / "again.json").read_text() == (runner.files["RUNNER_TEMP"] / "deployment-auditor.json").read_text()
        assert found.status == 1

    def test_the_pull_requests_own_lines(self, runner: Runner) -> None:
        runner.repository({"old.md": PRODUCT, "touched.md": PRODUCT + "\nA typo hree.\n"})
        runner.put("touched.md", PRODUCT + "\nA typo here.\n")
        runner.put("new.md", PRODUCT)
        found = runner.audit(changed_only="true")
        assert re.findall(r"file=([^,]+),", found.log) == ["new.md"]
        assert json.loads(dict(line.split("=", 1) for line in found.outputs.splitlines())["counts"])["outside-change"] == 1
        runner.put("new.md", AGREES)
        assert runner.audit(changed_only="true").status == 0
        assert runner.audit().status == 1

    def test_annotations_of_the_pull_requests_own_files_come_first(self, runner: Runner) -> None:
        runner.repository({f"a{number}.md": PRODUCT for number in range(12)})
        runner.put("z.md", PRODUCT)
        found = runner.audit()
        files = re.findall(r"file=([^,]+),", found.log)
        assert (len(files), files[0]) == (10, "z.md")
        assert "10 of 13 errors" in found.log
        assert found.summary.index("`z.md:1:9`") < found.summary.index("`a0.md:1:9`")
        runner.base = "f" * 40  # a shallow clone does not have it
        assert re.findall(r"file=([^,]+),", runner.audit().log)[0] == "a0.md"

    @pytest.mark.parametrize("base", ["", "0" * 40])
    def test_without_a_base_everything_is_audited(self, runner: Runner, base: str) -> None:
        runner.put("plan.md", PRODUCT)
        runner.base = base
        found = runner.audit(changed_only="true")
        assert found.status == 1
        assert "no commit to count changes from" in found.log
        assert runner.audit(config_from_base="true").status == 2

    def test_a_pull_request_cannot_switch_off_what_judges_it(self, runner: Runner) -> None:
        runner.repository({"plan.md": AGREES, "auditor.toml": ""})
        runner.put("plan.md", PRODUCT.replace("16", "16 <!-- audit: ignore[ALL] -->"))
        runner.put("auditor.toml", "ignore = ['ALL']\n")
        assert runner.audit().status == 2  # no rule is left
        assert runner.audit(config_from_base="true").status == 0
        assert runner.audit(config_from_base="true", no_inline="true").status == 1

    def test_a_baseline(self, runner: Runner) -> None:
        runner.put("plan.md", PRODUCT)
        known = {"file": "plan.md", "code": "LAY001", "claim": "- gpus: 16", "number": "16", "count": 1}
        runner.put("known.json", json.dumps({"version": 1, "findings": [known]}))
        assert runner.audit(baseline="known.json").status == 0
        assert "1 known from known.json" in runner.audit(baseline="known.json").summary

    def test_a_switch_that_is_neither_on_nor_off(self, runner: Runner) -> None:
        runner.put("plan.md", AGREES)
        assert "::error title=deployment-auditor::changed-only is true or false" in runner.audit(changed_only="yes").log

    def test_it_is_installed_once_a_job(self, runner: Runner, tmp_path: Path) -> None:
        runner.audit()
        (tmp_path / "installed").unlink()
        runner.audit()
        assert not (tmp_path / "installed").exists()

    def test_a_hostile_report_starts_no_command(self, runner: Runner) -> None:
        runner.put("::error::x.md", "::set-env name=A::b\n" + PRODUCT + "##[add-mask]16\n")
        for line in runner.audit().log.splitlines():
            if line.startswith("::"):
                assert line.startswith(("::error file=%3A%3Aerror%3A%3Ax.md,", "::warning file=", "::notice file="))
            assert "##[" not in line


class TestWritten:
    def test_every_run_step_names_its_shell(self) -> None:
        assert all(step.get("shell") == "bash" for step in STEPS.values() if "run" in step)

    def test_no_expression_stands_in_a_script(self) -> None:
        jobs = [job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values()]
        for step in [*STEPS.values(), *(step for job in jobs for step in job["steps"])]:
            assert "${{" not in step.get("run", "")

    def test_the_action_uses_the_cache_of_github_and_no_other(self) -> None:
        used = [step["uses"] for step in STEPS.values() if "uses" in step]
        assert len(used) == 1
        assert re.fullmatch(r"actions/cache@[0-9a-f]{40}", used[0])

    def test_every_input_reaches_the_command(self) -> None:
        used = re.findall(r"\$\{\{ inputs\.(\S+) \}\}", str(STEPS["Audit"]["env"]))
        assert sorted(used) == sorted(ACTION["inputs"])
        assert all(f"${name}" in STEPS["Audit"]["run"] for name in STEPS["Audit"]["env"])

    def test_paths_stand_behind_two_dashes(self) -> None:
        assert '-- "${found[@]}"' in STEPS["Audit"]["run"]

    @pytest.mark.parametrize("name", WORKFLOWS)
    def test_workflows_ask_for_little(self, name: str) -> None:
        workflow = WORKFLOWS[name]
        assert workflow["permissions"] == {"contents": "read"}
        triggers = workflow[True]  # what YAML 1.1 makes of `on`
        assert not {"pull_request_target", "workflow_run"} & set(triggers)
        for job in workflow["jobs"].values():
            releases = name == "release.yml" and job.get("environment") == "release"
            assert set(job.get("permissions", ())) <= ({"contents", "id-token"} if releases else set())
            assert job["timeout-minutes"] <= 60
            for step in job["steps"]:
                uses = step.get("uses", "./")
                assert uses == "./" or re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", uses), uses
                if uses.startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False

    def test_zizmor_has_nothing_to_say(self) -> None:
        """As the workflow runs it; actionlint needs its binary from the network, which only the workflow has."""
        program = shutil.which("zizmor") or shutil.which("zizmor", path=str(Path(sys.executable).parent))
        if program is None:
            pytest.skip("no zizmor here")
        arguments = ["--offline", "--min-severity", "medium", "action.yml", ".github/workflows"]
        done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_the_readme_shows_inputs_that_exist(self) -> None:
        blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        shown = [
            step["with"] for block in blocks for step in yaml.safe_load(block).get("steps", []) if "deployment-auditor" in step["uses"]
        ]
        assert shown
        assert all(set(one) <= set(ACTION["inputs"]) for one in shown)

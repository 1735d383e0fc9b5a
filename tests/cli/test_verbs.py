"""Verbs that users of linters expect: diff, statistics, several files at a time, completion."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standins import Run

PLAN = """# Plan

- GPUs: 32
- Tensor parallelism: 4
- Pipeline parallelism: 2
- Data parallelism: 4
"""
WRONG = PLAN.replace("32", "16")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class TestDiff:
    def compared(self, command_line: Run, folder: Path, old: str, new: str) -> tuple[int, dict[str, object]]:
        put(folder / "old.md", old)
        put(folder / "new.md", new)
        answer = command_line("diff", "old.md", "new.md", "--output-format", "json")
        return answer.status, json.loads(answer.out)

    def test_a_claim_that_moved_and_what_it_breaks(self, command_line: Run, tmp_path: Path) -> None:
        status, found = self.compared(command_line, tmp_path, PLAN, WRONG)
        assert status == 1
        assert found["claims"] == [
            {"quantity": "gpus", "per": "", "phase": "", "member": "", "role": "actual", "old": ["32"], "new": ["16"]}
        ]
        assert [one["code"] for one in found["came"]] == ["LAY001"]  # type: ignore[attr-defined]
        assert (found["went"], found["stayed"]) == ([], 0)

    def test_one_that_puts_it_right(self, command_line: Run, tmp_path: Path) -> None:
        status, found = self.compared(command_line, tmp_path, WRONG, PLAN)
        assert (status, found["came"]) == (0, [])
        assert [one["code"] for one in found["went"]] == ["LAY001"]  # type: ignore[attr-defined]

    def test_other_words_are_no_difference(self, command_line: Run, tmp_path: Path) -> None:
        status, found = self.compared(command_line, tmp_path, WRONG, "A word before.\n\n" + WRONG)
        assert (status, found["claims"], found["came"], found["went"], found["stayed"]) == (0, [], [], [], 1)

    def test_lines_that_move_are_no_difference(self, command_line: Run, tmp_path: Path) -> None:
        page = (Path(__file__).parents[2] / "fixtures" / "reports" / "eight-of-sixteen.md").read_text(encoding="utf-8")
        status, found = self.compared(command_line, tmp_path, page, f"Told anew.\n\n{page}")
        assert (status, found["claims"], found["recomputed"], found["came"], found["went"]) == (0, [], [], [], [])

    def test_what_follows_of_it(self, command_line: Run, tmp_path: Path) -> None:
        _, found = self.compared(
            command_line, tmp_path, PLAN, PLAN.replace("Tensor parallelism: 4", "Tensor parallelism: 8").replace("32", "64")
        )
        recomputed = {one["quantity"]: (one["old"], one["new"]) for one in found["recomputed"]}  # type: ignore[attr-defined]
        assert recomputed["gpus.per_replica"] == ("8", "16")

    def test_what_it_does_to_memory_and_time(self, command_line: Run, tmp_path: Path) -> None:
        page = (Path(__file__).parents[2] / "fixtures" / "pages" / "chat-rollout.md").read_text(encoding="utf-8")
        changed = page.replace("Tensor parallelism: 4", "Tensor parallelism: 8").replace("Data parallelism: 2", "Data parallelism: 1")
        _, found = self.compared(command_line, tmp_path, page, changed)
        moved = {one["quantity"]: (one["scope"], one["old"], one["new"], one["change"]) for one in found["recomputed"]}  # type: ignore[attr-defined]
        assert moved["memory.weights"] == ("a GPU, serving", "32.86 GiB", "16.43 GiB", "-50.0 %")
        assert moved["memory.headroom"] == ("a GPU, serving", "~ 21.65 GiB", "~ 38.08 GiB", "+75.9 %")
        assert moved["time.tpot"] == ("serving", ">= 16.78 ms", ">= 11.60 ms", "-30.9 %")
        assert moved["rate.tokens"] == ("serving", "<= 3,813 token/s", "<= 5,519 token/s", "+44.7 %")
        out = command_line("diff", "old.md", "new.md").out
        assert "  weights (a GPU, serving): 32.86 GiB -> 16.43 GiB (-50.0 %)\n" in out
        assert "  time per output token (serving): >= 16.78 ms -> >= 11.60 ms (-30.9 %)\n" in out

    def test_as_text(self, command_line: Run, tmp_path: Path) -> None:
        put(tmp_path / "old.md", PLAN)
        put(tmp_path / "new.md", WRONG)
        answer = command_line("diff", "old.md", "new.md")
        assert "  gpus: 32 -> 16\n" in answer.out
        assert "  new.md:3:9: error[LAY001] gpu-count: 16 GPUs, but 4 x 2 x 4 = 32" in answer.out
        assert answer.out.endswith("1 claim differs; contradictions: 1 new, 0 gone, 0 as before.\n")

    def test_only_one_can_be_standard_input(self, command_line: Run) -> None:
        assert "only one of the two" in command_line("diff", "-", "-").err


class TestStatistics:
    def test_the_most_frequent_first(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", "4 * 4 = 17\n2 * 2 = 5\n")
        answer = audit("--statistics", "a.md")
        assert (answer.status, answer.out) == (1, "2  ARI001  written-equation\n")
        found = json.loads(audit("--statistics", "--output-format", "json", "a.md").out)
        assert found == {"version": 1, "statistics": [{"code": "ARI001", "name": "written-equation", "count": 2}]}

    def test_nothing_found(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", "4 * 4 = 16\n")
        assert audit("--statistics", "a.md").out == ""


class TestJobs:
    def test_several_at_a_time_say_the_same(self, command_line: Run, tmp_path: Path) -> None:
        for number, text in enumerate((WRONG, PLAN, WRONG, "x")):
            put(tmp_path / f"{number}.md", text)
        (tmp_path / "bad.md").write_bytes(b"\xff")
        put(tmp_path / "auditor.toml", "fail-level = 'warning'\n")
        one, two = (command_line("-j", jobs, "--output-format", "json", ".") for jobs in ("1", "2"))
        assert (one.status, one.out, one.err) == (two.status, two.out, two.err)
        assert one.status == 2

    def test_a_wrong_configuration_is_said_once(self, command_line: Run, tmp_path: Path) -> None:
        for name in "ab":
            put(tmp_path / name / "plan.md", PLAN)
            put(tmp_path / name / "auditor.toml", "slect = []\n" if name == "b" else "")
        answer = command_line("-j", "2", "a", "b")
        assert (answer.status, answer.err.count("slect")) == (2, 1)


class TestCompletion:
    def complete(self, *words: str) -> list[str]:
        environment = {
            **os.environ,
            "_AUDIT_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["audit", *words]),
            "COMP_CWORD": str(len(words)),
        }
        program = "from auditor.cli.main import main; import sys; sys.argv = ['audit']; main()"
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    def test_commands_and_paths(self) -> None:
        found = self.complete("ba")
        assert "baseline" in found
        assert "claims" not in found

    def test_options_of_the_default_command(self) -> None:
        assert "--diff-base" in self.complete("plan.md", "--diff-")

    def test_rules(self) -> None:
        assert "gpu-count" in self.complete("rule", "gpu-")
        assert "MEM001,LAY001" in self.complete("plan.md", "--select", "MEM001,LAY00")

    def test_quantities_and_names_of_the_catalog(self) -> None:
        assert self.complete("claims", "--quantity", "tp,parallel.pi") == ["tp,parallel.pipeline"]
        assert "A100-SXM-80GB" in self.complete("catalog", "hardware", "a100")
        assert "llama-2-7b" in self.complete("catalog", "models", "llama-2")
        assert "llama-2-7b" not in self.complete("catalog", "hardware", "llama")

    @pytest.mark.parametrize("command", ["claims", "diff", "explain", "recompute", "power", "config"])
    def test_paths_are_left_to_the_shell(self, command: str) -> None:
        assert self.complete(command, "fixt") == ["fixt"]

    @pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
    def test_in_bash(self, command_line: Run, tmp_path: Path) -> None:
        """Sourced and asked as bash asks: commands and files side by side, names, rules."""
        (tmp_path / "baselines").mkdir()
        (tmp_path / "b c.md").touch()
        script = tmp_path / "completion"
        put(script, command_line("completion", "bash").out)
        put(tmp_path / "audit", f'#!/bin/sh\nexec {sys.executable} -m auditor "$@"\n')
        (tmp_path / "audit").chmod(0o755)
        ask = f'''. {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _audit_completion "$1"; printf "%s\\n" "${{COMPREPLY[@]}}"'''

        def complete(*words: str) -> list[str]:
            call = ["bash", "--norc", "-c", ask, "bash", str(tmp_path / "audit"), *words]
            return subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()

        assert set(complete("b")) == {"baseline", "baselines", "b c.md"}
        assert set(complete("plan.md", "b")) == {"baselines", "b c.md"}
        assert "llama-2-7b" in complete("catalog", "models", "llama-2-7")
        assert complete("--ignore", "gpu-c") == ["gpu-count"]

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_a_shell_takes_its_script(self, command_line: Run, shell: str) -> None:
        if (program := shutil.which(shell)) is None:
            pytest.skip(f"no {shell} here")
        script = command_line("completion", shell).out
        done = subprocess.run([program, "-n"], input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_scripts(self, command_line: Run, shell: str) -> None:
        answer = command_line("completion", shell)
        assert answer.status == 0
        assert "_AUDIT_COMPLETE" in answer.out

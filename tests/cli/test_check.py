import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standins import Run


def write(path: str, text: str) -> str:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return path


WRONG = "We need 16 GPUs.\n\n4 * 4 = 17\n"
RIGHT = "We need 16 GPUs.\n\n4 * 4 = 16\n"
DOUBTFUL = "4 * 4 = 17 !\n"


class TestExitStatus:
    def test_nothing_found(self, audit: Run) -> None:
        assert audit(write("a.md", RIGHT)).status == 0

    def test_an_error(self, audit: Run) -> None:
        assert audit(write("a.md", WRONG)).status == 1

    @pytest.mark.parametrize(("level", "status"), [("error", 0), ("warning", 1), ("info", 1)])
    def test_the_fail_level(self, audit: Run, level: str, status: int) -> None:
        assert audit("--fail-level", level, write("a.md", DOUBTFUL)).status == status

    def test_exit_zero_forgives_findings(self, audit: Run) -> None:
        assert audit("--exit-zero", write("a.md", WRONG)).status == 0

    def test_exit_zero_forgives_no_failure(self, audit: Run) -> None:
        assert audit("--exit-zero", "missing.md").status == 2

    def test_a_missing_file_hides_no_finding(self, audit: Run) -> None:
        answer = audit("missing.md", write("a.md", WRONG))
        assert answer.status == 2
        assert "a.md:3:9: error[ARI001] written-equation: 4 * 4 is 16, written 17" in answer.out
        assert "\nmissing.md: not audited: no such file or folder\n" in answer.out
        assert answer.err == ""

    def test_an_undecodable_file(self, audit: Run, tmp_path: Path) -> None:
        (tmp_path / "a.md").write_bytes(b"16 GPUs\nna\xefve\n")
        answer = audit("a.md")
        assert answer.status == 2
        assert answer.out.startswith("a.md:2: not audited: not UTF-8")
        assert "save the file as UTF-8" in answer.out

    def test_a_file_read_in_part(self, audit: Run) -> None:
        answer = audit(write("a.md", "BROKEN\n" + WRONG))
        assert answer.status == 2
        assert "a.md:1:1: not audited in full: broken here" in answer.out
        assert "written-equation" in answer.out

    def test_an_unexpected_error_in_one_file(self, audit: Run) -> None:
        answer = audit(write("a.md", "BOOM"), write("b.md", WRONG))
        assert answer.status == 2
        assert "a.md: not audited: internal error, please report it" in answer.out
        assert "Traceback" not in answer.out + answer.err
        assert "\x1b" not in answer.out + answer.err
        assert "b.md:3:9" in answer.out

    def test_too_little_understood(self, audit: Run) -> None:
        write("a.md", "16 GPUs and 1 2 3")
        answer = audit("--min-coverage", "90", "a.md")
        assert answer.status == 1
        assert answer.err.startswith("a.md: only 1 of 4 numbers (25 %) were understood, below --min-coverage 90")
        assert audit("--min-coverage", "25", "a.md").status == 0

    @pytest.mark.parametrize("given", ["101", "-1", "x", "1/0", "1e99999999999"])
    def test_not_a_percentage(self, audit: Run, given: str) -> None:
        answer = audit(f"--min-coverage={given}", write("a.md", RIGHT))
        assert answer.status == 2
        assert "percentage" in answer.err


class TestPaths:
    def test_without_a_path_the_current_folder(self, audit: Run) -> None:
        write("deep/er/a.md", WRONG)
        assert "deep/er/a.md:3:9" in audit().out

    def test_a_folder_without_reports(self, audit: Run, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(WRONG)
        answer = audit(".")
        assert answer.status == 2
        assert "nothing to audit" in answer.out

    def test_a_named_file_is_read_whatever_its_ending(self, audit: Run) -> None:
        assert audit(write("a.txt", WRONG)).status == 1

    def test_standard_input(self, audit: Run) -> None:
        answer = audit("-", stdin=WRONG.encode())
        assert answer.status == 1
        assert "<stdin>:3:9" in answer.out

    def test_standard_input_has_the_name_given(self, audit: Run) -> None:
        assert "docs/plan.md:3:9" in audit("--stdin-filename", "docs/plan.md", "-", stdin=WRONG.encode()).out

    def test_a_path_called_like_a_command(self, audit: Run) -> None:
        write("claims", WRONG)
        assert "claims:3:9" in audit("--", "claims").out
        assert "./claims:3:9" in audit("./claims").out
        assert "claims:3:9" in audit("check", "claims").out

    def test_a_command_behind_an_option(self, audit: Run) -> None:
        answer = audit("-q", "claims", "a.md")
        assert answer.status == 2
        assert "the command 'claims' goes first" in answer.out

    def test_a_command_mistyped(self, audit: Run) -> None:
        assert "did you mean the command 'claims'?" in audit("claim", "a.md").out

    def test_a_name_that_steers_the_terminal(self, audit: Run) -> None:
        answer = audit("\x1b[2Jx.md")
        assert answer.out.startswith("\\x1b[2Jx.md: not audited: no such file or folder\n")


class TestSelection:
    @pytest.mark.parametrize("selector", ["ARI001", "written-equation", "arithmetic", "ARI", "ari0", "ALL"])
    def test_by_code_name_category_prefix(self, audit: Run, selector: str) -> None:
        write("a.md", WRONG)
        assert audit("--select", selector, "a.md").status == 1
        assert audit("--select", "LAY", "a.md").status == 0

    @pytest.mark.parametrize("selector", ["ARI001", "written-equation", "arithmetic", "ARI", "ALL"])
    def test_ignored(self, audit: Run, selector: str) -> None:
        assert audit("--ignore", selector, write("a.md", WRONG)).status == 0

    def test_the_closer_selector_wins(self, audit: Run) -> None:
        write("a.md", WRONG)
        assert audit("--select", "ARI001", "--ignore", "ARI", "a.md").status == 1
        assert audit("--select", "ARI", "--ignore", "ARI001", "a.md").status == 0

    def test_several_at_once(self, audit: Run) -> None:
        assert audit("--select", "LAY001,ARI001", write("a.md", WRONG)).status == 1

    def test_counts_are_those_of_the_selected_rules(self, audit: Run) -> None:
        answer = json.loads(audit("--ignore", "ARI", "--output-format", "json", write("a.md", WRONG)).out)
        assert answer["reports"][0]["contradicted"] == 0

    def test_an_unknown_rule(self, audit: Run) -> None:
        answer = audit("--select", "gpu-cuont", write("a.md", WRONG))
        assert answer.status == 2
        assert answer.err == "audit: --select: no rule, category or code prefix is called 'gpu-cuont'; did you mean gpu-count?\n"


class TestOutput:
    def test_quiet_says_nothing_about_what_is_right(self, audit: Run) -> None:
        answer = audit("-q", write("a.md", RIGHT))
        assert (answer.out, answer.err) == ("", "")

    def test_a_summary_otherwise(self, audit: Run) -> None:
        answer = audit(write("a.md", RIGHT))
        assert "Found no contradictions." in answer.out
        assert "1 report, 1 claim; checks: 1 held, 0 contradicted, 0 undetermined" in answer.out

    def test_concise_has_one_line_a_finding(self, audit: Run) -> None:
        lines = audit("-q", "--output-format", "concise", write("a.md", WRONG)).out.splitlines()
        assert lines == ["a.md:3:9: error[ARI001] written-equation: 4 * 4 is 16, written 17"]

    def test_several_formats_in_one_run(self, audit: Run, tmp_path: Path) -> None:
        answer = audit("--output-file", "json=a.json", "--output-file", "markdown=a=b.md", write("a.md", WRONG))
        assert answer.status == 1
        assert "a.md:3:9" in answer.out
        assert json.loads((tmp_path / "a.json").read_text())["version"] == 1
        assert (tmp_path / "a=b.md").read_text().startswith("### Audit of 1 report")

    def test_an_output_takes_the_place_of_the_last_one_whole(self, audit: Run, tmp_path: Path) -> None:
        (tmp_path / "kept.json").write_text("x" * 10_000)
        (tmp_path / "kept.json").chmod(0o600)
        (tmp_path / "link.json").symlink_to("kept.json")
        audit("--output-file", "json=link.json", write("a.md", WRONG))
        assert (tmp_path / "link.json").is_symlink()
        assert json.loads((tmp_path / "kept.json").read_text())["version"] == 1
        assert (tmp_path / "kept.json").stat().st_mode & 0o777 == 0o600
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "kept.json", "link.json"]

    def test_an_output_that_is_no_plain_file(self, audit: Run) -> None:
        assert audit("--output-file", f"json={os.devnull}", write("a.md", WRONG)).status == 1

    def test_what_a_run_writes_is_no_report(self, audit: Run, tmp_path: Path) -> None:
        write("a.md", WRONG)
        for _ in range(2):
            assert "1 report, " in audit("--output-file", "json=out.json", "--output-file", "markdown=out.md", ".").out

    def test_no_report_is_written_over(self, audit: Run, tmp_path: Path) -> None:
        answer = audit("--output-file", "json=./a.md", write("a.md", WRONG))
        assert (answer.status, answer.err) == (2, "audit: --output-file would write over a.md, which is to be audited\n")
        assert (tmp_path / "a.md").read_text() == WRONG
        twice = audit("--output-file", "json=b", "--output-file", "sarif=./b", "a.md")
        assert "two formats cannot be written to ./b" in twice.err
        assert "give a file" in audit("--output-file", "json=-", "a.md").err

    def test_links_only_from_what_a_runner_says(self, audit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a.md", WRONG)
        for name, value in (("SERVER_URL", "https://github.example"), ("REPOSITORY", "o/r"), ("SHA", "a" * 40)):
            monkeypatch.setenv(f"GITHUB_{name}", value)
        link = f"(<https://github.example/o/r/blob/{'a' * 40}/a.md?plain=1#L3>)"
        assert link in audit("--output-format", "markdown", "a.md").out
        monkeypatch.setenv("GITHUB_SERVER_URL", "javascript:alert(1)//")
        assert "](<" not in audit("--output-format", "markdown", "a.md").out

    @pytest.mark.parametrize("given", ["xml=a", "json", "json=", "=a"])
    def test_not_a_format_and_a_file(self, audit: Run, given: str) -> None:
        answer = audit("--output-file", given, write("a.md", WRONG))
        assert answer.status == 2
        assert "FORMAT=PATH" in answer.err

    def test_a_file_that_cannot_be_written(self, audit: Run) -> None:
        answer = audit("--output-file", "json=no/such/a.json", write("a.md", WRONG))
        assert answer.status == 2
        assert "no/such/a.json cannot be written" in answer.err

    def test_an_unknown_format(self, audit: Run) -> None:
        answer = audit("--output-format", "xml", write("a.md", WRONG))
        assert answer.status == 2
        assert "'xml' is not one of" in answer.err

    def test_an_unknown_option(self, audit: Run) -> None:
        answer = audit("--outputformat", "json", "a.md")
        assert answer.status == 2
        assert "--output-format" in answer.err

    @pytest.mark.parametrize(
        ("environment", "option", "colored"),
        [
            ({}, "auto", False),
            ({"FORCE_COLOR": "1"}, "auto", True),
            ({"FORCE_COLOR": "0"}, "auto", False),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
            ({"NO_COLOR": "1"}, "always", True),
            ({"FORCE_COLOR": "1"}, "never", False),
        ],
    )
    def test_color(self, audit: Run, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], option: str, colored: bool) -> None:
        write("a.md", WRONG)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert ("\x1b[" in audit("--color", option, "a.md").out) is colored

    def test_verbose_names_the_settings(self, audit: Run) -> None:
        assert "settings: none" in audit("-v", "--isolated", write("a.md", RIGHT)).err

    def test_explain_shows_where_each_number_stands(self, audit: Run) -> None:
        write("a.md", WRONG)
        assert "with a = 4 (line 3)" in audit("--explain", "a.md").out
        assert "with a = 4 (line 3)" not in audit("a.md").out

    def test_context_that_cannot_be_read_ends_the_run(self, audit: Run) -> None:
        answer = audit("--context", "facts.json", write("a.md", RIGHT))
        assert answer.status == 2
        assert answer.err == "audit: facts.json: context file no such file\n"

    def test_github_writes_nothing_but_commands(self, audit: Run) -> None:
        write("a.md", "BROKEN\n" + WRONG)
        answer = audit("--output-format", "github", "a.md", "missing.md")
        assert answer.status == 2
        assert answer.err == ""
        assert answer.out.count("::error ") == 3

    def test_github_says_what_was_understood_too_little(self, audit: Run) -> None:
        answer = audit("--output-format", "github", "--min-coverage", "90", write("a.md", "16 GPUs and 1 2 3"))
        assert (answer.status, answer.err) == (1, "")
        assert "::error file=a.md,title=coverage::only 1 of 4 numbers (25 %25) were understood" in answer.out


class TestStreams:
    def test_a_closed_pipe(self, tmp_path: Path) -> None:
        (tmp_path / "a.md").write_text("4 * 4 = 17\n")
        code = (
            "import sys, os; sys.argv = ['audit', 'claims', '--help']; r, w = os.pipe(); os.dup2(w, 1); os.close(r); os.close(w)\n"
            "from auditor.cli.main import main; main()"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 141
        assert done.stderr == ""

    def test_an_interrupt(self, audit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        import auditor.cli.running

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(auditor.cli.running, "configuration_for", interrupted)
        answer = audit("a.md")
        assert answer.status == 130
        assert "Traceback" not in answer.err

    def test_a_stream_that_is_not_utf8(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "auditor", "专家.md"],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        )
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr

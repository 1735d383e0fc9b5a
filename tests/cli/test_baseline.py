"""A way in for old reports: a baseline, and findings of a change alone. Real audits of reports of our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import auditor.cache
from auditor.baseline import Baseline, Entry, dump, read
from auditor.errors import InputError
from tests.standins import Run

PLAN = """# Serving plan {name}

The cluster is shared with reserch.

- GPUs: 16
- Tensor parallelism: 4
- Pipeline parallelism: 2
- Data parallelism: 4
"""
JSON = '{"gpus": 24, "tensor_parallel_size": 4, "pipeline_parallel_size": 2, "data_parallel_size": 4}\n'
NAMES = "abcd"
RIGHT = PLAN.replace("16", "32")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with old reports, of which some have findings."""
    for name in NAMES:
        put(tmp_path / "reports" / f"{name}" / "plan.md", PLAN.format(name=name))
    put(tmp_path / "reports" / "right.md", RIGHT.format(name="right"))
    put(tmp_path / "data" / "plan.json", JSON)
    (tmp_path / ".git").mkdir()
    put(tmp_path / "auditor.toml", 'baseline = "audit-baseline.json"\n')
    return tmp_path


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def entries(repository: Path) -> list[dict[str, Any]]:
    found = json.loads((repository / "audit-baseline.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, json.loads((files("auditor") / "schemas" / "baseline-v1.schema.json").read_text(encoding="utf-8")))
    return list(found["findings"])


class TestAWayIn:
    def test_one_command_makes_all_there_is_known(self, command_line: Run, repository: Path) -> None:
        assert command_line("--no-baseline").status == 1
        made = command_line("baseline", "create")
        assert (made.status, made.out) == (0, "audit-baseline.json: 5 findings in 5 files taken for known.\n")
        assert [entry["file"] for entry in entries(repository)] == ["data/plan.json", *(f"reports/{name}/plan.md" for name in NAMES)]
        after = command_line()
        assert after.status == 0
        assert "Found no contradictions that count." in after.out
        assert "5 findings do not count: 5 known from audit-baseline.json." in after.out

    def test_it_is_the_same_from_below(self, command_line: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        command_line("baseline", "create")
        monkeypatch.chdir(repository / "reports" / "a")
        assert command_line("plan.md").status == 0
        assert command_line("baseline", "check").status == 0

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("reserch", "research"),
            ("# Serving", "A new first line.\n\n# Serving"),
            ("- GPUs: 16", "- **GPUs**: 16"),
            ("- GPUs: 16", "- Number of GPUs: 16"),
            ("- GPUs: 16", "* GPUs: 16"),
        ],
    )
    def test_an_edit_that_changes_no_figure_passes(self, command_line: Run, repository: Path, old: str, new: str) -> None:
        command_line("baseline", "create")
        edit(repository / "reports" / "a" / "plan.md", old, new)
        assert command_line("reports").status == 0
        assert command_line("baseline", "check").status == 0

    def test_a_new_error_fails_alone(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        edit(repository / "reports" / "a" / "plan.md", "# Serving", "4 * 4 = 17\n\n# Serving")
        answer = command_line("--output-format", "concise", "reports")
        assert answer.status == 1
        assert [line.split(" ")[1] for line in answer.out.splitlines() if line.startswith("reports/")] == ["error[ARI001]"]

    def test_the_same_mistake_once_more_is_new(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        shutil.copy(repository / "reports" / "a" / "plan.md", repository / "reports" / "e.md")
        answer = command_line("-q", "--output-format", "concise", "reports")
        assert (answer.status, answer.out.count(" error[")) == (1, 1)
        assert answer.out.startswith("reports/e.md:")

    def test_another_wrong_figure_in_its_place_is_new(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        edit(repository / "reports" / "a" / "plan.md", "GPUs: 16", "GPUs: 24")
        assert command_line("reports").status == 1

    def test_putting_one_right_leaves_a_stale_entry_that_is_said(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        edit(repository / "reports" / "a" / "plan.md", "16", "32")
        answer = command_line("reports")
        assert answer.status == 0
        assert "1 finding of audit-baseline.json no longer there" in answer.out
        assert "reports/a/plan.md LAY001 '- gpus: 16'" in answer.out
        found = json.loads(command_line("--output-format", "json", "reports").out)["basis"]
        assert found["stale"] == [{"file": "reports/a/plan.md", "code": "LAY001", "claim": "- gpus: 16", "count": 1}]
        assert found["withheld"] == {"ignored": 0, "suppressed": 0, "known": 3, "outside-change": 0}
        checked = command_line("baseline", "check")
        assert checked.status == 1
        assert "reports/a/plan.md: gone: LAY001 gpu-count: - gpus: 16" in checked.out
        updated = command_line("baseline", "update")
        assert (updated.status, len(entries(repository))) == (0, 4)
        assert command_line("baseline", "check").status == 0

    def test_new_findings_are_taken_in_only_when_accepted(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        put(repository / "new.md", PLAN.format(name="new"))
        before = (repository / "audit-baseline.json").read_text()
        refused = command_line("baseline", "update")
        assert refused.status == 1
        assert "new.md: new, not taken in: LAY001 gpu-count" in refused.out
        assert (repository / "audit-baseline.json").read_text() == before
        assert command_line("baseline", "update", "--accept-new").status == 0
        assert len(entries(repository)) == 6

    def test_a_report_that_moved_takes_its_entries_along(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        (repository / "archive").mkdir()
        (repository / "reports" / "a" / "plan.md").rename(repository / "archive" / "plan.md")
        assert command_line("archive").status == 0
        assert command_line("baseline", "update").status == 0
        assert "archive/plan.md" in [entry["file"] for entry in entries(repository)]
        assert len(entries(repository)) == 5

    def test_a_report_that_is_gone_takes_its_entries_with_it(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        (repository / "data" / "plan.json").unlink()
        assert command_line("baseline", "check").status == 1
        command_line("baseline", "update")
        assert len(entries(repository)) == 4

    def test_an_update_of_some_files_leaves_the_others_alone(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        for name in "ab":
            edit(repository / "reports" / f"{name}" / "plan.md", "16", "32")
        command_line("baseline", "update", "reports/a")
        assert [entry["file"] for entry in entries(repository)] == [
            "data/plan.json",
            *(f"reports/{name}/plan.md" for name in "bcd"),
        ]

    def test_what_cannot_be_read_loses_no_entry(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        (repository / "reports" / "a" / "plan.md").write_bytes(b"\xff\xff")
        answer = command_line("baseline", "update")
        assert answer.status == 2
        assert "what the baseline holds of it stays" in answer.err
        assert len(entries(repository)) == 5

    def test_one_that_is_there_is_not_written_over(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        refused = command_line("baseline", "create")
        assert refused.status == 2
        assert "audit-baseline.json exists; `audit baseline update` keeps it" in refused.err
        assert command_line("baseline", "create", "--force").status == 0

    def test_the_baseline_itself_is_no_report(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        found = json.loads(command_line("--output-format", "json", ".", "audit-baseline.json", "auditor.toml").out)
        assert {report["path"] for report in found["reports"]}.isdisjoint({"audit-baseline.json", "auditor.toml"})

    def test_a_known_finding_still_contradicts(self, command_line: Run, repository: Path) -> None:
        command_line("baseline", "create")
        report = json.loads(command_line("--output-format", "json", "data").out)["reports"][0]
        assert (report["verdict"], report["reason"]) == ("contradicted", "1 known from the baseline")
        assert report["withheld"][0]["by"] == "known"

    def test_comments_and_baseline_are_told_apart(self, command_line: Run, repository: Path) -> None:
        edit(repository / "reports" / "b" / "plan.md", "GPUs: 16", "GPUs: 16 <!-- audit: ignore[gpu-count] spare nodes -->")
        command_line("baseline", "create")
        answer = command_line()
        assert "5 findings do not count: 1 suppressed by a comment, 4 known from audit-baseline.json." in answer.out
        assert command_line("--no-inline").status == 1


class TestTheFile:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("{", "x.json:1:2: not JSON"),
            ("[]", "not a baseline: no list `findings`"),
            ('{"version": 2, "findings": []}', "a baseline of version 2; this auditor reads version 1"),
            ('{"version": 1, "findings": [3]}', "entry 1 is not an object"),
            ('{"version": 1, "findings": [{"file": "a", "code": "LAY001", "count": 0}]}', "entry 1: `count` is missing or not"),
            ('{"version": 1, "findings": [{"file": "a"}]}', "entry 1: `code` is missing or not"),
            ('{"version": 1, "findings": [{"file": "a", "code": 3}]}', "entry 1: `code` is missing or not"),
            ("[" * 100_000, "x.json"),
        ],
    )
    def test_what_is_none(self, text: str, words: str) -> None:
        with pytest.raises(InputError) as caught:
            read(text, "x.json")
        assert words in str(caught.value)

    def test_it_comes_back_as_it_was(self) -> None:
        entry = Entry("a/b.md", "LAY001", 'gpus: "16"\u202e', "16", 3, "gpu-count", "16 GPUs \ud800\n")
        text = dump([entry])
        assert text.isprintable() or "\u202e" not in text
        assert read(text, "x.json") == Baseline((entry,))
        assert dump(read(text, "x.json").entries) == text

    def test_a_missing_one(self, command_line: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", RIGHT)
        answer = command_line("--baseline", "none.json", "a.md")
        assert (answer.status, answer.err) == (2, "audit: none.json: there is no such baseline; `audit baseline create` makes it\n")
        assert "exclude each other" in command_line("--baseline", "x", "--no-baseline", "a.md").err

    def test_standard_input_has_none(self, command_line: Run) -> None:
        assert "standard input has no name to keep" in command_line("baseline", "create", "-").err


def git(folder: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    own = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(own, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
class TestAChange:
    @pytest.fixture
    def history(self, repository: Path) -> Path:
        (repository / ".git").rmdir()
        (repository / "auditor.toml").unlink()
        git(repository, "init", "-q", "-b", "main")
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", "first")
        return repository

    def audit(self, command_line: Run, *arguments: str) -> tuple[int, list[str], dict[str, Any]]:
        answer = command_line("--diff-base", "main", "--output-format", "json", *arguments)
        found = json.loads(answer.out)
        return answer.status, [one["location"]["path"] + " " + one["code"] for one in found["findings"]], found["basis"]

    def test_nothing_changed(self, command_line: Run, history: Path) -> None:
        status, findings, basis = self.audit(command_line)
        assert (status, findings, basis["unchanged"]) == (0, [], 6)

    def test_a_line_far_from_a_finding(self, command_line: Run, history: Path) -> None:
        edit(history / "reports" / "a" / "plan.md", "reserch.", "research.\nAnd with training.")
        status, findings, basis = self.audit(command_line)
        assert (status, findings, basis["withheld"]["outside-change"], basis["unchanged"]) == (0, [], 1, 5)
        assert basis["diff_base"] == "main"

    def test_a_line_of_a_finding(self, command_line: Run, history: Path) -> None:
        edit(history / "reports" / "a" / "plan.md", "Pipeline parallelism: 2", "Pipeline parallelism (PP): 2")
        assert self.audit(command_line)[:2] == (1, ["reports/a/plan.md LAY001"])

    def test_what_became_wrong_elsewhere(self, command_line: Run, history: Path) -> None:
        edit(history / "reports" / "right.md", "Data parallelism: 4", "Data parallelism: 8")
        assert self.audit(command_line)[:2] == (1, ["reports/right.md LAY001"])

    def test_what_became_wrong_through_a_line_that_went(self, command_line: Run, history: Path) -> None:
        put(history / "eq.md", "- TP: 4\n- PP: 2\n- CP: 2\n- DP: 2\n- GPUs: 32\n")
        git(history, "add", ".")
        git(history, "commit", "-q", "-m", "second")
        edit(history / "eq.md", "- CP: 2\n", "")
        assert self.audit(command_line)[:2] == (1, ["eq.md LAY001"])

    def test_a_new_file_is_new_as_a_whole(self, command_line: Run, history: Path) -> None:
        put(history / "new.md", PLAN.format(name="new"))
        assert self.audit(command_line)[:2] == (1, ["new.md LAY001"])

    def test_a_renamed_file_is_not(self, command_line: Run, history: Path) -> None:
        git(history, "mv", "reports/a/plan.md", "moved.md")
        edit(history / "moved.md", "reserch", "research")
        assert self.audit(command_line)[:2] == (0, [])

    def test_only_since_the_branches_parted(self, command_line: Run, history: Path) -> None:
        git(history, "checkout", "-q", "-b", "topic")
        edit(history / "reports" / "a" / "plan.md", "reserch", "research")
        git(history, "commit", "-q", "-am", "topic")
        git(history, "checkout", "-q", "main")
        edit(history / "reports" / "right.md", "32", "64")
        git(history, "commit", "-q", "-am", "main goes on")
        git(history, "checkout", "-q", "topic")
        assert self.audit(command_line)[:2] == (0, [])

    def test_a_context_that_changed_has_all_looked_at(self, command_line: Run, history: Path) -> None:
        put(history / "facts.md", "- GPUs: 32\n")
        _, _, basis = self.audit(command_line, "--context", "facts.md", "reports")
        assert basis["unchanged"] == 0

    @pytest.mark.parametrize("revision", ["nope", "--output=x", "main:reports", "-1", "$(touch pwned)", ""])
    def test_what_is_no_commit(self, command_line: Run, history: Path, revision: str) -> None:
        answer = command_line("--diff-base", revision, "reports")
        assert answer.status == 2
        assert "--diff-base: there is no commit" in answer.err
        assert not (history / "pwned").exists()
        assert not (history / "x").exists()

    def test_where_there_is_no_repository(self, command_line: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", PLAN)
        assert "lies in no git repository" in command_line("--diff-base", "main", "a.md").err

    def test_no_program_of_the_repository_is_run(self, command_line: Run, history: Path) -> None:
        put(history / ".gitattributes", "*.md diff=evil\n")
        git(history, "config", "diff.evil.textconv", "touch pwned; cat")
        git(history, "config", "diff.external", "touch pwned; true")
        git(history, "config", "core.fsmonitor", "touch pwned; true")
        edit(history / "reports" / "a" / "plan.md", "reserch", "research")
        assert self.audit(command_line)[0] == 0
        assert not (history / "pwned").exists()


SHARED = Path(__file__).parents[2].parent / "shared" / "corpus"


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the published reports are not at hand")
def test_two_hundred_reports(
    command_line: Run, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way in on reports as people write them: one command, a typo passes, a new error fails, what is put right is said.

    As for a user, what a first run has found of a report is kept, and what comes after it is about findings, not about reading.
    """
    kept = tmp_path_factory.mktemp("cache")
    monkeypatch.delenv("AUDITOR_NO_CACHE")
    monkeypatch.setattr(auditor.cache, "cache_folder", lambda: kept)
    for part in ("reports", "more"):
        shutil.copytree(SHARED / part, tmp_path / part)
    (tmp_path / ".git").mkdir()
    put(tmp_path / "auditor.toml", 'baseline = "audit-baseline.json"\nnot-audited = "warning"\n')
    assert command_line("--no-baseline", "-j", "0", "-q").status == 1
    made = command_line("baseline", "create")
    known = entries(tmp_path)
    assert made.out.endswith(" taken for known.\n")
    assert len(known) > 100
    after = command_line("--fail-level", "info", "--config", "not-audited = {}", "-q", "--output-format", "concise")
    *lines, blank, last = after.out.splitlines()
    count = sum(entry.get("count", 1) for entry in known)
    assert (blank, last) == ("", f"{count} findings do not count: {count} known from audit-baseline.json.")
    broken = {line.partition(":")[0] for line in lines if "not audited in full" in line}
    assert 0 < len(lines) == len(broken)  # reports of broken JSON, a line each: no baseline makes that known
    assert all(path.endswith(".json") for path in broken)
    chosen = next(tmp_path / entry["file"] for entry in known if entry["file"].endswith(".md"))
    text = chosen.read_text(encoding="utf-8")
    chosen.write_text("A title that was forgotten.\n\n" + text, encoding="utf-8")
    assert command_line(str(chosen)).status == 0
    chosen.write_text(text + "\n\n4 * 4 = 17\n", encoding="utf-8")
    assert command_line(str(chosen)).status == 1
    chosen.write_text("Nothing is left of it.\n", encoding="utf-8")
    assert "no longer there" in command_line(str(chosen)).out

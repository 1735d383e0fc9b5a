from pathlib import Path

import pytest

from auditor.config import find, load
from auditor.errors import InputError
from tests.standins import Run

WRONG = "4 * 4 = 17\n"


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestWhichFile:
    @pytest.mark.parametrize("name", ["auditor.toml", ".auditor.toml"])
    def test_the_nearest_above_the_paths(self, tmp_path: Path, name: str) -> None:
        put(tmp_path / "auditor.toml", "")
        near = put(tmp_path / "docs" / name, "")
        put(tmp_path / "docs" / "deep" / "a.md", "")
        assert find([str(tmp_path / "docs" / "deep" / "a.md")]) == near
        assert find([str(tmp_path / "docs" / "deep" / "a.md"), str(tmp_path / "b.md")]) == tmp_path / "auditor.toml"

    def test_pyproject_only_with_our_table(self, tmp_path: Path) -> None:
        above = put(tmp_path / "pyproject.toml", "[tool.auditor]\nselect = ['ALL']\n")
        put(tmp_path / "docs" / "pyproject.toml", "[tool.ruff]\n")
        assert find([str(tmp_path / "docs")]) == above

    def test_our_own_file_before_pyproject(self, tmp_path: Path) -> None:
        put(tmp_path / "pyproject.toml", "[tool.auditor]\n")
        own = put(tmp_path / "auditor.toml", "")
        assert find([str(tmp_path)]) == own

    def test_the_search_ends_at_the_repository(self, tmp_path: Path) -> None:
        put(tmp_path / "auditor.toml", "")
        (tmp_path / "project" / ".git").mkdir(parents=True)
        assert find([str(tmp_path / "project")]) is None

    def test_isolated(self, tmp_path: Path) -> None:
        put(tmp_path / "auditor.toml", "select = ['X']")
        assert load([str(tmp_path)], isolated=True).select == ()


class TestWhatItMaySay:
    def read(self, tmp_path: Path, text: str, name: str = "auditor.toml") -> object:
        return load([], put(tmp_path / name, text))

    def test_every_key(self, tmp_path: Path) -> None:
        settings = load(
            [],
            put(
                tmp_path / "auditor.toml",
                "select = ['LAY', 'memory']\nignore = ['LAY001']\nfail-level = 'warning'\noutput-format = 'concise'\nexclude = ['old/']\n"
                "rules = ['our-rules']\ncontext = ['facts.json']\nmin-coverage = 92.5\n[per-file-ignores]\n'drafts/*.md' = ['status']\n",
            ),
        )
        assert settings.select == ("LAY", "memory")
        assert settings.ignore == ("LAY001",)
        assert settings.fail_level == "warning"
        assert settings.output_format == "concise"
        assert settings.rules == (tmp_path / "our-rules",)
        assert settings.context == (tmp_path / "facts.json",)
        assert settings.per_file_ignores == (("drafts/*.md", ("status",)),)
        assert str(settings.min_coverage) == "185/2"

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("\nslect = ['LAY']", 2, "unknown key 'slect'; did you mean 'select'?"),
            ("fail_level = 'error'", 1, "unknown key 'fail_level'; did you mean 'fail-level'?"),
            ("zzz = 1", 1, "the keys are select, ignore"),
            ("# x\nfail-level = 'fatal'", 2, "fail-level: Input should be 'error', 'warning' or 'info'"),
            ("select = 'LAY'", 1, "select: Input should be a valid list"),
            ("select = [1]", 1, "select.0: Input should be a valid string"),
            ("min-coverage = 120", 1, "min-coverage"),
            ("min-coverage = nan", 1, "min-coverage"),
            ("output-format = 'xml'", 1, "output-format: 'xml' is not one of full, concise"),
            ("[per-file-ignores]\n'a' = 3", 1, "per-file-ignores.a"),
            ("a = \n", 1, "not TOML: Invalid value"),
            ("select = ['LAY'", None, "not TOML"),
        ],
    )
    def test_messages_name_the_place(self, tmp_path: Path, text: str, line: int | None, words: str) -> None:
        with pytest.raises(InputError) as caught:
            self.read(tmp_path, text)
        assert words in caught.value.message
        assert line is None or caught.value.line == line
        assert caught.value.path == str(tmp_path / "auditor.toml")

    def test_a_table_that_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="not a table"):
            self.read(tmp_path, "[tool]\nauditor = 1\n", "pyproject.toml")

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "auditor.toml").write_bytes(b"\xff\xfe")
        with pytest.raises(InputError, match="not UTF-8"):
            load([], tmp_path / "auditor.toml")

    def test_a_named_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="configuration cannot be read: No such file"):
            load([], tmp_path / "auditor.toml")


class TestInARun:
    def test_settings_hold(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "ignore = ['arithmetic']\n")
        assert audit("a.md").status == 0
        assert audit("--isolated", "a.md").status == 1

    def test_options_go_before_settings(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "output-format = 'concise'\nselect = ['LAY']\n")
        assert audit("a.md").status == 0
        answer = audit("--select", "ALL", "a.md")
        assert answer.status == 1
        assert "  |" not in answer.out
        assert "  |" in audit("--select", "ALL", "--output-format", "full", "a.md").out

    def test_ignores_for_some_files(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "drafts" / "a.md", WRONG)
        put(tmp_path / "b.md", WRONG)
        put(tmp_path / "auditor.toml", "[per-file-ignores]\n'drafts/' = ['ARI001']\n")
        answer = audit("-q", "--output-format", "concise", ".")
        assert answer.out.splitlines() == ["b.md:1:9: error[ARI001] written-equation: 4 * 4 is 16, written 17"]

    def test_exclude(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "old" / "a.md", WRONG)
        put(tmp_path / "b.md", "4 * 4 = 16\n")
        put(tmp_path / "auditor.toml", "exclude = ['old/']\n")
        assert audit(".").status == 0
        assert audit("old/a.md").status == 1
        assert audit("--force-exclude", "old/a.md").status == 0
        assert "left out: old" in audit("-v", ".").err

    def test_an_error_in_it(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "slect = ['LAY']\n")
        answer = audit("a.md")
        assert answer.status == 2
        assert answer.err == f"audit: {tmp_path / 'auditor.toml'}:1: unknown key 'slect'; did you mean 'select'?\n"

    def test_an_unknown_rule_in_it(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "ignore = ['LYA001']\n")
        answer = audit("a.md")
        assert answer.status == 2
        assert "did you mean LAY001?" in answer.err

    def test_named_and_isolated_exclude_each_other(self, audit: Run) -> None:
        assert "exclude each other" in audit("--isolated", "--config", "x.toml", "a.md").err

    def test_the_coverage_asked_for(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", "16 GPUs and 3")
        put(tmp_path / "auditor.toml", "min-coverage = 50.5\n")
        assert audit("a.md").status == 1

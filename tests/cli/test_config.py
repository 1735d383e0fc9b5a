import json
import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from auditor.config import find, load
from auditor.config_keys import schema
from auditor.errors import ConfigError
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
        ("text", "place", "words"),
        [
            ("\nslect = ['LAY']", "2:1", "unknown key 'slect'; did you mean 'select'?"),
            ("fail_level = 'error'", "1:1", "unknown key 'fail_level'; did you mean 'fail-level'?"),
            ("zzz = 1", "1:1", "the keys are extend, select"),
            ("# x\nfail-level = 'fatal'", "2:14", "fail-level: 'fatal' is not one of error, warning, info"),
            ("fail-level = 'warnin'", "1:14", "did you mean 'warning'?"),
            ("fail-level = 3", "1:14", "fail-level: 3, where one of error, warning, info is expected"),
            ("select = 'LAY'", "1:10", "select: 'LAY', where a list of texts is expected: ['LAY']"),
            ("select = ['LAY', 1]", "1:18", "select: 1, where a text is expected"),
            ("select = ['']", "1:11", "select: an empty text, where a text is expected"),
            ("min-coverage = 120", "1:16", "min-coverage: 120, where a number from 0 to 100 is expected"),
            ("min-coverage = nan", "1:16", "min-coverage: NaN"),
            ("min-coverage = true", "1:16", "min-coverage: true"),
            ("min-coverage = 1e-999999999", "1:16", "where a number from 0 to 100"),
            ("output-format = 'xml'", "1:17", "output-format: 'xml' is not one of full, concise"),
            ("[per-file-ignores]\n'a' = 3", "2:7", "per-file-ignores.a: 3, where a list of texts is expected"),
            ("per-file-ignores = []", "1:20", 'per-file-ignores: a list, where a table is expected: { "drafts/*.md"'),
            ("severity = { gpu-count = 'bad' }", "1:26", "severity.gpu-count: 'bad' is not one of error, warning, info"),
            ("not-audited = 'never'", "1:15", "not-audited: 'never' is not one of"),
            ("[not-audited]\n'old/' = 1979-05-27", "2:10", "a date or time, where one of"),
            ("a = \n", "1:5", "not TOML: Invalid value"),
            ("select = ['LAY'", "1:1", "not TOML"),
        ],
    )
    def test_messages_name_the_place(self, tmp_path: Path, text: str, place: str, words: str) -> None:
        with pytest.raises(ConfigError) as caught:
            self.read(tmp_path, text)
        assert len(caught.value.errors) == 1
        assert words in caught.value.lines[0]
        assert caught.value.lines[0].startswith(f"{tmp_path / 'auditor.toml'}:{place}: ")

    def test_all_that_is_wrong_is_said_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            self.read(tmp_path, "fail-level = 'x'\nslect = []\nexclude = [1, 2]\n[severity]\nALL = 'x'\n")
        assert [(error.line, error.column) for error in caught.value.errors] == [(1, 14), (2, 1), (3, 12), (3, 15), (5, 7)]

    def test_in_pyproject_the_places_are_those_of_its_table(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"pyproject.toml:4:1: unknown key 'slect'"):
            self.read(tmp_path, "[project]\nslect = 1\n[tool.auditor]\nslect = 1\n", "pyproject.toml")

    def test_a_table_that_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r":2:11: \[tool.auditor\] is not a table"):
            self.read(tmp_path, "[tool]\nauditor = 1\n", "pyproject.toml")

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "auditor.toml").write_bytes(b"\xff\xfe")
        with pytest.raises(ConfigError, match="not UTF-8"):
            load([], tmp_path / "auditor.toml")

    def test_a_named_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="configuration cannot be read: No such file"):
            load([], tmp_path / "auditor.toml")


class TestExtend:
    def test_what_is_set_wins_and_tables_are_joined(self, tmp_path: Path) -> None:
        put(
            tmp_path / "base.toml",
            "select = ['LAY']\nignore = ['LAY002']\nfail-level = 'warning'\nexclude = ['a/']\n[severity]\nLAY = 'info'\nMEM = 'info'\n",
        )
        own = put(
            tmp_path / "docs" / "auditor.toml",
            "extend = '../base.toml'\nselect = ['MEM']\nextend-ignore = ['LAY003']\nextend-exclude = ['b/']\n[severity]\nLAY = 'error'\n",
        )
        settings = load([], own)
        assert settings.origin == own
        assert (settings.select, settings.ignore, settings.exclude) == (("MEM",), ("LAY002", "LAY003"), ("a/", "b/"))
        assert settings.fail_level == "warning"
        assert dict(settings.severity) == {"LAY": "error", "MEM": "info"}
        assert str(settings.said["fail-level"]) == f"{tmp_path / 'docs' / '../base.toml'}:3:1"

    def test_round_in_a_circle(self, tmp_path: Path) -> None:
        put(tmp_path / "a.toml", "extend = 'b.toml'\n")
        put(tmp_path / "b.toml", "extend = 'a.toml'\n")
        with pytest.raises(ConfigError, match=r"b.toml:1:10: extend: 'a.toml' comes back to a file that extends it"):
            load([], tmp_path / "a.toml")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"a.toml:1:10: extend: 'b.toml' cannot be read: No such file"):
            load([], put(tmp_path / "a.toml", "extend = 'b.toml'\n"))

    @pytest.mark.parametrize(
        "text", ["extend = '../out.toml'", "context = ['a.md', '../out.toml']", "baseline = '/etc/passwd'", "rules = ['link']"]
    )
    def test_a_found_file_reaches_nothing_outside_its_repository(self, tmp_path: Path, text: str) -> None:
        """It may be a pull request's: what it names must be the repository's, links followed."""
        put(tmp_path / "out.toml", "select = ['LAY']\n")
        (tmp_path / "repo" / ".git").mkdir(parents=True)
        (tmp_path / "repo" / "link").symlink_to(tmp_path)
        own = put(tmp_path / "repo" / "auditor.toml", text)
        with pytest.raises(ConfigError, match=r"auditor.toml:1:\d+: .*lies outside"):
            load([str(tmp_path / "repo" / "a.md")])
        load([], own)  # who names a file trusts it


class TestKeys:
    def test_the_shipped_schema_is_that_of_the_table(self) -> None:
        shipped = json.loads((files("auditor") / "schemas" / "config.schema.json").read_text(encoding="utf-8"))
        assert shipped == schema()

    def test_the_schema_admits_what_the_reader_does(self, tmp_path: Path) -> None:
        text = "select = ['LAY']\nfail-level = 'info'\nmin-coverage = 50\nnot-audited = 'warning'\n[per-file-ignores]\n'a' = ['LAY']\n"
        load([], put(tmp_path / "auditor.toml", text))
        jsonschema.validate(tomllib.loads(text), schema())
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"slect": []}, schema())


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
        assert answer.out.splitlines() == [
            "b.md:1:9: error[ARI001] written-equation: 4 * 4 is 16, written 17",
            "",
            "1 finding does not count: 1 left out by the configuration.",
        ]

    def test_exclude(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "old" / "a.md", WRONG)
        put(tmp_path / "b.md", "4 * 4 = 16\n")
        put(tmp_path / "auditor.toml", "exclude = ['old/']\n")
        assert audit(".").status == 0
        assert audit("old/a.md").status == 1
        assert audit("--force-exclude", "--allow-empty", "old/a.md").status == 0
        nothing = audit("--force-exclude", "old/a.md")
        assert (nothing.status, "all there is was left out: old/a.md (excluded by the configuration)" in nothing.out) == (2, True)
        assert "left out: old" in audit("-v", ".").err

    @pytest.mark.parametrize("output_format", ["full", "concise", "json", "github", "markdown"])
    @pytest.mark.parametrize("quiet", [(), ("--quiet",)])
    def test_what_it_leaves_out_is_said_in_every_format(
        self, audit: Run, tmp_path: Path, output_format: str, quiet: tuple[str, ...]
    ) -> None:
        put(tmp_path / "old" / "a.md", WRONG)
        put(tmp_path / "b.md", "4 * 4 = 16\n")
        put(tmp_path / "auditor.toml", "exclude = ['old/']\nignore = ['layout']\n")
        answer = audit(*quiet, "--output-format", output_format, ".")
        assert answer.status == 0
        if output_format == "json":
            basis = json.loads(answer.out)["basis"]
            assert basis["left_out"] == [{"path": "old/a.md", "reason": "excluded by the configuration"}]
            assert basis["rules_off"] == {"command_line": 0, "configuration": 1}
        else:
            assert "Left out: 1 excluded by the configuration (old/a.md); 1 rule turned off by the configuration." in answer.out

    def test_one_that_turns_every_rule_off_is_no_pass(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "ignore = ['ALL']\n")
        answer = audit("a.md")
        assert (answer.status, "no rule is left to check by" in answer.err) == (2, True)
        assert audit("--allow-empty", "a.md").status == 0

    def test_an_error_in_it(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "slect = ['LAY']\n")
        answer = audit("a.md")
        assert answer.status == 2
        assert answer.err == f"audit: {tmp_path / 'auditor.toml'}:1:1: unknown key 'slect'; did you mean 'select'?\n"

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

    def test_each_file_has_the_nearest_configuration_whatever_is_audited_with_it(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "auditor.toml", "")
        put(tmp_path / "docs" / "auditor.toml", "ignore = ['ARI001']\n")
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "docs" / "b.md", WRONG)
        assert audit("docs/b.md").status == 0
        answer = audit("--output-format", "concise", "a.md", "docs/b.md")
        assert answer.out.startswith("a.md:1:9: error[ARI001]")
        assert "docs/b.md" not in answer.out.splitlines()[0]
        assert "1 finding does not count: 1 left out by the configuration." in answer.out
        assert "Configuration: auditor.toml, docs/auditor.toml." in answer.out

    def test_severity_by_rule(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "[severity]\nALL = 'info'\narithmetic = 'warning'\n")
        answer = audit("--output-format", "concise", "a.md")
        assert answer.status == 0
        assert "warning[ARI001]" in answer.out
        assert audit("--fail-level", "warning", "a.md").status == 1

    def test_keys_on_the_command_line_win(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "fail-level = 'error'\n")
        assert audit("--config", "severity.ARI001=info", "a.md").status == 0
        assert audit("--config", "severity.ARI001=info", "--config", "fail-level = 'info'", "a.md").status == 1
        assert audit("--isolated", "--config", "ignore=['ARI001']", "a.md").status == 0

    def test_a_key_on_the_command_line_that_is_wrong(self, audit: Run) -> None:
        answer = audit("--config", "slect=['X']", "a.md")
        assert (answer.status, answer.err) == (2, "audit: --config: unknown key 'slect'; did you mean 'select'?\n")
        assert "is not KEY=VALUE in TOML" in audit("--config", "select=[", "a.md").err

    def test_unknown_rules_are_named_with_their_places_all_of_them(self, audit: Run, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        put(tmp_path / "auditor.toml", "ignore = ['LYA001']\n[severity]\ngpu-cuont = 'info'\n[per-file-ignores]\n'x' = ['nope']\n")
        place, unknown = f"audit: {tmp_path}/auditor.toml", "no rule, category or code prefix is called"
        assert audit("a.md").err.splitlines() == [
            f"{place}:1:11: ignore: {unknown} 'LYA001'; did you mean LAY001?",
            f"{place}:3:1: severity: {unknown} 'gpu-cuont'; did you mean gpu-count?",
            f"{place}:5:8: per-file-ignores: {unknown} 'nope'; `audit rule --all` lists every rule",
        ]

    @pytest.mark.parametrize(("level", "status"), [("error", 2), ("warning", 0), ("info", 0)])
    def test_how_grave_it_is_that_a_file_cannot_be_audited(self, audit: Run, tmp_path: Path, level: str, status: int) -> None:
        put(tmp_path / "old" / "a.md", "BROKEN\n")
        (tmp_path / "old" / "b.md").write_bytes(b"\xff")
        put(tmp_path / "auditor.toml", f"[not-audited]\n'old/' = '{level}'\n")
        answer = audit("old")
        assert answer.status == status
        assert "old/a.md:1:1: not audited in full: broken here" in answer.out
        assert audit("--fail-level", "info", "old").status == (2 if level == "error" else 1)
        put(tmp_path / "c.md", "BROKEN\n")
        assert audit("c.md").status == 2


class TestLimits:
    def test_they_are_those_of_the_audit(self, tmp_path: Path) -> None:
        put(tmp_path / "auditor.toml", "[limits]\nnumbers = 7\nsteps = 1_000\n")
        assert dict(load([str(tmp_path)]).limits) == {"numbers": 7, "steps": 1000}
        assert dict.fromkeys(schema()["properties"]["limits"]["properties"], 1) == {
            "word": 1,
            "statement": 1,
            "numbers": 1,
            "steps": 1,
        }

    @pytest.mark.parametrize(
        ("said", "wrong"),
        [
            ("limits = 3", "limits: 3, where a table is expected"),
            ("[limits]\nnumber = 3", "'number' is not one of word, statement, numbers, steps; did you mean 'numbers'?"),
            ("[limits]\nsteps = 0", "limits.steps: 0, where a whole number from 1 to"),
            ("[limits]\nsteps = true", "limits.steps: true, where a whole number"),
            ("[limits]\nsteps = 1" + "0" * 60, "limits.steps: 1000"),
            ("[limits]\nsteps = 1" + "0" * 5000, "not TOML"),
        ],
    )
    def test_what_they_may_be(self, tmp_path: Path, said: str, wrong: str) -> None:
        put(tmp_path / "auditor.toml", said)
        with pytest.raises(ConfigError) as refused:
            load([str(tmp_path)])
        assert wrong in str(refused.value)

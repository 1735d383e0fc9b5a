"""The index and the rulebook: where rules come from, what a plain run loads, and rules of the user's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor import index, index_process, rulebook
from auditor.errors import RuleError, UsageError
from auditor.findings import CATEGORIES

OWN = """\
id: {name}
code: {code}
category: layout
summary: A rule of the user's own.
since: "0.1"
severity: warning
confidence: high
uses: [gpus_spare, gpus]
holds: gpus_spare <= gpus
message: "{{gpus_spare}} of {{gpus}}"
why: A test.
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    index._own.cache_clear()
    rulebook._load.cache_clear()


def own_rule(folder: Path, name: str = "own-rule", code: str = "OWN001", text: str = OWN) -> Path:
    place = folder / name / "rule.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(text.format(name=name, code=code), encoding="utf-8")
    return folder


def python(code: str, cache: Path | None = None) -> str:
    environment = dict(os.environ)
    if cache is not None:
        environment["XDG_CACHE_HOME"] = str(cache)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_rules_that_come_with_the_tool_are_in_order() -> None:
    book = rulebook.load()
    assert book.problems == ()
    assert book.rules
    assert [rule.code for rule in book.rules] == sorted(rule.code for rule in book.rules)
    assert {rule.category for rule in book.rules} <= set(CATEGORIES)
    for rule in book.rules:
        assert rule.folder.parent.name == rule.category
        assert rule.conventions or rule.check
        for node in (*rule.given, *rule.let.values()):
            assert node is not None


def test_one_prefix_of_codes_belongs_to_one_category() -> None:
    """Or to the refusals of one program, whose category is the kind of fault: `--ignore MEG` is for who starts no Megatron."""
    owners: dict[str, set[str]] = {}
    for rule in rulebook.load().rules:
        owners.setdefault(rule.code[:3], set()).add("refusals" if rule.check == "refusal.refused" else rule.category)
    assert {prefix: found for prefix, found in owners.items() if len(found) > 1} == {}


def test_every_named_check_exists() -> None:
    from auditor.check import procedure

    for rule in rulebook.load().checks:
        assert callable(procedure(rule))


@pytest.mark.parametrize("name", ["relations.run_all", "relations.replace", "subject.dataclass", "nowhere.at_all", "equation.nothing"])
def test_a_rule_reaches_nothing_but_checks(name: str) -> None:
    from auditor.check import procedure

    with pytest.raises(RuleError, match="there is no check"):
        procedure(replace(rulebook.load().rules[0], check=name))


def test_rules_are_found_by_code_and_name_in_any_case() -> None:
    book = rulebook.load()
    assert book.get("lay001") is book.get("GPU-count") is book.get("gpu-count")
    with pytest.raises(UsageError, match="did you mean gpu-count"):
        book.get("gpu-coutn")
    with pytest.raises(UsageError, match="`audit rule --all`"):
        book.get("zzzzzzzz")


def test_loading_and_running_rules_needs_none_of_the_tools_that_make_them() -> None:
    """Not even where nothing has been compiled yet: that happens in a child process."""
    code = (
        "import sys; from pathlib import Path; from auditor import rulebook; from auditor.pipeline import audit_source; "
        "from auditor.read import read_file; "
        "book = rulebook.load(); report = audit_source(read_file(book.get('gpu-count').folder / 'bad-product.md'), rules=book); "
        "assert report.findings; "
        "print([name for name in ('sympy', 'jsonschema', 'pydantic', 'yaml') if name in sys.modules])"
    )
    assert python(code).strip() == "[]"


def test_a_cold_start_compiles_in_a_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_rule(tmp_path / "mine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(index, "cache_folder", lambda: None)
    before = set(sys.modules)
    found = index.own(tmp_path / "mine")
    assert [rule["code"] for rule in found["rules"]] == ["OWN001"]
    assert not {"sympy", "jsonschema"} & (set(sys.modules) - before)


def test_the_cache_follows_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_rule(tmp_path / "mine")
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(index, "cache_folder", lambda: tmp_path / "cache")
    first = index.own(folder)
    assert len(list((tmp_path / "cache").glob("index-*.json"))) == 1
    index._own.cache_clear()
    monkeypatch.setattr(index_process, "compile_apart", lambda *_: pytest.fail("compiled again"))
    assert index.own(folder) == first
    monkeypatch.undo()
    monkeypatch.setattr(index, "cache_folder", lambda: tmp_path / "cache")
    rule = folder / "own-rule" / "rule.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("warning", "info"), encoding="utf-8")
    index._own.cache_clear()
    assert index.own(folder)["rules"][0]["severity"] == "info"


def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_rule(tmp_path / "mine")
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(index, "cache_folder", lambda: tmp_path / "cache")
    first = index.own(folder)
    (kept,) = (tmp_path / "cache").glob("index-*.json")
    for damage in ("{", '{"format": 0}'):
        kept.write_text(damage, encoding="utf-8")
        index._own.cache_clear()
        assert index.own(folder) == first
    assert json.loads(kept.read_text(encoding="utf-8")) == first


def test_rules_of_the_users_own_join_the_others(tmp_path: Path) -> None:
    book = rulebook.load((own_rule(tmp_path / "mine"),))
    assert book.get("own-rule").severity == "warning"
    assert len(book.rules) == len(rulebook.load().rules) + 1


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [("gpu-count", "OWN001", "gpu-count is already the rule LAY001"), ("own-rule", "LAY001", "LAY001 is already the rule")],
)
def test_names_and_codes_are_taken_once(tmp_path: Path, name: str, code: str, says: str) -> None:
    folder = own_rule(tmp_path / "mine", name, code)
    with pytest.raises(RuleError, match=says):
        rulebook.load((folder,))


def test_an_error_in_a_users_rule_has_its_place(tmp_path: Path) -> None:
    folder = own_rule(tmp_path / "mine", text=OWN.replace("<= gpus", "<= gpu"))
    with pytest.raises(RuleError, match=r"own-rule/rule\.yaml:9:22: unknown name 'gpu'"):
        rulebook.load((folder,))


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such folder of rules"):
        rulebook.load((tmp_path / "nowhere",))


def test_compiling_is_bounded_in_time(tmp_path: Path) -> None:
    folder = own_rule(tmp_path / "mine")
    with pytest.raises(RuleError, match="take longer than 0 s"):
        index_process.compile_apart(folder, None, None, 0)


def test_a_folder_cannot_supply_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report's folder may hold a `yaml.py`; the child process must not import it."""
    folder = own_rule(tmp_path / "mine")
    (tmp_path / "yaml.py").write_text("raise SystemExit('a stranger ran')", encoding="utf-8")
    (tmp_path / "sympy.py").write_text("raise SystemExit('a stranger ran')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(index, "cache_folder", lambda: None)
    assert index.own(folder)["rules"]


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MAX_FILES", 1)
    own_rule(tmp_path, "one", "OWN001")
    own_rule(tmp_path, "two", "OWN002")
    with pytest.raises(RuleError, match="more than 1 rule files"):
        index.rule_files(tmp_path)


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    own_rule(tmp_path / "elsewhere")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert index.rule_files(tmp_path / "mine") == []

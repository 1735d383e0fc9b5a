from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.authoring import compile as compiler
from auditor.errors import RuleError
from tests.authoring.rule_text import GOOD, LEXICON_TEXT, put


def test_the_index_is_plain_data(tmp_path: Path) -> None:
    put(tmp_path)
    index = compiler.compile_folder(tmp_path)
    assert json.loads(json.dumps(index)) == index
    assert index["problems"] == []
    (rule,) = index["rules"]
    assert (rule["id"], rule["code"], rule["path"]) == ("world-size", "TST001", "layout/world-size")
    assert rule["conventions"][1]["solved"] == {"gpus": "pp * tp / 2", "tp": "2 * gpus / pp", "pp": "2 * gpus / tp"}
    assert index["data"]["lexicon"]["quantities"][0]["id"] == "gpus"


def test_a_rule_at_fault_does_not_keep_the_others_out(tmp_path: Path) -> None:
    put(tmp_path)
    broken = put(tmp_path, GOOD.replace("tp * pp,", "tp * zz,"), name="broken")
    index = compiler.compile_folder(tmp_path)
    assert [rule["id"] for rule in index["rules"]] == ["world-size"]
    (problem,) = index["problems"]
    assert (problem["path"], problem["line"]) == (str(broken), 11)


@pytest.mark.parametrize(
    ("old", "new", "name", "category", "says"),
    [
        ("", "", "other-name", "layout", "the folder is called 'other-name'"),
        ("", "", "world-size", "memory", "the folder above is called 'memory'"),
        ("id: world-size", "id: twin", "twin", "layout", "the same code as layout/"),
        ("id: world-size\ncode: TST001", "id: twin\ncode: TST002", "twin", "layout", "the same relation as layout/world-size"),
    ],
)
def test_rules_that_stand_in_each_others_way(tmp_path: Path, old: str, new: str, name: str, category: str, says: str) -> None:
    put(tmp_path)
    put(tmp_path, GOOD.replace(old, new), name=name, category=category)
    problems = compiler.compile_folder(tmp_path)["problems"]
    assert any(says in problem["message"] for problem in problems), problems


def test_what_was_proved_is_not_proved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "rules")
    first = compiler.compile_folder(tmp_path / "rules", cache=tmp_path / "cache")
    monkeypatch.setitem(__import__("sys").modules, "auditor.authoring.prove", None)
    assert compiler.compile_folder(tmp_path / "rules", cache=tmp_path / "cache") == first


def test_a_changed_rule_is_proved_again(tmp_path: Path) -> None:
    place = put(tmp_path / "rules")
    compiler.compile_folder(tmp_path / "rules", cache=tmp_path / "cache")
    place.write_text(GOOD.replace("tp * pp / 2", "tp * pp / 4"), encoding="utf-8")
    (rule,) = compiler.compile_folder(tmp_path / "rules", cache=tmp_path / "cache")["rules"]
    assert rule["conventions"][1]["solved"]["gpus"] == "pp * tp / 4"


def test_a_damaged_or_closed_cache_is_no_obstacle(tmp_path: Path) -> None:
    put(tmp_path / "rules")
    (tmp_path / "cache").write_text("a file where a folder is wanted", encoding="utf-8")
    first = compiler.compile_folder(tmp_path / "rules", cache=tmp_path / "cache")
    compiler.compile_folder(tmp_path / "rules", cache=tmp_path / "open")
    (kept,) = (tmp_path / "open" / "proofs").iterdir()
    kept.write_text("{", encoding="utf-8")
    assert compiler.compile_folder(tmp_path / "rules", cache=tmp_path / "open") == first


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"x" * 64_001, "longer than 64000"), (b"- a\n", "is not a object"), (b"", "is not a object")],
)
def test_files_that_are_no_rules(tmp_path: Path, content: bytes, says: str) -> None:
    put(tmp_path).write_bytes(content)
    (problem,) = compiler.compile_folder(tmp_path)["problems"]
    assert says in problem["message"]


def test_a_folder_needs_a_lexicon(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"no lexicon\.yaml"):
        compiler.compile_folder(tmp_path)
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(LEXICON_TEXT, encoding="utf-8")
    (tmp_path / "rules").mkdir()
    assert compiler.compile_folder(tmp_path / "rules", elsewhere)["rules"] == []


def test_the_command_says_what_is_wrong_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compiler.main([str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["problems"][0]["message"] == "no lexicon.yaml"
    put(tmp_path)
    assert compiler.main([str(tmp_path), "--output", str(tmp_path / "index.json")]) == 0
    assert json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))["rules"]

"""Examples, pages and scaffolds, and the commands `audit rule` and `audit rules` that show and use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.authoring.examples import examples, expected_file, failure, record
from auditor.authoring.pages import as_data, page, stale, write
from auditor.authoring.scaffold import scaffold
from auditor.cli.rule import command as rule_command
from auditor.cli.rules import command as rules_command
from auditor.errors import AuditorError, UsageError
from auditor.rulebook import load


def run(command: object, *args: str) -> Result:
    result = CliRunner().invoke(command, list(args), standalone_mode=False)  # type: ignore[arg-type]
    if result.exception is not None:
        raise result.exception
    return result


def test_a_new_rule_works_at_once_and_from_any_place(tmp_path: Path) -> None:
    result = run(rules_command, "new", "layout/stage-size", str(tmp_path))
    assert "rewrite rule.yaml" in result.output
    book = load((tmp_path,))
    rule = book.get("stage-size")
    found = {example.path.name: failure(example, book) for example in examples(rule)}
    assert found.pop("good-plan.md") == ""
    assert "is not recorded" in found.pop("bad-plan.md")
    assert found == {}


def test_check_record_check(tmp_path: Path) -> None:
    run(rules_command, "new", "layout/stage-size", str(tmp_path))
    first = run(rules_command, "check", str(tmp_path))
    assert (first.return_value, first.output.splitlines()[-1]) == (1, "1 rules, 2 examples, 1 failed, 0 below the floor of their power")
    kept = tmp_path / "layout" / "stage-size" / "bad-plan.txt"
    assert run(rules_command, "record", str(tmp_path)).output == f"recorded {kept}\n"
    assert run(rules_command, "record", str(tmp_path)).output == "nothing to record\n"
    assert run(rules_command, "check", str(tmp_path)).return_value == 0
    assert "24 GPUs, but 4 x 4 = 16" in kept.read_text(encoding="utf-8")


def test_an_example_that_changes_its_mind_fails(tmp_path: Path) -> None:
    place = scaffold(tmp_path, "layout", "stage-size", load())
    book = load((tmp_path,))
    bad, good = examples(book.get("stage-size"))
    assert record(bad, book)
    assert not record(good, book)
    assert failure(bad, book) == ""
    (place / "bad-plan.md").write_text("# Layout\n\n- Total GPUs: 24\n- Pipeline parallelism: 3\n- GPUs per stage: 4\n", encoding="utf-8")
    assert "instead of what bad-plan.txt records" in failure(bad, book)
    (place / "bad-plan.md").write_text("# Nothing\n", encoding="utf-8")
    assert "must raise" in failure(bad, book)
    (place / "good-plan.md").write_text("# Layout\n\n- Total GPUs: 24\n- Pipeline parallelism: 3\n- GPUs per stage: 4\n", encoding="utf-8")
    assert "must stay silent" in failure(good, book)


def test_a_good_example_may_raise_nothing_of_any_rule(tmp_path: Path) -> None:
    place = scaffold(tmp_path, "layout", "stage-size", load())
    text = (place / "good-plan.md").read_text(encoding="utf-8")
    (place / "good-plan.md").write_text(text + "- Tensor parallelism: 3\n- Data parallelism: 1\n", encoding="utf-8")
    book = load((tmp_path,))
    _, good = examples(book.get("stage-size"))
    assert "gpu-count" in failure(good, book)


def test_text_reports_have_their_record_beside_them(tmp_path: Path) -> None:
    place = scaffold(tmp_path, "layout", "stage-size", load())
    (place / "bad-plan.md").rename(place / "bad-plan.txt")
    book = load((tmp_path,))
    bad, _ = examples(book.get("stage-size"))
    assert record(bad, book)
    assert expected_file(bad).name == "bad-plan.expected.txt"
    assert [example.path.name for example in examples(book.get("stage-size"))] == ["bad-plan.txt", "good-plan.md"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("layout", "is not CATEGORY/NAME"),
        ("shapes/x", "no category is called 'shapes'"),
        ("layout/../x", "is no name for a rule"),
        ("layout/Gpu", "is no name for a rule"),
        ("layout/gpu-count", "already a rule called gpu-count"),
    ],
)
def test_names_that_cannot_be(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(AuditorError, match=says):
        run(rules_command, "new", name, str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_codes_go_on_where_the_category_stands(tmp_path: Path) -> None:
    book = load()
    last = max(rule.code for rule in book.rules if rule.category == "layout" and rule.check != "refusal.refused")
    place = scaffold(tmp_path, "layout", "stage-size", book)
    assert f"code: {last[:3]}{int(last[3:]) + 1:03d}\n" in (place / "rule.yaml").read_text(encoding="utf-8")


def test_a_page_says_everything_about_a_rule() -> None:
    text = page(load().get("gpu-count"))
    for part in (
        "# gpu-count (LAY001)",
        "gpus == tp * pp * cp * dp",
        "## Why",
        "## Known limits",
        "## Examples",
        "bad-config.json",
        "error[LAY001]",
    ):
        assert part in text
    assert "`cp` = 1" in text
    assert "only in reports that name sglang or tensorrt-llm" in text


def test_rules_as_data_are_json() -> None:
    found = json.loads(json.dumps([as_data(rule) for rule in load().rules]))
    assert {"code", "name", "category", "severity", "conventions", "examples", "url"} <= set(found[0])


def test_pages_are_written_kept_and_let_go(tmp_path: Path) -> None:
    book = load()
    (tmp_path / "rules").mkdir()
    written = write(book, tmp_path)
    assert len(written) == len(book.rules) + 3
    assert stale(book, tmp_path) == []
    old = tmp_path / "docs" / "rules" / "gone.md"
    old.write_text((tmp_path / "docs" / "rules" / "gpu-count.md").read_text(encoding="utf-8"), encoding="utf-8")
    by_hand = tmp_path / "docs" / "rules" / "notes.md"
    by_hand.write_text("# By hand\n", encoding="utf-8")
    (tmp_path / "docs" / "rules" / "gpu-count.md").write_text("changed", encoding="utf-8")
    assert {path.name for path in stale(book, tmp_path)} == {"gone.md", "gpu-count.md"}
    write(book, tmp_path)
    assert (old.exists(), by_hand.exists(), stale(book, tmp_path)) == (False, True, [])


def test_rule_shows_pages_and_tables() -> None:
    assert run(rule_command, "gpu-count", "--isolated").output == run(rule_command, "lay001", "--isolated").output
    assert "## What is checked" in run(rule_command, "gpu-count", "--isolated").output
    table = run(rule_command, "--all", "--isolated").output
    assert table.count("\n") == len(load().rules) + 2
    found = json.loads(run(rule_command, "--all", "--isolated", "--output-format", "json").output)
    assert (found["version"], len(found["rules"])) == (1, len(load().rules))


def test_rule_wants_a_name_or_all() -> None:
    for args in ((), ("gpu-count", "--all")):
        with pytest.raises(UsageError, match="name a rule"):
            run(rule_command, "--isolated", *args)
    with pytest.raises(UsageError, match="did you mean gpu-count"):
        run(rule_command, "gpu-cuont", "--isolated")


def test_rule_knows_rules_of_the_users_own(tmp_path: Path) -> None:
    place = scaffold(tmp_path, "layout", "stage-size", load())
    text = (place / "rule.yaml").read_text(encoding="utf-8")
    (place / "rule.yaml").write_text(text.replace("Say what follows from the mistake.", '"\\e[31mred"'), encoding="utf-8")
    assert "\x1b" not in run(rule_command, "stage-size", "--isolated", "--rules", str(tmp_path)).output


def test_check_says_what_is_wrong_with_a_rule_file(tmp_path: Path) -> None:
    place = scaffold(tmp_path, "layout", "stage-size", load())
    text = (place / "rule.yaml").read_text(encoding="utf-8")
    (place / "rule.yaml").write_text(text.replace("gpus == pp", "gpus == zz"), encoding="utf-8")
    with pytest.raises(AuditorError, match=r"rule\.yaml:10:16: unknown name 'zz'"):
        run(rules_command, "check", str(tmp_path))

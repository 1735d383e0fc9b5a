import os
from pathlib import Path

import pytest

from auditor.cli.files import ENDINGS, matcher, repository_root, walk


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("x", encoding="utf-8")


def test_every_ending_in_a_folder_and_no_other() -> None:
    put(*(f"a{ending}" for ending in ENDINGS), "a.txt", "a", "a.MD", "a.py")
    assert walk(["."]).files == sorted(["a.MD", *(f"a{ending}" for ending in ENDINGS)])


def test_names_are_shown_as_written() -> None:
    put("docs/a.md", "docs/deep/b.md")
    assert walk(["docs"]).files == ["docs/a.md", "docs/deep/b.md"]
    assert walk(["./docs/"]).files == ["./docs/a.md", "./docs/deep/b.md"]
    assert walk(["docs/../docs"]).files == ["docs/../docs/a.md", "docs/../docs/deep/b.md"]


def test_hidden_and_foreign_folders_are_skipped() -> None:
    put(
        ".git/a.md", ".venv/a.md", ".github/a.yml", "node_modules/x/a.md", "__pycache__/a.md", ".a.md", "env/pyvenv.cfg", "env/a.md", "a.md"
    )
    assert walk(["."]).files == ["a.md"]


def test_each_file_once() -> None:
    put("docs/a.md")
    assert walk(["docs/a.md", "docs", ".", "docs/../docs/a.md"]).files == ["docs/a.md"]


def test_a_missing_path_does_not_stop_the_others() -> None:
    put("a.md")
    found = walk(["nothing.md", "a.md"])
    assert found.files == ["a.md"]
    assert [(missing.path, missing.reason) for missing in found.missing] == [("nothing.md", "no such file or folder")]


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, ""])
def test_names_no_file_can_have(path: str) -> None:
    assert walk([path]).missing[0].path == path


class TestIgnoreFiles:
    def test_patterns_of_the_folder_and_of_those_above(self, here: Path) -> None:
        (here / ".git").mkdir()
        put("keep.md", "drop.md", "docs/drop.md", "docs/out.md", "docs/deep/out.md", "docs/deep/keep.md", "build/a.md", "docs/build/a.md")
        (here / ".gitignore").write_text("drop.md\n/build/\n# a comment\n")
        (here / "docs" / ".gitignore").write_text("out.md\n!deep/out.md\n")
        assert walk(["."]).files == ["docs/build/a.md", "docs/deep/keep.md", "docs/deep/out.md", "keep.md"]
        assert walk(["docs"]).files == ["docs/build/a.md", "docs/deep/keep.md", "docs/deep/out.md"]

    def test_the_exclude_file_of_the_repository(self, here: Path) -> None:
        put("a.md", "b.md", ".git/info/exclude")
        (here / ".git/info/exclude").write_text("b.md\n")
        assert walk(["."]).files == ["a.md"]

    def test_a_named_file_is_read_all_the_same(self, here: Path) -> None:
        put("a.md")
        (here / ".gitignore").write_text("*.md\n")
        assert walk(["a.md"]).files == ["a.md"]
        assert walk(["."]).files == []

    def test_files_above_the_repository_do_not_count(self, here: Path) -> None:
        (here / "project" / ".git").mkdir(parents=True)
        put("project/docs/a.md")
        (here / ".gitignore").write_text("*.md\n")
        assert walk(["project/docs"]).files == ["project/docs/a.md"]

    def test_what_was_left_out_is_known(self, here: Path) -> None:
        put("a.md", "b.md")
        (here / ".gitignore").write_text("b.md\n")
        assert walk(["."]).skipped == [("b.md", "ignored by .gitignore")]


class TestExcluded:
    def test_patterns_like_those_of_gitignore(self, here: Path) -> None:
        put("a.md", "old/a.md", "docs/old/a.md")
        excluded = matcher(["/old/"])
        assert walk(["."], lambda path: excluded(path.relative_to(here).as_posix() + ("/" if path.is_dir() else ""))).files == [
            "a.md",
            "docs/old/a.md",
        ]

    def test_a_named_file_only_if_forced(self) -> None:
        put("a.md")
        assert walk(["a.md"], lambda _: True).files == ["a.md"]
        assert walk(["a.md"], lambda _: True, force_exclude=True).files == []

    def test_no_pattern_needs_no_library(self) -> None:
        assert not matcher([])("a.md")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
class TestLinks:
    def test_a_loop(self, here: Path) -> None:
        put("docs/a.md")
        (here / "docs" / "again").symlink_to(here)
        (here / "docs" / "self").symlink_to("self")
        assert walk(["."]).files == ["docs/a.md"]

    def test_a_linked_file_is_read_once(self, here: Path) -> None:
        put("a.md")
        (here / "b.md").symlink_to("a.md")
        assert walk(["."]).files == ["a.md"]

    def test_a_link_to_nothing(self, here: Path) -> None:
        (here / "b.md").symlink_to("nothing")
        assert walk(["."]).files == []
        assert walk(["b.md"]).missing[0].reason == "a link to a file that does not exist"

    def test_a_folder_that_may_not_be_read(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put("docs/a.md", "b.md")
        scan = os.scandir

        def refuse(path: Path) -> object:
            if Path(path).name == "docs":
                raise PermissionError(13, "Permission denied")
            return scan(path)

        monkeypatch.setattr(os, "scandir", refuse)
        found = walk(["."])
        assert found.files == ["b.md"]
        assert found.missing[0].reason == "cannot be read: Permission denied"


def test_the_root_of_a_repository(here: Path) -> None:
    (here / "project" / ".git").mkdir(parents=True)
    deep = here / "project" / "docs"
    deep.mkdir()
    assert repository_root(deep) == here / "project"

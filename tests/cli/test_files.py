import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from auditor.cli.files import ENDINGS, matcher, repository_root, walk
from auditor.cli.globs import globs, verdict


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
    put(".git/a.md", ".venv/a.md", ".github/a.yml", "node_modules/x/a.md", "__pycache__/a.md", ".a.md", "a.md")
    put("env/pyvenv.cfg", "env/bin/python", "env/lib/x", "env/a.md")
    found = walk(["."])
    assert found.files == ["a.md"]
    assert found.skipped == [("env", "a virtual environment")]


def test_a_folder_that_only_says_it_is_an_environment_is_walked() -> None:
    put("docs/pyvenv.cfg", "docs/a.md")
    assert walk(["."]).files == ["docs/a.md"]


def test_special_files_and_links_out_of_the_tree_are_left_out_and_named(tmp_path: Path) -> None:
    put("in/a.md", "secret.md")
    os.mkfifo("in/pipe.md")
    Path("in/zero.md").symlink_to("/dev/zero")
    Path("in/out.md").symlink_to(tmp_path / "secret.md")
    Path("in/same.md").symlink_to("a.md")
    Path("in/.gitignore").symlink_to("/dev/zero")
    found = walk(["in"])
    assert found.files == ["in/a.md"]
    assert found.skipped == [
        ("in/out.md", "a link out of the tree"),
        ("in/pipe.md", "not a regular file"),
        ("in/zero.md", "not a regular file"),
    ]


PATTERNS = st.lists(st.text(alphabet="ab/*?!", min_size=1, max_size=8), min_size=1, max_size=3)
PATHS = st.lists(st.text(alphabet="ab", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join)


@given(PATTERNS, PATHS)
def test_patterns_match_as_those_of_git(patterns: list[str], path: str) -> None:
    """The oracle is pathspec, where git itself leaves no doubt: no taking back, no empty folder names."""
    patterns = [one for one in patterns if "!" not in one and "//" not in one and "***" not in one and one.strip("/")]
    assert (verdict(globs(patterns), path) is True) is GitIgnoreSpec.from_lines(patterns).match_file(path)


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (["*.md", "!b.md"], "b.md", False),
        (["*.md", "!b.md"], "a.md", True),
        (["/a"], "b/a", None),
        (["a/**/c"], "a/x/y/c", True),
        (["a/**/c"], "a/c", True),
        (["[a-c].md"], "b.md", True),
        (["[!a-c].md"], "b.md", None),
        (["\\*.md"], "*.md", True),
        (["\\*.md"], "a.md", None),
        (["# no"], "# no", None),
        (["drafts/"], "drafts/a.md", True),
        (["drafts/"], "drafts", None),
        (["[", "[]", "\\", "!", "/", "**", ""], "a", True),
    ],
)
def test_patterns(patterns: list[str], path: str, expected: bool | None) -> None:
    assert verdict(globs(patterns), path) is expected


def test_no_pattern_takes_long() -> None:
    """A regular expression of twenty stars would not end before the sun does."""
    patterns = globs(["*a" * 400, "**/" * 300 + "*b", "[b-z]*" * 150])
    assert verdict(patterns, "/".join(["a" * 250] * 12)) is None


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

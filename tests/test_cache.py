"""The cache: the same answer with it and without, whatever lies in it, and nobody's but the user's own."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import auditor.cache
import auditor.pipeline
from auditor.cache import Cache, fingerprint, of_source
from auditor.errors import InputError
from auditor.outside import answered, noting
from auditor.pipeline import audit_source
from auditor.read import decode, read_file
from auditor.render import FORMATS
from scripts.fuzz import seeds
from tests.standins import Run

REPORTS = Path(__file__).parents[1] / "fixtures" / "reports"
TEXT = "- GPUs: 16\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n\nA [page](other.md) and 2 x 3 = 7.\n"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let the cache be a folder of this test's own."""
    found = tmp_path_factory.mktemp("cache")
    monkeypatch.delenv("AUDITOR_NO_CACHE")
    monkeypatch.setattr(auditor.cache, "cache_folder", lambda: found)
    return found


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Return how many audits were made."""
    made = []
    original = auditor.pipeline.audit_source

    def audit(*args: object, **more: object) -> object:
        made.append(1)
        return original(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(auditor.pipeline, "audit_source", audit)
    return lambda: len(made)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.audit"))


@pytest.mark.parametrize("form", FORMATS)
def test_warm_and_cold_are_the_same_bytes(form: str, command_line: Run, folder: Path, counted: Callable[[], int]) -> None:
    for name in ("three-gpus.md", "eight-of-sixteen.md"):
        Path(name).write_bytes((REPORTS / name).read_bytes())
    Path("broken.json").write_text('{"gpus": 16, "tp": 4 "pp": 2, "note": "2 x 3 = 7"}', encoding="utf-8")
    Path("odd.md").write_text("# \udcff\n\n2 x 3 = 7\n", encoding="utf-8", errors="surrogateescape")
    options = ("--isolated", "--output-format", form, "three-gpus.md", "eight-of-sixteen.md", "broken.json", "odd.md")
    without = command_line("--no-cache", *options)
    assert entries(folder) == []
    cold = command_line(*options)
    made = counted()
    warm = command_line(*options)
    again = command_line("-j", "2", *options)
    assert counted() == made
    assert without == cold == warm == again


def test_a_baseline_is_made_of_what_a_run_has_kept(command_line: Run, folder: Path, counted: Callable[[], int]) -> None:
    Path("a.md").write_text(TEXT, encoding="utf-8")
    assert command_line("a.md").status == 1
    made = counted()
    assert command_line("baseline", "create", "a.md").out.startswith("audit-baseline.json: 2 findings in 1 file")
    assert command_line("baseline", "check", "--baseline", "audit-baseline.json", "a.md").status == 0
    assert counted() == made


@pytest.mark.parametrize(
    "options", [("--explain",), ("--statistics",), ("--select", "LAY"), ("--ignore", "ARI"), ("--no-inline",), ("--diff",), ("-q",)]
)
def test_so_with_options(options: tuple[str, ...], command_line: Run, folder: Path) -> None:
    Path("a.md").write_text(TEXT + "<!-- audit: ignore[LAY001] because -->\n", encoding="utf-8")
    without = command_line("--no-cache", "--isolated", *options, "a.md")
    assert without == command_line("--isolated", *options, "a.md") == command_line("--isolated", *options, "a.md")
    assert len(entries(folder)) == 1


def test_fixing_fixes_the_same(command_line: Run, folder: Path) -> None:
    answers = []
    for options in (("--no-cache",), (), ()):
        Path("a.md").write_text("2 x 3 = 7\n\n- GPUs: 16\n- Weights: 70 x 2 = 150 GB\n", encoding="utf-8")
        answers.append((command_line("--fix", "--isolated", *options, "a.md"), Path("a.md").read_bytes()))
    assert answers[0] == answers[1] == answers[2]


def test_what_an_audit_depends_on_is_in_the_key(command_line: Run, folder: Path, counted: Callable[[], int]) -> None:
    Path("a.md").write_text(TEXT, encoding="utf-8")
    Path("facts.md").write_text("- GPUs: 16\n", encoding="utf-8")
    runs = [
        ("a.md",),
        ("--config", "frameworks=['vllm']", "a.md"),
        ("--config", "limits={steps=100000000}", "a.md"),
        ("--config", "tolerances={PRF001=3}", "a.md"),
        ("--context", "facts.md", "a.md"),
    ]
    for made, options in enumerate(runs):
        command_line(*options)
        assert counted() == made + 1, options
    Path("facts.md").write_text("- GPUs: 32\n", encoding="utf-8")
    command_line(*runs[-1])
    assert counted() == len(runs) + 1
    Path("b.md").write_text(TEXT, encoding="utf-8")
    command_line("b.md")
    Path("a.md").write_text(TEXT + " ", encoding="utf-8")
    command_line("a.md")
    assert counted() == len(runs) + 3
    for options in runs[1:]:
        Path("a.md").write_text(TEXT, encoding="utf-8")
        command_line(*options)
    assert counted() == len(runs) + 3


def test_the_files_around_a_report_are_looked_at_again(command_line: Run, folder: Path) -> None:
    Path(".git").mkdir()
    Path("a.md").write_text(TEXT, encoding="utf-8")
    missing = command_line("--isolated", "a.md")
    assert "other.md, which is not in the repository" in missing.out
    Path("other.md").write_text("here\n", encoding="utf-8")
    there = command_line("--isolated", "a.md")
    assert "not in the repository" not in there.out
    assert there == command_line("--no-cache", "--isolated", "a.md")


def test_questions_are_noted_once(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "a.md"
    path.write_text(TEXT, encoding="utf-8")
    with noting() as asked:
        audit_source(read_file(str(path)))
    assert {question[0] for question in asked} == {"repository", "leads to"}
    assert all(answered(question) == answer for question, answer in asked.items())


def damages(packed: bytes) -> Iterator[bytes]:
    """Yield what may become of an entry."""
    yield b""
    yield packed[:-1]
    yield packed[:20]
    yield packed[:40] + bytes([packed[40] ^ 1]) + packed[41:]
    key, asked, plain = json.loads(zlib.decompress(packed[32:]))
    swapped: list[object] = [plain[1], plain[0], *plain[2:]]
    for wrong in (
        None,
        [],
        ["0" * 64, asked, plain],
        [key, [["repository"]], plain],
        [key, [[["no such question"], True]], plain],
        [key, asked, plain[:-1]],
        [key, asked, swapped],
        [key, asked, [*plain[:2], "3", *plain[3:]]],
        [key, asked, [*plain[:2], [1] * 5, *plain[3:]]],
    ):
        body = zlib.compress(json.dumps(wrong).encode())
        yield hashlib.sha256(body).digest() + body


def test_a_damaged_entry_is_not_used_and_said_to_be(command_line: Run, folder: Path) -> None:
    Path("a.md").write_text(TEXT, encoding="utf-8")
    sound = command_line("--isolated", "a.md")
    (entry,) = entries(folder)
    packed = entry.read_bytes()
    for damaged in damages(packed):
        entry.write_bytes(damaged)
        told = command_line("--isolated", "-v", "a.md")
        assert f"cache: {entry} is damaged and was not used" in told.err
        entry.write_bytes(damaged)
        assert command_line("--isolated", "a.md") == sound
        assert entry.read_bytes() == packed  # written anew, and the same


def test_a_folder_that_cannot_be_written_is_no_error(command_line: Run, folder: Path) -> None:
    Path("a.md").write_text(TEXT, encoding="utf-8")
    (folder / "reports").write_text("a file where a folder should be", encoding="utf-8")
    assert command_line("--isolated", "a.md") == command_line("--isolated", "--no-cache", "a.md")


def test_what_is_read_back_is_what_was_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    texts = [("a.md", seed) for seed in seeds("markdown")[:25]] + [("a.json", seed) for seed in seeds("json")[:10]]
    for number, (name, text) in enumerate(texts):
        try:
            source = decode(text, name)
        except InputError:
            continue
        report = audit_source(source)
        key = f"{number:064x}"
        cache.put(key, report, {})
        assert cache.get(key, source, report.context) == report
    assert cache.damaged == []


def _write(folder: Path, number: int) -> int:
    cache = Cache(folder)
    source = decode(TEXT.encode(), "a.md")
    report = audit_source(source)
    for _ in range(20):
        cache.put("ab" * 32, report, {})
        found = cache.get("ab" * 32, source, ())
        assert found is None or found == report
    return len(cache.damaged)


def test_many_may_write_at_a_time(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert pool.starmap(_write, [(tmp_path, number) for number in range(4)]) == [0] * 4
    assert len(entries(tmp_path)) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == entries(tmp_path)


def test_old_entries_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    report = audit_source(decode(b"2 x 3 = 7\n", "a.md"))
    for number in range(40):
        cache.put(f"ab{number:040x}", report, {})
    assert 20 <= len(entries(tmp_path)) <= 30


def test_clean_removes_what_is_kept_and_nothing_else(command_line: Run, folder: Path) -> None:
    Path("a.md").write_text(TEXT, encoding="utf-8")
    command_line("--isolated", "a.md")
    (folder / "index-0.json").write_text("{}", encoding="utf-8")
    (folder / "mine").write_text("not the auditor's", encoding="utf-8")
    answer = command_line("clean")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err.count("removed ") == 2
    assert [path.name for path in folder.iterdir()] == ["mine"]
    assert command_line("clean").err == "nothing is kept\n"


def test_the_tool_has_one_fingerprint() -> None:
    assert fingerprint() == fingerprint()
    one, other = decode(b"8 GPUs\n", "a.md"), decode(b"8 GPUs\n", "b.md")
    assert of_source(one) == of_source(decode(b"8 GPUs\n", "a.md")) != of_source(other)

"""What all tests share: `--record`, kept texts, and a small stand-in for the stages a test is not about."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings

from auditor.findings import Report
from auditor.read import decode
from tests.standins import Answer, Run, StandInRulebook, stand_in_audit, stand_in_read

if TYPE_CHECKING:
    from tests.browsing import Visit

# How long an example takes says nothing of whether it is right: a busy machine must not fail a test. And a test that fails says so at
# once, with the example as it was drawn; `--hypothesis-profile shrink` looks for the smallest one, which can take minutes.
settings.register_profile("shrink", parent=settings(), deadline=None, print_blob=True)
settings.register_profile("prompt", parent=settings.get_profile("shrink"), phases=(Phase.explicit, Phase.reuse, Phase.generate))
settings.load_profile("prompt")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write the kept texts anew instead of comparing with them")
    parser.addoption("--slow", action="store_true", help="run the tests too that take long, or build and install packages")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="takes long; --slow runs it"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """`-n auto` stands in pyproject.toml: all cores for all tests or a folder of them; files and tests named outright run right here."""
    named = [argument for argument in config.args if "::" in argument or Path(argument).is_file()]
    return 0 if named or config.option.keyword or config.option.collectonly else None


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Callable[[str, Path], None]:
    """Compare a text with the file it is kept in; with `--record`, write the file."""

    def compare(text: str, path: Path) -> None:
        if request.config.getoption("--record"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert path.exists(), f"{path} is not recorded yet: run pytest with --record and read what it wrote"
        assert text == path.read_bytes().decode("utf-8")

    return compare


@pytest.fixture(autouse=True)
def _nothing_of_earlier_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test gets what another one found; those of the cache ask for one of their own."""
    monkeypatch.setenv("AUDITOR_NO_CACHE", "1")


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put stand-ins for the rulebook and the pipeline in place, so that a test of the command line is of nothing else."""

    def load(folders: Sequence[Path] = ()) -> StandInRulebook:
        return StandInRulebook()

    import auditor.pipeline
    import auditor.rulebook

    monkeypatch.setattr(auditor.rulebook, "load", load)
    monkeypatch.setattr(auditor.pipeline, "audit_source", stand_in_audit)
    monkeypatch.setattr(auditor.pipeline, "read_claims", stand_in_read)


@pytest.fixture
def audit(stages: None, command_line: Run) -> Run:
    """Run the command line with the stand-in stages."""
    return command_line


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line in an empty folder, as a process would, and return its exit status and what it wrote."""
    from auditor.cli.main import main

    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str, stdin: bytes = b"") -> Answer:
        out, err, given = (io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (b"", b"", stdin))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(sys, "stdin", given)
            with pytest.raises(SystemExit) as stop:
                main(list(args))
        status = stop.value.code
        assert isinstance(status, int)
        return Answer(status, _written(out), _written(err))

    return run


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


@pytest.fixture
def report_of() -> Callable[..., Report]:
    """Audit a text with the stand-in stages."""

    def audit_text(text: str, path: str = "report.md") -> Report:
        return stand_in_audit(decode(text.encode(), path))

    return audit_text


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, started once; the test is skipped where there is none."""
    from tests.browsing import chromium

    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    """Open pages of which none may log anything or ask a network for anything."""
    from tests.browsing import Visit

    found = Visit(browser)
    yield found
    found.end()

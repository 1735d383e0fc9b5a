"""What is shown while files are audited: to a pipe the same bytes however it is made, to a terminal results as they come."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from auditor.cli.live import Live, Progress
from auditor.read import decode
from auditor.render import FORMATS, load
from auditor.render.run import Failure, Options, Run, Streamed
from tests.standins import Run as Command
from tests.standins import stand_in_audit

RIGHT: Final = "- GPUs: 32\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"
WRONG: Final = RIGHT.replace("32", "16")
STREAMED: Final = [name for name in FORMATS if isinstance(load(name), Streamed)]


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


class Terminal:
    """A program on a terminal of its own: what it has shown so far, standard error and all."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.shown = ""
        self._own, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "auditor", *arguments],
            cwd=folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        os.set_blocking(self._own, False)

    def until(self, seen: Callable[[str], bool], seconds: float = 60) -> str:
        """Wait until something is seen, and return all that was shown."""
        end = time.monotonic() + seconds
        while not seen(self.shown) and time.monotonic() < end:
            self._read()
            time.sleep(0.02)
        assert seen(self.shown), self.shown
        return self.shown

    def end(self) -> int:
        """Wait for the end and return the status."""
        self.until(lambda _: self._process.poll() is not None)
        self._read()
        os.close(self._own)
        return self._process.returncode

    def interrupt(self) -> int:
        os.kill(self._process.pid, signal.SIGINT)
        return self.end()

    def _read(self) -> None:
        try:
            while data := os.read(self._own, 65536):
                self.shown += data.decode("utf-8", "replace")
        except (BlockingIOError, OSError):
            return


@pytest.mark.parametrize("name", STREAMED)
def test_in_parts_is_as_at_once(name: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    texts = ("4 * 4 = 17\n2 * 2 = 5\n", "nothing\n", "4 * 4 = 16\n", "3 * 3 = 10\n")
    reports = tuple(stand_in_audit(decode(text.encode(), f"{index}.md")) for index, text in enumerate(texts))
    failure = Failure("4.md", "no value here", 3, 7)
    for quiet in (False, True):
        for count in range(len(reports) + 1):
            run, options = Run(reports[:count], (failure,), "0.1.0", "2026.1"), Options(quiet=quiet)
            live = Live(load(name), options, [str(index) for index in range(count + 1)], Progress())
            for index, one in enumerate(run.reports):
                live.add(index, one)
            live.add(count, failure)
            live.close(run)
            assert capsysbinary.readouterr().out.decode() == load(name)(run, options)


def test_formats_that_stream() -> None:
    assert {"full", "concise", "jsonl"} == set(STREAMED)


@pytest.mark.parametrize("name", ["full", "concise", "jsonl", "json", "agent"])
def test_the_same_bytes_for_any_number_at_a_time(command_line: Command, tmp_path: Path, name: str) -> None:
    for number in range(5):
        put(tmp_path / f"{number}.md", (WRONG, RIGHT)[number % 2] * 3)
    put(tmp_path / "5.md", "# Slow\n\n" + "| a | b |\n|---|---|\n" + "| 4 GPUs | 8 GB |\n" * 300)
    one, two = (command_line("-j", jobs, "--output-format", name, "5.md", ".") for jobs in ("1", "3"))
    assert (one.status, one.out, one.err) == (two.status, two.out, two.err)
    assert "\x1b" not in one.out + one.err


def test_progress_on_a_terminal_alone(tmp_path: Path) -> None:
    for name, text in {"a.md": WRONG, "b.md": RIGHT, "c.md": WRONG}.items():
        put(tmp_path / name, text)
    terminal = Terminal(tmp_path, "--output-format", "concise", ".")
    assert terminal.end() == 1
    assert "0 of 3 files: a.md" in terminal.shown
    assert "of 3 files, 1 finding: " in terminal.shown
    # A finding stands on a line from which the progress was taken away, and nothing of it is left behind the last one.
    assert "\x1b[2Ka.md:1:9: error[LAY001]" in terminal.shown
    last = terminal.shown.rpartition("\x1b[2K")[2]
    assert last.startswith("c.md:1:9: error[LAY001]")
    assert "\r\n\r\nFound 2 errors.\r\n" in last
    quiet = Terminal(tmp_path, "-q", ".")
    assert quiet.end() == 1
    assert "of 3 files" not in quiet.shown


def test_results_as_files_finish(tmp_path: Path) -> None:
    """On a terminal the quick report is shown while the slow one, first in order, is still worked on."""
    put(tmp_path / "a.md", "# Slow\n\n" + "".join(f"- Stage {number}: {number} GPUs, 8 GB each\n" for number in range(1500)))
    put(tmp_path / "b.md", WRONG)
    terminal = Terminal(tmp_path, "-j", "2", "--output-format", "concise", ".")
    terminal.until(lambda shown: "b.md:1:9: error[LAY001]" in shown)
    assert "1 of 2 files, 1 finding: a.md" in terminal.until(lambda shown: "1 of 2 files" in shown)
    assert "Found" not in terminal.shown
    assert terminal.interrupt() == 130
    assert "Traceback" not in terminal.shown


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    put(tmp_path / "\x1b[31m\u202ered.md", WRONG)
    terminal = Terminal(tmp_path, ".")
    terminal.end()
    assert "\x1b[31m" not in terminal.shown
    assert "0 of 1 file: \\x1b[31m\\u202ered.md" in terminal.shown


class TestWatch:
    def test_a_change_is_audited_and_the_rest_is_kept(self, tmp_path: Path) -> None:
        put(tmp_path / "a.md", RIGHT)
        put(tmp_path / "b.md", WRONG)
        terminal = Terminal(tmp_path, "--watch", "--output-format", "concise", ".")
        shown = terminal.until(lambda shown: "Ctrl-C ends it" in shown)
        assert "watching 2 files" in shown
        assert "Found 1 error." in shown
        put(tmp_path / "a.md", WRONG.replace("16", "17"))
        shown = terminal.until(lambda shown: shown.count("Ctrl-C") == 2)
        assert "Found 2 errors." in shown
        assert "a.md:1:9: error[LAY001] gpu-count: 17 GPUs" in shown
        put(tmp_path / "c.md", WRONG)
        terminal.until(lambda shown: "Found 3 errors." in shown)
        (tmp_path / "b.md").unlink()
        terminal.until(lambda shown: shown.count("Found 2 errors.") == 2)
        assert terminal.interrupt() == 130
        assert "Traceback" not in terminal.shown

    def test_the_configuration_and_what_is_wrong_with_it(self, tmp_path: Path) -> None:
        put(tmp_path / "a.md", WRONG)
        terminal = Terminal(tmp_path, "--watch", "--output-file", "json=audit.json", ".")
        terminal.until(lambda shown: "Ctrl-C" in shown)
        put(tmp_path / "auditor.toml", "ignroe = []\n")
        terminal.until(lambda shown: "did you mean 'ignore'" in shown)
        put(tmp_path / "auditor.toml", "ignore = ['gpu-count']\n")
        terminal.until(lambda shown: "Found no contradictions" in shown)
        time.sleep(1)
        assert terminal.interrupt() == 130
        assert terminal.shown.count("Ctrl-C") == 3, "what it writes itself does not start it anew"

    @pytest.mark.parametrize("more", [("--fix", "a.md"), ("--diff", "a.md"), ("--add-ignore", "a.md"), ("-",)])
    def test_what_it_does_not_go_with(self, command_line: Command, more: tuple[str, ...]) -> None:
        answer = command_line("--watch", *more)
        assert answer.status == 2
        assert "--watch goes with none of" in answer.err

"""`audit recompute`, with the real stages."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.cli.main import main
from tests.standins import Answer

PLANS = Path(__file__).parents[2] / "fixtures" / "plans"

Run = Callable[..., Answer]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run `audit recompute` in an empty folder and return its exit status and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def called(*arguments: str, stdin: str = "") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as stop:
            main(["recompute", *arguments])
        status = stop.value.code
        assert isinstance(status, int)
        out, err = capsysbinary.readouterr()
        return Answer(status, out.decode(), err.decode())

    return called


def test_a_plan_file_is_completed(run: Run) -> None:
    done = run(str(PLANS / "train-70b.yaml"))
    assert (done.status, done.err) == (0, "")
    assert "model states ............................... 25.39 GiB a GPU" in done.out


@pytest.mark.parametrize("name", sorted(path.name for path in PLANS.iterdir()))
@pytest.mark.parametrize("output_format", ["json", "markdown"])
def test_every_format_of_every_fixture(run: Run, name: str, output_format: str) -> None:
    done = run(str(PLANS / name), "--output-format", output_format)
    assert (done.status, done.err) == (0, "")
    if output_format == "json":
        assert json.loads(done.out)["plans"][0]["facts"]


def test_a_contradicted_claim_shows_in_the_exit_status(run: Run) -> None:
    done = run("-", stdin="model: llama-2-7b\nlayout: {tp: 8}\nclaims: {gpus: 16}\n")
    assert done.status == 1
    assert "! 3:10  gpus  16  8  +100 %" in done.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: {params: 1e400}\nlayout: {}\n", "audit: <stdin>:1:9: model.params: has an exponent beyond 30"),
        ("model: llama-2-7b\nlayout: {gpus: 0}\n", "audit: <stdin>:2:10: layout.gpus: must be at least 1, not 0 (Megatron-Core"),
        ("model: llama-2-7b\nlayout: {tp: 3}\n", "audit: <stdin>:2:10: layout.tp: 3 does not divide the 32 query heads (Megatron-Core"),
        ("nothing here\n", "audit: <stdin>: no claims of a report were read, and it is no plan file"),
    ],
)
def test_bad_input_is_a_message_never_a_number(run: Run, text: str, message: str) -> None:
    done = run("-", stdin=text)
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith(message)


def test_a_report_s_claims_stand_beside_what_follows(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text(
        "# Deployment\n\n- Tensor parallelism: 4\n- Pipeline parallelism: 4\n- Data parallelism: 2\n- Total GPUs: 64\n", encoding="utf-8"
    )
    done = run("report.md")
    assert done.status == 1
    assert "gpus = tp * cp * dp * pp = 4 * 1 * 2 * 4 = 32" in done.out
    assert "report.md" in done.out.splitlines()[0]
    answer = json.loads(run("report.md", "--output-format", "json").out)
    claims = {claim["quantity"]: (claim["verdict"], claim["line"]) for claim in answer["plans"][0]["claims"]}
    assert claims["gpus"] == ("contradicted", 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- GPUs: 0\n- Tensor parallelism: 4\n", "cannot be: gpus: must be at least 1, not 0 (no plan is without)"),
        ("- Tensor parallelism: 4\n- GPU memory: -80 GB\n", "cannot be: memory.capacity: cannot be negative: -80 GB"),
        ("- Attention heads: 64\n- Layers: 8\n- Hidden: 4096\n- FFN: 16384\n- Tensor parallelism: 3\n", "cannot be: layout.tp: 3 does not"),
    ],
)
def test_a_report_of_what_cannot_be_gets_no_number(run: Run, text: str, message: str) -> None:
    done = run("-", stdin=text)
    assert done.status == 2
    assert message in done.out
    assert "Layout" not in done.out


def test_one_plan_of_several_can_be_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("- Tensor parallelism: 4\n", encoding="utf-8")
    done = run("a.md", "--plan", "no such")
    assert done.status == 2
    assert "the plans are main" in done.err

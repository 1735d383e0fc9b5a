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


SERVER = """# one H100 80GB
vllm serve Qwen/Qwen2.5-7B-Instruct --max-model-len 32768 --gpu-memory-utilization 0.9
"""


def test_a_launch_is_recomputed_in_full(run: Run, tmp_path: Path) -> None:
    (tmp_path / "launch.sh").write_text(SERVER, encoding="utf-8")
    rows = dict(line.split("  ", 2)[1:] for line in run("launch.sh").out.splitlines() if line.startswith("  ") and line.strip().count("  "))
    told = {what.strip(): value.strip() for what, value in rows.items()}
    assert told["max_len"].startswith("32768")
    assert told["heads"] == "28 (catalog: qwen2.5-7b)"
    assert told["memory of a GPU"].startswith("79.6 GiB at most")
    assert told["weights on a GPU"] == "15.2 GB at least (qwen2.5-7b, 16 bits as published)"
    assert told["GPUs that hold the weights"] == "1 at least"
    assert told["cache of a token on a GPU"] == "57,344 bytes at least"
    assert told["tokens the cache holds"] == "1,077,944 at most"
    assert told["longest sequence"] == "1,077,944 tokens at most"
    assert told["longest with a cache of 8 bits"] == "2,155,889 tokens at most"
    assert told["sequences of 32,768 tokens at once"] == "32 at most"


def test_a_launch_without_figures_to_derive_shows_what_it_sets(run: Run, tmp_path: Path) -> None:
    (tmp_path / "launch.sh").write_text("torchrun --nnodes 2 --nproc_per_node 8 train.py\n", encoding="utf-8")
    out = run("launch.sh").out
    assert "world" in out
    assert "16" in out


def test_a_summary_ends_an_audit_with_what_each_launch_sets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "launch.sh").write_text(SERVER, encoding="utf-8")
    told = {}
    for options in ((), ("--summary",), ("--summary", "--output-format", "json")):
        with pytest.raises(SystemExit):
            main([*options, "launch.sh"])
        told[options] = capsysbinary.readouterr()[0].decode()
    assert "tokens the cache holds" not in told[()]
    table = told[("--summary",)].partition("launch.sh:2:12: vLLM\n")[2]
    assert "  weights on a GPU                    15.2 GB at least (qwen2.5-7b, 16 bits as published)\n" in table
    assert "  sequences of 32,768 tokens at once  32 at most\n" in table
    assert "findings" in json.loads(told[("--summary", "--output-format", "json")])

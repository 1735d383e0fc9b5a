"""`audit recompute`, with the real stages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PLANS = Path(__file__).parents[2] / "fixtures" / "plans"


def run(*arguments: str, stdin: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "auditor", "recompute", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False, cwd=folder)


def test_a_plan_file_is_completed() -> None:
    done = run(str(PLANS / "train-70b.yaml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "model states ............................... 25.39 GiB a GPU" in done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in PLANS.iterdir()))
@pytest.mark.parametrize("output_format", ["json", "markdown"])
def test_every_format_of_every_fixture(name: str, output_format: str) -> None:
    done = run(str(PLANS / name), "--output-format", output_format)
    assert (done.returncode, done.stderr) == (0, "")
    if output_format == "json":
        assert json.loads(done.stdout)["plans"][0]["facts"]


def test_a_contradicted_claim_shows_in_the_exit_status() -> None:
    done = run("-", stdin="model: llama-2-7b\nlayout: {tp: 8}\nclaims: {gpus: 16}\n")
    assert done.returncode == 1
    assert "! 3:10  gpus  16  8  +100 %" in done.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: {params: 1e400}\nlayout: {}\n", "audit: <stdin>:1:9: model.params: has an exponent beyond 30"),
        ("model: llama-2-7b\nlayout: {gpus: 0}\n", "audit: <stdin>:2:10: layout.gpus: must be at least 1, not 0 (Megatron-Core"),
        ("model: llama-2-7b\nlayout: {tp: 3}\n", "audit: <stdin>:2:10: layout.tp: 3 does not divide the 32 query heads (Megatron-Core"),
        ("nothing here\n", "audit: <stdin>: no claims of a report were read, and it is no plan file"),
    ],
)
def test_bad_input_is_a_message_never_a_number(text: str, message: str) -> None:
    done = run("-", stdin=text)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(message)


def test_a_report_s_claims_stand_beside_what_follows(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text(
        "# Deployment\n\n- Tensor parallelism: 4\n- Pipeline parallelism: 4\n- Data parallelism: 2\n- Total GPUs: 64\n", encoding="utf-8"
    )
    done = run("report.md", folder=tmp_path)
    assert done.returncode == 1
    assert "gpus = tp * cp * dp * pp = 4 * 1 * 2 * 4 = 32" in done.stdout
    assert "report.md" in done.stdout.splitlines()[0]
    answer = json.loads(run("report.md", "--output-format", "json", folder=tmp_path).stdout)
    claims = {claim["quantity"]: (claim["verdict"], claim["line"]) for claim in answer["plans"][0]["claims"]}
    assert claims["gpus"] == ("contradicted", 6)


def test_one_plan_of_several_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("- Tensor parallelism: 4\n", encoding="utf-8")
    done = run("a.md", "--plan", "no such", folder=tmp_path)
    assert done.returncode == 2
    assert "the plans are main" in done.stderr

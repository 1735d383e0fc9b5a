"""Suppressions written into reports: behind the line where that can be, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standins import Run

LINES = ["- GPUs: 16", "- Tensor parallelism: 4", "- Pipeline parallelism: 2", "- Data parallelism: 4"]
DATA = {"gpus": 16, "tensor_parallel_size": 4, "pipeline_parallel_size": 2, "data_parallel_size": 4}
SAID = "audit: ignore[gpu-count] on loan"


def written(command_line: Run, folder: Path, name: str, text: str, reason: str = "on loan") -> str:
    path = folder / name
    path.write_bytes(text.encode())
    assert command_line("-q", name).status == 1
    answer = command_line(f"--add-ignore={reason}", name)
    assert (answer.status, answer.err.splitlines()[-1]) == (0, "1 suppression written to 1 file"), answer
    assert command_line("--fail-level", "warning", name).status == 0
    assert command_line("--no-inline", "-q", name).status == 1
    return path.read_bytes().decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_behind_a_line_of_markdown(command_line: Run, tmp_path: Path, end: str) -> None:
    assert written(command_line, tmp_path, "a.md", end.join([*LINES, ""])) == end.join([f"{LINES[0]} <!-- {SAID} -->", *LINES[1:], ""])


def test_in_a_row_of_a_table(command_line: Run, tmp_path: Path) -> None:
    head = "| Setup | GPUs | TP | PP | DP |\n|---|---|---|---|---|\n"
    text = written(command_line, tmp_path, "a.md", f"{head}| small | 16 | 4 | 2 | 4 |\n| large | 32 | 4 | 2 | 4 |\n")
    assert text == f"{head}| small | 16 | 4 | 2 | 4 <!-- {SAID} --> |\n| large | 32 | 4 | 2 | 4 |\n"


def test_in_a_fence_the_comment_is_that_of_its_language(command_line: Run, tmp_path: Path) -> None:
    body = "\n".join(f"{key}: {value}" for key, value in DATA.items())
    text = written(command_line, tmp_path, "a.md", f"```yaml\n{body}\n```\n")
    assert text == f"```yaml\n{body.replace('16', f'16  # {SAID}')}\n```\n"


def test_a_fence_without_comments_has_it_above(command_line: Run, tmp_path: Path) -> None:
    body = "{" + ", ".join(f'"{key}": {value}' for key, value in DATA.items()) + "}"
    text = written(command_line, tmp_path, "a.md", f"Text.\n\n```json\n{body}\n```\n")
    assert text == f"Text.\n\n<!-- {SAID} -->\n```json\n{body}\n```\n"


@pytest.mark.parametrize(("name", "sign"), [("a.yaml", ": "), ("a.toml", " = ")])
def test_behind_a_key(command_line: Run, tmp_path: Path, name: str, sign: str) -> None:
    lines = [f"{key}{sign}{value}" for key, value in DATA.items()]
    assert written(command_line, tmp_path, name, "\n".join([*lines, ""])) == "\n".join([f"{lines[0]}  # {SAID}", *lines[1:], ""])


def test_above_a_paragraph_of_restructured_text(command_line: Run, tmp_path: Path) -> None:
    text = "\n\n".join(line[2:] for line in LINES) + "\n"
    assert written(command_line, tmp_path, "a.rst", text) == f".. {SAID}\n{text}"


def test_behind_a_line_of_latex(command_line: Run, tmp_path: Path) -> None:
    rows = [f"{line[2:].replace(': ', ' & ')} \\\\" for line in LINES]
    text = "\n".join(["\\begin{tabular}{lr}", "Setting & Value \\\\ \\hline", *rows, "\\end{tabular}", ""])
    assert written(command_line, tmp_path, "a.tex", text) == text.replace(rows[0], f"{rows[0]} % {SAID}")


@pytest.mark.parametrize("indent", ["", "\n  "])
def test_in_an_object(command_line: Run, tmp_path: Path, indent: str) -> None:
    entries = [f'"{key}": {value}' for key, value in DATA.items()]
    end = "\n" if indent else ""
    between = f",{indent}" if indent else ", "
    text = written(command_line, tmp_path, "a.json", "{" + indent + between.join(entries) + end + "}")
    assert text == "{" + indent + between.join(['"$audit": "ignore[gpu-count] on loan"', *entries]) + end + "}"


def test_beside_what_an_object_says_already(command_line: Run, tmp_path: Path) -> None:
    entries = ", ".join(f'"{key}": {value}' for key, value in DATA.items())
    (tmp_path / "a.json").write_text('{"$audit": ["ignore-file[unused-suppression] all"], ' + entries + "}")
    assert command_line("--add-ignore", "a.json").status == 0
    assert (tmp_path / "a.json").read_text().startswith('{"$audit": ["ignore[gpu-count]", "ignore-file[unused-suppression] all"], ')


def test_several_findings_of_an_object_share_one_key_and_inner_objects_have_their_own(command_line: Run, tmp_path: Path) -> None:
    entries = ", ".join(f'"{key}": {value}' for key, value in DATA.items())
    parts = '{"weights": 40, "cache": 20, "activations": 4, "total": 70}'
    (tmp_path / "a.json").write_text('{"nodes": 3, "gpus_per_node": 8, ' + entries + ', "memory_per_gpu_gb": ' + parts + "}")
    assert command_line("--add-ignore", "a.json").err == "2 suppressions written to 1 file\n"
    text = (tmp_path / "a.json").read_text()
    assert (text.count('"$audit"'), text.count('{"$audit": "ignore[sum-of-parts]", "weights"')) == (2, 1), text
    answer = command_line("--fail-level", "info", "a.json")
    assert (answer.status, "stands twice" in answer.out + answer.err) == (0, False)


def test_a_record_of_json_lines(command_line: Run, tmp_path: Path) -> None:
    records = ["{" + ", ".join(f'"{key}": {value}' for key, value in (DATA | {"gpus": gpus}).items()) + "}" for gpus in (32, 16)]
    text = written(command_line, tmp_path, "a.jsonl", "\n".join([*records, ""]))
    assert text == "\n".join([records[0], records[1].replace("{", '{"$audit": "ignore[gpu-count] on loan", '), ""])


COMMAND = """\
torchrun --nproc_per_node 8 --nnodes 2 \\
  pretrain_gpt.py --tensor-model-parallel-size 4 \\
  --pipeline-model-parallel-size 3 \\
  --num-layers 32 --micro-batch-size 2 --global-batch-size 129
"""


@pytest.mark.parametrize(("name", "around"), [("a.sh", ("", "")), ("a.md", ("Text.\n\n```bash\n", "```\n"))])
def test_a_command_that_goes_on_in_the_next_line_stays_one(command_line: Run, tmp_path: Path, name: str, around: tuple[str, str]) -> None:
    """A comment before the backslash would end the command there: the options below it would be commands of their own."""
    before, behind = around
    path = tmp_path / name
    path.write_text(f"{before}export A=1\n{COMMAND}{behind}")
    assert command_line("-q", name).status == 1
    assert command_line("--add-ignore", name).status == 0
    text = path.read_text()
    assert COMMAND in text
    assert text.count("# audit: ignore[") == 1
    assert command_line("--fail-level", "warning", name).status == 0


def test_what_is_suppressed_or_known_already_gets_none(command_line: Run, tmp_path: Path) -> None:
    text = "\n".join([f"{LINES[0]} <!-- audit: ignore[gpu-count] x -->", *LINES[1:], ""])
    (tmp_path / "a.md").write_text(text)
    assert command_line("--add-ignore=y", "a.md").err == "0 suppressions written to 0 files\n"
    assert (tmp_path / "a.md").read_text() == text


@pytest.mark.parametrize("reason", ["a --> b", "a | b", "a\nb", "a */ b", "[x]"])
def test_a_reason_that_would_end_the_comment(command_line: Run, tmp_path: Path, reason: str) -> None:
    (tmp_path / "a.md").write_text("\n".join(LINES))
    answer = command_line(f"--add-ignore={reason}", "a.md")
    assert answer.status == 2
    assert "a reason may not hold" in answer.err
    assert (tmp_path / "a.md").read_text() == "\n".join(LINES)


def test_it_goes_with_files_alone(command_line: Run) -> None:
    assert "cannot write to standard input" in command_line("--add-ignore", "-").err
    assert "goes with none of" in command_line("--add-ignore", "--fix", "a.md").err

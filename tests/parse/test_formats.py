from __future__ import annotations

import subprocess
import sys

import pytest

from auditor.parse import format_of, parse
from auditor.read import decode


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "{}", "markdown"),
        ("a.MDX", "", "markdown"),
        ("dir.json/a.json", "# x", "json"),
        ("a.yml", "", "yaml"),
        ("a.toml", "", "toml"),
        ("a.slurm", "", "shell"),
        ("a.txt", "# x", "markdown"),
        ("a.txt", '{"tp": 4}', "json"),
        ("a", '[{"tp": 4}]', "json"),
        ("a", "[a link](b) [x]", "markdown"),
        ("a", "#!/bin/bash\n", "shell"),
        ("-", "GPUs: 8", "markdown"),
    ],
)
def test_the_name_tells_the_format_else_the_first_characters(name: str, text: str, expected: str) -> None:
    source = decode(text.encode(), name)
    assert parse(source).format == expected
    assert format_of(source) in (expected, "json")


def test_markdown_alone_loads_no_other_reader() -> None:
    code = (
        "import sys; from auditor.parse import parse; from auditor.read import decode;"
        "parse(decode(b'# a\\n\\n- b: 1\\n\\n| c |\\n|---|\\n| 2 |\\n', 'a.md'));"
        "print([name for name in ('yaml', 'tomllib', 'pydantic', 'sympy', 'jsonschema') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

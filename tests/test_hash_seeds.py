"""The same bytes whatever order Python's sets have: their hashes are other ones in each process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REPORTS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "fixtures" / "reports").iterdir() if path.is_file())


def said(seed: str, *arguments: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "AUDITOR_NO_CACHE": "1"}
    command = [sys.executable, "-m", "auditor", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.stderr == b""
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--isolated", "--exit-zero", "--explain"),
        ("--isolated", "--exit-zero", "--output-format", "json"),
        ("claims", "--isolated"),
        ("recompute", "--isolated", REPORTS[0]),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_the_order_of_sets_shows_nowhere(arguments: tuple[str, ...]) -> None:
    paths = () if arguments[0] == "recompute" else REPORTS
    first = said("0", *arguments, *paths)
    assert len(first) > 200
    assert said("4711", *arguments, *paths) == first

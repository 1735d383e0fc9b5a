"""Compiles a rule folder in a child process, so that its tools are not loaded here and its time is bounded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from auditor.errors import AuditorError, RuleError

__all__ = ["compile_apart"]


def compile_apart(folder: Path, lexicon: Path | None, cache: Path | None, timeout: int) -> dict[str, Any]:
    """Return the index of `folder`; AuditorError if the child fails, RuleError if it takes longer than `timeout` seconds."""
    package = Path(__file__).resolve().parent
    # -P keeps the folder the user happens to stand in off the import path: a report's folder must not supply modules.
    command = [sys.executable, "-P", "-m", "auditor.authoring.compile", str(folder)]
    if lexicon is not None:
        command += ["--lexicon", str(lexicon)]
    if cache is not None:
        command += ["--cache", str(cache)]
    search = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": f"{package.parent}{os.pathsep}{search}" if search else str(package.parent)}
    environment["PYTHONIOENCODING"] = "utf-8"
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, env=environment, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise RuleError(f"the rules take longer than {timeout} s to prove; simplify their relations", path=str(folder)) from error
    except OSError as error:
        raise AuditorError(f"the rules cannot be compiled: {error.strerror}") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise AuditorError(f"the rules cannot be compiled: {said[-1] if said else 'no reason given'}")
    found = json.loads(done.stdout.decode("utf-8"))
    if not isinstance(found, dict):
        raise AuditorError("the rules cannot be compiled: the compiler gave no index")
    return found

"""The wheel carries the compiled rules and runs without any of the tools that compile them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_the_index_and_the_rule_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        index = json.loads(archive.read("auditor/_rules/index.json"))
    assert {"auditor/_rules/lexicon.yaml", "auditor/_rules/rule.schema.json", "auditor/_rules/layout/gpu-count/rule.yaml"} <= names
    assert index["problems"] == []
    assert {path.parent.name for path in (ROOT / "rules").glob("*/*/rule.yaml")} == {rule["id"] for rule in index["rules"]}
    assert str(ROOT) not in json.dumps(index)


def test_it_audits_from_its_own_index(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys; from pathlib import Path; import auditor; from auditor import index, rulebook; "
        "from auditor.pipeline import audit_source; from auditor.read import read_file; "
        f"assert Path(auditor.__file__).is_relative_to({str(tmp_path)!r}); "
        "assert index.rules_folder().name == '_rules'; "
        "rule = rulebook.load().get('LAY001'); "
        "report = audit_source(read_file(rule.folder / 'bad-product.md')); "
        "assert 'LAY001' in [finding.code for finding in report.findings]; "
        "print([name for name in ('sympy', 'jsonschema', 'pydantic', 'yaml', 'subprocess') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert not (tmp_path / "cache").exists()

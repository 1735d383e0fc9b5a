"""The wheel carries the compiled rules and runs without any of the tools that compile them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def build(target: str, root: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as an installer makes it: from the source distribution, away from the checkout."""
    archive = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as files:
        files.extractall(unpacked, filter="data")
    (root,) = unpacked.iterdir()
    return build("wheel", root, tmp_path_factory.mktemp("wheel"))


def test_an_editable_install_reads_the_rules_of_the_checkout(tmp_path: Path) -> None:
    with zipfile.ZipFile(build("wheel:editable", ROOT, tmp_path)) as archive:
        assert not [name for name in archive.namelist() if "_rules" in name]


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
        archive.extractall(tmp_path / "site")  # noqa: S202 - made by this test
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

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


def test_it_holds_the_index_and_the_pages_and_none_of_the_examples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        index = json.loads(archive.read("auditor/_rules/index.json"))
    wanted = {f"auditor/_rules/{name}" for name in ("index.json", "pages.json", "lexicon.yaml", "facts.yaml", "rule.schema.json")}
    assert wanted <= names
    shipped = {name for name in names if name.startswith("auditor/_rules/")}
    assert all(name in wanted or name.endswith(".yaml") for name in shipped)
    assert not [name for name in shipped if name.endswith("/rule.yaml") or "/bad-" in name or "/good-" in name]
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
        f"report = audit_source(read_file({str(ROOT / 'fixtures/reports/serving-plan.md')!r})); "
        "assert rulebook.load().get('LAY001').name == 'gpu-count'; "
        "assert 'LAY001' in [finding.code for finding in report.findings]; "
        "print([name for name in ('sympy', 'jsonschema', 'pydantic', 'yaml', 'subprocess') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert not (tmp_path / "cache").exists()


@pytest.mark.slow
def test_it_installs_in_a_clean_environment_and_says_there_what_the_checkout_says(wheel: Path, tmp_path: Path) -> None:
    """With no more than its dependencies; a rule's page and data are those that the checkout writes from the rule's files."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", wheel], check=True)

    def said(python: Path | str, *arguments: str) -> tuple[int, str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [str(python), "-P", "-m", "auditor", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    report = tmp_path / "plan.md"
    report.write_text((ROOT / "fixtures/reports/serving-plan.md").read_text(encoding="utf-8"), encoding="utf-8")
    own = tmp_path / "own" / "layout" / "own-gpu-count"
    own.mkdir(parents=True)
    rule = (ROOT / "rules/layout/gpu-count/rule.yaml").read_text(encoding="utf-8")
    (own / "rule.yaml").write_text(rule.replace("LAY001", "OWN001").replace("gpu-count", "own-gpu-count"), encoding="utf-8")
    for arguments in (
        ("--isolated", "plan.md"),
        ("--isolated", "--output-format", "json", "plan.md"),
        ("--isolated", "--rules", "own", "--select", "OWN001", "plan.md"),
        ("rule", "gpu-count", "ARI001"),
        ("rule", "--all"),
        ("rule", "--output-format", "json", "--all"),
    ):
        status, shown = said(scripts / "python", *arguments)
        assert (status, shown) == said(sys.executable, *arguments)
        assert status == ("--isolated" in arguments), shown

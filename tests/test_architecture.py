"""What imports what: the layers, and what a run may load."""

import json
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from auditor.render import FORMATS

ROOT = Path(__file__).parent.parent
REPORT = "fixtures/reports/serving-plan.md"


def test_layers() -> None:
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("import-linter is not installed")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def loaded(*arguments: str, folder: Path = ROOT, stdin: str = "") -> set[str]:
    """Return the modules a run of the command loads."""
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from auditor.cli.main import main\n"
        "sys.argv[0] = 'audit'\n"
        "try:\n    main()\n"
        "except SystemExit as stop:\n"
        "    found = sorted(set(sys.modules) - before)\n"
        "    import json\n"
        "    print(json.dumps([stop.code, found]), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=folder, input=stdin, capture_output=True, text=True, check=True)
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status in (0, 1), done.stderr
    return set(modules)


def third_party(modules: set[str]) -> set[str]:
    names = {module.partition(".")[0] for module in modules}
    return {name for name in names if name in DISTRIBUTED and name != "auditor"}


DISTRIBUTED = set(packages_distributions()) - set(sys.stdlib_module_names)
HEAVY = {"sympy", "jsonschema", "pydantic", "pathspec", "difflib", "importlib.metadata"}


def test_a_plain_audit_loads_little_in_any_format(tmp_path: Path) -> None:
    also = [f"--output-file={output_format}={tmp_path / output_format}" for output_format in FORMATS]
    modules = loaded("--isolated", *also, REPORT)
    assert {module.rpartition(".")[2] for module in modules if module.startswith("auditor.render.")} >= {"json_v1", "github", "markdown"}
    assert not modules & HEAVY
    assert third_party(modules) <= {"click", "markdown_it", "mdurl", "jinja2", "markupsafe"}


def test_only_a_page_loads_what_pages_are_made_with() -> None:
    modules = loaded("--isolated", REPORT)
    assert not {module.partition(".")[0] for module in modules} & {"jinja2", "markupsafe"}
    assert not modules & {"auditor.render.html", "auditor.render.study", "auditor.cli.studied"}


def test_so_does_one_of_files_of_any_format(tmp_path: Path) -> None:
    files = {"a.json": '{"gpus": 16}', "a.yaml": "gpus: 16\n", "a.toml": "gpus = 16\n", "a.sh": "torchrun a.py\n"}
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    modules = loaded("--isolated", *files, folder=tmp_path)
    assert modules >= {f"auditor.parse.{name}" for name in ("json", "yaml", "toml", "shell")}
    assert not modules & HEAVY
    assert third_party(modules) <= {"click", "markdown_it", "mdurl", "yaml", "_yaml"}


def test_a_folder_without_patterns_needs_no_matcher(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("16 GPUs\n")
    assert not loaded(".", folder=tmp_path) & HEAVY


def test_each_door_loads_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("16 GPUs\n")
    (tmp_path / "auditor.toml").write_text("fail-level = 'info'\n")
    modules = loaded("a.md", folder=tmp_path)
    assert "auditor.config_file" in modules
    assert not modules & HEAVY


def test_claims_and_explain_load_as_little() -> None:
    assert not loaded("claims", "--isolated", REPORT) & HEAVY
    assert not loaded("explain", "--isolated", f"{REPORT}:5") & HEAVY


def test_without_configuration_baseline_and_change_none_of_their_readers_is_loaded() -> None:
    doors = {"auditor.config_file", "auditor.baseline", "auditor.cli.changes", "auditor.tuning", "auditor.add_ignore", "auditor.fix"}
    assert not loaded("--isolated", REPORT) & doors


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("check", "--help"), ("claims", "--help"), ("explain", "--help")])
def test_help_loads_no_stage(arguments: tuple[str, ...]) -> None:
    modules = loaded(*arguments)
    assert third_party(modules) == {"click"}
    assert not {
        module
        for module in modules
        if module.startswith(("auditor.pipeline", "auditor.parse", "auditor.claims", "auditor.check", "auditor.rulebook"))
    }


def test_shipped_data_is_in_the_package() -> None:
    assert {path.name for path in (ROOT / "auditor" / "schemas").glob("*.json")} >= {"audit-v1.schema.json", "claims-v1.schema.json"}
    assert (ROOT / "auditor" / "py.typed").exists()

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import auditor
from auditor.cli.main import COMMANDS, audit

INSTALLED = audit.list_commands(click.Context(audit))


@pytest.mark.parametrize("name", INSTALLED)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(name: str, option: str) -> None:
    answer = CliRunner().invoke(audit, [name, option])
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith(f"Usage: audit {name}")
    assert len(answer.output.splitlines()) > 5


def test_every_command_module_is_listed() -> None:
    folder = Path(auditor.__file__).parent / "cli"
    modules = [path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")]
    commands = [name for name in modules if isinstance(getattr(import_module(f"auditor.cli.{name}"), "command", None), click.Command)]
    assert {name.replace("_", "-") for name in commands} == set(INSTALLED)


def test_help_shows_the_main_options_and_every_command() -> None:
    answer = CliRunner().invoke(audit, ["--help"])
    assert answer.exit_code == 0
    assert "--output-format [full|concise|json|jsonl|agent|github" in answer.output
    for name in INSTALLED:
        assert f"  {name} " in answer.output
        assert COMMANDS[name] in " ".join(answer.output.split())


def test_version() -> None:
    assert CliRunner().invoke(audit, ["--version"]).output == f"audit {auditor.__version__}\n"


def test_both_names_and_the_module() -> None:
    scripts = Path(sys.executable).parent
    for call in ([scripts / "audit"], [scripts / "auditor"], [sys.executable, "-m", "auditor"]):
        done = subprocess.run([*call, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == f"audit {auditor.__version__}\n"


def test_the_version_is_the_one_of_the_project() -> None:
    import tomllib

    project = Path(auditor.__file__).parent.parent / "pyproject.toml"
    assert tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"] == auditor.__version__


class TestPublicNames:
    def test_each_can_be_had(self) -> None:
        for name in auditor.__all__:
            assert getattr(auditor, name)
            assert name in dir(auditor)

    def test_none_other(self) -> None:
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = auditor.nothing

    def test_importing_the_package_loads_nothing_else(self) -> None:
        code = "import sys, auditor; print([name for name in sys.modules if name.startswith('auditor.')])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"

"""`audit config [PATH]`: which settings hold for a file or folder, and where each of them was written."""

from __future__ import annotations

import json
import os
from typing import Any, Final

import click

from auditor.cli.completing import complete_paths
from auditor.cli.inputs import configuration_for, write
from auditor.cli.options import config_options
from auditor.settings import Settings

__all__ = ["command"]

_DEFAULTS: Final[dict[str, Any]] = {"select": ["ALL"], "fail-level": "error", "output-format": "full", "not-audited": "error"}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("path", default=os.curdir, metavar="[PATH]", shell_complete=complete_paths)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to show it.")
@config_options
def command(path: str, output_format: str, config: tuple[str, ...], isolated: bool) -> int:
    """Show each setting that holds for a file or folder, its value, and the place where it was written."""
    from auditor.config_keys import KEYS

    configuration = configuration_for([path], config, isolated)
    settings = configuration.of(path)
    values = _values(settings)
    rows = [
        (name, values.get(name, _DEFAULTS.get(name)), _origin(settings, name)) for name in KEYS if name != "extend" and not _joined(name)
    ]
    if output_format == "json":
        listed = [{"key": name, "value": value, "origin": origin} for name, value, origin in rows]
        found = {"version": 1, "path": path, "configuration": str(settings.origin or ""), "settings": listed}
        write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        return 0
    from auditor.render.terminal import opening, plain

    head = f"{path}: {settings.origin or 'no configuration file'}"
    width = max(len(name) for name, _, _ in rows)
    lines = [f"{name.ljust(width)} = {_shown(value)}  ({origin})" for name, value, origin in rows]
    write("\n".join([opening(head), "", *(plain(line) for line in lines)]) + "\n")
    return 0


def _joined(name: str) -> bool:
    """Tell whether a key adds to another, under which it is shown."""
    return name.startswith("extend-")


def _origin(settings: Settings, name: str) -> str:
    found = [str(settings.said[one]) for one in (name, f"extend-{name}") if one in settings.said]
    return " and ".join(found) or "default"


def _values(settings: Settings) -> dict[str, Any]:
    """Return the settings that were written, by key, as a configuration writes them."""
    coverage = settings.min_coverage
    found: dict[str, Any] = {
        "select": list(settings.select),
        "ignore": list(settings.ignore),
        "per-file-ignores": {pattern: list(rules) for pattern, rules in settings.per_file_ignores},
        "severity": dict(settings.severity),
        "fail-level": settings.fail_level,
        "not-audited": dict(settings.not_audited),
        "min-coverage": None if coverage is None else _number(float(coverage)),
        "baseline": str(settings.baseline) if settings.baseline else None,
        "exclude": list(settings.exclude),
        "context": [str(one) for one in settings.context],
        "rules": [str(one) for one in settings.rules],
        "tolerances": {name: _number(float(share * 100)) for name, share in settings.tolerances},
        "conventions": {name: list(names) for name, names in settings.conventions},
        "frameworks": list(settings.frameworks),
        "output-format": settings.output_format,
    }
    return {name: value for name, value in found.items() if value}


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    return json.dumps(value, ensure_ascii=False)

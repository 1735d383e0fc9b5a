"""`audit schema NAME`: the JSON Schemas of what the auditor writes and reads."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import click

from auditor.cli.inputs import write

__all__ = ["NAMES", "command"]

NAMES: Final = {
    "audit": ("audit-v1.schema.json", "what `audit --output-format json` writes"),
    "claims": ("claims-v1.schema.json", "what `audit claims --output-format json` writes"),
    "recompute": ("recompute-v1.schema.json", "what `audit recompute --output-format json` writes"),
    "baseline": ("baseline-v1.schema.json", "the file of `audit baseline`"),
    "config": ("config.schema.json", "auditor.toml and [tool.auditor]"),
    "plan": ("plan.schema.json", "a plan file of `audit recompute`"),
}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("name", required=False, type=click.Choice(list(NAMES)), metavar="[NAME]")
def command(name: str | None) -> int:
    """Print the JSON Schema of a format: audit, claims, recompute, baseline, config or plan; without a name, say what there is."""
    if name is None:
        width = max(map(len, NAMES))
        write("".join(f"{one.ljust(width)}  {about}\n" for one, (_, about) in NAMES.items()))
    else:
        write((files("auditor") / "schemas" / NAMES[name][0]).read_text(encoding="utf-8"))
    return 0

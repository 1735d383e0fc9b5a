"""`audit clean`: remove what the auditor keeps of earlier runs."""

from __future__ import annotations

import click

from auditor.cli.inputs import warn
from auditor.render.run import counted

__all__ = ["command"]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> int:
    """Remove what the auditor keeps of earlier runs: what it found in reports, compiled rules and their proofs."""
    from auditor.cache import clean

    gone = 0
    for path, size in clean():
        warn(f"removed {path}: {counted(size, 'byte')}")
        gone += 1
    if not gone:
        warn("nothing is kept")
    return 0

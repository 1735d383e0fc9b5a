"""`audit completion SHELL`: what a shell needs to complete commands, options, rules and catalog names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from auditor.cli.completing import SCRIPTS
from auditor.cli.inputs import write

__all__ = ["command"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the script that lets a shell complete commands, options, paths, rules and names: eval "$(audit completion bash)"."""
    from auditor.cli.main import audit

    kind = get_completion_class(shell)
    if kind is not None:
        # The template alone: asking the shell for its version is the shell's business.
        write(SCRIPTS.get(shell, kind.source_template) % kind(audit, {}, "audit", "_AUDIT_COMPLETE").source_vars())
    return 0

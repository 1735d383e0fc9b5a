"""`audit power REPORT`: how large an error in each claim would have been caught."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.completing import complete_paths, complete_quantities
from auditor.cli.inputs import configuration_for, read_source, write
from auditor.cli.options import color_option, config_options, context_option, paint_wanted, rules_option, selectors

__all__ = ["command"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("report", metavar="REPORT|-", shell_complete=complete_paths)
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to show it.")
@click.option(
    "--quantity",
    multiple=True,
    callback=selectors,
    shell_complete=complete_quantities,
    metavar="NAME",
    help="Only claims of these: ids, symbols or groups.",
)
@context_option
@rules_option
@config_options
@click.option("--stdin-filename", metavar="PATH", default="", help="The name of what - reads, for its format and for messages.")
@color_option
def command(
    report: str,
    output_format: str,
    quantity: tuple[str, ...],
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
    stdin_filename: str,
    color: str,
) -> int:
    """Say how large an error in each claim of a report the audit would have caught.

    Each number is changed by known factors, up and down, and the report audited again: the smaller the error that is caught,
    the more "no contradictions" means. It takes several audits a claim.
    """
    from auditor.cli.auditing import Asked, prepare
    from auditor.cli.inputs import wanted_quantities
    from auditor.pipeline import read_claims
    from auditor.power import measure
    from auditor.render import power as shown

    audits = prepare(configuration_for([report], config, isolated), Asked(context=context_paths, rules=rule_folders))
    source = read_source(report, stdin_filename)
    ready = audits.ready(source.path)
    wanted = wanted_quantities(quantity, ready.rules.lexicon)
    claims = read_claims(source, ready.context, rules=ready.rules).claims
    found = measure(audits.of(source), [claim for claim in claims if wanted is None or claim.quantity in wanted], audits.of)
    painted = paint_wanted(color)
    write(shown.as_json(source, found) if output_format == "json" else shown.as_table(source, found, color=painted), painted)
    return 0

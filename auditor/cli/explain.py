"""`audit explain PATH:LINE`: what was read on a line and everything that was checked about it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import click

from auditor.cli.completing import complete_paths
from auditor.cli.files import STDIN
from auditor.cli.inputs import context_sources, read_source, settings_for, write
from auditor.cli.options import color_option, config_options, context_option, paint_wanted, rules_option
from auditor.errors import UsageError

__all__ = ["command"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("place", metavar="PATH:LINE[:COLUMN]", shell_complete=complete_paths)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to show it.")
@context_option
@rules_option
@config_options
@click.option("--stdin-filename", metavar="PATH", default="", help="The name of what - reads, for its format and for messages.")
@color_option
def command(
    place: str,
    output_format: str,
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
    stdin_filename: str,
    color: str,
) -> int:
    """Say what was read on a line of a report, or in a column of it, and what was checked about it: contradicted, held and not checkable.

    For what is not checkable it says what the report would have to state.
    """
    from auditor.check.lacking import Way, ways
    from auditor.claims.model import Claim
    from auditor.facts.catalog import known_facts
    from auditor.pipeline import audit_source, read_claims
    from auditor.render.claims_v1 import Understood
    from auditor.render.explanation import as_json, explain
    from auditor.render.run import Options
    from auditor.rulebook import load as load_rules

    path, line, column = _place(place)
    settings = settings_for([path], config, isolated)
    rules = load_rules((*settings.rules, *rule_folders))
    context = context_sources(settings.context, context_paths)
    source = read_source(path, stdin_filename)
    if not 1 <= line <= len(source.lines):
        raise UsageError(f"{source.path} has {len(source.lines)} lines; there is no line {line}")
    report = audit_source(source, rules=rules, context=context)
    read = read_claims(source, context, rules=rules)
    understood = Understood(source, read.claims, read.labels, read.uncovered, read.coverage, context)
    units = {name: known.unit for name, known in rules.lexicon.quantities.items()}
    names = {rule.code: rule.name for rule in rules.rules}
    known = cache(lambda: known_facts(read.document, read.claims, rules.lexicon))
    plans = {claim: plan for plan in read.plans for claim in plan.claims}

    def lacking(claim: Claim) -> list[Way]:
        return ways(claim, plans[claim], read.plans, rules.rules, known()) if claim in plans else []

    if output_format == "json":
        write(as_json(report, understood, line, column, units, names, lacking))
        return 0
    painted = paint_wanted(color)
    write(explain(report, understood, line, units, names, lacking, Options(color=painted, explain=True), column), painted)
    return 0


def _place(text: str) -> tuple[str, int, int | None]:
    """Return path and line of `PATH:LINE`, and the column of `PATH:LINE:COLUMN`."""
    parts = text.split(":")
    numbers = 0
    while numbers < 2 and len(parts) - numbers > 1 and parts[-1 - numbers].isascii() and parts[-1 - numbers].isdigit():
        numbers += 1
    if not numbers or len(parts[-numbers]) > 9:
        raise UsageError(f"{text!r} is not PATH:LINE; write for example {'report.md' if text == STDIN else text.rstrip(':')}:12")
    column = int(parts[-1]) if numbers == 2 and len(parts[-1]) < 10 else None
    return ":".join(parts[:-numbers]), int(parts[-numbers]), column or None

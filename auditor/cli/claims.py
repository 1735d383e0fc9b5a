"""`audit claims PATH`: every number of a report and what it was read as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor.cli.completing import complete_paths, complete_quantities
from auditor.cli.files import walk
from auditor.cli.inputs import context_sources, read_source, settings_for, shortfall, wanted_quantities, warn, write
from auditor.cli.options import color_option, config_options, context_option, paint_wanted, percent, selectors
from auditor.errors import InputError, UsageError

if TYPE_CHECKING:
    from auditor.render.claims_v1 import Understood, Units
    from auditor.rulebook import Rulebook
    from auditor.statements import Note, Source

__all__ = ["command"]

_FORMATS: Final = ("table", "json", "jsonl", "csv")
_FAILED: Final = 2


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit status: 0, 1 where --min-coverage is missed, 2 something is wrong with the call or could not be read.",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH|-...", shell_complete=complete_paths)
@click.option("--output-format", type=click.Choice(_FORMATS), default="table", show_default=True, help="How to show the claims.")
@click.option(
    "--quantity",
    multiple=True,
    callback=selectors,
    shell_complete=complete_quantities,
    metavar="NAME",
    help="Only these: ids (parallel.tensor), symbols (tp), groups (memory).",
)
@click.option("--uncovered", is_flag=True, help="Show the numbers that were not understood, and why, instead of the claims.")
@click.option("--annotate", is_flag=True, help="Show the report with the meaning of each number beside it.")
@click.option("--min-coverage", callback=percent, metavar="PERCENT", help="Exit with 1 where less of a report's numbers is understood.")
@context_option
@config_options
@click.option("--stdin-filename", metavar="PATH", default="", help="The name of what - reads, for its format and for messages.")
@color_option
def command(
    paths: tuple[str, ...],
    output_format: str,
    quantity: tuple[str, ...],
    uncovered: bool,
    annotate: bool,
    min_coverage: Fraction | None,
    context_paths: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
    stdin_filename: str,
    color: str,
) -> int:
    """Show what was read of reports: each claimed number, its quantity, value, role, scope and plan."""
    from auditor.rulebook import load as load_rules

    if uncovered and annotate:
        raise UsageError("--uncovered and --annotate exclude each other; give one of them")
    if output_format != "table" and (uncovered or annotate):
        raise UsageError(f"--{'uncovered' if uncovered else 'annotate'} is for reading; the json format lists what was not understood")
    settings = settings_for(paths, config, isolated)
    rules = load_rules()
    known = rules.lexicon.quantities
    wanted = wanted_quantities(quantity, rules.lexicon)
    units = {name: entry.unit for name, entry in known.items()}
    context = context_sources(settings.context, context_paths)
    read, complete = _read(paths, rules, context, stdin_filename)
    shown = [_only(understood, wanted) for understood in read]
    painted = paint_wanted(color)
    form = "uncovered" if uncovered else "annotate" if annotate else output_format
    write(_rendered(shown, units, form, painted), painted)
    least = settings.min_coverage if min_coverage is None else min_coverage
    short = [(understood.source.path, message) for understood in read if (message := shortfall(understood.coverage, least))]
    for path, message in short:
        warn(f"{path}: {message}")
    return _FAILED if not complete else 1 if short else 0


def _only(understood: Understood, wanted: frozenset[str] | None) -> Understood:
    if wanted is None:
        return understood
    return replace(understood, claims=tuple(claim for claim in understood.claims if claim.quantity in wanted))


def _read(paths: Sequence[str], rules: Rulebook, context: tuple[Source, ...], stdin_name: str) -> tuple[list[Understood], bool]:
    """Read every file; tell too whether each of them could be read in full."""
    from auditor.cli.main import describe
    from auditor.pipeline import read_claims
    from auditor.render.claims_v1 import Understood

    found = walk(paths)
    complete = not found.missing
    for missing in found.missing:
        warn(f"{missing.path}: not read: {missing.reason}")
    read: list[Understood] = []
    for path in found.files:
        try:
            source = read_source(path, stdin_name)
            claims = read_claims(source, context, rules=rules)
        except InputError as error:
            complete = False
            warn(str(InputError(f"not read: {error.message}", path=error.path, line=error.line, column=error.column)))
            continue
        except Exception as error:  # one file must not end the run for the others
            complete = False
            warn(f"{path}: not read: {describe(error)}")
            continue
        complete = _told((*source.notes, *claims.document.notes), source) and complete
        read.append(Understood(source, claims.claims, claims.labels, claims.uncovered, claims.coverage, context))
    return read, complete


def _told(notes: tuple[Note, ...], source: Source) -> bool:
    """Write what kept a source from being read in full to standard error; tell whether nothing did."""
    from auditor.render.run import locate

    fatal = [note for note in dict.fromkeys(notes) if note.fatal]
    for note in fatal:
        warn(f"{locate(source, note.span)}: not read in full: {note.message}")
    return not fatal


def _rendered(read: list[Understood], units: Units, form: str, color: bool) -> str:
    from auditor.render import claims_table, claims_v1

    if form == "json":
        return claims_v1.as_json(read, units)
    if form == "jsonl":
        return claims_v1.as_jsonl(read, units)
    if form == "csv":
        return claims_v1.as_csv(read, units)
    if form == "uncovered":
        return claims_table.uncovered(read, color)
    if form == "annotate":
        return "\n".join(claims_table.annotated(understood, color) for understood in read)
    return claims_table.table(read, units, color)

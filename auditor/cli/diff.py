"""`audit diff OLD NEW`: what a new version of a report claims otherwise, and what that does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor.cli.completing import complete_paths
from auditor.cli.inputs import configuration_for, read_source, write
from auditor.cli.options import color_option, config_options, context_option, paint_wanted, rules_option
from auditor.errors import InputError, UsageError

if TYPE_CHECKING:
    from auditor.cost.facts import Fact
    from auditor.render.difference import Figure
    from auditor.statements import Source

__all__ = ["command"]

_COSTS: Final = ("memory", "time", "rate", "gpus")
_SCOPES: Final = {"total": "", "gpu": "a GPU", "prefill": "", "decode": ""}
"""What a figure is of, where its name does not say it."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("old", shell_complete=complete_paths)
@click.argument("new", shell_complete=complete_paths)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to show it.")
@context_option
@rules_option
@config_options
@color_option
def command(
    old: str,
    new: str,
    output_format: str,
    context_paths: tuple[Path, ...],
    rule_folders: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
    color: str,
) -> int:
    """Show which claims a new version of a report moves, which contradictions come and go, and what that does to memory and time.

    The exit status is 1 where contradictions are new.
    """
    from auditor.cli.auditing import Asked, prepare
    from auditor.comparing import compare
    from auditor.pipeline import read_claims
    from auditor.render import difference

    if old == new == "-":
        raise UsageError("only one of the two versions can be standard input")
    audits = prepare(configuration_for([old, new], config, isolated), Asked(context=context_paths, rules=rule_folders))
    sources = [read_source(path) for path in (old, new)]
    before, after = (audits.of(source) for source in sources)
    claims = [read_claims(source, rules=audits.ready(source.path).rules).claims for source in sources]
    compared = compare(before, after, *claims)
    figures = tuple(_figures(*(_costs(source) for source in sources)))
    if output_format == "json":
        write(difference.as_json(before, after, compared, figures))
    else:
        painted = paint_wanted(color)
        write(difference.as_text(before, after, compared, figures, color=painted), painted)
    return 1 if compared.came else 0


def _costs(source: Source) -> dict[tuple[str, str, str], Fact]:
    """Return what follows of memory, time and rate, of a report with one plan: of several nobody knows which is the other's."""
    from auditor.cli.recompute import completed

    try:
        found = completed(source, (), "")
    except InputError:
        return {}
    if len(found) != 1:
        return {}
    facts: Sequence[Fact] = found[0].estimate.facts
    wanted = (fact for fact in facts if not fact.alternative and fact.quantity.partition(".")[0] in _COSTS)
    return {(fact.quantity, fact.scope, fact.phase): fact for fact in wanted}


def _figures(old: dict[tuple[str, str, str], Fact], new: dict[tuple[str, str, str], Fact]) -> Iterator[Figure]:
    from auditor.render.difference import Figure

    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        known = after or before
        was, is_ = ("" if fact is None else str(fact) for fact in (before, after))
        if known is not None and was != is_:
            quantity, scope, phase = key
            where = ", ".join(part for part in (_SCOPES.get(scope, f"a {scope}"), phase) if part)
            yield Figure(quantity, known.name, where, was, is_, _change(before, after))


def _change(before: Fact | None, after: Fact | None) -> str:
    """Return by how much a figure has grown, as a signed percentage; nothing where that cannot be said."""
    from auditor.cost.amount import readable

    if before is None or after is None or before.amount.value <= 0:
        return ""
    return f"{'+' if after.amount.value > before.amount.value else ''}{readable(100 * (after.amount.value / before.amount.value - 1), 3)} %"

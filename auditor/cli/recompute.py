"""`audit recompute PATH|-`: a plan file or a report, completed with every figure that follows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor import __version__
from auditor.cli.completing import complete_paths
from auditor.cli.inputs import context_sources, read_source, settings_for, write
from auditor.cli.options import color_option, config_options, context_option, paint_wanted

if TYPE_CHECKING:
    from auditor.cost.comparison import Compared
    from auditor.render.launched import Launched
    from auditor.render.recomputed import Completed
    from auditor.statements import Source

__all__ = ["command", "completed"]

_FORMATS: Final = ("full", "json", "markdown")
_ASIDE: Final = frozenset(("previous", "example"))
"""Plans that a report gives only to reject or to illustrate."""


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit status: 0, 1 where a claim is contradicted, 2 where the plan cannot exist or could not be read.",
)
@click.argument("path", metavar="PATH|-", shell_complete=complete_paths)
@click.option("--output-format", type=click.Choice(_FORMATS), default="full", show_default=True, help="How to show the figures.")
@click.option("--plan", "wanted", default="", metavar="NAME", help="Of a report with several plans, only this one.")
@context_option
@config_options
@click.option("--stdin-filename", metavar="PATH", default="", help="The name of what - reads, for its format and for messages.")
@color_option
def command(
    path: str,
    output_format: str,
    wanted: str,
    context_paths: tuple[Path, ...],
    config: tuple[str, ...],
    isolated: bool,
    stdin_filename: str,
    color: str,
) -> int:
    """Complete a plan file (YAML or JSON) or a report with every figure that follows, each with its derivation.

    A plan file says what to cost: model, hardware, layout, training or serving (its schema: plan.schema.json). Of a report, the
    claims are taken as the plan and shown beside what is recomputed from the others. Of a launch script or a values file, each launch
    is shown with what it sets and what follows.
    """
    from auditor.cli.launched import launched
    from auditor.cost.plan_file import is_plan
    from auditor.render import recomputed
    from auditor.render.launched import as_text

    source = read_source(path, stdin_filename)
    tables: list[Launched] = []
    if is_plan(source.text):
        shown = [_plan(source)]
    else:
        settings = settings_for((path,), config, isolated)
        tables = [] if wanted else launched(source)
        started = tables[0].world if len(tables) == 1 else None
        context = context_sources(settings.context, context_paths)
        shown = completed(source, context, wanted, needed=not tables, started=started)
    painted = paint_wanted(color)
    if output_format == "json":
        write(recomputed.as_json(shown, __version__))
    elif output_format == "markdown":
        write(recomputed.as_markdown(shown))
    else:
        write(as_text(tables) + (recomputed.as_full(shown, color=painted) if shown else ""), painted)
    if any(one.refused for one in shown):
        return 2
    return 1 if any(_contradicted(one.compared) for one in shown) else 0


def _contradicted(compared: tuple[Compared, ...]) -> bool:
    from auditor.findings import Verdict

    return any(result.verdict is Verdict.CONTRADICTED for result in compared)


def _plan(source: Source) -> Completed:
    from auditor.cost import estimate
    from auditor.cost.comparison import compare
    from auditor.cost.impossible import ImpossiblePlanError
    from auditor.cost.plan_file import parse_plan
    from auditor.errors import InputError
    from auditor.render.recomputed import Completed

    facts, claims = parse_plan(source.text, source.path)
    try:
        found = estimate(facts)
    except ImpossiblePlanError as error:
        raise InputError(str(error), path=source.path) from None
    return Completed(source.path, "", found, tuple(compare(claimed, found) for claimed in claims))


def completed(
    source: Source, context: tuple[Source, ...], wanted: str, *, needed: bool = True, started: int | None = None
) -> list[Completed]:
    """Return each plan of a report with what follows from its claims; InputError where there is none and one is `needed`.

    `started` is how many processes the report's one launch starts.
    """
    from dataclasses import replace

    from auditor.errors import InputError, UsageError
    from auditor.pipeline import read_claims
    from auditor.plans.costing import cost, names_in
    from auditor.render.recomputed import Completed
    from auditor.render.run import locate

    read = read_claims(source, context)
    plans = [plan for plan in read.plans if plan.id not in _ASIDE]
    if wanted:
        plans = [plan for plan in plans if wanted in (plan.id, plan.title)]
        if not plans:
            raise UsageError(f"--plan: no plan is called {wanted!r}; the plans are {', '.join(plan.id for plan in read.plans)}")
    if not any(plan.claims for plan in plans):
        if not needed:
            return []
        raise InputError("no claims of a report were read, and it is no plan file (`model:` and `layout:`)", path=source.path)
    names = names_in(read.document)
    listed = []
    for plan in plans:
        if not plan.claims:
            continue
        found = cost(plan, names, started)
        places = [locate(source, claim.span) for claim, _ in found.compared]
        compared = tuple(
            replace(result, claimed=replace(result.claimed, place=(place.line, place.column)))
            for (_, result), place in zip(found.compared, places, strict=True)
        )
        title = plan.title if len(plans) > 1 else ""
        listed.append(Completed(source.path, title, found.estimate, compared, found.uncompared, found.refused))
    return listed

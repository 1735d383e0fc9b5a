"""`audit [PATHS]`: audit reports and show what cannot be true. The default command."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from auditor.cli.completing import complete_paths, complete_rules
from auditor.cli.options import color_option, config_options, context_option, percent, rules_option, selectors
from auditor.cli.outputs import written
from auditor.render import FORMATS

__all__ = ["command"]

_LEVELS: Final = ("error", "warning", "info")


class _Command(click.Command):
    """A command whose `--add-ignore` takes its reason behind `=` only, so that no path is taken for one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, ["--add-ignore=" if one == "--add-ignore" else one for one in args[:end]] + args[end:])


@click.command(
    cls=_Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit status: 0 nothing at or above the fail level, 1 findings, 2 something is wrong with the call or could not be audited.",
)
@click.argument("paths", nargs=-1, metavar="[PATHS|-]...", shell_complete=complete_paths)
@click.option("--output-format", type=click.Choice(list(FORMATS)), help="How to show the findings.  [default: full]")
@click.option(
    "--output-file",
    multiple=True,
    callback=written,
    metavar="FORMAT=PATH",
    help="Write the findings to a file too, from the same run. May be repeated.",
)
@click.option("--first-since", metavar="REV", help="Show first what stands in files changed since REV, where not all can be shown.")
@click.option(
    "--select",
    multiple=True,
    callback=selectors,
    shell_complete=complete_rules,
    metavar="RULES",
    help="Only these rules: codes, names, categories, prefixes or ALL.",
)
@click.option(
    "--ignore",
    multiple=True,
    callback=selectors,
    shell_complete=complete_rules,
    metavar="RULES",
    help="Not these rules; the closer of --select and --ignore wins.",
)
@click.option("--fail-level", type=click.Choice(_LEVELS), help="The least severity that makes the exit status 1.  [default: error]")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--min-coverage", callback=percent, metavar="PERCENT", help="Fail where less of a report's numbers is understood.")
@click.option("--summary", is_flag=True, help="End with a table of what each launch sets and what follows from it.")
@click.option(
    "-j", "--jobs", type=click.IntRange(0, 256), default=1, metavar="N", help="Audit N files at a time; 0 for one a core.  [default: 1]"
)
@click.option("--watch", is_flag=True, help="Audit again whenever a file changes, until Ctrl-C.")
@click.option("--no-cache", is_flag=True, help="Audit anew what an earlier run has audited, and keep nothing.")
@click.option("--statistics", is_flag=True, help="Show how often each rule found something, instead of the findings.")
@click.option("--explain", is_flag=True, help="Show every step of each derivation with the place of each number.")
@click.option("--fix", is_flag=True, help="Put derived figures right whose inputs agree; measured ones are never touched.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the nearest repair of every finding, right or not.")
@click.option("--baseline", "baseline_path", type=click.Path(path_type=Path), metavar="FILE", help="Findings that FILE knows do not count.")
@click.option("--no-baseline", is_flag=True, help="Use no baseline, whatever the configuration says.")
@click.option("--diff-base", metavar="REV", help="Only findings that touch lines changed since REV, or came with the change.")
@click.option("--no-inline", is_flag=True, help="Let no comment in a report suppress a finding.")
@click.option(
    "--add-ignore",
    metavar="[=REASON]",
    help="Write a comment into the reports that suppresses each finding shown, with the reason.",
)
@click.option(
    "--config-from", metavar="REV", help="Take the configuration, and all that it names, as it is at REV: not a pull request's own."
)
@context_option
@rules_option
@config_options
@click.option("--force-exclude", is_flag=True, help="Let the configuration's `exclude` hold for files named outright too.")
@click.option("--allow-empty", is_flag=True, help="It is well if no file, or no rule, is left to audit.")
@click.option("--stdin-filename", metavar="PATH", default="", help="The name of what - reads, for its format and for messages.")
@click.option("-q", "--quiet", is_flag=True, help="Findings only: no notes, no summary.")
@click.option("-v", "--verbose", is_flag=True, help="Say which settings were used and which files were left out.")
@color_option
def command(**given: Any) -> int:
    """Audit deployment reports: recompute what they claim and show what cannot be true.

    PATHS are reports, folders of reports, or - for standard input; without any, the current folder.
    """
    from auditor.cli.running import Call, run

    return run(Call(**given))

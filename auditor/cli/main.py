"""The command line's entry: a group whose commands are loaded when they are called, and one place where errors become messages.

`audit report.md` is `audit check report.md`: what is not the name of a command goes to the default command, which is why a path that
is also a command's name needs `./` before it or `--`.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import click
import click.shell_completion

from auditor import __version__
from auditor.errors import AuditorError
from auditor.index import cache_folder
from auditor.patterns import kept, remembered

__all__ = ["COMMANDS", "DEFAULT", "audit", "complain", "main"]

DEFAULT: Final = "check"

# The one list of commands: `audit --help` shows it without importing any of them. A command `x-y` is `command` in `auditor.cli.x_y`.
COMMANDS: Final = {
    "check": "Audit reports: the default command.",
    "claims": "Show every number of a report and what it was read as.",
    "explain": "Say what was checked about one line of a report, and how.",
    "completion": "Print the script that lets a shell complete commands, options, rules and names.",
    "diff": "Show what a new version of a report claims otherwise, and what that does.",
    "baseline": "Keep the findings that are known, so that only new ones count.",
    "clean": "Remove what the auditor keeps: earlier audits and compiled rules.",
    "config": "Show the settings that hold for a file, and where they were written.",
    "schema": "Print the JSON Schema of what the auditor writes and reads.",
    "rule": "Explain a rule, or all of them.",
    "rules": "Write, check and record rules of your own.",
    "recompute": "Complete a report or a plan with every figure that follows.",
    "catalog": "Show the hardware and models the checks know.",
    "power": "Say how large an error in a report would have been caught.",
}

FINDINGS: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
CLOSED_PIPE: Final = 141


def _module(name: str) -> str:
    return f"auditor.cli.{name.replace('-', '_')}"


def _is_there(name: str) -> bool:
    return name in COMMANDS and find_spec(_module(name)) is not None


class Commands(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if _is_there(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if not _is_there(cmd_name):
            return None
        command = import_module(_module(cmd_name)).command
        return command if isinstance(command, click.Command) else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and ctx.resilient_parsing:
            return super().parse_args(ctx, args)  # a shell asks what may come first
        own = {"-h", "--help", "--version"}
        if not args or (args[0] not in own and not _is_there(args[0])):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """Return the commands, and that a path may stand in their place."""
        from click.shell_completion import CompletionItem

        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATHS|-]...")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the default command's options, so that one page of help is enough for the main job, then the commands."""
        default = self.get_command(ctx, DEFAULT)
        shown = [*self.get_params(ctx), *(default.params if default else [])]
        records: dict[str, tuple[str, str]] = {}
        for parameter in shown:
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                records[record[0]] = record
        with formatter.section("Options"):
            formatter.write_dl(list(records.values()))
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="audit", message="%(prog)s %(version)s")
def audit() -> None:
    """Audit deployment reports: recompute what they claim and show what cannot be true.

    PATHS are reports, folders of reports, or - for standard input; without any, the current folder.

    Exit status: 0 nothing at or above the fail level, 1 findings, 2 something is wrong with the call or could not be audited.
    """


def _tell(message: str) -> None:
    from auditor.render.terminal import plain

    click.echo(f"audit: {plain(message)}", err=True)


def complain(error: AuditorError) -> None:
    """Say on standard error what is wrong, a line each."""
    for line in error.lines:
        _tell(line)


def describe(error: BaseException) -> str:
    """Return an unexpected exception as one line: what it is and where in the auditor it came from."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "auditor" in (parts := code.co_filename.replace(os.sep, "/").split("/")):
            place = f" at {'/'.join(parts[parts.index('auditor') :][-3:])}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"internal error, please report it with the input: {type(error).__name__}{place}: {str(error)[:300]}"


def _run(args: list[str] | None) -> int:
    """Run the command line and return its exit status; no exception leaves, whatever the input."""
    name = os.path.basename(sys.argv[0]).removesuffix(".exe") if args is None else "audit"  # noqa: PTH119 - a name, not a path
    try:
        status: Any = audit.main(args, prog_name="auditor" if name == "auditor" else "audit", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return FAILED
    except AuditorError as error:
        complain(error)
        return error.exit_code
    except SystemExit as stop:
        # Click's way to say that the reader (`head`) went away; no command of ours ends the process itself.
        return CLOSED_PIPE if stop.code else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the outermost edge: a message, never a traceback
        _tell(describe(error))
        return FAILED
    return status if isinstance(status, int) else 0


def main(args: list[str] | None = None) -> None:
    """Run `audit` with the arguments given, or those of the process, and exit with its status."""
    gc.set_threshold(50_000, 20, 50)  # what is read is kept till the end, so looking for garbage as often as usual finds none
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that cannot show a sign of a report shows its escape; it never stops the run.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    folder = cache_folder()
    known = remembered(folder)
    status = _run(args)
    kept(folder, known)
    sys.exit(status)


if __name__ == "__main__":
    main()

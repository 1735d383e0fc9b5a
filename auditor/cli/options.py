"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = [
    "color_option",
    "config_options",
    "context_option",
    "paint_wanted",
    "percent",
    "rules_option",
    "selectors",
    "terminal_columns",
]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path)


def selectors(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the selectors of an option that may be repeated and may hold several, separated by commas."""
    return tuple(part.strip() for value in given for part in value.split(",") if part.strip())


def percent(_context: click.Context, parameter: click.Parameter, given: str | None) -> Fraction | None:
    """Return an option's value as an exact percentage."""
    if given is None:
        return None
    written = given.removesuffix("%").strip()
    whole, _, rest = written.partition(".")
    # Digits alone: Fraction would take 1e999999999 for a number, and a day to write it down.
    digits = len(written) < 20 and (whole + rest).isascii() and (whole + rest).isdigit()
    value = Fraction(written) if digits else None
    if value is None or value > 100:
        raise click.BadParameter(f"{given!r} is not a percentage from 0 to 100", param=parameter)
    return value


def config_options(command: Decorated) -> Decorated:
    """Add `--config FILE|KEY=VALUE` and `--isolated`."""
    isolated = click.option("--isolated", is_flag=True, help="Read no configuration file.")
    named = click.option(
        "--config",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="Use this configuration file, not the nearest one; or set a key (TOML). May be repeated.",
    )
    return named(isolated(command))


def context_option(command: Decorated) -> Decorated:
    """Add `--context FILE`, which may be repeated."""
    return click.option(
        "--context",
        "context_paths",
        type=_FILE,
        metavar="FILE",
        multiple=True,
        help="Facts the report was written from: conditions, config.json, hardware. May be repeated.",
    )(command)


def rules_option(command: Decorated) -> Decorated:
    """Add `--rules DIR`, which may be repeated."""
    return click.option(
        "--rules", "rule_folders", type=_FILE, metavar="DIR", multiple=True, help="A folder with rules of your own. May be repeated."
    )(command)


def color_option(command: Decorated) -> Decorated:
    """Add `--color auto|always|never`."""
    return click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="When to colour the output."
    )(command)


def paint_wanted(choice: str) -> bool:
    """Tell whether to colour standard output: as asked, else as NO_COLOR and FORCE_COLOR say, else on a terminal."""
    import os
    import sys

    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def terminal_columns() -> int:
    """Return the columns of the terminal that standard output is, or 0 where it is none."""
    import shutil
    import sys

    return max(shutil.get_terminal_size().columns, 40) if sys.stdout.isatty() else 0

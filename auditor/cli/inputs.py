"""What several commands need before they can start: settings, files, sources, and one way to write to the streams."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.files import STDIN
from auditor.config import Configuration, configuration
from auditor.errors import InputError, UsageError
from auditor.findings import Coverage
from auditor.render.terminal import opening
from auditor.settings import Settings

if TYPE_CHECKING:
    from auditor.claims.lexicon import Lexicon
    from auditor.statements import Source

__all__ = [
    "STDIN_NAME",
    "configuration_for",
    "context_sources",
    "read_source",
    "settings_for",
    "shortfall",
    "wanted_quantities",
    "warn",
    "write",
]

STDIN_NAME = "<stdin>"


def warn(message: str) -> None:
    """Write one line of ours to standard error; nothing in it can steer a terminal."""
    click.echo(opening(message), err=True)


def write(text: str, color: bool = False) -> None:
    """Write the answer to standard output as UTF-8, whatever the locale says: the formats are defined in it."""
    if not text:
        return
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    click.echo(text, nl=False, color=color or None)
    sys.stdout.flush()


def configuration_for(paths: Sequence[str], config: Sequence[str], isolated: bool) -> Configuration:
    """Return the configuration for a run over `paths`; `-` counts for the working directory."""
    if isolated and any("=" not in one for one in config):
        raise UsageError("--config FILE and --isolated exclude each other; give one of them")
    return configuration([path for path in paths if path != STDIN], config, isolated=isolated)


def settings_for(paths: Sequence[str], config: Sequence[str], isolated: bool) -> Settings:
    """Return the settings of a run over `paths`."""
    return configuration_for(paths, config, isolated).run


def read_source(path: str, stdin_name: str = "") -> Source:
    """Return the source at `path`, or what stands on standard input for `-`; `InputError` where it cannot be read."""
    from auditor.read import MAX_BYTES, decode, read_file

    if path != STDIN:
        return read_file(path)
    return decode(sys.stdin.buffer.read(MAX_BYTES + 1), stdin_name or STDIN_NAME)


def context_sources(found: Sequence[Path], named: Sequence[Path]) -> tuple[Source, ...]:
    """Return the context files of the settings and of the command line as sources; those of settings are regular files.

    One that cannot be read ends the run, for every verdict would lack its facts.
    """
    from auditor.read import read_file

    sources = []
    for path, regular in (*((path, True) for path in found), *((path, False) for path in named)):
        try:
            sources.append(read_file(path, regular=regular))
        except InputError as error:
            raise InputError(f"context file {error.message}", path=error.path, line=error.line, column=error.column) from None
    return tuple(sources)


def shortfall(coverage: Coverage, least: Fraction | None) -> str:
    """Return a message where less than `least` percent of a report's numbers was understood, else the empty string."""
    understood = coverage.understood
    if least is None or understood * 100 >= least * coverage.numbers:
        return ""
    share = f"{understood} of {coverage.numbers} numbers ({100 * understood // coverage.numbers} %)"
    return f"only {share} were understood, below --min-coverage {least}; `audit claims --uncovered` lists the others"


def wanted_quantities(given: Sequence[str], lexicon: Lexicon) -> frozenset[str] | None:
    """Return the quantities asked for by id, symbol or group; None stands for all."""
    if not given:
        return None
    symbols = {name: entry.symbol for name, entry in lexicon.quantities.items()}
    wanted: set[str] = set()
    for name in given:
        found = {known for known, symbol in symbols.items() if name in (known, symbol) or known.startswith(f"{name}.")}
        if not found and name != "other":
            from difflib import get_close_matches

            near = get_close_matches(name, [*symbols, *symbols.values()], n=1)
            raise UsageError(f"--quantity: no quantity is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        wanted |= found or {name}
    return frozenset(wanted)

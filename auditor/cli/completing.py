"""What a shell may complete: paths, rules, quantities and the names of the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import click
from click.shell_completion import CompletionItem

__all__ = ["SCRIPTS", "complete_catalog", "complete_paths", "complete_quantities", "complete_rules"]

SCRIPTS: Final = {
    # Click's own has files push aside whatever else fits, so that a command could not be completed beside them.
    "bash": """\
%(complete_func)s() {
    local IFS=$'\\n' type value line
    while IFS= read -r line; do
        IFS=',' read -r type value <<< "$line"
        case $type in
            file) compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")) ;;
            dir) compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")) ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
}
"""Scripts of ours, by shell, in place of Click's."""


def complete_paths(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Leave it to the shell to complete a path."""
    return [CompletionItem(incomplete, type="file")]


def complete_rules(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of rules that fit; of several with commas between, the last is completed."""
    from auditor.rulebook import load

    return _last({"ALL", *(name for rule in load().rules for name in (rule.code, rule.name, rule.category))}, incomplete)


def complete_quantities(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the quantities that fit, by id, symbol and group; of several with commas between, the last is completed."""
    from auditor.rulebook import load

    known = load().lexicon.quantities
    groups = {name.rpartition(".")[0] for name in known} - {""}
    return _last({*known, *(quantity.symbol for quantity in known.values()), *groups}, incomplete)


def complete_catalog(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of the catalog that fit, of the kind that was named before."""
    from auditor.cost.catalog import hardware_names, model_names

    names = {"hardware": hardware_names, "models": model_names}.get(str(context.params.get("kind")))
    return _fitting(names() if names else (), incomplete)


def _last(names: Iterable[str], incomplete: str) -> list[str]:
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in _fitting(names, last)]


def _fitting(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.casefold().startswith(incomplete.casefold()))

"""`audit rule CODE|NAME`: explain a rule, or list all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from auditor.cli.completing import complete_rules
from auditor.cli.inputs import settings_for, write
from auditor.cli.options import config_options, rules_option
from auditor.errors import UsageError
from auditor.index import shipped_pages
from auditor.render.terminal import plain
from auditor.rulebook import Rule, Rulebook, load

__all__ = ["command"]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("names", nargs=-1, metavar="[CODE|NAME]...", shell_complete=complete_rules)
@click.option("--all", "every", is_flag=True, help="List every rule.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to show it.")
@rules_option
@config_options
def command(
    names: tuple[str, ...], every: bool, output_format: str, rule_folders: tuple[Path, ...], config: tuple[str, ...], isolated: bool
) -> int:
    """Explain a rule: what it checks and how, why it matters, when it may be wrong, with examples and their output."""
    if bool(names) == every:
        raise UsageError("name a rule by its code or name (audit rule gpu-count), or give --all to list every one")
    settings = settings_for([], config, isolated)
    book = load((*settings.rules, *rule_folders))
    rules = book.rules if every else tuple(book.get(name) for name in names)
    if output_format == "json":
        found = {"version": 1, "rules": [_data(rule) for rule in rules]}
        write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    elif every:
        write(_table(book))
    else:
        write("\n".join(_page(rule) for rule in rules))
    return 0


def _data(rule: Rule) -> dict[str, Any]:
    from auditor.authoring.pages import as_data

    return shipped_pages()[rule.name]["data"] if _is_shipped(rule) else as_data(rule)


def _is_shipped(rule: Rule) -> bool:
    """Tell whether a rule came with a wheel, which holds its page but neither its file nor its examples."""
    return not rule.folder.is_dir() and rule.name in shipped_pages()


def _page(rule: Rule) -> str:
    from auditor.authoring.pages import NOTE, page

    text: str = shipped_pages()[rule.name]["page"] if _is_shipped(rule) else page(rule)
    lines = text.replace(f"{NOTE}\n\n", "").split("\n")
    return "\n".join(plain(line) for line in lines)


def _table(book: Rulebook) -> str:
    width = max((len(rule.name) for rule in book.rules), default=0)
    rows = [f"{rule.code}  {rule.name.ljust(width)}  {rule.severity.value.ljust(7)}  {plain(rule.summary)}" for rule in book.rules]
    return "\n".join([*rows, "", f"{len(book.rules)} rules; `audit rule NAME` explains one."]) + "\n"

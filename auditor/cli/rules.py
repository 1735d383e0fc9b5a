"""`audit rules new|check|record|pages`: the workshop for rules of your own and for those that come with the tool."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.inputs import warn, write
from auditor.errors import UsageError
from auditor.index import rules_folder
from auditor.rulebook import Rule, Rulebook, load

__all__ = ["command"]

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
_FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)


@click.group(context_settings=_SETTINGS)
def command() -> None:
    """Write, check and record rules. FOLDER is a folder of rules of your own; without it, the rules of the tool's checkout are meant."""


def _is_builtin(folder: Path | None) -> bool:
    return folder is None or (folder.is_dir() and folder.resolve() == rules_folder().resolve())


def _book(folder: Path | None) -> tuple[Rulebook, list[Rule]]:
    """Return the rulebook and the rules that are meant: those of the folder, or those that come with the tool."""
    if folder is not None and not _is_builtin(folder):
        book = load((folder,))
        return book, [rule for rule in book.rules if rule.folder.is_relative_to(folder)]
    book = load()
    return book, list(book.rules)


def _complain(book: Rulebook, folder: Path | None) -> bool:
    """Say what is wrong with the tool's own rules, if they are meant; a fault in a user's has ended the command already."""
    problems = book.problems if folder is None or _is_builtin(folder) else ()
    for problem in problems:
        warn(str(problem))
    return bool(problems)


@command.command("new", context_settings=_SETTINGS)
@click.argument("name", metavar="CATEGORY/NAME")
@_FOLDER
def new(name: str, folder: Path | None) -> int:
    """Make a folder for a new rule, with a rule file to rewrite and an example of each kind."""
    from auditor.authoring.scaffold import scaffold

    category, slash, own_name = name.partition("/")
    if not slash:
        raise UsageError(f"{name!r} is not CATEGORY/NAME; write for example layout/gpu-count")
    if folder is None and not (rules_folder().parent / "pyproject.toml").is_file():
        raise UsageError("name the folder your rules are in: audit rules new CATEGORY/NAME FOLDER")
    book = load((folder,)) if folder is not None and folder.is_dir() and not _is_builtin(folder) else load()
    place = scaffold(rules_folder() if folder is None else folder, category, own_name, book)
    write(f"{place}: rewrite rule.yaml and its examples, then run `audit rules check` and `audit rules record`\n")
    return 0


@command.command("check", context_settings=_SETTINGS)
@_FOLDER
@click.option("--only", metavar="CODE|NAME", help="Run the examples of this rule only.")
def check(folder: Path | None, only: str | None) -> int:
    """Validate and prove rules, run their examples and measure their power.

    Good examples must stay silent, bad ones fire exactly as recorded. The power of a rule is the share of wrong figures it rejects; it
    must reach the rule's floor (60 % unless `power` in the rule says another, with its reason).

    Exit status: 0 all is well, 1 an example fails or a rule is below its floor, 2 a rule file is at fault.
    """
    from auditor.authoring.examples import examples, failure
    from auditor.authoring.power import is_weak, measured, told
    from auditor.check import procedure

    book, rules = _book(folder)
    faulty = _complain(book, folder)
    failed = total = weak = 0
    for rule in _wanted(rules, book, only):
        if rule.check:
            procedure(rule)
        kinds = {False: 0, True: 0}
        for example in examples(rule):
            total += 1
            kinds[example.good] += 1
            if said := failure(example, book):
                failed += 1
                warn_block(said)
        for good, count in kinds.items():
            if not count:
                failed += 1
                warn(f"{rule.name} has no {'good' if good else 'bad'} example; add {'good' if good else 'bad'}-NAME.md to {rule.folder}")
        power = measured(rule, book)
        write(f"{told(rule, power)}\n")
        if is_weak(rule, power):
            weak += 1
            warn(f"{rule.name} rejects too little of what is wrong; narrow its conventions, or write its floor with the reason")
    write(f"{len(rules)} rules, {total} examples, {failed} failed, {weak} below the floor of their power\n")
    return 2 if faulty else 1 if failed or weak else 0


@command.command("record", context_settings=_SETTINGS)
@_FOLDER
@click.option("--only", metavar="CODE|NAME", help="Record the examples of this rule only.")
def record(folder: Path | None, only: str | None) -> int:
    """Write what each bad example raises to a file beside it. Read the change before you commit it."""
    from auditor.authoring.examples import examples, expected_file
    from auditor.authoring.examples import record as record_one

    book, rules = _book(folder)
    faulty = _complain(book, folder)
    changed = [expected_file(one) for rule in _wanted(rules, book, only) for one in examples(rule) if record_one(one, book)]
    write("".join(f"recorded {path}\n" for path in changed) or "nothing to record\n")
    return 2 if faulty else 0


@command.command("pages", context_settings=_SETTINGS)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if a page is out of date.")
def pages(only_check: bool) -> int:
    """Bring the pages, the index and the schema that are generated from the tool's own rules up to date (in a checkout)."""
    from auditor.authoring.pages import stale
    from auditor.authoring.pages import write as write_pages

    root = rules_folder().parent
    if not (root / "pyproject.toml").is_file():
        raise UsageError("there are no pages to write: this is not a checkout of deployment-auditor")
    book = load()
    if _complain(book, None):
        return 2
    changed = stale(book, root) if only_check else write_pages(book, root)
    for path in changed:
        write(f"{'out of date' if only_check else 'wrote'}: {path.relative_to(root)}\n")
    return 1 if only_check and changed else 0


def _wanted(rules: list[Rule], book: Rulebook, only: str | None) -> list[Rule]:
    if only is None:
        return rules
    rule = book.get(only)
    return [rule]


def warn_block(text: str) -> None:
    """Write several lines of ours to standard error."""
    for line in text.rstrip("\n").split("\n"):
        warn(line)

"""Everything about the rules that is generated from their folders: a page each, the index, the schema.

`write` brings `docs/rules/`, `rules/README.md` and `rules/rule.schema.json` up to date; `stale` says which are not.
`audit rule` prints the same pages.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from auditor.findings import CATEGORIES
from auditor.relations.figures import figure
from auditor.rulebook import Rule, Rulebook, Use
from auditor.units import UNITS

__all__ = ["as_data", "page", "pages", "stale", "table", "write"]

NOTE: Final = "<!-- Written by `audit rules pages` from the rule's folder; change that, not this. -->"
MAX_SHOWN: Final = 2
"""Examples of a kind that a page shows."""


def table(book: Rulebook, link: str) -> Iterator[str]:
    """Yield the lines of the index of all rules by category; `link` is the way to a page, with `{name}` for the rule's."""
    for category in CATEGORIES:
        rules = [rule for rule in book.rules if rule.category == category]
        if not rules:
            continue
        yield from (
            "",
            f"## {category.capitalize()}",
            "",
            "| Code | Name | What must hold | Severity | Since |",
            "| --- | --- | --- | --- | --- |",
        )
        for rule in rules:
            where = link.format(name=rule.name, category=category)
            yield f"| {rule.code} | [{rule.name}]({where}) | {_cell(rule.summary)} | {rule.severity} | {rule.since} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _fence(text: str, language: str = "") -> list[str]:
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return [f"{ticks}{language}", *text.rstrip("\n").split("\n"), ticks]


def _operand(use: Use) -> str:
    parts = [] if use.roles == ("actual",) else [f"as {' or '.join(use.roles)}"]
    scopes = [scope for scope in use.per if scope not in ("unsaid", "total", "any", "second")]
    if scopes:
        parts.append(f"of a {' or '.join(scopes)}")
    if use.phase != "any":
        parts.append(f"in {use.phase}")
    if use.each:
        parts.append("each member for itself")
    if use.facts:
        parts.append("stated or following")
    if use.sure:
        parts.append("read with high confidence")
    if use.in_order:
        parts.append("in this order" if scopes else "a stated total first")
    said = f" ({', '.join(parts)})" if parts else ""
    return f"`{use.name}`: {use.quantity}{said}" if use.name != use.symbol or said else f"`{use.name}`: {use.quantity}"


def _relation(rule: Rule) -> Iterator[str]:
    for one in rule.data["conventions"]:
        holds = " and ".join([one["holds"], *one["and"]])
        if one["name"]:
            yield from (f"- **{one['name']}** ({one['source']})", "")
            yield from (f"  {line}" for line in _fence(holds))
            if one["when"]:
                yield f"  where `{one['when']}`"
            if one["frameworks"]:
                yield f"  only in reports that name {' or '.join(one['frameworks'])}"
            yield ""
        else:
            yield from (*_fence(holds), "")


def _checked(rule: Rule) -> Iterator[str]:
    yield from _how(rule)
    if own := rule.data["power"]:
        floor = figure(Fraction(own["floor"]), UNITS["%"])
        yield from (f"It need not reject more than {floor} of wrong figures: {own['because']}.", "")


def _how(rule: Rule) -> Iterator[str]:
    if rule.check:
        from auditor.check import procedure

        yield from (inspect.getdoc(procedure(rule)) or rule.summary, "", f"(`{rule.check}` in `auditor/check/`)", "")
        return
    if len(rule.data["conventions"]) > 1:
        yield from ("A report is contradicted only if none of these ways to count fits it:", "")
    yield from _relation(rule)
    if rule.data["given"]:
        yield from (f"Checked only where `{'` and `'.join(rule.data['given'])}`.", "")
    yield from ("where", "", *(f"- {_operand(use)}" for use in rule.uses), "")
    if rule.assume:
        taken = ", ".join(f"`{name}` = {value}" for name, value in rule.assume.items())
        yield from (f"Where a report is silent: {taken}; a finding says so.", "")
    if rule.tolerance:
        yield from (f"Differences up to {figure(rule.tolerance, UNITS['%'])} of the computed side are let pass.", "")
    solved = {name: text for one in rule.data["conventions"][:1] for name, text in one["solved"].items()}
    if solved:
        yield from (
            "Solved for each figure, as used for repairs:",
            "",
            *_fence("\n".join(f"{name} = {text}" for name, text in solved.items())),
            "",
        )


def _examples(rule: Rule) -> Iterator[str]:
    from auditor.authoring.examples import examples, expected_file

    found = list(examples(rule))
    for good, title in ((False, "raises"), (True, "is fine")):
        for example in [one for one in found if one.good is good][:MAX_SHOWN]:
            text = example.path.read_text(encoding="utf-8")
            yield from (
                f"`{example.path.name}` {title}:",
                "",
                *_fence(text, {".md": "markdown", ".yml": "yaml", ".txt": "text"}.get(example.path.suffix, example.path.suffix[1:])),
                "",
            )
            kept = expected_file(example)
            if not good and kept.is_file():
                yield from (*_fence(kept.read_text(encoding="utf-8"), "text"), "")


def page(rule: Rule) -> str:
    """Return the page of one rule, as Markdown."""
    lines = [f"# {rule.name} ({rule.code})", "", NOTE, "", rule.summary, ""]
    lines += ["| Category | Severity | Confidence | Since |", "| --- | --- | --- | --- |"]
    lines += [f"| {rule.category} | {rule.severity} | {rule.confidence} | {rule.since} |", ""]
    lines += ["## What is checked", "", *_checked(rule), "## Why", "", rule.why.strip(), ""]
    if rule.unless:
        lines += ["## Known limits", "", rule.unless.strip(), ""]
    if shown := list(_examples(rule)):
        lines += ["## Examples", "", *shown]
    if rule.references:
        lines += ["## References", "", *(f"- {reference}" for reference in rule.references), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def as_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as plain data, for machines."""
    from auditor.authoring.examples import examples, expected_file

    return {
        "code": rule.code,
        "name": rule.name,
        "category": rule.category,
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "since": rule.since,
        "summary": rule.summary,
        "check": rule.check,
        "quantities": [use.quantity for use in rule.uses],
        "conventions": rule.data["conventions"],
        "given": rule.data["given"],
        "assume": dict(rule.data["assume"]),
        "tolerance": rule.data["tolerance"],
        "message": rule.message,
        "why": rule.why,
        "unless": rule.unless,
        "references": list(rule.references),
        "url": rule.page,
        "examples": [
            {
                "name": example.path.name,
                "good": example.good,
                "text": example.path.read_text(encoding="utf-8"),
                "output": expected_file(example).read_text(encoding="utf-8") if expected_file(example).is_file() else "",
            }
            for example in examples(rule)
        ],
    }


def pages(book: Rulebook, root: Path) -> Mapping[Path, str]:
    """Return every generated file of the checkout at `root` with the text it should have."""
    from auditor.authoring.model import schema  # `audit rule` shows pages without loading pydantic

    found = {root / "rules" / "rule.schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"}
    lead = [NOTE, "", f"{len(book.rules)} rules in {len({rule.category for rule in book.rules})} categories."]
    found[root / "rules" / "README.md"] = "\n".join(
        [
            "# Rules",
            "",
            *lead,
            "",
            "A rule is a folder: `rule.yaml` (checked against `rule.schema.json`) and examples that are its tests.",
            "`lexicon.yaml` names the quantities, `frameworks.yaml` the programs whose own way of counting a convention may follow,",
            "`facts.yaml` what follows from what, `plausible.yaml` the figures that the power of a rule is measured with.",
            "A relation may call the cost model's formulas by name (`auditor/cost/closed.py`).",
            "`audit rules new` makes a rule, `audit rules check` proves and tests all, `audit rules record` and `pages` write the rest.",
            *table(book, "{category}/{name}/rule.yaml"),
            "",
        ]
    )
    found[root / "docs" / "rules" / "README.md"] = "\n".join(["# Rules by category", "", *lead, *table(book, "{name}.md"), ""])
    for rule in book.rules:
        found[root / "docs" / "rules" / f"{rule.name}.md"] = page(rule)
    return found


def _left_over(wanted: Mapping[Path, str], root: Path) -> list[Path]:
    folder = root / "docs" / "rules"
    return [path for path in sorted(folder.glob("*.md")) if path not in wanted and NOTE in path.read_text(encoding="utf-8")]


def stale(book: Rulebook, root: Path) -> list[Path]:
    """Return the generated files that are missing, out of date or left over."""
    wanted = pages(book, root)
    changed = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    return changed + _left_over(wanted, root)


def write(book: Rulebook, root: Path) -> list[Path]:
    """Bring the generated files up to date and return those that changed."""
    wanted = pages(book, root)
    changed = stale(book, root)
    for path in changed:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return changed

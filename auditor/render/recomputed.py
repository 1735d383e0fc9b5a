"""What `audit recompute` shows: plans with every figure that follows, and claims beside them; as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Final

from auditor.contracts import schema_of
from auditor.cost.amount import readable
from auditor.cost.comparison import Compared
from auditor.cost.facts import Estimate, Fact
from auditor.findings import Verdict
from auditor.records import dataclass
from auditor.render.json_v1 import dumps
from auditor.render.markdown import code
from auditor.render.terminal import opening, paint, plain, width

__all__ = ["Completed", "as_full", "as_json", "as_markdown"]

VERSION: Final = 1
_MARKS: Final = {Verdict.HELD: ("=", "green"), Verdict.CONTRADICTED: ("!", "red"), Verdict.UNDETERMINED: ("?", "yellow")}
_GROUPS: Final = {
    "gpus": "Layout",
    "layers": "Layout",
    "experts": "Layout",
    "heads": "Layout",
    "model": "Model",
    "batch": "Batch",
    "memory": "Memory",
    "work": "Work",
    "rate": "Time and rate",
    "time": "Time and rate",
    "share": "Time and rate",
    "traffic": "Traffic",
    "serving": "Capacity",
}
_ORDER: Final = ("Layout", "Model", "Batch", "Memory", "Work", "Traffic", "Time and rate", "Capacity", "Other")
_MANY: Final = 6
"""More alternatives than this are summed up as a range in text."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A plan of a file, what follows from it, and its claims beside that."""

    path: str
    plan: str
    """Its title; empty where the file holds one plan."""
    estimate: Estimate
    compared: tuple[Compared, ...] = ()
    uncompared: int = 0
    refused: str = ""


def _groups(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Return the facts by title: what holds for both phases, then training, then serving."""
    found: dict[tuple[str, int], list[Fact]] = {}
    for fact in facts:
        head, _, rest = fact.quantity.partition(".")
        name = "Time and rate" if rest.startswith("traffic") else _GROUPS.get(head, "Other")
        found.setdefault((fact.phase, _ORDER.index(name)), []).append(fact)
    phases = ("", "training", "serving")
    ordered = sorted(found, key=lambda key: (phases.index(key[0]), key[1]))
    return {f"{_ORDER[index]} in {phase}" if phase else _ORDER[index]: found[phase, index] for phase, index in ordered}


def _value(fact: Fact) -> str:
    scope = "" if fact.scope == "total" else f" a {fact.scope}" if fact.scope in {"gpu", "stage", "replica", "token", "request"} else ""
    return f"{fact}{scope}".replace(" a gpu", " a GPU")


def _tolerance(fact: Fact) -> str:
    return f", good to {readable(fact.tolerance * 100)} %" if fact.tolerance else ""


def _lines(fact: Fact, told: set[str]) -> list[str]:
    """Return the derivation, each intermediate result once a plan."""
    lines: list[str] = []
    for line in fact.derivation:
        text = f"{line.symbol} = {line.formula}"
        if line.substituted != line.formula:
            text += f" = {line.substituted}"
        result = readable(line.value, 7)
        if line.substituted.replace(",", "") != result.replace(",", ""):
            text += f" = {result}"
        if text not in told:
            told.add(text)
            lines.append(text)
    return lines


def _alternatives(others: Sequence[Fact]) -> list[str]:
    if len(others) <= _MANY:
        return [f"{_value(other)}: {other.convention}" for other in others]
    lowest, highest = min(others, key=lambda other: other.value), max(others, key=lambda other: other.value)
    return [
        f"{len(others)} other conventions from {_value(lowest)} ({lowest.convention}) to {_value(highest)} ({highest.convention})",
    ]


def _paired(facts: Sequence[Fact]) -> list[tuple[Fact, list[Fact]]]:
    """Return each plan's own fact with the alternatives of the same quantity and scope."""
    others: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in facts:
        if fact.alternative:
            others.setdefault((fact.quantity, fact.scope, fact.phase), []).append(fact)
    return [(fact, others.get((fact.quantity, fact.scope, fact.phase), [])) for fact in facts if not fact.alternative]


def as_full(completed: Sequence[Completed], *, color: bool = False) -> str:
    """Return everything for a terminal: claims first, then every figure with its derivation, convention and source."""
    return "\n".join(_full(one, color) for one in completed)


def _full(one: Completed, color: bool) -> str:
    title = opening(one.path) + (f", {plain(one.plan)}" if one.plan else "")
    lines = [paint(title, color, bold=True)]
    if one.refused:
        lines.append(f"  {paint('cannot be', color, fg='red')}: {plain(one.refused)}")
    lines += [f"  assumed: {plain(said)}" for said in one.estimate.assumed]
    lines += [f"  missing: {plain(said)}" for said in one.estimate.missing]
    if one.compared:
        lines += ["", paint("  Claimed beside recomputed", color, bold=True), *_claims(one, color)]
    told: set[str] = set()
    for group, facts in _groups(one.estimate.facts).items():
        lines += ["", paint(f"  {group}", color, bold=True)]
        for fact, others in _paired(facts):
            lines.append(f"    {fact.name + ' ':.<44} {paint(_value(fact), color, bold=True)}")
            lines += [f"        {plain(line)}" for line in _lines(fact, told)]
            lines.append(
                paint(f"        {fact.nature.value}{_tolerance(fact)}; {plain(fact.convention)} ({plain(fact.source)})", color, dim=True)
            )
            lines += [paint(f"        also {plain(line)}", color, dim=True) for line in _alternatives(others)]
    return "\n".join(lines) + "\n"


def _claims(one: Completed, color: bool) -> list[str]:
    rows = [_claim_cells(result) for result in one.compared]
    widths = [max(width(row[column]) for row in rows) for column in range(4)]
    lines = []
    for result, row in zip(one.compared, rows, strict=True):
        mark, hue = _MARKS[result.verdict]
        cells = "  ".join(cell + " " * (space - width(cell)) for cell, space in zip(row, widths, strict=False))
        lines.append(f"    {paint(mark, color, fg=hue)} {cells}  {row[4]}".rstrip())
    if one.uncompared:
        lines.append(f"    {one.uncompared} more claims have nothing to be recomputed from")
    lines.append("    = held, ! contradicted, ? undetermined: an estimate, or more was assumed than claimed")
    return lines


def _claim_cells(result: Compared) -> tuple[str, str, str, str, str]:
    place = "" if result.claimed.place is None else f"{result.claimed.place[0]}:{result.claimed.place[1]}"
    claimed, fact = plain(result.claimed.text)[:40], result.fact
    if fact is None:
        return place, result.claimed.quantity, claimed, "-", result.detail
    return (
        place,
        result.claimed.quantity,
        claimed,
        _value(fact),
        f"{result.detail}; {plain(fact.convention)}" if result.detail else plain(fact.convention),
    )


def as_markdown(completed: Sequence[Completed]) -> str:
    """Return tables for a page or a pull request; nothing of a report's text can leave its cell."""
    return "\n".join(_markdown(one) for one in completed)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """Return our own text for a table cell; text from a report goes through `code`."""
    return plain(text).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def _markdown(one: Completed) -> str:
    lines = [f"## {code(one.path)}" + (f", {code(one.plan)}" if one.plan else ""), ""]
    if one.refused:
        lines += [f"This plan cannot be: {_cell(one.refused)}", ""]
    lines += [f"- assumed: {_cell(said)}" for said in one.estimate.assumed]
    lines += [f"- missing: {_cell(said)}" for said in one.estimate.missing]
    if one.compared:
        lines += ["", _row("quantity", "claimed", "recomputed", "verdict", "difference", "convention"), _row(*["---"] * 6)]
        for result in one.compared:
            fact = result.fact
            shown = ("", "") if fact is None else (_cell(_value(fact)), _cell(fact.convention))
            claimed = code(result.claimed.text[:40]).replace("|", "\\|")
            lines.append(_row(result.claimed.quantity, claimed, shown[0], result.verdict.value, _cell(result.detail), shown[1]))
    for group, facts in _groups(one.estimate.facts).items():
        lines += ["", f"### {group}", "", _row("figure", "value", "formula", "with numbers", "convention", "source"), _row(*["---"] * 6)]
        for fact, _ in _paired(facts):
            line = fact.derivation[-1]
            cells = (fact.name, _cell(_value(fact)), code(line.formula), code(line.substituted), _cell(fact.convention), _cell(fact.source))
            lines.append(_row(*cells))
    return "\n".join(lines) + "\n"


def as_json(completed: Sequence[Completed], version: str) -> str:
    """Return the answer's contract, version 1 (`auditor/schemas/recompute-v1.schema.json`)."""
    tool = {"name": "auditor", "version": version}
    answer = {"$schema": schema_of("recompute-v1"), "version": VERSION, "tool": tool, "plans": [_object(one) for one in completed]}
    return dumps(answer) + "\n"


def _object(one: Completed) -> dict[str, Any]:
    return {
        "path": one.path,
        "plan": one.plan,
        "refused": one.refused,
        "assumed": list(one.estimate.assumed),
        "missing": list(one.estimate.missing),
        "claims": [_claim_object(result) for result in one.compared],
        "uncompared": one.uncompared,
        "facts": [_fact_object(fact) for fact in one.estimate.facts],
    }


def _claim_object(result: Compared) -> dict[str, Any]:
    place, fact = result.claimed.place, result.fact
    return {
        "quantity": result.claimed.quantity,
        "text": result.claimed.text,
        "line": None if place is None else place[0],
        "column": None if place is None else place[1],
        "verdict": result.verdict.value,
        "detail": result.detail,
        "recomputed": None if fact is None else {"value": _number(fact.value), "unit": fact.unit, "convention": fact.convention},
    }


def _fact_object(fact: Fact) -> dict[str, Any]:
    return {
        "quantity": fact.quantity,
        "name": fact.name,
        "value": _number(fact.value),
        "unit": fact.unit,
        "scope": fact.scope,
        "phase": fact.phase,
        "nature": fact.nature.value,
        "tolerance": _number(fact.tolerance),
        "convention": fact.convention,
        "source": fact.source,
        "alternative": fact.alternative,
        "derivation": [
            {"symbol": line.symbol, "formula": line.formula, "substituted": line.substituted, "result": _number(line.value)}
            for line in fact.derivation
        ],
    }


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)

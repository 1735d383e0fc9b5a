"""`audit catalog hardware|models [NAME]`: what the checks know of accelerators and models, with sources and grades.

A name that means entries shows every figure of them; any other words are searched for in names, makers, hub identifiers and notes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import click

from auditor.cli.completing import complete_catalog
from auditor.cli.inputs import write
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.cost.catalog import Figure, Hardware, Model

__all__ = ["command"]

_FORMATS: Final = ("table", "json")
_LONGEST_NAME: Final = 200


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Grades: A vendor's own page, B independent and citing it, C third-party, D recalled. C and D never make more than a warning.",
)
@click.argument("kind", type=click.Choice(["hardware", "models"]))
@click.argument("name", required=False, shell_complete=complete_catalog)
@click.option("--output-format", type=click.Choice(_FORMATS), default="table", show_default=True, help="How to show the entries.")
def command(kind: str, name: str | None, output_format: str) -> int:
    """Show the accelerators or models the checks know; with NAME, every figure of what it may mean, else what its words are found in."""
    named: Sequence[Hardware] | Sequence[Model] = _hardware(name) if kind == "hardware" else _models(name)
    entries = named if named or name is None else _searched(kind, name)
    if output_format == "json":
        write(json.dumps(_document(kind, entries), indent=2, ensure_ascii=False) + "\n")
    elif named and name is not None:
        write("\n".join(_page(entry) for entry in entries))
    else:
        write(_list(entries))
    return 0


def _hardware(name: str | None) -> tuple[Hardware, ...]:
    from auditor.cost.catalog import find_hardware, hardware, hardware_names

    if name is None:
        return tuple(part for one in hardware_names() if (part := hardware(one)) is not None)
    exact = hardware(name)
    return (exact,) if exact is not None else find_hardware(name)


def _models(name: str | None) -> tuple[Model, ...]:
    from auditor.cost.catalog import find_models, model_names, models

    if name is None:
        return tuple(model for one in model_names() if (model := models(one)) is not None)
    exact = models(name)
    return (exact,) if exact is not None else find_models(name)


def _searched(kind: str, text: str) -> Sequence[Hardware] | Sequence[Model]:
    """Return the entries that all words of a text stand in: their name, maker, form, hub identifiers or note."""
    words = text[:_LONGEST_NAME].lower().split()
    if kind == "hardware":
        parts = _hardware(None)
        return [part for part in parts if _has(part, words)] or _unknown(kind, text, [part.name for part in parts])
    entries = _models(None)
    return [model for model in entries if _has(model, words)] or _unknown(kind, text, [model.name for model in entries])


def _has(entry: Hardware | Model, words: Sequence[str]) -> bool:
    said = _said(entry)
    return all(word in said for word in words)


def _said(entry: Hardware | Model) -> str:
    from auditor.cost.catalog import Hardware

    if isinstance(entry, Hardware):
        told = (entry.name, entry.vendor, entry.form, entry.link, *entry.families, entry.note)
    else:
        told = (entry.name, entry.developer, *entry.families, *entry.hub, entry.stored, entry.note)
    return " ".join(told).lower()


def _unknown(kind: str, name: str, known: Sequence[str]) -> Any:
    lower = {one.lower(): one for one in known}
    near = [lower[one] for one in get_close_matches(name[:_LONGEST_NAME].lower(), lower, n=3)]
    hint = f"; did you mean {', '.join(near)}?" if near else f"; `audit catalog {kind}` lists all"
    raise UsageError(f"the catalog has no {kind} called {name[:_LONGEST_NAME]!r}{hint}")


def _document(kind: str, entries: Sequence[Hardware] | Sequence[Model]) -> dict[str, Any]:
    """Return the JSON answer: entries with their figures, and the sources those name."""
    from auditor.cost.catalog import sources

    used = {figure.source for entry in entries for figure in entry.figures}
    return {
        "version": 1,
        "kind": kind,
        "entries": [{**_head(entry), "figures": [_figure(figure) for figure in entry.figures]} for entry in entries],
        "sources": {
            one.id: {"title": one.title, "place": one.place, "grade": one.grade.value} for one in sources().values() if one.id in used
        },
    }


def _head(entry: Hardware | Model) -> dict[str, Any]:
    from auditor.cost.catalog import Hardware

    if isinstance(entry, Hardware):
        return {
            "name": entry.name,
            "vendor": entry.vendor,
            "form": entry.form,
            "link": entry.link,
            "counted_otherwise": {says: str(factor) for says, factor in entry.multiples},
            "note": entry.note,
        }
    shape = None if entry.architecture is None else asdict(entry.architecture)
    hub = {name: dict(otherwise) for name, otherwise in entry.hub.items()}
    return {
        "name": entry.name,
        "developer": entry.developer,
        "hub": hub,
        "stored": entry.stored or "16 bits",
        "architecture": shape,
        "note": entry.note,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "quantity": figure.quantity,
        "precision": figure.precision,
        "kind": figure.kind,
        "value": _plain(figure.value),
        "unit": figure.unit,
        "grade": figure.grade.value,
        "source": figure.source,
        "place": figure.place,
        "note": figure.note,
    }


def _plain(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)


def _page(entry: Hardware | Model) -> str:
    """Return all figures of one entry as a table, with what is said of it."""
    from auditor.cost.catalog import sources

    known = sources()
    rows = [("Quantity", "Kind", "Value", "Grade", "Source")]
    for figure in entry.figures:
        kind = " ".join(word for word in (figure.precision, figure.kind) if word)
        title = known[figure.source].title if figure.source in known else figure.source
        rows.append((figure.quantity, kind, figure.text, figure.grade.value, f"{title}: {figure.place}" if figure.place else title))
    lines = [entry.note, *_hub(entry)]
    note = "".join(f"  {line}\n" for line in lines if line)
    return f"{entry.name}\n{note}{_table(rows)}"


def _hub(entry: Hardware | Model) -> Iterable[str]:
    """Yield the identifiers of a model on the hub, with what their configuration says otherwise, and its published format."""
    from auditor.cost.catalog import Hardware

    if isinstance(entry, Hardware):
        return
    for name, otherwise in entry.hub.items():
        told = ", ".join(f"{key} {value}" for key, value in otherwise.items())
        yield f"{name} ({told})" if told else name
    if entry.stored:
        yield f"published in {entry.stored}"


def _list(entries: Sequence[Hardware] | Sequence[Model]) -> str:
    from auditor.cost.catalog import Hardware

    parts = [entry for entry in entries if isinstance(entry, Hardware)]
    if parts:
        rows: list[tuple[str, ...]] = [("Name", "Vendor", "Memory", "Bandwidth", "16-bit dense", "FP8 dense", "Link, both ways", "Grade")]
        for part in parts:
            sixteen = part.peak("bf16") or part.peak("fp16")
            main = [part.memory, part.memory_bandwidth, sixteen, part.peak("fp8"), part.link_bandwidth]
            worst = max(figure.grade.value for figure in main[:3] if figure is not None)
            rows.append((part.name, part.vendor, *("-" if figure is None else figure.text for figure in main), worst))
        return _table(rows)
    rows = [("Name", "Developer", "Parameters", "Active", "Layers", "Hidden", "Heads", "KV heads", "Experts", "Grade")]
    for model in entries:
        if isinstance(model, Hardware):
            continue
        cells = [_first(model, f"model.{one}") for one in ("params", "params_active", "layers", "hidden", "heads", "kv_heads", "experts")]
        rows.append((model.name, model.developer, *cells, model.figures[0].grade.value))
    return _table(rows)


def _first(model: Model, quantity: str) -> str:
    shape = model.architecture
    if shape is not None and quantity.startswith("model.params"):
        from auditor.cost.params import active, total_parameters

        if quantity == "model.params":
            return _billions(total_parameters(shape).value)
        return _billions(active(shape).value) if shape.experts is not None else "-"
    figures = model.quoted(quantity)
    if not figures:
        return "-"
    return _billions(figures[0].value) if quantity.startswith("model.params") else figures[0].text


def _billions(value: Fraction | int) -> str:
    return f"{float(Fraction(value) / 10**9):.4g} B"


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    cells = list(rows)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]]) + "\n"

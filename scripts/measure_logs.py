"""Hold the cost model against figures of logs, papers and framework outputs: scripts/logged-figures.csv, with the source of each.

Ours is exact (within 1 % and what was rounded away), a lower bound (not above the figure) or an upper one (not below it).
The table stands in docs/measurements-cost.md, which `python -m scripts.measure_cost --write` writes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from auditor.cost import kv_cache
from auditor.cost.catalog import hardware, models
from auditor.cost.formats import FORMATS
from auditor.cost.memory import QuantisedPart, model_weights
from auditor.cost.params import total_parameters
from auditor.cost.recipes import Sharding, recipe
from scripts.cost_cases import shape

DATA: Final = Path(__file__).with_name("logged-figures.csv")
UNITS: Final = {
    "G": 10**9,
    "GiB": 2**30,
    "MiB": 2**20,
    "KiB": 2**10,
    "GB": 10**9,
    "B": 1,
    "tokens": 1,
    "%": Fraction(1, 100),
}
EXACT: Final = Fraction(1, 100)
_CACHE_OF: Final = {"qwen3-235b-a22b": Fraction("8.11") * 2**30}
"""Bytes of cache on a GPU that the log of a count of tokens names."""


@dataclass(frozen=True)
class Logged:
    """A figure somebody measured or published, and ours; both in base units."""

    what: str
    kind: str
    figure: Fraction
    step: Fraction
    """Half the last written digit: what rounding can hide."""
    ours: Fraction
    shown: str
    source: str

    @property
    def ratio(self) -> Fraction:
        return self.ours / self.figure

    @property
    def kept(self) -> bool:
        if self.kind == "lower":
            return self.ours <= self.figure + self.step
        if self.kind == "upper":
            return self.ours >= self.figure - self.step
        return abs(self.ours - self.figure) <= max(EXACT * self.figure, self.step)


def _params(row: Mapping[str, str]) -> Fraction:
    return Fraction(total_parameters(shape(row["subject"])).value)


def _weights(row: Mapping[str, str]) -> Fraction:
    """Bytes of weights on each of `ways` GPUs: where a checkpoint is mixed, the parameters at the narrow width are the bound."""
    form = row["format"]
    if form == "fp4-params":
        entry = models(row["subject"])
        counts = [figure.value for figure in entry.quoted("model.params")] if entry is not None else []
        return min(counts) * FORMATS["mxfp4"].bytes / int(row["ways"])
    covers = QuantisedPart.EXPERTS if form.endswith("-experts") else QuantisedPart.ALL
    weights = model_weights(shape(row["subject"]), FORMATS[form.removesuffix("-experts")], covers)
    return Fraction(weights.value) / int(row["ways"])


def _cache(row: Mapping[str, str]) -> Fraction:
    indexed = row["format"].endswith("-indexed")
    form = FORMATS[row["format"].removesuffix("-indexed")]
    held = kv_cache.per_sequence(shape(row["subject"]), int(row["tokens"]), form, indexer=indexed, windows=row["kind"] != "exact")
    return Fraction(held.value) / int(row["ways"])


def _token(row: Mapping[str, str]) -> Fraction:
    return Fraction(kv_cache.per_token(shape(row["subject"]), FORMATS[row["format"]]).value)


def _tokens(row: Mapping[str, str]) -> Fraction:
    return _CACHE_OF[row["subject"]] / (_token(row) / int(row["ways"]))


def _states(row: Mapping[str, str]) -> Fraction:
    kept, divided = recipe(row["format"]).split(Sharding(int(row["ways"])))
    return Fraction(row["subject"]) * 10**9 * (kept + divided / int(row["tokens"]))


def _mfu(row: Mapping[str, str]) -> Fraction:
    part = hardware(row["subject"])
    peak = part.peak(row["format"]) if part is not None else None
    if peak is None:
        raise KeyError(row["subject"])
    return Fraction(row["tokens"]) / peak.value


def _memory(row: Mapping[str, str]) -> Fraction:
    part = hardware(row["subject"])
    if part is None:
        raise KeyError(row["subject"])
    return part.capacity * 2**30


OURS: Final[dict[str, Callable[[Mapping[str, str]], Fraction]]] = {
    "params": _params,
    "weights": _weights,
    "cache": _cache,
    "token": _token,
    "tokens": _tokens,
    "states": _states,
    "mfu": _mfu,
    "memory": _memory,
}


def logged() -> tuple[Logged, ...]:
    """Return every figure of the data file beside ours."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return tuple(_logged(row) for row in csv.DictReader(file))


def _logged(row: Mapping[str, str]) -> Logged:
    unit = Fraction(str(UNITS[row["unit"]]))
    digits = len(row["figure"].partition(".")[2])
    what = f"{row['subject']}: {row['what']}" if row["quantity"] != "states" else row["what"]
    return Logged(
        what=what,
        kind=row["kind"],
        figure=Fraction(row["figure"]) * unit,
        step=unit / (2 * 10**digits),
        ours=OURS[row["quantity"]](row),
        shown=f"{row['figure']} {row['unit']}",
        source=row["source"],
    )


def broken(rows: Sequence[Logged]) -> list[str]:
    """Return the figures whose bound does not hold, or that are not exact."""
    return [f"{row.what}: ours is {float(row.ratio):.3f} of {row.shown} ({row.kind})" for row in rows if not row.kept]


def section() -> str:
    """Return the part of the page that shows them."""
    rows = logged()
    lines = [
        "## Against logs, papers and framework outputs",
        "",
        f"{len(rows)} figures of scripts/logged-figures.csv. Ours is `exact` (within 1 % or what was rounded away), a `lower` bound or an",
        "`upper` one; the ratio is ours to the figure.",
        "",
        "| figure | logged | kind | ratio | kept | source |",
        "| --- | ---: | --- | ---: | --- | --- |",
    ]
    lines += [
        f"| {row.what} | {row.shown} | {row.kind} | {float(row.ratio):.3f} | {'yes' if row.kept else 'NO'} | {row.source} |" for row in rows
    ]
    return "\n".join([*lines, ""])

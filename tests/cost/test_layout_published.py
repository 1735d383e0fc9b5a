"""Every configuration of the Megatron-Bridge performance pages passes the layout rules, but for the pages' own slips.

The pages (NVIDIA-NeMo/Megatron-Bridge 067f987d, docs/performance-summary*.md) are not part of this repository; the test
is skipped where they are absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.cost.catalog import find_models
from auditor.cost.layout import Degrees, Framework, Layout, Run, Shape, Strength, check, fit
from auditor.findings import Verdict

PAGES = Path(__file__).parents[2].parent / "shared" / "knowngood" / "NVIDIA-NeMo" / "Megatron-Bridge" / "docs"
SUMMARY, ARCHIVE = PAGES / "performance-summary.md", PAGES / "performance-summary-archive.md"

COLUMNS: Mapping[str, str] = {
    "#-gpus": "gpus",
    "gbs": "gbs",
    "mbs": "mbs",
    "sequence length": "length",
    "tp": "tp",
    "pp": "pp",
    "cp": "cp",
    "vp": "vp",
    "ep": "ep",
    "ga": "ga",
    "fsdp": "fsdp",
    "model": "model",
}


@dataclass(frozen=True)
class Configuration:
    page: str
    line: int
    second: bool
    model: str
    counts: Mapping[str, int]

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}{' (second)' if self.second else ''}"

    @property
    def degrees(self) -> Degrees:
        return Degrees(**{symbol: self.counts.get(symbol) for symbol in ("tp", "pp", "cp", "vp", "ep")})

    @property
    def run(self) -> Run:
        counts = self.counts
        return Run(global_batch=counts["gbs"], micro_batch=counts["mbs"], accumulation=counts.get("ga"), sequence_length=counts["length"])


def values(cell: str) -> tuple[str, str]:
    """Return a cell's first and second value: `64 (0)` -> 64 and 0; the second is empty where there is none."""
    first, _, rest = cell.partition("(")
    return first.partition("[")[0].strip(), rest.partition(")")[0].strip()


def whole(text: str) -> int | None:
    text = text.replace(",", "")
    return int(text) if text.isdecimal() else None


def configurations(page: Path) -> Iterator[Configuration]:
    """Read the page's tables: one configuration a row, and a second where a cell gives one in brackets."""
    header: list[str] = []
    heading = ""
    for line, text in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if text.startswith("####"):
            heading = text.partition(":")[2].strip()
        if not text.startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
        if not header:
            header = [COLUMNS.get(cell.lower(), "") for cell in cells]
            continue
        if "gpus" not in header or set(cells[0]) <= {"-", ":", " "}:
            continue
        row = dict(zip(header, cells, strict=True))
        model = row.get("model") or heading
        pairs = {name: values(cell) for name, cell in row.items() if name and name != "model"}
        # The first cell names the model or system; a bracket in any other announces a second configuration.
        seconds = any(values(cell)[1] for cell in cells[1:])
        for second in (False, True) if seconds else (False,):
            chosen = {name: (pair[1] or pair[0]) if second else pair[0] for name, pair in pairs.items()}
            counts = {name: number for name, text in chosen.items() if (number := whole(text)) is not None}
            yield Configuration(page.stem, line, second, model, counts)


def problems(one: Configuration) -> list[str]:
    """Return what Megatron-Bridge would refuse of a configuration."""
    found = []
    gpus = one.counts["gpus"]
    known = {Shape.of(model.architecture) for model in find_models(one.model) if model.architecture is not None}
    shape = known.pop() if len(known) == 1 else None
    fits = fit(one.degrees, gpus, framework=Framework.MEGATRON_BRIDGE)
    held = [judged for judged in fits if judged.verdict is Verdict.HELD]
    if not held:
        found.append("layout")
    dp = gpus // ((one.counts.get("tp") or 1) * (one.counts.get("pp") or 1) * (one.counts.get("cp") or 1))
    layout = Layout(one.degrees.with_({"dp": dp}), gpus, shape, one.run)
    for checked in check(layout, Framework.MEGATRON_BRIDGE):
        if checked.verdict is Verdict.CONTRADICTED and checked.strength is Strength.HARD:
            found.append(checked.requirement.name)
    return found


@pytest.fixture(scope="module")
def everything() -> list[Configuration]:
    if not (SUMMARY.exists() and ARCHIVE.exists()):
        pytest.skip("the published pages are not here")
    return [*configurations(SUMMARY), *configurations(ARCHIVE)]


def test_the_pages_are_read_in_full(everything: list[Configuration]) -> None:
    assert len(everything) == 293
    assert sum(not one.second for one in everything) == 278
    assert sum("ga" in one.counts for one in everything) == 60
    assert all({"gpus", "gbs", "mbs", "length", "tp", "pp"} <= one.counts.keys() for one in everything)


def test_all_configurations_pass_but_the_real_errors(everything: list[Configuration]) -> None:
    refused = {one.name: found for one in everything if (found := problems(one))}
    assert refused == {
        "performance-summary-archive:559": ["batch-product"],
        "performance-summary-archive:592": ["batch-product"],
        "performance-summary-archive:608 (second)": ["batch-product"],
        "performance-summary-archive:610 (second)": ["layout"],
    }


def test_the_models_of_the_pages_are_known(everything: list[Configuration]) -> None:
    named = {one.model: [model.name for model in find_models(one.model)] for one in everything}
    unknown = {name for name, found in named.items() if not found}
    assert all("nemotron" in name.lower() for name in unknown)
    checked = [one for one in everything if any(model.architecture for model in find_models(one.model))]
    assert len(checked) > 200

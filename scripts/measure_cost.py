"""Measure the cost model against references and other calculators, and keep the figures in docs/measurements-cost.md.

python -m scripts.measure_cost            print the page
python -m scripts.measure_cost --write    write it
python -m scripts.measure_cost --check    fail if the page is not what would be written, or a figure is out of its bounds
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from auditor.cost import flops, inference, kv_cache
from auditor.cost.activations import Recompute
from auditor.cost.amount import Amount, amount
from auditor.cost.architecture import AttentionBias
from auditor.cost.catalog import model_names, models
from auditor.cost.estimation import estimate
from auditor.cost.flops import convention
from auditor.cost.grid import Grid, Stage
from auditor.cost.memory import weights_on_gpu
from auditor.cost.params import actives, total_parameters
from scripts.cost_cases import CASES, MEASURED, PUBLISHED, REASONS, SERVED, TOOLS, WORK_TOOLS, Case, shape
from scripts.measure_logs import broken, logged, section

PAGE = Path(__file__).parents[1] / "docs" / "measurements-cost.md"

HEAD = """# Measurements of the cost model

Written by `python -m scripts.measure_cost --write`; a test fails when a figure leaves its bounds or this page is out of date.
What the columns mean and why the calculators disagree stands in [cost-model.md](cost-model.md).
"""


@dataclass(frozen=True)
class Row:
    """One figure beside its reference; `bound` is the largest share by which they may differ."""

    name: str
    ours: float
    reference: float
    bound: float
    others: tuple[float | None, ...] = ()
    floor: bool = False
    """Ours is a lower bound: it must not exceed the reference."""
    remark: str = ""

    @property
    def difference(self) -> float:
        return self.ours / self.reference - 1

    @property
    def holds(self) -> bool:
        return self.ours <= self.reference if self.floor else abs(self.difference) <= self.bound


@dataclass(frozen=True)
class Table:
    """Rows measured in one way."""

    title: str
    note: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = ()
    reference: str = "reference"
    digits: str = ".4g"


def _figure(case: Case, quantity: str, wanted: str = "") -> float:
    found = estimate(case.plan())
    if not wanted:
        return float(found.find(quantity).value)
    return next(float(fact.value) for fact in found.all(quantity) if fact.convention.startswith(f"{wanted} "))


def states() -> Table:
    """Model states of T1 to T10."""
    rows = tuple(Row(case.name, _figure(case, "memory.states"), case.states, 0.005, case.states_tools) for case in CASES)
    note = (
        "GiB on the fullest GPU: weights, gradients and optimizer states; recipe megatron-bf16 (18 bytes per parameter, 6 + 12/d sharded)."
    )
    return Table("Model states", note, rows, TOOLS, "independent")


def _as_calculators_see(case: Case) -> Case:
    """Return the case without learned positions and biases, which SimuMax and Megatron-Bridge leave out."""
    shown = shape(case.model)
    bare = replace(shown, positions=0, attention_bias=AttentionBias.NONE, ffn_bias=False)
    return replace(case, bare=bare)


def states_against_calculators() -> Table:
    """Model states against the two calculators that share our recipe."""
    rows = []
    for case in CASES:
        ours = _figure(_as_calculators_see(case), "memory.states")
        for tool in ("SimuMax", "Megatron-Bridge"):
            other = case.states_tools[TOOLS.index(tool)]
            if other is not None:
                rows.append(Row(f"{case.name} against {tool}", ours, other, 0.02))
    note = "GiB, learned positions and biases left out as both do (they are what the table above has more on T1 to T5)."
    return Table("Model states against the calculators of the same recipe", note, tuple(rows), reference="tool")


def activations() -> Table:
    """Activations of T1 to T10."""
    rows = tuple(Row(case.name, _figure(case, "memory.activations"), case.activations, 0.02, case.activations_tools) for case in CASES)
    note = "GiB on the GPU with most. Full recomputation (T3) needs a layer's working set beside it, which an estimate shows apart."
    return Table("Activations", note, rows, TOOLS, "independent")


def activations_against_simumax() -> Table:
    """Activations of the cases whose models SimuMax covers."""
    column = TOOLS.index("SimuMax")
    rows = tuple(
        Row(case.name, _figure(case, "memory.activations"), other, 0.15)
        for case in CASES
        if case.name in {"T6", "T7", "T8", "T9", "T10"} and (other := case.activations_tools[column]) is not None
    )
    return Table(
        "Activations against SimuMax on current models",
        "GiB; its own published errors against measurement are 0.1 to 4.8 %.",
        rows,
        reference="SimuMax",
    )


def work() -> Table:
    """FLOPs per step of T1 to T10, both halves of the attention square."""
    rows: list[Row] = []
    for case in CASES:
        for wanted, reference in (("causal", case.causal), ("full", case.full)):
            ours = _figure(case, "work.per_step", wanted) * 1e15
            rows.append(Row(f"{case.name} {wanted}", ours, reference, 0.001, case.work_tools if wanted == "causal" else (None,) * 4))
    note = (
        "FLOPs of one optimizer step of the whole job, recomputation not counted (llm-analysis counts it; SimuMax counts full attention)."
    )
    return Table("Work", note, tuple(rows), WORK_TOOLS, "independent")


def published_work() -> Table:
    """FLOPs per token of the models on the Megatron-Bridge pages."""
    rows: list[Row] = []
    for page in PUBLISHED:
        model = shape(page.model)
        for name, wanted, reference in (("causal", "megatron", page.causal), ("full", "megatron-full", page.full)):
            ours = float(flops.training_per_token(model, page.sequence, convention(wanted), mtp=page.mtp).in_unit("GFLOP"))
            rows.append(
                Row(f"{page.label}, {page.sequence} tokens, {name}", ours, reference, 0.001, (page.page if name == "causal" else None,))
            )
    note = "GFLOP per token in training, by Megatron's counting (no router); the page's own rows imply the last column."
    return Table("NVIDIA's Megatron-Bridge pages", note, tuple(rows), ("implied by the page",), "independent", ".6g")


def parameters() -> Table:
    """Every catalogued model that has a reference count and a full shape."""
    rows = []
    for name in model_names():
        entry = models(name)
        counted = (
            next((figure for figure in entry.figures if figure.kind == "counted" and figure.quantity == "model.params"), None)
            if entry
            else None
        )
        if entry is not None and entry.architecture is not None and counted is not None:
            rows.append(Row(name, int(total_parameters(entry.architecture).whole), int(counted.value), 0))
    note = f"By formula and in the reference implementation (transformers 5.17.0, built without weights): {len(rows)} models."
    return Table("Parameters", note, tuple(rows), digits=",d")


def active_parameters() -> Table:
    """Every catalogued mixture that has a published count of active parameters."""
    rows = []
    for name in model_names():
        entry = models(name)
        if entry is None or entry.architecture is None or entry.architecture.experts is None:
            continue
        headline = next(
            (figure for figure in entry.figures if figure.kind == "headline" and figure.quantity == "model.params_active"), None
        )
        if headline is None:
            continue
        nearest = min(actives(entry.architecture), key=lambda definition: abs(definition.parameters.value - headline.value))
        rows.append(Row(name, float(nearest.parameters.value) / 1e9, float(headline.value) / 1e9, 0.035, remark=nearest.name))
    note = "Billions, under the definition nearest to the published figure, which is rounded."
    return Table("Active parameters", note, tuple(rows), reference="published")


def utilisation() -> Table:
    """Korthikanti et al.: utilisation from their measured step times."""
    rows: list[Row] = []
    peak = amount("F", 312, "TFLOPS")
    for run in MEASURED:
        case = next(case for case in CASES if case.name == run.case)
        model, training = case.architecture(), case.training
        batch = training.global_batch or 1
        time = amount("t", run.seconds, "s")

        def share(per_step: Amount, time: Amount = time, gpus: int = case.grid.gpus) -> float:
            return float(flops.utilisation(per_step, time, gpus, peak).value) * 100

        length, full = training.sequence_length, convention("full")
        tokens = batch * length
        rows.append(Row(f"{run.label} MFU", share(flops.training_per_token(model, length, full) * tokens), run.mfu, 0.005))
        rows.append(Row(f"{run.label} HFU, their count", share(flops.korthikanti_hardware_per_step(model, batch, length)), run.hfu, 0.005))
        once = flops.hardware_per_token(model, length, Recompute.SELECTIVE, full) * tokens
        rows.append(Row(f"{run.label} HFU, one more forward pass", share(once), run.hfu, 0.035))
    note = "Percent of 312 TFLOP/s from the measured step times of Korthikanti et al. 2022, table 5, full attention."
    return Table("Utilisation", note, tuple(rows), reference="published")


def serving() -> Table:
    """Prefill and decode floors of I1 beside what tools say."""
    model, grid = shape("llama-3.1-70b"), Grid(tp=8)
    peak, bandwidth = amount("F", Fraction("989.4"), "TFLOPS"), amount("BW", 3350, "GB/s")
    rows: list[Row] = []
    for case in SERVED:
        prefill = inference.prefill_floor(model, grid, requests=case.batch, tokens=2048, peak=peak, bandwidth=bandwidth)
        decode = inference.decode_floor(model, grid, requests=case.batch, context=2048 + 128, peak=peak, bandwidth=bandwidth)
        first, step = float(prefill.time.in_unit("ms")), float(decode.time.in_unit("ms"))
        rows.append(Row(f"prefill, batch {case.batch}: independent", first, case.prefill, 0.005))
        rows += [Row(f"prefill, batch {case.batch}: below {tool}", first, time, 0, floor=True) for tool, time in case.prefill_tools]
        rows.append(Row(f"decode step, batch {case.batch}: independent", step, case.decode, 0.01))
        rows += [Row(f"decode step, batch {case.batch}: below {tool}", step, time, 0, floor=True) for tool, time in case.decode_tools]
    note = "Milliseconds; Llama-3.1-70B in bf16 on 8 H100-SXM, TP 8, 2048 tokens in, 256 out. A floor must stay below every tool's time."
    return Table("Serving floors", note, tuple(rows))


def caches() -> Table:
    """Weights and caches of I1 and I2."""
    llama, deepseek = shape("llama-3.1-70b"), shape("deepseek-v3")
    stage = Stage(0, 1, 0, llama.layers)
    gib = 2**30
    rows = [
        Row("Llama-3.1-70B weights, TP 8, GiB", float(weights_on_gpu(llama, Grid(tp=8), stage, llama.vocab).in_unit("GiB")), 16.43, 0.001),
        Row(
            "its cache of 2304 tokens, TP 8, GiB",
            float(kv_cache.per_gpu(llama, Grid(tp=8), 2304, 1).value) / gib,
            327680 * 2304 / 8 / gib,
            0,
        ),
        Row("the same for 16 sequences", float(kv_cache.per_gpu(llama, Grid(tp=8), 2304, 16).value) / gib, 327680 * 2304 * 2 / gib, 0),
        Row("the same at TP 16 (8 KV heads)", float(kv_cache.per_gpu(llama, Grid(tp=16), 2304, 1).value) / gib, 327680 * 2304 / 8 / gib, 0),
        Row(
            "DeepSeek-V3 cache of 4608 tokens on each of 8 TP ranks",
            float(kv_cache.per_gpu(deepseek, Grid(tp=8), 4608, 1).value) / gib,
            70272 * 4608 / gib,
            0,
        ),
    ]
    sizes = {"llama-2-7b": 524288, "llama-3-8b": 131072, "llama-3.1-405b": 516096, "deepseek-v3": 70272, "gpt-3-175b": 4718592}
    rows += [Row(f"{name}, bytes per token", float(kv_cache.per_token(shape(name)).value), size, 0) for name, size in sizes.items()]
    return Table("Weights and caches in serving", "What must be exact is exact.", tuple(rows))


MEASUREMENTS = (
    parameters,
    active_parameters,
    states,
    states_against_calculators,
    activations,
    activations_against_simumax,
    work,
    published_work,
    utilisation,
    caches,
    serving,
)


@dataclass(frozen=True)
class Disagreement:
    """A calculator's figure that differs from ours by more than 2 %, and why."""

    case: str
    figure: str
    tool: str
    theirs: float
    ours: float
    reason: str


def disagreements() -> list[Disagreement]:
    """Return every figure of a calculator that is more than 2 % from ours; the reason is empty where none is on record."""
    reasons = {(figure, tool, case): reason for figure, tool, cases, reason in REASONS for case in cases}
    found: list[Disagreement] = []
    for case in CASES:
        for figure, ours, tools, theirs in (
            ("states", _figure(case, "memory.states"), TOOLS, case.states_tools),
            ("activations", _figure(case, "memory.activations"), TOOLS, case.activations_tools),
            ("work", _figure(case, "work.per_step", "causal") * 1e15, WORK_TOOLS, case.work_tools),
        ):
            for tool, value in zip(tools, theirs, strict=True):
                if value is not None and abs(value / ours - 1) > 0.02:
                    found.append(Disagreement(case.name, figure, tool, value, ours, reasons.get((figure, tool, case.name), "")))
    return found


def _disagreements_page() -> str:
    lines = [
        "## Where the calculators disagree, and why",
        "",
        "Every figure of theirs that is more than 2 % from ours; all others agree. States and activations in GiB, work in FLOPs per step.",
        "",
        "| case | figure | calculator | theirs | ours | ratio | reason |",
        "| --- | --- | --- | ---: | ---: | ---: | --- |",
    ]
    lines += [
        f"| {one.case} | {one.figure} | {one.tool} | {one.theirs:.4g} | {one.ours:.4g} | {one.theirs / one.ours:.2f} | {one.reason} |"
        for one in disagreements()
    ]
    return "\n".join(lines) + "\n"


def _cell(value: float | None, digits: str) -> str:
    if value is None:
        return ""
    return format(int(value) if digits == ",d" else value, digits)


def render(table: Table) -> str:
    """Return a table as Markdown."""
    remarks = any(row.remark for row in table.rows)
    head = ["", "ours", table.reference, "difference", *table.columns, *(["definition"] if remarks else [])]
    lines = [
        f"## {table.title}",
        "",
        table.note,
        "",
        f"| {' | '.join(head)} |",
        f"| --- |{' ---: |' * (len(head) - 1 - remarks)}{' --- |' * remarks}",
    ]
    for row in table.rows:
        others = (*row.others, *(None,) * (len(table.columns) - len(row.others)))
        exact = row.ours == row.reference
        cells = [
            row.name,
            _cell(row.ours, table.digits),
            _cell(row.reference, table.digits),
            "0" if exact else f"{row.difference:+.2%}".replace("-0.00", "+0.00"),
        ]
        cells += [_cell(other, table.digits) for other in others] + ([row.remark] if remarks else [])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def page(tables: Sequence[Table]) -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(render(table) for table in tables), section(), _disagreements_page()])


def failures(tables: Sequence[Table]) -> list[str]:
    """Return a line for every figure that is out of its bounds."""
    return [f"{table.title}: {row.name}: {row.ours} against {row.reference}" for table in tables for row in table.rows if not row.holds]


def main(arguments: Sequence[str]) -> int:
    """Measure, and print, write or check the page."""
    tables = [measure() for measure in MEASUREMENTS]
    text, wrong = page(tables), failures(tables)
    wrong += broken(logged())
    wrong += [f"no reason for {one.tool}, {one.case} {one.figure}" for one in disagreements() if not one.reason]
    for line in wrong:
        print(f"out of bounds: {line}", file=sys.stderr)
    if "--write" in arguments:
        PAGE.write_text(text, encoding="utf-8")
    elif "--check" in arguments:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print(f"{PAGE.name} is out of date; run python -m scripts.measure_cost --write", file=sys.stderr)
            return 1
    else:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

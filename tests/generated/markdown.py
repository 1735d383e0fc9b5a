"""Ways to write a plan in Markdown, one shape each: lists, tables, sentences, fences, trees."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from auditor.claims.model import Role
from tests.generated.page import Page
from tests.generated.plans import PARTS
from tests.generated.words import COLUMNS, UNITS

__all__ = ["MARKDOWN", "breakdown_table", "table", "targets_table"]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, align: str = "---") -> list[str]:
    """The lines of a pipe table."""
    return [f"| {' | '.join(heads)} |", "|" + f"{align}|" * len(heads), *(f"| {' | '.join(row)} |" for row in rows), ""]


def bullets(page: Page) -> str:
    """A heading for each subject, a bullet for each figure; some figures with what they were before."""
    sign = page.random.choice(("-", "*", "+"))
    mark = page.emphasis
    between = page.random.choice((f"{mark}: ", f":{mark} ", f"{mark} = ", f"{mark} — "))
    former = _former(page)
    lines = ["# Deployment plan", ""]
    for title, members in page.groups():
        lines += [f"## {title}", ""]
        for quantity in members:
            value = page.unit(quantity)
            if quantity in former:
                old = page.unit(quantity, noun=False, role=Role.PREVIOUS, value=former[quantity])
                value += page.random.choice((" (previously {})", " (reduced from {})", " (was {})", " (down from {})")).format(old)
            lines.append(f"{sign} {mark}{page.label(quantity)}{between}{value}")
        lines.append("")
    return "\n".join(lines)


def _former(page: Page) -> dict[str, Fraction]:
    """Earlier values of a few figures."""
    told = ("parallel.tensor", "parallel.data", "batch.global", "time.step", "memory.used", "time.tpot")
    able = [quantity for quantity in told if quantity in page.plan]
    chosen = page.random.sample(able, page.random.choice((0, 1, 2)))
    return {quantity: page.plan[quantity] * 2 for quantity in chosen}


def nested(page: Page) -> str:
    """Subjects as bullets, their figures below them."""
    lines = ["# Plan", ""]
    indent = page.random.choice(("  ", "    "))
    for title, members in page.groups():
        lines.append(f"- {page.emphasis}{title}{page.emphasis}" + page.random.choice(("", ":")))
        lines += [f"{indent}- {page.label(quantity)}: {page.unit(quantity)}" for quantity in members]
    return "\n".join(lines) + "\n"


def numbered(page: Page) -> str:
    """A numbered list of subjects, each with its figures in one line."""
    lines = ["# Overview", ""]
    for number, (title, members) in enumerate(page.groups(), 1):
        pairs = [f"{page.label(quantity)} {page.unit(quantity, noun=False)}" for quantity in members]
        lines.append(f"{number}. **{title}**: {', '.join(pairs)}")
    return "\n".join(lines) + "\n"


_DEGREES: Final = {
    "parallel.tensor": ("Tensor Parallelism", "TP"),
    "parallel.pipeline": ("Pipeline Parallelism", "PP"),
    "parallel.data": ("Data Parallelism", "DP"),
    "parallel.expert": ("Expert Parallelism", "EP"),
    "parallel.context": ("Context Parallelism", "CP"),
}
_BELOW: Final = {
    "parallel.tensor": ("heads.per_gpu",),
    "parallel.pipeline": ("layers.per_stage", "gpus.per_stage"),
    "parallel.expert": ("experts.per_gpu",),
    "parallel.data": ("batch.per_replica", "gpus.per_replica"),
}


def sections(page: Page) -> str:
    """A heading for each degree, what it is and what follows from it below."""
    word = page.random.choice(("Degree", "Size", "Configuration", "Parallel Size"))
    named = page.random.random() < 0.5
    lines = ["# Strategy", ""]
    told: list[str] = []
    degrees = [quantity for quantity in _DEGREES if quantity in page.plan]
    for number, quantity in enumerate(degrees, 1):
        title, short = _DEGREES[quantity]
        lines.append(f"### {number}. {title}" + (f" ({short})" if named else ""))
        value = page.unit(quantity, noun=False)
        lines.append(f"- **{word}**: {value}" + page.random.choice(("", "-way", f"-way {title}") if word == "Configuration" else ("",)))
        for other in _BELOW.get(quantity, ()):
            if other in page.plan:
                lines.append(f"- **{page.label(other)}**: {page.unit(other)}")
                told.append(other)
        lines.append("")
        told.append(quantity)
    for title, members in page.groups(without=told):
        lines += [f"### {title}", *(f"- **{page.label(quantity)}**: {page.unit(quantity)}" for quantity in members), ""]
    return "\n".join(lines)


def rows(page: Page) -> str:
    """A table with a quantity in each row."""
    heads = page.random.choice((("Parameter", "Value"), ("Setting", "Value"), ("Metric", "Value"), ("Item", "Configuration")))
    lines = ["# Configuration", ""]
    for title, members in page.groups():
        cells = [(page.label(quantity), f"{page.emphasis}{page.unit(quantity)}{page.emphasis}") for quantity in members]
        lines += [f"## {title}", "", *table(heads, cells, align=page.random.choice(("---", "---:", ":---:")))]
    return "\n".join(lines)


def three_columns(page: Page) -> str:
    """A table of quantity, value and a remark without numbers."""
    lines = ["# Parameters", ""]
    remarks = ("", "as measured", "see above", "fixed by the model", "balanced")
    for title, members in page.groups():
        cells = [(page.label(quantity), page.unit(quantity), page.random.choice(remarks)) for quantity in members]
        lines += [f"## {title}", "", *table(("Parameter", "Value", "Note"), cells)]
    return "\n".join(lines)


def breakdown_table(page: Page) -> list[str]:
    """The parts of a GPU's memory with their total, as a table; with shares of the total now and then."""
    parts = [part for part in PARTS if part in page.plan]
    unit, size = ("GiB", UNITS["bytes"][1][1]) if page.binary else ("GB", UNITS["bytes"][0][1])
    first = page.told()
    cells = [[page.random.choice(_PART_NAMES[part]), page.bare(part, size)] for part in parts]
    total = page.random.choice(("**Total**", "Total", "**Total per GPU**"))
    bold = "**" if total.startswith("**") else ""
    cells.append([total, f"{bold}{page.bare('memory.used', size)}{bold}"])
    page.sums.append(tuple(range(first, page.told())))
    heads = page.random.choice((("Component", f"Memory ({unit})"), ("Item", f"Size ({unit})"), ("Component", f"Per GPU ({unit})")))
    return table(heads, cells)


_PART_NAMES: Final = {
    "memory.weights": ("Model weights", "Weights", "Parameters"),
    "memory.gradients": ("Gradients",),
    "memory.optimizer": ("Optimizer states", "Optimizer"),
    "memory.activations": ("Activations",),
    "memory.kv_cache": ("KV cache", "KV Cache"),
    "memory.overhead": ("Overhead", "Framework overhead", "System overhead"),
}


def breakdown(page: Page) -> str:
    """The memory as a table of parts with a total, the rest as bullets."""
    lines = ["# Memory plan", ""]
    for title, members in page.groups(without=(*PARTS, "memory.used")):
        if title == "Memory":
            lines += ["## Memory per GPU", "", *breakdown_table(page)]
        else:
            lines += [f"## {title}"]
        lines += [*(f"- {page.label(quantity)}: {page.unit(quantity)}" for quantity in members), ""]
    return "\n".join(lines)


_TARGETS: Final = {
    "time.step": ("<", Fraction(3, 2)),
    "rate.tokens": (">", Fraction(2, 3)),
    "share.mfu": (">", Fraction(3, 4)),
    "memory.used": ("<", Fraction(11, 10)),
    "share.bubble": ("<", Fraction(3, 2)),
    "time.ttft": ("<", Fraction(3, 2)),
    "time.tpot": ("<", Fraction(3, 2)),
}
"""What is asked of a figure: the sense, and how far from what is reached."""


def targets_table(page: Page) -> list[str]:
    """What was asked for beside what is reached, with a mark for each."""
    shown = [quantity for quantity in _TARGETS if quantity in page.plan]
    heads = page.random.choice((("Metric", "Target", "Achieved"), ("Metric", "Target", "Actual"), ("Metric", "Requirement", "Measured")))
    ticks = page.random.choice((("✅",), ("✓",), ("✅ PASS",), ("PASS",), ()))
    cells = []
    for quantity in shown:
        sign, factor = _TARGETS[quantity]
        sign = page.random.choice((sign, sign + " ", {"<": "≤ ", ">": "≥ "}[sign]))
        target = sign + page.unit(quantity, role=Role.TARGET, value=page.plan[quantity] * factor)
        cells.append((page.label(quantity), target, page.unit(quantity), *ticks))
    return table((*heads, *(("Status",) if ticks else ())), cells)


def targets(page: Page) -> str:
    """A table of targets and results, the rest as bullets."""
    lines = ["# Results", ""]
    for title, members in page.groups(without=tuple(_TARGETS)):
        lines += [f"## {title}", *(f"- {page.label(quantity)}: {page.unit(quantity)}" for quantity in members), ""]
    return "\n".join([*lines, "## Targets", "", *targets_table(page)])


def prose(page: Page) -> str:
    """Sentences, each for a few figures that are all there; what no sentence takes is left out."""
    said = [text for quantities, forms in _SENTENCES if (text := _said(page, quantities, forms))]
    paragraphs = [" ".join(said[index : index + 3]) for index in range(0, len(said), 3)]
    return "# Training setup\n\n" + "\n\n".join(paragraphs) + "\n"


def _said(page: Page, quantities: Sequence[str], forms: Sequence[str]) -> str:
    if not all(quantity in page.plan for quantity in quantities):
        return ""
    return page.random.choice(forms).format(*(page.unit(quantity, noun=False) for quantity in quantities))


_SENTENCES: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    (("model.layers", "model.hidden", "model.heads"), (
        "The model has {0} layers, a hidden size of {1} and {2} attention heads.",
        "It is a transformer of {0} layers with hidden size {1} and {2} attention heads.",
        "With {0} transformer layers, {2} heads and a hidden dimension of {1}, the model is of a common shape.")),
    (("model.params",), (
        "It has {0} parameters in total.", "The model counts {0} parameters.", "At {0} parameters it is not small.")),
    (("gpus",), ("The run takes {0} GPUs in total.", "We train on {0} GPUs.", "The plan uses {0} GPUs.", "A total of {0} GPUs is needed.")),
    (("nodes", "gpus.per_node"), (
        "The cluster has {0} nodes with {1} GPUs each.", "There are {0} nodes of {1} GPUs.",
        "The job spans {0} nodes with {1} GPUs per node.")),
    (("parallel.tensor", "parallel.pipeline", "parallel.data"), (
        "We use {0}-way tensor parallelism, {1}-way pipeline parallelism and {2}-way data parallelism.",
        "The layout is TP={0}, PP={1}, DP={2}.",
        "The strategy is TP{0}-PP{1}-DP{2}.",
        "The layout is TP{0} x PP{1} x DP{2}.",
        "Tensor parallelism is set to {0}, pipeline parallelism to {1} and data parallelism to {2}.",
        "A tensor-parallel degree of {0}, {1} pipeline stages and {2} data-parallel replicas make up the layout.")),
    (("parallel.context",), ("Context parallelism is {0}-way.", "CP={0} splits the sequence.", "We set the context-parallel size to {0}.")),
    (("parallel.expert",), (
        "Experts are spread with EP={0}.", "Expert parallelism is {0}-way.", "An expert-parallel degree of {0} spreads the experts.")),
    (("model.experts",), ("Each MoE layer has {0} experts.", "There are {0} experts per layer.")),
    (("experts.per_gpu",), ("That leaves {0} experts per GPU.", "Each GPU holds {0} experts.", "Every GPU hosts {0} experts.")),
    (("layers.per_stage",), (
        "Each stage holds {0} layers.", "That makes {0} layers per stage.", "Each pipeline stage processes {0} layers.")),
    (("batch.global", "batch.micro"), (
        "The global batch size is {0} with a micro-batch size of {1}.",
        "A global batch of {0} sequences is cut into micro-batches of {1} sequences.")),
    (("batch.accumulation",), ("We accumulate gradients over {0} steps.", "There are {0} gradient accumulation steps.")),
    (("batch.sequence_length",), ("The sequence length is {0} tokens.", "Sequences are {0} tokens long.")),
    (("memory.used", "memory.capacity"), (
        "Each GPU uses {0} of its {1} of memory.", "Memory use is {0} per GPU out of {1}.",
        "Memory usage per GPU is {0} (of {1} available).")),
    (("memory.utilization",), ("Memory utilization is {0}.", "This gives a memory utilization of {0}.")),
    (("memory.weights",), ("The weights take {0} on each GPU.", "Weights occupy {0} per GPU.")),
    (("memory.kv_cache",), ("The KV cache takes {0} per GPU.", "The KV cache needs {0} on each GPU.")),
    (("time.step",), ("A training step takes {0}.", "The step time is {0}.", "Each iteration takes {0}.")),
    (("time.ttft",), ("The time to first token is {0}.", "TTFT is {0}.", "We measure a TTFT of {0}.")),
    (("time.tpot",), ("Each output token takes {0} (TPOT).", "The TPOT is {0}.", "Time per output token is {0}.")),
    (("rate.tokens",), ("Throughput is {0}.", "The system reaches a throughput of {0}.", "In total {0} are processed.")),
    (("rate.tokens_per_gpu",), ("Throughput per GPU is {0}.", "Per-GPU throughput is {0}.")),
    (("share.mfu",), ("The MFU is {0}.", "Model FLOPs utilization reaches {0}.", "This corresponds to an MFU of {0}.")),
    (("rate.achieved_flops", "hardware.peak_flops"), (
        "Each GPU sustains {0} against a peak of {1}.", "We measure {0} per GPU, where the peak is {1}.")),
    (("share.bubble",), ("The pipeline bubble is {0}.", "Pipeline bubbles cost {0} of the step.")),
)  # fmt: skip


def fenced(page: Page) -> str:
    """Lines of `label: value` inside fences."""
    join = page.random.choice((": ", " = ", ": "))
    lines = ["# Summary", ""]
    for title, members in page.groups():
        lines += [f"{title}:", "", "```", *(f"{page.label(quantity)}{join}{page.unit(quantity)}" for quantity in members), "```", ""]
    return "\n".join(lines)


def tree(page: Page) -> str:
    """A tree drawn with lines."""
    lines = ["# Layout", "", "```", "Deployment"]
    groups = page.groups()
    for position, (title, members) in enumerate(groups):
        last = position + 1 == len(groups)
        lines.append(("└── " if last else "├── ") + title)
        for place, quantity in enumerate(members):
            branch = "└── " if place + 1 == len(members) else "├── "
            lines.append(("    " if last else "│   ") + branch + f"{page.label(quantity)}: {page.unit(quantity)}")
    return "\n".join([*lines, "```", ""])


_REPLICATED: Final = ("gpus", "parallel.data", "batch.global", "rate.tokens")
"""What grows with the number of replicas; all else stays as it is."""


def configurations(page: Page) -> str:
    """A configuration in each row: the plan, then more replicas of it."""
    columns = _columns(page)
    rows = [[name, *(_scaled(page, quantity, number) for quantity in columns)] for number, name in enumerate(_runs(page))]
    heads = ["Run", *(page.random.choice(COLUMNS[quantity]) for quantity in columns)]
    return "\n".join(["# Measured configurations", "", *table(heads, rows)])


def transposed(page: Page) -> str:
    """The configurations as columns."""
    names = _runs(page)
    head = page.random.choice(("Configuration", "Setup", "Run", "Option"))
    rows = [
        [page.random.choice(COLUMNS[quantity]), *(_scaled(page, quantity, number) for number, _ in enumerate(names))]
        for quantity in _columns(page)
    ]
    return "\n".join(["# Compared configurations", "", *table(["Parameter", *(f"{head} {name}" for name in names)], rows)])


def _columns(page: Page) -> list[str]:
    """The quantities of such a table."""
    return [quantity for quantity in COLUMNS if quantity in page.plan]


def _runs(page: Page) -> tuple[str, ...]:
    return ("A", "B", "C")[: page.random.choice((2, 3))]


def _scaled(page: Page, quantity: str, run: int) -> str:
    """A cell: of the plan itself in the first run, of twice the replicas in the next."""
    value = page.plan[quantity] * (2**run if quantity in _REPLICATED else 1)
    return page.cell(quantity, value=value, plan=f"run {run}")


def html(page: Page) -> str:
    """An HTML table of quantities."""
    lines = ["# Plan", ""]
    for title, members in page.groups():
        lines += [f"## {title}", "", "<table>", "<tr><th>Parameter</th><th>Value</th></tr>"]
        lines += [f"<tr><td>{page.label(quantity)}</td><td>{page.unit(quantity)}</td></tr>" for quantity in members]
        lines += ["</table>", ""]
    return "\n".join(lines)


MARKDOWN: Final = {
    style.__name__: style
    for style in (
        bullets, nested, numbered, sections, rows, three_columns, breakdown, targets, prose, fenced, tree, configurations, transposed, html,
    )
}  # fmt: skip

"""Whole reports of a plan as engineers write them: a summary, the degrees with their arithmetic, where all is placed, what was checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from auditor.claims.model import Role
from tests.generated.commands import megatron_lines
from tests.generated.markdown import breakdown_table, table, targets_table
from tests.generated.page import Page
from tests.generated.plans import PARTS, Plan, another
from tests.generated.words import COLUMNS

__all__ = ["REPORTS"]

_SHORT: Final = {
    "parallel.expert": "EP",
    "parallel.tensor": "TP",
    "parallel.pipeline": "PP",
    "parallel.context": "CP",
    "parallel.data": "DP",
}


def report(page: Page) -> str:
    """A deployment report from summary to checklist."""
    lines = [
        f"# {page.random.choice(('Deployment Plan', 'Optimal Parallel Strategy', 'Deployment Method', 'Parallel Strategy Report'))}",
        "",
    ]
    for number, (title, part) in enumerate(_PARTS_OF_A_REPORT, 1):
        numbered = f"{number}. " if page.digits == 4 else ""
        lines += [f"## {numbered}{title}", "", *part(page), ""]
    return "\n".join(lines)


def _hardware(page: Page) -> Iterator[str]:
    if page.plan.accelerator:
        yield f"- **GPU model**: {page.plan.accelerator}"
    for quantity in ("gpus", "memory.capacity", "hardware.peak_flops", "hardware.memory_bandwidth"):
        yield f"- **{page.label(quantity)}**: {page.unit(quantity)}"


def _model(page: Page) -> Iterator[str]:
    members = next(members for title, members in page.groups() if title == "Model")
    for quantity in members:
        yield f"- **{page.label(quantity)}**: {page.unit(quantity)}"
    yield "- **Precision**: BF16"


def _degrees(page: Page) -> list[str]:
    """The degrees that make up the GPU count."""
    return [quantity for quantity in _SHORT if quantity in page.plan and (page.plan.factored or quantity != "parallel.expert")]


def _product(page: Page) -> str:
    """The GPU count as a product of the degrees."""
    degrees = _degrees(page)
    sign = page.random.choice((" × ", " x ", " * "))
    first = page.told()
    numbers = [page.operand(str(page.plan.count(quantity)), page.plan[quantity]) for quantity in degrees]
    text = page.random.choice(
        (
            sign.join(_SHORT[quantity] for quantity in degrees) + " = " + sign.join(numbers),
            sign.join(numbers),
            sign.join(f"{number} ({_SHORT[quantity]})" for number, quantity in zip(numbers, degrees, strict=True)),
        )
    )
    text = f"{text} = {page.unit('gpus', noun=False)} GPUs"
    page.equations.append(tuple(range(first, page.told())))
    return text


def _quotient(page: Page, whole: str, nouns: tuple[str, str, str], divisor: str, result: str) -> str:
    """A division as it is written behind a figure: `32 layers ÷ 4 stages = 8 layers per stage`."""
    first = page.told()
    sign = page.random.choice(("÷", "/"))
    left = page.operand(str(page.plan.count(whole)), page.plan[whole])
    right = page.operand(str(page.plan.count(divisor)), page.plan[divisor])
    text = f"{left} {nouns[0]} {sign} {right} {nouns[1]} = {page.operand(str(page.plan.count(result)), page.plan[result])} {nouns[2]}"
    page.equations.append(tuple(range(first, page.told())))
    return text


def _strategy(page: Page) -> Iterator[str]:
    plan = page.plan
    for number, (quantity, short) in enumerate(((one, _SHORT[one]) for one in _SHORT if one in plan), 1):
        name = quantity.partition(".")[2].capitalize()
        value = page.unit(quantity, noun=False)
        yield page.random.choice((f"### {number}. {name} Parallelism ({short}={value})", f"### {name} Parallelism\n- **Degree**: {value}"))
        if quantity == "parallel.pipeline":
            yield f"- **Layers per stage**: {page.unit('layers.per_stage', noun=False)}"
            division = _quotient(page, "model.layers", ("layers", "stages", "layers per stage"), quantity, "layers.per_stage")
            yield f"- **Rationale**: {division}"
        elif quantity == "parallel.expert":
            yield f"- **Experts per GPU**: {page.unit('experts.per_gpu', noun=False)}"
            division = _quotient(page, "model.experts", ("experts", "GPUs", "experts per GPU"), quantity, "experts.per_gpu")
            yield f"- **Distribution**: {division}"
        elif quantity == "parallel.tensor":
            yield f"- **Attention heads per GPU**: {page.unit('heads.per_gpu', noun=False)}"
        elif quantity == "parallel.data":
            yield f"- **Batch per replica**: {page.unit('batch.per_replica')}"
        yield ""
    yield "### Total"
    yield f"- **Total GPUs**: {_product(page)}"


def _placement(page: Page) -> Iterator[str]:
    """Which layers and GPUs each stage has: a table, a list, or a tree."""
    plan = page.plan
    layers, gpus = plan.count("layers.per_stage"), plan.count("gpus.per_stage")
    stages = [
        (stage, f"{stage * layers}-{(stage + 1) * layers - 1}", f"{stage * gpus}-{(stage + 1) * gpus - 1}" if gpus > 1 else str(stage))
        for stage in range(plan.count("parallel.pipeline"))
    ]
    form = page.random.choice(("table", "list", "tree", "bold"))
    if form == "table":
        yield from table(("Stage", "Layers", "GPUs"), [(f"Stage {stage}", held, ids) for stage, held, ids in stages])
    elif form == "list":
        yield from (f"- Stage {stage}: layers {held} on GPUs {ids}" for stage, held, ids in stages)
    elif form == "bold":
        yield from (f"- **Stage {stage}**: Layers {held} (GPUs {ids})" for stage, held, ids in stages)
    else:
        yield from ("```", "Pipeline")
        for stage, held, ids in stages:
            yield f"{'└' if stage + 1 == len(stages) else '├'}── Stage {stage}: Layers {held}, GPUs {ids}"
        yield "```"


def _memory(page: Page) -> Iterator[str]:
    if page.random.random() < 0.5:
        yield from breakdown_table(page)
    else:
        first = page.told()
        for part in PARTS:
            if part in page.plan:
                yield f"- **{page.label(part)}**: {page.unit(part)}"
        yield f"- **{page.random.choice(('Total', 'Total per GPU', 'Total memory per GPU'))}**: {page.unit('memory.used')}"
        page.sums.append(tuple(range(first, page.told())))
        yield ""
    share = page.unit("memory.utilization")
    capacity = page.unit("memory.capacity")
    yield page.random.choice(
        (f"- **Memory utilization**: {share} of {capacity}", f"Memory utilization is {share} of the {capacity} per GPU.")
    )
    yield f"- **{page.label('memory.headroom')}**: {page.unit('memory.headroom')}"


def _performance(page: Page) -> Iterator[str]:
    if page.random.random() < 0.4:
        yield from targets_table(page)
    members = next(members for title, members in page.groups() if title == "Performance")
    for quantity in members:
        yield f"- **{page.label(quantity)}**: {page.unit(quantity)}"


def _checklist(page: Page) -> Iterator[str]:
    """What was verified, with marks that the numbers bear out."""
    mark = page.random.choice(("- ✅ ", "- [x] ", "✓ ", "- ✓ "))
    used = page.unit("memory.used")
    room = page.plan["memory.capacity"] / 10**9
    capacity = page.operand(f"{room}{page.glue}GB", room * 10**9)  # a bound: that it holds says no more
    yield mark + page.random.choice((f"Memory per GPU: {used} < {capacity}", f"Memory fits: {used} per GPU ≤ {capacity}"))
    yield ""
    yield f"{mark}GPU count: {_product(page)}"
    yield ""
    yield f"{mark}All layers are placed: {page.operand(str(page.plan.count('model.layers')), page.plan['model.layers'])} layers"


_PARTS_OF_A_REPORT: Final[tuple[tuple[str, Callable[[Page], Iterator[str]]], ...]] = (
    ("Hardware Environment", _hardware),
    ("Model Configuration", _model),
    ("Parallel Strategy", _strategy),
    ("Module Division", _placement),
    ("Memory Analysis", _memory),
    ("Performance", _performance),
    ("Verification", _checklist),
)


def brief(page: Page) -> str:
    """A summary: the strategy by name, a table of the main figures, the command."""
    degrees = [quantity for quantity in _SHORT if quantity in page.plan]
    page.random.shuffle(degrees)
    glue = page.random.choice(("-", "_", " × ", " + ", ", "))
    form = page.random.choice(("{short}{value}", "{short}={value}"))
    name = glue.join(form.format(short=_SHORT[quantity], value=page.unit(quantity, noun=False)) for quantity in degrees)
    main = [one for one in ("gpus", "model.params", "batch.global", "memory.used", "memory.utilization", "rate.tokens") if one in page.plan]
    cells = [(page.label(quantity), page.unit(quantity)) for quantity in main]
    lines = ["# Deployment summary", "", f"**Strategy**: {name}", "", *table(("Metric", "Value"), cells)]
    if not page.plan.serving and not page.plan.factored:
        lines += ["## Launch", "", "```bash", " \\\n  ".join(megatron_lines(page)), "```", ""]
    return "\n".join(lines)


def before_and_after(page: Page) -> str:
    """The plan beside the one it replaces, in two columns."""
    old = another(page.random, page.plan)
    heads = page.random.choice((("Parameter", "Previous", "Proposed"), ("Metric", "Before", "After"), ("Setting", "Original", "Optimized")))
    cells = []
    for quantity in COLUMNS:
        if (quantity in page.plan and quantity in old) or (quantity in _SHORT and (quantity in page.plan or quantity in old)):
            cells.append(
                (page.random.choice(COLUMNS[quantity]), _cell(page, old, quantity, Role.PREVIOUS), _cell(page, page.plan, quantity))
            )
    return "\n".join(["# Comparison of strategies", "", *table(heads, cells)])


def _cell(page: Page, plan: Plan, quantity: str, role: Role = Role.ACTUAL) -> str:
    return page.cell(
        quantity,
        value=Fraction(plan.count(quantity)) if quantity in _SHORT else plan[quantity],
        role=role,
        plan="main" if role is Role.ACTUAL else "previous",
    )


def two_sections(page: Page) -> str:
    """The plan that is replaced in a section of its own, then the proposed one."""
    old = another(page.random, page.plan)
    titles = page.random.choice(
        (("Previous Strategy", "Proposed Strategy"), ("Original Configuration", "Optimized Configuration"), ("Baseline", "New Layout"))
    )
    lines = ["# Change of strategy", ""]
    for title, plan, role in ((titles[0], old, Role.PREVIOUS), (titles[1], page.plan, Role.ACTUAL)):
        lines += [f"## {title}"]
        for quantity in (
            "parallel.tensor",
            "parallel.pipeline",
            "parallel.data",
            "parallel.context",
            "parallel.expert",
            "gpus",
            "memory.used",
            "rate.tokens",
        ):
            if quantity in plan:
                value = page.unit(quantity, role=role, plan="main" if role is Role.ACTUAL else "previous", value=plan[quantity])
                lines.append(f"- {page.emphasis}{page.label(quantity)}{page.emphasis}: {value}")
        lines.append("")
    return "\n".join(lines)


REPORTS: Final[Mapping[str, Callable[[Page], str]]] = {
    "report": report,
    "brief": brief,
    "before_and_after": before_and_after,
    "two_sections": two_sections,
}

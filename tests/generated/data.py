"""Ways to write a plan as data: JSON, YAML and TOML, with the key of every framework and the nesting of every author."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from tests.generated.page import Page, bare_key
from tests.generated.words import BARE_KEYS, kind

__all__ = ["DATA", "Number", "Tree", "as_json", "datum", "placement"]


class Number(str):
    """A number of a data file: written without quotes."""

    __slots__ = ()


Tree = Mapping[str, "Tree"] | list["Tree"] | Number | str | bool
"""A tree of data, its numbers marked."""


def as_json(value: Tree, indent: int = 0) -> str:
    """Write a tree as JSON; lists of plain values stand in one line."""
    pad = " " * (indent + 2)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return "[" + ", ".join(as_json(item) for item in value) + "]"
        return "[\n" + ",\n".join(pad + as_json(item, indent + 2) for item in value) + "\n" + " " * indent + "]"
    inner = ",\n".join(f"{pad}{json.dumps(key)}: {as_json(item, indent + 2)}" for key, item in value.items())
    return "{\n" + inner + "\n" + " " * indent + "}"


def _as_yaml(value: Tree, indent: int = 0) -> list[str]:
    assert isinstance(value, Mapping)
    lines: list[str] = []
    for key, item in value.items():
        if isinstance(item, Mapping):
            lines += [f"{' ' * indent}{key}:", *_as_yaml(item, indent + 2)]
        else:
            lines.append(f"{' ' * indent}{key}: {item if isinstance(item, str) else as_json(item)}")
    return lines


def datum(page: Page, quantity: str) -> tuple[str, Tree]:
    """A key and its value: a bare number under a key that says the unit, or a string that carries it."""
    if quantity in BARE_KEYS and page.random.random() < 0.3:
        return bare_key(page, quantity), page.unit(quantity, noun=quantity != "rate.tokens_per_gpu")
    key = page.key(quantity)
    if kind(quantity) == "params" and page.random.random() < 0.6:
        return key, page.unit(quantity, noun=False)
    return key, Number(page.under(key, quantity))


def _flat(page: Page) -> dict[str, Tree]:
    return dict(datum(page, quantity) for _, members in page.groups() for quantity in members)


_AXES: Final = {
    "parallel.tensor": ("tensor", "heads.per_gpu"),
    "parallel.pipeline": ("pipeline", "layers.per_stage"),
    "parallel.data": ("data", "batch.per_replica"),
    "parallel.expert": ("expert", "experts.per_gpu"),
    "parallel.context": ("context", ""),
}


def _nested(page: Page) -> dict[str, Tree]:
    """A block for each subject; the degrees by name, each in a block of its own, or under a framework's keys."""
    form = page.random.choice(("named", "block", "keys", "short"))
    found: dict[str, Tree] = {}
    for title, members in page.groups():
        block: dict[str, Tree] = {}
        told: list[str] = []
        for quantity in members:
            if quantity in told:
                continue
            if quantity not in _AXES or form == "keys":
                key, value = datum(page, quantity)
                block[key] = value
                continue
            name, below = _AXES[quantity]
            value = Number(page.bare(quantity))
            if form == "named":
                block[name] = value
            elif form == "short":
                block[quantity.partition(".")[2][0] + "p"] = value
            else:
                inner: dict[str, Tree] = {page.random.choice(("degree", "size")): value}
                if below in members:
                    key, value = datum(page, below)
                    inner[key] = value
                    told.append(below)
                block[page.random.choice((f"{name}_parallelism", f"{name}_parallel"))] = inner
        found[_SUBJECTS[title][page.random.randrange(3)]] = block
    return found


_SUBJECTS: Final = {
    "Hardware": ("hardware", "hardware_config", "hardware_environment"),
    "Model": ("model", "model_config", "model_configuration"),
    "Parallelism": ("parallelism", "parallel_strategy", "parallel_config"),
    "Batch": ("batch", "batch_config", "training"),
    "Memory": ("memory", "memory_breakdown", "memory_analysis"),
    "Performance": ("performance", "performance_metrics", "performance_projections"),
}


def _strings(page: Page) -> dict[str, Tree]:
    """Values as strings with their units, under keys that say none."""
    found: dict[str, Tree] = {}
    for title, members in page.groups():
        found[_SUBJECTS[title][0]] = {bare_key(page, quantity): page.unit(quantity, noun=kind(quantity) == "count") for quantity in members}
    return found


def placement(page: Page) -> dict[str, Tree]:
    """Which layers and GPUs each stage has, as ranges and lists of ids."""
    plan = page.plan
    layers, gpus = plan.count("layers.per_stage"), plan.count("gpus.per_stage")
    lists = gpus <= 16
    stages: dict[str, Tree] = {}
    for stage in range(plan.count("parallel.pipeline")):
        ids = range(stage * gpus, (stage + 1) * gpus)
        held: dict[str, Tree] = {"layers": f"{stage * layers}-{(stage + 1) * layers - 1}"}
        held["gpus"] = [Number(str(one)) for one in ids] if lists else f"{ids[0]}-{ids[-1]}"
        stages[f"stage_{stage}"] = held
    return stages


def _config(page: Page) -> dict[str, Tree]:
    """A whole deployment configuration: the figures, where everything is placed, and what was found valid."""
    found = _nested(page)
    found["module_division"] = placement(page)
    room = page.plan["memory.capacity"]
    fits: dict[str, Tree] = {
        "required_gb": Number(page.bare("memory.used", _GB)),
        "available_gb": Number(page.operand(str(room / _GB), room)),  # may be what is free
        "valid": True,
    }
    found["validation"] = {"memory": fits, "load_balanced": True}
    return found


_GB: Final = Fraction(10**9)


def json_nested(page: Page) -> str:
    return as_json(_nested(page)) + "\n"


def json_flat(page: Page) -> str:
    return as_json(_flat(page)) + "\n"


def json_strings(page: Page) -> str:
    return as_json(_strings(page)) + "\n"


def json_config(page: Page) -> str:
    return as_json(_config(page)) + "\n"


def yaml_nested(page: Page) -> str:
    return "\n".join(_as_yaml(_nested(page))) + "\n"


def yaml_flat(page: Page) -> str:
    return "\n".join(_as_yaml(_flat(page))) + "\n"


def toml(page: Page) -> str:
    lines = []
    for title, members in page.groups():
        lines += [
            f"[{_SUBJECTS[title][0]}]",
            *(f"{key} = {as_json(value)}" for key, value in dict(datum(page, one) for one in members).items()),
            "",
        ]
    return "\n".join(lines)


def json_fenced(page: Page) -> str:
    """A configuration inside a Markdown report."""
    return f"# Configuration\n\nThe settings of the job:\n\n```json\n{as_json(_nested(page))}\n```\n"


DATA: Final[Mapping[str, tuple[str, Callable[[Page], str]]]] = {
    "json_nested": ("plan.json", json_nested),
    "json_flat": ("plan.json", json_flat),
    "json_strings": ("plan.json", json_strings),
    "json_config": ("plan.json", json_config),
    "json_fenced": ("plan.md", json_fenced),
    "yaml_nested": ("plan.yaml", yaml_nested),
    "yaml_flat": ("plan.yaml", yaml_flat),
    "toml": ("plan.toml", toml),
}

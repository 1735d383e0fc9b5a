"""How many processes a launch starts and how many devices it may use: each program's own count, as its data says."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Final

from auditor.launches.model import Launch, Setting
from auditor.launches.programs import Program, programs
from auditor.relations.evaluate import UnknownError, value_of
from auditor.relations.language import names, read_expression

__all__ = ["with_world"]

_DEVICES: Final = (
    "cuda_visible_devices",
    "hip_visible_devices",
    "rocr_visible_devices",
    "nvidia_visible_devices",
    "ascend_rt_visible_devices",
)
_HOST: Final = re.compile(r"[\w.\-]{1,100}:(\d{1,3}(?:,\d{1,3}){0,63})")
_SLURM_NODES: Final = re.compile(r"\$\{?(?:SLURM_NNODES|SLURM_JOB_NUM_NODES)\}?")
_GRES: Final = re.compile(r"gpu(?::[A-Za-z][\w.\-]{0,30})?:(\d{1,3})")
_SLOTS: Final = re.compile(r"[\w.\-]{1,100}:(\d{1,3})")
_CONTAINER: Final = re.compile(r"(?:device=)?(\d{1,3}(?:,\d{1,3}){0,31})")


def with_world(launch: Launch) -> Launch:
    """Return the launch with what follows from its own counts: visible devices, nodes of the allocation, processes in all."""
    settings = dict(launch.settings)
    for name, setting in launch.settings.items():
        if setting.items:
            settings[f"{name}_sum"] = _worked_out(f"{name}_sum", sum(setting.items, Fraction(0)), (setting,))
            settings[f"{name}_most"] = _worked_out(f"{name}_most", max(setting.items), (setting,))
            settings[f"{name}_product"] = _worked_out(f"{name}_product", prod(setting.items, start=Fraction(1)), (setting,))
    _devices(settings)
    _hosts(settings)
    _container(settings)
    _allocation(settings)
    world = _world(launch, settings)
    if world is not None and "world" not in settings:
        settings["world"] = world
    return replace(launch, settings=settings)


def _worked_out(name: str, value: Fraction, parts: tuple[Setting, ...], text: str = "") -> Setting:
    return Setting(name, text or str(value), value, parts=parts)


def _devices(settings: dict[str, Setting]) -> None:
    found = [settings[name] for name in _DEVICES if name in settings]
    if len(found) != 1:
        return
    listed = [one.strip() for one in found[0].text.strip("\"'").split(",")]
    if any(re.fullmatch(r"MIG-[\w\-/]{4,80}", one) for one in listed):
        # of several slices a process enumerates one: NVIDIA, MIG user guide, CUDA_VISIBLE_DEVICES
        settings["visible"] = _worked_out("visible", Fraction(1), (found[0],))
        settings["slices"] = _worked_out("slices", Fraction(len(listed)), (found[0],))
    elif all(re.fullmatch(r"\d{1,3}|GPU-[\w\-/]{4,80}", one) for one in listed) and len(set(listed)) == len(listed):
        numbers = tuple(Fraction(one) for one in listed) if all(one.isdecimal() for one in listed) else ()
        settings["visible"] = replace(_worked_out("visible", Fraction(len(listed)), (found[0],)), items=numbers)


def _hosts(settings: dict[str, Setting]) -> None:
    """DeepSpeed's `--include host:0,1@host:0,1`, and SLURM's `--gres=gpu:h100:8`."""
    include = settings.get("include")
    if include is not None:
        hosts = [_HOST.fullmatch(part) for part in include.text.strip("\"'").split("@")]
        if all(hosts):
            devices = [len(set(host.group(1).split(","))) for host in hosts if host]
            settings["included"] = _worked_out("included", Fraction(sum(devices)), (include,))
    slots = settings.get("hosts")
    if slots is not None:
        counts = [_SLOTS.fullmatch(part) for part in slots.text.strip("\"'").split(",")]
        if all(counts):
            settings["host_slots"] = _worked_out("host_slots", Fraction(sum(int(one.group(1)) for one in counts if one)), (slots,))
    gres = settings.get("gres")
    found = _GRES.search(gres.text) if gres is not None else None
    if gres is not None and found is not None and "alloc_gpus_per_node" not in settings:
        settings["alloc_gpus_per_node"] = _worked_out("alloc_gpus_per_node", Fraction(found.group(1)), (gres,))


def _container(settings: dict[str, Setting]) -> None:
    """The GPUs of a container: `--gpus 2`, `--gpus '"device=0,1"'`; `all` says no number."""
    gpus = settings.get("container_gpus")
    found = _CONTAINER.fullmatch(gpus.text.strip("\"' ")) if gpus is not None else None
    if gpus is not None and found is not None and "pod_gpus" not in settings:
        listed = found.group(1).split(",")
        count = len(set(listed)) if "device=" in gpus.text else int(listed[0]) if len(listed) == 1 else 0
        if count:
            settings["pod_gpus"] = _worked_out("pod_gpus", Fraction(count), (gpus,))
        if "device=" in gpus.text and "visible" not in settings:
            items = tuple(Fraction(one) for one in listed)
            settings["container_devices"] = replace(_worked_out("container_devices", Fraction(count), (gpus,)), items=items)


def _allocation(settings: dict[str, Setting]) -> None:
    """A number of nodes that SLURM fills in is that of the allocation."""
    nodes, allocated = settings.get("nodes"), settings.get("alloc_nodes")
    if nodes is not None and allocated is not None and nodes.value is None and _SLURM_NODES.fullmatch(nodes.text.strip("\"'")):
        settings["nodes"] = Setting("nodes", allocated.text, allocated.value, allocated.span, nodes.spelled, nodes.program)


def _world(launch: Launch, settings: dict[str, Setting]) -> Setting | None:
    for name in reversed(launch.programs):
        program = programs()[name]
        for formula in filter(None, (part.strip() for part in program.world.split("|"))):
            expression = read_expression(formula)
            used = names(expression)
            if not any(one in settings and settings[one].program in (name, "") for one in used):
                continue
            values = {one: value for one in used if (value := _known(settings, program, one, launch)) is not None}
            if any(one in settings and settings[one].value is None for one in used):
                return None  # its own count, and not to be known
            if len(values) < len(used):
                continue
            try:
                value = value_of(expression, values)
            except UnknownError:
                return None
            parts = tuple(settings[one] for one in used if one in settings)
            return Setting("world", str(value), value, parts=parts, spelled=formula, program=name)
    return None


def _known(settings: dict[str, Setting], program: Program, name: str, launch: Launch) -> Fraction | None:
    """Return a setting's value, or the program's default of what a command does not set."""
    setting = settings.get(name)
    if setting is not None:
        return setting.value
    default = next((option.default for option in program.options.values() if option.name == name), "") if launch.command else ""
    return Fraction(default) if default.isdecimal() else None

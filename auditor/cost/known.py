"""What the catalog knows of a model or a GPU, in the form an estimate starts from."""

from __future__ import annotations

from typing import Final

from auditor.cost.amount import amount
from auditor.cost.architecture import Architecture
from auditor.cost.catalog import Hardware, Model, find_hardware, find_models, hardware, models
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.plan_facts import Device, ParameterCount

__all__ = ["device_by_name", "device_of", "model_by_name", "model_of"]

_CATALOG: Final = "auditor.cost.catalog"
_FORMATS: Final = ("fp32", "tf32", "bf16", "fp16", "fp8", "fp4", "int8")


def model_by_name(name: str) -> Architecture | ParameterCount:
    """Return what the catalog knows of the one model that `name` means: its shape, or else its parameter counts.

    Raises `ImpossiblePlanError` for a name that no model or several models have.
    """
    model = models(name)
    if model is None:
        raise _unclear("model", name, [found.name for found in find_models(name)], "models")
    return model_of(model)


def model_of(model: Model) -> Architecture | ParameterCount:
    """Return a catalogued model's shape, or its parameter counts where the formulas do not describe its design.

    Raises `ImpossiblePlanError` where the catalog has neither.
    """
    if model.architecture is not None:
        return model.architecture
    total, active = (next(iter(model.quoted(quantity)), None) for quantity in ("model.params", "model.params_active"))
    if total is None:
        raise ImpossiblePlanError("model", f"nothing is known of the size of {model.name}", _CATALOG)
    # Of hybrids only a rounded count of active parameters is known, which may exceed the exact total of a dense one.
    return ParameterCount(model.name, int(total.value), None if active is None or active.value >= total.value else int(active.value))


def device_by_name(name: str) -> Device:
    """Return the catalog's part that `name` means; `ImpossiblePlanError` for a name that no part or several parts have."""
    part = hardware(name)
    if part is None:
        raise _unclear("hardware", name, [found.name for found in find_hardware(name)], "hardware")
    return device_of(part)


def device_of(part: Hardware) -> Device:
    """Return a catalogued part: dense peaks (FLOP/s), memory (byte), memory bandwidth and one-way link bandwidth (byte/s)."""
    peaks = tuple((math, amount("peak", peak.value, peak.unit)) for math in _FORMATS if (peak := part.peak(math)) is not None)
    memory, bandwidth, link = part.memory, part.memory_bandwidth, part.link_bandwidth
    rates = [peak for math in _FORMATS if (peak := part.peak(math)) is not None and math in {"bf16", "fp16", "fp8"}]
    return Device(
        part.name,
        amount("memory", memory.value, memory.unit),
        amount("bandwidth", bandwidth.value, bandwidth.unit),
        amount("link", link.value / 2, link.unit),
        peaks,
        f"catalog, {part.name}: memory {memory.grade.value}, bandwidth {bandwidth.grade.value}, link {link.grade.value}",
        all(figure.grade.firm for figure in (memory, bandwidth, *rates)),
    )


def _unclear(field: str, name: str, found: list[str], kind: str) -> ImpossiblePlanError:
    shown = name[:60]
    if found:
        return ImpossiblePlanError(field, f"{shown!r} may be any of {', '.join(found[:8])}; name one", _CATALOG)
    return ImpossiblePlanError(field, f"{shown!r} is not in the catalog; `audit catalog {kind}` lists what is", _CATALOG)

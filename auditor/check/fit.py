"""Does it fit: lower bounds of what a launch puts on a GPU against the most a GPU of that name can hold.

Every bound is a real one: parameters without scales and padding, spread over all GPUs that could share them, in the narrowest
form the launch allows, against the total that the driver shows, else the nominal memory read as GiB, which is more. What
is offloaded, adapted or not known raises nothing. Sources: docs/cost-model.md; Rajbhandari et al. 2020 (states); vLLM
v1/core/kv_cache_utils.py (a server that cannot hold one sequence does not start).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from auditor.check.subject import Subject
from auditor.cost.architecture import Architecture
from auditor.cost.catalog import Model
from auditor.cost.formats import FORMATS, Format
from auditor.cost.kv_cache import per_sequence
from auditor.cost.params import total_parameters
from auditor.findings import Operand, Outcome, Place, Repair, Severity, Step
from auditor.launches.described import narrowed
from auditor.launches.facts import models_of, weight_format
from auditor.launches.model import Launch, Setting
from auditor.records import dataclass
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span

__all__ = ["frozen", "gguf", "sequence", "states", "summary", "weights"]

_GIB: Final = 2**30
_LEAST_SHARE: Final = Fraction(97, 100)
"""Of a headline count: what a checkpoint of that name has at least."""
_LEAST_OF_A_SHAPE: Final = Fraction(995, 1000)
"""Of a count by the shape, which is exact but for vectors that a format leaves out."""
_WIDTHS: Final = {"float32": 4, "fp32": 4, "float": 4, "bfloat16": 2, "bf16": 2, "float16": 2, "fp16": 2, "half": 2}
_FORMAT_WIDTHS: Final = {
    "bf16": Fraction(2),
    "fp8": Fraction(1),
    "int8": Fraction(1),
    "awq": Fraction(1, 2),
    "gptq": Fraction(1, 4),
    "int4": Fraction(1, 2),
    "nvfp4": Fraction(1, 2),
    "mxfp4": Fraction(1, 2),
    "bitsandbytes": Fraction(1, 2),
    "bnb": Fraction(1, 2),
    "4bit": Fraction(1, 2),
    "8bit": Fraction(1),
}
_TYPE_OF_FILE: Final = re.compile(r"(?<![a-z0-9])((?:ud[-_])?i?q\d(?:_[a-z0-9]{1,3}){1,2}|bf16|fp?16|fp?32)(?![a-z0-9_])", re.IGNORECASE)
"""The type of quantisation in the name of a GGUF file; one of another recipe (`UD-`) is a name of its own."""
_MOST_RANKS: Final = 4096
_MOST_TOKENS: Final = 10**9
_FILLED: Final = Fraction(97, 100)
"""Of a GPU's memory: with more than this in weights nothing is left for the context of the driver, activations and one block of cache."""
_STORED: Final = {"fp8": Fraction(1), "mxfp4": Fraction(1, 2), "nvfp4": Fraction(1, 2), "fp4": Fraction(1, 2), "int4": Fraction(1, 2)}
"""Least bytes of a parameter in the forms that makers publish."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a launch is known to put on GPUs of one name."""

    launch: Launch
    model: Setting
    entry: Model
    parameters: Fraction
    memory: Fraction
    """Bytes: the most that a GPU can hold."""
    gpu: Setting
    narrowed: bool
    """The model is named by prose, which speaks of narrow forms too: which of them the weights have is not known."""


def _known(subject: Subject, rule: Rule, launch: Launch) -> _Known | None:
    """Return model and memory of a launch where its names mean one entry each and nothing lies elsewhere."""
    named, found = models_of(launch, subject.document)
    memory = launch.get("gpu_memory")
    if named is None or len(found) != 1 or memory is None or memory.value is None or not memory.parts:
        return None
    if any(_is_on(launch.get(name)) for name in rule.options["elsewhere"]):
        return None
    count = _parameters(found[0])
    if count is None:
        return None
    unsure = not named.program and not {"quantization", "dtype"} & launch.settings.keys() and narrowed(subject.document)
    return _Known(launch, named, found[0], count, memory.value, memory.parts[0], unsure)


def _is_on(setting: Setting | None) -> bool:
    if setting is None or setting.value == 0:
        return False
    return setting.word not in ("none", "null", "false", "no", "off", "0", "")


def _parameters(model: Model) -> Fraction | None:
    """Return the least number of parameters a checkpoint of the model has."""
    if model.architecture is not None:
        return Fraction(total_parameters(model.architecture).value) * _LEAST_OF_A_SHAPE
    counts = [figure.value for figure in model.quoted("model.params")]
    return min(counts) * _LEAST_SHARE if counts else None


def _told(model: Model) -> str:
    return "by its shape" if model.architecture is not None else "97 % of it"


def _ways(launch: Launch, names: Sequence[str]) -> Fraction | None:
    """Return the product of the degrees; None where one is set to what cannot be known."""
    product = Fraction(1)
    for name in names:
        setting = launch.get(name)
        if setting is None:
            continue
        if setting.value is None or not 1 <= setting.value <= _MOST_RANKS:
            return None
        product *= setting.value
    return product


def _spread(launch: Launch, entry: Model, world: Sequence[str]) -> tuple[Fraction, tuple[Setting, ...]] | None:
    """Return over how many GPUs at most one copy of the weights can lie, and the settings that say so.

    Experts may be spread over data-parallel ranks too; a stated number of GPUs counts where it is larger.
    """
    degrees = ["tp", "pp", "pcp", "cp"]
    shape = entry.architecture
    if shape is None or shape.experts is not None:
        degrees += ["dp", "ep"]
    ways = _ways(launch, degrees)
    counts = [launch.get(name) for name in world]
    if ways is None or any(setting is not None and setting.value is None for setting in counts):
        return None
    stated = [setting for setting in counts if setting is not None and setting.value is not None]
    named = [setting for name in degrees if (setting := launch.get(name)) is not None]
    if not stated and not named and not launch.command:
        return None
    most = max([ways, *(setting.value for setting in stated if setting.value is not None)])
    return most, (*named, *stated)


def _width(known: _Known) -> tuple[Fraction, str] | None:
    """Return the least bytes of a parameter as the launch and the checkpoint's name say; None where that is not known."""
    launch = known.launch
    if _is_on(launch.get("four_bit")):
        return Fraction(1, 2), "4 bits"
    if _is_on(launch.get("eight_bit")):
        return Fraction(1), "8 bits"
    stored = weight_format(launch)
    if stored:
        width = _FORMAT_WIDTHS.get(stored)
        return None if width is None else (width, stored)
    if known.narrowed or re.search(r"quant|\bq\d|bit\b|gguf|exl|hqq", known.model.text, re.IGNORECASE):
        return None
    if known.entry.stored:
        return _STORED[known.entry.stored], "as published"
    dtype = launch.get("dtype")
    if dtype is None or dtype.word == "auto":
        return Fraction(2), "16 bits as published"
    width_of = _WIDTHS.get(dtype.word)
    return None if width_of is None else (Fraction(width_of), dtype.word)


def _fraction(launch: Launch, data: Mapping[str, Any]) -> Fraction:
    """Return the share of a GPU's memory that the server takes: as set, of a command the largest default of all versions, else all."""
    share = launch.get("mem_fraction")
    if share is not None:
        return share.value if share.value is not None and 0 < share.value <= 1 else Fraction(1)
    defaults = data.get("fractions", {}) if launch.command else {}
    return min((Fraction(str(defaults[name])) for name in launch.programs if name in defaults), default=Fraction(1))


def _counted(known: _Known) -> Operand:
    """Return the operand of a step that the parameters of a launch's model are."""
    origin = f"catalog: {known.entry.name}, {_told(known.entry)}"
    return Operand("parameters", known.entry.name, known.parameters, known.parameters, None, origin)


def _gib(value: Fraction) -> str:
    return f"{float(value / _GIB):.1f} GiB"


def _gb(value: Fraction) -> str:
    return f"{float(value / 10**9):.1f} GB"


def _places(settings: Sequence[Setting]) -> tuple[Place, ...]:
    """Return a place for each written setting, once."""
    found: dict[Span, Place] = {}
    for setting in settings:
        for one in setting.written:
            if one.span is not None and not one.path:
                found.setdefault(one.span, Place(one.span, f"{one.spelled or one.name} {one.text}"[:80]))
    return tuple(found.values())


def _gpus(ways: Fraction) -> str:
    return "GPU" if ways == 1 else "GPUs"


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.0f} %"


def _too_much(
    rule: Rule,
    places: Sequence[Place],
    message: str,
    step: Step,
    claimed: str,
    expected: str,
    repair: str = "",
    severity: Severity | None = None,
) -> Outcome:
    spans = tuple(place.span for place in places)
    repairs = (Repair(repair),) if repair else ()
    return rule.contradicted(
        spans,
        message,
        places[0],
        related=tuple(places[1:]),
        severity=severity,
        claimed=claimed,
        expected=expected,
        derivation=(step,),
        repairs=repairs,
        basis=spans,
    )


# --- weights of a server


def weights(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The weights that a server puts on each GPU are no more than the GPU holds."""
    data = rule.options
    for launch in subject.launches:
        if not any(name in data["programs"] for name in launch.programs) or _trains(launch, data):
            continue
        known = _known(subject, rule, launch)
        spread = _spread(launch, known.entry, data["world"]) if known is not None else None
        width = _width(known) if known is not None else None
        if known is None or spread is None or width is None:
            continue
        yield _weighed(rule, known, spread, width, _fraction(launch, data))


def _weighed(
    rule: Rule, known: _Known, spread: tuple[Fraction, tuple[Setting, ...]], width: tuple[Fraction, str], fraction: Fraction
) -> Outcome:
    ways, settings = spread
    least = known.parameters * width[0] / ways
    most = known.memory * fraction
    places = _places((*settings, known.model, known.gpu))
    step = Step.exact(
        "parameters * bytes of a parameter / GPUs",
        f"{plain(known.parameters)} * {plain(width[0])} / {plain(ways)}",
        f"{_gb(least)} on each GPU at least",
        (_counted(known),),
        least,
    )
    enough = -(-(known.parameters * width[0]) // (most * _FILLED))
    if most * _FILLED < least <= most:
        message = (
            f"{known.entry.name} in {width[1]} puts at least {_gb(least)} of weights on each of {plain(ways)} {_gpus(ways)}: "
            f"{_percent(least / most)} of the {_gib(most)} there are at most, which leaves nothing to work with"
        )
        expected = f"less than {_percent(_FILLED)} of {_gib(most)}"
        repair = f"{enough} GPUs or more leave room beside the weights"
        return _too_much(rule, places, message, step, _gb(least), expected, repair, severity=Severity.WARNING)
    if least <= most:
        return rule.held(tuple(place.span for place in places), f"{_gb(least)} of weights at least, {_gib(most)}")
    message = (
        f"{known.entry.name} in {width[1]} puts at least {_gb(least)} of weights on each of {plain(ways)} "
        f"{_gpus(ways)}, which hold {_gib(most)} at most"
    )
    return _too_much(rule, places, message, step, _gb(least), f"{_gib(most)} at most", f"{enough} GPUs or more would hold the weights")


def _trains(launch: Launch, data: Mapping[str, Any]) -> bool:
    method = launch.get("method")
    return any(name in launch.settings for name in data["trains"]) or (method is not None and method.word in data["methods"])


# --- states of a training


def states(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Weights, gradients and states of a full training are no more than the GPUs hold."""
    data = rule.options
    for launch in subject.launches:
        stage = launch.get("zero_stage")
        if stage is None or stage.value not in (0, 1, 2, 3) or not _is_full(launch, data):
            continue
        read = _is_read(launch, stage)
        if "ds_config" in launch.settings and not (read and "method" in launch.settings):
            continue  # what the configuration offloads is not known, or whether the script trains all parameters
        known = _known(subject, rule, launch)
        devices = _devices(subject, launch, data) if known is not None else None
        if known is None or devices is None or (any(name in launch.settings for name in ("tp", "pp")) and _ways(launch, ("tp", "pp")) != 1):
            continue
        full = read and not any(_is_on(launch.get(name)) for name in data["narrow_states"])
        yield _stated(rule, known, stage, devices, full=full)


def _is_read(launch: Launch, stage: Setting) -> bool:
    """Tell whether the stage stands in the configuration of DeepSpeed that the launch names, which is then all there is of it."""
    named = launch.get("ds_config")
    if named is None:
        return False
    name = named.text.strip("\"'").rsplit("/", 1)[-1]
    return stage.path.replace("\\", "/").rsplit("/", 1)[-1] == name


def _is_full(launch: Launch, data: Mapping[str, Any]) -> bool:
    """Tell whether a launch trains all parameters with an optimizer that keeps two moments."""
    optimizer, method = launch.get("optimizer"), launch.get("method")
    if optimizer is None and "generic" in launch.programs and len(launch.programs) < 3:
        return False
    if optimizer is not None and optimizer.word not in data["optimizers"]:
        return False
    if method is not None and method.word not in data["methods"]:
        return False
    if any(_is_on(launch.get(name)) for name in data["adapters"]):
        return False
    return method is not None or any(name in data["programs"] for name in launch.programs)


def _stated(rule: Rule, known: _Known, stage: Setting, devices: tuple[Fraction, tuple[Setting, ...]], *, full: bool) -> Outcome:
    """Judge bytes of weights, gradients and states a parameter, each divided as the stage of ZeRO does.

    They are 2, 2 and 4 at the least; where the whole configuration is known (`full`), 2, 2 and 12: DeepSpeed keeps a copy of the weights
    and two moments in 32 bits (deepspeed/runtime/zero/stage_1_and_2.py, stage3.py: the partitions in fp32).
    """
    level, world = int(stage.value or 0), devices[0]
    each = [(2, 3), (2, 2), (12 if full else 4, 1)]
    bytes_in_all = sum(width for width, _ in each)
    least = sum((known.parameters * width / (world if level >= divided else 1) for width, divided in each), Fraction(0))
    written = " + ".join(f"{width} / {plain(world)}" if level >= divided else f"{width}" for width, divided in each)
    places = _places((*devices[1], stage, known.model, known.gpu))
    step = Step.exact(
        "parameters * (weights + gradients + states)",
        f"{plain(known.parameters)} * ({written})",
        f"{_gb(least)} on each GPU at least",
        (_counted(known),),
        least,
    )
    if least <= known.memory:
        return rule.held(tuple(one.span for one in places), f"{_gb(least)} of states at least, {_gib(known.memory)}")
    message = (
        f"training all of {known.entry.name} takes at least {_gb(least)} on each of {plain(world)} GPUs "
        f"{'with states in 32 bits' if full else 'even with all states in 16 bits'} (ZeRO {level}); they hold {_gib(known.memory)} at most"
    )
    enough = -(-(known.parameters * bytes_in_all) // known.memory)
    repair = f"{enough} GPUs or more with ZeRO 3, or adapters instead of all parameters"
    return _too_much(rule, places, message, step, _gb(least), f"{_gib(known.memory)} at most", repair)


# --- frozen weights below adapters


def frozen(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The frozen weights under an adapter, divided over all GPUs there can be, are no more than a GPU holds."""
    data = rule.options
    for launch in subject.launches:
        known = _known(subject, rule, launch) if _adapts(launch, data) else None
        width = _width(known) if known is not None else None
        devices = _devices(subject, launch, data)
        if known is not None and width is not None and devices is not None:
            yield _weighed(rule, known, (devices[0], devices[1]), width, Fraction(1))


def _adapts(launch: Launch, data: Mapping[str, Any]) -> bool:
    """Tell whether a launch trains adapters only, with nothing that keeps weights off the GPUs."""
    method = launch.get("method")
    adapter = launch.get("adapter")
    named = (method is not None and method.word in data["adapting"]) or (adapter is not None and adapter.word in data["adapting"])
    return named and any(name in data["programs"] for name in launch.programs)


def _devices(subject: Subject, launch: Launch, data: Mapping[str, Any]) -> tuple[Fraction, tuple[Setting, ...]] | None:
    """Return the most GPUs of a launch as it or its document says: of GPUs and nodes told beside each other, all that they can come to."""
    stated = [one for name in data["world"] if (one := launch.get(name)) is not None]
    if any(one.value is None for one in stated):
        return None
    if stated:
        return max(one.value for one in stated if one.value is not None), tuple(stated)
    gpus, nodes = (
        [claim.interval.high for claim in subject.quantities(names)] for names in (("gpus", "gpus.available", "gpus.per_node"), ("nodes",))
    )
    if not gpus or None in gpus or None in nodes:
        return None
    most = max(Fraction(one) for one in gpus if one is not None)
    return most * max((Fraction(one) for one in nodes if one is not None), default=Fraction(1)), ()


# --- one sequence in the cache


def sequence(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What the weights leave of the memory holds the cache of one sequence of the longest length."""
    data = rule.options
    for launch in subject.launches:
        if not any(name in data["programs"] for name in launch.programs) or _trains(launch, data):
            continue
        known = _known(subject, rule, launch)
        length = launch.get("max_len")
        if known is None or length is None or length.value is None or not 1 < length.value <= 10**8:
            continue
        shape = known.entry.architecture
        spread = _spread(launch, known.entry, data["world"])
        width = _width(known)
        if shape is None or spread is None or width is None or shape.indexer is not None:
            continue
        outcome = _cached(rule, known, shape, spread, width[0], length)
        if outcome is not None:
            yield outcome


def _cached(
    rule: Rule, known: _Known, shape: Architecture, spread: tuple[Fraction, tuple[Setting, ...]], width: Fraction, length: Setting
) -> Outcome | None:
    launch = known.launch
    stored = launch.get("kv_dtype")
    narrow = stored is not None and stored.word not in ("auto", "bf16", "bfloat16", "fp16", "float16", "half")
    if narrow and stored is not None and "8" not in stored.word:
        return None
    share = launch.get("mem_fraction")
    fraction = share.value if share is not None and share.value is not None and 0 < share.value <= 1 else Fraction(1)
    tokens = int(length.value or 0)
    # The least that any layout keeps on a GPU: divided over all GPUs the weights can lie on, latent caches included.
    cache = per_sequence(shape, tokens, FORMATS["fp8" if narrow else "bf16"]).value / spread[0]
    held = known.parameters * width / spread[0]
    room = known.memory * fraction - held
    places = _places((length, *spread[1], known.model, known.gpu))
    if room <= 0:
        return None  # the weights alone do not fit: another rule's
    if cache <= room:
        return rule.held(tuple(one.span for one in places), f"{_gb(cache)} of {_gb(room)} for a sequence")
    most = int(tokens * room / cache)
    whole = cache * spread[0]
    step = Step.exact(
        "cache of a sequence / GPUs",
        f"{plain(whole)} / {plain(spread[0])}",
        f"{_gb(cache)} on each GPU at least",
        (Operand("cache of a sequence", plain(whole), whole, whole, None, f"catalog: {known.entry.name}"),),
        cache,
    )
    message = (
        f"one sequence of {tokens:,} tokens takes at least {_gb(cache)} of cache on each GPU; beside {_gb(held)} of weights "
        f"{_gib(known.memory * fraction)} leave {_gb(room)}"
    )
    repair = f"a length of {most:,} at most"
    if not narrow:
        repair += f", or {_longest(shape, spread[0], room, FORMATS['fp8']):,} with a cache of 8 bits"
    return _too_much(rule, places, message, step, f"{tokens:,} tokens", f"{most:,} tokens at most", repair)


# --- a file of llama.cpp on its cards


def gguf(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """What llama.cpp puts on its cards, where it puts all layers there, is no more than they hold: matrices and the cache it reserves.

    The table of input vectors stays on the host (src/llama-model.cpp: load_tensors), and is not counted.
    """
    data = rule.options
    for launch in subject.launches:
        known = _known(subject, rule, launch) if data["program"] in launch.programs else None
        shape = known.entry.architecture if known is not None else None
        form = _type_of_file(known.model.text, data["types"]) if known is not None else None
        if known is None or shape is None or form is None or not _all_layers(launch, shape):
            continue
        devices = _cards(subject, launch, data)
        if devices is not None:
            yield _filled(rule, known, shape, form, devices)


def _type_of_file(name: str, types: Mapping[str, str]) -> Format | None:
    """Return the narrowest form of a matrix in a file of this name, where all types that it names agree on one."""
    found = {types.get(one.lower(), "") for one in _TYPE_OF_FILE.findall(name)}
    form = found.pop() if len(found) == 1 else ""
    return FORMATS.get(form)


def _all_layers(launch: Launch, shape: Architecture) -> bool:
    """Tell whether a launch sets that every layer and the output lie on the cards."""
    layers = launch.get("gpu_layers")
    return layers is not None and (layers.word == "all" or (layers.value is not None and layers.value > shape.layers))


def _cards(subject: Subject, launch: Launch, data: Mapping[str, Any]) -> tuple[Fraction, tuple[Setting, ...]] | None:
    """Return over how many cards the file is spread: one with `--split-mode none`, those made visible, else what the document counts."""
    split, visible = launch.get("split_mode"), launch.get("visible")
    if split is not None and split.word == "none":
        return Fraction(1), (split,)
    if visible is not None:
        return (visible.value, (visible,)) if visible.value is not None and visible.value >= 1 else None
    return _devices(subject, launch, data)


def _filled(rule: Rule, known: _Known, shape: Architecture, form: Format, devices: tuple[Fraction, tuple[Setting, ...]]) -> Outcome:
    launch = known.launch
    layers, length = launch.get("gpu_layers"), launch.get("max_len")
    held = (known.parameters - shape.vocab * shape.hidden) * form.bytes
    cells = 0 if length is None or length.value is None or not 1 <= length.value <= _MOST_TOKENS else int(length.value)
    stored = [_cache_form(launch.get(name), rule.options["types"]) for name in ("kv_dtype", "v_dtype")]
    narrow = min((one for one in stored if one is not None), key=lambda one: one.bytes, default=None)
    kept = cells and narrow is not None and None not in stored and shape.indexer is None
    cache = per_sequence(shape, cells, narrow).value if kept and narrow is not None else Fraction(0)
    least = held + cache
    most = known.memory * devices[0]
    places = _places(
        (*((length,) if cache and length is not None else ()), *devices[1], *((layers,) if layers else ()), known.model, known.gpu)
    )
    origin = f"catalog: {known.entry.name}"
    matrices = known.parameters - shape.vocab * shape.hidden
    step = Step.exact(
        "matrices * bytes of a parameter + cache" if cache else "matrices * bytes of a parameter",
        f"{plain(matrices)} * {plain(form.bytes)}" + (f" + {plain(cache)}" if cache else ""),
        f"{_gb(least)} at least",
        (
            Operand("matrices", plain(matrices), matrices, matrices, None, f"{origin}, without the vectors of the input"),
            Operand("bytes of a parameter", plain(form.bytes), form.bytes, form.bytes, None, f"{form.name}: {form.source}"),
            *((Operand("cache", plain(cache), cache, cache, None, f"{origin}, {cells} tokens"),) if cache else ()),
        ),
        least,
    )
    if least <= most:
        return rule.held(tuple(place.span for place in places), f"{_gb(least)} at least, {_gib(most)}")
    with_cache = f" and {_gb(cache)} of cache for {cells:,} tokens" if cache else ""
    message = (
        f"{known.entry.name} with all layers in {form.name} at least puts {_gb(held)} of weights{with_cache} on {plain(devices[0])} "
        f"{_gpus(devices[0])}, which {'holds' if devices[0] == 1 else 'hold'} {_gib(most)} at most"
    )
    layers_held = int(shape.layers * max(most - cache, Fraction(0)) / held)
    repair = f"about {layers_held} of {shape.layers} layers on the {_gpus(devices[0])}, or a narrower file"
    return _too_much(rule, places, message, step, _gb(least), f"{_gib(most)} at most", repair)


def _cache_form(setting: Setting | None, types: Mapping[str, str]) -> Format | None:
    """Return the form of one half of a cache, which is 16 bits where nothing is set."""
    return FORMATS.get(types.get(setting.word, "")) if setting is not None else FORMATS["fp16"]


# --- what follows, in a table


def summary(subject: Subject, rule: Rule, launch: Launch) -> tuple[tuple[str, str], ...]:
    """Return what a launch sets and what follows from it, as rows of (what, how much); `rule` gives the published widths.

    Weights and caches are lower bounds, lengths and counts of sequences upper ones.
    """
    rows = [(name, _shown(launch.settings[name])) for name in rule.options["shown"] if name in launch.settings]
    known = _known(subject, rule, launch)
    if known is None:
        return tuple(rows)
    data = rule.options
    spread, width = _spread(launch, known.entry, data["world"]), _width(known)
    rows.append(("memory of a GPU", f"{_gib(known.memory)} at most ({known.gpu.text[:40]})"))
    if spread is None or width is None:
        return tuple(rows)
    held = known.parameters * width[0] / spread[0]
    room = known.memory * _fraction(launch, data) - held
    rows.append(("weights on a GPU", f"{_gb(held)} at least ({known.entry.name}, {width[1]})"))
    rows.append(("left on a GPU", f"{_gb(room)} at most"))
    whole = known.parameters * width[0]
    fewest = -(-whole // (known.memory * _fraction(launch, data) * _FILLED))
    rows.append(("GPUs that hold the weights", f"{fewest} at least"))
    shape = known.entry.architecture
    if shape is not None and shape.indexer is None and room > 0:
        rows.extend(_lengths(launch, shape, spread[0], room))
    return tuple(rows)


def _lengths(launch: Launch, shape: Architecture, ways: Fraction, room: Fraction) -> Iterator[tuple[str, str]]:
    stored = launch.get("kv_dtype")
    form = FORMATS["fp8" if stored is not None and "8" in stored.word else "bf16"]
    token = per_sequence(shape, 1, form).value / ways
    yield "cache of a token on a GPU", f"{float(token):,.0f} bytes at least"
    yield "tokens the cache holds", f"{int(room / token):,} at most"
    yield "longest sequence", f"{_longest(shape, ways, room, form):,} tokens at most"
    if form is not FORMATS["fp8"]:
        yield "longest with a cache of 8 bits", f"{_longest(shape, ways, room, FORMATS['fp8']):,} tokens at most"
    length = launch.get("max_len")
    if length is not None and length.value is not None and length.value > 1:
        one = per_sequence(shape, int(length.value), form).value / ways
        yield f"sequences of {int(length.value):,} tokens at once", f"{int(room / one):,} at most"


def _longest(shape: Architecture, ways: Fraction, room: Fraction, form: Format) -> int:
    """Return the most tokens of one sequence whose cache a GPU has room for; layers with windows keep no more than those."""
    low, high = 0, _MOST_TOKENS
    while low < high:
        middle = (low + high + 1) // 2
        if per_sequence(shape, middle, form).value / ways <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _shown(setting: Setting) -> str:
    spelled = f" ({setting.spelled})" if setting.spelled and setting.spelled != setting.name else ""
    origin = f" ({setting.origin or setting.path})" if setting.origin or setting.path else ""
    return f"{setting.text}{spelled}{origin}"[:100]

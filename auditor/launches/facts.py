"""What names say: a launch with the shape of the model it names and the memory of the GPU, where the name means one entry.

What the launch sets itself is never replaced. Of a name that may mean several entries only what all of them agree on counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.cost.catalog import Hardware, Model, find_hardware, find_models
from auditor.launches.model import Launch, Setting
from auditor.launches.read import launches
from auditor.launches.worlds import with_world
from auditor.remember import once_for
from auditor.spans import Span
from auditor.statements import Document, Kind, Statement

__all__ = ["MODEL_FILES", "block_checkpoint", "hardware_of", "joined", "models_of"]

_MOST: Final = 2000
_LONGEST: Final = 300
_GIB: Final = 2**30
_SHOWN: Final = "shown by the driver"
_BLOCK: Final = 128
"""Rows and columns that share a scale in the FP8 checkpoints of these makers."""
_BLOCK_MAKERS: Final = re.compile(r"(?:^|/)(?:qwen|deepseek-ai|minimaxai)/", re.IGNORECASE)
_SUFFIXES: Final = (
    ("fp8", re.compile(r"(?:^|[-_/.])fp8(?:$|[-_/.])", re.IGNORECASE)),
    ("nvfp4", re.compile(r"(?:^|[-_/.])(?:nvfp4|fp4)(?:$|[-_/.])", re.IGNORECASE)),
    ("mxfp4", re.compile(r"(?:^|[-_/.])mxfp4(?:$|[-_/.])", re.IGNORECASE)),
    ("awq", re.compile(r"(?:^|[-_/.])awq(?:$|[-_/.])", re.IGNORECASE)),
    ("gptq", re.compile(r"(?:^|[-_/.])gptq(?:$|[-_/.])", re.IGNORECASE)),
    ("int8", re.compile(r"(?:^|[-_/.])(?:int8|w8a8|8bit)(?:$|[-_/.])", re.IGNORECASE)),
    ("int4", re.compile(r"(?:^|[-_/.])(?:int4|w4a16|4bit|bnb-4bit)(?:$|[-_/.])", re.IGNORECASE)),
    ("gguf", re.compile(r"gguf|(?:^|[-_.])q[2-8]_", re.IGNORECASE)),
    ("bf16", re.compile(r"(?:^|[-_/.])(?:bf16|bfloat16|fp16)(?:$|[-_/.])", re.IGNORECASE)),
)


_LONGER: Final = re.compile(r"(?<![\d.])\d{3,4}(?![\d.]*[bB])|\d[kKmM](?![A-Za-z0-9])|long|yarn|extend", re.IGNORECASE)
_SLOTS: Final = re.compile(r"(?m)^[ \t]{0,8}([A-Za-z0-9][\w.\-]{0,99})[ \t]{1,20}slots[ \t]{0,4}=[ \t]{0,4}(\d{1,3})[ \t]{0,20}$")
_MOST_TEXT: Final = 50_000
_PROFILE: Final = re.compile(r"(\d{1,3})gb")
_SIZE: Final = re.compile(r"(?<![\w.])(\d{2,3})\s?GB(?![\w/])", re.IGNORECASE)


def joined(launch: Launch, document: Document, beside: Mapping[str, Document] | None = None, among: Sequence[Launch] = ()) -> Launch:
    """Return the launch with what the files and names in it and over it say, as settings that carry their origin.

    Of the files `beside` those count that the launch names, and the model's own configuration; of the launches `among` which it
    stands in its document the one configuration of DeepSpeed or of a checkpoint that is shown for it.
    """
    settings = dict(launch.settings)
    shown = _shown_for(launch, among)
    if shown is not None:
        settings = {**{name: one for name, one in shown.settings.items() if name not in settings}, **settings}
        launch = with_world(replace(launch, settings=settings, programs=tuple(dict.fromkeys((*launch.programs, *shown.programs)))))
        settings = dict(launch.settings)
    for path, other in (beside or {}).items():
        if _belongs(path, launch):
            for setting in _of_file(path, other):
                settings.setdefault(setting.name, setting)
    if beside:
        launch = with_world(replace(launch, settings=settings))
        settings = dict(launch.settings)
    for setting in (*_blocks(settings), *_of_hostfile(settings, document)):
        settings.setdefault(setting.name, setting)
    named = models_of(launch, document)
    for setting in _of_models(*named):
        settings.setdefault(setting.name, setting)
    for setting in (*_of_slices(settings), *_of_hardware(*hardware_of(launch, document))):
        settings.setdefault(setting.name, setting)
    return replace(launch, settings=settings)


MODEL_FILES: Final = frozenset(("config.json", "quantize_config.json", "hf_quant_config.json"))
"""Files of a checkpoint that say its shape and format."""
ADAPTER_FILE: Final = "adapter_config.json"


_SHAPE: Final = frozenset(("heads", "kv_heads", "layers", "hidden", "ffn", "positions", "vocab"))
_ADAPTER: Final = "lora"
_ADAPTER_PROGRAM: Final = "peft"
_OF_A_CHECKPOINT: Final = 3
"""Settings of a shape that make a block the configuration of a checkpoint."""


def _shown_for(launch: Launch, among: Sequence[Launch]) -> Launch | None:
    """Return the one block of the document that is a configuration the command reads: of DeepSpeed, its adapter or its checkpoint."""
    if not launch.command:
        return None
    blocks = [one for one in among if not one.command]
    if "ds_config" in launch.settings:
        found = [one for one in blocks if "deepspeed" in one.programs]
    elif _ADAPTER in launch.settings:
        found = [one for one in blocks if _ADAPTER_PROGRAM in one.programs and "adapter_rank" in one.settings]
    elif _is_local(launch.get("model")):
        found = [one for one in blocks if len(_SHAPE & one.settings.keys()) >= _OF_A_CHECKPOINT and "tp" not in one.settings]
    else:
        return None
    return found[0] if len(found) == 1 else None


def _is_local(model: Setting | None) -> bool:
    """Tell whether a checkpoint is a path of the machine: what the hub has under its name may be another."""
    return model is not None and model.text.strip("\"'")[:1] in ("/", ".", "~")


def _belongs(path: str, launch: Launch) -> bool:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    model = launch.get("model")
    if name == ADAPTER_FILE:
        return _ADAPTER in launch.settings
    if name in MODEL_FILES:  # a checkpoint of the hub has files of its own
        return model is None or _is_local(model) or model.text.strip("\"'").startswith("$")
    return any(setting.text.strip("\"'").rsplit("/", 1)[-1] == name for setting in launch.settings.values())


def _of_file(path: str, document: Document) -> Iterator[Setting]:
    """Yield what another file sets, where it says one thing of each name."""
    found = launches(document)
    if len(found) == 1:
        for setting in found[0].settings.values():
            yield replace(setting, path=path, parts=()) if setting.span is not None else replace(setting, origin=path, parts=())


# --- models


def models_of(launch: Launch, document: Document) -> tuple[Setting | None, tuple[Model, ...]]:
    """Return where a launch names its model and the entries the name can mean; of a document that names one, that one."""
    setting = launch.get("model")
    if setting is not None:
        return setting, find_models(setting.text)
    name, flavor = launch.get("titan_model"), launch.get("flavor")
    if name is not None:
        both = f"{name.text} {flavor.text}" if flavor is not None else name.text
        return Setting("model", both, None, name.span, parts=(name,)), find_models(both)
    return _told(document)


@once_for
def _told(document: Document) -> tuple[Setting | None, tuple[Model, ...]]:
    """Return the one model that headings and comments name, where no setting of the document names another."""
    found: dict[str, tuple[Setting, Model]] = {}
    for statement in _said(document):
        for model in find_models(statement.value.content[:_LONGEST]):
            found.setdefault(model.name, (Setting("model", _name_in(statement.value.content, model), None, statement.value.whole), model))
    if len(found) != 1:
        return None, ()
    setting, model = next(iter(found.values()))
    return (None, ()) if any(one is not model for one in _set_elsewhere(document)) else (setting, (model,))


def _name_in(content: str, model: Model) -> str:
    """Return the word of a text that names a model, `Llama-3.1-405B-FP8` of a heading; the text where no single word does."""
    text = content[:_LONGEST]
    return next((word.strip(".,;:()[]*`") for word in text.split() if find_models(word) == (model,)), text)


def _set_elsewhere(document: Document) -> Iterator[Model]:
    for statement in document.statements[:_MOST]:
        if statement.kind in (Kind.ENTRY, Kind.FLAG) and not statement.struck:
            yield from find_models(statement.value.content[:_LONGEST])


def _said(document: Document) -> Iterator[Statement]:
    for statement in document.statements[:_MOST]:
        if statement.kind in (Kind.HEADING, Kind.CODE, Kind.SENTENCE, Kind.ITEM) and not statement.struck:
            yield statement


def _of_models(setting: Setting | None, found: Sequence[Model]) -> Iterator[Setting]:
    if setting is None or not found:
        return
    counted = [_counts(model) for model in found]
    origin = f"catalog: {', '.join(model.name for model in found)}"
    if len(found) == 1:
        yield Setting("entry", found[0].name, None, origin=origin, parts=(setting,))
    told = _of_hub(setting.text, found)
    yield from (
        Setting(name, str(value), Fraction(value), origin=f"{origin}, {setting.word}", parts=(setting,)) for name, value in told.items()
    )
    longer = not told and _LONGER.search(setting.text) is not None
    for name in counted[0]:
        if name in told:
            continue
        if name == "context" and longer:
            continue  # a variant for longer contexts, or of another date, has a configuration of its own
        values = {one.get(name) for one in counted}
        value = next(iter(values))
        if len(values) == 1 and value is not None:
            yield Setting(name, str(value), value, origin=origin, parts=(setting,))


def _of_hub(text: str, found: Sequence[Model]) -> Mapping[str, int]:
    """Return what the configuration of a hub identifier says otherwise than the entry of its model."""
    wanted = text.strip().strip("\"'").lower()
    return next((said for model in found for name, said in model.hub.items() if name.lower() == wanted), {})


_BY_QUANTITY: Final = {
    "model.layers": "layers",
    "model.hidden": "hidden",
    "model.heads": "heads",
    "model.kv_heads": "kv_heads",
    "model.experts": "experts",
    "model.vocab": "vocab",
    "model.context": "context",
    "model.expert_hidden": "expert_ffn",
    "model.ffn_hidden": "ffn",
}


def _counts(model: Model) -> Mapping[str, Fraction]:
    shape = model.architecture
    if shape is None:
        return {_BY_QUANTITY[figure.quantity]: figure.value for figure in model.figures if figure.quantity in _BY_QUANTITY}
    found: dict[str, int | None] = {
        "layers": shape.layers,
        "hidden": shape.hidden,
        "heads": shape.heads,
        "head_dim": shape.head_dim,
        "vocab": shape.vocab,
        "ffn": shape.ffn,
        "context": shape.context,
        "kv_heads": None if shape.latent is not None else shape.kv_heads,
        "mla": int(shape.latent is not None),
    }
    if shape.experts is not None:
        found |= {"experts": shape.experts.count, "top_k": shape.experts.top_k, "expert_ffn": shape.experts.ffn}
    return {name: Fraction(value) for name, value in found.items() if value}


# --- formats


def block_checkpoint(text: str) -> bool:
    """Tell whether a checkpoint's name is that of a maker who scales FP8 weights by blocks of 128 x 128."""
    return _SUFFIXES[0][1].search(text) is not None and _BLOCK_MAKERS.search(text) is not None


def weight_format(launch: Launch) -> str:
    """Return the format the weights are stored in as the launch says or the checkpoint's name ends; empty where neither does."""
    quantization = launch.get("quantization")
    if quantization is not None and quantization.word not in ("none", "null", "auto", ""):
        return next((name for name, pattern in _SUFFIXES if pattern.search(quantization.word)), quantization.word)
    model = launch.get("model")
    return next((name for name, pattern in _SUFFIXES if model is not None and pattern.search(model.text)), "")


def _blocks(settings: Mapping[str, Setting]) -> Iterator[Setting]:
    blocks = settings.get("block_weights")
    if blocks is not None and len(blocks.items) == 2:
        yield Setting("block_n", str(blocks.items[0]), blocks.items[0], parts=(blocks,))
        yield Setting("block_k", str(blocks.items[1]), blocks.items[1], parts=(blocks,))
        return
    model = settings.get("model")
    if model is not None and (block_checkpoint(model.text) or _is_published_in_blocks(settings, model)):
        for name in ("block_n", "block_k"):
            yield Setting(name, str(_BLOCK), Fraction(_BLOCK), origin="FP8 checkpoints of this maker", parts=(model,))


def _is_published_in_blocks(settings: Mapping[str, Setting], model: Setting) -> bool:
    """Tell whether a name without a form is that of a checkpoint whose maker publishes FP8 weights in blocks."""
    if (
        "quantization" in settings
        or _BLOCK_MAKERS.search(model.text) is None
        or any(pattern.search(model.text) for _, pattern in _SUFFIXES)
    ):
        return False
    found = find_models(model.text)
    return len(found) == 1 and found[0].stored == "fp8"


# --- hosts


def _of_hostfile(settings: Mapping[str, Setting], document: Document) -> Iterator[Setting]:
    """Yield the slots of the one list of hosts that a document shows, where a launch names a file of hosts."""
    if "hostfile" not in settings or "host_slots" in settings:
        return
    text = document.source.text[:_MOST_TEXT]
    lines = list(_SLOTS.finditer(text))
    apart = any(text[one.end() : other.start()].strip() for one, other in pairwise(lines))
    hosts = [line.group(1) for line in lines]
    if lines and not apart and len(set(hosts)) == len(hosts):
        total = sum(int(line.group(2)) for line in lines)
        place = Span(lines[0].start(), lines[-1].end())
        yield Setting("host_slots", str(total), Fraction(total), place, "slots")


# --- hardware


def hardware_of(launch: Launch, document: Document) -> tuple[Setting | None, tuple[Hardware, ...]]:
    """Return where the GPU is named and the parts the name can mean: one family only, or none."""
    setting = launch.get("gpu")
    if setting is not None:
        return setting, _one_family(find_hardware(setting.text))
    return _named_hardware(document)


@once_for
def _named_hardware(document: Document) -> tuple[Setting | None, tuple[Hardware, ...]]:
    found: dict[str, Hardware] = {}
    place: Span | None = None
    text = ""
    for statement in _said(document):
        parts = find_hardware(statement.value.content[:_LONGEST])
        if parts and place is None:
            place, text = statement.value.whole, statement.value.content[:_LONGEST]
        found.update((part.name, part) for part in parts)
    family = _one_family(found.values())
    return (Setting("gpu", text, None, place), family) if family else (None, ())


def _one_family(parts: Iterable[Hardware]) -> tuple[Hardware, ...]:
    listed = tuple(parts)
    return listed if len({part.families[0] for part in listed}) == 1 else ()


def _of_slices(settings: Mapping[str, Setting]) -> Iterator[Setting]:
    """Yield the memory of a MIG slice as its profile names it, `3g.40gb`: rounded up from what the slice has."""
    slices = settings.get("pod_slices")
    size = _PROFILE.fullmatch(slices.spelled) if slices is not None else None
    if slices is not None and size is not None:
        text = f"{size.group(1)} GiB"
        yield Setting("gpu_memory", text, Fraction(size.group(1)) * _GIB, origin="MIG profile", parts=(slices,))


def _of_hardware(setting: Setting | None, parts: Sequence[Hardware]) -> Iterator[Setting]:
    """Yield the most memory a GPU of this name can have: what the driver shows, else the nominal figure read as GiB, which is more."""
    if setting is None or not parts:
        return
    written = [Fraction(size) for size in _SIZE.findall(setting.text)]
    told, most = max(((part, _most_memory(part)) for part in parts), key=lambda one: one[1])
    larger = max(written, default=Fraction(0))
    if larger > max(part.capacity for part in parts):
        yield Setting("gpu_memory", f"{larger} GiB", larger * _GIB, origin=f"catalog: {told.families[0]}", parts=(setting,))
        return
    text = f"{float(most / _GIB):.2f} GiB".replace(".00", "")
    yield Setting("gpu_memory", text, most, origin=f"catalog: {told.name}", parts=(setting,))


def _most_memory(part: Hardware) -> Fraction:
    """Return the largest total a driver shows for a part, in bytes; the nominal figure read as GiB where none is known."""
    shown = [figure.base for figure in part.quoted("memory.capacity", kind=_SHOWN)]
    return max(shown, default=part.capacity * _GIB)

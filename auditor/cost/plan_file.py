"""Read a plan file: a small YAML or JSON document that says what to cost. The only part of the cost model that needs pydantic.

    model: llama-3-70b
    hardware: H100-SXM
    layout: {tp: 8, pp: 4, gpus: 64}
    training: {sequence_length: 4096, micro_batch: 1, global_batch: 128}

Every message names the line, the field, what it may be, and for an impossible value the rule and its source.
`plan.schema.json` describes the format to editors and agents; it is generated from the classes below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from auditor.cost.activations import Recompute
from auditor.cost.amount import Amount, amount
from auditor.cost.architecture import Architecture
from auditor.cost.comparison import Claimed
from auditor.cost.formats import FORMATS, number_format
from auditor.cost.grid import Grid
from auditor.cost.impossible import LARGEST_COUNT, ImpossiblePlanError, require
from auditor.cost.known import device_by_name, model_by_name
from auditor.cost.layout.degrees import Framework
from auditor.cost.memory import QuantisedPart
from auditor.cost.pipeline import Schedule
from auditor.cost.plan_facts import Device, ParameterCount, PlanFacts, Serving, Training
from auditor.cost.recipes import Sharding, recipe
from auditor.errors import InputError
from auditor.units import DIMENSIONLESS, UNITS
from auditor.values import Interval

__all__ = ["PlanFile", "is_plan", "parse_plan", "schema"]

_MAX_CHARACTERS: Final = 200_000
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH: Final = 12
_MAX_NODES: Final = 20_000

_NUMBER: Final = re.compile(r"([+-]?)([0-9][0-9,_]{0,39}|)(?:\.([0-9]{1,30}))?(?:[eE]([+-]?[0-9]{1,6}))?[ ]?(.{0,16})\Z", re.ASCII)
_SUFFIXES: Final = {"": 0, "k": 3, "K": 3, "M": 6, "B": 9, "G": 9, "T": 12}
_LARGEST_EXPONENT: Final = 30
_TOO_LARGE: Final = f"no count of a deployment exceeds 10^{len(str(LARGEST_COUNT)) - 1} (auditor.cost.impossible)"


def _parse_number(text: str) -> tuple[Fraction, str]:
    """Return an exact number and what follows it; `ValueError` with the reason otherwise."""
    if sum(character.isdigit() for character in text) > 40:
        raise ValueError(f"has more than 40 digits: {_TOO_LARGE}")
    match = _NUMBER.match(text.strip()) if len(text) <= 120 else None
    if match is None or not (match[2] or match[3]):
        raise ValueError("must be a finite number")
    exponent = int(match[4] or 0)
    if abs(exponent) > _LARGEST_EXPONENT:
        raise ValueError(f"has an exponent beyond {_LARGEST_EXPONENT}: {_TOO_LARGE}")
    digits = (match[2] or "0").replace(",", "").replace("_", "") + (match[3] or "")
    value = Fraction(int(digits)) / 10 ** len(match[3] or "") * Fraction(10) ** exponent
    return (-value if match[1] == "-" else value), match[5].strip()


def _as_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic collects ValueErrors
    if isinstance(value, int) and value.bit_length() > 200:
        raise ValueError(f"has more than 40 digits: {_TOO_LARGE}")
    return str(value)


def _whole(value: object) -> int:
    number, suffix = _parse_number(_as_text(value))
    if suffix not in _SUFFIXES:
        raise ValueError(f"must be a whole number like 64, 8,192 or 70B, not with {suffix!r} behind it")
    number *= Fraction(10) ** _SUFFIXES[suffix]
    if number.denominator != 1:
        raise ValueError(f"must be a whole number, not {float(number):g}")
    return number.numerator


def _share(value: object) -> Fraction:
    number, suffix = _parse_number(_as_text(value))
    if suffix not in {"", "%"}:
        raise ValueError(f"must be a share like 0.9 or 90 %, not with {suffix!r} behind it")
    return number / 100 if suffix else number


def _measure(example: str, unit: str) -> BeforeValidator:
    """Return a validator for a number with a unit of the same dimension as `unit`."""

    def read(value: object) -> Amount:
        number, written = _parse_number(_as_text(value))
        known = UNITS.get(written)
        if known is None or known.dimension != UNITS[unit].dimension:
            raise ValueError(f"must be a number with a unit, like {example!r}")
        return amount("x", number, written)

    return BeforeValidator(read)


_WHOLE_SCHEMA: Final = {
    "anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^[0-9][0-9,_]*(\.[0-9]+)?(e[0-9]+)? ?[kKMBGT]?$"}],
}


def _measure_type(example: str, unit: str) -> Any:
    return Annotated[
        Amount, _measure(example, unit), WithJsonSchema({"type": "string", "description": f"A number with a unit, like {example}."})
    ]


Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema(_WHOLE_SCHEMA)]
Share = Annotated[Fraction, BeforeValidator(_share), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})]
_FormatName = Annotated[str, WithJsonSchema({"enum": list(FORMATS)})]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class HardwareSection(_Section):
    """One GPU, where the catalog's entry is not the one to use."""

    name: str = Field(default="as given", max_length=200)
    memory: _measure_type("80 GB", "GB") | None = Field(default=None, description="Memory of one GPU.")  # type: ignore[valid-type]
    bandwidth: _measure_type("3350 GB/s", "GB/s") | None = Field(default=None, description="Memory bandwidth of one GPU.")  # type: ignore[valid-type]
    link: _measure_type("450 GB/s", "GB/s") | None = Field(default=None, description="One-way bandwidth to the other GPUs.")  # type: ignore[valid-type]
    peak: dict[_FormatName, _measure_type("989.4 TFLOPS", "TFLOPS")] = Field(  # type: ignore[valid-type]
        default_factory=dict, description="Dense peak by number format."
    )


class LayoutSection(_Section):
    """Parallel degrees. EP is carved out of TP x CP x DP and never multiplies the GPU count."""

    gpus: Whole | None = Field(default=None, description="GPUs in all; gives DP where that is not said.")
    tp: Whole = Field(default=1, description="Tensor parallelism; with dp_attention, the whole engine as SGLang and TensorRT-LLM count it.")
    pp: Whole = Field(default=1, description="Pipeline stages.")
    cp: Whole = Field(default=1, description="Context parallelism.")
    dp: Whole | None = Field(default=None, description="Data parallelism, without context parallelism.")
    ep: Whole = Field(default=1, description="Expert parallelism.")
    etp: Whole | None = Field(default=None, description="Tensor parallelism inside an expert; Megatron-Core's default is TP.")
    vp: Whole = Field(default=1, description="Virtual stages (chunks) per GPU.")
    sp: bool | None = Field(default=None, description="Sequence parallelism; on in training with TP unless said otherwise.")
    stage_layers: list[Whole] | None = Field(default=None, description="Layers of each stage, where they are uneven.", max_length=100_000)
    dp_attention: bool = Field(default=False, description="Attention runs data-parallel inside TP: attention TP is TP / DP.")
    framework: Framework | None = Field(default=None, description="Whose rules hold where frameworks differ.")


class TrainingSection(_Section):
    """One optimizer step."""

    sequence_length: Whole
    micro_batch: Whole = 1
    global_batch: Whole | None = Field(default=None, description="Sequences in one optimizer step.")
    recipe: str = Field(default="megatron-bf16", description="What is kept for each parameter; see docs/cost-model.md.", max_length=100)
    sharding: Literal["none", "optimizer", "gradients", "parameters"] | None = Field(default=None, description="ZeRO stage 0 to 3 by name.")
    recompute: Recompute = Recompute.NONE
    flash: bool = Field(default=True, description="Flash attention: scores are never stored.")
    schedule: Schedule | None = None
    mtp: Whole = Field(default=0, description="Multi-token-prediction modules trained along.")
    precision: _FormatName = Field(default="bf16", description="The number format of the peak that utilisation is measured against.")
    frozen: bool = Field(default=False, description="Base weights are frozen (LoRA); the adapters themselves are left out.")
    step_time: _measure_type("12.3 s", "s") | None = Field(default=None, description="Time of one step, for MFU and HFU.")  # type: ignore[valid-type]


class ServingSection(_Section):
    """One replica under load."""

    prompt: Whole
    output: Whole
    batch: Whole = Field(default=1, description="Sequences each data-parallel rank works on at once.")
    weights: _FormatName = "bf16"
    quantised: QuantisedPart = Field(default=QuantisedPart.LINEAR, description="What a low-precision weight format covers.")
    cache: _FormatName = "bf16"
    math: _FormatName | None = Field(default=None, description="Number format of the matrix products; the weights' own unless given.")
    block: Whole = Field(default=1, description="Tokens in a cache block.")
    windows: bool = Field(default=True, description="The allocator frees what sliding-window layers no longer see.")
    utilization: Share = Field(default=Fraction(9, 10), description="Share of the device's memory the stack may fill.")
    tokens_per_step: Share = Field(default=Fraction(1), description="Mean accepted length of speculative decoding.")


class CountSection(_Section):
    """A model of which only the size is known."""

    name: str = Field(default="as given", max_length=200)
    params: Whole
    active: Whole | None = None


class PlanFile(_Section):
    """A plan: a model on hardware, laid out over GPUs, trained or served."""

    model: str | dict[str, Any] = Field(
        description="A name the catalog knows; {params, active}; the fields of an architecture; or a Hugging Face config.json."
    )
    hardware: str | HardwareSection | None = Field(default=None, description="A name the catalog knows, or the figures of one GPU.")
    layout: LayoutSection = LayoutSection()
    training: TrainingSection | None = None
    serving: ServingSection | None = None
    claims: dict[str, str | int | float] = Field(
        default_factory=dict, description="Claimed figures to set beside the recomputed ones, by quantity id: {memory.used: 61 GB}."
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of plan files."""
    described = PlanFile.model_json_schema()
    described.update({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Deployment plan"})
    return described


# Reading the document, with the line of every field.


class _Document:
    """A parsed document: plain data and the line of each key path."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[tuple[str, ...], tuple[int, int]] = {}
        self.nodes = 0

    def error(self, message: str, where: tuple[str, ...] = ()) -> InputError:
        while where and where not in self.lines:
            where = where[:-1]
        line, column = self.lines.get(where, (None, None))
        return InputError(message, path=self.path, line=line, column=column)

    def build(self, node: yaml.Node, where: tuple[str, ...] = ()) -> Any:
        self.lines.setdefault(where, (node.start_mark.line + 1, node.start_mark.column + 1))
        self.nodes += 1
        if self.nodes > _MAX_NODES or len(where) > _MAX_DEPTH:
            raise self.error("a plan this large or deep is not read", where)
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                if not isinstance(key_node, yaml.ScalarNode):
                    raise self.error("keys must be plain words", where)
                key = str(key_node.value)
                self.lines[(*where, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
                if key in found:
                    raise self.error(f"{'.'.join((*where, key))}: stands here twice", (*where, key))
                found[key] = self.build(value_node, (*where, key))
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*where, str(index))) for index, item in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        kind = node.tag.rsplit(":", 1)[-1]
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in {"true", "yes", "on"}
        # Numbers stay text, so that they are read exactly; 1:30 is a time in YAML 1.1 and refused as a number later.
        if kind == "int" and re.fullmatch(r"[+-]?[0-9]{1,40}", text):
            return int(text)
        return text


def _load(text: str, path: str) -> tuple[dict[str, Any], _Document]:
    document = _Document(path)
    if len(text) > _MAX_CHARACTERS:
        raise InputError(f"a plan of more than {_MAX_CHARACTERS:,} characters is not read", path=path)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            json.loads(text.lstrip("\ufeff"), parse_int=str)
        except json.JSONDecodeError as error:
            raise InputError(f"not JSON: {error.msg}", path=path, line=error.lineno, column=error.colno) from None
        except RecursionError:
            raise InputError("a plan this deep is not read", path=path) from None
        text = text.replace("\t", " ").replace("\\/", "/")
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = getattr(event.start_mark, "line", -1) + 1
                raise InputError("anchors and aliases are not read; write the value out", path=path, line=line or None)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (None, None) if mark is None else (mark.line + 1, mark.column + 1)
        raise InputError(f"not YAML: {error.problem or error.context}", path=path, line=place[0], column=place[1]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"not YAML: {str(error).splitlines()[0] if str(error) else 'too deep'}", path=path) from None
    if not isinstance(node, yaml.MappingNode):
        raise InputError("a plan is a mapping with the keys model, hardware, layout, training and serving", path=path, line=1)
    found = document.build(node)
    return (found if isinstance(found, dict) else {}), document


def is_plan(text: str) -> bool:
    """Tell whether a YAML or JSON text is a plan file rather than a report: a mapping with `model` and only a plan's keys.

    A text that cannot be parsed is a plan if it begins like one, so that the message is about the plan.
    """
    if len(text) > _MAX_CHARACTERS or not re.search(r"(?:^|[{,])[ \t]{0,40}\"?model\"?[ \t]{0,40}:", text, re.MULTILINE):
        return False
    try:
        node = yaml.compose(text.replace("\t", " "), Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError):
        return re.match(r"\ufeff?\s{0,100}(?:\{\s{0,100}\"?)?model\b", text) is not None
    if not isinstance(node, yaml.MappingNode):
        return False
    keys = {str(key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
    return "model" in keys and bool(keys & _SECTIONS.keys()) and keys <= PlanFile.model_fields.keys()


def _message(first: Any, where: tuple[str, ...]) -> str:
    field = ".".join(where)
    if first["type"] == "extra_forbidden":
        from difflib import get_close_matches

        section: type[BaseModel] = _SECTIONS.get(where[0], PlanFile) if len(where) > 1 else PlanFile
        near = get_close_matches(where[-1], section.model_fields, n=1)
        return f"{field}: no such field; " + (f"did you mean {near[0]!r}?" if near else f"the fields are {', '.join(section.model_fields)}")
    if first["type"] == "missing":
        return f"{field}: is missing"
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{field}: {message[:1].lower() + message[1:]}" + (f", not {first['input']!r}"[:60] if isinstance(first["input"], str) else "")


_SECTIONS: Final[Mapping[str, type[BaseModel]]] = {
    "layout": LayoutSection,
    "training": TrainingSection,
    "serving": ServingSection,
    "hardware": HardwareSection,
}


def _refusal(error: ValidationError, document: _Document, prefix: tuple[str, ...] = ()) -> InputError:
    # Of a union (a name or a section) only the section's own complaint helps.
    problems = [problem for problem in error.errors() if problem["loc"][-1:] != ("str",)] or error.errors()
    first = problems[0]
    inner = (str(part) for part in first["loc"] if str(part) not in {"HardwareSection", "str"} and "[" not in str(part))
    where = (*prefix, *inner)
    return document.error(_message(first, where), where)


def parse_plan(text: str, path: str = "<plan>") -> tuple[PlanFacts, tuple[Claimed, ...]]:
    """Return the plan that a YAML or JSON text describes, and its claims.

    Raises `InputError` with file, line, field and remedy; `ImpossiblePlanError` becomes one whose message names the rule
    and its source.
    """
    data, document = _load(text, path)
    try:
        written = PlanFile.model_validate(data)
    except ValidationError as error:
        raise _refusal(error, document) from None
    try:
        facts = _facts(written, document)
    except ImpossiblePlanError as error:
        where = tuple(error.field.split("."))
        raise document.error(str(error), where) from None
    return facts, tuple(_claim(quantity, str(value), document) for quantity, value in written.claims.items())


_PER_GPU: Final = frozenset(f"memory.{part}" for part in ("weights", "gradients", "optimizer", "states", "activations", "kv_cache"))
"""What a plan file's claims speak of one GPU in."""


def _claim(quantity: str, text: str, document: _Document) -> Claimed:
    """Read a claim: a number with its unit, known to half a unit of its last digit unless it is a count."""
    where = ("claims", quantity)
    try:
        value, written = _parse_number(text)
    except ValueError as error:
        raise document.error(f"claims.{quantity}: {error}, not {text[:40]!r}", where) from None
    if written in _SUFFIXES and written not in UNITS:
        scale, unit = Fraction(10) ** _SUFFIXES[written], UNITS["1"]
    else:
        found = UNITS.get(written)
        if found is None:
            raise document.error(f"claims.{quantity}: {written[:20]!r} is no unit; write GB, GiB, ms, s, TFLOPS, token/s, % ...", where)
        scale, unit = Fraction(1), found
    digits = re.split(r"[eEkKMBGT% ]", text.strip())[0].replace(",", "").replace("_", "")
    step = Fraction(1, 10 ** len(digits.partition(".")[2]))
    counted = unit.dimension == DIMENSIONLESS and unit.symbol != "%" and scale == 1 and value.denominator == 1
    half = Fraction(0) if counted else step / 2 * scale
    low, high = (value * scale - half) * unit.scale, (value * scale + half) * unit.scale
    line, column = document.lines.get(where, (1, 1))
    scope = "gpu" if quantity in _PER_GPU else ""
    return Claimed(quantity, text, (Interval(low, high),), scope, place=(line, column))


# From what is written to what is costed.


def _facts(written: PlanFile, document: _Document) -> PlanFacts:
    assumed: list[str] = []
    model = _model(written.model, document)
    layout = written.layout
    training = None if written.training is None else _training(written.training)
    grid = _grid(layout, model, training=training is not None, assumed=assumed)
    return PlanFacts(
        model,
        grid,
        _device(written.hardware),
        training,
        None if written.serving is None else _serving(written.serving),
        None if layout.stage_layers is None else tuple(layout.stage_layers),
        layout.framework is Framework.DEEPSPEED,
        tuple(assumed),
    )


def _grid(layout: LayoutSection, model: Architecture | ParameterCount, *, training: bool, assumed: list[str]) -> Grid:
    source = "Megatron-Core core/parallel_state.py: initialize_model_parallel"
    tp, cp, pp = layout.tp, layout.cp, layout.pp
    for name, value in (
        ("tp", tp),
        ("cp", cp),
        ("pp", pp),
        ("gpus", layout.gpus),
        ("dp", layout.dp),
        ("ep", layout.ep),
        ("etp", layout.etp),
    ):
        require(value is None or value >= 1, f"layout.{name}", f"must be at least 1, not {value}", source)
    dp = layout.dp
    if layout.dp_attention:
        sglang = "SGLang srt/layers/dp_attention.py"
        dp = layout.tp if dp is None else dp
        require(tp % (dp * cp) == 0, "layout.tp", f"with DP attention, DP x CP = {dp * cp} must divide TP = {tp}", sglang)
        tp = tp // (dp * cp)
        assumed.append(f"DP attention: TP {layout.tp} is the engine, attention runs as TP {tp} x DP {dp}")
    product = tp * cp * pp
    if dp is None:
        dp = 1
        if layout.gpus is not None:
            require(layout.gpus % product == 0, "layout.gpus", f"{layout.gpus} is not a multiple of TP x CP x PP = {product}", source)
            dp = layout.gpus // product
            assumed.append(f"DP = GPUs / (TP x CP x PP) = {layout.gpus} / {product} = {dp}")
    if layout.gpus is not None:
        rule = f"{layout.gpus} GPUs, but TP x CP x DP x PP = {tp} x {cp} x {dp} x {pp} = {product * dp}"
        require(layout.gpus == product * dp, "layout.gpus", rule, source)
    etp = layout.etp
    if etp is None:
        serving = layout.framework in {Framework.VLLM, Framework.SGLANG, Framework.TENSORRT_LLM}
        mixture = layout.ep > 1 or (isinstance(model, Architecture) and model.experts is not None)
        fits = (tp * cp * dp) % (tp * layout.ep) == 0 and not (serving and layout.ep > 1)
        etp = tp if mixture and fits else 1
        if mixture and tp > 1:
            assumed.append(f"ETP {etp}: " + ("Megatron-Core's default is TP" if etp == tp else "TP does not fit beside EP"))
    sp = layout.sp
    if sp is None:
        sp = training and tp > 1
        if sp:
            assumed.append("sequence parallelism on, as usual in training with TP")
    return Grid(tp, pp, cp, dp, layout.ep, etp, layout.vp, sp)


def _training(section: TrainingSection) -> Training:
    number_format(section.precision, "training.precision")
    return Training(
        section.sequence_length,
        section.micro_batch,
        section.global_batch,
        recipe(section.recipe),
        None if section.sharding is None else Sharding[section.sharding.upper()],
        section.recompute,
        section.flash,
        section.schedule,
        section.mtp,
        number_format(section.precision, "training.precision").math,
        section.frozen,
        None if section.step_time is None else section.step_time.renamed("step_time"),
    )


def _serving(section: ServingSection) -> Serving:
    return Serving(
        section.prompt,
        section.output,
        section.batch,
        number_format(section.weights, "serving.weights"),
        section.quantised,
        number_format(section.cache, "serving.cache"),
        "" if section.math is None else number_format(section.math, "serving.math").math,
        section.block,
        section.windows,
        section.utilization,
        section.tokens_per_step,
    )


def _device(section: str | HardwareSection | None) -> Device | None:
    if section is None:
        return None
    if isinstance(section, str):
        return device_by_name(section)
    peaks = tuple((number_format(name, f"hardware.peak.{name}").math, peak.renamed("peak")) for name, peak in section.peak.items())
    memory, bandwidth, link = (
        value if value is None else value.renamed(name)
        for name, value in (("memory", section.memory), ("bandwidth", section.bandwidth), ("link", section.link))
    )
    return Device(section.name, memory, bandwidth, link, peaks, "as given in the plan")


def _model(section: str | dict[str, Any], document: _Document) -> Architecture | ParameterCount:
    if isinstance(section, str):
        return model_by_name(section)
    if "params" in section:
        try:
            counted = CountSection.model_validate(section)
        except ValidationError as error:
            raise _refusal(error, document, ("model",)) from None
        return ParameterCount(counted.name, counted.params, counted.active)
    if "num_hidden_layers" in section or "n_layer" in section or "model_type" in section:
        from auditor.cost.catalog.huggingface import from_hf_config

        return from_hf_config(section, path=document.path)
    model = _described(Architecture, {"name": "as given", **section}, ("model",), document)
    if not isinstance(model, Architecture):
        raise TypeError("a description of an architecture builds one")
    return model


def _described(kind: Any, section: Mapping[str, Any], where: tuple[str, ...], document: _Document) -> object:
    """Build a (nested) description from a mapping, by its field types; unknown and missing fields are refused by name."""
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    for name in section:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the fields are {', '.join(known)}"
            raise document.error(f"{'.'.join((*where, str(name)))}: no such field; {hint}", (*where, str(name)))
    missing = [name for name, field in known.items() if name not in section and _is_required(field)]
    if missing:
        raise document.error(f"{'.'.join((*where, missing[0]))}: is missing", where)
    return kind(**{name: _field(hints[name], value, (*where, name), document) for name, value in section.items()})


def _is_required(field: Any) -> bool:
    from dataclasses import MISSING

    return field.default is MISSING and field.default_factory is MISSING


def _field(hint: Any, value: Any, where: tuple[str, ...], document: _Document) -> Any:
    options = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    name = ".".join(where)
    if value is None and type(None) in options:
        return None
    kind = next(option for option in options if option is not type(None))
    if isinstance(value, dict) and hasattr(kind, "__dataclass_fields__"):
        return _described(kind, value, where, document)
    try:
        if kind is int:
            return _whole(value)
        if kind is bool and isinstance(value, bool):
            return value
        if isinstance(value, str) and kind is not bool:
            return kind(value)
    except ValueError as error:
        choices = f"must be one of {', '.join(kind)}" if hasattr(kind, "__members__") else str(error)
        raise document.error(f"{name}: {choices}, not {str(value)[:40]!r}", where) from None
    raise document.error(f"{name}: {str(value)[:40]!r} is the wrong kind of value", where)

"""Check the models of the catalog against Hugging Face configurations: shapes key by key, counts by building the model without weights.

python -m scripts.check_catalog CONFIG ...         configurations of checkpoints: `Owner--Name_config.json` or `Owner/Name/config.json`
python -m scripts.check_catalog --defaults         the defaults of the library's own configuration classes
python -m scripts.check_catalog --shapes CONFIG    the shapes only, without the libraries

Counting needs `transformers` and `torch` (any build), which nothing else here does: the model is built on the `meta` device, where a
parameter has a shape and no memory. A configuration that no model of the catalog goes by is named and is no fault. Exit status: 0, or
1 where a figure differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from auditor.cost.catalog import Model, find_models

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "model.layers": ("num_hidden_layers", "n_layer", "num_layers"),
    "model.hidden": ("hidden_size", "n_embd"),
    "model.heads": ("num_attention_heads", "n_head"),
    "model.kv_heads": ("num_key_value_heads", "num_kv_heads"),
    "model.head_dim": ("head_dim",),
    "model.ffn_hidden": ("intermediate_size", "n_inner", "ffn_hidden_size"),
    "model.vocab": ("vocab_size",),
    "model.context": ("max_position_embeddings", "n_positions"),
    "model.experts": ("n_routed_experts", "num_local_experts", "num_experts"),
    "model.top_k": ("num_experts_per_tok",),
    "model.expert_hidden": ("moe_intermediate_size",),
}
"""What a configuration calls a quantity of the catalog."""
DEFAULTS: Final[Mapping[str, str]] = {
    "qwen3_next": "qwen3-next-80b-a3b",
    "glm4_moe_lite": "glm-4.7-flash",
    "kimi_linear": "kimi-linear-48b-a3b",
    "ernie4_5_moe": "ernie-4.5-21b-a3b",
    "gptj": "gpt-j-6b",
    "starcoder2": "starcoder2-3b",
    "smollm3": "smollm3-3b",
}
"""Configuration classes whose defaults are those of a model."""
UNLIKE: Final = frozenset(("model.ffn_hidden", "model.head_dim"))
"""Keys that mixtures, latent attention and hybrids use for something else: the width of an expert, half a head."""
TOLERANCE: Final = Fraction(1, 1000)
"""Of a count: buffers and vectors that an implementation registers as parameters."""


def identifier(path: Path) -> str:
    """Return the name a configuration goes by: of its file, else of the folders it lies in."""
    stem = path.name.removesuffix(".json").removesuffix("config").rstrip("_")
    return stem.replace("--", "/") if stem else "/".join(path.parts[-3:-1])


def shape_of(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a configuration that describes the language model."""
    text = config.get("text_config")
    return text if isinstance(text, Mapping) else config


def differences(model: Model, config: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """Yield what a configuration says otherwise than the catalog, for a whole number under a key that is known."""
    otherwise = next((said for one, said in model.hub.items() if one.lower() == name.lower()), {})
    told = shape_of(config)
    for quantity, keys in KEYS.items():
        said = next((told[key] for key in keys if isinstance(told.get(key), int) and not isinstance(told.get(key), bool)), None)
        listed = {figure.value for figure in model.quoted(quantity)} | {
            Fraction(value) for key, value in otherwise.items() if quantity.endswith(key)
        }
        if said is None or not listed or Fraction(said) in listed or (quantity in UNLIKE and _is_other(model, told)):
            continue
        yield f"{quantity}: {said} in the configuration, {', '.join(str(value) for value in sorted(listed))} in the catalog"


def _is_other(model: Model, told: Mapping[str, Any]) -> bool:
    shape = model.architecture
    return shape is None or shape.latent is not None or any("expert" in key for key in told)


def counted(config: Mapping[str, Any] | str) -> int:
    """Return the parameters of a model built without weights, from a configuration or the defaults of a class."""
    torch, library = import_module("torch"), import_module("transformers")

    if isinstance(config, str):
        built = library.CONFIG_MAPPING[config]()
    else:
        told = {key: value for key, value in shape_of(config).items() if key not in ("auto_map", "quantization_config")}
        built = library.CONFIG_MAPPING[told.get("model_type") or config["model_type"]].from_dict(told)
    with torch.device("meta"):
        model = library.AutoModelForCausalLM.from_config(built.get_text_config())
    return sum({id(one): one.numel() for one in model.parameters()}.values())


def count_fault(model: Model, count: int) -> str:
    """Return what is wrong with the catalog's count beside that of a built model; empty where nothing is."""
    known = [figure.value for figure in model.quoted("model.params") if figure.kind == "counted"]
    if model.architecture is not None:
        from auditor.cost.params import total_parameters

        known.append(Fraction(total_parameters(model.architecture).value))
    if not known or any(abs(count / value - 1) <= TOLERANCE for value in known):
        return ""
    return f"model.params: {count:,} built, {', '.join(f'{int(value):,}' for value in sorted(set(known)))} in the catalog"


def _checked(name: str, model: Model, config: Mapping[str, Any] | str, *, count: bool) -> bool:
    faults = [] if isinstance(config, str) else list(differences(model, config, name))
    told = ""
    if count:
        try:
            built = counted(config)
        except Exception as error:  # whatever a library of others raises for one model, the next is checked
            told = f", not built ({type(error).__name__}: {str(error)[:80]})"
        else:
            told = f", {built:,} parameters"
            faults += [fault] if (fault := count_fault(model, built)) else []
    print(f"{'differs' if faults else 'agrees '}  {name} = {model.name}{told}", flush=True)
    for fault in faults:
        print(f"         {fault}")
    return not faults


def main(arguments: Sequence[str]) -> int:
    """Check what the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configs", nargs="*", type=Path, metavar="CONFIG")
    parser.add_argument("--defaults", action="store_true")
    parser.add_argument("--shapes", action="store_true")
    given = parser.parse_args(arguments)
    well = True
    for path in given.configs:
        name = identifier(path)
        found = find_models(name)
        if len(found) != 1:
            print(f"unknown  {name}")
            continue
        config = json.loads(path.read_text(encoding="utf-8"))
        well &= _checked(name, found[0], config, count=not given.shapes)
    for kind, name in DEFAULTS.items() if given.defaults else ():
        well &= _checked(f"{kind}: defaults", find_models(name)[0], kind, count=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Models: shapes and counts, and what names and claims may mean by them."""

from __future__ import annotations

import json
from dataclasses import field
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from auditor.cost.architecture import Architecture, AttentionBias, Experts, Indexer, Latent, Norm, QkNorm, Window
from auditor.cost.catalog.figures import DATA, Comparison, Figure, Grade, Reading, compare, number, vocabulary
from auditor.cost.catalog.names import Token, family_at, tokens
from auditor.cost.params import actives, totals
from auditor.errors import RuleError
from auditor.findings import Verdict
from auditor.records import dataclass
from auditor.remember import remembered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.values import Interval

__all__ = ["Model", "compare_model", "find_models", "model_names", "model_readings", "models"]

TOTAL: Final = "model.params"
ACTIVE: Final = "model.params_active"

_COUNTS: Final = {
    "layers": "model.layers",
    "hidden": "model.hidden",
    "heads": "model.heads",
    "kv_heads": "model.kv_heads",
    "head_dim": "model.head_dim",
    "ffn": "model.ffn_hidden",
    "vocab": "model.vocab",
    "context": "model.context",
}
_EXPERT_COUNTS: Final = {
    "count": "model.experts",
    "top_k": "model.top_k",
    "shared": "model.shared_experts",
    "ffn": "model.expert_hidden",
}
PARAMETER_TOLERANCE: Final = Fraction(1, 200)
"""Of a recomputed count."""
HEADLINE_TOLERANCE: Final = Fraction(2, 100)
"""Of a headline, which is rounded and may count towers or modules."""


VOCABULARY_TOLERANCE: Final = Fraction(25, 1000)


@dataclass(frozen=True, slots=True)
class Model:
    """One model. `architecture` is None where the parameter formulas do not describe the design."""

    name: str
    developer: str
    families: tuple[str, ...]
    versions: tuple[str, ...]
    """What may stand for its version in a name; the empty one: nothing."""
    sizes: tuple[str, ...]
    actives: tuple[str, ...]
    marks: frozenset[str]
    """Words that tell it from its siblings: lite, air, scout."""
    architecture: Architecture | None
    figures: tuple[Figure, ...]
    """Shape and counts by quantity id; parameter counts in units of one."""
    note: str
    stored: str = ""
    """The narrowest form its maker publishes the weights in, where that is not 16 bits: fp8, mxfp4."""
    hub: Mapping[str, Mapping[str, int]] = field(default_factory=dict, hash=False)
    """Its identifiers on the Hugging Face hub, with what their configuration says otherwise than the entry."""

    def quoted(self, quantity: str) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures if figure.quantity == quantity)


@lru_cache(maxsize=1)
def _entries() -> Mapping[str, Mapping[str, Any]]:
    path = DATA / "models.json"
    try:
        return {entry["name"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise RuleError(f"the catalog of models cannot be read: {error}", path=str(path)) from error


@cache
def _named(name: str) -> Model:
    """Return the model of a catalog name: only those that a report may mean are made of their entries."""
    try:
        return _model(_entries()[name])
    except (KeyError, TypeError, ValueError) as error:
        raise RuleError(f"model {name!r}: {error!r}", path=str(DATA / "models.json")) from error


def _model(entry: Mapping[str, Any]) -> Model:
    shape: Mapping[str, Any] = entry.get("exact") or entry["partial"]
    return Model(
        name=entry["name"],
        developer=entry["developer"],
        families=tuple(entry["families"]),
        versions=tuple(entry["versions"]),
        sizes=tuple(entry["sizes"]),
        actives=tuple(entry.get("actives", ())),
        marks=frozenset(entry.get("marks", ())),
        architecture=_architecture(entry["name"], entry["exact"]) if "exact" in entry else None,
        figures=tuple(_figures(entry, shape)),
        note=entry.get("note", ""),
        stored=entry.get("stored", ""),
        hub=entry.get("hub", {}),
    )


def _architecture(name: str, shape: Mapping[str, Any]) -> Architecture:
    parts: dict[str, Any] = {"experts": Experts, "latent": Latent, "indexer": Indexer, "window": Window}
    words: dict[str, Any] = {"attention_bias": AttentionBias, "qk_norm": QkNorm, "norm": Norm}
    fields: dict[str, Any] = {}
    for key, value in shape.items():
        if key in parts:
            fields[key] = parts[key](**value)
        else:
            fields[key] = words[key](value) if key in words else value
    return Architecture(name=name, **fields)


def _figures(entry: Mapping[str, Any], shape: Mapping[str, Any]) -> Iterator[Figure]:
    grade, source, place = Grade(entry["grade"]), entry["source"], entry.get("place", "")
    for key, quantity in _COUNTS.items():
        if key in shape:
            yield Figure(quantity, Fraction(shape[key]), "1", grade, source, place)
    for key, quantity in _EXPERT_COUNTS.items():
        if key in shape.get("experts", {}):
            yield Figure(quantity, Fraction(shape["experts"][key]), "1", grade, source, place)
    exact = entry.get("exact")
    if exact and "experts" in exact:
        total = exact["experts"]["count"] * _architecture(entry["name"], exact).mixture_layers
        yield Figure("model.experts_total", Fraction(total), "1", grade, source, place)
    counted = entry.get("counted")
    if counted:
        for key, quantity in (("total", TOTAL), ("active", ACTIVE)):
            if key in counted:
                yield Figure(quantity, Fraction(counted[key]), "1", Grade(counted["grade"]), counted["source"], kind="counted")
    headline = entry.get("headline")
    if headline:
        for key, quantity in (("total", TOTAL), ("active", ACTIVE)):
            if key in headline:
                value = number(headline[key], str(DATA / "models.json")) * 10**9
                yield Figure(quantity, value, "1", Grade(headline["grade"]), headline["source"], kind="headline")


@lru_cache(maxsize=1)
def _families() -> Mapping[str, tuple[str, ...]]:
    """Return the names of the models of each family."""
    found: dict[str, list[str]] = {}
    for name, entry in _entries().items():
        for family in entry["families"]:
            found.setdefault(family, []).append(name)
    return {family: tuple(members) for family, members in found.items()}


def _members(family: str) -> tuple[Model, ...]:
    return tuple(map(_named, _families()[family]))


def model_names() -> tuple[str, ...]:
    """Return the names of all models, in catalog order."""
    return tuple(_entries())


def models(name: str) -> Model | None:
    """Return the model of this catalog name, or the one model that `name` can only mean; None otherwise."""
    if name in _entries():
        return _named(name)
    found = find_models(name)
    return found[0] if len(found) == 1 else None


_LOOKAHEAD: Final = 10


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """Return (fillers, others): words that leave a model what it is, and words that make another of it."""
    words = vocabulary("models")
    return frozenset(words["fillers"]), frozenset(words["others"])


@dataclass(slots=True)
class _Facets:
    version: str = ""
    sizes: frozenset[str] = frozenset()
    actives: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()


@remembered
def find_models(text: str) -> tuple[Model, ...]:
    """Return every model that a short text may name: one for "Llama3_70B_Instruct", several for "Llama-70B", none for "Llama".

    A name with a size, version or qualifier that no known member of its family has gives nothing: it is another model.
    """
    found = list(tokens(text))
    members: dict[str, Model] = {}
    place = 0
    while place < len(found):
        family = _family(found, place)
        if family is None:
            place += 1
            continue
        name, end = family
        facets, end = _read(found, name, place, end)
        if facets is not None:
            for model in _matching(name, facets):
                members[model.name] = model
        place = end
    return tuple(members.values())


def _family(found: list[Token], place: int) -> tuple[str, int] | None:
    family = family_at(found, place, _families())
    if family is not None:
        return family
    # "deepseekv3": the version's letter sticks to the name where the case does not tell them apart.
    text = found[place].text
    if len(text) > 2 and text[:-1] in _families() and place + 1 < len(found) and found[place + 1].text[:1].isdecimal():
        found[place : place + 2] = [Token(text[:-1], found[place].glued), Token(text[-1] + found[place + 1].text, True)]
        return text[:-1], place + 1
    return None


def _read(found: list[Token], family: str, start: int, end: int) -> tuple[_Facets | None, int]:
    """Read the facets behind (and a size right before) a family name; None where the name is that of something else."""
    members = _members(family)
    versions = {version for model in members for version in model.versions if version}
    marks = {mark for model in members for mark in model.marks}
    fillers, others = _words()
    facets = _Facets()
    place = end
    while place < min(len(found), end + _LOOKAHEAD):
        token, glued = found[place].text, found[place].glued
        if family_at(found, place, _families()) is not None:
            # The name proper starts here: what stood before was its owner's (meta-llama/Llama-3) or another model's.
            return (None if glued and not facets.sizes else facets), place
        if token in others and token not in marks:
            return None, place + 1
        if token in marks:
            facets.marks |= {token}
        elif not facets.version and (version := _version(found, place, versions)) and (not facets.sizes or version[:1].isalpha()):
            facets.version = version
            place += version != token
        elif _is_size(token):
            facets.sizes |= {token}
        elif _is_active(token):
            facets.actives |= {token}
        elif _is_version(token) and not facets.version and not facets.sizes and glued:
            return None, place + 1  # a version that no known member has
        elif token not in fillers and not (token.isdecimal() or (token[:-1].isdecimal() and token[-1] in "ek")):
            if glued and token.isalpha() and not facets.sizes and len(token) > 2:
                return None, place + 1  # Llama-Guard, Qwen-Next: another name
            break
        place += 1
    before = found[start - 1].text if start else ""
    if not facets.sizes and _is_size(before):
        facets.sizes = frozenset({before})
    return facets, place


def _version(found: list[Token], place: int, versions: set[str]) -> str:
    """Return the known version that starts at a token: `3.1`, also written `3_1`; empty if none does."""
    token = found[place].text
    following = found[place + 1] if place + 1 < len(found) else None
    if following is not None and following.glued and len(following.text) == 1 and f"{token}.{following.text}" in versions:
        return f"{token}.{following.text}"
    return token if token in versions else ""


def _is_size(token: str) -> bool:
    body = token[:-1]
    first, _, second = body.partition("x")
    amount = second if second and first.isdecimal() else body
    named = token in {"7b1"}
    return named or (token[-1:] in {"b", "m", "t"} and amount.replace(".", "", 1).isdecimal() and len(token) < 10)


def _is_active(token: str) -> bool:
    return token[:1] == "a" and _is_size(token[1:])


def _is_version(token: str) -> bool:
    body = token[1:] if token[:1] in {"v", "k", "r", "m"} else token
    return body.replace(".", "", 1).isdecimal() and len(body) < 4


def _matching(family: str, facets: _Facets) -> tuple[Model, ...]:
    members = _members(family)
    named = bool(facets.version or facets.sizes or facets.marks)
    if not named and len(members) > 1:
        return ()
    if facets.version:
        members = tuple(model for model in members if facets.version in model.versions)
    elif facets.sizes and any("" in model.versions and facets.sizes & set(model.sizes) for model in members):
        # "DeepSeek 67B", "GPT-NeoX-20B": where a member goes without a version, a name without one means it.
        members = tuple(model for model in members if "" in model.versions)
    if facets.sizes:
        members = tuple(model for model in members if facets.sizes & set(model.sizes))
    if facets.actives:
        members = tuple(model for model in members if not model.actives or facets.actives & set(model.actives))
    exact = tuple(model for model in members if model.marks == facets.marks)
    if exact or not facets.sizes:
        return exact if exact or facets.marks else ()
    # A size may tell siblings apart without the word that does: Qwen3 480B is the coder.
    return tuple(model for model in members if facets.marks <= model.marks)


def model_readings(entries: Sequence[Model], quantity: str) -> Iterator[Reading]:
    """Yield every value that a claim about one of these models may mean.

    For parameter counts: every definition in use (with and without embeddings, with MTP), the reference count, the headline.
    """
    for model in entries:
        for figure in model.quoted(quantity):
            # A headline is rounded and counts what its authors chose: a reading, not the count itself.
            yield Reading(model.name, figure, Fraction(1), "headline" if figure.kind == "headline" else "")
            yield from _variants(model, figure)
        if quantity not in {TOTAL, ACTIVE}:
            continue
        for size in model.sizes if quantity == TOTAL else model.actives:
            if (named := _named_size(size)) is not None:
                yield Reading(model.name, Figure(quantity, named, "1", Grade.D, "model-cards"), Fraction(1), "as in its name")
        shape = model.architecture
        if shape is None:
            continue
        basis = model.quoted("model.layers")[0]
        for index, definition in enumerate(totals(shape) if quantity == TOTAL else actives(shape)):
            value = Fraction(definition.parameters.value)
            figure = Figure(quantity, value, "1", basis.grade, basis.source, basis.place, kind="recomputed")
            yield Reading(model.name, figure, Fraction(1), definition.name if index else "")


def _named_size(size: str) -> Fraction | None:
    """Return the count that a size in a name stands for: 70b, a22b, 1t; None for 8x7b."""
    digits = size.removeprefix("a")[:-1]
    scale = {"m": 10**6, "b": 10**9, "t": 10**12}.get(size[-1:])
    return Fraction(digits) * scale if scale and digits.replace(".", "", 1).isdecimal() else None


def _variants(model: Model, figure: Figure) -> Iterator[Reading]:
    """Yield the other ways in which a count of the shape is commonly told."""
    shape = model.architecture
    if shape is None:
        return
    told: list[tuple[int, str]] = []
    if figure.quantity == "model.layers" and shape.mtp_layers:
        told.append((shape.layers + shape.mtp_layers, "with MTP modules"))
    elif figure.quantity == "model.experts" and shape.experts is not None and shape.experts.shared:
        told.append((shape.experts.count + shape.experts.shared, "routed and shared experts"))
    elif figure.quantity == "model.ffn_hidden":
        told.append((2 * int(figure.value), "gate and up projections together"))
        if shape.experts is not None:
            told.append((shape.experts.ffn, "of an expert"))
    elif figure.quantity == "model.head_dim" and shape.latent is not None:
        told += [(shape.latent.nope, "without the rotary part"), (shape.latent.rope, "rotary part"), (shape.latent.v, "of a value head")]
    elif figure.quantity == "model.kv_heads" and shape.latent is not None:
        told.append((1, "one latent shared by all heads"))
    for value, says in told:
        yield Reading(model.name, figure, Fraction(value, 1) / figure.value, says)


def compare_model(entries: Sequence[Model], quantity: str, claimed: Interval) -> Comparison:
    """Compare a claim with all models it may be about.

    Counts are compared exactly, parameters within 0.5 %, headlines within 2 %, vocabularies (which are padded and
    trimmed) within 2.5 %. A context may always be shorter than the model's, and a longer one is left undetermined:
    contexts are stretched after training.
    """
    found = tuple(model_readings(entries, quantity))
    if quantity in {TOTAL, ACTIVE}:
        rounded = [one for one in found if one.says in {"headline", "as in its name"}]
        counted = compare([one for one in found if one not in rounded], claimed, PARAMETER_TOLERANCE)
        if counted.match is not None:
            return counted
        told = compare(rounded, claimed, HEADLINE_TOLERANCE)
        return told if told.match is not None or counted.verdict is Verdict.UNDETERMINED else counted
    if quantity == "model.context" and found:
        longest = max(found, key=lambda one: one.value)
        fits = claimed.low is None or claimed.low <= longest.value
        verdict = Verdict.HELD if fits else Verdict.UNDETERMINED
        return Comparison(verdict, longest if fits else None, longest, found, longest.figure.grade)
    return compare(found, claimed, VOCABULARY_TOLERANCE if quantity == "model.vocab" else Fraction(0))

"""The lexicon: quantities, their names and units, as data (rules/lexicon.yaml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from typing import Any

from auditor.claims.points import WordPoints
from auditor.claims.words import Normalizer, Word
from auditor.language.numbers import Number, scan
from auditor.language.units import UnitPhrase, read_unit, unit_behind
from auditor.language.vocabulary import Spelling, Vocabulary, build_vocabulary
from auditor.records import dataclass
from auditor.remember import once_for
from auditor.units import DATA, DIMENSIONLESS, ENERGY, MONEY, TIME, UNITS, WORK, Dimension, Unit

__all__ = ["Lexicon", "Match", "Quantity", "build"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One entry: what is measured, in which canonical unit, and the words for it."""

    id: str
    symbol: str
    unit: Unit
    names: tuple[tuple[str, ...], ...]
    noun: str = ""
    """The counted thing whose bare count this is: `layer` for model.layers."""
    per: str = ""
    """The scope that makes it this quantity: `gpu` for experts.per_gpu."""
    qualifiers: frozenset[str] = frozenset()
    """Words before the noun that make it this quantity: `spare` GPUs."""
    fallback_nouns: frozenset[str] = frozenset()
    """Nouns its value may carry when a label names it: `Tensor parallelism: 4 GPUs`."""
    short: frozenset[str] = frozenset()
    """Names that may be glued to the number: `tp` in TP4."""
    magnitude: bool = False
    """Counts written with a magnitude (30B): rounded, not exact."""
    kind: str = field(init=False, compare=False)
    """`share`, `data`, `time`, `work`, `rate`, `bandwidth`, `flops`, `count`, `money`, `power` ...: see `kind_of`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", kind_of(self.unit))


def kind_of(unit: Unit) -> str:
    """Return the kind of thing a unit measures; a count where it measures nothing, `other` where it is composed of what has no name.

    What a unit counts beside what it measures makes another thing of it: a GPU-hour is no time, dollars per token are no cost.
    """
    if unit.symbol == "%":
        return "share"
    if unit.dimension in _COUNTED_KINDS:
        return _COUNTED_KINDS[unit.dimension].get(unit.counted, "other")
    return _KINDS.get(unit.dimension, "other")


_COUNTED_KINDS: Mapping[Dimension, Mapping[tuple[tuple[str, int], ...], str]] = {
    TIME: {(): "time", (("gpu", 1),): "gpu_time"},
    MONEY: {(): "money", (("token", -1),): "token_price"},
}
_KINDS: Mapping[Dimension, str] = {
    ENERGY: "energy",
    ENERGY / TIME: "power",
    MONEY / TIME: "price",
    DATA: "data",
    WORK: "work",
    DIMENSIONLESS / TIME: "rate",
    DATA / TIME: "bandwidth",
    WORK / TIME: "flops",
    DIMENSIONLESS: "count",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A name of a quantity found in some words: `start..stop` are word indices."""

    quantity: Quantity
    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Lexicon:
    """The quantities and every list of words the reading stages use."""

    quantities: Mapping[str, Quantity]
    normalize: Normalizer
    transparent: frozenset[str]
    naming: frozenset[str]
    identifies: frozenset[str]
    """Words that end a name whose number says which one is meant: `pp_rank: 3`."""
    beside_degrees: Mapping[str, str]
    """Keys, as normalised words, that set a quantity only beside degrees or counts of GPUs."""
    elsewhere_in_keys: frozenset[str]
    """Words of a key that make it the setting of something else: `data_parallel_size_local`."""
    of_documents: frozenset[str]
    """Those of the naming words that name parts of the document: `Table 2` is no member of a deployment."""
    keyed_by: frozenset[str]
    """Words between the name of the values and that of their keys: `latency_ms_by_batch`."""
    linking: frozenset[str]
    """Words that tie the number behind them to what stands before: `of`, `per`, `with`."""
    jointly: frozenset[str]
    """What stands between an amount or rate and the GPUs that hold or yield it together."""
    of_a_machine: frozenset[str]
    """Words before `memory` that make it a machine's."""
    wished: frozenset[str]
    """Words of a label that asks for what stands behind it."""
    denying: frozenset[str]
    negating: frozenset[str]
    further: frozenset[str]
    meeting: frozenset[str]
    each: frozenset[str]
    """Words behind a figure of one of many: `64 GB each`."""
    derived: frozenset[str]
    """Words that say of a figure that it follows from those before it."""
    left: frozenset[str]
    """Words for what remains."""
    leaving: frozenset[str]
    """Words before what remains."""
    wholes: frozenset[str]
    """Words for that of which something remains."""
    opening: frozenset[str]
    """Words that open a clause of its own."""
    implied: Mapping[str, frozenset[str]]
    """Words by what they say of a figure that follows from those beside it."""
    compared: Mapping[str, frozenset[str]]
    """Words that set rows or columns of a table against each other, by what they say."""
    announced: Mapping[str, frozenset[str]]
    """Words of a head by what they say of how its column is worked out from others."""
    caches: Mapping[str, frozenset[str]]
    """Words beside the name of a cache: that it holds something, and that a figure is of a part of it."""
    sayings: Mapping[str, frozenset[str]]
    """Words and phrases by what they say."""
    indivisible: Mapping[str, tuple[str, ...]]
    """What says that one figure does not divide by another: outright (`saying`), or by what is asked (`asking`) beside a refusal."""
    verdicts: Mapping[str, frozenset[str]]
    """Words of a verdict by what they say: `below`, `above` or `either`; of what it is measured by: `bound`; of none: `open`."""
    totals: frozenset[str]
    sums_of_money: frozenset[str]
    """Words that call a row the sum of the money above it when they stand alone: `Net`."""
    summaries: frozenset[str]
    """Words that name what sums up others: `total`, `mean`."""
    given: frozenset[str]
    """Words of a label whose figure is a limit or what is left, never a part of the sum beside it."""
    apart: frozenset[str]
    """Words of a label whose figure is hardly a part of the sum beside it."""
    hedges: frozenset[str]
    """Words that may stand before the figure of a label."""
    statistics: Mapping[str, Fraction | None]
    """Ranks of the names of statistics from 0 (least) to 100 (most); None for a mean."""
    vocabulary: Vocabulary
    """How numbers, units and names are written."""
    networks: frozenset[str]
    """Names of networks whose rates are given in bits."""
    key_units: Mapping[str, str]
    roles: Mapping[str, tuple[tuple[str, ...], ...]]
    example_sections: tuple[tuple[str, ...], ...]
    previous_sections: tuple[tuple[str, ...], ...]
    precisions: Mapping[str, Fraction]
    axes: Mapping[str, str]
    """Word that names an axis of a written product (`8 (expert) × 4 (tensor)`) to the short name of its degree."""
    options: Mapping[str, Mapping[str, str]]
    """Program to its options, without dashes, to the quantities they set."""
    paths: Mapping[str, str]
    """The last two keys of a path, joined by a dot, to the quantity that the last one sets."""
    utilizations: Mapping[str, str]
    phases: Mapping[str, tuple[tuple[str, ...], ...]]
    phase_quantities: Mapping[str, Mapping[str, str]]
    cues: Mapping[str, frozenset[str]]
    """Quantity to the words that, near a number, speak for it without naming it."""
    against: Mapping[str, frozenset[str]]
    """Quantity to the words that, near a number, speak against it."""
    evidence: Mapping[str, int]
    """What each evidence for a candidate counts, in tenths of a unit of log odds (rules/evidence.yaml)."""
    word_points: WordPoints
    """What each word around a number counts for which quantity, in the same points (rules/wording.yaml)."""

    @property
    def nouns(self) -> frozenset[str]:
        return self.vocabulary.nouns

    @property
    def units(self) -> Mapping[str, Spelling]:
        return self.vocabulary.units

    @cached_property
    def by_first(self) -> Mapping[str, tuple[tuple[tuple[str, ...], Quantity], ...]]:
        """Names by their first word, longest first."""
        found: dict[str, list[tuple[tuple[str, ...], Quantity]]] = {}
        for quantity in self.quantities.values():
            for name in quantity.names:
                found.setdefault(name[0], []).append((name, quantity))
        return {first: tuple(sorted(entries, key=lambda entry: -len(entry[0]))) for first, entries in found.items()}

    @cached_property
    def by_short(self) -> Mapping[str, Quantity]:
        return {short: quantity for quantity in self.quantities.values() for short in quantity.short}

    @cached_property
    def verdict_words(self) -> Mapping[str, str]:
        """What a single word says of a figure and a bound: that it is below, above, either, or not needed."""
        return {word: sense for sense in ("needless", "either", "above", "below") for word in self.verdicts[sense]}

    @cached_property
    def axis_names(self) -> Mapping[str, str]:
        """Spellings of the parallel degrees in lists of names, to their short names: `tp`, `tensor`."""
        shorts = {short: short for short, quantity in self.by_short.items() if quantity.id.startswith("parallel.")}
        return shorts | {word: short for word, short in self.axes.items() if short in shorts}

    @once_for
    def scan(self, text: str, *, spelled: bool = False) -> tuple[Number, ...]:
        """Return the numbers of `text`; those in words too if they are asked for."""
        return scan(text, self.vocabulary, spelled=spelled)

    def matches(self, words: Sequence[Word]) -> list[Match]:
        """Return every name found in the words, at every position."""
        found = []
        texts = tuple([word.text for word in words])
        by_first = self.by_first
        for index, text in enumerate(texts):
            if text not in by_first:
                continue
            for name, quantity in by_first[text]:
                if len(name) == 1 or texts[index : index + len(name)] == name:
                    found.append(Match(quantity, index, index + len(name)))
        return found

    def unit_of_key(self, words: Sequence[Word]) -> tuple[str, int]:
        """Return the unit that the last words of a key say, and how many words say it.

        Statistics and `per gpu` may stand behind the unit: `step_time_ms_avg`, `tflops_per_gpu`.
        """
        symbol, size = self._composed_unit(words)
        if symbol:
            return symbol, size
        behind = 0
        while behind < len(words) and words[-1 - behind].text in _BEHIND_UNIT:
            behind += 1
        for skipped in (0, behind) if behind else (0,):
            symbol, size = self._unit_of(words[: len(words) - skipped])
            if symbol:
                return symbol, size + skipped
        return "", 0

    def _composed_unit(self, words: Sequence[Word]) -> tuple[str, int]:
        """Return the unit that the last words of a key compose: `tb_per_sec`, `usd_per_gpu_hour`, `requests_per_day`, `gpu_hours`."""
        for start in range(max(0, len(words) - _LONGEST_KEY_UNIT), len(words) - 1):
            behind = " ".join(word.text for word in words[start + 1 :])
            symbol = self.key_units.get(words[start].text, "")
            if symbol and behind.startswith("per "):
                phrase: UnitPhrase | None = unit_behind(f" {behind}", symbol, 0, self.vocabulary)
                size = len(behind) + 1
            else:
                phrase, size = read_unit(f"{words[start].text} {behind}", 0, self.vocabulary), len(words[start].text) + 1 + len(behind)
            if phrase is not None and phrase.cursor == size and phrase.symbol not in ("", symbol, *_BARE_WORK):
                return phrase.symbol, len(words) - start
        return "", 0

    def _unit_of(self, words: Sequence[Word]) -> tuple[str, int]:
        for size in (3, 2, 1):
            if len(words) >= size:
                symbol = self.key_units.get("_".join(word.text for word in words[-size:]))
                if symbol:
                    return symbol, size
        return "", 0

    def is_transparent(self, words: Iterable[Word]) -> bool:
        """Tell whether the words say nothing that forbids an outer label to name the quantity."""
        return all(word.text in self.transparent or word.text.isdigit() for word in words)


_LONGEST_KEY_UNIT = 6
_BARE_WORK = ("FLOP", "FLOPS")
"""What `flops_per_token` counts, in whatever magnitude."""
_BEHIND_UNIT = frozenset(
    "avg average mean median max min maximum minimum p 50 90 95 99 per gpu device each total estimated "
    "token layer step stage sequence request".split()
)


def _words(normalize: Normalizer, text: str) -> tuple[str, ...]:
    return tuple(word.text for word in normalize(text))


def _word_set(normalize: Normalizer, text: str) -> frozenset[str]:
    return frozenset(_words(normalize, text)) | frozenset(text.split())


def build(data: Mapping[str, Any], evidence: Mapping[str, int], wording: Mapping[str, str]) -> Lexicon:
    """Build the lexicon from its data (parsed YAML or the compiled index)."""
    joined = {tuple(key.split()): value for key, value in data["joined"].items()}
    normalize = Normalizer(data["words"], joined)
    quantities = {}
    for entry in data["quantities"]:
        quantity = Quantity(
            id=entry["id"],
            symbol=entry["symbol"],
            unit=UNITS[entry["unit"]],
            names=tuple(dict.fromkeys(filter(None, (_words(normalize, name) for name in entry.get("names", ()))))),
            noun=entry.get("noun", ""),
            per=entry.get("per", ""),
            qualifiers=frozenset(word for item in entry.get("qualifier", ()) for word in _words(normalize, item)),
            fallback_nouns=frozenset(word for item in entry.get("fallback_nouns", ()) for word in _words(normalize, item)),
            short=frozenset(entry.get("short", ())),
            magnitude=bool(entry.get("magnitude", False)),
        )
        quantities[quantity.id] = quantity
    shorts = frozenset(short for quantity in quantities.values() for short in quantity.short)
    vocabulary = build_vocabulary(data, shorts | frozenset(data["numbers"]["joined"].split()))
    for spelling in vocabulary.units.values():
        if spelling.symbol not in UNITS:
            raise ValueError(f"lexicon: no unit {spelling.symbol!r}")
    return Lexicon(
        quantities=quantities,
        normalize=normalize,
        transparent=frozenset(_words(normalize, data["transparent"])) | frozenset(data["transparent"].split()),
        naming=frozenset(data["naming"].split()),
        identifies=frozenset(data["identifies"].split()),
        beside_degrees=dict(data["beside_degrees"]),
        elsewhere_in_keys=frozenset(data["elsewhere_in_keys"].split()),
        of_documents=frozenset(data["of_documents"].split()),
        keyed_by=frozenset(data["keyed_by"].split()),
        linking=frozenset(data["linking"].split()),
        jointly=frozenset(data["jointly"]),
        of_a_machine=frozenset(data["of_a_machine"].split()),
        wished=frozenset(data["wished"].split()),
        denying=frozenset(data["denying"].split()),
        indivisible={said: tuple(phrases) for said, phrases in data["indivisible"].items()},
        verdicts={said: frozenset(words.split() if isinstance(words, str) else words) for said, words in data["verdicts"].items()},
        leaving=frozenset(data["leaving"].split()),
        left=frozenset(data["left"].split()),
        wholes=frozenset(data["wholes"].split()),
        opening=frozenset(data["opening"].split()),
        sayings={said: frozenset(word.strip() for word in words.split(",")) for said, words in data["sayings"].items()},
        announced={said: frozenset(words.split()) for said, words in data["announced"].items()},
        implied={said: frozenset(words.split()) for said, words in data["implied"].items()},
        compared={said: frozenset(words.split()) for said, words in data["compared"].items()},
        caches={said: frozenset(words.split()) for said, words in data["caches"].items()},
        derived=frozenset(data["derived"].split()),
        further=frozenset(data["further"].split()),
        negating=frozenset(data["negating"].split()),
        meeting=frozenset(data["meeting"].split()),
        each=frozenset(data["each"].split()),
        sums_of_money=frozenset(data["sums_of_money"].split()),
        totals=frozenset(data["totals"].split()),
        summaries=frozenset(data["summaries"].split()),
        given=frozenset(data["given"].split()),
        apart=frozenset(data["apart"].split()),
        hedges=frozenset(data["hedges"].split()),
        statistics={name: None if rank is None else Fraction(str(rank)) for name, rank in data["statistics"].items()},
        vocabulary=vocabulary,
        networks=frozenset(data["networks"].split()),
        key_units={
            "_".join(_words(normalize, key)) if key not in data["key_units"] else key: symbol for key, symbol in data["key_units"].items()
        },
        roles={role: tuple(_words(normalize, word) for word in words) for role, words in data["roles"].items()},
        example_sections=tuple(_words(normalize, word) for word in data["example_sections"]),
        previous_sections=tuple(_words(normalize, word) for word in data["previous_sections"]),
        paths=dict(data["paths"]),
        utilizations=dict(data["utilizations"]),
        phases={phase: tuple(_words(normalize, word) for word in entry["words"]) for phase, entry in data["phases"].items()},
        phase_quantities={phase: {key: value for key, value in entry.items() if key != "words"} for phase, entry in data["phases"].items()},
        evidence=dict(evidence),
        word_points=WordPoints(wording),
        cues={entry["id"]: _word_set(normalize, entry["cues"]) for entry in data["quantities"] if "cues" in entry},
        against={entry["id"]: _word_set(normalize, entry["against"]) for entry in data["quantities"] if "against" in entry},
        axes=dict(data["axes"]),
        options={program: dict(options) for program, options in data["options"].items()},
        precisions={name: Fraction(str(value)) for name, value in data["precisions"].items()},
    )

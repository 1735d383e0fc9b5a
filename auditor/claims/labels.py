"""What the labels around a value say: names, units, scopes, roles, members and phases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from auditor.claims.lexicon import Lexicon, Match
from auditor.claims.members import keyed_at, members_in, settings_in
from auditor.claims.vocabulary import GIVEN_UP, LEFT_OUT
from auditor.claims.words import Word, split
from auditor.language.units import unit_said
from auditor.records import dataclass
from auditor.statements import Label, LabelKind

__all__ = ["PER_WORDS", "LabelReader", "View", "contains", "find", "find_any", "per_of", "slashed"]

PER_WORDS = {
    "gpu": "gpu",
    "device": "gpu",
    "rank": "gpu",
    "worker": "gpu",
    "node": "node",
    "stage": "stage",
    "pipelineparallel": "stage",
    "pp": "stage",
    "pipeline": "stage",
    "replica": "replica",
    "dataparallel": "replica",
    "dp": "replica",
    "instance": "replica",
    "group": "group",
    "layer": "layer",
    "expert": "expert",
    "expertparallel": "group",
    "ep": "group",
    "tensorparallel": "group",
    "tp": "group",
    "token": "token",
    "sequence": "sequence",
    "batch": "batch",
    "step": "step",
    "iteration": "step",
    "head": "head",
    "second": "second",
    "microbatch": "microbatch",
    "request": "request",
    "user": "user",
    "partition": "group",
    "shard": "group",
    "slice": "group",
    "core": "core",
    "operation": "operation",
    "allreduce": "operation",
    "alltoall": "operation",
}
"""Scope named by the word after `per`."""


@dataclass(frozen=True, slots=True)
class View:
    """A label as the resolver sees it."""

    label: Label
    raw: str
    words: tuple[Word, ...]
    matches: tuple[Match, ...]
    transparent: bool
    """It says nothing about which quantity follows (`Degree`, `Target`, `Stage 0`)."""
    unit: str = ""
    """Unit said in the label: `Memory (GB)`, `latency_ms`."""
    unit_per: str = ""
    per: str = ""
    member: str = ""
    """`Stage 0`, `GPU 3`, `ranks 0-15` when the label names one or some of many."""
    settings: tuple[tuple[str, int], ...] = ()
    """What a variant sets, where the label names one and says nothing else: `tp_8`, `TP=8, PP=2`, `batch 16`."""
    role: str = ""
    phase: str = ""
    units: tuple[str, ...] = ()
    """Every unit that a caption says: `Step time in ms, memory in GB`, `Throughput (tokens/s)`."""
    factor: int = 1
    """What its numbers are counted in: 10**9 for `Parameters (B)` and `params_b`."""


_LONGEST_UNIT: Final = 40
_NEGATED: Final = 3
"""So many words behind a negation are denied by it."""


def find(words: Sequence[Word], name: Sequence[str]) -> int:
    """Return the index at which the words hold `name` in a row, or -1."""
    first, size = name[0], len(name)
    for index in range(len(words) - size + 1):
        if words[index].text == first and (size == 1 or all(words[index + offset].text == name[offset] for offset in range(1, size))):
            return index
    return -1


def contains(words: Sequence[Word], names: Sequence[Sequence[str]]) -> bool:
    """Tell whether any of the names occurs in the words."""
    texts = {word.text for word in words}
    return any(name and name[0] in texts and find(words, name) >= 0 for name in names)


def find_any(words: Sequence[Word], wanted: Collection[str]) -> bool:
    """Tell whether any of the single words occurs."""
    return not {word.text for word in words}.isdisjoint(wanted)


def per_of(words: Sequence[Word]) -> str:
    """Return the scope after the last `per` (or `each`) in the words; empty if none."""
    scope = ""
    for index, word in enumerate(words):
        if word.text in ("per", "each", "every") and index + 1 < len(words):
            for offset, follower in enumerate(words[index + 1 : index + 4], index + 2):
                if follower.text in PER_WORDS:
                    if scope and PER_WORDS[follower.text] in ("layer", "token", "second"):
                        break
                    scope = PER_WORDS[follower.text]
                    if scope == "gpu" and offset < len(words) and words[offset].text == "group":
                        scope = "group"
                    if follower.text not in (
                        "pipelineparallel",
                        "dataparallel",
                        "expertparallel",
                        "tensorparallel",
                        "ep",
                        "tp",
                        "dp",
                        "pp",
                        "pipeline",
                    ):
                        break
    return scope


def _memory_owner(words: Sequence[Word]) -> str:
    """Return whose memory `gpu_memory_gb` or `total_gpu_memory_gb` is."""
    if find(words, ("gpu", "memory")) < 0:
        return ""
    return "total" if find_any(words, ("total", "cluster", "aggregate")) else "gpu"


_DIVIDED_BY = frozenset("gpu node stage replica layer token sequence step".split())


def slashed(raw: str, words: Sequence[Word]) -> tuple[Word, ...]:
    """Read the slash of `Layers/stage` and `Memory/GPU` as `per`; `Stage/GPU` and `PP/DP` name two things."""
    found: list[Word] = []
    for index, word in enumerate(words):
        if index and word.text in _DIVIDED_BY and raw[words[index - 1].end : word.start].strip() == "/":
            before = raw[words[index - 1].start : words[index - 1].end]
            if before.endswith("s") or words[index - 1].text not in PER_WORDS:
                found.append(Word("per", word.start, word.start))
        found.append(word)
    return tuple(found)


_MAGNITUDES = {
    "m": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "billions": 10**9,
    "t": 10**12,
    "trillion": 10**12,
    "trillions": 10**12,
}


class LabelReader:
    """Reads labels, each text once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.cache: dict[tuple[str, LabelKind], View] = {}

    def __call__(self, label: Label) -> View:
        key = (label.text.content, label.kind)
        found = self.cache.get(key)
        if found is None:
            found = self.cache[key] = self.view(label)
        return found if found.label is label else replace(found, label=label)

    def view(self, label: Label) -> View:
        raw = label.text.content[:400]
        lexicon = self.lexicon
        if label.kind is LabelKind.KEY:
            raw = raw[: keyed_at(raw, lexicon)].rstrip(" _-")
        words = slashed(raw, lexicon.normalize(raw))
        option = raw.rfind(" --")
        if option >= 0 and " " not in raw[option + 1 :].strip():
            words = tuple(word for word in words if word.start > option)  # `Run it with vllm serve model --tensor-parallel-size`
        unit, unit_per = "", ""
        named = words
        if label.kind in (LabelKind.KEY, LabelKind.FLAG, LabelKind.VARIABLE):
            unit, size = lexicon.unit_of_key(split(raw))
            if unit in ("GB", "TB", "MB") and any(word.text == "bandwidth" for word in words):
                unit = f"{unit}/s"
            if unit and not unit.endswith("FLOPS"):
                cut = split(raw)[-size].start
                behind = next((word.start for word in words if word.start > cut and word.text == "per"), len(raw))
                named = tuple(word for word in words if word.start < cut or word.start >= behind)
        unit, unit_per, cut = (unit, "", -1) if unit else self.bracketed_unit(raw)
        if cut >= 0:
            named = tuple(word for word in words if word.start < cut)
        if not unit:
            headed, headed_per = self.headed_unit(raw)
            if label.kind in (LabelKind.COLUMN, LabelKind.ROW) or "/" in headed or "*" in headed:
                unit, unit_per = headed, headed_per
        unit = unit or self.counted_unit(words, raw)
        factor, ending = (1, -1) if unit else self.magnitude(raw, words)
        if ending >= 0:
            named = tuple(word for word in named if word.end <= ending)
        settings = () if label.kind is LabelKind.HEADING else settings_in(raw, lexicon)
        members = members_in(raw, lexicon.naming)
        numbered = members is not None and members.noun in lexicon.of_documents
        member = "" if members is None or members.counted or numbered else members.text
        if member and all(word.text.isdigit() or word.text in lexicon.naming or word.text in lexicon.transparent for word in named):
            named = ()
        matches = tuple(lexicon.matches(named))
        is_key = label.kind in (LabelKind.KEY, LabelKind.FLAG, LabelKind.VARIABLE)
        elsewhere = is_key and (self.is_elsewhere(matches, named) or self.beside_degrees(named) is not None)
        if elsewhere:
            matches, named = (), tuple(word for word in named if word.text in lexicon.elsewhere_in_keys)
        return View(
            label=label,
            raw=raw,
            words=named,
            matches=matches,
            units=self.units_said(raw, unit) if label.kind in (LabelKind.LEAD, LabelKind.HEADING) else (),
            transparent=bool(member or settings or numbered) or (not elsewhere and lexicon.is_transparent(named)),
            unit=unit,
            unit_per=unit_per,
            per=unit_per or per_of(words) or (_memory_owner(words) if unit else ""),
            member=member,
            settings=() if member else settings,
            role=self.role(words),
            phase=self.phase(words),
            factor=factor,
        )

    def beside_degrees(self, words: Sequence[Word]) -> str | None:
        """Return the quantity that a key sets where degrees stand beside it: `replicas`."""
        return self.lexicon.beside_degrees.get(" ".join(word.text for word in words))

    def is_elsewhere(self, matches: Sequence[Match], words: Sequence[Word]) -> bool:
        """Tell whether a word that no quantity's name holds makes a key the setting of something else: `data_parallel_size_local`."""
        if matches and self._per_another(matches, words):
            return True
        told = [index for index, word in enumerate(words) if word.text in self.lexicon.elsewhere_in_keys]
        return bool(matches) and any(not any(match.start <= index < match.stop for match in matches) for index in told)

    def _per_another(self, matches: Sequence[Match], words: Sequence[Word]) -> bool:
        """Tell whether a count of GPUs or nodes is given per something that is neither: `gpus_per_task`."""
        named = matches[-1]
        behind = words[named.stop : named.stop + 2]
        layout = named.quantity.id in ("gpus", "nodes") or named.quantity.id.startswith("parallel.")
        return layout and len(behind) > 1 and behind[0].text == "per" and behind[1].text not in PER_WORDS

    def bracketed_unit(self, raw: str) -> tuple[str, str, int]:
        """Read the unit in brackets at the end of a label: `Latency (ms)`, `Memory [GB]`, `Time, s`."""
        for opening, closing in (("(", ")"), ("[", "]")):
            start = raw.rfind(opening)
            end = raw.find(closing, start)
            if start >= 0 and end > start:
                inner = raw[start + 1 : end].strip()
                if inner in ("T", "tokens", "tok"):
                    return "token", "", start
                unit, per = self.unit_said(inner)
                if unit:
                    return unit, per, start
        return "", "", -1

    def units_said(self, raw: str, bracketed: str) -> tuple[str, ...]:
        """Return the units that a caption gives: the one in brackets, one behind an `in`, one that begins a clause before another word."""
        found = [bracketed] if bracketed else []
        for clause in raw.replace(";", ",").split(",")[1:]:
            first, *rest = clause.split(maxsplit=1) or [""]
            if first and (rest or len(first) > 1) and (symbol := self.unit_said(first.strip("().:*_`"))[0]):
                found.append(symbol)
        words = raw.split()
        for word, behind in pairwise(words):
            if word.lower() == "in" and (symbol := self.unit_said(behind.strip("().,;:*_`"))[0]):
                found.append(symbol)
        return tuple(dict.fromkeys(found))

    def unit_said(self, text: str) -> tuple[str, str]:
        """Return the unit that a text names and nothing else, and what it is per: `GB`, `ms/token`, `tokens_per_second`."""
        spelling = self.lexicon.units.get(text) or self.lexicon.units.get(text.lower() if len(text) > 2 else text)
        if spelling:
            return spelling.symbol, spelling.per
        phrase = unit_said(text[:_LONGEST_UNIT].replace("_", " "), self.lexicon.vocabulary)
        if phrase is not None and len(text) <= _LONGEST_UNIT:
            return phrase.symbol, phrase.per
        words = self.lexicon.normalize(text[:_LONGEST_UNIT].replace("/", " per "))
        symbol, size = self.lexicon.unit_of_key(words)
        if symbol and size == len(words):
            return symbol, per_of(words)
        return "", ""

    def magnitude(self, raw: str, words: Sequence[Word]) -> tuple[int, int]:
        """Read `(B)`, `(millions)` or, of parameters, `_b` at the end of a label; return the factor and where its words end."""
        stripped = raw.rstrip(" :*_`")
        if stripped.endswith((")", "]")):
            start = max(stripped.rfind("("), stripped.rfind("["))
            factor = _MAGNITUDES.get(stripped[start + 1 : -1].strip().lower(), 1)
            return (factor, start) if factor > 1 and start > 0 else (1, -1)
        last = split(stripped)
        sized = find_any(words, ("parameter",)) or find(words, ("model", "size")) >= 0
        factor = _MAGNITUDES.get(last[-1].text, 1) if len(last) > 1 and sized else 1
        return (factor, last[-1].start) if factor > 1 else (1, -1)

    def headed_unit(self, raw: str) -> tuple[str, str]:
        """Read a table head that is itself a unit: `Tokens / sec / GPU`, `TFLOP/s/GPU`, `TGS (tokens/s)`."""
        if raw.rstrip().endswith(")") and (opening := raw.rfind("(")) > 0:
            raw = raw[:opening]  # `tok/s (batch 256)`: under which condition
        said = unit_said(raw.strip(" *_`:")[:_LONGEST_UNIT], self.lexicon.vocabulary)
        if said is not None and not said.symbol.isalpha():
            return said.symbol, said.per
        squeezed = "".join(raw.split())
        for candidate in (raw.strip(), raw.strip().lower(), squeezed, squeezed.lower()):
            spelling = self.lexicon.units.get(candidate)
            if spelling:
                return spelling.symbol, spelling.per
        for prefix in ("Model", "Avg", "Mean", "Total", "Achieved"):
            if squeezed.startswith(prefix):
                spelling = self.lexicon.units.get(squeezed[len(prefix) :])
                if spelling:
                    return spelling.symbol, spelling.per
        return "", ""

    def counted_unit(self, words: Sequence[Word], raw: str) -> str:
        """Read the rate of work that a label counts in, last but for `per GPU`: `Peak TFLOPS`, `Achieved TFLOPS per GPU`."""
        for index, word in enumerate(words):
            if word.text == "flops" and (index + 1 == len(words) or words[index + 1].text in ("per", "each", "gpu")):
                spelling = self.lexicon.units.get(raw[word.start : word.end])
                if spelling is not None and spelling.symbol.endswith("FLOPS") and spelling.symbol != "FLOPS":
                    return spelling.symbol
        return ""

    def member(self, raw: str) -> str:
        """Return the label where it names one or some of many: `Stage 0`, `TP Group 3`, `GPU 5 (rank 1)`, `ranks 0-15`."""
        members = members_in(raw, self.lexicon.naming)
        return members.text if members is not None and not members.counted else ""

    def role(self, words: Sequence[Word]) -> str:
        """Return the role that the words say: the cue that ends last wins, so that `requirement met` is what is."""
        best, place = "", 0
        if words and words[0].text in GIVEN_UP:
            return "previous"
        texts = {word.text for word in words}
        for role, names in self.lexicon.roles.items():
            for name in names:
                if name and name[0] in texts and (index := find(words, name)) >= 0 and index + len(name) > place:
                    if role == "previous" and any(word.text in LEFT_OUT for word in words[index + len(name) :][:1]):
                        continue  # `KV cache (previously missing)`: what was not there before is there now
                    if role == "target" and self._is_met(words[:index]):
                        role = ""
                    best, place = role, index + len(name)
        return best

    def _is_met(self, before: Sequence[Word]) -> bool:
        """Tell whether what is asked is said to be met, or denied: `Single replica meets the requirements`, `no replication needed`."""
        return find_any(before, self.lexicon.meeting) or find_any(before[-_NEGATED:], self.lexicon.negating)

    def phase(self, words: Sequence[Word]) -> str:
        found = [phase for phase, names in self.lexicon.phases.items() if contains(words, names)]
        return found[0] if len(found) == 1 else ""

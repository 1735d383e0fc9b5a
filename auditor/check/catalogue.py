"""A named GPU or model against the catalog: do the figures beside the name belong to it?

A name counts only where it means one family of entries, and only for the claims that stand under it: in the same statement or
list, else in the whole report where it names nothing else. A claim is contradicted only if no variant (SXM or PCIe, dense or
sparse, one direction of a link or both) has the figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from fractions import Fraction
from typing import Final

from auditor.check.stated import amount, around, is_operand, operand, places, said
from auditor.check.subject import Subject
from auditor.check.targets import offset
from auditor.claims.equation import Sum
from auditor.claims.labels import find_any
from auditor.claims.line import start_of_clause
from auditor.claims.model import Approximation, Claim, Role
from auditor.claims.words import Word
from auditor.cost.catalog import Comparison, Hardware, Model, compare_hardware, compare_model, find_hardware, find_models
from auditor.cost.catalog.hardware import is_capacity
from auditor.findings import Confidence, ConventionTried, Operand, Outcome, Place, Step, Verdict
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.remember import once_for
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind, Statement
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["LEAST_MEMORY", "Named", "bits_for_bytes", "gpu", "link", "model", "named_gpu", "named_parts", "precision_of"]

_LONGEST: Final = 400
_MOST: Final = 4000
_PRECISIONS: Final = ("fp64", "tf32", "fp32", "bf16", "fp16", "fp8", "int8", "fp4", "nvfp4", "mxfp4")

LEAST_MEMORY: Final = 4 * 10**9
"""Bytes: what is smaller is a cache or buffer, not the memory of a GPU."""
_FAR: Final = 5
"""A figure as many times larger or smaller than that of a part is not the part's."""


@dataclass(frozen=True, slots=True)
class Named:
    """A place that names entries of the catalog."""

    span: Span
    text: str
    statement: int
    group: int
    parts: tuple[Hardware, ...] = ()
    models: tuple[Model, ...] = ()

    @property
    def family(self) -> frozenset[str]:
        """What it names, whatever the variant: more than one where it names several."""
        return frozenset(part.families[0] for part in self.parts) or frozenset(model.name for model in self.models)


@once_for
def _names(subject: Subject, *, devices: bool) -> tuple[Named, ...]:
    """Return the places that name GPUs (or models): headings and labelled values."""
    found = []
    for index, statement in enumerate(subject.document.statements[:_MOST]):
        text = statement.value.content[:_LONGEST]
        if statement.struck or not text or statement.kind in (Kind.CODE, Kind.FLAG):
            continue
        labels = subject.lexicon.normalize(" ".join(label.text.content[:_LONGEST] for label in statement.path[-2:]))
        inside = subject.lexicon.normalize(text)
        if devices:
            if not find_any(labels, subject.lexicon.sayings["labels of devices"]) and not find_any(inside, ("gpu", "nvidia", "amd")):
                continue
            parts = find_hardware(text)
            if parts:
                found.append(Named(statement.value.whole, text, index, statement.group, parts=parts))
        elif statement.kind is Kind.HEADING or find_any(labels, subject.lexicon.sayings["labels of models"]):
            models = find_models(text)
            if models:
                found.append(Named(statement.value.whole, text, index, statement.group, models=models))
    return tuple(found)


def named_gpu(subject: Subject) -> Named | None:
    """Return where the report names its GPU, if it names one family only: the place that tells most of the variant."""
    names = _names(subject, devices=True)
    if len(frozenset().union(*(name.family for name in names))) != 1:
        return None
    return min(names, key=lambda name: len(name.parts))


def named_parts(subject: Subject) -> tuple[Hardware, ...]:
    """Return every part of the catalog that the GPUs the report names can be."""
    return tuple(dict.fromkeys(part for name in _names(subject, devices=True) for part in name.parts))


def _over(subject: Subject, claim: Claim, names: Sequence[Named]) -> Named | None:
    """Return the name a claim stands under: in its statement, its list or object, else the only one of the report."""
    statement = subject.statement(claim)
    for chosen in (
        [name for name in names if name.statement == claim.statement],
        [name for name in names if name.group == statement.group and _same_row(subject, name, statement)],
    ):
        if chosen:
            return chosen[0] if len(frozenset().union(*(name.family for name in chosen))) == 1 else None
    if len(frozenset().union(*(name.family for name in names))) == 1 and statement.kind is not Kind.SENTENCE:
        return min(names, key=lambda name: len(name.parts) + len(name.models))
    return None


def _same_row(subject: Subject, name: Named, statement: Statement) -> bool:
    """Tell whether a name speaks for a statement of its group: in a table, only for its row."""
    other = subject.document.statements[name.statement]
    return other.cell is None or statement.cell is None or other.cell.row == statement.cell.row


def _own(subject: Subject, claim: Claim) -> bool:
    """Tell whether a claim states a figure outright, as that of one part or model."""
    if claim.role is not Role.ACTUAL or claim.source or claim.confidence is not Confidence.HIGH or claim.scope.member or claim.scope.words:
        return False
    if claim.bound or claim.approximation is Approximation.RANGE or is_operand(claim):
        return False
    statement = subject.statement(claim)
    if statement.kind in (Kind.CODE, Kind.FLAG):
        return False
    if not any(mark in f"{statement.label} {claim.text}".lower() for mark in ("b", "flop")) and not claim.quantity.startswith("model."):
        return False  # a figure of hardware has a unit of its own
    return not find_any(_words(subject, claim), subject.lexicon.sayings["of the plan rather than the part"])


def _words(subject: Subject, claim: Claim) -> tuple[Word, ...]:
    """Return the words a claim stands among: its label and the text around it."""
    before, behind = around(subject, claim)
    return (*subject.lexicon.normalize(subject.statement(claim).label), *subject.lexicon.normalize(f"{before} {behind}"))


@dataclass(frozen=True, slots=True)
class _Odd:
    """A claim that the named entry does not have."""

    claim: Claim
    found: Comparison


def _of_all(claim: Claim, each: Fraction, counts: Set[Fraction]) -> bool:
    """Tell whether a memory without a scope is that of all the GPUs a report counts: 320 GB beside four GPUs of 80 GB."""
    value = claim.interval.middle
    if claim.quantity != "memory.capacity" or claim.scope.per not in ("", "total") or value is None or not each:
        return False
    return value / each > 1 and value / each in counts


def _counts(subject: Subject) -> frozenset[Fraction]:
    """Return how many GPUs the report speaks of."""
    claims = subject.quantities(["gpus", "gpus.per_node"])
    return frozenset(claim.interval.low for claim in claims if claim.interval.is_exact and claim.interval.low is not None)


def _compared(
    rule: Rule, named: Mapping[Named, list[tuple[Claim, Comparison]]], noun: str, counts: Set[Fraction] = frozenset()
) -> Iterator[Outcome]:
    """Yield what held, and one finding for all figures that a name does not have."""
    for name, pairs in named.items():
        odd: list[_Odd] = []
        for claim, found in pairs:
            if found.verdict is Verdict.HELD and found.match is not None:
                yield rule.held((claim.span, name.span), f"{said(claim)} is {found.match.entry}'s {found.match.figure.text}")
            elif found.verdict is Verdict.CONTRADICTED and found.nearest is not None and _of_another(claim, found.nearest.value):
                yield rule.undetermined((claim.span,), "so far off that it is of something else")
            elif found.verdict is Verdict.CONTRADICTED and found.nearest is not None and not _of_all(claim, found.nearest.value, counts):
                odd.append(_Odd(claim, found))
            else:
                yield rule.undetermined((claim.span,), "the catalog has no figure to compare with")
        if odd:
            yield _outcome(rule, name, odd, noun)


def _of_another(claim: Claim, known: Fraction) -> bool:
    """Tell whether a figure is no slip of the part's own, but of something else: a pool, a disk, a machine, all GPUs, or what a run takes.

    A slip of memory writes what another part has; what is less and no part's is a use: 39 GB beside a GPU of 80. A peak that many
    GPUs have together is theirs, unless it is said to be that of one.
    """
    value = claim.interval.middle
    if value is None:
        return False
    if claim.quantity == "hardware.peak_flops":
        return value > known * _FAR and claim.scope.per != "gpu"
    if claim.quantity != "memory.capacity":
        return False
    return not known < value * _FAR < known * _FAR * _FAR or (value < known and not is_capacity(value))


def _outcome(rule: Rule, name: Named, odd: Sequence[_Odd], noun: str) -> Outcome:
    distinct: dict[tuple[str, Fraction | None], list[_Odd]] = {}
    for one in odd:
        distinct.setdefault((one.claim.quantity, one.claim.interval.middle), []).append(one)
    first = [group[0] for group in distinct.values()]
    main = first[0]
    called = ", ".join(dict.fromkeys(_entries(name)))
    parts = [f"{_labelled(one)} where the catalog has {_has(name, one)}" for one in first[:4]]
    message = f"{'; '.join(parts)} ({noun} {called})"
    steps = []
    for one in first[:4]:
        nearest = one.found.nearest
        if nearest is None or not nearest.value:
            continue
        value = one.claim.interval.middle or Fraction(0)
        ratio = value / nearest.value
        times = figure(Fraction(round(ratio * 1000), 1000), UNITS["1"])
        known = Operand("catalog", nearest.figure.text, nearest.value, nearest.value, None, f"{nearest.entry}, {nearest.figure.source}")
        said_of = f"{times} times the nearest figure, {nearest.figure.text} of {nearest.entry} ({nearest.figure.source})"
        steps.append(
            Step.exact("claimed / catalog", f"{plain(value)} / {plain(nearest.value)}", said_of, (operand(one.claim), known), ratio)
        )
    related = [Place(name.span, f"names {called}"[:80])]
    related += [Place(one.claim.span, f"the catalog has {_has(name, one)}"[:80]) for one in first[1:]]
    related += [place for group in distinct.values() for place in places(one.claim for one in group[1:])]
    firm = any(one.found.grade is not None and one.found.grade.firm for one in first)
    finding = rule.finding(
        message,
        Place(main.claim.span, f"the catalog has {_has(name, main)}"[:80]),
        confidence=None if firm else Confidence.LOW,
        related=tuple(related[:12]),
        claimed=said(main.claim),
        expected=_has(name, main),
        derivation=tuple(steps),
        conventions=_tried(main),
    )
    spans = tuple(dict.fromkeys((*(one.claim.span for one in odd), name.span)))
    return Outcome(rule.code, Verdict.CONTRADICTED, spans, message, finding)


def _tried(one: _Odd) -> tuple[ConventionTried, ...]:
    """Return the readings of the catalog's figures that were tried, each value once."""
    found: dict[tuple[str, Fraction], ConventionTried] = {}
    for reading in one.found.readings:
        name = f"{reading.entry} {reading.figure.precision} {reading.says}"
        detail = amount(reading.value, one.claim.unit)
        found.setdefault((reading.entry, reading.value), ConventionTried(" ".join(name.split()), False, reading.figure.source, detail))
    return tuple(found.values())[:8]


def _entries(name: Named) -> list[str]:
    return [part.name for part in name.parts] or [model.name for model in name.models]


def _labelled(one: _Odd) -> str:
    """Return a claim with the name of its quantity where its text alone does not say it."""
    text = said(one.claim)
    return text if any(character.isalpha() for character in text) else f"{one.claim.symbol} {text}"


def _has(name: Named, one: _Odd) -> str:
    """Return what the catalog has for the claim's quantity: the principal figure of each entry."""
    quantity = one.claim.quantity
    found: list[str] = []
    nearest = one.found.nearest
    precision = (nearest.figure.precision if nearest is not None else "bf16") if quantity == "hardware.peak_flops" else ""
    for part in name.parts:
        quoted = part.quoted(quantity, precision) or part.quoted(quantity)
        found += [f"{figure.text} {figure.precision}".strip() for figure in quoted[:1]]
    for entry in name.models:
        found += [figure.text for figure in entry.quoted(quantity)[:1]]
    if not found and one.found.nearest is not None:
        found.append(one.found.nearest.figure.text)
    return " or ".join(dict.fromkeys(found))


# --- GPUs


def gpu(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Memory, bandwidth and peak rate beside a GPU's name are those of some variant of it."""
    names = _names(subject, devices=True)
    if not names:
        return
    named: dict[Named, list[tuple[Claim, Comparison]]] = {}
    seen: set[Span] = set()
    for claim in subject.quantities(("memory.capacity", "hardware.memory_bandwidth", "hardware.peak_flops")):
        if claim.span in seen or not _own(subject, claim) or claim.scope.per not in ("", "gpu"):
            continue
        if claim.quantity == "memory.capacity" and ((claim.interval.low or 0) < LEAST_MEMORY or _is_added_up(subject, claim)):
            continue
        name = _over(subject, claim, names)
        if name is None:
            continue
        seen.add(claim.span)
        precision = precision_of(subject, claim) if claim.quantity == "hardware.peak_flops" else ""
        dense = claim.quantity == "hardware.peak_flops" and _is_called_dense(subject, rule, claim)
        found = compare_hardware(name.parts, claim.quantity, _widest(claim), precision, dense=dense)
        if found.verdict is Verdict.UNDETERMINED and precision:
            found = compare_hardware(name.parts, claim.quantity, _widest(claim), dense=dense)
        named.setdefault(name, []).append((claim, found))
    yield from _compared(rule, named, "for the GPU named,", _counts(subject))


def _is_called_dense(subject: Subject, rule: Rule, claim: Claim) -> bool:
    """Tell whether the label of a rate calls it dense, and says nothing of sparsity."""
    label = subject.lexicon.normalize(subject.statement(claim).label)
    return find_any(label, rule.options["dense"]) and not find_any(label, rule.options["sparse"])


def _is_added_up(subject: Subject, claim: Claim) -> bool:
    """Tell whether a figure is a term or the result of a written sum: memory that is used, or that of several, not what one GPU has."""
    return any(
        passage.index == claim.statement
        and any(isinstance(side.tree, Sum) for side in equation.sides)
        and passage.span(equation.start, equation.end).overlaps(claim.span)
        for passage, equation in subject.equations
    )


def _widest(claim: Claim) -> Interval:
    interval = claim.readings[0].interval
    for reading in claim.readings[1:]:
        interval = interval.hull(reading.interval)
    return interval


def precision_of(subject: Subject, claim: Claim) -> str:
    """Return the number format a rate is stated for; empty where none or several are."""
    before, behind = around(subject, claim)
    near = f"{subject.statement(claim).label} {before} {behind}".lower()
    words = "".join(character if character.isalnum() else " " for character in near).split()
    found = [name for name in _PRECISIONS if name in words]
    return found[0].removeprefix("nv").removeprefix("mx") if len(found) == 1 else ""


# --- links


def link(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The bandwidth of the link between GPUs of a node is that of some variant of the named GPU."""
    named: dict[Named, list[tuple[Claim, Comparison]]] = {}
    for claim, name in _links(subject):
        found = compare_hardware(name.parts, "hardware.link_bandwidth", _widest(claim))
        if found.verdict is Verdict.CONTRADICTED and (_as_bytes(claim, name) is not None or _of_network(subject, claim)):
            continue
        named.setdefault(name, []).append((claim, found))
    yield from _compared(rule, named, "for the GPU named,", _counts(subject))


def bits_for_bytes(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A link whose number is right in bytes per second is not written in bits."""
    for claim, name in _links(subject):
        found = _as_bytes(claim, name)
        if found is None or found.match is None:
            continue
        match = found.match
        value = claim.interval.middle or Fraction(0)
        message = f"{said(claim)} is {amount(value, UNITS['GB/s'])}, but the link of {match.entry} has {match.figure.text}: bits written for bytes"  # noqa: E501 -- one sentence of a finding
        yield rule.contradicted(
            (claim.span, name.span),
            message,
            Place(claim.span, "in bits"),
            related=(Place(name.span, f"names {match.entry}"[:80]),),
            claimed=said(claim),
            expected=match.figure.text,
            derivation=(Step.exact("bits / 8", f"{plain(value * 8)} / 8", amount(value, UNITS["GB/s"]), (operand(claim),), value),),
        )


def _links(subject: Subject) -> Iterator[tuple[Claim, Named]]:
    names = _names(subject, devices=True)
    seen: set[Span] = set()
    for claim in subject.quantities(("hardware.link_bandwidth",)) if names else ():
        if claim.span in seen or not _own(subject, claim):
            continue
        words = (*_words(subject, claim), *subject.lexicon.normalize(claim.text))
        if not find_any(words, subject.lexicon.sayings["links in a node"]) or find_any(
            words, subject.lexicon.sayings["links out of a node"]
        ):
            continue
        name = _over(subject, claim, names)
        if name is not None:
            seen.add(claim.span)
            yield claim, name


def _of_network(subject: Subject, claim: Claim) -> bool:
    """Tell whether a rate in bits is that of a network card: `fabrics of 400 Gbps` in a text that speaks of NVLink as well."""
    value = claim.interval.middle
    bits = not claim.unit.symbol.endswith("B/s") and value is not None and value * 8 in _CARDS
    if not bits:
        return False
    statement = subject.statement(claim)
    text, position = statement.value.content, offset(statement.value, claim.span.start)
    clause = text[start_of_clause(text, position) :].partition(". ")[0]
    return not find_any(
        subject.lexicon.normalize(f"{statement.label} {clause}"),
        subject.lexicon.sayings["links in a node"] - subject.lexicon.sayings["links of any kind"],
    )


_CARDS: Final = frozenset(Fraction(rate * 10**9) for rate in (100, 200, 400, 800))
"""Bits per second of network cards."""


def _as_bytes(claim: Claim, name: Named) -> Comparison | None:
    """Return the comparison of a claim in bits with its number taken for bytes, where only that fits."""
    if "b" not in claim.unit.symbol or claim.unit.symbol.endswith("B/s"):
        return None
    if compare_hardware(name.parts, "hardware.link_bandwidth", _widest(claim)).verdict is not Verdict.CONTRADICTED:
        return None
    found = compare_hardware(name.parts, "hardware.link_bandwidth", _widest(claim).scale(8))
    return found if found.verdict is Verdict.HELD and found.match is not None and found.match.plain else None


# --- models

_MODEL_QUANTITIES: Final = (
    *("model.layers", "model.hidden", "model.heads", "model.kv_heads", "model.head_dim", "model.ffn_hidden", "model.expert_hidden"),
    *("model.vocab", "model.experts", "model.top_k", "model.shared_experts", "model.params", "model.params_active"),
)


def model(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Layers, widths, heads and experts beside a model's name are its own."""
    names = [
        name
        for name in _names(subject, devices=False)
        if not find_any(subject.lexicon.normalize(name.text), subject.lexicon.sayings["other than the named model"])
    ]
    if not names:
        return
    named: dict[Named, list[tuple[Claim, Comparison]]] = {}
    seen: set[Span] = set()
    for claim in subject.quantities(_MODEL_QUANTITIES):
        if claim.span in seen or not _own(subject, claim) or claim.scope.per not in ("", "total", "layer", "head"):
            continue
        if subject.statement(claim).kind is Kind.SENTENCE:
            continue
        name = _over(subject, claim, names)
        if name is None:
            continue
        seen.add(claim.span)
        named.setdefault(name, []).append((claim, compare_model(name.models, claim.quantity, _widest(claim))))
    fitting = {name: pairs for name, pairs in named.items() if _is_named_one(pairs)}
    yield from _compared(rule, fitting, "for the model named,")


def _is_named_one(pairs: Sequence[tuple[Claim, Comparison]]) -> bool:
    """Tell whether most figures are the named model's: else another one is described under its name."""
    odd = {claim.quantity for claim, found in pairs if found.verdict is Verdict.CONTRADICTED}
    same = {claim.quantity for claim, found in pairs if found.verdict is Verdict.HELD} - odd
    return not odd or len(same) > len(odd)

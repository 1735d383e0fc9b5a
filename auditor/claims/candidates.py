"""Candidates: every quantity that a number may state, each with the evidence for it and against it.

The places around a number in which a quantity can be named are *zones*: the name glued to it, the words behind and before it in its
clause, what titles its part of the text, what leads to the bracket it stands in, and the labels of its statement from the innermost
outward. Each name found in a zone makes a candidate, each reason to think so is an evidence with a name; how much a reason counts is
data (`rules/evidence.yaml`, fitted by `scripts/fit_evidence.py`). Nothing is decided here: `auditor.claims.settle` adds up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.claims.counted import owner_of
from auditor.claims.counts import is_billions, leads_into, read_operand, spelled_axis
from auditor.claims.labels import PER_WORDS, View, per_of
from auditor.claims.lexicon import Match, Quantity, kind_of
from auditor.claims.line import (
    Desk,
    Line,
    bracketed,
    followed_by_of,
    in_brackets_behind,
    is_factor,
    is_operand,
    lead_words,
    singular_noun,
    spell,
    title_words,
)
from auditor.claims.model import Approximation, Claim
from auditor.claims.names import naming_words, option_of
from auditor.language.numbers import Form, Number
from auditor.claims.shares import base_of_share, states_change
from auditor.claims.vocabulary import GENERIC, PASSES
from auditor.claims.words import Word, split
from auditor.spans import Span
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS

__all__ = ["Candidate", "Zone", "candidates_of", "zones_of"]

OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Zone:
    """A place around a number in which a quantity can be named."""

    name: str
    words: tuple[Word, ...]
    shown: str
    """How a reader would point at it: `label 'Memory'`, `words behind it: of weights`."""
    context: Span | None = None
    view: View | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One quantity that a number may state, with the names of what speaks for it and against it."""

    quantity: str
    evidence: tuple[str, ...]
    shown: str
    context: Span | None = None
    per: str = ""


def zones_of(desk: Desk, line: Line, number: Number, tail: Sequence[Word], head: Sequence[Word]) -> list[Zone]:
    """Return the zones of a number that hold words, nearest first."""
    found = []
    earlier = tuple(word for word in line.words if word.end <= (head[0].start if head else number.start))[-8:]
    if tail:
        found.append(Zone("behind", tuple(naming_words(tail)), f"words behind it: {spell(tail)}"))
    if head:
        found.append(Zone("before", tuple(naming_words(head)), f"words before it: {spell(head)}"))
    titled = title_words(desk, line, number)
    if titled:
        found.append(Zone("title", titled, f"words before the colon: {spell(titled)}"))
    if bracketed(desk, line, number) and (lead := lead_words(desk, line, number)):
        found.append(Zone("lead", lead, f"words before the bracket: {spell(lead)}"))
    if earlier:
        found.append(Zone("earlier", earlier, f"words earlier in it: {spell(earlier)}"))
    depth = headings = 0
    for view in line.views:
        heading = view.label.kind in (LabelKind.HEADING, LabelKind.FILE)
        name = f"heading{min(headings, 2)}" if heading else f"label{min(depth, 2)}"
        if not (view.transparent and not view.matches):
            depth, headings = depth + (not heading), headings + heading
        if view.words:
            found.append(Zone(name, view.words, f"label {view.raw.strip()!r}", view.label.text.whole, view))
    return found


def candidates_of(
    desk: Desk,
    line: Line,
    position: int,
    number: Number,
    kind: str,
    unit: str,
    unit_per: str,
    tail: Sequence[Word],
    head: Sequence[Word],
    before: Sequence[Claim | None],
) -> list[Candidate]:
    """Return what a number may state; `other` is always among it."""
    zones = zones_of(desk, line, number, tail, head)
    per = PER_WORDS.get(number.per, "") or PER_WORDS.get(unit_per, "") or per_of(tail)
    gathered: dict[str, _Gathered] = {}
    named = set()
    passed = 0
    for zone in zones:
        ours = zone.view.matches if zone.view is not None else desk.lexicon.matches(zone.words)
        fitting = [match for match in ours if fits(match.quantity, kind, unit, zone)]
        best = {}
        for match in fitting:
            known = best.get(match.quantity.id)
            if known is None or (match.size, match.stop) > (known.size, known.stop):
                best[match.quantity.id] = match
        for quantity, match in best.items():
            one = gathered.setdefault(quantity, _Gathered(match.quantity))
            reasons = tuple(in_zone(desk, line, number, kind, zone, match, ours))
            if one.shown == "" or (one.context is None and zone.name == "label0" and f"label0 filled, {kind}" in reasons):
                one.shown, one.context, one.per = zone.shown, zone.context, zone.view.per if zone.view else ""
            one.evidence.extend(reasons)
            if not named:
                one.evidence.append("nearest")
            elif quantity not in named:
                one.evidence.append("nearer names")
            if passed:
                one.evidence.append(f"passed {min(passed, 2)}")
        named |= set(best)
        if zone.view is not None and not fitting and not zone.view.transparent:
            passed += 1
    for quantity, name, shown in said_at_once(desk, line, number, kind, unit):
        one = gathered.setdefault(quantity.id, _Gathered(quantity))
        one.evidence.append(name)
        one.shown = one.shown or shown
    for quantity, name, shown in told_by_place(desk, line, number, tail, head, kind):
        one = gathered.setdefault(quantity.id, _Gathered(quantity))
        one.evidence.append(name)
        one.shown = one.shown or shown
    for quantity in by_kind(desk, number, kind, unit):
        gathered.setdefault(quantity.id, _Gathered(quantity))
    opaque = opaque_words(desk, zones)
    parts = {one.quantity.id.partition(".")[0] for one in gathered.values() if one.shown and one.quantity.id not in GENERIC}
    for one in gathered.values():
        one.evidence.extend(of_number(desk, line, position, number, one.quantity, kind, unit, per, tail, head, before, zones))
        if one.quantity.id in GENERIC and one.quantity.id.partition(".")[0] in parts:
            one.evidence.append(f"a part is named, {line.statement.kind.value}")
        if one.shown == "":
            one.shown = f"unit {unit}" if unit else "its kind"
    found = [Candidate(one.quantity.id, tuple(one.evidence), one.shown, one.context, one.per) for one in gathered.values()]
    evidence = [f"other {kind}", *(f"opaque {min(count, 3)}" for count in [opaque] if count)]
    if not named:
        evidence.append("nothing named")
    if is_operand(desk, line, number) or (is_factor(desk, line, number) and kind == "count" and not is_result(line, number)):
        evidence.append("operand")
    if number.noun:
        evidence.append("noun unplaced" if not any(singular_noun(number.noun) == one.quantity.noun for one in gathered.values()) else "noun placed")
    if per and not any(one.quantity.per == per for one in gathered.values()):
        evidence.append("per unplaced")
    found.append(Candidate(OTHER, tuple(evidence), zones[0].shown if zones else ""))
    return found


@dataclass(slots=True)
class _Gathered:
    quantity: Quantity
    evidence: list[str] = None  # type: ignore[assignment]
    shown: str = ""
    context: Span | None = None
    per: str = ""

    def __post_init__(self) -> None:
        self.evidence = []


_SAME_COUNTED: Final = {"sample": "sequence", "iteration": "batch", "query": "request"}


def fits(quantity: Quantity, kind: str, unit: str, zone: Zone | None) -> bool:
    """Tell whether a number of this kind and unit may state a quantity; one without a unit may take it from a label."""
    if quantity.id == OTHER:
        return False
    if quantity.kind == kind:
        if kind != "rate" or not unit:
            return True
        counted = unit.split("/")[0]
        return _SAME_COUNTED.get(counted, counted) == quantity.unit.symbol.split("/")[0]
    return kind == "count" and not unit and zone is not None and zone.view is not None


def in_zone(desk: Desk, line: Line, number: Number, kind: str, zone: Zone, match: Match, ours: Sequence[Match]) -> Iterator[str]:
    """Yield what a name in a zone says."""
    name, words = zone.name, zone.words
    yield name
    if match.size > 1:
        yield f"{name} long"
    inside = any(
        other is not match and other.start <= match.start and match.stop <= other.stop and other.size > match.size for other in ours
    )
    if inside:
        yield "within a longer name"
        return
    rest = [*words[: match.start], *words[match.stop :]]
    scoped = {index + 1 for index, word in enumerate(rest) if word.text in ("per", "each")}
    unknown = sum(
        1
        for index, word in enumerate(rest)
        if index not in scoped
        and not desk.lexicon.is_transparent((word,))
        and word.text not in PER_WORDS
        and not any(other.start <= words.index(word) < other.stop for other in ours if other.quantity is match.quantity)
    )
    yield f"{name} filled, {kind}" if unknown == 0 else f"{name} with {min(unknown, 3)} unknown, {kind}"
    if name == "before":
        if leads_into(desk, line.text, number, words[: match.stop]):
            yield "before leads in"
        elif match.stop < len(words) - 2:
            yield "before far"
    elif name == "behind":
        if match.start == 0:
            yield "behind adjacent"
        elif match.start > 2:
            yield "behind far"
    elif match.stop == len(words) or desk.lexicon.is_transparent(words[match.stop :]):
        yield f"{name} ends"
    elif zone.view is not None and words[-1].text != match.quantity.noun and (
        words[-1].text in desk.lexicon.naming or words[-1].text in desk.lexicon.nouns
    ):
        yield "a member is named"
    if any(other.start > match.start and other.stop > match.stop and other.quantity.kind == match.quantity.kind for other in ours):
        yield "a later name there"


def said_at_once(desk: Desk, line: Line, number: Number, kind: str, unit: str) -> Iterator[tuple[Quantity, str, str]]:
    """Yield what is named by more than words around: a glued name, an option, a name in brackets behind."""
    lexicon = desk.lexicon
    option = option_of(desk, line)
    if option is not None and number is line.numbers[-1]:
        yield option, "option", f"option {line.views[0].raw.strip()!r}"
    name = number.name.lower()
    if name in lexicon.by_short and kind in ("count", lexicon.by_short[name].kind):
        yield lexicon.by_short[name], "glued name", f"{line.text[number.name_start : number.stop]!r}"
    axis = spelled_axis(desk, line, number)
    if axis:
        yield lexicon.by_short[axis], "axis in brackets", f"named in brackets: {line.text[number.digits : number.stop + 8]!r}"
    short = lexicon.by_short.get(in_brackets_behind(line.text, number))
    if short is not None and short.kind == kind:
        yield short, "name in brackets", f"named in brackets: {line.text[number.digits : number.end + 8]!r}"
    if number.noun:
        noun = singular_noun(number.noun)
        for quantity in lexicon.quantities.values():
            if quantity.noun == noun:
                yield quantity, "noun", f"{line.text[number.digits : number.end]!r}"
    if is_billions(desk, number):
        for quantity in ("model.params", "model.params_active"):
            yield lexicon.quantities[quantity], "billions", "billions"


def told_by_place(
    desk: Desk, line: Line, number: Number, tail: Sequence[Word], head: Sequence[Word], kind: str
) -> Iterator[tuple[Quantity, str, str]]:
    """Yield what a number is by where it stands: behind a divided total, as one side of `m of n`, beside a word that qualifies."""
    quantities = desk.lexicon.quantities
    if kind == "ratio":
        yield quantities["change"], "so many times", "a ratio"
        return
    if kind == "flops" and (PER_WORDS.get(number.per, "") or per_of(tail)) in ("step", "batch"):
        yield quantities["work.step"], "work of a step", "work per step, whatever its unit says"
    if kind != "count":
        return
    near = (*line.words, *(word for view in line.views[:2] for word in view.words))
    texts = {word.text for word in near}
    if tail and not number.noun:
        for quantity in quantities.values():
            if quantity.noun and quantity.noun in texts and tail[0].text in quantity.qualifiers:
                yield quantity, "qualifier behind", f"words behind it: {spell(tail)}"
    if number.form in (Form.PART, Form.WHOLE) and "gpu" in texts:
        yield quantities["gpus" if number.form is Form.PART else "gpus.available"], "m of n", "m of n"
    operand = read_operand(desk, line, number)
    if operand is not None:
        yield quantities[operand.quantity], "divided under its label", operand.read_as
    if number.noun == "dimensions" or number.noun == "dims":
        yield quantities["model.head_dim"], "so many dimensions", "dimensions of a head"
    owner = (owner_of(desk, line, head) or owner_named(line)) if number.noun else ""
    if owner:
        for quantity in quantities.values():
            if quantity.noun == singular_noun(number.noun) and (quantity.per == owner or _divided(desk, quantity, owner)):
                yield quantity, "of its owner" if quantity.per == owner else "of another owner", f"what one {owner} has"


def _divided(desk: Desk, quantity: Quantity, owner: str) -> bool:
    """Tell whether what a quantity counts has a quantity of its own for one owner: experts of a GPU, not parameters."""
    return any(other.noun == quantity.noun and other.per == owner for other in desk.lexicon.quantities.values())


def owner_named(line: Line) -> str:
    """Return whose label the number stands under: `Stage 0`, `TP Group 3`, `Node 1`; empty where no member is named."""
    for view in line.views[:3]:
        if view.member:
            named = [PER_WORDS[word.text] for word in split(view.member) if word.text in PER_WORDS]
            return named[-1] if named else ""
    return ""


def by_kind(desk: Desk, number: Number, kind: str, unit: str) -> Iterator[Quantity]:
    """Yield the quantities that a unit alone may mean."""
    for quantity in desk.lexicon.quantities.values():
        if kind in ("rate", "flops", "bandwidth", "share", "work") and quantity.id != OTHER and fits(quantity, kind, unit, None):
            yield quantity
        elif kind == "data" and quantity.id in ("memory.used", "memory.capacity", "memory.weights", "model.bytes_per_param"):
            yield quantity
        elif kind == "time" and quantity.id == "time.step":
            yield quantity


def is_result(line: Line, number: Number) -> bool:
    """Tell whether an equals sign leads to the number and nothing is done with it behind."""
    return line.text[: number.start].rstrip()[-1:] in ("=", "≈") and line.text[number.end :].lstrip()[:1] not in ("×", "*", "÷", "/", "+")


def opaque_words(desk: Desk, zones: Sequence[Zone]) -> int:
    """Count the words of the nearest label that neither name a quantity nor are known to name none."""
    zone = next((one for one in zones if one.view is not None and not one.view.transparent), None)
    if zone is None:
        return 0
    return sum(1 for word in zone.words if not desk.lexicon.is_transparent((word,)))


def of_number(
    desk: Desk,
    line: Line,
    position: int,
    number: Number,
    quantity: Quantity,
    kind: str,
    unit: str,
    per: str,
    tail: Sequence[Word],
    head: Sequence[Word],
    before: Sequence[Claim | None],
    zones: Sequence[Zone],
) -> Iterator[str]:
    """Yield what the number itself, its unit, its noun and its neighbours say of a quantity."""
    yield f"is {quantity.id}"
    noun = singular_noun(number.noun) if number.noun else ""
    led = next((zone.words for zone in zones if zone.name == "lead"), ())
    near = {word.text for word in (*tail[:5], *head[-4:], *led[-3:])}
    near |= {word.text for word in split(line.text[max(0, number.start - 24) : number.end + 24])}
    labelled = {word.text for zone in zones if zone.view is not None and zone.name in ("label0", "label1") for word in zone.words}
    labelled |= {word.text for view in line.views[:2] for word in split(view.raw[:200])}
    if noun:
        if noun == quantity.noun:
            yield "own noun"
        elif noun in quantity.fallback_nouns:
            yield "noun that fits"
        elif quantity.noun:
            yield "noun of another"
        else:
            yield "noun where none is due"
    inner = {word.text for word in line.words if number.stop <= word.start and word.end <= number.end} if noun else set()
    if noun == "gpu" == quantity.noun and not inner.isdisjoint(desk.lexicon.axis_names):
        yield "GPUs of an axis: a group" if quantity.per == "group" else "GPUs of an axis: another"
    if last_of(before) == "model.heads" and quantity.id == "model.head_dim":
        yield "beside the heads"
    if quantity.qualifiers:
        yield "qualified" if quantity.qualifiers & (near | inner) else "qualified by label" if quantity.qualifiers & labelled else "unqualified"
    labelled_per = next((zone.view.per for zone in zones if zone.view is not None and zone.view.per), "")
    if quantity.per:
        yield "own scope" if quantity.per == per else "own scope by label" if quantity.per == labelled_per else "scope missing"
    elif kind in ("count", "rate") and per and _divided(desk, quantity, per):
        yield "scope of another"
    elif kind == "count" and labelled_per and _divided(desk, quantity, labelled_per):
        yield "scope of another by label"
    if kind == "count" and quantity.kind not in ("count", "share"):
        yield "unit unsaid" if number.noun == "" else "noun instead of a unit"
        yield f"unit unsaid in {line.statement.kind.value}"
    if kind == "count" and quantity.kind == "share":
        yield "share without a sign"
    middle = number.written[0].interval.middle
    if kind == "count" and quantity.kind == "count" and middle is not None:
        if middle.denominator != 1:
            yield "not whole"
        elif quantity.id.startswith("parallel.") and middle > 1024:
            yield "degree unlikely"
        if middle >= 10**7 and not quantity.magnitude:
            yield "too many"
        if quantity.magnitude and middle < 10**6:
            yield "too few"
    words = desk.lexicon.cues.get(quantity.id)
    if words is not None:
        if words & near:
            yield "cue near"
        if words & labelled:
            yield "cue in label"
        if any(word.text in words for zone in zones if zone.name in ("heading0", "heading1", "label2") for word in zone.words):
            yield f"cue in heading, {kind}"
    against = desk.lexicon.against.get(quantity.id)
    if against is not None:
        if against & near:
            yield "against near"
        if against & labelled:
            yield "against in label"
    if number.signed and quantity.id == "change":
        yield "signed"
    if kind == "share":
        yield from of_share(desk, line, position, number, quantity, near, labelled, tail, head)
    if kind == "data" and quantity.id in _OF_A_GPU:
        yield from of_amount(line, position, quantity, per)
    if kind == "count":
        yield from of_neighbours(line, position, quantity, before)
    last = next((claim for claim in reversed(before) if claim is not None), None)
    if last is not None:
        if last.quantity == quantity.id:
            yield "beside the same in brackets" if bracketed(desk, line, number) else "beside the same"
        elif kind == "share" and last.quantity.partition(".")[0] == "memory" and quantity.id in _BESIDE_MEMORY:
            yield f"beside a memory: {quantity.id}"
        elif kind == "share" and last.quantity in ("gpus", "gpus.available") and quantity.id == "share.gpu_utilization":
            yield "beside GPUs"
        elif kind == "share" and kind_of(last.unit) == "flops" and quantity.id == "share.mfu":
            yield "beside a peak"
    if number.form is not Form.PLAIN:
        yield f"{number.form.value} {quantity.kind}"
    if number.approximation is Approximation.RANGE and quantity.kind == "count":
        yield "range of counts"
    if kind == "count":
        named = bool(number.name) or noun == quantity.noun != "" or bool(tail and tail[0].text in desk.lexicon.axis_names)
        if is_operand(desk, line, number):
            yield "named operand" if named else "operand without a name"
        elif is_result(line, number):
            yield "result"
        elif is_factor(desk, line, number):
            yield "named factor" if named else "factor without a name"
    elif is_operand(desk, line, number):
        yield f"operand of {kind}"
    if unit == "byte":
        few = "few bytes" if middle is not None and middle <= 16 else "many bytes"
        yield f"{few}: one element" if quantity.id == "model.bytes_per_param" else f"{few}: another"
    if line.statement.kind is Kind.SENTENCE and quantity.kind == "count":
        yield "count in a sentence"


_BESIDE_MEMORY: Final = ("memory.utilization", "memory.headroom_share", "share.gpu_utilization", "share.compute_utilization", "share.of")
_OF_A_GPU: Final = ("memory.used", "memory.capacity", "memory.weights")


def last_of(before: Sequence[Claim | None]) -> str:
    """Return what the number right before states; empty where there is none or it states nothing."""
    return before[-1].quantity if before and before[-1] is not None else ""


def of_share(
    desk: Desk,
    line: Line,
    position: int,
    number: Number,
    quantity: Quantity,
    near: Collection[str],
    labelled: Collection[str],
    tail: Sequence[Word],
    head: Sequence[Word],
) -> Iterator[str]:
    """Yield what speaks for or against a share being that of a quantity."""
    table = desk.lexicon.utilizations
    subjects = {table[word] for word in near if word in table}
    if quantity.id in table.values():
        if subjects:
            yield "subject near" if quantity.id in subjects else "another subject near"
        else:
            said = {table[word] for word in labelled if word in table}
            if said:
                yield "subject in label" if quantity.id in said else "another subject in label"
    if followed_by_of(line.text, number) or (tail and tail[0].text == "of"):
        base = base_of_share(desk, line, position, number)
        said = {word.text for word in tail[:4]}
        kind = (
            "of a run"
            if not said.isdisjoint(PASSES)
            else f"of a {base}"
            if base
            else "of what is asked"
            if not said.isdisjoint(_ASKED)
            else "of something"
        )
        yield f"{kind}: {quantity.id}" if quantity.id in _SHARES else f"{kind}: another"
    if quantity.id == "change":
        if head and head[-1].text == "by":
            yield "by so much"
        if states_change(desk, line, number):
            yield "one end of a change"


_SHARES: Final = ("share.of", "memory.utilization", "share.mfu", "change")
_ASKED: Final = frozenset(("limit", "target", "requirement", "budget", "goal", "threshold"))


def of_amount(line: Line, position: int, quantity: Quantity, per: str) -> Iterator[str]:
    """Yield what speaks for an amount of data being what is used, what there is, or what the weights take."""
    if per:
        yield f"per {per}: {quantity.id}"
    numbers, text = line.numbers, line.text
    if position + 1 < len(numbers) and text[numbers[position].end : numbers[position + 1].start].strip() in ("/", "of", "out of"):
        yield f"of another amount: {quantity.id}"
    if position:
        gap = text[numbers[position - 1].end : numbers[position].start].strip()
        if numbers[position - 1].unit == "%" and gap == "of":
            yield f"a share is of it: {quantity.id}"
        elif gap in ("/", "of", "out of"):
            yield f"another is of it: {quantity.id}"
        elif gap[-1:] == "<" or gap in ("vs", "vs.", "under", "within", "≤"):
            yield f"another is below it: {quantity.id}"
    if text[: numbers[position].start].rstrip()[-1:] in ("<", "≤") or numbers[position].bound.startswith("<"):
        yield f"a bound: {quantity.id}"


def of_neighbours(line: Line, position: int, quantity: Quantity, before: Sequence[Claim | None]) -> Iterator[str]:
    """Yield what the number right before says of a count: `2 nodes × 8 GPUs`, `4 stages, each handling 4 layers`."""
    if not position or not before or before[-1] is None:
        return
    gap = line.text[line.numbers[position - 1].end : line.numbers[position].start].lower()
    last = before[-1]
    if gap.strip() in ("×", "x", "*", "of", "with"):
        if last.quantity == "nodes" and quantity.noun == "gpu":
            yield "times nodes: per node" if quantity.per == "node" else "times nodes: another"
    owner = next((PER_WORDS[word] for word in gap.replace(",", " ").split() if word in PER_WORDS), "")
    if "each" in gap or (line.text[line.numbers[position].end :].lower().split()[:1] in (["each"], ["each)"], ["each,"], ["each."])):
        counted = singular_noun(line.numbers[position - 1].noun)
        owner = owner or PER_WORDS.get(counted, "")
        if owner and quantity.noun:
            yield "of each: own scope" if quantity.per == owner else "of each: another scope"

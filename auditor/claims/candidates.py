"""Candidates: every quantity that a number may state, each with the evidence for it and against it.

The places around a number in which a quantity can be named are *zones*: the name glued to it, the words behind and before it in its
clause, what titles its part of the text, what leads to the bracket it stands in, and the labels of its statement from the innermost
outward. Each name found in a zone makes a candidate, each reason to think so is an evidence with a name; how much a reason counts is
data (`rules/evidence.yaml`, fitted by `scripts/fit_evidence.py`). Nothing is decided here: `auditor.claims.settle` adds up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import field, replace
from fractions import Fraction
from typing import Final

from auditor.claims.counted import owner_of
from auditor.claims.counts import is_billions, leads_into, read_operand, spelled_axis
from auditor.claims.labels import PER_WORDS, View, per_of
from auditor.claims.lexicon import Match, Quantity, kind_of
from auditor.claims.line import (
    Desk,
    Line,
    Meaning,
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
from auditor.claims.shares import base_of_share, states_change
from auditor.claims.vocabulary import GENERIC, PASSES
from auditor.claims.words import Word, split
from auditor.language.numbers import Form, Number
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Kind, LabelKind

__all__ = ["SETTINGS", "Around", "Candidate", "Zone", "candidates_of", "zones_of"]

OTHER: Final = "other"
UNNAMED: Final = "unnamed"
"""How the evidence of a candidate begins that nothing around the number names."""


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

    @property
    def is_named(self) -> bool:
        """Something around the number names it."""
        return not self.evidence[0].startswith(UNNAMED)


@dataclass(frozen=True, slots=True)
class Around:
    """A number with all that stands around it."""

    desk: Desk
    line: Line
    position: int
    number: Number
    kind: str
    """What its unit measures, as `auditor.claims.lexicon.kind_of` says; `count` where it has none."""
    unit: str
    per: str
    """Whose it is by its unit or the words behind it: `gpu`, `stage`; empty where nothing is said."""
    tail: Sequence[Word]
    head: Sequence[Word]
    before: Sequence[Claim | None]
    zones: Sequence[Zone]
    near: Collection[str]
    """The words close to it in its text, as written and in normal form."""
    labelled: Collection[str]
    """The words of its two innermost labels."""
    noun: str
    """The counted noun in the singular; empty where there is none."""


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
    first: Meaning | None,
    asked: Collection[str],
) -> list[Candidate]:
    """Return what a number may state, nearest names first; `other` is always among it.

    `first` is what the readers of single phrases take it for, `asked` what the wording around it speaks for.
    """
    zones = zones_of(desk, line, number, tail, head)
    per = PER_WORDS.get(number.per, "") or PER_WORDS.get(unit_per, "") or per_of(tail)
    near, labelled = _near(line, number, tail, head, zones), _labelled(line, zones)
    noun = singular_noun(number.noun) if number.noun else ""
    around = Around(desk, line, position, number, kind, unit, per, tail, head, before, zones, near, labelled, noun)
    gathered = _named(around)
    named = bool(gathered)
    for quantity, name, shown in (*said_at_once(around), *told_by_place(around)):
        one = gathered.setdefault(quantity.id, _Gathered(quantity))
        one.evidence.append(name)
        one.shown = one.shown or shown
    for quantity in by_kind(around):
        gathered.setdefault(quantity.id, _Gathered(quantity))
    parts = {_group(one.quantity.id) for one in gathered.values() if one.shown and one.quantity.id not in GENERIC}
    for one in gathered.values():
        one.evidence.extend(of_number(around, one.quantity))
        if one.quantity.id in GENERIC and _group(one.quantity.id) in parts:
            one.evidence.append(f"a part is named, {line.statement.kind.value}")
        one.shown = one.shown or (f"unit {unit}" if unit else "its kind")
    found = [Candidate(one.quantity.id, tuple(one.evidence), one.shown, one.context, one.per) for one in gathered.values()]
    found.append(_other(around, gathered.values(), named))
    found.extend(_unnamed(around, asked, {one.quantity for one in found}))
    return [_read_first(one, first, kind) for one in found]


def _unnamed(around: Around, asked: Collection[str], known: Collection[str]) -> Iterator[Candidate]:
    """Yield what nothing around a number names, though it may measure it."""
    quantities = around.desk.lexicon.quantities
    setting = around.line.statement.kind is Kind.ENTRY and around.desk.document.format in SETTINGS
    for name in () if setting else asked:  # what the key of a setting does not name, nothing does
        quantity = quantities.get(name)
        if quantity is None or name in known or name == OTHER:
            continue
        if around.noun and around.noun != quantity.noun and around.noun not in quantity.fallback_nouns:
            continue
        if fits(quantity, around.kind, around.unit, None):
            yield Candidate(name, (f"{UNNAMED}, {around.kind}", f"is {name}"), "the words around it")
        elif around.kind == "count" and not (around.unit or around.noun) and quantity.kind in _UNSAID:
            yield Candidate(name, (f"{UNNAMED}, unit unsaid", f"is {name}"), "the words around it")


SETTINGS: Final = ("yaml", "toml")
"""Formats in which programs are given their settings."""
_UNSAID: Final = ("data", "time", "rate", "share", "flops", "bandwidth")


def _read_first(one: Candidate, first: Meaning | None, kind: str) -> Candidate:
    """Return a candidate with what the first reading says of it."""
    if one.quantity != (first.quantity if first else OTHER):
        return one
    named = OTHER if one.quantity == OTHER else "named"
    sure = first.confidence.value if first else "no reading"
    return replace(one, evidence=(*one.evidence, f"first reading {sure}, {named}", f"first reading of a {kind}, {named}"))


@dataclass(slots=True)
class _Gathered:
    """A candidate while its evidence is collected."""

    quantity: Quantity
    evidence: list[str] = field(default_factory=list)
    shown: str = ""
    context: Span | None = None
    per: str = ""


def _group(quantity: str) -> str:
    return quantity.partition(".")[0]


def _near(line: Line, number: Number, tail: Sequence[Word], head: Sequence[Word], zones: Sequence[Zone]) -> frozenset[str]:
    led = next((zone.words for zone in zones if zone.name == "lead"), ())
    written = split(line.text[max(0, number.start - _CLOSE) : number.end + _CLOSE])
    return frozenset(word.text for word in (*tail[:5], *head[-4:], *led[-3:], *written))


_CLOSE: Final = 24
"""Characters on either side of a number within which a word as written is near it."""


def _labelled(line: Line, zones: Sequence[Zone]) -> frozenset[str]:
    normal = (word.text for zone in zones if zone.view is not None and zone.name in ("label0", "label1") for word in zone.words)
    written = (word.text for view in line.views[:2] for word in split(view.raw[:200]))
    return frozenset((*normal, *written))


def _named(around: Around) -> dict[str, _Gathered]:
    """Return a candidate for each quantity that a zone names, with what the zones say."""
    gathered: dict[str, _Gathered] = {}
    named: set[str] = set()
    passed = 0
    for zone in around.zones:
        ours = zone.view.matches if zone.view is not None else around.desk.lexicon.matches(zone.words)
        best = _best([match for match in ours if fits(match.quantity, around.kind, around.unit, zone)])
        for quantity, match in best.items():
            one = gathered.setdefault(quantity, _Gathered(match.quantity))
            reasons = tuple(in_zone(around, zone, match, ours))
            if one.shown == "" or (one.context is None and f"label0 filled, {around.kind}" in reasons):
                one.shown, one.context, one.per = zone.shown, zone.context, zone.view.per if zone.view else ""
            one.evidence.extend(reasons)
            if quantity not in named:
                one.evidence.append("nearer names" if named else "nearest")
            if passed:
                one.evidence.append(f"passed {min(passed, 2)}")
        named |= set(best)
        passed += zone.view is not None and not best and not zone.view.transparent
    return gathered


def _best(matches: Iterable[Match]) -> dict[str, Match]:
    """Return the longest name of each quantity, the last of equally long ones."""
    best: dict[str, Match] = {}
    for match in matches:
        known = best.get(match.quantity.id)
        if known is None or (match.size, match.stop) > (known.size, known.stop):
            best[match.quantity.id] = match
    return best


def _other(around: Around, gathered: Iterable[_Gathered], named: bool) -> Candidate:
    """Return the candidate that the number states something for which there is no quantity."""
    line, number = around.line, around.number
    evidence = [f"other {around.kind}"]
    if opaque := opaque_words(around.desk, around.zones):
        evidence.append(f"opaque {min(opaque, 3)}")
    if not named:
        evidence.append("nothing named")
    factor = around.kind == "count" and is_factor(around.desk, line, number) and not is_result(line, number)
    if factor or is_operand(around.desk, line, number):
        evidence.append("operand")
    if number.noun:
        evidence.append("noun placed" if any(one.quantity.noun == around.noun for one in gathered) else "noun unplaced")
    if around.per and not any(one.quantity.per == around.per for one in gathered):
        evidence.append("per unplaced")
    return Candidate(OTHER, tuple(evidence), around.zones[0].shown if around.zones else "")


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


def in_zone(around: Around, zone: Zone, match: Match, ours: Sequence[Match]) -> Iterator[str]:
    """Yield what a name in a zone says."""
    name, words, lexicon = zone.name, zone.words, around.desk.lexicon
    yield name
    if match.size > 1:
        yield f"{name} long"
    if any(other.start <= match.start and match.stop <= other.stop and other.size > match.size for other in ours):
        yield "within a longer name"
        return
    unknown = _unknown(around.desk, words, match, ours)
    yield f"{name} with {min(unknown, 3)} unknown, {around.kind}" if unknown else f"{name} filled, {around.kind}"
    if name == "before":
        if leads_into(around.desk, around.line.text, around.number, words[: match.stop]):
            yield "before leads in"
        elif match.stop < len(words) - 2:
            yield "before far"
    elif name == "behind":
        if match.start == 0 or match.start > 2:
            yield "behind far" if match.start else "behind adjacent"
    elif match.stop == len(words) or lexicon.is_transparent(words[match.stop :]):
        yield f"{name} ends"
    elif zone.view is not None and words[-1].text != match.quantity.noun and words[-1].text in lexicon.naming | lexicon.nouns:
        yield "a member is named"
    if any(other.start > match.start and other.stop > match.stop and other.quantity.kind == match.quantity.kind for other in ours):
        yield "a later name there"


def _unknown(desk: Desk, words: Sequence[Word], match: Match, ours: Sequence[Match]) -> int:
    """Count the words of a zone beside a name that may make it another: `MoE` before `layers`."""
    again = {index for other in ours if other.quantity is match.quantity for index in range(other.start, other.stop)}
    return sum(
        1
        for index, word in enumerate(words)
        if index not in again
        and not match.start <= index < match.stop
        and not (index and words[index - 1].text in ("per", "each"))
        and word.text not in PER_WORDS
        and not desk.lexicon.is_transparent((word,))
    )


def said_at_once(around: Around) -> Iterator[tuple[Quantity, str, str]]:
    """Yield what is named by more than words around: a glued name, an option, a name in brackets behind, a noun, billions."""
    lexicon, line, number, kind = around.desk.lexicon, around.line, around.number, around.kind
    option = option_of(around.desk, line)
    if option is not None and number is line.numbers[-1]:
        yield option, "option", f"option {line.views[0].raw.strip()!r}"
    glued = lexicon.by_short.get(number.name.lower())
    if glued is not None and kind in ("count", glued.kind):
        yield glued, "glued name", f"{line.text[number.name_start : number.stop]!r}"
    axis = spelled_axis(around.desk, line, number)
    if axis:
        yield lexicon.by_short[axis], "axis in brackets", f"named in brackets: {line.text[number.digits : number.stop + 8]!r}"
    short = lexicon.by_short.get(in_brackets_behind(line.text, number))
    if short is not None and short.kind == kind:
        yield short, "name in brackets", f"named in brackets: {line.text[number.digits : number.end + 8]!r}"
    for quantity in lexicon.quantities.values() if around.noun else ():
        if quantity.noun == around.noun:
            yield quantity, "noun", f"{line.text[number.digits : number.end]!r}"
    if is_billions(around.desk, number):
        for name in ("model.params", "model.params_active"):
            yield lexicon.quantities[name], "billions", "billions"


def told_by_place(around: Around) -> Iterator[tuple[Quantity, str, str]]:
    """Yield what a number is by where it stands: behind a divided total, as one side of `m of n`, under the name of one member."""
    quantities, line, number, tail = around.desk.lexicon.quantities, around.line, around.number, around.tail
    if around.kind == "ratio":
        yield quantities["change"], "so many times", "a ratio"
    elif around.kind == "flops" and (PER_WORDS.get(number.per, "") or per_of(tail)) in ("step", "batch"):
        yield quantities["work.step"], "work of a step", "work per step, whatever its unit says"
    if around.kind != "count":
        return
    texts = {word.text for word in (*line.words, *(word for view in line.views[:2] for word in view.words))}
    if tail and not number.noun:
        for quantity in quantities.values():
            if quantity.noun and quantity.noun in texts and tail[0].text in quantity.qualifiers:
                yield quantity, "qualifier behind", f"words behind it: {spell(tail)}"
    if number.form in (Form.PART, Form.WHOLE) and "gpu" in texts:
        yield quantities["gpus" if number.form is Form.PART else "gpus.available"], "m of n", "m of n"
    operand = read_operand(around.desk, line, number)
    if operand is not None:
        yield quantities[operand.quantity], "divided under its label", operand.read_as
    if around.noun == "dimension":
        yield quantities["model.head_dim"], "so many dimensions", "dimensions of a head"
    owner = (owner_of(around.desk, line, around.head) or owner_named(line)) if number.noun else ""
    for quantity in quantities.values() if owner else ():
        if quantity.noun == around.noun and (quantity.per == owner or _divided(around.desk, quantity, owner)):
            yield quantity, "of its owner" if quantity.per == owner else "of another owner", f"what one {owner} has"


def _divided(desk: Desk, quantity: Quantity, owner: str) -> bool:
    """Tell whether what a quantity counts has a quantity of its own for one owner: experts of a GPU, not parameters."""
    return any(other.noun == quantity.noun and other.per == owner for other in desk.lexicon.quantities.values())


def owner_named(line: Line) -> str:
    """Return whose label the number stands under: `Stage 0`, `TP Group 3`, `Node 1`; empty where no member is named."""
    member = next((view.member for view in line.views[:3] if view.member), "")
    named = [PER_WORDS[word.text] for word in split(member) if word.text in PER_WORDS]
    return named[-1] if named else ""


_BY_UNIT: Final = ("rate", "flops", "bandwidth", "share", "work")
_USUAL: Final = {"data": ("memory.used", "memory.capacity", "memory.weights", "model.bytes_per_param"), "time": ("time.step",)}


def by_kind(around: Around) -> Iterator[Quantity]:
    """Yield the quantities that a unit alone may mean."""
    quantities = around.desk.lexicon.quantities
    if around.kind in _BY_UNIT:
        yield from (one for one in quantities.values() if fits(one, around.kind, around.unit, None))
    yield from (quantities[name] for name in _USUAL.get(around.kind, ()))


def is_result(line: Line, number: Number) -> bool:
    """Tell whether an equals sign leads to the number and nothing is done with it behind."""
    return line.text[: number.start].rstrip()[-1:] in ("=", "≈") and line.text[number.end :].lstrip()[:1] not in ("×", "*", "÷", "/", "+")


def opaque_words(desk: Desk, zones: Sequence[Zone]) -> int:
    """Count the words of the nearest label that neither name a quantity nor are known to name none."""
    zone = next((one for one in zones if one.view is not None and not one.view.transparent), None)
    return 0 if zone is None else sum(1 for word in zone.words if not desk.lexicon.is_transparent((word,)))


def of_number(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what the number itself, its unit, its noun and its neighbours say of a quantity."""
    yield f"is {quantity.id}"
    if around.noun:
        yield from of_noun(around, quantity)
    if last_of(around.before) == "model.heads" and quantity.id == "model.head_dim":
        yield "beside the heads"
    if quantity.qualifiers:
        yield _qualified(around, quantity)
    yield from of_scope(around, quantity)
    yield from of_cues(around, quantity)
    if around.kind == "count":
        yield from of_count(around, quantity)
        yield from of_neighbours(around, quantity)
    elif is_operand(around.desk, around.line, around.number):
        yield f"operand of {around.kind}"
    if around.kind == "share":
        yield from of_share(around, quantity)
    if around.kind == "data" and quantity.id in _OF_A_GPU:
        yield from of_amount(around, quantity)
    yield from of_last(around, quantity)
    if around.number.signed and quantity.id == "change":
        yield "signed"
    if around.number.form is not Form.PLAIN:
        yield f"{around.number.form.value} {quantity.kind}"
    if around.unit == "byte":
        few = "few bytes" if (around.number.written[0].interval.middle or 17) <= 16 else "many bytes"
        yield f"{few}: one element" if quantity.id == "model.bytes_per_param" else f"{few}: another"


def of_noun(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what the counted noun says of a quantity."""
    if around.noun == quantity.noun:
        yield "own noun"
    elif around.noun in quantity.fallback_nouns:
        yield "noun that fits"
    else:
        yield "noun of another" if quantity.noun else "noun where none is due"
    if around.noun == "gpu" == quantity.noun and not _inner(around).isdisjoint(around.desk.lexicon.axis_names):
        yield "GPUs of an axis: a group" if quantity.per == "group" else "GPUs of an axis: another"


def _inner(around: Around) -> frozenset[str]:
    """Return the words between the digits and the end of the counted noun."""
    number = around.number
    return frozenset(word.text for word in around.line.words if number.stop <= word.start and word.end <= number.end)


def _qualified(around: Around, quantity: Quantity) -> str:
    inner = _inner(around) if around.noun else frozenset()
    if not quantity.qualifiers.isdisjoint(around.near) or not quantity.qualifiers.isdisjoint(inner):
        return "qualified"
    return "unqualified" if quantity.qualifiers.isdisjoint(around.labelled) else "qualified by label"


def of_scope(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield whether a quantity is of what the number is said to be of."""
    labelled = next((zone.view.per for zone in around.zones if zone.view is not None and zone.view.per), "")
    if quantity.per:
        yield "own scope" if quantity.per == around.per else "own scope by label" if quantity.per == labelled else "scope missing"
    elif around.kind in ("count", "rate") and around.per and _divided(around.desk, quantity, around.per):
        yield "scope of another"
    elif around.kind == "count" and labelled and _divided(around.desk, quantity, labelled):
        yield "scope of another by label"


def of_count(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what speaks for or against a number without a unit being a quantity."""
    number, line = around.number, around.line
    if quantity.kind not in ("count", "share"):
        yield "noun instead of a unit" if number.noun else "unit unsaid"
        yield f"unit unsaid in {line.statement.kind.value}"
    elif quantity.kind == "share":
        yield "share without a sign"
    else:
        yield from _of_value(quantity, number.written[0].interval.middle)
        if number.approximation is Approximation.RANGE:
            yield "range of counts"
        if line.statement.kind is Kind.SENTENCE:
            yield "count in a sentence"
    named = (
        bool(number.name)
        or around.noun == quantity.noun != ""
        or bool(around.tail and around.tail[0].text in around.desk.lexicon.axis_names)
    )
    if is_operand(around.desk, line, number):
        yield "named operand" if named else "operand without a name"
    elif is_result(line, number):
        yield "result"
    elif is_factor(around.desk, line, number):
        yield "named factor" if named else "factor without a name"


def _of_value(quantity: Quantity, middle: Fraction | None) -> Iterator[str]:
    if middle is None:
        return
    if middle.denominator != 1:
        yield "not whole"
    elif quantity.id.startswith("parallel.") and middle > _MOST_OF_AN_AXIS:
        yield "degree unlikely"
    if quantity.magnitude and middle < _FEWEST_OF_A_MODEL:
        yield "too few"
    elif not quantity.magnitude and middle >= _TOO_MANY:
        yield "too many"


_MOST_OF_AN_AXIS: Final = 1024
_FEWEST_OF_A_MODEL: Final = 10**6
_TOO_MANY: Final = 10**7


def of_cues(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what words say that speak for a quantity, or against it, without naming it."""
    cues, against = around.desk.lexicon.cues.get(quantity.id), around.desk.lexicon.against.get(quantity.id)
    if cues is not None:
        if not cues.isdisjoint(around.near):
            yield "cue near"
        if not cues.isdisjoint(around.labelled):
            yield "cue in label"
        if any(word.text in cues for zone in around.zones if zone.name in ("heading0", "heading1", "label2") for word in zone.words):
            yield f"cue in heading, {around.kind}"
    if against is not None:
        if not against.isdisjoint(around.near):
            yield "against near"
        if not against.isdisjoint(around.labelled):
            yield "against in label"


_BESIDE_MEMORY: Final = ("memory.utilization", "memory.headroom_share", "share.gpu_utilization", "share.compute_utilization", "share.of")
_OF_A_GPU: Final = ("memory.used", "memory.capacity", "memory.weights")


def last_of(before: Sequence[Claim | None]) -> str:
    """Return what the number right before states; empty where there is none or it states nothing."""
    return before[-1].quantity if before and before[-1] is not None else ""


def of_last(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what the nearest claim before the number in its statement says of a quantity."""
    last = next((claim for claim in reversed(around.before) if claim is not None), None)
    if last is None:
        return
    if last.quantity == quantity.id:
        yield "beside the same in brackets" if bracketed(around.desk, around.line, around.number) else "beside the same"
    elif around.kind != "share":
        return
    elif _group(last.quantity) == "memory" and quantity.id in _BESIDE_MEMORY:
        yield f"beside a memory: {quantity.id}"
    elif last.quantity in ("gpus", "gpus.available") and quantity.id == "share.gpu_utilization":
        yield "beside GPUs"
    elif kind_of(last.unit) == "flops" and quantity.id == "share.mfu":
        yield "beside a peak"


def of_share(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what speaks for or against a share being that of a quantity."""
    desk, line, number = around.desk, around.line, around.number
    table = desk.lexicon.utilizations
    if quantity.id in table.values():
        for where, words in (("near", around.near), ("in label", around.labelled)):
            subjects = {table[word] for word in words if word in table}
            if subjects:
                yield f"subject {where}" if quantity.id in subjects else f"another subject {where}"
                break
    if followed_by_of(line.text, number) or (around.tail and around.tail[0].text == "of"):
        yield f"{_base(around)}: {quantity.id if quantity.id in _SHARES else 'another'}"
    if quantity.id == "change":
        if around.head and around.head[-1].text == "by":
            yield "by so much"
        if states_change(desk, line, number):
            yield "one end of a change"


_SHARES: Final = ("share.of", "memory.utilization", "share.mfu", "change")


def _base(around: Around) -> str:
    """Return what a share is of, in the words of an evidence."""
    said = {word.text for word in around.tail[:4]}
    if not said.isdisjoint(PASSES):
        return "of a run"
    base = base_of_share(around.desk, around.line, around.position, around.number)
    if base:
        return f"of a {base}"
    asked = any(name[0] in said for role in ("target", "limit") for name in around.desk.lexicon.roles.get(role, ()) if len(name) == 1)
    return "of what is asked" if asked else "of something"


def of_amount(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what speaks for an amount of data being what is used, what there is, or what the weights take."""
    line, position = around.line, around.position
    numbers, text = line.numbers, line.text
    if around.per:
        yield f"per {around.per}: {quantity.id}"
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


def of_neighbours(around: Around, quantity: Quantity) -> Iterator[str]:
    """Yield what the number right before says of a count: `2 nodes × 8 GPUs`, `4 stages, each handling 4 layers`."""
    line, position = around.line, around.position
    last = around.before[-1] if position and around.before else None
    if last is None:
        return
    gap = line.text[line.numbers[position - 1].end : line.numbers[position].start].lower()
    if gap.strip() in ("×", "x", "*", "of", "with") and last.quantity == "nodes" and quantity.noun == "gpu":
        yield "times nodes: per node" if quantity.per == "node" else "times nodes: another"
    behind = line.text[line.numbers[position].end : line.numbers[position].end + 8].lower().split()[:1]
    if "each" in gap or (behind and behind[0].rstrip("),.") == "each"):
        said = next((PER_WORDS[word] for word in gap.replace(",", " ").split() if word in PER_WORDS), "")
        owner = said or PER_WORDS.get(singular_noun(line.numbers[position - 1].noun), "")
        if owner and quantity.noun:
            yield "of each: own scope" if quantity.per == owner else "of each: another scope"

"""Meaning: from the numbers of statements to claims.

For each number the resolver gathers evidence, nearest first: the name glued to it, the words right behind and right before
it in its clause, then the labels of its statement from the innermost outward. The unit decides the kind of thing that can be
meant (a time, an amount of data, a share, a count of GPUs), the lexicon the names. A label that names something else stops the
search: a number under "Expert capacity factor" is not a number of experts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from auditor.claims.labels import PER_WORDS, LabelReader, View, contains, find_any, per_of
from auditor.claims.lexicon import Lexicon, Match, Quantity, kind_of
from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.claims.numbers import Form, Number, Written
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.spans import Span
from auditor.statements import Document, Kind, LabelKind, Statement
from auditor.units import UNITS, Unit
from auditor.values import Interval

__all__ = ["Labelled", "ReadOut", "Unclear", "resolve"]

_BREAKS = frozenset(',;()[]|:→=<>≤≥≈+×÷*{}"“”•✓✅❌')
_TAIL_STOPS = frozenset(
    "and with to from across for by using while at in on than into vs versus but plus or through via out over leaving".split()
)
_CHANGE_WORDS = frozenset(
    "exceed exceeds exceeding reduction reduced reduce improvement improved improve increase increased decrease decreased saving faster slower higher lower better worse speedup gain more less fewer saved drop dropped cut boost".split()
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A number that claims nothing, and why."""

    span: Span
    why: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A number that was not understood."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class ReadOut:
    """Everything read out of the statements of one document."""

    claims: tuple[Claim, ...]
    labels: tuple[Labelled, ...]
    unclear: tuple[Unclear, ...]


_PARTS_WITH_MEMORY = ("expert", "attention", "mlp", "ffn", "moe", "embedding", "router", "dense", "shared", "draft", "adapter", "lora")
_MEMORY_OF_PARTS = frozenset(("memory.used", "memory.weights", "memory.gradients", "memory.optimizer", "memory.activations"))
_PARTS_OF_A_MODEL = ("expert", "moe", "mlp", "ffn", "dense", "attention", "embedding", "shared", "active", "layer", "gpu", "stage", "rank")
"""Words that make a count of parameters one of a part."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A statement prepared for reading."""

    index: int
    statement: Statement
    text: str
    numbers: tuple[Number, ...]
    words: tuple[Word, ...]
    views: tuple[View, ...]
    """Labels, innermost first; for a cell the column head before the row head."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    quantity: str
    confidence: Confidence
    read_as: str
    per: str = ""
    context: Span | None = None
    unit: str = ""
    """Unit taken from the context."""
    words: str = ""


def resolve(document: Document, lexicon: Lexicon) -> ReadOut:
    """Return the claims of a document, the numbers that only label, and those not understood."""
    return _Resolver(document, lexicon).run()


class _Resolver:
    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self.document, self.lexicon = document, lexicon
        self.labels = LabelReader(lexicon)
        self.ranked: frozenset[str] = frozenset()
        """Axis names that number ranks in this document: there is an `EP0`."""

    def run(self) -> ReadOut:
        claims: list[Claim] = []
        labels: list[Labelled] = []
        unclear: list[Unclear] = []
        text = self.document.source.reading.content.lower()
        self.ranked = frozenset(name for name in _AXIS_SHORTS if f"{name}0:" in text or f"{name}0 " in text or f"{name}0\n" in text)
        for index, statement in enumerate(self.document.statements):
            line = self.line(index, statement)
            found: list[Claim | None] = []
            for position, number in enumerate(line.numbers):
                span = statement.value.span(number.start, number.end)
                why = self.why_label(line, number)
                if why:
                    labels.append(Labelled(statement.value.span(number.digits, number.stop), why))
                    found.append(None)
                    continue
                claim = self.claim(line, position, number, found)
                found.append(claim)
                if claim is None:
                    unclear.append(Unclear(span, line.text[number.start : number.end]))
                else:
                    claims.append(claim)
            claims.extend(self.precisions(line))
        return ReadOut(tuple(claims), tuple(labels), tuple(unclear))

    # -- preparing ---------------------------------------------------------------------------------------------------

    def line(self, index: int, statement: Statement) -> _Line:
        text = statement.value.content
        path = list(reversed(statement.path))
        if statement.cell is not None:
            path.sort(key=lambda label: {LabelKind.COLUMN: 0, LabelKind.ROW: 1}.get(label.kind, 2))
        return _Line(
            index, statement, text, self.lexicon.scan(text), self.lexicon.normalize(text), tuple(self.labels(label) for label in path)
        )

    def why_label(self, line: _Line, number: Number) -> str:
        if number.form is Form.TEXTUAL:
            return "part of a name, date, version or path"
        if number.form is Form.IDENTIFIER:
            return f"names one {number.name.lower()}"
        statement = line.statement
        if statement.kind is Kind.CODE and not self.reads_as_prose(line.text):
            return "source code or program output"
        if line.views and line.views[0].label.kind is LabelKind.FLAG and find_any(line.views[0].words, ("port", "seed")):
            return "a setting, no figure"
        if line.views and line.views[0].label.kind is LabelKind.FLAG and self.is_identity(line, line.views[0]):
            return "identifies a member"
        if line.views and line.views[0].label.kind is LabelKind.VARIABLE and line.text.strip() in ("0", "1"):
            return "switches something on or off"
        if number.approximation is Approximation.RANGE and not number.unit and not number.noun and self.names_range(line):
            return "names a range of members"
        if statement.kind is Kind.HEADING and number.digits == 0 and number.stop < len(line.text) and not number.unit and (
            line.text[number.stop] in ".):"
            or "." in line.text[number.digits : number.stop]
            or (line.text[number.stop] == " " and not number.noun)
        ):
            return "section number"
        if (
            line.views
            and line.views[0].label.kind in (LabelKind.KEY, LabelKind.COLUMN)
            and self.is_identity(line, line.views[0])
            and not number.unit
        ):
            return "identifies a member"
        if (
            statement.literal == "array"
            and not number.unit
            and not number.noun
            and not number.name
            and len(statement.items) > 1
            and self.lists_members(line)
        ):
            return "identifies members"
        if (
            number.name.lower() in _AXIS_SHORTS
            and not number.unit
            and (
                number.written[0].interval.high == 0
                or (
                    number.name.lower() in self.ranked
                    and statement.kind in (Kind.HEAD, Kind.TREE, Kind.ITEM)
                    and number.start == 0
                    and len(line.words) <= 2
                )
            )
        ):
            return f"names one {number.name.lower()} rank"
        if (
            number.name
            and line.text[number.digits - 1] == "_"
            and (number.written[0].interval.contains(0) or any(view.label.kind is LabelKind.INDEX for view in line.views))
        ):
            return f"names one {number.name.lower()} rank"
        if number.unit == "" and number.noun == "" and not number.name and self.in_members(line, number):
            return "names members"
        if number.unit == "" and number.noun == "" and not number.name and self.in_list(line, number):
            return "member of a list"
        if len(line.text) > 400 and number.unit == "" and number.noun == "" and self.in_code(line.text):
            return "source code"
        return ""

    def reads_as_prose(self, text: str) -> bool:
        """Tell a sentence in an unmarked fence from code: words and spaces, no calls, braces or operators of code."""
        stripped = text.strip()
        if not stripped or any(
            mark in stripped for mark in ("()", "{", "}", ";", "==", "->", "::", "import ", "def ", "self.", "[i]", "#", "$")
        ):
            return False
        letters = sum(character.isalpha() or character == " " for character in stripped)
        return letters >= len(stripped) * 7 // 10 and stripped.count(" ") >= 3

    def names_range(self, line: _Line) -> bool:
        """Tell whether the label counts members, so that `0-19` under "Layers" names them."""
        for view in line.views[:2]:
            best = self.strict("count", view.words, trailing=True)
            if best is not None:
                low = line.numbers[0].written[0].interval.low
                return best.quantity.noun in ("layer", "expert", "stage", "node") or (best.quantity.noun == "gpu" and low == 0)
            if not view.transparent:
                return bool(find_any(view.words, ("range", "id", "ids", "index", "layer", "gpu", "rank", "device")))
        return False

    def is_identity(self, line: _Line, view: View) -> bool:
        words = [word.text for word in view.words]
        if not words:
            return False
        if (
            view.label.kind is LabelKind.KEY
            and view.raw.strip().lower() in _MEMBERS
            and any(other.member or other.label.kind is LabelKind.INDEX for other in line.views[1:])
        ):
            return True
        return (
            (words[-1] in ("id", "index", "idx", "rank", "ids", "seed", "port", "version", "number")
            and (len(words) == 1 or words[-2] != "of"))
            or (
                view.label.kind in (LabelKind.KEY, LabelKind.COLUMN)
                and len(words) == 1
                and words[0] in ("gpu", "stage", "rank", "node", "group", "id")
                and view.label.kind is LabelKind.COLUMN
                and view.raw.strip().lower() in ("gpu", "stage", "rank", "node", "group")
            )
        )

    def lists_members(self, line: _Line) -> bool:
        names = {word.text for view in line.views[:2] for word in view.words}
        best = self.strict("", line.views[0].words, trailing=True) if line.views else None
        if best is not None and best.quantity.noun and best.quantity.noun not in ("token", "sequence"):
            return True
        return bool(
            names
            & {
                "gpu",
                "rank",
                "layer",
                "expert",
                "node",
                "stage",
                "range",
                "device",
                "id",
                "group",
                "mapping",
                "placement",
                "assignment",
                "slice",
            }
        )

    def in_members(self, line: _Line, number: Number) -> bool:
        """Tell whether the number stands in brackets right behind a naming noun: `GPUs [0,1]`, `layers [0, 15]`."""
        opening = line.text.rfind("[", 0, number.start)
        if opening < 0 or "]" in line.text[opening : number.start]:
            return False
        closing = line.text.find("]", number.stop)
        if closing > 0 and ":" in line.text[opening:closing]:
            return True
        before = line.text[:opening].rstrip().lower()
        start = len(before.rstrip("abcdefghijklmnopqrstuvwxyz"))
        return before[start:] in self.lexicon.naming

    def in_list(self, line: _Line, number: Number) -> bool:
        """Tell whether the number is one of three or more comma-joined bare integers, or right of an ellipsis."""
        text = line.text
        chain = 0
        for other in line.numbers:
            if other.unit or other.noun or other.approximation is not Approximation.EXACT:
                continue
            gap = text[other.stop : other.stop + 2]
            if gap[:1] == "," or text[max(0, other.digits - 2) : other.digits].strip().endswith(","):
                chain += 1
        around = text[max(0, number.digits - 2) : number.digits] + text[number.stop : number.stop + 1]
        return chain >= 3 and "," in around

    def in_code(self, text: str) -> bool:
        return text.count("{") + text.count(";") + text.count("(") > len(text) / 25

    # -- clauses -----------------------------------------------------------------------------------------------------

    def clause(self, line: _Line, position: int) -> tuple[int, int]:
        """Return where the clause of a number starts and ends: at punctuation, operators and the neighbouring numbers."""
        text, number = line.text, line.numbers[position]
        start = number.start
        floor = line.numbers[position - 1].end if position else 0
        while start > floor and not self.breaks(text, start - 1):
            start -= 1
        end = number.end
        ceiling = line.numbers[position + 1].start if position + 1 < len(line.numbers) else len(text)
        while end < ceiling and not self.breaks(text, end):
            end += 1
        return max(start, floor), end

    def breaks(self, text: str, at: int) -> bool:
        character = text[at]
        if character in _BREAKS:
            return True
        if character in "-–—/" and 0 < at < len(text) - 1:
            return text[at - 1] == " " and text[at + 1] == " "
        return bool(character == "." and (at + 1 == len(text) or text[at + 1] == " "))

    def tail(self, line: _Line, number: Number, end: int) -> tuple[Word, ...]:
        """The words right behind the number, with the noun already taken with it, up to a preposition."""
        found: list[Word] = []
        for word in line.words:
            if word.start < (number.end if number.unit else number.stop) or word.end > end:
                continue
            if word.text in _TAIL_STOPS:
                break
            found.append(word)
            if len(found) == 8:
                break
        return tuple(found)

    def head(self, line: _Line, number: Number, start: int) -> tuple[Word, ...]:
        found = [word for word in line.words if word.start >= start and word.end <= number.digits]
        return tuple(found[-8:])

    # -- one number --------------------------------------------------------------------------------------------------

    def claim(self, line: _Line, position: int, number: Number, before: Sequence[Claim | None]) -> Claim | None:
        start, end = self.clause(line, position)
        tail, head = self.tail(line, number, end), self.head(line, number, start)
        number = self.borrowed(line, position, number)
        unit, unit_per = number.unit, number.per
        if not unit and number.form in (Form.PLAIN, Form.PART, Form.WHOLE):
            unit, unit_per = self.context_unit(line, number, tail)
        kind = (
            "ratio" if number.form is Form.RATIO else "share" if number.form is Form.FRACTION else kind_of(UNITS[unit]) if unit else "count"
        )
        meaning = self.meaning(line, position, number, kind, unit, tail, head, before)
        if meaning is None:
            return None
        role = self.role(line, position, number, meaning, tail, head, before)
        if meaning.quantity == "memory.utilization" and role is Role.ACTUAL and self.is_operand(line, number):
            role = Role.LIMIT  # `80 GB x 85%`: the share of the memory that may be used
        scope = self.scope(line, number, meaning, unit_per, tail, head)
        quantity = self.lexicon.quantities.get(meaning.quantity)
        readings = self.readings(line, number, quantity, meaning.unit or unit)
        if not readings:
            return None
        shown_start = number.start
        if number.name and number.name_start >= 0 and number.digits - number.name_start < 24:
            shown_start = min(shown_start, number.name_start)
        meaning, scope = self.specialise(line, meaning, scope)
        if meaning.quantity in _MEMORY_OF_PARTS and not scope.words and (part := self.part_of_model(line, tail, head, scope)):
            scope = replace(scope, words=part)
        if len(line.words) >= 5 and find_any(line.words, tuple(_DISPUTED)):
            meaning = replace(meaning, confidence=Confidence.LOW)
        if meaning.quantity == "memory.utilization" and not find_any((*tail, *head), ("utilization", "use", "available", "vram")):
            if line.views and find_any(line.views[0].words, ("efficiency",)):
                meaning = replace(meaning, confidence=Confidence.LOW)  # how well memory is used, by whatever measure
        if meaning.confidence is Confidence.HIGH and not number.name and self.is_operand(line, number):
            meaning = replace(meaning, confidence=Confidence.MEDIUM)
        quantity = self.lexicon.quantities.get(meaning.quantity)
        return Claim(
            quantity=meaning.quantity,
            symbol=quantity.symbol if quantity else "",
            readings=readings,
            approximation=number.approximation,
            role=role,
            scope=scope,
            span=line.statement.value.span(shown_start, number.end),
            text=line.text[shown_start : number.end],
            confidence=Confidence.LOW if line.statement.struck else meaning.confidence,
            read_as=meaning.read_as,
            statement=line.index,
            context=meaning.context,
            bound=number.bound,
        )

    def part_of_model(self, line: _Line, tail: Sequence[Word], head: Sequence[Word], scope: Scope) -> str:
        """Return the part of a model whose memory is meant: `Expert weights: 8 GB`, `16 GB for attention`; empty for the whole."""
        near = [word.text for word in (*head, *tail[:4], *(line.views[0].words if line.views and not head else ()))]
        if "model" in near or ("total" in near and "expert" not in near):
            return ""
        return next((word for word in _PARTS_WITH_MEMORY if word in near and word != scope.per), "")

    def borrowed(self, line: _Line, position: int, number: Number) -> Number:
        """Let `From ~8,000 to 38,000 TPS` and `128 or 256 GPUs` share the unit written once."""
        if number.unit or number.noun or number.form is not Form.PLAIN or number.name or position + 1 >= len(line.numbers):
            return number
        other = line.numbers[position + 1]
        gap = line.text[number.stop : other.start].strip().lower()
        if gap in ("to", "or", "and", "vs", "vs.", "→", "->", "/") and (other.unit or other.noun) and other.form is Form.PLAIN:
            return replace(number, unit=other.unit, noun=other.noun, per=other.per)
        return number

    def context_unit(self, line: _Line, number: Number, tail: Sequence[Word]) -> tuple[str, str]:
        """Take the unit from a table head `(GB)`, a key's ending or a flag's name when the number has none of its own."""
        if number.noun and number.noun not in ("step", "steps"):
            return "", ""
        statement = line.statement
        if statement.kind not in (Kind.CELL, Kind.ENTRY, Kind.FLAG, Kind.ITEM, Kind.TREE) or (tail and not self.lexicon.is_transparent(tail)):
            return "", ""
        for view in line.views[:2]:
            if view.unit:
                return view.unit, view.unit_per
            if not view.transparent and view.label.kind not in (LabelKind.ROW, LabelKind.COLUMN):
                break
        return "", ""

    def readings(self, line: _Line, number: Number, quantity: Quantity | None, unit_symbol: str) -> tuple[Reading, ...]:
        readings: list[Reading] = []
        written: tuple[Written, ...] = number.written
        if number.form is Form.RATIO:
            unit = UNITS["1"]
            return tuple(Reading(item.interval, unit, item.name, item.printed) for item in written)
        if number.form is Form.FRACTION:
            return tuple(Reading(item.interval, UNITS["1"], item.name, item.printed) for item in written)
        units: list[tuple[Unit, str]] = []
        if unit_symbol:
            unit = UNITS[unit_symbol]
            units.append((unit, ""))
            twin = _BINARY_TWIN.get(unit_symbol)
            if twin:
                units.append((UNITS[twin], "binary"))
        elif quantity is not None and quantity.kind == "share":
            middle = written[0].interval.middle
            fraction = middle is not None and 0 < abs(middle) <= 1 and (number.approximation is not Approximation.EXACT or middle != 1)
            units.append((UNITS["1"] if fraction or number.form is Form.FRACTION else UNITS["%"], ""))
        elif quantity is not None and quantity.kind not in ("count", "other"):
            middle = written[0].interval.middle
            units.append(
                (
                    Unit(quantity.unit.symbol, quantity.unit.dimension, Fraction(1))
                    if middle is not None and abs(middle) >= 10**8
                    else quantity.unit,
                    "",
                )
            )
        else:
            units.append((UNITS["1"], ""))
        exact_as_written = number.unit == "" and unit_symbol and number.approximation is Approximation.EXACT and unit_symbol != "byte"
        for unit, name in units:
            for item in written:
                interval = item.interval.widen_by(Fraction(1, 2)) if exact_as_written else item.interval
                stated = item.printed
                if unit.scale != 1:
                    interval, stated = interval.scale(unit.scale), stated.scale(unit.scale)
                readings.append(Reading(interval, unit, " ".join(filter(None, (item.name, name))), stated))
        return tuple(readings)

    # -- which quantity ----------------------------------------------------------------------------------------------

    def meaning(
        self,
        line: _Line,
        position: int,
        number: Number,
        kind: str,
        unit: str,
        tail: Sequence[Word],
        head: Sequence[Word],
        before: Sequence[Claim | None],
    ) -> _Meaning | None:
        if kind == "ratio":
            return _Meaning("change", Confidence.MEDIUM, f"ratio {line.text[number.start : number.end]!r}")
        if kind == "rate":
            return self.rate(line, number, unit, tail, before)
        if kind == "count":
            return self.count(line, position, number, tail, head, before)
        if kind == "share":
            return self.share(line, position, number, tail, head, before)
        return self.measure(line, position, number, kind, unit, tail, head, before)

    def rate(self, line: _Line, number: Number, unit: str, tail: Sequence[Word], before: Sequence[Claim | None]) -> _Meaning:
        counted = unit.split("/")[0]
        per_gpu = (
            number.per == "gpu"
            or PER_WORDS.get(number.per) == "gpu"
            or per_of(tail) == "gpu"
            or any(view.unit_per == "gpu" for view in line.views[:2])
        )
        earlier = next((claim for claim in reversed(before) if claim is not None and claim.unit.symbol == unit), None)
        if (
            earlier is not None
            and earlier.quantity == "rate.tokens_per_gpu"
            and self.bracketed(line, number)
            and not find_any(tail, ("total",))
        ):
            per_gpu = True
        if not per_gpu and counted == "token":
            near = line.views[0] if line.views else None
            per_gpu = near is not None and (near.per == "gpu")
        names = {
            "token": "rate.tokens_per_gpu" if per_gpu else "rate.tokens",
            "sequence": "rate.sequences",
            "sample": "rate.sequences",
            "request": "rate.requests",
            "batch": "rate.batches",
        }
        quantity = names.get(counted, "other")
        return _Meaning(quantity, Confidence.HIGH, f"unit {unit}", per="gpu" if per_gpu else "", unit=unit)

    def measure(
        self,
        line: _Line,
        position: int,
        number: Number,
        kind: str,
        unit: str,
        tail: Sequence[Word],
        head: Sequence[Word],
        before: Sequence[Claim | None],
    ) -> _Meaning | None:
        """A time, an amount of data, a bandwidth or a rate of work: the unit gives the kind, the words the quantity."""
        per = PER_WORDS.get(number.per, "") or per_of(tail)
        if unit == "byte" and number.written[0].interval.is_exact and number.written[0].interval.within(_ELEMENT_BYTES):
            return _Meaning(
                "model.bytes_per_param",
                Confidence.HIGH if find_any(tail, ("parameter", "element", "weight", "value")) else Confidence.MEDIUM,
                "bytes of one element",
                unit=unit,
            )
        if (
            kind == "flops"
            and unit.endswith("FLOPS")
            and (per_of(tail) in ("step", "batch", "layer", "token") or PER_WORDS.get(number.per) in ("step", "batch", "layer", "token"))
        ):
            done = per_of(tail) or PER_WORDS[number.per]
            return _Meaning(
                "work.step" if done in ("step", "batch") else "other",
                Confidence.MEDIUM,
                f"work per {done}, whatever its unit says",
                "",
                unit=unit[:-1],
                words="" if done == "step" else f"per {done}",
            )
        if kind == "flops" and find_any((*tail[:3], *head[-3:]), ("effective", "achieved", "sustained", "actual", "delivered")):
            total = any(find_any(view.words, ("total", "cluster", "system", "aggregate")) for view in line.views[:1]) or find_any(
                (*tail, *head), ("total", "cluster", "system", "aggregate")
            )
            return _Meaning(
                "hardware.cluster_flops" if total else "rate.achieved_flops",
                Confidence.HIGH,
                f"words around it: {_text((*head, *tail))}",
                per,
                unit=unit,
            )
        if kind == "data":
            special = self.capacity(line, position, number, tail, head, before)
            if special:
                return special
        if (
            line.statement.cell is not None
            and line.views
            and line.views[0].label.kind is LabelKind.COLUMN
            and find_any(line.views[0].words, _DIFFERENCES)
        ):
            return _Meaning(
                "other",
                Confidence.MEDIUM,
                f"label {line.views[0].raw.strip()!r}",
                per,
                line.views[0].label.text.whole,
                unit=unit,
                words=line.views[0].raw.strip()[:60],
            )
        if (
            kind in ("time", "rate")
            and line.views
            and find_any(line.views[0].words, _DIFFERENCES)
            and line.statement.kind is not Kind.SENTENCE
        ):
            return _Meaning(
                "other",
                Confidence.MEDIUM,
                f"label {line.views[0].raw.strip()!r}",
                per,
                line.views[0].label.text.whole,
                unit=unit,
                words=line.views[0].raw.strip()[:60],
            )
        best = self.named(kind, tail)
        if best and kind == "bandwidth" and best.size == 1 and line.views and find_any(line.views[0].words, ("memory",)):
            return _Meaning(
                "hardware.memory_bandwidth",
                Confidence.HIGH,
                f"label {line.views[0].raw.strip()!r}",
                per,
                line.views[0].label.text.whole,
                unit=unit,
            )
        if (
            best
            and best.quantity.id == "time.step"
            and best.size == 1
            and line.statement.kind in (Kind.ITEM, Kind.TREE, Kind.ENTRY)
            and line.views
            and not line.views[0].transparent
            and line.views[0].words
            and not self.named(kind, line.views[0].words)
            and not self.summarises(line.views[0])
        ):
            return _Meaning("time.step", Confidence.LOW, f"words behind it: {_text(tail)}", per, unit=unit)
        if best and not (kind == "data" and best.quantity.id == "memory.used" and best.size == 1):
            return _Meaning(best.quantity.id, Confidence.HIGH, f"words behind it: {_text(tail)}", per, unit=unit)
        inside = self.bracketed(line, number)
        if inside and position:
            earlier = self.same_kind(before, kind, self.lexicon)
            if earlier is not None and not self.named(kind, head):
                return _Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", per or earlier.scope.per, unit=unit)
        best = self.named(kind, head)
        if best:
            return _Meaning(best.quantity.id, Confidence.HIGH, f"words before it: {_text(head)}", per or per_of(head), unit=unit)
        titled = self.title_words(line, number)
        best = self.named(kind, titled)
        if best:
            return _Meaning(best.quantity.id, Confidence.HIGH, f"words before the colon: {_text(titled)}", per or per_of(titled), unit=unit)
        for depth, view in enumerate(line.views):
            best = self.named(kind, view.words)
            if best and depth == 0 and line.statement.cell is not None and best.quantity.id in _GENERIC and len(line.views) > 1:
                other = self.named(kind, line.views[1].words) if line.views[1].label.kind is LabelKind.ROW else None
                if other is not None and other.quantity.id not in _GENERIC:
                    best, view = other, line.views[1]
            if (
                (best
                and best.quantity.id == "time.step"
                and best.size == 1
                and any(find_any(other.words, _LINKS) for other in line.views[:4]))
                or (best and best.quantity.id == "time.step" and best.size == 1 and find_any((*tail, *head), _LINKS))
            ):
                return _Meaning(
                    "time.communication", Confidence.LOW, f"label {view.raw.strip()!r} of a link", per, view.label.text.whole, unit=unit
                )
            if best and best.quantity.id == "time.step" and self.component(view.words, best):
                return _Meaning(
                    "other",
                    Confidence.MEDIUM,
                    f"label {view.raw.strip()!r}",
                    per,
                    view.label.text.whole,
                    unit=unit,
                    words=view.raw.strip()[:60],
                )
            if best:
                generic = best.quantity.id == "memory.used" and best.size == 1
                sure = (
                    Confidence.MEDIUM
                    if generic
                    else Confidence.LOW
                    if kind == "flops" and best.size == 1 and best.quantity.id == "hardware.peak_flops" and not self.hardware_context(line)
                    else Confidence.HIGH
                    if depth < 2 or all(other.transparent for other in line.views[:depth])
                    else Confidence.MEDIUM
                )
                return _Meaning(best.quantity.id, sure, f"label {view.raw.strip()!r}", per or view.per, view.label.text.whole, unit=unit)
            if not view.transparent and not (
                view.label.kind is LabelKind.COLUMN or (view.label.kind is LabelKind.ROW and line.statement.cell is not None and depth == 0)
            ):
                if (
                    view.label.kind in (LabelKind.ROW, LabelKind.HEADING)
                    and depth
                    and all(other.transparent for other in line.views[:depth])
                ):
                    continue
                if line.statement.kind is Kind.SENTENCE:
                    break
                if depth:
                    continue
                return _Meaning(
                    "other",
                    Confidence.MEDIUM,
                    f"label {view.raw.strip()!r}",
                    per,
                    view.label.text.whole,
                    unit=unit,
                    words=view.raw.strip()[:60],
                )
        earlier = self.same_kind(before, kind, self.lexicon)
        if earlier is not None:
            return _Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", per or earlier.scope.per, unit=unit)
        default = {"flops": "hardware.peak_flops", "bandwidth": "hardware.link_bandwidth"}.get(kind)
        if kind == "data" and self.named(kind, tail):
            default = "memory.used"
        if default:
            return _Meaning(default, Confidence.LOW, f"unit {unit}", per, unit=unit)
        described = _text(tail) or _text(head) or _text(line.words)
        return (
            _Meaning("other", Confidence.LOW, f"unit {unit}, words {described!r}", per, unit=unit, words=described) if described else None
        )

    def summarises(self, view: View) -> bool:
        """Tell whether a label is about the whole: its numbers are not those of one part."""
        return bool({match.quantity.id for match in view.matches} & {"rate.tokens", "rate.batches", "rate.requests"}) or find_any(
            view.words, ("performance", "throughput", "overall", "summary", "result", "efficiency")
        )

    def component(self, words: Sequence[Word], best: Match) -> bool:
        """Tell whether a plain `latency` or `time` is qualified as that of one part: `compute latency`."""
        return best.size == 1 and any(word.text in _COMPONENTS for word in words[: best.start])

    def title_words(self, line: _Line, number: Number) -> tuple[Word, ...]:
        """The words before the colon that titles the number's part of the text: `Memory check: 39.2GB < 68GB`."""
        colon = line.text.rfind(": ", 0, number.start)
        if colon < 0 or any(mark in line.text[colon : number.start] for mark in (". ", ";")):
            return ()
        return tuple(word for word in line.words if word.end <= colon and not word.text.isdigit())[-6:]

    def lead_words(self, line: _Line, number: Number) -> tuple[Word, ...]:
        """The words before the bracket the number stands in."""
        opening = max(line.text.rfind("(", 0, number.start), line.text.rfind("[", 0, number.start))
        if opening < 0:
            return ()
        found = [word for word in line.words if word.end <= opening]
        return tuple(found[-6:])

    def capacity(
        self, line: _Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
    ) -> _Meaning | None:
        """Tell a GPU's memory from what a plan uses of it: `18.2GB / 80GB`, `33GB < 64GB`, `18% of 64GB`, `well under the 64GB limit`."""
        text, unit = line.text, number.unit
        gap = text[line.numbers[position - 1].end : number.start].strip() if position else ""
        earlier = before[-1] if before else None
        tail_words = {word.text for word in tail[:4]}
        if (
            earlier is not None
            and earlier.quantity.startswith("memory.")
            and (gap in ("/", "<", "<<", "≪", "≤", "<=", "of") or number.bound.startswith("<"))
            and not (tail_words & {"available"})
        ) and (
            kind_of(earlier.unit) == "data"
            and earlier.scope.per in ("", "gpu", "total")
            and gap in ("/", "<", "<<", "≪", "≤", "<=", "of", "")
        ):
            return _Meaning("memory.capacity", Confidence.MEDIUM, f"compared with {earlier.text!r}", "gpu", unit=unit)
        if position and re_percent_of(text, line.numbers[position - 1], number):
            share = before[-1]
            if share is None or share.quantity in ("memory.utilization", "share.of", "memory.headroom_share", "share.gpu_utilization"):
                return _Meaning("memory.capacity", Confidence.MEDIUM, "base of a percentage", "gpu", unit=unit)
        if tail[:1] and tail[0].text == "use":
            return _Meaning(
                "memory.used", Confidence.HIGH, f"words behind it: {_text(tail)}", "gpu" if per_of(tail) == "gpu" else "", unit=unit
            )
        if gap == "out of" or (tail[:1] and tail[0].text == "available" and earlier is not None and earlier.quantity == "memory.used"):
            return _Meaning("memory.capacity", Confidence.HIGH, "what is there, beside what is used", "gpu", unit=unit)
        if text[number.end : number.end + 6].strip().lower().startswith(("vram", "hbm")) and not tail_words & {
            "use",
            "utilization",
            "required",
        }:
            return _Meaning("memory.capacity", Confidence.HIGH, f"words behind it: {_text(tail)}", "gpu", unit=unit)
        if tail_words & {"capacity"} or (
            tail_words & {"limit", "constraint"} and not any(view.role == "target" for view in line.views[:1])
        ):
            return _Meaning("memory.capacity", Confidence.HIGH, f"words behind it: {_text(tail)}", "gpu", unit=unit)
        following = line.numbers[position + 1] if position + 1 < len(line.numbers) else None
        if (
            following is not None
            and following.unit
            and kind_of(UNITS[following.unit]) == "data"
            and text[number.end : following.start].strip() in ("/", "<", "<<", "≪", "≤", "<=", "of")
        ):
            own = next((best for view in line.views[:1] if (best := self.named("data", view.words))), None)
            if own is None or own.quantity.id in ("memory.used", "memory.capacity"):
                return _Meaning("memory.used", Confidence.MEDIUM, "compared with a capacity", per_of(tail), unit=unit)
        counts_gpus = (
            any(claim is not None and claim.quantity in ("gpus", "gpus.available", "gpus.per_node") for claim in before)
            and not any(self.named("data", view.words) for view in line.views[:1])
            and not self.named("data", head)
        )
        named = self.named("data", tail)
        if counts_gpus and per_of(tail) == "gpu" and not self.bracketed(line, number):
            return _Meaning("memory.used", Confidence.MEDIUM, f"words behind it: {_text(tail)}", "gpu", unit=unit)
        if counts_gpus and (
            named is None
            or (named.quantity.id in ("memory.capacity", "memory.used")
            and "use" not in tail_words
            and "usage" not in tail_words)
        ):
            return _Meaning("memory.capacity", Confidence.MEDIUM, "beside a number of GPUs", "gpu", unit=unit)
        if line.views and not named and not self.bracketed(line, number):
            view = line.views[0]
            best = self.named("data", view.words)
            if (
                following is not None
                and following.unit == "%"
                and best
                and best.quantity.id == "memory.used"
                and "util" in text[following.end : following.end + 14].lower()
            ):
                return _Meaning(
                    "memory.used",
                    Confidence.HIGH,
                    f"label {view.raw.strip()!r} with a utilisation",
                    per_of(view.words) or "gpu",
                    view.label.text.whole,
                    unit=unit,
                )
            owner = (
                "node"
                if find_any(view.words, ("node", "cpu", "system", "host"))
                else "total"
                if find_any(view.words, ("total", "cluster", "aggregate"))
                else "gpu"
            )
            if (
                best
                and best.quantity.id in ("memory.used", "memory.capacity")
                and (best.quantity.id == "memory.capacity" or self.hardware_context(line))
                and not find_any(view.words, ("use", "utilization", "required", "requirement", "footprint", "consumption", "total", "peak"))
            ):
                return _Meaning(
                    "memory.capacity",
                    Confidence.HIGH,
                    f"label {view.raw.strip()!r} of the hardware",
                    owner,
                    view.label.text.whole,
                    unit=unit,
                )
            if (
                (find_any(view.words, ("available",))
                and find_any(view.words, ("memory",)))
                or (
                    view.transparent
                    and find_any(view.words, ("available", "capacity"))
                    and any(find_any(outer.words, ("memory",)) for outer in line.views[1:3])
                )
            ):
                return _Meaning(
                    "memory.capacity", Confidence.MEDIUM, f"label {view.raw.strip()!r}", "gpu", view.label.text.whole, unit=unit
                )
        return None

    def hardware_context(self, line: _Line) -> bool:
        return any(
            find_any(
                view.words,
                (
                    "hardware",
                    "environment",
                    "specification",
                    "spec",
                    "resource",
                    "infrastructure",
                    "gpu_specification",
                    "cluster",
                    "system",
                ),
            )
            for view in line.views[:4]
        )

    def share(
        self, line: _Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
    ) -> _Meaning | None:
        """A percentage or fraction: a utilisation, a change, a share of something."""
        unit = number.unit or ("" if number.form is Form.FRACTION else "")
        nearest = tail[0].text if tail else ""
        text = line.text
        if number.signed and not self.named("share", tail):
            return _Meaning("change", Confidence.MEDIUM, "signed percentage", unit=unit)
        if line.statement.kind is Kind.HEAD and self.bracketed(line, number) and not tail:
            return _Meaning("share.of", Confidence.LOW, "in the brackets of a label", unit=unit)
        if number.form is Form.FRACTION:
            return _Meaning("share.of", Confidence.MEDIUM, "fraction", per_of(tail), unit=unit)
        if "headroom" in {word.text for view in line.views[:1] for word in view.words} and find_any(
            tail[:3], ("memory", "available", "free")
        ):
            return _Meaning(
                "memory.headroom_share",
                Confidence.HIGH,
                f"label {line.views[0].raw.strip()!r}",
                "",
                line.views[0].label.text.whole,
                unit=unit,
            )
        best = self.named("share", tail)
        if best and nearest == "of" and best.quantity.id != "change":
            best = None
        if best and best.quantity.id == "change":
            return _Meaning("change", Confidence.MEDIUM, f"words behind it: {_text(tail)}", unit=unit)
        if (
            head
            and head[-1].text == "by"
            and (
                any(word.text in _CHANGE_WORDS for word in line.words if word.end <= number.digits)
                or any(word.text in _CHANGE_WORDS for view in line.views[:1] for word in view.words)
            )
        ):
            return _Meaning("change", Confidence.MEDIUM, f"words before it: {_text(head)}", unit=unit)
        if nearest == "of" or re_of(text, number):
            follows = self.after_of(line, position, number)
            if follows == "memory":
                previous_memory = next(
                    (
                        claim
                        for claim in reversed(before)
                        if claim is not None and claim.quantity.startswith("memory.") and kind_of(claim.unit) == "data"
                    ),
                    None,
                )
                if previous_memory is None or previous_memory.quantity in ("memory.used",):
                    return _Meaning("memory.utilization", Confidence.MEDIUM, "share of a memory", unit=unit)
            if follows == "flops":
                return _Meaning("share.mfu", Confidence.MEDIUM, "share of a peak", unit=unit)
            if {word.text for word in tail[:4]} & {"time", "latency", "runtime"} and line.views:
                owner = self.named("share", line.views[0].words)
                if owner and owner.quantity.id not in _GENERIC and owner.quantity.id != "change":
                    return _Meaning(
                        owner.quantity.id,
                        Confidence.HIGH,
                        f"label {line.views[0].raw.strip()!r}",
                        "",
                        line.views[0].label.text.whole,
                        unit=unit,
                    )
            if best is None or best.quantity.id in ("share.of", "memory.utilization"):
                return _Meaning("share.of", Confidence.MEDIUM, "a stated share of something", unit=unit)
        if best and best.size == 1 and best.quantity.id in ("share.gpu_utilization", "memory.utilization"):
            return self.utilization(line, tail, head, before, unit)
        if best:
            return _Meaning(best.quantity.id, Confidence.HIGH, f"words behind it: {_text(tail)}", per_of(tail), unit=unit)
        headed = self.named("share", head)
        inside = self.bracketed(line, number)
        if inside and not headed and not any(claim is not None for claim in before):
            lead = self.lead_words(line, number)
            headed = self.named("share", lead)
            if headed and headed.quantity.id != "share.of":
                if headed.size == 1 and headed.quantity.id in ("share.gpu_utilization", "memory.utilization"):
                    return self.utilization(line, lead, (), before, unit)
                return _Meaning(headed.quantity.id, Confidence.MEDIUM, f"words before the bracket: {_text(lead)}", unit=unit)
        if headed and not (inside and headed.quantity.id == "share.of") and (headed.quantity.id == "change" or not inside):
            if headed.size == 1 and headed.quantity.id in ("share.gpu_utilization", "memory.utilization"):
                return self.utilization(line, head, (), before, unit)
            return _Meaning(headed.quantity.id, Confidence.HIGH, f"words before it: {_text(head)}", unit=unit)
        if inside and position:
            earlier = self.same_kind(before, "share", self.lexicon)
            if earlier is not None and kind_of(earlier.unit) == "share":
                return _Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", unit=unit)
            other = next((claim for claim in reversed(before) if claim is not None), None)
            if other is not None and other.quantity in ("memory.used", "memory.capacity") and not self.in_breakdown(line):
                return _Meaning("memory.utilization", Confidence.MEDIUM, f"beside {other.text!r}", unit=unit)
            if other is not None and other.quantity in ("gpus", "gpus.available"):
                return _Meaning("share.gpu_utilization", Confidence.LOW, f"beside {other.text!r}", unit=unit)
            if other is not None and other.quantity in ("rate.achieved_flops", "hardware.peak_flops"):
                return _Meaning("share.mfu", Confidence.MEDIUM, f"beside {other.text!r}", unit=unit)
            if other is not None:
                return _Meaning("share.of", Confidence.MEDIUM, f"beside {other.text!r}", unit=unit)
        titled = self.title_words(line, number)
        best = self.named("share", titled)
        if best and best.quantity.id not in _GENERIC:
            return _Meaning(best.quantity.id, Confidence.HIGH, f"words before the colon: {_text(titled)}", per_of(titled), unit=unit)
        for depth, view in enumerate(line.views):
            best = self.named("share", view.words)
            if best and best.quantity.id == "change" and self.states_change(line, number):
                best = self.named("share", view.words[: best.start]) or best
            if best:
                if (
                    best.size == 1
                    and best.quantity.id in ("share.gpu_utilization", "memory.utilization")
                    and best.quantity.names
                    and view.words[best.start].text in ("utilization", "use", "efficiency")
                ):
                    return self.utilization(line, view.words, (), before, unit, view)
                if best.quantity.id == "share.of" and depth and not line.views[0].transparent:
                    break
                return _Meaning(
                    best.quantity.id,
                    Confidence.HIGH if depth < 2 else Confidence.MEDIUM,
                    f"label {view.raw.strip()!r}",
                    view.per,
                    view.label.text.whole,
                    unit=unit,
                )
            if not view.transparent and line.statement.kind is not Kind.SENTENCE and not (line.statement.cell and depth == 0):
                return _Meaning(
                    "share.of",
                    Confidence.LOW,
                    f"label {view.raw.strip()!r}",
                    "",
                    view.label.text.whole,
                    unit=unit,
                    words=view.raw.strip()[:60],
                )
        earlier = self.same_kind(before, "share", self.lexicon)
        if earlier is not None:
            return _Meaning(earlier.quantity, Confidence.LOW, f"beside {earlier.text!r}", unit=unit)
        if tail or head or line.views:
            return _Meaning(
                "share.of", Confidence.LOW, f"a percentage of {_text(tail) or _text(head)!r}", unit=unit, words=_text(tail)[:60]
            )
        return None

    def states_change(self, line: _Line, number: Number) -> bool:
        """Tell whether the number is one end of a change: `From 75% to 92%` under "Load balancing improved by 23%"."""
        left = line.text[: number.start].rstrip().lower()
        return bool(number.arrow) or left.endswith(("from", " to"))

    def in_breakdown(self, line: _Line) -> bool:
        return (
            bool(line.views)
            and any(
                match.quantity.id
                in ("memory.weights", "memory.activations", "memory.kv_cache", "memory.optimizer", "memory.gradients", "memory.overhead")
                for match in line.views[0].matches
            )
            and not any(match.quantity.id == "memory.used" and match.size > 1 for match in line.views[0].matches)
        )

    def utilization(
        self,
        line: _Line,
        near: Sequence[Word],
        further: Sequence[Word],
        before: Sequence[Claim | None],
        unit: str,
        view: View | None = None,
    ) -> _Meaning:
        """Decide whose utilisation is meant: the nearest subject in the words, the number before it, then the labels."""
        table = self.lexicon.utilizations
        last = next((claim for claim in reversed(before) if claim is not None), None)
        if (
            last is not None
            and last.quantity in ("hardware.link_bandwidth", "hardware.memory_bandwidth")
            and not find_any(near, tuple(table))
        ):
            return _Meaning("share.bandwidth_utilization", Confidence.HIGH, f"utilisation beside {last.text!r}", unit=unit)
        beside = next(
            (claim for claim in reversed(before) if claim is not None and claim.quantity in ("memory.used", "memory.capacity")), None
        )
        if beside is not None and view is None and not find_any(near, ("compute", "bandwidth", "network", "flops", "mfu")):
            return _Meaning("memory.utilization", Confidence.HIGH, f"utilisation beside {beside.text!r}", unit=unit)
        for words in (near, further, line.views[0].words if line.views and view is None else (), () if view else line.words):
            for word in reversed(words):
                if word.text in table and (words is not line.words or line.statement.kind is not Kind.SENTENCE or len(line.words) < 12):
                    return _Meaning(
                        table[word.text],
                        Confidence.HIGH,
                        f"utilisation of {word.text}",
                        unit=unit,
                        context=view.label.text.whole if view else None,
                    )
        for claim in reversed(before):
            if claim is None:
                continue
            if claim.quantity.startswith("memory.") and kind_of(claim.unit) == "data":
                return _Meaning("memory.utilization", Confidence.HIGH, f"utilisation beside {claim.text!r}", unit=unit)
            if claim.quantity.startswith("gpus"):
                return _Meaning("share.gpu_utilization", Confidence.HIGH, f"utilisation beside {claim.text!r}", unit=unit)
            if claim.quantity in ("hardware.link_bandwidth", "hardware.memory_bandwidth"):
                return _Meaning("share.bandwidth_utilization", Confidence.HIGH, f"utilisation beside {claim.text!r}", unit=unit)
        for other in line.views:
            for word in reversed(other.words):
                if word.text in table:
                    return _Meaning(
                        table[word.text],
                        Confidence.HIGH if other is line.views[0] else Confidence.MEDIUM,
                        f"utilisation under {other.raw.strip()!r}",
                        unit=unit,
                        context=other.label.text.whole,
                    )
        return _Meaning("share.gpu_utilization", Confidence.LOW, "a utilisation", unit=unit)

    def after_of(self, line: _Line, position: int, number: Number) -> str:
        """Return `memory` when what the percentage is of is an amount of data or a memory."""
        if position + 1 < len(line.numbers):
            other = line.numbers[position + 1]
            if re_percent_of(line.text, number, other) and other.unit:
                kind = kind_of(UNITS[other.unit])
                return {"data": "memory", "flops": "flops"}.get(kind, "")
        words = [word.text for word in line.words if word.start >= number.end][:5]
        if (
            "of" in words[:1]
            and set(words) & {"memory", "capacity"}
            and not set(words) & {"compute", "flops", "bandwidth", "throughput", "node"}
        ):
            return "memory"
        return ""

    def count(
        self, line: _Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
    ) -> _Meaning | None:
        """A bare or counted number."""
        name = number.name.lower()
        slashed = self.slashed(line, position, number, before)
        if slashed:
            return slashed
        if name and name in self.lexicon.by_short and number.noun not in ("gpu", "gpus"):
            quantity = self.lexicon.by_short[name]
            if not (name in ("p", "t") or (name == "top" and line.text[number.name_start + 3 : number.digits] not in ("-", " ", "_"))):
                alone = (
                    sum(other.name.lower() in self.lexicon.by_short for other in line.numbers) == 1
                    and len(line.words) >= 6
                    and line.statement.kind in (Kind.ITEM, Kind.SENTENCE)
                )
                return _Meaning(
                    quantity.id, Confidence.MEDIUM if alone else Confidence.HIGH, f"{line.text[number.name_start : number.stop]!r}"
                )
        if self.spelled(line, number):
            quantity = self.lexicon.by_short[self.spelled(line, number)]
            return _Meaning(quantity.id, Confidence.HIGH, f"named in brackets: {line.text[number.digits : number.stop + 8]!r}")
        if (
            tail
            and tail[0].text in self.lexicon.axes
            and len(tail) == 1
            and self.is_factor(line, number)
            and not line.text[tail[0].start : tail[0].end].lower().endswith("s")
            and "÷" not in line.text
        ):
            return _Meaning(self.lexicon.by_short[self.lexicon.axes[tail[0].text]].id, Confidence.MEDIUM, f"factor named {tail[0].text}")
        if number.form in (Form.PART, Form.WHOLE):
            paired = self.pair(line, number, before)
            if paired:
                return paired
        if number.noun:
            meaning = self.counted(line, position, number, tail, head, before)
            if meaning is not None:
                return meaning
        if self.is_billions(number) and self.is_factor(line, number) and not number.noun and not find_any(tail, ("model",)):
            return _Meaning("other", Confidence.MEDIUM, "operand of a written equation", words="operand")
        if self.is_billions(number) and not (tail and tail[0].text in ("token", "row", "request")):
            labelled = [word for view in line.views[:1] for word in view.words]
            sure = find_any((*tail, *head), ("model", "parameter")) or (
                position == 0 and find_any(labelled, ("model", "parameter")) and not find_any(labelled, _PARTS_OF_A_MODEL)
            )
            return _Meaning("model.params", Confidence.HIGH if sure else Confidence.LOW, "billions", per_of(tail))
        best = self.strict("count", head, trailing=True)
        if best and (number.name or not number.noun) and self.joins(line.text, number, head):
            return _Meaning(best.quantity.id, Confidence.HIGH, f"words before it: {_text(head)}", per_of(head))
        if tail and not number.noun:
            best = self.strict("count", tail, trailing=False)
            if best:
                return _Meaning(best.quantity.id, Confidence.MEDIUM, f"words behind it: {_text(tail)}", per_of(tail))
        if number.name.lower() in ("degree", "size", "way") and (
            degree := self.degree([word for word in line.words if word.end <= number.digits])
        ):
            return _Meaning(degree.id, Confidence.HIGH, f"degree of {degree.names[0][0]}")
        qualified = self.qualified(line, tail, head)
        if qualified:
            return qualified
        operand = self.operand(line, number)
        if operand:
            return operand
        if number.arrow == "to" and before and before[-1] is not None:
            return _Meaning(before[-1].quantity, before[-1].confidence, f"new value after {before[-1].text!r}", before[-1].scope.per)
        if self.is_factor(line, number) and not self.alone(line, number):
            return _Meaning("other", Confidence.MEDIUM, "operand of a written equation", words="operand")
        if not head and line.text[: number.start].rstrip()[-1:] in ("[", ","):
            best = self.strict("count", self.lead_words(line, number)[-3:], trailing=True)
            if best and best.quantity.unit.symbol == "token":
                return _Meaning(best.quantity.id, Confidence.MEDIUM, "words before the bracket")
            if best and best.quantity.noun:
                return _Meaning("other", Confidence.LOW, "member of a list", words="member")
        if self.bracketed(line, number) and before and not tail and not (head and not self.lexicon.is_transparent(head)):
            earlier = next((claim for claim in reversed(before) if claim is not None), None)
            if earlier is not None and kind_of(earlier.unit) == "count":
                return _Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", earlier.scope.per)
        return self.labelled(line, position, number, tail, head, before)

    def slashed(self, line: _Line, position: int, number: Number, before: Sequence[Claim | None]) -> _Meaning | None:
        """`GBS/MBS 16384/1`: two names and two values, in the same order."""
        owner = number if number.form is Form.PART else line.numbers[position - 1] if number.form is Form.WHOLE and position else None
        if (
            owner is None
            or owner.name_start < 1
            or owner.name.lower() not in self.lexicon.by_short
            or line.text[owner.name_start - 1] != "/"
        ):
            return None
        left = line.text[: owner.name_start - 1]
        start = len(left.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
        first = self.lexicon.by_short.get(left[start:].lower())
        if first is None:
            return None
        quantity = first if number is owner else self.lexicon.by_short[owner.name.lower()]
        return _Meaning(quantity.id, Confidence.HIGH, f"{line.text[start : owner.stop]!r}")

    def is_billions(self, number: Number) -> bool:
        low = number.written[0].interval.middle
        return (
            not number.noun
            and number.approximation is not Approximation.EXACT
            and low is not None
            and 10**8 <= low <= 10**14
            and number.stop - number.digits <= 8
        )

    def qualified(self, line: _Line, tail: Sequence[Word], head: Sequence[Word]) -> _Meaning | None:
        """`8 spare`, `only 16 available`: the thing counted was named before."""
        if not tail:
            return None
        for quantity in self.lexicon.quantities.values():
            if tail[0].text in quantity.qualifiers and quantity.noun:
                if any(word.text == quantity.noun for word in line.words) or any(
                    word.text == quantity.noun for view in line.views[:2] for word in view.words
                ):
                    return _Meaning(quantity.id, Confidence.MEDIUM, f"words behind it: {_text(tail)}")
        return None

    def operand(self, line: _Line, number: Number) -> _Meaning | None:
        """The operands of `16 ÷ 4 = 4 layers` under "Layers per stage": what is divided and by what."""
        text = line.text
        equals = text.find("=", number.end)
        if equals < 0 or not line.views:
            return None
        best = self.strict("count", line.views[0].words, trailing=True)
        parts = _OPERANDS.get(best.quantity.id) if best else None
        if parts is None:
            return None
        left, right = text[: number.start].rstrip(), text[number.end : equals].lstrip()
        if right[:1] in ("÷", "/") and right[1:].strip() and left[-1:] not in ("×", "*", "÷", "/"):
            return _Meaning(parts[0], Confidence.MEDIUM, "dividend of the written equation")
        if left[-1:] in ("÷", "/") and not right:
            return _Meaning(parts[1], Confidence.MEDIUM, "divisor of the written equation")
        return None

    def labelled(
        self, line: _Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
    ) -> _Meaning | None:
        views = line.views
        opaque_words = [word for word in (*head, *tail) if word.text not in self.lexicon.transparent and not word.text.isdigit()]
        first = True
        for depth, view in enumerate(views):
            best = self.strict("", view.words, trailing=True, phase_words=True)
            if view.words and view.words[-1].text in _CHANGE_WORDS and not number.noun:
                return _Meaning("change", Confidence.MEDIUM, f"label {view.raw.strip()!r}", "", view.label.text.whole)
            if (
                best
                and best.quantity.kind == "count"
                and best.quantity.noun
                and not best.quantity.magnitude
                and (number.written[0].interval.middle or 0) >= 10**7
                and best.quantity.noun != "token"
            ):
                return _Meaning("other", Confidence.LOW, f"too many for {view.raw.strip()!r}", words=view.raw.strip()[:60])
            if best and best.quantity.kind not in ("count", "share") and line.statement.kind in (Kind.ITEM, Kind.SENTENCE, Kind.TREE):
                return _Meaning("other", Confidence.LOW, f"no unit under {view.raw.strip()!r}", words=view.raw.strip()[:60])
            if view.label.kind is LabelKind.COLUMN and find_any(view.words, _DIFFERENCES):
                return _Meaning("other", Confidence.MEDIUM, f"label {view.raw.strip()!r}", words=view.raw.strip()[:60])
            if best and best.quantity.per and tail and tail[0].text == "total":
                whole = next(
                    (
                        quantity
                        for quantity in self.lexicon.quantities.values()
                        if quantity.noun == best.quantity.noun and not quantity.per and not quantity.qualifiers
                    ),
                    None,
                )
                if whole:
                    return _Meaning(whole.id, Confidence.MEDIUM, f"total of {view.raw.strip()!r}")
            if best and (per := per_of(tail)) and best.quantity.noun and not best.quantity.per:
                narrowed = next(
                    (
                        quantity
                        for quantity in self.lexicon.quantities.values()
                        if quantity.noun == best.quantity.noun and quantity.per == per
                    ),
                    None,
                )
                return _Meaning(
                    narrowed.id if narrowed else "other",
                    Confidence.MEDIUM,
                    f"label {view.raw.strip()!r} per {per}",
                    per,
                    view.label.text.whole,
                    words=f"per {per}",
                )
            if best and self.allows(best.quantity, number):
                inner = {word.text for other in views[:depth] for word in other.words}
                for quantity in self.lexicon.quantities.values():
                    if quantity.qualifiers & inner and quantity.noun and quantity.noun == best.quantity.noun:
                        return _Meaning(quantity.id, Confidence.HIGH, f"label {view.raw.strip()!r}", view.per, view.label.text.whole)
                sure = (
                    Confidence.HIGH
                    if not opaque_words and (depth == 0 or all(other.transparent for other in views[:depth])) and depth < 4
                    else Confidence.LOW
                )
                if first and opaque_words and line.statement.kind is Kind.SENTENCE:
                    return None
                return _Meaning(best.quantity.id, sure, f"label {view.raw.strip()!r}", view.per, view.label.text.whole)
            if not view.transparent:
                in_table = line.statement.cell is not None and view.label.kind in (LabelKind.COLUMN, LabelKind.ROW)
                if in_table and depth == 0:
                    first = False
                    continue
                if line.statement.kind is Kind.SENTENCE and view.label.kind is LabelKind.HEADING:
                    break
                return _Meaning(
                    "other", Confidence.MEDIUM, f"label {view.raw.strip()!r}", view.per, view.label.text.whole, words=view.raw.strip()[:60]
                )
            first = False
        described = _text(tail) or _text(head)
        if described or number.noun:
            return _Meaning("other", Confidence.LOW, f"words {described!r}", words=described)
        return None

    def allows(self, quantity: Quantity, number: Number) -> bool:
        """Tell whether a labelled quantity may carry this number's noun."""
        if quantity.kind not in ("count", "share") and number.noun and number.noun not in ("token", "tokens", "sequence", "sequences"):
            return False
        if not number.noun:
            return True
        noun = _singular(number.noun)
        return (
            noun == quantity.noun
            or noun in quantity.fallback_nouns
            or (quantity.id.startswith("batch.") and noun in ("sequence", "sample", "token", "prompt", "request"))
        )

    def counted(
        self, line: _Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
    ) -> _Meaning | None:
        """A number with its counted noun: `16 experts per GPU`, `8 spare GPUs`, `4-way`, `2 data parallel replicas`."""
        noun = _singular(number.noun)
        quantities = self.lexicon.quantities
        inner = [word for word in line.words if word.start >= number.stop and word.end <= number.end]
        modifiers = list(inner[:-1])
        modifier_texts = {word.text for word in modifiers}
        after = tuple(word for word in tail if word.start >= number.end)
        per = (
            per_of(after[:4])
            or self.lexicon_per(number)
            or ("gpu" if after and after[0].text == "each" and not after[1:] and noun in ("expert", "layer") else "")
        )
        shown = f"{line.text[number.digits : number.end]!r}"
        label = line.views[0] if line.views else None

        strict = self.strict("count", inner, trailing=False)
        if noun == "way":
            degree = self.degree(after) or self.degree(modifiers) or self.degree(head)
            if degree is None and line.statement.kind is not Kind.SENTENCE:
                degree = self.degree([word for word in line.words if word.end <= number.digits])
            if degree is None:
                for view in line.views:
                    degree = self.degree(view.words)
                    if degree or not view.transparent:
                        break
            if degree is None:
                earlier = next((claim for claim in reversed(before) if claim is not None and claim.quantity.startswith("parallel.")), None)
                return _Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}") if earlier else None
            return _Meaning(degree.id, Confidence.HIGH, f"{shown} of {degree.names[0][0]}")
        if noun == "gpu":
            return self.gpus(line, position, number, modifiers, after, head, per, before, shown)
        if noun in (
            "layer",
            "expert",
            "head",
            "sequence",
            "sample",
            "prompt",
            "parameter",
            "replica",
            "stage",
            "node",
            "microbatch",
            "token",
        ):
            if (
                modifiers
                and not strict
                and noun in ("layer", "expert", "head", "parameter", "token")
                and modifier_texts - _PLAIN_MODIFIERS
                and not (modifier_texts & self.qualifiers(noun))
            ):
                return _Meaning("other", Confidence.LOW, f"{shown}", per, words=_text(inner))
            if (
                number.hyphenated
                and noun in ("layer", "expert", "head")
                and after
                and after[0].text not in _ARCHITECTURE
                and not self.lexicon.is_transparent(after[:1])
            ):
                return _Meaning("other", Confidence.LOW, shown, per, words=_text((*inner, *after[:2])))
            if (
                noun == "expert"
                and line.text[: number.start].rstrip()[-1:] == "="
                and any(claim is not None and claim.quantity == "model.layers" for claim in before)
            ):
                return _Meaning("model.experts_total", Confidence.MEDIUM, f"{shown} over all layers")
            labelled = self.label_of_noun(line, noun, label)
            if labelled and not labelled.per and noun in ("expert", "layer", "head") and self.owner(line, head) == "gpu":
                labelled = None  # `Distribution: each GPU holds 16 experts`
            if (
                labelled
                and labelled.per
                and self.bracketed(line, number)
                and (find_any(head, ("total", "all")) or find_any(modifiers, ("total", "transformer")))
            ):
                labelled = None
            if labelled and labelled.per and ((head and head[-1].text in ("total", "all")) or modifier_texts & {"total"}):
                labelled = None
            if (
                noun == "parameter"
                and labelled is None
                and label is not None
                and not label.transparent
                and line.statement.kind in (Kind.ITEM, Kind.ENTRY, Kind.TREE, Kind.CELL)
            ):
                return _Meaning(
                    "other", Confidence.MEDIUM, f"label {label.raw.strip()!r}", per, label.label.text.whole, words=label.raw.strip()[:60]
                )
            if labelled and self.bracketed(line, number) and any(claim is not None and claim.quantity == labelled.id for claim in before):
                labelled = None
            if quantities and (
                qualified := next(
                    (quantity for quantity in quantities.values() if quantity.noun == noun and quantity.qualifiers & modifier_texts), None
                )
            ):
                return _Meaning(qualified.id, Confidence.HIGH, shown)
            if labelled and not per:
                return _Meaning(
                    labelled.id,
                    Confidence.HIGH,
                    f"label {label.raw.strip()!r}" if label else shown,
                    "",
                    label.label.text.whole if label else None,
                )
            owner = self.owner(line, head) if noun in ("expert", "layer", "head") and per in ("", "layer") else ""
            if per == "layer" and owner == "gpu" and noun == "expert":
                return _Meaning("experts.per_gpu", Confidence.MEDIUM, f"{shown} of one gpu", "gpu")
            if per:
                for quantity in quantities.values():
                    if quantity.noun == noun and quantity.per == per:
                        return _Meaning(quantity.id, Confidence.HIGH, f"{shown} per {per}", per)
                if (noun == "layer" and per == "expert") or (per in ("layer",) and noun in ("expert", "head")):
                    return _Meaning("model.experts" if noun == "expert" else "model.heads", Confidence.HIGH, f"{shown} per {per}")
                if noun in ("sequence", "sample", "prompt"):
                    if per in ("group", "replica", "gpu"):
                        return _Meaning("batch.per_replica", Confidence.HIGH, f"{shown} per {per}", per)
                    if per == "batch":
                        return _Meaning("batch.global", Confidence.HIGH, f"{shown} per {per}")
                if noun == "token":
                    if per in ("batch", "step"):
                        return _Meaning("batch.tokens", Confidence.HIGH, f"{shown} per {per}")
                    if per == "sequence":
                        return _Meaning("batch.sequence_length", Confidence.HIGH, f"{shown} per {per}")
                if noun == "microbatch" and per == "batch":
                    return _Meaning("batch.microbatches", Confidence.HIGH, f"{shown} per {per}")
                if noun == "expert" and per == "token":
                    return _Meaning("model.top_k", Confidence.HIGH, f"{shown} per {per}")
                return _Meaning("other", Confidence.LOW, f"{shown} per {per}", per, words=f"{noun} per {per}")
            if (
                label is not None
                and label.per
                and not self.bracketed(line, number)
                and noun
                == (self.strict("", label.words, trailing=True).quantity.noun if self.strict("", label.words, trailing=True) else "")
            ):
                best = self.strict("", label.words, trailing=True)
                if best:
                    return _Meaning(best.quantity.id, Confidence.HIGH, f"label {label.raw.strip()!r}", label.per, label.label.text.whole)
            if noun in ("sequence", "sample", "prompt"):
                return self.sequences(line, number, head, shown)
            if noun == "token":
                return self.tokens(line, number, head, after, shown)
            if noun == "expert" and owner:
                return _Meaning(
                    {"gpu": "experts.per_gpu", "stage": "experts.per_stage"}.get(owner, "other"),
                    Confidence.MEDIUM,
                    f"{shown} of one {owner}",
                    owner,
                )
            if noun == "layer" and owner:
                return _Meaning(
                    {"gpu": "layers.per_gpu", "stage": "layers.per_stage"}.get(owner, "other"),
                    Confidence.MEDIUM,
                    f"{shown} of one {owner}",
                    owner,
                )
            for quantity in quantities.values():
                if quantity.noun == noun and not quantity.per and not quantity.qualifiers:
                    return _Meaning(
                        quantity.id,
                        Confidence.HIGH
                        if (not modifiers or strict) and len(line.words) <= 6 and not self.bracketed(line, number)
                        else Confidence.MEDIUM,
                        shown,
                    )
            return None
        if (
            noun in ("step", "iteration")
            and label is not None
            and any(match.quantity.id == "batch.accumulation" for match in label.matches)
        ):
            return _Meaning("batch.accumulation", Confidence.HIGH, f"label {label.raw.strip()!r}", "", label.label.text.whole)
        for view in line.views[:3]:
            best = self.strict("", view.words, trailing=True)
            if best and noun in best.quantity.fallback_nouns:
                return _Meaning(best.quantity.id, Confidence.HIGH, f"label {view.raw.strip()!r}", "", view.label.text.whole)
            if not view.transparent:
                break
        named = self.strict("count", tail, trailing=False)
        if named and named.quantity.kind == "count" and named.stop >= len(inner):
            return _Meaning(named.quantity.id, Confidence.HIGH, f"words behind it: {_text(tail)}", per)
        degree = self.degree(modifiers)
        if degree and noun in ("group", "rank", "replica", "copy", "instance") and noun in degree.fallback_nouns:
            return _Meaning(degree.id if degree.id == "parallel.data" else "other", Confidence.MEDIUM, shown, words=_text(inner))
        return _Meaning("other", Confidence.LOW, shown, per, words=_text(inner))

    def label_of_noun(self, line: _Line, noun: str, label: View | None) -> Quantity | None:
        """Return what the label names when it fits the noun: `Batch size: 128 sequences`, `Micro-batch size: 8 sequences`."""
        if label is None or line.statement.kind is Kind.SENTENCE:
            return None
        best = self.strict("", label.words, trailing=True)
        if best is None and label.transparent and len(line.views) > 1:
            best = self.strict("", line.views[1].words, trailing=True)
        if best is None:
            return None
        quantity = best.quantity
        fits = (
            quantity.noun == noun
            or noun in quantity.fallback_nouns
            or (
                quantity.id.startswith("batch.")
                and noun in ("sequence", "sample", "prompt", "token")
                and quantity.id != "batch.microbatches"
            )
        )
        return quantity if fits and quantity.kind == "count" else None

    def qualifiers(self, noun: str) -> set[str]:
        return {word for quantity in self.lexicon.quantities.values() if quantity.noun == noun for word in quantity.qualifiers}

    def sequences(self, line: _Line, number: Number, head: Sequence[Word], shown: str) -> _Meaning:
        for words in (head, *(view.words for view in line.views[:2])):
            names = {word.text for word in words}
            if names & {"microbatch", "microbatchsize"}:
                return _Meaning("batch.micro", Confidence.HIGH, shown)
            if names & {"localbatch"} or (names & {"per", "each"} and names & {"gpu", "replica", "dp", "dataparallel", "group"}):
                return _Meaning("batch.per_replica", Confidence.MEDIUM, shown)
        return _Meaning("batch.global", Confidence.MEDIUM, shown)

    def tokens(self, line: _Line, number: Number, head: Sequence[Word], after: Sequence[Word], shown: str) -> _Meaning:
        for words in (head, after, *(view.words for view in line.views[:2]), line.words):
            names = {word.text for word in words}
            if names & {"sequence", "prompt", "input", "prefill", "length"}:
                return _Meaning("batch.sequence_length", Confidence.MEDIUM, shown)
            if names & {"output", "generated"}:
                return _Meaning("batch.output_length", Confidence.MEDIUM, shown)
            if names & {"batch", "step", "iteration"}:
                return _Meaning("batch.tokens", Confidence.MEDIUM, shown)
            if names & {"context"}:
                return _Meaning("model.context", Confidence.MEDIUM, shown)
        return _Meaning("other", Confidence.LOW, shown, words="tokens")

    def owner(self, line: _Line, head: Sequence[Word]) -> str:
        """Return which part holds what is counted: `each GPU handles 4 experts`, `Stage 0: layers 0-3 (4 layers)`."""
        words = [word.text for word in head]
        for index, word in enumerate(words):
            if word in ("each", "every") and index + 1 < len(words):
                for follower in words[index + 1 : index + 3]:
                    if follower in ("gpu", "stage", "pipelineparallel"):
                        return PER_WORDS[follower]
                earlier = [item.text for item in line.words if item.end <= head[index].start]
                for noun in reversed(earlier[-4:]):
                    if noun in ("gpu", "stage"):
                        return PER_WORDS[noun]
        opening = [word.text for word in line.words[:12]]
        for index, word in enumerate(opening[:-1]):
            if word in ("each", "every") and opening[index + 1] in ("gpu", "stage") and line.statement.kind is not Kind.HEADING:
                return PER_WORDS[opening[index + 1]]
        for view in line.views[:2]:
            lowered = view.member.lower()
            if lowered:
                if "stage" in lowered:
                    return "stage"
                if "gpu" in lowered and "group" not in lowered:
                    return "gpu"
                return ""
            names = [word.text for word in view.words]
            for index, word in enumerate(names[:-1]):
                if word in ("each", "per") and names[index + 1] in ("gpu", "stage"):
                    return PER_WORDS[names[index + 1]]
            if not view.transparent:
                break
        return ""

    def gpus(
        self,
        line: _Line,
        position: int,
        number: Number,
        modifiers: Sequence[Word],
        after: Sequence[Word],
        head: Sequence[Word],
        per: str,
        before: Sequence[Claim | None],
        shown: str,
    ) -> _Meaning:
        quantities = self.lexicon.quantities
        texts = {word.text for word in modifiers}
        near = (
            texts
            | {word.text for word in after[:2]}
            | {word.text for word in head[-2:]}
            | ({word.text for word in self.lead_words(line, number)[-2:]} if not head and self.bracketed(line, number) else set())
        )
        for id_ in ("gpus.spare", "gpus.available"):
            if quantities[id_].qualifiers & near:
                return _Meaning(id_, Confidence.HIGH, shown)
        if self.degree(modifiers):
            return _Meaning("gpus.per_group", Confidence.MEDIUM, shown, "group", words=_text(modifiers))
        label = line.views[0] if line.views else None
        per = per or self.lexicon_per(number)
        if per in ("node", "stage", "replica", "group", "expert"):
            return _Meaning(
                {"node": "gpus.per_node", "stage": "gpus.per_stage", "replica": "gpus.per_replica"}.get(per, "gpus.per_group"),
                Confidence.HIGH,
                f"{shown} per {per}",
                per,
            )
        earlier = next((claim for claim in reversed(before) if claim is not None), None)
        gap = line.text[line.numbers[position - 1].end : number.start].strip() if position else ""
        if (
            earlier is not None
            and earlier.quantity in ("nodes", "other")
            and gap in ("×", "x", "*", "with", "of", "×  ")
            and (earlier.quantity == "nodes" or self.multi_node(line))
        ):
            return _Meaning("gpus.per_node", Confidence.HIGH, f"{shown} a node", "node")
        if earlier is not None and earlier.quantity == "nodes" and gap in (",", "("):
            return _Meaning("gpus", Confidence.MEDIUM, shown)
        words = [word.text for word in (head or self.lead_words(line, number))]
        inside = [word.text for word in line.words if word.start >= number.end][:3]
        if inside[:1] == ["in"] and (
            owner := next((PER_WORDS[word] for word in inside[1:] if word in ("stage", "group", "node", "replica")), "")
        ):
            return _Meaning(
                {"node": "gpus.per_node", "stage": "gpus.per_stage", "replica": "gpus.per_replica"}.get(owner, "gpus.per_group"),
                Confidence.MEDIUM,
                f"{shown} in a {owner}",
                owner,
            )
        if self.splits_each(words, ("stage", "pipelineparallel")):
            return _Meaning("gpus.per_stage", Confidence.MEDIUM, shown, "stage")
        for view in line.views[:2]:
            lowered = view.member.lower()
            if lowered:
                if "group" in lowered or "expert" in lowered or "set" in lowered:
                    return _Meaning("gpus.per_group", Confidence.MEDIUM, f"{shown} of {view.member}", "group", words=lowered)
                if "stage" in lowered:
                    return _Meaning("gpus.per_stage", Confidence.MEDIUM, f"{shown} of {view.member}", "stage")
                if "replica" in lowered:
                    return _Meaning("gpus.per_replica", Confidence.MEDIUM, f"{shown} of {view.member}", "replica")
                if "node" in lowered:
                    return _Meaning("gpus.per_node", Confidence.MEDIUM, f"{shown} of {view.member}", "node")
            if view is label:
                inline = self.labels.member(line.text[: number.start])
                names = [word.text for word in (*view.words, *head)]
                if "group" in names and ("within" in names or "each" in names or (after and after[0].text == "each")):
                    return _Meaning("gpus.per_group", Confidence.MEDIUM, f"{shown} of a group", "group", words=_text(view.words))
                if "group" in names and self.degree(view.words):
                    return _Meaning("gpus.per_group", Confidence.LOW, f"{shown} of a group", "group", words=_text(view.words))
                if inline:
                    lowered = inline.lower()
                    owner = (
                        "gpus.per_group"
                        if "group" in lowered or "expert" in lowered
                        else "gpus.per_stage"
                        if "stage" in lowered
                        else "gpus.per_replica"
                        if "replica" in lowered
                        else "gpus.per_node"
                        if "node" in lowered
                        else ""
                    )
                    if owner:
                        return _Meaning(owner, Confidence.MEDIUM, f"{shown} of {inline}", owner.rsplit("_", 1)[1])
                best = self.strict("count", view.words, trailing=True)
                if best and best.quantity.id in (
                    "gpus",
                    "gpus.available",
                    "gpus.spare",
                    "gpus.per_node",
                    "gpus.per_stage",
                    "gpus.per_replica",
                    "gpus.per_group",
                ):
                    return _Meaning(best.quantity.id, Confidence.HIGH, f"label {view.raw.strip()!r}", "", view.label.text.whole)
                counted = any(match.quantity.noun == "gpu" for match in view.matches)  # `EP GPUs`: the GPUs, not the degree
                if (
                    best
                    and "gpu" in best.quantity.fallback_nouns
                    and not counted
                    and line.statement.kind in (Kind.ITEM, Kind.ENTRY, Kind.CELL, Kind.TREE)
                    and not modifiers
                    and not head
                ):
                    return _Meaning(best.quantity.id, Confidence.MEDIUM, f"label {view.raw.strip()!r}", "", view.label.text.whole)
                if ("single" in names and "node" in names) or ("node" in names and "single" in [word.text for word in line.words]):
                    return _Meaning("gpus.per_node", Confidence.MEDIUM, shown, "node")
        here = [word.text for word in line.words]
        if "single" in here and "node" in here and line.statement.kind is Kind.HEADING:
            return _Meaning("gpus.per_node", Confidence.MEDIUM, shown, "node")
        if earlier is not None and earlier.quantity in ("experts.per_gpu", "gpus.per_group") and words[-1:] == ["across"] and False:
            return _Meaning("gpus.per_group", Confidence.LOW, shown, "group")
        if self.splits_each(words, ("expert", "group", "replica", "layer", "head")):
            return _Meaning("gpus.per_group", Confidence.LOW, shown, "group")
        if words and words[-1] in ("of",) and earlier is not None and earlier.quantity == "other":
            return _Meaning("gpus.per_group", Confidence.LOW, shown, "group")
        if after and after[0].text == "each":
            return _Meaning("gpus.per_group", Confidence.LOW, shown, "group")
        if False:
            return _Meaning("gpus.available", Confidence.LOW, shown)
        stated = (
            gap == "="
            or not head
            or texts & {"total"}
            or head[-1].text in ("total", "use", "using", "require", "requires", "required", "all", "uses", "needs")
        )
        if (
            label is not None
            and not label.transparent
            and gap != "="
            and line.statement.kind is not Kind.SENTENCE
            and not any(match.quantity.noun == "gpu" for match in label.matches)
        ):
            stated = False
        sure = Confidence.HIGH if stated and texts <= _PLAIN_MODIFIERS and len(line.words) <= 24 else Confidence.MEDIUM
        return _Meaning("gpus", sure, shown)

    def multi_node(self, line: _Line) -> bool:
        words = {word.text for word in line.words} | {word.text for view in line.views[:2] for word in view.words}
        return "node" in words

    def splits_each(self, words: Sequence[str], what: Sequence[str]) -> bool:
        return any(
            word in ("each", "per", "every") and index + 1 < len(words) and any(item in what for item in words[index + 1 : index + 3])
            for index, word in enumerate(words)
        )

    def lexicon_per(self, number: Number) -> str:
        return PER_WORDS.get(number.per, "")

    def degree(self, words: Sequence[Word]) -> Quantity | None:
        """Return the parallel degree the words name, if any."""
        found: Quantity | None = None
        for match in self.lexicon.matches(words):
            if match.quantity.id.startswith("parallel.") and not (
                match.size == 1 and words[match.start].text in ("replica", "pipeline stage")
            ):
                found = match.quantity
        return found

    def pair(self, line: _Line, number: Number, before: Sequence[Claim | None]) -> _Meaning | None:
        """`16/16 GPUs`: what is used of what is there."""
        view_words = [word.text for view in line.views[:2] for word in view.words]
        behind = line.text[number.stop :].lstrip(" /0123456789*")
        follows = behind.partition(" ")[0].strip(".,;:()*").lower()
        if follows.isalpha() and follows not in ("gpu", "gpus", "device", "devices", "used", "in", "are", "utilized", "was"):
            return None  # what is counted is named, and it is not GPUs
        if (
            line.text[: number.start].endswith(("x", "×", "*"))
            or any(view.per for view in line.views[:2])
            or find_any(line.words, ("each",))
        ):
            return None  # an operand, or a share of what one GPU holds
        if "gpu" in view_words or "gpu" in [word.text for word in line.words]:
            return _Meaning("gpus" if number.form is Form.PART else "gpus.available", Confidence.MEDIUM, "m of n GPUs")
        return None

    def spelled(self, line: _Line, number: Number) -> str:
        """Return the short name in brackets behind a number: `16 (EP) × 4 (TP)`, `8 (expert) × 4 (tensor)`."""
        rest = line.text[number.end : number.end + 24]
        if not rest.lstrip().startswith("("):
            return ""
        inner = rest[rest.index("(") + 1 :].split(")")[0].strip().lower()
        if inner in self.lexicon.by_short:
            return inner
        words = self.lexicon.normalize(inner)
        if len(words) == 1 and words[0].text in self.lexicon.axes:
            return self.lexicon.axes[words[0].text]
        if 0 < len(words) <= 3:
            degree = self.degree(words)
            if (
                degree
                and all(word.text in self.lexicon.transparent or any(word.text in name for name in degree.names) for word in words)
                and degree.short
            ):
                return sorted(degree.short, key=len)[-1]
        return ""

    def is_factor(self, line: _Line, number: Number) -> bool:
        text = line.text
        left = text[: number.start].rstrip()
        right = text[number.end :].lstrip()
        return (left[-1:] in "×*÷=" and left != "") or right[:1] in ("×", "*", "÷") or (right[:2] in ("x ", "/ ") and right[2:3].isdigit())

    def is_operand(self, line: _Line, number: Number) -> bool:
        """Tell whether the number is one side's operand of a written equation, not its result or a figure of its own."""
        text = line.text
        left, right = text[: number.start].rstrip(), text[number.end :].lstrip()
        return (
            left[-1:] in ("×", "*", "÷")
            or right[:1] in ("×", "*", "÷")
            or right[:2] == "/ "
            or left[-2:] == " /"
            or left[-1:] == "+"
            or (right[:1] == "+" and right[1:2].isdigit())
        )

    def alone(self, line: _Line, number: Number) -> bool:
        return len(line.numbers) == 1

    def joins(self, text: str, number: Number, head: Sequence[Word]) -> bool:
        """Tell whether the words before the number lead into it: `batch size 1`, `PP degree to 3`, `EP = 16`."""
        if not head:
            return False
        gap = text[head[-1].end : number.start].strip().lower()
        return gap in ("", "=", ":", "is", "to", "of", "(", "~", "=~", "was", "are", "at", "*", "-")

    # -- names -------------------------------------------------------------------------------------------------------

    def named(self, kind: str, words: Sequence[Word]) -> Match | None:
        """Return the best name of that kind in the words: the one that ends last, then the longest."""
        best: Match | None = None
        for match in self.lexicon.matches(words):
            if match.quantity.kind != kind:
                continue
            if best is None or (match.stop, match.size) > (best.stop, best.size):
                best = match
        return best

    def strict(self, kind: str, words: Sequence[Word], *, trailing: bool, phase_words: bool = False) -> Match | None:
        """Return the name that is the head of the words: only transparent words may stand around it.

        Counts need it, because they have no unit to rule out a wrong name: "Expert capacity factor" is no number of experts.
        """
        best: Match | None = None
        for match in self.lexicon.matches(words):
            if kind and match.quantity.kind != kind:
                continue
            before, after = words[: match.start], words[match.stop :]
            if any(word.text in ("per", "each") for word in before):
                continue
            if kind == "count" and trailing and len(words) > match.size:
                before = [word for word in before if word.text not in _HEAD_FILL]
            if any(word.text in _AXIS_SHORTS for word in (*before, *after)) and not match.quantity.id.startswith("parallel."):
                continue
            if not all(self.passes(word) for word in before) or not self.passes_after(after):
                continue
            if best is None or match.size > best.size or (match.size == best.size and match.stop > best.stop):
                best = match
        return best

    def passes(self, word: Word) -> bool:
        return word.text in self.lexicon.transparent or word.text.isdigit() or word.text in _PLAIN_MODIFIERS or word.text in _AXIS_SHORTS

    def passes_after(self, words: Sequence[Word]) -> bool:
        index = 0
        while index < len(words):
            if words[index].text in ("per", "each") and index + 1 < len(words):
                index += 2
                while index < len(words) and words[index].text in PER_WORDS:
                    index += 1
                continue
            if not self.passes(words[index]):
                return False
            index += 1
        return True

    def bracketed(self, line: _Line, number: Number) -> bool:
        """Tell whether the number stands inside round brackets of its text."""
        left = line.text[: number.start]
        return left.count("(") > left.count(")")

    def same_kind(self, before: Sequence[Claim | None], kind: str, lexicon: Lexicon) -> Claim | None:
        for claim in reversed(before):
            if claim is None or kind_of(claim.unit) != kind or claim.quantity in ("share.of", "other"):
                continue
            return claim
        return None

    # -- roles and scopes --------------------------------------------------------------------------------------------

    def role(
        self,
        line: _Line,
        position: int,
        number: Number,
        meaning: _Meaning,
        tail: Sequence[Word],
        head: Sequence[Word],
        before: Sequence[Claim | None],
    ) -> Role:
        if number.arrow == "from":
            return Role.PREVIOUS
        text = line.text[: number.start].rstrip().lower()
        from_here = text.endswith(
            (
                "from",
                "instead of",
                "rather than",
                "down from",
                "versus",
                " vs",
                " vs.",
                "compared to",
                "(was",
                "previously",
                "originally",
                "replaces",
                "replacing",
            )
        )
        if number.arrow == "to":
            return self.sectioned(line, meaning, Role.ACTUAL)
        if self.left_of_arrow(line, position):
            return Role.PREVIOUS
        if from_here and meaning.quantity not in ("share.of",) and self.ranges_up_to(line, position, text):
            return Role.PREVIOUS
        if (
            text.endswith((" to", "from to"))
            and before
            and before[-1] is not None
            and before[-1].role is Role.PREVIOUS
            and before[-1].quantity == meaning.quantity
        ):
            return Role.ACTUAL
        local = self.local_role(line, position, number, meaning, tail, head)
        if local is not None:
            return local
        needs = meaning.quantity in ("gpus", "nodes", "gpus.per_node", "other") or meaning.quantity.startswith("memory.")
        for depth, view in enumerate(line.views):
            role = view.role
            if depth == 0 and len(view.words) == 1 and view.words[0].text in _SAID:
                role = _SAID[view.words[0].text]
            if (
                not role
                and depth < 2
                and view.label.kind is LabelKind.ITEM
                and [word.text for word in view.words] in (["problem"], ["issue"], ["bug"], ["error"], ["root", "cause"])
            ):
                role = "previous"
            if not role:
                if not view.transparent and depth >= 1 and view.label.kind is not LabelKind.COLUMN and depth > 3:
                    break
                continue
            if depth and view.label.kind is LabelKind.HEADING and role in ("target", "limit", "actual"):
                if (
                    role == "target"
                    and find_any(view.words, ("target", "requirement", "slo", "sla"))
                    and not find_any(
                        view.words,
                        (
                            "validation",
                            "verification",
                            "achievement",
                            "check",
                            "compliance",
                            "analysis",
                            "met",
                            "vs",
                            "memory",
                            "gpu",
                            "hardware",
                            "resource",
                        ),
                    )
                    and not any(other.role == "actual" for other in line.views[:depth])
                ):
                    return self.sectioned(line, meaning, Role.TARGET)
                continue
            if role == "actual" and depth == 0 and find_any(view.words, ("current", "achieved", "actual")):
                return Role.ACTUAL
            if (
                role == "previous"
                and find_any(view.words, ("original", "initial"))
                and find_any(view.words, ("model", "architecture", "transformer", "paper"))
            ):
                continue
            if (
                role == "target"
                and find_any(view.words, ("requirement",))
                and find_any(view.words, ("input", "hardware", "memory", "model"))
            ):
                continue
            if (
                role == "target"
                and needs
                and find_any(view.words, ("required", "require", "requirement", "needed"))
                and not find_any(view.words, ("target",))
            ):
                return self.sectioned(line, meaning, Role.ACTUAL)
            if role == "limit" and meaning.quantity in ("memory.capacity",) and depth == 0:
                return Role.LIMIT
            if role == "previous" and view.label.kind is LabelKind.HEADING:
                break
            if role == "actual" and depth > 1:
                break
            if (
                role == "example"
                and depth == 0
                and view.label.kind is not LabelKind.HEADING
                and not find_any(view.words, ("example", "scenario", "future", "potential", "alternative", "would", "could"))
            ):
                break
            if role == "target" and meaning.quantity in ("change",) and not find_any(view.words, ("target", "goal")):
                continue
            return self.sectioned(line, meaning, Role(role)) if depth < 3 else self.sectioned(line, meaning, Role.ACTUAL)
        if (
            line.views
            and line.views[0].words
            and line.views[0].words[0].text in ("maximum",)
            and meaning.quantity.startswith("batch.")
            and meaning.quantity != "batch.sequence_length"
        ):
            return Role.LIMIT
        return self.sectioned(line, meaning, Role.ACTUAL)

    def ranges_up_to(self, line: _Line, position: int, text: str) -> bool:
        """`from A to B` states a change only where something changes; `layers from 0 to 3` does not."""
        if not text.endswith("from"):
            return True
        number = line.numbers[position]
        following = line.text[number.end : number.end + 6].strip().lower()
        context = {word.text for word in line.words} | {word.text for view in line.views[:1] for word in view.words}
        return not following.startswith("to") or bool(
            context
            & (
                _CHANGE_WORDS
                | {
                    "optimized",
                    "scaled",
                    "changed",
                    "fixed",
                    "updated",
                    "corrected",
                    "modified",
                    "adjusted",
                    "revised",
                    "up",
                    "down",
                    "raised",
                    "lowered",
                    "grew",
                    "fell",
                    "moved",
                    "went",
                }
            )
        )

    def left_of_arrow(self, line: _Line, position: int) -> bool:
        """Tell whether the number stands before an arrow that leads to a number of the same thing: `❌ 8 experts per GPU → ✅ 1 expert`."""
        number, text = line.numbers[position], line.text
        arrow = max(text.find("→", number.end), text.find("->", number.end))
        if arrow < 0:
            return False
        others = [other for other in line.numbers[position + 1 :] if other.start > arrow]
        failed = text.lstrip()[:1] in ("❌", "✗", "✘")
        return failed or any(
            (other.noun or other.unit) and _singular(other.noun) == _singular(number.noun) and other.unit == number.unit for other in others
        )

    def local_role(
        self, line: _Line, position: int, number: Number, meaning: _Meaning, tail: Sequence[Word], head: Sequence[Word]
    ) -> Role | None:
        """Read cues in the number's own clause: `20% limit`, `target: <50ms`, `exceeds the 90% requirement`, `60% achieved`."""
        tail_texts = [word.text for word in tail[:3]]
        head_texts = [word.text for word in head[-4:]]
        if tail_texts[:1] == ["achieved"] or tail_texts[:2] == ["was", "achieved"]:
            return Role.ACTUAL
        if meaning.quantity in ("gpus.available", "gpus.spare"):
            return Role.ACTUAL
        own = set(tail_texts)
        sentence = {word.text for word in line.words if start_of_clause(line.text, number.start) <= word.start < number.end}
        if (meaning.quantity.startswith("parallel.") or meaning.quantity in ("gpus", "nodes")) and sentence & _HYPOTHETICAL:
            return Role.EXAMPLE
        if own & {"requirement"} and (meaning.quantity.startswith("memory.") or meaning.quantity == "gpus") and number.bound == "":
            return Role.ACTUAL
        if (
            own & {"target", "goal", "slo", "sla", "requirement", "objective"}
            and "of" not in tail_texts[: _first(tail_texts, ("target", "goal", "requirement"))]
            and "than" not in own
        ):
            return Role.TARGET
        if own & {"limit", "budget", "ceiling", "cap", "constraint", "threshold"} and "of" not in tail_texts[:1]:
            return Role.LIMIT
        if number.bound.startswith("<") and meaning.quantity == "memory.used" and own & {"available"}:
            return Role.LIMIT
        if meaning.quantity == "memory.used" and own & {"available"}:
            return Role.LIMIT
        clause_start = self.clause_before_bracket(line.text, number.start)
        lead = [word.text for word in line.words if clause_start <= word.start and word.end <= number.digits]
        joined = lead[-4:]
        needs = meaning.quantity in ("gpus", "nodes", "gpus.per_node", "other") or meaning.quantity.startswith("memory.")
        if (
            (joined
            and joined[-1] in ("target", "goal", "slo", "sla", "requirement", "threshold", "objective", *(() if needs else ("required",))))
            or (joined and joined[0] in ("target", "goal", "requirement", "slo") and len(lead) <= 3)
        ):
            return Role.TARGET
        if joined and joined[-1] in ("limit", "budget", "cap", "ceiling"):
            return Role.LIMIT
        if joined and joined[-1] in ("previous", "before", "baseline", "original", "originally", "previously", "was", "old"):
            return Role.PREVIOUS
        if joined and joined[-1] in ("exceed", "meet", "above", "below", "under", "within") and own & {"target", "requirement"}:
            return Role.TARGET
        opening = line.text.rfind("(", 0, number.start)
        if opening >= 0 and self.bracketed(line, number):
            inside = [word.text for word in line.words if word.start > opening and word.end <= number.digits]
            if inside[:1] and inside[0] in ("achieved", "actual", "current", "measured", "currently"):
                return Role.ACTUAL
        if joined and joined[-1] in ("achieved", "actual", "measured", "currently", "now"):
            return Role.ACTUAL
        if set(head_texts[-3:]) & {"alert", "alarm"}:
            return Role.LIMIT
        if set(joined[-2:]) & {"typical", "example"}:
            return Role.EXAMPLE
        following = line.text[number.end : number.end + 40].lstrip()
        if following.startswith("(") and ")" in following:
            said = self.lexicon.normalize(following[1 : following.index(")")])
            if 1 <= len(said) <= 3 and not any(word.text.isdigit() for word in said) and (cue := self.labels.role(said)):
                return Role(cue)
        if lead and lead[0] in ("previous", "previously", "original", "former", "old"):
            return Role.PREVIOUS
        compared = self.compared(line, position)
        if compared is not None and meaning.quantity not in ("memory.capacity", "share.of", "other"):
            return compared
        return None

    def compared(self, line: _Line, position: int) -> Role | None:
        """In `68GB < 85% of 80GB` the left side is what is, the right side what it is held against."""
        number, text = line.numbers[position], line.text
        if position + 1 < len(line.numbers):
            other = line.numbers[position + 1]
            between = text[number.end : other.digits]
            if len(between) < 40 and not set(between) & set("(:;,") and set(between) & set("<≤≪"):
                return Role.ACTUAL
        if (
            number.bound
            and position
            and text[line.numbers[position - 1].end : number.start].strip() == ""
            and line.numbers[position - 1].form is Form.PLAIN
        ):
            return Role.LIMIT
        return None

    def clause_before_bracket(self, text: str, position: int) -> int:
        start = position
        while start > 0 and text[start - 1] not in "(;,|.":
            start -= 1
        return start

    def sectioned(self, line: _Line, meaning: _Meaning, role: Role) -> Role:
        """Let a section on the future, an example or a former plan speak for all numbers in it."""
        if role in (Role.PREVIOUS, Role.EXAMPLE):
            return role
        for depth, view in enumerate(line.views):
            if view.label.kind not in (LabelKind.HEADING, LabelKind.LEAD, LabelKind.ITEM, LabelKind.KEY):
                continue
            if (
                contains(view.words, self.lexicon.example_sections)
                and not (
                    depth == 0
                    and view.label.kind is LabelKind.ITEM
                    and meaning.confidence is Confidence.HIGH
                    and contains(view.words, (("scaling",), ("recommendation",)))
                )
                and not find_any(view.words, ("efficiency",))
            ):
                return Role.EXAMPLE
            if (
                contains(view.words, self.lexicon.previous_sections)
                and view.label.kind is not LabelKind.LEAD
                and self.is_previous_section(view)
            ):
                if meaning.quantity in ("gpus.available", "memory.capacity"):
                    return role
                return Role.PREVIOUS
        return role

    def is_previous_section(self, view: View) -> bool:
        words = [word.text for word in view.words]
        if find_any(
            view.words,
            (
                "fixed",
                "resolved",
                "resolution",
                "corrected",
                "new",
                "current",
                "target",
                "solved",
                "vs",
                "comparison",
                "improvement",
                "mitigation",
                "no",
                "addressed",
            ),
        ):
            return False
        return words[0] in (
            "previous",
            "original",
            "old",
            "former",
            "before",
            "baseline",
            "rejected",
            "failed",
            "incorrect",
            "initial",
        ) and (
            (len(words) > 1
            and words[1]
            in (
                "issue",
                "error",
                "strategy",
                "configuration",
                "plan",
                "problem",
                "deployment",
                "approach",
                "state",
                "value",
                "result",
                "performance",
                "attempt",
                "design",
                "layout",
            ))
            or len(words) == 1
        )

    def scope(self, line: _Line, number: Number, meaning: _Meaning, unit_per: str, tail: Sequence[Word], head: Sequence[Word]) -> Scope:
        per = meaning.per or PER_WORDS.get(number.per, "") or PER_WORDS.get(unit_per, "") or unit_per
        if not per:
            texts = {word.text for word in tail[:4]}
            if "each" in texts or self.splits_each([word.text for word in head], ("gpu",)):
                per = "gpu"
            elif "total" in texts or "aggregate" in texts or (head and head[-1].text == "total") or self.counts_all(line, meaning):
                per = "total"
        member, phase = "", ""
        for view in line.views:
            if (
                not member
                and view.member
                and view.label.kind in (LabelKind.ITEM, LabelKind.ROW, LabelKind.HEADING, LabelKind.KEY, LabelKind.LEAD)
            ):
                member = view.member
            if not phase and view.phase:
                phase = view.phase
            if not per and view.per and view.label.kind is not LabelKind.HEADING:
                per = view.per
            if (
                not per
                and view.label.kind in (LabelKind.HEADING, LabelKind.LEAD, LabelKind.ITEM, LabelKind.KEY)
                and view.per
                and meaning.quantity.startswith("memory.")
            ):
                per = view.per
        phase = next((name for name, names in self.lexicon.phases.items() if contains((*head, *tail), names)), phase)
        following = line.text[number.end : number.end + 30].lstrip()
        if following.startswith("(") and ")" in following:
            said = self.lexicon.normalize(following[1 : following.index(")")])
            phase = next((name for name, names in self.lexicon.phases.items() if contains(said, names)), phase)
        words = meaning.words
        if not words and meaning.quantity.partition(".")[0] in ("time", "rate", "share", "memory", "hardware"):
            near = {word.text for word in (*tail[:3], *head[-3:])} | ({word.text for word in line.views[0].words} if line.views else set())
            raw = (line.views[0].raw.lower() if line.views else "") + " " + line.text[max(0, number.start - 24) : number.end + 24].lower()
            words = next(
                (
                    statistic
                    for statistic in sorted(_STATISTICS)
                    if statistic in near or (statistic[0] == "p" and statistic[1:].isdigit() and statistic in raw)
                ),
                "",
            )
        return Scope(per=per, phase=phase, member=member, words=words)

    def counts_all(self, line: _Line, meaning: _Meaning) -> bool:
        """Tell whether the label says that every GPU of the plan is counted: `Total GPUs`, `num_gpus`, `GPUs required`."""
        if meaning.quantity != "gpus" or meaning.context is None:
            return False
        for view in line.views:
            if view.label.text.whole == meaning.context:
                texts = {word.text for word in view.words}
                return texts <= _WHOLE and (len(texts) > 1 or "worldsize" in texts)
        return False

    def specialise(self, line: _Line, meaning: _Meaning, scope: Scope) -> tuple[_Meaning, Scope]:
        """Turn a plain latency under a phase into that phase's latency."""
        special = self.lexicon.phase_quantities.get(scope.phase, {}).get(meaning.quantity)
        if special:
            return replace(meaning, quantity=special), scope
        return meaning, scope

    # -- precision words ---------------------------------------------------------------------------------------------

    def precisions(self, line: _Line) -> Iterator[Claim]:
        """Yield a claim for each precision word that says what a parameter costs: `Precision: FP16`, `FP16 instead of FP32`."""
        if line.statement.kind in (Kind.CODE, Kind.HEADING) or not line.text or len(line.text) > 4000:
            return
        text = line.text
        named = bool(line.views) and find_any(
            line.views[0].words, ("precision", "mixedprecision", "dtype", "quantization", "format", "type")
        )
        position = 0
        while position < len(text):
            if not text[position].isalpha() or (position and text[position - 1].isalnum()):
                position += 1
                continue
            end = position
            while end < len(text) and text[end].isalnum():
                end += 1
            word = text[position:end].lower()
            cost = self.lexicon.precisions.get(word)
            about = text[end : end + 30].lower() + text[max(0, position - 24) : position].lower()
            if cost is not None and any(character.isdigit() for character in word) and (named or "instead of" in about):
                previous = text[:position].rstrip().lower().endswith(("instead of", "from", "rather than"))
                yield Claim(
                    quantity="model.bytes_per_param",
                    symbol="bytes_per_param",
                    readings=(Reading(Interval.exact(cost), UNITS["byte"], "", Interval.exact(cost)),),
                    approximation=Approximation.EXACT,
                    role=Role.PREVIOUS if previous else self.sectioned(line, _Meaning("", Confidence.HIGH, ""), Role.ACTUAL),
                    scope=Scope(),
                    span=line.statement.value.span(position, end),
                    text=text[position:end],
                    confidence=Confidence.HIGH if named else Confidence.MEDIUM,
                    read_as="precision word",
                    statement=line.index,
                )
            position = end


_WHOLE = frozenset("total gpu count number of required require requirement needed use worldsize the".split())
"""Words of a label that counts every GPU of a plan."""
_GENERIC = frozenset(("memory.used", "memory.capacity", "time.step", "share.of", "share.gpu_utilization", "memory.utilization"))
"""Quantities that a table's head may name while its row names the part."""
_COMPONENTS = frozenset(
    "compute memory kernel launch io routing gate attention mlp ffn expert layer stage scheduling queue queueing loading network disk tokenization sampling load-time startup recovery restart".split()
)
_AXIS_SHORTS = frozenset("tp pp ep dp cp sp etp vp".split())
_ARCHITECTURE = frozenset(
    "model transformer network decoder encoder llm llama architecture moe gpt stack mixture deep dense neural qwen mixtral deepseek configuration system".split()
)
"""What a `16-layer` or `64-expert` compound may describe for the count to be the model's."""
_MEMBERS = frozenset("gpu stage rank node group layer expert replica device host".split())
_SAID = {"expected": "target", "claimed": "previous", "claim": "previous"}
"""Labels that give a role when they stand alone: Expected beside Actual, Claimed beside Corrected."""
_DISPUTED = frozenset(
    "contradict contradicts contradiction inconsistent inconsistency mismatch incorrectly erroneously wrongly discrepancy".split()
)
_HYPOTHETICAL = frozenset(
    "would could might consider alternatively alternative alternatives hypothetical if suppose unless future potentially should minimum".split()
)
_DIFFERENCES = frozenset("margin headroom delta difference buffer slack gap surplus remaining diff".split())
"""Heads of columns that hold what lies between two figures."""
_STATISTICS = frozenset(
    "p50 p90 p95 p99 median average peak minimum maximum worst best theoretical effective sustained burst warm cold usable forward backward".split()
)
_LINKS = tuple(
    "communication network interconnect nvlink infiniband collective allreduce alltoall transfer link p2p topology bandwidth pcie".split()
)
"""Words above a latency that make it that of a link."""
_ELEMENT_BYTES = Interval(Fraction(0), Fraction(16))
_OPERANDS = {
    "layers.per_stage": ("model.layers", "parallel.pipeline"),
    "experts.per_gpu": ("model.experts", "parallel.expert"),
    "batch.per_replica": ("batch.global", "parallel.data"),
    "heads.per_gpu": ("model.heads", "parallel.tensor"),
    "batch.microbatches": ("batch.per_replica", "batch.micro"),
}
"""What `a / b` under a label means: dividend and divisor."""
_BINARY_TWIN = {"GB": "GiB", "MB": "MiB", "KB": "KiB", "TB": "TiB", "PB": "PiB"}
_PLAIN_MODIFIERS = frozenset(
    "consecutive contiguous total all whole available overall entire identical equal balanced transformer model individual separate independent distinct different parallel physical h100 a100 h200 b200 b300 gb200 gb300 nvidia amd full active used exactly only just more additional approximately roughly about gpu uniform pipeline local global same concurrent single complete required needed balance unique actual".split()
)
_HEAD_FILL = frozenset(
    "strategy use uses using is are was be with of at a an the to set model under on by has have current run running set have required requires requiring require for and each both in achieves achieve".split()
)


def _singular(word: str) -> str:
    from auditor.claims.words import singular

    aliases = {
        "micro-batches": "microbatch",
        "micro-batch": "microbatch",
        "microbatches": "microbatch",
        "device": "gpu",
        "devices": "gpu",
        "accelerator": "gpu",
        "accelerators": "gpu",
        "card": "gpu",
        "cards": "gpu",
        "chips": "gpu",
        "chip": "gpu",
        "ways": "way",
        "params": "parameter",
        "param": "parameter",
        "servers": "node",
        "server": "node",
        "hosts": "node",
        "host": "node",
        "machine": "node",
        "machines": "node",
        "copies": "copy",
    }
    return aliases.get(word, singular(word))


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _first(words: Sequence[str], wanted: Sequence[str]) -> int:
    return next((index for index, word in enumerate(words) if word in wanted), len(words))


def start_of_clause(text: str, position: int) -> int:
    """Return where the sentence part that holds a position starts: behind a full stop, semicolon or arrow."""
    return max(text.rfind(mark, 0, position) for mark in (". ", ";", "→", "|", "\n")) + 1


def re_of(text: str, number: Number) -> bool:
    """Tell whether `of` follows right behind the number."""
    return text[number.end : number.end + 4].lower().startswith((" of ", " of"))


def re_percent_of(text: str, share: Number, base: Number) -> bool:
    """Tell whether two numbers read `p% of X`, with at most a few words between."""
    gap = text[share.end : base.start].lower()
    return share.unit == "%" and len(gap) <= 16 and gap.strip().startswith("of") and "," not in gap

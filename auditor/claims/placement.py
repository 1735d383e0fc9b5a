"""Placements: which GPUs, layers and experts a stage, group, replica or node holds, as sets of ids.

`read` goes once over the statements of a document, whatever they were written in: bullets (`Stage 0: Layers 0-3 (GPUs 0-31)`),
trees, sentences, tables with a row a stage or a row a GPU, objects of JSON and YAML. A `Placement` says that an owner holds
members of a kind; a `Series` is the owners of one kind that stand together (the stages of one list), which is what disjoint,
complete and equally large can be asked of. Nothing is checked here.

Both common readings of `"layers": [0, 19]` are kept until the neighbours decide; where they do not, the series is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from auditor.claims.lexicon import Lexicon
from auditor.claims.mentions import AXES, HELD, KeyNames, Mention, group_of, listed, mentions, of_key, singular_noun
from auditor.claims.model import Approximation
from auditor.claims.words import split
from auditor.cost.layout.placement import Ids
from auditor.language.numbers import Form, Number
from auditor.records import dataclass
from auditor.remember import once_for
from auditor.spans import Span, Text
from auditor.statements import Document, Kind, Label, LabelKind, Statement, place_of

__all__ = ["Counted", "GroupSize", "Member", "Owner", "Placement", "Placements", "Series", "read", "set_aside"]

STRONG: Final = frozenset(
    ("stage", "replica", "node", "group", "tensor group", "expert group", "data group", "pipeline group", "context group")
)
"""Kinds that own; GPUs, layers and experts own only where no such owner is named."""

_COARSE: Final = {
    "replica": 0,
    "data group": 0,
    "stage": 1,
    "expert group": 2,
    "pipeline group": 2,
    "context group": 2,
    "tensor group": 2,
    "group": 2,
}
"""What may lie inside what: the parts of a replica are numbered again in the next one, those of a stage in the next stage."""

_MOST: Final = 50_000
"""Placements read from one document; further ones are left out."""


_LONGEST_LINE: Final = 4000
_COUNTED: Final = re.compile(r"\d[\s-]{0,3}(?:[A-Za-z][A-Za-z-]{0,20}\s{1,3}){0,3}(?:gpu|device|accelerator|layer|expert)", re.IGNORECASE)
"""A number before something that owners hold: only then is there a count to look for."""

_MOST_TEXT: Final = 5_000_000
"""Characters between members that are looked through for an ellipsis; beyond that every series counts as elided."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One member that holds others: stage 0, tensor group 3, GPU 5."""

    kind: str
    id: int
    span: Span

    def __str__(self) -> str:
        kind = "GPU" if self.kind == "gpu" else self.kind
        return f"{kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Counted:
    """A count stated for what an owner holds, or beside a range: the `32 GPUs` of `GPUs 0-31 (32 GPUs)`."""

    kind: str
    number: int
    span: Span


@dataclass(frozen=True, slots=True)
class Placement:
    """An owner holds these members of a kind."""

    owner: Owner
    kind: str
    """`gpu`, `layer` or `expert`."""
    ids: Ids
    span: Span
    """Where the ids stand."""
    exact: bool
    """It holds these and no others of the kind; else these among others."""
    within: tuple[Owner, ...]
    """The owners it lies in, outermost first."""
    series: tuple[object, ...]
    statement: int
    beside: Counted | None = None
    """The count written beside the ids."""
    ranged: Ids | None = None
    """The other reading of an array of two ids: the range between them."""
    weak: bool = False
    """It may be a count: `"gpu": 8`."""
    glued: bool = False
    """The owner was written `EP0`."""


@dataclass(frozen=True, slots=True)
class Member:
    """One owner of a series with all it holds."""

    owner: Owner
    ids: Ids
    spans: tuple[Span, ...]
    exact: bool
    beside: Counted | None = None

    @property
    def span(self) -> Span:
        return self.spans[0]


@dataclass(frozen=True, slots=True)
class Series:
    """Owners of one kind that stand together, and what each holds of one kind."""

    owner: str
    kind: str
    members: tuple[Member, ...]
    """In the order of the text."""
    within: tuple[Owner, ...]
    elided: bool
    """Some owners are left out: `...`, "the others follow the same pattern"."""
    aside: bool
    """It stands among previous plans, examples or alternatives."""
    template: bool
    """It describes each of several owners: "within each EP group". Its ids may count from the start of that owner."""
    statement: int
    """Index of the first statement it was read from."""

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(sorted(member.owner.id for member in self.members))

    @property
    def complete(self) -> bool:
        """All owners are there, counted from 0 or from 1, at least two."""
        numbers = self.numbers
        return not self.elided and len(numbers) > 1 and numbers[0] in (0, 1) and numbers[-1] - numbers[0] + 1 == len(numbers)

    @property
    def all(self) -> Ids:
        """Everything the owners hold."""
        return Ids.of(one for member in self.members for one in member.ids.ranges)

    @property
    def place(self) -> Span:
        """Where the first owner's ids stand."""
        return self.members[0].span


@dataclass(frozen=True, slots=True)
class GroupSize:
    """Groups described by their size: `4 TP groups of 8 GPUs each`, `Within each EP group (8 GPUs)`."""

    kind: str
    """`tensor group`, `expert group`, ..."""
    size: int | None
    size_span: Span | None
    count: int | None
    count_span: Span | None
    statement: int
    owner: Owner | None
    """The owner it stands under: the stage that has these groups."""
    aside: bool


@dataclass(frozen=True, slots=True)
class Placements:
    """All that a document says about where things stand."""

    items: tuple[Placement, ...] = ()
    series: tuple[Series, ...] = ()
    counts: tuple[tuple[Owner, Counted], ...] = ()
    """Counts stated for an owner: stage 0 has 32 GPUs."""
    sizes: tuple[GroupSize, ...] = ()

    def of(self, owner: str, kind: str) -> tuple[Series, ...]:
        """Return the series of owners of a kind that hold members of a kind."""
        return tuple(one for one in self.series if one.owner == owner and one.kind == kind)


def set_aside(statement: Statement, lexicon: Lexicon) -> int:
    """Return which label of a statement's path opens a section about what was or what might be; -1 if none does."""
    for depth, label in enumerate(statement.path):
        if label.kind in (LabelKind.HEADING, LabelKind.LEAD, LabelKind.KEY):
            words = tuple(word.text for word in lexicon.normalize(label.text.content[:200]))
            if any(_holds(words, name) for names in (lexicon.example_sections, lexicon.previous_sections) for name in names):
                return depth
    return -1


@once_for
def read(document: Document, lexicon: Lexicon) -> Placements:
    """Return the placements of a document."""
    return _Reader(document, lexicon).run()


@dataclass(slots=True)
class _Facet:
    """A mention with its place in the source."""

    kind: str
    ids: Ids
    span: Span
    many: bool
    glued: bool = False
    ranged: Ids | None = None
    weak: bool = False
    beside: Counted | None = None

    @property
    def single(self) -> int | None:
        return self.ids.first if len(self.ids) == 1 and not self.many else None

    def owner(self) -> Owner:
        number = self.ids.first
        return Owner(self.kind, 0 if number is None else number, self.span)


def _strong(facet: _Facet) -> bool:
    return facet.kind in STRONG and facet.single is not None


@dataclass(slots=True)
class _Record:
    """What one line, row or object says: its facets, the owners around it, and what its neighbours are."""

    facets: list[_Facet]
    within: list[_Facet]
    """Owners of the records it lies in, outermost first."""
    around: list[tuple[object, ...]]
    """The series each of them belongs to."""
    series: tuple[object, ...]
    statement: int
    leader: _Facet | None = None
    counts: dict[str, Counted] = field(default_factory=dict)


class _Reader:
    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self.document = document
        self.lexicon = lexicon
        self.nouns = lexicon.nouns
        self.found: list[Placement] = []
        self.counts: list[tuple[Owner, Counted]] = []
        self.sizes: list[GroupSize] = []
        self.labels: dict[int, tuple[Label, list[_Facet]]] = {}
        self.keys: dict[str, KeyNames] = {}
        self.budget = _MOST_TEXT

    def run(self) -> Placements:
        rows: dict[tuple[int, int], list[int]] = {}
        objects: dict[tuple[object, ...], list[int]] = {}
        for index, statement in enumerate(self.document.statements):
            if statement.struck or len(self.found) > _MOST or statement.kind in (Kind.CODE, Kind.FLAG):
                continue
            if statement.cell is not None:
                if statement.cell.row >= 0:
                    rows.setdefault((statement.cell.table, statement.cell.row), []).append(index)
            elif statement.literal:
                objects.setdefault(place_of(statement.path[:-1]), []).append(index)
            else:
                self.line(index, statement)
                self.group_size(index, statement)
        for (table, _), cells in rows.items():
            self.row(table, cells)
        self.objects(objects)
        return Placements(tuple(self.found), tuple(self.series()), tuple(self.counts), tuple(self.sizes))

    # --- facets

    def key(self, text: str) -> KeyNames:
        found = self.keys.get(text)
        if found is None:
            found = self.keys[text] = of_key(text)
        return found

    def facets(self, text: Text, kind: str = "") -> list[_Facet]:
        """Return the mentions of a text; a text that is nothing but ids lists members of `kind`."""
        if not any(char.isdigit() for char in text.content[:4000]):
            return []
        found = [self.facet(text, mention) for mention in mentions(text.content, self.nouns)]
        if not found and kind:
            term = _numbered(text)
            ids = listed(term.content, kind)
            if ids is not None:
                found = [_Facet(kind, ids.ids, term.strip().whole, ids.many)]
        if found:
            self.beside(text, found)
        return found

    @staticmethod
    def facet(text: Text, mention: Mention) -> _Facet:
        return _Facet(mention.kind, mention.ids, text.span(mention.start, mention.end), mention.many, mention.glued)

    def beside(self, text: Text, found: list[_Facet]) -> None:
        """Attach to each mention the count written right before or behind it."""
        if not any(facet.many for facet in found) or _COUNTED.search(text.content[:_LONGEST_LINE]) is None:
            return
        numbers = [number for number in self.lexicon.scan(text.content) if _counts(number)]
        for facet in found:
            if not facet.many or facet.kind not in HELD:
                continue
            for number in numbers:
                if singular_noun(number.noun) != facet.kind:
                    continue
                place = text.span(number.digits, number.end)
                after = text.content[number.end : number.end + 12]
                if place.start >= facet.span.end:
                    gap = self.between(facet.span.end, place.start)
                    fits = gap.strip(" ])}") in ("(", ",", "=", ":", "-", "(=", "– ", "–") and _closes(after)
                else:
                    gap = self.between(text.span(number.digits, number.stop).end, facet.span.start)
                    fits = gap.strip() in ("", "(", "[") or gap.strip().rstrip("([:").strip().lower() in (number.noun, "")
                if fits:
                    value = number.written[0].interval.low
                    if value is not None and value.denominator == 1:
                        facet.beside = Counted(facet.kind, value.numerator, place)
                        break

    def between(self, start: int, end: int) -> str:
        return self.document.source.text[start:end] if 0 <= start <= end <= start + 40 else "?"

    def label_facets(self, label: Label) -> list[_Facet]:
        cached = self.labels.get(id(label.text))
        if cached is None:
            if label.kind in (LabelKind.INDEX, LabelKind.FILE, LabelKind.PROGRAM, LabelKind.FLAG, LabelKind.VARIABLE):
                found: list[_Facet] = []
            else:
                found = self.facets(label.text)
                if not found and label.kind is LabelKind.KEY:
                    owner = self.key(label.text.content).owner
                    if owner is not None:
                        found = [self.facet(label.text, owner)]
            cached = self.labels[id(label.text)] = (label, found)
        return cached[1]

    # --- lines

    def line(self, index: int, statement: Statement) -> None:
        value = self.facets(statement.value)
        path = statement.path
        own = self.label_facets(path[-1]) if path and self.same_line(path[-1], statement) else []
        if not value and path:
            names = self.key(path[-1].text.content)
            if names.holds:
                value = self.leading(statement.value, names)
        chain: list[_Facet] = []
        around: list[tuple[object, ...]] = []
        # Titles and introducing lines stand alone, each over its own list; bullets belong to theirs.
        group = () if statement.kind in (Kind.HEADING, Kind.HEAD) else (statement.group,)
        own_series = (*place_of(path[:-1]), *group)
        for depth, label in enumerate(path[:-1] if own else path):
            strong = [facet for facet in self.label_facets(label) if _strong(facet)]
            for facet in strong:
                chain.append(self.named(facet, path[:depth]))
                around.append((*place_of(path[:depth]), facet.kind))
        prefix: Sequence[Label] = path[:-1] if own else path
        for segment in _segments(value):
            record = _Record(segment, list(chain), list(around), (*place_of(prefix), *group), index)
            self.resolve(record, [self.named(facet, prefix) for facet in own], own_series, path)
        self.stated(index, statement, own, value, chain)

    def same_line(self, label: Label, statement: Statement) -> bool:
        """Tell whether a label stands in the line it labels, not in a line above."""
        start, end = label.text.whole.end, statement.value.whole.start
        return (
            start <= end <= start + _LONGEST_LINE
            and "\n" not in self.document.source.text[start:end]
            and "\r" not in self.document.source.text[start:end]
        )

    def named(self, facet: _Facet, path: Sequence[Label]) -> _Facet:
        """Give an unnamed group the axis that the nearest label around it speaks of."""
        if facet.kind != "group":
            return facet
        for label in reversed(path):
            words = split(label.text.content)
            for place, word in enumerate(words):
                if word.text in ("group", "groups"):
                    kind = group_of(words, place)
                    if kind != "group":
                        return replace(facet, kind=kind)
        return facet

    def resolve(self, record: _Record, own: list[_Facet], own_series: tuple[object, ...], path: Sequence[Label]) -> None:
        """Find who leads a line and what it holds."""
        value = [self.named(facet, path) for facet in record.facets]
        strong = [facet for facet in value if _strong(facet)]
        several = [facet for facet in (*own, *value) if facet.kind in STRONG and facet.single is None]
        mine = [facet for facet in own if _strong(facet)]
        held = [facet for facet in value if facet.kind in HELD]
        gpu = next((facet for facet in own if facet.kind == "gpu" and facet.single is not None), None)
        if gpu is not None and strong and held and not mine and not several and all(facet.kind != "gpu" for facet in held):
            # `GPU 0: layers 0-7 (TP group 0, stage 0)` is written out like a row of a table of GPUs.
            record.facets[:] = [gpu, *value]
            self.led(record, gpu, own_series)
            return
        if strong and (not mine or strong[0].kind != mine[-1].kind):
            held = held or [facet for facet in own if facet.kind in HELD]
            for facet in mine:
                record.within.append(facet)
                record.around.append((*own_series, facet.kind))
            for facet in strong[1:]:
                record.facets.append(facet)
            if mine and held and not several and value and value[0].kind in HELD:
                # `Group 0: GPU 0-1 -> stage 2`: the label leads, the stage holds them among others.
                leader, rest = mine[-1], strong
                record.within, record.around = record.within[:-1], record.around[:-1]
            else:
                leader, rest = strong[0], strong[1:]
            self.emit(record, leader, held, leader is strong[0] and not several, (*record.series, leader.kind))
            for facet in rest:
                self.emit(record, facet, held, False, (*record.series, facet.kind))
            return
        weak = next((facet for facet in own if facet.kind in HELD and facet.single is not None), None) if not mine else None
        others = [facet for facet in held if weak is None or facet.kind != weak.kind]
        if weak is not None and others:
            self.emit(record, weak, others, not several, (*own_series, weak.kind))
        elif mine:
            for facet in mine[:-1]:
                record.within.append(facet)
                record.around.append((*own_series, facet.kind))
            self.emit(record, mine[-1], held, not several, (*own_series, mine[-1].kind))
        elif record.within and held and own and any(facet.kind in HELD for facet in own):
            pass
        elif record.within and held and not (own or several):
            lead, series = record.within.pop(), record.around.pop()
            alone = len(held) == 1 and path and self.key(path[-1].text.content).holds == held[0].kind
            self.emit(record, lead, held, bool(alone), series)
            record.within.append(lead)
            record.around.append(series)
            held = []
        elif len(value) > 1 and value[0].kind in HELD and value[0].single is not None and not several:
            self.emit(record, value[0], [facet for facet in held if facet.kind != value[0].kind], True, (*record.series, value[0].kind))
        if record.within and held:
            members = [facet for facet in (*held, *([weak] if weak else [])) if facet is not None]
            self.partial(record, members)

    def emit(self, record: _Record, leader: _Facet, held: Iterable[_Facet], exact: bool, series: tuple[object, ...]) -> None:
        owner = leader.owner()
        within = tuple(facet.owner() for facet in record.within)
        for facet in held:
            if facet is leader or facet.kind == leader.kind or facet.kind not in HELD:
                continue
            self.found.append(
                Placement(
                    owner, facet.kind, facet.ids, facet.span, exact, within, series, record.statement,
                    facet.beside, facet.ranged, facet.weak, leader.glued,
                )
            )  # fmt: skip

    def partial(self, record: _Record, held: Sequence[_Facet]) -> None:
        """The owners around a record hold what it holds, among others."""
        for depth, (facet, series) in enumerate(zip(record.within, record.around, strict=True)):
            around = tuple(one.owner() for one in record.within[:depth])
            for member in held:
                if member.kind != facet.kind:
                    self.found.append(
                        Placement(
                            facet.owner(),
                            member.kind,
                            member.ids,
                            member.span,
                            False,
                            around,
                            series,
                            record.statement,
                            None,
                            member.ranged,
                            member.weak,
                            facet.glued,
                        )
                    )

    def leading(self, text: Text, names: KeyNames) -> list[_Facet]:
        """Read `GPUs: 0-31 (32 GPUs)` or `GPU ID: 3`, whose noun is the label."""
        content = text.content
        stop = len(content)
        for mark in (" (", " →", " ->", " |", ";", " -"):
            found = content.find(mark)
            if 0 < found < stop:
                stop = found
        head = text.slice(0, stop)
        ids = listed(head.content, names.holds)
        if ids is None or (not ids.many and not names.identity and (names.plural or names.holds not in HELD)):
            return []
        facet = _Facet(names.holds, ids.ids, head.strip().whole, ids.many, weak=not ids.many and not names.identity)
        self.beside(text, [facet])
        return [facet, *(one for one in self.facets(text.slice(stop, len(content))) if one.kind != names.holds)]

    def stated(self, index: int, statement: Statement, own: list[_Facet], value: list[_Facet], chain: list[_Facet]) -> None:
        """Read counts stated for one owner: `Stage 0 - 32 GPUs (Layers 0-7)`, `Stage 0: Layers 0-7 (32 GPUs)`."""
        strong = [facet for facet in value if _strong(facet)] or [facet for facet in own if _strong(facet)]
        if len(strong) != 1 or strong[0].glued or any(facet.kind in STRONG and facet.single is None for facet in (*own, *value)):
            return
        if value and any(facet.kind in HELD for facet in own):
            return
        if _COUNTED.search(statement.value.content[:_LONGEST_LINE]) is None:
            return
        taken = [facet.beside.span for facet in value if facet.beside is not None]
        seen: set[str] = set()
        content = statement.value.content
        for number in self.lexicon.scan(content):
            kind = singular_noun(number.noun)
            if kind not in HELD or not _counts(number) or not _closes(content[number.end : number.end + 12]):
                continue
            if content[: number.digits].rstrip()[-1:] in ("×", "*", "/", "÷", "+", "=") or content[: number.digits].rstrip()[-2:] == " x":
                continue
            place = statement.value.span(number.digits, number.end)
            low = number.written[0].interval.low
            if low is None or low.denominator != 1 or kind in seen or any(place.overlaps(one) for one in taken):
                continue
            seen.add(kind)
            self.counts.append((self.named(strong[0], statement.path).owner(), Counted(kind, low.numerator, place)))

    # --- sizes of groups

    def group_size(self, index: int, statement: Statement) -> None:
        """Read groups given by number and size, without ids."""
        texts = [statement.value]
        if statement.path and statement.path[-1].kind in (LabelKind.ITEM, LabelKind.LEAD, LabelKind.KEY):
            texts.insert(0, statement.path[-1].text)
        found = next(((text, word) for text in texts if (word := _group_word(text.content)) is not None), None)
        if found is None:
            return
        holder, (kind, start, end) = found
        count: tuple[int, Span] | None = None
        size: tuple[int, Span] | None = None
        content = holder.content
        for number in self.lexicon.scan(content):
            value = _count_of(number)
            if value is None or number.per:
                continue
            behind = content[end : number.digits].strip().lower() if number.digits >= end else ""
            if number.stop <= start and (
                not content[number.stop : start].strip() or (singular_noun(number.noun) == "group" and number.end >= end)
            ):
                count = (value, holder.span(number.digits, number.stop))
            elif number.digits >= end and singular_noun(number.noun) == "gpu" and behind in _SIZES and _each(content[number.end :]):
                size = (value, holder.span(number.digits, number.end))
            elif number.digits >= end and not number.noun and behind in ("(", ":") and "total" in content[number.stop : number.stop + 8]:
                count = (value, holder.span(number.digits, number.stop))
        if holder is not statement.value and size is None:
            size = self.leading_size(statement.value)
        if size is None and count is None:
            return
        owner = next((strong[-1].owner() for label in reversed(statement.path) if (strong := self.strong_of(label))), None)
        one = GroupSize(
            kind,
            size[0] if size else None,
            size[1] if size else None,
            count[0] if count else None,
            count[1] if count else None,
            index,
            owner,
            self.aside(statement),
        )
        if not self.sizes or (self.sizes[-1].size_span, self.sizes[-1].count_span) != (one.size_span, one.count_span):
            self.sizes.append(one)

    def leading_size(self, text: Text) -> tuple[int, Span] | None:
        """Read `32 GPUs each` at the start of what a label about groups says."""
        for number in self.lexicon.scan(text.content)[:1]:
            value = _count_of(number)
            if value is None or number.per or singular_noun(number.noun) != "gpu" or text.content[: number.digits].strip():
                return None
            if _each(text.content[number.end :]):
                return value, text.span(number.digits, number.end)
        return None

    def strong_of(self, label: Label) -> list[_Facet]:
        return [facet for facet in self.label_facets(label) if _strong(facet) and not facet.glued]

    # --- tables

    def row(self, table: int, cells: Sequence[int]) -> None:
        statements = self.document.statements
        facets: list[_Facet] = []
        outer: Sequence[Label] = ()
        for index in cells:
            statement = statements[index]
            column = next((label for label in reversed(statement.path) if label.kind is LabelKind.COLUMN), None)
            outer = tuple(label for label in statement.path if label.kind not in (LabelKind.COLUMN, LabelKind.ROW, LabelKind.ITEM))
            names = self.key(column.text.content) if column is not None else KeyNames()
            facets.extend(self.cell(statement, names))
        if not facets:
            return
        chain, around = self.chain(outer)
        record = _Record(facets, chain, around, ("table", table), cells[0])
        self.led(record, None, ("table", table))

    def cell(self, statement: Statement, names: KeyNames) -> list[_Facet]:
        text = statement.value
        if statement.kind is Kind.HEAD and statement.cell is not None and statement.cell.column == 0:
            return []
        found = self.facets(text, names.holds)
        if names.holds:
            # In a column of its kind a lone number is an id, unless the column counts: `GPUs | 8`.
            found = [
                one for one in found if one.kind != names.holds or one.many or not names.plural or names.identity or not _bare(text.content)
            ]
        else:
            found = [one for one in found if not _bare(text.content)]
        return found

    def chain(self, path: Sequence[Label]) -> tuple[list[_Facet], list[tuple[object, ...]]]:
        chain: list[_Facet] = []
        around: list[tuple[object, ...]] = []
        for depth, label in enumerate(path):
            for facet in self.label_facets(label):
                if _strong(facet):
                    chain.append(self.named(facet, path[:depth]))
                    around.append((*place_of(path[:depth]), facet.kind))
        return chain, around

    def led(self, record: _Record, leader: _Facet | None, series: tuple[object, ...]) -> None:
        """A row or object: one facet leads, the other owners hold what it holds among others."""
        singles = [facet for facet in record.facets if facet.single is not None]
        kinds = [facet.kind for facet in singles]
        if any(kinds.count(kind) > 1 for kind in kinds if kind in STRONG):
            return
        if leader is None:
            leader = next((facet for facet in singles if facet.kind == "gpu" and not facet.weak and kinds.count("gpu") == 1), None)
            leader = leader or next((facet for facet in singles if facet.kind in STRONG), None)
            leader = leader or next((facet for facet in singles if facet.kind == "expert"), None)
            leader = leader or next((facet for facet in singles if facet.kind == "layer"), None)
        if leader is None:
            members = [facet for facet in record.facets if facet.kind in HELD]
            self.partial(record, members)
            return
        held = [facet for facet in record.facets if facet is not leader and facet.kind in HELD and facet.kind != leader.kind]
        owners = [facet for facet in singles if facet is not leader and facet.kind in STRONG]
        base = list(record.within)
        for owner in (leader, *owners):
            # Nodes, GPUs and experts are numbered through; only parts of a plan are numbered again in the next replica or stage.
            outer = [one for one in (leader, *owners) if _COARSE.get(one.kind, 9) < _COARSE.get(owner.kind, -1)]
            record.within = base + sorted(outer, key=lambda one: _COARSE.get(one.kind, 9))
            members = held if owner is leader or leader.kind not in HELD else [leader, *held]
            self.emit(record, owner, members, owner is leader, (*series, owner.kind))
        record.within = base
        self.partial(record, [leader, *held] if leader.kind in HELD else held)

    # --- objects

    def objects(self, objects: Mapping[tuple[object, ...], Sequence[int]]) -> None:
        statements = self.document.statements
        for container, leaves in objects.items():
            first = statements[leaves[0]]
            path = first.path[:-1]
            facets: list[_Facet] = []
            counts: dict[str, Counted] = {}
            for index in leaves:
                self.leaf(index, statements[index], container, facets, counts)
            facets.extend(self.ends([statements[index] for index in leaves]))
            if not facets:
                continue
            leader, series = self.object_owner(path)
            chain, around = self.ancestors(path, objects)
            record = _Record(facets, chain, around, series, leaves[0])
            if leader is not None:
                if any(facet.kind == leader.kind and facet.single is not None for facet in facets):
                    leader = next(facet for facet in facets if facet.kind == leader.kind and facet.single is not None)
                else:
                    record.facets.insert(0, leader)
            for facet in facets:
                if facet.kind in counts and facet.beside is None and facet.many:
                    facet.beside = counts[facet.kind]
            before = len(self.found)
            self.led(record, leader, series)
            for kind, count in counts.items():
                if leader is not None and leader.kind in STRONG and kind in HELD and kind not in {one.kind for one in self.found[before:]}:
                    self.counts.append((leader.owner(), count))

    def leaf(
        self, index: int, statement: Statement, container: tuple[object, ...], facets: list[_Facet], counts: dict[str, Counted]
    ) -> None:
        """Read one entry of an object: an id, a list of ids, a count, or a text that names members."""
        path = statement.path
        if not path:
            return
        label = path[-1]
        names = self.key(label.text.content) if label.kind is LabelKind.KEY else KeyNames()
        if label.text.content.strip().lower() == "rank":
            # The rank of a node or of a process inside its group; only a column of ranks counts GPUs.
            names = KeyNames()
        if label.kind is LabelKind.INDEX:
            names = self.array_names(path)
        if names.counts and statement.literal == "number":
            number = _whole(statement.value.content)
            if number is not None:
                counts[names.counts] = Counted(names.counts, number, statement.value.whole)
            return
        held = self.values(statement, names, path)
        if names.owner is not None or (label.kind is LabelKind.INDEX and held):
            # `"stage_0_devices": [0, 1]` is a record of its own.
            owner = names.owner
            if owner is None:
                return
            facet = self.named(self.facet(label.text, owner), path[:-1])
            chain, around = self.ancestors(path[:-1], {})
            record = _Record([facet, *held], chain, around, container, index)
            self.led(record, facet, container)
            return
        facets.extend(held)

    @staticmethod
    def ends(leaves: Iterable[Statement]) -> Iterator[_Facet]:
        """Read ranges given by their ends: `"layer_start": 0, "layer_end": 7`."""
        found: dict[tuple[str, bool], Statement] = {}
        for statement in leaves:
            if statement.literal != "number" or not statement.path or statement.path[-1].kind is not LabelKind.KEY:
                continue
            words = [word.text for word in split(statement.path[-1].text.content[:60])]
            kinds = {singular_noun(word) for word in words} & set(HELD)
            first, last = any(word in _FIRST for word in words), any(word in _LAST for word in words)
            if len(kinds) == 1 and first != last and all(word in _FIRST | _LAST | _NAMING or singular_noun(word) for word in words):
                found[kinds.pop(), first] = statement
        for (kind, first), statement in found.items():
            other = found.get((kind, False))
            start, end = _whole(statement.value.content), None if other is None else _whole(other.value.content)
            if first and other is not None and start is not None and end is not None and start <= end:
                yield _Facet(kind, Ids.of([(start, end)]), statement.value.whole.join(other.value.whole), True)

    def array_names(self, path: Sequence[Label]) -> KeyNames:
        """An array inside an array is a group of the kind that the outer key names: `tensor_parallel_groups: [[0, 1], [2, 3]]`."""
        outer = next((label for label in reversed(path[:-1]) if label.kind is LabelKind.KEY), None)
        number = _whole(path[-1].text.content)
        if outer is None or number is None or path[-2] is not outer:
            return KeyNames()
        names = self.key(outer.text.content)
        if names.holds not in STRONG or names.holds == "group":
            return KeyNames()
        return KeyNames(Mention(names.holds, Ids.each([number]), 0, len(path[-1].text.content)), holds="gpu")

    def values(self, statement: Statement, names: KeyNames, path: Sequence[Label]) -> list[_Facet]:
        """Return what the value of an entry names."""
        kind = names.holds
        if not kind and names.owner is not None:
            kind = self.spoken_of(path[:-1])
        text = statement.value
        if statement.literal == "array":
            return self.array(statement, kind, names)
        if statement.literal == "number":
            number = _whole(text.content)
            if number is None or not kind or (names.plural and not names.identity) or (names.owner is not None and not names.holds):
                return []
            return [_Facet(kind, Ids.each([number]), text.whole, False, weak=kind == "gpu" and not names.identity)]
        if statement.literal != "string":
            return []
        found = self.facets(text, kind)
        if kind:
            found = [one for one in found if one.many or not names.plural or names.identity or not _bare(text.content)]
        else:
            found = [one for one in found if not _bare(text.content)] if names.owner is not None else []
        return found

    def array(self, statement: Statement, kind: str, names: KeyNames) -> list[_Facet]:
        items = statement.items
        if not items or len(items) > 100_000:
            return []
        if all(item.content.isascii() and item.content.isdigit() for item in items):
            numbers = [_whole(item.content) for item in items]
            if kind in STRONG:
                kind = "gpu" if kind.endswith("group") else ""
            if not kind or any(number is None for number in numbers):
                return []
            ids = [number for number in numbers if number is not None]
            found = _Facet(kind, Ids.each(ids), statement.value.whole, True)
            if len(ids) == 2 and ids[1] > ids[0] + 1:
                found.ranged = Ids.of([(ids[0], ids[1])])
                if names.ranges:
                    found.ids, found.ranged = found.ranged, None
            elif names.ranges and len(ids) != 2:
                return []
            return [found]
        whole: Ids | None = None
        named = ""
        for item in items:
            one = mentions(item.content, self.nouns)
            if len(one) != 1 or one[0].kind not in HELD or (named and one[0].kind != named):
                return []
            named = one[0].kind
            whole = one[0].ids if whole is None else whole | one[0].ids
        return [] if whole is None else [_Facet(named, whole, statement.value.whole, True)]

    def spoken_of(self, path: Sequence[Label]) -> str:
        """The kind that the nearest outer key speaks of: GPUs under `gpu_allocation`."""
        for label in reversed(path):
            if label.kind is LabelKind.KEY:
                kinds = {singular_noun(word.text) for word in split(label.text.content)} & set(HELD)
                if len(kinds) == 1:
                    return kinds.pop()
                if kinds:
                    return ""
        return ""

    def object_owner(self, path: Sequence[Label]) -> tuple[_Facet | None, tuple[object, ...]]:
        """Return the owner that an object's key names, or its place in an array of stages, and the series it belongs to."""
        if not path:
            return None, ()
        label = path[-1]
        if label.kind is LabelKind.KEY:
            owner = self.key(label.text.content).owner
            if owner is not None:
                return self.named(self.facet(label.text, owner), path[:-1]), place_of(path[:-1])
            return None, place_of(path[:-1])
        if label.kind is LabelKind.INDEX:
            series = place_of(path[:-1])
            outer = path[-2] if len(path) > 1 else None
            number = _whole(label.text.content)
            if outer is not None and outer.kind is LabelKind.KEY and number is not None:
                names = self.key(outer.text.content)
                if names.holds in STRONG and names.holds != "group" and names.plural and not names.identity:
                    return _Facet(names.holds, Ids.each([number]), label.text.whole, False), series
            return None, series
        return None, place_of(path)

    def ancestors(
        self, path: Sequence[Label], objects: Mapping[tuple[object, ...], Sequence[int]]
    ) -> tuple[list[_Facet], list[tuple[object, ...]]]:
        """Return the owners of the objects around one, outermost first."""
        chain, around = [], []
        for depth in range(len(path)):
            label = path[depth]
            if depth + 1 < len(path):
                facet, series = self.object_owner(path[: depth + 1])
                inside = self.ids_of(objects.get(place_of(path[: depth + 1]), ()))
                if facet is not None and facet.kind in STRONG:
                    inside = [one for one in inside if one.kind != facet.kind]
                    chain.append(facet)
                    around.append((*series, facet.kind))
                for one in inside:
                    chain.append(one)
                    around.append((*series, one.kind))
            if label.kind not in (LabelKind.KEY, LabelKind.INDEX):
                for facet in self.label_facets(label):
                    if _strong(facet):
                        chain.append(self.named(facet, path[:depth]))
                        around.append((*place_of(path[:depth]), facet.kind))
        return chain, around

    def ids_of(self, leaves: Sequence[int]) -> list[_Facet]:
        """Return the owners that entries of an object name by id: `"ep_group_id": 3`, `"stage": 0`."""
        found = []
        for index in leaves:
            statement = self.document.statements[index]
            if statement.literal == "number" and statement.path and statement.path[-1].kind is LabelKind.KEY:
                names = self.key(statement.path[-1].text.content)
                number = _whole(statement.value.content)
                if names.holds in STRONG and not names.plural and number is not None:
                    found.append(_Facet(names.holds, Ids.each([number]), statement.value.whole, False))
        return found

    # --- series

    def series(self) -> Iterator[Series]:
        groups: dict[tuple[object, ...], list[Placement]] = {}
        for one in self.found:
            within = tuple((owner.kind, owner.id) for owner in one.within)
            groups.setdefault((one.series, one.owner.kind, one.kind, within), []).append(one)
        for placements in groups.values():
            found = self.gathered(placements)
            if found is not None:
                yield found

    def gathered(self, placements: Sequence[Placement]) -> Series | None:
        first = placements[0]
        owners: dict[int, list[Placement]] = {}
        seen: set[tuple[int, Span]] = set()
        for one in placements:
            if (one.owner.id, one.span) not in seen:
                seen.add((one.owner.id, one.span))
                owners.setdefault(one.owner.id, []).append(one)
        ranged = self.ranged(placements)
        if ranged is None:
            return None
        members = []
        for same in owners.values():
            parts = [one.ranged if ranged and one.ranged is not None else one.ids for one in same]
            exact = [one for one in same if one.exact]
            if exact:
                sets = {(one.ranged if ranged and one.ranged is not None else one.ids).ranges for one in exact}
                if len(sets) > 1:
                    return None
                whole = exact[0].ranged if ranged and exact[0].ranged is not None else exact[0].ids
                same = [*exact, *(one for one in same if not one.exact)]
            else:
                whole = Ids.of(span for part in parts for span in part.ranges)
            beside = next((one.beside for one in same if one.beside is not None), None)
            members.append(Member(same[0].owner, whole, tuple(one.span for one in same), bool(exact), beside))
        if any(one.glued for one in placements) and (len(members) < 2 or min(owners) > 1):
            return None
        if all(one.weak for one in placements) and len(members) > 1 and len({member.ids.ranges for member in members}) == 1:
            return None
        if any(one.weak for one in placements) and len(members) == 1:
            return None
        statement = self.document.statements[first.statement]
        return Series(
            first.owner.kind, first.kind, tuple(members), first.within, self.elided(placements), self.aside(statement),
            self.template(statement), first.statement,
        )  # fmt: skip

    @staticmethod
    def ranged(placements: Sequence[Placement]) -> bool | None:
        """Decide whether arrays of two ids are ranges: by which of both readings the owners share everything out without a gap."""
        if all(one.ranged is None for one in placements):
            return False
        fits = []
        for chosen in (False, True):
            parts: dict[int, Ids] = {}
            for one in placements:
                ids = one.ranged if chosen and one.ranged is not None else one.ids
                parts[one.owner.id] = parts[one.owner.id] | ids if one.owner.id in parts else ids
            whole = Ids.of(span for part in parts.values() for span in part.ranges)
            if len(whole.ranges) == 1 and len(whole) == sum(len(part) for part in parts.values()):
                fits.append(chosen)
        return fits[0] if len(fits) == 1 else None

    def elided(self, placements: Sequence[Placement]) -> bool:
        """Tell whether the text leaves out owners: an ellipsis between the members, or words that say so behind them."""
        text = self.document.source.text
        start = min(one.span.start for one in placements)
        end = max(one.span.end for one in placements)
        self.budget -= end - start
        if self.budget < 0:
            return True
        for line in text[start:end].splitlines()[1:]:
            if line.strip(" \t│├└─|`*-#>/+,\"'[](){}") in ("...", "…", "..", "⋮", "⋯", "etc", "etc."):
                return True
        behind = text[end : end + 400].lower()
        for stop in ("\n#", "\n\n\n"):
            cut = behind.find(stop)
            behind = behind if cut < 0 else behind[:cut]
        between = text[start:end].lower()
        if any(sign in line.strip() and len(line.strip()) < 12 for line in behind.splitlines()[:3] for sign in ("...", "…", "⋮")):
            return True
        return any(phrase in behind or phrase in between for phrase in _CONTINUES)

    def aside(self, statement: Statement) -> bool:
        """Tell whether a statement stands in a section about what was or what might be."""
        return set_aside(statement, self.lexicon) >= 0

    @staticmethod
    def template(statement: Statement) -> bool:
        """Tell whether a label around a statement speaks of each of several owners."""
        for label in statement.path:
            words = [word.text for word in split(label.text.content[:200])]
            if any(
                word in ("each", "every", "per") and any(singular_noun(one) in (*STRONG, *HELD) for one in words[place + 1 : place + 5])
                for place, word in enumerate(words)
            ):
                return True
        return False


_FIRST: Final = frozenset(("start", "first", "begin", "from", "min"))
_LAST: Final = frozenset(("end", "last", "stop", "to", "max"))
_NAMING: Final = frozenset(("id", "idx", "index", "rank"))
_CONTINUES: Final = (
    "same pattern",
    "similar pattern",
    "similarly",
    "and so on",
    "follow the same",
    "follow same",
    "same as above",
    "continues",
    "remaining stages",
    "remaining experts",
    "remaining groups",
    "and others",
    "repeats",
    "repeated for",
    "pattern repeat",
)


def _numbered(text: Text) -> Text:
    """Return the only term of a sum that has digits, where the others name what is not numbered: `0-11` of `embedding + 0-11`."""
    content = text.content[:_LONGEST_LINE]
    ends = [0, *(place for match in _TERMS.finditer(content) for place in match.span()), len(content)]
    terms = [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True) if any(map(str.isdigit, content[start:end]))]
    return text.slice(*terms[0]) if len(terms) == 1 else text


_TERMS: Final = re.compile(r" [+&] |[,;] ")


def _holds(words: Sequence[str], name: Sequence[str]) -> bool:
    size = len(name)
    return any(tuple(words[index : index + size]) == tuple(name) for index in range(len(words) - size + 1)) if size else False


def _counts(number: Number) -> bool:
    return (
        number.form is Form.PLAIN
        and not number.bound
        and not number.unit
        and not number.name
        and number.approximation is Approximation.EXACT
    )


def _count_of(number: Number) -> int | None:
    low = number.written[0].interval.low
    return low.numerator if _counts(number) and low is not None and low.denominator == 1 else None


_SIZES: Final = frozenset(("of", "(", ":", "with", "=", "x", "×", "each with", "(each", "(each with"))
"""What may stand between `TP groups` and the size of each."""


def _each(after: str) -> bool:
    """Tell whether a size ends here, with or without `each`."""
    return after[:1] in (")", ".", ",", ";") or after.strip()[:4].lower() in ("", "each")


def _closes(after: str) -> bool:
    """Tell whether a count ends here, and is not one per something."""
    stripped = after.lstrip().lower()
    return stripped == "" or stripped[0] in ")],;.:→|" or stripped.startswith(("total", "in total", "->", "=>"))


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _bare(text: str) -> bool:
    """Tell whether a text is a lone number."""
    return _whole(text.strip("`'\" ")) is not None


def _group_word(text: str) -> tuple[str, int, int] | None:
    """Return the one kind of group that a text speaks of, and where its name starts and ends."""
    if "group" not in text[:300].lower():
        return None
    words = split(text[:300])
    found = []
    for index, word in enumerate(words):
        if word.text in ("group", "groups"):
            kind = group_of(words, index)
            if kind != "group":
                start = next(one.start for one in reversed(words[max(0, index - 3) : index]) if one.text in AXES)
                found.append((kind, start, word.end))
    return found[0] if len(found) == 1 else None


def _segments(facets: list[_Facet]) -> list[list[_Facet]]:
    """Cut a line that names several owners of one kind into one part for each; nothing where the parts are not alike."""
    strong = [index for index, facet in enumerate(facets) if _strong(facet)]
    kinds = [facets[index].kind for index in strong]
    repeated = next((kind for kind in kinds if kinds.count(kind) > 1), "")
    if not repeated:
        held = [facet.kind for facet in facets if facet.kind in HELD]
        if any(held.count(kind) > 1 for kind in held):
            return []
        return [facets] if facets else []
    starts = [index for index, facet in enumerate(facets) if _strong(facet) and facet.kind == repeated]
    if starts[0] == 0:
        parts = [facets[begin:end] for begin, end in zip(starts, [*starts[1:], len(facets)], strict=True)]
    else:
        parts = [
            facets[begin:end]
            for begin, end in zip([0, *(index + 1 for index in starts[:-1])], [index + 1 for index in starts], strict=True)
        ]
        if starts[-1] != len(facets) - 1:
            return []
    shape = [sorted(facet.kind for facet in part) for part in parts]
    if any(one != shape[0] for one in shape) or len(shape[0]) < 2:
        return []
    return parts

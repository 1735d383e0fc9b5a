"""Shares: is `18% of 64 GB` what the figure beside it comes to, and do the shares of a column divide its total?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.passages import Passage, disowned, labelled
from auditor.check.phrases import NUMBER, Phrase, phrase
from auditor.check.placed import PERCENT, Placed, comparable, placed, placed_claim, quotient, rounded, with_unit_of_label
from auditor.check.portions import portions
from auditor.check.printed import Printed, agrees, binary_scale
from auditor.check.subject import Subject
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Confidence, ConventionTried, Edit, Outcome, Place, Repair, Verdict
from auditor.language.numbers import Form
from auditor.records import dataclass
from auditor.relations.figures import figure, rewritten
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["columns", "objects", "percent_of"]

GIBI: Final = Fraction(2**30, 10**9)


@dataclass(frozen=True, slots=True)
class Share:
    """A part, the whole it is part of, and the share stated for it."""

    part: Placed
    whole: Placed
    share: Placed
    """A percentage."""
    complement: bool = False
    """The share may be what is left: headroom, free, unused."""
    confidence: Confidence = Confidence.HIGH
    of: str = "of"
    peers: str = ""
    """What the other shares of the same column say, in words."""


def holds(share: Share) -> str | None:
    """Return the reading under which a share is right (empty for the usual one), or None."""
    part, whole = share.part, share.whole
    if whole.middle == 0 or whole.interval().contains(0):
        return ""
    readings = [("", part.interval() / whole.interval())]
    if part.printed.unit != whole.printed.unit and part.printed.unit and binary_scale(part.printed.unit):
        readings.append(("data units as powers of 1024", part.interval(binary=True) / whole.interval(binary=True)))
    if part.printed.unit and whole.printed.unit and binary_scale(part.printed.unit) and binary_scale(whole.printed.unit):
        ratio = part.middle / whole.middle
        readings.append(("one in powers of 1000, the other in powers of 1024", Interval.exact(ratio / GIBI)))
        readings.append(("one in powers of 1000, the other in powers of 1024", Interval.exact(ratio * GIBI)))
    for name, ratio_range in readings:
        if agrees(ratio_range, share.share.printed):
            return name
        if share.complement and agrees(Interval.exact(1) - ratio_range, share.share.printed):
            return ", ".join(filter(None, (name, "as what is left")))
    return None


def outcome(share: Share, rule: Rule) -> Outcome:
    """Return the outcome of one share."""
    spans = (share.part.span, share.whole.span, share.share.span)
    name = holds(share)
    ratio = share.part.middle / share.whole.middle if share.whole.middle else Fraction(0)
    whole_text = f"{share.of} {share.whole.words}"
    if name is not None:
        return rule.held(spans, f"{share.part.words} is {share.share.words} {whole_text}" + (f" ({name})" if name else ""))
    value = figure(ratio, PERCENT)
    message = f"{share.part.words} is {value} {whole_text}, but the report says {share.share.words}"
    left = Interval.exact(1) - share.part.interval() / share.whole.interval()
    if share.peers:
        message += f"; {share.peers}"
    if agrees(left, share.share.printed):
        message += f"; {share.share.text} is how far it is below"
    tried = [
        ConventionTried("the share of the whole", False),
        ConventionTried("what is left of the whole", bool(agrees(left, share.share.printed))),
    ]
    return rule.contradicted(
        spans,
        message,
        Place(share.share.span, f"comes to {value}"),
        confidence=min(rule.confidence, share.confidence, key=lambda one: one.rank),
        related=(Place(share.part.span, "the part"), Place(share.whole.span, "the whole")),
        claimed=share.share.text,
        expected=value,
        derivation=(quotient(share.part, share.whole),),
        conventions=tuple(tried),
        repairs=_repairs(share, ratio),
    )


def _repairs(share: Share, ratio: Fraction) -> tuple[Repair, ...]:
    message = f"{figure(ratio, PERCENT)} instead of {share.share.text} would agree"
    found = rewritten(share.share.text, share.share.printed.value, ratio * 100, whole=False)
    exact = len(share.share.text) == len(share.share.span)
    if found is None or not exact:
        return (Repair(message),)
    start, end, digits = found
    edit = Edit(Span(share.share.span.start + start, share.share.span.start + end), digits)
    return (Repair(message, (edit,), share.confidence is Confidence.HIGH),)


# --- shares in running text

_N: Final = f"({NUMBER})"
_W: Final = r"[a-z/ \-]{0,40}?"
_LABEL: Final = "target|limit|requirement|goal|budget|slo|sla|threshold|capacity|available|peak|maximum|max|cap"
_LEFT: Final = re.compile(r"headroom|free|margin|left|remaining|spare|idle|unused|waste|shortfall|below|under|less|saving|reserve|buffer")
_CHANGED: Final = re.compile(
    r"reduc|improv|faster|slower|fewer|less|smaller|larger|longer|shorter|better|worse|higher|lower|more|increas|decreas|saving|growth|gain|speed|drop|cut|vs|overhead|error|accura|"
    r"exceed|above|over|variance|hit|overlap|probab|confiden|packing|loss|scal|tolerance|difference|delta|deviation"
)
_PART_IN_BRACKET: Final = re.compile(
    rf"{_N}({_W})[(\[]({_W}){_N} of (?:the |a |its |our |total |{_LABEL}|each |per-gpu |a single |single |[a-z]+ )?{_N}"
)
_PART_THEN: Final = re.compile(rf"{_N}({_W})(?:,| -| –| =|:| is| or) ?(){_N} of (?:the |its |total )?{_N}")
_WHOLE_IN_BRACKET: Final = re.compile(rf"{_N} of (?:the |its |total )?{_N}({_W})[(\[](?:=|~)? ?{_N}({_W})[)\]]")
_QUOTIENT: Final = re.compile(
    rf"{_N}({_W}) ?(/|\bof\b|\bout of\b|\bvs\.?) ?(?:the |a total of |total )?{_N}({_W})[(\[](?:=|→)? ?{_N}([a-z \-]{{0,60}})"
)
_SHARE_FIRST: Final = re.compile(rf"{_N}([a-z \-]{{0,40}})[(\[]{_N}({_W}) ?(of|out of) ?(?:the |a total of |total )?{_N}({_W})[)\]]")
_WHOLE_THEN_USED: Final = re.compile(
    rf"{_N}[a-z/ \-]{{0,30}}[:,(] ?(?:only |just |utilizing |using |utilising ){{1,2}}{_N}"
    rf"[a-z/ \-]{{0,30}}? ?[(\-–—] ?{_N}(?= ?(?:utili|used|usage|\)|$))"
)
_EFFECTIVE: Final = re.compile(rf"{_N}[^\ue000-\uf8ff]{{0,30}}?{_N}[^\ue000-\uf8ff;]{{0,30}}?effective[a-z ]{{0,20}}:? ?{_N}")


def percent_of(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for every percentage that a report gives of a figure: `11.6 GB (18% of 64 GB)`, `7.5% of the limit`."""
    seen: set[Span] = set()
    for portion in portions(subject):
        share = Share(portion.part, portion.whole, portion.share)
        seen.add(portion.share.span)
        yield _unless_disowned(outcome(share, rule), portion.passage, portion.at, share)
    for passage in labelled(subject.document):
        if "%" not in passage.content and "percent" not in passage.content.lower():
            continue
        found = phrase(passage, subject.lexicon)
        for share in (*_written_shares(found), *_labelled_shares(found, subject)):
            bound = share.share.printed.approximation is Approximation.BOUND
            if not bound and not any(share.share.span.overlaps(other) for other in seen):
                seen.add(share.share.span)
                yield _unless_disowned(outcome(share, rule), passage, max(passage.content.find(share.share.text), 0), share)


def _unless_disowned(result: Outcome, passage: Passage, start: int, share: Share) -> Outcome:
    """Return an outcome; nothing is decided where the report itself says that a figure is wrong."""
    if result.verdict is Verdict.CONTRADICTED and (said := disowned(passage, start, start + len(share.share.text))):
        return Outcome(result.rule, Verdict.UNDETERMINED, result.spans, f"{result.message} ({said})")
    return result


def _is_share(found: Phrase, character: str) -> bool:
    number = found.number(character)
    return number.unit == "%" and number.form not in (Form.RATIO, Form.FRACTION) and not number.signed


def _built(found: Phrase, part: str, whole: str, share: str, *, left: bool = False) -> Share | None:
    """Return the share of three numbers, if they can be one."""
    if not _is_share(found, share):
        return None
    one, two = _alike(found, part, whole)
    if not comparable(one, two) or (one.printed.unit is PERCENT and two.printed.unit is not PERCENT):
        return None
    if found.number(part).bound or found.number(whole).form is Form.RATIO or _in_a_name(found, whole):
        return None
    return Share(one, two, placed(found, share), complement=left)


def _in_a_name(found: Phrase, whole: str) -> bool:
    """Tell whether a number belongs to a name of something else: the 256 of `49% of the batch-256 peak`."""
    before = found.passage.content[: found.number(whole).digits]
    return before.endswith("-") and before[:-1][-1:].isalpha()


def _alike(found: Phrase, part: str, whole: str) -> tuple[Placed, Placed]:
    """Return part and whole; the part takes the unit of the whole where it has none: `11.6 of 64 GB`."""
    one, two = placed(found, part), placed(found, whole)
    if two.printed.unit is None and one.printed.unit is not None and not found.number(whole).noun:
        two = replace(two, printed=replace(two.printed, unit=one.printed.unit, interval=rounded(two.printed)))
    if one.printed.unit is None and two.printed.unit is not None and not found.number(part).noun:
        printed = Printed(
            one.printed.text, one.printed.value, rounded(one.printed), one.printed.step, two.printed.unit, one.printed.approximation
        )
        one = Placed(printed, one.span, one.text)
    return one, two


def _written_shares(found: Phrase) -> Iterator[Share]:
    text = found.text
    for match in _PART_IN_BRACKET.finditer(text):
        part, between, inside, share, whole = match.groups()
        if (built := _built(found, part, whole, share)) and not _CHANGED.search(inside):
            yield built
    for match in _PART_THEN.finditer(text):
        part, _, _, share, whole = match.groups()
        if built := _built(found, part, whole, share):
            yield built
    for match in _WHOLE_IN_BRACKET.finditer(text):
        share, whole, _, part, _ = match.groups()
        if built := _built(found, part, whole, share):
            yield built
    for match in _QUOTIENT.finditer(text):
        part, _, sign, whole, _, share, behind = match.groups()
        if _CHANGED.search(behind) or (sign.startswith("vs") and "utili" not in behind):
            continue
        if (built := _built(found, part, whole, share, left=bool(_LEFT.search(behind)))) and _one_noun(found, part, whole):
            yield built
    for match in _SHARE_FIRST.finditer(text):
        share, between, part, _, _, whole, _ = match.groups()
        if _CHANGED.search(between) or found.number(part).unit == "%":
            continue
        if (built := _built(found, part, whole, share, left=bool(_LEFT.search(between)))) and _one_noun(found, part, whole):
            yield built
    for match in _WHOLE_THEN_USED.finditer(text):
        whole, part, share = match.groups()
        if built := _built(found, part, whole, share):
            yield built
    for match in _EFFECTIVE.finditer(text):
        whole, share, part = match.groups()
        if (built := _built(found, part, whole, share)) and built.part.printed.unit is not None:
            yield built


def _one_noun(found: Phrase, part: str, whole: str) -> bool:
    """Tell whether two counts count the same things: `8 of 16 GPUs`, not `64 experts of 16 layers`."""
    one, two = found.number(part), found.number(whole)
    return one.unit != "" or two.unit != "" or not one.noun or not two.noun or one.noun.rstrip("s") == two.noun.rstrip("s")


# --- shares of something named

_UNCLEAR: Final = frozenset(("change", "share.of", "other"))
_OF_NAMED: Final = re.compile(
    rf"{_N} of (?:the |its |our |total |gpu |memory |required |stated |minimum |maximum )?({_LABEL})(?![a-z])(?! ?{NUMBER})"
)


def _labelled_shares(found: Phrase, subject: Subject) -> Iterator[Share]:
    """Yield the shares of a target or limit that stands elsewhere: in the same row, in the same list, or once in the report."""
    for match in _OF_NAMED.finditer(found.text):
        if not _is_share(found, match.group(1)):
            continue
        number = found.number(match.group(1))
        part = _part_before(found, match.start(), subject) or _part_of_row(found, subject)
        if part is None:
            continue
        wholes = _wholes(part, match.group(2), found, subject)
        if not wholes:
            continue
        share = Placed(found.printed(number), found.span(number), found.written(number))
        built = [
            Share(placed_claim(part), placed_claim(whole), share, of=f"of the {match.group(2)}", confidence=_sure(part, whole, subject))
            for whole in wholes
        ]
        yield next((one for one in built if holds(one) is not None), built[0])


def _sure(part: Claim, whole: Claim, subject: Subject) -> Confidence:
    """Return how sure it is that a share is of this figure: less so where it stands in another part of the report."""
    near = subject.statement(part).group == subject.statement(whole).group
    return min(part.confidence, whole.confidence, Confidence.HIGH if near else Confidence.MEDIUM, key=lambda one: one.rank)


def _part_before(found: Phrase, position: int, subject: Subject) -> Claim | None:
    """Return the claim of the last figure before a share in its own statement."""
    numbers = [found.number(character) for character in found.text[:position] if re.match(NUMBER, character)]
    if not numbers:
        return None
    spans = [found.span(number) for number in numbers]
    last = spans[-1]
    claims = [claim for claim in subject.of(found.passage.index) if claim.span.overlaps(last)]
    claim = claims[0] if claims else None
    return claim if claim is not None and claim.role in (Role.ACTUAL, Role.LIMIT) and claim.quantity not in _UNCLEAR else None


def _part_of_row(found: Phrase, subject: Subject) -> Claim | None:
    cell = found.passage.statement.cell
    if cell is None:
        return None
    claims = [
        claim for claim in _row(found, subject) if claim.role is Role.ACTUAL and claim.quantity not in ("change", "share.of", "other")
    ]
    return claims[0] if len({(claim.quantity, claim.interval) for claim in claims}) == 1 else None


def _row(found: Phrase, subject: Subject) -> list[Claim]:
    cell = found.passage.statement.cell
    statements = subject.document.statements
    return [
        claim
        for claim in subject.claims
        if not claim.source
        and cell is not None
        and (other := statements[claim.statement].cell) is not None
        and (other.table, other.row) == (cell.table, cell.row)
    ]


def _wholes(part: Claim, name: str, found: Phrase, subject: Subject) -> list[Claim]:
    """Return the figures that `the target`, `the limit` or `capacity` may stand for, the nearest group of them."""
    if name in ("capacity", "available"):
        wanted = [
            claim
            for claim in subject.quantities(["memory.capacity"])
            if part.quantity.startswith("memory.") and claim.role in (Role.ACTUAL, Role.LIMIT)
        ]
    else:
        roles = (Role.TARGET, Role.LIMIT)
        wanted = [claim for claim in subject.claims if claim.quantity == part.quantity and claim.role in roles]
    wanted = [claim for claim in wanted if claim.scope.phase == part.scope.phase and comparable(placed_claim(claim), placed_claim(part))]
    group = found.passage.statement.group
    for near in (
        [claim for claim in wanted if claim in _row(found, subject)],
        [claim for claim in wanted if not claim.source and subject.statement(claim).group == group],
        wanted,
    ):
        if near:
            return near
    return []


# --- shares of a column or list

_ALL: Final = 100
"""Per cent of the row that is the whole."""
_FITTING: Final = Fraction(3, 5)
"""Share of the rows that must divide one whole before the others are held against it."""


@dataclass(frozen=True, slots=True)
class _Row:
    part: Placed
    share: Placed
    total: bool = False


def columns(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each share of a table column, list or tree whose shares plainly divide one whole.

    The whole is the one most rows agree on: the total, the sum of the parts, or the capacity. Where most rows agree on none, the shares
    mean something else and nothing is said.
    """
    for rows in _tables(subject):
        yield from _judged(rows, [], rule, "of the column's total")
    capacities = [
        placed_claim(claim)
        for claim in subject.quantities(["memory.capacity"])
        if not claim.source and claim.role in (Role.ACTUAL, Role.LIMIT)
    ]
    for rows in _lists(subject):
        yield from _judged(rows, capacities, rule, "of")


def _judged(rows: Sequence[_Row], wholes: Sequence[Placed], rule: Rule, of: str) -> Iterator[Outcome]:
    parts = [row for row in rows if not row.total]
    if len(parts) < 2 or any(row.part.dimension != rows[0].part.dimension for row in rows):
        return
    candidates = [row.part for row in rows if row.total or row.share.printed.value == _ALL]
    candidates += [whole for whole in wholes if comparable(whole, parts[0].part)]
    if len(parts) > 2 or not candidates:
        candidates.append(_added([row.part for row in parts]))
    best, fitting = None, 0
    for whole in candidates:
        fits = sum(holds(Share(row.part, whole, row.share)) is not None for row in parts)
        if fits > fitting:
            best, fitting = whole, fits
    if best is None or fitting < 2 or fitting < len(parts) * _FITTING:
        return
    if fitting < len(parts) and best.text.startswith(_SUM) and (common := _common_whole(parts, best)) is not None:
        named = figure(common, parts[0].part.printed.unit or UNITS["1"])
        for row in parts:
            said = f"{row.part.words} is {row.share.words} of some {named}, of which all shares beside it are"
            yield rule.held((row.part.span, row.share.span), said)
        return
    peers = f"{fitting} of the {len(parts)} shares beside it are shares of {best.words}"
    for row in parts:
        yield outcome(Share(row.part, best, row.share, of="of", peers=peers), rule)


def _common_whole(rows: Sequence[_Row], listed: Placed) -> Fraction | None:
    """Return the whole of which every share is one, where it is more than what is listed: some of its parts may go unsaid."""
    least, most = listed.interval().low, None
    for row in rows:
        share = row.share.interval()
        if share.low is None or share.low <= 0:
            continue
        whole = row.part.interval() / share
        if whole.low is not None and (least is None or whole.low > least):
            least = whole.low
        if whole.high is not None and (most is None or whole.high < most):
            most = whole.high
    return (least + most) / 2 if least is not None and most is not None and least <= most else None


_SUM: Final = "the sum "


def _added(parts: Sequence[Placed]) -> Placed:
    """Return the sum of the parts as the whole."""
    interval = parts[0].interval()
    middle = parts[0].middle
    for part in parts[1:]:
        interval, middle = interval + part.interval(), middle + part.middle
    unit = parts[0].printed.unit
    scale = parts[0].printed.scale
    text = f"{_SUM}{figure(middle, unit or UNITS['1'])}"
    shown = Printed(text, middle / scale, interval.scale(1 / scale), Fraction(0), unit, Approximation.ROUNDED)
    return Placed(shown, parts[0].span.join(parts[-1].span), text)


def _tables(subject: Subject) -> Iterator[list[_Row]]:
    """Yield the pairs of columns of each table of which one may hold the shares of the other."""
    tables: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    statements = subject.document.statements
    for index, statement in enumerate(statements):
        if statement.kind is Kind.CELL and statement.cell is not None and statement.cell.column > 0 and not statement.struck:
            tables[statement.cell.table][statement.cell.column][statement.cell.row] = index
    for table in tables.values():
        figures = {
            column: {row: found for row, index in cells.items() if (found := _figure(subject, index))} for column, cells in table.items()
        }
        for share_column, shares in figures.items():
            if len(shares) < 2 or any(item.printed.unit is not PERCENT for item in shares.values()):
                continue
            for column, values in figures.items():
                common = sorted(values.keys() & shares.keys())
                if column == share_column or any(values[row].printed.unit is PERCENT for row in common):
                    continue
                yield [_Row(values[row], shares[row], _is_total(subject, table[column][row])) for row in common]


def _figure(subject: Subject, index: int) -> Placed | None:
    """Return the one figure of a cell or entry, with the unit its labels give it."""
    statement = subject.document.statements[index]
    found = phrase(Passage(statement.value, statement, index), subject.lexicon)
    if len(found.numbers) != 1 or found.numbers[0].form is not Form.PLAIN or found.numbers[0].bound:
        return None
    return with_unit_of_label(subject, index, placed(found, next(character for character in found.text if re.match(NUMBER, character))))


def _is_total(subject: Subject, index: int) -> bool:
    label = next(
        (label for label in reversed(subject.document.statements[index].path) if label.kind in (LabelKind.ROW, LabelKind.ITEM)), None
    )
    return label is not None and bool(
        subject.lexicon.sayings["sums"] & {word.text for word in subject.lexicon.normalize(label.text.content)}
    )


_WITH_SHARE: Final = re.compile(
    rf"^[^\ue000-\uf8ff]{{0,30}}{_N}({_W})[(\[]~?{_N}(?! of {NUMBER})(?! ?(?:headroom|free|overlap|faster|slower|reduc|improv|high|low))"
)


def _lists(subject: Subject) -> Iterator[list[_Row]]:
    """Yield the lists and branches whose items give a figure and a share: `Activations: 10.0 GB (14.7%)`."""
    levels: dict[tuple[int, int, int | None], list[_Row]] = defaultdict(list)
    for index, statement in enumerate(subject.document.statements):
        if (
            statement.kind not in (Kind.ITEM, Kind.TREE, Kind.ENTRY)
            or statement.literal
            or statement.struck
            or "%" not in statement.value.content
        ):
            continue
        found = phrase(Passage(statement.value, statement, index), subject.lexicon)
        match = _WITH_SHARE.match(found.text)
        if match is None or not _is_share(found, match.group(3)) or found.number(match.group(1)).bound:
            continue
        part = placed(found, match.group(1))
        if part.printed.unit is None or part.printed.unit is PERCENT:
            continue
        levels[statement.group, statement.depth, statement.parent].append(
            _Row(part, placed(found, match.group(3)), _is_total(subject, index))
        )
    yield from levels.values()


# --- shares in objects

_PERCENT_WORDS: Final = frozenset(("percent", "percentage", "pct"))
_LEFT_WORDS: Final = frozenset(("headroom", "free", "remaining", "margin", "left", "spare"))
_PLAIN_WORDS: Final = _PERCENT_WORDS | frozenset(("utilization", "use", "memory", "gpu", "ratio", "capacity", "of", "per", "vram"))


def objects(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each percentage that stands in one object with the figures it is a share of."""
    groups: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for index, statement in enumerate(subject.document.statements):
        if statement.kind is Kind.ENTRY and statement.literal in ("number", "string") and statement.path:
            groups[statement.group, tuple(label.text.content for label in statement.path[:-1])].append(index)
    for indices in groups.values():
        if len(indices) > 2:
            yield from _object(subject, indices, rule)


def _object(subject: Subject, indices: Sequence[int], rule: Rule) -> Iterator[Outcome]:
    entries = [
        (frozenset(word.text for word in subject.lexicon.normalize(subject.document.statements[index].label)), item)
        for index in indices
        if (item := _figure(subject, index))
    ]
    for words, item in entries:
        share = _object_share(words, item)
        if share is None:
            continue
        left = bool(words & _LEFT_WORDS)
        pairs = [
            Share(part, whole, share, complement=left)
            for part_words, part in entries
            for whole_words, whole in entries
            if part is not whole
            and part is not item
            and whole is not item
            and part_words & subject.lexicon.sayings["taken of a whole"]
            and whole_words & subject.lexicon.sayings["wholes of shares"]
            and not part_words & subject.lexicon.sayings["wholes of shares"] - {"total"}
            and not ("total" in part_words and "total" in whole_words)
            and part.printed.unit is not None
            and comparable(part, whole)
        ]
        if not pairs:
            continue
        right = next((pair for pair in pairs if holds(pair) is not None), None)
        if right is not None:
            yield outcome(right, rule)
        elif len(pairs) == 1 and words <= _PLAIN_WORDS:
            yield outcome(pairs[0], rule)


def _object_share(words: frozenset[str], item: Placed) -> Placed | None:
    """Return the percentage of an object; a bare number whose key says percent is one."""
    if item.printed.unit is PERCENT and (words & (_PERCENT_WORDS | _LEFT_WORDS | {"utilization", "use", "ratio"})):
        return item
    if item.printed.unit is None and words & _PERCENT_WORDS:
        return replace(item, printed=replace(item.printed, unit=PERCENT), unit_elsewhere=True)
    return None
